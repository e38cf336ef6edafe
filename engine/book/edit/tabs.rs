//! Sheets that come, go, or are there twice.

use std::collections::BTreeMap;

use super::cell::Rules;
use super::formula::{Moves, Piece, Scope, pieces};
use super::moved::{Mover, related_parts};
use super::refs::Renames;
use super::scan::Formulas;
use super::sheet::{SheetEditor, SheetState};
use super::work::Work;
use super::{EditError, Editor};
use crate::Visibility;
use crate::package::{Element, Node, Relations, Tree, escape, list_of};
use crate::read::xlsx::resolve;
use crate::write::sheet_name_trouble;

/// What an empty sheet is.
const EMPTY: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
    <worksheet xmlns=\"{main}\" xmlns:r=\"{relations}\"><sheetData/></worksheet>";
const MAIN: [&str; 2] = [
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
];
const STRICT: [&str; 2] =
    ["http://purl.oclc.org/ooxml/spreadsheetml/main", "http://purl.oclc.org/ooxml/officeDocument/relationships"];
const SHEET_TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml";

/// What is copied with a sheet, and what both sheets may point to. Anything else can only be there once.
const COPIED: [&str; 10] = [
    "drawing",
    "vmlDrawing",
    "comments",
    "chart",
    "chartEx",
    "chartUserShapes",
    "chartStyle",
    "chartColorStyle",
    "ctrlProp",
    "printerSettings",
];
const SHARED: [&str; 5] = ["image", "hyperlink", "themeOverride", "customProperty", "externalLinkPath"];

impl Editor<'_> {
    /// Adds an empty sheet before the sheet that stands at a zero-based place; at the end if there is none.
    pub fn add_sheet(&mut self, name: &str, at: usize) -> Result<SheetEditor<'_>, EditError> {
        self.check_name(name)?;
        let state = SheetState::new(name, self.next);
        Ok(self.insert(state, at))
    }

    /// Copies a sheet as it is by now, with its pictures, charts, comments, print settings and the names that are its own.
    /// Formulas of the copy that name its model name the copy. A sheet with a table or a pivot table is not copied.
    pub fn copy_sheet(&mut self, from: &str, name: &str, at: usize) -> Result<SheetEditor<'_>, EditError> {
        self.check_name(name)?;
        let model = self.sheets[self.find(from)?].clone();
        let mut state = SheetState { name: name.to_owned(), part: String::new(), ..model };
        state.lineage.push((self.moves.len(), self.next));
        Ok(self.insert(state, at))
    }

    /// Takes a sheet away, with what belongs to it alone. Refused while anything else refers to it.
    pub fn remove_sheet(&mut self, name: &str) -> Result<(), EditError> {
        let at = self.find(name)?;
        let name = self.sheets[at].name.clone();
        let visible = |(nth, state): &(usize, &SheetState)| {
            let hidden = state.tab.is_some_and(|tab| self.package.tabs[tab].visibility != Visibility::Visible);
            *nth != at && !hidden
        };
        if !self.sheets.iter().enumerate().any(|found| visible(&found)) {
            return Err(EditError::LastSheet { sheet: name });
        }
        if let Some(part) = self.referrer(&name)? {
            return Err(EditError::InUse { sheet: name, part });
        }
        self.sheets.remove(at);
        Ok(())
    }

    /// A part that refers to a sheet, if there is one.
    fn referrer(&self, name: &str) -> Result<Option<String>, EditError> {
        let lower = name.to_lowercase();
        let speaks_of = |formula: &str| {
            formula.contains('!')
                && pieces(formula).iter().any(|piece| match piece {
                    Piece::Reference(reference) => names(&reference.scope, &lower),
                    Piece::Name { scope, .. } => names(scope, &lower),
                    _ => false,
                })
        };
        for tab in self.package.tabs.iter().filter(|tab| tab.cells && tab.name != name) {
            let formulas = Formulas::read(self.package, &tab.part)?;
            if formulas.cells.iter().any(|cell| speaks_of(formulas.text(cell))) {
                return Ok(Some(tab.part.clone()));
            }
        }
        let own = self.package.tabs.iter().position(|tab| tab.name == name).map(|at| at as u64);
        let xml = self.package.read(&self.package.main)?;
        let tree = Tree::read(&xml, &self.package.main)?;
        let names = tree.root().and_then(|root| root.child("definedNames")).into_iter().flat_map(Element::elements);
        if names.into_iter().any(|name| (own.is_none() || name.number("localSheetId") != own) && speaks_of(&name.text())) {
            return Ok(Some(self.package.main.clone()));
        }
        let work = Work::new(self.package);
        let own = self.package.tabs.iter().find(|tab| tab.name == name).map(|tab| related_parts(&work, &tab.part)).transpose()?;
        let own: Vec<String> = own.into_iter().flatten().map(|related| related.part).collect();
        let chart = |part: &&str| part.contains("/charts/") && part.ends_with(".xml") && !own.iter().any(|own| own == part);
        for part in self.package.parts().filter(chart) {
            let xml = self.package.read(part)?;
            let mut found = false;
            Tree::read(&xml, part)?.each(&mut |element| found |= element.is("f") && speaks_of(&element.text()));
            if found {
                return Ok(Some(part.to_owned()));
            }
        }
        Ok(None)
    }

    fn check_name(&self, name: &str) -> Result<(), EditError> {
        match sheet_name_trouble(name, self.sheets.iter().map(|state| state.name.as_str())) {
            Some(why) => Err(EditError::SheetName { name: name.to_owned(), why }),
            None => Ok(()),
        }
    }

    fn insert(&mut self, state: SheetState, at: usize) -> SheetEditor<'_> {
        self.next += 1;
        let at = at.min(self.sheets.len());
        self.sheets.insert(at, state);
        self.at(at)
    }
}

