//! What a formula computes with, and Excel's ways from one kind of value to another.

use std::cmp::Ordering;
use std::rc::Rc;

use japan::match_key;

use crate::ExcelError;

/// One value.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Scalar {
    Blank,
    Number(f64),
    Text(Rc<str>),
    YesNo(bool),
    Error(ExcelError),
}

/// Why there is no value: an error that Excel shows, or something that nobody here knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Stop {
    Error(ExcelError),
    Unknown,
}

pub(crate) type Answer<T> = Result<T, Stop>;

pub(super) const VALUE: Stop = Stop::Error(ExcelError::Value);
pub(super) const DIV0: Stop = Stop::Error(ExcelError::Div0);
pub(super) const NUM: Stop = Stop::Error(ExcelError::Num);
pub(super) const NA: Stop = Stop::Error(ExcelError::NA);
pub(super) const REF: Stop = Stop::Error(ExcelError::Ref);

impl Scalar {
    pub(crate) fn text(text: impl AsRef<str>) -> Scalar {
        Scalar::Text(Rc::from(text.as_ref()))
    }

    /// The value, or the error it is.
    pub(super) fn sound(self) -> Answer<Scalar> {
        match self {
            Scalar::Error(error) => Err(Stop::Error(error)),
            value => Ok(value),
        }
    }

    /// As a number in a calculation.
    pub(super) fn number(&self) -> Answer<f64> {
        match self {
            Scalar::Blank => Ok(0.0),
            Scalar::Number(number) => Ok(*number),
            Scalar::YesNo(yes) => Ok(f64::from(u8::from(*yes))),
            Scalar::Text(text) => match looks(text) {
                Looks::Number(number) => Ok(number),
                Looks::Text => Err(VALUE),
                Looks::Doubtful | Looks::Day { .. } => Err(Stop::Unknown),
            },
            Scalar::Error(error) => Err(Stop::Error(*error)),
        }
    }

    /// As a text in a calculation.
    pub(super) fn shown(&self) -> Answer<Rc<str>> {
        match self {
            Scalar::Blank => Ok(Rc::from("")),
            Scalar::Number(number) => general(*number).map(Rc::from),
            Scalar::YesNo(yes) => Ok(Rc::from(if *yes { "TRUE" } else { "FALSE" })),
            Scalar::Text(text) => Ok(Rc::clone(text)),
            Scalar::Error(error) => Err(Stop::Error(*error)),
        }
    }

    /// As a condition.
    pub(super) fn yes(&self) -> Answer<bool> {
        match self {
            Scalar::Text(text) if text.eq_ignore_ascii_case("true") => Ok(true),
            Scalar::Text(text) if text.eq_ignore_ascii_case("false") => Ok(false),
            Scalar::Text(_) => Err(VALUE),
            other => Ok(other.number()? != 0.0),
        }
    }
}

/// What a text could be taken for where a number is wanted.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Looks {
    /// A number wherever in the world it is read.
    Number(f64),
    /// A day wherever it is read: year, month, day.
    Day { year: i32, month: u32, day: u32 },
    /// Never a number.
    Text,
    /// Excel may know a number in it; which one depends on the country and on much else.
    Doubtful,
}

/// Letters of dates, times and amounts as Japanese Excel understands them.
const DATE_LETTERS: &str = "年月日時分秒令和平成昭大正明治元午前後曜火水木金土円銭";
const DATE_WORDS: [&str; 30] = [
    "am",
    "pm",
    "a",
    "p",
    "e",
    "m",
    "t",
    "s",
    "h",
    "r",
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
    "january",
    "february",
    "march",
    "april",
    "june",
    "july",
    "august",
    "september",
];

pub(super) fn looks(text: &str) -> Looks {
    let trimmed = text.trim_matches(' ');
    if let Some(number) = plain_number(trimmed) {
        return Looks::Number(number);
    }
    if let Some((year, month, day)) = plain_day(trimmed) {
        return Looks::Day { year, month, day };
    }
    if trimmed.eq_ignore_ascii_case("true") || trimmed.eq_ignore_ascii_case("false") {
        return Looks::Doubtful;
    }
    let digits = trimmed.chars().any(|c| c.is_numeric());
    if !digits || trimmed.chars().any(never_in_a_number) {
        return Looks::Text;
    }
    let half = japan::to_half_latin(trimmed).to_lowercase();
    let words = half.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty());
    let strange =
        words.into_iter().any(|word| !DATE_WORDS.contains(&word) && !matches!(word, "october" | "november" | "december"));
    if strange { Looks::Text } else { Looks::Doubtful }
}

