//! `jitan check`: mistakes in forms and scripts, found without running anything.

use std::path::PathBuf;

use job::{Job, Setback, Told, Way};
use message::{Tell, Telling, Word};
use serde_json::{Value, json};
use task::{Error, Task};

use crate::exit::Exit;
use crate::office::{Office, worker};
use crate::print::Screen;
use crate::run::UNDO_LIST;

/// Checks the tasks, or all of them.
pub fn check(office: &Office, screen: &Screen, wanted: &[String]) -> Exit {
    let catalogue = office.catalogue();
    let ids = if wanted.is_empty() { catalogue.ids().to_vec() } else { wanted.to_vec() };
    if ids.is_empty() {
        return screen.task_error(&Error::NoTask { wanted: String::new(), near: None, have: Vec::new() });
    }
    let mut exit = Exit::Done;
    let mut objects = Vec::new();
    for id in ids {
        let (worst, object) = match catalogue.find(&id) {
            Ok(task) => one(screen, &task),
            Err(error) => (screen.task_error_for(&id, &error), json!({ "task": id, "sound": false, "mistakes": [] })),
        };
        exit = exit.max(worst);
        objects.push(object);
    }
    if screen.json {
        screen.object(&json!({ "tasks": objects }));
    }
    exit
}

fn one(screen: &Screen, task: &Task) -> (Exit, Value) {
    let program = worker(screen.lang);
    let out = PathBuf::from(".");
    let job =
        Job { task, out: &out, way: Way::Plan, now: job::now(), unit: String::new(), program: &program, undo_name: UNDO_LIST };
    let told = match job.check(&mut |_| ()) {
        Ok(mut told) => {
            if job.wants_password() {
                let Telling { what, next } = Setback::NoPassword.tell(screen.lang);
                told.push(Told { what, next, warning: true, ..Told::default() });
            }
            told
        }
        Err(stop) => return (screen.stop(&stop, Some(task)), json!({ "task": task.id, "sound": false, "mistakes": [] })),
    };
    let wrong = told.iter().filter(|told| !told.warning).count();
    if !screen.json {
        let (id, count) = (task.id.clone(), wrong as u64);
        let doubtful = (told.len() - wrong) as u64;
        let word = match (wrong, doubtful) {
            (0, 0) => Word::CheckedSound { task: id },
            (0, count) => Word::CheckedDoubtful { task: id, count },
            _ => Word::CheckedWrong { task: id, count },
        };
        screen.say(&message::word(screen.lang, &word));
        told.iter().for_each(|told| screen.told(told, task));
    }
    let mistakes: Vec<Value> = told.iter().map(object).collect();
    let exit = if wrong == 0 { Exit::Done } else { Exit::Usage };
    (exit, json!({ "task": task.id, "sound": wrong == 0, "mistakes": mistakes }))
}

fn object(told: &Told) -> Value {
    json!({
        "weight": if told.warning { "warning" } else { "error" },
        "file": told.file, "line": told.line, "column": told.column, "word": told.word,
        "problem": told.what, "remedy": told.next,
    })
}
