//! One sheet's XML to cells, in one pass over the unpacked blocks.
//!
//! Cells in the form that Excel writes go a short way of their own ([`Scan::plain`]); whatever it does not know
//! it leaves to the general way, which reads any XML. Both give the same cells.

use std::rc::Rc;

use jiff::civil;
use memchr::{memchr, memmem};

use crate::address::letters;
use crate::gate::{Limits, broken, hostile};
use crate::read::format::Shows;
use crate::read::xlsx::feed::Feed;
use crate::read::xlsx::strings::{RichText, plain_text};
use crate::read::xlsx::token::{BadText, NoToken, Token, append, append_verbatim, attributes, decode_escapes, local, token, yes};
use crate::read::xlsx::walk::{document_type, ended};
use crate::{Address, Area, Day, ExcelError, MAX_COLUMNS, MAX_ROWS, Refusal, Sheet, SheetBuilder, Shelf, TextId, Value};

/// Merged ranges of one sheet; the forms of offices have a few thousand.
const MOST_MERGES: usize = 262_144;

/// What a sheet needs to know of its workbook.
pub(crate) struct Around<'a> {
    pub(crate) shelf: &'a Rc<Shelf>,
    pub(crate) strings: &'a [TextId],
    /// For each style number what it shows and the builder's number of its format.
    pub(crate) styles: Vec<(Shows, u16)>,
    pub(crate) date1904: bool,
    pub(crate) uncalculated: bool,
    pub(crate) limits: &'a Limits,
    /// How many cells the workbook may still have.
    pub(crate) room: u64,
}

/// Who takes the cells of a sheet as they come.
pub(crate) trait Taker {
    /// A number as the file has it.
    fn number(&mut self, row: u32, column: u32, number: f64, format: u16, formula: bool);
    /// A text.
    fn text(&mut self, row: u32, column: u32, text: TextId, format: u16, formula: bool);
    /// Anything else.
    fn value(&mut self, row: u32, column: u32, value: Value, format: u16, formula: bool);
    /// A hidden row.
    fn hidden(&mut self, row: u32);
    /// The sheet under way, for whoever keeps what is around the cells.
    fn sheet(&mut self) -> Option<&mut Sheet>;
    /// How many cells came.
    fn count(&self) -> u64;
}

impl Taker for SheetBuilder {
    #[inline]
    fn number(&mut self, row: u32, column: u32, number: f64, format: u16, formula: bool) {
        self.push_number(row, column, number, format, formula);
    }

    #[inline]
    fn text(&mut self, row: u32, column: u32, text: TextId, format: u16, formula: bool) {
        self.push_text(row, column, text, format, formula);
    }

    fn value(&mut self, row: u32, column: u32, value: Value, format: u16, formula: bool) {
        self.push(row, column, value, format, formula);
    }

    fn hidden(&mut self, row: u32) {
        self.hide_row(row);
    }

    fn sheet(&mut self) -> Option<&mut Sheet> {
        Some(SheetBuilder::sheet(self))
    }

    fn count(&self) -> u64 {
        self.cell_count() as u64
    }
}

/// Reads a sheet into whoever takes its cells.
pub(crate) fn read<T: Taker>(mut feed: Feed<'_>, taker: T, around: Around<'_>) -> Result<T, Refusal> {
    let room = around.room;
    let limit = around.limits.cells;
    let mut scan = Scan::new(taker, around);
    loop {
        let used = scan.window(&feed)?;
        feed.consume(used);
        if scan.taker.count() > room {
            return Err(Refusal::TooManyCells { limit });
        }
        if !feed.more()? {
            ended(&feed, scan.place == Place::Outside && scan.skip == 0)?;
            return Ok(scan.finish());
        }
    }
}

/// Where in the XML the scan stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Place {
    Outside,
    Sheet,
    Columns,
    Merges,
    Data,
    Row,
    Cell,
    Value,
    Formula,
    Inline,
    Run,
}

