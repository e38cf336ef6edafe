//! The six commonest shapes of an office form.

use rust_xlsxwriter::{Format as Look, Workbook as Book, Worksheet};

use super::*;
use crate::differences;

fn form(write: impl Fn(&mut Worksheet)) -> Template {
    let mut book = Book::new();
    write(book.add_worksheet().set_name("様式").unwrap());
    open(book.save_to_buffer().unwrap())
}

fn open(bytes: Vec<u8>) -> Template {
    Template::open("様式.xlsx", bytes, &Limits::default()).unwrap()
}

fn cells(sheet: &mut Worksheet, cells: &[(u32, u16, &str)]) {
    for (row, column, text) in cells {
        if let Some(formula) = text.strip_prefix('=') {
            sheet.write_formula(*row, *column, rust_xlsxwriter::Formula::new(formula).set_result("0")).unwrap();
        } else {
            sheet.write_string(*row, *column, *text).unwrap();
        }
    }
}

fn record(fields: &[(&str, Field)]) -> Record {
    let mut record = Record::new();
    fields.iter().for_each(|(name, field)| record.set(name, field.clone()));
    record
}

fn text(text: &str) -> Field {
    Field::Value(text.into())
}

fn number(number: i64) -> Field {
    Field::Value(number.into())
}

/// The texts of a sheet, row by row, a blank cell as `-`; a formula without its value as `*`.
fn shown(filled: &Filled, sheet: usize) -> Vec<String> {
    assert!(filled.findings.is_empty(), "{:?}", filled.findings);
    let book = Workbook::open("a.xlsx", filled.bytes.clone(), &Shelf::new(), &Limits::default()).unwrap();
    let sheet = book.sheet(sheet).unwrap();
    let used = sheet.used().unwrap();
    let show = |at| match sheet.value(at) {
        Value::Blank => "-".to_owned(),
        Value::Stale => "*".to_owned(),
        value => value.show(&sheet.shelf().texts),
    };
    let row = |row| (0..=used.last.column).map(|column| show(Address::new(row, column))).collect::<Vec<_>>().join(" ");
    (0..=used.last.row).map(row).collect()
}

fn xml(filled: &Filled, part: &str) -> String {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(filled.bytes.as_slice())).unwrap();
    let mut text = String::new();
    std::io::Read::read_to_string(&mut zip.by_name(part).unwrap(), &mut text).unwrap();
    text
}

fn troubles(filled: &Filled) -> Vec<String> {
    filled.findings.iter().map(|finding| format!("{:?} {:?}", finding.place.cell, finding.problem)).collect()
}

#[test]
fn a_single_record_keeps_types_and_writes_texts() {
    let template = form(|sheet| {
        sheet.merge_range(0, 0, 0, 1, "第{{番号:000}}号", &Look::new()).unwrap();
        cells(sheet, &[(1, 0, "{{氏名}} 様"), (1, 1, "{{金額}}"), (2, 0, "{{日付:ggge年m月d日}}{{?備考}}（{{備考}}）{{/備考}}")]);
    });
    assert_eq!(template.names(), ["備考", "日付", "氏名", "番号", "金額"]);
    let date = Field::Value(NewValue::Date(crate::Day::of(jiff::civil::date(2024, 4, 1))));
    let record =
        record(&[("番号", number(7)), ("氏名", text("見本 花子")), ("金額", number(1200)), ("日付", date), ("備考", text(""))]);
    let filled = template.fill(&record);
    assert_eq!(shown(&filled, 0), ["第007号 -", "見本 花子 様 1200", "令和6年4月1日 -"]);
}

