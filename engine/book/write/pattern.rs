//! Excel's number formats: what class one belongs to, and how a value looks in it.
//!
//! Only the first section (the one for positive numbers) is looked at; colours, conditions and fill characters are left out.

use japan::Era;
use jiff::civil;
use rust_decimal::{Decimal, RoundingStrategy};

use crate::Day;

/// What a number format makes of a number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FormatClass {
    /// Nothing in particular.
    General,
    /// A text (`@`).
    Text,
    /// A number with so many decimals.
    Number {
        /// How many decimals are shown.
        decimals: u8,
    },
    /// A percentage with so many decimals.
    Percent {
        /// How many decimals are shown.
        decimals: u8,
    },
    /// A day.
    Date,
    /// A time of day.
    Time,
    /// A day and a time.
    DateTime,
    /// A length of time (`[h]:mm`).
    Duration,
}

impl FormatClass {
    /// The class of a number format; an empty one is General.
    pub fn of(format: &str) -> FormatClass {
        Pattern::read(format).class()
    }
}

#[derive(Clone, PartialEq, Debug)]
enum Token {
    Literal(char),
    /// A letter of a date or time, and how often it stands.
    Part(char, usize),
    /// A minute, not a month.
    Minute(usize),
    /// `[h]`, `[m]` or `[s]`.
    Elapsed(char),
    /// The digits of a number stand here.
    Digits,
    Percent,
    Text,
}

/// A number format, taken apart.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Pattern {
    tokens: Vec<Token>,
    decimals: u8,
    grouped: bool,
}

impl Pattern {
    /// Takes the first section of a format apart.
    pub(crate) fn read(format: &str) -> Pattern {
        let mut pattern = Pattern { tokens: Vec::new(), decimals: 0, grouped: false };
        if format.eq_ignore_ascii_case("general") {
            return pattern;
        }
        // Half days are left out: the hour is shown as of 24.
        let format = format.replace("AM/PM", "").replace("am/pm", "").replace("A/P", "");
        let mut rest = format.chars().peekable();
        let mut point = false;
        while let Some(c) = rest.next() {
            match c {
                ';' => break,
                '"' => rest.by_ref().take_while(|&c| c != '"').for_each(|c| pattern.tokens.push(Token::Literal(c))),
                '\\' | '!' => pattern.tokens.extend(rest.next().map(Token::Literal)),
                '_' | '*' => drop(rest.next()),
                '[' => pattern.bracket(&rest.by_ref().take_while(|&c| c != ']').collect::<String>()),
                '0' | '#' | '?' => {
                    pattern.decimals = pattern.decimals.saturating_add(u8::from(point));
                    if !pattern.tokens.contains(&Token::Digits) {
                        pattern.tokens.push(Token::Digits);
                    }
                }
                '.' if pattern.tokens.contains(&Token::Digits) && !pattern.is_moment() => point = true,
                ',' if pattern.tokens.contains(&Token::Digits) => pattern.grouped = true,
                '%' => pattern.tokens.push(Token::Percent),
                '@' => pattern.tokens.push(Token::Text),
                _ if is_part(c) => {
                    let letter = c.to_ascii_lowercase();
                    let mut count = 1;
                    while rest.next_if(|next| next.to_ascii_lowercase() == letter).is_some() {
                        count += 1;
                    }
                    pattern.tokens.push(Token::Part(letter, count));
                }
                other => pattern.tokens.push(Token::Literal(other)),
            }
        }
        pattern.find_minutes();
        pattern
    }

    /// `[h]` counts hours beyond the day; anything else in brackets is a colour, a condition or a language.
    fn bracket(&mut self, inside: &str) {
        match inside.chars().next().map(|c| c.to_ascii_lowercase()) {
            Some(c @ ('h' | 'm' | 's')) if inside.chars().all(|other| other.eq_ignore_ascii_case(&c)) => {
                self.tokens.push(Token::Elapsed(c));
            }
            _ => {
                let symbol = inside.strip_prefix('$').and_then(|money| money.split('-').next());
                self.tokens.extend(symbol.unwrap_or_default().chars().map(Token::Literal));
            }
        }
    }

