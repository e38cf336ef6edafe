//! The rows that were left out, for whoever sent them: their workbook without the rows that were used, marked like any other.
//!
//! The copy is mended and dropped again as it is, and no row is counted twice.

use super::as_read::as_xlsx;
use super::{Mark, MarkError, MarkWords, MarkedCopy, changes, marked_copy, unmarked};
use crate::{Address, Area, Format, Limits, Package, Refusal, Row, Sheet, Shelf, Workbook, verify};

/// Rows of one sheet that are taken out of the copy.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UsedRows {
    /// The sheet; none for a text file.
    pub sheet: Option<String>,
    /// From row to row, zero-based, in order.
    pub rows: Vec<(u32, u32)>,
}

/// The marked copy of the rows that were left out. Where rows cannot be taken out of the person's own workbook without harm to
/// others (formulas, merged cells), the copy is an xlsx with the values as they were read.
pub fn left_out_copy(
    file: &str,
    bytes: Vec<u8>,
    used: &[UsedRows],
    marks: &[Mark],
    words: &MarkWords,
    limits: &Limits,
) -> Result<MarkedCopy, MarkError> {
    let original = Workbook::open(file, bytes.clone(), &Shelf::new(), limits)?;
    let own = match original.format() {
        Format::Xlsx | Format::Xlsm => taken_out(unmarked(bytes.clone(), limits)?, used, true, limits)?,
        _ => None,
    };
    let (rest, own) = match own {
        Some(rest) => (Some(rest), Some(bytes)),
        None => (taken_out(as_xlsx(&original, &words.data)?, used, false, limits)?, None),
    };
    let rest = rest.ok_or(MarkError::Torn)?;
    let first = original.sheets().first().map(|sheet| sheet.name.clone());
    let marks: Vec<Mark> = marks.iter().map(|mark| moved(mark, used, first.as_deref())).collect();
    let copy = marked_copy(file, rest, &marks, words, limits)?;
    let changes = own.map(|own| changes(own, &copy.bytes, limits)).transpose()?;
    Ok(MarkedCopy { changes, ..copy })
}

/// The workbook without the rows; nothing if that would tear something.
fn taken_out(bytes: Vec<u8>, used: &[UsedRows], formulas: bool, limits: &Limits) -> Result<Option<Vec<u8>>, MarkError> {
    let package = Package::open("", bytes.clone(), limits)?;
    let book = Workbook::open("", bytes, &Shelf::new(), limits)?;
    let mut editor = package.edit();
    for rows in used {
        let at = rows.sheet.as_ref().map_or(Some(0), |wanted| book.sheets().iter().position(|sheet| sheet.name == *wanted));
        let Some(at) = at else { continue };
        let sheet = book.sheet(at)?;
        if is_torn(&sheet, &rows.rows) || (formulas && has_formulas(&book)?) {
            return Ok(None);
        }
        let mut edit = editor.sheet(&sheet.name)?;
        for (first, last) in rows.rows.iter().rev() {
            edit.delete_rows(*first, last - first + 1)?;
        }
    }
    let edited = editor.finish()?;
    verify(&package, &edited)?;
    Ok(Some(edited.bytes))
}

/// Whether a merged range holds rows that go and rows that stay: its text would go with the first of them.
fn is_torn(sheet: &Sheet, rows: &[(u32, u32)]) -> bool {
    sheet.merges().iter().any(|area: &Area| {
        let gone = (area.first.row..=area.last.row).filter(|row| is_among(*row, rows)).count() as u32;
        gone > 0 && gone <= area.last.row - area.first.row
    })
}

