//! ブック: workbooks to be written.

use book::{Block, Chart, ChartKind, Finding, NewSheet, NewTable, NewWorkbook, Page, Series, Tone, Totals, WriteError};
use rhai::{Array, Dynamic, ImmutableString, Map};

use super::{Vocabulary, output};
use crate::ValueKind;
use crate::columns::{Gives, Use};
use crate::error::TroubleKind;
use crate::fault::{Fault, Said};
use crate::handle::{Book, Table};
use crate::options::{self, Known, Takes};

/// A workbook that is being put together.
#[derive(Default)]
pub(crate) struct Draft {
    pub workbook: NewWorkbook,
}

impl Draft {
    /// The finished workbook.
    pub fn bytes(&self) -> Result<(Vec<u8>, Vec<Finding>), WriteError> {
        self.workbook.to_bytes()
    }
}

const SHEET: &[Known] = &[
    options::any("題名"),
    options::any("注"),
    Known { name: "書式", takes: Takes::ByColumn },
    options::any("横向き"),
    options::any("印刷一枚"),
    Known { name: "合計行", takes: Takes::Columns },
    options::any("色"),
    Known { name: "幅", takes: Takes::ByColumn },
    options::any("固定"),
    options::any("見出しの色"),
    options::any("折り返し"),
];

const CHART: &[Known] = &[
    options::one_of("種類", &CHART_WORDS),
    options::any("題名"),
    Known { name: "項目", takes: Takes::Columns },
    Known { name: "系列", takes: Takes::Columns },
    Known { name: "第二軸", takes: Takes::Columns },
    options::any("位置"),
    Known { name: "表", takes: Takes::Sheet },
    options::any("項目の軸"),
    options::any("値の軸"),
    options::any("第二の値の軸"),
];

const TONES: [(&str, Tone); 5] =
    [("赤", Tone::Red), ("黄", Tone::Yellow), ("青", Tone::Blue), ("緑", Tone::Green), ("灰", Tone::Grey)];

pub(super) fn register(v: &mut Vocabulary) {
    v.family("ブック", "workbook");
    v.word("ブック", &["let b = ブック();"], "新しいブック。", "A new workbook.")
        .example("let b = ブック();\nb.シートの数", "0")
        .form(Book::default)
        .uses(&[], Gives::Book);
    v.word("シートの数", &["b.シートの数"], "シートの数。", "How many sheets there are.")
        .example("let b = ブック();\nb.シート(\"表\", 表);\nb.シートの数", "1")
        .property(|book: &mut Book| Ok(book.0.borrow().workbook.sheets().len() as i64));
    v.word(
        "シート",
        &["b.シート(\"名\", 表)", "b.シート(\"名\", 表, #{題名: \"…\", 注: [\"…\"], 書式: #{陽性率: \"0.0%\"}, 横向き: true, 印刷一枚: true, 合計行: true, 色: |r| \"赤\"})"],
        "表を新しいシートに書く。合計行は true か列の配列、色は行の番号から色への対応。",
        "Writes a table to a new sheet.",
    )
    .example("let b = ブック();\nb.シート(\"表\", 表, #{題名: \"検査\", 合計行: [\"検査数\"]});\nb.シートの数", "1")
    .form(|book: &mut Book, name: ImmutableString, table: Table| add(book, &name, &table, &Map::new()))
    .uses(&[Use::Book, Use::NewSheet, Use::Table], Gives::Value)
    .form(|book: &mut Book, name: ImmutableString, table: Table, how: Map| add(book, &name, &table, &how))
    .uses(&[Use::Book, Use::NewSheet, Use::Table, Use::Options(SHEET)], Gives::Value);
    v.word(
        "グラフ",
        &["b.グラフ(\"シート\", #{種類: \"縦棒\", 題名: \"…\", 項目: \"週\", 系列: [\"検査数\"], 第二軸: [\"陽性率\"], 位置: \"H2\"})"],
        "シートの表のグラフを置く。種類：縦棒、積み上げ、横棒、折れ線、円。",
        "Puts a chart of a sheet's table on it.",
    )
    .example("let b = ブック();\nb.シート(\"表\", 表);\nb.グラフ(\"表\", #{種類: \"縦棒\", 項目: \"保健所\", 系列: [\"検査数\"]});\nb.シートの数", "1")
    .form(|book: &mut Book, sheet: ImmutableString, how: Map| chart(book, &sheet, &how))
    .uses(&[Use::Book, Use::Sheet, Use::Options(CHART)], Gives::Value);
    v.word(
        "文書",
        &["b.文書(\"使い方\", [\"行\"])"],
        "文だけのシート。最初の行が題名になる。",
        "A sheet of plain lines; the first is its title.",
    )
    .example("let b = ブック();\nb.文書(\"使い方\", [\"題名\", \"文\"]);\nb.シートの数", "1")
    .form(|book: &mut Book, name: ImmutableString, lines: Dynamic| -> Said<()> {
        put(book, NewSheet::of_lines(&name, &options::texts(&lines)?))
    })
    .uses(&[Use::Book, Use::NewSheet, Use::Any], Gives::Value);
}

