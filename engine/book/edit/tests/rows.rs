//! Rows that come and go, with all that names them.

use rust_xlsxwriter::{
    Chart, ConditionalFormatCell, ConditionalFormatCellRule, ConditionalFormatFormula, DataValidation, Format, Formula, Image,
    Note, Sparkline, Table, Url, Workbook as Writer,
};

use super::cells::{PNG, form};
use super::{at, package, part, value, with_part};
use crate::{Address, Area, EditError, Edited, RowTrouble, SheetEditor, verify};

/// A workbook in which everything that can name a row names some.
pub(super) fn rich() -> Vec<u8> {
    let mut book = Writer::new();
    // Without a moment of its own, two of these made in two seconds would differ.
    book.set_properties(&crate::write::properties().unwrap());
    let sheet = book.add_worksheet();
    sheet.set_name("明細").unwrap();
    sheet.merge_range(0, 0, 0, 4, "明細書", &Format::new().set_bold()).unwrap();
    for row in 1..20u32 {
        sheet.write(row, 0, format!("行{}", row + 1)).unwrap();
        sheet.write(row, 1, row * 10).unwrap();
        sheet.write_formula(row, 2, Formula::new(format!("=B{0}*2", row + 1)).set_result("1")).unwrap();
    }
    sheet.write_formula(20, 1, Formula::new("=SUM(B2:B20)").set_result("1900")).unwrap();
    sheet.merge_range(9, 3, 10, 4, "二行", &Format::new()).unwrap();
    sheet.merge_range(5, 3, 5, 4, "一行", &Format::new()).unwrap();
    sheet.set_row_height(9, 40).unwrap();
    let list = DataValidation::new().allow_list_formula("=選択肢!$A$5:$A$9".into());
    sheet.add_data_validation(1, 3, 19, 3, &list).unwrap();
    sheet.add_data_validation(7, 5, 7, 5, &DataValidation::new().allow_custom("=F8>B8".into())).unwrap();
    let rule =
        ConditionalFormatCell::new().set_rule(ConditionalFormatCellRule::GreaterThan(50)).set_format(Format::new().set_bold());
    sheet.add_conditional_format(1, 1, 19, 1, &rule).unwrap();
    let rule = ConditionalFormatFormula::new().set_rule("=$B10>3").set_format(Format::new().set_italic());
    sheet.add_conditional_format(9, 0, 12, 0, &rule).unwrap();
    sheet.write_url(11, 5, Url::new("internal:'選択肢'!A5")).unwrap();
    sheet.write_url(3, 5, "https://example.com/").unwrap();
    sheet.insert_note(11, 1, &Note::new("覚え").set_author("見本 花子")).unwrap();
    sheet.insert_note(2, 1, &Note::new("上").set_author("見本 花子")).unwrap();
    sheet.insert_image(14, 6, &Image::new_from_buffer(PNG).unwrap()).unwrap();
    let mut chart = Chart::new_line();
    chart.add_series().set_categories(("明細", 1, 0, 19, 0)).set_values(("明細", 1, 1, 19, 1));
    sheet.insert_chart(22, 6, &chart).unwrap();
    sheet.set_print_area(0, 0, 20, 4).unwrap();
    sheet.set_repeat_rows(0, 1).unwrap();
    sheet.set_page_breaks(&[10, 15]).unwrap();
    sheet.autofilter(1, 0, 19, 4).unwrap();
    sheet.set_freeze_panes(1, 0).unwrap();
    sheet.add_sparkline(12, 7, &Sparkline::new().set_range(("明細", 12, 0, 12, 4))).unwrap();
    let choices = book.add_worksheet();
    choices.set_name("選択肢").unwrap();
    for row in 0..10u32 {
        choices.write(row, 0, row).unwrap();
    }
    choices.write_formula(0, 2, Formula::new("=明細!B11+SUM(明細!B2:B20)").set_result("5")).unwrap();
    choices.write_formula(1, 2, Formula::new("=SUM(A1:A3)").set_result("3")).unwrap();
    choices.add_table(12, 0, 16, 2, &Table::new().set_name("表一")).unwrap();
    book.define_name("対象", "=明細!$B$11:$B$15").unwrap();
    book.save_to_buffer().unwrap()
}

