//! A task's baseline as the ledger keeps it: minutes in thousandths.

use ledger::{Baseline, Minutes};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use task::{Manifest, Method};

/// The baseline of a task for the ledger. The form has refused minutes finer than thousandths.
pub fn baseline(manifest: &Manifest) -> Baseline {
    let baseline = &manifest.baseline;
    Baseline {
        name_ja: manifest.name.ja.clone(),
        name_en: manifest.name.en.clone(),
        department: manifest.department.clone(),
        unit_ja: manifest.unit.ja.clone(),
        unit_en: manifest.unit.en.clone(),
        before: minutes(baseline.before),
        after: minutes(baseline.after),
        rework: minutes(baseline.rework),
        method: match baseline.method {
            Method::Measured => ledger::Method::Measured,
            Method::Interview => ledger::Method::Interview,
            Method::Estimate => ledger::Method::Estimate,
        },
        author: baseline.author.clone(),
        date: baseline.date,
        samples: baseline.samples,
        low: baseline.low.map(minutes),
        high: baseline.high.map(minutes),
        units_per_year: baseline.units_per_year,
        new_work: baseline.new_work,
        reason: baseline.reason.clone(),
    }
}

fn minutes(minutes: Decimal) -> Minutes {
    Minutes((minutes * Decimal::ONE_THOUSAND).round().to_i64().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_are_thousandths() {
        assert_eq!(minutes("0.05".parse().unwrap()), Minutes(50));
        assert_eq!(minutes("1000000".parse().unwrap()), Minutes(1_000_000_000));
    }
}
