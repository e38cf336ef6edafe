//! Writing: new workbooks and CSV files out of tables, as bytes. The same input gives the same bytes.

mod chart;
mod csv;
mod digits;
mod findings;
mod guard;
mod pattern;
mod plan;
mod rows;
mod sheet;
mod splice;
mod strings;
mod style;
mod totals;
mod width;
mod xlsx;

pub use chart::{Chart, ChartKind, Series};
pub use csv::{CsvEncoding, CsvStyle, write_csv};
pub use findings::{FINDING_COLUMNS, FindingRow, findings_workbook};
pub(crate) use guard::begins_like_formula;
pub use pattern::FormatClass;
pub(crate) use pattern::Pattern;
pub use sheet::{Block, NewSheet, NewTable, Page, Tone, Totals};
pub(crate) use strings::{check_length, escape as escape_text};
pub(crate) use width::width as text_width;
pub use xlsx::NewWorkbook;
pub(crate) use xlsx::properties;
pub(crate) use xlsx::sheet_name_trouble;

use crate::{Place, Table};

/// Why a workbook cannot be written.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum WriteError {
    /// A workbook needs a sheet.
    #[error("a workbook without a sheet")]
    NoSheets,
    /// Excel refuses the name of a sheet.
    #[error("sheet name {name:?}: {why:?}")]
    SheetName { name: String, why: SheetNameTrouble },
    /// A column is named that the table does not have; those it has.
    #[error("no column {wanted:?}")]
    NoColumn { wanted: String, have: Vec<String> },
    /// A chart is wanted on a sheet that is not there, or has no table; the sheets that are there.
    #[error("no sheet {wanted:?}")]
    NoSheet { wanted: String, have: Vec<String> },
    /// More rows than a sheet of Excel's holds (1,048,576).
    #[error("sheet {sheet:?}: {rows} rows")]
    TooManyRows { sheet: String, rows: u64 },
    /// More columns than a sheet of Excel's holds (16,384).
    #[error("sheet {sheet:?}: {columns} columns")]
    TooManyColumns { sheet: String, columns: usize },
    /// A text longer than a cell of Excel's holds (32,767); the cell of the output and where the value came from.
    #[error("sheet {sheet:?}, {cell}: a text of {units} units")]
    TextTooLong { sheet: String, cell: String, units: usize, from: Box<Place> },
    /// The writer itself failed (its temporary file, for instance); technical words for the specialist.
    #[error("{0}")]
    Failed(String),
}

impl WriteError {
    fn no_column(table: &Table, wanted: &str) -> WriteError {
        let have = table.columns().iter().map(|column| column.name.to_string()).collect();
        WriteError::NoColumn { wanted: wanted.to_owned(), have }
    }
}

