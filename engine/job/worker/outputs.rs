//! The script's outputs into the work folder, each flushed before the report names it.

use std::io;
use std::path::Path;

use script::Output;

use crate::place;
use crate::report::Made;

/// Writes the outputs under numbers: a name from a script never becomes a path here.
pub(crate) fn stage(work: &Path, outputs: &[Output]) -> io::Result<Vec<Made>> {
    let mut made = Vec::with_capacity(outputs.len());
    for (number, output) in outputs.iter().enumerate() {
        let staged = format!("out-{number}");
        place::stage(&work.join(&staged), &output.bytes)?;
        made.push(Made { name: output.name.clone(), staged });
    }
    Ok(made)
}
