//! One watched folder: what lies in it, since when, and what has become an arrival.

use std::collections::{HashMap, hash_map::RandomState};
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::hash::BuildHasher;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::fs::{FileType, Stat, fstat, fstatfs};
use rustix::io::Errno;
use walkdir::WalkDir;

use crate::error::{self, Error, Unreachable};
use crate::identity::Identity;
use crate::owner::Owners;
use crate::settle::{Still, patience};
use crate::tree::{Broken, Tree, not_plain};
use crate::verdict::{Refused, Waiting, Wants};
use crate::{end, folder, name, owner};

/// The most that are waited for at a time; the others are seen when these are gone.
const MOST_WAITING: usize = 200_000;
/// The most that are listed as waiting or refused; a page for people cannot show more.
const MOST_LISTED: usize = 10_000;
/// Looks at a folder take at most about a tenth of the time, however often the alarm rings: an entry costs about 3 µs.
const PAUSE_FOR_ENTRY: Duration = Duration::from_micros(30);
/// How soon to look again at what only the far side of a share can set free.
const SOON: Duration = Duration::from_secs(1);

/// What to watch.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder; only what lies directly in it is an arrival.
    pub folder: PathBuf,
    /// How long something must lie still. Zero: one look is enough.
    pub settle: Duration,
    /// What the task takes.
    pub kind: Wants,
}

/// Something that lies still.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Arrival {
    /// Where it lies.
    pub path: PathBuf,
    /// Its name.
    pub name: String,
    /// Whether it is a folder.
    pub folder: bool,
    /// By what it is known again.
    pub identity: Identity,
    /// How many files it is.
    pub files: u64,
    /// Whether no look before showed it so.
    pub first: bool,
    /// When the look began that showed it.
    pub at: Instant,
}

/// What one look showed.
#[derive(Debug, Default)]
pub struct Look {
    /// What lies still, in order of names; it is shown again with each look as long as it lies there unchanged.
    pub settled: Vec<Arrival>,
    /// What is waited for.
    pub waiting: Vec<(PathBuf, Waiting)>,
    /// What is not touched.
    pub refused: Vec<(PathBuf, Refused)>,
    /// How many more wait or are refused than are listed.
    pub unlisted: u64,
    /// When another look is worth it, though nothing rings.
    pub next: Option<Instant>,
}

/// One watched folder. It keeps what it saw, and nothing else: no thread, no clock, no open file.
#[derive(Debug)]
pub struct Watcher {
    options: Options,
    place: Option<Place>,
    /// What does not yet lie still for long enough, or waits for something else.
    waiting: HashMap<OsString, Still<Identity>>,
    /// What was shown as settled: a number for its name, and one for its identity. A hundred thousand take 3 MB.
    shown: HashMap<u64, u64>,
    hashes: RandomState,
    looked: Option<(Instant, usize)>,
}

/// Where the folder lies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Place {
    device: u64,
    kind: i64,
    mount: bool,
}

/// The folder during one look.
struct Here<'a> {
    path: &'a Path,
    held: OwnedFd,
    owners: Owners,
    now: Instant,
}

/// What a look knows of one entry.
enum Entry {
    Gone,
    Is(Verdict, Option<Still<Identity>>),
}

enum Verdict {
    Settled { identity: Identity, files: u64, folder: bool, first: bool },
    Waits(Waiting),
    Refused(Refused),
}

impl Watcher {
    /// A folder of which nothing is known yet.
    pub fn new(options: Options) -> Watcher {
        Watcher { options, place: None, waiting: HashMap::new(), shown: HashMap::new(), hashes: RandomState::new(), looked: None }
    }

    /// When to look after a ring: at once in a folder of few entries, later in one of many, so that a long copy does not
    /// keep the engine busy with looking.
    pub fn due(&self, now: Instant) -> Instant {
        let pause = |entries: usize| PAUSE_FOR_ENTRY * u32::try_from(entries).unwrap_or(u32::MAX);
        self.looked.map_or(now, |(at, entries)| now.max(at + pause(entries)))
    }

