//! What a script declares about the columns it expects.

use rust_decimal::Decimal;

/// The type of a declared column.
#[derive(Clone, PartialEq, Debug)]
pub enum Kind {
    /// 文字: as written.
    Text,
    /// コード: text of this many digits (none: any length); a number in the cell is read as its digits, lost zeros are found.
    Code {
        /// How many digits; none for any length.
        digits: Option<u32>,
    },
    /// 整数.
    Integer,
    /// 小数: an exact decimal.
    Decimal,
    /// 金額: an exact decimal; a unit line (千円) multiplies it.
    Money,
    /// 日付.
    Date,
    /// 年月: kept as the first day of the month.
    YearMonth,
    /// 時間: a length of time or a time of day, kept as a duration.
    Duration,
    /// 日時.
    DateTime,
    /// はい・いいえ.
    YesNo,
    /// 選択: one of these.
    Choice(Vec<String>),
    /// Whatever stands there.
    Any,
}

/// What happens to a row whose value does not fit its column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Misfit {
    /// The finding is an error: the arrival is returned.
    Return,
    /// The finding is a warning: the row is excluded and counted.
    Exclude,
    /// The finding is a warning: the row stays, with a blank.
    Blank,
}

/// A declared column.
#[derive(Clone, PartialEq, Debug)]
pub struct ColumnSpec {
    /// The name in the table, and the header looked for.
    pub name: String,
    /// Other headers that mean the same.
    pub aliases: Vec<String>,
    /// Its type.
    pub kind: Kind,
    /// Whether the whole column may be missing (all its values are then blank).
    pub optional: bool,
    /// Whether a cell may be blank.
    pub blank: bool,
    /// The smallest and largest value allowed.
    pub low: Option<Decimal>,
    /// See `low`.
    pub high: Option<Decimal>,
    /// The fiscal year in which a date without a year is to be resolved.
    pub fiscal_year: Option<i32>,
    /// What happens when a value does not fit; none for the table's own rule.
    pub misfit: Option<Misfit>,
}

impl ColumnSpec {
    /// A required column.
    pub fn new(name: &str, kind: Kind) -> ColumnSpec {
        ColumnSpec {
            name: name.to_owned(),
            aliases: Vec::new(),
            kind,
            optional: false,
            blank: false,
            low: None,
            high: None,
            fiscal_year: None,
            misfit: None,
        }
    }
}
