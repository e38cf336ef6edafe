//! Dates as offices write them: read, doubted or refused, never guessed.

use jiff::civil::{Date, DateTime, Time};

use crate::era::{Era, era_month, era_name};
use crate::fiscal::weekday;
use crate::scan::Scan;

/// Why a text is no date.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum DateTrouble {
    /// Not written like a date.
    NotADate,
    /// Written like a date, but there is no such day (2月30日, 13月).
    NoSuchDay,
    /// Year zero, or an era year that cannot be.
    NoSuchYear,
    /// `6.4.1`: the era or century is missing, so several years are possible.
    NoEra,
    /// `9/1`: the year is missing and no fiscal year was given.
    NoYear,
    /// Two years are written that are not the same (`令和6年(2023年)4月1日`).
    YearsDiffer,
}

/// Why a date is doubtful.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum DateDoubt {
    /// The era had ended by then, or had not begun (平成38年); the same day in the right era (`令和8年11月30日`).
    EraOver { right: String },
    /// The weekday written does not fit the day; the right one (`火`).
    WrongWeekday { right: char },
    /// Eight digits, taken for a date because the column is one.
    EightDigits,
    /// Six digits, taken for a year and month because the column is one.
    SixDigits,
    /// The year was missing and taken from the fiscal year.
    YearFromFiscalYear { date: Date },
}

/// Reads a day. A time of day behind it is understood and left out; a day without a year is sought in the fiscal year.
pub fn read_date(text: &str, fiscal_year: Option<i32>) -> Result<(Date, Vec<DateDoubt>), DateTrouble> {
    read_datetime(text, fiscal_year).map(|(moment, doubts)| (moment.date(), doubts))
}

/// Reads a day with its time of day; midnight where none is written. A time zone is turned into Japan's.
pub fn read_datetime(text: &str, fiscal_year: Option<i32>) -> Result<(DateTime, Vec<DateDoubt>), DateTrouble> {
    let mut scan = Scan::new(text).ok_or(DateTrouble::NotADate)?;
    let written = written(&mut scan)?;
    let tail = tail(&mut scan)?;
    let day = written.day.ok_or(DateTrouble::NotADate)?;
    // `4.1` and `4-1` are numbers and codes as well; a weekday makes them days.
    if written.loose && tail.weekday.is_none() {
        return Err(DateTrouble::NotADate);
    }
    let mut doubts = Vec::new();
    let (year, month) = western_year(&written, fiscal_year)?;
    let date = civil(year, month, day)?;
    if let Some(doubt) = era_doubt(&written, date) {
        doubts.push(doubt);
    }
    if matches!(written.year, Year::Missing) {
        doubts.push(DateDoubt::YearFromFiscalYear { date });
    }
    doubts.extend(written.compact);
    if tail.weekday.is_some_and(|found| found != weekday(date)) {
        doubts.push(DateDoubt::WrongWeekday { right: weekday(date) });
    }
    let moment = date.to_datetime(tail.time.unwrap_or(Time::midnight()));
    let moment = moment.checked_add(jiff::Span::new().minutes(tail.minutes_to_japan)).map_err(|_| DateTrouble::NoSuchYear)?;
    Ok((moment, doubts))
}

/// Reads a year and month, as the first day of the month. A whole date stands for its month.
pub fn read_month(text: &str) -> Result<(Date, Vec<DateDoubt>), DateTrouble> {
    let mut scan = Scan::new(text).ok_or(DateTrouble::NotADate)?;
    let written = written(&mut scan)?;
    if written.day.is_some() {
        let (date, doubts) = read_date(text, None)?;
        return Ok((date.first_of_month(), doubts));
    }
    scan.spaces();
    scan.word("分");
    scan.spaces();
    if !scan.is_done() {
        return Err(DateTrouble::NotADate);
    }
    if matches!(written.year, Year::Missing) && written.loose {
        return Err(DateTrouble::NotADate);
    }
    let (year, month) = western_year(&written, None)?;
    let date = civil(year, month, 1)?;
    let mut doubts = Vec::new();
    if let Year::Of(era, _) = written.year
        && !written.fiscal
        && ![Era::of(date), Era::of(date.last_of_month())].contains(&Some(era))
        && let Some(right) = era_month(date)
    {
        doubts.push(DateDoubt::EraOver { right });
    }
    doubts.extend(written.compact);
    Ok((date, doubts))
}