fn names(scope: &Scope, lower: &str) -> bool {
    match scope {
        Scope::Sheet(name) => name.to_lowercase() == lower,
        Scope::Sheets(first, last) => first.to_lowercase() == lower || last.to_lowercase() == lower,
        Scope::Own | Scope::Outside => false,
    }
}

/// Whether the list of sheets is another than the file's.
pub(crate) fn changed(work: &Work<'_>, sheets: &[SheetState]) -> bool {
    let same = |(nth, state): (usize, &SheetState)| state.tab == Some(nth) && !state.is_copy();
    sheets.len() != work.package.tabs.len() || !sheets.iter().enumerate().all(same)
}

/// The XML of an empty sheet in the form that the workbook has.
pub(crate) fn empty_sheet(work: &Work<'_>) -> Result<String, EditError> {
    let xml = work.read(&work.package.main)?;
    let strict = memchr::memmem::find(&xml[..xml.len().min(4_096)], STRICT[0].as_bytes()).is_some();
    let [main, relations] = if strict { STRICT } else { MAIN };
    Ok(EMPTY.replace("{main}", main).replace("{relations}", relations))
}

/// Gives new sheets their parts, copies what belongs to copies, and takes away what belongs to sheets that are gone.
/// Answers the ids under which the workbook knows the new sheets.
pub(crate) fn place(work: &mut Work<'_>, sheets: &mut [SheetState]) -> Result<BTreeMap<usize, String>, EditError> {
    let mut ids = BTreeMap::new();
    let main = work.package.main.clone();
    for state in sheets.iter_mut().filter(|state| state.part.is_empty() && state.cells) {
        let part = work.fresh("worksheets/sheet", ".xml");
        // The name is taken from now on; the cells follow.
        work.put(&part, Vec::new());
        work.set_type(&part, SHEET_TYPE)?;
        let id = work.relate(&main, |relations| relations.add("worksheet", &part))?;
        if let Some(model) = state.tab {
            let model = work.package.tabs[model].part.clone();
            copy_relations(work, &model, &part, &state.name)?;
        }
        ids.insert(state.number(), id);
        state.part = part;
    }
    let gone: Vec<String> = (0..work.package.tabs.len())
        .filter(|tab| !sheets.iter().any(|state| state.tab == Some(*tab) && !state.is_copy()))
        .map(|tab| work.package.tabs[tab].part.clone())
        .collect();
    for part in gone {
        remove(work, &part)?;
    }
    Ok(ids)
}

