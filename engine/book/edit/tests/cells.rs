//! Values, formulas and looks of cells.

use rust_xlsxwriter::{Chart, Format, Formula, Image, Note, Table, Workbook as Writer};

use super::{at, package, part, value, with_part};
use crate::{Address, Broken, EditError, Edited, Limits, NewValue, Package, Refusal, StyleChange, verify};

/// A small picture.
pub(super) const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\x90wS\xde\0\0\0\x0cIDATx\x9cc\xf8\xcf\xc0\0\0\x03\x01\x01\0\xc9\xfe\x92\xef\0\0\0\0IEND\xaeB`\x82";

/// A form as offices have them: merged title, table, chart, picture, comment, formulas over two sheets.
pub(super) fn form() -> Vec<u8> {
    let mut book = Writer::new();
    // Without a moment of its own, two of these made in two seconds would differ.
    book.set_properties(&crate::write::properties().unwrap());
    let bold = Format::new().set_bold();
    let sheet = book.add_worksheet();
    sheet.set_name("申請書").unwrap();
    sheet.merge_range(0, 0, 0, 3, "講習会 申請書", &bold).unwrap();
    for row in 2..12u32 {
        sheet.write(row, 0, format!("項目{row}")).unwrap();
        sheet.write(row, 1, row).unwrap();
        let formula = Formula::new(format!("=B{0}*2", row + 1)).set_result((row * 2).to_string());
        sheet.write_formula(row, 2, formula).unwrap();
    }
    sheet.write_formula(12, 2, Formula::new("=SUM(C3:C12)").set_result("130")).unwrap();
    sheet.write_formula(13, 2, Formula::new("=1+1").set_result("2")).unwrap();
    sheet.insert_note(2, 1, &Note::new("覚え").set_author("架空 太郎")).unwrap();
    sheet.insert_image(15, 1, &Image::new_from_buffer(PNG).unwrap()).unwrap();
    let mut chart = Chart::new_column();
    chart.add_series().set_values(("申請書", 2, 1, 11, 1));
    sheet.insert_chart(15, 4, &chart).unwrap();
    let second = book.add_worksheet();
    second.set_name("集計 表").unwrap();
    second.write_formula(0, 0, Formula::new("=申請書!C13+1").set_result("131")).unwrap();
    second.write_formula(1, 0, Formula::new("=A1*2").set_result("262")).unwrap();
    second.write_formula(2, 0, Formula::new("=申請書!C14").set_result("2")).unwrap();
    second.write(4, 0, "a").unwrap();
    second.add_table(6, 0, 8, 1, &Table::new()).unwrap();
    book.save_to_buffer().unwrap()
}

#[test]
fn one_cell_changes_one_part() {
    let package = package(form());
    let mut editor = package.edit();
    editor.sheet("申請書").unwrap().set(at("A5"), "見本 花子").unwrap();
    let edited = editor.finish().unwrap();
    assert_eq!(edited.changed_parts, ["xl/worksheets/sheet1.xml"]);
    assert_eq!((edited.stale, edited.signature_broken), (0, false));
    assert_eq!(value(&edited.bytes, 0, "A5"), "見本 花子");
    let receipt = verify(&package, &edited).unwrap();
    assert_eq!((receipt.set_cells, receipt.changes.parts.len()), (1, 1));
    assert!(receipt.same_cells > 30 && receipt.changes.same > 10);
}

#[test]
fn results_that_depend_on_the_cell_are_worked_out_and_no_others() {
    let package = package(form());
    let mut editor = package.edit();
    editor.sheet("申請書").unwrap().set(at("B4"), 100).unwrap();
    let edited = editor.finish().unwrap();
    assert_eq!(edited.changed_parts, ["xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"]);
    assert_eq!((edited.calculated, edited.stale), (4, 0));
    for (sheet, cell, expected) in [
        (0, "B4", "100"),
        (0, "C4", "200"),
        (0, "C3", "4"),
        (0, "C13", "324"),
        (0, "C14", "2"),
        (1, "A1", "325"),
        (1, "A2", "650"),
        (1, "A3", "2"),
    ] {
        assert_eq!(value(&edited.bytes, sheet, cell), expected, "{cell}");
    }
    assert_eq!(verify(&package, &edited).unwrap().stale_cells, 0);
}

#[test]
fn looks_are_added_behind_those_that_are_there() {
    let package = package(form());
    let mut editor = package.edit();
    let mut sheet = editor.sheet("申請書").unwrap();
    sheet.style(at("B3"), StyleChange::fill([255, 199, 206])).unwrap();
    sheet.style(at("A1"), StyleChange { text_colour: Some([255, 0, 0]), ..StyleChange::default() }).unwrap();
    sheet.set(at("F30"), NewValue::Date(crate::Day(20_000))).unwrap();
    sheet.set(at("F31"), "=1+1").unwrap();
    sheet.row_height(40, 30.0).unwrap();
    let edited = editor.finish().unwrap();
    assert_eq!(edited.changed_parts, ["xl/styles.xml", "xl/worksheets/sheet1.xml"]);
    verify(&package, &edited).unwrap();
    assert_eq!(value(&edited.bytes, 0, "F30"), "2024-10-04");
    assert_eq!(value(&edited.bytes, 0, "F31"), "=1+1");
    let styles = part(&edited.bytes, "xl/styles.xml");
    assert!(styles.contains("FFFFC7CE") && styles.contains("quotePrefix=\"1\""), "{styles}");
    let before = part(&form(), "xl/styles.xml");
    let first = before.split_once("</cellXfs>").unwrap().0.rsplit_once("<cellXfs").unwrap().1.split_once('>').unwrap().1;
    assert!(styles.contains(first), "the styles that were there stand first and unchanged");
    let sheet = part(&edited.bytes, "xl/worksheets/sheet1.xml");
    assert!(sheet.contains("<row r=\"41\" ht=\"30\" customHeight=\"1\"/>"), "{sheet}");
}

#[test]
fn formulas_are_set_with_their_results() {
    let package = package(form());
    let mut editor = package.edit();
    editor.sheet("集計 表").unwrap().formula(at("D1"), "=申請書!B3+1").unwrap();
    let edited = editor.finish().unwrap();
    verify(&package, &edited).unwrap();
    assert_eq!(value(&edited.bytes, 1, "D1"), "3");
}

#[test]
fn the_same_edit_gives_the_same_bytes() {
    let edit = || {
        let package = package(form());
        let mut editor = package.edit();
        let mut sheet = editor.sheet("申請書").unwrap();
        for row in 0..50 {
            sheet.set(Address::new(row + 20, row % 7), i64::from(row)).unwrap();
            sheet.style(Address::new(row, 3), StyleChange::fill([row as u8, 0, 0])).unwrap();
        }
        editor.finish().unwrap().bytes
    };
    assert_eq!(edit(), edit());
    let package = package(form());
    assert_eq!(package.edit().finish().unwrap().bytes, form(), "without a change the file is the same");
}

#[test]
fn what_cannot_be_done_is_refused() {
    let package = package(form());
    let refused = |edit: &dyn Fn(&mut crate::Editor<'_>) -> Result<(), EditError>| {
        let mut editor = package.edit();
        edit(&mut editor).and_then(|()| editor.finish().map(drop)).unwrap_err()
    };
    let inside = refused(&|editor| editor.sheet("申請書")?.set(at("B1"), 1));
    assert_eq!(inside, EditError::InsideMerge { sheet: "申請書".into(), cell: at("B1"), area: "A1:D1".parse().unwrap() });
    let missing = refused(&|editor| editor.sheet("無い")?.set(at("B1"), 1));
    assert_eq!(missing, EditError::NoSheet { wanted: "無い".into(), have: vec!["申請書".into(), "集計 表".into()] });
    let long = refused(&|editor| editor.sheet("申請書")?.set(at("B1"), "あ".repeat(32_768)));
    assert!(matches!(long, EditError::TextTooLong { units: 32_768, .. }));
    assert_eq!(
        Package::open("a.csv", b"a,b\n".to_vec(), &Limits::default()).err(),
        Some(Refusal::Foreign { format: "CSV".into() })
    );
}

#[test]
fn the_proof_finds_what_was_not_meant() {
    let package = package(form());
    let mut editor = package.edit();
    editor.sheet("申請書").unwrap().set(at("A5"), "見本 花子").unwrap();
    let edited = editor.finish().unwrap();
    let forged = |sheet: &str, cell: &str, value: i64| {
        let mut editor = package.edit();
        editor.sheet("申請書").unwrap().set(at("A5"), "見本 花子").unwrap();
        editor.sheet(sheet).unwrap().set(at(cell), value).unwrap();
        Edited { bytes: editor.finish().unwrap().bytes, ..edited.clone() }
    };
    for (cell, value) in [("A6", 1), ("A5", 1), ("Z99", 1)] {
        let broken = verify(&package, &forged("申請書", cell, value)).unwrap_err();
        assert!(matches!(&broken, Broken::Cell { cell: found, .. } if *found == at(cell)), "{cell}: {broken:?}");
    }
    let broken = verify(&package, &forged("集計 表", "A5", 1)).unwrap_err();
    assert_eq!(broken, Broken::Part { part: "xl/worksheets/sheet2.xml".into() });
}

#[test]
fn prefixes_wide_letters_shared_formulas_and_cells_without_references() {
    let sheet = "<?xml version=\"1.0\" encoding=\"UTF-16\"?><x:worksheet xmlns:x=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">\
        <x:sheetData><x:row><x:c><x:v>1</x:v></x:c><x:c t=\"str\"><x:f t=\"shared\" ref=\"B1:B3\" si=\"0\">A1&amp;\"円\"</x:f><x:v>1円</x:v></x:c></x:row>\
        <x:row><x:c><x:v>2</x:v></x:c><x:c t=\"str\"><x:f t=\"shared\" si=\"0\"/><x:v>2円</x:v></x:c></x:row>\
        <x:row><x:c><x:v>3</x:v></x:c><x:c t=\"str\"><x:f t=\"shared\" si=\"0\"/><x:v>3円</x:v></x:c></x:row></x:sheetData></x:worksheet>";
    let wide: Vec<u8> = [0xFEFF].into_iter().chain(sheet.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let bytes = with_part(&form(), "xl/worksheets/sheet2.xml", &wide);
    let package = package(bytes);
    let mut editor = package.edit();
    let mut sheet = editor.sheet("集計 表").unwrap();
    sheet.set(at("B1"), "架空 太郎").unwrap();
    sheet.set(at("A3"), 30).unwrap();
    sheet.set(at("C5"), true).unwrap();
    let edited = editor.finish().unwrap();
    verify(&package, &edited).unwrap();
    let sheet = part(&edited.bytes, "xl/worksheets/sheet2.xml");
    assert!(sheet.contains("encoding=\"UTF-8\""), "{sheet}");
    assert!(sheet.contains("<x:c t=\"str\"><x:f>A2&amp;&quot;円&quot;</x:f><x:v>2円</x:v></x:c>"), "{sheet}");
    assert!(sheet.contains("<x:f>A3&amp;&quot;円&quot;</x:f><x:v>30円</x:v></x:c>"), "what changed has its result: {sheet}");
    assert!(sheet.contains("<x:row r=\"5\"><x:c r=\"C5\" t=\"b\"><x:v>1</x:v></x:c></x:row>"), "{sheet}");
}

#[test]
fn a_part_in_another_encoding_is_left_alone() {
    let sheet = "<?xml version=\"1.0\" encoding=\"Shift_JIS\"?><worksheet><sheetData/></worksheet>";
    let package = package(with_part(&form(), "xl/worksheets/sheet2.xml", sheet.as_bytes()));
    let mut editor = package.edit();
    editor.sheet("集計 表").unwrap().set(at("B1"), 1).unwrap();
    assert!(matches!(editor.finish().unwrap_err(), EditError::Encoding { .. }));
}

#[test]
fn a_header_of_a_table_changes_in_the_table_too() {
    let package = package(form());
    let edit = |value: NewValue| {
        let mut editor = package.edit();
        editor.sheet("集計 表").unwrap().set(at("B7"), value).unwrap();
        editor.finish()
    };
    let edited = edit("氏名".into()).unwrap();
    verify(&package, &edited).unwrap();
    assert!(part(&edited.bytes, "xl/tables/table1.xml").contains("name=\"氏名\""));
    let refused = EditError::TableHeader { sheet: "集計 表".into(), cell: at("B7"), table: "Table1".into() };
    assert_eq!(edit("Column1".into()).unwrap_err(), refused);
    assert_eq!(edit(1.into()).unwrap_err(), refused);
}

#[test]
fn what_stands_around_the_cells_stays_as_strange_as_it_is() {
    let around = "<mergeCells count=\"0\"/><dataValidations count=\"7\"></dataValidations>";
    let sheet = format!("<worksheet><sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c></row></sheetData>{around}</worksheet>");
    let package = package(with_part(&form(), "xl/worksheets/sheet2.xml", sheet.as_bytes()));
    let mut editor = package.edit();
    editor.sheet("集計 表").unwrap().set(at("A1"), 2).unwrap();
    let edited = editor.finish().unwrap();
    verify(&package, &edited).unwrap();
    assert!(part(&edited.bytes, "xl/worksheets/sheet2.xml").contains(around));
}
