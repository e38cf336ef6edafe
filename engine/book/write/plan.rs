//! How a table is going to look: for each column its width, and a number format for each type of value.

use rust_decimal::Decimal;
use rust_xlsxwriter::Format;

use super::WriteError;
use super::guard::begins_like_formula;
use super::pattern::{FormatClass, Pattern};
use super::sheet::{NewTable, Tone};
use super::style::{self, CellStyle};
use super::width::{self, WIDEST};
use crate::{Column, Data, TextId, Texts, Value};

/// Rows looked at closely for the width of a column; more are sampled evenly.
const SAMPLE: usize = 2_000;
/// In half-width characters.
const NARROWEST: usize = 6;
/// Tables up to this many rows get borders; in longer ones Excel's own grid has to do.
const BORDERED: usize = 5_000;
/// Excel keeps 15 digits of a number; whole numbers beyond are written as text.
const WHOLE_LIMIT: i64 = 1_000_000_000_000_000;
/// 1900-03-01: Excel's day numbers are right from here.
const FIRST_SERIAL: i32 = 61;
/// 9999-12-31.
const LAST_SERIAL: i32 = 2_958_465;
const DAY_MS: i64 = 86_400_000;

/// What a cell looks like, within its column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Slot {
    Text,
    Quoted,
    Integer,
    Decimal,
    Date,
    Time,
    DateTime,
    Duration,
    YesNo,
}

pub(super) const SLOTS: usize = 9;

/// What is written into a cell.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Content<'a> {
    Blank,
    Text(&'a str),
    Words(String),
    Whole(i64),
    Exact(Decimal),
    Serial(f64),
    YesNo(bool),
}

/// Something about a value that could not be written as it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Loss {
    /// Nobody knows the value: the cell stays empty.
    Stale,
    /// A whole number of 16 digits or more: text instead.
    LongNumber,
}

/// What a value is written as.
pub(super) fn content<'a>(value: Value, texts: &'a Texts) -> (Slot, Content<'a>, Option<Loss>) {
    let words = |value: Value| (Slot::Text, Content::Words(value.show(texts)), None);
    match value {
        Value::Blank => (Slot::Text, Content::Blank, None),
        Value::Text(id) => match texts.get(id) {
            "" => (Slot::Text, Content::Blank, None),
            text if begins_like_formula(text) => (Slot::Quoted, Content::Text(text), None),
            text => (Slot::Text, Content::Text(text), None),
        },
        Value::Integer(whole) if whole.unsigned_abs() < WHOLE_LIMIT as u64 => (Slot::Integer, Content::Whole(whole), None),
        Value::Integer(whole) => (Slot::Text, Content::Words(whole.to_string()), Some(Loss::LongNumber)),
        Value::Decimal(exact) => (Slot::Decimal, Content::Exact(to_fifteen_digits(exact)), None),
        Value::Date(day) if (FIRST_SERIAL..=LAST_SERIAL).contains(&day.serial()) => {
            (Slot::Date, Content::Serial(f64::from(day.serial())), None)
        }
        Value::Time(ms) => (Slot::Time, Content::Serial(f64::from(ms) / DAY_MS as f64), None),
        Value::DateTime(ms) => {
            let days = ms as f64 / DAY_MS as f64 + 25_569.0;
            let fits = (f64::from(FIRST_SERIAL)..f64::from(LAST_SERIAL) + 1.0).contains(&days);
            if fits { (Slot::DateTime, Content::Serial(days), None) } else { words(value) }
        }
        // Excel shows a negative length of time as #####, so it is written in words.
        Value::Duration(ms) if ms >= 0 => (Slot::Duration, Content::Serial(ms as f64 / DAY_MS as f64), None),
        Value::YesNo(yes) => (Slot::YesNo, Content::YesNo(yes), None),
        Value::Stale => (Slot::Text, Content::Blank, Some(Loss::Stale)),
        Value::Date(_) | Value::Duration(_) | Value::Error(_) => words(value),
    }
}

/// As many digits as Excel keeps.
fn to_fifteen_digits(exact: Decimal) -> Decimal {
    if exact.mantissa().unsigned_abs() < WHOLE_LIMIT as u128 { exact } else { exact.round_sf(15).unwrap_or(exact) }
}

