//! What a cell holds.

use jiff::civil;
use rust_decimal::Decimal;

use crate::{TextId, Texts};

/// A day, as days since 1970-01-01.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Day(pub i32);

/// Excel's number for 1970-01-01 in the 1900 system, counted so that it is right from 1900-03-01 on.
const SERIAL_OF_1970: i32 = 25_569;
/// Days between the 1900 and the 1904 system (ECMA-376 part 1, 18.17.4.1).
const DAYS_TO_1904: i32 = 1_462;

impl Day {
    /// The day of a civil date.
    pub fn of(date: civil::Date) -> Day {
        // Days from civil (Howard Hinnant's algorithm), exact for every date that jiff can hold.
        let (y, m, d) = (i32::from(date.year()), i32::from(date.month()), i32::from(date.day()));
        let y = if m <= 2 { y - 1 } else { y };
        let era = y.div_euclid(400);
        let yoe = y.rem_euclid(400);
        let doy = (153 * (m + if m > 2 { -3 } else { 9 }) + 2) / 5 + d - 1;
        let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
        Day(era * 146_097 + doe - 719_468)
    }

    /// The civil date of the day; none beyond the years -9999 to 9999.
    pub fn date(self) -> Option<civil::Date> {
        let z = self.0.checked_add(719_468)?;
        let era = z.div_euclid(146_097);
        let doe = z.rem_euclid(146_097);
        let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let d = doy - (153 * mp + 2) / 5 + 1;
        let m = if mp < 10 { mp + 3 } else { mp - 9 };
        let y = yoe + era * 400 + i32::from(m <= 2);
        civil::Date::new(i16::try_from(y).ok()?, m as i8, d as i8).ok()
    }

    /// The day of Excel's day number. None for a number that is no day: 60 in the 1900 system
    /// (1900-02-29 does not exist), below 1, or beyond the year 9999.
    pub fn from_serial(serial: f64, date1904: bool) -> Option<Day> {
        if !(0.0..2_958_466.0).contains(&serial) {
            return None;
        }
        let whole = serial.floor() as i32;
        if date1904 {
            return Some(Day(whole + DAYS_TO_1904 - SERIAL_OF_1970));
        }
        match whole {
            0 | 60 => None,
            1..60 => Some(Day(whole + 1 - SERIAL_OF_1970)),
            _ => Some(Day(whole - SERIAL_OF_1970)),
        }
    }

    /// Excel's day number in the 1900 system (right from 1900-03-01 on).
    pub fn serial(self) -> i32 {
        self.0 + SERIAL_OF_1970
    }
}

/// An error value that Excel shows in a cell.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the names are Excel's own")]
pub enum ExcelError {
    Null,
    Div0,
    Value,
    Ref,
    Name,
    Num,
    NA,
    GettingData,
    Spill,
    Calc,
    Field,
    Blocked,
    Connect,
    Unknown,
    Busy,
    Python,
    /// An error text that is in none of Excel's lists.
    Other,
    /// A number that no office value can be: not finite, or beyond 28 digits.
    OutOfRange,
}

impl ExcelError {
    /// As Excel writes it.
    pub fn text(self) -> &'static str {
        match self {
            ExcelError::Null => "#NULL!",
            ExcelError::Div0 => "#DIV/0!",
            ExcelError::Value => "#VALUE!",
            ExcelError::Ref => "#REF!",
            ExcelError::Name => "#NAME?",
            ExcelError::Num => "#NUM!",
            ExcelError::NA => "#N/A",
            ExcelError::GettingData => "#GETTING_DATA",
            ExcelError::Spill => "#SPILL!",
            ExcelError::Calc => "#CALC!",
            ExcelError::Field => "#FIELD!",
            ExcelError::Blocked => "#BLOCKED!",
            ExcelError::Connect => "#CONNECT!",
            ExcelError::Unknown => "#UNKNOWN!",
            ExcelError::Busy => "#BUSY!",
            ExcelError::Python => "#PYTHON!",
            ExcelError::Other => "#ERROR!",
            ExcelError::OutOfRange => "#####",
        }
    }

    /// The error that Excel writes so; [`ExcelError::Other`] for a text it does not write.
    pub fn from_text(text: &str) -> ExcelError {
        use ExcelError::*;
        [Null, Div0, Value, Ref, Name, Num, NA, GettingData, Spill, Calc, Field, Blocked, Connect, Unknown, Busy, Python]
            .into_iter()
            .find(|error| error.text() == text)
            .unwrap_or(Other)
    }
}

/// What a cell holds, as Excel means it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Value {
    /// Nothing.
    Blank,
    /// Text, as written (furigana left out).
    Text(TextId),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction, exact to Excel's 15 digits; also an exact decimal computed by a script.
    Decimal(Decimal),
    /// A day.
    Date(Day),
    /// A time of day, in milliseconds since midnight.
    Time(u32),
    /// A moment, in milliseconds since 1970-01-01 00:00 of the wall clock.
    DateTime(i64),
    /// A length of time in milliseconds; `[h]:mm`, so more than 24 hours is meant.
    Duration(i64),
    /// Yes or no.
    YesNo(bool),
    /// An Excel error.
    Error(ExcelError),
    /// A formula whose result was never saved. Neither zero nor blank: nobody knows it.
    Stale,
}

