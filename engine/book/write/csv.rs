//! A table as a CSV file: CRLF, quotes only where needed, and never a character that the encoding does not have.

use std::borrow::Cow;
use std::collections::HashSet;

use rust_decimal::Decimal;

use super::guard::acts_like_formula;
use super::pattern::{FormatClass, Pattern};
use crate::{Column, Data, Fate, Finding, Place, Problem, Severity, Table, Value};
use japan::{cp932_text, encode_cp932};

/// The encoding of a CSV file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum CsvEncoding {
    /// UTF-8 with a byte order mark: Excel opens it right.
    #[default]
    Utf8Bom,
    /// UTF-8 without the mark.
    Utf8,
    /// Shift_JIS as Windows has it (CP932).
    Cp932,
}

/// How a CSV file is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CsvStyle {
    /// The encoding.
    pub encoding: CsvEncoding,
    /// Whether the first line names the columns.
    pub header: bool,
    /// Whether text that acts like a formula gets an apostrophe in front.
    pub guard: bool,
    /// What a character that the encoding does not have weighs. Below an error, `〓` stands in its place.
    pub unencodable: Severity,
}

impl Default for CsvStyle {
    fn default() -> CsvStyle {
        CsvStyle { encoding: CsvEncoding::Utf8Bom, header: true, guard: true, unencodable: Severity::Error }
    }
}

/// The bytes of the file, and what could not be written as it was.
/// With a finding of severity error among them, the bytes are not to be published.
pub fn write_csv(table: &Table, style: &CsvStyle) -> (Vec<u8>, Vec<Finding>) {
    let shown = table.columns().iter().map(|column| Shown::of(column)).collect();
    let mut writer = Writer { table, style: *style, shown, bytes: Vec::new(), findings: Vec::new(), noted: HashSet::new() };
    if style.encoding == CsvEncoding::Utf8Bom {
        writer.bytes.extend_from_slice("\u{feff}".as_bytes());
    }
    let mut line = String::new();
    if style.header {
        writer.line(None, &mut line);
    }
    for row in 0..table.len() {
        writer.line(Some(row), &mut line);
    }
    (writer.bytes, writer.findings)
}

struct Writer<'a> {
    table: &'a Table,
    style: CsvStyle,
    shown: Vec<Shown>,
    bytes: Vec<u8>,
    findings: Vec<Finding>,
    /// Replacements said already: column and character.
    noted: HashSet<(usize, char)>,
}