fn never_in_a_number(c: char) -> bool {
    let letter = c.is_alphabetic() && !c.is_ascii() && !('Ａ'..='ｚ').contains(&c) && !DATE_LETTERS.contains(c);
    letter || matches!(c, '_' | '!' | '?' | '"' | '=' | '<' | '>' | '[' | ']' | '{' | '}' | '\n')
}

/// `-1,234.5`, `1e3`, `12%`.
fn plain_number(text: &str) -> Option<f64> {
    let (text, percent) = text.strip_suffix('%').map_or((text, false), |rest| (rest, true));
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, rest) = unsigned.split_at(unsigned.find(['.', 'e', 'E']).unwrap_or(unsigned.len()));
    let groups: Vec<&str> = whole.split(',').collect();
    let grouped = groups.len() > 1;
    let sound_groups = !grouped || (1..=3).contains(&groups[0].len()) && groups[1..].iter().all(|group| group.len() == 3);
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if !sound_groups || !groups.iter().all(|group| digits(group)) {
        return None;
    }
    let (fraction, exponent) = rest.split_at(rest.find(['e', 'E']).unwrap_or(rest.len()));
    let exponent_digits = exponent.get(1..).unwrap_or_default();
    let exponent_digits = exponent_digits.strip_prefix(['-', '+']).unwrap_or(exponent_digits);
    let sound_exponent = exponent.is_empty() || (1..=3).contains(&exponent_digits.len()) && digits(exponent_digits);
    if whole.len() + fraction.len() < 1
        || fraction == "." && whole.is_empty()
        || !digits(fraction.trim_start_matches('.'))
        || !sound_exponent
    {
        return None;
    }
    let number: f64 = text.replace(',', "").parse().ok()?;
    number.is_finite().then_some(if percent { number / 100.0 } else { number })
}

