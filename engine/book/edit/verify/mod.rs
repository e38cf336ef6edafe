//! The proof before publishing: the edited workbook is read again and compared with what was meant.
//!
//! Parts that were not to change are compared as they lie in the zip. Of a sheet that changed, original and result stream by in step:
//! a row that was not to change has the same bytes in both, and stands for the same cells because styles and shared texts still
//! mean the same. Rows that were edited or moved are compared cell by cell, and what was set is read. Nothing is held but a row.

mod around;
mod looks;
mod row;
mod rows;
mod step;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::Edited;
use super::cell::CellEdit;
use super::formula::Move;
use super::fresh::Results;
use super::stale::Stale;
use crate::gate::Limits;
use crate::package::{Changes, Package, Tab};
use crate::{Address, Refusal};
use looks::Looks;
use step::InStep;

/// What was meant of one sheet of the result.
#[derive(Clone, Debug)]
pub(crate) struct Meant {
    pub(crate) name: String,
    /// The sheet of the original whose cells it has; none for a new one.
    pub(crate) from: Option<String>,
    pub(crate) edits: BTreeMap<u32, BTreeMap<u32, CellEdit>>,
    pub(crate) heights: BTreeMap<u32, f64>,
    pub(crate) moves: Vec<(usize, Move)>,
    pub(crate) stale: Rc<Stale>,
    /// The results of formulas that were worked out anew, by the cells of the result.
    pub(crate) fresh: Rc<Results>,
    /// Whether formulas may read otherwise than before: rows moved on some sheet, the sheet is a copy, or a formula that cells
    /// shared lost its first cell.
    pub(crate) formulas_move: bool,
    /// The elements around the cells that may change; all of them where rows moved.
    pub(crate) around: BTreeSet<&'static str>,
}

impl Meant {
    fn may_change(&self, element: &[u8]) -> bool {
        self.formulas_move || self.around.iter().any(|name| name.as_bytes() == element)
    }

    fn rows_went(&self) -> bool {
        self.moves.iter().any(|(_, step)| matches!(step, Move::Delete { .. }))
    }

    /// Whether nothing was meant for the cells.
    fn is_idle(&self) -> bool {
        self.edits.is_empty() && self.heights.is_empty() && self.moves.is_empty() && self.stale.is_empty()
    }
}

/// What is known for certain about an edited workbook.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Receipt {
    /// The parts that are not what they were, and how many are the same.
    pub changes: Changes,
    /// How many cells were set and hold what was meant.
    pub set_cells: u64,
    /// How many cells of the sheets that changed were not meant to change and are what they were.
    pub same_cells: u64,
    /// How many formulas wait for the next calculation.
    pub stale_cells: u64,
}

/// What is wrong with an edited workbook. Nothing of it may be published.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum Broken {
    /// It cannot be read again.
    #[error("the result cannot be read: {0}")]
    Unreadable(Refusal),
    /// A part changed that was not to, or otherwise than it was to.
    #[error("the part {part} changed")]
    Part { part: String },
    /// The sheets are not those that were meant.
    #[error("the sheets are {have:?}, not {wanted:?}")]
    Sheets { wanted: Vec<String>, have: Vec<String> },
    /// A cell is not what it should be; both as the file writes them, unmasked.
    #[error("sheet {sheet:?}: {cell} is not what was meant")]
    Cell { sheet: String, cell: Address, wanted: String, have: String },
}

impl From<Refusal> for Broken {
    fn from(refusal: Refusal) -> Broken {
        Broken::Unreadable(refusal)
    }
}

/// Reads an edited workbook again and compares it with the original: cells that were set hold what was meant, all others
/// are equal, and every part that did not have to change is the same byte for byte.
pub fn verify(original: &Package, edited: &Edited) -> Result<Receipt, Broken> {
    let limits = roomy(&original.limits, edited.bytes.len() as u64);
    let after = Package::open("", edited.bytes.clone(), &limits)?;
    let changed = &edited.changed_parts;
    let changes = Changes::between(original, &after);
    if let Some(other) = changes.parts.iter().find(|change| !changed.contains(&change.part)) {
        return Err(Broken::Part { part: other.part.clone() });
    }
    let mut receipt = Receipt { changes, set_cells: 0, same_cells: 0, stale_cells: 0 };
    let tabs: Vec<&Tab> = after.tabs.iter().filter(|tab| tab.cells).collect();
    let wanted: Vec<String> = edited.meant.iter().map(|meant| meant.name.clone()).collect();
    let have: Vec<String> = tabs.iter().map(|tab| tab.name.clone()).collect();
    if have != wanted {
        return Err(Broken::Sheets { wanted, have });
    }
    if after.date1904 != original.date1904 {
        return Err(Broken::Part { part: after.main.clone() });
    }
    looks::same_texts(original, &after, changed)?;
    let looks = Looks::read(original, &after, changed)?;
    for (meant, tab) in edited.meant.iter().zip(tabs) {
        let from = original.tabs.iter().find(|old| old.cells && Some(&old.name) == meant.from.as_ref());
        let untouched = from.is_some_and(|old| old.part == tab.part) && !changed.contains(&tab.part);
        if untouched && meant.is_idle() {
            continue;
        }
        let old = from.map(|from| (original, from.part.as_str()));
        InStep::new(meant, &looks, old, (&after, &tab.part))?.compare(&mut receipt)?;
    }
    Ok(receipt)
}

/// The result may be a little larger than what is taken in, and packed a little better.
fn roomy(limits: &Limits, bytes: u64) -> Limits {
    let ratio = limits.ratio.saturating_mul(2);
    Limits { file: limits.file.max(bytes), entries: limits.entries + 4_096, ratio, ..limits.clone() }
}
