//! The register (相談台帳): consultations and improvements by department, and the targets beside them.

mod entry;
mod export;
mod import;
mod kept;
mod read;
mod sheets;

pub use entry::{Consultation, Hours, Measure, Status, Target};
pub use export::export;
pub use import::{Change, Import, Known, import};
pub use read::{Context, Read, read};

pub(crate) use entry::hours;
