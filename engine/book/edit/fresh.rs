//! The results of formulas after an edit: those that the edit may have changed, worked out anew where that is certain.
//!
//! Everything here is told as it is after the edit: where cells stand, how formulas read, what sheets are called.

use std::collections::BTreeMap;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::EditError;
use super::cell::Rules;
use super::formula::{Scope, translated};
use super::row::{Image, images};
use super::scan::{FormulaCell, FormulaKind, Formulas};
use super::sheet::SheetState;
use super::stale::{Known, Stale};
use super::value::{Content, NewValue, Written};
use super::values::{Raw, Seen, SharedTexts, values};
use crate::calc::{self, Grid, Page, Place, Scalar, TableShape};
use crate::package::Package;
use crate::{Address, Area};

/// Formulas that are worked out in one edit.
const MOST_FORMULAS: usize = 100_000;
/// Cells that they look at, held at once.
const MOST_CELLS: usize = 1_000_000;
/// Cells looked at in all, one counted as often as it is looked at.
const MOST_LOOKS: u64 = 30_000_000;
/// Ranges by which the cells of a sheet are asked for; with more of them the whole sheet is.
const MOST_AREAS: usize = 64;

/// The new results of one sheet, by the cells they stand in.
pub(crate) type Results = FxHashMap<Address, Scalar>;

/// What is known of all results after an edit.
#[derive(Default)]
pub(crate) struct Fresh {
    /// For each sheet, in the order they have after the edit.
    pub(crate) sheets: Vec<Rc<Results>>,
    /// How many results are left out: nobody here knows them.
    pub(crate) left_out: u64,
}

/// A sheet after the edit, with all that decides its formulas.
pub(crate) struct Sheet<'a> {
    pub(crate) state: &'a SheetState,
    pub(crate) formulas: &'a Formulas,
    pub(crate) stale: Rc<Stale>,
    pub(crate) rules: Rules<'a>,
}

/// Works out what an edit may have changed.
pub(crate) struct Recalculation<'a> {
    pub(crate) package: &'a Package,
    pub(crate) sheets: Vec<Sheet<'a>>,
    pub(crate) known: &'a Known,
    /// The moment of the job, in milliseconds since 1970-01-01 of the wall clock.
    pub(crate) now: Option<i64>,
}

/// A formula in its cell after the edit.
struct Wanted<'a> {
    sheet: usize,
    at: Address,
    text: Text<'a>,
}

