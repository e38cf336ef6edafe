//! Which cells are coloured and which get a comment.

use std::collections::BTreeMap;

use super::Mark;
use crate::{Address, Area, MAX_COLUMNS, MAX_ROWS, Refusal, Severity, Sheet, Workbook};

/// Comments of one workbook: more are no help to anybody, and slow Excel down.
const MOST_COMMENTS: usize = 500;
/// Cells that one finding colours.
const MOST_CELLS: usize = 200;

/// What is put on the cells of a workbook.
#[derive(Default)]
pub(super) struct Plan {
    /// By the sheet's place in the workbook.
    pub(super) sheets: BTreeMap<usize, SheetPlan>,
    /// For each mark the sheet and cell that its line in the list leads to.
    pub(super) targets: Vec<Option<(usize, Address)>>,
    /// Cells without a comment because there are too many.
    pub(super) uncommented: usize,
}

/// What is put on the cells of one sheet.
#[derive(Default)]
pub(super) struct SheetPlan {
    /// The worst that is said of each cell.
    pub(super) colours: BTreeMap<Address, Severity>,
    /// Which marks each comment speaks of.
    pub(super) comments: BTreeMap<Address, Vec<usize>>,
}

impl Plan {
    /// Finds a place for each mark; one whose sheet or cell is not there stands in the list alone.
    pub(super) fn of(book: &Workbook, marks: &[Mark]) -> Result<Plan, Refusal> {
        let mut plan = Plan { targets: vec![None; marks.len()], ..Plan::default() };
        for at in 0..book.sheets().len() {
            let name = &book.sheets()[at].name;
            let here = |mark: &Mark| mark.sheet.as_ref().is_none_or(|wanted| wanted == name);
            // Without a sheet's name the first one is meant: a text file has no other.
            let own: Vec<usize> = (0..marks.len())
                .filter(|&nth| here(&marks[nth]) && marks[nth].cell.is_some() && plan.targets[nth].is_none())
                .collect();
            if own.is_empty() {
                continue;
            }
            let sheet = book.sheet(at)?;
            let mut found = SheetPlan::default();
            for nth in own {
                plan.targets[nth] = found.add(&sheet, &marks[nth], nth).map(|cell| (at, cell));
            }
            // The sheet stays read: the proof compares it with the marked one.
            plan.sheets.insert(at, found);
        }
        plan.limit(marks);
        Ok(plan)
    }

    /// Too many comments: those of the worst findings stay.
    fn limit(&mut self, marks: &[Mark]) {
        let all = self.sheets.values().map(|sheet| sheet.comments.len()).sum::<usize>();
        if all <= MOST_COMMENTS {
            return;
        }
        self.uncommented = all - MOST_COMMENTS;
        let worst = |of: &[usize]| of.iter().map(|nth| marks[*nth].severity).min();
        let mut cells: Vec<_> = self
            .sheets
            .iter()
            .flat_map(|(at, sheet)| sheet.comments.iter().map(move |(cell, of)| (worst(of), of[0], *at, *cell)))
            .collect();
        cells.sort_unstable();
        for (.., at, cell) in cells.drain(MOST_COMMENTS..) {
            if let Some(sheet) = self.sheets.get_mut(&at) {
                sheet.comments.remove(&cell);
            }
        }
    }
}

impl SheetPlan {
    /// Colours the cells of a mark; the comment comes to the first of them.
    fn add(&mut self, sheet: &Sheet, mark: &Mark, nth: usize) -> Option<Address> {
        let cells = cells(sheet, mark.cell.as_deref()?)?;
        for &cell in &cells {
            let known = self.colours.entry(cell).or_insert(mark.severity);
            *known = (*known).min(mark.severity);
        }
        let first = *cells.first()?;
        self.comments.entry(first).or_default().push(nth);
        Some(first)
    }
}

/// The cells that a place names, at most [`MOST_CELLS`]. Of a row those that hold something; for a cell within a merged range the
/// first of the range, which is the one that is seen.
fn cells(sheet: &Sheet, place: &str) -> Option<Vec<Address>> {
    let seen = |at: Address| sheet.merge_at(at).map_or(at, |area| area.first);
    if let Some(row) = row(place) {
        let filled: Vec<Address> = sheet
            .row(row)
            .into_iter()
            .flat_map(|found| found.values())
            .map(|(column, _)| seen(Address::new(row, column)))
            .collect();
        let first = filled.is_empty().then_some(Address::new(row, 0));
        return Some(filled.into_iter().chain(first).take(MOST_CELLS).collect());
    }
    let area: Area = place.parse().ok()?;
    let inside = area.last.row < MAX_ROWS && area.last.column < MAX_COLUMNS;
    let all = (area.first.row..=area.last.row)
        .flat_map(|row| (area.first.column..=area.last.column).map(move |column| Address::new(row, column)));
    inside.then(|| all.take(MOST_CELLS).map(seen).collect())
}

/// `12:12` as a zero-based row.
fn row(place: &str) -> Option<u32> {
    let (a, b) = place.split_once(':')?;
    let row: u32 = a.parse().ok().filter(|_| a == b)?;
    (1..=MAX_ROWS).contains(&row).then(|| row - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Limits, Shelf};

    fn mark(severity: Severity, cell: &str) -> Mark {
        let text = || "x".to_owned();
        Mark { severity, sheet: None, cell: Some(cell.into()), column: None, value: None, problem: text(), remedy: text() }
    }

    fn plan(marks: &[Mark]) -> Plan {
        let csv = b"a,b,c\n1,,3\n".to_vec();
        Plan::of(&Workbook::open("a.csv", csv, &Shelf::new(), &Limits::default()).unwrap(), marks).unwrap()
    }

    #[test]
    fn places_become_cells() {
        let plan = plan(&[
            mark(Severity::Warning, "B2"),
            mark(Severity::Error, "2:2"),
            mark(Severity::Note, "9:9"),
            mark(Severity::Error, "何か"),
        ]);
        let at = |row, column| Address::new(row, column);
        assert_eq!(plan.targets, [Some((0, at(1, 1))), Some((0, at(1, 0))), Some((0, at(8, 0))), None]);
        let sheet = &plan.sheets[&0];
        assert_eq!(sheet.colours[&at(1, 1)], Severity::Warning);
        assert_eq!(sheet.colours[&at(1, 2)], Severity::Error);
        assert_eq!(sheet.comments.len(), 3);
    }

    #[test]
    fn of_too_many_comments_the_worst_stay() {
        let notes = (1..=600).map(|row| mark(Severity::Note, &format!("A{row}")));
        let marks: Vec<Mark> = notes.chain([mark(Severity::Error, "C1000")]).collect();
        let plan = plan(&marks);
        assert_eq!((plan.uncommented, plan.sheets[&0].comments.len(), plan.sheets[&0].colours.len()), (101, 500, 601));
        assert!(plan.sheets[&0].comments.contains_key(&Address::new(999, 2)));
    }
}
