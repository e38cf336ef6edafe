//! The undo of what was handed back: by the journal backwards, in batches, each file goes to 取消 under its old name, if it is
//! still the same file. Whatever people edited, moved, deleted or added stays where it is, and is told.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::ops::Range;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use ledger::{Job, Rename, RenameState};
use rustc_hash::FxHashSet;
use rustix::io::Errno;

use super::disk::is_there;
use super::handback::{parts, seen, waited};
use super::house::{Halt, House, reading, writing};
use super::step::step;
use crate::arrival::is_litter;
use crate::error::Error;
use crate::files::Seen;
use crate::rename::{BATCH, Brought, Journal, Moves, Trust, UndoWhy, carry};

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
    while let Some(rows) = back.load()? {
        for (at, one) in back.moves().would(rows) {
            match one {
                Brought::Left(why) => taken.left.push((back.told(at), why)),
                Brought::Ill(errno) => taken.left.push((back.told(at), back.ill(places.from, errno)?)),
                Brought::Done | Brought::Already | Brought::Passed => taken.files += 1,
            }
        }
    }
    added(house, job, places, &mut taken)?;
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
    added(house, job, places, &mut taken)?;
    Ok(taken)
}

/// Whether anything of the arrival is still to be brought back by this undo, or an earlier try at it.
pub(crate) fn is_open(house: &House, job: &Job) -> Result<bool, Halt> {
    let counts = house.store().renames_counted(&job.new.id)?;
    Ok(counts.done + counts.kept > 0)
}

/// Whether people have taken the whole folder away, as they do with results.
fn moved_away(house: &House, job: &Job, places: &Places<'_>) -> Result<bool, Halt> {
    let Some(row) = house.store().rename(&job.new.id, 0)?.filter(|_| job.new.folder) else { return Ok(false) };
    let root = places.from.join(root(&row.dst));
    Ok(!is_there(&root).map_err(reading(&root))? && !places.into.join(&job.new.name).exists())
}

fn gone(house: &House, job: &Job) -> Result<TakenBack, Halt> {
    let row = house.store().rename(&job.new.id, 0)?;
    let name = row.map(|row| root(&row.dst).to_owned()).unwrap_or_default();
    Ok(TakenBack { files: 0, left: vec![(name, UndoWhy::Gone)] })
}

fn root(path: &str) -> &str {
    path.split('/').next().unwrap_or(path)
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
        let rows = self.house.store().renames_back(self.job, self.below, BATCH as u32)?;
        let Some(last) = rows.last() else { return Ok(None) };
        self.below = last.n;
        self.rows = rows.iter().map(|row| row.n).collect();
        let mut window = Moves::default();
        for row in &rows {
            let ((there, name), (old, first)) = (parts(&row.dst), parts(&row.src));
            let waited = waited(self.house, self.job, row)?;
            let first = waited.as_ref().map_or(first, |row| parts(&row.src).1);
            let there = self.places.from.join(there);
            let name = if keeps_its_name(row, &there, name) { first } else { name };
            let (from, into) = (window.folder(&there), window.folder(&self.places.into.join(old)));
            window.add(from, name, into, first, row.ino, Seen { size: row.size, modified: row.mtime.into() });
        }
        self.window = window;
        Ok(Some(0..self.window.len()))
    }

    /// Where a file of the batch lies, within the results.
    fn told(&self, at: usize) -> String {
        let one = self.window.get(at);
        let path = one.folder.join(one.from);
        path.strip_prefix(self.places.from).unwrap_or(&path).to_string_lossy().into_owned()
    }
}

/// Whether a file never got its new name.
fn keeps_its_name(row: &Rename, folder: &Path, name: &str) -> bool {
    let renamed = || fs::symlink_metadata(folder.join(name)).is_ok_and(|meta| meta.ino() == row.ino);
    row.state == RenameState::Left && !renamed()
}

impl Journal for Back<'_> {
    type Error = Halt;

    fn next(&mut self) -> Result<Option<Range<usize>>, Halt> {
        let Some(rows) = self.load()? else { return Ok(None) };
        let mut made = BTreeSet::new();
        for one in self.window.iter() {
            if made.insert(one.into.to_owned()) {
                fs::create_dir_all(one.into).map_err(writing(one.into))?;
            }
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
    for entry in walkdir::WalkDir::new(places.into).min_depth(1).contents_first(true).into_iter().flatten() {
        if entry.file_type().is_dir() {
            // Only an empty one goes.
            let _ = fs::remove_dir(entry.path());
        }
    }
    for row in house.store().renames_passed(&job.new.id)? {
        if row.src.ends_with('/') {
            let folder = places.into.join(row.src.trim_end_matches('/'));
            fs::create_dir_all(&folder).map_err(writing(&folder))?;
        }
    }
    Ok(())
}

/// What people put into the folder that came back.
fn added(house: &House, job: &Job, places: &Places<'_>, taken: &mut TakenBack) -> Result<(), Halt> {
    let Some(row) = house.store().rename(&job.new.id, 0)?.filter(|_| job.new.folder) else { return Ok(()) };
    let root = places.from.join(root(&row.dst));
    let mut known: Option<FxHashSet<(u64, u64, i64)>> = None;
    let told: FxHashSet<String> = taken.left.iter().map(|(path, _)| path.clone()).collect();
    for entry in walkdir::WalkDir::new(&root) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) if error.io_error().is_some_and(|error| error.kind() == io::ErrorKind::NotFound) => continue,
            Err(error) => return Err(reading(&root)(error.into())),
        };
        if entry.file_type().is_dir() || is_litter(&entry.file_name().to_string_lossy()) {
            continue;
        }
        let known = match &mut known {
            Some(known) => known,
            none => none.insert(house.store().renames_known(&job.new.id)?.into_iter().collect()),
        };
        let path = entry.path().strip_prefix(places.from).unwrap_or(entry.path()).to_string_lossy().into_owned();
        let ours = entry.metadata().is_ok_and(|meta| {
            let seen = seen(&meta);
            known.contains(&(meta.ino(), seen.size, i64::try_from(seen.modified).unwrap_or(0)))
        });
        if !ours && !told.contains(&path) {
            taken.left.push((path, UndoWhy::Added));
        }
    }
    Ok(())
}
