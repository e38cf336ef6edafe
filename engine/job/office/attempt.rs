//! Attempts until an arrival is either done, returned or failed, and what comes of it lies ready to be published.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use ledger::{Fate, Renames, Run, Staging};
use task::Duplicates;

use super::claim::{Claimed, let_go};
use super::disk::{flush, flush_folders, own_folder, remove, share_like};
use super::finish::Staged;
use super::house::{Halt, House, reading, writing};
use super::kept::{self, Output};
use super::layout::Work;
use super::name;
use super::perform::Attempt;
use super::rows::rows;
use super::state::ATTEMPTS;
use super::step::step;
use crate::conduct::Finished;
use crate::error::{Error, Limit, Setback, Stop};
use crate::note::{Counted, Note, Slip, Written};
use crate::perform::Cancel;
use crate::proof::Proven;
use crate::rename::{BATCH, Moves};
use crate::report::Progress;

/// What lies in the folder that will be published.
struct Gathered {
    fate: Fate,
    outputs: Vec<Output>,
    run: Run,
    reason: Option<String>,
    /// The renames of what was dropped, where it goes back itself.
    moves: Option<Moves>,
}

/// Makes attempts, and records what is to be published; none if the arrival changed meanwhile, and lies in its inbox again.
pub(crate) fn attempt(
    house: &House,
    claimed: Claimed,
    cancel: &Cancel,
    progress: &mut dyn FnMut(Progress),
) -> Result<Option<Staged>, Halt> {
    let work = house.layout.work(&claimed.job.id);
    let began = Instant::now();
    let id = claimed.job.id.clone();
    let mut counted = false;
    let performed = performed(house, &claimed, &work, cancel, progress, &mut counted);
    let staged = performed.and_then(|performed| lay_ready(house, claimed, &work, performed, began));
    if staged.is_err() && counted {
        // A full disk, a share that is away and an engine that is told to stop are not the arrival's fault.
        house.record(|store, now| store.void_attempt(&id, now))?;
    }
    staged
}

/// Puts together what is to be published, flushes it, and records it; none if the arrival changed meanwhile.
fn lay_ready(house: &House, claimed: Claimed, work: &Work, performed: Performed, began: Instant) -> Result<Option<Staged>, Halt> {
    let gathered = match performed {
        Performed::Finished(finished) => gather(house, &claimed, work, *finished, began)?,
        Performed::Setback(setback, attempts) => gather_failed(house, &claimed, work, &setback, attempts, began)?,
    };
    step("gathered");
    flush_folders(&work.publish()).map_err(writing(&work.folder))?;
    flush(&work.folder).map_err(writing(&work.folder))?;
    step("gather.flushed");
    // A writer may have kept the file open across the claim.
    match rows_of(&claimed, house, work, &gathered) {
        Ok(Some(renames)) => stage(house, claimed, gathered, &renames).map(Some),
        Ok(None) => {
            let_go(house, &claimed.job, "changed")?;
            Ok(None)
        }
        Err(error) => Err(reading(&work.folder)(error)),
    }
}

/// A row in the journal for each file of what goes back, none of what does not; nothing if the arrival is not what it was.
fn rows_of(claimed: &Claimed, house: &House, work: &Work, gathered: &Gathered) -> io::Result<Option<Renames>> {
    let known = intake::Identity::parse(&claimed.job.identity);
    if let Some(moves) = &gathered.moves {
        return rows(work, &claimed.job, moves, known.as_ref());
    }
    let still = |known| intake::same(&claimed.input(house), known).unwrap_or(false);
    Ok(known.as_ref().is_none_or(still).then(|| Renames::in_batches(BATCH)))
}

/// How the attempts ended.
enum Performed {
    Finished(Box<Finished>),
    Setback(Setback, u32),
}

