//! The journal of what goes back, as one last look finds it before the job is staged: the renames in the order of doing, then every
//! other file, so that an undo knows what is ours, then the folders that are empty.
//!
//! The look is at the same time the one that tells whether somebody still writes to the arrival: a look at a hundred thousand
//! files costs a third of their renaming.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use intake::{Entry, Folder, Identity, Order, Unread, Visit, Within};
use ledger::{Known, NewJob, RenameState, Renames};
use rustc_hash::FxHashMap;
use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, Stat, openat, statat};

use super::layout::Work;
use super::name;
use crate::files::Seen;
use crate::rename::{BATCH, Moves};

/// The rows of an arrival in the work folder; none if it is not what it was. Names before are within the folder of the arrival,
/// names after within the published one.
pub(crate) fn rows(work: &Work, job: &NewJob, moves: &Moves, known: Option<&Identity>) -> io::Result<Option<Renames>> {
    let (input, publish) = (work.input().canonicalize()?, work.publish());
    let within = |folder: &Path| folder.strip_prefix(&input).unwrap_or(Path::new("")).to_string_lossy().into_owned();
    let mut looking = Looking {
        top: &job.name,
        moves,
        folders: moves.folders().iter().map(|folder| within(folder)).collect(),
        moving: moves.starts().map(|(at, ino)| (ino, Moving { at, seen: None })).collect(),
        folder: (u32::MAX, String::new(), 0),
        others: Moves::default(),
        empty: Vec::new(),
        within: None,
    };
    let identity = match looking.look(&input.join(&job.name)) {
        Ok(identity) => identity,
        Err(error) if is_other(error.kind()) => return Ok(None),
        Err(error) => return Err(error),
    };
    let Looking { folders, moving, others, empty, .. } = looking;
    if known.is_some_and(|known| !known.is_still(&identity)) {
        return Ok(None);
    }
    let mut rows = Rows { job, root: name::free(&publish, &job.name, job.folder)?, rows: Renames::in_batches(BATCH) };
    for one in moves.iter() {
        let Some(Moving { seen: Some(known), .. }) = moving.get(&one.inode) else { return Ok(None) };
        let free = if job.folder { None } else { Some(name::free(&publish, one.to, false)?) };
        let to = free.as_deref().unwrap_or(one.to);
        rows.add(&folders[one.folder_number as usize], one.from, to, *known, RenameState::Planned);
    }
    for one in others.iter() {
        let to = if job.folder { one.to.to_owned() } else { rows.root.clone() };
        let state = if to == one.from { RenameState::Kept } else { RenameState::Planned };
        rows.add(&one.folder.to_string_lossy(), one.from, &to, known_of(one.inode, one.seen), state);
    }
    for folder in empty {
        rows.add(&folder, "", "", Known::default(), RenameState::Passed);
    }
    Ok(Some(rows.rows))
}

/// Whether an error says that something within is another thing than what was seen.
pub(crate) fn is_other(kind: io::ErrorKind) -> bool {
    matches!(kind, io::ErrorKind::PermissionDenied | io::ErrorKind::InvalidInput | io::ErrorKind::NotFound)
}

/// As the ledger knows a file.
fn known_of(ino: u64, seen: Seen) -> Known {
    Known { ino, size: seen.size, mtime: i64::try_from(seen.modified).unwrap_or(0) }
}

/// As the ledger would know a file that lies there.
pub(crate) fn known_now(stat: &Stat) -> Known {
    known_of(stat.st_ino, Seen::of(stat))
}

/// The same of what the standard library says.
pub(crate) fn known_meta(meta: &fs::Metadata) -> Known {
    known_of(meta.ino(), Seen::at(meta.len(), meta.mtime(), meta.mtime_nsec().into()))
}

/// What the ledger knows of a file besides its inode.
pub(crate) fn seen(known: Known) -> Seen {
    Seen { size: known.size, modified: known.mtime.into() }
}

/// Rows in the making.
struct Rows<'a> {
    job: &'a NewJob,
    /// What the arrival will be called among the results.
    root: String,
    rows: Renames,
}

impl Rows<'_> {
    fn add(&mut self, folder: &str, from: &str, to: &str, known: Known, state: RenameState) {
        let inner = folder.strip_prefix(self.job.name.as_str()).unwrap_or(folder);
        let into = if self.job.folder { format!("{}{inner}", self.root) } else { String::new() };
        self.rows.add(folder, from, &into, to, known, state);
    }
}

/// A file that is to be renamed: its first move, and what it is.
struct Moving {
    at: u32,
    seen: Option<Known>,
}

/// The look on its way.
struct Looking<'a> {
    /// The name of the arrival.
    top: &'a str,
    moves: &'a Moves,
    /// The folders of the moves, within the work folder.
    folders: Vec<String>,
    /// By inode.
    moving: FxHashMap<u64, Moving>,
    /// The folder met last: its number, its path within the work folder, its number among those of the others.
    folder: (u32, String, u32),
    others: Moves,
    empty: Vec<String>,
    /// None of a single file.
    within: Option<Within>,
}

