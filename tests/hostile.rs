//! Hostile files, names and kinds in one inbox with sound ones: every sound file comes back right, every hostile one is accounted
//! for with its reason, the engine stays alive and small. And a canary: what stands in a cell stands nowhere it does not belong.

mod archive;
mod name;
mod sheet;
mod text;

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use book::{Address, Limits, Shelf, Workbook};

use crate::desk::{SUM, jitan};

/// The engine's own memory, whatever is dropped.
const MOST_KIB: u64 = 200 << 10;

/// Something that is dropped, and what must come of it.
pub struct Dropped {
    pub name: OsString,
    pub make: Make,
    pub fate: Fate,
}

/// What is made.
#[derive(Clone)]
pub enum Make {
    File(Vec<u8>),
    /// A file with the right to be run.
    Program(Vec<u8>),
    /// A file of so many zeros that take no room.
    Sparse(u64),
    /// A file that nobody may read.
    Locked(Vec<u8>),
    HardLink(Vec<u8>),
    Link(PathBuf),
    Pipe,
    Socket,
    Folder(Vec<(PathBuf, Make)>),
}

/// What must come of it.
#[derive(Clone, Debug)]
pub enum Fate {
    /// Published, with this number as the sum.
    Done(i64),
    /// Published with this number, or returned; never another number.
    NeverWrong(i64),
    /// Given back, with one of these words in the notes (none: any).
    Returned(&'static [&'static str]),
    /// Published or given back, and in any case accounted for.
    Any,
    /// Left where it is, with these words on the status page.
    Refused(&'static str),
    /// Left where it is because it is not ready.
    Waits(&'static str),
    /// Left where it is without a word.
    Ignored,
    /// Refused; read if the test runs as root, who may read everything.
    Locked,
}

/// A plain file.
pub fn file(name: &str, bytes: Vec<u8>, fate: Fate) -> Dropped {
    Dropped { name: name.into(), make: Make::File(bytes), fate }
}

fn make(path: &Path, what: &Make) {
    match what {
        Make::File(bytes) => fs::write(path, bytes).unwrap(),
        Make::Program(bytes) => {
            fs::write(path, bytes).unwrap();
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        Make::Sparse(size) => fs::File::create(path).unwrap().set_len(*size).unwrap(),
        Make::Locked(bytes) => {
            fs::write(path, bytes).unwrap();
            fs::set_permissions(path, fs::Permissions::from_mode(0o000)).unwrap();
        }
        Make::HardLink(bytes) => {
            let aside = path.parent().unwrap().join("../../ほかの名前");
            fs::write(&aside, bytes).unwrap();
            fs::hard_link(aside, path).unwrap();
        }
        Make::Link(to) => std::os::unix::fs::symlink(to, path).unwrap(),
        Make::Pipe => assert!(Command::new("mkfifo").arg(path).status().unwrap().success()),
        Make::Socket => drop(std::os::unix::net::UnixListener::bind(path).unwrap()),
        Make::Folder(within) => {
            fs::create_dir(path).unwrap();
            for (inner, what) in within {
                fs::create_dir_all(path.join(inner).parent().unwrap()).unwrap();
                make(&path.join(inner), what);
            }
        }
    }
}

const FORM: &str = r#"
name = { ja = "試験", en = "Trial" }
department = "試験課"
owner = "試験 一子"
summary = { ja = "試験です。", en = "A trial." }
[arrival]
kind = "either"
accepts = ["*.xlsx", "*.xls", "*.csv"]
[unit]
name = { ja = "行", en = "row" }
[baseline]
before_minutes = 2
after_minutes = 0.5
method = "推計"
author = "見本 花子"
date = "2026-04-01"
samples = 1
[rights]
read = ["*"]
write = ["*.xlsx", "*.csv"]
[limits]
cpu_seconds = 20
wall_seconds = 120
"#;

/// An office of one task, with an engine of its own.
pub struct Office {
    folder: tempfile::TempDir,
    /// The engine's and its workers' own temporary folder.
    temporary: tempfile::TempDir,
}

impl Office {
    pub fn new() -> Office {
        let office = Office { folder: tempfile::tempdir().unwrap(), temporary: tempfile::tempdir().unwrap() };
        let task = office.at("scripts/試験");
        fs::create_dir_all(&task).unwrap();
        fs::create_dir_all(office.inbox()).unwrap();
        fs::write(task.join("task.toml"), FORM).unwrap();
        fs::write(task.join("main.rhai"), SUM).unwrap();
        fs::write(office.at("jitan.toml"), "lang = \"ja\"\nsettle_seconds = 1\nscan_seconds = 1\n").unwrap();
        office
    }

    pub fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub fn inbox(&self) -> PathBuf {
        self.at("受付/試験")
    }

    fn engine(&self) -> Child {
        let mut command = jitan();
        command.current_dir(self.folder.path()).env("TMPDIR", self.temporary.path()).arg("watch");
        command.stdout(Stdio::null()).stderr(fs::File::create(self.temporary.path().join("stderr")).unwrap()).spawn().unwrap()
    }

    /// Runs the engine until the inbox holds only what stays there and nothing is in work; gives its greatest memory in KiB.
    pub fn run_until(&self, stays: usize) -> u64 {
        let mut engine = self.engine();
        let until = Instant::now() + Duration::from_secs(480);
        let mut most = 0;
        let mut calm = 0;
        while calm < 10 {
            let status = fs::read_to_string(format!("/proc/{}/status", engine.id())).unwrap_or_default();
            let held = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).and_then(|line| line.trim().split(' ').next());
            most = most.max(held.and_then(|number| number.parse().ok()).unwrap_or(0));
            assert!(engine.try_wait().unwrap().is_none(), "the engine ended:\n{}", self.said());
            assert!(Instant::now() < until, "not done in time; in the inbox:\n{:#?}\n{}", entries(&self.inbox()), self.said());
            let still = entries(&self.inbox()).len() == stays && entries(&self.at(".jitan/work")).is_empty();
            calm = if still { calm + 1 } else { 0 };
            std::thread::sleep(Duration::from_millis(100));
        }
        assert!(Command::new("kill").arg(engine.id().to_string()).status().unwrap().success());
        assert!(engine.wait().unwrap().success(), "{}", self.said());
        most
    }

    fn said(&self) -> String {
        fs::read_to_string(self.temporary.path().join("stderr")).unwrap_or_default()
    }

    /// The sums that were published, with the folders they stand in.
    fn published(&self) -> HashMap<i64, PathBuf> {
        let folders = entries(&self.at("完了/試験"));
        folders.into_iter().map(|folder| (sum_in(&folder.join("集計.xlsx")), folder)).collect()
    }

    /// What was given back, by the name of the original, with all that is said beside it.
    fn given_back(&self) -> BTreeMap<OsString, String> {
        let folders = ["差戻し/試験", "障害/試験"].map(|folder| entries(&self.at(folder)));
        let mut back = BTreeMap::new();
        for folder in folders.into_iter().flatten() {
            let (mut said, mut original) = (String::new(), None);
            for path in entries(&folder) {
                let name = path.file_name().unwrap().to_owned();
                match name.to_str() {
                    Some(note) if note.ends_with(".txt") && path.is_file() => said.push_str(&fs::read_to_string(&path).unwrap()),
                    Some("要確認一覧.xlsx") => said.push_str(&text_of(&path)),
                    Some(marked) if marked.contains("（指摘つき）") => {}
                    _ => original = Some(name),
                }
            }
            back.insert(original.unwrap_or_else(|| panic!("no original in {}", folder.display())), said);
        }
        back
    }
}

pub fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).map(|all| all.map(|entry| entry.unwrap().path()).collect()).unwrap_or_default();
    paths.sort();
    paths
}

