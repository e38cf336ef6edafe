//! The files of an arrival, kept close together: folders once, names one after another in one text.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rustix::fs::Stat;
use serde::{Deserialize, Serialize};

/// A path that a person gave.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Root {
    pub path: PathBuf,
    /// Where it will lie when the job is done: the length of paths is counted from there.
    pub home: PathBuf,
    /// What stands before the path of each file within, for people: empty when one folder was dropped.
    pub prefix: String,
    pub folder: bool,
}

impl Root {
    /// The length of what stands before a name in a folder, as Windows counts, where the files will lie.
    pub fn units_above(&self, inner: &str) -> usize {
        let above = if self.folder { Some(self.home.as_path()) } else { self.home.parent() };
        let above = above.map_or(0, |above| japan::utf16_units(&above.to_string_lossy()) + 1);
        above + japan::utf16_units(inner)
    }
}

/// What tells a file's content from any later one, as far as the file system knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Seen {
    pub size: u64,
    /// Nanoseconds since 1970.
    pub modified: i128,
}

impl Seen {
    pub fn of(stat: &Stat) -> Seen {
        Seen::at(stat.st_size as u64, stat.st_mtime, i128::from(stat.st_mtime_nsec))
    }

    /// Of what was written at a time. The journal keeps it in 64 bits, in which time ends with the year 2262: later ones (dates
    /// that a broken clock gave) are the end of time.
    pub fn at(size: u64, seconds: i64, nanoseconds: i128) -> Seen {
        let modified = i128::from(seconds) * 1_000_000_000 + nanoseconds;
        Seen { size, modified: modified.clamp(i64::MIN.into(), i64::MAX.into()) }
    }
}

/// One file of an arrival.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dropped<'a> {
    pub root: u32,
    /// The folder's number among all folders of the arrival.
    pub folder_number: u32,
    /// The folder within the root, with `/` behind it; empty at its top.
    pub folder: &'a str,
    pub name: &'a str,
    pub inode: u64,
    /// Not known of files that are only to be renamed: asking for a hundred thousand costs more than all else but the renaming.
    pub seen: Option<Seen>,
    pub open_by: Option<&'a Rc<str>>,
}

impl Dropped<'_> {
    /// The path as the person knows it.
    pub fn shown(&self, roots: &[Root]) -> String {
        let root = &roots[self.root as usize];
        if root.folder { format!("{}{}{}", root.prefix, self.folder, self.name) } else { self.name.to_owned() }
    }

    /// The path on the disk.
    pub fn on_disk(&self, roots: &[Root]) -> PathBuf {
        let root = &roots[self.root as usize];
        if root.folder { root.path.join(self.folder).join(self.name) } else { root.path.clone() }
    }
}

/// A folder that holds files of the arrival.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Folder {
    pub root: u32,
    /// The path within the root, with `/` behind it; empty at its top.
    pub inner: String,
}

/// The files of an arrival.
#[derive(Clone, Default, Debug)]
pub(crate) struct Files {
    folders: Vec<Folder>,
    text: String,
    entries: Vec<Entry>,
    /// As long as `entries`, or empty where nobody has asked.
    seen: Vec<Seen>,
    open_by: BTreeMap<u32, Rc<str>>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    inode: u64,
    start: usize,
    length: u32,
    folder: u32,
}

impl Files {
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub fn folders(&self) -> &[Folder] {
        &self.folders
    }

