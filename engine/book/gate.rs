//! The gate: what is checked of a file's bytes before any parser sees them, and while they are unpacked.

use std::cell::{Cell, OnceCell};
use std::ops::Range;

use crc32fast::Hasher as Crc;
use flate2::{Decompress, FlushDecompress, Status};
use rustc_hash::FxHashMap;

use crate::Refusal;

/// How much of everything one file may hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Bytes of the file as it lies on the disk.
    pub file: u64,
    /// Entries of a zip.
    pub entries: usize,
    /// Bytes of one part, unpacked. A full sheet of a million rows and eight columns has 272 MB.
    pub part: u64,
    /// Bytes of all parts, unpacked.
    pub parts: u64,
    /// How many times larger than packed a part over 100 KiB may be. The most seen in 3,664 sound workbooks was 170.
    pub ratio: u64,
    /// Sheets.
    pub sheets: usize,
    /// Filled cells of all sheets that are read.
    pub cells: u64,
    /// Bytes of one cell's text. Excel allows 32,767 characters.
    pub text: usize,
    /// Bytes of all shared texts of a workbook together.
    pub texts: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            file: 100 << 20,
            entries: 4_096,
            part: 2 << 30,
            parts: 4 << 30,
            ratio: 200,
            sheets: 1_024,
            cells: 40_000_000,
            text: 1 << 20,
            texts: 512 << 20,
        }
    }
}

/// Parts up to this size may be packed as tightly as they like.
const RATIO_FROM: u64 = 100 << 10;
/// A small part (relationships, styles, the list of sheets) is held whole; none is larger than this.
const SMALL_PART: u64 = 64 << 20;
/// A packed part that is kept unpacked once it is asked for again is no larger.
const KEPT: u64 = 64 << 10;

const END: &[u8] = b"PK\x05\x06";
const END64_LOCATOR: &[u8] = b"PK\x06\x07";
const END64: &[u8] = b"PK\x06\x06";
const DIRECTORY: &[u8] = b"PK\x01\x02";
const LOCAL: &[u8] = b"PK\x03\x04";

/// A zip whose directory went through the gate.
pub(crate) struct Archive {
    bytes: Vec<u8>,
    entries: Vec<Entry>,
    names: FxHashMap<String, usize>,
    /// Bytes unpacked so far, for progress and for tests.
    unpacked: Cell<u64>,
}

/// One entry of the directory.
struct Entry {
    name: String,
    method: u16,
    encrypted: bool,
    crc: u32,
    size: u64,
    data: Range<usize>,
    /// Its record in the directory, and where its local header begins.
    record: Range<usize>,
    local: usize,
    /// Whether it was asked for before, and what it unpacks to: a template's small parts are asked for again and again.
    asked: Cell<bool>,
    unpacked: OnceCell<Box<[u8]>>,
}

/// An entry as its bytes lie in the file, for whoever copies it.
pub(crate) struct RawEntry<'a> {
    pub(crate) name: &'a str,
    /// The record of the directory: 46 fixed bytes, name, extra fields, comment.
    pub(crate) record: &'a [u8],
    /// The local header with its name and extra fields.
    pub(crate) header: &'a [u8],
    /// The data as packed.
    pub(crate) data: &'a [u8],
    /// What follows the data, up to the next thing in the file: a data descriptor, if there is one, stands first.
    pub(crate) after: &'a [u8],
    pub(crate) size: u64,
    pub(crate) crc: u32,
}

impl Archive {
    /// Reads the directory and refuses what no sound workbook has.
    pub(crate) fn open(bytes: Vec<u8>, limits: &Limits) -> Result<Archive, Refusal> {
        let directory = Directory::find(&bytes)?;
        if directory.count > limits.entries as u64 {
            return Err(hostile(format!("{} entries", directory.count)));
        }
        let entries = directory.entries(&bytes, limits)?;
        let mut names = FxHashMap::default();
        let mut total = 0;
        for (at, entry) in entries.iter().enumerate() {
            check_name(&entry.name)?;
            check_size(entry, limits)?;
            total += entry.size;
            if total > limits.parts {
                return Err(hostile(format!("more than {} bytes unpacked", limits.parts)));
            }
            if names.insert(fold(&entry.name), at).is_some() {
                return Err(hostile(format!("two entries named {}", entry.name)));
            }
        }
        check_overlaps(&entries)?;
        Ok(Archive { bytes, entries, names, unpacked: Cell::new(0) })
    }

