//! The script's outputs into the work folder, each flushed before the report names it.

use std::borrow::Cow;
use std::io;
use std::path::Path;

use book::{Change, Changes};
use script::Output;
use task::Pattern;

use super::Words;
use super::closing::Closing;
use crate::place;
use crate::proof::{Changed, Origin, Proof};
use crate::report::{Made, Protect};

/// Writes the outputs under numbers: a name from a script never becomes a path here. Those that are to be protected are closed
/// before they touch the disk.
pub(crate) fn stage(work: &Path, outputs: &[Output], protect: Option<&Protect>, words: &dyn Words) -> io::Result<Vec<Made>> {
    let mut made = Vec::with_capacity(outputs.len());
    let protected = protect.map(Protected::new).transpose()?;
    for (number, output) in outputs.iter().enumerate() {
        let staged = format!("out-{number}");
        let bytes = match &protected {
            Some(protected) => protected.closed(output)?,
            None => Cow::Borrowed(&output.bytes[..]),
        };
        place::stage(&work.join(&staged), &bytes)?;
        let proof = output.proof.as_ref().map(|proof| told(Origin::Template(proof.template.clone()), &proof.changes, words));
        made.push(Made { name: output.name.clone(), staged, proof });
    }
    Ok(made)
}

/// What the proof of a workbook found, in words.
pub(crate) fn told(of: Origin, changes: &Changes, words: &dyn Words) -> Proof {
    let changed = |change: &Change| Changed { what: words.part(&change.what), part: change.part.clone(), how: change.how.into() };
    Proof { of, changed: changes.parts.iter().map(changed).collect(), same: changes.same }
}

/// Which outputs are closed, and how.
struct Protected {
    patterns: Vec<Pattern>,
    closing: Closing,
}

impl Protected {
    fn new(protect: &Protect) -> io::Result<Protected> {
        let patterns = protect.outputs.iter().map(|pattern| Pattern::new(pattern)).collect();
        Ok(Protected { patterns, closing: Closing::new(&protect.password)? })
    }

    /// Only workbooks can be closed; whatever else is to be stays as it is, and the engine refuses it.
    fn closed<'o>(&self, output: &'o Output) -> io::Result<Cow<'o, [u8]>> {
        let wanted = self.patterns.iter().any(|pattern| pattern.fits(&output.name));
        if !wanted || !output.bytes.starts_with(b"PK") {
            return Ok(Cow::Borrowed(&output.bytes));
        }
        self.closing.close(&output.bytes).map(Cow::Owned)
    }
}
