//! The life of an arrival in a watched office: what people drop comes back once, whatever happens on the way.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use ledger::{Filter, Kind, Store};

use crate::desk::{FORM, LIST, SUM, jitan, listed};

/// A list with a number that is none.
pub const WRONG: &str = "課,件数\n財務課,十二\n総務課,30\n";

/// An office with one task, its folders watched.
pub struct Office {
    folder: tempfile::TempDir,
}

impl Office {
    pub fn new() -> Office {
        Office::with("", SUM)
    }

    /// An office with more in `jitan.toml`, and a script.
    pub fn with(settings: &str, script: &str) -> Office {
        Office::of(&FORM.replace("rename = true", "rename = false"), settings, script)
    }

    /// An office whose task may rename.
    pub fn renaming(script: &str) -> Office {
        Office::of(FORM, "", script)
    }

    fn of(form: &str, settings: &str, script: &str) -> Office {
        let office = Office { folder: tempfile::tempdir().unwrap() };
        let task = office.path("scripts/試験");
        fs::create_dir_all(&task).unwrap();
        fs::write(task.join("task.toml"), form).unwrap();
        let toml = format!("lang = \"ja\"\nsettle_seconds = 0\nscan_seconds = 1\nworkers = 1\n{settings}");
        fs::write(office.path("jitan.toml"), toml).unwrap();
        fs::create_dir_all(office.path("受付/試験")).unwrap();
        office.script(script);
        office
    }

    pub fn script(&self, script: &str) {
        fs::write(self.path("scripts/試験/main.rhai"), script).unwrap();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Drops a file, whole at once.
    pub fn drop(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path("受付/試験").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let temporary = self.path("受付/試験/.dropping");
        fs::write(&temporary, bytes).unwrap();
        fs::rename(temporary, path).unwrap();
    }

    pub fn jitan(&self, arguments: &[&str]) -> Command {
        let mut command = jitan();
        command.current_dir(self.folder.path()).args(arguments);
        command
    }

    /// Does what is there.
    pub fn once(&self) -> Output {
        let output = self.jitan(&["watch", "--once"]).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        output
    }

    /// Does what is there until it dies at a point.
    pub fn dies_at(&self, arguments: &[&str], point: &str) {
        let output = self.jitan(arguments).env("JITAN_DIE_AT", point).output().unwrap();
        assert_eq!(output.status.code(), None, "{point} was not reached: {}", said(&output));
    }

    /// The files below a folder; none where there is no folder.
    pub fn files(&self, folder: &str) -> Vec<String> {
        listed(&self.path(folder))
    }

    pub fn jobs(&self) -> Vec<serde_json::Value> {
        let output = self.jitan(&["jobs", "--json"]).output().unwrap();
        let listed: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        listed["jobs"].as_array().unwrap().clone()
    }

    /// The number of the job of an arrival.
    pub fn job(&self, name: &str) -> String {
        let jobs = self.jobs();
        let job = jobs.iter().find(|job| job["name"] == name).unwrap();
        job["job"].as_str().unwrap().to_owned()
    }

    /// Rows of the ledger: kind, counted units, thousandths of minutes saved.
    pub fn ledger(&self) -> Vec<(Kind, i64, i64)> {
        let store = Store::open_to_read(&self.path(".jitan/ledger.db")).unwrap();
        let mut rows = Vec::new();
        let all = store.entries(&Filter::default(), |entry| {
            rows.push((entry.kind, entry.counted, entry.saved.0));
            Ok::<(), ledger::Error>(())
        });
        all.unwrap();
        rows.sort();
        rows
    }

    /// Everything that people and the archive have, with its bytes where they do not name a moment.
    fn picture(&self) -> BTreeMap<String, Vec<u8>> {
        let mut picture = BTreeMap::new();
        for folder in ["受付", "完了", "差戻し", "障害", "取消", ".jitan/archive", ".jitan/work"] {
            for file in self.files(folder) {
                let bytes = fs::read(self.path(folder).join(&file)).unwrap();
                let timeless = file.ends_with(".csv") || file.ends_with("集計.xlsx");
                // The day and the number of a job are no part of the picture.
                let name = file.split('/').map(|part| if part.len() == 14 && part.starts_with("20") { "job" } else { part });
                let mut name = format!("{folder}/{}", name.collect::<Vec<_>>().join("/"));
                while picture.contains_key(&name) {
                    name.push('+');
                }
                picture.insert(name, if timeless { bytes } else { Vec::new() });
            }
        }
        picture
    }

    pub fn start(&self) -> Running {
        Running::new(self.jitan(&["watch"]))
    }
}

/// An engine that works on.
pub struct Running {
    child: Child,
    lines: BufReader<std::process::ChildStderr>,
}

impl Running {
    /// Waits until it says that it is ready.
    fn new(mut command: Command) -> Running {
        let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        assert!(line.contains("準備ができました"), "{line}");
        Running { child, lines }
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("kill").arg(signal).arg(self.child.id().to_string()).status().unwrap();
        assert!(sent.success());
    }

