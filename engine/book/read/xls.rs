//! xls, record by record, by our own reader ([MS-XLS]; Excel 5 and 95 with their texts in a code page): it keeps formats,
//! hidden rows and formulas without results, costs only what is filled, and refuses what is damaged instead of falling over it.

use std::cell::OnceCell;
use std::rc::Rc;

use encoding_rs::{Encoding, SHIFT_JIS, WINDOWS_1252};
use rustc_hash::FxHashMap;

use crate::gate::{Limits, broken, hostile, u16_at, u32_at, u64_at};
use crate::read::format::Shows;
use crate::read::xlsx::Styles;
use crate::{Address, Area, ExcelError, MAX_COLUMNS, Refusal, Sheet, SheetBuilder, Shelf, TextId, Value, Visibility};

/// Record types.
mod id {
    pub(super) const FORMULA: u16 = 0x0006;
    pub(super) const END: u16 = 0x000A;
    pub(super) const DATE_MODE: u16 = 0x0022;
    pub(super) const CODE_PAGE: u16 = 0x0042;
    pub(super) const CONTINUE: u16 = 0x003C;
    pub(super) const COLUMNS: u16 = 0x007D;
    pub(super) const SHEET: u16 = 0x0085;
    pub(super) const FILTER_MODE: u16 = 0x009B;
    pub(super) const FILTER_INFO: u16 = 0x009D;
    pub(super) const NUMBERS: u16 = 0x00BD;
    pub(super) const STYLE: u16 = 0x00E0;
    pub(super) const RICH_LABEL: u16 = 0x00D6;
    pub(super) const MERGES: u16 = 0x00E5;
    pub(super) const STRINGS: u16 = 0x00FC;
    pub(super) const SHARED_LABEL: u16 = 0x00FD;
    pub(super) const OTHER_BOOK: u16 = 0x01AE;
    pub(super) const NUMBER: u16 = 0x0203;
    pub(super) const LABEL: u16 = 0x0204;
    pub(super) const YES_NO: u16 = 0x0205;
    pub(super) const STRING: u16 = 0x0207;
    pub(super) const ROW: u16 = 0x0208;
    pub(super) const SHORT_NUMBER: u16 = 0x027E;
    pub(super) const FORMAT: u16 = 0x041E;
    pub(super) const BEGIN: u16 = 0x0809;
}

/// An open xls.
pub(crate) struct Xls {
    stream: Vec<u8>,
    sheets: Vec<Listed>,
    letters: Letters,
    date1904: bool,
    external: bool,
    styles: Styles,
    /// Where the shared texts begin; they are read when the first sheet is.
    strings_at: Option<usize>,
    strings: OnceCell<Vec<TextId>>,
}

struct Listed {
    name: String,
    visibility: Visibility,
    start: usize,
}

/// How texts are written.
#[derive(Clone, Copy)]
enum Letters {
    /// Of one or two bytes, as each text says (Excel 97 and later).
    Unicode,
    /// In a code page (Excel 5 and 95).
    Page(&'static Encoding),
}

impl Letters {
    /// What the first record says of the version.
    fn of(stream: &[u8]) -> Result<Letters, Refusal> {
        match short(stream, 4)? {
            0x0600 => Ok(Letters::Unicode),
            0x0500 => Ok(Letters::Page(SHIFT_JIS)),
            other => Err(broken(format!("xls: version {other:#06x}"))),
        }
    }

