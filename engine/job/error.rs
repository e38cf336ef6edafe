//! A setback puts one arrival aside; an error stops the place where the job was to happen.

use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::report::Told;

/// Why a job came to nothing, though the place is sound. Nothing was published.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum Setback {
    /// A limit stopped the worker.
    #[error("stopped by a limit: {limit:?}")]
    Limit { limit: Limit, allowed: u64 },
    /// The worker ended without handing anything back.
    #[error("the worker crashed: {signal:?} {code:?} {at:?}")]
    Crashed { signal: Option<i32>, code: Option<i32>, at: Option<String> },
    /// The disk is full, so the worker could not write.
    #[error("no room left on the disk")]
    NoRoom,
    /// The script is wrong, or stopped itself; said by `message` in the worker, where the facts are.
    #[error("the script failed")]
    Script { told: Vec<Told> },
    /// Read, used and excluded rows do not balance.
    #[error("read {read}, used {used}, excluded {excluded}")]
    Unbalanced { read: u64, used: u64, excluded: u64, untold: u64, twice: u64, examples: Vec<String> },
    /// The task has no right to write an output of that name; the patterns it may write.
    #[error("no right to write {name}")]
    NoRightToWrite { name: String, allowed: Vec<String> },
    /// The task has no right to rename files.
    #[error("no right to rename")]
    NoRightToRename { count: usize },
    /// An output's name cannot be one on every system.
    #[error("impossible output name {name}")]
    OutputName { name: String },
    /// Outputs are to be closed with a password, and none is known.
    #[error("no password to protect with")]
    NoPassword,
    /// An output is to be closed with a password, and is no workbook that could be.
    #[error("{name} is not protected")]
    Unprotected { name: String },
    /// Two files of a folder would have the same name.
    #[error("two files would be {name}")]
    SameName { name: String },
    /// A file that is to be published under another name has a second name elsewhere.
    #[error("{path} has {names} names")]
    HardLink { path: String, names: u64 },
    /// A file changed between the plan and its rename; everything done so far was taken back.
    #[error("{path} changed meanwhile")]
    Changed { path: String },
}

impl Setback {
    /// A word for logs and the store, the same in every language.
    pub fn code(&self) -> &'static str {
        match self {
            Setback::Limit { limit: Limit::Memory, .. } => "limit_memory",
            Setback::Limit { limit: Limit::Cpu, .. } => "limit_cpu",
            Setback::Limit { limit: Limit::Wall, .. } => "limit_wall",
            Setback::Limit { limit: Limit::File, .. } => "limit_file",
            Setback::Limit { limit: Limit::Depth, .. } => "limit_depth",
            Setback::Limit { limit: Limit::Script(_), .. } => "limit_script",
            Setback::Crashed { .. } => "crashed",
            Setback::NoRoom => "no_room",
            Setback::Script { .. } => "script",
            Setback::Unbalanced { .. } => "unbalanced",
            Setback::NoRightToWrite { .. } => "no_right_to_write",
            Setback::NoRightToRename { .. } => "no_right_to_rename",
            Setback::OutputName { .. } => "output_name",
            Setback::NoPassword => "no_password",
            Setback::Unprotected { .. } => "unprotected",
            Setback::SameName { .. } => "same_name",
            Setback::HardLink { .. } => "hard_link",
            Setback::Changed { .. } => "changed",
        }
    }
}

/// What a limit counts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Limit {
    /// Memory, in MiB.
    Memory,
    /// Processor time, in seconds.
    Cpu,
    /// Time by the clock on the wall, in seconds.
    Wall,
    /// The size of one file, in MiB.
    File,
    /// Depth of calls: the stack is full.
    Depth,
    /// One of the script's own limits.
    Script(ScriptLimit),
}

/// A limit that the script room keeps itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub enum ScriptLimit {
    Operations,
    Calls,
    Text,
    Map,
    Variables,
    Modules,
    Rows,
}

/// Why no job can be done here, whatever the arrival.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum Error {
    /// Nothing lies at the path given.
    #[error("{} is not there", path.display())]
    NotThere { path: PathBuf },
    /// Two of the paths given have the same name.
    #[error("{name} stands twice")]
    SameName { name: String },
    /// The task takes files, a folder was given, or the other way round.
    #[error("{} is the wrong kind of arrival", path.display())]
    WrongKind { path: PathBuf, wants_folder: bool },
    /// A path given is a link, a pipe or a device.
    #[error("{} is no plain file or folder", path.display())]
    NotPlain { path: PathBuf },
    /// A folder cannot be read.
    #[error("{} cannot be read", path.display())]
    Unreadable { path: PathBuf, kind: io::ErrorKind },
    /// A folder cannot be written to.
    #[error("{} cannot be written", path.display())]
    Unwritable { path: PathBuf, kind: io::ErrorKind },
    /// The disk is full.
    #[error("no room left at {}", path.display())]
    DiskFull { path: PathBuf },
    /// The worker cannot be started.
    #[error("the worker does not start: {kind}")]
    NoWorker { kind: io::ErrorKind },
    /// The engine was told to stop.
    #[error("told to stop")]
    Interrupted,
    /// The list is no undo list.
    #[error("{} is no undo list", path.display())]
    NotAnUndoList { path: PathBuf, line: Option<usize> },
}

impl Error {
    /// The error of writing below a path.
    pub(crate) fn writing(path: impl Into<PathBuf>, error: &io::Error) -> Error {
        let path = path.into();
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Error::DiskFull { path },
            kind => Error::Unwritable { path, kind },
        }
    }

    /// The error of reading below a path.
    pub(crate) fn reading(path: impl Into<PathBuf>, error: &io::Error) -> Error {
        let path = path.into();
        match error.kind() {
            io::ErrorKind::NotFound => Error::NotThere { path },
            kind => Error::Unreadable { path, kind },
        }
    }
}

/// What stops a job: this arrival alone, or the place.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// The arrival is put aside, the day goes on.
    #[error(transparent)]
    Setback(#[from] Setback),
    /// Nothing can be done here.
    #[error(transparent)]
    Error(#[from] Error),
}
