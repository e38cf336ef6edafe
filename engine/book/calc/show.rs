//! TEXT: a value as a number format shows it. Stricter than the formats of cells: what is not known is not guessed.

use japan::Era;
use rust_decimal::{Decimal, RoundingStrategy};

use super::calendar::{Calendar, Civil, seconds};
use super::round::rounded;
use super::value::{Answer, Looks, Scalar, Stop, general, looks};

/// Digits that a format may ask for.
const MOST_DIGITS: usize = 30;

#[derive(Clone, PartialEq, Debug)]
enum Sign {
    Letter(char),
    /// `0`, `#` or `?`.
    Digit(char),
    Point,
    Percent,
    Comma,
    /// The value as a cell without a format shows it.
    General,
    Text,
    /// A letter of a day or time and how often it stands.
    Part(char, usize),
    Minute(usize),
    Elapsed(char, usize),
    HalfDay,
}

/// A value in a format.
pub(super) fn shown_as(value: &Scalar, format: &str, calendar: Calendar) -> Answer<String> {
    let sections = sections(format)?;
    let number = match value {
        Scalar::Text(text) => match looks(text) {
            Looks::Number(number) => number,
            Looks::Day { year, month, day } => calendar.number(i64::from(year), i64::from(month), i64::from(day))?,
            Looks::Text => return text_in(&sections, text),
            Looks::Doubtful => return Err(Stop::Unknown),
        },
        Scalar::YesNo(_) => return value.shown().map(|text| text.to_string()),
        other => other.number()?,
    };
    let nth = match sections.len() {
        _ if number < 0.0 && sections.len() > 1 => 1,
        3.. if number == 0.0 => 2,
        _ => 0,
    };
    let section = &sections[nth];
    if number < 0.0 && section.iter().any(is_moment) {
        return Err(Stop::Unknown);
    }
    if nth == 0 && number < 0.0 {
        let shown = in_section(section, -number, calendar)?;
        // Whether Excel writes a sign before what is rounded to nothing depends on its version.
        return if shown.chars().any(|c| ('1'..='9').contains(&c)) { Ok(format!("-{shown}")) } else { Err(Stop::Unknown) };
    }
    in_section(section, number.abs(), calendar)
}

fn text_in(sections: &[Vec<Sign>], text: &str) -> Answer<String> {
    let section = match sections {
        [_, _, _, texts] => texts,
        [only] if only.contains(&Sign::Text) => only,
        _ => return Ok(text.to_owned()),
    };
    let mut shown = String::new();
    for sign in section {
        match sign {
            Sign::Text => shown.push_str(text),
            Sign::Letter(letter) => shown.push(*letter),
            _ => return Err(Stop::Unknown),
        }
    }
    Ok(shown)
}

fn in_section(section: &[Sign], number: f64, calendar: Calendar) -> Answer<String> {
    let day = section.iter().any(is_moment);
    let digits = section.iter().any(|sign| matches!(sign, Sign::Digit(_)));
    match (day, digits) {
        (true, true) => Err(Stop::Unknown),
        (true, false) => moment(section, number, calendar),
        (false, true) => digits_of(section, number),
        (false, false) => {
            let mut shown = String::new();
            for sign in section {
                match sign {
                    Sign::Letter(letter) => shown.push(*letter),
                    Sign::General | Sign::Text => shown.push_str(&general(number)?),
                    _ => return Err(Stop::Unknown),
                }
            }
            Ok(shown)
        }
    }
}

fn is_moment(sign: &Sign) -> bool {
    matches!(sign, Sign::Part(..) | Sign::Minute(_) | Sign::Elapsed(..) | Sign::HalfDay)
}

/// Takes a format apart into its sections.
fn sections(format: &str) -> Answer<Vec<Vec<Sign>>> {
    let mut sections = vec![Vec::new()];
    let mut rest = format;
    while let Some(letter) = rest.chars().next() {
        let after = &rest[letter.len_utf8()..];
        let mut add = |sign: Sign| {
            if let Some(section) = sections.last_mut() {
                section.push(sign);
            }
        };
        rest = match letter {
            ';' => {
                sections.push(Vec::new());
                after
            }
            '"' => {
                let end = after.find('"').ok_or(Stop::Unknown)?;
                after[..end].chars().for_each(|letter| add(Sign::Letter(letter)));
                &after[end + 1..]
            }
            '\\' | '!' => {
                let next = after.chars().next().ok_or(Stop::Unknown)?;
                add(Sign::Letter(next));
                &after[next.len_utf8()..]
            }
            '[' => {
                let end = after.find(']').ok_or(Stop::Unknown)?;
                bracket(&after[..end], &mut add)?;
                &after[end + 1..]
            }
            '0' | '#' | '?' => {
                add(Sign::Digit(letter));
                after
            }
            '.' => {
                add(Sign::Point);
                after
            }
            ',' => {
                add(Sign::Comma);
                after
            }
            '%' => {
                add(Sign::Percent);
                after
            }
            '@' => {
                add(Sign::Text);
                after
            }
            _ => word(rest, &mut add)?,
        };
    }
    if sections.len() > 4 {
        return Err(Stop::Unknown);
    }
    sections.iter_mut().for_each(|section| find_minutes(section));
    Ok(sections)
}

