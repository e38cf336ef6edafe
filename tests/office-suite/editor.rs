//! One cell of many workbooks edited by our editor, for the scripts beside it: paths on standard input, one line of facts each.
//!
//! `edit OUTDIR` changes one cell and writes `<n>.before.xlsx` and `<n>.xlsx`; `read` prints every cell as we read it;
//! `fill TIMES` fills a template of the fields of W5 so often, `copy TIMES` only copies its zip with one part packed anew.

use std::io::{BufRead, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use book::{
    Address, Field, Limits, NewValue, Package, Record, Sheet, Shelf, StyleChange, Template, Value, Visibility, Workbook, verify,
};

fn main() -> std::io::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let mut out = std::io::stdout().lock();
    for (nth, path) in std::io::stdin().lock().lines().enumerate() {
        let path = path?;
        let bytes = fs_err::read(&path)?;
        // A panic is what the scripts look for: it must not end the rest.
        let done = catch_unwind(AssertUnwindSafe(|| match words.first().map(String::as_str) {
            Some("edit") => edit(bytes, &format!("{}/{nth}", words[1])),
            Some("fill") => fill(bytes, words[1].parse().unwrap_or(1)),
            Some("copy") => copy(&bytes, words[1].parse().unwrap_or(1)),
            _ => read(bytes, &mut std::io::stdout().lock()),
        }));
        let facts = done.unwrap_or_else(|_| "PANIC".to_owned());
        writeln!(out, "{nth}\t{path}\t{facts}")?;
    }
    Ok(())
}

/// What a cell is made to hold: the first number of the first visible sheet that has one grows by one, else the first short text
/// gets another last letter, else A1 of the first sheet gets a text.
fn target(bytes: &[u8]) -> Result<(String, Address, NewValue), String> {
    let book =
        Workbook::open("a.xlsx", bytes.to_vec(), &Shelf::new(), &Limits::default()).map_err(|e| format!("refused\t{e}"))?;
    let mut first = None;
    for (at, info) in book.sheets().iter().enumerate() {
        first = first.or_else(|| Some(info.name.clone()));
        if info.visibility != Visibility::Visible {
            continue;
        }
        let sheet = book.sheet(at).map_err(|e| format!("refused\t{e}"))?;
        if let Some((cell, new)) = plain(&sheet) {
            return Ok((info.name.clone(), cell, new));
        }
        book.forget(at);
    }
    first.map(|name| (name, Address::new(0, 0), NewValue::from("見本"))).ok_or_else(|| "refused\tno sheet".to_owned())
}

fn plain(sheet: &Sheet) -> Option<(Address, NewValue)> {
    let rows = || sheet.rows().filter(|row| !row.hidden()).flat_map(|row| row.cells().map(move |cell| (row.number(), cell)));
    let free = |row, column| sheet.merge_at(Address::new(row, column)).is_none();
    let number = rows().find_map(|(row, cell)| {
        let new = match cell.value {
            Value::Integer(whole) => NewValue::from(whole.saturating_add(1)),
            Value::Decimal(exact) => NewValue::Number(exact + rust_decimal::Decimal::ONE),
            _ => return None,
        };
        (!cell.formula && free(row, cell.column)).then(|| (Address::new(row, cell.column), new))
    });
    number.or_else(|| {
        rows().find_map(|(row, cell)| {
            let Value::Text(id) = cell.value else { return None };
            let text = sheet.shelf().texts.get(id);
            let short = !cell.formula && free(row, cell.column) && (2..30).contains(&text.chars().count());
            let mut letters = text.chars();
            letters.next_back();
            short.then(|| (Address::new(row, cell.column), NewValue::Text(format!("{}x", letters.as_str()))))
        })
    })
}

