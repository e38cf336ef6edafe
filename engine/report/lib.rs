//! The hours that were saved and the work that was done, on paper: figures first, then a workbook or a page; the same figures in each.
//!
//! It reads the ledger and changes nothing.

mod status;

pub use status::status_page;
