//! Renames that a script plans: collected one by one, and settled together, so that no two files get the same name.

use std::hash::BuildHasher;

use book::{Fate, Finding, NotRenamed, Problem, Severity};
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use crate::outcome::Renames;
use crate::session::Session;

/// The renames planned so far.
#[derive(Default)]
pub(crate) struct Planned {
    wishes: Vec<Wish>,
    /// New names, one after another.
    names: String,
    reasons: Vec<String>,
    /// For each file, where its wish stands in the list.
    at: Vec<u32>,
}

const NONE: u32 = u32::MAX;

/// A file, its new name, and the number of the reason.
#[derive(Clone, Copy)]
struct Wish {
    file: usize,
    start: usize,
    length: usize,
    reason: usize,
}

impl Planned {
    /// Plans a rename; a second one of the same file replaces the first. To the name it has is no rename.
    pub fn plan(&mut self, session: &Session, file: usize, name: &str, reason: &str) {
        if self.at.is_empty() {
            self.at = vec![NONE; session.files.len()];
        }
        let known = self.at[file];
        if known == NONE && session.files.name(file) == name {
            return;
        }
        if self.reasons.last().is_none_or(|last| last != reason) {
            self.reasons.push(reason.to_owned());
        }
        let wish = Wish { file, start: self.names.len(), length: name.len(), reason: self.reasons.len() - 1 };
        self.names.push_str(name);
        if known == NONE {
            self.at[file] = self.wishes.len() as u32;
            self.wishes.push(wish);
        } else {
            self.wishes[known as usize] = wish;
        }
    }

    fn name(&self, wish: &Wish) -> &str {
        &self.names[wish.start..wish.start + wish.length]
    }

    /// The renames that can be done: neither of two files that would have the same name, none to a name that something else
    /// keeps. The name of a file that gets another one is free: names may be exchanged.
    pub fn settle(&mut self, session: &Session) -> Renames {
        let mut planned = std::mem::take(self);
        let wishes = std::mem::take(&mut planned.wishes);
        let wishes: Vec<Wish> = wishes.into_iter().filter(|wish| planned.name(wish) != session.files.name(wish.file)).collect();
        let mut renames = Renames::default();
        if wishes.is_empty() {
            return renames;
        }
        let clashes = planned.clashes(session, &wishes);
        for (at, wish) in wishes.iter().enumerate() {
            match clashes.get(&at) {
                Some(why) => left(session, wish.file, planned.name(wish), why.clone()),
                None => renames.add(session.files.given(wish.file), planned.name(wish), &planned.reasons[wish.reason]),
            }
        }
        renames
    }

    /// Which wishes meet another, or something that is there. First by hashes of names, then by the names themselves: of a
    /// hundred thousand files, nearly always none has to be looked at twice.
    fn clashes(&self, session: &Session, wishes: &[Wish]) -> FxHashMap<usize, NotRenamed> {
        let folder = |wish: &Wish| session.files.folder_number(wish.file);
        let mut hashes = Hashes::default();
        let wanted: Vec<u64> = wishes.iter().map(|wish| hashes.of(folder(wish), self.name(wish))).collect();
        let mut first: FxHashMap<u64, usize> = FxHashMap::with_capacity_and_hasher(wishes.len(), FxBuildHasher);
        let mut suspects: FxHashSet<u64> = FxHashSet::default();
        for (at, hash) in wanted.iter().enumerate() {
            if *first.entry(*hash).or_insert(at) != at {
                suspects.insert(*hash);
            }
        }
        let others = others(session);
        // A file may take its own name in other letters.
        let met = |hash: u64, file: Option<usize>| first.get(&hash).is_some_and(|at| Some(wishes[*at].file) != file);
        let files =
            (0..session.files.len()).map(|file| (session.files.folder_number(file), session.files.name(file), Some(file)));
        let there = files.chain(others.iter().map(|(folder, name)| (*folder, *name, None)));
        let mut occupied = Vec::new();
        for (folder, name, file) in there {
            let hash = hashes.of(folder, name);
            if suspects.contains(&hash) || met(hash, file) {
                suspects.insert(hash);
                occupied.push((folder, name, file));
            }
        }
        if suspects.is_empty() {
            return FxHashMap::default();
        }
        let suspicious: Vec<usize> = (0..wishes.len()).filter(|at| suspects.contains(&wanted[*at])).collect();
        self.meetings(session, wishes, &suspicious, &occupied)
    }

