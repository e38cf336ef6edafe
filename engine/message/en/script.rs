//! What is wrong with a script, in English: for the specialist who writes it.

use book::Place;
use script::{Exclusion, TroubleKind, ValueKind, Wanted};

use super::list;
use crate::Telling;

/// `word` is the word at fault, as written.
pub(crate) fn trouble(kind: &TroubleKind, word: Option<&str>) -> Telling {
    let here = word.map_or_else(|| "this".to_owned(), |word| format!("\"{word}\""));
    let meant = |near: &Option<String>, otherwise: &str| match near {
        Some(near) => format!("if \"{near}\" is meant, write that"),
        None => otherwise.to_owned(),
    };
    match kind {
        TroubleKind::ScriptTooLong { bytes, limit } => Telling::new(
            format!("the script is too long ({bytes} bytes, {limit} allowed)"),
            "move shared parts to scripts/lib/, or read tables from files",
        ),
        TroubleKind::FullWidth { half: " ", .. } => Telling::new("a full-width space stands here", "type a half-width space"),
        TroubleKind::FullWidth { half: "\"", found } => {
            Telling::new(format!("a full-width {found} stands here"), "type a half-width quotation mark (\")")
        }
        TroubleKind::FullWidth { found, half } => {
            Telling::new(format!("a full-width \"{found}\" stands here"), format!("type the half-width \"{half}\""))
        }
        TroubleKind::UnclosedText => Telling::new("a text is opened and never closed", "write the closing quote"),
        TroubleKind::UnclosedComment => Telling::new("a comment is opened and never closed", "write the closing */"),
        TroubleKind::BadNumber => Telling::new(format!("{here} is not a number as it is written"), "write 1234 or 0.5"),
        TroubleKind::BadEscape => Telling::new(format!("{here} cannot stand in a text"), "write \\\\ for a single backslash"),
        TroubleKind::Unexpected => {
            Telling::new(format!("{here} cannot stand here"), "look for a missing ; or bracket in the lines above")
        }
        TroubleKind::Missing { wanted } => {
            Telling::new(format!("\"{wanted}\" is missing before {here}"), format!("add \"{wanted}\""))
        }
        TroubleKind::EndsEarly => Telling::new("the script ends too early", "count the closing brackets ) } ]"),
        TroubleKind::Reserved => {
            Telling::new(format!("{here} has a meaning of its own and cannot be a name"), "take another name")
        }
        TroubleKind::DefinedTwice => Telling::new(format!("{here} is defined twice"), "rename one of the two"),
        TroubleKind::Constant => {
            Telling::new(format!("{here} cannot be changed"), "put the value into a variable of another name")
        }
        TroubleKind::TooDeep => Telling::new("the expression is nested too deeply", "put parts of it into variables with let"),
        TroubleKind::TooManyFunctions { limit } => {
            Telling::new(format!("too many functions ({limit} allowed)"), "move shared parts to scripts/lib/")
        }
        TroubleKind::Grammar { detail: _ } => {
            Telling::new(format!("{here} is not written correctly"), "compare it with the examples of jitan doc")
        }
        TroubleKind::UnknownWord { near } => {
            Telling::new(format!("there is no function {here}"), meant(near, "see jitan doc for the functions there are"))
        }
        TroubleKind::WrongCount { takes, here: count } => {
            let takes: Vec<String> = takes.iter().map(ToString::to_string).collect();
            Telling::new(
                format!("{here} takes {} values, {count} are given", takes.join(" or ")),
                "count the values between the brackets",
            )
        }
        TroubleKind::UnknownVariable { near } => Telling::new(
            format!("there is no variable {here}"),
            meant(near, "give it a value with let first; put a text in quotes"),
        ),
        TroubleKind::UndeclaredColumn { near } => {
            Telling::new(format!("no table reads a column {here}"), meant(near, "add the column where the table is read"))
        }
        TroubleKind::UnknownOption { near, have } => {
            Telling::new(format!("there is no option {here}"), meant(near, &format!("the options are {}", list(have))))
        }
        TroubleKind::UnknownLibrary { near } => {
            Telling::new(format!("scripts/lib/ has no file {here}"), meant(near, "check the file's name"))
        }
        TroubleKind::LibraryCircle { names } => Telling::new(
            format!("library scripts import each other in a circle ({})", names.join(" -> ")),
            "drop one import and move what is shared to a file of its own",
        ),
        TroubleKind::UnitsNeverSaid | TroubleKind::UnitsNotSaid => {
            Telling::new("the script never says how many units it has done", "write 処理件数(…) once at the end")
        }
        TroubleKind::RowsUntold => Telling::new(
            "the rows read here are neither used nor excluded anywhere",
            "write .使用() for the rows that go into the result, .除外(|r| condition, \"reason\") for those that do not",
        ),
        TroubleKind::UnitsTwice => Telling::new("the number of units is said twice", "write 処理件数(…) only once"),
        TroubleKind::NoColumn { near, have } => {
            let has = if have.is_empty() { "no columns at all; look where it is made".to_owned() } else { list(have) };
            let next = match near {
                Some(near) => format!("\"{near}\" may be meant; the table has {has}"),
                None => format!("the table has {has}"),
            };
            Telling::new(format!("the table has no column {here}"), next)
        }
        TroubleKind::NoProperty { of, near } => Telling::new(
            format!("{} has no property {here}", value(*of)),
            meant(near, "see jitan doc for the properties there are"),
        ),
        TroubleKind::Blank { place, column } => {
            let column = column.as_ref().map(|column| format!(" of \"{column}\"")).unwrap_or_default();
            Telling::new(
                format!("a blank{column}{} is calculated with or compared", at(place)),
                "test it with 空か(…) first, or decide about blanks where the table is read",
            )
        }
        TroubleKind::WrongType { got, takes } => Telling::new(
            format!("{here} does not take {}", values(got)),
            match takes.first() {
                Some(first) => format!("give it {}", values(first)),
                None => "check what the values are".to_owned(),
            },
        ),
        TroubleKind::CannotCompare { left, right } => Telling::new(
            format!("{} and {} cannot be compared", value(*left), value(*right)),
            "make both the same kind of value first",
        ),
        TroubleKind::NotYesNo { got } => {
            Telling::new(format!("a condition must be yes or no, this one is {}", value(*got)), "write a comparison with == or >")
        }
        TroubleKind::NotAllowed { have } => {
            Telling::new(format!("{here} cannot be used here"), format!("possible are {}", list(have)))
        }
        TroubleKind::CannotRead { wanted, private: _ } => {
            Telling::new(format!("the value cannot be read as {}", self::wanted(*wanted)), "check the value that is given")
        }
        TroubleKind::DividedByZero => Telling::new("something is divided by zero", "test the divisor first, or use 割合(a, b)"),
        TroubleKind::TooLarge => Telling::new("the number is too large to be exact", "calculate in another unit"),
        TroubleKind::OutOfRange { length, index } => Telling::new(
            format!("item {index} is wanted, but there are only {length}"),
            "counting begins at 0; check the length first",
        ),
        TroubleKind::NoTemplate { near, have } => Telling::new(
            format!("there is no template \"{}\" in the task's folder", word.unwrap_or_default()),
            match near {
                Some(near) => format!("if \"{near}\" is meant, write it so"),
                None if have.is_empty() => "put the workbook into the task's folder, beside task.toml".to_owned(),
                None => format!("there is {}", list(have)),
            },
        ),
        TroubleKind::NoImage { near, have } => Telling::new(
            format!("there is no image \"{}\" in the task's folder", word.unwrap_or_default()),
            match near {
                Some(near) => format!("if \"{near}\" is meant, write it so"),
                None if have.is_empty() => "put a PNG or JPEG into the task's folder, beside task.toml".to_owned(),
                None => format!("there is {}", list(have)),
            },
        ),
        TroubleKind::NoKey { near } => Telling::new(
            format!("there is no entry {here}"),
            meant(near, "check the name; a setting belongs into [settings] of task.toml"),
        ),
        TroubleKind::UsedWithinItself => Telling::new(
            "a table or list is used inside a closure that it is itself working through",
            "give it another name first (let 元 = 表;) and use that name inside",
        ),
        TroubleKind::ColumnsDiffer { column } => Telling::new(
            format!("the tables have different columns (\"{column}\")"),
            "make their columns the same with 列を選ぶ first",
        ),
        TroubleKind::ColumnHoldsNoNumber { column, place, private: _ } => Telling::new(
            format!("the column \"{column}\" holds something that is no number{}", at(place)),
            "read it as 整数の列, 小数の列 or 金額の列",
        ),
        TroubleKind::ColumnHoldsNoDate { column, place, private: _ } => {
            Telling::new(format!("the column \"{column}\" holds something that is no date{}", at(place)), "read it as 日付の列")
        }
        TroubleKind::ColumnTwice { name } => {
            Telling::new(format!("there is a column \"{name}\" already"), "give one of them another name")
        }
        TroubleKind::NoColumnsGiven => Telling::new(format!("{here} is given no column"), "name the columns, such as [\"課\"]"),
        TroubleKind::OutputTwice { name } => {
            Telling::new(format!("the output \"{name}\" is made twice"), "give one of them another name")
        }
        TroubleKind::SheetTwice { name } => {
            Telling::new(format!("there is a sheet \"{name}\" already"), "give one of them another name")
        }
        TroubleKind::Thrown { private } => {
            Telling::new(format!("the script stopped itself: {private}"), "look into the reason it gives")
        }
        TroubleKind::Refused { detail: _ } => {
            Telling::new(format!("{here} could not be done"), "check the values and the names of sheets")
        }
        TroubleKind::Unproven { why } => super::edit::broken(why),
        TroubleKind::Other { private: _ } => {
            Telling::new(format!("{here} could not be done"), "check the values against jitan doc")
        }
    }
}

