//! Scripts as stories: small files in, outcome out.

use std::collections::BTreeMap;

use jiff::civil;

use crate::evaluate::run;
use crate::{Context, Failure, Inputs, Library, Outcome, Program, Setting, Trouble, TroubleKind, evaluate};

/// A PNG of one dot.
pub(crate) const SEAL: &[u8] =
    b"\x89\x50\x4e\x47\x0d\x0a\x1a\x0a\x00\x00\x00\x0d\x49\x48\x44\x52\x00\x00\x00\x01\x00\x00\x00\x01\x08\
    \x00\x00\x00\x00\x3a\x7e\x9b\x55\x00\x00\x00\x0a\x49\x44\x41\x54\x78\x9c\x63\x60\x00\x00\x00\x02\x00\
    \x01\x48\xaf\xa4\x71\x00\x00\x00\x00\x49\x45\x4e\x44\xae\x42\x60\x82";

/// A run to be tried.
pub(crate) struct Story {
    source: String,
    library: Library,
    files: Vec<(String, Vec<u8>)>,
    settings: BTreeMap<String, Setting>,
    operations: Option<u64>,
}

/// Files as a story gives them.
struct Given(Vec<(String, Vec<u8>)>);

impl Inputs for Given {
    fn count(&self) -> usize {
        self.0.len()
    }
    fn name(&self, file: u32) -> &str {
        self.0[file as usize].0.rsplit('/').next().unwrap_or_default()
    }
    fn folder(&self, file: u32) -> &str {
        self.0[file as usize].0.rsplit_once('/').map_or("", |(folder, _)| folder)
    }
    fn folder_number(&self, file: u32) -> u32 {
        self.0.iter().position(|(path, _)| path.rsplit_once('/').map_or("", |(folder, _)| folder) == self.folder(file)).unwrap()
            as u32
    }
    fn units_before(&self, file: u32) -> usize {
        japan::utf16_units(self.folder(file))
    }
    fn size(&self, file: u32) -> u64 {
        self.0[file as usize].1.len() as u64
    }
    fn modified(&self, _: u32) -> Option<civil::DateTime> {
        None
    }
    fn open_by(&self, _: u32) -> Option<&str> {
        None
    }
    fn load(&self, file: u32) -> Result<Vec<u8>, book::Refusal> {
        Ok(self.0[file as usize].1.clone())
    }
    fn others(&self) -> &[String] {
        &[]
    }
}

impl Story {
    pub fn script(source: &str) -> Story {
        Story {
            source: source.to_owned(),
            library: Library::default(),
            files: Vec::new(),
            settings: BTreeMap::new(),
            operations: None,
        }
    }

    pub fn file(mut self, path: &str, bytes: impl Into<Vec<u8>>) -> Story {
        self.files.push((path.to_owned(), bytes.into()));
        self
    }

    pub fn library(mut self, name: &str, source: &str) -> Story {
        self.library.modules.push((name.to_owned(), source.to_owned()));
        self
    }

    pub fn setting(mut self, name: &str, value: Setting) -> Story {
        self.settings.insert(name.to_owned(), value);
        self
    }

    pub fn operations(mut self, most: u64) -> Story {
        self.operations = Some(most);
        self
    }

    pub fn compile(&self) -> Result<Program, Vec<Trouble>> {
        Program::compile("main.rhai", &self.source, &self.library)
    }

    pub fn inputs(&self) -> Box<dyn Inputs> {
        Box::new(Given(self.files.clone()))
    }

    pub fn context(&self) -> Context {
        let mut context = Context::at(civil::date(2022, 8, 5).at(10, 0, 0, 0));
        context.arrival = "試し".to_owned();
        context.settings = self.settings.clone();
        context.templates = vec![crate::TemplateFile { name: "様式見本.xlsx".to_owned(), load: Box::new(|| Ok(template())) }];
        context.images = vec![crate::TemplateFile { name: "公印.png".to_owned(), load: Box::new(|| Ok(SEAL.to_vec())) }];
        if let Some(most) = self.operations {
            context.limits.operations = most;
        }
        context
    }

    pub fn run(&self) -> Result<Outcome, Failure> {
        let program = self.compile().unwrap_or_else(|troubles| panic!("{troubles:#?}"));
        evaluate(&program, self.inputs(), self.context())
    }

