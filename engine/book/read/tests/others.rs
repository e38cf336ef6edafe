//! Formats that are named, and those that others wrote.

use super::*;
use crate::read::Format;

/// A container of old Office with one directory sector that holds these names, the first being the root.
pub(super) fn container(names: &[&str]) -> Vec<u8> {
    let mut header = vec![0u8; 512];
    header[..8].copy_from_slice(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
    header[24..32].copy_from_slice(&[0x3E, 0, 3, 0, 0xFE, 0xFF, 9, 0]);
    let mut put = |at: usize, number: u32| header[at..at + 4].copy_from_slice(&number.to_le_bytes());
    put(44, 1); // one sector of the table: the first
    put(48, 1); // the directory: the second
    put(56, 4096);
    put(60, 0xFFFF_FFFE);
    put(68, 0xFFFF_FFFE);
    for slot in 0..109 {
        put(76 + slot * 4, if slot == 0 { 0 } else { 0xFFFF_FFFF });
    }
    let mut table = vec![0xFF; 512];
    table[..8].copy_from_slice(&[0xFD, 0xFF, 0xFF, 0xFF, 0xFE, 0xFF, 0xFF, 0xFF]);
    let mut directory = vec![0u8; 512];
    for (at, name) in names.iter().enumerate() {
        let entry = &mut directory[at * 128..(at + 1) * 128];
        let units: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        entry[..units.len()].copy_from_slice(&units);
        entry[64] = units.len() as u8 + 2;
        entry[66] = if at == 0 { 5 } else { 2 };
        entry[116..120].copy_from_slice(&0xFFFF_FFFEu32.to_le_bytes());
    }
    [header, table, directory].concat()
}

fn foreign(format: &str) -> Refusal {
    Refusal::Foreign { format: format.to_owned() }
}

#[test]
fn encrypted_and_foreign_containers_are_named() {
    assert_eq!(refusal(container(&["Root Entry", "EncryptedPackage", "EncryptionInfo"])), Refusal::Password);
    assert_eq!(refusal(container(&["Root Entry", "WordDocument"])), foreign("Word"));
    assert_eq!(refusal(container(&["Root Entry", "PowerPoint Document"])), foreign("PowerPoint"));
    assert_eq!(refusal(container(&["Root Entry", "x"])), foreign("OLE"));
    assert_eq!(refusal(container(&["Root Entry"])[..600].to_vec()), Refusal::CutOff);
    // An xls without a single record.
    assert_eq!(refusal(container(&["Root Entry", "Workbook"])), Refusal::CutOff);
}

#[test]
fn foreign_files_are_named() {
    let cases: [(&[u8], &str); 9] = [
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n\x1A\n", "PNG"),
        (b"\xFF\xD8\xFF\xE0", "JPEG"),
        (b"\xEF\xBB\xBF<!DOCTYPE html><table>", "HTML"),
        (b"\r\n<html xmlns:x=\"urn:schemas-microsoft-com:office:excel\">", "HTML"),
        (b"<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?><Workbook>", "XML Spreadsheet 2003"),
        (b"<?xml version=\"1.0\"?><x/>", "XML"),
        (b"MIME-Version: 1.0\r\n", "MHTML"),
        (b"{\\rtf1", "RTF"),
    ];
    for (bytes, format) in cases {
        assert_eq!(refusal(bytes.to_vec()), foreign(format));
    }
    assert_eq!(refusal(zip(&[("a.txt", b"x")])), foreign("ZIP"));
    let word = "<Types><Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/></Types>";
    assert_eq!(refusal(zip(&[("[Content_Types].xml", word.as_bytes())])), foreign("Word"));
    assert_eq!(refusal(b"\x01\x02\x03\x04 abc".to_vec()), Refusal::Unknown);
}

#[test]
fn a_workbook_under_another_name_is_said() {
    let book = open("月報.xls", Parts::rows("").bytes()).unwrap();
    assert_eq!(book.format(), Format::Xlsx);
    assert_eq!(book.findings().len(), 1);
    assert!(open("月報.XLSX", Parts::rows("").bytes()).unwrap().findings().is_empty());
}

fn ods(spreadsheet: &str) -> Vec<u8> {
    let content = format!(
        "<office:document-content xmlns:office='o' xmlns:table='t' xmlns:text='x' xmlns:style='s' xmlns:number='n'><office:automatic-styles>\
         <style:style style:name='ta2' style:family='table'><style:table-properties table:display='false'/></style:style>\
         <number:time-style style:name='N1' number:truncate-on-overflow='false'/><style:style style:name='ce1' style:data-style-name='N1'/>\
         </office:automatic-styles><office:body><office:spreadsheet>{spreadsheet}</office:spreadsheet></office:body></office:document-content>"
    );
    zip(&[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", content.as_bytes())])
}

#[test]
fn cells_of_ods() {
    let sheet = "<table:table table:name='表'><table:table-column table:number-columns-repeated='2'/>\
        <table:table-column table:visibility='collapse' table:default-cell-style-name='ce1'/><table:table-row>\
        <table:table-cell office:value-type='string'><text:p>津<text:s text:c='2'/>市</text:p><text:p><text:span>二</text:span></text:p>\
        <office:annotation><text:p>注</text:p></office:annotation></table:table-cell>\
        <table:table-cell office:value-type='float' office:value='1.5'><text:p>1.50</text:p></table:table-cell>\
        <table:table-cell office:value-type='time' office:time-value='PT08H30M00S'/>\
        <table:table-cell office:value-type='time' office:time-value='PT08H30M00S'/>\
        <table:table-cell office:value-type='date' office:date-value='2024-04-01'/>\
        <table:table-cell office:value-type='boolean' office:boolean-value='true'/>\
        <table:table-cell table:formula='of:=1+1'/><table:table-cell table:formula='of:=NA()' office:value-type='string'><text:p>#N/A</text:p></table:table-cell>\
        </table:table-row><table:table-row table:number-rows-repeated='2' table:visibility='filter'>\
        <table:table-cell table:number-columns-repeated='2' table:number-columns-spanned='2' office:value-type='percentage' office:value='0.5'/></table:table-row>\
        <table:table-row table:number-rows-repeated='1048000'><table:table-cell table:number-columns-repeated='16384'/></table:table-row></table:table>\
        <table:table table:name='隠' table:style-name='ta2'/>";
    let book = open("表.ods", ods(sheet)).unwrap();
    assert_eq!(book.sheets()[1], crate::SheetInfo { name: "隠".into(), visibility: crate::Visibility::Hidden });
    let sheet = book.sheet(0).unwrap();
    let expected = [
        "A1=津  市\n二",
        "B1=1.5",
        "C1=8:30",
        "D1=8:30",
        "E1=2024-04-01",
        "F1=TRUE",
        "G1=?",
        "H1=#N/A",
        "A2=0.5",
        "B2=0.5",
        "A3=0.5",
        "B3=0.5",
    ];
    assert_eq!(cells(&sheet), expected);
    assert!(matches!(sheet.value(Address::new(0, 2)), Value::Duration(_)));
    assert!(matches!(sheet.value(Address::new(0, 3)), Value::Time(_)));
    assert_eq!((sheet.hidden_rows(), sheet.merges.len(), sheet.hidden_columns[0]), (2, 1, (2, 2)));
    assert_eq!(book.sheet(1).unwrap().cell_count(), 0);
}

#[test]
fn a_damaged_name_in_ods_leaves_no_row_out() {
    let row =
        |name: &str| format!("<table:{name}><table:table-cell office:value-type='float' office:value='1'/></table:table-row>");
    let table = |second: &str| ods(&format!("<table:table table:name='表'>{}{}</table:table>", row("table-row"), row(second)));
    assert_eq!(open("表.ods", table("table-row")).unwrap().sheet(0).unwrap().cell_count(), 2);
    for name in ["Table-row", "table-rov"] {
        assert!(is_broken(&refusal(table(name))), "{name}");
    }
}

#[test]
fn repeats_of_ods_do_not_explode() {
    let row = |rows: &str, columns: &str| {
        ods(&format!(
            "<table:table table:name='表'><table:table-row table:number-rows-repeated='{rows}'><table:table-cell \
             table:number-columns-repeated='{columns}' office:value-type='float' office:value='1'/></table:table-row></table:table>"
        ))
    };
    assert_eq!(refusal(row("1048576", "16384")), Refusal::TooManyCells { limit: 40_000_000 });
    assert!(is_hostile(&refusal(row("4294967295", "1"))));
    assert!(is_hostile(&refusal(row("1", "16385"))));
    assert_eq!(open("表.ods", row("1000", "10")).unwrap().sheet(0).unwrap().cell_count(), 10_000);
}

#[test]
fn an_encrypted_ods_wants_its_password() {
    let manifest = "<manifest:manifest xmlns:manifest='m'><manifest:file-entry manifest:full-path='content.xml'><manifest:encryption-data/></manifest:file-entry></manifest:manifest>";
    let parts: [(&str, &[u8]); 3] = [
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", manifest.as_bytes()),
        ("content.xml", b"\x01\x02"),
    ];
    assert_eq!(refusal(zip(&parts)), Refusal::Password);
}
