//! Stories about one watched folder: real files, and time handed in.
#![allow(clippy::disallowed_methods, reason = "tests drop files, and begin at some moment")]

use std::fs;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use proptest::prelude::*;
use rustix::fs::{CWD, FileType, Mode, mknodat};

use crate::tree::{DEEPEST, LONGEST};
use crate::{Error, Identity, Look, NameFault, Options, Refused, Unreachable, Waiting, Wants, Watcher, same};

const SETTLE: Duration = Duration::from_secs(5);

/// A folder, its watcher, and the hour.
struct Desk {
    folder: tempfile::TempDir,
    watcher: Watcher,
    now: Instant,
}

impl Desk {
    fn new() -> Desk {
        Desk::wants(Wants::Either, SETTLE)
    }

    fn wants(kind: Wants, settle: Duration) -> Desk {
        let folder = tempfile::tempdir().unwrap();
        let watcher = Watcher::new(Options { folder: folder.path().to_owned(), settle, kind });
        Desk { folder, watcher, now: Instant::now() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn drop(&self, name: &str, bytes: &[u8]) -> &Desk {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        self
    }

    fn later(&mut self, seconds: f64) -> &mut Desk {
        self.now += Duration::from_secs_f64(seconds);
        self
    }

    fn look(&mut self) -> Look {
        self.watcher.look(self.now).unwrap()
    }

    /// Two looks, a settle time apart.
    fn settled(&mut self) -> Look {
        self.look();
        self.later(5.0).look()
    }
}

fn names(look: &Look) -> Vec<&str> {
    look.settled.iter().map(|arrival| arrival.name.as_str()).collect()
}

fn waits<'l>(look: &'l Look, name: &str) -> Option<&'l Waiting> {
    look.waiting.iter().find(|(known, _)| known == Path::new(name)).map(|(_, why)| why)
}

fn refused<'l>(look: &'l Look, name: &str) -> Option<&'l Refused> {
    look.refused.iter().find(|(known, _)| known == Path::new(name)).map(|(_, why)| why)
}

fn within(path: &str, why: Refused) -> Refused {
    Refused::Within { path: path.to_owned(), why: Box::new(why) }
}

/// The end record of an empty archive: the shortest file with an end.
const ARCHIVE: &[u8] = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

#[test]
fn a_file_is_an_arrival_when_two_looks_apart_show_the_same() {
    let mut desk = Desk::new();
    desk.drop("日報.csv", b"a");
    let look = desk.look();
    assert_eq!(waits(&look, "日報.csv"), Some(&Waiting::Moving));
    assert_eq!(look.next, Some(desk.now + SETTLE));
    let look = desk.later(4.9).look();
    assert_eq!(waits(&look, "日報.csv"), Some(&Waiting::Moving));
    let look = desk.later(0.2).look();
    assert_eq!(names(&look), ["日報.csv"]);
    assert_eq!((look.settled[0].first, look.settled[0].files, look.settled[0].folder), (true, 1, false));
    assert_eq!(look.settled[0].path, desk.path("日報.csv"));
    assert_eq!(look.next, None);
}

#[test]
fn an_identity_seen_again_settles_once() {
    let mut desk = Desk::new();
    desk.drop("a.csv", b"a");
    assert!(desk.settled().settled[0].first);
    for _ in 0..3 {
        let look = desk.later(30.0).look();
        assert_eq!(names(&look), ["a.csv"]);
        assert!(!look.settled[0].first);
    }
    desk.drop("a.csv", b"ab");
    assert_eq!(names(&desk.later(30.0).look()), [""; 0]);
    let look = desk.later(5.0).look();
    assert!(look.settled[0].first, "a corrected file under the same name is a new arrival");
}

#[test]
fn a_file_replaced_by_an_older_one_of_the_same_length_starts_anew() {
    let mut desk = Desk::new();
    desk.drop("a.csv", b"a").drop("b.tmp", b"b");
    let old = SystemTime::now() - Duration::from_secs(400 * 86_400);
    fs::File::options().write(true).open(desk.path("b.tmp")).unwrap().set_modified(old).unwrap();
    desk.settled();
    fs::rename(desk.path("b.tmp"), desk.path("a.csv")).unwrap();
    assert_eq!(waits(&desk.later(30.0).look(), "a.csv"), Some(&Waiting::Moving));
}

