//! The list of what a part points to, changed without touching what is there.

use super::tree::{Element, Node, Tree};
use crate::Refusal;
use crate::package::escape;

const EMPTY: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
    <Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"></Relationships>";
/// Types of relationships begin so, in the form that Excel writes and in the strict one.
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/";
const STRICT: &str = "http://purl.oclc.org/ooxml/officeDocument/relationships/";

/// The name of the part that lists what `part` points to.
pub(crate) fn list_of(part: &str) -> String {
    let (folder, file) = part.rsplit_once('/').map_or(("", part), |(folder, file)| (folder, file));
    let slash = if folder.is_empty() { "" } else { "/" };
    format!("{folder}{slash}_rels/{file}.rels")
}

/// The relationships of a part, as its list has them.
pub(crate) struct Relations<'a> {
    tree: Tree<'a>,
    folder: String,
}

impl<'a> Relations<'a> {
    /// Takes a list apart; `part` is the part that the list belongs to.
    pub(crate) fn read(xml: Option<&'a [u8]>, part: &str) -> Result<Relations<'a>, Refusal> {
        let xml = xml.unwrap_or(EMPTY.as_bytes());
        let folder = part.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        Ok(Relations { tree: Tree::read(xml, &list_of(part))?, folder })
    }

    /// The bytes again.
    pub(crate) fn write(&self) -> Vec<u8> {
        self.tree.write()
    }

    /// Adds a relationship to a part (named from the root) and answers its id.
    pub(crate) fn add(&mut self, kind: &str, target: &str) -> String {
        let target = relative(&self.folder, target);
        self.push(kind, &target)
    }

    fn push(&mut self, kind: &str, target: &str) -> String {
        let taken: Vec<String> = self.all().filter_map(|relation| relation.get("Id")).collect();
        let id = (1..).map(|n| format!("rId{n}")).find(|id| !taken.contains(id)).unwrap_or_default();
        let strict = self.all().any(|relation| relation.get("Type").is_some_and(|kind| kind.starts_with(STRICT)));
        let family = if kind.contains("://") {
            ""
        } else if strict {
            STRICT
        } else {
            OFFICE
        };
        let Some(root) = self.tree.root_mut() else { return id };
        let prefix = root.prefix();
        let target = escape(target);
        root.push(Node::of(&format!("<{prefix}Relationship Id=\"{id}\" Type=\"{family}{kind}\" Target=\"{target}\"/>")));
        id
    }

    /// Takes the relationships away that `gone` says.
    pub(crate) fn remove(&mut self, gone: impl Fn(&Element<'a>) -> bool) {
        self.tree.retain(&mut |element| !(element.is("Relationship") && gone(element)));
    }

    fn all(&self) -> impl Iterator<Item = &Element<'a>> {
        self.tree.root().into_iter().flat_map(Element::elements)
    }

    /// Makes a relationship point to another part.
    pub(crate) fn lead(&mut self, id: &str, part: &str) {
        let target = relative(&self.folder, part);
        if let Some(relation) = self.all_mut().find(|relation| relation.get("Id").as_deref() == Some(id)) {
            relation.set("Target", &target);
        }
    }

    /// All of them, to be changed.
    pub(crate) fn all_mut(&mut self) -> impl Iterator<Item = &mut Element<'a>> {
        self.tree.root_mut().into_iter().flat_map(Element::elements_mut)
    }
}

/// A part's name as seen from a folder.
fn relative(folder: &str, part: &str) -> String {
    let from: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
    let to: Vec<&str> = part.split('/').collect();
    let shared = from.iter().zip(&to[..to.len() - 1]).take_while(|(a, b)| a == b).count();
    let mut steps = vec![".."; from.len() - shared];
    steps.extend(&to[shared..]);
    steps.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_relationships_take_free_ids_and_the_family_of_the_others() {
        let xml = format!("<Relationships><Relationship Id=\"rId1\" Type=\"{STRICT}styles\" Target=\"a\"/></Relationships>");
        let mut relations = Relations::read(Some(xml.as_bytes()), "xl/worksheets/sheet1.xml").unwrap();
        assert_eq!(relations.add("comments", "xl/comments1.xml"), "rId2");
        let text = String::from_utf8(relations.write()).unwrap();
        assert!(text.ends_with(&format!(
            "<Relationship Id=\"rId2\" Type=\"{STRICT}comments\" Target=\"../comments1.xml\"/></Relationships>"
        )));
        assert_eq!(relative("", "xl/a.xml"), "xl/a.xml");
        assert_eq!(relative("xl/worksheets", "xl/worksheets/b.xml"), "b.xml");
        assert_eq!(list_of("xl/workbook.xml"), "xl/_rels/workbook.xml.rels");
    }
}
