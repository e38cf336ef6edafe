//! What stands before and behind the cells of a sheet, after an edit.

use super::EditError;
use super::moved::{Mover, around_cells};
use super::sheet::SheetState;
use super::stream::Around;
use crate::package::{Element, Node, Tree, insert_or_find};
use crate::{Address, Area};

/// The changes around the cells of one sheet.
pub(crate) struct Surroundings<'a> {
    pub(crate) state: &'a SheetState,
    pub(crate) mover: &'a Mover<'a, 'a>,
    /// Whether the sheet is the copy of another.
    pub(crate) copy: bool,
    /// Whether the workbook is written in the strict form.
    pub(crate) strict: bool,
    /// The relationship of the drawing that holds the boxes of comments.
    pub(crate) boxes: Option<String>,
    /// The relationship of the drawing that new images are laid on.
    pub(crate) drawing: Option<String>,
}

impl Around for Surroundings<'_> {
    fn head(&mut self, tree: &mut Tree<'_>) -> Result<(), EditError> {
        around_cells(tree, self.mover);
        if self.copy {
            alone(tree);
        }
        if self.state.unselect {
            tree.retain(&mut |element| {
                if element.is("sheetView") {
                    element.unset("tabSelected");
                }
                true
            });
        }
        let Some(used) = self.used() else { return Ok(()) };
        tree.retain(&mut |element| {
            if element.is("dimension")
                && let Some(area) = element.get("ref").and_then(|text| text.parse::<Area>().ok())
            {
                let all = joined(area, used);
                if all != area {
                    element.set("ref", &all.to_string());
                }
            }
            true
        });
        Ok(())
    }

    fn tail(&mut self, tree: &mut Tree<'_>) -> Result<(), EditError> {
        around_cells(tree, self.mover);
        self.check_merges(tree)?;
        if let Some(id) = &self.boxes {
            self.name_part(tree, "legacyDrawing", id);
        }
        if let Some(id) = &self.drawing {
            self.name_part(tree, "drawing", id);
        }
        if !self.state.page_ends.is_empty() {
            end_pages(tree, &self.state.page_ends);
        }
        Ok(())
    }
}

/// Adds page breaks, those that are there being kept.
fn end_pages(tree: &mut Tree<'_>, rows: &std::collections::BTreeSet<u32>) {
    let prefix = prefix_of(tree);
    let list = insert_or_find(&mut tree.nodes, &prefix, "rowBreaks", &BEHIND_BREAKS);
    let mut all: std::collections::BTreeSet<u64> = list.elements().filter_map(|row| row.number("id")).collect();
    all.extend(rows.iter().map(|row| u64::from(*row) + 1));
    let breaks: String = all.iter().map(|id| format!("<{prefix}brk id=\"{id}\" max=\"16383\" man=\"1\"/>")).collect();
    list.children.clear();
    list.push(Node::of(&breaks));
    list.set("count", &all.len().to_string());
    list.set("manualBreakCount", &all.len().to_string());
}

/// The prefix of the sheet's elements, by its closing tag.
fn prefix_of(tree: &Tree<'_>) -> String {
    let closing = tree.nodes.iter().find_map(|node| match node {
        Node::Other(raw) if raw.starts_with(b"</") => Some(String::from_utf8_lossy(raw).into_owned()),
        _ => None,
    });
    closing.and_then(|tag| tag[2..].split_once(':').map(|(prefix, _)| format!("{prefix}:"))).unwrap_or_default()
}

/// What may stand behind `rowBreaks`.
const BEHIND_BREAKS: [&str; 16] = [
    "colBreaks",
    "customProperties",
    "cellWatches",
    "ignoredErrors",
    "smartTags",
    "drawing",
    "legacyDrawing",
    "legacyDrawingHF",
    "drawingHF",
    "picture",
    "oleObjects",
    "controls",
    "AlternateContent",
    "webPublishItems",
    "tableParts",
    "extLst",
];

const RELATIONSHIPS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const STRICT_RELATIONSHIPS: &str = "http://purl.oclc.org/ooxml/officeDocument/relationships";

/// A copy is not the sheet that is shown, and has no code of its own.
fn alone(tree: &mut Tree<'_>) {
    tree.retain(&mut |element| {
        match element.name() {
            b"sheetView" => element.unset("tabSelected"),
            b"sheetPr" => element.unset("codeName"),
            _ => {}
        }
        true
    });
}

impl Surroundings<'_> {
    /// Names a drawing (of comments or of images), if the sheet does not do so already.
    fn name_part(&self, tree: &mut Tree<'_>, name: &str, id: &str) {
        let prefix = prefix_of(tree);
        let behind = BEHIND_BREAKS.iter().position(|known| *known == name).map_or(0, |at| at + 1);
        let element = insert_or_find(&mut tree.nodes, &prefix, name, &BEHIND_BREAKS[behind..]);
        if element.get("id").is_none() {
            element.set("xmlns:r", if self.strict { STRICT_RELATIONSHIPS } else { RELATIONSHIPS });
            element.set("r:id", id);
        }
    }

    /// The range of the cells that get content.
    fn used(&self) -> Option<Area> {
        self.state.set_cells().map(|at| Area { first: at, last: at }).reduce(joined)
    }

    /// What is put into a covered cell nobody would see.
    fn check_merges(&self, tree: &Tree<'_>) -> Result<(), EditError> {
        let mut found = Ok(());
        let merges = tree.nodes.iter().filter_map(Node::element).find(|element| element.is("mergeCells"));
        for area in merges.into_iter().flat_map(Element::elements).filter_map(|merge| merge.get("ref")?.parse::<Area>().ok()) {
            let rows = self.state.edits.range(area.first.row..=area.last.row);
            for (row, cells) in rows {
                let hidden = |(column, edit): &(&u32, &super::cell::CellEdit)| {
                    let blank = matches!(&edit.content, Some(super::value::Content::Value(super::NewValue::Blank)) | None);
                    !blank && Address::new(*row, **column) != area.first
                };
                if let Some((column, _)) = cells.range(area.first.column..=area.last.column).find(hidden) {
                    let cell = Address::new(*row, *column);
                    found = Err(EditError::InsideMerge { sheet: self.state.name.clone(), cell, area });
                }
            }
        }
        found
    }
}

fn joined(a: Area, b: Area) -> Area {
    Area {
        first: Address::new(a.first.row.min(b.first.row), a.first.column.min(b.first.column)),
        last: Address::new(a.last.row.max(b.last.row), a.last.column.max(b.last.column)),
    }
}
