//! The text of a part, block by block, always as UTF-8.

use crate::Refusal;
use crate::gate::{Part, broken, hostile};

/// How much is unpacked at a time.
const BLOCK: usize = 256 << 10;
/// No tag and no piece of text between two tags is longer.
const LONGEST: usize = 16 << 20;

/// A window that moves over a part.
pub(crate) struct Feed<'a> {
    part: Part<'a>,
    buffer: Vec<u8>,
    at: usize,
    end: usize,
    ended: bool,
    started: bool,
    wide: Option<Wide>,
}

impl<'a> Feed<'a> {
    /// A window at the beginning of a part.
    pub(crate) fn new(part: Part<'a>) -> Feed<'a> {
        Feed { part, buffer: Vec::new(), at: 0, end: 0, ended: false, started: false, wide: None }
    }

    /// What is in sight and not yet consumed.
    pub(crate) fn window(&self) -> &[u8] {
        &self.buffer[self.at..self.end]
    }

    /// The name of the part, for refusals.
    pub(crate) fn name(&self) -> &str {
        self.part.name()
    }

    /// Moves past what was understood.
    pub(crate) fn consume(&mut self, bytes: usize) {
        self.at += bytes;
    }

    /// Brings more into sight; false at the end of the part.
    /// The window doubles while nothing is consumed, so that one long text is not gone over many times.
    pub(crate) fn more(&mut self) -> Result<bool, Refusal> {
        if self.ended {
            return Ok(false);
        }
        let held = self.end - self.at;
        if held > LONGEST {
            return Err(hostile(format!("{}: an element of more than {LONGEST} bytes", self.name())));
        }
        self.buffer.copy_within(self.at..self.end, 0);
        // A small part is unpacked at once, into a buffer no larger than it is.
        let block = BLOCK.min(self.part.left() + 1).max(held);
        (self.at, self.end) = (0, held);
        if self.buffer.len() < held + block {
            self.buffer.resize(held + block, 0);
        }
        match self.wide.take() {
            Some(wide) => self.read_wide(wide, block)?,
            None => self.read_narrow(block)?,
        }
        Ok(true)
    }

    fn read_narrow(&mut self, block: usize) -> Result<(), Refusal> {
        let got = self.part.fill(&mut self.buffer[self.end..self.end + block])?;
        self.ended = got < block;
        self.end += got;
        if !std::mem::replace(&mut self.started, true) {
            let first = &self.buffer[self.at..self.end];
            if first.starts_with(b"\xEF\xBB\xBF") {
                self.at += 3;
            } else if let Some(mut wide) = Wide::found(first) {
                let raw = first.to_vec();
                self.end = self.at;
                self.append(&mut wide, &raw)?;
                self.wide = Some(wide);
            }
        }
        Ok(())
    }

    fn read_wide(&mut self, mut wide: Wide, block: usize) -> Result<(), Refusal> {
        let mut raw = vec![0; block];
        let got = self.part.fill(&mut raw)?;
        self.ended = got < block;
        self.append(&mut wide, &raw[..got])?;
        self.wide = Some(wide);
        Ok(())
    }

    fn append(&mut self, wide: &mut Wide, raw: &[u8]) -> Result<(), Refusal> {
        self.buffer.truncate(self.end);
        wide.decode(raw, &mut self.buffer);
        self.end = self.buffer.len();
        if self.ended && (wide.odd.is_some() || wide.high.is_some()) {
            return Err(broken(format!("{}: UTF-16 is cut off", self.part.name())));
        }
        Ok(())
    }
}

/// UTF-16 on its way to UTF-8.
pub(crate) struct Wide {
    big: bool,
    odd: Option<u8>,
    high: Option<u16>,
}

impl Wide {
    /// Tells UTF-16 from its mark, or from `<?` in two bytes each.
    pub(crate) fn found(first: &[u8]) -> Option<Wide> {
        let big = match first.get(..4)? {
            [0xFF, 0xFE, ..] | [b'<', 0, _, 0] => false,
            [0xFE, 0xFF, ..] | [0, b'<', 0, _] => true,
            _ => return None,
        };
        Some(Wide { big, odd: None, high: None })
    }

    /// Appends the text of `raw`; half a character waits for the next piece.
    pub(crate) fn decode(&mut self, raw: &[u8], out: &mut Vec<u8>) {
        for &byte in raw {
            let Some(first) = self.odd.take() else {
                self.odd = Some(byte);
                continue;
            };
            let unit = if self.big { u16::from_be_bytes([first, byte]) } else { u16::from_le_bytes([first, byte]) };
            if unit == 0xFEFF {
                continue;
            }
            if let (0xD800..0xDC00, None) = (unit, self.high) {
                self.high = Some(unit);
                continue;
            }
            let units = [self.high.take().unwrap_or(unit), unit];
            let units = if units[0] == unit { &units[1..] } else { &units[..] };
            for found in char::decode_utf16(units.iter().copied()) {
                let letter = found.unwrap_or(char::REPLACEMENT_CHARACTER);
                out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
    }
}
