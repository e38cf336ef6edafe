//! The tasks as they are now: read again when their files change, so that a new version needs no new start.

use std::collections::HashMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use sha2::{Digest, Sha256};
use task::{Catalogue, Error, Task};

/// A task and its version.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub task: Task,
    /// What its form, its scripts, its settings, its templates and its images are, as a short hash.
    pub version: String,
}

/// The tasks of the office.
#[derive(Debug)]
pub(crate) struct Tasks {
    catalogue: Mutex<Catalogue>,
    known: Mutex<HashMap<String, Known>>,
}

type Stamp = Vec<(PathBuf, Option<SystemTime>, u64)>;

#[derive(Debug)]
struct Known {
    stamp: Stamp,
    task: Result<Arc<Loaded>, Error>,
}

impl Tasks {
    pub fn new(catalogue: Catalogue) -> Tasks {
        Tasks { catalogue: Mutex::new(catalogue), known: Mutex::default() }
    }

    /// Takes in a task that was not there when the engine started.
    pub fn take_in(&self, id: &str, newer: &Catalogue) {
        self.catalogue().take_in(id, newer);
        self.known.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    fn catalogue(&self) -> MutexGuard<'_, Catalogue> {
        // A list of names is whole at every moment, so a thread that panicked has left nothing half-written.
        self.catalogue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The task as its files are now.
    pub fn current(&self, id: &str) -> Result<Arc<Loaded>, Error> {
        let catalogue = self.catalogue();
        let stamp = stamp(catalogue.scripts(), id);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get(id).filter(|known| known.stamp == stamp) {
            return known.task.clone();
        }
        let task = catalogue.find(id).map(|task| Arc::new(Loaded { version: version(&task), task }));
        known.insert(id.to_owned(), Known { stamp, task: task.clone() });
        task
    }
}

/// When the files of a task changed last.
fn stamp(scripts: &Path, id: &str) -> Stamp {
    let folder = scripts.join(id);
    let lib = std::fs::read_dir(scripts.join("lib")).into_iter().flatten().flatten().map(|entry| entry.path());
    // The folder itself holds form, script, templates and images.
    let own = std::fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> = own.chain(lib).collect();
    files.sort();
    let look = |path: PathBuf| {
        let meta = std::fs::metadata(&path).ok();
        let size = meta.as_ref().map_or(0, std::fs::Metadata::len);
        (path, meta.and_then(|meta| meta.modified().ok()), size)
    };
    files.into_iter().map(look).collect()
}

fn version(task: &Task) -> String {
    let mut hash = Sha256::new();
    let form = std::fs::read(task.folder.join("task.toml")).unwrap_or_default();
    let settings = format!("{:?}", task.settings);
    let library = task.library.iter().flat_map(|(name, text)| [name.as_bytes(), text.as_bytes()]);
    let mut add = |part: &[u8]| {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    };
    [form.as_slice(), task.script.as_bytes(), settings.as_bytes()].into_iter().chain(library).for_each(&mut add);
    // A corrected template makes another result of the same arrival.
    for path in task.templates().iter().chain(&task.images()) {
        add(path.file_name().unwrap_or_default().as_encoded_bytes());
        add(&std::fs::read(path).unwrap_or_default());
    }
    hash.finalize().iter().take(6).fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
