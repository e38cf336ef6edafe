//! `jitan diff`: words for people, one object for programs, and the exit status.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::desk::jitan;

fn workbook(value: f64, formula: bool) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet().set_name("集計").unwrap();
    sheet.write_string(0, 0, "件数").unwrap();
    if formula {
        sheet.write_formula(1, 0, rust_xlsxwriter::Formula::new("=1+2").set_result("3")).unwrap();
    } else {
        sheet.write_number(1, 0, value).unwrap();
    }
    book.save_to_buffer().unwrap()
}

fn diff(folder: &Path, more: &[&str]) -> (i32, String, String) {
    let output = jitan().current_dir(folder).arg("diff").args(more).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn differences_are_said_in_words_and_as_json() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    put("a.xlsx", &workbook(3.0, false));
    put("b.xlsx", &workbook(4.0, false));
    put("c.xlsx", &workbook(3.0, true));
    put("u.csv", "件数\n3\n".as_bytes());
    put("s.csv", b"\x8c\x8f\x90\x94\n3\n");
    assert_eq!(diff(folder.path(), &["a.xlsx", "a.xlsx"]), (0, "違いはありません。\n".to_owned(), String::new()));
    let (status, said, _) = diff(folder.path(), &["a.xlsx", "b.xlsx"]);
    assert_eq!(status, 1);
    assert_eq!(said, "シート「集計」のA2：前は数字の「3」、後は数字の「4」です。\n違いは1件です。\n");
    let (status, said, _) = diff(folder.path(), &["a.xlsx", "c.xlsx"]);
    assert_eq!((status, said.lines().next()), (1, Some("シート「集計」のA2：前は値だけ、後は計算式です（答えは同じ）。")));
    let (status, said, _) = diff(folder.path(), &["u.csv", "s.csv", "--lang", "en"]);
    assert_eq!((status, said.as_str()), (1, "encoding: UTF-8 before, Shift_JIS after\n1 difference\n"));
    assert_eq!(diff(folder.path(), &["a.xlsx", "u.csv"]).0, 0, "a text file is held against what the workbook shows");
    let (status, said, _) = diff(folder.path(), &["a.xlsx", "b.xlsx", "--json"]);
    let object: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((status, &object["equal"], &object["total"]), (1, &Value::from(false), &Value::from(1)));
    assert_eq!(object["differences"][0]["after"], serde_json::json!({ "type": "number", "text": "4" }));
}

#[test]
fn what_cannot_be_compared_is_said() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.csv"), "a\n").unwrap();
    fs::write(folder.path().join("b.xlsx"), b"PK\x03\x04 cut off").unwrap();
    for other in ["b.xlsx", "no.csv", "."] {
        let (status, said, noted) = diff(folder.path(), &["a.csv", other]);
        assert_eq!((status, said.as_str()), (2, ""), "{other}");
        assert!(noted.contains(other) && noted.contains('→'), "{noted}");
    }
}
