//! Walking through a short text piece by piece.

use jiff::civil::Time;

use crate::date::{DateTrouble, kanji_digit, split_era};
use crate::era::Era;
use crate::width::{is_hyphen, match_key};

/// Longer texts are no dates.
const LONGEST: usize = 240;

/// A text in its match key, and how far it was read.
pub(crate) struct Scan {
    key: String,
    at: usize,
}

impl Scan {
    pub(crate) fn new(text: &str) -> Option<Scan> {
        let text = text.trim();
        (text.len() <= LONGEST).then(|| Scan { key: match_key(text).into_owned(), at: 0 })
    }

    fn rest(&self) -> &str {
        &self.key[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next_if(&mut self, wanted: impl Fn(char) -> bool) -> Option<char> {
        let c = self.peek().filter(|c| wanted(*c))?;
        self.at += c.len_utf8();
        Some(c)
    }

    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// Goes back to a place that [`Scan::at`] gave.
    pub(crate) fn back_to(&mut self, at: usize) {
        self.at = at;
    }

    pub(crate) fn is_done(&self) -> bool {
        self.rest().is_empty()
    }

    /// Skips spaces; whether there were any.
    pub(crate) fn spaces(&mut self) -> bool {
        let start = self.at;
        while self.next_if(|c| c == ' ').is_some() {}
        self.at > start
    }

    /// Skips spaces only where `word` follows them.
    pub(crate) fn spaces_before(&mut self, word: &str) {
        let rest = self.rest();
        let trimmed = rest.trim_start_matches(' ');
        if trimmed.starts_with(word) {
            self.at += rest.len() - trimmed.len();
        }
    }

    pub(crate) fn word(&mut self, word: &str) -> bool {
        let found = self.rest().starts_with(word);
        if found {
            self.at += word.len();
        }
        found
    }

    /// A Latin letter in either case.
    pub(crate) fn letter(&mut self, letter: char) -> bool {
        self.next_if(|c| c.eq_ignore_ascii_case(&letter)).is_some()
    }

    pub(crate) fn era(&mut self) -> Option<Era> {
        let (era, rest) = split_era(self.rest());
        let at = self.key.len() - rest.len();
        era.inspect(|_| {
            self.at = at;
            self.spaces();
        })
    }

    /// A number in digits or kanji, and of how many digits it is.
    pub(crate) fn number(&mut self) -> Option<(u32, usize)> {
        let start = self.at;
        while self.next_if(|c| c.is_ascii_digit()).is_some() {}
        let digits = self.at - start;
        if digits > 0 {
            return self.key[start..self.at].parse().ok().filter(|_| digits <= 9).map(|number| (number, digits));
        }
        self.kanji_number()
    }

    /// A number of at most so many digits.
    pub(crate) fn number_of(&mut self, most: usize) -> Option<u32> {
        self.number().filter(|(_, digits)| *digits <= most).map(|(number, _)| number)
    }

    /// 六, 三十一, 二〇二四.
    fn kanji_number(&mut self) -> Option<(u32, usize)> {
        let mut digits = Vec::new();
        while let Some(c) = self.next_if(|c| c == '十' || kanji_digit(c).is_some()) {
            digits.push(kanji_digit(c));
            if digits.len() > 4 {
                return None;
            }
        }
        let (tens, ones) = match digits[..] {
            [] => return None,
            [None] => (1, 0),
            [None, Some(ones)] => (1, ones),
            [Some(tens), None] => (tens, 0),
            [Some(tens), None, Some(ones)] => (tens, ones),
            _ => {
                let number = digits.iter().try_fold(0, |number, digit| Some(number * 10 + (*digit)?))?;
                return Some((number, digits.len()));
            }
        };
        Some((tens * 10 + ones, 2))
    }

    /// A sign between the parts of a date, with spaces around it.
    pub(crate) fn separator(&mut self) -> Option<char> {
        let start = self.at;
        self.spaces();
        match self.next_if(|c| matches!(c, '/' | '.' | '-' | '・')) {
            Some(mark) => {
                self.spaces();
                Some(mark)
            }
            None => {
                self.at = start;
                None
            }
        }
    }

    pub(crate) fn open(&mut self) -> bool {
        self.next_if(|c| matches!(c, '(' | '[' | '【' | '〔' | '<' | '「')).is_some()
    }

    pub(crate) fn close(&mut self) -> bool {
        self.next_if(|c| matches!(c, ')' | ']' | '】' | '〕' | '>' | '」')).is_some()
    }

    /// The weekday, in brackets, with 曜, or alone at the end behind a space. A bracket without one is an error.
    pub(crate) fn weekday(&mut self, spaced: bool) -> Result<Option<char>, DateTrouble> {
        let start = self.at;
        if !self.open() {
            let Some(day) = self.next_if(is_weekday) else { return Ok(None) };
            let long = self.word("曜日") || self.word("曜");
            if long || (spaced && self.is_done()) {
                return Ok(Some(day));
            }
            self.at = start;
            return Ok(None);
        }
        self.spaces();
        let day = match self.next_if(is_weekday) {
            Some(day) => {
                let _ = self.word("曜日") || self.word("曜");
                Some(day)
            }
            None => self.english_weekday(),
        };
        while self.next_if(|c| matches!(c, '・' | ',' | '、' | '/' | ' ')).is_some() {}
        let holiday = ["祝日", "祝", "振替休日", "振替", "振休", "休日", "休", "祭"].iter().any(|word| self.word(word));
        self.spaces();
        if self.close() && (day.is_some() || holiday) { Ok(day) } else { Err(DateTrouble::NotADate) }
    }

    fn english_weekday(&mut self) -> Option<char> {
        let rest = self.rest();
        let letters: String = rest.chars().take_while(char::is_ascii_alphabetic).take(10).collect();
        let word = letters.to_ascii_lowercase();
        let found = [
            ('月', "monday"),
            ('火', "tuesday"),
            ('水', "wednesday"),
            ('木', "thursday"),
            ('金', "friday"),
            ('土', "saturday"),
            ('日', "sunday"),
        ]
        .into_iter()
        .find(|(_, name)| word.len() >= 3 && name.starts_with(&word))?;
        self.at += letters.len();
        self.next_if(|c| c == '.');
        Some(found.0)
    }

    /// A time of day: `10:42`, `10:42:30.5`, `10時30分`, `午後3時`. The inner none is a time that cannot be.
    pub(crate) fn clock(&mut self) -> Option<Option<Time>> {
        self.spaces();
        let half = if self.word("午前") { Some(0) } else { self.word("午後").then_some(12) };
        self.spaces();
        let Some((hour, 1..=2)) = self.number() else { return half.map(|_| None) };
        if half.is_some_and(|_| hour > 12) {
            return Some(None);
        }
        let hour = half.map_or(hour, |add| hour % 12 + add);
        let (minute, second, nano) = match self.minutes() {
            Some(parts) => parts,
            None => return Some(None),
        };
        let part = |n: u32| i8::try_from(n).unwrap_or(-1);
        Some(Time::new(part(hour), part(minute), part(second), nano).ok())
    }

    /// What follows the hour: minutes, seconds, nanoseconds.
    fn minutes(&mut self) -> Option<(u32, u32, i32)> {
        if self.word("時") {
            self.spaces();
            if self.word("半") {
                return Some((30, 0, 0));
            }
            let start = self.at;
            let Some(minute) = self.number_of(2) else {
                self.at = start;
                return Some((0, 0, 0));
            };
            if !self.word("分") {
                return None;
            }
            self.spaces();
            let start = self.at;
            let second = match self.number_of(2) {
                Some(second) if self.word("秒") => second,
                _ => {
                    self.at = start;
                    0
                }
            };
            return Some((minute, second, 0));
        }
        if !self.word(":") {
            return None;
        }
        let minute = self.number_of(2)?;
        if !self.word(":") {
            return Some((minute, 0, 0));
        }
        let second = self.number_of(2)?;
        let nano = if self.word(".") { self.fraction()? } else { 0 };
        Some((minute, second, nano))
    }

    /// Digits behind the point of a second, as nanoseconds.
    fn fraction(&mut self) -> Option<i32> {
        let (number, digits) = self.number()?;
        let scale = 10_u32.checked_pow(9_u32.checked_sub(u32::try_from(digits).ok()?)?)?;
        i32::try_from(number.checked_mul(scale)?).ok()
    }

    /// `Z` or `+09:00` behind a time, in minutes.
    pub(crate) fn offset(&mut self) -> Option<i64> {
        if self.letter('Z') {
            return Some(0);
        }
        let start = self.at;
        let sign = self.next_if(|c| c == '+' || is_hyphen(c))?;
        let (number, digits) = self.number()?;
        let minutes = match digits {
            4 => number / 100 * 60 + number % 100,
            2 if self.word(":") => number * 60 + self.number_of(2)?,
            2 => number * 60,
            _ => 10_000,
        };
        if minutes > 14 * 60 {
            self.at = start;
            return None;
        }
        Some(if sign == '+' { i64::from(minutes) } else { -i64::from(minutes) })
    }
}

fn is_weekday(c: char) -> bool {
    "月火水木金土日".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_digits_and_kanji() {
        for (text, number) in [
            ("12x", Some((12, 2))),
            ("０４", Some((4, 2))),
            ("十", Some((10, 2))),
            ("三十一日", Some((31, 2))),
            ("二〇二四年", Some((2024, 4))),
            ("六月", Some((6, 1))),
            ("十十", None),
            ("9999999999", None),
            ("x", None),
        ] {
            assert_eq!(Scan::new(text).unwrap().number(), number, "{text}");
        }
    }

    #[test]
    fn clocks() {
        let clock = |text: &str| Scan::new(text).unwrap().clock().map(|time| time.map(|time| time.to_string()));
        assert_eq!(clock("8:05"), Some(Some("08:05:00".to_owned())));
        assert_eq!(clock("午後12時"), Some(Some("12:00:00".to_owned())));
        assert_eq!(clock("午前12時半"), Some(Some("00:30:00".to_owned())));
        assert_eq!(clock("24:00"), Some(None));
        assert_eq!(clock("10"), Some(None));
        assert_eq!(clock("abc"), None);
    }
}
