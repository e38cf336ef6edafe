//! From a workbook to a table: which sheet it stands in.

use std::rc::Rc;

use super::{
    ColumnSpec, Kind, TableSpec,
    header::{self, Header},
    read::{self, Reading},
};
use crate::{Fate, Finding, Format, Place, Problem, Refusal, Severity, Sheet, Visibility, Workbook};

/// Reads the table that `spec` declares: in the sheet it names, else in the visible sheet whose header fits best,
/// else in a hidden one. Where there is no such table, the findings say what is missing and what comes nearest.
pub fn read_table(book: &Workbook, spec: &TableSpec) -> Result<Reading, Vec<Finding>> {
    let (at, sheet, header) = match &spec.sheet {
        Some(name) => named(book, name, spec)?,
        None => best(book, spec)?,
    };
    let others = others(book, at, spec);
    let untyped = matches!(book.format(), Format::Csv | Format::Tsv);
    let mut reading = read::read(&sheet, book.file(), spec, header, untyped);
    for (name, same) in &others {
        if *same {
            let problem = Problem::OtherSheet { sheet: name.clone() };
            reading.findings.push(finding(book, Some(name), Severity::Warning, problem, Fate::Skipped));
        }
    }
    reading.other_sheets = others.into_iter().map(|(name, _)| name).collect();
    Ok(reading)
}

/// Whether a table with these labels stands in a sheet of the workbook.
pub fn has_header(book: &Workbook, labels: &[&str]) -> bool {
    let columns = labels.iter().map(|label| ColumnSpec::new(label, Kind::Any)).collect();
    best(book, &TableSpec::new(columns)).is_ok()
}

type Choice = (usize, Rc<Sheet>, Header);

fn named(book: &Workbook, name: &str, spec: &TableSpec) -> Result<Choice, Vec<Finding>> {
    let Some(at) = position(book, name) else {
        let have: Vec<String> = book.sheets().iter().map(|sheet| sheet.name.clone()).collect();
        let problem = Problem::NoSheet { wanted: name.to_owned(), have };
        return Err(vec![finding(book, None, Severity::Error, problem, Fate::Stopped)]);
    };
    let sheet = book.sheet(at).map_err(|refusal| vec![refused(book, at, refusal)])?;
    let header = header::find(&sheet, book.file(), spec)?;
    Ok((at, sheet, header))
}

/// A sheet by its name, widths and spaces aside. The one sheet of a CSV file has whatever name is asked for.
pub(super) fn position(book: &Workbook, name: &str) -> Option<usize> {
    if matches!(book.format(), Format::Csv | Format::Tsv) {
        return Some(0);
    }
    let key = japan::label_key(name);
    let sheets = book.sheets();
    sheets
        .iter()
        .position(|sheet| sheet.name == name)
        .or_else(|| sheets.iter().position(|sheet| japan::label_key(&sheet.name) == key))
}

fn best(book: &Workbook, spec: &TableSpec) -> Result<Choice, Vec<Finding>> {
    let mut closest: Option<Vec<Finding>> = None;
    for visible in [true, false] {
        let mut good: Option<Choice> = None;
        for at in sheets(book, visible) {
            let found = book.sheet(at).map_err(|refusal| vec![refused(book, at, refusal)]);
            match found.and_then(|sheet| header::find(&sheet, book.file(), spec).map(|header| (at, sheet, header))) {
                Ok(choice) if choice.2.perfect => return Ok(choice),
                Ok(choice) if good.as_ref().is_none_or(|good| choice.2.findings.len() < good.2.findings.len()) => {
                    good = Some(choice)
                }
                Ok(_) => book.forget(at),
                Err(findings) => {
                    book.forget(at);
                    if closest.as_ref().is_none_or(|closest| closeness(&findings) > closeness(closest)) {
                        closest = Some(findings);
                    }
                }
            }
        }
        if let Some(good) = good {
            return Ok(good);
        }
    }
    Err(closest.unwrap_or_else(|| vec![no_sheets(book, spec)]))
}

/// How near a failed search came: a header with few missing columns is nearer than a row that is no header.
fn closeness(findings: &[Finding]) -> (u8, i64) {
    let missing = findings.iter().filter(|finding| matches!(finding.problem, Problem::NoColumn { .. })).count() as i64;
    let found = |finding: &Finding| matches!(&finding.problem, Problem::NoHeader { found, .. } if !found.is_empty());
    match (missing, findings.iter().any(found)) {
        (1.., _) => (2, -missing),
        (_, true) => (1, 0),
        _ => (0, 0),
    }
}

fn sheets(book: &Workbook, visible: bool) -> impl Iterator<Item = usize> {
    book.sheets()
        .iter()
        .enumerate()
        .filter(move |(_, sheet)| (sheet.visibility == Visibility::Visible) == visible)
        .map(|(at, _)| at)
}

/// The visible sheets other than the one that was read, and whether they hold the same header. Where the script names
/// its sheet, nobody expects the others to be read, and they are not looked at.
fn others(book: &Workbook, chosen: usize, spec: &TableSpec) -> Vec<(String, bool)> {
    let mut others = Vec::new();
    for at in sheets(book, true).filter(|at| *at != chosen) {
        let name = book.sheets()[at].name.clone();
        let same = spec.sheet.is_none()
            && book.sheet(at).is_ok_and(|sheet| {
                header::find(&sheet, book.file(), spec).is_ok_and(|header| {
                    header.perfect && sheet.rows().next_back().is_some_and(|last| last.number() > header.area.last.row)
                })
            });
        if spec.sheet.is_none() {
            book.forget(at);
        }
        others.push((name, same));
    }
    others
}

fn refused(book: &Workbook, at: usize, refusal: Refusal) -> Finding {
    let name = book.sheets().get(at).map(|sheet| sheet.name.clone());
    finding(book, name.as_deref(), Severity::Error, Problem::Refused(refusal), Fate::Stopped)
}

fn no_sheets(book: &Workbook, spec: &TableSpec) -> Finding {
    let wanted = spec.columns.iter().map(|column| column.name.clone()).collect();
    let problem = Problem::NoHeader { wanted, best_row: None, found: Vec::new() };
    finding(book, None, Severity::Error, problem, Fate::Stopped)
}

fn finding(book: &Workbook, sheet: Option<&str>, severity: Severity, problem: Problem, fate: Fate) -> Finding {
    let sheet = sheet.filter(|name| !name.is_empty()).map(str::to_owned);
    let place = Place { file: Some(book.file().to_owned()), sheet, cell: None };
    Finding { severity, place, column: None, value: None, problem, fate }
}
