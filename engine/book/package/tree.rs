//! A small part of XML as a tree that loses nothing: what is not changed is written as it was read, byte for byte.
//!
//! It also takes pieces: an element that is not closed within the piece stays open, and a closing tag without its
//! beginning is kept as text. So the part before and after a sheet's cells can be changed without its cells.

use std::borrow::Cow;

use crate::Refusal;
use crate::gate::{broken, hostile};
use crate::read::xlsx::token::{NoToken, Token, append, append_verbatim, attribute_text, attributes, local, token};

/// Excel's own parts are about twelve deep.
const DEEPEST: usize = 256;

/// A piece of XML.
#[derive(Clone, Debug)]
pub(crate) enum Node<'a> {
    Element(Element<'a>),
    /// Text, comments, instructions, and closing tags without a beginning.
    Other(Cow<'a, [u8]>),
}

/// An element with its tags as they were written.
#[derive(Clone, Debug)]
pub(crate) struct Element<'a> {
    open: Cow<'a, [u8]>,
    pub(crate) children: Vec<Node<'a>>,
    /// Empty for `<a/>`, and for an element that is not closed within the piece.
    close: Cow<'a, [u8]>,
}

/// A part, or a piece of one.
#[derive(Clone, Debug)]
pub(crate) struct Tree<'a> {
    pub(crate) nodes: Vec<Node<'a>>,
}

impl<'a> Tree<'a> {
    /// Takes XML apart. `part` is its name, for refusals.
    pub(crate) fn read(xml: &'a [u8], part: &str) -> Result<Tree<'a>, Refusal> {
        Tree::parse(xml, part, false)
    }

    /// Takes the drawing of comments apart, in which HTML's `<br>` stands unclosed.
    pub(crate) fn read_vml(xml: &'a [u8], part: &str) -> Result<Tree<'a>, Refusal> {
        Tree::parse(xml, part, true)
    }

    fn parse(xml: &'a [u8], part: &str, html: bool) -> Result<Tree<'a>, Refusal> {
        let mut at = 0;
        let mut stack: Vec<Element<'a>> = Vec::new();
        let mut nodes = Vec::new();
        while at < xml.len() {
            let (found, length) = match token(&xml[at..]) {
                Ok(found) => found,
                Err(NoToken::DocumentType) => return Err(hostile(format!("{part} defines a document type"))),
                Err(NoToken::More) if memchr::memchr(b'<', &xml[at..]).is_none() => (Token::Nothing, xml.len() - at),
                Err(NoToken::More) => return Err(broken(format!("{part} ends within a tag"))),
            };
            let raw = Cow::Borrowed(&xml[at..at + length]);
            at += length;
            let node = match found {
                Token::Open { name, empty, .. } => {
                    let element = Element { open: raw, children: Vec::new(), close: Cow::Borrowed(b"") };
                    let void = empty || (html && name.eq_ignore_ascii_case(b"br"));
                    if !void {
                        if stack.len() >= DEEPEST {
                            return Err(hostile(format!("{part}: more than {DEEPEST} elements deep")));
                        }
                        stack.push(element);
                        continue;
                    }
                    Node::Element(element)
                }
                Token::Close { name } => match stack.pop() {
                    Some(mut element) if element.name() == name => {
                        element.close = raw;
                        Node::Element(element)
                    }
                    Some(_) => return Err(broken(format!("{part}: a tag is closed that was not opened"))),
                    None => Node::Other(raw),
                },
                _ => Node::Other(raw),
            };
            stack.last_mut().map_or(&mut nodes, |parent| &mut parent.children).push(node);
        }
        while let Some(element) = stack.pop() {
            stack.last_mut().map_or(&mut nodes, |parent| &mut parent.children).push(Node::Element(element));
        }
        Ok(Tree { nodes })
    }

    /// The bytes again.
    pub(crate) fn write(&self) -> Vec<u8> {
        let mut out = Vec::new();
        write(&self.nodes, &mut out);
        out
    }

    /// The outermost element.
    pub(crate) fn root(&self) -> Option<&Element<'a>> {
        self.nodes.iter().find_map(Node::element)
    }

    /// The outermost element, to be changed.
    pub(crate) fn root_mut(&mut self) -> Option<&mut Element<'a>> {
        self.nodes.iter_mut().find_map(Node::element_mut)
    }

    /// Goes over all elements from the outside in; `change` answers whether the element stays.
    pub(crate) fn retain(&mut self, change: &mut dyn FnMut(&mut Element<'a>) -> bool) {
        retain(&mut self.nodes, change);
    }

    /// Goes over all elements from the outside in.
    pub(crate) fn each(&self, see: &mut dyn FnMut(&Element<'a>)) {
        each(&self.nodes, see);
    }
}

fn write(nodes: &[Node<'_>], out: &mut Vec<u8>) {
    for node in nodes {
        match node {
            Node::Other(raw) => out.extend_from_slice(raw),
            Node::Element(element) => element.write(out),
        }
    }
}

fn retain<'a>(nodes: &mut Vec<Node<'a>>, change: &mut dyn FnMut(&mut Element<'a>) -> bool) {
    nodes.retain_mut(|node| match node {
        Node::Other(_) => true,
        Node::Element(element) => {
            let stays = change(element);
            if stays {
                retain(&mut element.children, change);
            }
            stays
        }
    });
}

fn each<'a>(nodes: &[Node<'a>], see: &mut dyn FnMut(&Element<'a>)) {
    for element in nodes.iter().filter_map(Node::element) {
        see(element);
        each(&element.children, see);
    }
}

impl<'a> Node<'a> {
    /// The element, if it is one.
    pub(crate) fn element(&self) -> Option<&Element<'a>> {
        match self {
            Node::Element(element) => Some(element),
            Node::Other(_) => None,
        }
    }

    /// The element, if it is one, to be changed.
    pub(crate) fn element_mut(&mut self) -> Option<&mut Element<'a>> {
        match self {
            Node::Element(element) => Some(element),
            Node::Other(_) => None,
        }
    }

    /// Elements written by us, out of text that is sound XML; its prefixes may be bound outside of it.
    pub(crate) fn of(xml: &str) -> Vec<Node<'static>> {
        let tree = Tree::read(xml.as_bytes(), "").expect("our own XML is well-formed");
        tree.nodes.into_iter().map(Node::owned).collect()
    }