fn edit(bytes: Vec<u8>, stem: &str) -> String {
    let (name, cell, new) = match target(&bytes) {
        Ok(found) => found,
        Err(refused) => return refused,
    };
    let package = match Package::open("a.xlsx", bytes, &Limits::default()) {
        Ok(package) => package,
        Err(refusal) => return format!("refused\t{refusal}"),
    };
    let mut editor = package.edit();
    let asked = editor.sheet(&name).and_then(|mut sheet| {
        sheet.set(cell, new)?;
        sheet.style(cell, StyleChange::default())
    });
    let edited = match asked.and_then(|()| editor.finish()) {
        Ok(edited) => edited,
        Err(error) => return format!("not edited\t{error}"),
    };
    match verify(&package, &edited) {
        Ok(receipt) => {
            let kept = write(Path::new(&format!("{stem}.before.xlsx")), package.bytes())
                .and_then(|()| write(Path::new(&format!("{stem}.xlsx")), &edited.bytes));
            let facts = format!(
                "{name}!{cell}\t{}\tsame parts {} same cells {} left out {}",
                receipt.changes.parts.iter().map(|change| change.part.as_str()).collect::<Vec<_>>().join(","),
                receipt.changes.same,
                receipt.same_cells,
                edited.stale
            );
            kept.map_or_else(|error| format!("not kept\t{error}"), |()| format!("edited\t{facts}"))
        }
        Err(broken) => format!("BROKEN\t{name}!{cell}\t{broken:?}"),
    }
}

fn fill(bytes: Vec<u8>, times: i64) -> String {
    let template = match Template::open("a.xlsx", bytes, &Limits::default()) {
        Ok(template) => template,
        Err(refusal) => return format!("refused\t{refusal}"),
    };
    let mut last = None;
    for nth in 0..times {
        let mut record = Record::new();
        for name in ["番号", "申請日", "市町村", "代表者", "住所", "電話", "事業名"] {
            record.set(name, Field::Value(NewValue::Text(format!("{name}{nth}"))));
        }
        record.set("合計額", Field::Value(NewValue::from(nth * 1000)));
        for month in 1..=12 {
            record.set(&format!("件数{month}"), Field::Value(NewValue::from(nth + month)));
            record.set(&format!("金額{month}"), Field::Value(NewValue::from((nth + month) * 5000)));
        }
        last = Some(template.fill(&record));
    }
    last.map_or_else(String::new, |filled| format!("filled\t{} bytes, {} findings", filled.bytes.len(), filled.findings.len()))
}

fn copy(bytes: &[u8], times: i64) -> String {
    let copied = || -> zip::result::ZipResult<usize> {
        let mut from = zip::ZipArchive::new(std::io::Cursor::new(bytes))?;
        let mut to = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let mut sheet = Vec::new();
        std::io::Read::read_to_end(&mut from.by_name("xl/worksheets/sheet1.xml")?, &mut sheet)?;
        to.start_file("xl/worksheets/sheet1.xml", zip::write::SimpleFileOptions::default())?;
        to.write_all(&sheet)?;
        for at in 0..from.len() {
            let entry = from.by_index_raw(at)?;
            if entry.name()? != "xl/worksheets/sheet1.xml" {
                to.raw_copy_file(entry)?;
            }
        }
        Ok(to.finish()?.into_inner().len())
    };
    (0..times).fold(None, |_, _| Some(copied())).map_or_else(String::new, |done| format!("copied\t{done:?}"))
}

fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    fs_err::write(path, bytes)
}

fn read(bytes: Vec<u8>, out: &mut impl Write) -> String {
    let book = match Workbook::open("a.xlsx", bytes, &Shelf::new(), &Limits::default()) {
        Ok(book) => book,
        Err(refusal) => return format!("refused\t{refusal}"),
    };
    for at in 0..book.sheets().len() {
        let name = book.sheets()[at].name.clone();
        let sheet = match book.sheet(at) {
            Ok(sheet) => sheet,
            Err(refusal) => return format!("refused\t{refusal}"),
        };
        for row in sheet.rows() {
            for cell in row.cells() {
                let shown = cell.value.show(&sheet.shelf().texts);
                let kind = format!("{:?}", cell.value);
                let kind = kind.split(['(', ' ']).next().unwrap_or_default();
                let cell = Address::new(row.number(), cell.column);
                if writeln!(out, "=\t{name:?}\t{cell}\t{kind}\t{shown:?}").is_err() {
                    return "not printed".to_owned();
                }
            }
        }
        book.forget(at);
    }
    "read".to_owned()
}
