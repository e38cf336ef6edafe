//! A sheet part rewritten as it streams by: what lies between the changed rows is copied.

use std::collections::BTreeMap;
use std::io::Write;
use std::rc::Rc;

use memchr::memmem;

use super::row::{Image, RowMaker, primary};
use super::tag::{careful_end, first_cell, row_number};
use super::{EditError, RowTrouble};
use crate::MAX_ROWS;
use crate::gate::{broken, hostile};
use crate::package::{Package, Packed, Packer, Tree, as_utf8, strange_encoding};
use crate::read::xlsx::feed::Feed;
use crate::read::xlsx::token::{NoToken, Token, local, token};

/// What stands before the cells, and what stands behind them, is held whole.
const AROUND: usize = 64 << 20;

/// What changes before and behind the cells.
pub(crate) trait Around {
    /// The part up to the cells.
    fn head(&mut self, tree: &mut Tree<'_>) -> Result<(), EditError>;
    /// The part behind the cells.
    fn tail(&mut self, tree: &mut Tree<'_>) -> Result<(), EditError>;
}

/// Rewrites a sheet. `rows` makes the rows, `around` changes the rest.
pub(crate) fn rewrite(
    package: &Package,
    part: &str,
    feed: Feed<'_>,
    rows: &mut RowMaker<'_>,
    around: &mut dyn Around,
) -> Result<Packed, EditError> {
    let mut stream = Stream {
        part,
        feed,
        packer: Packer::new(),
        limit: package.limits.part,
        waiting: BTreeMap::new(),
        next_row: 0,
        copied: 0,
        close: Vec::new(),
    };
    let empty = stream.head(rows, around)?;
    stream.data(rows, empty)?;
    stream.tail(around)?;
    stream.packer.finish().map_err(|_| EditError::TooLarge)
}

struct Stream<'a> {
    part: &'a str,
    feed: Feed<'a>,
    packer: Packer,
    limit: u64,
    /// Rows that come further down than they stood: their XML and what becomes of it.
    waiting: BTreeMap<u32, (Rc<[u8]>, Image)>,
    /// The row that follows one without a number.
    next_row: u32,
    /// How much of the window is still to be copied as it is.
    copied: usize,
    /// `</row` with the prefix of the sheet.
    close: Vec<u8>,
}

impl Stream<'_> {
    /// Everything up to the cells; answers whether there are none (`<sheetData/>`).
    fn head(&mut self, rows: &mut RowMaker<'_>, around: &mut dyn Around) -> Result<bool, EditError> {
        let mut at = 0;
        let (start, length, empty) = loop {
            match token(&self.feed.window()[at..]) {
                Ok((Token::Open { name: b"sheetData", empty, .. }, length)) => break (at, length, empty),
                Ok((_, length)) => at += length,
                Err(NoToken::More) => {
                    if !self.feed.more()? {
                        return Err(broken(format!("{} has no cells", self.part)).into());
                    }
                }
                Err(NoToken::DocumentType) => return Err(hostile(format!("{} defines a document type", self.part)).into()),
            }
        };
        let window = self.feed.window();
        if let Some(encoding) = strange_encoding(window) {
            return Err(EditError::Encoding { part: self.part.to_owned(), encoding });
        }
        let head = as_utf8(&window[..start]);
        let tag = window[start..start + length].to_vec();
        self.feed.consume(start + length);
        let full = tag[1..].split(|b| b.is_ascii_whitespace() || matches!(b, b'/' | b'>')).next().unwrap_or_default();
        let prefix = String::from_utf8_lossy(&full[..full.len() - local(full).len()]).into_owned();
        self.close = format!("</{prefix}row").into_bytes();
        let mut tree = Tree::read(&head, self.part)?;
        rows.prefix.clone_from(&prefix);
        rows.read_columns(&tree);
        around.head(&mut tree)?;
        self.write(&tree.write())?;
        if !empty {
            self.write(&tag)?;
        } else if rows.has_new() {
            self.write(format!("<{prefix}sheetData>").as_bytes())?;
        } else {
            self.write(&tag)?;
        }
        Ok(empty)
    }

    /// The rows, up to the closing tag and with it.
    fn data(&mut self, rows: &mut RowMaker<'_>, empty: bool) -> Result<(), EditError> {
        if empty {
            if rows.has_new() {
                self.emit_before(rows, u32::MAX)?;
                self.write(format!("</{}sheetData>", rows.prefix).as_bytes())?;
            }
            return Ok(());
        }
        loop {
            match token(&self.feed.window()[self.copied..]) {
                Ok((Token::Open { name: b"row", attributes, empty }, length)) => {
                    let number = row_number(attributes);
                    self.row(rows, number, length, empty)?;
                }
                Ok((Token::Close { name: b"sheetData" }, length)) => {
                    self.flush()?;
                    self.emit_before(rows, u32::MAX)?;
                    let end = self.feed.window()[..length].to_vec();
                    self.feed.consume(length);
                    return self.write(&end);
                }
                Ok((_, length)) => self.copied += length,
                Err(NoToken::More) => self.more()?,
                Err(NoToken::DocumentType) => return Err(hostile(format!("{} defines a document type", self.part)).into()),
            }
        }
    }

