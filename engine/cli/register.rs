//! `jitan register`: the register of consultations into the ledger, and out of it again.

use std::path::Path;

use ::ledger::{Error, NewEntry, Store};
use book::Severity;
use job::Words;
use message::{Line, Misuse, Speaker};
use report::{Change, Consultation, Context, Known, Read, Target};
use serde_json::json;

use crate::args::RegisterCommand;
use crate::exit::Exit;
use crate::office::Office;
use crate::print::{Screen, json};
use crate::report::{free, put};

/// A command about the register.
pub fn register(office: &Office, screen: &Screen, command: &RegisterCommand) -> Exit {
    match command {
        RegisterCommand::Import { file } => import(office, screen, file),
        RegisterCommand::Export { out } => export(office, screen, out.as_deref()),
    }
}

/// A register larger than this is none.
const MOST_BYTES: u64 = 100 * 1024 * 1024;

fn import(office: &Office, screen: &Screen, file: &Path) -> Exit {
    let sound = std::fs::metadata(file).is_ok_and(|meta| meta.is_file() && meta.len() <= MOST_BYTES);
    let Some(bytes) = sound.then(|| std::fs::read(file).ok()).flatten() else {
        return screen.misuse(&Misuse::Unreadable { path: file.to_owned() });
    };
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let tasks: Vec<String> = office.catalogue().all().flatten().map(|task| task.id).collect();
    let context = Context { lang: screen.lang, today: job::now().date(), tasks: &tasks };
    let read = report::read(&name, bytes, &context);
    if !read.is_sound() {
        let errors = read.findings.iter().filter(|finding| finding.severity == Severity::Error).count() as u64;
        return told(screen, &read, "returned", [0; 4], &[Line::ImportRefused { errors }]);
    }
    match enter(office, &read) {
        Ok(import) => {
            let (new, replaced, same) = (import.new_entries(), import.replaced(), import.same);
            let mut lines = vec![Line::Imported { new, replaced, same }];
            if !import.absent.is_empty() {
                lines.push(Line::Absent { count: import.absent.len() });
            }
            told(screen, &read, "done", [new, replaced, same, import.absent.len() as u64], &lines)
        }
        Err(error) => screen.store_error(&error),
    }
}

/// Everything or nothing.
fn enter(office: &Office, read: &Read) -> Result<report::Import, Error> {
    let path = &office.settings.store;
    if let Some(home) = path.parent().filter(|home| !home.exists()) {
        make_private(home).map_err(|error| Error::Unusable { kind: error.kind() })?;
    }
    let mut store = Store::open(path)?;
    let import = report::import(read, &Known::gather(&store)?);
    let entries: Vec<NewEntry> = import.changes.iter().map(Change::entry).collect();
    if !entries.is_empty() {
        store.append(&entries, job::now())?;
    }
    Ok(import)
}

/// The engine's own folder: nobody else looks into it.
fn make_private(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

fn told(screen: &Screen, read: &Read, status: &str, counts: [u64; 4], lines: &[Line<'_>]) -> Exit {
    let speaker = Speaker(screen.lang);
    let rows: Vec<job::Row> = read.findings.iter().map(|finding| speaker.finding(finding)).collect();
    let [new, replaced, same, absent] = counts;
    if screen.json {
        let findings: Vec<serde_json::Value> = rows.iter().map(json::finding).collect();
        screen.object(&json!({
            "status": status, "new": new, "replaced": replaced, "same": same, "absent": absent, "findings": findings,
        }));
    } else {
        lines.iter().for_each(|line| screen.say(&message::line(screen.lang, line)));
        screen.all_findings(&rows);
    }
    if status == "done" { Exit::Done } else { Exit::Returned }
}

fn export(office: &Office, screen: &Screen, out: Option<&Path>) -> Exit {
    let known = match Store::open_to_read(&office.settings.store) {
        Ok(store) => Known::gather(&store),
        Err(Error::NotThere { .. }) => Ok(Known::default()),
        Err(error) => Err(error),
    };
    let mut known = match known {
        Ok(known) => known,
        Err(error) => return screen.store_error(&error),
    };
    let (rows, targets) = in_order(&mut known);
    let Ok(bytes) = report::export(&rows, &targets, screen.lang) else {
        return screen.misuse(&Misuse::Unwritable { path: std::env::temp_dir() }).max(Exit::Place);
    };
    let path = out.map_or_else(|| free(screen.lang.pick("相談台帳", "register"), "xlsx"), Path::to_owned);
    if let Err(misuse) = put(&path, &bytes) {
        return screen.misuse(&misuse);
    }
    if screen.json {
        let (rows, targets) = (rows.len(), targets.len());
        screen.object(&json!({ "status": "done", "rows": rows, "targets": targets, "path": path.to_string_lossy() }));
    } else {
        screen.say(&message::line(screen.lang, &Line::Exported { rows: rows.len(), targets: targets.len() }));
        screen.say(&message::line(screen.lang, &Line::Written { path: &path.display().to_string() }));
    }
    Exit::Done
}

/// By day, then as they were entered.
fn in_order(known: &mut Known) -> (Vec<Consultation>, Vec<Target>) {
    let mut rows: Vec<(u64, Consultation)> = std::mem::take(&mut known.rows).into_values().collect();
    rows.sort_by_key(|(entry, row)| (row.date, *entry));
    let mut targets: Vec<(u64, Target)> = std::mem::take(&mut known.targets).into_values().collect();
    targets.sort_by_key(|(entry, _)| *entry);
    (rows.into_iter().map(|(_, row)| row).collect(), targets.into_iter().map(|(_, target)| target).collect())
}
