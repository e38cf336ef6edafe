//! 記号の規則.

/// Rules of symbols in file names.
pub(crate) struct Rules;
