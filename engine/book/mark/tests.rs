//! Workbooks marked, come back, marked again.

use std::collections::BTreeMap;

use rust_xlsxwriter::{Color, Format as Look, Note, Workbook as Book};

use super::*;
use crate::{Address, Visibility, differences};

pub(super) fn words() -> MarkWords {
    let text = |text: &str| text.to_owned();
    MarkWords {
        sheet: text("指摘一覧"),
        data: text("データ"),
        lines: vec![text("指摘一覧"), text("エラー 1件")],
        header: ["重要度", "シート", "セル", "項目", "値", "問題", "対処"].map(str::to_owned),
        weights: ["エラー", "注意", "参考"].map(str::to_owned),
        problem: text("問題："),
        remedy: text("対処："),
        more: |count| format!("ほかに{count}件"),
    }
}

fn mark(severity: Severity, sheet: &str, cell: &str, problem: &str) -> Mark {
    Mark {
        severity,
        sheet: Some(sheet.to_owned()),
        cell: Some(cell.to_owned()),
        column: Some("件数".to_owned()),
        value: Some("十二".to_owned()),
        problem: problem.to_owned(),
        remedy: "数字で入力してください。".to_owned(),
    }
}

/// A workbook as a person has it: fills of their own, a comment, a merged title, a name that belongs to the second sheet.
fn person() -> Vec<u8> {
    let mut book = Book::new();
    let yellow = Look::new().set_background_color(Color::RGB(0x00FF_FF00));
    let sheet = book.add_worksheet().set_name("申請 一").unwrap();
    sheet.merge_range(0, 0, 0, 2, "題名", &Look::new().set_bold()).unwrap();
    for (column, text) in ["課", "件数", "備考"].into_iter().enumerate() {
        sheet.write_string(1, column as u16, text).unwrap();
    }
    sheet.write_string(2, 0, "財務課").unwrap();
    sheet.write_string_with_format(2, 1, "十二", &yellow).unwrap();
    sheet.write_number(3, 1, 8).unwrap();
    sheet.write_formula(4, 1, "=SUM(B3:B4)").unwrap();
    sheet.insert_note(2, 1, &Note::new("本人のメモ").set_author("見本 花子")).unwrap();
    sheet.insert_note(3, 0, &Note::new("別のメモ").set_author("見本 花子")).unwrap();
    let other = book.add_worksheet().set_name("名簿").unwrap();
    other.write_string(0, 0, "氏名").unwrap();
    other.set_print_area(0, 0, 4, 4).unwrap();
    other.set_active(true);
    book.save_to_buffer().unwrap()
}

fn marks() -> Vec<Mark> {
    vec![
        mark(Severity::Error, "申請 一", "B3", "数字ではありません。"),
        mark(Severity::Warning, "申請 一", "B4", "多すぎます。"),
        mark(Severity::Note, "名簿", "2:2", "空です。"),
        Mark { cell: None, ..mark(Severity::Warning, "申請 一", "", "シートについて") },
    ]
}

fn parts(bytes: &[u8]) -> BTreeMap<String, String> {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
    let mut text = |name: &str| {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut zip.by_name(name).unwrap(), &mut bytes).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    names.iter().map(|name| (name.clone(), text(name))).collect()
}

fn copy(bytes: &[u8], marks: &[Mark]) -> MarkedCopy {
    marked_copy("申請.xlsx", bytes.to_vec(), marks, &words(), &Limits::default()).unwrap()
}

fn open(bytes: &[u8]) -> Workbook {
    Workbook::open("a.xlsx", bytes.to_vec(), &Shelf::new(), &Limits::default()).unwrap()
}

#[test]
fn each_finding_stands_on_its_cell_and_in_the_list() {
    let copy = copy(&person(), &marks());
    let parts = parts(&copy.bytes);
    let comments: Vec<&String> = parts.iter().filter(|(name, _)| name.starts_with("xl/comments")).map(|(_, xml)| xml).collect();
    let all: String = comments.iter().map(|xml| xml.as_str()).collect();
    assert_eq!(comments.len(), 2);
    assert!(all.contains("本人のメモ") && all.contains("【時短の指摘】") && all.contains("数字ではありません。"), "{all}");
    assert_eq!(all.matches("<author>時短 jitan</author>").count(), 2);
    assert_eq!(all.matches("<comment ").count(), 4, "B3 and A4 are the person's, B4 and A2 of the list of names are ours");
    let main = &parts["xl/workbook.xml"];
    assert!(main.contains("activeTab=\"0\"") && main.contains("localSheetId=\"2\""), "{main}");
    assert!(main.find("指摘一覧").unwrap() < main.find("申請 一").unwrap());
    let selected = parts.iter().filter(|(name, xml)| name.starts_with("xl/worksheets/") && xml.contains("tabSelected=\"1\""));
    let selected: Vec<&String> = selected.map(|(name, _)| name).collect();
    assert_eq!(selected, ["xl/worksheets/sheet3.xml"], "two selected sheets would be typed into at once");
    let list = parts.values().find(|xml| xml.contains("showGridLines=\"0\"")).unwrap();
    assert!(list.contains("location=\"'申請 一'!B3\"") && list.contains("シートについて"), "{list}");
    let styles = &parts["xl/styles.xml"];
    assert!(styles.contains("<fgColor rgb=\"FFFEC6C9\"/><bgColor rgb=\"FFFFFF00\""), "{styles}");
    assert!(parts["xl/workbook.xml"].contains("name=\"_jitan.fill.1\" hidden=\"1\">\"rgb FFFFFF00\"<"));
    assert!(parts["[Content_Types].xml"].contains("Extension=\"vml\""));
}

