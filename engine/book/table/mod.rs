//! A table: columns of one type each, and rows that know where they were read.

mod column;
mod spec;

mod aggregate;
mod cells;
mod choose;
mod concat;
mod convert;
mod group;
mod header;
mod index;
mod join;
mod keys;
mod lag;
mod near;
mod pivot;
mod rank;
mod read;
mod report;
mod rows;
mod shape;
mod sort;
mod totals;
mod trouble;
mod unique;
mod unit;
mod window;

use std::rc::Rc;

pub use aggregate::{Aggregate, AggregateKind};
pub use cells::{beside, cell};
pub use choose::{has_header, read_table};
pub use column::{Column, Data};
pub use index::Index;
pub use join::{Duplicate, JoinKind, Joined};
pub use near::nearest;
pub use read::{Exclusion, Reading};
pub use sort::SortKey;
pub use spec::{ColumnSpec, Kind, Misfit, TableSpec, TotalRows};
pub use trouble::{Excess, VerbError};
pub use unique::{Keep, Unique};

use crate::{Place, Shelf, SourceId, Value};

/// Where a row was read: the source on the shelf, and its zero-based row there.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Origin {
    /// The source; [`Origin::COMPUTED`]'s for a row that no file holds.
    pub source: SourceId,
    /// Zero-based row of the sheet (line of a CSV).
    pub row: u32,
}

impl Origin {
    /// A row that was computed (grouped, pivoted), not read.
    pub const COMPUTED: Origin = Origin { source: SourceId::MAX, row: 0 };
}

/// Columns of equal length. A table is a value: each verb makes a new one and shares the columns it leaves alone.
#[derive(Clone)]
pub struct Table {
    shelf: Rc<Shelf>,
    columns: Vec<Rc<Column>>,
    origins: Rc<Vec<Origin>>,
}

impl Table {
    /// A table of these columns; all as long as `origins`.
    pub fn new(shelf: &Rc<Shelf>, columns: Vec<Rc<Column>>, origins: Rc<Vec<Origin>>) -> Table {
        debug_assert!(columns.iter().all(|column| column.len() == origins.len()));
        Table { shelf: Rc::clone(shelf), columns, origins }
    }

    /// The shelf whose texts the table uses.
    pub fn shelf(&self) -> &Rc<Shelf> {
        &self.shelf
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.origins.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.origins.is_empty()
    }

    /// The columns, in order.
    pub fn columns(&self) -> &[Rc<Column>] {
        &self.columns
    }

    /// The position of a column: by its exact name, else by its label key (widths, spaces and ※ ignored).
    pub fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| &*column.name == name).or_else(|| {
            let key = japan::label_key(name);
            self.columns.iter().position(|column| japan::label_key(&column.name) == key)
        })
    }

    /// The value at a row and column position. Both must exist.
    pub fn value(&self, row: usize, column: usize) -> Value {
        self.columns[column].get(row)
    }

    /// Where each row was read.
    pub fn origins(&self) -> &Rc<Vec<Origin>> {
        &self.origins
    }

    /// The place of a value, for a finding.
    pub fn place(&self, row: usize, column: Option<&str>) -> Place {
        self.shelf.place(self.origins[row], column)
    }
}

/// A table of these cells: whole numbers, decimals, `""` for blank, and texts.
#[cfg(test)]
fn sample(names: &[&str], rows: &[&[&str]]) -> Table {
    sample_on(&Shelf::new(), names, rows)
}

#[cfg(test)]
fn sample_on(shelf: &Rc<Shelf>, names: &[&str], rows: &[&[&str]]) -> Table {
    let value = |text: &str| match text {
        "" => Value::Blank,
        text if text.parse::<i64>().is_ok() => Value::Integer(text.parse().unwrap()),
        text if text.parse::<rust_decimal::Decimal>().is_ok() => Value::Decimal(text.parse().unwrap()),
        text => Value::Text(shelf.texts.intern(text)),
    };
    let columns = names.iter().enumerate().map(|(at, name)| {
        let data = Data::of(rows.iter().map(|row| value(row[at])));
        Rc::new(Column::new(name, data))
    });
    let source = shelf.add_source(crate::Source { file: "見本.csv".into(), sheet: None, columns: Vec::new() });
    let origins = (0..rows.len() as u32).map(|row| Origin { source, row }).collect();
    Table::new(shelf, columns.collect(), Rc::new(origins))
}

/// Each row as text, for comparing.
#[cfg(test)]
fn shown(table: &Table) -> Vec<String> {
    let cell = |row, at| table.value(row, at).show(&table.shelf.texts);
    (0..table.len()).map(|row| (0..table.columns.len()).map(|at| cell(row, at)).collect::<Vec<_>>().join(" ")).collect()
}
