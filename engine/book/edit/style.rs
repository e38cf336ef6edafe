//! New looks for cells, added to `styles.xml` behind those that are there.

use rustc_hash::FxHashMap;

use super::EditError;
use super::shade::{SHADES, argb, shade};
use super::work::Work;
use crate::gate::broken;
use crate::package::{Element, Node, Tree, escape};
use crate::read::format::{Shows, builtin};

/// Excel's own limit on the styles of a workbook (its specification says 65,490 cell styles).
const MOST_STYLES: usize = 65_490;
/// Numbers of formats below are Excel's own.
const FIRST_OWN_FORMAT: u64 = 164;

/// What is changed of a cell's look; the rest stays as it is.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct StyleChange {
    /// A fill in one colour, as red, green and blue; `Some(None)` takes the fill away.
    #[allow(clippy::option_option, reason = "kept, taken away and coloured are three answers")]
    pub fill: Option<Option<[u8; 3]>>,
    /// A colour over the fill that is there. What was there is kept as the pattern's second colour, which a solid fill does not
    /// show, so that the colour can be taken off again ([`unmark`]). A cell with a pattern or a gradient keeps it.
    pub mark: Option<[u8; 3]>,
    /// The colour of the text.
    pub text_colour: Option<[u8; 3]>,
    /// Whether the text is bold.
    pub bold: Option<bool>,
    /// Whether long text goes on in the next line.
    pub wrap: Option<bool>,
    /// The number format, as Excel writes it.
    pub number_format: Option<String>,
    /// Whether the cell's text stays text when somebody edits it, even if it begins like a formula.
    pub quoted: bool,
}

impl StyleChange {
    /// Fills the cell with a colour.
    pub fn fill(colour: [u8; 3]) -> StyleChange {
        StyleChange { fill: Some(Some(colour)), ..StyleChange::default() }
    }

    /// This change and another on top of it.
    pub(crate) fn with(mut self, other: &StyleChange) -> StyleChange {
        self.fill = other.fill.or(self.fill);
        self.mark = other.mark.or(self.mark);
        self.text_colour = other.text_colour.or(self.text_colour);
        self.bold = other.bold.or(self.bold);
        self.wrap = other.wrap.or(self.wrap);
        self.number_format = other.number_format.clone().or(self.number_format);
        self.quoted |= other.quoted;
        self
    }
}

/// The styles of a workbook while cells are given new ones.
pub(crate) struct Styles {
    part: Option<String>,
    xml: Vec<u8>,
    /// For each style its number of a format, and whether that shows days or times.
    shows: Vec<Shows>,
    changes: Vec<StyleChange>,
    known: FxHashMap<StyleChange, u32>,
    /// The new style for an old one and a change.
    made: FxHashMap<(u32, u32), u32>,
    /// In the order made: the old style and the change.
    new: Vec<(u32, u32)>,
}

const EMPTY: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
    <styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">\
    <fonts count=\"1\"><font/></fonts><fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill>\
    <fill><patternFill patternType=\"gray125\"/></fill></fills><borders count=\"1\"><border/></borders>\
    <cellStyleXfs count=\"1\"><xf/></cellStyleXfs><cellXfs count=\"1\"><xf/></cellXfs></styleSheet>";

