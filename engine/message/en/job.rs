//! Why a job came to nothing, what was left aside and what cannot be renamed, in English.

use std::path::Path;

use job::{Error, Limit, ScriptLimit, Setback, UndoWhy, Why};

use super::{count, list};
use crate::Telling;

pub(crate) fn setback(setback: &Setback) -> Telling {
    match setback {
        Setback::Limit { limit, allowed } => self::limit(limit, *allowed),
        Setback::Crashed { signal: _, code: _, at: _ } => Telling::new(
            "the job broke off; nothing was published",
            "the file may be damaged: see whether Excel opens it, and show this to whoever keeps the task",
        ),
        Setback::NoRoom => Telling::new("the disk is full; nothing was published", "make room and run it again"),
        Setback::Script { told: _ } => Telling::new("the script has mistakes; nothing was published", "mend the places below"),
        Setback::Unbalanced { read, used, excluded, untold, twice, examples } => {
            let mut what =
                format!("the rows do not balance, nothing was published: {read} read, {used} used, {excluded} excluded");
            if *untold > 0 {
                what.push_str(&format!("; {} neither used nor excluded", count(*untold, "row is", "rows are")));
            }
            if *twice > 0 {
                what.push_str(&format!("; {} both used and excluded", count(*twice, "row is", "rows are")));
            }
            if !examples.is_empty() {
                what.push_str(&format!("; for example {}", examples.join(", ")));
            }
            Telling::new(
                what,
                "add .使用() to the table that makes the result, and .除外(condition, \"reason\") where rows are left out",
            )
        }
        Setback::NoRightToWrite { name, allowed } => Telling::new(
            format!("the task has no right to write \"{name}\"; it may write {}", list(allowed)),
            "add it to write in [rights] of task.toml, or correct the name in the script",
        ),
        Setback::NoPassword => Telling::new(
            "outputs are to be protected by a password, and none is set",
            "have `protect = \"password\"` written below [tasks.FOLDER] in .jitan/secrets.toml",
        ),
        Setback::Unprotected { name } => Telling::new(
            format!("\"{name}\" is to be protected by a password and is no workbook, so it cannot be"),
            "let [rights] protect of task.toml fit workbooks alone, or hand back a workbook",
        ),
        Setback::NoRightToRename { count: files } => Telling::new(
            format!("the task has no right to rename files ({})", count(*files as u64, "file", "files")),
            "if it is to rename, write rename = true in [rights] of task.toml",
        ),
        Setback::OutputName { name } => Telling::new(
            format!("\"{name}\" cannot be the name of a file"),
            "avoid long names and the signs that Windows refuses",
        ),
        Setback::SameName { name } => Telling::new(
            format!("two files of one folder would be called \"{name}\"; nothing was renamed"),
            "change the script so that new names differ",
        ),
        Setback::HardLink { path, names } => Telling::new(
            format!("\"{path}\" is one of {names} names of the same file, so it was not copied"),
            "copy the file, and drop the copy",
        ),
        Setback::Changed { path } => Telling::new(
            format!("\"{path}\" changed meanwhile; every name is as it was"),
            "make sure that nobody has it open, and run it again",
        ),
    }
}

fn limit(limit: &Limit, allowed: u64) -> Telling {
    const FILE: &str = "see whether the file is too large; if it is of the usual size, raise [limits] in task.toml";
    match limit {
        Limit::Memory => Telling::new(format!("stopped: more than {allowed} MB of memory; nothing was published"), FILE),
        Limit::Cpu => Telling::new(format!("stopped: more than {allowed} s of processor time; nothing was published"), FILE),
        Limit::Wall => Telling::new(format!("stopped: it took more than {allowed} s; nothing was published"), FILE),
        Limit::File => Telling::new(format!("stopped: an output of more than {allowed} MB; nothing was published"), FILE),
        Limit::Depth => Telling::new(
            "stopped: nested too deeply; nothing was published",
            "see whether something in the script calls itself without end",
        ),
        Limit::Script(kind) => Telling::new(
            format!("stopped: {} beyond the script's limit; nothing was published", script_limit(*kind)),
            "see whether every loop ends, and whether a verb on tables can do it",
        ),
    }
}

fn script_limit(limit: ScriptLimit) -> &'static str {
    match limit {
        ScriptLimit::Operations => "steps",
        ScriptLimit::Calls => "depth of calls",
        ScriptLimit::Text => "length of a text",
        ScriptLimit::Map => "entries of a map",
        ScriptLimit::Variables => "variables",
        ScriptLimit::Modules => "library scripts",
        ScriptLimit::Rows => "rows made",
    }
}