    /// Runs, and must succeed.
    pub fn done(&self) -> Outcome {
        self.run().unwrap_or_else(|failure| panic!("{failure:#?}"))
    }

    /// Runs, and the script must be at fault.
    pub fn fails(&self) -> Trouble {
        match self.run() {
            Err(Failure::Script(trouble)) => *trouble,
            other => panic!("{other:#?}"),
        }
    }

    /// The one trouble of compiling.
    pub fn refused(&self) -> Trouble {
        match self.compile() {
            Ok(program) => panic!("compiled: {:?}", program.warnings()),
            Err(mut troubles) => {
                troubles.retain(|trouble| trouble.weight == crate::Weight::Error);
                assert_eq!(troubles.len(), 1, "{troubles:#?}");
                troubles.remove(0)
            }
        }
    }
}

/// A script that prints a value: what it printed.
pub(crate) fn shown(source: &str) -> String {
    Story::script(&format!("{source}\n処理件数(1);")).done().notes.join("|")
}

fn text(outcome: &Outcome, name: &str) -> String {
    let output = outcome.outputs.iter().find(|output| output.name == name).unwrap_or_else(|| panic!("{name}"));
    String::from_utf8(output.bytes.clone()).unwrap().trim_start_matches('\u{feff}').to_owned()
}

#[test]
fn a_table_is_made_calculated_grouped_and_written() {
    let outcome = Story::script(
        r#"
        let 表 = 表を作る(["保健所", "検査", "陽性"], [["津", 10, 1], ["伊勢", 20, 4], ["津", 30, ()]]);
        let 計 = 表.集計(["保健所"], [合計("検査"), 合計("陽性").名前("陽性計"), 件数("日数")]).列を足す("率", |r| r.陽性計 / r.検査);
        CSV出力("結果.csv", 計);
        処理件数(表.行数);
        "#,
    )
    .done();
    assert_eq!(text(&outcome, "結果.csv"), "保健所,検査,陽性計,日数,率\r\n津,40,1,2,0.025\r\n伊勢,20,4,1,0.2\r\n");
    assert_eq!(outcome.units, 3);
}

#[test]
fn what_a_formula_makes_of_a_day_holds_for_each_row_of_that_day() {
    let outcome = Story::script(
        r#"
        let 表 = 表を作る(["日"], [[日付(2024, 4, 1)], [日付(2024, 3, 31)], [日付(2024, 4, 1)], [日付(2024, 3, 31)]]);
        let 回 = 0;
        let 数えた = 表.列を足す("月", |r| { 回 += 1; r.日.月 });
        CSV出力("結果.csv", 数えた.列を足す("年度", |r| r.日.年度).列を選ぶ(["年度", "月"]));
        処理件数(回);
        "#,
    )
    .done();
    assert_eq!(text(&outcome, "結果.csv"), "年度,月\r\n2024,4\r\n2023,3\r\n2024,4\r\n2023,3\r\n");
    assert_eq!(outcome.units, 4, "a formula that does something is asked about every row");
    let trouble = Story::script(
        "let 表 = 表を作る([\"日\"], [[日付(2024, 4, 1)], [()]]);\nlet 次 = 表.列を足す(\"年度\",\n    |r| r.日.年度);\n処理件数(1);",
    )
    .fails();
    assert_eq!((trouble.line, trouble.word.as_deref()), (3, Some("年度")));
}

#[test]
fn numbers_are_exact_and_mixed_types_raise() {
    assert_eq!(shown("print(5 / 2); print(4 / 2); print(0.1 + 0.2); print(7 % 3); print(1 + 1.50);"), "2.5|2|0.3|1|2.50");
    assert_eq!(shown("let a = 5; a += 2; a -= 1; a *= 3; print(a); print(`${a}件`); print(\"計\" + a);"), "18|18件|計18");
    let kind = |source: &str| Story::script(&format!("{source};\n処理件数(1);")).fails().kind;
    assert!(matches!(kind("let a = \"a\" > 1"), TroubleKind::CannotCompare { .. }));
    assert!(matches!(kind("let a = 1 == \"1\""), TroubleKind::CannotCompare { .. }));
    assert!(matches!(kind("let a = 1 / 0"), TroubleKind::DividedByZero));
    assert!(matches!(kind("let a = () + 1"), TroubleKind::Blank { .. }));
    assert!(matches!(kind("let a = (); if a { }"), TroubleKind::NotYesNo { .. }));
}

