//! Fiscal years, weeks and weekdays.

use jiff::civil::{Date, Weekday};

use crate::era::Era;
use crate::width::match_key;

/// The fiscal year (April to March) in which a day lies.
pub fn fiscal_year(date: Date) -> i32 {
    i32::from(date.year()) - i32::from(date.month() < 4)
}

/// `令和6年度`; 2019 is 令和元年度. None before 1868.
pub fn fiscal_year_name(year: i32) -> Option<String> {
    // A fiscal year bears the era of 1 May: 2019 began as 平成31年度 and is kept as 令和元年度.
    let may = Date::new(i16::try_from(year).ok()?, 5, 1).ok()?;
    let era = Era::of(may)?;
    Some(match era.year_of(may) {
        1 => format!("{}元年度", era.name()),
        year => format!("{}{year}年度", era.name()),
    })
}

/// A fiscal year as written: `令和6年度`, `R6`, `平成31年度`, `令和元年度`, `2024年度`, `2024`. Without an era, four digits are wanted.
pub fn read_fiscal_year(text: &str) -> Option<i32> {
    if text.len() > 60 {
        return None;
    }
    let key: String = match_key(text).chars().filter(|c| *c != ' ').collect();
    let key = key.strip_suffix("年度").or_else(|| key.strip_suffix("年")).or_else(|| key.strip_suffix("FY")).unwrap_or(&key);
    let (era, year) = crate::date::split_era(key);
    let digits = year.len();
    let year: i32 = if year == "元" {
        1
    } else if digits <= 4 && year.bytes().all(|b| b.is_ascii_digit()) {
        year.parse().ok()?
    } else {
        return None;
    };
    match era {
        Some(era) if (1..=150).contains(&year) => Some(era.western(year)),
        None if digits == 4 && year >= 1868 => Some(year),
        _ => None,
    }
}

/// The week of ISO 8601 (Monday to Sunday) as year and number.
pub fn iso_week(date: Date) -> (i32, u8) {
    let week = date.iso_week_date();
    (i32::from(week.year()), week.week().unsigned_abs())
}

/// The Monday of the week (the earliest day that can be, for the first days of the calendar).
pub fn week_start(date: Date) -> Date {
    let back = i32::from(date.weekday().to_monday_zero_offset());
    date.saturating_sub(jiff::Span::new().days(back))
}

/// 月 火 水 木 金 土 日.
pub fn weekday(date: Date) -> char {
    match date.weekday() {
        Weekday::Monday => '月',
        Weekday::Tuesday => '火',
        Weekday::Wednesday => '水',
        Weekday::Thursday => '木',
        Weekday::Friday => '金',
        Weekday::Saturday => '土',
        Weekday::Sunday => '日',
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_fiscal_year_begins_in_april() {
        assert_eq!(fiscal_year(date(2024, 3, 31)), 2023);
        assert_eq!(fiscal_year(date(2024, 4, 1)), 2024);
        assert_eq!(fiscal_year_name(2019).as_deref(), Some("令和元年度"));
        assert_eq!(fiscal_year_name(2018).as_deref(), Some("平成30年度"));
        assert_eq!(fiscal_year_name(99_999), None);
    }

    #[test]
    fn one_key_for_all_names_of_a_fiscal_year() {
        for text in ["平成31年度", "令和元年度", "令和1年度", "R1", "Ｒ元年度", "H31年度", "2019年度", "２０１９", "令和 元 年度"]
        {
            assert_eq!(read_fiscal_year(text), Some(2019), "{text}");
        }
        for text in ["", "31", "年度", "令和0年度", "令和2024年度", "24年度", "令和", "2024/4"] {
            assert_eq!(read_fiscal_year(text), None, "{text}");
        }
    }

    #[test]
    fn weeks_are_those_of_the_infection_reports() {
        // stat-04
        assert_eq!(iso_week(date(2022, 1, 2)), (2021, 52));
        assert_eq!(iso_week(date(2022, 1, 3)), (2022, 1));
        assert_eq!(iso_week(date(2021, 1, 3)), (2020, 53));
        assert_eq!(week_start(date(2022, 1, 9)), date(2022, 1, 3));
        assert_eq!(week_start(date(2022, 1, 3)), date(2022, 1, 3));
        assert_eq!(week_start(Date::MIN), Date::MIN);
    }

    #[test]
    fn weekdays_have_their_kanji() {
        assert_eq!(weekday(date(2024, 4, 2)), '火');
        assert_eq!(weekday(date(2026, 11, 20)), '金');
    }
}