#[test]
fn without_a_settle_time_one_look_is_enough() {
    let mut desk = Desk::wants(Wants::File, Duration::ZERO);
    desk.drop("a.csv", b"a").drop("b.xlsx", ARCHIVE).drop("c.xlsx", b"PK\x03\x04").drop("d.csv", b"");
    let look = desk.look();
    assert_eq!(names(&look), ["a.csv", "b.xlsx"]);
    assert_eq!(waits(&look, "c.xlsx"), Some(&Waiting::Incomplete));
    assert_eq!(waits(&look, "d.csv"), Some(&Waiting::Incomplete));
    assert_eq!(look.next, Some(desk.now + Duration::from_secs(1)));
}

#[test]
fn a_workbook_without_an_end_is_waited_for_and_then_handed_on_as_it_is() {
    let mut desk = Desk::new();
    desk.drop("a.xlsx", b"PK\x03\x04 half").drop("b.xlsx", &[0; 4096]);
    let look = desk.settled();
    assert_eq!(waits(&look, "a.xlsx"), Some(&Waiting::Incomplete));
    assert_eq!(waits(&look, "b.xlsx"), Some(&Waiting::Incomplete));
    assert_eq!(look.next, Some(desk.now + SETTLE));
    assert_eq!(names(&desk.later(54.0).look()), [""; 0]);
    assert_eq!(names(&desk.later(1.0).look()), ["a.xlsx", "b.xlsx"], "the gate says what is wrong with them");
}

#[test]
fn a_workbook_that_somebody_has_open_waits_and_the_person_is_named() {
    let mut desk = Desk::new();
    let mut owner = vec![0u8; 165];
    owner[55] = 5;
    let wide: Vec<u8> = "見本 花子".encode_utf16().flat_map(u16::to_le_bytes).collect();
    owner[57..67].copy_from_slice(&wide);
    desk.drop("台帳.xlsx", ARCHIVE).drop("~$台帳.xlsx", &owner).drop("集計.ods", ARCHIVE).drop(".~lock.集計.ods#", b",,");
    let look = desk.settled();
    assert_eq!(waits(&look, "台帳.xlsx"), Some(&Waiting::Open { by: Some("見本 花子".to_owned()) }));
    assert_eq!(waits(&look, "集計.ods"), Some(&Waiting::Open { by: None }));
    assert_eq!((look.waiting.len(), look.refused.len(), look.next), (2, 0, None));
    fs::remove_file(desk.path("~$台帳.xlsx")).unwrap();
    assert_eq!(names(&desk.later(1.0).look()), ["台帳.xlsx"]);
    desk.drop("~$台帳.xlsx", &owner);
    assert!(waits(&desk.later(1.0).look(), "台帳.xlsx").is_some(), "opened again before it was claimed");
}

#[test]
fn an_owner_file_that_is_a_pipe_or_a_link_is_nobodys() {
    let mut desk = Desk::new();
    desk.drop("a.xlsx", ARCHIVE).drop("b.xlsx", ARCHIVE);
    mknodat(CWD, desk.path("~$a.xlsx"), FileType::Fifo, Mode::RWXU, 0).unwrap();
    symlink("/dev/zero", desk.path("~$b.xlsx")).unwrap();
    assert_eq!(names(&desk.settled()), ["a.xlsx", "b.xlsx"]);
}

#[test]
fn litter_is_neither_waited_for_nor_refused() {
    let mut desk = Desk::new();
    for name in ["~$x.xlsx", ".~lock.x#", "a.tmp", "b.part", "c.crdownload", ".DS_Store", "Thumbs.db", "desktop.ini"] {
        desk.drop(name, b"x");
    }
    fs::create_dir(desk.path(".git")).unwrap();
    let look = desk.settled();
    assert_eq!((look.settled.len(), look.waiting.len(), look.refused.len()), (0, 0, 0));
}