fn sum_in(path: &Path) -> i64 {
    let shelf = Shelf::new();
    let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let book = Workbook::open("集計.xlsx", bytes, &shelf, &Limits::default()).unwrap();
    let at: Address = "B2".parse().unwrap();
    book.sheet(0).unwrap().value(at).show(&shelf.texts).replace(',', "").parse().unwrap_or(i64::MIN)
}

/// All texts of a workbook, one after another.
fn text_of(path: &Path) -> String {
    use calamine::Reader;
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(path).unwrap();
    let sheets = book.worksheets();
    sheets.iter().flat_map(|(_, range)| range.cells().map(|(_, _, cell)| cell.to_string())).collect::<Vec<_>>().join("\n")
}

/// Sound files of three kinds, with a sum of their own each.
fn sound() -> Vec<Dropped> {
    let book = |at: i64| file(&format!("健全{at}.xlsx"), archive::sound(at as u64), Fate::Done(at));
    let list = |at: i64| file(&format!("健全{at}.csv"), format!("課,件数\n財務課,{at}\n").into_bytes(), Fate::Done(at));
    let (cp932, _, _) = encoding_rs::SHIFT_JIS.encode("課,件数\r\n財務課,199\r\n");
    let mut all: Vec<Dropped> = (101..126).map(book).chain((126..150).map(list)).collect();
    all.push(file("健全199.csv", cp932.into_owned(), Fate::Done(199)));
    all
}

#[test]
fn hostile_files_in_one_inbox_with_sound_ones() {
    let office = Office::new();
    let mut all = sound();
    for more in [archive::all(), sheet::all(), text::all(), name::all()] {
        all.extend(more);
    }
    let root = fs::read("/proc/self/status").is_ok_and(|status| String::from_utf8_lossy(&status).contains("\nUid:\t0\t"));
    for dropped in &mut all {
        if let Fate::Locked = dropped.fate {
            dropped.fate = if root { Fate::Done(3_500) } else { Fate::Refused("読む権限") };
        }
        make(&office.inbox().join(&dropped.name), &dropped.make);
    }
    let stays = all.iter().filter(|dropped| matches!(dropped.fate, Fate::Refused(_) | Fate::Waits(_) | Fate::Ignored)).count();
    let most = office.run_until(stays);
    let (published, back) = (office.published(), office.given_back());
    let page = fs::read_to_string(office.at("状況.html")).unwrap();
    let mut wrong = Vec::new();
    for dropped in &all {
        if let Err(why) = judge(dropped, &office, &published, &back, &page) {
            wrong.push(format!("{:?} {:?}: {why}", dropped.name, dropped.fate));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), all.len(), wrong.join("\n"));
    let published = entries(&office.at("完了/試験")).len();
    assert_eq!(stays + published + back.len(), all.len(), "something is lost, or came twice");
    assert!(most < MOST_KIB, "the engine took {most} KiB");
    for path in ["/tmp/jitan-was-here", "was-here", "受付/試験/was-here"].map(|path| office.at(path)) {
        assert!(!path.exists(), "{} was made", path.display());
    }
}

