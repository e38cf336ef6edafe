//! What is dropped into a watched office to be renamed comes back itself: the same files, by a journal, and taken back by it.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use ledger::Kind;

use crate::desk::{LIST, listed};
use crate::life::{Office, for_each, said};

/// Chains, circles, names exchanged, twins in case and in composition. `>` parts the name from the one to come.
const SCRIPT: &str = r#"
let 新 = #{
    "鎖1.txt": "鎖2.txt", "鎖2.txt": "鎖3.txt",
    "輪a.txt": "輪b.txt", "輪b.txt": "輪c.txt", "輪c.txt": "輪a.txt",
    "甲.txt": "乙.txt", "乙.txt": "甲.txt",
    "twin.txt": "小.txt", "Twin.txt": "大.txt", "が.txt": "合.txt", "case.txt": "CASE.txt"
};
let 数 = 0;
for f in 入力.ファイル {
    if f.名前 in 新 { 名前を変える(f, 新[f.名前], "試し"); 数 += 1; }
}
let 一覧 = ブック();
一覧.シート("一覧", 表を作る(["数"], [[数]]));
出力("一覧.xlsx", 一覧);
処理件数(数);
"#;

const NAMES: [&str; 15] = [
    "鎖1.txt",
    "鎖2.txt",
    "輪a.txt",
    "輪b.txt",
    "輪c.txt",
    "twin.txt",
    "Twin.txt",
    "が.txt",
    "か\u{3099}.txt",
    "case.txt",
    "残る.txt",
    "部/甲.txt",
    "部/乙.txt",
    "部/課/鎖1.txt",
    "部/Thumbs.db",
];

fn new_name(old: &str) -> String {
    let pairs = [
        ("鎖1.txt", "鎖2.txt"),
        ("鎖2.txt", "鎖3.txt"),
        ("輪a.txt", "輪b.txt"),
        ("輪b.txt", "輪c.txt"),
        ("輪c.txt", "輪a.txt"),
        ("甲.txt", "乙.txt"),
        ("乙.txt", "甲.txt"),
        ("twin.txt", "小.txt"),
        ("Twin.txt", "大.txt"),
        ("が.txt", "合.txt"),
        ("case.txt", "CASE.txt"),
    ];
    let (folder, name) = old.rsplit_once('/').map_or(("", old), |(folder, name)| (folder, name));
    let new = pairs.iter().find(|(before, _)| *before == name).map_or(name, |(_, after)| after);
    if folder.is_empty() { new.to_owned() } else { format!("{folder}/{new}") }
}

/// The files below a folder by their inodes, with their times.
fn inodes(folder: &Path) -> BTreeMap<u64, (String, i64)> {
    let meta = |path: &String| fs::metadata(folder.join(path)).unwrap();
    listed(folder).into_iter().map(|path| (meta(&path).ino(), (path.clone(), meta(&path).mtime_nsec()))).collect()
}

/// Drops the folder of names; its files by their inodes.
fn drop_folder(office: &Office) -> BTreeMap<u64, (String, i64)> {
    let outside = office.path("外/文書");
    for name in NAMES {
        let path = outside.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, name).unwrap();
    }
    fs::create_dir_all(outside.join("空")).unwrap();
    let known = inodes(&outside);
    fs::rename(outside, office.path("受付/試験/文書")).unwrap();
    known
}

/// Everything that was dropped is in the folder, under new names, and the same files.
fn came_back(office: &Office, known: &BTreeMap<u64, (String, i64)>) {
    let results = office.path("完了/試験/文書");
    let wanted: BTreeMap<_, _> = known.iter().map(|(inode, (name, time))| (*inode, (new_name(name), *time))).collect();
    assert_eq!(inodes(&results.join("文書")), wanted);
    assert!(results.join("文書/空").is_dir());
    assert_eq!(office.files(".jitan/archive"), [""; 0], "nothing is kept of what came back");
    assert_eq!(office.files(".jitan/work"), [""; 0]);
    let beside: Vec<String> = office.files("完了").into_iter().filter(|file| !file.starts_with("試験/文書/文書/")).collect();
    assert_eq!(beside, ["試験/文書/一覧.xlsx", "試験/文書/受領書.txt"]);
}

