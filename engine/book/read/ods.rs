//! ods, read from its `content.xml` by our own scanner: repeats are counted, never unrolled where nothing stands.

use std::hash::BuildHasher;
use std::rc::Rc;

use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use crate::gate::{Archive, Limits, broken, hostile};
use crate::read::xlsx::feed::Feed;
use crate::read::xlsx::iso;
use crate::read::xlsx::token::{BadText, Token, append, append_verbatim, attributes, local};
use crate::read::xlsx::walk::{get, get_number, walk};
use crate::{Address, Area, ExcelError, MAX_COLUMNS, MAX_ROWS, Refusal, Sheet, SheetBuilder, Shelf, Value, Visibility};

const CONTENT: &str = "content.xml";
const MANIFEST: &str = "META-INF/manifest.xml";
/// Groups of rows within groups of rows; Excel knows eight levels.
const DEEPEST: usize = 256;
/// Elements within elements, drawings and what else is passed over among them.
const MOST_OPEN: usize = 4096;

/// What kind of OpenDocument it is (`spreadsheet`, `text`…); none if it is none.
pub(crate) fn document_kind(archive: &Archive) -> Result<Option<String>, Refusal> {
    const PREFIX: &str = "application/vnd.oasis.opendocument.";
    if !archive.has(CONTENT) {
        return Ok(None);
    }
    let mut kind = None;
    if archive.has("mimetype") {
        kind = Some(String::from_utf8_lossy(&archive.small("mimetype")?).trim().to_owned());
    } else if archive.has(MANIFEST) {
        walk(Feed::new(archive.part(MANIFEST)?), |token| {
            if let Token::Open { name: b"file-entry", attributes, .. } = token
                && get(attributes, "full-path").ok().flatten().as_deref() == Some("/")
            {
                kind = get(attributes, "media-type").ok().flatten();
            }
            Ok(())
        })?;
    }
    Ok(kind.and_then(|kind| kind.strip_prefix(PREFIX).map(str::to_owned)))
}

/// An ods whose sheets are listed.
pub(crate) struct Ods {
    archive: Archive,
    sheets: Vec<(String, Visibility)>,
}

impl Ods {
    /// Lists the sheets; refused if its parts are encrypted.
    pub(crate) fn open(archive: Archive, shelf: &Rc<Shelf>, limits: &Limits) -> Result<Ods, Refusal> {
        if archive.has(MANIFEST) {
            walk(Feed::new(archive.part(MANIFEST)?), |token| match token {
                Token::Open { name: b"encryption-data", .. } => Err(Refusal::Password),
                _ => Ok(()),
            })?;
        }
        let mut reader = Reader::new(None, shelf, limits, 0);
        walk(Feed::new(archive.part(CONTENT)?), |token| reader.take(&token))?;
        if reader.sheets.is_empty() {
            return Err(broken(format!("{CONTENT} lists no sheet")));
        }
        Ok(Ods { sheets: reader.sheets, archive })
    }

    /// Names and visibilities of the sheets.
    pub(crate) fn sheets(&self) -> impl Iterator<Item = (&str, Visibility)> {
        self.sheets.iter().map(|(name, visibility)| (name.as_str(), *visibility))
    }

