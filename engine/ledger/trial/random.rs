//! Random ledgers: whatever happens in whatever order, the sums of the rows are the totals, and every figure comes out again.

use std::collections::BTreeMap;

use jiff::ToSpan;
use proptest::prelude::*;

use super::Office;
use crate::{Fate, Minutes, State, Verdict};

/// What happens in an office.
#[derive(Clone, Debug)]
enum Event {
    Done { content: u8, units: u64, task: u8 },
    Aside { content: u8, fate: Fate, task: u8 },
    Undo { which: usize },
    Redo { which: usize },
    Baseline { before: i64, after: i64, new_work: bool },
    Clock { hours: i64 },
}

fn event() -> impl Strategy<Value = Event> {
    let fate = prop_oneof![Just(Fate::Returned), Just(Fate::Failed)];
    prop_oneof![
        6 => (0..12u8, 0..2000u64, 0..3u8).prop_map(|(content, units, task)| Event::Done { content, units, task }),
        2 => (0..12u8, fate, 0..3u8).prop_map(|(content, fate, task)| Event::Aside { content, fate, task }),
        2 => any::<usize>().prop_map(|which| Event::Undo { which }),
        2 => any::<usize>().prop_map(|which| Event::Redo { which }),
        1 => (0..60_000i64, 0..60_000i64, prop::bool::weighted(0.2)).prop_map(|(before, after, new_work)| Event::Baseline { before, after, new_work }),
        2 => (-900..1500i64).prop_map(|hours| Event::Clock { hours }),
    ]
}

/// The jobs of the office in one state, in the order of their numbers.
fn pick(office: &Office, state: State, which: usize) -> Option<String> {
    let filter = crate::JobFilter { state: Some(state), ..Default::default() };
    let jobs = office.store.jobs(&filter).unwrap();
    (!jobs.is_empty()).then(|| jobs[which % jobs.len()].new.id.clone())
}

fn happen(office: &mut Office, event: &Event) {
    let task = |number: u8| ["statistics", "weekly", "exam"][usize::from(number)];
    match event {
        Event::Done { content, units, task: number } => {
            office.task = task(*number).to_owned();
            office.formerly = if *number == 1 { vec!["statistics".to_owned()] } else { vec![] };
            office.done(&format!("content {content}"), *units);
        }
        Event::Aside { content, fate, task: number } => {
            office.task = task(*number).to_owned();
            office.formerly = vec![];
            office.aside(&format!("content {content}"), *fate);
        }
        Event::Undo { which } => {
            if let Some(id) = pick(office, State::Archived, *which) {
                office.undo(&id);
            }
        }
        Event::Redo { which } => {
            if let Some(id) = pick(office, State::Undone, *which) {
                office.redo(&id);
            }
        }
        Event::Baseline { before, after, new_work } => {
            office.baseline.before = Minutes(*before);
            office.baseline.after = Minutes(*after);
            office.baseline.new_work = *new_work;
        }
        Event::Clock { hours } => office.now = office.now.saturating_add(hours.hours()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_sums_are_the_totals_and_every_figure_comes_out_again(events in prop::collection::vec(event(), 1..40)) {
        let mut office = Office::new();
        let mut past: BTreeMap<(i16, i8), Vec<crate::Sum>> = BTreeMap::new();
        for event in &events {
            happen(&mut office, event);
            // A month that is over is never another one later.
            let last = office.store.all_entries(&crate::Filter::default()).unwrap().last().map(|entry| entry.date);
            if let Some(date) = last {
                let before = date.first_of_month().yesterday().unwrap();
                let sums = office.store.sums(before.first_of_month(), before).unwrap();
                let kept = past.entry((before.year(), before.month())).or_insert_with(|| sums.clone());
                prop_assert_eq!(&*kept, &sums);
            }
        }
        let whole = jiff::civil::date(1000, 1, 1)..jiff::civil::date(9000, 1, 1);
        let sums = office.store.sums(whole.start, whole.end).unwrap();
        let saved: i64 = sums.iter().map(|sum| sum.saved.0).sum();
        prop_assert_eq!(Minutes(saved), office.total());
        for sum in &sums {
            prop_assert_eq!(sum.saved, sum.before - sum.after - sum.rework);
        }
        // No content counts twice for the ids of one task, and none counts less than nothing.
        let mut standing: BTreeMap<(String, String), Vec<i64>> = BTreeMap::new();
        for entry in office.store.all_entries(&crate::Filter::default()).unwrap() {
            if let (Some(task), Some(content)) = (entry.task.clone(), entry.content.clone()) {
                standing.entry((task, content)).or_default().push(entry.counted);
            }
        }
        for counted in standing.values() {
            let mut level = 0;
            for change in counted {
                prop_assert!(level == 0 || *change <= 0, "counted while it stands: {:?}", counted);
                level += change;
                prop_assert!(level >= 0, "{:?}", counted);
            }
        }
        let again = office.store.recompute().unwrap();
        prop_assert_eq!(&again.differences, &[]);
        prop_assert_eq!((again.saved, again.damage), (office.total(), None));
        let sound = matches!(office.store.verify().unwrap(), Verdict::Sound { guarded: true, .. });
        prop_assert!(sound);
    }
}

#[test]
fn figures_that_a_forger_hashed_anew_do_not_come_out() {
    let mut office = Office::new();
    for number in 0..5 {
        office.done(&format!("content {number}"), 10);
    }
    office.aside("returned", Fate::Returned);
    let connection = rusqlite::Connection::open(office.store.path()).unwrap();
    connection.execute_batch("DROP TRIGGER entry_stays").unwrap();
    // He adds an hour to one row and hashes all rows after it anew: the chain is sound in itself.
    connection.execute("UPDATE entry SET before = before + 60000, saved = saved + 60000 WHERE n = 4", []).unwrap();
    connection.execute("UPDATE entry SET rework = 0, saved = 0 WHERE n = 7", []).unwrap();
    let again = office.store.recompute().unwrap();
    let found: Vec<_> = again.differences.iter().map(|one| (one.n, one.figure, one.written, one.computed)).collect();
    use crate::Figure::*;
    let wanted = [(4, Before, 180_000, 120_000), (4, Saved, 160_000, 100_000), (7, Rework, 0, 10_000), (7, Saved, 0, -10_000)];
    assert_eq!(found, wanted);
    assert_eq!(again.saved, Minutes::whole(490));
}