/// What the attribute `t` says of a cell.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
enum CellKind {
    #[default]
    Number,
    Shared,
    Text,
    Inline,
    YesNo,
    Error,
    Iso,
}

/// The cell under way.
#[derive(Default)]
struct CellState {
    column: u32,
    style: usize,
    kind: CellKind,
    value: String,
    has_value: bool,
    formula: bool,
    inline: RichText,
    has_inline: bool,
}

/// What is wrong with a piece of XML; the place is added where the part's name is known.
enum Wrong {
    Text,
    Reference,
    Outside,
    Style,
    Index,
    Number,
    Kind,
    TooLong,
    TooMany,
    Nesting,
    Element,
}

impl From<BadText> for Wrong {
    fn from(_: BadText) -> Wrong {
        Wrong::Text
    }
}

struct Scan<'a, T> {
    taker: T,
    around: Around<'a>,
    place: Place,
    skip: u32,
    /// Zero-based row under way, and the row that follows one without a number.
    row: u32,
    next_row: u32,
    /// Whether the row under way said its number.
    numbered: bool,
    /// Zero-based column of a cell that does not say its own.
    column: u32,
    cell: CellState,
    hidden_rows: u32,
    /// Formulas with a zero in a workbook that was never calculated, and whether another formula has a result.
    zeros: Vec<(u32, u32, u16)>,
    calculated: bool,
}

