//! Keys of rows: equal keys get equal small numbers, which is what grouping, joining and uniqueness work on.
//!
//! Texts are equal when their match keys are ([`crate::Texts::key`]); numbers when they have the same value.

use std::ops::Range;

use rust_decimal::Decimal;
use rustc_hash::FxHashMap;

use super::{Column, Data};
use crate::{TextId, Texts, Value};

/// No key: a row one of whose key cells is blank (only where blanks do not count), or a key never seen.
pub(super) const NONE: u32 = u32::MAX;

/// Among spellings: looked up, and without number.
const MISSING: u32 = NONE - 1;

/// Numbers for the keys of one or more columns, in order of first appearance.
pub(super) struct Keys<'a> {
    texts: &'a Texts,
    /// Whether a blank is a key like any other (grouping) or no key at all (joining).
    blanks: bool,
    columns: Vec<Coder>,
    /// For each column after the first: the number of a pair.
    pairs: Vec<Pairs>,
}

/// How keys are read.
struct Reading<'a> {
    texts: &'a Texts,
    /// Whether new keys get new numbers.
    learn: bool,
    blanks: bool,
}

/// The numbers of pairs of a key so far and the value of the next column.
#[derive(Default)]
struct Pairs {
    /// Where few values can meet: a place for each pair, `width` for each first part. Empty otherwise.
    few: Vec<u32>,
    width: usize,
    many: FxHashMap<u64, u32>,
    count: u32,
}

/// How many rows are looked up at once.
const PIECE: usize = 1 << 13;

/// As many places as are cheaper than hashing: four MiB.
const FEW: usize = 1 << 20;

/// The numbers of one column's values.
struct Coder {
    /// By match key's text number.
    texts: Vec<u32>,
    /// By text number, for what was coded before; [`MISSING`] for a text that has no number.
    spellings: Vec<u32>,
    integers: FxHashMap<i64, u32>,
    others: FxHashMap<Other, u32>,
    /// Whether values are compared as they are shown, because the two sides of a join hold different types.
    shown: bool,
    count: u32,
}

#[derive(PartialEq, Eq, Hash)]
enum Other {
    Blank,
    Decimal(Decimal),
    Date(i32),
    Time(u32),
    DateTime(i64),
    Duration(i64),
    YesNo(bool),
    Shown(String),
}

impl<'a> Keys<'a> {
    /// Keys of this many columns. `shown` says for each whether values are compared as they are shown.
    pub fn new(texts: &'a Texts, shown: &[bool], blanks: bool) -> Keys<'a> {
        let columns: Vec<Coder> = shown.iter().map(|&shown| Coder::new(shown)).collect();
        let pairs = (1..columns.len()).map(|_| Pairs::default()).collect();
        Keys { texts, blanks, columns, pairs }
    }

    /// The number of each row's key; new keys get new numbers.
    pub fn learn(&mut self, columns: &[&Column]) -> Vec<u32> {
        self.code(columns, true)
    }

    /// The number of each row's key; [`NONE`] for a key that was never learned.
    pub fn look_up(&mut self, columns: &[&Column]) -> Vec<u32> {
        self.code(columns, false)
    }

    /// How many different keys were learned.
    pub fn len(&self) -> usize {
        match self.pairs.last() {
            Some(pairs) => pairs.count as usize,
            None => self.columns.last().map_or(0, |column| column.count as usize),
        }
    }

    fn code(&mut self, columns: &[&Column], learn: bool) -> Vec<u32> {
        let rows = columns.first().map_or(0, |column| column.len());
        for (coder, column) in self.columns.iter_mut().zip(columns) {
            coder.expect(column, self.texts);
        }
        let reading = Reading { texts: self.texts, learn, blanks: self.blanks };
        // What is only looked up is looked up in pieces: the numbers of further columns need no memory for a whole table.
        let piece = if learn { rows } else { PIECE };
        let (mut codes, mut own) = (Vec::with_capacity(rows), Vec::new());
        for start in (0..rows).step_by(piece.max(1)) {
            let rows = start..(start + piece).min(rows);
            for (at, column) in columns.iter().enumerate() {
                if at == 0 {
                    self.columns[0].codes(column, rows.clone(), &reading, &mut codes);
                    continue;
                }
                own.clear();
                self.columns[at].codes(column, rows.clone(), &reading, &mut own);
                if learn {
                    let before = if at == 1 { self.columns[0].count } else { self.pairs[at - 2].count };
                    self.pairs[at - 1].make_room(before as usize, self.columns[at].count as usize);
                }
                self.pairs[at - 1].join(&mut codes[start..], &own, learn);
            }
        }
        codes
    }
}

impl Pairs {
    /// Before the first pair is learned: how many first and second parts there are.
    fn make_room(&mut self, first: usize, second: usize) {
        if self.count == 0 && first.saturating_mul(second) <= FEW {
            self.few = vec![NONE; first * second];
            self.width = second;
        }
    }

