//! What can be wrong with the store, as facts. A full disk, a read-only one and a damaged file are told apart.

use std::io;
use std::path::PathBuf;

use rusqlite::ErrorCode;

use crate::job::State;

/// Why the store did not do what it was asked.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum Error {
    /// There is no store yet.
    #[error("no store at {}", path.display())]
    NotThere { path: PathBuf },
    /// The file was taken away or replaced while it was open.
    #[error("{} is not the file that was opened", path.display())]
    Moved { path: PathBuf },
    /// The file is no store of this program.
    #[error("{} is another program's file", path.display())]
    Foreign { path: PathBuf },
    /// A newer program made the store.
    #[error("the store has form {found}, this program knows {known}")]
    Newer { found: i64, known: i64 },
    /// The store lies on a file system that is shared over the network.
    #[error("{} lies on {kind}", path.display())]
    Network { path: PathBuf, kind: &'static str },
    /// The disk is full.
    #[error("no room left on the disk")]
    NoRoom,
    /// The store may not be written.
    #[error("the store is read-only")]
    ReadOnly,
    /// The file is damaged.
    #[error("the store is damaged: {what}")]
    Damaged { what: String },
    /// Another process kept the store for too long.
    #[error("the store is in use")]
    Busy,
    /// The system refused.
    #[error("the store cannot be used: {kind}")]
    Unusable { kind: io::ErrorKind },
    /// No job of that number.
    #[error("no job {job}")]
    NoJob { job: String },
    /// A job of that number is there already.
    #[error("job {job} is there already")]
    Taken { job: String },
    /// The job is in another state than this step wants.
    #[error("job {job} is {}", state.word())]
    NotNow { job: String, state: State },
    /// The ledger refused an entry, or holds something it never wrote.
    #[error("the ledger refused: {what}")]
    Refused { what: String },
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Error {
        let what = error.to_string();
        let Some(code) = error.sqlite_error_code() else {
            // A column of another type than was ever written, or a text that is no UTF-8.
            return Error::Damaged { what };
        };
        let extended = error.sqlite_error().map_or(0, |error| error.extended_code);
        match code {
            ErrorCode::DiskFull => Error::NoRoom,
            // The index of the write-ahead log finds no room: to SQLite a failure of the disk.
            ErrorCode::SystemIoFailure if extended == rusqlite::ffi::SQLITE_IOERR_SHMSIZE => Error::NoRoom,
            ErrorCode::ReadOnly => Error::ReadOnly,
            ErrorCode::PermissionDenied | ErrorCode::AuthorizationForStatementDenied => {
                Error::Unusable { kind: io::ErrorKind::PermissionDenied }
            }
            ErrorCode::CannotOpen => Error::Unusable { kind: io::ErrorKind::NotFound },
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Error::Damaged { what },
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed => Error::Busy,
            ErrorCode::SystemIoFailure => Error::Unusable { kind: io::ErrorKind::Other },
            ErrorCode::OutOfMemory => Error::Unusable { kind: io::ErrorKind::OutOfMemory },
            _ => Error::Refused { what },
        }
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Error {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Error::NoRoom,
            io::ErrorKind::ReadOnlyFilesystem => Error::ReadOnly,
            kind => Error::Unusable { kind },
        }
    }
}