/// Copies what a part points to, for a copy of the part.
fn copy_relations(work: &mut Work<'_>, model: &str, copy: &str, sheet: &str) -> Result<(), EditError> {
    let list = work.spelled(&list_of(model));
    if !work.package.archive.has(&list) {
        return Ok(());
    }
    let xml = work.package.read(&list)?;
    let folder = model.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let mut found = Vec::new();
    for relation in Relations::read(Some(&xml), model)?.all_mut() {
        let kind = relation.get("Type").unwrap_or_default();
        let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
        let outside = relation.get("TargetMode").is_some_and(|mode| mode == "External");
        if outside || SHARED.contains(&kind.as_str()) {
            continue;
        }
        if !COPIED.contains(&kind.as_str()) {
            return Err(EditError::NoCopy { sheet: sheet.to_owned(), what: kind });
        }
        let target = work.spelled(&resolve(&folder, &relation.get("Target").unwrap_or_default()));
        found.push((relation.get("Id").unwrap_or_default(), target));
    }
    let mut led = Vec::new();
    for (id, target) in found {
        let new = work.fresh_like(&target);
        let bytes = work.raw(&target)?;
        work.put(&new, bytes);
        if let Some(kind) = work.types(|types| types.of(&target))? {
            work.set_type(&new, &kind)?;
        }
        copy_relations(work, &target, &new, sheet)?;
        led.push((id, new));
    }
    let mut relations = Relations::read(Some(&xml), copy)?;
    for (id, part) in led {
        relations.lead(&id, &part);
    }
    let bytes = relations.write();
    work.put(&list_of(copy), bytes);
    Ok(())
}

/// Takes a sheet's part away, with what nothing else points to.
fn remove(work: &mut Work<'_>, part: &str) -> Result<(), EditError> {
    let main = work.package.main.clone();
    let folder = main.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let to_part = |relation: &Element<'_>| {
        relation.get("Target").is_some_and(|target| resolve(&folder, &target).eq_ignore_ascii_case(part))
    };
    work.relate(&main, |relations| relations.remove(to_part))?;
    let related: Vec<String> = related_parts(work, part)?.into_iter().map(|related| related.part).collect();
    for part in std::iter::once(part.to_owned()).chain(related) {
        work.types(|types| types.remove(&part))?;
        work.remove(&part);
        let list = work.spelled(&list_of(&part));
        if work.has(&list) {
            work.remove(&list);
        }
    }
    Ok(())
}

/// What `workbook.xml` must know of sheets and moved rows.
pub(crate) struct Book<'b> {
    pub(crate) sheets: &'b [SheetState],
    pub(crate) ids: &'b BTreeMap<usize, String>,
    pub(crate) moves: &'b [(usize, super::formula::Move)],
    pub(crate) numbers: &'b [(String, usize)],
}

