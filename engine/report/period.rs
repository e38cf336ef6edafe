//! The days that a report speaks of, and their months.

use jiff::civil::{Date, date};

/// From a day to a day, both included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Period {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
}

impl Period {
    /// A fiscal year: April to March. None outside the years that a calendar has.
    pub fn fiscal_year(year: i32) -> Option<Period> {
        let year = i16::try_from(year).ok().filter(|year| (1..9999).contains(year))?;
        Some(Period { from: date(year, 4, 1), to: date(year + 1, 3, 31) })
    }

    /// Whole months, from the one of `first` to the one of `last`; none if they stand the wrong way round.
    pub fn months_between(first: Date, last: Date) -> Option<Period> {
        let period = Period { from: first.first_of_month(), to: last.last_of_month() };
        (period.from <= period.to).then_some(period)
    }

    /// Whether a day lies in it.
    pub fn contains(&self, day: Date) -> bool {
        self.from <= day && day <= self.to
    }

    /// The fiscal year of its last day.
    pub fn year(&self) -> i32 {
        japan::fiscal_year(self.to)
    }

    /// Whether it is a whole fiscal year.
    pub fn is_whole_year(&self) -> bool {
        Period::fiscal_year(self.year()) == Some(*self)
    }

    /// The first days of its months, in order.
    pub fn months(&self) -> Vec<Date> {
        let mut months = vec![self.from.first_of_month()];
        while let Some(next) = months.last().and_then(|month| month.last_of_month().tomorrow().ok())
            && next <= self.to
        {
            months.push(next);
        }
        months
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fiscal_year_has_twelve_months_from_april() {
        let year = Period::fiscal_year(2026).unwrap();
        let months = year.months();
        assert_eq!((months.len(), months[0], months[11]), (12, date(2026, 4, 1), date(2027, 3, 1)));
        assert!(year.is_whole_year() && year.contains(date(2027, 3, 31)) && !year.contains(date(2027, 4, 1)));
        assert_eq!(Period::fiscal_year(9999), None);
    }

    #[test]
    fn half_a_year_is_made_of_whole_months() {
        let half = Period::months_between(date(2022, 4, 20), date(2022, 9, 1)).unwrap();
        assert_eq!((half.from, half.to, half.months().len(), half.year()), (date(2022, 4, 1), date(2022, 9, 30), 6, 2022));
        assert!(!half.is_whole_year());
        assert_eq!(Period::months_between(date(2022, 9, 1), date(2022, 4, 1)), None);
    }
}
