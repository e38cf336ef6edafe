//! The hours that were saved and the work that was done, on paper: figures first, then a workbook or a page; the same figures in each.
//!
//! It reads the ledger and changes nothing.

mod face;
mod figures;
mod gather;
mod paper;
mod period;
mod records;
mod register;
mod status;

pub use face::{csv, html, json, xlsx};
pub use figures::{
    Annual, Case, Comparison, Consulted, DepartmentLine, Figures, GridLine, Minutes, MonthLine, Options, Part, Quality, Range,
    TargetLine, TaskLine,
};
pub use paper::{Cell, Chart, ChartKind, Column, Grid, Paper, Section};
pub use period::Period;
pub use records::{Baseline, Head, Kept, Kind, Method, Records, Sum};
pub use register::{Change, Consultation, Context, Hours, Import, Known, Measure, Read, Status, Target, export, import, read};
pub use status::status_page;

#[cfg(test)]
mod trials;
