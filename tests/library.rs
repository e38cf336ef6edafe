//! The libraries under scripts/lib: each figure of tests/library.toml is asked through the built program.

use std::fs;
use std::path::Path;

use crate::desk::Desk;

/// Under which name a script of the cases imports a library.
const NAMES: [(&str, &str); 4] = [("起債償還", "償還"), ("過重労働", "過重"), ("処遇改善補助金", "補助"), ("アンケート", "集計")];

#[test]
fn libraries_give_the_figures_of_the_domain_cases() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file: toml::Table = fs::read_to_string(root.join("tests/library.toml")).unwrap().parse().unwrap();
    for (library, name) in NAMES {
        let cases: Vec<&toml::Value> =
            file["case"].as_array().unwrap().iter().filter(|case| case["library"].as_str() == Some(library)).collect();
        assert!(!cases.is_empty(), "{library}");
        let mut script = format!("import \"{library}\" as {name};\n");
        let mut wanted = Vec::new();
        for case in cases {
            let given = case.get("given").and_then(toml::Value::as_str).unwrap_or_default();
            script += &format!("{{\n{given}\n");
            for ask in case["asks"].as_array().unwrap() {
                let (expression, value) = (ask[0].as_str().unwrap(), ask[1].as_str().unwrap());
                script += &format!("参考(\"\", `=${{文字に({expression})}}`, \"\");\n");
                wanted.push((format!("{}: {expression}", case["id"]), format!("={value}")));
            }
            script += "}\n";
        }
        script += "処理件数(1);\n";
        let source = fs::read_to_string(root.join(format!("scripts/lib/{library}.rhai"))).unwrap();
        let ran = Desk::new().library(library, &source).script(&script).drop("何か.txt", "").run().ends(0);
        let said = ran.json["findings"].as_array().unwrap().iter();
        let said: Vec<&str> =
            said.filter_map(|finding| finding["problem"].as_str()).filter(|text| text.starts_with('=')).collect();
        let wrong: Vec<String> = wanted
            .iter()
            .zip(&said)
            .filter(|((_, value), said)| value.as_str() != said.trim_end_matches('。'))
            .map(|((ask, value), said)| format!("{ask} {said} instead of {value}"))
            .collect();
        assert!(wrong.is_empty() && said.len() == wanted.len(), "{library}\n{}\n{}", wrong.join("\n"), ran.said);
    }
}