    /// Whether there is a part of that name, upper and lower case being the same.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.names.contains_key(&fold(name))
    }

    /// The names of all entries.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.name.as_str())
    }

    /// The entries as they lie in the file, in the order of the directory.
    pub(crate) fn raw(&self) -> impl Iterator<Item = RawEntry<'_>> {
        self.entries.iter().map(|entry| RawEntry {
            name: &entry.name,
            record: &self.bytes[entry.record.clone()],
            header: &self.bytes[entry.local..entry.data.start],
            data: &self.bytes[entry.data.clone()],
            after: &self.bytes[entry.data.end..self.bytes.len().min(entry.data.end + 24)],
            size: entry.size,
            crc: entry.crc,
        })
    }

    /// The zip's bytes, when nothing else of it is wanted any more.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// The file's bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The entry's own spelling of a part's name.
    pub(crate) fn spelling(&self, name: &str) -> Option<&str> {
        self.names.get(&fold(name)).map(|&at| self.entries[at].name.as_str())
    }

    /// The end of the file: the comment of the zip.
    pub(crate) fn comment(&self) -> &[u8] {
        let from = self.bytes.len().saturating_sub(22 + 65_535);
        match memchr::memmem::rfind(&self.bytes[from..], END) {
            Some(at) => self.bytes.get(from + at + 22..).unwrap_or_default(),
            None => &[],
        }
    }

    /// A part, to be unpacked block by block.
    pub(crate) fn part(&self, name: &str) -> Result<Part<'_>, Refusal> {
        let at = self.names.get(&fold(name)).ok_or_else(|| broken(format!("{name} is missing")))?;
        let entry = &self.entries[*at];
        if entry.encrypted {
            return Err(Refusal::Password);
        }
        if let Some(unpacked) = self.kept(entry) {
            return Ok(self.plain(&entry.name, unpacked, entry.crc));
        }
        let inflate = match entry.method {
            0 => None,
            8 => Some(Decompress::new(false)),
            other => return Err(broken(format!("{name}: packed by method {other}"))),
        };
        let input = &self.bytes[entry.data.clone()];
        Ok(Part {
            name: &entry.name,
            input,
            inflate,
            left: entry.size,
            crc: Crc::new(),
            wanted: entry.crc,
            count: &self.unpacked,
        })
    }

    /// Bytes that are no entry, to be read like one.
    pub(crate) fn loose<'a>(&'a self, name: &'a str, bytes: &'a [u8]) -> Part<'a> {
        let mut sum = Crc::new();
        sum.update(bytes);
        self.plain(name, bytes, sum.finalize())
    }

    fn plain<'a>(&'a self, name: &'a str, bytes: &'a [u8], wanted: u32) -> Part<'a> {
        Part { name, input: bytes, inflate: None, left: bytes.len() as u64, crc: Crc::new(), wanted, count: &self.unpacked }
    }

    /// What a small packed part unpacks to, from the second time on that it is asked for. A damaged one is never kept.
    fn kept<'a>(&'a self, entry: &'a Entry) -> Option<&'a [u8]> {
        if entry.method != 8 || entry.size > KEPT || !entry.asked.replace(true) {
            return None;
        }
        if entry.unpacked.get().is_none() {
            // What is read of it is counted when it is handed out.
            let (input, count) = (&self.bytes[entry.data.clone()], Cell::new(0));
            let inflate = Some(Decompress::new(false));
            let (name, left, wanted) = (&entry.name, entry.size, entry.crc);
            let mut part = Part { name, input, inflate, left, crc: Crc::new(), wanted, count: &count };
            let mut whole = vec![0; entry.size as usize + 1];
            let filled = part.fill(&mut whole).ok()?;
            whole.truncate(filled);
            let _ = entry.unpacked.set(whole.into_boxed_slice());
        }
        entry.unpacked.get().map(|bytes| &**bytes)
    }

    /// A small part as a whole.
    pub(crate) fn small(&self, name: &str) -> Result<Vec<u8>, Refusal> {
        let mut part = self.part(name)?;
        if part.left > SMALL_PART {
            return Err(hostile(format!("{name} has {} bytes", part.left)));
        }
        let mut whole = vec![0; part.left as usize];
        let filled = part.fill(&mut whole)?;
        // One more byte than declared is noticed by asking once more.
        if filled < whole.len() || part.fill(&mut [0])? > 0 {
            return Err(broken(format!("{name}: size")));
        }
        Ok(whole)
    }
}

/// A part under way out of the zip. It never hands out more than its entry declared, and checks the sum at its end.
pub(crate) struct Part<'a> {
    name: &'a str,
    input: &'a [u8],
    inflate: Option<Decompress>,
    left: u64,
    crc: Crc,
    wanted: u32,
    count: &'a Cell<u64>,
}

