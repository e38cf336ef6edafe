//! The harness: a task in a folder of its own, something dropped, the program run, and a look at what came of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use book::{Address, Limits, Shelf, Workbook};
use serde_json::Value;

/// The program, speaking Japanese without colours.
pub fn jitan() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jitan"));
    command.env("LANG", "ja_JP.UTF-8").env_remove("LC_ALL").env("NO_COLOR", "1");
    command
}

/// An office with one task, and what is dropped.
pub struct Desk {
    folder: tempfile::TempDir,
    form: String,
    script: String,
    arguments: Vec<String>,
}

/// The form of the task.
pub const FORM: &str = r#"
name = { ja = "試験", en = "Trial" }
department = "試験課"
owner = "試験 一子"
summary = { ja = "試験です。", en = "A trial." }
[arrival]
kind = "either"
accepts = ["*.xlsx", "*.csv", "*.txt"]
[unit]
name = { ja = "行", en = "row" }
[baseline]
before_minutes = 2
after_minutes = 0.5
method = "推計"
author = "見本 花子"
date = "2026-04-01"
samples = 1
[rights]
read = ["*"]
write = ["*.xlsx", "*.csv"]
rename = true
[settings.下限]
value = 0
help = { ja = "下限", en = "low" }
[limits]
cpu_seconds = 20
wall_seconds = 60
"#;

/// A script that reads a list and adds it up by section.
pub const SUM: &str = r#"
let 一覧 = 表を読む(入力.ファイル, [文字の列("課"), 整数の列("件数")]).使用();
let b = ブック();
b.シート("集計", 一覧.集計(["課"], [合計("件数")]));
出力("集計.xlsx", b);
処理件数(一覧.行数);
"#;

/// A list for [`SUM`].
pub const LIST: &str = "課,件数\n財務課,12\n総務課,30\n財務課,8\n";

impl Desk {
    /// A desk whose task adds a list up.
    pub fn new() -> Desk {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("in")).unwrap();
        Desk { folder, form: FORM.to_owned(), script: SUM.to_owned(), arguments: Vec::new() }
    }

    /// Another script.
    pub fn script(mut self, script: &str) -> Desk {
        self.script = script.to_owned();
        self
    }

    /// A library that the script may import.
    pub fn library(self, name: &str, source: &str) -> Desk {
        let folder = self.folder.path().join("scripts/lib");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(format!("{name}.rhai")), source).unwrap();
        self
    }

    /// Something else in the form.
    pub fn form(mut self, from: &str, to: &str) -> Desk {
        assert!(self.form.contains(from), "{from}");
        self.form = self.form.replace(from, to);
        self
    }

    /// A file that is dropped.
    pub fn drop(self, name: &str, bytes: impl AsRef<[u8]>) -> Desk {
        let path = self.folder.path().join("in").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        self
    }

    /// More arguments.
    pub fn with(mut self, arguments: &[&str]) -> Desk {
        self.arguments.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        self
    }

    /// The folder of the office.
    pub fn office(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// Where what is dropped lies.
    pub fn dropped(&self) -> PathBuf {
        self.folder.path().join("in")
    }

    /// Where the results go.
    pub fn out(&self) -> PathBuf {
        self.folder.path().join("out")
    }

    /// Runs the job on the folder that was dropped.
    pub fn run(self) -> Ran {
        let dropped = self.dropped();
        self.run_on(&[&dropped])
    }

    /// Runs the job on these paths.
    pub fn run_on(self, paths: &[&Path]) -> Ran {
        let task = self.folder.path().join("scripts/試験");
        fs::create_dir_all(&task).unwrap();
        fs::write(task.join("task.toml"), &self.form).unwrap();
        fs::write(task.join("main.rhai"), &self.script).unwrap();
        let mut command = jitan();
        command.current_dir(self.folder.path()).args(["run", "試験", "--json", "--out"]).arg(self.out());
        let output = command.args(paths).args(&self.arguments).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        Ran {
            status: output.status.code().unwrap_or(-1),
            json: serde_json::from_str(&text).unwrap_or(Value::Null),
            said: String::from_utf8(output.stderr).unwrap(),
            desk: self,
        }
    }
}

/// A job that was run.
pub struct Ran {
    /// Exit status.
    pub status: i32,
    /// The object on standard output.
    pub json: Value,
    /// Standard error.
    pub said: String,
    /// The desk, to look at and to use again.
    pub desk: Desk,
}

impl Ran {
    /// It ended with this exit status.
    pub fn ends(self, status: i32) -> Ran {
        assert_eq!(self.status, status, "{}\n{:#}", self.said, self.json);
        self
    }

    /// These names lie in the folder of the results, and nothing else.
    pub fn published(self, names: &[&str]) -> Ran {
        assert_eq!(listed(&self.desk.out()), names, "{}", self.said);
        self
    }

    /// Nothing was published, and nothing lies about.
    pub fn nothing_published(self) -> Ran {
        assert!(!self.desk.out().exists(), "{:?}", listed(&self.desk.out()));
        let names = listed(self.desk.folder.path());
        assert!(names.iter().all(|name| name.starts_with("in/") || name.starts_with("scripts/")), "{names:?}");
        self
    }

    /// A cell of a published workbook.
    pub fn cell(&self, file: &str, sheet: &str, cell: &str) -> String {
        let shelf = Shelf::new();
        let bytes = fs::read(self.desk.out().join(file)).unwrap();
        let book = Workbook::open(file, bytes, &shelf, &Limits::default()).unwrap();
        let at = book.sheets().iter().position(|known| known.name == sheet).unwrap();
        let address: Address = cell.parse().unwrap();
        book.sheet(at).unwrap().value(address).show(&shelf.texts)
    }

    /// A problem or reason that was told contains this.
    pub fn tells(self, part: &str) -> Ran {
        let whole = format!("{}\n{:#}", self.said, self.json);
        assert!(whole.contains(part), "「{part}」 is not in\n{whole}");
        self
    }

    /// Nothing that a person reads is a stack trace, a panic or an English error text.
    pub fn speaks_japanese(self) -> Ran {
        for word in ["panicked", "RUST_BACKTRACE", "Error", "error:", "thread", "unwrap"] {
            assert!(!self.said.contains(word), "{}", self.said);
        }
        self
    }
}

/// The files below a folder, as paths within it.
pub fn listed(folder: &Path) -> Vec<String> {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().flatten();
    let files = entries.filter(|entry| !entry.file_type().is_dir());
    files.map(|entry| entry.path().strip_prefix(folder).unwrap().to_string_lossy().into_owned()).collect()
}
