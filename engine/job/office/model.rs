//! Random days in an office: arrivals, people who move things, undos, and an engine that dies at any point of its way.
//!
//! The code itself is run, against a real store and real folders, with something in place of the worker. After the last start
//! every arrival must be where it belongs exactly once. `JITAN_MODEL=10000` tries so many days.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use intake::{Arrival, Identity};
use ledger::{Fate, Filter, JobFilter, Kind, NewJob, Run, Staging, State, Store};
use task::{Desk, Office};

use super::carry::{Item, carry};
use super::engine::under_way;
use super::house::House;
use super::layout::Layout;
use super::perform::{Attempt, Performs};
use super::retention;
use super::state::{Onward, onward};
use super::step::tests::{Killed, die_after, passed};
use super::undo;
use crate::arrival::Arrival as Arrived;
use crate::conduct::Finished;
use crate::error::{Setback, Stop};
use crate::note::{Note, Notes, Slip, Written};
use crate::perform::Cancel;
use crate::place::{Placed, fingerprint};
use crate::rename::Moves;
use crate::report::{Facts, Progress};

const FORM: &str = r#"
name = { ja = "試験", en = "Trial" }
department = "試験課"
owner = "試験 一子"
summary = { ja = "試験です。", en = "A trial." }
[arrival]
kind = "file"
accepts = ["*"]
[unit]
name = { ja = "件", en = "piece" }
[baseline]
before_minutes = 2
after_minutes = 1
method = "推計"
author = "見本 花子"
date = "2026-04-01"
samples = 1
[rights]
read = ["*"]
write = ["*"]
"#;

/// In place of the worker: what an arrival says decides what becomes of it.
struct Fake;

impl Performs for Fake {
    fn perform(&self, attempt: &Attempt<'_>, _: &mut dyn FnMut(Progress)) -> Result<Finished, Stop> {
        if attempt.task.manifest.rename {
            return renamed(attempt);
        }
        let text = fs::read_to_string(attempt.input).unwrap();
        match text.chars().next() {
            Some('倒') => return Err(Setback::Crashed { signal: Some(9), code: None, at: None }.into()),
            Some('誤') => return Err(Setback::Script { told: Vec::new() }.into()),
            _ => {}
        }
        fs::create_dir_all(attempt.publish).unwrap();
        let returned = text.starts_with('悪');
        let path = attempt.publish.join(if returned { "一覧.txt" } else { "結果.txt" });
        fs::write(&path, format!("結果:{text}")).unwrap();
        let (sha256, _) = fingerprint(&path).unwrap();
        let facts = Facts { returned, units: 1, ..Facts::default() };
        Ok(Finished { facts, outputs: vec![Placed { path, sha256, proof: None }], ..Finished::nothing() })
    }
}

/// A folder whose files say what they are to be called: `old>new`.
fn renamed(attempt: &Attempt<'_>) -> Result<Finished, Stop> {
    let arrival = Arrived::collect(&[attempt.input.to_owned()], attempt.task)?;
    let mut renames = script::Renames::default();
    for (at, file) in arrival.files.iter().enumerate() {
        let text = fs::read_to_string(file.on_disk(&arrival.roots)).unwrap();
        match text.rsplit_once('>') {
            Some((_, "倒")) => return Err(Setback::Crashed { signal: Some(9), code: None, at: None }.into()),
            Some((_, to)) if to != file.name => renames.add(at as u32, to, "試し"),
            _ => {}
        }
    }
    fs::create_dir_all(attempt.publish).unwrap();
    let path = attempt.publish.join("一覧.txt");
    fs::write(&path, format!("一覧:{}", renames.len())).unwrap();
    let (sha256, _) = fingerprint(&path).unwrap();
    let returned = arrival.name.contains("悪い");
    let facts = Facts { returned, units: renames.len() as u64, ..Facts::default() };
    let moves = if returned { None } else { Some(Moves::planned(&arrival, &renames)?) };
    let outputs = vec![Placed { path, sha256, proof: None }];
    Ok(Finished { facts, outputs, renamed: renames.len(), moves, ..Finished::nothing() })
}

/// What a renaming arrival holds: a chain, a circle, names exchanged, twins in case and in composition, a name that stays, and a
/// folder within.
const BUNDLE: [(&str, &str); 13] = [
    ("鎖1", "鎖2"),
    ("鎖2", "鎖3"),
    ("鎖3", "鎖4"),
    ("輪a", "輪b"),
    ("輪b", "輪c"),
    ("輪c", "輪a"),
    ("twin", "b-Twin"),
    ("Twin", "a-twin"),
    ("が", "g"),
    ("か\u{3099}", "k"),
    ("部/甲", "乙"),
    ("部/乙", "甲"),
    ("部/Case", "case"),
];

