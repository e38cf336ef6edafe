//! Collecting the findings of one table, with an end to their number.

use rustc_hash::FxHashSet;

use crate::{Fate, Finding, Place, Problem, Severity, TextId};

/// How many findings of each weight are kept for one table; the rest are counted. A list that is longer is not read.
const ERRORS: usize = 10_000;
const WARNINGS: usize = 10_000;
const NOTES: usize = 1_000;

/// The findings of one table.
pub(super) struct Report {
    file: String,
    sheet: Option<String>,
    findings: Vec<Finding>,
    kept: [usize; 3],
    more: [u64; 3],
    /// What was said of a column once and need not be said again.
    said: FxHashSet<(usize, std::mem::Discriminant<Problem>, Option<TextId>)>,
}

impl Report {
    pub fn new(file: &str, sheet: &str, findings: Vec<Finding>) -> Report {
        let sheet = (!sheet.is_empty()).then(|| sheet.to_owned());
        Report { file: file.to_owned(), sheet, findings, kept: [0; 3], more: [0; 3], said: FxHashSet::default() }
    }

    /// Says something about a cell, a range or a row.
    pub fn say(
        &mut self,
        severity: Severity,
        cell: &str,
        column: Option<&str>,
        value: Option<String>,
        problem: Problem,
        fate: Fate,
    ) {
        let (at, limit) = match severity {
            Severity::Error => (0, ERRORS),
            Severity::Warning => (1, WARNINGS),
            Severity::Note => (2, NOTES),
        };
        if self.kept[at] == limit {
            self.more[at] += 1;
            return;
        }
        self.kept[at] += 1;
        let place = Place { file: Some(self.file.clone()), sheet: self.sheet.clone(), cell: Some(cell.to_owned()) };
        self.findings.push(Finding { severity, place, column: column.map(str::to_owned), value, problem, fate });
    }

    /// Whether a note of this kind about this column (and this text, where texts matter) is the first.
    pub fn is_first(&mut self, column: usize, problem: &Problem, text: Option<TextId>) -> bool {
        self.said.insert((column, std::mem::discriminant(problem), text))
    }

    /// All findings, with a last one for those that were only counted.
    pub fn finish(mut self) -> Vec<Finding> {
        let place = Place { file: Some(self.file), sheet: self.sheet, cell: None };
        for (severity, count) in [Severity::Error, Severity::Warning, Severity::Note].into_iter().zip(self.more) {
            if count > 0 {
                let problem = Problem::MoreFindings { count };
                let fate = if severity == Severity::Error { Fate::Stopped } else { Fate::Used };
                self.findings.push(Finding { severity, place: place.clone(), column: None, value: None, problem, fate });
            }
        }
        self.findings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_counted() {
        let mut report = Report::new("a.xlsx", "日報", Vec::new());
        for row in 0..NOTES + 5 {
            report.say(Severity::Note, &format!("A{row}"), None, None, Problem::NumberAsText, Fate::Used);
        }
        report.say(Severity::Error, "B1", Some("数"), None, Problem::Missing, Fate::Stopped);
        let findings = report.finish();
        assert_eq!(findings.len(), NOTES + 2);
        assert_eq!(findings.last().map(|last| last.problem.clone()), Some(Problem::MoreFindings { count: 5 }));
    }
}
