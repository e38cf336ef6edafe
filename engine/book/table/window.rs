//! Means over the days before: 7日移動平均.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{Data, Excess, Table, VerbError};
use crate::Value;

/// Sum and number of values of one day of one group.
type Day = (i32, Decimal);

impl Table {
    /// The table with the mean of `value` over the `days` days that end with the day of the row, within its group, under `name`,
    /// and under `name日数` how many of these days had a value. Days without a value are not counted as zero, and the mean is
    /// divided by the days that had one: whether fewer than all will do is for the reader of 日数 to say.
    /// Several values of one day are added before.
    pub fn window_mean(&self, value: &str, date: &str, days: u32, groups: &[&str], name: &str) -> Result<Table, VerbError> {
        let (value_at, date_at, group_at) = (self.find(value)?, self.find(date)?, self.find_all(groups)?);
        let groups = self.groups(&group_at);
        let dates = self.days(date_at)?;
        let daily = self.daily_sums(value_at, &dates, &groups.of_row, groups.first.len())?;
        let mut means = Vec::with_capacity(self.len());
        let mut counts = Vec::with_capacity(self.len());
        for (row, day) in dates.iter().enumerate() {
            let (sum, count) = match day {
                Some(day) => window(&daily[groups.of_row[row] as usize], *day, days)?,
                None => (Decimal::ZERO, 0),
            };
            means.push(sum.checked_div(Decimal::from(count)).map(|mean| mean.normalize()));
            counts.push(i64::from(count));
        }
        self.with(name, Data::Decimal(means))?.with(&format!("{name}日数"), Data::Integer(counts))
    }

    /// The day of each row; none where it is blank.
    fn days(&self, at: usize) -> Result<Vec<Option<i32>>, VerbError> {
        let column = &self.columns[at];
        let day = |row: usize| match column.get(row) {
            Value::Date(day) => Ok(Some(day.0)),
            Value::DateTime(ms) => Ok(Some(ms.div_euclid(86_400_000) as i32)),
            other if other.is_blank(&self.shelf.texts) => Ok(None),
            other => Err(VerbError::NotADate {
                column: column.name.to_string(),
                place: self.place(row, Some(&column.name)),
                value: other.show(&self.shelf.texts),
            }),
        };
        (0..self.len()).map(day).collect()
    }

    /// The sum of each day that has a value, for each group, in order of days.
    fn daily_sums(&self, at: usize, dates: &[Option<i32>], groups: &[u32], count: usize) -> Result<Vec<Vec<Day>>, VerbError> {
        let column = &self.columns[at];
        let mut sums: Vec<BTreeMap<i32, Decimal>> = vec![BTreeMap::new(); count];
        for (row, day) in dates.iter().enumerate() {
            let value = column.get(row);
            let (Some(day), false) = (day, value.is_blank(&self.shelf.texts)) else { continue };
            let Some(number) = value.as_decimal() else {
                return Err(VerbError::NotNumeric {
                    column: column.name.to_string(),
                    place: self.place(row, Some(&column.name)),
                    value: value.show(&self.shelf.texts),
                });
            };
            let sum = sums[groups[row] as usize].entry(*day).or_insert(Decimal::ZERO);
            *sum = sum.checked_add(number).ok_or(VerbError::TooLarge { what: Excess::Digits })?;
        }
        Ok(sums.into_iter().map(|days| days.into_iter().collect()).collect())
    }
}

/// The sum over the days that end with `day`, and how many of them had a value.
fn window(daily: &[Day], day: i32, days: u32) -> Result<(Decimal, u32), VerbError> {
    let from = i64::from(day) - i64::from(days);
    let first = daily.partition_point(|(other, _)| i64::from(*other) <= from);
    let last = daily.partition_point(|(other, _)| *other <= day);
    let within = daily.get(first..last).unwrap_or_default();
    let sum = within.iter().try_fold(Decimal::ZERO, |sum, (_, number)| sum.checked_add(*number));
    Ok((sum.ok_or(VerbError::TooLarge { what: Excess::Digits })?, within.len() as u32))
}

#[cfg(test)]
mod tests {
    use super::super::{sample, shown};
    use super::*;

    fn with_days(table: &Table, days: &[i32]) -> Table {
        table.with("日", Data::Date(days.to_vec())).expect("as long as the table")
    }

    #[test]
    fn a_missing_day_is_not_zero() -> Result<(), VerbError> {
        let table = sample(&["所", "数"], &[&["津", "10"], &["津", ""], &["津", "7"], &["桑", "3"], &["津", "5"]]);
        let table = with_days(&table, &[0, 1, 2, 2, 7]);
        let mean = table.window_mean("数", "日", 7, &["所"], "平均")?.select(&["平均", "平均日数"])?;
        assert_eq!(shown(&mean), ["10 1", "10 1", "8.5 2", "3 1", "6 2"]);
        Ok(())
    }

    #[test]
    fn a_text_among_the_dates_is_named() {
        let table = sample(&["日", "数"], &[&["4/1頃", "1"]]);
        assert!(matches!(table.window_mean("数", "日", 7, &[], "平均"), Err(VerbError::NotADate { .. })));
    }
}
