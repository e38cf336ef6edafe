//! What the ledger's room hands over: rows already added up, and the entries that a report quotes.

use jiff::civil::Date;

use crate::register::{Consultation, Target};

/// Everything a report is made from.
#[derive(Clone, Debug, Default)]
pub struct Records {
    /// The entries of the period, added up by month, department, task, kind and baseline. In thousandths of a minute.
    pub sums: Vec<Sum>,
    /// The baselines that the sums name.
    pub baselines: Vec<Baseline>,
    /// All entries of the register, in the order of the ledger.
    pub rows: Vec<Kept<Consultation>>,
    /// All entries of targets, in the order of the ledger.
    pub targets: Vec<Kept<Target>>,
    /// The end of the chain that the report rests on.
    pub head: Option<Head>,
}

/// Entries of one month, department, task, kind and baseline, added up.
#[derive(Clone, PartialEq, Debug)]
pub struct Sum {
    /// The first day of the month.
    pub month: Date,
    /// The department.
    pub department: String,
    /// The task's id.
    pub task: String,
    /// What was entered.
    pub kind: Kind,
    /// The entry of the baseline; none if the task had none.
    pub baseline: Option<u64>,
    /// Whether the work is new, which is shown apart.
    pub new_work: bool,
    /// Whether its units count.
    pub counts: bool,
    /// How many entries.
    pub entries: u64,
    /// Units handled, whether they count or not.
    pub units: i64,
    /// Units that count; negative where an undo takes them back.
    pub counted: i64,
    /// Minutes as it was.
    pub before: i64,
    /// Minutes as it is.
    pub after: i64,
    /// Minutes of rework.
    pub rework: i64,
    /// before - after - rework.
    pub saved: i64,
    /// Errors and warnings that were found.
    pub findings: u64,
    /// The first entry.
    pub first: u64,
    /// The last.
    pub last: u64,
}

/// What was entered.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// 処理: published.
    Run,
    /// 差戻し.
    Returned,
    /// 障害.
    Failed,
    /// 取消.
    Undo,
    /// 取消の取消.
    Redo,
    /// 訂正.
    Correction,
}

/// One version of a baseline.
#[derive(Clone, PartialEq, Debug)]
pub struct Baseline {
    /// Its entry.
    pub entry: u64,
    /// The task's id.
    pub task: String,
    /// The task's name in Japanese and English.
    pub name: [String; 2],
    /// What a unit is called in Japanese and English.
    pub unit: [String; 2],
    /// Thousandths of a minute for a unit, as it was.
    pub before: i64,
    /// The same, as it is.
    pub after: i64,
    /// The least that was seen before.
    pub low: Option<i64>,
    /// The most.
    pub high: Option<i64>,
    /// 実測, 聞き取り, 推計.
    pub method: Method,
    /// Who found it.
    pub author: String,
    /// When.
    pub date: String,
    /// On how many samples.
    pub samples: u64,
    /// How many units a year has.
    pub units_per_year: Option<u64>,
    /// Minutes charged for what is returned or fails.
    pub rework: i64,
    /// Whether nobody did this work before.
    pub new_work: bool,
}

/// How a baseline was found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Method {
    /// 実測.
    Measured,
    /// 聞き取り.
    Interview,
    /// 推計.
    Estimate,
}

/// Something that an entry keeps.
#[derive(Clone, PartialEq, Debug)]
pub struct Kept<T> {
    /// The entry.
    pub entry: u64,
    /// Its date.
    pub date: Date,
    /// What it keeps.
    pub what: T,
}

/// The end of the chain.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Head {
    /// The last entry.
    pub entry: u64,
    /// Its date.
    pub date: Date,
    /// Its hash.
    pub hash: String,
}
