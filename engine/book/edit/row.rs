//! One row of a sheet after an edit.

use std::collections::BTreeMap;

use super::EditError;
use super::cell::{CellEdit, CellMaker, Rules};
use super::formula::Move;
use super::fresh::Results;
use super::scan::Formulas;
use super::sheet::SheetState;
use super::stale::Stale;
use super::style::Styles;
use super::value::{Content, Frame};
use crate::address::letters;
use crate::gate::broken;
use crate::package::{Element, Tree};
use crate::read::xlsx::token::{Token, attributes, local, token};
use crate::{Address, MAX_COLUMNS, MAX_ROWS};

/// A row as it comes out: its number, and the way its formulas went.
#[derive(Clone, Debug)]
pub(crate) struct Image {
    pub(crate) row: u32,
    pub(crate) old: u32,
    /// Before which move the row was written again, and how many rows further down.
    pub(crate) copies: Vec<(usize, i64)>,
}

/// Where a row of the file is after all moves; none if it is gone.
pub(crate) fn primary(moves: &[(usize, Move)], row: u32) -> Option<u32> {
    moves.iter().try_fold(row, |row, (_, step)| step.row(row)).filter(|row| *row < MAX_ROWS)
}

/// All places where a row of the file comes out.
pub(crate) fn images(moves: &[(usize, Move)], old: u32) -> Vec<Image> {
    let mut images = vec![Image { row: old, old, copies: Vec::new() }];
    for &(nth, step) in moves {
        let mut next = Vec::new();
        for image in images {
            if let Move::Repeat { first, last, times } = step
                && step.repeats(image.row)
            {
                for time in 1..=times {
                    let by = i64::from(last - first + 1) * i64::from(time);
                    let mut copies = image.copies.clone();
                    copies.push((nth, by));
                    next.push(Image { row: image.row.saturating_add(by as u32), old, copies });
                }
            }
            next.extend(step.row(image.row).map(|row| Image { row, ..image }));
        }
        images = next;
    }
    images
}

/// Makes the rows of one sheet.
pub(crate) struct RowMaker<'a> {
    pub(crate) sheet: &'a str,
    pub(crate) prefix: String,
    pub(crate) edits: &'a BTreeMap<u32, BTreeMap<u32, CellEdit>>,
    pub(crate) heights: &'a BTreeMap<u32, f64>,
    pub(crate) styles: &'a mut Styles,
    pub(crate) formulas: &'a Formulas,
    pub(crate) stale: &'a Stale,
    /// The results of formulas that were worked out anew.
    pub(crate) results: &'a Results,
    /// The moves of the sheet's own rows, each with its number among all moves.
    pub(crate) moves: &'a [(usize, Move)],
    /// How formulas change by moves, here or on other sheets.
    pub(crate) rules: &'a Rules<'a>,
    pub(crate) date1904: bool,
    /// The style of whole columns: first, last, style.
    columns: Vec<(u32, u32, u32)>,
    /// The first row of edits that was not written yet.
    unwritten: u32,
}

