//! What is wrong or doubtful in a workbook, in English.

use book::{Difference, FormatClass, NotRenamed, Problem, Refusal, Shown, Suspicion, ValueKind, Visibility};
use japan::{DateDoubt, DateTrouble};

use super::{count, list};
use crate::Telling;

pub(crate) fn problem(problem: &Problem, column: Option<&str>) -> Telling {
    let mask = |value: &str| japan::mask(column, value);
    match problem {
        Problem::Said { problem, remedy, .. } => Telling::new(problem, remedy),
        Problem::Refused(why) => refusal(why),
        Problem::Suspicious(what) => suspicion(what),
        Problem::NotRenamed { to, why } => not_renamed(to, why),
        Problem::OtherSymbol { now, wanted, reason } => Telling::new(
            format!("the name has another symbol, \"{now}\"; by the rules it would be \"{wanted}\" ({reason})"),
            "decide which one is right, and mend the name by hand",
        ),
        Problem::HiddenSheet => {
            Telling::new("a hidden sheet was read too", "if it is not to be used, delete it and drop the file again")
        }
        Problem::HiddenRows { count: rows } => Telling::new(
            format!("{} read too", count(*rows as u64, "hidden row was", "hidden rows were")),
            "if they are not to be used, delete them and drop the file again",
        ),
        Problem::HiddenColumns { count: columns } => Telling::new(
            format!("{} read too", count(*columns as u64, "hidden column was", "hidden columns were")),
            "if they are not to be used, delete them and drop the file again",
        ),
        Problem::NoSheet { wanted, have } => Telling::new(
            format!("there is no sheet \"{wanted}\"; there are {}", list(have)),
            "correct the sheet's name and drop the file again",
        ),
        Problem::NoHeader { wanted, best_row, found } => no_header(wanted, *best_row, found),
        Problem::NoColumn { wanted, near: Some(near) } => Telling::new(
            format!("there is no column \"{wanted}\", but one that resembles it: \"{near}\""),
            format!("change the heading to \"{wanted}\" and drop the file again"),
        ),
        Problem::NoColumn { wanted, near: None } => Telling::new(
            format!("there is no column \"{wanted}\""),
            format!("add a column \"{wanted}\" and drop the file again; see also whether it is the right file"),
        ),
        Problem::NearHeader { wanted, found } => Telling::new(
            format!("the heading \"{found}\" was taken for \"{wanted}\""),
            "if it is another column, correct the heading and drop the file again; else all is well",
        ),
        Problem::DuplicateHeader { label, used, other } => Telling::new(
            format!("the heading \"{label}\" stands twice ({used} and {other}); the column of {used} was used"),
            "delete the other column or correct its heading, and drop the file again",
        ),
        Problem::HeaderFarDown { row } => {
            Telling::new(format!("the heading was found in row {row}"), "if that is right, all is well")
        }
        Problem::EmptyTable => Telling::new(
            "there is no row below the heading",
            "fill it in and drop the file again; if there is nothing to report, tell whoever keeps the task",
        ),
        Problem::TotalRow { label } => Telling::new(
            format!("the row \"{label}\" was taken for a total and left out"),
            format!("if it is no total, correct the word \"{label}\" and drop the file again"),
        ),
        Problem::TotalDiffers { label, written, summed } => Telling::new(
            format!("the row \"{label}\" says {written}, the rows above it add up to {summed}"),
            "see which is right, and correct the other",
        ),
        Problem::UnitApplied { unit } => Telling::new(
            format!("\"{unit}\" is written there, so it was counted in that unit"),
            "if the unit is wrong, correct it and drop the file again",
        ),
        Problem::OtherSheet { sheet } => Telling::new(
            format!("the sheet \"{sheet}\" holds a table with the same heading; it was not read"),
            "if it is needed too, split the file, or ask whoever keeps the task",
        ),
        Problem::OtherTable { labels } => Telling::new(
            format!("below the table begins another one ({}); from there on nothing was read", list(labels)),
            "if it is needed too, move it to a sheet or file of its own and drop the file again",
        ),
        Problem::MoreFindings { count: more } => Telling::new(
            format!("there are {} of the same kind", count(*more, "more finding", "more findings")),
            "mend those on the list and drop the file again; what is left will be listed then",
        ),
        Problem::Image(trouble) => super::template::image(trouble),
        Problem::ImageTurned => super::template::turned(),
        Problem::Template(trouble) => super::template::trouble(trouble),
        Problem::Missing => Telling::new("nothing is filled in", "fill in the value and drop the file again"),
        Problem::NotANumber => Telling::new("not a number", "write a number and drop the file again"),
        Problem::NotWhole => {
            Telling::new("a fraction where a whole number is wanted", "write a whole number and drop the file again")
        }
        Problem::NotADate(why) => date_trouble(why),
        Problem::DoubtfulDate(why) => date_doubt(why),
        Problem::NotAMonth => Telling::new("not a year and month", "write 2024/4 or 令和6年4月 and drop the file again"),
        Problem::NotATime => Telling::new("not a time", "write 8:30 and drop the file again"),
        Problem::NotYesNo => Telling::new("neither yes nor no", "write はい or いいえ and drop the file again"),
        Problem::NotAChoice { choices, near } => Telling::new(
            format!("not one of the words that are possible: {}", list(choices)),
            match near {
                Some(near) => format!("if \"{near}\" is meant, write that and drop the file again"),
                None => "write one of these words and drop the file again".to_owned(),
            },
        ),
        Problem::NearChoice { taken } => Telling::new(
            format!("it was taken for \"{taken}\""),
            "if it means something else, correct it and drop the file again",
        ),
        Problem::LostZeros { digits, candidate } => Telling::new(
            format!("a code of {digits} digits is too short; leading zeros were lost (\"{}\"?)", mask(candidate)),
            format!("format the cell as text, write \"{}\" and drop the file again", mask(candidate)),
        ),
        Problem::WrongCode { digits } => {
            Telling::new(format!("not a code of {digits} digits"), "correct the code and drop the file again")
        }
        Problem::OutOfRange { low, high } => Telling::new(
            match (low, high) {
                (Some(low), Some(high)) => format!("not a number from {low} to {high}"),
                (Some(low), None) => format!("less than {low}"),
                (None, Some(high)) => format!("more than {high}"),
                (None, None) => "not a possible number".to_owned(),
            },
            "compare it with the source, correct it and drop the file again",
        ),
        Problem::DamagedNumber => Telling::new(
            "a number of 16 digits or more, whose last digits Excel may have turned into zeros",
            "format the cell as text, type it from the source and drop the file again",
        ),
        Problem::ExcelError(error) => Telling::new(
            format!("the formula gives an error ({})", error.text()),
            "correct the formula or what it refers to, and drop the file again",
        ),
        Problem::StaleFormula => {
            Telling::new("the result of the formula was never saved", "open the file in Excel, save it and drop it again")
        }
        Problem::NumberAsText => {
            Telling::new("a number is written as text; it was used as a number", "if the value is right, all is well")
        }
        Problem::StatisticalMark { mark } => Telling::new(
            format!("the mark \"{mark}\" stands for a number"),
            "if there is a number, fill it in and drop the file again",
        ),
        Problem::MergedValue => Telling::new(
            "the value of a merged cell was used for its first row only",
            "if other rows need it too, unmerge the cells, fill in each row and drop the file again",
        ),
        Problem::UnclosedQuote { line } => Telling::new(
            format!("a quote opened in line {line} is never closed, so the rest cannot be read"),
            "have the file made again by the system it comes from",
        ),
        Problem::NulByte { line } => Telling::new(
            format!("line {line} holds data that is not text"),
            "the file may be damaged: have it made again by the system it comes from",
        ),
        Problem::RaggedRow { fields, expected } => Telling::new(
            format!("{fields} fields where the heading has {expected}"),
            "correct the commas of the row and drop the file again",
        ),
        Problem::UnreadableCharacter { text } => Telling::new(
            format!("a character that cannot be read (外字 or damaged): \"{}\"", mask(text)),
            "find out the right character and write it",
        ),
        Problem::Unencodable { character, encoding } => Telling::new(
            format!("\"{character}\" does not exist in {encoding}"),
            "use another character, or ask for an output in UTF-8",
        ),
        Problem::ReplacedCharacter { from, to, encoding } => Telling::new(
            format!("\"{from}\" does not exist in {encoding}; its equal \"{to}\" was written"),
            "if the look of it matters, tell whoever keeps the task",
        ),
        Problem::DuplicateKey { key, first } => Telling::new(
            match super::label::place(first) {
                Some(place) => format!("\"{}\" stands more than once; the first is in {place}", mask(key)),
                None => format!("\"{}\" stands more than once", mask(key)),
            },
            "see which is right, correct the other and drop the file again",
        ),
        Problem::NoPartner { key, other } => Telling::new(
            format!("\"{}\" is not in {other}", mask(key)),
            format!("if it is misspelt, correct it and drop the file again; if {other} lacks it, add it there"),
        ),
        Problem::SpellingVaries { other } => Telling::new(
            format!("it seems to be the same as \"{}\", spelt differently", mask(other)),
            "if they are the same, spell both alike",
        ),
    }
}

