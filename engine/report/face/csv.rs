//! The report as a list: one line for each figure, for other programs and for pivot tables.

use std::rc::Rc;

use book::{Column, CsvStyle, Data, Origin, Shelf, Table, Value, write_csv};
use message::Label;

use crate::paper::{Cell, Paper, Section};

/// The bytes of the list: table, row, column, value, and the exact minutes behind hours. UTF-8 with a mark, as Excel wants it.
pub fn csv(paper: &Paper) -> Vec<u8> {
    let shelf = Shelf::new();
    let mut lines: Vec<[Value; 5]> = Vec::new();
    let text = |text: &str| Value::Text(shelf.texts.intern(text));
    for section in &paper.sections {
        for sentence in section.formula.iter().chain(&section.lines) {
            lines.push([text(&section.title), Value::Blank, Value::Blank, text(sentence), Value::Blank]);
        }
        table(section, &shelf, &mut lines);
    }
    for sentence in &paper.end {
        lines.push([text(paper.end_title[0]), Value::Blank, Value::Blank, text(sentence), Value::Blank]);
    }
    let labels = [Label::Table, Label::Row, Label::Column, Label::Value, Label::Minutes];
    let column = |(at, label): (usize, Label)| {
        let data = Data::of(lines.iter().map(|line| line[at]));
        Rc::new(Column::new(message::label(paper.lang, label), data))
    };
    let columns = labels.into_iter().enumerate().map(column).collect();
    let table = Table::new(&shelf, columns, Rc::new(vec![Origin::COMPUTED; lines.len()]));
    write_csv(&table, &CsvStyle::default()).0
}

fn table(section: &Section, shelf: &Rc<Shelf>, lines: &mut Vec<[Value; 5]>) {
    let Some(grid) = &section.grid else { return };
    let text = |text: &str| Value::Text(shelf.texts.intern(text));
    for row in grid.all_rows() {
        let heads: Vec<String> = row[..grid.heads].iter().map(Cell::shown).filter(|head| !head.is_empty()).collect();
        let name = heads.join(" / ");
        for (cell, column) in row.iter().zip(&grid.columns).skip(grid.heads) {
            let value = match cell {
                Cell::Blank => continue,
                Cell::Text(words) => text(words),
                Cell::Count(count) => Value::Integer(*count),
                Cell::Hours(_) | Cell::Minutes(_) | Cell::Number(_) => cell.number().map_or(Value::Blank, Value::Decimal),
            };
            let minutes = cell.exact_minutes().map_or(Value::Blank, |minutes| Value::Decimal(minutes.normalize()));
            lines.push([text(&section.title), text(&name), text(&column.name), value, minutes]);
        }
    }
}
