//! `jitan new`: a task that runs, with its sample and its test.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use book::{Column, Data, NewSheet, NewWorkbook, Origin, Shelf, Table, Value};
use message::{Misuse, Word};

use crate::exit::Exit;
use crate::office::Office;
use crate::print::Screen;
use crate::test::test;

/// Makes a task called `name`.
pub fn new(office: &Office, screen: &Screen, name: &str) -> Exit {
    if !japan::check_file_name(name, 0).is_empty() || name == "lib" {
        return screen.misuse(&Misuse::WrongName { name: name.to_owned() });
    }
    let folder = office.folder.join("scripts").join(name);
    let samples = office.samples().join(name);
    if folder.exists() || samples.exists() {
        return screen.misuse(&Misuse::TaskExists { name: name.to_owned() });
    }
    if let Err(path) = write(&folder, &samples, name) {
        return screen.misuse(&Misuse::Unwritable { path }).max(Exit::Place);
    }
    screen.say(&message::word(screen.lang, &Word::Made { folder: folder.display().to_string() }));
    // A folder of scripts alone is no office: nobody drops anything there.
    if office.folder.join("jitan.toml").is_file() {
        for inbox in office.settings.desk(name).inboxes {
            if std::fs::create_dir_all(&inbox).is_err() {
                return screen.misuse(&Misuse::Unwritable { path: inbox }).max(Exit::Place);
            }
            screen.say(&message::word(screen.lang, &Word::DropHere { folder: inbox.display().to_string() }));
        }
    }
    let quiet = test(office, screen, &[name.to_owned()], true);
    if quiet != Exit::Done {
        return quiet;
    }
    let sample = samples.join("基本/in/一覧.xlsx");
    let command = format!("jitan run {name} \"{}\"", sample.display());
    screen.say(&message::word(screen.lang, &Word::TryIt { command }));
    screen.say(&message::word(screen.lang, &Word::TryIt { command: format!("jitan test {name}") }));
    Exit::Done
}

fn write(folder: &Path, samples: &Path, name: &str) -> Result<(), PathBuf> {
    let today = job::now().date().to_string();
    put(&folder.join("task.toml"), FORM.replace("{name}", &name.replace(['"', '\\'], "")).replace("{today}", &today).as_bytes())?;
    put(&folder.join("main.rhai"), SCRIPT.as_bytes())?;
    put(&folder.join("README.ja.md"), PAGE.replace("{name}", name).as_bytes())?;
    put(&samples.join("基本/case.toml"), b"now = \"2026-04-01T09:00:00\"\n")?;
    put(&samples.join("基本/in/一覧.xlsx"), &sample().unwrap_or_default())
}

fn put(path: &Path, bytes: &[u8]) -> Result<(), PathBuf> {
    let folder = path.parent().unwrap_or(path);
    std::fs::create_dir_all(folder).map_err(|_| folder.to_owned())?;
    std::fs::write(path, bytes).map_err(|_| path.to_owned())
}

const FORM: &str = include_str!("new/task.toml");
const SCRIPT: &str = include_str!("new/main.rhai");
const PAGE: &str = include_str!("new/README.ja.md");

/// A small list to begin with.
fn sample() -> Option<Vec<u8>> {
    let shelf = Shelf::new();
    let rows = [("財務課", 12), ("総務課", 30), ("財務課", 8), ("観光課", 5)];
    let text = |text: &str| Value::Text(shelf.texts.intern(text));
    let columns = vec![
        Rc::new(Column::new("課", Data::of(rows.iter().map(|(name, _)| text(name))))),
        Rc::new(Column::new("件数", Data::of(rows.iter().map(|(_, count)| Value::Integer(*count))))),
    ];
    let table = Table::new(&shelf, columns, Rc::new(vec![Origin::COMPUTED; rows.len()]));
    let mut workbook = NewWorkbook::new();
    workbook.add(NewSheet::of_table("一覧", &table)).ok()?;
    workbook.to_bytes().ok().map(|(bytes, _)| bytes)
}
