//! Renaming files where they lie: each one's identity asked, the undo list on the disk before the first rename, and never a
//! file replaced.
//!
//! The list is written once and flushed; after a crash it tells, with the inodes on the disk, which rows were done.
//! Folders are flushed together at the end: a rename that a power cut takes back is found the same way.

mod list;
mod untangle;

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{
    AtFlags, CWD, FileType, Mode, OFlags, RenameFlags, ResolveFlags, Stat, fsync, openat2, renameat, renameat_with, statat,
    syncfs,
};
use rustix::io::Errno;
use script::Renames;

use crate::error::{Error, Setback, Stop};
use crate::files::{Dropped, Files, Root, Seen};

/// A name among the names of all moves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Span {
    start: usize,
    length: u32,
}

/// One rename on the disk, of one file known by inode, size and time.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Step {
    folder: u32,
    from: Span,
    to: Span,
    inode: u64,
    seen: Seen,
}

/// Renames in the order in which they can be done.
#[derive(Debug, Default)]
pub(crate) struct Moves {
    folders: Vec<PathBuf>,
    /// All names, one after another.
    text: String,
    steps: Vec<Step>,
}

/// What an undo, or going on after a break, has done.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Undone {
    /// How many files were renamed.
    pub done: usize,
    /// How many had the right name already.
    pub already: usize,
    /// Files left alone, and why.
    pub left: Vec<(PathBuf, UndoWhy)>,
}

/// Why a file was left alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UndoWhy {
    /// It was edited since.
    Edited,
    /// It is not there any more.
    Gone,
    /// Its old name is taken by another file.
    Taken,
    /// The file system refused.
    Refused,
}

impl Moves {
    /// The renames as steps on the disk. Every file is asked who it is: whatever was exchanged since it was collected stops the
    /// job. Chains are ordered from their end, circles go through a temporary name.
    pub fn order(roots: &[Root], files: &Files, renames: &Renames) -> Result<Moves, Stop> {
        let mut moves = Moves::default();
        moves.steps.reserve(renames.len());
        let mut open = Open::default();
        let mut known: Vec<Option<u32>> = vec![None; files.folders().len()];
        for rename in renames.iter() {
            let file = files.get(rename.file as usize);
            if rename.to == file.name {
                continue;
            }
            if rename.to.is_empty() || rename.to.contains(['/', '\0']) || rename.to == "." || rename.to == ".." {
                return Err(Setback::OutputName { name: rename.to.to_owned() }.into());
            }
            let folder = *known[file.folder_number as usize].get_or_insert_with(|| {
                moves.folders.push(folder_of(roots, &file));
                moves.folders.len() as u32 - 1
            });
            let stat = open.folder(&moves.folders, folder).and_then(|folder| ask(folder, file.name));
            let stat = stat.ok().filter(|stat| is_same(&file, stat));
            let Some(stat) = stat else { return Err(Setback::Changed { path: file.shown(roots) }.into()) };
            let (from, to) = (moves.keep(file.name), moves.keep(rename.to));
            moves.steps.push(Step { folder, from, to, inode: stat.st_ino, seen: Seen::of(&stat) });
        }
        moves.untangle()?;
        Ok(moves)
    }

    fn keep(&mut self, name: &str) -> Span {
        let span = Span { start: self.text.len(), length: name.len() as u32 };
        self.text.push_str(name);
        span
    }

    fn name(&self, span: Span) -> &str {
        &self.text[span.start..span.start + span.length as usize]
    }

    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Does the renames; if one fails, all are taken back.
    pub fn perform(&self) -> Result<(), Stop> {
        let mut open = Open::default();
        for (at, step) in self.steps.iter().enumerate() {
            if let Err(stop) = self.step(&mut open, step) {
                for done in self.steps[..at].iter().rev() {
                    // Nothing more can be done about a rename that cannot be taken back; the undo list still names it.
                    let _ = open
                        .folder(&self.folders, done.folder)
                        .and_then(|folder| rename(folder, self.name(done.to), self.name(done.from)));
                }
                return Err(stop);
            }
        }
        self.flush();
        Ok(())
    }

    fn step(&self, open: &mut Open, step: &Step) -> Result<(), Stop> {
        let (from, to) = (self.name(step.from), self.name(step.to));
        let path = || self.folders[step.folder as usize].join(from);
        open.folder(&self.folders, step.folder).and_then(|folder| rename(folder, from, to)).map_err(|errno| match errno {
            Errno::NOENT | Errno::EXIST | Errno::LOOP => Setback::Changed { path: path().to_string_lossy().into_owned() }.into(),
            other => Error::writing(path(), &io::Error::from(other)).into(),
        })
    }

    /// Gives every file its old name back, last rename first, where it is still the same file.
    pub fn undo(&self) -> Undone {
        self.catch_up(self.steps.iter().rev().map(|step| (step, step.to, step.from)))
    }

