//! The baseline (基準時間) and the saving (削減時間) that follows from it.

use jiff::civil;
use rust_decimal::Decimal;

/// Minutes per unit before and after, and where they come from.
#[derive(Clone, PartialEq, Debug)]
pub struct Baseline {
    /// Minutes per unit by hand.
    pub before: Decimal,
    /// Minutes per unit now, the checking that people still do included.
    pub after: Decimal,
    /// Minutes that a returned or failed arrival costs the people.
    pub rework: Decimal,
    /// How the minutes were found.
    pub method: Method,
    /// Who found them.
    pub author: String,
    /// When.
    pub date: civil::Date,
    /// On how many samples.
    pub samples: u64,
    /// The smallest minutes before that were seen.
    pub low: Option<Decimal>,
    /// The largest.
    pub high: Option<Decimal>,
    /// How many units a year has.
    pub units_per_year: Option<u64>,
    /// Work that nobody did before: shown apart, never added.
    pub new_work: bool,
    /// Why nothing is left to do by hand, where `after` is nothing.
    pub reason: Option<String>,
}

/// How minutes were found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Method {
    /// 実測.
    Measured,
    /// 聞き取り.
    Interview,
    /// 推計.
    Estimate,
}

/// What a number of units saves, in minutes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Saving {
    /// By hand.
    pub before: Decimal,
    /// With jitan.
    pub after: Decimal,
    /// The difference; negative when it takes longer.
    pub saved: Decimal,
}

impl Baseline {
    /// saving = units x (before - after), exact.
    pub fn saving(&self, units: u64) -> Saving {
        let units = Decimal::from(units);
        let (before, after) = (units * self.before, units * self.after);
        Saving { before: before.normalize(), after: after.normalize(), saved: (before - after).normalize() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_saving_is_exact_and_may_be_negative() {
        let mut baseline = Baseline {
            before: "12.1".parse().unwrap(),
            after: 2.into(),
            rework: 10.into(),
            method: Method::Interview,
            author: "見本 花子".to_owned(),
            date: civil::date(2026, 4, 1),
            samples: 10,
            low: None,
            high: None,
            units_per_year: None,
            new_work: false,
            reason: None,
        };
        assert_eq!(baseline.saving(36).saved, "363.6".parse().unwrap());
        baseline.after = 13.into();
        assert_eq!(baseline.saving(10).saved, (-9).into());
    }
}
