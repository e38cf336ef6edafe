//! The claim: an arrival that lay still becomes ours, by a rename that is written down before it is done.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use intake::{Arrival, Identity};
use ledger::NewJob;
use task::{Desk, Duplicates};

use super::content::{self, Content};
use super::disk::{flush, is_there, move_to, own_folder, remove};
use super::house::{Halt, House, reading, writing};
use super::layout::Work;
use super::name::numbered;
use super::rows::is_other;
use super::step::step;
use super::tasks::Loaded;

/// How long ago a look may have begun that tells how a folder lies now.
const MOMENT: Duration = Duration::from_secs(2);

/// What became of an arrival that was to be claimed.
#[derive(Debug)]
pub(crate) enum Claim {
    Ours(Box<Claimed>),
    /// The same was done before: it lies in its inbox again until somebody says what is to become of it.
    Held {
        job: String,
        earlier: String,
    },
    /// It is not there any more, or not as it was.
    Gone,
    /// Somebody still writes to it: it lies in its inbox again.
    LetGo,
}

/// An arrival that is about to be taken; the store knows.
#[derive(Debug)]
pub(crate) struct Intended {
    pub job: NewJob,
    pub desk: Arc<Desk>,
    pub loaded: Arc<Loaded>,
}

/// An arrival in the work folder, its content known and on the disk.
#[derive(Debug)]
pub(crate) struct Claimed {
    pub job: NewJob,
    pub desk: Arc<Desk>,
    pub loaded: Arc<Loaded>,
    pub attempts: u32,
    /// The earlier job of the same content and version, if there is one and this one runs all the same.
    pub earlier: Option<String>,
}

impl Claimed {
    /// Where the arrival lies.
    pub fn input(&self, house: &House) -> PathBuf {
        house.layout.work(&self.job.id).input().join(&self.job.name)
    }
}

/// Claims an arrival.
pub(crate) fn claim(
    house: &House,
    desk: &Arc<Desk>,
    inbox: &Path,
    arrival: &Arrival,
    again: Option<&str>,
) -> Result<Claim, Halt> {
    // What went away since the look leaves no trace.
    if !lies_there(arrival) {
        return Ok(Claim::Gone);
    }
    house.room_for(arrival.identity.size)?;
    let loaded = house.tasks.current(&desk.task).map_err(Halt::Task)?;
    step("intend.before");
    let job = house.intend(desk, |id, clock| NewJob {
        seed: seed(&id),
        id,
        task: desk.task.clone(),
        version: loaded.version.clone(),
        inbox: house.shown(inbox),
        name: arrival.name.clone(),
        folder: arrival.folder,
        identity: arrival.identity.text(),
        engine: house.engine(),
        clock,
        again: again.map(str::to_owned),
    })?;
    step("intend.after");
    take(house, Intended { job, desk: Arc::clone(desk), loaded })
}

/// Whether an arrival lies as it was seen. A look a moment ago need not be repeated, as it will be once it is ours: through a
/// hundred thousand files it takes its time. Whatever waited for its turn is looked at again.
fn lies_there(arrival: &Arrival) -> bool {
    if arrival.folder && arrival.at.elapsed() < MOMENT {
        return is_there(&arrival.path).unwrap_or(false);
    }
    intake::same(&arrival.path, &arrival.identity).unwrap_or(false)
}

/// Scripts that throw dice get the same ones in every attempt of a job.
fn seed(id: &str) -> u64 {
    id.bytes().fold(0xcbf2_9ce4_8422_2325, |seed, byte| (seed ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)) >> 1
}