fn edited(bytes: &[u8], sheet: &str, edit: impl Fn(&mut SheetEditor<'_>)) -> Edited {
    let package = package(bytes.to_vec());
    let mut editor = package.edit();
    edit(&mut editor.sheet(sheet).unwrap());
    let edited = editor.finish().unwrap();
    verify(&package, &edited).unwrap();
    edited
}

#[track_caller]
fn has(text: &str, wanted: &[&str]) {
    for wanted in wanted {
        assert!(text.contains(wanted), "no {wanted} in {text}");
    }
}

#[test]
fn everything_below_inserted_rows_moves_with_them() {
    let edited = edited(&rich(), "明細", |sheet| sheet.insert_rows(10, 2).unwrap());
    let sheet = part(&edited.bytes, "xl/worksheets/sheet1.xml");
    has(
        &sheet,
        &[
            "<f>SUM(B2:B22)</f><v>1900</v></c>",
            "<f>B10*2</f>",
            "<f>B13*2</f><v>200</v></c>",
            "<mergeCell ref=\"D10:E13\"/>",
            "<mergeCell ref=\"D6:E6\"/>",
            "sqref=\"D2:D22\"",
            "選択肢!$A$5:$A$9",
            "sqref=\"F8\"",
            "sqref=\"B2:B22\"",
            "sqref=\"A10:A15\"",
            "<formula>$B10&gt;3</formula>",
            "ref=\"F14\"",
            "ref=\"F4\"",
            "<brk id=\"12\"",
            "<brk id=\"17\"",
            "<autoFilter ref=\"A2:E22\"/>",
            "<xm:f>明細!A15:E15</xm:f><xm:sqref>H15</xm:sqref>",
        ],
    );
    has(
        &part(&edited.bytes, "xl/worksheets/sheet2.xml"),
        &["<f>明細!B13+SUM(明細!B2:B22)</f><v>2000</v></c>", "<f>SUM(A1:A3)</f><v>3</v>"],
    );
    has(
        &part(&edited.bytes, "xl/workbook.xml"),
        &["明細!$A$1:$E$23", "明細!$1:$2", "明細!$A$2:$E$22", "明細!$B$13:$B$17", "fullCalcOnLoad"],
    );
    has(&part(&edited.bytes, "xl/charts/chart1.xml"), &["明細!$A$2:$A$22", "明細!$B$2:$B$22"]);
    has(&part(&edited.bytes, "xl/comments1.xml"), &["ref=\"B14\"", "ref=\"B3\""]);
    has(&part(&edited.bytes, "xl/drawings/vmlDrawing1.vml"), &["<x:Row>13</x:Row>", "<x:Row>2</x:Row>"]);
    has(&part(&edited.bytes, "xl/drawings/drawing1.xml"), &["<xdr:row>16</xdr:row>", "<xdr:row>24</xdr:row>"]);
    assert_eq!(value(&edited.bytes, 0, "A13"), "行11");
    assert!(!edited.changed_parts.iter().any(|part| part.contains("styles") || part.contains("media") || part.contains("table")));
}

#[test]
fn deleted_rows_take_what_is_in_them_along() {
    let edited = edited(&rich(), "明細", |sheet| sheet.delete_rows(9, 3).unwrap());
    let sheet = part(&edited.bytes, "xl/worksheets/sheet1.xml");
    has(
        &sheet,
        &[
            "<f>SUM(B2:B17)</f>",
            "sqref=\"D2:D17\"",
            "sqref=\"A10:A10\"",
            "<formula>$B10&gt;3</formula>",
            "<mergeCells count=\"2\"",
            "<brk id=\"12\"",
            "<autoFilter ref=\"A2:E17\"/>",
        ],
    );
    assert!(!sheet.contains("ref=\"F12\"") && !sheet.contains("行10"), "{sheet}");
    has(&part(&edited.bytes, "xl/worksheets/sheet2.xml"), &["<f>明細!#REF!+SUM(明細!B2:B17)</f>"]);
    has(&part(&edited.bytes, "xl/workbook.xml"), &["明細!$B$10:$B$12"]);
    let comments = part(&edited.bytes, "xl/comments1.xml");
    assert!(comments.contains("ref=\"B3\"") && !comments.contains("覚え"), "{comments}");
    assert_eq!(part(&edited.bytes, "xl/drawings/vmlDrawing1.vml").matches("ObjectType=\"Note\"").count(), 1);
    assert_eq!(value(&edited.bytes, 0, "A10"), "行13");
}

#[test]
fn a_block_is_written_again_with_all_that_is_in_it() {
    let edited = edited(&rich(), "明細", |sheet| {
        sheet.repeat_rows(9, 10, 2).unwrap();
        sheet.set(at("A12"), "写し").unwrap();
        sheet.formula(at("C14"), "=B14*3").unwrap();
    });
    let sheet = part(&edited.bytes, "xl/worksheets/sheet1.xml");
    has(
        &sheet,
        &[
            "<f>SUM(B2:B24)</f>",
            "<f>B10*2</f>",
            "<f>B12*2</f>",
            "<f>B13*2</f>",
            "<f>B14*3</f>",
            "<f>B16*2</f>",
            "<mergeCell ref=\"D10:E11\"/><mergeCell ref=\"D12:E13\"/><mergeCell ref=\"D14:E15\"/>",
        ],
    );
    assert_eq!(sheet.matches("ht=\"39.75\"").count(), 3, "{sheet}");
    assert_eq!(value(&edited.bytes, 0, "A12"), "写し");
    assert_eq!(value(&edited.bytes, 0, "A13"), "行11");
    assert_eq!(value(&edited.bytes, 0, "A16"), "行12");
    has(&part(&edited.bytes, "xl/charts/chart1.xml"), &["明細!$B$2:$B$24"]);
}

#[test]
fn a_row_that_is_the_whole_list_grows_its_sum() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(3, 0, "{{品名}}").unwrap();
    sheet.write_formula(3, 2, Formula::new("=SUM(A4:B4)")).unwrap();
    sheet.write_formula(4, 2, Formula::new("=SUM(C4:C4)")).unwrap();
    sheet.write_formula(5, 2, Formula::new("=C5*1.1")).unwrap();
    let edited = edited(&book.save_to_buffer().unwrap(), "Sheet1", |sheet| sheet.repeat_rows(3, 3, 2).unwrap());
    has(
        &part(&edited.bytes, "xl/worksheets/sheet1.xml"),
        &["<f>SUM(A4:B4)</f>", "<f>SUM(A5:B5)</f>", "<f>SUM(A6:B6)</f>", "<f>SUM(C4:C6)</f>", "<f>C7*1.1</f>"],
    );
}

