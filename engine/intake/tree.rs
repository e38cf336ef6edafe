//! A folder dropped as a folder: one arrival, known again by everything within.

use std::ffi::{OsStr, OsString};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FileType, Stat};
use rustix::io::Errno;

use crate::identity::Identity;
use crate::owner::Owners;
use crate::verdict::Refused;
use crate::walk::{Entry, Folder, Order, Unread, Visit, walk};
use crate::{error, folder, name, owner};

/// The most files and folders in an arrival. The largest known are drives of 100,000 files to be renamed.
pub(crate) const MOST: u64 = 200_000;
/// The most folders in each other.
pub(crate) const DEEPEST: u64 = 64;
/// The longest path within an arrival, in bytes. Linux knows 4,095; the rest is for where it lies and will lie: in work, in the
/// archive, among its results in a folder of its own name.
pub(crate) const LONGEST: u64 = 3_000;
/// The most archives whose ends are looked at.
const ARCHIVES: usize = 10_000;
/// The most owner files that are read.
const OWNERS: usize = 1_000;

/// Why a walk through a folder came to nothing.
pub(crate) enum Broken {
    /// Something vanished under our eyes.
    Moving,
    Refused(Refused),
    /// The far side does not answer.
    Failed(Errno),
}

/// A folder, walked once.
pub(crate) struct Tree {
    pub identity: Identity,
    pub files: u64,
    /// Folders with owner files in them, and these.
    pub owners: Vec<(PathBuf, OsString)>,
    /// Archives within, whose ends are to be looked at before the folder is taken.
    pub archives: Vec<PathBuf>,
}

impl Tree {
    /// Walks the folder, which is held.
    pub(crate) fn walk(held: &OwnedFd, stat: &Stat) -> Result<Tree, Broken> {
        let mut looking = Looking { within: Within::of(stat), met: 0, files: 0, owners: Vec::new(), archives: Vec::new() };
        walk(held, Order::Listed, &mut looking)?;
        let Looking { within, files, owners, archives, .. } = looking;
        Ok(Tree { identity: within.identity(), files, owners, archives })
    }

    /// Who has a document within open: the person, as far as the owner file says. None if nobody has.
    pub(crate) fn open_by(&self, path: &Path, held: &OwnedFd) -> Option<Option<String>> {
        self.owners.iter().find_map(|(place, owner)| {
            let mut owners = Owners::default();
            owners.note(owner);
            // Owner files that a crash left behind have no document beside them, or an older name of it.
            let mut names = std::fs::read_dir(path.join(place)).ok()?.flatten().map(|entry| entry.file_name());
            names.find(|name| !name::is_litter(name) && owners.of(name).is_some())?;
            let file = folder::read(held, place.join(owner).as_os_str()).ok();
            Some(file.and_then(|file| owner::person(&file, owner)))
        })
    }
}

/// A look through a folder.
struct Looking {
    within: Within,
    met: u64,
    files: u64,
    owners: Vec<(PathBuf, OsString)>,
    archives: Vec<PathBuf>,
}

impl Visit for Looking {
    type Error = Broken;

    fn entry(&mut self, folder: &Folder<'_>, entry: &Entry<'_>) -> Result<(), Broken> {
        self.met += 1;
        if self.met > MOST {
            return Err(Broken::Refused(Refused::TooMany { most: MOST }));
        }
        let name = entry.name;
        let inner = || Path::new(folder.inner).join(name);
        if folder.depth as u64 >= DEEPEST {
            return Err(Broken::Refused(Refused::TooDeep { most: DEEPEST }));
        }
        if (folder.inner.len() + 1 + name.len()) as u64 > LONGEST {
            return Err(Broken::Refused(Refused::LongPath { most: LONGEST }));
        }
        if entry.kind != FileType::Directory && name::is_litter(name) {
            if owner::is_owner(name) && self.owners.len() < OWNERS {
                self.owners.push((folder.inner.into(), name.to_owned()));
            }
            return Ok(());
        }
        name::readable(name).map_err(|fault| refused(&inner(), Refused::Name(fault)))?;
        let stat = folder::stat(folder.held, name).map_err(|errno| match errno {
            Errno::NOENT | Errno::NOTDIR => Broken::Moving,
            errno if error::is_disconnected(errno) => Broken::Failed(errno),
            errno => refused(&inner(), Refused::Unreadable { kind: errno.kind() }),
        })?;
        self.within.add(folder, name, &stat).map_err(|why| refused(&inner(), why))?;
        if entry.kind == FileType::RegularFile {
            self.files += 1;
            if name::is_archive(name) && self.archives.len() < ARCHIVES {
                self.archives.push(inner());
            }
        }
        Ok(())
    }

    fn unread(&mut self, unread: Unread) -> Result<(), Broken> {
        Err(match unread.errno {
            Errno::NOENT | Errno::NOTDIR | Errno::LOOP => Broken::Moving,
            Errno::NAMETOOLONG => Broken::Refused(Refused::LongPath { most: LONGEST }),
            errno if error::is_disconnected(errno) => Broken::Failed(errno),
            errno if unread.inner.is_empty() => Broken::Refused(Refused::Unreadable { kind: errno.kind() }),
            errno => refused(Path::new(&unread.inner), Refused::Unreadable { kind: errno.kind() }),
        })
    }
}

