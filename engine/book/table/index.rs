//! Finding the row of a key.

use rustc_hash::FxHashMap;

use super::{Table, VerbError};
use crate::{TextId, Texts, Value};

/// The rows of a table by their key, for looking up one after another.
pub struct Index {
    table: Table,
    /// The first row of each value, by the match key of what is shown.
    rows: FxHashMap<TextId, u32>,
}

impl Table {
    /// An index of the values of a column. Where a value stands several times, its first row is found.
    /// Values are compared as they are shown, so that 24 finds "２４".
    pub fn index(&self, column: &str) -> Result<Index, VerbError> {
        let at = self.find(column)?;
        let texts = &self.shelf.texts;
        let mut rows = FxHashMap::default();
        for row in 0..self.len() {
            let value = self.value(row, at);
            if !value.is_blank(texts) {
                rows.entry(key_of(value, texts)).or_insert(row as u32);
            }
        }
        Ok(Index { table: self.clone(), rows })
    }
}

fn key_of(value: Value, texts: &Texts) -> TextId {
    match value {
        Value::Text(id) => texts.key(id),
        value => texts.key(texts.intern(&value.show(texts))),
    }
}

impl Index {
    /// The row of a value; none for blank.
    pub fn find(&self, value: Value) -> Option<usize> {
        let texts = &self.table.shelf.texts;
        if value.is_blank(texts) {
            return None;
        }
        self.rows.get(&key_of(value, texts)).map(|row| *row as usize)
    }

    /// The table that was indexed.
    pub fn table(&self) -> &Table {
        &self.table
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn a_value_is_found_in_any_spelling() -> Result<(), VerbError> {
        let table = sample(&["番号"], &[&["７"], &["A1"], &["a"], &["A1"], &[""]]);
        let index = table.index("番号")?;
        assert_eq!(index.find(Value::Integer(7)), Some(0));
        assert_eq!(index.find(Value::Text(table.shelf().texts.intern("Ａ１"))), Some(1));
        assert_eq!((index.find(Value::Blank), index.find(Value::Integer(8))), (None, None));
        Ok(())
    }
}
