//! Sheets that come, go, or are there twice.

use rust_xlsxwriter::{Chart, Formula, Image, Note, Workbook as Writer};

use super::cells::{PNG, form};
use super::{at, package, part, value};
use crate::{EditError, Limits, SheetNameTrouble, Shelf, Workbook, verify};

fn names(bytes: &[u8]) -> Vec<String> {
    let book = Workbook::open("a.xlsx", bytes.to_vec(), &Shelf::new(), &Limits::default()).unwrap();
    book.sheets().iter().map(|sheet| sheet.name.clone()).collect()
}

/// A form for one person, to be there once for each.
fn personal() -> Vec<u8> {
    let mut book = Writer::new();
    let other = book.add_worksheet();
    other.set_name("名簿").unwrap();
    other.write(0, 0, 5).unwrap();
    let sheet = book.add_worksheet();
    sheet.set_name("様式").unwrap();
    sheet.write(0, 0, "氏名").unwrap();
    sheet.write_formula(1, 0, Formula::new("=様式!A1&名簿!A1").set_result("x")).unwrap();
    sheet.insert_note(0, 1, &Note::new("覚え").set_author("例示 次郎")).unwrap();
    sheet.insert_image(4, 1, &Image::new_from_buffer(PNG).unwrap()).unwrap();
    let mut chart = Chart::new_bar();
    chart.add_series().set_values(("様式", 0, 0, 3, 0));
    sheet.insert_chart(6, 1, &chart).unwrap();
    sheet.set_print_area(0, 0, 9, 4).unwrap();
    sheet.set_active(true);
    book.save_to_buffer().unwrap()
}

#[test]
fn a_sheet_is_put_first_and_local_names_stay_with_theirs() {
    let package = package(personal());
    let mut editor = package.edit();
    let mut sheet = editor.add_sheet("指摘一覧", 0).unwrap();
    sheet.set(at("A1"), "セル").unwrap();
    sheet.formula(at("A2"), "=名簿!A1").unwrap();
    let edited = editor.finish().unwrap();
    verify(&package, &edited).unwrap();
    assert_eq!(names(&edited.bytes), ["指摘一覧", "名簿", "様式"]);
    assert_eq!(value(&edited.bytes, 0, "A1"), "セル");
    let book = part(&edited.bytes, "xl/workbook.xml");
    assert!(book.contains("localSheetId=\"2\"") && book.contains("activeTab=\"2\""), "{book}");
    let sheets: Vec<&str> = edited.changed_parts.iter().filter(|part| part.contains("worksheets/")).map(String::as_str).collect();
    assert_eq!(sheets, ["xl/worksheets/sheet3.xml"]);
    // Once more: the sheet of the first round goes, and a new one comes.
    let second = super::package(edited.bytes);
    let mut editor = second.edit();
    editor.remove_sheet("指摘一覧").unwrap();
    editor.add_sheet("指摘一覧", 0).unwrap().set(at("A1"), "二回目").unwrap();
    let again = editor.finish().unwrap();
    verify(&second, &again).unwrap();
    assert_eq!(names(&again.bytes), ["指摘一覧", "名簿", "様式"]);
    assert_eq!(value(&again.bytes, 0, "A1"), "二回目");
}

#[test]
fn a_form_is_there_once_for_each_person() {
    let package = package(personal());
    let mut editor = package.edit();
    for (nth, name) in ["架空 太郎", "見本 花子"].into_iter().enumerate() {
        let mut sheet = editor.copy_sheet("様式", name, 2 + nth).unwrap();
        sheet.set(at("A1"), name).unwrap();
        sheet.insert_rows(1, nth as u32 + 1).unwrap();
    }
    let edited = editor.finish().unwrap();
    verify(&package, &edited).unwrap();
    assert_eq!(names(&edited.bytes), ["名簿", "様式", "架空 太郎", "見本 花子"]);
    assert_eq!(value(&edited.bytes, 3, "A1"), "見本 花子");
    assert_eq!(value(&edited.bytes, 1, "A1"), "氏名");
    let copy = part(&edited.bytes, "xl/worksheets/sheet4.xml");
    assert!(copy.contains("<c r=\"A4\" t=\"str\"><f>'見本 花子'!A1&amp;名簿!A1</f><v>見本 花子5</v></c>"), "{copy}");
    assert!(!copy.contains("tabSelected"), "{copy}");
    let chart = part(&edited.bytes, "xl/charts/chart3.xml");
    assert!(chart.contains("'見本 花子'!$A$1:$A$6"), "{chart}");
    assert!(part(&edited.bytes, "xl/drawings/drawing3.xml").contains("<xdr:row>6</xdr:row>"));
    assert!(part(&edited.bytes, "xl/comments3.xml").contains("覚え"));
    let book = part(&edited.bytes, "xl/workbook.xml");
    assert!(book.contains("localSheetId=\"3\">'見本 花子'!$A$1:$E$12<"), "{book}");
    let types = part(&edited.bytes, "[Content_Types].xml");
    assert!(types.contains("/xl/charts/chart3.xml") && types.contains("/xl/comments3.xml"), "{types}");
}

#[test]
fn the_model_can_go_after_its_copies_are_made() {
    let package = package(personal());
    let mut editor = package.edit();
    editor.copy_sheet("様式", "架空 太郎", 9).unwrap().set(at("A1"), "架空 太郎").unwrap();
    let used = editor.remove_sheet("名簿").unwrap_err();
    assert!(matches!(used, EditError::InUse { .. }), "{used:?}");
    editor.remove_sheet("様式").unwrap();
    let edited = editor.finish().unwrap();
    verify(&package, &edited).unwrap();
    assert_eq!(names(&edited.bytes), ["名簿", "架空 太郎"]);
    assert!(edited.changed_parts.iter().any(|part| part == "xl/worksheets/sheet2.xml"), "the model's part is gone");
}

#[test]
fn names_and_copies_that_cannot_be_are_refused() {
    let package = package(form());
    let mut editor = package.edit();
    let taken = editor.add_sheet("申請書", 0).err();
    assert_eq!(taken, Some(EditError::SheetName { name: "申請書".into(), why: SheetNameTrouble::Taken }));
    assert!(matches!(editor.add_sheet("a/b", 0).err(), Some(EditError::SheetName { .. })));
    editor.copy_sheet("集計 表", "写し", 9).unwrap();
    assert_eq!(editor.finish().unwrap_err(), EditError::NoCopy { sheet: "写し".into(), what: "table".into() });
}
