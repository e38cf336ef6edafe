//! What is wrong with a task or its forms, in English.

use std::path::Path;

use task::{Error, Fault, Overlap, Wanted};

use super::list;
use crate::Telling;

pub(crate) fn error(error: &Error) -> Telling {
    let shown = |path: &Path| path.display().to_string();
    match error {
        Error::NoTask { wanted, near: Some(near), have: _ } => {
            Telling::new(format!("there is no task \"{wanted}\""), format!("if \"{near}\" is meant, write that"))
        }
        Error::NoTask { wanted, near: None, have } => Telling::new(
            format!("there is no task \"{wanted}\""),
            if have.is_empty() {
                "go to a folder that holds scripts/, or name it with --office".to_owned()
            } else {
                format!("the tasks are {}", list(have))
            },
        ),
        Error::NoFile { path } => Telling::new(format!("\"{}\" is missing", shown(path)), "put this file into the task's folder"),
        Error::Unreadable { path, kind: _ } => {
            Telling::new(format!("\"{}\" cannot be read", shown(path)), "check the rights of the file")
        }
        Error::NotText { path } => {
            Telling::new(format!("\"{}\" is not UTF-8 text", shown(path)), "save it as UTF-8 in your editor")
        }
        Error::SecretsOpen { path } => Telling::new(
            format!("others may read the file of passwords \"{}\"", path.display()),
            "let its owner alone read it (chmod 600), and let it be a plain file, no link",
        ),
        Error::SecretsForm { path, line } => Telling::new(
            match line {
                Some(line) => format!("line {line} of the file of passwords \"{}\" is wrong", path.display()),
                None => format!("the file of passwords \"{}\" cannot be understood", path.display()),
            },
            "write `[tasks.FOLDER]` and below it `open = [\"password\"]`",
        ),
        Error::Form { path, mistakes } => Telling::new(
            format!("\"{}\" has {}", shown(path), super::count(mistakes.len() as u64, "mistake", "mistakes")),
            "mend the lines below",
        ),
        Error::NoSetting { wanted, near: Some(near), have: _ } => {
            Telling::new(format!("there is no setting \"{wanted}\""), format!("if \"{near}\" is meant, write that"))
        }
        Error::NoSetting { wanted, near: None, have } => {
            Telling::new(format!("there is no setting \"{wanted}\""), format!("the settings are {}", list(have)))
        }
        Error::WrongSetting { name, written, wanted } => {
            Telling::new(format!("the setting \"{name}\" cannot be \"{written}\""), format!("give it {}", self::wanted(*wanted)))
        }
    }
}

/// A mistake in a field; an empty field means the file as a whole.
pub(crate) fn mistake(field: &str, fault: &Fault) -> Telling {
    match fault {
        Fault::Unknown { near: Some(near) } => {
            Telling::new(format!("there is no field \"{field}\""), format!("if \"{near}\" is meant, write that"))
        }
        Fault::Unknown { near: None } => Telling::new(format!("there is no field \"{field}\""), "remove the line"),
        Fault::Misplaced => {
            let (section, key) = field.rsplit_once('.').unwrap_or(("", field));
            Telling::new(
                format!("\"{key}\" does not belong under [{section}]"),
                "for the whole office move it above every [section]; for one task move it right under [tasks.NAME]",
            )
        }
        Fault::Missing => Telling::new(format!("\"{field}\" is missing"), "add the field"),
        Fault::WrongType { wanted } => {
            Telling::new(format!("\"{field}\" cannot hold this kind of value"), format!("write {}", self::wanted(*wanted)))
        }
        Fault::Empty => Telling::new(format!("\"{field}\" is empty"), "write a value"),
        Fault::OutOfRange { low, high } => {
            Telling::new(format!("\"{field}\" is out of range"), format!("write a number from {low} to {high}"))
        }
        Fault::NotAChoice { written, choices, near } => Telling::new(
            format!("\"{field}\" cannot be \"{written}\""),
            match near {
                Some(near) => format!("if \"{near}\" is meant, write that"),
                None => format!("possible are {}", list(choices)),
            },
        ),
        Fault::NotADate { written } => {
            Telling::new(format!("\"{written}\" in \"{field}\" is not a day"), "write an existing day such as 2026-04-01")
        }
        Fault::Twice => Telling::new("the same field stands twice", "remove one of the lines"),
        Fault::Syntax { full_width: Some(sign) } => {
            Telling::new(format!("there seems to be a full-width \"{sign}\""), "type = \" [ ] in half width")
        }
        Fault::Syntax { full_width: None } => Telling::new(
            "this line is not written correctly",
            "check that it reads: field = \"value\", and that quotes and brackets are closed",
        ),
        Fault::TooFine { decimals } => Telling::new(
            format!("\"{field}\" is written too finely"),
            format!("write at most {decimals} decimals: minutes are counted in thousandths"),
        ),
        Fault::NoReason => Telling::new(
            format!("\"{field}\" says that nothing is left to do by hand, and not why"),
            "write the reason beside it (reason = \"…\"), or the minutes that checking the result takes",
        ),
        Fault::Order { low, high } => Telling::new(format!("\"{low}\" is larger than \"{high}\""), "correct one of the two"),
        Fault::NoTask { near } => Telling::new(
            format!("the task of \"{field}\" is not under scripts/"),
            match near {
                Some(near) => format!("if \"{near}\" is meant, write that"),
                None => "make the task first, or remove this section".to_owned(),
            },
        ),
        Fault::Overlap { with, how } => overlap(field, with, *how),
        Fault::Upwards => Telling::new(
            format!("\"{field}\" cannot go upwards with \"..\""),
            "write the name of a folder in the office, or a path that begins with \"/\"",
        ),
        Fault::FolderName { trouble } => Telling::new(
            format!("\"{field}\" cannot be the name of a folder: {}", super::label::name_trouble(trouble)),
            "take another name",
        ),
        Fault::NotAFolder => {
            Telling::new(format!("what lies at \"{field}\" is no folder"), "move it away, or write another name")
        }
    }
}

/// Why folders must be apart depends on which holds which.
fn overlap(field: &str, with: &str, how: Overlap) -> Telling {
    let what = match (how, with) {
        (_, ".") => format!("\"{field}\" cannot be the office's folder itself"),
        (Overlap::Same, _) => format!("the folder of \"{field}\" is the same as \"{with}\""),
        (Overlap::Within, _) => format!("the folder of \"{field}\" lies inside \"{with}\""),
        (Overlap::Around, _) => format!("the folder of \"{field}\" holds \"{with}\""),
    };
    Telling::new(what, "results or settings would be worked on as arrivals; write another place")
}

fn wanted(wanted: Wanted) -> &'static str {
    match wanted {
        Wanted::Text => "a text in quotes",
        Wanted::Number => "a number",
        Wanted::WholeNumber => "a whole number",
        Wanted::YesNo => "true or false",
        Wanted::TextList => "a list of texts ([\"A\", \"B\"])",
        Wanted::Section => "a section ([name] or { … })",
        Wanted::SimpleValue => "a text, a number, true or false, a date, or a list of them",
    }
}
