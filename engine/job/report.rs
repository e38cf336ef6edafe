//! What passes between the engine and its worker: the order in, the report out.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use task::Plain;

use crate::arrival::Left;
use crate::error::Limit;
use crate::files::Root;
use crate::proof::Proof;

/// What the worker is to do, as JSON on its standard input.
#[derive(Serialize, Deserialize)]
pub(crate) struct Order {
    /// Compile only, evaluate nothing.
    pub check: bool,
    /// Nothing but marked copies: the findings to put on their cells.
    pub mark: Vec<Row>,
    /// Nothing but copies of the rows that were left out: what is taken out of them.
    pub back: Vec<Back>,
    /// Whether rows that were left out come back.
    pub give_back: bool,
    /// The script's path, for people.
    pub script_path: String,
    pub script: String,
    pub library: Vec<(String, String)>,
    pub arrival: String,
    /// The job's clock, as `2026-11-20T10:00:00`.
    pub now: String,
    pub seed: u64,
    pub settings: BTreeMap<String, Value>,
    pub limits: Limits,
    /// Patterns of the files that the script may open.
    pub read: Vec<String>,
    pub rename: bool,
    /// Passwords for workbooks of the arrival. They leave the engine on the worker's standard input alone.
    pub passwords: Vec<String>,
    /// Which outputs are closed with a password, and with which.
    pub protect: Option<Protect>,
    /// The templates beside the script.
    pub templates: Vec<PathBuf>,
    /// The images beside the script.
    pub images: Vec<PathBuf>,
    pub roots: Vec<Root>,
    pub left: Vec<Left>,
    /// Other names in the folders of the arrival, which renames must not meet.
    pub others: Vec<String>,
    /// What a unit is called, for the list of findings.
    pub unit: String,
    pub work: PathBuf,
    /// The engine's process number, by which the worker sees that it is alone.
    pub parent: u32,
}

/// A sheet of which rows were left out and go back: which of its rows do not.
#[derive(Clone, Serialize, Deserialize, Debug)]
pub(crate) struct Back {
    pub file: String,
    pub sheet: Option<String>,
    /// From row to row, zero-based.
    pub used: Vec<(u32, u32)>,
    /// The findings about the others, by their places among the rows of the report.
    pub findings: Vec<usize>,
}

/// Outputs that are closed with a password. Like the others it leaves the engine on the worker's standard input alone.
#[derive(Serialize, Deserialize)]
pub(crate) struct Protect {
    pub outputs: Vec<String>,
    pub password: String,
}

/// Limits as the worker sets them on itself.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Limits {
    pub memory_mib: u64,
    pub cpu_seconds: u64,
    pub file_mib: u64,
}

/// A setting on its way to the worker.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) enum Value {
    Text(String),
    Integer(i64),
    Decimal(String),
    YesNo(bool),
    Date(String),
    List(Vec<Value>),
}

impl Value {
    pub fn of(plain: &Plain) -> Value {
        match plain {
            Plain::Text(text) => Value::Text(text.clone()),
            Plain::Integer(whole) => Value::Integer(*whole),
            Plain::Decimal(exact) => Value::Decimal(exact.to_string()),
            Plain::YesNo(yes) => Value::YesNo(*yes),
            Plain::Date(date) => Value::Date(date.to_string()),
            Plain::List(items) => Value::List(items.iter().map(Value::of).collect()),
        }
    }
}

/// What the worker hands back, as `report.json` in the work folder.
#[derive(Serialize, Deserialize, Debug)]
pub(crate) struct Report {
    pub end: End,
    pub rows: Vec<Row>,
    /// How many findings there are of each weight, those beyond the rows included.
    pub counts: Counts,
    pub outputs: Vec<Made>,
    /// 要確認一覧, if there is anything on it.
    pub list: Option<Made>,
    /// Marked copies of the files that go back.
    pub marked: Vec<Made>,
    /// Sheets of which rows were left out that go back.
    pub back: Vec<Back>,
    /// The first workbook of the arrival that needed a password: the list is closed with it, and notes tell no values.
    pub closed: Option<String>,
    pub renames: usize,
    pub units: u64,
    pub account: Account,
    /// Files that were dropped, those left aside included.
    pub files: u64,
    /// Files that went into the result.
    pub files_used: u64,
    pub confinement: Confinement,
}

impl Report {
    pub fn facts(&self, unit: &str) -> Facts {
        Facts {
            returned: matches!(self.end, End::Returned),
            files: self.files,
            files_used: self.files_used,
            units: self.units,
            unit: unit.to_owned(),
            counts: self.counts,
            account: self.account.clone(),
        }
    }
}

