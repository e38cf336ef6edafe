//! The values of a sheet as they lie in its XML, for whoever computes with them: doubles, not the exact decimals of reading.

use std::cell::OnceCell;
use std::rc::Rc;

use crate::calc::Scalar;
use crate::gate::broken;
use crate::package::Package;
use crate::read::xlsx::feed::Feed;
use crate::read::xlsx::read_strings;
use crate::read::xlsx::token::{Token, append, append_verbatim, attributes, decode_escapes, local, yes};
use crate::read::xlsx::walk::walk;
use crate::{Address, ExcelError, MAX_COLUMNS, MAX_ROWS, Refusal, Shelf, TextId};

/// What is seen of a sheet.
pub(crate) enum Seen<'a> {
    /// A row, and whether it is hidden.
    Row { row: u32, hidden: bool },
    /// A cell that holds something. `None`: a formula without a result, or a value of a kind that is not computed with.
    Cell { at: Address, value: Option<Raw<'a>> },
}

/// A cell's value.
pub(crate) enum Raw<'a> {
    Number(f64),
    Text(&'a str),
    /// The number of a shared text.
    Shared(usize),
    YesNo(bool),
    Error(ExcelError),
}

/// The shared texts of a workbook, read when the first is asked for.
pub(crate) struct SharedTexts<'p> {
    package: &'p Package,
    texts: OnceCell<(Rc<Shelf>, Vec<TextId>)>,
}

impl<'p> SharedTexts<'p> {
    pub(crate) fn new(package: &'p Package) -> SharedTexts<'p> {
        SharedTexts { package, texts: OnceCell::new() }
    }

    fn get(&self, index: usize) -> Result<Option<Scalar>, Refusal> {
        if self.texts.get().is_none() {
            let shelf = Shelf::new();
            let ids = match self.package.related("sharedStrings") {
                Some(part) => read_strings(Feed::new(self.package.archive.part(part)?), &shelf, &self.package.limits)?,
                None => Vec::new(),
            };
            let _ = self.texts.set((shelf, ids));
        }
        let found = self.texts.get().and_then(|(shelf, ids)| ids.get(index).map(|id| Scalar::text(shelf.texts.get(*id))));
        Ok(found)
    }
}

impl Raw<'_> {
    /// As what formulas compute with.
    pub(crate) fn scalar(self, texts: &SharedTexts<'_>) -> Result<Option<Scalar>, Refusal> {
        Ok(Some(match self {
            Raw::Number(number) => Scalar::Number(number),
            Raw::Text(text) => Scalar::text(text),
            Raw::Shared(index) => return texts.get(index),
            Raw::YesNo(yes) => Scalar::YesNo(yes),
            Raw::Error(error) => Scalar::Error(error),
        }))
    }
}

/// Goes over the cells of a sheet part.
pub(crate) fn values(package: &Package, part: &str, see: &mut dyn FnMut(Seen<'_>) -> Result<(), Refusal>) -> Result<(), Refusal> {
    let mut scan = Scan { part, see, inside: false, row: 0, next_row: 0, next_column: 0, cell: Cell::default() };
    walk(Feed::new(package.archive.part(part)?), |token| scan.take(token))
}

/// The cell under way.
#[derive(Default)]
struct Cell {
    open: bool,
    at: Option<Address>,
    kind: Vec<u8>,
    formula: bool,
    value: Option<String>,
    inline: Option<String>,
    /// Whether text that comes now belongs to the value or to the inline text.
    takes: Takes,
    phonetic: u32,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Takes {
    #[default]
    Nothing,
    Value,
    Inline,
}

struct Scan<'a> {
    part: &'a str,
    see: &'a mut dyn FnMut(Seen<'_>) -> Result<(), Refusal>,
    inside: bool,
    row: u32,
    next_row: u32,
    next_column: u32,
    cell: Cell,
}