#[test]
fn a_list_grows_and_its_totals_follow() {
    let template = form(|sheet| {
        cells(sheet, &[(0, 0, "品名"), (1, 0, "{{#明細}}{{連番}}"), (1, 1, "{{品名}}"), (1, 2, "{{金額}}{{/明細}}")]);
        cells(
            sheet,
            &[
                (2, 1, "計 {{明細.件数}}件"),
                (2, 2, "=SUM(C2:C2)"),
                (3, 0, "{{?控除}}控除"),
                (3, 2, "{{控除}}{{/控除}}"),
                (4, 0, "以上"),
            ],
        );
    });
    let item = |name: &str, amount| record(&[("品名", text(name)), ("金額", number(amount))]);
    let filled = template.fill(&record(&[
        ("明細", Field::List(vec![item("鉛筆", 100), item("紙", 250), item("糊", 30)])),
        ("控除", Field::Value(NewValue::Blank)),
    ]));
    assert_eq!(shown(&filled, 0), ["品名 - -", "1 鉛筆 100", "2 紙 250", "3 糊 30", "- 計 3件 380", "以上 - -"]);
    assert!(xml(&filled, "xl/worksheets/sheet1.xml").contains("SUM(C2:C4)"));
    for nothing in [Field::List(vec![]), Field::Items(vec![])] {
        let none = template.fill(&record(&[("明細", nothing), ("控除", number(5))]));
        assert_eq!(shown(&none, 0), ["品名 - -", "- - -", "- 計 0件 *", "控除 - 5", "以上 - -"]);
    }
}

#[test]
fn records_of_several_rows_keep_their_merged_cells_and_lists_within_lists() {
    let template = form(|sheet| {
        sheet.merge_range(0, 0, 1, 0, "{{#世帯}}{{世帯主}}", &Look::new()).unwrap();
        cells(sheet, &[(0, 1, "{{住所}}"), (2, 1, "{{#員}}{{名}}{{/員}}"), (3, 1, "小計 {{員.件数}}{{/世帯}}"), (4, 0, "終")]);
    });
    let member = |name: &str| record(&[("名", text(name))]);
    let house = |head: &str, members: &[&str]| {
        let members = members.iter().map(|name| member(name)).collect();
        record(&[("世帯主", text(head)), ("住所", text("津市")), ("員", Field::List(members))])
    };
    let filled = template.fill(&record(&[("世帯", Field::List(vec![house("甲", &["一", "二"]), house("乙", &["三"])]))]));
    assert_eq!(shown(&filled, 0), ["甲 津市", "- -", "- 一", "- 二", "- 小計 2", "乙 津市", "- -", "- 三", "- 小計 1", "終 -"]);
    let sheet = xml(&filled, "xl/worksheets/sheet1.xml");
    assert!(sheet.contains("ref=\"A1:A2\"") && sheet.contains("ref=\"A6:A7\""), "{sheet}");
}

#[test]
fn labels_take_several_records_at_a_time() {
    let template = form(|sheet| {
        cells(
            sheet,
            &[(0, 0, "{{#宛名}}{{氏名@1}}"), (0, 1, "{{氏名@2}}"), (1, 0, "{{市@1}}"), (1, 1, "{{市@2}}{{/宛名}}{{改ページ}}")],
        );
    });
    let label = |name: &str| record(&[("氏名", text(name)), ("市", text("津"))]);
    let filled = template.fill(&record(&[("宛名", Field::List(vec![label("甲"), label("乙"), label("丙")]))]));
    assert_eq!(shown(&filled, 0), ["甲 乙", "津 津", "丙 -", "津 -"]);
    let sheet = xml(&filled, "xl/worksheets/sheet1.xml");
    assert!(sheet.contains("<brk id=\"2\"") && sheet.contains("<brk id=\"4\""), "{sheet}");
}

#[test]
fn a_cross_table_has_places_for_its_columns() {
    let template = form(|sheet| {
        cells(sheet, &[(0, 1, "{{月@1}}"), (0, 2, "{{月@2}}"), (0, 3, "{{月@3}}")]);
        cells(sheet, &[(1, 0, "{{#行}}{{課}}"), (1, 1, "{{数@1}}"), (1, 2, "{{数@2}}"), (1, 3, "{{数@3}}{{/行}}")]);
    });
    let items = |values: &[i64]| Field::Items(values.iter().map(|value| NewValue::from(*value)).collect());
    let months = |months: &[&str]| Field::Items(months.iter().map(|month| NewValue::from(*month)).collect());
    let row = |name: &str, values: &[i64]| record(&[("課", text(name)), ("数", items(values))]);
    let rows = Field::List(vec![row("甲", &[1, 2]), row("乙", &[3, 4])]);
    let filled = template.fill(&record(&[("月", months(&["4月", "5月"])), ("行", rows.clone())]));
    assert_eq!(shown(&filled, 0), ["- 4月 5月", "甲 1 2", "乙 3 4"]);
    let many = template.fill(&record(&[("月", months(&["4月", "5月", "6月", "7月"])), ("行", rows)]));
    assert!(troubles(&many)[0].contains("TooMany"), "{:?}", troubles(&many));
}

