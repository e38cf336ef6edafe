//! The register's figures: how many consultations and improvements, of which departments, and what they are estimated to save.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::Minutes;
use crate::period::Period;
use crate::records::Kept;
use crate::register::{Consultation, Status};

/// The register in a period.
#[derive(Clone, Debug, Default)]
pub struct Consulted {
    /// Consultations.
    pub asked: u64,
    /// How many of them bear each flag (新型コロナ).
    pub flags: Vec<(String, u64)>,
    /// Improvements.
    pub improved: u64,
    /// How many of them a DX specialist took part in.
    pub specialist: u64,
    /// The estimate of the improvements, for a year.
    pub estimate: Minutes,
    /// How many of the improvements have an estimate.
    pub estimated: u64,
    /// By department, most consultations first.
    pub departments: Vec<DepartmentLine>,
    /// Estimates of rows that name several departments, which nobody can divide.
    pub shared: Minutes,
    /// The improvements, those marked as main cases first, then by hours saved.
    pub cases: Vec<Case>,
    /// Rows of the period that were entered after its end: the entries.
    pub late: Vec<u64>,
    /// The last entry that the figures rest on.
    pub last_entry: Option<u64>,
    asked_by_month: BTreeMap<Date, u64>,
    improved_by_month: BTreeMap<Date, u64>,
}

/// A department.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct DepartmentLine {
    /// Its name.
    pub department: String,
    /// Consultations.
    pub asked: u64,
    /// Improvements.
    pub improved: u64,
    /// The estimate of its improvements, for a year.
    pub estimate: Minutes,
}

/// An improvement.
#[derive(Clone, PartialEq, Debug)]
pub struct Case {
    /// The entry that stands.
    pub entry: u64,
    /// The row.
    pub row: Consultation,
}

impl Consulted {
    /// What the register says of a period. A later entry takes the place of an earlier one from its own date on, or from the day
    /// of the improvement that it names; so a past period stays as it was printed.
    pub fn of(rows: &[Kept<Consultation>], period: Period) -> Consulted {
        let mut consulted = Consulted::default();
        let mut versions: BTreeMap<String, Vec<&Kept<Consultation>>> = BTreeMap::new();
        for kept in rows {
            versions.entry(kept.what.identity()).or_default().push(kept);
        }
        let mut lines: BTreeMap<String, DepartmentLine> = BTreeMap::new();
        for versions in versions.values() {
            consulted.take(versions, period, &mut lines);
        }
        consulted.departments = lines.into_values().collect();
        consulted.departments.sort_by(|a, b| b.asked.cmp(&a.asked).then_with(|| a.department.cmp(&b.department)));
        consulted.flags.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let saved = |case: &Case| case.row.hours.map_or(i64::MIN, |hours| hours.saved());
        consulted.cases.sort_by_key(|case| (!case.row.main, std::cmp::Reverse(saved(case)), case.entry));
        consulted.late.sort_unstable();
        consulted
    }

    fn take(&mut self, versions: &[&Kept<Consultation>], period: Period, lines: &mut BTreeMap<String, DepartmentLine>) {
        let Some(standing) = versions.iter().rev().find(|kept| starts(kept, versions) <= period.to) else { return };
        let (row, asked_on) = (&standing.what, versions[0].what.date);
        let mut used = false;
        if period.contains(asked_on) {
            used = true;
            self.asked += row.count();
            *self.asked_by_month.entry(asked_on.first_of_month()).or_default() += row.count();
            for flag in &row.flags {
                match self.flags.iter_mut().find(|(known, _)| known == flag) {
                    Some((_, count)) => *count += row.count(),
                    None => self.flags.push((flag.clone(), row.count())),
                }
            }
            for (name, count) in &row.departments {
                line(lines, name).asked += count;
            }
        }
        let improved_on = improved_on(versions, standing);
        if let Some(day) = improved_on.filter(|day| period.contains(*day)) {
            used = true;
            self.improve(standing, day, lines);
        }
        if used {
            if standing.date > period.to {
                self.late.push(standing.entry);
            }
            self.last_entry = self.last_entry.max(Some(standing.entry));
        }
    }

    fn improve(&mut self, standing: &Kept<Consultation>, day: Date, lines: &mut BTreeMap<String, DepartmentLine>) {
        let row = &standing.what;
        self.improved += row.count();
        *self.improved_by_month.entry(day.first_of_month()).or_default() += row.count();
        self.specialist += if row.specialist { row.count() } else { 0 };
        for (name, count) in &row.departments {
            line(lines, name).improved += count;
        }
        if let Some(hours) = row.hours {
            let minutes = Minutes::estimate(hours);
            self.estimate += minutes;
            self.estimated += row.count();
            match &row.departments[..] {
                [(name, _)] => line(lines, name).estimate += minutes,
                _ => self.shared += minutes,
            }
        }
        self.cases.push(Case { entry: standing.entry, row: row.clone() });
    }

    /// Consultations of a month.
    pub fn asked_in(&self, month: Date) -> u64 {
        self.asked_by_month.get(&month).copied().unwrap_or(0)
    }

    /// Improvements of a month.
    pub fn improved_in(&self, month: Date) -> u64 {
        self.improved_by_month.get(&month).copied().unwrap_or(0)
    }
}

fn line<'a>(lines: &'a mut BTreeMap<String, DepartmentLine>, name: &str) -> &'a mut DepartmentLine {
    lines.entry(name.to_owned()).or_insert_with(|| DepartmentLine { department: name.to_owned(), ..DepartmentLine::default() })
}

/// The day from which a version stands: the first from the consultation on, a later one from the day it was entered,
/// or from the day of the improvement that it names.
fn starts(kept: &Kept<Consultation>, versions: &[&Kept<Consultation>]) -> Date {
    if kept.entry == versions[0].entry { kept.what.date } else { kept.what.improved.map_or(kept.date, |day| day.min(kept.date)) }
}

/// The day on which what stands became an improvement: of the first of the versions before it that say so without a break.
fn improved_on(versions: &[&Kept<Consultation>], standing: &Kept<Consultation>) -> Option<Date> {
    if standing.what.status != Status::Improved {
        return None;
    }
    if let Some(day) = standing.what.improved {
        return Some(day);
    }
    let until = versions.iter().position(|kept| kept.entry == standing.entry)?;
    let broken = versions[..until].iter().rposition(|kept| kept.what.status != Status::Improved);
    let first = versions[broken.map_or(0, |at| at + 1)];
    Some(first.what.improved.unwrap_or_else(|| starts(first, versions)))
}
