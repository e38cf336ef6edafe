//! Trials of the whole room: a published half-year, the four faces against each other, random ledgers, a register imported twice.

mod events;
mod faces;
mod published;
mod random;
mod reading;

use jiff::civil::{Date, date};
use message::Lang;

use crate::records::{Baseline, Head, Kept, Kind, Method, Records, Sum};
use crate::register::{Consultation, Context, Target, read};
use crate::{Figures, Options, Paper, Period};

/// A day after everything in the samples.
pub(super) const TODAY: Date = date(2026, 11, 20);

pub(super) fn options(period: Period) -> Options {
    Options { period, minimum_months: 3, hourly_yen: None }
}

pub(super) fn context() -> Context<'static> {
    Context { lang: Lang::Ja, today: TODAY, tasks: &[] }
}

/// The register of the sample, as if it had been entered on one day.
pub(super) fn sample() -> Records {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../samples/register/相談台帳_令和4年度上半期.xlsx");
    let read = read("相談台帳.xlsx", std::fs::read(path).unwrap(), &context());
    assert!(read.is_sound(), "{:#?}", read.findings);
    let mut records = Records::default();
    for (row, _) in read.rows {
        let entry = records.rows.len() as u64 + 1;
        records.rows.push(Kept { entry, date: TODAY, what: row });
    }
    for (target, _) in read.targets {
        let entry = (records.rows.len() + records.targets.len()) as u64 + 1;
        records.targets.push(Kept { entry, date: TODAY, what: target });
    }
    records.head = Some(Head { entry: 60, date: TODAY, hash: "ab".repeat(32) });
    records
}

pub(super) fn row(day: Date, department: &str, title: &str) -> Consultation {
    Consultation {
        number: None,
        date: day,
        departments: vec![(department.to_owned(), 1)],
        title: title.to_owned(),
        kind: None,
        flags: Vec::new(),
        status: crate::Status::Asked,
        improved: None,
        task: None,
        specialist: false,
        hours: None,
        main: false,
        remark: None,
    }
}

pub(super) fn target(year: i32, goal: i64) -> Target {
    Target {
        name: "改善件数".to_owned(),
        unit: None,
        present: None,
        year,
        goal: goal.into(),
        result: None,
        measure: Some(crate::Measure::Improved),
        remark: None,
    }
}

/// A task's baseline: 12.5 minutes before, 2 after.
pub(super) fn baseline(entry: u64, task: &str) -> Baseline {
    Baseline {
        entry,
        task: task.to_owned(),
        name: [format!("業務{task}"), format!("task {task}")],
        unit: ["枚".to_owned(), "sheet".to_owned()],
        before: 12_500,
        after: 2_000,
        low: Some(10_000),
        high: Some(20_000),
        method: Method::Interview,
        author: "見本 花子".to_owned(),
        date: "2026-04-01".to_owned(),
        samples: 10,
        units_per_year: Some(1_200),
        rework: 10_000,
        new_work: false,
    }
}

/// `units` of a task in a month, in so many jobs.
pub(super) fn run(month: Date, department: &str, baseline: &Baseline, jobs: u64, units: i64) -> Sum {
    let (before, after) = (units * baseline.before, units * baseline.after);
    Sum {
        month,
        department: department.to_owned(),
        task: baseline.task.clone(),
        kind: Kind::Run,
        baseline: Some(baseline.entry),
        new_work: baseline.new_work,
        counts: units != 0,
        entries: jobs,
        units,
        counted: units,
        before,
        after,
        rework: 0,
        saved: before - after,
        findings: 2,
        first: 1,
        last: 9,
    }
}

pub(super) fn paper(records: &Records, period: Period) -> Paper {
    Paper::of(&Figures::of(records, &options(period)), Lang::Ja)
}
