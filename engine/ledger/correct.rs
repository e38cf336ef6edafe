//! A correction (訂正): the hours of a row are taken back by a new row with a name and a reason. The row itself stays.

use jiff::civil::DateTime;
use rusqlite::{Connection, params};
use serde_json::{Map, Value};

use crate::chain::{Fresh, append};
use crate::count::{self, Amounts};
use crate::entry::{Entry, EntryNo, Kind};
use crate::error::Error;
use crate::minutes::Minutes;
use crate::store::Store;

/// What a correction takes back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Taken {
    pub amounts: Amounts,
    pub rework: i64,
}

impl Store {
    /// Takes back what still counts of a run (all of its job), or the rework that was charged. The new row and by how much the
    /// hours saved change; none if nothing of the row counts.
    pub fn correct(&mut self, n: EntryNo, who: &str, reason: &str, now: DateTime) -> Result<Option<(EntryNo, Minutes)>, Error> {
        self.write(|tx| {
            let Some(entry) = row(tx, n)? else {
                return Ok(None);
            };
            let Taken { amounts, rework } = standing(tx, &entry, EntryNo::MAX)?;
            let Amounts { units, counted, before, after } = amounts;
            let saved = before - after - rework;
            if counted == 0 && saved == 0 {
                return Ok(None);
            }
            let body = [("of", Value::from(n)), ("who", who.into()), ("reason", reason.into())];
            let fresh = Fresh {
                kind: Kind::Correction.word(),
                job: entry.job.as_deref(),
                task: entry.task.as_deref(),
                version: entry.version.as_deref(),
                department: entry.department.as_deref(),
                unit: entry.unit.as_deref(),
                units,
                counted,
                before,
                after,
                rework,
                saved,
                baseline: entry.baseline,
                content: entry.content.as_deref(),
                body: Map::from_iter(body.map(|(key, value)| (key.to_owned(), value))),
                ..Fresh::default()
            };
            Ok(Some((append(tx, fresh, now)?, Minutes(saved))))
        })
    }
}

fn row(connection: &Connection, n: EntryNo) -> Result<Option<Entry>, Error> {
    let there: i64 = connection.query_row("SELECT COUNT(*) FROM entry WHERE n = ?1", [n], |row| row.get(0))?;
    if there == 0 { Ok(None) } else { count::row(connection, n).map(Some) }
}

/// What a correction of a row takes back, of what stands below a number.
pub(crate) fn standing(connection: &Connection, entry: &Entry, below: EntryNo) -> Result<Taken, Error> {
    let job = entry.job.as_deref().unwrap_or_default();
    Ok(match entry.kind {
        Kind::Run | Kind::Undo | Kind::Redo => Taken { amounts: count::taken(connection, job, below)?, rework: 0 },
        Kind::Rework => {
            let sql = "SELECT -COALESCE(SUM(rework), 0) FROM entry WHERE job = ?1 AND n < ?2";
            let rework = connection.prepare_cached(sql)?.query_row(params![job, below], |row| row.get(0))?;
            Taken { amounts: Amounts::default(), rework }
        }
        Kind::Baseline | Kind::Register | Kind::Target | Kind::Correction | Kind::Deletion => {
            Taken { amounts: Amounts::default(), rework: 0 }
        }
    })
}
