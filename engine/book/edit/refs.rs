//! Names that mean something else in the copy of a sheet.

use super::formula::{Piece, Scope, pieces_with_names, quoted};

/// A sheet's old and new name.
#[derive(Clone, Debug)]
pub(crate) struct Renames {
    pub(crate) from: String,
    pub(crate) to: String,
}

impl Renames {
    /// The formula with the new name; none if the old one does not stand in it.
    pub(crate) fn formula(&self, formula: &str) -> Option<String> {
        if !formula.contains('!') {
            return None;
        }
        let mut out = None;
        for (piece, names) in pieces_with_names(formula).into_iter().rev() {
            let scope = match &piece {
                Piece::Reference(reference) => &reference.scope,
                Piece::Name { scope, .. } => scope,
                _ => continue,
            };
            if matches!(scope, Scope::Sheet(name) if name.to_lowercase() == self.from.to_lowercase()) {
                out.get_or_insert_with(|| formula.to_owned()).replace_range(names, &format!("{}!", quoted(&self.to)));
            }
        }
        out
    }
}
