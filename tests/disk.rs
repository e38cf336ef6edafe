//! Results on another file system, and on a disk without room: whole or not at all.

use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::desk::jitan;

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn run(case: &str, out: &Path) -> Output {
    let input = project().join("samples/test-statistics").join(case).join("in");
    jitan().current_dir(project()).args(["run", "test-statistics"]).arg(input).arg("--out").arg(out).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &*String::from_utf8_lossy(&output.stderr)
}

/// Every file below a folder, links followed, with its bytes.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap().flatten() {
            match entry.path() {
                path if path.is_dir() => folders.push(path),
                path => all.push((path.strip_prefix(folder).unwrap().to_owned(), fs::read(&path).unwrap())),
            }
        }
    }
    all.sort();
    all
}

/// A folder in memory, if that is another file system than the usual one.
#[allow(clippy::print_stderr, reason = "a test that cannot be made here says why")]
fn elsewhere(usual: &Path) -> Option<tempfile::TempDir> {
    let other = tempfile::tempdir_in("/dev/shm").ok()?;
    let device = |path: &Path| fs::metadata(path).map(|meta| meta.dev()).ok();
    if device(other.path()) == device(usual) {
        eprintln!("skipped: /dev/shm is no file system of its own here");
        return None;
    }
    Some(other)
}

#[test]
fn results_on_another_file_system_are_the_same() {
    let here = tempfile::tempdir().unwrap();
    let Some(there) = elsewhere(here.path()) else { return };
    for out in [here.path(), there.path()] {
        let output = run("clean-week", &out.join("結果"));
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    }
    let results = files(here.path());
    assert_eq!(results.len(), 3);
    assert!(results == files(there.path()), "the files differ");
}

#[test]
fn a_folder_of_the_results_may_lie_on_another_file_system() {
    let here = tempfile::tempdir().unwrap();
    let Some(there) = elsewhere(here.path()) else { return };
    let plain = run("broken-everything-at-once", &here.path().join("結果"));
    assert_eq!(plain.status.code(), Some(1), "{}", said(&plain));
    let crossed = here.path().join("またぐ");
    fs::create_dir(&crossed).unwrap();
    symlink(there.path(), crossed.join("日報")).unwrap();
    let output = run("broken-everything-at-once", &crossed);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let copies = files(there.path());
    assert!(!copies.is_empty());
    assert!(files(&crossed) == files(&here.path().join("結果")), "the files differ");
}

/// Runs with `disk` as a disk of so many kibibytes, and `out` below it: status, words, and what lies on the disk afterwards.
#[allow(clippy::print_stderr, reason = "a test that cannot be made here says why")]
fn on_a_small_disk(kibibytes: u32, case: &str, disk: &Path, out: &Path) -> Option<(i32, String, String)> {
    let mount = format!("mount -t tmpfs -o size={kibibytes}k tmpfs \"$0\"");
    let alone = Command::new("unshare").args(["-rm", "sh", "-c", &mount]).arg(disk).output();
    if !alone.as_ref().is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: this user may not mount a small disk: {alone:?}");
        return None;
    }
    let run = format!(
        "{mount} && \"$1\" run test-statistics \"$2\" --out \"$3\" >&2; status=$?; find \"$0\" -mindepth 1; exit $status"
    );
    let output = Command::new("unshare")
        .current_dir(project())
        .args(["-rm", "sh", "-c", &run])
        .arg(disk)
        .arg(jitan().get_program())
        .arg(project().join("samples/test-statistics").join(case).join("in"))
        .arg(out)
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Some((output.status.code().unwrap_or(-1), text(&output.stderr), text(&output.stdout)))
}

#[test]
fn a_full_disk_is_said_and_nothing_is_left_on_it() {
    let place = tempfile::tempdir().unwrap();
    // From too little for the work folder to almost enough.
    for kibibytes in [4, 16, 28] {
        let disk = place.path();
        let Some((status, said, left)) = on_a_small_disk(kibibytes, "clean-week", disk, &disk.join("結果")) else { return };
        assert_eq!((status, left.as_str()), (5, ""), "{kibibytes}: {said}");
        assert!(said.contains("空き") && said.contains("何も出力していません"), "{kibibytes}: {said}");
    }
}

#[test]
fn a_full_disk_below_the_results_takes_everything_back() {
    let place = tempfile::tempdir().unwrap();
    let (disk, out) = (place.path().join("小さい"), place.path().join("結果"));
    fs::create_dir(&disk).unwrap();
    fs::create_dir(&out).unwrap();
    symlink(&disk, out.join("日報")).unwrap();
    let Some((status, said, left)) = on_a_small_disk(8, "broken-everything-at-once", &disk, &out) else { return };
    assert_eq!((status, left.as_str()), (5, ""), "{said}");
    assert!(said.contains("空きがありません") && said.contains("何も出力していません"), "{said}");
    let kept: Vec<_> = fs::read_dir(&out).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(kept, ["日報"], "the list was taken back too");
}