    /// An `m` after hours or before seconds is a minute.
    fn find_minutes(&mut self) {
        let parts: Vec<usize> = (0..self.tokens.len()).filter(|&at| !matches!(self.tokens[at], Token::Literal(_))).collect();
        for (nth, &at) in parts.iter().enumerate() {
            let Token::Part('m', count) = self.tokens[at] else { continue };
            let before = nth.checked_sub(1).map(|nth| &self.tokens[parts[nth]]);
            let after = parts.get(nth + 1).map(|&at| &self.tokens[at]);
            if matches!(before, Some(Token::Part('h', _) | Token::Elapsed('h'))) || matches!(after, Some(Token::Part('s', _))) {
                self.tokens[at] = Token::Minute(count);
            }
        }
    }

    fn is_moment(&self) -> bool {
        self.tokens.iter().any(|token| matches!(token, Token::Part(..) | Token::Elapsed(_)))
    }

    pub(super) fn class(&self) -> FormatClass {
        let has = |wanted: fn(&Token) -> bool| self.tokens.iter().any(wanted);
        let day = has(|token| matches!(token, Token::Part('y' | 'd' | 'e' | 'g' | 'm' | 'a', _)));
        let time = has(|token| matches!(token, Token::Part('h' | 's', _) | Token::Minute(_)));
        if has(|token| matches!(token, Token::Elapsed(_))) {
            FormatClass::Duration
        } else if day && time {
            FormatClass::DateTime
        } else if day {
            FormatClass::Date
        } else if time {
            FormatClass::Time
        } else if has(|token| *token == Token::Percent) {
            FormatClass::Percent { decimals: self.decimals }
        } else if has(|token| *token == Token::Digits) {
            FormatClass::Number { decimals: self.decimals }
        } else if has(|token| *token == Token::Text) {
            FormatClass::Text
        } else {
            FormatClass::General
        }
    }

    /// A number as it looks, with or without commas.
    pub(crate) fn number(&self, number: Decimal, commas: bool) -> String {
        let percent = self.tokens.contains(&Token::Percent);
        let shown = if percent { number.checked_mul(Decimal::ONE_HUNDRED).unwrap_or(number) } else { number };
        let shown = shown.round_dp_with_strategy(u32::from(self.decimals), RoundingStrategy::MidpointAwayFromZero);
        let mut digits = format!("{:.*}", usize::from(self.decimals), shown.abs());
        if commas && self.grouped {
            digits = with_commas(&digits);
        }
        let mut text = String::new();
        if shown.is_sign_negative() && !shown.is_zero() {
            text.push('-');
        }
        for token in &self.tokens {
            match token {
                Token::Literal(c) => text.push(*c),
                Token::Digits => text.push_str(&digits),
                Token::Percent => text.push('%'),
                _ => {}
            }
        }
        text
    }

    /// A moment as it looks; `ms` counts from 1970-01-01 00:00. None beyond the years that dates have.
    pub(crate) fn moment(&self, ms: i64) -> Option<String> {
        let day = Day(i32::try_from(ms.div_euclid(86_400_000)).ok()?).date()?;
        let seconds = ms.rem_euclid(86_400_000) / 1000;
        Some(self.tokens.iter().map(|token| self.part(token, day, seconds)).collect())
    }

    /// A length of time as it looks.
    pub(crate) fn length(&self, ms: i64) -> String {
        let seconds = ms.abs() / 1000;
        let sign = if ms < 0 { "-" } else { "" };
        let parts = self.tokens.iter().map(|token| match token {
            Token::Elapsed('h') => (seconds / 3600).to_string(),
            Token::Elapsed('m') => (seconds / 60).to_string(),
            Token::Elapsed(_) => seconds.to_string(),
            other => self.part(other, civil::date(1970, 1, 1), seconds % 86_400),
        });
        sign.chars().chain(parts.collect::<Vec<_>>().concat().chars()).collect()
    }