/// The era in front of a text, if any, and what follows it. `R.6` and `R 6` are common.
pub(crate) fn split_era(text: &str) -> (Option<Era>, &str) {
    for era in Era::ALL {
        if let Some(rest) = text.strip_prefix(era.name()) {
            return (Some(era), rest);
        }
        let mut chars = text.chars();
        let first = chars.next().unwrap_or(' ');
        let rest = chars.as_str();
        let letter = first.to_ascii_uppercase() == era.letter();
        if letter || era.name().starts_with(first) {
            let rest = if letter { rest.trim_start_matches(['.', ' ']) } else { rest.trim_start() };
            if rest.starts_with(|c: char| c.is_ascii_digit() || c == '元' || kanji_digit(c).is_some()) {
                return (Some(era), rest);
            }
        }
    }
    (None, text)
}

/// The year as written.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Year {
    Of(Era, u32),
    Western(u32),
    /// One or two digits without an era.
    Short,
    Missing,
}

/// A date as written, before it is weighed.
struct Written {
    year: Year,
    /// 年度: January to March belong to the next calendar year.
    fiscal: bool,
    month: u32,
    day: Option<u32>,
    compact: Option<DateDoubt>,
    /// `4.1`, `4-1`: two numbers that may be something else.
    loose: bool,
}

impl Written {
    fn new(year: Year, month: u32, day: Option<u32>) -> Written {
        Written { year, fiscal: false, month, day, compact: None, loose: false }
    }
}

fn written(scan: &mut Scan) -> Result<Written, DateTrouble> {
    scan.spaces();
    if scan.word("西暦") {
        scan.spaces();
    }
    if let Some(era) = scan.era() {
        return era_date(scan, era);
    }
    let (first, digits) = scan.number().ok_or(DateTrouble::NotADate)?;
    match digits {
        8 => return eight_digits(first),
        6 if scan.is_done() => {
            return Ok(Written {
                compact: Some(DateDoubt::SixDigits),
                ..Written::new(Year::Western(first / 100), first % 100, None)
            });
        }
        1..=4 => {}
        _ => return Err(DateTrouble::NotADate),
    }
    let year = if digits == 4 { Year::Western(first) } else { Year::Short };
    let beside = second_year(scan)?;
    scan.spaces();
    if scan.word("年") {
        if digits == 3 {
            return Err(DateTrouble::NotADate);
        }
        let beside = if beside.is_none() { second_year(scan)? } else { beside };
        return after_year(scan, year, beside);
    }
    if digits <= 2 && scan.word("月") {
        return after_bare_month(scan, first);
    }
    numbers_apart(scan, year, first, digits)
}

/// A year, month and day behind an era.
fn era_date(scan: &mut Scan, era: Era) -> Result<Written, DateTrouble> {
    let (number, digits) = if scan.word("元") { (1, 1) } else { scan.number().ok_or(DateTrouble::NotADate)? };
    if digits == 6 {
        return Ok(Written::new(Year::Of(era, number / 10_000), number / 100 % 100, Some(number % 100)));
    }
    if digits > 4 {
        return Err(DateTrouble::NotADate);
    }
    let year = Year::Of(era, number);
    let beside = second_year(scan)?;
    scan.spaces();
    if scan.word("年") {
        let beside = if beside.is_none() { second_year(scan)? } else { beside };
        return after_year(scan, year, beside);
    }
    let mark = scan.separator().ok_or(DateTrouble::NotADate)?;
    check_beside(year, beside)?;
    month_and_day(scan, year, Some(mark))
}

/// `(2024)` or `(令和6年)` beside a year.
fn second_year(scan: &mut Scan) -> Result<Option<Year>, DateTrouble> {
    let start = scan.at();
    scan.spaces();
    if !scan.open() {
        scan.back_to(start);
        return Ok(None);
    }
    scan.spaces();
    let era = scan.era();
    scan.word("西暦");
    let number = if era.is_some() && scan.word("元") { Some((1, 1)) } else { scan.number() };
    let year = match (era, number) {
        (Some(era), Some((year, 1..=3))) => Year::Of(era, year),
        (None, Some((year, 4))) => Year::Western(year),
        _ => {
            scan.back_to(start);
            return Ok(None);
        }
    };
    scan.spaces();
    scan.word("年");
    scan.spaces();
    if scan.close() { Ok(Some(year)) } else { Err(DateTrouble::NotADate) }
}

