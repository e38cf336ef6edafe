//! 要確認一覧: the list of findings as a workbook, from rows that are words already.

use std::borrow::Cow;
use std::rc::Rc;

use super::sheet::{Block, NewSheet, NewTable, Tone};
use super::{NewWorkbook, WriteError};
use crate::{Column, Data, Origin, Severity, Shelf, Table, Value};

/// The most characters of a cell of the list.
const MOST_CHARACTERS: usize = 1_000;

/// Columns of the list: 重要度, ファイル, シート, セル, 項目, 値, 問題, 対処, 処理.
pub const FINDING_COLUMNS: usize = 9;

/// Widths of these columns; long texts are wrapped within them.
const WIDTHS: [u16; FINDING_COLUMNS] = [10, 26, 16, 10, 18, 20, 48, 48, 18];

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
    let text = |text: &str| if text.is_empty() { Value::Blank } else { Value::Text(shelf.texts.intern(&clipped(text))) };
    let column = |at: usize| Data::of(rows.iter().map(|row| text(&row.cells[at])));
    let columns = header.iter().enumerate().map(|(at, name)| Rc::new(Column::new(name, column(at)))).collect();
    Table::new(&shelf, columns, Rc::new(vec![Origin::COMPUTED; rows.len()]))
}

/// A text as long as anybody reads it: what stands in an input may be a million characters, and Excel allows 32,767.
fn clipped(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(MOST_CHARACTERS) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

fn tone(severity: Severity) -> Tone {
    match severity {
        Severity::Error => Tone::Red,
        Severity::Warning => Tone::Yellow,
        Severity::Note => Tone::Blue,
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};

    use super::*;
    use crate::{Address, Limits, Workbook};

    fn list() -> Vec<u8> {
        let header = ["重要度", "ファイル", "シート", "セル", "項目", "値", "問題", "対処", "処理"].map(String::from);
        let row = |severity, value: &str| FindingRow {
            severity,
            cells: ["エラー", "津.xlsx", "日報", "F5", "検査数", value, "数ではありません。", "数を入れてください。", "止めた"]
                .map(String::from),
        };
        let lines = ["要確認一覧".to_owned(), "エラー 1 件、注意 1 件".to_owned()];
        findings_workbook("要確認一覧", &lines, &header, &[row(Severity::Error, "=1+1"), row(Severity::Warning, "")]).unwrap()
    }

    #[test]
    fn the_list_holds_its_rows_below_the_counts() {
        let book = Workbook::open("要確認一覧.xlsx", list(), &Shelf::new(), &Limits::default()).unwrap();
        let sheet = book.sheet(0).unwrap();
        let text = |row, column| sheet.value(Address::new(row, column)).show(&sheet.shelf().texts);
        assert_eq!([text(0, 0), text(1, 0), text(2, 0)], ["要確認一覧", "エラー 1 件、注意 1 件", ""]);
        assert_eq!([text(3, 0), text(3, 8), text(4, 5), text(5, 5)], ["重要度", "処理", "=1+1", ""]);
        assert!(sheet.filtered);
    }

    #[test]
    fn a_value_longer_than_a_cell_can_be_is_cut() {
        let header = [""; FINDING_COLUMNS].map(String::from);
        let row = FindingRow { severity: Severity::Error, cells: std::array::from_fn(|_| "9".repeat(40_000)) };
        assert!(findings_workbook("要確認一覧", &[], &header, &[row]).is_ok());
        assert_eq!(clipped(&"長".repeat(1_001)), format!("{}…", "長".repeat(1_000)));
        assert_eq!(clipped(&"長".repeat(1_000)), "長".repeat(1_000));
    }

    #[test]
    fn the_list_prints_on_a4_with_its_header_on_each_page() {
        let bytes = list();
        let mut package = zip::ZipArchive::new(Cursor::new(bytes.as_slice())).unwrap();
        let mut part = |name: &str| {
            let mut xml = String::new();
            package.by_name(name).unwrap().read_to_string(&mut xml).unwrap();
            xml
        };
        let sheet = part("xl/worksheets/sheet1.xml");
        for wanted in
            ["paperSize=\"9\"", "orientation=\"landscape\"", "fitToHeight=\"0\"", "state=\"frozen\"", "autoFilter ref=\"A4:I6\""]
        {
            assert!(sheet.contains(wanted), "{wanted}");
        }
        assert!(!sheet.contains("<f>"), "never a formula");
        assert!(part("xl/workbook.xml").contains("要確認一覧!$4:$4"));
        assert!(part("xl/styles.xml").contains("quotePrefix=\"1\""));
        assert!(part("docProps/core.xml").contains("<dc:creator></dc:creator>"));
    }
}
