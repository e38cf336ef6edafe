//! Bad files by name: each gives a finding that a staff member understands, in one pass, with the original untouched.

use std::io::Write;

use crate::desk::{Desk, LIST, listed};

/// The arrival is returned, or the file left out with a warning, and the person is told this.
fn returned(name: &str, bytes: impl AsRef<[u8]>, told: &str) {
    let ran = Desk::new().drop(name, bytes).run().ends(1).tells(told).speaks_japanese();
    // What can be read comes back marked beside it.
    let came = listed(&ran.desk.out());
    assert!(came.iter().all(|name| name == "要確認一覧.xlsx" || name.contains("（指摘つき）")), "{came:?}");
    assert!(came.contains(&"要確認一覧.xlsx".to_owned()), "{came:?}");
}

#[test]
fn files_that_cannot_be_read() {
    returned("空.xlsx", "", "ファイルの中身が空です");
    returned("半分.xlsx", &workbook()[..900], "途中で切れています");
    returned("違う.xlsx", "%PDF-1.7\n%\u{e2}\u{e3}", "表のファイルではなく");
    returned("文書.txt", "ただの文章です。\n二行目。\n", "見出しが見つかりません");
}

#[test]
fn tables_that_are_not_as_they_should_be() {
    returned("列なし.csv", "課,数量\n財務課,1\n", "「件数」の列が見つかりません");
    returned("違う表.csv", "献立,主菜\n月,魚\n", "表の見出しが見つかりません");
    returned("閉じない.csv", "課,件数\n\"財務課,1\n", "閉じられていない");
}

#[test]
fn an_html_page_that_calls_itself_a_workbook_is_named() {
    returned("表.xlsx", "<html><body><table><tr><td>課</td></tr></table></body></html>", "HTML");
}

#[test]
fn what_is_no_plain_file_is_said_and_never_followed() {
    let desk = Desk::new().form("rename = true", "rename = false").drop("一覧.csv", LIST);
    let secret = desk.dropped().join("../secret.csv");
    std::fs::write(&secret, "課,件数\n秘密課,99\n").unwrap();
    std::os::unix::fs::symlink(&secret, desk.dropped().join("link.csv")).unwrap();
    std::fs::hard_link(&secret, desk.dropped().join("hard.csv")).unwrap();
    let pipe = desk.dropped().join("pipe.csv");
    assert!(std::process::Command::new("mkfifo").arg(pipe).status().unwrap().success());
    let ran = desk.run().ends(0).published(&["要確認一覧.xlsx", "集計.xlsx"]);
    assert_eq!(ran.json["units"], 3);
    ran.tells("リンクなので").tells("名前が2個").tells("ふつうのファイルではない");
}

#[test]
fn a_hard_link_is_not_read_by_a_task_that_renames_either() {
    let desk = Desk::new().drop("一覧.csv", LIST);
    let secret = desk.dropped().join("../secret.csv");
    std::fs::write(&secret, "課,件数\n秘密課,99\n").unwrap();
    std::fs::hard_link(&secret, desk.dropped().join("hard.csv")).unwrap();
    desk.run().ends(1).tells("名前が2個").published(&["要確認一覧.xlsx"]);
}

#[test]
fn an_open_file_is_named_with_the_person() {
    let mut owner = vec![0x20u8; 165];
    owner[0] = 4;
    owner[1..5].copy_from_slice(&[0x8e, 0x4f, 0x8f, 0x64]);
    owner[54] = 0;
    owner[55..61].copy_from_slice(&[2, 0, 0x09, 0x4e, 0xcd, 0x91]);
    Desk::new()
        .form("rename = true", "rename = false")
        .drop("一覧.csv", LIST)
        .drop("~$一覧.csv", owner)
        .run()
        .ends(0)
        .tells("三重さんが開いています");
}

#[test]
fn other_files_in_the_folder_are_said_and_left() {
    let ran = Desk::new().drop("一覧.csv", LIST).drop("写真.jpg", "x").drop("Thumbs.db", "x").run().ends(0);
    assert_eq!(ran.json["findings"].as_array().unwrap().len(), 1);
    ran.tells("写真.jpg");
}

#[test]
fn personal_values_are_masked_in_everything_that_is_printed() {
    let script = crate::desk::SUM.replace("文字の列(\"課\")", "文字の列(\"課\"), 日付の列(\"生年月日\"), 整数の列(\"個人番号\")");
    let list = "課,件数,生年月日,個人番号\n財務課,1,6.4.1,12345678901X\n";
    let ran = Desk::new().script(&script).drop("一覧.csv", list).run().ends(1);
    let whole = format!("{}{}", ran.json, ran.said);
    assert!(!whole.contains("12345678901X"), "{whole}");
}

