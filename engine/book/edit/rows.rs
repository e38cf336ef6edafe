//! Rows that come and go.

use super::formula::Move;
use super::sheet::SheetEditor;
use super::{EditError, RowTrouble};
use crate::MAX_ROWS;

impl SheetEditor<'_> {
    /// Puts empty rows before a zero-based row. Whatever refers to cells further down, on any sheet, goes with them.
    pub fn insert_rows(&mut self, before: u32, count: u32) -> Result<(), EditError> {
        self.step(Move::Insert { at: before, count }, before, count)
    }

    /// Takes rows away. What refers to them becomes `#REF!`, ranges become shorter, as in Excel.
    pub fn delete_rows(&mut self, first: u32, count: u32) -> Result<(), EditError> {
        self.step(Move::Delete { at: first, count }, first, count)
    }

    /// Writes a block of rows again, so many times, right behind itself: values, formulas as seen from their new rows,
    /// looks, heights and merged ranges. Ranges elsewhere that reach to the end of the block take the copies in, so a
    /// sum over the block becomes the sum over all of them.
    pub fn repeat_rows(&mut self, first: u32, last: u32, times: u32) -> Result<(), EditError> {
        let wrong = EditError::Rows { sheet: self.state.name.clone(), why: RowTrouble::Full };
        if first > last || last >= MAX_ROWS {
            return Err(wrong);
        }
        let added = (last - first + 1).checked_mul(times).ok_or(wrong)?;
        self.step(Move::Repeat { first, last, times }, last, added)
    }

    fn step(&mut self, step: Move, at: u32, count: u32) -> Result<(), EditError> {
        if count == 0 {
            return Ok(());
        }
        if at.checked_add(count).is_none_or(|end| end > MAX_ROWS) {
            return Err(EditError::Rows { sheet: self.state.name.clone(), why: RowTrouble::Full });
        }
        self.state.moved(self.moves.len(), step);
        if self.state.edits.last_key_value().is_some_and(|(row, _)| *row >= MAX_ROWS) {
            return Err(EditError::Rows { sheet: self.state.name.clone(), why: RowTrouble::Full });
        }
        self.moves.push((self.state.number(), step));
        Ok(())
    }
}