#[test]
fn a_blank_in_arithmetic_names_its_column() {
    let trouble = Story::script(
        "let 表 = 表を作る([\"甲\"], [[1], [()]]);\nlet 次 = 表.列を足す(\"乙\",\n    |r| r.甲 + 1);\n処理件数(1);",
    )
    .fails();
    assert_eq!((trouble.line, trouble.column, trouble.word.as_deref()), (3, 13, Some("+")));
    assert!(matches!(trouble.kind, TroubleKind::Blank { column: Some(column), .. } if column == "甲"));
}

#[test]
fn errors_name_line_column_and_word() {
    let trouble = Story::script(
        "let 表 = 表を作る(区切る(\"検査数\", \"、\"), [[1]]);\nlet a = 表.絞り込む(|r| r.検査 > 1);\n処理件数(1);",
    )
    .fails();
    assert_eq!((trouble.line, trouble.column, trouble.word.as_deref()), (2, 22, Some("検査")));
    assert!(matches!(trouble.kind, TroubleKind::NoColumn { near: Some(near), .. } if near == "検査数"));
    let trouble = Story::script("let 表 = 表を作る([\"a\"], [[1]]);\n表.絞込む(|r| true);\n処理件数(1);").refused();
    assert_eq!((trouble.line, trouble.column, trouble.word.as_deref()), (2, 3, Some("絞込む")));
    assert!(matches!(trouble.kind, TroubleKind::UnknownWord { near: Some(near) } if near == "絞り込む"));
    let trouble = Story::script("let 表 = 表を作る([\"a\"], [[1]]);\n処理件数(表.合計(\"a\", 2));").refused();
    assert!(matches!(trouble.kind, TroubleKind::WrongCount { takes, here: 2 } if takes == [0, 1] || takes == [1]));
}

const DAILY: &str = "保健所,検査日,検査数,陽性数,備考\n津,2022-04-01,10,1,\n四日市,2022/4/1,20,1,再送\n伊勢,令和4年4月2日,30,3,\n津,2022-04-02,40,4,\n";

#[test]
fn dates_are_written_as_people_read_them() {
    let script = "let d = 日付(2022, 4, 1); let t = 日時(2022, 4, 1, 8, 5); print(`${d}|${t}`); print(d); print(\"日\" + d); print(文字に(t))";
    assert_eq!(shown(&format!("{script};")), "2022-04-01|2022-04-01 8:05|2022-04-01|日2022-04-01|2022-04-01 8:05");
}

#[test]
fn no_two_files_get_the_same_name() {
    let script = "for f in 入力.ファイル {
            let 新 = if f.名前 == \"c.txt\" { \"B.TXT\" } else if f.名前 == \"x.txt\" { \"X.txt\" } else { \"同じ.txt\" };
            if f.名前 != \"b.txt\" { 名前を変える(f, 新, \"試し\"); }
        }
        処理件数(1);";
    let story = Story::script(script)
        .file("d/a.txt", "")
        .file("d/b.txt", "")
        .file("d/c.txt", "")
        .file("d/e.txt", "")
        .file("d/x.txt", "")
        .file("e/a.txt", "");
    let outcome = story.done();
    let renames: Vec<(u32, &str)> = outcome.renames.iter().map(|rename| (rename.file, rename.to)).collect();
    assert_eq!(renames, [(4, "X.txt"), (5, "同じ.txt")]);
    assert_eq!(outcome.findings.len(), 3);
}

