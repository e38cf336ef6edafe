//! What else in a workbook names rows, after rows have come or gone.

mod anchors;
mod around;
mod check;
mod parts;

pub(crate) use around::around_cells;
pub(crate) use check::check;
pub(crate) use parts::{Related, pivot_source, related_parts};

use super::cell::Rules;
use super::formula::{Growth, Move, area_moved, shown};
use crate::{Address, Area, MAX_ROWS};

/// Moves the references of one sheet and of what belongs to it.
pub(crate) struct Mover<'m, 'a> {
    pub(crate) rules: &'m Rules<'a>,
    pub(crate) steps: Vec<Move>,
}

impl<'m, 'a> Mover<'m, 'a> {
    pub(crate) fn new(rules: &'m Rules<'a>) -> Mover<'m, 'a> {
        Mover { rules, steps: rules.own.iter().map(|(_, step)| *step).collect() }
    }

    /// Whether nothing moves and nothing has another name.
    pub(crate) fn is_idle(&self) -> bool {
        self.rules.moves.all.is_empty() && self.rules.renamed.is_none()
    }

    /// A formula outside of cells.
    pub(crate) fn formula(&self, text: &str) -> Option<String> {
        let moved = self.rules.moves.formula(text, 0..self.rules.moves.all.len(), None);
        match self.rules.renamed {
            Some(renames) => renames.formula(moved.as_deref().unwrap_or(text)).or(moved),
            None => moved,
        }
    }

    /// A single area, as text; none if its rows are gone.
    fn area(&self, text: &str, growth: Growth) -> Option<String> {
        match text.parse::<Area>() {
            Ok(area) => area_moved(area, &self.steps, growth).map(|area| shown(area, text.contains(':'))),
            Err(()) => Some(text.to_owned()),
        }
    }

    /// All areas that one becomes: where it lies within a repeated block there is one for each copy.
    fn areas(&self, area: Area, whole: Growth) -> Vec<Area> {
        let mut all = vec![area];
        for step in &self.steps {
            let mut next = Vec::new();
            for area in all {
                next.extend(area_moved(area, std::slice::from_ref(step), whole_growth(area, *step, whole)));
                next.extend(copies(area, *step, whole));
            }
            all = next;
        }
        all
    }

    /// A list of areas, as text; none if nothing is left.
    fn list(&self, text: &str) -> Option<String> {
        let mut words = Vec::new();
        for word in text.split_whitespace() {
            match word.parse::<Area>() {
                Ok(area) => words.extend(self.areas(area, Growth::Grows).into_iter().map(|area| shown(area, word.contains(':')))),
                Err(()) => words.push(word.to_owned()),
            }
        }
        (!words.is_empty()).then(|| words.join(" "))
    }

    /// A row, where it must be somewhere: the rows that are gone leave the next one.
    fn row(&self, row: u32) -> u32 {
        let after = |row: u32, step: &Move| match *step {
            Move::Delete { at, count } if row >= at && row - at < count => at,
            step => step.row(row).unwrap_or(row),
        };
        self.steps.iter().fold(row, after).min(MAX_ROWS - 1)
    }
}

/// Whether the area is a part of the rows of a block that is repeated, and not all of them.
fn partly(area: Area, step: Move) -> bool {
    matches!(step, Move::Repeat { first, last, .. }
        if area.first.row >= first && area.last.row <= last && (area.first.row, area.last.row) != (first, last))
}

fn whole_growth(area: Area, step: Move, whole: Growth) -> Growth {
    if partly(area, step) { Growth::Stays } else { whole }
}

/// The copies of an area that lies within a repeated block.
fn copies(area: Area, step: Move, whole: Growth) -> Vec<Area> {
    let Move::Repeat { first, last, times } = step else { return Vec::new() };
    let inside = area.first.row >= first && area.last.row <= last;
    if !inside || (whole == Growth::Grows && !partly(area, step)) {
        return Vec::new();
    }
    let down = |by: u32| Area {
        first: Address::new(area.first.row + by, area.first.column),
        last: Address::new(area.last.row + by, area.last.column),
    };
    (1..=times).map(|time| down((last - first + 1) * time)).collect()
}
