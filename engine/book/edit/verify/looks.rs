//! What the cells of both workbooks point to: their styles and shared texts must mean the same under the same number.

use super::Broken;
use crate::package::{Element, Package, Tree};
use crate::read::xlsx::Styles;

/// The lists of a stylesheet that others point into by number: they may grow at their end, and nothing else.
const LISTS: [&str; 8] = ["numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs"];

/// The number formats behind the style numbers of original and result.
pub(super) struct Looks<'a> {
    old: &'a Styles,
    new: &'a Styles,
}

impl<'a> Looks<'a> {
    /// Reads the styles of both; fails if one that was there is no longer what it was.
    pub(super) fn read(before: &'a Package, after: &'a Package, changed: &[String]) -> Result<Looks<'a>, Broken> {
        let part = |package: &Package| package.related("styles").map(str::to_owned);
        match (part(before), part(after)) {
            // The same part is not read twice.
            (Some(old), Some(new)) if old == new && !changed.contains(&old) => {
                return Ok(Looks { old: before.shows()?, new: before.shows()? });
            }
            (None, _) => {}
            (Some(old), Some(new)) => {
                let (old_xml, new_xml) = (before.read(&old)?, after.read(&new)?);
                let (old_tree, new_tree) = (Tree::read(&old_xml, &old)?, Tree::read(&new_xml, &new)?);
                if !old_tree.root().zip(new_tree.root()).is_some_and(|(old, new)| grown(old, new)) {
                    return Err(Broken::Part { part: new });
                }
            }
            (Some(part), None) => return Err(Broken::Part { part }),
        }
        Ok(Looks { old: before.shows()?, new: after.shows()? })
    }

    /// Whether two style numbers, of original and result, show numbers in the same way.
    pub(super) fn same_format(&self, old: u32, new: u32) -> bool {
        self.old.code(old) == self.new.code(new)
    }

    /// The styles of the result.
    pub(super) fn after(&self) -> &Styles {
        self.new
    }
}

/// Whether a stylesheet has everything of another, in its place.
fn grown(old: &Element<'_>, new: &Element<'_>) -> bool {
    let bytes = |element: &Element<'_>| {
        let mut out = Vec::new();
        element.write(&mut out);
        out
    };
    let list = |old: &Element<'_>, new: &Element<'_>| {
        let mut has = new.elements();
        old.elements().all(|element| has.next().is_some_and(|other| bytes(element) == bytes(other)))
    };
    let same = |old: &Element<'_>| {
        let named = |name: &[u8]| LISTS.iter().any(|list| list.as_bytes() == name);
        let mut others = new.elements().filter(|new| new.name() == old.name());
        if named(old.name()) { others.any(|new| list(old, new)) } else { others.any(|new| bytes(old) == bytes(new)) }
    };
    old.elements().all(same)
}

/// Whether the shared texts of the original stand in the result under their numbers.
pub(super) fn same_texts(before: &Package, after: &Package, changed: &[String]) -> Result<(), Broken> {
    let part = |package: &Package| package.related("sharedStrings").map(str::to_owned);
    let (old, new) = match (part(before), part(after)) {
        (None, _) => return Ok(()),
        (Some(old), Some(new)) if old == new && !changed.contains(&old) => return Ok(()),
        (Some(old), Some(new)) => (old, new),
        (Some(part), None) => return Err(Broken::Part { part }),
    };
    let (old_xml, new_xml) = (before.read(&old)?, after.read(&new)?);
    let (old_tree, new_tree) = (Tree::read(&old_xml, &old)?, Tree::read(&new_xml, &new)?);
    match old_tree.root().zip(new_tree.root()) {
        Some((old, new))
            if texts(old).zip(texts(new)).all(|(old, new)| old == new) && texts(old).count() <= texts(new).count() =>
        {
            Ok(())
        }
        _ => Err(Broken::Part { part: new }),
    }
}

fn texts<'e>(table: &'e Element<'_>) -> impl Iterator<Item = Vec<u8>> + 'e {
    table.elements().map(|text| {
        let mut out = Vec::new();
        text.write(&mut out);
        out
    })
}
