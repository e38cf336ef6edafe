//! The Rhai sandbox and what scripts may say.
//!
//! A script sees the files it was given and nothing else. It performs nothing: outputs, renames and findings come back as values.
//! No disk, no clock, no random numbers of its own; the same input gives the same outcome.

mod account;
mod adapter;
mod check;
mod closure;
mod columns;
mod error;
mod evaluate;
mod fault;
mod files;
mod handle;
mod library;
mod limits;
mod operators;
mod options;
mod outcome;
mod program;
mod quick;
mod renames;
mod sandbox;
mod scan;
mod session;
mod symbols;
mod vocabulary;

pub use columns::Filling;
pub use error::{Trouble, TroubleKind, ValueKind, Wanted, Weight};
pub use evaluate::evaluate;
pub use library::Library;
pub use limits::Limits;
pub use outcome::{
    Account, Context, Exclusion, Failure, Inputs, LimitKind, Outcome, Output, Progress, Proof, Rename, Renames, RowsRead,
    Setting, TemplateFile,
};
pub use program::Program;
pub use vocabulary::{Family, Word, reference};

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod tests;