#[test]
fn a_sheet_for_each_record() {
    let mut book = Book::new();
    cells(book.add_worksheet().set_name("表紙").unwrap(), &[(0, 0, "{{名簿.件数}}人")]);
    cells(book.add_worksheet().set_name("{{#名簿}}{{氏名}}").unwrap(), &[(0, 0, "{{氏名}}"), (0, 1, "{{点}}"), (1, 1, "=B1*2")]);
    let template = open(book.save_to_buffer().unwrap());
    let one = |name: &str, points| record(&[("氏名", text(name)), ("点", number(points))]);
    let filled = template.fill(&record(&[("名簿", Field::List(vec![one("甲/一", 1), one("乙", 2), one("乙", 3)]))]));
    assert!(filled.findings.is_empty(), "{:?}", filled.findings);
    let book = Workbook::open("a.xlsx", filled.bytes.clone(), &Shelf::new(), &Limits::default()).unwrap();
    let names: Vec<&str> = book.sheets().iter().map(|sheet| sheet.name.as_str()).collect();
    assert_eq!(names, ["表紙", "甲_一", "乙", "乙 (2)"]);
    assert_eq!([shown(&filled, 0), shown(&filled, 1), shown(&filled, 3)].concat(), ["3人", "甲/一 1", "- 2", "乙 3", "- 6"]);
}

fn image(width: u32, height: u32, grey: u8) -> Field {
    Field::Image(Rc::new(Image::open(crate::image::plain_png(width, height, grey)).unwrap()))
}

fn parts(filled: &Filled) -> Vec<String> {
    Package::open("a.xlsx", filled.bytes.clone(), &Limits::default()).unwrap().parts().map(str::to_owned).collect()
}

/// Column, row and size of each image of a drawing.
fn spots(drawing: &str) -> Vec<(u32, u32, i64, i64)> {
    let number = |text: &str, from: &str, end: char| {
        let start = text.find(from).unwrap() + from.len();
        text[start..].split(end).next().unwrap().parse::<i64>().unwrap()
    };
    let spot = |text: &str| {
        (
            number(text, "<xdr:col>", '<') as u32,
            number(text, "<xdr:row>", '<') as u32,
            number(text, "cx=\"", '"'),
            number(text, "cy=\"", '"'),
        )
    };
    drawing.split("<xdr:oneCellAnchor").skip(1).map(spot).collect()
}

#[test]
fn an_image_is_fitted_into_its_range_and_goes_with_its_record() {
    let template = form(|sheet| {
        cells(sheet, &[(0, 0, "{{画像:印影}}"), (1, 0, "{{#人}}{{氏名}}"), (3, 0, "{{/人}}"), (4, 2, "{{画像:印影}}")]);
        sheet.merge_range(1, 1, 2, 2, "{{画像:写真}}", &Look::new()).unwrap();
        sheet.set_row_height_pixels(1, 60).unwrap();
        sheet.set_row_height_pixels(2, 60).unwrap();
    });
    assert_eq!(template.names(), ["人", "写真", "印影", "氏名"]);
    let person = |name: &str, photo| record(&[("氏名", text(name)), ("写真", photo)]);
    let people =
        vec![person("甲", image(300, 400, 1)), person("乙", image(800, 40, 2)), person("丙", Field::Value(NewValue::Blank))];
    let filled = template.fill(&record(&[("印影", image(50, 50, 3)), ("人", Field::List(people))]));
    assert_eq!(shown(&filled, 0)[..2], ["-", "甲"], "an image leaves its cell blank");
    let found = spots(&xml(&filled, "xl/drawings/drawing1.xml"));
    let dots = |dots: i64| dots * 9_525;
    // The seal at A1, the photos of 甲 (rows 2, 3) and 乙 (rows 5, 6), the seal again behind them all.
    assert_eq!(found.iter().map(|spot| spot.1).collect::<Vec<_>>(), [0, 1, 4, 10]);
    assert_eq!((found[1].2, found[1].3), (dots(116) * 3 / 4, dots(116)), "as high as two rows of 60, less the margin");
    assert_eq!((found[2].2, found[2].3), (dots(124), dots(124) / 20), "as wide as two columns of 64");
    let media: Vec<String> = parts(&filled).into_iter().filter(|part| part.starts_with("xl/media/")).collect();
    assert_eq!(media.len(), 3, "the seal is there once: {media:?}");
    assert!(xml(&filled, "xl/worksheets/sheet1.xml").contains("<drawing "));
    assert!(xml(&filled, "[Content_Types].xml").contains("Extension=\"png\""));
    let again = template.fill(&record(&[("印影", image(50, 50, 3)), ("人", Field::List(Vec::new()))]));
    assert_eq!(spots(&xml(&again, "xl/drawings/drawing1.xml")).iter().map(|spot| spot.1).collect::<Vec<_>>(), [0, 4]);
}

