//! An office from outside: made by a command, its settings misspelt, its pages read by people.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;

use crate::desk::jitan;

fn run(office: &Path, arguments: &[&str]) -> Output {
    jitan().current_dir(office).args(arguments).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

/// An office in a place of its own.
fn office(lang: &str) -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    let made = jitan().arg("init").arg(place.path().join("職場")).args(["--lang", lang]).output().unwrap();
    assert!(made.status.success(), "{}", said(&made));
    place
}

fn folders(office: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(office).unwrap().flatten().map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn an_office_is_made_once_and_whole() {
    let place = office("ja");
    let office = place.path().join("職場");
    let mut wanted = [".jitan", "jitan.toml", "samples", "scripts", "受付", "完了", "取消", "差戻し", "障害"];
    wanted.sort_unstable();
    assert_eq!(folders(&office), wanted);
    assert_eq!(fs::metadata(office.join(".jitan")).unwrap().permissions().mode() & 0o777, 0o700);
    let checked = run(&office, &["check"]);
    assert!(said(&checked).contains("業務"), "an office without a task says so: {}", said(&checked));

    let settings = fs::read_to_string(office.join("jitan.toml")).unwrap();
    let again = jitan().arg("init").arg(&office).output().unwrap();
    assert_eq!(again.status.code(), Some(2), "{}", said(&again));
    assert!(said(&again).contains("もう職場になっています"), "{}", said(&again));
    let within = jitan().arg("init").arg(office.join("受付/別の職場")).output().unwrap();
    assert_eq!(within.status.code(), Some(2), "{}", said(&within));
    assert!(!office.join("受付/別の職場").exists());
    assert_eq!(fs::read_to_string(office.join("jitan.toml")).unwrap(), settings);
}

#[test]
fn an_office_speaks_english_in_its_folders_and_settings() {
    let place = office("en");
    let office = place.path().join("職場");
    let mut wanted = [".jitan", "jitan.toml", "samples", "scripts", "inbox", "done", "undone", "returned", "failed"];
    wanted.sort_unstable();
    assert_eq!(folders(&office), wanted);
    let settings = fs::read_to_string(office.join("jitan.toml")).unwrap();
    assert!(settings.contains("lang = \"en\"") && settings.contains("# scan_seconds = 30"));
    let made = run(&office, &["new", "sums"]);
    assert!(made.status.success(), "{}", said(&made));
    assert!(said(&made).contains("its inbox"), "the office's language is the command's: {}", said(&made));
    assert!(office.join("inbox/sums").is_dir());
}

#[test]
fn a_new_task_has_a_folder_where_people_drop() {
    let place = office("ja");
    let office = place.path().join("職場");
    let made = run(&office, &["new", "課別集計"]);
    assert!(made.status.success(), "{}", said(&made));
    assert!(office.join("受付/課別集計").is_dir());
    // Scripts alone are no office.
    let bare = tempfile::tempdir().unwrap();
    fs::create_dir(bare.path().join("scripts")).unwrap();
    assert!(run(bare.path(), &["new", "課別集計"]).status.success());
    assert!(!bare.path().join("受付").exists());
}

#[test]
fn every_mistake_in_the_settings_is_told_with_line_and_the_word_meant() {
    let place = office("ja");
    let office = place.path().join("職場");
    assert!(run(&office, &["new", "課別集計"]).status.success());
    let settings = fs::read_to_string(office.join("jitan.toml")).unwrap();
    let wrong = settings
        .replace("# workers = 2", "worker = 2")
        .replacen("# duplicates = \"hold\"", "duplicates = \"hald\"", 1)
        .replace("done = \"完了\"", "done = \"受付/完了\"")
        + "[tasks.課別集計]\ninbox = [\"scripts/課別集計\"]\n[tasks.課別集系]\n";
    fs::write(office.join("jitan.toml"), &wrong).unwrap();
    let checked = run(&office, &["check"]);
    let told = said(&checked);
    assert_eq!(checked.status.code(), Some(2), "{told}");
    let line = |text: &str| wrong.lines().position(|line| line.starts_with(text)).unwrap() + 1;
    for part in [
        "「worker」という項目はありません".to_owned(),
        "「workers」のことであれば".to_owned(),
        format!("の{}行目", line("worker =")),
        "「duplicates」に「hald」とは書けません".to_owned(),
        "「folders.done」のフォルダは、「受付」の中にあります".to_owned(),
        format!("の{}行目", line("done =")),
        "「tasks.課別集計.inbox」のフォルダは、「scripts」の中にあります".to_owned(),
        "「課別集計」のことであれば".to_owned(),
        "直すところが5か所".to_owned(),
    ] {
        assert!(told.contains(&part), "「{part}」 is not in\n{told}");
    }
    let english = said(&jitan().current_dir(&office).args(["--lang", "en", "check"]).output().unwrap());
    assert!(english.contains("the folder of \"folders.done\" lies inside \"受付\""), "{english}");
}

#[test]
fn folders_that_meet_through_a_link_are_refused() {
    let place = office("ja");
    let office = place.path().join("職場");
    assert!(run(&office, &["new", "課別集計"]).status.success());
    std::os::unix::fs::symlink(office.join("完了"), office.join("入口")).unwrap();
    let settings = fs::read_to_string(office.join("jitan.toml")).unwrap();
    fs::write(office.join("jitan.toml"), settings + "[tasks.課別集計]\ninbox = [\"入口\"]\n").unwrap();
    let checked = run(&office, &["check"]);
    assert_eq!(checked.status.code(), Some(2));
    assert!(said(&checked).contains("「tasks.課別集計.inbox」のフォルダは、「完了」と同じです"), "{}", said(&checked));
}

/// An office with a task that adds a list up, and nothing to wait for.
fn working() -> tempfile::TempDir {
    let place = office("ja");
    let office = place.path().join("職場");
    let made = run(&office, &["new", "課別集計"]);
    assert!(made.status.success(), "{}", said(&made));
    let settings = fs::read_to_string(office.join("jitan.toml")).unwrap();
    fs::write(office.join("jitan.toml"), settings.replacen("# settle_seconds = 5", "settle_seconds = 0", 1)).unwrap();
    place
}

/// A note as Notepad shows it, with what changes from day to day taken out.
fn note(path: &Path) -> String {
    let bytes = fs::read(path).unwrap_or_else(|_| panic!("{}", path.display()));
    let text = String::from_utf8(bytes).unwrap();
    let text = text.strip_prefix('\u{feff}').expect("a byte order mark").replace("\r\n", "\n");
    let job = regex::Regex::new(r"20\d{6}-\d{5}").unwrap();
    let time = regex::Regex::new(r"20\d\d年\d+月\d+日( \d+時\d\d分)?").unwrap();
    time.replace_all(&job.replace_all(&text, "（番号）"), "（日時）").into_owned()
}

/// The note is as its page in `office/` shows it. With JITAN_UPDATE_NOTES set, the page is written instead.
fn reads(office: &Path, note_at: &str, page: &str) {
    let said = note(&office.join(note_at)).replace(office.to_str().unwrap(), "（職場）");
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/office").join(page);
    if std::env::var_os("JITAN_UPDATE_NOTES").is_some() {
        fs::write(&page, &said).unwrap();
    }
    assert_eq!(said, fs::read_to_string(&page).unwrap(), "{}", page.display());
}

#[test]
fn the_notes_are_read_as_whole_screens() {
    let place = working();
    let office = place.path().join("職場");
    let inbox = office.join("受付/課別集計");
    fs::write(inbox.join("7月.csv"), "課,件数\n財務課,12\n総務課,30\n").unwrap();
    fs::write(inbox.join("8月.csv"), "課,件数\n財務課,十二\n総務課,\n").unwrap();
    let watched = run(&office, &["watch", "--once"]);
    assert!(watched.status.success(), "{}", said(&watched));
    reads(&office, "完了/課別集計/7月/受領書.txt", "receipt.txt");
    reads(&office, "差戻し/課別集計/8月/はじめにお読みください.txt", "returned.txt");

    let script = office.join("scripts/課別集計/main.rhai");
    let text = fs::read_to_string(&script).unwrap();
    fs::write(&script, text.replace("処理件数(一覧.行数)", "処理件数え(一覧.行数)")).unwrap();
    fs::write(inbox.join("9月.csv"), "課,件数\n財務課,9\n").unwrap();
    let watched = run(&office, &["watch", "--once"]);
    assert!(watched.status.success(), "{}", said(&watched));
    reads(&office, "障害/課別集計/9月/はじめにお読みください.txt", "failed.txt");

    let page = fs::read_to_string(office.join("状況.html")).unwrap();
    for part in ["止まっています（終了しました）", "7月.csv", "8月.csv", "9月.csv", "href=\"./%E5%AE%8C%E4%BA%86/", "課別集計"]
    {
        assert!(page.contains(part), "「{part}」 is not in\n{page}");
    }
}

#[test]
fn names_do_no_harm_on_the_page_and_leave_no_trace_in_the_log() {
    let place = working();
    let office = place.path().join("職場");
    let inbox = office.join("受付/課別集計");
    let names = [
        "<img src=x onerror=alert(1)>.csv",
        "請求\u{202e}vsc.exe.csv",
        "改行\nあり.csv",
        "\u{1b}[2J\u{1b}[31m.csv",
        "%s%n&amp;\"'.csv",
        "=cmd|'calc'!A1.csv",
    ];
    for name in names {
        fs::write(inbox.join(name), "課,件数\n財務課,架空太郎9081\n").unwrap();
    }
    fs::write(inbox.join("よい.csv"), "課,件数\n財務課,12\n").unwrap();
    let watched = run(&office, &["watch", "--once"]);
    assert!(watched.status.success(), "{}", said(&watched));
    assert!(office.join("完了/課別集計/よい").is_dir(), "{}", said(&watched));
    let page = fs::read_to_string(office.join("状況.html")).unwrap();
    for part in ["<img", "\u{202e}", "\u{1b}", "改行\nあり"] {
        assert!(!page.contains(part), "{part:?} is in\n{page}");
    }
    assert!(page.contains("[U+202E]"), "{page}");
    let log = crate::desk::listed(&office.join(".jitan/log"));
    let text: String = log.iter().map(|name| fs::read_to_string(office.join(".jitan/log").join(name)).unwrap()).collect();
    assert!(text.contains("code=done") && text.contains("task=課別集計"), "{text}");
    for canary in ["架空太郎9081", "onerror", "よい.csv", "calc"] {
        assert!(!text.contains(canary), "{canary} is in\n{text}");
    }
    let jobs = said(&run(&office, &["jobs"]));
    assert!(!jobs.contains(['\u{202e}', '\u{1b}']), "{jobs}");
}

#[test]
fn a_log_may_be_read_by_a_program() {
    let place = working();
    let office = place.path().join("職場");
    let settings = fs::read_to_string(office.join("jitan.toml")).unwrap();
    fs::write(office.join("jitan.toml"), settings.replacen("# json = false", "json = true", 1)).unwrap();
    fs::write(office.join("受付/課別集計/よい.csv"), "課,件数\n財務課,12\n").unwrap();
    assert!(run(&office, &["watch", "--once"]).status.success());
    let log = crate::desk::listed(&office.join(".jitan/log"));
    assert!(log.len() == 1 && log[0].ends_with(".jsonl"), "{log:?}");
    let text = fs::read_to_string(office.join(".jitan/log").join(&log[0])).unwrap();
    let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.iter().any(|line| line["code"] == "done" && line["task"] == "課別集計"), "{text}");
}
