//! Questions about jobs.

use jiff::civil::DateTime;
use rusqlite::{OptionalExtension, Params, params, params_from_iter};

use crate::error::Error;
use crate::job::{COLUMNS, Job, JobFilter, State, Step, moment, written};
use crate::store::Store;

impl Store {
    /// The next free number of a day (`20261120`), for the job `20261120-00017`.
    pub fn next_number(&self, day: &str) -> Result<u32, Error> {
        let sql = "SELECT MAX(CAST(SUBSTR(id, ?2) AS INTEGER)) FROM job WHERE id >= ?1 || '-' AND id < ?1 || '.'";
        let after = day.chars().count() as i64 + 2;
        let last: Option<i64> = self.connection.prepare_cached(sql)?.query_row(params![day, after], |row| row.get(0))?;
        Ok(u32::try_from(last.unwrap_or(0) + 1).unwrap_or(u32::MAX))
    }

    /// A job.
    pub fn job(&self, id: &str) -> Result<Job, Error> {
        let found = self.one_job("WHERE id = ?1", [id])?;
        found.ok_or_else(|| Error::NoJob { job: id.to_owned() })
    }

    /// Jobs that are under way or held, in the order of their beginning: what recovery goes on with.
    pub fn open_jobs(&self) -> Result<Vec<Job>, Error> {
        self.many_jobs("WHERE state NOT IN ('archived', 'aside', 'vanished', 'undone', 'ended') ORDER BY began, id", [])
    }

    /// Jobs, the newest first.
    pub fn jobs(&self, filter: &JobFilter) -> Result<Vec<Job>, Error> {
        let since = filter.since.map(|day| day.to_string());
        let wanted = [
            ("task =", filter.task.as_deref()),
            ("state =", filter.state.map(State::word)),
            ("kind =", filter.kind.map(crate::Fate::word)),
            ("changed >=", since.as_deref()),
        ];
        let wanted: Vec<(&str, &str)> = wanted.into_iter().filter_map(|(test, value)| Some((test, value?))).collect();
        let tests: Vec<String> = wanted.iter().map(|(test, _)| format!("{test} ?")).collect();
        let condition = if tests.is_empty() { String::new() } else { format!("WHERE {}", tests.join(" AND ")) };
        // Numbers of jobs begin with their day, so they are in order of time.
        let rest = format!("{condition} ORDER BY id DESC LIMIT {}", filter.most.map_or(-1, i64::from));
        self.many_jobs(&rest, params_from_iter(wanted.iter().map(|(_, value)| value)))
    }

    /// The earliest job of the task with this content that was claimed and not put aside, handed back or undone. With a
    /// version, of that version of the task.
    pub fn same_content(&self, task: &str, version: Option<&str>, sha256: &str) -> Result<Option<Job>, Error> {
        let sql = "WHERE sha256 = ?1 AND task = ?2 AND (?3 IS NULL OR version = ?3) \
                   AND state IN ('claimed', 'running', 'staged', 'committed', 'archived') \
                   AND (kind IS NULL OR kind = 'done') ORDER BY began, id LIMIT 1";
        self.one_job(sql, params![sha256, task, version])
    }

    /// The held job of this content that somebody told to run ([`Store::released`] with `run`) and that no job does again yet.
    pub fn told_to_run(&self, task: &str, sha256: &str) -> Result<Option<String>, Error> {
        let sql = "SELECT id FROM job AS held WHERE sha256 = ?1 AND task = ?2 AND state = 'ended' AND earlier IS NOT NULL \
                   AND EXISTS (SELECT 1 FROM step WHERE job = held.id AND state = 'ended' AND detail = 'run') \
                   AND NOT EXISTS (SELECT 1 FROM job WHERE again = held.id) ORDER BY began, id LIMIT 1";
        Ok(self.connection.prepare_cached(sql)?.query_row([sha256, task], |row| row.get(0)).optional()?)
    }

    /// Every held arrival that was told to run and that no later job names in `again`: what an engine takes up at its start.
    pub fn waiting_to_run(&self) -> Result<Vec<Job>, Error> {
        self.many_jobs(
            "WHERE state = 'ended' AND earlier IS NOT NULL \
             AND EXISTS (SELECT 1 FROM step WHERE step.job = job.id AND step.state = 'ended' AND step.detail = 'run') \
             AND NOT EXISTS (SELECT 1 FROM job AS later WHERE later.again = job.id) ORDER BY began, id",
            [],
        )
    }

    /// The states that a job went through.
    pub fn steps(&self, id: &str) -> Result<Vec<Step>, Error> {
        let mut statement = self.connection.prepare_cached("SELECT at, state, detail FROM step WHERE job = ?1 ORDER BY n")?;
        let mut rows = statement.query([id])?;
        let mut steps = Vec::new();
        while let Some(row) = rows.next()? {
            let (at, state): (String, String) = (row.get(0)?, row.get(1)?);
            steps.push(Step { at: moment(&at)?, state: State::read(&state)?, detail: row.get(2)? });
        }
        Ok(steps)
    }

    /// Archived jobs of a task that ended before a moment and whose original is still kept, the oldest first.
    pub fn expired(&self, task: &str, before: DateTime) -> Result<Vec<Job>, Error> {
        let sql = "WHERE task = ?1 AND changed < ?2 AND state = 'archived' AND removed = 0 ORDER BY changed, id";
        self.many_jobs(sql, params![task, written(before)])
    }

    /// When something was last done for a job before a moment.
    pub fn last_step_before(&self, before: DateTime) -> Result<Option<DateTime>, Error> {
        let sql = "SELECT at FROM step WHERE at < ?1 ORDER BY n DESC LIMIT 1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let at: Option<String> = statement.query_row([written(before)], |row| row.get(0)).optional()?;
        at.map(|at| moment(&at)).transpose()
    }

    /// Jobs whose deletion stands in the ledger while their original may still be there.
    pub fn deleting(&self) -> Result<Vec<Job>, Error> {
        let sql = "WHERE removed = 0 AND state = 'archived' \
                   AND id IN (SELECT job FROM entry WHERE kind = 'deletion') ORDER BY changed, id";
        self.many_jobs(sql, [])
    }

    fn one_job(&self, rest: &str, parameters: impl Params) -> Result<Option<Job>, Error> {
        let mut statement = self.connection.prepare_cached(&format!("SELECT {COLUMNS} FROM job {rest}"))?;
        statement.query_row(parameters, |row| Ok(Job::of(row))).optional()?.transpose()
    }

    fn many_jobs(&self, rest: &str, parameters: impl Params) -> Result<Vec<Job>, Error> {
        let mut statement = self.connection.prepare_cached(&format!("SELECT {COLUMNS} FROM job {rest}"))?;
        let rows = statement.query_map(parameters, |row| Ok(Job::of(row)))?;
        rows.map(|row| row.map_err(Error::from).flatten()).collect()
    }
}
