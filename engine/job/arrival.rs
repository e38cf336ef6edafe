//! What a person dropped: the files that belong to the job, and what was left aside, with the reason.
//!
//! Links are never followed, pipes and devices never opened: whoever can drop a link could otherwise make the engine
//! read or rename what it points to.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, RawDir, ResolveFlags, open, openat2, statat};
use serde::{Deserialize, Serialize};
use task::{ArrivalKind, Task};

use crate::error::Error;
use crate::files::{Files, Root, Seen};
use crate::owner::owner;

/// What was left aside.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Left {
    /// The path, as the person knows it.
    pub path: String,
    /// Why.
    pub why: Why,
}

/// Why something was left aside.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum Why {
    /// A symbolic link.
    Link,
    /// A hard link: the same file has another name elsewhere.
    HardLink { names: u64 },
    /// A pipe, a socket or a device.
    NotAFile,
    /// A name that is not text.
    NameNotText,
    /// Not one of the files that the task accepts.
    NotAccepted { accepts: Vec<String> },
    /// A folder or file that the engine may not look into.
    Unreadable,
    /// Somebody has the file open; it was read as it was saved last.
    Open { by: Option<String> },
    /// No file in the arrival belongs to the task.
    NothingToDo { accepts: Vec<String> },
}

/// An arrival, looked at once.
#[derive(Debug)]
pub struct Arrival {
    /// Its name: the file's or the folder's.
    pub name: String,
    pub(crate) roots: Vec<Root>,
    pub(crate) files: Files,
    pub(crate) left: Vec<Left>,
    /// Other names in the folders of the arrival, which renames must not meet.
    pub(crate) others: Vec<String>,
}

impl Arrival {
    /// Looks at what lies at `paths` with the eyes of a task. Fails if nothing lies there, or something that is no arrival.
    pub fn collect(paths: &[PathBuf], task: &Task) -> Result<Arrival, Error> {
        let mut arrival = Arrival::nothing();
        arrival.roots = roots(paths, task)?;
        arrival.name = arrival.roots.first().map(|root| name_of(&root.path)).unwrap_or_default();
        for (number, root) in arrival.roots.clone().into_iter().enumerate() {
            Collecting { arrival: &mut arrival, task, number: number as u32, root: &root, owners: Vec::new() }.collect()?;
        }
        if arrival.files.is_empty() {
            let why = Why::NothingToDo { accepts: task.manifest.accepts.clone() };
            arrival.left.push(Left { path: arrival.name.clone(), why });
        }
        Ok(arrival)
    }

    /// Says where what was dropped will lie when the job is done.
    pub(crate) fn handed_back_at(&mut self, home: &Path) {
        for root in &mut self.roots {
            home.clone_into(&mut root.home);
        }
    }

    /// An arrival of nothing, for checking a script.
    pub(crate) fn nothing() -> Arrival {
        Arrival { name: String::new(), roots: Vec::new(), files: Files::default(), left: Vec::new(), others: Vec::new() }
    }

    /// How many files belong to the job.
    pub fn file_count(&self) -> usize {
        self.files.len()
    }

    /// The files' paths as the person knows them, in order.
    pub fn paths(&self) -> impl Iterator<Item = String> + '_ {
        self.files.iter().map(|file| file.shown(&self.roots))
    }
}

/// The collecting of one root's files.
struct Collecting<'a> {
    arrival: &'a mut Arrival,
    task: &'a Task,
    number: u32,
    root: &'a Root,
    /// Owner files: the path of the file that is open, and by whom.
    owners: Vec<(String, Option<String>)>,
}

/// What a folder holds under one name.
struct Entry {
    name: Vec<u8>,
    inode: u64,
    kind: FileType,
}

