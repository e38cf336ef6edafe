//! One engine an office: the owner file, held by a lock and kept alive by a heartbeat.
//!
//! The lock tells engines of one machine apart at once, also after a kill. An engine of another machine on the same share
//! shows by its heartbeat alone, judged by the file system's clock, so that machines need not agree on the time.

use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rustix::fs::{FlockOperation, flock};

use super::disk::flush_file;
use crate::clock::now;

/// How often the heartbeat beats.
pub(crate) const BEAT: Duration = Duration::from_secs(15);
/// An engine of another machine whose heart has not beaten for so long is gone.
const DEAD: Duration = Duration::from_secs(60);

/// The office is ours as long as this lives.
#[derive(Debug)]
pub(crate) struct Owner {
    path: PathBuf,
    file: File,
}

/// Who has the office already.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Other {
    /// The number of its process.
    pub process: u32,
    /// The name of its machine.
    pub machine: String,
    /// Since when it works.
    pub since: String,
}

/// Why the office did not become ours.
#[derive(Debug)]
pub(crate) enum Refused {
    Owned(Other),
    Io(io::Error),
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Refused {
        Refused::Io(error)
    }
}

impl Owner {
    /// Takes the office, also from an engine that is dead.
    pub fn take(path: &Path) -> Result<Owner, Refused> {
        for _ in 0..100 {
            match File::options().read(true).write(true).create_new(true).mode(0o600).open(path) {
                Ok(file) => {
                    if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() || !same(path, &file)? {
                        continue;
                    }
                    return Owner { path: path.to_owned(), file }.sign();
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error.into()),
            }
            if let Some(owner) = Owner::inherit(path)? {
                return owner.sign();
            }
        }
        Err(io::Error::from(io::ErrorKind::WouldBlock).into())
    }

    /// Takes the file of a dead engine; none if it went away meanwhile.
    fn inherit(path: &Path) -> Result<Option<Owner>, Refused> {
        let mut file = match File::options().read(true).write(true).open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let locked = flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok();
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        let (other, home) = read(&text);
        if !locked {
            return Err(Refused::Owned(other));
        }
        if !same(path, &file)? {
            return Ok(None);
        }
        // The lock was free: on this machine its engine is dead. Locks of another machine may not show here.
        if !home.is_empty() && home != machine_id() && beats(path, &file)? {
            return Err(Refused::Owned(other));
        }
        Ok(Some(Owner { path: path.to_owned(), file }))
    }

    fn sign(mut self) -> Result<Owner, Refused> {
        self.file.set_len(0)?;
        self.file.rewind()?;
        let machine = machine();
        write!(self.file, "{}\n{}\n{}\n{}\n", std::process::id(), machine, now(), machine_id())?;
        flush_file(&self.file)?;
        Ok(self)
    }

    /// One beat of the heart. Fails where the office is not ours any more, or not to be reached.
    pub fn beat(&self) -> io::Result<()> {
        if !same(&self.path, &self.file)? {
            return Err(io::ErrorKind::NotFound.into());
        }
        self.file.set_modified(SystemTime::now())
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        if same(&self.path, &self.file).unwrap_or(false) {
            // The lock is held until the file is closed, so nobody else can have taken it.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Whether the path still means the file that is open.
fn same(path: &Path, file: &File) -> io::Result<bool> {
    let open = file.metadata()?;
    match fs::symlink_metadata(path) {
        Ok(named) => Ok((named.dev(), named.ino()) == (open.dev(), open.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether the owner's heart has beaten lately, by the clock of the file system that both write to.
fn beats(path: &Path, file: &File) -> io::Result<bool> {
    let probe = path.with_extension(format!("probe-{}", std::process::id()));
    let here = File::create(&probe).and_then(|probe| probe.metadata()?.modified());
    let _ = fs::remove_file(&probe);
    let age = here?.duration_since(file.metadata()?.modified()?).unwrap_or_default();
    Ok(age < DEAD)
}

fn read(text: &str) -> (Other, String) {
    let mut lines = text.lines();
    let mut next = || lines.next().unwrap_or_default().to_owned();
    let other = Other { process: next().parse().unwrap_or_default(), machine: next(), since: next() };
    (other, next())
}

fn machine() -> String {
    fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default().trim().to_owned()
}

/// What tells this machine from others.
fn machine_id() -> String {
    let id = fs::read_to_string("/etc/machine-id").unwrap_or_default();
    let id = id.trim();
    if id.is_empty() { machine() } else { id.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(path: &Path) -> bool {
        matches!(Owner::take(path), Err(Refused::Owned(_)))
    }

    #[test]
    fn a_second_engine_is_told_who_has_the_office() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("owner");
        let owner = Owner::take(&path).unwrap();
        let Err(Refused::Owned(other)) = Owner::take(&path) else { panic!() };
        assert_eq!(other.process, std::process::id());
        owner.beat().unwrap();
        drop(owner);
        assert!(!path.exists());
        assert!(Owner::take(&path).is_ok());
    }

    #[test]
    fn a_dead_engine_is_inherited_and_a_beating_one_elsewhere_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("owner");
        fs::write(&path, format!("1\nここ\n2026-11-20T10:00:00\n{}\n", machine_id())).unwrap();
        drop(Owner::take(&path).unwrap());
        fs::write(&path, "1\nよそ\n2026-11-20T10:00:00\nanother machine\n").unwrap();
        assert!(owned(&path));
        let long_ago = SystemTime::now() - Duration::from_secs(120);
        File::options().write(true).open(&path).unwrap().set_modified(long_ago).unwrap();
        let owner = Owner::take(&path).unwrap();
        fs::remove_file(&path).unwrap();
        assert!(owner.beat().is_err(), "the file was taken away");
    }
}
