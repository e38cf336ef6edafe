//! Renaming: a plan that touches nothing, files renamed where they lie, and all of it taken back.

use std::fs;
use std::process::Output;

use crate::desk::{Desk, Ran, jitan, listed};

const ADD: &str = r#"
for f in 入力.ファイル {
    if !始まる(f.名前, "個_") { 名前を変える(f, "個_" + f.名前, "印を付ける"); }
}
処理件数(入力.ファイル.len());
"#;

fn desk(script: &str) -> Desk {
    Desk::new().script(script).drop("甲.txt", "甲").drop("部/乙.txt", "乙").drop("部/個_丙.txt", "丙")
}

fn undo(ran: &Ran) -> Output {
    let list = ran.desk.out().join("取消用一覧.csv");
    let office = ran.desk.dropped().parent().unwrap().to_owned();
    jitan().current_dir(office).args(["run", "試験", "--json", "--undo"]).arg(list).output().unwrap()
}

#[test]
fn a_plan_names_what_would_be_renamed_and_renames_nothing() {
    let ran = desk(ADD).with(&["--plan"]).run().ends(0).nothing_published();
    assert_eq!(ran.json["renames"].as_array().unwrap().len(), 2);
    assert_eq!(ran.json["renames"][0]["to"], "個_甲.txt");
    assert_eq!(listed(&ran.desk.dropped()), ["甲.txt", "部/乙.txt", "部/個_丙.txt"]);
}

#[test]
fn without_in_place_copies_are_published_and_the_originals_stay() {
    let ran = desk(ADD).run().ends(0).published(&["個_甲.txt", "部/個_乙.txt"]);
    assert_eq!(listed(&ran.desk.dropped()), ["甲.txt", "部/乙.txt", "部/個_丙.txt"]);
    assert_eq!(fs::read_to_string(ran.desk.out().join("部/個_乙.txt")).unwrap(), "乙");
}

#[test]
fn renamed_in_place_and_taken_back() {
    let ran = desk(ADD).with(&["--in-place"]).run().ends(0).published(&["取消用一覧.csv"]);
    assert_eq!(listed(&ran.desk.dropped()), ["個_甲.txt", "部/個_丙.txt", "部/個_乙.txt"]);
    let done = undo(&ran);
    assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(listed(&ran.desk.dropped()), ["甲.txt", "部/乙.txt", "部/個_丙.txt"]);
    assert_eq!(undo(&ran).status.code(), Some(0), "a second undo finds everything done");
}

#[test]
fn an_undo_leaves_alone_what_was_edited_since() {
    let ran = desk(ADD).with(&["--in-place"]).run().ends(0);
    fs::write(ran.desk.dropped().join("個_甲.txt"), "あとで書き換えた").unwrap();
    let done = undo(&ran);
    assert_eq!(done.status.code(), Some(1));
    assert_eq!(listed(&ran.desk.dropped()), ["個_甲.txt", "部/乙.txt", "部/個_丙.txt"]);
}

#[test]
fn two_files_that_would_meet_keep_their_names() {
    let script = r#"for f in 入力.ファイル { 名前を変える(f, "同じ.txt", "試験"); } 処理件数(1);"#;
    let desk = Desk::new().script(script).drop("甲.txt", "甲").drop("乙.txt", "乙").with(&["--in-place"]);
    let ran = desk.run().ends(0).tells("も同じ名前になります");
    assert_eq!(listed(&ran.desk.dropped()), ["乙.txt", "甲.txt"]);
}

#[test]
fn a_task_without_the_right_renames_nothing() {
    let ran = desk(ADD).form("rename = true", "rename = false").with(&["--in-place"]).run().ends(3).nothing_published();
    assert_eq!(listed(&ran.desk.dropped()), ["甲.txt", "部/乙.txt", "部/個_丙.txt"]);
}
