//! One cell of the file after an edit.

use super::formula::{Growth, Moves, area_moved, translated};
use super::fresh::Results;
use super::row::Image;
use super::scan::{FormulaKind, Formulas};
use super::style::{StyleChange, Styles};
use super::value::{Content, Frame, NewValue, Written, result_xml};
use super::{EditError, refs};
use crate::gate::broken;
use crate::package::{Element, Node, Tree};
use crate::write::begins_like_formula;
use crate::{Address, Area};

/// What is done to a cell.
#[derive(Clone, Default, Debug)]
pub(crate) struct CellEdit {
    pub(crate) content: Option<Content>,
    pub(crate) style: StyleChange,
}

impl CellEdit {
    /// The style that a cell gets which had that one.
    pub(crate) fn styled(&self, old: u32, styles: &mut Styles) -> Result<u32, EditError> {
        let mut change = self.style.clone();
        if let Some(Content::Value(value)) = &self.content {
            if change.number_format.is_none() && !styles.shows_time(old) {
                change.number_format = value.format().map(str::to_owned);
            }
            change.quoted |= matches!(value, NewValue::Text(text) if begins_like_formula(text));
        }
        styles.changed(old, &change)
    }
}

/// How the formulas of a sheet change.
pub(crate) struct Rules<'a> {
    /// Rows that came and went, on any sheet.
    pub(crate) moves: Moves<'a>,
    /// Whether a formula of the sheet's cells names rows that moved.
    pub(crate) cells_move: bool,
    /// The moves of its own rows.
    pub(crate) own: &'a [(usize, super::formula::Move)],
    /// Numbers of shared formulas whose first cell gets something else.
    pub(crate) unshared: &'a [u32],
    /// Another name for this sheet and for tables in its formulas, in a copy.
    pub(crate) renamed: Option<&'a refs::Renames>,
}

impl Rules<'_> {
    /// Whether formulas may have to change everywhere.
    pub(crate) fn moves_formulas(&self) -> bool {
        self.cells_move || self.renamed.is_some()
    }

    /// Whether a row has a formula that can no longer be shared.
    pub(crate) fn unshared(&self, formulas: &Formulas, row: u32) -> bool {
        if self.unshared.is_empty() {
            return false;
        }
        let from = formulas.cells.partition_point(|cell| cell.at.row < row);
        let cells = formulas.cells[from..].iter().take_while(|cell| cell.at.row == row);
        cells.into_iter().any(|cell| matches!(cell.kind, FormulaKind::Shared(number) if self.unshared.contains(&number)))
    }

    /// A formula of the file as it reads after everything; none if it stays.
    pub(crate) fn formula(&self, formula: &str, image: &Image) -> Option<String> {
        self.after(formula, 0, image.old, &image.copies)
    }

    /// A formula that somebody put into a cell, as it reads after everything.
    pub(crate) fn written(&self, formula: &Written) -> String {
        self.after(&formula.text, formula.since, formula.row, &formula.copies).unwrap_or_else(|| formula.text.clone())
    }

    fn after(&self, formula: &str, mut from: usize, mut row: u32, copies: &[(usize, i64)]) -> Option<String> {
        let mut text: Option<String> = None;
        for &(nth, by) in copies {
            let now = text.as_deref().unwrap_or(formula);
            let moved = self.moves.formula(now, from..nth, Some(row));
            let now = moved.unwrap_or_else(|| now.to_owned());
            text = Some(translated(&now, by, 0));
            let own = self.own.iter().filter(|(at, _)| (from..nth).contains(at));
            row = own.fold(row, |row, (_, step)| step.row(row).unwrap_or(row)).saturating_add(by as u32);
            // The copy itself does not move by the step that made it.
            from = nth + 1;
        }
        let now = text.as_deref().unwrap_or(formula);
        let moved = self.moves.formula(now, from..self.moves.all.len(), Some(row));
        let text = moved.or(text);
        match self.renamed {
            Some(renames) => renames.formula(text.as_deref().unwrap_or(formula)).or(text),
            None => text,
        }
    }
}

/// Rewrites cells.
pub(crate) struct CellMaker<'m, 'a> {
    pub(crate) prefix: &'m str,
    pub(crate) styles: &'m mut Styles,
    pub(crate) formulas: &'m Formulas,
    pub(crate) rules: &'m Rules<'a>,
    pub(crate) results: &'m Results,
    pub(crate) date1904: bool,
    pub(crate) sheet: &'m str,
}