    /// Reads a sheet.
    pub(crate) fn sheet(&self, at: usize, shelf: &Rc<Shelf>, limits: &Limits, room: u64) -> Result<Sheet, Refusal> {
        let mut reader = Reader::new(Some(at), shelf, limits, room);
        walk(Feed::new(self.archive.part(CONTENT)?), |token| reader.take(&token))?;
        reader.builder.map(SheetBuilder::finish).ok_or_else(|| broken(format!("sheet {at}")))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Elements whose children count: the document, the body, groups of rows and columns.
    Through,
    Styles,
    Style,
    Table,
    Row,
    Cell,
    Paragraph,
    /// Within a paragraph: spans and links.
    Span,
}

/// A cell of the row under way.
struct Cell {
    column: u32,
    repeat: u32,
    value: Value,
    formula: bool,
}

/// What a cell's tag says.
#[derive(Default)]
struct Open {
    kind: String,
    value: Option<String>,
    formula: bool,
    repeat: u32,
    columns: u32,
    rows: u32,
    style: String,
    text: String,
    paragraphs: usize,
}

struct Reader<'a> {
    shelf: &'a Rc<Shelf>,
    limits: &'a Limits,
    room: u64,
    wanted: Option<usize>,
    builder: Option<SheetBuilder>,
    sheets: Vec<(String, Visibility)>,
    places: Vec<Place>,
    skip: u32,
    /// The names of all open elements, as hashes: a damaged name would make a row or a cell be left out without a word.
    names: Vec<u64>,
    /// Styles that hide a sheet, number styles of lengths of time, and cell styles that use them.
    style: String,
    hiding: FxHashSet<String>,
    lengths: FxHashSet<String>,
    cell_styles: FxHashMap<String, String>,
    /// The default style of the columns, as the column after the last.
    columns: Vec<(u32, String)>,
    row: u32,
    row_repeat: u32,
    row_hidden: bool,
    column: u32,
    cells: Vec<Cell>,
    open: Open,
}

