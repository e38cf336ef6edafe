//! A row of the ledger, and which rows are asked for.

use jiff::civil::{Date, DateTime};
use rusqlite::{Row, ToSql};

use crate::error::Error;
use crate::job::{State, day, moment};
use crate::minutes::Minutes;
use crate::store::Store;

/// The number of a row: 1, 2, 3 without gaps.
pub type EntryNo = i64;

/// What a row records.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// 基準時間: minutes per unit from here on.
    Baseline,
    /// 実績: a job was published.
    Run,
    /// A job was taken back, its hours too.
    Undo,
    /// An undo was taken back.
    Redo,
    /// 手戻り: an arrival was returned or failed.
    Rework,
    /// 相談台帳: a consultation or an improvement.
    Register,
    /// 目標: what is to be reached in a fiscal year.
    Target,
    /// 訂正: a row is set right, with a name and a reason.
    Correction,
    /// The original of a job was deleted, its days of keeping being over.
    Deletion,
}

const KINDS: [(Kind, &str); 9] = [
    (Kind::Baseline, "baseline"),
    (Kind::Run, "run"),
    (Kind::Undo, "undo"),
    (Kind::Redo, "redo"),
    (Kind::Rework, "rework"),
    (Kind::Register, "register"),
    (Kind::Target, "target"),
    (Kind::Correction, "correction"),
    (Kind::Deletion, "deletion"),
];

impl Kind {
    /// As it is written in the ledger.
    pub fn word(self) -> &'static str {
        KINDS.iter().find(|(kind, _)| *kind == self).map_or("", |(_, word)| word)
    }

    pub(crate) fn read(word: &str) -> Result<Kind, Error> {
        let found = KINDS.iter().find(|(_, known)| *known == word);
        found.map(|(kind, _)| *kind).ok_or_else(|| Error::Damaged { what: format!("kind {word}") })
    }

    /// Whether an entry of this kind leaves its job in the state.
    pub(crate) fn settles(self, state: State) -> bool {
        matches!((self, state), (Kind::Undo, State::Undone) | (Kind::Redo, State::Archived))
    }
}

/// How a job ended, as its row says it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Ending {
    /// Published.
    Done,
    /// Returned to the person.
    Returned,
    /// Put aside for the specialist.
    Failed,
}

impl Ending {
    /// As it is written in the ledger.
    pub fn word(self) -> &'static str {
        match self {
            Ending::Done => "done",
            Ending::Returned => "returned",
            Ending::Failed => "failed",
        }
    }

    pub(crate) fn read(word: &str) -> Result<Ending, Error> {
        let all = [Ending::Done, Ending::Returned, Ending::Failed];
        all.into_iter().find(|ending| ending.word() == word).ok_or_else(|| Error::Damaged { what: format!("ending {word}") })
    }
}

/// A row of the ledger. Minutes are totals of the row, and `saved` is always `before - after - rework`; in a baseline the
/// three are per unit.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "docs/ledger.md explains each")]
pub struct Entry {
    pub n: EntryNo,
    pub at: DateTime,
    pub date: Date,
    pub kind: Kind,
    pub job: Option<String>,
    pub task: Option<String>,
    pub version: Option<String>,
    pub department: Option<String>,
    pub unit: Option<String>,
    /// Units that were handled; negative where a job is taken back.
    pub units: i64,
    /// Units that are accepted and count, likewise.
    pub counted: i64,
    pub before: Minutes,
    pub after: Minutes,
    pub rework: Minutes,
    pub saved: Minutes,
    /// The row of the baseline that holds for this one.
    pub baseline: Option<EntryNo>,
    /// The SHA-256 of what was dropped; of a register row, its key.
    pub content: Option<String>,
    pub ending: Option<Ending>,
    pub errors: i64,
    pub warnings: i64,
    pub notes: i64,
    /// What else is to be known, as JSON.
    pub body: String,
    pub hash: String,
}

/// All columns, in the order of the canonical form, the hash last.
pub(crate) const COLUMNS: &str = "n, at, date, kind, job, task, version, department, unit, units, counted, before, after, rework, \
     saved, baseline, content, ending, errors, warnings, notes, body, hash";

/// How many columns the canonical form has: all but the hash.
pub(crate) const CANONICAL: usize = 22;

impl Entry {
    pub(crate) fn of(row: &Row<'_>) -> Result<Entry, Error> {
        let text = |at: usize| row.get::<_, String>(at);
        let minutes = |at: usize| row.get(at).map(Minutes);
        let ending: Option<String> = row.get(17)?;
        Ok(Entry {
            n: row.get(0)?,
            at: moment(&text(1)?)?,
            date: day(&text(2)?)?,
            kind: Kind::read(&text(3)?)?,
            job: row.get(4)?,
            task: row.get(5)?,
            version: row.get(6)?,
            department: row.get(7)?,
            unit: row.get(8)?,
            units: row.get(9)?,
            counted: row.get(10)?,
            before: minutes(11)?,
            after: minutes(12)?,
            rework: minutes(13)?,
            saved: minutes(14)?,
            baseline: row.get(15)?,
            content: row.get(16)?,
            ending: ending.as_deref().map(Ending::read).transpose()?,
            errors: row.get(18)?,
            warnings: row.get(19)?,
            notes: row.get(20)?,
            body: row.get(21)?,
            hash: row.get(22)?,
        })
    }

