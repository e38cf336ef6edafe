//! What goes into a run of a script and what comes out of it.

use std::collections::BTreeMap;

use book::{Finding, Place, Refusal};
use jiff::civil;
use rust_decimal::Decimal;

use crate::{Limits, Trouble};

/// A file of the arrival. Its bytes are fetched when a script reads it, not before.
pub struct Input {
    /// Path within the arrival, with `/`.
    pub path: String,
    /// The file's name.
    pub name: String,
    /// The folder within the arrival; empty at its top.
    pub folder: String,
    /// Bytes.
    pub size: u64,
    /// When it was changed last.
    pub modified: Option<civil::DateTime>,
    /// Who has it open, by its `~$` file.
    pub open_by: Option<String>,
    /// Fetches the bytes.
    pub load: Box<dyn Fn() -> Result<Vec<u8>, Refusal>>,
}

/// A setting of the task.
#[derive(Clone, PartialEq, Debug)]
#[allow(missing_docs, reason = "the variants say what they are")]
pub enum Setting {
    Text(String),
    Integer(i64),
    Decimal(Decimal),
    YesNo(bool),
    Date(civil::Date),
    List(Vec<Setting>),
}

/// How far a run is, for a progress bar.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum Progress {
    /// A file is being read: its number from 1, how many there are, its path.
    Reading { number: usize, of: usize, path: String },
    /// Steps of the script so far.
    Steps(u64),
    /// An output is being made.
    Writing { name: String },
}

/// Everything a script may know besides its files.
pub struct Context {
    /// The arrival's name.
    pub arrival: String,
    /// The clock: the same during the whole run.
    pub now: civil::DateTime,
    /// For whatever must look random and be repeatable.
    pub seed: u64,
    /// The task's settings.
    pub settings: BTreeMap<String, Setting>,
    /// The script's limits.
    pub limits: Limits,
    /// The limits of reading files.
    pub book_limits: book::Limits,
    /// Told how far it is.
    pub progress: Box<dyn Fn(Progress)>,
}

impl Context {
    /// A context without settings, at a time: for tests and checks.
    pub fn at(now: civil::DateTime) -> Context {
        Context {
            arrival: String::new(),
            now,
            seed: 0,
            settings: BTreeMap::new(),
            limits: Limits::default(),
            book_limits: book::Limits::default(),
            progress: Box::new(|_| ()),
        }
    }
}

/// A file to be published.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Output {
    /// Its name, without folders.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// A file to be given another name within its folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rename {
    /// Which of the inputs, in the order in which they were given.
    pub file: u32,
    /// The path now.
    pub from: String,
    /// The path then.
    pub to: String,
    /// Why.
    pub reason: String,
}

/// What became of the rows that were read: `read = used + the excluded`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Account {
    /// Rows read by `表を読む`.
    pub read: u64,
    /// Rows used.
    pub used: u64,
    /// Rows excluded, by reason, in the order in which the reasons first occurred.
    pub excluded: Vec<(Exclusion, u64)>,
}

/// Why a row was excluded.
#[derive(Clone, PartialEq, Eq, Debug, Hash)]
#[allow(missing_docs, reason = "the variants say what they are")]
pub enum Exclusion {
    /// A value did not fit its column.
    Misfit,
    /// A total row.
    Total,
    /// For another reason of reading (a note below the table, a repeated header…).
    Reading(String),
    /// The script's own reason.
    Said(String),
}

/// What a script did: effects as values; `job` carries them out.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Outcome {
    /// Files to publish.
    pub outputs: Vec<Output>,
    /// Files to rename, no two to the same name and none to a name that is taken.
    pub renames: Vec<Rename>,
    /// What is wrong or doubtful, in the order of discovery.
    pub findings: Vec<Finding>,
    /// Findings beyond the limit that were not kept.
    pub findings_left_out: u64,
    /// Units of work.
    pub units: u64,
    /// What became of the rows.
    pub account: Account,
    /// Paths of the files that were opened.
    pub files_read: Vec<String>,
    /// What the script printed for its author (`print`, `debug`); may hold cell values.
    pub notes: Vec<String>,
}

/// Which limit was reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the names say what they are")]
pub enum LimitKind {
    Operations,
    Calls,
    Text,
    Map,
    Variables,
    Modules,
    Rows,
}

/// Why a run ends without an outcome.
#[derive(Clone, PartialEq, Debug)]
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum Failure {
    /// The script is at fault.
    Script(Box<Trouble>),
    /// A limit was reached; where.
    Limit { what: LimitKind, at: Box<Trouble> },
    /// Rows were read whose fate is not told, or told twice; some of their places.
    Unbalanced { account: Account, untold: u64, twice: u64, examples: Vec<Place> },
}
