//! An engine that has an office: what it needs, what it finds at its start, and what may be asked of it.

use std::ffi::OsString;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Instant;

use ledger::{Job, JobFilter, State, Store};
use task::{Desk, Office};

use super::board::{Board, Page};
use super::carry::{Ended, Halted};
use super::day::Day;
use super::desk::{Paused, Watched, Why, held};
use super::house::{Halt, House};
use super::layout::Layout;
use super::looker::Looked;
use super::owner::{Owner, Refused};
use super::perform::Workers;
use super::state::{Onward, onward};
use super::undo;
use super::unusable::Unusable;
use crate::clock::now;
use crate::error::Error;
use crate::note::Notes;

/// What an engine needs.
pub struct Setup {
    /// The office.
    pub office: Office,
    /// The command that becomes the worker.
    pub program: Vec<OsString>,
    /// The words of the notes.
    pub notes: Box<dyn Notes>,
    /// Draws the page that says how things stand.
    pub page: Page,
}

/// How long an engine works.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Until {
    /// Until it is told to stop.
    Stopped,
    /// Until what is there is done.
    Done,
}

/// What happens in a day.
pub(crate) enum Event {
    /// A watched folder was looked into.
    Looked(usize, Looked),
    /// An item came to its end, or stands still.
    Ended(u64, Result<Ended, Halted>),
    /// A person or the system wants the engine to stop.
    Stop,
}

/// Tells an engine to stop, from another thread.
#[derive(Clone)]
pub struct Stopper(Sender<Event>);

impl Stopper {
    /// Nothing new is begun; what runs is finished, or handed back when it takes too long.
    pub fn stop(&self) {
        // An engine that is over already has nothing to hear.
        let _ = self.0.send(Event::Stop);
    }
}

/// An engine that has the office.
pub struct Engine {
    pub(crate) house: Arc<House>,
    pub(crate) owner: Owner,
    pub(crate) watched: Vec<Watched>,
    pub(crate) board: Board,
    pub(crate) events: Receiver<Event>,
    pub(crate) tell: Sender<Event>,
}

impl Engine {
    /// Takes the office: its folders are tried, its store is opened, what an earlier engine left is found.
    pub fn open(setup: Setup) -> Result<Engine, Unusable> {
        let Setup { office, program, notes, page } = setup;
        let layout = Layout::make(office.own())?;
        let owner = Owner::take(&layout.owner()).map_err(|refused| match refused {
            Refused::Owned(other) => Unusable::Owned(other),
            Refused::Io(error) => Unusable::Place(Error::writing(layout.owner(), &error)),
        })?;
        let desks: Vec<_> = office.desks().into_iter().map(Arc::new).collect();
        if desks.is_empty() {
            return Err(Unusable::NoTask { scripts: office.folder.join("scripts") });
        }
        let mut watched = Vec::new();
        for desk in &desks {
            watched.extend(watched_by(&layout, desk)?);
        }
        let store = open_store(&office, &layout)?;
        let workers = Workers { program, japanese: office.speaks_japanese() };
        let house = Arc::new(House::new(office, layout, store, notes, Box::new(workers)));
        let (tell, events) = channel();
        let board = Board::new(&house, page)?;
        let mut engine = Engine { house, owner, watched, board, events, tell };
        engine.recover()?;
        Ok(engine)
    }

    /// What can tell this engine to stop.
    pub fn stopper(&self) -> Stopper {
        Stopper(self.tell.clone())
    }

    /// Works. `ready` is called once, when the folders are watched.
    pub fn work(self, until: Until, ready: &dyn Fn()) -> Result<(), Unusable> {
        Day::begin(self, until)?.work(ready)
    }

    /// The desks of tasks that came since the start, if the office as it is written now can have them.
    pub(crate) fn newcomers(&self) -> Vec<Arc<Desk>> {
        let mut new = self.house.office.catalogue().ids().to_vec();
        new.retain(|id| !self.watched.iter().any(|folder| !folder.orphan && folder.desk.task == *id));
        // One whose form is still being written waits.
        new.retain(|id| self.house.office.takes(id).is_some());
        if new.is_empty() {
            return Vec::new();
        }
        // The office says how a task is watched, and whether its folders meet another's.
        let Ok(office) = Office::read(&self.house.office.folder) else {
            tracing::warn!(code = "settings", "a new task waits until jitan.toml is put right");
            return Vec::new();
        };
        let catalogue = office.catalogue();
        let desk = |id: String| {
            self.house.tasks.take_in(&id, &catalogue);
            Arc::new(office.desk(&id))
        };
        new.into_iter().map(desk).collect()
    }