    /// The encoding behind the number of a code page.
    fn page(number: u16) -> Letters {
        let label = match number {
            932 => "shift_jis".to_owned(),
            936 => "gbk".to_owned(),
            949 => "euc-kr".to_owned(),
            950 => "big5".to_owned(),
            10_001 => "shift_jis".to_owned(),
            other => format!("windows-{other}"),
        };
        Letters::Page(Encoding::for_label(label.as_bytes()).unwrap_or(WINDOWS_1252))
    }
}

impl Xls {
    /// Reads what stands before the first sheet.
    pub(crate) fn open(stream: Vec<u8>, limits: &Limits) -> Result<Xls, Refusal> {
        let mut book = Xls {
            stream: Vec::new(),
            sheets: Vec::new(),
            letters: Letters::of(&stream)?,
            date1904: false,
            external: false,
            styles: Styles::default(),
            strings_at: None,
            strings: OnceCell::new(),
        };
        let (mut formats, mut styles, mut listed) = (FxHashMap::default(), Vec::new(), 0);
        for record in (Records { stream: &stream, at: 0 }) {
            let Record { kind, data, at } = record?;
            match kind {
                id::END => break,
                id::DATE_MODE => book.date1904 = short(data, 0)? == 1,
                id::CODE_PAGE => {
                    if let Letters::Page(page) = &mut book.letters
                        && let Letters::Page(said) = Letters::page(short(data, 0)?)
                    {
                        *page = said;
                    }
                }
                id::FORMAT => drop(formats.insert(u64::from(short(data, 0)?), book.letters.format(data)?)),
                id::STYLE => styles.push(u64::from(short(data, 2)?)),
                id::SHEET => {
                    listed += 1;
                    book.sheets.extend(book.letters.sheet(data, stream.len())?);
                }
                id::STRINGS => book.strings_at = Some(at),
                // Our own book and add-ins are written as a mark in place of a name.
                id::OTHER_BOOK => book.external |= !matches!(short(data, 2)?, 0x0401 | 0x3A01),
                _ => {}
            }
            if listed > limits.sheets || styles.len() > 65_536 || formats.len() > 4_096 {
                return Err(hostile("xls: too many sheets or styles".into()));
            }
        }
        if listed == 0 {
            return Err(broken("xls: no sheet is listed".into()));
        }
        book.styles = Styles::build(&formats, &styles);
        book.stream = stream;
        Ok(book)
    }

    /// Names and visibilities of the sheets.
    pub(crate) fn sheets(&self) -> impl Iterator<Item = (&str, Visibility)> {
        self.sheets.iter().map(|sheet| (sheet.name.as_str(), sheet.visibility))
    }

    /// Whether it takes values from other workbooks.
    pub(crate) fn external(&self) -> bool {
        self.external
    }

    /// Reads a sheet.
    pub(crate) fn sheet(&self, at: usize, shelf: &Rc<Shelf>, limits: &Limits, room: u64) -> Result<Sheet, Refusal> {
        let listed = self.sheets.get(at).ok_or_else(|| broken(format!("sheet {at}")))?;
        let strings = self.strings(shelf, limits)?;
        let mut builder = SheetBuilder::new(&listed.name, shelf);
        builder.sheet().visibility = listed.visibility;
        builder.sheet().date1904 = self.date1904;
        let styles = self.styles.table(|code| builder.format(code));
        let mut filler = Filler {
            builder,
            styles,
            strings,
            shelf,
            letters: self.letters,
            date1904: self.date1904,
            open: None,
            zeros: Vec::new(),
            calculated: false,
        };
        let mut depth = 0;
        for record in (Records { stream: &self.stream, at: listed.start }) {
            let Record { kind, data, at } = record?;
            match kind {
                id::BEGIN => depth += 1,
                id::END => depth -= 1,
                // Charts within the sheet are streams of their own.
                _ if depth == 1 => {
                    filler.take(kind, data, &self.stream, at).map_err(|wrong| filler.refuse(wrong, &listed.name, data))?
                }
                _ => {}
            }
            if depth == 0 {
                return Ok(filler.finish());
            }
            if filler.builder.cell_count() as u64 > room {
                return Err(Refusal::TooManyCells { limit: limits.cells });
            }
        }
        Err(Refusal::CutOff)
    }

    fn strings(&self, shelf: &Rc<Shelf>, limits: &Limits) -> Result<&[TextId], Refusal> {
        if let Some(strings) = self.strings.get() {
            return Ok(strings);
        }
        let strings = match self.strings_at {
            Some(at) => shared_strings(&self.stream, at, shelf, limits)?,
            None => Vec::new(),
        };
        Ok(self.strings.get_or_init(|| strings))
    }
}

struct Record<'a> {
    kind: u16,
    data: &'a [u8],
    at: usize,
}

/// The records of a stream from a place on.
struct Records<'a> {
    stream: &'a [u8],
    at: usize,
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<Record<'a>, Refusal>;

    fn next(&mut self) -> Option<Self::Item> {
        let head = self.stream.get(self.at..self.at + 4)?;
        let (kind, at) = (u16_at(head, 0), self.at);
        let end = at + 4 + usize::from(u16_at(head, 2));
        let Some(data) = self.stream.get(at + 4..end) else {
            self.at = self.stream.len();
            return Some(Err(Refusal::CutOff));
        };
        self.at = end;
        Some(Ok(Record { kind, data, at }))
    }
}

