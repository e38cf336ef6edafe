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
    /// Whatever stands there, blanks too; a value that nobody can know (an Excel error) becomes a blank with a warning.
    pub fn anything(name: &str) -> ColumnSpec {
        ColumnSpec { blank: true, optional: true, misfit: Some(Misfit::Blank), ..ColumnSpec::new(name, Kind::Any) }
    }

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

/// What happens to rows of totals (計, 小計, 合計, 再掲) inside a table.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TotalRows {
    /// They are told apart, checked against the rows above where they can be, and left out.
    Exclude,
    /// They are rows like any other.
    Keep,
}

/// A table as a script expects it.
#[derive(Clone, PartialEq, Debug)]
pub struct TableSpec {
    /// The columns looked for.
    pub columns: Vec<ColumnSpec>,
    /// The sheet it stands in; none for the sheet whose header fits best.
    pub sheet: Option<String>,
    /// The one-based first row of the header, as Excel counts; none to look for it.
    pub header_row: Option<u32>,
    /// What happens to rows with a value that does not fit.
    pub misfit: Misfit,
    /// What happens to rows of totals.
    pub totals: TotalRows,
    /// What the columns that are not declared are read as, each under its own label; none to leave them out.
    /// They may be missing, whatever is said here.
    pub others: Option<ColumnSpec>,
}

impl TableSpec {
    /// These columns, in whatever sheet and row they stand; misfits return the arrival, totals are left out.
    pub fn new(columns: Vec<ColumnSpec>) -> TableSpec {
        TableSpec { columns, sheet: None, header_row: None, misfit: Misfit::Return, totals: TotalRows::Exclude, others: None }
    }
}
