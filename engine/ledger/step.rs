//! The steps of a job, each written in a transaction of its own before or after it is done, as the lifecycle wants it.
//!
//! A step that was written already is written once: recovery may say it again. A step from a state that does not lead there is
//! refused ([`Error::NotNow`]), so two processes cannot both take a job further.

use jiff::civil::DateTime;
use rusqlite::{OptionalExtension, Transaction, params};

use crate::batch::Renames;
use crate::count::{self, Run};
use crate::entry::EntryNo;
use crate::error::Error;
use crate::job::{COLUMNS, Fate, Job, NewJob, Staging, State, written};
use crate::renames;
use crate::store::Store;

/// The detail of the step that says that files of a job kept their names.
pub const NAMES_KEPT: &str = "names_kept";

impl Store {
    /// Before the arrival is taken out of its inbox.
    pub fn intend(&mut self, job: &NewJob, now: DateTime) -> Result<(), Error> {
        self.write(|tx| {
            let sql = "INSERT INTO job (id, task, version, inbox, name, folder, identity, engine, clock, seed, again, state, \
                       began, changed) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?13) ON CONFLICT DO NOTHING";
            let (clock, state, at) = (written(job.clock), State::Claiming.word(), written(now));
            let (folder, seed) = (job.folder, job.seed.cast_signed());
            let added = tx.prepare_cached(sql)?.execute(params![
                job.id, job.task, job.version, job.inbox, job.name, folder, job.identity, job.engine, clock, seed, job.again, state, at
            ])?;
            if added == 0 {
                return Err(Error::Taken { job: job.id.clone() });
            }
            note(tx, &job.id, State::Claiming, None, now)
        })
    }

    /// The arrival is ours: what it holds is known and on the disk.
    pub fn claimed(&mut self, id: &str, sha256: &str, size: u64, now: DateTime) -> Result<(), Error> {
        self.write(|tx| {
            if move_to(tx, id, &[State::Claiming], State::Claimed, None, now)? {
                let sql = "UPDATE job SET sha256 = ?2, size = ?3 WHERE id = ?1";
                tx.prepare_cached(sql)?.execute(params![id, sha256, size.cast_signed()])?;
            }
            Ok(())
        })
    }

    /// An attempt is about to begin; how many there were with it. The count is durable before the worker starts.
    pub fn attempt(&mut self, id: &str, now: DateTime) -> Result<u32, Error> {
        self.write(|tx| {
            let job = job(tx, id)?;
            if !matches!(job.state, State::Claimed | State::Running) {
                return Err(Error::NotNow { job: id.to_owned(), state: job.state });
            }
            let count = job.attempts + 1;
            enter(tx, id, State::Running, Some(&count.to_string()), now)?;
            tx.prepare_cached("UPDATE job SET attempts = ?2 WHERE id = ?1")?.execute(params![id, count])?;
            Ok(count)
        })
    }

    /// The attempt does not count: the disk was full, or the engine was told to stop.
    pub fn void_attempt(&mut self, id: &str, now: DateTime) -> Result<(), Error> {
        self.write(|tx| {
            if move_to(tx, id, &[State::Running], State::Claimed, Some("void"), now)? {
                tx.prepare_cached("UPDATE job SET attempts = MAX(attempts - 1, 0) WHERE id = ?1")?.execute([id])?;
            }
            Ok(())
        })
    }

    /// What will be published is put together and hashed. From here the job only goes forward.
    pub fn staged(&mut self, id: &str, staging: &Staging, now: DateTime) -> Result<(), Error> {
        self.staged_with(id, staging, &Renames::in_batches(1), now)
    }

    /// The same of a job that hands back what was dropped: with a row in the journal for each of its files, all at once.
    pub fn staged_with(&mut self, id: &str, staging: &Staging, renames: &Renames, now: DateTime) -> Result<(), Error> {
        self.write(|tx| {
            let from = [State::Claimed, State::Running];
            if move_to(tx, id, &from, State::Staged, Some(&staging.folder_name), now)? {
                let sql = "UPDATE job SET kind = ?2, folder_name = ?3, outputs = ?4, facts = ?5, reason = ?6 WHERE id = ?1";
                let Staging { folder_name, kind, outputs, facts, reason } = staging;
                tx.prepare_cached(sql)?.execute(params![id, kind.word(), folder_name, outputs, facts, reason])?;
                renames::plan(tx, id, renames)?;
            }
            Ok(())
        })
    }

