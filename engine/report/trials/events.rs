//! A real ledger and what may happen to it: each event changes the report by exactly its own amount, and no past month at all.

use jiff::civil::DateTime;
use ledger::{Fate, Method as Found, Minutes as Thousandths, NewJob, Run, Staging, Store};

use super::*;
use crate::register::{Known, import};
use crate::{Change, csv, html, json, xlsx};

struct Office {
    store: Store,
    now: DateTime,
    baseline: ledger::Baseline,
    next: u32,
    _folder: tempfile::TempDir,
}

impl Office {
    fn new() -> Office {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("ledger.db")).unwrap();
        let baseline = ledger::Baseline {
            name_ja: "検査統計集計".to_owned(),
            name_en: "Test statistics".to_owned(),
            department: "医療保健部".to_owned(),
            unit_ja: "報告".to_owned(),
            unit_en: "report".to_owned(),
            before: Thousandths::whole(12),
            after: Thousandths::whole(2),
            rework: ledger::Baseline::REWORK,
            method: Found::Measured,
            author: "見本 花子".to_owned(),
            date: date(2026, 4, 1),
            samples: 10,
            low: None,
            high: None,
            units_per_year: Some(1_200),
            new_work: false,
            reason: None,
        };
        Office { store, now: date(2026, 11, 20).at(10, 0, 0, 0), baseline, next: 0, _folder: folder }
    }

    fn on(&mut self, day: Date) -> &mut Office {
        self.now = day.at(9, 0, 0, 0);
        self
    }

    fn job(&mut self, content: &str, fate: Fate, units: u64) -> String {
        self.next += 1;
        let id = format!("20261120-{:05}", self.next);
        let text = |text: &str| text.to_owned();
        let job = NewJob {
            id: id.clone(),
            task: text("test-statistics"),
            version: text("v1"),
            inbox: text("受付/検査"),
            name: text("7月.xlsx"),
            folder: false,
            identity: text("1:2:3"),
            engine: text("0.1.0"),
            clock: self.now,
            seed: 1,
            again: None,
        };
        let staging = Staging { folder_name: text("7月"), kind: fate, outputs: text("[]"), facts: text("{}"), reason: None };
        let run = Run {
            version: text("v1"),
            department: text("医療保健部"),
            unit: text("報告"),
            units,
            warnings: 1,
            baseline: Some(self.baseline.clone()),
            ..Run::default()
        };
        self.store.intend(&job, self.now).unwrap();
        self.store.claimed(&id, content, 100, self.now).unwrap();
        self.store.attempt(&id, self.now).unwrap();
        self.store.staged(&id, &staging, self.now).unwrap();
        if fate == Fate::Done {
            self.store.committed(&id, &run, self.now).unwrap();
            self.store.archived(&id, Some("2026/11/1"), self.now).unwrap();
        } else {
            self.store.aside(&id, &run, self.now).unwrap();
        }
        id
    }

    fn undo(&mut self, id: &str) {
        self.store.undoing(id, self.now).unwrap();
        self.store.undone(id, self.now).unwrap();
    }

    fn redo(&mut self, id: &str) {
        self.store.redoing(id, self.now).unwrap();
        self.store.redone(id, self.now).unwrap();
    }

    fn register(&mut self, text: &str) -> usize {
        let read = read("相談台帳.csv", text.as_bytes().to_vec(), &context());
        assert!(read.is_sound(), "{:?}", read.findings);
        let entries: Vec<_> = import(&read, &Known::gather(&self.store).unwrap()).changes.iter().map(Change::entry).collect();
        self.store.append(&entries, self.now).unwrap();
        entries.len()
    }

    fn figures(&self, period: Period) -> Figures {
        Figures::of(&Records::gather(&self.store, period).unwrap(), &options(period))
    }

    /// The year's saving in minutes.
    fn saved(&self) -> i64 {
        let saved = self.figures(Period::fiscal_year(2026).unwrap()).measured.saved;
        assert_eq!(saved % 1000, 0);
        saved / 1000
    }

    /// All four faces of a month.
    fn faces(&self, month: Date) -> [Vec<u8>; 4] {
        let paper = Paper::of(&self.figures(Period::months_between(month, month).unwrap()), Lang::Ja);
        [html(&paper), xlsx(&paper).unwrap(), csv(&paper), json(&paper).to_string().into_bytes()]
    }
}

