//! Renaming files: the plan checked whole and put in an order, then carried out by a journal that goes on after any break.
//!
//! A file is known by inode, size and time. No file is ever replaced. What the journal is kept in is the caller's: the ledger
//! in an office, a list beside the results for a folder outside ([`list`]). The checks, the order, the batches and the rules of
//! going on and of taking back are the same for both.

mod bring;
mod check;
mod journal;
mod list;
mod untangle;

use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{FileType, Stat};
use script::Renames;

use crate::arrival::Arrival;
use crate::error::{Error, Setback, Stop};
use crate::files::{Dropped, Root, Seen};

pub(crate) use bring::{Brought, Trust};
pub(crate) use journal::{BATCH, Journal, carry};
pub(crate) use untangle::waiting_row;

use list::Listed;

/// A name among the names of all moves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Span {
    start: usize,
    length: u32,
}

/// One file on its way from one name to another, known by inode, size and time.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Step {
    folder: u32,
    from: Span,
    /// The folder of the new name: the same, unless files are brought back to another place.
    into: u32,
    to: Span,
    inode: u64,
    seen: Seen,
}

/// Renames in the order in which they can be done.
#[derive(Clone, Debug, Default)]
pub(crate) struct Moves {
    folders: Vec<PathBuf>,
    /// All names, one after another.
    text: String,
    steps: Vec<Step>,
}

/// One of the moves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Move<'a> {
    pub folder: &'a Path,
    /// The folder's number among all.
    pub folder_number: u32,
    pub from: &'a str,
    pub to: &'a str,
    pub inode: u64,
    pub seen: Seen,
}

impl Move<'_> {
    /// Whether the file only waits under its new name, until another row leads on from it.
    pub fn passes(&self) -> bool {
        untangle::is_temporary(self.to)
    }
}

/// What going on, or taking back, has done.
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
    /// Its name is taken by another file.
    Taken,
    /// The file system refused.
    Refused,
    /// It was added since.
    Added,
}

impl Moves {
    /// The renames of an arrival as moves on the disk, checked whole. Every file is asked who it is: whatever was exchanged
    /// since it was collected stops the job. Chains are ordered from their end, circles go through a temporary name.
    pub fn order(arrival: &Arrival, renames: &Renames) -> Result<Moves, Stop> {
        let mut open = bring::Open::default();
        Moves::checked(arrival, renames, |moves, folder, file| {
            let stat = open.folder(&moves.folders, folder).and_then(|folder| bring::ask(folder, file.name));
            stat.ok().filter(|stat| is_same(file, stat)).map(|stat| Seen::of(&stat))
        })
    }

    /// The same for whoever looks at all files before anything is recorded: what each is, it will find then.
    pub fn planned(arrival: &Arrival, renames: &Renames) -> Result<Moves, Stop> {
        Moves::checked(arrival, renames, |_, _, _| Some(Seen { size: 0, modified: 0 }))
    }

