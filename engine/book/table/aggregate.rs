//! What can be made of many values: sum, mean, median and so on, exactly.

use rust_decimal::{Decimal, MathematicalOps};

use super::{Column, Data, Excess, Table, VerbError, keys::Keys};
use crate::Value;

/// How values become one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum AggregateKind {
    /// 件数: the rows; with a column, the rows whose value is not blank.
    Count,
    /// 合計.
    Sum,
    /// 平均 of the values that are there.
    Mean,
    /// 最大.
    Max,
    /// 最小.
    Min,
    /// 標準偏差 of the population (STDEV.P).
    StandardDeviation,
    /// 中央値.
    Median,
    /// 種類数: how many different values.
    Distinct,
    /// 最初: the first value that is not blank.
    First,
    /// 最後: the last value that is not blank.
    Last,
}

/// One aggregate of a grouping: what is made of which column, and what it is called.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Aggregate {
    /// How.
    pub kind: AggregateKind,
    /// Of what; none only for [`AggregateKind::Count`].
    pub column: Option<String>,
    /// The name of the new column.
    pub name: String,
}

impl Table {
    /// One value made of a whole column. Blanks do not count; a sum over no row at all is 0,
    /// and a sum over rows that are all blank is blank, since nobody knows it.
    pub fn aggregate(&self, kind: AggregateKind, column: &str) -> Result<Value, VerbError> {
        let at = self.find(column)?;
        if self.is_empty() && matches!(kind, AggregateKind::Sum | AggregateKind::Count | AggregateKind::Distinct) {
            return Ok(Value::Integer(0));
        }
        let groups = vec![0; self.len()];
        Ok(self.aggregated(kind, Some(at), &groups, 1)?.get(0))
    }

    /// One value for each of `count` groups; `groups` gives the group of each row.
    pub(super) fn aggregated(
        &self,
        kind: AggregateKind,
        column: Option<usize>,
        groups: &[u32],
        count: usize,
    ) -> Result<Data, VerbError> {
        let Some(at) = column else {
            let mut rows = vec![0i64; count];
            groups.iter().for_each(|&group| rows[group as usize] += 1);
            return Ok(Data::Integer(rows));
        };
        let work = Work { table: self, column: &self.columns()[at], groups, count };
        match kind {
            AggregateKind::Count => Ok(Data::Integer(work.filled())),
            AggregateKind::Sum => work.sums(),
            AggregateKind::Mean => work.means(),
            AggregateKind::Max => work.extremes(true),
            AggregateKind::Min => work.extremes(false),
            AggregateKind::StandardDeviation => work.deviations(),
            AggregateKind::Median => work.medians(),
            AggregateKind::Distinct => Ok(Data::Integer(work.distinct())),
            AggregateKind::First => Ok(work.ends(true)),
            AggregateKind::Last => Ok(work.ends(false)),
        }
    }
}

struct Work<'a> {
    table: &'a Table,
    column: &'a Column,
    groups: &'a [u32],
    count: usize,
}

/// The sum of one group so far. Whole numbers are added in 128 bits and can therefore not overflow within a table.
#[derive(Clone, Copy, Default)]
struct Sum {
    whole: i128,
    exact: Decimal,
    values: u32,
    durations: u32,
}

impl Sum {
    fn value(self) -> Result<Value, VerbError> {
        if self.values == 0 {
            return Ok(Value::Blank);
        }
        if self.durations > 0 {
            return i64::try_from(self.whole).map(Value::Duration).map_err(|_| too_many_digits());
        }
        if self.exact.is_zero()
            && let Ok(whole) = i64::try_from(self.whole)
            && whole != i64::MIN
        {
            return Ok(Value::Integer(whole));
        }
        Ok(Value::Decimal(self.decimal()?.normalize()))
    }

    fn decimal(self) -> Result<Decimal, VerbError> {
        let whole = Decimal::try_from_i128_with_scale(self.whole, 0).map_err(|_| too_many_digits())?;
        whole.checked_add(self.exact).ok_or(too_many_digits())
    }

