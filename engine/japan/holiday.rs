//! Holidays and business days: what is published is a table, what is not yet published says so.

use std::sync::LazyLock;

use jiff::civil::{Date, Weekday, date};

use crate::fiscal::fiscal_year;

/// The holidays that the Cabinet Office has published (国民の祝日, 振替休日, 国民の休日, and the days that single laws made so
/// in 2019 to 2021): month, day and name. The list of a year appears on the first of February of the year before.
#[rustfmt::skip]
const PUBLISHED: [(i16, &str); 28] = [
    (2000, "0101元日 0110成人の日 0211建国記念の日 0320春分の日 0429みどりの日 0503憲法記念日 0504国民の休日 0505こどもの日 0720海の日 0915敬老の日 0923秋分の日 1009体育の日 1103文化の日 1123勤労感謝の日 1223天皇誕生日"),
    (2001, "0101元日 0108成人の日 0211建国記念の日 0212振替休日 0320春分の日 0429みどりの日 0430振替休日 0503憲法記念日 0504国民の休日 0505こどもの日 0720海の日 0915敬老の日 0923秋分の日 0924振替休日 1008体育の日 1103文化の日 1123勤労感謝の日 1223天皇誕生日 1224振替休日"),
    (2002, "0101元日 0114成人の日 0211建国記念の日 0321春分の日 0429みどりの日 0503憲法記念日 0504国民の休日 0505こどもの日 0506振替休日 0720海の日 0915敬老の日 0916振替休日 0923秋分の日 1014体育の日 1103文化の日 1104振替休日 1123勤労感謝の日 1223天皇誕生日"),
    (2003, "0101元日 0113成人の日 0211建国記念の日 0321春分の日 0429みどりの日 0503憲法記念日 0505こどもの日 0721海の日 0915敬老の日 0923秋分の日 1013体育の日 1103文化の日 1123勤労感謝の日 1124振替休日 1223天皇誕生日"),
    (2004, "0101元日 0112成人の日 0211建国記念の日 0320春分の日 0429みどりの日 0503憲法記念日 0504国民の休日 0505こどもの日 0719海の日 0920敬老の日 0923秋分の日 1011体育の日 1103文化の日 1123勤労感謝の日 1223天皇誕生日"),
    (2005, "0101元日 0110成人の日 0211建国記念の日 0320春分の日 0321振替休日 0429みどりの日 0503憲法記念日 0504国民の休日 0505こどもの日 0718海の日 0919敬老の日 0923秋分の日 1010体育の日 1103文化の日 1123勤労感謝の日 1223天皇誕生日"),
    (2006, "0101元日 0102振替休日 0109成人の日 0211建国記念の日 0321春分の日 0429みどりの日 0503憲法記念日 0504国民の休日 0505こどもの日 0717海の日 0918敬老の日 0923秋分の日 1009体育の日 1103文化の日 1123勤労感謝の日 1223天皇誕生日"),
    (2007, "0101元日 0108成人の日 0211建国記念の日 0212振替休日 0321春分の日 0429昭和の日 0430振替休日 0503憲法記念日 0504みどりの日 0505こどもの日 0716海の日 0917敬老の日 0923秋分の日 0924振替休日 1008体育の日 1103文化の日 1123勤労感謝の日 1223天皇誕生日 1224振替休日"),
    (2008, "0101元日 0114成人の日 0211建国記念の日 0320春分の日 0429昭和の日 0503憲法記念日 0504みどりの日 0505こどもの日 0506振替休日 0721海の日 0915敬老の日 0923秋分の日 1013体育の日 1103文化の日 1123勤労感謝の日 1124振替休日 1223天皇誕生日"),
    (2009, "0101元日 0112成人の日 0211建国記念の日 0320春分の日 0429昭和の日 0503憲法記念日 0504みどりの日 0505こどもの日 0506振替休日 0720海の日 0921敬老の日 0922国民の休日 0923秋分の日 1012体育の日 1103文化の日 1123勤労感謝の日 1223天皇誕生日"),
    (2010, "0101元日 0111成人の日 0211建国記念の日 0321春分の日 0322振替休日 0429昭和の日 0503憲法記念日 0504みどりの日 0505こどもの日 0719海の日 0920敬老の日 0923秋分の日 1011体育の日 1103文化の日 1123勤労感謝の日 1223天皇誕生日"),
    (2011, "0101元日 0110成人の日 0211建国記念の日 0321春分の日 0429昭和の日 0503憲法記念日 0504みどりの日 0505こどもの日 0718海の日 0919敬老の日 0923秋分の日 1010体育の日 1103文化の日 1123勤労感謝の日 1223天皇誕生日"),
    (2012, "0101元日 0102振替休日 0109成人の日 0211建国記念の日 0320春分の日 0429昭和の日 0430振替休日 0503憲法記念日 0504みどりの日 0505こどもの日 0716海の日 0917敬老の日 0922秋分の日 1008体育の日 1103文化の日 1123勤労感謝の日 1223天皇誕生日 1224振替休日"),
    (2013, "0101元日 0114成人の日 0211建国記念の日 0320春分の日 0429昭和の日 0503憲法記念日 0504みどりの日 0505こどもの日 0506振替休日 0715海の日 0916敬老の日 0923秋分の日 1014体育の日 1103文化の日 1104振替休日 1123勤労感謝の日 1223天皇誕生日"),
    (2014, "0101元日 0113成人の日 0211建国記念の日 0321春分の日 0429昭和の日 0503憲法記念日 0504みどりの日 0505こどもの日 0506振替休日 0721海の日 0915敬老の日 0923秋分の日 1013体育の日 1103文化の日 1123勤労感謝の日 1124振替休日 1223天皇誕生日"),
    (2015, "0101元日 0112成人の日 0211建国記念の日 0321春分の日 0429昭和の日 0503憲法記念日 0504みどりの日 0505こどもの日 0506振替休日 0720海の日 0921敬老の日 0922国民の休日 0923秋分の日 1012体育の日 1103文化の日 1123勤労感謝の日 1223天皇誕生日"),
    (2016, "0101元日 0111成人の日 0211建国記念の日 0320春分の日 0321振替休日 0429昭和の日 0503憲法記念日 0504みどりの日 0505こどもの日 0718海の日 0811山の日 0919敬老の日 0922秋分の日 1010体育の日 1103文化の日 1123勤労感謝の日 1223天皇誕生日"),
    (2017, "0101元日 0102振替休日 0109成人の日 0211建国記念の日 0320春分の日 0429昭和の日 0503憲法記念日 0504みどりの日 0505こどもの日 0717海の日 0811山の日 0918敬老の日 0923秋分の日 1009体育の日 1103文化の日 1123勤労感謝の日 1223天皇誕生日"),
    (2018, "0101元日 0108成人の日 0211建国記念の日 0212振替休日 0321春分の日 0429昭和の日 0430振替休日 0503憲法記念日 0504みどりの日 0505こどもの日 0716海の日 0811山の日 0917敬老の日 0923秋分の日 0924振替休日 1008体育の日 1103文化の日 1123勤労感謝の日 1223天皇誕生日 1224振替休日"),
    (2019, "0101元日 0114成人の日 0211建国記念の日 0321春分の日 0429昭和の日 0430国民の休日 0501即位の日 0502国民の休日 0503憲法記念日 0504みどりの日 0505こどもの日 0506振替休日 0715海の日 0811山の日 0812振替休日 0916敬老の日 0923秋分の日 1014体育の日 1022即位礼正殿の儀 1103文化の日 1104振替休日 1123勤労感謝の日"),
    (2020, "0101元日 0113成人の日 0211建国記念の日 0223天皇誕生日 0224振替休日 0320春分の日 0429昭和の日 0503憲法記念日 0504みどりの日 0505こどもの日 0506振替休日 0723海の日 0724スポーツの日 0810山の日 0921敬老の日 0922秋分の日 1103文化の日 1123勤労感謝の日"),
    (2021, "0101元日 0111成人の日 0211建国記念の日 0223天皇誕生日 0320春分の日 0429昭和の日 0503憲法記念日 0504みどりの日 0505こどもの日 0722海の日 0723スポーツの日 0808山の日 0809振替休日 0920敬老の日 0923秋分の日 1103文化の日 1123勤労感謝の日"),
    (2022, "0101元日 0110成人の日 0211建国記念の日 0223天皇誕生日 0321春分の日 0429昭和の日 0503憲法記念日 0504みどりの日 0505こどもの日 0718海の日 0811山の日 0919敬老の日 0923秋分の日 1010スポーツの日 1103文化の日 1123勤労感謝の日"),
    (2023, "0101元日 0102振替休日 0109成人の日 0211建国記念の日 0223天皇誕生日 0321春分の日 0429昭和の日 0503憲法記念日 0504みどりの日 0505こどもの日 0717海の日 0811山の日 0918敬老の日 0923秋分の日 1009スポーツの日 1103文化の日 1123勤労感謝の日"),
    (2024, "0101元日 0108成人の日 0211建国記念の日 0212振替休日 0223天皇誕生日 0320春分の日 0429昭和の日 0503憲法記念日 0504みどりの日 0505こどもの日 0506振替休日 0715海の日 0811山の日 0812振替休日 0916敬老の日 0922秋分の日 0923振替休日 1014スポーツの日 1103文化の日 1104振替休日 1123勤労感謝の日"),
    (2025, "0101元日 0113成人の日 0211建国記念の日 0223天皇誕生日 0224振替休日 0320春分の日 0429昭和の日 0503憲法記念日 0504みどりの日 0505こどもの日 0506振替休日 0721海の日 0811山の日 0915敬老の日 0923秋分の日 1013スポーツの日 1103文化の日 1123勤労感謝の日 1124振替休日"),
    (2026, "0101元日 0112成人の日 0211建国記念の日 0223天皇誕生日 0320春分の日 0429昭和の日 0503憲法記念日 0504みどりの日 0505こどもの日 0506振替休日 0720海の日 0811山の日 0921敬老の日 0922国民の休日 0923秋分の日 1012スポーツの日 1103文化の日 1123勤労感謝の日"),
    (2027, "0101元日 0111成人の日 0211建国記念の日 0223天皇誕生日 0321春分の日 0322振替休日 0429昭和の日 0503憲法記念日 0504みどりの日 0505こどもの日 0719海の日 0811山の日 0920敬老の日 0923秋分の日 1011スポーツの日 1103文化の日 1123勤労感謝の日"),
];

