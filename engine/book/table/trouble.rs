//! What a table verb cannot do, as facts.

use crate::Place;

/// Why a verb fails. The room `message` (or the script's error) finds the words.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum VerbError {
    /// No column of that name; the nearest name there is, and all of them.
    #[error("no column \"{wanted}\"")]
    NoColumn { wanted: String, near: Option<String>, have: Vec<String> },
    /// A value that is no number stands where one is needed.
    #[error("\"{column}\" holds \"{value}\", which is no number")]
    NotNumeric { column: String, place: Place, value: String },
    /// A value that is no date stands where one is needed.
    #[error("\"{column}\" holds \"{value}\", which is no date")]
    NotADate { column: String, place: Place, value: String },
    /// A column of that name exists already.
    #[error("there is a column \"{name}\" already")]
    NameTaken { name: String },
    /// A column has not as many values as the table has rows.
    #[error("\"{column}\" has {values} values for {rows} rows")]
    Length { column: String, values: usize, rows: usize },
    /// The result would have more rows, columns or digits than can be.
    #[error("too large: {what}")]
    TooLarge { what: Excess },
    /// A verb needs at least one column or key and got none.
    #[error("no column given")]
    Nothing,
}

/// What grew too large.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Excess {
    /// More rows than a table can hold.
    Rows,
    /// More columns than a sheet can hold.
    Columns,
    /// A number with more digits than an exact decimal can hold.
    Digits,
}

impl std::fmt::Display for Excess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Excess::Rows => "rows",
            Excess::Columns => "columns",
            Excess::Digits => "digits",
        })
    }
}
