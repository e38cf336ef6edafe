//! Sorting rows.

use rust_decimal::Decimal;
use rustc_hash::FxHashMap;

use super::{Column, Data, Table, VerbError};
use crate::{TextId, Texts, Value};

/// A column to sort by.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SortKey {
    /// The column.
    pub column: String,
    /// Whether large comes first (降順).
    pub descending: bool,
}

impl SortKey {
    /// Small first.
    pub fn ascending(column: &str) -> SortKey {
        SortKey { column: column.to_owned(), descending: false }
    }

    /// Large first.
    pub fn descending(column: &str) -> SortKey {
        SortKey { column: column.to_owned(), descending: true }
    }
}

/// The rank of a blank: last in either direction.
const BLANK: u64 = u64::MAX;

impl Table {
    /// The rows in order of these columns, the first one weighing most. Rows that are equal in all of them keep their order;
    /// texts are compared as Japanese is ([`japan::compare`]); blanks come last in either direction.
    pub fn sort(&self, by: &[SortKey]) -> Result<Table, VerbError> {
        let at: Result<Vec<usize>, VerbError> = by.iter().map(|key| self.find(&key.column)).collect();
        let ranks: Vec<Ranks> =
            at?.into_iter().zip(by).map(|(at, key)| Ranks::of(&self.columns[at], &self.shelf.texts, key.descending)).collect();
        Ok(self.take(&ordered(&ranks, self.len())))
    }
}

/// Numbers that sort as the values of a column do; blanks are the largest.
pub(super) struct Ranks {
    pub of_row: Vec<u64>,
    /// The largest rank but for [`BLANK`].
    highest: u64,
}

impl Ranks {
    pub fn of(column: &Column, texts: &Texts, descending: bool) -> Ranks {
        let mut of_row = match &column.data {
            Data::Integer(whole) => small(whole.iter().map(|&x| (x != i64::MIN).then_some(x))),
            Data::Date(days) => small(days.iter().map(|&x| (x != i32::MIN).then_some(i64::from(x)))),
            Data::Text(ids) => text_ranks(ids, texts),
            _ => value_ranks((0..column.len()).map(|row| column.get(row)), texts),
        };
        let highest = of_row.iter().copied().filter(|&rank| rank != BLANK).max().unwrap_or(0);
        if descending {
            of_row.iter_mut().filter(|rank| **rank != BLANK).for_each(|rank| *rank = highest - *rank);
        }
        Ranks { of_row, highest }
    }
}

/// Whole numbers, counted from the smallest.
fn small(values: impl Iterator<Item = Option<i64>> + Clone) -> Vec<u64> {
    let low = values.clone().flatten().min().unwrap_or(0);
    // i64::MIN marks blanks, so a difference of two values is below u64::MAX, the rank of blanks.
    values.map(|value| value.map_or(BLANK, |value| value.wrapping_sub(low) as u64)).collect()
}

/// The rank of each text among the different ones of the column.
fn text_ranks(ids: &[TextId], texts: &Texts) -> Vec<u64> {
    let mut distinct: Vec<TextId> = ids.iter().copied().filter(|id| *id != TextId::NONE).collect();
    distinct.sort_unstable();
    distinct.dedup();
    let ranks: FxHashMap<TextId, u64> = ranked(distinct, texts);
    let mut last = (TextId::NONE, BLANK);
    ids.iter()
        .map(|id| {
            if last.0 != *id {
                last = (*id, ranks.get(id).copied().unwrap_or(BLANK));
            }
            last.1
        })
        .collect()
}

fn ranked(mut distinct: Vec<TextId>, texts: &Texts) -> FxHashMap<TextId, u64> {
    distinct.sort_by(|a, b| compare(texts.get(*a), texts.get(*b)));
    let mut ranks = FxHashMap::default();
    let mut rank = 0;
    for (at, id) in distinct.iter().enumerate() {
        if at > 0 && compare(texts.get(distinct[at - 1]), texts.get(*id)).is_ne() {
            rank += 1;
        }
        let blank = texts.get(*id).trim().is_empty();
        ranks.insert(*id, if blank { BLANK } else { rank });
    }
    ranks
}

/// Japanese order; for codes of digits and capital letters it is the order of their bytes, which is much cheaper to find.
pub(super) fn compare(a: &str, b: &str) -> std::cmp::Ordering {
    let plain = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
    if plain(a) && plain(b) { a.cmp(b) } else { japan::compare(a, b) }
}

/// Columns of several types: numbers, then days and moments, then times, then texts, then yes and no, then errors.
fn value_ranks(values: impl Iterator<Item = Value> + Clone, texts: &Texts) -> Vec<u64> {
    let all: Vec<Value> = values.collect();
    let mut order: Vec<u32> = (0..all.len() as u32).filter(|&row| !all[row as usize].is_blank(texts)).collect();
    let by = |a: &u32, b: &u32| compare_values(all[*a as usize], all[*b as usize], texts);
    order.sort_by(by);
    let mut ranks = vec![BLANK; all.len()];
    let mut rank = 0;
    for (at, row) in order.iter().enumerate() {
        if at > 0 && by(&order[at - 1], row).is_ne() {
            rank += 1;
        }
        ranks[*row as usize] = rank;
    }
    ranks
}

