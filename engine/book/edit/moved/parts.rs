//! The parts that belong to a sheet, after rows have come or gone.

use std::collections::BTreeSet;

use super::{Mover, anchors};
use crate::edit::EditError;
use crate::edit::formula::Growth;
use crate::edit::work::Work;
use crate::package::{Element, Relations, Tree, list_of};
use crate::read::xlsx::resolve;

/// How far parts are followed from a sheet: drawing, chart, its shapes.
const DEEPEST: usize = 4;

/// A part that belongs to a sheet, with the last word of the relationship that leads to it.
pub(crate) struct Related {
    pub(crate) kind: String,
    pub(crate) part: String,
}

/// What belongs to a part and to nothing else, nearest first. Pictures and what is shared by the workbook are left out.
pub(crate) fn related_parts(work: &Work<'_>, part: &str) -> Result<Vec<Related>, EditError> {
    let mut found: Vec<Related> = Vec::new();
    let mut seen = BTreeSet::from([part.to_owned()]);
    let mut front = vec![part.to_owned()];
    for _ in 0..DEEPEST {
        let mut next = Vec::new();
        for part in front {
            for (kind, target) in targets(work, &part)? {
                let shared = matches!(kind.as_str(), "image" | "pivotCacheDefinition" | "slicer" | "timeline" | "hyperlink");
                if !shared && work.has(&target) && seen.insert(target.clone()) {
                    found.push(Related { kind, part: target.clone() });
                    next.push(target);
                }
            }
        }
        front = next;
    }
    Ok(found)
}

/// What a part points to within the package.
fn targets(work: &Work<'_>, part: &str) -> Result<Vec<(String, String)>, EditError> {
    let list = work.spelled(&list_of(part));
    if !work.has(&list) {
        return Ok(Vec::new());
    }
    let xml = work.read(&list)?;
    let mut relations = Relations::read(Some(&xml), part)?;
    let folder = part.rsplit_once('/').map_or("", |(folder, _)| folder);
    let inside = |relation: &Element<'_>| relation.get("TargetMode").is_none_or(|mode| mode != "External");
    let found = relations.all_mut().filter(|relation| inside(relation)).map(|relation| {
        let kind = relation.get("Type").unwrap_or_default();
        let target = resolve(folder, &relation.get("Target").unwrap_or_default());
        (kind.rsplit('/').next().unwrap_or_default().to_owned(), work.spelled(&target))
    });
    Ok(found.collect())
}

impl Mover<'_, '_> {
    /// Moves what a part of a sheet names.
    pub(crate) fn part(&self, work: &mut Work<'_>, related: &Related) -> Result<(), EditError> {
        let change: fn(&mut Tree<'_>, &Mover<'_, '_>) = match related.kind.as_str() {
            "drawing" => anchors::drawing,
            "vmlDrawing" => anchors::vml,
            "chart" | "chartEx" | "chartUserShapes" => chart,
            "comments" | "threadedComment" | "threadedComments" => comments,
            "table" => table,
            "pivotTable" => pivot,
            "ctrlProp" => control,
            _ => return Ok(()),
        };
        let xml = work.read(&related.part)?;
        let mut tree = match related.kind.as_str() {
            "vmlDrawing" => Tree::read_vml(&xml, &related.part)?,
            _ => Tree::read(&xml, &related.part)?,
        };
        change(&mut tree, self);
        let bytes = tree.write();
        if bytes != xml {
            work.put(&related.part, bytes);
        }
        Ok(())
    }
}

/// Every range of a chart.
fn chart(tree: &mut Tree<'_>, mover: &Mover<'_, '_>) {
    tree.retain(&mut |element| {
        if element.is("f") {
            let text = element.text();
            if let Some(moved) = mover.formula(&text) {
                element.set_text(&moved);
            }
        }
        true
    });
}

fn comments(tree: &mut Tree<'_>, mover: &Mover<'_, '_>) {
    tree.retain(&mut |element| {
        if !matches!(element.name(), b"comment" | b"threadedComment") {
            return true;
        }
        let Some(place) = element.get("ref") else { return true };
        match mover.area(&place, Growth::Stays) {
            Some(moved) if moved != place => element.set("ref", &moved),
            Some(_) => {}
            None => return false,
        }
        true
    });
}

fn table(tree: &mut Tree<'_>, mover: &Mover<'_, '_>) {
    tree.retain(&mut |element| {
        if matches!(element.name(), b"table" | b"autoFilter" | b"sortState" | b"sortCondition")
            && let Some(area) = element.get("ref")
        {
            match mover.area(&area, Growth::Grows) {
                Some(moved) if moved != area => element.set("ref", &moved),
                Some(_) => {}
                None => return false,
            }
        }
        if matches!(element.name(), b"calculatedColumnFormula" | b"totalsRowFormula") {
            let text = element.text();
            if let Some(moved) = mover.formula(&text) {
                element.set_text(&moved);
            }
        }
        true
    });
}

fn pivot(tree: &mut Tree<'_>, mover: &Mover<'_, '_>) {
    tree.retain(&mut |element| {
        if element.is("location")
            && let Some(area) = element.get("ref")
            && let Some(moved) = mover.area(&area, Growth::Stays)
            && moved != area
        {
            element.set("ref", &moved);
        }
        true
    });
}

/// A control's links to cells.
fn control(tree: &mut Tree<'_>, mover: &Mover<'_, '_>) {
    let Some(root) = tree.root_mut() else { return };
    for name in ["fmlaLink", "fmlaRange", "fmlaGroup", "fmlaTxbx"] {
        if let Some(text) = root.get(name)
            && let Some(moved) = mover.formula(&text)
        {
            root.set(name, &moved);
        }
    }
}

/// The cells that a pivot table's data come from, if they are those of a sheet that moved.
pub(crate) fn pivot_source(work: &mut Work<'_>, part: &str, sheet: &str, mover: &Mover<'_, '_>) -> Result<(), EditError> {
    let xml = work.read(part)?;
    let mut tree = Tree::read(&xml, part)?;
    tree.retain(&mut |element| {
        if element.is("worksheetSource")
            && element.get("sheet").is_some_and(|name| name.to_lowercase() == sheet.to_lowercase())
            && element.get("id").is_none()
            && let Some(area) = element.get("ref")
            && let Some(moved) = mover.area(&area, Growth::Grows)
            && moved != area
        {
            element.set("ref", &moved);
        }
        true
    });
    let bytes = tree.write();
    if bytes != xml {
        work.put(part, bytes);
    }
    Ok(())
}
