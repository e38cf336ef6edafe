//! Edits of workbooks as people have them.

mod cells;
mod fresh;
mod proof;
mod random;
mod rows;
mod tabs;

use std::io::Read;

use crate::{Address, Limits, Package, Shelf, Value, Workbook};

fn at(text: &str) -> Address {
    text.parse().unwrap()
}

fn package(bytes: Vec<u8>) -> Package {
    Package::open("form.xlsx", bytes, &Limits::default()).unwrap()
}

/// What a cell shows; a formula without a result is `stale`.
fn value(bytes: &[u8], sheet: usize, cell: &str) -> String {
    let book = Workbook::open("form.xlsx", bytes.to_vec(), &Shelf::new(), &Limits::default()).unwrap();
    let sheet = book.sheet(sheet).unwrap();
    match sheet.value(at(cell)) {
        Value::Stale => "stale".to_owned(),
        value => value.show(&sheet.shelf().texts),
    }
}

fn part(bytes: &[u8], name: &str) -> String {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// A package with one part replaced.
pub(crate) fn with_part(bytes: &[u8], name: &str, content: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut out = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for at in 0..zip.len() {
        let entry = zip.by_index_raw(at).unwrap();
        if entry.name().unwrap() != name {
            out.raw_copy_file(entry).unwrap();
        }
    }
    out.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
    out.write_all(content).unwrap();
    out.finish().unwrap().into_inner()
}