/// A record is shorter than it must be, or says something that cannot be.
enum Wrong {
    Short,
    Style,
    Index,
    Outside,
}

impl From<Wrong> for Refusal {
    fn from(wrong: Wrong) -> Refusal {
        match wrong {
            Wrong::Short => broken("xls: a record is too short".into()),
            Wrong::Style => broken("xls: style".into()),
            Wrong::Index => broken("xls: shared text".into()),
            Wrong::Outside => hostile("xls: a reference beyond the last cell".into()),
        }
    }
}

fn short(data: &[u8], at: usize) -> Result<u16, Wrong> {
    data.get(at..at + 2).map(|two| u16_at(two, 0)).ok_or(Wrong::Short)
}

fn long(data: &[u8], at: usize) -> Result<u32, Wrong> {
    data.get(at..at + 4).map(|four| u32_at(four, 0)).ok_or(Wrong::Short)
}

fn double(data: &[u8], at: usize) -> Result<f64, Wrong> {
    data.get(at..at + 8).map(|eight| f64::from_bits(u64_at(eight, 0))).ok_or(Wrong::Short)
}

impl Letters {
    /// A text with its length in two bytes, all in one record.
    fn text(self, data: &[u8], at: usize) -> Result<String, Wrong> {
        let count = usize::from(short(data, at)?);
        self.letters(data.get(at + 2..).ok_or(Wrong::Short)?, count)
    }

    /// So many characters, all in one record.
    fn letters(self, data: &[u8], count: usize) -> Result<String, Wrong> {
        match self {
            Letters::Unicode => Pieces { pieces: vec![data], piece: 0, at: 0 }.plain(count),
            Letters::Page(page) => {
                let raw = data.get(..count).ok_or(Wrong::Short)?;
                Ok(page.decode_without_bom_handling(raw).0.into_owned())
            }
        }
    }

    /// A format code; some programs count a character too many.
    fn format(self, data: &[u8]) -> Result<String, Wrong> {
        let (count, head, per) = match self {
            Letters::Unicode => {
                (usize::from(short(data, 2)?), 5, if data.get(4).is_some_and(|flags| flags & 1 != 0) { 2 } else { 1 })
            }
            Letters::Page(_) => (usize::from(*data.get(2).ok_or(Wrong::Short)?), 3, 1),
        };
        let there = data.len().saturating_sub(head) / per;
        let from = if matches!(self, Letters::Unicode) { 4 } else { 3 };
        self.letters(data.get(from..).unwrap_or_default(), count.min(there))
    }

    /// An entry of the list of sheets; none for charts and modules, which have no cells.
    fn sheet(self, data: &[u8], length: usize) -> Result<Option<Listed>, Refusal> {
        let start = long(data, 0)? as usize;
        let [_, _, _, _, state, kind, count, name @ ..] = data else { return Err(Wrong::Short.into()) };
        let name = self.letters(name, usize::from(*count))?;
        if !matches!(kind, 0 | 1) {
            return Ok(None);
        }
        if start >= length {
            return Err(Refusal::CutOff);
        }
        let visibility = match state & 3 {
            0 => Visibility::Visible,
            1 => Visibility::Hidden,
            _ => Visibility::VeryHidden,
        };
        Ok(Some(Listed { name, visibility, start }))
    }
}

/// The shared texts: one record and its continuations. How many there are is counted, never believed.
fn shared_strings(stream: &[u8], at: usize, shelf: &Shelf, limits: &Limits) -> Result<Vec<TextId>, Refusal> {
    let mut pieces = Pieces::following(stream, at)?;
    let count = long(pieces.pieces[0], 4)?;
    pieces.at = 8;
    let (mut ids, mut bytes) = (Vec::new(), 0);
    while ids.len() < count as usize && !pieces.ended() {
        let text = pieces.rich()?;
        bytes += text.len() as u64;
        if bytes > limits.texts {
            return Err(hostile("xls: too many texts".into()));
        }
        ids.push(shelf.texts.intern(&text));
    }
    Ok(ids)
}

/// The data of a record and of the `CONTINUE` records behind it.
struct Pieces<'a> {
    pieces: Vec<&'a [u8]>,
    piece: usize,
    at: usize,
}

