//! W2: 500 reports into one ledger, and the list of what is wrong in them; calamine, rust_xlsxwriter.
use std::fs;

use calamine::{Data, DataType, Range, Reader};
use rust_xlsxwriter::{Format, Workbook, Worksheet};
use unicode_normalization::UnicodeNormalization;

use crate::open;

const LEDGER: [&str; 14] =
    ["市町村", "報告月", "通番", "受付日", "氏名", "住所", "区分", "件数A", "件数B", "件数C", "合計", "金額", "担当", "備考"];

type Errors = Vec<(String, u32, &'static str, String)>;

pub fn run(folder: &str, output: &str) {
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    let mut book = Workbook::new();
    let formats = [Format::new().set_num_format("yyyy/mm/dd"), Format::new().set_num_format("#,##0")];
    let mut errors: Errors = vec![];
    let sheet = book.add_worksheet();
    sheet.set_name("台帳").unwrap();
    sheet.write_row(0, 0, LEDGER).unwrap();
    let mut y = 0;
    for file in &files {
        let range = open(file.to_str().unwrap()).worksheet_range_at(0).unwrap().unwrap();
        let name = file.file_name().unwrap().to_str().unwrap();
        let text = |i: u32, j: u32| range.get_value((i, j)).map(|v| v.to_string()).unwrap_or_default();
        let (town, month) = (text(1, 1), text(2, 1));
        for row in 5..65u32 {
            y += 1;
            sheet.write(y, 0, &town).unwrap();
            sheet.write(y, 1, &month).unwrap();
            line(&range, row, name, sheet, y, &formats, &mut errors);
        }
    }
    let sheet = book.add_worksheet();
    sheet.set_name("エラー一覧").unwrap();
    sheet.write_row(0, 0, ["ファイル", "行", "内容", "値"]).unwrap();
    for (i, (file, row, problem, value)) in errors.iter().enumerate() {
        sheet.write_row(i as u32 + 1, 0, [file.as_str(), &row.to_string(), problem, value]).unwrap();
    }
    book.save(output).unwrap();
}

/// One row of a report into the ledger.
fn line(range: &Range<Data>, row: u32, name: &str, sheet: &mut Worksheet, y: u32, formats: &[Format; 2], errors: &mut Errors) {
    let mut numbers = [0f64; 12];
    for c in 0..12u32 {
        let Some(value) = range.get_value((row, c)) else { continue };
        let number = match value {
            Data::String(text) if (5..10).contains(&c) => match text.nfkc().collect::<String>().parse() {
                Ok(number) => Some(number),
                Err(_) => {
                    errors.push((name.into(), row + 1, "数値でない", text.clone()));
                    None
                }
            },
            Data::DateTime(date) => Some(date.as_f64()),
            value => value.as_f64(),
        };
        if let Some(number) = number {
            numbers[c as usize] = number;
            sheet.write_with_format(y, c as u16 + 2, number, &formats[usize::from(c != 1)]).unwrap();
        } else if let Some(text) = value.get_string() {
            if c == 1 {
                errors.push((name.into(), row + 1, "日付でない", text.into()));
            }
            sheet.write(y, c as u16 + 2, text).unwrap();
        } else if c == 2 {
            errors.push((name.into(), row + 1, "氏名なし", String::new()));
        }
    }
    let with_unit = matches!(range.get_value((row, 5)), Some(Data::String(text)) if text.ends_with('件'));
    if numbers[5] + numbers[6] + numbers[7] != numbers[8] && !with_unit {
        errors.push((name.into(), row + 1, "合計不一致", numbers[8].to_string()));
    }
}
