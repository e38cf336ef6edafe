//! How much of a proof is told: enough to be read, all of it stands in `--json`.

/// Groups of outputs that are told.
pub(crate) const MOST_GROUPS: usize = 5;
/// Parts of a group that are told.
pub(crate) const MOST_PARTS: usize = 12;
