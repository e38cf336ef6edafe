//! An xlsx as the package it is: parts that are kept as they lie unless they must change.
//!
//! Works for xlsx, xlsm, xltx and xltm; macros are kept and never run.

mod changes;
mod relations;
mod tree;
mod types;
mod zip;

pub use changes::{Change, Changes, How, Part};
pub(crate) use relations::{Relations, list_of};
pub(crate) use tree::insert_or_find;
pub(crate) use tree::{Element, Node, Tree, escape};
pub(crate) use types::Types;
pub(crate) use zip::{Packed, Packer, assemble, pack};

use std::cell::{OnceCell, RefCell};

use rustc_hash::FxHashMap;

use crate::edit::{Editor, Formulas};
use crate::gate::{Archive, Limits, broken, hostile};
use crate::read::sniff::{Found, sniff};
use crate::read::xlsx::feed::Feed;
use crate::read::xlsx::{Relation, Styles, relations};
use crate::{Format, Refusal, SheetInfo, Visibility};

/// A part that is held whole (everything but a sheet's cells) is no larger.
const SMALL_PART: usize = 64 << 20;

/// A workbook opened as its parts, to be edited any number of times.
pub struct Package {
    file: String,
    format: Format,
    pub(crate) archive: Archive,
    pub(crate) limits: Limits,
    /// The name of the workbook's main part.
    pub(crate) main: String,
    pub(crate) relations: Vec<Relation>,
    /// All sheets in their order, those of charts too: defined names count them.
    pub(crate) tabs: Vec<Tab>,
    pub(crate) date1904: bool,
    active: usize,
    /// The formulas of small sheets that were gone over already.
    pub(crate) formulas: RefCell<FxHashMap<String, Formulas>>,
    /// What its style numbers show, once somebody asked.
    shows: OnceCell<Styles>,
}

/// A sheet as the workbook lists it.
#[derive(Clone)]
pub(crate) struct Tab {
    pub(crate) name: String,
    pub(crate) visibility: Visibility,
    pub(crate) part: String,
    /// Whether it has cells.
    pub(crate) cells: bool,
}

impl Package {
    /// Opens a workbook by its bytes. `file` is its name, for whoever reports. Formats that are no such package
    /// (xls, xlsb, ods, CSV) are refused as foreign.
    pub fn open(file: &str, bytes: Vec<u8>, limits: &Limits) -> Result<Package, Refusal> {
        let (archive, main, macros) = match sniff(bytes, limits)? {
            Found::Xlsx { archive, main, macros } => (archive, main, macros),
            other => return Err(Refusal::Foreign { format: foreign(&other).to_owned() }),
        };
        let main = archive.spelling(&main).map(str::to_owned).ok_or_else(|| broken(format!("{main} is missing")))?;
        let mut package = Package {
            file: file.to_owned(),
            format: if macros { Format::Xlsm } else { Format::Xlsx },
            relations: relations(&archive, &main)?,
            archive,
            limits: limits.clone(),
            main,
            tabs: Vec::new(),
            date1904: false,
            active: 0,
            formulas: RefCell::default(),
            shows: OnceCell::new(),
        };
        package.list_sheets()?;
        Ok(package)
    }

    /// The name under which it was opened.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// xlsx or xlsm; templates (xltx, xltm) are packages of the same form.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The sheets that have cells, in their order.
    pub fn sheets(&self) -> Vec<SheetInfo> {
        let info = |tab: &Tab| SheetInfo { name: tab.name.clone(), visibility: tab.visibility };
        self.tabs.iter().filter(|tab| tab.cells).map(info).collect()
    }

