//! The shared strings of a package: texts are written once and cells name them by a number.

use std::rc::Rc;

use super::guard::begins_like_formula;
use crate::{Shelf, TextId};

/// The longest text of a cell, in UTF-16 units.
pub(super) const LONGEST_TEXT: usize = 32_767;

/// A text that no cell can hold; how many UTF-16 units it has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct TooLong(pub(crate) usize);

/// How many UTF-16 units a text has, if that is too many for a cell.
pub(crate) fn check_length(text: &str) -> Result<(), TooLong> {
    // A text has no more units than bytes: the usual case costs one comparison.
    if text.len() <= LONGEST_TEXT {
        return Ok(());
    }
    let units = text.encode_utf16().count();
    if units <= LONGEST_TEXT { Ok(()) } else { Err(TooLong(units)) }
}

/// The number of a text among the shared strings, and whether it begins like a formula.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Shared(u32);

impl Shared {
    const NONE: Shared = Shared(u32::MAX);
    const EMPTY: Shared = Shared(u32::MAX - 1);
    const QUOTED: u32 = 1 << 31;

    pub(super) fn number(self) -> u32 {
        self.0 & !Shared::QUOTED
    }

    /// An empty text: it is not shared, its cell stays empty.
    pub(super) fn is_empty(self) -> bool {
        self == Shared::EMPTY
    }

    pub(super) fn quoted(self) -> bool {
        self.0 & Shared::QUOTED != 0
    }
}

/// The shared strings that are added to those which are already in a package.
pub(super) struct Strings {
    first: u32,
    /// For each shelf the number of each of its texts that was used.
    shelves: Vec<(Rc<Shelf>, Vec<Shared>)>,
    used: Vec<(usize, TextId)>,
    cells: u64,
}

impl Strings {
    /// Behind this many strings.
    pub(super) fn behind(first: u32) -> Strings {
        Strings { first, shelves: Vec::new(), used: Vec::new(), cells: 0 }
    }

    /// The number of a shelf, for `share`.
    pub(super) fn shelf(&mut self, shelf: &Rc<Shelf>) -> usize {
        let known = self.shelves.iter().position(|(known, _)| Rc::ptr_eq(known, shelf));
        known.unwrap_or_else(|| {
            self.shelves.push((Rc::clone(shelf), vec![Shared::NONE; shelf.texts.len()]));
            self.shelves.len() - 1
        })
    }

    /// A text as a shared string; fails if no cell can hold it.
    #[inline]
    pub(super) fn share(&mut self, shelf: usize, id: TextId) -> Result<Shared, TooLong> {
        let shared = match self.shelves[shelf].1.get(id.index()) {
            Some(&shared) if shared != Shared::NONE => shared,
            _ => self.add(shelf, id)?,
        };
        self.cells += u64::from(!shared.is_empty());
        Ok(shared)
    }

    fn add(&mut self, at: usize, id: TextId) -> Result<Shared, TooLong> {
        let (shelf, known) = &mut self.shelves[at];
        let text = shelf.texts.get(id);
        check_length(text)?;
        let quoted = if begins_like_formula(text) { Shared::QUOTED } else { 0 };
        let shared = match text {
            "" => Shared::EMPTY,
            _ => Shared((self.first + self.used.len() as u32) | quoted),
        };
        if known.len() <= id.index() {
            known.resize(shelf.texts.len(), Shared::NONE);
        }
        known[id.index()] = shared;
        if !shared.is_empty() {
            self.used.push((at, id));
        }
        Ok(shared)
    }

    /// How many cells name one of the added strings.
    pub(super) fn cells(&self) -> u64 {
        self.cells
    }

    /// How many strings were added.
    pub(super) fn added(&self) -> usize {
        self.used.len()
    }

