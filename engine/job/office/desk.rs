//! One watched folder in the engine's books: what lies in it, what of it is in hand, and why it stands still if it does.

use std::collections::{HashMap, HashSet, VecDeque};
use std::ffi::OsStr;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use intake::{Arrival, Identity, Look, Refused, Waiting};
use jiff::civil::DateTime;
use ledger::Job;
use task::Desk;

use super::carry::Item;
use super::house::Halt;
use super::looker::{InHand, Looker};

/// A watched folder.
pub(crate) struct Watched {
    pub desk: Arc<Desk>,
    pub inbox: PathBuf,
    pub looker: Option<Looker>,
    /// What waits for its turn.
    pub queue: VecDeque<Item>,
    pub in_hand: InHand,
    /// Duplicates that wait for a person, by name.
    pub held: HashMap<String, Held>,
    /// Held ones that were told to run, by name.
    pub again: HashMap<String, Held>,
    /// How many of its items are handed out.
    pub out: usize,
    /// Jobs that stand still until the folder is sound again.
    pub stuck: Vec<String>,
    pub paused: Option<Paused>,
    pub looked: Option<DateTime>,
    pub waiting: Vec<(PathBuf, Waiting)>,
    pub refused: Vec<(PathBuf, Refused)>,
    pub unlisted: u64,
    /// Whether it was looked into.
    pub seen: bool,
    /// Whether its task is no task of the office any more: nobody watches it.
    pub orphan: bool,
}

/// A duplicate that lies in the inbox.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub job: String,
    pub earlier: String,
    pub identity: Identity,
    pub since: DateTime,
}

/// Why a folder stands still.
#[derive(Debug)]
pub(crate) struct Paused {
    pub why: Why,
    pub since: DateTime,
    /// Not tried again before.
    pub until: Instant,
}

/// What a folder stands still for.
#[derive(Debug)]
pub(crate) enum Why {
    /// It cannot be looked into.
    Look(intake::Error),
    /// Nothing can be claimed from it, or a job of it halted.
    Halt(Halt),
}

impl Watched {
    pub fn new(desk: Arc<Desk>, inbox: PathBuf) -> Watched {
        Watched {
            desk,
            inbox,
            looker: None,
            queue: VecDeque::new(),
            in_hand: InHand::default(),
            held: HashMap::new(),
            again: HashMap::new(),
            out: 0,
            stuck: Vec::new(),
            paused: None,
            looked: None,
            waiting: Vec::new(),
            refused: Vec::new(),
            unlisted: 0,
            seen: false,
            orphan: false,
        }
    }

    /// The names in hand, for a moment.
    pub fn names(&self) -> MutexGuard<'_, HashSet<String>> {
        let names: &Mutex<_> = &self.in_hand;
        names.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes what a look showed into the queue, except what waits for a person.
    pub fn take(&mut self, settled: Vec<Arrival>) {
        for arrival in settled {
            match self.held.get(&arrival.name) {
                Some(held) if held.identity.is_still(&arrival.identity) => continue,
                // Another file under the same name.
                Some(_) => self.held.remove(&arrival.name),
                None => None,
            };
            let again = self.again.remove(&arrival.name).filter(|held| held.identity.is_still(&arrival.identity));
            if self.names().insert(arrival.name.clone()) {
                let again = again.map(|held| held.job);
                self.queue.push_back(Item::Arrived { inbox: self.inbox.clone(), arrival, again });
            }
        }
    }

    /// Notes that the folder stands still, and why; since when it does stays.
    pub fn pause(&mut self, why: Why, until: Instant) {
        if let Some(looker) = &self.looker {
            looker.suspect.store(true, Ordering::SeqCst);
        }
        match &mut self.paused {
            Some(paused) => (paused.why, paused.until) = (why, paused.until.max(until)),
            None => self.paused = Some(Paused::new(why, until)),
        }
    }

    /// Lists no longer what people took away: the duplicates that are gone.
    pub fn gone(&mut self, look: &Look) -> Vec<Held> {
        if self.held.is_empty() || look.unlisted > 0 {
            return Vec::new();
        }
        let settled = look.settled.iter().map(|arrival| OsStr::new(&arrival.name));
        let others = look.waiting.iter().map(|(path, _)| path).chain(look.refused.iter().map(|(path, _)| path));
        let here: HashSet<&OsStr> = settled.chain(others.map(|path| path.as_os_str())).collect();
        self.held.extract_if(|name, _| !here.contains(OsStr::new(name))).map(|(_, held)| held).collect()
    }

    /// Takes a job that an earlier engine left, before everything that came later.
    pub fn resume(&mut self, job: Job) {
        self.names().insert(job.new.name.clone());
        self.queue.push_back(Item::Open(Box::new(job)));
    }

    /// Lists a duplicate that lies in the inbox.
    pub fn hold(&mut self, job: &Job) {
        if let Some(held) = held(job) {
            self.held.insert(job.new.name.clone(), held);
        }
    }
}

/// A held job as a folder lists it.
pub(crate) fn held(job: &Job) -> Option<Held> {
    Some(Held {
        job: job.new.id.clone(),
        earlier: job.earlier.clone().unwrap_or_default(),
        identity: Identity::parse(&job.new.identity)?,
        since: job.changed,
    })
}