/// Why Excel refuses the name of a sheet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SheetNameTrouble {
    /// Nothing in it.
    Empty,
    /// Longer than 31 UTF-16 units; how long.
    TooLong(usize),
    /// One of `[ ] : * ? / \` or a control character.
    Character(char),
    /// Begins or ends with an apostrophe.
    Apostrophe,
    /// `History` and `履歴` are Excel's own.
    Reserved,
    /// Another sheet has it already (case does not count).
    Taken,
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;
    use std::rc::Rc;

    use calamine::{Data as Read, Reader, Xlsx};
    use proptest::prelude::*;
    use rust_decimal::Decimal;

    use super::*;
    use crate::{Address, Column, Data, Day, Limits, Origin, Shelf, Texts, Value, Workbook};

    /// A value without a shelf.
    #[derive(Clone, Debug)]
    enum Plain {
        Text(String),
        Value(Value),
    }

    fn text() -> impl Strategy<Value = String> {
        prop_oneof![
            "[ -~]{0,12}",
            "[ぁ-んァ-ヶ一-龠ｱ-ﾝ①②〜～−]{1,8}",
            "[=+@＝＠－\t\n-][A-Z0-9()]{0,6}",
            Just("<r><t>太</t></r>".to_owned()),
            Just("_x0041_&<>\r\n\0終 ".to_owned()),
            Just("\u{20bb7}田".to_owned()),
            "[0-9]{1,8}",
        ]
    }

    fn plain(kind: u8) -> BoxedStrategy<Plain> {
        let value = |values: BoxedStrategy<Value>| values.prop_map(Plain::Value).boxed();
        match kind {
            0 => text().prop_map(Plain::Text).boxed(),
            1 => value((-999_999_999_999_999i64..=999_999_999_999_999).prop_map(Value::Integer).boxed()),
            2 => value(
                (-99_999_999_999i64..=99_999_999_999, 0u32..9).prop_map(|(m, s)| Value::Decimal(Decimal::new(m, s))).boxed(),
            ),
            3 => value((-25_508i32..2_932_896).prop_map(|day| Value::Date(Day(day))).boxed()),
            4 => value((0i64..400_000).prop_map(|minutes| Value::Duration(minutes * 60_000)).boxed()),
            5 => value((0u32..86_400).prop_map(|seconds| Value::Time(seconds * 1000)).boxed()),
            6 => value((0i64..4_000_000_000).prop_map(|seconds| Value::DateTime(seconds * 1000)).boxed()),
            _ => value(any::<bool>().prop_map(Value::YesNo).boxed()),
        }
    }

    fn column(rows: usize) -> impl Strategy<Value = Vec<Plain>> {
        let blank = || Just(Plain::Value(Value::Blank));
        let of_one_kind =
            (0u8..8).prop_flat_map(move |kind| proptest::collection::vec(prop_oneof![4 => plain(kind), 1 => blank()], rows));
        let mixed = (0u8..8).prop_flat_map(plain);
        prop_oneof![3 => of_one_kind, 1 => proptest::collection::vec(prop_oneof![4 => mixed, 1 => blank()], rows)]
    }

    fn columns() -> impl Strategy<Value = Vec<Vec<Plain>>> {
        (1usize..6, 1usize..30).prop_flat_map(|(columns, rows)| proptest::collection::vec(column(rows), columns))
    }

    fn table(columns: &[Vec<Plain>]) -> Table {
        let shelf = Shelf::new();
        let value = |plain: &Plain| match plain {
            Plain::Text(text) => Value::Text(shelf.texts.intern(text)),
            Plain::Value(value) => *value,
        };
        let named = columns
            .iter()
            .enumerate()
            .map(|(at, values)| Rc::new(Column::new(&format!("列{at}"), Data::of(values.iter().map(value)))));
        let named = named.collect();
        Table::new(&shelf, named, Rc::new(vec![Origin::COMPUTED; columns[0].len()]))
    }

    fn written(columns: &[Vec<Plain>], long: usize) -> Vec<u8> {
        let table = table(columns);
        let mut book = NewWorkbook::new();
        let mut sheet = NewSheet::of_lines("表", &["題名".into()]);
        let mut new = NewTable::new(&table);
        new.tones = vec![(0, Tone::Red)];
        new.totals = Totals::Amounts { label: "合計".into() };
        sheet.blocks.push(Block::Table(new.clone()));
        sheet.blocks.push(Block::Gap);
        sheet.blocks.push(Block::Table(new));
        sheet.blocks.push(Block::Note("<r>注</r>".into()));
        book.add(sheet).unwrap();
        book.to_bytes_with(long).unwrap().0
    }

    fn cells(bytes: &[u8]) -> calamine::Range<Read> {
        Xlsx::new(Cursor::new(bytes)).unwrap().worksheet_range("表").unwrap()
    }

    fn same(plain: &Plain, read: &Read) -> bool {
        let near = |number: f64, ms: i64| (number * 86_400_000.0 - ms as f64).abs() < 1.0;
        match (plain, read) {
            (Plain::Text(text), Read::Empty) => text.is_empty(),
            (Plain::Text(text), Read::String(read)) => text == read,
            (Plain::Value(Value::Blank), Read::Empty) => true,
            (Plain::Value(Value::Integer(whole)), Read::Float(read)) => *whole as f64 == *read,
            (Plain::Value(Value::Decimal(exact)), Read::Float(read)) => exact.to_string().parse() == Ok(*read),
            (Plain::Value(Value::Date(day)), Read::DateTime(read)) => f64::from(day.serial()) == read.as_f64(),
            (Plain::Value(Value::Duration(ms)), Read::DateTime(read)) => read.is_duration() && near(read.as_f64(), *ms),
            (Plain::Value(Value::Time(ms)), Read::DateTime(read)) => near(read.as_f64(), i64::from(*ms)),
            (Plain::Value(Value::DateTime(ms)), Read::DateTime(read)) => near(read.as_f64() - 25_569.0, *ms),
            (Plain::Value(Value::YesNo(yes)), Read::Bool(read)) => yes == read,
            _ => false,
        }
    }

    fn same_value(plain: &Plain, read: Value, texts: &Texts) -> bool {
        match (plain, read) {
            (Plain::Text(text), Value::Blank) => text.is_empty(),
            (Plain::Text(text), Value::Text(read)) => text == texts.get(read),
            (Plain::Value(value), read) => match (value.as_decimal(), read.as_decimal()) {
                (Some(a), Some(b)) => a == b,
                _ => *value == read,
            },
            _ => false,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_written_is_read(columns in columns()) {
            let short = written(&columns, usize::MAX);
            let long = written(&columns, 0);
            let range = cells(&long);
            for (at, column) in columns.iter().enumerate() {
                for (row, plain) in column.iter().enumerate() {
                    let read = range.get_value((row as u32 + 2, at as u32)).unwrap_or(&Read::Empty);
                    prop_assert!(same(plain, read), "{plain:?} was read as {read:?}");
                }
            }
            let book = Workbook::open("表.xlsx", long.clone(), &Shelf::new(), &Limits::default()).unwrap();
            let sheet = book.sheet(0).unwrap();
            for (at, column) in columns.iter().enumerate() {
                for (row, plain) in column.iter().enumerate() {
                    let value = sheet.value(Address::new(row as u32 + 2, at as u32));
                    prop_assert!(same_value(plain, value, &sheet.shelf().texts), "{plain:?} was read as {value:?}");
                }
            }
            prop_assert_eq!(&range, &cells(&short), "both ways of writing give the same cells");
            prop_assert_eq!(long, written(&columns, 0), "and the same bytes each time");
        }
    }
}
