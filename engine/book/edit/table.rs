//! The header of a table, which stands in its cell and in the table's own list: both must say the same.

use super::EditError;
use super::moved::related_parts;
use super::scan::Formulas;
use super::sheet::SheetState;
use super::value::{Content, NewValue};
use super::work::Work;
use crate::package::{Element, Tree};
use crate::{Address, Area};

/// Gives the columns of tables the names that were put into their header cells.
/// Refused where a header would be no text, would be there twice, or is named by a formula.
pub(crate) fn headers(work: &mut Work<'_>, state: &SheetState, formulas: &[Formulas]) -> Result<(), EditError> {
    if !state.cells || state.part.is_empty() || state.set_cells().next().is_none() {
        return Ok(());
    }
    for related in related_parts(work, &state.part)?.into_iter().filter(|related| related.kind == "table") {
        let xml = work.read(&related.part)?;
        let mut tree = Tree::read(&xml, &related.part)?;
        let Some(root) = tree.root_mut() else { continue };
        let area = root.get("ref").and_then(|area| area.parse::<Area>().ok());
        let Some(area) = area.filter(|_| root.number("headerRowCount").unwrap_or(1) > 0) else { continue };
        let Some(edits) = state.edits.get(&area.first.row) else { continue };
        for (column, edit) in edits.range(area.first.column..=area.last.column) {
            let Some(content) = &edit.content else { continue };
            let done = match content {
                Content::Value(NewValue::Text(text)) => rename(root, (column - area.first.column) as usize, text, formulas),
                _ => false,
            };
            if !done {
                let table = root.get("displayName").unwrap_or_default();
                let cell = Address::new(area.first.row, *column);
                return Err(EditError::TableHeader { sheet: state.name.clone(), cell, table });
            }
        }
        let bytes = tree.write();
        if bytes != xml {
            work.put(&related.part, bytes);
        }
    }
    Ok(())
}

/// Renames a column; false if that cannot be.
fn rename(table: &mut Element<'_>, nth: usize, text: &str, formulas: &[Formulas]) -> bool {
    let Some(list) = table.child_mut("tableColumns") else { return false };
    // A line break within a header is written so.
    let new = text.replace("\r\n", "\n").replace('\n', "_x000a_");
    let old = list.elements().nth(nth).and_then(|column| column.get("name")).unwrap_or_default();
    if old == new {
        return true;
    }
    let lower = new.to_lowercase();
    let twice = list.elements().any(|column| column.get("name").is_some_and(|name| name.to_lowercase() == lower));
    let named = |formula: &str| formula.contains('[') && formula.contains(&old);
    let mut own = false;
    for column in list.elements() {
        own |= column.elements().any(|child| named(&child.text()));
    }
    let others = formulas.iter().any(|sheet| sheet.cells.iter().any(|cell| named(sheet.text(cell))));
    if twice || own || others || new.trim().is_empty() {
        return false;
    }
    match list.elements_mut().nth(nth) {
        Some(column) => column.set("name", &new),
        None => return false,
    }
    true
}
