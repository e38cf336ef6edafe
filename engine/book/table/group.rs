//! Grouping rows by their keys.

use std::rc::Rc;

use super::{Aggregate, Column, Origin, Table, VerbError, keys::Keys};

/// Which group each row belongs to.
pub(super) struct Groups {
    /// The group of each row, numbered in order of first appearance.
    pub of_row: Vec<u32>,
    /// The first row of each group.
    pub first: Vec<u32>,
}

impl Table {
    /// One row for each different key, in order of first appearance, with the aggregates beside it.
    /// Keys are compared by their match keys; the first spelling is the one that stays. Blank is a key of its own.
    pub fn group(&self, keys: &[&str], aggregates: &[Aggregate]) -> Result<Table, VerbError> {
        let at = self.find_all(keys)?;
        let groups = self.groups(&at);
        let mut columns: Vec<Rc<Column>> = at.iter().map(|&at| Rc::new(self.columns[at].gather(&groups.first))).collect();
        for aggregate in aggregates {
            let of = aggregate.column.as_deref().map(|name| self.find(name)).transpose()?;
            let data = self.aggregated(aggregate.kind, of, &groups.of_row, groups.first.len())?;
            let name = Table::free_name(&columns, &aggregate.name);
            columns.push(Rc::new(Column::new(&name, data)));
        }
        let origins = vec![Origin::COMPUTED; groups.first.len()];
        Ok(Table::new(&self.shelf, columns, Rc::new(origins)))
    }

    /// The groups of the rows by these columns; without columns, all rows are one group.
    pub(super) fn groups(&self, columns: &[usize]) -> Groups {
        if columns.is_empty() {
            let first = if self.is_empty() { Vec::new() } else { vec![0] };
            return Groups { of_row: vec![0; self.len()], first };
        }
        let keyed: Vec<&Column> = columns.iter().map(|&at| &*self.columns[at]).collect();
        let of_row = Keys::new(&self.shelf.texts, &vec![false; columns.len()], true).learn(&keyed);
        let mut first = Vec::new();
        for (row, &group) in of_row.iter().enumerate() {
            if group as usize == first.len() {
                first.push(row as u32);
            }
        }
        Groups { of_row, first }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{AggregateKind, Data, sample, shown};
    use super::*;
    use crate::Value;

    fn sum(column: &str) -> Aggregate {
        Aggregate { kind: AggregateKind::Sum, column: Some(column.to_owned()), name: format!("{column}計") }
    }

    #[test]
    fn spellings_of_one_key_are_one_group_and_the_first_stays() -> Result<(), VerbError> {
        let table = sample(&["所", "数"], &[&["ﾂ保健所", "1"], &["桑名", "2"], &["ツ保健所", "3"], &["", "4"]]);
        let count = Aggregate { kind: AggregateKind::Count, column: None, name: "件数".to_owned() };
        let grouped = table.group(&["所"], &[sum("数"), count])?;
        assert_eq!(shown(&grouped), ["ﾂ保健所 4 2", "桑名 2 1", " 4 1"]);
        Ok(())
    }

    #[test]
    fn two_keys_make_pairs() -> Result<(), VerbError> {
        let table = sample(&["所", "週", "数"], &[&["津", "1", "1"], &["津", "2", "2"], &["桑", "1", "3"], &["津", "1", "4"]]);
        assert_eq!(shown(&table.group(&["所", "週"], &[sum("数")])?), ["津 1 5", "津 2 2", "桑 1 3"]);
        Ok(())
    }

    proptest! {
        #[test]
        fn sums_of_groups_make_the_whole(rows in prop::collection::vec((0u8..5, 0u8..4, -100i64..100), 0..60)) {
            let empty = sample(&[], &[]);
            let texts = &empty.shelf().texts;
            let column = |name: &str, data| Rc::new(Column::new(name, data));
            let columns = vec![
                column("a", Data::Text(rows.iter().map(|row| texts.intern(&format!("第{}", row.0))).collect())),
                column("b", Data::Integer(rows.iter().map(|row| i64::from(row.1)).collect())),
                column("数", Data::Integer(rows.iter().map(|row| row.2).collect())),
            ];
            let table = Table::new(empty.shelf(), columns, Rc::new(vec![Origin::COMPUTED; rows.len()]));
            let grouped = table.group(&["a", "b"], &[sum("数")]).expect("columns exist");
            let whole: i64 = rows.iter().map(|row| row.2).sum();
            prop_assert_eq!(grouped.aggregate(AggregateKind::Sum, "数計"), Ok(Value::Integer(whole)));
            let distinct: std::collections::BTreeSet<_> = rows.iter().map(|row| (row.0, row.1)).collect();
            prop_assert_eq!(grouped.len(), distinct.len());
        }
    }
}