fn after_year(scan: &mut Scan, year: Year, beside: Option<Year>) -> Result<Written, DateTrouble> {
    check_beside(year, beside)?;
    // `6年(令和)` needs no guess when the year beside it is whole.
    let year = if year == Year::Short { beside.unwrap_or(year) } else { year };
    scan.spaces();
    let fiscal = scan.word("度");
    scan.spaces();
    let written = month_and_day(scan, year, None)?;
    Ok(Written { fiscal, ..written })
}

fn check_beside(year: Year, beside: Option<Year>) -> Result<(), DateTrouble> {
    let western = |year: Year| match year {
        Year::Of(era, year) => Some(era.western(i32::try_from(year).unwrap_or(0))),
        Year::Western(year) => i32::try_from(year).ok(),
        Year::Short | Year::Missing => None,
    };
    match (western(year), beside.and_then(western)) {
        (Some(one), Some(other)) if one != other => Err(DateTrouble::YearsDiffer),
        _ => Ok(()),
    }
}

/// The month and, if there is one, the day. `mark` is the sign behind the year; it has to stand behind the month again.
fn month_and_day(scan: &mut Scan, year: Year, mark: Option<char>) -> Result<Written, DateTrouble> {
    scan.spaces();
    let month = scan.number_of(2).ok_or(DateTrouble::NotADate)?;
    scan.spaces();
    if scan.word("月") {
        return after_month(scan, year, month);
    }
    let start = scan.at();
    let day = match scan.separator() {
        Some(found) if mark.is_none_or(|mark| mark == found) => {
            scan.spaces();
            scan.number_of(2)
        }
        Some(_) => return Err(DateTrouble::NotADate),
        None => None,
    };
    if day.is_none() {
        scan.back_to(start);
        // `令和6年4` is no month.
        return if mark.is_some() { Ok(Written::new(year, month, None)) } else { Err(DateTrouble::NotADate) };
    }
    scan.spaces_before("日");
    scan.word("日");
    Ok(Written::new(year, month, day))
}

/// What stands behind 月: a day with 日, or nothing.
fn after_month(scan: &mut Scan, year: Year, month: u32) -> Result<Written, DateTrouble> {
    let start = scan.at();
    scan.spaces();
    let Some(day) = scan.number_of(2) else {
        scan.back_to(start);
        return Ok(Written::new(year, month, None));
    };
    scan.spaces();
    if scan.word("日") { Ok(Written::new(year, month, Some(day))) } else { Err(DateTrouble::NotADate) }
}

fn after_bare_month(scan: &mut Scan, month: u32) -> Result<Written, DateTrouble> {
    after_month(scan, Year::Missing, month)
}

/// `2024/4/1`, `2024.4`, `4/1`, `6.4.1`.
fn numbers_apart(scan: &mut Scan, year: Year, first: u32, digits: usize) -> Result<Written, DateTrouble> {
    let mark = scan.separator().ok_or(DateTrouble::NotADate)?;
    if digits == 4 {
        return month_and_day(scan, year, Some(mark));
    }
    scan.spaces();
    let second = scan.number_of(2).ok_or(DateTrouble::NotADate)?;
    let start = scan.at();
    scan.spaces();
    if digits == 2 || digits == 1 {
        if scan.separator() == Some(mark) {
            scan.spaces();
            let third = scan.number_of(2).ok_or(DateTrouble::NotADate)?;
            return Ok(Written::new(Year::Short, second, Some(third)));
        }
        scan.back_to(start);
        return Ok(Written { loose: mark != '/', ..Written::new(Year::Missing, first, Some(second)) });
    }
    Err(DateTrouble::NotADate)
}

