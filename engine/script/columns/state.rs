//! The variables of the walk: what they hold now, and what they hold after one of several ways.

use rhai::ImmutableString;
use rustc_hash::FxHashMap;

use super::Walk;
use super::seen::Seen;

/// Variables live in cells, so that a closure and its surroundings share them.
#[derive(Default)]
pub(super) struct State {
    cells: Vec<Seen>,
    /// What cells held before, the latest last.
    before: Vec<(usize, Seen)>,
    frames: Vec<Frame>,
    /// For each loop under way: where its round began in `before`, and what variables held where it was left.
    rounds: Vec<(usize, Vec<(usize, Seen)>)>,
}

/// A function under way.
struct Frame {
    unit: usize,
    scope: Vec<(ImmutableString, usize)>,
    /// Cells from here on are the function's own.
    first: usize,
    /// What it gives back by `return`.
    returns: Seen,
    /// Whether the way has ended by `return` or `throw`.
    ended: bool,
}

/// One of several ways, after it was taken.
pub(super) struct Way {
    pub value: Seen,
    ended: bool,
    writes: FxHashMap<usize, Seen>,
}

impl State {
    pub fn begin(&mut self, unit: usize) {
        let first = self.cells.len();
        self.frames.push(Frame { unit, scope: Vec::new(), first, returns: Seen::Never, ended: false });
    }

    /// Ends a function: what it returned on the way.
    pub fn end(&mut self) -> Seen {
        self.frames.pop().map_or(Seen::Unknown, |frame| frame.returns)
    }

    fn frame(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("a file or function is under way")
    }

    pub fn unit(&self) -> usize {
        self.frames.last().map_or(0, |frame| frame.unit)
    }

    pub fn declare(&mut self, name: &ImmutableString, value: Seen) -> usize {
        let cell = self.cells.len();
        self.cells.push(value);
        self.frame().scope.push((name.clone(), cell));
        cell
    }

    /// A cell without a name.
    pub fn hidden(&mut self, value: Seen) -> usize {
        self.cells.push(value);
        self.cells.len() - 1
    }

    /// Lets a name stand for a cell of the surroundings.
    pub fn capture(&mut self, name: &ImmutableString, cell: usize) {
        self.frame().scope.push((name.clone(), cell));
    }

    pub fn find(&self, name: &str) -> Option<usize> {
        let scope = &self.frames.last()?.scope;
        scope.iter().rev().find(|(known, _)| known == name).map(|(_, cell)| *cell)
    }

    pub fn get(&self, cell: usize) -> Seen {
        self.cells[cell].clone()
    }

    pub fn set(&mut self, cell: usize, value: Seen) {
        let before = std::mem::replace(&mut self.cells[cell], value);
        self.before.push((cell, before));
    }

    pub fn depth(&mut self) -> usize {
        self.frame().scope.len()
    }

    pub fn leave(&mut self, depth: usize) {
        self.frame().scope.truncate(depth);
    }

    pub fn ended(&self) -> bool {
        self.frames.last().is_some_and(|frame| frame.ended)
    }

    pub fn returned(&self) -> Seen {
        self.frames.last().map_or(Seen::Never, |frame| frame.returns.clone())
    }

    /// Leaves a loop, or its round.
    pub fn leave_round(&mut self) {
        if let Some((mark, left)) = self.rounds.last_mut() {
            let cells = &self.cells;
            left.extend(self.before[*mark..].iter().map(|(cell, _)| (*cell, cells[*cell].clone())));
        }
    }

    /// Ends the way, giving this back.
    pub fn give_back(&mut self, returns: Seen) {
        let frame = self.frame();
        frame.returns = returns;
        frame.ended = true;
    }
}

impl Way {
    /// The variables that were changed on the way.
    pub fn changed(&self) -> Vec<usize> {
        let mut cells: Vec<usize> = self.writes.keys().copied().collect();
        cells.sort_unstable();
        cells
    }
}

impl Walk<'_> {
    /// Takes one of several ways, and puts the variables back as they were before it.
    pub(super) fn way(&mut self, take: impl FnOnce(&mut Self) -> Seen) -> Way {
        let mark = self.state.before.len();
        let value = take(self);
        let ended = std::mem::take(&mut self.state.frame().ended);
        let mut writes: FxHashMap<usize, Seen> = FxHashMap::default();
        while self.state.before.len() > mark {
            let Some((cell, before)) = self.state.before.pop() else { break };
            let after = std::mem::replace(&mut self.state.cells[cell], before);
            writes.entry(cell).or_insert(after);
        }
        Way { value, ended, writes }
    }

    /// Goes on after several ways, one of which was taken.
    pub(super) fn meet(&mut self, ways: &[Way]) -> Seen {
        let first = self.state.frame().first;
        let mut cells: Vec<usize> = ways.iter().flat_map(|way| way.writes.keys().copied()).collect();
        cells.sort_unstable();
        cells.dedup();
        for cell in cells {
            let now = self.state.get(cell);
            // A way that ended the function still changed what lies outside it.
            let going = ways.iter().filter(|way| !way.ended || cell < first);
            let values: Vec<Seen> = going.map(|way| way.writes.get(&cell).unwrap_or(&now).clone()).collect();
            let all = values.iter().fold(Seen::Never, |all, value| self.join(&all, value));
            if !values.is_empty() && all != now {
                self.state.set(cell, all);
            }
        }
        self.state.frame().ended = ways.iter().all(|way| way.ended);
        ways.iter().filter(|way| !way.ended).fold(Seen::Never, |all, way| self.join(&all, &way.value))
    }

    /// Takes one round of a loop. What the variables held where it was left early, they may hold behind it.
    pub(super) fn round(&mut self, take: impl FnOnce(&mut Self) -> Seen) -> Way {
        self.state.rounds.push((self.state.before.len(), Vec::new()));
        let mut way = self.way(take);
        let (_, left) = self.state.rounds.pop().unwrap_or_default();
        for (cell, held) in left {
            let after = way.writes.get(&cell).cloned().unwrap_or_else(|| self.state.get(cell));
            let all = self.join(&after, &held);
            way.writes.insert(cell, all);
        }
        way
    }

    /// Goes a way any number of times: until what the variables may hold no longer grows.
    pub(super) fn repeat(&mut self, mut take: impl FnMut(&mut Self)) {
        const ROUNDS: usize = 5;
        for round in 0..ROUNDS {
            let mut way = self.round(|walk| {
                take(walk);
                Seen::Blank
            });
            way.ended = false;
            let mut grown = false;
            for cell in way.changed() {
                let now = self.state.get(cell);
                let mut all = self.join(&now, &way.writes[&cell]);
                if all != now {
                    if round + 2 >= ROUNDS {
                        self.settle(&all);
                        all = Seen::Unknown;
                    }
                    self.state.set(cell, all);
                    grown = true;
                }
            }
            if !grown || self.spent() {
                return;
            }
        }
    }
}
