//! The parts of a sheet before and behind its cells, after rows have come or gone.

use super::Mover;
use crate::edit::formula::{Growth, Move, translated};
use crate::package::{Element, Node, Tree};
use crate::{Area, MAX_ROWS};

/// Lists that may not be empty, and go with their last entry.
const LISTS: [&str; 11] = [
    "mergeCells",
    "hyperlinks",
    "dataValidations",
    "conditionalFormattings",
    "protectedRanges",
    "ignoredErrors",
    "cellWatches",
    "rowBreaks",
    "sparklines",
    "sparklineGroup",
    "sparklineGroups",
];

/// Moves everything in a piece of a sheet that names rows.
pub(crate) fn around_cells(tree: &mut Tree<'_>, mover: &Mover<'_, '_>) {
    if mover.is_idle() {
        return;
    }
    level(&mut tree.nodes, mover);
    empty_lists(&mut tree.nodes);
}

fn level(nodes: &mut Vec<Node<'_>>, mover: &Mover<'_, '_>) {
    let mut out = Vec::with_capacity(nodes.len());
    for mut node in nodes.drain(..) {
        let Some(element) = node.element_mut() else {
            out.push(node);
            continue;
        };
        let clones = match element.name() {
            b"mergeCell" | b"hyperlink" if !mover.steps.is_empty() => several(element, mover),
            b"rowBreaks" => {
                breaks(element, mover);
                Some(Vec::new())
            }
            _ => one(element, mover).then(Vec::new),
        };
        let Some(clones) = clones else { continue };
        if element.name() == b"hyperlink" {
            location(element, mover);
        }
        level(&mut element.children, mover);
        if element.name() == b"conditionalFormatting" && element.elements().next().is_none() {
            continue;
        }
        out.push(node);
        out.extend(clones);
    }
    *nodes = out;
}

/// Takes away lists that lost their last entry, and counts the others.
fn empty_lists(nodes: &mut Vec<Node<'_>>) {
    nodes.retain_mut(|node| {
        let Some(element) = node.element_mut() else { return true };
        empty_lists(&mut element.children);
        let name = String::from_utf8_lossy(element.name()).into_owned();
        if !LISTS.contains(&name.as_str()) {
            return true;
        }
        let count = element.elements().filter(|child| !child.is("extLst")).count();
        if element.get("count").is_some_and(|old| old != count.to_string()) {
            element.set("count", &count.to_string());
        }
        count > 0 || name == "rowBreaks" && element.get("count").is_none()
    });
}

/// A merged range or a link: it moves, and is there once for each copy of its rows. None if it is gone.
fn several<'a>(element: &mut Element<'a>, mover: &Mover<'_, '_>) -> Option<Vec<Node<'a>>> {
    let Some(area) = element.get("ref").and_then(|text| text.parse::<Area>().ok()) else { return Some(Vec::new()) };
    let colon = element.get("ref").is_some_and(|text| text.contains(':'));
    let mut places = mover.areas(area, Growth::Stays).into_iter();
    let first = places.next()?;
    if first == area && places.len() == 0 {
        return Some(Vec::new());
    }
    let model = element.clone();
    element.set("ref", &crate::edit::formula::shown(first, colon));
    let copy = |area: Area| {
        let mut copy = model.clone();
        copy.set("ref", &crate::edit::formula::shown(area, colon));
        // Two things may not have one identity.
        copy.unset("uid");
        Node::Element(copy)
    };
    Some(places.map(copy).collect())
}

/// Any other element; false if what it is about is gone.
fn one(element: &mut Element<'_>, mover: &Mover<'_, '_>) -> bool {
    match element.name() {
        b"f" | b"formula" | b"formula1" | b"formula2" => {
            let text = element.text();
            if let Some(text) = mover.formula(&text) {
                element.set_text(&text);
            }
            return true;
        }
        b"from" | b"to" if !mover.steps.is_empty() => {
            super::anchors::corner(element, mover);
            return true;
        }
        _ if mover.steps.is_empty() => return true,
        b"sqref" => {
            let text = element.text();
            match mover.list(&text) {
                Some(moved) if moved != text => element.set_text(&moved),
                Some(_) => {}
                None => return false,
            }
            return true;
        }
        b"pane" => frozen(element, mover),
        _ => {}
    }
    anchor_formulas(element, mover);
    attributes(element, mover)
}