/// How a table is going to look.
pub(super) struct TablePlan {
    pub(super) columns: Vec<ColumnPlan>,
    bordered: bool,
    tones: Vec<Option<Tone>>,
    looks: Vec<Option<Box<Format>>>,
}

/// How one column is going to look.
pub(super) struct ColumnPlan {
    /// In half-width characters, with some air.
    pub(super) width: usize,
    /// Texts that look like numbers stand here.
    pub(super) digits_as_text: bool,
    formats: [String; SLOTS],
    wrap: bool,
    blank: Slot,
}

impl TablePlan {
    pub(super) fn new(new: &NewTable) -> Result<TablePlan, WriteError> {
        let texts = &new.table.shelf().texts;
        let formats = new.asked_formats()?;
        let columns = new.table.columns().iter().enumerate();
        let columns: Vec<ColumnPlan> =
            columns.map(|(at, column)| ColumnPlan::new(new, at, (column, formats[at]), texts)).collect();
        let mut tones = vec![None];
        for (_, tone) in &new.tones {
            if !tones.contains(&Some(*tone)) {
                tones.push(Some(*tone));
            }
        }
        let looks = vec![None; tones.len() * columns.len() * SLOTS];
        Ok(TablePlan { columns, bordered: new.table.len() <= BORDERED, tones, looks })
    }

    /// The number of a tone.
    fn tone(&self, tone: Option<Tone>) -> usize {
        self.tones.iter().position(|known| *known == tone).unwrap_or(0)
    }

    /// Whether an empty cell has to be written for its border or colour.
    pub(super) fn shows_blanks(&self, tone: usize) -> bool {
        self.bordered || tone > 0
    }

    /// The format of a cell.
    pub(super) fn look(&mut self, tone: usize, column: usize, slot: Slot) -> &Format {
        let at = self.at(tone, column, slot);
        let (plan, bordered, tone) = (&self.columns[column], self.bordered, self.tones[tone]);
        self.looks[at].get_or_insert_with(|| Box::new(plan.format(slot, bordered, false, tone)))
    }

    /// The number of a look.
    #[inline]
    pub(super) fn at(&self, tone: usize, column: usize, slot: Slot) -> usize {
        (tone * self.columns.len() + column) * SLOTS + slot as usize
    }

    /// How many looks there could be.
    pub(super) fn look_count(&self) -> usize {
        self.looks.len()
    }

    /// The looks that the values of the table can take.
    pub(super) fn possible(&self, new: &NewTable) -> Vec<(usize, usize, Slot)> {
        let columns = new.table.columns();
        let slots = |column: usize| {
            let blank = self.columns[column].blank();
            possible(&columns[column].data).iter().copied().chain((self.bordered || self.tones.len() > 1).then_some(blank))
        };
        let mut looks = Vec::new();
        for tone in 0..self.tones.len() {
            for column in 0..columns.len() {
                for slot in slots(column) {
                    if !looks.ends_with(&[(tone, column, slot)]) {
                        looks.push((tone, column, slot));
                    }
                }
            }
        }
        looks
    }

    /// The tone of each row; empty if no row has one.
    pub(super) fn row_tones(&self, new: &NewTable) -> Vec<usize> {
        let mut tones = vec![0; if new.tones.is_empty() { 0 } else { new.table.len() }];
        for (row, tone) in &new.tones {
            if let Some(at) = tones.get_mut(*row) {
                *at = self.tone(Some(*tone));
            }
        }
        tones
    }

    /// The format of a cell in the totals row.
    pub(super) fn total_look(&self, column: usize, slot: Slot) -> Format {
        self.columns[column].format(slot, self.bordered, true, None)
    }
}

/// The slots that values of a column can take.
fn possible(data: &Data) -> &'static [Slot] {
    match data {
        Data::Text(_) => &[Slot::Text, Slot::Quoted],
        // A number too long for Excel, and a day before 1900, are written as text.
        Data::Integer(_) => &[Slot::Text, Slot::Integer],
        Data::Decimal(_) => &[Slot::Decimal],
        Data::Date(_) => &[Slot::Text, Slot::Quoted, Slot::Date],
        Data::Any(_) => &[
            Slot::Text,
            Slot::Quoted,
            Slot::Integer,
            Slot::Decimal,
            Slot::Date,
            Slot::Time,
            Slot::DateTime,
            Slot::Duration,
            Slot::YesNo,
        ],
    }
}

