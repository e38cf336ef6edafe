//! The figures of a report: one model, computed once, from which every face is drawn.

mod consulted;
mod targets;
mod tasks;

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::period::Period;
use crate::records::{Baseline, Head, Kind, Records, Sum};

pub use consulted::{Case, Consulted, DepartmentLine};
pub use targets::TargetLine;
pub(crate) use tasks::rounded;
pub use tasks::{Annual, Comparison, Quality, Range, TaskLine};

/// Sums of minutes, in thousandths.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Minutes {
    /// As it was.
    pub before: i64,
    /// As it is.
    pub after: i64,
    /// Rework.
    pub rework: i64,
    /// before - after - rework.
    pub saved: i64,
}

impl Minutes {
    /// Those of an estimate, where nothing is known of rework.
    pub fn estimate(hours: crate::register::Hours) -> Minutes {
        Minutes { before: hours.before, after: hours.after, rework: 0, saved: hours.saved() }
    }

    fn of(sum: &Sum) -> Minutes {
        Minutes { before: sum.before, after: sum.after, rework: sum.rework, saved: sum.saved }
    }
}

impl std::ops::AddAssign for Minutes {
    fn add_assign(&mut self, other: Minutes) {
        self.before += other.before;
        self.after += other.after;
        self.rework += other.rework;
        self.saved += other.saved;
    }
}

/// What a report is asked for.
#[derive(Clone, Debug)]
pub struct Options {
    /// The days it speaks of.
    pub period: Period,
    /// Below so many months with runs, an annualised figure is called 見込み.
    pub minimum_months: u32,
    /// What an hour costs, in yen; without it no money is shown.
    pub hourly_yen: Option<Decimal>,
}

/// All figures of a report.
#[derive(Clone, Debug)]
pub struct Figures {
    /// What was asked for.
    pub options: Options,
    /// The register.
    pub consulted: Consulted,
    /// What jobs saved, without new work and without tasks that have no baseline.
    pub measured: Minutes,
    /// Jobs behind it, net of those taken back.
    pub jobs: i64,
    /// Units behind it.
    pub units: i64,
    /// The saving of each month.
    pub months: Vec<MonthLine>,
    /// Month by department and task.
    pub grid: Vec<GridLine>,
    /// Each task, the one that saved most first.
    pub tasks: Vec<TaskLine>,
    /// Work that nobody did before.
    pub new_work: Vec<TaskLine>,
    /// Tasks without a baseline: jobs and units, not counted.
    pub unbased: Vec<TaskLine>,
    /// The estimates of the register beside what jobs show.
    pub comparison: Vec<Comparison>,
    /// Targets and results.
    pub targets: Vec<TargetLine>,
    /// The baselines behind the figures.
    pub baselines: Vec<Baseline>,
    /// The rows behind the figures.
    pub sources: Vec<Sum>,
    /// The end of the chain.
    pub head: Option<Head>,
}

/// One month.
#[derive(Clone, PartialEq, Debug)]
pub struct MonthLine {
    /// Its first day.
    pub month: Date,
    /// Consultations.
    pub asked: u64,
    /// Improvements.
    pub improved: u64,
    /// Jobs that count.
    pub jobs: i64,
    /// Minutes that jobs saved.
    pub saved: i64,
}

/// A department and task, by month.
#[derive(Clone, PartialEq, Debug)]
pub struct GridLine {
    /// The department.
    pub department: String,
    /// The task's id.
    pub task: String,
    /// Minutes saved, month by month.
    pub months: Vec<i64>,
}

impl GridLine {
    /// All months.
    pub fn total(&self) -> i64 {
        self.months.iter().sum()
    }
}

/// Which part of the report a row belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// It counts.
    Counted,
    /// New work.
    New,
    /// Without a baseline.
    Unbased,
}

impl Sum {
    /// Which part of the report the row belongs to.
    pub fn part(&self) -> Part {
        match (self.new_work, self.baseline) {
            (true, _) => Part::New,
            (false, None) if self.kind != Kind::Correction => Part::Unbased,
            (false, _) => Part::Counted,
        }
    }

    /// How many jobs the row adds to those that count.
    pub fn jobs(&self) -> i64 {
        if !self.counts && self.part() == Part::Counted {
            return 0;
        }
        let entries = i64::try_from(self.entries).unwrap_or(i64::MAX);
        match self.kind {
            Kind::Run | Kind::Redo => entries,
            Kind::Undo => -entries,
            // What takes units back takes their jobs back.
            Kind::Correction if self.counted < 0 => -entries,
            Kind::Returned | Kind::Failed | Kind::Correction => 0,
        }
    }
}

