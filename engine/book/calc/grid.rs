//! The cells that formulas look at: those of all sheets, as far as they were asked for.

use std::cell::Cell;
use std::collections::BTreeMap;

use super::value::{Answer, Scalar, Stop};
use crate::{Address, Area};

/// Cells on a sheet, which is given by its number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Place {
    pub(crate) sheet: usize,
    pub(crate) area: Area,
}

impl Place {
    pub(super) fn rows(&self) -> u32 {
        self.area.last.row - self.area.first.row + 1
    }

    pub(super) fn columns(&self) -> u32 {
        self.area.last.column - self.area.first.column + 1
    }

    /// The cell so many rows and columns from the first.
    pub(super) fn at(&self, row: u32, column: u32) -> Address {
        Address::new(self.area.first.row.saturating_add(row), self.area.first.column.saturating_add(column))
    }

    pub(super) fn cell(sheet: usize, at: Address) -> Place {
        Place { sheet, area: Area { first: at, last: at } }
    }
}

/// What is known of a cell; `None`: it has a value, and nobody knows which.
type Held = Option<Scalar>;

/// One sheet.
#[derive(Default)]
pub(crate) struct Page {
    /// Cells that hold something by their columns, rows in order.
    columns: BTreeMap<u32, Vec<(u32, Held)>>,
    /// Whether rows are hidden, by hand or by a filter.
    pub(crate) hidden_rows: bool,
    /// Cells whose formulas are subtotals, which other subtotals leave out.
    pub(crate) subtotals: Vec<Address>,
    /// Whether there may be more than was read.
    pub(crate) partly: bool,
}

impl Page {
    /// Puts a value into a cell.
    pub(crate) fn put(&mut self, at: Address, held: Held) {
        let column = self.columns.entry(at.column).or_default();
        match column.last() {
            Some((last, _)) if *last >= at.row => match column.binary_search_by_key(&at.row, |(row, _)| *row) {
                Ok(place) => column[place].1 = held,
                Err(place) => column.insert(place, (at.row, held)),
            },
            _ => column.push((at.row, held)),
        }
    }

    /// Takes a cell away.
    pub(crate) fn clear(&mut self, at: Address) {
        if let Some(column) = self.columns.get_mut(&at.column)
            && let Ok(place) = column.binary_search_by_key(&at.row, |(row, _)| *row)
        {
            column.remove(place);
        }
    }

    fn get(&self, at: Address) -> Option<&Held> {
        let column = self.columns.get(&at.column)?;
        let place = column.binary_search_by_key(&at.row, |(row, _)| *row).ok()?;
        Some(&column[place].1)
    }

    /// The filled cells of an area, column by column.
    fn within(&self, area: &Area) -> impl Iterator<Item = (Address, &Held)> {
        let (first, last) = (area.first.row, area.last.row);
        self.columns.range(area.first.column..=area.last.column).flat_map(move |(&column, rows)| {
            let from = rows.partition_point(|(row, _)| *row < first);
            let cells = rows[from..].iter().take_while(move |(row, _)| *row <= last);
            cells.map(move |(row, held)| (Address::new(*row, column), held))
        })
    }
}

/// All sheets.
pub(crate) struct Grid {
    pub(crate) pages: Vec<Page>,
    /// How many more cells may be looked at before it takes too long.
    left: Cell<u64>,
}

impl Grid {
    pub(crate) fn new(pages: Vec<Page>, most_looks: u64) -> Grid {
        Grid { pages, left: Cell::new(most_looks) }
    }

    /// Counts work; unknown once there was too much of it.
    pub(super) fn spend(&self, work: u64) -> Answer<()> {
        self.left.set(self.left.get().saturating_sub(work));
        if self.left.get() == 0 { Err(Stop::Unknown) } else { Ok(()) }
    }

    fn page(&self, sheet: usize) -> Answer<&Page> {
        self.pages.get(sheet).filter(|page| !page.partly).ok_or(Stop::Unknown)
    }

    /// What a cell holds.
    pub(super) fn value(&self, sheet: usize, at: Address) -> Answer<Scalar> {
        self.spend(1)?;
        match self.page(sheet)?.get(at) {
            None => Ok(Scalar::Blank),
            Some(Some(value)) => Ok(value.clone()),
            Some(None) => Err(Stop::Unknown),
        }
    }

    /// The filled cells of an area in the order of reading.
    pub(super) fn filled(&self, place: &Place) -> Answer<Vec<(Address, &Scalar)>> {
        let mut cells = Vec::new();
        for (at, held) in self.page(place.sheet)?.within(&place.area) {
            self.spend(1)?;
            cells.push((at, held.as_ref().ok_or(Stop::Unknown)?));
        }
        if place.columns() > 1 {
            cells.sort_by_key(|(at, _)| *at);
        }
        Ok(cells)
    }

    /// How many rows and columns of an area lie before its last filled cell.
    pub(super) fn extent(&self, place: &Place) -> Answer<(u32, u32)> {
        let (mut rows, mut columns) = (0, 0);
        for (at, _) in self.page(place.sheet)?.within(&place.area) {
            self.spend(1)?;
            rows = rows.max(at.row - place.area.first.row + 1);
            columns = columns.max(at.column - place.area.first.column + 1);
        }
        Ok((rows, columns))
    }

    /// Whether an area has subtotals of its own.
    pub(super) fn has_subtotals(&self, place: &Place) -> Answer<bool> {
        Ok(self.page(place.sheet)?.subtotals.iter().any(|at| place.area.contains(*at)))
    }

    /// Whether rows of a sheet are hidden.
    pub(super) fn has_hidden_rows(&self, sheet: usize) -> Answer<bool> {
        Ok(self.page(sheet)?.hidden_rows)
    }
}