fn no_header(wanted: &[String], best_row: Option<u32>, found: &[String]) -> Telling {
    let mut what = format!("the heading of the table was not found; looked for {}", list(wanted));
    if let Some(row) = best_row.filter(|_| !found.is_empty()) {
        what.push_str(&format!("; row {row} comes nearest, with {} only", list(found)));
    }
    Telling::new(what, "see whether it is the right file; if so, make the heading as it should be and drop the file again")
}

fn not_renamed(to: &str, why: &NotRenamed) -> Telling {
    let (because, next) = match why {
        NotRenamed::Open { by: Some(by) } => (format!("{by} has it open"), "close it, and drop it again"),
        NotRenamed::Open { by: None } => ("somebody has it open".to_owned(), "close it, and drop it again"),
        NotRenamed::Name { troubles } => {
            let all: Vec<String> = troubles.iter().map(super::label::name_trouble).collect();
            (all.join(", "), "shorten the name or replace the signs that cannot be used, and drop it again")
        }
        NotRenamed::Twin { other } => (
            format!("\"{other}\" would get the same name (case and Unicode form do not count)"),
            "rename one of the two by hand, and drop them again",
        ),
        NotRenamed::Taken { by } => (format!("\"{by}\" is there already"), "rename one of the two by hand, and drop them again"),
    };
    Telling::new(format!("not renamed to \"{to}\": {because}"), next)
}

