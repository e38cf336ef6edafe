//! `jitan test`: every case of a task is run through the worker, and what comes out is compared by meaning.

mod compare;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use job::{Arrival, Finished, Job, Row, Setback, Stop, Way};
use message::{Lang, Misuse, Tell, Telling, Word};
use serde_json::{Value, json};
use task::{Case, Ending, Task};

use crate::exit::Exit;
use crate::office::{Office, worker};
use crate::print::Screen;
use crate::run::UNDO_LIST;

/// Runs the cases of the tasks, or of all of them.
pub fn test(office: &Office, screen: &Screen, wanted: &[String], bless: bool) -> Exit {
    let catalogue = office.plain_catalogue();
    let ids = if wanted.is_empty() { catalogue.ids().to_vec() } else { wanted.to_vec() };
    let (mut exit, mut passed, mut all) = (Exit::Done, 0, 0);
    let mut objects = Vec::new();
    for id in ids {
        let task = match catalogue.find(&id) {
            Ok(task) => task,
            Err(error) => {
                exit = exit.max(screen.task_error_for(&id, &error));
                continue;
            }
        };
        let cases = match Case::all(&samples_of(office, &task), &task.id) {
            Ok(cases) => cases,
            Err(error) => {
                exit = exit.max(screen.task_error_for(&id, &error));
                continue;
            }
        };
        if cases.is_empty() {
            screen.note(&message::word(screen.lang, &Word::NoCases { task: task.id.clone() }));
        }
        for case in cases {
            let differences = one(screen, &task, &case, bless);
            all += 1;
            passed += u64::from(differences.is_empty());
            objects.push(
                json!({ "task": task.id, "case": case.name, "passed": differences.is_empty(), "differences": differences }),
            );
        }
    }
    screen.say(&message::word(screen.lang, &Word::CasesEnd { passed, all }));
    if screen.json {
        screen.object(&json!({ "passed": passed, "all": all, "cases": Value::Array(objects) }));
    }
    if passed == all { exit } else { exit.max(Exit::Failed) }
}

/// A task given by its folder has its samples beside its own `scripts/`.
fn samples_of(office: &Office, task: &Task) -> PathBuf {
    let scripts = task.folder.canonicalize().ok().and_then(|folder| folder.parent().map(Path::to_owned));
    let own = scripts.and_then(|scripts| scripts.parent().map(|office| office.join("samples")));
    own.filter(|samples| samples.is_dir()).unwrap_or_else(|| office.samples())
}

/// What a case came to: how it ended, the lines it says, its outputs by path, and its marked copies, which a case need not hold.
struct Came {
    ending: Ending,
    says: Vec<String>,
    outputs: BTreeMap<String, PathBuf>,
    marked: BTreeMap<String, PathBuf>,
}

/// Runs a case, and compares or blesses what comes out. Its differences are said and returned.
fn one(screen: &Screen, task: &Task, case: &Case, bless: bool) -> Vec<String> {
    let name = format!("{}/{}", task.id, case.name);
    let room = Room::new();
    let differences = match perform(task, case, &room.0) {
        Err(problem) => vec![problem],
        // An ending that the case does not want is never blessed.
        Ok(came) if bless && came.ending == case.ending => match compare::bless(case, &came) {
            Ok(()) => {
                screen.say(&message::word(screen.lang, &Word::CaseBlessed { case: name }));
                return Vec::new();
            }
            Err(path) => vec![Misuse::Unwritable { path }.tell(screen.lang).what],
        },
        Ok(came) => compare::differences(screen.lang, case, &came),
    };
    let word = if differences.is_empty() { Word::CasePassed { case: name } } else { Word::CaseDiffers { case: name } };
    screen.say(&message::word(screen.lang, &word));
    differences.iter().for_each(|difference| screen.say(&format!("  {difference}")));
    differences
}

/// What a case says is written in Japanese, whatever the language of the command.
const SAYS: Lang = Lang::Ja;

fn perform(task: &Task, case: &Case, out: &Path) -> Result<Came, String> {
    let mut task = task.clone();
    for (name, value) in &case.settings {
        task.set_value(name, value.clone()).map_err(|error| error.tell(SAYS).what)?;
    }
    // What is closed with new salts each time cannot be compared: a case holds what lies within.
    task.manifest.protect.clear();
    let program = worker(SAYS);
    let arrival = Arrival::collect(&case.dropped, &task);
    let now = case.now.unwrap_or_else(job::now);
    let unit = task.manifest.unit.ja.clone();
    let job = Job { task: &task, out, way: Way::Publish, now, unit, program: &program, undo_name: UNDO_LIST };
    let ended = arrival.map_err(Stop::Error).and_then(|arrival| job.run(arrival, &mut |_| ()));
    Ok(match ended {
        Ok(finished) => Came {
            ending: if finished.facts.returned { Ending::Returned } else { Ending::Done },
            says: says(&finished),
            outputs: outputs(&finished, out),
            marked: named(finished.marked.iter(), out),
        },
        Err(stop) => Came { ending: Ending::Failed, says: reasons(&stop), outputs: BTreeMap::new(), marked: BTreeMap::new() },
    })
}

/// The figures, then a line for each finding.
fn says(finished: &Finished) -> Vec<String> {
    let mut lines = vec![message::counts(SAYS, &finished.facts)];
    if finished.facts.account.balances() {
        lines.push(message::reconciliation(SAYS, &finished.facts.account));
    }
    lines.extend(finished.rows.iter().map(line));
    lines
}

fn line(row: &Row) -> String {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let cells = [
        message::weight(SAYS, row.severity).to_owned(),
        text(&row.file),
        text(&row.sheet),
        text(&row.cell),
        text(&row.column),
        text(&row.value),
        row.problem.clone(),
        row.remedy.clone(),
        row.fate.clone(),
    ];
    cells.map(|cell| cell.replace(['\n', '\r'], " ")).join(" | ")
}

fn reasons(stop: &Stop) -> Vec<String> {
    let (Telling { what, .. }, told) = match stop {
        Stop::Setback(setback) => {
            (setback.tell(SAYS), if let Setback::Script { told } = setback { told.as_slice() } else { &[] })
        }
        Stop::Error(error) => (error.tell(SAYS), [].as_slice()),
    };
    let places = told.iter().map(|told| format!("{}: {}", told.line.unwrap_or_default(), told.what));
    std::iter::once(what).chain(places).collect()
}

/// The outputs by their paths; the list of findings is compared by its lines.
fn outputs(finished: &Finished, out: &Path) -> BTreeMap<String, PathBuf> {
    let own = finished.outputs.iter().map(|placed| &placed.path);
    named(own.filter(|path| finished.list.as_ref() != Some(path) && !finished.marked.contains(path)), out)
}

fn named<'p>(paths: impl Iterator<Item = &'p PathBuf>, out: &Path) -> BTreeMap<String, PathBuf> {
    let named = |path: &PathBuf| Some((path.strip_prefix(out).ok()?.to_string_lossy().into_owned(), path.clone()));
    paths.filter_map(named).collect()
}

/// A folder for one case, gone afterwards.
struct Room(PathBuf);

impl Room {
    fn new() -> Room {
        let wanted = std::env::temp_dir().join(format!("jitan-test-{}", std::process::id()));
        Room(job::free_folder(&wanted))
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        // What stays behind in the system's temporary folder harms nobody.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
