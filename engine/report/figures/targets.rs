//! Targets and what was reached of them.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::Consulted;
use crate::period::Period;
use crate::records::{Kept, Records};
use crate::register::{Measure, Target, hours};

/// A target and its result.
#[derive(Clone, PartialEq, Debug)]
pub struct TargetLine {
    /// The entry that stands.
    pub entry: u64,
    /// The target.
    pub target: Target,
    /// What was reached by the end of the report's period; none is "not yet".
    pub result: Option<Decimal>,
    /// Whether the report counted it itself.
    pub counted: bool,
}

impl TargetLine {
    /// What was reached of what is wanted, in tenths of a per cent.
    pub fn reached(&self) -> Option<Decimal> {
        let result = self.result?;
        (!self.target.goal.is_zero()).then(|| (result / self.target.goal * Decimal::ONE_HUNDRED).round_dp(1))
    }
}

/// The targets as they stood at the end of the period, by name and year.
pub(super) fn lines(records: &Records, period: Period, saved: i64) -> Vec<TargetLine> {
    let mut standing: BTreeMap<String, &Kept<Target>> = BTreeMap::new();
    for kept in &records.targets {
        let identity = kept.what.identity();
        // The first version holds whenever it was entered; a later one from its day on.
        if !standing.contains_key(&identity) || kept.date <= period.to {
            standing.insert(identity, kept);
        }
    }
    let mut lines: Vec<TargetLine> = standing.into_values().map(|kept| line(kept, records, period, saved)).collect();
    lines.sort_by(|a, b| (&a.target.name, a.target.year).cmp(&(&b.target.name, b.target.year)));
    lines
}

fn line(kept: &Kept<Target>, records: &Records, period: Period, saved: i64) -> TargetLine {
    let target = &kept.what;
    let own = target.measure.and_then(|measure| count(measure, target.year, records, period, saved));
    TargetLine { entry: kept.entry, target: target.clone(), result: own.or(target.result), counted: own.is_some() }
}

/// What the report counts for a year, up to the end of its period.
fn count(measure: Measure, year: i32, records: &Records, period: Period, saved: i64) -> Option<Decimal> {
    let whole = Period::fiscal_year(year)?;
    if whole.from > period.to {
        return None;
    }
    if measure == Measure::Saved {
        return (whole.contains(period.from) && period.from == whole.from).then(|| hours(saved).round_dp(1));
    }
    let until = Period { from: whole.from, to: whole.to.min(period.to) };
    let consulted = Consulted::of(&records.rows, until);
    Some(match measure {
        Measure::Asked => consulted.asked.into(),
        Measure::Improved => consulted.improved.into(),
        Measure::Specialist => consulted.specialist.into(),
        Measure::Estimated | Measure::Saved => hours(consulted.estimate.saved).round_dp(1),
    })
}