/// The equinoxes of the next years as astronomers forecast them: the year, the day in March, the day in September.
/// They become law only when they are published, and move to the table above then.
const FORECAST: [(i16, i8, i8); 3] = [(2028, 20, 22), (2029, 20, 23), (2030, 20, 23)];

/// Up to here the equinoxes fall on 20 or 21 March and 22 or 23 September, so that other days are sure without them.
const LAST_YEAR: i16 = 2091;

/// What an answer about a day rests on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Basis {
    /// The published list.
    Published,
    /// The law as it stands; the list of that year is not published yet.
    Law,
    /// The forecast of the equinoxes, which is not published yet.
    Forecast,
}

/// Whose closing days count.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Offices {
    /// Public offices: closed from 29 December to 3 January.
    #[default]
    Public,
    /// Banks: closed from 31 December to 3 January.
    Bank,
}

static TABLE: LazyLock<Vec<(Date, &'static str)>> = LazyLock::new(|| {
    let entry = |year: i16, text: &'static str| {
        let (month, rest) = text.split_at_checked(2)?;
        let (day, name) = rest.split_at_checked(2)?;
        Some((Date::new(year, month.parse().ok()?, day.parse().ok()?).ok()?, name))
    };
    PUBLISHED.iter().flat_map(|(year, days)| days.split(' ').filter_map(|text| entry(*year, text))).collect()
});