    /// Looks at the folder. Fails if it cannot be looked into as a whole; everything known stays known then.
    pub fn look(&mut self, now: Instant) -> Result<Look, Error> {
        let path = self.options.folder.clone();
        let failed = |errno| Error::system(&path, errno);
        // The folder itself may be reached through a link: that is for whoever sets the office up.
        let held = folder::open_root(&path).map_err(failed)?;
        let place = place(&held).map_err(failed)?;
        if self.place.is_some_and(|before| before.is_gone(place)) {
            return Err(Error::new(&path, Unreachable::Unmounted));
        }
        let mut here = Here { path: &path, held, owners: Owners::default(), now };
        let names = here.names()?;
        let mut look = Look::default();
        let (mut waiting, mut shown) = (HashMap::new(), HashMap::with_capacity(self.shown.len()));
        for name in &names {
            let (verdict, still) = match self.entry(&here, name)? {
                Entry::Gone => continue,
                Entry::Is(verdict, still) => (verdict, still),
            };
            match (&verdict, still) {
                (Verdict::Settled { identity, .. }, _) => {
                    shown.insert(self.hashes.hash_one(name), self.number(identity));
                }
                (_, Some(still)) if waiting.len() < MOST_WAITING => {
                    look.wakes(self.next(&verdict, &still, now));
                    waiting.insert(name.clone(), still);
                }
                (_, Some(_) | None) => {}
            }
            look.tell(&here, name, verdict);
        }
        look.settled.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        (self.place, self.waiting, self.shown) = (Some(place), waiting, shown);
        self.looked = Some((now, names.len()));
        Ok(look)
    }

    /// When another look at this entry is worth it.
    fn next(&self, verdict: &Verdict, still: &Still<Identity>, now: Instant) -> Option<Instant> {
        let soon = now + self.options.settle.max(SOON);
        match verdict {
            Verdict::Waits(Waiting::Moving) => Some(still.when(self.options.settle)),
            Verdict::Waits(Waiting::Incomplete) => Some(soon.min(still.when(patience(self.options.settle)))),
            Verdict::Waits(Waiting::Written) => Some(soon),
            // These end with an event, or with the next scan.
            Verdict::Waits(Waiting::Open { .. } | Waiting::Empty) | Verdict::Refused(_) | Verdict::Settled { .. } => None,
        }
    }

    fn entry(&self, here: &Here, name: &OsStr) -> Result<Entry, Error> {
        let refused = |why| Ok(Entry::Is(Verdict::Refused(why), None));
        if let Err(fault) = name::readable(name) {
            return refused(Refused::Name(fault));
        }
        let stat = match folder::stat(&here.held, name) {
            Ok(stat) => stat,
            Err(Errno::NOENT) => return Ok(Entry::Gone),
            Err(errno) if error::is_disconnected(errno) => return Err(Error::system(here.path, errno)),
            Err(errno) => return refused(Refused::Unreadable { kind: errno.kind() }),
        };
        let kind = FileType::from_raw_mode(stat.st_mode);
        if let Some(why) = not_plain(kind, &stat) {
            return refused(why);
        }
        match (kind == FileType::Directory, self.options.kind) {
            (true, Wants::File) | (false, Wants::Folder) => refused(Refused::WrongKind { wants: self.options.kind }),
            (true, Wants::Folder | Wants::Either) => self.folder(here, name, &stat),
            (false, Wants::File | Wants::Either) => self.file(here, name, &stat),
        }
    }

    fn file(&self, here: &Here, name: &OsStr, stat: &Stat) -> Result<Entry, Error> {
        let identity = Identity::of_stat(stat);
        let first = !self.was_shown(name, &identity);
        let still = self.still(name, identity, here.now);
        let waits = |why| Ok(Entry::Is(Verdict::Waits(why), Some(still.clone())));
        if let Some(by) = here.open_by(name) {
            return waits(Waiting::Open { by });
        }
        if first {
            let lain = still.lain(here.now);
            if lain < self.options.settle {
                return waits(Waiting::Moving);
            }
            match here.inspect(name, &identity, lain < patience(self.options.settle))? {
                Inspected::Sound => {}
                Inspected::Gone => return Ok(Entry::Gone),
                Inspected::Waits(why) => return waits(why),
                Inspected::Refused(why) => return Ok(Entry::Is(Verdict::Refused(why), Some(still))),
            }
        }
        Ok(Entry::Is(Verdict::Settled { identity, files: 1, folder: false, first }, None))
    }

