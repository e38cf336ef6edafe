//! What can be wrong with a command itself.

use std::path::PathBuf;

/// What is wrong with a command as it was typed, or with the place it names.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum Misuse {
    /// No command was given.
    NoCommand,
    /// No such command; the one that resembles it.
    UnknownCommand { written: String, near: Option<String> },
    /// No such argument; the one that resembles it.
    UnknownArgument { written: String, near: Option<String> },
    /// An argument is missing.
    MissingArgument { wanted: String },
    /// A value that the argument cannot have.
    WrongValue { argument: String, written: String, choices: Vec<String> },
    /// Two arguments that cannot stand together.
    Conflict { one: String, other: String },
    /// Anything else about the arguments.
    Unclear,
    /// `--set` wants 名前=値.
    NotASetting { written: String },
    /// The folder is not empty, so nothing is put into it.
    NotEmpty { path: PathBuf },
    /// The folder is an office already.
    OfficeExists { path: PathBuf },
    /// The folder lies within another office.
    WithinOffice { path: PathBuf, office: PathBuf },
    /// A file is there already, and none is written over.
    FileExists { path: PathBuf },
    /// A task of that name is there already.
    TaskExists { name: String },
    /// A name that a folder cannot have.
    WrongName { name: String },
    /// A file or folder cannot be written.
    Unwritable { path: PathBuf },
    /// A file or folder cannot be read.
    Unreadable { path: PathBuf },
    /// Nothing of that row of the ledger counts.
    NothingToCorrect { row: i64 },
    /// No time of work, as minutes or as minutes and seconds.
    NotMinutes { written: String },
    /// Fewer than two times were measured.
    NoSamples,
    /// The folder of an office that is not there.
    NoOffice { path: PathBuf },
}
