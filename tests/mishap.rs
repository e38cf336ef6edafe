//! What people, programs and old copies do to an office behind the engine's back: the ledger taken away, names that are too long
//! or our own, two undos at once. Nothing is lost, and what is ours is not taken for theirs.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use ledger::Kind;

use crate::desk::LIST;
use crate::life::{Office, WRONG, said, until};

/// The one entry of a folder.
fn only(folder: &Path) -> std::path::PathBuf {
    let all: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(all.len(), 1, "{all:?}");
    all[0].clone()
}

#[test]
fn a_retry_puts_back_the_original_and_not_the_output_of_the_same_name() {
    let office = Office::new();
    let script = fs::read_to_string(office.path("scripts/試験/main.rhai")).unwrap();
    office.script(&script.replace("出力(\"集計.xlsx\", b)", "CSV出力(\"7月.csv\", 一覧)"));
    office.drop("7月.csv", LIST);
    office.once();
    let id = office.job("7月.csv");
    assert!(office.path("完了/試験/7月/7月.csv").exists(), "{:?}", office.files("完了"));
    let retried = office.jitan(&["jobs", "retry", &id]).output().unwrap();
    assert_eq!(retried.status.code(), Some(0), "{}", said(&retried));
    assert_eq!(fs::read_to_string(office.path("受付/試験/7月.csv")).unwrap(), LIST);
    // The output and the original were told apart in 取消 too: nobody takes what is left there for the original.
    let again = office.jitan(&["jobs", "retry", &id]).output().unwrap();
    assert_eq!(again.status.code(), Some(2), "{}", said(&again));
    assert_eq!(office.files("受付"), ["試験/7月.csv"]);
}

#[test]
fn a_retry_of_a_file_that_is_called_like_our_list_puts_back_the_file() {
    let office = Office::new();
    office.drop("7月.csv", WRONG);
    office.once();
    // As people do who take the list for the file to be sent in.
    let list = fs::read(office.path("差戻し/試験/7月/要確認一覧.xlsx")).unwrap();
    fs::write(office.path("受付/試験/要確認一覧.xlsx"), &list).unwrap();
    office.once();
    let back = office.path("差戻し/試験/要確認一覧");
    assert!(back.join("要確認一覧 (2).xlsx").exists(), "{:?}", office.files("差戻し"));
    // Mended by whoever put it in, beside our notes.
    for mended in [false, true] {
        if mended {
            fs::write(back.join("要確認一覧 (2).xlsx"), "書き直した").unwrap();
        }
        let wanted = fs::read(back.join("要確認一覧 (2).xlsx")).unwrap();
        let retried = office.jitan(&["jobs", "retry", &office.job("要確認一覧.xlsx")]).output().unwrap();
        assert_eq!(retried.status.code(), Some(0), "{}", said(&retried));
        assert!(fs::read(office.path("受付/試験/要確認一覧.xlsx")).unwrap() == wanted, "the person's own file");
        office.once();
    }
}

#[test]
fn a_retry_takes_nothing_that_a_later_job_put_into_a_folder_of_the_same_name() {
    let office = Office::new();
    office.drop("7月.csv", WRONG);
    office.once();
    let first = office.job("7月.csv");
    // Whoever sent it in took the folder away, as people do.
    fs::remove_dir_all(office.path("差戻し/試験/7月")).unwrap();
    let other = WRONG.replace("十二", "十三");
    office.drop("7月.csv", &other);
    office.once();
    let retried = office.jitan(&["jobs", "retry", &first]).output().unwrap();
    assert_eq!(retried.status.code(), Some(2), "{}", said(&retried));
    assert_eq!(fs::read_to_string(office.path("差戻し/試験/7月/7月.csv")).unwrap(), other);
    let second = office.job("7月.csv");
    assert_ne!(first, second);
    assert_eq!(office.jitan(&["jobs", "retry", &second]).output().unwrap().status.code(), Some(0));
    assert_eq!(fs::read_to_string(office.path("受付/試験/7月.csv")).unwrap(), other);
}

