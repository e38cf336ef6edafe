//! The file: opened, checked, brought to this program's form; transactions.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use crate::error::Error;
use crate::place;

/// The forms that a store went through, oldest first: a store of form n is brought up by those after the n-th.
const FORMS: [&str; 2] = [include_str!("schema/1.sql"), include_str!("schema/2.sql")];

/// "jtan": says that a SQLite file is ours.
const OURS: i64 = 0x6a74_616e;

/// How long a writer waits for another process (`jitan jobs undo` beside a running engine).
const PATIENCE: Duration = Duration::from_secs(30);

/// The office's store: jobs, their steps, and the ledger.
pub struct Store {
    pub(crate) connection: Connection,
    path: PathBuf,
    /// The file and its write-ahead log as they were opened, to be written; none of a store that is only read.
    opened: Option<Opened>,
}

/// Which files are open.
#[derive(PartialEq, Eq)]
struct Opened {
    file: Option<(u64, u64)>,
    log: Option<(u64, u64)>,
}

impl Store {
    /// Opens the store of an office, made new where there is none. Refused on a network file system.
    pub fn open(path: &Path) -> Result<Store, Error> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if !folder.is_dir() {
            return Err(Error::NotThere { path: path.to_owned() });
        }
        place::local(folder)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut store = Store { connection: Connection::open_with_flags(path, flags)?, path: path.to_owned(), opened: None };
        store.tune()?;
        store.connection.pragma_update(None, "journal_mode", "WAL")?;
        // A ledger row that was answered for survives a power cut.
        store.connection.pragma_update(None, "synchronous", "FULL")?;
        store.bring_up()?;
        store.opened = Some(Opened::at(path));
        Ok(store)
    }

    /// Opens a store that is there, to read it; the engine may go on beside.
    pub fn open_to_read(path: &Path) -> Result<Store, Error> {
        if !path.exists() {
            return Err(Error::NotThere { path: path.to_owned() });
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let store = Store { connection: Connection::open_with_flags(path, flags)?, path: path.to_owned(), opened: None };
        store.tune()?;
        match store.form()? {
            0 => Err(Error::Foreign { path: path.to_owned() }),
            _ => Ok(store),
        }
    }

    /// Opens a store that is there, to write; none is made.
    pub fn open_to_write(path: &Path) -> Result<Store, Error> {
        if !path.exists() {
            return Err(Error::NotThere { path: path.to_owned() });
        }
        Store::open(path)
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn tune(&self) -> Result<(), Error> {
        self.connection.busy_timeout(PATIENCE)?;
        self.connection.pragma_update(None, "foreign_keys", true)?;
        self.connection.pragma_update(None, "recursive_triggers", true)?;
        self.connection.pragma_update(None, "cell_size_check", true)?;
        self.connection.pragma_update(None, "trusted_schema", false)?;
        self.connection.pragma_update(None, "cache_size", -8192)?;
        self.connection.set_prepared_statement_cache_capacity(64);
        Ok(())
    }

    /// The form of the file; fails if it is another program's, or of a newer form.
    fn form(&self) -> Result<i64, Error> {
        let ours: i64 = self.connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
        let form: i64 = self.connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        let tables: i64 = self.connection.query_row("SELECT COUNT(*) FROM sqlite_schema", [], |row| row.get(0))?;
        match (ours, form) {
            (0, 0) if tables == 0 => Ok(0),
            (OURS, form) if form > FORMS.len() as i64 => Err(Error::Newer { found: form, known: FORMS.len() as i64 }),
            (OURS, form @ 1..) => Ok(form),
            _ => Err(Error::Foreign { path: self.path.clone() }),
        }
    }

    fn bring_up(&mut self) -> Result<(), Error> {
        if self.form()? == FORMS.len() as i64 {
            return Ok(());
        }
        // Asked again within the transaction: another process may have been first.
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let form: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
        for sql in FORMS.iter().skip(usize::try_from(form).unwrap_or(usize::MAX)) {
            transaction.execute_batch(sql)?;
        }
        transaction.pragma_update(None, "application_id", OURS)?;
        transaction.pragma_update(None, "user_version", FORMS.len() as i64)?;
        transaction.commit()?;
        Ok(())
    }

    /// Puts everything into the one file, so that it can be copied, or another copy be put in its place, when nobody has the
    /// store open: what stays in the write-ahead log would be laid over the other copy and destroy it. That it could not be done
    /// is no trouble now.
    pub fn rest(&self) {
        let _ = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    }

    /// One transaction that writes: all of it, or nothing. A store that was moved away or replaced takes nothing more: nobody
    /// would find what was written to it.
    pub(crate) fn write<T>(&mut self, work: impl FnOnce(&Transaction<'_>) -> Result<T, Error>) -> Result<T, Error> {
        if self.opened.as_ref().is_some_and(|opened| *opened != Opened::at(&self.path)) {
            return Err(Error::Moved { path: self.path.clone() });
        }
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = work(&transaction)?;
        transaction.commit()?;
        Ok(done)
    }

    /// Several questions about one state of the store, whatever is written meanwhile.
    pub fn at_one_moment<T, E: From<Error>>(&self, work: impl FnOnce(&Store) -> Result<T, E>) -> Result<T, E> {
        let transaction = self.connection.unchecked_transaction().map_err(Error::from)?;
        let done = work(self)?;
        transaction.commit().map_err(Error::from)?;
        Ok(done)
    }
}

impl Opened {
    /// What lies there now.
    fn at(path: &Path) -> Opened {
        // SQLite names the log after the file itself, not after a link to it.
        let own = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let number = |path: &Path| std::fs::metadata(path).ok().map(|meta| (meta.dev(), meta.ino()));
        let mut log = own.clone().into_os_string();
        log.push("-wal");
        Opened { file: number(&own), log: number(Path::new(&log)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_that_was_taken_away_or_replaced_is_not_written() {
        for part in ["ledger.db", "ledger.db-wal"] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("ledger.db");
            let mut store = Store::open(&path).unwrap();
            store.write(|tx| Ok(tx.execute("DELETE FROM job", [])?)).unwrap();
            // A new folder in the place of the old one, in which all is there but the part, or another in its place.
            let away = folder.path().join("away");
            std::fs::create_dir(&away).unwrap();
            std::fs::hard_link(folder.path().join(part), away.join(part)).unwrap();
            assert!(std::process::Command::new("rm").arg(folder.path().join(part)).status().unwrap().success());
            assert_eq!(store.write(|_| Ok(())), Err(Error::Moved { path: path.clone() }), "{part} is gone");
            std::fs::copy(away.join(part), folder.path().join(part)).unwrap();
            assert_eq!(store.write(|_| Ok(())), Err(Error::Moved { path: path.clone() }), "{part} is another");
        }
    }

    #[test]
    fn a_store_at_rest_is_one_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.db");
        let mut store = Store::open(&path).unwrap();
        store.write(|tx| Ok(tx.execute("DELETE FROM job", [])?)).unwrap();
        store.rest();
        assert_eq!(std::fs::metadata(folder.path().join("ledger.db-wal")).unwrap().len(), 0);
        store.write(|tx| Ok(tx.execute("DELETE FROM job", [])?)).unwrap();
    }

    #[test]
    fn a_store_is_made_once_and_other_files_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.db");
        assert!(matches!(Store::open_to_read(&path), Err(Error::NotThere { .. })));
        drop(Store::open(&path).unwrap());
        drop(Store::open(&path).unwrap());
        drop(Store::open_to_read(&path).unwrap());

        let text = folder.path().join("text.db");
        std::fs::write(&text, "氏名,点数\n".repeat(100)).unwrap();
        assert!(matches!(Store::open(&text), Err(Error::Damaged { .. })));

        let other = folder.path().join("other.db");
        Connection::open(&other).unwrap().execute_batch("CREATE TABLE t (a)").unwrap();
        assert!(matches!(Store::open(&other), Err(Error::Foreign { .. })));
        assert!(matches!(Store::open(&folder.path().join("no/ledger.db")), Err(Error::NotThere { .. })));
    }

    #[test]
    fn a_newer_form_is_refused_and_not_touched() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.db");
        let store = Store::open(&path).unwrap();
        store.connection.pragma_update(None, "user_version", 99).unwrap();
        drop(store);
        assert!(matches!(Store::open(&path), Err(Error::Newer { found: 99, known: 2 })));
    }

    /// A store in which a job of the first form was staged, done in part.
    #[test]
    fn the_renames_of_an_older_form_are_brought_up_as_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.db");
        let old = Connection::open(&path).unwrap();
        old.execute_batch(FORMS[0]).unwrap();
        old.pragma_update(None, "application_id", OURS).unwrap();
        old.pragma_update(None, "user_version", 1).unwrap();
        let job = "INSERT INTO job (id, task, version, inbox, name, folder, identity, engine, clock, seed, state, began, changed)
            VALUES (?1, '', '', '', '', 1, '', '', '2026-11-20T10:00:00', 0, 'staged', '2026-11-20T10:00:00', '2026-11-20T10:00:00')";
        let row = "INSERT INTO rename (job, n, src, dst, ino, size, mtime, state) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        for (id, count) in [("甲", 2_500i64), ("乙", 3)] {
            old.execute(job, [id]).unwrap();
            for n in 0..count {
                let (src, dst) = match n % 3 {
                    0 => (format!("文書/部/{n}.txt"), format!("文書 (2)/部/【秘】{n}.txt")),
                    1 => (format!("{n}.txt"), format!("新/{n}.txt")),
                    _ => (format!("文書/空{n}/"), format!("文書 (2)/空{n}/")),
                };
                old.execute(row, rusqlite::params![id, n, src, dst, n - 1, n, -n, n % 6]).unwrap();
            }
        }
        drop(old);
        // Whoever only reads goes on with what there is.
        assert!(Store::open_to_read(&path).unwrap().verify().is_ok());
        let store = Store::open(&path).unwrap();
        for (id, count) in [("甲", 2_500u64), ("乙", 3)] {
            let mut n = 0;
            while let Some(batch) = store.renames_with(id, n).unwrap() {
                assert!(batch.rows().count() <= 1_000);
                for row in batch.rows() {
                    let (folder, from, into, to) = match n % 3 {
                        0 => ("文書/部", format!("{n}.txt"), "文書 (2)/部", format!("【秘】{n}.txt")),
                        1 => ("", format!("{n}.txt"), "新", format!("{n}.txt")),
                        _ => ("文書/空", String::new(), "文書 (2)/空", String::new()),
                    };
                    let number = |folder: &str| if n % 3 == 2 { format!("{folder}{n}") } else { folder.to_owned() };
                    assert_eq!((row.folder, row.into), (number(folder).as_str(), number(into).as_str()));
                    assert_eq!((row.from, row.to, row.n), (from.as_str(), to.as_str(), n));
                    assert_eq!(row.known, crate::Known { ino: n.wrapping_sub(1), size: n, mtime: -n.cast_signed() });
                    assert_eq!(row.state as u64, n % 6);
                    n += 1;
                }
            }
            assert_eq!(n, count);
        }
    }

    #[test]
    fn a_store_opened_to_read_is_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.db");
        drop(Store::open(&path).unwrap());
        let mut store = Store::open_to_read(&path).unwrap();
        let refused = store.write(|tx| Ok(tx.execute("DELETE FROM job", [])?));
        assert_eq!(refused, Err(Error::ReadOnly));
    }
}
