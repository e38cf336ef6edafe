//! Renames that a script plans: collected one by one, and settled together, so that no two files get the same name.

use std::cell::Cell;

use book::{Fate, Finding, Place, Problem, Severity};
use rustc_hash::FxHashMap;

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
        let keys: Vec<(&str, String)> =
            planned.iter().map(|(file, name, _)| (session.files.get(*file).folder.as_str(), japan::name_key(name))).collect();
        let mut taken: FxHashMap<(&str, &str), Taken> = FxHashMap::default();
        for ((folder, key), (file, ..)) in keys.iter().zip(&planned) {
            let one = taken.entry((folder, key)).or_insert(Taken { by: *file, times: 0, occupied: Cell::new(false) });
            one.times += 1;
        }
        for (at, input) in session.files.all().iter().enumerate() {
            // A file may take its own name in other letters. The name of a file that moves away as well is not free before it has.
            let key = japan::name_key(&input.name);
            if let Some(one) = taken.get(&(input.folder.as_str(), key.as_str()))
                && one.by != at
            {
                one.occupied.set(true);
            }
        }
        let mut renames = Vec::with_capacity(planned.len());
        for ((folder, key), (file, name, reason)) in keys.iter().zip(&planned) {
            let input = session.files.get(*file);
            if *name == input.name {
                continue;
            }
            match taken.get(&(*folder, key.as_str())) {
                Some(one) if one.times > 1 => {
                    collision(
                        session,
                        *file,
                        "変えたあとの名前が、同じフォルダーのほかのファイルと同じになるため、変えませんでした",
                    );
                }
                Some(one) if one.occupied.get() => {
                    collision(session, *file, "変えたあとの名前のファイルがすでにあるため、変えませんでした");
                }
                _ => {
                    let to = if input.folder.is_empty() { name.clone() } else { format!("{}/{name}", input.folder) };
                    let (file, from) = (session.files.given(*file), input.path.clone());
                    renames.push(Rename { file, from, to, reason: reason.clone() });
                }
            }
        }
        renames
    }
}

/// A name that is wanted in a folder.
struct Taken {
    by: usize,
    times: u32,
    /// Whether another file of the arrival has it now.
    occupied: Cell<bool>,
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
