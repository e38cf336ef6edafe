//! What goes into a run of a script and what comes out of it.

use std::collections::BTreeMap;

use book::{Changes, Finding, Place, Refusal};
use jiff::civil;
use rust_decimal::Decimal;

use crate::{Limits, Trouble};

/// The files of the arrival, as the host keeps them; each has a number, in the order in which they were given. Nothing is opened
/// or asked for before a script wants it.
pub trait Inputs {
    /// How many files there are.
    fn count(&self) -> usize;
    /// A file's name.
    fn name(&self, file: u32) -> &str;
    /// The folder within the arrival, without `/` behind it; empty at its top.
    fn folder(&self, file: u32) -> &str;
    /// A number that is the same for all files of one folder and for no other.
    fn folder_number(&self, file: u32) -> u32;
    /// How long the path on the disk is before the name, in UTF-16 units, as Windows counts.
    fn units_before(&self, file: u32) -> usize;
    /// Bytes.
    fn size(&self, file: u32) -> u64;
    /// When it was changed last.
    fn modified(&self, file: u32) -> Option<civil::DateTime>;
    /// Who has it open, by its `~$` file; empty where nobody knows who.
    fn open_by(&self, file: u32) -> Option<&str>;
    /// Fetches the bytes.
    fn load(&self, file: u32) -> Result<Vec<u8>, Refusal>;
    /// Paths of what else lies in the folders of the arrival: no file may take their names.
    fn others(&self) -> &[String];
}

/// A template or image that lies beside the script. Its bytes are fetched when a script asks for it.
pub struct TemplateFile {
    /// The file's name.
    pub name: String,
    /// Fetches the bytes.
    pub load: Box<dyn Fn() -> Result<Vec<u8>, Refusal>>,
}

/// A setting of the task.
#[derive(Clone, PartialEq, Debug)]
#[allow(missing_docs, reason = "the variants say what they are")]
pub enum Setting {
    Text(String),
    Integer(i64),
    Decimal(Decimal),
    YesNo(bool),
    Date(civil::Date),
    List(Vec<Setting>),
}

/// How far a run is, for a progress bar.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum Progress {
    /// A file is being read: its number from 1, how many there are, its path.
    Reading { number: usize, of: usize, path: String },
    /// Steps of the script so far.
    Steps(u64),
    /// An output is being made.
    Writing { name: String },
}

/// Everything a script may know besides its files.
pub struct Context {
    /// The arrival's name.
    pub arrival: String,
    /// The clock: the same during the whole run.
    pub now: civil::DateTime,
    /// For whatever must look random and be repeatable.
    pub seed: u64,
    /// The task's settings.
    pub settings: BTreeMap<String, Setting>,
    /// The templates beside the script.
    pub templates: Vec<TemplateFile>,
    /// The images beside the script.
    pub images: Vec<TemplateFile>,
    /// The script's limits.
    pub limits: Limits,
    /// The limits of reading files.
    pub book_limits: book::Limits,
    /// Told how far it is.
    pub progress: Box<dyn Fn(Progress)>,
    /// Says in the person's language what is wrong with a file name.
    pub name_words: Box<dyn Fn(&japan::NameTrouble) -> String>,
}

impl Context {
    /// A context without settings, at a time: for tests and checks.
    pub fn at(now: civil::DateTime) -> Context {
        Context {
            arrival: String::new(),
            now,
            seed: 0,
            settings: BTreeMap::new(),
            templates: Vec::new(),
            images: Vec::new(),
            limits: Limits::default(),
            book_limits: book::Limits::default(),
            progress: Box::new(|_| ()),
            name_words: Box::new(|trouble| format!("{trouble:?}")),
        }
    }
}

/// A file to be published.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Output {
    /// Its name, without folders.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
    /// Of a filled template: what the proof found.
    pub proof: Option<Proof>,
}

