//! A walk through a folder: every entry is met once, in its own folder, which is held open. No path is put together or looked up
//! for an entry, which for a hundred thousand files costs more than all that is done with them.

use std::ffi::{OsStr, OsString};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use rustix::fs::{FileType, Mode, OFlags, RawDir, openat};
use rustix::io::Errno;

use crate::folder::{again, stat};

/// In which order the entries of a folder are met. What is in a folder comes right behind it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    /// As the file system lists them.
    Listed,
    /// By their names, byte for byte.
    Named,
}

/// The folder of an entry.
#[derive(Clone, Copy, Debug)]
pub struct Folder<'w> {
    /// The folder itself.
    pub held: &'w OwnedFd,
    /// Its path within the folder that is walked through; empty for that one.
    pub inner: &'w OsStr,
    /// How deep it lies there.
    pub depth: usize,
    /// Its number, in the order of meeting.
    pub number: u32,
}

/// What lies in a folder.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'w> {
    /// Its name.
    pub name: &'w OsStr,
    /// The inode that the folder lists.
    pub ino: u64,
    /// What it is; unknown if it was gone when the file system was asked.
    pub kind: FileType,
    /// How much a folder holds.
    pub holds: usize,
}

/// A folder that could not be looked into.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unread {
    /// Its path within.
    pub inner: OsString,
    /// Why.
    pub errno: Errno,
}

/// Whoever wants to meet what lies in a folder.
pub trait Visit {
    /// What ends the walk.
    type Error;
    /// An entry is met; a folder before what it holds.
    fn entry(&mut self, folder: &Folder<'_>, entry: &Entry<'_>) -> Result<(), Self::Error>;
    /// A folder cannot be looked into; the walk passes it over, unless this ends it.
    fn unread(&mut self, unread: Unread) -> Result<(), Self::Error>;
}

/// Walks through a folder that is held. Links are met and not followed.
pub fn walk<V: Visit>(top: impl AsFd, order: Order, visit: &mut V) -> Result<(), V::Error> {
    let mut walk = Walk { order, path: Vec::new(), block: Vec::with_capacity(1 << 16), spare: Vec::new(), numbers: 0 };
    let mut open = match walk.open(top, OsStr::new("."), 0) {
        Ok(listing) => vec![listing],
        Err(errno) => return visit.unread(Unread { inner: OsString::new(), errno }),
    };
    while let Some(listing) = open.last_mut() {
        let Some(&Listed { start, end, ino, kind }) = listing.entries.get(listing.next) else {
            walk.path.truncate(listing.above);
            walk.spare.extend(open.pop());
            continue;
        };
        listing.next += 1;
        let (depth, listing) = (open.len() - 1, &open[open.len() - 1]);
        let name = OsStr::from_bytes(&listing.names[start..end]);
        let mut within = None;
        if kind == FileType::Directory {
            let above = walk.path.len();
            match walk.open(&listing.held, name, above) {
                Ok(listing) => within = Some(listing),
                Err(errno) => {
                    let inner = walk.within(name);
                    visit.unread(Unread { inner, errno })?;
                    continue;
                }
            }
        }
        let holds = within.as_ref().map_or(0, |listing| listing.entries.len());
        let folder = Folder { held: &listing.held, inner: OsStr::from_bytes(&walk.path), depth, number: listing.number };
        visit.entry(&folder, &Entry { name, ino, kind, holds })?;
        if let Some(within) = within {
            walk.path = walk.within(name).into_vec();
            open.push(within);
        }
    }
    Ok(())
}

struct Walk {
    order: Order,
    /// The path of the innermost folder.
    path: Vec<u8>,
    block: Vec<u8>,
    /// Lists that are through, for the next.
    spare: Vec<Listing>,
    numbers: u32,
}

/// A folder with what it holds.
struct Listing {
    held: OwnedFd,
    number: u32,
    /// How long the path of the folder above is.
    above: usize,
    names: Vec<u8>,
    entries: Vec<Listed>,
    next: usize,
}

#[derive(Clone, Copy)]
struct Listed {
    start: usize,
    end: usize,
    ino: u64,
    kind: FileType,
}

impl Walk {
    fn within(&self, name: &OsStr) -> OsString {
        let mut path = self.path.clone();
        if !path.is_empty() {
            path.push(b'/');
        }
        path.extend_from_slice(name.as_bytes());
        OsString::from_vec(path)
    }

    fn open(&mut self, within: impl AsFd, name: &OsStr, above: usize) -> Result<Listing, Errno> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let held = again(|| openat(within.as_fd(), name, flags, Mode::empty()))?;
        let (names, entries) = self.spare.pop().map_or_else(Default::default, |old| (old.names, old.entries));
        let mut listing = Listing { held, number: self.numbers, above, names, entries, next: 0 };
        self.numbers += 1;
        listing.list(&mut self.block, self.order)?;
        Ok(listing)
    }
}

