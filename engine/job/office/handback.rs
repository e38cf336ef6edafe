//! What was dropped goes back itself: the files with new names are renamed by the ledger's journal in batches, and the whole
//! joins the results before they are published.
//!
//! Until the job is staged nothing is renamed; from then on it only goes forward, from wherever a crash left it.

use std::fs;
use std::io;
use std::ops::Range;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use ledger::{NewJob, Rename, RenameBatch, RenameState};
use rustix::io::Errno;

use super::disk::{flush, is_there, move_to};
use super::finish::Staged;
use super::house::{Halt, House, reading, writing};
use super::kept::Output;
use super::layout::Work;
use super::name::{self, numbered};
use super::rows::{known_meta, seen};
use super::step::step;
use super::undo::published;
use crate::error::Error;
use crate::note::{Note, Slip};
use crate::place::{fingerprint, stage};
use crate::rename::{Brought, Journal, Moves, Trust, UndoWhy, carry, waiting_row};

/// Renames what the journal of a staged job says, and joins the arrival to its results.
pub(crate) fn hand_back(house: &House, staged: Staged, work: &Work) -> Result<Staged, Halt> {
    // Not there: all was published by an earlier engine.
    if !is_there(&work.publish()).map_err(reading(&work.folder))? {
        return Ok(staged);
    }
    let mut forward =
        Forward { house, job: &staged.job.id, input: work.input(), next: 0, window: Moves::default(), rows: Vec::new() };
    carry(&mut forward, Trust::Ask)?;
    name_waiting(house, &staged.job, work)?;
    let staged = tell_kept(house, staged, work)?;
    join(house, &staged.job, work)?;
    Ok(staged)
}

/// The journal of a staged job on its way forward.
struct Forward<'a> {
    house: &'a House,
    job: &'a str,
    /// Where the arrival lies.
    input: PathBuf,
    next: u64,
    /// The batch, and the numbers of its rows.
    window: Moves,
    rows: Vec<u64>,
}

impl Journal for Forward<'_> {
    type Error = Halt;

    fn next(&mut self) -> Result<Option<Range<usize>>, Halt> {
        let Some(batch) = self.house.store().renames_planned(self.job, self.next)? else { return Ok(None) };
        self.next = batch.end();
        (self.window, self.rows) = (Moves::default(), Vec::new());
        let (mut place, mut folder) = (None, 0);
        for row in batch.rows_in(RenameState::Planned) {
            if place.replace(row.place) != Some(row.place) {
                folder = self.window.folder(&self.input.join(row.folder));
            }
            self.window.add(folder, row.from, folder, row.to, row.known.ino, seen(row.known));
            self.rows.push(row.n);
        }
        Ok(Some(0..self.window.len()))
    }

    fn moves(&self) -> &Moves {
        &self.window
    }

    fn mark(&mut self, rows: Range<usize>, brought: &[Brought]) -> Result<(), Halt> {
        self.window.flush(rows).map_err(writing(&self.input))?;
        step("rename.flushed");
        let (Some(&first), Some(&last)) = (self.rows.first(), self.rows.last()) else { return Ok(()) };
        let mark = |(at, one): (usize, &Brought)| match one {
            Brought::Left(_) => Some((self.rows[at], RenameState::Left)),
            _ if self.window.get(at).passes() => Some((self.rows[at], RenameState::Passed)),
            _ => None,
        };
        let others: Vec<(u64, RenameState)> = brought.iter().enumerate().filter_map(mark).collect();
        self.house.record(|store, _| store.renames_marked(self.job, first..=last, RenameState::Done, &others))?;
        step("rename.marked");
        Ok(())
    }

    fn ill(&self, folder: &Path, errno: Errno) -> Result<UndoWhy, Halt> {
        Err(Halt::Place(Error::writing(folder, &errno.into())))
    }

    fn one(&self) {
        step("rename.one");
    }
}

/// Where a file was that waited under a temporary name: in the row that led there.
pub(crate) struct Before {
    pub folder: String,
    pub name: String,
}

/// Where the file of a row was before it waited; none of a file that did not wait. `batch` is the row's own.
pub(crate) fn waited(house: &House, job: &str, batch: &RenameBatch, row: &Rename<'_>) -> Result<Option<Before>, Halt> {
    let Some(first) = waiting_row(row.from) else { return Ok(None) };
    let elsewhere = if batch.row(first).is_some() { None } else { house.store().renames_with(job, first)? };
    let there = elsewhere.as_ref().unwrap_or(batch).row(first);
    // Whatever people call their files: it has to be this very file.
    let there = there.filter(|there| there.n != row.n && there.known.ino == row.known.ino);
    Ok(there.map(|there| Before { folder: there.folder.to_owned(), name: there.from.to_owned() }))
}

/// A file that waited while its circle broke, because another of it changed: it gets its old name, or that with a number.
fn name_waiting(house: &House, job: &NewJob, work: &Work) -> Result<(), Halt> {
    let left = house.store().renames_in(&job.id, RenameState::Left)?;
    for (batch, row) in left.iter().flat_map(|batch| batch.rows_in(RenameState::Left).map(move |row| (batch, row))) {
        let Some(before) = waited(house, &job.id, batch, &row)? else { continue };
        let (waiting, folder) = (work.input().join(row.folder).join(row.from), work.input().join(&before.folder));
        for number in 1.. {
            let name = numbered(&before.name, number, false);
            let to = folder.join(&name);
            // An earlier engine gave it the name, or it goes there now.
            let named = fs::symlink_metadata(&to).is_ok_and(|meta| meta.ino() == row.known.ino);
            if named || moved(&waiting, &to)? {
                step("kept.named");
                house.record(|store, _| store.rename_led_to(&job.id, row.n, &name))?;
                break;
            }
            // Neither here nor there: it is gone, unless an earlier engine went further with the numbers.
            if !is_there(&waiting).map_err(reading(&waiting))? && !is_there(&to).map_err(reading(&to))? {
                break;
            }
        }
    }
    Ok(())
}