impl Part<'_> {
    /// The entry's name.
    pub(crate) fn name(&self) -> &str {
        self.name
    }

    /// How much its entry declares beyond what came so far.
    pub(crate) fn left(&self) -> usize {
        usize::try_from(self.left).unwrap_or(usize::MAX - 1)
    }

    /// Fills `out` as far as the part goes; less than `out.len()` only at the end.
    pub(crate) fn fill(&mut self, out: &mut [u8]) -> Result<usize, Refusal> {
        let mut filled = 0;
        while filled < out.len() {
            let got = match &mut self.inflate {
                None => copy(&mut self.input, &mut out[filled..]),
                Some(inflate) => unpack(inflate, &mut self.input, &mut out[filled..], self.name)?,
            };
            if got == 0 {
                break;
            }
            self.left =
                self.left.checked_sub(got as u64).ok_or_else(|| hostile(format!("{} is larger than declared", self.name)))?;
            filled += got;
        }
        self.crc.update(&out[..filled]);
        self.count.set(self.count.get() + filled as u64);
        if filled < out.len() && (self.left > 0 || self.crc.clone().finalize() != self.wanted) {
            return Err(broken(format!("{}: checksum", self.name)));
        }
        Ok(filled)
    }
}

fn copy(input: &mut &[u8], out: &mut [u8]) -> usize {
    let (head, rest) = input.split_at(input.len().min(out.len()));
    out[..head.len()].copy_from_slice(head);
    *input = rest;
    head.len()
}

/// Inflates until something came out; zero at the end of the stream.
fn unpack(inflate: &mut Decompress, input: &mut &[u8], out: &mut [u8], name: &str) -> Result<usize, Refusal> {
    loop {
        let (before_in, before_out) = (inflate.total_in(), inflate.total_out());
        let status = inflate.decompress(input, out, FlushDecompress::None).map_err(|_| broken(format!("{name}: packed data")))?;
        *input = &input[(inflate.total_in() - before_in) as usize..];
        let got = (inflate.total_out() - before_out) as usize;
        match status {
            _ if got > 0 => return Ok(got),
            Status::StreamEnd => return Ok(0),
            _ if inflate.total_in() == before_in => return Err(broken(format!("{name}: packed data ends too early"))),
            _ => {}
        }
    }
}

/// Where the central directory lies.
struct Directory {
    start: usize,
    end: usize,
    count: u64,
}

impl Directory {
    /// Finds the end record, which stands in the last 64 KiB, and from it the directory.
    fn find(bytes: &[u8]) -> Result<Directory, Refusal> {
        let from = bytes.len().saturating_sub(22 + 65_535);
        let at = memchr::memmem::rfind(&bytes[from..], END).map(|at| from + at).ok_or(Refusal::CutOff)?;
        let record = bytes.get(at..at + 22).ok_or(Refusal::CutOff)?;
        let (count, size, offset) = (u64::from(u16_at(record, 10)), u64::from(u32_at(record, 12)), u64::from(u32_at(record, 16)));
        let (count, size, offset) = match Directory::find64(bytes, at)? {
            Some(found) => found,
            None => (count, size, offset),
        };
        let end = offset.checked_add(size).filter(|&end| end <= at as u64).ok_or_else(|| broken("zip directory".into()))?;
        Ok(Directory { start: offset as usize, end: end as usize, count })
    }

    /// The zip64 form of the end record, if there is one.
    fn find64(bytes: &[u8], end: usize) -> Result<Option<(u64, u64, u64)>, Refusal> {
        let Some(locator) = end.checked_sub(20).map(|at| &bytes[at..end]).filter(|found| found.starts_with(END64_LOCATOR)) else {
            return Ok(None);
        };
        let record = usize::try_from(u64_at(locator, 8))
            .ok()
            .and_then(|at| bytes.get(at..at.checked_add(56)?))
            .filter(|record| record.starts_with(END64))
            .ok_or_else(|| broken("zip64 directory".into()))?;
        Ok(Some((u64_at(record, 32), u64_at(record, 40), u64_at(record, 48))))
    }

    fn entries(&self, bytes: &[u8], limits: &Limits) -> Result<Vec<Entry>, Refusal> {
        let mut entries = Vec::new();
        let mut rest = &bytes[self.start..self.end];
        while rest.starts_with(DIRECTORY) {
            if entries.len() >= limits.entries {
                return Err(hostile(format!("more than {} entries", limits.entries)));
            }
            let (entry, length) =
                Entry::read(rest, bytes, self.start, self.end - rest.len()).ok_or_else(|| broken("zip directory".into()))?;
            entries.push(entry);
            rest = &rest[length..];
        }
        if entries.len() as u64 != self.count {
            return Err(broken("zip directory".into()));
        }
        Ok(entries)
    }
}

