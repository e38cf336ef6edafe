//! The steps of a job: each may be said twice, none can be taken from a state that does not lead there.

use super::{Office, new_job, staging};
use crate::{Error, Fate, JobFilter, Kind, Known, RenameCounts, RenameState, Renames, State};

#[test]
fn a_job_goes_its_way_and_every_step_is_kept() {
    let mut office = Office::new();
    let id = office.done("aa", 3);
    let job = office.store.job(&id).unwrap();
    assert_eq!((job.state, job.attempts, job.entry), (State::Archived, 1, Some(2)));
    assert_eq!((job.new.seed, job.size, job.archive.as_deref()), (u64::MAX, Some(100), Some("2026/11/1")));
    let states: Vec<State> = office.store.steps(&id).unwrap().iter().map(|step| step.state).collect();
    let way = [State::Claiming, State::Claimed, State::Running, State::Staged, State::Committed, State::Archived];
    assert_eq!(states, way);
    assert_eq!(office.store.open_jobs().unwrap(), []);
    assert_eq!(office.store.jobs(&JobFilter { state: Some(State::Archived), ..JobFilter::default() }).unwrap(), [job]);
}

#[test]
fn a_step_said_twice_is_taken_once() {
    let mut office = Office::new();
    let id = office.claimed("aa");
    let (now, run) = (office.now, office.run(3));
    let store = &mut office.store;
    store.claimed(&id, "aa", 100, now).unwrap_err();
    store.staged(&id, &staging(Fate::Done), now).unwrap();
    store.staged(&id, &staging(Fate::Done), now).unwrap();
    let entry = store.committed(&id, &run, now).unwrap();
    assert_eq!(store.committed(&id, &run, now), Ok(entry));
    store.archived(&id, Some("a"), now).unwrap();
    store.archived(&id, Some("a"), now).unwrap();
    assert_eq!(store.committed(&id, &run, now), Ok(entry), "recovery may ask late");
    store.undoing(&id, now).unwrap();
    let undo = store.undone(&id, now).unwrap();
    assert_eq!(store.undone(&id, now), Ok(undo));
    store.redoing(&id, now).unwrap();
    let redo = store.redone(&id, now).unwrap();
    assert_eq!(store.redone(&id, now), Ok(redo));
    let deletion = store.deleted(&id, now).unwrap();
    assert_eq!(store.deleted(&id, now), Ok(deletion));
    assert_eq!(store.deleting().unwrap().len(), 1);
    store.removed(&id, now).unwrap();
    assert_eq!(store.deleting().unwrap().len(), 0);
}

#[test]
fn no_step_is_taken_from_a_state_that_does_not_lead_there() {
    let mut office = Office::new();
    let id = office.claimed("aa");
    let (now, run) = (office.now, office.run(3));
    let store = &mut office.store;
    let running = Error::NotNow { job: id.clone(), state: State::Running };
    assert_eq!(store.committed(&id, &run, now), Err(running.clone()));
    assert_eq!(store.aside(&id, &run, now), Err(running.clone()));
    assert_eq!(store.archived(&id, Some("a"), now), Err(running.clone()));
    assert_eq!(store.undoing(&id, now), Err(running));
    store.staged(&id, &staging(Fate::Returned), now).unwrap();
    let staged = Error::NotNow { job: id.clone(), state: State::Staged };
    assert_eq!(store.committed(&id, &run, now), Err(staged.clone()), "what is returned is not published");
    assert_eq!(store.attempt(&id, now), Err(staged.clone()), "a staged job never runs again");
    assert_eq!(store.let_go(&id, "open", now), Err(staged));
    assert_eq!(store.intend(&new_job(&id, "t", now), now), Err(Error::Taken { job: id }));
    assert_eq!(store.job("9").unwrap_err(), Error::NoJob { job: "9".to_owned() });
}

#[test]
fn a_void_attempt_does_not_count() {
    let mut office = Office::new();
    let (id, now) = (office.claimed("aa"), office.now);
    office.store.void_attempt(&id, now).unwrap();
    assert_eq!(office.store.attempt(&id, now), Ok(1));
    assert_eq!(office.store.attempt(&id, now), Ok(2), "recovery after a crash begins the second");
}

#[test]
fn a_duplicate_is_held_with_the_earlier_job_and_let_go() {
    let mut office = Office::new();
    let (first, now) = (office.done("aa", 3), office.now);
    let job = new_job("20261120-00002", "statistics", now);
    office.store.intend(&job, now).unwrap();
    let earlier = office.store.same_content("statistics", Some("v1"), "aa").unwrap().unwrap();
    assert_eq!(earlier.new.id, first);
    assert_eq!(office.store.same_content("statistics", Some("v2"), "aa"), Ok(None));
    assert_eq!(office.store.same_content("other", None, "aa"), Ok(None));
    office.store.held(&job.id, "aa", 100, &first, now).unwrap();
    assert_eq!(office.store.open_jobs().unwrap()[0].earlier.as_deref(), Some(first.as_str()));
    office.store.released(&job.id, "run", now).unwrap();
    assert_eq!(office.store.open_jobs().unwrap(), []);
    assert_eq!(office.store.told_to_run("statistics", "aa").unwrap(), Some(job.id.clone()));
    let again = crate::NewJob { again: Some(job.id.clone()), ..new_job("20261120-00003", "statistics", now) };
    office.store.intend(&again, now).unwrap();
    assert_eq!(office.store.told_to_run("statistics", "aa"), Ok(None));
    office.undo(&first);
    assert_eq!(office.store.same_content("statistics", None, "aa"), Ok(None), "what is undone holds nobody up");
}

