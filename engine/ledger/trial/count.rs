//! The rules of counting, tried by those who would cheat them: each story changes the total by exactly the stated amount.

use jiff::civil::date;

use super::Office;
use crate::{Counting, Fate, Filter, Kind, Minutes};

fn minutes(whole: i64) -> Minutes {
    Minutes::whole(whole)
}

#[test]
fn a_run_saves_its_units_times_the_difference() {
    let mut office = Office::new();
    office.done("aa", 3);
    assert_eq!(office.total(), minutes(30));
}

#[test]
fn a_loop_of_a_hundred_failures_costs_one_rework() {
    let mut office = Office::new();
    for _ in 0..100 {
        office.aside("aa", Fate::Failed);
    }
    assert_eq!(office.total(), minutes(-10));
}

#[test]
fn a_hundred_different_files_that_are_returned_cost_a_hundred_reworks() {
    let mut office = Office::new();
    for number in 0..100 {
        office.aside(&format!("content {number}"), Fate::Returned);
    }
    assert_eq!(office.total(), minutes(-1000));
}

#[test]
fn a_double_arrival_changes_nothing() {
    let mut office = Office::new();
    office.done("aa", 3);
    office.done("aa", 3);
    assert_eq!(office.total(), minutes(30));
    let rows = office.store.all_entries(&Filter { kinds: vec![Kind::Run], ..Filter::default() }).unwrap();
    assert_eq!((rows[1].units, rows[1].counted, Counting::of(&rows[1])), (3, 0, Some(Counting::SameContent)));
}

#[test]
fn a_rerun_changes_nothing() {
    let mut office = Office::new();
    office.done("aa", 3);
    let id = office.claimed("bb");
    let now = office.now;
    office.store.staged(&id, &super::staging(Fate::Done), now).unwrap();
    let run = crate::Run { rerun: true, ..office.run(3) };
    office.store.committed(&id, &run, now).unwrap();
    assert_eq!(office.total(), minutes(30));
}

#[test]
fn an_undo_takes_its_hours_back() {
    let mut office = Office::new();
    office.done("aa", 3);
    let id = office.done("bb", 4);
    office.undo(&id);
    assert_eq!(office.total(), minutes(30));
}

#[test]
fn an_undone_undo_gives_them_back() {
    let mut office = Office::new();
    let id = office.done("aa", 3);
    for _ in 0..3 {
        office.undo(&id);
        assert_eq!(office.total(), minutes(0));
        office.redo(&id);
        assert_eq!(office.total(), minutes(30));
    }
}

#[test]
fn what_was_undone_may_be_done_again_and_counts_once() {
    let mut office = Office::new();
    let first = office.done("aa", 3);
    office.undo(&first);
    office.done("aa", 3);
    assert_eq!(office.total(), minutes(30));
    office.redo(&first);
    assert_eq!(office.total(), minutes(30), "the second job counts already");
    office.undo(&first);
    assert_eq!(office.total(), minutes(30), "the redo gave nothing, so there is nothing to take");
}

#[test]
fn the_undo_of_a_duplicate_takes_nothing() {
    let mut office = Office::new();
    office.done("aa", 3);
    let second = office.done("aa", 3);
    office.undo(&second);
    assert_eq!(office.total(), minutes(30));
}