    /// One row, which begins where copying stands; its opening tag has that length.
    fn row(&mut self, rows: &mut RowMaker<'_>, number: Option<u32>, open: usize, empty: bool) -> Result<(), EditError> {
        let end = if empty { open } else { self.row_end(open)? };
        let raw = &self.feed.window()[self.copied..self.copied + end];
        let old = match number {
            Some(number) => number,
            None => first_cell(&raw[open..]).unwrap_or(self.next_row),
        };
        if old >= MAX_ROWS {
            return Err(hostile(format!("{}: a row beyond {MAX_ROWS}", self.part)).into());
        }
        self.next_row = old + 1;
        if rows.stays(old) {
            // Rows that are new, or come from further up, go before it.
            if rows.next_new().is_some_and(|new| new < old) || self.waiting.first_key_value().is_some_and(|(at, _)| *at < old) {
                self.flush()?;
                self.emit_before(rows, old)?;
            }
            let raw = &self.feed.window()[self.copied..self.copied + end];
            if !rows.changes(old, raw) {
                self.copied += end;
                return Ok(());
            }
        }
        self.flush()?;
        let raw: Rc<[u8]> = self.feed.window()[..end].into();
        self.feed.consume(end);
        for image in rows.images(old) {
            if image.row >= MAX_ROWS {
                if is_blank(&raw) {
                    // Some programs write the last row of the sheet for its look alone.
                    continue;
                }
                return Err(EditError::Rows { sheet: rows.sheet.to_owned(), why: RowTrouble::Full });
            }
            self.waiting.insert(image.row, (Rc::clone(&raw), image));
        }
        // Whatever comes later stands below the place of the next row.
        match primary(rows.moves, old + 1) {
            Some(next) => self.emit_before(rows, next),
            None => Ok(()),
        }
    }

    /// Where the row ends that begins where copying stands.
    fn row_end(&mut self, open: usize) -> Result<usize, EditError> {
        let mut from = open;
        loop {
            let window = &self.feed.window()[self.copied..];
            if let Some(at) = memmem::find(&window[from..], &self.close)
                && let Some(end) = memchr::memchr(b'>', &window[from + at..])
            {
                let end = from + at + end + 1;
                // Within a comment or verbatim text the tag would be none.
                if memmem::find(&window[open..end], b"<!").is_none() {
                    return Ok(end);
                }
                if let Some(end) = careful_end(window, open) {
                    return Ok(end);
                }
            }
            from = window.len().saturating_sub(self.close.len() + 1).max(open);
            self.more()?;
        }
    }

    fn more(&mut self) -> Result<(), EditError> {
        self.flush()?;
        if self.feed.more()? { Ok(()) } else { Err(broken(format!("{} ends within its cells", self.part)).into()) }
    }

    /// Writes what was to be copied.
    fn flush(&mut self) -> Result<(), EditError> {
        let copied = std::mem::take(&mut self.copied);
        if copied > 0 {
            self.packer.write_all(&self.feed.window()[..copied]).map_err(|_| EditError::TooLarge)?;
            self.feed.consume(copied);
        }
        Ok(())
    }

    /// Writes the rows that stand above a row and were not written yet: moved ones and new ones.
    fn emit_before(&mut self, rows: &mut RowMaker<'_>, row: u32) -> Result<(), EditError> {
        loop {
            let waiting = self.waiting.first_key_value().map(|(at, _)| *at).filter(|at| *at < row);
            let new = rows.next_new().filter(|at| *at < row);
            let made = match (waiting, new) {
                (None, None) => return Ok(()),
                (Some(at), new) if new.is_none_or(|new| at <= new) => {
                    let Some((raw, image)) = self.waiting.remove(&at) else { return Ok(()) };
                    rows.existing(&raw, &image)?
                }
                (_, Some(at)) => rows.new_row(at)?,
                (Some(_), None) => return Ok(()),
            };
            self.write(&made)?;
        }
    }

    fn tail(&mut self, around: &mut dyn Around) -> Result<(), EditError> {
        let mut tail = Vec::new();
        loop {
            tail.extend_from_slice(self.feed.window());
            self.feed.consume(self.feed.window().len());
            if tail.len() > AROUND {
                return Err(hostile(format!("{}: more than {AROUND} bytes behind the cells", self.part)).into());
            }
            if !self.feed.more()? {
                break;
            }
        }
        let mut tree = Tree::read(&tail, self.part)?;
        around.tail(&mut tree)?;
        self.write(&tree.write())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), EditError> {
        if self.packer.size() > self.limit {
            return Err(EditError::TooLarge);
        }
        self.packer.write_all(bytes).map_err(|_| EditError::TooLarge)
    }
}

/// Whether a row has no cell that holds something.
fn is_blank(row: &[u8]) -> bool {
    let mut at = 0;
    while let Ok((found, length)) = token(&row[at..]) {
        if matches!(found, Token::Open { name: b"v" | b"f" | b"is", .. }) {
            return false;
        }
        at += length;
    }
    true
}

/// What stands behind the cells of a sheet.
pub(crate) fn tail_of(package: &Package, part: &str) -> Result<Vec<u8>, EditError> {
    const NAME: &[u8] = b"sheetData";
    let mut feed = Feed::new(package.archive.part(part)?);
    let (mut tail, mut behind) = (Vec::new(), false);
    while feed.more()? {
        let window = feed.window();
        let mut from = 0;
        if !behind {
            // The end of the list of cells is its closing tag, or its only one.
            let end = memmem::find_iter(window, NAME).find_map(|at| {
                let end = at + memchr::memchr(b'>', &window[at..])?;
                let start = memchr::memrchr(b'<', &window[..at])?;
                (window[start + 1] == b'/' || window[end - 1] == b'/').then_some(end + 1)
            });
            match end {
                Some(end) => (behind, from) = (true, end),
                None => {
                    feed.consume(window.len().saturating_sub(256));
                    continue;
                }
            }
        }
        tail.extend_from_slice(&window[from..]);
        feed.consume(window.len());
        if tail.len() > AROUND {
            return Err(hostile(format!("{part}: more than {AROUND} bytes behind the cells")).into());
        }
    }
    Ok(tail)
}
