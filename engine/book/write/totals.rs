//! The sums below a table.

use rust_decimal::Decimal;

use super::WriteError;
use super::pattern::FormatClass;
use super::plan::names_a_code;
use super::sheet::{NewTable, Totals};
use crate::{Column, Data, Value};

/// The totals row.
pub(super) struct Sums {
    /// Stands in the first column.
    pub(super) label: String,
    /// What stands in each column.
    pub(super) values: Vec<Option<Value>>,
}

/// The totals row of a table; none if none is wanted.
pub(super) fn sums(new: &NewTable) -> Result<Option<Sums>, WriteError> {
    let columns = new.table.columns();
    let (label, wanted): (&String, Vec<bool>) = match &new.totals {
        Totals::None => return Ok(None),
        Totals::Amounts { label } => {
            let formats = new.asked_formats()?;
            (label, columns.iter().zip(formats).map(|(column, format)| is_amount(column, format)).collect())
        }
        Totals::Columns { label, columns: names } => {
            let mut wanted = vec![false; columns.len()];
            for name in names {
                let at = new.table.position(name).ok_or_else(|| WriteError::no_column(&new.table, name))?;
                wanted[at] = true;
            }
            (label, wanted)
        }
    };
    let sums = columns.iter().zip(wanted).enumerate();
    let sums = sums.map(|(at, (column, wanted))| if at > 0 && wanted { sum(&column.data) } else { None });
    Ok(Some(Sums { label: label.clone(), values: sums.collect() }))
}

/// Whether the sum of a column means something, judged by its label and format.
fn is_amount(column: &Column, format: Option<&str>) -> bool {
    let percent = matches!(
        format.map(FormatClass::of),
        Some(FormatClass::Percent { .. } | FormatClass::Text | FormatClass::Date | FormatClass::DateTime)
    );
    let rate = ["率", "割合", "平均", "偏差", "比", "順位", "単価", "最大", "最小", "中央値"];
    !percent && !names_a_code(&column.name) && !rate.iter().any(|word| column.name.contains(word))
}

/// The exact sum of numbers or of lengths of time; none for anything else, for a mixture, and beyond what is exact.
fn sum(data: &Data) -> Option<Value> {
    if let Data::Text(_) | Data::Date(_) = data {
        return None;
    }
    let (mut number, mut length) = (None::<Decimal>, None::<i64>);
    for row in 0..data.len() {
        match data.get(row) {
            Value::Blank => {}
            Value::Integer(_) | Value::Decimal(_) if length.is_some() => return None,
            Value::Duration(_) if number.is_some() => return None,
            Value::Integer(whole) => number = Some(number.unwrap_or_default().checked_add(whole.into())?),
            Value::Decimal(exact) => number = Some(number.unwrap_or_default().checked_add(exact)?),
            Value::Duration(ms) => length = Some(length.unwrap_or_default().checked_add(ms)?),
            _ => return None,
        }
    }
    let whole = matches!(data, Data::Integer(_));
    match (number, length) {
        (Some(number), _) => match i64::try_from(number) {
            Ok(exact) if whole => Some(Value::Integer(exact)),
            _ => Some(Value::Decimal(number)),
        },
        (None, length) => length.map(Value::Duration),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_exact_and_never_mixed() {
        assert_eq!(sum(&Data::of([Value::Integer(1), Value::Blank, Value::Integer(2)])), Some(Value::Integer(3)));
        let tenths = (0..10).map(|_| Value::Decimal("0.1".parse().unwrap()));
        assert_eq!(sum(&Data::of(tenths)), Some(Value::Decimal("1.0".parse().unwrap())));
        assert_eq!(sum(&Data::of([Value::Duration(5), Value::Duration(6)])), Some(Value::Duration(11)));
        assert_eq!(sum(&Data::of([Value::Duration(5), Value::Integer(6)])), None);
        assert_eq!(sum(&Data::of([Value::Blank])), None);
    }
}