/// Where the text of a formula comes from.
enum Text<'a> {
    /// A cell of the file, and where it comes out.
    OfFile(&'a FormulaCell, Image),
    /// Somebody put it there.
    New(&'a Written),
}

impl Recalculation<'_> {
    pub(crate) fn run(&self) -> Result<Fresh, EditError> {
        let none = || self.sheets.iter().map(|_| Rc::default()).collect();
        let (written, others) = self.wanted();
        let all = written.len();
        if all == 0 || all > MOST_FORMULAS {
            return Ok(Fresh { sheets: none(), left_out: all as u64 });
        }
        let names = Found { recalculation: self, tables: self.tables() };
        let mut formulas: Vec<calc::Formula> = written.iter().map(|wanted| self.parsed(wanted, &names)).collect();
        if !self.add_looked_at(&others, &names, &mut formulas) {
            return Ok(Fresh { sheets: none(), left_out: all as u64 });
        }
        let mut grid = Grid::new(self.pages(&formulas)?, MOST_LOOKS);
        let results = calc::calculate(&mut grid, &formulas, self.package.date1904, self.now);
        let mut sheets: Vec<Results> = self.sheets.iter().map(|_| Results::default()).collect();
        let mut left_out = 0;
        for (formula, result) in written.iter().zip(results) {
            match result {
                Some(value) => drop(sheets[formula.sheet].insert(formula.at, value)),
                None => left_out += 1,
            }
        }
        Ok(Fresh { sheets: sheets.into_iter().map(Rc::new).collect(), left_out })
    }

    /// The formulas whose results go into the file; and all others, if no saved result is to be trusted.
    fn wanted(&self) -> (Vec<Wanted<'_>>, Vec<Wanted<'_>>) {
        let (mut written, mut others) = (Vec::new(), Vec::new());
        for (nth, sheet) in self.sheets.iter().enumerate() {
            for cell in &sheet.formulas.cells {
                let touched = sheet.stale.all || sheet.stale.has(cell.at);
                if !touched && !self.known.uncalculated {
                    continue;
                }
                for image in images(sheet.rules.own, cell.at.row) {
                    let at = Address::new(image.row, cell.at.column);
                    if !sheet.is_set(at) {
                        let wanted = Wanted { sheet: nth, at, text: Text::OfFile(cell, image) };
                        (if touched { &mut written } else { &mut others }).push(wanted);
                    }
                }
            }
            for (at, edit) in sheet.edits() {
                if let Content::Formula(formula) = edit {
                    written.push(Wanted { sheet: nth, at, text: Text::New(formula) });
                }
            }
        }
        (written, others)
    }

    fn parsed(&self, wanted: &Wanted<'_>, names: &Found<'_>) -> calc::Formula {
        let sheet = &self.sheets[wanted.sheet];
        let (text, array) = match &wanted.text {
            Text::OfFile(cell, image) => (sheet.text(cell, image), matches!(cell.kind, FormulaKind::Array(_))),
            Text::New(formula) => (Some(sheet.rules.written(formula)), false),
        };
        let tree = text.and_then(|text| calc::parse(&text, wanted.sheet, wanted.at, names));
        calc::Formula { sheet: wanted.sheet, at: wanted.at, tree, array }
    }

    /// Adds those of the other formulas that the formulas look at, and those that these look at; false if there are too many.
    fn add_looked_at(&self, others: &[Wanted<'_>], names: &Found<'_>, formulas: &mut Vec<calc::Formula>) -> bool {
        let mut columns: BTreeMap<(usize, u32), Vec<(u32, usize)>> = BTreeMap::new();
        for (nth, other) in others.iter().enumerate() {
            columns.entry((other.sheet, other.at.column)).or_default().push((other.at.row, nth));
        }
        columns.values_mut().for_each(|rows| rows.sort_unstable());
        let (mut next, mut places) = (0, Vec::new());
        while !columns.is_empty() && next < formulas.len() {
            if let Some(tree) = &formulas[next].tree {
                calc::places(tree, &mut places);
            }
            next += 1;
            for Place { sheet, area } in places.drain(..) {
                for (_, rows) in columns.range_mut((sheet, area.first.column)..=(sheet, area.last.column)) {
                    let from = rows.partition_point(|(row, _)| *row < area.first.row);
                    let to = rows.partition_point(|(row, _)| *row <= area.last.row);
                    let found = rows.drain(from..to);
                    formulas.extend(found.map(|(_, nth)| self.parsed(&others[nth], names)));
                }
            }
            if formulas.len() > MOST_FORMULAS {
                return false;
            }
        }
        true
    }

    /// The cells that formulas look at.
    fn pages(&self, formulas: &[calc::Formula]) -> Result<Vec<Page>, EditError> {
        let mut pages: Vec<Page> = self.sheets.iter().map(|_| Page::default()).collect();
        let mut needs = self.needs(formulas);
        for (nth, (need, sheet)) in needs.iter_mut().zip(&self.sheets).enumerate() {
            pages[nth].subtotals = sheet.subtotals();
            // A subtotal asks for the rows, too.
            need.rows = !pages[nth].subtotals.is_empty();
            // Where everything that is looked at was just set, the file need not be read.
            if need.is_given(sheet) {
                *need = Need::default();
            }
        }
        self.read(&needs, &mut pages)?;
        for (nth, sheet) in self.sheets.iter().enumerate() {
            for (at, content) in sheet.edits() {
                match content {
                    Content::Value(NewValue::Blank) => pages[nth].clear(at),
                    Content::Value(value) => pages[nth].put(at, self.scalar(value)),
                    Content::Formula(_) => pages[nth].put(at, None),
                }
            }
        }
        for formula in formulas {
            pages[formula.sheet].put(formula.at, None);
        }
        Ok(pages)
    }

    /// What of each sheet is looked at.
    fn needs(&self, formulas: &[calc::Formula]) -> Vec<Need> {
        let mut needs: Vec<Need> = self.sheets.iter().map(|_| Need::default()).collect();
        let mut places = Vec::new();
        for formula in formulas {
            if let Some(tree) = &formula.tree {
                calc::places(tree, &mut places);
            }
            for Place { sheet, area } in places.drain(..) {
                needs[sheet].add(area);
            }
        }
        needs
    }

    /// Reads each part of the file once, for the sheet it is and for all copies of it.
    fn read(&self, needs: &[Need], pages: &mut [Page]) -> Result<(), EditError> {
        let mut tabs: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (nth, sheet) in self.sheets.iter().enumerate().filter(|(nth, _)| !needs[*nth].is_empty()) {
            if let Some(tab) = sheet.state.tab {
                tabs.entry(tab).or_default().push(nth);
            }
        }
        let texts = SharedTexts::new(self.package);
        let mut left = MOST_CELLS;
        for (tab, sheets) in tabs {
            let mut reader = Reader {
                sheets: &self.sheets,
                needs,
                pages: &mut *pages,
                left: &mut left,
                row: None,
                rows: sheets.into_iter().map(|sheet| (sheet, Vec::new())).collect(),
            };
            values(self.package, &self.package.tabs[tab].part, &mut |seen| reader.take(seen, &texts))?;
        }
        Ok(())
    }

    /// A value as it will be read from the file.
    fn scalar(&self, value: &NewValue) -> Option<Scalar> {
        Some(match value {
            NewValue::Blank => Scalar::Blank,
            NewValue::Text(text) => Scalar::text(text),
            NewValue::YesNo(yes) => Scalar::YesNo(*yes),
            NewValue::Error(error) => Scalar::Error(*error),
            other => Scalar::Number(other.written_number(self.package.date1904)?.parse().ok()?),
        })
    }

    /// The tables whose place and columns are still those of the file.
    fn tables(&self) -> Vec<TableShape> {
        let mut tables = Vec::new();
        for shape in &self.known.shapes {
            let mut of = self.sheets.iter().enumerate().filter(|(_, sheet)| sheet.state.tab == Some(shape.sheet));
            let Some((nth, sheet)) = of.find(|(_, sheet)| !sheet.state.is_copy()) else { continue };
            let head = shape.area.first.row..shape.area.first.row + shape.header_rows;
            let renamed = sheet.state.edits.range(head).next().is_some();
            if sheet.rules.own.is_empty() && !renamed {
                tables.push(TableShape { sheet: nth, ..shape.clone() });
            }
        }
        tables
    }
}

/// One part of the file on its way to the pages of the sheet and of its copies.
struct Reader<'a> {
    sheets: &'a [Sheet<'a>],
    needs: &'a [Need],
    pages: &'a mut [Page],
    /// How many cells may still be held.
    left: &'a mut usize,
    row: Option<u32>,
    /// For each sheet of the part where the row under way comes out.
    rows: Vec<(usize, Vec<u32>)>,
}

