//! Task by task: what was done and saved, within which range, what that makes in a year, and how far the estimate was off.

use std::collections::{BTreeMap, BTreeSet};

use super::{Consulted, Minutes, Options, Part, Sum};
use crate::records::{Baseline, Kind};

/// A task in the period.
#[derive(Clone, PartialEq, Debug)]
pub struct TaskLine {
    /// Its id.
    pub task: String,
    /// Its departments.
    pub departments: Vec<String>,
    /// Jobs, net of those taken back.
    pub jobs: i64,
    /// Units that count (units handled, where nothing counts).
    pub units: i64,
    /// Minutes.
    pub minutes: Minutes,
    /// The saving if the work before had taken the least and the most that was seen.
    pub range: Range,
    /// The same for a year.
    pub annual: Option<Annual>,
    /// Months with runs.
    pub months: u32,
    /// Its quality.
    pub quality: Quality,
    /// The baselines used, by entry.
    pub baselines: Vec<u64>,
    /// The first and last entry behind it.
    pub entries: (u64, u64),
}

/// What came of the arrivals of a task.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Quality {
    /// Published.
    pub published: u64,
    /// Errors and warnings found.
    pub findings: u64,
    /// Returned to the person.
    pub returned: u64,
    /// Put aside for the specialist.
    pub failed: u64,
    /// Taken back (and given back again).
    pub undone: u64,
    /// See `undone`.
    pub redone: u64,
}

/// Low, middle and high, in thousandths of a minute.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Range {
    /// With the least minutes before.
    pub low: i64,
    /// As the baseline says.
    pub middle: i64,
    /// With the most.
    pub high: i64,
}

/// What the minutes per unit and the units of a year make.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Annual {
    /// Units a year, as the baseline says.
    pub units: i64,
    /// Minutes of a year.
    pub minutes: Minutes,
    /// The saving's range.
    pub range: Range,
    /// Whether the data are shorter than the minimum.
    pub expected: bool,
}

/// The register's estimate beside what jobs show, for a year.
#[derive(Clone, PartialEq, Debug)]
pub struct Comparison {
    /// The task's id.
    pub task: String,
    /// The estimate.
    pub estimate: Minutes,
    /// What jobs show; none where the year's units are not known or nothing ran.
    pub measured: Option<Annual>,
}

impl Comparison {
    /// How far apart they are.
    pub fn difference(&self) -> Option<i64> {
        self.measured.map(|annual| annual.minutes.saved - self.estimate.saved)
    }
}

/// The tasks of one part of the report, the one that saved most first.
pub(super) fn lines(sources: &[Sum], part: Part, baselines: &[Baseline], options: &Options) -> Vec<TaskLine> {
    let mut tasks: BTreeMap<&str, Vec<&Sum>> = BTreeMap::new();
    for sum in sources.iter().filter(|sum| sum.part() == part) {
        tasks.entry(&sum.task).or_default().push(sum);
    }
    let mut lines: Vec<TaskLine> = tasks.values().map(|sums| line(sums, part, baselines, options)).collect();
    lines.sort_by(|a, b| b.minutes.saved.cmp(&a.minutes.saved).then_with(|| a.task.cmp(&b.task)));
    lines
}

fn line(sums: &[&Sum], part: Part, baselines: &[Baseline], options: &Options) -> TaskLine {
    let mut minutes = Minutes::default();
    let (mut range, mut quality) = (Range::default(), Quality::default());
    let (mut months, mut used, mut departments) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let (mut jobs, mut units, mut entries) = (0, 0, (u64::MAX, 0));
    for sum in sums {
        let baseline = sum.baseline.and_then(|entry| baselines.iter().find(|known| known.entry == entry));
        if part != Part::New {
            minutes += Minutes::of(sum);
        }
        range.add(range_of(sum, baseline));
        quality.add(sum);
        jobs += sum.jobs();
        units += if part == Part::Counted { sum.counted } else { handled(sum) };
        if part == Part::New {
            // New work saves nothing; what it takes now is shown.
            minutes.after += handled(sum).saturating_mul(baseline.map_or(0, |known| known.after));
        }
        entries = (entries.0.min(sum.first), entries.1.max(sum.last));
        used.extend(sum.baseline);
        departments.insert(sum.department.as_str());
        if sum.kind == Kind::Run {
            months.insert(sum.month);
        }
    }
    let first = sums[0];
    let latest = used.last().and_then(|entry| baselines.iter().find(|known| known.entry == *entry));
    let months = months.len() as u32;
    TaskLine {
        task: first.task.clone(),
        departments: departments.into_iter().map(str::to_owned).collect(),
        jobs,
        units,
        minutes,
        range,
        annual: latest
            .filter(|_| part == Part::Counted)
            .and_then(|baseline| annual(baseline, minutes.rework, units, months < options.minimum_months)),
        months,
        quality,
        baselines: used.into_iter().collect(),
        entries,
    }
}