impl<'a> RowMaker<'a> {
    /// For one sheet.
    #[allow(clippy::too_many_arguments, reason = "each is one thing that decides how a row comes out, and has one caller")]
    pub(crate) fn new(
        state: &'a SheetState,
        styles: &'a mut Styles,
        formulas: &'a Formulas,
        stale: &'a Stale,
        results: &'a Results,
        moves: &'a [(usize, Move)],
        rules: &'a Rules<'a>,
        date1904: bool,
    ) -> RowMaker<'a> {
        RowMaker {
            sheet: &state.name,
            prefix: String::new(),
            edits: &state.edits,
            heights: &state.heights,
            styles,
            formulas,
            stale,
            results,
            moves,
            rules,
            date1904,
            columns: Vec::new(),
            unwritten: 0,
        }
    }

    /// Reads the styles of whole columns.
    pub(crate) fn read_columns(&mut self, head: &Tree<'_>) {
        let mut columns = Vec::new();
        head.each(&mut |element| {
            if element.is("col")
                && let (Some(first), Some(last), Some(style)) =
                    (element.number("min"), element.number("max"), element.number("style"))
            {
                let limit = |number: u64| number.clamp(1, u64::from(MAX_COLUMNS)) as u32 - 1;
                columns.push((limit(first), limit(last), u32::try_from(style).unwrap_or(0)));
            }
        });
        self.columns = columns;
    }

    /// Whether there is a row that the sheet may not have.
    pub(crate) fn has_new(&self) -> bool {
        self.next_new().is_some()
    }

    /// The next row that edits or heights ask for and that was not written yet.
    pub(crate) fn next_new(&self) -> Option<u32> {
        let edit = self.edits.range(self.unwritten..).next().map(|(row, _)| *row);
        let height = self.heights.range(self.unwritten..).next().map(|(row, _)| *row);
        match (edit, height) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    /// Whether rows stay where they are.
    pub(crate) fn stays(&self, old: u32) -> bool {
        self.moves.is_empty() || primary(self.moves, old) == Some(old) && !self.moves.iter().any(|(_, step)| step.repeats(old))
    }

    /// Whether anything in a row changes that stays where it is.
    pub(crate) fn changes(&mut self, row: u32, raw: &[u8]) -> bool {
        let edited = self.edits.contains_key(&row) || self.heights.contains_key(&row);
        if edited || self.stale.has_row(row) || self.rules.unshared(self.formulas, row) {
            return true;
        }
        let formulas = self.stale.all || self.rules.moves_formulas();
        formulas && !self.formulas.cells.is_empty() && has_formula(raw)
    }

    /// Where a row comes out.
    pub(crate) fn images(&self, old: u32) -> Vec<Image> {
        images(self.moves, old)
    }

    /// A row that the sheet did not have.
    pub(crate) fn new_row(&mut self, row: u32) -> Result<Vec<u8>, EditError> {
        let raw = format!("<{}row r=\"{}\"/>", self.prefix, row + 1);
        self.existing(raw.as_bytes(), &Image { row, old: row, copies: Vec::new() })
    }

    /// A row of the sheet as it comes out.
    pub(crate) fn existing(&mut self, raw: &[u8], image: &Image) -> Result<Vec<u8>, EditError> {
        let (edits, row) = (self.edits.get(&image.row), image.row);
        if edits.is_some() && row < self.unwritten {
            // Two rows of one number, or rows out of order: where an edit belongs cannot be told.
            return Err(EditError::Disorder { sheet: self.sheet.to_owned(), row });
        }
        if edits.is_some() || self.heights.contains_key(&row) {
            self.unwritten = row + 1;
        }
        let parts = RowParts::read(raw, image.old, self.sheet)?;
        let mut open = parts.open;
        self.open_tag(&mut open, image, edits, &parts.cells);
        let style = open.number("s").filter(|_| open.get("customFormat").is_some_and(|yes| yes == "1" || yes == "true"));
        let row_style = style.and_then(|style| u32::try_from(style).ok());
        let none = BTreeMap::new();
        let mut cells = self.cells(&parts.cells, image, edits.unwrap_or(&none), row_style)?;
        if cells.is_empty() && parts.close.is_empty() {
            let mut out = Vec::new();
            open.write(&mut out);
            return Ok(out);
        }
        open.open_up();
        let mut out = Vec::new();
        open.write(&mut out);
        if parts.close.is_empty() {
            let close = out.split_off(out.len() - (self.prefix.len() + 6));
            out.append(&mut cells);
            out.extend_from_slice(&close);
        } else {
            out.append(&mut cells);
            out.extend_from_slice(parts.close);
        }
        Ok(out)
    }

    fn open_tag(&self, open: &mut Element<'_>, image: &Image, edits: Option<&BTreeMap<u32, CellEdit>>, cells: &[CellPart<'_>]) {
        if image.row != image.old || open.get("r").is_some_and(|r| r != (image.row + 1).to_string()) {
            open.set("r", &(image.row + 1).to_string());
        }
        if let Some(height) = self.heights.get(&image.row) {
            open.set("ht", &height.to_string());
            open.set("customHeight", "1");
        }
        let widest = edits.into_iter().flat_map(BTreeMap::keys).max();
        let has = |column: &u32| cells.iter().any(|cell| cell.column == Some(*column));
        if widest.is_some_and(|column| !has(column)) {
            // Only a hint for speed, and now perhaps wrong.
            open.unset("spans");
        }
    }

    fn cells(
        &mut self,
        parts: &[CellPart<'_>],
        image: &Image,
        edits: &BTreeMap<u32, CellEdit>,
        row_style: Option<u32>,
    ) -> Result<Vec<u8>, EditError> {
        let mut out = Vec::new();
        let there: Vec<u32> = parts.iter().filter_map(|part| part.column).collect();
        let missing: Vec<u32> = edits.keys().copied().filter(|column| !there.contains(column)).collect();
        let mut missing = missing.into_iter().peekable();
        for part in parts {
            let Some(column) = part.column else {
                out.extend_from_slice(part.raw);
                continue;
            };
            while let Some(new) = missing.next_if(|new| *new < column) {
                self.new_cell(new, image.row, &edits[&new], row_style, &mut out)?;
            }
            self.cell(part.raw, column, image, edits.get(&column), &mut out)?;
        }
        for new in missing {
            self.new_cell(new, image.row, &edits[&new], row_style, &mut out)?;
        }
        Ok(out)
    }

    fn new_cell(
        &mut self,
        column: u32,
        row: u32,
        edit: &CellEdit,
        row_style: Option<u32>,
        out: &mut Vec<u8>,
    ) -> Result<(), EditError> {
        let of_column = self.columns.iter().find(|(first, last, _)| (*first..=*last).contains(&column)).map(|found| found.2);
        let style = row_style.or(of_column).unwrap_or(0);
        let style = edit.styled(style, self.styles)?;
        let at = Address::new(row, column);
        let frame = Frame { prefix: &self.prefix, at, style, date1904: self.date1904, result: self.results.get(&at) };
        let blank = Content::Value(super::NewValue::Blank);
        edit.content.as_ref().unwrap_or(&blank).write(&frame, &|formula| self.rules.written(formula), out);
        Ok(())
    }

    fn cell(
        &mut self,
        raw: &[u8],
        column: u32,
        image: &Image,
        edit: Option<&CellEdit>,
        out: &mut Vec<u8>,
    ) -> Result<(), EditError> {
        let (old, new) = (Address::new(image.old, column), Address::new(image.row, column));
        let formula = has_formula(raw);
        let drop_value = self.stale.has(old) || (self.stale.all && formula);
        if edit.is_none() && !drop_value && !formula {
            renumbered(raw, old, new, out);
            return Ok(());
        }
        let mut maker = CellMaker {
            prefix: &self.prefix,
            styles: self.styles,
            formulas: self.formulas,
            rules: self.rules,
            results: self.results,
            date1904: self.date1904,
            sheet: self.sheet,
        };
        maker.make(raw, old, image, edit, drop_value, out)
    }
}