const REGISTER: &str =
    "相談日,部局,件名,状況,現状の年間時間,改善後の年間時間\n2026/11/5,総務部,集計,相談,,\n2026/11/6,出納局,転記,改善済,10,4\n";

#[test]
fn every_event_changes_the_report_by_its_own_amount() {
    let mut office = Office::new();
    let first = office.job("a", Fate::Done, 3);
    assert_eq!(office.saved(), 30);
    for _ in 0..100 {
        office.job("broken", Fate::Failed, 0);
    }
    assert_eq!(office.saved(), 20, "a loop of errors is one rework");
    office.job("a", Fate::Done, 3);
    assert_eq!(office.saved(), 20, "the same content again");
    office.undo(&first);
    assert_eq!(office.saved(), -10);
    office.redo(&first);
    assert_eq!(office.saved(), 20);
    office.job("nothing", Fate::Done, 0);
    assert_eq!(office.saved(), 20, "who handled nothing saves nothing");
    office.baseline.before = Thousandths::whole(22);
    assert_eq!(office.saved(), 20, "a baseline alone changes nothing");
    office.job("b", Fate::Done, 2);
    assert_eq!(office.saved(), 60, "two units at 22 - 2 minutes");
    assert_eq!(office.figures(Period::fiscal_year(2026).unwrap()).baselines.len(), 2);
    assert_eq!(office.register(REGISTER), 2);
    assert_eq!(office.register(REGISTER), 0, "the same register again");
    assert_eq!(office.saved(), 60, "the register is an estimate");
    let figures = office.figures(Period::fiscal_year(2026).unwrap());
    assert_eq!((figures.consulted.asked, figures.consulted.improved, figures.consulted.estimate.saved), (2, 1, 360_000));
    assert_eq!((figures.jobs, figures.units), (2, 5));
}

#[test]
fn a_run_after_the_last_of_march_belongs_to_the_next_year() {
    let mut office = Office::new();
    office.on(date(2027, 3, 31)).job("a", Fate::Done, 1);
    office.on(date(2027, 4, 1)).job("b", Fate::Done, 5);
    // A clock that is set back changes no past month.
    office.on(date(2026, 12, 1)).job("c", Fate::Done, 7);
    let saved = |year| office.figures(Period::fiscal_year(year).unwrap()).measured.saved / 1000;
    assert_eq!((saved(2026), saved(2027)), (10, 120));
}

#[test]
fn a_past_month_is_byte_equal_after_any_later_event() {
    let mut office = Office::new();
    let run = office.job("a", Fate::Done, 3);
    office.job("b", Fate::Returned, 0);
    office.register(REGISTER);
    // The first entry of the next month closes this one.
    office.on(date(2026, 12, 1)).job("c", Fate::Done, 1);
    let before = office.faces(date(2026, 11, 1));
    let check = |office: &Office, what: &str| assert!(office.faces(date(2026, 11, 1)) == before, "{what}");
    office.on(date(2026, 12, 2)).undo(&run);
    check(&office, "an undo");
    office.on(date(2026, 12, 3)).redo(&run);
    check(&office, "an undone undo");
    office.baseline.after = Thousandths::whole(5);
    office.on(date(2026, 12, 4)).job("d", Fate::Done, 9);
    check(&office, "a new baseline");
    office.on(date(2026, 11, 2)).job("e", Fate::Failed, 0);
    check(&office, "a clock set back");
    office.on(date(2026, 12, 6)).register(&REGISTER.replace("集計,相談,,", "集計,改善済,30,10"));
    check(&office, "a row of the register that is improved now");
    office.register("相談日,部局,件名,状況\n2026/12/1,総務部,新しい,相談\n");
    check(&office, "a new row of the register");
    office.store.correct(2, "例示 次郎", "誤り", office.now).unwrap();
    check(&office, "a correction");
    office.on(date(2027, 5, 1)).job("f", Fate::Done, 9);
    check(&office, "the next year");
    assert!(office.faces(date(2026, 12, 1)) != before);
}
