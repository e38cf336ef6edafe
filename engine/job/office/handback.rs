//! What was dropped goes back itself: every file of it stands in the ledger's journal, those with new names are renamed by it
//! in batches, and the whole joins the results before they are published.
//!
//! Until the job is staged nothing is renamed; from then on it only goes forward, from wherever a crash left it.

use std::fs;
use std::io;
use std::ops::Range;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use ledger::{NewJob, Rename, RenameState};
use rustc_hash::FxHashSet;
use rustix::io::Errno;

use super::disk::{flush, is_there, move_to};
use super::finish::Staged;
use super::house::{Halt, House, reading, writing};
use super::kept::Output;
use super::layout::Work;
use super::name::{self, numbered};
use super::step::step;
use super::undo::published;
use crate::error::Error;
use crate::files::Seen;
use crate::note::{Note, Slip};
use crate::place::{fingerprint, stage};
use crate::rename::{BATCH, Brought, Journal, Moves, Trust, UndoWhy, carry, waiting_row};

/// The rows of the journal: the renames in the order of doing, then every other file, so that an undo knows what is ours, then
/// the folders that are empty. Names before are within the folder of the arrival, names after within the published one.
pub(crate) fn rows(work: &Work, job: &NewJob, moves: &Moves) -> io::Result<Vec<Rename>> {
    let (input, publish) = (work.input().canonicalize()?, work.publish());
    let mut rows = Rows { job, root: name::free(&publish, &job.name, job.folder)?, rows: Vec::new() };
    let mut moving = FxHashSet::default();
    for one in moves.iter() {
        let folder = one.folder.strip_prefix(&input).unwrap_or(Path::new("")).to_string_lossy();
        let to = if job.folder { one.to.to_owned() } else { name::free(&publish, one.to, false)? };
        moving.insert(one.inode);
        rows.add(&folder, one.from, &to, one.inode, one.seen, true);
    }
    let mut emptied: Option<walkdir::DirEntry> = None;
    for entry in walkdir::WalkDir::new(input.join(&job.name)) {
        let entry = entry?;
        rows.empty(emptied.take().filter(|last| last.depth() >= entry.depth()), &input);
        if entry.file_type().is_dir() {
            emptied = Some(entry);
            continue;
        }
        let meta = entry.metadata()?;
        if !meta.is_file() || moving.contains(&meta.ino()) {
            continue;
        }
        let Some((folder, name)) = within(entry.path(), &input) else { continue };
        let to = if job.folder { name.to_owned() } else { rows.root.clone() };
        rows.add(folder, name, &to, meta.ino(), seen(&meta), false);
    }
    rows.empty(emptied, &input);
    Ok(rows.rows)
}

/// Rows in the making.
struct Rows<'a> {
    job: &'a NewJob,
    /// What the arrival will be called among the results.
    root: String,
    rows: Vec<Rename>,
}

impl Rows<'_> {
    /// Adds a file; one that no move was planned for keeps its name, unless its name is taken among the results.
    fn add(&mut self, folder: &str, from: &str, to: &str, ino: u64, seen: Seen, planned: bool) {
        let inner = folder.strip_prefix(self.job.name.as_str()).unwrap_or(folder);
        let dst = if self.job.folder { format!("{}{inner}/{to}", self.root) } else { to.to_owned() };
        let src = if folder.is_empty() { from.to_owned() } else { format!("{folder}/{from}") };
        let state = if planned || from != to { RenameState::Planned } else { RenameState::Kept };
        self.push(src, dst, ino, seen, state);
    }

    /// Adds a folder that holds nothing.
    fn empty(&mut self, folder: Option<walkdir::DirEntry>, input: &Path) {
        let Some(folder) = folder.filter(|folder| folder.depth() > 0) else { return };
        let Some(src) = folder.path().strip_prefix(input).ok().and_then(Path::to_str) else { return };
        let inner = src.strip_prefix(self.job.name.as_str()).unwrap_or(src);
        let (src, dst) = (format!("{src}/"), format!("{}{inner}/", self.root));
        self.push(src, dst, 0, Seen { size: 0, modified: 0 }, RenameState::Passed);
    }

    fn push(&mut self, src: String, dst: String, ino: u64, seen: Seen, state: RenameState) {
        let mtime = i64::try_from(seen.modified).unwrap_or(0);
        self.rows.push(Rename { n: self.rows.len() as u64, src, dst, ino, size: seen.size, mtime, state });
    }
}

/// A path within a folder, in two parts; none where it is not text.
fn within<'p>(path: &'p Path, folder: &Path) -> Option<(&'p str, &'p str)> {
    let inner = path.strip_prefix(folder).ok()?.to_str()?;
    Some(parts(inner))
}

