//! Templates beside a script: filled, found wanting, checked.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::desk::{Desk, jitan};
use crate::life::Office;

pub fn template(cells: &[(u32, u16, &str)]) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet().set_name("通知").unwrap();
    for (row, column, text) in cells {
        match text.strip_prefix('=') {
            Some(formula) => drop(sheet.write_formula(*row, *column, formula).unwrap()),
            None => drop(sheet.write_string(*row, *column, *text).unwrap()),
        }
    }
    book.save_to_buffer().unwrap()
}

const LIST: &str = "課,件数\n財務課,12\n総務課,30\n";
const SCRIPT: &str = r#"
let 一覧 = 表を読む(入力.ファイル, [文字の列("課"), 整数の列("件数")]).使用();
let 通知 = 様式("通知.xlsx");
出力("通知.xlsx", 通知.差し込む(#{宛先: "見本 花子", 明細: 一覧}));
for r in 一覧 { 出力(`控え_${r.課}.xlsx`, 様式("控え.xlsx").差し込む(r)); }
処理件数(一覧.行数);
"#;

fn desk(cells: &[(u32, u16, &str)]) -> Desk {
    let desk = Desk::new().script(SCRIPT).drop("一覧.csv", LIST);
    let task = desk.dropped().join("../scripts/試験");
    fs::create_dir_all(&task).unwrap();
    fs::write(task.join("通知.xlsx"), template(cells)).unwrap();
    fs::write(task.join("控え.xlsx"), template(&[(0, 0, "{{課}}：{{件数}}件")])).unwrap();
    desk
}

const CELLS: [(u32, u16, &str); 5] =
    [(0, 0, "{{宛先}} 様"), (1, 0, "{{#明細}}{{課}}"), (1, 1, "{{件数}}{{/明細}}"), (2, 0, "計"), (2, 1, "=SUM(B2:B2)")];

#[test]
fn a_template_is_filled_with_a_table_and_once_for_each_row() {
    let ran = desk(&CELLS).run().ends(0).published(&["控え_総務課.xlsx", "控え_財務課.xlsx", "通知.xlsx"]);
    assert_eq!(ran.cell("通知.xlsx", "通知", "A1"), "見本 花子 様");
    assert_eq!([ran.cell("通知.xlsx", "通知", "A3"), ran.cell("通知.xlsx", "通知", "B3")], ["総務課", "30"]);
    assert_eq!(ran.cell("通知.xlsx", "通知", "A4"), "計");
    assert_eq!(ran.cell("控え_総務課.xlsx", "通知", "A1"), "総務課：30件");
}

/// The parts of a workbook with their bytes, by their names.
fn parts(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut parts = BTreeMap::new();
    for at in 0..zip.len() {
        let mut entry = zip.by_index(at).unwrap();
        let mut content = Vec::new();
        std::io::Read::read_to_end(&mut entry, &mut content).unwrap();
        parts.insert(entry.name().unwrap().into_owned(), content);
    }
    parts
}

#[test]
fn what_changed_in_a_filled_template_is_told_and_all_else_is_the_same() {
    let ran = desk(&CELLS).run().ends(0);
    let outputs = ran.json["outputs"].as_array().unwrap();
    let output = outputs.iter().find(|output| output["path"].as_str().unwrap().ends_with("通知.xlsx")).unwrap();
    assert_eq!(output["template"], "通知.xlsx");
    // Counted apart from the program.
    let read = |path: &str| parts(&fs::read(ran.desk.office().join(path)).unwrap());
    let (before, after) = (read("scripts/試験/通知.xlsx"), read("out/通知.xlsx"));
    let other = |name: &&String| before.get(*name) != after.get(*name);
    let wanted: BTreeSet<&String> = before.keys().chain(after.keys()).filter(other).collect();
    let told = output["changed_parts"].as_array().unwrap();
    let told_names: BTreeSet<String> = told.iter().map(|part| part["part"].as_str().unwrap().to_owned()).collect();
    assert_eq!(told_names.iter().collect::<BTreeSet<_>>(), wanted);
    assert_eq!(output["same_parts"].as_u64(), Some(before.keys().filter(|name| !other(name)).count() as u64));
    assert_eq!((&told[0]["what"], &told[0]["how"]), (&"シート「通知」".into(), &"changed".into()));
    // For a person the outputs of one template are told together.
    let office = ran.desk.dropped().join("..");
    let output = jitan().current_dir(office).args(["run", "試験", "in", "--out", "また"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    for part in [
        "もとのブックから変わったところ",
        "ほか1個は、様式「控え.xlsx」に差し込んだものです。",
        "「通知.xlsx」は、様式「通知.xlsx」に差し込んだものです。",
        "シート「通知」　xl/worksheets/sheet1.xml",
        "もとと1バイトも違いません。",
    ] {
        assert!(said.contains(part), "「{part}」 is not in\n{said}");
    }
}

#[test]
fn a_receipt_says_which_parts_of_the_template_changed() {
    let rows: String = (1..=40).map(|nth| format!("{nth}課,{nth}\n")).collect();
    let office = Office::with("", SCRIPT);
    fs::write(office.path("scripts/試験/通知.xlsx"), template(&CELLS)).unwrap();
    fs::write(office.path("scripts/試験/控え.xlsx"), template(&[(0, 0, "{{課}}：{{件数}}件")])).unwrap();
    office.drop("一覧.csv", format!("課,件数\n{rows}"));
    office.once();
    let receipt = fs::read_to_string(office.path("完了/試験/一覧/受領書.txt")).unwrap();
    for part in [
        "■ もとのブックから変わったところ\r\n",
        "ほか39個は、様式「控え.xlsx」に差し込んだものです。\r\n",
        "変わったのは次のところだけで、ほかの",
        "  ・シート「通知」　xl/worksheets/sheet1.xml\r\n",
    ] {
        assert!(receipt.contains(part), "「{part}」 is not in\n{receipt}");
    }
    assert!(receipt.lines().count() < 60, "{receipt}");
    // A job without a template says nothing of it.
    let plain = Office::new();
    plain.drop("一覧.csv", "課,件数\n財務課,12\n");
    plain.once();
    assert!(!fs::read_to_string(plain.path("完了/試験/一覧/受領書.txt")).unwrap().contains("変わったところ"));
}

#[test]
fn a_mark_that_nothing_is_given_for_is_a_finding_and_check_sees_it() {
    let desk = desk(&[(0, 0, "{{宛名}}"), (1, 0, "{{宛先}} {{#明細}}{{課}}{{/明細}}")]);
    let ran = desk.run().ends(1).tells("差込口「宛名」").tells("「宛先」").tells("様式：通知.xlsx");
    let office = ran.desk.dropped().join("..");
    let output = jitan().current_dir(office).args(["check", "試験"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &*String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("差込口「宛名」"), "{said}");
}

/// What `jitan check` says of the task, and whether it is content.
fn checked(desk: &Desk) -> (bool, String) {
    let output = jitan().current_dir(desk.office()).args(["check", "試験"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &*String::from_utf8_lossy(&output.stderr);
    (output.status.success(), said)
}

/// The script speaks of the name, but gives it to another template: only who follows the columns knows.
#[test]
fn check_holds_the_marks_of_a_template_against_what_it_is_filled_with() {
    let desk = desk(&CELLS).run().ends(0).desk;
    let (content, said) = checked(&desk);
    assert!(content && !said.contains("差込口"), "{said}");
    let other = |cells: &[(u32, u16, &str)]| fs::write(desk.office().join("scripts/試験/控え.xlsx"), template(cells)).unwrap();
    other(&[(0, 0, "{{課}}：{{件数}}件"), (2, 1, "{{宛先}} 様"), (3, 1, "{{ 件 数 }}")]);
    let (content, said) = checked(&desk);
    assert!(!content, "{said}");
    for part in ["控え.xlsx", "B3", "差込口「宛先」"] {
        assert!(said.contains(part), "「{part}」 is not in\n{said}");
    }
    assert!(!said.contains("差込口「課」") && !said.contains("件 数"), "{said}");
    // What may never be asked for is no mistake.
    other(&[(0, 0, "{{課}}"), (2, 1, "{{?宛先}}{{宛先}} 様{{/宛先}}")]);
    let (content, said) = checked(&desk);
    assert!(content && !said.contains("差込口"), "{said}");
}

#[test]
fn a_template_that_is_not_there_is_named_with_the_one_meant() {
    let script = SCRIPT.replace("様式(\"通知.xlsx\")", "様式(\"通知書.xlsx\")");
    desk(&CELLS).script(&script).run().ends(3).tells("様式「通知書.xlsx」").tells("「通知.xlsx」");
}

/// A PNG of one dot, and the beginning of a photo as iPhones take them.
const DOT: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0\x3a\x7e\x9b\x55\0\0\0\x0aIDAT\x78\x9c\x63\x60\0\0\0\x02\0\x01\
    \x48\xaf\xa4\x71\0\0\0\0IEND\xae\x42\x60\x82";
const HEIC: &[u8] = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic";

const PHOTOS: &str = r#"
let 一覧 = 表を読む(入力.選ぶ("*.csv"), [文字の列("課"), 文字の列("写真")]).使用();
let 行 = [];
for r in 一覧 { 行.push(#{課: r.課, 写真: 画像(入力.探す(r.写真))}); }
出力("台帳.xlsx", 様式("台帳.xlsx").差し込む(#{行: 行, 印影: 画像("印影.png")}));
処理件数(一覧.行数);
"#;

fn album(photos: &[(&str, &[u8])]) -> Desk {
    let list: String = photos.iter().map(|(name, _)| format!("{name},{name}\n")).collect();
    let mut desk = Desk::new().script(PHOTOS).form("\"*.txt\"", "\"*.png\"").drop("一覧.csv", format!("課,写真\n{list}"));
    for (name, bytes) in photos {
        desk = desk.drop(name, bytes);
    }
    let task = desk.dropped().join("../scripts/試験");
    fs::create_dir_all(&task).unwrap();
    fs::write(
        task.join("台帳.xlsx"),
        template(&[(0, 0, "{{画像:印影}}"), (1, 0, "{{#行}}{{課}}"), (1, 1, "{{画像:写真}}{{/行}}")]),
    )
    .unwrap();
    fs::write(task.join("印影.png"), DOT).unwrap();
    desk
}

#[test]
fn images_come_from_the_arrival_and_from_the_task() {
    let ran = album(&[("1.png", DOT), ("2.png", DOT)]).run().ends(0).published(&["台帳.xlsx"]);
    assert_eq!(ran.cell("台帳.xlsx", "通知", "A3"), "2.png");
    let mut zip = zip::ZipArchive::new(fs::File::open(ran.desk.out().join("台帳.xlsx")).unwrap()).unwrap();
    let names: Vec<String> =
        zip.file_names().map(|name| name.unwrap().into_owned()).filter(|name| name.contains("media")).collect();
    assert_eq!(names, ["xl/media/image1.png"], "the same image is kept once");
    let mut drawing = String::new();
    std::io::Read::read_to_string(&mut zip.by_name("xl/drawings/drawing1.xml").unwrap(), &mut drawing).unwrap();
    assert_eq!(drawing.matches("<xdr:pic>").count(), 3);
}

#[test]
fn every_image_that_is_none_comes_back_in_one_pass() {
    let ran = album(&[("1.png", HEIC), ("2.png", &DOT[..30]), ("3.png", DOT)]).run().ends(1).published(&["要確認一覧.xlsx"]);
    let ran = ran.tells("HEICの写真").tells("途中で切れている").speaks_japanese();
    assert_eq!(ran.json["findings"].as_array().unwrap().len(), 2, "{:#}", ran.json);
}

#[test]
fn an_image_that_is_not_there_is_named_with_the_one_meant() {
    let desk = album(&[("1.png", DOT)]).script(&PHOTOS.replace("印影.png", "印鑑.png"));
    desk.run().ends(3).tells("画像「印鑑.png」").tells("「印影.png」").nothing_published();
}

#[test]
fn check_looks_at_the_images_that_the_script_names() {
    let desk = album(&[("1.png", DOT)]);
    fs::write(desk.dropped().join("../scripts/試験/印影.png"), HEIC).unwrap();
    let ran = desk.run().ends(1);
    let output = jitan().current_dir(ran.desk.dropped().join("..")).args(["check", "試験"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &*String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("印影.png") && said.contains("HEIC"), "{said}");
}
