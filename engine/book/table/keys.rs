//! Keys of rows: equal keys get equal small numbers, which is what grouping, joining and uniqueness work on.
//!
//! Texts are equal when their match keys are ([`crate::Texts::key`]); numbers when they have the same value.

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

/// The numbers of pairs of a key so far and the value of the next column.
#[derive(Default)]
struct Pairs {
    /// Where few values can meet: a place for each pair, `width` for each first part. Empty otherwise.
    few: Vec<u32>,
    width: usize,
    many: FxHashMap<u64, u32>,
    count: u32,
}

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
        let mut codes = Vec::new();
        for (at, column) in columns.iter().enumerate() {
            let own = self.columns[at].column(column, self.texts, learn, self.blanks);
            if at == 0 {
                codes = own;
                continue;
            }
            if learn {
                let before = if at == 1 { self.columns[0].count } else { self.pairs[at - 2].count };
                self.pairs[at - 1].make_room(before as usize, self.columns[at].count as usize);
            }
            let pairs = &mut self.pairs[at - 1];
            // Rows often come in order of their keys: the pair of the row before is the likeliest.
            let mut last = (NONE, NONE, NONE);
            for (code, own) in codes.iter_mut().zip(own) {
                if (*code, own) != (last.0, last.1) {
                    last = (*code, own, pairs.code(*code, own, learn));
                }
                *code = last.2;
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

    fn column(&mut self, column: &Column, texts: &Texts, learn: bool, blanks: bool) -> Vec<u32> {
        if self.shown {
            return (0..column.len()).map(|row| self.code(column.get(row), texts, learn, blanks)).collect();
        }
        match &column.data {
            // Worth its table of all texts only where many of them are met.
            Data::Text(ids) if ids.len() >= texts.len() / 4 => self.spelled(ids, texts, learn, blanks),
            Data::Integer(_) | Data::Date(_) => self.repeating(column, texts, learn, blanks),
            _ => (0..column.len()).map(|row| self.code(column.get(row), texts, learn, blanks)).collect(),
        }
    }

    /// Like the plain way, but each spelling is coded once.
    fn spelled(&mut self, ids: &[TextId], texts: &Texts, learn: bool, blanks: bool) -> Vec<u32> {
        self.spellings.clear();
        self.spellings.resize(texts.len(), NONE);
        let mut codes = Vec::with_capacity(ids.len());
        for &id in ids {
            codes.push(match self.spellings.get(id.index()) {
                Some(&MISSING) => NONE,
                Some(&NONE) => {
                    let code = self.code(Value::Text(id), texts, learn, blanks);
                    self.spellings[id.index()] = if code == NONE { MISSING } else { code };
                    code
                }
                Some(&code) => code,
                // The mark of a blank is beyond every text.
                None => self.code(Value::Blank, texts, learn, blanks),
            });
        }
        codes
    }

    /// Like the plain way, but looks nothing up while the value stays the same.
    fn repeating(&mut self, column: &Column, texts: &Texts, learn: bool, blanks: bool) -> Vec<u32> {
        let mut last = None;
        (0..column.len())
            .map(|row| {
                let value = column.get(row);
                match last {
                    Some((same, code)) if same == value => code,
                    _ => {
                        let code = self.code(value, texts, learn, blanks);
                        last = Some((value, code));
                        code
                    }
                }
            })
            .collect()
    }

    #[inline]
    fn code(&mut self, value: Value, texts: &Texts, learn: bool, blanks: bool) -> u32 {
        let other = match value {
            Value::Text(id) => {
                let key = texts.key(id).index();
                if let Some(&code) = self.texts.get(key)
                    && code != NONE
                {
                    return code;
                }
                return self.text(key, texts, learn, blanks);
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
                return self.text(key, texts, learn, blanks);
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
    fn text(&mut self, key: usize, texts: &Texts, learn: bool, blanks: bool) -> u32 {
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