/// Whether the cells of a row, or one cell, have a formula.
fn has_formula(raw: &[u8]) -> bool {
    memchr::memmem::find_iter(raw, b"f").any(|at| {
        at > 0
            && matches!(raw[at - 1], b'<' | b':')
            && raw.get(at + 1).is_some_and(|b| matches!(b, b'>' | b'/') || b.is_ascii_whitespace())
    })
}

/// A cell with nothing changed but its row.
fn renumbered(raw: &[u8], old: Address, new: Address, out: &mut Vec<u8>) {
    let written = match token(raw) {
        Ok((Token::Open { attributes: tag, .. }, _)) if old.row != new.row => attributes(tag)
            .find(|(name, _)| *name == b"r")
            .map(|(_, value)| value.as_ptr() as usize - raw.as_ptr() as usize)
            .zip(attributes(tag).find(|(name, _)| *name == b"r").map(|(_, value)| value.len())),
        _ => None,
    };
    match written {
        Some((start, length)) => {
            out.extend_from_slice(&raw[..start]);
            out.extend_from_slice(letters(new.column).as_bytes());
            out.extend_from_slice((new.row + 1).to_string().as_bytes());
            out.extend_from_slice(&raw[start + length..]);
        }
        None => out.extend_from_slice(raw),
    }
}

