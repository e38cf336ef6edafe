//! Carries an edit out.

use std::rc::Rc;

use super::around::Surroundings;
use super::cell::Rules;
use super::formula::{Moves, Scope};
use super::row::RowMaker;
use super::scan::{FormulaKind, Formulas};
use super::sheet::SheetState;
use super::stale::{self, Stale};
use super::stream::rewrite;
use super::style::Styles;
use super::value::Content;
use super::verify::Meant;
use super::work::Work;
use super::{EditError, Edited, Editor, calc};

/// An edit under way.
pub(crate) struct Finish<'p> {
    work: Work<'p>,
    sheets: Vec<SheetState>,
    /// The formulas of each sheet, if any content changes.
    formulas: Vec<Option<Formulas>>,
    stale: Vec<Stale>,
}

impl<'p> Finish<'p> {
    /// Looks at everything that decides what changes.
    pub(crate) fn new(editor: Editor<'p>) -> Result<Finish<'p>, EditError> {
        let work = Work::new(editor.package);
        let mut finish = Finish { work, sheets: editor.sheets, formulas: Vec::new(), stale: Vec::new() };
        finish.read_formulas()?;
        finish.find_stale()?;
        Ok(finish)
    }

    /// Does it.
    pub(crate) fn run(mut self) -> Result<Edited, EditError> {
        let mut styles = Styles::read(&self.work)?;
        let mut unchained = false;
        for at in 0..self.sheets.len() {
            unchained |= self.sheet(at, &mut styles)?;
        }
        styles.finish(&mut self.work)?;
        let stale: u64 = self.stale.iter().map(|stale| stale.cells.len() as u64).sum();
        if stale > 0 || unchained {
            calc::calculate_on_opening(&mut self.work)?;
        }
        if unchained {
            calc::drop_chain(&mut self.work)?;
        }
        let package = self.work.package;
        let meant = self.meant();
        let (bytes, changed_parts) = self.work.finish()?;
        let signature_broken = package.signed() && !changed_parts.is_empty();
        Ok(Edited { bytes, changed_parts, signature_broken, stale, meant })
    }

    fn meant(&mut self) -> Vec<Meant> {
        let stale = std::mem::take(&mut self.stale);
        let sheets = std::mem::take(&mut self.sheets).into_iter().zip(stale).filter(|(state, _)| state.cells);
        let meant = |(state, stale): (SheetState, Stale)| Meant {
            from: Some(state.name.clone()),
            name: state.name,
            edits: state.edits,
            moves: Vec::new(),
            stale: Rc::new(stale),
        };
        sheets.map(meant).collect()
    }

    fn read_formulas(&mut self) -> Result<(), EditError> {
        let any = self.sheets.iter().any(|state| state.set_cells().next().is_some());
        for state in &self.sheets {
            let read = any && state.cells;
            self.formulas.push(read.then(|| Formulas::read(self.work.package, &state.part)).transpose()?);
        }
        Ok(())
    }

    fn find_stale(&mut self) -> Result<(), EditError> {
        let set: Vec<_> =
            self.sheets.iter().enumerate().flat_map(|(nth, state)| state.set_cells().map(move |at| (nth, at))).collect();
        let formulas = self.formulas.iter().flatten().any(|formulas| !formulas.cells.is_empty());
        if set.is_empty() || !formulas {
            self.stale = self.sheets.iter().map(|_| Stale::default()).collect();
            return Ok(());
        }
        let known = calc::known(&self.work)?;
        self.stale = stale::find(&self.formulas, &known, &set);
        // What is replaced has no saved result to lose.
        for (stale, state) in self.stale.iter_mut().zip(&self.sheets) {
            stale.cells.retain(|at| {
                state.edits.get(&at.row).and_then(|row| row.get(&at.column)).is_none_or(|edit| edit.content.is_none())
            });
        }
        Ok(())
    }

    /// Rewrites one sheet if anything in it changes. Answers whether formulas came or went.
    fn sheet(&mut self, at: usize, styles: &mut Styles) -> Result<bool, EditError> {
        let (state, stale) = (&self.sheets[at], &self.stale[at]);
        if state.is_untouched() && stale.is_empty() {
            return Ok(false);
        }
        let none = Formulas::default();
        let formulas = self.formulas[at].as_ref().unwrap_or(&none);
        let unshared = self.check(state, formulas)?;
        let sheet = |_: &Scope, _: usize| None;
        let rules = Rules { moves: Moves { all: &[], sheet: &sheet }, sheet: at, own: &[], unshared: &unshared, renamed: None };
        let date1904 = self.work.package.date1904;
        let mut rows = RowMaker::new(&state.name, &state.edits, &state.heights, styles, formulas, stale, &[], rules, date1904);
        let packed = rewrite(self.work.package, &state.part, &mut rows, &mut Surroundings { state })?;
        let new = state.edits.values().flat_map(|row| row.values()).any(|edit| matches!(edit.content, Some(Content::Formula(_))));
        let replaced = state.set_cells().any(|at| formulas.at(at).is_some());
        let part = state.part.clone();
        self.work.put_packed(&part, packed);
        Ok(new || replaced)
    }

    /// Refuses to change a part of a formula that fills a range; answers the shared formulas whose first cell is replaced.
    fn check(&self, state: &SheetState, formulas: &Formulas) -> Result<Vec<u32>, EditError> {
        let mut unshared = Vec::new();
        for cell in &formulas.cells {
            match cell.kind {
                FormulaKind::Array(area) | FormulaKind::Table(area) if area.first != area.last => {
                    let rows = state.edits.range(area.first.row..=area.last.row);
                    let mut cells = rows.flat_map(|(row, cells)| {
                        let set = cells.range(area.first.column..=area.last.column).filter(|(_, edit)| edit.content.is_some());
                        set.map(|(column, _)| crate::Address::new(*row, *column))
                    });
                    if let Some(cell) = cells.next() {
                        return Err(EditError::InsideArray { sheet: state.name.clone(), cell, area });
                    }
                }
                FormulaKind::Shared(number) if !formulas.text(cell).is_empty() => {
                    let edit = state.edits.get(&cell.at.row).and_then(|row| row.get(&cell.at.column));
                    if edit.is_some_and(|edit| edit.content.is_some()) {
                        unshared.push(number);
                    }
                }
                _ => {}
            }
        }
        Ok(unshared)
    }
}