    /// Goes on where a job broke off: the renames that were not done yet.
    pub fn resume(&self) -> Undone {
        self.catch_up(self.steps.iter().map(|step| (step, step.from, step.to)))
    }

    /// Takes files from one name to another as far as they are not there yet. The disk alone says how far a job came.
    fn catch_up<'s>(&self, steps: impl Iterator<Item = (&'s Step, Span, Span)>) -> Undone {
        let (mut undone, mut open) = (Undone::default(), Open::default());
        for (step, from, to) in steps {
            let (from, to) = (self.name(from), self.name(to));
            let passing = untangle::is_temporary(to);
            let outcome = match open.folder(&self.folders, step.folder) {
                Err(_) => Some(UndoWhy::Gone),
                Ok(folder) => match look(folder, from, step) {
                    Look::Same => match rename(folder, from, to) {
                        Ok(()) => None,
                        Err(Errno::EXIST) => Some(UndoWhy::Taken),
                        Err(_) => Some(UndoWhy::Refused),
                    },
                    before => match (before, look(folder, to, step)) {
                        (_, Look::Same | Look::Edited) => {
                            undone.already += usize::from(!passing);
                            continue;
                        }
                        // It only waited under that name, and went on long ago.
                        _ if passing => continue,
                        (Look::Edited | Look::Other, _) => Some(UndoWhy::Edited),
                        _ => Some(UndoWhy::Gone),
                    },
                },
            };
            match outcome {
                None => undone.done += usize::from(!passing),
                Some(why) => undone.left.push((self.folders[step.folder as usize].join(from), why)),
            }
        }
        self.flush();
        undone
    }

    /// Flushes the folders: one by one while they are few, the whole file system when they are many.
    fn flush(&self) {
        let many = self.folders.len() > 32;
        for folder in self.folders.iter().take(if many { 1 } else { usize::MAX }) {
            if let Ok(file) = File::open(folder) {
                // A file system that cannot flush folders has nothing else to offer.
                let _ = if many { syncfs(&file) } else { fsync(&file) };
            }
        }
    }
}

/// The folder on the disk that a file lies in.
fn folder_of(roots: &[Root], file: &Dropped) -> PathBuf {
    let root = &roots[file.root as usize];
    if root.folder {
        root.path.join(file.folder.trim_end_matches('/'))
    } else {
        root.path.parent().unwrap_or(Path::new("/")).to_owned()
    }
}

/// Whether what lies there now is the file that was collected.
pub(crate) fn is_same(file: &Dropped, stat: &Stat) -> bool {
    FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile
        && stat.st_ino == file.inode
        && file.seen.is_none_or(|seen| seen == Seen::of(stat))
}

/// The folder opened last: the renames of a folder follow each other.
#[derive(Default)]
struct Open {
    last: Option<(u32, OwnedFd)>,
}

