//! What people ask about jobs and want done with them: listed, shown, taken back, tried again. Works beside a running engine.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ledger::{Fate, Job, JobFilter, RenameCounts, State, Step, Store};
use task::Office;

use super::disk::{flush, move_to};
use super::house::{Halt, House, writing};
use super::layout::Layout;
use super::name::numbered;
use super::perform::Workers;
use super::undo::{self, Undoing};
use super::unusable::Unusable;
use crate::error::Error;
use crate::note::Notes;

/// The jobs of an office.
pub struct Jobs {
    house: House,
}

impl Jobs {
    /// Opens the store of an office. Fails where no engine ever worked.
    pub fn open(office: Office, notes: Box<dyn Notes>) -> Result<Jobs, Unusable> {
        if !office.store.exists() {
            return Err(ledger::Error::NotThere { path: office.store }.into());
        }
        let store = Store::open(&office.store)?;
        let layout = Layout::make(office.own())?;
        let workers = Workers { program: Vec::new(), japanese: office.speaks_japanese() };
        Ok(Jobs { house: House::new(office, layout, store, notes, Box::new(workers)) })
    }

    /// Jobs, the newest first.
    pub fn list(&self, filter: &JobFilter) -> Result<Vec<Job>, Unusable> {
        Ok(self.house.store().jobs(filter)?)
    }

    /// A job.
    pub fn job(&self, id: &str) -> Result<Job, Unusable> {
        Ok(self.house.store().job(id)?)
    }

    /// What happened to a job.
    pub fn steps(&self, id: &str) -> Result<Vec<Step>, Unusable> {
        Ok(self.house.store().steps(id)?)
    }

    /// Where the results of a job were put.
    pub fn results(&self, job: &Job) -> Option<PathBuf> {
        let staging = job.staging.as_ref()?;
        let desk = self.house.office.desk(&job.new.task);
        let home = match staging.kind {
            Fate::Done => desk.done,
            Fate::Returned => desk.returned,
            Fate::Failed => desk.failed,
        };
        Some(home.join(&staging.folder_name))
    }

    /// What an undo would do. Fails for a job that is not done, or was taken back already.
    pub fn plan_undo(&self, id: &str) -> Result<Undoing, Unusable> {
        let job = self.job(id)?;
        self.undoable(&job)?;
        Ok(undo::plan(&self.house, &self.house.office.desk(&job.new.task), &job)?)
    }

    /// Takes a whole job back, its hours included.
    pub fn undo(&self, id: &str) -> Result<Undoing, Unusable> {
        let job = self.job(id)?;
        self.undoable(&job)?;
        Ok(undo::undo(&self.house, &self.house.office.desk(&job.new.task), &job)?)
    }

    /// How many files of a job have new names, keep theirs, or were left; none of a job that hands nothing back.
    pub fn renames(&self, job: &Job) -> Result<Option<RenameCounts>, Unusable> {
        let store = self.house.store();
        Ok(if store.has_renames(&job.new.id)? { Some(store.renames_counted(&job.new.id)?) } else { None })
    }

    fn undoable(&self, job: &Job) -> Result<(), Unusable> {
        match job.state {
            State::Archived if job.archive.is_none() && job.removed => Err(Unusable::TooLate { job: job.new.id.clone() }),
            State::Archived | State::Undoing => Ok(()),
            state => Err(ledger::Error::NotNow { job: job.new.id.clone(), state }.into()),
        }
    }