impl Entry {
    /// Reads one record of the directory, and where its data lie from the local header it points to.
    fn read(record: &[u8], bytes: &[u8], directory: usize, at: usize) -> Option<(Entry, usize)> {
        let fixed = record.get(..46)?;
        let (name_length, extra_length) = (usize::from(u16_at(fixed, 28)), usize::from(u16_at(fixed, 30)));
        let length = 46 + name_length + extra_length + usize::from(u16_at(fixed, 32));
        let name = record.get(46..46 + name_length)?;
        let extra = record.get(46 + name_length..46 + name_length + extra_length)?;
        record.get(..length)?;
        let mut wide = Wide::find(extra);
        let size = wide.widen(u32_at(fixed, 24))?;
        let packed = wide.widen(u32_at(fixed, 20))?;
        let local = usize::try_from(wide.widen(u32_at(fixed, 42))?).ok()?;
        let header = bytes.get(local..local.checked_add(30)?).filter(|header| header.starts_with(LOCAL))?;
        let start = local + 30 + usize::from(u16_at(header, 26)) + usize::from(u16_at(header, 28));
        let end = start.checked_add(usize::try_from(packed).ok()?)?;
        if end > directory || bytes.get(local + 30..local + 30 + usize::from(u16_at(header, 26)))? != name {
            return None;
        }
        let entry = Entry {
            // Some programs write Windows' separator.
            name: String::from_utf8_lossy(name).replace('\\', "/"),
            method: u16_at(fixed, 10),
            encrypted: u16_at(fixed, 8) & 1 != 0,
            crc: u32_at(fixed, 16),
            size,
            data: start..end,
            record: at..at + length,
            local,
            asked: Cell::new(false),
            unpacked: OnceCell::new(),
        };
        Some((entry, length))
    }
}

/// The zip64 field of an entry: the numbers that did not fit, in a fixed order.
struct Wide<'a>(&'a [u8]);

impl<'a> Wide<'a> {
    fn find(mut extra: &'a [u8]) -> Wide<'a> {
        while extra.len() >= 4 {
            let (id, length) = (u16_at(extra, 0), usize::from(u16_at(extra, 2)));
            let Some(field) = extra.get(4..4 + length) else { break };
            if id == 1 {
                return Wide(field);
            }
            extra = &extra[4 + length..];
        }
        Wide(&[])
    }

    fn widen(&mut self, narrow: u32) -> Option<u64> {
        if narrow != u32::MAX {
            return Some(u64::from(narrow));
        }
        let (number, rest) = self.0.split_at_checked(8)?;
        self.0 = rest;
        Some(u64_at(number, 0))
    }
}

fn check_name(name: &str) -> Result<(), Refusal> {
    let drive = name.as_bytes().get(1) == Some(&b':');
    if name.starts_with('/') || drive || name.contains('\0') || name.split('/').any(|step| step == "..") {
        return Err(hostile(format!("an entry named {name}")));
    }
    Ok(())
}

fn check_size(entry: &Entry, limits: &Limits) -> Result<(), Refusal> {
    if entry.size > limits.part {
        return Err(hostile(format!("{} has {} bytes", entry.name, entry.size)));
    }
    if entry.size > RATIO_FROM && entry.size / (entry.data.len() as u64).max(1) > limits.ratio {
        return Err(hostile(format!("{} unpacks to {} bytes from {}", entry.name, entry.size, entry.data.len())));
    }
    Ok(())
}

fn check_overlaps(entries: &[Entry]) -> Result<(), Refusal> {
    let mut ranges: Vec<&Entry> = entries.iter().filter(|entry| !entry.data.is_empty()).collect();
    ranges.sort_by_key(|entry| entry.data.start);
    match ranges.windows(2).find(|pair| pair[0].data.end > pair[1].data.start) {
        Some(pair) => Err(hostile(format!("{} lies within {}", pair[1].name, pair[0].name))),
        None => Ok(()),
    }
}

/// The name under which upper and lower case are the same.
pub(crate) fn fold(name: &str) -> String {
    name.to_lowercase()
}

pub(crate) fn hostile(why: String) -> Refusal {
    Refusal::Hostile { why }
}

pub(crate) fn broken(at: String) -> Refusal {
    Refusal::Broken { at }
}

/// The checksum of zips and PNGs.
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    crc32fast::hash(bytes)
}

/// Little-endian numbers; the caller has checked the length.
pub(crate) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

pub(crate) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

pub(crate) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}
