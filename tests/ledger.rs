//! The ledger from outside: verify, recompute, export and correct, the stop-watch, and a checker that shares no line with the program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use ledger::{Baseline, DateTime, Fate, Method, Minutes, NewJob, Run, Staging, Store};
use serde_json::Value;

use crate::desk::jitan;

/// An office with a task and a ledger.
struct Office {
    folder: tempfile::TempDir,
    next: u32,
}

fn now() -> DateTime {
    "2026-11-20T10:00:00".parse().unwrap()
}

fn baseline() -> Baseline {
    Baseline {
        name_ja: "検査統計集計".to_owned(),
        name_en: "Test statistics".to_owned(),
        department: "医療保健部".to_owned(),
        unit_ja: "報告".to_owned(),
        unit_en: "report".to_owned(),
        before: Minutes::whole(12),
        after: Minutes::whole(2),
        rework: Baseline::REWORK,
        method: Method::Interview,
        author: "見本 花子\n\"様\"\t\u{1}".to_owned(),
        date: "2026-04-01".parse().unwrap(),
        samples: 10,
        low: None,
        high: None,
        units_per_year: None,
        new_work: false,
        reason: None,
    }
}

impl Office {
    fn new() -> Office {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(".jitan")).unwrap();
        let task = folder.path().join("scripts/検査");
        fs::create_dir_all(&task).unwrap();
        let new = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/test-statistics");
        for name in ["task.toml", "main.rhai"] {
            fs::copy(new.join(name), task.join(name)).unwrap();
        }
        let office = Office { folder, next: 0 };
        drop(office.store());
        office
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join(".jitan/ledger.db")
    }

    fn store(&self) -> Store {
        Store::open(&self.path()).unwrap()
    }

    /// A job of the task, done with so many units or put aside.
    fn job(mut self, content: &str, units: u64, fate: Fate) -> Office {
        self.next += 1;
        let id = format!("20261120-{:05}", self.next);
        let text = |text: &str| text.to_owned();
        let job = NewJob {
            id: id.clone(),
            task: text("検査"),
            version: text("v1"),
            inbox: text("受付/検査"),
            name: text("7月.xlsx"),
            folder: false,
            identity: text("1:2:3"),
            engine: text("0.1.0"),
            clock: now(),
            seed: 1,
            again: None,
        };
        let staging = Staging { folder_name: text("7月"), kind: fate, outputs: text("[]"), facts: text("{}"), reason: None };
        let run = Run {
            department: text("医療保健部"), unit: text("報告"), units, baseline: Some(baseline()), ..Run::default()
        };
        let mut store = self.store();
        store.intend(&job, now()).unwrap();
        store.claimed(&id, content, 1, now()).unwrap();
        store.attempt(&id, now()).unwrap();
        store.staged(&id, &staging, now()).unwrap();
        match fate {
            Fate::Done => store.committed(&id, &run, now()).unwrap(),
            Fate::Returned | Fate::Failed => store.aside(&id, &run, now()).unwrap(),
        };
        self
    }

    fn busy() -> Office {
        Office::new().job("aa", 3, Fate::Done).job("aa", 3, Fate::Done).job("bb", 4, Fate::Done).job("cc", 0, Fate::Returned)
    }

    fn jitan(&self, arguments: &[&str]) -> Output {
        jitan().arg("--office").arg(self.folder.path()).args(arguments).stdin(Stdio::null()).output().unwrap()
    }

    /// The command ended with this status, and said this.
    fn says(&self, status: i32, arguments: &[&str], part: &str) -> Output {
        let output = self.jitan(arguments);
        let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(status), "{said}");
        assert!(said.contains(part), "「{part}」 is not in\n{said}");
        output
    }

    fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_slice(&self.jitan(arguments).stdout).unwrap()
    }

    /// The rows as somebody with the file and any tool can change them.
    fn tampered(&self, sql: &str) {
        let drops = "DROP TRIGGER entry_stays; DROP TRIGGER entry_remains; DROP TRIGGER entry_follows; DROP TRIGGER entry_once;";
        rusqlite::Connection::open(self.path()).unwrap().execute_batch(&format!("{drops}{sql}")).unwrap();
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Runs the checker; none where there is no Python, and that is said.
fn check(arguments: &[&str]) -> Option<Output> {
    let ran = Command::new("python3").arg(checker()).args(arguments).output();
    if ran.is_err() {
        std::io::Write::write_all(&mut std::io::stderr(), b"skipped: there is no python3 for tests/check_ledger.py\n").unwrap();
    }
    ran.ok()
}

fn checker() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/check_ledger.py")
}

