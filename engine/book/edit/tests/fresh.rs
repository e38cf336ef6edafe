//! Results after an edit: the right one, or none and a workbook that asks to be calculated.

use jiff::civil::date;
use proptest::prelude::*;
use rust_xlsxwriter::{Format, Formula, Workbook as Writer, Worksheet};

use super::{at, package, part, value, with_part};
use crate::{Address, Edited, Editor, NewValue, verify};

/// A workbook of sheets; a text that begins with `=` is a formula whose saved result is `old`, or what stands behind a stroke.
fn book(sheets: &[(&str, &[(&str, &str)])]) -> Vec<u8> {
    let mut book = Writer::new();
    for (name, cells) in sheets {
        write(book.add_worksheet().set_name(*name).unwrap(), cells);
    }
    let bytes = book.save_to_buffer().unwrap();
    // As Excel saves it: calculated, with nothing to ask for.
    let main = part(&bytes, "xl/workbook.xml").replace(" fullCalcOnLoad=\"1\"", "");
    with_part(&bytes, "xl/workbook.xml", main.as_bytes())
}

fn write(sheet: &mut Worksheet, cells: &[(&str, &str)]) {
    for (cell, text) in cells {
        let Address { row, column } = at(cell);
        let column = column as u16;
        if let Some(array) = text.strip_prefix("{=") {
            let last = if array.starts_with("A1:A3") { row + 2 } else { row };
            let formula = Formula::new(array.trim_end_matches('}')).set_result("old");
            sheet.write_array_formula(row, column, last, column, formula).unwrap();
        } else if text.starts_with('=') {
            let (text, result) = text.split_once('|').unwrap_or((text, "old"));
            sheet.write_formula(row, column, Formula::new(text).set_result(result)).unwrap();
        } else if let Ok(number) = text.parse::<f64>() {
            sheet.write_number(row, column, number).unwrap();
        } else {
            sheet.write_string(row, column, *text).unwrap();
        }
    }
}