    /// The added strings as XML, in order; `flush` is called between them and may take what is there.
    pub(super) fn write<E>(&self, out: &mut Vec<u8>, mut flush: impl FnMut(&mut Vec<u8>) -> Result<(), E>) -> Result<(), E> {
        for (shelf, id) in &self.used {
            write_item(self.shelves[*shelf].0.texts.get(*id), out);
            flush(out)?;
        }
        Ok(())
    }
}

fn write_item(text: &str, out: &mut Vec<u8>) {
    let spaced = |end: Option<&u8>| end.is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'\n'));
    let bytes = text.as_bytes();
    if spaced(bytes.first()) || spaced(bytes.last()) {
        out.extend_from_slice(b"<si><t xml:space=\"preserve\">");
    } else {
        out.extend_from_slice(b"<si><t>");
    }
    escape(text, out);
    out.extend_from_slice(b"</t></si>");
}

/// As Excel escapes texts: characters that XML does not have as `_x0000_`, and an underscore that would look like it as `_x005F_`.
pub(crate) fn escape(text: &str, out: &mut Vec<u8>) {
    let special = |byte: u8| matches!(byte, b'&' | b'<' | b'>' | b'_' | 0..=8 | 0x0b..=0x1f | 0xef);
    let bytes = text.as_bytes();
    let mut done = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        if !special(byte) {
            continue;
        }
        let escaped = match byte {
            b'&' => "&amp;".to_owned(),
            b'<' => "&lt;".to_owned(),
            b'>' => "&gt;".to_owned(),
            b'_' if looks_escaped(&bytes[at..]) => "_x005F_".to_owned(),
            b'_' => continue,
            0xef => match &bytes[at..] {
                [0xef, 0xbf, last @ (0xbe | 0xbf), ..] => {
                    out.extend_from_slice(&bytes[done..at]);
                    out.extend_from_slice(if *last == 0xbe { b"_xFFFE_" } else { b"_xFFFF_" });
                    done = at + 3;
                    continue;
                }
                _ => continue,
            },
            control => format!("_x{control:04X}_"),
        };
        out.extend_from_slice(&bytes[done..at]);
        out.extend_from_slice(escaped.as_bytes());
        done = at + 1;
    }
    out.extend_from_slice(&bytes[done..]);
}

/// Whether a text goes on like `_x0041_`.
fn looks_escaped(bytes: &[u8]) -> bool {
    matches!(bytes, [b'_', b'x', a, b, c, d, b'_', ..] if [a, b, c, d].iter().all(|digit| digit.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(text: &str) -> String {
        let mut out = Vec::new();
        write_item(text, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn texts_are_escaped_as_excel_does() {
        assert_eq!(item("津市<A&B>"), "<si><t>津市&lt;A&amp;B&gt;</t></si>");
        assert_eq!(item(" 前"), "<si><t xml:space=\"preserve\"> 前</t></si>");
        assert_eq!(item("a\0b\r\nc"), "<si><t>a_x0000_b_x000D_\nc</t></si>");
        assert_eq!(item("_x0041_"), "<si><t>_x005F_x0041_</t></si>");
        assert_eq!(item("a_b_x12"), "<si><t>a_b_x12</t></si>");
        assert_eq!(item("\u{ffff}＝\u{fffe}"), "<si><t>_xFFFF_＝_xFFFE_</t></si>");
        assert_eq!(item("<r><t>x</t></r>"), "<si><t>&lt;r&gt;&lt;t&gt;x&lt;/t&gt;&lt;/r&gt;</t></si>");
    }

    #[test]
    fn a_text_is_shared_once() {
        let shelf = Shelf::new();
        let mut strings = Strings::behind(5);
        let at = strings.shelf(&shelf);
        let (a, b) = (shelf.texts.intern("津市"), shelf.texts.intern("=1"));
        assert_eq!(strings.share(at, a).unwrap().number(), 5);
        assert_eq!(strings.share(at, b).unwrap().number(), 6);
        assert!(strings.share(at, b).unwrap().quoted());
        assert_eq!((strings.share(at, a).unwrap().number(), strings.cells(), strings.added()), (5, 4, 2));
    }
}