    /// Makes of the first parts and the second ones the numbers of the pairs.
    fn join(&mut self, firsts: &mut [u32], seconds: &[u32], learn: bool) {
        // Rows often come in order of their keys: the pair of the row before is the likeliest.
        let mut last = (NONE, NONE, NONE);
        for (code, &own) in firsts.iter_mut().zip(seconds) {
            if (*code, own) != (last.0, last.1) {
                last = (*code, own, self.code(*code, own, learn));
            }
            *code = last.2;
        }
    }

    #[inline]
    fn code(&mut self, first: u32, second: u32, learn: bool) -> u32 {
        if first == NONE || second == NONE {
            return NONE;
        }
        if let Some(held) = self.few.get_mut(first as usize * self.width + second as usize) {
            if *held == NONE && learn {
                *held = self.count;
                self.count += 1;
            }
            return *held;
        }
        let both = u64::from(first) << 32 | u64::from(second);
        numbered(&mut self.many, both, &mut self.count, learn)
    }
}

impl Coder {
    fn new(shown: bool) -> Coder {
        let (texts, spellings) = (Vec::new(), Vec::new());
        Coder { texts, spellings, integers: FxHashMap::default(), others: FxHashMap::default(), shown, count: 0 }
    }

    /// Before the rows of a column are coded.
    fn expect(&mut self, column: &Column, texts: &Texts) {
        self.spellings.clear();
        if let Data::Text(ids) = &column.data
            && !self.shown
            // Worth its table of all texts only where many of them are met.
            && ids.len() >= texts.len() / 4
        {
            self.spellings.resize(texts.len(), NONE);
        }
    }

    /// Adds the numbers of some rows.
    fn codes(&mut self, column: &Column, rows: Range<usize>, reading: &Reading<'_>, codes: &mut Vec<u32>) {
        codes.reserve(rows.len());
        match &column.data {
            Data::Text(ids) if !self.spellings.is_empty() => self.spelled(&ids[rows], reading, codes),
            Data::Integer(_) | Data::Date(_) if !self.shown => self.repeating(column, rows, reading, codes),
            _ => codes.extend(rows.map(|row| self.code(column.get(row), reading))),
        }
    }

    /// Like the plain way, but each spelling is coded once.
    fn spelled(&mut self, ids: &[TextId], reading: &Reading<'_>, codes: &mut Vec<u32>) {
        for &id in ids {
            codes.push(match self.spellings.get(id.index()) {
                Some(&MISSING) => NONE,
                Some(&NONE) => {
                    let code = self.code(Value::Text(id), reading);
                    self.spellings[id.index()] = if code == NONE { MISSING } else { code };
                    code
                }
                Some(&code) => code,
                // The mark of a blank is beyond every text.
                None => self.code(Value::Blank, reading),
            });
        }
    }