/// Attributes that name cells; false if nothing of them is left.
fn attributes(element: &mut Element<'_>, mover: &Mover<'_, '_>) -> bool {
    let keeps = matches!(element.name(), b"selection" | b"pane" | b"sheetView" | b"customSheetView" | b"dimension");
    if let Some(list) = element.get("sqref") {
        match mover.list(&list) {
            Some(moved) if moved != list => element.set("sqref", &moved),
            Some(_) => {}
            None if keeps => element.set("sqref", &place(&list, mover)),
            None => return false,
        }
    }
    let single: &[&str] = match element.name() {
        b"dimension" | b"autoFilter" | b"sortState" | b"sortCondition" | b"dataRef" => &["ref"],
        b"inputCells" | b"cellWatch" => &["r"],
        b"sheetView" | b"customSheetView" | b"pane" => &["topLeftCell"],
        b"selection" => &["activeCell"],
        _ => &[],
    };
    for name in single {
        let Some(text) = element.get(name) else { continue };
        match mover.area(&text, Growth::Grows) {
            Some(moved) if moved != text => element.set(name, &moved),
            Some(_) => {}
            None if keeps => element.set(name, &place(&text, mover)),
            None => return false,
        }
    }
    true
}

/// A place that must be somewhere, such as the cell that is selected.
fn place(list: &str, mover: &Mover<'_, '_>) -> String {
    let first = list.split_whitespace().next().and_then(|word| word.parse::<Area>().ok());
    first.map_or_else(|| "A1".to_owned(), |area| crate::Address::new(mover.row(area.first.row), area.first.column).to_string())
}

/// The formulas of a format or a check are seen from the first cell of its first area. If that row is gone, they are
/// seen from the next.
fn anchor_formulas(element: &mut Element<'_>, mover: &Mover<'_, '_>) {
    if !matches!(element.name(), b"conditionalFormatting" | b"dataValidation") {
        return;
    }
    let list = element.get("sqref").or_else(|| element.child("sqref").map(Element::text)).unwrap_or_default();
    let Some(area) = list.split_whitespace().next().and_then(|word| word.parse::<Area>().ok()) else { return };
    let survives = |row: &u32| mover.steps.iter().try_fold(*row, |row, step| step.row(row)).is_some();
    let by = match (area.first.row..=area.last.row).take(65_536).find(survives) {
        Some(row) if row > area.first.row => i64::from(row - area.first.row),
        _ => return,
    };
    seen_from(element, by);
}

fn seen_from(element: &mut Element<'_>, by: i64) {
    for child in element.elements_mut() {
        if matches!(child.name(), b"formula" | b"formula1" | b"formula2" | b"f") && child.elements().next().is_none() {
            let text = translated(&child.text(), by, 0);
            child.set_text(&text);
        } else {
            seen_from(child, by);
        }
    }
}

/// Rows that stand still at the top: one that comes among them is one more.
fn frozen(element: &mut Element<'_>, mover: &Mover<'_, '_>) {
    if !element.get("state").is_some_and(|state| state.starts_with("frozen")) {
        return;
    }
    let Some(rows) = element.number("ySplit").and_then(|rows| u32::try_from(rows).ok()).filter(|rows| *rows > 0) else { return };
    let after = mover.steps.iter().try_fold((0, rows - 1), |(first, last), step| match *step {
        Move::Insert { at, count } if at <= last => Some((first, last + count)),
        Move::Insert { .. } => Some((first, last)),
        step => step.rows(first, last, true),
    });
    match after {
        Some((_, last)) if last + 1 != rows && last < MAX_ROWS - 1 => element.set("ySplit", &(last + 1).to_string()),
        _ => {}
    }
}

/// A link to a place in the workbook.
fn location(element: &mut Element<'_>, mover: &Mover<'_, '_>) {
    if let Some(place) = element.get("location")
        && let Some(moved) = mover.formula(&place)
        && !moved.contains("#REF!")
    {
        element.set("location", &moved);
    }
}

/// Page breaks; each belongs to the row below it, and one behind a repeated block stands behind each copy.
fn breaks(element: &mut Element<'_>, mover: &Mover<'_, '_>) {
    if mover.steps.is_empty() {
        return;
    }
    let mut out: Vec<Node<'_>> = Vec::new();
    let mut taken = std::collections::BTreeSet::new();
    for node in element.children.drain(..) {
        let Some(id) = node.element().and_then(|brk| brk.number("id")).and_then(|id| u32::try_from(id).ok()) else {
            out.push(node);
            continue;
        };
        for place in break_places(id, &mover.steps) {
            let mut copy = node.clone();
            if let Some(brk) = copy.element_mut()
                && place < MAX_ROWS
                && taken.insert(place)
            {
                if place != id {
                    brk.set("id", &place.to_string());
                }
                out.push(copy);
            }
        }
    }
    element.children = out;
    let manual = element.elements().filter(|brk| brk.get("man").is_some_and(|man| man == "1" || man == "true")).count();
    if element.get("manualBreakCount").is_some() {
        element.set("manualBreakCount", &manual.to_string());
    }
}

fn break_places(id: u32, steps: &[Move]) -> Vec<u32> {
    let mut all = vec![id];
    for step in steps {
        let mut next = Vec::new();
        for below in all {
            match *step {
                Move::Repeat { first, last, times } if below > 0 && step.repeats(below - 1) => {
                    next.extend((0..=times).map(|time| below.saturating_add((last - first + 1) * time)));
                }
                step => next.extend(step.row(below)),
            }
        }
        all = next;
    }
    all
}