#[test]
fn edits_before_and_after_rows_move_as_they_were_asked_for() {
    let edited = edited(&form(), "申請書", |sheet| {
        sheet.set(at("F8"), "前").unwrap();
        sheet.formula(at("G8"), "=B8").unwrap();
        sheet.insert_rows(5, 3).unwrap();
        sheet.set(at("F8"), "後").unwrap();
        sheet.delete_rows(0, 1).unwrap();
    });
    assert_eq!((value(&edited.bytes, 0, "F10"), value(&edited.bytes, 0, "F7")), ("前".to_owned(), "後".to_owned()));
    has(&part(&edited.bytes, "xl/worksheets/sheet1.xml"), &["<f>B10</f>", "<f>SUM(C2:C14)</f>"]);
    has(&part(&edited.bytes, "xl/worksheets/sheet2.xml"), &["<f>申請書!C15+1</f>"]);
}

#[test]
fn what_would_be_torn_apart_is_refused() {
    let package = package(rich());
    let refused = |sheet: &str, edit: &dyn Fn(&mut SheetEditor<'_>) -> Result<(), EditError>| {
        let mut editor = package.edit();
        let done = edit(&mut editor.sheet(sheet).unwrap());
        done.and_then(|()| editor.finish().map(drop)).unwrap_err()
    };
    let table = EditError::Rows { sheet: "選択肢".into(), why: RowTrouble::Table { name: "表一".into() } };
    assert_eq!(refused("選択肢", &|sheet| sheet.delete_rows(12, 1)), table);
    assert_eq!(refused("選択肢", &|sheet| sheet.delete_rows(13, 4)), table);
    assert_eq!(refused("選択肢", &|sheet| sheet.repeat_rows(11, 13, 1)), table);
    let full = EditError::Rows { sheet: "明細".into(), why: RowTrouble::Full };
    assert_eq!(refused("明細", &|sheet| sheet.insert_rows(10, 1_048_560)), full);
    assert_eq!(refused("明細", &|sheet| sheet.repeat_rows(0, 1_000_000, 2)), full);
    let array = "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>\
        <row r=\"2\"><c r=\"A2\"><f t=\"array\" ref=\"A2:A4\">B2:B4</f><v>1</v></c></row>\
        <row r=\"3\"><c r=\"A3\"><v>2</v></c></row><row r=\"4\"><c r=\"A4\"><v>3</v></c></row></sheetData></worksheet>";
    let bytes = with_part(&form(), "xl/worksheets/sheet2.xml", array.as_bytes());
    let area: Area = "A2:A4".parse().unwrap();
    let package = super::package(bytes.clone());
    let mut editor = package.edit();
    editor.sheet("集計 表").unwrap().insert_rows(2, 1).unwrap();
    assert_eq!(editor.finish().unwrap_err(), EditError::Rows { sheet: "集計 表".into(), why: RowTrouble::Array(area) });
    let mut editor = package.edit();
    editor.sheet("集計 表").unwrap().set(at("A3"), 1).unwrap();
    assert_eq!(editor.finish().unwrap_err(), EditError::InsideArray { sheet: "集計 表".into(), cell: at("A3"), area });
    let moved = edited(&bytes, "集計 表", |sheet| sheet.insert_rows(0, 2).unwrap());
    has(&part(&moved.bytes, "xl/worksheets/sheet2.xml"), &["<f t=\"array\" ref=\"A4:A6\">B4:B6</f></c>", "<c r=\"A5\"></c>"]);
}

