//! The check of the chain: every row against the one before it; the first bad row is named.
//!
//! A row is sound if its number follows and its hash is the one over the hash before it and its own columns. So any span of rows
//! can be checked once the hash before it is known, and the spans are shared out among the cores.

use std::thread;

use rusqlite::{Connection, Row};

use crate::Head;
use crate::chain::{ZEROS, digits, write_canonical};
use crate::entry::{CANONICAL, COLUMNS, EntryNo};
use crate::error::Error;
use crate::store::Store;

/// What the check found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Every row is as it was written.
    Sound {
        /// The last row.
        head: Head,
        /// Whether the database still refuses to change or delete rows.
        guarded: bool,
    },
    /// Something was done to the ledger.
    Broken {
        /// The number of the first bad row.
        n: EntryNo,
        /// What is wrong with it.
        flaw: Flaw,
    },
}

/// What is wrong with a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Flaw {
    /// It is not there; the next one that is, if there is one.
    Missing {
        /// The number of the row that stands in its place.
        next: Option<EntryNo>,
    },
    /// It is not as it was written, or not where it was written.
    Changed,
    /// It bears a number that no row has.
    Surplus,
    /// The file is damaged there: it cannot be read.
    Unreadable,
}

/// A span shorter than this is not worth a thread.
const SPAN: EntryNo = 20_000;

impl Store {
    /// Checks the whole chain. The engine may go on writing: what it adds meanwhile is not looked at.
    pub fn verify(&self) -> Result<Verdict, Error> {
        let last: EntryNo = self.connection.query_row("SELECT COALESCE(MAX(n), 0) FROM entry", [], |row| row.get(0))?;
        let spans = spans(last, cores());
        let found: Vec<Option<(EntryNo, Flaw)>> = match spans.as_slice() {
            [span] => vec![check(&self.connection, *span)],
            spans => self.shared_out(spans)?,
        };
        match found.into_iter().flatten().min_by_key(|(n, _)| *n) {
            Some((n, flaw)) => Ok(Verdict::Broken { n, flaw }),
            None => Ok(Verdict::Sound { head: self.head(None)?, guarded: self.guarded()? }),
        }
    }

    fn shared_out(&self, spans: &[(EntryNo, EntryNo)]) -> Result<Vec<Option<(EntryNo, Flaw)>>, Error> {
        let path = self.path();
        let one = |span| Ok(check(&Store::open_to_read(path)?.connection, span));
        thread::scope(|scope| {
            let threads: Vec<_> = spans.iter().map(|span| scope.spawn(move || one(*span))).collect();
            let ended = threads.into_iter().map(|thread| {
                // A panic while reading a damaged file is a bad row like any other, but which one is not known.
                thread.join().unwrap_or_else(|_| Err(Error::Damaged { what: "the check broke off".to_owned() }))
            });
            ended.collect()
        })
    }

    /// Whether the triggers that refuse to change, delete or slip in rows are in place.
    fn guarded(&self) -> Result<bool, Error> {
        let sql = "SELECT COUNT(*) FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'entry' \
                   AND name IN ('entry_stays', 'entry_remains', 'entry_follows', 'entry_once')";
        Ok(self.connection.query_row(sql, [], |row| row.get::<_, i64>(0))? == 4)
    }

