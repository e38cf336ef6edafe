//! A thread for each watched folder: it looks when the bell rings, when something may have come to rest, and every so often
//! whatever the bells say. A share that hangs holds up its own thread and nobody else.

use std::collections::HashSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use intake::{Look, Options, Watcher};

use super::house::{Halt, House, writing};

/// The names of a watched folder's arrivals that are in hand already.
pub(crate) type InHand = Arc<Mutex<HashSet<String>>>;

/// What a look came to.
#[derive(Debug)]
pub(crate) struct Looked {
    pub look: Result<Look, intake::Error>,
    /// Whether anything may be claimed: room on the disk, and a folder that can be written.
    pub sound: Result<(), Halt>,
}

/// The ends that the engine holds of a looker.
#[derive(Debug)]
pub(crate) struct Looker {
    /// Rings the bell; dropped, the thread ends.
    pub bell: SyncSender<()>,
    /// Whether the folder is to be tried by writing before it is called sound.
    pub suspect: Arc<AtomicBool>,
}

/// Starts to watch a folder.
pub(crate) fn start(
    house: Arc<House>,
    options: Options,
    scan: Duration,
    in_hand: InHand,
    tell: impl Fn(Looked) -> bool + Send + 'static,
) -> std::io::Result<Looker> {
    let (bell, rings) = sync_channel(1);
    let suspect = Arc::new(AtomicBool::new(false));
    let doubt = Arc::clone(&suspect);
    let folder = options.folder.clone();
    thread::Builder::new().name("look".to_owned()).stack_size(1 << 20).spawn(move || {
        let mut watcher = Watcher::new(options);
        loop {
            let mut look = watcher.look(Instant::now());
            let mut next = Instant::now() + scan;
            if let Ok(look) = &mut look {
                let in_hand = in_hand.lock().unwrap_or_else(PoisonError::into_inner);
                look.settled.retain(|arrival| !in_hand.contains(&arrival.name));
                next = look.next.map_or(next, |soon| soon.min(next));
            }
            let sound = sound(&house, &folder, doubt.load(Ordering::SeqCst));
            if !tell(Looked { look, sound }) || !wait(&rings, &watcher, next) {
                return;
            }
        }
    })?;
    Ok(Looker { bell, suspect })
}

/// Waits for the next look; false when there will be none.
fn wait(rings: &Receiver<()>, watcher: &Watcher, next: Instant) -> bool {
    let until = |then: Instant| rings.recv_timeout(then.saturating_duration_since(Instant::now()));
    match until(next) {
        Err(RecvTimeoutError::Timeout) => return true,
        Err(RecvTimeoutError::Disconnected) => return false,
        Ok(()) => {}
    }
    // Long folders are not looked through back to back, however often it rings.
    let due = watcher.due(Instant::now());
    loop {
        match until(due) {
            Ok(()) => {}
            Err(RecvTimeoutError::Timeout) => return true,
            Err(RecvTimeoutError::Disconnected) => return false,
        }
    }
}

/// Whether arrivals of a folder may be claimed.
fn sound(house: &House, folder: &Path, doubtful: bool) -> Result<(), Halt> {
    house.room_for(0)?;
    if super::disk::free(folder).is_ok_and(|free| free.read_only) {
        return Err(writing(folder)(std::io::ErrorKind::ReadOnlyFilesystem.into()));
    }
    if doubtful {
        let probe = folder.join(format!(".jitan-probe-{}", std::process::id()));
        let tried = std::fs::create_dir(&probe).and_then(|()| std::fs::remove_dir(&probe));
        tried.map_err(writing(folder))?;
    }
    Ok(())
}