impl Writer<'_> {
    /// Writes a row, or the header. `line` is only there to be used again.
    fn line(&mut self, row: Option<usize>, line: &mut String) {
        line.clear();
        for column in 0..self.shown.len() {
            if column > 0 {
                line.push(',');
            }
            line.push_str(&self.field(row, column));
        }
        line.push_str("\r\n");
        if self.style.encoding != CsvEncoding::Cp932 || line.is_ascii() {
            self.bytes.extend_from_slice(line.as_bytes());
        } else if let (Cow::Borrowed(_), Ok(bytes)) = (cp932_text(line).0, encode_cp932(line)) {
            self.bytes.extend_from_slice(&bytes);
        } else {
            self.fields(row);
        }
        if let Some(row) = row {
            self.say_stale(row);
        }
    }

    /// A field with its quotes.
    fn field(&self, row: Option<usize>, column: usize) -> Cow<'_, str> {
        let value = row.map(|row| self.table.value(row, column));
        let text = match value {
            None => Cow::Borrowed(&*self.table.columns()[column].name),
            Some(Value::Text(id)) => Cow::Borrowed(self.table.shelf().texts.get(id)),
            Some(Value::Blank | Value::Stale) => Cow::Borrowed(""),
            // What was a number or a date cannot be a formula, and has nothing that needs quotes but the comma of a format.
            Some(value) => return quoted(Cow::Owned(self.shown[column].text(value, self.table))),
        };
        let acts = self.style.guard && acts_like_formula(&text);
        quoted(if acts { Cow::Owned(format!("'{text}")) } else { text })
    }

    /// Writes the fields of a line that CP932 does not have as it is, one by one.
    fn fields(&mut self, row: Option<usize>) {
        for column in 0..self.shown.len() {
            if column > 0 {
                self.bytes.push(b',');
            }
            let text = self.field(row, column).into_owned();
            let (safe, replaced) = cp932_text(&text);
            for (from, to) in replaced {
                self.replaced(from, to, &text, (row, column));
            }
            match encode_cp932(&safe) {
                Ok(bytes) => self.bytes.extend_from_slice(&bytes),
                Err(missing) => self.unencodable(&safe, &missing, (row, column)),
            }
        }
        self.bytes.extend_from_slice(b"\r\n");
    }

    /// Said once for each column and character.
    fn replaced(&mut self, from: char, to: char, text: &str, at: (Option<usize>, usize)) {
        if self.noted.insert((at.1, from)) {
            let problem = Problem::ReplacedCharacter { from, to, encoding: ENCODING.to_owned() };
            self.say(Severity::Note, at, text, problem, Fate::Used);
        }
    }

    fn unencodable(&mut self, text: &str, missing: &[char], at: (Option<usize>, usize)) {
        // 〓, as printers have always marked a missing character.
        let marked: String = text.chars().map(|c| if missing.contains(&c) { '〓' } else { c }).collect();
        if let Ok(bytes) = encode_cp932(&marked) {
            self.bytes.extend_from_slice(&bytes);
        }
        let fate = if self.style.unencodable == Severity::Error { Fate::Stopped } else { Fate::Used };
        for &character in missing {
            let problem = Problem::Unencodable { character, encoding: ENCODING.to_owned() };
            self.say(self.style.unencodable, at, text, problem, fate);
        }
    }

    /// Only columns of several types can hold such a value.
    fn say_stale(&mut self, row: usize) {
        for column in 0..self.shown.len() {
            if matches!(self.table.columns()[column].data, Data::Any(_)) && self.table.value(row, column) == Value::Stale {
                self.say(Severity::Warning, (Some(row), column), "", Problem::StaleFormula, Fate::Blanked);
            }
        }
    }

    fn say(&mut self, severity: Severity, at: (Option<usize>, usize), value: &str, problem: Problem, fate: Fate) {
        let name = &self.table.columns()[at.1].name;
        let place = at.0.map_or_else(Place::default, |row| self.table.place(row, Some(name)));
        let value = (!value.is_empty()).then(|| value.to_owned());
        self.findings.push(Finding { severity, place, column: Some(name.to_string()), value, problem, fate });
    }
}

/// Quotes only where they are needed.
fn quoted(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.contains([',', '"', '\r', '\n']) { Cow::Owned(format!("\"{}\"", text.replace('"', "\"\""))) } else { text }
}

/// The name by which people know CP932.
const ENCODING: &str = "Shift_JIS";

/// How the values of a column look in a file: plainly, or in the column's format if it says so.
struct Shown {
    date: Pattern,
    moment: Option<Pattern>,
    number: Option<Pattern>,
    length: Option<Pattern>,
}

impl Shown {
    fn of(column: &Column) -> Shown {
        let format = column.format.as_deref().unwrap_or_default();
        let (class, pattern) = (FormatClass::of(format), || Pattern::read(format));
        Shown {
            date: if class == FormatClass::Date { pattern() } else { Pattern::read("yyyy-mm-dd") },
            moment: matches!(class, FormatClass::Date | FormatClass::DateTime).then(pattern),
            number: matches!(class, FormatClass::Number { .. } | FormatClass::Percent { .. }).then(pattern),
            length: matches!(class, FormatClass::Time | FormatClass::Duration).then(pattern),
        }
    }