    /// Some files of a staged job kept their names: what is published with them, and what the run comes to then.
    pub fn restaged(&mut self, id: &str, outputs: &str, facts: &str, now: DateTime) -> Result<(), Error> {
        self.write(|tx| {
            let job = job(tx, id)?;
            if job.state != State::Staged {
                return Err(Error::NotNow { job: id.to_owned(), state: job.state });
            }
            note(tx, id, State::Staged, Some(NAMES_KEPT), now)?;
            let sql = "UPDATE job SET outputs = ?2, facts = ?3 WHERE id = ?1";
            tx.prepare_cached(sql)?.execute(params![id, outputs, facts])?;
            Ok(())
        })
    }

    /// The name was taken: the folder will be published under another one.
    pub fn renamed(&mut self, id: &str, folder_name: &str, now: DateTime) -> Result<(), Error> {
        self.write(|tx| {
            let job = job(tx, id)?;
            if job.state != State::Staged {
                return Err(Error::NotNow { job: id.to_owned(), state: job.state });
            }
            enter(tx, id, State::Staged, Some(folder_name), now)?;
            tx.prepare_cached("UPDATE job SET folder_name = ?2 WHERE id = ?1")?.execute(params![id, folder_name])?;
            Ok(())
        })
    }

    /// The outputs are published: the state and the run, in one transaction. Said twice, it answers the first run.
    pub fn committed(&mut self, id: &str, run: &Run, now: DateTime) -> Result<EntryNo, Error> {
        self.finish(id, &[Fate::Done], State::Committed, now, |tx, job| count::run(tx, job, run, now))
    }

    /// The arrival lies in 差戻し or 障害: the state and the rework, in one transaction. Said twice, it answers the first entry.
    pub fn aside(&mut self, id: &str, run: &Run, now: DateTime) -> Result<EntryNo, Error> {
        let kinds = [Fate::Returned, Fate::Failed];
        self.finish(id, &kinds, State::Aside, now, |tx, job| count::rework(tx, job, run, now))
    }