    /// The row whose hash begins so (from paper, the first twelve digits will do); none if the chain has no such row.
    pub fn find_head(&self, hash: &str) -> Result<Option<EntryNo>, Error> {
        let hash = hash.trim().to_lowercase();
        if !(12..=64).contains(&hash.len()) || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Ok(None);
        }
        let mut statement = self.connection.prepare("SELECT n FROM entry WHERE SUBSTR(hash, 1, ?2) = ?1 LIMIT 1")?;
        let mut rows = statement.query((&hash, hash.len() as i64))?;
        Ok(rows.next()?.map(|row| row.get(0)).transpose()?)
    }

    /// Whether a head that was noted once still stands where it stood: if not, rows were cut off, or an old copy was put back.
    pub fn holds(&self, head: &Head) -> Result<bool, Error> {
        Ok(match head.n {
            0 => head.hash == ZEROS,
            n => self.entry_hash(n)?.is_some_and(|hash| hash == head.hash),
        })
    }

    fn entry_hash(&self, n: EntryNo) -> Result<Option<String>, Error> {
        let mut statement = self.connection.prepare_cached("SELECT hash FROM entry WHERE n = ?1")?;
        let mut rows = statement.query([n])?;
        Ok(rows.next()?.map(|row| row.get(0)).transpose()?)
    }
}

fn cores() -> EntryNo {
    thread::available_parallelism().map_or(1, |count| EntryNo::try_from(count.get()).unwrap_or(1)).min(8)
}

/// The spans of rows, first and last, for so many threads.
fn spans(last: EntryNo, threads: EntryNo) -> Vec<(EntryNo, EntryNo)> {
    let count = (last / SPAN).clamp(1, threads);
    let each = last / count + 1;
    (0..count).map(|at| (at * each + 1, ((at + 1) * each).min(last))).collect()
}

/// The first bad row of a span.
fn check(connection: &Connection, span: (EntryNo, EntryNo)) -> Option<(EntryNo, Flaw)> {
    let mut next = span.0;
    match check_rows(connection, span, &mut next) {
        Ok(None) => None,
        Ok(Some((n, flaw))) => Some((n, flaw)),
        Err(_) => Some((next, Flaw::Unreadable)),
    }
}

fn check_rows(
    connection: &Connection,
    (first, last): (EntryNo, EntryNo),
    next: &mut EntryNo,
) -> Result<Option<(EntryNo, Flaw)>, Error> {
    let mut before = [0; 64];
    before.copy_from_slice(ZEROS.as_bytes());
    if first > 1 {
        let hash: String = connection.query_row("SELECT hash FROM entry WHERE n = ?1", [first - 1], |row| row.get(0))?;
        match <[u8; 64]>::try_from(hash.as_bytes()) {
            Ok(hash) => before = hash,
            Err(_) => return Ok(Some((first - 1, Flaw::Changed))),
        }
    }
    // The first span begins before the first number, so that a row slipped in there is seen.
    let from = if first == 1 { EntryNo::MIN } else { first };
    let sql = format!("SELECT {COLUMNS} FROM entry WHERE n BETWEEN ?1 AND ?2 ORDER BY n");
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([from, last])?;
    let mut whole = Vec::with_capacity(4096);
    while let Some(row) = rows.next()? {
        let n: EntryNo = row.get(0)?;
        if n != *next {
            let flaw = if n < *next { (n, Flaw::Surplus) } else { (*next, Flaw::Missing { next: Some(n) }) };
            return Ok(Some(flaw));
        }
        if !sound(row, &mut before, &mut whole)? {
            return Ok(Some((n, Flaw::Changed)));
        }
        *next += 1;
    }
    Ok((*next <= last).then_some((*next, Flaw::Missing { next: None })))
}

/// Whether a row's hash is the one over the hash before it and its columns; that hash becomes the one before.
fn sound(row: &Row<'_>, before: &mut [u8; 64], whole: &mut Vec<u8>) -> Result<bool, Error> {
    whole.clear();
    whole.extend_from_slice(before);
    whole.push(b'\n');
    let mut failed = None;
    let columns = (0..CANONICAL).map_while(|at| row.get_ref(at).map_err(|error| failed = Some(error)).ok());
    let as_ever = write_canonical(whole, columns);
    if let Some(error) = failed {
        return Err(error.into());
    }
    let computed = digits(whole);
    let written = row.get_ref(CANONICAL)?;
    *before = computed;
    Ok(as_ever && matches!(written, rusqlite::types::ValueRef::Text(text) if text == computed))
}
