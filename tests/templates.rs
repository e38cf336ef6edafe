//! Templates beside a script: filled, found wanting, checked.

use std::fs;

use crate::desk::{Desk, jitan};

fn template(cells: &[(u32, u16, &str)]) -> Vec<u8> {
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

#[test]
fn a_mark_that_nothing_is_given_for_is_a_finding_and_check_sees_it() {
    let desk = desk(&[(0, 0, "{{宛名}}"), (1, 0, "{{宛先}} {{#明細}}{{課}}{{/明細}}")]);
    let ran = desk.run().ends(1).tells("差込口「宛名」").tells("「宛先」").tells("様式：通知.xlsx");
    let office = ran.desk.dropped().join("..");
    let output = jitan().current_dir(office).args(["check", "試験"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &*String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("差込口「宛名」"), "{said}");
}

#[test]
fn a_template_that_is_not_there_is_named_with_the_one_meant() {
    let script = SCRIPT.replace("様式(\"通知.xlsx\")", "様式(\"通知書.xlsx\")");
    desk(&CELLS).script(&script).run().ends(3).tells("様式「通知書.xlsx」").tells("「通知.xlsx」");
}
