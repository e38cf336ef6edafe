//! The arrival's files as a script meets them, and the renames on their way back to the engine.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::rc::Rc;

use book::{Refusal, Unlocked};
use jiff::civil;
use rustix::fs::{AtFlags, Mode, OFlags, ResolveFlags, Stat, fstat, open, openat2, statat};
use rustix::io::Errno;
use script::{Inputs, Renames};
use task::Pattern;

use crate::away::is_away;
use crate::clock::moment;
use crate::files::{Dropped, Files, Folder, Root, Seen};
use crate::rename::is_same;
use crate::report::Order;

/// The files of the arrival and no others. Each is opened when the script reads it, not before.
pub(crate) struct Host {
    files: Rc<Files>,
    roots: Vec<Root>,
    /// Each folder as a person knows it, without `/` behind it, and the length of its path on the disk.
    folders: Vec<(String, usize)>,
    others: Vec<String>,
    open: RefCell<Vec<Option<Rc<OwnedFd>>>>,
    rights: Vec<Pattern>,
    passwords: Vec<String>,
    limits: book::Limits,
    lost: Lost,
    opened: Opened,
}

/// Why a file could not be read that nothing is wrong with: the place it lies in is away.
pub(crate) type Lost = Rc<Cell<Option<Errno>>>;

/// Which files needed a password, and which of the order's it was.
pub(crate) type Opened = Rc<RefCell<BTreeMap<u32, usize>>>;

impl Host {
    pub fn new(order: &Order, files: Rc<Files>, lost: Lost, opened: Opened) -> Host {
        let left = order.left.iter().map(|left| left.path.clone());
        Host {
            folders: files.folders().iter().map(|folder| shown_folder(&order.roots, folder)).collect(),
            files,
            roots: order.roots.clone(),
            others: order.others.iter().cloned().chain(left).collect(),
            open: RefCell::new(order.roots.iter().map(|_| None).collect()),
            rights: order.read.iter().map(|pattern| Pattern::new(pattern)).collect(),
            passwords: order.passwords.clone(),
            limits: book::Limits { file: order.limits.file_mib << 20, ..book::Limits::default() },
            lost,
            opened,
        }
    }

    /// The file's bytes without their password, where one is known.
    pub(crate) fn unlocked(&self, file: u32) -> Result<Unlocked, Refusal> {
        book::unlock(self.bytes(file)?, self.passwords.iter().map(String::as_str), &self.limits)
    }

    /// The file's bytes as they lie there.
    fn bytes(&self, file: u32) -> Result<Vec<u8>, Refusal> {
        let wanted = self.files.get(file as usize);
        if !self.rights.iter().any(|pattern| pattern.fits(wanted.name)) {
            return Err(Refusal::NotPermitted);
        }
        let fd = self.open(&wanted).map_err(|errno| match errno {
            Errno::NOENT | Errno::LOOP | Errno::NOTDIR => Refusal::Changed,
            other => self.unreadable(other),
        })?;
        let stat = fstat(&fd).map_err(|errno| self.unreadable(errno))?;
        if !is_same(&wanted, &stat) {
            return Err(Refusal::Changed);
        }
        // A second name may lie where its owner lets nobody read.
        if stat.st_nlink != 1 {
            return Err(Refusal::HardLink { names: stat.st_nlink });
        }
        let size = stat.st_size as u64;
        if size > self.limits.file {
            return Err(Refusal::TooLarge { bytes: size, limit: self.limits.file });
        }
        let mut bytes = Vec::with_capacity(size as usize + 1);
        // One byte more than it should have shows a file that is still growing.
        File::from(fd).take(size + 1).read_to_end(&mut bytes).map_err(|error| {
            // An error that has no number is none of the system's.
            Errno::from_io_error(&error).map_or(Refusal::Locked, |errno| self.unreadable(errno))
        })?;
        if bytes.len() as u64 != size {
            return Err(Refusal::Changed);
        }
        Ok(bytes)
    }

    fn unreadable(&self, errno: Errno) -> Refusal {
        if is_away(errno) {
            self.lost.set(Some(errno));
        }
        Refusal::Locked
    }

    fn folder(&self, file: u32) -> &(String, usize) {
        &self.folders[self.files.folder_number(file as usize) as usize]
    }

    /// What is known of a file; where nobody has asked yet, the file system is.
    fn seen(&self, file: u32) -> Option<Seen> {
        let file = self.files.get(file as usize);
        file.seen.or_else(|| self.ask(&file).ok().filter(|stat| is_same(&file, stat)).map(|stat| Seen::of(&stat)))
    }