    /// The names of all parts.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        self.archive.names()
    }

    /// Whether somebody signed the workbook: an edit breaks the signature.
    pub fn signed(&self) -> bool {
        self.archive.names().any(|name| name.to_ascii_lowercase().starts_with("_xmlsignatures/"))
    }

    /// An editor that has not changed anything yet. The package itself never changes.
    pub fn edit(&self) -> Editor<'_> {
        Editor::new(self)
    }

    /// The number of the sheet that is on top when the workbook is opened.
    pub(crate) fn active(&self) -> usize {
        self.active
    }

    /// The bytes of the file again, and nothing else of it.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.archive.into_bytes()
    }

    /// The bytes of the file again, without a change.
    pub fn bytes(&self) -> &[u8] {
        self.archive.bytes()
    }

    /// A small part as UTF-8, without its mark.
    pub(crate) fn read(&self, part: &str) -> Result<Vec<u8>, Refusal> {
        let mut feed = Feed::new(self.archive.part(part)?);
        let mut whole = Vec::new();
        while feed.more()? {
            whole.extend_from_slice(feed.window());
            feed.consume(feed.window().len());
            if whole.len() > SMALL_PART {
                return Err(hostile(format!("{part} has more than {SMALL_PART} bytes")));
            }
        }
        Ok(whole)
    }

    /// The part behind the first relationship of that kind of the workbook, if it is there.
    pub(crate) fn related(&self, kind: &str) -> Option<&str> {
        let found = self.relations.iter().find(|relation| relation.kind == kind)?.target.as_ref()?;
        self.archive.spelling(found)
    }

    /// What its style numbers show.
    pub(crate) fn shows(&self) -> Result<&Styles, Refusal> {
        if self.shows.get().is_none() {
            let styles = match self.related("styles") {
                Some(part) => Styles::read(Feed::new(self.archive.part(part)?))?,
                None => Styles::default(),
            };
            let _ = self.shows.set(styles);
        }
        self.shows.get().ok_or_else(|| broken("styles".to_owned()))
    }

    fn list_sheets(&mut self) -> Result<(), Refusal> {
        let xml = self.read(&self.main)?;
        let tree = Tree::read(&xml, &self.main)?;
        let root = tree.root().ok_or_else(|| broken(format!("{} is empty", self.main)))?;
        let date1904 = root.child("workbookPr").and_then(|properties| properties.get("date1904"));
        self.date1904 = date1904.is_some_and(|value| matches!(value.as_str(), "1" | "true" | "on"));
        let view = root.child("bookViews").and_then(|views| views.elements().next());
        let active = view.and_then(|view| view.number("activeTab")).unwrap_or(0) as usize;
        let sheets = root.child("sheets").map(|sheets| sheets.elements().collect::<Vec<_>>()).unwrap_or_default();
        if sheets.is_empty() {
            return Err(broken(format!("{} lists no sheet", self.main)));
        }
        if sheets.len() > self.limits.sheets {
            return Err(hostile(format!("more than {} sheets", self.limits.sheets)));
        }
        let mut tabs = Vec::new();
        for sheet in sheets {
            let name = sheet.get("name").unwrap_or_default();
            let id = sheet.get("id").unwrap_or_default();
            let relation = self.relations.iter().find(|relation| relation.id == id);
            let part = relation.and_then(|relation| relation.target.as_ref()).and_then(|part| self.archive.spelling(part));
            let kind = relation.map_or("", |relation| relation.kind.as_str());
            if part.is_none() && !id.is_empty() {
                return Err(broken(format!("{}: sheet {name} points nowhere", self.main)));
            }
            tabs.push(Tab {
                name,
                visibility: match sheet.get("state").as_deref() {
                    Some("hidden") => Visibility::Hidden,
                    Some("veryHidden") => Visibility::VeryHidden,
                    _ => Visibility::Visible,
                },
                part: part.unwrap_or_default().to_owned(),
                cells: part.is_some() && !matches!(kind, "chartsheet" | "dialogsheet"),
            });
        }
        self.tabs = tabs;
        self.active = active;
        Ok(())
    }
}

fn foreign(found: &Found) -> &'static str {
    match found {
        Found::Xlsx { .. } => "xlsx",
        Found::Xlsb { .. } => "xlsb",
        Found::Ods(_) => "ods",
        Found::Xls { .. } => "xls",
        Found::Text(_) => "CSV",
    }
}

/// Whether a part says that it is written in an encoding that is neither UTF-8 nor UTF-16.
/// What we add is UTF-8, so such a part cannot be changed.
pub(crate) fn strange_encoding(head: &[u8]) -> Option<String> {
    let end = memchr::memchr(b'>', head).filter(|_| head.starts_with(b"<?xml"))?;
    let head = String::from_utf8_lossy(&head[..end]).to_ascii_lowercase();
    let (_, rest) = head.split_once("encoding")?;
    let value = rest.trim_start().strip_prefix('=')?.trim_start();
    let value: String = value.chars().skip(1).take_while(|c| !matches!(c, '"' | '\'')).collect();
    (!matches!(value.as_str(), "utf-8" | "utf8" | "utf-16" | "utf-16le" | "utf-16be" | "us-ascii" | "ascii")).then_some(value)
}

/// The beginning of a part with its encoding said as UTF-8, which is how it is written.
pub(crate) fn as_utf8(head: &[u8]) -> Vec<u8> {
    let end = if head.starts_with(b"<?xml") { memchr::memchr(b'>', head).unwrap_or(0) } else { 0 };
    let declaration = String::from_utf8_lossy(&head[..end]).into_owned();
    let lower = declaration.to_ascii_lowercase();
    for name in ["utf-16le", "utf-16be", "utf-16", "us-ascii"] {
        if let Some(at) = lower.find(name) {
            let mut out = declaration.into_bytes();
            drop(out.splice(at..at + name.len(), *b"UTF-8"));
            out.extend_from_slice(&head[end..]);
            return out;
        }
    }
    head.to_vec()
}
