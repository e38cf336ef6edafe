//! Comments of cells: the text in one part, the box in another, both beside the sheet.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use super::EditError;
use super::work::Work;
use crate::Address;
use crate::gate::broken;
use crate::package::{Element, Node, Tree, escape};
use crate::read::xlsx::{Relation, relations};

/// Comments by their cells.
pub(crate) type Notes = BTreeMap<Address, String>;

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const STRICT: &str = "http://purl.oclc.org/ooxml/spreadsheetml/main";
const TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml";
const DRAWING_TYPE: &str = "application/vnd.openxmlformats-officedocument.vmlDrawing";
/// The form of the box, which every drawing of comments has once.
const FORM: &str = "<v:shapetype id=\"_x0000_t202\" coordsize=\"21600,21600\" o:spt=\"202\" path=\"m,l,21600r21600,l21600,xe\">\
    <v:stroke joinstyle=\"miter\"/><v:path gradientshapeok=\"t\" o:connecttype=\"rect\"/></v:shapetype>";
const SPACES: [(&str, &str); 3] = [
    ("xmlns:v", "urn:schemas-microsoft-com:vml"),
    ("xmlns:o", "urn:schemas-microsoft-com:office:office"),
    ("xmlns:x", "urn:schemas-microsoft-com:office:excel"),
];
/// Numbers of boxes come in blocks of so many, each block of one sheet.
const BLOCK: u64 = 1_024;

/// What is added to and taken from the comments of a sheet.
#[derive(Clone, Default, Debug)]
pub(crate) struct CommentEdits {
    /// Whose comments are added.
    pub(crate) author: String,
    /// What stands before and behind a text that is added, in a comment of its own or in one that was there.
    pub(crate) brackets: [String; 2],
    /// Whether what was added before goes.
    pub(crate) clear: bool,
    pub(crate) add: Notes,
}

/// Changes the comments of a sheet; answers the relationship of their drawing, which the sheet must name.
pub(crate) fn change(work: &mut Work<'_>, sheet: &str, edits: &CommentEdits) -> Result<Option<String>, EditError> {
    let related = relations(&work.package.archive, sheet)?;
    let part = |kind: &str| related.iter().find(|relation| relation.kind == kind).and_then(|relation| relation.target.clone());
    let comments = part("comments").filter(|part| work.has(part));
    if edits.add.is_empty() && (comments.is_none() || !edits.clear) {
        return Ok(None);
    }
    let threads = match part("threadedComment").filter(|part| work.has(part)) {
        Some(part) => threads(&work.read(&part)?, &part)?,
        None => FxHashSet::default(),
    };
    let name = match comments {
        Some(part) => part,
        None => new_part(work, sheet)?,
    };
    let xml = work.read(&name)?;
    let mut tree = Tree::read(&xml, &name)?;
    let root = tree.root_mut().ok_or_else(|| broken(name.clone()))?;
    let gone = if edits.clear { clear(root, edits) } else { FxHashSet::default() };
    let new = add(root, edits, &threads);
    let bytes = tree.write();
    work.put(&name, bytes);
    drawing(work, sheet, &related, &gone, &new)
}

/// The cells whose comments are conversations; their text is Excel's own affair.
fn threads(xml: &[u8], part: &str) -> Result<FxHashSet<String>, EditError> {
    let mut cells = FxHashSet::default();
    Tree::read(xml, part)?.each(&mut |element| {
        if element.is("threadedComment") {
            cells.extend(element.get("ref"));
        }
    });
    Ok(cells)
}

fn new_part(work: &mut Work<'_>, sheet: &str) -> Result<String, EditError> {
    let part = work.fresh("comments", ".xml");
    let main = work.read(&work.package.main.clone())?;
    let space = if memchr::memmem::find(&main, STRICT.as_bytes()).is_some() { STRICT } else { MAIN };
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
    work.put(&part, format!("{head}<comments xmlns=\"{space}\"><authors/><commentList/></comments>").into_bytes());
    work.set_type(&part, TYPE)?;
    work.relate(sheet, |relations| drop(relations.add("comments", &part)))?;
    Ok(part)
}

/// Takes away what stands between the brackets, and the comments of which nothing is left; answers their cells. Whoever wrote below
/// a text of ours keeps what they wrote.
fn clear(root: &mut Element<'_>, edits: &CommentEdits) -> FxHashSet<Address> {
    let mut gone = FxHashSet::default();
    let Some(list) = root.child_mut("commentList") else { return gone };
    list.children.retain_mut(|node| {
        let Some(comment) = node.element_mut() else { return true };
        let cell = comment.get("ref").and_then(|cell| cell.parse::<Address>().ok());
        let Some(text) = comment.child_mut("text") else { return true };
        let empty = cut(text, &edits.brackets) && texts(text).all(|piece| piece.text().trim().is_empty());
        if empty {
            gone.extend(cell);
        }
        !empty
    });
    gone
}

