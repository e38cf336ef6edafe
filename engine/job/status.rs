//! How an office stands at a moment, as facts: what the status page shows and nothing that a log keeps.

use intake::{Refused, Waiting};
use jiff::civil::DateTime;
use rust_decimal::Decimal;
use task::Both;

use crate::error::Error;

/// How an office stands.
#[derive(Debug)]
pub struct Status<'a> {
    /// The name of the office's folder.
    pub office: String,
    /// When.
    pub at: DateTime,
    /// How often the page is written at least.
    pub refresh_seconds: u64,
    /// Whether the engine goes on; the last page of an engine that ends says no.
    pub working: bool,
    /// Every watched folder.
    pub desks: Vec<DeskStatus<'a>>,
    /// What waits, and why.
    pub waiting: Vec<Waits<'a>>,
    /// What lies in a watched folder and is not touched.
    pub refused: Vec<Refuses<'a>>,
    /// How many more wait or are refused than are listed.
    pub unlisted: u64,
    /// What is being worked on.
    pub running: Vec<Runs>,
    /// Duplicates that wait for a person.
    pub held: Vec<Held>,
    /// What was done today.
    pub done: Today,
    /// What went back today.
    pub returned: Today,
    /// What failed today.
    pub failed: Today,
}

/// One watched folder.
#[derive(Debug)]
pub struct DeskStatus<'a> {
    /// The task's id.
    pub task: String,
    /// Its name; the id again where the task cannot be loaded.
    pub name: Both,
    /// The folder as people know it.
    pub inbox: String,
    /// How often it is looked through, in seconds.
    pub scan_seconds: u64,
    /// When it was last looked through: its last sign of life.
    pub looked: Option<DateTime>,
    /// Why it stands still, and since when.
    pub paused: Option<(Pause<'a>, DateTime)>,
}

/// Why a folder stands still. No arrival is lost by it, and it goes on by itself.
#[derive(Clone, Copy, Debug)]
pub enum Pause<'a> {
    /// It cannot be looked into.
    Look(&'a intake::Error),
    /// A folder cannot be used.
    Place(&'a Error),
    /// Less room on the disk than must stay free, in bytes.
    NoRoom {
        /// What is free.
        free: u64,
        /// What must be.
        needed: u64,
    },
    /// The store refuses.
    Store(&'a ledger::Error),
    /// The task is broken now.
    Task(&'a task::Error),
    /// The engine made a mistake with a job.
    Mistake,
}

/// Something that waits.
#[derive(Debug)]
pub struct Waits<'a> {
    /// The task's id.
    pub task: String,
    /// Its name.
    pub name: String,
    /// Why; none for its turn.
    pub why: Option<&'a Waiting>,
}

/// Something that is not touched.
#[derive(Debug)]
pub struct Refuses<'a> {
    /// The task's id.
    pub task: String,
    /// Its name.
    pub name: String,
    /// Why.
    pub why: &'a Refused,
}

/// A job under way.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Runs {
    pub job: String,
    pub task: String,
    pub name: String,
    pub since: DateTime,
    pub attempt: u32,
}

/// A duplicate that waits for a person.
#[derive(Clone, Debug)]
pub struct Held {
    /// Its job.
    pub job: String,
    /// The task's id.
    pub task: String,
    /// Its name.
    pub name: String,
    /// The job that did the same content.
    pub earlier: String,
    /// Since when it waits.
    pub since: DateTime,
}

/// What ended today in one way.
#[derive(Clone, Debug, Default)]
pub struct Today {
    /// How many.
    pub count: u64,
    /// The latest of them, newest first.
    pub latest: Vec<Ended>,
}

/// A job that ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Its id.
    pub job: String,
    /// The task's id.
    pub task: String,
    /// The arrival's name.
    pub name: String,
    /// When.
    pub at: DateTime,
    /// Its folder, as a path within the office where it lies there.
    pub folder: String,
    /// Units of work and minutes saved, where they count.
    pub saved: Option<(u64, Decimal)>,
}