#[test]
fn links_pipes_and_sockets_are_refused_and_never_followed() {
    let mut desk = Desk::new();
    desk.drop("a.csv", b"a");
    fs::hard_link(desk.path("a.csv"), desk.path("b.csv")).unwrap();
    symlink("/etc/passwd", desk.path("c.csv")).unwrap();
    symlink(".", desk.path("d")).unwrap();
    mknodat(CWD, desk.path("e.csv"), FileType::Fifo, Mode::RWXU, 0).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(desk.path("f.csv")).unwrap();
    let look = desk.settled();
    assert!(look.settled.is_empty() && look.waiting.is_empty());
    assert_eq!(refused(&look, "a.csv"), Some(&Refused::HardLink { names: 2 }));
    assert_eq!(refused(&look, "b.csv"), Some(&Refused::HardLink { names: 2 }));
    assert_eq!(refused(&look, "c.csv"), Some(&Refused::Link));
    assert_eq!(refused(&look, "d"), Some(&Refused::Link));
    assert_eq!(refused(&look, "e.csv"), Some(&Refused::Pipe));
    assert_eq!(refused(&look, "f.csv"), Some(&Refused::Socket));
    fs::remove_file(desk.path("b.csv")).unwrap();
    assert_eq!(names(&desk.settled()), ["a.csv"], "mended: the other name is gone");
}

#[test]
fn names_that_cannot_be_shown_are_refused() {
    let mut desk = Desk::new();
    for name in ["a\n.csv", "b\u{202e}vsc.exe"] {
        desk.drop(name, b"x");
    }
    fs::write(desk.folder.path().join(std::ffi::OsStr::from_bytes(b"\x8e\x91.csv")), "x").unwrap();
    let look = desk.settled();
    assert_eq!(refused(&look, "a\n.csv"), Some(&Refused::Name(NameFault::Control)));
    assert_eq!(refused(&look, "b\u{202e}vsc.exe"), Some(&Refused::Name(NameFault::Direction)));
    assert!(look.refused.iter().any(|(_, why)| *why == Refused::Name(NameFault::NotText)));
}

#[test]
fn the_wrong_kind_is_refused() {
    let mut desk = Desk::wants(Wants::File, SETTLE);
    desk.drop("部/a.csv", b"a");
    assert_eq!(refused(&desk.settled(), "部"), Some(&Refused::WrongKind { wants: Wants::File }));
    let mut desk = Desk::wants(Wants::Folder, SETTLE);
    desk.drop("a.csv", b"a");
    assert_eq!(refused(&desk.settled(), "a.csv"), Some(&Refused::WrongKind { wants: Wants::Folder }));
}

#[test]
fn a_folder_is_one_arrival_and_settles_as_a_whole() {
    let mut desk = Desk::wants(Wants::Folder, SETTLE);
    desk.drop("検査/甲/a.csv", b"a").drop("検査/b.csv", b"bb").drop("検査/Thumbs.db", b"x");
    desk.look();
    desk.later(4.0).drop("検査/甲/c.csv", b"ccc");
    assert_eq!(waits(&desk.later(2.0).look(), "検査"), Some(&Waiting::Moving));
    desk.drop("検査/Thumbs.db", b"xyz");
    let look = desk.later(5.0).look();
    assert_eq!(names(&look), ["検査"], "what Explorer leaves behind does not count");
    let arrival = &look.settled[0];
    assert_eq!((arrival.folder, arrival.files, arrival.identity.size), (true, 3, 6));
    fs::rename(desk.path("検査/b.csv"), desk.path("検査/d.csv")).unwrap();
    assert_eq!(waits(&desk.later(30.0).look(), "検査"), Some(&Waiting::Moving));
}

#[test]
fn an_empty_folder_waits() {
    let mut desk = Desk::new();
    fs::create_dir_all(desk.path("空/中")).unwrap();
    desk.drop("空/Thumbs.db", b"x");
    let look = desk.settled();
    assert_eq!((waits(&look, "空"), look.next), (Some(&Waiting::Empty), None));
    desk.drop("空/中/a.csv", b"a");
    assert_eq!(waits(&desk.later(1.0).look(), "空"), Some(&Waiting::Moving));
    assert_eq!(names(&desk.later(5.0).look()), ["空"]);
}

