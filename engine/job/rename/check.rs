//! The check of a whole plan before anything is renamed: the worker that made it is not trusted.

use std::hash::BuildHasher;

use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};
use script::Renames;

use super::untangle::is_temporary;
use crate::arrival::Arrival;
use crate::error::Setback;
use crate::files::Folder;

const NONE: u32 = u32::MAX;

/// Fails if a file is renamed twice, if a new name cannot be one everywhere or makes its path too long, or if it would be the name
/// of two files in one folder: names are the same when they differ in case or composition alone.
pub(super) fn check(arrival: &Arrival, renames: &Renames) -> Result<(), Setback> {
    let files = &arrival.files;
    let mut names = vec![NONE; files.len()];
    let mut folders = vec![false; files.folders().len()];
    let mut above = vec![None; files.folders().len()];
    for (at, rename) in renames.iter().enumerate() {
        let file = files.get(rename.file as usize);
        let above =
            above[file.folder_number as usize].get_or_insert_with(|| arrival.roots[file.root as usize].units_above(file.folder));
        let units = *above + japan::utf16_units(rename.to);
        let wrong = || is_temporary(rename.to) || !japan::check_file_name(rename.to, units).is_empty();
        if rename.to != file.name && wrong() {
            return Err(Setback::OutputName { name: rename.to.to_owned() });
        }
        let known = &mut names[rename.file as usize];
        if *known != NONE {
            return Err(Setback::Crashed { signal: None, code: None, at: None });
        }
        *known = at as u32;
        folders[file.folder_number as usize] = true;
    }
    Plan { arrival, renames, names, folders }.clashes()
}

struct Plan<'a> {
    arrival: &'a Arrival,
    renames: &'a Renames,
    /// For each file, which rename is its own.
    names: Vec<u32>,
    /// Whether a folder has renames.
    folders: Vec<bool>,
}

impl Plan<'_> {
    /// The name that a file will have.
    fn name(&self, file: usize) -> &str {
        match self.names[file] {
            NONE => self.arrival.files.name(file),
            at => self.renames.get(at as usize).to,
        }
    }

    /// First by hashes, then by the names themselves: of a hundred thousand files, nearly always none has to be looked at twice.
    fn clashes(&self) -> Result<(), Setback> {
        let files = &self.arrival.files;
        let others = self.others();
        let ours = (0..files.len()).filter(|file| self.folders[files.folder_number(*file) as usize]);
        let names = ours.map(|file| (files.folder_number(file), self.name(file), self.names[file]));
        let names = names.chain(others.iter().map(|(folder, name)| (*folder, *name, NONE)));
        let (mut key, mut met, mut twice) = (String::new(), FxHashSet::default(), FxHashSet::default());
        let mut hash = |folder: u32, name: &str| {
            key.clear();
            japan::push_name_key(&mut key, name);
            FxBuildHasher.hash_one((folder, key.as_str()))
        };
        for (folder, name, _) in names.clone() {
            let hash = hash(folder, name);
            if !met.insert(hash) {
                twice.insert(hash);
            }
        }
        if twice.is_empty() {
            return Ok(());
        }
        let mut whole: FxHashMap<(u32, String), Vec<(&str, u32)>> = FxHashMap::default();
        for (folder, name, rename) in names.filter(|(folder, name, _)| twice.contains(&hash(*folder, name))) {
            whole.entry((folder, japan::name_key(name))).or_default().push((name, rename));
        }
        // Two that have nearly the same name already, and keep it, are no business of ours.
        let clash = whole.values().filter(|twins| twins.len() > 1).find_map(|twins| twins.iter().find(|twin| twin.1 != NONE));
        match clash {
            Some((name, _)) => Err(Setback::SameName { name: (*name).to_owned() }),
            None => Ok(()),
        }
    }

    /// Everything that lies in folders with renames and is no file of the job.
    fn others(&self) -> Vec<(u32, &str)> {
        let Arrival { roots, files, left, others, .. } = self.arrival;
        if left.is_empty() && others.is_empty() {
            return Vec::new();
        }
        let shown =
            |folder: &Folder| format!("{}{}", roots[folder.root as usize].prefix, folder.inner).trim_end_matches('/').to_owned();
        let renaming = files.folders().iter().enumerate().filter(|(number, _)| self.folders[*number]);
        let known: FxHashMap<String, u32> = renaming.map(|(number, folder)| (shown(folder), number as u32)).collect();
        let paths = others.iter().map(String::as_str).chain(left.iter().map(|left| left.path.as_str()));
        let parts = paths.map(|path| path.rsplit_once('/').unwrap_or(("", path)));
        parts.filter_map(|(folder, name)| known.get(folder).map(|folder| (*folder, name))).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::files::{Files, Root};

    fn arrival(home: &str, names: &[&str]) -> Arrival {
        let root = Root { path: PathBuf::from("/in/文書"), home: home.into(), prefix: String::new(), folder: true };
        let mut files = Files::default();
        files.enter(0, "");
        names.iter().enumerate().for_each(|(inode, name)| files.add(name, inode as u64, None));
        Arrival { roots: vec![root], files, others: vec!["Thumbs.db".to_owned()], ..Arrival::nothing() }
    }

    fn checked(home: &str, names: &[&str], to: &[(u32, &str)]) -> Result<(), Setback> {
        let mut renames = Renames::default();
        to.iter().for_each(|(file, to)| renames.add(*file, to, "試験"));
        check(&arrival(home, names), &renames)
    }

    #[test]
    fn a_plan_is_refused_whole_when_two_would_have_one_name() {
        let clash = |names: &[&str], to: &[(u32, &str)]| checked("/d", names, to) != Ok(());
        assert!(clash(&["a", "b"], &[(0, "c"), (1, "C")]), "case");
        assert!(clash(&["a", "b"], &[(0, "が"), (1, "か\u{3099}")]), "composition");
        assert!(clash(&["a", "b"], &[(0, "B")]), "who stays is in the way");
        assert!(clash(&["a"], &[(0, "thumbs.DB")]), "so is what is no file of the job");
        assert!(clash(&["a"], &[(0, "b"), (0, "c")]), "renamed twice");
        assert!(!clash(&["a", "b"], &[(0, "b"), (1, "a")]), "exchanged");
        assert!(!clash(&["a", "x"], &[(0, "A")]), "its own name in other letters");
        assert!(!clash(&["a", "A", "x"], &[(2, "y")]), "twins that were there before");
    }

    #[test]
    fn names_and_paths_that_are_none_everywhere_are_refused() {
        let long = "あ".repeat(86);
        for name in ["", "..", "a/b", "a:b", "con.txt", "x.", ".jitan-rename-1", &long] {
            assert!(matches!(checked("/d", &["a"], &[(0, name)]), Err(Setback::OutputName { .. })), "{name}");
        }
        // The path is counted where the file will lie: 259 units are the most.
        let home = format!("/{}", "d".repeat(239));
        assert_eq!(checked(&home, &["a"], &[(0, &"n".repeat(18))]), Ok(()));
        assert!(checked(&home, &["a"], &[(0, &"n".repeat(19))]).is_err());
    }
}
