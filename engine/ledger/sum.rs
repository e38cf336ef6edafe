//! Sums over the ledger: a year of a million rows becomes a few hundred of these.

use jiff::civil::Date;
use rusqlite::params;

use crate::entry::{Ending, EntryNo, Kind};
use crate::error::Error;
use crate::minutes::Minutes;
use crate::store::Store;

/// Rows of one month, department, task, kind, baseline and ending, counted or not, added up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sum {
    /// Year and month of the rows' day.
    pub month: (i16, i8),
    /// The department that the rows name.
    pub department: Option<String>,
    /// The task's id.
    pub task: Option<String>,
    /// The kind.
    pub kind: Kind,
    /// The row of the baseline that they name; of a task without one, none.
    pub baseline: Option<EntryNo>,
    /// How their jobs ended.
    pub ending: Option<Ending>,
    /// Whether their units count.
    pub counts: bool,
    /// How many rows.
    pub rows: u64,
    /// Units that were handled.
    pub units: i64,
    /// Units that are accepted.
    pub counted: i64,
    /// Minutes by hand, of the accepted units.
    pub before: Minutes,
    /// Minutes now, likewise.
    pub after: Minutes,
    /// Minutes of rework.
    pub rework: Minutes,
    /// before - after - rework.
    pub saved: Minutes,
    /// Findings that stopped something.
    pub errors: i64,
    /// Findings to look at.
    pub warnings: i64,
    /// Findings to know.
    pub notes: i64,
    /// The first of the rows.
    pub first: EntryNo,
    /// The last.
    pub last: EntryNo,
}

const SQL: &str = "SELECT SUBSTR(date, 1, 7) AS month, department, task, kind, baseline, ending, counted <> 0 AS counts, COUNT(*), \
     SUM(units), SUM(counted), SUM(before), SUM(after), SUM(rework), SUM(saved), SUM(errors), SUM(warnings), SUM(notes), \
     MIN(n), MAX(n) FROM entry WHERE n BETWEEN ?1 AND ?2 AND kind NOT IN ('baseline', 'register', 'target', 'deletion') \
     GROUP BY month, department, task, kind, baseline, ending, counts \
     ORDER BY month, department, task, kind, baseline, ending, counts";

impl Store {
    /// The sums of a span of days, both days included, in the order of month, department and task. Baselines, the register,
    /// targets and deletions are not in it.
    pub fn sums(&self, from: Date, to: Date) -> Result<Vec<Sum>, Error> {
        let (first, last) = self.span(Some(from), Some(to))?;
        let mut statement = self.connection.prepare_cached(SQL)?;
        let mut rows = statement.query(params![first, last])?;
        let mut sums = Vec::new();
        while let Some(row) = rows.next()? {
            let (month, kind): (String, String) = (row.get(0)?, row.get(3)?);
            let ending: Option<String> = row.get(5)?;
            let minutes = |at: usize| row.get(at).map(Minutes);
            sums.push(Sum {
                month: year_and_month(&month)?,
                department: row.get(1)?,
                task: row.get(2)?,
                kind: Kind::read(&kind)?,
                baseline: row.get(4)?,
                ending: ending.as_deref().map(Ending::read).transpose()?,
                counts: row.get(6)?,
                rows: row.get::<_, i64>(7)?.cast_unsigned(),
                units: row.get(8)?,
                counted: row.get(9)?,
                before: minutes(10)?,
                after: minutes(11)?,
                rework: minutes(12)?,
                saved: minutes(13)?,
                errors: row.get(14)?,
                warnings: row.get(15)?,
                notes: row.get(16)?,
                first: row.get(17)?,
                last: row.get(18)?,
            });
        }
        Ok(sums)
    }
}

fn year_and_month(text: &str) -> Result<(i16, i8), Error> {
    let damaged = || Error::Damaged { what: format!("month {text}") };
    let (year, month) = text.split_once('-').ok_or_else(damaged)?;
    Ok((year.parse().map_err(|_| damaged())?, month.parse().map_err(|_| damaged())?))
}