    fn mean(self) -> Result<Value, VerbError> {
        if self.values == 0 {
            return Ok(Value::Blank);
        }
        let mean = self.decimal()?.checked_div(Decimal::from(self.values)).ok_or(too_many_digits())?;
        if self.durations > 0 {
            let whole = mean.round().try_into().map_err(|_| too_many_digits())?;
            return Ok(Value::Duration(whole));
        }
        Ok(Value::Decimal(mean.normalize()))
    }
}

fn too_many_digits() -> VerbError {
    VerbError::TooLarge { what: Excess::Digits }
}

impl Work<'_> {
    /// Rows with their group, without the blank ones.
    fn values(&self) -> impl Iterator<Item = (usize, usize, Value)> + '_ {
        let texts = &self.table.shelf().texts;
        (0..self.column.len())
            .map(|row| (row, self.groups[row] as usize, self.column.get(row)))
            .filter(|(_, _, value)| !value.is_blank(texts))
    }

    fn not_numeric(&self, row: usize) -> VerbError {
        VerbError::NotNumeric {
            column: self.column.name.to_string(),
            place: self.table.place(row, Some(&self.column.name)),
            value: self.column.get(row).show(&self.table.shelf().texts),
        }
    }

    fn sum_each(&self) -> Result<Vec<Sum>, VerbError> {
        let mut sums = vec![Sum::default(); self.count];
        if let Data::Integer(whole) = &self.column.data {
            for (&value, &group) in whole.iter().zip(self.groups) {
                if value != i64::MIN {
                    let sum = &mut sums[group as usize];
                    sum.whole += i128::from(value);
                    sum.values += 1;
                }
            }
            return Ok(sums);
        }
        for (row, group, value) in self.values() {
            let sum = &mut sums[group];
            match value {
                Value::Integer(whole) => sum.whole += i128::from(whole),
                Value::Decimal(exact) => sum.exact = sum.exact.checked_add(exact).ok_or(too_many_digits())?,
                Value::Duration(ms) => {
                    sum.whole += i128::from(ms);
                    sum.durations += 1;
                }
                _ => return Err(self.not_numeric(row)),
            }
            sum.values += 1;
            // Hours and plain numbers cannot be added.
            if sum.durations > 0 && sum.durations != sum.values {
                return Err(self.not_numeric(row));
            }
        }
        Ok(sums)
    }

    fn filled(&self) -> Vec<i64> {
        let mut filled = vec![0i64; self.count];
        self.values().for_each(|(_, group, _)| filled[group] += 1);
        filled
    }

    fn sums(&self) -> Result<Data, VerbError> {
        packed(self.sum_each()?.into_iter().map(Sum::value), self.column)
    }

    fn means(&self) -> Result<Data, VerbError> {
        packed(self.sum_each()?.into_iter().map(Sum::mean), self.column)
    }

    fn extremes(&self, largest: bool) -> Result<Data, VerbError> {
        let mut best = vec![Value::Blank; self.count];
        for (row, group, value) in self.values() {
            let held = &mut best[group];
            match (order(*held), order(value)) {
                (_, None) => return Err(self.not_numeric(row)),
                (None, Some(_)) => *held = value,
                (Some((a, _)), Some((b, _))) if a != b => return Err(self.not_numeric(row)),
                (Some((_, a)), Some((_, b))) => {
                    if (largest && b > a) || (!largest && b < a) {
                        *held = value;
                    }
                }
            }
        }
        Ok(packed_as(best, self.column))
    }

    fn numbers_by_group(&self) -> Result<Vec<Vec<Decimal>>, VerbError> {
        let mut numbers = vec![Vec::new(); self.count];
        for (row, group, value) in self.values() {
            numbers[group].push(value.as_decimal().ok_or_else(|| self.not_numeric(row))?);
        }
        Ok(numbers)
    }

    fn deviations(&self) -> Result<Data, VerbError> {
        let numbers = self.numbers_by_group()?;
        packed(numbers.iter().map(|numbers| deviation(numbers)), self.column)
    }

    fn medians(&self) -> Result<Data, VerbError> {
        let numbers = self.numbers_by_group()?;
        packed(numbers.into_iter().map(median), self.column)
    }

    fn distinct(&self) -> Vec<i64> {
        let codes = Keys::new(&self.table.shelf().texts, &[false], false).learn(&[self.column]);
        let mut pairs: Vec<(u32, u32)> = self.values().map(|(row, group, _)| (group as u32, codes[row])).collect();
        pairs.sort_unstable();
        pairs.dedup();
        let mut distinct = vec![0i64; self.count];
        pairs.iter().for_each(|(group, _)| distinct[*group as usize] += 1);
        distinct
    }

    fn ends(&self, first: bool) -> Data {
        let mut held = vec![Value::Blank; self.count];
        for (_, group, value) in self.values() {
            if !first || held[group] == Value::Blank {
                held[group] = value;
            }
        }
        packed_as(held, self.column)
    }
}

