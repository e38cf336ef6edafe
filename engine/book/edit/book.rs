//! Carries an edit out.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::around::Surroundings;
use super::cell::Rules;
use super::formula::{Move, Moves, Piece, Scope, pieces};
use super::fresh::{Fresh, Recalculation, Results, Sheet};
use super::moved::{Mover, Related, check, pivot_source, related_parts};
use super::refs::Renames;
use super::row::RowMaker;
use super::scan::{FormulaKind, Formulas};
use super::sheet::SheetState;
use super::stale::{self, Known, Stale};
use super::stream::{rewrite, tail_of};
use super::style::Styles;
use super::table;
use super::tabs::{self, Book};
use super::value::Content;
use super::verify::Meant;
use super::work::Work;
use super::{EditError, Edited, Editor, calc, comment, picture};
use crate::package::Tree;
use crate::read::xlsx::feed::Feed;
use crate::{Address, Day};

const DAY_MS: i64 = 86_400_000;

fn ms_of(time: jiff::civil::Time) -> i64 {
    let seconds = i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    seconds * 1000 + i64::from(time.millisecond())
}

/// An edit under way.
pub(crate) struct Finish<'p> {
    work: Work<'p>,
    sheets: Vec<SheetState>,
    moves: Vec<(usize, Move)>,
    /// The sheets' names in lower case, with their numbers.
    numbers: Vec<(String, usize)>,
    /// The formulas of the file's sheets, if any content changes.
    formulas: Vec<Formulas>,
    /// The stale results of the file's sheets.
    stale: Vec<Rc<Stale>>,
    /// Whether sheets came or went.
    other_sheets: bool,
    /// What formulas can name, if any of them matters.
    known: Option<Known>,
    /// The results of formulas that the edit may have changed.
    fresh: Fresh,
    /// The moment for formulas that ask for it.
    now: Option<i64>,
    /// Sheets in which a formula that cells share lost its first cell.
    unshared: BTreeSet<usize>,
}

impl<'p> Finish<'p> {
    /// Looks at everything that decides what changes.
    pub(crate) fn new(editor: Editor<'p>) -> Result<Finish<'p>, EditError> {
        let package = editor.package;
        let work = Work::new(package);
        let tabs = package.tabs.iter().enumerate().map(|(nth, tab)| (tab.name.to_lowercase(), nth));
        let new = editor.sheets.iter().filter(|state| state.number() >= package.tabs.len());
        let numbers = tabs.chain(new.map(|state| (state.name.to_lowercase(), state.number()))).collect();
        let other_sheets = tabs::changed(&work, &editor.sheets);
        let (sheets, moves) = (editor.sheets, editor.moves);
        let now = editor.now.map(|now| i64::from(Day::of(now.date()).0) * DAY_MS + ms_of(now.time()));
        let mut finish = Finish {
            work,
            sheets,
            moves,
            numbers,
            formulas: Vec::new(),
            stale: Vec::new(),
            other_sheets,
            unshared: BTreeSet::new(),
            known: None,
            fresh: Fresh::default(),
            now,
        };
        finish.read_formulas()?;
        finish.find_stale(editor.next)?;
        Ok(finish)
    }

    /// Does it.
    pub(crate) fn run(mut self) -> Result<Edited, EditError> {
        self.check_moves()?;
        let mut sheets = std::mem::take(&mut self.sheets);
        let ids = if self.other_sheets { tabs::place(&mut self.work, &mut sheets)? } else { BTreeMap::new() };
        self.sheets = sheets;
        self.fresh = self.recalculate()?;
        let mut styles = Styles::read(&self.work)?;
        let mut media = picture::Media::default();
        let mut unchained = self.other_sheets || !self.moves.is_empty();
        for at in 0..self.sheets.len() {
            unchained |= self.sheet(at, &mut styles)?;
            self.related(at)?;
            picture::lay(&mut self.work, &self.sheets[at], &mut media)?;
            table::headers(&mut self.work, &self.sheets[at], &self.formulas)?;
        }
        styles.finish(&mut self.work)?;
        if self.other_sheets || !self.moves.is_empty() {
            Book { sheets: &self.sheets, ids: &ids, moves: &self.moves, numbers: &self.numbers }.write(&mut self.work)?;
        }
        let stale = self.fresh.left_out;
        let calculated = self.fresh.sheets.iter().map(|results| results.len() as u64).sum();
        if stale > 0 {
            calc::calculate_on_opening(&mut self.work)?;
        }
        if unchained {
            calc::drop_chain(&mut self.work)?;
        }
        let package = self.work.package;
        let meant = self.meant();
        let (bytes, changed_parts) = self.work.finish()?;
        let signature_broken = package.signed() && !changed_parts.is_empty();
        Ok(Edited { bytes, changed_parts, signature_broken, calculated, stale, meant })
    }

    /// Whether somebody put a formula into a cell.
    fn has_new_formulas(&self) -> bool {
        let set = |state: &SheetState| {
            state.edits.values().flat_map(BTreeMap::values).any(|edit| matches!(edit.content, Some(Content::Formula(_))))
        };
        self.sheets.iter().any(set)
    }

    /// Works out what the edit may have changed.
    fn recalculate(&self) -> Result<Fresh, EditError> {
        let Some(known) = &self.known else {
            return Ok(Fresh { sheets: self.sheets.iter().map(|_| Rc::default()).collect(), left_out: 0 });
        };
        let none = Formulas::default();
        let owns: Vec<_> = self.sheets.iter().map(|state| state.own_moves(&self.moves)).collect();
        let renames: Vec<_> = self.sheets.iter().map(|state| self.renames(state)).collect();
        let named: Vec<_> = self.sheets.iter().map(|state| self.named(state)).collect();
        let sheet = |nth: usize| {
            let state = &self.sheets[nth];
            Sheet {
                state,
                formulas: state.tab.map_or(&none, |tab| &self.formulas[tab]),
                stale: self.stale_of(state),
                rules: Rules {
                    moves: Moves { all: &self.moves, sheet: &named[nth] },
                    cells_move: false,
                    own: &owns[nth],
                    unshared: &[],
                    renamed: renames[nth].as_ref(),
                },
            }
        };
        let sheets = (0..self.sheets.len()).map(sheet).collect();
        Recalculation { package: self.work.package, sheets, known, now: self.now }.run()
    }

    /// The sheet that a formula of a sheet means, when a move happens.
    fn named<'a>(&'a self, state: &'a SheetState) -> impl Fn(&Scope, usize) -> Option<usize> {
        move |scope, nth| tabs::number(&self.numbers, Some(state), scope, nth)
    }