    /// Puts the original of a job back into its inbox, where it is claimed anew; a job that was done is taken back first.
    /// Gives the name under which it lies there.
    pub fn retry(&self, id: &str) -> Result<PathBuf, Unusable> {
        let mut job = self.job(id)?;
        if job.state == State::Archived {
            // What staff took away cannot be put back: its hours stay.
            let plan = self.plan_undo(id)?;
            if plan.original.is_none() {
                return Err(Unusable::NoOriginal { job: id.to_owned(), path: plan.from.join(&job.new.name) });
            }
        }
        if matches!(job.state, State::Archived | State::Undoing) {
            self.undo(id)?;
            job = self.job(id)?;
        }
        let _hands = undo::hands(&self.house)?;
        let desk = self.house.office.desk(&job.new.task);
        let folder = match (job.state, self.results(&job)) {
            (State::Aside, Some(folder)) => folder,
            (State::Undone, _) => desk.undone.join(undo::results(&job)),
            (state, _) => return Err(ledger::Error::NotNow { job: job.new.id, state }.into()),
        };
        let inbox = self.house.inbox(&job.new.inbox);
        let gone = || Unusable::NoOriginal { job: id.to_owned(), path: folder.join(&job.new.name) };
        if job.state == State::Aside && self.is_a_later_ones(&job)? {
            return Err(gone());
        }
        let original = undo::original(&folder, &job)?.ok_or_else(gone)?;
        let moved = put_into(&original, &inbox, &job)?;
        flush(&inbox).map_err(writing(&inbox))?;
        if job.state == State::Aside {
            self.clear_notes(&job, &folder)?;
        }
        tracing::info!(job = job.new.id, task = job.new.task, code = "retried", "put back into the inbox");
        Ok(moved)
    }

    /// Whether the folder of what was put aside is by now that of a later job: people take folders away, and names come again.
    fn is_a_later_ones(&self, job: &Job) -> Result<bool, Unusable> {
        let Some(staging) = &job.staging else { return Ok(false) };
        let (task, kind) = (Some(job.new.task.clone()), Some(staging.kind));
        let others = self.house.store().jobs(&JobFilter { task, kind, ..JobFilter::default() })?;
        let same = |other: &Job| other.staging.as_ref().is_some_and(|theirs| theirs.folder_name == staging.folder_name);
        Ok(others.iter().any(|other| other.entry > job.entry && same(other)))
    }

    /// Takes our own notes away that stand for nothing any more, as far as nobody changed them.
    fn clear_notes(&self, job: &Job, folder: &Path) -> Result<(), Unusable> {
        for output in undo::published(job)? {
            let path = folder.join(&output.name);
            if undo::look(&path, &output).is_ok() {
                fs::remove_file(&path).map_err(|error| Error::writing(&path, &error))?;
            }
        }
        // Only an empty one goes.
        let _ = fs::remove_dir(folder);
        Ok(())
    }

    /// Tells a held duplicate to run all the same. The engine takes it with its next look.
    pub fn run(&self, id: &str) -> Result<(), Unusable> {
        let job = self.job(id)?;
        if job.state != State::Held {
            return Err(ledger::Error::NotNow { job: job.new.id, state: job.state }.into());
        }
        self.house.record(|store, now| store.released(id, "run", now))?;
        // A hidden name that comes and goes wakes the engine; without it the next scan sees to it.
        let bell = self.house.inbox(&job.new.inbox).join(format!(".jitan-bell-{}", std::process::id()));
        let _ = fs::create_dir(&bell).and_then(|()| fs::remove_dir(&bell));
        Ok(())
    }
}

/// Moves an original into an inbox, under another name if its own is taken.
fn put_into(original: &Path, inbox: &Path, job: &Job) -> Result<PathBuf, Unusable> {
    for number in 1..100_000 {
        let to = inbox.join(numbered(&job.new.name, number, job.new.folder));
        match move_to(original, &to) {
            Ok(()) => return Ok(to),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound && !original.exists() => break,
            Err(error) => return Err(Error::writing(&to, &error).into()),
        }
    }
    Err(Unusable::NoOriginal { job: job.new.id.clone(), path: original.to_owned() })
}

impl From<Halt> for Unusable {
    fn from(halt: Halt) -> Unusable {
        match halt {
            Halt::Place(error) => Unusable::Place(error),
            Halt::Store(error) => Unusable::Store(error),
            Halt::NoRoom { .. } => Unusable::Store(ledger::Error::NoRoom),
            Halt::Task(error) => Unusable::Task(error),
            Halt::Stopped | Halt::Mistake => Unusable::Place(Error::Interrupted),
        }
    }
}