    fn checked(
        arrival: &Arrival,
        renames: &Renames,
        mut ask: impl FnMut(&Moves, u32, &Dropped<'_>) -> Option<Seen>,
    ) -> Result<Moves, Stop> {
        let Arrival { roots, files, .. } = arrival;
        check::check(arrival, renames)?;
        let mut moves = Moves::default();
        moves.steps.reserve(renames.len());
        let mut known: Vec<Option<u32>> = vec![None; files.folders().len()];
        for rename in renames.iter() {
            let file = files.get(rename.file as usize);
            if rename.to == file.name {
                continue;
            }
            let folder = *known[file.folder_number as usize].get_or_insert_with(|| {
                moves.folders.push(folder_of(roots, &file));
                moves.folders.len() as u32 - 1
            });
            let Some(seen) = ask(&moves, folder, &file) else { return Err(Setback::Changed { path: file.shown(roots) }.into()) };
            moves.add(folder, file.name, folder, rename.to, file.inode, seen);
        }
        moves.untangle();
        Ok(moves)
    }

    /// The folders that the moves speak of.
    pub fn folders(&self) -> &[PathBuf] {
        &self.folders
    }

    /// The first move of each file, by its inode.
    pub fn starts(&self) -> impl Iterator<Item = (u32, u64)> {
        // Collected, the first stands over those behind it.
        (0..self.len() as u32).rev().map(|at| (at, self.steps[at as usize].inode))
    }

    /// Adds a folder, unless it is one of the two added last; its number.
    pub fn folder(&mut self, path: &Path) -> u32 {
        let known = self.folders.len().saturating_sub(2);
        let at = self.folders[known..].iter().position(|folder| folder == path).map(|at| known + at);
        let at = at.unwrap_or_else(|| {
            self.folders.push(path.to_owned());
            self.folders.len() - 1
        });
        at as u32
    }

    /// Adds a move.
    pub fn add(&mut self, folder: u32, from: &str, into: u32, to: &str, inode: u64, seen: Seen) {
        let (from, to) = (self.keep(from), self.keep(to));
        self.steps.push(Step { folder, from, into, to, inode, seen });
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

    pub fn len(&self) -> usize {
        self.steps.len()
    }

    pub fn get(&self, at: usize) -> Move<'_> {
        let Step { folder, from, to, inode, seen, .. } = self.steps[at];
        let path = self.folders[folder as usize].as_path();
        Move { folder: path, folder_number: folder, from: self.name(from), to: self.name(to), inode, seen }
    }

    pub fn iter(&self) -> impl Iterator<Item = Move<'_>> {
        (0..self.len()).map(|at| self.get(at))
    }

    /// The way back: the last move first, each from where it led to where it came from.
    fn back(mut self) -> Moves {
        self.steps.reverse();
        for step in &mut self.steps {
            (step.folder, step.from, step.into, step.to) = (step.into, step.to, step.folder, step.from);
        }
        self
    }

    /// Renames the files where they lie; if one cannot be, all are taken back.
    pub fn perform(self) -> Result<(), Stop> {
        let mut list = Listed::all_or_nothing(self);
        let undone = list.carry(Trust::Known);
        let Some((path, why)) = undone.left.into_iter().next() else { return Ok(()) };
        let failed = list.failed();
        // What cannot be taken back either stays as it is; the undo list still names it.
        Listed::new(list.moves.back()).carry(Trust::Ask);
        Err(match (why, failed) {
            (UndoWhy::Refused, Some(error)) => Error::writing(path, &error).into(),
            (UndoWhy::Refused, None) => Error::Unwritable { path, kind: io::ErrorKind::PermissionDenied }.into(),
            (UndoWhy::Edited | UndoWhy::Gone | UndoWhy::Taken | UndoWhy::Added, _) => {
                Setback::Changed { path: path.to_string_lossy().into_owned() }.into()
            }
        })
    }

    /// Gives every file its old name back, last rename first, where it is still the same file.
    pub fn undo(self) -> Undone {
        Listed::new(self.back()).carry(Trust::Ask)
    }