/// The identity of a folder in the making: put together from everything within, in whatever order that comes.
#[derive(Debug)]
pub struct Within {
    identity: Identity,
    /// Over what is there, and over when its names or rights changed.
    digests: (Digest, Digest),
    /// The folder met last, and its path as the digests begin with it.
    folder: Option<(u32, u128)>,
}

impl Within {
    /// Of a folder of which nothing is known but itself.
    pub fn of(stat: &Stat) -> Within {
        let identity = Identity { size: 0, mtime_ns: 0, ctime_ns: 0, ..Identity::of_stat(stat) };
        Within { identity, digests: (Digest::default(), Digest::default()), folder: None }
    }

    /// Adds what lies in it. What programs leave behind does not count. Fails if it is nothing that can be taken.
    pub fn add(&mut self, folder: &Folder<'_>, name: &OsStr, stat: &Stat) -> Result<(), Refused> {
        let kind = FileType::from_raw_mode(stat.st_mode);
        if kind != FileType::Directory && name::is_litter(name) {
            return Ok(());
        }
        if let Some(why) = not_plain(kind, stat) {
            return Err(why);
        }
        let path = end(fnv(self.path_of(folder), name.as_bytes()));
        let seen = Identity::of_stat(stat);
        if kind == FileType::Directory {
            // The times of folders within change whenever Explorer looks at them (Thumbs.db): only their being counts.
            self.digests.0.add(path, &[seen.ino.into()]);
            return Ok(());
        }
        self.identity.size = self.identity.size.saturating_add(seen.size);
        self.digests.0.add(path, &[seen.ino.into(), seen.size.into(), seen.mtime_ns]);
        self.digests.1.add(path, &[seen.ctime_ns]);
        Ok(())
    }

    fn path_of(&mut self, folder: &Folder<'_>) -> u128 {
        match self.folder {
            Some((number, path)) if number == folder.number => path,
            _ => {
                let slash: &[u8] = if folder.inner.is_empty() { b"" } else { b"/" };
                let path = fnv(fnv(BASIS, folder.inner.as_bytes()), slash);
                self.folder = Some((folder.number, path));
                path
            }
        }
    }

    /// What it comes to.
    pub fn identity(&self) -> Identity {
        Identity { mtime_ns: self.digests.0.number(), ctime_ns: self.digests.1.number(), ..self.identity }
    }
}

/// Why something is nothing that can be taken.
pub(crate) fn not_plain(kind: FileType, stat: &Stat) -> Option<Refused> {
    match kind {
        FileType::Directory => None,
        FileType::RegularFile if stat.st_nlink > 1 => Some(Refused::HardLink { names: stat.st_nlink }),
        FileType::RegularFile => None,
        FileType::Symlink => Some(Refused::Link),
        FileType::Fifo => Some(Refused::Pipe),
        FileType::Socket => Some(Refused::Socket),
        FileType::CharacterDevice | FileType::BlockDevice | FileType::Unknown => Some(Refused::Device),
    }
}

fn refused(inner: &Path, why: Refused) -> Broken {
    Broken::Refused(Refused::Within { path: name::shown(inner.as_os_str()), why: Box::new(why) })
}

const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;

/// FNV-1a, from bytes hashed before on.
fn fnv(hash: u128, bytes: &[u8]) -> u128 {
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    bytes.iter().fold(hash, |hash, byte| (hash ^ u128::from(*byte)).wrapping_mul(PRIME))
}

/// Behind a path stands a zero, which no path holds: it parts it from the numbers.
fn end(path: u128) -> u128 {
    fnv(path, &[0])
}

/// A digest over a set of entries in whatever order they come. The same on every machine and in every version, because the
/// store keeps it.
#[derive(Default, Debug)]
struct Digest(u128);

impl Digest {
    /// Adds a path that was hashed, with its numbers.
    fn add(&mut self, path: u128, numbers: &[i128]) {
        let mut hash = numbers.iter().fold(path, |hash, number| fnv(hash, &number.to_le_bytes()));
        // Sums of plain FNV values keep too much of the order of the bytes; two rounds of stirring take it out.
        for _ in 0..2 {
            hash ^= hash >> 61;
            hash = hash.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
        }
        self.0 = self.0.wrapping_add(hash ^ (hash >> 67));
    }

    fn number(&self) -> i128 {
        self.0 as i128
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_minds_what_is_there_and_not_the_order() {
        let digest = |entries: &[(&str, i128)]| {
            let mut digest = Digest::default();
            entries.iter().for_each(|(path, number)| digest.add(end(fnv(BASIS, path.as_bytes())), &[*number]));
            digest.number()
        };
        let known = digest(&[("甲", 1), ("乙", 2)]);
        assert_eq!(known, digest(&[("乙", 2), ("甲", 1)]));
        assert_ne!(known, digest(&[("甲", 2), ("乙", 1)]));
        assert_ne!(known, digest(&[("甲", 1), ("乙", 3)]));
        assert_ne!(known, digest(&[("甲", 1)]));
        assert_eq!(digest(&[]), 0);
        // As the stores of offices have it.
        assert_eq!(known, -11_271_172_792_195_521_016_266_299_022_010_960_676);
    }
}