pub(crate) fn error(error: &Error) -> Telling {
    let shown = |path: &Path| path.display().to_string();
    match error {
        Error::NotThere { path } => Telling::new(format!("\"{}\" is not there", shown(path)), "check the name"),
        Error::SameName { name } => {
            Telling::new(format!("two paths have the name \"{name}\""), "rename one, or put both into one folder")
        }
        Error::WrongKind { path, wants_folder: true } => Telling::new(
            format!("\"{}\" is a file, and the task takes a folder", shown(path)),
            "put the file into a folder and name the folder",
        ),
        Error::WrongKind { path, wants_folder: false } => {
            Telling::new(format!("\"{}\" is a folder, and the task takes a file", shown(path)), "name the file in it")
        }
        Error::NotPlain { path } => Telling::new(
            format!("\"{}\" is neither a plain file nor a folder (a link, perhaps)", shown(path)),
            "name the file itself",
        ),
        Error::Unreadable { path, kind: _ } => Telling::new(format!("\"{}\" cannot be read", shown(path)), "check the rights"),
        Error::Unwritable { path, kind: _ } => Telling::new(
            format!("\"{}\" cannot be written to", shown(path)),
            "check the rights, or name another place with --out",
        ),
        Error::DiskFull { path } => {
            Telling::new(format!("the disk of \"{}\" is full; nothing was published", shown(path)), "make room and run it again")
        }
        Error::NoWorker { kind: _ } => Telling::new(
            "the worker does not start",
            "see whether jitan lies where programs may run, and whether there is memory left",
        ),
        Error::Interrupted => Telling::new("the job was stopped because the engine was told to stop", "run it again"),
        Error::NotAnUndoList { path, line: None } => Telling::new(
            format!("\"{}\" is not an undo list", shown(path)),
            "name the undo list that was made when the files were renamed",
        ),
        Error::NotAnUndoList { path, line: Some(line) } => Telling::new(
            format!("line {line} of \"{}\" cannot be read; nothing was renamed", shown(path)),
            "name an undo list that was not edited",
        ),
    }
}

pub(crate) fn left(why: &Why) -> Telling {
    match why {
        Why::Link => Telling::new("a link, not opened", "drop the file itself"),
        Why::HardLink { names } => {
            Telling::new(format!("a file with {names} names, not opened"), "copy the file and drop the copy")
        }
        Why::NotAFile => Telling::new("not a plain file, not opened", "drop the file itself"),
        Why::NameNotText => Telling::new("the name is damaged, not opened", "give it a new name and drop it again"),
        Why::NotAccepted { accepts } => Telling::new(
            format!("not a file of this task, not read (it takes {})", list(accepts)),
            "if it is needed, save it in one of these forms and drop it again",
        ),
        Why::Unreadable => Telling::new("no right to read it, not opened", "check the rights and drop it again"),
        Why::Open { by: Some(by) } => Telling::new(
            format!("{by} has it open; it was used as it was saved last"),
            "if it is being edited, save and close it, then drop it again",
        ),
        Why::Open { by: None } => Telling::new(
            "somebody has it open; it was used as it was saved last",
            "if it is being edited, save and close it, then drop it again",
        ),
        Why::NothingToDo { accepts } => Telling::new(
            format!("there is no file for this task (it takes {})", list(accepts)),
            "see whether these are the right files and the right task",
        ),
    }
}

pub(crate) fn undo(why: UndoWhy) -> Telling {
    match why {
        UndoWhy::Edited => Telling::new("it was edited since", "look into it, and rename it by hand if need be"),
        UndoWhy::Gone => Telling::new("it is not there", "see whether it was moved or deleted"),
        UndoWhy::Taken => Telling::new("another file has its old name", "see which is needed, and rename by hand"),
        UndoWhy::Refused => Telling::new("it could not be renamed", "check the rights and run it again"),
        UndoWhy::Added => Telling::new("it was added since", "see whether it is needed"),
    }
}

/// Why a file kept its name when others of its folder got theirs.
pub(crate) fn kept(why: UndoWhy) -> Telling {
    match why {
        UndoWhy::Edited | UndoWhy::Added => {
            Telling::new("it was edited meanwhile", "make sure that nobody has it open, then drop it again")
        }
        UndoWhy::Gone => Telling::new("it was not there any more", "see whether it was moved or deleted"),
        UndoWhy::Taken => Telling::new("another file has that name", "see which is needed, and rename by hand"),
        UndoWhy::Refused => Telling::new("it could not be renamed", "check the rights to the folder, then drop it again"),
    }
}