impl<'a> Reader<'a> {
    fn new(wanted: Option<usize>, shelf: &'a Rc<Shelf>, limits: &'a Limits, room: u64) -> Reader<'a> {
        Reader {
            shelf,
            limits,
            room,
            wanted,
            builder: None,
            sheets: Vec::new(),
            places: Vec::new(),
            skip: 0,
            names: Vec::new(),
            style: String::new(),
            hiding: FxHashSet::default(),
            lengths: FxHashSet::default(),
            cell_styles: FxHashMap::default(),
            columns: Vec::new(),
            row: 0,
            row_repeat: 1,
            row_hidden: false,
            column: 0,
            cells: Vec::new(),
            open: Open::default(),
        }
    }

    /// Whether the table under way is the wanted one.
    fn active(&self) -> bool {
        self.wanted.is_some_and(|wanted| wanted + 1 == self.sheets.len())
    }

    fn take(&mut self, token: &Token<'_>) -> Result<(), Refusal> {
        match token {
            Token::Open { name, attributes, empty } => {
                self.enter(name, attributes)?;
                if *empty {
                    self.leave()?;
                } else if self.names.len() < MOST_OPEN {
                    self.names.push(FxBuildHasher.hash_one(name));
                } else {
                    return Err(hostile(format!("{CONTENT}: elements nested too deep")));
                }
            }
            Token::Close { name } => {
                if self.names.pop() != Some(FxBuildHasher.hash_one(name)) {
                    return Err(self.bad("a tag is closed that was not opened"));
                }
                self.leave()?;
            }
            Token::Text(raw) if self.in_text() => {
                let mut text = String::new();
                append(raw, &mut text).map_err(|BadText| self.bad("text"))?;
                collapse(&text, &mut self.open.text);
            }
            Token::Verbatim(raw) if self.in_text() => {
                append_verbatim(raw, &mut self.open.text).map_err(|BadText| self.bad("text"))?;
            }
            _ => {}
        }
        if self.open.text.len() > self.limits.text { Err(hostile(format!("{CONTENT}: a text is too long"))) } else { Ok(()) }
    }

    fn in_text(&self) -> bool {
        self.skip == 0 && self.active() && matches!(self.places.last(), Some(Place::Paragraph | Place::Span))
    }

    fn enter(&mut self, name: &[u8], tag: &[u8]) -> Result<(), Refusal> {
        if self.skip > 0 {
            self.skip += 1;
            return Ok(());
        }
        let place = match (self.places.last(), name) {
            (None, b"document-content") | (Some(Place::Through), b"body" | b"spreadsheet") => Place::Through,
            (Some(Place::Through), b"automatic-styles") => Place::Styles,
            (Some(Place::Styles), b"style") => {
                self.open_style(tag);
                Place::Style
            }
            (Some(Place::Through), b"table") => {
                self.open_table(tag)?;
                Place::Table
            }
            (Some(Place::Table), b"table-row") => {
                self.open_row(tag);
                Place::Row
            }
            (Some(Place::Table), group) if GROUPS.contains(&group) => Place::Table,
            (Some(Place::Row), b"table-cell" | b"covered-table-cell") => {
                self.open_cell(tag);
                Place::Cell
            }
            (Some(Place::Cell), b"p" | b"h") => {
                if self.open.paragraphs > 0 {
                    self.open.text.push('\n');
                }
                self.open.paragraphs += 1;
                Place::Paragraph
            }
            (Some(Place::Paragraph | Place::Span), b"span" | b"a" | b"ruby" | b"ruby-base") => Place::Span,
            (place, _) => {
                self.aside(place.copied(), name, tag)?;
                self.skip = 1;
                return Ok(());
            }
        };
        if self.places.len() >= DEEPEST {
            return Err(hostile(format!("{CONTENT}: elements nested too deep")));
        }
        self.places.push(place);
        Ok(())
    }

    /// Elements of which only the attributes count.
    fn aside(&mut self, place: Option<Place>, name: &[u8], tag: &[u8]) -> Result<(), Refusal> {
        match (place, name) {
            (Some(Place::Style), b"table-properties") if attribute(tag, "display") == "false" => {
                self.hiding.insert(self.style.clone());
            }
            (Some(Place::Styles), b"time-style") if attribute(tag, "truncate-on-overflow") == "false" => {
                self.lengths.insert(attribute(tag, "name"));
            }
            (Some(Place::Table), b"table-column") => self.add_columns(tag),
            (Some(Place::Paragraph | Place::Span), b"s") => {
                let count = get_number(tag, "c").unwrap_or(1).min(32_767) as usize;
                self.open.text.extend(std::iter::repeat_n(' ', count));
            }
            (Some(Place::Paragraph | Place::Span), b"tab") => self.open.text.push('\t'),
            (Some(Place::Paragraph | Place::Span), b"line-break") => self.open.text.push('\n'),
            _ => {}
        }
        if self.lengths.len() + self.hiding.len() > 65_536 { Err(hostile(format!("{CONTENT}: too many styles"))) } else { Ok(()) }
    }

    fn open_style(&mut self, tag: &[u8]) {
        self.style = attribute(tag, "name");
        let data = attribute(tag, "data-style-name");
        if !data.is_empty() && self.cell_styles.len() < 65_536 {
            self.cell_styles.insert(self.style.clone(), data);
        }
    }

    fn open_table(&mut self, tag: &[u8]) -> Result<(), Refusal> {
        if self.sheets.len() >= self.limits.sheets {
            return Err(hostile(format!("more than {} sheets", self.limits.sheets)));
        }
        let hidden = self.hiding.contains(&attribute(tag, "style-name"));
        let visibility = if hidden { Visibility::Hidden } else { Visibility::Visible };
        self.sheets.push((attribute(tag, "name"), visibility));
        (self.row, self.column) = (0, 0);
        self.columns.clear();
        if self.active() {
            let mut builder = SheetBuilder::new(&attribute(tag, "name"), self.shelf);
            builder.sheet().visibility = visibility;
            self.builder = Some(builder);
        }
        Ok(())
    }

    fn add_columns(&mut self, tag: &[u8]) {
        let first = self.columns.last().map_or(0, |(end, _)| *end);
        let end = first.saturating_add(repeat(tag, "number-columns-repeated")).min(MAX_COLUMNS);
        if let Some(builder) = self.builder.as_mut().filter(|_| end > first) {
            if matches!(attribute(tag, "visibility").as_str(), "collapse" | "filter") {
                builder.sheet().hidden_columns.push((first, end - 1));
            }
            self.columns.push((end, attribute(tag, "default-cell-style-name")));
        }
    }

    fn open_row(&mut self, tag: &[u8]) {
        self.row_repeat = repeat(tag, "number-rows-repeated");
        self.row_hidden = matches!(attribute(tag, "visibility").as_str(), "collapse" | "filter");
        self.column = 0;
        self.cells.clear();
    }

    fn open_cell(&mut self, tag: &[u8]) {
        let open = &mut self.open;
        *open = Open { repeat: 1, text: std::mem::take(&mut open.text), ..Open::default() };
        open.text.clear();
        for (name, raw) in attributes(tag) {
            let text = || String::from_utf8_lossy(raw).into_owned();
            match local(name) {
                b"value-type" if open.kind != "error" => open.kind = text(),
                b"value" | b"date-value" | b"time-value" | b"boolean-value" => open.value = Some(text()),
                b"formula" => open.formula = true,
                b"style-name" => open.style = text(),
                b"number-columns-repeated" => open.repeat = repeat(tag, "number-columns-repeated"),
                b"number-columns-spanned" => open.columns = repeat(tag, "number-columns-spanned"),
                b"number-rows-spanned" => open.rows = repeat(tag, "number-rows-spanned"),
                _ => {}
            }
        }
    }

    fn leave(&mut self) -> Result<(), Refusal> {
        if self.skip > 0 {
            self.skip -= 1;
            return Ok(());
        }
        match self.places.pop() {
            Some(Place::Cell) if self.active() => self.close_cell(),
            Some(Place::Row) if self.active() => self.close_row(),
            Some(_) => Ok(()),
            None => Err(self.bad("a tag is closed that was not opened")),
        }
    }

    fn close_cell(&mut self) -> Result<(), Refusal> {
        let value = self.value()?;
        let first = self.column;
        self.column = first.saturating_add(self.open.repeat);
        if value != Value::Blank {
            if self.column > MAX_COLUMNS {
                return Err(hostile(format!("{CONTENT}: a reference beyond XFD1048576")));
            }
            self.cells.push(Cell { column: first, repeat: self.open.repeat, value, formula: self.open.formula });
        }
        if self.open.columns > 1 || self.open.rows > 1 {
            let last = Address::new(
                self.row.saturating_add(self.open.rows.max(1) - 1),
                first.saturating_add(self.open.columns.max(1) - 1),
            );
            if let Some(builder) = self.builder.as_mut().filter(|_| last.row < MAX_ROWS && last.column < MAX_COLUMNS) {
                builder.sheet().merges.push(Area { first: Address::new(self.row, first), last });
            }
        }
        Ok(())
    }

    fn value(&self) -> Result<Value, Refusal> {
        let open = &self.open;
        let value = open.value.as_deref().unwrap_or_default();
        let text = || Value::Text(self.shelf.texts.intern(&open.text));
        let wrong = || self.bad(&format!("value {value}"));
        Ok(match open.kind.as_str() {
            // A formula without a result.
            "" if open.formula && open.paragraphs == 0 => Value::Stale,
            "error" => Value::Error(ExcelError::from_text(&open.text)),
            "float" | "percentage" | "currency" if open.formula && value.is_empty() => Value::Stale,
            "float" | "percentage" | "currency" => Value::number(value.parse().map_err(|_| wrong())?),
            "date" => iso(value).ok_or_else(wrong)?,
            "time" => self.time(value).ok_or_else(wrong)?,
            "boolean" => Value::YesNo(value == "true"),
            // Excel and LibreOffice write errors of formulas as texts, too.
            _ if open.formula && open.text.starts_with('#') && ExcelError::from_text(&open.text) != ExcelError::Other => {
                Value::Error(ExcelError::from_text(&open.text))
            }
            _ if open.paragraphs == 0 && !open.formula => Value::Blank,
            _ => text(),
        })
    }

    /// `PT08H30M00S` as a time of day; as a length of time where the format runs past 24 hours, or the value does.
    fn time(&self, text: &str) -> Option<Value> {
        let ms = duration_ms(text)?;
        let style = if self.open.style.is_empty() {
            let column = self.columns.iter().find(|(end, _)| self.column < *end);
            column.map_or("", |(_, style)| style)
        } else {
            &self.open.style
        };
        let length = self.cell_styles.get(style).is_some_and(|data| self.lengths.contains(data));
        Some(match u32::try_from(ms) {
            Ok(time) if !length && time < 86_400_000 => Value::Time(time),
            _ => Value::Duration(ms),
        })
    }

    /// Writes the row under way as often as it repeats.
    fn close_row(&mut self) -> Result<(), Refusal> {
        let last = self.row.saturating_add(self.row_repeat);
        if !self.cells.is_empty() && last > MAX_ROWS {
            return Err(hostile(format!("{CONTENT}: a reference beyond XFD1048576")));
        }
        let Some(builder) = self.builder.as_mut().filter(|_| !self.cells.is_empty()) else {
            self.row = last.min(MAX_ROWS);
            return Ok(());
        };
        let cells: u64 = self.cells.iter().map(|cell| u64::from(cell.repeat)).sum();
        if builder.cell_count() as u64 + cells * u64::from(self.row_repeat) > self.room {
            return Err(Refusal::TooManyCells { limit: self.limits.cells });
        }
        for row in self.row..last {
            if self.row_hidden {
                builder.hide_row(row);
            }
            for cell in &self.cells {
                for column in cell.column..cell.column + cell.repeat {
                    builder.push(row, column, cell.value, 0, cell.formula);
                }
            }
        }
        self.row = last;
        Ok(())
    }

    fn bad(&self, what: &str) -> Refusal {
        let sheet = self.sheets.last().map_or("", |(name, _)| name);
        broken(format!("{CONTENT} {sheet}!{}: {what}", Address::new(self.row, self.column)))
    }
}

