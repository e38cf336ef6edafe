//! The proof before publishing finds every kind of damage.

use rust_xlsxwriter::Workbook as Writer;

use super::cells::form;
use super::{at, package, part, with_part};
use crate::{Broken, Edited, Package, Receipt, StyleChange, verify};

const SHEET: &str = "xl/worksheets/sheet1.xml";

/// The form with one cell set, and one coloured.
fn edited() -> (Package, Edited) {
    let package = package(form());
    let mut editor = package.edit();
    let mut sheet = editor.sheet("申請書").unwrap();
    sheet.set(at("A5"), "見本 花子").unwrap();
    sheet.style(at("B7"), StyleChange::fill([255, 199, 206])).unwrap();
    let edited = editor.finish().unwrap();
    (package, edited)
}

/// What the proof says of a result in one part of which a text was replaced by another.
fn damaged(name: &str, from: &str, to: &str) -> Result<Receipt, Broken> {
    let (package, edited) = edited();
    let text = part(&edited.bytes, name);
    assert!(text.contains(from), "{from} is not in {text}");
    let bytes = with_part(&edited.bytes, name, text.replacen(from, to, 1).as_bytes());
    verify(&package, &Edited { bytes, ..edited })
}

#[track_caller]
fn is_cell(found: Result<Receipt, Broken>, wanted: &str) {
    assert!(matches!(&found, Err(Broken::Cell { cell, .. }) if *cell == at(wanted)), "{wanted}: {found:?}");
}

#[test]
fn what_was_meant_passes() {
    let (package, edited) = edited();
    let receipt = verify(&package, &edited).unwrap();
    assert_eq!((receipt.set_cells, receipt.stale_cells), (1, 0));
    // A1 to D1 are one merged title; ten rows of three cells without A5, and two formulas.
    assert_eq!(receipt.same_cells, 4 + 29 + 2);
}

#[test]
fn a_changed_value_is_found() {
    is_cell(damaged(SHEET, "<c r=\"B9\"><v>8</v>", "<c r=\"B9\"><v>9</v>"), "B9");
    is_cell(damaged(SHEET, "<c r=\"B5\"><v>4</v>", "<c r=\"B5\"><v>5</v>"), "B5");
    is_cell(damaged(SHEET, "見本 花子", "見本 花男"), "A5");
    is_cell(damaged(SHEET, "<c r=\"B9\"><v>8</v>", "<c r=\"B9\" t=\"str\"><v>8</v>"), "B9");
}

#[test]
fn a_changed_style_is_found() {
    is_cell(damaged(SHEET, "<c r=\"B9\">", "<c r=\"B9\" s=\"1\">"), "B9");
    is_cell(damaged(SHEET, "<c r=\"B5\">", "<c r=\"B5\" s=\"1\">"), "B5");
    let styles = Broken::Part { part: "xl/styles.xml".into() };
    assert_eq!(damaged("xl/styles.xml", "<b/>", "<i/>"), Err(styles));
}

#[test]
fn a_lost_or_changed_formula_is_found() {
    is_cell(damaged(SHEET, "<f>B9*2</f>", ""), "C9");
    is_cell(damaged(SHEET, "<f>B5*2</f>", ""), "C5");
    is_cell(damaged(SHEET, "<f>B5*2</f>", "<f>B5*3</f>"), "C5");
    is_cell(damaged(SHEET, "<c r=\"B5\"><v>4</v>", "<c r=\"B5\"><f>2+2</f><v>4</v>"), "B5");
}

#[test]
fn a_row_dropped_or_brought_is_found() {
    let (_, edited) = edited();
    let text = part(&edited.bytes, SHEET);
    let from = text.find("<row r=\"9\"").unwrap();
    let row = &text[from..from + text[from..].find("</row>").unwrap() + 6];
    is_cell(damaged(SHEET, row, ""), "A9");
    is_cell(damaged(SHEET, "</sheetData>", "<row r=\"40\"><c r=\"C40\"><v>1</v></c></row></sheetData>"), "C40");
    is_cell(damaged(SHEET, row, &row.replace("<c r=\"B9\"><v>8</v></c>", "")), "B9");
    is_cell(damaged(SHEET, row, &format!("{row}{row}")), "A9");
}

