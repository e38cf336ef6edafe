//! Reading a register: every mistake with its cell, imported twice, exported and imported again.

use book::{Finding, Severity};

use super::*;
use crate::register::{Known, Read, export, import};
use crate::{Consultation, Status};

fn of(text: &str) -> Read {
    read("相談台帳.csv", text.as_bytes().to_vec(), &context())
}

fn cells(read: &Read) -> Vec<String> {
    let shown = |finding: &Finding| {
        let cell = finding.place.cell.clone().unwrap_or_default();
        format!("{:?} {cell} {}", finding.severity, finding.column.clone().unwrap_or_default())
    };
    read.findings.iter().filter(|finding| finding.severity != Severity::Note).map(shown).collect()
}

fn known(rows: &[Consultation]) -> Known {
    let mut known = Known::default();
    for (at, row) in rows.iter().enumerate() {
        known.rows.insert(row.identity(), (at as u64 + 1, row.clone()));
    }
    known
}

const HEADER: &str = "相談日,部局,件数,件名,新型コロナ,状況,改善日,業務,現状の年間時間,改善後の年間時間\n";

#[test]
fn a_cell_may_name_several_departments() {
    let read = of(&format!(
        "{HEADER}2026/4/1,\"総務部、子ども・福祉部、農林水産部 各5\",,集計,○,相談,,,,\n2026/4/2,\"環境生活部、雇用経済部\",各3,転記,,相談,,,,\n\
         2026/4/3,総務部,２件,点検,,相談,,,,\n2026/4/3,総務部・出納局,,点検,,相談,,,,\n"
    ));
    let departments: Vec<_> = read.rows.iter().map(|(row, _)| row.departments.clone()).collect();
    let each = |names: &[&str], count: u64| names.iter().map(|name| ((*name).to_owned(), count)).collect::<Vec<_>>();
    assert_eq!(departments[0], each(&["総務部", "子ども・福祉部", "農林水産部"], 5));
    assert_eq!(departments[1], each(&["環境生活部", "雇用経済部"], 3));
    assert_eq!(departments[2], each(&["総務部"], 2));
    assert_eq!(departments[3], each(&["総務部", "出納局"], 1));
    assert_eq!(cells(&read), ["Warning B5 部局"], "without a count, each is one, and that is said");
    assert_eq!(read.rows[0].0.flags, ["新型コロナ"]);
}

#[test]
fn every_mistake_is_said_at_once_with_its_cell() {
    let read = of(&format!(
        "{HEADER}2026/4/31,総務部,,集計,,相談,,,,\n2026/4/1,総務部、出納局,5,転記,,改善済み,2026/3/1,,10,\n\
         2026/4/1,出納局,,,,着手,2026/5/1,,-1,0\n2026/4/2,総務部,,照合,,相談,2026/5/1,,,\n2026/4/3,総務部,,点検,たぶん,相談,,,,\n\
         2026/4/4,総務部,,同じ,,相談,,,,\n2026/4/4,総務部,,同じ,,対応中,,,,\n"
    ));
    assert!(!read.is_sound());
    let found = cells(&read);
    for wanted in ["A2", "B3", "G3", "J3", "D4", "F4", "I4", "G5", "E6", "D8"] {
        assert!(found.iter().any(|found| found.starts_with(&format!("Error {wanted} "))), "{wanted}: {found:#?}");
    }
}

#[test]
fn a_file_without_the_columns_is_refused_by_their_names() {
    let read = of("日付,所属\n2026/4/1,総務部\n");
    assert!(!read.is_sound() && read.rows.is_empty());
    assert!(!super::super::register::read("a.xlsx", b"PK".to_vec(), &context()).is_sound());
}

