//! The rules of counting: which units are accepted, what a rework costs, what an undo takes back.
//!
//! `saving = accepted units x (before - after) - rework`. Accepted is what was published, for the first time for this content,
//! with a baseline, for work that people did before; not undone, not a rerun. Nobody else decides this.

use jiff::civil::DateTime;
use rusqlite::{Connection, OptionalExtension, ToSql, params, params_from_iter};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::baseline::{self, Baseline};
use crate::chain::{Fresh, append};
use crate::entry::{COLUMNS, Entry, EntryNo, Kind};
use crate::error::Error;
use crate::job::Job;
use crate::minutes::Minutes;

/// What a job came to, as its row in the ledger wants it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Run {
    /// The version of the task that ran.
    pub version: String,
    /// The department that the task belongs to.
    pub department: String,
    /// What a unit is called.
    pub unit: String,
    /// Units that were handled.
    pub units: u64,
    /// Findings that stopped something.
    pub errors: u64,
    /// Findings to look at.
    pub warnings: u64,
    /// Findings to know.
    pub notes: u64,
    /// Rows that were read.
    pub read: u64,
    /// Rows that were used.
    pub used: u64,
    /// Rows that were left out, with a reason.
    pub excluded: u64,
    /// Files that were dropped.
    pub files: u64,
    /// How long the engine took: shown, never subtracted.
    pub milliseconds: u64,
    /// The baseline of the task; none if it has none.
    pub baseline: Option<Baseline>,
    /// The ids that the task had before.
    pub formerly: Vec<String>,
    /// A person asked for the same work again.
    pub rerun: bool,
}

/// Why a row counts, or why it does not.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Counting {
    /// The first time for this content.
    First,
    /// The same content counts already.
    SameContent,
    /// A person asked for the same work again.
    Rerun,
    /// Nothing was handled.
    Nothing,
    /// The task has no baseline.
    NoBaseline,
    /// 新規: nobody did this before.
    NewWork,
    /// More units than a job can have.
    Beyond,
}

const COUNTINGS: [(Counting, &str); 7] = [
    (Counting::First, "first"),
    (Counting::SameContent, "same_content"),
    (Counting::Rerun, "rerun"),
    (Counting::Nothing, "nothing"),
    (Counting::NoBaseline, "no_baseline"),
    (Counting::NewWork, "new_work"),
    (Counting::Beyond, "beyond"),
];

impl Counting {
    /// As it is written in the body of a row.
    pub fn word(self) -> &'static str {
        COUNTINGS.iter().find(|(counting, _)| *counting == self).map_or("", |(_, word)| word)
    }

    /// What the body of a run, a redo or a rework says.
    pub fn of(entry: &Entry) -> Option<Counting> {
        let body = entry.body();
        let word = body.get("counting")?.as_str()?;
        COUNTINGS.iter().find(|(_, known)| *known == word).map(|(counting, _)| *counting)
    }
}

/// A job with more units than this counts nothing: its script miscounts. So sums of minutes stay within sixty-four bits.
pub(crate) const MOST_UNITS: i64 = 10_000_000;

/// The row of a published job.
pub(crate) fn run(connection: &Connection, job: &Job, run: &Run, now: DateTime) -> Result<EntryNo, Error> {
    let open = run.baseline.as_ref().map(|baseline| baseline::open(connection, &job.new.task, baseline, now)).transpose()?;
    let units = i64::try_from(run.units).unwrap_or(i64::MAX);
    let past = Past { connection, kin: &kin(job, run), content: job.sha256.as_deref(), below: EntryNo::MAX };
    let counting = of_run(&past, units, run.rerun, run.baseline.as_ref().map(|baseline| baseline.new_work))?;
    let mut body = body(job, run, counting);
    // What no job can have is kept in words only, so that no sum runs over.
    let units = if counting == Counting::Beyond { 0 } else { units };
    if counting == Counting::Beyond {
        body.insert("units".to_owned(), run.units.to_string().into());
    }
    let counted = if counting == Counting::First { units } else { 0 };
    let of_units = |minutes: fn(&Baseline) -> Minutes| {
        run.baseline.as_ref().and_then(|baseline| minutes(baseline).times(counted)).unwrap_or_default().0
    };
    let (before, after) = (of_units(|baseline| baseline.before), of_units(|baseline| baseline.after));
    let fresh = Fresh {
        kind: Kind::Run.word(),
        units,
        counted,
        before,
        after,
        saved: before - after,
        baseline: open,
        ending: Some("done"),
        body,
        ..of_job(job, run)
    };
    append(connection, fresh, now)
}

