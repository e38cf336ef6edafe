//! Misspelt columns, found without running; and sound scripts, of which nothing is said.

use std::any::TypeId;

use super::Gives;
use crate::handle::Table;
use crate::tests::Story;
use crate::{Trouble, TroubleKind, Weight};

/// What is said of a script, warnings too.
fn said(source: &str) -> Vec<Trouble> {
    let source = format!("{source}\n処理件数(1);");
    match Story::script(&source).library("道具", LIBRARY).compile() {
        Ok(program) => program.warnings().to_vec(),
        Err(troubles) => troubles,
    }
}

const LIBRARY: &str = "fn 計の行(表) { 表.集計([\"科\"], [合計(\"件数\")]) }\nfn 空の一覧() { 表を作る([\"番号\"], []) }";

/// `表` has 科, 件数, 優先, 版, 日付, 備考; `他` has 科, 定員.
const TABLES: &str = r#"
let f = 入力.ファイル;
let 表 = 表を読む(f, [文字の列("科"), 整数の列("件数").範囲(0, ()), 整数の列("優先"), 文字の列("版").別名(["版数"]), 日付の列("日付"), 文字の列("備考").省略可()]).使用();
let 他 = 表を読む(f, [文字の列("科"), 整数の列("定員")]).使用();
"#;

