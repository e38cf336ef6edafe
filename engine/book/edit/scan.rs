//! Where a sheet's formulas stand: gone over once before anything is changed.

use memchr::memmem;
use rustc_hash::FxHashMap;

use super::EditError;
use crate::gate::{broken, hostile};
use crate::package::Package;
use crate::read::xlsx::feed::Feed;
use crate::read::xlsx::token::{BadText, Token, append, append_verbatim, attributes, local};
use crate::read::xlsx::walk::walk;
use crate::{Address, Area, MAX_COLUMNS, MAX_ROWS};

/// All formulas' texts of one sheet together.
const MOST_TEXT: usize = 256 << 20;
/// A sheet whose formulas are remembered is no larger.
const REMEMBERED: usize = 64 << 10;

/// The formulas of a sheet.
#[derive(Clone, Default, Debug)]
pub(crate) struct Formulas {
    pub(crate) cells: Vec<FormulaCell>,
    texts: String,
    /// For each number of a shared formula the cell that carries its text.
    pub(crate) masters: FxHashMap<u32, usize>,
}

/// A cell with a formula.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FormulaCell {
    pub(crate) at: Address,
    text: (u32, u32),
    pub(crate) kind: FormulaKind,
}

/// How a formula is written.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum FormulaKind {
    Plain,
    /// The same formula as others, each seen from its own cell.
    Shared(u32),
    /// One formula for a range.
    Array(Area),
    /// A what-if table over a range.
    Table(Area),
}

impl Formulas {
    /// The text of a formula as it stands in its cell; empty for a follower of a shared one.
    pub(crate) fn text(&self, cell: &FormulaCell) -> &str {
        &self.texts[cell.text.0 as usize..cell.text.1 as usize]
    }

    /// The formula of a cell, if it has one.
    pub(crate) fn at(&self, at: Address) -> Option<&FormulaCell> {
        let place = self.cells.binary_search_by_key(&at, |cell| cell.at).ok()?;
        self.cells.get(place)
    }

    /// The cell that carries the text of a shared formula.
    pub(crate) fn master(&self, number: u32) -> Option<&FormulaCell> {
        self.masters.get(&number).and_then(|place| self.cells.get(*place))
    }

    /// The formulas of a sheet. Those of a small one are remembered: a template is filled a hundred times.
    pub(crate) fn read(package: &Package, part: &str) -> Result<Formulas, EditError> {
        if package.archive.part(part)?.left() > REMEMBERED {
            return Formulas::scan(package, part);
        }
        if let Some(known) = package.formulas.borrow().get(part) {
            return Ok(known.clone());
        }
        let formulas = Formulas::scan(package, part)?;
        package.formulas.borrow_mut().insert(part.to_owned(), formulas.clone());
        Ok(formulas)
    }

    /// Goes over a sheet.
    fn scan(package: &Package, part: &str) -> Result<Formulas, EditError> {
        if !has_formula(package, part)? {
            return Ok(Formulas::default());
        }
        let mut scan = Scan { part, row: 0, next_row: 0, column: 0, cells: 0, open: None, formulas: Formulas::default() };
        walk(Feed::new(package.archive.part(part)?), |token| scan.take(token))?;
        let mut formulas = scan.formulas;
        formulas.cells.sort_by_key(|cell| cell.at);
        formulas.find_masters();
        Ok(formulas)
    }

    fn find_masters(&mut self) {
        for (place, cell) in self.cells.iter().enumerate() {
            if let FormulaKind::Shared(number) = cell.kind
                && cell.text.0 < cell.text.1
            {
                self.masters.entry(number).or_insert(place);
            }
        }
    }
}