impl<'a, T: Taker> Scan<'a, T> {
    fn new(taker: T, around: Around<'a>) -> Scan<'a, T> {
        Scan {
            taker,
            around,
            place: Place::Outside,
            skip: 0,
            row: 0,
            next_row: 0,
            numbered: false,
            column: 0,
            cell: CellState::default(),
            hidden_rows: 0,
            zeros: Vec::new(),
            calculated: false,
        }
    }

    /// Goes over the window and tells how much of it was understood.
    fn window(&mut self, feed: &Feed<'_>) -> Result<usize, Refusal> {
        let window = feed.window();
        let mut at = 0;
        loop {
            while matches!(self.place, Place::Data | Place::Row) && self.skip == 0 {
                while let Some(length) = self.plain(&window[at..]) {
                    at += length;
                }
                match self.plain_row(&window[at..]) {
                    Some(length) => at += length,
                    None => break,
                }
            }
            match token(&window[at..]) {
                Ok((token, length)) => {
                    self.take(&token).map_err(|wrong| self.refuse(wrong, feed.name()))?;
                    at += length;
                }
                Err(NoToken::More) => return Ok(at),
                Err(NoToken::DocumentType) => return Err(document_type(feed)),
            }
        }
    }

    /// A cell as Excel and most programs write it: `<c r="B7" s="1" t="s"><v>12</v></c>` with a number or a shared
    /// text. None, with nothing done, for anything else and at the end of the window.
    #[inline]
    fn plain(&mut self, window: &[u8]) -> Option<usize> {
        let mut at = 3;
        if window.get(..3)? != b"<c " || self.place != Place::Row {
            return None;
        }
        let (mut column, mut style, mut shared, mut inline) = (self.column, 0, false, false);
        loop {
            let (name, rest) = (*window.get(at)?, window.get(at + 1..at + 3)?);
            if rest != b"=\"" {
                return None;
            }
            at += 3;
            match name {
                b'r' => {
                    let mut letters = 0u32;
                    while let letter @ b'A'..=b'Z' = *window.get(at)? {
                        letters = letters.wrapping_mul(26).wrapping_add(u32::from(letter - b'A') + 1);
                        at += 1;
                        if letters > MAX_COLUMNS {
                            return None;
                        }
                    }
                    let row = digits(window, &mut at)?;
                    if letters == 0 || row != u64::from(self.row) + 1 {
                        return None;
                    }
                    column = letters - 1;
                }
                b's' => style = digits(window, &mut at)? as usize,
                b't' => {
                    (shared, inline) = match *window.get(at)? {
                        b's' => (true, false),
                        b'n' => (false, false),
                        b'i' if window[at..].starts_with(INLINE) => (false, true),
                        _ => return None,
                    };
                    at += if inline { INLINE.len() } else { 1 };
                }
                _ => return None,
            }
            match window.get(at..at + 2)? {
                b"\" " => at += 2,
                b"\">" => break,
                _ => return None,
            }
        }
        if inline {
            return self.plain_inline(window, at + 2, column, style);
        }
        if window.get(at + 2..at + 5)? != b"<v>" || column >= MAX_COLUMNS {
            return None;
        }
        at += 5;
        let &(shows, format) = self.around.styles.get(style)?;
        let start = at;
        let whole = digits(window, &mut at);
        if shared {
            let &text = self.around.strings.get(usize::try_from(whole?).ok()?)?;
            close_cell(window, at)?;
            self.taker.text(self.row, column, text, format, false);
        } else {
            let number = match (whole, *window.get(at)?) {
                (Some(whole), b'<') => whole as f64,
                _ => {
                    at = start + memchr(b'<', window.get(start..start + 40).unwrap_or(&window[start..]))?;
                    number(&window[start..at])?
                }
            };
            close_cell(window, at)?;
            self.push_number(column, number, shows, format, false);
        }
        self.column = column + 1;
        Some(at + CLOSE_CELL.len())
    }

    /// The end of a row and the beginning of the next, or the beginning alone, where nothing stands between. None, with nothing
    /// done, for anything else.
    #[inline]
    fn plain_row(&mut self, window: &[u8]) -> Option<usize> {
        const CLOSE: &[u8] = b"</row>";
        const OPEN: &[u8] = b"<row ";
        let rest = if self.place == Place::Row { window.strip_prefix(CLOSE)? } else { window };
        let tag = rest.strip_prefix(OPEN)?;
        let tag = &tag[..memchr(b'>', tag)?];
        let mut at = 3;
        if !tag.starts_with(b"r=\"") {
            return None;
        }
        let number = digits(tag, &mut at).and_then(|number| u32::try_from(number).ok())?;
        // A `>` within quotes would leave one of them alone; a hidden row is counted elsewhere.
        let quotes = tag.iter().filter(|&&b| b == b'"').count();
        let cut = quotes % 2 == 1 || memchr(b'\'', tag).is_some();
        let hidden = memmem::find(tag, b"hidden").is_some_and(|at| !tag[at..].starts_with(b"hidden=\"false\""));
        if cut || hidden || tag.get(at) != Some(&b'"') || tag.ends_with(b"/") || !(1..=MAX_ROWS).contains(&number) {
            return None;
        }
        (self.row, self.next_row, self.numbered, self.column) = (number - 1, number, true, 0);
        self.place = Place::Row;
        Some(window.len() - rest.len() + OPEN.len() + tag.len() + 1)
    }

    /// The rest of a cell with its text in place, if nothing in the text is special.
    fn plain_inline(&mut self, window: &[u8], at: usize, column: u32, style: usize) -> Option<usize> {
        const CLOSE: &[u8] = b"</t></is></c>";
        let rest = window.get(at..)?;
        let (inside, keep) = match rest.strip_prefix(b"<is><t>") {
            Some(inside) => (inside, false),
            None => (rest.strip_prefix(b"<is><t xml:space=\"preserve\">")?, true),
        };
        let raw = plain_text(inside, keep)?;
        let &(_, format) = self.around.styles.get(style)?;
        if !inside[raw.len()..].starts_with(CLOSE) || column >= MAX_COLUMNS || raw.len() > self.around.limits.text {
            return None;
        }
        self.taker.text(self.row, column, self.around.shelf.texts.intern(raw), format, false);
        self.column = column + 1;
        Some(window.len() - inside.len() + raw.len() + CLOSE.len())
    }

    #[inline]
    fn push_number(&mut self, column: u32, number: f64, shows: Shows, format: u16, formula: bool) {
        match if shows == Shows::Number { None } else { shows.value(number, self.around.date1904) } {
            Some(value) => self.taker.value(self.row, column, value, format, formula),
            None => self.taker.number(self.row, column, number, format, formula),
        }
    }

    fn take(&mut self, token: &Token<'_>) -> Result<(), Wrong> {
        match token {
            Token::Open { name, attributes, empty } => {
                self.enter(name, attributes)?;
                if *empty {
                    self.leave(name)?;
                }
            }
            Token::Close { name } => self.leave(name)?,
            Token::Nothing => {}
            _ if self.skip > 0 => {}
            Token::Text(raw) if self.place == Place::Value => append(raw, &mut self.cell.value)?,
            Token::Verbatim(raw) if self.place == Place::Value => append_verbatim(raw, &mut self.cell.value)?,
            text => self.cell.inline.add(text)?,
        }
        let longest = self.cell.value.len().max(self.cell.inline.len());
        if longest > self.around.limits.text { Err(Wrong::TooLong) } else { Ok(()) }
    }

    fn enter(&mut self, name: &[u8], tag: &[u8]) -> Result<(), Wrong> {
        if self.skip > 0 || self.cell.inline.is_open() {
            self.skip += 1;
            return Ok(());
        }
        self.place = match (self.place, name) {
            (Place::Outside, b"worksheet" | b"macrosheet") => Place::Sheet,
            (Place::Sheet, b"sheetData") => Place::Data,
            (Place::Sheet, b"cols") => Place::Columns,
            (Place::Sheet, b"mergeCells") => Place::Merges,
            (Place::Data, b"row") => {
                self.open_row(tag)?;
                Place::Row
            }
            (Place::Row, b"c") => {
                self.open_cell(tag)?;
                Place::Cell
            }
            (Place::Cell, b"v") => {
                self.cell.has_value = true;
                Place::Value
            }
            (Place::Cell, b"f") => {
                self.cell.formula = true;
                Place::Formula
            }
            (Place::Cell, b"is") => {
                self.cell.has_inline = true;
                Place::Inline
            }
            (Place::Inline, b"r") => Place::Run,
            (Place::Inline | Place::Run, b"t") => {
                self.cell.inline.open(tag);
                self.place
            }
            // A row or a cell under a name that is none would be left out without a word.
            (Place::Data, _) => return Err(Wrong::Element),
            (Place::Row | Place::Cell, name) if name != b"extLst" => return Err(Wrong::Element),
            (place, _) => {
                self.aside(place, name, tag)?;
                self.skip = 1;
                place
            }
        };
        Ok(())
    }

    /// Elements of which only the attributes count.
    fn aside(&mut self, place: Place, name: &[u8], tag: &[u8]) -> Result<(), Wrong> {
        match (place, name) {
            (Place::Sheet, b"autoFilter") => {
                if let Some(sheet) = self.taker.sheet() {
                    sheet.filtered = true;
                }
            }
            (Place::Columns, b"col") => self.hide_columns(tag),
            (Place::Merges, b"mergeCell") => {
                let raw = find(tag, b"ref").ok_or(Wrong::Reference)?;
                let area: Area = std::str::from_utf8(raw).ok().and_then(|text| text.parse().ok()).ok_or(Wrong::Reference)?;
                let Some(sheet) = self.taker.sheet() else { return Ok(()) };
                if sheet.merges.len() >= MOST_MERGES {
                    return Err(Wrong::TooMany);
                }
                sheet.merges.push(area);
            }
            _ => {}
        }
        Ok(())
    }

    fn hide_columns(&mut self, tag: &[u8]) {
        let number = |name| find(tag, name).and_then(whole).map(|number: u32| number.clamp(1, MAX_COLUMNS) - 1);
        let Some(Sheet { hidden_columns: hidden, .. }) = self.taker.sheet() else { return };
        if let (Some(b"1" | b"true"), Some(first), Some(last)) = (find(tag, b"hidden"), number(b"min"), number(b"max"))
            && hidden.len() < MAX_COLUMNS as usize
        {
            hidden.push((first, last));
        }
    }

    fn open_row(&mut self, tag: &[u8]) -> Result<(), Wrong> {
        let (mut hidden, mut number) = (false, None);
        for (name, value) in attributes(tag) {
            match name {
                b"r" => number = Some(whole(value).filter(|number| *number > 0).ok_or(Wrong::Reference)?),
                b"hidden" => hidden = yes(value),
                _ => {}
            }
        }
        self.numbered = number.is_some();
        self.row = number.map_or(self.next_row, |number| number - 1);
        if self.row >= MAX_ROWS {
            return Err(Wrong::Outside);
        }
        (self.next_row, self.column) = (self.row + 1, 0);
        if hidden {
            self.hidden_rows += 1;
            if self.hidden_rows > MAX_ROWS {
                return Err(Wrong::TooMany);
            }
            self.taker.hidden(self.row);
        }
        Ok(())
    }

    fn open_cell(&mut self, tag: &[u8]) -> Result<(), Wrong> {
        let cell = &mut self.cell;
        (cell.column, cell.style, cell.kind) = (self.column, 0, CellKind::Number);
        (cell.has_value, cell.formula, cell.has_inline) = (false, false, false);
        cell.value.clear();
        cell.inline.clear();
        for (name, value) in attributes(tag) {
            match name {
                b"r" => {
                    let at: Address = parse_reference(value)?;
                    if at.row != self.row && self.numbered {
                        return Err(Wrong::Reference);
                    }
                    (self.row, self.next_row, self.numbered) = (at.row, at.row + 1, true);
                    cell.column = at.column;
                }
                b"s" if value.is_empty() => {}
                b"s" => cell.style = whole(value).ok_or(Wrong::Style)? as usize,
                b"t" => cell.kind = kind(value)?,
                _ => {}
            }
        }
        if cell.column >= MAX_COLUMNS {
            return Err(Wrong::Outside);
        }
        Ok(())
    }

    fn leave(&mut self, name: &[u8]) -> Result<(), Wrong> {
        if self.skip > 0 {
            self.skip -= 1;
            return Ok(());
        }
        if self.cell.inline.is_open() {
            self.cell.inline.close();
            return Ok(());
        }
        let (mine, parent): (&[u8], Place) = match self.place {
            Place::Outside => (b"", Place::Outside),
            Place::Sheet => (name, Place::Outside),
            Place::Columns => (b"cols", Place::Sheet),
            Place::Merges => (b"mergeCells", Place::Sheet),
            Place::Data => (b"sheetData", Place::Sheet),
            Place::Row => (b"row", Place::Data),
            Place::Cell => (b"c", Place::Row),
            Place::Value => (b"v", Place::Cell),
            Place::Formula => (b"f", Place::Cell),
            Place::Inline => (b"is", Place::Cell),
            Place::Run => (b"r", Place::Inline),
        };
        if mine != name {
            return Err(Wrong::Nesting);
        }
        if self.place == Place::Cell {
            self.close_cell()?;
        }
        self.place = parent;
        Ok(())
    }

    /// Puts the cell under way into the sheet.
    fn close_cell(&mut self) -> Result<(), Wrong> {
        let (column, formula) = (self.cell.column, self.cell.formula);
        self.column = column + 1;
        let &(shows, format) = self.around.styles.get(self.cell.style).ok_or(Wrong::Style)?;
        if self.cell.has_inline && self.cell.kind != CellKind::Shared {
            let text = self.cell.inline.take(self.around.shelf);
            self.taker.text(self.row, column, text, format, formula);
            return Ok(());
        }
        let text_of_formula = self.cell.kind == CellKind::Text && self.cell.has_value;
        if self.cell.value.is_empty() && !text_of_formula {
            if formula {
                self.calculated |= self.cell.has_value && self.cell.kind == CellKind::Text;
                self.taker.value(self.row, column, Value::Stale, format, true);
            }
            return Ok(());
        }
        let raw = std::mem::take(&mut self.cell.value);
        let done = self.push_value(&raw, shows, format);
        self.cell.value = raw;
        done
    }

    fn push_value(&mut self, raw: &str, shows: Shows, format: u16) -> Result<(), Wrong> {
        let (row, column, formula) = (self.row, self.cell.column, self.cell.formula);
        let trimmed = raw.trim();
        let value = match self.cell.kind {
            CellKind::Number => {
                let number = number(trimmed.as_bytes()).ok_or(Wrong::Number)?;
                if formula && self.around.uncalculated {
                    if number == 0.0 { self.zeros.push((row, column, format)) } else { self.calculated = true }
                }
                self.push_number(column, number, shows, format, formula);
                return Ok(());
            }
            CellKind::Shared => {
                let index: usize = trimmed.parse().map_err(|_| Wrong::Index)?;
                Value::Text(*self.around.strings.get(index).ok_or(Wrong::Index)?)
            }
            CellKind::Text | CellKind::Inline => Value::Text(self.around.shelf.texts.intern(&decode_escapes(raw))),
            CellKind::YesNo => Value::YesNo(match trimmed {
                "1" | "true" | "TRUE" => true,
                "0" | "false" | "FALSE" => false,
                _ => return Err(Wrong::Kind),
            }),
            CellKind::Error => Value::Error(ExcelError::from_text(trimmed)),
            CellKind::Iso => iso(trimmed).ok_or(Wrong::Kind)?,
        };
        self.calculated |= formula;
        self.taker.value(row, column, value, format, formula);
        Ok(())
    }

    fn finish(mut self) -> T {
        // Programs that write formulas without calculating them put a zero there and ask Excel to calculate.
        // If nothing in the sheet but zeros came out of formulas, nobody ever calculated it.
        if !self.calculated {
            for (row, column, format) in self.zeros {
                self.taker.value(row, column, Value::Stale, format, true);
            }
        }
        self.taker
    }

    fn refuse(&self, wrong: Wrong, part: &str) -> Refusal {
        let cell = match self.place {
            Place::Row | Place::Cell | Place::Value | Place::Formula | Place::Inline | Place::Run => {
                format!("{part} {}{}", letters(self.cell.column), self.row + 1)
            }
            _ => part.to_owned(),
        };
        match wrong {
            Wrong::Text => broken(format!("{cell}: text")),
            Wrong::Reference => broken(format!("{cell}: reference")),
            Wrong::Outside => hostile(format!("{cell}: a reference beyond XFD1048576")),
            Wrong::Style => broken(format!("{cell}: style {}", self.cell.style)),
            Wrong::Index => broken(format!("{cell}: shared text {}", self.cell.value)),
            Wrong::Number => broken(format!("{cell}: number")),
            Wrong::Kind => broken(format!("{cell}: type")),
            Wrong::TooLong => hostile(format!("{cell}: the text is too long")),
            Wrong::TooMany => hostile(format!("{cell}: too many elements")),
            Wrong::Nesting => broken(format!("{cell}: a tag is closed that was not opened")),
            Wrong::Element => broken(format!("{cell}: an element that does not belong there")),
        }
    }
}

const INLINE: &[u8] = b"inlineStr";
const CLOSE_CELL: &[u8] = b"</v></c>";

#[inline]
fn close_cell(window: &[u8], at: usize) -> Option<()> {
    (window.get(at..at + CLOSE_CELL.len())? == CLOSE_CELL).then_some(())
}

/// Up to fifteen digits; none if there is no digit or there are more.
#[inline]
fn digits(window: &[u8], at: &mut usize) -> Option<u64> {
    let (start, mut number) = (*at, 0u64);
    while let digit @ b'0'..=b'9' = *window.get(*at)? {
        if *at - start == 15 {
            return None;
        }
        number = number * 10 + u64::from(digit - b'0');
        *at += 1;
    }
    (*at > start).then_some(number)
}

/// A number as XML writes it. Up to fifteen digits are taken by hand, exactly; the rest is left to the library.
#[inline]
fn number(raw: &[u8]) -> Option<f64> {
    const POWERS: [f64; 16] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
    let (negative, digits) = match raw.strip_prefix(b"-") {
        Some(rest) => (true, rest),
        None => (false, raw),
    };
    let (mut number, mut count, mut point) = (0u64, 0usize, None);
    for &byte in digits {
        match byte {
            b'0'..=b'9' if count < 15 => {
                number = number * 10 + u64::from(byte - b'0');
                count += 1;
            }
            b'.' if point.is_none() => point = Some(count),
            _ => return std::str::from_utf8(raw).ok()?.parse().ok(),
        }
    }
    if count == 0 {
        return None;
    }
    // Both are exact in f64, so their quotient is rounded once and right.
    let value = number as f64 / POWERS[count - point.unwrap_or(count)];
    Some(if negative { -value } else { value })
}

fn find<'a>(tag: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    attributes(tag).find(|(found, _)| local(found) == name).map(|(_, value)| value)
}