    fn meant(&mut self) -> Vec<Meant> {
        let package = self.work.package;
        let fresh = std::mem::take(&mut self.fresh.sheets);
        let sheets = std::mem::take(&mut self.sheets).into_iter().zip(fresh).enumerate().filter(|(_, (state, _))| state.cells);
        let meant = |(at, (state, fresh)): (usize, (SheetState, Rc<Results>))| Meant {
            from: state.tab.map(|tab| package.tabs[tab].name.clone()),
            moves: state.own_moves(&self.moves),
            stale: self.stale_of(&state),
            fresh,
            formulas_move: !self.moves.is_empty() || state.is_copy() || self.unshared.contains(&at),
            around: state.changes_around(),
            name: state.name,
            edits: state.edits,
            heights: state.heights,
        };
        sheets.map(meant).collect()
    }

    /// The stale results of a sheet. In a copy all are: what they were worked out from may be another thing there.
    fn stale_of(&self, state: &SheetState) -> Rc<Stale> {
        match state.tab {
            Some(_) if state.is_copy() => Rc::new(Stale { all: true, ..Stale::default() }),
            Some(tab) => Rc::clone(&self.stale[tab]),
            None => Rc::default(),
        }
    }

    fn read_formulas(&mut self) -> Result<(), EditError> {
        let set = self.sheets.iter().any(|state| state.set_cells().next().is_some());
        let any = set || self.other_sheets || !self.moves.is_empty();
        for tab in &self.work.package.tabs {
            let read = any && tab.cells;
            self.formulas.push(if read { Formulas::read(self.work.package, &tab.part)? } else { Formulas::default() });
        }
        Ok(())
    }