#[test]
fn images_join_a_drawing_that_is_there_and_go_to_the_sheet_of_their_record() {
    let mut book = Book::new();
    let sheet = book.add_worksheet().set_name("{{#名簿}}{{氏名}}").unwrap();
    cells(sheet, &[(0, 0, "{{氏名}}"), (1, 1, "{{画像:写真}}")]);
    let logo = rust_xlsxwriter::Image::new_from_buffer(&crate::image::plain_png(8, 8, 9)).unwrap();
    sheet.insert_image(6, 0, &logo).unwrap();
    let other = book.add_worksheet().set_name("控え").unwrap();
    cells(other, &[(0, 0, "{{画像:印}}")]);
    other.insert_note(2, 2, &rust_xlsxwriter::Note::new("メモ")).unwrap();
    let template = open(book.save_to_buffer().unwrap());
    let one = |name: &str, grey| record(&[("氏名", text(name)), ("写真", image(5, 5, grey))]);
    let list = Field::List(vec![one("甲", 1), one("乙", 2), one("丙", 1)]);
    let filled = template.fill(&record(&[("名簿", list), ("印", image(5, 5, 1))]));
    assert!(filled.findings.is_empty(), "{:?}", filled.findings);
    let drawings: Vec<String> = parts(&filled).into_iter().filter(|part| part.starts_with("xl/drawings/drawing")).collect();
    let images = |part: &String| xml(&filled, part).matches("<xdr:pic>").count();
    let mut counts: Vec<usize> = drawings.iter().map(images).collect();
    counts.sort_unstable();
    assert_eq!(counts, [1, 2, 2, 2], "three sheets with the logo and a photo, one with a seal");
    assert_eq!(
        parts(&filled).iter().filter(|part| part.starts_with("xl/media/")).count(),
        3,
        "logo, photo of 甲, 丙 and seal, photo of 乙"
    );
    let edited = Package::open("a.xlsx", filled.bytes, &Limits::default()).unwrap();
    let mut editor = edited.edit();
    editor.sheet("控え").unwrap().insert_rows(0, 3).unwrap();
    let moved = Filled { bytes: editor.finish().unwrap().bytes, ..Filled::default() };
    let all: Vec<u32> = drawings.iter().flat_map(|part| spots(&xml(&moved, part))).map(|spot| spot.1).collect();
    assert!(all.contains(&3), "the seal goes down with its cell: {all:?}");
}

#[test]
fn what_is_wrong_with_images_is_found() {
    let template = form(|sheet| {
        cells(
            sheet,
            &[
                (0, 0, "{{画像:印影}}"),
                (1, 0, "印 {{画像:写真}}"),
                (2, 0, "{{印影}}"),
                (3, 0, "{{画像:氏名}}"),
                (4, 0, "{{画像:なし}}"),
                (5, 0, "{{画像:印影}}"),
            ],
        );
        sheet.set_row_hidden(5).unwrap();
    });
    let filled = template.fill(&record(&[
        ("印影", image(5, 5, 1)),
        ("写真", image(5, 5, 2)),
        ("氏名", text("x")),
        ("余り", image(1, 1, 1)),
    ]));
    let all = troubles(&filled).join("\n");
    for wanted in [
        "\"A2\") Template(ImageAmongText",
        "\"A3\") Template(ImageAsValue",
        "\"A4\") Template(NotAnImage",
        "\"A5\") Template(NoValue",
        "\"A6\") Template(NoRoom",
        "Unused { name: \"余り\" }",
    ] {
        assert!(all.contains(wanted), "{wanted}\n{all}");
    }
}

