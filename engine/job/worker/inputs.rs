//! The arrival's files on the worker's side: from the list that the engine left in the work folder to the script's inputs.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::rc::Rc;

use book::Refusal;
use rustix::fs::{FileType, Mode, OFlags, ResolveFlags, fstat, open, openat2};
use rustix::io::Errno;
use script::{Input, Rename};
use task::Pattern;

use crate::arrival::{Dropped, Root, shown};
use crate::clock::moment;
use crate::rename::Wish;
use crate::report::Order;

/// Writes the list of files: fields ended by a zero byte, which no name holds.
pub(crate) fn write(path: &Path, files: &[Dropped]) -> io::Result<()> {
    let mut list = BufWriter::with_capacity(1 << 18, File::create_new(path)?);
    for file in files {
        let by = file.open_by.as_deref().map(|by| format!("+{by}")).unwrap_or_default();
        write!(list, "{}\0{}\0{}\0{}\0{}\0{by}\0", file.root, file.inner, file.size, file.modified, file.inode)?;
    }
    list.flush()
}

/// Reads the list back.
pub(crate) fn read(path: &Path) -> io::Result<Vec<Dropped>> {
    let text = std::fs::read_to_string(path)?;
    let broken = || io::Error::other("the list of files is broken");
    let mut fields = text.split_terminator('\0');
    let mut files = Vec::new();
    while let Some(root) = fields.next() {
        let mut next = || fields.next().ok_or_else(broken);
        files.push(Dropped {
            root: root.parse().map_err(|_| broken())?,
            inner: next()?.to_owned(),
            size: next()?.parse().map_err(|_| broken())?,
            modified: next()?.parse().map_err(|_| broken())?,
            inode: next()?.parse().map_err(|_| broken())?,
            open_by: next()?.strip_prefix('+').map(Rc::from),
        });
    }
    Ok(files)
}

/// The files as a script meets them. Each is opened when the script reads it, not before.
pub(crate) fn inputs(order: &Order, files: &Rc<Vec<Dropped>>) -> Vec<Input> {
    let opener = Rc::new(Opener::new(order));
    let input = |at: usize| {
        let file = &files[at];
        let path = shown(&order.roots, file);
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
        let (opener, all) = (Rc::clone(&opener), Rc::clone(files));
        Input {
            folder: folder.to_owned(),
            name: name.to_owned(),
            size: file.size,
            modified: moment(file.modified),
            open_by: file.open_by.as_deref().map(str::to_owned),
            load: Box::new(move || opener.load(&all[at])),
            path,
        }
    };
    (0..files.len()).map(input).collect()
}

/// Opens files of the arrival and no others.
struct Opener {
    roots: Vec<Root>,
    folders: RefCell<Vec<Option<Rc<OwnedFd>>>>,
    rights: Vec<Pattern>,
    passwords: Vec<String>,
    limits: book::Limits,
}

impl Opener {
    fn new(order: &Order) -> Opener {
        Opener {
            roots: order.roots.clone(),
            folders: RefCell::new(order.roots.iter().map(|_| None).collect()),
            rights: order.read.iter().map(|pattern| Pattern::new(pattern)).collect(),
            passwords: order.passwords.clone(),
            limits: book::Limits { file: order.limits.file_mib << 20, ..book::Limits::default() },
        }
    }

