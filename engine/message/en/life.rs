//! Why an office is not watched, and what became of its jobs, in English.

use job::Unusable;
use ledger::{Fate, Job, State};

use crate::ja::life::moment;
use crate::{Telling, shown};

pub(crate) fn unusable(unusable: &Unusable) -> Telling {
    match unusable {
        Unusable::Place(error) => super::job::error(error),
        Unusable::Task(error) => super::task::error(error),
        Unusable::Store(error) => super::ledger::error(error),
        Unusable::OtherFileSystem { folder } => Telling::new(
            format!("\"{}\" lies on another disk than the office", folder.display()),
            "name a folder on the same disk in jitan.toml: files cannot be moved to another disk at once",
        ),
        Unusable::Owned(other) if other.process == 0 => Telling::new(
            "the owner file (.jitan/owner) is gone, so watching was stopped",
            "make sure that no other jitan watch works here, then start again",
        ),
        Unusable::Owned(other) => Telling::new(
            format!("jitan works in this office already ({}, process {}, since {})", other.machine, other.process, other.since),
            "leave it to that one, or stop it and start again",
        ),
        Unusable::NoOriginal { job, path } => Telling::new(
            format!("the original of job {job} is not at \"{}\"", path.display()),
            "ask who moved it; if you have it, drop it into the inbox again",
        ),
        Unusable::TooLate { job } => Telling::new(
            format!("job {job} is too old to be taken back: its old names are no longer kept"),
            "rename by hand what is needed; the days are set by [retention] in task.toml",
        ),
        Unusable::Cut { file, row } => Telling::new(
            format!("the ledger lacks row {row} as it is noted in \"{}\"", file.display()),
            "see with `jitan ledger verify` whether an old copy was put back; nothing is watched until that is clear",
        ),
        Unusable::Lost { store, own } => Telling::new(
            format!(
                "the ledger \"{}\" is missing or empty, though \"{}\" keeps originals of earlier jobs",
                store.display(),
                own.display()
            ),
            "put the copy of the ledger back; to begin anew all the same, move archive and work out of that folder first",
        ),
        Unusable::NoTask { scripts } => Telling::new(
            format!("there is no task in \"{}\"", scripts.display()),
            "make one with `jitan new NAME`, or name the office with --office",
        ),
    }
}

/// Where a job stands, for the list.
pub(crate) fn state(job: &Job) -> &'static str {
    state_word(job.state, job.staging.as_ref().map(|staging| staging.kind))
}

/// A state in a word.
pub(crate) fn state_word(state: State, kind: Option<Fate>) -> &'static str {
    match state {
        State::Claiming => "being claimed",
        State::Claimed => "waiting",
        State::Running => "running",
        State::Staged => "being published",
        State::Committed | State::Archived => "done",
        State::Aside if kind == Some(Fate::Failed) => "failed",
        State::Aside => "returned",
        State::Vanished => "withdrawn",
        State::Held => "held (same content)",
        State::Ended => "ended (back in the inbox)",
        State::Undoing => "being undone",
        State::Undone => "undone",
        State::Redoing => "being restored",
    }
}

/// A line of the list of jobs: number, when, state, task, name.
pub(crate) fn line(job: &Job) -> String {
    format!("{}  {}  {}  {}  {}", job.new.id, moment(job.began), state(job), job.new.task, shown(&job.new.name))
}

/// A step of a job: when, into which state, with what detail.
pub(crate) fn step(step: &ledger::Step) -> String {
    let detail = step.detail.as_deref().map(|detail| format!("  {}", shown(detail))).unwrap_or_default();
    format!("{}  {}{detail}", moment(step.at), state_word(step.state, None))
}
