//! `jitan.toml` as understood: where an office's folders are, how each task is watched, how long things are kept.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::catalogue::{Catalogue, Own};
use crate::error::{Error, read_text};
use crate::folders::{Purpose, Taken};
use crate::form::{Fault, Form, Mistake, Section, nearest};
use crate::manifest::{ArrivalKind, Manifest, WrittenLimits, limits};

/// An office: one `jitan.toml`, and the defaults where it says nothing.
#[derive(Clone, PartialEq, Debug)]
pub struct Office {
    /// Its folder, as an absolute path.
    pub folder: PathBuf,
    /// Whether it speaks Japanese; none if it does not say.
    pub japanese: Option<bool>,
    /// How many jobs run at a time; none for as many as the machine has processors.
    pub workers: Option<usize>,
    /// The store, on a local disk.
    pub store: PathBuf,
    /// How long an arrival must lie still.
    pub settle: Duration,
    /// How often the folders are looked through, whatever the system's events say.
    pub scan: Duration,
    /// How long a job may still run after the engine was told to stop.
    pub grace: Duration,
    /// What becomes of an arrival whose content was done before.
    pub duplicates: Duplicates,
    /// The folders that people see.
    pub folders: Folders,
    /// The most that its tasks may use up.
    pub limits: WrittenLimits,
    /// The engine's diary.
    pub log: Log,
    /// What the report needs to know.
    pub report: ReportSettings,
    tasks: BTreeMap<String, Wishes>,
}

/// What becomes of an arrival whose content the same version of the task has done before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Duplicates {
    /// It stays where it is until somebody says that it is to run.
    Hold,
    /// It runs like any other; the hours count once.
    Run,
    /// It is put aside as done without running.
    Skip,
}

/// The folders that people see, as absolute paths.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "受付, 完了, 差戻し, 障害, 取消")]
pub struct Folders {
    pub inbox: PathBuf,
    pub done: PathBuf,
    pub returned: PathBuf,
    pub failed: PathBuf,
    pub undone: PathBuf,
}

/// How the engine keeps its log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Log {
    /// One JSON object a line.
    pub json: bool,
    /// Days that a file of it is kept.
    pub days: u64,
}

/// What the report needs to know of the office.
#[derive(Clone, PartialEq, Debug)]
pub struct ReportSettings {
    /// What an hour costs; without it no money is shown.
    pub hourly_yen: Option<Decimal>,
    /// Months of data below which a year's figure is an estimate.
    pub minimum_months: u64,
    /// Where the head of the ledger's chain is also written.
    pub head_file: Option<PathBuf>,
}

/// One task's desk (受付窓口): its watched folders, where its results go, and how it is watched.
#[derive(Clone, PartialEq, Debug)]
pub struct Desk {
    /// The task's id.
    pub task: String,
    /// The watched folders, as absolute paths.
    pub inboxes: Vec<PathBuf>,
    /// Where what is done goes.
    pub done: PathBuf,
    /// Where what a person can mend goes.
    pub returned: PathBuf,
    /// Where what the specialist must look at goes.
    pub failed: PathBuf,
    /// Where what was taken back goes.
    pub undone: PathBuf,
    /// How long an arrival must lie still.
    pub settle: Duration,
    /// How often the folders are looked through.
    pub scan: Duration,
    /// How many of its jobs run at a time; none for no bound of its own.
    pub workers: Option<usize>,
    /// What becomes of what was done before.
    pub duplicates: Duplicates,
    /// Days that originals are kept; none for ever.
    pub retention_days: Option<u64>,
}

/// What `[tasks.<id>]` says.
#[derive(Clone, PartialEq, Debug, Default)]
struct Wishes {
    inboxes: Vec<PathBuf>,
    settle: Option<Duration>,
    scan: Option<Duration>,
    workers: Option<usize>,
    duplicates: Option<Duplicates>,
    own: Own,
}

const FILE: &str = "jitan.toml";
/// The names of the folders by default: their keys, in Japanese, in English.
const NAMES: [(&str, &str, &str); 5] = [
    ("inbox", "受付", "inbox"),
    ("done", "完了", "done"),
    ("returned", "差戻し", "returned"),
    ("failed", "障害", "failed"),
    ("undone", "取消", "undone"),
];
const DUPLICATES: [(&str, Duplicates); 3] = [("hold", Duplicates::Hold), ("run", Duplicates::Run), ("skip", Duplicates::Skip)];