fn handled(sum: &Sum) -> i64 {
    match sum.kind {
        Kind::Run | Kind::Redo => sum.units,
        Kind::Undo => -sum.units.abs(),
        Kind::Returned | Kind::Failed | Kind::Correction => 0,
    }
}

/// The saving of a row if a unit had taken the least and the most minutes that were seen.
fn range_of(sum: &Sum, baseline: Option<&Baseline>) -> Range {
    let with = |per_unit: Option<i64>| match (per_unit, baseline) {
        (Some(minutes), Some(baseline)) => sum.saved.saturating_add(sum.counted.saturating_mul(minutes - baseline.before)),
        _ => sum.saved,
    };
    let (low, high) = (with(baseline.and_then(|known| known.low)), with(baseline.and_then(|known| known.high)));
    Range { low, middle: sum.saved, high }
}

/// Minutes per unit times the units of a year, less the rework that so many units bring with them.
fn annual(baseline: &Baseline, rework: i64, units: i64, expected: bool) -> Option<Annual> {
    let a_year = i64::try_from(baseline.units_per_year?).ok()?;
    let rework = match units {
        0 => 0,
        units => i64::try_from(rounded(i128::from(rework) * i128::from(a_year), i128::from(units.abs()))).ok()?,
    };
    let (before, after) = (a_year.checked_mul(baseline.before)?, a_year.checked_mul(baseline.after)?);
    let saved = |before: i64| before.checked_sub(after)?.checked_sub(rework);
    let range = Range {
        low: saved(a_year.checked_mul(baseline.low.unwrap_or(baseline.before))?)?,
        middle: saved(before)?,
        high: saved(a_year.checked_mul(baseline.high.unwrap_or(baseline.before))?)?,
    };
    Some(Annual { units: a_year, minutes: Minutes { before, after, rework, saved: range.middle }, range, expected })
}

/// Rounded to the nearest, half away from zero.
pub(crate) fn rounded(numerator: i128, denominator: i128) -> i128 {
    let half = denominator / 2;
    if numerator < 0 { (numerator - half) / denominator } else { (numerator + half) / denominator }
}

pub(super) fn add_up(annuals: impl Iterator<Item = Annual>) -> Option<Annual> {
    annuals.reduce(|mut sum, annual| {
        sum.units += annual.units;
        sum.minutes += annual.minutes;
        sum.range.add(annual.range);
        sum.expected |= annual.expected;
        sum
    })
}

/// The estimates of improvements that name a task, beside the task's own year.
pub(super) fn compare(consulted: &Consulted, tasks: &[TaskLine]) -> Vec<Comparison> {
    let mut estimates: BTreeMap<&str, Minutes> = BTreeMap::new();
    for case in &consulted.cases {
        if let (Some(task), Some(hours)) = (&case.row.task, case.row.hours) {
            *estimates.entry(task).or_default() += Minutes::estimate(hours);
        }
    }
    let compared = |(task, estimate): (&str, Minutes)| {
        let measured = tasks.iter().find(|line| line.task == task).and_then(|line| line.annual);
        Comparison { task: task.to_owned(), estimate, measured }
    };
    estimates.into_iter().map(compared).collect()
}

impl Range {
    fn add(&mut self, other: Range) {
        self.low += other.low;
        self.middle += other.middle;
        self.high += other.high;
    }
}

impl Quality {
    fn add(&mut self, sum: &Sum) {
        match sum.kind {
            Kind::Run => self.published += sum.entries,
            Kind::Returned => self.returned += sum.entries,
            Kind::Failed => self.failed += sum.entries,
            Kind::Undo => self.undone += sum.entries,
            Kind::Redo => self.redone += sum.entries,
            Kind::Correction => {}
        }
        self.findings += sum.findings;
    }

    /// The same for several tasks.
    pub fn and(mut self, other: Quality) -> Quality {
        self.published += other.published;
        self.findings += other.findings;
        self.returned += other.returned;
        self.failed += other.failed;
        self.undone += other.undone;
        self.redone += other.redone;
        self
    }
}