#[test]
fn names_as_long_as_can_be_are_taken_back_and_marked() {
    let office = Office::with("duplicates = \"run\"\n", crate::desk::SUM);
    let long = format!("{}.csv", "あ".repeat(83));
    for _ in 0..2 {
        office.drop(&long, LIST);
        office.once();
    }
    for job in office.jobs() {
        let undone = office.jitan(&["jobs", "undo", job["job"].as_str().unwrap()]).output().unwrap();
        assert_eq!(undone.status.code(), Some(0), "{}", said(&undone));
    }
    assert_eq!(office.files("取消").iter().filter(|file| file.ends_with("あ.csv")).count(), 2, "{:?}", office.files("取消"));
    assert_eq!(office.files(".jitan/work"), [""; 0]);
    office.drop(&long, WRONG);
    office.once();
    let back = office.files("差戻し");
    assert!(back.iter().any(|file| file.contains("（指摘つき）")), "{back:?}");
}

#[test]
fn an_engine_whose_ledger_is_taken_away_stops_and_a_lost_one_is_not_made_anew() {
    let office = Office::new();
    let engine = office.start();
    office.drop("7月.csv", LIST);
    until(|| office.files(".jitan/archive").len() == 1 && office.files(".jitan/work").is_empty());
    let away = office.path("よそ");
    fs::create_dir(&away).unwrap();
    let take = |from: &Path, to: &Path| {
        for name in ["ledger.db", "ledger.db-wal", "ledger.db-shm"] {
            let _ = fs::rename(from.join(name), to.join(name));
        }
    };
    take(&office.path(".jitan"), &away);
    office.drop("8月.csv", LIST.replace("12", "13"));
    assert_eq!(engine.ends(), Some(5));
    assert_eq!(office.files("受付"), ["試験/8月.csv"], "nothing is taken that cannot be recorded");
    let lost = office.jitan(&["watch", "--once"]).output().unwrap();
    assert_eq!(lost.status.code(), Some(5), "{}", said(&lost));
    assert!(said(&lost).contains("控えを元の所に"), "{}", said(&lost));
    // Nothing is left in the way of the copy that is put back.
    assert!(!office.path(".jitan/ledger.db").exists());
    take(&away, &office.path(".jitan"));
    office.once();
    assert_eq!(office.ledger().iter().filter(|(kind, ..)| *kind == Kind::Run).count(), 2);
    // An empty file is no ledger either.
    fs::write(office.path(".jitan/ledger.db"), "").unwrap();
    assert_eq!(office.jitan(&["watch", "--once"]).output().unwrap().status.code(), Some(5));
}

#[test]
fn an_older_ledger_can_be_put_back_as_it_is_and_the_work_goes_on() {
    let office = Office::new();
    office.drop("7月.csv", LIST);
    office.once();
    let copy = office.path("控え.db");
    fs::copy(office.path(".jitan/ledger.db"), &copy).unwrap();
    // Enough for the old file and the new log to be of no use to each other.
    for row in 0..40 {
        office.drop(&format!("{row}.csv"), LIST.replace("12", &format!("{}", 100 + row)));
    }
    office.once();
    fs::copy(&copy, office.path(".jitan/ledger.db")).unwrap();
    let verified = office.jitan(&["ledger", "verify"]).output().unwrap();
    assert_eq!(verified.status.code(), Some(0), "{}", said(&verified));
    assert_eq!(office.jobs().len(), 1, "the copy as it was made");
    // Its numbers of today are taken in the archive.
    office.drop("8月.csv", LIST.replace("12", "13"));
    office.once();
    assert_eq!(office.files(".jitan/work"), [""; 0]);
    assert_eq!(office.files(".jitan/archive").len(), 42);
    assert!(office.jobs().iter().all(|job| job["state"] == "archived"), "{:#?}", office.jobs());
}

