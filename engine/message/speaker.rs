//! The words that a worker takes along.

use book::{Finding, Part, Place, Problem};
use japan::NameTrouble;
use job::{Facts, Left, ListWords, Row, Told, Weight, Why, Words};
use script::{Exclusion, Trouble};

use crate::{Lang, Tell, Telling};

/// Speaks for a worker in one language.
#[derive(Clone, Copy, Debug)]
pub struct Speaker(pub Lang);

impl Words for Speaker {
    fn finding(&self, finding: &Finding) -> Row {
        let column = finding.column.as_deref();
        let Telling { what, next } = crate::problem(self.0, &finding.problem, column);
        let fate = match &finding.problem {
            Problem::Said { done: Some(done), .. } => done.clone(),
            _ => self.fate(finding.fate),
        };
        Row {
            severity: finding.severity.into(),
            file: finding.place.file.clone(),
            sheet: finding.place.sheet.clone(),
            cell: finding.place.cell.clone(),
            column: finding.column.clone(),
            value: finding.value.as_deref().map(|value| japan::mask(column, value)),
            problem: what,
            remedy: next,
            fate,
            quotes: finding.problem.quotes(),
        }
    }

    fn left(&self, left: &Left) -> Row {
        let (severity, fate) = match left.why {
            Why::Open { .. } => (Weight::Note, book::Fate::Used),
            Why::NothingToDo { .. } => (Weight::Error, book::Fate::Stopped),
            Why::Link | Why::HardLink { .. } | Why::NotAFile | Why::NameNotText | Why::NotAccepted { .. } | Why::Unreadable => {
                (Weight::Warning, book::Fate::Skipped)
            }
        };
        let Telling { what, next } = left.why.tell(self.0);
        let file = Some(left.path.clone());
        Row { severity, file, problem: what, remedy: next, fate: self.fate(fate), ..Row::default() }
    }

    fn name_trouble(&self, trouble: &NameTrouble) -> String {
        said!(self.0, label::name_trouble(trouble))
    }

    fn trouble(&self, trouble: &Trouble) -> Told {
        let Telling { what, next } = trouble.tell(self.0);
        let known = |number: u32| (number > 0).then_some(number as usize);
        Told {
            what,
            next,
            warning: trouble.weight == script::Weight::Warning,
            file: (!trouble.file.is_empty()).then(|| trouble.file.clone()),
            line: known(trouble.line),
            column: known(trouble.column),
            word: trouble.word.clone(),
        }
    }

    fn exclusion(&self, exclusion: &Exclusion) -> String {
        said!(self.0, script::exclusion(exclusion))
    }

    fn place(&self, place: &Place) -> String {
        crate::place(self.0, place).unwrap_or_default()
    }

    fn part(&self, part: &Part) -> String {
        said!(self.0, proof::part(part))
    }

    fn list(&self, facts: &Facts) -> ListWords {
        said!(self.0, label::list(facts))
    }

    fn marks(&self, rows: &[&Row]) -> book::MarkWords {
        said!(self.0, mark::marks(rows))
    }

    fn marked_name(&self, stem: &str) -> String {
        said!(self.0, mark::marked_name(stem))
    }

    fn left_out_name(&self, stem: &str) -> String {
        said!(self.0, mark::left_out_name(stem))
    }
}

impl Speaker {
    fn fate(&self, fate: book::Fate) -> String {
        said!(self.0, label::fate(fate)).to_owned()
    }
}
