//! Dates as offices write them.

use jiff::civil::Date;

/// Why a text is no date.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum DateTrouble {
    /// Not written like a date.
    NotADate,
    /// Written like a date, but there is no such day (2月30日, 13月).
    NoSuchDay,
    /// Year zero, or an era year that cannot be.
    NoSuchYear,
    /// `6.4.1`: the era or century is missing, so several years are possible.
    NoEra,
    /// `9/1`: the year is missing and no fiscal year was given.
    NoYear,
}

/// Why a date is doubtful.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum DateDoubt {
    /// The era had ended by then, or had not begun (平成38年); the same day in the right era (`令和8年11月30日`).
    EraOver { right: String },
    /// The weekday written does not fit the day; the right one (`火`).
    WrongWeekday { right: char },
    /// Eight digits, taken for a date because the column is one.
    EightDigits,
    /// The year was missing and taken from the fiscal year.
    YearFromFiscalYear { date: Date },
}
