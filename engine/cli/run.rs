//! `jitan run`: one job, outside the desks; it never enters the ledger.

use std::path::{Path, PathBuf};
use std::time::Instant;

use job::{Arrival, Confinement, Finished, Job, Placed, Proof, Proven, Stop, Undone, Way};
use message::{Misuse, Word};
use task::Task;

use crate::args::Run;
use crate::exit::Exit;
use crate::office::{Office, worker};
use crate::print::{Screen, json};

/// The name of the undo list.
pub const UNDO_LIST: &str = "取消用一覧.csv";

/// One job.
pub fn run(office: &Office, screen: &Screen, typed: &Run) -> Exit {
    let started = Instant::now();
    let mut task = match office.catalogue().find(&typed.task) {
        Ok(task) => task,
        Err(error) => return screen.task_error(&error),
    };
    if let Some(list) = &typed.undo {
        return renamed(screen, job::undo(list), |done, already| Word::Undone { done, already });
    }
    if let Some(list) = &typed.resume {
        return renamed(screen, job::resume(list), |done, already| Word::Resumed { done, already });
    }
    for setting in &typed.set {
        let Some((name, value)) = setting.split_once(['=', '＝']) else {
            return screen.misuse(&Misuse::NotASetting { written: setting.clone() });
        };
        if let Err(error) = task.set(name.trim(), value) {
            return screen.task_error(&error);
        }
    }
    let way = if typed.plan {
        Way::Plan
    } else if typed.in_place {
        Way::InPlace
    } else {
        Way::Publish
    };
    let now = job::now();
    let id = format!("{}-{}", now.strftime("%Y%m%d-%H%M%S"), std::process::id());
    match one_job(screen, &task, typed, way.clone(), now) {
        Ok((finished, out)) => {
            let exit = if finished.facts.returned { Exit::Returned } else { Exit::Done };
            if screen.json {
                screen.object(&json::finished(&id, &task, &finished, way == Way::Plan, started.elapsed()));
            } else {
                tell(screen, &task, &finished, &way, &out);
            }
            exit
        }
        Err(stop) => {
            if screen.json {
                screen.object(&json::stopped(&id, &task, &stop, screen.lang, started.elapsed()));
            }
            screen.stop(&stop, Some(&task))
        }
    }
}

fn one_job(screen: &Screen, task: &Task, typed: &Run, way: Way, now: job::DateTime) -> Result<(Finished, PathBuf), Stop> {
    let arrival = Arrival::collect(&typed.paths, task)?;
    let out = typed.out.clone().unwrap_or_else(|| default_out(task, &arrival));
    let program = worker(screen.lang);
    let job = Job { task, out: &out, way, now, unit: unit(screen, task), program: &program, undo_name: UNDO_LIST };
    let bar = screen.bar();
    let finished = job.run(arrival, &mut |progress| bar.at(&progress));
    bar.close();
    Ok((finished?, out))
}

/// What a unit is called.
pub fn unit(screen: &Screen, task: &Task) -> String {
    let unit = &task.manifest.unit;
    screen.lang.pick(&unit.ja, &unit.en).clone()
}

/// A new folder here, named after the task and the arrival.
fn default_out(task: &Task, arrival: &Arrival) -> PathBuf {
    let name = Path::new(&arrival.name);
    let stem = name.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    job::free_folder(&PathBuf::from(format!("{}_{stem}", task.id)))
}