/// The folder and the name of a path in the journal.
pub(crate) fn parts(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// By what a file is known again.
pub(crate) fn seen(meta: &fs::Metadata) -> Seen {
    Seen { size: meta.len(), modified: i128::from(meta.mtime()) * 1_000_000_000 + i128::from(meta.mtime_nsec()) }
}

/// Renames what the journal of a staged job says, and joins the arrival to its results.
pub(crate) fn hand_back(house: &House, staged: Staged, work: &Work) -> Result<Staged, Halt> {
    // Not there: all was published by an earlier engine.
    if !is_there(&work.publish()).map_err(reading(&work.folder))? {
        return Ok(staged);
    }
    let mut forward = Forward { house, job: &staged.job.id, input: work.input(), next: 0, window: Moves::default(), rows: None };
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
    /// The batch, and the numbers of its first and last row.
    window: Moves,
    rows: Option<(u64, u64)>,
}

impl Journal for Forward<'_> {
    type Error = Halt;

    fn next(&mut self) -> Result<Option<Range<usize>>, Halt> {
        let rows = self.house.store().renames_planned(self.job, self.next, BATCH as u32)?;
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(None) };
        (self.rows, self.next) = (Some((first.n, last.n)), last.n + 1);
        self.window = Moves::default();
        for row in &rows {
            let ((folder, from), (_, to)) = (parts(&row.src), parts(&row.dst));
            let folder = self.window.folder(&self.input.join(folder));
            let seen = Seen { size: row.size, modified: row.mtime.into() };
            self.window.add(folder, from, folder, to, row.ino, seen);
        }
        Ok(Some(0..self.window.len()))
    }

    fn moves(&self) -> &Moves {
        &self.window
    }

    fn mark(&mut self, rows: Range<usize>, brought: &[Brought]) -> Result<(), Halt> {
        self.window.flush(rows).map_err(writing(&self.input))?;
        step("rename.flushed");
        let Some((first, last)) = self.rows else { return Ok(()) };
        let mark = |(at, one): (usize, &Brought)| match one {
            Brought::Left(_) => Some((first + at as u64, RenameState::Left)),
            _ if self.window.get(at).passes() => Some((first + at as u64, RenameState::Passed)),
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

/// The row in which a file got the name that it waited under, which has its old name; none of a file that did not wait.
pub(crate) fn waited(house: &House, job: &str, row: &Rename) -> Result<Option<Rename>, Halt> {
    let Some(first) = waiting_row(parts(&row.src).1) else { return Ok(None) };
    let first = house.store().rename(job, first)?;
    // Whatever people call their files: it has to be this very file.
    Ok(first.filter(|first| first.n != row.n && first.ino == row.ino))
}

/// A file that waited while its circle broke, because another of it changed: it gets its old name, or that with a number.
fn name_waiting(house: &House, job: &NewJob, work: &Work) -> Result<(), Halt> {
    let left = house.store().renames_left(&job.id)?;
    for row in &left {
        let Some(first) = waited(house, &job.id, row)? else { continue };
        let (waiting, folder) = (work.input().join(&row.src), work.input().join(parts(&first.src).0));
        for number in 1.. {
            let name = numbered(parts(&first.src).1, number, false);
            let to = folder.join(&name);
            // An earlier engine gave it the name, or it goes there now.
            let named = fs::symlink_metadata(&to).is_ok_and(|meta| meta.ino() == row.ino);
            if named || moved(&waiting, &to)? {
                step("kept.named");
                let dst = format!("{}/{name}", parts(&row.dst).0);
                house.record(|store, _| store.rename_led_to(&job.id, row.n, &dst))?;
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
    let left = house.store().renames_left(&id)?;
    if left.is_empty() || house.store().steps(&id)?.iter().any(|step| step.detail.as_deref() == Some(ledger::NAMES_KEPT)) {
        return Ok(staged);
    }
    tracing::warn!(job = id, task = staged.job.task, code = "names_kept", files = left.len(), "files kept their names");
    let mut outputs = published(&house.store().job(&id)?)?;
    let mut told = Vec::with_capacity(left.len());
    for row in &left {
        // What waited lost its place to another of its circle.
        let waited = waited(house, &id, row)?.map(|_| (row.dst.clone(), UndoWhy::Taken));
        told.push(waited.unwrap_or_else(|| (row.src.clone(), why_left(&work.input(), row))));
    }
    outputs.extend(note_kept(house, &staged, work, &outputs, &told)?);
    staged.run.units = staged.run.units.saturating_sub(left.len() as u64);
    let json = |error: serde_json::Error| Halt::Store(ledger::Error::Refused { what: error.to_string() });
    let (outputs, facts) = (serde_json::to_string(&outputs).map_err(json)?, serde_json::to_string(&staged.run).map_err(json)?);
    step("kept.before");
    house.record(|store, now| store.restaged(&id, &outputs, &facts, now))?;
    step("kept.after");
    Ok(staged)
}

/// Why a file has its old name still.
fn why_left(input: &Path, row: &Rename) -> UndoWhy {
    let path = input.join(&row.src);
    match fs::symlink_metadata(&path) {
        Ok(meta) if meta.ino() != row.ino || seen(&meta) != (Seen { size: row.size, modified: row.mtime.into() }) => {
            UndoWhy::Edited
        }
        Ok(_) if fs::symlink_metadata(path.with_file_name(parts(&row.dst).1)).is_ok() => UndoWhy::Taken,
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

/// Moves the arrival to its results, unless an earlier engine did.
fn join(house: &House, job: &NewJob, work: &Work) -> Result<(), Halt> {
    let (input, publish) = (work.input(), work.publish());
    for entry in fs::read_dir(&input).map_err(reading(&input))? {
        let entry = entry.map_err(reading(&input))?;
        let own = entry.file_name().to_string_lossy().into_owned();
        let planned = if job.folder { house.store().rename(&job.id, 0)? } else { None };
        let wanted = planned.and_then(|row| row.dst.split('/').next().map(str::to_owned)).unwrap_or(own);
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