    fn folder(&self, here: &Here, name: &OsStr, stat: &Stat) -> Result<Entry, Error> {
        let path = here.path.join(name);
        let held = match folder::open(&here.held, name) {
            Ok(held) => held,
            Err(errno) if error::is_disconnected(errno) => return Err(Error::system(here.path, errno)),
            Err(_) => return Ok(Entry::Gone),
        };
        let tree = match Tree::walk(&held, stat) {
            Ok(tree) => tree,
            Err(Broken::Refused(why)) => return Ok(Entry::Is(Verdict::Refused(why), None)),
            Err(Broken::Failed(errno)) => return Err(Error::system(here.path, errno)),
            Err(Broken::Moving) => {
                let still = Still::new(Identity::of_stat(stat), here.now);
                return Ok(Entry::Is(Verdict::Waits(Waiting::Moving), Some(still)));
            }
        };
        let first = !self.was_shown(name, &tree.identity);
        let still = self.still(name, tree.identity, here.now);
        let waits = |why| Ok(Entry::Is(Verdict::Waits(why), Some(still.clone())));
        if tree.files == 0 {
            return waits(Waiting::Empty);
        }
        if let Some(by) = tree.open_by(&path, &held) {
            return waits(Waiting::Open { by });
        }
        if first {
            let lain = still.lain(here.now);
            if lain < self.options.settle {
                return waits(Waiting::Moving);
            }
            let within = Here { path: &path, held, owners: Owners::default(), now: here.now };
            for archive in &tree.archives {
                match within.inspect_within(archive.as_os_str(), lain < patience(self.options.settle))? {
                    Inspected::Sound => {}
                    Inspected::Gone => return waits(Waiting::Moving),
                    Inspected::Waits(why) => return waits(why),
                    Inspected::Refused(why) => {
                        let why = Refused::Within { path: name::shown(archive.as_os_str()), why: Box::new(why) };
                        return Ok(Entry::Is(Verdict::Refused(why), Some(still)));
                    }
                }
            }
        }
        Ok(Entry::Is(Verdict::Settled { identity: tree.identity, files: tree.files, folder: true, first }, None))
    }

    fn was_shown(&self, name: &OsStr, identity: &Identity) -> bool {
        self.shown.get(&self.hashes.hash_one(name)) == Some(&self.number(identity))
    }

    /// A number for an identity. The device is left out: a share that was away has another one.
    fn number(&self, identity: &Identity) -> u64 {
        self.hashes.hash_one((identity.ino, identity.size, identity.mtime_ns, identity.ctime_ns))
    }

    fn still(&self, name: &OsStr, identity: Identity, now: Instant) -> Still<Identity> {
        match self.waiting.get(name) {
            Some(before) => {
                let mut still = before.clone();
                still.look(identity, now);
                still
            }
            None => Still::new(identity, now),
        }
    }
}

impl Look {
    fn wakes(&mut self, at: Option<Instant>) {
        self.next = match (self.next, at) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
    }

    fn tell(&mut self, here: &Here<'_>, name: &OsStr, verdict: Verdict) {
        let folder = here.path;
        let full = self.waiting.len() + self.refused.len() >= MOST_LISTED;
        match verdict {
            Verdict::Settled { identity, files, folder: is_folder, first } => self.settled.push(Arrival {
                path: folder.join(name),
                name: name.to_string_lossy().into_owned(),
                folder: is_folder,
                identity,
                files,
                first,
                at: here.now,
            }),
            Verdict::Waits(_) | Verdict::Refused(_) if full => self.unlisted += 1,
            Verdict::Waits(why) => self.waiting.push((name.into(), why)),
            Verdict::Refused(why) => self.refused.push((name.into(), why)),
        }
    }
}