    fn finish(
        &mut self,
        id: &str,
        kinds: &[Fate],
        into: State,
        now: DateTime,
        enter_ledger: impl FnOnce(&Transaction<'_>, &Job) -> Result<EntryNo, Error>,
    ) -> Result<EntryNo, Error> {
        self.write(|tx| {
            let job = job(tx, id)?;
            let kind = job.staging.as_ref().map(|staging| staging.kind);
            let ours = kind.is_some_and(|kind| kinds.contains(&kind));
            match (job.state, job.entry) {
                (State::Staged, None) if ours => {
                    let entry = enter_ledger(tx, &job)?;
                    enter(tx, id, into, Some(&entry.to_string()), now)?;
                    tx.prepare_cached("UPDATE job SET entry = ?2 WHERE id = ?1")?.execute(params![id, entry])?;
                    Ok(entry)
                }
                (_, Some(entry)) if ours => Ok(entry),
                (state, _) => Err(Error::NotNow { job: id.to_owned(), state }),
            }
        })
    }

    /// The original lies in the archive, or, after a redo, the outputs are back. There is no place where the original itself
    /// was handed back.
    pub fn archived(&mut self, id: &str, place: Option<&str>, now: DateTime) -> Result<(), Error> {
        self.write(|tx| {
            if move_to(tx, id, &[State::Committed], State::Archived, None, now)? {
                tx.prepare_cached("UPDATE job SET archive = ?2 WHERE id = ?1")?.execute(params![id, place])?;
            }
            Ok(())
        })
    }

    /// The arrival was gone before it could be taken.
    pub fn vanished(&mut self, id: &str, now: DateTime) -> Result<(), Error> {
        self.write(|tx| move_to(tx, id, &[State::Claiming], State::Vanished, None, now).map(drop))
    }

    /// The arrival lies in its inbox again, because somebody was still writing to it.
    pub fn let_go(&mut self, id: &str, reason: &str, now: DateTime) -> Result<(), Error> {
        let from = [State::Claiming, State::Claimed, State::Running];
        self.write(|tx| move_to(tx, id, &from, State::Ended, Some(reason), now).map(drop))
    }

    /// The arrival has the content of an earlier job, and waits in its inbox for a person's word.
    pub fn held(&mut self, id: &str, sha256: &str, size: u64, earlier: &str, now: DateTime) -> Result<(), Error> {
        self.write(|tx| {
            if move_to(tx, id, &[State::Claiming], State::Held, Some(earlier), now)? {
                let sql = "UPDATE job SET sha256 = ?2, size = ?3, earlier = ?4 WHERE id = ?1";
                tx.prepare_cached(sql)?.execute(params![id, sha256, size.cast_signed(), earlier])?;
            }
            Ok(())
        })
    }

    /// The held arrival was told to run, or is no longer there.
    pub fn released(&mut self, id: &str, reason: &str, now: DateTime) -> Result<(), Error> {
        self.write(|tx| move_to(tx, id, &[State::Held], State::Ended, Some(reason), now).map(drop))
    }

    /// Before anything of a finished job is taken back.
    pub fn undoing(&mut self, id: &str, now: DateTime) -> Result<(), Error> {
        self.write(|tx| move_to(tx, id, &[State::Archived], State::Undoing, None, now).map(drop))
    }

    /// All is taken back: the state and the hours, in one transaction. Said twice, it answers the first entry.
    pub fn undone(&mut self, id: &str, now: DateTime) -> Result<EntryNo, Error> {
        self.turn(id, State::Undoing, State::Undone, now, |tx, job| count::undo(tx, job, now))
    }

    /// Before an undone job is put back.
    pub fn redoing(&mut self, id: &str, now: DateTime) -> Result<(), Error> {
        self.write(|tx| move_to(tx, id, &[State::Undone], State::Redoing, None, now).map(drop))
    }

    /// All is put back: the state and the hours, in one transaction. Said twice, it answers the first entry.
    pub fn redone(&mut self, id: &str, now: DateTime) -> Result<EntryNo, Error> {
        self.turn(id, State::Redoing, State::Archived, now, |tx, job| count::redo(tx, job, now))
    }

    fn turn(
        &mut self,
        id: &str,
        from: State,
        into: State,
        now: DateTime,
        enter_ledger: impl FnOnce(&Transaction<'_>, &Job) -> Result<EntryNo, Error>,
    ) -> Result<EntryNo, Error> {
        self.write(|tx| {
            let job = job(tx, id)?;
            let last = count::last(tx, id)?;
            match last {
                Some((entry, kind)) if job.state == into && kind.settles(into) => Ok(entry),
                _ if job.state == from => {
                    let entry = enter_ledger(tx, &job)?;
                    enter(tx, id, into, Some(&entry.to_string()), now)?;
                    Ok(entry)
                }
                _ => Err(Error::NotNow { job: id.to_owned(), state: job.state }),
            }
        })
    }

    /// The original will be deleted, its days of keeping being over: the entry stands before the file goes. Said twice, it
    /// answers the first entry.
    pub fn deleted(&mut self, id: &str, now: DateTime) -> Result<EntryNo, Error> {
        self.write(|tx| {
            let job = job(tx, id)?;
            count::deletion(tx, &job, now)
        })
    }

    /// The original is gone.
    pub fn removed(&mut self, id: &str, now: DateTime) -> Result<(), Error> {
        self.write(|tx| {
            let job = job(tx, id)?;
            no_more(tx, &job, now)
        })
    }
}

/// Nothing of the original is kept any more.
pub(crate) fn no_more(tx: &Transaction<'_>, job: &Job, now: DateTime) -> Result<(), Error> {
    if !job.removed {
        tx.prepare_cached("UPDATE job SET removed = 1 WHERE id = ?1")?.execute([&job.new.id])?;
        note(tx, &job.new.id, job.state, Some("removed"), now)?;
    }
    Ok(())
}

pub(crate) fn job(tx: &Transaction<'_>, id: &str) -> Result<Job, Error> {
    let mut statement = tx.prepare_cached(&format!("SELECT {COLUMNS} FROM job WHERE id = ?1"))?;
    let found = statement.query_row([id], |row| Ok(Job::of(row))).optional()?;
    found.unwrap_or_else(|| Err(Error::NoJob { job: id.to_owned() }))
}

/// Whether the job went on; not if it is there already.
fn move_to(
    tx: &Transaction<'_>,
    id: &str,
    from: &[State],
    into: State,
    detail: Option<&str>,
    now: DateTime,
) -> Result<bool, Error> {
    let state = job(tx, id)?.state;
    if state == into {
        return Ok(false);
    }
    if !from.contains(&state) {
        return Err(Error::NotNow { job: id.to_owned(), state });
    }
    enter(tx, id, into, detail, now)?;
    Ok(true)
}

fn enter(tx: &Transaction<'_>, id: &str, into: State, detail: Option<&str>, now: DateTime) -> Result<(), Error> {
    let sql = "UPDATE job SET state = ?2, changed = ?3 WHERE id = ?1";
    tx.prepare_cached(sql)?.execute(params![id, into.word(), written(now)])?;
    note(tx, id, into, detail, now)
}

fn note(tx: &Transaction<'_>, id: &str, state: State, detail: Option<&str>, now: DateTime) -> Result<(), Error> {
    let sql = "INSERT INTO step (job, at, state, detail) VALUES (?1, ?2, ?3, ?4)";
    tx.prepare_cached(sql)?.execute(params![id, written(now), state.word(), detail])?;
    Ok(())
}
