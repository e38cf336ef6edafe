//! What the office wants done: a form understood, its script beside it, its baseline.
//!
//! A broken task is found when it is loaded, not when the first file comes. The room reads the files of tasks and
//! cases and writes none; it never runs a script.

mod baseline;
mod case;
mod catalogue;
mod error;
mod folders;
mod form;
mod limits;
mod manifest;
mod office;
mod pattern;
mod secrets;
mod task;

pub use baseline::{Baseline, Method, Saving};
pub use case::{Case, Ending};
pub use catalogue::Catalogue;
pub use error::Error;
pub use form::{Fault, Mistake, Overlap, Plain, Wanted, nearest};
pub use limits::Limits;
pub use manifest::{ArrivalKind, Both, Manifest, WrittenLimits, WrittenSetting};
pub use office::{Desk, Duplicates, Folders, Log, Office, ReportSettings};
pub use pattern::Pattern;
pub use secrets::Password;
pub use task::Task;
