//! status.html, in English.

use job::Pause;

use super::label;
use crate::{StatusText, Telling};

pub(crate) fn text(text: &StatusText<'_>) -> String {
    match text {
        StatusText::Title { office } => format!("How {office} stands"),
        StatusText::At { time } => format!("at {time}"),
        StatusText::Refreshes { seconds } => {
            format!(
                "This page renews itself every {seconds} seconds. If its time is older than five minutes, jitan is not running: tell whoever keeps it."
            )
        }
        StatusText::Working => "working".to_owned(),
        StatusText::Ended => "not running (it was ended)".to_owned(),
        StatusText::Paused => "Folders that stand still".to_owned(),
        StatusText::PausedSince { time } => format!("since {time}"),
        StatusText::Waiting => "Waiting".to_owned(),
        StatusText::Turn => "waits for its turn".to_owned(),
        StatusText::Running => "Being worked on".to_owned(),
        StatusText::Attempt { number } => format!("attempt {number}"),
        StatusText::Held => "Held: the same content was done before".to_owned(),
        StatusText::HeldWhy { earlier } => format!("the same content as job {earlier}"),
        StatusText::HeldNext { job } => {
            format!("remove it if it is here by mistake; to have it done again, tell whoever keeps the task the job {job}")
        }
        StatusText::Refused => "Not accepted".to_owned(),
        StatusText::DoneToday => "Done today".to_owned(),
        StatusText::ReturnedToday => "Returned today".to_owned(),
        StatusText::FailedToday => "Failed today".to_owned(),
        StatusText::Folders => "Watched folders".to_owned(),
        StatusText::Name => "Name".to_owned(),
        StatusText::Task => "Task".to_owned(),
        StatusText::Why => "Why".to_owned(),
        StatusText::ToDo => "What to do".to_owned(),
        StatusText::Since => "Since".to_owned(),
        StatusText::Time => "Time".to_owned(),
        StatusText::Where => "Where it lies".to_owned(),
        StatusText::Job => "Job".to_owned(),
        StatusText::Units => "Units".to_owned(),
        StatusText::Saved => "Saved".to_owned(),
        StatusText::Folder => "Folder".to_owned(),
        StatusText::Looked => "Last looked at".to_owned(),
        StatusText::State => "State".to_owned(),
        StatusText::Fine => "watched".to_owned(),
        StatusText::Still => "stands still".to_owned(),
        StatusText::NotYet => "not looked at yet".to_owned(),
        StatusText::Silent { minutes } => format!("no answer for {minutes} min"),
        StatusText::Nothing => "none".to_owned(),
        StatusText::More { count } => format!("and {} more", label::number(*count)),
        StatusText::Undivided => "–".to_owned(),
    }
}

pub(crate) fn pause(pause: &Pause<'_>) -> Telling {
    const LATER: &str = "it goes on by itself then; what was dropped is safe";
    match pause {
        Pause::Look(error) => super::intake::error(error),
        Pause::Place(error) => {
            let Telling { what, next } = super::job::error(error);
            Telling::new(what, format!("{next}; {LATER}"))
        }
        Pause::NoRoom { free, needed } => Telling::new(
            format!("the disk is too full ({} free, {} needed)", label::size(*free), label::size(*needed)),
            format!("ask the administrator to make room; {LATER}"),
        ),
        Pause::Store(_) => Telling::new(
            "the ledger cannot be written, so nothing is worked on",
            format!("show this page to the administrator; {LATER}"),
        ),
        Pause::Task(error) => {
            let Telling { what, next: _ } = super::task::error(error);
            Telling::new(
                format!("the task has mistakes, so nothing is worked on: {what}"),
                format!("whoever keeps the task has to mend it; {LATER}"),
            )
        }
        Pause::Mistake => Telling::new(
            "something unforeseen happened inside jitan, so nothing is worked on",
            "show this page to the administrator; what was dropped is safe",
        ),
    }
}