/// The folder that an undo made.
fn undone(office: &Office) -> std::path::PathBuf {
    let made: Vec<_> = fs::read_dir(office.path("取消/試験")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(made.len(), 1, "{made:?}");
    made[0].clone()
}

#[test]
fn a_folder_comes_back_whole_with_new_names_and_goes_back_to_its_old_ones() {
    let office = Office::renaming(SCRIPT);
    let known = drop_folder(&office);
    office.once();
    office.once();
    came_back(&office, &known);
    let receipt = fs::read_to_string(office.path("完了/試験/文書/受領書.txt")).unwrap();
    assert!(receipt.contains("12個のファイルの名前を変えました") && receipt.contains("写しは残していないので"), "{receipt}");
    let id = office.job("文書");
    let shown = office.jitan(&["jobs", "show", &id]).output().unwrap();
    assert!(said(&shown).contains("名前を変えたファイル 12個、変わらないファイル 3個"), "{}", said(&shown));
    let done = office.jitan(&["jobs", "undo", &id]).output().unwrap();
    assert_eq!(done.status.code(), Some(0), "{}", said(&done));
    assert_eq!(inodes(&undone(&office).join("文書")), known);
    assert!(undone(&office).join("文書/空").is_dir());
    assert_eq!(office.files("完了"), [""; 0]);
    let saved: i64 = office.ledger().iter().filter(|(kind, ..)| *kind != Kind::Baseline).map(|(_, _, saved)| saved).sum();
    assert_eq!(saved, 0);
    // Put back into its inbox, it is a new arrival.
    let retried = office.jitan(&["jobs", "retry", &id]).output().unwrap();
    assert_eq!(retried.status.code(), Some(0), "{}", said(&retried));
    office.once();
    came_back(&office, &known);
}

#[test]
fn a_single_file_comes_back_and_so_does_what_keeps_its_name() {
    let office = Office::renaming(SCRIPT);
    fs::write(office.path("受付/試験/鎖1.txt"), "一").unwrap();
    fs::write(office.path("受付/試験/残る.txt"), "残").unwrap();
    office.once();
    let results: Vec<String> = office.files("完了").into_iter().filter(|file| !file.ends_with("一覧.xlsx")).collect();
    let receipt = |name: &str| format!("試験/{name}/受領書.txt");
    assert_eq!(results, [receipt("残る"), "試験/残る/残る.txt".to_owned(), receipt("鎖1"), "試験/鎖1/鎖2.txt".to_owned()]);
    for (name, old) in [("鎖1.txt", "鎖1.txt"), ("残る.txt", "残る.txt")] {
        let undone = office.jitan(&["jobs", "undo", &office.job(name)]).output().unwrap();
        assert_eq!(undone.status.code(), Some(0), "{}", said(&undone));
        assert!(office.files("取消").iter().any(|file| file.ends_with(&format!("/{old}"))), "{:?}", office.files("取消"));
    }
    assert_eq!(office.files("完了"), [""; 0]);
}

#[test]
fn what_goes_back_to_the_person_has_its_old_names() {
    let office = Office::renaming(&format!("{SCRIPT}\nエラー(\"\", \"だめです\", \"直してください\");"));
    let known = drop_folder(&office);
    office.once();
    assert_eq!(inodes(&office.path("差戻し/試験/文書/文書")), known);
    assert_eq!(office.files("完了"), [""; 0]);
}

#[test]
fn an_undo_leaves_alone_what_people_did_since_and_lists_it() {
    let office = Office::renaming(SCRIPT);
    let known = drop_folder(&office);
    office.once();
    let folder = office.path("完了/試験/文書/文書");
    fs::write(folder.join("輪b.txt"), "あとで書き換えた").unwrap();
    fs::rename(folder.join("大.txt"), office.path("外/持ち出した.txt")).unwrap();
    fs::remove_file(folder.join("部/甲.txt")).unwrap();
    fs::write(folder.join("部/新しい.txt"), "あとで入れた").unwrap();
    fs::write(folder.join("鎖2.new"), "入れ替えた").unwrap();
    fs::rename(folder.join("鎖2.new"), folder.join("鎖2.txt")).unwrap();
    // The same inode says nothing: a new file may get that of a deleted one, as this one has that of an old one.
    fs::rename(folder.join("部/乙.txt"), folder.join("部/丙.txt")).unwrap();
    fs::write(folder.join("部/丙.txt"), "名も中身も別のもの").unwrap();
    let id = office.job("文書");
    let done = office.jitan(&["jobs", "undo", &id, "--json"]).output().unwrap();
    assert_eq!(done.status.code(), Some(1), "{}", said(&done));
    let json: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    let mut left: Vec<&str> = json["left"].as_array().unwrap().iter().map(|one| one["path"].as_str().unwrap()).collect();
    left.sort_unstable();
    let edited = ["文書/大.txt", "文書/輪b.txt", "文書/部/丙.txt", "文書/部/乙.txt", "文書/部/新しい.txt", "文書/部/甲.txt"];
    assert_eq!(left[..6], edited);
    assert_eq!(left[6..], ["文書/鎖2.txt"]);
    assert_eq!(json["files"], 10);
    assert_eq!(listed(&folder), ["輪b.txt", "部/丙.txt", "部/新しい.txt", "鎖2.txt"]);
    let back = inodes(&undone(&office).join("文書"));
    assert_eq!(back.len(), 10);
    assert!(back.iter().all(|(inode, file)| known[inode] == *file), "{back:?}");
    let record = fs::read_to_string(undone(&office).join("取消の記録.txt")).unwrap();
    assert!(record.contains("部/新しい.txt：あとから入れられたものです"), "{record}");
}

/// An engine that is not root could not change the rights of files that staff own, and has no business to.
#[test]
fn an_undo_gives_back_what_people_dropped_with_the_rights_it_had() {
    let rights = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let narrow = |path: &Path| fs::set_permissions(path, fs::Permissions::from_mode(0o640)).unwrap();
    let office = Office::renaming(SCRIPT);
    drop_folder(&office);
    narrow(&office.path("受付/試験/文書/部/甲.txt"));
    office.once();
    office.jitan(&["jobs", "undo", &office.job("文書")]).output().unwrap();
    assert_eq!(rights(&undone(&office).join("文書/部/甲.txt")), 0o640);
    // The folders are made anew, like all that the engine makes.
    assert_eq!(rights(&undone(&office).join("文書/部")), rights(&office.path("取消/試験")));

    let office = Office::new();
    fs::write(office.path("受付/試験/7月.csv"), LIST).unwrap();
    narrow(&office.path("受付/試験/7月.csv"));
    office.once();
    office.jitan(&["jobs", "undo", &office.job("7月.csv")]).output().unwrap();
    assert_eq!(rights(&undone(&office).join("7月.csv")), 0o640);
}

/// As staff do with results: the whole folder is taken to where it belongs.
#[test]
fn an_undo_of_a_folder_that_was_taken_away_says_so_once() {
    let office = Office::renaming(SCRIPT);
    drop_folder(&office);
    office.once();
    fs::rename(office.path("完了/試験/文書/文書"), office.path("外/文書")).unwrap();
    let done = office.jitan(&["jobs", "undo", &office.job("文書"), "--json"]).output().unwrap();
    assert_eq!(done.status.code(), Some(1), "{}", said(&done));
    let json: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!((json["left"].as_array().unwrap().len(), &json["left"][0]["path"]), (1, &serde_json::json!("文書")));
    assert_eq!(listed(&office.path("外/文書")).len(), NAMES.len());
}

#[test]
fn a_retry_of_what_was_taken_away_takes_nothing_back() {
    let office = Office::renaming(SCRIPT);
    drop_folder(&office);
    office.once();
    let (id, rows) = (office.job("文書"), office.ledger());
    fs::rename(office.path("完了/試験/文書/文書"), office.path("外/文書")).unwrap();
    let retried = office.jitan(&["jobs", "retry", &id]).output().unwrap();
    assert_eq!(retried.status.code(), Some(2), "{}", said(&retried));
    assert_eq!(office.ledger(), rows, "its hours stay");
}

#[test]
fn after_its_days_a_job_is_not_taken_back_and_its_files_stay() {
    let office = Office::renaming(SCRIPT);
    let known = drop_folder(&office);
    office.once();
    let id = office.job("文書");
    let mut store = ledger::Store::open(&office.path(".jitan/ledger.db")).unwrap();
    store.renames_forgotten(&id, "2030-01-01T00:00:00".parse().unwrap()).unwrap();
    drop(store);
    let refused = office.jitan(&["jobs", "undo", &id]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
    assert!(said(&refused).contains("取り消せる日数を過ぎた"), "{}", said(&refused));
    came_back(&office, &known);
}

#[test]
fn the_same_folder_again_is_held_or_skipped_and_comes_back_as_it_was() {
    let office = Office::renaming(SCRIPT);
    drop_folder(&office);
    office.once();
    let known = drop_folder(&office);
    office.once();
    assert_eq!(inodes(&office.path("受付/試験/文書")), known, "held where it lies");
    let settings = fs::read_to_string(office.path("jitan.toml")).unwrap();
    fs::write(office.path("jitan.toml"), format!("{settings}duplicates = \"skip\"\n")).unwrap();
    fs::rename(office.path("受付/試験/文書"), office.path("受付/試験/文書の写し")).unwrap();
    office.once();
    let results = office.path("完了/試験/文書の写し");
    assert_eq!(inodes(&results.join("文書の写し")), known, "{:?}", office.files("完了"));
    let receipt = fs::read_to_string(results.join("受領書.txt")).unwrap();
    assert!(receipt.contains("何も変えずに、このフォルダに戻しました"), "{receipt}");
}

#[test]
fn a_task_that_does_not_rename_keeps_its_original_in_the_archive() {
    let office = Office::new();
    fs::write(office.path("受付/試験/7月.csv"), LIST).unwrap();
    office.once();
    assert_eq!(office.files(".jitan/archive").len(), 1);
    let shown = office.jitan(&["jobs", "show", &office.job("7月.csv")]).output().unwrap();
    assert!(!said(&shown).contains("名前を変えた"));
}

/// The engine dies at each point of the renaming, and of its undo; then all is as if nothing had happened.
#[test]
fn killed_at_any_point_the_same_files_come_back_and_go_back() {
    let forward =
        ["staged.before", "staged.after", "rename.one", "rename.one:6", "rename.one:13", "rename.flushed", "rename.marked"];
    let then =
        ["handback.joined", "handback.flushed", "published", "publish.flushed", "committed.after", "archived.before", "swept"];
    let points: Vec<&str> = forward.into_iter().chain(then).collect();
    for_each(&points, |point| {
        let office = Office::renaming(SCRIPT);
        let known = drop_folder(&office);
        office.dies_at(&["watch", "--once"], point);
        office.once();
        came_back(&office, &known);
        assert_eq!(office.ledger().iter().filter(|(kind, ..)| *kind == Kind::Run).count(), 1, "{point}");
    });
    let back =
        ["undoing.after", "undo.outputs", "undo.one", "undo.one:8", "undo.one:15", "undo.batch_flushed", "undo.batch_marked"];
    let then = ["undo.original", "undo.flushed", "undone.before", "undone.after"];
    let points: Vec<&str> = back.into_iter().chain(then).collect();
    for_each(&points, |point| {
        let office = Office::renaming(SCRIPT);
        let known = drop_folder(&office);
        office.once();
        office.dies_at(&["jobs", "undo", &office.job("文書")], point);
        office.once();
        assert_eq!(inodes(&undone(&office).join("文書")), known, "{point}");
        assert_eq!(office.files("完了"), [""; 0], "{point}");
        assert_eq!(office.ledger().iter().filter(|(kind, ..)| *kind == Kind::Undo).count(), 1, "{point}");
    });
}

/// Moments drawn by a lot, the same each time.
fn moment(kill: u64) -> Duration {
    Duration::from_millis(20 + (kill.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 55))
}

/// Names exchanged in pairs, chains of three: as many files as several batches hold.
const MANY: &str = r#"
let 次 = #{"a": "b", "b": "a", "x": "y", "y": "z"};
for f in 入力.ファイル { 名前を変える(f, 左(f.名前, 4) + 次[中(f.名前, 5, 1)] + ".txt", "試し"); }
処理件数(入力.ファイル.len());
"#;

fn many(folder: &Path) -> BTreeMap<u64, (String, i64)> {
    for number in 0..800 {
        let within = folder.join(format!("部{}", number % 7));
        fs::create_dir_all(&within).unwrap();
        for kind in ["a", "b", "x", "y"] {
            fs::write(within.join(format!("{number:04}{kind}.txt")), "").unwrap();
        }
    }
    inodes(folder)
}

fn exchanged(known: &BTreeMap<u64, (String, i64)>) -> BTreeMap<u64, (String, i64)> {
    let swap = |name: &str| {
        let (head, last) = name.strip_suffix(".txt").unwrap().split_at(name.len() - 5);
        let last = match last {
            "a" => "b",
            "b" => "a",
            "x" => "y",
            _ => "z",
        };
        format!("{head}{last}.txt")
    };
    known.iter().map(|(inode, (name, time))| (*inode, (swap(name), *time))).collect()
}

/// Real kills at random moments. `tests/fault/renames.py` does it with a hundred thousand files.
#[test]
fn killed_at_random_names_and_files_are_exact_in_an_office_and_in_place() {
    let office = Office::renaming(MANY);
    let known = many(&office.path("外/文書"));
    fs::rename(office.path("外/文書"), office.path("受付/試験/文書")).unwrap();
    let killed = |arguments: &[&str], kill: u64| {
        let mut child = office.jitan(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        thread::sleep(moment(kill));
        child.kill().unwrap();
        child.wait().unwrap();
    };
    for kill in 0..2 {
        killed(&["watch", "--once"], kill);
    }
    // From here on it only goes forward: the script does not run again, whatever happens.
    office.dies_at(&["watch", "--once"], "rename.one:500");
    for kill in 2..5 {
        killed(&["watch", "--once"], kill);
    }
    office.once();
    let results = office.path("完了/試験/文書/文書");
    assert_eq!(inodes(&results), exchanged(&known));
    let id = office.job("文書");
    office.dies_at(&["jobs", "undo", &id, "--yes"], "undo.one:1700");
    for kill in 5..8 {
        killed(&["watch", "--once"], kill);
    }
    office.once();
    let back = undone(&office).join("文書");
    assert_eq!(inodes(&back), known);

    // The same folder where it lies now, without the ledger.
    let (back, list) = (back.to_str().unwrap(), office.path("外/結果/取消用一覧.csv"));
    let (out, list) = (office.path("外/結果"), list.to_str().unwrap());
    for kill in 8..12 {
        if Path::new(list).exists() {
            killed(&["run", "試験", "--resume", list], kill);
        } else {
            killed(&["run", "試験", back, "--in-place", "--out", out.to_str().unwrap()], kill + 20);
        }
    }
    if !Path::new(list).exists() {
        let ran = office.jitan(&["run", "試験", back, "--in-place", "--out", out.to_str().unwrap()]).output().unwrap();
        assert_eq!(ran.status.code(), Some(0), "{}", said(&ran));
    }
    for (way, wanted) in [("--resume", exchanged(&known)), ("--undo", known)] {
        killed(&["run", "試験", way, list], 3);
        let ran = office.jitan(&["run", "試験", way, list]).output().unwrap();
        assert_eq!(ran.status.code(), Some(0), "{}", said(&ran));
        assert_eq!(inodes(Path::new(back)), wanted, "{way}");
    }
}
