//! What Excel means by a cell comes out of any XML that says so.

use super::*;
use crate::{ExcelError, Problem, Value, Visibility};

#[test]
fn every_kind_of_cell() {
    let rows = r#"<row r="1"><c r="A1" t="s"><v>1</v></c><c r="B1"><v>12.50</v></c><c r="C1" t="b"><v>1</v></c><c r="D1" t="e"><v>#N/A</v></c>
        <c r="E1" t="str"><f>A1</f><v>丙&amp;丁</v></c><c r="F1" t="inlineStr"><is><t>戊</t></is></c><c r="G1" t="d"><v>2024-04-01</v></c>
        <c r="H1" t="n"><v>-3</v></c><c r="I1" s="0"/><c r="J1"><v>1E3</v></c></row>"#;
    let expected = ["A1=乙", "B1=12.5", "C1=TRUE", "D1=#N/A", "E1=丙&丁", "F1=戊", "G1=2024-04-01", "H1=-3", "J1=1000"];
    assert_eq!(Parts::rows(rows).cells(), expected);
}

#[test]
fn a_formula_without_a_result_is_stale_and_not_zero() {
    let rows = r#"<row r="1"><c r="A1"><f>1+1</f></c><c r="B1"><f>1+1</f><v/></c><c r="C1"><f>1+1</f><v></v></c><c r="D1" t="str"><f>""</f><v></v></c>
        <c r="E1" t="str"><f>""</f></c><c r="F1"><f>1+1</f><v>0</v></c></row>"#;
    assert_eq!(Parts::rows(rows).cells(), ["A1=?", "B1=?", "C1=?", "D1=", "E1=?", "F1=0"]);
    let sheet = Parts::rows(rows).read().unwrap();
    assert!(sheet.cell(Address::new(0, 5)).unwrap().formula);
}

#[test]
fn zeros_of_a_program_that_does_not_calculate_are_stale() {
    let rows = r#"<row r="1"><c r="A1"><f>1+1</f><v>0</v></c><c r="B1"><v>0</v></c></row>"#;
    let never = |rows| Parts::rows(rows).workbook("<sheets>", "<calcPr fullCalcOnLoad=\"1\"/><sheets>").cells();
    assert_eq!(never(rows), ["A1=?", "B1=0"]);
    let rows = r#"<row r="1"><c r="A1"><f>1-1</f><v>0</v></c><c r="B1"><f>1+1</f><v>2</v></c></row>"#;
    assert_eq!(never(rows), ["A1=0", "B1=2"]);
}

#[test]
fn an_error_costs_its_cell_only() {
    let names = ["#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!", "#GETTING_DATA", "#BUSY!", "#なに?"];
    let rows: String = names.iter().map(|name| format!("<row><c t=\"e\"><v>{name}</v></c><c><v>1</v></c></row>")).collect();
    let sheet = Parts::rows(&rows).read().unwrap();
    assert_eq!(sheet.cell_count(), 14);
    assert_eq!(sheet.value(Address::new(0, 0)), Value::Error(ExcelError::Spill));
    assert_eq!(sheet.value(Address::new(6, 0)), Value::Error(ExcelError::Other));
    assert_eq!(sheet.value(Address::new(6, 1)), Value::Integer(1));
}

#[test]
fn furigana_never_leaks() {
    let strings = r#"<sst><si><t>名張</t><rPh sb="0" eb="2"><t>ナバリ</t></rPh><phoneticPr fontId="1"/></si>
        <si><r><t>三</t></r><r><rPr><b/></rPr><t xml:space="preserve">重 </t></r><rPh sb="0" eb="1"><t>ミエ</t></rPh></si></sst>"#;
    let rows = r#"<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="inlineStr"><is><t>津</t><rPh sb="0" eb="1"><t>ツ</t></rPh></is></c></row>"#;
    assert_eq!(Parts::rows(rows).strings(strings).cells(), ["A1=名張", "B1=三重 ", "C1=津"]);
}

#[test]
fn texts_are_decoded() {
    let strings = "<sst><si><t> 外 </t></si><si><t xml:space='preserve'> 外 </t></si><si><t>a_x000D_b&#10;c</t></si><si><t><![CDATA[<&>]]></t></si>\
        <si/><si><t/></si><si><t>a_b&lt;</t></si><si><t>a_b</t></si></sst>";
    let rows: String = (0..8).map(|at| format!("<row><c t=\"s\"><v>{at}</v></c></row>")).collect();
    let found = Parts::rows(&rows).strings(strings).cells();
    assert_eq!(found, ["A1=外", "A2= 外 ", "A3=a\rb\nc", "A4=<&>", "A5=", "A6=", "A7=a_b<", "A8=a_b"]);
}

#[test]
fn cells_and_rows_without_references_follow_each_other() {
    let rows = r#"<row><c><v>1</v></c><c><v>2</v></c></row><row r="5"><c r="C5"><v>3</v></c><c><v>4</v></c></row><row><c><v>5</v></c></row>"#;
    assert_eq!(Parts::rows(rows).cells(), ["A1=1", "B1=2", "C5=3", "D5=4", "A6=5"]);
}

#[test]
fn any_xml_that_means_the_same_reads_the_same() {
    let prefixed = format!(
        "<?xml version='1.0'?><!-- 注 --><x:worksheet xmlns:x='{MAIN}'><x:sheetData><x:row r='1'><x:c r='A1' t='s' ><x:v>0</x:v></x:c>\
         <x:c s='0' r = \"B1\"><x:v> 7 </x:v></x:c></x:row></x:sheetData></x:worksheet>"
    );
    let strings = "\u{FEFF}<x:sst xmlns:x='y'><x:si><x:t>甲</x:t></x:si></x:sst>";
    assert_eq!(Parts::sheet(&prefixed).strings(strings).cells(), ["A1=甲", "B1=7"]);
}

