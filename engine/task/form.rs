//! A TOML file read field by field, so that all its mistakes come back in one pass, each with its line.

use std::cell::RefCell;
use std::str::FromStr;

use jiff::civil;
use rust_decimal::Decimal;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// One mistake in a form (`task.toml`, `jitan.toml`, `case.toml`).
#[derive(Clone, PartialEq, Debug)]
pub struct Mistake {
    /// The field, with the section in front (`baseline.after_minutes`); empty where the file as a whole is meant.
    pub field: String,
    /// One-based line; of a missing field, the line of its section.
    pub line: Option<u32>,
    /// What is the matter.
    pub fault: Fault,
}

/// What is the matter with a field.
#[derive(Clone, PartialEq, Debug)]
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum Fault {
    /// No field of that name; the known one that resembles it.
    Unknown { near: Option<String> },
    /// The field is known, but not in this section: it belongs above every section.
    Misplaced,
    /// The field is required.
    Missing,
    /// Another kind of value is wanted.
    WrongType { wanted: Wanted },
    /// A text or list with nothing in it.
    Empty,
    /// A number outside what is possible.
    OutOfRange { low: Decimal, high: Decimal },
    /// Not one of the words that are possible here; the one that resembles it.
    NotAChoice { written: String, choices: Vec<String>, near: Option<String> },
    /// Not a day (`2026-04-01`).
    NotADate { written: String },
    /// The same field stands twice.
    Twice,
    /// The line is not written as TOML; a full-width character that is probably to blame.
    Syntax { full_width: Option<char> },
    /// Two fields contradict each other: `low` is to be at most `high`.
    Order { low: String, high: String },
    /// A number of minutes with more decimals than are counted.
    TooFine { decimals: u32 },
    /// Nothing is left to do by hand, and no `reason` says why.
    NoReason,
    /// There is no task of that id; the one that resembles it.
    NoTask { near: Option<String> },
    /// The folder meets another, named as it is written.
    Overlap { with: String, how: Overlap },
    /// A path that goes upwards (`..`).
    Upwards,
    /// A name that a folder cannot have on every system.
    FolderName { trouble: japan::NameTrouble },
    /// Something else than a folder lies there.
    NotAFolder,
}

/// How a folder meets another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Overlap {
    /// They are the same.
    Same,
    /// It lies within the other.
    Within,
    /// It holds the other.
    Around,
}

/// The kind of value that a field wants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Wanted {
    Text,
    Number,
    WholeNumber,
    YesNo,
    TextList,
    Section,
    SimpleValue,
}

impl Mistake {
    /// The field that a misspelt one stands for.
    fn meant(&self) -> Option<String> {
        let Fault::Unknown { near: Some(near) } = &self.fault else { return None };
        Some(match self.field.rsplit_once('.') {
            Some((section, _)) => format!("{section}.{near}"),
            None => near.clone(),
        })
    }
}

/// The file under way: its text for line numbers, and the mistakes found so far.
pub(crate) struct Form<'t> {
    text: &'t str,
    quoted: String,
    mistakes: RefCell<Vec<Mistake>>,
}

impl<'t> Form<'t> {
    pub(crate) fn new(text: &'t str) -> Form<'t> {
        Form { text, quoted: quote_keys(text), mistakes: RefCell::default() }
    }

    /// The tree of the file; none (and a mistake) if it is not TOML.
    pub(crate) fn tree(&self) -> Option<Spanned<DeTable<'_>>> {
        match DeTable::parse(&self.quoted) {
            Ok(tree) => Some(tree),
            Err(error) => {
                let at = error.span().map(|span| span.start);
                let fault = if error.message().contains("duplicate key") {
                    Fault::Twice
                } else {
                    Fault::Syntax { full_width: at.and_then(|at| self.full_width(at)) }
                };
                let field = String::new();
                self.mistakes.borrow_mut().push(Mistake { field, line: at.map(|at| self.line(at)), fault });
                None
            }
        }
    }