/// What is known for certain about a filled template.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Proof {
    /// The template's name.
    pub template: String,
    /// Which of its parts are other than the template's; all others are the same, byte for byte.
    pub changes: Changes,
}

/// A file to be given another name within its folder.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rename<'a> {
    /// Which of the inputs, in the order in which they were given.
    pub file: u32,
    /// Its new name.
    pub to: &'a str,
    /// Why.
    pub reason: &'a str,
}

/// Renames, all their names in one text: there may be a hundred thousand.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Renames {
    text: String,
    /// The file, where its new name begins in the text, and the number of the reason.
    list: Vec<(u32, usize, u32)>,
    reasons: Vec<String>,
}

impl Renames {
    /// Adds a rename.
    pub fn add(&mut self, file: u32, to: &str, reason: &str) {
        // Neighbours nearly always have the same reason.
        if self.reasons.last().is_none_or(|last| last != reason) {
            self.reasons.push(reason.to_owned());
        }
        self.list.push((file, self.text.len(), self.reasons.len() as u32 - 1));
        self.text.push_str(to);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// One of them.
    pub fn get(&self, at: usize) -> Rename<'_> {
        let (file, start, reason) = self.list[at];
        let end = self.list.get(at + 1).map_or(self.text.len(), |(_, next, _)| *next);
        Rename { file, to: &self.text[start..end], reason: &self.reasons[reason as usize] }
    }

    /// All of them, in the order in which they were added.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Rename<'_>> {
        (0..self.len()).map(|at| self.get(at))
    }
}

/// What became of the rows that were read: `read = used + the excluded`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Account {
    /// Rows read by `表を読む`.
    pub read: u64,
    /// Rows used.
    pub used: u64,
    /// Rows excluded, by reason, in the order in which the reasons first occurred.
    pub excluded: Vec<(Exclusion, u64)>,
}

/// The rows that were read of one sheet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RowsRead {
    /// The file, as a path within the arrival.
    pub file: String,
    /// The sheet; none for a text file.
    pub sheet: Option<String>,
    /// From row to row, zero-based, in order.
    pub rows: Vec<(u32, u32)>,
}

/// Why a row was excluded.
#[derive(Clone, PartialEq, Eq, Debug, Hash)]
#[allow(missing_docs, reason = "the variants say what they are")]
pub enum Exclusion {
    /// A value did not fit its column.
    Misfit,
    /// A total row.
    Total,
    /// For another reason of reading (a note below the table, a repeated header…).
    Reading(String),
    /// The script's own reason.
    Said(String),
}

/// What a script did: effects as values; `job` carries them out.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Outcome {
    /// Files to publish.
    pub outputs: Vec<Output>,
    /// Files to rename, no two to the same name and none to a name that is taken and stays so.
    pub renames: Renames,
    /// What is wrong or doubtful, in the order of discovery.
    pub findings: Vec<Finding>,
    /// Findings beyond the limit that were not kept.
    pub findings_left_out: u64,
    /// Units of work.
    pub units: u64,
    /// What became of the rows.
    pub account: Account,
    /// Which rows were read.
    pub rows_read: Vec<RowsRead>,
    /// Paths of the files that were opened.
    pub files_read: Vec<String>,
    /// What the script printed for its author (`print`, `debug`); may hold cell values.
    pub notes: Vec<String>,
}

/// Which limit was reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the names say what they are")]
pub enum LimitKind {
    Operations,
    Calls,
    Text,
    Map,
    Variables,
    Modules,
    Rows,
}

/// Why a run ends without an outcome.
#[derive(Clone, PartialEq, Debug)]
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum Failure {
    /// The script is at fault.
    Script(Box<Trouble>),
    /// A limit was reached; where.
    Limit { what: LimitKind, at: Box<Trouble> },
    /// Rows were read whose fate is not told, or told twice; some of their places.
    Unbalanced { account: Account, untold: u64, twice: u64, examples: Vec<Place> },
}