const GROUPS: [&[u8]; 6] =
    [b"table-row-group", b"table-header-rows", b"table-rows", b"table-column-group", b"table-header-columns", b"table-columns"];

fn attribute(tag: &[u8], name: &str) -> String {
    get(tag, name).ok().flatten().unwrap_or_default()
}

fn repeat(tag: &[u8], name: &str) -> u32 {
    get_number(tag, name).unwrap_or(1).clamp(1, u64::from(u32::MAX)) as u32
}

/// Runs of white space count as one space, and none at the beginning.
fn collapse(text: &str, out: &mut String) {
    for letter in text.chars() {
        if !matches!(letter, ' ' | '\t' | '\n' | '\r') {
            out.push(letter);
        } else if !out.is_empty() && !out.ends_with([' ', '\n']) {
            out.push(' ');
        }
    }
}

/// `PT41H15M00.5S` in milliseconds.
fn duration_ms(text: &str) -> Option<i64> {
    let (sign, rest) = text.strip_prefix('-').map_or((1.0, text), |rest| (-1.0, rest));
    let (days, time) = rest.strip_prefix('P')?.split_once('T')?;
    let mut ms = days.strip_suffix('D').map_or(Some(0.0), |days| days.parse::<f64>().ok())? * 86_400_000.0;
    let mut number = String::new();
    for letter in time.chars() {
        let unit = match letter {
            '0'..='9' => {
                number.push(letter);
                continue;
            }
            '.' | ',' => {
                number.push('.');
                continue;
            }
            'H' => 3_600_000.0,
            'M' => 60_000.0,
            'S' => 1_000.0,
            _ => return None,
        };
        ms += number.parse::<f64>().ok()? * unit;
        number.clear();
    }
    (ms < 1e15).then_some((sign * ms).round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time() {
        assert_eq!(duration_ms("PT08H30M00S"), Some(30_600_000));
        assert_eq!(duration_ms("PT41H15M00.5S"), Some(148_500_500));
        assert_eq!(duration_ms("-PT1H"), Some(-3_600_000));
        assert_eq!(duration_ms("P1DT1H"), Some(90_000_000));
        for bad in ["", "8:30", "PTxH", "PT1e9H"] {
            assert_eq!(duration_ms(bad), None, "{bad}");
        }
    }
}
