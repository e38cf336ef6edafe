//! `sharedStrings.xml`: each text put on the shelf once, without its furigana.

use memchr::{memchr, memchr2, memmem};

use crate::gate::{Limits, broken, hostile};
use crate::read::xlsx::feed::Feed;
use crate::read::xlsx::token::{BadText, NoToken, Token, append, append_verbatim, attributes, decode_escapes, token};
use crate::read::xlsx::walk::{document_type, ended};
use crate::{Refusal, Shelf, TextId};

/// A text of runs, as cells and shared strings write it: `<t>` alone or in `<r>`, readings (`<rPh>`) left out.
#[derive(Default)]
pub(crate) struct RichText {
    text: String,
    /// Where the `<t>` under way began, and whether its outer spaces are meant.
    open: Option<(usize, bool)>,
}

impl RichText {
    /// A `<t>` begins.
    pub(crate) fn open(&mut self, tag: &[u8]) {
        let keep = attributes(tag).any(|(name, value)| name == b"xml:space" && value == b"preserve");
        self.open = Some((self.text.len(), keep));
    }

    /// A `<t>` ends: without `xml:space="preserve"` its outer spaces are layout of the XML.
    pub(crate) fn close(&mut self) {
        let Some((start, false)) = self.open.take() else { return };
        const SPACES: [char; 4] = [' ', '\t', '\r', '\n'];
        self.text.truncate(start + self.text[start..].trim_end_matches(SPACES).len());
        let leading = self.text[start..].len() - self.text[start..].trim_start_matches(SPACES).len();
        self.text.replace_range(start..start + leading, "");
    }

    /// Raw text within `<t>`; elsewhere it is layout.
    pub(crate) fn add(&mut self, token: &Token<'_>) -> Result<(), BadText> {
        match token {
            Token::Text(raw) if self.open.is_some() => append(raw, &mut self.text),
            Token::Verbatim(raw) if self.open.is_some() => append_verbatim(raw, &mut self.text),
            _ => Ok(()),
        }
    }

    /// The whole text so far, and a fresh start.
    pub(crate) fn take(&mut self, shelf: &Shelf) -> TextId {
        let id = shelf.texts.intern(&decode_escapes(&self.text));
        self.clear();
        id
    }

    /// A fresh start.
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.open = None;
    }

    /// Whether a `<t>` is under way.
    pub(crate) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// How long it is.
    pub(crate) fn len(&self) -> usize {
        self.text.len()
    }
}

/// The text up to the next tag, if it stands for itself: no entities, no escapes, and no outer spaces whose meaning
/// depends on the tag.
#[inline]
pub(crate) fn plain_text(inside: &[u8], keep_spaces: bool) -> Option<&str> {
    let raw = &inside[..memchr(b'<', inside)?];
    let spaced = !keep_spaces && (raw.first()?.is_ascii_whitespace() || raw.last()?.is_ascii_whitespace());
    if spaced || memchr2(b'&', b'\r', raw).is_some() || memmem::find(raw, b"_x").is_some() {
        return None;
    }
    std::str::from_utf8(raw).ok()
}

/// Reads the shared strings. How many there are is counted, never believed.
pub(crate) fn read(mut feed: Feed<'_>, shelf: &Shelf, limits: &Limits) -> Result<Vec<TextId>, Refusal> {
    let mut reader =
        Reader { shelf, limits, ids: Vec::new(), bytes: 0, rich: RichText::default(), place: Place::Outside, skip: 0 };
    loop {
        let used = reader.window(&feed)?;
        feed.consume(used);
        if reader.ids.len() as u64 > limits.cells || reader.bytes > limits.texts {
            return Err(hostile(format!("{}: too many texts", feed.name())));
        }
        if !feed.more()? {
            ended(&feed, reader.place == Place::Outside && reader.skip == 0)?;
            return Ok(reader.ids);
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    Outside,
    Table,
    Item,
    Run,
}

struct Reader<'a> {
    shelf: &'a Shelf,
    limits: &'a Limits,
    ids: Vec<TextId>,
    bytes: u64,
    rich: RichText,
    place: Place,
    skip: u32,
}

impl Reader<'_> {
    /// Goes over the window and tells how much of it was understood.
    fn window(&mut self, feed: &Feed<'_>) -> Result<usize, Refusal> {
        let window = feed.window();
        let mut at = 0;
        loop {
            if self.place == Place::Table && self.skip == 0 {
                while let Some(length) = self.plain(&window[at..]) {
                    at += length;
                }
            }
            match token(&window[at..]) {
                Ok((token, length)) => {
                    self.take(&token).map_err(|BadText| broken(format!("{}: text {}", feed.name(), self.ids.len())))?;
                    if self.rich.len() > self.limits.text {
                        return Err(hostile(format!("{}: text {} is too long", feed.name(), self.ids.len())));
                    }
                    at += length;
                }
                Err(NoToken::More) => return Ok(at),
                Err(NoToken::DocumentType) => return Err(document_type(feed)),
            }
        }
    }

    /// `<si><t>text</t></si>` without anything special: nearly all of them. None leaves it to the general way.
    fn plain(&mut self, window: &[u8]) -> Option<usize> {
        const OPEN: &[u8] = b"<si><t>";
        const CLOSE: &[u8] = b"</t></si>";
        let inside = window.strip_prefix(OPEN)?;
        let text = plain_text(inside, false)?;
        let end = text.len();
        if !inside[end..].starts_with(CLOSE) || end > self.limits.text {
            return None;
        }
        self.bytes += end as u64;
        self.ids.push(self.shelf.texts.intern(text));
        Some(OPEN.len() + end + CLOSE.len())
    }

    fn take(&mut self, token: &Token<'_>) -> Result<(), BadText> {
        match token {
            Token::Open { name, attributes, empty } => {
                self.enter(name, attributes);
                if *empty {
                    self.leave();
                }
                Ok(())
            }
            Token::Close { .. } => {
                self.leave();
                Ok(())
            }
            text => self.rich.add(text),
        }
    }

    fn enter(&mut self, name: &[u8], attributes: &[u8]) {
        if self.skip > 0 || self.rich.open.is_some() {
            self.skip += 1;
            return;
        }
        match (self.place, name) {
            (Place::Outside, b"sst") => self.place = Place::Table,
            (Place::Table, b"si") => self.place = Place::Item,
            (Place::Item, b"r") => self.place = Place::Run,
            (Place::Item | Place::Run, b"t") => self.rich.open(attributes),
            _ => self.skip = 1,
        }
    }

    fn leave(&mut self) {
        if self.skip > 0 {
            self.skip -= 1;
        } else if self.rich.open.is_some() {
            self.rich.close();
        } else {
            self.place = match self.place {
                Place::Run => Place::Item,
                Place::Item => {
                    self.bytes += self.rich.len() as u64;
                    self.ids.push(self.rich.take(self.shelf));
                    Place::Table
                }
                Place::Table | Place::Outside => Place::Outside,
            };
        }
    }
}