impl CellMaker<'_, '_> {
    /// Appends the cell as it comes out.
    pub(crate) fn make(
        &mut self,
        raw: &[u8],
        old: Address,
        image: &Image,
        edit: Option<&CellEdit>,
        drop_value: bool,
        out: &mut Vec<u8>,
    ) -> Result<(), EditError> {
        let mut tree = Tree::read(raw, self.sheet)?;
        let cell = tree.root_mut().ok_or_else(|| broken(format!("{} {old}", self.sheet)))?;
        let new = Address::new(image.row, old.column);
        let style = cell.number("s").and_then(|style| u32::try_from(style).ok()).unwrap_or(0);
        if let Some(edit) = edit {
            let changed = edit.styled(style, self.styles)?;
            if let Some(content) = &edit.content {
                let result = self.results.get(&new);
                let frame = Frame { prefix: self.prefix, at: new, style: changed, date1904: self.date1904, result };
                content.write(&frame, &|formula| self.rules.written(formula), out);
                return Ok(());
            }
            if changed != style {
                cell.set("s", &changed.to_string());
            }
        }
        if new.row != old.row && cell.get("r").is_some() {
            cell.set("r", &new.to_string());
        }
        self.formula(cell, old, image)?;
        if drop_value {
            cell.children.retain(|child| !child.element().is_some_and(|child| child.is("v") || child.is("is")));
            cell.unset("t");
            self.result(cell, new);
        }
        cell.write(out);
        Ok(())
    }

    /// Puts the result behind its formula, if it is known.
    fn result(&self, cell: &mut Element<'_>, at: Address) {
        let Some((kind, text)) = self.results.get(&at).and_then(result_xml) else { return };
        let Some(formula) = cell.children.iter().position(|child| child.element().is_some_and(|child| child.is("f"))) else {
            return;
        };
        let p = self.prefix;
        let value = Node::of(&format!("<{p}v>{text}</{p}v>"));
        cell.children.splice(formula + 1..formula + 1, value);
        if !kind.is_empty() {
            cell.set("t", kind);
        }
    }

    fn formula(&self, cell: &mut Element<'_>, old: Address, image: &Image) -> Result<(), EditError> {
        let Some(formula) = cell.child_mut("f") else { return Ok(()) };
        let kind = formula.get("t").unwrap_or_default();
        let number = formula.number("si").and_then(|number| u32::try_from(number).ok()).filter(|_| kind == "shared");
        if let Some(number) = number {
            if !self.rules.moves_formulas() && !self.rules.unshared.contains(&number) {
                return Ok(());
            }
            let lost = || EditError::SharedFormula { sheet: self.sheet.to_owned(), cell: old };
            let master = self.formulas.master(number).ok_or_else(lost)?;
            let by = |a: u32, b: u32| i64::from(a) - i64::from(b);
            let text = self.formulas.text(master);
            let text = translated(text, by(old.row, master.at.row), by(old.column, master.at.column));
            for name in ["t", "si", "ref"] {
                formula.unset(name);
            }
            formula.set_text(&self.rules.formula(&text, image).unwrap_or(text));
            return Ok(());
        }
        let text = formula.text();
        if self.rules.moves_formulas()
            && let Some(text) = self.rules.formula(&text, image)
        {
            formula.set_text(&text);
        }
        self.ranges(formula, image);
        Ok(())
    }

    /// The range of an array or of a what-if table, and the cells that such a table takes its values from.
    fn ranges(&self, formula: &mut Element<'_>, image: &Image) {
        if self.rules.own.is_empty() {
            return;
        }
        let steps: Vec<_> = self.rules.own.iter().map(|(_, step)| *step).collect();
        for name in ["ref", "r1", "r2"] {
            let Some(area) = formula.get(name).and_then(|text| text.parse::<Area>().ok()) else { continue };
            let moved = match image.copies.is_empty() {
                true => area_moved(area, &steps, Growth::Stays),
                false => Some(shifted(area, i64::from(image.row) - i64::from(image.old))),
            };
            if let Some(moved) = moved {
                let text = if name == "ref" && area.first != area.last { moved.to_string() } else { moved.first.to_string() };
                formula.set(name, &text);
            }
        }
    }
}

fn shifted(area: Area, by: i64) -> Area {
    let row = |row: u32| (i64::from(row) + by).max(0) as u32;
    Area { first: Address::new(row(area.first.row), area.first.column), last: Address::new(row(area.last.row), area.last.column) }
}