#[test]
fn mistakes_are_findings_with_their_cells() {
    let template = form(|sheet| {
        cells(sheet, &[(0, 0, "{{指名}}"), (1, 0, "{{氏名"), (2, 0, "{{#明細}}"), (3, 0, "{{/品目}}"), (4, 0, "{{ }}")]);
    });
    let filled = template.fill(&record(&[("氏名", text("x")), ("余り", number(1))]));
    let all = troubles(&filled).join("\n");
    for wanted in ["NoValue { mark: \"指名\", near: Some(\"氏名\") }", "Open", "Unclosed", "NoMark", "Unused { name: \"余り\" }"]
    {
        assert!(all.contains(wanted), "{wanted}\n{all}");
    }
    assert!(all.contains("Some(\"A1\")"));
}

#[test]
fn an_empty_fill_changes_nothing() {
    let template = form(|sheet| cells(sheet, &[(0, 0, "差込口のない紙"), (1, 0, "=1+1")]));
    let filled = template.fill(&Record::new());
    let open = |bytes: Vec<u8>| Workbook::open("a.xlsx", bytes, &Shelf::new(), &Limits::default()).unwrap();
    assert!(differences(&open(template.package.bytes().to_vec()), &open(filled.bytes)).unwrap().is_empty());
}

/// A template of several shapes: values, a block with a total, a condition, a sheet for each record.
fn mixed() -> Vec<u8> {
    let mut book = Book::new();
    let sheet = book.add_worksheet().set_name("様式").unwrap();
    sheet.merge_range(0, 0, 0, 2, "第{{番号:000}}号 {{日付:ggge年m月d日}}", &Look::new()).unwrap();
    cells(sheet, &[(1, 0, "{{#明細}}{{連番}}"), (1, 1, "{{品名}}"), (1, 2, "{{金額}}{{/明細}}{{改ページ}}")]);
    cells(sheet, &[(2, 2, "=SUM(C2:C2)"), (3, 0, "{{?控除}}控除"), (3, 2, "{{控除}}{{/控除}}"), (4, 2, "=C3-C4")]);
    cells(book.add_worksheet().set_name("{{#明細}}{{品名}}").unwrap(), &[(0, 0, "{{金額}}"), (0, 1, "=A1*2")]);
    book.save_to_buffer().unwrap()
}

fn fill_anyhow(bytes: Vec<u8>) {
    let Ok(template) = Template::open("様式.xlsx", bytes, &Limits::default()) else { return };
    let item = |name: &str, amount| record(&[("品名", text(name)), ("金額", number(amount))]);
    let items = Field::List(vec![item("鉛筆", 100), item("紙", 250), item("糊", 30)]);
    let filled = template.fill(&record(&[("番号", number(7)), ("明細", items), ("控除", number(5)), ("日付", number(1))]));
    assert!(filled.bytes.len() < 8 << 20, "a small form stays one");
    let errors = filled.findings.iter().any(|finding| finding.severity == crate::Severity::Error);
    assert!(!filled.bytes.is_empty() || errors, "nothing comes out without a reason");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 48, failure_persistence: None, ..Default::default() })]

    #[test]
    fn tampered_templates_never_panic(
        changes in proptest::collection::vec((proptest::prelude::any::<proptest::sample::Index>(), proptest::prelude::any::<u8>()), 1..6),
        which in 0usize..6,
    ) {
        let bytes = mixed();
        if which == 5 {
            let mut bytes = bytes;
            for (at, byte) in &changes {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            fill_anyhow(bytes);
            return Ok(());
        }
        let name = ["xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml"][which];
        let mut xml = Vec::new();
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes.as_slice())).unwrap();
        std::io::Read::read_to_end(&mut zip.by_name(name).unwrap(), &mut xml).unwrap();
        for (at, byte) in &changes {
            let at = at.index(xml.len());
            xml[at] = *byte;
        }
        fill_anyhow(crate::edit::with_part(&bytes, name, &xml));
    }
}