fn eight_digits(number: u32) -> Result<Written, DateTrouble> {
    let (year, month, day) = (number / 10_000, number / 100 % 100, number % 100);
    // Any eight digits could be a code: only what looks like a date of our times is one.
    if !(1868..2200).contains(&year) {
        return Err(DateTrouble::NotADate);
    }
    Ok(Written { compact: Some(DateDoubt::EightDigits), ..Written::new(Year::Western(year), month, Some(day)) })
}

/// The Western year, and the month.
fn western_year(written: &Written, fiscal_year: Option<i32>) -> Result<(i32, u32), DateTrouble> {
    let month = written.month;
    let day = written.day.unwrap_or(1);
    let year = match written.year {
        Year::Of(_, year) if !(1..=150).contains(&year) => return Err(DateTrouble::NoSuchYear),
        Year::Western(year) if year < 1000 => return Err(DateTrouble::NoSuchYear),
        Year::Of(era, year) => era.western(i32::try_from(year).map_err(|_| DateTrouble::NoSuchYear)?),
        Year::Western(year) => i32::try_from(year).map_err(|_| DateTrouble::NoSuchYear)?,
        // A leap year has every day that can be meant.
        Year::Short => return civil(2000, month, day).and(Err(DateTrouble::NoEra)),
        Year::Missing => match fiscal_year {
            None => return civil(2000, month, day).and(Err(DateTrouble::NoYear)),
            Some(fiscal) => return Ok((fiscal.saturating_add(i32::from(month < 4)), month)),
        },
    };
    Ok((year + i32::from(written.fiscal && month < 4), month))
}

fn civil(year: i32, month: u32, day: u32) -> Result<Date, DateTrouble> {
    let year = i16::try_from(year).map_err(|_| DateTrouble::NoSuchYear)?;
    let month = i8::try_from(month).map_err(|_| DateTrouble::NoSuchDay)?;
    let day = i8::try_from(day).map_err(|_| DateTrouble::NoSuchDay)?;
    Date::new(year, month, day).map_err(|_| DateTrouble::NoSuchDay)
}

fn era_doubt(written: &Written, date: Date) -> Option<DateDoubt> {
    match written.year {
        // 平成31年度 is what the year was called when it began.
        Year::Of(era, _) if Era::of(date) != Some(era) && !written.fiscal => Some(DateDoubt::EraOver { right: era_name(date)? }),
        _ => None,
    }
}

/// What may follow a day: its weekday, a time, 現在.
#[derive(Default)]
struct Tail {
    weekday: Option<char>,
    time: Option<Time>,
    minutes_to_japan: i64,
}

fn tail(scan: &mut Scan) -> Result<Tail, DateTrouble> {
    let mut tail = Tail::default();
    let spaced = scan.spaces();
    tail.weekday = scan.weekday(spaced)?;
    scan.spaces();
    if scan.is_done() {
        return Ok(tail);
    }
    let marked = scan.letter('T');
    if let Some(time) = scan.clock() {
        tail.time = Some(time.ok_or(DateTrouble::NotADate)?);
        tail.minutes_to_japan = scan.offset().map_or(0, |offset| 9 * 60 - offset);
        let spaced = scan.spaces();
        if tail.weekday.is_none() {
            tail.weekday = scan.weekday(spaced)?;
        }
    } else if marked {
        return Err(DateTrouble::NotADate);
    }
    scan.spaces();
    let _ = ["現在", "時点", "付け", "付"].iter().any(|word| scan.word(word));
    scan.spaces();
    if scan.is_done() { Ok(tail) } else { Err(DateTrouble::NotADate) }
}

