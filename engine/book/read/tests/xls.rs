//! xls put together record by record.

use super::*;
use crate::read::Format;
use crate::{ExcelError, Problem, Suspicion, Visibility};

/// A record.
fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    [&kind.to_le_bytes()[..], &(data.len() as u16).to_le_bytes(), data].concat()
}

/// Numbers of two bytes each.
fn shorts(numbers: &[u16]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// The place of a cell, then more.
fn at(row: u16, column: u16, style: u16, more: &[u8]) -> Vec<u8> {
    [shorts(&[row, column, style]), more.to_vec()].concat()
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// A stream with one sheet of these records; a password or anything else may stand before the list of sheets.
fn stream(before: &[u8], cells: &[u8]) -> Vec<u8> {
    let mut globals = record(0x0809, &[0, 6, 5, 0, 0, 0, 0, 0]);
    globals.extend_from_slice(before);
    let gannen = wide("[$-411]gge\"年\"");
    globals.extend(record(0x041E, &[&shorts(&[164, gannen.len() as u16 / 2])[..], &[1], &gannen].concat()));
    for format in [0u16, 14, 164, 46] {
        globals.extend(record(0x00E0, &shorts(&[0, format, 0])));
    }
    // 甲 with furigana, and ab cut by a continuation that changes the width.
    let mut strings = vec![2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 5, 4, 0, 0, 0];
    strings.extend(wide("甲"));
    strings.extend([1, 2, 3, 4, 3, 0, 0, b'a']);
    globals.extend(record(0x00FC, &strings));
    globals.extend(record(0x003C, &[&[1][..], &wide("乙b")].concat()));
    let name = wide("表");
    let length = 4 + 4 + 2 + 2 + name.len();
    let start = globals.len() + length + 4;
    let listed = [&(start as u32).to_le_bytes()[..], &[1, 0, 1, 1], &name].concat();
    globals.extend(record(0x0085, &listed));
    globals.extend(record(0x000A, &[]));
    assert_eq!(globals.len(), start);
    globals.extend(record(0x0809, &[0, 6, 16, 0, 0, 0, 0, 0]));
    globals.extend_from_slice(cells);
    globals.extend(record(0x000A, &[]));
    globals
}

/// A container whose only stream is the workbook.
pub(super) fn book(stream: &[u8]) -> Vec<u8> {
    let mut data = stream.to_vec();
    data.resize(data.len().max(4_096).next_multiple_of(512), 0);
    let sectors = data.len() / 512;
    let mut bytes = others::container(&["Root Entry", "Workbook"]);
    let directory = 512 + 512 + 128;
    bytes[directory + 116..directory + 120].copy_from_slice(&2u32.to_le_bytes());
    bytes[directory + 120..directory + 124].copy_from_slice(&(data.len() as u32).to_le_bytes());
    for sector in 2..sectors + 2 {
        let next = if sector == sectors + 1 { 0xFFFF_FFFEu32 } else { sector as u32 + 1 };
        bytes[512 + sector * 4..512 + sector * 4 + 4].copy_from_slice(&next.to_le_bytes());
    }
    bytes.extend(data);
    bytes
}

fn formula(row: u16, column: u16, result: [u8; 8], flags: u16) -> Vec<u8> {
    record(0x0006, &at(row, column, 0, &[&result[..], &shorts(&[flags, 0, 0, 0])].concat()))
}

/// A stream with a bit of everything.
pub(super) fn sound() -> Vec<u8> {
    let cells = [
        record(0x007D, &shorts(&[1, 2, 0, 0, 1, 0])),
        record(0x0208, &[shorts(&[1, 0, 3, 0, 0, 0]), vec![0x20, 0, 0, 0]].concat()),
        record(0x00FD, &at(0, 0, 0, &[0, 0, 0, 0])),
        record(0x00FD, &at(0, 1, 0, &[1, 0, 0, 0])),
        record(0x0203, &at(0, 2, 2, &44_652f64.to_le_bytes())),
        record(
            0x00BD,
            &[
                shorts(&[0, 3]),
                shorts(&[0]),
                (7u32 << 2 | 2).to_le_bytes().to_vec(),
                shorts(&[1]),
                (44_652u32 << 2 | 2).to_le_bytes().to_vec(),
                shorts(&[4]),
            ]
            .concat(),
        ),
        record(0x027E, &at(1, 0, 0, &(1234u32 << 2 | 3).to_le_bytes())),
        record(0x0205, &at(1, 1, 0, &[1, 0])),
        record(0x0205, &at(1, 2, 0, &[0x2A, 1])),
        record(0x0203, &at(1, 3, 3, &1.71875f64.to_le_bytes())),
        formula(2, 0, 2.5f64.to_le_bytes(), 0),
        formula(2, 1, [0, 0, 0, 0, 0, 0, 0xFF, 0xFF], 0),
        record(0x0207, &[&[2, 0, 0][..], b"ok"].concat()),
        formula(2, 2, [3, 0, 0, 0, 0, 0, 0xFF, 0xFF], 0),
        formula(2, 3, [2, 0, 7, 0, 0, 0, 0xFF, 0xFF], 0),
        // A chart within the sheet has cells of its own.
        record(0x0809, &[0, 6, 32, 0]),
        record(0x0203, &at(9, 9, 0, &1f64.to_le_bytes())),
        record(0x000A, &[]),
        record(0x00E5, &shorts(&[1, 0, 1, 0, 2])),
        record(0x009D, &[1, 0]),
    ];
    stream(&[], &cells.concat())
}

#[test]
fn cells_of_xls() {
    let workbook = open("表.xls", book(&sound())).unwrap();
    assert_eq!((workbook.format(), workbook.sheets()[0].visibility), (Format::Xls, Visibility::Hidden));
    let sheet = workbook.sheet(0).unwrap();
    let expected = [
        "A1=甲",
        "B1=a乙b",
        "C1=2022-04-01",
        "D1=7",
        "E1=2022-04-01",
        "A2=12.34",
        "B2=TRUE",
        "C2=#N/A",
        "D2=41:15",
        "A3=2.5",
        "B3=ok",
        "C3=",
        "D3=#DIV/0!",
    ];
    assert_eq!(cells(&sheet), expected);
    assert_eq!(sheet.cell(Address::new(0, 2)).unwrap().format, "[$-411]gge\"年\"");
    assert!(sheet.cell(Address::new(2, 0)).unwrap().formula);
    assert_eq!((sheet.hidden_rows(), &sheet.hidden_columns[..], sheet.filtered), (1, &[(1, 2)][..], true));
    assert_eq!(sheet.merges[0].to_string(), "A1:C2");
    let findings = workbook.findings();
    let expected = [&Problem::HiddenSheet, &Problem::HiddenRows { count: 1 }, &Problem::HiddenColumns { count: 2 }];
    assert_eq!(problems(&findings), expected);
}

#[test]
fn formulas_that_nobody_calculated_are_stale() {
    let zero = formula(0, 0, 0f64.to_le_bytes(), 2);
    let text = formula(0, 1, [3, 0, 0, 0, 0, 0, 0xFF, 0xFF], 3);
    let done = formula(0, 2, 5f64.to_le_bytes(), 2);
    let read = |cells: &[u8]| super::cells(&open("表.xls", book(&stream(&[], cells))).unwrap().sheet(0).unwrap());
    assert_eq!(read(&[zero.clone(), text.clone()].concat()), ["A1=?", "B1=?"]);
    assert_eq!(read(&[zero, text, done].concat()), ["A1=0", "B1=", "C1=5"]);
}

#[test]
fn what_is_wrong_in_xls_is_refused() {
    let refused = |before: &[u8], cells: &[u8]| refusal(book(&stream(before, cells)));
    assert_eq!(refused(&record(0x002F, &[1, 0]), &[]), Refusal::Password);
    assert!(is_broken(&refused(&[], &record(0x00FD, &at(6, 1, 0, &[9, 0, 0, 0])))));
    assert!(is_broken(&refused(&[], &record(0x0203, &at(6, 1, 99, &[0; 8])))));
    assert!(is_broken(&refused(&[], &record(0x0203, &[0; 3]))));
    assert!(is_hostile(&refused(&[], &record(0x0203, &at(0, 16_384, 0, &[0; 8])))));
    assert_eq!(refusal(book(&stream(&[], &[0x03, 0x02, 0xFF, 0xFF]))), Refusal::CutOff);
    let whole = book(&sound());
    assert_eq!(refusal(whole[..whole.len() - 1_024].to_vec()), Refusal::CutOff);
}

#[test]
fn a_sheet_that_is_full_to_its_last_row_is_said() {
    let workbook = open("表.xls", book(&stream(&[], &record(0x0203, &at(65_535, 0, 0, &1f64.to_le_bytes()))))).unwrap();
    workbook.sheet(0).unwrap();
    assert!(problems(&workbook.findings()).contains(&&Problem::Suspicious(Suspicion::FullToLastRow)));
    assert_eq!(workbook.sheet(0).unwrap().value(Address::new(65_535, 0)), Value::Integer(1));
    let error = open("表.xls", book(&stream(&[], &record(0x0205, &at(0, 0, 0, &[0x99, 1]))))).unwrap().sheet(0).unwrap();
    assert_eq!(error.value(Address::new(0, 0)), Value::Error(ExcelError::Other));
}

#[test]
fn the_texts_of_excel_95_are_decoded() {
    let mut globals = record(0x0809, &[0, 5, 5, 0, 0, 0, 0, 0]);
    globals.extend(record(0x0042, &shorts(&[932])));
    globals.extend(record(0x041E, &[&[164, 0, 8][..], b"yyyy/m/d"].concat()));
    globals.extend([record(0x00E0, &shorts(&[0, 0])), record(0x00E0, &shorts(&[0, 164]))].concat());
    let (name, ..) = encoding_rs::SHIFT_JIS.encode("能力表");
    let start = globals.len() + 4 + 7 + name.len() + 4;
    globals.extend(record(0x0085, &[&(start as u32).to_le_bytes()[..], &[0, 0, 6], &name].concat()));
    globals.extend(record(0x000A, &[]));
    globals.extend(record(0x0809, &[0, 5, 16, 0, 0, 0, 0, 0]));
    globals.extend(record(0x0204, &at(0, 0, 0, &[&[6, 0][..], &name].concat())));
    globals.extend(record(0x0203, &at(0, 1, 1, &35_000f64.to_le_bytes())));
    globals.extend(record(0x000A, &[]));
    let workbook = open("表.xls", book(&globals)).unwrap();
    assert_eq!(workbook.sheets()[0].name, "能力表");
    assert_eq!(cells(&workbook.sheet(0).unwrap()), ["A1=能力表", "B1=1995-10-28"]);
}