impl Reader<'_> {
    fn take(&mut self, seen: Seen<'_>, texts: &SharedTexts<'_>) -> Result<(), crate::Refusal> {
        match seen {
            Seen::Row { row, hidden } => {
                self.turn_to(row);
                if hidden {
                    self.rows.iter().for_each(|(sheet, _)| self.pages[*sheet].hidden_rows = true);
                }
                Ok(())
            }
            Seen::Cell { at, value } => {
                self.turn_to(at.row);
                let needed = |(sheet, rows): &(usize, Vec<u32>)| {
                    let place = |row: &u32| Address::new(*row, at.column);
                    rows.iter().map(place).any(|at| self.needs[*sheet].has(at) && !self.sheets[*sheet].is_set(at))
                };
                if self.rows.iter().any(needed) {
                    let known = value.map(|value: Raw<'_>| value.scalar(texts)).transpose()?.flatten();
                    self.put(at, &known);
                }
                Ok(())
            }
        }
    }

    /// Finds where a row of the file comes out.
    fn turn_to(&mut self, row: u32) {
        if self.row.replace(row) == Some(row) {
            return;
        }
        for (sheet, rows) in &mut self.rows {
            rows.clear();
            match self.sheets[*sheet].rules.own {
                [] => rows.push(row),
                own => rows.extend(images(own, row).iter().map(|image| image.row)),
            }
        }
    }

    fn put(&mut self, at: Address, known: &Option<Scalar>) {
        for (sheet, rows) in &self.rows {
            // What comes out of a formula for a range is no longer known if that formula is stale.
            let known = if self.sheets[*sheet].stale.has(at) { None } else { known.clone() };
            for row in rows {
                let new = Address::new(*row, at.column);
                if !self.needs[*sheet].has(new) || self.sheets[*sheet].is_set(new) {
                    continue;
                }
                match self.left.checked_sub(1) {
                    Some(less) => *self.left = less,
                    None => self.pages[*sheet].partly = true,
                }
                if !self.pages[*sheet].partly {
                    self.pages[*sheet].put(new, known.clone());
                }
            }
        }
    }
}