    pub(crate) fn root<'f>(&'f self, tree: &'f Spanned<DeTable<'f>>) -> Section<'f> {
        Section { form: self, table: Some(tree.get_ref()), path: String::new(), line: None, known: RefCell::default() }
    }

    pub(crate) fn add(&self, field: &str, line: Option<u32>, fault: Fault) {
        self.mistakes.borrow_mut().push(Mistake { field: field.to_owned(), line, fault });
    }

    /// The mistakes, in the order of their lines.
    pub(crate) fn mistakes(self) -> Vec<Mistake> {
        let mut mistakes = self.mistakes.into_inner();
        // A field that is there under a misspelt name is not missing as well.
        let meant: Vec<String> = mistakes.iter().filter_map(Mistake::meant).collect();
        mistakes.retain(|mistake| mistake.fault != Fault::Missing || !meant.contains(&mistake.field));
        mistakes.sort_by_key(|mistake| mistake.line.unwrap_or(u32::MAX));
        mistakes
    }

    fn line(&self, at: usize) -> u32 {
        let before = &self.quoted.as_bytes()[..at.min(self.quoted.len())];
        before.iter().filter(|&&byte| byte == b'\n').count() as u32 + 1
    }

    /// A full-width sign in the line of `at` where TOML wants the half-width one.
    fn full_width(&self, at: usize) -> Option<char> {
        let line = self.text.lines().nth(self.line(at) as usize - 1)?;
        line.chars().find(|c| "＝［］｛｝“”‘’，．　＃：＂".contains(*c))
    }
}

/// TOML wants quotes around a key with Japanese in it; a person does not. Lines keep their numbers.
pub(crate) fn quote_keys(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 16);
    let mut within = false;
    for line in text.split_inclusive('\n') {
        let inside = within;
        within ^= line.matches("\"\"\"").count() % 2 == 1;
        let key_end = if line.trim_start().starts_with('[') { line.find(']') } else { line.find('=') };
        match key_end {
            Some(end) if !inside && !line[..end].is_ascii() && !line[..end].contains(['"', '\'', '#']) => {
                for (at, part) in line[..end].split('.').enumerate() {
                    let bare = part.trim_matches([' ', '\t', '[']);
                    quoted.push_str(if at > 0 { "." } else { "" });
                    quoted.push_str(&if bare.is_ascii() {
                        part.to_owned()
                    } else {
                        part.replacen(bare, &format!("\"{bare}\""), 1)
                    });
                }
                quoted.push_str(&line[end..]);
            }
            _ => quoted.push_str(line),
        }
    }
    quoted
}

/// One table of the file. A missing section reads as empty, after its absence was said where it matters.
pub(crate) struct Section<'f> {
    form: &'f Form<'f>,
    table: Option<&'f DeTable<'f>>,
    path: String,
    line: Option<u32>,
    known: RefCell<Vec<&'static str>>,
}

impl<'f> Section<'f> {
    fn name(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn find(&self, key: &'static str) -> Option<&'f Spanned<DeValue<'f>>> {
        self.known.borrow_mut().push(key);
        let (_, value) = self.table?.iter().find(|(name, _)| name.get_ref() == key)?;
        Some(value)
    }

    fn line_of(&self, value: &Spanned<DeValue<'f>>) -> Option<u32> {
        Some(self.form.line(value.span().start))
    }

    fn missing(&self, key: &str) {
        self.form.add(&self.name(key), self.line, Fault::Missing);
    }

    pub(crate) fn wrong(&self, key: &str, fault: Fault) {
        let value = self.table.and_then(|table| table.iter().find(|(name, _)| name.get_ref() == key));
        let line = value.map_or(self.line, |(_, value)| self.line_of(value));
        self.form.add(&self.name(key), line, fault);
    }

    fn mistyped(&self, key: &str, wanted: Wanted) {
        self.wrong(key, Fault::WrongType { wanted });
    }

    /// A section that nobody wrote.
    pub(crate) fn absent(form: &'f Form<'f>) -> Section<'f> {
        Section { form, table: None, path: String::new(), line: None, known: RefCell::default() }
    }

