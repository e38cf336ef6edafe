//! The reverse of a whole job: outputs and original to 取消, the hours taken back. What people changed since is left alone.
//!
//! Everything is put together in the work folder and appears by one rename, like results. A crash on the way is gone on with:
//! what is not where it was is in the folder already.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ledger::{Job, State};
use rustix::fs::{FlockOperation, flock};
use task::Desk;

use super::disk::{flush, flush_folders, folders, is_there, move_to, own_folder, remove, share_folders_like, share_like};
use super::house::{Halt, House, reading, writing};
use super::kept::Output;
use super::name::{self, numbered};
use super::step::step;
use super::takeback::{self, Places, TakenBack};
use crate::note::{Note, Slip};
use crate::place::fingerprint;
use crate::rename::UndoWhy;

/// What an undo moves, or would move.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Undoing {
    /// Where the outputs lie.
    pub from: PathBuf,
    /// Where they go.
    pub to: PathBuf,
    /// The outputs that are still as they were published.
    pub outputs: Vec<String>,
    /// The original, if it is still kept, or comes back from the results.
    pub original: Option<String>,
    /// How many files get their old names back, where what was dropped was handed back itself.
    pub files: Option<u64>,
    /// What people changed or moved since, and what is left alone therefore.
    pub left: Vec<(String, UndoWhy)>,
}

/// Holds off every other undo of the office, in this process or another.
pub(crate) fn hands(house: &House) -> Result<fs::File, Halt> {
    let path = house.layout.hands();
    let file = fs::File::options().create(true).append(true).open(&path).map_err(writing(&path))?;
    flock(&file, FlockOperation::LockExclusive).map_err(|errno| writing(&path)(errno.into()))?;
    Ok(file)
}

/// Holds off every undo, unless one is under way; none then.
pub(crate) fn free_hands(house: &House) -> Option<fs::File> {
    let file = fs::File::options().create(true).append(true).open(house.layout.hands()).ok()?;
    flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok().then_some(file)
}

/// What an undo of a job would do.
pub(crate) fn plan(house: &House, desk: &Desk, job: &Job) -> Result<Undoing, Halt> {
    let mut undoing = plan_outputs(house, desk, job)?;
    if house.store().has_renames(&job.new.id)? {
        let ready = house.layout.work(&job.new.id).publish();
        let taken = takeback::plan(house, job, &Places { from: &undoing.from, into: &ready })?;
        undoing.comes_back(job, taken);
    }
    Ok(undoing)
}

impl Undoing {
    fn comes_back(&mut self, job: &Job, taken: TakenBack) {
        self.original = (taken.files > 0).then(|| job.new.name.clone());
        self.files = Some(taken.files);
        self.left.extend(taken.left);
    }
}

/// The part of it that is about outputs and an archived original.
fn plan_outputs(house: &House, desk: &Desk, job: &Job) -> Result<Undoing, Halt> {
    let Some(staging) = &job.staging else {
        return Ok(Undoing::default());
    };
    let (from, ready) = (desk.done.join(&staging.folder_name), house.layout.work(&job.new.id).publish());
    let mut undoing = Undoing { to: desk.undone.join(results(job)), ..Undoing::default() };
    for output in published(job)? {
        match look(&from.join(&output.name), &output) {
            Ok(()) => undoing.outputs.push(output.name),
            Err(UndoWhy::Gone) if ready.join(&output.name).exists() => undoing.outputs.push(output.name),
            Err(why) => undoing.left.push((output.name, why)),
        }
    }
    undoing.from = from;
    let kept = [archived(house, job), Some(ready.join(&job.new.name))];
    undoing.original = kept.into_iter().flatten().any(|path| path.exists()).then(|| job.new.name.clone());
    Ok(undoing)
}

/// Takes a job back.
pub(crate) fn undo(house: &House, desk: &Desk, job: &Job) -> Result<Undoing, Halt> {
    let _hands = hands(house)?;
    // Another process may have taken it back while this one waited.
    let job = &house.store().job(&job.new.id)?;
    if !matches!(job.state, State::Archived | State::Undoing) {
        return Err(Halt::Store(ledger::Error::NotNow { job: job.new.id.clone(), state: job.state }));
    }
    step("undoing.before");
    if job.state == State::Archived {
        house.record(|store, now| store.undoing(&job.new.id, now))?;
    }
    step("undoing.after");
    take_back(house, desk, job)
}

