//! Choosing rows and columns: filter, take, with, select, rename, without.

use std::rc::Rc;

use super::{Column, Data, Table, VerbError, near};

impl Table {
    /// The rows for which `keep` says yes, in their order. Ends at the first error of `keep`.
    pub fn filter<E>(&self, mut keep: impl FnMut(usize) -> Result<bool, E>) -> Result<Table, E> {
        let mut rows = Vec::new();
        for row in 0..self.len() {
            if keep(row)? {
                rows.push(row as u32);
            }
        }
        Ok(if rows.len() == self.len() { self.clone() } else { self.take(&rows) })
    }

    /// These rows, in this order; a row may stand several times. Each must exist.
    pub fn take(&self, rows: &[u32]) -> Table {
        let columns = self.columns.iter().map(|column| Rc::new(column.gather(rows))).collect();
        let origins = rows.iter().map(|&row| self.origins[row as usize]).collect();
        Table::new(&self.shelf, columns, Rc::new(origins))
    }

    /// The table with one more column, or with other values in the column of that name.
    pub fn with(&self, name: &str, data: Data) -> Result<Table, VerbError> {
        if data.len() != self.len() {
            return Err(VerbError::Length { column: name.to_owned(), values: data.len(), rows: self.len() });
        }
        let mut columns = self.columns.clone();
        match self.columns.iter().position(|column| &*column.name == name) {
            Some(at) => columns[at] = Rc::new(Column { name: name.into(), format: columns[at].format.clone(), data }),
            None => columns.push(Rc::new(Column::new(name, data))),
        }
        Ok(self.of_columns(columns))
    }

    /// Only these columns, in this order.
    pub fn select(&self, names: &[&str]) -> Result<Table, VerbError> {
        let columns: Result<_, _> = names.iter().map(|name| Ok(Rc::clone(&self.columns[self.find(name)?]))).collect();
        Ok(self.of_columns(columns?))
    }

    /// The table without these columns.
    pub fn without(&self, names: &[&str]) -> Result<Table, VerbError> {
        let gone = self.find_all(names)?;
        let columns = self.columns.iter().enumerate().filter(|(at, _)| !gone.contains(at));
        Ok(self.of_columns(columns.map(|(_, column)| Rc::clone(column)).collect()))
    }

    /// The table with one column under another name.
    pub fn rename(&self, old: &str, new: &str) -> Result<Table, VerbError> {
        let at = self.find(old)?;
        if self.columns.iter().enumerate().any(|(other, column)| other != at && &*column.name == new) {
            return Err(VerbError::NameTaken { name: new.to_owned() });
        }
        self.changed(at, |column| column.name = new.into())
    }

    /// The table with another number format on one column, for writing.
    pub fn with_format(&self, name: &str, format: &str) -> Result<Table, VerbError> {
        let at = self.find(name)?;
        self.changed(at, |column| column.format = Some(format.into()))
    }

    /// The position of a column, or the error that names the nearest one.
    pub fn find(&self, name: &str) -> Result<usize, VerbError> {
        self.position(name).ok_or_else(|| VerbError::NoColumn {
            wanted: name.to_owned(),
            near: near::nearest(name, self.columns.iter().map(|column| &*column.name)).map(str::to_owned),
            have: self.columns.iter().map(|column| column.name.to_string()).collect(),
        })
    }

    pub(super) fn find_all(&self, names: &[&str]) -> Result<Vec<usize>, VerbError> {
        names.iter().map(|name| self.find(name)).collect()
    }

    /// A name that no column has: `name`, or `name` with a number behind it.
    pub(super) fn free_name(columns: &[Rc<Column>], name: &str) -> String {
        let taken = |wanted: &str| columns.iter().any(|column| &*column.name == wanted);
        if !taken(name) {
            return name.to_owned();
        }
        (2..).map(|n| format!("{name}{n}")).find(|wanted| !taken(wanted)).unwrap_or_default()
    }

    pub(super) fn of_columns(&self, columns: Vec<Rc<Column>>) -> Table {
        Table::new(&self.shelf, columns, Rc::clone(&self.origins))
    }

    fn changed(&self, at: usize, change: impl FnOnce(&mut Column)) -> Result<Table, VerbError> {
        let mut columns = self.columns.clone();
        change(Rc::make_mut(&mut columns[at]));
        Ok(self.of_columns(columns))
    }
}

impl Column {
    /// The same column with these rows, in this order. Each must exist.
    pub(super) fn gather(&self, rows: &[u32]) -> Column {
        Column { name: Rc::clone(&self.name), format: self.format.clone(), data: self.data.gather(rows) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::Value;

    #[test]
    fn rows_and_columns_are_chosen() -> Result<(), VerbError> {
        let table = sample(&["所", "数"], &[&["津", "1"], &["桑名", "2"], &["津", "3"]]);
        let odd = table.filter(|row| Ok::<_, VerbError>(table.value(row, 1) != Value::Integer(2)))?;
        assert_eq!(odd.len(), 2);
        assert_eq!(odd.origins()[1].row, 2);
        let named = odd.rename("数", "検査数")?.select(&["検査数"])?;
        assert_eq!(&*named.columns()[0].name, "検査数");
        assert_eq!(table.without(&["所"])?.columns().len(), 1);
        Ok(())
    }

    #[test]
    fn a_wrong_name_is_answered_with_the_nearest() {
        let table = sample(&["検査人数"], &[&["1"]]);
        let Err(VerbError::NoColumn { near, .. }) = table.select(&["検査人教"]) else { panic!("must fail") };
        assert_eq!(near.as_deref(), Some("検査人数"));
        assert!(matches!(table.with("数", Data::Integer(vec![1, 2])), Err(VerbError::Length { .. })));
    }
}