#[test]
fn what_is_lost_around_the_cells_is_found() {
    let (_, edited) = edited();
    let text = part(&edited.bytes, SHEET);
    let from = text.find("<mergeCells").unwrap();
    let merges = &text[from..from + text[from..].find("</mergeCells>").unwrap() + 13];
    assert_eq!(damaged(SHEET, merges, ""), Err(Broken::Part { part: SHEET.into() }));
    assert_eq!(damaged(SHEET, "<drawing ", "<drawing x=\"1\" "), Err(Broken::Part { part: SHEET.into() }));
}

#[test]
fn a_part_that_is_missing_or_altered_is_found() {
    let chart = "xl/charts/chart1.xml";
    assert_eq!(damaged(chart, "<c:barDir", "<c:bardir"), Err(Broken::Part { part: chart.into() }));
    assert_eq!(damaged("xl/sharedStrings.xml", "項目2", "項目9"), Err(Broken::Part { part: "xl/sharedStrings.xml".into() }));
    let (package, edited) = edited();
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(&edited.bytes)).unwrap();
    let mut out = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for nth in 0..zip.len() {
        let entry = zip.by_index_raw(nth).unwrap();
        if entry.name().unwrap() != chart {
            out.raw_copy_file(entry).unwrap();
        }
    }
    let bytes = out.finish().unwrap().into_inner();
    assert_eq!(verify(&package, &Edited { bytes, ..edited }), Err(Broken::Part { part: chart.into() }));
}

/// A sheet of many blocks: what streams past is compared to its end.
#[test]
fn a_large_sheet_is_compared_to_its_last_row() {
    let mut book = Writer::new();
    let sheet = book.add_worksheet();
    for row in 0..20_000 {
        sheet.write(row, 0, row).unwrap();
        sheet.write(row, 1, format!("項目{row}")).unwrap();
        sheet.write(row, 2, f64::from(row) / 8.0).unwrap();
    }
    let package = package(book.save_to_buffer().unwrap());
    let mut editor = package.edit();
    editor.sheet("Sheet1").unwrap().set(at("B10000"), 5).unwrap();
    let edited = editor.finish().unwrap();
    let receipt = verify(&package, &edited).unwrap();
    assert_eq!((receipt.set_cells, receipt.same_cells), (1, 59_999));
    let text = part(&edited.bytes, SHEET);
    for (from, to, cell) in [
        ("<c r=\"A20000\"><v>19999</v>", "<c r=\"A20000\"><v>1999</v>", "A20000"),
        ("<c r=\"C9001\"><v>1125</v></c>", "", "C9001"),
        ("<c r=\"B10000\"><v>5</v>", "<c r=\"B10000\"><v>6</v>", "B10000"),
    ] {
        assert!(text.contains(from));
        let bytes = with_part(&edited.bytes, SHEET, text.replacen(from, to, 1).as_bytes());
        is_cell(verify(&package, &Edited { bytes, ..edited.clone() }), cell);
    }
}

#[test]
fn damage_to_rows_that_moved_is_found() {
    let package = package(form());
    let mut editor = package.edit();
    editor.sheet("申請書").unwrap().insert_rows(3, 2).unwrap();
    editor.sheet("申請書").unwrap().repeat_rows(6, 7, 1).unwrap();
    let edited = editor.finish().unwrap();
    verify(&package, &edited).unwrap();
    let text = part(&edited.bytes, SHEET);
    for (from, to, cell) in [
        ("<c r=\"B9\"><v>4</v>", "<c r=\"B9\"><v>7</v>", "B9"),
        ("<c r=\"B9\"><v>", "<c r=\"B9\" s=\"1\"><v>", "B9"),
        ("<f>B9*2</f>", "", "C9"),
        ("<row r=\"9\"", "<row r=\"5\"", "A5"),
    ] {
        assert!(text.contains(from), "{from}: {text}");
        let bytes = with_part(&edited.bytes, SHEET, text.replacen(from, to, 1).as_bytes());
        is_cell(verify(&package, &Edited { bytes, ..edited.clone() }), cell);
    }
}