/// Whether anything in the part could be a formula: most sheets have none, and a look for bytes is fast.
fn has_formula(package: &Package, part: &str) -> Result<bool, EditError> {
    let mut feed = Feed::new(package.archive.part(part)?);
    let finder = [memmem::Finder::new("<f>"), memmem::Finder::new("<f "), memmem::Finder::new(":f>"), memmem::Finder::new(":f ")];
    // Prefixed names are looked for only in a part whose cells are prefixed.
    let mut prefixed = None;
    while feed.more()? {
        let window = feed.window();
        let wide = *prefixed.get_or_insert_with(|| !contains(&window[..window.len().min(4096)], b"<worksheet"));
        let finders = if wide { &finder[..] } else { &finder[..2] };
        if finders.iter().any(|finder| finder.find(window).is_some()) {
            return Ok(true);
        }
        // The last bytes may be the beginning of what is looked for.
        feed.consume(window.len().saturating_sub(3));
    }
    Ok(false)
}

fn contains(window: &[u8], what: &[u8]) -> bool {
    memmem::find(window, what).is_some()
}

struct Scan<'a> {
    part: &'a str,
    row: u32,
    next_row: u32,
    column: u32,
    /// Whether the cells are under way.
    cells: u32,
    /// The formula under way: where its text began and how it is written.
    open: Option<(usize, FormulaKind)>,
    formulas: Formulas,
}

impl Scan<'_> {
    fn take(&mut self, token: Token<'_>) -> Result<(), crate::Refusal> {
        match token {
            Token::Open { name: b"sheetData", empty, .. } => self.cells += u32::from(!empty),
            Token::Close { name: b"sheetData" } => self.cells = 0,
            _ if self.cells == 0 => {}
            Token::Open { name: b"row", attributes, .. } => {
                let number = find(attributes, b"r").and_then(number);
                self.row = number.map_or(self.next_row, |number| number.saturating_sub(1)).min(MAX_ROWS - 1);
                (self.next_row, self.column) = (self.row + 1, 0);
            }
            Token::Open { name: b"c", attributes, .. } => {
                if let Some(at) = find(attributes, b"r").and_then(address) {
                    (self.row, self.next_row, self.column) = (at.row, at.row + 1, at.column);
                }
                self.column = (self.column + 1).min(MAX_COLUMNS);
            }
            Token::Open { name: b"f", attributes, empty } => {
                self.open = Some((self.formulas.texts.len(), kind(attributes)));
                if empty {
                    self.close();
                }
            }
            Token::Close { name: b"f" } => self.close(),
            Token::Text(raw) if self.open.is_some() => self.text(|texts| append(raw, texts))?,
            Token::Verbatim(raw) if self.open.is_some() => self.text(|texts| append_verbatim(raw, texts))?,
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, add: impl Fn(&mut String) -> Result<(), BadText>) -> Result<(), crate::Refusal> {
        add(&mut self.formulas.texts).map_err(|_| broken(format!("{}: text", self.part)))?;
        if self.formulas.texts.len() > MOST_TEXT {
            return Err(hostile(format!("{}: more than {MOST_TEXT} bytes of formulas", self.part)));
        }
        Ok(())
    }

    fn close(&mut self) {
        let Some((start, kind)) = self.open.take() else { return };
        let at = Address::new(self.row, self.column.saturating_sub(1));
        let text = (start as u32, self.formulas.texts.len() as u32);
        self.formulas.cells.push(FormulaCell { at, text, kind });
    }
}

fn kind(tag: &[u8]) -> FormulaKind {
    let area = || find(tag, b"ref").and_then(|raw| std::str::from_utf8(raw).ok()?.parse::<Area>().ok());
    match find(tag, b"t") {
        Some(b"shared") => find(tag, b"si").and_then(number).map_or(FormulaKind::Plain, FormulaKind::Shared),
        Some(b"array") => area().map_or(FormulaKind::Plain, FormulaKind::Array),
        Some(b"dataTable") => area().map_or(FormulaKind::Plain, FormulaKind::Table),
        _ => FormulaKind::Plain,
    }
}

fn find<'a>(tag: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    attributes(tag).find(|(found, _)| local(found) == name).map(|(_, value)| value)
}

fn number(raw: &[u8]) -> Option<u32> {
    std::str::from_utf8(raw).ok()?.trim().parse().ok()
}

fn address(raw: &[u8]) -> Option<Address> {
    std::str::from_utf8(raw).ok()?.parse().ok()
}