    /// With its bytes its own.
    pub(crate) fn owned(self) -> Node<'static> {
        match self {
            Node::Other(raw) => Node::Other(Cow::Owned(raw.into_owned())),
            Node::Element(element) => Node::Element(Element {
                open: Cow::Owned(element.open.into_owned()),
                children: element.children.into_iter().map(Node::owned).collect(),
                close: Cow::Owned(element.close.into_owned()),
            }),
        }
    }
}

impl<'a> Element<'a> {
    /// The bytes of the element appended.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.open);
        write(&self.children, out);
        out.extend_from_slice(&self.close);
    }

    /// What stands within it, as it is written.
    pub(crate) fn inside(&self) -> Vec<u8> {
        let mut out = Vec::new();
        write(&self.children, &mut out);
        out
    }

    /// The name with its prefix.
    pub(crate) fn full_name(&self) -> &[u8] {
        let inside = &self.open[1..];
        let end = inside.iter().position(|b| b.is_ascii_whitespace() || matches!(b, b'/' | b'>')).unwrap_or(inside.len());
        &inside[..end]
    }

    /// The name without its prefix.
    pub(crate) fn name(&self) -> &[u8] {
        local(self.full_name())
    }

    /// Whether it has that name.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.name() == name.as_bytes()
    }

    /// The prefix with its colon, or nothing.
    pub(crate) fn prefix(&self) -> String {
        let full = self.full_name();
        String::from_utf8_lossy(&full[..full.len() - self.name().len()]).into_owned()
    }

    /// The prefix that the element binds to a namespace, without a colon.
    pub(crate) fn prefix_of(&self, namespace: &str) -> Option<String> {
        let bound = attributes(self.tag()).find(|(name, value)| name.starts_with(b"xmlns:") && *value == namespace.as_bytes());
        bound.map(|(name, _)| String::from_utf8_lossy(&name[6..]).into_owned())
    }

    fn tag(&self) -> &[u8] {
        let full = self.full_name().len();
        let end = self.open.len() - if self.open.ends_with(b"/>") { 2 } else { 1 };
        &self.open[(1 + full).min(end)..end]
    }

    /// The attribute of that name, with its prefix left out of account, as text.
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        attributes(self.tag()).find(|(found, _)| local(found) == name.as_bytes()).and_then(|(_, raw)| attribute_text(raw).ok())
    }

    /// All its attributes as they are written.
    pub(crate) fn attributes(&self) -> String {
        String::from_utf8_lossy(self.tag()).trim().to_owned()
    }

    /// The attribute as a number.
    pub(crate) fn number(&self, name: &str) -> Option<u64> {
        self.get(name)?.trim().parse().ok()
    }

    /// Sets an attribute; a new one is put last. `name` is written with its prefix if it has one.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        let wanted = local(name.as_bytes());
        let found = attributes(self.tag())
            .find(|(found, _)| local(found) == wanted)
            .map(|(_, raw)| raw.as_ptr() as usize - self.open.as_ptr() as usize)
            .zip(attributes(self.tag()).find(|(found, _)| local(found) == wanted).map(|(_, raw)| raw.len()));
        let value = escape(value);
        let open = self.open.to_mut();
        match found {
            Some((start, length)) => drop(open.splice(start..start + length, value.bytes())),
            None => {
                let end = open.len() - if open.ends_with(b"/>") { 2 } else { 1 };
                let new = format!(" {name}=\"{value}\"");
                drop(open.splice(end..end, new.bytes()));
            }
        }
    }

    /// Takes an attribute away.
    pub(crate) fn unset(&mut self, name: &str) {
        let base = self.open.as_ptr() as usize;
        let found = attributes(self.tag())
            .find(|(found, _)| local(found) == name.as_bytes())
            .map(|(found, raw)| (found.as_ptr() as usize - base, raw.as_ptr() as usize - base + raw.len() + 1));
        if let Some((mut start, end)) = found {
            while start > 0 && self.open[start - 1].is_ascii_whitespace() {
                start -= 1;
            }
            drop(self.open.to_mut().drain(start..end));
        }
    }

    /// The text directly within.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for node in &self.children {
            if let Node::Other(raw) = node {
                // Damaged text stays out; it is not ours to judge here.
                let _ = match token_text(raw) {
                    Some(Token::Verbatim(inside)) => append_verbatim(inside, &mut text),
                    Some(_) => Ok(()),
                    None => append(raw, &mut text),
                };
            }
        }
        text
    }

    /// Replaces all that is within by a text.
    pub(crate) fn set_text(&mut self, text: &str) {
        self.open_up();
        self.children = vec![Node::Other(Cow::Owned(escape(text).into_bytes()))];
    }

    /// Makes `<a/>` to `<a></a>`, so that it can hold something.
    pub(crate) fn open_up(&mut self) {
        if self.open.ends_with(b"/>") {
            let name = self.full_name().to_vec();
            let open = self.open.to_mut();
            open.truncate(open.len() - 2);
            open.push(b'>');
            self.close = Cow::Owned([b"</", &name[..], b">"].concat());
        }
    }

    /// Elements directly within.
    pub(crate) fn elements(&self) -> impl Iterator<Item = &Element<'a>> {
        self.children.iter().filter_map(Node::element)
    }

    /// Elements directly within, to be changed.
    pub(crate) fn elements_mut(&mut self) -> impl Iterator<Item = &mut Element<'a>> {
        self.children.iter_mut().filter_map(Node::element_mut)
    }

    /// The first element of that name directly within.
    pub(crate) fn child(&self, name: &str) -> Option<&Element<'a>> {
        self.elements().find(|element| element.is(name))
    }

    /// The first element of that name directly within, to be changed.
    pub(crate) fn child_mut(&mut self, name: &str) -> Option<&mut Element<'a>> {
        self.elements_mut().find(|element| element.is(name))
    }

    /// Puts elements behind the last child.
    pub(crate) fn push(&mut self, nodes: Vec<Node<'a>>) {
        self.open_up();
        self.children.extend(nodes);
    }

    /// The child of that name; made where the schema wants it, before the first of `later`, if it is not there.
    pub(crate) fn child_or_new(&mut self, name: &str, later: &[&str]) -> &mut Element<'a> {
        let prefix = self.prefix();
        self.open_up();
        insert_or_find(&mut self.children, &prefix, name, later)
    }
}

