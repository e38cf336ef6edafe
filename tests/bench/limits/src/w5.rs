//! W5: the form's zip copied 300 times with its sheet alone changed; and the same with umya-spreadsheet.
//!
//! The floor leaves the old results of formulas where they are, which jitan may not.
use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use calamine::{Data, Reader};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use regex::Regex;

use crate::{number, open, zip};

const SHEET: &str = "xl/worksheets/sheet1.xml";

/// The list: its heading and its rows.
fn list(path: &str) -> (Vec<String>, Vec<Vec<Data>>) {
    let range = open(path).worksheet_range_at(0).unwrap().unwrap();
    let mut rows = range.rows().map(<[Data]>::to_vec);
    let heading = rows.next().unwrap().iter().map(ToString::to_string).collect();
    (heading, rows.collect())
}

/// A piece of the sheet, or a cell to be filled: its tag up to the type, and the column of the list.
enum Piece {
    Literal(String),
    Hole { open: String, column: usize },
}

pub fn run(template: &str, rows: &str, out: &str) {
    let (heading, rows) = list(rows);
    let bytes = fs::read(template).unwrap();
    let entries = zip::entries(&bytes);
    let text =
        |name: &str| String::from_utf8(zip::unpacked(&bytes, entries.iter().find(|entry| entry.name == name).unwrap())).unwrap();
    let texts = text("xl/sharedStrings.xml");
    let texts: Vec<String> =
        Regex::new(r"(?s)<si><t[^>]*>(.*?)</t></si>").unwrap().captures_iter(&texts).map(|found| found[1].to_owned()).collect();
    let sheet = text(SHEET);
    let mut pieces = Vec::new();
    let mut last = 0;
    let cell = Regex::new(r#"<c (r="[A-Z]+\d+"(?: s="\d+")?) t="s"><v>(\d+)</v></c>"#).unwrap();
    for found in cell.captures_iter(&sheet) {
        let text = &texts[found[2].parse::<usize>().unwrap()];
        let Some(name) = text.strip_prefix("{{").and_then(|text| text.strip_suffix("}}")) else { continue };
        let whole = found.get(0).unwrap();
        pieces.push(Piece::Literal(sheet[last..whole.start()].to_owned()));
        pieces.push(Piece::Hole {
            open: format!("<c {}", &found[1]),
            column: heading.iter().position(|known| known == name).unwrap(),
        });
        last = whole.end();
    }
    pieces.push(Piece::Literal(sheet[last..].to_owned()));
    let mut xml = String::new();
    for (nth, row) in rows.iter().enumerate() {
        xml.clear();
        for piece in &pieces {
            match piece {
                Piece::Literal(text) => xml.push_str(text),
                Piece::Hole { open, column } => match &row[*column] {
                    Data::String(text) => {
                        let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
                        write!(xml, "{open} t=\"inlineStr\"><is><t>{text}</t></is></c>").unwrap();
                    }
                    value => write!(xml, "{open}><v>{}</v></c>", number(value)).unwrap(),
                },
            }
        }
        let mut deflate = DeflateEncoder::new(Vec::new(), Compression::new(3));
        deflate.write_all(xml.as_bytes()).unwrap();
        let packed = deflate.finish().unwrap();
        let crc = crc32fast::hash(xml.as_bytes());
        let parts: Vec<_> = entries
            .iter()
            .map(|entry| match entry.name == SHEET {
                true => (SHEET, crc, xml.len(), 8, &packed[..]),
                false => (entry.name.as_str(), entry.crc, entry.size, entry.method, zip::raw(&bytes, entry)),
            })
            .collect();
        fs::write(format!("{out}/form_{:03}.xlsx", nth + 1), zip::write(&parts)).unwrap();
    }
}

pub fn umya(template: &str, rows: &str, out: &str) {
    let (heading, rows) = list(rows);
    for (nth, row) in rows.iter().enumerate() {
        let mut book = umya_spreadsheet::reader::xlsx::read(Path::new(template)).unwrap();
        let values: HashMap<String, &Data> = heading.iter().map(|name| format!("{{{{{name}}}}}")).zip(row).collect();
        let sheet = book.sheet_mut(0).unwrap();
        for cell in sheet.collection_to_hashmap_mut().values_mut() {
            match values.get(&cell.value().to_string()) {
                Some(Data::String(text)) => {
                    cell.set_value_string(text.clone());
                }
                Some(value) => {
                    cell.set_value_number(number(value));
                }
                None => {}
            }
        }
        umya_spreadsheet::writer::xlsx::write(&book, Path::new(&format!("{out}/form_{:03}.xlsx", nth + 1))).unwrap();
    }
}