pub(crate) fn refusal(refusal: &Refusal) -> Telling {
    match refusal {
        Refusal::Empty => Telling::new("the file is empty", "see whether it was saved, and drop it again"),
        Refusal::TooLarge { bytes, limit } => Telling::new(
            format!("the file is too large ({}, {} allowed)", super::label::size(*bytes), super::label::size(*limit)),
            "remove sheets and pictures that are not needed, or split it, and drop it again",
        ),
        Refusal::Password => {
            Telling::new("the file is protected by a password", "save it without the password and drop it again")
        }
        Refusal::WrongPassword => Telling::new(
            "the file is protected by a password, and none of those the office has agreed on opens it",
            "save it with the agreed password or without one, and drop it again",
        ),
        Refusal::CutOff => Telling::new(
            "the file ends too early: it is still being copied, or part of it is lost",
            "see whether the original opens, and copy it again",
        ),
        Refusal::Broken { at: _ } => Telling::new(
            "the file is damaged and cannot be read",
            "see whether Excel opens it; if so, save it under a new name and drop it again",
        ),
        Refusal::Foreign { format } => {
            Telling::new(format!("not a workbook but {format}"), "save it as an Excel file (xlsx, xls) or CSV and drop it again")
        }
        Refusal::Unknown => {
            Telling::new("neither an Excel file nor a CSV", "see whether it is the right file, and drop an Excel file or a CSV")
        }
        Refusal::UnknownEncoding => {
            Telling::new("the text's encoding cannot be told", "open it in Excel, save it as \"CSV UTF-8\" and drop it again")
        }
        Refusal::Hostile { why: _ } => Telling::new(
            "the file is built in a dangerous way that no ordinary file has, so it was not opened",
            "find out where it comes from; if nobody knows, do not open it and tell whoever keeps the systems",
        ),
        Refusal::NotPermitted => Telling::new("the task may not open this file", "if it has to, ask whoever keeps the task"),
        Refusal::Changed => Telling::new(
            "the file was changed or taken away while the job ran",
            "close it, wait until it is saved, and drop it again",
        ),
        Refusal::HardLink { names } => {
            Telling::new(format!("one of {names} names of the same file; it was not opened"), "copy the file, and drop the copy")
        }
        Refusal::Locked => Telling::new(
            "the file cannot be read: no right to, or a fault of the disk",
            "see whether somebody has it open and whether the rights suffice, and drop it again",
        ),
        Refusal::TooManyCells { limit } => Telling::new(
            format!("too many cells ({limit} allowed)"),
            "remove sheets that are not needed, or split the file, and drop it again",
        ),
    }
}

