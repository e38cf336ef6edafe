//! From the ledger to the records of a report.

use jiff::civil::{Date, date};
use ledger::{Ending, Entry, EntryNo, Error, Filter, Method as Found, Store};
use serde::de::DeserializeOwned;

use crate::figures::Consulted;
use crate::period::Period;
use crate::records::{Baseline, Head, Kept, Kind, Method, Records, Sum};
use crate::register::{Consultation, Known, Target};

impl Records {
    /// Everything that a report of these days needs, as one moment of the ledger shows it.
    pub fn gather(store: &Store, period: Period) -> Result<Records, Error> {
        store.at_one_moment(|store| {
            let baselines = Baselines::read(store, period)?;
            let sums = store.sums(period.from, period.to)?;
            let sums = sums.iter().filter_map(|sum| as_sum(sum, &baselines.0)).collect();
            let rows = kept::<Consultation>(store, ledger::Kind::Register, "row")?;
            let targets = kept::<Target>(store, ledger::Kind::Target, "target")?;
            let last = Consulted::of(&rows, period).last_entry;
            let head = head(store, period, last)?;
            Ok(Records { sums, baselines: baselines.0, rows, targets, head })
        })
    }
}

impl Known {
    /// What the ledger holds of the register.
    pub fn gather(store: &Store) -> Result<Known, Error> {
        let mut known = Known::default();
        for kept in kept::<Consultation>(store, ledger::Kind::Register, "row")? {
            known.rows.insert(kept.what.identity(), (kept.entry, kept.what));
        }
        for kept in kept::<Target>(store, ledger::Kind::Target, "target")? {
            known.targets.insert(kept.what.identity(), (kept.entry, kept.what));
        }
        Ok(known)
    }
}

fn number(entry: EntryNo) -> u64 {
    u64::try_from(entry).unwrap_or(0)
}

/// Entries of a kind. One that this program cannot read is damage, not something to leave out silently.
fn kept<T: DeserializeOwned>(store: &Store, kind: ledger::Kind, field: &str) -> Result<Vec<Kept<T>>, Error> {
    let filter = Filter { kinds: vec![kind], ..Filter::default() };
    let mut found = Vec::new();
    store.entries::<Error>(&filter, |entry| {
        let what = entry.body().get_mut(field).map(serde_json::Value::take).unwrap_or_default();
        let what = serde_json::from_value(what).map_err(|_| Error::Damaged { what: format!("entry {}", entry.n) })?;
        found.push(Kept { entry: number(entry.n), date: entry.date, what });
        Ok(())
    })?;
    Ok(found)
}

/// The end of the chain at the end of the period; further if rows of the register were entered after it.
fn head(store: &Store, period: Period, last: Option<u64>) -> Result<Option<Head>, Error> {
    let then = store.head(Some(period.to))?;
    let later = last.and_then(|last| EntryNo::try_from(last).ok()).filter(|last| *last > then.n);
    if let Some(entry) = later.map(|last| store.entry(last)).transpose()?.flatten() {
        return Ok(Some(Head { entry: number(entry.n), date: entry.date, hash: entry.hash }));
    }
    Ok(then.date.map(|date| Head { entry: number(then.n), date, hash: then.hash }))
}

struct Baselines(Vec<Baseline>);

impl Baselines {
    /// All versions up to the end of the period.
    fn read(store: &Store, period: Period) -> Result<Baselines, Error> {
        let filter = Filter { kinds: vec![ledger::Kind::Baseline], to: Some(period.to), ..Filter::default() };
        let mut found = Vec::new();
        store.entries::<Error>(&filter, |entry| {
            found.push(baseline(entry).ok_or_else(|| Error::Damaged { what: format!("entry {}", entry.n) })?);
            Ok(())
        })?;
        Ok(Baselines(found))
    }
}

fn baseline(entry: &Entry) -> Option<Baseline> {
    let kept = ledger::Baseline::of(entry)?;
    Some(Baseline {
        entry: number(entry.n),
        task: entry.task.clone()?,
        name: [kept.name_ja, kept.name_en],
        before: kept.before.0,
        after: kept.after.0,
        low: kept.low.map(|minutes| minutes.0),
        high: kept.high.map(|minutes| minutes.0),
        method: match kept.method {
            Found::Measured => Method::Measured,
            Found::Interview => Method::Interview,
            Found::Estimate => Method::Estimate,
        },
        author: kept.author,
        date: kept.date.to_string(),
        samples: kept.samples,
        units_per_year: kept.units_per_year,
        rework: kept.rework.0,
        new_work: kept.new_work,
        unit: [kept.unit_ja, kept.unit_en],
    })
}

/// A sum in the report's words; none for kinds that a report does not add up.
fn as_sum(sum: &ledger::Sum, baselines: &[Baseline]) -> Option<Sum> {
    let kind = match (sum.kind, sum.ending) {
        (ledger::Kind::Run, _) => Kind::Run,
        (ledger::Kind::Undo, _) => Kind::Undo,
        (ledger::Kind::Redo, _) => Kind::Redo,
        (ledger::Kind::Rework, Some(Ending::Failed)) => Kind::Failed,
        (ledger::Kind::Rework, _) => Kind::Returned,
        (ledger::Kind::Correction, _) => Kind::Correction,
        (ledger::Kind::Baseline | ledger::Kind::Register | ledger::Kind::Target | ledger::Kind::Deletion, _) => return None,
    };
    let (year, month) = sum.month;
    let entry = sum.baseline.map(number);
    let known = entry.and_then(|entry| baselines.iter().find(|baseline| baseline.entry == entry));
    Some(Sum {
        month: Date::new(year, month, 1).unwrap_or(date(year, 1, 1)),
        department: sum.department.clone().unwrap_or_default(),
        task: sum.task.clone().unwrap_or_default(),
        kind,
        baseline: entry,
        new_work: known.is_some_and(|baseline| baseline.new_work),
        counts: sum.counts,
        entries: sum.rows,
        units: sum.units,
        counted: sum.counted,
        before: sum.before.0,
        after: sum.after.0,
        rework: sum.rework.0,
        saved: sum.saved.0,
        findings: u64::try_from(sum.errors + sum.warnings).unwrap_or(0),
        first: number(sum.first),
        last: number(sum.last),
    })
}