    fn find_stale(&mut self, numbers: usize) -> Result<(), EditError> {
        let set: Vec<_> = self.sheets.iter().flat_map(|state| state.set_cells().map(move |at| (state.number(), at))).collect();
        let moved = self.moves.iter().map(|&(sheet, step)| match step {
            Move::Insert { at, .. } | Move::Delete { at, .. } => (sheet, at),
            Move::Repeat { first, .. } => (sheet, first),
        });
        let moved: Vec<_> = moved.collect();
        let idle = set.is_empty() && moved.is_empty() && !self.other_sheets;
        let none = self.formulas.iter().all(|formulas| formulas.cells.is_empty());
        if idle || none && !self.has_new_formulas() {
            self.stale = self.formulas.iter().map(|_| Rc::default()).collect();
            return Ok(());
        }
        let mut known = calc::known(&self.work)?;
        known.other_sheets = self.other_sheets;
        let changed = |state: &SheetState| state.tab.is_some() && (state.is_copy() || state.set_cells().next().is_some());
        known.volatile = !moved.is_empty() || self.sheets.iter().any(changed);
        let mut formulas: Vec<Option<&Formulas>> = self.formulas.iter().map(Some).collect();
        formulas.resize(numbers, None);
        known.sheets.resize(numbers, String::new());
        for (name, number) in &self.numbers {
            known.sheets[*number].clone_from(name);
        }
        let mut stale = stale::find(&formulas, &known, &set, &moved);
        stale.truncate(self.formulas.len());
        // What is replaced has no saved result to lose.
        for state in self.sheets.iter().filter(|state| !state.is_copy() && state.own_moves(&self.moves).is_empty()) {
            let Some(stale) = state.tab.and_then(|tab| stale.get_mut(tab)) else { continue };
            let edit = |at: &Address| state.edits.get(&at.row).and_then(|row| row.get(&at.column));
            stale.cells.retain(|at| edit(at).is_none_or(|edit| edit.content.is_none()));
        }
        self.stale = stale.into_iter().map(Rc::new).collect();
        self.known = Some(known);
        Ok(())
    }

    /// Asks everything that rows could tear apart.
    fn check_moves(&self) -> Result<(), EditError> {
        for state in self.sheets.iter().filter(|state| state.cells) {
            let (own, Some(tab)) = (state.own_moves(&self.moves), state.tab) else { continue };
            if own.is_empty() {
                continue;
            }
            let steps: Vec<Move> = own.iter().map(|(_, step)| *step).collect();
            let related = related_parts(&self.work, &self.work.package.tabs[tab].part)?;
            check(&self.work, &state.name, &steps, &self.formulas[tab], &related)?;
        }
        Ok(())
    }

    fn renames(&self, state: &SheetState) -> Option<Renames> {
        let tab = state.tab.filter(|_| state.is_copy())?;
        Some(Renames { from: self.work.package.tabs[tab].name.clone(), to: state.name.clone() })
    }

    /// Whether a formula in the cells of a sheet names rows that moved.
    fn cells_move(&self, state: &SheetState) -> bool {
        let Some(tab) = state.tab else { return false };
        if !state.own_moves(&self.moves).is_empty() {
            return true;
        }
        let formulas = &self.formulas[tab];
        let moved = |scope: &Scope| {
            let sheet = |nth| tabs::number(&self.numbers, Some(state), scope, nth);
            matches!(scope, Scope::Sheet(_)) && self.moves.iter().enumerate().any(|(nth, (on, _))| sheet(nth) == Some(*on))
        };
        let names = |piece: &Piece| matches!(piece, Piece::Reference(reference) if moved(&reference.scope));
        !self.moves.is_empty()
            && formulas
                .cells
                .iter()
                .map(|cell| formulas.text(cell))
                .any(|text| text.contains('!') && pieces(text).iter().any(names))
    }

