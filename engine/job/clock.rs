//! The clock of a job. Japan has one time zone and no summer time, and a server that is left on UTC must not put a job or
//! a file on the wrong day: so the clock is always nine hours ahead of UTC.

use std::time::{SystemTime, UNIX_EPOCH};

use jiff::civil;

const NINE_HOURS: i64 = 9 * 3600;

/// The time now, as a clock in Japan shows it, to the second.
pub fn now() -> civil::DateTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    moment(since.as_nanos() as i128).unwrap_or_default()
}

/// A moment in nanoseconds since 1970 as a clock in Japan shows it, to the second.
pub(crate) fn moment(nanoseconds: i128) -> Option<civil::DateTime> {
    let seconds = i64::try_from(nanoseconds.div_euclid(1_000_000_000)).ok()?.checked_add(NINE_HOURS)?;
    let day = book::Day(i32::try_from(seconds.div_euclid(86_400)).ok()?).date()?;
    let rest = seconds.rem_euclid(86_400);
    Some(day.at((rest / 3600) as i8, (rest / 60 % 60) as i8, (rest % 60) as i8, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_japanese() {
        assert_eq!(moment(0).map(|m| m.to_string()).as_deref(), Some("1970-01-01T09:00:00"));
        assert_eq!(moment(1_659_661_200_000_000_000).map(|m| m.to_string()).as_deref(), Some("2022-08-05T10:00:00"));
        assert_eq!(moment(i128::MAX), None);
    }
}