fn compare_values(a: Value, b: Value, texts: &Texts) -> std::cmp::Ordering {
    match (a, b) {
        (Value::Text(a), Value::Text(b)) => compare(texts.get(a), texts.get(b)),
        _ => weight(a).cmp(&weight(b)),
    }
}

fn weight(value: Value) -> (u8, Decimal) {
    match value {
        Value::Integer(whole) => (0, whole.into()),
        Value::Decimal(exact) => (0, exact),
        Value::Date(day) => (1, (i64::from(day.0) * 86_400_000).into()),
        Value::DateTime(ms) => (1, ms.into()),
        Value::Time(ms) => (2, ms.into()),
        Value::Duration(ms) => (2, ms.into()),
        Value::Text(_) => (3, Decimal::ZERO),
        Value::YesNo(yes) => (4, u8::from(yes).into()),
        Value::Error(_) | Value::Stale => (5, Decimal::ZERO),
        Value::Blank => (6, Decimal::ZERO),
    }
}

/// The rows in order of their ranks.
fn ordered(ranks: &[Ranks], rows: usize) -> Vec<u32> {
    if let Some(mut packed) = packed(ranks, rows) {
        packed.sort_unstable();
        return packed.into_iter().map(|(_, row)| row).collect();
    }
    let mut order: Vec<u32> = (0..rows as u32).collect();
    order.sort_by(|&a, &b| {
        let pairs = ranks.iter().map(|ranks| (ranks.of_row[a as usize], ranks.of_row[b as usize]));
        pairs.map(|(a, b)| a.cmp(&b)).find(|order| order.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
    });
    order
}

/// All ranks of a row in one number, with the row behind it, where 64 bits hold them: sorting is then several times as fast.
fn packed(ranks: &[Ranks], rows: usize) -> Option<Vec<(u64, u32)>> {
    let bits: Vec<u32> = ranks.iter().map(|ranks| 64 - ranks.highest.checked_add(1).map_or(0, u64::leading_zeros)).collect();
    if bits.iter().sum::<u32>() > 64 {
        return None;
    }
    let mut packed: Vec<(u64, u32)> = (0..rows as u32).map(|row| (0, row)).collect();
    for (ranks, bits) in ranks.iter().zip(bits) {
        for (key, rank) in packed.iter_mut().zip(&ranks.of_row) {
            // The highest rank plus one stands for blank.
            let rank = (*rank).min(ranks.highest + 1);
            key.0 = if bits == 64 { rank } else { key.0 << bits | rank };
        }
    }
    Some(packed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{sample, shown};
    use super::*;

    #[test]
    fn rows_are_sorted_stably_with_blanks_last() -> Result<(), VerbError> {
        let table = sample(&["所", "数"], &[&["津", "2"], &["桑名", ""], &["津", "10"], &["", "2"], &["桑名", "2"]]);
        let by_number = table.sort(&[SortKey::descending("数")])?;
        assert_eq!(shown(&by_number), ["津 10", "津 2", " 2", "桑名 2", "桑名 "]);
        let by_both = table.sort(&[SortKey::ascending("数"), SortKey::ascending("所")])?;
        let last = shown(&by_both);
        assert_eq!((&*last[3], &*last[4]), ("津 10", "桑名 "));
        assert_eq!(&*last[2], " 2");
        Ok(())
    }

    #[test]
    fn far_numbers_sort_too() -> Result<(), VerbError> {
        let (low, high) = ((i64::MIN + 1).to_string(), i64::MAX.to_string());
        let table = sample(&["a", "b"], &[&[&high, "1"], &["0", "3"], &[&low, "2"], &["0", "2"]]);
        let sorted = table.sort(&[SortKey::ascending("a"), SortKey::ascending("b")])?;
        assert_eq!(shown(&sorted.select(&["b"])?), ["2", "2", "3", "1"]);
        Ok(())
    }

    proptest! {
        #[test]
        fn sorting_twice_changes_nothing_and_loses_no_row(cells in prop::collection::vec((0u8..4, -3i64..3), 0..40)) {
            let texts: Vec<(String, String)> =
                cells.iter().map(|(a, b)| (["", "津", "A1", "桑名"][*a as usize].to_owned(), b.to_string())).collect();
            let rows: Vec<[&str; 2]> = texts.iter().map(|(a, b)| [&**a, &**b]).collect();
            let rows: Vec<&[&str]> = rows.iter().map(|row| &row[..]).collect();
            let table = sample(&["a", "b"], &rows);
            let by = [SortKey::descending("b"), SortKey::ascending("a")];
            let once = table.sort(&by).expect("columns exist");
            let twice = once.sort(&by).expect("columns exist");
            prop_assert_eq!(shown(&once), shown(&twice));
            let sorted = |table: &Table| { let mut rows = shown(table); rows.sort(); rows };
            prop_assert_eq!(sorted(&once), sorted(&table));
            for pair in 1..once.len() {
                let (above, below) = (once.value(pair - 1, 1), once.value(pair, 1));
                prop_assert!(above.as_decimal() >= below.as_decimal());
            }
        }
    }
}
