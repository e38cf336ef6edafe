//! Reading alone: every cell of the first sheet handed out by calamine, counted and summed up.
use std::hint::black_box;

use calamine::{DataRef, Reader};

use crate::open;

pub fn run(input: &str) {
    let mut book = open(input);
    let name = book.sheet_names()[0].clone();
    let mut cells = book.worksheet_cells_reader(&name).unwrap();
    let (mut count, mut letters, mut sum) = (0u64, 0u64, 0.0);
    while let Some(cell) = cells.next_cell().unwrap() {
        match black_box(cell.get_value()) {
            DataRef::Empty => continue,
            DataRef::SharedString(text) => letters += text.len() as u64,
            DataRef::String(text) => letters += text.len() as u64,
            DataRef::Float(number) => sum += number,
            DataRef::Int(number) => sum += *number as f64,
            DataRef::DateTime(date) => sum += date.as_f64(),
            _ => (),
        }
        count += 1;
    }
    println!("{{\"cells\": {count}, \"letters\": {letters}, \"sum\": {sum}}}");
}
