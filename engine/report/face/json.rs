//! The report as one object, with names that do not change with the language.

use rust_decimal::{Decimal, prelude::ToPrimitive};
use serde_json::{Map, Value, json};

use crate::paper::{Cell, Grid, Paper, Section};

/// The object.
pub fn json(paper: &Paper) -> Value {
    let sections: Map<String, Value> = paper.sections.iter().map(|section| (section.id.to_owned(), object(section))).collect();
    json!({
        "title": paper.title,
        "lang": paper.lang.code(),
        "fiscal_year": paper.period.year(),
        "from": paper.period.from.to_string(),
        "to": paper.period.to.to_string(),
        "sections": sections,
        "rules": paper.end,
        "head": paper.head.as_ref().map(|(entry, hash)| json!({ "entry": entry, "hash": hash })),
    })
}

fn object(section: &Section) -> Value {
    let mut object = json!({ "title": section.title, "lines": section.lines, "notes": section.notes });
    if let Some(formula) = &section.formula {
        object["formula"] = json!(formula);
    }
    if let Some(grid) = &section.grid {
        object["columns"] = grid.columns.iter().map(|column| json!({ "id": column.id, "name": column.name })).collect();
        object["rows"] = grid.rows.iter().map(|cells| row(grid, cells)).collect();
        if let Some(total) = &grid.total {
            object["total"] = row(grid, total);
        }
    }
    object
}

fn row(grid: &Grid, cells: &[Cell]) -> Value {
    grid.columns.iter().zip(cells).map(|(column, cell)| (column.id.clone(), value(cell))).collect::<Map<String, Value>>().into()
}

/// Hours bring their exact minutes along.
fn value(cell: &Cell) -> Value {
    match cell {
        Cell::Blank => Value::Null,
        Cell::Text(text) => json!(text),
        Cell::Count(count) => json!(count),
        Cell::Hours(_) => json!({ "hours": figure(cell.number()), "minutes": figure(cell.exact_minutes()) }),
        Cell::Minutes(_) => json!({ "minutes": figure(cell.exact_minutes()) }),
        Cell::Number(number) => figure(Some(*number)),
    }
}

/// A whole number stays whole.
fn figure(number: Option<Decimal>) -> Value {
    let Some(number) = number else { return Value::Null };
    match number.normalize().to_i64() {
        Some(whole) if number.is_integer() => json!(whole),
        _ => json!(number.to_f64()),
    }
}
