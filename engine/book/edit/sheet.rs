//! What is wanted of one sheet.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::EditError;
use super::cell::CellEdit;
use super::comment::CommentEdits;
use super::formula::Move;
use super::picture::{Picture, Spot};
use super::style::StyleChange;
use super::value::{Content, NewValue, Written};
use crate::package::Tab;
use crate::write::check_length;
use crate::{Address, Image, MAX_COLUMNS, MAX_ROWS};

/// A sheet while it is edited.
#[derive(Clone)]
pub(crate) struct SheetState {
    pub(crate) name: String,
    /// The sheet of the file it comes from, counted in the file's order; none for a new one.
    pub(crate) tab: Option<usize>,
    /// The part it will be; empty while a new sheet has none yet.
    pub(crate) part: String,
    /// The numbers it had, each with the count of moves from which on: a copy was its model before.
    pub(crate) lineage: Vec<(usize, usize)>,
    /// Whether it has cells.
    pub(crate) cells: bool,
    /// What is done to cells, by row and column.
    pub(crate) edits: BTreeMap<u32, BTreeMap<u32, CellEdit>>,
    pub(crate) heights: BTreeMap<u32, f64>,
    pub(crate) comments: Option<CommentEdits>,
    /// Whether the sheet is no longer among those that are selected when the workbook is opened.
    pub(crate) unselect: bool,
    /// Rows below which a page ends.
    pub(crate) page_ends: BTreeSet<u32>,
    /// Images that are laid over cells.
    pub(crate) pictures: Vec<Picture>,
}

impl SheetState {
    /// A sheet of the file.
    pub(crate) fn of(nth: usize, tab: &Tab) -> SheetState {
        let part = tab.part.clone();
        SheetState { tab: Some(nth), part, cells: tab.cells, ..SheetState::new(&tab.name, nth) }
    }

    /// An empty sheet.
    pub(crate) fn new(name: &str, number: usize) -> SheetState {
        SheetState {
            name: name.to_owned(),
            tab: None,
            part: String::new(),
            lineage: vec![(0, number)],
            cells: true,
            edits: BTreeMap::new(),
            heights: BTreeMap::new(),
            comments: None,
            unselect: false,
            page_ends: BTreeSet::new(),
            pictures: Vec::new(),
        }
    }

    /// Its number when a move happens.
    pub(crate) fn number_at(&self, nth: usize) -> usize {
        self.lineage.iter().rev().find(|(from, _)| *from <= nth).map_or(usize::MAX, |(_, number)| *number)
    }

    /// Its number now.
    pub(crate) fn number(&self) -> usize {
        self.number_at(usize::MAX)
    }

    /// Whether it is the copy of another.
    pub(crate) fn is_copy(&self) -> bool {
        self.lineage.len() > 1
    }

    /// The moves of its own rows, each with its number among all.
    pub(crate) fn own_moves(&self, moves: &[(usize, Move)]) -> Vec<(usize, Move)> {
        let own = moves.iter().enumerate().filter(|(nth, (sheet, _))| self.number_at(*nth) == *sheet);
        own.map(|(nth, (_, step))| (nth, *step)).collect()
    }

    /// Moves what is wanted along with the rows.
    pub(crate) fn moved(&mut self, nth: usize, step: Move) {
        let edits = std::mem::take(&mut self.edits);
        for (row, cells) in edits {
            for (to, by) in landings(row, step) {
                let mut cells = cells.clone();
                if by > 0 {
                    for edit in cells.values_mut() {
                        if let Some(Content::Formula(formula)) = &mut edit.content {
                            formula.copies.push((nth, by));
                        }
                    }
                }
                self.edits.insert(to, cells);
            }
        }
        let heights = std::mem::take(&mut self.heights);
        self.heights =
            heights.into_iter().flat_map(|(row, points)| landings(row, step).map(move |(to, _)| (to, points))).collect();
        let pictures = std::mem::take(&mut self.pictures);
        self.pictures =
            pictures.iter().flat_map(|picture| landings(picture.spot.at.row, step).map(|(to, _)| picture.at_row(to))).collect();
    }

    /// Whether nothing is wanted.
    pub(crate) fn is_untouched(&self) -> bool {
        let around = self.comments.is_none() && !self.unselect && self.page_ends.is_empty() && self.pictures.is_empty();
        around && self.edits.is_empty() && self.heights.is_empty()
    }

    /// The elements around the cells that may change, rows staying where they are.
    pub(crate) fn changes_around(&self) -> BTreeSet<&'static str> {
        let mut names = BTreeSet::new();
        names.extend((self.set_cells().next().is_some()).then_some("dimension"));
        names.extend(self.unselect.then_some("sheetViews"));
        names.extend(self.comments.is_some().then_some("legacyDrawing"));
        names.extend((!self.pictures.is_empty()).then_some("drawing"));
        names.extend((!self.page_ends.is_empty()).then_some("rowBreaks"));
        names
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

/// Where a row comes out of one move, with how far down each copy is.
pub(crate) fn landings(row: u32, step: Move) -> impl Iterator<Item = (u32, i64)> {
    let copies = match step {
        Move::Repeat { first, last, times } if step.repeats(row) => (1..=times).map(|time| (last - first + 1) * time).collect(),
        _ => Vec::new(),
    };
    let places = step.row(row).map(|row| (row, 0)).into_iter();
    places.chain(copies.into_iter().map(move |by| (row + by, i64::from(by))))
}

/// One sheet of an editor.
pub struct SheetEditor<'e> {
    pub(crate) state: &'e mut SheetState,
    pub(crate) moves: &'e mut Vec<(usize, Move)>,
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
        let written = Written { text: formula.to_owned(), since: self.moves.len(), row: at.row, copies: Vec::new() };
        self.state.edit(at)?.content = Some(Content::Formula(written));
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

    /// Ends a page below a zero-based row.
    pub(crate) fn page_end(&mut self, row: u32) {
        self.state.page_ends.insert(row);
    }

    /// Lays an image over cells.
    pub(crate) fn picture(&mut self, spot: Spot, image: &Rc<Image>) -> Result<(), EditError> {
        if spot.at.row >= MAX_ROWS || spot.at.column >= MAX_COLUMNS {
            return Err(EditError::Outside { sheet: self.state.name.clone(), cell: spot.at });
        }
        self.state.pictures.push(Picture { spot, image: Rc::clone(image) });
        Ok(())
    }

    /// Changes the comments of the sheet.
    pub(crate) fn comments(&mut self, edits: CommentEdits) {
        self.state.comments = Some(edits);
    }

    fn check_text(&self, at: Address, text: &str) -> Result<(), EditError> {
        check_length(text).map_err(|long| EditError::TextTooLong { sheet: self.state.name.clone(), cell: at, units: long.0 })
    }
}