#[test]
fn two_undos_at_once_take_a_job_back_once_and_the_second_says_so() {
    let office = Office::new();
    office.drop("7月.csv", LIST);
    office.once();
    let id = office.job("7月.csv");
    let hands = File::create(office.path(".jitan/hands")).unwrap();
    hands.lock().unwrap();
    let undo = || office.jitan(&["jobs", "undo", &id]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let both = [undo(), undo()];
    let inode = format!(":{} ", hands.metadata().unwrap().ino());
    let waiting =
        || fs::read_to_string("/proc/locks").unwrap().lines().filter(|line| line.contains("->") && line.contains(&inode)).count();
    until(|| waiting() == 2);
    hands.unlock().unwrap();
    let mut codes = both.map(|child| child.wait_with_output().unwrap().status.code());
    codes.sort();
    assert_eq!(codes, [Some(0), Some(2)]);
    assert_eq!(office.ledger().iter().filter(|(kind, ..)| *kind == Kind::Undo).count(), 1);
    only(&office.path("取消/試験"));
}

#[test]
fn an_engine_that_starts_beside_an_undo_leaves_its_folder_alone() {
    let office = Office::new();
    office.once();
    let folder = office.path(".jitan/work").join("20200101-00001/publish");
    fs::create_dir_all(&folder).unwrap();
    let hands = File::create(office.path(".jitan/hands")).unwrap();
    hands.lock().unwrap();
    office.once();
    assert!(folder.exists());
    hands.unlock().unwrap();
    office.once();
    assert!(!folder.exists());
}

#[test]
fn an_inbox_that_cannot_be_had_stops_no_other_of_its_task() {
    let office = Office::with("[tasks.試験]\ninbox = [\"受付/甲\", \"受付/乙\"]\n", crate::desk::SUM);
    std::os::unix::fs::symlink("ない所/甲", office.path("受付/甲")).unwrap();
    fs::create_dir(office.path("受付/乙")).unwrap();
    fs::write(office.path("受付/乙/7月.csv"), LIST).unwrap();
    office.once();
    assert!(office.path("完了/試験/7月/集計.xlsx").exists(), "{:?}", office.files("受付"));
}

#[test]
fn a_file_from_after_the_end_of_time_is_renamed_and_taken_back() {
    let office = Office::renaming("for f in 入力.ファイル { 名前を変える(f, \"新\" + f.名前, \"試し\"); }\n処理件数(1);");
    let folder = office.path("文書");
    fs::create_dir(&folder).unwrap();
    // A broken clock gave it the year 2300: more nanoseconds than 64 bits hold.
    let late = SystemTime::UNIX_EPOCH + Duration::from_secs(10_413_792_000);
    for (name, time) in [("a.txt", late), ("b.txt", SystemTime::UNIX_EPOCH - Duration::from_secs(2_000_000_000))] {
        fs::write(folder.join(name), name).unwrap();
        File::options().write(true).open(folder.join(name)).unwrap().set_modified(time).unwrap();
    }
    fs::rename(&folder, office.path("受付/試験/文書")).unwrap();
    office.once();
    assert_eq!(office.files("完了"), ["試験/文書/受領書.txt", "試験/文書/文書/新a.txt", "試験/文書/文書/新b.txt"]);
    let undone = office.jitan(&["jobs", "undo", &office.job("文書")]).output().unwrap();
    assert_eq!(undone.status.code(), Some(0), "{}", said(&undone));
    let back = office.files("取消");
    assert!(
        back.iter().any(|file| file.ends_with("文書/a.txt")) && back.iter().any(|file| file.ends_with("文書/b.txt")),
        "{back:?}"
    );
}

#[test]
fn a_folder_with_a_path_that_could_not_be_moved_is_refused_and_said_so() {
    let office = Office::new();
    let mut here = office.path("受付/試験/深い");
    let make = |folder: &Path| assert!(Command::new("mkdir").arg("-p").arg(folder).status().unwrap().success());
    for _ in 0..15 {
        here.push("d".repeat(200));
    }
    make(&here);
    fs::write(here.join("a.csv"), LIST).unwrap();
    office.once();
    assert_eq!(office.jobs().len(), 0, "{:#?}", office.jobs());
    let page = fs::read_to_string(office.path("状況.html")).unwrap();
    assert!(page.contains("つなげると長すぎます"), "{page}");
}
