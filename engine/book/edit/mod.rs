//! Editing a workbook without loss: what is not meant to change stays as it is, byte for byte.
//!
//! An editor collects what is wanted and carries it out at once, in [`Editor::finish`]: each sheet streams by one time,
//! and either everything is done or nothing.

mod around;
mod book;
mod calc;
mod cell;
pub(crate) mod comment;
pub(crate) mod formula;
mod fresh;
mod moved;
pub(crate) mod picture;
mod refs;
mod row;
mod rows;
mod scan;
pub(crate) mod shade;
mod sheet;
mod stale;
mod stream;
mod style;
mod table;
mod tabs;
mod tag;
#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) use tests::with_part;
mod value;
mod values;
mod verify;
pub(crate) mod work;

pub(crate) use scan::Formulas;
pub use sheet::SheetEditor;
pub use style::StyleChange;
pub use value::NewValue;
pub use verify::{Broken, Receipt, verify};

use crate::package::Package;
use crate::{Address, Area, Refusal, SheetNameTrouble};
use book::Finish;
use formula::Move;
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
    /// The header of a table must be a text of its own, and stays while formulas name it.
    #[error("sheet {sheet:?}: {cell} is a header of the table {table:?}")]
    TableHeader { sheet: String, cell: Address, table: String },
    /// A shared formula without its text.
    #[error("sheet {sheet:?}: the formula of {cell} is lost")]
    SharedFormula { sheet: String, cell: Address },
    /// Rows out of order or twice, so that the place of an edit cannot be told.
    #[error("sheet {sheet:?}: row {} is out of order", row + 1)]
    Disorder { sheet: String, row: u32 },
    /// Rows cannot come or go.
    #[error("sheet {sheet:?}: {why:?}")]
    Rows { sheet: String, why: RowTrouble },
    /// The last visible sheet cannot be taken away.
    #[error("{sheet:?} is the last sheet")]
    LastSheet { sheet: String },
    /// A sheet that others refer to cannot be taken away; which part does.
    #[error("{part} refers to sheet {sheet:?}")]
    InUse { sheet: String, part: String },
    /// A sheet with something that cannot stand in a workbook twice is not copied; the kind of its part.
    #[error("sheet {sheet:?} has a {what}")]
    NoCopy { sheet: String, what: String },
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

/// Why rows cannot come or go.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RowTrouble {
    /// Something would be pushed beyond the last row, or there are no such rows.
    Full,
    /// A formula that fills a whole range would be torn apart.
    Array(Area),
    /// A table would lose its header or all its rows, or its header would stand twice.
    Table {
        /// Its name.
        name: String,
    },
    /// A pivot table would be torn apart.
    Pivot {
        /// Its name.
        name: String,
    },
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
    /// How many results of formulas that the edit could have changed were worked out anew.
    pub calculated: u64,
    /// How many could not be, and were taken out: the workbook asks to be calculated when it is opened.
    pub stale: u64,
    /// What was meant, for the proof.
    pub(crate) meant: Vec<Meant>,
}

/// Collects what is wanted of a workbook.
pub struct Editor<'p> {
    pub(crate) package: &'p Package,
    /// The sheets in the order they will have.
    pub(crate) sheets: Vec<SheetState>,
    /// Rows that come and go, each with the number of its sheet.
    pub(crate) moves: Vec<(usize, Move)>,
    /// The number that the next new sheet gets.
    pub(crate) next: usize,
    /// The moment for formulas that ask for it.
    pub(crate) now: Option<jiff::civil::DateTime>,
}

impl<'p> Editor<'p> {
    pub(crate) fn new(package: &'p Package) -> Editor<'p> {
        let sheets: Vec<_> = package.tabs.iter().enumerate().map(|(nth, tab)| SheetState::of(nth, tab)).collect();
        Editor { package, next: sheets.len(), sheets, moves: Vec::new(), now: None }
    }

    /// Sets the moment for formulas that ask for the day or the time. Without it their results are left out.
    pub fn clock(&mut self, now: jiff::civil::DateTime) {
        self.now = Some(now);
    }

    /// A sheet with cells, by its name.
    pub fn sheet(&mut self, name: &str) -> Result<SheetEditor<'_>, EditError> {
        let at = self.find(name)?;
        Ok(self.at(at))
    }

    /// Takes the sheet that is on top when the workbook is opened off the selection: another one is going to be there, and what
    /// is typed into selected sheets goes into all of them.
    pub(crate) fn unselect(&mut self) {
        let active = self.package.active();
        if let Some(state) = self.sheets.get_mut(active).filter(|state| state.cells) {
            state.unselect = true;
        }
    }

    /// Carries everything out. Fails without having done anything.
    pub fn finish(self) -> Result<Edited, EditError> {
        Finish::new(self)?.run()
    }

    pub(crate) fn at(&mut self, at: usize) -> SheetEditor<'_> {
        SheetEditor { state: &mut self.sheets[at], moves: &mut self.moves }
    }

    pub(crate) fn find(&self, name: &str) -> Result<usize, EditError> {
        let lower = name.to_lowercase();
        let same = |state: &SheetState| state.cells && (state.name == name || state.name.to_lowercase() == lower);
        self.sheets.iter().position(same).ok_or_else(|| EditError::NoSheet {
            wanted: name.to_owned(),
            have: self.sheets.iter().filter(|state| state.cells).map(|state| state.name.clone()).collect(),
        })
    }
}