impl Value {
    /// A number of Excel's (`f64`) as an integer or a decimal of at most 15 significant digits, as Excel shows it.
    pub fn number(number: f64) -> Value {
        if number == number.trunc() && number.abs() < 9_007_199_254_740_992.0 {
            return Value::Integer(number as i64);
        }
        if !number.is_finite() || number.abs() >= 7.9e28 {
            return Value::Error(ExcelError::OutOfRange);
        }
        match short_decimal(number).or_else(|| long_decimal(number)) {
            // 11.999999999999995 is 12 to Excel and to whoever looks at it.
            Some(exact) if exact.scale() == 0 => exact.try_into().map_or(Value::Decimal(exact), Value::Integer),
            Some(exact) => Value::Decimal(exact),
            None => Value::Error(ExcelError::OutOfRange),
        }
    }

    /// Whether there is nothing: blank, or text of spaces alone.
    pub fn is_blank(&self, texts: &Texts) -> bool {
        match self {
            Value::Blank => true,
            Value::Text(id) => texts.get(*id).trim().is_empty(),
            _ => false,
        }
    }

    /// As a number, if it is one.
    pub fn as_decimal(&self) -> Option<Decimal> {
        match self {
            Value::Integer(whole) => Some(Decimal::from(*whole)),
            Value::Decimal(exact) => Some(*exact),
            _ => None,
        }
    }

    /// As a person reads it: `2024-04-01`, `8:30`, `41:15`, `はい`-less `TRUE`, `#N/A`.
    pub fn show(&self, texts: &Texts) -> String {
        match *self {
            Value::Blank | Value::Stale => String::new(),
            Value::Text(id) => texts.get(id).to_owned(),
            Value::Integer(whole) => whole.to_string(),
            Value::Decimal(exact) => exact.to_string(),
            Value::Date(day) => day.date().map(|date| date.to_string()).unwrap_or_default(),
            Value::Time(ms) => clock(i64::from(ms)),
            Value::DateTime(ms) => {
                let day = Day(ms.div_euclid(86_400_000) as i32);
                let date = day.date().map(|date| date.to_string()).unwrap_or_default();
                format!("{date} {}", clock(ms.rem_euclid(86_400_000)))
            }
            Value::Duration(ms) => clock(ms),
            Value::YesNo(yes) => if yes { "TRUE" } else { "FALSE" }.to_owned(),
            Value::Error(error) => error.text().to_owned(),
        }
    }
}

/// The decimal of at most six places that the number is, if it is one: 36.5, 0.125.
/// Up to 15 digits two decimals never share a number, and division by a power of ten is exactly rounded, so what divides back is the one.
#[inline]
fn short_decimal(number: f64) -> Option<Decimal> {
    let mut scale = 1.0;
    for places in 1..=6 {
        scale *= 10.0;
        let whole = (number * scale).round();
        if whole.abs() >= 1e15 {
            return None;
        }
        if whole / scale == number {
            return Some(Decimal::new(whole as i64, places));
        }
    }
    None
}

/// Shortest text first: it is what the file said. More than 15 digits are binary noise that Excel hides too.
fn long_decimal(number: f64) -> Option<Decimal> {
    let exact = format!("{number}").parse::<Decimal>().or_else(|_| Decimal::from_scientific(&format!("{number:e}"))).ok()?;
    exact.round_sf(15).map(|exact| exact.normalize())
}

/// Hours and minutes, with seconds only where there are some.
fn clock(ms: i64) -> String {
    let sign = if ms < 0 { "-" } else { "" };
    let seconds = ms.abs() / 1000;
    let (h, m, s) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if s == 0 { format!("{sign}{h}:{m:02}") } else { format!("{sign}{h}:{m:02}:{s:02}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn day_numbers_of_both_systems() {
        let date = |serial: f64, base: bool| Day::from_serial(serial, base).and_then(Day::date).map(|d| d.to_string());
        assert_eq!(date(44652.0, false).as_deref(), Some("2022-04-01"));
        assert_eq!(date(35981.0, false).as_deref(), Some("1998-07-05"));
        assert_eq!(date(34519.0, true).as_deref(), Some("1998-07-05"));
        assert_eq!(date(59.0, false).as_deref(), Some("1900-02-28"));
        assert_eq!(date(60.0, false), None);
        assert_eq!(date(61.0, false).as_deref(), Some("1900-03-01"));
        assert_eq!(date(0.0, true).as_deref(), Some("1904-01-01"));
        assert_eq!(Day::of(civil::date(2022, 4, 1)).serial(), 44652);
    }

    #[test]
    fn numbers_lose_binary_noise() {
        assert_eq!(Value::number(3.0), Value::Integer(3));
        assert_eq!(Value::number(0.1 + 0.2).show(&Texts::new()), "0.3");
        assert_eq!(Value::number(0.1).show(&Texts::new()), "0.1");
        assert_eq!(Value::number(f64::NAN), Value::Error(ExcelError::OutOfRange));
        assert_eq!(Value::number(1e300), Value::Error(ExcelError::OutOfRange));
        assert_eq!(Value::number(1e-40).show(&Texts::new()), "0");
        assert_eq!(Value::number(11.999_999_999_999_995), Value::Integer(12));
    }

    #[test]
    fn the_short_way_to_a_decimal_is_the_long_way() {
        let mut state = 1u64;
        for _ in 0..200_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let places = (state >> 60) as i32 % 8;
            let number = ((state >> 20) as i32) as f64 / 10f64.powi(places);
            if number != number.trunc() {
                assert_eq!(Value::number(number).as_decimal(), long_decimal(number), "{number}");
            }
        }
        for number in [0.1, 36.5, -0.000001, 0.0000001, 123456789.123456, 99999999999.9999, 1.0 / 3.0, f64::MIN_POSITIVE] {
            assert_eq!(Value::number(number).as_decimal(), long_decimal(number), "{number}");
        }
    }
}
