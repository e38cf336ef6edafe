//! xlsb put together record by record.

use super::*;
use crate::read::Format;
use crate::{Problem, Visibility};

/// A record: its type and its length in pieces of seven bits.
fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    let mut out = if kind < 128 { vec![kind as u8] } else { vec![(kind & 0x7F) as u8 | 0x80, (kind >> 7) as u8] };
    let mut length = data.len();
    while length > 127 {
        out.push((length & 0x7F) as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
    out.extend_from_slice(data);
    out
}

fn longs(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

fn wide(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    [longs(&[units.len() as u32]), units.into_iter().flat_map(u16::to_le_bytes).collect()].concat()
}

fn cell(kind: u16, column: u32, style: u32, value: &[u8]) -> Vec<u8> {
    record(kind, &[longs(&[column, style]), value.to_vec()].concat())
}

/// A workbook with one sheet of these records.
pub(super) fn book(cells: &[u8]) -> Vec<u8> {
    let types =
        "<Types><Default Extension=\"bin\" ContentType=\"application/vnd.ms-excel.sheet.binary.macroEnabled.main\"/></Types>";
    let root = format!(
        "<Relationships><Relationship Id=\"r\" Type=\"{RELATIONS}/officeDocument\" Target=\"xl/workbook.bin\"/></Relationships>"
    );
    let list = format!(
        "<Relationships><Relationship Id=\"rId1\" Type=\"{RELATIONS}/worksheet\" Target=\"worksheets/sheet1.bin\"/>\
         <Relationship Id=\"rId2\" Type=\"{RELATIONS}/sharedStrings\" Target=\"sharedStrings.bin\"/>\
         <Relationship Id=\"rId3\" Type=\"{RELATIONS}/styles\" Target=\"styles.bin\"/></Relationships>"
    );
    let workbook =
        [record(131, &[]), record(153, &longs(&[0, 0, 0])), record(156, &[longs(&[1, 1]), wide("rId1"), wide("表")].concat())]
            .concat();
    let strings = record(19, &[vec![2], wide("名張"), longs(&[9])].concat());
    let formats = record(44, &[vec![164, 0], wide("ge\"年\"")].concat());
    let style = |format: u16| record(47, &[&[0, 0], &format.to_le_bytes()[..], &[0; 12]].concat());
    let styles = [style(14), formats, record(617, &longs(&[2])), style(0), style(164), record(618, &[])].concat();
    let sheet = [record(129, &[]), cells.to_vec(), record(130, &[])].concat();
    zip(&[
        ("[Content_Types].xml", types.as_bytes()),
        ("_rels/.rels", root.as_bytes()),
        ("xl/_rels/workbook.bin.rels", list.as_bytes()),
        ("xl/workbook.bin", &workbook),
        ("xl/worksheets/sheet1.bin", &sheet),
        ("xl/sharedStrings.bin", &strings),
        ("xl/styles.bin", &styles),
    ])
}

fn row(number: u32, flags: u8) -> Vec<u8> {
    record(0, &[longs(&[number, 0]), vec![0, 0, 0, flags, 0]].concat())
}

/// Records with a bit of everything.
pub(super) fn sound() -> Vec<u8> {
    [
        record(60, &[longs(&[1, 1, 0, 0]), vec![1, 0]].concat()),
        record(145, &[]),
        row(0, 0),
        cell(7, 0, 0, &longs(&[0])),
        cell(2, 1, 1, &longs(&[44_652 << 2 | 2])),
        cell(6, 2, 0, &wide("津")),
        record(15, &[longs(&[0]), vec![1]].concat()),
        row(4, 0x10),
        cell(5, 16_383, 0, &2.5f64.to_le_bytes()),
        cell(3, 1, 0, &[0x2A]),
        cell(9, 2, 0, &[&1f64.to_le_bytes()[..], &[0, 0]].concat()),
        cell(8, 3, 0, &wide("式")),
        cell(62, 4, 0, &[vec![1], wide("書")].concat()),
        record(146, &[]),
        record(176, &longs(&[0, 1, 0, 2])),
        record(161, &[]),
    ]
    .concat()
}

#[test]
fn cells_of_xlsb() {
    let workbook = open("表.xlsb", book(&sound())).unwrap();
    assert_eq!((workbook.format(), workbook.sheets()[0].visibility), (Format::Xlsb, Visibility::Hidden));
    let sheet = workbook.sheet(0).unwrap();
    assert_eq!(cells(&sheet), ["A1=名張", "B1=2022-04-01", "C1=津", "D1=TRUE", "B5=#N/A", "C5=1", "D5=式", "E5=書", "XFD5=2.5"]);
    assert_eq!((sheet.hidden_rows(), sheet.hidden_columns[0], sheet.filtered), (1, (1, 1), true));
    assert_eq!(sheet.merges[0].to_string(), "A1:C2");
    assert!(sheet.cell(Address::new(4, 2)).unwrap().formula);
    assert_eq!(problems(&workbook.findings())[0], &Problem::HiddenSheet);
}

#[test]
fn what_is_wrong_in_xlsb_is_refused() {
    let refused = |cells: &[Vec<u8>]| refusal(book(&[record(145, &[]), row(0, 0), cells.concat()].concat()));
    assert!(is_broken(&refused(&[cell(7, 0, 0, &longs(&[1]))])));
    assert!(is_broken(&refused(&[cell(2, 0, 9, &longs(&[1]))])));
    assert!(is_broken(&refused(&[cell(5, 0, 0, &[0])])));
    assert!(is_broken(&refused(&[cell(6, 0, 0, &longs(&[0x7FFF_FFFF]))])));
    assert!(is_hostile(&refused(&[cell(2, 16_384, 0, &longs(&[1]))])));
    assert!(is_hostile(&refused(&[row(1_048_576, 0)])));
    assert!(is_broken(&refused(&[vec![0x91, 0x01, 0xFF]])));
}
