//! The baseline (基準時間) as the ledger keeps it: versions in rows of their own, none ever changed.

use jiff::civil::{Date, DateTime};
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::chain::{Fresh, append};
use crate::entry::{Entry, EntryNo, Kind};
use crate::error::Error;
use crate::minutes::Minutes;
use crate::store::Store;

/// Minutes per unit before and after, and where they come from.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Baseline {
    /// The task's name in Japanese.
    pub name_ja: String,
    /// The task's name in English.
    pub name_en: String,
    /// The department that the task belongs to.
    pub department: String,
    /// What a unit is called in Japanese.
    pub unit_ja: String,
    /// What a unit is called in English.
    pub unit_en: String,
    /// Minutes per unit by hand.
    pub before: Minutes,
    /// Minutes per unit now, the checking that people still do included.
    pub after: Minutes,
    /// Minutes that a returned or failed arrival costs.
    pub rework: Minutes,
    /// How the minutes were found.
    pub method: Method,
    /// Who found them.
    pub author: String,
    /// When.
    #[serde(with = "day")]
    pub date: Date,
    /// On how many samples.
    pub samples: u64,
    /// The smallest minutes before that were seen.
    pub low: Option<Minutes>,
    /// The largest.
    pub high: Option<Minutes>,
    /// How many units a year has.
    pub units_per_year: Option<u64>,
    /// 新規: work that nobody did before; shown apart, never added.
    pub new_work: bool,
    /// Why nothing is left to do by hand, where `after` is nothing.
    pub reason: Option<String>,
}

/// Times that were measured, as they stand beside the baseline that came of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Measurement {
    /// The work as it is now was measured, not the work by hand.
    pub after: bool,
    /// Who measured.
    pub who: String,
    /// The times.
    pub samples: Vec<Minutes>,
}

/// How minutes were found.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// 実測.
    Measured,
    /// 聞き取り.
    Interview,
    /// 推計.
    Estimate,
}

impl Baseline {
    /// The minutes of a returned or failed arrival where a task says nothing of it.
    pub const REWORK: Minutes = Minutes::whole(10);

    /// The number of the version within its task, from one, that a row of a baseline holds.
    pub fn version_of(entry: &Entry) -> u64 {
        entry.body().get("version").and_then(Value::as_u64).unwrap_or(0)
    }

    /// The baseline that a row holds; none of another kind of row.
    pub fn of(entry: &Entry) -> Option<Baseline> {
        (entry.kind == Kind::Baseline).then(|| serde_json::from_value(entry.body().get("terms")?.clone()).ok()).flatten()
    }
}

/// The row of the baseline that holds now: the last one if it says the same, else a new version.
pub(crate) fn open(connection: &Connection, task: &str, baseline: &Baseline, now: DateTime) -> Result<EntryNo, Error> {
    match last(connection, task)? {
        Some((n, body)) if body.get("terms") == Some(&terms(baseline)) => Ok(n),
        Some((n, body)) => {
            let version = body.get("version").and_then(Value::as_u64).unwrap_or(0) + 1;
            write(connection, task, baseline, version, Some(n), None, now)
        }
        None => write(connection, task, baseline, 1, None, None, now),
    }
}

fn terms(baseline: &Baseline) -> Value {
    serde_json::to_value(baseline).unwrap_or_default()
}

fn last(connection: &Connection, task: &str) -> Result<Option<(EntryNo, Value)>, Error> {
    let sql = "SELECT n, body FROM entry WHERE kind = 'baseline' AND task = ?1 \
               AND kind NOT IN ('run', 'rework', 'undo', 'redo', 'deletion') ORDER BY n DESC LIMIT 1";
    let mut statement = connection.prepare_cached(sql)?;
    let found: Option<(EntryNo, String)> = statement.query_row([task], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    Ok(found.map(|(n, body)| (n, serde_json::from_str(&body).unwrap_or_default())))
}

fn write(
    connection: &Connection,
    task: &str,
    baseline: &Baseline,
    version: u64,
    closes: Option<EntryNo>,
    measured: Option<&Measurement>,
    now: DateTime,
) -> Result<EntryNo, Error> {
    let mut body = Map::new();
    body.insert("version".to_owned(), version.into());
    body.insert("terms".to_owned(), terms(baseline));
    if let Some(closes) = closes {
        body.insert("closes".to_owned(), closes.into());
    }
    if let Some(measured) = measured {
        let samples: Vec<i64> = measured.samples.iter().map(|minutes| minutes.0).collect();
        let of = if measured.after { "after" } else { "before" };
        body.insert("measured".to_owned(), json!({ "of": of, "samples": samples, "who": measured.who }));
    }
    let fresh = Fresh {
        kind: Kind::Baseline.word(),
        task: Some(task),
        department: Some(&baseline.department),
        unit: Some(&baseline.unit_ja),
        before: baseline.before.0,
        after: baseline.after.0,
        rework: baseline.rework.0,
        body,
        ..Fresh::default()
    };
    append(connection, fresh, now)
}

impl Store {
    /// Writes a measured baseline as a new version, with the samples it was measured on.
    pub fn measured(&mut self, task: &str, baseline: &Baseline, measured: &Measurement, now: DateTime) -> Result<EntryNo, Error> {
        self.write(|tx| {
            let (closes, version) = match last(tx, task)? {
                Some((n, body)) => (Some(n), body.get("version").and_then(Value::as_u64).unwrap_or(0) + 1),
                None => (None, 1),
            };
            write(tx, task, baseline, version, closes, Some(measured), now)
        })
    }
}

mod day {
    use jiff::civil::Date;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(date: &Date, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(date)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
