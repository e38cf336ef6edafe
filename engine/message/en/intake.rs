//! Why something waits in a watched folder, is not touched, or cannot be seen at all, in English.

use intake::{Error, NameFault, Refused, Unreachable, Waiting, Wants};

use super::count;
use crate::Telling;

pub(crate) fn waiting(waiting: &Waiting) -> Telling {
    match waiting {
        Waiting::Moving => Telling::new("it is being copied", "please wait until that is done"),
        Waiting::Empty => Telling::new("the folder is empty", "put files into it and work begins, or take it away"),
        Waiting::Open { by: Some(by) } => Telling::new(format!("{by} has it open"), "work begins when it is saved and closed"),
        Waiting::Open { by: None } => Telling::new("somebody has it open", "work begins when it is saved and closed"),
        Waiting::Incomplete => Telling::new(
            "the end of the file is not there yet",
            "wait until the copy is done; if it was broken off, put the file in again",
        ),
        Waiting::Written => Telling::new(
            "another program holds it, so it cannot be read yet",
            "if somebody has it open, save and close it; work begins then",
        ),
    }
}

pub(crate) fn refused(refused: &Refused) -> Telling {
    match refused {
        Refused::Link => {
            Telling::new("it is a link to another place and was not followed", "delete it and put in a copy of the file itself")
        }
        Refused::Pipe | Refused::Socket | Refused::Device => {
            Telling::new("it is no plain file and was not opened", "delete it and put in the file itself")
        }
        Refused::HardLink { names } => Telling::new(
            format!("the same file has {names} names and could be changed from elsewhere, so it was not read"),
            "delete it and put in a copy",
        ),
        Refused::Name(fault) => name(*fault),
        Refused::WrongKind { wants } => wrong_kind(*wants),
        Refused::Unreadable { kind: _ } => {
            Telling::new("it cannot be read: no right to, or it is damaged", "copy it anew from a place where it can be read")
        }
        Refused::TooMany { most } => {
            Telling::new(format!("there are too many files in the folder (at most {most})"), "put it in as several folders")
        }
        Refused::TooDeep { most } => Telling::new(
            format!("the folders in the folder are nested too deep (at most {})", count(*most, "level", "levels")),
            "put it in with fewer levels",
        ),
        Refused::LongPath { most } => Telling::new(
            format!("the names of the folders in it are too long together (at most {most} bytes)"),
            "give the folders shorter names, or put it in with fewer levels",
        ),
        Refused::Within { path, why } => {
            let inner = self::refused(why);
            Telling::new(format!("the folder is not taken because of \"{path}\" in it: {}", inner.what), inner.next)
        }
    }
}

fn name(fault: NameFault) -> Telling {
    const NEXT: &str = "give it a name of plain characters and put it in again";
    match fault {
        NameFault::NotText => Telling::new("the characters of its name are broken, so it was not opened", NEXT),
        NameFault::Control => Telling::new("its name holds line breaks or other unseen characters, so it was not opened", NEXT),
        NameFault::Direction => {
            Telling::new("its name holds unseen marks that turn the direction of writing and make it look like another", NEXT)
        }
    }
}

fn wrong_kind(wants: Wants) -> Telling {
    match wants {
        Wants::File => Telling::new("this task takes no folders", "take the files out of the folder and put them in alone"),
        Wants::Folder => {
            Telling::new("this task takes no single files", "put the files that belong together into a folder, and that in")
        }
        Wants::Either => Telling::new("this is of a kind that is not taken", "put in a file or a folder"),
    }
}

pub(crate) fn error(error: &Error) -> Telling {
    let folder = error.folder.display();
    match error.why {
        Unreachable::Missing => Telling::new(
            format!("the folder \"{folder}\" is not there"),
            "if it was renamed or moved, put it back; work goes on by itself then",
        ),
        Unreachable::Denied => Telling::new(
            format!("no right to look into the folder \"{folder}\""),
            "ask the administrator to check the rights of the account that runs jitan; work goes on by itself then",
        ),
        Unreachable::Disconnected => Telling::new(
            format!("the share of the folder \"{folder}\" does not answer"),
            "check the network and the file server; work goes on by itself then, and what was put in stays as it is",
        ),
        Unreachable::NotAFolder => Telling::new(
            format!("\"{folder}\" is no folder"),
            "take the file of that name away and make the folder; work goes on by itself then",
        ),
        Unreachable::Unmounted => Telling::new(
            format!("the share of the folder \"{folder}\" is not mounted"),
            "ask the administrator to mount it; work goes on by itself then, and what was put in stays as it is",
        ),
        Unreachable::Other { kind } => Telling::new(
            format!("the folder \"{folder}\" cannot be looked into ({kind})"),
            "show this to the administrator; work goes on by itself when it is mended",
        ),
    }
}
