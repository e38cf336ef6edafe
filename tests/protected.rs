//! Protected workbooks that are dropped: what is made from their cells goes out behind the same password, and comes back through it.

use std::fs;
use std::path::Path;

use book::{CHANCE, Limits, Package, SALT, Seal, Shelf, Workbook};

use crate::desk::{Desk, SUM, listed};
use crate::input::secrets;
use crate::life::Office;

const PASSWORD: &str = "himitsu-7";
const OTHER: &str = "himitsu-8";

/// A list as a workbook.
fn list(rows: &[(&str, &str)]) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet().set_name("一覧").unwrap();
    for (row, (section, count)) in [("課", "件数")].iter().chain(rows).enumerate() {
        sheet.write_string(row as u32, 0, *section).unwrap();
        sheet.write_string(row as u32, 1, *count).unwrap();
    }
    book.save_to_buffer().unwrap()
}

/// A workbook behind a password, as a person saves it.
fn closed(bytes: &[u8], password: &str) -> Vec<u8> {
    let chance: [u8; CHANCE] = std::array::from_fn(|at| at as u8);
    Seal::new(password, [5; SALT]).close(bytes, &chance)
}

/// What lies behind a password; the file opens with no other and not without.
fn opened(path: &Path, password: &str) -> Vec<u8> {
    let bytes = fs::read(path).unwrap();
    assert!(book::is_locked(&bytes), "{} lies open", path.display());
    let wrong = if password == PASSWORD { OTHER } else { PASSWORD };
    assert_eq!(book::unlock(bytes.clone(), [wrong], &Limits::default()), Err(book::Refusal::WrongPassword));
    book::unlock(bytes, [password], &Limits::default()).unwrap().bytes
}

/// What stands in a sheet.
fn cells(bytes: Vec<u8>, wanted: &str) -> String {
    let book = Workbook::open("a.xlsx", bytes, &Shelf::new(), &Limits::default()).unwrap();
    let sheet = book.sheet(book.sheets().iter().position(|sheet| sheet.name == wanted).unwrap()).unwrap();
    let texts = &sheet.shelf().texts;
    let row = |row: book::Row<'_>| row.values().map(|(_, value)| value.show(texts)).collect::<Vec<_>>().join(",");
    sheet.rows().map(row).collect::<Vec<_>>().join("\n")
}

/// Nothing in the office but the administrator's file holds any of these, in either spelling of the system.
fn nowhere(office: &Office, words: &[&str]) {
    for name in office.files("") {
        if name == ".jitan/secrets.toml" {
            continue;
        }
        let bytes = fs::read(office.path(&name)).unwrap();
        for word in words {
            let wide: Vec<u8> = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let found = [word.as_bytes(), &wide].iter().any(|form| bytes.windows(form.len()).any(|piece| piece == *form));
            assert!(!found, "「{word}」 is in {name}");
        }
    }
}

#[test]
fn a_protected_workbook_comes_back_marked_behind_its_password_and_goes_through_when_it_is_mended() {
    let office = Office::with("", SUM);
    secrets(&office.path(""), &format!("open = [\"{OTHER}\"]\n[tasks.試験]\nopen = [\"{PASSWORD}\"]\n"), 0o600);
    let dropped = closed(&list(&[("財務課", "十二と半分"), ("総務課", "30")]), PASSWORD);
    office.drop("一覧.xlsx", &dropped);
    let watched = office.once();
    let home = "差戻し/試験/一覧";
    assert_eq!(office.files(home), ["はじめにお読みください.txt", "一覧.xlsx", "一覧（指摘つき）.xlsx", "要確認一覧.xlsx"]);
    assert!(fs::read(office.path(home).join("一覧.xlsx")).unwrap() == dropped, "the original is as it was");
    let copy = opened(&office.path(home).join("一覧（指摘つき）.xlsx"), PASSWORD);
    assert_eq!(cells(copy.clone(), "一覧"), "課,件数\n財務課,十二と半分\n総務課,30");
    let package = Package::open("a.xlsx", copy, &Limits::default()).unwrap();
    assert_eq!(package.sheets().iter().map(|sheet| sheet.name.clone()).collect::<Vec<_>>(), ["指摘一覧", "一覧"]);
    // The list shows the value, so it is as protected as the workbook that it stands in.
    let findings = cells(opened(&office.path(home).join("要確認一覧.xlsx"), PASSWORD), "要確認");
    assert!(findings.contains("十二と半分"), "{findings}");
    let note = fs::read_to_string(office.path(home).join("はじめにお読みください.txt")).unwrap();
    let changed = "「一覧（指摘つき）.xlsx」で変わったのは、シート「指摘一覧」（加えたもの）、シート「一覧」、";
    for part in ["同じパスワードで開きます", "シート「一覧」　B2　項目「件数」", "数字として読めません", changed]
    {
        assert!(note.contains(part), "「{part}」 is not in\n{note}");
    }
    nowhere(&office, &[PASSWORD, OTHER, "十二と半分"]);
    let log = String::from_utf8_lossy(&watched.stderr).into_owned() + &*String::from_utf8_lossy(&watched.stdout);
    assert!(!log.contains(PASSWORD) && !log.contains("十二"), "{log}");

    // Mended in the marked copy and saved as it is, password and all.
    let mut editor = package.edit();
    editor.sheet("一覧").unwrap().set("B2".parse().unwrap(), 12).unwrap();
    office.drop("一覧（指摘つき）.xlsx", closed(&editor.finish().unwrap().bytes, PASSWORD));
    office.once();
    let done = "完了/試験/一覧（指摘つき）";
    assert_eq!(office.files(done), ["受領書.txt", "要確認一覧.xlsx", "集計.xlsx"]);
    // The other number is still written as text: a warning, and the list of it is closed like the first.
    let findings = cells(opened(&office.path(done).join("要確認一覧.xlsx"), PASSWORD), "要確認");
    assert!(findings.contains("数字が文字として") && !findings.contains("指摘一覧"), "{findings}");
    let receipt = fs::read_to_string(office.path(done).join("受領書.txt")).unwrap();
    assert!(receipt.contains("同じパスワードで開きます") && !receipt.contains("値「30」"), "{receipt}");
    let sums = cells(fs::read(office.path(done).join("集計.xlsx")).unwrap(), "集計");
    assert_eq!(sums, "課,件数\n財務課,12\n総務課,30");
    nowhere(&office, &[PASSWORD, OTHER]);
}

