//! The undo of what was handed back: by the journal backwards, in batches, each file goes to 取消 under its old name, if it is
//! still the same file. Whatever people edited, moved, deleted or added stays where it is, and is told.

use std::fs;
use std::io;
use std::ops::Range;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use intake::{Entry, Folder, Order, Unread, Visit};
use ledger::{Job, Known, Rename, RenameState};
use rustc_hash::FxHashSet;
use rustix::fs::{AtFlags, FileType, Mode, OFlags, open, statat};
use rustix::io::Errno;

use super::disk::{folders, is_there};
use super::handback::{self, waited};
use super::house::{Halt, House, reading, writing};
use super::rows::{known_now, seen};
use super::step::step;
use crate::arrival::is_litter;
use crate::error::Error;
use crate::rename::{Brought, Journal, Moves, Trust, UndoWhy, carry};

/// What comes back, or would.
#[derive(Debug, Default)]
pub(crate) struct TakenBack {
    /// How many files have their old names, those with no new one among them.
    pub files: u64,
    /// Paths within the results, and why they are left.
    pub left: Vec<(String, UndoWhy)>,
}

/// The two places of an undo: where the results lie, and the folder that will appear in 取消.
pub(crate) struct Places<'a> {
    pub from: &'a Path,
    pub into: &'a Path,
}

/// What an undo would bring back. Nothing is touched.
pub(crate) fn plan(house: &House, job: &Job, places: &Places<'_>) -> Result<TakenBack, Halt> {
    let mut taken = TakenBack { files: house.store().renames_counted(&job.new.id)?.undone, left: Vec::new() };
    if moved_away(house, job, places)? {
        return gone(house, job);
    }
    let mut back = Back::new(house, job, places);
    let mut found = FxHashSet::default();
    while let Some(rows) = back.load()? {
        for (at, one) in back.moves().would(rows) {
            match one {
                Brought::Left(why) => taken.left.push((back.told(at), why)),
                Brought::Ill(errno) => taken.left.push((back.told(at), back.ill(places.from, errno)?)),
                Brought::Done => {
                    found.insert(back.moves().get(at).inode);
                    taken.files += 1;
                }
                Brought::Already | Brought::Passed => taken.files += 1,
            }
        }
    }
    added(house, job, places, &found, &mut taken)?;
    Ok(taken)
}

/// Brings back what is ours.
pub(crate) fn take_back(house: &House, job: &Job, places: &Places<'_>) -> Result<TakenBack, Halt> {
    if moved_away(house, job, places)? {
        let id = &job.new.id;
        house.record(|store, _| store.renames_marked(id, 0..=i64::MAX as u64, RenameState::Left, &[]))?;
        return gone(house, job);
    }
    let mut back = Back::new(house, job, places);
    let undone = carry(&mut back, Trust::Ask)?;
    let shown = |path: PathBuf| path.strip_prefix(places.from).unwrap_or(&path).to_string_lossy().into_owned();
    let left = undone.left.into_iter().map(|(path, why)| (shown(path), why)).collect();
    let mut taken = TakenBack { files: house.store().renames_counted(&job.new.id)?.undone, left };
    restore_folders(house, job, places)?;
    added(house, job, places, &FxHashSet::default(), &mut taken)?;
    Ok(taken)
}

/// Whether anything of the arrival is still to be brought back by this undo, or an earlier try at it.
pub(crate) fn is_open(house: &House, job: &Job) -> Result<bool, Halt> {
    let counts = house.store().renames_counted(&job.new.id)?;
    Ok(counts.done + counts.kept > 0)
}

/// Whether people have taken the whole folder away, as they do with results.
fn moved_away(house: &House, job: &Job, places: &Places<'_>) -> Result<bool, Halt> {
    let Some(root) = root(house, job)? else { return Ok(false) };
    let root = places.from.join(root);
    Ok(!is_there(&root).map_err(reading(&root))? && !places.into.join(&job.new.name).exists())
}

fn gone(house: &House, job: &Job) -> Result<TakenBack, Halt> {
    Ok(TakenBack { files: 0, left: vec![(root(house, job)?.unwrap_or_default(), UndoWhy::Gone)] })
}

/// What the folder that came back is called among the results; none of a single file.
fn root(house: &House, job: &Job) -> Result<Option<String>, Halt> {
    if job.new.folder { handback::root(house, &job.new.id) } else { Ok(None) }
}

/// The journal of a job on its way back.
struct Back<'a> {
    house: &'a House,
    job: &'a str,
    places: &'a Places<'a>,
    below: u64,
    /// The batch, and the numbers of its rows.
    window: Moves,
    rows: Vec<u64>,
}

impl<'a> Back<'a> {
    fn new(house: &'a House, job: &'a Job, places: &'a Places<'a>) -> Back<'a> {
        Back { house, job: &job.new.id, places, below: u64::MAX, window: Moves::default(), rows: Vec::new() }
    }

    /// The next batch, from the end of the journal.
    fn load(&mut self) -> Result<Option<Range<usize>>, Halt> {
        let Some(batch) = self.house.store().renames_back(self.job, self.below)? else { return Ok(None) };
        self.below = batch.first();
        (self.window, self.rows) = (Moves::default(), Vec::new());
        let (mut place, mut folders) = (None, (0, 0));
        for row in batch.rows().rev().filter(|row| comes_back(row.state)) {
            let waited = waited(self.house, self.job, &batch, &row)?;
            let first = waited.as_ref().map_or(row.from, |before| &before.name);
            if place.replace(row.place) != Some(row.place) {
                let (there, back) = (self.places.from.join(row.into), self.places.into.join(row.folder));
                folders = (self.window.folder(&there), self.window.folder(&back));
            }
            let name = if keeps_its_name(&row, self.places) { first } else { row.to };
            self.window.add(folders.0, name, folders.1, first, row.known.ino, seen(row.known));
            self.rows.push(row.n);
        }
        Ok(Some(0..self.window.len()))
    }

    /// Where a file of the batch lies, within the results.
    fn told(&self, at: usize) -> String {
        let one = self.window.get(at);
        let path = one.folder.join(one.from);
        path.strip_prefix(self.places.from).unwrap_or(&path).to_string_lossy().into_owned()
    }
}

