//! The order of renames in which no file meets another: chains from their end, circles through a temporary name.

use std::hash::BuildHasher;

use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::{Moves, Step};
use crate::error::Setback;

const TEMPORARY: &str = ".jitan-rename-";

/// Whether a file only waits under that name.
pub(super) fn is_temporary(name: &str) -> bool {
    name.starts_with(TEMPORARY)
}

impl Moves {
    /// Puts the steps in an order in which each finds its new name free. Fails if a file is to be renamed twice.
    pub(super) fn untangle(&mut self) -> Result<(), Setback> {
        if !self.may_meet() {
            return Ok(());
        }
        let name = |span| self.name(span);
        let sources: FxHashMap<(u32, &str), usize> =
            self.steps.iter().enumerate().map(|(at, step)| ((step.folder, name(step.from)), at)).collect();
        if sources.len() < self.steps.len() {
            return Err(Setback::Crashed { signal: None, code: None, at: None });
        }
        let blockers: Vec<Option<usize>> =
            self.steps.iter().map(|step| sources.get(&(step.folder, name(step.to))).copied()).collect();
        drop(sources);
        self.steps = self.untangled(&blockers);
        Ok(())
    }

    /// Whether a new name may be the old one of another file, or an old one stand twice. Nearly never, and told by hashes alone.
    fn may_meet(&self) -> bool {
        let hasher = FxBuildHasher;
        let mut sources = FxHashSet::with_capacity_and_hasher(self.steps.len(), hasher);
        let twice = self.steps.iter().any(|step| !sources.insert(hasher.hash_one((step.folder, self.name(step.from)))));
        twice || self.steps.iter().any(|step| sources.contains(&hasher.hash_one((step.folder, self.name(step.to)))))
    }

    /// Chains are done from their end; of a circle, one file waits under a temporary name.
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
            let parked = chain.first().filter(|_| circle).map(|&first| {
                let step = self.steps[first];
                let name = self.keep(&format!("{TEMPORARY}{first}"));
                ordered.push(Step { to: name, ..step });
                Step { from: name, ..step }
            });
            for &here in chain.iter().rev().take(chain.len() - usize::from(circle)) {
                ordered.push(self.steps[here]);
            }
            ordered.extend(parked);
            for here in chain {
                state[here] = 2;
            }
        }
        ordered
    }
}
