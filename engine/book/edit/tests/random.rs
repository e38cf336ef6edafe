//! Random edits against a model, and bytes that were tampered with.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::rows::rich;
use super::{package, part};
use crate::{Address, Limits, Package, Shelf, Value, Workbook, verify};

/// One thing somebody does to a sheet.
#[derive(Clone, Debug)]
enum Act {
    Set(u32, u32, i64),
    Insert(u32, u32),
    Delete(u32, u32),
    Repeat(u32, u32, u32),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (25u32..40, 0u32..8, 1i64..1000).prop_map(|(row, column, value)| Act::Set(row, column, value)),
        2 => (0u32..30, 1u32..4).prop_map(|(at, count)| Act::Insert(at, count)),
        2 => (2u32..30, 1u32..4).prop_map(|(at, count)| Act::Delete(at, count)),
        1 => (1u32..25, 0u32..3, 1u32..3).prop_map(|(first, more, times)| Act::Repeat(first, first + more, times)),
    ]
}

/// Column A as texts by row, and the numbers that were set.
type Model = BTreeMap<u32, BTreeMap<u32, String>>;

fn after(model: &Model, act: &Act) -> Model {
    let mut next = Model::new();
    for (&row, cells) in model {
        match *act {
            Act::Insert(at, count) if row >= at => drop(next.insert(row + count, cells.clone())),
            Act::Delete(at, count) if row >= at && row < at + count => {}
            Act::Delete(at, count) if row >= at => drop(next.insert(row - count, cells.clone())),
            Act::Repeat(first, last, times) if row > last => {
                drop(next.insert(row + (last - first + 1) * times, cells.clone()));
            }
            Act::Repeat(first, last, times) if row >= first => {
                for time in 0..=times {
                    next.insert(row + (last - first + 1) * time, cells.clone());
                }
            }
            _ => drop(next.insert(row, cells.clone())),
        }
    }
    if let Act::Set(row, column, value) = *act {
        next.entry(row).or_default().insert(column, value.to_string());
    }
    next
}

fn start() -> Model {
    (1..20).map(|row| (row, BTreeMap::from([(0, format!("行{}", row + 1))]))).collect()
}

/// XML without the saved results of formulas.
fn without_results(xml: &str) -> String {
    let mut out = String::new();
    for (nth, piece) in xml.split("</f>").enumerate() {
        if nth == 0 {
            out.push_str(piece);
            continue;
        }
        out.push_str("</f>");
        match piece.strip_prefix("<v>").and_then(|rest| rest.split_once("</v>")) {
            Some((_, rest)) => out.push_str(rest),
            None => out.push_str(piece),
        }
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rows_and_cells_are_where_a_model_has_them(acts in proptest::collection::vec(act(), 1..8)) {
        let package = package(rich());
        let mut editor = package.edit();
        let mut model = start();
        for act in &acts {
            let mut sheet = editor.sheet("明細").unwrap();
            match *act {
                // Covered cells of merged ranges are refused, and that is another test.
                Act::Set(row, column, value) => sheet.set(Address::new(row, column + 20), value).unwrap(),
                Act::Insert(at, count) => sheet.insert_rows(at, count).unwrap(),
                Act::Delete(at, count) => sheet.delete_rows(at, count).unwrap(),
                Act::Repeat(first, last, times) => sheet.repeat_rows(first, last, times).unwrap(),
            }
            let moved = match act {
                Act::Set(row, column, value) => Act::Set(*row, column + 20, *value),
                act => act.clone(),
            };
            model = after(&model, &moved);
        }
        let edited = editor.finish().unwrap();
        verify(&package, &edited).unwrap();
        let book = Workbook::open("a.xlsx", edited.bytes, &Shelf::new(), &Limits::default()).unwrap();
        let sheet = book.sheet(0).unwrap();
        let texts = &sheet.shelf().texts;
        for (row, cells) in &model {
            for (column, wanted) in cells {
                let have = sheet.value(Address::new(*row, *column)).show(texts);
                prop_assert_eq!(&have, wanted, "{} {}", row, column);
            }
        }
        let count: usize = sheet.rows().map(|row| row.cells().filter(|cell| {
            let text = cell.value.show(texts);
            cell.column == 0 && text.starts_with('行') || cell.column >= 20 && cell.value != Value::Blank
        }).count()).sum();
        prop_assert_eq!(count, model.values().map(BTreeMap::len).sum::<usize>());
    }

    #[test]
    fn rows_that_come_and_go_again_leave_everything_as_it_was(at in 0u32..25, count in 1u32..5, second in any::<bool>()) {
        let bytes = rich();
        let package = package(bytes.clone());
        let name = if second { "選択肢" } else { "明細" };
        let mut editor = package.edit();
        let mut sheet = editor.sheet(name).unwrap();
        sheet.insert_rows(at, count).unwrap();
        sheet.delete_rows(at, count).unwrap();
        let edited = editor.finish().unwrap();
        for part_name in &edited.changed_parts {
            let (before, after) = (part(&bytes, part_name), part(&edited.bytes, part_name));
            prop_assert_eq!(without_results(&before), without_results(&after), "{}", part_name);
        }
    }

    #[test]
    fn tampered_parts_never_panic(changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6), which in any::<prop::sample::Index>()) {
        // The part is stored, not packed, so that the changes reach its XML.
        let bytes = rich();
        let names: Vec<String> = package(bytes.clone()).parts().filter(|name| !name.ends_with(".png")).map(str::to_owned).collect();
        let name = which.get(&names);
        let mut xml = part(&bytes, name).into_bytes();
        for (at, byte) in &changes {
            let at = at.index(xml.len());
            xml[at] = *byte;
        }
        edit_anyhow(super::with_part(&bytes, name, &xml));
    }

    #[test]
    fn tampered_files_never_panic(changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6), cut in any::<Option<prop::sample::Index>>()) {
        let mut bytes = rich();
        for (at, byte) in &changes {
            let at = at.index(bytes.len());
            bytes[at] = *byte;
        }
        bytes.truncate(cut.map_or(bytes.len(), |cut| cut.index(bytes.len())));
        edit_anyhow(bytes);
    }
}

/// Everything an editor can do, whatever it is done to.
fn edit_anyhow(bytes: Vec<u8>) {
    let Ok(package) = Package::open("a.xlsx", bytes, &Limits::default()) else { return };
    for first in package.sheets().iter().map(|sheet| sheet.name.clone()).take(2) {
        let mut editor = package.edit();
        if let Ok(mut sheet) = editor.sheet(&first) {
            let _ = sheet.set(Address::new(30, 30), "見本");
            let _ = sheet.set(Address::new(2, 1), 7);
            let _ = sheet.formula(Address::new(31, 30), "=SUM(A1:B40)");
            let _ = sheet.repeat_rows(9, 10, 3);
            let _ = sheet.delete_rows(3, 2);
            let _ = sheet.style(Address::new(3, 3), crate::StyleChange::fill([1, 2, 3]));
        }
        let _ = editor.copy_sheet(&first, "写し", 0);
        if let Ok(edited) = editor.finish() {
            assert!(edited.bytes.len() < 8 << 20, "a small workbook stays one");
            let _ = verify(&package, &edited);
        }
    }
}