/// Moves a file to a name, unless that is taken, or the file is gone.
fn moved(from: &Path, to: &Path) -> Result<bool, Halt> {
    match move_to(from, to) {
        Ok(()) => Ok(true),
        Err(error) if matches!(error.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::NotFound) => Ok(false),
        Err(error) => Err(writing(to)(error)),
    }
}

/// Where files had to keep their names, says so beside the results, and counts them no more. Said once, whatever happens.
fn tell_kept(house: &House, mut staged: Staged, work: &Work) -> Result<Staged, Halt> {
    let id = staged.job.id.clone();
    let batches = house.store().renames_in(&id, RenameState::Left)?;
    if batches.is_empty() || house.store().steps(&id)?.iter().any(|step| step.detail.as_deref() == Some(ledger::NAMES_KEPT)) {
        return Ok(staged);
    }
    let mut outputs = published(&house.store().job(&id)?)?;
    let mut told = Vec::new();
    for (batch, row) in batches.iter().flat_map(|batch| batch.rows_in(RenameState::Left).map(move |row| (batch, row))) {
        // What waited lost its place to another of its circle.
        let waited = waited(house, &id, batch, &row)?.map(|_| (path(row.into, row.to), UndoWhy::Taken));
        told.push(waited.unwrap_or_else(|| (path(row.folder, row.from), why_left(&work.input(), &row))));
    }
    tracing::warn!(job = id, task = staged.job.task, code = "names_kept", files = told.len(), "files kept their names");
    outputs.extend(note_kept(house, &staged, work, &outputs, &told)?);
    staged.run.units = staged.run.units.saturating_sub(told.len() as u64);
    let json = |error: serde_json::Error| Halt::Store(ledger::Error::Refused { what: error.to_string() });
    let (outputs, facts) = (serde_json::to_string(&outputs).map_err(json)?, serde_json::to_string(&staged.run).map_err(json)?);
    step("kept.before");
    house.record(|store, now| store.restaged(&id, &outputs, &facts, now))?;
    step("kept.after");
    Ok(staged)
}

/// A path of the journal.
fn path(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// Why a file has its old name still.
fn why_left(input: &Path, row: &Rename<'_>) -> UndoWhy {
    let path = input.join(row.folder).join(row.from);
    match fs::symlink_metadata(&path) {
        Ok(meta) if known_meta(&meta) != row.known => UndoWhy::Edited,
        Ok(_) if fs::symlink_metadata(path.with_file_name(row.to)).is_ok() => UndoWhy::Taken,
        Ok(_) => UndoWhy::Refused,
        Err(_) => UndoWhy::Gone,
    }
}

fn note_kept(
    house: &House,
    staged: &Staged,
    work: &Work,
    outputs: &[Output],
    left: &[(String, UndoWhy)],
) -> Result<Option<Output>, Halt> {
    // A task that is broken or gone has no words; the files are what counts.
    let Ok(loaded) = house.tasks.current(&staged.job.task) else { return Ok(None) };
    let (job, done, publish) = (&staged.job, house.shown(&staged.desk.done), work.publish());
    let slip = Slip {
        job: &job.id,
        task: &loaded.task,
        name: &job.name,
        folder: job.folder,
        at: job.clock,
        inbox: &job.inbox,
        done: &done,
    };
    let written = house.notes.note(&slip, &Note::NamesKept { left });
    let path = publish.join(&written.name);
    if !outputs.iter().any(|output| output.name == written.name) {
        // One that a crash left half-written.
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(writing(&path)(error)),
            _ => {}
        }
    }
    let name = name::free(&publish, &written.name, false).map_err(reading(&publish))?;
    let path = publish.join(&name);
    stage(&path, &written.bytes).map_err(writing(&path))?;
    super::disk::share_like(&staged.desk.done, &path).map_err(writing(&path))?;
    let (sha256, size) = fingerprint(&path).map_err(reading(&path))?;
    flush(&publish).map_err(writing(&publish))?;
    Ok(Some(Output { name, sha256, size }))
}

/// What a folder that is handed back is called among the results.
pub(crate) fn root(house: &House, job: &str) -> Result<Option<String>, Halt> {
    let batch = house.store().renames_with(job, 0)?;
    let into = batch.as_ref().and_then(|batch| batch.row(0)).map(|row| row.into);
    Ok(into.and_then(|into| into.split('/').next()).map(str::to_owned))
}

/// Moves the arrival to its results, unless an earlier engine did.
fn join(house: &House, job: &NewJob, work: &Work) -> Result<(), Halt> {
    let (input, publish) = (work.input(), work.publish());
    for entry in fs::read_dir(&input).map_err(reading(&input))? {
        let entry = entry.map_err(reading(&input))?;
        let own = entry.file_name().to_string_lossy().into_owned();
        let wanted = if job.folder { root(house, &job.id)? } else { None }.unwrap_or(own);
        for number in 1.. {
            let to = publish.join(numbered(&wanted, number, job.folder));
            match move_to(&entry.path(), &to) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(writing(&to)(error)),
                Ok(()) => break,
            }
        }
    }
    step("handback.joined");
    for folder in [&publish, &input] {
        flush(folder).map_err(writing(folder))?;
    }
    step("handback.flushed");
    Ok(())
}
