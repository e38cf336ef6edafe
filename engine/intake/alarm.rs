//! The system's events as an alarm clock: they say that a look is worth it, and never what there is to see.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use notify::event::{AccessKind, AccessMode, CreateKind, ModifyKind, RenameMode};
use notify::{Config, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use rustix::fs::statfs;

use crate::{name, owner};

/// File systems on which changes made elsewhere give no events: NFS, CIFS, SMB, SMB2, 9p, FUSE, AFS, Ceph, Coda.
const SILENT: [u32; 9] =
    [0x6969, 0xff53_4d42, 0x517b, 0xfe53_4d42, 0x0102_1997, 0x6573_5546, 0x5346_414f, 0x00c3_6400, 0x7375_7245];

/// Rings when something may have happened in one of its folders. It rings too often rather than too seldom, and still not
/// always: only a scan knows.
pub struct Alarm {
    events: Option<RecommendedWatcher>,
    folders: Arc<[PathBuf]>,
}

impl Alarm {
    /// Sets the alarm. `tell` gets the folder in which something may have happened; it is called from a thread of the alarm,
    /// perhaps thousands of times a second, and must not wait. Also gives the folders that have no events, or not those of others.
    pub fn set(folders: Vec<PathBuf>, tell: impl Fn(&Path) + Send + 'static) -> (Alarm, Vec<PathBuf>) {
        let folders: Arc<[PathBuf]> = folders.into();
        let known = Arc::clone(&folders);
        let ring = move |event: notify::Result<Event>| rings(&known, event, &tell);
        let events = RecommendedWatcher::new(ring, Config::default()).ok();
        let mut alarm = Alarm { events, folders };
        let silent = alarm.check();
        (alarm, silent)
    }

    /// Watches again what had vanished and is back: to be called with each scan. Gives the folders that have no events now.
    pub fn check(&mut self) -> Vec<PathBuf> {
        let Some(events) = &mut self.events else { return self.folders.to_vec() };
        // To watch what is watched already costs one system call and changes nothing; after a folder was taken away and made
        // anew, or mounted anew, it is another folder under the old name. Only its own entries are watched: what lies deeper
        // is looked at by the scan.
        let deaf = |folder: &&PathBuf| events.watch(folder, RecursiveMode::NonRecursive).is_err() || is_silent(folder);
        self.folders.iter().filter(deaf).cloned().collect()
    }
}

impl std::fmt::Debug for Alarm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Alarm").field("folders", &self.folders).finish_non_exhaustive()
    }
}

fn is_silent(folder: &Path) -> bool {
    statfs(folder).is_ok_and(|system| SILENT.contains(&(system.f_type as u32)))
}

fn rings(folders: &[PathBuf], event: notify::Result<Event>, tell: &impl Fn(&Path)) {
    let event = match event {
        Ok(event) if !event.need_rescan() => event,
        // The queue overflowed, or something else is wrong: nobody knows what was missed.
        Ok(_) | Err(_) => return folders.iter().for_each(|folder| tell(folder)),
    };
    if event.paths.is_empty() {
        return;
    }
    for folder in folders {
        if event.paths.iter().any(|path| is_worth(folder, path, &event.kind)) {
            tell(folder);
        }
    }
}

/// Whether what happened at `path` can make an arrival of something in `folder`.
fn is_worth(folder: &Path, path: &Path, kind: &EventKind) -> bool {
    if path == folder {
        return matches!(kind, EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)) | EventKind::Any | EventKind::Other);
    }
    if path.parent() != Some(folder) {
        return false;
    }
    let name = path.file_name().unwrap_or(OsStr::new(""));
    let litter = name::is_litter(name);
    match kind {
        // Files that were only made are still being written; their closing rings.
        EventKind::Create(CreateKind::File) => false,
        EventKind::Create(_) => !litter,
        // Our own claims take files away all the time. What matters is that somebody closed a document.
        EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(RenameMode::From)) => owner::is_owner(name),
        EventKind::Modify(ModifyKind::Name(_) | ModifyKind::Metadata(_)) => !litter,
        EventKind::Modify(ModifyKind::Data(_)) => false,
        EventKind::Modify(_) => !litter,
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => !litter,
        // Looking opens files too.
        EventKind::Access(_) => false,
        EventKind::Any | EventKind::Other => true,
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests drop files")]
mod tests {
    use std::fs;
    use std::sync::mpsc::{Receiver, channel};
    use std::time::Duration;