impl Place {
    /// Whether the folder's file system is no longer there, so that the place where it was mounted shows.
    fn is_gone(self, now: Place) -> bool {
        self.device != now.device && (self.kind != now.kind || (self.mount && !now.mount))
    }
}

fn place(held: &OwnedFd) -> Result<Place, Errno> {
    let device = fstat(held)?.st_dev;
    let above = folder::stat(held, OsStr::new("..")).map(|stat| stat.st_dev);
    Ok(Place { device, kind: fstatfs(held)?.f_type as i64, mount: above != Ok(device) })
}

/// What a file is, opened once.
enum Inspected {
    Sound,
    Gone,
    Waits(Waiting),
    Refused(Refused),
}

impl Here<'_> {
    /// What lies in the folder and is no litter. Owner files are noted.
    fn names(&mut self) -> Result<Vec<OsString>, Error> {
        let mut names = Vec::new();
        for entry in WalkDir::new(self.path).min_depth(1).max_depth(1).follow_links(false) {
            let entry = entry.map_err(|error| Error::walking(self.path, &error))?;
            let name = entry.file_name();
            if name::is_litter(name) {
                self.owners.note(name);
            } else {
                names.push(name.to_owned());
            }
        }
        Ok(names)
    }

    /// Who has a document open; none if nobody has.
    fn open_by(&self, document: &OsStr) -> Option<Option<String>> {
        let owner = self.owners.of(document)?;
        let stat = folder::stat(&self.held, owner).ok()?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return None;
        }
        let file = folder::read(&self.held, owner).ok();
        Some(file.and_then(|file| owner::person(&file, owner)))
    }

    /// Opens a file that lies still, and looks whether it is what was seen and has its end.
    fn inspect(&self, name: &OsStr, seen: &Identity, patient: bool) -> Result<Inspected, Error> {
        let file = match self.open(name)? {
            Ok(file) => file,
            Err(inspected) => return Ok(inspected),
        };
        let Ok(stat) = folder::of_open(&file) else { return Ok(Inspected::Gone) };
        if Identity::of_stat(&stat) != *seen {
            return Ok(Inspected::Waits(Waiting::Moving));
        }
        let archive = name::is_archive(name);
        Ok(self.complete(&file, &stat, archive, patient))
    }

    fn inspect_within(&self, inner: &OsStr, patient: bool) -> Result<Inspected, Error> {
        let file = match self.open(inner)? {
            Ok(file) => file,
            Err(inspected) => return Ok(inspected),
        };
        match folder::of_open(&file) {
            Ok(stat) => Ok(self.complete(&file, &stat, true, patient)),
            Err(_) => Ok(Inspected::Gone),
        }
    }

    fn open(&self, name: &OsStr) -> Result<Result<File, Inspected>, Error> {
        match folder::read(&self.held, name) {
            Ok(file) => Ok(Ok(file)),
            Err(Errno::NOENT | Errno::LOOP | Errno::XDEV) => Ok(Err(Inspected::Gone)),
            Err(Errno::BUSY | Errno::TXTBSY | Errno::AGAIN) => Ok(Err(Inspected::Waits(Waiting::Written))),
            Err(errno) if error::is_disconnected(errno) && errno != Errno::IO => Err(Error::system(self.path, errno)),
            Err(errno) => Ok(Err(Inspected::Refused(Refused::Unreadable { kind: errno.kind() }))),
        }
    }

    fn complete(&self, file: &File, stat: &Stat, archive: bool, patient: bool) -> Inspected {
        let size = u64::try_from(stat.st_size).unwrap_or(0);
        if !patient {
            return Inspected::Sound;
        }
        let complete = if archive { end::is_complete(file, size) } else { Ok(size > 0) };
        match complete {
            Ok(true) => Inspected::Sound,
            Ok(false) => Inspected::Waits(Waiting::Incomplete),
            Err(error) => Inspected::Refused(Refused::Unreadable { kind: error.kind() }),
        }
    }
}