/// Whether a comment of a sheet has certain words.
pub(crate) fn speaks(work: &Work<'_>, sheet: &str, words: &str) -> Result<bool, EditError> {
    let related = relations(&work.package.archive, sheet)?;
    let part = related.iter().find(|relation| relation.kind == "comments").and_then(|relation| relation.target.as_ref());
    match part.filter(|part| work.has(part)) {
        Some(part) => Ok(memchr::memmem::find(&work.read(part)?, words.as_bytes()).is_some()),
        None => Ok(false),
    }
}

fn author(root: &Element<'_>, name: &str) -> Option<usize> {
    root.child("authors")?.elements().position(|author| author.text() == name)
}

/// Cuts what stands between the brackets out of a text in pieces. Answers whether there was anything.
fn cut(text: &mut Element<'_>, [begin, end]: &[String; 2]) -> bool {
    let whole: String = texts(text).map(|piece| piece.text()).collect();
    let Some(start) = whole.find(begin.as_str()) else { return false };
    let stop = whole[start..].find(end.as_str()).map_or(whole.len(), |at| start + at + end.len());
    let start = whole[..start].trim_end_matches(['\n', '\r']).len();
    let mut at = 0;
    let mut keep = |piece: &mut Element<'_>| {
        let old = piece.text();
        let (from, to) = (at, at + old.len());
        at = to;
        let head = &old[..start.clamp(from, to) - from];
        let tail = &old[stop.clamp(from, to) - from..];
        if head.len() + tail.len() < old.len() {
            piece.set_text(&format!("{head}{tail}"));
        }
        !(head.is_empty() && tail.is_empty())
    };
    text.children.retain_mut(|node| match node.element_mut() {
        Some(piece) if piece.is("t") => keep(piece),
        Some(run) if run.is("r") => run.child_mut("t").is_none_or(&mut keep),
        _ => true,
    });
    true
}

/// The pieces of a text, without readings.
fn texts<'t, 'a>(text: &'t Element<'a>) -> impl Iterator<Item = &'t Element<'a>> {
    text.elements().filter_map(|piece| match piece {
        piece if piece.is("t") => Some(piece),
        run if run.is("r") => run.child("t"),
        _ => None,
    })
}

/// Adds the comments; answers the cells that had none, with how many lines they take.
fn add(root: &mut Element<'_>, edits: &CommentEdits, threads: &FxHashSet<String>) -> BTreeMap<Address, usize> {
    let p = root.prefix();
    let mut new = BTreeMap::new();
    if edits.add.is_empty() {
        return new;
    }
    let own = author(root, &edits.author).unwrap_or_else(|| {
        let list = root.child_or_new("authors", &["commentList", "extLst"]);
        list.push(Node::of(&format!("<{p}author>{}</{p}author>", escape(&edits.author))));
        list.elements().count() - 1
    });
    let list = root.child_or_new("commentList", &["extLst"]);
    let places: Vec<(String, usize)> =
        list.children.iter().enumerate().filter_map(|(at, node)| Some((node.element()?.get("ref")?, at))).collect();
    let places: rustc_hash::FxHashMap<String, usize> = places.into_iter().collect();
    for (&cell, text) in &edits.add {
        let name = cell.to_string();
        if threads.contains(&name) {
            continue;
        }
        let [begin, end] = &edits.brackets;
        let text = format!("{begin}\n{text}\n{end}");
        let there = places.get(&name).and_then(|at| list.children[*at].element_mut());
        if let Some(text_of) = there.map(|comment| comment.child_or_new("text", &["commentPr", "extLst"])) {
            let run = format!("<{p}r><{p}t xml:space=\"preserve\">{}</{p}t></{p}r>", escape(&format!("\n\n{text}")));
            let readings =
                text_of.children.iter().position(|node| node.element().is_some_and(|e| e.is("rPh") || e.is("phoneticPr")));
            text_of.open_up();
            let at = readings.unwrap_or(text_of.children.len());
            drop(text_of.children.splice(at..at, Node::of(&run)));
            continue;
        }
        let text_xml = format!("<{p}text><{p}r><{p}t xml:space=\"preserve\">{}</{p}t></{p}r></{p}text>", escape(&text));
        list.push(Node::of(&format!("<{p}comment ref=\"{name}\" authorId=\"{own}\">{text_xml}</{p}comment>")));
        new.insert(cell, text.lines().map(|line| japan::width(line).div_ceil(40).max(1)).sum());
    }
    new
}

