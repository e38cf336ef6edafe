//! A folder dropped as a folder: one arrival, known again by everything within.

use std::ffi::OsString;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FileType, Stat};
use rustix::io::Errno;
use walkdir::{DirEntry, WalkDir};

use crate::identity::Identity;
use crate::owner::Owners;
use crate::verdict::Refused;
use crate::{error, folder, name, owner};

/// The most files and folders in an arrival. The largest known are drives of 100,000 files to be renamed.
pub(crate) const MOST: u64 = 200_000;
/// The most folders in each other.
pub(crate) const DEEPEST: u64 = 64;
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
    /// Walks the folder at `path`, which is held open.
    pub(crate) fn walk(path: &Path, held: &OwnedFd, stat: &Stat) -> Result<Tree, Broken> {
        let identity = Identity { size: 0, mtime_ns: 0, ctime_ns: 0, ..Identity::of_stat(stat) };
        let mut tree = Tree { identity, files: 0, owners: Vec::new(), archives: Vec::new() };
        let mut digests = (Digest::default(), Digest::default());
        for (count, entry) in (1..).zip(WalkDir::new(path).min_depth(1).follow_links(false)) {
            let entry = entry.map_err(|error| failed(path, &error))?;
            if count > MOST {
                return Err(Broken::Refused(Refused::TooMany { most: MOST }));
            }
            tree.note(path, held, &entry, &mut digests)?;
        }
        tree.identity.mtime_ns = digests.0.number();
        tree.identity.ctime_ns = digests.1.number();
        Ok(tree)
    }

    fn note(&mut self, path: &Path, held: &OwnedFd, entry: &DirEntry, digests: &mut (Digest, Digest)) -> Result<(), Broken> {
        let inner = entry.path().strip_prefix(path).unwrap_or(entry.path());
        let name = entry.file_name();
        if entry.depth() as u64 > DEEPEST {
            return Err(Broken::Refused(Refused::TooDeep { most: DEEPEST }));
        }
        if !entry.file_type().is_dir() && name::is_litter(name) {
            if owner::is_owner(name) && self.owners.len() < OWNERS {
                self.owners.push((inner.parent().unwrap_or(inner).to_owned(), name.to_owned()));
            }
            return Ok(());
        }
        name::readable(name).map_err(|fault| refused(inner, Refused::Name(fault)))?;
        let stat = folder::stat(held, inner.as_os_str()).map_err(|errno| match errno {
            Errno::NOENT | Errno::NOTDIR => Broken::Moving,
            errno if error::is_disconnected(errno) => Broken::Failed(errno),
            errno => refused(inner, Refused::Unreadable { kind: errno.kind() }),
        })?;
        let kind = FileType::from_raw_mode(stat.st_mode);
        if let Some(why) = not_plain(kind, &stat) {
            return Err(refused(inner, why));
        }
        let (seen, bytes) = (Identity::of_stat(&stat), inner.as_os_str().as_bytes());
        if kind == FileType::Directory {
            // The times of folders within change whenever Explorer looks at them (Thumbs.db): only their being counts.
            digests.0.add(bytes, &[seen.ino.into()]);
            return Ok(());
        }
        self.files += 1;
        self.identity.size = self.identity.size.saturating_add(seen.size);
        digests.0.add(bytes, &[seen.ino.into(), seen.size.into(), seen.mtime_ns]);
        digests.1.add(bytes, &[seen.ctime_ns]);
        if name::is_archive(name) && self.archives.len() < ARCHIVES {
            self.archives.push(inner.to_owned());
        }
        Ok(())
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

fn failed(path: &Path, error: &walkdir::Error) -> Broken {
    let errno = error.io_error().and_then(Errno::from_io_error).unwrap_or(Errno::IO);
    let inner = error.path().and_then(|full| full.strip_prefix(path).ok()).unwrap_or(Path::new(""));
    match errno {
        Errno::NOENT | Errno::NOTDIR => Broken::Moving,
        Errno::NAMETOOLONG => Broken::Refused(Refused::TooDeep { most: DEEPEST }),
        errno if error::is_disconnected(errno) => Broken::Failed(errno),
        errno if inner.as_os_str().is_empty() => Broken::Refused(Refused::Unreadable { kind: errno.kind() }),
        errno => refused(inner, Refused::Unreadable { kind: errno.kind() }),
    }
}

/// A digest over a set of entries in whatever order they come, so that no folder need be held in memory to be sorted. The
/// same on every machine and in every version, because the store keeps it.
#[derive(Default)]
struct Digest(u128);

impl Digest {
    fn add(&mut self, path: &[u8], numbers: &[i128]) {
        // FNV-1a; the path cannot hold the zero that parts it from the numbers.
        const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
        const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
        let numbers = numbers.iter().flat_map(|number| number.to_le_bytes());
        let bytes = path.iter().copied().chain([0]).chain(numbers);
        let mut hash = bytes.fold(BASIS, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME));
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
            entries.iter().for_each(|(path, number)| digest.add(path.as_bytes(), &[*number]));
            digest.number()
        };
        let known = digest(&[("甲", 1), ("乙", 2)]);
        assert_eq!(known, digest(&[("乙", 2), ("甲", 1)]));
        assert_ne!(known, digest(&[("甲", 2), ("乙", 1)]));
        assert_ne!(known, digest(&[("甲", 1), ("乙", 3)]));
        assert_ne!(known, digest(&[("甲", 1)]));
        assert_eq!(digest(&[]), 0);
    }
}