/// A small sound workbook.
fn workbook() -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (column, text) in ["課", "件数"].into_iter().enumerate() {
        sheet.write_string(0, column as u16, text).unwrap();
    }
    sheet.write_string(1, 0, "財務課").unwrap();
    sheet.write_number(1, 1, 3).unwrap();
    book.save_to_buffer().unwrap()
}

#[test]
fn a_sound_workbook_is_read_and_a_damaged_one_never_becomes_a_wrong_number() {
    let sound = workbook();
    assert_eq!(Desk::new().drop("一覧.xlsx", &sound).run().ends(0).cell("集計.xlsx", "集計", "B2"), "3");
    for at in (40..sound.len()).step_by(sound.len() / 6) {
        let mut damaged = sound.clone();
        damaged[at] ^= 0x10;
        let ran = Desk::new().drop("一覧.xlsx", &damaged).run();
        assert!([0, 1].contains(&ran.status), "byte {at}: {}", ran.said);
        if ran.status == 0 {
            assert_eq!(ran.cell("集計.xlsx", "集計", "B2"), "3", "byte {at}");
        }
    }
}

#[test]
fn a_bomb_is_refused_before_it_unpacks() {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    zip.start_file("xl/workbook.xml", options).unwrap();
    zip.write_all(b"<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"/>").unwrap();
    zip.start_file("xl/worksheets/sheet1.xml", options).unwrap();
    zip.write_all(&vec![b' '; 64 << 20]).unwrap();
    let bomb = zip.finish().unwrap().into_inner();
    assert!(bomb.len() < 1 << 20);
    let ran = Desk::new().drop("一覧.xlsx", bomb).run().ends(1).published(&["要確認一覧.xlsx"]);
    assert!(ran.json["seconds"].as_f64().is_some());
}

#[test]
fn a_protected_workbook_opens_with_the_password_of_the_office() {
    const LOCKED: &[u8] = include_bytes!("../samples/test-statistics/broken-password/in/日報/桑名保健所.xlsx");
    let script = "let n = シート一覧(入力.ファイル[0]).len();\nlet b = ブック();\nb.文書(\"結果\", [`${n}`]);\n出力(\"結果.xlsx\", b);\n処理件数(1);";
    let desk = || Desk::new().script(script).drop("桑名.xlsx", LOCKED);
    desk().run().ends(1).tells("パスワード");
    let right = "[tasks.試験]\nopen = [\"違う\", \"himitsu\"]\n";
    let readable = desk();
    secrets(&readable.office(), right, 0o640);
    readable.run().ends(2).tells("ほかの人にも読める");
    let wrong = desk();
    secrets(&wrong.office(), "open = [\"違う\"]\n", 0o600);
    wrong.run().ends(1).tells("職場で決めたパスワードでは開けません");
    let closed = desk();
    secrets(&closed.office(), right, 0o600);
    let ran = closed.run().ends(0).published(&["結果.xlsx"]);
    assert!(!format!("{}{}", ran.said, ran.json).contains("himitsu"));
}

/// The office's file of passwords.
pub fn secrets(office: &std::path::Path, text: &str, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    let folder = office.join(".jitan");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("secrets.toml"), text).unwrap();
    std::fs::set_permissions(folder.join("secrets.toml"), std::fs::Permissions::from_mode(mode)).unwrap();
}

/// Sound rows are processed, the others come back in a copy of their own, and nothing is counted twice.
#[test]
fn rows_that_were_left_out_come_back_to_be_mended() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet().set_name("一覧").unwrap();
    for (row, (section, count)) in
        [("課", "件数"), ("財務課", "12"), ("総務課", "三"), ("税務課", "8"), ("用地課", "四")].into_iter().enumerate()
    {
        sheet.write_string(row as u32, 0, section).unwrap();
        sheet.write_string(row as u32, 1, count).unwrap();
    }
    let bytes = book.save_to_buffer().unwrap();
    let script = "let 表 = 表を読む(入力.ファイル, [文字の列(\"課\"), 整数の列(\"件数\").合わない時(\"除外\")]).使用();\n\
                  let b = ブック();\nb.シート(\"集計\", 表);\n出力(\"集計.xlsx\", b);\n処理件数(表.行数);";
    let desk = || Desk::new().script(script).form("kind = \"either\"", "kind = \"either\"\ngive_back = true");
    let ran =
        desk().drop("一覧.xlsx", &bytes).run().ends(0).published(&["一覧（差戻し分）.xlsx", "要確認一覧.xlsx", "集計.xlsx"]);
    assert_eq!(
        (ran.json["units"].as_u64(), ran.json["read"].as_u64(), ran.json["excluded"].as_u64()),
        (Some(2), Some(4), Some(2))
    );
    let cell = |ran: &crate::desk::Ran, file: &str, at: &str| ran.cell(file, "一覧", at);
    let copy = "一覧（差戻し分）.xlsx";
    assert_eq!(["A1", "A2", "A3", "B3"].map(|at| cell(&ran, copy, at)), ["課", "総務課", "用地課", "四"]);
    // Mended in one cell and dropped again as it is.
    let package =
        book::Package::open("a.xlsx", std::fs::read(ran.desk.out().join(copy)).unwrap(), &book::Limits::default()).unwrap();
    let mut editor = package.edit();
    editor.sheet("一覧").unwrap().set("B2".parse().unwrap(), 3).unwrap();
    let again = desk().drop(copy, editor.finish().unwrap().bytes).run().ends(0);
    let again = again.published(&["一覧（差戻し分） (2).xlsx", "要確認一覧.xlsx", "集計.xlsx"]);
    assert_eq!((again.json["units"].as_u64(), again.json["read"].as_u64()), (Some(1), Some(2)));
    assert_eq!(again.cell("集計.xlsx", "集計", "A2"), "総務課");
    // A task that does not say so has the list alone.
    Desk::new().script(script).drop("一覧.xlsx", &bytes).run().ends(0).published(&["要確認一覧.xlsx", "集計.xlsx"]);
}