    /// The clashes among suspicious wishes and whatever has one of their names, by the whole keys of the names.
    fn meetings(
        &self,
        session: &Session,
        wishes: &[Wish],
        suspicious: &[usize],
        occupied: &[(u32, &str, Option<usize>)],
    ) -> FxHashMap<usize, NotRenamed> {
        let mut wanted: FxHashMap<(u32, String), Vec<usize>> = FxHashMap::default();
        for &at in suspicious {
            let wish = &wishes[at];
            let key = (session.files.folder_number(wish.file), japan::name_key(self.name(wish)));
            wanted.entry(key).or_default().push(at);
        }
        let mut clashes = FxHashMap::default();
        for twins in wanted.values().filter(|twins| twins.len() > 1) {
            for &at in twins {
                let other = if at == twins[0] { twins[1] } else { twins[0] };
                let other = session.files.name(wishes[other].file).to_owned();
                clashes.insert(at, NotRenamed::Twin { other });
            }
        }
        // Whoever keeps its name is in the way: what is no file of ours, files without a wish, and files whose wish came to nothing,
        // which may be in the way of others in turn.
        let moving: FxHashMap<usize, usize> = movers(wishes, occupied);
        let mut stays: Vec<&(u32, &str, Option<usize>)> = Vec::new();
        let mut leaving: FxHashMap<usize, &(u32, &str, Option<usize>)> = FxHashMap::default();
        for there in occupied {
            match there.2.and_then(|file| moving.get(&file)) {
                Some(at) if !clashes.contains_key(at) => {
                    leaving.insert(*at, there);
                }
                _ => stays.push(there),
            }
        }
        while let Some((folder, name, file)) = stays.pop() {
            for &at in wanted.get(&(*folder, japan::name_key(name))).into_iter().flatten() {
                if Some(wishes[at].file) != *file {
                    clashes.entry(at).or_insert_with(|| NotRenamed::Taken { by: (*name).to_owned() });
                    stays.extend(leaving.remove(&at));
                }
            }
        }
        clashes
    }
}

/// The wishes of those files that have a name which another wants.
fn movers(wishes: &[Wish], occupied: &[(u32, &str, Option<usize>)]) -> FxHashMap<usize, usize> {
    let owners: FxHashSet<usize> = occupied.iter().filter_map(|(_, _, file)| *file).collect();
    wishes.iter().enumerate().filter(|(_, wish)| owners.contains(&wish.file)).map(|(at, wish)| (wish.file, at)).collect()
}

/// Everything that lies in folders with files and is no file of the arrival: the folder's number, and the name.
fn others(session: &Session) -> Vec<(u32, &str)> {
    let files = &session.files;
    if files.others().is_empty() {
        return Vec::new();
    }
    let mut folders: FxHashMap<&str, u32> = FxHashMap::default();
    let mut last = NONE;
    for file in 0..files.len() {
        if files.folder_number(file) != last {
            last = files.folder_number(file);
            folders.insert(files.folder(file), last);
        }
    }
    let parts = files.others().iter().map(|path| path.rsplit_once('/').unwrap_or(("", path)));
    parts.filter_map(|(folder, name)| folders.get(folder).map(|folder| (*folder, name))).collect()
}

/// Hashes of names by which they collide.
#[derive(Default)]
struct Hashes {
    key: String,
}

impl Hashes {
    fn of(&mut self, folder: u32, name: &str) -> u64 {
        self.key.clear();
        japan::push_name_key(&mut self.key, name);
        FxBuildHasher.hash_one((folder, self.key.as_str()))
    }
}

/// Says that a file keeps its name.
pub(crate) fn left(session: &Session, file: usize, to: &str, why: NotRenamed) {
    session.find(Finding {
        severity: Severity::Warning,
        place: session.files.place(file),
        column: None,
        value: None,
        problem: Problem::NotRenamed { to: to.to_owned(), why },
        fate: Fate::NameKept,
    });
}
