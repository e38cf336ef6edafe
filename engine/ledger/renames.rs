//! The journal of a job's renames: all of them written down before the first, marked in batches after.

use std::ops::RangeInclusive;

use rusqlite::{Params, Row, Transaction, params};

use crate::batch::{Known, RenameBatch, Renames};
use crate::error::Error;
use crate::job::State;
use crate::step;
use crate::store::Store;

/// How far a rename is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RenameState {
    /// Written down.
    Planned,
    /// Done.
    Done,
    /// Taken back.
    Undone,
    /// The file was neither here nor there, or had changed: left as it is.
    Left,
    /// Nobody's last name: the file waited under it until another row led on, or it is a folder's.
    Passed,
    /// Nothing to do: the name stays.
    Kept,
}

impl RenameState {
    pub(crate) const ALL: [RenameState; 6] =
        [RenameState::Planned, RenameState::Done, RenameState::Undone, RenameState::Left, RenameState::Passed, RenameState::Kept];

    /// As the store writes it.
    pub(crate) fn digit(self) -> char {
        char::from(b'0' + self as u8)
    }

    pub(crate) fn of_digit(digit: char) -> Option<RenameState> {
        RenameState::ALL.get(digit.to_digit(10)? as usize).copied()
    }

    /// Whether a row may be marked: what only waited under a name, and what is done with, is not asked again.
    fn is_open(self) -> bool {
        !matches!(self, RenameState::Undone | RenameState::Passed)
    }
}

/// How many files of a job are in each state.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[allow(missing_docs, reason = "as in the states")]
pub struct RenameCounts {
    pub planned: u64,
    pub done: u64,
    pub undone: u64,
    pub left: u64,
    pub kept: u64,
}

/// Writes the whole plan down, within the transaction that stages the job.
pub(crate) fn plan(tx: &Transaction<'_>, job: &str, renames: &Renames) -> Result<(), Error> {
    let mut rows = tx.prepare_cached("INSERT INTO rename_batch (job, first, packed) VALUES (?1, ?2, ?3)")?;
    let mut states = tx.prepare_cached("INSERT INTO rename_state (job, first, states) VALUES (?1, ?2, ?3)")?;
    for (first, batch) in renames.batches() {
        rows.execute(params![job, first.cast_signed(), batch.rows.as_bytes()])?;
        states.execute(params![job, first.cast_signed(), batch.states])?;
    }
    Ok(())
}

impl Store {
    /// Whether the job hands back what was dropped: each of its files stands in the journal.
    pub fn has_renames(&self, job: &str) -> Result<bool, Error> {
        let sql = "SELECT EXISTS (SELECT 1 FROM rename_state WHERE job = ?1)";
        Ok(self.connection.prepare_cached(sql)?.query_row([job], |row| row.get(0))?)
    }

    /// The next batch of a job, from a number on, with renames that are still to be done.
    pub fn renames_planned(&self, job: &str, from: u64) -> Result<Option<RenameBatch>, Error> {
        let rest = "s.first >= ?2 AND s.states GLOB '*0*' ORDER BY s.first LIMIT 1";
        Ok(self.batches(rest, params![job, number(from)])?.pop())
    }

    /// The last batch of a job, with a first number below, with files that an undo has to look at.
    pub fn renames_back(&self, job: &str, below: u64) -> Result<Option<RenameBatch>, Error> {
        let rest = "s.first < ?2 AND s.states GLOB '*[135]*' ORDER BY s.first DESC LIMIT 1";
        Ok(self.batches(rest, params![job, number(below)])?.pop())
    }

    /// The batches of a job with files that are so far.
    pub fn renames_in(&self, job: &str, state: RenameState) -> Result<Vec<RenameBatch>, Error> {
        self.batches("s.states GLOB ?2 ORDER BY s.first", params![job, format!("*{}*", state.digit())])
    }

    /// The batch that holds a row of the journal.
    pub fn renames_with(&self, job: &str, n: u64) -> Result<Option<RenameBatch>, Error> {
        let found = self.batches("s.first <= ?2 ORDER BY s.first DESC LIMIT 1", params![job, number(n)])?.pop();
        Ok(found.filter(|batch| n < batch.end()))
    }

    /// By what all files of a job are known again.
    pub fn renames_known(&self, job: &str) -> Result<Vec<Known>, Error> {
        let mut known = Vec::new();
        let mut statement = self.connection.prepare_cached(&select("TRUE ORDER BY s.first"))?;
        let mut rows = statement.query([job])?;
        while let Some(row) = rows.next()? {
            known.extend(batch(row)?.rows().map(|row| row.known));
        }
        Ok(known)
    }

