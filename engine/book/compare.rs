//! What differs between two workbooks by meaning: sheets, cells with their types, whether a formula stands behind a value, the
//! number formats that matter, merged ranges; of text files the encoding.
//!
//! Not compared: fonts, colours, widths, print setup. A text file has no types, so beside a workbook only what its cells show counts.

use std::collections::HashSet;

use rust_decimal::Decimal;

use crate::{Address, Area, CellView, FormatClass, Refusal, Row, Sheet, Texts, Value, Visibility, Workbook};

/// Differences listed at most; the others are counted.
const LISTED: usize = 200;

/// What differs.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Differences {
    /// The first ones, in the order of sheets, rows and columns.
    pub list: Vec<Difference>,
    /// How many there are.
    pub total: u64,
}

/// One difference.
#[derive(Clone, PartialEq, Debug)]
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum Difference {
    /// A sheet is not there.
    SheetMissing { sheet: String },
    /// A sheet is there that is not expected.
    SheetExtra { sheet: String },
    /// The sheets stand in another order.
    SheetOrder { expected: Vec<String>, actual: Vec<String> },
    /// A sheet is hidden, or is not.
    Hidden { sheet: String, expected: Visibility, actual: Visibility },
    /// A cell holds something else, or something of another type (text `1` is not the number 1).
    Cell { sheet: String, cell: Address, expected: Shown, actual: Shown },
    /// A value is calculated in one workbook and typed in the other.
    Formula { sheet: String, cell: Address, expected: bool, actual: bool },
    /// A text file is encoded otherwise; the names that people know.
    Encoding { expected: String, actual: String },
    /// A cell shows the same value as something else: a number as a percentage, with other decimals, as a date.
    Format { sheet: String, cell: Address, expected: FormatClass, actual: FormatClass },
    /// Merged cells are not merged.
    MergeMissing { sheet: String, area: Area },
    /// Cells are merged that should not be.
    MergeExtra { sheet: String, area: Area },
}

/// A value as it is shown, with its type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shown {
    /// As a person reads it, unmasked.
    pub text: String,
    /// Its type.
    pub kind: ValueKind,
}

/// The type of a value, as far as it matters: whole numbers and decimals are numbers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the variants are those of Value")]
pub enum ValueKind {
    Blank,
    Text,
    Number,
    Date,
    Time,
    DateTime,
    Duration,
    YesNo,
    Error,
    Stale,
}

impl ValueKind {
    /// The type of a value.
    pub fn of(value: Value) -> ValueKind {
        match value {
            Value::Blank => ValueKind::Blank,
            Value::Text(_) => ValueKind::Text,
            Value::Integer(_) | Value::Decimal(_) => ValueKind::Number,
            Value::Date(_) => ValueKind::Date,
            Value::Time(_) => ValueKind::Time,
            Value::DateTime(_) => ValueKind::DateTime,
            Value::Duration(_) => ValueKind::Duration,
            Value::YesNo(_) => ValueKind::YesNo,
            Value::Error(_) => ValueKind::Error,
            Value::Stale => ValueKind::Stale,
        }
    }
}

/// Compares two workbooks, or two CSV files. Fails if a sheet of either cannot be read.
pub fn differences(expected: &Workbook, actual: &Workbook) -> Result<Differences, Refusal> {
    let mut found = Differences::default();
    if let (Some(wanted), Some(have)) = (expected.encoding(), actual.encoding())
        && wanted != have
    {
        found.add(Difference::Encoding { expected: wanted.name().to_owned(), actual: have.name().to_owned() });
    }
    if expected.encoding().is_some() != actual.encoding().is_some() {
        found.beside_text(expected, actual)?;
        return Ok(found);
    }
    let names = |book: &Workbook| book.sheets().iter().map(|sheet| sheet.name.clone()).collect::<Vec<_>>();
    let (wanted, have) = (names(expected), names(actual));
    for (at, sheet) in wanted.iter().enumerate() {
        match have.iter().position(|name| name == sheet) {
            None => found.add(Difference::SheetMissing { sheet: sheet.clone() }),
            Some(other) => {
                found.visibility(expected, at, actual, other);
                let (wanted, have) = (expected.sheet(at)?, actual.sheet(other)?);
                found.sheet(&wanted, &have, false);
            }
        }
    }
    for sheet in have.iter().filter(|name| !wanted.contains(name)) {
        found.add(Difference::SheetExtra { sheet: sheet.clone() });
    }
    let both =
        |names: &[String], others: &[String]| names.iter().filter(|name| others.contains(name)).cloned().collect::<Vec<_>>();
    if both(&wanted, &have) != both(&have, &wanted) {
        found.add(Difference::SheetOrder { expected: wanted, actual: have });
    }
    Ok(found)
}