#[test]
fn a_folder_in_which_something_is_refused_is_refused() {
    let mut desk = Desk::new();
    for name in ["一", "二", "三", "四"] {
        desk.drop(&format!("{name}/a.csv"), b"a");
    }
    fs::create_dir(desk.path("一/中")).unwrap();
    symlink("/etc", desk.path("一/中/etc")).unwrap();
    mknodat(CWD, desk.path("二/p"), FileType::Fifo, Mode::RWXU, 0).unwrap();
    fs::hard_link(desk.path("三/a.csv"), desk.path("三/b.csv")).unwrap();
    desk.drop("四/x\ny.csv", b"a");
    let look = desk.settled();
    assert_eq!(refused(&look, "一"), Some(&within("中/etc", Refused::Link)));
    assert_eq!(refused(&look, "二"), Some(&within("p", Refused::Pipe)));
    assert!(matches!(refused(&look, "三"), Some(Refused::Within { why, .. }) if **why == Refused::HardLink { names: 2 }));
    assert_eq!(refused(&look, "四"), Some(&within("x\u{fffd}y.csv", Refused::Name(NameFault::Control))));
}

#[test]
fn a_folder_too_deep_is_refused() {
    let mut desk = Desk::new();
    let deep: String = (0..DEEPEST + 2).map(|_| "d/").collect();
    fs::create_dir_all(desk.path(&deep)).unwrap();
    assert_eq!(refused(&desk.look(), "d"), Some(&Refused::TooDeep { most: DEEPEST }));
}

#[test]
fn a_folder_whose_names_are_too_long_together_to_be_moved_is_refused() {
    let mut desk = Desk::new();
    let path = |levels: usize| (0..levels).map(|_| "d".repeat(199)).collect::<Vec<_>>().join("/");
    desk.drop(&format!("一/{}/a.csv", path(14)), b"a").drop(&format!("二/{}/a.csv", path(15)), b"a");
    let look = desk.settled();
    assert_eq!(names(&look), ["一"]);
    assert_eq!(refused(&look, "二"), Some(&Refused::LongPath { most: LONGEST }));
}

#[test]
fn a_folder_waits_for_the_files_within_that_are_open_or_have_no_end() {
    let mut desk = Desk::wants(Wants::Folder, SETTLE);
    desk.drop("一/中/a.xlsx", ARCHIVE).drop("一/中/~$a.xlsx", b"\x05Hanak").drop("一/中/~$gone.xlsx", b"");
    desk.drop("二/a.xlsx", b"PK\x03\x04");
    let look = desk.settled();
    assert_eq!(waits(&look, "一"), Some(&Waiting::Open { by: Some("Hanak".to_owned()) }));
    assert_eq!(waits(&look, "二"), Some(&Waiting::Incomplete));
    fs::remove_file(desk.path("一/中/~$a.xlsx")).unwrap();
    assert_eq!(names(&desk.later(5.0).look()), ["一"]);
}

#[test]
fn what_was_moved_is_still_the_same_and_what_was_changed_is_not() {
    let mut desk = Desk::new();
    desk.drop("a.csv", b"a").drop("部/b.csv", b"b").drop("部/中/c.csv", b"c");
    let look = desk.settled();
    let identity = |name: &str| look.settled.iter().find(|arrival| arrival.name == name).unwrap().identity;
    let (file, folder) = (identity("a.csv"), identity("部"));
    fs::create_dir(desk.path("work")).unwrap();
    fs::rename(desk.path("a.csv"), desk.path("work/a.csv")).unwrap();
    fs::rename(desk.path("部"), desk.path("work/部")).unwrap();
    assert!(same(&desk.path("work/a.csv"), &file).unwrap());
    assert!(same(&desk.path("work/部"), &folder).unwrap());
    let kept = Identity::parse(&folder.text()).unwrap();
    assert_eq!(Identity::of(&desk.path("work/部")).unwrap().mtime_ns, kept.mtime_ns);
    assert!(same(&desk.path("work/部"), &kept).unwrap());
    fs::OpenOptions::new().append(true).open(desk.path("work/a.csv")).unwrap().write_all(b"b").unwrap();
    desk.drop("work/部/中/d.csv", b"");
    assert!(!same(&desk.path("work/a.csv"), &file).unwrap());
    assert!(!same(&desk.path("work/部"), &folder).unwrap());
    assert!(same(&desk.path("gone"), &file).is_err());
    symlink("a.csv", desk.path("work/link")).unwrap();
    assert!(!same(&desk.path("work/link"), &file).unwrap());
}

