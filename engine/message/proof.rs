//! How much of a proof is told: enough to be read, all of it stands in `--json`.

use job::Changed;

/// Groups of outputs that are told.
pub(crate) const MOST_GROUPS: usize = 5;
/// Lines of a group that are told.
pub(crate) const MOST_PARTS: usize = 12;

/// Parts of which the same is to be said, once: the first of them and how many there are.
pub(crate) fn lines(changed: &[Changed]) -> Vec<(&Changed, usize)> {
    let mut lines: Vec<(&Changed, usize)> = Vec::new();
    for part in changed {
        match lines.iter_mut().find(|(known, _)| known.what == part.what && known.how == part.how) {
            Some((_, count)) => *count += 1,
            None => lines.push((part, 1)),
        }
    }
    lines
}
