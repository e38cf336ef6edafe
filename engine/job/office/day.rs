//! The engine's day: one loop over one kind of event, from the first look to the last job.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use intake::{Alarm, Options, Waiting, Wants};
use ledger::State;
use task::ArrivalKind;

use super::carry::{Ended, Halted, Item};
use super::crew::{Crew, Ticket};
use super::desk::{Watched, Why};
use super::engine::{Engine, Event, Until};
use super::house::{Halt, House};
use super::looker::{self, Looked};
use super::owner::{BEAT, Other};
use super::retention;
use super::state::{Onward, onward};
use super::unusable::Unusable;
use crate::error::Error;

/// How often originals whose days are over are looked for.
const SWEEP: Duration = Duration::from_secs(3600);

/// The loop and what it has in hand.
pub(crate) struct Day {
    engine: Engine,
    until: Until,
    crew: Crew,
    began: Instant,
    /// What is handed out: its folder and its name.
    out: HashMap<u64, (usize, String)>,
    ticket: u64,
    /// Whose turn it is.
    turn: usize,
    /// When the engine was told to stop.
    stopping: Option<Instant>,
    beat: Instant,
    sweep: Instant,
    /// When new tasks are looked for next.
    newcomers: Instant,
    /// Ends the thread of the alarm when dropped.
    alarm: Sender<()>,
}

impl Day {
    /// Starts the threads: one for each watched folder, one for the alarm, and the crew.
    pub fn begin(mut engine: Engine, until: Until) -> Result<Day, Unusable> {
        let size = engine.house.office.workers.unwrap_or_else(|| thread::available_parallelism().map_or(1, usize::from));
        let no_thread = |error: std::io::Error| Unusable::Place(Error::NoWorker { kind: error.kind() });
        let tell = engine.tell.clone();
        let crew = Crew::start(&engine.house, size, move |number, ended| tell.send(Event::Ended(number, ended)).is_ok());
        let crew = crew.map_err(no_thread)?;
        for at in 0..engine.watched.len() {
            if !engine.watched[at].orphan {
                start_looker(&mut engine, at).map_err(no_thread)?;
            }
        }
        let alarm = start_alarm(&engine).map_err(no_thread)?;
        let (now, scan) = (Instant::now(), engine.house.office.scan);
        Ok(Day {
            engine,
            until,
            crew,
            began: now,
            out: HashMap::new(),
            ticket: 0,
            turn: 0,
            stopping: None,
            beat: now + BEAT,
            sweep: now,
            newcomers: now + scan,
            alarm,
        })
    }

