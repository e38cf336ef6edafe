//! The notes that are laid down beside results and returned arrivals: what they are to say, and who finds the words.

use jiff::civil;
use task::{Saving, Task};

use crate::error::Setback;
use crate::proof::Proven;
use crate::rename::UndoWhy;
use crate::report::{Facts, Row};

/// What every note speaks of.
#[derive(Clone, Copy, Debug)]
pub struct Slip<'a> {
    /// The job's id.
    pub job: &'a str,
    /// The task.
    pub task: &'a Task,
    /// The arrival's name.
    pub name: &'a str,
    /// Whether the arrival is a folder.
    pub folder: bool,
    /// The job's clock.
    pub at: civil::DateTime,
    /// The watched folder as people know it: `受付/検査`.
    pub inbox: &'a str,
    /// The folder of the results as people know it: `完了/検査`.
    pub done: &'a str,
}

/// What a note says.
#[derive(Clone, Copy, Debug)]
pub enum Note<'a> {
    /// The receipt (受領書) of a job that was done.
    Done {
        /// In figures.
        facts: &'a Facts,
        /// The findings.
        rows: &'a [Row],
        /// The hours.
        saving: &'a Saving,
        /// Whether the hours count.
        counted: Counted<'a>,
        /// The names of the outputs, 要確認一覧 among them.
        outputs: &'a [String],
        /// What changed in those that were made from a workbook.
        proven: &'a [Proven<'a>],
        /// The workbook behind a password whose password opens 要確認一覧 too.
        closed: Option<&'a str>,
        /// How many files have new names.
        renamed: usize,
        /// Whether what was dropped goes back itself.
        handed_back: bool,
    },
    /// The receipt of an arrival that was done before and is not done again.
    Skipped {
        /// The job that did it.
        earlier: &'a str,
        /// Whether what was dropped goes back itself.
        handed_back: bool,
    },
    /// Which files kept their names, though they were to get new ones.
    NamesKept {
        /// Their paths within what was dropped, and why.
        left: &'a [(String, UndoWhy)],
    },
    /// Why an arrival goes back to the person.
    Returned {
        /// In figures.
        facts: &'a Facts,
        /// The findings.
        rows: &'a [Row],
        /// The name of 要確認一覧.
        list: Option<&'a str>,
        /// The name of the copy whose cells are marked.
        marked: Option<&'a str>,
        /// What changed in the marked copies.
        proven: &'a [Proven<'a>],
        /// The workbook behind a password whose password opens 要確認一覧 too.
        closed: Option<&'a str>,
    },
    /// Why the specialist must look.
    Failed {
        /// The reason.
        why: &'a Setback,
        /// How often it was tried.
        attempts: u32,
    },
    /// What was taken back.
    Undone {
        /// How many outputs were moved here.
        outputs: usize,
        /// How many files came back under their old names, where what was dropped had been handed back itself.
        files: Option<u64>,
        /// Where the originals are again.
        back: &'a [String],
        /// What could not be put back.
        left: &'a [(String, UndoWhy)],
    },
}

/// Whether a job's hours count.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Counted<'a> {
    /// They do.
    Yes,
    /// The same content was counted before, by this job.
    Before(&'a str),
    /// Nobody did this work before.
    NewWork,
}

/// A note as a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Written {
    /// Its name.
    pub name: String,
    /// UTF-8 with a byte order mark and Windows' ends of lines, so that Notepad shows it well.
    pub bytes: Vec<u8>,
}

/// Who finds the words of notes.
pub trait Notes: Send + Sync {
    /// The note in words.
    fn note(&self, slip: &Slip<'_>, note: &Note<'_>) -> Written;
}