struct Plain;

impl Notes for Plain {
    fn note(&self, slip: &Slip<'_>, note: &Note<'_>) -> Written {
        let name = if matches!(note, Note::NamesKept { .. }) { "元のまま.txt" } else { "覚え.txt" };
        Written { name: name.to_owned(), bytes: format!("覚え {}", slip.job).into_bytes() }
    }
}

struct Lot(u64);

impl Lot {
    fn draw(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % below
    }
}

/// A file that is to get another name.
#[derive(Clone, Debug)]
struct Bundled {
    old: String,
    new: String,
    text: String,
    edited: bool,
}

struct World {
    folder: tempfile::TempDir,
    lot: Lot,
    /// How often each text was dropped.
    dropped: BTreeMap<String, usize>,
    /// Files that were dropped to be renamed, by their inodes.
    bundled: BTreeMap<u64, Bundled>,
    log: Vec<String>,
}

impl World {
    fn new(seed: u64) -> World {
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        let renaming = FORM.replace("kind = \"file\"", "kind = \"either\"") + "rename = true\n";
        for (name, form) in [("試験", FORM), ("改名", &renaming)] {
            let task = folder.path().join("scripts").join(name);
            fs::create_dir_all(&task).unwrap();
            fs::write(task.join("task.toml"), form).unwrap();
            fs::write(task.join("main.rhai"), "").unwrap();
            for place in ["受付", "完了", "差戻し", "障害", "取消"] {
                fs::create_dir_all(folder.path().join(place).join(name)).unwrap();
            }
        }
        fs::create_dir_all(folder.path().join("手元")).unwrap();
        let lot = Lot(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        World { folder, lot, dropped: BTreeMap::new(), bundled: BTreeMap::new(), log: Vec::new() }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn house(&self) -> House {
        let office = Office::read(self.folder.path()).unwrap();
        let layout = Layout::make(office.own()).unwrap();
        let store = Store::open(&office.store).unwrap();
        House::new(office, layout, store, Box::new(Plain), Box::new(Fake))
    }

    /// An engine starts, goes on with what it finds, and takes what lies there; it may die on the way.
    fn day(&mut self, dies: Option<u32>) {
        let house = self.house();
        let desks = ["試験", "改名"].map(|task| Arc::new(house.office.desk(task)));
        let desk = |job: &ledger::Job| desks.iter().find(|desk| desk.task == job.new.task).unwrap();
        let died = self.lives(dies, || {
            // Not within the loop's head: the store would stay locked.
            let open = house.store().open_jobs().unwrap();
            house.layout.sweep(|name| under_way(&open, name)).unwrap();
            for job in open {
                let fate = job.staging.as_ref().map(|staging| staging.kind);
                if !matches!(onward(job.state, fate), Onward::Wait | Onward::Rest) {
                    go(&house, desk(&job), Item::Open(Box::new(job.clone())));
                }
            }
            for desk in &desks {
                for name in names(&desk.inboxes[0]) {
                    take(&house, desk, &name);
                }
            }
        });
        self.log.push(format!("day, died: {died}"));
    }

    fn lives(&self, dies: Option<u32>, day: impl FnOnce()) -> bool {
        die_after(dies);
        let ended = catch_unwind(AssertUnwindSafe(day));
        die_after(None);
        match ended {
            Ok(()) => false,
            Err(killed) if killed.is::<Killed>() => true,
            Err(other) => resume_unwind(other),
        }
    }

    fn drop_one(&mut self) {
        let kind = ["良い", "良い", "良い", "悪い", "倒れる", "誤り"][self.lot.draw(6) as usize];
        let text = format!("{kind}{}", self.lot.draw(4));
        let number = self.dropped.values().sum::<usize>();
        let name = if self.lot.draw(3) == 0 { "同じ名.txt".to_owned() } else { format!("{number}.txt") };
        let path = self.at("受付/試験").join(&name);
        if !path.exists() {
            fs::write(&path, &text).unwrap();
            self.log.push(format!("drop {name} {text}"));
            *self.dropped.entry(text).or_default() += 1;
        }
    }

    /// A folder to be renamed, whole or in part, or a single file.
    fn drop_bundle(&mut self) {
        let kind = ["束", "束", "束", "悪い束", "倒れる束"][self.lot.draw(5) as usize];
        let name = format!("{kind}{}", self.lot.draw(3));
        let part = 1 + self.lot.draw(BUNDLE.len() as u64) as usize;
        let bundle = if self.lot.draw(2) == 0 { &BUNDLE[..] } else { &BUNDLE[..part] };
        self.bundle(&name, bundle);
    }

    fn bundle(&mut self, name: &str, bundle: &[(&str, &str)]) {
        let (away, number) = (self.at("手元").join("作りかけ"), self.bundled.len());
        let inbox = self.at("受付/改名").join(name);
        if inbox.exists() {
            return;
        }
        fs::create_dir_all(away.join("空/空")).unwrap();
        // Of a chain that is cut, the end must be free.
        let made: Vec<&str> = bundle.iter().map(|(old, _)| *old).collect();
        for (at, (old, new)) in bundle.iter().enumerate() {
            let path = away.join(old);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            let crashes = name.starts_with("倒") && at == 0;
            let text = format!("{name}{number}:{old}>{}", if crashes { "倒" } else { new });
            fs::write(&path, &text).unwrap();
            let (old, new) = ((*old).to_owned(), (*new).to_owned());
            self.bundled.insert(fs::metadata(&path).unwrap().ino(), Bundled { old, new, text, edited: false });
        }
        self.log.push(format!("bundle {name} {made:?}"));
        fs::rename(away, inbox).unwrap();
    }

    /// Somebody writes into a file that came back.
    fn edit(&mut self) {
        let done = self.at("完了/改名");
        let files: Vec<PathBuf> = walkdir::WalkDir::new(done).into_iter().flatten().map(|entry| entry.into_path()).collect();
        let ours = |path: &&PathBuf| fs::metadata(path).is_ok_and(|meta| self.bundled.contains_key(&meta.ino()));
        let files: Vec<&PathBuf> = files.iter().filter(ours).collect();
        if files.is_empty() {
            return;
        }
        let path = files[self.lot.draw(files.len() as u64) as usize].clone();
        let known = self.bundled.get_mut(&fs::metadata(&path).unwrap().ino()).unwrap();
        known.text.push_str("+あとで");
        known.edited = true;
        self.log.push(format!("edit {}", path.display()));
        fs::write(path, &known.text).unwrap();
    }

    /// Somebody moves something away, or lays something in the way.
    fn meddle(&mut self) {
        let folder = ["受付/試験", "完了/試験", "差戻し/試験", "完了/改名", "受付/改名"][self.lot.draw(5) as usize];
        let all = names(&self.at(folder));
        if self.lot.draw(3) == 0 || all.is_empty() {
            for way in ["完了/試験/同じ名", "完了/改名/束0"] {
                let _ = fs::create_dir(self.at(way));
            }
            return;
        }
        let name = &all[self.lot.draw(all.len() as u64) as usize];
        let to = self.at("手元").join(format!("{}-{name}", self.log.len()));
        self.log.push(format!("away {folder}/{name}"));
        fs::rename(self.at(folder).join(name), to).unwrap();
    }

    fn undo_one(&mut self, dies: Option<u32>) {
        self.undo_some(JobFilter::default(), dies);
    }

    fn undo_of(&mut self, task: &str, dies: Option<u32>) {
        self.undo_some(JobFilter { task: Some(task.to_owned()), ..JobFilter::default() }, dies);
    }

    fn undo_some(&mut self, filter: JobFilter, dies: Option<u32>) {
        let house = self.house();
        let filter = JobFilter { state: Some(State::Archived), ..filter };
        let jobs = house.store().jobs(&filter).unwrap();
        if jobs.is_empty() {
            return;
        }
        let job = &jobs[self.lot.draw(jobs.len() as u64) as usize];
        self.log.push(format!("undo {} {}", job.new.id, job.new.name));
        let desk = house.office.desk(&job.new.task);
        self.lives(dies, || drop(undo::undo(&house, &desk, job).unwrap()));
    }

    fn dies(&mut self) -> Option<u32> {
        let draw = self.lot.draw(110);
        (draw < 100).then_some(draw as u32)
    }

    fn live(&mut self) {
        for _ in 0..4 + self.lot.draw(5) {
            match self.lot.draw(12) {
                0..=3 => self.drop_one(),
                4 | 5 => self.drop_bundle(),
                6 => self.meddle(),
                7 => self.edit(),
                8 | 9 => {
                    let dies = self.dies();
                    self.undo_one(dies);
                }
                _ => {
                    let dies = self.dies();
                    self.day(dies);
                }
            }
        }
        self.day(None);
        self.day(None);
    }

    fn texts(&self, folders: &[&str]) -> BTreeMap<String, usize> {
        let mut texts = BTreeMap::new();
        for folder in folders {
            for entry in walkdir::WalkDir::new(self.at(folder)).into_iter().flatten() {
                if entry.file_type().is_file() && !self.bundled.contains_key(&entry.metadata().unwrap().ino()) {
                    *texts.entry(fs::read_to_string(entry.path()).unwrap()).or_default() += 1;
                }
            }
        }
        texts
    }

    /// Every arrival is somewhere exactly once, every result is there once, and the ledger knows each.
    fn judge(&self, seed: u64) {
        let tell = || format!("day {seed}: {:#?}", self.log);
        let found = self.texts(&["受付", ".jitan/archive", "差戻し", "障害", "取消", "手元", ".jitan/work", "完了"]);
        for (text, count) in &self.dropped {
            assert_eq!(found.get(text), Some(count), "{text} {}", tell());
        }
        self.judge_names(&tell);
        assert!(names(&self.at(".jitan/work")).is_empty(), "{}", tell());
        let house = self.house();
        let jobs = house.store().jobs(&JobFilter::default()).unwrap();
        let ends = [State::Archived, State::Aside, State::Vanished, State::Ended, State::Undone, State::Held];
        assert!(jobs.iter().all(|job| ends.contains(&job.state)), "{}", tell());
        let done = jobs.iter().filter(|job| job.staging.as_ref().is_some_and(|staging| staging.kind == Fate::Done)).count();
        let ours = |text: &str| text.starts_with("結果:良い") || text.starts_with("一覧:");
        let returned = jobs.iter().filter(|job| job.state == State::Aside && job.new.name.starts_with("悪い束")).count();
        let results = found.iter().filter(|(text, _)| ours(text)).map(|(_, count)| count).sum::<usize>() - returned;
        assert_eq!(results, done, "{}", tell());
        let mut rows: BTreeMap<Kind, usize> = BTreeMap::new();
        let store = house.store();
        let all = store.entries(&Filter::default(), |entry| {
            *rows.entry(entry.kind).or_default() += 1;
            Ok::<(), ledger::Error>(())
        });
        all.unwrap();
        assert_eq!(rows.get(&Kind::Run).copied().unwrap_or(0), done, "{}", tell());
        let undone = jobs.iter().filter(|job| job.state == State::Undone).count();
        assert_eq!(rows.get(&Kind::Undo).copied().unwrap_or(0), undone, "{}", tell());
    }
}

impl World {
    /// Every file that was to be renamed is there once, the same file, under the name that belongs where it lies.
    fn judge_names(&self, tell: &dyn Fn() -> String) {
        let mut found = BTreeMap::new();
        for entry in walkdir::WalkDir::new(self.folder.path()).into_iter().flatten() {
            let inner = entry.path().strip_prefix(self.folder.path()).unwrap().to_string_lossy().into_owned();
            assert!(!inner.contains(".jitan-rename-"), "{inner} {}", tell());
            if entry.file_type().is_file() {
                found.insert(entry.metadata().unwrap().ino(), inner);
            }
        }
        for (inode, file) in &self.bundled {
            let Some(path) = found.get(inode) else { panic!("{file:?} is lost {}", tell()) };
            assert_eq!(fs::read_to_string(self.at(path)).unwrap(), file.text, "{path} {}", tell());
            let (old, name) = (file.old.rsplit('/').next().unwrap(), path.rsplit('/').next().unwrap());
            let rights = match path.split('/').next().unwrap() {
                "完了" => vec![file.new.as_str()],
                "受付" | "差戻し" | "障害" => vec![old],
                "取消" if !file.edited => vec![old],
                "手元" => vec![old, file.new.as_str()],
                other => panic!("{file:?} in {other}: {path} {}", tell()),
            };
            assert!(rights.contains(&name), "{file:?}: {path} {}", tell());
        }
    }
}

fn go(house: &House, desk: &Arc<Desk>, item: Item) {
    let ended = carry(house, desk, item, &Cancel::default(), &mut |_| {});
    assert!(ended.is_ok(), "{ended:?}");
}

fn take(house: &House, desk: &Arc<Desk>, name: &str) {
    let inbox = &desk.inboxes[0];
    let path = inbox.join(name);
    let Ok(identity) = Identity::of(&path) else { return };
    let filter = JobFilter { state: Some(State::Held), ..JobFilter::default() };
    let held = house.store().jobs(&filter).unwrap();
    let same = |job: &ledger::Job| Identity::parse(&job.new.identity).is_some_and(|known| known.is_still(&identity));
    if held.iter().any(|job| job.new.name == name && same(job)) {
        return;
    }
    let (folder, name, at) = (path.is_dir(), name.to_owned(), Instant::now());
    let arrival = Arrival { folder, path, name, identity, files: 1, first: true, at };
    go(house, desk, Item::Arrived { inbox: inbox.clone(), arrival, again: None });
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn whatever_happens_every_arrival_is_somewhere_once() {
    let days = std::env::var("JITAN_MODEL").ok().and_then(|days| days.parse().ok()).unwrap_or(200);
    for seed in 0..days {
        let mut world = World::new(seed);
        world.live();
        world.judge(seed);
    }
}

/// A quiet day passes exactly the points that are listed, apart from those of rare turns.
#[test]
fn every_point_of_the_list_is_on_the_way() {
    passed();
    let mut world = World::new(1);
    for (name, text) in [("a.txt", "良い1"), ("b.txt", "悪い1"), ("c.txt", "良い1")] {
        fs::write(world.at("受付/試験").join(name), text).unwrap();
    }
    world.bundle("束", &BUNDLE);
    world.day(None);
    for task in ["試験", "改名"] {
        world.undo_of(task, None);
    }
    let met = passed();
    let missing: Vec<_> = super::POINTS.iter().filter(|point| !met.iter().any(|known| known == *point)).collect();
    assert_eq!(missing, [&"taken.before", &"taken.after", &"kept.named", &"kept.before", &"kept.after"]);
}

/// The way of one renaming job is broken off at each of its points, the going on at another, and its undo at each of its points.
#[test]
fn a_renaming_job_that_dies_anywhere_comes_to_its_end_and_back() {
    let folder_of = |world: &World, place: &str| {
        let all = walkdir::WalkDir::new(world.at(place)).into_iter().flatten();
        all.filter(|entry| entry.file_type().is_dir() && entry.file_name() == "空").count()
    };
    passed();
    let mut quiet = World::new(1);
    quiet.bundle("束", &BUNDLE);
    quiet.day(None);
    let forward = passed().len() as u32;
    quiet.undo_one(None);
    let back = passed().len() as u32;
    assert!(forward > 40 && back > 25, "{forward} {back}");
    for point in 0..forward.max(back) {
        let mut world = World::new(1);
        world.bundle("束", &BUNDLE);
        world.day(Some(point));
        world.day(Some(point * 7 % 23));
        world.day(None);
        world.judge(u64::from(point));
        assert_eq!(folder_of(&world, "完了"), 2, "{point}");
        if point % 2 == 0 {
            world.edit();
        }
        world.undo_one(Some(point));
        world.day(Some(point * 5 % 19));
        world.day(None);
        if names(&world.at("取消/改名")).is_empty() {
            // It died before it was written down.
            world.undo_one(None);
        }
        world.judge(u64::from(point));
        assert_eq!(folder_of(&world, "取消"), 2, "{point} {:#?}", world.log);
        let inodes = |place: &str| {
            let all = walkdir::WalkDir::new(world.at(place)).into_iter().flatten();
            all.filter(|entry| world.bundled.contains_key(&entry.metadata().unwrap().ino())).count()
        };
        let edited = usize::from(point % 2 == 0);
        assert_eq!((inodes("取消"), inodes("完了")), (BUNDLE.len() - edited, edited), "{point} {:#?}", world.log);
    }
}

/// What is written to after all was written down keeps its name, is told, and is not counted; whenever the engine dies meanwhile.
#[test]
fn a_file_that_changes_between_plan_and_rename_keeps_its_name() {
    passed();
    let mut quiet = World::new(1);
    quiet.bundle("束", &BUNDLE[..9]);
    quiet.day(None);
    let staged = passed().iter().position(|point| point == "staged.after").unwrap() as u32;
    for dies in [None].into_iter().chain((0..30).map(Some)) {
        let mut world = World::new(1);
        world.bundle("束", &BUNDLE[..9]);
        world.day(Some(staged));
        let work = world.at(".jitan/work").join(&names(&world.at(".jitan/work"))[0]).join("in/束");
        // One of a circle, which stays closed, and one at the end of a chain.
        for name in ["輪b", "鎖3"] {
            fs::write(work.join(name), "あとで").unwrap();
            let inode = fs::metadata(work.join(name)).unwrap().ino();
            world.bundled.get_mut(&inode).unwrap().text = "あとで".to_owned();
        }
        world.day(dies);
        world.day(None);
        let done = world.at("完了/改名/束");
        assert!(done.join("元のまま.txt").exists() && names(&done).len() == 4, "{:?} {dies:?}", names(&done));
        let mut kept = names(&done.join("束"));
        kept.retain(|name| name.starts_with('鎖') || name.starts_with('輪'));
        // The circle broke: who has lost its place to the next keeps its name as far as it can.
        assert_eq!(kept, ["輪a", "輪a (2)", "輪b", "鎖1", "鎖2", "鎖3"], "{dies:?}");
        let house = world.house();
        let job = house.store().jobs(&JobFilter::default()).unwrap().remove(0);
        let counts = house.store().renames_counted(&job.new.id).unwrap();
        assert_eq!((counts.done + counts.left, counts.planned), (9, 0), "{dies:?}");
        let entry = house.store().entry(job.entry.unwrap()).unwrap().unwrap();
        assert_eq!(entry.units as u64, counts.done, "{dies:?}");
        drop(house);
        world.undo_one(dies);
        world.day(None);
        if names(&world.at("取消/改名")).is_empty() {
            world.undo_one(None);
        }
        let back = world.at("取消/改名");
        let back = back.join(&names(&back)[0]);
        let restored = names(&back.join("束"));
        let mut wanted: Vec<&str> =
            BUNDLE[..9].iter().map(|(old, _)| *old).filter(|old| !matches!(*old, "輪b" | "鎖3")).collect();
        wanted.push("空");
        wanted.sort_unstable();
        assert_eq!(restored, wanted, "{dies:?}");
        assert!(back.join("元のまま.txt").exists(), "{dies:?}");
        assert_eq!(names(&done.join("束")), ["輪b", "鎖3"], "what was edited stays");
    }
}

#[test]
fn originals_go_when_their_days_are_over_once_and_the_ledger_knows() {
    let world = World::new(1);
    let house = world.house();
    let then: jiff::civil::DateTime = "2020-01-10T10:00:00".parse().unwrap();
    let job = NewJob {
        id: "20200110-00001".to_owned(),
        task: "試験".to_owned(),
        version: String::new(),
        inbox: "受付/試験".to_owned(),
        name: "a.txt".to_owned(),
        folder: false,
        identity: String::new(),
        engine: String::new(),
        clock: then,
        seed: 0,
        again: None,
    };
    let (folder_name, outputs, facts) = ("a".to_owned(), "[]".to_owned(), "{}".to_owned());
    let staging = Staging { folder_name, kind: Fate::Done, outputs, facts, reason: None };
    let place = Layout::archive(&job.id, then);
    {
        let mut store = house.store();
        store.intend(&job, then).unwrap();
        store.claimed(&job.id, "00", 1, then).unwrap();
        store.attempt(&job.id, then).unwrap();
        store.staged(&job.id, &staging, then).unwrap();
        store.committed(&job.id, &Run::default(), then).unwrap();
        store.archived(&job.id, Some(&place), then).unwrap();
    }
    let original = house.layout.own().join(&place).join("a.txt");
    fs::create_dir_all(original.parent().unwrap()).unwrap();
    fs::write(&original, "元").unwrap();
    let desk = |days| Desk { retention_days: days, ..house.office.desk("試験") };
    let deletions = || {
        let mut count = 0;
        let store = house.store();
        let all = store.entries(&Filter::default(), |entry| {
            count += usize::from(entry.kind == Kind::Deletion);
            Ok::<(), ledger::Error>(())
        });
        all.unwrap();
        count
    };
    retention::sweep(&house, [&desk(Some(30))].into_iter());
    assert!(original.exists() && deletions() == 0, "for all that is known, the clock has leapt from 2020");
    let other = NewJob { id: "20200111-00002".to_owned(), name: "b.txt".to_owned(), ..job };
    house.store().intend(&other, crate::clock::now().checked_sub(jiff::Span::new().days(3)).unwrap()).unwrap();
    retention::sweep(&house, [&desk(None), &desk(Some(36_500))].into_iter());
    assert!(original.exists() && deletions() == 0);
    for _ in 0..2 {
        retention::sweep(&house, [&desk(Some(30))].into_iter());
        assert!(!original.exists() && deletions() == 1);
    }
}
