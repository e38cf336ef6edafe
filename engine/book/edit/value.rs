//! What is put into a cell, and how its XML says it.

use rust_decimal::Decimal;

use crate::calc::{Scalar, fifteen_digits};
use crate::package::escape;
use crate::write::escape_text;
use crate::{Address, Day, ExcelError, Texts, Value};

/// What is put into a cell.
#[derive(Clone, PartialEq, Debug)]
pub enum NewValue {
    /// Nothing; the format stays.
    Blank,
    /// A text; it stays one, whatever it looks like.
    Text(String),
    /// A number.
    Number(Decimal),
    /// Yes or no.
    YesNo(bool),
    /// A day.
    Date(Day),
    /// A time of day, in milliseconds since midnight.
    Time(u32),
    /// A moment, in milliseconds since 1970-01-01 00:00 of the wall clock.
    DateTime(i64),
    /// A length of time in milliseconds.
    Duration(i64),
    /// An Excel error.
    Error(ExcelError),
}

impl NewValue {
    /// A value as it was read or computed; one whose result nobody knows becomes blank.
    pub fn of(value: Value, texts: &Texts) -> NewValue {
        match value {
            Value::Blank | Value::Stale => NewValue::Blank,
            Value::Text(id) => NewValue::Text(texts.get(id).to_owned()),
            Value::Integer(whole) => NewValue::Number(whole.into()),
            Value::Decimal(exact) => NewValue::Number(exact),
            Value::Date(day) => NewValue::Date(day),
            Value::Time(ms) => NewValue::Time(ms),
            Value::DateTime(ms) => NewValue::DateTime(ms),
            Value::Duration(ms) => NewValue::Duration(ms),
            Value::YesNo(yes) => NewValue::YesNo(yes),
            Value::Error(error) => NewValue::Error(error),
        }
    }

    /// The number by which Excel's files write it; none if it is not written as one.
    pub(crate) fn written_number(&self, date1904: bool) -> Option<String> {
        Some(match self {
            NewValue::Number(exact) => exact.to_string(),
            NewValue::Date(day) => shown_days(0, day.serial(), date1904),
            NewValue::DateTime(ms) => shown_days(ms.rem_euclid(DAY_MS), Day(ms.div_euclid(DAY_MS) as i32).serial(), date1904),
            NewValue::Time(ms) => fraction(i64::from(*ms), 0),
            NewValue::Duration(ms) => fraction(ms.rem_euclid(DAY_MS), ms.div_euclid(DAY_MS)),
            NewValue::Blank | NewValue::Text(_) | NewValue::YesNo(_) | NewValue::Error(_) => return None,
        })
    }

    /// The number format that the value needs to be seen as what it is, where the cell has none of the kind.
    pub(crate) fn format(&self) -> Option<&'static str> {
        match self {
            NewValue::Date(_) => Some("yyyy/m/d"),
            NewValue::Time(_) => Some("h:mm"),
            NewValue::DateTime(_) => Some("yyyy/m/d h:mm"),
            NewValue::Duration(_) => Some("[h]:mm"),
            _ => None,
        }
    }
}

impl From<&str> for NewValue {
    fn from(text: &str) -> NewValue {
        NewValue::Text(text.to_owned())
    }
}

impl From<String> for NewValue {
    fn from(text: String) -> NewValue {
        NewValue::Text(text)
    }
}

impl From<i64> for NewValue {
    fn from(whole: i64) -> NewValue {
        NewValue::Number(whole.into())
    }
}

impl From<Decimal> for NewValue {
    fn from(exact: Decimal) -> NewValue {
        NewValue::Number(exact)
    }
}

impl From<bool> for NewValue {
    fn from(yes: bool) -> NewValue {
        NewValue::YesNo(yes)
    }
}

impl From<Day> for NewValue {
    fn from(day: Day) -> NewValue {
        NewValue::Date(day)
    }
}

/// What a cell is made to hold: a value or a formula.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Content {
    Value(NewValue),
    Formula(Written),
}

/// A formula that somebody put into a cell.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Written {
    /// Without its equals sign.
    pub(crate) text: String,
    /// How many moves of rows had been asked for by then, and the row where it was put.
    pub(crate) since: usize,
    pub(crate) row: u32,
    /// Before which move the row was written again since, and how many rows further down.
    pub(crate) copies: Vec<(usize, i64)>,
}

/// Where a cell stands and how it looks, for writing it.
pub(crate) struct Frame<'a> {
    /// The prefix of the sheet's elements, with its colon.
    pub(crate) prefix: &'a str,
    pub(crate) at: Address,
    pub(crate) style: u32,
    pub(crate) date1904: bool,
    /// The result of a formula put into the cell, if it is known.
    pub(crate) result: Option<&'a Scalar>,
}