/// The digit that a kanji is.
pub(crate) fn kanji_digit(c: char) -> Option<u32> {
    "〇一二三四五六七八九".chars().position(|digit| digit == c).and_then(|n| u32::try_from(n).ok())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::era::format_date;

    fn read(text: &str) -> Result<(String, Vec<DateDoubt>), DateTrouble> {
        read_date(text, None).map(|(date, doubts)| (date.to_string(), doubts))
    }

    #[test]
    fn every_usual_way_of_writing_a_day() {
        for text in [
            "令和6年4月1日",
            "令和６年４月１日",
            "令和 6 年 4 月 1 日",
            "令和6年 4月 1日",
            "令和06年04月01日",
            "㋿6年4月1日",
            "R6.4.1",
            "R06.04.01",
            "Ｒ６．４．１",
            "R. 6. 4. 1",
            "r6.4.1",
            "R6/4/1",
            "R6-4-1",
            "R 6 . 4 . 1",
            "令6.4.1",
            "令和6.4.1",
            "R060401",
            "R6年4月1日",
            "R6・4・1",
            "令和六年四月一日",
            "2024/4/1",
            "2024/04/01",
            "2024-04-01",
            "2024.4.1",
            "2024. 4. 1",
            "２０２４／４／１",
            "2024年4月1日",
            "2024年04月01日",
            "西暦2024年4月1日",
            "2024年4月1日 ",
            "　2024/4/1",
            "2024−4−1",
            "2024ー4ー1",
            "2024‐4‐1",
            "二〇二四年四月一日",
            "2024-04-01T00:00:00",
            "2024-04-01T10:42:30.123",
            "2024-04-01 10:42",
            "2024/4/1 0:00",
            "2024/04/01 00:00:00",
            "2024年4月1日 10時30分",
            "2024年4月1日午後3時",
            "2024-03-31T15:00:00Z",
            "2024-04-01T00:00:00+09:00",
            "2024-04-01T00:00:00.000Z",
            "令和6年4月1日（月）",
            "令和6年4月1日(月)",
            "令和6年4月1日（月曜日）",
            "令和6年4月1日 月曜日",
            "R6.4.1(月)",
            "2024/4/1（月・祝）",
            "2024/4/1 (月) 10:00",
            "2024/4/1[月]",
            "2024/04/01 (Mon)",
            "2024/4/1 月",
            "令和6年4月1日㈪",
            "令和6年4月1日【月】",
            "令和6年（2024年）4月1日",
            "2024年(令和6年)4月1日",
            "令和6(2024)年4月1日",
            "2024(R6)/4/1",
            "令和6年度4月1日",
            "令和6年4月1日現在",
        ] {
            assert_eq!(read(text), Ok(("2024-04-01".to_owned(), vec![])), "{text}");
        }
    }

    #[test]
    fn padded_and_first_years() {
        assert_eq!(read("R. 4. 1. 3"), Ok(("2022-01-03".to_owned(), vec![])));
        for text in ["令和元年5月1日", "R元.5.1", "令和1年5月1日", "令元.5.1", "令和 元年 5月 1日"] {
            assert_eq!(read(text), Ok(("2019-05-01".to_owned(), vec![])), "{text}");
        }
        for (text, day) in [
            ("㍻元年1月8日", "1989-01-08"),
            ("S63.12.31", "1988-12-31"),
            ("昭和64年1月7日", "1989-01-07"),
            ("大正15年12月24日", "1926-12-24"),
            ("T1.7.30", "1912-07-30"),
            ("明治33年1月1日", "1900-01-01"),
            ("M45.7.29", "1912-07-29"),
            ("平成三十年十二月三十一日", "2018-12-31"),
            ("昭和二十年八月十五日", "1945-08-15"),
            ("令和5年度1月10日", "2024-01-10"),
            ("平成31年度6月1日", "2019-06-01"),
        ] {
            assert_eq!(read(text), Ok((day.to_owned(), vec![])), "{text}");
        }
    }

    #[test]
    fn dead_eras_are_doubted() {
        // date-02
        for (text, day, right) in [
            ("平成31年5月1日", "2019-05-01", "令和元年5月1日"),
            ("平成38年11月30日", "2026-11-30", "令和8年11月30日"),
            ("H42.12.31", "2030-12-31", "令和12年12月31日"),
            ("S64.1.8", "1989-01-08", "平成元年1月8日"),
            ("昭和99年4月1日", "2024-04-01", "令和6年4月1日"),
            ("令和元年4月30日", "2019-04-30", "平成31年4月30日"),
            ("大正15年12月25日", "1926-12-25", "昭和元年12月25日"),
        ] {
            let doubts = vec![DateDoubt::EraOver { right: right.to_owned() }];
            assert_eq!(read(text), Ok((day.to_owned(), doubts)), "{text}");
        }
        assert_eq!(
            read("平成38年11月30日（火）"),
            Ok((
                "2026-11-30".to_owned(),
                vec![DateDoubt::EraOver { right: "令和8年11月30日".to_owned() }, DateDoubt::WrongWeekday { right: '月' }]
            ))
        );
    }

    #[test]
    fn wrong_weekdays_and_bare_digits_are_doubted() {
        // date-02
        for text in ["令和6年4月2日（月）", "令和6年4月2日(月曜日)", "2024-4-2 (Mon)"] {
            assert_eq!(read(text), Ok(("2024-04-02".to_owned(), vec![DateDoubt::WrongWeekday { right: '火' }])), "{text}");
        }
        for text in ["20240401", "２０２４０４０１"] {
            assert_eq!(read(text), Ok(("2024-04-01".to_owned(), vec![DateDoubt::EightDigits])), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        // date-03
        use DateTrouble::*;
        for (text, trouble) in [
            ("令和6年2月30日", NoSuchDay),
            ("令和0年4月1日", NoSuchYear),
            ("5日4日", NotADate),
            ("6.4.1", NoEra),
            ("9/1", NoYear),
            ("令和6年13月1日", NoSuchDay),
            ("調査中", NotADate),
            ("", NotADate),
            ("　", NotADate),
            ("24/4/1", NoEra),
            ("06-04-01", NoEra),
            ("6年4月1日", NoEra),
            ("4月1日", NoYear),
            ("4月1日（月）", NoYear),
            ("2/30", NoSuchDay),
            ("13/1", NoSuchDay),
            ("4/1/2024", NotADate),
            ("2024/4-1", NotADate),
            ("2024/4", NotADate),
            ("令和6年4月", NotADate),
            ("令和6年", NotADate),
            ("2023年2月29日", NoSuchDay),
            ("2024/0/1", NoSuchDay),
            ("2024/4/0", NoSuchDay),
            ("20240230", NoSuchDay),
            ("12345678", NotADate),
            ("0024/4/1", NoSuchYear),
            ("令和2024年4月1日", NoSuchYear),
            ("令和6年(2023年)4月1日", YearsDiffer),
            ("4.1", NotADate),
            ("4-1", NotADate),
            ("1.2.3.4", NotADate),
            ("192.168.1.1", NotADate),
            ("059-224-3070", NotADate),
            ("2024/4/1 25:00", NotADate),
            ("2024/4/1 10:75", NotADate),
            ("2024/4/1T", NotADate),
            ("2024/4/1 第2回", NotADate),
            ("2024/4/1～4/3", NotADate),
            ("44652", NotADate),
            ("-", NotADate),
            ("R", NotADate),
            ("令和", NotADate),
            ("1/2/3/4", NotADate),
            ("1月", NotADate),
            ("令和6年4月1", NotADate),
            ("2024/4/1（）", NotADate),
            ("99999999999999999999", NotADate),
        ] {
            let read = read(text).map(|(date, _)| date);
            // A month alone has no day at all, whatever its year.
            assert_eq!(read, Err(trouble), "{text}");
        }
    }

    #[test]
    fn days_without_a_year_lie_in_the_fiscal_year() {
        for (text, fiscal, day) in [
            ("4月3日", 2024, date(2024, 4, 3)),
            ("4月3日（水）", 2024, date(2024, 4, 3)),
            ("3/31", 2024, date(2025, 3, 31)),
            ("1月1日", 2021, date(2022, 1, 1)),
            ("９／１", 2022, date(2022, 9, 1)),
            ("2/29", 2023, date(2024, 2, 29)),
            ("4.3(水)", 2024, date(2024, 4, 3)),
        ] {
            let doubts = vec![DateDoubt::YearFromFiscalYear { date: day }];
            assert_eq!(read_date(text, Some(fiscal)), Ok((day, doubts)), "{text}");
        }
        assert_eq!(read_date("2/29", Some(2024)), Err(DateTrouble::NoSuchDay));
        assert_eq!(read_date("6.4.1", Some(2024)), Err(DateTrouble::NoEra));
        assert_eq!(read_date("4.3", Some(2024)), Err(DateTrouble::NotADate));
        assert_eq!(read_date("4/1", Some(i32::MAX)), Err(DateTrouble::NoSuchYear));
        let (day, doubts) = read_date("4月3日（木）", Some(2024)).unwrap();
        assert_eq!(day, date(2024, 4, 3));
        assert!(doubts.contains(&DateDoubt::WrongWeekday { right: '水' }));
    }

    #[test]
    fn moments_keep_their_time() {
        let moment = |text: &str| read_datetime(text, None).map(|(moment, _)| moment.to_string());
        assert_eq!(moment("2024/4/1 10:42:30").as_deref(), Ok("2024-04-01T10:42:30"));
        assert_eq!(moment("令和6年4月1日（月）午後3時5分").as_deref(), Ok("2024-04-01T15:05:00"));
        assert_eq!(moment("2024-03-31T15:30:00Z").as_deref(), Ok("2024-04-01T00:30:00"));
        assert_eq!(moment("2024-04-01").as_deref(), Ok("2024-04-01T00:00:00"));
    }

    #[test]
    fn months() {
        let month = |text: &str| read_month(text).map(|(date, doubts)| (date.to_string(), doubts));
        for text in [
            "令和6年4月",
            "令和6年4月分",
            "R6.4",
            "R06/04",
            "2024/4",
            "2024年4月",
            "2024-04",
            "2024.4",
            "令和６年　４月",
            "令和6年度4月",
            "2024/4/15",
            "令和6年4月1日",
            "2024年(令和6年)4月",
            "R6年4月",
        ] {
            assert_eq!(month(text), Ok(("2024-04-01".to_owned(), vec![])), "{text}");
        }
        assert_eq!(month("令和5年度3月"), Ok(("2024-03-01".to_owned(), vec![])));
        assert_eq!(month("202404"), Ok(("2024-04-01".to_owned(), vec![DateDoubt::SixDigits])));
        assert_eq!(month("昭和64年1月"), Ok(("1989-01-01".to_owned(), vec![])));
        assert_eq!(month("平成元年1月"), Ok(("1989-01-01".to_owned(), vec![])));
        let over = |right: &str| vec![DateDoubt::EraOver { right: right.to_owned() }];
        assert_eq!(month("平成31年5月"), Ok(("2019-05-01".to_owned(), over("令和元年5月"))));
        assert_eq!(month("令和元年4月"), Ok(("2019-04-01".to_owned(), over("平成31年4月"))));
        assert_eq!(month("202413"), Err(DateTrouble::NoSuchDay));
        assert_eq!(month("令和6年13月"), Err(DateTrouble::NoSuchDay));
        assert_eq!(month("4月"), Err(DateTrouble::NoYear));
        assert_eq!(month("6.4"), Err(DateTrouble::NotADate));
        assert_eq!(month("6年4月"), Err(DateTrouble::NoEra));
        assert_eq!(month("合計"), Err(DateTrouble::NotADate));
        assert_eq!(month("2024"), Err(DateTrouble::NotADate));
    }

    #[test]
    fn every_day_comes_back_from_every_way_of_writing() {
        let mut day = date(1868, 1, 1);
        while day.year() <= 2100 {
            for pattern in ["ggge年m月d日", "ggge年m月d日(aaa)", "gee.mm.dd", "yyyy/m/d", "yyyy-mm-dd", "yyyy年mm月dd日 aaaa"]
            {
                let text = format_date(day, pattern);
                assert_eq!(read_date(&text, None), Ok((day, vec![])), "{text}");
            }
            assert_eq!(read_date(&format_date(day, "m月d日"), Some(crate::fiscal_year(day))).unwrap().0, day);
            assert_eq!(read_month(&format_date(day, "yyyy年m月")).unwrap().0, day.first_of_month());
            day = day.tomorrow().unwrap();
        }
    }

    #[test]
    fn a_megabyte_is_no_date() {
        for piece in ["令和", "1", "1/", "(", " ", "2024年4月1日"] {
            assert!(read_date(&piece.repeat(1_000_000 / piece.len()), Some(2024)).is_err());
        }
    }

    proptest! {
        #![proptest_config(crate::laws())]

        #[test]
        fn nothing_panics(text in r"[0-9０-９./年月日度元令和平成RHS:T()（）月火 +Z・十〇-]{0,16}") {
            let _ = read_date(&text, Some(2024));
            let _ = read_month(&text);
            let _ = crate::read_duration(&text);
        }
    }
}