impl Differences {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    fn add(&mut self, difference: Difference) {
        self.total += 1;
        if self.list.len() < LISTED {
            self.list.push(difference);
        }
    }

    /// A text file beside a workbook: its one sheet has no name and stands for the workbook's first.
    fn beside_text(&mut self, expected: &Workbook, actual: &Workbook) -> Result<(), Refusal> {
        self.sheet(&*expected.sheet(0)?, &*actual.sheet(0)?, true);
        for sheet in expected.sheets().iter().skip(1) {
            self.add(Difference::SheetMissing { sheet: sheet.name.clone() });
        }
        for sheet in actual.sheets().iter().skip(1) {
            self.add(Difference::SheetExtra { sheet: sheet.name.clone() });
        }
        Ok(())
    }

    fn visibility(&mut self, expected: &Workbook, at: usize, actual: &Workbook, other: usize) {
        let (wanted, have) = (&expected.sheets()[at], &actual.sheets()[other]);
        if wanted.visibility != have.visibility {
            let sheet = wanted.name.clone();
            self.add(Difference::Hidden { sheet, expected: wanted.visibility, actual: have.visibility });
        }
    }

    fn sheet(&mut self, expected: &Sheet, actual: &Sheet, as_shown: bool) {
        let pair = Pair { expected, actual, as_shown };
        let (mut wanted, mut have) = (expected.rows().peekable(), actual.rows().peekable());
        loop {
            let next = |row: Option<&Row<'_>>| row.map_or(u32::MAX, Row::number);
            let at = next(wanted.peek()).min(next(have.peek()));
            if at == u32::MAX {
                break;
            }
            let left = wanted.next_if(|row| row.number() == at);
            let right = have.next_if(|row| row.number() == at);
            self.row(&pair, at, left, right);
        }
        if !as_shown {
            self.merges(expected, actual);
        }
    }

    fn row(&mut self, pair: &Pair<'_>, row: u32, expected: Option<Row<'_>>, actual: Option<Row<'_>>) {
        let mut wanted = expected.into_iter().flat_map(|row| row.cells()).peekable();
        let mut have = actual.into_iter().flat_map(|row| row.cells()).peekable();
        loop {
            let next = |cell: Option<&CellView<'_>>| cell.map_or(u32::MAX, |cell| cell.column);
            let column = next(wanted.peek()).min(next(have.peek()));
            if column == u32::MAX {
                break;
            }
            let left = wanted.next_if(|cell| cell.column == column);
            let right = have.next_if(|cell| cell.column == column);
            if let Some(difference) = pair.cell(Address::new(row, column), left, right) {
                self.add(difference);
            }
        }
    }

    fn merges(&mut self, expected: &Sheet, actual: &Sheet) {
        let (wanted, have): (HashSet<Area>, HashSet<Area>) =
            (expected.merges.iter().copied().collect(), actual.merges.iter().copied().collect());
        let sheet = || expected.name.clone();
        for &area in expected.merges.iter().filter(|area| !have.contains(area)) {
            self.add(Difference::MergeMissing { sheet: sheet(), area });
        }
        for &area in actual.merges.iter().filter(|area| !wanted.contains(area)) {
            self.add(Difference::MergeExtra { sheet: sheet(), area });
        }
    }
}

/// Two sheets of the same name. Each has its own shelf.
struct Pair<'a> {
    expected: &'a Sheet,
    actual: &'a Sheet,
    /// One of them has no types.
    as_shown: bool,
}

