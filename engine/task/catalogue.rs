//! All tasks of a `scripts/` folder.

use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::form::nearest;
use crate::manifest::{Manifest, WrittenLimits};
use crate::task::Task;

/// The tasks of an office, by the names of their folders.
#[derive(Clone, Debug)]
pub struct Catalogue {
    scripts: PathBuf,
    office: WrittenLimits,
    ids: Vec<String>,
}

impl Catalogue {
    /// Lists the tasks of `scripts/`; each is loaded when it is asked for. A missing folder holds no task.
    pub fn open(scripts: &Path, office: WrittenLimits) -> Catalogue {
        let entries = std::fs::read_dir(scripts).into_iter().flatten().flatten();
        let with_form = entries.filter(|entry| entry.path().join("task.toml").is_file());
        let mut ids: Vec<String> = with_form.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        ids.sort();
        Catalogue { scripts: scripts.to_owned(), office, ids }
    }

    /// The folder of the tasks.
    pub fn scripts(&self) -> &Path {
        &self.scripts
    }

    /// The names of the tasks' folders, in order.
    pub fn ids(&self) -> &[String] {
        &self.ids
    }

    /// Loads the task that a person means: a folder's path, a folder's name under `scripts/`, or the task's own name.
    pub fn find(&self, wanted: &str) -> Result<Task, Error> {
        if self.ids.iter().any(|id| id == wanted) {
            return Task::load(&self.scripts.join(wanted), self.office);
        }
        let path = Path::new(wanted);
        if path.join("task.toml").is_file() || (path.is_dir() && path.components().count() > 1) {
            return Task::load(path, self.office);
        }
        if let Some(id) = self.ids.iter().find(|id| self.is_called(id, wanted)) {
            return Task::load(&self.scripts.join(id), self.office);
        }
        let near = nearest(wanted, self.ids.iter().map(String::as_str));
        Err(Error::NoTask { wanted: wanted.to_owned(), near, have: self.ids.clone() })
    }

    /// Loads every task, or says what is wrong with it.
    pub fn all(&self) -> impl Iterator<Item = Result<Task, Error>> + '_ {
        self.ids.iter().map(|id| Task::load(&self.scripts.join(id), self.office))
    }

    fn is_called(&self, id: &str, wanted: &str) -> bool {
        let text = std::fs::read_to_string(self.scripts.join(id).join("task.toml")).unwrap_or_default();
        Manifest::parse(&text).is_ok_and(|manifest| manifest.name.ja == wanted || manifest.name.en == wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::SAMPLE;

    #[test]
    fn a_task_is_found_by_folder_or_name_and_a_near_miss_is_named() {
        let scripts = tempfile::tempdir().unwrap();
        let folder = scripts.path().join("test-statistics");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("task.toml"), SAMPLE).unwrap();
        std::fs::write(folder.join("main.rhai"), "").unwrap();
        let catalogue = Catalogue::open(scripts.path(), WrittenLimits::default());
        for wanted in ["test-statistics", "検査統計集計", folder.to_str().unwrap()] {
            assert_eq!(catalogue.find(wanted).unwrap().id, "test-statistics");
        }
        let Err(Error::NoTask { near, .. }) = catalogue.find("test-statistic") else { panic!() };
        assert_eq!(near.as_deref(), Some("test-statistics"));
    }
}