    /// The body as a value; null if it is no JSON.
    pub fn body(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// Which rows are asked for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Filter {
    /// Of these kinds; all if none is named.
    pub kinds: Vec<Kind>,
    /// Of this task.
    pub task: Option<String>,
    /// Of this job.
    pub job: Option<String>,
    /// Of this day or later.
    pub from: Option<Date>,
    /// Of this day or earlier.
    pub to: Option<Date>,
}

impl Store {
    /// Rows in the order of their numbers, one after the other: a ledger of any length takes no more memory than one row.
    pub fn entries<E: From<Error>>(&self, filter: &Filter, mut each: impl FnMut(&Entry) -> Result<(), E>) -> Result<(), E> {
        let (sql, values) = self.question(filter)?;
        let mut statement = self.connection.prepare_cached(&sql).map_err(Error::from)?;
        let bound: Vec<&dyn ToSql> = values.iter().map(AsRef::as_ref).collect();
        let mut rows = statement.query(bound.as_slice()).map_err(Error::from)?;
        while let Some(row) = rows.next().map_err(Error::from)? {
            each(&Entry::of(row)?)?;
        }
        Ok(())
    }

    /// The same, gathered.
    pub fn all_entries(&self, filter: &Filter) -> Result<Vec<Entry>, Error> {
        let mut found = Vec::new();
        self.entries::<Error>(filter, |entry| {
            found.push(entry.clone());
            Ok(())
        })?;
        Ok(found)
    }

    /// One row.
    pub fn entry(&self, n: EntryNo) -> Result<Option<Entry>, Error> {
        let mut statement = self.connection.prepare_cached(&format!("SELECT {COLUMNS} FROM entry WHERE n = ?1"))?;
        let mut rows = statement.query([n])?;
        rows.next()?.map(Entry::of).transpose()
    }

    fn question(&self, filter: &Filter) -> Result<(String, Vec<Box<dyn ToSql>>), Error> {
        let mut wanted: Vec<String> = Vec::new();
        let mut values: Vec<Box<dyn ToSql>> = Vec::new();
        let mut table = "entry";
        if filter.from.is_some() || filter.to.is_some() {
            // Days never go back, so a span of days is a span of numbers.
            let (first, last) = self.span(filter.from, filter.to)?;
            wanted.push("n BETWEEN ? AND ?".to_owned());
            values.extend([Box::new(first) as Box<dyn ToSql>, Box::new(last)]);
        }
        if !filter.kinds.is_empty() {
            wanted.push(format!("kind IN ({})", vec!["?"; filter.kinds.len()].join(", ")));
            values.extend(filter.kinds.iter().map(|kind| Box::new(kind.word()) as Box<dyn ToSql>));
            // The rare kinds have an index of their own.
            if !filter.kinds.iter().any(|kind| OFTEN.contains(kind)) {
                wanted.push("kind NOT IN ('run', 'rework', 'undo', 'redo', 'deletion')".to_owned());
                table = "entry INDEXED BY entry_other";
            }
        }
        for (column, value) in [("task", &filter.task), ("job", &filter.job)] {
            if let Some(value) = value {
                wanted.push(format!("{column} = ?"));
                values.push(Box::new(value.clone()));
            }
        }
        let condition = if wanted.is_empty() { String::new() } else { format!("WHERE {}", wanted.join(" AND ")) };
        Ok((format!("SELECT {COLUMNS} FROM {table} {condition} ORDER BY n"), values))
    }

    /// The numbers of the first and the last row of a span of days, both days included. Found by halving.
    pub(crate) fn span(&self, from: Option<Date>, to: Option<Date>) -> Result<(EntryNo, EntryNo), Error> {
        let first = match from {
            Some(day) => self.first_since(day)?,
            None => 1,
        };
        let last = match to.map(Date::tomorrow) {
            Some(Ok(next)) => self.first_since(next)? - 1,
            _ => EntryNo::MAX,
        };
        Ok((first, last))
    }

    /// The number of the first row of a day or later; one beyond the last row if there is none.
    fn first_since(&self, day: Date) -> Result<EntryNo, Error> {
        let day = day.to_string();
        let last: EntryNo = self.connection.query_row("SELECT COALESCE(MAX(n), 0) FROM entry", [], |row| row.get(0))?;
        let mut statement = self.connection.prepare_cached("SELECT date >= ?2 FROM entry WHERE n >= ?1 ORDER BY n LIMIT 1")?;
        let (mut low, mut high) = (1, last + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            if statement.query_row((middle, &day), |row| row.get(0))? {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Ok(low)
    }
}

const OFTEN: [Kind; 5] = [Kind::Run, Kind::Rework, Kind::Undo, Kind::Redo, Kind::Deletion];
