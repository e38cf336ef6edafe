//! Writing: new workbooks and CSV files out of tables, as bytes. The same input gives the same bytes.

mod chart;
mod cp932;
mod csv;
mod findings;
mod guard;
mod pattern;
mod plan;
mod sheet;
mod style;
mod totals;
mod width;
mod xlsx;

pub use chart::{Chart, ChartKind, Series};
pub use csv::{CsvEncoding, CsvStyle, write_csv};
pub use findings::{FINDING_COLUMNS, FindingRow, findings_workbook};
pub use pattern::FormatClass;
pub use sheet::{Block, NewSheet, NewTable, Page, Tone, Totals};
pub use xlsx::NewWorkbook;

use crate::Place;

/// Why a workbook cannot be written.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum WriteError {
    /// A workbook needs a sheet.
    #[error("a workbook without a sheet")]
    NoSheets,
    /// Excel refuses the name of a sheet.
    #[error("sheet name {name:?}: {why:?}")]
    SheetName { name: String, why: SheetNameTrouble },
    /// A column is named that the table does not have; those it has.
    #[error("no column {wanted:?}")]
    NoColumn { wanted: String, have: Vec<String> },
    /// A chart is wanted on a sheet that is not there, or has no table; the sheets that are there.
    #[error("no sheet {wanted:?}")]
    NoSheet { wanted: String, have: Vec<String> },
    /// More rows than a sheet of Excel's holds (1,048,576).
    #[error("sheet {sheet:?}: {rows} rows")]
    TooManyRows { sheet: String, rows: u64 },
    /// More columns than a sheet of Excel's holds (16,384).
    #[error("sheet {sheet:?}: {columns} columns")]
    TooManyColumns { sheet: String, columns: usize },
    /// A text longer than a cell of Excel's holds (32,767); the cell of the output and where the value came from.
    #[error("sheet {sheet:?}, {cell}: a text of {units} units")]
    TextTooLong { sheet: String, cell: String, units: usize, from: Box<Place> },
    /// The writer itself failed (its temporary file, for instance); technical words for the specialist.
    #[error("{0}")]
    Failed(String),
}

/// Why Excel refuses the name of a sheet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SheetNameTrouble {
    /// Nothing in it.
    Empty,
    /// Longer than 31 UTF-16 units; how long.
    TooLong(usize),
    /// One of `[ ] : * ? / \` or a control character.
    Character(char),
    /// Begins or ends with an apostrophe.
    Apostrophe,
    /// `History` and `履歴` are Excel's own.
    Reserved,
    /// Another sheet has it already (case does not count).
    Taken,
}
