//! Puts the rows of long tables into a package that rust_xlsxwriter made.
//!
//! The package comes with everything but these rows. Where they belong stand rows of empty cells, the carriers: one for each
//! look of the table, so that the number of each format can be read off. They are replaced by the rows, and the shared
//! strings are extended. Everything else is copied as it is.

use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use super::WriteError;
use super::rows::{LongTable, RowWriter};
use super::strings::Strings;
use crate::{Address, Area, Finding, MAX_COLUMNS};

/// 200,000 rows of 12 columns: 0.27 s and 17.3 MB at level 2, 0.34 s and 15.7 MB at 3, 0.50 s and 14.0 MB at 4, 1.05 s and 13.9 MB at 6.
const COMPRESSION: i64 = 3;
/// More XML than a cell takes, for the question whether a part could pass 4 GiB. Smaller ones are written without the
/// extension for large files, which old programs do not read.
const CELL_BYTES: u64 = 64;
/// Bytes of XML that are collected before they are compressed.
const CHUNK: usize = 1 << 16;

/// A sheet with long tables.
pub(super) struct LongSheet<'s> {
    /// The sheet, counted from 0.
    pub(super) sheet: usize,
    /// Its last cell.
    pub(super) last: Address,
    pub(super) tables: Vec<LongTable<'s>>,
}

impl LongSheet<'_> {
    fn cells(&self) -> u64 {
        self.tables.iter().map(|long| long.new.table.len() as u64 * long.new.table.columns().len() as u64).sum()
    }
}

/// Where the carrier of a look stands.
pub(super) fn carrier(first: u32, nth: usize) -> Address {
    Address::new(first + nth as u32 / MAX_COLUMNS, nth as u32 % MAX_COLUMNS)
}

/// How many rows so many carriers take.
pub(super) fn carrier_rows(carriers: usize) -> u32 {
    (carriers as u32).div_ceil(MAX_COLUMNS)
}

/// The package with the rows of its long tables.
pub(super) fn splice(package: &[u8], sheets: &[LongSheet<'_>], findings: &mut Vec<Finding>) -> Result<Vec<u8>, WriteError> {
    let mut package = ZipArchive::new(Cursor::new(package)).map_err(failed)?;
    let shared = read(&mut package, STRINGS)?;
    let mut strings = Strings::behind(attribute(&shared, "uniqueCount"));
    let mut out = Output { zip: ZipWriter::new(Cursor::new(Vec::new())), bytes: Vec::with_capacity(CHUNK * 2) };
    for at in 0..package.len() {
        let name = package.by_index_raw(at).map_err(failed)?.name().map_err(failed)?.into_owned();
        if name == STRINGS {
            // Written last: only then are they known.
        } else if let Some(sheet) = sheets.iter().find(|sheet| name == format!("xl/worksheets/sheet{}.xml", sheet.sheet + 1)) {
            let frame = read(&mut package, &name)?;
            out.start(&name, sheet.cells() * CELL_BYTES > u64::from(u32::MAX))?;
            out.sheet(&frame, sheet, &mut strings, findings)?;
        } else {
            out.zip.raw_copy_file(package.by_index_raw(at).map_err(failed)?).map_err(failed)?;
        }
    }
    out.start(STRINGS, false)?;
    out.strings(&shared, &strings)?;
    Ok(out.zip.finish().map_err(failed)?.into_inner())
}

const STRINGS: &str = "xl/sharedStrings.xml";

fn failed(error: impl std::fmt::Display) -> WriteError {
    WriteError::Failed(error.to_string())
}

fn read(package: &mut ZipArchive<Cursor<&[u8]>>, name: &str) -> Result<String, WriteError> {
    let mut text = String::new();
    package.by_name(name).map_err(failed)?.read_to_string(&mut text).map_err(failed)?;
    Ok(text)
}

/// The number in the first attribute of this name.
fn attribute(xml: &str, name: &str) -> u32 {
    let value = xml.split_once(&format!(" {name}=\"")).map(|(_, rest)| rest);
    value.and_then(|rest| rest.split('"').next()).and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

struct Output {
    zip: ZipWriter<Cursor<Vec<u8>>>,
    bytes: Vec<u8>,
}

impl Output {
    fn start(&mut self, name: &str, large: bool) -> Result<(), WriteError> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(COMPRESSION))
            .unix_permissions(0o600)
            .last_modified_time(DateTime::default())
            .large_file(large);
        self.zip.start_file(name, options).map_err(failed)
    }

    fn sheet(
        &mut self,
        frame: &str,
        sheet: &LongSheet<'_>,
        strings: &mut Strings,
        findings: &mut Vec<Finding>,
    ) -> Result<(), WriteError> {
        let frame = Frame::new(frame, sheet.last);
        let mut done = 0;
        for long in &sheet.tables {
            let (start, end) = frame.carriers(long);
            self.frame(&frame.xml[done..start])?;
            let formats = formats(&frame.xml[start..end], long);
            let zip = &mut self.zip;
            RowWriter::new(long, &formats, strings, findings).write(&mut self.bytes, |bytes| flush(zip, bytes, CHUNK))?;
            done = end;
        }
        self.frame(&frame.xml[done..])?;
        flush(&mut self.zip, &mut self.bytes, 0)
    }

    fn frame(&mut self, xml: &str) -> Result<(), WriteError> {
        self.bytes.extend_from_slice(xml.as_bytes());
        flush(&mut self.zip, &mut self.bytes, CHUNK)
    }

    fn strings(&mut self, shared: &str, strings: &Strings) -> Result<(), WriteError> {
        let items = shared.find("<si>").unwrap_or(shared.len());
        let end = shared.rfind("</sst>").unwrap_or(shared.len());
        let (cells, unique) = (attribute(shared, "count"), attribute(shared, "uniqueCount"));
        let head = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
             <sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" count=\"{}\" uniqueCount=\"{}\">",
            u64::from(cells) + strings.cells(),
            unique as usize + strings.added(),
        );
        self.frame(&head)?;
        self.frame(shared.get(items..end).unwrap_or_default())?;
        let zip = &mut self.zip;
        strings.write(&mut self.bytes, |bytes| flush(zip, bytes, CHUNK))?;
        self.frame("</sst>")?;
        flush(&mut self.zip, &mut self.bytes, 0)
    }
}

