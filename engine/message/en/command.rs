//! What is wrong with a command, in English.

use super::list;
use crate::{Misuse, Telling};

pub(crate) fn misuse(misuse: &Misuse) -> Telling {
    const HELP: &str = "see jitan --help";
    match misuse {
        Misuse::NoCommand => Telling::new("no command is given", HELP),
        Misuse::UnknownCommand { written, near } => Telling::new(
            format!("there is no command \"{written}\""),
            near.as_ref().map_or(HELP.to_owned(), |near| format!("if \"{near}\" is meant, type that")),
        ),
        Misuse::UnknownArgument { written, near } => Telling::new(
            format!("there is no argument \"{written}\""),
            near.as_ref().map_or(HELP.to_owned(), |near| format!("if \"{near}\" is meant, type that")),
        ),
        Misuse::MissingArgument { wanted } => Telling::new(format!("{wanted} is missing"), HELP),
        Misuse::WrongValue { argument, written, choices } => Telling::new(
            format!("{argument} cannot be \"{written}\""),
            if choices.is_empty() { HELP.to_owned() } else { format!("possible are {}", list(choices)) },
        ),
        Misuse::Conflict { one, other } => {
            Telling::new(format!("{one} and {other} cannot stand together"), "leave one of them out")
        }
        Misuse::Unclear => Telling::new("the arguments cannot be understood", HELP),
        Misuse::NotASetting { written } => {
            Telling::new(format!("\"{written}\" is not a setting"), "write name=value, such as --set 年度=2024")
        }
        Misuse::NotEmpty { path } => {
            Telling::new(format!("\"{}\" is not empty", path.display()), "name an empty folder, or one that does not exist yet")
        }
        Misuse::OfficeExists { path } => {
            Telling::new(format!("\"{}\" is an office already", path.display()), "use it as it is, or name another folder")
        }
        Misuse::WithinOffice { path, office } => Telling::new(
            format!("\"{}\" lies within the office \"{}\"", path.display(), office.display()),
            "name a folder outside of it",
        ),
        Misuse::FileExists { path } => Telling::new(
            format!("\"{}\" is there already and is not written over", path.display()),
            "take another name, or move the file first",
        ),
        Misuse::TaskExists { name } => Telling::new(format!("there is a task \"{name}\" already"), "take another name"),
        Misuse::WrongName { name } => {
            Telling::new(format!("\"{name}\" cannot be the name of a task"), "take a short name without signs such as / and :")
        }
        Misuse::Unwritable { path } => {
            Telling::new(format!("\"{}\" cannot be written", path.display()), "check the rights and the room on the disk")
        }
        Misuse::Unreadable { path } => {
            Telling::new(format!("\"{}\" cannot be read", path.display()), "check the name and the rights")
        }
        Misuse::NothingToCorrect { row } => Telling::new(
            format!("row {row} of the ledger has no hours to take back"),
            "find the row's number in the report's sources or with jitan ledger export",
        ),
        Misuse::NotMinutes { written } => {
            Telling::new(format!("\"{written}\" is no time"), "write minutes, as in 12.5, or minutes and seconds, as in 12:30")
        }
        Misuse::NoSamples => Telling::new("nothing was measured", "measure at least two times"),
        Misuse::NoOffice { path } => Telling::new(format!("there is no folder \"{}\"", path.display()), "check --office"),
    }
}
