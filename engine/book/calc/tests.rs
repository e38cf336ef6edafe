//! The cases beside this file, each function of the documents among them, and what a formula must never do.

use std::collections::BTreeMap;

use super::function::names as functions;
use super::*;
use crate::{Address, Area, ExcelError};

const CASES: &str = include_str!("cases.tsv");
const SHEETS: [&str; 6] = ["表", "4月", "5月", "6月", "明細", "計算"];
/// Where the formulas stand.
const OWN: usize = 5;
/// 2024-08-05 10:30.
const NOW: i64 = 1_722_853_800_000;

struct Known;

impl Names for Known {
    fn sheet(&self, name: &str) -> Option<usize> {
        SHEETS.iter().position(|sheet| *sheet == name)
    }

    fn sheets(&self, first: &str, last: &str) -> Option<Vec<usize>> {
        Some((self.sheet(first)?..=self.sheet(last)?).collect())
    }

    fn name(&self, _: usize, name: &str) -> Option<String> {
        let names = BTreeMap::from([("税率", "明細!$E$1"), ("範囲", "表!$D$2:$D$6"), ("動く", "表!A1")]);
        names.get(name).map(|text| (*text).to_owned())
    }

    fn table(&self, name: &str) -> Option<&TableShape> {
        use std::sync::OnceLock;
        static TABLE: OnceLock<TableShape> = OnceLock::new();
        let columns = || ["番号", "氏名", "課", "金額", "日付"].map(str::to_owned).to_vec();
        let area = || "A1:E6".parse::<Area>().unwrap();
        let shape =
            || TableShape { name: "名簿".into(), sheet: 0, area: area(), header_rows: 1, total_rows: 0, columns: columns() };
        (name == "名簿").then(|| TABLE.get_or_init(shape))
    }
}

fn scalar(text: &str) -> Scalar {
    match text {
        "TRUE" => Scalar::YesNo(true),
        "FALSE" => Scalar::YesNo(false),
        _ if text.starts_with('"') => Scalar::text(&text[1..text.len() - 1]),
        _ if text.starts_with('#') => Scalar::Error(ExcelError::from_text(text)),
        number => Scalar::Number(number.parse().unwrap()),
    }
}

/// The sheets with the cells of the cases.
fn pages() -> Vec<Page> {
    let mut pages: Vec<Page> = SHEETS.iter().map(|_| Page::default()).collect();
    for line in CASES.lines().take_while(|line| !line.is_empty()).filter(|line| !line.starts_with('#')) {
        let (cell, value) = line.split_once('\t').unwrap();
        let (sheet, at) = cell.split_once('!').unwrap();
        pages[Known.sheet(sheet).unwrap()].put(at.parse().unwrap(), Some(scalar(value)));
    }
    pages
}

fn cases() -> impl Iterator<Item = (&'static str, &'static str)> {
    let formulas = CASES.lines().skip_while(|line| !line.is_empty()).filter(|line| line.starts_with(['=', '{']));
    formulas.map(|line| line.split_once('\t').unwrap())
}

/// What a formula in A`row` of the sheet 計算 comes to.
fn result_at(row: u32, written: &str) -> Option<Scalar> {
    let at = Address::new(row, 0);
    let array = written.starts_with('{');
    let text = written.trim_matches(['{', '}']).strip_prefix('=').unwrap();
    let tree = parse(text, OWN, at, &Known);
    let mut pages = pages();
    pages[OWN].put(at, None);
    let mut grid = Grid::new(pages, 1_000_000);
    calculate(&mut grid, &[Formula { sheet: OWN, at, tree, array }], false, Some(NOW)).remove(0)
}

fn shown(value: &Option<Scalar>) -> String {
    match value {
        None => "?".to_owned(),
        Some(Scalar::Blank) => "blank".to_owned(),
        Some(Scalar::Number(number)) => fifteen_digits(*number),
        Some(Scalar::Text(text)) => format!("\"{text}\""),
        Some(Scalar::YesNo(yes)) => if *yes { "TRUE" } else { "FALSE" }.to_owned(),
        Some(Scalar::Error(error)) => error.text().to_owned(),
    }
}