#[test]
fn a_misspelt_column_is_found_wherever_it_is_named() {
    let cases = [
        ("表.集計([\"科目\"], [合計(\"件数\")]);", "科目", "科"),
        ("表.集計([\"科\"], [合計(\"件敷\")]);", "件敷", "件数"),
        ("let 数える = [合計(\"件敷\")];\n表.集計([\"科\"], 数える);", "件敷", "件数"),
        ("表.集計([\"科\"], [合計(\"件敷\").名前(\"計\"), 件数()]);", "件敷", "件数"),
        ("表.並べ替え(\"優先度\");", "優先度", "優先"),
        ("表.並べ替え([\"科\", 降順(\"優先度\")]);", "優先度", "優先"),
        ("表.列を選ぶ([\"科\", \"件\"]);", "件", "件数"),
        ("表.列を外す(\"備老\");", "備老", "備考"),
        ("表.列名を変える(\"備老\", \"注\");", "備老", "備考"),
        ("表.書式(\"件敷\", \"0\");", "件敷", "件数"),
        ("表.空欄を上で埋める(\"料\");", "料", ""),
        ("表.縦に並べる([\"科\", \"版木\"], \"項目\", \"値\");", "版木", "版"),
        ("表.縦に並べる([\"科\"], \"項目\", \"値\").列を選ぶ([\"件数\"]);", "件数", ""),
        ("表.横に並べる(\"科\", \"日附\", 合計(\"件数\"));", "日附", "日付"),
        ("表.横に並べる([\"科\"], \"日付\", 合計(\"件敷\"));", "件敷", "件数"),
        ("表.合計(\"件敷\");", "件敷", "件数"),
        ("表.種類(\"版数\");", "版数", "版"),
        ("表.値の一覧(\"版数\");", "版数", "版"),
        ("表.移動平均(\"件数\", \"日付\", 7, [\"科目\"], \"平均\");", "科目", "科"),
        ("表.移動平均(\"件数\", \"日付\", 7, [\"科\"], \"平均\").合計(\"平均件数\");", "平均件数", "平均日数"),
        ("表.前の値(\"件敷\", [\"科\"], \"前\");", "件敷", "件数"),
        ("表.順位(降順(\"優先度\"), \"順\");", "優先度", "優先"),
        ("表.順位(降順(\"優先\"), \"順\", [\"科目\"]);", "科目", "科"),
        ("表.重複除去([\"科目\"], \"最後\");", "科目", "科"),
        ("表.重複([\"科目\"]);", "科目", "科"),
        ("表.探す(\"科目\", 1);", "科目", "科"),
        ("表.名前の衝突(\"科目\", \"版\", \"衝突\");", "科目", "科"),
        ("表.結合(他, [\"科目\"]);", "科目", "科"),
        ("表.結合(他, [\"版=料\"]);", "料", ""),
        ("表.相手なし(他, [\"版=定\"]);", "定", "定員"),
        ("表.結合(他, [\"科\"]).合計(\"定負\");", "定負", "定員"),
        ("表.結合(表, [\"科\"]).合計(\"件数_3\");", "件数_3", "件数_2"),
        ("表.列を足す(\"倍\", |r| r.件敷 * 2);", "件敷", "件数"),
        ("表.列を足す(\"倍\", |r| r[\"件敷\"] * 2);", "件敷", "件数"),
        ("表.列を足す(\"倍\", |r| r.件数 * 2).合計(\"倍数\");", "倍数", "倍"),
        ("表.絞り込む(|r| 空か(r.備老));", "備老", "備考"),
        ("表.件数(|r| r.備老 == \"\");", "備老", "備考"),
        ("表.除外(|r| r.件数 == 0, \"なし\", #{列: \"件敷\"});", "件敷", "件数"),
        ("for r in 表 { print(r.件敷); }", "件敷", "件数"),
        ("for r in 表.絞り込む(|r| r.件数 > 0) { エラー([r, \"件敷\"], \"だめ\", \"直す\"); }", "件敷", "件数"),
        ("注意([表.行(0), \"件敷\"], \"だめ\", \"直す\");", "件敷", "件数"),
        ("print(表.行(0).件敷);", "件敷", "件数"),
        ("print(表を作る([\"数\"], [[1]]).行(0).件);", "件", ""),
        ("print(入力.一覧.行(0).大ききさ);", "大ききさ", "大きさ"),
        ("let 狭い = 表.列を選ぶ([\"科\", \"版\"]);\nlet 狭い = 狭い.並べ替え(\"件数\");", "件数", ""),
        ("let 名 = \"件敷\";\n表.合計(名);", "件敷", "件数"),
        ("for 名 in [\"件数\", \"優先度\"] { print(表.合計(名)); }", "優先度", "優先"),
        ("let t = if f.len() > 1 { 表 } else { 他 };\nt.合計(\"定負\");", "定負", "定員"),
        ("let t = 他;\nif f.len() > 1 { t = 表; }\nprint(t.合計(\"定負\"));", "定負", "定員"),
        ("let a = [];\nfor x in f { a.push(表); a.push(他); }\nprint(表をつなぐ(a).合計(\"定負\"));", "定負", "定員"),
        ("print(計(表));\nfn 計(t) { t.合計(\"件敷\") }", "件敷", "件数"),
        (
            "print(選ぶ(表).合計(\"版\"));\nfn 選ぶ(t) { if t.行数 == 0 { return t.列を選ぶ([\"科\"]); } t.列を選ぶ([\"件数\"]) }",
            "版",
            "",
        ),
        ("let 限 = 3;\nlet t = 表.絞り込む(|r| 表.件数(|s| s.件敷 > 限) > 1);", "件敷", "件数"),
        ("let b = ブック();\nb.シート(\"甲\", 表, #{書式: #{件敷: \"0\"}});", "件敷", "件数"),
        ("let b = ブック();\nb.シート(\"甲\", 表, #{合計行: [\"件敷\"]});", "件敷", "件数"),
        ("let b = ブック();\nb.シート(\"甲\", 表);\nb.グラフ(\"甲\", #{項目: \"科目\", 系列: [\"件数\"]});", "科目", "科"),
        (
            "let b = ブック();\nb.シート(\"甲\", 表);\nb.シート(\"乙\", 他);\nb.グラフ(\"甲\", #{表: \"乙\", 項目: \"科\", 系列: [\"件数\"]});",
            "件数",
            "",
        ),
        ("import \"道具\" as 道具;\nprint(道具::計の行(表).合計(\"優先\"));", "優先", ""),
        ("import \"道具\" as 道具;\nprint(道具::空の一覧().合計(\"番\"));", "番", "番号"),
        ("let 足す = |t| t.合計(\"件敷\");\nprint(足す.call(表));", "件敷", "件数"),
        ("switch f.len() { 0 => print(表.合計(\"件敷\")), _ => print(1) }", "件敷", "件数"),
    ];
    for (script, word, near) in cases {
        let found = said(&format!("{TABLES}{script}"));
        let [trouble] = &found[..] else { panic!("{script}: {found:#?}") };
        assert_eq!((trouble.word.as_deref(), trouble.weight), (Some(word), Weight::Error), "{script}");
        let TroubleKind::NoColumn { near: found, have } = &trouble.kind else { panic!("{script}: {trouble:?}") };
        assert!(near.is_empty() || found.as_deref() == Some(near), "{script}: {found:?}");
        assert!(!have.is_empty(), "{script}");
        let line = TABLES.lines().count() + script.lines().position(|line| line.contains(word)).unwrap() + 1;
        if !script.contains("import") {
            assert_eq!(trouble.line as usize, line, "{script}");
        }
    }
}