/// The result for a person: what happened in one line, then what there is, then what to do.
fn tell(screen: &Screen, task: &Task, finished: &Finished, way: &Way, out: &Path) {
    let lang = screen.lang;
    confinement(screen, finished.confinement);
    screen.say(&message::word(
        lang,
        match (finished.facts.returned, way) {
            (true, _) => &Word::Returned,
            (false, Way::Plan) => &Word::Planned,
            (false, _) => &Word::Done,
        },
    ));
    screen.say(&message::counts(lang, &finished.facts));
    if finished.facts.account.balances() {
        screen.say(&message::reconciliation(lang, &finished.facts.account));
    }
    if !finished.facts.returned && *way != Way::Plan {
        let saving = finished.saving;
        let (units, unit) = (finished.facts.units, unit(screen, task));
        let (before, after, saved) = (saving.before, saving.after, saving.saved);
        screen.say(&message::word(lang, &Word::Saved { units, unit, before, after, saved }));
    }
    screen.findings(&finished.rows, finished.facts.counts.all());
    renames(screen, finished, way);
    if !finished.planned.is_empty() {
        screen.heading(&message::word(lang, &Word::WouldPublish));
        finished.planned.iter().for_each(|name| screen.say(&format!("  {name}")));
    }
    if !finished.outputs.is_empty() {
        screen.heading(&format!("{}  {}", message::word(lang, &Word::Outputs), out.display()));
        for placed in finished.outputs.iter().take(20) {
            let path = placed.path.strip_prefix(out).unwrap_or(&placed.path);
            screen.say(&format!("  {}", path.display()));
        }
        if finished.outputs.len() > 20 {
            screen.say(&format!("  {}", message::word(lang, &Word::More { count: finished.outputs.len() as u64 - 20 })));
        }
    }
    if let Some(name) = finished.closed.as_ref().filter(|_| finished.list.is_some()) {
        screen.say(&message::closed(lang, name));
    }
    proven(screen, finished, out);
    if let Some(list) = &finished.undo_list {
        let command = format!("jitan run {} --undo \"{}\"", task.id, list.display());
        screen.say(&message::word(lang, &Word::UndoWith { command }));
    }
}

/// What changed in the outputs that were made from a workbook.
fn proven(screen: &Screen, finished: &Finished, out: &Path) {
    let name = |placed: &Placed| placed.path.strip_prefix(out).unwrap_or(&placed.path).to_string_lossy().into_owned();
    let proven: Vec<(String, &Proof)> =
        finished.outputs.iter().filter_map(|placed| Some((name(placed), placed.proof.as_ref()?))).collect();
    if proven.is_empty() {
        return;
    }
    screen.heading(&message::word(screen.lang, &Word::ChangedParts));
    let groups = Proven::group(proven.iter().map(|(name, proof)| (name.as_str(), *proof)));
    message::proven(screen.lang, &groups).iter().for_each(|line| screen.say(&format!("  {line}")));
}

fn renames(screen: &Screen, finished: &Finished, way: &Way) {
    let count = finished.renamed as u64;
    if *way == Way::Plan && count > 0 {
        screen.heading(&message::word(screen.lang, &Word::Renames { count }));
        for rename in finished.renames.iter().take(50) {
            screen.say(&format!("  {} → {}  {}", rename.from, rename.to, rename.reason));
        }
        if count > 50 {
            screen.say(&format!("  {}", message::word(screen.lang, &Word::More { count: count - 50 })));
        }
    } else if *way == Way::InPlace && count > 0 {
        screen.say(&message::word(screen.lang, &Word::Renamed { count }));
    }
}

/// Says once where the kernel cannot confine the worker.
pub fn confinement(screen: &Screen, confinement: Confinement) {
    match confinement {
        Confinement::Full => {}
        Confinement::Partly => screen.note(&message::word(screen.lang, &Word::HalfConfined)),
        Confinement::Absent => screen.note(&message::word(screen.lang, &Word::NotConfined)),
    }
}

/// What became of the renames of a list.
fn renamed(screen: &Screen, outcome: Result<Undone, job::Error>, word: fn(u64, u64) -> Word) -> Exit {
    let undone = match outcome {
        Ok(undone) => undone,
        Err(error) => return screen.stop(&Stop::Error(error), None),
    };
    if screen.json {
        screen.object(&json::undone(&undone, screen.lang));
    } else {
        let (done, already) = (undone.done as u64, undone.already as u64);
        screen.say(&message::word(screen.lang, &word(done, already)));
        if !undone.left.is_empty() {
            screen.heading(&message::word(screen.lang, &Word::NotUndone { count: undone.left.len() as u64 }));
        }
        for (path, why) in &undone.left {
            screen.telling(&path.display().to_string(), why);
        }
    }
    if undone.left.is_empty() { Exit::Done } else { Exit::Returned }
}