    fn part(&self, token: &Token, day: civil::Date, seconds: i64) -> String {
        let padded = |number: i64, width: usize| format!("{number:0width$}");
        match *token {
            Token::Literal(c) => c.to_string(),
            Token::Part('y', ..=2) => padded(i64::from(day.year()) % 100, 2),
            Token::Part('y', _) => padded(i64::from(day.year()), 4),
            Token::Part('m', count) => padded(i64::from(day.month()), count.min(2)),
            Token::Part('d', count @ ..=2) => padded(i64::from(day.day()), count),
            Token::Part('d', _) => day.strftime("%a").to_string(),
            Token::Part('a', count) => weekday(day, count),
            Token::Part('g', count) => Era::of(day).map(|era| era_name(era, count)).unwrap_or_default(),
            Token::Part('e', count) => match Era::of(day) {
                Some(era) => padded(i64::from(era.year_of(day)), count.min(2)),
                None => padded(i64::from(day.year()), 4),
            },
            Token::Part('h', count) => padded(seconds / 3600, count.min(2)),
            Token::Minute(count) => padded(seconds / 60 % 60, count.min(2)),
            Token::Part('s', count) => padded(seconds % 60, count.min(2)),
            _ => String::new(),
        }
    }
}

/// The letters of dates and times: year, month, day, weekday (`aaa`), era (`ggge`), hour and second.
fn is_part(c: char) -> bool {
    matches!(c.to_ascii_lowercase(), 'y' | 'm' | 'd' | 'a' | 'g' | 'e' | 'h' | 's')
}

fn weekday(day: civil::Date, count: usize) -> String {
    let name = ["月", "火", "水", "木", "金", "土", "日"][day.weekday().to_monday_zero_offset() as usize];
    if count > 3 { format!("{name}曜日") } else { name.to_owned() }
}

/// `g` is a letter, `gg` a short name, `ggg` the whole one.
fn era_name(era: Era, count: usize) -> String {
    match count {
        1 => era.letter().to_string(),
        2 => era.name().chars().take(1).collect(),
        _ => era.name().to_owned(),
    }
}

fn with_commas(digits: &str) -> String {
    let (whole, fraction) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    let mut text = String::with_capacity(digits.len() + whole.len() / 3);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text + fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes() {
        for (format, class) in [
            ("", FormatClass::General),
            ("General", FormatClass::General),
            ("@", FormatClass::Text),
            ("#,##0", FormatClass::Number { decimals: 0 }),
            ("#,##0.00_ ;[Red]-#,##0.00", FormatClass::Number { decimals: 2 }),
            ("0\"年度\"", FormatClass::Number { decimals: 0 }),
            ("0.0%", FormatClass::Percent { decimals: 1 }),
            ("yyyy/mm/dd", FormatClass::Date),
            ("[$-411]ggge\"年\"m\"月\"d\"日\";@", FormatClass::Date),
            ("aaa", FormatClass::Date),
            ("h:mm", FormatClass::Time),
            ("[$-F400]h:mm:ss AM/PM", FormatClass::Time),
            ("[h]:mm", FormatClass::Duration),
            ("yyyy/mm/dd hh:mm", FormatClass::DateTime),
            ("mm:ss", FormatClass::Time),
            ("[Red]#,##0", FormatClass::Number { decimals: 0 }),
        ] {
            assert_eq!(FormatClass::of(format), class, "{format}");
        }
    }

    #[test]
    fn values_look_as_in_excel() {
        let number = |format: &str, text: &str| Pattern::read(format).number(text.parse().unwrap(), true);
        assert_eq!(number("#,##0", "1234567"), "1,234,567");
        assert_eq!(number("#,##0.0", "-1234.55"), "-1,234.6");
        assert_eq!(number("0.0%", "0.0779"), "7.8%");
        assert_eq!(number("#,##0\"円\"", "1000"), "1,000円");
        assert_eq!(number("0", "-0.4"), "0");
        let day = i64::from(Day::of(civil::date(2022, 4, 1)).0) * 86_400_000;
        let moment = |format: &str| Pattern::read(format).moment(day + 8 * 3_600_000 + 5 * 60_000).unwrap();
        assert_eq!(moment("yyyy-mm-dd"), "2022-04-01");
        assert_eq!(moment("m/d(aaa)"), "4/1(金)");
        assert_eq!(moment("[$-411]ggge\"年\"m\"月\"d\"日\""), "令和4年4月1日");
        assert_eq!(moment("yyyy/mm/dd hh:mm"), "2022/04/01 08:05");
        assert_eq!(Pattern::read("[h]:mm").length(41 * 3_600_000 + 15 * 60_000), "41:15");
    }
}