impl Collecting<'_> {
    fn collect(mut self) -> Result<(), Error> {
        let first = self.arrival.files.len();
        let path = &self.root.path;
        if self.root.folder {
            self.walk()?;
        } else {
            let name = path.file_name().unwrap_or_default().as_bytes().to_owned();
            self.arrival.files.enter(self.number, "");
            let entry = Entry { name, inode: 0, kind: FileType::Unknown };
            self.look(&CWD, path.as_os_str(), "", &entry);
        }
        self.mark_open(first);
        Ok(())
    }

    /// Goes through the folders, each one's files before its folders, both in order of names: the job is the same on every
    /// file system. (Scripts see Japanese order.)
    fn walk(&mut self) -> Result<(), Error> {
        let unreadable = |errno: rustix::io::Errno| Error::reading(&self.root.path, &errno.into());
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let top = open(&self.root.path, flags, Mode::empty()).map_err(unreadable)?;
        let within = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
        let mut waiting = vec![String::new()];
        let mut entries = Vec::new();
        let mut block = Vec::with_capacity(1 << 16);
        while let Some(inner) = waiting.pop() {
            let below = if inner.is_empty() { "." } else { inner.as_str() };
            let listed = openat2(&top, below, flags, Mode::empty(), within).and_then(|folder| {
                list(&folder, &mut block, &mut entries)?;
                Ok(folder)
            });
            let folder = match listed {
                Ok(folder) => folder,
                Err(errno) if inner.is_empty() => return Err(unreadable(errno)),
                Err(_) => {
                    self.leave(inner.trim_end_matches('/'), Why::Unreadable);
                    continue;
                }
            };
            self.arrival.files.enter(self.number, &inner);
            let within = waiting.len();
            for entry in &entries {
                let name = OsStr::from_bytes(&entry.name);
                if let Some(deeper) = self.look(&folder, name, &inner, entry) {
                    waiting.push(deeper);
                }
            }
            waiting[within..].reverse();
        }
        Ok(())
    }

    /// Looks at one entry; a folder to be walked comes back.
    fn look(&mut self, folder: &impl std::os::fd::AsFd, at: &OsStr, inner: &str, entry: &Entry) -> Option<String> {
        let Ok(name) = std::str::from_utf8(&entry.name) else {
            self.leave(&format!("{inner}{}", String::from_utf8_lossy(&entry.name)), Why::NameNotText);
            return None;
        };
        let path = || format!("{inner}{name}");
        let mut inode = entry.inode;
        let mut seen = None;
        let mut kind = entry.kind;
        // A folder's list tells what renaming needs. Reading needs more, and some file systems tell nothing.
        let plain = name.starts_with("~$") || is_litter(name);
        if kind == FileType::Unknown || kind == FileType::RegularFile && !self.task.manifest.rename && !plain {
            let Ok(stat) = statat(folder, at, AtFlags::SYMLINK_NOFOLLOW) else {
                self.leave(&path(), Why::Unreadable);
                return None;
            };
            kind = FileType::from_raw_mode(stat.st_mode);
            inode = stat.st_ino;
            if !self.task.manifest.rename {
                seen = Some(Seen::of(&stat));
                if kind == FileType::RegularFile && stat.st_nlink != 1 && !plain {
                    self.leave(&path(), Why::HardLink { names: stat.st_nlink });
                    return None;
                }
            }
        }
        if kind == FileType::Directory {
            if is_ours_or_hidden(name) {
                return None;
            }
            self.other(&path());
            return Some(format!("{inner}{name}/"));
        }
        if let Some(open) = name.strip_prefix("~$") {
            if kind == FileType::RegularFile {
                let own = if self.root.folder { self.root.path.join(path()) } else { self.root.path.clone() };
                self.owners.push((self.shown(&format!("{inner}{open}")), owner(&own)));
            }
            self.other(&path());
            return None;
        }
        if is_litter(name) {
            self.other(&path());
            return None;
        }
        match kind {
            FileType::Symlink => self.leave(&path(), Why::Link),
            FileType::RegularFile if self.task.accepts.iter().any(|pattern| pattern.fits(name)) => {
                self.arrival.files.add(name, inode, seen);
            }
            FileType::RegularFile => self.leave(&path(), Why::NotAccepted { accepts: self.task.manifest.accepts.clone() }),
            _ => self.leave(&path(), Why::NotAFile),
        }
        None
    }

    fn leave(&mut self, inner: &str, why: Why) {
        let path = self.shown(inner);
        self.arrival.left.push(Left { path, why });
    }

    fn other(&mut self, inner: &str) {
        let path = self.shown(inner);
        self.arrival.others.push(path);
    }

    fn shown(&self, inner: &str) -> String {
        if self.root.folder { format!("{}{inner}", self.root.prefix) } else { inner.to_owned() }
    }

    /// Joins Excel's owner files to the files they stand for. A task that renames handles open files itself.
    fn mark_open(&mut self, first: usize) {
        if self.owners.is_empty() {
            return;
        }
        let by_path: HashMap<&str, &Option<String>> = self.owners.iter().map(|(path, by)| (path.as_str(), by)).collect();
        for file in first..self.arrival.files.len() {
            let path = self.arrival.files.get(file).shown(&self.arrival.roots);
            if let Some(by) = by_path.get(path.as_str()) {
                self.arrival.files.opened(file, by.as_deref().unwrap_or_default().into());
                if !self.task.manifest.rename {
                    self.arrival.left.push(Left { path, why: Why::Open { by: (*by).clone() } });
                }
            }
        }
    }
}

