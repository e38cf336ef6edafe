//! One column: a name, a number format and its values, packed by type.

use std::rc::Rc;

use rust_decimal::Decimal;

use crate::{Day, TextId, Value};

/// A named column of values.
#[derive(Clone)]
pub struct Column {
    /// The name, as the script declared it.
    pub name: Rc<str>,
    /// The number format for writing; none for the type's own.
    pub format: Option<Rc<str>>,
    /// The values.
    pub data: Data,
}

/// Values packed by type. A blank is a value of its own in each (the smallest number, or `None`).
#[derive(Clone)]
#[allow(missing_docs, reason = "the variants are those of Value")]
pub enum Data {
    Text(Vec<TextId>),
    Integer(Vec<i64>),
    Decimal(Vec<Option<Decimal>>),
    Date(Vec<i32>),
    /// Whatever else, and columns of several types.
    Any(Vec<Value>),
}

const BLANK_INTEGER: i64 = i64::MIN;
const BLANK_DATE: i32 = i32::MIN;

impl Data {
    /// The value at a row, which must exist.
    #[inline]
    pub fn get(&self, row: usize) -> Value {
        match self {
            Data::Text(texts) => match texts[row] {
                TextId::NONE => Value::Blank,
                id => Value::Text(id),
            },
            Data::Integer(whole) => match whole[row] {
                BLANK_INTEGER => Value::Blank,
                number => Value::Integer(number),
            },
            Data::Decimal(exact) => exact[row].map_or(Value::Blank, Value::Decimal),
            Data::Date(days) => match days[row] {
                BLANK_DATE => Value::Blank,
                day => Value::Date(Day(day)),
            },
            Data::Any(values) => values[row],
        }
    }

    /// How many values.
    pub fn len(&self) -> usize {
        match self {
            Data::Text(v) => v.len(),
            Data::Integer(v) => v.len(),
            Data::Decimal(v) => v.len(),
            Data::Date(v) => v.len(),
            Data::Any(v) => v.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds a value. One that does not fit the packing turns the column into [`Data::Any`]
    /// (an integer fits a decimal column, and turns an integer column into a decimal one if a fraction follows).
    pub fn push(&mut self, value: Value) {
        match (&mut *self, value) {
            (Data::Text(v), Value::Text(id)) => v.push(id),
            (Data::Text(v), Value::Blank) => v.push(TextId::NONE),
            (Data::Integer(v), Value::Integer(whole)) if whole != BLANK_INTEGER => v.push(whole),
            (Data::Integer(v), Value::Blank) => v.push(BLANK_INTEGER),
            (Data::Decimal(v), Value::Decimal(exact)) => v.push(Some(exact)),
            (Data::Decimal(v), Value::Integer(whole)) => v.push(Some(whole.into())),
            (Data::Decimal(v), Value::Blank) => v.push(None),
            (Data::Date(v), Value::Date(day)) => v.push(day.0),
            (Data::Date(v), Value::Blank) => v.push(BLANK_DATE),
            (Data::Any(v), value) => v.push(value),
            (Data::Integer(v), Value::Decimal(exact)) => {
                let mut widened: Vec<Option<Decimal>> =
                    v.iter().map(|&whole| (whole != BLANK_INTEGER).then(|| whole.into())).collect();
                widened.push(Some(exact));
                *self = Data::Decimal(widened);
            }
            (_, value) => {
                let mut mixed: Vec<Value> = (0..self.len()).map(|row| self.get(row)).collect();
                mixed.push(value);
                *self = Data::Any(mixed);
            }
        }
    }

    /// Values of these rows, in this order. Each row must exist.
    pub fn gather(&self, rows: &[u32]) -> Data {
        fn pick<T: Copy>(values: &[T], rows: &[u32]) -> Vec<T> {
            rows.iter().map(|&row| values[row as usize]).collect()
        }
        match self {
            Data::Text(v) => Data::Text(pick(v, rows)),
            Data::Integer(v) => Data::Integer(pick(v, rows)),
            Data::Decimal(v) => Data::Decimal(pick(v, rows)),
            Data::Date(v) => Data::Date(pick(v, rows)),
            Data::Any(v) => Data::Any(pick(v, rows)),
        }
    }

    /// Values of these rows, in this order; blank for `u32::MAX`. Each other row must exist.
    pub(super) fn gather_or_blank(&self, rows: &[u32]) -> Data {
        fn pick<T: Copy>(values: &[T], rows: &[u32], blank: T) -> Vec<T> {
            rows.iter().map(|&row| if row == u32::MAX { blank } else { values[row as usize] }).collect()
        }
        match self {
            Data::Text(v) => Data::Text(pick(v, rows, TextId::NONE)),
            Data::Integer(v) => Data::Integer(pick(v, rows, BLANK_INTEGER)),
            Data::Decimal(v) => Data::Decimal(pick(v, rows, None)),
            Data::Date(v) => Data::Date(pick(v, rows, BLANK_DATE)),
            Data::Any(v) => Data::Any(pick(v, rows, Value::Blank)),
        }
    }

    /// A column made of values, packed as tightly as their types allow.
    pub fn of(values: impl IntoIterator<Item = Value>) -> Data {
        let mut values = values.into_iter();
        let mut blanks = 0usize;
        let first = loop {
            match values.next() {
                Some(Value::Blank) => blanks += 1,
                other => break other,
            }
        };
        let mut data = match first {
            Some(Value::Text(_)) | None => Data::Text(Vec::new()),
            Some(Value::Integer(_)) => Data::Integer(Vec::new()),
            Some(Value::Decimal(_)) => Data::Decimal(Vec::new()),
            Some(Value::Date(_)) => Data::Date(Vec::new()),
            Some(_) => Data::Any(Vec::new()),
        };
        for _ in 0..blanks {
            data.push(Value::Blank);
        }
        if let Some(first) = first {
            data.push(first);
        }
        values.for_each(|value| data.push(value));
        data
    }
}

impl Column {
    /// A column of this name.
    pub fn new(name: &str, data: Data) -> Column {
        Column { name: name.into(), format: None, data }
    }

    /// The value at a row, which must exist.
    #[inline]
    pub fn get(&self, row: usize) -> Value {
        self.data.get(row)
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.data.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }
}
