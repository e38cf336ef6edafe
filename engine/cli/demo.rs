//! `jitan demo`: an office made from the samples that the program carries, every task run on its real arrival.

use std::path::{Path, PathBuf};

use job::{Arrival, Finished, Job, Stop, Way};
use message::{Lang, Misuse, Word};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use task::{Case, Ending, Task};

use crate::exit::Exit;
use crate::office::{Office, worker};
use crate::print::{Screen, json};
use crate::run::{UNDO_LIST, confinement, unit};

include!(concat!(env!("OUT_DIR"), "/carried.rs"));

/// Makes the office and runs it.
pub fn demo(screen: &Screen, folder: Option<&Path>) -> Exit {
    let folder = folder.map_or_else(|| job::free_folder(Path::new("jitan-demo")), Path::to_owned);
    let taken = std::fs::read_dir(&folder).is_ok_and(|mut entries| entries.next().is_some());
    if taken || folder.is_file() {
        return screen.misuse(&Misuse::NotEmpty { path: folder });
    }
    if let Err(path) = unpack(&folder, screen.lang) {
        return screen.misuse(&Misuse::Unwritable { path }).max(Exit::Place);
    }
    screen.say(&message::word(screen.lang, &Word::Demo { folder: folder.display().to_string() }));
    let office = Office::at(&folder);
    let (mut exit, mut done) = (Exit::Done, Vec::new());
    for task in office.catalogue().all() {
        let task = match task {
            Ok(task) => task,
            Err(error) => {
                exit = exit.max(screen.task_error(&error));
                continue;
            }
        };
        match one(screen, &office, &folder, &task) {
            Ok(Some(finished)) => done.push((task, finished)),
            Ok(None) => {}
            Err(stop) => exit = exit.max(screen.stop(&stop, Some(&task))),
        }
    }
    if let Some((_, finished)) = done.first() {
        confinement(screen, finished.confinement);
    }
    if screen.json {
        let tasks: Vec<Value> = done
            .iter()
            .map(|(task, finished)| json::finished("demo", task, finished, false, std::time::Duration::ZERO))
            .collect();
        screen.object(&json!({ "folder": folder.to_string_lossy(), "tasks": tasks }));
    } else {
        table(screen, &done);
    }
    screen.say(&message::word(screen.lang, &Word::DemoEnd { folder: folder.join(RESULTS).display().to_string() }));
    exit
}

/// The folder of the results.
const RESULTS: &str = "結果";

/// The task's carried case, run as a person would drop it.
fn one(screen: &Screen, office: &Office, folder: &Path, task: &Task) -> Result<Option<Finished>, Stop> {
    let cases = Case::all(&office.samples(), &task.id).unwrap_or_default();
    let Some(case) = cases.into_iter().find(|case| case.ending == Ending::Done) else { return Ok(None) };
    let mut task = task.clone();
    for (name, value) in &case.settings {
        // A setting that the form does not know is a mistake of the sample, found by its test.
        let _ = task.set_value(name, value.clone());
    }
    let out = folder.join(RESULTS).join(&task.manifest.name.ja);
    let program = worker(screen.lang);
    let arrival = Arrival::collect(&case.dropped, &task)?;
    let now = case.now.unwrap_or_else(job::now);
    let job = Job {
        task: &task,
        out: &out,
        way: Way::Publish,
        now,
        unit: unit(screen, &task),
        program: &program,
        undo_name: UNDO_LIST,
    };
    let bar = screen.bar();
    let finished = job.run(arrival, &mut |progress| bar.at(&progress));
    bar.close();
    finished.map(Some)
}

fn unpack(folder: &Path, lang: Lang) -> Result<(), PathBuf> {
    for (name, bytes) in CARRIED {
        let path = folder.join(name);
        let home = path.parent().unwrap_or(folder);
        std::fs::create_dir_all(home).map_err(|_| home.to_owned())?;
        std::fs::write(&path, bytes).map_err(|_| path)?;
    }
    let path = folder.join("jitan.toml");
    std::fs::write(&path, format!("lang = \"{}\"\n", lang.code())).map_err(|_| path)
}

/// The last screen: a line for each task, its figures under each other.
fn table(screen: &Screen, done: &[(Task, Finished)]) {
    let lang = screen.lang;
    let mut rows: Vec<Vec<String>> = vec![message::word(lang, &Word::DemoTable).split(',').map(str::to_owned).collect()];
    let mut sum = Decimal::ZERO;
    for (task, finished) in done {
        let facts = &finished.facts;
        let account = &facts.account;
        if !task.manifest.baseline.new_work {
            sum += finished.saving.saved;
        }
        let name = &task.manifest.name;
        let figure = |number: u64| number.to_string();
        rows.push(vec![
            lang.pick(&name.ja, &name.en).clone(),
            figure(facts.files),
            figure(account.read),
            figure(account.used),
            figure(account.left_out()),
            figure(facts.counts.all() as u64),
            message::minutes(lang, finished.saving.saved),
        ]);
    }
    let widths: Vec<usize> = (0..7).map(|at| rows.iter().map(|row| japan::width(&row[at])).max().unwrap_or(0)).collect();
    screen.say("");
    for row in &rows {
        let cells = row.iter().enumerate().map(|(at, cell)| {
            let pad = " ".repeat(widths[at].saturating_sub(japan::width(cell)));
            if at == 0 { format!("{cell}{pad}") } else { format!("{pad}{cell}") }
        });
        screen.say(&format!("  {}", cells.collect::<Vec<_>>().join("  ")));
    }
    screen.say("");
    screen.say(&message::word(lang, &Word::DemoSum { saved: sum }));
}