/// A row taken apart.
pub(crate) struct RowParts<'r> {
    pub(crate) open: Element<'r>,
    cells: Vec<CellPart<'r>>,
    close: &'r [u8],
}

/// A cell, or something else between the cells.
struct CellPart<'r> {
    column: Option<u32>,
    raw: &'r [u8],
}

impl<'r> RowParts<'r> {
    /// The cells with their columns, as they are written.
    pub(crate) fn cells(&self) -> impl Iterator<Item = (u32, &'r [u8])> {
        self.cells.iter().filter_map(|cell| Some((cell.column?, cell.raw)))
    }

    /// Takes a zero-based row of a sheet apart.
    pub(crate) fn read(raw: &'r [u8], row: u32, sheet: &str) -> Result<RowParts<'r>, EditError> {
        let wrong = || EditError::from(broken(format!("{sheet}: row {}", row + 1)));
        let (_, open_length) = token(raw).map_err(|_| wrong())?;
        let open = match Tree::read(&raw[..open_length], sheet)?.nodes.pop() {
            Some(crate::package::Node::Element(open)) => open,
            _ => return Err(wrong()),
        };
        let (mut cells, mut at, mut next) = (Vec::new(), open_length, 0);
        while at < raw.len() {
            let (found, length) = token(&raw[at..]).map_err(|_| wrong())?;
            match found {
                Token::Close { name: b"row" } => return Ok(RowParts { open, cells, close: &raw[at..] }),
                Token::Open { name: b"c", attributes: tag, empty } => {
                    let end = if empty { length } else { cell_end(&raw[at..], length).ok_or_else(wrong)? };
                    let column = column_of(tag).unwrap_or(next);
                    next = column + 1;
                    if column >= MAX_COLUMNS {
                        return Err(wrong());
                    }
                    cells.push(CellPart { column: Some(column), raw: &raw[at..at + end] });
                    at += end;
                }
                Token::Open { empty: false, .. } => {
                    let end = element_end(&raw[at..], length).ok_or_else(wrong)?;
                    cells.push(CellPart { column: None, raw: &raw[at..at + end] });
                    at += end;
                }
                _ => {
                    cells.push(CellPart { column: None, raw: &raw[at..at + length] });
                    at += length;
                }
            }
        }
        Ok(RowParts { open, cells, close: &[] })
    }
}

fn column_of(tag: &[u8]) -> Option<u32> {
    let raw = attributes(tag).find(|(name, _)| local(name) == b"r").map(|(_, raw)| raw)?;
    Some(std::str::from_utf8(raw).ok()?.parse::<Address>().ok()?.column)
}

/// The end of the cell whose opening tag has that length. Nearly always the next closing tag of its name is its own.
fn cell_end(raw: &[u8], open: usize) -> Option<usize> {
    const CLOSE: &[u8] = b"</c>";
    let simple = memchr::memmem::find(&raw[open..], CLOSE).map(|at| open + at);
    // Within a comment the tag would be none, and a cell of another kind could stand within an extension.
    let simple = simple.filter(|end| {
        raw.starts_with(b"<c ")
            && !memchr::memchr_iter(b'<', &raw[open..*end]).any(|at| matches!(raw.get(open + at + 1), Some(b'!' | b'?' | b'c')))
    });
    simple.map(|end| end + CLOSE.len()).or_else(|| element_end(raw, open))
}

/// The end of the element whose opening tag has that length.
fn element_end(raw: &[u8], open: usize) -> Option<usize> {
    let (mut depth, mut at) = (1, open);
    while depth > 0 {
        let (found, length) = token(&raw[at..]).ok()?;
        match found {
            Token::Open { empty: false, .. } => depth += 1,
            Token::Close { .. } => depth -= 1,
            _ => {}
        }
        at += length;
    }
    Some(at)
}
