//! One arrival's way: looked at, performed in a worker, held against the task's rights, published.
//!
//! The only room that moves, writes or deletes office files, and the only one that starts a process. An input is opened
//! for reading alone; nothing that lies somewhere is ever replaced; what is published appears whole or not at all.

mod arrival;
mod away;
mod baseline;
mod clock;
mod conduct;
mod error;
mod files;
mod note;
mod office;
mod owner;
mod perform;
mod place;
mod proof;
mod rename;
mod report;
mod status;
mod worker;

pub use arrival::{Arrival, Left, Why};
pub use baseline::baseline;
pub use clock::now;
pub use conduct::{Finished, Job, Renamed, Way, resume, undo};
pub use error::{Error, Limit, ScriptLimit, Setback, Stop};
/// The clock of a job.
pub use jiff::civil::DateTime;
pub use note::{Counted, Note, Notes, Slip, Written};
pub use office::{Engine, Jobs, Other, POINTS, Page, Setup, Stopper, Undoing, Until, Unusable};
pub use place::{Placed, free_folder};
pub use proof::{Changed, How, Origin, Proof, Proven};
pub use rename::{UndoWhy, Undone};
pub use report::{Account, Confinement, Counts, Facts, ListWords, Progress, Row, Told, Weight};
pub use status::{DeskStatus, Ended, Held, Pause, Refuses, Runs, Status, Today, Waits};
pub use worker::{Words, work};