/// The name of the holiday on a day; none where there is none or nobody knows yet.
pub fn holiday_name(day: Date) -> Option<&'static str> {
    if is_published(day) {
        return TABLE.binary_search_by_key(&day, |(day, _)| *day).ok().map(|at| TABLE[at].1);
    }
    match is_holiday(day)? {
        true => by_law(day.year()).into_iter().find(|(holiday, _)| *holiday == day).map(|(_, name)| name),
        false => None,
    }
}

/// Whether a day is a holiday. None where nobody knows: before 2000, and after the published list on days that depend on an equinox
/// for which there is not even a forecast. [`holiday_basis`] says what the answer rests on.
pub fn is_holiday(day: Date) -> Option<bool> {
    if is_published(day) {
        return Some(TABLE.binary_search_by_key(&day, |(day, _)| *day).is_ok());
    }
    if day < first_published() || day.year() > LAST_YEAR || (forecast(day.year()).is_none() && depends_on_equinox(day)) {
        return None;
    }
    Some(by_law(day.year()).iter().any(|(holiday, _)| *holiday == day))
}

/// What [`is_holiday`] rests on for a day; none where it has no answer.
pub fn holiday_basis(day: Date) -> Option<Basis> {
    is_holiday(day)?;
    Some(match (is_published(day), depends_on_equinox(day)) {
        (true, _) => Basis::Published,
        (false, true) => Basis::Forecast,
        (false, false) => Basis::Law,
    })
}