#[test]
fn of_a_sound_script_nothing_is_said() {
    let scripts = [
        // Compared as the engine compares.
        "表.合計(\"件 数\"); 表.種類(\"版※\");",
        // What every row knows.
        "for r in 表 { print(r.ファイル名 + r.行番号); }",
        // Columns that only the file knows.
        "let t = 表を読む(f, [文字の列(\"科\")], #{ほかの列: true}).使用(); print(t.合計(\"版数\"));",
        "let t = 表を読む(f, [文字の列(\"科\" + 1), 文字の列(設定.列)]).使用(); print(t.合計(\"版数\"));",
        "let 列 = [文字の列(\"科\")]; for n in 1..=9 { 列.push(整数の列(\"問\" + n)); }\nprint(表を読む(f, 列).使用().合計(\"問7\"));",
        // Columns that only the rows know.
        "print(表.横に並べる(\"科\", \"版\", 合計(\"件数\")).合計(\"2020年版\"));",
        "print(表.列を足す(設定.列, |r| 1).合計(\"何か\"));",
        "let 列 = [\"科\"]; for n in 表.種類(\"版\") { 列 += [n]; }\nprint(表.列を選ぶ(列).合計(\"件数\"));",
        // One branch has the column.
        "let t = if f.len() > 1 { 表 } else { 他 }; print(t.合計(\"定員\"));",
        "let t = 他; if f.len() > 1 { t = 表; print(t.合計(\"件数\")); } print(t.合計(\"定員\"));",
        "let t = (); if f.len() > 1 { t = 表; } print(t.合計(\"件数\"));",
        "let t = 表; for x in f { t = t.列を足す(\"新\", |r| 1); if t.行数 > 3 { print(t.合計(\"新\")); } }",
        "let t = 表; for x in f { t = 他; if f.len() > 1 { break; } t = 表; } print(t.合計(\"定員\"));",
        "let t = 表; loop { t = t.列名を変える(\"件数\", \"数\"); break; } print(t.合計(\"数\"));",
        "let t = 表; try { t = 他; throw 1; t = 表; } catch { print(t.合計(\"定員\")); }",
        // The script asks itself.
        "for t in [表, 他] { if t.列名.contains(\"定員\") { print(t.合計(\"定員\")); } }",
        "if 他.列名.contains(\"件数\") && 他.合計(\"件数\") > 1 { print(1); }",
        "print(あれば(他));\nfn あれば(t) { if !t.列名.contains(\"件数\") { return 0; } t.合計(\"件数\") }",
        "let 有 = \"件数\" in 他.列名; print(if 有 { 他.合計(\"件数\") } else { 0 });",
        "for 名 in 表.列名 { print(表.値の一覧(名).len()); }",
        "try { print(表.合計(\"ない\")); } catch { print(1); }",
        // A function that is called with different tables, or calls itself.
        "print(計(表, \"件数\") + 計(他, \"定員\"));\nfn 計(t, 名) { t.合計(名) }",
        "print(計(表) + 計(他));\nfn 計(t) { if t.行数 > 5 { return t.合計(\"件数\"); } t.合計(\"定員\") }",
        "print(下る(表, 3));\nfn 下る(t, n) { if n == 0 { return t.合計(\"数\"); } 下る(t.列を足す(\"数\", |r| n), n - 1) }",
        "fn 使わない(t) { t.合計(\"何か\") }",
        // Names that verbs make.
        "print(表.集計([\"科\"], [件数(), 合計(\"件数\")]).合計(\"件数2\"));",
        "print(表.結合(表, [\"科\"]).合計(\"件数_2\"));",
        "print(表.結合(表, [\"科\"], #{名: \"前\"}).合計(\"件数_前\"));",
        "print(表.移動平均(\"件数\", \"日付\", 7, [], \"平均\").合計(\"平均日数\"));",
        "print(表.結合(他, [\"版=科\"], #{残す: \"両方\"}).合計(\"定員\"));",
        "print(表.縦に並べる([\"科\"], \"項目\", \"値\").種類(\"項目\"));",
        "print(表.順位(降順(\"件数\"), \"順\").並べ替え([昇順(\"順\"), \"科\"]).行(0).順);",
        "print(表.集計([], [合計(\"件数\").名前(\"計\")]).行(0).計);",
        // Closures and variables.
        "let 名 = \"倍\"; let t = 表.列を足す(名, |r| r.件数 * 2); let 最大 = t.最大(名); print(t.絞り込む(|r| r.倍 == 最大).行数);",
        "let 行 = []; for r in 表 { 行.push([r.科, r.件数]); }\nprint(表を作る([\"甲\", \"乙\"], 行).合計(\"乙\"));",
        "let 甲 = f.map(|x| 表を読む(x, [文字の列(\"甲\")]).使用()); print(表をつなぐ(甲).種類(\"甲\"));",
        "let 決め = if f.len() > 1 { #{表: 表, 名: \"件数\"} } else { #{表: 他, 名: \"定員\"} }; print(決め.表.合計(決め.名));",
        "let 決め = #{表: 表}; 決め.表 = 他; print(決め.表.合計(\"定員\"));",
        "let 書 = #{}; for n in [\"件数\"] { 書[n] = \"0\"; } let b = ブック(); b.シート(\"甲\", 表, #{書式: 書});",
        "let r = 表.探す(\"科\", \"津\"); if !空か(r) { print(r.件数); }",
        "print(大きい(表.行(0)));\nfn 大きい(r) { r.件数 > 3 }",
        "let t = 表.絞り込む(|r| 大きい(r, \"件数\"));\nfn 大きい(r, 名) { r[名] > 3 }",
        "let b = ブック(); b.シート(設定.名, 表); b.グラフ(\"何か\", #{種類: \"折れ線\", 項目: \"日\", 系列: [\"数\"]});",
        "let b = ブック(); 足す(b); b.グラフ(\"甲\", #{項目: \"科\", 系列: [\"定員\"]});\nfn 足す(b) { b.シート(\"甲\", 表を作る([\"科\", \"定員\"], [])); }",
    ];
    let mut wrong = String::new();
    for script in scripts {
        let found = said(&format!("{TABLES}{script}"));
        if !found.is_empty() {
            wrong += &format!("{script}: {found:#?}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn an_unknown_option_and_an_unknown_choice_are_found() {
    let cases = [
        ("表.結合(他, [\"科\"], #{残し: \"両方\"});", "残し"),
        ("表.結合(他, [\"科\"], #{残す: \"右\"});", "右"),
        ("表を読む(f, [文字の列(\"科\")], #{シ一ト: \"甲\"}).使用();", "シ一ト"),
        ("表を読む(f, [文字の列(\"科\")], #{合わない行: \"捨てる\"}).使用();", "捨てる"),
        ("let 方 = #{合計行: \"残さない\"};\n表を読む(f, [文字の列(\"科\")], 方).使用();", "残さない"),
        ("表を読む(f, [文字の列(\"科\").合わない時(\"捨てる\")]).使用();", "捨てる"),
        ("表.重複除去([\"科\"], \"最新\");", "最新"),
        ("表.除外(|r| true, \"なし\", #{重要: \"注意\"});", "重要"),
        ("表.除外(|r| true, \"なし\", #{重要度: \"警告\"});", "警告"),
        ("CSV出力(\"a.csv\", 表, #{文字コード: \"SJIS\"});", "SJIS"),
        ("let b = ブック();\nb.シート(\"甲\", 表, #{横むき: true});", "横むき"),
        ("let b = ブック();\nb.シート(\"甲\", 表);\nb.グラフ(\"甲\", #{種類: \"棒\", 項目: \"科\", 系列: [\"件数\"]});", "棒"),
        ("let b = ブック();\nb.シート(\"甲\", 表);\nb.グラフ(\"乙\", #{項目: \"科\", 系列: [\"件数\"]});", "乙"),
        ("記号の規則(#{位置: \"前\"});", "前"),
        ("記号の規則(#{規則: [#{見る所: \"中身\", 語: \"a\", 記号: \"b\"}]});", "中身"),
        ("記号の規則(#{規則: [#{見るところ: \"内容\", 語: \"a\", 記号: \"b\"}]});", "見るところ"),
    ];
    for (script, word) in cases {
        let found = said(&format!("{TABLES}{script}"));
        let [trouble] = &found[..] else { panic!("{script}: {found:#?}") };
        assert_eq!((trouble.word.as_deref(), trouble.weight), (Some(word), Weight::Error), "{script}");
        let fits = matches!(trouble.kind, TroubleKind::UnknownOption { .. } | TroubleKind::NotAllowed { .. });
        assert!(fits, "{script}: {trouble:?}");
    }
}

#[test]
fn a_column_asked_of_the_table_itself_is_found() {
    for (script, word, like) in [("print(表.件数合計);", "件数合計", None), ("print(表.行敷);", "行敷", Some("行数"))]
    {
        let found = said(&format!("{TABLES}{script}"));
        let [trouble] = &found[..] else { panic!("{script}: {found:#?}") };
        assert_eq!((trouble.word.as_deref(), trouble.weight), (Some(word), Weight::Error), "{script}");
        let TroubleKind::NoProperty { near, .. } = &trouble.kind else { panic!("{script}: {trouble:?}") };
        assert_eq!(near.as_deref(), like, "{script}");
    }
}

#[test]
fn rows_that_no_way_uses_are_said() {
    let read = "let 表 = 表を読む(入力.ファイル, [文字の列(\"科\"), 整数の列(\"数\")]);\n";
    let forgotten = [
        "CSV出力(\"a.csv\", 表);",
        "CSV出力(\"a.csv\", 表.集計([\"科\"], [合計(\"数\")]));",
        "CSV出力(\"a.csv\", 表.集計([\"科\"], [合計(\"数\")]).使用());",
        "let 他 = 表を作る([\"科\"], []); CSV出力(\"a.csv\", 他.結合(表, [\"科\"]).使用());",
    ];
    for script in forgotten {
        let found = said(&format!("{read}{script}"));
        let [trouble] = &found[..] else { panic!("{script}: {found:#?}") };
        assert_eq!((&trouble.kind, trouble.weight), (&TroubleKind::RowsUntold, Weight::Warning), "{script}");
        assert_eq!(trouble.line, 1, "{script}");
    }
    let told = [
        "表.使用();",
        "表 = 表.並べ替え(\"科\").使用();",
        "表.絞り込む(|r| r.数 > 1).使用(); 表.除外(|r| r.数 <= 1, \"少ない\");",
        "表.重複除去([\"科\"], \"最後\", \"古い\");",
        "let a = []; a.push(表); 表をつなぐ(a).使用();",
        "let a = [表]; for t in a { t.使用(); }",
        "let m = #{表: 表}; m.表.使用();",
        "済ませる(表);\nfn 済ませる(t) { t.使用(); }",
        "if 表.行数 > 1 { 表.使用(); }",
        "let g = |t| t.使用(); g.call(表);",
        "let a = [1, \"x\"]; a[0] = 表; a[0].使用();",
        "let 他 = 表を作る([\"科\", \"数\"], []); 表をつなぐ([他, 表]).除外(|r| r.数 == 0, \"なし\");",
    ];
    for script in told {
        let found = said(&format!("{read}{script}"));
        assert!(found.is_empty(), "{script}: {found:#?}");
    }
}

/// A new verb that takes or gives a table without saying what it does with columns does not pass.
#[test]
fn every_word_with_a_table_says_what_it_does_with_columns() {
    let table = TypeId::of::<Table>();
    let mut words = 0;
    for word in crate::reference().iter().flat_map(|family| &family.words) {
        for way in &word.ways {
            if way.gives != table && !way.takes.contains(&table) {
                continue;
            }
            words += 1;
            let uses = way.uses.unwrap_or_else(|| panic!("{}: a way with a table says nothing of columns", word.name));
            assert_eq!(uses.values.len(), way.takes.len(), "{}", word.name);
            let plain = matches!(uses.gives, Gives::Value | Gives::Spec(_) | Gives::Aggregate(_) | Gives::Order(_));
            assert!(way.gives != table || !plain, "{} gives a table without columns", word.name);
        }
    }
    assert!(words > 45, "{words}");
}

/// Where a script names a column: begin and end of the name in bytes.
fn names_of_columns(source: &str) -> Vec<(usize, usize)> {
    let made = [r#"(?:の列|何でも列|列を足す|名前|件数|合計|最初)\("([^"]+)""#, r#"列名を変える\("[^"]+", "([^"]+)""#];
    let mut known: Vec<&str> = Vec::new();
    for pattern in made {
        let pattern = regex::Regex::new(pattern).unwrap();
        known.extend(pattern.captures_iter(source).map(|found| found.get(1).unwrap().as_str()));
    }
    for list in regex::Regex::new(r#"表を作る\(\[([^\]]+)\]"#).unwrap().captures_iter(source) {
        known.extend(list.get(1).unwrap().as_str().split(", ").map(|name| name.trim_matches('"')));
    }
    let named = regex::Regex::new(r#""([^"\\]+)"|\.([\p{L}_][\p{L}\p{N}_]*)|[{,] ?([\p{L}_][\p{L}\p{N}_]*):"#).unwrap();
    let mut places = Vec::new();
    let mut start = 0;
    for line in source.split_inclusive('\n') {
        let code = line.split("//").next().unwrap();
        for found in named.captures_iter(code) {
            let name = (1..=3).find_map(|at| found.get(at)).unwrap();
            let called = code[name.end()..].starts_with('(');
            if known.contains(&name.as_str()) && !called {
                places.push((start + name.start(), start + name.end()));
            }
        }
        start += line.len();
    }
    places
}

/// The rest names what no table can be known to lack: headings of files, fields of maps, and columns that a cross table takes from the
/// data.
#[test]
#[allow(clippy::print_stdout, reason = "the share is for people to read, with --nocapture")]
fn a_column_misspelt_anywhere_in_the_three_scripts_is_found_or_cannot_be_known() {
    let lib = include_str!("../../../scripts/lib/記号規則.rhai").to_owned();
    let library = crate::Library { modules: vec![("記号規則".to_owned(), lib)] };
    let scripts = [
        ("test-statistics", include_str!("../../../scripts/test-statistics/main.rhai"), 50),
        ("privacy-codes", include_str!("../../../scripts/privacy-codes/main.rhai"), 50),
        ("exam-scoring", include_str!("../../../scripts/exam-scoring/main.rhai"), 70),
    ];
    for (name, source, least) in scripts {
        let places = names_of_columns(source);
        let wrong: Vec<String> = places.iter().map(|(_, end)| format!("{}々{}", &source[..*end], &source[*end..])).collect();
        let said = crate::program::troubles_of(&library, &wrong);
        let found = |troubles: &Vec<Trouble>| troubles.iter().any(|trouble| trouble.weight == Weight::Error);
        let count = said.iter().filter(|troubles| found(troubles)).count();
        let doubted = said.iter().filter(|troubles| !found(troubles) && !troubles.is_empty()).count();
        let percent = 100 * count / places.len();
        println!("{name}: {count} of {} found ({percent} %), {doubted} doubted", places.len());
        for ((start, end), _) in places.iter().zip(&said).filter(|(_, troubles)| troubles.is_empty()) {
            let line = source[..*start].matches('\n').count() + 1;
            println!("  {line}: {}", &source[*start..*end]);
        }
        assert!(percent >= least, "{name}: {percent} %");
    }
}

#[test]
fn of_the_scripts_of_the_house_nothing_is_said() {
    macro_rules! bench {
        ($($name:literal),*) => { [$(($name, include_str!(concat!("../../../tests/bench/tasks/", $name, "/main.rhai")))),*] };
    }
    for (name, source) in
        bench!["closure-load", "closure-native", "closure-row", "small", "w1", "w2", "w3", "w4-back", "w4-there", "w6"]
    {
        let said = crate::program::troubles_of(&crate::Library::default(), &[source.to_owned()]);
        assert!(said[0].is_empty(), "{name}: {said:#?}");
    }
    macro_rules! libraries {
        ($($name:literal),*) => { [$(($name, include_str!(concat!("../../../scripts/lib/", $name, ".rhai")))),*] };
    }
    for (name, source) in libraries!["アンケート", "処遇改善補助金", "記号規則", "起債償還", "過重労働"] {
        let story = Story::script(&format!("import \"{name}\" as 道具;\n処理件数(1);")).library(name, source);
        let program = story.compile().unwrap_or_else(|troubles| panic!("{name}: {troubles:#?}"));
        assert_eq!(program.warnings(), [], "{name}");
    }
}

#[test]
fn what_a_template_is_filled_with_is_known_where_it_can_be() {
    let fillings = |source: &str| {
        let program = Story::script(&format!("{TABLES}\n{source}\n処理件数(1);")).compile().unwrap();
        program.fillings().unwrap().to_vec()
    };
    let names = |names: &std::collections::BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>().join(" ");
    let row = &fillings("for r in 他 { 様式(\"様式見本.xlsx\").差し込む(r, #{発行日: 今日()}); }")[..];
    let [filling] = row else { panic!("{row:?}") };
    assert_eq!(filling.templates.as_deref(), Some(&["様式見本.xlsx".to_owned()][..]));
    assert_eq!(
        (names(&filling.names).as_str(), names(&filling.vague).as_str(), filling.open),
        ("定員 発行日 科", "発行日", false)
    );
    let list = "let 行 = [];\nfor r in 他 { 行.push(#{課: r.科, 明細: 表}); }\nlet 紙 = 様式(\"様式見本.xlsx\");\n紙.差し込む(#{一覧: 行, 題: \"名\"});";
    let list = &fillings(list)[..];
    let [filling] = list else { panic!("{list:?}") };
    assert_eq!(names(&filling.names), "一覧 件数 備考 優先 日付 明細 版 科 課 題");
    assert_eq!((names(&filling.vague).as_str(), filling.open), ("課", false));
    // Where it cannot be known, that is said.
    for (source, known) in [
        ("for n in [\"甲.xlsx\", \"乙.xlsx\"] { 様式(n).差し込む(#{科: 1}); }", true),
        ("様式(設定.様式).差し込む(#{科: 1});", false),
        ("fn 差す(紙) { 紙.差し込む(#{科: 1}); }\n差す(様式(\"甲.xlsx\"));", true),
        ("fn 差す(紙) { 紙.差し込む(#{科: 1}); }", false),
    ] {
        assert!(fillings(source).iter().all(|filling| filling.templates.is_some() == known), "{source}");
    }
    let given = |source: &str| fillings(source).iter().all(|filling| !filling.open);
    assert!(!given("let m = #{};\nm[入力.ファイル[0].名前] = 1;\n様式(\"甲.xlsx\").差し込む(m);"));
    assert!(!given("try { 様式(\"甲.xlsx\").差し込む(#{科: 1}); } catch { }"));
}