impl<'a> Pieces<'a> {
    fn following(stream: &'a [u8], at: usize) -> Result<Pieces<'a>, Refusal> {
        let mut pieces = Vec::new();
        for record in (Records { stream, at }) {
            let record = record?;
            if !pieces.is_empty() && record.kind != id::CONTINUE {
                break;
            }
            pieces.push(record.data);
        }
        if pieces.is_empty() { Err(Refusal::CutOff) } else { Ok(Pieces { pieces, piece: 0, at: 0 }) }
    }

    fn rest(&self) -> &'a [u8] {
        self.pieces.get(self.piece).and_then(|piece| piece.get(self.at..)).unwrap_or_default()
    }

    fn ended(&mut self) -> bool {
        while self.rest().is_empty() && self.piece < self.pieces.len() {
            (self.piece, self.at) = (self.piece + 1, 0);
        }
        self.piece >= self.pieces.len()
    }

    fn byte(&mut self) -> Result<u8, Wrong> {
        if self.ended() {
            return Err(Wrong::Short);
        }
        self.at += 1;
        Ok(self.pieces[self.piece][self.at - 1])
    }

    fn number(&mut self, bytes: u32) -> Result<u32, Wrong> {
        (0..bytes).try_fold(0, |sum, at| Ok(sum | u32::from(self.byte()?) << (8 * at)))
    }

    fn skip(&mut self, mut count: usize) -> Result<(), Wrong> {
        while count > 0 {
            if self.ended() {
                return Err(Wrong::Short);
            }
            let step = count.min(self.rest().len());
            self.at += step;
            count -= step;
        }
        Ok(())
    }

    /// A text with its formatting runs and its furigana, both left out.
    fn rich(&mut self) -> Result<String, Wrong> {
        let count = self.number(2)? as usize;
        let flags = self.byte()?;
        let runs = if flags & 8 != 0 { self.number(2)? as usize * 4 } else { 0 };
        let more = if flags & 4 != 0 { self.number(4)? as usize } else { 0 };
        let text = self.letters(count, flags & 1 != 0)?;
        self.skip(runs)?;
        self.skip(more)?;
        Ok(text)
    }

    /// A text with its width in one byte.
    fn plain(&mut self, count: usize) -> Result<String, Wrong> {
        if count == 0 {
            return Ok(String::new());
        }
        let wide = self.byte()? & 1 != 0;
        self.letters(count, wide)
    }

    /// Characters of one or two bytes; each continuation says anew which.
    fn letters(&mut self, mut count: usize, mut wide: bool) -> Result<String, Wrong> {
        let mut units = Vec::with_capacity(count);
        while count > 0 {
            if self.rest().is_empty() {
                wide = self.byte()? & 1 != 0;
            }
            let rest = self.rest();
            let take = count.min(if wide { rest.len() / 2 } else { rest.len() });
            if wide {
                units.extend(rest[..take * 2].chunks_exact(2).map(|two| u16_at(two, 0)));
            } else {
                units.extend(rest[..take].iter().map(|byte| u16::from(*byte)));
            }
            self.at += if wide { take * 2 } else { take };
            count -= take;
            if take == 0 {
                return Err(Wrong::Short);
            }
        }
        Ok(String::from_utf16_lossy(&units))
    }
}

struct Filler<'a> {
    builder: SheetBuilder,
    styles: Vec<(Shows, u16)>,
    strings: &'a [TextId],
    shelf: &'a Rc<Shelf>,
    letters: Letters,
    date1904: bool,
    /// A formula whose text stands in a later record.
    open: Option<(u32, u32, u16)>,
    /// Formulas without a result in a book that asks to be calculated, and whether another formula has one.
    zeros: Vec<(u32, u32, u16)>,
    calculated: bool,
}

