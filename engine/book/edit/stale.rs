//! Which saved results an edit could have changed.
//!
//! A formula is stale when it refers, directly or through others, to a cell whose content was set. Where that cannot be
//! told (`INDIRECT`, `OFFSET`, names that lead nowhere) it is stale after any edit.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::formula::{Piece, Reference, Scope, Span, pieces};
use super::scan::{FormulaCell, FormulaKind, Formulas};
use crate::calc::TableShape;
use crate::{Address, Area, MAX_COLUMNS, MAX_ROWS};

/// How often all formulas are gone over before every formula counts as stale: chains that run against the order of the
/// sheets are rare, and long ones of them rarer.
const MOST_SWEEPS: usize = 64;
/// Names that lead to names.
const DEEPEST_NAME: u32 = 8;

/// What a workbook knows beside its cells.
pub(crate) struct Known {
    /// Sheets' names in the file's order, in lower case; new ones behind them.
    pub(crate) sheets: Vec<String>,
    /// Whether sheets came or went.
    pub(crate) other_sheets: bool,
    /// Defined names in lower case, with the sheet they are for.
    pub(crate) names: FxHashMap<(String, Option<usize>), String>,
    /// Tables: name in lower case, sheet and area.
    pub(crate) tables: Vec<(String, usize, Area)>,
    /// The same with their columns, for working formulas out.
    pub(crate) shapes: Vec<TableShape>,
    /// Whether the workbook asks to be calculated when it is opened: no saved result is to be trusted.
    pub(crate) uncalculated: bool,
    /// Whether cells of the file changed, so that formulas which ask for the time are worked out with the rest.
    pub(crate) volatile: bool,
}

/// Functions whose results change by themselves.
const VOLATILE: [&str; 7] = ["TODAY", "NOW", "RAND", "RANDBETWEEN", "_XLFN.RANDARRAY", "CELL", "INFO"];

/// The stale results of a sheet.
#[derive(Default, Debug)]
pub(crate) struct Stale {
    /// Cells with formulas, in order.
    pub(crate) cells: Vec<Address>,
    /// Ranges whose cells all come out of one formula.
    pub(crate) areas: Vec<Area>,
    /// Every formula of the sheet.
    pub(crate) all: bool,
}

impl Stale {
    /// Whether nothing is stale.
    pub(crate) fn is_empty(&self) -> bool {
        self.cells.is_empty() && self.areas.is_empty() && !self.all
    }

    /// Whether a row has a stale cell, as far as cells and ranges say.
    pub(crate) fn has_row(&self, row: u32) -> bool {
        let at = self.cells.partition_point(|cell| cell.row < row);
        self.cells.get(at).is_some_and(|cell| cell.row == row)
            || self.areas.iter().any(|area| (area.first.row..=area.last.row).contains(&row))
    }

    /// Whether a cell's saved result goes.
    pub(crate) fn has(&self, at: Address) -> bool {
        self.cells.binary_search(&at).is_ok() || self.areas.iter().any(|area| area.contains(at))
    }
}

/// The cells of a sheet that were set or became stale.
#[derive(Default)]
struct Touched {
    columns: FxHashMap<u32, BTreeSet<u32>>,
    areas: Vec<Area>,
}

impl Touched {
    fn add(&mut self, at: Address) {
        self.columns.entry(at.column).or_default().insert(at.row);
    }

    fn meets(&self, area: &Area) -> bool {
        let rows = area.first.row..=area.last.row;
        let width = (area.last.column - area.first.column) as usize;
        let within = |column: &u32| (area.first.column..=area.last.column).contains(column);
        let cells = if width < self.columns.len() {
            (area.first.column..=area.last.column)
                .filter_map(|column| self.columns.get(&column))
                .any(|column| column.range(rows.clone()).next().is_some())
        } else {
            self.columns.iter().any(|(column, set)| within(column) && set.range(rows.clone()).next().is_some())
        };
        cells || self.areas.iter().any(|other| overlap(area, other))
    }
}

/// Whether two areas share a cell.
pub(crate) fn overlap(a: &Area, b: &Area) -> bool {
    a.first.row <= b.last.row && b.first.row <= a.last.row && a.first.column <= b.last.column && b.first.column <= a.last.column
}

/// What one formula depends on.
struct Depends {
    sheet: u32,
    at: Address,
    result: Option<Area>,
    /// Its areas, as a range of the common list.
    areas: (u32, u32),
    always: bool,
    stale: bool,
}