fn performed(
    house: &House,
    claimed: &Claimed,
    work: &Work,
    cancel: &Cancel,
    progress: &mut dyn FnMut(Progress),
    counted: &mut bool,
) -> Result<Performed, Halt> {
    let id = &claimed.job.id;
    if skipped(claimed).is_some() {
        clear(work)?;
        own_folder(&work.publish()).map_err(writing(&work.folder))?;
        return Ok(Performed::Finished(Box::new(Finished::nothing())));
    }
    let mut attempts = claimed.attempts;
    loop {
        if attempts >= ATTEMPTS {
            return Ok(Performed::Setback(Setback::Crashed { signal: None, code: None, at: None }, attempts));
        }
        // Nothing is begun that cannot be written to its end.
        house.room_for(0)?;
        step("attempt.before");
        attempts = house.record(|store, now| store.attempt(id, now))?;
        *counted = true;
        step("attempt.after");
        clear(work)?;
        let out = work.out(attempts);
        own_folder(&out).map_err(writing(&out))?;
        let input = claimed.input(house);
        let attempt = Attempt {
            task: &claimed.loaded.task,
            input: &input,
            out: &out,
            publish: &work.publish(),
            home: &home(claimed),
            clock: claimed.job.clock,
            seed: claimed.job.seed,
            cancel,
        };
        let performed = house.performs.perform(&attempt, progress);
        step("performed");
        match performed {
            Ok(finished) => return Ok(Performed::Finished(Box::new(finished))),
            Err(stop) => match judge(house, stop) {
                Verdict::Halt(halt) => return Err(halt),
                Verdict::Again(setback) if attempts < ATTEMPTS => {
                    tracing::warn!(job = id, task = claimed.job.task, code = setback.code(), attempts, "the attempt failed");
                }
                Verdict::Again(setback) | Verdict::Final(setback) => return Ok(Performed::Setback(setback, attempts)),
            },
        }
    }
}

/// Where an arrival that is handed back will lie: how long its paths become is counted from there, with room for a number.
fn home(claimed: &Claimed) -> PathBuf {
    let job = &claimed.job;
    let results = format!("{} (999)", name::of_results(&job.name, job.folder, &job.id));
    claimed.desk.done.join(results).join(&job.name)
}

/// Removes what earlier attempts left.
fn clear(work: &Work) -> Result<(), Halt> {
    for entry in fs::read_dir(&work.folder).map_err(reading(&work.folder))? {
        let entry = entry.map_err(reading(&work.folder))?;
        if entry.file_name() != "in" {
            remove(&entry.path()).map_err(writing(&work.folder))?;
        }
    }
    Ok(())
}

/// What an attempt that failed says about the next one.
enum Verdict {
    /// The place is not well: the attempt does not count.
    Halt(Halt),
    /// It may go well next time.
    Again(Setback),
    /// It would fail the same way.
    Final(Setback),
}

fn judge(house: &House, stop: Stop) -> Verdict {
    match stop {
        Stop::Error(Error::Interrupted) => Verdict::Halt(Halt::Stopped),
        // The arrival itself is another thing than what was claimed, or than what the task takes now.
        Stop::Error(Error::NotThere { path } | Error::WrongKind { path, .. } | Error::NotPlain { path }) => {
            let name = path.file_name().unwrap_or_default();
            Verdict::Final(Setback::Changed { path: name.to_string_lossy().into_owned() })
        }
        Stop::Error(error) => Verdict::Halt(Halt::Place(error)),
        Stop::Setback(setback) => match setback {
            Setback::NoRoom => Verdict::Halt(house.room_for(0).err().unwrap_or(Halt::NoRoom { free: 0, needed: 0 })),
            // A worker that was killed or hung: by another program, by the system's guard of its memory, by a slow disk.
            Setback::Crashed { .. } | Setback::Limit { limit: Limit::Wall | Limit::Memory, .. } => Verdict::Again(setback),
            Setback::Limit { limit: Limit::Cpu | Limit::File | Limit::Depth | Limit::Script(_), .. }
            | Setback::Script { .. }
            | Setback::Unbalanced { .. }
            | Setback::NoRightToWrite { .. }
            | Setback::NoRightToRename { .. }
            | Setback::NoPassword
            | Setback::Unprotected { .. }
            | Setback::OutputName { .. }
            | Setback::SameName { .. }
            | Setback::HardLink { .. }
            | Setback::Changed { .. } => Verdict::Final(setback),
        },
    }
}

/// Puts the note to what the worker made.
fn gather(house: &House, claimed: &Claimed, work: &Work, mut finished: Finished, began: Instant) -> Result<Gathered, Halt> {
    let publish = work.publish();
    let returned = finished.facts.returned;
    let run = kept::run(&claimed.loaded, &finished, milliseconds(began));
    let mut outputs = kept::outputs(&publish, &finished.outputs).map_err(reading(&publish))?;
    let list = finished.list.as_ref().and_then(|path| path.file_name()).and_then(|name| name.to_str());
    // Of several marked copies the first is named; they lie beside it.
    let marked = finished.marked.first().and_then(|path| path.file_name()).and_then(|name| name.to_str());
    let names: Vec<String> = outputs.iter().map(|output| output.name.clone()).collect();
    let proofs = finished.outputs.iter().map(|placed| placed.proof.as_ref());
    let proven = Proven::group(names.iter().zip(proofs).filter_map(|(name, proof)| Some((name.as_str(), proof?))));
    let (proven, closed) = (&proven[..], finished.closed.as_deref());
    // A task that may rename gives back what it was given, whether a name changes or not.
    let handed_back = !returned && claimed.loaded.task.manifest.rename;
    let note = if returned {
        Note::Returned { facts: &finished.facts, rows: &finished.rows, list, marked, proven, closed }
    } else if let Some(earlier) = skipped(claimed) {
        Note::Skipped { earlier, handed_back }
    } else {
        let counted = counted(claimed);
        let (facts, rows, saving) = (&finished.facts, &finished.rows, &finished.saving);
        Note::Done { facts, rows, saving, counted, outputs: &names, proven, closed, renamed: finished.renamed, handed_back }
    };
    outputs.push(lay(&publish, note_of(house, claimed, &note))?);
    let (fate, home) = if returned { (Fate::Returned, &claimed.desk.returned) } else { (Fate::Done, &claimed.desk.done) };
    share(home, &publish)?;
    let moves = handed_back.then(|| finished.moves.take().unwrap_or_default());
    Ok(Gathered { fate, outputs, run, reason: returned.then(|| "findings".to_owned()), moves })
}

