//! What a person dropped: the files that belong to the job, and what was left aside, with the reason.
//!
//! Links are never followed, pipes and devices never opened: whoever can drop a link could otherwise make the engine
//! read or rename what it points to.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, Stat, open, statat};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};
use task::{ArrivalKind, Task};
use walkdir::{DirEntry, WalkDir};

use crate::error::Error;

/// A path that a person gave.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Root {
    pub path: PathBuf,
    /// What stands before the path of each file within, for people: empty when one folder was dropped.
    pub prefix: String,
    pub folder: bool,
}

/// One file of an arrival.
#[derive(Clone, Debug)]
pub(crate) struct Dropped {
    pub root: u32,
    /// Path within the root; empty when the root is the file.
    pub inner: String,
    pub size: u64,
    /// Nanoseconds since 1970.
    pub modified: i128,
    pub inode: u64,
    pub open_by: Option<Rc<str>>,
}

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
    pub(crate) files: Vec<Dropped>,
    pub(crate) left: Vec<Left>,
    pub(crate) others: Vec<String>,
}

impl Arrival {
    /// Looks at what lies at `paths` with the eyes of a task. Fails if nothing lies there, or something that is no arrival.
    pub fn collect(paths: &[PathBuf], task: &Task) -> Result<Arrival, Error> {
        let roots = roots(paths, task)?;
        let name = roots.first().map(|root| name_of(&root.path)).unwrap_or_default();
        let mut arrival = Arrival { name, roots, files: Vec::new(), left: Vec::new(), others: Vec::new() };
        for root in 0..arrival.roots.len() {
            let mut owners = Vec::new();
            arrival.walk(root, task, &mut owners)?;
            arrival.mark_open(root as u32, &owners, task.manifest.rename);
        }
        if arrival.files.is_empty() {
            let why = Why::NothingToDo { accepts: task.manifest.accepts.clone() };
            arrival.left.push(Left { path: arrival.name.clone(), why });
        }
        Ok(arrival)
    }

    /// An arrival of nothing, for checking a script.
    pub(crate) fn nothing() -> Arrival {
        Arrival { name: String::new(), roots: Vec::new(), files: Vec::new(), left: Vec::new(), others: Vec::new() }
    }

    /// How many files belong to the job.
    pub fn file_count(&self) -> usize {
        self.files.len()
    }

    /// How many bytes they have.
    pub fn size(&self) -> u64 {
        self.files.iter().map(|file| file.size).sum()
    }

