//! The bare loops under each workload: `limits w1|w2|w3|w4|w5|umya|w6|read ARGS`.
//!
//! Each is the shortest program that gives the right result from the data of `gen.py` and from no other: no gate, no types, no findings, no cells named. They unwrap
//! everything on purpose. What they cost is the floor that `jitan run` is measured against.
#![allow(missing_docs)]
mod read;
mod w1;
mod w2;
mod w3;
mod w4;
mod w5;
mod w6;
mod zip;

use std::fs::File;
use std::io::BufReader;

use calamine::{Data, Xlsx, open_workbook};

/// The workbook at a path, opened by calamine.
fn open(path: &str) -> Xlsx<BufReader<File>> {
    open_workbook(path).unwrap()
}

/// A cell as a number; a date as its serial.
fn number(value: &Data) -> f64 {
    match value {
        Data::DateTime(date) => date.as_f64(),
        Data::Float(number) => *number,
        Data::Int(number) => *number as f64,
        _ => 0.0,
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let at = |i: usize| arguments[i].as_str();
    match at(1) {
        "w1" => w1::run(at(2), at(3)),
        "w2" => w2::run(at(2), at(3)),
        "w3" => w3::run(at(2), at(3), at(4)),
        "w4" => w4::run(at(2), at(3)),
        "w5" => w5::run(at(2), at(3), at(4)),
        "umya" => w5::umya(at(2), at(3), at(4)),
        "read" => read::run(at(2)),
        "w6" => w6::run(at(2), at(3), at(4)),
        other => panic!("no such workload: {other}"),
    }
}