#[test]
fn the_same_register_twice_changes_nothing_and_a_change_replaces() {
    let text = format!("{HEADER}2026/4/1,総務部,,集計,,相談,,,,\n2026/4/2,出納局,,転記,,改善済,,,10,4\n");
    let first = of(&text);
    let before = import(&first, &Known::default());
    assert_eq!((before.new_entries(), before.replaced(), before.same), (2, 0, 0));
    let rows: Vec<Consultation> = first.rows.iter().map(|(row, _)| row.clone()).collect();
    let again = import(&of(&text), &known(&rows));
    assert_eq!((again.changes.len(), again.same, again.absent.len()), (0, 2, 0));
    let changed = of(&text.replace("集計,,相談", "集計,,改善済").replace("2026/4/2,出納局,,転記,,改善済,,,10,4\n", ""));
    let third = import(&changed, &known(&rows));
    assert_eq!((third.new_entries(), third.replaced(), third.same, third.absent.len()), (0, 1, 0, 1));
    assert_eq!(third.changes[0].replaces, Some(1));
    assert_eq!(third.changes[0].entry().key.as_deref(), Some("2026-04-01 総務部 集計"));
}

#[test]
fn what_is_exported_comes_back_the_same() {
    let records = sample();
    let mut rows: Vec<Consultation> = records.rows.into_iter().map(|kept| kept.what).collect();
    let targets: Vec<Target> = records.targets.into_iter().map(|kept| kept.what).collect();
    rows[3].flags.push("防災".to_owned());
    rows[4].hours = Some(crate::Hours { before: 2_000_001, after: 7 });
    rows[5].title = "=1+1 を「計」にする、\n二行の件名".to_owned();
    rows[6].remark = Some("備考です".to_owned());
    for lang in [Lang::Ja, Lang::En] {
        let again = read("相談台帳.xlsx", export(&rows, &targets, lang).unwrap(), &context());
        assert!(again.is_sound(), "{:#?}", again.findings);
        let found: Vec<Consultation> = again.rows.into_iter().map(|(row, _)| row).collect();
        assert_eq!(found, rows);
        assert_eq!(again.targets.into_iter().map(|(target, _)| target).collect::<Vec<_>>(), targets);
    }
}

#[test]
fn a_change_counts_from_its_own_day_and_the_past_stays() {
    let asked = row(date(2026, 5, 10), "総務部", "集計");
    let mut done = asked.clone();
    done.status = Status::Improved;
    done.hours = Some(crate::Hours { before: 600_000, after: 60_000 });
    let kept = |entry, day, what: &Consultation| Kept { entry, date: day, what: what.clone() };
    let of = |rows: &[Kept<Consultation>], from, to| {
        let records = Records { rows: rows.to_vec(), ..Records::default() };
        paper(&records, Period::months_between(from, to).unwrap())
    };
    let (may, october) = (date(2026, 5, 1), date(2026, 10, 1));
    let one = [kept(1, date(2026, 6, 1), &asked)];
    let two = [one[0].clone(), kept(2, date(2026, 10, 5), &done)];
    assert_eq!(of(&one, may, may), of(&two, may, may), "a past month stays");
    let of_october = Figures::of(
        &Records { rows: two.to_vec(), ..Records::default() },
        &options(Period::months_between(october, october).unwrap()),
    );
    assert_eq!((of_october.consulted.asked, of_october.consulted.improved), (0, 1));
    let year = Figures::of(&Records { rows: two.to_vec(), ..Records::default() }, &options(Period::fiscal_year(2026).unwrap()));
    assert_eq!((year.consulted.asked, year.consulted.improved, year.consulted.estimate.saved), (1, 1, 540_000));
    // The day of the improvement may be named: entered in October, done in September.
    let mut named = done.clone();
    named.improved = Some(date(2026, 9, 28));
    let three = [one[0].clone(), kept(2, date(2026, 10, 5), &named)];
    let half = Figures::of(
        &Records { rows: three.to_vec(), ..Records::default() },
        &options(Period::months_between(date(2026, 4, 1), date(2026, 9, 1)).unwrap()),
    );
    assert_eq!((half.consulted.improved, &half.consulted.late[..]), (1, &[2][..]));
}

#[test]
fn a_target_is_counted_up_to_the_end_of_the_days() {
    let mut records = sample();
    records.targets = vec![Kept { entry: 90, date: TODAY, what: target(2022, 60) }];
    let figures = Figures::of(&records, &options(Period::fiscal_year(2022).unwrap()));
    assert_eq!(figures.targets[0].result, Some(48.into()));
    assert_eq!(figures.targets[0].reached(), Some(80.into()));
}
