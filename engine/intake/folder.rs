//! A folder held open, so that what is asked about its entries is asked within it.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Mode, OFlags, ResolveFlags, Stat, openat, openat2, statat};
use rustix::io::Errno;

/// Holds the folder that is watched open without reading it.
pub(crate) fn open_root(path: &Path) -> Result<OwnedFd, Errno> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    again(|| openat(CWD, path, flags, Mode::empty()))
}

/// Holds a folder open without reading it. A link in its place is not followed.
pub(crate) fn open(within: impl AsFd, name: &OsStr) -> Result<OwnedFd, Errno> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    again(|| openat(within.as_fd(), name, flags, Mode::empty()))
}

/// What the file system knows of an entry; links are not followed.
pub(crate) fn stat(folder: impl AsFd, name: &OsStr) -> Result<Stat, Errno> {
    again(|| statat(folder.as_fd(), name, AtFlags::SYMLINK_NOFOLLOW))
}

/// Opens a file for reading, without following links, waiting for the other end of a pipe or taking a terminal.
pub(crate) fn read(folder: impl AsFd, name: &OsStr) -> Result<File, Errno> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::NOCTTY | OFlags::CLOEXEC;
    let within = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
    let opened = match again(|| openat2(folder.as_fd(), name, flags, Mode::empty(), within)) {
        // Kernels and sandboxes without openat2.
        Err(Errno::NOSYS | Errno::PERM | Errno::INVAL) => again(|| openat(folder.as_fd(), name, flags, Mode::empty())),
        opened => opened,
    };
    opened.map(File::from)
}

/// What the file system knows of an open file.
pub(crate) fn of_open(file: &File) -> io::Result<Stat> {
    Ok(rustix::fs::fstat(file)?)
}

/// Does it again when a signal came in between.
pub(crate) fn again<T>(mut call: impl FnMut() -> Result<T, Errno>) -> Result<T, Errno> {
    loop {
        match call() {
            Err(Errno::INTR) => {}
            other => return other,
        }
    }
}
