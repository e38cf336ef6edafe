//! Renaming files where they lie: the plan checked whole, the undo list on the disk before the first rename,
//! and never a file replaced.
//!
//! The list is written once and flushed; after a crash it tells, with the inodes on the disk, which rows were done.
//! Folders are flushed together at the end: a rename that a power cut takes back is found the same way.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{
    AtFlags, CWD, Mode, OFlags, RenameFlags, ResolveFlags, fsync, openat2, renameat, renameat_with, statat, syncfs,
};
use rustix::io::Errno;

use crate::arrival::{Dropped, Left, Root, shown};
use crate::error::{Error, Setback, Stop};

/// A rename as the script wants it: which file, and its new name in the same folder.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Wish {
    pub file: u32,
    pub to: String,
    pub reason: u32,
}

/// A rename that cannot be done.
#[derive(Clone, PartialEq, Debug)]
pub struct Clash {
    /// The file, as the person knows it.
    pub path: String,
    /// The name it was to have.
    pub to: String,
    /// Why not.
    pub why: ClashWhy,
}

/// Why a rename cannot be done.
#[derive(Clone, PartialEq, Debug)]
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum ClashWhy {
    /// Another file is to have the same name (case and Unicode form do not count).
    Twin { other: String },
    /// A file of that name is there already and stays.
    Taken { by: String },
    /// The same file is to be renamed twice.
    Twice,
    /// The name is not possible on every system.
    Name(japan::NameTrouble),
}

/// Everything that speaks against a list of renames, without touching the disk.
pub(crate) fn clashes(roots: &[Root], files: &[Dropped], others: &[String], left: &[Left], wishes: &[Wish]) -> Vec<Clash> {
    let mut found = Vec::new();
    let mut moved = vec![false; files.len()];
    let mut targets: HashMap<String, u32> = HashMap::with_capacity(wishes.len());
    let roots_units: Vec<usize> = roots.iter().map(folder_units).collect();
    for wish in wishes {
        let file = &files[wish.file as usize];
        let mut clash = |why| found.push(Clash { path: shown(roots, file), to: wish.to.clone(), why });
        if std::mem::replace(&mut moved[wish.file as usize], true) {
            clash(ClashWhy::Twice);
            continue;
        }
        let (folder, _) = split(&file.inner);
        let units = roots_units[file.root as usize] + japan::utf16_units(folder) + japan::utf16_units(&wish.to);
        for trouble in japan::check_file_name(&wish.to, units) {
            clash(ClashWhy::Name(trouble));
        }
        if let Some(earlier) = targets.insert(key(&sibling(&shown(roots, file), &wish.to)), wish.file) {
            clash(ClashWhy::Twin { other: shown(roots, &files[earlier as usize]) });
        }
    }
    if wishes.is_empty() {
        return found;
    }
    let staying = files.iter().zip(&moved).filter(|(_, moved)| !**moved).map(|(file, _)| shown(roots, file));
    let around = others.iter().cloned().chain(left.iter().map(|left| left.path.clone()));
    for path in staying.chain(around) {
        if let Some(&file) = targets.get(&key(&path)) {
            let mine = shown(roots, &files[file as usize]);
            let to = wishes.iter().find(|wish| wish.file == file).map(|wish| wish.to.clone()).unwrap_or_default();
            found.push(Clash { path: mine, to, why: ClashWhy::Taken { by: path } });
        }
    }
    found
}

fn key(path: &str) -> String {
    japan::name_key(path)
}

/// A path within a root as its folder, with the `/` behind it, and its name.
fn split(inner: &str) -> (&str, &str) {
    inner.split_at(inner.rfind('/').map_or(0, |slash| slash + 1))
}

/// The length of what stands before a file's path within its root, as Windows counts.
fn folder_units(root: &Root) -> usize {
    let folder = if root.folder { Some(root.path.as_path()) } else { root.path.parent() };
    folder.map_or(0, |folder| japan::utf16_units(&folder.to_string_lossy()) + 1)
}

fn file_name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

fn sibling(path: &str, name: &str) -> String {
    let folder = path.rfind('/').map_or("", |slash| &path[..=slash]);
    format!("{folder}{name}")
}

/// One rename on the disk, of one file known by inode, size and time.
#[derive(Clone, PartialEq, Debug)]
struct Step {
    folder: u32,
    from: String,
    to: String,
    inode: u64,
    size: u64,
    modified: i128,
}

