//! Somebody has the file and any tool he likes: whatever he does to the rows, the check names the first bad one.

use rusqlite::Connection;
use rusqlite::types::Value;

use super::Office;
use crate::{Fate, Flaw, Store, Verdict, noted_heads};

/// An office with a ledger of every kind of row.
fn office() -> Office {
    let mut office = Office::new();
    for number in 0..8 {
        office.done(&format!("content {number}"), number + 1);
    }
    let id = office.done("undone", 4);
    office.undo(&id);
    office.redo(&id);
    office.aside("returned", Fate::Returned);
    office.baseline.before = crate::Minutes(13_500);
    office.done("later", 2);
    office
}

fn broken(office: &Office) -> (i64, Flaw) {
    match office.store.verify().unwrap() {
        Verdict::Broken { n, flaw } => (n, flaw),
        Verdict::Sound { .. } => panic!("it was not seen"),
    }
}

/// The guards taken away, as anybody who has the file can.
fn unguarded(office: &Office) -> Connection {
    let connection = Connection::open(office.store.path()).unwrap();
    connection.pragma_update(None, "synchronous", "OFF").unwrap();
    for trigger in ["entry_stays", "entry_remains", "entry_follows", "entry_once"] {
        connection.execute_batch(&format!("DROP TRIGGER {trigger}")).unwrap();
    }
    connection
}

#[test]
fn a_ledger_that_was_left_alone_is_sound() {
    let office = office();
    let head = office.store.head(None).unwrap();
    assert_eq!(office.store.verify().unwrap(), Verdict::Sound { head: head.clone(), guarded: true });
    assert_eq!(office.store.find_head(&head.hash[..12]).unwrap(), Some(head.n));
    assert_eq!(office.store.find_head("0123456789abcdef").unwrap(), None);
    assert_eq!(office.store.find_head(&head.hash[..11]).unwrap(), None, "too short to mean one row");
}

#[test]
fn the_database_itself_refuses_to_change_or_delete() {
    let office = office();
    let connection = Connection::open(office.store.path()).unwrap();
    for sql in [
        "UPDATE entry SET saved = saved + 60000 WHERE n = 3",
        "DELETE FROM entry WHERE n = 3",
        "DELETE FROM entry",
        "INSERT OR REPLACE INTO entry SELECT * FROM entry WHERE n = 3",
        "REPLACE INTO entry SELECT n + 1, at, date, kind, job, task, version, department, unit, units, counted, before, after, \
         rework, saved, baseline, content, ending, errors, warnings, notes, body, hash FROM entry ORDER BY n DESC LIMIT 1 OFFSET 2",
        "INSERT INTO entry SELECT -1, at, date, 'target', NULL, task, version, department, unit, units, counted, before, after, \
         rework, saved, baseline, content, ending, errors, warnings, notes, body, hash FROM entry WHERE n = 2",
        "UPDATE step SET at = ''",
        "DELETE FROM step",
    ] {
        assert!(connection.execute(sql, []).is_err(), "{sql}");
    }
    assert!(matches!(office.store.verify().unwrap(), Verdict::Sound { guarded: true, .. }));
}

#[test]
fn guards_that_were_taken_away_are_missed() {
    let office = office();
    drop(unguarded(&office));
    assert!(matches!(office.store.verify().unwrap(), Verdict::Sound { guarded: false, .. }));
}

#[test]
fn any_change_of_any_column_is_found() {
    let office = office();
    let connection = unguarded(&office);
    let columns = crate::entry::COLUMNS.split(", ").map(str::trim);
    let last = office.store.head(None).unwrap().n;
    for column in columns.filter(|column| *column != "n") {
        for n in 1..=last {
            let sql = format!("SELECT {column} FROM entry WHERE n = ?1");
            let old: Value = connection.query_row(&sql, [n], |row| row.get(0)).unwrap();
            let new = match &old {
                Value::Integer(whole) => Value::Integer(whole + 1),
                Value::Text(text) => Value::Text(format!("{text} ")),
                _ if column == "baseline" => Value::Integer(1),
                _ => Value::Text("x".to_owned()),
            };
            let sql = format!("UPDATE entry SET {column} = ?2 WHERE n = ?1");
            connection.execute(&sql, (n, new)).unwrap();
            assert_eq!(broken(&office), (n, Flaw::Changed), "{column} of row {n}");
            connection.execute(&sql, (n, old)).unwrap();
        }
    }
    assert!(matches!(office.store.verify().unwrap(), Verdict::Sound { .. }));
}

#[test]
fn a_row_taken_out_is_found() {
    let office = office();
    unguarded(&office).execute("DELETE FROM entry WHERE n = 5", []).unwrap();
    assert_eq!(broken(&office), (5, Flaw::Missing { next: Some(6) }));
}

#[test]
fn rows_that_close_up_over_a_gap_are_found() {
    let office = office();
    let connection = unguarded(&office);
    connection.execute("DELETE FROM entry WHERE n = 5", []).unwrap();
    for n in 6..=office.store.head(None).unwrap().n {
        connection.execute("UPDATE entry SET n = n - 1 WHERE n = ?1", [n]).unwrap();
    }
    assert_eq!(broken(&office), (5, Flaw::Changed));
}

