//! Renames that a script plans: collected one by one, and settled together, so that no two files get the same name.

use book::{Fate, Finding, Place, Problem, Severity};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::outcome::Rename;
use crate::session::Session;

/// The renames planned so far: the file, its new name and why.
#[derive(Default)]
pub(crate) struct Renames {
    planned: Vec<(usize, String, String)>,
    at: FxHashMap<usize, usize>,
}

impl Renames {
    /// Plans a rename; a second one of the same file replaces the first. To the name it has is no rename.
    pub fn plan(&mut self, session: &Session, file: usize, name: &str, reason: &str) {
        let same = session.files.get(file).name == name;
        match self.at.get(&file) {
            Some(at) => self.planned[*at] = (file, name.to_owned(), reason.to_owned()),
            None if same => {}
            None => {
                self.at.insert(file, self.planned.len());
                self.planned.push((file, name.to_owned(), reason.to_owned()));
            }
        }
    }

    /// The renames that can be done: neither of two files that would have the same name, none to a name that another file has.
    pub fn settle(&mut self, session: &Session) -> Vec<Rename> {
        let planned = std::mem::take(&mut self.planned);
        self.at.clear();
        if planned.is_empty() {
            return Vec::new();
        }
        let mut taken: FxHashMap<(&str, String), u32> = FxHashMap::default();
        for (file, name, _) in &planned {
            *taken.entry((&session.files.get(*file).folder, japan::name_key(name))).or_default() += 1;
        }
        let moving: FxHashSet<usize> = planned.iter().map(|(file, ..)| *file).collect();
        let mut occupied: FxHashSet<(&str, String)> = FxHashSet::default();
        for (at, input) in session.files.all().iter().enumerate() {
            let key = (input.folder.as_str(), japan::name_key(&input.name));
            // A file may take its own name in other letters; the name of a file that moves away as well is not free before it has.
            if taken.contains_key(&key) && (!moving.contains(&at) || !self_taken(&planned, at, &key.1)) {
                occupied.insert(key);
            }
        }
        let mut renames = Vec::with_capacity(planned.len());
        for (file, name, reason) in &planned {
            let input = session.files.get(*file);
            let key = (input.folder.as_str(), japan::name_key(name));
            if *name == input.name {
                continue;
            }
            if taken.get(&key).is_some_and(|times| *times > 1) {
                collision(session, *file, "変えたあとの名前が、同じフォルダーのほかのファイルと同じになるため、変えませんでした");
            } else if occupied.contains(&key) {
                collision(session, *file, "変えたあとの名前のファイルがすでにあるため、変えませんでした");
            } else {
                let to = if input.folder.is_empty() { name.clone() } else { format!("{}/{name}", input.folder) };
                renames.push(Rename { from: input.path.clone(), to, reason: reason.clone() });
            }
        }
        renames
    }
}

/// Whether it is the file itself that takes the name.
fn self_taken(planned: &[(usize, String, String)], file: usize, key: &str) -> bool {
    planned.iter().any(|(known, name, _)| *known == file && japan::name_key(name) == key)
}

fn collision(session: &Session, file: usize, problem: &str) {
    left(session, file, problem, "どちらかの名前を手で変えてから、もう一度入れてください");
}

/// Says that a file keeps its name.
pub(crate) fn left(session: &Session, file: usize, problem: &str, remedy: &str) {
    session.find(Finding {
        severity: Severity::Warning,
        place: Place { file: Some(session.files.get(file).path.clone()), ..Place::default() },
        column: None,
        value: None,
        problem: Problem::Said { problem: problem.to_owned(), remedy: remedy.to_owned() },
        fate: Fate::Skipped,
    });
}