pub(crate) fn suspicion(suspicion: &Suspicion) -> Telling {
    match suspicion {
        Suspicion::LyingExtension { name, bytes } => Telling::new(
            format!("the name says .{name}, the content is {bytes}; it was read as what it is"),
            "better save it in the right format",
        ),
        Suspicion::Macros => Telling::new(
            "the file holds macros; they were not run, only the values were read",
            "if macros calculate values, run them in Excel, save the file and drop it again",
        ),
        Suspicion::ExternalLinks => Telling::new(
            "formulas refer to other files; the values saved last were used",
            "if they may be old, update them in Excel, save the file and drop it again",
        ),
        Suspicion::FullToLastRow => Telling::new(
            "the old format (xls) is full to its last row; rows may have been cut off",
            "compare the number of rows with the source; if some are missing, save it as xlsx or CSV",
        ),
        Suspicion::NoFinalNewline => {
            Telling::new("the last line may be incomplete", "see whether anything is missing in the last line")
        }
        Suspicion::TwoEncodings { read, perhaps } => Telling::new(
            format!("the encoding is not certain: it was read as {}, but may be {}", read.name(), perhaps.name()),
            "see whether the texts in the result are right; if not, save the file as UTF-8 with BOM and drop it again",
        ),
    }
}

pub(crate) fn date_trouble(trouble: &DateTrouble) -> Telling {
    const WRITE: &str = "write 2024/4/1 or 令和6年4月1日 and drop the file again";
    match trouble {
        DateTrouble::NotADate => Telling::new("not a date", WRITE),
        DateTrouble::NoSuchDay => Telling::new("no such day in the calendar", "correct month and day, and drop the file again"),
        DateTrouble::NoSuchYear => Telling::new("not a possible year", "correct the year and drop the file again"),
        DateTrouble::NoEra => Telling::new("era or century is missing, so the year cannot be told", WRITE),
        DateTrouble::YearsDiffer => {
            Telling::new("the year of the era and the western year differ", "write the right one only and drop the file again")
        }
        DateTrouble::NoYear => Telling::new("the year is missing", WRITE),
    }
}