    fn batches(&self, rest: &str, params: impl Params) -> Result<Vec<RenameBatch>, Error> {
        let mut statement = self.connection.prepare_cached(&select(rest))?;
        let mut rows = statement.query(params)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(batch(row)?);
        }
        Ok(found)
    }

    /// Marks rows, in one transaction: all of these numbers have come so far, save those that are named.
    pub fn renames_marked(
        &mut self,
        job: &str,
        rows: RangeInclusive<u64>,
        state: RenameState,
        others: &[(u64, RenameState)],
    ) -> Result<(), Error> {
        self.write(|tx| {
            let (first, last) = (number(*rows.start()), number(*rows.end()));
            let sql = "SELECT first, states FROM rename_state WHERE job = ?1 AND first <= ?3 AND first + length(states) > ?2";
            let mut statement = tx.prepare_cached(sql)?;
            let found = statement.query_map(params![job, first, last], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let found: Vec<(i64, String)> = found.collect::<Result<_, _>>()?;
            let mut update = tx.prepare_cached("UPDATE rename_state SET states = ?3 WHERE job = ?1 AND first = ?2")?;
            for (first, states) in found {
                update.execute(params![job, first, marked(first.cast_unsigned(), &states, &rows, state, others)?])?;
            }
            Ok(())
        })
    }

    /// A file could not get the name that was planned, and has another now.
    pub fn rename_led_to(&mut self, job: &str, n: u64, name: &str) -> Result<(), Error> {
        let Some(batch) = self.renames_with(job, n)? else { return Ok(()) };
        self.write(|tx| {
            let sql = "UPDATE rename_batch SET packed = ?3 WHERE job = ?1 AND first = ?2";
            tx.prepare_cached(sql)?.execute(params![job, batch.first().cast_signed(), batch.led_to(n, name).into_bytes()])?;
            Ok(())
        })
    }

    /// How many files of a job are in each state.
    pub fn renames_counted(&self, job: &str) -> Result<RenameCounts, Error> {
        let mut counts = RenameCounts::default();
        let mut statement = self.connection.prepare_cached("SELECT states FROM rename_state WHERE job = ?1")?;
        let mut rows = statement.query([job])?;
        while let Some(row) = rows.next()? {
            for digit in row.get_ref(0)?.as_str().unwrap_or_default().chars() {
                match state_of(digit)? {
                    RenameState::Planned => counts.planned += 1,
                    RenameState::Done => counts.done += 1,
                    RenameState::Undone => counts.undone += 1,
                    RenameState::Left => counts.left += 1,
                    RenameState::Passed => {}
                    RenameState::Kept => counts.kept += 1,
                }
            }
        }
        Ok(counts)
    }

    /// Forgets the names of a job whose days are over: it cannot be taken back any more. Nothing is deleted but these rows.
    pub fn renames_forgotten(&mut self, id: &str, now: jiff::civil::DateTime) -> Result<(), Error> {
        self.write(|tx| {
            let job = step::job(tx, id)?;
            if job.state != State::Archived {
                return Err(Error::NotNow { job: id.to_owned(), state: job.state });
            }
            // How far they are goes with them.
            tx.prepare_cached("DELETE FROM rename_batch WHERE job = ?1")?.execute([id])?;
            step::no_more(tx, &job, now)
        })
    }
}

fn select(rest: &str) -> String {
    format!(
        "SELECT s.first, b.packed, s.states FROM rename_state s JOIN rename_batch b ON b.job = s.job AND b.first = s.first \
         WHERE s.job = ?1 AND {rest}"
    )
}

fn batch(row: &Row<'_>) -> Result<RenameBatch, Error> {
    let states: String = row.get(2)?;
    RenameBatch::read(row.get::<_, i64>(0)?.cast_unsigned(), row.get(1)?, &states)
}

/// A number of a row, or of one behind all.
fn number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn state_of(digit: char) -> Result<RenameState, Error> {
    RenameState::of_digit(digit).ok_or_else(|| Error::Damaged { what: format!("rename {digit}") })
}

/// The states of a batch with some of its rows marked.
fn marked(
    first: u64,
    states: &str,
    rows: &RangeInclusive<u64>,
    state: RenameState,
    others: &[(u64, RenameState)],
) -> Result<String, Error> {
    let states = states.chars().map(state_of).collect::<Result<Vec<_>, _>>()?;
    let mark = |(n, old): (u64, RenameState)| if rows.contains(&n) && old.is_open() { state } else { old };
    let mut states: Vec<RenameState> = (first..).zip(states).map(mark).collect();
    for (n, other) in others {
        let at = n.checked_sub(first).and_then(|at| usize::try_from(at).ok());
        if let Some(old) = at.and_then(|at| states.get_mut(at)) {
            *old = *other;
        }
    }
    Ok(states.into_iter().map(RenameState::digit).collect())
}