/// The row of an arrival that was returned or failed. The same bytes are charged once, however often they come back.
pub(crate) fn rework(connection: &Connection, job: &Job, run: &Run, now: DateTime) -> Result<EntryNo, Error> {
    let open = run.baseline.as_ref().map(|baseline| baseline::open(connection, &job.new.task, baseline, now)).transpose()?;
    let ending = job.staging.as_ref().map(|staging| staging.kind.word());
    if let Some(n) = rework_of(connection, &job.new.id)? {
        return Ok(n);
    }
    let past = Past { connection, kin: &kin(job, run), content: job.sha256.as_deref(), below: EntryNo::MAX };
    let counting = of_rework(&past, run.baseline.as_ref().map(|baseline| baseline.new_work))?;
    let charged = match (&run.baseline, counting) {
        (Some(baseline), Counting::First) => baseline.rework.0,
        _ => 0,
    };
    let fresh = Fresh {
        kind: Kind::Rework.word(),
        rework: charged,
        saved: -charged,
        baseline: open,
        ending,
        body: body(job, run, counting),
        ..of_job(job, run)
    };
    append(connection, fresh, now)
}

fn rework_of(connection: &Connection, job: &str) -> Result<Option<EntryNo>, Error> {
    let sql = "SELECT n FROM entry WHERE job = ?1 AND kind = 'rework'";
    Ok(connection.prepare_cached(sql)?.query_row([job], |row| row.get(0)).optional()?)
}

fn of_job<'a>(job: &'a Job, run: &'a Run) -> Fresh<'a> {
    let whole = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    Fresh {
        job: Some(&job.new.id),
        task: Some(&job.new.task),
        version: Some(&run.version),
        department: Some(&run.department),
        unit: Some(&run.unit),
        content: job.sha256.as_deref(),
        errors: whole(run.errors),
        warnings: whole(run.warnings),
        notes: whole(run.notes),
        ..Fresh::default()
    }
}

fn body(job: &Job, run: &Run, counting: Counting) -> Map<String, Value> {
    let mut body = Map::new();
    body.insert("counting".to_owned(), counting.word().into());
    body.insert("engine".to_owned(), job.new.engine.clone().into());
    body.insert("attempts".to_owned(), job.attempts.into());
    body.insert("milliseconds".to_owned(), run.milliseconds.into());
    body.insert("files".to_owned(), run.files.into());
    body.insert("rows".to_owned(), json!({ "read": run.read, "used": run.used, "excluded": run.excluded }));
    if let Some(again) = &job.new.again {
        body.insert("again".to_owned(), again.clone().into());
    }
    if let Some(reason) = job.staging.as_ref().and_then(|staging| staging.reason.as_ref()) {
        body.insert("reason".to_owned(), reason.clone().into());
    }
    if !run.formerly.is_empty() {
        body.insert("formerly".to_owned(), run.formerly.clone().into());
    }
    body
}

/// The ids under which the task's earlier rows stand.
fn kin<'a>(job: &'a Job, run: &'a Run) -> Vec<&'a str> {
    std::iter::once(&job.new.task).chain(&run.formerly).map(String::as_str).collect()
}

/// The rows below a number that speak of the same content, under any id that the task has had.
pub(crate) struct Past<'a> {
    pub connection: &'a Connection,
    pub kin: &'a [&'a str],
    pub content: Option<&'a str>,
    pub below: EntryNo,
}

impl Past<'_> {
    /// Whether something of this content stands in a column.
    fn stands(&self, column: &str) -> Result<bool, Error> {
        let Some(content) = self.content else {
            return Ok(false);
        };
        let marks = vec!["?"; self.kin.len()].join(", ");
        let sql = format!("SELECT COALESCE(SUM({column}), 0) > 0 FROM entry WHERE n < ? AND content = ? AND task IN ({marks})");
        let kin = self.kin.iter().map(|task| task as &dyn ToSql);
        let values = [&self.below as &dyn ToSql, &content].into_iter().chain(kin);
        Ok(self.connection.prepare_cached(&sql)?.query_row(params_from_iter(values), |row| row.get(0))?)
    }
}

/// Why a run counts or does not; `new_work` of its baseline, if it has one.
pub(crate) fn of_run(past: &Past<'_>, units: i64, rerun: bool, new_work: Option<bool>) -> Result<Counting, Error> {
    Ok(match new_work {
        _ if units <= 0 => Counting::Nothing,
        _ if units > MOST_UNITS => Counting::Beyond,
        _ if rerun => Counting::Rerun,
        None => Counting::NoBaseline,
        Some(true) if past.stands("units")? => Counting::SameContent,
        Some(true) => Counting::NewWork,
        Some(false) if past.stands("counted")? => Counting::SameContent,
        Some(false) => Counting::First,
    })
}

/// Why a rework is charged or is not.
pub(crate) fn of_rework(past: &Past<'_>, new_work: Option<bool>) -> Result<Counting, Error> {
    Ok(match new_work {
        None => Counting::NoBaseline,
        Some(true) => Counting::NewWork,
        Some(false) if past.stands("rework")? => Counting::SameContent,
        Some(false) => Counting::First,
    })
}

/// The row of an undo: what stands of the job is taken back, hours and all.
pub(crate) fn undo(connection: &Connection, job: &Job, now: DateTime) -> Result<EntryNo, Error> {
    let run = run_of(connection, job)?;
    let amounts = taken(connection, &job.new.id, EntryNo::MAX)?;
    let body = Map::from_iter([("of".to_owned(), run.n.into())]);
    append(connection, turned(Kind::Undo, &run, amounts, body), now)
}

