//! Long tables made wide, and wide ones long.

use std::rc::Rc;

use super::{Aggregate, Column, Data, Excess, Origin, Table, VerbError, aggregate::packed_as, keys::NONE, sort::Ranks};
use crate::{MAX_COLUMNS, TextId, Value};

/// A wide table of more cells, or a long one of more rows, is a mistake in the script or a trap in the file.
const MOST_CELLS: usize = 20_000_000;

impl Table {
    /// One row for each key of `rows`, one column for each value of `across`, and the aggregate where they cross.
    /// Dates and numbers stand across in their order, texts in order of first appearance; rows whose `across` is blank
    /// stand under 空欄. Where nothing crosses it is blank.
    pub fn pivot(&self, rows: &[&str], across: &str, aggregate: &Aggregate) -> Result<Table, VerbError> {
        let (row_at, across_at) = (self.find_all(rows)?, self.find(across)?);
        let of = aggregate.column.as_deref().map(|name| self.find(name)).transpose()?;
        let (down, over) = (self.groups(&row_at), self.groups(&[across_at]));
        if over.first.len() as u64 + rows.len() as u64 > u64::from(MAX_COLUMNS) {
            return Err(VerbError::TooLarge { what: Excess::Columns });
        }
        if over.first.len().saturating_mul(down.first.len()) > MOST_CELLS {
            return Err(VerbError::TooLarge { what: Excess::Rows });
        }
        let mut both = self.groups(&[&row_at[..], &[across_at]].concat());
        if row_at.is_empty() {
            both = self.groups(&[across_at]);
        }
        let crossed = self.aggregated(aggregate.kind, of, &both.of_row, both.first.len())?;
        let mut cells = vec![vec![NONE; down.first.len()]; over.first.len()];
        for (group, &row) in both.first.iter().enumerate() {
            cells[over.of_row[row as usize] as usize][down.of_row[row as usize] as usize] = group as u32;
        }
        let mut columns: Vec<Rc<Column>> = row_at.iter().map(|&at| Rc::new(self.columns[at].gather(&down.first))).collect();
        for group in self.order_across(across_at, &over.first) {
            let value = self.value(over.first[group as usize] as usize, across_at);
            let shown = if value.is_blank(&self.shelf.texts) { "空欄".to_owned() } else { value.show(&self.shelf.texts) };
            let name = Table::free_name(&columns, &shown);
            columns.push(Rc::new(Column::new(&name, crossed.gather_or_blank(&cells[group as usize]))));
        }
        Ok(Table::new(&self.shelf, columns, Rc::new(vec![Origin::COMPUTED; down.first.len()])))
    }

    /// The columns other than `keep` one below another: for each row and each of them a row with the column's name
    /// under `name` and its value under `value`. Blanks stay: what has not come is not left out.
    pub fn unpivot(&self, keep: &[&str], name: &str, value: &str) -> Result<Table, VerbError> {
        let kept = self.find_all(keep)?;
        let turned: Vec<&Rc<Column>> =
            self.columns.iter().enumerate().filter(|(at, _)| !kept.contains(at)).map(|(_, column)| column).collect();
        let total = self.len().checked_mul(turned.len()).filter(|total| *total <= MOST_CELLS);
        let total = total.ok_or(VerbError::TooLarge { what: Excess::Rows })?;
        for new in [name, value] {
            if kept.iter().any(|&at| &*self.columns[at].name == new) || name == value {
                return Err(VerbError::NameTaken { name: new.to_owned() });
            }
        }
        let mut columns: Vec<Rc<Column>> = kept.iter().map(|&at| Rc::new(self.columns[at].each_repeated(turned.len()))).collect();
        let names: Vec<_> = turned.iter().map(|column| self.shelf.texts.intern(&column.name)).collect();
        let labels = names.iter().copied().cycle().take(total).collect();
        columns.push(Rc::new(Column::new(name, Data::Text(labels))));
        columns.push(Rc::new(Column::new(value, stacked(&turned, self.len()))));
        Ok(Table::new(&self.shelf, columns, Rc::new(each_repeated(&self.origins, turned.len()))))
    }