#[test]
fn the_cases_come_out_as_in_excel() {
    let wrong: Vec<String> = cases()
        .enumerate()
        .map(|(nth, (formula, expected))| (formula, expected, shown(&result_at(nth as u32, formula))))
        .filter(|(_, expected, found)| expected != found)
        .map(|(formula, expected, found)| format!("{formula}: {found}, not {expected}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_function_has_a_case_and_a_place_in_the_documents() {
    let documents = include_str!("../../../docs/formulas.md");
    for name in functions() {
        let called = format!("{name}(");
        let case = cases().any(|(formula, expected)| {
            let at =
                formula.find(&called).filter(|at| !formula[..*at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '.'));
            at.is_some() && expected != "?"
        });
        assert!(case, "{name} has no case");
        assert!(documents.contains(&format!("`{name}`")), "{name} is not in docs/formulas.md");
    }
    let listed = documents.lines().filter(|line| line.starts_with("| ")).flat_map(|line| line.split('`').skip(1).step_by(2));
    for name in listed.filter(|name| name.chars().all(|c| c.is_ascii_uppercase() || c == '.')) {
        assert!(functions().any(|known| known == name), "docs/formulas.md lists {name}, which is not worked out");
    }
}

#[test]
fn tables_are_named_by_their_columns() {
    for (formula, expected) in [
        ("=SUM(名簿[金額])", "2530.5"),
        ("=COUNTIF(名簿[課],\"総務\")", "2"),
        ("=名簿[[#Headers],[課]]", "\"課\""),
        ("=SUM(名簿[[番号]:[番号]])", "15"),
        ("=ROWS(名簿)", "5"),
        ("=SUM(名簿[無い列])", "?"),
        ("=名簿[@番号]", "?"),
        ("=動く", "?"),
    ] {
        assert_eq!(shown(&result_at(0, formula)), expected, "{formula}");
    }
}

/// Formulas of one column, each in the row of its place.
fn column(texts: &[String]) -> Vec<String> {
    let formula = |(row, text): (usize, &String)| {
        let at = Address::new(row as u32, 0);
        Formula { sheet: OWN, at, tree: parse(text, OWN, at, &Known), array: false }
    };
    let formulas: Vec<Formula> = texts.iter().enumerate().map(formula).collect();
    let mut pages = pages();
    formulas.iter().for_each(|formula| pages[OWN].put(formula.at, None));
    let mut grid = Grid::new(pages, 3_000_000);
    calculate(&mut grid, &formulas, false, None).iter().map(shown).collect()
}

#[test]
fn formulas_wait_for_each_other_and_circles_stay_unknown() {
    let texts = ["A2+1", "A3+1", "1", "A5", "A4", "A4+1", "IF(TRUE,2,A8)", "IF(TRUE,2,A7)"].map(str::to_owned);
    let found = column(&texts);
    assert_eq!(found[..3], ["3", "2", "1"]);
    assert_eq!(found[3..6], ["?", "?", "?"]);
    assert!(found[6..].contains(&"?".to_owned()), "{found:?}");
}

#[test]
fn a_long_chain_is_no_deep_stack_and_a_dense_one_no_endless_work() {
    let chain: Vec<String> = (0..20_000).map(|row| if row == 0 { "1".to_owned() } else { format!("A{row}+1") }).collect();
    assert_eq!(column(&chain)[19_999], "20000");
    let upwards: Vec<String> = (0..5_000).map(|row| format!("SUM(A{}:A5001)", row + 2)).collect();
    let found = column(&upwards);
    assert!(found.iter().any(|value| value == "?"), "the budget is spent before the end");
}

#[test]
fn what_is_too_deep_or_too_long_is_left_alone() {
    let deep = format!("={}1{}", "(".repeat(5_000), ")".repeat(5_000));
    let long = format!("=1{}", "+1".repeat(5_000));
    let signs = format!("={}1", "-".repeat(5_000));
    let calls = format!("={}1{}", "ABS(".repeat(5_000), ")".repeat(5_000));
    for formula in [deep, long, signs, calls, "=".to_owned(), "=1+".to_owned(), "=(1".to_owned(), "=1 2".to_owned()] {
        assert_eq!(result_at(0, &formula), None);
    }
}

#[test]
fn days_of_the_1904_system() {
    let result = |text: &str| {
        let at = Address::new(0, 0);
        let tree = parse(text, OWN, at, &Known);
        let mut grid = Grid::new(pages(), 1_000);
        shown(&calculate(&mut grid, &[Formula { sheet: OWN, at, tree, array: false }], true, Some(NOW))[0])
    };
    assert_eq!(result("DATE(2024,4,1)"), "43921");
    assert_eq!(result("YEAR(43921)"), "2024");
    assert_eq!(result("TODAY()"), "44047");
    assert_eq!(result("TEXT(43921,\"ggge年\")"), "\"令和6年\"");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 256, failure_persistence: None, ..Default::default() })]

    #[test]
    fn no_text_makes_a_formula_panic(pieces in proptest::collection::vec(piece(), 1..12)) {
        let text = format!("={}", pieces.concat());
        let _ = result_at(3, &text);
        let _ = result_at(3, &format!("{{{text}}}"));
    }
}

/// Pieces of formulas: functions, references, operators, anything.
fn piece() -> impl proptest::strategy::Strategy<Value = String> {
    use proptest::prelude::*;
    let names: Vec<&'static str> = functions().collect();
    let parts: Vec<&'static str> = vec![
        "(",
        ")",
        ",",
        "+",
        "-",
        "*",
        "/",
        "^",
        "&",
        "=",
        "<",
        "%",
        "{",
        "}",
        ";",
        "表!A2:D6",
        "表!D2",
        "A1",
        "'4月:6月'!A1",
        "名簿[金額]",
        "税率",
        "\"総務\"",
        "\"\"",
        "1",
        "-1",
        "1E+300",
        "0.1",
        "45383",
        "#N/A",
        "TRUE",
        "\"ggge年m月d日\"",
        "\"#,##0\"",
        "\"𠮷\"",
        "9999999",
    ];
    prop_oneof![
        4 => prop::sample::select(names).prop_map(|name| format!("{name}(")),
        8 => prop::sample::select(parts).prop_map(str::to_owned),
        1 => ".{0,4}",
    ]
}