impl Pair<'_> {
    fn cell(&self, cell: Address, expected: Option<CellView<'_>>, actual: Option<CellView<'_>>) -> Option<Difference> {
        let (wanted, have) = (&self.expected.shelf().texts, &self.actual.shelf().texts);
        let value = |view: Option<CellView<'_>>, texts: &Texts| match view.map_or(Value::Blank, |view| view.value) {
            Value::Text(id) if texts.get(id).is_empty() => Value::Blank,
            value => value,
        };
        let (left, right) = (value(expected, wanted), value(actual, have));
        let sheet = || if self.expected.name.is_empty() { self.actual.name.clone() } else { self.expected.name.clone() };
        if self.as_shown {
            let (expected, actual) = (shown(left, wanted), shown(right, have));
            return (!same_shown(&expected.text, &actual.text)).then(|| Difference::Cell {
                sheet: sheet(),
                cell,
                expected,
                actual,
            });
        }
        if !same_value((left, wanted), (right, have)) {
            let (expected, actual) = (shown(left, wanted), shown(right, have));
            return Some(Difference::Cell { sheet: sheet(), cell, expected, actual });
        }
        let formula = |view: Option<CellView<'_>>| view.is_some_and(|view| view.formula);
        if formula(expected) != formula(actual) {
            let (expected, actual) = (formula(expected), formula(actual));
            return Some(Difference::Formula { sheet: sheet(), cell, expected, actual });
        }
        let class = |view: Option<CellView<'_>>| view.map_or(FormatClass::General, |view| FormatClass::of(view.format));
        let matters = !matches!(ValueKind::of(left), ValueKind::Blank | ValueKind::Text | ValueKind::YesNo | ValueKind::Error);
        let same = expected.map(|view| view.format) == actual.map(|view| view.format);
        if !matters || same || same_class(class(expected), class(actual)) {
            return None;
        }
        Some(Difference::Format { sheet: sheet(), cell, expected: class(expected), actual: class(actual) })
    }
}

fn shown(value: Value, texts: &Texts) -> Shown {
    Shown { text: value.show(texts), kind: ValueKind::of(value) }
}

fn same_value((left, left_texts): (Value, &Texts), (right, right_texts): (Value, &Texts)) -> bool {
    match (left, right) {
        (Value::Text(a), Value::Text(b)) => same_text(left_texts.get(a), right_texts.get(b)),
        (Value::Integer(a), Value::Integer(b)) => a == b,
        _ => match (left.as_decimal(), right.as_decimal()) {
            (Some(a), Some(b)) => same_number(a, b),
            (None, None) => left == right,
            _ => false,
        },
    }
}

/// Numbers may be written with more or fewer zeros.
fn same_shown(a: &str, b: &str) -> bool {
    let number = |text: &str| text.trim().parse::<Decimal>().ok();
    same_text(a, b) || matches!((number(a), number(b)), (Some(a), Some(b)) if same_number(a, b))
}

/// A line break is one whether a carriage return stands before it or not.
fn same_text(a: &str, b: &str) -> bool {
    a == b || (a.contains('\n') && b.contains('\n') && a.replace("\r\n", "\n") == b.replace("\r\n", "\n"))
}

/// To twelve digits: the order in which a program sums decides the last of Excel's fifteen.
fn same_number(a: Decimal, b: Decimal) -> bool {
    a == b || (!(a.is_integer() && b.is_integer()) && a.round_sf(12) == b.round_sf(12))
}

