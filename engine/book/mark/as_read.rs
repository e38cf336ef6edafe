//! A file of another format as an xlsx with the data as it was read: what a mark can be put on.

use rust_xlsxwriter::{Format, Workbook as Book, Worksheet, XlsxError};

use crate::write::{begins_like_formula, text_width};
use crate::{Refusal, Sheet, Texts, Value, Visibility, Workbook, WriteError};

/// Sheets of more cells are written row by row, without their merged ranges.
const LONG: usize = 200_000;
/// Rows looked at for the width of columns, and the widest column.
const SAMPLE: usize = 200;
const WIDEST: usize = 40;
/// Excel keeps 15 digits.
const WHOLE_LIMIT: u64 = 1_000_000_000_000_000;

/// Why there is no xlsx.
pub(super) enum Unwritten {
    Refused(Refusal),
    Writing(WriteError),
}

impl From<Refusal> for Unwritten {
    fn from(refusal: Refusal) -> Unwritten {
        Unwritten::Refused(refusal)
    }
}

impl From<XlsxError> for Unwritten {
    fn from(error: XlsxError) -> Unwritten {
        Unwritten::Writing(WriteError::Failed(error.to_string()))
    }
}

/// The workbook as xlsx. `unnamed` is what the sheet of a text file is called.
pub(super) fn as_xlsx(book: &Workbook, unnamed: &str) -> Result<Vec<u8>, Unwritten> {
    let mut new = Book::new();
    new.set_properties(&crate::write::properties().map_err(Unwritten::Writing)?);
    let shown = book.sheets().iter().position(|sheet| sheet.visibility == Visibility::Visible).unwrap_or(0);
    for (at, info) in book.sheets().iter().enumerate() {
        let sheet = book.sheet(at)?;
        let long = sheet.cell_count() > LONG;
        let out = if long { new.add_worksheet_with_low_memory()? } else { new.add_worksheet() };
        // A name that Excel itself gave is one; another program's may not be.
        if out.set_name(if info.name.is_empty() { unnamed } else { &info.name }).is_err() {
            out.set_name(format!("Sheet{}", at + 1))?;
        }
        if at == shown {
            out.set_active(true);
        } else if info.visibility != Visibility::Visible {
            out.set_hidden(true);
        }
        write(&sheet, out, long)?;
        book.forget(at);
    }
    Ok(new.save_to_buffer()?)
}

fn write(sheet: &Sheet, out: &mut Worksheet, long: bool) -> Result<(), XlsxError> {
    let texts = &sheet.shelf().texts;
    for (column, width) in widths(sheet, texts) {
        out.set_column_width(column, width as f64)?;
    }
    let mut looks = Looks::default();
    if !long {
        for area in &sheet.merges {
            let (first, last) = (area.first, area.last);
            // Two ranges that overlap are no reason to hand nothing back.
            let _ = out.merge_range(first.row, first.column as u16, last.row, last.column as u16, "", looks.of("", false));
        }
    }
    for row in sheet.rows() {
        for cell in row.cells() {
            let quoted = matches!(cell.value, Value::Text(id) if begins_like_formula(texts.get(id)));
            let look = looks.of(format_of(cell.value, cell.format), quoted);
            put(out, (row.number(), cell.column as u16), cell.value, texts, look)?;
        }
        if row.hidden() {
            out.set_row_hidden(row.number())?;
        }
    }
    Ok(())
}

fn put(out: &mut Worksheet, (row, column): (u32, u16), value: Value, texts: &Texts, look: &Format) -> Result<(), XlsxError> {
    match value {
        Value::Blank | Value::Stale => return Ok(()),
        Value::Integer(whole) if whole.unsigned_abs() < WHOLE_LIMIT => {
            out.write_number_with_format(row, column, whole as f64, look)?;
        }
        Value::Decimal(exact) => {
            out.write_number_with_format(row, column, f64::try_from(exact).unwrap_or_default(), look)?;
        }
        Value::YesNo(yes) => {
            out.write_boolean_with_format(row, column, yes, look)?;
        }
        Value::Date(_) | Value::Time(_) | Value::DateTime(_) | Value::Duration(_) => match serial(value) {
            Some(days) => drop(out.write_number_with_format(row, column, days, look)?),
            None => drop(out.write_string_with_format(row, column, value.show(texts), look)?),
        },
        Value::Text(_) | Value::Integer(_) | Value::Error(_) => {
            // Nothing beyond what a cell of Excel's holds: who reads the mark still sees what the file says.
            let text: String = value.show(texts).chars().take(32_000).collect();
            out.write_string_with_format(row, column, text, look)?;
        }
    }
    Ok(())
}

/// Days since 1900 as Excel counts them.
fn serial(value: Value) -> Option<f64> {
    const DAY: f64 = 86_400_000.0;
    let days = match value {
        Value::Date(day) => f64::from(day.serial()),
        Value::Time(ms) => f64::from(ms) / DAY,
        Value::DateTime(ms) => ms as f64 / DAY + 25_569.0,
        Value::Duration(ms) => ms as f64 / DAY,
        _ => return None,
    };
    (matches!(value, Value::Time(_) | Value::Duration(_)) && days >= 0.0 || (61.0..2_958_466.0).contains(&days)).then_some(days)
}

/// The cell's own number format, or one that shows what the value is.
fn format_of(value: Value, own: &str) -> &str {
    match value {
        _ if !own.is_empty() => own,
        Value::Date(_) => "yyyy/m/d",
        Value::Time(_) => "h:mm:ss",
        Value::DateTime(_) => "yyyy/m/d h:mm:ss",
        Value::Duration(_) => "[h]:mm:ss",
        _ => "",
    }
}

/// The looks that were asked for.
#[derive(Default)]
struct Looks(Vec<(String, bool, Format)>);

impl Looks {
    fn of(&mut self, code: &str, quoted: bool) -> &Format {
        let at = match self.0.iter().position(|(known, quote, _)| known == code && *quote == quoted) {
            Some(at) => at,
            None => {
                let mut format = Format::new();
                if !code.is_empty() {
                    format = format.set_num_format(code);
                }
                if quoted {
                    format = format.set_quote_prefix();
                }
                self.0.push((code.to_owned(), quoted, format));
                self.0.len() - 1
            }
        };
        &self.0[at].2
    }
}

fn widths(sheet: &Sheet, texts: &Texts) -> Vec<(u16, usize)> {
    let mut widths: Vec<usize> = Vec::new();
    for row in sheet.rows().take(SAMPLE) {
        for (column, value) in row.values() {
            let at = column as usize;
            if widths.len() <= at {
                widths.resize(at + 1, 0);
            }
            widths[at] = widths[at].max(text_width(&value.show(texts)).min(WIDEST));
        }
    }
    widths.into_iter().enumerate().filter(|(_, width)| *width > 6).map(|(at, width)| (at as u16, width + 2)).collect()
}
