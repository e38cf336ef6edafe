//! Every saving worked out again from the raw rows: units, baselines, what came before. Equal, or where not.

use rusqlite::OptionalExtension;
use serde_json::Value;

use crate::baseline::Baseline;
use crate::correct::{self, Taken};
use crate::count::{self, Amounts, Counting, Past};
use crate::entry::{Entry, EntryNo, Filter, Kind};
use crate::error::Error;
use crate::minutes::Minutes;
use crate::store::Store;

/// What came out.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Recomputed {
    /// Rows that were worked out again.
    pub rows: u64,
    /// The sums of what came out: accepted units, minutes before, after, of rework, and saved.
    pub counted: i64,
    /// Minutes by hand.
    pub before: Minutes,
    /// Minutes now.
    pub after: Minutes,
    /// Minutes of rework.
    pub rework: Minutes,
    /// What is saved.
    pub saved: Minutes,
    /// Figures that are written otherwise, the first of them.
    pub differences: Vec<Difference>,
    /// How many there are in all.
    pub different: u64,
    /// What the database says of its own damage, if there is any.
    pub damage: Option<String>,
}

/// A figure that is written otherwise than it comes out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    /// The row.
    pub n: EntryNo,
    /// Which figure.
    pub figure: Figure,
    /// As it stands.
    pub written: i64,
    /// As it comes out.
    pub computed: i64,
}

/// A figure of a row. Minutes are in thousandths.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Figure {
    Units,
    Counted,
    Before,
    After,
    Rework,
    Saved,
    /// The number of the row of the baseline.
    Baseline,
}

/// Differences beyond these are only counted.
const SHOWN: usize = 20;

/// What a row must say.
struct Right {
    units: i64,
    counted: i64,
    before: i64,
    after: i64,
    rework: i64,
    baseline: Option<EntryNo>,
}

impl Store {
    /// Works every row out again, one after the other; of the sums of the report each is a sum over such rows.
    pub fn recompute(&self) -> Result<Recomputed, Error> {
        let sound: String = self.connection.query_row("PRAGMA integrity_check(entry)", [], |row| row.get(0))?;
        let mut came = Recomputed { damage: (sound != "ok").then_some(sound), ..Recomputed::default() };
        self.at_one_moment(|store| {
            store.entries::<Error>(&Filter::default(), |entry| {
                let right = store.right(entry)?;
                came.add(entry, &right);
                Ok(())
            })
        })?;
        Ok(came)
    }

    fn right(&self, entry: &Entry) -> Result<Right, Error> {
        let as_written = Right {
            units: entry.units,
            counted: entry.counted,
            before: entry.before.0,
            after: entry.after.0,
            rework: entry.rework.0,
            baseline: entry.baseline,
        };
        Ok(match entry.kind {
            Kind::Baseline => match Baseline::of(entry) {
                Some(terms) => Right { before: terms.before.0, after: terms.after.0, rework: terms.rework.0, ..as_written },
                None => as_written,
            },
            Kind::Run | Kind::Rework => self.right_of_job(entry, as_written)?,
            Kind::Undo => turned(count::taken(&self.connection, job(entry), entry.n)?, as_written),
            Kind::Redo => match self.undone_by(entry)? {
                Some((run, undo)) => turned(count::given(&self.connection, &run, &undo, entry.n)?, as_written),
                None => turned(Amounts::default(), as_written),
            },
            Kind::Correction => {
                match entry.body().get("of").and_then(Value::as_i64).map(|n| self.entry(n)).transpose()?.flatten() {
                    Some(of) => {
                        let Taken { amounts, rework } = correct::standing(&self.connection, &of, entry.n)?;
                        Right { rework, ..turned(amounts, as_written) }
                    }
                    None => turned(Amounts::default(), as_written),
                }
            }
            // What people bring in is what it says it is.
            Kind::Register | Kind::Target | Kind::Deletion => as_written,
        })
    }

