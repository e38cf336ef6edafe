//! A job as the store keeps it: what was dropped, how far it is, what came of it.

use jiff::civil::{Date, DateTime};
use rusqlite::Row;

use crate::error::Error;

/// Where a job stands.
///
/// ```text
/// claiming → claimed → running → staged → committed → archived → undoing → undone → redoing → archived
///     │         │         │         └→ aside                        (staged for 差戻し or 障害)
///     │         └─────────┴→ ended                                  (handed back)
///     ├→ vanished                                                   (the file was gone)
///     └→ held → ended                                               (same content as an earlier job)
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the arrows above say it")]
pub enum State {
    Claiming,
    Claimed,
    Running,
    Staged,
    Committed,
    Archived,
    Aside,
    Vanished,
    Held,
    Ended,
    Undoing,
    Undone,
    Redoing,
}

const STATES: [(State, &str); 13] = [
    (State::Claiming, "claiming"),
    (State::Claimed, "claimed"),
    (State::Running, "running"),
    (State::Staged, "staged"),
    (State::Committed, "committed"),
    (State::Archived, "archived"),
    (State::Aside, "aside"),
    (State::Vanished, "vanished"),
    (State::Held, "held"),
    (State::Ended, "ended"),
    (State::Undoing, "undoing"),
    (State::Undone, "undone"),
    (State::Redoing, "redoing"),
];

impl State {
    /// As it is written in the store.
    pub fn word(self) -> &'static str {
        STATES.iter().find(|(state, _)| *state == self).map_or("", |(_, word)| word)
    }

    pub(crate) fn read(word: &str) -> Result<State, Error> {
        let found = STATES.iter().find(|(_, known)| *known == word);
        found.map(|(state, _)| *state).ok_or_else(|| Error::Damaged { what: format!("state {word}") })
    }
}

/// What becomes of the arrival of a job.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Fate {
    /// 完了: its outputs are published.
    Done,
    /// 差戻し: the person can mend it.
    Returned,
    /// 障害: the specialist must look.
    Failed,
}

impl Fate {
    /// As it is written in the store.
    pub fn word(self) -> &'static str {
        match self {
            Fate::Done => "done",
            Fate::Returned => "returned",
            Fate::Failed => "failed",
        }
    }

    pub(crate) fn read(word: &str) -> Result<Fate, Error> {
        let all = [Fate::Done, Fate::Returned, Fate::Failed];
        all.into_iter().find(|fate| fate.word() == word).ok_or_else(|| Error::Damaged { what: format!("kind {word}") })
    }
}

/// A job that is about to begin.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewJob {
    /// `20261120-00017`: the day and a number.
    pub id: String,
    /// The task's id.
    pub task: String,
    /// The version of the task: what its files are.
    pub version: String,
    /// The folder it was dropped into.
    pub inbox: String,
    /// The name it was dropped under.
    pub name: String,
    /// Whether a folder was dropped.
    pub folder: bool,
    /// What was seen of it, by which it is known again.
    pub identity: String,
    /// The engine that has it in hand.
    pub engine: String,
    /// The job's clock, which every attempt keeps.
    pub clock: DateTime,
    /// The job's seed, likewise.
    pub seed: u64,
    /// The job that this one does again.
    pub again: Option<String>,
}

/// What is put together for people, before it is published.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Staging {
    /// The folder's name under 完了, 差戻し or 障害.
    pub folder_name: String,
    /// Which of the three.
    pub kind: Fate,
    /// Names, sizes and hashes of what is published, as JSON.
    pub outputs: String,
    /// What recovery needs to go on without the script, as JSON.
    pub facts: String,
    /// Why it is put aside, as a code.
    pub reason: Option<String>,
}

/// A job as the store knows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Job {
    /// What it began as.
    pub new: NewJob,
    /// Where it stands.
    pub state: State,
    /// Attempts that were begun and count.
    pub attempts: u32,
    /// The SHA-256 of what was dropped.
    pub sha256: Option<String>,
    /// Its size in bytes.
    pub size: Option<u64>,
    /// What was staged.
    pub staging: Option<Staging>,
    /// The earlier job of the same content, of a held one.
    pub earlier: Option<String>,
    /// The number of its run in the ledger.
    pub entry: Option<i64>,
    /// Where its original lies, under the archive.
    pub archive: Option<String>,
    /// Whether its original was deleted, the days of keeping being over.
    pub removed: bool,
    /// When it began.
    pub began: DateTime,
    /// When its state last changed.
    pub changed: DateTime,
}

/// A state that a job went into.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// When.
    pub at: DateTime,
    /// Which.
    pub state: State,
    /// What is to be known of it: the attempt, the name, the reason.
    pub detail: Option<String>,
}

/// Which jobs are asked for; the newest first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct JobFilter {
    /// Of this task.
    pub task: Option<String>,
    /// In this state.
    pub state: Option<State>,
    /// That were put there.
    pub kind: Option<Fate>,
    /// That changed on this day or later.
    pub since: Option<Date>,
    /// At most so many; all if none.
    pub most: Option<u32>,
}

pub(crate) const COLUMNS: &str = "id, task, version, inbox, name, folder, identity, engine, clock, seed, again, state, attempts, \
     sha256, size, kind, folder_name, outputs, facts, reason, earlier, entry, archive, removed, began, changed";

impl Job {
    pub(crate) fn of(row: &Row<'_>) -> Result<Job, Error> {
        let text = |at: usize| row.get::<_, String>(at);
        let new = NewJob {
            id: text(0)?,
            task: text(1)?,
            version: text(2)?,
            inbox: text(3)?,
            name: text(4)?,
            folder: row.get(5)?,
            identity: text(6)?,
            engine: text(7)?,
            clock: moment(&text(8)?)?,
            seed: row.get::<_, i64>(9)?.cast_unsigned(),
            again: row.get(10)?,
        };
        let staging = match row.get::<_, Option<String>>(15)? {
            None => None,
            Some(kind) => Some(Staging {
                folder_name: text(16)?,
                kind: Fate::read(&kind)?,
                outputs: text(17)?,
                facts: text(18)?,
                reason: row.get(19)?,
            }),
        };
        Ok(Job {
            new,
            state: State::read(&text(11)?)?,
            attempts: row.get(12)?,
            sha256: row.get(13)?,
            size: row.get::<_, Option<i64>>(14)?.map(i64::cast_unsigned),
            staging,
            earlier: row.get(20)?,
            entry: row.get(21)?,
            archive: row.get(22)?,
            removed: row.get(23)?,
            began: moment(&text(24)?)?,
            changed: moment(&text(25)?)?,
        })
    }
}

/// A moment as the store writes it: texts that sort as the moments do.
pub(crate) fn written(moment: DateTime) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

pub(crate) fn moment(text: &str) -> Result<DateTime, Error> {
    text.parse().map_err(|_| Error::Damaged { what: format!("time {text}") })
}

pub(crate) fn day(text: &str) -> Result<Date, Error> {
    text.parse().map_err(|_| Error::Damaged { what: format!("date {text}") })
}