#[test]
fn rows_that_were_left_out_of_protected_workbooks_come_back_behind_the_password_of_each() {
    let script = "let 表 = 表を読む(入力.ファイル, [文字の列(\"課\"), 整数の列(\"件数\").合わない時(\"除外\")]).使用();\n\
                  let b = ブック();\nb.シート(\"集計\", 表);\n出力(\"集計.xlsx\", b);\n処理件数(表.行数);";
    let desk = Desk::new()
        .script(script)
        .form("kind = \"either\"", "kind = \"either\"\ngive_back = true")
        .drop("甲.xlsx", closed(&list(&[("財務課", "12"), ("総務課", "三")]), OTHER))
        .drop("乙.xlsx", closed(&list(&[("税務課", "8"), ("用地課", "四")]), PASSWORD))
        .drop("丙.xlsx", list(&[("管財課", "五"), ("人事課", "6")]));
    secrets(&desk.office(), &format!("open = [\"{PASSWORD}\", \"{OTHER}\"]\n"), 0o600);
    let ran = desk.run().ends(0);
    assert_eq!(
        listed(&ran.desk.out()),
        ["丙（差戻し分）.xlsx", "乙（差戻し分）.xlsx", "甲（差戻し分）.xlsx", "要確認一覧.xlsx", "集計.xlsx"]
    );
    let copy = |name: &str| ran.desk.out().join(format!("{name}（差戻し分）.xlsx"));
    assert_eq!(cells(opened(&copy("甲"), OTHER), "一覧"), "課,件数\n総務課,三");
    assert_eq!(cells(opened(&copy("乙"), PASSWORD), "一覧"), "課,件数\n用地課,四");
    assert_eq!(cells(fs::read(copy("丙")).unwrap(), "一覧"), "課,件数\n管財課,五");
    // One of the passwords closes the list: that of the first protected workbook in the order of the arrival.
    let list = fs::read(ran.desk.out().join("要確認一覧.xlsx")).unwrap();
    let by = book::unlock(list, [PASSWORD, OTHER], &Limits::default()).unwrap().by;
    assert_eq!(by, Some(0));
    assert_eq!((ran.json["units"].as_u64(), ran.json["excluded"].as_u64()), (Some(3), Some(3)));
    assert!(!format!("{}{}", ran.said, ran.json).contains("himitsu"));
}

#[test]
fn a_password_that_nobody_knows_and_a_workbook_without_one_change_nothing() {
    let desk =
        Desk::new().drop("甲.xlsx", closed(&list(&[("財務課", "十二")]), "himitsu-9")).drop("乙.xlsx", list(&[("税務課", "八")]));
    secrets(&desk.office(), &format!("open = [\"{PASSWORD}\"]\n"), 0o600);
    let ran = desk.run().ends(1).published(&["乙（指摘つき）.xlsx", "要確認一覧.xlsx"]);
    for name in ["乙（指摘つき）.xlsx", "要確認一覧.xlsx"] {
        assert!(!book::is_locked(&fs::read(ran.desk.out().join(name)).unwrap()), "{name} is closed, and nothing was protected");
    }
}

/// A new sheet is named after what stands in a cell, and the receipt is for everybody to read.
#[test]
fn a_receipt_does_not_name_sheets_after_the_cells_of_a_protected_workbook() {
    let script = "let 一覧 = 表を読む(入力.ファイル, [文字の列(\"課\"), 整数の列(\"件数\")]).使用();\n\
                  出力(\"通知.xlsx\", 様式(\"通知.xlsx\").差し込む(#{行: 一覧}));\n処理件数(一覧.行数);";
    let mut form = rust_xlsxwriter::Workbook::new();
    form.add_worksheet().set_name("{{#行}}{{課}}").unwrap().write_string(0, 0, "{{件数}}").unwrap();
    let office = Office::with("", script);
    fs::write(office.path("scripts/試験/通知.xlsx"), form.save_to_buffer().unwrap()).unwrap();
    secrets(&office.path(""), &format!("open = [\"{PASSWORD}\"]\n"), 0o600);
    let rows = list(&[("秘密の課", "12"), ("内密の課", "30")]);
    office.drop("閉.xlsx", closed(&rows, PASSWORD));
    office.drop("開.xlsx", rows);
    office.once();
    let receipt = |name: &str| fs::read_to_string(office.path("完了/試験").join(name).join("受領書.txt")).unwrap();
    assert!(receipt("開").contains("シート「秘密の課」（加えたもの）"), "{}", receipt("開"));
    assert!(!receipt("閉").contains("密の課"), "{}", receipt("閉"));
    assert!(receipt("閉").contains("シート「…」（加えたもの）　xl/worksheets/sheet2.xmlなど2個"), "{}", receipt("閉"));
}
