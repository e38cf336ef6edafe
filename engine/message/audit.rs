//! What the commands about the ledger and the baselines say.

use ledger::{Date, EntryNo, Figure, Flaw, Minutes};

/// A text of `jitan ledger` or `jitan baseline`, with what it speaks of.
#[derive(Clone, PartialEq, Debug)]
#[allow(missing_docs, reason = "the texts are in ja/ledger.rs and en/ledger.rs")]
pub enum Audit {
    Sound { rows: EntryNo, hash: String },
    Empty,
    Unguarded,
    Broken { n: EntryNo, flaw: Flaw },
    HeadThere { n: EntryNo, rows: EntryNo },
    HeadGone { written: String },
    HeadsThere { count: u64 },
    NotedGone { n: EntryNo, date: Option<Date> },
    NotedUnread { line: usize },
    NotedFile { path: String },
    Equal { rows: u64 },
    Total { counted: i64, before: Minutes, after: Minutes, rework: Minutes, saved: Minutes },
    Different { count: u64 },
    Difference { n: EntryNo, figure: Figure, written: i64, computed: i64 },
    Damage,
    Exported { rows: u64, path: String },
    Corrected { n: EntryNo, saved: Minutes },
    Ready { task: String, unit: String, of: usize, after: bool },
    Start { at: usize, of: usize },
    Running { at: usize, of: usize },
    Sample { at: usize, minutes: Minutes },
    Measured { mean: Minutes, low: Minutes, high: Minutes, samples: usize },
    Few { samples: usize },
    Write { path: String },
    Recorded { n: EntryNo, version: u64 },
    RecordedNext,
    SomebodySays,
}