#[test]
fn utf16_parts_are_read() {
    let sheet = "<worksheet><sheetData><row><c t=\"inlineStr\"><is><t>𠮷田</t></is></c></row></sheetData></worksheet>";
    let little: Vec<u8> = [0xFF, 0xFE].into_iter().chain(sheet.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let big: Vec<u8> = sheet.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [little, big] {
        let mut parts = Parts::rows("");
        parts.sheet = bytes;
        assert_eq!(parts.cells(), ["A1=𠮷田"]);
    }
}

#[test]
fn strict_workbooks_are_read() {
    let mut parts = Parts::rows(r#"<row r="1"><c r="A1" t="d"><v>2024-04-01T08:30:00</v></c></row>"#);
    let strict = |text: &str| {
        text.replace("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main")
    };
    parts.workbook = strict(&parts.workbook);
    parts.sheet = strict(std::str::from_utf8(&parts.sheet).unwrap()).into_bytes();
    assert_eq!(parts.cells(), ["A1=2024-04-01 8:30"]);
}

#[test]
fn far_cells_cost_nothing() {
    let rows = r#"<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>"#;
    assert_eq!(Parts::rows(rows).cells(), ["A1=1", "XFD1048576=2"]);
}

#[test]
fn formats_make_dates_of_numbers() {
    let formats = r#"<numFmt numFmtId="164" formatCode="[$-411]gge&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/>
        <numFmt numFmtId="165" formatCode="[h]:mm"/><numFmt numFmtId="166" formatCode="0&quot;年度&quot;"/>"#;
    let ids = [0, 14, 164, 165, 166, 20, 57, 22];
    let rows = r#"<row><c s="0"><v>44652</v></c><c s="1"><v>44652</v></c><c s="2"><v>44652</v></c><c s="3"><v>1.71875</v></c><c s="4"><v>2022</v></c>
        <c s="5"><v>0.354166666666667</v></c><c s="6"><v>44652</v></c><c s="7"><v>44652.5</v></c><c s="1"><v>60</v></c></row>"#;
    let parts = Parts::rows(rows).styles(formats, &ids);
    let expected = [
        "A1=44652",
        "B1=2022-04-01",
        "C1=2022-04-01",
        "D1=41:15",
        "E1=2022",
        "F1=8:30",
        "G1=2022-04-01",
        "H1=2022-04-01 12:00",
        "I1=60",
    ];
    assert_eq!(parts.cells(), expected);
    let sheet = parts.read().unwrap();
    assert_eq!(sheet.cell(Address::new(0, 4)).unwrap().format, "0\"年度\"");
    assert_eq!(sheet.cell(Address::new(0, 0)).unwrap().format, "");
    let other = Parts::rows("<row><c s=\"1\"><v>0</v></c></row>").styles("", &[0, 14]);
    let other = other.workbook("<sheets>", "<workbookPr date1904=\"1\"/><sheets>");
    assert_eq!(other.cells(), ["A1=1904-01-01"]);
    // Excel since 2013 says more of a workbook under the same name, in an extension behind it.
    let extended = "<extLst><ext xmlns:x15='x15'><x15:workbookPr chartTrackingRefBase='1'/></ext></extLst></workbook>";
    assert_eq!(other.workbook("</workbook>", extended).cells(), ["A1=1904-01-01"]);
}

#[test]
fn hidden_things_merges_and_filters_are_kept() {
    let sheet = format!(
        "<worksheet xmlns=\"{MAIN}\"><cols><col min=\"2\" max=\"3\" hidden=\"1\"/></cols><sheetData><row r=\"1\"><c><v>1</v></c><c><v>2</v></c></row>\
         <row r=\"2\" hidden=\"1\"><c><v>3</v></c></row><row r=\"3\" hidden=\"1\"/></sheetData><autoFilter ref=\"A1:B2\"/>\
         <mergeCells><mergeCell ref=\"A1:B2\"/></mergeCells></worksheet>"
    );
    let parts = Parts::sheet(&sheet).workbook("sheetId", "state=\"veryHidden\" sheetId");
    let book = parts.open().unwrap();
    assert_eq!(book.sheets()[0].visibility, Visibility::VeryHidden);
    assert!(book.findings().is_empty());
    let sheet = book.sheet(0).unwrap();
    assert_eq!((sheet.hidden_rows(), &sheet.hidden_columns[..], sheet.filtered), (1, &[(1, 2)][..], true));
    assert_eq!(sheet.merges[0].to_string(), "A1:B2");
    let findings = book.findings();
    let expected = [&Problem::HiddenSheet, &Problem::HiddenRows { count: 1 }, &Problem::HiddenColumns { count: 1 }];
    assert_eq!(problems(&findings), expected);
}

#[test]
fn a_sheet_can_be_let_go_and_read_again() {
    let book = Parts::rows("<row><c><v>1</v></c></row>").open().unwrap();
    assert!(Rc::ptr_eq(&book.sheet(0).unwrap(), &book.sheet(0).unwrap()));
    book.forget(0);
    book.forget(7);
    assert_eq!(book.sheet(0).unwrap().cell_count(), 1);
    assert!(book.sheet(7).is_err());
}
