//! Rounding as Excel rounds: on the decimal digits that a person sees.
//!
//! A number that was computed may differ from its fifteen digits. Where that decides, what Excel makes of it depends on the
//! version and the function, and nothing is said.

use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};

use super::value::{Answer, Stop, fifteen};

/// Rounds to so many digits behind the point; negative ones stand before it.
pub(super) fn rounded(number: f64, digits: f64, way: RoundingStrategy) -> Answer<f64> {
    let digits = digits.trunc();
    if number == 0.0 || digits > 15.0 {
        return Ok(number);
    }
    if digits < -28.0 {
        return if way == RoundingStrategy::AwayFromZero { Err(Stop::Unknown) } else { Ok(0.0) };
    }
    both(number, |exact| {
        if digits >= 0.0 {
            return Some(exact.round_dp_with_strategy(digits as u32, way));
        }
        let step = Decimal::from_i128_with_scale(10i128.pow(-digits as u32), 0);
        exact.checked_div(step)?.round_dp_with_strategy(0, way).checked_mul(step)
    })
}

/// Rounds to a multiple.
pub(super) fn multiple(number: f64, step: f64, way: RoundingStrategy) -> Answer<f64> {
    let step = decimal(step)?;
    both(number, |exact| exact.checked_div(step)?.round_dp_with_strategy(0, way).checked_mul(step))
}

/// The whole part below a quotient.
pub(super) fn quotient_floor(number: f64, divisor: f64) -> Answer<f64> {
    both(number / divisor, |exact| Some(exact.floor()))
}

/// What comes out, if the digits seen and the number itself agree.
pub(super) fn both(number: f64, work: impl Fn(Decimal) -> Option<Decimal>) -> Answer<f64> {
    let exact = work(decimal(number)?).ok_or(Stop::Unknown)?;
    let seen = work(decimal(fifteen(number))?).ok_or(Stop::Unknown)?;
    if exact == seen { float(exact) } else { Err(Stop::Unknown) }
}

/// The shortest decimal that is this number.
fn decimal(number: f64) -> Answer<Decimal> {
    if number.abs() >= 1e15 || number != 0.0 && number.abs() < 1e-10 {
        return Err(Stop::Unknown);
    }
    number.to_string().parse().map_err(|_| Stop::Unknown)
}

fn float(exact: Decimal) -> Answer<f64> {
    // By its digits: the library's own way is not always the nearest.
    exact.normalize().to_string().parse().ok().or_else(|| exact.to_f64()).ok_or(Stop::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_those_that_a_person_sees() {
        let half = RoundingStrategy::MidpointAwayFromZero;
        let (down, up) = (RoundingStrategy::ToZero, RoundingStrategy::AwayFromZero);
        for (number, digits, way, expected) in [
            (2.675, 2.0, half, 2.68),
            (1.005, 2.0, half, 1.01),
            (-2.5, 0.0, half, -3.0),
            (1234.5, -2.0, half, 1200.0),
            (1250.0, -2.0, half, 1300.0),
            (121.000_000_000_000_01, 0.0, down, 121.0),
            (1.1, 0.0, up, 2.0),
            (-1.19, 1.0, down, -1.1),
        ] {
            assert_eq!(rounded(number, digits, way), Ok(expected), "{number}");
        }
        assert_eq!(rounded(4.35 * 100.0, 0.0, down), Err(Stop::Unknown));
        assert_eq!(multiple(23.0, 5.0, RoundingStrategy::ToPositiveInfinity), Ok(25.0));
    }
}