/// The result of a formula as its cell carries it: the type for `t`, and the text of `<v>` escaped; none for nothing.
pub(crate) fn result_xml(result: &Scalar) -> Option<(&'static str, String)> {
    Some(match result {
        Scalar::Blank => return None,
        Scalar::Number(number) => ("", fifteen_digits(*number)),
        Scalar::YesNo(yes) => ("b", u8::from(*yes).to_string()),
        Scalar::Error(error) => ("e", error.text().to_owned()),
        Scalar::Text(text) => {
            let mut escaped = Vec::new();
            escape_text(text, &mut escaped);
            ("str", String::from_utf8(escaped).unwrap_or_default())
        }
    })
}

impl Content {
    /// Appends the whole `<c>`; nothing for a blank cell without a style. `reads` says how a formula reads in the end.
    pub(crate) fn write(&self, frame: &Frame<'_>, reads: &dyn Fn(&Written) -> String, out: &mut Vec<u8>) {
        let p = frame.prefix;
        let begin = out.len();
        out.extend_from_slice(format!("<{p}c r=\"{}\"", frame.at).as_bytes());
        if frame.style > 0 {
            out.extend_from_slice(format!(" s=\"{}\"", frame.style).as_bytes());
        }
        let value = |kind: &str, raw: &str| format!("{kind}><{p}v>{raw}</{p}v></{p}c>");
        let body = match self {
            Content::Formula(formula) => {
                let text = escape(&reads(formula));
                match frame.result.and_then(result_xml) {
                    Some((kind, result)) => {
                        let kind = if kind.is_empty() { String::new() } else { format!(" t=\"{kind}\"") };
                        format!("{kind}><{p}f>{text}</{p}f><{p}v>{result}</{p}v></{p}c>")
                    }
                    None => format!("><{p}f>{text}</{p}f></{p}c>"),
                }
            }
            Content::Value(NewValue::Blank) if frame.style == 0 => {
                out.truncate(begin);
                return;
            }
            Content::Value(NewValue::Blank) => "/>".to_owned(),
            Content::Value(NewValue::Text(text)) => {
                out.extend_from_slice(format!(" t=\"inlineStr\"><{p}is><{p}t xml:space=\"preserve\">").as_bytes());
                escape_text(text, out);
                format!("</{p}t></{p}is></{p}c>")
            }
            Content::Value(NewValue::YesNo(yes)) => value(" t=\"b\"", if *yes { "1" } else { "0" }),
            Content::Value(NewValue::Error(error)) => value(" t=\"e\"", error.text()),
            Content::Value(other) => value("", &other.written_number(frame.date1904).unwrap_or_default()),
        };
        out.extend_from_slice(body.as_bytes());
    }
}

const DAY_MS: i64 = 86_400_000;
const DAYS_TO_1904: i32 = 1_462;

/// Excel's number of a moment in the workbook's own system.
fn shown_days(ms: i64, serial: i32, date1904: bool) -> String {
    let serial = match serial {
        _ if date1904 => serial - DAYS_TO_1904,
        // Excel counts a 1900-02-29 that never was.
        ..61 => serial - 1,
        _ => serial,
    };
    fraction(ms, i64::from(serial))
}

fn fraction(ms: i64, days: i64) -> String {
    if ms == 0 { days.to_string() } else { (days as f64 + ms as f64 / DAY_MS as f64).to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(content: Content, date1904: bool) -> String {
        let mut out = Vec::new();
        let frame = Frame { prefix: "", at: Address::new(6, 1), style: 0, date1904, result: None };
        content.write(&frame, &|formula| formula.text.clone(), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn values_are_written_as_excel_reads_them() {
        let value = |value: NewValue| written(Content::Value(value), false);
        assert_eq!(value(NewValue::from(12)), "<c r=\"B7\"><v>12</v></c>");
        assert_eq!(value(NewValue::Date(Day(19_083))), "<c r=\"B7\"><v>44652</v></c>");
        assert_eq!(written(Content::Value(NewValue::Date(Day(19_083))), true), "<c r=\"B7\"><v>43190</v></c>");
        assert_eq!(value(NewValue::Date(Day(-25_567))), "<c r=\"B7\"><v>1</v></c>");
        assert_eq!(value(NewValue::DateTime(43_200_000)), "<c r=\"B7\"><v>25569.5</v></c>");
        assert_eq!(value(NewValue::Duration(129_600_000)), "<c r=\"B7\"><v>1.5</v></c>");
        assert_eq!(value(NewValue::Blank), "");
        assert_eq!(
            value(NewValue::from("<a>\r_x0041_")),
            "<c r=\"B7\" t=\"inlineStr\"><is><t xml:space=\"preserve\">&lt;a&gt;_x000D__x005F_x0041_</t></is></c>"
        );
        let formula = Written { text: "A1&\"<\"".into(), since: 0, row: 6, copies: Vec::new() };
        assert_eq!(written(Content::Formula(formula), false), "<c r=\"B7\"><f>A1&amp;&quot;&lt;&quot;</f></c>");
    }
}