/// The element of that name among siblings; made before the first of `later` if it is not there.
pub(crate) fn insert_or_find<'t, 'a>(
    nodes: &'t mut Vec<Node<'a>>,
    prefix: &str,
    name: &str,
    later: &[&str],
) -> &'t mut Element<'a> {
    let position = |nodes: &[Node<'a>], wanted: &dyn Fn(&Element<'a>) -> bool| {
        nodes.iter().position(|node| node.element().is_some_and(wanted))
    };
    let at = position(nodes, &|element| element.is(name)).unwrap_or_else(|| {
        let before = position(nodes, &|element| later.iter().any(|later| element.is(later)));
        // A piece may end with the closing tag of what is around it.
        let end = nodes.iter().position(|node| matches!(node, Node::Other(raw) if raw.starts_with(b"</"))).unwrap_or(nodes.len());
        let at = before.unwrap_or(end);
        let element = Element {
            open: Cow::Owned(format!("<{prefix}{name}>").into_bytes()),
            children: Vec::new(),
            close: Cow::Owned(format!("</{prefix}{name}>").into_bytes()),
        };
        nodes.insert(at, Node::Element(element));
        at
    });
    match &mut nodes[at] {
        Node::Element(element) => element,
        Node::Other(_) => unreachable!("an element stands there: it was found or put there just now"),
    }
}