    pub fn get(&self, file: usize) -> Dropped<'_> {
        let entry = self.entries[file];
        let folder = &self.folders[entry.folder as usize];
        Dropped {
            root: folder.root,
            folder_number: entry.folder,
            folder: &folder.inner,
            name: self.name(file),
            inode: entry.inode,
            seen: self.seen.get(file).copied(),
            open_by: if self.open_by.is_empty() { None } else { self.open_by.get(&(file as u32)) },
        }
    }

    pub fn name(&self, file: usize) -> &str {
        let entry = &self.entries[file];
        &self.text[entry.start..entry.start + entry.length as usize]
    }

    /// The number of a file's folder among all folders of the arrival.
    pub fn folder_number(&self, file: usize) -> u32 {
        self.entries[file].folder
    }

    pub fn iter(&self) -> impl Iterator<Item = Dropped<'_>> {
        (0..self.len()).map(|file| self.get(file))
    }

    /// Opens a folder: the files added from here on lie in it.
    pub fn enter(&mut self, root: u32, inner: &str) {
        self.folders.push(Folder { root, inner: inner.to_owned() });
    }

    /// Adds a file of the folder entered last. Either all files are known by size and time, or none.
    pub fn add(&mut self, name: &str, inode: u64, seen: Option<Seen>) {
        let folder = self.folders.len() as u32 - 1;
        self.entries.push(Entry { inode, start: self.text.len(), length: name.len() as u32, folder });
        self.text.push_str(name);
        self.seen.extend(seen);
    }

    /// Says that somebody has a file open.
    pub fn opened(&mut self, file: usize, by: Rc<str>) {
        self.open_by.insert(file as u32, by);
    }

    /// Writes the list for the worker: fields ended by a zero byte, which no name holds.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let mut list = String::with_capacity(self.text.len() + 16 * self.len() + 1024);
        let seen = usize::from(!self.seen.is_empty());
        // Writing into a text cannot fail.
        let _ = write!(list, "{}\0{}\0{seen}\0", self.folders.len(), self.len());
        for folder in &self.folders {
            let _ = write!(list, "{}\0{}\0", folder.root, folder.inner);
        }
        for (at, entry) in self.entries.iter().enumerate() {
            list.push_str(self.name(at));
            let _ = write!(list, "\0{}\0{}\0", entry.folder, entry.inode);
            if let Some(seen) = self.seen.get(at) {
                let _ = write!(list, "{}\0{}\0", seen.size, seen.modified);
            }
        }
        for (file, by) in &self.open_by {
            let _ = write!(list, "{file}\0{by}\0");
        }
        std::fs::write(path, list)
    }

    /// Reads the list back. The text that was read stays as it is; names are parts of it.
    pub fn read(path: &Path) -> io::Result<Files> {
        let text = std::fs::read_to_string(path)?;
        let mut fields = Fields { text: &text, at: 0 };
        let (folders, files, seen) = (fields.number()?, fields.number()?, fields.number::<u8>()? == 1);
        let mut list = Files::default();
        for _ in 0..folders {
            list.folders.push(Folder { root: fields.number()?, inner: fields.next()?.1.to_owned() });
        }
        list.entries.reserve(files);
        for _ in 0..files {
            let (start, name) = fields.next()?;
            let (folder, inode) = (fields.number()?, fields.number()?);
            if folder as usize >= list.folders.len() {
                return Err(broken());
            }
            list.entries.push(Entry { inode, start, length: name.len() as u32, folder });
            if seen {
                list.seen.push(Seen { size: fields.number()?, modified: fields.number()? });
            }
        }
        while fields.at < text.len() {
            let (file, by) = (fields.number()?, fields.next()?.1);
            list.open_by.insert(file, Rc::from(by));
        }
        list.text = text;
        Ok(list)
    }
}

fn broken() -> io::Error {
    io::Error::other("the list of files is broken")
}

/// Fields ended by a zero byte.
struct Fields<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Fields<'t> {
    /// The next field, and where it begins.
    fn next(&mut self) -> io::Result<(usize, &'t str)> {
        let start = self.at;
        let length = self.text[start..].find('\0').ok_or_else(broken)?;
        self.at = start + length + 1;
        Ok((start, &self.text[start..start + length]))
    }

    fn number<N: std::str::FromStr>(&mut self) -> io::Result<N> {
        self.next()?.1.parse().map_err(|_| broken())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_comes_back_as_it_went() {
        let dir = tempfile::tempdir().unwrap();
        for known in [true, false] {
            let mut files = Files::default();
            for (folder, inner) in ["", "改\n行/"].into_iter().enumerate() {
                files.enter(0, inner);
                for n in 0..3u64 {
                    let seen = known.then_some(Seen { size: n, modified: -1 });
                    files.add(&format!("{folder}-{n}.xlsx"), n, seen);
                }
            }
            files.opened(1, "見本 花子".into());
            files.opened(4, "".into());
            let path = dir.path().join(format!("files-{known}"));
            files.write(&path).unwrap();
            let back = Files::read(&path).unwrap();
            let all = |files: &Files| files.iter().map(|file| format!("{file:?}")).collect::<Vec<_>>();
            assert_eq!(all(&back), all(&files));
            assert_eq!(back.folders(), files.folders());
        }
    }
}