/// A cell without a format of its own shows as many decimals as there are.
fn same_class(a: FormatClass, b: FormatClass) -> bool {
    let plain = |class| matches!(class, FormatClass::General | FormatClass::Text | FormatClass::Number { .. });
    match (a, b) {
        (FormatClass::General | FormatClass::Text, other) | (other, FormatClass::General | FormatClass::Text) => plain(other),
        (a, b) => a == b,
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::{Block, Column, Data, Limits, NewSheet, NewTable, NewWorkbook, Origin, Shelf, Table};

    /// Name, number format and values; numbers begin with `#`.
    type NewColumn<'a> = (&'a str, Option<&'a str>, &'a [&'a str]);

    fn book(sheets: &[(&str, &[NewColumn<'_>])]) -> Workbook {
        let shelf = Shelf::new();
        let value = |text: &str| match text.strip_prefix('#') {
            Some(number) => Value::Decimal(number.parse().unwrap()),
            None if text.is_empty() => Value::Blank,
            None => Value::Text(shelf.texts.intern(text)),
        };
        let mut new = NewWorkbook::new();
        for (name, columns) in sheets {
            let rows = columns[0].2.len();
            let of = |(name, format, values): &NewColumn<'_>| {
                let mut column = Column::new(name, Data::of(values.iter().map(|text| value(text))));
                column.format = format.map(Into::into);
                Rc::new(column)
            };
            let table = Table::new(&shelf, columns.iter().map(of).collect(), Rc::new(vec![Origin::COMPUTED; rows]));
            let mut sheet = NewSheet::new(name);
            sheet.blocks.push(Block::Table(NewTable::new(&table)));
            new.add(sheet).unwrap();
        }
        Workbook::open("a.xlsx", new.to_bytes().unwrap().0, &Shelf::new(), &Limits::default()).unwrap()
    }

    fn csv(text: &str) -> Workbook {
        Workbook::open("a.csv", text.as_bytes().to_vec(), &Shelf::new(), &Limits::default()).unwrap()
    }

    #[test]
    fn the_same_workbook_has_no_differences() {
        let one = || book(&[("集計", &[("名", None, &["津市", "=1"]), ("値", None, &["#1.5", "#2"])])]);
        assert_eq!(differences(&one(), &one()).unwrap(), Differences::default());
        assert!(differences(&csv("a,b\r\n1,2\r\n"), &csv("a,b\n1,\"2\"\n")).unwrap().is_empty());
    }

    #[test]
    fn values_and_types_are_told_apart() {
        let expected = book(&[("集計", &[("名", None, &["1", "津市", ""]), ("値", None, &["#1.50", "#0.1", "#3"])])]);
        let actual = book(&[("集計", &[("名", None, &["#1", "津 市", "余り"]), ("値", None, &["#1.5", "#0.2", "#3"])])]);
        let found = differences(&expected, &actual).unwrap();
        let cells: Vec<String> = found
            .list
            .iter()
            .map(|difference| match difference {
                Difference::Cell { cell, expected, actual, .. } => {
                    format!("{cell} {:?} {} -> {:?} {}", expected.kind, expected.text, actual.kind, actual.text)
                }
                other => format!("{other:?}"),
            })
            .collect();
        assert_eq!(
            cells,
            ["A2 Text 1 -> Number 1", "A3 Text 津市 -> Text 津 市", "B3 Number 0.1 -> Number 0.2", "A4 Blank  -> Text 余り"]
        );
        assert_eq!(found.total, 4);
    }

    #[test]
    fn formats_that_matter_and_sheets() {
        let expected = book(&[("一", &[("率", Some("0.0%"), &["#0.5"])]), ("二", &[("値", None, &["#1"])])]);
        let actual = book(&[
            ("二", &[("値", Some("0"), &["#1"])]),
            ("一", &[("率", Some("0.00"), &["#0.5"])]),
            ("三", &[("値", None, &["#1"])]),
        ]);
        let found = differences(&expected, &actual).unwrap();
        assert_eq!(
            found.list,
            [
                Difference::Format {
                    sheet: "一".into(),
                    cell: Address::new(1, 0),
                    expected: FormatClass::Percent { decimals: 1 },
                    actual: FormatClass::Number { decimals: 2 },
                },
                Difference::SheetExtra { sheet: "三".into() },
                Difference::SheetOrder {
                    expected: vec!["一".into(), "二".into()],
                    actual: vec!["二".into(), "一".into(), "三".into()]
                },
            ]
        );
    }

    #[test]
    fn encodings_of_text_files_are_told() {
        let bytes = |bytes: &[u8]| Workbook::open("a.csv", bytes.to_vec(), &Shelf::new(), &Limits::default()).unwrap();
        let found = differences(&csv("名\n津市\n"), &bytes(b"\x96\xbc\n\x92\xc3\x8es\n")).unwrap();
        assert_eq!(found.list, [Difference::Encoding { expected: "UTF-8".into(), actual: "Shift_JIS".into() }]);
        let found = differences(&csv("名\n"), &csv("\u{feff}名\n")).unwrap();
        assert_eq!(found.list, [Difference::Encoding { expected: "UTF-8".into(), actual: "UTF-8 (BOM)".into() }]);
    }

    #[test]
    fn a_text_file_is_held_against_what_a_workbook_shows() {
        let workbook = book(&[("一", &[("名", None, &["津市", "1"]), ("値", None, &["#1.5", "#2"])])]);
        assert!(differences(&csv("名,値\n津市,1.50\n1,2\n"), &workbook).unwrap().is_empty());
        let found = differences(&workbook, &csv("名,値\n津市,1.6\n1,2\n")).unwrap();
        assert!(matches!(&found.list[..], [Difference::Cell { cell, .. }] if cell.to_string() == "B2"), "{found:?}");
    }

    #[test]
    fn many_differences_are_counted() {
        let column = |text: &str| text.repeat(300);
        let found = differences(&csv(&column("a\n")), &csv(&column("b\n"))).unwrap();
        assert_eq!((found.list.len(), found.total), (LISTED, 300));
    }
}