/// Takes boxes away and adds boxes; answers the relationship of the drawing.
fn drawing(
    work: &mut Work<'_>,
    sheet: &str,
    related: &[Relation],
    gone: &FxHashSet<Address>,
    new: &BTreeMap<Address, usize>,
) -> Result<Option<String>, EditError> {
    let mut found = None;
    for relation in related.iter().filter(|relation| relation.kind == "vmlDrawing") {
        // The pictures of headers and footers have a drawing of their own, without a word on cells.
        if let Some(part) = relation.target.as_ref().filter(|part| work.has(part)) {
            let vml = work.read(part)?;
            if memchr::memmem::find(&vml, b"ClientData").is_some() {
                found = Some((relation.id.clone(), part.clone(), vml));
                break;
            }
        }
    }
    let (id, part, vml) = match found {
        Some(found) => found,
        None if new.is_empty() => return Ok(None),
        None => new_drawing(work, sheet)?,
    };
    let mut tree = Tree::read_vml(&vml, &part)?;
    if !gone.is_empty() {
        tree.retain(&mut |element| !(element.is("shape") && box_of(element).is_some_and(|cell| gone.contains(&cell))));
    }
    let root = tree.root_mut().ok_or_else(|| broken(part.clone()))?;
    if !new.is_empty() {
        for (name, space) in SPACES {
            if root.get(&name["xmlns:".len()..]).is_none() {
                root.set(name, space);
            }
        }
        if memchr::memmem::find(&vml, b"_x0000_t202").is_none() {
            root.push(Node::of(FORM));
        }
        let first = next_number(&vml);
        let boxes = new.iter().zip(first..).map(|((cell, lines), number)| shape(*cell, *lines, number));
        root.push(Node::of(&boxes.collect::<String>()));
    }
    let bytes = tree.write();
    work.put(&part, bytes);
    Ok(Some(id))
}

fn new_drawing(work: &mut Work<'_>, sheet: &str) -> Result<(String, String, Vec<u8>), EditError> {
    let part = work.fresh("drawings/vmlDrawing", ".vml");
    // A block of numbers that no other drawing has.
    let block = 1 + work.package.archive.names().filter(|name| name.to_ascii_lowercase().ends_with(".vml")).count() as u64 * 8;
    let digits: String = part.chars().filter(char::is_ascii_digit).collect();
    let block = block + digits.parse::<u64>().unwrap_or(1) * 8;
    let spaces: String = SPACES.iter().map(|(name, space)| format!(" {name}=\"{space}\"")).collect();
    let vml = format!(
        "<xml{spaces}><o:shapelayout v:ext=\"edit\"><o:idmap v:ext=\"edit\" data=\"{block}\"/></o:shapelayout>{FORM}</xml>"
    );
    work.put(&part, vml.clone().into_bytes());
    work.types(|types| types.set_default("vml", DRAWING_TYPE))?;
    let id = work.relate(sheet, |relations| relations.add("vmlDrawing", &part))?;
    Ok((id, part, vml.into_bytes()))
}

/// The cell that a box belongs to.
fn box_of(shape: &Element<'_>) -> Option<Address> {
    let data = shape.child("ClientData").filter(|data| data.get("ObjectType").as_deref() == Some("Note"))?;
    let number = |name: &str| data.child(name)?.text().trim().parse::<u32>().ok();
    Some(Address::new(number("Row")?, number("Column")?))
}

/// A number that no box of the drawing has, in its block.
fn next_number(vml: &[u8]) -> u64 {
    let number = |at: usize| {
        let digits: String =
            vml[at..].iter().take(12).take_while(|byte| byte.is_ascii_digit()).map(|&byte| byte as char).collect();
        digits.parse::<u64>().ok()
    };
    let used = memchr::memmem::find_iter(vml, b"_x0000_s").filter_map(|at| number(at + b"_x0000_s".len())).max();
    let block = memchr::memmem::find(vml, b"data=\"").and_then(|at| number(at + b"data=\"".len())).unwrap_or(1);
    used.unwrap_or(0).max(block * BLOCK) + 1
}

fn shape(cell: Address, lines: usize, number: u64) -> String {
    let (row, column) = (cell.row, cell.column);
    let height = lines.clamp(3, 14) as u32 + 1;
    let top = row.saturating_sub(1);
    let anchor = format!("{}, 15, {top}, 10, {}, 40, {}, 4", column + 1, column + 4, top + height);
    format!(
        "<v:shape id=\"_x0000_s{number}\" type=\"#_x0000_t202\" style=\"position:absolute;margin-left:60pt;margin-top:1.5pt;\
         width:220pt;height:{}pt;z-index:{};visibility:hidden\" fillcolor=\"#ffffe1\" o:insetmode=\"auto\">\
         <v:fill color2=\"#ffffe1\"/><v:shadow on=\"t\" color=\"black\" obscured=\"t\"/><v:path o:connecttype=\"none\"/>\
         <v:textbox style=\"mso-direction-alt:auto\"><div style=\"text-align:left\"></div></v:textbox>\
         <x:ClientData ObjectType=\"Note\"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{anchor}</x:Anchor>\
         <x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>",
        height * 15,
        number % BLOCK,
    )
}
