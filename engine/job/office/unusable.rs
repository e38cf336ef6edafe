//! Why there is no watching here: trouble with the office, not with an arrival.

use std::path::PathBuf;

use super::owner::Other;
use crate::error::Error;

/// Why an office cannot be watched, or its jobs not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// A folder cannot be read or written.
    #[error(transparent)]
    Place(#[from] Error),
    /// A folder lies on another file system than the engine's own, so nothing can be moved into it whole.
    #[error("{} lies on another file system", folder.display())]
    OtherFileSystem {
        /// The folder.
        folder: PathBuf,
    },
    /// Another engine works here.
    #[error("another engine works here: {0:?}")]
    Owned(Other),
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] ledger::Error),
    /// A task is broken.
    #[error(transparent)]
    Task(#[from] task::Error),
    /// The original of a job is not where the job left it.
    #[error("the original of {job} is gone")]
    NoOriginal {
        /// The job.
        job: String,
        /// Where it was.
        path: PathBuf,
    },
    /// The days within which what a job renamed can be taken back are over.
    #[error("{job} cannot be taken back any more")]
    TooLate {
        /// The job.
        job: String,
    },
    /// The ledger lacks rows that were noted in the head file: they were cut off, or an old copy was put back.
    #[error("the ledger lacks what {} notes", file.display())]
    Cut {
        /// The head file.
        file: PathBuf,
        /// The row that is not there as it was.
        row: i64,
    },
    /// There is no ledger, or an empty one, though originals of earlier jobs are there: it is lost.
    #[error("{} is lost", store.display())]
    Lost {
        /// Where the ledger should be.
        store: PathBuf,
        /// The engine's own folder, where the originals are.
        own: PathBuf,
    },
    /// The office has no task.
    #[error("there is no task under {}", scripts.display())]
    NoTask {
        /// Where tasks are looked for.
        scripts: PathBuf,
    },
}