    /// Watches the folders of a desk from now on, as far as they can be had.
    pub(crate) fn watch(&mut self, desk: &Arc<Desk>) {
        match watched_by(&self.house.layout, desk) {
            Ok(folders) => self.watched.extend(folders),
            Err(_) => tracing::warn!(task = desk.task, code = "other_disk", "a folder of this task lies on another disk"),
        }
    }

    /// Finds the jobs that an earlier engine left, and takes away what it left beside them.
    fn recover(&mut self) -> Result<(), Unusable> {
        // An undo beside us makes its folder only after it is known to the store: what is swept must not be younger than the list.
        let free = undo::free_hands(&self.house);
        let open = self.house.store().open_jobs()?;
        if free.is_some() {
            let swept = self.house.layout.sweep(|name| under_way(&open, name));
            swept.map_err(|error| Error::writing(self.house.layout.works(), &error))?;
        }
        drop(free);
        self.house.reserve.load();
        self.holds()?;
        for job in open {
            let at = self.watched_of(&job.new.task, &job.new.inbox);
            match onward(job.state, job.staging.as_ref().map(|staging| staging.kind)) {
                Onward::Wait => self.watched[at].hold(&job),
                Onward::Rest => {}
                _ => self.watched[at].resume(job),
            }
        }
        let told = self.house.store().waiting_to_run()?;
        for job in told {
            let at = self.watched_of(&job.new.task, &job.new.inbox);
            if let Some(held) = held(&job) {
                self.watched[at].again.insert(job.new.name.clone(), held);
            }
        }
        Ok(())
    }

    /// Whether the ledger still holds what was noted of it elsewhere. A file that cannot be read now says nothing.
    fn holds(&self) -> Result<(), Unusable> {
        let Some(file) = &self.house.office.report.head_file else { return Ok(()) };
        let Some(head) = ledger::noted_heads(file).ok().and_then(|noted| noted.heads.into_iter().next_back()) else {
            return Ok(());
        };
        if self.house.store().holds(&head)? {
            return Ok(());
        }
        Err(Unusable::Cut { file: file.clone(), row: head.n })
    }

    /// The watched folder of a job; for a task that the office has no more, one that nobody watches.
    fn watched_of(&mut self, task: &str, inbox: &str) -> usize {
        let path = self.house.inbox(inbox);
        let found = self.watched.iter().position(|folder| folder.desk.task == task && folder.inbox == path);
        found.unwrap_or_else(|| {
            let desk = Arc::new(self.house.office.desk(task));
            self.watched.push(Watched { orphan: true, ..Watched::new(desk, path) });
            self.watched.len() - 1
        })
    }
}

/// Opens the store; a new one only where nothing shows that there was one before.
fn open_store(office: &Office, layout: &Layout) -> Result<Store, Unusable> {
    let lost = || Unusable::Lost { store: office.store.clone(), own: layout.own().to_owned() };
    let held = layout.holds_jobs().map_err(|error| Error::reading(layout.own(), &error))?;
    // An empty file would be made a new ledger, and what is left of the old one beside it be thrown away.
    if held && !std::fs::metadata(&office.store).is_ok_and(|meta| meta.len() > 0) {
        return Err(lost());
    }
    let store = Store::open(&office.store)?;
    if held && store.jobs(&JobFilter { most: Some(1), ..JobFilter::default() })?.is_empty() {
        return Err(lost());
    }
    Ok(store)
}

/// The watched folders of a desk. What cannot be reached now may come back; what lies on another disk never will.
fn watched_by(layout: &Layout, desk: &Arc<Desk>) -> Result<Vec<Watched>, Unusable> {
    let mut watched = Vec::new();
    for inbox in &desk.inboxes {
        let mut folder = Watched::new(Arc::clone(desk), inbox.clone());
        folder.paused = match layout.probe(desk, inbox) {
            Ok(()) => None,
            Err(Unusable::Place(error)) => Some(Paused::new(Why::Halt(Halt::Place(error)), Instant::now())),
            Err(other) => return Err(other),
        };
        watched.push(folder);
    }
    Ok(watched)
}

/// Whether a job still needs its work folder. A held one lies in its inbox.
pub(crate) fn under_way(open: &[Job], id: &str) -> bool {
    open.iter().any(|job| job.new.id == id && job.state != State::Held)
}

impl Paused {
    /// From now on, and not tried again before a moment.
    pub fn new(why: Why, until: Instant) -> Paused {
        Paused { why, since: now(), until }
    }
}