#[test]
fn a_changed_baseline_changes_no_row_that_stands() {
    let mut office = Office::new();
    let id = office.done("aa", 3);
    let past = office.store.all_entries(&Filter::default()).unwrap();
    office.baseline.before = minutes(20);
    office.done("bb", 1);
    assert_eq!(office.total(), minutes(30 + 18));
    assert_eq!(office.store.all_entries(&Filter::default()).unwrap()[..2], past);
    office.undo(&id);
    assert_eq!(office.total(), minutes(18), "an undo takes what was given, not what would be given today");
    let versions = office.store.all_entries(&Filter { kinds: vec![Kind::Baseline], ..Filter::default() }).unwrap();
    assert_eq!(versions.iter().map(crate::Baseline::version_of).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(versions[1].body()["closes"], 1);
}

#[test]
fn a_clock_that_is_set_back_changes_no_past_month() {
    let mut office = Office::new();
    office.done("aa", 3);
    let november = office.store.sums(date(2026, 11, 1), date(2026, 11, 30)).unwrap();
    office.now = date(2026, 12, 1).at(9, 0, 0, 0);
    office.done("bb", 1);
    office.now = date(2026, 11, 15).at(9, 0, 0, 0);
    office.done("cc", 1);
    assert_eq!(office.total(), minutes(50));
    assert_eq!(office.store.sums(date(2026, 11, 1), date(2026, 11, 30)).unwrap(), november);
    let last = office.store.all_entries(&Filter::default()).unwrap().pop().unwrap();
    assert_eq!(last.date, date(2026, 12, 1));
    assert_eq!(last.body()["clock"], "2026-11-15T09:00:00");
}

#[test]
fn a_run_across_the_last_of_march_counts_once_in_the_year_of_its_end() {
    let mut office = Office::new();
    office.now = date(2027, 3, 31).at(23, 59, 0, 0);
    let id = office.claimed("aa");
    office.store.staged(&id, &super::staging(Fate::Done), office.now).unwrap();
    office.now = date(2027, 4, 1).at(0, 1, 0, 0);
    let run = office.run(3);
    office.store.committed(&id, &run, office.now).unwrap();
    let saved = |from, to| office.store.sums(from, to).unwrap().iter().map(|sum| sum.saved.0).sum::<i64>();
    assert_eq!(saved(date(2026, 4, 1), date(2027, 3, 31)), 0);
    assert_eq!(saved(date(2027, 4, 1), date(2028, 3, 31)), 30_000);
}

#[test]
fn an_undo_in_december_of_a_run_in_november_is_december_s() {
    let mut office = Office::new();
    let id = office.done("aa", 3);
    let november = office.store.sums(date(2026, 11, 1), date(2026, 11, 30)).unwrap();
    office.now = date(2026, 12, 1).at(9, 0, 0, 0);
    office.undo(&id);
    assert_eq!(office.store.sums(date(2026, 11, 1), date(2026, 11, 30)).unwrap(), november);
    assert_eq!(office.store.sums(date(2026, 12, 1), date(2026, 12, 31)).unwrap()[0].saved, minutes(-30));
}

#[test]
fn a_failed_job_that_is_retried_costs_one_rework_and_then_saves_once() {
    let mut office = Office::new();
    office.aside("aa", Fate::Failed);
    assert_eq!(office.total(), minutes(-10));
    office.aside("aa", Fate::Failed);
    assert_eq!(office.total(), minutes(-10), "the same bytes failing again");
    office.done("aa", 3);
    assert_eq!(office.total(), minutes(20));
}

#[test]
fn a_renamed_task_does_not_count_its_old_work_again() {
    let mut office = Office::new();
    office.done("aa", 3);
    office.aside("zz", Fate::Returned);
    office.task = "weekly".to_owned();
    office.formerly = vec!["statistics".to_owned()];
    office.done("aa", 3);
    office.aside("zz", Fate::Returned);
    assert_eq!(office.total(), minutes(20));
    office.done("bb", 1);
    assert_eq!(office.total(), minutes(30));
}

#[test]
fn two_tasks_may_each_count_the_same_file() {
    let mut office = Office::new();
    office.done("aa", 3);
    office.task = "another".to_owned();
    office.done("aa", 3);
    assert_eq!(office.total(), minutes(60));
}

#[test]
fn a_correction_takes_its_hours_once_and_bears_a_name_and_a_reason() {
    let mut office = Office::new();
    office.done("aa", 3);
    let id = office.done("bb", 4);
    office.aside("zz", Fate::Failed);
    let (run, now) = (office.store.job(&id).unwrap().entry.unwrap(), office.now);
    let (n, saved) = office.store.correct(run, "試験 一子", "試しに入れたもの", now).unwrap().unwrap();
    assert_eq!((saved, office.total()), (minutes(-40), minutes(20)));
    assert_eq!(office.store.entry(n).unwrap().unwrap().body()["who"], "試験 一子");
    assert_eq!(office.store.correct(run, "試験 一子", "もう一度", now), Ok(None));
    office.undo(&id);
    assert_eq!(office.total(), minutes(20), "nothing is left for the undo to take");
    office.redo(&id);
    assert_eq!(office.total(), minutes(20));
    let rework = office.store.all_entries(&Filter { kinds: vec![Kind::Rework], ..Filter::default() }).unwrap()[0].n;
    assert_eq!(office.store.correct(rework, "試験 一子", "機械の故障", now).unwrap().unwrap().1, minutes(10));
    assert_eq!(office.store.correct(rework, "試験 一子", "機械の故障", now), Ok(None));
    assert_eq!(office.total(), minutes(30));
    assert_eq!(office.store.recompute().unwrap().differences, []);
}

#[test]
fn a_register_that_is_imported_twice_is_written_once() {
    let mut office = Office::new();
    let row = |status: &str| crate::NewEntry {
        department: Some("総務部".to_owned()),
        before: minutes(2694 * 60),
        after: minutes(914 * 60),
        key: Some("row 1".to_owned()),
        body: serde_json::json!({ "title": "旅費の集計", "status": status }),
        ..crate::NewEntry::new(Kind::Register)
    };
    let now = office.now;
    let first = office.store.append(&[row("相談")], now).unwrap();
    assert_eq!(office.store.append(&[row("相談")], now).unwrap(), first);
    assert_ne!(office.store.append(&[row("改善済")], now).unwrap(), first, "a changed row is a new entry");
    assert_eq!(office.store.all_entries(&Filter::default()).unwrap().len(), 2);
    assert_eq!(office.store.sums(date(2026, 4, 1), date(2027, 3, 31)).unwrap(), [], "estimates are no savings");
}

#[test]
fn nothing_handled_new_work_and_no_baseline_save_nothing() {
    let mut office = Office::new();
    office.done("aa", 0);
    office.baseline.new_work = true;
    office.done("bb", 5);
    office.done("bb", 5);
    office.aside("cc", Fate::Returned);
    let id = office.claimed("dd");
    let now = office.now;
    office.store.staged(&id, &super::staging(Fate::Done), now).unwrap();
    let run = crate::Run { baseline: None, ..office.run(5) };
    office.store.committed(&id, &run, now).unwrap();
    let miscounted = office.claimed("ee");
    office.store.staged(&miscounted, &super::staging(Fate::Done), now).unwrap();
    let run = office.run(u64::MAX);
    office.store.committed(&miscounted, &run, now).unwrap();
    assert_eq!(office.total(), minutes(0));
    let rows = office.store.all_entries(&Filter::default()).unwrap();
    let why: Vec<Counting> = rows.iter().filter_map(Counting::of).collect();
    use Counting::*;
    assert_eq!(why, [Nothing, NewWork, SameContent, NewWork, NoBaseline, Beyond]);
}

#[test]
fn a_saving_may_be_negative_and_thousandths_are_kept() {
    let mut office = Office::new();
    office.baseline.before = Minutes(1_500);
    office.baseline.after = Minutes(1_667);
    office.done("aa", 3);
    assert_eq!(office.total(), Minutes(-501));
}
