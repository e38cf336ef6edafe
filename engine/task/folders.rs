//! The folders of an office, each apart from every other: a result that fell into a watched folder would be worked on again.

use std::path::{Component, Path, PathBuf};

use japan::{check_file_name, name_key};

use crate::form::{Fault, Overlap};

/// What a folder is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Purpose {
    /// The program's own, the scripts, the samples, results: nothing else may lie there.
    Apart,
    /// The folder that holds the tasks' inboxes.
    Inboxes,
    /// One that is watched.
    Inbox,
}

/// The folders taken so far.
pub(crate) struct Taken {
    office: PathBuf,
    folders: Vec<(Purpose, Vec<String>, String)>,
}

impl Taken {
    /// Of an office at an absolute path. What is always there is taken from the start.
    pub fn new(office: &Path) -> Taken {
        let mut taken = Taken { office: office.to_owned(), folders: Vec::new() };
        for own in [".jitan", "scripts", "samples"] {
            taken.folders.push((Purpose::Apart, key(&office.join(own)), own.to_owned()));
        }
        taken
    }

    /// The absolute path of a folder as written: a name under the office, or an absolute path.
    pub fn place(&self, written: &str) -> Result<PathBuf, Fault> {
        let path = Path::new(written);
        if path.components().any(|part| part == Component::ParentDir) {
            return Err(Fault::Upwards);
        }
        // An absolute path leads to what an administrator has; only what the program would make itself must suit every system.
        for part in path.components().filter(|_| path.is_relative()) {
            if let Component::Normal(name) = part
                && let Some(trouble) = check_file_name(&name.to_string_lossy(), 0).into_iter().next()
            {
                return Err(Fault::FolderName { trouble });
            }
        }
        let place: PathBuf = self.office.join(path).components().collect();
        if place == self.office {
            return Err(Fault::Overlap { with: ".".to_owned(), how: Overlap::Same });
        }
        if std::fs::metadata(&place).is_ok_and(|meta| !meta.is_dir()) {
            return Err(Fault::NotAFolder);
        }
        Ok(place)
    }

    /// The absolute path of a file as written; it may not lie where people put things or find them.
    pub fn place_of_file(&self, written: &str) -> Result<PathBuf, Fault> {
        let path = Path::new(written);
        if path.components().any(|part| part == Component::ParentDir) {
            return Err(Fault::Upwards);
        }
        let place: PathBuf = self.office.join(path).components().collect();
        let own = key(&place);
        let met = self.folders.iter().find(|(_, other, name)| name != ".jitan" && overlap(&own, other).is_some());
        match met {
            Some((_, other, name)) => {
                let how = overlap(&own, other).unwrap_or(Overlap::Within);
                Err(Fault::Overlap { with: name.clone(), how })
            }
            None => Ok(place),
        }
    }

    /// Takes a folder, or says what it meets.
    pub fn take(&mut self, purpose: Purpose, place: &Path, shown: &str) -> Result<(), Fault> {
        let own = key(place);
        let met = self.folders.iter().find_map(|(theirs, other, name)| {
            let how = overlap(&own, other)?;
            let usual = purpose == Purpose::Inbox && *theirs == Purpose::Inboxes && how == Overlap::Within;
            (!usual).then(|| Fault::Overlap { with: name.clone(), how })
        });
        self.folders.push((purpose, own, shown.to_owned()));
        met.map_or(Ok(()), Err)
    }
}

fn overlap(one: &[String], other: &[String]) -> Option<Overlap> {
    if one == other {
        Some(Overlap::Same)
    } else if one.starts_with(other) {
        Some(Overlap::Within)
    } else if other.starts_with(one) {
        Some(Overlap::Around)
    } else {
        None
    }
}

/// The parts of a path as file systems may mix them up: links followed as far as the folders exist, case and Unicode form gone.
fn key(place: &Path) -> Vec<String> {
    let real = place.ancestors().find_map(|folder| {
        let real = folder.canonicalize().ok()?;
        Some(real.join(place.strip_prefix(folder).ok()?))
    });
    let real = real.unwrap_or_else(|| place.to_owned());
    real.components().map(|part| name_key(&part.as_os_str().to_string_lossy())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_that_meet_are_told_apart() {
        let office = tempfile::tempdir().unwrap();
        let mut taken = Taken::new(office.path());
        let mut take = |purpose, written: &str| {
            let place = taken.place(written)?;
            taken.take(purpose, &place, written)
        };
        let meets = |with: &str, how| Err(Fault::Overlap { with: with.to_owned(), how });
        assert_eq!(take(Purpose::Inboxes, "受付"), Ok(()));
        assert_eq!(take(Purpose::Apart, "完了"), Ok(()));
        assert_eq!(take(Purpose::Inbox, "受付/検査"), Ok(()));
        assert_eq!(take(Purpose::Inbox, "受付/検査/速報"), meets("受付/検査", Overlap::Within));
        assert_eq!(take(Purpose::Inbox, "受付"), meets("受付", Overlap::Same));
        assert_eq!(take(Purpose::Inbox, "完了/検査"), meets("完了", Overlap::Within));
        assert_eq!(take(Purpose::Apart, "Scripts/x"), meets("scripts", Overlap::Within));
        assert_eq!(take(Purpose::Apart, "."), meets(".", Overlap::Same));
        assert_eq!(take(Purpose::Apart, office.path().parent().unwrap().to_str().unwrap()), meets(".jitan", Overlap::Around));
        assert_eq!(take(Purpose::Apart, "../外"), Err(Fault::Upwards));
        assert!(matches!(take(Purpose::Apart, "完了?"), Err(Fault::FolderName { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_hides_nothing() {
        let office = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(office.path().join("完了")).unwrap();
        std::os::unix::fs::symlink(office.path().join("完了"), office.path().join("別名")).unwrap();
        let mut taken = Taken::new(office.path());
        let done = taken.place("完了").unwrap();
        assert_eq!(taken.take(Purpose::Apart, &done, "完了"), Ok(()));
        let other = taken.place("別名/検査").unwrap();
        assert!(matches!(taken.take(Purpose::Inbox, &other, "別名/検査"), Err(Fault::Overlap { how: Overlap::Within, .. })));
    }
}
