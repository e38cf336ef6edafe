//! 要確認一覧: the list of findings as a workbook, from rows that are words already.

use std::rc::Rc;

use super::sheet::{Block, NewSheet, NewTable, Tone};
use super::{NewWorkbook, WriteError};
use crate::{Column, Data, Origin, Severity, Shelf, Table, Value};

/// Columns of the list: 重要度, ファイル, シート, セル, 項目, 値, 問題, 対処, 処理.
pub const FINDING_COLUMNS: usize = 9;

/// Widths of these columns; long texts are wrapped within them.
const WIDTHS: [u16; FINDING_COLUMNS] = [10, 28, 16, 10, 18, 22, 44, 44, 16];

/// One row of the list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FindingRow {
    /// Gives the row its colour.
    pub severity: Severity,
    /// The nine cells, in words; personal values already masked.
    pub cells: [String; FINDING_COLUMNS],
}

/// The workbook. The first of `title_lines` is the title; the others (the counts) stand below it.
pub fn findings_workbook(
    sheet_name: &str,
    title_lines: &[String],
    header: &[String; FINDING_COLUMNS],
    rows: &[FindingRow],
) -> Result<Vec<u8>, WriteError> {
    let mut sheet = NewSheet::of_lines(sheet_name, title_lines);
    if !title_lines.is_empty() {
        sheet.blocks.push(Block::Gap);
    }
    let mut table = NewTable::new(&as_table(header, rows));
    table.tones = rows.iter().enumerate().map(|(at, row)| (at, tone(row.severity))).collect();
    table.widths = WIDTHS.into_iter().enumerate().collect();
    table.wrap = true;
    sheet.blocks.push(Block::Table(table));
    sheet.page.landscape = Some(true);
    let mut book = NewWorkbook::new();
    book.add(sheet)?;
    book.to_bytes().map(|(bytes, _)| bytes)
}

fn as_table(header: &[String; FINDING_COLUMNS], rows: &[FindingRow]) -> Table {
    let shelf = Shelf::new();
    let text = |text: &str| if text.is_empty() { Value::Blank } else { Value::Text(shelf.texts.intern(text)) };
    let column = |at: usize| Data::of(rows.iter().map(|row| text(&row.cells[at])));
    let columns = header.iter().enumerate().map(|(at, name)| Rc::new(Column::new(name, column(at)))).collect();
    Table::new(&shelf, columns, Rc::new(vec![Origin::COMPUTED; rows.len()]))
}

fn tone(severity: Severity) -> Tone {
    match severity {
        Severity::Error => Tone::Red,
        Severity::Warning => Tone::Yellow,
        Severity::Note => Tone::Blue,
    }
}