/// Values that can be larger or smaller than each other: their family, and a number to compare.
fn order(value: Value) -> Option<(u8, Decimal)> {
    Some(match value {
        Value::Integer(whole) => (0, whole.into()),
        Value::Decimal(exact) => (0, exact),
        Value::Date(day) => (1, (i64::from(day.0) * 86_400_000).into()),
        Value::DateTime(ms) => (1, ms.into()),
        Value::Time(ms) => (2, ms.into()),
        Value::Duration(ms) => (2, ms.into()),
        _ => return None,
    })
}

/// The square root of the mean of the squared differences from the mean. `n·Σx² − (Σx)²` is exact for whole numbers,
/// so three equal values have the deviation 0 and nothing near it.
fn deviation(numbers: &[Decimal]) -> Result<Value, VerbError> {
    if numbers.is_empty() {
        return Ok(Value::Blank);
    }
    let n = Decimal::from(numbers.len() as u64);
    let root = |variance: Decimal| variance.sqrt().map(|root| Value::Decimal(root.normalize())).ok_or(too_many_digits());
    if let Some(spread) = whole_spread(numbers) {
        let spread = Decimal::try_from_i128_with_scale(spread, 0).map_err(|_| too_many_digits())?;
        return root(spread.checked_div(n).and_then(|s| s.checked_div(n)).ok_or(too_many_digits())?);
    }
    let sum = numbers.iter().try_fold(Decimal::ZERO, |sum, x| sum.checked_add(*x)).ok_or(too_many_digits())?;
    let mean = sum.checked_div(n).ok_or(too_many_digits())?;
    let squares = numbers.iter().try_fold(Decimal::ZERO, |sum, x| {
        let off = x.checked_sub(mean)?;
        sum.checked_add(off.checked_mul(off)?)
    });
    root(squares.and_then(|sum| sum.checked_div(n)).ok_or(too_many_digits())?)
}

/// `n·Σx² − (Σx)²` where every number is whole and nothing overflows a decimal.
fn whole_spread(numbers: &[Decimal]) -> Option<i128> {
    let (mut sum, mut squares) = (0i128, 0i128);
    for number in numbers {
        if !number.fract().is_zero() {
            return None;
        }
        let whole = i128::from(i64::try_from(*number).ok()?);
        sum = sum.checked_add(whole)?;
        squares = squares.checked_add(whole.checked_mul(whole)?)?;
    }
    let spread = squares.checked_mul(numbers.len() as i128)?.checked_sub(sum.checked_mul(sum)?)?;
    Decimal::try_from_i128_with_scale(spread, 0).ok().map(|_| spread)
}

fn median(mut numbers: Vec<Decimal>) -> Result<Value, VerbError> {
    if numbers.is_empty() {
        return Ok(Value::Blank);
    }
    let middle = numbers.len() / 2;
    let even = numbers.len().is_multiple_of(2);
    let (below, &mut upper, _) = numbers.select_nth_unstable(middle);
    let exact = match below.iter().max() {
        Some(lower) if even => lower.checked_add(upper).and_then(|sum| sum.checked_div(Decimal::TWO)).ok_or(too_many_digits())?,
        _ => upper,
    };
    Ok(Value::Decimal(exact.normalize()))
}