/// Edits, proves it, and tells the package from before apart from nothing.
fn edited(bytes: Vec<u8>, edit: impl FnOnce(&mut Editor<'_>)) -> Edited {
    let package = package(bytes);
    let mut editor = package.edit();
    edit(&mut editor);
    let edited = editor.finish().unwrap();
    verify(&package, &edited).unwrap();
    edited
}

fn set(bytes: Vec<u8>, cell: &str, value: impl Into<NewValue>) -> Edited {
    edited(bytes, |editor| editor.sheet("表").unwrap().set(at(cell), value).unwrap())
}

fn asks(edited: &Edited) -> bool {
    part(&edited.bytes, "xl/workbook.xml").contains("fullCalcOnLoad=\"1\"")
}

#[test]
fn touched_results_are_worked_out_over_sheets() {
    let bytes = book(&[
        (
            "表",
            &[
                ("A1", "1"),
                ("A2", "2"),
                ("A3", "=SUM(A1:A2)"),
                ("B1", "=IF(A3>50,\"多い\",\"少ない\")"),
                ("B2", "=A3>50"),
                ("C1", "=2*3"),
            ],
        ),
        ("集計", &[("A1", "=表!A3*2"), ("A2", "=1/(表!A3-102)"), ("A3", "=B9")]),
    ]);
    let edited = set(bytes, "A1", 100);
    assert_eq!((edited.calculated, edited.stale, asks(&edited)), (5, 0, false));
    for (sheet, cell, expected) in [
        (0, "A3", "102"),
        (0, "B1", "多い"),
        (0, "B2", "TRUE"),
        (1, "A1", "204"),
        (1, "A2", "#DIV/0!"),
        (0, "C1", "old"),
        (1, "A3", "old"),
    ] {
        assert_eq!(value(&edited.bytes, sheet, cell), expected, "{cell}");
    }
    let sheet = part(&edited.bytes, "xl/worksheets/sheet1.xml");
    assert!(sheet.contains("t=\"str\"><f>IF(A3&gt;50,\"多い\",\"少ない\")</f><v>多い</v>"), "{sheet}");
    assert!(!edited.changed_parts.contains(&"xl/workbook.xml".to_owned()));
}

#[test]
fn what_is_not_known_is_left_out_and_the_workbook_says_so() {
    let bytes = book(&[(
        "表",
        &[
            ("A1", "1"),
            ("B1", "=A1+1"),
            ("B2", "=INDIRECT(\"A1\")"),
            ("B3", "=B2+1"),
            ("B4", "=A1+ROUND(A1,0)"),
            ("B5", "=MYMACRO(A1)"),
            ("B6", "=B7"),
            ("B7", "=B6+A1"),
        ],
    )]);
    let edited = set(bytes, "A1", 5);
    assert_eq!((edited.calculated, edited.stale, asks(&edited)), (2, 5, true));
    for (cell, expected) in
        [("B1", "6"), ("B2", "stale"), ("B3", "stale"), ("B4", "10"), ("B5", "stale"), ("B6", "stale"), ("B7", "stale")]
    {
        assert_eq!(value(&edited.bytes, 0, cell), expected, "{cell}");
    }
}

#[test]
fn the_day_is_that_of_the_job_and_never_an_old_one() {
    let bytes = book(&[("表", &[("A1", "1"), ("B1", "=TODAY()"), ("B2", "=TEXT(B1,\"ggge年m月d日\")"), ("B3", "=A1&RAND()")])]);
    let without = set(bytes.clone(), "A1", 2);
    assert_eq!([value(&without.bytes, 0, "B1"), value(&without.bytes, 0, "B2")], ["stale", "stale"]);
    assert!(asks(&without));
    let with = edited(bytes, |editor| {
        editor.clock(date(2024, 8, 5).at(10, 30, 0, 0));
        editor.sheet("表").unwrap().set(at("A1"), 2).unwrap();
    });
    assert_eq!(["B1", "B2", "B3"].map(|cell| value(&with.bytes, 0, cell)), ["45509", "令和6年8月5日", "stale"]);
}

#[test]
fn formulas_for_arrays_fill_one_cell_or_stay_empty() {
    let bytes = book(&[(
        "表",
        &[("A1", "1"), ("A2", "2"), ("A3", "3"), ("B1", "{=SUM(A1:A3*A1:A3)}"), ("C1", "{=A1:A3*2}"), ("D1", "=SUM(C1:C3)")],
    )]);
    let edited = set(bytes, "A1", 4);
    assert_eq!(
        ["B1", "C1", "C2", "D1"].map(|cell| value(&edited.bytes, 0, cell)),
        ["29", "stale", "-", "stale"].map(|text| text.replace('-', ""))
    );
    assert!(asks(&edited));
}

#[test]
fn saved_results_of_a_workbook_that_was_never_calculated_are_not_trusted() {
    let mut writer = Writer::new();
    let sheet = writer.add_worksheet().set_name("表").unwrap();
    for (cell, formula) in [("B1", "=A9+1"), ("B2", "=A1+B1"), ("B3", "=OFFSET(A1,0,0)"), ("B4", "=A1+B3")] {
        sheet.write_formula(at(cell).row, at(cell).column as u16, Formula::new(formula)).unwrap();
    }
    sheet.write_number(0, 0, 1).unwrap();
    let edited = set(writer.save_to_buffer().unwrap(), "A1", 10);
    assert_eq!(value(&edited.bytes, 0, "B2"), "11", "B1 says 0 in the file, and is 1");
    assert_eq!(value(&edited.bytes, 0, "B4"), "stale");
}

#[test]
fn rows_that_come_and_go_take_their_results_along() {
    let bytes = book(&[
        ("表", &[("A1", "1"), ("A2", "2"), ("A3", "3"), ("A4", "=SUM(A1:A3)"), ("B2", "=A2*10"), ("C4", "=合計!A1")]),
        ("合計", &[("A1", "=表!A4+1")]),
    ]);
    let edited = edited(bytes, |editor| {
        let mut sheet = editor.sheet("表").unwrap();
        sheet.repeat_rows(1, 1, 2).unwrap();
        for (row, value) in [(1, 10), (2, 20), (3, 30)] {
            sheet.set(Address::new(row, 0), value).unwrap();
        }
        sheet.delete_rows(0, 1).unwrap();
    });
    assert_eq!(["A5", "B1", "B2", "B3", "C5"].map(|cell| value(&edited.bytes, 0, cell)), ["63", "100", "200", "300", "64"]);
    assert_eq!(value(&edited.bytes, 1, "A1"), "64");
    assert_eq!((edited.stale, asks(&edited)), (0, false));
}

#[test]
fn names_and_tables_are_followed() {
    let mut writer = Writer::new();
    let sheet = writer.add_worksheet().set_name("表").unwrap();
    for (row, name) in ["品", "金額"].into_iter().enumerate() {
        sheet.write_string(0, row as u16, name).unwrap();
    }
    for row in 1..4u32 {
        sheet.write_string(row, 0, "x").unwrap();
        sheet.write_number(row, 1, row).unwrap();
    }
    let columns = ["品", "金額"].map(|name| rust_xlsxwriter::TableColumn::new().set_header(name));
    sheet.add_table(0, 0, 3, 1, &rust_xlsxwriter::Table::new().set_name("明細").set_columns(&columns)).unwrap();
    sheet.write_formula(5, 0, Formula::new("=SUM(明細[金額])*税率").set_result("old")).unwrap();
    sheet.write_formula_with_format(6, 0, "=DATE(2024,B2,1)", &Format::new().set_num_format("yyyy/m/d")).unwrap();
    writer.define_name("税率", "=表!$D$1").unwrap();
    writer.worksheet_from_index(0).unwrap().write_number(0, 3, 0.1).unwrap();
    let edited = set(writer.save_to_buffer().unwrap(), "B2", 5);
    assert_eq!(value(&edited.bytes, 0, "A6"), "1");
    assert_eq!(value(&edited.bytes, 0, "A7"), "2024-05-01", "a number in a cell that shows days");
}

#[test]
fn a_new_formula_has_its_result() {
    let bytes = book(&[("表", &[("A1", "2")])]);
    let edited = edited(bytes, |editor| {
        let mut sheet = editor.sheet("表").unwrap();
        sheet.formula(at("B1"), "=A1*21").unwrap();
        sheet.formula(at("B2"), "=B1&\"<&>\"").unwrap();
        sheet.formula(at("B3"), "=INFO(\"x\")").unwrap();
    });
    assert_eq!(["B1", "B2", "B3"].map(|cell| value(&edited.bytes, 0, cell)), ["42", "42<&>", "stale"]);
    assert_eq!((edited.calculated, edited.stale, asks(&edited)), (2, 1, true));
}

#[test]
fn a_result_of_more_digits_than_fifteen_passes_the_proof() {
    let bytes = book(&[("表", &[("A1", "1"), ("B1", "=A1/11"), ("B2", "=SUM(A1:A2)")])]);
    let edited = set(bytes, "A1", 357);
    // The shortest form of the double is 32.45454545454545, which rounds the other way.
    assert_eq!(["B1", "B2"].map(|cell| value(&edited.bytes, 0, cell)), ["32.4545454545455", "357"]);
}

#[test]
fn the_proof_finds_a_result_that_was_not_meant() {
    let bytes = book(&[("表", &[("A1", "1"), ("A2", "=A1*2")])]);
    let package = package(bytes.clone());
    let honest = set(bytes, "A1", 5);
    let sheet = part(&honest.bytes, "xl/worksheets/sheet1.xml").replace("<v>10</v>", "<v>11</v>");
    let forged = Edited { bytes: with_part(&honest.bytes, "xl/worksheets/sheet1.xml", sheet.as_bytes()), ..honest };
    assert!(verify(&package, &forged).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is edited, each formula has the value that a calculation of the whole sheet gives it.
    #[test]
    fn every_result_is_the_one_of_a_whole_calculation(
        numbers in proptest::collection::vec(-50i64..50, 6),
        edits in proptest::collection::vec((0usize..6, -50i64..50), 1..4),
    ) {
        let results = |numbers: &[i64]| {
            let sum: i64 = numbers[..3].iter().sum();
            let (second, fourth) = (sum + numbers[3], numbers[4] - numbers[5]);
            let third = if second > 0 { *numbers.iter().max().unwrap() } else { fourth };
            [sum, second, third, fourth, numbers.iter().filter(|number| **number > 0).count() as i64]
        };
        let formulas = ["=SUM(A1:A3)", "=B1+A4", "=IF(B2>0,MAX(A1:A6),B4)", "=A5-A6", "=COUNTIF(A1:A6,\">0\")"];
        let before = results(&numbers);
        let texts: Vec<(String, String)> = (0..6)
            .map(|row| (format!("A{}", row + 1), numbers[row].to_string()))
            .chain((0..5).map(|row| (format!("B{}", row + 1), format!("{}|{}", formulas[row], before[row]))))
            .collect();
        let cells: Vec<(&str, &str)> = texts.iter().map(|(cell, text)| (cell.as_str(), text.as_str())).collect();
        let bytes = book(&[("表", &cells)]);
        let mut now = numbers.clone();
        let edited = edited(bytes, |editor| {
            for (nth, number) in &edits {
                now[*nth] = *number;
                editor.sheet("表").unwrap().set(Address::new(*nth as u32, 0), *number).unwrap();
            }
        });
        for (row, expected) in results(&now).iter().enumerate() {
            prop_assert_eq!(value(&edited.bytes, 0, &format!("B{}", row + 1)), expected.to_string(), "B{}", row + 1);
        }
        prop_assert_eq!((edited.stale, asks(&edited)), (0, false));
    }
}