/// What a piece that is no element is, if it is more than text.
fn token_text(raw: &[u8]) -> Option<Token<'_>> {
    raw.starts_with(b"<").then(|| token(raw).map_or(Token::Nothing, |(token, _)| token))
}

/// Text as XML writes it, in elements and attributes alike. Characters that XML does not know are left out.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            '\t' => out.push_str("&#9;"),
            '\0'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => {}
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const XML: &str = "<?xml version='1.0'?>\n<!-- c --><x:a  k='1' r:id=\"2\" ><b/>t&amp;<![CDATA[<]]><c >1</c ></x:a>\n";

    #[test]
    fn what_is_not_changed_is_written_as_it_was() {
        for xml in [XML, "<a><b>", "</b><c/></a>", "text", ""] {
            assert_eq!(Tree::read(xml.as_bytes(), "p").unwrap().write(), xml.as_bytes());
        }
        for xml in ["<a></b>", "<a", "<!DOCTYPE a><a/>", &"<a>".repeat(300)] {
            assert!(Tree::read(xml.as_bytes(), "p").is_err(), "{xml}");
        }
        let vml = "<div><br>x</div>";
        assert_eq!(Tree::read_vml(vml.as_bytes(), "p").unwrap().write(), vml.as_bytes());
    }

    #[test]
    fn attributes_texts_and_children_change_alone() {
        let mut tree = Tree::read(XML.as_bytes(), "p").unwrap();
        let root = tree.root_mut().unwrap();
        assert_eq!((root.name(), root.prefix().as_str(), root.get("id").as_deref()), (&b"a"[..], "x:", Some("2")));
        assert_eq!(root.text(), "t&<");
        root.set("k", "<\"");
        root.set("new", "3");
        root.unset("id");
        root.child_mut("b").unwrap().set_text("い");
        root.child_or_new("d", &["c"]).set("n", "1");
        let text = String::from_utf8(tree.write()).unwrap();
        assert_eq!(
            text,
            "<?xml version='1.0'?>\n<!-- c --><x:a  k='&lt;&quot;'  new=\"3\"><b>い</b>t&amp;<![CDATA[<]]>\
             <x:d n=\"1\"></x:d><c >1</c ></x:a>\n"
        );
    }
}