    /// Like the plain way, but looks nothing up while the value stays the same.
    fn repeating(&mut self, column: &Column, rows: Range<usize>, reading: &Reading<'_>, codes: &mut Vec<u32>) {
        let mut last = None;
        codes.extend(rows.map(|row| {
            let value = column.get(row);
            match last {
                Some((same, code)) if same == value => code,
                _ => {
                    let code = self.code(value, reading);
                    last = Some((value, code));
                    code
                }
            }
        }));
    }

    #[inline]
    fn code(&mut self, value: Value, reading: &Reading<'_>) -> u32 {
        let Reading { texts, learn, blanks } = *reading;
        let other = match value {
            Value::Text(id) => {
                let key = texts.key(id).index();
                if let Some(&code) = self.texts.get(key)
                    && code != NONE
                {
                    return code;
                }
                return self.text(key, reading);
            }
            Value::Integer(whole) if !self.shown => return numbered(&mut self.integers, whole, &mut self.count, learn),
            Value::Blank => {
                if !blanks {
                    return NONE;
                }
                Other::Blank
            }
            value if self.shown => {
                let key = texts.key(texts.intern(&value.show(texts))).index();
                return self.text(key, reading);
            }
            Value::Decimal(exact) if exact.fract().is_zero() => match i64::try_from(exact) {
                Ok(whole) => return numbered(&mut self.integers, whole, &mut self.count, learn),
                Err(_) => Other::Decimal(exact.normalize()),
            },
            Value::Decimal(exact) => Other::Decimal(exact.normalize()),
            Value::Date(day) => Other::Date(day.0),
            Value::Time(ms) => Other::Time(ms),
            Value::DateTime(ms) => Other::DateTime(ms),
            Value::Duration(ms) => Other::Duration(ms),
            Value::YesNo(yes) => Other::YesNo(yes),
            value => Other::Shown(value.show(texts)),
        };
        numbered(&mut self.others, other, &mut self.count, learn)
    }

    #[cold]
    fn text(&mut self, key: usize, reading: &Reading<'_>) -> u32 {
        let Reading { texts, learn, blanks } = *reading;
        if let Some(&code) = self.texts.get(key)
            && code != NONE
        {
            return code;
        }
        // A text of spaces alone has an empty match key: nothing stands there.
        if texts.get(TextId(key as u32)).is_empty() {
            return if blanks { numbered(&mut self.others, Other::Blank, &mut self.count, learn) } else { NONE };
        }
        if !learn {
            return NONE;
        }
        if self.texts.len() <= key {
            self.texts.resize((key + 1).max(texts.len()), NONE);
        }
        self.texts[key] = self.count;
        self.count += 1;
        self.texts[key]
    }
}

#[inline]
fn numbered<K: std::hash::Hash + Eq>(known: &mut FxHashMap<K, u32>, key: K, count: &mut u32, learn: bool) -> u32 {
    if !learn {
        return known.get(&key).copied().unwrap_or(NONE);
    }
    *known.entry(key).or_insert_with(|| {
        *count += 1;
        *count - 1
    })
}

/// A key as a person reads it: its parts with ・ between.
pub(super) fn show_key(columns: &[&Column], row: usize, texts: &Texts) -> String {
    let parts: Vec<String> = columns.iter().map(|column| column.get(row).show(texts)).collect();
    parts.join("・")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::sample;

    #[test]
    fn widths_are_one_key_and_blanks_are_none_in_joins() {
        let table = sample(&["番号", "月"], &[&["Ａ１", "4"], &["A1", "4"], &["", "4"], &["A1", "5"]]);
        let columns: Vec<&Column> = table.columns().iter().map(|column| &**column).collect();
        let mut keys = Keys::new(&table.shelf().texts, &[false, false], false);
        assert_eq!(keys.learn(&columns), [0, 0, NONE, 1]);
        assert_eq!(keys.len(), 2);
        let mut grouping = Keys::new(&table.shelf().texts, &[false, false], true);
        assert_eq!(grouping.learn(&columns), [0, 0, 1, 2]);
    }
}