/// Whether offices are open on a day. Weekends and the turn of the year are known for every year.
pub fn is_business_day(day: Date, offices: Offices) -> Option<bool> {
    let closed = match (day.month(), day.day()) {
        (1, 1..=3) | (12, 31) => true,
        (12, 29..=30) => offices == Offices::Public,
        _ => false,
    };
    if closed || matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
        Some(false)
    } else {
        is_holiday(day).map(|holiday| !holiday)
    }
}

/// The day itself if public offices are open, else the next day on which they are (翌営業日). None where nobody knows.
pub fn next_business_day(day: Date) -> Option<Date> {
    next_business_day_of(day, Offices::Public)
}

/// The day itself if public offices are open, else the last day before on which they were (前営業日). None where nobody knows.
pub fn previous_business_day(day: Date) -> Option<Date> {
    previous_business_day_of(day, Offices::Public)
}

/// [`next_business_day`] by the closing days of `offices`.
pub fn next_business_day_of(day: Date, offices: Offices) -> Option<Date> {
    open_day(day, offices, |day| day.tomorrow().ok())
}

/// [`previous_business_day`] by the closing days of `offices`.
pub fn previous_business_day_of(day: Date, offices: Offices) -> Option<Date> {
    open_day(day, offices, |day| day.yesterday().ok())
}

/// The next business day, but never in another fiscal year: a payment due on a closed 31 March is made on the business day before.
pub fn business_day_in_fiscal_year(day: Date, offices: Offices) -> Option<Date> {
    let next = next_business_day_of(day, offices)?;
    if fiscal_year(next) == fiscal_year(day) { Some(next) } else { previous_business_day_of(day, offices) }
}

fn open_day(day: Date, offices: Offices, step: fn(Date) -> Option<Date>) -> Option<Date> {
    let mut day = day;
    // The longest closing is shorter than two weeks.
    for _ in 0..30 {
        if is_business_day(day, offices)? {
            return Some(day);
        }
        day = step(day)?;
    }
    None
}

fn first_published() -> Date {
    date(PUBLISHED[0].0, 1, 1)
}

fn is_published(day: Date) -> bool {
    (PUBLISHED[0].0..=PUBLISHED[PUBLISHED.len() - 1].0).contains(&day.year())
}

fn forecast(year: i16) -> Option<(i8, i8)> {
    FORECAST.iter().find(|(known, ..)| *known == year).map(|(_, march, september)| (*march, *september))
}