/// Japanese and the common one; other countries' formats show other words.
fn bracket(inside: &str, add: &mut impl FnMut(Sign)) -> Answer<()> {
    let lower = inside.to_ascii_lowercase();
    match lower.as_str() {
        "$-411" | "$-ja-jp" => Ok(()),
        "red" | "blue" | "black" | "white" | "green" | "yellow" | "cyan" | "magenta" | "赤" | "青" | "黒" | "白" | "緑"
        | "黄" => Ok(()),
        "h" | "hh" | "m" | "mm" | "s" | "ss" => {
            add(Sign::Elapsed(lower.chars().next().unwrap_or('h'), lower.len()));
            Ok(())
        }
        _ => Err(Stop::Unknown),
    }
}

/// Letters that mean something, and those that stand for themselves.
fn word<'f>(rest: &'f str, add: &mut impl FnMut(Sign)) -> Answer<&'f str> {
    let lower = rest.to_ascii_lowercase();
    if lower.starts_with("general") {
        add(Sign::General);
        return Ok(&rest[7..]);
    }
    if let Some(after) = rest.strip_prefix("G/標準") {
        add(Sign::General);
        return Ok(after);
    }
    if lower.starts_with("am/pm") {
        add(Sign::HalfDay);
        return Ok(&rest[5..]);
    }
    let Some(letter) = lower.chars().next() else { return Ok("") };
    // A stroke between digits would be a fraction.
    if matches!(letter, 'y' | 'm' | 'd' | 'a' | 'g' | 'e' | 'h' | 's' | '/') {
        let run = lower.chars().take_while(|other| *other == letter).count();
        let count = if letter == '/' { 1 } else { run };
        add(Sign::Part(letter, count));
        return Ok(&rest[count..]);
    }
    // Signs and Japanese letters that Excel shows as they are.
    let plain = matches!(letter, ' ' | '-' | '+' | ':' | '(' | ')' | '$' | '¥' | '￥' | '~' | '{' | '}' | '=' | '<' | '>' | '&')
        || !letter.is_ascii();
    if !plain {
        return Err(Stop::Unknown);
    }
    let letter = rest.chars().next().unwrap_or_default();
    add(Sign::Letter(letter));
    Ok(&rest[letter.len_utf8()..])
}

/// An `m` behind hours or before seconds is a minute.
fn find_minutes(section: &mut [Sign]) {
    let parts: Vec<usize> = (0..section.len()).filter(|&at| matches!(section[at], Sign::Part(..) | Sign::Elapsed(..))).collect();
    for (nth, &at) in parts.iter().enumerate() {
        let Sign::Part('m', count) = section[at] else { continue };
        let before = nth.checked_sub(1).map(|nth| &section[parts[nth]]);
        let after = parts.get(nth + 1).map(|&at| &section[at]);
        let hours = matches!(before, Some(Sign::Part('h', _) | Sign::Elapsed('h', _)));
        if hours || matches!(after, Some(Sign::Part('s', _))) {
            section[at] = Sign::Minute(count);
        }
    }
}