/// `2024/4/1` and `2024-04-01`.
fn plain_day(text: &str) -> Option<(i32, u32, u32)> {
    let sign = if text.contains('/') { '/' } else { '-' };
    let parts: Vec<&str> = text.split(sign).collect();
    let [year, month, day] = parts[..] else { return None };
    let sound = |part: &str, most: usize| (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    if year.len() != 4 || !sound(year, 4) || !sound(month, 2) || !sound(day, 2) {
        return None;
    }
    let (year, month, day): (i32, u32, u32) = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    jiff::civil::Date::new(year as i16, month as i8, day as i8).ok()?;
    (1901..=9999).contains(&year).then_some((year, month, day))
}

/// A number as a cell without a format shows it, as far as its length leaves no doubt.
pub(super) fn general(number: f64) -> Answer<String> {
    let size = number.abs();
    if number != 0.0 && !(1e-4..1e15).contains(&size) {
        return Err(Stop::Unknown);
    }
    Ok(fifteen_digits(number))
}

/// A number in fifteen significant digits, as Excel counts them.
pub(crate) fn fifteen_digits(number: f64) -> String {
    if number == 0.0 {
        return "0".to_owned();
    }
    let written = format!("{number:.14e}");
    let (mantissa, exponent) = written.split_once('e').unwrap_or((&written, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_end_matches('0');
    if !(-9..21).contains(&exponent) {
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        return format!("{sign}{first}{point}{rest}E{}{:02}", if exponent < 0 { "-" } else { "+" }, exponent.abs());
    }
    if exponent < 0 {
        return format!("{sign}0.{}{digits}", "0".repeat((-exponent - 1) as usize));
    }
    let whole = exponent as usize + 1;
    if digits.len() <= whole {
        return format!("{sign}{digits}{}", "0".repeat(whole - digits.len()));
    }
    format!("{sign}{}.{}", &digits[..whole], &digits[whole..])
}

/// The nearest number of fifteen digits.
pub(super) fn fifteen(number: f64) -> f64 {
    format!("{number:.14e}").parse().unwrap_or(number)
}

/// Whether two numbers are the same to Excel, which looks at fifteen digits.
pub(super) fn same_number(a: f64, b: f64) -> bool {
    a == b || (a - b).abs() <= a.abs().max(b.abs()) * 1e-14 && fifteen(a) == fifteen(b)
}

/// Whether two texts are the same to Excel. Where only the width of letters differs, or hiragana from katakana, nobody
/// can be sure: functions and versions of Excel's differ.
pub(super) fn same_text(a: &str, b: &str) -> Answer<bool> {
    if a == b {
        return Ok(true);
    }
    if a.is_ascii() && b.is_ascii() {
        return Ok(a.eq_ignore_ascii_case(b));
    }
    if a.to_lowercase() == b.to_lowercase() {
        return Ok(true);
    }
    if surely_different(a, b) || folded(a) != folded(b) { Ok(false) } else { Err(Stop::Unknown) }
}

/// Whether two texts differ in more than width and kind of kana, told letter by letter: long lists are searched with it.
fn surely_different(a: &str, b: &str) -> bool {
    let (mut a, mut b) = (coarse(a), coarse(b));
    loop {
        match (a.next(), b.next()) {
            (None, None) | (Some(None), _) | (_, Some(None)) => return false,
            (a, b) if a == b => {}
            _ => return true,
        }
    }
}

/// Whether a pattern asks for a letter that a text surely does not have.
pub(super) fn lacks_a_letter(pattern: &str, text: &str) -> bool {
    let has = |wanted: char| coarse(text).any(|letter| letter.is_none_or(|letter| letter == wanted));
    coarse(pattern).flatten().any(|wanted| !matches!(wanted, '*' | '?') && !has(wanted))
}

const HALF_KANA: &str =
    "をぁぃぅぇぉゃゅょっ-あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわん";
const VOICED: &str = "がぎぐげござじずぜぞだぢづでどばびぶべぼぱぴぷぺぽゔ";
const VOICELESS: &str = "かきくけこさしすせそたちつてとはひふへほはひふへほう";

/// The letters of a text without width, voice marks, spaces and strokes; `None` for one that may stand for several.
fn coarse(text: &str) -> impl Iterator<Item = Option<char>> {
    let passed = |c: &char| !c.is_whitespace() && !"ﾞﾟ゛゜ーｰ-‐‑−–—―－～〜~'’･・".contains(*c);
    text.chars().filter(passed).map(|c| {
        let hiragana = match c {
            'ｦ'..='ﾝ' => HALF_KANA.chars().nth(c as usize - 'ｦ' as usize).unwrap_or(c),
            'ァ'..='ヶ' => char::from_u32(c as u32 - 0x60).unwrap_or(c),
            '！'..='～' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
            c => c,
        };
        match hiragana {
            'ぁ'..='ゖ' => Some(
                VOICED
                    .chars()
                    .position(|voiced| voiced == hiragana)
                    .map_or(hiragana, |nth| VOICELESS.chars().nth(nth).unwrap_or(hiragana)),
            ),
            c if c.is_ascii() => Some(c.to_ascii_lowercase()),
            '一'..='鿿' | '々' | '〇' => Some(hiragana),
            _ => None,
        }
    })
}

/// A text without case, width and the two kinds of kana.
pub(super) fn folded(text: &str) -> String {
    japan::to_hiragana(&match_key(text)).to_lowercase()
}

/// The order of two values: numbers before texts before yes and no; a blank is what the other one makes it.
pub(super) fn compare(a: &Scalar, b: &Scalar) -> Answer<Ordering> {
    let number = |a: f64, b: f64| if same_number(a, b) { Ordering::Equal } else { a.total_cmp(&b) };
    let rank = |value: &Scalar| match value {
        Scalar::Text(_) => 1,
        Scalar::YesNo(_) => 2,
        _ => 0,
    };
    Ok(match (a, b) {
        (Scalar::Error(error), _) | (_, Scalar::Error(error)) => return Err(Stop::Error(*error)),
        (Scalar::Blank, Scalar::Blank) => Ordering::Equal,
        (Scalar::Number(a), Scalar::Number(b)) => number(*a, *b),
        (Scalar::Blank, Scalar::Number(b)) => number(0.0, *b),
        (Scalar::Number(a), Scalar::Blank) => number(*a, 0.0),
        (Scalar::YesNo(a), Scalar::YesNo(b)) => a.cmp(b),
        (Scalar::Blank, Scalar::YesNo(b)) => false.cmp(b),
        (Scalar::YesNo(a), Scalar::Blank) => a.cmp(&false),
        (Scalar::Blank, Scalar::Text(b)) => "".cmp(b),
        (Scalar::Text(a), Scalar::Blank) => (**a).cmp(""),
        (Scalar::Text(a), Scalar::Text(b)) => text_order(a, b)?,
        (a, b) => rank(a).cmp(&rank(b)),
    })
}

/// Which text comes first is known for plain letters and digits only; for others it depends on the country.
fn text_order(a: &str, b: &str) -> Answer<Ordering> {
    if same_text(a, b)? {
        return Ok(Ordering::Equal);
    }
    let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric());
    if plain(a) && plain(b) { Ok(a.to_ascii_lowercase().cmp(&b.to_ascii_lowercase())) } else { Err(Stop::Unknown) }
}

/// Whether two values are equal; the order of texts does not matter for that.
pub(super) fn equal(a: &Scalar, b: &Scalar) -> Answer<bool> {
    match (a, b) {
        (Scalar::Text(a), Scalar::Text(b)) => same_text(a, b),
        _ => compare(a, b).map(Ordering::is_eq),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fifteen_digits_as_excel_counts_them() {
        for (number, text) in [
            (0.1 + 0.2, "0.3"),
            (1.0 / 3.0, "0.333333333333333"),
            (-1234.5, "-1234.5"),
            (1e20, "100000000000000000000"),
            (1.5e22, "1.5E+22"),
            (1e-7, "0.0000001"),
            (-2.5e-12, "-2.5E-12"),
            (434.999_999_999_999_94, "435"),
        ] {
            assert_eq!(fifteen_digits(number), text);
        }
    }

    #[test]
    fn texts_that_are_numbers_everywhere_and_those_that_may_be() {
        for (text, expected) in [
            ("12", Looks::Number(12.0)),
            (" -1,234.5 ", Looks::Number(-1234.5)),
            ("12%", Looks::Number(0.12)),
            ("1e3", Looks::Number(1000.0)),
            ("2024/4/1", Looks::Day { year: 2024, month: 4, day: 1 }),
            ("第1号", Looks::Text),
            ("なし", Looks::Text),
            ("", Looks::Text),
            ("B101", Looks::Text),
            ("1-1", Looks::Doubtful),
            ("１２", Looks::Doubtful),
            ("令和6年4月1日", Looks::Doubtful),
            ("R6.4.1", Looks::Doubtful),
            ("¥1,200", Looks::Doubtful),
            ("1,23", Looks::Doubtful),
        ] {
            assert_eq!(looks(text), expected, "{text}");
        }
    }

    #[test]
    fn values_compare_as_in_excel() {
        let number = Scalar::Number;
        assert_eq!(compare(&number(0.1 + 0.2), &number(0.3)), Ok(Ordering::Equal));
        assert_eq!(compare(&number(9e9), &Scalar::text("1")), Ok(Ordering::Less));
        assert_eq!(compare(&Scalar::text("b"), &Scalar::text("A")), Ok(Ordering::Greater));
        assert_eq!(compare(&Scalar::YesNo(false), &Scalar::text("z")), Ok(Ordering::Greater));
        assert_eq!(equal(&Scalar::Blank, &Scalar::text("")), Ok(true));
        assert_eq!(equal(&Scalar::Blank, &number(0.0)), Ok(true));
        assert_eq!(equal(&Scalar::text("津"), &Scalar::text("四日市")), Ok(false));
        for (a, b) in
            [("ア", "ｱ"), ("ガス", "ｶﾞｽ"), ("がす", "ガス"), ("Ａ-１", "a-1"), ("株式会社　甲", "株式会社 甲"), ("㈱甲", "(株)甲")]
        {
            assert_eq!(equal(&Scalar::text(a), &Scalar::text(b)), Err(Stop::Unknown), "{a}");
        }
        for (a, b) in [("三重県津市", "三重県四日市市"), ("ガス", "カス"), ("甲", "甲乙"), ("㈱甲", "㈱乙"), ("第１号", "第2号")]
        {
            assert_eq!(equal(&Scalar::text(a), &Scalar::text(b)), Ok(false), "{a}");
        }
        assert_eq!(compare(&Scalar::text("津"), &Scalar::text("四日市")), Err(Stop::Unknown));
    }
}
