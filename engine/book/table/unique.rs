//! Rows whose key stands once or several times.

use super::{
    Column, Duplicate, Table, VerbError,
    join::firsts,
    keys::{Keys, NONE},
};
use crate::Value;

/// Which of several rows with the same key stays.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Keep {
    /// The first.
    First,
    /// The last.
    Last,
}

/// A table whose keys each stand once.
#[derive(Clone)]
pub struct Unique {
    /// The rows that stayed, in their order.
    pub table: Table,
    /// The rows that went, each with the one that stayed for it (as `first`).
    pub dropped: Vec<Duplicate>,
}

impl Table {
    /// One row for each key. A row whose key is wholly or partly blank stays: it repeats nothing.
    pub fn unique(&self, keys: &[&str], keep: Keep) -> Result<Unique, VerbError> {
        let (codes, count) = self.key_codes(keys)?;
        let mut stays = vec![NONE; count];
        for (row, &code) in codes.iter().enumerate() {
            if code != NONE && (keep == Keep::Last || stays[code as usize] == NONE) {
                stays[code as usize] = row as u32;
            }
        }
        let (mut kept, mut dropped) = (Vec::with_capacity(count), Vec::new());
        for (row, &code) in codes.iter().enumerate() {
            let row = row as u32;
            if code == NONE || stays[code as usize] == row {
                kept.push(row);
            } else {
                dropped.push(Duplicate { row, first: stays[code as usize] });
            }
        }
        let table = if dropped.is_empty() { self.clone() } else { self.take(&kept) };
        Ok(Unique { table, dropped })
    }

    /// The rows whose key stands more than once, the first of them too.
    pub fn duplicates(&self, keys: &[&str]) -> Result<Table, VerbError> {
        let (codes, count) = self.key_codes(keys)?;
        let mut times = vec![0u32; count];
        codes.iter().filter(|code| **code != NONE).for_each(|code| times[*code as usize] += 1);
        let rows: Vec<u32> = (0..self.len() as u32)
            .filter(|row| codes[*row as usize] != NONE && times[codes[*row as usize] as usize] > 1)
            .collect();
        Ok(self.take(&rows))
    }

    /// The rows that repeat the key of an earlier row.
    pub fn repeats(&self, keys: &[&str]) -> Result<Vec<Duplicate>, VerbError> {
        let (codes, count) = self.key_codes(keys)?;
        Ok(firsts(&codes, count).1)
    }

    /// The different values of a column in order of first appearance, without blanks.
    pub fn distinct(&self, column: &str) -> Result<Vec<Value>, VerbError> {
        let at = self.find(column)?;
        let (codes, count) = self.key_codes(&[column])?;
        let (first, _) = firsts(&codes, count);
        Ok(first.into_iter().map(|row| self.value(row as usize, at)).collect())
    }

    /// The key number of each row, and how many keys there are.
    pub(super) fn key_codes(&self, keys: &[&str]) -> Result<(Vec<u32>, usize), VerbError> {
        if keys.is_empty() {
            return Err(VerbError::Nothing);
        }
        let at = self.find_all(keys)?;
        let columns: Vec<&Column> = at.iter().map(|&at| &*self.columns[at]).collect();
        let mut known = Keys::new(&self.shelf.texts, &vec![false; columns.len()], false);
        let codes = known.learn(&columns);
        Ok((codes, known.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{sample, shown};
    use super::*;

    #[test]
    fn a_resent_day_replaces_the_first() -> Result<(), VerbError> {
        let table = sample(
            &["所", "日", "数"],
            &[&["津", "1", "5"], &["津", "2", "6"], &["津", "1", "7"], &["", "1", "8"], &["", "1", "9"]],
        );
        let last = table.unique(&["所", "日"], Keep::Last)?;
        assert_eq!(shown(&last.table), ["津 2 6", "津 1 7", " 1 8", " 1 9"]);
        assert_eq!(last.dropped, [Duplicate { row: 0, first: 2 }]);
        let first = table.unique(&["所", "日"], Keep::First)?;
        assert_eq!(shown(&first.table), ["津 1 5", "津 2 6", " 1 8", " 1 9"]);
        assert_eq!(first.dropped, [Duplicate { row: 2, first: 0 }]);
        assert_eq!(shown(&table.duplicates(&["所", "日"])?), ["津 1 5", "津 1 7"]);
        assert_eq!(first.table.repeats(&["所", "日"])?, []);
        Ok(())
    }

    #[test]
    fn values_are_listed_once() -> Result<(), VerbError> {
        let table = sample(&["所"], &[&["津"], &[""], &["桑名"], &["津"]]);
        let shown: Vec<String> = table.distinct("所")?.iter().map(|value| value.show(&table.shelf().texts)).collect();
        assert_eq!(shown, ["津", "桑名"]);
        Ok(())
    }
}