impl Sheet<'_> {
    /// What cells are made to hold.
    fn edits(&self) -> impl Iterator<Item = (Address, &Content)> {
        self.state.edits.iter().flat_map(|(row, cells)| {
            cells.iter().filter_map(move |(column, edit)| Some((Address::new(*row, *column), edit.content.as_ref()?)))
        })
    }

    fn is_set(&self, at: Address) -> bool {
        let edit = self.state.edits.get(&at.row).and_then(|row| row.get(&at.column));
        edit.is_some_and(|edit| edit.content.is_some())
    }

    /// A formula of the file as it reads in one of its cells after the edit; none for one that fills a range.
    fn text(&self, cell: &FormulaCell, image: &Image) -> Option<String> {
        let text = match cell.kind {
            FormulaKind::Plain => self.formulas.text(cell).to_owned(),
            FormulaKind::Array(area) if area.first == area.last => self.formulas.text(cell).to_owned(),
            FormulaKind::Array(_) | FormulaKind::Table(_) => return None,
            FormulaKind::Shared(number) => {
                let master = self.formulas.master(number)?;
                let by = |a: u32, b: u32| i64::from(a) - i64::from(b);
                let (rows, columns) = (by(cell.at.row, master.at.row), by(cell.at.column, master.at.column));
                translated(self.formulas.text(master), rows, columns)
            }
        };
        Some(self.rules.formula(&text, image).unwrap_or(text))
    }

    /// Where subtotals stand.
    fn subtotals(&self) -> Vec<Address> {
        let subtotal = |text: &str| {
            let named = |name: &[u8]| text.as_bytes().windows(name.len()).any(|at| at.eq_ignore_ascii_case(name));
            named(b"SUBTOTAL") || named(b"AGGREGATE")
        };
        let mut found = Vec::new();
        for cell in &self.formulas.cells {
            let text = match cell.kind {
                FormulaKind::Shared(number) => self.formulas.master(number).map_or("", |master| self.formulas.text(master)),
                _ => self.formulas.text(cell),
            };
            if subtotal(text) {
                let places = images(self.rules.own, cell.at.row).into_iter();
                found.extend(places.map(|image| Address::new(image.row, cell.at.column)));
            }
        }
        for (at, content) in self.edits() {
            if matches!(content, Content::Formula(formula) if subtotal(&formula.text)) {
                found.push(at);
            }
        }
        found
    }
}