#[test]
fn names_may_be_exchanged_and_passed_on_unless_somebody_keeps_one() {
    let script = "let 新 = #{\"a\": \"b\", \"b\": \"a\", \"1\": \"2\", \"2\": \"3\", \"p\": \"q\", \"q\": \"r\", \"が\": \"g\"};
        for f in 入力.ファイル { if f.名前 in 新 { 名前を変える(f, 新[f.名前], \"試し\"); } }
        処理件数(1);";
    let names = ["a", "b", "1", "2", "p", "q", "R", "か\u{3099}", "が"];
    let outcome = names.iter().fold(Story::script(script), |story, name| story.file(&format!("d/{name}"), "")).done();
    let mut renames: Vec<(u32, &str)> = outcome.renames.iter().map(|rename| (rename.file, rename.to)).collect();
    renames.sort();
    // R stays, so q stays, so p stays.
    assert_eq!(renames, [(0, "b"), (1, "a"), (2, "2"), (3, "3"), (8, "g")]);
    assert_eq!(outcome.findings.len(), 2);
}

#[test]
fn a_refused_file_that_is_read_is_an_error_even_if_it_was_a_warning_before() {
    let script = |last: &str| {
        format!("for f in 入力.ファイル {{ if 見出しあり(f, [\"保健所\"]) {{ }} let ok = 読めるか(f); {last} }} 処理件数(1);")
    };
    let severities = |source: &str| -> Vec<book::Severity> {
        let outcome = Story::script(source).file("検査.csv", DAILY).file("空.xlsx", "").done();
        outcome
            .findings
            .iter()
            .filter(|finding| matches!(finding.problem, book::Problem::Refused(_)))
            .map(|finding| finding.severity)
            .collect()
    };
    assert_eq!(severities(&script("")), [book::Severity::Warning]);
    assert_eq!(severities(&script("表を読む(f, [文字の列(\"保健所\")]).使用();")), [book::Severity::Error]);
    assert_eq!(
        severities(&script("表を読む(f, [文字の列(\"保健所\")], #{ない時: \"除外\"}).使用();")),
        [book::Severity::Warning]
    );
}

#[test]
fn the_same_input_gives_the_same_outcome() {
    let script = "let 表 = 表を読む(入力.ファイル, [文字の列(\"保健所\"), 日付の列(\"検査日\"), 整数の列(\"検査数\")]).使用();
        let b = ブック();
        b.シート(\"集計\", 表.集計([\"保健所\"], [合計(\"検査数\")]).並べ替え(降順(\"検査数\")), #{書式: #{検査数: \"#,##0\"}});
        出力(\"結果.xlsx\", b);
        CSV出力(\"横.csv\", 表.横に並べる(\"保健所\", \"検査日\", 合計(\"検査数\")));
        for r in 表 { 参考([r, \"検査数\"], `${r.検査数}`, \"\"); }
        処理件数(表.行数);";
    let story = Story::script(script).file("b/検査.csv", DAILY).file("a/検査2.csv", DAILY);
    let first = story.done();
    assert_eq!(first.outputs.len(), 2);
    assert!((0..3).all(|_| story.done() == first));
}

/// A template with a name, a date and a list.
pub(crate) fn template() -> Vec<u8> {
    let lines = ["{{氏名}} 様", "{{日付:ggge年m月d日}}", "{{#明細}}{{連番}} {{保健所}}：{{検査数}}件{{/明細}}", "以上"];
    let mut book = book::NewWorkbook::new();
    book.add(book::NewSheet::of_lines("通知", &lines.map(str::to_owned))).unwrap();
    book.to_bytes().unwrap().0
}

#[test]
fn every_example_shows_what_it_says() {
    let mut wrong = Vec::new();
    for word in crate::reference().iter().flat_map(|family| &family.words) {
        if word.example.is_empty() {
            wrong.push(format!("{}: no example", word.name));
            continue;
        }
        let source = format!(
            "let f = 入力.ファイル[0];\nlet 表 = 表を読む(f, [文字の列(\"保健所\"), 日付の列(\"検査日\"), 整数の列(\"検査数\"), 整数の列(\"陽性数\"), 文字の列(\"備考\").空欄可()]);\n{}",
            word.example
        );
        let story = Story::script(&source).file("検査.csv", DAILY).setting("年度", Setting::Integer(2022));
        let program = match story.compile() {
            Ok(program) => program,
            Err(troubles) => {
                wrong.push(format!("{}: {troubles:?}", word.name));
                continue;
            }
        };
        let session = crate::session::Session::new(story.inputs(), story.context());
        match run(&program, &session) {
            Ok(value) => {
                let shown = session.show(&value);
                if shown != word.shows {
                    wrong.push(format!("{}: {shown:?} instead of {:?}", word.name, word.shows));
                }
            }
            Err(error) => wrong.push(format!("{}: {error:?}", word.name)),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_csv_is_read_and_its_rows_are_accounted_for() {
    let script = "let 表 = 表を読む(入力.ファイル[0], [文字の列(\"保健所\"), 整数の列(\"検査数\")]);
        let 残り = 表.除外(|r| r.保健所 == \"津\", \"対象外\").使用();
        CSV出力(\"結果.csv\", 残り);
        処理件数(残り.行数);";
    let outcome = Story::script(script).file("検査.csv", DAILY).done();
    assert_eq!(text(&outcome, "結果.csv"), "保健所,検査数\r\n四日市,20\r\n伊勢,30\r\n");
    assert_eq!((outcome.account.read, outcome.account.used), (4, 2));
    assert_eq!(outcome.account.excluded, [(crate::Exclusion::Said("対象外".into()), 2)]);
    let untold = Story::script(&script.replace(".使用()", "")).file("検査.csv", DAILY).run();
    assert!(
        matches!(untold, Err(Failure::Unbalanced { untold: 2, ref examples, .. }) if examples[0].cell.as_deref() == Some("3:3")),
        "{untold:?}"
    );
}

#[test]
fn libraries_are_imported_by_name_and_never_in_a_circle() {
    let story =
        Story::script("import \"道具\" as 道具;\nprint(道具::倍(4));\n処理件数(1);").library("道具", "fn 倍(数) { 数 * 2 }");
    assert_eq!(story.done().notes, ["8"]);
    let near = Story::script("import \"道共\" as 道具;\n処理件数(1);").library("道具", "").refused();
    assert!(matches!(near.kind, TroubleKind::UnknownLibrary { near: Some(near) } if near == "道具"));
    let circle = Story::script("import \"甲\" as a;\n処理件数(1);")
        .library("甲", "import \"乙\" as b;")
        .library("乙", "import \"甲\" as a;")
        .refused();
    assert!(matches!(circle.kind, TroubleKind::LibraryCircle { names } if names == ["甲", "乙", "甲"]));
    for path in ["../道具", "/etc/passwd", "道具.rhai"] {
        let source = format!("import \"{path}\" as x;\n処理件数(1);");
        assert!(matches!(Story::script(&source).library("道具", "").refused().kind, TroubleKind::UnknownLibrary { .. }));
    }
}

#[test]
fn an_endless_loop_ends_at_the_limit() {
    for source in ["loop { }", "let 表 = 表を作る([\"a\"], [[1]]);\nloop { let b = 表.絞り込む(|r| r.a > 1); }"] {
        let ended = Story::script(&format!("{source}\n処理件数(1);")).operations(100_000).run();
        assert!(matches!(ended, Err(Failure::Limit { what: crate::LimitKind::Operations, .. })), "{ended:?}");
    }
}

#[test]
fn the_scripts_of_the_three_tasks_compile_without_a_warning() {
    let library =
        Library { modules: vec![("記号規則".to_owned(), include_str!("../../scripts/lib/記号規則.rhai").to_owned())] };
    for (name, source) in [
        ("test-statistics", include_str!("../../scripts/test-statistics/main.rhai")),
        ("privacy-codes", include_str!("../../scripts/privacy-codes/main.rhai")),
        ("exam-scoring", include_str!("../../scripts/exam-scoring/main.rhai")),
    ] {
        let program = Program::compile("main.rhai", source, &library).unwrap_or_else(|troubles| panic!("{name}: {troubles:#?}"));
        assert_eq!(program.warnings(), [], "{name}");
    }
}

#[test]
fn each_closure_is_its_own_and_keeps_what_it_captured() {
    let script = "let 表 = 表を作る([\"a\"], [[1], [2], [3]]);
        let 限 = 2;
        print(表.件数(|r| r.a > 1));
        print(表.件数(|r| r.a == 限));
        print(表.件数(|r| { let 倍 = r.a * 2; if 倍 > 4 { return true; } false }));
        let 元 = 表;
        print(表.件数(|r| 元.件数(|s| s.a >= r.a) == 1));
        print(表.件数(|r| 大きい(r)));
        処理件数(1);
        fn 大きい(r) { r.a > 2 }";
    assert_eq!(Story::script(script).done().notes, ["2", "1", "1", "1", "1"]);
}