    /// The files' paths as the person knows them, in order.
    pub fn paths(&self) -> impl Iterator<Item = String> + '_ {
        self.files.iter().map(|file| shown(&self.roots, file))
    }

    fn walk(&mut self, root: usize, task: &Task, owners: &mut Vec<(String, Option<String>)>) -> Result<(), Error> {
        let base = self.roots[root].path.clone();
        // In order of names, so that the job is the same on every file system; scripts see Japanese order.
        let walk = WalkDir::new(&base).follow_links(false).sort_by_file_name();
        let mut entries = walk.into_iter();
        let mut near = Near::default();
        while let Some(entry) = entries.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) if error.depth() == 0 => {
                    let io = error.io_error().map_or(std::io::ErrorKind::Other, std::io::Error::kind);
                    return Err(Error::Unreadable { path: base, kind: io });
                }
                Err(error) => {
                    let path = error.path().map(|path| self.shown_path(root, path)).unwrap_or_default();
                    self.left.push(Left { path, why: Why::Unreadable });
                    continue;
                }
            };
            if entry.file_type().is_dir() {
                if entry.depth() > 0 && is_ours_or_hidden(&entry) {
                    entries.skip_current_dir();
                } else if entry.depth() > 0 {
                    self.others.push(self.shown_path(root, entry.path()));
                }
                continue;
            }
            self.look(root, &entry, task, owners, &mut near);
        }
        Ok(())
    }

    fn look(&mut self, root: usize, entry: &DirEntry, task: &Task, owners: &mut Vec<(String, Option<String>)>, near: &mut Near) {
        let path = || self.shown_path(root, entry.path());
        let Some(name) = entry.file_name().to_str() else {
            let path = path();
            self.left.push(Left { path, why: Why::NameNotText });
            return;
        };
        if let Some(owned) = name.strip_prefix("~$") {
            let path = path();
            let folder = path.strip_suffix(name).unwrap_or_default();
            if entry.file_type().is_file() {
                owners.push((format!("{folder}{owned}"), owner(entry.path())));
            }
            self.others.push(path);
            return;
        }
        if is_litter(name) {
            let path = path();
            self.others.push(path);
            return;
        }
        match self.judge(root, entry, name, task, near) {
            Ok(file) => self.files.push(file),
            Err(why) => {
                let path = path();
                self.left.push(Left { path, why });
            }
        }
    }

    /// The file if it belongs to the job, else why not.
    fn judge(&self, root: usize, entry: &DirEntry, name: &str, task: &Task, near: &mut Near) -> Result<Dropped, Why> {
        let kind = entry.file_type();
        if kind.is_symlink() {
            return Err(Why::Link);
        }
        if !kind.is_file() {
            return Err(Why::NotAFile);
        }
        let stat = near.stat(entry.path(), name).map_err(|_| Why::Unreadable)?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Err(Why::NotAFile);
        }
        if stat.st_nlink != 1 {
            return Err(Why::HardLink { names: stat.st_nlink });
        }
        if !task.accepts.iter().any(|pattern| pattern.fits(name)) {
            return Err(Why::NotAccepted { accepts: task.manifest.accepts.clone() });
        }
        Ok(Dropped {
            root: root as u32,
            inner: self.inner(root, entry.path()).ok_or(Why::NameNotText)?.to_owned(),
            size: stat.st_size as u64,
            modified: i128::from(stat.st_mtime) * 1_000_000_000 + i128::from(stat.st_mtime_nsec),
            inode: stat.st_ino,
            open_by: None,
        })
    }

    /// The path within a root; empty for a root that is a file.
    fn inner<'p>(&self, root: usize, path: &'p Path) -> Option<&'p str> {
        let root = &self.roots[root];
        if !root.folder {
            return Some("");
        }
        // Walked paths begin with the root's own bytes; comparing them part by part costs more than reading the folder.
        path.to_str()?.get(root.path.as_os_str().len()..).map(|inner| inner.trim_start_matches('/'))
    }

    /// Joins Excel's owner files to the files they stand for. A task that renames handles open files itself.
    fn mark_open(&mut self, root: u32, owners: &[(String, Option<String>)], renames: bool) {
        if owners.is_empty() {
            return;
        }
        let by_path: HashMap<&str, &Option<String>> = owners.iter().map(|(path, by)| (path.as_str(), by)).collect();
        for file in self.files.iter_mut().filter(|file| file.root == root) {
            let path = shown(&self.roots, file);
            if let Some(by) = by_path.get(path.as_str()) {
                file.open_by = Some(by.as_deref().unwrap_or_default().into());
                if !renames {
                    self.left.push(Left { path, why: Why::Open { by: (*by).clone() } });
                }
            }
        }
    }

    fn shown_path(&self, root: usize, path: &Path) -> String {
        let root = &self.roots[root];
        match path.strip_prefix(&root.path) {
            Ok(inner) if root.folder => format!("{}{}", root.prefix, inner.to_string_lossy()),
            _ => name_of(path),
        }
    }
}

/// The folder looked into last, kept open: asking within it costs half of asking by whole paths.
#[derive(Default)]
struct Near {
    folder: Vec<u8>,
    open: Option<OwnedFd>,
}

