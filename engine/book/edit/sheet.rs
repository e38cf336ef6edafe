//! What is wanted of one sheet.

use std::collections::BTreeMap;

use super::EditError;
use super::cell::CellEdit;
use super::style::StyleChange;
use super::value::{Content, NewValue};
use crate::package::Tab;
use crate::write::check_length;
use crate::{Address, MAX_COLUMNS, MAX_ROWS};

/// A sheet while it is edited.
#[derive(Clone)]
pub(crate) struct SheetState {
    pub(crate) name: String,
    /// The part it comes from.
    pub(crate) part: String,
    /// Whether it has cells.
    pub(crate) cells: bool,
    /// What is done to cells, by row and column.
    pub(crate) edits: BTreeMap<u32, BTreeMap<u32, CellEdit>>,
    pub(crate) heights: BTreeMap<u32, f64>,
}

impl SheetState {
    pub(crate) fn of(tab: &Tab) -> SheetState {
        SheetState {
            name: tab.name.clone(),
            part: tab.part.clone(),
            cells: tab.cells,
            edits: BTreeMap::new(),
            heights: BTreeMap::new(),
        }
    }

    /// Whether nothing is wanted.
    pub(crate) fn is_untouched(&self) -> bool {
        self.edits.is_empty() && self.heights.is_empty()
    }

    /// The cells that get other content.
    pub(crate) fn set_cells(&self) -> impl Iterator<Item = Address> {
        self.edits.iter().flat_map(|(row, cells)| {
            let set = cells.iter().filter(|(_, edit)| edit.content.is_some());
            set.map(|(column, _)| Address::new(*row, *column))
        })
    }

    fn edit(&mut self, at: Address) -> Result<&mut CellEdit, EditError> {
        if at.row >= MAX_ROWS || at.column >= MAX_COLUMNS {
            return Err(EditError::Outside { sheet: self.name.clone(), cell: at });
        }
        Ok(self.edits.entry(at.row).or_default().entry(at.column).or_default())
    }
}

/// One sheet of an editor.
pub struct SheetEditor<'e> {
    pub(crate) state: &'e mut SheetState,
}

impl SheetEditor<'_> {
    /// Puts a value into a cell. The cell keeps its look; a day or a time gets a format that shows it if the cell has none.
    pub fn set(&mut self, at: Address, value: impl Into<NewValue>) -> Result<(), EditError> {
        let value = value.into();
        if let NewValue::Text(text) = &value {
            self.check_text(at, text)?;
        }
        // An empty text is no text: the cell is blank for everybody who looks.
        let value = if value == NewValue::Text(String::new()) { NewValue::Blank } else { value };
        self.state.edit(at)?.content = Some(Content::Value(value));
        Ok(())
    }

    /// Puts a formula into a cell, with or without its equals sign, as Excel's files write it (English names, commas).
    pub fn formula(&mut self, at: Address, formula: &str) -> Result<(), EditError> {
        let formula = formula.strip_prefix('=').unwrap_or(formula);
        self.check_text(at, formula)?;
        self.state.edit(at)?.content = Some(Content::Formula(formula.to_owned()));
        Ok(())
    }

    /// Changes the look of a cell.
    pub fn style(&mut self, at: Address, change: StyleChange) -> Result<(), EditError> {
        let edit = self.state.edit(at)?;
        edit.style = std::mem::take(&mut edit.style).with(&change);
        Ok(())
    }

    /// Sets the height of a zero-based row, in points.
    pub fn row_height(&mut self, row: u32, points: f64) -> Result<(), EditError> {
        if row >= MAX_ROWS {
            return Err(EditError::Outside { sheet: self.state.name.clone(), cell: Address::new(row, 0) });
        }
        self.state.heights.insert(row, points.clamp(0.0, 409.5));
        Ok(())
    }

    fn check_text(&self, at: Address, text: &str) -> Result<(), EditError> {
        check_length(text).map_err(|long| EditError::TextTooLong { sheet: self.state.name.clone(), cell: at, units: long.0 })
    }
}