/// What a job comes to, in figures: the lines above the list of findings are made from it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Facts {
    /// Whether the arrival goes back.
    pub returned: bool,
    /// Files that were dropped.
    pub files: u64,
    /// Files that went into the result.
    pub files_used: u64,
    /// Units of work.
    pub units: u64,
    /// What a unit is called.
    pub unit: String,
    /// Findings.
    pub counts: Counts,
    /// Rows.
    pub account: Account,
}

/// The words of 要確認一覧 around its rows.
#[derive(Clone, Debug)]
pub struct ListWords {
    /// The file's name.
    pub file: String,
    /// The sheet's name.
    pub sheet: String,
    /// The lines above the table; the first is the title.
    pub lines: Vec<String>,
    /// The headings: 重要度, ファイル, シート, セル, 項目, 値, 問題, 対処, 処理.
    pub header: [String; 9],
    /// エラー, 注意, 参考.
    pub weights: [String; 3],
}

/// How the worker's part ended.
#[derive(Serialize, Deserialize, Debug)]
pub(crate) enum End {
    Done,
    Returned,
    Script(Vec<Told>),
    Limit(Limit),
    Unbalanced { read: u64, used: u64, excluded: u64, untold: u64, twice: u64, examples: Vec<String> },
}

/// An output as staged: its name, and the file in the work folder that holds it.
#[derive(Serialize, Deserialize, Debug)]
pub(crate) struct Made {
    pub name: String,
    pub staged: String,
    /// Of one that was made from a workbook: which parts changed.
    pub proof: Option<Proof>,
}

/// One finding in words, as 要確認一覧 and `--json` show it. The value is masked where it is personal.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are the columns of 要確認一覧")]
pub struct Row {
    pub severity: Weight,
    pub file: Option<String>,
    pub sheet: Option<String>,
    pub cell: Option<String>,
    pub column: Option<String>,
    pub value: Option<String>,
    pub problem: String,
    pub remedy: String,
    pub fate: String,
    /// Whether the problem or the remedy may quote what stands in a cell.
    #[serde(default)]
    pub quotes: bool,
}

/// How much a finding weighs, on its way out of the worker (see [`book::Severity`]).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names are book's own")]
#[serde(rename_all = "lowercase")]
pub enum Weight {
    #[default]
    Error,
    Warning,
    Note,
}

impl From<book::Severity> for Weight {
    fn from(severity: book::Severity) -> Weight {
        match severity {
            book::Severity::Error => Weight::Error,
            book::Severity::Warning => Weight::Warning,
            book::Severity::Note => Weight::Note,
        }
    }
}

/// How many findings there are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Counts {
    pub errors: usize,
    pub warnings: usize,
    pub notes: usize,
}

impl Counts {
    pub(crate) fn add(&mut self, weight: Weight) {
        match weight {
            Weight::Error => self.errors += 1,
            Weight::Warning => self.warnings += 1,
            Weight::Note => self.notes += 1,
        }
    }

    /// All of them.
    pub fn all(&self) -> usize {
        self.errors + self.warnings + self.notes
    }
}

/// A mistake in a script, in words: what, where, what next.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Told {
    /// What is the matter.
    pub what: String,
    /// What to do.
    pub next: String,
    /// Whether the script may run all the same.
    pub warning: bool,
    /// The script's file, if known.
    pub file: Option<String>,
    /// One-based line.
    pub line: Option<usize>,
    /// One-based column, in characters.
    pub column: Option<usize>,
    /// The word at fault.
    pub word: Option<String>,
}

/// What became of the rows that were read.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Account {
    /// Rows read.
    pub read: u64,
    /// Rows used.
    pub used: u64,
    /// Rows left out, by reason, in the order of the reasons' first use.
    pub excluded: Vec<(String, u64)>,
}

impl Account {
    /// Whether every row that was read has its fate. A returned arrival stops before all have one.
    pub fn balances(&self) -> bool {
        self.read > 0 && self.read == self.used + self.left_out()
    }

    /// Rows left out for any reason.
    pub fn left_out(&self) -> u64 {
        self.excluded.iter().map(|(_, count)| count).sum()
    }
}

/// How far the kernel keeps the worker in its folder.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum Confinement {
    /// Everything asked for is enforced.
    Full,
    /// An older kernel: files are kept, the network is not.
    Partly,
    /// The kernel knows no Landlock: limits hold, the file system is not confined.
    #[default]
    Absent,
}

/// How far a worker is, for the progress bar: a JSON line on its standard output.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Progress {
    /// What it is at: a file's name.
    pub at: String,
    /// How many are done.
    pub done: u64,
    /// Of how many; 0 where nobody knows.
    pub of: u64,
}
