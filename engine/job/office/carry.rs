//! One arrival's whole way, from its inbox to its end; also from wherever a crash or a full disk left it.

use std::path::PathBuf;
use std::sync::Arc;

use intake::Arrival;
use ledger::Job;
use task::Desk;

use super::attempt::attempt;
use super::board::settled;
use super::claim::{Claim, Claimed, Intended, claim, let_go, take};
use super::disk::is_there;
use super::finish::{Committed, Settled, Staged, archive, finish};
use super::house::{Halt, House, reading};
use super::state::{Onward, onward};
use super::undo;
use crate::perform::Cancel;
use crate::report::Progress;

/// What is to be brought to its end.
#[derive(Debug)]
pub(crate) enum Item {
    /// An arrival that lies still in an inbox.
    Arrived { inbox: PathBuf, arrival: Arrival, again: Option<String> },
    /// A job that the store knows.
    Open(Box<Job>),
}

/// What became of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Ended {
    /// It came to its end.
    Settled { job: String, settled: Settled },
    /// The same was done before: it waits for a person.
    Held { job: String, earlier: String },
    /// There was nothing (more) to do.
    Nothing,
}

/// What is told on the way.
#[derive(Debug)]
pub(crate) enum News {
    /// The arrival has a number.
    Claimed { job: String, attempts: u32 },
    /// How far the worker is.
    Progress(Progress),
}

/// Why an item stands still, and under which number the store knows it.
#[derive(Debug)]
pub(crate) struct Halted {
    pub job: Option<String>,
    pub halt: Halt,
}

/// Brings an item to its end.
pub(crate) fn carry(
    house: &House,
    desk: &Arc<Desk>,
    item: Item,
    cancel: &Cancel,
    news: &mut dyn FnMut(News),
) -> Result<Ended, Halted> {
    let mut known = match &item {
        Item::Arrived { .. } => None,
        Item::Open(job) => Some(job.new.id.clone()),
    };
    let mut told = |news_now: News| {
        if let News::Claimed { job, .. } = &news_now {
            known = Some(job.clone());
        }
        news(news_now);
    };
    let ended = match item {
        Item::Arrived { inbox, arrival, again } => {
            claim(house, desk, &inbox, &arrival, again.as_deref()).and_then(|claim| claimed(house, claim, cancel, &mut told))
        }
        Item::Open(job) => open(house, desk, *job, cancel, &mut told),
    };
    ended.map_err(|halt| Halted { job: known, halt })
}

fn claimed(house: &House, claim: Claim, cancel: &Cancel, news: &mut dyn FnMut(News)) -> Result<Ended, Halt> {
    let claimed = match claim {
        Claim::Ours(claimed) => *claimed,
        Claim::Held { job, earlier } => return Ok(Ended::Held { job, earlier }),
        Claim::Gone | Claim::LetGo => return Ok(Ended::Nothing),
    };
    let job = claimed.job.id.clone();
    news(News::Claimed { job: job.clone(), attempts: claimed.attempts });
    let mut progress = |progress| news(News::Progress(progress));
    match attempt(house, claimed, cancel, &mut progress)? {
        Some(staged) => Ok(Ended::Settled { job, settled: finish(house, staged)? }),
        None => Ok(Ended::Nothing),
    }
}

/// Goes on with a job from the state that the store has of it.
fn open(house: &House, desk: &Arc<Desk>, job: Job, cancel: &Cancel, news: &mut dyn FnMut(News)) -> Result<Ended, Halt> {
    let id = job.new.id.clone();
    let fate = job.staging.as_ref().map(|staging| staging.kind);
    tracing::info!(job = id, task = job.new.task, code = "resumed", state = job.state.word(), "going on");
    match onward(job.state, fate) {
        Onward::Claim => {
            let loaded = house.tasks.current(&desk.task).map_err(Halt::Task)?;
            let intended = Intended { job: job.new, desk: Arc::clone(desk), loaded };
            claimed(house, take(house, intended)?, cancel, news)
        }
        Onward::Perform => perform(house, desk, job, cancel, news),
        Onward::Publish | Onward::PutAside => {
            let staged = Staged::of(job, Arc::clone(desk))?;
            Ok(Ended::Settled { job: id, settled: finish(house, staged)? })
        }
        Onward::Archive => {
            let settled = settled(&job);
            archive(house, Committed { job: job.new })?;
            Ok(settled.map_or(Ended::Nothing, |settled| Ended::Settled { job: id, settled }))
        }
        Onward::Undo => undo::go_on(house, desk, &job).map(|_| Ended::Nothing),
        Onward::Redo | Onward::Wait | Onward::Rest => Ok(Ended::Nothing),
    }
}

fn perform(house: &House, desk: &Arc<Desk>, job: Job, cancel: &Cancel, news: &mut dyn FnMut(News)) -> Result<Ended, Halt> {
    let Job { new, attempts, sha256, .. } = job;
    let ours = house.layout.work(&new.id).input().join(&new.name);
    if !is_there(&ours).map_err(reading(&ours))? {
        // An earlier engine handed it back and could not say so any more.
        let_go(house, &new, "changed")?;
        return Ok(Ended::Nothing);
    }
    let loaded = house.tasks.current(&desk.task).map_err(Halt::Task)?;
    let sha256 = sha256.unwrap_or_default();
    let earlier = house.store().same_content(&new.task, Some(&new.version), &sha256)?;
    let earlier = earlier.map(|job| job.new.id).filter(|earlier| *earlier < new.id);
    let ours = Claimed { job: new, desk: Arc::clone(desk), loaded, attempts, earlier };
    claimed(house, Claim::Ours(Box::new(ours)), cancel, news)
}
