//! All tasks of a `scripts/` folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::form::{Plain, nearest};
use crate::limits::Limits;
use crate::manifest::{Manifest, WrittenLimits};
use crate::task::Task;

/// The tasks of an office, by the names of their folders.
#[derive(Clone, Debug)]
pub struct Catalogue {
    scripts: PathBuf,
    office: WrittenLimits,
    ids: Vec<String>,
    own: BTreeMap<String, Own>,
}

/// What an office says of one task; it stands before what the task says of itself.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Own {
    pub limits: WrittenLimits,
    pub retention_days: Option<u64>,
    pub settings: BTreeMap<String, Plain>,
}

impl Own {
    fn dress(&self, mut task: Task) -> Task {
        let (written, limits) = (self.limits, task.limits);
        task.limits = Limits {
            memory_mib: written.memory_mib.unwrap_or(limits.memory_mib),
            cpu_seconds: written.cpu_seconds.unwrap_or(limits.cpu_seconds),
            wall_seconds: written.wall_seconds.unwrap_or(limits.wall_seconds),
            file_mib: written.file_mib.unwrap_or(limits.file_mib),
        };
        task.manifest.retention_days = self.retention_days.or(task.manifest.retention_days);
        // A setting that the form has lost since the office was read keeps its own value.
        for (name, value) in &self.settings {
            if let Some(known) = task.settings.get_mut(name) {
                known.clone_from(value);
            }
        }
        task
    }
}

impl Catalogue {
    /// Lists the tasks of `scripts/`; each is loaded when it is asked for. A missing folder holds no task.
    pub fn open(scripts: &Path, office: WrittenLimits) -> Catalogue {
        let entries = std::fs::read_dir(scripts).into_iter().flatten().flatten();
        let with_form = entries.filter(|entry| entry.path().join("task.toml").is_file());
        let mut ids: Vec<String> = with_form.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        ids.sort();
        Catalogue { scripts: scripts.to_owned(), office, ids, own: BTreeMap::new() }
    }

    /// With what the office says of single tasks.
    pub(crate) fn with(self, own: BTreeMap<String, Own>) -> Catalogue {
        Catalogue { own, ..self }
    }

    /// With a task that came after this list was made, as a newer list of the same folder has it.
    pub fn take_in(&mut self, id: &str, newer: &Catalogue) {
        if let Err(at) = self.ids.binary_search_by(|known| known.as_str().cmp(id)) {
            self.ids.insert(at, id.to_owned());
        }
        if let Some(own) = newer.own.get(id) {
            self.own.insert(id.to_owned(), own.clone());
        }
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
            return self.load(wanted);
        }
        let path = Path::new(wanted);
        if path.join("task.toml").is_file() || (path.is_dir() && path.components().count() > 1) {
            return Task::load(path, self.office);
        }
        if let Some(id) = self.ids.iter().find(|id| self.is_called(id, wanted)) {
            return self.load(id);
        }
        let near = nearest(wanted, self.ids.iter().map(String::as_str));
        Err(Error::NoTask { wanted: wanted.to_owned(), near, have: self.ids.clone() })
    }

    /// Loads every task, or says what is wrong with it.
    pub fn all(&self) -> impl Iterator<Item = Result<Task, Error>> + '_ {
        self.ids.iter().map(|id| self.load(id))
    }

    fn load(&self, id: &str) -> Result<Task, Error> {
        let task = Task::load(&self.scripts.join(id), self.office)?;
        Ok(match self.own.get(id) {
            Some(own) => own.dress(task),
            None => task,
        })
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
