//! The order of renames in which no file meets another, or itself: chains from their end, circles through a temporary name.

use std::hash::BuildHasher;

use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::{Moves, Step};

const TEMPORARY: &str = ".jitan-rename-";

/// Whether a file only waits under that name.
pub(super) fn is_temporary(name: &str) -> bool {
    name.starts_with(TEMPORARY)
}

/// The row in which a file got the name that it waits under; none if it is no such name.
pub(crate) fn waiting_row(name: &str) -> Option<u64> {
    name.strip_prefix(TEMPORARY)?.parse().ok()
}

impl Moves {
    /// Puts the steps in an order in which each finds its new name free, also where names are the same whatever their case.
    pub(super) fn untangle(&mut self) {
        if !self.may_meet() {
            return;
        }
        let mut sources: FxHashMap<(u32, String), Vec<usize>> = FxHashMap::default();
        for (at, step) in self.steps.iter().enumerate() {
            sources.entry((step.folder, japan::name_key(self.name(step.from)))).or_default().push(at);
        }
        let blockers: Vec<Option<usize>> = self.steps.iter().enumerate().map(|(at, _)| self.blocker(at, &sources)).collect();
        drop(sources);
        self.steps = self.untangled(&blockers);
    }

    /// The file whose old name a step wants. Of two whose names differ in case alone, it is the one of that very name.
    fn blocker(&self, at: usize, sources: &FxHashMap<(u32, String), Vec<usize>>) -> Option<usize> {
        let step = &self.steps[at];
        let to = self.name(step.to);
        let there = sources.get(&(step.into, japan::name_key(to)))?;
        let exact = there.iter().find(|other| self.name(self.steps[**other].from) == to);
        exact.or(there.first()).copied().filter(|other| *other != at)
    }

    /// Whether a new name may be the old one of another file. Nearly never, and told by hashes alone.
    fn may_meet(&self) -> bool {
        let mut key = String::new();
        let mut hash = |folder: u32, name: &str| {
            key.clear();
            japan::push_name_key(&mut key, name);
            FxBuildHasher.hash_one((folder, key.as_str()))
        };
        let mut sources = FxHashSet::with_capacity_and_hasher(self.steps.len(), FxBuildHasher);
        for step in &self.steps {
            sources.insert(hash(step.folder, self.name(step.from)));
        }
        self.steps.iter().any(|step| sources.contains(&hash(step.into, self.name(step.to))))
    }

    /// Chains are done from their end; of a circle, one file waits under a temporary name, which tells the row that leads to it.
    /// So does a file whose two names differ in case or composition alone: a file system that takes both for one would call it
    /// renamed and leave it as it is.
    fn untangled(&mut self, blockers: &[Option<usize>]) -> Vec<Step> {
        let mut state = vec![0u8; self.steps.len()];
        let mut ordered = Vec::with_capacity(self.steps.len() + 8);
        for start in 0..self.steps.len() {
            let mut chain = Vec::new();
            let mut at = Some(start);
            while let Some(here) = at.filter(|&here| state[here] == 0) {
                state[here] = 1;
                chain.push(here);
                at = blockers[here];
            }
            // A file is in the way that belongs to this very chain: a circle that closes at its first member.
            let circle = at.is_some_and(|here| state[here] == 1 && chain.first() == Some(&here));
            let parked = chain.first().filter(|_| circle).map(|&first| self.park(first, &mut ordered));
            for &here in chain.iter().rev().take(chain.len() - usize::from(circle)) {
                let itself = blockers[here].is_none() && self.meets_itself(here);
                let step = if itself { self.park(here, &mut ordered) } else { self.steps[here] };
                ordered.push(step);
            }
            ordered.extend(parked);
            for here in chain {
                state[here] = 2;
            }
        }
        ordered
    }

    /// Sends a file to a temporary name; the step that leads on from there.
    fn park(&mut self, at: usize, ordered: &mut Vec<Step>) -> Step {
        let step = self.steps[at];
        let name = self.keep(&format!("{TEMPORARY}{}", ordered.len()));
        ordered.push(Step { to: name, ..step });
        Step { from: name, ..step }
    }

    fn meets_itself(&self, at: usize) -> bool {
        let step = &self.steps[at];
        step.folder == step.into && japan::name_key(self.name(step.from)) == japan::name_key(self.name(step.to))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::files::Seen;

    /// Whatever the names are exchanged for, each step finds its new name free, also where case makes no difference.
    #[test]
    fn every_step_finds_its_name_free() {
        let mut lot = 0x9e37_79b9_7f4a_7c15_u64;
        let mut draw = |below: usize| {
            lot ^= lot << 13;
            lot ^= lot >> 7;
            lot ^= lot << 17;
            (lot >> 11) as usize % below
        };
        for _ in 0..2_000 {
            let count = 1 + draw(8);
            let mut names: Vec<usize> = (0..count + 3).collect();
            let old: Vec<usize> = (0..count).map(|_| names.swap_remove(draw(names.len()))).collect();
            let mut names: Vec<usize> = (0..count + 3).collect();
            let new: Vec<usize> = (0..count).map(|_| names.swap_remove(draw(names.len()))).collect();
            let name = |number: usize, upper: bool| if upper { format!("N{number}が") } else { format!("n{number}か\u{3099}") };
            let mut moves = Moves::default();
            let folder = moves.folder(std::path::Path::new("/d"));
            let (mut there, mut wanted) = (BTreeMap::new(), BTreeMap::new());
            for at in 0..count {
                let (from, to) = (name(old[at], draw(2) == 0), name(new[at], draw(2) == 0));
                there.insert(japan::name_key(&from), at as u64);
                wanted.insert(at as u64, to.clone());
                if from != to {
                    moves.add(folder, &from, folder, &to, at as u64, Seen { size: 0, modified: 0 });
                }
            }
            moves.untangle();
            let mut last = BTreeMap::new();
            for (n, one) in moves.iter().enumerate() {
                assert_ne!(japan::name_key(one.from), japan::name_key(one.to), "a file that meets itself");
                assert_eq!(there.remove(&japan::name_key(one.from)), Some(one.inode));
                assert_eq!(there.insert(japan::name_key(one.to), one.inode), None, "{:?}", moves.text);
                if let Some(row) = waiting_row(one.from) {
                    assert!((row as usize) < n && moves.get(row as usize).inode == one.inode, "the name tells the row");
                }
                last.insert(one.inode, one.to.to_owned());
            }
            assert!(last.iter().all(|(inode, name)| wanted[inode] == *name));
        }
    }
}
