//! Rows that people bring in: the register and targets.

use jiff::civil::DateTime;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;

use crate::chain::{Fresh, append};
use crate::entry::{EntryNo, Kind};
use crate::error::Error;
use crate::minutes::Minutes;
use crate::store::Store;

/// A row to be written.
#[derive(Clone, PartialEq, Debug)]
pub struct NewEntry {
    /// Register or target.
    pub kind: Kind,
    /// The task that it speaks of.
    pub task: Option<String>,
    /// The job that it speaks of.
    pub job: Option<String>,
    /// The department.
    pub department: Option<String>,
    /// What a unit is called.
    pub unit: Option<String>,
    /// Units.
    pub units: i64,
    /// Minutes before.
    pub before: Minutes,
    /// Minutes after.
    pub after: Minutes,
    /// By which it is known again: a row of the same kind, key and body is not written twice.
    pub key: Option<String>,
    /// What else is to be known: an object.
    pub body: Value,
}

impl NewEntry {
    /// A row that says nothing yet.
    pub fn new(kind: Kind) -> NewEntry {
        NewEntry {
            kind,
            task: None,
            job: None,
            department: None,
            unit: None,
            units: 0,
            before: Minutes::ZERO,
            after: Minutes::ZERO,
            key: None,
            body: Value::Null,
        }
    }
}

impl Store {
    /// Writes rows, all or none; their numbers. A row whose key stands already, with all it says, is not written again: the
    /// number of the one that stands is answered.
    pub fn append(&mut self, rows: &[NewEntry], now: DateTime) -> Result<Vec<EntryNo>, Error> {
        self.write(|tx| rows.iter().map(|row| one(tx, row, now)).collect())
    }
}

fn one(connection: &Connection, row: &NewEntry, now: DateTime) -> Result<EntryNo, Error> {
    if !matches!(row.kind, Kind::Register | Kind::Target) {
        return Err(Error::Refused { what: format!("a {} is not brought in", row.kind.word()) });
    }
    if let Some(n) = standing(connection, row)? {
        return Ok(n);
    }
    let body = match &row.body {
        Value::Object(body) => body.clone(),
        Value::Null => serde_json::Map::new(),
        _ => return Err(Error::Refused { what: "a body is an object".to_owned() }),
    };
    let fresh = Fresh {
        kind: row.kind.word(),
        job: row.job.as_deref(),
        task: row.task.as_deref(),
        department: row.department.as_deref(),
        unit: row.unit.as_deref(),
        units: row.units,
        before: row.before.0,
        after: row.after.0,
        saved: row.before.0 - row.after.0,
        content: row.key.as_deref(),
        body,
        ..Fresh::default()
    };
    append(connection, fresh, now)
}

/// The last row of the kind and key, if it says the same.
fn standing(connection: &Connection, row: &NewEntry) -> Result<Option<EntryNo>, Error> {
    let Some(key) = &row.key else {
        return Ok(None);
    };
    let sql = "SELECT n, task, department, unit, units, before, after, body FROM entry \
               WHERE content = ?1 AND kind = ?2 ORDER BY n DESC LIMIT 1";
    let found = connection.prepare_cached(sql)?.query_row(params![key, row.kind.word()], |found| {
        let mut body: Value = serde_json::from_str(&found.get::<_, String>(7)?).unwrap_or_default();
        if let Some(body) = body.as_object_mut() {
            body.remove("clock");
        }
        let empty = Value::Object(serde_json::Map::new());
        let wanted = if row.body.is_null() { &empty } else { &row.body };
        let same = found.get::<_, Option<String>>(1)? == row.task
            && found.get::<_, Option<String>>(2)? == row.department
            && found.get::<_, Option<String>>(3)? == row.unit
            && found.get::<_, i64>(4)? == row.units
            && found.get::<_, i64>(5)? == row.before.0
            && found.get::<_, i64>(6)? == row.after.0
            && body == *wanted;
        Ok((found.get::<_, EntryNo>(0)?, same))
    });
    Ok(found.optional()?.and_then(|(n, same)| same.then_some(n)))
}