#[test]
fn a_ledger_that_was_left_alone_is_sound_and_equal() {
    let office = Office::busy();
    office.says(0, &["ledger", "verify"], "台帳の5行は、書かれたときのままです。");
    office.says(0, &["ledger", "recompute"], "equal");
    office.says(0, &["ledger", "recompute"], "現状 84分 − 改善後 14分 − 手戻り 10分 ＝ 削減 60分");
    office.says(0, &["--lang", "en", "ledger", "verify"], "the ledger's 5 rows are as they were written");
    let object = office.json(&["ledger", "verify", "--json"]);
    assert_eq!((object["status"].as_str(), object["rows"].as_i64()), (Some("sound"), Some(5)));
    assert_eq!(office.json(&["ledger", "recompute", "--json"])["saved_min"], "60");
}

#[test]
fn an_office_without_a_ledger_is_told_so() {
    let office = Office::new();
    office.says(0, &["ledger", "verify"], "まだ1行もありません");
    fs::remove_file(office.path()).unwrap();
    for command in ["verify", "recompute", "export"] {
        office.says(5, &["ledger", command], "まだ台帳がありません");
    }
    assert!(!office.path().exists(), "looking makes none");
}

#[test]
fn the_first_bad_row_is_named_by_jitan_and_by_the_checker() {
    for (sql, row) in [
        ("UPDATE entry SET saved = saved + 60000, before = before + 60000 WHERE n = 2", "2行目"),
        ("DELETE FROM entry WHERE n = 3", "3行目"),
        ("UPDATE entry SET n = -9 WHERE n = 3; UPDATE entry SET n = 3 WHERE n = 4; UPDATE entry SET n = 4 WHERE n = -9", "3行目"),
        (
            "INSERT INTO entry SELECT 6, at, date, kind, job, task, version, department, unit, units, counted, before, after, rework, \
          saved, baseline, content, ending, errors, warnings, notes, body, hash FROM entry WHERE n = 2",
            "6行目",
        ),
        ("UPDATE entry SET body = replace(body, 'first', 'First') WHERE n = 4", "4行目"),
    ] {
        let office = Office::busy();
        office.tampered(sql);
        office.says(1, &["ledger", "verify"], row);
        let Some(checked) = check(&[&office.path().to_string_lossy()]) else { continue };
        assert_eq!(checked.status.code(), Some(1), "{sql}");
        assert!(text(&checked.stderr).contains(&format!("row {}", &row[..1])), "{sql}: {}", text(&checked.stderr));
    }
}

#[test]
fn a_checker_of_another_language_agrees_with_the_store_and_the_export() {
    let office = Office::busy();
    let head = office.json(&["ledger", "verify", "--json"])["head"].as_str().unwrap().to_owned();
    let wanted = format!("5 rows, head {head}, saved 60.000 minutes\n");
    let lines = office.folder.path().join("台帳.jsonl");
    let out = lines.to_string_lossy();
    office.says(0, &["ledger", "export", "--out", &out], "5行を");
    office.says(2, &["ledger", "export", "--out", &out], "書き込めません");
    assert_eq!(fs::read(&lines).unwrap(), office.jitan(&["ledger", "export"]).stdout);
    for file in [office.path().to_string_lossy(), out] {
        let Some(checked) = check(&[&file, &head[..12]]) else { return };
        assert_eq!((text(&checked.stdout), text(&checked.stderr)), (wanted.clone(), String::new()));
    }
    let lost = check(&[&lines.to_string_lossy(), "0123456789ab"]);
    assert_eq!(lost.and_then(|lost| lost.status.code()), Some(1));
}

#[test]
fn the_checker_is_short_enough_to_read() {
    let text = fs::read_to_string(checker()).unwrap();
    assert!(text.lines().count() <= 60, "{}", text.lines().count());
    let imports = text.lines().find(|line| line.starts_with("import ")).unwrap();
    assert_eq!(imports, "import hashlib, json, sqlite3, sys");
}

#[test]
fn rows_cut_off_show_against_a_head_on_paper_and_against_the_file_outside() {
    let office = Office::busy();
    let outside = tempfile::tempdir().unwrap();
    let file = outside.path().join("heads.txt");
    fs::write(office.folder.path().join("jitan.toml"), format!("[report]\nhead_file = \"{}\"\n", file.display())).unwrap();
    let head = office.store().head(None).unwrap().hash;
    office.says(0, &["ledger", "verify"], "台帳の5行は");
    office.store().note_head(&file, now()).unwrap();
    office.says(0, &["ledger", "verify", "--head", &head[..16]], "その印は5行目のものです");
    office.says(0, &["ledger", "verify"], "外に控えた印1個は、すべて台帳にあります");
    office.tampered("DELETE FROM entry WHERE n = 5");
    office.says(1, &["ledger", "verify", "--head", &head], "台帳にありません");
    office.says(1, &["ledger", "verify"], "5行目の印が、台帳と合いません");
    let object = office.json(&["ledger", "verify", "--head", &head, "--json"]);
    assert_eq!(object["heads_gone"].as_array().unwrap().len(), 2, "{object}");
}

