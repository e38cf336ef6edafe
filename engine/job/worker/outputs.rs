//! The script's outputs into the work folder, each flushed before the report names it.

use std::borrow::Cow;
use std::io;
use std::path::Path;

use book::{CHANCE, Change, Changes, SALT, Seal};
use rustix::rand::{GetRandomFlags, getrandom};
use script::Output;
use task::Pattern;

use super::Words;
use crate::place;
use crate::proof::{Changed, Origin, Proof};
use crate::report::{Made, Protect};

/// Writes the outputs under numbers: a name from a script never becomes a path here. Those that are to be protected are closed
/// before they touch the disk.
pub(crate) fn stage(work: &Path, outputs: &[Output], protect: Option<&Protect>, words: &dyn Words) -> io::Result<Vec<Made>> {
    let mut made = Vec::with_capacity(outputs.len());
    let closing = protect.map(Closing::new).transpose()?;
    for (number, output) in outputs.iter().enumerate() {
        let staged = format!("out-{number}");
        let bytes = match &closing {
            Some(closing) => closing.closed(output)?,
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
struct Closing {
    patterns: Vec<Pattern>,
    seal: Seal,
}

impl Closing {
    fn new(protect: &Protect) -> io::Result<Closing> {
        let patterns = protect.outputs.iter().map(|pattern| Pattern::new(pattern)).collect();
        Ok(Closing { patterns, seal: Seal::new(&protect.password, chance::<SALT>()?) })
    }

    /// Only workbooks can be closed; whatever else is to be stays as it is, and the engine refuses it.
    fn closed<'o>(&self, output: &'o Output) -> io::Result<Cow<'o, [u8]>> {
        let wanted = self.patterns.iter().any(|pattern| pattern.fits(&output.name));
        if !wanted || !output.bytes.starts_with(b"PK") {
            return Ok(Cow::Borrowed(&output.bytes));
        }
        Ok(Cow::Owned(self.seal.close(&output.bytes, &chance::<CHANCE>()?)))
    }
}

/// Bytes of the system's chance. A seed would do for tests, and for whoever wants to break in.
fn chance<const N: usize>() -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    let mut filled = 0;
    while filled < N {
        filled += getrandom(&mut bytes[filled..], GetRandomFlags::empty())?;
    }
    Ok(bytes)
}
