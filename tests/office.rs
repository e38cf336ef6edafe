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
