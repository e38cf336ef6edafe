//! Eras, and writing dates as offices write them.

use jiff::civil::{Date, date};

use crate::fiscal::weekday;

/// An era since the calendar reform.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[allow(missing_docs, reason = "the names are the eras' own")]
pub enum Era {
    Meiji,
    Taisho,
    Showa,
    Heisei,
    Reiwa,
}

impl Era {
    /// Every era, the newest first.
    pub const ALL: [Era; 5] = [Era::Reiwa, Era::Heisei, Era::Showa, Era::Taisho, Era::Meiji];

    /// 令和, 平成 …
    pub fn name(self) -> &'static str {
        match self {
            Era::Meiji => "明治",
            Era::Taisho => "大正",
            Era::Showa => "昭和",
            Era::Heisei => "平成",
            Era::Reiwa => "令和",
        }
    }

    /// R, H, S, T, M.
    pub fn letter(self) -> char {
        match self {
            Era::Meiji => 'M',
            Era::Taisho => 'T',
            Era::Showa => 'S',
            Era::Heisei => 'H',
            Era::Reiwa => 'R',
        }
    }

    /// Its first day. (明治 is counted from the first day of 1868, as registers do; the lunar calendar before 1873 is left alone.)
    pub fn first_day(self) -> Date {
        match self {
            Era::Meiji => date(1868, 1, 1),
            Era::Taisho => date(1912, 7, 30),
            Era::Showa => date(1926, 12, 25),
            Era::Heisei => date(1989, 1, 8),
            Era::Reiwa => date(2019, 5, 1),
        }
    }

    /// The year of the Western calendar that an era year is.
    pub fn western(self, year: i32) -> i32 {
        i32::from(self.first_day().year()) + year - 1
    }

    /// The era of a day; none before 1868.
    pub fn of(date: Date) -> Option<Era> {
        Era::ALL.into_iter().find(|era| era.first_day() <= date)
    }

    /// The era's year in which a day lies.
    pub fn year_of(self, date: Date) -> i32 {
        i32::from(date.year()) - i32::from(self.first_day().year()) + 1
    }
}

/// `令和6年4月1日`; the first year is 元年. None before 1868.
pub fn era_name(date: Date) -> Option<String> {
    Era::of(date).map(|_| format_date(date, "ggge年m月d日"))
}

/// `令和6年4月` for the month of a day, by the era of its last day, as months are named after a change of era.
pub fn era_month(date: Date) -> Option<String> {
    let last = date.last_of_month();
    Era::of(last).map(|_| format_date(last, "ggge年m月"))
}

/// A date by a pattern of Excel's letters: `ggg` 令和, `gg` 令, `g` R, `ee` 06, `e` 6 (元 where 年 follows), `yyyy`, `yy`, `mm`, `m`,
/// `dd`, `d`, `aaaa` 月曜日, `aaa` 月; other characters, and what stands in `"…"` or behind `\`, as they are.
/// Before 1868 the era is 西暦.
pub fn format_date(date: Date, pattern: &str) -> String {
    let mut written = String::with_capacity(pattern.len() + 8);
    let chars: Vec<char> = pattern.chars().collect();
    let mut at = 0;
    while at < chars.len() {
        let c = chars[at];
        if c == '"' {
            let end = chars[at + 1..].iter().position(|c| *c == '"').map_or(chars.len(), |n| at + 1 + n);
            written.extend(&chars[at + 1..end]);
            at = end + 1;
            continue;
        }
        if c == '\\' {
            written.extend(chars.get(at + 1));
            at += 2;
            continue;
        }
        let run = chars[at..].iter().take_while(|next| **next == c).count();
        let before_year = chars.get(at + run) == Some(&'年');
        match field(date, c.to_ascii_lowercase(), run, before_year) {
            Some(field) => written.push_str(&field),
            None => written.extend(std::iter::repeat_n(c, run)),
        }
        at += run;
    }
    written
}

/// One field of a pattern: a letter and how often it stands.
fn field(date: Date, letter: char, run: usize, before_year: bool) -> Option<String> {
    let era = Era::of(date);
    let year = era.map_or(i32::from(date.year()), |era| era.year_of(date));
    Some(match (letter, run) {
        ('g', 1) => era.map_or("西暦".to_owned(), |era| era.letter().to_string()),
        ('g', 2) => era.map_or("西暦".to_owned(), |era| era.name().chars().take(1).collect()),
        ('g', _) => era.map_or("西暦", Era::name).to_owned(),
        ('e', 1) if before_year && year == 1 => "元".to_owned(),
        ('e', 1) => year.to_string(),
        ('e', _) => format!("{year:02}"),
        ('y', 1..=2) => format!("{:02}", date.year().rem_euclid(100)),
        ('y', _) => format!("{:04}", date.year()),
        ('m', 1) => date.month().to_string(),
        ('m', _) => format!("{:02}", date.month()),
        ('d', 1) => date.day().to_string(),
        ('d', _) => format!("{:02}", date.day()),
        ('a', 3) => weekday(date).to_string(),
        ('a', 4) => format!("{}曜日", weekday(date)),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eras_begin_on_their_days() {
        for (day, name) in [
            (date(2024, 4, 1), "令和6年4月1日"),
            (date(2019, 5, 1), "令和元年5月1日"),
            (date(2019, 4, 30), "平成31年4月30日"),
            (date(1989, 1, 8), "平成元年1月8日"),
            (date(1989, 1, 7), "昭和64年1月7日"),
            (date(1926, 12, 25), "昭和元年12月25日"),
            (date(1926, 12, 24), "大正15年12月24日"),
            (date(1912, 7, 30), "大正元年7月30日"),
            (date(1912, 7, 29), "明治45年7月29日"),
            (date(1868, 1, 1), "明治元年1月1日"),
        ] {
            assert_eq!(era_name(day).as_deref(), Some(name));
        }
        assert_eq!(era_name(date(1867, 12, 31)), None);
        assert_eq!(era_month(date(1989, 1, 1)).as_deref(), Some("平成元年1月"));
    }

    #[test]
    fn patterns_are_excels() {
        let day = date(2024, 4, 1);
        for (pattern, written) in [
            ("yyyy/mm/dd", "2024/04/01"),
            ("yyyy年m月d日(aaa)", "2024年4月1日(月)"),
            ("aaaa", "月曜日"),
            ("ge.m.d", "R6.4.1"),
            ("gee.mm.dd", "R06.04.01"),
            ("gge", "令6"),
            ("yy\"yy\"\\d", "24yyd"),
            ("yyyymmdd", "20240401"),
            ("YYYY-MM-DD", "2024-04-01"),
            ("ggge年度", "令和6年度"),
            ("x\"open", "xopen"),
            ("\\", ""),
        ] {
            assert_eq!(format_date(day, pattern), written, "{pattern}");
        }
        assert_eq!(format_date(date(2019, 5, 1), "ge.m.d"), "R1.5.1");
        assert_eq!(format_date(date(1867, 5, 1), "ggge年"), "西暦1867年");
    }
}