impl Filler<'_> {
    fn take(&mut self, kind: u16, data: &[u8], stream: &[u8], at: usize) -> Result<(), Wrong> {
        match kind {
            id::ROW if short(data, 12)? & 0x20 != 0 => self.builder.hide_row(u32::from(short(data, 0)?)),
            id::COLUMNS => self.hide_columns(data)?,
            id::FILTER_MODE | id::FILTER_INFO => self.builder.sheet().filtered = true,
            id::MERGES => self.merges(data)?,
            id::NUMBER => self.number(data, double(data, 6)?, false)?,
            id::SHORT_NUMBER => self.number(data, short_number(long(data, 6)?), false)?,
            id::NUMBERS => self.numbers(data)?,
            id::SHARED_LABEL => {
                let text = *self.strings.get(long(data, 6)? as usize).ok_or(Wrong::Index)?;
                self.push(data, Value::Text(text), false)?;
            }
            id::LABEL | id::RICH_LABEL => {
                self.push(data, Value::Text(self.shelf.texts.intern(&self.letters.text(data, 6)?)), false)?
            }
            id::YES_NO => {
                let value = match *data.get(6..8).ok_or(Wrong::Short)? {
                    [yes, 0] => Value::YesNo(yes != 0),
                    [code, _] => error(code),
                    _ => return Err(Wrong::Short),
                };
                self.push(data, value, false)?;
            }
            id::FORMULA => self.formula(data)?,
            id::STRING => self.string(stream, at)?,
            _ => {}
        }
        Ok(())
    }

    fn place(&self, data: &[u8]) -> Result<(u32, u32, Shows, u16), Wrong> {
        let (row, column) = (u32::from(short(data, 0)?), u32::from(short(data, 2)?));
        let &(shows, format) = self.styles.get(usize::from(short(data, 4)?)).ok_or(Wrong::Style)?;
        if column >= MAX_COLUMNS { Err(Wrong::Outside) } else { Ok((row, column, shows, format)) }
    }

    fn push(&mut self, data: &[u8], value: Value, formula: bool) -> Result<(), Wrong> {
        let (row, column, _, format) = self.place(data)?;
        self.builder.push(row, column, value, format, formula);
        Ok(())
    }

    fn number(&mut self, data: &[u8], number: f64, formula: bool) -> Result<(), Wrong> {
        let (row, column, shows, format) = self.place(data)?;
        match shows.value(number, self.date1904) {
            Some(value) => self.builder.push(row, column, value, format, formula),
            None => self.builder.push_number(row, column, number, format, formula),
        }
        Ok(())
    }

    /// A run of numbers in one row.
    fn numbers(&mut self, data: &[u8]) -> Result<(), Wrong> {
        let (row, first) = (short(data, 0)?, short(data, 2)?);
        let cells = data.get(4..data.len().saturating_sub(2)).ok_or(Wrong::Short)?;
        for (at, cell) in cells.chunks_exact(6).enumerate() {
            let column = u16::try_from(usize::from(first) + at).map_err(|_| Wrong::Outside)?;
            let mut place = [0; 6];
            place[..2].copy_from_slice(&row.to_le_bytes());
            place[2..4].copy_from_slice(&column.to_le_bytes());
            place[4..].copy_from_slice(&cell[..2]);
            self.number(&place, short_number(u32_at(cell, 2)), false)?;
        }
        Ok(())
    }

    fn formula(&mut self, data: &[u8]) -> Result<(), Wrong> {
        let (row, column, _, format) = self.place(data)?;
        let result = data.get(6..14).ok_or(Wrong::Short)?;
        // Programs that do not calculate leave a zero or an empty text, and ask Excel to calculate.
        let uncalculated = short(data, 14)? & 2 != 0;
        self.open = None;
        let value = match (u16_at(result, 6), result[0]) {
            (0xFFFF, 0) => {
                self.open = Some((row, column, format));
                return Ok(());
            }
            (0xFFFF, 1) => Value::YesNo(result[2] != 0),
            (0xFFFF, 2) => error(result[2]),
            (0xFFFF, _) if uncalculated => {
                self.zeros.push((row, column, format));
                Value::Text(self.shelf.texts.intern(""))
            }
            (0xFFFF, _) => Value::Text(self.shelf.texts.intern("")),
            _ => {
                let number = double(data, 6)?;
                if uncalculated && number == 0.0 {
                    self.zeros.push((row, column, format));
                } else {
                    self.calculated = true;
                }
                return self.number(data, number, true);
            }
        };
        self.calculated |= !matches!(value, Value::Text(_));
        self.builder.push(row, column, value, format, true);
        Ok(())
    }

    /// The text that the formula before came to.
    fn string(&mut self, stream: &[u8], at: usize) -> Result<(), Wrong> {
        let Some((row, column, format)) = self.open.take() else { return Ok(()) };
        let mut pieces = Pieces::following(stream, at).map_err(|_| Wrong::Short)?;
        let text = match self.letters {
            Letters::Unicode => {
                let count = pieces.number(2)? as usize;
                pieces.plain(count)?
            }
            Letters::Page(_) => self.letters.text(pieces.pieces[0], 0)?,
        };
        self.calculated = true;
        self.builder.push(row, column, Value::Text(self.shelf.texts.intern(&text)), format, true);
        Ok(())
    }

    fn hide_columns(&mut self, data: &[u8]) -> Result<(), Wrong> {
        let (first, last) = (u32::from(short(data, 0)?), u32::from(short(data, 2)?));
        let hidden = &mut self.builder.sheet().hidden_columns;
        if short(data, 8)? & 1 != 0 && first <= last && hidden.len() < 256 {
            hidden.push((first, last.min(MAX_COLUMNS - 1)));
        }
        Ok(())
    }

    fn merges(&mut self, data: &[u8]) -> Result<(), Wrong> {
        for corners in data.get(2..).ok_or(Wrong::Short)?.chunks_exact(8).take(usize::from(short(data, 0)?)) {
            let [top, bottom, left, right] = [0, 2, 4, 6].map(|at| u32::from(u16_at(corners, at)));
            if top > bottom || left > right || right >= MAX_COLUMNS || self.builder.sheet().merges.len() >= 262_144 {
                return Err(Wrong::Outside);
            }
            self.builder.sheet().merges.push(Area { first: Address::new(top, left), last: Address::new(bottom, right) });
        }
        Ok(())
    }

    fn finish(mut self) -> Sheet {
        if !self.calculated {
            for (row, column, format) in self.zeros {
                self.builder.push(row, column, Value::Stale, format, true);
            }
        }
        self.builder.finish()
    }

    /// The refusal with the cell that the record is about.
    fn refuse(&self, wrong: Wrong, sheet: &str, data: &[u8]) -> Refusal {
        let cell = match (short(data, 0), short(data, 2)) {
            (Ok(row), Ok(column)) => Address::new(u32::from(row), u32::from(column)).to_string(),
            _ => String::new(),
        };
        match wrong.into() {
            Refusal::Broken { at } => broken(format!("{at} ({sheet} {cell})")),
            other => other,
        }
    }
}

