//! `[Content_Types].xml`: what each part is.

use super::tree::{Element, Node, Tree, escape};
use crate::Refusal;

/// The name of the part.
pub(crate) const TYPES: &str = "[Content_Types].xml";

/// The content types, changed without touching what is there.
pub(crate) struct Types<'a> {
    tree: Tree<'a>,
}

impl<'a> Types<'a> {
    /// The name of the part.
    pub(crate) const PART: &'static str = TYPES;

    /// Takes the list apart.
    pub(crate) fn read(xml: &'a [u8]) -> Result<Types<'a>, Refusal> {
        Ok(Types { tree: Tree::read(xml, TYPES)? })
    }

    /// The bytes again.
    pub(crate) fn write(&self) -> Vec<u8> {
        self.tree.write()
    }

    /// What a part is said to be by an entry of its own.
    pub(crate) fn of(&self, part: &str) -> Option<String> {
        self.all().find(|element| element.is("Override") && names(element, part)).and_then(|element| element.get("ContentType"))
    }

    /// Says what a part is.
    pub(crate) fn set(&mut self, part: &str, kind: &str) {
        self.remove(part);
        self.push(&format!("Override PartName=\"/{}\" ContentType=\"{kind}\"", escape(part)));
    }

    /// Says what parts of an extension are, unless that is said already.
    pub(crate) fn set_default(&mut self, extension: &str, kind: &str) {
        let known = |element: &Element<'_>| element.get("Extension").is_some_and(|known| known.eq_ignore_ascii_case(extension));
        if self.all().any(|element| element.is("Default") && known(element)) {
            return;
        }
        let Some(root) = self.tree.root_mut() else { return };
        let prefix = root.prefix();
        let node = Node::of(&format!("<{prefix}Default Extension=\"{extension}\" ContentType=\"{kind}\"/>"));
        root.open_up();
        // Defaults stand first by custom; some old readers rely on it.
        drop(root.children.splice(0..0, node));
    }

    /// Takes a part's own entry away.
    pub(crate) fn remove(&mut self, part: &str) {
        self.tree.retain(&mut |element| !(element.is("Override") && names(element, part)));
    }

    fn push(&mut self, tag: &str) {
        if let Some(root) = self.tree.root_mut() {
            let prefix = root.prefix();
            root.push(Node::of(&format!("<{prefix}{tag}/>")));
        }
    }

    fn all(&self) -> impl Iterator<Item = &Element<'a>> {
        self.tree.root().into_iter().flat_map(Element::elements)
    }
}

fn names(element: &Element<'_>, part: &str) -> bool {
    element.get("PartName").is_some_and(|name| name.trim_start_matches('/').eq_ignore_ascii_case(part))
}