    pub fn ends(mut self) -> Option<i32> {
        let status = self.child.wait().unwrap();
        let mut rest = String::new();
        while self.lines.read_line(&mut rest).unwrap() > 0 {}
        status.code()
    }

    fn killed(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

pub fn said(output: &Output) -> String {
    format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Waits for something that another process does; the test's own time limit is the harness's.
pub fn until(mut there: impl FnMut() -> bool) {
    while !there() {
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_dropped_file_comes_back_once() {
    let office = Office::new();
    office.drop("7月.csv", LIST);
    office.once();
    office.once();
    assert_eq!(office.files("完了"), ["試験/7月/受領書.txt", "試験/7月/集計.xlsx"]);
    assert_eq!(office.files("受付"), [""; 0]);
    assert_eq!(office.files(".jitan/work"), [""; 0]);
    assert_eq!(office.files(".jitan/archive").len(), 1);
    assert_eq!(office.ledger(), vec![(Kind::Run, 3, 4500), (Kind::Baseline, 0, 0)].sorted());
}

/// For comparing with what the ledger sorts.
trait Sorted {
    fn sorted(self) -> Self;
}

impl<T: Ord> Sorted for Vec<T> {
    fn sorted(mut self) -> Vec<T> {
        self.sort();
        self
    }
}

#[test]
fn a_running_engine_takes_what_is_dropped_and_ends_when_told() {
    let office = Office::new();
    let engine = office.start();
    office.drop("7月.csv", LIST);
    until(|| office.path("完了/試験/7月/受領書.txt").exists());
    office.drop("8月.csv", LIST.replace("12", "13"));
    until(|| office.path("完了/試験/8月/受領書.txt").exists());
    engine.signal("-TERM");
    assert_eq!(engine.ends(), Some(0));
    assert!(!office.path(".jitan/owner").exists());
}

#[test]
fn a_second_engine_is_refused_and_a_dead_one_is_inherited() {
    let office = Office::new();
    let engine = office.start();
    let second = office.jitan(&["watch", "--once"]).output().unwrap();
    assert_eq!(second.status.code(), Some(5), "{}", said(&second));
    assert!(said(&second).contains("もう jitan が動いています"), "{}", said(&second));
    engine.killed();
    assert!(office.path(".jitan/owner").exists());
    office.once();
}

#[test]
fn a_second_signal_ends_at_once_and_the_job_goes_on_later() {
    let office = Office::with("", "loop {}");
    office.drop("7月.csv", LIST);
    let mut engine = office.start();
    until(|| !office.files(".jitan/work").is_empty() && office.jobs().iter().any(|job| job["state"] == "running"));
    // Two signals may arrive as one.
    until(|| {
        engine.signal("-TERM");
        engine.child.try_wait().unwrap().is_some()
    });
    assert_eq!(engine.ends(), Some(5));
    office.script(SUM);
    office.once();
    assert_eq!(office.files("完了"), ["試験/7月/受領書.txt", "試験/7月/集計.xlsx"]);
}

#[test]
fn a_job_that_does_not_end_in_time_is_handed_back_and_costs_no_attempt() {
    let office = Office::with("stop_seconds = 0.1\n", "loop {}");
    office.drop("7月.csv", LIST);
    for _ in 0..4 {
        let engine = office.start();
        until(|| !office.files(".jitan/work").is_empty() && office.jobs().iter().any(|job| job["state"] == "running"));
        engine.signal("-TERM");
        assert_eq!(engine.ends(), Some(0), "one signal is enough, and it is an end in good order");
    }
    office.script(SUM);
    office.once();
    assert_eq!(office.files("完了"), ["試験/7月/受領書.txt", "試験/7月/集計.xlsx"]);
}

#[test]
fn a_task_that_comes_while_the_engine_runs_is_watched_too() {
    let office = Office::new();
    let engine = office.start();
    let task = office.path("scripts/あとから");
    fs::create_dir_all(&task).unwrap();
    // Its form is there before its script, as a slow copy brings them.
    fs::write(task.join("task.toml"), FORM).unwrap();
    until(|| office.path("受付/あとから").exists());
    fs::write(task.join("main.rhai"), SUM).unwrap();
    fs::write(office.path("受付/あとから/.dropping"), LIST).unwrap();
    fs::rename(office.path("受付/あとから/.dropping"), office.path("受付/あとから/7月.csv")).unwrap();
    until(|| office.path("完了/あとから/7月/受領書.txt").exists());
    office.drop("8月.csv", LIST.replace("12", "13"));
    until(|| office.path("完了/試験/8月/受領書.txt").exists());
    engine.signal("-TERM");
    assert_eq!(engine.ends(), Some(0));
    let page = fs::read_to_string(office.path("状況.html")).unwrap();
    assert!(page.contains("受付/あとから"), "{page}");
}

#[test]
fn a_wrong_list_goes_back_with_its_findings() {
    let office = Office::new();
    office.drop("7月.csv", WRONG);
    office.once();
    let back = office.files("差戻し");
    assert!(back.contains(&"試験/7月/7月.csv".to_owned()) && back.contains(&"試験/7月/要確認一覧.xlsx".to_owned()), "{back:?}");
    assert!(back.contains(&"試験/7月/7月（指摘つき）.xlsx".to_owned()), "{back:?}");
    assert_eq!(back.len(), 4, "{back:?}");
    assert_eq!(office.files(".jitan/archive"), [""; 0]);
    // The mended file is a new arrival of the same name.
    office.drop("7月.csv", LIST);
    office.once();
    assert!(office.path("完了/試験/7月/集計.xlsx").exists());
}

#[test]
fn a_broken_script_fails_and_runs_when_it_is_mended() {
    let office = Office::with("", "x = ;");
    office.drop("7月.csv", LIST);
    office.once();
    assert!(office.path("障害/試験/7月/7月.csv").exists(), "{:?}", office.files("障害"));
    office.script(SUM);
    let retried = office.jitan(&["jobs", "retry", &office.job("7月.csv")]).output().unwrap();
    assert_eq!(retried.status.code(), Some(0), "{}", said(&retried));
    assert_eq!(office.files("障害"), [""; 0]);
    office.once();
    assert!(office.path("完了/試験/7月/集計.xlsx").exists());
}

#[test]
fn the_same_content_is_held_until_it_is_told_to_run() {
    let office = Office::new();
    office.drop("7月.csv", LIST);
    office.once();
    office.drop("写し.csv", LIST);
    office.once();
    office.once();
    assert_eq!(office.files("受付"), ["試験/写し.csv"]);
    assert_eq!(office.jobs().len(), 2, "{:#?}", office.jobs());
    let told = office.jitan(&["jobs", "run", &office.job("写し.csv")]).output().unwrap();
    assert_eq!(told.status.code(), Some(0), "{}", said(&told));
    office.once();
    assert!(office.path("完了/試験/写し/集計.xlsx").exists());
    let counted: i64 = office.ledger().iter().filter(|(kind, ..)| *kind == Kind::Run).map(|(_, counted, _)| counted).sum();
    assert_eq!(counted, 3, "the hours count once");
}

#[test]
fn the_same_content_runs_or_is_skipped_where_the_office_says_so() {
    for (setting, outputs) in [("run", 2), ("skip", 1)] {
        let office = Office::with(&format!("duplicates = \"{setting}\"\n"), SUM);
        office.drop("甲.csv", LIST);
        office.once();
        office.drop("乙.csv", LIST);
        office.once();
        let workbooks = office.files("完了").iter().filter(|file| file.ends_with("集計.xlsx")).count();
        assert_eq!((workbooks, office.files("受付").len()), (outputs, 0), "{setting}: {:?}", office.files("完了"));
        assert!(office.path("完了/試験/乙/受領書.txt").exists());
        assert_eq!(office.files(".jitan/archive").len(), 2);
    }
}

#[test]
fn an_undo_takes_all_back_and_leaves_what_people_changed() {
    let office = Office::new();
    office.drop("7月.csv", LIST);
    office.drop("8月.csv", LIST.replace("12", "13"));
    office.once();
    fs::write(office.path("完了/試験/8月/集計.xlsx"), "あとで書き換えた").unwrap();
    let undo = |name: &str| office.jitan(&["jobs", "undo", &office.job(name)]).output().unwrap();
    assert_eq!(undo("7月.csv").status.code(), Some(0));
    let edited = undo("8月.csv");
    assert_eq!(edited.status.code(), Some(1), "{}", said(&edited));
    assert!(said(&edited).contains("集計.xlsx"));
    assert_eq!(office.files("完了"), ["試験/8月/集計.xlsx"]);
    let undone = office.files("取消");
    assert_eq!(undone.iter().filter(|file| file.ends_with(".csv")).count(), 2, "{undone:?}");
    assert_eq!(office.ledger().iter().filter(|(kind, ..)| *kind != Kind::Baseline).map(|(_, _, saved)| saved).sum::<i64>(), 0);
    assert_eq!(undo("7月.csv").status.code(), Some(2), "it was undone already");
}

#[test]
fn a_taken_name_gets_a_number() {
    let office = Office::new();
    office.drop("7月.csv", LIST);
    office.once();
    office.drop("7月.csv", LIST.replace("12", "13"));
    office.once();
    assert!(office.path("完了/試験/7月 (2)/集計.xlsx").exists(), "{:?}", office.files("完了"));
}

#[test]
fn originals_go_when_their_days_are_over_and_the_ledger_knows() {
    let office = Office::new();
    office.drop("7月.csv", LIST);
    office.once();
    let settings = fs::read_to_string(office.path("jitan.toml")).unwrap();
    fs::write(office.path("jitan.toml"), format!("{settings}\n[tasks.試験.retention]\ndays = 30\n")).unwrap();
    office.once();
    assert_eq!(office.files(".jitan/archive").len(), 1, "its days are not over");
    assert!(office.ledger().iter().all(|(kind, ..)| *kind != Kind::Deletion));
}

/// What is dropped in the story of the kills: one that is done, one that goes back, a copy that is held.
fn drop_all(office: &Office) {
    office.drop("7月.csv", LIST);
    office.once();
    office.drop("8月.csv", LIST.replace("12", "13"));
    office.drop("悪い.csv", WRONG);
    office.drop("写し.csv", LIST);
}

/// The engine dies at each point there is, starts again, and all is as if nothing had happened.
#[test]
fn killed_at_any_point_nothing_is_lost_or_done_twice() {
    let quiet = Office::new();
    drop_all(&quiet);
    quiet.once();
    let (picture, rows) = (quiet.picture(), quiet.ledger());
    assert_eq!(picture.len(), 11, "{:#?}", picture.keys());
    let points: Vec<&str> = job::POINTS.iter().copied().filter(|point| !special(point)).collect();
    for_each(&points, |point| {
        let office = Office::new();
        drop_all(&office);
        office.dies_at(&["watch", "--once"], point);
        office.once();
        assert_eq!(office.picture(), picture, "{point}");
        assert_eq!(office.ledger(), rows, "{point}");
    });
}

/// Points that no undisturbed arrival of this task meets.
fn special(point: &str) -> bool {
    ["taken", "undo", "rename", "kept", "handback"].iter().any(|start| point.starts_with(start))
}

#[test]
fn killed_while_its_name_was_taken_it_still_comes_out_once() {
    for_each(&["taken.before", "taken.after"], |point| {
        let office = Office::new();
        office.drop("7月.csv", LIST);
        office.dies_at(&["watch", "--once"], "staged.after");
        fs::create_dir_all(office.path("完了/試験/7月")).unwrap();
        office.dies_at(&["watch", "--once"], point);
        office.once();
        assert_eq!(office.files("完了"), ["試験/7月 (2)/受領書.txt", "試験/7月 (2)/集計.xlsx"]);
        assert_eq!(office.ledger().iter().filter(|(kind, ..)| *kind == Kind::Run).count(), 1);
    });
}

#[test]
fn killed_in_an_undo_it_is_undone_in_the_end() {
    // What was handed back itself has points of its own (`renames.rs`).
    let undo = job::POINTS.iter().copied().filter(|point| point.starts_with("undo") && !point.starts_with("undo.batch"));
    let undo: Vec<&str> = undo.filter(|point| *point != "undo.one").collect();
    assert!(undo.len() >= 6);
    for_each(&undo, |point| {
        let office = Office::new();
        office.drop("7月.csv", LIST);
        office.once();
        let id = office.job("7月.csv");
        office.dies_at(&["jobs", "undo", &id], point);
        office.once();
        if *point == "undoing.before" {
            assert_eq!(office.jitan(&["jobs", "undo", &id]).output().unwrap().status.code(), Some(0));
        }
        assert_eq!(office.files("完了"), [""; 0], "{point}");
        let mut back: Vec<String> = office.files("取消").iter().map(|file| file.rsplit('/').next().unwrap().to_owned()).collect();
        back.sort();
        assert_eq!(
            back,
            ["7月.csv", "取消の記録.txt", "受領書.txt", "集計.xlsx"].map(str::to_owned).to_vec().sorted(),
            "{point}"
        );
        assert_eq!(office.ledger().iter().filter(|(kind, ..)| *kind == Kind::Undo).count(), 1, "{point}");
        assert_eq!(office.files(".jitan/archive"), [""; 0], "{point}");
    });
}

/// Real kills at random moments of a day with many arrivals. `JITAN_KILLS=1000` makes it a long one.
#[test]
fn killed_at_random_every_arrival_is_done_once() {
    let kills: u64 = std::env::var("JITAN_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(12);
    let arrivals = 24.max(kills / 2);
    let office = Office::with("duplicates = \"run\"\n", SUM);
    let mut dropped = 0;
    for kill in 0..kills {
        while dropped * kills < arrivals * (kill + 1) {
            office.drop(&format!("{dropped}.csv"), LIST.replace("12", &format!("{}", 100 + dropped)));
            dropped += 1;
        }
        let mut child = office.jitan(&["watch"]).stderr(Stdio::null()).spawn().unwrap();
        // No waiting for anything: the moment is the draw of a lot.
        thread::sleep(Duration::from_millis(kill.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    office.once();
    let done = office.files("完了").iter().filter(|file| file.ends_with("集計.xlsx")).count() as u64;
    let failed = office.files("障害").iter().filter(|file| file.ends_with(".csv")).count() as u64;
    assert_eq!(done + failed, arrivals, "{:#?}", office.jobs());
    assert_eq!(office.files(".jitan/archive").len() as u64, done);
    assert_eq!((office.files("受付").len(), office.files(".jitan/work").len()), (0, 0));
    let runs = office.ledger().iter().filter(|(kind, counted, _)| *kind == Kind::Run && *counted == 3).count() as u64;
    assert_eq!(runs, done);
}

/// Several at a time: each starts processes of its own.
pub fn for_each(points: &[&str], story: impl Fn(&&str) + Sync) {
    let (next, story) = (std::sync::atomic::AtomicUsize::new(0), &story);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(point) = points.get(next.fetch_add(1, std::sync::atomic::Ordering::SeqCst)) {
                    story(point);
                }
            });
        }
    });
}