/// Whether the equinoxes decide about a day: the days on which they can fall, the Mondays that take their place, and the Tuesday
/// between 敬老の日 and 秋分の日.
fn depends_on_equinox(day: Date) -> bool {
    match (day.month(), day.day()) {
        (3, 20..=21) | (9, 22..=23) => true,
        (3, 22) | (9, 24) => day.weekday() == Weekday::Monday,
        (9, 21) => day.weekday() == Weekday::Tuesday,
        _ => false,
    }
}

/// The holidays of a year by the law in force since 2022; the equinoxes only where they are forecast.
fn by_law(year: i16) -> Vec<(Date, &'static str)> {
    let monday =
        |month: i8, nth: i8| date(year, month, 1).nth_weekday_of_month(nth, Weekday::Monday).unwrap_or(date(year, month, 1));
    let mut days = vec![
        (date(year, 1, 1), "元日"),
        (monday(1, 2), "成人の日"),
        (date(year, 2, 11), "建国記念の日"),
        (date(year, 2, 23), "天皇誕生日"),
        (date(year, 4, 29), "昭和の日"),
        (date(year, 5, 3), "憲法記念日"),
        (date(year, 5, 4), "みどりの日"),
        (date(year, 5, 5), "こどもの日"),
        (monday(7, 3), "海の日"),
        (date(year, 8, 11), "山の日"),
        (monday(9, 3), "敬老の日"),
        (monday(10, 2), "スポーツの日"),
        (date(year, 11, 3), "文化の日"),
        (date(year, 11, 23), "勤労感謝の日"),
    ];
    if let Some((march, september)) = forecast(year) {
        days.push((date(year, 3, march), "春分の日"));
        days.push((date(year, 9, september), "秋分の日"));
    }
    days.sort();
    with_substitutes(days)
}

