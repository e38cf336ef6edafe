//! A folder that cannot be looked into: not the same as an empty one.

use std::io;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

/// The folder could not be looked into. What was known of it stays known.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{}: {why:?}", folder.display())]
pub struct Error {
    /// The folder that is watched.
    pub folder: PathBuf,
    /// Why it cannot be looked into.
    pub why: Unreachable,
}

/// Why a folder cannot be looked into.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unreachable {
    /// It is not there.
    Missing,
    /// The engine may not look into it.
    Denied,
    /// The share or the disk does not answer.
    Disconnected,
    /// Something else lies there under its name.
    NotAFolder,
    /// It lies on another file system than before: the share is not mounted, and what shows is the empty place for it.
    Unmounted,
    /// Anything else.
    Other {
        /// What the system says.
        kind: io::ErrorKind,
    },
}

impl Error {
    pub(crate) fn new(folder: &Path, why: Unreachable) -> Error {
        Error { folder: folder.to_owned(), why }
    }

    pub(crate) fn system(folder: &Path, errno: Errno) -> Error {
        let why = match errno {
            Errno::NOENT => Unreachable::Missing,
            Errno::ACCESS | Errno::PERM => Unreachable::Denied,
            Errno::NOTDIR | Errno::LOOP => Unreachable::NotAFolder,
            errno if is_disconnected(errno) => Unreachable::Disconnected,
            errno => Unreachable::Other { kind: errno.kind() },
        };
        Error::new(folder, why)
    }

    pub(crate) fn walking(folder: &Path, error: &walkdir::Error) -> Error {
        Error::system(folder, error.io_error().and_then(Errno::from_io_error).unwrap_or(Errno::IO))
    }
}

/// The far side does not answer, which says nothing about what lies there.
pub(crate) fn is_disconnected(errno: Errno) -> bool {
    [
        Errno::IO,
        Errno::STALE,
        Errno::NOTCONN,
        Errno::CONNABORTED,
        Errno::CONNRESET,
        Errno::CONNREFUSED,
        Errno::HOSTDOWN,
        Errno::HOSTUNREACH,
        Errno::NETDOWN,
        Errno::NETUNREACH,
        Errno::TIMEDOUT,
        Errno::SHUTDOWN,
        Errno::REMOTEIO,
        Errno::NXIO,
        Errno::NODEV,
    ]
    .contains(&errno)
}