/// Whether an undo has to look at a file.
fn comes_back(state: RenameState) -> bool {
    matches!(state, RenameState::Done | RenameState::Left | RenameState::Kept)
}

/// Whether a file never got its new name.
fn keeps_its_name(row: &Rename<'_>, places: &Places<'_>) -> bool {
    let renamed = || {
        let path = places.from.join(row.into).join(row.to);
        fs::symlink_metadata(path).is_ok_and(|meta| meta.ino() == row.known.ino)
    };
    row.state == RenameState::Left && !renamed()
}

impl Journal for Back<'_> {
    type Error = Halt;

    fn next(&mut self) -> Result<Option<Range<usize>>, Halt> {
        let Some(rows) = self.load()? else { return Ok(None) };
        for folder in self.window.folders().iter().filter(|folder| folder.starts_with(self.places.into)) {
            fs::create_dir_all(folder).map_err(writing(folder))?;
        }
        Ok(Some(rows))
    }

    fn moves(&self) -> &Moves {
        &self.window
    }

    fn mark(&mut self, rows: Range<usize>, brought: &[Brought]) -> Result<(), Halt> {
        self.window.flush(rows).map_err(writing(self.places.into))?;
        step("undo.batch_flushed");
        let (Some(last), Some(first)) = (self.rows.first(), self.rows.last()) else { return Ok(()) };
        let left = brought.iter().zip(&self.rows).filter(|(one, _)| matches!(one, Brought::Left(_)));
        let left: Vec<(u64, RenameState)> = left.map(|(_, n)| (*n, RenameState::Left)).collect();
        self.house.record(|store, _| store.renames_marked(self.job, *first..=*last, RenameState::Undone, &left))?;
        step("undo.batch_marked");
        Ok(())
    }

    fn ill(&self, folder: &Path, errno: Errno) -> Result<UndoWhy, Halt> {
        Err(Halt::Place(Error::writing(folder, &errno.into())))
    }

    fn one(&self) {
        step("undo.one");
    }
}

/// Folders that nothing came into go again, and those that were empty from the start are made.
fn restore_folders(house: &House, job: &Job, places: &Places<'_>) -> Result<(), Halt> {
    for folder in folders(places.into).map_err(reading(places.into))?.iter().rev().filter(|folder| *folder != places.into) {
        // Only an empty one goes.
        let _ = fs::remove_dir(folder);
    }
    let batches = house.store().renames_in(&job.new.id, RenameState::Passed)?;
    for row in batches.iter().flat_map(|batch| batch.rows_in(RenameState::Passed)).filter(|row| row.from.is_empty()) {
        let folder = places.into.join(row.folder);
        fs::create_dir_all(&folder).map_err(writing(&folder))?;
    }
    Ok(())
}

/// What people put into the folder that came back, but for files of which is known that they are ours and lie there.
fn added(house: &House, job: &Job, places: &Places<'_>, found: &FxHashSet<u64>, taken: &mut TakenBack) -> Result<(), Halt> {
    let Some(root) = root(house, job)? else { return Ok(()) };
    let path = places.from.join(&root);
    let top = match open(&path, OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty()) {
        Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => return Ok(()),
        top => top.map_err(|errno| reading(&path)(errno.into()))?,
    };
    let mut there = There { found, others: Vec::new() };
    intake::walk(&top, Order::Listed, &mut there).map_err(reading(&path))?;
    if there.others.is_empty() {
        return Ok(());
    }
    let known: FxHashSet<Known> = house.store().renames_known(&job.new.id)?.into_iter().collect();
    let told: FxHashSet<String> = taken.left.iter().map(|(path, _)| path.clone()).collect();
    let others = there.others.into_iter().filter(|(_, is)| is.is_none_or(|is| !known.contains(&is)));
    let others = others.map(|(inner, _)| format!("{root}/{inner}")).filter(|path| !told.contains(path));
    taken.left.extend(others.map(|path| (path, UndoWhy::Added)));
    Ok(())
}

/// The files in the folder that came back.
struct There<'a> {
    found: &'a FxHashSet<u64>,
    /// Path, and what lies there.
    others: Vec<(String, Option<Known>)>,
}

impl Visit for There<'_> {
    type Error = io::Error;

    fn entry(&mut self, folder: &Folder<'_>, entry: &Entry<'_>) -> io::Result<()> {
        if entry.kind == FileType::Directory || self.found.contains(&entry.ino) || is_litter(&entry.name.to_string_lossy()) {
            return Ok(());
        }
        let path = Path::new(folder.inner).join(entry.name).to_string_lossy().into_owned();
        let stat = statat(folder.held, entry.name, AtFlags::SYMLINK_NOFOLLOW);
        self.others.push((path, stat.ok().map(|stat| known_now(&stat))));
        Ok(())
    }

    fn unread(&mut self, unread: Unread) -> io::Result<()> {
        // Gone between two looks.
        if unread.errno == Errno::NOENT { Ok(()) } else { Err(unread.errno.into()) }
    }
}