    /// Whether a field was written.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.is_some_and(|table| table.iter().any(|(name, _)| name.get_ref() == key))
    }

    /// Whether the section was written at all.
    pub(crate) fn present(&self) -> bool {
        self.table.is_some()
    }

    /// A section within; its absence is not yet a mistake.
    pub(crate) fn section(&self, key: &'static str) -> Section<'f> {
        let value = self.find(key);
        let table = match value.map(Spanned::get_ref) {
            Some(DeValue::Table(table)) => Some(table),
            Some(_) => {
                self.mistyped(key, Wanted::Section);
                None
            }
            None => None,
        };
        let line = value.and_then(|value| self.line_of(value)).or(self.line);
        Section { form: self.form, table, path: self.name(key), line, known: RefCell::default() }
    }

    /// Every section within, whatever their names (`[settings.年度]`).
    pub(crate) fn sections(&self) -> Vec<(String, Section<'f>)> {
        let mut found = Vec::new();
        for (name, value) in self.table.into_iter().flatten() {
            let (key, line) = (name.get_ref().to_string(), self.line_of(value));
            match value.get_ref() {
                DeValue::Table(table) => {
                    let path = self.name(&key);
                    found.push((key, Section { form: self.form, table: Some(table), path, line, known: RefCell::default() }));
                }
                _ => self.form.add(&self.name(&key), line, Fault::WrongType { wanted: Wanted::Section }),
            }
        }
        found
    }

    /// Every plain value within, whatever their names (`年度 = 2022`).
    pub(crate) fn values(&self) -> Vec<(String, Plain)> {
        let mut found = Vec::new();
        for (name, value) in self.table.into_iter().flatten() {
            let key = name.get_ref().to_string();
            match plain(value.get_ref()) {
                Some(plain) => found.push((key, plain)),
                None => self.form.add(&self.name(&key), self.line_of(value), Fault::WrongType { wanted: Wanted::SimpleValue }),
            }
        }
        found
    }

    /// A required text that says something.
    pub(crate) fn text(&self, key: &'static str) -> String {
        match self.optional_text(key) {
            Some(text) => text,
            None => {
                if !self.has(key) {
                    self.missing(key);
                }
                String::new()
            }
        }
    }

    pub(crate) fn optional_text(&self, key: &'static str) -> Option<String> {
        match self.find(key)?.get_ref() {
            DeValue::String(text) if text.trim().is_empty() => {
                self.wrong(key, Fault::Empty);
                None
            }
            DeValue::String(text) => Some(text.to_string()),
            _ => {
                self.mistyped(key, Wanted::Text);
                None
            }
        }
    }

    /// A list of texts; empty if it is not there.
    pub(crate) fn optional_texts(&self, key: &'static str) -> Vec<String> {
        self.find(key);
        if self.has(key) { self.texts(key) } else { Vec::new() }
    }

    /// A required list of texts.
    pub(crate) fn texts(&self, key: &'static str) -> Vec<String> {
        let Some(value) = self.find(key) else {
            self.missing(key);
            return Vec::new();
        };
        let DeValue::Array(array) = value.get_ref() else {
            self.mistyped(key, Wanted::TextList);
            return Vec::new();
        };
        let mut texts = Vec::new();
        for item in array.iter() {
            match item.get_ref() {
                DeValue::String(text) if !text.is_empty() => texts.push(text.to_string()),
                DeValue::String(_) => self.wrong(key, Fault::Empty),
                _ => self.mistyped(key, Wanted::TextList),
            }
        }
        texts
    }

    /// A required word out of a fixed list.
    pub(crate) fn choice<T: Copy>(&self, key: &'static str, choices: &[(&str, T)]) -> Option<T> {
        let written = self.text(key);
        if written.is_empty() {
            return None;
        }
        let found = choices.iter().find(|(word, _)| *word == written);
        if found.is_none() {
            let words: Vec<String> = choices.iter().map(|(word, _)| (*word).to_owned()).collect();
            let near = nearest(&written, words.iter().map(String::as_str));
            self.wrong(key, Fault::NotAChoice { written, choices: words, near });
        }
        found.map(|(_, value)| *value)
    }

    /// A word out of a fixed list; none if it is not there.
    pub(crate) fn optional_choice<T: Copy>(&self, key: &'static str, choices: &[(&str, T)]) -> Option<T> {
        self.find(key);
        if self.has(key) { self.choice(key, choices) } else { None }
    }

    pub(crate) fn optional_number(&self, key: &'static str, low: i64, high: i64) -> Option<Decimal> {
        let number = match plain(self.find(key)?.get_ref()) {
            Some(Plain::Integer(whole)) => Decimal::from(whole),
            Some(Plain::Decimal(exact)) => exact,
            _ => {
                self.mistyped(key, Wanted::Number);
                return None;
            }
        };
        let (low, high) = (Decimal::from(low), Decimal::from(high));
        if number < low || number > high {
            self.wrong(key, Fault::OutOfRange { low, high });
            return None;
        }
        Some(number)
    }

    pub(crate) fn number(&self, key: &'static str, low: i64, high: i64) -> Decimal {
        if self.find(key).is_none() {
            self.missing(key);
        }
        self.optional_number(key, low, high).unwrap_or_default()
    }

    pub(crate) fn optional_whole(&self, key: &'static str, low: i64, high: i64) -> Option<u64> {
        let number = self.optional_number(key, low, high)?;
        if number.fract() != Decimal::ZERO {
            self.mistyped(key, Wanted::WholeNumber);
        }
        number.trunc().try_into().ok()
    }

    pub(crate) fn whole(&self, key: &'static str, low: i64, high: i64) -> u64 {
        if self.find(key).is_none() {
            self.missing(key);
        }
        self.optional_whole(key, low, high).unwrap_or_default()
    }

    pub(crate) fn yes(&self, key: &'static str) -> bool {
        match self.find(key).map(Spanned::get_ref) {
            None => false,
            Some(DeValue::Boolean(yes)) => *yes,
            Some(_) => {
                self.mistyped(key, Wanted::YesNo);
                false
            }
        }
    }

    /// A required day.
    pub(crate) fn date(&self, key: &'static str) -> civil::Date {
        let written = match self.find(key).map(Spanned::get_ref) {
            None => {
                self.missing(key);
                return civil::Date::ZERO;
            }
            Some(DeValue::String(text)) => text.to_string(),
            Some(DeValue::Datetime(moment)) => moment.to_string(),
            Some(_) => {
                self.mistyped(key, Wanted::Text);
                return civil::Date::ZERO;
            }
        };
        civil::Date::from_str(&written).unwrap_or_else(|_| {
            self.wrong(key, Fault::NotADate { written });
            civil::Date::ZERO
        })
    }

    /// A simple value of any kind.
    pub(crate) fn value(&self, key: &'static str) -> Option<Plain> {
        let Some(value) = self.find(key) else {
            self.missing(key);
            return None;
        };
        let plain = plain(value.get_ref());
        if plain.is_none() {
            self.mistyped(key, Wanted::SimpleValue);
        }
        plain
    }

    /// Reports every key that was not asked for.
    pub(crate) fn close(self) {
        let known = self.known.into_inner();
        for (name, value) in self.table.into_iter().flatten() {
            if !known.contains(&name.get_ref().as_ref()) {
                let near = nearest(name.get_ref(), known.iter().copied());
                let field =
                    if self.path.is_empty() { name.get_ref().to_string() } else { format!("{}.{}", self.path, name.get_ref()) };
                let line = self.form.line(name.span().start.min(value.span().start));
                self.form.add(&field, Some(line), Fault::Unknown { near });
            }
        }
    }
}

