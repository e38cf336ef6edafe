//! The register and the report from outside: what a prefecture published is printed exactly so.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use book::{Limits, Shelf, Workbook};
use serde_json::Value;

use crate::desk::jitan;

struct Office(tempfile::TempDir);

impl Office {
    fn new() -> Office {
        Office(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = jitan();
        command.current_dir(self.0.path()).arg("--office").arg(self.0.path()).args(arguments).output().unwrap()
    }

    /// Runs, must end well, what it said.
    fn says(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn object(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.says(arguments)).unwrap()
    }
}

/// Every text of a workbook.
fn texts_of_workbook(bytes: Vec<u8>) -> String {
    let shelf = Shelf::new();
    let book = Workbook::open("報告.xlsx", bytes, &shelf, &Limits::default()).unwrap();
    let mut texts = String::new();
    for at in 0..book.sheets().len() {
        let sheet = book.sheet(at).unwrap();
        let cells = sheet.rows().flat_map(|row| row.cells().map(|cell| cell.value.show(&shelf.texts)).collect::<Vec<_>>());
        cells.for_each(|cell| texts.push_str(&(cell + "\n")));
    }
    texts
}

fn sample() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/register/相談台帳_令和4年度上半期.xlsx");
    path.to_str().unwrap().to_owned()
}

#[test]
fn the_published_half_year_is_printed_exactly_so() {
    let office = Office::new();
    let said = office.says(&["register", "import", &sample()]);
    assert!(said.contains("新しい行 54件"), "{said}");
    const LINE: &str = "2,694 時間（現状） − 914 時間（改善後） ＝ 1,780 時間（削減時間）";
    const SENTENCE: &str =
        "2022年4月1日から2022年9月30日までに、54件（うち新型コロナ 13件）の相談を受け付け、48件の業務改善に取り組みました。";
    let half = ["--from", "2022-04", "--to", "2022-09"];
    for face in ["html", "xlsx", "csv", "json"] {
        let out = format!("報告.{face}");
        office.says(&[&["report", "--as", face, "--out", &out][..], &half].concat());
        let bytes = fs::read(office.path(&out)).unwrap();
        let text = match face {
            "xlsx" => texts_of_workbook(bytes),
            _ => String::from_utf8(bytes).unwrap(),
        };
        assert!(text.contains(LINE) && text.contains(SENTENCE), "{face}");
    }
    let object = office.object(&["report", "--as", "json", "--year", "2022"]);
    let departments = object["sections"]["departments"]["rows"].as_array().unwrap();
    assert_eq!((departments.len(), departments[0]["consulted"].as_i64()), (15, Some(16)));
    assert_eq!(object["sections"]["departments"]["total"]["saved"]["hours"], 1_780);
}

#[test]
fn the_same_register_twice_is_nothing_and_the_exported_one_too() {
    let office = Office::new();
    office.says(&["register", "import", &sample()]);
    let before = office.says(&["ledger", "export"]);
    assert!(office.says(&["register", "import", &sample()]).contains("同じ行 54件"));
    office.says(&["register", "export", "--out", "台帳.xlsx"]);
    let object = office.object(&["register", "import", "台帳.xlsx", "--json"]);
    assert_eq!((&object["new"], &object["replaced"], &object["same"]), (&0.into(), &0.into(), &54.into()));
    assert_eq!(office.says(&["ledger", "export"]), before);
    office.says(&["ledger", "verify"]);
    let english = office.object(&["--lang", "en", "register", "export", "--out", "register.xlsx", "--json"]);
    assert_eq!(english["rows"], 52);
    assert_eq!(office.object(&["register", "import", "register.xlsx", "--json"])["same"], 54);
}

#[test]
fn nothing_of_a_faulty_register_is_entered() {
    let office = Office::new();
    let text = "相談日,部局,件数,件名,状況\n2026/4/1,総務部,,集計,相談\n2026/4/31,\"総務部、出納局\",5,転記,着手\n";
    fs::write(office.path("台帳.csv"), text).unwrap();
    let output = office.run(&["register", "import", "台帳.csv"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stdout).unwrap();
    for wanted in ["A3", "B3", "E3", "何も登録していません", "各5"] {
        assert!(said.contains(wanted), "{wanted}: {said}");
    }
    assert!(!office.path(".jitan").exists(), "not even a store is made");
}

#[test]
fn a_report_writes_over_nothing_and_an_empty_office_has_one() {
    let office = Office::new();
    office.says(&["report", "--out", "a.html"]);
    let page = fs::read_to_string(office.path("a.html")).unwrap();
    assert!(page.contains("まだ相談も処理も記録されていません"), "{page}");
    let output = office.run(&["report", "--out", "a.html"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("上書きはしません"));
    assert_eq!(fs::read_to_string(office.path("a.html")).unwrap(), page);
    for name in ["時短の報告_2026年度.xlsx", "時短の報告_2026年度 (2).xlsx"] {
        office.says(&["report", "--year", "2026", "--as", "xlsx"]);
        assert!(office.path(name).exists(), "{name}");
    }
    assert_eq!(office.run(&["report", "--from", "2026-13"]).status.code(), Some(2));
    assert_eq!(office.run(&["report", "--from", "2026-09", "--to", "2026-04"]).status.code(), Some(2));
    assert!(office.says(&["--lang", "en", "report", "--as", "csv"]).contains("Neither consultations nor jobs"));
}