impl ColumnPlan {
    fn new(new: &NewTable, at: usize, (column, asked_format): (&Column, Option<&str>), texts: &Texts) -> ColumnPlan {
        let asked = new.widths.iter().find(|(position, _)| *position == at).map(|(_, width)| usize::from(*width));
        let seen = Seen::of(&column.data, texts);
        let formats = formats(&column.name, asked_format, &seen);
        let contents = seen.width(&formats);
        let width = match (contents, width::width(&column.name) + 3) {
            (contents, label) if label <= contents => contents,
            // A long label is broken into lines rather than making a narrow column wide.
            (contents, label) => contents.max(label.min(14)),
        };
        ColumnPlan {
            width: asked.unwrap_or(width.min(WIDEST) + 2).max(NARROWEST),
            digits_as_text: seen.digits,
            wrap: new.wrap || seen.breaks || contents > WIDEST,
            blank: seen.first.unwrap_or(Slot::Text),
            formats,
        }
    }

    /// The number format of the column's first value.
    pub(super) fn number_format(&self) -> &str {
        &self.formats[self.blank as usize]
    }

    /// Whether texts are broken into lines.
    pub(super) fn wraps(&self) -> bool {
        self.wrap
    }

    /// How many lines a text takes in this column.
    pub(super) fn lines(&self, text: &str) -> usize {
        if self.wrap && (text.len() > self.width || text.contains('\n')) { width::lines(text, self.width) } else { 1 }
    }

    /// The slot whose look an empty cell takes.
    pub(super) fn blank(&self) -> Slot {
        self.blank
    }

    /// Makes room for a value that is not in the table (its total).
    pub(super) fn make_room(&mut self, value: Value, texts: &Texts) {
        let mut seen = Seen::default();
        seen.add(value, texts);
        self.width = self.width.max(seen.width(&self.formats).min(WIDEST) + 3);
    }

    fn format(&self, slot: Slot, bordered: bool, total: bool, tone: Option<Tone>) -> Format {
        let wrap = self.wrap && matches!(slot, Slot::Text | Slot::Quoted);
        let number_format = self.formats[slot as usize].as_str();
        let (quoted, centered) = (slot == Slot::Quoted, slot == Slot::YesNo);
        style::cell(CellStyle { number_format, quoted, wrap, centered, bordered, total, tone })
    }
}

/// What stands in a column.
#[derive(Default)]
struct Seen {
    first: Option<Slot>,
    text: usize,
    digits: bool,
    breaks: bool,
    scale: u32,
    low: Option<Decimal>,
    high: Option<Decimal>,
    seconds: bool,
    moments: Vec<(Slot, i64)>,
}

impl Seen {
    fn of(data: &Data, texts: &Texts) -> Seen {
        let mut seen = Seen::default();
        let step = data.len().div_ceil(SAMPLE).max(1);
        (0..data.len()).step_by(step).for_each(|row| seen.add(data.get(row), texts));
        match (data, step) {
            // Decimals decide the format: all of them are looked at.
            (Data::Decimal(exact), 2..) => exact.iter().flatten().for_each(|exact| seen.add_scale(*exact)),
            (Data::Text(ids), 2..) => ids.iter().filter(|id| **id != TextId::NONE).for_each(|id| seen.glance(texts.get(*id))),
            _ => {}
        }
        seen
    }

    fn add(&mut self, value: Value, texts: &Texts) {
        let (slot, content, _) = content(value, texts);
        if content == Content::Blank {
            return;
        }
        self.first.get_or_insert(slot);
        match content {
            Content::Text(text) => self.add_text(text),
            Content::Words(text) => self.add_text(&text),
            Content::Whole(whole) => self.add_number(whole.into()),
            Content::Exact(exact) => {
                self.add_number(exact);
                self.add_scale(exact);
            }
            Content::YesNo(_) => self.text = self.text.max(5),
            Content::Serial(_) | Content::Blank => self.add_moment(slot, value),
        }
    }