#[test]
fn a_forger_who_hashes_anew_is_caught_by_the_figures() {
    let office = Office::busy();
    office.tampered("UPDATE entry SET before = before + 60000, saved = saved + 60000 WHERE n = 2");
    office.says(1, &["ledger", "recompute"], "2行目の現状：台帳は96分、計算すると36分");
    office.says(1, &["ledger", "recompute"], "削減 60分");
}

#[test]
fn a_damaged_file_is_said_and_never_made_anew() {
    let office = Office::busy();
    fs::write(office.path(), "これは台帳ではありません。".repeat(500)).unwrap();
    for name in ["ledger.db-wal", "ledger.db-shm"] {
        let _ = fs::remove_file(office.folder.path().join(".jitan").join(name));
    }
    office.says(5, &["ledger", "verify"], "壊れています");
}

#[test]
fn a_correction_wants_a_name_and_a_reason_and_is_taken_once() {
    let office = Office::busy();
    office.says(2, &["ledger", "correct", "2"], "--who");
    let correct = ["ledger", "correct", "2", "--who", "試験 一子", "--reason", "試しに入れたファイル"];
    office.says(0, &correct, "削減時間は -30分 変わります");
    office.says(2, &correct, "取り消す削減時間がありません");
    office.says(2, &["ledger", "correct", "99", "--who", "試験 一子", "--reason", "x"], "取り消す削減時間がありません");
    office.says(0, &["ledger", "recompute"], "削減 30分");
    office.says(0, &["ledger", "verify"], "台帳の6行は");
}

#[test]
fn measured_times_become_a_baseline_to_write_and_are_recorded_only_when_asked() {
    let office = Office::busy();
    let said = office.says(0, &["baseline", "time", "検査", "10", "12:30", "１１"], "3回の平均 11.167分");
    let said = text(&said.stdout);
    for line in [
        "[baseline]",
        "before_minutes = 11.167",
        "after_minutes = 2",
        "method = \"実測\"",
        "samples = 3",
        "low = 10",
        "high = 12.5",
    ] {
        assert!(said.lines().any(|one| one == line), "{line}: {said}");
    }
    office.says(0, &["ledger", "verify"], "台帳の5行は");
    office.says(2, &["baseline", "time", "検査", "10", "11", "--record"], "--who");
    office.says(0, &["baseline", "time", "検査", "10", "11", "--record", "--who", "例示 次郎"], "第2版");
    let row = office.store().entry(6).unwrap().unwrap();
    assert_eq!(row.body()["measured"], serde_json::json!({ "of": "before", "samples": [10_000, 11_000], "who": "例示 次郎" }));
    assert_eq!((row.before, Baseline::of(&row).unwrap().author.as_str()), (Minutes(10_500), "例示 次郎"));
    office.says(2, &["baseline", "time", "検査", "10"], "2回以上");
    office.says(2, &["baseline", "time", "検査", "十分", "10"], "時間として読めません");
}

#[test]
fn the_text_of_a_measured_baseline_is_a_form_that_is_read() {
    let office = Office::new();
    let said = text(&office.jitan(&["baseline", "time", "検査", "0.5", "0.25", "--after", "--who", "試験 \"一子\""]).stdout);
    let section = &said[said.find("\n[baseline]\n").unwrap()..];
    let path = office.folder.path().join("scripts/検査/task.toml");
    let form = fs::read_to_string(&path).unwrap();
    let (from, to) = (form.find("[baseline]").unwrap(), form.find("[rights]").unwrap());
    fs::write(&path, format!("{}{section}\n{}", &form[..from], &form[to..])).unwrap();
    office.says(0, &["check", "検査"], "間違いは見つかりません");
    assert!(section.contains("after_minutes = 0.375"), "{section}");
}

#[test]
fn times_come_through_a_pipe_too() {
    let office = Office::new();
    let mut command = jitan();
    command.arg("--office").arg(office.folder.path()).args(["baseline", "time", "検査", "--samples", "5", "--json"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), "3\n\n4.5\n".as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let object: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((object["mean_min"].as_str(), object["samples"].as_array().unwrap().len()), (Some("3.75"), 2));
}
