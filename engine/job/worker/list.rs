//! 要確認一覧.xlsx, made whenever there is a finding.

use std::io;

use book::{FindingRow, Severity, findings_workbook};

use super::Words;
use super::closing::Closing;
use crate::place;
use crate::report::{Made, Order, Report, Row, Weight};

const STAGED: &str = "list";

/// Stages the list, if there is anything to say; behind a password where the arrival was.
pub(crate) fn write(order: &Order, words: &dyn Words, report: &mut Report, password: Option<&str>) -> io::Result<()> {
    if report.rows.is_empty() {
        return Ok(());
    }
    let list = words.list(&report.facts(&order.unit));
    let mut sorted: Vec<&Row> = report.rows.iter().collect();
    // Errors first; within a weight the order of discovery.
    sorted.sort_by_key(|row| row.severity);
    let rows: Vec<FindingRow> = sorted.iter().map(|row| cells(row, &list.weights)).collect();
    let bytes = findings_workbook(&list.sheet, &list.lines, &list.header, &rows).map_err(io::Error::other)?;
    let bytes = match password {
        Some(password) => Closing::new(password)?.close(&bytes)?,
        None => bytes,
    };
    place::stage(&order.work.join(STAGED), &bytes)?;
    report.list = Some(Made { name: list.file, staged: STAGED.to_owned(), proof: None });
    Ok(())
}

fn cells(row: &Row, weights: &[String; 3]) -> FindingRow {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let (severity, weight) = match row.severity {
        Weight::Error => (Severity::Error, &weights[0]),
        Weight::Warning => (Severity::Warning, &weights[1]),
        Weight::Note => (Severity::Note, &weights[2]),
    };
    FindingRow {
        severity,
        cells: [
            weight.clone(),
            text(&row.file),
            text(&row.sheet),
            text(&row.cell),
            text(&row.column),
            text(&row.value),
            row.problem.clone(),
            row.remedy.clone(),
            row.fate.clone(),
        ],
    }
}