#[test]
fn sums_of_a_filled_form_are_there_for_whoever_does_not_calculate() {
    let bytes = mixed();
    let template = open(bytes);
    let item = |name: &str, amount| record(&[("品名", text(name)), ("金額", number(amount))]);
    let items = Field::List(vec![item("鉛筆", 100), item("紙", 250), item("糊", 30)]);
    let date = Field::Value(NewValue::Date(crate::Day::of(jiff::civil::date(2024, 4, 1))));
    let filled = template.fill(&record(&[("番号", number(7)), ("明細", items), ("控除", number(5)), ("日付", date)]));
    let rows = shown(&filled, 0);
    assert_eq!(rows[4..], ["- - 380", "控除 - 5", "- - 375"]);
    assert_eq!([shown(&filled, 1), shown(&filled, 3)].concat(), ["100 200", "30 60"]);
}

#[test]
fn the_day_in_a_form_is_that_of_the_job() {
    let form = || form(|sheet| cells(sheet, &[(0, 0, "{{氏名}}"), (0, 1, "=TODAY()"), (0, 2, "=INDIRECT(\"A1\")")]));
    let record = record(&[("氏名", text("見本"))]);
    assert_eq!(shown(&form().fill(&record), 0), ["見本 * *"]);
    let filled = form().at(jiff::civil::date(2024, 8, 5).at(9, 0, 0, 0)).fill(&record);
    assert_eq!(shown(&filled, 0), ["見本 45509 *"]);
    assert!(xml(&filled, "xl/workbook.xml").contains("fullCalcOnLoad=\"1\""));
}

/// Between the filling and its proof something goes wrong: nothing of the workbook is handed out, whatever it is.
#[test]
fn a_filling_that_is_not_what_was_meant_is_never_handed_out() {
    const SHEET: &str = "xl/worksheets/sheet1.xml";
    let template = form(|sheet| {
        cells(sheet, &[(0, 0, "{{氏名}}"), (1, 0, "金額"), (2, 0, "{{金額}}")]);
        sheet.write_number(1, 1, 4_000).unwrap();
    });
    let given = record(&[("氏名", text("見本 花子")), ("金額", number(1_200))]);
    let (edited, findings) = fill::edited(&template, &given);
    let edited = edited.unwrap();
    let proven = |bytes: Vec<u8>| fill::proven(&template, crate::Edited { bytes, ..edited.clone() }, findings.clone());
    let sound = proven(edited.bytes.clone());
    assert_eq!((sound.broken, sound.bytes == edited.bytes), (None, true));
    assert_eq!(sound.changes.parts.iter().map(|change| change.part.as_str()).collect::<Vec<_>>(), [SHEET]);
    let xml = {
        let filled = Filled { bytes: edited.bytes.clone(), ..Filled::default() };
        move |part: &str| xml(&filled, part)
    };
    let replaced = |part: &str, from: &str, to: &str| {
        let text = xml(part);
        assert!(text.contains(from), "{from} is not in {text}");
        crate::edit::with_part(&edited.bytes, part, text.replacen(from, to, 1).as_bytes())
    };
    let broken = [
        ("a value that was filled in", replaced(SHEET, "見本 花子", "見本 花男")),
        ("a number that was filled in", replaced(SHEET, "<v>1200</v>", "<v>1201</v>")),
        ("a cell beside it", replaced(SHEET, "<v>4000</v>", "<v>4001</v>")),
        ("a shared text", replaced("xl/sharedStrings.xml", "金額", "全額")),
        ("a part that nobody touched", replaced("docProps/app.xml", "<", " <")),
        ("a part too many", crate::edit::with_part(&edited.bytes, "xl/その他.xml", b"<x/>")),
        ("half a file", edited.bytes[..edited.bytes.len() / 2].to_vec()),
    ];
    for (what, bytes) in broken {
        let filled = proven(bytes);
        assert!(filled.broken.is_some() && filled.bytes.is_empty() && filled.changes.parts.is_empty(), "{what}");
    }
}
