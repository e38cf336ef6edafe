//! The office's store: where each job stands, and the ledger (台帳) of what was done and what it saved.
//!
//! The only room that speaks SQL. The ledger is append-only and chained by hashes; a job's last step and its run are written in
//! one transaction. No clock: the time is handed in. `docs/ledger.md` describes the chain for a stranger.

mod append;
mod baseline;
mod batch;
mod chain;
mod correct;
mod count;
mod entry;
mod error;
mod export;
mod head;
mod job;
mod look;
mod minutes;
mod place;
mod recompute;
mod renames;
mod step;
mod store;
mod sum;
#[cfg(test)]
mod trial;
mod verify;

pub use append::NewEntry;
pub use baseline::{Baseline, Measurement, Method};
pub use batch::{Known, Rename, RenameBatch, Renames};
pub use chain::Head;
pub use count::{Counting, Run};
pub use entry::{Ending, Entry, EntryNo, Filter, Kind};
pub use error::Error;
pub use export::ExportError;
pub use head::{NotedHeads, noted_heads};
pub use job::{Fate, Job, JobFilter, NewJob, Staging, State, Step};
pub use minutes::Minutes;
pub use recompute::{Difference, Figure, Recomputed};
pub use renames::{RenameCounts, RenameState};
pub use step::NAMES_KEPT;
pub use store::Store;
pub use sum::Sum;
pub use verify::{Flaw, Verdict};

pub use jiff::civil::{Date, DateTime};
