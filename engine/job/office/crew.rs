//! The threads that bring items to their ends: one item each at a time, one worker process each.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use task::Desk;

use super::carry::{Ended, Halted, Item, News, carry};
use super::house::{Halt, House};
use crate::clock::now;
use crate::perform::Cancel;
use crate::report::Progress;

/// An item on its way, by the number it was handed out under.
pub(crate) struct Ticket {
    pub number: u64,
    pub desk: Arc<Desk>,
    pub item: Item,
}

/// What runs now, for the page that people see.
#[derive(Clone, Debug)]
pub(crate) struct Running {
    pub task: String,
    pub name: String,
    pub job: Option<String>,
    pub attempts: u32,
    pub began: jiff::civil::DateTime,
    pub progress: Option<Progress>,
}

/// The threads, as the engine holds them.
pub(crate) struct Crew {
    tickets: Sender<Ticket>,
    shared: Arc<Shared>,
    size: usize,
}

#[derive(Default)]
struct Shared {
    running: Mutex<HashMap<u64, (Running, Arc<Cancel>)>>,
    stopping: AtomicBool,
}

impl Crew {
    /// Starts so many threads; `tell` hears of every end, and says whether anybody still listens.
    pub fn start(
        house: &Arc<House>,
        size: usize,
        tell: impl Fn(u64, Result<Ended, Halted>) -> bool + Clone + Send + 'static,
    ) -> std::io::Result<Crew> {
        let (tickets, waiting) = channel::<Ticket>();
        let waiting = Arc::new(Mutex::new(waiting));
        let shared = Arc::new(Shared::default());
        for _ in 0..size {
            let (house, waiting, shared, tell) = (Arc::clone(house), Arc::clone(&waiting), Arc::clone(&shared), tell.clone());
            thread::Builder::new().name("job".to_owned()).stack_size(4 << 20).spawn(move || {
                while let Some(ticket) = next(&waiting) {
                    let number = ticket.number;
                    if !tell(number, one(&house, &shared, ticket)) {
                        return;
                    }
                }
            })?;
        }
        Ok(Crew { tickets, shared, size })
    }

    pub fn size(&self) -> usize {
        self.size
    }

    /// Hands an item out.
    pub fn hand(&self, ticket: Ticket) {
        // The threads live as long as the sender does.
        let _ = self.tickets.send(ticket);
    }

    /// Nothing is begun any more.
    pub fn begin_nothing(&self) {
        self.shared.stopping.store(true, Ordering::SeqCst);
    }

    /// Tells the workers that run to end. Their attempts do not count.
    pub fn cancel(&self) {
        for (_, cancel) in self.running_now().values() {
            cancel.cancel();
        }
    }

    /// What runs now, the longest first.
    pub fn running(&self) -> Vec<Running> {
        let running = self.running_now();
        let mut all: Vec<(&u64, &Running)> = running.iter().map(|(number, (running, _))| (number, running)).collect();
        all.sort_by_key(|(number, _)| **number);
        all.into_iter().map(|(_, running)| running.clone()).collect()
    }

    fn running_now(&self) -> std::sync::MutexGuard<'_, HashMap<u64, (Running, Arc<Cancel>)>> {
        self.shared.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The next ticket; none when the engine hands out no more.
fn next(waiting: &Mutex<Receiver<Ticket>>) -> Option<Ticket> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

fn one(house: &House, shared: &Shared, ticket: Ticket) -> Result<Ended, Halted> {
    let Ticket { number, desk, item } = ticket;
    let (name, job) = match &item {
        Item::Arrived { arrival, .. } => (arrival.name.clone(), None),
        Item::Open(job) => (job.new.name.clone(), Some(job.new.id.clone())),
    };
    if shared.stopping.load(Ordering::SeqCst) {
        return Err(Halted { job, halt: Halt::Stopped });
    }
    let cancel = Arc::new(Cancel::default());
    let running = || shared.running.lock().unwrap_or_else(PoisonError::into_inner);
    let task = desk.task.clone();
    let entry = Running { task, name, job: job.clone(), attempts: 0, began: now(), progress: None };
    running().insert(number, (entry, Arc::clone(&cancel)));
    let mut news = |news: News| {
        if let Some((entry, _)) = running().get_mut(&number) {
            match news {
                News::Claimed { job, attempts } => (entry.job, entry.attempts) = (Some(job), attempts),
                News::Progress(progress) => entry.progress = Some(progress),
            }
        }
    };
    // A panic of ours costs this item and not its thread; the store says how far it came.
    let guarded = std::panic::AssertUnwindSafe(|| carry(house, &desk, item, &cancel, &mut news));
    let ended = std::panic::catch_unwind(guarded).unwrap_or_else(|_| {
        tracing::error!(job, code = "panic", "the engine made a mistake with this job; it goes on after the next start");
        Err(Halted { job, halt: Halt::Mistake })
    });
    running().remove(&number);
    ended
}
