//! `jitan demo`: an office made from the samples that the program carries. Each task's sample is dropped into its inbox, the
//! engine works until all is done, and the figures are those of the ledger.

use std::path::{Path, PathBuf};

use ::ledger::{Job as Kept, JobFilter, Run, State};
use job::{Engine, Jobs, Setup, Until, Unusable};
use message::{Misuse, Speaker, Word};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use task::{ArrivalKind, Case, Ending, Plain, Saving, Task};

use crate::args::{Face, ReportWanted};
use crate::exit::Exit;
use crate::init;
use crate::log;
use crate::office::{Office, worker};
use crate::print::Screen;
use crate::report::report;
use crate::watch::unusable_exit;

include!(concat!(env!("OUT_DIR"), "/carried.rs"));

/// Makes the office and runs it.
pub fn demo(screen: &Screen, folder: Option<&Path>) -> Exit {
    let folder = folder.map_or_else(|| job::free_folder(Path::new("jitan-demo")), Path::to_owned);
    let taken = std::fs::read_dir(&folder).is_ok_and(|mut entries| entries.next().is_some());
    if taken || folder.is_file() {
        return screen.misuse(&Misuse::NotEmpty { path: folder });
    }
    if let Err(path) = furnish(screen, &folder) {
        return screen.misuse(&Misuse::Unwritable { path }).max(Exit::Place);
    }
    screen.say(&message::word(screen.lang, &Word::Demo { folder: folder.display().to_string() }));
    let office = match task::Office::read(&folder) {
        Ok(settings) => Office::at(&folder).with(settings),
        Err(error) => return screen.task_error(&error),
    };
    let tasks: Vec<Task> = match office.catalogue().all().collect() {
        Ok(tasks) => tasks,
        Err(error) => return screen.task_error(&error),
    };
    for task in &tasks {
        if let Err(path) = drop_sample(&office, task) {
            return screen.misuse(&Misuse::Unwritable { path }).max(Exit::Place);
        }
    }
    let kept = match work(&office, screen, &tasks) {
        Ok(kept) => kept,
        Err(unusable) => return unusable_exit(screen, &unusable),
    };
    let done: Vec<Done> = tasks.iter().flat_map(|task| kept.iter().filter_map(move |job| Done::of(task, job))).collect();
    if screen.json {
        let tasks = done.iter().map(Done::object).collect::<Vec<_>>();
        screen.object(&json!({ "folder": folder.to_string_lossy(), "tasks": tasks }));
    } else {
        table(screen, &done);
        let out = folder.join(screen.lang.pick("報告.html", "report.html"));
        report(&office, screen, &ReportWanted { year: None, from: None, to: None, face: Face::Html, out: Some(out) });
    }
    let folder = office.settings.folders.done.display().to_string();
    screen.say(&message::word(screen.lang, &Word::DemoEnd { folder }));
    screen.say(&message::word(screen.lang, &Word::DemoStatus { page: office.settings.status_page().display().to_string() }));
    let ill = kept.len() < tasks.len() || kept.iter().any(|job| !matches!(job.state, State::Archived | State::Committed));
    if ill { Exit::Failed } else { Exit::Done }
}

/// An office with the tasks and samples that the program carries.
fn furnish(screen: &Screen, folder: &Path) -> Result<(), PathBuf> {
    init::lay_out(folder, screen.lang)?;
    for (name, bytes) in CARRIED {
        let path = folder.join(name);
        let home = path.parent().unwrap_or(folder);
        std::fs::create_dir_all(home).map_err(|_| home.to_owned())?;
        std::fs::write(&path, bytes).map_err(|_| path)?;
    }
    settings(folder)
}

/// What a case sets is written into the office's settings: it is the office that says with which settings a task runs.
fn settings(folder: &Path) -> Result<(), PathBuf> {
    let path = folder.join("jitan.toml");
    let mut text = std::fs::read_to_string(&path).map_err(|_| path.clone())?;
    for id in task::Office::plain(folder).catalogue().ids() {
        let Some(case) = sample(folder, id).filter(|case| !case.settings.is_empty()) else { continue };
        text.push_str(&format!("\n[tasks.\"{id}\".settings]\n"));
        for (name, value) in &case.settings {
            text.push_str(&format!("\"{name}\" = {}\n", toml(value)));
        }
    }
    std::fs::write(&path, text).map_err(|_| path)
}

fn toml(value: &Plain) -> toml::Value {
    match value {
        Plain::Text(text) => text.clone().into(),
        Plain::Integer(whole) => (*whole).into(),
        // Written as the number it is: a settings file knows decimals.
        Plain::Decimal(exact) => exact.to_string().parse().map_or_else(|_| exact.to_string().into(), toml::Value::Float),
        Plain::YesNo(yes) => (*yes).into(),
        Plain::Date(date) => date.to_string().parse().map_or_else(|_| date.to_string().into(), toml::Value::Datetime),
        Plain::List(items) => toml::Value::Array(items.iter().map(toml).collect()),
    }
}

