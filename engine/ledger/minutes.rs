//! Minutes, exact to the thousandth: hours are counted in integers, never in floating point.

use std::fmt;
use std::ops::{Add, AddAssign, Neg, Sub};

use serde::{Deserialize, Serialize};

/// A span in thousandths of a minute.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Minutes(pub i64);

impl Minutes {
    /// No time at all.
    pub const ZERO: Minutes = Minutes(0);

    /// Whole minutes.
    pub const fn whole(minutes: i64) -> Minutes {
        Minutes(minutes * 1000)
    }

    /// Minutes as written (`12.5`); none if it is no number, or has more than three decimals.
    pub fn read(text: &str) -> Option<Minutes> {
        let (sign, digits) = match text.strip_prefix(['-', '−']) {
            Some(rest) => (-1, rest),
            None => (1, text),
        };
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !plain(whole) || !plain(part) || part.len() > 3 || (part.is_empty() && digits.contains('.')) {
            return None;
        }
        let thousandths: i64 = format!("{part:0<3}").parse().ok()?;
        let all = whole.parse::<i64>().ok()?.checked_mul(1000)?.checked_add(thousandths)?;
        Some(Minutes(sign * all))
    }

    /// So many times these minutes; none beyond what sixty-four bits hold.
    pub fn times(self, units: i64) -> Option<Minutes> {
        self.0.checked_mul(units).map(Minutes)
    }
}

impl fmt::Display for Minutes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, part) = (self.0.unsigned_abs() / 1000, self.0.unsigned_abs() % 1000);
        match part {
            0 => write!(f, "{sign}{whole}"),
            part => write!(f, "{sign}{whole}.{}", format!("{part:03}").trim_end_matches('0')),
        }
    }
}

impl fmt::Debug for Minutes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} min")
    }
}

impl Add for Minutes {
    type Output = Minutes;
    fn add(self, other: Minutes) -> Minutes {
        Minutes(self.0 + other.0)
    }
}

impl Sub for Minutes {
    type Output = Minutes;
    fn sub(self, other: Minutes) -> Minutes {
        Minutes(self.0 - other.0)
    }
}

impl Neg for Minutes {
    type Output = Minutes;
    fn neg(self) -> Minutes {
        Minutes(-self.0)
    }
}

impl AddAssign for Minutes {
    fn add_assign(&mut self, other: Minutes) {
        self.0 += other.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_are_read_and_shown_exactly() {
        for (text, thousandths) in [("12.5", 12_500), ("0.05", 50), ("-9", -9000), ("0", 0), ("1000000", 1_000_000_000)] {
            assert_eq!(Minutes::read(text), Some(Minutes(thousandths)), "{text}");
            assert_eq!(Minutes(thousandths).to_string(), text);
        }
        for text in ["", ".5", "5.", "1.2345", "1e3", "１２", "--1", "99999999999999999999"] {
            assert_eq!(Minutes::read(text), None, "{text}");
        }
    }
}
