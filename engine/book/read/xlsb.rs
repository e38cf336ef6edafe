//! xlsb ([MS-XLSB]), record by record out of the same parts as an xlsx has.

use std::cell::OnceCell;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use crate::gate::{Archive, Limits, broken, hostile, u16_at, u32_at, u64_at};
use crate::read::format::Shows;
use crate::read::xls::{error, short_number};
use crate::read::xlsx::feed::Feed;
use crate::read::xlsx::{Listed, Relation, Styles, relations};
use crate::{Address, Area, MAX_COLUMNS, MAX_ROWS, Refusal, Sheet, SheetBuilder, Shelf, TextId, Value, Visibility};

/// Record types.
mod id {
    pub(super) const ROW: u16 = 0;
    pub(super) const BLANK: u16 = 1;
    pub(super) const FORMULA_TEXT: u16 = 8;
    pub(super) const FORMULA_ERROR: u16 = 11;
    pub(super) const SHORT_BLANK: u16 = 12;
    pub(super) const SHORT_SHARED: u16 = 18;
    pub(super) const SHARED: u16 = 19;
    pub(super) const FORMAT: u16 = 44;
    pub(super) const STYLE: u16 = 47;
    pub(super) const COLUMNS: u16 = 60;
    pub(super) const RICH_TEXT: u16 = 62;
    pub(super) const SHEET_END: u16 = 130;
    pub(super) const SHEET_DATA: u16 = 145;
    pub(super) const SHEET_DATA_END: u16 = 146;
    pub(super) const WORKBOOK: u16 = 153;
    pub(super) const SHEET: u16 = 156;
    pub(super) const FILTER: u16 = 161;
    pub(super) const MERGE: u16 = 176;
    pub(super) const STYLES: u16 = 617;
    pub(super) const STYLES_END: u16 = 618;
}

/// An open xlsb.
pub(crate) struct Xlsb {
    archive: Archive,
    sheets: Vec<Listed>,
    date1904: bool,
    external: bool,
    strings: Option<String>,
    styles: Option<String>,
    shared: OnceCell<(Vec<TextId>, Styles)>,
}

impl Xlsb {
    /// Reads the list of sheets.
    pub(crate) fn open(archive: Archive, main: &str, limits: &Limits) -> Result<Xlsb, Refusal> {
        let relations = relations(&archive, main)?;
        let part =
            |kind: &str| relations.iter().find(|relation| relation.kind == kind).and_then(|relation| relation.target.clone());
        let (mut sheets, mut listed, mut date1904) = (Vec::new(), 0, false);
        records(Feed::new(archive.part(main)?), |kind, data| {
            match kind {
                id::WORKBOOK => date1904 = long(data, 0)? & 1 != 0,
                id::SHEET => {
                    listed += 1;
                    if listed > limits.sheets {
                        return Err(hostile(format!("more than {} sheets", limits.sheets)));
                    }
                    sheets.extend(sheet(data, &relations, main)?);
                }
                _ => {}
            }
            Ok(())
        })?;
        if listed == 0 {
            return Err(broken(format!("{main} lists no sheet")));
        }
        let external = relations.iter().any(|relation| relation.kind == "externalLink");
        let (strings, styles) = (part("sharedStrings"), part("styles"));
        Ok(Xlsb { strings, styles, archive, sheets, date1904, external, shared: OnceCell::new() })
    }

    /// Names and visibilities of the sheets.
    pub(crate) fn sheets(&self) -> impl Iterator<Item = (&str, Visibility)> {
        self.sheets.iter().map(|sheet| (sheet.name.as_str(), sheet.visibility))
    }

    /// Whether it carries macros.
    pub(crate) fn macros(&self) -> bool {
        self.archive.names().any(|name| name.to_ascii_lowercase().ends_with("vbaproject.bin"))
    }

    /// Whether it takes values from other workbooks.
    pub(crate) fn external(&self) -> bool {
        self.external
    }

