//! What a word of the vocabulary does with columns, declared beside the word: which of its values name columns, and which columns
//! its answer has.

use crate::options::Known;

/// How a form of a word uses its values, and what it gives.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Uses {
    /// One for each value, the one before the point included.
    pub values: &'static [Use],
    pub gives: Gives,
}

/// What a value is to the columns. "The table" is the first table among the values.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Use {
    /// Nothing.
    Any,
    /// A table: the columns named by the other values are its own.
    Table,
    /// A second table.
    Other,
    /// A list of tables.
    Tables,
    /// Names of columns of the table.
    Columns,
    /// The same, also as 降順("列").
    Orders,
    /// Names of columns of the table and of the table that is the value of this number: "こちら=あちら".
    Keys(usize),
    /// 合計("列"): of a column of the table.
    Aggregates,
    /// A closure called with each row of the table.
    EachRow,
    /// The name of a column to be made.
    New,
    /// The names of a new table's columns.
    Names,
    /// Declarations of columns to be read.
    Specs,
    /// One of a few words.
    OneOf(&'static [&'static str]),
    /// A map of options.
    Options(&'static [Known]),
    /// Where a finding belongs: also [行, "列"].
    Place,
    /// A workbook.
    Book,
    /// The name of a sheet to be made.
    NewSheet,
    /// The name of a sheet that is there; the columns named are those of its table.
    Sheet,
    /// What a template is filled with.
    Filling,
}

/// What a form gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Gives {
    /// Nothing that has columns or names one.
    Value,
    /// The table with the columns it has.
    Same,
    /// The same, its rows accounted for.
    Settled,
    /// A row of the table.
    Row,
    /// The table with a column of the name in this value.
    With(usize),
    /// The table with two columns: of the name in this value, and of that name with 日数.
    WithDays(usize),
    /// Only the columns of this value.
    Only(usize),
    /// All but the columns of this value.
    Without(usize),
    /// The column of the first of these values under the name of the second.
    Renamed(usize, usize),
    /// The keys of the first value and the aggregates of the second.
    Grouped(usize, usize),
    /// The columns of this value, and others that the rows decide.
    Crossed(usize),
    /// The columns of the first value, and two of these names.
    Long(usize, usize, usize),
    /// The columns of the table, and of the other one but for its keys.
    Joined { other: usize, keys: usize, how: Option<usize> },
    /// The columns of all tables of this value.
    Stacked(usize),
    /// The declared columns of this value; with other columns if the options say so.
    Read { specs: usize, how: Option<usize> },
    /// The columns named by this value.
    Made(usize),
    /// These columns.
    Fixed(&'static [&'static str]),
    /// A declaration of the column named by this value.
    Spec(usize),
    /// The value before the point as it is.
    Itself,
    /// An aggregate of the column named by this value, under the same name.
    Aggregate(usize),
    /// A count under the name of this value; under 件数 without one.
    Count(Option<usize>),
    /// The aggregate before the point under the name of this value.
    Named(usize),
    /// 降順 and 昇順 of the column named by this value.
    Order(usize),
    /// A new workbook.
    Book,
    /// The template named by this value.
    Form(usize),
}