impl Office {
    /// Reads `jitan.toml` of a folder; an office without one has written nothing. Fails with every mistake in it.
    pub fn read(folder: &Path) -> Result<Office, Error> {
        let path = folder.join(FILE);
        let text = if path.exists() { read_text(&path)? } else { String::new() };
        let form = Form::new(&text);
        let office = form.tree().map(|tree| {
            let root = form.root(&tree);
            let office = understood(folder, &root);
            root.close();
            office
        });
        let mut mistakes = form.mistakes();
        mistakes.iter_mut().for_each(say_misplaced);
        match office {
            Some(office) if mistakes.is_empty() => Ok(office),
            _ => Err(Error::Form { path, mistakes }),
        }
    }

    /// An office that has written nothing.
    pub fn plain(folder: &Path) -> Office {
        let form = Form::new("");
        let empty = Section::absent(&form);
        understood(folder, &empty)
    }

    /// The folder of the engine's own.
    pub fn own(&self) -> PathBuf {
        self.folder.join(".jitan")
    }

    /// The page that says how things stand.
    pub fn status_page(&self) -> PathBuf {
        self.folder.join(if self.speaks_japanese() { "状況.html" } else { "status.html" })
    }

    /// Whether it speaks Japanese, as it does unless it says otherwise.
    pub fn speaks_japanese(&self) -> bool {
        self.japanese.unwrap_or(true)
    }

    /// Its tasks, with what the office says of each.
    pub fn catalogue(&self) -> Catalogue {
        let own = self.tasks.iter().map(|(id, wishes)| (id.clone(), wishes.own.clone())).collect();
        Catalogue::open(&self.folder.join("scripts"), self.limits).with(own)
    }

    /// A desk for each task, in order of their ids.
    pub fn desks(&self) -> Vec<Desk> {
        self.catalogue().ids().iter().map(|id| self.desk(id)).collect()
    }

    /// The desk of a task.
    pub fn desk(&self, task: &str) -> Desk {
        let none = Wishes::default();
        let wishes = self.tasks.get(task).unwrap_or(&none);
        let usual = || vec![self.folders.inbox.join(task)];
        Desk {
            task: task.to_owned(),
            inboxes: if wishes.inboxes.is_empty() { usual() } else { wishes.inboxes.clone() },
            done: self.folders.done.join(task),
            returned: self.folders.returned.join(task),
            failed: self.folders.failed.join(task),
            undone: self.folders.undone.join(task),
            settle: wishes.settle.unwrap_or(self.settle),
            scan: wishes.scan.unwrap_or(self.scan),
            workers: wishes.workers,
            duplicates: wishes.duplicates.unwrap_or(self.duplicates),
            retention_days: wishes.own.retention_days.or_else(|| self.manifest(task)?.retention_days),
        }
    }

    /// What a task takes, files or folders; none while its form cannot be understood.
    pub fn takes(&self, task: &str) -> Option<ArrivalKind> {
        self.manifest(task).map(|manifest| manifest.kind)
    }

    fn manifest(&self, task: &str) -> Option<Manifest> {
        let text = read_text(&self.folder.join("scripts").join(task).join("task.toml")).ok()?;
        Manifest::parse(&text).ok()
    }
}

/// A line that somebody brought to life below the section it belongs above: every example of the page is easily taken so.
fn say_misplaced(mistake: &mut Mistake) {
    const TOP: [&str; 7] = ["lang", "workers", "store", "settle_seconds", "scan_seconds", "stop_seconds", "duplicates"];
    let inner = mistake.field.rsplit_once('.').map(|(_, key)| key);
    if matches!(mistake.fault, Fault::Unknown { near: None }) && inner.is_some_and(|key| TOP.contains(&key)) {
        mistake.fault = Fault::Misplaced;
    }
}