#[test]
fn two_rows_that_changed_places_are_found() {
    let office = office();
    let sql = "UPDATE entry SET n = -4 WHERE n = 4; UPDATE entry SET n = 4 WHERE n = 5; UPDATE entry SET n = 5 WHERE n = -4;";
    unguarded(&office).execute_batch(sql).unwrap();
    assert_eq!(broken(&office), (4, Flaw::Changed));
}

#[test]
fn a_row_slipped_in_is_found() {
    for n in [-7, 0] {
        let office = office();
        let columns = crate::entry::COLUMNS.split_once(", ").unwrap().1;
        let sql = format!("INSERT INTO entry SELECT {n}, {columns} FROM entry WHERE n = 3");
        unguarded(&office).execute(&sql, []).unwrap();
        assert_eq!(broken(&office), (n, Flaw::Surplus));
    }
    let office = office();
    let columns = crate::entry::COLUMNS.split_once(", ").unwrap().1;
    let last = office.store.head(None).unwrap().n;
    let sql = format!("INSERT INTO entry SELECT {}, {columns} FROM entry WHERE n = 3", last + 1);
    unguarded(&office).execute(&sql, []).unwrap();
    assert_eq!(broken(&office), (last + 1, Flaw::Changed));
}

#[test]
fn a_value_of_another_kind_is_found() {
    let office = office();
    let connection = unguarded(&office);
    // A file that was written by hand may hold a blob where the table says text.
    connection
        .execute_batch("PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = REPLACE(sql, ') STRICT', ')')")
        .unwrap();
    drop(connection);
    let connection = Connection::open(office.store.path()).unwrap();
    connection.execute("UPDATE entry SET task = CAST(task AS BLOB) WHERE n = 2", []).unwrap();
    assert_eq!(broken(&office), (2, Flaw::Changed));
}

#[test]
fn rows_cut_off_at_the_end_show_against_a_noted_head() {
    let office = office();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("heads.txt");
    assert_eq!(office.store.note_head(&file, office.now), Ok(true));
    assert_eq!(office.store.note_head(&file, office.now), Ok(false), "once a day");
    let last = office.store.head(None).unwrap();
    assert_eq!(noted_heads(&file).unwrap().heads, std::slice::from_ref(&last));
    unguarded(&office).execute("DELETE FROM entry WHERE n > 10", []).unwrap();
    assert!(matches!(office.store.verify().unwrap(), Verdict::Sound { .. }), "the rest is sound in itself");
    assert_eq!(office.store.holds(&last), Ok(false));
    assert_eq!(office.store.find_head(&last.hash), Ok(None));
}

#[test]
fn an_old_copy_put_back_and_gone_on_with_shows_against_a_noted_head() {
    let mut office = office();
    let folder = tempfile::tempdir().unwrap();
    let old = folder.path().join("old.db");
    office.store.connection.execute("VACUUM INTO ?1", [old.to_str().unwrap()]).unwrap();
    office.done("after the copy", 3);
    let noted = office.store.head(None).unwrap();
    let mut store = Store::open(&old).unwrap();
    assert_eq!(store.holds(&noted), Ok(false));
    std::mem::swap(&mut office.store, &mut store);
    office.task = "other".to_owned();
    office.done("another way", 3);
    office.done("another way 2", 3);
    assert!(office.store.head(None).unwrap().n >= noted.n);
    assert_eq!(office.store.holds(&noted), Ok(false), "as many rows, but not the same");
}

#[test]
fn any_flipped_byte_of_a_row_s_page_is_found_or_changes_nothing() {
    let office = office();
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.db");
    office.store.connection.execute("VACUUM INTO ?1", [copy.to_str().unwrap()]).unwrap();
    let clean = std::fs::read(&copy).unwrap();
    let mut as_written = Vec::new();
    Store::open_to_read(&copy).unwrap().export(&mut as_written).unwrap();
    let mut found = 0;
    for at in (100..clean.len()).step_by(31) {
        let mut bytes = clean.clone();
        bytes[at] ^= 1 << (at % 8);
        std::fs::write(&copy, &bytes).unwrap();
        let Ok(store) = Store::open_to_read(&copy) else { continue };
        let sound = matches!(store.verify(), Ok(Verdict::Sound { .. }));
        let mut lines = Vec::new();
        let same = store.export(&mut lines).is_ok() && lines == as_written;
        assert!(!sound || same, "the flip of byte {at} was not seen");
        found += u64::from(!sound);
    }
    assert!(found > 40, "{found}");
}

#[test]
fn the_head_of_a_past_day_stays() {
    let mut office = office();
    let today = office.store.head(Some(office.now.date())).unwrap();
    assert_eq!(Some(today.clone()), office.store.head(None).ok());
    office.now = jiff::civil::date(2026, 12, 1).at(0, 0, 0, 0);
    office.done("december", 1);
    assert_eq!(office.store.head(Some(jiff::civil::date(2026, 11, 30))).unwrap(), today);
    assert_ne!(office.store.head(None).unwrap(), today);
    assert_eq!(office.store.head(Some(jiff::civil::date(2026, 1, 1))).unwrap().n, 0);
}
