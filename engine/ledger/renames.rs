//! The journal of a job's renames: all of them written down before the first, marked in batches after.

use std::ops::RangeInclusive;

use rusqlite::{OptionalExtension, Row, Transaction, params};

use crate::error::Error;
use crate::job::State;
use crate::step;
use crate::store::Store;

/// One file of a job that hands back what was dropped, with its name before and after. Paths are as the caller wrote them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rename {
    /// Its number, in the order of doing.
    pub n: u64,
    /// From.
    pub src: String,
    /// To; the same for a file whose name stays.
    pub dst: String,
    /// The file's inode.
    pub ino: u64,
    /// Its size.
    pub size: u64,
    /// When it was last written, in nanoseconds since 1970.
    pub mtime: i64,
    /// How far it is.
    pub state: RenameState,
}

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
    const ALL: [RenameState; 6] =
        [RenameState::Planned, RenameState::Done, RenameState::Undone, RenameState::Left, RenameState::Passed, RenameState::Kept];

    fn number(self) -> i64 {
        self as i64
    }

    fn of(number: i64) -> Result<RenameState, Error> {
        let found = usize::try_from(number).ok().and_then(|at| RenameState::ALL.get(at));
        found.copied().ok_or_else(|| Error::Damaged { what: format!("rename {number}") })
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
pub(crate) fn plan(tx: &Transaction<'_>, job: &str, renames: &[Rename]) -> Result<(), Error> {
    let sql = "INSERT INTO rename (job, n, src, dst, ino, size, mtime, state) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let mut statement = tx.prepare_cached(sql)?;
    for rename in renames {
        let Rename { n, src, dst, ino, size, mtime, state } = rename;
        let [n, ino, size] = [n, ino, size].map(|number| number.cast_signed());
        statement.execute(params![job, n, src, dst, ino, size, mtime, state.number()])?;
    }
    Ok(())
}

impl Store {
    /// Whether the job hands back what was dropped: each of its files stands in the journal.
    pub fn has_renames(&self, job: &str) -> Result<bool, Error> {
        let sql = "SELECT EXISTS (SELECT 1 FROM rename WHERE job = ?1)";
        Ok(self.connection.prepare_cached(sql)?.query_row([job], |row| row.get(0))?)
    }

    /// The renames of a job that are still to be done, from a number on, at most so many.
    pub fn renames_planned(&self, job: &str, from: u64, most: u32) -> Result<Vec<Rename>, Error> {
        self.some_renames("n >= ?2 AND state = 0 ORDER BY n LIMIT ?3", job, from, most)
    }

    /// The files of a job that an undo has to look at: those with a number below, the last first, at most so many.
    pub fn renames_back(&self, job: &str, below: u64, most: u32) -> Result<Vec<Rename>, Error> {
        self.some_renames("n < ?2 AND state IN (1, 3, 5) ORDER BY n DESC LIMIT ?3", job, below, most)
    }

    /// The files of a job that were left alone.
    pub fn renames_left(&self, job: &str) -> Result<Vec<Rename>, Error> {
        self.some_renames("n >= ?2 AND state = 3 ORDER BY n LIMIT ?3", job, 0, u32::MAX)
    }

    /// The rows of a job that lead to no name of their own.
    pub fn renames_passed(&self, job: &str) -> Result<Vec<Rename>, Error> {
        self.some_renames("n >= ?2 AND state = 4 ORDER BY n LIMIT ?3", job, 0, u32::MAX)
    }

    /// By what all files of a job are known again: inode, size, and when each was last written. The inode alone is not enough,
    /// as a file that people make may get that of one they deleted.
    pub fn renames_known(&self, job: &str) -> Result<Vec<(u64, u64, i64)>, Error> {
        let mut statement = self.connection.prepare_cached("SELECT ino, size, mtime FROM rename WHERE job = ?1")?;
        let known = statement.query_map([job], |row| {
            let whole = |at: usize| row.get::<_, i64>(at).map(i64::cast_unsigned);
            Ok((whole(0)?, whole(1)?, row.get(2)?))
        })?;
        Ok(known.collect::<Result<_, _>>()?)
    }

    /// One row of the journal.
    pub fn rename(&self, job: &str, n: u64) -> Result<Option<Rename>, Error> {
        let sql = "SELECT n, src, dst, ino, size, mtime, state FROM rename WHERE job = ?1 AND n = ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        statement.query_row(params![job, n.cast_signed()], |row| Ok(Rename::of(row))).optional()?.transpose()
    }

    fn some_renames(&self, rest: &str, job: &str, number: u64, most: u32) -> Result<Vec<Rename>, Error> {
        let sql = format!("SELECT n, src, dst, ino, size, mtime, state FROM rename WHERE job = ?1 AND {rest}");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let number = i64::try_from(number).unwrap_or(i64::MAX);
        let mut rows = statement.query(params![job, number, most])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(Rename::of(row)?);
        }
        Ok(found)
    }

    /// Marks a batch, in one transaction: all rows of these numbers have come so far, save those that are named.
    pub fn renames_marked(
        &mut self,
        job: &str,
        rows: RangeInclusive<u64>,
        state: RenameState,
        others: &[(u64, RenameState)],
    ) -> Result<(), Error> {
        self.write(|tx| {
            let (first, last) = (rows.start().cast_signed(), rows.end().cast_signed());
            // What only waited under a name, and what is done with, is not asked again.
            let sql = "UPDATE rename SET state = ?4 WHERE job = ?1 AND n BETWEEN ?2 AND ?3 AND state IN (0, 1, 3, 5)";
            tx.prepare_cached(sql)?.execute(params![job, first, last, state.number()])?;
            let mut statement = tx.prepare_cached("UPDATE rename SET state = ?3 WHERE job = ?1 AND n = ?2")?;
            for (n, state) in others {
                statement.execute(params![job, n.cast_signed(), state.number()])?;
            }
            Ok(())
        })
    }

    /// A file could not get the name that was planned, and has another now.
    pub fn rename_led_to(&mut self, job: &str, n: u64, dst: &str) -> Result<(), Error> {
        self.write(|tx| {
            let sql = "UPDATE rename SET dst = ?3 WHERE job = ?1 AND n = ?2";
            tx.prepare_cached(sql)?.execute(params![job, n.cast_signed(), dst])?;
            Ok(())
        })
    }

    /// How many files of a job are in each state.
    pub fn renames_counted(&self, job: &str) -> Result<RenameCounts, Error> {
        let mut counts = RenameCounts::default();
        let sql = "SELECT state, COUNT(*) FROM rename WHERE job = ?1 GROUP BY state";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([job])?;
        while let Some(row) = rows.next()? {
            let count = row.get::<_, i64>(1)?.cast_unsigned();
            match RenameState::of(row.get(0)?)? {
                RenameState::Planned => counts.planned = count,
                RenameState::Done => counts.done = count,
                RenameState::Undone => counts.undone = count,
                RenameState::Left => counts.left = count,
                RenameState::Passed => {}
                RenameState::Kept => counts.kept = count,
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
            tx.prepare_cached("DELETE FROM rename WHERE job = ?1")?.execute([id])?;
            step::no_more(tx, &job, now)
        })
    }
}

impl Rename {
    fn of(row: &Row<'_>) -> Result<Rename, Error> {
        let whole = |at: usize| row.get::<_, i64>(at).map(i64::cast_unsigned);
        Ok(Rename {
            n: whole(0)?,
            src: row.get(1)?,
            dst: row.get(2)?,
            ino: whole(3)?,
            size: whole(4)?,
            mtime: row.get(5)?,
            state: RenameState::of(row.get(6)?)?,
        })
    }
}
