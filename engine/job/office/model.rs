//! Random days in an office: arrivals, people who move things, undos, and an engine that dies at any point of its way.
//!
//! The code itself is run, against a real store and real folders, with something in place of the worker. After the last start
//! every arrival must be where it belongs exactly once. `JITAN_MODEL=10000` tries so many days.

use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

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
use crate::conduct::Finished;
use crate::error::{Setback, Stop};
use crate::note::{Note, Notes, Slip, Written};
use crate::perform::Cancel;
use crate::place::{Placed, fingerprint};
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
        Ok(Finished { facts, outputs: vec![Placed { path, sha256 }], ..Finished::nothing() })
    }
}

struct Plain;

impl Notes for Plain {
    fn note(&self, slip: &Slip<'_>, _: &Note<'_>) -> Written {
        Written { name: "覚え.txt".to_owned(), bytes: format!("覚え {}", slip.job).into_bytes() }
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

struct World {
    folder: tempfile::TempDir,
    lot: Lot,
    /// How often each text was dropped.
    dropped: BTreeMap<String, usize>,
    log: Vec<String>,
}

impl World {
    fn new(seed: u64) -> World {
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        let task = folder.path().join("scripts/試験");
        fs::create_dir_all(&task).unwrap();
        fs::write(task.join("task.toml"), FORM).unwrap();
        fs::write(task.join("main.rhai"), "").unwrap();
        for name in ["受付/試験", "完了/試験", "差戻し/試験", "障害/試験", "取消/試験", "手元"] {
            fs::create_dir_all(folder.path().join(name)).unwrap();
        }
        let lot = Lot(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        World { folder, lot, dropped: BTreeMap::new(), log: Vec::new() }
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
        let desk = Arc::new(house.office.desk("試験"));
        let died = self.lives(dies, || {
            // Not within the loop's head: the store would stay locked.
            let open = house.store().open_jobs().unwrap();
            house.layout.sweep(|name| under_way(&open, name)).unwrap();
            for job in open {
                let fate = job.staging.as_ref().map(|staging| staging.kind);
                if !matches!(onward(job.state, fate), Onward::Wait | Onward::Rest) {
                    go(&house, &desk, Item::Open(Box::new(job)));
                }
            }
            for name in names(&desk.inboxes[0]) {
                take(&house, &desk, &name);
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

    /// Somebody moves something away, or lays something in the way.
    fn meddle(&mut self) {
        let folder = ["受付/試験", "完了/試験", "差戻し/試験"][self.lot.draw(3) as usize];
        let all = names(&self.at(folder));
        if self.lot.draw(3) == 0 || all.is_empty() {
            let way = self.at("完了/試験").join("同じ名");
            let _ = fs::create_dir(way);
            return;
        }
        let name = &all[self.lot.draw(all.len() as u64) as usize];
        let to = self.at("手元").join(format!("{}-{name}", self.log.len()));
        self.log.push(format!("away {folder}/{name}"));
        fs::rename(self.at(folder).join(name), to).unwrap();
    }

    fn undo_one(&mut self, dies: Option<u32>) {
        let house = self.house();
        let filter = JobFilter { state: Some(State::Archived), ..JobFilter::default() };
        let jobs = house.store().jobs(&filter).unwrap();
        if jobs.is_empty() {
            return;
        }
        let job = &jobs[self.lot.draw(jobs.len() as u64) as usize];
        self.log.push(format!("undo {}", job.new.id));
        let desk = house.office.desk("試験");
        self.lives(dies, || drop(undo::undo(&house, &desk, job).unwrap()));
    }

    fn dies(&mut self) -> Option<u32> {
        let draw = self.lot.draw(70);
        (draw < 60).then_some(draw as u32)
    }

    fn live(&mut self) {
        for _ in 0..4 + self.lot.draw(5) {
            match self.lot.draw(8) {
                0..=3 => self.drop_one(),
                4 => self.meddle(),
                5 => {
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
                if entry.file_type().is_file() {
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
        assert!(names(&self.at(".jitan/work")).is_empty(), "{}", tell());
        let house = self.house();
        let jobs = house.store().jobs(&JobFilter::default()).unwrap();
        let ends = [State::Archived, State::Aside, State::Vanished, State::Ended, State::Undone, State::Held];
        assert!(jobs.iter().all(|job| ends.contains(&job.state)), "{}", tell());
        let done = jobs.iter().filter(|job| job.staging.as_ref().is_some_and(|staging| staging.kind == Fate::Done)).count();
        let results: usize = found.iter().filter(|(text, _)| text.starts_with("結果:良い")).map(|(_, count)| count).sum();
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
    let arrival = Arrival { path, name: name.to_owned(), folder: false, identity, files: 1, first: true };
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
    world.day(None);
    world.undo_one(None);
    let met = passed();
    let missing: Vec<_> = super::POINTS.iter().filter(|point| !met.iter().any(|known| known == *point)).collect();
    assert_eq!(missing, [&"taken.before", &"taken.after"]);
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
        store.archived(&job.id, &place, then).unwrap();
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
    retention::sweep(&house, [&desk(None), &desk(Some(36_500))].into_iter());
    assert!(original.exists() && deletions() == 0);
    for _ in 0..2 {
        retention::sweep(&house, [&desk(Some(30))].into_iter());
        assert!(!original.exists() && deletions() == 1);
    }
}