#[test]
fn a_folder_that_is_not_there_is_not_an_empty_one() {
    let mut desk = Desk::new();
    desk.drop("受付/a.csv", b"a");
    let folder = desk.path("受付");
    desk.watcher = Watcher::new(Options { folder: folder.clone(), settle: SETTLE, kind: Wants::File });
    assert_eq!(names(&desk.settled()), ["a.csv"]);
    fs::rename(&folder, desk.path("away")).unwrap();
    desk.later(30.0);
    let error = desk.watcher.look(desk.now).unwrap_err();
    assert_eq!(error, Error { folder: folder.clone(), why: Unreachable::Missing });
    fs::write(&folder, "").unwrap();
    let error = desk.watcher.look(desk.now).unwrap_err();
    assert_eq!(error.why, Unreachable::NotAFolder);
    fs::remove_file(&folder).unwrap();
    fs::rename(desk.path("away"), &folder).unwrap();
    let look = desk.later(30.0).look();
    assert!(!look.settled[0].first, "back again, and nothing in it is new");
}

#[test]
fn what_may_not_be_read_is_refused_with_the_reason() {
    if rustix::process::geteuid().is_root() {
        return; // Root may read everything.
    }
    let mut desk = Desk::new();
    desk.drop("a.csv", b"a").drop("部/中/b.csv", b"b");
    for path in ["a.csv", "部/中"] {
        fs::set_permissions(desk.path(path), fs::Permissions::from_mode(0o000)).unwrap();
    }
    let look = desk.settled();
    fs::set_permissions(desk.path("部/中"), fs::Permissions::from_mode(0o700)).unwrap();
    let denied = Refused::Unreadable { kind: std::io::ErrorKind::PermissionDenied };
    assert_eq!(refused(&look, "a.csv"), Some(&denied));
    assert_eq!(refused(&look, "部"), Some(&within("中", denied)));
}

#[test]
fn a_long_folder_is_not_looked_at_back_to_back() {
    let mut desk = Desk::new();
    assert_eq!(desk.watcher.due(desk.now), desk.now);
    for number in 0..1_000 {
        desk.drop(&format!("{number}.csv"), b"a");
    }
    desk.look();
    assert_eq!(desk.watcher.due(desk.now), desk.now + Duration::from_millis(30));
    let later = desk.now + Duration::from_secs(1);
    assert_eq!(desk.watcher.due(later), later);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// Files and folders that grow in place, with pauses and renames, under looks at any time: nothing is settled within the
    /// settle time after a change, everything is in the end, and each state of it is new once.
    #[test]
    fn what_changes_is_never_settled_early_and_is_settled_once(
        steps in prop::collection::vec((0u8..4, 0u64..12_000, 0usize..3), 1..40),
    ) {
        let mut desk = Desk::new();
        let files = ["a.csv", "部/b.csv", "部/中/c.csv"];
        let mut changed: [Option<Instant>; 2] = [None, None];
        let mut new = [0, 0];
        for (step, pause, which) in steps.into_iter().chain([(3, 5_000, 0), (3, 5_000, 0)]) {
            desk.now += Duration::from_millis(pause);
            if step == 0 {
                let path = desk.path(files[which]);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::OpenOptions::new().create(true).append(true).open(path).unwrap().write_all(b"x").unwrap();
                changed[which.min(1)] = Some(desk.now);
                new[which.min(1)] = 0;
                continue;
            }
            let look = desk.look();
            for arrival in &look.settled {
                let at = usize::from(arrival.folder);
                prop_assert!(desk.now - changed[at].unwrap() >= SETTLE);
                new[at] += u32::from(arrival.first);
                prop_assert_eq!(new[at], 1, "new once, and not before");
            }
        }
        let look = desk.later(5.0).look();
        prop_assert_eq!(look.settled.len(), changed.iter().flatten().count());
    }
}