    /// Works until it is over.
    pub fn work(mut self, ready: &dyn Fn()) -> Result<(), Unusable> {
        ready();
        tracing::info!(code = "ready", folders = self.engine.watched.len(), workers = self.crew.size(), "watching");
        loop {
            self.hand_out();
            self.upkeep()?;
            if self.is_over() {
                break;
            }
            let wait = self.next().saturating_duration_since(Instant::now());
            match self.engine.events.recv_timeout(wait) {
                Ok(Event::Looked(at, looked)) => self.looked(at, looked)?,
                Ok(Event::Ended(number, ended)) => self.ended(number, ended)?,
                Ok(Event::Stop) => self.stop(),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.note_head();
        self.draw(false);
        self.engine.house.store().rest();
        tracing::info!(code = "stopped", "stopped");
        Ok(())
    }

    /// Hands items to the crew, one folder after the other; a few more than it has threads, so that none waits for this loop.
    fn hand_out(&mut self) {
        let most = if self.stopping.is_some() { 0 } else { 2 * self.crew.size() };
        let folders = self.engine.watched.len();
        let mut passed = 0;
        while self.out.len() < most && passed < folders {
            let at = self.turn % folders;
            self.turn += 1;
            passed += 1;
            if self.may_go(at)
                && let Some(item) = self.engine.watched[at].queue.pop_front()
            {
                passed = 0;
                self.hand(at, item);
            }
        }
    }

    fn may_go(&self, at: usize) -> bool {
        let folder = &self.engine.watched[at];
        if folder.paused.is_some() || folder.queue.is_empty() {
            return false;
        }
        let same = self.engine.watched.iter().filter(|other| other.desk.task == folder.desk.task);
        folder.desk.workers.is_none_or(|most| same.map(|other| other.out).sum::<usize>() < most)
    }

    fn hand(&mut self, at: usize, item: Item) {
        let name = match &item {
            Item::Arrived { arrival, .. } => arrival.name.clone(),
            Item::Open(job) => job.new.name.clone(),
        };
        self.ticket += 1;
        self.out.insert(self.ticket, (at, name));
        let folder = &mut self.engine.watched[at];
        folder.out += 1;
        self.crew.hand(Ticket { number: self.ticket, desk: Arc::clone(&folder.desk), item });
    }

    /// A folder was looked into: what lies still is taken into its queue, what it stands still for is noted.
    fn looked(&mut self, at: usize, looked: Looked) -> Result<(), Unusable> {
        self.released(at)?;
        let folder = &mut self.engine.watched[at];
        let Looked { look, sound } = looked;
        let why = match look {
            Ok(look) => {
                folder.looked = Some(crate::clock::now());
                for held in folder.gone(&look) {
                    self.engine.house.record(|store, now| store.released(&held.job, "gone", now)).map_err(Unusable::from)?;
                }
                (folder.waiting, folder.refused, folder.unlisted) = (look.waiting, look.refused, look.unlisted);
                folder.take(look.settled);
                sound.err().map(Why::Halt)
            }
            Err(error) => Some(Why::Look(error)),
        };
        self.engine.board.change();
        folder.seen = true;
        match why {
            Some(why) => folder.pause(why, Instant::now()),
            None if folder.paused.as_ref().is_some_and(|paused| Instant::now() >= paused.until) => self.resume(at)?,
            None => {}
        }
        Ok(())
    }

    /// Held duplicates that were told to run meanwhile.
    fn released(&mut self, at: usize) -> Result<(), Unusable> {
        let folder = &mut self.engine.watched[at];
        if folder.held.is_empty() {
            return Ok(());
        }
        let open = self.engine.house.store().open_jobs()?;
        let held: HashSet<&str> = open.iter().filter(|job| job.state == State::Held).map(|job| job.new.id.as_str()).collect();
        let names: Vec<String> = folder.held.keys().cloned().collect();
        for name in names {
            if !held.contains(folder.held[&name].job.as_str())
                && let Some(released) = folder.held.remove(&name)
            {
                folder.again.insert(name, released);
            }
        }
        Ok(())
    }

    /// A folder is sound again: its jobs go on where they stood.
    fn resume(&mut self, at: usize) -> Result<(), Unusable> {
        let folder = &mut self.engine.watched[at];
        folder.paused = None;
        tracing::info!(task = folder.desk.task, code = "resumed_folder", jobs = folder.stuck.len(), "the folder is sound again");
        if let Some(looker) = &folder.looker {
            looker.suspect.store(false, Ordering::SeqCst);
        }
        for id in std::mem::take(&mut folder.stuck) {
            let job = self.engine.house.store().job(&id)?;
            if onward(job.state, job.staging.as_ref().map(|staging| staging.kind)) != Onward::Rest {
                folder.resume(job);
            } else if let Err(error) = self.engine.house.layout.sweep(|name| name != id) {
                // It was done but for its work folder. What cannot be removed now goes at the next start.
                tracing::warn!(job = id, code = "sweep", kind = %error.kind(), "a work folder stays for now");
            }
        }
        self.engine.house.reserve.load();
        Ok(())
    }

    /// An item came to its end, or stands still.
    fn ended(&mut self, number: u64, ended: Result<Ended, Halted>) -> Result<(), Unusable> {
        let Some((at, name)) = self.out.remove(&number) else {
            return Ok(());
        };
        let folder = &mut self.engine.watched[at];
        folder.out -= 1;
        let halted = match ended {
            Ok(Ended::Held { job, .. }) => {
                let job = self.engine.house.store().job(&job)?;
                folder.hold(&job);
                None
            }
            Ok(Ended::Settled { job, settled }) => {
                self.engine.board.ended(&self.engine.house, &folder.desk, &job, &name, &settled);
                None
            }
            Ok(Ended::Nothing) => None,
            Err(halted) => Some(halted),
        };
        let Some(Halted { job, halt }) = halted else {
            folder.names().remove(&name);
            return Ok(());
        };
        match halt {
            Halt::Stopped => return Ok(()),
            // It goes on after the next start.
            Halt::Mistake => return Ok(()),
            Halt::Store(error) if is_fatal(&error, &self.engine.house) => return Err(Unusable::Store(error)),
            halt => {
                tracing::warn!(job, task = folder.desk.task, code = halt.code(), "the folder stands still");
                match job {
                    Some(job) => folder.stuck.push(job),
                    None => _ = folder.names().remove(&name),
                }
                folder.pause(Why::Halt(halt), Instant::now() + folder.desk.scan);
            }
        }
        Ok(())
    }

    fn stop(&mut self) {
        self.stopping.get_or_insert_with(Instant::now);
        self.crew.begin_nothing();
    }

    /// What has to be done every now and then.
    fn upkeep(&mut self) -> Result<(), Unusable> {
        let now = Instant::now();
        if now >= self.beat {
            self.beat = now + BEAT;
            match self.engine.owner.beat() {
                // Somebody took the owner file away: another engine may be here any moment.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(Unusable::Owned(Other::default())),
                _ => {}
            }
        }
        if now >= self.sweep {
            self.note_head();
            let more = retention::sweep(&self.engine.house, self.engine.watched.iter().map(|folder| &*folder.desk));
            self.sweep = now + if more { Duration::from_secs(1) } else { SWEEP };
        }
        if now >= self.newcomers && self.stopping.is_none() {
            self.newcomers = now + self.engine.house.office.scan;
            self.take_in_newcomers();
        }
        if now >= self.engine.board.due(self.engine.house.office.scan) {
            self.draw(true);
        }
        if self.stopping.is_some_and(|told| now >= told + self.engine.house.office.grace) {
            self.crew.cancel();
        }
        Ok(())
    }

    /// Watches the folders of tasks that came since the start. What cannot be watched is tried again with the next scan.
    fn take_in_newcomers(&mut self) {
        let mut found = false;
        for desk in self.engine.newcomers() {
            let from = self.engine.watched.len();
            self.engine.watch(&desk);
            tracing::info!(task = desk.task, code = "new_task", folders = desk.inboxes.len(), "a task that is new");
            for at in from..self.engine.watched.len() {
                if let Err(error) = start_looker(&mut self.engine, at) {
                    tracing::warn!(task = desk.task, code = "no_thread", kind = %error.kind(), "a folder cannot be watched");
                    self.engine.watched.truncate(at);
                    break;
                }
                found = true;
            }
        }
        if found {
            self.engine.board.change();
            // Until the new alarm is set the clock alone looks, as it always does.
            match start_alarm(&self.engine) {
                Ok(alarm) => self.alarm = alarm,
                Err(error) => tracing::warn!(code = "no_thread", kind = %error.kind(), "the new folders have no events"),
            }
        }
    }

    /// When there is something to do though nothing happens.
    fn next(&self) -> Instant {
        let stop =
            self.stopping.map(|told| (told + self.engine.house.office.grace).max(Instant::now() + Duration::from_millis(100)));
        let page = Some(self.engine.board.due(self.engine.house.office.scan));
        [Some(self.beat), Some(self.sweep), Some(self.newcomers), page, stop].into_iter().flatten().min().unwrap_or(self.beat)
    }

    /// Notes the head of the ledger outside the office, once a day.
    fn note_head(&self) {
        let house = &self.engine.house;
        if let Some(file) = &house.office.report.head_file
            && let Err(error) = house.store().note_head(file, crate::clock::now())
        {
            tracing::warn!(code = "head", kind = %error, "the head of the ledger could not be noted");
        }
    }

    fn draw(&mut self, working: bool) {
        let Engine { board, house, watched, .. } = &mut self.engine;
        board.draw(house, watched, &self.crew, working);
    }

    fn is_over(&self) -> bool {
        if !self.out.is_empty() {
            return false;
        }
        self.stopping.is_some()
            || self.until == Until::Done && self.engine.watched.iter().all(|folder| folder.is_done(self.began))
    }
}

impl Watched {
    /// Whether nothing is left to do in a folder for an engine that ends then.
    fn is_done(&self, began: Instant) -> bool {
        if self.looker.is_none() {
            return self.queue.is_empty();
        }
        if !self.seen || self.paused.is_none() && !self.queue.is_empty() {
            return false;
        }
        // What is being copied may come to rest soon; what never does is not waited for.
        // A file that is cut off settles after ten seconds at the latest or twelve times the settle time: that is waited for.
        let patience = 15 * self.desk.settle + Duration::from_secs(20);
        let soon = |waiting: &Waiting| matches!(waiting, Waiting::Moving | Waiting::Incomplete);
        self.paused.is_some() || began.elapsed() > patience || !self.waiting.iter().any(|(_, waiting)| soon(waiting))
    }
}

/// Errors of the store after which nothing may be recorded any more.
fn is_fatal(error: &ledger::Error, house: &House) -> bool {
    use ledger::Error::{Damaged, Foreign, Moved, Network, Newer, NotThere, Unusable};
    match error {
        Damaged { .. } | Foreign { .. } | Moved { .. } | Network { .. } | Newer { .. } | NotThere { .. } => true,
        // A disk that became read-only may become writable again; a failing one is not written to any more.
        Unusable { .. } => !house.reserve.look(0).is_ok_and(|(free, _)| free.read_only),
        _ => false,
    }
}

/// Starts a thread that looks into a watched folder.
fn start_looker(engine: &mut Engine, at: usize) -> std::io::Result<()> {
    let folder = &engine.watched[at];
    let kind = match engine.house.office.takes(&folder.desk.task) {
        Some(ArrivalKind::File) => Wants::File,
        Some(ArrivalKind::Folder) => Wants::Folder,
        Some(ArrivalKind::Either) | None => Wants::Either,
    };
    let options = Options { folder: folder.inbox.clone(), settle: folder.desk.settle, kind };
    let tell = engine.tell.clone();
    let tell = move |looked| tell.send(Event::Looked(at, looked)).is_ok();
    let looker = looker::start(Arc::clone(&engine.house), options, folder.desk.scan, Arc::clone(&folder.in_hand), tell)?;
    engine.watched[at].looker = Some(looker);
    Ok(())
}

/// Starts an alarm that rings the bells of all watched folders.
fn start_alarm(engine: &Engine) -> std::io::Result<Sender<()>> {
    let bell = |folder: &Watched| Some((folder.inbox.clone(), folder.looker.as_ref()?.bell.clone()));
    let bells: HashMap<_, _> = engine.watched.iter().filter_map(bell).collect();
    let scan = engine.house.office.scan;
    let (over, wait) = channel::<()>();
    let folders = bells.keys().cloned().collect();
    thread::Builder::new().name("alarm".to_owned()).spawn(move || {
        // A bell that has rung and was not heard yet need not ring again.
        let (mut alarm, silent) = Alarm::set(folders, move |folder| {
            bells.get(folder).map(|bell| bell.try_send(()).is_ok());
        });
        tracing::info!(code = "alarm", silent = silent.len(), "folders without events are looked through by the clock alone");
        while wait.recv_timeout(scan) == Err(RecvTimeoutError::Timeout) {
            alarm.check();
        }
    })?;
    Ok(over)
}
