//! Where things lie: the engine's own folders, made and tried before the first arrival is touched.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::civil::DateTime;
use rustix::io::Errno;
use task::Desk;

use super::disk;
use super::unusable::Unusable;
use crate::error::Error;

/// The engine's own folders, all on the file system of the folders that people see.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    own: PathBuf,
}

/// The folder of one job.
#[derive(Clone, Debug)]
pub(crate) struct Work {
    pub folder: PathBuf,
}

impl Work {
    /// Where the arrival lies while it is ours.
    pub fn input(&self) -> PathBuf {
        self.folder.join("in")
    }

    /// Where the worker of an attempt writes.
    pub fn out(&self, attempt: u32) -> PathBuf {
        self.folder.join(format!("out.{attempt}"))
    }

    /// Where everything for people is put together; published by one rename.
    pub fn publish(&self) -> PathBuf {
        self.folder.join("publish")
    }
}

impl Layout {
    /// Makes the engine's own folders.
    pub fn make(own: PathBuf) -> Result<Layout, Error> {
        let layout = Layout { own };
        for folder in [layout.own.clone(), layout.works(), layout.archives()] {
            disk::own_folder(&folder).map_err(|error| Error::writing(&folder, &error))?;
        }
        Ok(layout)
    }

    /// The engine's own folder.
    pub fn own(&self) -> &Path {
        &self.own
    }

    pub fn owner(&self) -> PathBuf {
        self.own.join("owner")
    }

    /// The lock that an undo holds, whichever process does it.
    pub fn hands(&self) -> PathBuf {
        self.own.join("hands")
    }

    pub fn works(&self) -> PathBuf {
        self.own.join("work")
    }

    pub fn work(&self, job: &str) -> Work {
        Work { folder: self.works().join(job) }
    }

    pub fn archives(&self) -> PathBuf {
        self.own.join("archive")
    }

    /// Where a job's original is kept, within the engine's own folder.
    pub fn archive(job: &str, clock: DateTime) -> String {
        format!("archive/{:04}/{:02}/{job}", clock.year(), clock.month())
    }

    /// The greatest number of a day's jobs (`20261120-00017`) that have something in the archive or in work; 0 if none has.
    pub fn last_number(&self, day: &str) -> io::Result<u32> {
        let month = self.archives().join(day.get(..4).unwrap_or_default()).join(day.get(4..6).unwrap_or_default());
        let mut last = 0;
        for folder in [month, self.works()] {
            for name in names(&folder)? {
                let number = name.strip_prefix(day).and_then(|rest| rest.strip_prefix('-')).and_then(|rest| rest.parse().ok());
                last = last.max(number.unwrap_or(0));
            }
        }
        Ok(last)
    }

    /// Whether originals of earlier jobs are kept here, or arrivals lie in work.
    pub fn holds_jobs(&self) -> io::Result<bool> {
        let kept = walkdir::WalkDir::new(self.archives()).min_depth(3).max_depth(3).into_iter().flatten().next().is_some();
        let in_work = names(&self.works())?.iter().any(|name| !holds_no_arrival(&self.work(name).folder));
        Ok(kept || in_work)
    }

    /// Makes a watched folder of a desk and those of its results, and moves a folder into each: only what can be reached by a
    /// rename can be claimed and published whole.
    pub fn probe(&self, desk: &Desk, inbox: &Path) -> Result<(), Unusable> {
        let results = [&desk.done, &desk.returned, &desk.failed, &desk.undone].map(PathBuf::as_path);
        for folder in [inbox].into_iter().chain(results) {
            fs::create_dir_all(folder).map_err(|error| Unusable::Place(Error::writing(folder, &error)))?;
            self.probe_folder(folder)?;
        }
        Ok(())
    }

    fn probe_folder(&self, folder: &Path) -> Result<(), Unusable> {
        // A hidden name, which no desk takes for an arrival.
        let name = format!(".jitan-probe-{}", std::process::id());
        let (here, there) = (self.works().join(&name), folder.join(&name));
        let writing = |path: &Path, error: &io::Error| Unusable::Place(Error::writing(path, error));
        match fs::create_dir(&here) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(writing(&here, &error)),
            _ => {}
        }
        let moved = disk::move_to(&here, &there);
        let removed = fs::remove_dir(if moved.is_ok() { &there } else { &here });
        match moved {
            Err(error) if error.raw_os_error() == Some(Errno::XDEV.raw_os_error()) => {
                Err(Unusable::OtherFileSystem { folder: folder.to_owned() })
            }
            Err(error) => Err(writing(folder, &error)),
            Ok(()) => removed.map_err(|error| writing(folder, &error)),
        }
    }

    /// What an earlier engine left in the work folder and no job needs.
    pub fn sweep(&self, needed: impl Fn(&str) -> bool) -> io::Result<()> {
        for entry in fs::read_dir(self.works())? {
            let entry = entry?;
            let name = entry.file_name();
            if name.to_str().is_none_or(|name| !needed(name)) && holds_no_arrival(&entry.path()) {
                disk::remove(&entry.path())?;
            }
        }
        Ok(())
    }
}

/// The names in a folder that are text; none where there is no folder.
fn names(folder: &Path) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other?,
    };
    entries.map(|entry| Ok(entry?.file_name().into_string().unwrap_or_default())).collect()
}

/// Whether nothing that a person dropped lies in a work folder. One that holds something is never removed, whatever the store says.
fn holds_no_arrival(work: &Path) -> bool {
    let empty = |folder: &str| match fs::read_dir(work.join(folder)) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) => error.kind() == io::ErrorKind::NotFound || error.kind() == io::ErrorKind::NotADirectory,
    };
    empty("in") && empty("publish")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_the_archive_or_the_work_folder_knows_is_not_given_again() {
        let dir = tempfile::tempdir().unwrap();
        let layout = Layout::make(dir.path().join(".jitan")).unwrap();
        assert_eq!(layout.last_number("20261120").unwrap(), 0);
        assert!(!layout.holds_jobs().unwrap());
        for kept in ["archive/2026/11/20261120-00017", "archive/2026/11/20261121-00099", "archive/2026/12/20261120-00050"] {
            fs::create_dir_all(layout.own().join(kept)).unwrap();
        }
        assert_eq!(layout.last_number("20261120").unwrap(), 17);
        assert!(layout.holds_jobs().unwrap());
        fs::create_dir_all(layout.work("20261120-00020").input()).unwrap();
        assert_eq!(layout.last_number("20261120").unwrap(), 20);
    }

    #[test]
    fn a_work_folder_with_an_arrival_is_never_swept() {
        let dir = tempfile::tempdir().unwrap();
        let layout = Layout::make(dir.path().join(".jitan")).unwrap();
        for (job, inner) in [("1", "in"), ("2", "publish"), ("3", "out.1"), ("4", "in"), ("5", "in")] {
            fs::create_dir_all(layout.work(job).folder.join(inner)).unwrap();
        }
        fs::write(layout.work("1").input().join("a.xlsx"), "").unwrap();
        fs::write(layout.work("2").publish().join("a.xlsx"), "").unwrap();
        layout.sweep(|job| job == "4").unwrap();
        let mut left: Vec<_> = fs::read_dir(layout.works()).unwrap().map(|e| e.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["1", "2", "4"]);
    }
}