fn flush(zip: &mut ZipWriter<Cursor<Vec<u8>>>, bytes: &mut Vec<u8>, enough: usize) -> Result<(), WriteError> {
    if bytes.len() >= enough.max(1) {
        zip.write_all(bytes).map_err(failed)?;
        bytes.clear();
    }
    Ok(())
}

/// A sheet as rust_xlsxwriter wrote it, with its carriers.
struct Frame {
    xml: String,
    /// Where each row begins, and its one-based number; last the end of the rows.
    rows: Vec<(usize, u32)>,
}

impl Frame {
    /// The carriers are counted neither in the used range nor in the spans of rows.
    fn new(xml: &str, last: Address) -> Frame {
        let used = Area { first: Address::new(0, 0), last };
        let mut clean = String::with_capacity(xml.len());
        let mut rest = xml;
        if let Some((before, behind)) = xml.split_once("<dimension") {
            clean.push_str(before);
            clean.push_str(&format!("<dimension ref=\"{used}\"/>"));
            rest = behind.split_once("/>").map_or("", |(_, behind)| behind);
        }
        while let Some((before, behind)) = rest.split_once(" spans=\"") {
            clean.push_str(before);
            rest = behind.split_once('"').map_or("", |(_, behind)| behind);
        }
        clean.push_str(rest);
        let mut rows: Vec<(usize, u32)> =
            clean.match_indices("<row r=\"").map(|(at, _)| (at, attribute(&clean[at..], "r"))).collect();
        rows.push((clean.find("</sheetData>").unwrap_or(clean.len()), u32::MAX));
        Frame { xml: clean, rows }
    }

    /// Where the carriers of a table begin and end.
    fn carriers(&self, long: &LongTable<'_>) -> (usize, usize) {
        let from = |number: u32| self.rows.iter().find(|(_, row)| *row >= number).map_or(self.xml.len(), |(at, _)| *at);
        (from(long.first + 1), from(long.first + 1 + carrier_rows(long.carriers.len())))
    }
}

/// The number of the format of each look, read off its carrier; 0 where there is none.
fn formats(xml: &str, long: &LongTable<'_>) -> Vec<u32> {
    let mut formats = vec![0; long.plan.look_count()];
    for cell in xml.split("<c r=\"").skip(1) {
        let cell = cell.split('>').next().unwrap_or_default();
        let Ok(at) = cell.split('"').next().unwrap_or_default().parse::<Address>() else { continue };
        let nth = ((at.row - long.first) * MAX_COLUMNS + at.column) as usize;
        if let Some(look) = long.carriers.get(nth) {
            formats[*look] = attribute(cell, "s");
        }
    }
    formats
}
