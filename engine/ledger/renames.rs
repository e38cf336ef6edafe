//! The journal of a job's renames: all of them written down before the first, marked in batches after.

use rusqlite::params;

use crate::error::Error;
use crate::step;
use crate::store::Store;

/// One rename of a job. Paths are as the caller wrote them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rename {
    /// Its number, in the order of doing.
    pub n: u64,
    /// From.
    pub src: String,
    /// To.
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
}

impl RenameState {
    fn number(self) -> i64 {
        self as i64
    }

    fn of(number: i64) -> Result<RenameState, Error> {
        let all = [RenameState::Planned, RenameState::Done, RenameState::Undone, RenameState::Left];
        let found = usize::try_from(number).ok().and_then(|at| all.get(at));
        found.copied().ok_or_else(|| Error::Damaged { what: format!("rename {number}") })
    }
}

impl Store {
    /// Writes the whole plan down, in one transaction. A plan that is there already stays as it is.
    pub fn renames_planned(&mut self, job: &str, renames: impl IntoIterator<Item = Rename>) -> Result<(), Error> {
        self.write(|tx| {
            step::job(tx, job)?;
            let sql = "INSERT INTO rename (job, n, src, dst, ino, size, mtime, state) \
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING";
            let mut statement = tx.prepare_cached(sql)?;
            for rename in renames {
                let Rename { n, src, dst, ino, size, mtime, state } = rename;
                let [n, ino, size] = [n, ino, size].map(u64::cast_signed);
                statement.execute(params![job, n, src, dst, ino, size, mtime, state.number()])?;
            }
            Ok(())
        })
    }

    /// The renames of a job from a number on, at most so many.
    pub fn renames(&self, job: &str, from: u64, most: u32) -> Result<Vec<Rename>, Error> {
        self.some_renames("n >= ?2 ORDER BY n LIMIT ?3", job, from, most)
    }

    /// The same backwards from a number, for an undo: those below it, the last first.
    pub fn renames_back(&self, job: &str, below: u64, most: u32) -> Result<Vec<Rename>, Error> {
        self.some_renames("n < ?2 ORDER BY n DESC LIMIT ?3", job, below, most)
    }

    fn some_renames(&self, rest: &str, job: &str, number: u64, most: u32) -> Result<Vec<Rename>, Error> {
        let sql = format!("SELECT n, src, dst, ino, size, mtime, state FROM rename WHERE job = ?1 AND {rest}");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let number = i64::try_from(number).unwrap_or(i64::MAX);
        let mut rows = statement.query(params![job, number, most])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let whole = |at: usize| row.get::<_, i64>(at).map(i64::cast_unsigned);
            found.push(Rename {
                n: whole(0)?,
                src: row.get(1)?,
                dst: row.get(2)?,
                ino: whole(3)?,
                size: whole(4)?,
                mtime: row.get(5)?,
                state: RenameState::of(row.get(6)?)?,
            });
        }
        Ok(found)
    }

    /// Marks a batch, in one transaction.
    pub fn renames_marked(&mut self, job: &str, marks: &[(u64, RenameState)]) -> Result<(), Error> {
        self.write(|tx| {
            let mut statement = tx.prepare_cached("UPDATE rename SET state = ?3 WHERE job = ?1 AND n = ?2")?;
            for (n, state) in marks {
                statement.execute(params![job, n.cast_signed(), state.number()])?;
            }
            Ok(())
        })
    }

    /// How many renames of a job are in each state: planned, done, undone, left.
    pub fn renames_counted(&self, job: &str) -> Result<[u64; 4], Error> {
        let mut counts = [0; 4];
        let sql = "SELECT state, COUNT(*) FROM rename WHERE job = ?1 GROUP BY state";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([job])?;
        while let Some(row) = rows.next()? {
            let state = RenameState::of(row.get(0)?)?;
            counts[state as usize] = row.get::<_, i64>(1)?.cast_unsigned();
        }
        Ok(counts)
    }
}