/// Goes on with an undo that broke off.
pub(crate) fn go_on(house: &House, desk: &Desk, job: &Job) -> Result<Undoing, Halt> {
    let _hands = hands(house)?;
    // Another process may have brought it to its end while this one waited.
    if house.store().job(&job.new.id)?.state != State::Undoing {
        return Ok(Undoing::default());
    }
    take_back(house, desk, job)
}

fn take_back(house: &House, desk: &Desk, job: &Job) -> Result<Undoing, Halt> {
    let work = house.layout.work(&job.new.id);
    let mut undoing = plan_outputs(house, desk, job)?;
    let comes_back = house.store().has_renames(&job.new.id)?;
    let open = comes_back && (takeback::is_open(house, job)? || is_there(&work.publish()).map_err(reading(&work.folder))?);
    if open || !undoing.outputs.is_empty() || undoing.original.is_some() {
        collect(house, desk, job, &mut undoing, comes_back)?;
        bring_out(&work.publish(), &undoing.to, desk)?;
    }
    flush(&desk.undone).map_err(writing(&desk.undone))?;
    step("undo.flushed");
    step("undone.before");
    house.record(|store, now| store.undone(&job.new.id, now))?;
    step("undone.after");
    remove(&work.folder).map_err(writing(&work.folder))?;
    tracing::info!(job = job.new.id, task = job.new.task, code = "undone", left = undoing.left.len(), "taken back");
    Ok(undoing)
}

/// Puts together in the work folder what goes to 取消.
fn collect(house: &House, desk: &Desk, job: &Job, undoing: &mut Undoing, comes_back: bool) -> Result<(), Halt> {
    let work = house.layout.work(&job.new.id);
    let publish = work.publish();
    own_folder(&publish).map_err(writing(&publish))?;
    fs::create_dir_all(&desk.undone).map_err(writing(&desk.undone))?;
    for output in &undoing.outputs {
        let (from, to) = (undoing.from.join(output), publish.join(output));
        let folder = to.parent().unwrap_or(&publish);
        fs::create_dir_all(folder).map_err(writing(folder))?;
        moved(&from, &to)?;
        if to.exists() {
            share_like(&desk.undone, &to).map_err(writing(&to))?;
        }
    }
    step("undo.outputs");
    if comes_back {
        let taken = takeback::take_back(house, job, &Places { from: &undoing.from, into: &publish })?;
        undoing.comes_back(job, taken);
    }
    if let Some(original) = archived(house, job) {
        let to = publish.join(name::free(&publish, &job.new.name, job.new.folder).map_err(reading(&publish))?);
        moved(&original, &to)?;
        if let Some(folder) = original.parent() {
            // Only an empty one goes.
            let _ = fs::remove_dir(folder);
        }
    }
    step("undo.original");
    note(house, desk, job, undoing, &publish)?;
    share_folders_like(&desk.undone, &publish).map_err(writing(&publish))?;
    flush_folders(&publish).map_err(writing(&publish))?;
    flush(&work.folder).map_err(writing(&work.folder))?;
    clear_out(&undoing.from);
    Ok(())
}

/// Moves a file unless an earlier try did.
fn moved(from: &Path, to: &Path) -> Result<(), Halt> {
    match move_to(from, to) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other.map_err(writing(to)),
    }
}

