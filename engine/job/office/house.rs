//! What the threads of an engine share: the office, its folders, its tasks and its store.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::civil::DateTime;
use ledger::{NewJob, Store};
use task::{Desk, Office};

use super::layout::Layout;
use super::perform::Performs;
use super::reserve::Reserve;
use super::tasks::Tasks;
use crate::clock::now;
use crate::error::Error;
use crate::note::Notes;

/// Why a job stands still, though it has not come to its end: nothing is lost, no attempt is used up, it goes on later.
#[derive(Debug)]
pub(crate) enum Halt {
    /// A folder cannot be used now, or the disk is full.
    Place(Error),
    /// Less room on the disk than must stay free.
    NoRoom { free: u64, needed: u64 },
    /// The store refuses.
    Store(ledger::Error),
    /// The task is broken now.
    Task(task::Error),
    /// The engine was told to stop.
    Stopped,
    /// The engine made a mistake with this job alone.
    Mistake,
}

impl Halt {
    /// A word for logs.
    pub fn code(&self) -> &'static str {
        match self {
            Halt::Place(_) => "place",
            Halt::NoRoom { .. } => "no_room",
            Halt::Store(_) => "store",
            Halt::Task(_) => "task",
            Halt::Stopped => "stopped",
            Halt::Mistake => "mistake",
        }
    }
}

impl From<ledger::Error> for Halt {
    fn from(error: ledger::Error) -> Halt {
        Halt::Store(error)
    }
}

/// The office as an engine has it.
pub(crate) struct House {
    pub office: Office,
    pub layout: Layout,
    pub reserve: Reserve,
    pub tasks: Tasks,
    pub notes: Box<dyn Notes>,
    pub performs: Box<dyn Performs>,
    store: Mutex<Store>,
    number: Mutex<(String, u32)>,
    engine: String,
}

impl House {
    pub fn new(office: Office, layout: Layout, store: Store, notes: Box<dyn Notes>, performs: Box<dyn Performs>) -> House {
        House {
            reserve: Reserve::new(layout.own()),
            tasks: Tasks::new(office.catalogue()),
            layout,
            notes,
            performs,
            store: Mutex::new(store),
            number: Mutex::default(),
            engine: format!("{}", std::process::id()),
            office,
        }
    }

    /// The store, for a question.
    pub fn store(&self) -> MutexGuard<'_, Store> {
        // Every write is a transaction, so a thread that panicked has left nothing half-written.
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records a step. On a full disk the ballast makes room for it.
    pub fn record<T>(&self, write: impl Fn(&mut Store, DateTime) -> Result<T, ledger::Error>) -> Result<T, Halt> {
        let mut store = self.store();
        match write(&mut store, now()) {
            Err(ledger::Error::NoRoom) if self.reserve.give_up() => Ok(write(&mut store, now())?),
            other => Ok(other?),
        }
    }

    /// Records that a job is about to begin, under the next number of the day.
    pub fn intend(&self, desk: &Desk, make: impl Fn(String, DateTime) -> NewJob) -> Result<NewJob, Halt> {
        let clock = now();
        let day = clock.strftime("%Y%m%d").to_string();
        loop {
            let job = make(format!("{day}-{:05}", self.number(&day)?), clock);
            debug_assert_eq!(job.task, desk.task);
            match self.record(|store, now| store.intend(&job, now)) {
                Err(Halt::Store(ledger::Error::Taken { .. })) => {}
                other => return other.map(|()| job),
            }
        }
    }

    fn number(&self, day: &str) -> Result<u32, Halt> {
        let mut number = self.number.lock().unwrap_or_else(PoisonError::into_inner);
        if number.0 != day {
            // A ledger that was put back from an older copy does not know all that lies in the archive by its number.
            let kept = self.layout.last_number(day).map_err(reading(self.layout.own()))?;
            *number = (day.to_owned(), self.store().next_number(day)?.max(kept.saturating_add(1)));
        }
        number.1 += 1;
        Ok(number.1 - 1)
    }

    /// The name of this engine in the store.
    pub fn engine(&self) -> String {
        self.engine.clone()
    }

    /// Fails if less room is left than an arrival of so many bytes wants.
    pub fn room_for(&self, bytes: u64) -> Result<(), Halt> {
        let looked = self.reserve.look(bytes);
        let (free, needed) = looked.map_err(|error| Halt::Place(Error::reading(self.layout.own(), &error)))?;
        if free.left < needed { Err(Halt::NoRoom { free: free.left, needed }) } else { Ok(()) }
    }

    /// A watched folder as it stands in the store: within the office where it lies there.
    pub fn shown(&self, folder: &Path) -> String {
        folder.strip_prefix(&self.office.folder).unwrap_or(folder).to_string_lossy().into_owned()
    }

    /// The watched folder of a job.
    pub fn inbox(&self, shown: &str) -> PathBuf {
        self.office.folder.join(shown)
    }
}

/// A job halts here when a folder cannot be written.
pub(crate) fn writing(path: &Path) -> impl FnOnce(std::io::Error) -> Halt + '_ {
    move |error| Halt::Place(Error::writing(path, &error))
}

/// A job halts here when a folder cannot be read.
pub(crate) fn reading(path: &Path) -> impl FnOnce(std::io::Error) -> Halt + '_ {
    move |error| Halt::Place(Error::reading(path, &error))
}
