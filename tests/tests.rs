//! The tests from outside: the program is run as a person runs it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod architecture; // docs/architecture.md is true
mod command; // exit statuses, --json, what is never touched
mod desk; // the harness: a story about one job
mod diff; // what differs between two files
mod disk; // results on another file system, and on a disk without room
mod hostile; // hostile files, names and kinds in one inbox, and a canary
mod input; // bad files by name, and what a person is told
mod ledger; // the chain, the figures, the stop-watch, and a checker in another language
mod library; // scripts/lib gives the figures of the domain cases
mod life; // what people drop into a watched office comes back once, whatever happens
mod limits; // hostile scripts and workbooks end as a clear setback
mod mishap; // the ledger taken away, an older one put back, names that are our own, two undos at once
mod names; // renaming: plan, in place, undo
mod office; // an office from outside: made, misspelt, read by people
mod protected; // what is made from a protected workbook is as protected
mod readme; // README.md and README.ja.md are true
mod register; // the register of consultations and the report
mod renames; // what is dropped to be renamed comes back itself, by a journal, and is taken back by it
mod tasks; // every case of every task
mod templates; // workbooks beside a script, filled
mod tidy; // small rules about the sources