fn whole(raw: &[u8]) -> Option<u32> {
    std::str::from_utf8(raw).ok()?.trim().parse().ok()
}

fn parse_reference(raw: &[u8]) -> Result<Address, Wrong> {
    let text = std::str::from_utf8(raw).map_err(|_| Wrong::Reference)?;
    text.parse().map_err(|()| {
        let letters = text.bytes().take_while(u8::is_ascii_alphabetic).count();
        let digits = text.bytes().skip(letters).all(|b| b.is_ascii_digit());
        if letters > 0 && letters < text.len() && digits { Wrong::Outside } else { Wrong::Reference }
    })
}

fn kind(raw: &[u8]) -> Result<CellKind, Wrong> {
    Ok(match raw {
        b"n" | b"" => CellKind::Number,
        b"s" => CellKind::Shared,
        b"str" => CellKind::Text,
        b"inlineStr" | b"is" => CellKind::Inline,
        b"b" => CellKind::YesNo,
        b"e" => CellKind::Error,
        b"d" => CellKind::Iso,
        _ => return Err(Wrong::Kind),
    })
}

/// A date, a moment or a time as ISO 8601 writes it.
pub(crate) fn iso(text: &str) -> Option<Value> {
    let text = text.strip_suffix('Z').unwrap_or(text);
    if !text.contains('-') {
        return text.parse::<civil::Time>().ok().map(|time| Value::Time(day_ms(time) as u32));
    }
    let moment = match text.contains('T') {
        true => text.parse::<civil::DateTime>().ok()?,
        false => text.parse::<civil::Date>().ok()?.to_datetime(civil::Time::midnight()),
    };
    let (day, ms) = (Day::of(moment.date()), day_ms(moment.time()));
    Some(if ms == 0 { Value::Date(day) } else { Value::DateTime(i64::from(day.0) * 86_400_000 + ms) })
}

fn day_ms(time: civil::Time) -> i64 {
    let seconds = i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    seconds * 1000 + i64::from(time.millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_by_hand_are_those_of_the_library() {
        for text in
            ["0", "-0.5", "1.5", "123456789012345", "0.1", "3.14159265358979", "1e5", "1E-7", "12345678901234567890", ".5", "5."]
        {
            assert_eq!(number(text.as_bytes()), text.parse().ok(), "{text}");
        }
        for text in ["", "-", ".", "1.2.3", "abc", "1,000", "0x10"] {
            assert_eq!(number(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn iso_dates() {
        let show = |text| iso(text).map(|value| value.show(&crate::Texts::new()));
        assert_eq!(show("2024-04-01").as_deref(), Some("2024-04-01"));
        assert_eq!(show("2024-04-01T00:00:00").as_deref(), Some("2024-04-01"));
        assert_eq!(show("2024-04-01T08:30:00.000Z").as_deref(), Some("2024-04-01 8:30"));
        assert_eq!(show("08:30:00").as_deref(), Some("8:30"));
        assert_eq!(show("令和"), None);
    }
}