/// Puts the specialist's note alone.
fn gather_failed(
    house: &House,
    claimed: &Claimed,
    work: &Work,
    setback: &Setback,
    attempts: u32,
    began: Instant,
) -> Result<Gathered, Halt> {
    clear(work)?;
    let publish = work.publish();
    fs::create_dir(&publish).map_err(writing(&publish))?;
    let output = lay(&publish, note_of(house, claimed, &Note::Failed { why: setback, attempts }))?;
    share(&claimed.desk.failed, &publish)?;
    let run = kept::bare(&claimed.loaded, milliseconds(began));
    Ok(Gathered { fate: Fate::Failed, outputs: vec![output], run, reason: Some(setback.code().to_owned()), moves: None })
}

/// The earlier job because of which this one is not done again.
fn skipped(claimed: &Claimed) -> Option<&str> {
    let skips = claimed.desk.duplicates == Duplicates::Skip && claimed.job.again.is_none();
    claimed.earlier.as_deref().filter(|_| skips)
}

fn counted(claimed: &Claimed) -> Counted<'_> {
    match &claimed.earlier {
        Some(earlier) => Counted::Before(earlier),
        None if claimed.loaded.task.manifest.baseline.new_work => Counted::NewWork,
        None => Counted::Yes,
    }
}

fn milliseconds(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX)
}

fn note_of(house: &House, claimed: &Claimed, note: &Note<'_>) -> Written {
    let (job, task) = (&claimed.job, &claimed.loaded.task);
    let done = house.shown(&claimed.desk.done);
    let (id, name, inbox) = (&job.id, &job.name, &job.inbox);
    let slip = Slip { job: id, task, name, folder: job.folder, at: job.clock, inbox, done: &done };
    house.notes.note(&slip, note)
}

/// Writes a note beside the outputs; nothing of the task's is replaced.
fn lay(folder: &Path, written: Written) -> Result<Output, Halt> {
    let name = name::free(folder, &written.name, false).map_err(reading(folder))?;
    let path = folder.join(&name);
    crate::place::stage(&path, &written.bytes).map_err(writing(&path))?;
    let (sha256, size) = crate::place::fingerprint(&path).map_err(reading(&path))?;
    Ok(Output { name, sha256, size })
}

fn share(home: &Path, publish: &Path) -> Result<(), Halt> {
    fs::create_dir_all(home).map_err(writing(home))?;
    share_like(home, publish).map_err(writing(publish))
}

/// Records what will be published, and under which name: from here the script never runs again.
fn stage(house: &House, claimed: Claimed, gathered: Gathered, renames: &Renames) -> Result<Staged, Halt> {
    let Claimed { job, desk, .. } = claimed;
    let Gathered { fate, outputs, run, reason, .. } = gathered;
    let home = Staged::home(&desk, fate);
    let folder_name = name::free(home, &name::of_results(&job.name, job.folder, &job.id), true).map_err(reading(home))?;
    let json = |error: serde_json::Error| Halt::Store(ledger::Error::Refused { what: error.to_string() });
    let staging = Staging {
        folder_name,
        kind: fate,
        outputs: serde_json::to_string(&outputs).map_err(json)?,
        facts: serde_json::to_string(&run).map_err(json)?,
        reason,
    };
    let points =
        if fate == Fate::Done { ["staged.before", "staged.after"] } else { ["aside_staged.before", "aside_staged.after"] };
    step(points[0]);
    house.record(|store, now| store.staged_with(&job.id, &staging, renames, now))?;
    step(points[1]);
    Ok(Staged { job, desk, fate, folder_name: staging.folder_name, run })
}