    /// Reads a sheet.
    pub(crate) fn sheet(&self, at: usize, shelf: &Rc<Shelf>, limits: &Limits, room: u64) -> Result<Sheet, Refusal> {
        let listed = self.sheets.get(at).ok_or_else(|| broken(format!("sheet {at}")))?;
        let (strings, styles) = self.shared(shelf, limits)?;
        let mut builder = SheetBuilder::new(&listed.name, shelf);
        builder.sheet().visibility = listed.visibility;
        builder.sheet().date1904 = self.date1904;
        let styles = styles.table(|code| builder.format(code));
        let mut filler = Filler {
            builder,
            styles,
            strings,
            shelf,
            limits,
            date1904: self.date1904,
            row: 0,
            column: 0,
            within: false,
            hidden: 0,
        };
        let mut ended = false;
        records(Feed::new(self.archive.part(&listed.part)?), |kind, data| {
            ended |= kind == id::SHEET_END;
            filler.take(kind, data).map_err(|refusal| filler.name(refusal, &listed.name))?;
            if filler.builder.cell_count() as u64 > room {
                return Err(Refusal::TooManyCells { limit: limits.cells });
            }
            Ok(())
        })?;
        if ended { Ok(filler.builder.finish()) } else { Err(broken(format!("{}: no end", listed.part))) }
    }

    fn shared(&self, shelf: &Rc<Shelf>, limits: &Limits) -> Result<&(Vec<TextId>, Styles), Refusal> {
        if let Some(shared) = self.shared.get() {
            return Ok(shared);
        }
        let (mut ids, mut bytes) = (Vec::new(), 0);
        if let Some(part) = &self.strings {
            records(Feed::new(self.archive.part(part)?), |kind, data| {
                if kind == id::SHARED {
                    let text = wide(data, 1)?;
                    bytes += text.len() as u64;
                    ids.push(shelf.texts.intern(&text));
                }
                let full = bytes > limits.texts || ids.len() as u64 > limits.cells;
                if full { Err(hostile(format!("{part}: too many texts"))) } else { Ok(()) }
            })?;
        }
        let styles = match &self.styles {
            Some(part) => styles(Feed::new(self.archive.part(part)?))?,
            None => Styles::default(),
        };
        Ok(self.shared.get_or_init(|| (ids, styles)))
    }
}

/// Hands every record of a part to `each`: its type in one or two bytes and its length in up to four, seven bits in each.
fn records(mut feed: Feed<'_>, mut each: impl FnMut(u16, &[u8]) -> Result<(), Refusal>) -> Result<(), Refusal> {
    loop {
        let (window, mut at) = (feed.window(), 0);
        while let Some((kind, head, length)) = head(&window[at..]) {
            let Some(data) = window.get(at + head..at + head + length) else { break };
            each(kind, data)?;
            at += head + length;
        }
        feed.consume(at);
        if !feed.more()? {
            return if feed.window().is_empty() { Ok(()) } else { Err(broken(format!("{} ends within a record", feed.name()))) };
        }
    }
}

fn head(window: &[u8]) -> Option<(u16, usize, usize)> {
    let first = *window.first()?;
    let (kind, mut at) = match first & 0x80 {
        0 => (u16::from(first), 1),
        _ => (u16::from(first & 0x7F) | u16::from(window.get(1)? & 0x7F) << 7, 2),
    };
    let mut length = 0;
    for shift in [0, 7, 14, 21] {
        let byte = *window.get(at)?;
        at += 1;
        length |= usize::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            break;
        }
    }
    Some((kind, at, length))
}

fn too_short() -> Refusal {
    broken("xlsb: a record is too short".into())
}

fn long(data: &[u8], at: usize) -> Result<u32, Refusal> {
    data.get(at..at + 4).map(|four| u32_at(four, 0)).ok_or_else(too_short)
}

