//! What stands before and behind the cells of a sheet: nothing of it goes, and only what was meant changes.

use super::{Broken, Meant};
use crate::package::{Element, Node, Tree};

/// Where rows went, lists of ranges may be empty, and then they go too.
const RANGES: [&str; 10] = [
    "mergeCells",
    "conditionalFormatting",
    "dataValidations",
    "hyperlinks",
    "rowBreaks",
    "ignoredErrors",
    "protectedRanges",
    "autoFilter",
    "sortState",
    "cellWatches",
];

/// Compares what stands before the cells (`head`), or behind them.
pub(super) fn compare(meant: &Meant, part: &str, old: &[u8], new: &[u8]) -> Result<(), Broken> {
    if old == new {
        return Ok(());
    }
    let (old, new) = (Tree::read(old, part)?, Tree::read(new, part)?);
    let (old, new) = (elements(&old), elements(&new));
    let fixed = |list: &[&Element<'_>]| {
        let fixed = list.iter().filter(|element| !meant.may_change(element.name()));
        fixed.map(|element| bytes(element)).collect::<Vec<_>>()
    };
    let there = |wanted: &Element<'_>| new.iter().any(|element| element.name() == wanted.name());
    let may_go = |element: &Element<'_>| {
        let name = String::from_utf8_lossy(element.name());
        meant.rows_went() && RANGES.contains(&&*name)
    };
    if fixed(&old) == fixed(&new) && old.iter().all(|element| there(element) || may_go(element)) {
        Ok(())
    } else {
        Err(Broken::Part { part: part.to_owned() })
    }
}

/// The elements of a sheet that are whole in a piece: before the cells its root is still open.
fn elements<'t, 'a>(tree: &'t Tree<'a>) -> Vec<&'t Element<'a>> {
    let open = |element: &&Element<'a>| matches!(element.name(), b"worksheet" | b"macrosheet");
    match tree.root().filter(open) {
        Some(root) => root.elements().collect(),
        None => tree.nodes.iter().filter_map(Node::element).collect(),
    }
}

fn bytes(element: &Element<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    element.write(&mut out);
    out
}