fn judge(
    dropped: &Dropped,
    office: &Office,
    published: &HashMap<i64, PathBuf>,
    back: &BTreeMap<OsString, String>,
    page: &str,
) -> Result<(), String> {
    let said = back.get(&dropped.name);
    let there = fs::symlink_metadata(office.inbox().join(&dropped.name)).is_ok();
    let aside = said.map(|said| said.chars().take(400).collect::<String>());
    match &dropped.fate {
        Fate::Done(sum) if published.contains_key(sum) && said.is_none() && !there => Ok(()),
        Fate::Done(_) => Err(format!("not published; given back: {aside:?}, still there: {there}")),
        Fate::Returned(words) => match said {
            Some(said) if words.is_empty() || words.iter().any(|word| said.contains(word)) => Ok(()),
            Some(_) => Err(format!("given back for another reason: {aside:?}")),
            None => Err(format!("not given back; still there: {there}")),
        },
        Fate::NeverWrong(sum) if said.is_some() || published.contains_key(sum) => Ok(()),
        Fate::NeverWrong(_) => Err("another number was published".to_owned()),
        Fate::Any if !there => Ok(()),
        Fate::Any => Err("still there".to_owned()),
        Fate::Refused(words) | Fate::Waits(words) if there && page.contains(words) => Ok(()),
        Fate::Refused(_) | Fate::Waits(_) => Err(format!("still there: {there}; given back: {aside:?}")),
        Fate::Ignored if there => Ok(()),
        Fate::Ignored => Err("taken".to_owned()),
        Fate::Locked => unreachable!("decided before"),
    }
}

/// Words that stand nowhere else.
const CELL: &str = "鶯谷玄米麺麭七七三一";
const NAME: &str = "雲雀丘蕎麦粉五五二";

#[test]
fn what_stands_in_a_cell_stands_nowhere_it_does_not_belong() {
    let office = Office::new();
    let list = |rest: &str| format!("課,件数\n{CELL},1\n{CELL},{rest}\n").into_bytes();
    let files = [
        ("良い", list("2"), true),
        ("数でない", list(CELL), false),
        ("見出しがない", format!("{CELL},{CELL}\n{CELL},5\n").into_bytes(), false),
        ("壊れた", [archive::sound(1), CELL.as_bytes().to_vec(), vec![0; 70_000]].concat(), false),
    ];
    for (what, bytes, _) in &files {
        let end = if *what == "壊れた" { "xlsx" } else { "csv" };
        fs::write(office.inbox().join(format!("{what}{NAME}.{end}")), bytes).unwrap();
    }
    office.run_until(0);
    assert_eq!(entries(&office.at("完了/試験")).len(), 1);
    assert_eq!(entries(&office.at("差戻し/試験")).len() + entries(&office.at("障害/試験")).len(), 3);
    let own = ["完了/試験", "差戻し/試験", "障害/試験", ".jitan/archive"].map(|folder| office.at(folder));
    let mut found = Vec::new();
    for root in [office.folder.path(), office.temporary.path()] {
        for entry in walkdir::WalkDir::new(root).into_iter().flatten() {
            let path = entry.path();
            if entry.file_type().is_file() && !own.iter().any(|own| path.starts_with(own)) {
                let bytes = fs::read(path).unwrap();
                if holds(&bytes, CELL) {
                    found.push(format!("{}: the cell", path.display()));
                }
                if path.to_string_lossy().contains(".jitan/log") && holds(&bytes, NAME) {
                    found.push(format!("{}: the name", path.display()));
                }
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
    assert!(!office.said().contains(CELL) && !office.said().contains(NAME), "{}", office.said());
    assert_eq!(entries(office.temporary.path()).len(), 1, "only what we laid there: {:?}", entries(office.temporary.path()));
}

/// Whether bytes hold a word in one of the encodings of this country.
fn holds(bytes: &[u8], word: &str) -> bool {
    let wide = |order: fn(u16) -> [u8; 2]| word.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    let (cp932, _, _) = encoding_rs::SHIFT_JIS.encode(word);
    let escaped: String = word.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
    let forms =
        [word.as_bytes().to_vec(), wide(u16::to_le_bytes), wide(u16::to_be_bytes), cp932.into_owned(), escaped.into_bytes()];
    forms.iter().any(|form| bytes.windows(form.len()).any(|window| window == form.as_slice()))
}