    fn load(&self, wanted: &Dropped) -> Result<Vec<u8>, Refusal> {
        let path = shown(&self.roots, wanted);
        let name = path.rsplit('/').next().unwrap_or_default();
        if !self.rights.iter().any(|pattern| pattern.fits(name)) {
            return Err(Refusal::NotPermitted);
        }
        let fd = self.open(wanted).map_err(|errno| match errno {
            Errno::NOENT | Errno::LOOP | Errno::NOTDIR => Refusal::Changed,
            _ => Refusal::Locked,
        })?;
        let stat = fstat(&fd).map_err(|_| Refusal::Locked)?;
        let modified = i128::from(stat.st_mtime) * 1_000_000_000 + i128::from(stat.st_mtime_nsec);
        let same = stat.st_ino == wanted.inode && stat.st_size as u64 == wanted.size && modified == wanted.modified;
        if !same || stat.st_nlink != 1 || FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Err(Refusal::Changed);
        }
        if wanted.size > self.limits.file {
            return Err(Refusal::TooLarge { bytes: wanted.size, limit: self.limits.file });
        }
        let mut bytes = Vec::with_capacity(wanted.size as usize + 1);
        // One byte more than it should have shows a file that is still growing.
        File::from(fd).take(wanted.size + 1).read_to_end(&mut bytes).map_err(|_| Refusal::Locked)?;
        if bytes.len() as u64 != wanted.size {
            return Err(Refusal::Changed);
        }
        Ok(book::unlock(bytes, self.passwords.iter().map(String::as_str), &self.limits))
    }

    /// Links are not followed, pipes do not block.
    fn open(&self, wanted: &Dropped) -> Result<OwnedFd, Errno> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
        let root = &self.roots[wanted.root as usize];
        if !root.folder {
            return open(&root.path, flags, Mode::empty());
        }
        let folder = self.folder(wanted.root as usize)?;
        let within = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
        openat2(folder, &wanted.inner, flags, Mode::empty(), within)
    }

    fn folder(&self, root: usize) -> Result<Rc<OwnedFd>, Errno> {
        if let Some(folder) = &self.folders.borrow()[root] {
            return Ok(Rc::clone(folder));
        }
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let folder = Rc::new(open(&self.roots[root].path, flags, Mode::empty())?);
        self.folders.borrow_mut()[root] = Some(Rc::clone(&folder));
        Ok(folder)
    }
}

/// The script's renames by the numbers of their files.
pub(crate) struct Wishes {
    pub list: Vec<Wish>,
    pub reasons: Vec<String>,
}

/// What a script wants renamed. A rename of something that is no file of the arrival cannot be: the script only has
/// handles of its files.
pub(crate) fn wishes(renames: &[Rename]) -> Wishes {
    let mut wishes = Wishes { list: Vec::with_capacity(renames.len()), reasons: Vec::new() };
    let mut known: HashMap<&str, u32> = HashMap::new();
    let mut last = ("", 0);
    for rename in renames {
        if last.0 != rename.reason || wishes.reasons.is_empty() {
            let reason = *known.entry(rename.reason.as_str()).or_insert_with(|| {
                wishes.reasons.push(rename.reason.clone());
                wishes.reasons.len() as u32 - 1
            });
            last = (rename.reason.as_str(), reason);
        }
        let to = rename.to.rsplit('/').next().unwrap_or_default().to_owned();
        wishes.list.push(Wish { file: rename.file, to, reason: last.1 });
    }
    wishes
}

/// Writes the renames for the engine, as fields ended by a zero byte.
pub(crate) fn write_wishes(path: &Path, wishes: &[Wish]) -> io::Result<()> {
    let mut list = BufWriter::with_capacity(1 << 18, File::create_new(path)?);
    for wish in wishes {
        write!(list, "{}\0{}\0{}\0", wish.file, wish.to, wish.reason)?;
    }
    list.flush()
}

/// Reads the renames on the engine's side. Numbers are checked: the worker is not trusted.
pub(crate) fn read_wishes(path: &Path, files: usize) -> io::Result<Vec<Wish>> {
    let text = std::fs::read_to_string(path)?;
    let broken = || io::Error::other("the list of renames is broken");
    let mut fields = text.split_terminator('\0');
    let mut wishes = Vec::new();
    while let Some(file) = fields.next() {
        let file = file.parse().ok().filter(|&file: &u32| (file as usize) < files).ok_or_else(broken)?;
        let to = fields.next().ok_or_else(broken)?.to_owned();
        let reason = fields.next().and_then(|reason| reason.parse().ok()).ok_or_else(broken)?;
        wishes.push(Wish { file, to, reason });
    }
    Ok(wishes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_come_back_as_they_went() {
        let dir = tempfile::tempdir().unwrap();
        let files: Vec<Dropped> = (0..3)
            .map(|n| Dropped {
                root: 0,
                inner: format!("改\n行/{n}.xlsx"),
                size: n,
                modified: -1,
                inode: n,
                open_by: (n == 1).then(|| "".into()),
            })
            .collect();
        write(&dir.path().join("f"), &files).unwrap();
        let back = read(&dir.path().join("f")).unwrap();
        assert_eq!(format!("{back:?}"), format!("{files:?}"));
        let wishes = vec![Wish { file: 2, to: "個_2.xlsx".to_owned(), reason: 0 }];
        write_wishes(&dir.path().join("r"), &wishes).unwrap();
        assert_eq!(read_wishes(&dir.path().join("r"), 3).unwrap(), wishes);
        assert!(read_wishes(&dir.path().join("r"), 2).is_err());
    }
}