    /// Rewrites one sheet if anything in it changes. Answers whether formulas came or went.
    fn sheet(&mut self, at: usize, styles: &mut Styles) -> Result<bool, EditError> {
        let state = &self.sheets[at];
        if !state.cells {
            return Ok(false);
        }
        let boxes = match &state.comments {
            Some(edits) => comment::change(&mut self.work, &state.part, edits)?,
            None => None,
        };
        let drawing = if state.pictures.is_empty() { None } else { Some(picture::drawing(&mut self.work, &state.part)?.0) };
        let strict = (boxes.is_some() || drawing.is_some()) && picture::is_strict(&self.work)?;
        let none = Formulas::default();
        let formulas = state.tab.map_or(&none, |tab| &self.formulas[tab]);
        let unshared = self.check_cells(state, formulas)?;
        if !unshared.is_empty() {
            self.unshared.insert(at);
        }
        let sheet = |scope: &Scope, nth: usize| tabs::number(&self.numbers, Some(state), scope, nth);
        let (own, renames, stale) = (state.own_moves(&self.moves), self.renames(state), self.stale_of(state));
        let rules = Rules {
            moves: Moves { all: &self.moves, sheet: &sheet },
            cells_move: self.cells_move(state),
            own: &own,
            unshared: &unshared,
            renamed: renames.as_ref(),
        };
        let fresh = state.tab.is_none() || state.is_copy();
        let idle = state.is_untouched() && stale.is_empty() && !rules.moves_formulas() && own.is_empty() && !fresh;
        if idle && (self.moves.is_empty() || !self.tail_moves(state, &rules)?) {
            return Ok(false);
        }
        let package = self.work.package;
        let empty = if state.tab.is_none() { tabs::empty_sheet(&self.work)? } else { String::new() };
        let part = match state.tab {
            Some(tab) => package.archive.part(&package.tabs[tab].part)?,
            None => package.archive.loose(&state.part, empty.as_bytes()),
        };
        let mover = Mover::new(&rules);
        let mut around = Surroundings { state, mover: &mover, copy: state.is_copy(), strict, boxes, drawing };
        let results = &*self.fresh.sheets[at];
        let mut rows = RowMaker::new(state, styles, formulas, &stale, results, &own, &rules, package.date1904);
        let packed = rewrite(package, &state.part, Feed::new(part), &mut rows, &mut around)?;
        let new = state.edits.values().flat_map(BTreeMap::values).any(|edit| matches!(edit.content, Some(Content::Formula(_))));
        let replaced = state.set_cells().any(|at| formulas.at(at).is_some());
        let part = state.part.clone();
        self.work.put_packed(&part, packed);
        Ok(new || replaced)
    }

    /// Whether anything behind the cells of a sheet names rows that moved on another.
    fn tail_moves(&self, state: &SheetState, rules: &Rules<'_>) -> Result<bool, EditError> {
        let tail = tail_of(self.work.package, &state.part)?;
        let mut tree = Tree::read(&tail, &state.part)?;
        super::moved::around_cells(&mut tree, &Mover::new(rules));
        Ok(tree.write() != tail)
    }

    /// Moves what is in the parts that belong to a sheet.
    fn related(&mut self, at: usize) -> Result<(), EditError> {
        let state = &self.sheets[at];
        if self.moves.is_empty() && !state.is_copy() || state.part.is_empty() {
            return Ok(());
        }
        let sheet = |scope: &Scope, nth: usize| tabs::number(&self.numbers, Some(state), scope, nth);
        let (own, renames) = (state.own_moves(&self.moves), self.renames(state));
        let moves = Moves { all: &self.moves, sheet: &sheet };
        let rules = Rules { moves, cells_move: false, own: &own, unshared: &[], renamed: renames.as_ref() };
        let mover = Mover::new(&rules);
        let parts: Vec<Related> = related_parts(&self.work, &state.part)?;
        for related in &parts {
            mover.part(&mut self.work, related)?;
        }
        if !own.is_empty() && !state.is_copy() {
            let package = self.work.package;
            let caches = package.relations.iter().filter(|relation| relation.kind == "pivotCacheDefinition");
            for part in caches.filter_map(|relation| relation.target.as_deref()) {
                let part = self.work.spelled(part);
                if self.work.has(&part) {
                    pivot_source(&mut self.work, &part, &state.name, &mover)?;
                }
            }
        }
        Ok(())
    }

    /// Refuses to change a part of a formula that fills a range; answers the shared formulas whose first cell is replaced.
    /// Where rows move all formulas stand alone anyway.
    fn check_cells(&self, state: &SheetState, formulas: &Formulas) -> Result<Vec<u32>, EditError> {
        let mut unshared = Vec::new();
        let own = state.own_moves(&self.moves);
        for cell in &formulas.cells {
            match cell.kind {
                FormulaKind::Array(area) | FormulaKind::Table(area) if area.first != area.last => {
                    let steps: Vec<Move> = own.iter().map(|(_, step)| *step).collect();
                    let Some(area) = super::formula::area_moved(area, &steps, super::formula::Growth::Stays) else { continue };
                    let rows = state.edits.range(area.first.row..=area.last.row);
                    let mut cells = rows.flat_map(|(row, cells)| {
                        let set = cells.range(area.first.column..=area.last.column).filter(|(_, edit)| edit.content.is_some());
                        set.map(|(column, _)| Address::new(*row, *column))
                    });
                    if let Some(cell) = cells.next() {
                        return Err(EditError::InsideArray { sheet: state.name.clone(), cell, area });
                    }
                }
                FormulaKind::Shared(number) if !formulas.text(cell).is_empty() && own.is_empty() => {
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