#[test]
fn everything_else_is_as_the_person_left_it() {
    let before = person();
    let after = copy(&before, &marks()).bytes;
    assert!(differences(&open(&before), &open(&after)).unwrap().is_empty());
    let (old, new) = (parts(&before), parts(&after));
    for name in ["xl/theme/theme1.xml", "docProps/core.xml", "xl/sharedStrings.xml"] {
        assert_eq!(old[name], new[name], "{name}");
    }
    assert_eq!(open(&after).sheets().iter().map(|sheet| sheet.name.as_str()).collect::<Vec<_>>(), ["申請 一", "名簿"]);
    assert!(open(&after).sheets().iter().all(|sheet| sheet.visibility == Visibility::Visible));
}

#[test]
fn marks_of_an_earlier_round_go_when_the_file_comes_back() {
    let before = person();
    let once = copy(&before, &marks()).bytes;
    let clean = unmarked(once.clone(), &Limits::default()).unwrap();
    let (old, new) = (parts(&before), parts(&clean));
    let notes = |parts: &BTreeMap<String, String>| parts.iter().find(|(name, _)| name.contains("comments1")).unwrap().1.clone();
    assert!(!notes(&new).contains("指摘") && notes(&new).contains("本人のメモ"), "{}", notes(&new));
    assert_eq!(notes(&old).matches("<comment ").count(), notes(&new).matches("<comment ").count());
    assert!(
        !new.values().any(|xml| xml.contains("FFFFC6C9")
            || xml.contains("FFFEC6C9")
            || xml.contains("_jitan")
            || xml.contains("指摘一覧"))
    );
    assert!(new["xl/styles.xml"].contains("<fgColor rgb=\"FFFFFF00\""), "the person's own yellow is back");
    assert!(new["xl/workbook.xml"].contains("localSheetId=\"1\"") && !new.contains_key("xl/worksheets/sheet3.xml"));
    let vml =
        |parts: &BTreeMap<String, String>| parts.iter().find(|(name, _)| name.ends_with("vmlDrawing1.vml")).unwrap().1.clone();
    assert_eq!(vml(&old).matches("<v:shape ").count(), vml(&new).matches("<v:shape ").count());
    // A second round with one finding left.
    let twice = copy(&once, &marks()[1..2]).bytes;
    let parts = parts(&twice);
    assert_eq!(parts.values().map(|xml| xml.matches("【時短の指摘】").count()).sum::<usize>(), 1);
    assert_eq!(parts["xl/workbook.xml"].matches("<sheet ").count(), 3);
    assert!(differences(&open(&before), &open(&twice)).unwrap().is_empty());
}

#[test]
fn other_formats_come_back_as_xlsx_with_their_data() {
    let csv = "課,件数\n財務課,十二\n総務課,=1+1\n".as_bytes();
    let mut mark = mark(Severity::Error, "", "B2", "数字ではありません。");
    mark.sheet = None;
    let copy = marked_copy("一覧.csv", csv.to_vec(), &[mark], &words(), &Limits::default()).unwrap();
    assert_eq!(copy.format, Format::Xlsx);
    let book = open(&copy.bytes);
    let sheet = book.sheet(0).unwrap();
    assert_eq!(sheet.name, "データ");
    assert_eq!(sheet.value(Address::new(2, 1)).show(&sheet.shelf().texts), "=1+1");
    assert!(!sheet.cell(Address::new(2, 1)).unwrap().formula);
    let parts = parts(&copy.bytes);
    assert!(parts.values().any(|xml| xml.contains("location=\"'データ'!B2\"")));
}