    fn right_of_job(&self, entry: &Entry, as_written: Right) -> Result<Right, Error> {
        // Only the baseline that held at the time may stand behind a row, or none if the task had none.
        let baseline = match entry.baseline {
            Some(_) => self.baseline_before(entry)?,
            None => None,
        };
        let terms = baseline.as_ref().and_then(Baseline::of);
        let new_work = terms.as_ref().map(|terms| terms.new_work);
        let body = entry.body();
        let kin = count::kin_of(entry, &body);
        let past = Past { connection: &self.connection, kin: &kin, content: entry.content.as_deref(), below: entry.n };
        let (mut counted, mut rework) = (0, 0);
        if entry.kind == Kind::Run {
            let rerun = body.get("counting").and_then(Value::as_str) == Some(Counting::Rerun.word());
            if count::of_run(&past, entry.units, rerun, new_work)? == Counting::First {
                counted = entry.units;
            }
        } else if count::of_rework(&past, new_work)? == Counting::First {
            rework = terms.as_ref().map_or(0, |terms| terms.rework.0);
        }
        let times = |minutes: fn(&Baseline) -> Minutes| {
            terms.as_ref().and_then(|terms| minutes(terms).times(counted)).unwrap_or_default().0
        };
        let (before, after) = (times(|terms| terms.before), times(|terms| terms.after));
        let baseline = baseline.map(|baseline| baseline.n);
        Ok(Right { counted, before, after, rework, baseline, ..as_written })
    }

    /// The last baseline of the row's task before the row.
    fn baseline_before(&self, entry: &Entry) -> Result<Option<Entry>, Error> {
        let sql = "SELECT n FROM entry WHERE kind = 'baseline' AND task = ?1 AND n < ?2 \
                   AND kind NOT IN ('run', 'rework', 'undo', 'redo', 'deletion') ORDER BY n DESC LIMIT 1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let n: Option<EntryNo> = statement.query_row((&entry.task, entry.n), |row| row.get(0)).optional()?;
        n.map(|n| count::row(&self.connection, n)).transpose()
    }

    /// The run and the undo that a redo takes back.
    fn undone_by(&self, redo: &Entry) -> Result<Option<(Entry, Entry)>, Error> {
        let newest = |kind: &str| -> Result<Option<Entry>, Error> {
            let sql = "SELECT n FROM entry WHERE job = ?1 AND kind = ?2 AND n < ?3 ORDER BY n DESC LIMIT 1";
            let mut statement = self.connection.prepare_cached(sql)?;
            let n: Option<EntryNo> = statement.query_row((job(redo), kind, redo.n), |row| row.get(0)).optional()?;
            n.map(|n| count::row(&self.connection, n)).transpose()
        };
        Ok(newest("run")?.zip(newest("undo")?))
    }
}

fn job(entry: &Entry) -> &str {
    entry.job.as_deref().unwrap_or_default()
}

fn turned(amounts: Amounts, as_written: Right) -> Right {
    let Amounts { units, counted, before, after } = amounts;
    Right { units, counted, before, after, rework: 0, ..as_written }
}

impl Recomputed {
    fn add(&mut self, entry: &Entry, right: &Right) {
        let per_unit = entry.kind == Kind::Baseline;
        let saved = if per_unit { 0 } else { right.before - right.after - right.rework };
        self.rows += 1;
        let pairs = [
            (Figure::Units, entry.units, right.units),
            (Figure::Counted, entry.counted, right.counted),
            (Figure::Before, entry.before.0, right.before),
            (Figure::After, entry.after.0, right.after),
            (Figure::Rework, entry.rework.0, right.rework),
            (Figure::Saved, entry.saved.0, saved),
            (Figure::Baseline, entry.baseline.unwrap_or(0), right.baseline.unwrap_or(0)),
        ];
        for (figure, written, computed) in pairs {
            if written == computed {
                continue;
            }
            self.different += 1;
            if self.differences.len() < SHOWN {
                self.differences.push(Difference { n: entry.n, figure, written, computed });
            }
        }
        // Estimates of the register are no savings.
        if !matches!(entry.kind, Kind::Baseline | Kind::Register | Kind::Target) {
            self.counted += right.counted;
            self.before += Minutes(right.before);
            self.after += Minutes(right.after);
            self.rework += Minutes(right.rework);
            self.saved += Minutes(saved);
        }
    }
}
