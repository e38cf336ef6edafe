//! Editing a workbook without loss: what is not meant to change stays as it is, byte for byte.
//!
//! An editor collects what is wanted and carries it out at once, in [`Editor::finish`]: each sheet streams by one time,
//! and either everything is done or nothing.

mod around;
mod book;
mod calc;
mod cell;
mod formula;
mod refs;
mod row;
mod scan;
mod sheet;
mod stale;
mod stream;
mod style;
#[cfg(test)]
mod tests;
mod value;
mod verify;
mod work;

pub use sheet::SheetEditor;
pub use style::StyleChange;
pub use value::NewValue;
pub use verify::{Broken, Receipt, verify};

use crate::package::Package;
use crate::{Address, Area, Refusal, SheetNameTrouble};
use book::Finish;
use sheet::SheetState;
use verify::Meant;

/// Why a workbook is not edited. Nothing is done by halves.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum EditError {
    /// A part cannot be read.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A sheet is not there; those that are.
    #[error("no sheet {wanted:?}")]
    NoSheet { wanted: String, have: Vec<String> },
    /// Excel refuses the name of a sheet.
    #[error("sheet name {name:?}: {why:?}")]
    SheetName { name: String, why: SheetNameTrouble },
    /// A cell beyond Excel's last row or column.
    #[error("sheet {sheet:?}: {cell} is beyond the last cell")]
    Outside { sheet: String, cell: Address },
    /// A text longer than a cell of Excel's holds (32,767); how many UTF-16 units it has.
    #[error("sheet {sheet:?}, {cell}: a text of {units} units")]
    TextTooLong { sheet: String, cell: Address, units: usize },
    /// The cell is covered by a merged range, so that nobody would see what is put there.
    #[error("sheet {sheet:?}: {cell} is covered by {area}")]
    InsideMerge { sheet: String, cell: Address, area: Area },
    /// The cell belongs to a formula that fills a whole range; Excel does not let a part of it be changed either.
    #[error("sheet {sheet:?}: {cell} belongs to the formula of {area}")]
    InsideArray { sheet: String, cell: Address, area: Area },
    /// A shared formula without its text.
    #[error("sheet {sheet:?}: the formula of {cell} is lost")]
    SharedFormula { sheet: String, cell: Address },
    /// Rows out of order or twice, so that the place of an edit cannot be told.
    #[error("sheet {sheet:?}: row {} is out of order", row + 1)]
    Disorder { sheet: String, row: u32 },
    /// The part says that it is written in an encoding which cannot take what is added.
    #[error("{part} is written in {encoding}")]
    Encoding { part: String, encoding: String },
    /// More styles than Excel holds.
    #[error("more than 65,490 styles")]
    TooManyStyles,
    /// The result would be too large.
    #[error("the result is too large")]
    TooLarge,
}

/// An edited workbook.
#[derive(Clone, Debug)]
pub struct Edited {
    /// The file. The same edit of the same file gives the same bytes.
    pub bytes: Vec<u8>,
    /// The parts that are not what they were, in order of their names; parts that went and came among them.
    pub changed_parts: Vec<String>,
    /// Whether somebody had signed the workbook: the signature no longer holds.
    pub signature_broken: bool,
    /// How many saved results of formulas were taken out because the edit could have changed them.
    /// The workbook asks to be calculated when it is opened.
    pub stale: u64,
    /// What was meant, for the proof.
    pub(crate) meant: Vec<Meant>,
}

/// Collects what is wanted of a workbook.
pub struct Editor<'p> {
    pub(crate) package: &'p Package,
    pub(crate) sheets: Vec<SheetState>,
}

impl<'p> Editor<'p> {
    pub(crate) fn new(package: &'p Package) -> Editor<'p> {
        Editor { package, sheets: package.tabs.iter().map(SheetState::of).collect() }
    }

    /// A sheet with cells, by its name.
    pub fn sheet(&mut self, name: &str) -> Result<SheetEditor<'_>, EditError> {
        let at = self.find(name)?;
        Ok(SheetEditor { state: &mut self.sheets[at] })
    }

    /// Carries everything out. Fails without having done anything.
    pub fn finish(self) -> Result<Edited, EditError> {
        Finish::new(self)?.run()
    }

    fn find(&self, name: &str) -> Result<usize, EditError> {
        let lower = name.to_lowercase();
        let same = |state: &SheetState| state.cells && (state.name == name || state.name.to_lowercase() == lower);
        self.sheets.iter().position(same).ok_or_else(|| EditError::NoSheet {
            wanted: name.to_owned(),
            have: self.sheets.iter().filter(|state| state.cells).map(|state| state.name.clone()).collect(),
        })
    }
}
