//! Seeing what people drop: it only looks; nothing is opened for writing, moved or deleted.
//!
//! A scan is the truth; the system's events only wake it earlier ([`Alarm`]). What lies still is an arrival; everything else
//! waits, with the reason, or is refused, with the reason. Time is handed in.
//!
//! There is no write lease: neither rustix nor nix offers `F_SETLEASE` without `unsafe`. A writer that pauses for longer than
//! the settle time is caught by whoever compares [`same`] after the claim and once more before anything is published.

mod alarm;
mod end;
mod error;
mod folder;
mod identity;
mod name;
mod owner;
mod settle;
#[cfg(test)]
mod tests;
mod tree;
mod verdict;
mod walk;
mod watcher;

pub use alarm::Alarm;
pub use error::{Error, Unreachable};
pub use identity::{Identity, same};
pub use tree::Within;
pub use verdict::{NameFault, Refused, Waiting, Wants};
pub use walk::{Entry, Folder, Order, Unread, Visit, walk};
pub use watcher::{Arrival, Look, Options, Watcher};
