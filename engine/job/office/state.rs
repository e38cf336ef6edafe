//! Where a job stands, and the one way on from there: the same after a crash as without one.
//!
//! ```text
//!  in 受付 ─intend→ claiming ─claimed→ claimed ─attempt→ running ─staged→ staged ─┬committed→ committed ─archived→ archived
//!                     │  │                ↑        │ │                            └aside→ aside (差戻し, 障害)
//!                     │  └held→ held      └──void──┘ │                                         archived ─undoing→ undoing
//!                     └vanished→ vanished            └let go→ ended (back in 受付)      undone ←undone─ undoing
//! ```
//!
//! Before `staged` everything may be done again; from `staged` on it only goes forward, and the script never runs twice. Where what
//! was dropped goes back itself, its renames lie between `staged` and `committed`, and how far they are stands in their journal.

use ledger::{Fate, State};

/// What is to be done next for a job.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Onward {
    /// Take the arrival out of its inbox, if it is not taken yet.
    Claim,
    /// Run the script.
    Perform,
    /// Put what was staged into 完了, if it is not there yet.
    Publish,
    /// Put what was staged into 差戻し or 障害, if it is not there yet.
    PutAside,
    /// Move the original into the archive, if it is not there yet.
    Archive,
    /// Go on taking the job back.
    Undo,
    /// Go on giving it back.
    Redo,
    /// It waits for a person.
    Wait,
    /// Nothing: it came to its end.
    Rest,
}

/// The way on from a state.
pub(crate) fn onward(state: State, fate: Option<Fate>) -> Onward {
    match (state, fate) {
        (State::Claiming, _) => Onward::Claim,
        (State::Claimed | State::Running, _) => Onward::Perform,
        (State::Staged, Some(Fate::Returned | Fate::Failed)) => Onward::PutAside,
        (State::Staged, Some(Fate::Done) | None) => Onward::Publish,
        (State::Committed, _) => Onward::Archive,
        (State::Undoing, _) => Onward::Undo,
        (State::Redoing, _) => Onward::Redo,
        (State::Held, _) => Onward::Wait,
        (State::Archived | State::Aside | State::Vanished | State::Ended | State::Undone, _) => Onward::Rest,
    }
}

/// Attempts that an arrival gets. The count is on the disk before the worker starts, so that an arrival which kills the
/// engine cannot do so for ever.
pub(crate) const ATTEMPTS: u32 = 3;
