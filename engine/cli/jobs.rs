//! `jitan jobs`: what became of arrivals, and what a person wants done with them.

use std::io::{BufRead, IsTerminal};

use job::{Jobs, Undoing, Unusable};
use ledger::{Job, JobFilter, RenameCounts, State};
use message::{Speaker, Tell, Word};
use serde_json::{Value, json};

use crate::exit::Exit;
use crate::office::Office;
use crate::print::Screen;
use crate::watch::unusable_exit;

/// What is asked.
#[derive(Debug)]
pub enum Ask {
    /// Jobs, the newest first.
    List { task: Option<String>, most: u32 },
    /// One job and its steps.
    Show { id: String },
    /// Put the original back into its inbox.
    Retry { id: String, yes: bool },
    /// Take a whole job back.
    Undo { id: String, yes: bool },
    /// Let a held duplicate run.
    Run { id: String },
}

/// Answers it.
pub fn jobs(office: &Office, screen: &Screen, ask: &Ask) -> Exit {
    let answered = Jobs::open(office.settings.clone(), Box::new(Speaker(screen.lang))).and_then(|jobs| match ask {
        Ask::List { task, most } => list(&jobs, screen, task.as_deref(), *most),
        Ask::Show { id } => show(&jobs, screen, id),
        Ask::Retry { id, yes } => retry(&jobs, screen, id, *yes),
        Ask::Undo { id, yes } => undo(&jobs, screen, id, *yes),
        Ask::Run { id } => run(&jobs, screen, id),
    });
    match answered {
        Ok(exit) => exit,
        Err(unusable) => {
            let exit = unusable_exit(screen, &unusable);
            let mistaken = matches!(
                unusable,
                Unusable::NoOriginal { .. }
                    | Unusable::TooLate { .. }
                    | Unusable::Store(ledger::Error::NoJob { .. } | ledger::Error::NotNow { .. })
            );
            if mistaken { Exit::Usage } else { exit }
        }
    }
}

fn list(jobs: &Jobs, screen: &Screen, task: Option<&str>, most: u32) -> Result<Exit, Unusable> {
    let found = jobs.list(&JobFilter { task: task.map(str::to_owned), most: Some(most), ..JobFilter::default() })?;
    if screen.json {
        screen.object(&json!({ "jobs": found.iter().map(|job| object(jobs, job)).collect::<Vec<_>>() }));
        return Ok(Exit::Done);
    }
    if found.is_empty() {
        screen.say(&message::word(screen.lang, &Word::NoJobs));
    }
    found.iter().for_each(|job| screen.say(&message::job_line(screen.lang, job)));
    Ok(Exit::Done)
}

fn show(jobs: &Jobs, screen: &Screen, id: &str) -> Result<Exit, Unusable> {
    let (job, steps) = (jobs.job(id)?, jobs.steps(id)?);
    if screen.json {
        let step = |step: &ledger::Step| json!({ "at": step.at.to_string(), "state": step.state.word(), "detail": step.detail });
        let mut whole = object(jobs, &job);
        whole["steps"] = steps.iter().map(step).collect();
        whole["outputs"] =
            job.staging.as_ref().and_then(|staging| serde_json::from_str(&staging.outputs).ok()).unwrap_or_default();
        if let Some(RenameCounts { planned, done, undone, left, kept }) = jobs.renames(&job)? {
            whole["renames"] = json!({ "planned": planned, "renamed": done, "undone": undone, "left": left, "kept": kept });
        }
        screen.object(&whole);
        return Ok(Exit::Done);
    }
    screen.say(&message::job_line(screen.lang, &job));
    if let Some(folder) = jobs.results(&job).filter(|_| has_results(&job)) {
        screen.say(&format!("  {}", folder.display()));
    }
    if let Some(earlier) = &job.earlier {
        screen.say(&format!("  {}", message::word(screen.lang, &Word::SameAs { job: earlier.clone() })));
    }
    if let Some(RenameCounts { done: renamed, kept, left, undone: files, .. }) = jobs.renames(&job)? {
        let undone = job.state == State::Undone;
        let word = if undone { Word::RenamesUndone { files, left } } else { Word::RenameCounts { renamed, kept, left } };
        screen.say(&format!("  {}", message::word(screen.lang, &word)));
    }
    for step in &steps {
        screen.say(&format!("  {}", message::job_step(screen.lang, step)));
    }
    Ok(Exit::Done)
}