/// The case that the program carries of a task.
fn sample(folder: &Path, task: &str) -> Option<Case> {
    let cases = Case::all(&folder.join("samples"), task).unwrap_or_default();
    cases.into_iter().find(|case| case.ending == Ending::Done)
}

/// Puts a copy of the sample into the task's inbox, as a person would: what belongs together in one folder.
fn drop_sample(office: &Office, task: &Task) -> Result<(), PathBuf> {
    for inbox in office.settings.desk(&task.id).inboxes {
        std::fs::create_dir_all(&inbox).map_err(|_| inbox.clone())?;
        let Some(case) = sample(&office.folder, &task.id) else { continue };
        let together = task.manifest.kind != ArrivalKind::File && !matches!(case.dropped.as_slice(), [one] if one.is_dir());
        let target = if together { inbox.join(&case.name) } else { inbox };
        for path in &case.dropped {
            copy(path, &target)?;
        }
    }
    Ok(())
}

/// Copies a file or a folder into another, without the owner files (`~$…`) that lie beside an open workbook: the samples hold
/// some, and the engine rightly waits until nobody has anything open.
fn copy(from: &Path, into: &Path) -> Result<(), PathBuf> {
    let home = from.parent().unwrap_or(from);
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.map_err(|_| from.to_owned())?;
        if entry.file_name().to_string_lossy().starts_with("~$") {
            continue;
        }
        let to = into.join(entry.path().strip_prefix(home).unwrap_or(entry.path()));
        if entry.file_type().is_dir() {
            std::fs::create_dir_all(&to).map_err(|_| to.clone())?;
            continue;
        }
        let parent = to.parent().unwrap_or(into);
        std::fs::create_dir_all(parent).map_err(|_| parent.to_owned())?;
        std::fs::copy(entry.path(), &to).map_err(|_| to)?;
    }
    Ok(())
}

/// Has the engine work until everything is done; what it keeps of the jobs.
fn work(office: &Office, screen: &Screen, tasks: &[Task]) -> Result<Vec<Kept>, Unusable> {
    let lang = screen.lang;
    log::begin(&office.settings, screen);
    let bars = screen
        .bars(tasks.iter().map(|task| (task.id.clone(), lang.pick(&task.manifest.name.ja, &task.manifest.name.en).clone())));
    let mut settings = office.settings.clone();
    // Nobody is still writing: the samples lie there whole.
    settings.settle = std::time::Duration::ZERO;
    let shown = bars.clone();
    let setup = Setup {
        office: settings.clone(),
        program: worker(lang),
        notes: Box::new(Speaker(lang)),
        page: Box::new(move |status| {
            shown.at(status);
            ::report::status_page(status, lang).into_bytes()
        }),
    };
    let worked = Engine::open(setup).and_then(|engine| engine.work(Until::Done, &|| ()));
    bars.close();
    worked?;
    let mut kept = Jobs::open(settings, Box::new(Speaker(lang)))?.list(&JobFilter::default())?;
    kept.reverse();
    Ok(kept)
}

/// A job that was done, in figures.
struct Done<'a> {
    task: &'a Task,
    job: &'a Kept,
    run: Run,
    saving: Saving,
}

impl Done<'_> {
    fn of<'a>(task: &'a Task, job: &'a Kept) -> Option<Done<'a>> {
        let staging = job.staging.as_ref().filter(|_| job.new.task == task.id)?;
        let run: Run = serde_json::from_str(&staging.facts).ok()?;
        let saving = task.manifest.baseline.saving(run.units);
        Some(Done { task, job, run, saving })
    }

    fn findings(&self) -> u64 {
        self.run.errors + self.run.warnings + self.run.notes
    }

    fn object(&self) -> Value {
        json!({
            "job": self.job.new.id,
            "task": self.task.id,
            "status": self.job.staging.as_ref().map(|staging| staging.kind.word()),
            "files": self.run.files,
            "read": self.run.read,
            "used": self.run.used,
            "excluded": self.run.excluded,
            "findings": self.findings(),
            "units": self.run.units,
            "saved_min": self.saving.saved.to_string().parse::<serde_json::Number>().ok(),
        })
    }
}

/// The last screen: a line for each task, its figures under each other.
fn table(screen: &Screen, done: &[Done<'_>]) {
    let lang = screen.lang;
    let mut rows: Vec<Vec<String>> = vec![message::word(lang, &Word::DemoTable).split(',').map(str::to_owned).collect()];
    let mut sum = Decimal::ZERO;
    for one in done {
        if !one.task.manifest.baseline.new_work {
            sum += one.saving.saved;
        }
        let name = &one.task.manifest.name;
        let run = &one.run;
        let figures = [run.files, run.read, run.used, run.excluded, one.findings()].map(|number| message::number(lang, number));
        let mut row = vec![lang.pick(&name.ja, &name.en).clone()];
        row.extend(figures);
        row.push(message::minutes(lang, one.saving.saved));
        rows.push(row);
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
