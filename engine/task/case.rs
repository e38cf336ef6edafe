//! A case of a task: what is dropped, and what is to come of it. `samples/<task>/<case>/{in,out}`.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use jiff::civil;

use crate::error::{Error, read_text};
use crate::form::{Fault, Form, Plain, Section};

/// How a case is to end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ending {
    /// done: outputs are published.
    Done,
    /// returned: only the list of findings is.
    Returned,
    /// failed: nothing is.
    Failed,
}

/// A case.
#[derive(Clone, PartialEq, Debug)]
pub struct Case {
    /// The task's folder name.
    pub task: String,
    /// The case's folder name.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
    /// What is dropped: the entries of `in/`, in order.
    pub dropped: Vec<PathBuf>,
    /// The job's clock.
    pub now: Option<civil::DateTime>,
    /// Settings that differ from the form's.
    pub settings: Vec<(String, Plain)>,
    /// How it is to end; none if `case.toml` does not say: done.
    pub ending: Ending,
}

impl Case {
    /// The cases of a task, in order of names. `samples` is the folder of all samples.
    pub fn all(samples: &Path, task: &str) -> Result<Vec<Case>, Error> {
        let entries = std::fs::read_dir(samples.join(task)).into_iter().flatten().flatten();
        let mut folders: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.join("in").is_dir()).collect();
        folders.sort();
        folders.iter().map(|folder| Case::load(task, folder)).collect()
    }

    fn load(task: &str, folder: &Path) -> Result<Case, Error> {
        let entries = std::fs::read_dir(folder.join("in")).into_iter().flatten().flatten();
        let mut dropped: Vec<PathBuf> =
            entries.filter(|entry| entry.file_name() != ".gitkeep").map(|entry| entry.path()).collect();
        dropped.sort();
        let mut case = Case {
            task: task.to_owned(),
            name: folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
            folder: folder.to_owned(),
            dropped,
            now: None,
            settings: Vec::new(),
            ending: Ending::Done,
        };
        let path = folder.join("case.toml");
        if path.is_file() {
            case.read_form(&path)?;
        }
        Ok(case)
    }

    fn read_form(&mut self, path: &Path) -> Result<(), Error> {
        let text = read_text(path)?;
        let form = Form::new(&text);
        if let Some(tree) = form.tree() {
            let root = form.root(&tree);
            self.now = moment(&root);
            self.settings = root.section("settings").values();
            let endings = [("done", Ending::Done), ("returned", Ending::Returned), ("failed", Ending::Failed)];
            if root.optional_text("status").is_some() {
                self.ending = root.choice("status", &endings).unwrap_or(Ending::Done);
            }
            root.close();
        }
        let mistakes = form.mistakes();
        if mistakes.is_empty() { Ok(()) } else { Err(Error::Form { path: path.to_owned(), mistakes }) }
    }

    /// The folder of expected outputs.
    pub fn out(&self) -> PathBuf {
        self.folder.join("out")
    }

    /// The file of expected findings.
    pub fn says(&self) -> PathBuf {
        self.folder.join("says.txt")
    }
}

fn moment(root: &Section<'_>) -> Option<civil::DateTime> {
    let written = root.optional_text("now")?;
    let moment = civil::DateTime::from_str(&written);
    if moment.is_err() {
        root.wrong("now", Fault::NotADate { written });
    }
    moment.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_a_folder() {
        let samples = tempfile::tempdir().unwrap();
        let folder = samples.path().join("検査/欠測");
        std::fs::create_dir_all(folder.join("in/4月")).unwrap();
        std::fs::write(
            folder.join("case.toml"),
            "now = \"2022-08-05T10:00:00\"\nstatus = \"returned\"\n[settings]\n年度 = 2022\n",
        )
        .unwrap();
        let cases = Case::all(samples.path(), "検査").unwrap();
        assert_eq!(cases.len(), 1);
        assert_eq!(cases[0].ending, Ending::Returned);
        assert_eq!(cases[0].settings, [("年度".to_owned(), Plain::Integer(2022))]);
        assert_eq!(cases[0].now.map(|now| now.to_string()).as_deref(), Some("2022-08-05T10:00:00"));
        std::fs::write(folder.join("case.toml"), "nwo = 1\n").unwrap();
        assert!(matches!(Case::all(samples.path(), "検査"), Err(Error::Form { .. })));
    }
}