    use super::*;

    /// Long enough for any machine; a test that passes does not wait for it.
    const SURELY: Duration = Duration::from_secs(60);

    fn alarm(folders: &[&Path]) -> (Alarm, Vec<PathBuf>, Receiver<PathBuf>) {
        let (send, receive) = channel();
        let folders = folders.iter().map(|folder| (*folder).to_owned()).collect();
        let (alarm, silent) = Alarm::set(folders, move |folder| drop(send.send(folder.to_owned())));
        (alarm, silent, receive)
    }

    #[test]
    fn a_file_that_is_closed_and_one_that_is_moved_in_ring() {
        let desk = tempfile::tempdir().unwrap();
        let (one, other, aside) = (desk.path().join("一"), desk.path().join("二"), desk.path().join("三"));
        for folder in [&one, &other, &aside] {
            fs::create_dir(folder).unwrap();
        }
        let (_alarm, silent, rings) = alarm(&[&one, &other]);
        assert_eq!(silent, [""; 0].map(PathBuf::from));
        fs::write(one.join("a.csv"), "a").unwrap();
        assert_eq!(rings.recv_timeout(SURELY).unwrap(), one);
        fs::write(aside.join("b.csv"), "b").unwrap();
        fs::rename(aside.join("b.csv"), other.join("b.csv")).unwrap();
        let next = rings.iter().find(|folder| *folder != one);
        assert_eq!(next, Some(other));
    }

    #[test]
    fn a_folder_that_vanished_and_came_back_rings_again() {
        let desk = tempfile::tempdir().unwrap();
        let folder = desk.path().join("受付");
        let (mut alarm, silent, rings) = alarm(&[&folder]);
        assert_eq!(silent, [folder.as_path()]);
        for _ in 0..3 {
            fs::create_dir(&folder).unwrap();
            assert!(alarm.check().is_empty());
            fs::write(folder.join("a.csv"), "a").unwrap();
            assert_eq!(rings.recv_timeout(SURELY).unwrap(), folder);
            fs::remove_dir_all(&folder).unwrap();
            assert_eq!(alarm.check(), [folder.as_path()]);
            while rings.try_recv().is_ok() {}
        }
    }

    #[test]
    fn what_cannot_make_an_arrival_does_not_ring() {
        let folder = Path::new("受付");
        let worth = |name: &str, kind: EventKind| is_worth(folder, &folder.join(name), &kind);
        let closed = EventKind::Access(AccessKind::Close(AccessMode::Write));
        let moved = |mode| EventKind::Modify(ModifyKind::Name(mode));
        let gone = EventKind::Remove(notify::event::RemoveKind::File);
        assert!(
            worth("a.xlsx", closed)
                && worth("a.xlsx", moved(RenameMode::To))
                && worth("部", EventKind::Create(CreateKind::Folder))
        );
        assert!(worth("~$a.xlsx", gone), "somebody closed a workbook");
        assert!(!worth("~$a.xlsx", closed) && !worth("a.tmp", closed));
        assert!(!worth("a.xlsx", gone) && !worth("a.xlsx", moved(RenameMode::From)), "our own claims");
        assert!(!worth("a.xlsx", EventKind::Access(AccessKind::Open(AccessMode::Any))), "our own looks");
        assert!(!worth("部/a.xlsx", closed));
        assert!(is_worth(folder, folder, &EventKind::Remove(notify::event::RemoveKind::Folder)));
    }

    #[test]
    fn an_overflow_and_an_error_ring_everywhere() {
        let folders = [PathBuf::from("一"), PathBuf::from("二")];
        let told = std::cell::RefCell::new(Vec::new());
        let tell = |folder: &Path| told.borrow_mut().push(folder.to_owned());
        rings(&folders, Ok(Event::new(EventKind::Other).set_flag(notify::event::Flag::Rescan)), &tell);
        rings(&folders, Err(notify::Error::generic("no watches left")), &tell);
        assert_eq!(told.into_inner(), ["一", "二", "一", "二"].map(PathBuf::from));
    }
}