fn packed(values: impl Iterator<Item = Result<Value, VerbError>>, like: &Column) -> Result<Data, VerbError> {
    let values: Result<Vec<Value>, VerbError> = values.collect();
    Ok(packed_as(values?, like))
}

/// Packs values; a column without any value keeps the type of the column it was made of.
pub(super) fn packed_as(values: Vec<Value>, like: &Column) -> Data {
    if values.iter().any(|value| *value != Value::Blank) {
        return Data::of(values);
    }
    let mut data = like.data.gather(&[]);
    values.into_iter().for_each(|value| data.push(value));
    data
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::sample;
    use super::*;

    fn one(kind: AggregateKind, cells: &[&str]) -> String {
        let rows: Vec<[&str; 1]> = cells.iter().map(|cell| [*cell]).collect();
        let rows: Vec<&[&str]> = rows.iter().map(|row| &row[..]).collect();
        let table = sample(&["数"], &rows);
        table.aggregate(kind, "数").map_or_else(|error| error.to_string(), |value| value.show(&table.shelf().texts))
    }

    #[test]
    fn each_kind_says_what_it_should() {
        use AggregateKind::*;
        let scores = ["40", "50", "60", "70", "80", ""];
        let told = [Count, Sum, Mean, Max, Min, Median, Distinct, First, Last].map(|kind| one(kind, &scores));
        assert_eq!(told, ["5", "300", "60", "80", "40", "60", "5", "40", "80"]);
        assert!(one(StandardDeviation, &scores).starts_with("14.14213562373095"));
        assert_eq!(one(StandardDeviation, &["55", "55", "55"]), "0");
        assert_eq!(one(Median, &["1", "2"]), "1.5");
        assert_eq!(one(Mean, &["1", "2"]), "1.5");
        assert_eq!(one(Sum, &["0.1", "0.2", "3"]), "3.3");
    }

    #[test]
    fn a_report_that_has_not_arrived_is_not_zero() {
        use AggregateKind::*;
        let week = ["10", "", "7", "3", "5", "0", "0"];
        assert_eq!([one(Sum, &week), one(Count, &week)], ["25", "6"]);
        assert_eq!(one(Sum, &["", ""]), "");
        assert_eq!(one(Sum, &[]), "0");
        assert_eq!(one(Mean, &[]), "");
    }

    #[test]
    fn large_sums_stay_exact() {
        use AggregateKind::*;
        let large = i64::MAX.to_string();
        assert_eq!(one(Sum, &[&large, &large]), "18446744073709551614");
        assert_eq!(one(Sum, &["1", "男"]), "\"数\" holds \"男\", which is no number");
    }

    proptest! {
        #[test]
        fn the_sum_is_the_mean_times_the_count(numbers in prop::collection::vec(-1_000_000i64..1_000_000, 1..40)) {
            let table = sample(&["数"], &[]).with("数", Data::Integer(vec![])).expect("empty fits empty");
            let origins = std::rc::Rc::new(vec![crate::Origin::COMPUTED; numbers.len()]);
            let column = std::rc::Rc::new(Column::new("数", Data::Integer(numbers.clone())));
            let table = Table::new(table.shelf(), vec![column], origins);
            let sum = table.aggregate(AggregateKind::Sum, "数").expect("numbers");
            prop_assert_eq!(sum, Value::Integer(numbers.iter().sum()));
            let mean = table.aggregate(AggregateKind::Mean, "数").expect("numbers").as_decimal().expect("a number");
            let back = mean * Decimal::from(numbers.len() as u64) - sum.as_decimal().expect("a number");
            prop_assert!(back.abs() < Decimal::new(1, 10));
            let (low, high) = (table.aggregate(AggregateKind::Min, "数"), table.aggregate(AggregateKind::Max, "数"));
            prop_assert_eq!(low, Ok(Value::Integer(*numbers.iter().min().expect("some"))));
            prop_assert_eq!(high, Ok(Value::Integer(*numbers.iter().max().expect("some"))));
        }
    }
}