fn put(book: &Book, sheet: NewSheet) -> Said<()> {
    match book.0.borrow_mut().workbook.add(sheet) {
        Ok(_) => Ok(()),
        Err(error) => Err(output::refused(&error)),
    }
}

fn add(book: &mut Book, name: &str, table: &Table, how: &Map) -> Said<()> {
    options::check(how, SHEET)?;
    let mut sheet = NewSheet::new(name);
    if let Some(title) = options::text(how, "題名")? {
        sheet.blocks.push(Block::Title(title));
    }
    if let Some(notes) = how.get("注") {
        sheet.blocks.extend(options::texts(notes)?.into_iter().map(Block::Line));
    }
    if !sheet.blocks.is_empty() {
        sheet.blocks.push(Block::Gap);
    }
    sheet.blocks.push(Block::Table(new_table(table, how)?));
    sheet.page = Page {
        landscape: how.get("横向き").map(|_| options::yes(how, "横向き")).transpose()?,
        single: options::yes(how, "印刷一枚")?,
    };
    put(book, sheet)
}

const CHARTS: [(&str, ChartKind); 5] = [
    ("縦棒", ChartKind::Column),
    ("積み上げ", ChartKind::Stacked),
    ("横棒", ChartKind::Bar),
    ("折れ線", ChartKind::Line),
    ("円", ChartKind::Pie),
];

const CHART_WORDS: [&str; 5] = options::words(&CHARTS);

fn chart(book: &mut Book, sheet: &str, how: &Map) -> Said<()> {
    options::check(how, CHART)?;
    let kind = options::choice(how, "種類", &CHARTS)?.unwrap_or(ChartKind::Column);
    let category = options::text(how, "項目")?.unwrap_or_default();
    let series = how.get("系列").map(options::texts).transpose()?.unwrap_or_default();
    let mut chart = Chart::new(kind, &category, &series.iter().map(String::as_str).collect::<Vec<_>>());
    for column in how.get("第二軸").map(options::texts).transpose()?.unwrap_or_default() {
        chart.series.push(Series { column, second_axis: true });
    }
    chart.title = options::text(how, "題名")?;
    chart.from = options::text(how, "表")?;
    chart.axes = [options::text(how, "項目の軸")?, options::text(how, "値の軸")?, options::text(how, "第二の値の軸")?];
    if let Some(at) = options::text(how, "位置")? {
        let kind = TroubleKind::CannotRead { wanted: crate::Wanted::Cell, private: at.clone() };
        chart.at = Some(japan::match_key(&at).parse().map_err(|()| Fault::about(&at, kind))?);
    }
    let mut draft = book.0.borrow_mut();
    let have: Vec<String> = draft.workbook.sheets().iter().map(|sheet| sheet.name.clone()).collect();
    match draft.workbook.sheet_mut(sheet) {
        Some(sheet) => {
            sheet.charts.push(chart);
            Ok(())
        }
        None => Err(Fault::about(sheet, TroubleKind::NotAllowed { have }).into()),
    }
}

fn new_table(table: &Table, how: &Map) -> Said<NewTable> {
    let mut new = NewTable::new(table.table());
    new.wrap = options::yes(how, "折り返し")?;
    if let Some(formats) = how.get("書式") {
        let Ok(formats) = formats.as_map_ref() else { return Err(Fault::wrong_type(&[formats]).into()) };
        for (column, format) in formats.iter() {
            new.formats.push((column.to_string(), options::as_text(format)?));
        }
    }
    if let Some(widths) = how.get("幅") {
        let Ok(widths) = widths.as_map_ref() else { return Err(Fault::wrong_type(&[widths]).into()) };
        for (column, width) in widths.iter() {
            let width = width.as_int().ok().and_then(|width| u16::try_from(width).ok());
            new.widths.push((table.position(column)?, width.ok_or_else(|| Fault::wrong_type(&[]))?));
        }
    }
    let label = "合計".to_owned();
    new.totals = match how.get("合計行") {
        Some(columns) if columns.is_array() => Totals::Columns { label, columns: options::texts(columns)? },
        _ if options::yes(how, "合計行")? => Totals::Amounts { label },
        _ => Totals::None,
    };
    if let Some(tones) = how.get("色") {
        new.tones = tones_of(tones)?;
    }
    Ok(new)
}

/// `[[0, "赤"], [3, "黄"]]`: rows and their colours.
fn tones_of(list: &Dynamic) -> Said<Vec<(usize, Tone)>> {
    let wrong = || Fault::new(TroubleKind::WrongType { got: vec![], takes: vec![vec![ValueKind::Array]] });
    let mut tones = Vec::new();
    for pair in options::array(list)? {
        let pair: Array = options::array(&pair)?;
        let [row, tone] = &pair[..] else { return Err(wrong().into()) };
        let row = row.as_int().ok().and_then(|row| usize::try_from(row).ok()).ok_or_else(wrong)?;
        tones.push((row, options::pick(&options::as_text(tone)?, &TONES)?));
    }
    Ok(tones)
}