    fn add_text(&mut self, text: &str) {
        self.text = self.text.max(width::width(text));
        self.breaks |= text.contains('\n');
        self.digits |= text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','));
    }

    /// A quick look at a text beyond the sample, so that a rare long one is not cut off.
    fn glance(&mut self, text: &str) {
        self.breaks |= memchr::memchr(b'\n', text.as_bytes()).is_some();
        // Kanji take three bytes and two columns: a text of them is wider only if it is half as long again.
        let longer = text.len() > self.text && (text.len() * 2 > self.text * 3 || text.is_ascii());
        if longer && self.text <= WIDEST {
            self.text = self.text.max(width::width(text));
        }
    }

    fn add_number(&mut self, number: Decimal) {
        self.low = Some(self.low.map_or(number, |low| low.min(number)));
        self.high = Some(self.high.map_or(number, |high| high.max(number)));
    }

    fn add_scale(&mut self, exact: Decimal) {
        // The scale counts zeros at the end, too: normalising costs something, so only where it could matter.
        if exact.scale() > self.scale {
            self.scale = self.scale.max(to_fifteen_digits(exact).normalize().scale());
        }
    }

    fn add_moment(&mut self, slot: Slot, value: Value) {
        let ms = match value {
            Value::Date(day) => i64::from(day.0) * DAY_MS,
            Value::Time(ms) => i64::from(ms),
            Value::DateTime(ms) | Value::Duration(ms) => ms,
            _ => return,
        };
        self.seconds |= ms % 60_000 != 0;
        match self.moments.iter_mut().find(|(known, _)| *known == slot) {
            Some((_, longest)) => *longest = (*longest).max(ms),
            None => self.moments.push((slot, ms)),
        }
    }

    /// The width that these values need in these formats.
    fn width(&self, formats: &[String; SLOTS]) -> usize {
        let mut widest = self.text;
        for number in [self.low, self.high].into_iter().flatten() {
            let slot = if number.scale() == 0 && self.scale == 0 { Slot::Integer } else { Slot::Decimal };
            widest = widest.max(width::width(&Pattern::read(&formats[slot as usize]).number(number, true)));
        }
        for (slot, ms) in &self.moments {
            let pattern = Pattern::read(&formats[*slot as usize]);
            let text = if *slot == Slot::Duration { pattern.length(*ms) } else { pattern.moment(*ms).unwrap_or_default() };
            widest = widest.max(width::width(&text));
        }
        widest
    }
}

/// A number format for each slot: the declared one where it suits the type, else the type's own.
fn formats(name: &str, declared: Option<&str>, seen: &Seen) -> [String; SLOTS] {
    let class = declared.map_or(FormatClass::General, FormatClass::of);
    let choose = |suits: bool, own: &str| declared.filter(|_| suits).unwrap_or(own).to_owned();
    let number = matches!(class, FormatClass::Number { .. } | FormatClass::Percent { .. });
    let day = matches!(class, FormatClass::Date | FormatClass::DateTime);
    let clock = matches!(class, FormatClass::Time | FormatClass::Duration);
    let text = if seen.digits || class == FormatClass::Text { "@" } else { "" };
    let seconds = if seen.seconds { ":ss" } else { "" };
    [
        text.to_owned(),
        text.to_owned(),
        choose(number, if names_a_code(name) { "0" } else { "#,##0" }),
        choose(number, &decimal_format(seen.scale)),
        choose(day, "yyyy/mm/dd"),
        choose(clock, &format!("h:mm{seconds}")),
        choose(day, &format!("yyyy/mm/dd hh:mm{seconds}")),
        choose(clock, &format!("[h]:mm{seconds}")),
        String::new(),
    ]
}

/// As many decimals as the values have; computed values (a third) get two.
fn decimal_format(scale: u32) -> String {
    match scale {
        0 => "#,##0".to_owned(),
        1..=6 => format!("#,##0.{}", "0".repeat(scale as usize)),
        _ => "#,##0.00".to_owned(),
    }
}

/// Whether a column of whole numbers holds names rather than amounts, by its label: years and numbers of things take no commas.
pub(super) fn names_a_code(name: &str) -> bool {
    let key = japan::label_key(name);
    ["年", "年度", "番号", "コード", "No", "NO", "no", "No.", "ID", "号", "連番", "通番", "年月日"]
        .iter()
        .any(|ending| key.ends_with(ending) && !key.contains(|c: char| c.is_ascii_digit()))
}
