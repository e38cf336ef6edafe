//! A task as understood: patterns, limits and settings ready for use, the script beside them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::error::{Error, read_text};
use crate::form::{Plain, nearest};
use crate::limits::Limits;
use crate::manifest::{Manifest, WrittenLimits};
use crate::pattern::Pattern;
use crate::secrets::{self, Password};

/// A task that can be run.
#[derive(Clone, Debug)]
pub struct Task {
    /// The name of its folder, by which commands know it.
    pub id: String,
    /// Its folder.
    pub folder: PathBuf,
    /// What its form says.
    pub manifest: Manifest,
    /// Which files of an arrival are its own.
    pub accepts: Vec<Pattern>,
    /// Which files its script may open.
    pub read: Vec<Pattern>,
    /// Which outputs its script may make.
    pub write: Vec<Pattern>,
    /// What a job may use up.
    pub limits: Limits,
    /// The settings' values.
    pub settings: BTreeMap<String, Plain>,
    /// The text of `main.rhai`.
    pub script: String,
    /// Passwords of workbooks that come to the task.
    pub passwords: Vec<Password>,
    /// The password that outputs are closed with, where the form asks for it.
    pub protect: Option<Password>,
    /// The library: module name and text, in order of names.
    pub library: Vec<(String, String)>,
}

impl Task {
    /// Loads the task of a folder. `office` is what the office wrote about limits.
    pub fn load(folder: &Path, office: WrittenLimits) -> Result<Task, Error> {
        let form = folder.join("task.toml");
        let text = read_text(&form)?;
        let manifest = Manifest::parse(&text).map_err(|mistakes| Error::Form { path: form, mistakes })?;
        let patterns = |written: &[String]| written.iter().map(|pattern| Pattern::new(pattern)).collect();
        // A path such as `.` has no name of its own.
        let whole = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        let id = whole.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let secrets = secrets::of(&whole, &id)?;
        Ok(Task {
            passwords: secrets.open,
            protect: secrets.protect,
            id,
            folder: folder.to_owned(),
            accepts: patterns(&manifest.accepts),
            read: patterns(&manifest.read),
            write: patterns(&manifest.write),
            limits: Limits::of_task(manifest.limits, office),
            settings: manifest.settings.iter().map(|(name, setting)| (name.clone(), setting.value.clone())).collect(),
            script: read_text(&folder.join("main.rhai"))?,
            library: library(&whole)?,
            manifest,
        })
    }

    /// The workbooks beside the script, which it may fill.
    pub fn templates(&self) -> Vec<PathBuf> {
        self.beside(&["xlsx", "xlsm", "xltx", "xltm"])
    }

    /// The images beside the script, which it may put into a template.
    pub fn images(&self) -> Vec<PathBuf> {
        self.beside(&["png", "jpg", "jpeg"])
    }

    /// The files of some kinds beside the script, in order of their names.
    fn beside(&self, extensions: &[&str]) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let is_one = |path: &PathBuf| {
            let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
            let owner_file = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(['~', '.']));
            extension.is_some_and(|extension| extensions.contains(&&*extension)) && !owner_file && path.is_file()
        };
        let mut found: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_one).collect();
        found.sort();
        found.iter().map(|path| path.canonicalize().unwrap_or_else(|_| path.clone())).collect()
    }

    /// The path of the script, for people.
    pub fn script_path(&self) -> PathBuf {
        self.folder.join("main.rhai")
    }

    /// Sets a setting from its text, in the type it has in the form.
    pub fn set(&mut self, name: &str, written: &str) -> Result<(), Error> {
        let Some(known) = self.settings.get(name) else {
            return Err(self.no_setting(name));
        };
        let value = read_like(known, written);
        let wanted = known.wanted();
        let value = value.ok_or_else(|| Error::WrongSetting { name: name.to_owned(), written: written.to_owned(), wanted })?;
        self.settings.insert(name.to_owned(), value);
        Ok(())
    }

    /// Sets a setting from a value that has a type already.
    pub fn set_value(&mut self, name: &str, value: Plain) -> Result<(), Error> {
        match self.settings.get(name) {
            None => Err(self.no_setting(name)),
            Some(known) if std::mem::discriminant(known) != std::mem::discriminant(&value) => {
                let written = format!("{value:?}");
                Err(Error::WrongSetting { name: name.to_owned(), written, wanted: known.wanted() })
            }
            Some(_) => {
                self.settings.insert(name.to_owned(), value);
                Ok(())
            }
        }
    }

    fn no_setting(&self, name: &str) -> Error {
        let have: Vec<String> = self.settings.keys().cloned().collect();
        Error::NoSetting { wanted: name.to_owned(), near: nearest(name, have.iter().map(String::as_str)), have }
    }
}

/// A text as the kind of value that stands in the form.
fn read_like(known: &Plain, written: &str) -> Option<Plain> {
    let written = written.trim();
    Some(match known {
        Plain::Text(_) => Plain::Text(written.to_owned()),
        Plain::Integer(_) => Plain::Integer(japan::match_key(written).parse().ok()?),
        Plain::Decimal(_) => Plain::Decimal(japan::match_key(written).parse().ok()?),
        Plain::YesNo(_) => match written {
            "はい" | "true" | "yes" => Plain::YesNo(true),
            "いいえ" | "false" | "no" => Plain::YesNo(false),
            _ => return None,
        },
        Plain::Date(_) => Plain::Date(written.parse().ok()?),
        Plain::List(items) => {
            let like = items.first().cloned().unwrap_or(Plain::Text(String::new()));
            let parts = written.split([',', '、']).filter(|part| !part.trim().is_empty());
            Plain::List(parts.map(|part| read_like(&like, part)).collect::<Option<_>>()?)
        }
    })
}

/// The scripts of `lib/` beside the task's folder.
fn library(folder: &Path) -> Result<Vec<(String, String)>, Error> {
    let Some(lib) = folder.parent().map(|scripts| scripts.join("lib")) else {
        return Ok(Vec::new());
    };
    let Ok(entries) = std::fs::read_dir(&lib) else {
        return Ok(Vec::new());
    };
    let mut modules = Vec::new();
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.extension().is_some_and(|extension| extension == "rhai")
            && let Some(name) = path.file_stem().and_then(|name| name.to_str())
        {
            modules.push((name.to_owned(), read_text(&path)?));
        }
    }
    modules.sort();
    Ok(modules)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::SAMPLE;

    #[test]
    fn a_folder_is_understood_and_its_settings_set() {
        let scripts = tempfile::tempdir().unwrap();
        let folder = scripts.path().join("検査");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::create_dir_all(scripts.path().join("lib")).unwrap();
        std::fs::write(folder.join("task.toml"), SAMPLE).unwrap();
        assert!(matches!(Task::load(&folder, WrittenLimits::default()), Err(Error::NoFile { .. })));
        std::fs::write(folder.join("main.rhai"), "\u{feff}処理件数(1);").unwrap();
        std::fs::write(scripts.path().join("lib/week.rhai"), "").unwrap();
        let mut task = Task::load(&folder, WrittenLimits::default()).unwrap();
        assert_eq!((task.id.as_str(), task.script.as_str(), task.library.len()), ("検査", "処理件数(1);", 1));
        task.set("年度", "２０２３").unwrap();
        assert_eq!(task.settings["年度"], Plain::Integer(2023));
        assert!(matches!(task.set("年度", "来年"), Err(Error::WrongSetting { .. })));
        assert!(matches!(task.set("年", "2023"), Err(Error::NoSetting { .. })));
    }
}