#[test]
fn outputs_go_out_with_the_password_of_the_office_and_never_without() {
    let desk = || Desk::new().form("rename = true", "rename = true\nprotect = [\"集計*\"]").drop("一覧.csv", LIST);
    let check = |desk: &Desk| {
        let output = crate::desk::jitan().current_dir(desk.dropped().join("..")).args(["check", "試験"]).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned() + &*String::from_utf8_lossy(&output.stderr)
    };
    let without = desk().run().ends(3).tells("パスワードが決められていません");
    assert!(!without.desk.out().exists() && check(&without.desk).contains("パスワードが決められていません"));
    let known = desk();
    secrets(&known.office(), "[tasks.試験]\nprotect = \"himitsu-9\"\n", 0o600);
    let ran = known.run().ends(0).published(&["集計.xlsx"]);
    assert!(!format!("{}{}", ran.said, ran.json).contains("himitsu-9") && !check(&ran.desk).contains("決められていません"));
    let sealed = std::fs::read(ran.desk.out().join("集計.xlsx")).unwrap();
    assert!(book::is_locked(&sealed));
    let limits = book::Limits::default();
    assert_eq!(book::unlock(sealed.clone(), ["himitsu-8"], &limits), Err(book::Refusal::WrongPassword));
    let open = book::unlock(sealed, ["himitsu-9"], &limits).unwrap().bytes;
    let book = book::Workbook::open("集計.xlsx", open, &book::Shelf::new(), &limits).unwrap();
    assert_eq!(book.sheets()[0].name, "集計");
    let text = desk().script("CSV出力(\"集計.csv\", 表を読む(入力.ファイル, [文字の列(\"課\")]).使用());\n処理件数(1);");
    secrets(&text.office(), "protect = \"himitsu-9\"\n", 0o600);
    let refused = text.run().ends(3).tells("「集計.csv」にはパスワードを付けることになっています");
    assert!(!refused.desk.out().exists());
}

#[test]
fn a_returned_workbook_comes_back_with_its_findings_on_their_cells() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet().set_name("一覧").unwrap();
    for (column, text) in ["課", "件数"].into_iter().enumerate() {
        sheet.write_string(0, column as u16, text).unwrap();
    }
    sheet.write_string(1, 0, "財務課").unwrap();
    sheet.write_string(1, 1, "十二").unwrap();
    let bytes = book.save_to_buffer().unwrap();
    let desk = Desk::new().drop("係/一覧.xlsx", &bytes).drop("一覧.csv", "課,件数\n総務課,x\n");
    let names = ["一覧（指摘つき）.xlsx", "係/一覧（指摘つき）.xlsx", "要確認一覧.xlsx"];
    let ran = desk.run().ends(1).published(&names).speaks_japanese();
    assert_eq!(ran.cell("係/一覧（指摘つき）.xlsx", "一覧", "B2"), "十二");
    assert_eq!(ran.cell("一覧（指摘つき）.xlsx", "データ", "B2"), "x");
    let marked = std::fs::read(ran.desk.out().join("係/一覧（指摘つき）.xlsx")).unwrap();
    // Mended and dropped again as it is: the list is no sheet of theirs.
    let again = Desk::new().drop("一覧（指摘つき）.xlsx", &marked).run().ends(1);
    again.published(&["一覧（指摘つき） (2).xlsx", "要確認一覧.xlsx"]);
}