/// Takes an arrival whose claim is written down; also after a crash, wherever it lies then.
pub(crate) fn take(house: &House, intended: Intended) -> Result<Claim, Halt> {
    let Intended { job, desk, loaded } = intended;
    let (work, inbox) = (house.layout.work(&job.id), house.inbox(&job.inbox));
    let ours = work.input().join(&job.name);
    if !fetch(&work, &inbox.join(&job.name), &ours)? {
        house.record(|store, now| store.vanished(&job.id, now))?;
        remove(&work.folder).map_err(writing(&work.folder))?;
        tracing::info!(job = job.id, task = job.task, code = "vanished", "the arrival was gone before it could be claimed");
        return Ok(Claim::Gone);
    }
    step("claim.moved");
    for folder in [&work.input(), &work.folder, &house.layout.works(), &inbox] {
        flush(folder).map_err(writing(folder))?;
    }
    let known = Identity::parse(&job.identity);
    let content = match content::settle(&ours) {
        Ok((content, now)) if known.is_none_or(|known| known.is_still(&now)) => content,
        // What may not be read is for the next look to say.
        Err(error) if !is_other(error.kind()) => return Err(reading(&ours)(error)),
        _ => return let_go(house, &job, "changed"),
    };
    step("claim.flushed");
    ours_or_held(house, job, desk, loaded, content)
}

/// Brings the arrival into the work folder; whether it is there.
fn fetch(work: &Work, from: &Path, ours: &Path) -> Result<bool, Halt> {
    own_folder(&work.input()).map_err(writing(&work.folder))?;
    if is_there(ours).map_err(reading(ours))? {
        return Ok(true);
    }
    match move_to(from, ours) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(writing(from)(error)),
    }
}

/// Decides about content that was done before, and records the claim. Both under one lock: of two copies dropped at once, one runs.
fn ours_or_held(house: &House, job: NewJob, desk: Arc<Desk>, loaded: Arc<Loaded>, content: Content) -> Result<Claim, Halt> {
    let Content { sha256, size } = content;
    step("claimed.before");
    let again = job.again.is_some();
    let earlier = house.record(|store, now| {
        let earlier = store.same_content(&job.task, Some(&job.version), &sha256)?.map(|job| job.new.id);
        if earlier.is_none() || again || desk.duplicates != Duplicates::Hold {
            store.claimed(&job.id, &sha256, size, now)?;
            return Ok((true, earlier));
        }
        Ok((false, earlier))
    })?;
    step("claimed.after");
    match earlier {
        (false, Some(earlier)) => hold(house, &job, &sha256, size, earlier),
        (_, earlier) => Ok(Claim::Ours(Box::new(Claimed { job, desk, loaded, attempts: 0, earlier }))),
    }
}

/// Puts a duplicate back to where it lay, and lists it with the earlier job.
fn hold(house: &House, job: &NewJob, sha256: &str, size: u64, earlier: String) -> Result<Claim, Halt> {
    put_back(house, job)?;
    step("held.before");
    house.record(|store, now| store.held(&job.id, sha256, size, &earlier, now))?;
    step("held.after");
    clean(house, job)?;
    tracing::info!(job = job.id, task = job.task, code = "held", earlier, "the same content was done before");
    Ok(Claim::Held { job: job.id.clone(), earlier })
}

/// Hands an arrival back to which somebody still writes; it is claimed again when it lies still.
pub(crate) fn let_go(house: &House, job: &NewJob, reason: &str) -> Result<Claim, Halt> {
    put_back(house, job)?;
    house.record(|store, now| store.let_go(&job.id, reason, now))?;
    clean(house, job)?;
    tracing::info!(job = job.id, task = job.task, code = reason, "handed back: the arrival was not at rest");
    Ok(Claim::LetGo)
}

/// Moves an arrival from the work folder back into its inbox, under another name if somebody took its own.
fn put_back(house: &House, job: &NewJob) -> Result<(), Halt> {
    let (work, inbox) = (house.layout.work(&job.id), house.inbox(&job.inbox));
    let ours = work.input().join(&job.name);
    for number in 1.. {
        let to = inbox.join(numbered(&job.name, number, job.folder));
        match move_to(&ours, &to) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            // An earlier engine did it.
            Err(error) if error.kind() == io::ErrorKind::NotFound && !is_there(&ours).map_err(reading(&ours))? => break,
            Err(error) => return Err(writing(&to)(error)),
            Ok(()) => break,
        }
    }
    step("hold.moved");
    for folder in [&inbox, &work.input()] {
        flush(folder).map_err(writing(folder))?;
    }
    step("hold.flushed");
    Ok(())
}

fn clean(house: &House, job: &NewJob) -> Result<(), Halt> {
    let work = house.layout.work(&job.id);
    remove(&work.folder).map_err(writing(&work.folder))
}
