//! What becomes of every row that is read: used once, or excluded once for a reason. Kept by origin, so that views,
//! filters and joins do not matter.

use book::{Origin, Place, Shelf};
use rustc_hash::FxHashMap;

use crate::outcome::{Account, Exclusion};

/// The fates of rows. A byte a row: 0 not read, 1 read, 2 used, from 3 on the number of a reason.
#[derive(Default)]
pub(crate) struct Ledger {
    sources: FxHashMap<u32, Vec<u8>>,
    reasons: Vec<Exclusion>,
    read: u64,
    twice: Vec<Origin>,
    twice_count: u64,
}

const READ: u8 = 1;
const USED: u8 = 2;
const FIRST_REASON: u8 = 3;
/// How many places of untold rows are shown.
const EXAMPLES: usize = 5;

impl Ledger {
    /// Rows that were read. A row read again (the same sheet by two calls) has another source, so it counts again.
    pub fn read(&mut self, origins: &[Origin]) {
        for origin in origins {
            let fate = self.fate(*origin);
            if *fate == 0 {
                *fate = READ;
                self.read += 1;
            }
        }
    }

    /// Rows that go into the result.
    pub fn used(&mut self, origins: &[Origin]) {
        self.settle(origins, USED);
    }

    /// Rows that were left out.
    pub fn excluded(&mut self, origins: &[Origin], reason: Exclusion) {
        let at = match self.reasons.iter().position(|known| *known == reason) {
            Some(at) => at,
            None if self.reasons.len() < usize::from(u8::MAX - FIRST_REASON) => {
                self.reasons.push(reason);
                self.reasons.len() - 1
            }
            // More reasons than a byte holds (a script that puts a value into each): they share the last.
            None => self.reasons.len() - 1,
        };
        self.settle(origins, FIRST_REASON + at as u8);
    }

    /// The account, and the rows whose fate is not told or told twice.
    pub fn close(&self) -> (Account, u64, Vec<Origin>) {
        let mut counts = vec![0u64; 256];
        let mut untold = Vec::new();
        let mut sources: Vec<_> = self.sources.iter().collect();
        sources.sort_unstable_by_key(|(source, _)| **source);
        for (source, fates) in sources {
            for (row, fate) in fates.iter().enumerate() {
                counts[usize::from(*fate)] += 1;
                if *fate == READ && untold.len() < EXAMPLES {
                    untold.push(Origin { source: *source, row: row as u32 });
                }
            }
        }
        untold.extend(self.twice.iter().take(EXAMPLES - untold.len().min(EXAMPLES)));
        let excluded =
            self.reasons.iter().enumerate().map(|(at, reason)| (reason.clone(), counts[at + usize::from(FIRST_REASON)]));
        let account = Account {
            read: self.read,
            used: counts[usize::from(USED)],
            excluded: excluded.filter(|(_, count)| *count > 0).collect(),
        };
        (account, counts[usize::from(READ)], untold)
    }

    /// The rows that were read, whatever became of them: each source with its rows, from row to row.
    pub fn rows(&self) -> Vec<(u32, Vec<(u32, u32)>)> {
        let mut sources: Vec<_> = self.sources.iter().collect();
        sources.sort_unstable_by_key(|(source, _)| **source);
        let ranges = |fates: &[u8]| {
            let mut ranges: Vec<(u32, u32)> = Vec::new();
            for (row, _) in (0..).zip(fates).filter(|(_, fate)| **fate != 0) {
                match ranges.last_mut() {
                    Some((_, last)) if *last + 1 == row => *last = row,
                    _ => ranges.push((row, row)),
                }
            }
            ranges
        };
        sources.into_iter().map(|(source, fates)| (*source, ranges(fates))).collect()
    }

    /// How many rows were both used and excluded.
    pub fn twice(&self) -> u64 {
        self.twice_count
    }

    /// The places of some rows.
    pub fn places(origins: &[Origin], shelf: &Shelf) -> Vec<Place> {
        origins.iter().map(|origin| shelf.place(*origin, None)).collect()
    }

    fn settle(&mut self, origins: &[Origin], wanted: u8) {
        for origin in origins {
            if origin.source == Origin::COMPUTED.source {
                continue;
            }
            let fate = self.fate(*origin);
            let known = *fate;
            if known == READ {
                *fate = wanted;
            } else if known != 0 && known != wanted && (known == USED || wanted == USED) {
                self.twice_count += 1;
                if self.twice.len() < EXAMPLES {
                    self.twice.push(*origin);
                }
            }
        }
    }

    #[inline]
    fn fate(&mut self, origin: Origin) -> &mut u8 {
        let fates = self.sources.entry(origin.source).or_default();
        let row = origin.row as usize;
        if fates.len() <= row {
            fates.resize((row + 1).max(fates.len() * 2), 0);
        }
        &mut fates[row]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(source: u32, rows: std::ops::Range<u32>) -> Vec<Origin> {
        rows.map(|row| Origin { source, row }).collect()
    }

    #[test]
    fn every_row_has_one_fate() {
        let mut ledger = Ledger::default();
        ledger.read(&rows(0, 1..11));
        ledger.excluded(&rows(0, 1..3), Exclusion::Total);
        ledger.used(&rows(0, 3..11));
        ledger.used(&rows(0, 3..11));
        let (account, untold, _) = ledger.close();
        assert_eq!((account.read, account.used, untold, ledger.twice()), (10, 8, 0, 0));
        assert_eq!(account.excluded, [(Exclusion::Total, 2)]);
        ledger.read(&rows(0, 20..21));
        assert_eq!(ledger.rows(), [(0, vec![(1, 10), (20, 20)])]);
    }

    #[test]
    fn untold_and_contradictory_rows_are_counted() {
        let mut ledger = Ledger::default();
        ledger.read(&rows(0, 0..3));
        ledger.used(&rows(0, 0..2));
        ledger.excluded(&rows(0, 1..2), Exclusion::Said("重複".into()));
        let (_, untold, examples) = ledger.close();
        assert_eq!((untold, ledger.twice()), (1, 1));
        assert_eq!(examples, [Origin { source: 0, row: 2 }, Origin { source: 0, row: 1 }]);
    }
}
