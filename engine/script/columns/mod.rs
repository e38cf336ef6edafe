//! The columns of a script's tables, followed through it without running it.
//!
//! A walk over the script that knows of each value only what matters to columns (`seen.rs`): tables go through variables, verbs,
//! functions and closures, both branches of an `if` are taken, and each function is walked through anew for each call. What is
//! reported is wrong on every way that leads to its place: where the columns cannot be known, nothing is said. What a word does with
//! columns stands beside the word in the vocabulary (`uses.rs`).

mod call;
mod code;
mod fill;
mod seen;
mod state;
mod uses;
mod verb;
mod walk;

pub use fill::Filling;
pub(crate) use uses::{Gives, Use, Uses};

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::error::{Trouble, TroubleKind};
use crate::program::Unit;
use crate::vocabulary::{Family, Word};
use code::Code;
use seen::{At, Seen, Shape};
use state::State;

/// The option of 表を読む that lets columns in which nobody declared.
pub(crate) const OTHERS: &str = "ほかの列";

/// What every row knows besides its columns.
pub(super) const ORIGINS: [&str; 3] = ["ファイル名", "シート名", "行番号"];

/// A script larger than this many steps of the walk is not judged: the walk must not cost more than the run.
const STEPS: u32 = 400_000;

/// What the walk found.
pub(crate) struct Found {
    pub troubles: Vec<Trouble>,
    /// Places where a column is named of a table whose columns are not all known: file, line, column.
    pub doubtful: Vec<(String, u32, u32)>,
    /// What templates are filled with; none where the walk has given up.
    pub fillings: Option<Vec<Filling>>,
}

/// Walks through a script and its libraries.
pub(crate) fn check(families: &[Family], units: &[&Unit]) -> Found {
    let words = words(families);
    let mut walk = Walk::new(&words, units);
    walk.everything();
    walk.found(units)
}

fn words(families: &[Family]) -> FxHashMap<&'static str, Vec<&Word>> {
    let mut words: FxHashMap<&'static str, Vec<&Word>> = FxHashMap::default();
    for word in families.iter().flat_map(|family| &family.words) {
        words.entry(word.name).or_default().push(word);
    }
    words
}

/// What was seen at a place where a column is named. What speaks most for the name comes last: one way on which it is right is enough.
enum Visit {
    /// The table has no such column.
    Wrong { word: String, kind: TroubleKind },
    /// The table has it.
    There,
    /// The table may have it: not all of its columns are known.
    MayBe,
    /// The script knows itself, or nothing is to be said of it.
    Unjudged,
}

impl Visit {
    /// A name that is among a table's columns, or may be.
    fn fine(shape: &Shape) -> Visit {
        if shape.open { Visit::MayBe } else { Visit::There }
    }

    fn weight(&self) -> u8 {
        match self {
            Visit::Wrong { .. } => 0,
            Visit::There => 1,
            Visit::MayBe => 2,
            Visit::Unjudged => 3,
        }
    }
}

/// A place where tables are read.
struct Read {
    at: At,
    /// Whether its rows are used or excluded somewhere, or got out of sight.
    settled: bool,
}

pub(super) struct Walk<'a> {
    words: &'a FxHashMap<&'static str, Vec<&'a Word>>,
    code: Code,
    state: State,
    /// By where a name is used and where it was written.
    visits: BTreeMap<(At, At), Visit>,
    reads: Vec<Read>,
    /// What templates are filled with, by where.
    fillings: BTreeMap<At, Filling>,
    /// The sheets of each workbook; whether there may be others.
    books: Vec<verb::Sheets>,
    /// Above 0, names are not judged: the script asks for the columns itself, or catches the error.
    quiet: u32,
    /// How often a loop or function was left early.
    left: u32,
    /// How often a script stops itself.
    thrown: u32,
    steps: u32,
    depth: u32,
    /// The functions under way, with whether their values are taken as unknown.
    under_way: Vec<(usize, bool)>,
    /// Functions that were called at least once.
    called: Vec<bool>,
}

impl<'a> Walk<'a> {
    fn new(words: &'a FxHashMap<&'static str, Vec<&'a Word>>, units: &[&Unit]) -> Walk<'a> {
        let code = Code::new(units);
        Walk {
            words,
            called: vec![false; code.functions.len()],
            code,
            state: State::default(),
            visits: BTreeMap::new(),
            reads: Vec::new(),
            fillings: BTreeMap::new(),
            books: Vec::new(),
            quiet: 0,
            left: 0,
            thrown: 0,
            steps: 0,
            depth: 0,
            under_way: Vec::new(),
        }
    }

    fn everything(&mut self) {
        for unit in 0..self.code.main.len() {
            let statements = self.code.main[unit].clone();
            self.state.begin(unit);
            self.block(&statements);
            self.state.end();
        }
        for function in 0..self.code.functions.len() {
            if !self.called[function] && !self.code.functions[function].name.starts_with("anon$") {
                self.unknown_call(function);
            }
        }
    }

    /// Whether the walk has given up: what was not seen to its end is not judged.
    fn spent(&self) -> bool {
        self.steps > STEPS
    }

    fn give_up(&mut self) {
        self.steps = u32::MAX;
    }

    fn found(self, units: &[&Unit]) -> Found {
        let mut found = Found { troubles: Vec::new(), doubtful: Vec::new(), fillings: None };
        if self.spent() {
            return found;
        }
        found.fillings = Some(self.fillings.into_values().collect());
        let mut said: Vec<(At, String)> = Vec::new();
        for ((_, at), visit) in self.visits {
            let file = &units[at.unit].file;
            match visit {
                Visit::There | Visit::Unjudged => {}
                Visit::MayBe => found.doubtful.push((file.clone(), at.line, at.column)),
                Visit::Wrong { word, kind } => {
                    if !said.contains(&(at, word.clone())) {
                        found.troubles.push(Trouble::at(file, at.line, at.column, kind).word(&word));
                        said.push((at, word));
                    }
                }
            }
        }
        for read in self.reads.iter().filter(|read| !read.settled) {
            let trouble = Trouble::at(&units[read.at.unit].file, read.at.line, read.at.column, TroubleKind::RowsUntold);
            found.troubles.push(trouble.word("表を読む").warning());
        }
        found
    }

    /// Writes down what was seen at a place.
    fn visit(&mut self, used: At, at: At, seen: Visit) {
        let seen = if self.quiet > 0 { Visit::Unjudged } else { seen };
        match self.visits.get_mut(&(used, at)) {
            None => drop(self.visits.insert((used, at), seen)),
            Some(before) if before.weight() < seen.weight() => *before = seen,
            Some(_) => {}
        }
    }

    /// The rows of a value are accounted for, or went where they cannot be followed.
    fn settle(&mut self, value: &Seen) {
        let mut reads = Vec::new();
        value.reads(&mut reads);
        reads.into_iter().for_each(|read| self.reads[read].settled = true);
    }

    fn settle_all(&mut self) {
        self.reads.iter_mut().for_each(|read| read.settled = true);
    }

    /// What both ways have in common.
    fn join(&mut self, one: &Seen, two: &Seen) -> Seen {
        let joined = one.join(two);
        if joined == Seen::Unknown {
            self.settle(one);
            self.settle(two);
        }
        joined
    }
}

#[cfg(test)]
mod tests;
