//! One file brought from one name to another, unless it is there already; nothing is replaced, nothing is guessed.

use std::ops::Range;
use std::os::fd::OwnedFd;
use std::path::PathBuf;

use rustix::fs::{AtFlags, CWD, Mode, OFlags, RenameFlags, ResolveFlags, Stat, openat2, renameat, renameat_with, statat};
use rustix::io::Errno;

use super::untangle::is_temporary;
use super::{Moves, Step, UndoWhy};
use crate::files::Seen;

/// What became of one move.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Brought {
    /// The file has the name.
    Done,
    /// It had it already.
    Already,
    /// It only waited under that name, and went on long ago.
    Passed,
    /// It is left where it is.
    Left(UndoWhy),
    /// The file system failed, which says nothing about the file.
    Ill(Errno),
}

/// Whether files were looked at a moment ago.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Trust {
    /// They were: only one that cannot be renamed is looked at again.
    Known,
    /// Each is looked at before it is touched.
    Ask,
}

/// The folders opened last, by their numbers: the moves of a folder follow each other.
#[derive(Default)]
pub(super) struct Open {
    last: Option<(u32, Result<OwnedFd, Errno>)>,
}

impl Open {
    pub fn folder(&mut self, folders: &[PathBuf], wanted: u32) -> Result<&OwnedFd, Errno> {
        if self.last.as_ref().is_none_or(|(known, _)| *known != wanted) {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
            let path = &folders[wanted as usize];
            self.last = Some((wanted, openat2(CWD, path, flags, Mode::empty(), ResolveFlags::NO_SYMLINKS)));
        }
        // A folder that is not there is asked for once, and not again for each of its files.
        let opened = self.last.as_ref().map_or(Err(&Errno::BADF), |(_, opened)| opened.as_ref());
        opened.map_err(|errno| *errno)
    }
}

/// Where a file is.
enum Standing {
    /// At its old name, as it was planned.
    Here,
    Known(Brought),
}

impl Moves {
    /// Brings one file to its new name. The disk alone says where it is.
    pub(super) fn bring(&self, at: usize, open: &mut [Open; 2], trust: Trust) -> Brought {
        let step = &self.steps[at];
        let (from, to) = (self.name(step.from), self.name(step.to));
        let (folder, into) = match self.held(step, open) {
            Ok(folders) => folders,
            Err(errno) => return gone_or_ill(errno),
        };
        if trust == Trust::Known && rename(folder, from, into, to).is_ok() {
            return Brought::Done;
        }
        match stands(folder, from, into, to, step) {
            Standing::Here => take(folder, from, into, to, step),
            Standing::Known(brought) => brought,
        }
    }

    /// What would become of some moves, as far as that can be told without touching anything.
    pub(crate) fn would(&self, rows: Range<usize>) -> impl Iterator<Item = (usize, Brought)> {
        let mut open = [Open::default(), Open::default()];
        rows.map(move |at| {
            let step = &self.steps[at];
            let standing = match self.held(step, &mut open) {
                Ok((folder, into)) => stands(folder, self.name(step.from), into, self.name(step.to), step),
                // The folder that files would come into is made when they do.
                Err(_) => match open[0].folder(&self.folders, step.folder) {
                    Ok(folder) => stands(folder, self.name(step.from), folder, self.name(step.from), step),
                    Err(errno) => Standing::Known(gone_or_ill(errno)),
                },
            };
            match standing {
                Standing::Here => (at, Brought::Done),
                Standing::Known(brought) => (at, brought),
            }
        })
    }

    /// The folders of a move: the one where the file is, and the one where it goes.
    fn held<'o>(&self, step: &Step, open: &'o mut [Open; 2]) -> Result<(&'o OwnedFd, &'o OwnedFd), Errno> {
        let [first, second] = open;
        let folder = first.folder(&self.folders, step.folder)?;
        let into = if step.into == step.folder { folder } else { second.folder(&self.folders, step.into)? };
        Ok((folder, into))
    }
}