fn at(place: &Place) -> String {
    super::label::place(place).map(|place| format!(" ({place})")).unwrap_or_default()
}

fn values(kinds: &[ValueKind]) -> String {
    kinds.iter().map(|kind| value(*kind)).collect::<Vec<_>>().join(" and ")
}

fn value(kind: ValueKind) -> &'static str {
    match kind {
        ValueKind::Blank => "a blank",
        ValueKind::Text => "a text",
        ValueKind::Integer => "a whole number",
        ValueKind::Decimal => "a decimal",
        ValueKind::YesNo => "yes or no",
        ValueKind::Date => "a date",
        ValueKind::Time => "a time of day",
        ValueKind::DateTime => "a date and time",
        ValueKind::Duration => "a length of time",
        ValueKind::ExcelError => "an Excel error",
        ValueKind::Array => "an array",
        ValueKind::Map => "a map",
        ValueKind::Table => "a table",
        ValueKind::Row => "a row",
        ValueKind::File => "a file",
        ValueKind::Arrival => "the arrival",
        ValueKind::Settings => "the settings",
        ValueKind::Workbook => "a workbook",
        ValueKind::Form => "a template",
        ValueKind::FilledForm => "a filled template",
        ValueKind::Image => "an image",
        ValueKind::ColumnSpec => "a declared column",
        ValueKind::Aggregate => "an aggregate",
        ValueKind::Order => "an order",
        ValueKind::SymbolRules => "rules of symbols",
        ValueKind::Closure => "a closure",
        ValueKind::Range => "a range",
        ValueKind::Other => "that value",
    }
}

fn wanted(wanted: Wanted) -> &'static str {
    match wanted {
        Wanted::Date => "a date",
        Wanted::Month => "a month",
        Wanted::Number => "a number",
        Wanted::Pattern => "a search pattern",
        Wanted::Cell => "the address of a cell",
        Wanted::FileName => "the name of a file",
        Wanted::SheetName => "the name of a sheet",
    }
}

pub(crate) fn exclusion(exclusion: &Exclusion) -> String {
    match exclusion {
        Exclusion::Misfit => "values that do not fit".to_owned(),
        Exclusion::Total => "total rows".to_owned(),
        Exclusion::Reading(why) | Exclusion::Said(why) => why.clone(),
    }
}
