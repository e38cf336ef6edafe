//! The one way through a journal of moves, forwards or back: batch by batch, each marked when it is on the disk.
//!
//! After a crash, the batch that was open is decided row by row: the file at its new name, done; at its old name, not done;
//! neither, left alone and told.

use std::fs::File;
use std::ops::Range;
use std::path::Path;

use rustix::fs::{fsync, syncfs};
use rustix::io::Errno;

use super::bring::{Brought, Open, Trust};
use super::{Moves, UndoWhy, Undone};

/// Rows that are marked together. A crash costs the looks at so many files.
pub(crate) const BATCH: usize = if cfg!(test) { 3 } else { 1_000 };

/// Folders of a batch that are flushed one by one; more are flushed with their whole file system.
const FEW: usize = 32;

/// What keeps the rows of a plan, and how far each is.
pub(crate) trait Journal {
    /// What stops the way.
    type Error;
    /// The rows to be done next; none when there are no more.
    fn next(&mut self) -> Result<Option<Range<usize>>, Self::Error>;
    /// The moves that these rows are.
    fn moves(&self) -> &Moves;
    /// How far the rows are. What is marked has to be on the disk, unless the disk is asked again each time.
    fn mark(&mut self, rows: Range<usize>, brought: &[Brought]) -> Result<(), Self::Error>;
    /// The file system failed: whether that stops the way, or why the file is left alone.
    fn ill(&self, folder: &Path, errno: Errno) -> Result<UndoWhy, Self::Error>;
    /// One file has been looked after.
    fn one(&self) {}
    /// Whether the way goes on after a file that was left alone.
    fn goes_on(&self) -> bool {
        true
    }
}

/// Brings every file of the journal to its new name, as far as it is not there yet.
pub(crate) fn carry<J: Journal>(journal: &mut J, trust: Trust) -> Result<Undone, J::Error> {
    let mut undone = Undone::default();
    while let Some(rows) = journal.next()? {
        let mut open = [Open::default(), Open::default()];
        let mut brought = Vec::with_capacity(rows.len());
        for at in rows.clone() {
            let mut one = journal.moves().bring(at, &mut open, trust);
            if let Brought::Ill(errno) = one {
                one = Brought::Left(journal.ill(journal.moves().get(at).folder, errno)?);
            }
            journal.one();
            undone.count(journal.moves(), at, one);
            brought.push(one);
        }
        journal.mark(rows, &brought)?;
        if !undone.left.is_empty() && !journal.goes_on() {
            break;
        }
    }
    Ok(undone)
}

impl Undone {
    fn count(&mut self, moves: &Moves, at: usize, brought: Brought) {
        let one = moves.get(at);
        match brought {
            Brought::Done => self.done += usize::from(!one.passes()),
            Brought::Already => self.already += usize::from(!one.passes()),
            Brought::Left(why) => self.left.push((one.folder.join(one.from), why)),
            Brought::Passed | Brought::Ill(_) => {}
        }
    }
}

impl Moves {
    /// Flushes the folders of some moves: one by one while they are few, the whole file system when they are many.
    pub(crate) fn flush(&self, rows: Range<usize>) -> std::io::Result<()> {
        let mut folders: Vec<u32> = self.steps[rows].iter().flat_map(|step| [step.folder, step.into]).collect();
        folders.sort_unstable();
        folders.dedup();
        let many = folders.len() > FEW;
        for folder in folders.iter().take(if many { 1 } else { usize::MAX }) {
            // A folder that is gone needs no flushing.
            let Ok(folder) = File::open(&self.folders[*folder as usize]) else { continue };
            match if many { syncfs(&folder) } else { fsync(&folder) } {
                // A file system that cannot flush folders has nothing else to offer.
                Ok(()) | Err(Errno::INVAL | Errno::OPNOTSUPP | Errno::NOSYS) => {}
                Err(errno) => return Err(errno.into()),
            }
        }
        Ok(())
    }
}