/// A formula may refer to a row that goes, from wherever it stands.
fn has_formulas(book: &Workbook) -> Result<bool, Refusal> {
    for at in 0..book.sheets().len() {
        let found = book.sheet(at)?.rows().any(|row: Row<'_>| row.cells().any(|cell| cell.formula));
        if found {
            return Ok(true);
        }
    }
    Ok(false)
}

fn is_among(row: u32, rows: &[(u32, u32)]) -> bool {
    rows.iter().any(|(first, last)| (*first..=*last).contains(&row))
}

/// A mark where its row stands now; without a place if the row is gone.
fn moved(mark: &Mark, used: &[UsedRows], first: Option<&str>) -> Mark {
    let name = |sheet: &Option<String>| sheet.as_deref().or(first).map(str::to_owned);
    let Some(rows) = used.iter().find(|rows| name(&rows.sheet) == name(&mark.sheet)) else { return mark.clone() };
    let up = |row: u32| {
        let above = rows.rows.iter().map(|(first, last)| row.min(last + 1).saturating_sub(*first)).sum::<u32>();
        (!is_among(row, &rows.rows)).then(|| row - above)
    };
    let cell = mark.cell.as_deref().and_then(|cell| {
        if let Ok(area) = cell.parse::<Area>() {
            let corner = |at: Address| Some(Address::new(up(at.row)?, at.column));
            let area = Area { first: corner(area.first)?, last: corner(area.last)? };
            return Some(if area.first == area.last { area.first.to_string() } else { area.to_string() });
        }
        let row = cell.split_once(':')?.0.parse::<u32>().ok()?.checked_sub(1)?;
        up(row).map(|row| format!("{0}:{0}", row + 1))
    });
    Mark { cell, ..mark.clone() }
}

#[cfg(test)]
mod tests {
    use super::super::tests::words;
    use super::*;
    use crate::Severity;

    fn mark(sheet: Option<&str>, cell: &str) -> Mark {
        let text = || "x".to_owned();
        let (sheet, cell) = (sheet.map(str::to_owned), Some(cell.to_owned()));
        Mark { severity: Severity::Warning, sheet, cell, column: None, value: None, problem: text(), remedy: text() }
    }

    fn shown(bytes: &[u8]) -> Vec<String> {
        let book = Workbook::open("a.xlsx", bytes.to_vec(), &Shelf::new(), &Limits::default()).unwrap();
        let sheet = book.sheet(0).unwrap();
        let text = |row: Row<'_>| row.values().map(|(_, value)| value.show(&sheet.shelf().texts)).collect::<Vec<_>>().join(" ");
        sheet.rows().map(text).collect()
    }

    fn workbook(formula: bool, merged: bool) -> Vec<u8> {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet().set_name("一覧").unwrap();
        for (row, text) in ["課", "甲", "乙", "丙", "丁", "以上"].into_iter().enumerate() {
            sheet.write_string(row as u32, 0, text).unwrap();
        }
        if formula {
            sheet.write_formula(2, 1, "=B2+1").unwrap();
        }
        if merged {
            sheet.merge_range(1, 2, 2, 2, "上と下", &rust_xlsxwriter::Format::new()).unwrap();
        }
        book.save_to_buffer().unwrap()
    }

    fn used(sheet: Option<&str>) -> [UsedRows; 1] {
        [UsedRows { sheet: sheet.map(str::to_owned), rows: vec![(1, 1), (3, 4)] }]
    }

    fn copy(file: &str, bytes: Vec<u8>, sheet: Option<&str>) -> Result<MarkedCopy, MarkError> {
        let marks = [mark(sheet, "A3"), mark(sheet, "3:3"), mark(sheet, "A4")];
        left_out_copy(file, bytes, &used(sheet), &marks, &words(), &Limits::default())
    }

    #[test]
    fn rows_that_were_used_are_gone_and_marks_follow_theirs() {
        let found = copy("一覧.xlsx", workbook(false, false), Some("一覧")).unwrap();
        assert_eq!(shown(&found.bytes), ["課", "乙", "以上"]);
        let of = |cell| moved(&mark(Some("一覧"), cell), &used(Some("一覧")), None).cell;
        assert_eq!(of("A3").as_deref(), Some("A2"));
        assert_eq!([of("3:3"), of("A6")].map(Option::unwrap), ["2:2", "A3"]);
        assert_eq!([of("A4"), of("B2:B3")], [None, None]);
    }

    #[test]
    fn what_would_be_torn_comes_as_values_or_not_at_all() {
        let found = copy("一覧.xlsx", workbook(true, false), Some("一覧")).unwrap();
        assert_eq!(shown(&found.bytes)[0], "課");
        let package = Package::open("", found.bytes, &Limits::default()).unwrap();
        assert!(
            !has_formulas(&Workbook::open("", package.bytes().to_vec(), &Shelf::new(), &Limits::default()).unwrap()).unwrap()
        );
        assert_eq!(copy("一覧.xlsx", workbook(false, true), Some("一覧")).unwrap_err(), MarkError::Torn);
        let csv = "課\n甲\n乙\n丙\n丁\n".as_bytes().to_vec();
        assert_eq!(shown(&copy("一覧.csv", csv, None).unwrap().bytes), ["課", "乙"]);
    }
}
