//! Exit statuses, which scripts and schedulers rely on.

use std::process::ExitCode;

use job::{Error, Setback, Stop};

/// How a command ends.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// Findings of severity error: the arrival was returned.
    Returned = 1,
    /// Usage or configuration.
    Usage = 2,
    /// The script failed.
    Failed = 3,
    /// A limit stopped it.
    Limit = 4,
    /// The place is not usable.
    Place = 5,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

impl From<&Stop> for Exit {
    fn from(stop: &Stop) -> Exit {
        match stop {
            Stop::Setback(Setback::Limit { .. }) => Exit::Limit,
            Stop::Setback(Setback::NoRoom) => Exit::Place,
            Stop::Setback(_) => Exit::Failed,
            Stop::Error(error) => Exit::from(error),
        }
    }
}

impl From<&Error> for Exit {
    fn from(error: &Error) -> Exit {
        match error {
            Error::NotThere { .. }
            | Error::SameName { .. }
            | Error::WrongKind { .. }
            | Error::NotPlain { .. }
            | Error::NotAnUndoList { .. } => Exit::Usage,
            Error::Unreadable { .. }
            | Error::Unwritable { .. }
            | Error::DiskFull { .. }
            | Error::NoWorker { .. }
            | Error::Interrupted => Exit::Place,
        }
    }
}
