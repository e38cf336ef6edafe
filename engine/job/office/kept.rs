//! What recovery needs to go on without the script: the run as it will stand in the ledger, and what is published.

use std::path::Path;

use ledger::Run;
use serde::{Deserialize, Serialize};

use super::tasks::Loaded;
use crate::baseline::baseline;
use crate::conduct::Finished;
use crate::place::Placed;
use crate::report::Facts;

/// A file as it was published, by which an undo knows it again.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Output {
    /// Its path within the published folder.
    pub name: String,
    pub sha256: String,
    pub size: u64,
}

/// The published files with their sizes.
pub(crate) fn outputs(publish: &Path, placed: &[Placed]) -> std::io::Result<Vec<Output>> {
    let output = |placed: &Placed| {
        let name = placed.path.strip_prefix(publish).unwrap_or(&placed.path).to_string_lossy().into_owned();
        let size = std::fs::metadata(&placed.path)?.len();
        Ok(Output { name, sha256: placed.sha256.clone(), size })
    };
    placed.iter().map(output).collect()
}

/// The run of a job that came to an end of its own.
pub(crate) fn run(loaded: &Loaded, finished: &Finished, milliseconds: u64) -> Run {
    let Facts { files, units, counts, account, returned, .. } = &finished.facts;
    Run {
        units: if *returned { 0 } else { *units },
        errors: counts.errors as u64,
        warnings: counts.warnings as u64,
        notes: counts.notes as u64,
        read: account.read,
        used: account.used,
        excluded: account.left_out(),
        files: *files,
        ..bare(loaded, milliseconds)
    }
}

/// The run of a job that came to nothing.
pub(crate) fn bare(loaded: &Loaded, milliseconds: u64) -> Run {
    let manifest = &loaded.task.manifest;
    Run {
        version: loaded.version.clone(),
        department: manifest.department.clone(),
        unit: manifest.unit.ja.clone(),
        milliseconds,
        baseline: Some(baseline(manifest)),
        formerly: manifest.formerly.clone(),
        ..Run::default()
    }
}
