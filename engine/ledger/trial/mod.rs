//! The store and the ledger tried out: a harness that tells the story of an office, and what must hold.

mod count;
mod random;
mod step;
mod tamper;

use jiff::civil::{DateTime, date};

use crate::{Baseline, Error, Fate, Filter, Method, Minutes, NewJob, Run, Staging, Store};

/// An office whose clock is moved by hand. Its task saves 12 - 2 minutes a unit, and a rework costs 10.
pub(crate) struct Office {
    pub store: Store,
    pub now: DateTime,
    pub baseline: Baseline,
    pub formerly: Vec<String>,
    pub task: String,
    next: u32,
    _folder: tempfile::TempDir,
}

impl Office {
    pub fn new() -> Office {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("ledger.db")).unwrap();
        // The disk's patience is not what is tried here.
        store.connection.pragma_update(None, "synchronous", "OFF").unwrap();
        let now = date(2026, 11, 20).at(10, 0, 0, 0);
        Office { store, now, baseline: baseline(), formerly: vec![], task: "statistics".to_owned(), next: 0, _folder: folder }
    }

    /// A job that is claimed; its number.
    pub fn claimed(&mut self, content: &str) -> String {
        self.next += 1;
        let job = new_job(&format!("20261120-{:05}", self.next), &self.task, self.now);
        self.store.intend(&job, self.now).unwrap();
        self.store.claimed(&job.id, content, 100, self.now).unwrap();
        self.store.attempt(&job.id, self.now).unwrap();
        job.id
    }

    /// A job that is done, with so many units.
    pub fn done(&mut self, content: &str, units: u64) -> String {
        let id = self.claimed(content);
        self.store.staged(&id, &staging(Fate::Done), self.now).unwrap();
        let run = self.run(units);
        self.store.committed(&id, &run, self.now).unwrap();
        self.store.archived(&id, Some("2026/11/1"), self.now).unwrap();
        id
    }

    /// A job that is put aside.
    pub fn aside(&mut self, content: &str, fate: Fate) -> String {
        let id = self.claimed(content);
        self.store.staged(&id, &staging(fate), self.now).unwrap();
        let run = self.run(0);
        self.store.aside(&id, &run, self.now).unwrap();
        id
    }

    pub fn undo(&mut self, id: &str) {
        self.store.undoing(id, self.now).unwrap();
        self.store.undone(id, self.now).unwrap();
    }

    pub fn redo(&mut self, id: &str) {
        self.store.redoing(id, self.now).unwrap();
        self.store.redone(id, self.now).unwrap();
    }

    pub fn run(&self, units: u64) -> Run {
        Run {
            version: "v1".to_owned(),
            department: "医療保健部".to_owned(),
            unit: "報告".to_owned(),
            units,
            baseline: Some(self.baseline.clone()),
            formerly: self.formerly.clone(),
            ..Run::default()
        }
    }

    /// All that was saved so far, in minutes.
    pub fn total(&self) -> Minutes {
        let mut total = Minutes::ZERO;
        let add = |entry: &crate::Entry| {
            total += if entry.kind == crate::Kind::Baseline { Minutes::ZERO } else { entry.saved };
            Ok::<(), Error>(())
        };
        self.store.entries(&Filter::default(), add).unwrap();
        total
    }
}

pub(crate) fn new_job(id: &str, task: &str, now: DateTime) -> NewJob {
    NewJob {
        id: id.to_owned(),
        task: task.to_owned(),
        version: "v1".to_owned(),
        inbox: "受付/検査".to_owned(),
        name: "7月.xlsx".to_owned(),
        folder: false,
        identity: "1:2:3".to_owned(),
        engine: "0.1.0".to_owned(),
        clock: now,
        seed: u64::MAX,
        again: None,
    }
}

pub(crate) fn staging(kind: Fate) -> Staging {
    let text = |text: &str| text.to_owned();
    Staging { folder_name: text("7月"), kind, outputs: text("[]"), facts: text("{}"), reason: None }
}

pub(crate) fn baseline() -> Baseline {
    Baseline {
        name_ja: "検査統計集計".to_owned(),
        name_en: "Test statistics".to_owned(),
        department: "医療保健部".to_owned(),
        unit_ja: "報告".to_owned(),
        unit_en: "report".to_owned(),
        before: Minutes::whole(12),
        after: Minutes::whole(2),
        rework: Baseline::REWORK,
        method: Method::Interview,
        author: "見本 花子".to_owned(),
        date: date(2026, 4, 1),
        samples: 10,
        low: Some(Minutes::whole(8)),
        high: Some(Minutes::whole(15)),
        units_per_year: Some(3285),
        new_work: false,
        reason: None,
    }
}