pub(crate) fn date_doubt(doubt: &DateDoubt) -> Telling {
    match doubt {
        DateDoubt::EraOver { right } => Telling::new(
            format!("the era does not have that year; it was used as \"{right}\""),
            format!("write \"{right}\" if that is right, else the right date"),
        ),
        DateDoubt::WrongWeekday { right } => Telling::new(
            format!("the weekday does not fit: that day is a {right}"),
            "see whether the date or the weekday is right",
        ),
        DateDoubt::EightDigits => Telling::new("eight digits were read as a date", "if they are no date, write the right one"),
        DateDoubt::SixDigits => Telling::new("six digits were read as a month", "if they are no month, write the right one"),
        DateDoubt::YearFromFiscalYear { date } => {
            Telling::new(format!("the year is missing; it was read as {date}"), "if that is wrong, write the year too")
        }
    }
}

/// What differs between the workbook that is expected and the one that came.
pub(crate) fn difference(file: &str, difference: &Difference) -> String {
    match difference {
        Difference::SheetMissing { sheet } => format!("\"{file}\" lacks the sheet \"{sheet}\""),
        Difference::SheetExtra { sheet } => format!("\"{file}\" has a sheet \"{sheet}\" that is not expected"),
        Difference::SheetOrder { expected, actual } => {
            format!("the sheets of \"{file}\" should be {} and are {}", list(expected), list(actual))
        }
        Difference::Hidden { sheet, expected, actual: _ } => match expected {
            Visibility::Visible => format!("the sheet \"{sheet}\" of \"{file}\" is hidden"),
            Visibility::Hidden | Visibility::VeryHidden => format!("the sheet \"{sheet}\" of \"{file}\" is not hidden"),
        },
        Difference::Cell { sheet, cell, expected, actual } => {
            format!("\"{file}\", sheet \"{sheet}\", {cell}: should be {} and is {}", shown(expected), shown(actual))
        }
        Difference::Formula { sheet, cell, expected: true, actual: _ } => {
            format!("\"{file}\", sheet \"{sheet}\", {cell}: should be a formula and is a value")
        }
        Difference::Formula { sheet, cell, expected: false, actual: _ } => {
            format!("\"{file}\", sheet \"{sheet}\", {cell}: should be a value and is a formula")
        }
        Difference::Encoding { expected, actual } => format!("\"{file}\" should be encoded as {expected} and is {actual}"),
        Difference::Format { sheet, cell, expected, actual } => format!(
            "\"{file}\", sheet \"{sheet}\", {cell}: should be formatted as {} and is {}",
            format_class(*expected),
            format_class(*actual)
        ),
        Difference::MergeMissing { sheet, area } => format!("\"{file}\", sheet \"{sheet}\": {area} is not merged"),
        Difference::MergeExtra { sheet, area } => format!("\"{file}\", sheet \"{sheet}\": {area} should not be merged"),
    }
}

pub(super) fn shown(shown: &Shown) -> String {
    let kind = match shown.kind {
        ValueKind::Blank => return "blank".to_owned(),
        ValueKind::Text => "the text",
        ValueKind::Number => "the number",
        ValueKind::Date => "the date",
        ValueKind::Time => "the time",
        ValueKind::DateTime => "the moment",
        ValueKind::Duration => "the length of time",
        ValueKind::YesNo => "the truth value",
        ValueKind::Error => "the error",
        ValueKind::Stale => "a formula without a result",
    };
    format!("{kind} \"{}\"", shown.text)
}

pub(super) fn format_class(class: FormatClass) -> String {
    match class {
        FormatClass::General => "general".to_owned(),
        FormatClass::Text => "text".to_owned(),
        FormatClass::Number { decimals } => format!("a number with {}", count(u64::from(decimals), "decimal", "decimals")),
        FormatClass::Percent { decimals } => format!("a percentage with {}", count(u64::from(decimals), "decimal", "decimals")),
        FormatClass::Date => "a date".to_owned(),
        FormatClass::Time => "a time".to_owned(),
        FormatClass::DateTime => "a date and time".to_owned(),
        FormatClass::Duration => "a length of time".to_owned(),
    }
}