impl Book<'_> {
    /// Writes the list of sheets, the defined names and the view.
    pub(crate) fn write(&self, work: &mut Work<'_>) -> Result<(), EditError> {
        let main = work.package.main.clone();
        let xml = work.read(&main)?;
        let mut tree = Tree::read(&xml, &main)?;
        if let Some(root) = tree.root_mut() {
            if changed(work, self.sheets) {
                self.list(root);
                self.view(root, work.package.tabs.len());
            }
            self.names(root);
        }
        let bytes = tree.write();
        work.put(&main, bytes);
        Ok(())
    }

    fn list(&self, root: &mut Element<'_>) {
        // The prefix for relationships is whatever the workbook calls them.
        let namespace = [MAIN[1], STRICT[1]].iter().find_map(|wanted| root.prefix_of(wanted));
        let r = namespace.unwrap_or_else(|| {
            root.set("xmlns:r", MAIN[1]);
            "r".to_owned()
        });
        let prefix = root.prefix();
        let Some(list) = root.child_mut("sheets") else { return };
        let old: Vec<Node<'_>> = list.children.drain(..).filter(|node| node.element().is_some()).collect();
        let mut highest = old.iter().filter_map(|node| node.element()?.number("sheetId")).max().unwrap_or(0);
        for state in self.sheets {
            match (state.tab, self.ids.get(&state.number())) {
                (Some(tab), None) => list.children.extend(old.get(tab).cloned()),
                (_, Some(id)) => {
                    highest += 1;
                    let name = escape(&state.name);
                    let tag = format!("<{prefix}sheet name=\"{name}\" sheetId=\"{highest}\" {r}:id=\"{id}\"/>");
                    list.children.extend(Node::of(&tag));
                }
                (None, None) => {}
            }
        }
    }

    /// The sheet that is shown first stays the same one.
    fn view(&self, root: &mut Element<'_>, tabs: usize) {
        let Some(views) = root.child_mut("bookViews") else { return };
        for view in views.elements_mut() {
            for name in ["activeTab", "firstSheet"] {
                let old = view.number(name).unwrap_or(0).min(tabs.saturating_sub(1) as u64) as usize;
                let new = self.position(old).unwrap_or(0);
                if new as u64 != view.number(name).unwrap_or(0) {
                    view.set(name, &new.to_string());
                }
            }
        }
    }

    /// Where a sheet of the file stands now.
    fn position(&self, tab: usize) -> Option<usize> {
        self.sheets.iter().position(|state| state.tab == Some(tab) && !state.is_copy())
    }

    fn names(&self, root: &mut Element<'_>) {
        let Some(list) = root.child_mut("definedNames") else { return };
        let mut out = Vec::new();
        for mut node in list.children.drain(..) {
            let Some(name) = node.element_mut() else {
                out.push(node);
                continue;
            };
            let local = name.number("localSheetId").and_then(|local| usize::try_from(local).ok());
            let Some(tab) = local else {
                self.name(name, None);
                out.push(node);
                continue;
            };
            for (at, state) in self.sheets.iter().enumerate().filter(|(_, state)| state.tab == Some(tab)) {
                let mut copy = name.clone();
                self.name(&mut copy, Some(state));
                if at != tab {
                    copy.set("localSheetId", &at.to_string());
                }
                out.push(Node::Element(copy));
            }
        }
        list.children = out;
        if list.elements().next().is_none() {
            root.children.retain(|node| !node.element().is_some_and(|element| element.is("definedNames")));
        }
    }

    fn name(&self, name: &mut Element<'_>, state: Option<&SheetState>) {
        let sheet = |scope: &Scope, nth: usize| number(self.numbers, state, scope, nth);
        let renames = state.filter(|state| state.is_copy()).and_then(|state| self.renames(state));
        let moves = Moves { all: self.moves, sheet: &sheet };
        let rules = Rules { moves, cells_move: false, own: &[], unshared: &[], renamed: renames.as_ref() };
        let text = name.text();
        if let Some(moved) = Mover::new(&rules).formula(&text) {
            name.set_text(&moved);
        }
    }

    fn renames(&self, state: &SheetState) -> Option<Renames> {
        let model = state.lineage.first().map(|(_, number)| *number)?;
        let from = self.numbers.iter().find(|(_, number)| *number == model)?;
        Some(Renames { from: from.0.clone(), to: state.name.clone() })
    }
}

/// The number of the sheet that a formula of a sheet means, when a move happens. `numbers` has the names in lower case.
pub(crate) fn number(numbers: &[(String, usize)], state: Option<&SheetState>, scope: &Scope, nth: usize) -> Option<usize> {
    match scope {
        Scope::Own => state.map(|state| state.number_at(nth)),
        Scope::Sheet(name) => {
            let lower = name.to_lowercase();
            let base = numbers.iter().find(|(known, _)| *known == lower).map(|(_, number)| *number)?;
            let mine = state.filter(|state| state.lineage.iter().any(|(_, number)| *number == base));
            Some(mine.map_or(base, |state| state.number_at(nth)))
        }
        Scope::Sheets(..) | Scope::Outside => None,
    }
}
