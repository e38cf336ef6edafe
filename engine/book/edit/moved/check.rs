//! Why rows cannot come or go, asked before anything is done.

use crate::edit::formula::Move;
use crate::edit::scan::{FormulaKind, Formulas};
use crate::edit::work::Work;
use crate::edit::{EditError, RowTrouble};
use crate::package::Tree;
use crate::{Address, Area};

use super::parts::Related;

/// Refuses what Excel refuses too: to tear a range formula, a table's header or a pivot table apart.
pub(crate) fn check(
    work: &Work<'_>,
    sheet: &str,
    steps: &[Move],
    formulas: &Formulas,
    related: &[Related],
) -> Result<(), EditError> {
    let refuse = |why| Err(EditError::Rows { sheet: sheet.to_owned(), why });
    for cell in &formulas.cells {
        if let FormulaKind::Array(area) | FormulaKind::Table(area) = cell.kind
            && area.first != area.last
            && torn(area, steps)
        {
            return refuse(RowTrouble::Array(area));
        }
    }
    for related in related {
        let name = |tree: &Tree<'_>| tree.root().and_then(|root| root.get("name")).unwrap_or_default();
        match related.kind.as_str() {
            "table" => {
                let xml = work.read(&related.part)?;
                let tree = Tree::read(&xml, &related.part)?;
                let root = tree.root();
                let area = root.and_then(|root| root.get("ref")).and_then(|area| area.parse::<Area>().ok());
                let headers = root.and_then(|root| root.number("headerRowCount")).unwrap_or(1) as u32;
                if area.is_some_and(|area| table_torn(area, headers, steps)) {
                    return refuse(RowTrouble::Table { name: name(&tree) });
                }
            }
            "pivotTable" => {
                let xml = work.read(&related.part)?;
                let tree = Tree::read(&xml, &related.part)?;
                let location = tree.root().and_then(|root| root.child("location"));
                let area = location.and_then(|location| location.get("ref")).and_then(|area| area.parse::<Area>().ok());
                if area.is_some_and(|area| torn(area, steps) || touched(area, steps)) {
                    return refuse(RowTrouble::Pivot { name: name(&tree) });
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether a step goes through the middle of an area.
fn torn(area: Area, steps: &[Move]) -> bool {
    let (mut first, mut last) = (area.first.row, area.last.row);
    for &step in steps {
        let meets = |at: u32, end: u32| at <= last && first <= end;
        match step {
            Move::Insert { at, .. } if at > first && at <= last => return true,
            Move::Delete { at, count } if meets(at, at + count - 1) && !(at <= first && last < at + count) => return true,
            Move::Repeat { first: top, last: bottom, .. } if meets(top, bottom) && !(top <= first && last <= bottom) => {
                return true;
            }
            _ => {}
        }
        match step.rows(first, last, true) {
            Some(rows) => (first, last) = rows,
            None => return false,
        }
    }
    false
}

/// Whether rows of the area go or are written again.
fn touched(area: Area, steps: &[Move]) -> bool {
    let (mut first, mut last) = (area.first.row, area.last.row);
    for &step in steps {
        let meets = |at: u32, end: u32| at <= last && first <= end;
        match step {
            Move::Delete { at, count } if meets(at, at + count - 1) => return true,
            Move::Repeat { first: top, last: bottom, .. } if meets(top, bottom) => return true,
            _ => {}
        }
        match step.rows(first, last, true) {
            Some(rows) => (first, last) = rows,
            None => return true,
        }
    }
    false
}

/// A table's header stays where it is and alone, and one row of data at least stays under it.
fn table_torn(area: Area, headers: u32, steps: &[Move]) -> bool {
    let data_first = area.first.row + headers.min(area.last.row - area.first.row);
    let header = Area { first: area.first, last: Address::new(data_first.max(area.first.row + 1) - 1, area.last.column) };
    let data = Area { first: Address::new(data_first, area.first.column), last: area.last };
    (headers > 0 && (touched(header, steps) || torn(header, steps)))
        || super::area_moved(data, steps, super::Growth::Grows).is_none()
}
