//! The faces of a report: a page, a workbook, a list, an object. Each draws the same [`Paper`](crate::Paper).

mod csv;
mod html;
mod json;
mod svg;
mod xlsx;

pub use csv::csv;
pub use html::html;
pub use json::json;
pub use xlsx::xlsx;
