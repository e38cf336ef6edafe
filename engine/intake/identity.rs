//! By what a file or a folder is known again.

use std::fmt;
use std::io;
use std::path::Path;
use std::str::FromStr;

use rustix::fs::{AtFlags, CWD, FileType, Stat, statat};

use crate::folder;
use crate::tree::{Broken, Tree};

/// By what a file or a folder is known again. A folder's size is that of all its files, and its times are digests over the
/// paths, numbers, sizes and times of everything within.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Identity {
    /// The file system.
    pub dev: u64,
    /// The number of the file or folder in it.
    pub ino: u64,
    /// Bytes.
    pub size: u64,
    /// When the content changed last, in nanoseconds since 1970.
    pub mtime_ns: i128,
    /// When the content, the name or the rights changed last, in nanoseconds since 1970.
    pub ctime_ns: i128,
}

impl Identity {
    /// What lies at `path` now. Fails if nothing does, if it cannot be looked at, or if it is no plain file or folder.
    pub fn of(path: &Path) -> io::Result<Identity> {
        let stat = statat(CWD, path, AtFlags::SYMLINK_NOFOLLOW)?;
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => Ok(Identity::of_stat(&stat)),
            FileType::Directory => {
                let held = folder::open(CWD, path.as_os_str())?;
                match Tree::walk(&held, &stat) {
                    Ok(tree) => Ok(tree.identity),
                    Err(Broken::Moving) => Err(io::ErrorKind::NotFound.into()),
                    Err(Broken::Refused(_)) => Err(io::ErrorKind::InvalidInput.into()),
                    Err(Broken::Failed(errno)) => Err(errno.into()),
                }
            }
            _ => Err(io::ErrorKind::InvalidInput.into()),
        }
    }

    /// Reads back what [`Identity::text`] wrote.
    pub fn parse(text: &str) -> Option<Identity> {
        fn part<T: FromStr>(parts: &mut std::str::Split<'_, char>) -> Option<T> {
            parts.next().and_then(|part| part.parse().ok())
        }
        let mut parts = text.split(':');
        let identity = Identity {
            dev: part(&mut parts)?,
            ino: part(&mut parts)?,
            size: part(&mut parts)?,
            mtime_ns: part(&mut parts)?,
            ctime_ns: part(&mut parts)?,
        };
        parts.next().is_none().then_some(identity)
    }

    /// What the file system says of a file.
    pub fn of_stat(stat: &Stat) -> Identity {
        let nanos = |seconds: i64, nanos: i64| i128::from(seconds) * 1_000_000_000 + i128::from(nanos);
        Identity {
            dev: stat.st_dev,
            ino: stat.st_ino,
            size: u64::try_from(stat.st_size).unwrap_or(0),
            mtime_ns: nanos(stat.st_mtime, stat.st_mtime_nsec as i64),
            ctime_ns: nanos(stat.st_ctime, stat.st_ctime_nsec as i64),
        }
    }

    /// As it is kept in the store; read back by [`Identity::parse`].
    pub fn text(&self) -> String {
        self.to_string()
    }

    /// Whether it is the same, though it was moved, and though the file system was mounted anew meanwhile: a rename changes
    /// `ctime`, and shares and some local file systems get another device number with each mount.
    pub fn is_still(&self, now: &Identity) -> bool {
        (self.ino, self.size, self.mtime_ns) == (now.ino, now.size, now.mtime_ns)
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}:{}:{}", self.dev, self.ino, self.size, self.mtime_ns, self.ctime_ns)
    }
}

/// Whether what lies at `path` is still what was seen, wherever it was moved since. False if it changed; fails if nothing
/// lies there or it cannot be looked at.
pub fn same(path: &Path, seen: &Identity) -> io::Result<bool> {
    match Identity::of(path) {
        Ok(now) => Ok(seen.is_still(&now)),
        // Something else lies there by now, or something within was changed into what cannot be taken.
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_is_read_back_from_the_store() {
        let identity = Identity { dev: 1, ino: 2, size: u64::MAX, mtime_ns: -4, ctime_ns: i128::MAX };
        assert_eq!(Identity::parse(&identity.text()), Some(identity));
        for text in ["", "1:2:3:4", "1:2:3:4:5:6", "a:2:3:4:5", "-1:2:3:4:5"] {
            assert_eq!(Identity::parse(text), None, "{text}");
        }
    }
}