/// A text with its length in four bytes.
fn wide(data: &[u8], at: usize) -> Result<String, Refusal> {
    wide_and_end(data, at).map(|(text, _)| text)
}

fn wide_and_end(data: &[u8], at: usize) -> Result<(String, usize), Refusal> {
    let count = long(data, at)?;
    if count == u32::MAX {
        return Ok((String::new(), at + 4));
    }
    let end = usize::try_from(count).ok().and_then(|count| count.checked_mul(2)).and_then(|bytes| bytes.checked_add(at + 4));
    let raw = end.and_then(|end| data.get(at + 4..end)).ok_or_else(too_short)?;
    let units: Vec<u16> = raw.chunks_exact(2).map(|two| u16_at(two, 0)).collect();
    Ok((String::from_utf16_lossy(&units), at + 4 + raw.len()))
}

/// An entry of the list of sheets; none for a chart sheet or a module.
fn sheet(data: &[u8], relations: &[Relation], main: &str) -> Result<Option<Listed>, Refusal> {
    let (id, end) = wide_and_end(data, 8)?;
    let name = wide(data, end)?;
    if id.is_empty() {
        return Ok(None);
    }
    let relation = relations.iter().find(|relation| relation.id == id);
    let relation = relation.ok_or_else(|| broken(format!("{main}: sheet {name} points nowhere")))?;
    if matches!(relation.kind.as_str(), "chartsheet" | "dialogsheet") {
        return Ok(None);
    }
    let part = relation.target.clone().ok_or_else(|| broken(format!("{main}: sheet {name} lies outside")))?;
    let visibility = match long(data, 0)? {
        0 => Visibility::Visible,
        1 => Visibility::Hidden,
        _ => Visibility::VeryHidden,
    };
    Ok(Some(Listed { name, visibility, part }))
}

fn styles(feed: Feed<'_>) -> Result<Styles, Refusal> {
    let (mut formats, mut ids, mut within) = (FxHashMap::default(), Vec::new(), false);
    records(feed, |kind, data| {
        match kind {
            id::FORMAT => {
                let number = data.get(..2).ok_or_else(too_short)?;
                formats.insert(u64::from(u16_at(number, 0)), wide(data, 2)?);
            }
            id::STYLES => within = true,
            id::STYLES_END => within = false,
            id::STYLE if within => ids.push(u64::from(u16_at(data.get(2..4).ok_or_else(too_short)?, 0))),
            _ => {}
        }
        if ids.len() > 65_536 || formats.len() > 4_096 { Err(hostile("xlsb: too many styles".into())) } else { Ok(()) }
    })?;
    Ok(Styles::build(&formats, &ids))
}

struct Filler<'a> {
    builder: SheetBuilder,
    styles: Vec<(Shows, u16)>,
    strings: &'a [TextId],
    shelf: &'a Rc<Shelf>,
    limits: &'a Limits,
    date1904: bool,
    row: u32,
    /// Column of a cell that does not say its own.
    column: u32,
    within: bool,
    hidden: u32,
}