impl Open {
    fn folder(&mut self, folders: &[PathBuf], wanted: u32) -> Result<&OwnedFd, Errno> {
        let same = self.last.as_ref().is_some_and(|(known, _)| *known == wanted);
        if !same {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
            let path = &folders[wanted as usize];
            let fd = openat2(CWD, path, flags, Mode::empty(), ResolveFlags::NO_SYMLINKS)?;
            self.last = Some((wanted, fd));
        }
        self.last.as_ref().map(|(_, fd)| fd).ok_or(Errno::BADF)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    Nothing,
    Same,
    Edited,
    Other,
}

fn ask(folder: &OwnedFd, name: &str) -> Result<Stat, Errno> {
    statat(folder, name, AtFlags::SYMLINK_NOFOLLOW)
}

fn look(folder: &OwnedFd, name: &str, step: &Step) -> Look {
    match ask(folder, name) {
        Err(_) => Look::Nothing,
        Ok(stat) if stat.st_ino != step.inode => Look::Other,
        Ok(stat) if Seen::of(&stat) == step.seen => Look::Same,
        Ok(_) => Look::Edited,
    }
}

/// Renames without ever replacing a file.
fn rename(folder: &OwnedFd, from: &str, to: &str) -> Result<(), Errno> {
    match renameat_with(folder, from, folder, to, RenameFlags::NOREPLACE) {
        // A file system without the flag (some network ones): look first, which is the best there is.
        Err(Errno::INVAL | Errno::NOSYS) => match ask(folder, to) {
            Err(Errno::NOENT) => renameat(folder, from, folder, to),
            Err(other) => Err(other),
            Ok(_) => Err(Errno::EXIST),
        },
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;

    fn folder(names: &[&str]) -> (tempfile::TempDir, Vec<Root>, Files) {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        let mut files = Files::default();
        files.enter(0, "");
        for name in names {
            std::fs::write(root.join(name), name).unwrap();
            files.add(name, std::fs::metadata(root.join(name)).unwrap().ino(), None);
        }
        (dir, vec![Root { path: root, prefix: String::new(), folder: true }], files)
    }

    fn renames(to: &[&str]) -> Renames {
        let mut renames = Renames::default();
        to.iter().enumerate().for_each(|(file, to)| renames.add(file as u32, to, "試験"));
        renames
    }

    fn held(root: &Path, name: &str) -> String {
        std::fs::read_to_string(root.join(name)).unwrap_or_else(|_| "-".to_owned())
    }

    fn all(root: &Path, names: &[&str]) -> Vec<String> {
        names.iter().map(|name| held(root, name)).collect()
    }

    #[test]
    fn chains_and_circles_find_their_way_and_back() {
        let (_dir, roots, files) = folder(&["a", "b", "c", "x", "y"]);
        let root = roots[0].path.clone();
        let moves = Moves::order(&roots, &files, &renames(&["b", "c", "a", "y", "z"])).unwrap();
        assert_eq!(moves.steps.len(), 6, "one file of the circle waits");
        let list = root.join("list.csv");
        moves.write_list(&list, "試験", "2026-11-20").unwrap();
        moves.perform().unwrap();
        assert_eq!(all(&root, &["a", "b", "c", "x", "y", "z"]), ["c", "a", "b", "-", "x", "y"]);
        let read = Moves::read_list(&list).unwrap();
        assert_eq!(read.told(), moves.told());
        let undone = read.undo();
        assert_eq!((undone.done, undone.left.len()), (5, 0), "{undone:?}");
        assert_eq!(all(&root, &["a", "b", "c", "x", "y", "z"]), ["a", "b", "c", "x", "y", "-"]);
        assert_eq!(read.undo().already, 5);
    }

    #[test]
    fn a_job_that_broke_off_is_finished_or_taken_back_from_any_point() {
        for broken_after in 0..7 {
            let (_dir, roots, files) = folder(&["a", "b", "c", "x", "y"]);
            let root = roots[0].path.clone();
            let moves = Moves::order(&roots, &files, &renames(&["b", "c", "a", "y", "z"])).unwrap();
            let part = |count: usize| {
                let steps = moves.steps[..count.min(moves.steps.len())].to_vec();
                Moves { folders: moves.folders.clone(), text: moves.text.clone(), steps }
            };
            part(broken_after).perform().unwrap();
            assert_eq!(moves.resume().left, []);
            assert_eq!(all(&root, &["a", "b", "c", "x", "y", "z"]), ["c", "a", "b", "-", "x", "y"], "{broken_after}");
            assert_eq!(moves.undo().left, []);
            part(broken_after).perform().unwrap();
            assert_eq!(moves.undo().left, []);
            assert_eq!(all(&root, &["a", "b", "c", "x", "y", "z"]), ["a", "b", "c", "x", "y", "-"], "{broken_after}");
        }
    }

    #[test]
    fn an_edited_file_is_left_alone_and_the_others_come_back() {
        let (_dir, roots, files) = folder(&["a", "b"]);
        let root = roots[0].path.clone();
        let moves = Moves::order(&roots, &files, &renames(&["a1", "b1"])).unwrap();
        moves.perform().unwrap();
        std::fs::write(root.join("a1"), "edited since").unwrap();
        let undone = moves.undo();
        assert_eq!(undone.done, 1);
        assert_eq!(undone.left, [(root.join("a1"), UndoWhy::Edited)]);
        assert_eq!((held(&root, "b").as_str(), held(&root, "a1").as_str()), ("b", "edited since"));
    }

    #[test]
    fn one_failure_takes_all_back() {
        let (_dir, roots, files) = folder(&["a", "b"]);
        let root = roots[0].path.clone();
        let moves = Moves::order(&roots, &files, &renames(&["a1", "b1"])).unwrap();
        std::fs::write(root.join("b1"), "in the way").unwrap();
        assert!(matches!(moves.perform(), Err(Stop::Setback(Setback::Changed { .. }))));
        assert_eq!((held(&root, "a").as_str(), held(&root, "a1").as_str()), ("a", "-"));
        assert_eq!(held(&root, "b1"), "in the way");
    }

    #[test]
    fn a_file_that_was_exchanged_since_it_was_collected_is_not_renamed() {
        let (_dir, roots, files) = folder(&["a", "b"]);
        let root = roots[0].path.clone();
        std::fs::write(root.join("new"), "another").unwrap();
        std::fs::rename(root.join("new"), root.join("b")).unwrap();
        let stopped = Moves::order(&roots, &files, &renames(&["a1", "b1"])).unwrap_err();
        assert!(matches!(stopped, Stop::Setback(Setback::Changed { path }) if path == "b"));
        assert_eq!(held(&root, "a"), "a");
    }
}