/// Finds the stale results of all sheets after `set` (sheet and cell) were given new content, and after rows came or went
/// from a row on (`moved`: sheet and row).
pub(crate) fn find(sheets: &[Option<&Formulas>], known: &Known, set: &[(usize, Address)], moved: &[(usize, u32)]) -> Vec<Stale> {
    let mut touched: Vec<Touched> = sheets.iter().map(|_| Touched::default()).collect();
    for (sheet, at) in set {
        touched[*sheet].add(*at);
    }
    for (sheet, row) in moved {
        let last = Address::new(MAX_ROWS - 1, MAX_COLUMNS - 1);
        touched[*sheet].areas.push(Area { first: Address::new(*row, 0), last });
    }
    let mut reader = Reader { known, areas: Vec::new() };
    let mut all = Vec::new();
    for (sheet, formulas) in sheets.iter().enumerate() {
        if let Some(formulas) = formulas {
            reader.sheet(sheet, formulas, &mut all);
        }
    }
    let settled = sweep(&mut all, &reader.areas, &mut touched);
    let mut stale: Vec<Stale> = sheets.iter().map(|_| Stale::default()).collect();
    for formula in all.iter().filter(|formula| formula.stale || !settled) {
        let sheet = &mut stale[formula.sheet as usize];
        sheet.cells.push(formula.at);
        sheet.areas.extend(formula.result);
    }
    stale
}

/// Marks what depends on what was touched until nothing more is marked; false if that takes too long.
fn sweep(all: &mut [Depends], areas: &[(u32, Area)], touched: &mut [Touched]) -> bool {
    for nth in 0..MOST_SWEEPS {
        let mut found = false;
        let mut look = |formula: &mut Depends| {
            if formula.stale {
                return;
            }
            let mut mine = areas[formula.areas.0 as usize..formula.areas.1 as usize].iter();
            if formula.always || mine.any(|(sheet, area)| touched.get(*sheet as usize).is_some_and(|set| set.meets(area))) {
                formula.stale = true;
                found = true;
                let set = &mut touched[formula.sheet as usize];
                set.add(formula.at);
                set.areas.extend(formula.result);
            }
        };
        // Every other time from the end: a chain upwards is done in one sweep too.
        if nth % 2 == 0 {
            all.iter_mut().for_each(&mut look)
        } else {
            all.iter_mut().rev().for_each(&mut look)
        }
        if !found {
            return true;
        }
    }
    false
}

struct Reader<'k> {
    known: &'k Known,
    areas: Vec<(u32, Area)>,
}

