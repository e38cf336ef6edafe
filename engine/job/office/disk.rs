//! Folders and files as the engine moves them: without replacing anything, and flushed where a crash would count.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use intake::{Entry, Folder, Order, Unread, Visit};
use rustix::fs::{CWD, FileType, RenameFlags, StatVfsMountFlags, renameat_with, statvfs};
use rustix::io::Errno;

/// Moves a file or a folder to a name that nothing has.
pub(crate) fn move_to(from: &Path, to: &Path) -> io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // A file system without the flag (some network ones): look first, which is the best there is.
        Err(Errno::INVAL | Errno::NOSYS) => match fs::symlink_metadata(to) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => fs::rename(from, to),
            Err(error) => Err(error),
            Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
        },
        other => Ok(other?),
    }
}

/// Flushes a folder: what was moved into it or out of it outlives a power cut.
pub(crate) fn flush(folder: &Path) -> io::Result<()> {
    durable(File::open(folder)?.sync_all())
}

/// Flushes a file that is open.
pub(crate) fn flush_file(file: &File) -> io::Result<()> {
    durable(file.sync_all())
}

/// Folders of a job that are flushed one by one; more are flushed with their whole file system.
const FEW: usize = 64;

/// Flushes a folder and every folder in it, the innermost first.
pub(crate) fn flush_folders(path: &Path) -> io::Result<()> {
    let folders = folders(path)?;
    if folders.len() > FEW {
        return durable(rustix::fs::syncfs(File::open(path)?).map_err(io::Error::from));
    }
    folders.iter().rev().try_for_each(|folder| flush(folder))
}

/// A folder, and every folder in it behind the one that holds it.
pub(crate) fn folders(path: &Path) -> io::Result<Vec<PathBuf>> {
    let mut folders = Folders { top: path, found: vec![path.to_owned()] };
    intake::walk(File::open(path)?, Order::Listed, &mut folders)?;
    Ok(folders.found)
}

struct Folders<'a> {
    top: &'a Path,
    found: Vec<PathBuf>,
}

impl Visit for Folders<'_> {
    type Error = io::Error;

    fn entry(&mut self, folder: &Folder<'_>, entry: &Entry<'_>) -> io::Result<()> {
        if entry.kind == FileType::Directory {
            self.found.push(self.top.join(folder.inner).join(entry.name));
        }
        Ok(())
    }

    fn unread(&mut self, unread: Unread) -> io::Result<()> {
        // Gone between two looks.
        if unread.errno == Errno::NOENT { Ok(()) } else { Err(unread.errno.into()) }
    }
}

/// Some network file systems know no flushing; a failing disk is another matter.
fn durable(flushed: io::Result<()>) -> io::Result<()> {
    match flushed.as_ref().err().and_then(io::Error::raw_os_error).map(Errno::from_raw_os_error) {
        Some(Errno::INVAL | Errno::OPNOTSUPP | Errno::NOSYS) => Ok(()),
        _ => flushed,
    }
}

/// Makes a folder of the engine's own, which nobody else may look into.
pub(crate) fn own_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Whether something lies at a path; a link counts.
pub(crate) fn is_there(path: &Path) -> io::Result<bool> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Removes a folder of the engine's own and all that is in it; one that is not there is no mistake.
pub(crate) fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Gives what was made in the engine's own folder the rights of the folder it goes to, as if it had been made there.
pub(crate) fn share_like(shared: &Path, made: &Path) -> io::Result<()> {
    let entries = walkdir::WalkDir::new(made).into_iter().map(|entry| Ok(entry?.into_path()));
    share_each(shared, entries)
}

/// The same of folders alone: files of people in them keep their own rights.
pub(crate) fn share_folders_like(shared: &Path, made: &Path) -> io::Result<()> {
    share_each(shared, folders(made)?.into_iter().map(Ok))
}

fn share_each(shared: &Path, made: impl Iterator<Item = io::Result<PathBuf>>) -> io::Result<()> {
    let like = fs::metadata(shared)?;
    let mode = like.mode() & 0o7777;
    for path in made {
        let path = path?;
        let own = fs::symlink_metadata(&path)?;
        if !own.is_dir() && !own.is_file() {
            continue;
        }
        if own.gid() != like.gid() && like.mode() & 0o2000 != 0 {
            // Only for whoever belongs to the group; else the folder's own rule decides.
            let _ = std::os::unix::fs::chown(&path, None, Some(like.gid()));
        }
        let wanted = if own.is_dir() { mode } else { mode & 0o666 };
        if own.mode() & 0o7777 != wanted {
            fs::set_permissions(&path, fs::Permissions::from_mode(wanted))?;
        }
    }
    Ok(())
}

/// What a file system has left, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Free {
    pub left: u64,
    pub whole: u64,
    pub read_only: bool,
}

/// How full the file system of a folder is.
pub(crate) fn free(folder: &Path) -> io::Result<Free> {
    let disk = statvfs(folder)?;
    let bytes = |blocks: u64| blocks.saturating_mul(disk.f_frsize);
    // A file system may run out of files before it runs out of bytes; some (btrfs) do not count them.
    let no_files = disk.f_files > 0 && disk.f_favail < 64;
    Ok(Free {
        left: if no_files { 0 } else { bytes(disk.f_bavail) },
        whole: bytes(disk.f_blocks),
        read_only: disk.f_flag.contains(StatVfsMountFlags::RDONLY),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_replaced_not_even_an_empty_folder() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        fs::create_dir(path("a")).unwrap();
        fs::create_dir(path("b")).unwrap();
        assert_eq!(move_to(&path("a"), &path("b")).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        move_to(&path("a"), &path("c")).unwrap();
        assert!(!is_there(&path("a")).unwrap() && is_there(&path("c")).unwrap());
    }

    #[test]
    fn what_is_published_has_the_rights_of_its_folder() {
        let dir = tempfile::tempdir().unwrap();
        let (shared, made) = (dir.path().join("完了"), dir.path().join("own"));
        fs::create_dir(&shared).unwrap();
        fs::set_permissions(&shared, fs::Permissions::from_mode(0o770)).unwrap();
        own_folder(&made.join("部")).unwrap();
        fs::write(made.join("部/集計.xlsx"), "").unwrap();
        share_like(&shared, &made).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o7777;
        assert_eq!((mode(&made.join("部")), mode(&made.join("部/集計.xlsx"))), (0o770, 0o660));
    }
}
