//! Files that chance made: whatever the bytes are, reading ends with cells or with a refusal.

use proptest::prelude::*;

use super::*;

/// Reads everything there is, and says how much.
fn read_all(file: &str, bytes: Vec<u8>) -> usize {
    let limits = Limits { cells: 200_000, ..Limits::default() };
    let Ok(book) = Workbook::open(file, bytes, &Shelf::new(), &limits) else { return 0 };
    let cells: usize = (0..book.sheets().len()).filter_map(|at| book.sheet(at).ok()).map(|sheet| cells(&sheet).len()).sum();
    cells + book.findings().len()
}

/// Changes bytes at some places: sets, removes, doubles.
fn mutate(mut bytes: Vec<u8>, changes: &[(usize, u8, u8)]) -> Vec<u8> {
    for &(at, kind, byte) in changes {
        if bytes.is_empty() {
            break;
        }
        let at = at % bytes.len();
        match kind % 4 {
            0 => bytes[at] = byte,
            1 => bytes[at] ^= 1 << (byte % 8),
            2 => drop(bytes.drain(at..bytes.len().min(at + usize::from(byte % 9)))),
            _ => {
                let piece = bytes[at..bytes.len().min(at + usize::from(byte))].to_vec();
                bytes.splice(at..at, piece);
            }
        }
    }
    bytes
}

fn changes() -> impl Strategy<Value = Vec<(usize, u8, u8)>> {
    prop::collection::vec((any::<usize>(), any::<u8>(), any::<u8>()), 1..8)
}

const SHEET: &str = r#"<?xml version="1.0"?><worksheet xmlns="x"><cols><col min="2" max="3" hidden="1"/></cols><sheetData><row r="1" hidden="1">
<c r="A1" t="s"><v>1</v></c><c r="B1" s="1"><v>44652.5</v></c><c t="inlineStr"><is><r><t xml:space="preserve"> 甲 </t></r><rPh><t>コウ</t></rPh></is></c></row>
<row r="3"><c r="A3" t="str"><f>A1&amp;"x"</f><v>a_x000D_b</v></c><c r="B3"><f>1</f></c><c r="C3" t="e"><v>#SPILL!</v></c><c r="D3" t="b"><v>1</v></c>
<c r="XFD3" t="d"><v>2024-04-01</v></c></row></sheetData><autoFilter ref="A1"/><mergeCells><mergeCell ref="A1:B2"/></mergeCells></worksheet>"#;

fn mutated_parts(which: u8, changes: &[(usize, u8, u8)]) -> Vec<u8> {
    let mut parts = Parts::sheet(SHEET).styles("<numFmt numFmtId=\"164\" formatCode=\"[$-411]ggge&quot;年&quot;\"/>", &[0, 164]);
    let text = |text: &str| String::from_utf8_lossy(&mutate(text.as_bytes().to_vec(), changes)).into_owned();
    match which % 4 {
        0 => parts.sheet = mutate(parts.sheet, changes),
        1 => parts.strings = mutate(parts.strings, changes),
        2 => parts.styles = text(&parts.styles),
        _ => parts.workbook = text(&parts.workbook),
    }
    parts.bytes()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_zips_never_panic(changes in changes()) {
        read_all("表.xlsx", mutate(Parts::sheet(SHEET).bytes(), &changes));
    }

    #[test]
    fn damaged_parts_never_panic(which in any::<u8>(), changes in changes()) {
        read_all("表.xlsx", mutated_parts(which, &changes));
    }

    #[test]
    fn damaged_xls_never_panics(changes in changes()) {
        read_all("表.xls", xls::book(&mutate(xls::sound(), &changes)));
    }

    #[test]
    fn damaged_containers_never_panic(changes in changes()) {
        read_all("表.xls", mutate(xls::book(&xls::sound()), &changes));
    }

    #[test]
    fn damaged_xlsb_never_panics(changes in changes()) {
        read_all("表.xlsb", xlsb::book(&mutate(xlsb::sound(), &changes)));
    }

    #[test]
    fn damaged_ods_never_panic(changes in changes()) {
        let content = "<document-content><automatic-styles><style name='a' data-style-name='b'/></automatic-styles><body><spreadsheet><table name='表'>\
            <table-column number-columns-repeated='3'/><table-row number-rows-repeated='2'><table-cell value-type='float' value='1.5'><p>a<s c='2'/></p></table-cell>\
            <table-cell value-type='time' time-value='PT08H30M00S'/><table-cell number-columns-spanned='2' value-type='date' date-value='2024-04-01'/></table-row>\
            </table></spreadsheet></body></document-content>";
        let bytes = mutate(content.as_bytes().to_vec(), &changes);
        read_all("表.ods", zip(&[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", &bytes)]));
    }

    #[test]
    fn damaged_text_never_panics(changes in changes()) {
        let text = "\u{FEFF}氏名,\"住\"\"所\",備考\r\n髙橋,\"津市\r\n丸之内\",=\"001\"\r\n,,\r\n\u{E000},\"x\"y,\0\r\n";
        read_all("表.csv", mutate(text.as_bytes().to_vec(), &changes));
    }

    #[test]
    fn a_text_of_fields_comes_back(rows in prop::collection::vec(prop::collection::vec("[ -~あ-ん\n]{0,6}", 2..5), 1..8)) {
        let quoted = |field: &String| format!("\"{}\"", field.replace('"', "\"\""));
        let text: String = rows.iter().map(|row| row.iter().map(quoted).collect::<Vec<_>>().join(",") + "\r\n").collect();
        let sheet = open("表.csv", text.into_bytes()).unwrap().sheet(0).unwrap();
        for (number, row) in rows.iter().enumerate() {
            for (column, field) in row.iter().enumerate() {
                let value = sheet.value(Address::new(number as u32, column as u32));
                prop_assert_eq!(value.show(&sheet.shelf().texts), field.as_str());
            }
        }
    }

    /// The short way of the scanner and its general way give the same cells.
    #[test]
    fn both_ways_agree(cells in prop::collection::vec((0u32..40, 0u8..5, -1e6f64..1e6), 1..30)) {
        let mut short = String::new();
        let mut long = String::new();
        for (row, (column, kind, number)) in cells.iter().enumerate() {
            let at = Address::new(row as u32, *column);
            let (kind, value) = match kind {
                0 => (" t=\"s\"", "1".to_owned()),
                1 => (" s=\"1\"", format!("{}", number.abs().trunc())),
                2 => (" t=\"n\"", format!("{number:e}")),
                _ => ("", format!("{number}")),
            };
            short += &format!("<row r=\"{0}\"><c r=\"{at}\"{kind}><v>{value}</v></c></row>", row + 1);
            long += &format!("<row r=\"{0}\"><c  r=\"{at}\"{kind}><v >{value}</v></c></row>", row + 1);
        }
        let styled = |rows: &str| Parts::rows(rows).styles("", &[0, 14]).cells();
        prop_assert_eq!(styled(&short), styled(&long));
    }
}