fn moment(section: &[Sign], number: f64, calendar: Calendar) -> Answer<String> {
    let (mut days, mut clock) = (number.floor(), seconds(number));
    // The last half second of a day is the next day.
    if clock == 0 && number - days > 0.5 {
        days += 1.0;
    }
    let civil = calendar.civil(days)?;
    let half = section.contains(&Sign::HalfDay);
    let elapsed = days as i64 * 86_400 + clock;
    if section.iter().any(|sign| matches!(sign, Sign::Elapsed(..))) {
        clock = elapsed;
    }
    let mut shown = String::new();
    for sign in section {
        let part = match *sign {
            Sign::Letter(letter) => letter.to_string(),
            Sign::Point => ".".to_owned(),
            Sign::Part(letter, count) => part(letter, count, civil, clock, half, calendar, days)?,
            Sign::Minute(count @ ..=2) => padded(clock / 60 % 60, count),
            Sign::Elapsed('h', count) => padded(elapsed / 3600, count),
            Sign::Elapsed('m', count) => padded(elapsed / 60, count),
            Sign::Elapsed(_, count) => padded(elapsed, count),
            Sign::HalfDay => (if clock % 86_400 < 43_200 { "AM" } else { "PM" }).to_owned(),
            _ => return Err(Stop::Unknown),
        };
        shown.push_str(&part);
    }
    Ok(shown)
}

fn padded(number: i64, width: usize) -> String {
    format!("{number:0width$}")
}

fn part(letter: char, count: usize, civil: Civil, clock: i64, half: bool, calendar: Calendar, days: f64) -> Answer<String> {
    let era = || -> Answer<(Era, i32)> {
        let date = jiff::civil::Date::new(civil.year as i16, civil.month as i8, civil.day.max(1) as i8);
        let date = date.map_err(|_| Stop::Unknown)?;
        let era = Era::of(date).ok_or(Stop::Unknown)?;
        Ok((era, era.year_of(date)))
    };
    Ok(match (letter, count) {
        ('/', _) => "/".to_owned(),
        ('y', ..=2) => padded(i64::from(civil.year % 100), 2),
        ('y', 3 | 4) => padded(i64::from(civil.year), 4),
        ('m', ..=2) => padded(i64::from(civil.month), count),
        ('d', ..=2) => padded(i64::from(civil.day), count),
        ('a', 3 | 4) => {
            let name = ["日", "月", "火", "水", "木", "金", "土"][calendar.weekday(days)? as usize];
            if count == 4 { format!("{name}曜日") } else { name.to_owned() }
        }
        ('g', 1) => era()?.0.letter().to_string(),
        ('g', 2) => era()?.0.name().chars().take(1).collect(),
        ('g', 3) => era()?.0.name().to_owned(),
        ('e', ..=2) => padded(i64::from(era()?.1), count),
        ('h', ..=2) => {
            let hour = clock / 3600 % 24;
            padded(
                if half && hour % 12 == 0 {
                    12
                } else if half {
                    hour % 12
                } else {
                    hour
                },
                count,
            )
        }
        ('s', ..=2) => padded(clock % 60, count),
        _ => return Err(Stop::Unknown),
    })
}

/// A number in its digits.
fn digits_of(section: &[Sign], number: f64) -> Answer<String> {
    if section.iter().any(|sign| matches!(sign, Sign::General | Sign::Text)) {
        return Err(Stop::Unknown);
    }
    let point = section.iter().position(|sign| *sign == Sign::Point);
    if section.iter().filter(|sign| **sign == Sign::Point).count() > 1 {
        return Err(Stop::Unknown);
    }
    let (whole, fraction) = section.split_at(point.unwrap_or(section.len()));
    let last = section.iter().rposition(|sign| matches!(sign, Sign::Digit(_))).unwrap_or(0);
    // Commas behind the last digit show thousands.
    let thousands = section[last..].iter().filter(|sign| **sign == Sign::Comma).count() as i32;
    let percent = section.iter().filter(|sign| **sign == Sign::Percent).count() as i32;
    let first = whole.iter().position(|sign| matches!(sign, Sign::Digit(_)));
    let last_whole = whole.iter().rposition(|sign| matches!(sign, Sign::Digit(_)));
    let grouped = match (first, last_whole) {
        (Some(first), Some(last)) => whole[first..=last].contains(&Sign::Comma),
        _ => false,
    };
    let decimals = fraction.iter().filter(|sign| matches!(sign, Sign::Digit(_))).count();
    if decimals + whole.len() > MOST_DIGITS {
        return Err(Stop::Unknown);
    }
    let scaled = number * 100f64.powi(percent) / 1000f64.powi(thousands);
    let scaled = rounded(scaled, decimals as f64, RoundingStrategy::MidpointAwayFromZero)?;
    let exact: Decimal = scaled.to_string().parse().map_err(|_| Stop::Unknown)?;
    let written = format!("{exact:.decimals$}");
    let (before, behind) = written.split_once('.').unwrap_or((&written, ""));
    let before = if before == "0" { "" } else { before };
    Ok(whole_part(whole, before, grouped) + &fraction_part(fraction, behind))
}

