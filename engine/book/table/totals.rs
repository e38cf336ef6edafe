//! Checking rows of totals against the rows above them.

use rust_decimal::Decimal;

use super::{Data, Kind, convert::Converter, rows};
use crate::Value;

/// The sums of a table while it is read, for the columns whose values can be added.
pub(super) struct Totals {
    columns: Vec<Sums>,
    /// Up to which row the sums go.
    summed_to: usize,
    /// How many rows there were since the last total.
    rows_since: usize,
}

struct Sums {
    column: usize,
    /// Since the last total.
    part: Decimal,
    /// Of everything.
    all: Decimal,
    /// Of the totals of parts since the last total above them.
    parts: Decimal,
    /// Whether a value is missing, so that nothing can be said about the sums.
    broken: bool,
}

/// A total that is not the sum of what stands above it.
pub(super) struct Difference {
    pub column: usize,
    pub written: Decimal,
    pub summed: Decimal,
}

impl Totals {
    /// Sums for the counts and amounts among the columns; rates, ages and numbers are not added.
    pub fn new(converters: &[Converter<'_>]) -> Totals {
        const NOT_ADDED: &[&str] = &[
            "率",
            "割合",
            "平均",
            "番号",
            "年齢",
            "年度",
            "単価",
            "順位",
            "コード",
            "比",
            "偏差",
            "最高",
            "最低",
            "最大",
            "最小",
            "No",
            "no",
            "年",
            "月",
            "累計",
        ];
        let adds = |converter: &Converter<'_>| {
            let spec = converter.spec();
            let name = japan::label_key(&spec.name);
            matches!(spec.kind, Kind::Integer | Kind::Money) && !NOT_ADDED.iter().any(|word| name.contains(word))
        };
        let columns = converters.iter().enumerate().filter(|(_, converter)| adds(converter));
        let sums = |column| Sums { column, part: Decimal::ZERO, all: Decimal::ZERO, parts: Decimal::ZERO, broken: false };
        Totals { columns: columns.map(|(at, _)| sums(at)).collect(), summed_to: 0, rows_since: 0 }
    }

    /// A row was left out: none of its values can be added.
    pub fn lose_row(&mut self) {
        self.columns.iter_mut().for_each(|sums| sums.broken = true);
    }

    /// A value was left out.
    pub fn lose_value(&mut self, column: usize) {
        self.columns.iter_mut().filter(|sums| sums.column == column).for_each(|sums| sums.broken = true);
    }

    /// Compares a row of totals with what stands above it. `written` gives the value of a column in that row.
    /// Whatever sum fits will do: that of the part, of the parts, or of everything.
    pub fn check(&mut self, label: &str, data: &[Data], mut written: impl FnMut(usize) -> Value) -> Vec<Difference> {
        self.add_up(data);
        if !rows::is_a_sum(label) {
            return Vec::new();
        }
        let of_part = rows::is_of_a_part(label);
        let mut differences = Vec::new();
        let rows_since = self.rows_since;
        for sums in &mut self.columns {
            let Some(value) = written(sums.column).as_decimal() else {
                sums.part = Decimal::ZERO;
                continue;
            };
            let fitting = [sums.part, sums.all, sums.parts].contains(&value);
            if !fitting && !sums.broken {
                let summed = match (of_part, rows_since) {
                    (true, 1..) => sums.part,
                    (_, 0) if !sums.parts.is_zero() => sums.parts,
                    _ => sums.all,
                };
                differences.push(Difference { column: sums.column, written: value, summed });
            }
            sums.parts =
                if value == sums.part || rows_since > 0 && of_part { sums.parts.saturating_add(value) } else { Decimal::ZERO };
            sums.part = Decimal::ZERO;
        }
        self.rows_since = 0;
        // Nothing above it: the total stands over its parts, and there is nothing to compare.
        if data.first().is_none_or(Data::is_empty) {
            return Vec::new();
        }
        differences
    }

    fn add_up(&mut self, data: &[Data]) {
        let rows = data.first().map_or(0, Data::len);
        for sums in &mut self.columns {
            for row in self.summed_to..rows {
                let Some(value) = data[sums.column].get(row).as_decimal() else { continue };
                match (sums.part.checked_add(value), sums.all.checked_add(value)) {
                    (Some(part), Some(all)) => (sums.part, sums.all) = (part, all),
                    _ => sums.broken = true,
                }
            }
        }
        self.rows_since += rows - self.summed_to;
        self.summed_to = rows;
    }
}