fn note(house: &House, desk: &Desk, job: &Job, undoing: &Undoing, publish: &Path) -> Result<(), Halt> {
    let Ok(loaded) = house.tasks.current(&job.new.task) else {
        // A task that is broken or gone has no words; the files are what counts.
        return Ok(());
    };
    let done = house.shown(&desk.done);
    let new = &job.new;
    let slip = Slip {
        job: &new.id,
        task: &loaded.task,
        name: &new.name,
        folder: new.folder,
        at: new.clock,
        inbox: &new.inbox,
        done: &done,
    };
    let back: Vec<String> = undoing.original.iter().cloned().collect();
    let (outputs, files, left) = (undoing.outputs.len(), undoing.files, &undoing.left);
    let written = house.notes.note(&slip, &Note::Undone { outputs, files, back: &back, left });
    let path = publish.join(&written.name);
    if is_there(&path).map_err(reading(&path))? {
        return Ok(());
    }
    crate::place::stage(&path, &written.bytes).map_err(writing(&path))?;
    share_like(&desk.undone, &path).map_err(writing(&path))
}

fn bring_out(publish: &Path, wanted: &Path, desk: &Desk) -> Result<(), Halt> {
    for number in 1.. {
        let name = wanted.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let to = desk.undone.join(numbered(name, number, true));
        match move_to(publish, &to) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            other => return other.map_err(writing(&to)),
        }
    }
    Ok(())
}

/// Takes the folder of the results away as far as it is empty: what people put there stays.
fn clear_out(folder: &Path) {
    for folder in folders(folder).into_iter().flatten().rev() {
        // Only an empty one goes.
        let _ = fs::remove_dir(folder);
    }
    if let Some(home) = folder.parent() {
        let _ = flush(home);
    }
}

/// The folder of an undone job: its own name, and the job, so that a second undo of the same name is told apart.
pub(crate) fn results(job: &Job) -> String {
    let name = job.staging.as_ref().map_or("", |staging| staging.folder_name.as_str());
    name::of_undone(name, &job.new.id)
}

/// Where the original of a job lies among its results in 取消, or its notes in 差戻し or 障害; none where it is not. Beside a
/// file of ours with its own name it got a number.
pub(crate) fn original(folder: &Path, job: &Job) -> Result<Option<PathBuf>, Halt> {
    let ours = published(job)?;
    let tried =
        (1..=u32::try_from(ours.len()).unwrap_or(u32::MAX).saturating_add(2)).map(|n| numbered(&job.new.name, n, job.new.folder));
    let mut found = Vec::new();
    for name in tried {
        let path = folder.join(&name);
        if is_there(&path).map_err(reading(&path))? {
            found.push((path, name));
        }
    }
    // What people did not touch is known by its content.
    let same = |path: &Path| fingerprint(path).is_ok_and(|(sha256, _)| Some(sha256) == job.sha256);
    let untouched = found.iter().find(|(path, _)| !job.new.folder && same(path));
    // What they mended is none of the files that we made.
    let made = |name: &str| {
        let within = format!("{name}/");
        ours.iter().any(|one| (one.name == name || one.name.starts_with(&within)) && look(&folder.join(&one.name), one).is_ok())
    };
    Ok(untouched.or_else(|| found.iter().find(|(_, name)| !made(name))).map(|(path, _)| path.clone()))
}

/// What a job published.
pub(crate) fn published(job: &Job) -> Result<Vec<Output>, Halt> {
    let outputs = job.staging.as_ref().map_or("[]", |staging| staging.outputs.as_str());
    serde_json::from_str(outputs).map_err(|error| Halt::Store(ledger::Error::Damaged { what: error.to_string() }))
}

/// Where the original of a job is kept.
fn archived(house: &House, job: &Job) -> Option<PathBuf> {
    let folder = house.layout.own().join(job.archive.as_ref()?);
    let original = folder.join(&job.new.name);
    original.exists().then_some(original)
}

/// Whether a published file is still what it was.
pub(crate) fn look(path: &Path, output: &Output) -> Result<(), UndoWhy> {
    match fs::symlink_metadata(path) {
        Ok(meta) if !meta.is_file() || meta.len() != output.size => Err(UndoWhy::Edited),
        Ok(_) => match fingerprint(path) {
            Ok((sha256, _)) if sha256 == output.sha256 => Ok(()),
            Ok(_) => Err(UndoWhy::Edited),
            Err(_) => Err(UndoWhy::Refused),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(UndoWhy::Gone),
        Err(_) => Err(UndoWhy::Refused),
    }
}
