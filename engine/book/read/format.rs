//! What a number format makes of a number: a plain number, a date, a time, a length of time.

use crate::{Day, Value};

/// What a cell with a number format shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Shows {
    /// A number, a percentage, an amount, text.
    Number,
    /// A day, or a part of one (月, 年度 of a date).
    Date,
    /// A time of day.
    Time,
    /// A day with its time.
    DateTime,
    /// A length of time that may pass 24 hours.
    Duration,
}

const DAY_MS: f64 = 86_400_000.0;

impl Shows {
    /// What the format code says. Only the first section that says anything counts: the others are for
    /// negative numbers and text.
    pub(crate) fn of(code: &str) -> Shows {
        if code.eq_ignore_ascii_case("general") {
            return Shows::Number;
        }
        let mut rest = code;
        while !rest.is_empty() {
            let mut section = Section::default();
            rest = section.read(rest);
            if section.speaks {
                return section.shows();
            }
        }
        Shows::Number
    }

    /// The value of a number in such a cell; none where it stays the number it is
    /// (serial 60, negative days, beyond the year 9999).
    pub(crate) fn value(self, number: f64, date1904: bool) -> Option<Value> {
        match self {
            Shows::Number => None,
            Shows::Duration => length(number),
            Shows::Time | Shows::DateTime if (0.0..1.0).contains(&number) => {
                // A hair below midnight is still that day.
                Some(Value::Time((number * DAY_MS).round().min(DAY_MS - 1.0) as u32))
            }
            // A format without a day shows 1.35 as 8:24, but 32:24 was meant: no office file speaks of January 1900.
            Shows::Time if (1.0..100.0).contains(&number) => length(number),
            Shows::Date if number < 1.0 && number != 0.0 => None,
            Shows::Date | Shows::Time | Shows::DateTime => moment(number, date1904),
        }
    }
}

fn length(days: f64) -> Option<Value> {
    (days.abs() < 2_958_466.0).then(|| Value::Duration((days * DAY_MS).round() as i64))
}

fn moment(serial: f64, date1904: bool) -> Option<Value> {
    let day = Day::from_serial(serial, date1904)?;
    let ms = ((serial - serial.floor()) * DAY_MS).round() as i64;
    Some(if ms == 0 { Value::Date(day) } else { Value::DateTime(i64::from(day.0) * DAY_MS as i64 + ms) })
}

/// Words within a format code, and whether they speak of a time of day.
const WORDS: [(&str, bool); 6] =
    [("general", false), ("g/標準", false), ("am/pm", true), ("a/p", true), ("上午/下午", true), ("午前/午後", true)];

/// One section of a format code.
#[derive(Default)]
struct Section {
    /// Whether there is more than quoted text.
    speaks: bool,
    date: bool,
    time: bool,
    elapsed: bool,
    /// A month or a minute: the letter before or after tells.
    pending_m: bool,
    last: char,
}