/// A simple value as TOML writes it.
#[derive(Clone, PartialEq, Debug)]
pub enum Plain {
    /// A text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// An exact decimal.
    Decimal(Decimal),
    /// Yes or no.
    YesNo(bool),
    /// A day.
    Date(civil::Date),
    /// Several of them.
    List(Vec<Plain>),
}

impl Plain {
    /// The value in the type of another, or the kind that is wanted.
    pub(crate) fn like(self, known: &Plain) -> Result<Plain, Wanted> {
        match (self, known) {
            (Plain::Integer(whole), Plain::Decimal(_)) => Ok(Plain::Decimal(whole.into())),
            (value, known) if std::mem::discriminant(&value) == std::mem::discriminant(known) => Ok(value),
            _ => Err(known.wanted()),
        }
    }

    pub(crate) fn wanted(&self) -> Wanted {
        match self {
            Plain::Text(_) | Plain::Date(_) => Wanted::Text,
            Plain::Integer(_) => Wanted::WholeNumber,
            Plain::Decimal(_) => Wanted::Number,
            Plain::YesNo(_) => Wanted::YesNo,
            Plain::List(_) => Wanted::TextList,
        }
    }
}

fn plain(value: &DeValue<'_>) -> Option<Plain> {
    Some(match value {
        DeValue::String(text) => Plain::Text(text.to_string()),
        DeValue::Integer(digits) => Plain::Integer(i64::from_str_radix(&digits.as_str().replace('_', ""), digits.radix()).ok()?),
        DeValue::Float(digits) => Plain::Decimal(digits.as_str().replace('_', "").parse().ok()?),
        DeValue::Boolean(yes) => Plain::YesNo(*yes),
        DeValue::Datetime(moment) => Plain::Date(moment.to_string().parse().ok()?),
        DeValue::Array(items) => Plain::List(items.iter().map(|item| plain(item.get_ref())).collect::<Option<_>>()?),
        DeValue::Table(_) => return None,
    })
}

/// The known word that resembles `written`, if one does.
pub fn nearest<'a>(written: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let lower = written.to_lowercase();
    let scored = known.map(|word| (strsim::jaro_winkler(&lower, &word.to_lowercase()), word));
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 > 0.75).then(|| best.1.to_owned())
}