impl Reader<'_> {
    fn sheet(&mut self, sheet: usize, formulas: &Formulas, all: &mut Vec<Depends>) {
        let mut masters: FxHashMap<u32, Vec<Piece>> = FxHashMap::default();
        for cell in &formulas.cells {
            let start = self.areas.len() as u32;
            let always = match cell.kind {
                FormulaKind::Shared(number) => {
                    let master = formulas.master(number);
                    let known = masters
                        .entry(number)
                        .or_insert_with(|| master.map(|master| pieces(formulas.text(master))).unwrap_or_default());
                    match master {
                        Some(master) => self.shared(sheet, cell, master, known),
                        None => true,
                    }
                }
                _ => self.pieces(sheet, &pieces(formulas.text(cell)), (0, 0), 0),
            };
            let result = match cell.kind {
                FormulaKind::Array(area) | FormulaKind::Table(area) if area.first != area.last => Some(area),
                _ => None,
            };
            let always = always || matches!(cell.kind, FormulaKind::Table(_));
            // A formula may tell its own row, which may have moved.
            self.areas.push((sheet as u32, Area { first: cell.at, last: cell.at }));
            let areas = (start, self.areas.len() as u32);
            all.push(Depends { sheet: sheet as u32, at: cell.at, result, areas, always, stale: false });
        }
    }

    fn shared(&mut self, sheet: usize, cell: &FormulaCell, master: &FormulaCell, known: &[Piece]) -> bool {
        let rows = i64::from(cell.at.row) - i64::from(master.at.row);
        let columns = i64::from(cell.at.column) - i64::from(master.at.column);
        self.pieces(sheet, known, (rows, columns), 0)
    }

    /// Notes what the pieces point to; true if that cannot be told.
    fn pieces(&mut self, sheet: usize, pieces: &[Piece], by: (i64, i64), depth: u32) -> bool {
        // A range of sheets may hold others now.
        let several = |piece: &Piece| matches!(piece, Piece::Reference(found) if matches!(found.scope, Scope::Sheets(..)));
        let mut always = self.known.other_sheets && pieces.iter().any(several);
        for piece in pieces {
            match piece {
                Piece::Reference(reference) => self.reference(sheet, reference, by),
                Piece::Name { scope, name } => always |= self.name(sheet, scope, name, depth),
                Piece::Function(name) => {
                    let name = name.to_ascii_uppercase();
                    always |= matches!(name.as_str(), "INDIRECT" | "OFFSET");
                    always |= self.known.volatile && VOLATILE.contains(&name.as_str());
                }
                Piece::Columns => self.tables(|_, own| own == sheet),
            }
        }
        always
    }

    fn reference(&mut self, sheet: usize, reference: &Reference, by: (i64, i64)) {
        let area = area(&reference.span, by);
        match &reference.scope {
            Scope::Own => self.areas.push((sheet as u32, area)),
            Scope::Sheet(name) => self.areas.extend(self.sheet_of(name).map(|sheet| (sheet as u32, area))),
            Scope::Sheets(first, last) => {
                if let (Some(a), Some(b)) = (self.sheet_of(first), self.sheet_of(last)) {
                    self.areas.extend((a.min(b)..=a.max(b)).map(|sheet| (sheet as u32, area)));
                }
            }
            Scope::Outside => {}
        }
    }

    fn sheet_of(&self, name: &str) -> Option<usize> {
        let name = name.to_lowercase();
        self.known.sheets.iter().position(|known| *known == name)
    }

    fn name(&mut self, sheet: usize, scope: &Scope, name: &str, depth: u32) -> bool {
        let lower = name.to_lowercase();
        if matches!(lower.as_str(), "true" | "false") || lower.starts_with("_xlpm.") || depth > DEEPEST_NAME {
            return depth > DEEPEST_NAME;
        }
        let own = match scope {
            Scope::Own => Some(sheet),
            Scope::Sheet(name) => self.sheet_of(name),
            Scope::Sheets(..) => None,
            Scope::Outside => return false,
        };
        let known = self.known;
        let text = known.names.get(&(lower.clone(), own)).or_else(|| known.names.get(&(lower.clone(), None)));
        if let Some(text) = text {
            let pieces = pieces(text);
            // A name that is seen from each cell differently could mean any cell.
            let relative = pieces.iter().any(|piece| matches!(piece, Piece::Reference(reference) if !fixed(&reference.span)));
            return self.pieces(sheet, &pieces, (0, 0), depth + 1) || relative;
        }
        let before = self.areas.len();
        self.tables(|table, _| table == lower);
        self.areas.len() == before
    }

    fn tables(&mut self, wanted: impl Fn(&str, usize) -> bool) {
        let known = self.known;
        let tables = known.tables.iter().filter(|(name, sheet, _)| wanted(name, *sheet));
        self.areas.extend(tables.map(|(_, sheet, area)| (*sheet as u32, *area)));
    }
}

fn fixed(span: &Span) -> bool {
    match span {
        Span::Cell(a, b) | Span::Rows(a, b) | Span::Columns(a, b) => a.fixed && b.fixed,
        Span::Cells(a, b) => a.iter().chain(b).all(|end| end.fixed),
    }
}

/// What a span covers, seen from a cell so many rows and columns away.
fn area(span: &Span, (rows, columns): (i64, i64)) -> Area {
    let (mut rows_of, mut columns_of) = (span.rows(), span.columns());
    if (rows, columns) != (0, 0) {
        let row = |end: super::formula::End| end.along(rows, MAX_ROWS);
        let column = |end: super::formula::End| end.along(columns, MAX_COLUMNS);
        match span {
            Span::Cell(c, r) => (rows_of, columns_of) = ((row(*r), row(*r)), (column(*c), column(*c))),
            Span::Cells([ac, ar], [bc, br]) => {
                (rows_of, columns_of) = (ordered(row(*ar), row(*br)), ordered(column(*ac), column(*bc)));
            }
            Span::Rows(a, b) => rows_of = ordered(row(*a), row(*b)),
            Span::Columns(a, b) => columns_of = ordered(column(*a), column(*b)),
        }
    }
    Area { first: Address::new(rows_of.0, columns_of.0), last: Address::new(rows_of.1, columns_of.1) }
}

fn ordered(a: u32, b: u32) -> (u32, u32) {
    (a.min(b), a.max(b))
}
