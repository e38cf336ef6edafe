//! An attempt in the work folder: what a worker makes of an arrival, with everything for people put together in one folder.

use std::ffi::OsString;
use std::path::Path;

use jiff::civil::DateTime;
use task::Task;

use crate::arrival::Arrival;
use crate::conduct::{Finished, Job, Way};
use crate::error::Stop;
use crate::perform::Cancel;
use crate::place::Staging;
use crate::report::Progress;

/// One attempt.
pub(crate) struct Attempt<'a> {
    pub task: &'a Task,
    /// The arrival in the work folder.
    pub input: &'a Path,
    /// Where the worker writes.
    pub out: &'a Path,
    /// Where its outputs are put together; it does not exist yet.
    pub publish: &'a Path,
    /// Where the arrival will lie, if it is handed back.
    pub home: &'a Path,
    pub clock: DateTime,
    pub seed: u64,
    pub cancel: &'a Cancel,
}

/// Whoever makes outputs of arrivals: a worker process, or in tests something that needs none.
pub(crate) trait Performs: Send + Sync {
    fn perform(&self, attempt: &Attempt<'_>, progress: &mut dyn FnMut(Progress)) -> Result<Finished, Stop>;
}

/// The worker process.
pub(crate) struct Workers {
    /// The command that becomes the worker.
    pub program: Vec<OsString>,
    /// Whether units are called by their Japanese names.
    pub japanese: bool,
}

impl Performs for Workers {
    fn perform(&self, attempt: &Attempt<'_>, progress: &mut dyn FnMut(Progress)) -> Result<Finished, Stop> {
        let unit = &attempt.task.manifest.unit;
        let mut arrival = Arrival::collect(&[attempt.input.to_owned()], attempt.task)?;
        let hands_back = attempt.task.manifest.rename;
        if hands_back {
            arrival.handed_back_at(attempt.home);
        }
        let job = Job {
            task: attempt.task,
            out: attempt.publish,
            way: if hands_back { Way::HandBack } else { Way::Publish },
            now: attempt.clock,
            unit: if self.japanese { unit.ja.clone() } else { unit.en.clone() },
            program: &self.program,
            undo_name: "",
        };
        job.run_within(arrival, Staging::kept(attempt.out), attempt.seed, attempt.cancel, progress)
    }
}