fn understood(folder: &Path, root: &Section<'_>) -> Office {
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let japanese = root.optional_choice("lang", &[("ja", true), ("en", false)]);
    let mut taken = Taken::new(&folder);
    let folders = folders(root.section("folders"), &mut taken, japanese.unwrap_or(true));
    let mut office = Office {
        japanese,
        workers: workers(root),
        store: store(root, &taken),
        settle: seconds(root, "settle_seconds", 0, 3_600).unwrap_or(Duration::from_secs(5)),
        scan: seconds(root, "scan_seconds", 1, 86_400).unwrap_or(Duration::from_secs(30)),
        grace: seconds(root, "stop_seconds", 0, 3_600).unwrap_or(Duration::from_secs(20)),
        duplicates: root.optional_choice("duplicates", &DUPLICATES).unwrap_or(Duplicates::Hold),
        folders,
        limits: limits(root.section("limits")),
        log: log(root.section("log")),
        report: report(root.section("report"), &folder),
        tasks: BTreeMap::new(),
        folder,
    };
    office.tasks = tasks(&root.section("tasks"), &office, &mut taken);
    office
}

fn workers(section: &Section<'_>) -> Option<usize> {
    section.optional_whole("workers", 1, 256).map(|workers| workers as usize)
}

fn seconds(section: &Section<'_>, key: &'static str, low: i64, high: i64) -> Option<Duration> {
    let seconds = section.optional_number(key, low, high)?;
    seconds.to_f64().map(Duration::from_secs_f64)
}

fn store(root: &Section<'_>, taken: &Taken) -> PathBuf {
    let written = root.optional_text("store").unwrap_or_else(|| ".jitan/ledger.db".to_owned());
    taken.place_of_file(&written).unwrap_or_else(|fault| {
        root.wrong("store", fault);
        PathBuf::new()
    })
}

/// The five folders. What is written is judged after the defaults, so that the mistake is found where somebody wrote it.
fn folders(section: Section<'_>, taken: &mut Taken, japanese: bool) -> Folders {
    let written = NAMES.map(|(key, ..)| section.optional_text(key));
    let mut places: [PathBuf; 5] = Default::default();
    for pass in [false, true] {
        for (at, (key, ja, en)) in NAMES.into_iter().enumerate() {
            if written[at].is_some() != pass {
                continue;
            }
            let shown = written[at].as_deref().unwrap_or(if japanese { ja } else { en });
            let purpose = if at == 0 { Purpose::Inboxes } else { Purpose::Apart };
            let took = taken.place(shown).and_then(|place| {
                places[at].clone_from(&place);
                taken.take(purpose, &place, shown)
            });
            if let Err(fault) = took {
                section.wrong(key, fault);
            }
        }
    }
    section.close();
    let [inbox, done, returned, failed, undone] = places;
    Folders { inbox, done, returned, failed, undone }
}

fn log(section: Section<'_>) -> Log {
    let log = Log { json: section.yes("json"), days: section.optional_whole("days", 1, 36_500).unwrap_or(90) };
    section.close();
    log
}

fn report(section: Section<'_>, folder: &Path) -> ReportSettings {
    let report = ReportSettings {
        hourly_yen: section.optional_number("hourly_yen", 1, 1_000_000),
        minimum_months: section.optional_whole("minimum_months", 1, 12).unwrap_or(3),
        head_file: section.optional_text("head_file").map(|written| folder.join(written)),
    };
    section.close();
    report
}

fn tasks(section: &Section<'_>, office: &Office, taken: &mut Taken) -> BTreeMap<String, Wishes> {
    let ids = office.catalogue().ids().to_vec();
    let written = section.sections();
    for id in &ids {
        if !written.iter().any(|(known, task)| known == id && task.has("inbox")) {
            let place = office.folders.inbox.join(id);
            // Two tasks have two names, so their own folders meet only where somebody wrote a folder.
            let _ = taken.take(Purpose::Inbox, &place, &place.strip_prefix(&office.folder).unwrap_or(&place).to_string_lossy());
        }
    }
    let mut tasks = BTreeMap::new();
    for (id, task) in written {
        let wishes = wishes(&task, &office.folder, &id, taken);
        if !ids.contains(&id) {
            section.wrong(&id, Fault::NoTask { near: nearest(&id, ids.iter().map(String::as_str)) });
        }
        task.close();
        tasks.insert(id, wishes);
    }
    tasks
}

