//! `jitan init`: an empty office, with every setting explained where it is written.

use std::fs::{DirBuilder, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use message::{Lang, Misuse, Word};
use serde_json::json;

use crate::exit::Exit;
use crate::print::Screen;

/// Makes an office at `folder`.
pub fn init(screen: &Screen, folder: &Path) -> Exit {
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    if folder.join(FILE).exists() || folder.join(".jitan").exists() {
        return screen.misuse(&Misuse::OfficeExists { path: folder });
    }
    if let Some(office) = folder.ancestors().skip(1).find(|outer| outer.join(FILE).is_file()) {
        return screen.misuse(&Misuse::WithinOffice { path: folder.clone(), office: office.to_owned() });
    }
    if let Err(path) = lay_out(&folder, screen.lang) {
        return screen.misuse(&Misuse::Unwritable { path }).max(Exit::Place);
    }
    if screen.json {
        screen.object(&json!({ "office": folder.to_string_lossy() }));
        return Exit::Done;
    }
    let office = folder.to_string_lossy();
    screen.say(&message::word(screen.lang, &Word::OfficeMade { folder: office.clone().into_owned() }));
    screen.say(&message::word(screen.lang, &Word::OfficeNext));
    screen.say(&format!("  jitan --office \"{office}\" new {}", screen.lang.pick("業務の名前", "TASK")));
    screen.say(&format!("  jitan --office \"{office}\" watch"));
    Exit::Done
}

const FILE: &str = "jitan.toml";

/// Everything that an office has before it has a task. What is there already stays as it is; the settings come last, so that
/// an office is one only when it is whole. Fails with the path that could not be made.
pub fn lay_out(folder: &Path, lang: Lang) -> Result<(), PathBuf> {
    let text = lang.pick(JAPANESE, ENGLISH);
    std::fs::create_dir_all(folder).map_err(|_| folder.to_owned())?;
    let own = folder.join(".jitan");
    private(&mut DirBuilder::new()).create(&own).or_else(unless_there).map_err(|_| own.clone())?;
    for name in FOLDERS.map(|(ja, en)| lang.pick(ja, en)) {
        let path = folder.join(name);
        std::fs::create_dir(&path).or_else(unless_there).map_err(|_| path.clone())?;
    }
    let path = folder.join(FILE);
    let written = File::create_new(&path).and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
    written.map_err(|_| path)
}

const JAPANESE: &str = include_str!("init/jitan.ja.toml");
const ENGLISH: &str = include_str!("init/jitan.en.toml");
const FOLDERS: [(&str, &str); 7] = [
    ("受付", "inbox"),
    ("完了", "done"),
    ("差戻し", "returned"),
    ("障害", "failed"),
    ("取消", "undone"),
    ("scripts", "scripts"),
    ("samples", "samples"),
];

/// What the engine keeps to itself holds personal data.
fn private(builder: &mut DirBuilder) -> &mut DirBuilder {
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(builder, 0o700);
    builder
}

fn unless_there(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::AlreadyExists { Ok(()) } else { Err(error) }
}

#[cfg(test)]
mod tests {
    use task::Office;

    use super::*;

    /// The page with every default written out.
    fn spoken_out(text: &str) -> String {
        let bare = |line: &str| match line.strip_prefix("# ").map(str::trim_start) {
            Some(rest) if rest.starts_with('[') || rest.split_once(" = ").is_some_and(|(key, _)| !key.contains(' ')) => {
                rest.to_owned()
            }
            _ => line.to_owned(),
        };
        text.lines().map(|line| bare(line) + "\n").collect()
    }

    #[test]
    fn what_the_page_shows_as_default_is_the_default() {
        for lang in [Lang::Ja, Lang::En] {
            let folder = tempfile::tempdir().unwrap();
            lay_out(folder.path(), lang).unwrap();
            let fresh = Office::read(folder.path()).unwrap();
            let path = folder.path().join(FILE);
            let text = spoken_out(&std::fs::read_to_string(&path).unwrap());
            let whole = text.replace("業務の名前", "task").replace("name-of-the-task", "task");
            let task = folder.path().join("scripts/task");
            std::fs::create_dir(&task).unwrap();
            let form = include_str!("new/task.toml").replace("{name}", "task").replace("{today}", "2026-04-01");
            let settings = "\n[settings.年度]\nvalue = 2022\nhelp = { ja = \"年度\", en = \"year\" }\n[settings.year]\nvalue = 2022\nhelp = { ja = \"年度\", en = \"year\" }\n";
            std::fs::write(task.join("task.toml"), form + settings).unwrap();
            std::fs::write(&path, whole).unwrap();
            let mut said = Office::read(folder.path()).unwrap();
            assert_eq!(said.desk("task").retention_days, Some(365), "the examples are read");
            assert_eq!((said.report.hourly_yen.take(), said.workers.take()), (Some(2500.into()), Some(2)));
            assert_eq!(
                (said.folders, said.store, said.settle, said.scan),
                (fresh.folders, fresh.store, fresh.settle, fresh.scan)
            );
            assert_eq!((said.duplicates, said.log), (fresh.duplicates, fresh.log));
            assert_eq!((said.report.minimum_months, said.limits.memory_mib), (fresh.report.minimum_months, Some(1_024)));
        }
    }

    #[test]
    fn what_is_there_stays() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("受付")).unwrap();
        std::fs::write(folder.path().join("受付/a.xlsx"), "a").unwrap();
        lay_out(folder.path(), Lang::Ja).unwrap();
        assert_eq!(std::fs::read(folder.path().join("受付/a.xlsx")).unwrap(), b"a");
        assert_eq!(lay_out(folder.path(), Lang::Ja), Err(folder.path().join(FILE)), "a second time nothing is written over");
    }
}