/// A number in four bytes: thirty bits of an integer or of the upper half of an `f64`, perhaps in hundredths.
pub(crate) fn short_number(raw: u32) -> f64 {
    let number = if raw & 2 != 0 { f64::from(raw as i32 >> 2) } else { f64::from_bits(u64::from(raw & !3) << 32) };
    if raw & 1 != 0 { number / 100.0 } else { number }
}

/// The error behind its number.
pub(crate) fn error(code: u8) -> Value {
    Value::Error(match code {
        0x00 => ExcelError::Null,
        0x07 => ExcelError::Div0,
        0x0F => ExcelError::Value,
        0x17 => ExcelError::Ref,
        0x1D => ExcelError::Name,
        0x24 => ExcelError::Num,
        0x2A => ExcelError::NA,
        0x2B => ExcelError::GettingData,
        _ => ExcelError::Other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_four_bytes() {
        assert_eq!(short_number(0x3FF0_0000), 1.0);
        assert_eq!(short_number(0x3FF0_0001), 0.01);
        assert_eq!(short_number((1234 << 2) | 2), 1234.0);
        assert_eq!(short_number((1234 << 2) | 3), 12.34);
        assert_eq!(short_number(((-5i32 << 2) as u32) | 2), -5.0);
    }

    #[test]
    fn texts_run_over_into_continuations() {
        // Three wide letters, cut after the first, then two narrow ones after a new mark.
        let mut pieces =
            Pieces { pieces: vec![&[5, 0, 1, 0x42, 0x30], &[0, b'a', b'b'], &[1, 0x44, 0x30, 0x46, 0x30]], piece: 0, at: 0 };
        assert_eq!(pieces.rich().ok().as_deref(), Some("あabいう"));
        let mut furigana = Pieces { pieces: vec![&[1, 0, 5, 2, 0, 0, 0, 0x42, 0x30, 9, 9], &[]], piece: 0, at: 0 };
        assert_eq!(furigana.rich().ok().as_deref(), Some("あ"));
        assert!(furigana.ended());
    }
}