    fn ask(&self, file: &Dropped) -> Result<Stat, Errno> {
        let root = &self.roots[file.root as usize];
        if !root.folder {
            return statat(rustix::fs::CWD, &root.path, AtFlags::SYMLINK_NOFOLLOW);
        }
        let top = self.top(file.root as usize)?;
        statat(top, format!("{}{}", file.folder, file.name), AtFlags::SYMLINK_NOFOLLOW)
    }

    /// Links are not followed, pipes do not block.
    fn open(&self, wanted: &Dropped) -> Result<OwnedFd, Errno> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
        let root = &self.roots[wanted.root as usize];
        if !root.folder {
            return open(&root.path, flags, Mode::empty());
        }
        let top = self.top(wanted.root as usize)?;
        let within = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
        openat2(top, format!("{}{}", wanted.folder, wanted.name), flags, Mode::empty(), within)
    }

    fn top(&self, root: usize) -> Result<Rc<OwnedFd>, Errno> {
        if let Some(folder) = &self.open.borrow()[root] {
            return Ok(Rc::clone(folder));
        }
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let folder = Rc::new(open(&self.roots[root].path, flags, Mode::empty())?);
        self.open.borrow_mut()[root] = Some(Rc::clone(&folder));
        Ok(folder)
    }
}

impl Inputs for Host {
    fn count(&self) -> usize {
        self.files.len()
    }

    fn name(&self, file: u32) -> &str {
        self.files.name(file as usize)
    }

    fn folder(&self, file: u32) -> &str {
        &self.folder(file).0
    }

    fn folder_number(&self, file: u32) -> u32 {
        self.files.folder_number(file as usize)
    }

    fn units_before(&self, file: u32) -> usize {
        self.folder(file).1
    }

    fn size(&self, file: u32) -> u64 {
        self.seen(file).map_or(0, |seen| seen.size)
    }

    fn modified(&self, file: u32) -> Option<civil::DateTime> {
        self.seen(file).and_then(|seen| moment(seen.modified))
    }

    fn open_by(&self, file: u32) -> Option<&str> {
        self.files.get(file as usize).open_by.map(|by| &**by)
    }

    fn load(&self, file: u32) -> Result<Vec<u8>, Refusal> {
        let Unlocked { bytes, by } = self.unlocked(file)?;
        if let Some(nth) = by {
            self.opened.borrow_mut().insert(file, nth);
        }
        Ok(bytes)
    }

    fn others(&self) -> &[String] {
        &self.others
    }
}

/// A folder as a person knows it, and the length of its path on the disk as Windows counts.
fn shown_folder(roots: &[Root], folder: &Folder) -> (String, usize) {
    let root = &roots[folder.root as usize];
    let shown = format!("{}{}", root.prefix, folder.inner).trim_end_matches('/').to_owned();
    (shown, root.units_above(&folder.inner))
}

/// Writes the renames for the engine, as fields ended by a zero byte. Each reason stands once, before the renames it is for.
pub(crate) fn write_renames(path: &Path, renames: &Renames) -> io::Result<()> {
    let mut list = String::with_capacity(renames.len() * 64 + 256);
    let mut last = None;
    for rename in renames.iter() {
        if last != Some(rename.reason) {
            last = Some(rename.reason);
            list.push('\0');
            list.push_str(rename.reason);
            list.push('\0');
        }
        // Writing into a text cannot fail.
        let _ = write!(list, "{}\0{}\0", rename.file, rename.to);
    }
    std::fs::write(path, list)
}

/// Reads the renames on the engine's side. Numbers are checked: the worker is not trusted.
pub(crate) fn read_renames(path: &Path, files: usize) -> io::Result<Renames> {
    let text = std::fs::read_to_string(path)?;
    let broken = || io::Error::other("the list of renames is broken");
    let mut fields = text.split_terminator('\0');
    let mut renames = Renames::default();
    let mut reason = "";
    while let Some(file) = fields.next() {
        let to = fields.next().ok_or_else(broken)?;
        if file.is_empty() {
            reason = to;
            continue;
        }
        let file = file.parse().ok().filter(|&file: &u32| (file as usize) < files).ok_or_else(broken)?;
        renames.add(file, to, reason);
    }
    Ok(renames)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renames_come_back_as_they_went() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("renames");
        let mut renames = Renames::default();
        for (file, to, reason) in [(2, "個_2.xlsx", ""), (0, "改\n行", "理由"), (1, "x", "理由"), (3, "y", "別の理由")]
        {
            renames.add(file, to, reason);
        }
        write_renames(&path, &renames).unwrap();
        assert_eq!(read_renames(&path, 4).unwrap(), renames);
        assert!(read_renames(&path, 3).is_err());
    }
}
