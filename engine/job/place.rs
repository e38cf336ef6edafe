//! The one way to put a file: staged beside, flushed, renamed into place, nothing replaced, all or nothing.

use std::ffi::OsString;
use std::fs::{DirBuilder, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rustix::fs::{CWD, FlockOperation, RenameFlags, flock, renameat_with, statvfs};
use rustix::io::Errno;
use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::proof::Proof;

/// The hidden folder of one job on the file system of its results; gone when the job is over, however it ends.
#[derive(Debug)]
pub(crate) struct Staging {
    folder: PathBuf,
    /// Locked as long as the job lives: whoever can take the lock may sweep.
    _lock: Option<File>,
    /// Whether somebody else takes the folder away.
    kept: bool,
}

const PREFIX: &str = ".jitan-";

/// Behind the name of a copy that is on its way from another file system.
const PART: &str = ".part";

impl Staging {
    /// A staging folder beside or within `out`, which need not exist yet.
    pub fn beside(out: &Path) -> Result<Staging, Error> {
        let home = out.ancestors().find(|folder| folder.is_dir()).unwrap_or(Path::new("/"));
        sweep(home);
        Staging::within(home)
    }

    /// A staging folder in the system's temporary folder, for a job that is to touch nothing.
    pub fn elsewhere() -> Result<Staging, Error> {
        Staging::within(&std::env::temp_dir())
    }

    fn within(home: &Path) -> Result<Staging, Error> {
        let home = home.canonicalize().map_err(|error| Error::writing(home, &error))?;
        for attempt in 0..1_000 {
            let folder = home.join(format!("{PREFIX}{}-{}-{attempt}", boot(), std::process::id()));
            match DirBuilder::new().mode(0o700).create(&folder) {
                Ok(()) => return Ok(Staging { _lock: locked(&folder), folder, kept: false }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(Error::writing(home, &error)),
            }
        }
        Err(Error::Unwritable { path: home, kind: io::ErrorKind::AlreadyExists })
    }

    /// A folder that is there already and stays.
    pub fn kept(folder: &Path) -> Staging {
        Staging { folder: folder.to_owned(), _lock: None, kept: true }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether somebody else takes the folder away.
    pub fn is_kept(&self) -> bool {
        self.kept
    }

    /// Whether the disk has no room left: less than a mebibyte.
    pub fn is_full(&self) -> bool {
        statvfs(&self.folder).is_ok_and(|disk| disk.f_bavail.saturating_mul(disk.f_frsize) < 1 << 20)
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if !self.kept {
            // What cannot be removed now is swept by the next job here.
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

/// Removes the staging folders and half copies of jobs that were killed or cut off from power. One whose lock is held lives; one from
/// another start of a system may belong to another machine on the share, whose locks do not show here: it is left for two days.
fn sweep(home: &Path) {
    for entry in std::fs::read_dir(home).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(rest) = name.to_str().and_then(|name| name.strip_prefix(PREFIX)) else { continue };
        // A minute for whoever has made the folder and not locked it yet.
        let wait = Duration::from_secs(if rest.starts_with(&format!("{}-", boot())) { 60 } else { 2 * 86_400 });
        let is_part = rest.ends_with(PART);
        if !entry.file_type().is_ok_and(|kind| if is_part { kind.is_file() } else { kind.is_dir() }) {
            continue;
        }
        let age = entry.metadata().and_then(|meta| meta.modified()).ok().and_then(|modified| modified.elapsed().ok());
        if age.is_some_and(|age| age > wait) && locked(&entry.path()).is_some() {
            let path = entry.path();
            let _ = if is_part { std::fs::remove_file(path) } else { std::fs::remove_dir_all(path) };
        }
    }
}

/// The lock of a folder or file; none if somebody holds it.
fn locked(folder: &Path) -> Option<File> {
    let file = File::open(folder).ok()?;
    flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok().then_some(file)
}

/// What tells this start of this system from every other.
fn boot() -> &'static str {
    static BOOT: LazyLock<String> = LazyLock::new(|| {
        let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        id.chars().take(8).filter(char::is_ascii_hexdigit).collect()
    });
    &BOOT
}

/// A file that was put in its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Placed {
    /// Where it lies.
    pub path: PathBuf,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// Of one that was made from a workbook: which parts changed.
    pub proof: Option<Proof>,
}

/// Everything placed so far; taken back when dropped before `keep`.
pub(crate) struct Placing {
    out: PathBuf,
    made: Vec<PathBuf>,
    placed: Vec<(PathBuf, PathBuf)>,
    kept: bool,
}

impl Placing {
    /// Makes the folder of the results.
    pub fn into(out: &Path) -> Result<Placing, Error> {
        let mut placing = Placing { out: out.to_owned(), made: Vec::new(), placed: Vec::new(), kept: false };
        placing.make_folder(out)?;
        Ok(placing)
    }

    fn make_folder(&mut self, folder: &Path) -> Result<(), Error> {
        if folder.is_dir() {
            return Ok(());
        }
        if let Some(parent) = folder.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            self.make_folder(parent)?;
        }
        match std::fs::create_dir(folder) {
            Ok(()) => self.made.push(folder.to_owned()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => {}
            Err(error) => return Err(Error::writing(folder, &error)),
        }
        Ok(())
    }

    /// Puts a staged file in place under `name` (a path within the folder of the results), or under `name (2)` if that is taken.
    pub fn put(&mut self, staged: &Path, name: &str) -> Result<PathBuf, Error> {
        let wanted = self.out.join(name);
        let folder = wanted.parent().unwrap_or(&self.out).to_owned();
        self.make_folder(&folder)?;
        for number in 1..10_000 {
            let path = folder.join(numbered(&wanted, number));
            match move_in(staged, &path) {
                Ok(()) => {
                    self.placed.push((staged.to_owned(), path.clone()));
                    return Ok(path);
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(Error::writing(path, &error)),
            }
        }
        Err(Error::Unwritable { path: wanted, kind: io::ErrorKind::AlreadyExists })
    }

    /// Lets everything stay.
    pub fn keep(mut self) {
        self.kept = true;
    }

    /// Flushes the folders: what was placed outlives a power cut.
    pub fn flush(&self) -> Result<(), Error> {
        let mut folders: Vec<&Path> = self.placed.iter().filter_map(|(_, path)| path.parent()).collect();
        folders.extend(self.made.iter().filter_map(|folder| folder.parent()));
        folders.sort();
        folders.dedup();
        for folder in folders {
            let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            if let Ok(file) = File::open(folder) {
                match file.sync_all() {
                    Err(error) if error.raw_os_error() == Some(Errno::IO.raw_os_error()) => {
                        return Err(Error::writing(folder, &error));
                    }
                    // Network file systems know no flushing of folders.
                    _ => {}
                }
            }
        }
        Ok(())
    }
}

impl Drop for Placing {
    fn drop(&mut self) {
        if self.kept {
            return;
        }
        // Only what this job put there, and only while it is still there.
        for (_, path) in self.placed.drain(..).rev() {
            let _ = std::fs::remove_file(path);
        }
        for folder in self.made.drain(..).rev() {
            let _ = std::fs::remove_dir(folder);
        }
    }
}

/// A free name for a folder of results: the one wanted, or the first free `name (2)`.
pub fn free_folder(wanted: &Path) -> PathBuf {
    let numbers = 1..10_000;
    let candidates = numbers.map(|number| wanted.with_file_name(numbered_folder(wanted, number)));
    let mut free = candidates.filter(|path| std::fs::symlink_metadata(path).is_err());
    free.next().unwrap_or_else(|| wanted.to_owned())
}

fn numbered_folder(wanted: &Path, number: u32) -> OsString {
    let mut name = wanted.file_name().unwrap_or_default().to_owned();
    if number > 1 {
        name.push(format!(" ({number})"));
    }
    name
}

/// `名前.xlsx`, `名前 (2).xlsx`, …
fn numbered(wanted: &Path, number: u32) -> OsString {
    if number == 1 {
        return wanted.file_name().unwrap_or_default().to_owned();
    }
    let mut name = wanted.file_stem().unwrap_or_default().to_owned();
    name.push(format!(" ({number})"));
    if let Some(extension) = wanted.extension() {
        name.push(".");
        name.push(extension);
    }
    name
}

/// Moves a file to a free name; across file systems by copy, flush and rename.
fn move_in(staged: &Path, path: &Path) -> io::Result<()> {
    match move_near(staged, path) {
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => copy_in(staged, path),
        moved => moved,
    }
}

/// Moves a file to a free name on the same file system.
fn move_near(staged: &Path, path: &Path) -> io::Result<()> {
    match renameat_with(CWD, staged, CWD, path, RenameFlags::NOREPLACE) {
        Ok(()) => Ok(()),
        // A file system without the flag: a hard link never replaces either.
        Err(Errno::INVAL | Errno::NOSYS) => match std::fs::hard_link(staged, path) {
            Ok(()) => std::fs::remove_file(staged),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
            Err(_) => write_in(staged, path),
        },
        Err(errno) => Err(errno.into()),
    }
}

/// Copies a file to the file system of its free name under a hidden one, so that the free name never shows a part of it.
fn copy_in(staged: &Path, path: &Path) -> io::Result<()> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    if let Some(folder) = path.parent() {
        sweep(if folder.as_os_str().is_empty() { Path::new(".") } else { folder });
    }
    let beside = path.with_file_name(format!("{PREFIX}{}-{}-{number}{PART}", boot(), std::process::id()));
    let moved = write_in(staged, &beside).and_then(|()| move_near(&beside, path));
    // After a move there is nothing to remove; after a copy by a file system that knows neither rename nor link there is.
    let _ = std::fs::remove_file(&beside);
    moved
}

fn write_in(staged: &Path, path: &Path) -> io::Result<()> {
    let mut from = File::open(staged)?;
    let mut to = File::create_new(path)?;
    // Where locks are known, one that sweeps sees that this copy lives.
    let _ = flock(&to, FlockOperation::NonBlockingLockExclusive);
    let copied = io::copy(&mut from, &mut to).and_then(|_| flush(&to));
    if copied.is_err() {
        let _ = std::fs::remove_file(path);
    }
    copied
}

/// Copies a file's bytes and its time of change into a staged file.
pub(crate) fn stage_copy(mut from: File, staged: &Path) -> io::Result<()> {
    let modified = from.metadata()?.modified()?;
    let mut to = File::create_new(staged)?;
    io::copy(&mut from, &mut to)?;
    to.set_modified(modified)?;
    flush(&to)
}

/// Writes a staged file and flushes it.
pub(crate) fn stage(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(bytes)?;
    flush(&file)
}

/// Flushes a file. Some network file systems know no flushing; a failing disk is another matter.
fn flush(file: &File) -> io::Result<()> {
    match file.sync_all() {
        Err(error)
            if [Errno::INVAL, Errno::OPNOTSUPP, Errno::NOSYS]
                .iter()
                .any(|none| error.raw_os_error() == Some(none.raw_os_error())) =>
        {
            Ok(())
        }
        flushed => flushed,
    }
}

/// The SHA-256 of a file, and its size.
pub(crate) fn fingerprint(path: &Path) -> io::Result<(String, u64)> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut block = vec![0; 1 << 16];
    let mut size = 0;
    loop {
        let count = file.read(&mut block)?;
        if count == 0 {
            let hex = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
            return Ok((hex, size));
        }
        hash.update(&block[..count]);
        size += count as u64;
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    #[test]
    fn nothing_is_replaced_and_nothing_stays_unless_kept() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("結果/九月");
        let put = |keep: bool| {
            let staging = Staging::beside(&out).unwrap();
            stage(&staging.folder().join("0"), b"new").unwrap();
            let mut placing = Placing::into(&out).unwrap();
            let path = placing.put(&staging.folder().join("0"), "集計.xlsx").unwrap();
            if keep {
                placing.flush().unwrap();
                placing.keep();
            }
            path
        };
        put(false);
        assert!(!dir.path().join("結果").exists());
        assert_eq!(put(true), out.join("集計.xlsx"));
        assert_eq!(put(true), out.join("集計 (2).xlsx"));
        assert_eq!(put(false), out.join("集計 (3).xlsx"));
        assert_eq!(std::fs::read_dir(&out).unwrap().count(), 2);
        assert_eq!(free_folder(&out), dir.path().join("結果/九月 (2)"));
    }

    #[test]
    fn what_a_killed_job_left_is_swept_and_a_living_one_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let make = |name: &str, seconds: u64| {
            let folder = dir.path().join(name);
            if name.ends_with(PART) {
                std::fs::write(&folder, "half").unwrap()
            } else {
                std::fs::create_dir(&folder).unwrap()
            }
            let then = SystemTime::now() - Duration::from_secs(seconds);
            File::open(&folder).unwrap().set_modified(then).unwrap();
            folder
        };
        make(&format!(".jitan-{}-1-0", boot()), 100);
        make(".jitan-elsewhere-1-0", 200_000);
        make(&format!(".jitan-{}-1-1.part", boot()), 100);
        let kept = [
            make(&format!(".jitan-{}-2-1.part", boot()), 100),
            make("人の.part", 1_000_000),
            make(".jitan", 1_000_000),
            make(".jitan-elsewhere-2-0", 100),
            make(&format!(".jitan-{}-2-0", boot()), 100),
            make(&format!(".jitan-{}-3-0", boot()), 1),
        ];
        let _alive = (locked(&kept[0]).unwrap(), locked(&kept[4]).unwrap());
        drop(Staging::beside(&dir.path().join("out")).unwrap());
        assert!(kept.iter().all(|kept| kept.exists()));
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), kept.len());
    }
}