impl Scan<'_> {
    fn take(&mut self, token: Token<'_>) -> Result<(), Refusal> {
        match token {
            Token::Open { name: b"sheetData", empty, .. } => self.inside = !empty,
            Token::Close { name: b"sheetData" } => self.inside = false,
            _ if !self.inside => {}
            Token::Open { name: b"row", attributes, .. } => self.open_row(attributes)?,
            Token::Open { name: b"c", attributes, empty } => {
                self.open_cell(attributes);
                self.cell.open = !empty;
            }
            Token::Close { name: b"c" } => return self.close_cell(),
            _ if !self.cell.open => {}
            Token::Open { name: b"f", .. } => self.cell.formula = true,
            Token::Open { name: b"v", empty, .. } => {
                self.cell.value = Some(String::new());
                self.cell.takes = if empty { Takes::Nothing } else { Takes::Value };
            }
            Token::Open { name: b"is", .. } => self.cell.inline = Some(String::new()),
            Token::Open { name: b"rPh", empty: false, .. } => self.cell.phonetic += 1,
            Token::Close { name: b"rPh" } => self.cell.phonetic = self.cell.phonetic.saturating_sub(1),
            Token::Open { name: b"t", empty: false, .. } if self.cell.inline.is_some() && self.cell.phonetic == 0 => {
                self.cell.takes = Takes::Inline;
            }
            Token::Close { name: b"v" | b"t" } => self.cell.takes = Takes::Nothing,
            Token::Text(raw) => self.text(|text| append(raw, text).is_ok())?,
            Token::Verbatim(raw) => self.text(|text| append_verbatim(raw, text).is_ok())?,
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, add: impl Fn(&mut String) -> bool) -> Result<(), Refusal> {
        let text = match self.cell.takes {
            Takes::Nothing => return Ok(()),
            Takes::Value => self.cell.value.get_or_insert_default(),
            Takes::Inline => self.cell.inline.get_or_insert_default(),
        };
        if add(text) { Ok(()) } else { Err(broken(format!("{}: text", self.part))) }
    }

    fn open_row(&mut self, tag: &[u8]) -> Result<(), Refusal> {
        let (mut row, mut hidden) = (self.next_row, false);
        for (name, value) in attributes(tag) {
            match local(name) {
                b"r" => row = number::<u32>(value).map_or(row, |number| number.saturating_sub(1)),
                b"hidden" => hidden = yes(value),
                _ => {}
            }
        }
        self.row = row.min(MAX_ROWS - 1);
        (self.next_row, self.next_column) = (self.row + 1, 0);
        (self.see)(Seen::Row { row: self.row, hidden })
    }

    fn open_cell(&mut self, tag: &[u8]) {
        self.cell = Cell::default();
        for (name, value) in attributes(tag) {
            match local(name) {
                b"r" => self.cell.at = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok()),
                b"t" => self.cell.kind = value.to_vec(),
                _ => {}
            }
        }
        let at = self.cell.at.unwrap_or(Address::new(self.row, self.next_column.min(MAX_COLUMNS - 1)));
        self.cell.at = Some(at);
        (self.row, self.next_row, self.next_column) = (at.row, at.row + 1, at.column + 1);
    }

    fn close_cell(&mut self) -> Result<(), Refusal> {
        let cell = std::mem::take(&mut self.cell);
        let Some(at) = cell.at else { return Ok(()) };
        let inline = cell.inline.filter(|_| cell.kind != b"s");
        let written = inline.as_deref().or(cell.value.as_deref());
        let Some(text) = written.filter(|text| !text.is_empty() || cell.kind == b"str") else {
            return if cell.formula { (self.see)(Seen::Cell { at, value: None }) } else { Ok(()) };
        };
        let decoded = decode_escapes(text);
        let value = match &cell.kind[..] {
            _ if inline.is_some() => Some(Raw::Text(&decoded)),
            b"" | b"n" => number(text.as_bytes()).filter(|number: &f64| number.is_finite()).map(Raw::Number),
            b"s" => number(text.as_bytes()).map(Raw::Shared),
            b"str" => Some(Raw::Text(&decoded)),
            b"b" => Some(Raw::YesNo(matches!(text.trim(), "1" | "true" | "TRUE"))),
            b"e" => match ExcelError::from_text(text.trim()) {
                ExcelError::Other => None,
                error => Some(Raw::Error(error)),
            },
            _ => None,
        };
        (self.see)(Seen::Cell { at, value })
    }
}

fn number<T: std::str::FromStr>(raw: &[u8]) -> Option<T> {
    std::str::from_utf8(raw).ok()?.trim().parse().ok()
}
