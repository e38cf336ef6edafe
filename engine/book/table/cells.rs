//! Single values of a form: by the label beside them, or by their address.

use super::{choose, near};
use crate::{Address, Place, Sheet, Value, Visibility, Workbook};

/// How many cells of a sheet are searched for a label, and how far to the right of one its value may stand.
const SEARCHED: usize = 20_000;
const FAR: u32 = 8;

/// The value beside a label: right of it, else below it, or behind a colon in the same cell (市町村名：津市).
/// Looks in the named sheet, else in all, visible ones first. None where there is no such label or nothing beside it.
pub fn beside(book: &Workbook, sheet: Option<&str>, label: &str) -> Option<(Value, Place)> {
    let wanted = japan::label_key(label);
    if wanted.is_empty() {
        return None;
    }
    for sureness in [Sureness::Same, Sureness::Inside, Sureness::Alike] {
        for at in order(book, sheet) {
            let Ok(page) = book.sheet(at) else { continue };
            if let Some((value, cell)) = in_sheet(&page, label, &wanted, sureness) {
                return Some((value, place(book, &page, cell)));
            }
        }
    }
    None
}

/// The value of a cell; blank where nothing stands. None where there is no such sheet.
/// Without a name the first visible sheet is meant.
pub fn cell(book: &Workbook, sheet: Option<&str>, at: Address) -> Option<(Value, Place)> {
    let number = order(book, sheet).first().copied()?;
    let page = book.sheet(number).ok()?;
    Some((page.label(at), place(book, &page, at)))
}

/// How a label may be written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sureness {
    /// As asked for.
    Same,
    /// With its value in the same cell.
    Inside,
    /// A little differently.
    Alike,
}

fn order(book: &Workbook, sheet: Option<&str>) -> Vec<usize> {
    if let Some(name) = sheet {
        return choose::position(book, name).into_iter().collect();
    }
    let mut order: Vec<usize> = (0..book.sheets().len()).collect();
    order.sort_by_key(|at| book.sheets()[*at].visibility != Visibility::Visible);
    order
}

fn place(book: &Workbook, sheet: &Sheet, cell: Address) -> Place {
    let name = (!sheet.name.is_empty()).then(|| sheet.name.clone());
    Place { file: Some(book.file().to_owned()), sheet: name, cell: Some(cell.to_string()) }
}

fn in_sheet(sheet: &Sheet, label: &str, wanted: &str, sureness: Sureness) -> Option<(Value, Address)> {
    let texts = &sheet.shelf().texts;
    let name = near::Name::new(label);
    let cells = sheet.rows().flat_map(|row| row.values().map(move |(column, value)| (Address::new(row.number(), column), value)));
    for (at, value) in cells.take(SEARCHED) {
        let Value::Text(id) = value else { continue };
        let text = texts.get(id);
        if text.len() > 400 || sureness != Sureness::Inside && text.len() > 120 + label.len() {
            continue;
        }
        let key = japan::label_key(text);
        let found = match sureness {
            Sureness::Same if key.trim_end_matches(':') == wanted => value_beside(sheet, at),
            Sureness::Alike if name.likeness(&near::Name::new(text)).is_some_and(|likeness| likeness <= 2) => {
                value_beside(sheet, at)
            }
            Sureness::Inside => behind_colon(text, wanted).map(|rest| (Value::Text(texts.intern(rest)), at)),
            _ => None,
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

/// What stands behind the colon of 市町村名：津市.
fn behind_colon<'a>(text: &'a str, wanted: &str) -> Option<&'a str> {
    let (label, rest) = text.split_once([':', '：'])?;
    let rest = rest.trim();
    (japan::label_key(label) == wanted && !rest.is_empty()).then_some(rest)
}

/// The first value right of a label within its row, else the one right below it.
fn value_beside(sheet: &Sheet, at: Address) -> Option<(Value, Address)> {
    let texts = &sheet.shelf().texts;
    let area = sheet.merge_at(at);
    let (bottom, right) = area.map_or((at.row, at.column), |area| (area.last.row, area.last.column));
    let row = sheet.row(at.row)?;
    let near = row.values().skip_while(|(column, _)| *column <= right).take_while(|(column, _)| *column <= right + FAR);
    if let Some((column, value)) = near.into_iter().find(|(_, value)| !value.is_blank(texts)) {
        return Some((value, Address::new(at.row, column)));
    }
    let below = Address::new(bottom + 1, at.column);
    let value = sheet.value(below);
    (!value.is_blank(texts)).then_some((value, below))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Limits, Shelf};

    fn told(csv: &str, label: &str) -> Option<String> {
        let book = Workbook::open("様式.csv", csv.as_bytes().to_vec(), &Shelf::new(), &Limits::default()).unwrap();
        let (value, place) = beside(&book, None, label)?;
        Some(format!("{} {}", place.cell.unwrap_or_default(), value.show(&book.shelf().texts)))
    }

    #[test]
    fn a_value_stands_right_below_or_behind_the_colon() {
        assert_eq!(told("様式1,\n市町村 名,,津市\n", "市町村名").as_deref(), Some("C2 津市"));
        assert_eq!(told("担当,\n見本 花子,\n", "担当").as_deref(), Some("A2 見本 花子"));
        assert_eq!(told("回答日：令和6年4月1日,\n市町村名：津市,x\n", "市町村名").as_deref(), Some("A2 津市"));
        assert_eq!(told("市町村名：,津市\n", "市町村名").as_deref(), Some("B1 津市"));
        assert_eq!(told("名,津市\n", "市町村名"), None);
    }

    #[test]
    fn a_cell_by_its_address() {
        let book = Workbook::open("a.csv", b"a,b\n1,2\n".to_vec(), &Shelf::new(), &Limits::default()).unwrap();
        let (value, place) = cell(&book, None, Address::new(1, 1)).unwrap();
        assert_eq!((value.show(&book.shelf().texts), place.cell.as_deref()), ("2".to_owned(), Some("B2")));
    }
}