impl Listing {
    fn list(&mut self, block: &mut Vec<u8>, order: Order) -> Result<(), Errno> {
        let Listing { held, names, entries, .. } = self;
        names.clear();
        entries.clear();
        let mut reader = RawDir::new(&*held, block.spare_capacity_mut());
        while let Some(entry) = reader.next() {
            let entry = match entry {
                Err(Errno::INTR) => continue,
                entry => entry?,
            };
            let name = entry.file_name().to_bytes();
            if matches!(name, b"." | b"..") {
                continue;
            }
            let start = names.len();
            names.extend_from_slice(name);
            entries.push(Listed { start, end: names.len(), ino: entry.ino(), kind: entry.file_type() });
        }
        for entry in entries.iter_mut().filter(|entry| entry.kind == FileType::Unknown) {
            // Some file systems do not list what an entry is.
            if let Ok(stat) = stat(&*held, OsStr::from_bytes(&names[entry.start..entry.end])) {
                (entry.kind, entry.ino) = (FileType::from_raw_mode(stat.st_mode), stat.st_ino);
            }
        }
        if order == Order::Named {
            entries.sort_unstable_by(|one, other| names[one.start..one.end].cmp(&names[other.start..other.end]));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::folder::open_root;

    #[derive(Default)]
    struct Met {
        entries: Vec<(PathBuf, FileType, usize, usize)>,
        unread: Vec<Unread>,
    }

    impl Visit for Met {
        type Error = ();

        fn entry(&mut self, folder: &Folder<'_>, entry: &Entry<'_>) -> Result<(), ()> {
            assert_eq!(stat(folder.held, entry.name).unwrap().st_ino, entry.ino);
            self.entries.push((Path::new(folder.inner).join(entry.name), entry.kind, folder.depth, entry.holds));
            Ok(())
        }

        fn unread(&mut self, unread: Unread) -> Result<(), ()> {
            self.unread.push(unread);
            Ok(())
        }
    }

    fn met(folder: &Path, order: Order) -> Met {
        let mut met = Met::default();
        walk(open_root(folder).unwrap(), order, &mut met).unwrap();
        met
    }

    #[test]
    fn every_entry_is_met_in_the_order_that_other_walks_have() {
        let folder = tempfile::tempdir().unwrap();
        for path in ["b/課/x", "b/課/y", "b/z", "a.txt", "b.txt", "空/空", "c/1", "c/2/3/4"] {
            let path = folder.path().join(path);
            std::fs::create_dir_all(if path.ends_with("空") { path.as_path() } else { path.parent().unwrap() }).unwrap();
            if !path.ends_with("空") {
                std::fs::File::options().create_new(true).write(true).open(&path).unwrap();
            }
        }
        std::os::unix::fs::symlink("b", folder.path().join("link")).unwrap();
        for number in 0..2_000 {
            let long = format!("c/2/{number}_とても長い名前のファイル");
            std::fs::File::options().create_new(true).write(true).open(folder.path().join(long)).unwrap();
        }
        let named = met(folder.path(), Order::Named);
        let other = walkdir::WalkDir::new(folder.path()).min_depth(1).sort_by_file_name();
        let other: Vec<_> = other.into_iter().map(|entry| entry.unwrap()).collect();
        assert_eq!(named.entries.len(), other.len());
        for ((path, kind, depth, holds), other) in named.entries.iter().zip(&other) {
            assert_eq!((folder.path().join(path).as_path(), *depth + 1), (other.path(), other.depth()));
            let kinds = (other.file_type().is_dir(), other.file_type().is_symlink());
            assert_eq!((*kind == FileType::Directory, *kind == FileType::Symlink), kinds);
            let within = if kinds.0 { std::fs::read_dir(other.path()).unwrap().count() } else { 0 };
            assert_eq!(*holds, within);
        }
        let mut listed = met(folder.path(), Order::Listed).entries;
        listed.sort_by_key(|(path, ..)| named.entries.iter().position(|(other, ..)| other == path));
        assert_eq!(listed, named.entries);
        assert_eq!(named.unread, []);
    }

    #[test]
    fn what_is_no_folder_is_told() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::File::options().create_new(true).write(true).open(folder.path().join("a")).unwrap();
        let file = std::fs::File::open(folder.path().join("a")).unwrap();
        let mut met = Met::default();
        walk(&file, Order::Named, &mut met).unwrap();
        assert_eq!(met.unread, [Unread { inner: OsString::new(), errno: Errno::NOTDIR }]);
    }
}
