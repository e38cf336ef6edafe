//! Formulas one after another, each after those that it looks at.

use rustc_hash::FxHashMap;

use super::calendar::Calendar;
use super::evaluate::Evaluation;
use super::grid::{Grid, Place};
use super::parse::{Expression, places};
use super::value::{Scalar, Stop};
use crate::Address;

/// Links from formulas to formulas that are followed before it takes too long.
const MOST_LINKS: usize = 4_000_000;

/// A formula in its cell. The grid holds its cell as one whose value nobody knows yet.
pub(crate) struct Formula {
    pub(crate) sheet: usize,
    pub(crate) at: Address,
    /// None for one that is not understood.
    pub(crate) tree: Option<Expression>,
    /// Whether it was entered as one for arrays.
    pub(crate) array: bool,
}

/// Works formulas out, puts their values into the grid and answers them in the order of the formulas; `None` is not known.
/// `now` is the moment of the job in milliseconds since 1970-01-01 of the wall clock.
pub(crate) fn calculate(grid: &mut Grid, formulas: &[Formula], date1904: bool, now: Option<i64>) -> Vec<Option<Scalar>> {
    let index = Index::of(formulas);
    let mut order = Order { formulas, index: &index, state: vec![State::New; formulas.len()], links: 0, done: Vec::new() };
    for first in 0..formulas.len() {
        if !order.visit(first) {
            // What has no place in the order by now keeps none.
            break;
        }
    }
    let mut values = vec![None; formulas.len()];
    let Order { state, done, .. } = order;
    for nth in done {
        let formula = &formulas[nth];
        let Some(tree) = formula.tree.as_ref().filter(|_| state[nth] == State::Done) else { continue };
        let evaluation = Evaluation {
            grid,
            sheet: formula.sheet,
            at: formula.at,
            array: formula.array,
            entered: formula.array,
            calendar: Calendar { date1904 },
            now,
        };
        let value = match evaluation.result(tree) {
            Ok(value) => Some(value),
            Err(Stop::Error(error)) => Some(Scalar::Error(error)),
            Err(Stop::Unknown) => None,
        };
        if let Some(page) = grid.pages.get_mut(formula.sheet) {
            page.put(formula.at, value.clone());
        }
        values[nth] = value;
    }
    values
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    /// Waiting for those that it looks at.
    Open,
    /// It looks at itself in the end.
    Circle,
    Done,
}

struct Order<'f> {
    formulas: &'f [Formula],
    index: &'f Index,
    state: Vec<State>,
    links: usize,
    done: Vec<usize>,
}

impl Order<'_> {
    /// Puts a formula behind all that it looks at; false once that takes too long.
    fn visit(&mut self, first: usize) -> bool {
        if self.state[first] != State::New {
            return true;
        }
        let Some(links) = self.open(first) else { return false };
        let mut open = vec![(first, links)];
        while let Some((nth, links)) = open.last_mut() {
            let nth = *nth;
            let Some(next) = links.pop() else {
                if self.state[nth] == State::Open {
                    self.state[nth] = State::Done;
                }
                self.done.push(nth);
                open.pop();
                continue;
            };
            match self.state[next] {
                State::New => {
                    let Some(links) = self.open(next) else { return false };
                    open.push((next, links));
                }
                State::Open => self.state[nth] = State::Circle,
                State::Circle if open.iter().any(|(waiting, _)| *waiting == next) => self.state[nth] = State::Circle,
                State::Circle | State::Done => {}
            }
        }
        true
    }

    fn open(&mut self, nth: usize) -> Option<Vec<usize>> {
        self.state[nth] = State::Open;
        let mut links = Vec::new();
        let mut found = Vec::new();
        if let Some(tree) = &self.formulas[nth].tree {
            places(tree, &mut found);
        }
        for place in &found {
            self.index.within(place, &mut links);
            if self.links + links.len() > MOST_LINKS {
                return None;
            }
        }
        self.links += links.len();
        Some(links)
    }
}

/// Where formulas stand: sheet and column, then rows in order.
struct Index(FxHashMap<usize, FxHashMap<u32, Vec<(u32, usize)>>>);

impl Index {
    fn of(formulas: &[Formula]) -> Index {
        let mut sheets: FxHashMap<usize, FxHashMap<u32, Vec<(u32, usize)>>> = FxHashMap::default();
        for (nth, formula) in formulas.iter().enumerate() {
            sheets.entry(formula.sheet).or_default().entry(formula.at.column).or_default().push((formula.at.row, nth));
        }
        sheets.values_mut().flat_map(|columns| columns.values_mut()).for_each(|rows| rows.sort_unstable());
        Index(sheets)
    }

    fn within(&self, place: &Place, found: &mut Vec<usize>) {
        let Some(columns) = self.0.get(&place.sheet) else { return };
        let (first, last) = (place.area.first, place.area.last);
        let mut add = |rows: &Vec<(u32, usize)>| {
            let from = rows.partition_point(|(row, _)| *row < first.row);
            found.extend(rows[from..].iter().take_while(|(row, _)| *row <= last.row).map(|(_, nth)| *nth));
        };
        if ((last.column - first.column) as usize) < columns.len() {
            (first.column..=last.column).filter_map(|column| columns.get(&column)).for_each(&mut add);
        } else {
            let within = |column: &u32| (first.column..=last.column).contains(column);
            // In no order: only who comes first among equals depends on it, and no value does.
            columns.iter().filter(|(column, _)| within(column)).for_each(|(_, rows)| add(rows));
        }
    }
}