/// The places before the point, filled from the right; what has no place stands before the first.
fn whole_part(signs: &[Sign], digits: &str, grouped: bool) -> String {
    let mut left: Vec<char> = digits.chars().collect();
    let places = signs.iter().filter(|sign| matches!(sign, Sign::Digit(_))).count();
    let (mut seen, mut shown, mut count) = (0, Vec::new(), 0);
    for sign in signs.iter().rev() {
        match sign {
            Sign::Digit(kind) => {
                seen += 1;
                loop {
                    let digit = left.pop().or(match kind {
                        '0' => Some('0'),
                        '?' => Some(' '),
                        _ => None,
                    });
                    let Some(digit) = digit else { break };
                    if grouped && count > 0 && count % 3 == 0 && digit != ' ' {
                        shown.push(',');
                    }
                    shown.push(digit);
                    count += 1;
                    if seen < places || left.is_empty() {
                        break;
                    }
                }
            }
            Sign::Letter(letter) => shown.push(*letter),
            Sign::Percent => shown.push('%'),
            _ => {}
        }
    }
    shown.iter().rev().collect()
}

fn fraction_part(signs: &[Sign], digits: &str) -> String {
    let shown_until = digits.trim_end_matches('0').len();
    let (mut shown, mut nth) = (String::new(), 0);
    for sign in signs {
        match sign {
            Sign::Point => shown.push('.'),
            Sign::Digit(kind) => {
                let digit = digits.chars().nth(nth).unwrap_or('0');
                match kind {
                    _ if *kind == '0' || nth < shown_until => shown.push(digit),
                    '?' => shown.push(' '),
                    _ => {}
                }
                nth += 1;
            }
            Sign::Letter(letter) => shown.push(*letter),
            Sign::Percent => shown.push('%'),
            _ => {}
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALENDAR: Calendar = Calendar { date1904: false };

    #[test]
    fn numbers_and_days_look_as_in_excel() {
        for (number, format, expected) in [
            (1_234_567.0, "#,##0", "1,234,567"),
            (1234.5, "#,##0.00", "1,234.50"),
            (0.5, "#.##", ".5"),
            (0.0, "#", ""),
            (7.0, "000", "007"),
            (5_148_570.0, "000-0000", "514-8570"),
            (1000.0, "#,##0\"円\"", "1,000円"),
            (1_500_000.0, "#,##0,\"千円\"", "1,500千円"),
            (0.0779, "0.0%", "7.8%"),
            (-1234.0, "#,##0;△#,##0", "△1,234"),
            (-5.0, "0", "-5"),
            (0.0, "0;-0;\"なし\"", "なし"),
            (45_383.0, "ggge年m月d日", "令和6年4月1日"),
            (45_383.0, "[$-411]ggge\"年\"m\"月\"d\"日\"", "令和6年4月1日"),
            (45_383.0, "ge.m.d", "R6.4.1"),
            (45_383.0, "yyyy/mm/dd(aaa)", "2024/04/01(月)"),
            (45_383.354_166_666_7, "yyyy-mm-dd hh:mm:ss", "2024-04-01 08:30:00"),
            (0.75, "h:mm AM/PM", "6:00 PM"),
            (1.5, "[h]:mm", "36:00"),
            (0.0, "yyyy/m/d", "1900/1/0"),
            (12.0, "General", "12"),
        ] {
            assert_eq!(shown_as(&Scalar::Number(number), format, CALENDAR).as_deref(), Ok(expected), "{format}");
        }
    }

    #[test]
    fn what_is_not_known_is_not_shown() {
        for format in ["mmm", "0.00E+00", "# ?/?", "[DBNum1]0", "[>100]0", "\"", "b", "rr"] {
            assert_eq!(shown_as(&Scalar::Number(45_383.0), format, CALENDAR), Err(Stop::Unknown), "{format}");
        }
        assert_eq!(shown_as(&Scalar::Number(-0.4), "0", CALENDAR), Err(Stop::Unknown));
    }

    #[test]
    fn texts_stay_or_go_into_their_section() {
        assert_eq!(shown_as(&Scalar::text("なし"), "#,##0", CALENDAR).as_deref(), Ok("なし"));
        assert_eq!(shown_as(&Scalar::text("見本"), "@\" 様\"", CALENDAR).as_deref(), Ok("見本 様"));
        assert_eq!(shown_as(&Scalar::text("1200"), "#,##0", CALENDAR).as_deref(), Ok("1,200"));
    }
}