impl Looking<'_> {
    fn look(&mut self, path: &Path) -> io::Result<Identity> {
        let stat = statat(CWD, path, AtFlags::SYMLINK_NOFOLLOW)?;
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::Directory => {
                let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
                let top = openat(CWD, path, flags, Mode::empty())?;
                self.within = Some(Within::of(&stat));
                intake::walk(&top, Order::Listed, self)?;
                self.within.take().map(|within| within.identity()).ok_or_else(|| io::ErrorKind::InvalidInput.into())
            }
            FileType::RegularFile => {
                self.folder.2 = self.others.folder(Path::new(""));
                self.file(self.top, &stat);
                Ok(Identity::of_stat(&stat))
            }
            _ => Err(io::ErrorKind::InvalidInput.into()),
        }
    }

    fn enter(&mut self, folder: &Folder<'_>) -> io::Result<()> {
        if self.folder.0 != folder.number {
            let inner = folder.inner.to_str().ok_or(io::ErrorKind::InvalidInput)?;
            let path = if inner.is_empty() { self.top.to_owned() } else { format!("{}/{inner}", self.top) };
            let number = self.others.folder(Path::new(&path));
            self.folder = (folder.number, path, number);
        }
        Ok(())
    }

    /// A file, in the folder met last.
    fn file(&mut self, name: &str, stat: &Stat) {
        let Some(moving) = self.moving.get_mut(&stat.st_ino) else {
            self.others.add(self.folder.2, name, self.folder.2, name, stat.st_ino, Seen::of(stat));
            return;
        };
        // Under another name than it was collected under, it is not found, and the arrival has changed.
        let one = self.moves.get(moving.at as usize);
        if one.from == name && self.folders[one.folder_number as usize] == self.folder.1 {
            moving.seen = Some(known_now(stat));
        }
    }
}

impl Visit for Looking<'_> {
    type Error = io::Error;

    fn entry(&mut self, folder: &Folder<'_>, entry: &Entry<'_>) -> io::Result<()> {
        let stat = statat(folder.held, entry.name, AtFlags::SYMLINK_NOFOLLOW)?;
        if let Some(within) = &mut self.within {
            within.add(folder, entry.name, &stat).map_err(|_| io::ErrorKind::InvalidInput)?;
        }
        self.enter(folder)?;
        // A name that is no text is no person's: it stays with its folder.
        match (entry.kind, entry.name.to_str()) {
            (FileType::RegularFile, Some(name)) => self.file(name, &stat),
            (FileType::Directory, Some(name)) if entry.holds == 0 => self.empty.push(format!("{}/{name}", self.folder.1)),
            _ => {}
        }
        Ok(())
    }

    fn unread(&mut self, unread: Unread) -> io::Result<()> {
        Err(unread.errno.into())
    }
}

#[cfg(test)]
mod tests {
    use ledger::Rename;

    use super::*;
    use crate::office::layout::Layout;

    fn job(name: &str) -> NewJob {
        NewJob {
            id: "20261120-00001".to_owned(),
            task: "試験".to_owned(),
            version: String::new(),
            inbox: String::new(),
            name: name.to_owned(),
            folder: true,
            identity: String::new(),
            engine: String::new(),
            clock: "2026-11-20T10:00:00".parse().unwrap(),
            seed: 0,
            again: None,
        }
    }

    fn told(rows: &Renames, folder: &Path) -> Vec<String> {
        let mut store = ledger::Store::open(&folder.join("ledger.db")).unwrap();
        let (job, now) = (job("文書"), "2026-11-20T10:00:00".parse().unwrap());
        store.intend(&job, now).unwrap();
        store.claimed(&job.id, "00", 1, now).unwrap();
        let (folder_name, outputs, facts) = (String::new(), String::new(), String::new());
        let staging = ledger::Staging { folder_name, kind: ledger::Fate::Done, outputs, facts, reason: None };
        store.staged_with(&job.id, &staging, rows, now).unwrap();
        let (mut told, mut n) = (Vec::new(), 0);
        while let Some(batch) = store.renames_with(&job.id, n).unwrap() {
            n = batch.end();
            let tell = |row: Rename<'_>| format!("{} {}>{} {} {:?}", row.folder, row.from, row.into, row.to, row.state);
            told.extend(batch.rows().map(tell));
        }
        told
    }

    #[test]
    fn every_file_has_its_row_and_a_file_elsewhere_is_a_change() {
        let dir = tempfile::tempdir().unwrap();
        let work = Layout::make(dir.path().to_owned()).unwrap().work("20261120-00001");
        let top = work.input().join("文書");
        fs::create_dir_all(top.join("部/空")).unwrap();
        fs::create_dir_all(work.publish()).unwrap();
        // The name is taken by an output: the folder gets a number.
        fs::create_dir(work.publish().join("文書")).unwrap();
        for name in ["甲", "部/乙", "部/丙", "部/Thumbs.db"] {
            fs::write(top.join(name), name).unwrap();
        }
        let ino = |name: &str| fs::metadata(top.join(name)).unwrap().ino();
        let known = Identity::of(&top).unwrap();
        let moves = |at: &str| {
            let mut moves = Moves::default();
            let folder = moves.folder(&top.canonicalize().unwrap().join("部"));
            moves.add(folder, at, folder, "新", ino("部/乙"), Seen { size: 0, modified: 0 });
            moves
        };
        let found = rows(&work, &job("文書"), &moves("乙"), Some(&known)).unwrap().unwrap();
        let mut found = told(&found, dir.path());
        assert_eq!(found.remove(0), "文書/部 乙>文書 (2)/部 新 Planned");
        found.sort_unstable();
        let kept = ["文書 甲>文書 (2) 甲 Kept", "文書/部 Thumbs.db>文書 (2)/部 Thumbs.db Kept", "文書/部 丙>文書 (2)/部 丙 Kept"];
        assert_eq!(found, [kept.as_slice(), &["文書/部/空 >文書 (2)/部/空  Passed"]].concat());
        assert_eq!(rows(&work, &job("文書"), &moves("甲"), Some(&known)).unwrap(), None, "collected under another name");
        fs::write(top.join("部/丙"), "あとから").unwrap();
        assert_eq!(rows(&work, &job("文書"), &moves("乙"), Some(&known)).unwrap(), None, "written to");
    }
}