/// What a folder holds, in order of names. `block` and `entries` are taken over from folder to folder.
fn list(folder: &OwnedFd, block: &mut Vec<u8>, entries: &mut Vec<Entry>) -> Result<(), rustix::io::Errno> {
    let mut used = 0;
    let mut reader = RawDir::new(folder, block.spare_capacity_mut());
    while let Some(entry) = reader.next() {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        if matches!(name, b"." | b"..") {
            continue;
        }
        let (inode, kind) = (entry.ino(), entry.file_type());
        match entries.get_mut(used) {
            Some(known) => {
                known.name.clear();
                known.name.extend_from_slice(name);
                (known.inode, known.kind) = (inode, kind);
            }
            None => entries.push(Entry { name: name.to_owned(), inode, kind }),
        }
        used += 1;
    }
    entries.truncate(used);
    entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    Ok(())
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn roots(paths: &[PathBuf], task: &Task) -> Result<Vec<Root>, Error> {
    let mut roots: Vec<Root> = Vec::new();
    let many = paths.len() > 1;
    for path in paths {
        let meta = std::fs::symlink_metadata(path).map_err(|error| Error::reading(path, &error))?;
        if !meta.is_dir() && !meta.is_file() {
            return Err(Error::NotPlain { path: path.clone() });
        }
        let wrong = match task.manifest.kind {
            ArrivalKind::File => meta.is_dir(),
            ArrivalKind::Folder => !meta.is_dir() && !many,
            ArrivalKind::Either => false,
        };
        if wrong {
            return Err(Error::WrongKind { path: path.clone(), wants_folder: !meta.is_dir() });
        }
        let whole = path.canonicalize().map_err(|error| Error::reading(path, &error))?;
        let name = name_of(&whole);
        if roots.iter().any(|root| name_of(&root.path) == name) {
            return Err(Error::SameName { name });
        }
        let prefix = if many && meta.is_dir() { format!("{name}/") } else { String::new() };
        roots.push(Root { home: whole.clone(), path: whole, prefix, folder: meta.is_dir() });
    }
    Ok(roots)
}

/// Our own work folders, and what systems hide (`.git`, `.Trash`, `__MACOSX`).
fn is_ours_or_hidden(name: &str) -> bool {
    name.starts_with('.') || matches!(name, "__MACOSX" | "$RECYCLE.BIN" | "System Volume Information")
}

/// Files that no person made: what systems and programs leave behind while they work.
pub(crate) fn is_litter(name: &str) -> bool {
    let ends =
        |end: &str| name.len() >= end.len() && name.as_bytes()[name.len() - end.len()..].eq_ignore_ascii_case(end.as_bytes());
    name.starts_with('.')
        || ["thumbs.db", "desktop.ini", "icon\r"].iter().any(|whole| name.eq_ignore_ascii_case(whole))
        || [".tmp", ".temp", ".part", ".partial", ".crdownload", ".download", ".swp"].iter().any(|end| ends(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_programs_leave_behind_is_no_file_of_the_job() {
        for name in ["Thumbs.db", ".DS_Store", "x.TMP", "a.crdownload", ".~lock.日報.ods#"] {
            assert!(is_litter(name), "{name}");
        }
        assert!(!is_litter("日報.xlsx"));
    }

    #[test]
    fn a_folder_is_listed_in_order_of_names() {
        let dir = tempfile::tempdir().unwrap();
        for n in 0..3_000 {
            std::fs::write(dir.path().join(format!("{n}_とても長い名前のファイル")), "").unwrap();
        }
        std::fs::create_dir(dir.path().join("1_")).unwrap();
        std::os::unix::fs::symlink("/", dir.path().join("2_")).unwrap();
        let folder = open(dir.path(), OFlags::RDONLY, Mode::empty()).unwrap();
        let (mut block, mut entries) = (Vec::with_capacity(4096), Vec::new());
        list(&folder, &mut block, &mut entries).unwrap();
        assert_eq!(entries.len(), 3_002);
        assert!(entries.is_sorted_by(|a, b| a.name < b.name));
        let kind = |name: &[u8]| entries.iter().find(|entry| entry.name == name).unwrap().kind;
        assert_eq!((kind(b"1_"), kind(b"2_")), (FileType::Directory, FileType::Symlink));
    }
}
