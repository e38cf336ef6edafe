//! Tables one below another.

use std::rc::Rc;

use super::{Column, Data, Excess, Table, VerbError};
use crate::{Shelf, Value};

impl Table {
    /// The tables one below another. Columns are matched by their label keys and stand in order of first appearance;
    /// where a table lacks one, its rows are blank there. All tables belong to the same shelf.
    pub fn concat(shelf: &Rc<Shelf>, tables: &[Table]) -> Result<Table, VerbError> {
        if let [only] = tables {
            return Ok(only.clone());
        }
        let rows: usize = tables.iter().map(Table::len).sum();
        if u32::try_from(rows).is_err() {
            return Err(VerbError::TooLarge { what: Excess::Rows });
        }
        let names = all_names(tables);
        let columns = names.iter().map(|(key, like)| {
            let parts = tables.iter().map(|table| {
                let found = table.columns.iter().find(|column| japan::label_key(&column.name) == *key);
                (table.len(), found.map(|column| &column.data))
            });
            let parts: Vec<_> = parts.collect();
            Rc::new(Column { name: Rc::clone(&like.name), format: like.format.clone(), data: joined(&parts, rows) })
        });
        let columns = columns.collect();
        let mut origins = Vec::with_capacity(rows);
        tables.iter().for_each(|table| origins.extend_from_slice(&table.origins));
        Ok(Table::new(shelf, columns, Rc::new(origins)))
    }
}

/// The label keys of all tables in order of first appearance, each with the first column of that name.
fn all_names(tables: &[Table]) -> Vec<(String, Rc<Column>)> {
    let mut names: Vec<(String, Rc<Column>)> = Vec::new();
    let mut seen = rustc_hash::FxHashSet::default();
    for column in tables.iter().flat_map(|table| &table.columns) {
        let key = japan::label_key(&column.name);
        if seen.insert(key.clone()) {
            names.push((key, Rc::clone(column)));
        }
    }
    names
}

/// The parts of a column one below another, packed as the first part is where that holds them all.
fn joined(parts: &[(usize, Option<&Data>)], rows: usize) -> Data {
    let like = parts.iter().filter_map(|(_, data)| *data).find(|data| !data.is_empty());
    let mut all = match like.or_else(|| parts.iter().find_map(|(_, data)| *data)) {
        Some(Data::Text(_)) | None => Data::Text(Vec::with_capacity(rows)),
        Some(Data::Integer(_)) => Data::Integer(Vec::with_capacity(rows)),
        Some(Data::Decimal(_)) => Data::Decimal(Vec::with_capacity(rows)),
        Some(Data::Date(_)) => Data::Date(Vec::with_capacity(rows)),
        Some(Data::Any(_)) => Data::Any(Vec::with_capacity(rows)),
    };
    for (length, data) in parts {
        match (&mut all, data) {
            (_, None) => (0..*length).for_each(|_| all.push(Value::Blank)),
            (Data::Text(all), Some(Data::Text(part))) => all.extend_from_slice(part),
            (Data::Integer(all), Some(Data::Integer(part))) => all.extend_from_slice(part),
            (Data::Decimal(all), Some(Data::Decimal(part))) => all.extend_from_slice(part),
            (Data::Date(all), Some(Data::Date(part))) => all.extend_from_slice(part),
            (all, Some(part)) => (0..*length).for_each(|row| all.push(part.get(row))),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::super::{sample_on, shown};
    use super::*;

    #[test]
    fn columns_are_matched_by_label_and_gaps_are_blank() -> Result<(), VerbError> {
        let shelf = Shelf::new();
        let april = sample_on(&shelf, &["日付", "検査 数※"], &[&["4/1", "1"]]);
        let may = sample_on(&shelf, &["検査数", "備考", "日付"], &[&["2.5", "休", "5/1"], &["", "", "5/2"]]);
        let both = Table::concat(&shelf, &[april, may])?;
        let names: Vec<&str> = both.columns().iter().map(|column| &*column.name).collect();
        assert_eq!(names, ["日付", "検査 数※", "備考"]);
        assert_eq!(shown(&both), ["4/1 1 ", "5/1 2.5 休", "5/2  "]);
        Ok(())
    }

    #[test]
    fn no_table_makes_an_empty_one() -> Result<(), VerbError> {
        assert!(Table::concat(&Shelf::new(), &[])?.is_empty());
        Ok(())
    }
}