/// The areas of one sheet that formulas look at.
#[derive(Default)]
struct Need {
    areas: Vec<Area>,
    all: bool,
    /// Whether it matters which rows are hidden.
    rows: bool,
}

/// Cells that are asked one by one whether they were set.
const MOST_ASKED: u64 = 10_000;

impl Need {
    fn is_empty(&self) -> bool {
        self.areas.is_empty() && !self.all
    }

    fn add(&mut self, area: Area) {
        if self.all || self.areas.iter().any(|known| known.contains(area.first) && known.contains(area.last)) {
            return;
        }
        self.areas.push(area);
        if self.areas.len() > MOST_AREAS {
            (self.areas, self.all) = (Vec::new(), true);
        }
    }

    /// Whether every cell was set by the edit itself.
    fn is_given(&self, sheet: &Sheet<'_>) -> bool {
        let size =
            |area: &Area| u64::from(area.last.row - area.first.row + 1) * u64::from(area.last.column - area.first.column + 1);
        let cells = |area: &Area| {
            let (first, last) = (area.first, area.last);
            (first.row..=last.row).flat_map(move |row| (first.column..=last.column).map(move |column| Address::new(row, column)))
        };
        let few = !self.all && !self.rows && self.areas.iter().map(size).sum::<u64>() <= MOST_ASKED;
        few && self.areas.iter().flat_map(cells).all(|at| sheet.is_set(at))
    }

    fn has(&self, at: Address) -> bool {
        self.all || self.areas.iter().any(|area| area.contains(at))
    }
}

/// What formulas name, after the edit.
struct Found<'a> {
    recalculation: &'a Recalculation<'a>,
    tables: Vec<TableShape>,
}

impl calc::Names for Found<'_> {
    fn sheet(&self, name: &str) -> Option<usize> {
        let lower = name.to_lowercase();
        self.recalculation.sheets.iter().position(|sheet| sheet.state.name.to_lowercase() == lower)
    }

    fn sheets(&self, first: &str, last: &str) -> Option<Vec<usize>> {
        let (first, last) = (self.sheet(first)?, self.sheet(last)?);
        let range = first.min(last)..=first.max(last);
        let whole = range.clone().all(|nth| self.recalculation.sheets[nth].state.cells);
        whole.then(|| range.collect())
    }

    fn name(&self, sheet: usize, name: &str) -> Option<String> {
        let (known, lower) = (self.recalculation.known, name.to_lowercase());
        let own = &self.recalculation.sheets[sheet];
        if let Some(text) = known.names.get(&(lower.clone(), own.state.tab)).filter(|_| own.state.tab.is_some()) {
            // The copy of a sheet has names of its own, which mean other cells.
            return (!own.state.is_copy()).then(|| self.moved(text));
        }
        known.names.get(&(lower, None)).map(|text| self.moved(text))
    }

    fn table(&self, name: &str) -> Option<&TableShape> {
        let lower = name.to_lowercase();
        self.tables.iter().find(|table| table.name.to_lowercase() == lower)
    }
}

impl Found<'_> {
    /// The text of a name after rows have come and gone.
    fn moved(&self, text: &str) -> String {
        let all = self.recalculation.sheets.first().map_or(&[][..], |sheet| sheet.rules.moves.all);
        let named = |scope: &Scope, nth: usize| match scope {
            Scope::Sheet(name) => {
                let sheet = calc::Names::sheet(self, name)?;
                Some(self.recalculation.sheets[sheet].state.number_at(nth))
            }
            _ => None,
        };
        let moves = super::formula::Moves { all, sheet: &named };
        moves.formula(text, 0..all.len(), None).unwrap_or_else(|| text.to_owned())
    }
}