fn stands(folder: &OwnedFd, from: &str, into: &OwnedFd, to: &str, step: &Step) -> Standing {
    let before = match look(folder, from, step) {
        Ok(Look::Same) => return Standing::Here,
        Ok(before) => before,
        Err(errno) => return Standing::Known(Brought::Ill(errno)),
    };
    Standing::Known(match (before, look(into, to, step)) {
        (_, Err(errno)) => Brought::Ill(errno),
        // Edited under its new name; under the old one, where both are the same name, it is not that.
        (before, Ok(Look::Same | Look::Edited)) if before != Look::Edited => Brought::Already,
        _ if is_temporary(to) && before != Look::Edited => Brought::Passed,
        (Look::Edited | Look::Other, _) => Brought::Left(UndoWhy::Edited),
        _ => Brought::Left(UndoWhy::Gone),
    })
}

/// Renames a file that is the one that was planned.
fn take(folder: &OwnedFd, from: &str, into: &OwnedFd, to: &str, step: &Step) -> Brought {
    match rename(folder, from, into, to) {
        Ok(()) => Brought::Done,
        // A file system that takes both for one name, as they differ in case alone.
        Err(Errno::EXIST) if ask(into, to).is_ok_and(|there| there.st_ino == step.inode) => {
            match renameat(folder, from, into, to) {
                Ok(()) => Brought::Done,
                Err(errno) => refused_or_ill(errno),
            }
        }
        Err(Errno::EXIST) => Brought::Left(UndoWhy::Taken),
        Err(Errno::NOENT) => Brought::Left(UndoWhy::Gone),
        Err(errno) => refused_or_ill(errno),
    }
}

fn gone_or_ill(errno: Errno) -> Brought {
    match errno {
        Errno::NOENT | Errno::NOTDIR | Errno::LOOP => Brought::Left(UndoWhy::Gone),
        errno => refused_or_ill(errno),
    }
}

fn refused_or_ill(errno: Errno) -> Brought {
    if is_ill(errno) { Brought::Ill(errno) } else { Brought::Left(UndoWhy::Refused) }
}

/// Whether an error is the file system's and not the file's: it may go well later.
fn is_ill(errno: Errno) -> bool {
    let file = [Errno::ACCESS, Errno::PERM, Errno::BUSY, Errno::TXTBSY, Errno::NAMETOOLONG, Errno::INVAL, Errno::XDEV];
    !file.contains(&errno)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    Nothing,
    Same,
    Edited,
    Other,
}

pub(super) fn ask(folder: &OwnedFd, name: &str) -> Result<Stat, Errno> {
    statat(folder, name, AtFlags::SYMLINK_NOFOLLOW)
}

fn look(folder: &OwnedFd, name: &str, step: &Step) -> Result<Look, Errno> {
    match ask(folder, name) {
        Err(Errno::NOENT | Errno::NOTDIR | Errno::NAMETOOLONG) => Ok(Look::Nothing),
        Err(errno) => Err(errno),
        Ok(stat) if stat.st_ino != step.inode => Ok(Look::Other),
        Ok(stat) if Seen::of(&stat) == step.seen => Ok(Look::Same),
        Ok(_) => Ok(Look::Edited),
    }
}

/// Renames without ever replacing a file.
fn rename(folder: &OwnedFd, from: &str, into: &OwnedFd, to: &str) -> Result<(), Errno> {
    match renameat_with(folder, from, into, to, RenameFlags::NOREPLACE) {
        // A file system without the flag (some network ones): look first, which is the best there is.
        Err(Errno::INVAL | Errno::NOSYS) => match ask(into, to) {
            Err(Errno::NOENT) => renameat(folder, from, into, to),
            Err(other) => Err(other),
            Ok(_) => Err(Errno::EXIST),
        },
        other => other,
    }
}