#[test]
fn the_same_marks_give_the_same_bytes_and_many_are_capped() {
    let many: Vec<Mark> = (0..700).map(|row| mark(Severity::Error, "申請 一", &format!("D{}", row + 5), "だめです。")).collect();
    // One workbook for both: a new one carries the second in which it was made.
    let person = person();
    let one = copy(&person, &many);
    assert_eq!(one.uncommented, 200);
    assert!(one.bytes == copy(&person, &many).bytes);
}

/// The copy as LibreOffice writes it: nobody's comments, other backgrounds, names that are not hidden, no theme.
fn through_libreoffice(bytes: &[u8]) -> Vec<u8> {
    with(bytes, |name, xml| {
        Some(match name {
            "docProps/app.xml" => "<Properties><Application>LibreOffice/7.4.7.2$Linux</Application></Properties>".to_owned(),
            "xl/styles.xml" => {
                let mut pieces = xml.split("<bgColor ");
                let first = pieces.next().unwrap().to_owned();
                pieces
                    .fold(first, |text, piece| format!("{text}<bgColor rgb=\"FFBFBFBF\"/>{}", piece.split_once("/>").unwrap().1))
            }
            "xl/workbook.xml" => xml.replace(" hidden=\"1\"", " function=\"false\" hidden=\"false\"").replace('\'', ""),
            name if name.starts_with("xl/comments") => xml.replace("<author>時短 jitan</author>", "<author> </author>"),
            _ => xml,
        })
    })
}

/// The workbook with other parts; nothing leaves one out.
fn with(bytes: &[u8], change: impl Fn(&str, String) -> Option<String>) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, xml) in parts(bytes) {
        let Some(xml) = change(&name, xml) else { continue };
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut zip, xml.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The list of sheets and names, changed.
fn with_main(bytes: &[u8], change: impl Fn(String) -> String) -> Vec<u8> {
    with(bytes, |name, xml| Some(if name == "xl/workbook.xml" { change(xml) } else { xml }))
}

/// No word and no colour of ours is left, and those of the person are there.
fn is_clean(clean: &[u8]) {
    let all = parts(clean);
    assert!(!all.values().any(|xml| xml.contains("指摘") || xml.contains("_jitan") || xml.contains("rgb=\"FFFEC6C9\"")));
    assert!(!all["xl/styles.xml"].contains("FFFFC6C9") && all["xl/styles.xml"].contains("<fgColor rgb=\"FFFFFF00\"/>"));
    assert!(all.values().any(|xml| xml.contains("本人のメモ")) && all.values().any(|xml| xml.contains("別のメモ")));
    assert!(differences(&open(&person()), &open(clean)).unwrap().is_empty());
}

#[test]
fn marks_are_known_again_after_libreoffice_has_saved_them() {
    let once = through_libreoffice(&copy(&person(), &marks()).bytes);
    is_clean(&unmarked(once.clone(), &Limits::default()).unwrap());
    let twice = copy(&once, &marks()[1..2]).bytes;
    assert_eq!(parts(&twice).values().map(|xml| xml.matches("【時短の指摘】").count()).sum::<usize>(), 1);
}

#[test]
fn marks_go_without_their_list_and_what_a_person_wrote_below_stays() {
    let once = copy(&person(), &marks()).bytes;
    // The sheet of findings taken away: its name leads nowhere.
    let gone = with(&once, |name, xml| match name {
        "xl/worksheets/sheet3.xml" => None,
        "xl/workbook.xml" => {
            let xml = xml.replace("'指摘一覧'!$A$1", "#REF!$A$1");
            let (head, tail) = xml.split_once("<sheets>").unwrap();
            Some(format!("{head}<sheets>{}", tail.split_once("/>").unwrap().1))
        }
        _ => Some(xml),
    });
    is_clean(&unmarked(gone, &Limits::default()).unwrap());
    is_clean(&unmarked(with_main(&once, |xml| xml.replace("指摘一覧", "見た")), &Limits::default()).unwrap());
    let answered = with(&once, |_, xml| Some(xml.replace("【指摘ここまで】", "【指摘ここまで】\n直しました")));
    let clean = unmarked(answered, &Limits::default()).unwrap();
    assert!(parts(&clean).values().any(|xml| xml.contains("直しました")));
    assert!(!parts(&clean).values().any(|xml| xml.contains("【")));
    // Neither list nor names: the words around the comments are left to know it by.
    let bare = with_main(&once, |xml| {
        let (head, tail) = xml.split_once("<definedNames>").unwrap();
        format!("{head}{}", tail.split_once("</definedNames>").unwrap().1)
    });
    let clean = parts(&unmarked(bare, &Limits::default()).unwrap());
    assert!(!clean.values().any(|xml| xml.contains("【")) && clean["xl/styles.xml"].contains("<fgColor rgb=\"FFFFFF00\"/>"));
}
