//! A sheet part row by row, each as its bytes: what the proof walks along.

use memchr::memmem::{self, Finder};

use crate::edit::tag::{careful_end, first_cell, row_number};
use crate::gate::{broken, hostile};
use crate::read::xlsx::feed::Feed;
use crate::read::xlsx::token::{NoToken, Token, local, token};
use crate::{MAX_ROWS, Refusal};

/// What stands before the cells, and what stands behind them, is held whole.
const AROUND: usize = 64 << 20;

/// A sheet part on its way past, one row in sight at a time.
pub(super) struct Rows<'a> {
    part: &'a str,
    feed: Feed<'a>,
    /// `</row` with the prefix of the sheet.
    close: Finder<'static>,
    /// Comments or verbatim text are in the window: a tag found in it may be none.
    careful: bool,
    /// The number of a row that does not say its own.
    next: u32,
    row: Option<Found>,
    ended: bool,
    /// Everything up to the cells.
    pub(super) head: Vec<u8>,
}

/// The row at the beginning of the window.
#[derive(Clone, Copy)]
struct Found {
    number: u32,
    /// Whether it says its number itself.
    numbered: bool,
    length: usize,
}

impl<'a> Rows<'a> {
    /// Goes up to the first row.
    pub(super) fn open(part: &'a str, feed: Feed<'a>) -> Result<Rows<'a>, Refusal> {
        let mut rows = Rows {
            part,
            feed,
            close: Finder::new("").into_owned(),
            careful: false,
            next: 0,
            row: None,
            ended: false,
            head: Vec::new(),
        };
        loop {
            let (found, length) = rows.token()?;
            let (begins, name) = match found {
                Token::Open { name: b"sheetData", empty, .. } => {
                    rows.ended = empty;
                    (true, rows.feed.window()[1..length].to_vec())
                }
                _ => (false, Vec::new()),
            };
            if begins {
                let full = name.split(|b| b.is_ascii_whitespace() || matches!(b, b'/' | b'>')).next().unwrap_or_default();
                let prefix = &full[..full.len() - local(full).len()];
                rows.close = Finder::new(&[b"</", prefix, b"row"].concat()).into_owned();
                rows.feed.consume(length);
                return Ok(rows);
            }
            rows.head.extend_from_slice(&rows.feed.window()[..length]);
            rows.feed.consume(length);
            if rows.head.len() > AROUND {
                return Err(hostile(format!("{part}: more than {AROUND} bytes before the cells")));
            }
        }
    }

    /// The number of the row in sight; the next one comes into sight if none is. None at the end of the cells.
    pub(super) fn look(&mut self) -> Result<Option<u32>, Refusal> {
        while self.row.is_none() && !self.ended {
            let (found, length) = self.token()?;
            match found {
                Token::Open { name: b"row", attributes: tag, empty } => {
                    let number = row_number(tag);
                    let length = if empty { length } else { self.row_end(length)? };
                    let number = number.or_else(|| first_cell(&self.feed.window()[..length]));
                    let numbered = number.is_some();
                    let number = number.unwrap_or(self.next);
                    if number >= MAX_ROWS {
                        return Err(hostile(format!("{}: a row beyond {MAX_ROWS}", self.part)));
                    }
                    self.row = Some(Found { number, numbered, length });
                }
                Token::Close { name: b"sheetData" } => {
                    self.ended = true;
                    self.feed.consume(length);
                }
                _ => self.feed.consume(length),
            }
        }
        Ok(self.row.map(|row| row.number))
    }

    /// The bytes of the row in sight.
    pub(super) fn raw(&self) -> &[u8] {
        self.row.map_or(&[], |row| &self.feed.window()[..row.length])
    }

    /// Past the row in sight.
    pub(super) fn pass(&mut self) {
        if let Some(row) = self.row.take() {
            self.feed.consume(row.length);
            self.next = row.number + 1;
        }
    }

    /// Whether the next row here is that of `other`, number and bytes: asked without taking the row apart.
    pub(super) fn same_as(&mut self, other: &Rows<'_>) -> Result<bool, Refusal> {
        let (Some(wanted), raw) = (other.row, other.raw()) else { return Ok(false) };
        if let Some(row) = self.row {
            return Ok(row.number == wanted.number && self.raw() == raw);
        }
        if self.ended || !(wanted.numbered || self.next == wanted.number) {
            return Ok(false);
        }
        let blank = self.feed.window().iter().take_while(|b| b.is_ascii_whitespace()).count();
        self.feed.consume(blank);
        while self.feed.window().len() < raw.len() {
            if !self.more()? {
                return Ok(false);
            }
        }
        let same = self.feed.window().starts_with(raw);
        if same {
            self.row = Some(wanted);
        }
        Ok(same)
    }

    /// What stands behind the cells.
    pub(super) fn tail(mut self) -> Result<Vec<u8>, Refusal> {
        let mut tail = Vec::new();
        loop {
            tail.extend_from_slice(self.feed.window());
            self.feed.consume(self.feed.window().len());
            if tail.len() > AROUND {
                return Err(hostile(format!("{}: more than {AROUND} bytes behind the cells", self.part)));
            }
            if !self.feed.more()? {
                return Ok(tail);
            }
        }
    }

    /// The token at the beginning of the window.
    fn token(&mut self) -> Result<(Token<'_>, usize), Refusal> {
        // The borrow of a token found would last over the next look, so the length alone is carried out of the loop.
        loop {
            match token(self.feed.window()) {
                Ok(_) => break,
                Err(NoToken::More) => {
                    if !self.more()? {
                        return Err(broken(format!("{} ends within its cells", self.part)));
                    }
                }
                Err(NoToken::DocumentType) => return Err(hostile(format!("{} defines a document type", self.part))),
            }
        }
        token(self.feed.window()).map_err(|_| broken(self.part.to_owned()))
    }

    fn more(&mut self) -> Result<bool, Refusal> {
        let more = self.feed.more()?;
        self.careful = memmem::find(self.feed.window(), b"<!").is_some();
        Ok(more)
    }

    /// Where the row ends whose opening tag has that length.
    fn row_end(&mut self, open: usize) -> Result<usize, Refusal> {
        let mut from = open;
        loop {
            let window = self.feed.window();
            if let Some(at) = self.close.find(&window[from..])
                && let Some(end) = memchr::memchr(b'>', &window[from + at..])
            {
                let end = from + at + end + 1;
                if !self.careful || memmem::find(&window[open..end], b"<!").is_none() {
                    return Ok(end);
                }
                if let Some(end) = careful_end(window, open) {
                    return Ok(end);
                }
            }
            from = window.len().saturating_sub(self.close.needle().len() + 1).max(open);
            if !self.more()? {
                return Err(broken(format!("{} ends within its cells", self.part)));
            }
        }
    }
}