impl Near {
    /// What the file system knows of a file, without following links. `name` is the last part of `path`.
    fn stat(&mut self, path: &Path, name: &str) -> Result<Stat, Errno> {
        let path = path.as_os_str().as_bytes();
        let folder = path.strip_suffix(name.as_bytes()).unwrap_or_default();
        if folder.is_empty() {
            return statat(CWD, OsStr::from_bytes(path), AtFlags::SYMLINK_NOFOLLOW);
        }
        if self.open.is_none() || self.folder != folder {
            let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
            self.open = Some(open(OsStr::from_bytes(folder), flags, Mode::empty())?);
            self.folder = folder.to_owned();
        }
        self.open.as_ref().ok_or(Errno::BADF).and_then(|open| statat(open, name, AtFlags::SYMLINK_NOFOLLOW))
    }
}

/// A file's path as the person knows it.
pub(crate) fn shown(roots: &[Root], file: &Dropped) -> String {
    let root = &roots[file.root as usize];
    if root.folder { format!("{}{}", root.prefix, file.inner) } else { name_of(&root.path) }
}

/// A file's path on the disk.
pub(crate) fn on_disk(roots: &[Root], file: &Dropped) -> PathBuf {
    let root = &roots[file.root as usize];
    if root.folder { root.path.join(&file.inner) } else { root.path.clone() }
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
        roots.push(Root { path: whole, prefix, folder: meta.is_dir() });
    }
    Ok(roots)
}

/// Our own work folders, and what systems hide (`.git`, `.Trash`, `__MACOSX`).
fn is_ours_or_hidden(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    name.starts_with('.') || name == "__MACOSX" || name == "$RECYCLE.BIN" || name == "System Volume Information"
}

/// Files that no person made: what systems and programs leave behind while they work.
fn is_litter(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    name.starts_with('.')
        || lower == "thumbs.db"
        || lower == "desktop.ini"
        || lower == "icon\r"
        || [".tmp", ".temp", ".part", ".partial", ".crdownload", ".download", ".swp"].iter().any(|end| lower.ends_with(end))
}

/// The person's name in an owner file that Excel and Word lay beside an open file: a length byte and the name in the
/// system's encoding, and from byte 55 (Excel) or 54 (Word) on the same in UTF-16 with a length of two bytes.
fn owner(path: &Path) -> Option<String> {
    let bytes = std::fs::read(path).ok().filter(|bytes| bytes.len() <= 4096)?;
    owner_in(&bytes)
}

fn owner_in(bytes: &[u8]) -> Option<String> {
    let clean = |name: String| {
        let name: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
        (!name.trim().is_empty()).then(|| name.trim().to_owned())
    };
    for at in [55, 54] {
        let Some(&[low, high]) = bytes.get(at..at + 2) else { continue };
        let length = usize::from(u16::from_le_bytes([low, high]));
        let units = bytes.get(at + 2..at + 2 + 2 * length).filter(|_| (1..=52).contains(&length));
        let units = units.map(|raw| raw.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect::<Vec<_>>());
        let name = units.filter(|units| !units.contains(&0)).and_then(|units| String::from_utf16(&units).ok());
        if let Some(name) = name.and_then(clean) {
            return Some(name);
        }
    }
    let length = usize::from(*bytes.first()?);
    let raw = bytes.get(1..1 + length)?;
    japan::decode(raw).ok().map(|decoded| decoded.text.to_string()).and_then(clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owner_of_an_open_file_is_read_in_both_forms() {
        let mut bytes = vec![0u8; 165];
        bytes[0] = 4;
        bytes[1..5].copy_from_slice(&[0x8e, 0x4f, 0x8f, 0x64]);
        assert_eq!(owner_in(&bytes).as_deref(), Some("三重"));
        bytes[55] = 2;
        bytes[57..61].copy_from_slice(&[0x8b, 0x89, 0x2c, 0x67]);
        assert_eq!(owner_in(&bytes).as_deref(), Some("見本"));
        assert_eq!(owner_in(&[]), None);
        assert_eq!(owner_in(&[200, 1]), None);
    }

    #[test]
    fn what_programs_leave_behind_is_no_file_of_the_job() {
        for name in ["Thumbs.db", ".DS_Store", "x.TMP", "a.crdownload", ".~lock.日報.ods#"] {
            assert!(is_litter(name), "{name}");
        }
        assert!(!is_litter("日報.xlsx"));
    }
}
