//! One row that was edited or moved, cell by cell: whatever differs must have been meant.

use std::collections::BTreeMap;

use super::looks::Looks;
use super::{Broken, Meant};
use crate::edit::cell::CellEdit;
use crate::edit::row::RowParts;
use crate::edit::value::{Content, result_xml};
use crate::gate::broken;
use crate::package::{Element, Node, Tree};
use crate::read::xlsx::token::{Token, attributes, local, token};
use crate::{Address, MAX_COLUMNS};

/// A row of the result beside the row of the original that it comes from.
pub(super) struct Pair<'a> {
    pub(super) meant: &'a Meant,
    pub(super) looks: &'a Looks<'a>,
    /// Number and bytes in the original; none for a row that is new.
    pub(super) old: Option<(u32, &'a [u8])>,
    pub(super) at: u32,
    pub(super) new: &'a [u8],
}

/// What a row was found to hold.
#[derive(Default)]
pub(super) struct Counted {
    pub(super) same: u64,
    pub(super) stale: u64,
    /// The cells that were set, as they are written.
    pub(super) set: Vec<u8>,
}

impl Pair<'_> {
    /// Compares the row; fails at the first cell that is not what was meant.
    pub(super) fn compare(&self) -> Result<Counted, Broken> {
        let none = BTreeMap::new();
        let edits = self.meant.edits.get(&self.at).unwrap_or(&none);
        let new = self.parts(self.new, self.at)?;
        let mut counted = Counted::default();
        let mut news = new.cells().peekable();
        if let Some((number, raw)) = self.old {
            let old = self.parts(raw, number)?;
            for (column, cell) in old.cells() {
                self.come(&mut news, column, edits, &mut counted)?;
                let have = news.next_if(|(at, _)| *at == column).map(|(_, raw)| raw);
                match (edits.get(&column), have) {
                    (Some(CellEdit { content: Some(content), .. }), have) => self.set(column, content, have, &mut counted)?,
                    (edit, Some(have)) => self.cell(column, number, (cell, have), edit, &mut counted)?,
                    (_, None) => return Err(self.wrong(column, cell, &[])),
                }
            }
            if !self.same_tag(&old.open, &new.open) {
                return Err(self.wrong(0, raw, self.new));
            }
        }
        self.come(&mut news, MAX_COLUMNS, edits, &mut counted)?;
        Ok(counted)
    }

    /// Cells of the result before a column that the original does not have: only edits bring them.
    fn come<'n>(
        &self,
        news: &mut std::iter::Peekable<impl Iterator<Item = (u32, &'n [u8])>>,
        column: u32,
        edits: &BTreeMap<u32, CellEdit>,
        counted: &mut Counted,
    ) -> Result<(), Broken> {
        while let Some((at, raw)) = news.next_if(|(at, _)| *at < column) {
            match edits.get(&at) {
                Some(CellEdit { content: Some(content), .. }) => self.set(at, content, Some(raw), counted)?,
                // A look alone makes a cell that holds nothing.
                Some(_) if self.element(raw, at)?.children.is_empty() => {}
                _ => return Err(self.wrong(at, &[], raw)),
            }
        }
        Ok(())
    }

    /// A cell that was given content: what it is is read later, but for the result of a formula.
    fn set(&self, column: u32, content: &Content, have: Option<&[u8]>, counted: &mut Counted) -> Result<(), Broken> {
        let raw = have.unwrap_or_default();
        if matches!(content, Content::Formula(_)) && !(have.is_some() && self.has_result(&self.element(raw, column)?, column)) {
            return Err(self.wrong(column, &[], raw));
        }
        counted.set.extend_from_slice(raw);
        Ok(())
    }

    /// Whether a formula that the edit touched has the result that was worked out, or none where none is known.
    fn has_result(&self, cell: &Element<'_>, column: u32) -> bool {
        let known = self.meant.fresh.get(&Address::new(self.at, column)).and_then(result_xml);
        let (kind, result) = known.map_or((String::new(), None), |(kind, text)| (kind.to_owned(), Some(text.into_bytes())));
        cell.get("t").unwrap_or_default() == kind && cell.child("is").is_none() && cell.child("v").map(Element::inside) == result
    }

    /// A cell that keeps its content.
    fn cell(
        &self,
        column: u32,
        number: u32,
        (old, new): (&[u8], &[u8]),
        edit: Option<&CellEdit>,
        counted: &mut Counted,
    ) -> Result<(), Broken> {
        let stale = self.meant.stale.has(Address::new(number, column)) || (self.meant.stale.all && has_formula(old));
        if !stale && (old == new || self.only_moved(old, new, column)) {
            counted.same += 1;
            return Ok(());
        }
        let (before, after) = (self.element(old, column)?, self.element(new, column)?);
        let look = match edit {
            Some(edit) => edit.style.number_format.is_some() || self.looks.same_format(style(&before), style(&after)),
            None => style(&before) == style(&after),
        };
        let kept = |element: &Element<'_>| {
            let gone = |name: &[u8]| matches!(name, b"r" | b"s") || (stale && name == b"t");
            let tag = element.attributes();
            let all = attributes(tag.as_bytes()).filter(|(name, _)| !gone(local(name)));
            all.map(|(name, value)| (name.to_vec(), value.to_vec())).collect::<Vec<_>>()
        };
        let good = look
            && kept(&before) == kept(&after)
            && self.in_place(&after, column, before.get("r").is_some())
            && inside(&before, stale) == inside(&after, stale)
            && (!stale || self.has_result(&after, column))
            && self.same_formula(before.child("f"), after.child("f"));
        if !good {
            return Err(self.wrong(column, old, new));
        }
        match after.child("v") {
            None if stale => counted.stale += 1,
            // Worked out anew, which the editor counts.
            Some(_) if stale => {}
            _ => counted.same += 1,
        }
        Ok(())
    }

    /// Whether a cell is the same but for the row that it says it is in.
    fn only_moved(&self, old: &[u8], new: &[u8], column: u32) -> bool {
        let place = |raw: &[u8]| {
            let (Token::Open { attributes: tag, .. }, _) = token(raw).ok()? else { return None };
            let value = attributes(tag).find(|(name, _)| *name == b"r").map(|(_, value)| value)?;
            let start = value.as_ptr() as usize - raw.as_ptr() as usize;
            Some((start, start + value.len()))
        };
        let (Some((a, b)), Some((c, d))) = (place(old), place(new)) else { return false };
        let said = std::str::from_utf8(&new[c..d]).ok().and_then(|text| text.parse::<Address>().ok());
        old[..a] == new[..c] && old[b..] == new[d..] && said == Some(Address::new(self.at, column))
    }

    fn in_place(&self, cell: &Element<'_>, column: u32, wanted: bool) -> bool {
        match cell.get("r") {
            Some(said) => said.parse::<Address>() == Ok(Address::new(self.at, column)),
            None => !wanted,
        }
    }

    /// Formulas stay as they are written, unless rows or names they speak of moved; none comes and none goes.
    fn same_formula(&self, old: Option<&Element<'_>>, new: Option<&Element<'_>>) -> bool {
        match (old, new) {
            (None, None) => true,
            (Some(old), Some(new)) => self.meant.formulas_move || bytes(old) == bytes(new),
            _ => false,
        }
    }

    /// The row's own tag: its number is looked at elsewhere, `spans` is a hint for speed.
    fn same_tag(&self, old: &Element<'_>, new: &Element<'_>) -> bool {
        let height = self.meant.heights.contains_key(&self.at);
        let kept = |element: &Element<'_>| {
            let gone = |name: &[u8]| matches!(name, b"r" | b"spans") || (height && matches!(name, b"ht" | b"customHeight"));
            let tag = element.attributes();
            let all = attributes(tag.as_bytes()).filter(|(name, _)| !gone(name));
            all.map(|(name, value)| (name.to_vec(), value.to_vec())).collect::<Vec<_>>()
        };
        kept(old) == kept(new)
    }

    fn parts<'r>(&self, raw: &'r [u8], number: u32) -> Result<RowParts<'r>, Broken> {
        RowParts::read(raw, number, &self.meant.name).map_err(|_| Broken::Unreadable(broken(format!("row {}", number + 1))))
    }

    fn element<'r>(&self, raw: &'r [u8], column: u32) -> Result<Element<'r>, Broken> {
        let mut tree = Tree::read(raw, &self.meant.name)?;
        match tree.nodes.pop() {
            Some(Node::Element(element)) if tree.nodes.is_empty() => Ok(element),
            _ => Err(self.wrong(column, &[], raw)),
        }
    }

    fn wrong(&self, column: u32, wanted: &[u8], have: &[u8]) -> Broken {
        wrong(self.meant, Address::new(self.at, column), wanted, have)
    }
}

/// A cell that is not what was meant; both as they are written.
pub(super) fn wrong(meant: &Meant, cell: Address, wanted: &[u8], have: &[u8]) -> Broken {
    let text = |raw: &[u8]| String::from_utf8_lossy(raw).into_owned();
    Broken::Cell { sheet: meant.name.clone(), cell, wanted: text(wanted), have: text(have) }
}

fn style(cell: &Element<'_>) -> u32 {
    cell.number("s").and_then(|style| u32::try_from(style).ok()).unwrap_or(0)
}

fn bytes(element: &Element<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    element.write(&mut out);
    out
}

/// What a cell holds beside its formula; without its saved result if that was to go.
fn inside(cell: &Element<'_>, stale: bool) -> Vec<Vec<u8>> {
    let stays = |child: &&Element<'_>| !child.is("f") && !(stale && (child.is("v") || child.is("is")));
    cell.elements().filter(stays).map(bytes).collect()
}

/// Whether a cell has a formula.
fn has_formula(raw: &[u8]) -> bool {
    let mut at = 0;
    while let Ok((found, length)) = token(&raw[at..]) {
        if matches!(found, Token::Open { name: b"f", .. }) {
            return true;
        }
        at += length;
    }
    false
}
