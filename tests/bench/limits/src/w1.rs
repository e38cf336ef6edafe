//! W1: a million rows of tests, counted by health centre and week; calamine's cell reader, rust_xlsxwriter.
use std::collections::HashMap;

use calamine::{DataRef, DataType, Reader};
use rust_xlsxwriter::{Format, Workbook};

use crate::open;

type Sums<K> = HashMap<K, [f64; 3]>;

fn week(day: f64) -> i64 {
    let day = day as i64;
    day - (day - 45383).rem_euclid(7)
}

fn add<K: std::hash::Hash + Eq>(sums: &mut Sums<K>, key: K, tests: f64, positive: f64) {
    let entry = sums.entry(key).or_default();
    entry[0] += 1.0;
    entry[1] += tests;
    entry[2] += positive;
}

pub fn run(input: &str, output: &str) {
    let mut book = open(input);
    let name = book.sheet_names()[0].clone();
    let mut cells = book.worksheet_cells_reader(&name).unwrap();
    let mut sums: Sums<(&str, i64)> = HashMap::new();
    let (mut current, mut day, mut centre, mut tests, mut positive) = (0u32, 0.0, "", 0.0, 0.0);
    while let Some(cell) = cells.next_cell().unwrap() {
        let (row, column) = cell.get_position();
        if row != current {
            if current > 0 {
                add(&mut sums, (centre, week(day)), tests, positive);
            }
            current = row;
        }
        if row == 0 {
            continue;
        }
        match (column, cell.get_value()) {
            (0, DataRef::DateTime(date)) => day = date.as_f64(),
            (0, value) => day = value.as_f64().unwrap(),
            (1, DataRef::SharedString(text)) => centre = *text,
            (5, value) => tests = value.as_f64().unwrap(),
            (6, value) => positive = value.as_f64().unwrap(),
            _ => (),
        }
    }
    add(&mut sums, (centre, week(day)), tests, positive);
    write(sums, output);
}

fn write(sums: Sums<(&str, i64)>, output: &str) {
    let mut rows: Vec<_> = sums.into_iter().collect();
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    let mut book = Workbook::new();
    let date = Format::new().set_num_format("yyyy/mm/dd");
    let rate = Format::new().set_num_format("0.0%");
    let sheet = book.add_worksheet();
    sheet.set_name("週次集計").unwrap();
    sheet.write_row(0, 0, ["保健所", "週", "件数", "検査数", "陽性数", "陽性率"]).unwrap();
    for (y, ((centre, week), [count, tests, positive])) in rows.iter().enumerate() {
        let y = y as u32 + 1;
        sheet.write(y, 0, *centre).unwrap();
        sheet.write_with_format(y, 1, *week as f64, &date).unwrap();
        sheet.write(y, 2, *count).unwrap();
        sheet.write(y, 3, *tests).unwrap();
        sheet.write(y, 4, *positive).unwrap();
        sheet.write_with_format(y, 5, positive / tests, &rate).unwrap();
    }
    book.save(output).unwrap();
}
