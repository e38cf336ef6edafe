//! What the room `book` costs alone, one process a command:
//! `workbook-bench floor FILE PART OUT` (what an edit cannot go below) | `read FILE` | `edit FILE OUT` | `prove FILE OUT` (the same with its proof) | `mark FILE OUT FINDINGS`;
//! and `fill FORM LIST`, what w5 does in its script and nothing else, for a profiler.

mod floor;
mod zip;

use std::error::Error;
use std::fs;

use book::{
    Address, Field, Limits, Mark, MarkWords, NewValue, Package, Record, Severity, Shelf, Template, Value, Workbook, marked_copy,
    verify,
};

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[1..] {
        ["floor", file, part, out] => {
            floor::run(file, part, out);
            Ok(())
        }
        ["read", file] => read(file),
        ["edit", file, out] => edit(file, out, false),
        ["prove", file, out] => edit(file, out, true),
        ["mark", file, out, findings] => mark(file, out, findings.parse()?),
        ["fill", form, list] => fill(form, list),
        _ => Err("read FILE | edit FILE OUT | prove FILE OUT | mark FILE OUT FINDINGS | fill FORM LIST".into()),
    }
}

/// Every value of the first sheet, counted and summed up.
fn read(file: &str) -> Result<(), Box<dyn Error>> {
    let shelf = Shelf::new();
    let book = Workbook::open(file, fs::read(file)?, &shelf, &Limits::default())?;
    let (mut count, mut letters, mut sum) = (0u64, 0u64, 0.0);
    book.pass(0, |_, value| {
        count += 1;
        match value {
            Value::Text(id) => letters += shelf.texts.get(id).len() as u64,
            Value::Date(day) => sum += f64::from(day.serial()),
            value => sum += value.as_decimal().and_then(|exact| f64::try_from(exact).ok()).unwrap_or(0.0),
        }
    })?;
    println!("{{\"cells\": {count}, \"letters\": {letters}, \"sum\": {sum}}}");
    Ok(())
}

/// One cell in the middle of the first sheet gets a text.
fn edit(file: &str, out: &str, proof: bool) -> Result<(), Box<dyn Error>> {
    let package = Package::open(file, fs::read(file)?, &Limits::default())?;
    let mut editor = package.edit();
    let sheet = package.sheets().swap_remove(0).name;
    editor.sheet(&sheet)?.set(Address::new(20_000, 1), "見本 花子")?;
    let edited = editor.finish()?;
    if proof {
        let receipt = verify(&package, &edited)?;
        println!("{{\"set\": {}, \"same\": {}}}", receipt.set_cells, receipt.same_cells);
    }
    Ok(fs::write(out, edited.bytes)?)
}

/// The marked copy of a workbook with so many findings, spread over its first 20,000 rows.
fn mark(file: &str, out: &str, findings: u32) -> Result<(), Box<dyn Error>> {
    let bytes = fs::read(file)?;
    let limits = Limits::default();
    let sheet = Package::open(file, bytes.clone(), &limits)?.sheets().swap_remove(0).name;
    let one = |nth: u32| Mark {
        severity: if nth % 3 == 0 { Severity::Error } else { Severity::Warning },
        sheet: Some(sheet.clone()),
        cell: Some(Address::new(1 + nth * (19_900 / findings), 1 + nth % 7).to_string()),
        column: Some("検査数".to_owned()),
        value: Some("十二".to_owned()),
        problem: "数字として読めません。".to_owned(),
        remedy: "数字だけを入れてください。".to_owned(),
    };
    let marks: Vec<Mark> = (0..findings).map(one).collect();
    let words = MarkWords {
        sheet: "指摘一覧".to_owned(),
        data: "データ".to_owned(),
        lines: vec!["指摘一覧".to_owned(), "直して、もう一度入れてください。".to_owned()],
        header: ["重要度", "シート", "セル", "項目", "値", "問題", "対処"].map(str::to_owned),
        weights: ["エラー", "注意", "参考"].map(str::to_owned),
        problem: "問題：".to_owned(),
        remedy: "対処：".to_owned(),
        more: |count| format!("ほか{count}件"),
    };
    let copy = marked_copy(file, bytes, &marks, &words, &limits)?;
    println!("{{\"uncommented\": {}}}", copy.uncommented);
    Ok(fs::write(out, copy.bytes)?)
}

/// Fills a form with each row of a list.
fn fill(form: &str, list: &str) -> Result<(), Box<dyn Error>> {
    let shelf = Shelf::new();
    let template = Template::open(form, fs::read(form)?, &Limits::default())?;
    let list = Workbook::open(list, fs::read(list)?, &shelf, &Limits::default())?.sheet(0)?;
    let mut rows = list.rows();
    let heading: Vec<String> =
        rows.next().map(|row| row.values().map(|(_, value)| value.show(&shelf.texts)).collect()).unwrap_or_default();
    let mut bytes = 0;
    for row in rows {
        let mut record = Record::new();
        for (column, value) in row.values() {
            record.set(&heading[column as usize], Field::Value(NewValue::of(value, &shelf.texts)));
        }
        let filled = template.fill(&record);
        if let Some(broken) = filled.broken {
            return Err(broken.into());
        }
        bytes += filled.bytes.len();
    }
    println!("{{\"bytes\": {bytes}}}");
    Ok(())
}