/// Adds 振替休日 (the next day that is none, for a holiday on Sunday) and 国民の休日 (a day between two holidays).
fn with_substitutes(mut days: Vec<(Date, &'static str)>) -> Vec<(Date, &'static str)> {
    let holidays: Vec<Date> = days.iter().map(|(day, _)| *day).collect();
    for holiday in &holidays {
        let mut day = *holiday;
        if day.weekday() == Weekday::Sunday {
            while holidays.contains(&day) {
                day = day.saturating_add(jiff::Span::new().days(1));
            }
            days.push((day, "振替休日"));
        }
        let between = holiday.saturating_add(jiff::Span::new().days(1));
        let behind = holiday.saturating_add(jiff::Span::new().days(2));
        if holidays.contains(&behind) && !days.iter().any(|(day, _)| *day == between) {
            days.push((between, "国民の休日"));
        }
    }
    days.sort();
    days
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        let entries: usize = PUBLISHED.iter().map(|(_, days)| days.split(' ').count()).sum();
        assert_eq!(TABLE.len(), entries);
        assert!(TABLE.is_sorted_by_key(|(day, _)| *day));
        assert!(PUBLISHED.windows(2).all(|pair| pair[0].0 + 1 == pair[1].0));
        let count = |year: i16| TABLE.iter().filter(|(day, _)| day.year() == year).count();
        assert_eq!([2016, 2018, 2019, 2020, 2021, 2022, 2025, 2026, 2027].map(count), [17, 20, 22, 18, 17, 16, 19, 18, 17]);
    }

    #[test]
    fn the_table_agrees_with_the_law_since_2022() {
        for (year, days) in PUBLISHED.iter().filter(|(year, _)| *year >= 2022) {
            let published: Vec<_> = TABLE.iter().filter(|(day, _)| day.year() == *year).copied().collect();
            let equinoxes = |name: &str| published.iter().copied().find(|(_, found)| *found == name);
            let mut lawful: Vec<_> =
                by_law(*year).into_iter().filter(|(_, name)| !matches!(*name, "振替休日" | "国民の休日")).collect();
            lawful.extend(equinoxes("春分の日"));
            lawful.extend(equinoxes("秋分の日"));
            lawful.sort();
            assert_eq!(with_substitutes(lawful), published, "{year} {days}");
        }
    }

    #[test]
    fn special_days() {
        for (day, name) in [
            (date(2019, 4, 30), Some("国民の休日")),
            (date(2019, 5, 1), Some("即位の日")),
            (date(2019, 5, 2), Some("国民の休日")),
            (date(2019, 10, 22), Some("即位礼正殿の儀")),
            (date(2019, 12, 23), None),
            (date(2020, 7, 23), Some("海の日")),
            (date(2020, 7, 24), Some("スポーツの日")),
            (date(2020, 10, 12), None),
            (date(2021, 8, 8), Some("山の日")),
            (date(2021, 8, 9), Some("振替休日")),
            (date(2021, 10, 11), None),
            (date(2026, 5, 6), Some("振替休日")),
            (date(2026, 9, 22), Some("国民の休日")),
            (date(2027, 3, 22), Some("振替休日")),
            (date(2029, 4, 30), Some("振替休日")),
            (date(2028, 9, 22), Some("秋分の日")),
        ] {
            assert_eq!(holiday_name(day), name, "{day}");
        }
    }

    #[test]
    fn what_nobody_knows_is_not_computed() {
        assert_eq!(is_holiday(date(1999, 12, 31)), None);
        assert_eq!(is_holiday(date(2031, 3, 20)), None);
        assert_eq!(is_holiday(date(2031, 3, 21)), None);
        assert_eq!(is_holiday(date(2031, 9, 23)), None);
        assert_eq!(is_holiday(date(2032, 9, 21)), None);
        assert_eq!(is_holiday(date(2031, 9, 25)), Some(false));
        assert_eq!(is_holiday(date(2031, 5, 6)), Some(true));
        assert_eq!(is_holiday(date(2092, 1, 1)), None);
        assert_eq!(holiday_basis(date(2027, 9, 23)), Some(Basis::Published));
        assert_eq!(holiday_basis(date(2028, 9, 22)), Some(Basis::Forecast));
        assert_eq!(holiday_basis(date(2028, 5, 3)), Some(Basis::Law));
        assert_eq!(holiday_basis(date(2031, 9, 23)), None);
        assert_eq!(next_business_day(date(2031, 3, 20)), None);
        assert_eq!(is_business_day(date(2033, 12, 31), Offices::Public), Some(false));
        assert_eq!(next_business_day(Date::MAX), None);
        assert_eq!(previous_business_day(Date::MIN), None);
    }

    #[test]
    fn due_days_move_to_business_days() {
        // bond-06, bond-07
        for (due, paid) in [
            (date(2026, 9, 20), date(2026, 9, 24)),
            (date(2027, 9, 25), date(2027, 9, 27)),
            (date(2028, 3, 25), date(2028, 3, 27)),
            (date(2028, 9, 25), date(2028, 9, 25)),
            (date(2029, 3, 25), date(2029, 3, 26)),
            (date(2029, 3, 31), date(2029, 4, 2)),
        ] {
            assert_eq!(next_business_day(due), Some(paid), "{due}");
        }
        assert_eq!(previous_business_day(date(2029, 3, 31)), Some(date(2029, 3, 30)));
        assert_eq!(business_day_in_fiscal_year(date(2029, 3, 31), Offices::Bank), Some(date(2029, 3, 30)));
        assert_eq!(business_day_in_fiscal_year(date(2029, 3, 25), Offices::Bank), Some(date(2029, 3, 26)));
    }

    #[test]
    fn the_turn_of_the_year() {
        assert_eq!(next_business_day(date(2026, 12, 29)), Some(date(2027, 1, 4)));
        assert_eq!(next_business_day_of(date(2026, 12, 29), Offices::Bank), Some(date(2026, 12, 29)));
        assert_eq!(next_business_day_of(date(2026, 12, 31), Offices::Bank), Some(date(2027, 1, 4)));
        assert_eq!(previous_business_day(date(2027, 1, 3)), Some(date(2026, 12, 28)));
        // H42.12.31 of the redemption tables.
        assert_eq!(next_business_day(date(2030, 12, 31)), Some(date(2031, 1, 6)));
    }
}