impl Styles {
    /// The workbook's styles.
    pub(crate) fn read(work: &Work<'_>) -> Result<Styles, EditError> {
        let part = work.package.related("styles").map(str::to_owned);
        let xml = match &part {
            Some(part) => work.read(part)?,
            None => EMPTY.as_bytes().to_vec(),
        };
        let name = part.clone().unwrap_or_default();
        let tree = Tree::read(&xml, &name)?;
        let root = tree.root().ok_or_else(|| broken(name))?;
        let mut codes = FxHashMap::default();
        for format in root.child("numFmts").into_iter().flat_map(Element::elements) {
            codes.insert(format.number("numFmtId").unwrap_or(0), format.get("formatCode").unwrap_or_default());
        }
        let shows = |xf: &Element<'_>| {
            let id = xf.number("numFmtId").unwrap_or(0);
            let own = codes.get(&id).map(String::as_str);
            Shows::of(own.or_else(|| builtin(u32::try_from(id).ok()?)).unwrap_or_default())
        };
        let shows = root.child("cellXfs").into_iter().flat_map(Element::elements).map(shows).collect();
        Ok(Styles {
            part,
            xml,
            shows,
            changes: Vec::new(),
            known: FxHashMap::default(),
            made: FxHashMap::default(),
            new: Vec::new(),
        })
    }

    /// Whether a style shows numbers as days or times.
    pub(crate) fn shows_time(&self, style: u32) -> bool {
        let original = match (style as usize).checked_sub(self.shows.len()) {
            // A style made here: what it came from, unless its change named a format.
            Some(nth) => match self.new.get(nth) {
                Some(&(_, change)) if self.changes[change as usize].number_format.is_some() => return true,
                Some(&(old, _)) => old,
                None => return false,
            },
            None => style,
        };
        self.shows.get(original as usize).is_some_and(|shows| *shows != Shows::Number)
    }

    /// The style that an old one becomes by a change.
    pub(crate) fn changed(&mut self, old: u32, change: &StyleChange) -> Result<u32, EditError> {
        if *change == StyleChange::default() {
            return Ok(old);
        }
        let id = match self.known.get(change) {
            Some(id) => *id,
            None => {
                self.changes.push(change.clone());
                let id = self.changes.len() as u32 - 1;
                self.known.insert(change.clone(), id);
                id
            }
        };
        if let Some(made) = self.made.get(&(old, id)) {
            return Ok(*made);
        }
        // A workbook without any style still has style 0 for Excel.
        let first = self.shows.len().max(1);
        let number = first + self.new.len();
        if number >= MOST_STYLES {
            return Err(EditError::TooManyStyles);
        }
        self.new.push((old, id));
        self.made.insert((old, id), number as u32);
        Ok(number as u32)
    }

    /// Writes the part, if a style was made.
    pub(crate) fn finish(self, work: &mut Work<'_>) -> Result<(), EditError> {
        if self.new.is_empty() {
            return Ok(());
        }
        let name = match &self.part {
            Some(part) => part.clone(),
            None => {
                let part = work.beside_main("styles.xml");
                let main = work.package.main.clone();
                work.relate(&main, |relations| drop(relations.add("styles", &part)))?;
                work.set_type(&part, "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml")?;
                part
            }
        };
        let mut tree = Tree::read(&self.xml, &name)?;
        let root = tree.root_mut().ok_or_else(|| broken(name.clone()))?;
        let (prefix, fills, marks, fonts) = (root.prefix(), FxHashMap::default(), FxHashMap::default(), FxHashMap::default());
        let mut sheet = StyleSheet { prefix, root, fills, marks, covered: Vec::new(), fonts };
        sheet.ready();
        for &(old, change) in &self.new {
            sheet.add(old, &self.changes[change as usize]);
        }
        let bytes = tree.write();
        work.put(&name, bytes);
        Ok(())
    }
}

/// An old font, and the colour and weight it gets.
type FontChange = (usize, Option<[u8; 3]>, Option<bool>);

/// `styleSheet` while styles are added to it.
struct StyleSheet<'t, 'a> {
    root: &'t mut Element<'a>,
    prefix: String,
    fills: FxHashMap<Option<[u8; 3]>, usize>,
    /// By the colour and the fill that was there.
    marks: FxHashMap<([u8; 3], usize), usize>,
    /// The covered fills in the order of their shades, from the second one on.
    covered: Vec<String>,
    fonts: FxHashMap<FontChange, usize>,
}