/// The row of an undone undo: what it took is given back, unless the same content counted meanwhile.
pub(crate) fn redo(connection: &Connection, job: &Job, now: DateTime) -> Result<EntryNo, Error> {
    let run = run_of(connection, job)?;
    let Some((undo, Kind::Undo)) = last(connection, &job.new.id)? else {
        return Err(Error::Refused { what: format!("no undo of {}", job.new.id) });
    };
    let undo = row(connection, undo)?;
    let given = given(connection, &run, &undo, EntryNo::MAX)?;
    let mut body = Map::from_iter([("of".to_owned(), undo.n.into())]);
    if given.counted == 0 && undo.counted != 0 {
        body.insert("counting".to_owned(), Counting::SameContent.word().into());
    }
    append(connection, turned(Kind::Redo, &run, given, body), now)
}

/// The row that says that the original of a job is deleted.
pub(crate) fn deletion(connection: &Connection, job: &Job, now: DateTime) -> Result<EntryNo, Error> {
    let sql = "SELECT n FROM entry WHERE job = ?1 AND kind = 'deletion'";
    let there: Option<EntryNo> = connection.prepare_cached(sql)?.query_row([&job.new.id], |row| row.get(0)).optional()?;
    if let Some(n) = there {
        return Ok(n);
    }
    let body = Map::from_iter([("ended".to_owned(), crate::job::written(job.changed).into())]);
    let (id, task) = (Some(job.new.id.as_str()), Some(job.new.task.as_str()));
    append(connection, Fresh { kind: Kind::Deletion.word(), job: id, task, body, ..Fresh::default() }, now)
}

/// What an undo takes away or a redo gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Amounts {
    pub units: i64,
    pub counted: i64,
    pub before: i64,
    pub after: i64,
}

/// What an undo takes: all that stands of the job below a row.
pub(crate) fn taken(connection: &Connection, job: &str, below: EntryNo) -> Result<Amounts, Error> {
    let sum = |column: &str| format!("-COALESCE(SUM({column}), 0)");
    let sums = ["units", "counted", "before", "after"].map(sum).join(", ");
    let kinds = "('run', 'undo', 'redo', 'correction')";
    let sql = format!("SELECT {sums} FROM entry WHERE job = ?1 AND n < ?2 AND kind IN {kinds}");
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_row(params![job, below], |row| {
        Ok(Amounts { units: row.get(0)?, counted: row.get(1)?, before: row.get(2)?, after: row.get(3)? })
    })?)
}

/// What a redo gives: what its undo took, unless the same content counted meanwhile.
pub(crate) fn given(connection: &Connection, run: &Entry, undo: &Entry, below: EntryNo) -> Result<Amounts, Error> {
    let body = run.body();
    let kin = kin_of(run, &body);
    let past = Past { connection, kin: &kin, content: run.content.as_deref(), below };
    if past.stands("counted")? {
        return Ok(Amounts { units: -undo.units, ..Amounts::default() });
    }
    Ok(Amounts { units: -undo.units, counted: -undo.counted, before: -undo.before.0, after: -undo.after.0 })
}

/// The ids that the task of a row had until then, as the row's body says it.
pub(crate) fn kin_of<'a>(entry: &'a Entry, body: &'a Value) -> Vec<&'a str> {
    let formerly = body.get("formerly").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    entry.task.as_deref().into_iter().chain(formerly).collect()
}

fn turned<'a>(kind: Kind, run: &'a Entry, amounts: Amounts, body: Map<String, Value>) -> Fresh<'a> {
    let Amounts { units, counted, before, after } = amounts;
    Fresh {
        kind: kind.word(),
        job: run.job.as_deref(),
        task: run.task.as_deref(),
        version: run.version.as_deref(),
        department: run.department.as_deref(),
        unit: run.unit.as_deref(),
        units,
        counted,
        before,
        after,
        saved: before - after,
        baseline: run.baseline,
        content: run.content.as_deref(),
        body,
        ..Fresh::default()
    }
}

/// The last undo or redo of a job.
pub(crate) fn last(connection: &Connection, job: &str) -> Result<Option<(EntryNo, Kind)>, Error> {
    let sql = "SELECT n, kind FROM entry WHERE job = ?1 AND kind IN ('undo', 'redo') ORDER BY n DESC LIMIT 1";
    let found: Option<(EntryNo, String)> =
        connection.prepare_cached(sql)?.query_row([job], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    found.map(|(n, kind)| Ok((n, Kind::read(&kind)?))).transpose()
}

fn run_of(connection: &Connection, job: &Job) -> Result<Entry, Error> {
    let number = job.entry.ok_or_else(|| Error::NotNow { job: job.new.id.clone(), state: job.state })?;
    row(connection, number)
}

pub(crate) fn row(connection: &Connection, n: EntryNo) -> Result<Entry, Error> {
    let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM entry WHERE n = ?1"))?;
    statement.query_row(params![n], |row| Ok(Entry::of(row)))?
}
