//! Days and times as Excel numbers them, in both of its systems.

use jiff::civil;

use super::value::{Answer, NUM, Stop};
use crate::Day;

/// A day as Excel writes it: 1900-01-00 and 1900-02-29 are days to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Civil {
    pub(super) year: i32,
    pub(super) month: u32,
    pub(super) day: u32,
}

/// The first day that Excel has no more.
const END: f64 = 2_958_466.0;
const DAYS_TO_1904: i64 = 1_462;
/// Up to here Excel counts a 1900-02-29 that never was.
const SOUND: i64 = 61;

/// How a workbook numbers its days.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Calendar {
    pub(super) date1904: bool,
}

impl Calendar {
    /// The number of a day in the 1900 system.
    fn common(self, number: f64) -> Answer<i64> {
        let shifted = if self.date1904 { number + DAYS_TO_1904 as f64 } else { number };
        if number < 0.0 || shifted >= END { Err(NUM) } else { Ok(shifted.floor() as i64) }
    }

    fn own(self, common: i64) -> f64 {
        (if self.date1904 { common - DAYS_TO_1904 } else { common }) as f64
    }

    /// The day of a number.
    pub(super) fn civil(self, number: f64) -> Answer<Civil> {
        Ok(match self.common(number)? {
            0 => Civil { year: 1900, month: 1, day: 0 },
            60 => Civil { year: 1900, month: 2, day: 29 },
            whole => {
                let date = self.date_of(whole)?;
                Civil { year: i32::from(date.year()), month: date.month() as u32, day: date.day() as u32 }
            }
        })
    }

    /// The day of a number, if there was such a day.
    pub(super) fn date(self, number: f64) -> Answer<civil::Date> {
        match self.common(number)? {
            0 | 60 => Err(Stop::Unknown),
            whole => self.date_of(whole),
        }
    }

    fn date_of(self, common: i64) -> Answer<civil::Date> {
        Day::from_serial(common as f64, false).and_then(Day::date).ok_or(Stop::Unknown)
    }

    /// The number of a day. `month` and `day` may be beyond their year and month.
    pub(super) fn number(self, year: i64, month: i64, day: i64) -> Answer<f64> {
        let months = year.checked_mul(12).and_then(|months| months.checked_add(month - 1)).ok_or(NUM)?;
        let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
        if !(1900..10_000).contains(&year) {
            return Err(NUM);
        }
        let first = Day::of(civil::date(year as i16, month as i8, 1));
        let common = i64::from(first.serial()).checked_add(day - 1).ok_or(NUM)?;
        self.checked(common)
    }

    /// The number of a day of the 1900 system, where that system is right.
    fn checked(self, common: i64) -> Answer<f64> {
        let own = self.own(common);
        if common as f64 >= END || own < 0.0 {
            return Err(NUM);
        }
        if common < SOUND { Err(Stop::Unknown) } else { Ok(own) }
    }

    /// The same day so many months on, or the last of that month.
    pub(super) fn months_on(self, number: f64, months: f64, last: bool) -> Answer<f64> {
        let date = self.date(number)?;
        let months = i64::from(date.year()) * 12 + i64::from(date.month()) - 1 + months.trunc() as i64;
        let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
        if !(1900..10_000).contains(&year) {
            return Err(NUM);
        }
        let length = i64::from(civil::date(year as i16, month as i8, 1).days_in_month());
        self.number(year, month, if last { length } else { length.min(i64::from(date.day())) })
    }

    /// 0 for Sunday to 6 for Saturday, by Excel's count.
    pub(super) fn weekday(self, number: f64) -> Answer<i64> {
        Ok((self.common(number)? - 1).rem_euclid(7))
    }

    /// A moment, in milliseconds since 1970-01-01 of the wall clock.
    pub(super) fn moment(self, ms: i64) -> f64 {
        let common = ms.div_euclid(86_400_000) + i64::from(Day(0).serial());
        self.own(common) + ms.rem_euclid(86_400_000) as f64 / 86_400_000.0
    }
}

/// The seconds of a day's part, to the nearest.
pub(super) fn seconds(number: f64) -> i64 {
    ((number - number.floor()) * 86_400.0).round() as i64 % 86_400
}