    /// Goes on where a job broke off: the renames that were not done yet.
    pub fn resume(self) -> Undone {
        Listed::new(self).carry(Trust::Ask)
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

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;
    use crate::files::Files;

    fn folder(names: &[&str]) -> (tempfile::TempDir, Arrival) {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        let mut files = Files::default();
        files.enter(0, "");
        for name in names {
            std::fs::write(root.join(name), name).unwrap();
            files.add(name, std::fs::metadata(root.join(name)).unwrap().ino(), None);
        }
        let roots = vec![Root { home: root.clone(), path: root, prefix: String::new(), folder: true }];
        (dir, Arrival { roots, files, ..Arrival::nothing() })
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
        let (_dir, arrival) = folder(&["a", "b", "c", "x", "y"]);
        let root = arrival.roots[0].path.clone();
        let moves = Moves::order(&arrival, &renames(&["b", "c", "a", "y", "z"])).unwrap();
        assert_eq!(moves.steps.len(), 6, "one file of the circle waits");
        let list = root.join("list.csv");
        moves.write_list(&list, "試験", "2026-11-20").unwrap();
        moves.clone().perform().unwrap();
        assert_eq!(all(&root, &["a", "b", "c", "x", "y", "z"]), ["c", "a", "b", "-", "x", "y"]);
        let read = Moves::read_list(&list).unwrap();
        assert_eq!(read.told(), moves.told());
        let undone = read.clone().undo();
        assert_eq!((undone.done, undone.left.len()), (5, 0), "{undone:?}");
        assert_eq!(all(&root, &["a", "b", "c", "x", "y", "z"]), ["a", "b", "c", "x", "y", "-"]);
        assert_eq!(read.undo().already, 5);
    }

    #[test]
    fn a_job_that_broke_off_is_finished_or_taken_back_from_any_point() {
        for broken_after in 0..7 {
            let (_dir, arrival) = folder(&["a", "b", "c", "x", "y"]);
            let root = arrival.roots[0].path.clone();
            let moves = Moves::order(&arrival, &renames(&["b", "c", "a", "y", "z"])).unwrap();
            let part = |count: usize| {
                let steps = moves.steps[..count.min(moves.steps.len())].to_vec();
                Moves { folders: moves.folders.clone(), text: moves.text.clone(), steps }
            };
            part(broken_after).perform().unwrap();
            assert_eq!(moves.clone().resume().left, []);
            assert_eq!(all(&root, &["a", "b", "c", "x", "y", "z"]), ["c", "a", "b", "-", "x", "y"], "{broken_after}");
            assert_eq!(moves.clone().undo().left, []);
            part(broken_after).perform().unwrap();
            assert_eq!(moves.clone().undo().left, []);
            assert_eq!(all(&root, &["a", "b", "c", "x", "y", "z"]), ["a", "b", "c", "x", "y", "-"], "{broken_after}");
        }
    }

    #[test]
    fn an_edited_file_is_left_alone_and_the_others_come_back() {
        let (_dir, arrival) = folder(&["a", "b"]);
        let root = arrival.roots[0].path.clone();
        let moves = Moves::order(&arrival, &renames(&["a1", "b1"])).unwrap();
        moves.clone().perform().unwrap();
        std::fs::write(root.join("a1"), "edited since").unwrap();
        let undone = moves.undo();
        assert_eq!(undone.done, 1);
        assert_eq!(undone.left, [(root.join("a1"), UndoWhy::Edited)]);
        assert_eq!((held(&root, "b").as_str(), held(&root, "a1").as_str()), ("b", "edited since"));
    }

    #[test]
    fn one_failure_takes_all_back() {
        let (_dir, arrival) = folder(&["a", "b"]);
        let root = arrival.roots[0].path.clone();
        let moves = Moves::order(&arrival, &renames(&["a1", "b1"])).unwrap();
        std::fs::write(root.join("b1"), "in the way").unwrap();
        assert!(matches!(moves.perform(), Err(Stop::Setback(Setback::Changed { .. }))));
        assert_eq!((held(&root, "a").as_str(), held(&root, "a1").as_str()), ("a", "-"));
        assert_eq!(held(&root, "b1"), "in the way");
    }

    #[test]
    fn a_file_that_was_exchanged_since_it_was_collected_is_not_renamed() {
        let (_dir, arrival) = folder(&["a", "b"]);
        let root = arrival.roots[0].path.clone();
        std::fs::write(root.join("new"), "another").unwrap();
        std::fs::rename(root.join("new"), root.join("b")).unwrap();
        let stopped = Moves::order(&arrival, &renames(&["a1", "b1"])).unwrap_err();
        assert!(matches!(stopped, Stop::Setback(Setback::Changed { path }) if path == "b"));
        assert_eq!(held(&root, "a"), "a");
    }
}
