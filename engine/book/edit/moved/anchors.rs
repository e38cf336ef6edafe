//! Where drawings and comments hang, after rows have come or gone.

use super::Mover;
use crate::edit::formula::Move;
use crate::package::{Element, Node, Tree};

/// Pictures and charts of a drawing; pictures within a repeated block are there once for each copy.
pub(super) fn drawing(tree: &mut Tree<'_>, mover: &Mover<'_, '_>) {
    let mut highest = 0;
    tree.each(&mut |element| {
        if element.is("cNvPr") {
            highest = highest.max(element.number("id").unwrap_or(0));
        }
    });
    let Some(root) = tree.root_mut() else { return };
    let mut out = Vec::with_capacity(root.children.len());
    for mut node in root.children.drain(..) {
        let mut copies = Vec::new();
        if let Some(anchor) = node.element_mut() {
            formulas(anchor, mover);
            if anchor.get("editAs").is_none_or(|how| how != "absolute") {
                copies = pictures(anchor, mover, &mut highest);
                hang(anchor, mover);
            }
        }
        out.push(node);
        out.extend(copies);
    }
    root.children = out;
}

/// Texts and lists of shapes may come out of cells.
fn formulas(element: &mut Element<'_>, mover: &Mover<'_, '_>) {
    if let Some(link) = element.get("textlink").filter(|link| !link.is_empty())
        && let Some(moved) = mover.formula(&link)
    {
        element.set("textlink", &moved);
    }
    element.elements_mut().for_each(|child| formulas(child, mover));
}

/// Moves an anchor: both ends, or with its size kept.
fn hang(anchor: &mut Element<'_>, mover: &Mover<'_, '_>) {
    let row = |corner: Option<&Element<'_>>| corner?.child("row")?.text().trim().parse::<u32>().ok();
    let Some(from) = row(anchor.child("from")) else { return };
    let to = row(anchor.child("to"));
    let new_from = mover.row(from);
    let fixed_size = anchor.get("editAs").is_some_and(|how| how == "oneCell");
    let new_to = to.map(|to| if fixed_size { new_from + to.saturating_sub(from) } else { mover.row(to).max(new_from) });
    for (name, old, new) in [("from", Some(from), Some(new_from)), ("to", to, new_to)] {
        if old != new
            && let Some(new) = new
            && let Some(row) = anchor.child_mut(name).and_then(|corner| corner.child_mut("row"))
        {
            row.set_text(&new.to_string());
        }
    }
}

/// A corner of a control or an embedded object, which stands in the sheet itself.
pub(super) fn corner(element: &mut Element<'_>, mover: &Mover<'_, '_>) {
    let Some(row) = element.child_mut("row") else { return };
    if let Ok(old) = row.text().trim().parse::<u32>()
        && mover.row(old) != old
    {
        row.set_text(&mover.row(old).to_string());
    }
}

/// The copies of a picture that hangs within a repeated block. Charts are not written again.
fn pictures<'a>(anchor: &Element<'a>, mover: &Mover<'_, '_>, highest: &mut u64) -> Vec<Node<'a>> {
    let picture = anchor.child("pic").is_some() || anchor.child("sp").is_some();
    let row = |name: &str| anchor.child(name)?.child("row")?.text().trim().parse::<u32>().ok();
    let (Some(from), true) = (row("from"), picture) else { return Vec::new() };
    let to = row("to").unwrap_or(from);
    let mut places = vec![from];
    for step in &mover.steps {
        let mut next = Vec::new();
        for place in places {
            if let Move::Repeat { first, last, times } = *step
                && step.repeats(place)
                && (to - from.min(to)) <= last - first
            {
                next.extend((1..=times).map(|time| place + (last - first + 1) * time));
            }
            // The picture itself comes first, its copies behind it.
            next.splice(0..0, step.row(place));
        }
        places = next;
    }
    let own = mover.row(from);
    let mut copies = Vec::new();
    for place in places.into_iter().filter(|place| *place != own) {
        let mut copy = anchor.clone();
        for (name, row) in [("from", place), ("to", place + (to - from.min(to)))] {
            if let Some(element) = copy.child_mut(name).and_then(|corner| corner.child_mut("row")) {
                element.set_text(&row.to_string());
            }
        }
        *highest += 1;
        renumber(&mut copy, *highest);
        copies.push(Node::Element(copy));
    }
    copies
}

fn renumber(element: &mut Element<'_>, id: u64) {
    if element.is("cNvPr") {
        element.set("id", &id.to_string());
    }
    element.elements_mut().for_each(|child| renumber(child, id));
}

/// The drawing of comments and controls. Answers nothing; a comment whose row is gone goes with its shape.
pub(super) fn vml(tree: &mut Tree<'_>, mover: &Mover<'_, '_>) {
    tree.retain(&mut |element| {
        let Some(data) = element.child_mut("ClientData").filter(|data| data.get("ObjectType").is_some()) else { return true };
        let note = data.get("ObjectType").is_some_and(|kind| kind == "Note");
        for child in data.elements_mut() {
            let text = child.text();
            match child.name() {
                b"Row" => {
                    let Ok(row) = text.trim().parse::<u32>() else { continue };
                    match mover.steps.iter().try_fold(row, |row, step| step.row(row)) {
                        Some(new) if new != row => child.set_text(&new.to_string()),
                        Some(_) => {}
                        None if note => return false,
                        None => {}
                    }
                }
                b"Anchor" => {
                    if let Some(anchor) = anchor(&text, mover) {
                        child.set_text(&anchor);
                    }
                }
                name if name.starts_with(b"Fmla") && !name.eq_ignore_ascii_case(b"FmlaMacro") => {
                    if let Some(moved) = mover.formula(&text) {
                        child.set_text(&moved);
                    }
                }
                _ => {}
            }
        }
        true
    });
}

/// Eight numbers: column, offset, row, offset of the upper left and of the lower right corner.
fn anchor(text: &str, mover: &Mover<'_, '_>) -> Option<String> {
    let mut numbers: Vec<String> = text.split(',').map(|number| number.trim().to_owned()).collect();
    if numbers.len() != 8 || mover.steps.is_empty() {
        return None;
    }
    let (top, bottom): (u32, u32) = (numbers[2].parse().ok()?, numbers[6].parse().ok()?);
    let new = mover.row(top);
    numbers[2] = new.to_string();
    numbers[6] = (new + bottom.saturating_sub(top)).to_string();
    Some(numbers.join(", "))
}