fn has_results(job: &Job) -> bool {
    matches!(job.state, State::Committed | State::Archived | State::Aside)
}

fn object(jobs: &Jobs, job: &Job) -> Value {
    let folder = jobs.results(job).filter(|_| has_results(job));
    json!({
        "job": job.new.id,
        "task": job.new.task,
        "name": job.new.name,
        "inbox": job.new.inbox,
        "state": job.state.word(),
        "kind": job.staging.as_ref().map(|staging| staging.kind.word()),
        "reason": job.staging.as_ref().and_then(|staging| staging.reason.clone()),
        "folder": folder.map(|folder| folder.to_string_lossy().into_owned()),
        "attempts": job.attempts,
        "sha256": job.sha256,
        "earlier": job.earlier,
        "began": job.began.to_string(),
        "changed": job.changed.to_string(),
    })
}

fn undo(jobs: &Jobs, screen: &Screen, id: &str, yes: bool) -> Result<Exit, Unusable> {
    tell_plan(screen, &jobs.plan_undo(id)?);
    if !agreed(screen, yes) {
        return Ok(Exit::Done);
    }
    let undone = jobs.undo(id)?;
    if screen.json {
        screen.object(&undone_object(id, &undone, screen));
    } else {
        screen.say(&message::word(screen.lang, &Word::JobUndone { job: id.to_owned() }));
    }
    Ok(if undone.left.is_empty() { Exit::Done } else { Exit::Returned })
}

fn undone_object(id: &str, undone: &Undoing, screen: &Screen) -> Value {
    let left = undone.left.iter().map(|(name, why)| {
        let told = why.tell(screen.lang);
        json!({ "path": name, "problem": told.what, "remedy": told.next })
    });
    json!({
        "job": id,
        "folder": undone.to.to_string_lossy(),
        "outputs": undone.outputs,
        "original": undone.original,
        "files": undone.files,
        "left": left.collect::<Vec<_>>(),
    })
}

/// More than these nobody reads on a screen; the record of the undo names them.
const MOST_LEFT: usize = 100;

/// Says what an undo will do, before it does it.
fn tell_plan(screen: &Screen, plan: &Undoing) {
    let (outputs, folder) = (plan.outputs.len() as u64, plan.to.display().to_string());
    let word = match plan.files {
        Some(files) => Word::WillRename { files, folder },
        None => Word::WillUndo { outputs, folder },
    };
    screen.say(&message::word(screen.lang, &word));
    for name in plan.outputs.iter().chain(&plan.original).take(20) {
        screen.say(&format!("  {}", message::shown(name)));
    }
    if !plan.left.is_empty() {
        screen.heading(&message::word(screen.lang, &Word::NotUndone { count: plan.left.len() as u64 }));
    }
    for (name, why) in plan.left.iter().take(MOST_LEFT) {
        screen.telling(&message::shown(name), why);
    }
    if plan.left.len() > MOST_LEFT {
        screen.say(&format!("  {}", message::word(screen.lang, &Word::More { count: (plan.left.len() - MOST_LEFT) as u64 })));
    }
}

/// Asks a person at a terminal; a schedule and `--yes` have agreed.
fn agreed(screen: &Screen, yes: bool) -> bool {
    if yes || screen.json || !std::io::stdin().is_terminal() {
        return true;
    }
    screen.note(&message::word(screen.lang, &Word::MayI));
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer).is_ok();
    read && matches!(answer.trim(), "y" | "Y" | "yes" | "はい" | "ｙ")
}

fn retry(jobs: &Jobs, screen: &Screen, id: &str, yes: bool) -> Result<Exit, Unusable> {
    let job = jobs.job(id)?;
    if matches!(job.state, State::Archived | State::Undoing) {
        tell_plan(screen, &jobs.plan_undo(id)?);
        if !agreed(screen, yes) {
            return Ok(Exit::Done);
        }
    }
    let path = jobs.retry(id)?;
    if screen.json {
        screen.object(&json!({ "job": id, "path": path.to_string_lossy() }));
    } else {
        screen.say(&message::word(screen.lang, &Word::PutBack { path: path.display().to_string() }));
    }
    Ok(Exit::Done)
}

fn run(jobs: &Jobs, screen: &Screen, id: &str) -> Result<Exit, Unusable> {
    jobs.run(id)?;
    if screen.json {
        screen.object(&json!({ "job": id }));
    } else {
        screen.say(&message::word(screen.lang, &Word::WillRun));
    }
    Ok(Exit::Done)
}