fn wishes(task: &Section<'_>, office: &Path, id: &str, taken: &mut Taken) -> Wishes {
    let mut inboxes = Vec::new();
    for written in task.optional_texts("inbox") {
        let took = taken.place(&written).and_then(|place| {
            inboxes.push(place.clone());
            taken.take(Purpose::Inbox, &place, &written)
        });
        if let Err(fault) = took {
            task.wrong("inbox", fault);
        }
    }
    let retention = task.section("retention");
    let retention_days = retention.optional_whole("days", 1, 36_500);
    retention.close();
    Wishes {
        inboxes,
        settle: seconds(task, "settle_seconds", 0, 3_600),
        scan: seconds(task, "scan_seconds", 1, 86_400),
        workers: workers(task),
        duplicates: task.optional_choice("duplicates", &DUPLICATES),
        own: Own {
            limits: limits(task.section("limits")),
            retention_days,
            settings: settings(&task.section("settings"), &office.join("scripts").join(id)),
        },
    }
}

/// The settings of a task, held against its form. A form with mistakes of its own is said when the task is loaded.
fn settings(section: &Section<'_>, task: &Path) -> BTreeMap<String, crate::form::Plain> {
    let written = section.values();
    let text = if written.is_empty() { None } else { read_text(&task.join("task.toml")).ok() };
    let manifest = text.and_then(|text| Manifest::parse(&text).ok());
    let mut settings = BTreeMap::new();
    for (name, value) in written {
        let Some(manifest) = &manifest else { continue };
        match manifest.settings.get(&name).map(|known| value.like(&known.value)) {
            Some(Ok(value)) => {
                settings.insert(name, value);
            }
            Some(Err(wanted)) => section.wrong(&name, Fault::WrongType { wanted }),
            None => section.wrong(&name, Fault::Unknown { near: nearest(&name, manifest.settings.keys().map(String::as_str)) }),
        }
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::{Overlap, Plain, Wanted};
    use crate::manifest::SAMPLE;

    fn office(tasks: &[&str], written: &str) -> (tempfile::TempDir, Result<Office, Error>) {
        let folder = tempfile::tempdir().unwrap();
        for task in tasks {
            let home = folder.path().join("scripts").join(task);
            std::fs::create_dir_all(&home).unwrap();
            std::fs::write(home.join("task.toml"), SAMPLE).unwrap();
            std::fs::write(home.join("main.rhai"), "").unwrap();
        }
        std::fs::write(folder.path().join(FILE), written).unwrap();
        let read = Office::read(folder.path());
        (folder, read)
    }

    fn mistakes(tasks: &[&str], written: &str) -> Vec<Mistake> {
        match office(tasks, written).1 {
            Err(Error::Form { mistakes, .. }) => mistakes,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_office_may_say_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let office = Office::read(folder.path()).unwrap();
        assert_eq!(office, Office::plain(folder.path()));
        assert_eq!(office.folders.returned, folder.path().join("差戻し"));
        assert_eq!((office.settle.as_secs(), office.scan.as_secs(), office.log.days), (5, 30, 90));
        assert_eq!(office.store, folder.path().join(".jitan/ledger.db"));
        assert_eq!(office.desk("検査").inboxes, [folder.path().join("受付/検査")]);
        assert!(office.desks().is_empty());
    }

    #[test]
    fn every_key_is_understood() {
        let written = r#"
lang = "en"
workers = 3
settle_seconds = 0.5
duplicates = "run"
[folders]
done = "results"
[limits]
memory_mib = 512
[log]
json = true
[report]
hourly_yen = 2500
head_file = "heads.txt"
[tasks.検査]
inbox = ["inbox/statistics", "drop"]
duplicates = "skip"
scan_seconds = 5
[tasks.検査.limits]
memory_mib = 2048
[tasks.検査.retention]
days = 30
[tasks.検査.settings]
年度 = 2030
"#;
        let (folder, office) = office(&["検査", "採点"], written);
        let office = office.unwrap();
        let at = |name: &str| folder.path().join(name);
        let desks = office.desks();
        assert_eq!(desks.iter().map(|desk| desk.task.as_str()).collect::<Vec<_>>(), ["採点", "検査"]);
        assert_eq!((&desks[0].inboxes, desks[0].settle.as_millis()), (&vec![at("inbox/採点")], 500));
        assert_eq!(desks[1].inboxes, [at("inbox/statistics"), at("drop")]);
        assert_eq!((&desks[1].done, desks[1].retention_days), (&at("results/検査"), Some(30)));
        assert_eq!((desks[0].duplicates, desks[1].duplicates), (Duplicates::Run, Duplicates::Skip));
        assert_eq!((desks[1].scan.as_secs(), office.status_page()), (5, at("status.html")));
        let task = office.catalogue().find("検査").unwrap();
        assert_eq!((task.limits.memory_mib, &task.settings["年度"]), (2048, &Plain::Integer(2030)));
        assert_eq!(office.catalogue().find("採点").unwrap().limits.memory_mib, 512);
    }

    #[test]
    fn every_mistake_comes_back_at_once_with_its_line() {
        let written = "langauge = \"ja\"\nworkers = 0\nduplicates = \"holt\"\n[folders]\ndone = \"受付/結果\"\nfailed = \"../x\"\n\
                       [tasks.検査]\ninbox = [\"完了/戻り\", \"scripts/入口\"]\nsettle = 3\n[tasks.検査.settings]\n年 = 3\n年度 = \"来年\"\n\
                       [tasks.試験]\nworkers = 1\n";
        let found = mistakes(&["検査", "採点"], written);
        let has = |field: &str, line: u32, fault: Fault| {
            assert!(found.contains(&Mistake { field: field.to_owned(), line: Some(line), fault }), "{field}: {found:#?}");
        };
        let meets = |with: &str, how| Fault::Overlap { with: with.to_owned(), how };
        has("langauge", 1, Fault::Unknown { near: Some("lang".to_owned()) });
        has("folders.done", 5, meets("受付", Overlap::Within));
        has("folders.failed", 6, Fault::Upwards);
        has("tasks.検査.inbox", 8, meets("scripts", Overlap::Within));
        has("tasks.検査.settings.年", 11, Fault::Unknown { near: Some("年度".to_owned()) });
        has("tasks.検査.settings.年度", 12, Fault::WrongType { wanted: Wanted::WholeNumber });
        assert!(found.iter().any(|mistake| mistake.field == "workers" && mistake.line == Some(2)));
        assert!(found.iter().any(|mistake| mistake.field == "duplicates" && mistake.line == Some(3)));
        assert!(found.iter().any(|mistake| mistake.field == "tasks.検査.settle"));
        assert!(found.iter().any(|mistake| mistake.field == "tasks.試験" && matches!(mistake.fault, Fault::NoTask { .. })));
    }

    #[test]
    fn a_line_below_the_wrong_section_is_told_where_it_belongs() {
        let found = mistakes(&[], "[report]\nsettle_seconds = 1\n");
        assert_eq!((found[0].line, &found[0].fault), (Some(2), &Fault::Misplaced));
    }

    #[test]
    fn a_watched_folder_lies_in_no_other() {
        let meets = |tasks: &[&str], written: &str, with: &str, how| {
            let found = mistakes(tasks, written);
            assert_eq!(found[0].fault, Fault::Overlap { with: with.to_owned(), how }, "{found:#?}");
        };
        meets(&["検査", "採点"], "[tasks.検査]\ninbox = [\"受付/採点\"]\n", "受付/採点", Overlap::Same);
        meets(&["検査", "採点"], "[tasks.検査]\ninbox = [\"受付/採点/速報\"]\n", "受付/採点", Overlap::Within);
        meets(&["検査"], "[tasks.検査]\ninbox = [\"受付\"]\n", "受付", Overlap::Same);
        meets(&["検査"], "[tasks.検査]\ninbox = [\"完了\"]\n", "完了", Overlap::Same);
        meets(&["検査"], "[tasks.検査]\ninbox = [\".jitan/in\"]\n", ".jitan", Overlap::Within);
        meets(&["検査"], "[tasks.検査]\ninbox = [\"入口\", \"入口\"]\n", "入口", Overlap::Same);
        meets(&[], "[folders]\nundone = \"差戻し\"\n", "差戻し", Overlap::Same);
        meets(&[], "store = \"受付/ledger.db\"\n", "受付", Overlap::Within);
    }
}
