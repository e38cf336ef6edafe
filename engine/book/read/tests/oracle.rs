//! The same cells as calamine reads, in workbooks that rust_xlsxwriter wrote.

use calamine::{Data, Reader as _};
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook as Writer};

use super::*;

/// A workbook with a bit of everything; `seed` moves things about.
fn written(seed: u32, constant: bool) -> Vec<u8> {
    let mut writer = Writer::new();
    let (date, percent) = (Format::new().set_num_format("yyyy/m/d"), Format::new().set_num_format("0.0%"));
    for name in ["一", "二"] {
        let sheet = if constant { writer.add_worksheet_with_constant_memory().unwrap() } else { writer.add_worksheet() };
        sheet.set_name(name).unwrap();
        for row in 0..200u32 {
            let mix = row.wrapping_mul(2_654_435_761).wrapping_add(seed);
            for column in (0..12u16).filter(|column| (mix >> column) & 3 != 0) {
                match (mix >> column) % 7 {
                    0 => sheet.write(row, column, f64::from(mix) / 7.0).unwrap(),
                    1 => sheet.write(row, column, format!(" 第{}課 <&>\n", mix % 50)).unwrap(),
                    2 => sheet
                        .write_with_format(row, column, ExcelDateTime::from_serial_datetime(40_000 + mix % 9_999).unwrap(), &date)
                        .unwrap(),
                    3 => sheet.write(row, column, mix % 2 == 0).unwrap(),
                    4 => sheet.write_with_format(row, column, f64::from(mix % 1_000) / 1_000.0, &percent).unwrap(),
                    5 => sheet.write_formula(row, column, Formula::new("=1+1").set_result(format!("{}", mix % 9 + 1))).unwrap(),
                    _ => sheet.write(row, column, i64::from(mix % 100_000)).unwrap(),
                };
            }
        }
    }
    writer.save_to_buffer().unwrap()
}

#[test]
fn calamine_reads_the_same() {
    for (seed, constant) in [(1, false), (2, true), (99, false)] {
        let bytes = written(seed, constant);
        let mut oracle = calamine::Xlsx::new(std::io::Cursor::new(bytes.clone())).unwrap();
        let book = open("表.xlsx", bytes).unwrap();
        for (at, info) in book.sheets().iter().enumerate() {
            let sheet = book.sheet(at).unwrap();
            let range = oracle.worksheet_range(&info.name).unwrap();
            let start = range.start().unwrap();
            let mut count = 0;
            for (row, column, data) in range.used_cells() {
                let address = Address::new(start.0 + row as u32, start.1 + column as u32);
                assert!(same(data, sheet.value(address), &sheet), "{address}: {data:?} {:?}", sheet.value(address));
                count += 1;
            }
            assert_eq!(count, sheet.cell_count());
        }
    }
}

fn same(data: &Data, value: Value, sheet: &Sheet) -> bool {
    match (data, value) {
        (Data::Float(number), value) => Value::number(*number) == value,
        (Data::String(text), Value::Text(id)) => sheet.shelf().texts.get(id) == text,
        (Data::Bool(yes), Value::YesNo(found)) => *yes == found,
        (Data::DateTime(moment), Value::Date(day)) => moment.as_f64() == f64::from(day.serial()),
        _ => false,
    }
}