impl Section {
    /// Reads up to the next semicolon and returns what follows it.
    fn read<'a>(&mut self, code: &'a str) -> &'a str {
        let mut rest = code;
        while let Some(letter) = rest.chars().next() {
            let after = &rest[letter.len_utf8()..];
            rest = match letter {
                ';' => {
                    self.settle('\0');
                    return after;
                }
                '"' => after.find('"').map_or("", |end| &after[end + 1..]),
                // The next character is text, a width or a filler.
                '\\' | '_' | '*' | '!' => skip_one(after),
                '[' => self.bracket(after),
                _ => self.letter(letter.to_ascii_lowercase(), rest),
            };
        }
        self.settle('\0');
        ""
    }

    /// `[h]`, `[mm]`, `[ss]` are lengths of time; colours, conditions, locales and `[DBNum1]` say nothing.
    fn bracket<'a>(&mut self, after: &'a str) -> &'a str {
        let Some(end) = after.find(']') else { return "" };
        let inside = after[..end].to_ascii_lowercase();
        if matches!(inside.as_str(), "h" | "hh" | "m" | "mm" | "s" | "ss") {
            self.elapsed = true;
            self.speaks = true;
            self.last = 'h';
        }
        &after[end + 1..]
    }

    fn letter<'a>(&mut self, letter: char, rest: &'a str) -> &'a str {
        for (word, time) in WORDS {
            if rest.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word)) {
                self.speaks = true;
                self.time |= time;
                return &rest[word.len()..];
            }
        }
        let length = rest.len() - rest.trim_start_matches(|c: char| c.to_ascii_lowercase() == letter).len();
        match letter {
            'e' if rest[length..].starts_with(['+', '-']) && "0#?.".contains(self.last) => self.last = '0',
            'y' | 'd' | 'g' | 'e' | 'b' => self.take(letter, |section| section.date = true),
            // 曜日. A single letter is no weekday.
            'a' if length >= 3 => self.take(letter, |section| section.date = true),
            'h' | 's' => self.take(letter, |section| section.time = true),
            'm' => {
                self.settle('m');
                self.speaks = true;
                // h:mm is minutes, mmm is a month's name.
                if self.last == 'h' && length <= 2 {
                    self.time = true;
                } else {
                    self.pending_m = true;
                }
                self.last = 'm';
            }
            '0' | '#' | '?' | '@' | '.' | '%' => {
                self.speaks = true;
                // A point between seconds and their fractions leaves the seconds in sight.
                if !(letter == '.' && self.last == 's') {
                    self.last = letter;
                }
            }
            _ => {}
        }
        &rest[length..]
    }

    fn take(&mut self, letter: char, say: impl FnOnce(&mut Section)) {
        self.settle(letter);
        self.speaks = true;
        self.last = letter;
        say(self);
    }

    /// Decides what an open `m` was: minutes before seconds, else months.
    fn settle(&mut self, next: char) {
        if std::mem::take(&mut self.pending_m) {
            if next == 's' { self.time = true } else { self.date = true }
        }
    }

    fn shows(&self) -> Shows {
        match (self.elapsed, self.date, self.time) {
            (true, false, _) => Shows::Duration,
            (true, true, _) | (_, true, true) => Shows::DateTime,
            (_, true, false) => Shows::Date,
            (_, false, true) => Shows::Time,
            (_, false, false) => Shows::Number,
        }
    }
}

fn skip_one(text: &str) -> &str {
    text.chars().next().map_or("", |c| &text[c.len_utf8()..])
}

