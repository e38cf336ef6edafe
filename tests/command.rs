//! Exit statuses, the one JSON object, and what is never touched.

use std::fs;

use crate::desk::{Desk, LIST, SUM, jitan, listed};

#[test]
fn a_sound_arrival_is_done_and_its_rows_balance() {
    let ran = Desk::new().drop("一覧.csv", LIST).run().ends(0).published(&["集計.xlsx"]).speaks_japanese();
    assert_eq!(ran.cell("集計.xlsx", "集計", "A2"), "財務課");
    assert_eq!(ran.cell("集計.xlsx", "集計", "B2"), "20");
    let keys: Vec<&String> = ran.json.as_object().unwrap().keys().collect();
    let wanted = ["excluded", "findings", "job", "outputs", "read", "saving", "seconds", "status", "task", "units"];
    assert_eq!(keys, wanted);
    assert_eq!(ran.json["status"], "done");
    assert_eq!(ran.json["units"], 3);
    assert_eq!(ran.json["read"], 3);
    assert_eq!(ran.json["excluded"], 0);
    assert_eq!(ran.json["saving"].to_string(), r#"{"after_min":1.5,"before_min":6,"saved_min":4.5}"#);
    assert_eq!(ran.json["outputs"][0]["sha256"].as_str().unwrap().len(), 64);
}

#[test]
fn mistakes_come_back_in_one_pass_and_the_original_is_untouched() {
    let list = "課,件数\n財務課,十二\n総務課,\n財務課,8\n";
    let ran = Desk::new().drop("一覧.csv", list).run().ends(1).published(&["一覧（指摘つき）.xlsx", "要確認一覧.xlsx"]);
    assert_eq!(ran.json["status"], "returned");
    assert_eq!(ran.json["units"], 0);
    assert_eq!(ran.json["saving"]["saved_min"], 0);
    let findings = ran.json["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 2);
    assert_eq!(findings[0]["severity"], "error");
    assert_eq!(findings[0]["cell"], "B2");
    assert_eq!(findings[0]["column"], "件数");
    let keys: Vec<&String> = findings[0].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["cell", "column", "file", "problem", "remedy", "severity", "sheet", "value"]);
    assert_eq!(fs::read_to_string(ran.desk.dropped().join("一覧.csv")).unwrap(), list);
}

#[test]
fn nothing_is_ever_overwritten() {
    let ran = Desk::new().drop("一覧.csv", LIST).run().ends(0);
    let first = fs::read(ran.desk.out().join("集計.xlsx")).unwrap();
    let again = ran.desk.run().ends(0).published(&["集計 (2).xlsx", "集計.xlsx"]);
    assert_eq!(fs::read(again.desk.out().join("集計.xlsx")).unwrap(), first);
    assert_eq!(fs::read(again.desk.out().join("集計 (2).xlsx")).unwrap(), first, "the same input gives the same bytes");
}

#[test]
fn a_plan_touches_nothing() {
    let ran = Desk::new().drop("一覧.csv", LIST).with(&["--plan"]).run().ends(0).nothing_published();
    assert_eq!(ran.json["plan"], true);
    assert_eq!(ran.json["outputs"][0]["path"], "集計.xlsx");
}

#[test]
fn rows_that_do_not_balance_are_never_published() {
    let script = SUM.replace(".使用()", "");
    Desk::new()
        .script(&script)
        .drop("一覧.csv", LIST)
        .run()
        .ends(3)
        .nothing_published()
        .tells("行の数が合わない")
        .speaks_japanese();
}

#[test]
fn a_mistake_in_a_script_names_line_word_and_the_word_meant() {
    let script = SUM.replace("処理件数", "処理件数え");
    Desk::new()
        .script(&script)
        .drop("一覧.csv", LIST)
        .run()
        .ends(3)
        .nothing_published()
        .tells("「処理件数え」")
        .tells("「処理件数」");
}

#[test]
fn the_rights_of_a_task_hold() {
    let desk = Desk::new().form(r#"write = ["*.xlsx", "*.csv"]"#, r#"write = ["*.csv"]"#);
    desk.drop("一覧.csv", LIST).run().ends(3).nothing_published().tells("権利がありません");
    let desk = Desk::new().form(r#"read = ["*"]"#, r#"read = ["名簿*"]"#);
    desk.drop("一覧.csv", LIST).run().ends(1).tells("開くことが認められていない");
}

#[test]
fn settings_are_typed_and_named() {
    let desk = |set: &str| Desk::new().drop("一覧.csv", LIST).with(&["--set", set]).run();
    desk("下限=５").ends(0);
    desk("下限=多い").ends(2).tells("整数を指定");
    desk("下減=5").ends(2).tells("「下限」");
    desk("下限").ends(2).tells("名前=値");
}

#[test]
fn a_form_with_mistakes_is_refused_with_line_and_nearest_key() {
    let desk = Desk::new().form("after_minutes", "after_minuts").drop("一覧.csv", LIST);
    desk.run().ends(2).tells("after_minuts").tells("「after_minutes」").tells("行目");
}

#[test]
fn a_place_that_cannot_be_used_is_said() {
    let desk = Desk::new().drop("一覧.csv", LIST);
    fs::write(desk.out(), "a file where the folder should be").unwrap();
    let ran = desk.run().ends(5).tells("書き込めません").speaks_japanese();
    assert_eq!(fs::read_to_string(ran.desk.out()).unwrap(), "a file where the folder should be");
}

#[test]
fn wrong_commands_are_answered_in_the_language_asked_for() {
    let said = |arguments: &[&str]| {
        let output = jitan().args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(said(&["chekc"]).contains("「check」のことであれば"));
    assert!(said(&["--lang", "en", "chekc"]).contains("if \"check\" is meant"));
    assert!(said(&["run"]).contains("指定されていません"));
    assert!(said(&["run", "ない業務", "x"]).contains("「ない業務」という業務はありません"));
    assert!(said(&[]).contains("jitan --help"));
}

#[test]
fn a_new_task_runs_and_has_a_test() {
    let office = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let output = jitan().current_dir(office.path()).args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    fs::create_dir(office.path().join("scripts")).unwrap();
    run(&["new", "課別集計"]);
    run(&["check"]);
    run(&["test", "課別集計"]);
    let sample = "samples/課別集計/基本/in/一覧.xlsx";
    run(&["run", "課別集計", sample]);
    assert_eq!(listed(&office.path().join("課別集計_一覧")), ["集計.xlsx"]);
    run(&["run", "課別集計", sample]);
    assert_eq!(listed(&office.path().join("課別集計_一覧 (2)")), ["集計.xlsx"]);
}

#[test]
fn the_demo_runs_every_task_on_a_fresh_machine() {
    let place = tempfile::tempdir().unwrap();
    let output = jitan().current_dir(place.path()).args(["demo", "職場"]).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}{}", String::from_utf8_lossy(&output.stderr));
    for (name, id) in [
        ("検査統計集計", "test-statistics"),
        ("個人情報分類記号", "privacy-codes"),
        ("採点集計", "exam-scoring"),
        ("交付決定通知", "subsidy-notices"),
    ] {
        assert!(said.contains(name), "{said}");
        let results = listed(&place.path().join("職場/完了").join(id));
        assert!(results.iter().any(|path| path.ends_with("受領書.txt")), "{results:?}");
        assert!(listed(&place.path().join("職場/受付").join(id)).is_empty(), "what was dropped was taken");
    }
    assert!(place.path().join("職場/状況.html").is_file());
    assert!(said.contains("見込み"));
    let again = jitan().current_dir(place.path()).args(["demo", "職場"]).output().unwrap();
    assert_eq!(again.status.code(), Some(2), "an office that is there already is left alone");
}

#[test]
fn a_misspelt_column_is_found_before_anything_runs() {
    let script = SUM.replace("合計(\"件数\")", "合計(\"件敷\")");
    let ran = Desk::new().script(&script).drop("一覧.csv", LIST).run().ends(3).nothing_published();
    let office = ran.desk.dropped().join("..");
    let output = jitan().current_dir(&office).args(["check", "試験"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &*String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    for wanted in ["main.rhai の4行目", "「件敷」", "「件数」のことであれば", "「課」", "直すところが1か所"]
    {
        assert!(said.contains(wanted), "{wanted}: {said}");
    }
    assert!(!said.contains("間違いは見つかりません"), "{said}");
    let output = jitan().current_dir(&office).args(["--lang", "en", "check", "試験"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &*String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("no column \"件敷\"") && said.contains("\"件数\" may be meant"), "{said}");
}

#[test]
fn a_doubt_is_not_called_sound() {
    let script = SUM.replace(".使用()", "");
    let ran = Desk::new().script(&script).drop("一覧.csv", LIST).run().ends(3).nothing_published();
    let office = ran.desk.dropped().join("..");
    let output = jitan().current_dir(&office).args(["check", "試験"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &*String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("確かめるところが1か所") && said.contains("main.rhai の2行目"), "{said}");
    assert!(said.contains("使うとも除くとも") && !said.contains("間違いは見つかりません"), "{said}");
}

#[test]
fn the_reference_is_made_from_the_words_that_scripts_know() {
    let output = jitan().arg("doc").output().unwrap();
    let page = String::from_utf8(output.stdout).unwrap();
    assert!(page.contains("### 表を読む") && page.contains("### 処理件数"));
}
