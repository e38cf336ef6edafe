//! A workbook as a value: bytes in, bytes out.
//!
//! No disk, no clock, no network: whoever calls hands the bytes in and carries the bytes out.

mod address;
mod calc;
mod compare;
mod edit;
mod error;
mod finding;
mod gate;
mod image;
mod lock;
mod mark;
mod package;
mod read;
mod sheet;
mod shelf;
mod table;
mod template;
mod text;
mod value;
mod write;

pub use address::{Address, Area, MAX_COLUMNS, MAX_ROWS};
pub use compare::{Difference, Differences, Shown, ValueKind, differences};
pub use edit::{Broken, EditError, Edited, Editor, NewValue, Receipt, RowTrouble, SheetEditor, StyleChange, verify};
pub use error::{Refusal, Suspicion};
pub use finding::{Fate, Finding, NotRenamed, Place, Problem, Severity};
pub use gate::Limits;
pub use image::{Image, ImageTrouble};
pub use lock::{CHANCE, SALT, Seal, Unlocked, is_container, is_locked, unlock};
pub use mark::{Mark, MarkError, MarkWords, MarkedCopy, UsedRows, left_out_copy, marked_copy};
pub use package::{Change, Changes, How, Package, Part};
pub use read::{Format, SheetInfo, Workbook};
pub use sheet::{CellView, Row, Sheet, SheetBuilder, Visibility};
pub use shelf::{Shelf, Source, SourceId};
pub use table::{
    Aggregate, AggregateKind, Column, ColumnSpec, Data, Duplicate, Excess, Exclusion, Index, JoinKind, Joined, Keep, Kind,
    Misfit, Origin, Reading, SortKey, Table, TableSpec, TotalRows, Unique, VerbError, beside, cell, has_header, nearest,
    read_table,
};
pub use template::{Field, Filled, Record, Template, TemplateTrouble};
pub use text::{TextId, Texts};
pub use value::{Day, ExcelError, Value};
pub use write::{
    Block, Chart, ChartKind, CsvEncoding, CsvStyle, FINDING_COLUMNS, FindingRow, FormatClass, NewSheet, NewTable, NewWorkbook,
    Page, Series, SheetNameTrouble, Tone, Totals, WriteError, findings_workbook, write_csv,
};