/// Renames in the order in which they can be done.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Moves {
    folders: Vec<PathBuf>,
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

const TEMPORARY: &str = ".jitan-rename-";

impl Moves {
    /// Puts the wishes in an order in which no file meets another: chains from their end, circles through a temporary name.
    pub fn order(roots: &[Root], files: &[Dropped], wishes: &[Wish]) -> Result<Moves, Setback> {
        let mut moves = Moves::default();
        let mut known: HashMap<(u32, &str), u32> = HashMap::new();
        let mut last = (u32::MAX, "", 0);
        for wish in wishes {
            let file = &files[wish.file as usize];
            let root = &roots[file.root as usize];
            let (within, name) = if root.folder { split(&file.inner) } else { ("", file_name(&root.path)) };
            // Files of a folder follow each other.
            if (last.0, last.1) != (file.root, within) {
                let folder = *known.entry((file.root, within)).or_insert_with(|| {
                    let base = if root.folder { root.path.as_path() } else { root.path.parent().unwrap_or(Path::new("/")) };
                    moves.folders.push(if within.is_empty() { base.to_owned() } else { base.join(within.trim_end_matches('/')) });
                    moves.folders.len() as u32 - 1
                });
                last = (file.root, within, folder);
            }
            let folder = last.2;
            if wish.to == name {
                continue;
            }
            if wish.to.is_empty() || wish.to.contains(['/', '\0']) || wish.to == "." || wish.to == ".." {
                return Err(Setback::OutputName { name: wish.to.clone() });
            }
            let (inode, size, modified) = (file.inode, file.size, file.modified);
            moves.steps.push(Step { folder, from: name.to_owned(), to: wish.to.clone(), inode, size, modified });
        }
        moves.untangle()?;
        Ok(moves)
    }

    fn untangle(&mut self) -> Result<(), Setback> {
        let sources: HashMap<(u32, &str), usize> =
            self.steps.iter().enumerate().map(|(at, step)| ((step.folder, step.from.as_str()), at)).collect();
        let mut blockers: Vec<Option<usize>> = Vec::with_capacity(self.steps.len());
        let mut blocks = 0;
        for step in &self.steps {
            let blocker = sources.get(&(step.folder, step.to.as_str())).copied();
            blocks += usize::from(blocker.is_some());
            blockers.push(blocker);
        }
        if sources.len() < self.steps.len() {
            return Err(Setback::Renames { clashes: vec![] });
        }
        drop(sources);
        if blocks > 0 {
            self.steps = untangled(&self.steps, &blockers);
        }
        Ok(())
    }