impl Filler<'_> {
    fn take(&mut self, kind: u16, data: &[u8]) -> Result<(), Refusal> {
        match kind {
            id::SHEET_DATA => self.within = true,
            id::SHEET_DATA_END => self.within = false,
            id::ROW if self.within => self.open_row(data)?,
            id::BLANK..=id::FORMULA_ERROR | id::RICH_TEXT if self.within => {
                self.column = long(data, 0)?;
                self.cell(kind, data.get(4..).unwrap_or_default())?;
            }
            id::SHORT_BLANK..=id::SHORT_SHARED if self.within => self.cell(kind - id::SHORT_BLANK + id::BLANK, data)?,
            id::COLUMNS => {
                let (first, last) = (long(data, 0)?, long(data, 4)?.min(MAX_COLUMNS - 1));
                let hidden = &mut self.builder.sheet().hidden_columns;
                if data.get(16).is_some_and(|flags| flags & 1 != 0) && first <= last && hidden.len() < MAX_COLUMNS as usize {
                    hidden.push((first, last));
                }
            }
            id::FILTER => self.builder.sheet().filtered = true,
            id::MERGE => self.merge(data)?,
            _ => {}
        }
        Ok(())
    }

    fn open_row(&mut self, data: &[u8]) -> Result<(), Refusal> {
        self.row = long(data, 0)?;
        self.column = 0;
        if self.row >= MAX_ROWS {
            return Err(outside());
        }
        if data.get(11).is_some_and(|flags| flags & 0x10 != 0) {
            self.hidden += 1;
            if self.hidden > MAX_ROWS {
                return Err(outside());
            }
            self.builder.hide_row(self.row);
        }
        Ok(())
    }

    /// A cell: its style in three bytes, then its value.
    fn cell(&mut self, kind: u16, data: &[u8]) -> Result<(), Refusal> {
        let column = self.column;
        if column >= MAX_COLUMNS {
            return Err(outside());
        }
        self.column += 1;
        let style = long(data, 0)? & 0xFF_FFFF;
        let &(shows, format) = self.styles.get(style as usize).ok_or_else(|| broken(format!("style {style}")))?;
        let data = &data[4..];
        let formula = (id::FORMULA_TEXT..=id::FORMULA_ERROR).contains(&kind);
        let number = match kind {
            2 => Some(short_number(long(data, 0)?)),
            5 | 9 => Some(data.get(..8).map(|eight| f64::from_bits(u64_at(eight, 0))).ok_or_else(too_short)?),
            _ => None,
        };
        if let Some(number) = number {
            self.number(column, number, shows, format, formula);
            return Ok(());
        }
        let byte = || data.first().copied().ok_or_else(too_short);
        let value = match kind {
            id::BLANK => return Ok(()),
            3 | 11 => error(byte()?),
            4 | 10 => Value::YesNo(byte()? != 0),
            6 | 8 => self.text(wide(data, 0)?)?,
            7 => {
                let index = long(data, 0)?;
                Value::Text(*self.strings.get(index as usize).ok_or_else(|| broken(format!("shared text {index}")))?)
            }
            _ => self.text(wide(data, 1)?)?,
        };
        self.builder.push(self.row, column, value, format, formula);
        Ok(())
    }

    fn number(&mut self, column: u32, number: f64, shows: Shows, format: u16, formula: bool) {
        match shows.value(number, self.date1904) {
            Some(value) => self.builder.push(self.row, column, value, format, formula),
            None => self.builder.push_number(self.row, column, number, format, formula),
        }
    }

    fn text(&self, text: String) -> Result<Value, Refusal> {
        if text.len() > self.limits.text {
            return Err(hostile("the text is too long".into()));
        }
        Ok(Value::Text(self.shelf.texts.intern(&text)))
    }

    fn merge(&mut self, data: &[u8]) -> Result<(), Refusal> {
        let (top, bottom, left, right) = (long(data, 0)?, long(data, 4)?, long(data, 8)?, long(data, 12)?);
        let merges = &mut self.builder.sheet().merges;
        if top > bottom || left > right || bottom >= MAX_ROWS || right >= MAX_COLUMNS || merges.len() >= 262_144 {
            return Err(outside());
        }
        merges.push(Area { first: Address::new(top, left), last: Address::new(bottom, right) });
        Ok(())
    }

    /// The refusal with the cell it is about.
    fn name(&self, refusal: Refusal, sheet: &str) -> Refusal {
        let cell = Address::new(self.row, self.column.saturating_sub(1).min(MAX_COLUMNS));
        match refusal {
            Refusal::Broken { at } => broken(format!("{sheet} {cell}: {at}")),
            Refusal::Hostile { why } => hostile(format!("{sheet} {cell}: {why}")),
            other => other,
        }
    }
}

fn outside() -> Refusal {
    hostile("a reference beyond XFD1048576".into())
}