#[test]
fn numbers_of_a_day_go_up_and_each_day_has_its_own() {
    let mut office = Office::new();
    let now = office.now;
    assert_eq!(office.store.next_number("20261120"), Ok(1));
    for id in ["20261120-00009", "20261120-00010", "20261121-00001"] {
        office.store.intend(&new_job(id, "t", now), now).unwrap();
    }
    assert_eq!(office.store.next_number("20261120"), Ok(11));
    office.store.intend(&new_job("20261120-100000", "t", now), now).unwrap();
    assert_eq!(office.store.next_number("20261120"), Ok(100_001));
}

#[test]
fn the_journal_of_renames_is_read_forwards_and_backwards() {
    let mut office = Office::new();
    let (id, now) = (office.claimed("aa"), office.now);
    let known = |n: u64| Known { ino: u64::MAX, size: n, mtime: -1 };
    let mut rows = Renames::in_batches(4);
    for n in 0..10 {
        let state = if n < 8 { RenameState::Planned } else { RenameState::Kept };
        rows.add("部", &format!("{n}.txt"), "部", &format!("【秘】{n}.txt"), known(n), state);
    }
    let store = &mut office.store;
    assert_eq!(store.has_renames(&id), Ok(false));
    for _ in 0..2 {
        // Said twice, it is written once.
        store.staged_with(&id, &staging(Fate::Done), &rows, now).unwrap();
    }
    assert_eq!(store.has_renames(&id), Ok(true));
    store.renames_marked(&id, 0..=2, RenameState::Done, &[(0, RenameState::Passed), (1, RenameState::Left)]).unwrap();
    let counts = RenameCounts { planned: 5, done: 1, undone: 0, left: 1, kept: 2 };
    assert_eq!(store.renames_counted(&id), Ok(counts));
    let planned = |store: &crate::Store, from| -> Vec<u64> {
        let batch = store.renames_planned(&id, from).unwrap();
        batch.iter().flat_map(|batch| batch.rows_in(RenameState::Planned)).map(|row| row.n).collect()
    };
    assert_eq!((planned(store, 0), planned(store, 4), planned(store, 8)), (vec![3], vec![4, 5, 6, 7], vec![]));
    // A mark may reach over several batches, and over what is done with.
    store.renames_marked(&id, 1..=7, RenameState::Done, &[(1, RenameState::Left)]).unwrap();
    assert_eq!(planned(store, 0), [0; 0]);
    let back = |store: &crate::Store, below| -> Option<(u64, String)> {
        let batch = store.renames_back(&id, below).unwrap()?;
        Some((batch.first(), batch.rows().map(|row| row.state.digit()).collect()))
    };
    assert_eq!(back(store, u64::MAX), Some((8, "55".to_owned())));
    assert_eq!(back(store, 8), Some((4, "1111".to_owned())));
    assert_eq!(back(store, 4), Some((0, "4311".to_owned())), "what only waited is not asked again");
    store.renames_marked(&id, 2..=9, RenameState::Undone, &[(9, RenameState::Left)]).unwrap();
    assert_eq!(back(store, u64::MAX), Some((8, "23".to_owned())), "what was left is looked at again");
    assert_eq!(back(store, 8), Some((0, "4322".to_owned())), "a batch that is through is passed over");
    store.rename_led_to(&id, 1, "ほかの名").unwrap();
    let left = store.renames_in(&id, RenameState::Left).unwrap();
    let left: Vec<_> = left.iter().flat_map(|batch| batch.rows_in(RenameState::Left)).map(|row| (row.n, row.to)).collect();
    assert_eq!(left, [(1, "ほかの名"), (9, "【秘】9.txt")]);
    assert_eq!(store.renames_with(&id, 10).unwrap(), None);
    assert_eq!(store.renames_known(&id).unwrap(), (0..10).map(known).collect::<Vec<_>>());
    assert!(matches!(store.renames_forgotten(&id, now), Err(Error::NotNow { state: State::Staged, .. })));
    let run = office.run(3);
    office.store.committed(&id, &run, now).unwrap();
    office.store.archived(&id, None, now).unwrap();
    office.store.renames_forgotten(&id, now).unwrap();
    let job = office.store.job(&id).unwrap();
    assert_eq!((office.store.has_renames(&id), job.removed, job.archive), (Ok(false), true, None));
    assert!(office.store.all_entries(&crate::Filter { kinds: vec![Kind::Deletion], ..Default::default() }).unwrap().is_empty());
}

#[test]
fn two_processes_cannot_both_take_a_job_back() {
    let mut office = Office::new();
    let (id, now) = (office.done("aa", 3), office.now);
    let mut other = crate::Store::open(office.store.path()).unwrap();
    office.store.undoing(&id, now).unwrap();
    office.store.undone(&id, now).unwrap();
    assert!(matches!(other.undoing(&id, now), Err(Error::NotNow { state: State::Undone, .. })));
    assert_eq!(other.all_entries(&crate::Filter { kinds: vec![Kind::Undo], ..Default::default() }).unwrap().len(), 1);
}

#[test]
fn expired_originals_are_those_that_ended_before_the_day() {
    let mut office = Office::new();
    let old = office.done("aa", 3);
    office.now = jiff::civil::date(2026, 12, 20).at(0, 0, 0, 0);
    office.done("bb", 3);
    let expired = office.store.expired("statistics", jiff::civil::date(2026, 12, 1).at(0, 0, 0, 0)).unwrap();
    assert_eq!(expired.iter().map(|job| &job.new.id).collect::<Vec<_>>(), [&old]);
}