    /// How many renames there are; a file that waits under a temporary name counts once.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.steps.iter().filter(|step| !step.to.starts_with(TEMPORARY)).count()
    }

    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Writes the undo list and flushes it. A person can read it in Excel, `read_list` reads it back.
    pub fn write_list(&self, path: &Path, task: &str, now: &str) -> io::Result<()> {
        let mut file = BufWriter::with_capacity(1 << 20, File::create_new(path)?);
        writeln!(file, "\u{feff}{LIST},{},{now}", quoted(task))?;
        writeln!(file, "フォルダ,元の名前,新しい名前,番号,大きさ,更新時刻")?;
        let mut folder_text = (u32::MAX, String::new());
        for step in &self.steps {
            if folder_text.0 != step.folder {
                folder_text = (step.folder, quoted(&self.folders[step.folder as usize].to_string_lossy()));
            }
            let (from, to) = (quoted(&step.from), quoted(&step.to));
            writeln!(file, "{},{from},{to},{},{},{}", folder_text.1, step.inode, step.size, step.modified)?;
        }
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()
    }

    /// Reads an undo list back.
    pub fn read_list(path: &Path) -> Result<Moves, Error> {
        let text = std::fs::read(path).map_err(|error| Error::reading(path, &error))?;
        let wrong = |line| Error::NotAnUndoList { path: path.to_owned(), line };
        let text = String::from_utf8(text).map_err(|_| wrong(None))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        if !text.starts_with(LIST) {
            return Err(wrong(None));
        }
        let mut moves = Moves::default();
        let mut known: HashMap<String, u32> = HashMap::new();
        for (at, fields) in records(text).enumerate().skip(2) {
            let [folder, from, to, inode, size, modified] = fields.as_slice() else { return Err(wrong(Some(at + 1))) };
            let (Ok(inode), Ok(size), Ok(modified)) = (inode.parse(), size.parse(), modified.parse()) else {
                return Err(wrong(Some(at + 1)));
            };
            if [from, to].iter().any(|name| name.is_empty() || name.contains('/')) || !folder.starts_with('/') {
                return Err(wrong(Some(at + 1)));
            }
            let folder = *known.entry(folder.clone()).or_insert_with(|| {
                moves.folders.push(PathBuf::from(folder));
                moves.folders.len() as u32 - 1
            });
            moves.steps.push(Step { folder, from: from.clone(), to: to.clone(), inode, size, modified });
        }
        Ok(moves)
    }

    /// Does the renames; if one fails, all are taken back.
    pub fn perform(&self) -> Result<(), Stop> {
        let mut open = Open::default();
        for (at, step) in self.steps.iter().enumerate() {
            if let Err(stop) = self.step(&mut open, step) {
                for done in self.steps[..at].iter().rev() {
                    // Nothing more can be done about a rename that cannot be taken back; the undo list still names it.
                    let _ = open.folder(&self.folders, done.folder).and_then(|folder| rename(folder, &done.to, &done.from));
                }
                return Err(stop);
            }
        }
        self.flush();
        Ok(())
    }

    fn step(&self, open: &mut Open, step: &Step) -> Result<(), Stop> {
        let path = || self.folders[step.folder as usize].join(&step.from);
        let changed = || Stop::Setback(Setback::Changed { path: path().to_string_lossy().into_owned() });
        let failed = |errno: Errno| match errno {
            Errno::NOENT | Errno::EXIST | Errno::LOOP => changed(),
            other => Stop::Error(Error::writing(path(), &io::Error::from(other))),
        };
        let folder = open.folder(&self.folders, step.folder).map_err(failed)?;
        if look(folder, &step.from, step) != Look::Same {
            return Err(changed());
        }
        rename(folder, &step.from, &step.to).map_err(failed)
    }

    /// Gives every file its old name back, last rename first, where it is still the same file.
    pub fn undo(&self) -> Undone {
        self.catch_up(self.steps.iter().rev().map(|step| (step, &step.to, &step.from)))
    }

    /// Goes on where a job broke off: the renames that were not done yet.
    pub fn resume(&self) -> Undone {
        self.catch_up(self.steps.iter().map(|step| (step, &step.from, &step.to)))
    }

    /// Takes files from one name to another as far as they are not there yet. The disk alone says how far a job came.
    fn catch_up<'s>(&self, steps: impl Iterator<Item = (&'s Step, &'s String, &'s String)>) -> Undone {
        let (mut undone, mut open) = (Undone::default(), Open::default());
        for (step, from, to) in steps {
            let passing = to.starts_with(TEMPORARY);
            let outcome = match open.folder(&self.folders, step.folder) {
                Err(_) => Some(UndoWhy::Gone),
                Ok(folder) => match (look(folder, from, step), look(folder, to, step)) {
                    (Look::Same, _) => match rename(folder, from, to) {
                        Ok(()) => None,
                        Err(Errno::EXIST) => Some(UndoWhy::Taken),
                        Err(_) => Some(UndoWhy::Refused),
                    },
                    (_, Look::Same | Look::Edited) => {
                        undone.already += usize::from(!passing);
                        continue;
                    }
                    // It only waited under that name, and went on long ago.
                    _ if passing => continue,
                    (Look::Edited | Look::Other, _) => Some(UndoWhy::Edited),
                    _ => Some(UndoWhy::Gone),
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

/// Chains are done from their end; of a circle, one file waits under a temporary name.
fn untangled(steps: &[Step], blockers: &[Option<usize>]) -> Vec<Step> {
    let mut state = vec![0u8; steps.len()];
    let mut ordered = Vec::with_capacity(steps.len() + 8);
    for start in 0..steps.len() {
        let mut chain = Vec::new();
        let mut at = Some(start);
        while let Some(here) = at.filter(|&here| state[here] == 0) {
            state[here] = 1;
            chain.push(here);
            at = blockers[here];
        }
        // A file is in the way that belongs to this very chain: a circle that closes at its first member.
        let circle = at.is_some_and(|here| state[here] == 1 && chain.first() == Some(&here));
        let parked = chain.first().filter(|_| circle).map(|&first| {
            let step = &steps[first];
            let name = format!("{TEMPORARY}{first}");
            ordered.push(Step { to: name.clone(), ..step.clone() });
            Step { from: name, ..step.clone() }
        });
        for &here in chain.iter().rev().take(chain.len() - usize::from(circle)) {
            ordered.push(steps[here].clone());
        }
        ordered.extend(parked);
        for here in chain {
            state[here] = 2;
        }
    }
    ordered
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

fn look(folder: &OwnedFd, name: &str, step: &Step) -> Look {
    let Ok(stat) = statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) else { return Look::Nothing };
    if stat.st_ino != step.inode {
        return Look::Other;
    }
    let modified = i128::from(stat.st_mtime) * 1_000_000_000 + i128::from(stat.st_mtime_nsec);
    if stat.st_size as u64 == step.size && modified == step.modified { Look::Same } else { Look::Edited }
}

/// Renames without ever replacing a file.
fn rename(folder: &OwnedFd, from: &str, to: &str) -> Result<(), Errno> {
    match renameat_with(folder, from, folder, to, RenameFlags::NOREPLACE) {
        // A file system without the flag (some network ones): look first, which is the best there is.
        Err(Errno::INVAL | Errno::NOSYS) => match statat(folder, to, AtFlags::SYMLINK_NOFOLLOW) {
            Err(Errno::NOENT) => renameat(folder, from, folder, to),
            Err(other) => Err(other),
            Ok(_) => Err(Errno::EXIST),
        },
        other => other,
    }
}

const LIST: &str = "jitan取消用一覧,1";

/// A field of the list. Excel takes what begins with a sign for a formula, so such a name gets `./` in front.
fn quoted(text: &str) -> String {
    let sign = text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n']);
    let dotted = if sign || text.starts_with("./") { format!("./{text}") } else { text.to_owned() };
    if dotted.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", dotted.replace('"', "\"\"")) } else { dotted }
}

/// The records of the list, quotes and dots taken off.
fn records(text: &str) -> impl Iterator<Item = Vec<String>> + '_ {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut fields = Vec::with_capacity(6);
        loop {
            let (field, end) = field(rest);
            fields.push(field.strip_prefix("./").map(str::to_owned).unwrap_or(field));
            let next = rest[end..].chars().next();
            rest = &rest[end + next.map_or(0, char::len_utf8)..];
            if next != Some(',') {
                return Some(fields);
            }
        }
    })
}

/// The field at the start of a text, and where it ends.
fn field(text: &str) -> (String, usize) {
    let Some(inside) = text.strip_prefix('"') else {
        let end = text.find([',', '\n']).unwrap_or(text.len());
        return (text[..end].trim_end_matches('\r').to_owned(), end);
    };
    let mut field = String::new();
    let mut at = 0;
    while let Some(quote) = inside[at..].find('"') {
        field.push_str(&inside[at..at + quote]);
        at += quote + 1;
        if !inside[at..].starts_with('"') {
            return (field, at + 1);
        }
        field.push('"');
        at += 1;
    }
    field.push_str(&inside[at..]);
    (field, text.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::MetadataExt;

    fn folder(names: &[&str]) -> (tempfile::TempDir, Vec<Root>, Vec<Dropped>) {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        let files = names
            .iter()
            .map(|name| {
                std::fs::write(root.join(name), name).unwrap();
                let meta = std::fs::metadata(root.join(name)).unwrap();
                let modified = i128::from(meta.mtime()) * 1_000_000_000 + i128::from(meta.mtime_nsec());
                Dropped { root: 0, inner: (*name).to_owned(), size: meta.len(), modified, inode: meta.ino(), open_by: None }
            })
            .collect();
        (dir, vec![Root { path: root, prefix: String::new(), folder: true }], files)
    }

    fn wishes(to: &[&str]) -> Vec<Wish> {
        to.iter().enumerate().map(|(file, to)| Wish { file: file as u32, to: (*to).to_owned(), reason: 0 }).collect()
    }

    fn held(root: &Path, name: &str) -> String {
        std::fs::read_to_string(root.join(name)).unwrap_or_else(|_| "-".to_owned())
    }

    #[test]
    fn chains_and_circles_find_their_way_and_back() {
        let (_dir, roots, files) = folder(&["a", "b", "c", "x", "y"]);
        let root = roots[0].path.clone();
        let moves = Moves::order(&roots, &files, &wishes(&["b", "c", "a", "y", "z"])).unwrap();
        assert_eq!(moves.len(), 5);
        let list = root.join("list.csv");
        moves.write_list(&list, "試験", "2026-11-20").unwrap();
        moves.perform().unwrap();
        let all = |names: &[&str]| names.iter().map(|name| held(&root, name)).collect::<Vec<_>>();
        assert_eq!(all(&["a", "b", "c", "x", "y", "z"]), ["c", "a", "b", "-", "x", "y"]);
        let read = Moves::read_list(&list).unwrap();
        assert_eq!(read, moves);
        let undone = read.undo();
        assert_eq!((undone.done, undone.left.len()), (5, 0), "{undone:?}");
        assert_eq!(all(&["a", "b", "c", "x", "y", "z"]), ["a", "b", "c", "x", "y", "-"]);
        assert_eq!(read.undo().already, 5);
    }

    #[test]
    fn a_job_that_broke_off_is_finished_or_taken_back_from_any_point() {
        for broken_after in 0..7 {
            let (_dir, roots, files) = folder(&["a", "b", "c", "x", "y"]);
            let root = roots[0].path.clone();
            let moves = Moves::order(&roots, &files, &wishes(&["b", "c", "a", "y", "z"])).unwrap();
            let all = |names: &[&str]| names.iter().map(|name| held(&root, name)).collect::<Vec<_>>();
            let part = |count: usize| Moves { folders: moves.folders.clone(), steps: moves.steps[..count].to_vec() };
            part(broken_after.min(moves.steps.len())).perform().unwrap();
            assert_eq!(moves.resume().left, []);
            assert_eq!(all(&["a", "b", "c", "x", "y", "z"]), ["c", "a", "b", "-", "x", "y"], "{broken_after}");
            assert_eq!(moves.undo().left, []);
            part(broken_after.min(moves.steps.len())).perform().unwrap();
            assert_eq!(moves.undo().left, []);
            assert_eq!(all(&["a", "b", "c", "x", "y", "z"]), ["a", "b", "c", "x", "y", "-"], "{broken_after}");
        }
    }

    #[test]
    fn an_edited_file_is_left_alone_and_the_others_come_back() {
        let (_dir, roots, files) = folder(&["a", "b"]);
        let root = roots[0].path.clone();
        let moves = Moves::order(&roots, &files, &wishes(&["a1", "b1"])).unwrap();
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
        let moves = Moves::order(&roots, &files, &wishes(&["a1", "b1"])).unwrap();
        std::fs::write(root.join("b1"), "in the way").unwrap();
        assert!(matches!(moves.perform(), Err(Stop::Setback(Setback::Changed { .. }))));
        assert_eq!((held(&root, "a").as_str(), held(&root, "a1").as_str()), ("a", "-"));
        assert_eq!(held(&root, "b1"), "in the way");
    }

    #[test]
    fn names_that_only_differ_in_case_or_form_clash() {
        let (_dir, roots, files) = folder(&["a", "b", "Plan.xlsx"]);
        let why = |to: &[&str]| -> Vec<ClashWhy> {
            clashes(&roots, &files, &["フォルダ".to_owned()], &[], &wishes(to)).into_iter().map(|clash| clash.why).collect()
        };
        assert_eq!(why(&["が.xlsx", "か\u{3099}.xlsx"]), [ClashWhy::Twin { other: "a".to_owned() }]);
        assert_eq!(why(&["PLAN.xlsx"]), [ClashWhy::Taken { by: "Plan.xlsx".to_owned() }]);
        assert_eq!(why(&["フォルダ"]), [ClashWhy::Taken { by: "フォルダ".to_owned() }]);
        assert_eq!(why(&["b", "a"]), []);
        assert!(matches!(why(&["a?.xlsx"]).as_slice(), [ClashWhy::Name(_)]));
    }

    #[test]
    fn fields_of_the_list_survive_signs_quotes_and_line_breaks() {
        for name in ["=1+1.xlsx", "a,b\"c\".txt", "行\n替え", "./x", "普通.xlsx", "＝全角"] {
            let line = format!("{},{}\n", quoted(name), quoted("次"));
            let fields: Vec<_> = records(&line).flatten().collect();
            assert_eq!(fields, [name, "次"]);
        }
    }
}