#[test]
fn the_last_row_may_go_if_nothing_stands_in_it() {
    let sheet = |last: &str| {
        let xml = format!(
            "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>\
             <row r=\"2\"><c r=\"A2\"><v>1</v></c></row><row r=\"1048576\"><c r=\"A1048576\">{last}</c></row></sheetData></worksheet>"
        );
        with_part(&form(), "xl/worksheets/sheet2.xml", xml.as_bytes())
    };
    let moved = edited(&sheet(""), "集計 表", |sheet| sheet.insert_rows(0, 1).unwrap());
    assert_eq!(value(&moved.bytes, 1, "A3"), "1");
    let package = package(sheet("<v>2</v>"));
    let mut editor = package.edit();
    editor.sheet("集計 表").unwrap().insert_rows(0, 1).unwrap();
    assert_eq!(editor.finish().unwrap_err(), EditError::Rows { sheet: "集計 表".into(), why: RowTrouble::Full });
}

#[test]
fn a_table_grows_with_its_rows() {
    let grown = edited(&rich(), "選択肢", |sheet| sheet.insert_rows(14, 3).unwrap());
    has(&part(&grown.bytes, "xl/tables/table1.xml"), &["ref=\"A13:C20\""]);
    // The list that another sheet's validation is taken from moves too.
    let moved = edited(&rich(), "選択肢", |sheet| sheet.insert_rows(0, 1).unwrap());
    has(&part(&moved.bytes, "xl/worksheets/sheet1.xml"), &["選択肢!$A$6:$A$10", "location=\"'選択肢'!A6\""]);
    assert!(moved.changed_parts.contains(&"xl/worksheets/sheet1.xml".to_owned()));
}

#[test]
fn rows_far_down_cost_nothing() {
    let edited = edited(&form(), "申請書", |sheet| {
        sheet.set(Address::new(1_000_000, 3), 1).unwrap();
        sheet.insert_rows(500_000, 10).unwrap();
    });
    assert_eq!(value(&edited.bytes, 0, "D1000011"), "1");
}
