//! Which row the tags of a sheet part speak of, and where it ends: asked by whoever rewrites a sheet and by the proof of it.

use crate::Address;
use crate::read::xlsx::token::{Token, attributes, token};

/// Zero-based number that a row says itself.
pub(super) fn row_number(tag: &[u8]) -> Option<u32> {
    let raw = attributes(tag).find(|(name, _)| *name == b"r").map(|(_, raw)| raw)?;
    std::str::from_utf8(raw).ok()?.trim().parse::<u32>().ok()?.checked_sub(1)
}

/// The row of the first cell, if it says it.
pub(super) fn first_cell(row: &[u8]) -> Option<u32> {
    let mut at = 0;
    loop {
        match token(&row[at..]).ok()? {
            (Token::Open { name: b"c", attributes: tag, .. }, _) => {
                let raw = attributes(tag).find(|(name, _)| *name == b"r").map(|(_, raw)| raw)?;
                return Some(std::str::from_utf8(raw).ok()?.parse::<Address>().ok()?.row);
            }
            (_, length) => at += length,
        }
    }
}

/// The end of a row, found tag by tag: its opening tag has the length `open`.
pub(super) fn careful_end(window: &[u8], open: usize) -> Option<usize> {
    let mut at = open;
    loop {
        match token(&window[at..]).ok()? {
            (Token::Close { name: b"row" }, length) => return Some(at + length),
            (_, length) => at += length,
        }
    }
}
