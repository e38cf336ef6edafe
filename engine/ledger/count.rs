//! The rules of counting: which units are accepted, what a rework costs, what an undo takes back.
//!
//! `saving = accepted units x (before - after) - rework`. Accepted is what was published, for the first time for this content,
//! with a baseline, for work that people did before; not undone, not a rerun. Nobody else decides this.

use jiff::civil::DateTime;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};
use serde_json::{Map, Value, json};

use crate::baseline::{self, Baseline};
use crate::chain::{Fresh, append};
use crate::entry::{COLUMNS, Entry, EntryNo, Kind};
use crate::error::Error;
use crate::job::Job;
use crate::minutes::Minutes;

/// What a job came to, as its row in the ledger wants it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
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
pub(crate) const MOST_UNITS: u64 = 100_000_000;

/// The row of a published job.
pub(crate) fn run(connection: &Connection, job: &Job, run: &Run, now: DateTime) -> Result<EntryNo, Error> {
    let open = run.baseline.as_ref().map(|baseline| baseline::open(connection, &job.new.task, baseline, now)).transpose()?;
    let content = job.sha256.as_deref();
    let kin = kin(job, run);
    let counting = match &run.baseline {
        _ if run.units == 0 => Counting::Nothing,
        _ if run.units > MOST_UNITS => Counting::Beyond,
        _ if run.rerun => Counting::Rerun,
        None => Counting::NoBaseline,
        Some(baseline) if baseline.new_work => {
            if stands(connection, "units", &kin, content)? {
                Counting::SameContent
            } else {
                Counting::NewWork
            }
        }
        Some(_) if stands(connection, "counted", &kin, content)? => Counting::SameContent,
        Some(_) => Counting::First,
    };
    let units = i64::try_from(run.units).unwrap_or(i64::MAX);
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
        body: body(job, run, counting),
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
    let counting = match &run.baseline {
        None => Counting::NoBaseline,
        Some(baseline) if baseline.new_work => Counting::NewWork,
        Some(_) if stands(connection, "rework", &kin(job, run), job.sha256.as_deref())? => Counting::SameContent,
        Some(_) => Counting::First,
    };
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

/// Whether something of this content stands in a column, over the ids that a task has had.
fn stands(connection: &Connection, column: &str, kin: &[&str], content: Option<&str>) -> Result<bool, Error> {
    let Some(content) = content else {
        return Ok(false);
    };
    let marks = vec!["?"; kin.len()].join(", ");
    let sql = format!("SELECT COALESCE(SUM({column}), 0) > 0 FROM entry WHERE content = ? AND task IN ({marks})");
    let values = std::iter::once(&content).chain(kin);
    Ok(connection.prepare_cached(&sql)?.query_row(params_from_iter(values), |row| row.get(0))?)
}

/// The row of an undo: what stands of the job is taken back, hours and all.
pub(crate) fn undo(connection: &Connection, job: &Job, now: DateTime) -> Result<EntryNo, Error> {
    let run = run_of(connection, job)?;
    let sql = "SELECT SUM(units), SUM(counted), SUM(before), SUM(after) FROM entry \
               WHERE job = ?1 AND kind IN ('run', 'undo', 'redo', 'correction')";
    let [units, counted, before, after]: [i64; 4] = connection
        .prepare_cached(sql)?
        .query_row([&job.new.id], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?]))?;
    let body = Map::from_iter([("of".to_owned(), run.n.into())]);
    let amounts = Amounts { units: -units, counted: -counted, before: -before, after: -after };
    append(connection, turned(Kind::Undo, &run, amounts, body), now)
}

/// The row of an undone undo: what it took is given back, unless the same content counted meanwhile.
pub(crate) fn redo(connection: &Connection, job: &Job, now: DateTime) -> Result<EntryNo, Error> {
    let run = run_of(connection, job)?;
    let Some((undo, Kind::Undo)) = last(connection, &job.new.id)? else {
        return Err(Error::Refused { what: format!("no undo of {}", job.new.id) });
    };
    let undo = row(connection, undo)?;
    let body_of_run = run.body();
    let formerly = body_of_run.get("formerly").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let kin: Vec<&str> = std::iter::once(job.new.task.as_str()).chain(formerly).collect();
    let counted_meanwhile = stands(connection, "counted", &kin, job.sha256.as_deref())?;
    let mut amounts = Amounts { units: -undo.units, counted: -undo.counted, before: -undo.before.0, after: -undo.after.0 };
    if counted_meanwhile {
        (amounts.counted, amounts.before, amounts.after) = (0, 0, 0);
    }
    let mut body = Map::from_iter([("of".to_owned(), undo.n.into())]);
    if counted_meanwhile {
        body.insert("counting".to_owned(), Counting::SameContent.word().into());
    }
    append(connection, turned(Kind::Redo, &run, amounts, body), now)
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

struct Amounts {
    units: i64,
    counted: i64,
    before: i64,
    after: i64,
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

fn row(connection: &Connection, n: EntryNo) -> Result<Entry, Error> {
    let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM entry WHERE n = ?1"))?;
    statement.query_row(params![n], |row| Ok(Entry::of(row)))?
}