const BEHIND_FORMATS: [&str; 11] =
    ["fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "tableStyles", "colors", "extLst", "mc"];

impl<'a> StyleSheet<'_, 'a> {
    /// What a stylesheet must have before a cell's style can point to it.
    fn ready(&mut self) {
        let p = self.prefix.clone();
        for (at, name, first) in [
            (1, "fonts", format!("<{p}font/>")),
            (2, "fills", format!("<{p}fill><{p}patternFill patternType=\"none\"/></{p}fill>")),
            (5, "cellXfs", format!("<{p}xf/>")),
        ] {
            let list = self.root.child_or_new(name, &BEHIND_FORMATS[at..]);
            if list.elements().next().is_none() {
                list.push(Node::of(&first));
            }
        }
    }

    fn add(&mut self, old: u32, change: &StyleChange) {
        let p = self.prefix.clone();
        let xf = self.root.child("cellXfs").and_then(|list| list.elements().nth(old as usize)).cloned();
        let mut node = match xf {
            Some(xf) => Node::Element(xf),
            None => Node::of(&format!("<{p}xf/>")).remove(0),
        };
        if let Some(xf) = node.element_mut() {
            if let Some(fill) = change.fill {
                let id = self.fill(fill);
                xf.set("fillId", &id.to_string());
                xf.set("applyFill", "1");
            }
            if let Some(colour) = change.mark {
                let id = self.mark(colour, xf.number("fillId").unwrap_or(0) as usize);
                xf.set("fillId", &id.to_string());
                xf.set("applyFill", "1");
            }
            if change.text_colour.is_some() || change.bold.is_some() {
                let id = self.font(xf.number("fontId").unwrap_or(0) as usize, change);
                xf.set("fontId", &id.to_string());
                xf.set("applyFont", "1");
            }
            if let Some(code) = &change.number_format {
                let id = self.format(code);
                xf.set("numFmtId", &id.to_string());
                xf.set("applyNumberFormat", "1");
            }
            if let Some(wrap) = change.wrap {
                xf.child_or_new("alignment", &["protection", "extLst"]).set("wrapText", if wrap { "1" } else { "0" });
                xf.set("applyAlignment", "1");
            }
            if change.quoted {
                xf.set("quotePrefix", "1");
            }
        }
        self.append("cellXfs", vec![node]);
    }

    fn fill(&mut self, colour: Option<[u8; 3]>) -> usize {
        if let Some(id) = self.fills.get(&colour) {
            return *id;
        }
        let p = &self.prefix;
        let id = match colour {
            None => 0,
            Some(colour) => {
                let pattern = format!("<{p}patternFill patternType=\"solid\"><{p}fgColor rgb=\"{}\"/>", argb(colour));
                let xml = format!("<{p}fill>{pattern}<{p}bgColor indexed=\"64\"/></{p}patternFill></{p}fill>");
                self.append("fills", Node::of(&xml))
            }
        };
        self.fills.insert(colour, id);
        id
    }

    /// A fill of a colour that remembers the one before.
    fn mark(&mut self, colour: [u8; 3], old: usize) -> usize {
        if let Some(id) = self.marks.get(&(colour, old)) {
            return *id;
        }
        let p = self.prefix.clone();
        let before = self.root.child("fills").and_then(|fills| fills.elements().nth(old));
        let pattern = before.map(|fill| fill.child("patternFill"));
        let behind = match pattern {
            // No fill at all.
            None => Some("indexed=\"64\"".to_owned()),
            Some(Some(pattern)) => match pattern.get("patternType").as_deref() {
                None | Some("none") => Some("indexed=\"64\"".to_owned()),
                Some("solid") => Some(pattern.child("fgColor").map_or_else(|| "indexed=\"64\"".to_owned(), Element::attributes)),
                Some(_) => None,
            },
            Some(None) => None,
        };
        let id = match behind.and_then(|behind| self.shade(behind)) {
            Some((behind, number)) => {
                let shade = argb(shade(colour, number));
                let pattern = format!("<{p}patternFill patternType=\"solid\"><{p}fgColor rgb=\"{shade}\"/>");
                let xml = format!("<{p}fill>{pattern}<{p}bgColor {behind}/></{p}patternFill></{p}fill>");
                self.append("fills", Node::of(&xml))
            }
            None => old,
        };
        self.marks.insert((colour, old), id);
        id
    }

    /// The shade that stands for a covered fill. More fills than shades: those beyond keep their own colour.
    fn shade(&mut self, behind: String) -> Option<(String, u8)> {
        if behind == "indexed=\"64\"" {
            return Some((behind, 0));
        }
        let at = self.covered.iter().position(|known| *known == behind).unwrap_or_else(|| {
            self.covered.push(behind.clone());
            self.covered.len() - 1
        });
        u8::try_from(at + 1).ok().filter(|number| *number < SHADES).map(|number| (behind, number))
    }

    fn font(&mut self, old: usize, change: &StyleChange) -> usize {
        let key = (old, change.text_colour, change.bold);
        if let Some(id) = self.fonts.get(&key) {
            return *id;
        }
        let p = self.prefix.clone();
        let font = self.root.child("fonts").and_then(|list| list.elements().nth(old)).cloned();
        let mut node = font.map_or_else(|| Node::of(&format!("<{p}font/>")).remove(0), Node::Element);
        if let Some(font) = node.element_mut() {
            font.open_up();
            let gone =
                |name: &[u8]| (name == b"b" && change.bold.is_some()) || (name == b"color" && change.text_colour.is_some());
            font.children.retain(|child| !child.element().is_some_and(|child| gone(child.name())));
            if change.bold == Some(true) {
                drop(font.children.splice(0..0, Node::of(&format!("<{p}b/>"))));
            }
            if let Some(colour) = change.text_colour {
                let later = ["name", "family", "charset", "scheme"];
                font.child_or_new("color", &later).set("rgb", &argb(colour));
            }
        }
        let id = self.append("fonts", vec![node]);
        self.fonts.insert(key, id);
        id
    }

    fn format(&mut self, code: &str) -> u64 {
        if let Some(id) = (0..50).find(|id| builtin(*id) == Some(code)) {
            return u64::from(id);
        }
        let p = self.prefix.clone();
        let list = self.root.child_or_new("numFmts", &BEHIND_FORMATS);
        let known = list.elements().find(|format| format.get("formatCode").as_deref() == Some(code));
        if let Some(id) = known.and_then(|format| format.number("numFmtId")) {
            return id;
        }
        let highest = list.elements().filter_map(|format| format.number("numFmtId")).max().unwrap_or(0);
        let id = (highest + 1).max(FIRST_OWN_FORMAT);
        self.append("numFmts", Node::of(&format!("<{p}numFmt numFmtId=\"{id}\" formatCode=\"{}\"/>", escape(code))));
        id
    }

    /// Appends to a list, counts it, and answers the number of what was appended.
    fn append(&mut self, list: &str, nodes: Vec<Node<'a>>) -> usize {
        let Some(list) = self.root.child_mut(list) else { return 0 };
        list.push(nodes);
        let count = list.elements().count();
        list.set("count", &count.to_string());
        count - 1
    }
}