    fn text(&self, value: Value, table: &Table) -> String {
        let plain = || value.show(&table.shelf().texts);
        match value {
            Value::Date(day) => self.date.moment(i64::from(day.0) * 86_400_000).unwrap_or_else(plain),
            Value::DateTime(ms) => self.moment.as_ref().and_then(|pattern| pattern.moment(ms)).unwrap_or_else(plain),
            Value::Integer(whole) => match &self.number {
                Some(pattern) => pattern.number(whole.into(), false),
                None => whole.to_string(),
            },
            Value::Decimal(exact) => match &self.number {
                Some(pattern) => pattern.number(exact, false),
                None => plain_decimal(exact),
            },
            Value::Time(ms) => self.length.as_ref().map_or_else(plain, |pattern| pattern.length(i64::from(ms))),
            Value::Duration(ms) => self.length.as_ref().map_or_else(plain, |pattern| pattern.length(ms)),
            _ => plain(),
        }
    }
}

/// As many digits as Excel would show.
fn plain_decimal(exact: Decimal) -> String {
    exact.round_sf(15).unwrap_or(exact).normalize().to_string()
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use jiff::civil;

    use super::*;
    use crate::{Day, Origin, Shelf, Source};

    fn table(shelf: &Rc<Shelf>, columns: Vec<(&str, Vec<Value>)>) -> Table {
        let rows = columns.first().map_or(0, |(_, values)| values.len());
        let named = columns.iter().enumerate().map(|(at, (name, _))| (Rc::from(*name), at as u32)).collect();
        let source = shelf.add_source(Source { file: "名簿.xlsx".into(), sheet: Some("名簿".into()), columns: named });
        let origins = (0..rows).map(|row| Origin { source, row: row as u32 + 4 }).collect();
        let columns = columns.into_iter().map(|(name, values)| Rc::new(Column::new(name, Data::of(values)))).collect();
        Table::new(shelf, columns, Rc::new(origins))
    }

    fn text(shelf: &Shelf, text: &str) -> Value {
        Value::Text(shelf.texts.intern(text))
    }

    #[test]
    fn values_quotes_and_formulas() {
        let shelf = Shelf::new();
        let table = table(
            &shelf,
            vec![
                ("名前", ["津市", "a,b", "=1+1", "-5", "改\n行", "\"x\""].map(|t| text(&shelf, t)).to_vec()),
                (
                    "値",
                    vec![
                        Value::Date(Day::of(civil::date(2022, 4, 1))),
                        Value::Integer(-1234),
                        Value::Decimal("0.10".parse().unwrap()),
                        Value::Duration(41 * 3_600_000 + 900_000),
                        Value::Blank,
                        Value::YesNo(true),
                    ],
                ),
            ],
        );
        let (bytes, findings) = write_csv(&table, &CsvStyle::default());
        let expected = "\u{feff}名前,値\r\n津市,2022-04-01\r\n\"a,b\",-1234\r\n'=1+1,0.1\r\n-5,41:15\r\n\"改\n行\",\r\n\"\"\"x\"\"\",TRUE\r\n";
        assert_eq!(String::from_utf8(bytes).unwrap(), expected);
        assert!(findings.is_empty());
    }

    #[test]
    fn cp932_says_what_it_lacks() {
        let shelf = Shelf::new();
        let table = table(&shelf, vec![("氏名", vec![text(&shelf, "髙田"), text(&shelf, "𠮷田 10〜12月")])]);
        let style = CsvStyle { encoding: CsvEncoding::Cp932, header: false, ..CsvStyle::default() };
        let (bytes, findings) = write_csv(&table, &style);
        assert!(bytes.starts_with(&[0xfb, 0xfc]));
        assert!(!bytes.contains(&b'&') && !bytes.contains(&b'?'));
        let lost = findings.iter().find(|f| matches!(f.problem, Problem::Unencodable { character: '𠮷', .. })).unwrap();
        assert_eq!(lost.severity, Severity::Error);
        assert_eq!(lost.place.cell.as_deref(), Some("A6"));
        assert_eq!(lost.column.as_deref(), Some("氏名"));
        let replaced = |f: &Finding| matches!(f.problem, Problem::ReplacedCharacter { from: '〜', to: '～', .. });
        assert!(findings.iter().any(|f| replaced(f) && f.severity == Severity::Note));
        assert!(String::from_utf8_lossy(&bytes).matches("10").count() == 1 && bytes.ends_with(b"\r\n"));
    }
}