    fn order_across(&self, across: usize, first: &[u32]) -> Vec<u32> {
        let mut order: Vec<u32> = (0..first.len() as u32).collect();
        let column = self.columns[across].gather(first);
        if !matches!(column.data, Data::Text(_)) {
            let ranks = Ranks::of(&column, &self.shelf.texts, false);
            order.sort_by_key(|&group| ranks.of_row[group as usize]);
        }
        order
    }
}

impl Column {
    /// The same column with each value so many times, one after another.
    fn each_repeated(&self, times: usize) -> Column {
        let data = match &self.data {
            Data::Text(v) => Data::Text(each_repeated(v, times)),
            Data::Integer(v) => Data::Integer(each_repeated(v, times)),
            Data::Decimal(v) => Data::Decimal(each_repeated(v, times)),
            Data::Date(v) => Data::Date(each_repeated(v, times)),
            Data::Any(v) => Data::Any(each_repeated(v, times)),
        };
        Column { name: Rc::clone(&self.name), format: self.format.clone(), data }
    }
}

fn each_repeated<T: Copy>(values: &[T], times: usize) -> Vec<T> {
    let mut repeated = Vec::with_capacity(values.len() * times);
    values.iter().for_each(|value| repeated.extend(std::iter::repeat_n(*value, times)));
    repeated
}

/// The values of columns, row by row.
fn stacked(columns: &[&Rc<Column>], rows: usize) -> Data {
    // The many columns of an answer sheet or a calendar are mostly all text: no need to look at each value's type.
    let texts: Vec<&Vec<TextId>> =
        columns.iter().map_while(|column| if let Data::Text(ids) = &column.data { Some(ids) } else { None }).collect();
    if texts.len() == columns.len() {
        let mut stacked = Vec::with_capacity(rows * texts.len());
        (0..rows).for_each(|row| stacked.extend(texts.iter().map(|ids| ids[row])));
        return Data::Text(stacked);
    }
    let values: Vec<Value> = (0..rows).flat_map(|row| columns.iter().map(move |column| column.get(row))).collect();
    columns.first().map_or(Data::Text(Vec::new()), |like| packed_as(values, like))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{AggregateKind, sample, shown};
    use super::*;

    fn sum(column: &str) -> Aggregate {
        Aggregate { kind: AggregateKind::Sum, column: Some(column.to_owned()), name: String::new() }
    }

    #[test]
    fn long_becomes_wide() -> Result<(), VerbError> {
        let long = sample(&["所", "月", "数"], &[&["津", "5", "1"], &["津", "4", "2"], &["桑名", "5", "3"], &["津", "5", "4"]]);
        let wide = long.pivot(&["所"], "月", &sum("数"))?;
        let names: Vec<&str> = wide.columns().iter().map(|column| &*column.name).collect();
        assert_eq!(names, ["所", "4", "5"]);
        assert_eq!(shown(&wide), ["津 2 5", "桑名  3"]);
        Ok(())
    }

    #[test]
    fn wide_becomes_long_and_blanks_stay() -> Result<(), VerbError> {
        let wide = sample(&["所", "4月", "5月"], &[&["津", "1", "2"], &["桑名", "", "3"]]);
        let long = wide.unpivot(&["所"], "月", "数")?;
        assert_eq!(shown(&long), ["津 4月 1", "津 5月 2", "桑名 4月 ", "桑名 5月 3"]);
        assert_eq!(long.origins()[3].row, 1);
        assert!(matches!(wide.unpivot(&["所"], "所", "数"), Err(VerbError::NameTaken { .. })));
        Ok(())
    }

    proptest! {
        #[test]
        fn there_and_back_is_the_same(cells in prop::collection::vec((0i64..100, 0i64..100), 1..20)) {
            let rows: Vec<[String; 3]> =
                cells.iter().enumerate().map(|(n, (a, b))| [format!("第{n}"), a.to_string(), b.to_string()]).collect();
            let rows: Vec<Vec<&str>> = rows.iter().map(|row| row.iter().map(|cell| &**cell).collect()).collect();
            let rows: Vec<&[&str]> = rows.iter().map(|row| &row[..]).collect();
            let wide = sample(&["所", "x", "y"], &rows);
            let back = wide.unpivot(&["所"], "項目", "値").and_then(|long| long.pivot(&["所"], "項目", &sum("値")));
            prop_assert_eq!(shown(&back.expect("columns exist")), shown(&wide));
        }
    }
}
