//! From `staged` on it only goes forward: published by one rename, recorded with its run, the original put away or handed back.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ledger::{Fate, Job, Minutes, NewJob, Run};
use task::Desk;

use super::disk::{flush, is_there, move_to, own_folder, remove};
use super::handback::hand_back;
use super::house::{Halt, House, reading, writing};
use super::layout::{Layout, Work};
use super::name::{self, numbered};
use super::step::step;

/// A job whose results lie ready.
#[derive(Debug)]
pub(crate) struct Staged {
    pub job: NewJob,
    pub desk: Arc<Desk>,
    pub fate: Fate,
    pub folder_name: String,
    pub run: Run,
}

/// A job whose results people have, and which stands in the ledger.
#[derive(Debug)]
pub(crate) struct Committed {
    pub job: NewJob,
}

/// Where a job's results came to lie.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Settled {
    pub fate: Fate,
    pub folder_name: String,
    pub units: u64,
    /// What it saves, if its hours count.
    pub saved: Option<Minutes>,
}

impl Staged {
    /// The folder of a desk that results of this kind go into.
    pub fn home(desk: &Desk, fate: Fate) -> &Path {
        match fate {
            Fate::Done => &desk.done,
            Fate::Returned => &desk.returned,
            Fate::Failed => &desk.failed,
        }
    }

    /// As the store kept it.
    pub fn of(job: Job, desk: Arc<Desk>) -> Result<Staged, Halt> {
        let broken = |what: String| Halt::Store(ledger::Error::Damaged { what });
        let staging = job.staging.ok_or_else(|| broken(format!("{} has no staging", job.new.id)))?;
        let run = serde_json::from_str(&staging.facts).map_err(|error| broken(error.to_string()))?;
        Ok(Staged { job: job.new, desk, fate: staging.kind, folder_name: staging.folder_name, run })
    }
}

/// Brings a staged job to its end.
pub(crate) fn finish(house: &House, staged: Staged) -> Result<Settled, Halt> {
    match staged.fate {
        Fate::Done => {
            let (committed, settled) = publish(house, staged)?;
            archive(house, committed)?;
            Ok(settled)
        }
        Fate::Returned | Fate::Failed => put_aside(house, staged),
    }
}

/// Publishes the outputs, and records the run.
fn publish(house: &House, mut staged: Staged) -> Result<(Committed, Settled), Halt> {
    let work = house.layout.work(&staged.job.id);
    if house.store().has_renames(&staged.job.id)? {
        staged = hand_back(house, staged, &work)?;
    }
    bring_out(house, &mut staged, &work)?;
    step("published");
    flush_both(&staged.desk.done, &work.folder)?;
    step("publish.flushed");
    step("committed.before");
    house.record(|store, now| store.committed(&staged.job.id, &staged.run, now))?;
    step("committed.after");
    let Staged { job, fate, folder_name, run, .. } = staged;
    tracing::info!(job = job.id, task = job.task, code = "done", units = run.units, milliseconds = run.milliseconds, "done");
    Ok((Committed { job }, Settled::of(fate, folder_name, &run)))
}

/// Moves the folder for people to its place, unless an earlier engine did; under the next free name if its own is taken.
fn bring_out(house: &House, staged: &mut Staged, work: &Work) -> Result<(), Halt> {
    let publish = work.publish();
    let home = Staged::home(&staged.desk, staged.fate).to_owned();
    // Not there: it was published, even if somebody has moved it away since.
    while is_there(&publish).map_err(reading(&publish))? {
        let to = home.join(&staged.folder_name);
        match move_to(&publish, &to) {
            Ok(()) => break,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => rename(house, staged, &home)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound && !home.exists() => {
                fs::create_dir_all(&home).map_err(writing(&home))?;
            }
            Err(error) => return Err(writing(&to)(error)),
        }
    }
    Ok(())
}

fn rename(house: &House, staged: &mut Staged, home: &Path) -> Result<(), Halt> {
    let job = &staged.job;
    let wanted = name::of_results(&job.name, job.folder, &job.id);
    staged.folder_name = name::free(home, &wanted, true).map_err(reading(home))?;
    step("taken.before");
    house.record(|store, now| store.renamed(&job.id, &staged.folder_name, now))?;
    step("taken.after");
    Ok(())
}

fn flush_both(one: &Path, other: &Path) -> Result<(), Halt> {
    flush(one).map_err(writing(one))?;
    flush(other).map_err(writing(other))
}

/// Puts the original into the archive, and takes the work folder away.
pub(crate) fn archive(house: &House, committed: Committed) -> Result<(), Halt> {
    let job = committed.job;
    let work = house.layout.work(&job.id);
    // What was handed back leaves nothing here.
    let handed_back = house.store().has_renames(&job.id)? && is_empty(&work.input()).map_err(reading(&work.folder))?;
    let place = if handed_back { None } else { Some(put_away(house, &job, &work)?) };
    step("archived.before");
    house.record(|store, now| store.archived(&job.id, place.as_deref(), now))?;
    step("archived.after");
    sweep(&work)
}

fn is_empty(folder: &Path) -> io::Result<bool> {
    match fs::read_dir(folder) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        // Swept already.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
    }
}

/// Moves the original to its place in the archive, unless an earlier engine did.
fn put_away(house: &House, job: &NewJob, work: &Work) -> Result<String, Halt> {
    let place = Layout::archive(&job.id, job.clock);
    let to = house.layout.own().join(&place);
    if is_there(&work.input()).map_err(reading(&work.folder))? {
        let home = to.parent().unwrap_or(house.layout.own());
        let fresh = !home.exists();
        own_folder(home).map_err(writing(home))?;
        move_to(&work.input(), &to).map_err(writing(&to))?;
        step("archive.moved");
        flush_both(home, &work.folder)?;
        if fresh {
            flush_both(house.layout.own(), &house.layout.archives())?;
            home.parent().map_or(Ok(()), |year| flush(year).map_err(writing(year)))?;
        }
        step("archive.flushed");
    }
    Ok(place)
}

/// Puts a returned or failed arrival where people find it, with its notes, and records the rework.
fn put_aside(house: &House, mut staged: Staged) -> Result<Settled, Halt> {
    let work = house.layout.work(&staged.job.id);
    join_original(&work, &staged.job)?;
    step("aside.joined");
    bring_out(house, &mut staged, &work)?;
    step("aside.published");
    flush_both(Staged::home(&staged.desk, staged.fate), &work.folder)?;
    step("aside.flushed");
    step("aside.before");
    house.record(|store, now| store.aside(&staged.job.id, &staged.run, now))?;
    step("aside.after");
    sweep(&work)?;
    let Staged { job, fate, folder_name, run, .. } = staged;
    tracing::info!(job = job.id, task = job.task, code = fate.word(), errors = run.errors, "put aside");
    Ok(Settled::of(fate, folder_name, &run))
}

/// The original goes with its notes; beside a note of its own name it gets a number.
fn join_original(work: &Work, job: &NewJob) -> Result<(), Halt> {
    let (ours, publish) = (work.input().join(&job.name), work.publish());
    if !is_there(&ours).map_err(reading(&ours))? {
        return Ok(());
    }
    for number in 1.. {
        let to: PathBuf = publish.join(numbered(&job.name, number, job.folder));
        match move_to(&ours, &to) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(writing(&to)(error)),
            Ok(()) => break,
        }
    }
    flush_both(&publish, &work.input())
}

fn sweep(work: &Work) -> Result<(), Halt> {
    remove(&work.folder).map_err(writing(&work.folder))?;
    step("swept");
    Ok(())
}