impl Figures {
    /// Computes everything. Sums are of the period; the register is given whole, since what was asked in one year may be improved in the next.
    pub fn of(records: &Records, options: &Options) -> Figures {
        let mut sources: Vec<Sum> = records.sums.clone();
        sources.sort_by(|a, b| source_key(a).cmp(&source_key(b)));
        let counted: Vec<&Sum> = sources.iter().filter(|sum| sum.part() == Part::Counted).collect();
        let mut measured = Minutes::default();
        counted.iter().for_each(|sum| measured += Minutes::of(sum));
        let consulted = Consulted::of(&records.rows, options.period);
        let tasks = tasks::lines(&sources, Part::Counted, &records.baselines, options);
        let comparison = tasks::compare(&consulted, &tasks);
        let targets = targets::lines(records, options.period, measured.saved);
        Figures {
            measured,
            jobs: counted.iter().map(|sum| sum.jobs()).sum(),
            units: counted.iter().map(|sum| sum.counted).sum(),
            months: months(&counted, &consulted, options.period),
            grid: grid(&counted, options.period),
            tasks,
            new_work: tasks::lines(&sources, Part::New, &records.baselines, options),
            unbased: tasks::lines(&sources, Part::Unbased, &records.baselines, options),
            comparison,
            targets,
            baselines: used_baselines(&sources, &records.baselines),
            consulted,
            sources,
            head: records.head.clone(),
            options: options.clone(),
        }
    }

    /// A task's name in Japanese or English; its id where no baseline says it.
    pub fn task_name<'a>(&'a self, id: &'a str, lang: message::Lang) -> &'a str {
        let known = self.baselines.iter().rev().find(|baseline| baseline.task == id);
        known.map_or(id, |baseline| &baseline.name[lang.pick(0, 1)])
    }

    /// What a unit of a task is called.
    pub fn unit_name(&self, id: &str, lang: message::Lang) -> &str {
        let known = self.baselines.iter().rev().find(|baseline| baseline.task == id);
        known.map_or("", |baseline| &baseline.unit[lang.pick(0, 1)])
    }

    /// The saving of a year by the jobs of the period: low, middle and high, of all tasks whose year is known.
    pub fn annual(&self) -> Option<Annual> {
        tasks::add_up(self.tasks.iter().filter_map(|task| task.annual))
    }
}

type SourceKey<'a> = (Date, &'a str, &'a str, Kind, Option<u64>, bool);

fn source_key(sum: &Sum) -> SourceKey<'_> {
    (sum.month, &sum.department, &sum.task, sum.kind, sum.baseline, !sum.counts)
}

fn months(counted: &[&Sum], consulted: &Consulted, period: Period) -> Vec<MonthLine> {
    let line = |month: Date| {
        let here = counted.iter().filter(|sum| sum.month == month);
        MonthLine {
            month,
            asked: consulted.asked_in(month),
            improved: consulted.improved_in(month),
            jobs: here.clone().map(|sum| sum.jobs()).sum(),
            saved: here.map(|sum| sum.saved).sum(),
        }
    };
    period.months().into_iter().map(line).collect()
}

fn grid(counted: &[&Sum], period: Period) -> Vec<GridLine> {
    let months = period.months();
    let mut lines: BTreeMap<(&str, &str), Vec<i64>> = BTreeMap::new();
    for sum in counted {
        let line = lines.entry((&sum.department, &sum.task)).or_insert_with(|| vec![0; months.len()]);
        if let Some(at) = months.iter().position(|month| *month == sum.month) {
            line[at] += sum.saved;
        }
    }
    let line = |((department, task), months): ((&str, &str), Vec<i64>)| GridLine {
        department: department.to_owned(),
        task: task.to_owned(),
        months,
    };
    lines.into_iter().map(line).collect()
}

fn used_baselines(sources: &[Sum], baselines: &[Baseline]) -> Vec<Baseline> {
    let is_used = |baseline: &&Baseline| sources.iter().any(|sum| sum.baseline == Some(baseline.entry));
    let mut used: Vec<Baseline> = baselines.iter().filter(is_used).cloned().collect();
    used.sort_by_key(|baseline| baseline.entry);
    used.dedup_by_key(|baseline| baseline.entry);
    used
}