/// The format codes behind the built-in numbers, as Excel in Japan uses them (ECMA-376 part 1, 18.8.30).
/// None for a number that is not built in.
pub(crate) fn builtin(id: u32) -> Option<&'static str> {
    Some(match id {
        0 => "",
        1 => "0",
        2 => "0.00",
        3 => "#,##0",
        4 => "#,##0.00",
        5 | 6 => "¥#,##0;¥-#,##0",
        7 | 8 => "¥#,##0.00;¥-#,##0.00",
        9 => "0%",
        10 => "0.00%",
        11 => "0.00E+00",
        12 => "# ?/?",
        13 => "# ??/??",
        14 => "yyyy/m/d",
        15 => "d-mmm-yy",
        16 => "d-mmm",
        17 => "mmm-yy",
        18 => "h:mm AM/PM",
        19 => "h:mm:ss AM/PM",
        20 => "h:mm",
        21 => "h:mm:ss",
        22 => "yyyy/m/d h:mm",
        27 | 36 | 50 | 57 => "[$-411]ge.m.d",
        28 | 29 | 51 | 54 | 58 => "[$-411]ggge\"年\"m\"月\"d\"日\"",
        30 => "m/d/yy",
        31 => "yyyy\"年\"m\"月\"d\"日\"",
        32 => "h\"時\"mm\"分\"",
        33 => "h\"時\"mm\"分\"ss\"秒\"",
        34 | 52 | 55 => "yyyy\"年\"m\"月\"",
        35 | 53 | 56 => "m\"月\"d\"日\"",
        37 | 38 => "#,##0;-#,##0",
        39 | 40 => "#,##0.00;-#,##0.00",
        41 => "_ * #,##0_ ;_ * -#,##0_ ;_ * \"-\"_ ;_ @_ ",
        42 => "_ ¥* #,##0_ ;_ ¥* -#,##0_ ;_ ¥* \"-\"_ ;_ @_ ",
        43 => "_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * \"-\"??_ ;_ @_ ",
        44 => "_ ¥* #,##0.00_ ;_ ¥* -#,##0.00_ ;_ ¥* \"-\"??_ ;_ @_ ",
        45 => "mm:ss",
        46 => "[h]:mm:ss",
        47 => "mm:ss.0",
        48 => "##0.0E+0",
        49 => "@",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_apart() {
        use Shows::*;
        let cases = [
            (Number, "General"),
            (Number, "G/標準"),
            (Number, "0.00E+00"),
            (Number, "##0.0E+0"),
            (Number, "0\"年度\""),
            (Number, "#,##0\"円\""),
            (Number, "#,##0;[Red]-#,##0"),
            (Number, "#,##0_ ;[赤]\\-#,##0\\ "),
            (Number, "\"R\"0"),
            (Number, "\"第\"0\"四半期\""),
            (Number, "0.0\"時間\""),
            (Number, "[DBNum3]0"),
            (Number, "@"),
            (Number, "0%"),
            (Number, "[=1]\"男\";[=2]\"女\";General"),
            (Number, "\\d0"),
            (Date, "yyyy/m/d"),
            (Date, "[$-411]ggge\"年\"m\"月\"d\"日\";@"),
            (Date, "gge\"年\"m\"月\"d\"日\""),
            (Date, "ge\\.m\\.d"),
            (Date, "ge\"年度\""),
            (Date, "gge"),
            (Date, "e/m/d"),
            (Date, "aaa"),
            (Date, "aaaa"),
            (Date, "m\"月\"d\"日\"\\(aaa\\)"),
            (Date, "yyyy年m月d日"),
            (Date, "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy"),
            (Date, "mmm-yy"),
            (Date, "m"),
            (Date, "[=0]\"\";yyyy/m/d"),
            (Time, "h:mm"),
            (Time, "h:mm:ss AM/PM"),
            (Time, "mm:ss"),
            (Time, "mm:ss.0"),
            (Time, "h\"時\"mm\"分\""),
            (Time, "[$-411]AM/PM h:mm"),
            (DateTime, "yyyy/m/d h:mm"),
            (DateTime, "m/d/yy h:mm"),
            (Duration, "[h]:mm"),
            (Duration, "[hh]:mm:ss"),
            (Duration, "[mm]:ss"),
            (Duration, "[h]\"時間\"mm\"分\""),
        ];
        for (shows, code) in cases {
            assert_eq!(Shows::of(code), shows, "{code}");
        }
    }

    #[test]
    fn builtin_numbers_are_told_apart() {
        let of = |id| Shows::of(builtin(id).unwrap());
        for id in [14, 15, 16, 17, 27, 28, 29, 30, 31, 34, 35, 36, 50, 51, 52, 53, 54, 55, 56, 57, 58] {
            assert_eq!(of(id), Shows::Date, "{id}");
        }
        for id in [18, 19, 20, 21, 32, 33, 45, 47] {
            assert_eq!(of(id), Shows::Time, "{id}");
        }
        assert_eq!(of(22), Shows::DateTime);
        assert_eq!(of(46), Shows::Duration);
        for id in (0..=13).chain(37..=44).chain([48, 49]) {
            assert_eq!(of(id), Shows::Number, "{id}");
        }
    }

    #[test]
    fn values_follow_the_format() {
        let show = |shows: Shows, number| shows.value(number, false).map(|value| value.show(&crate::Texts::new()));
        assert_eq!(show(Shows::Date, 44_652.0).as_deref(), Some("2022-04-01"));
        assert_eq!(show(Shows::Date, 44_652.25).as_deref(), Some("2022-04-01 6:00"));
        assert_eq!(show(Shows::DateTime, 44_652.0).as_deref(), Some("2022-04-01"));
        assert_eq!(show(Shows::Date, 60.0), None);
        assert_eq!(show(Shows::Date, -1.0), None);
        assert_eq!(show(Shows::Date, 3e9), None);
        assert_eq!(show(Shows::Time, 0.354_166_666_666_667).as_deref(), Some("8:30"));
        assert_eq!(show(Shows::Time, 1.35).as_deref(), Some("32:24"));
        assert_eq!(show(Shows::Duration, 1.718_75).as_deref(), Some("41:15"));
        assert_eq!(show(Shows::Duration, -0.5).as_deref(), Some("-12:00"));
        assert_eq!(show(Shows::Time, f64::NAN), None);
    }
}
