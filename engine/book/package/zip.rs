//! A zip put together again: entries that did not change are copied as they lie, byte for byte.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::{self, Write};

use crc32fast::Hasher as Crc;
use flate2::Compression;
use flate2::write::DeflateEncoder;

use crate::gate::{Archive, RawEntry, u16_at, u32_at};

/// How changed parts are packed. A sheet of 272 MB: level 3 takes a third of level 6's time and an eighth more room.
const LEVEL: u32 = 3;
/// Flag bits that stay true of an entry that is packed anew: only that its name is UTF-8.
const KEPT_FLAGS: u16 = 0x0800;
const HAS_DESCRIPTOR: u16 = 0x0008;
/// 1980-01-01, the first day a zip can name: no clock decides the bytes.
const FIRST_DAY: u16 = 0x0021;
const DEFLATED: u16 = 8;

thread_local! {
    /// A packer at rest. Making one costs more than packing a small part with it: it has tables of a third of a megabyte.
    static SPARE: Cell<Option<DeflateEncoder<Vec<u8>>>> = const { Cell::new(None) };
}

/// A part, packed.
#[derive(Clone)]
pub(crate) struct Packed {
    pub(crate) data: Vec<u8>,
    pub(crate) size: u64,
    pub(crate) crc: u32,
}

/// Packs a part that is written piece by piece.
pub(crate) struct Packer {
    deflate: DeflateEncoder<Vec<u8>>,
    crc: Crc,
}

impl Packer {
    /// Nothing yet.
    pub(crate) fn new() -> Packer {
        let spare = SPARE.with(Cell::take);
        let deflate = spare.unwrap_or_else(|| DeflateEncoder::new(Vec::new(), Compression::new(LEVEL)));
        Packer { deflate, crc: Crc::new() }
    }

    /// How much was written so far.
    pub(crate) fn size(&self) -> u64 {
        self.deflate.total_in()
    }

    /// The whole part.
    pub(crate) fn finish(mut self) -> io::Result<Packed> {
        let size = self.size();
        let data = self.deflate.reset(Vec::new())?;
        SPARE.with(|spare| spare.set(Some(self.deflate)));
        Ok(Packed { data, size, crc: self.crc.finalize() })
    }
}

impl Write for Packer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.deflate.write_all(bytes)?;
        self.crc.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Packs a part that is there as a whole.
pub(crate) fn pack(bytes: &[u8]) -> io::Result<Packed> {
    let mut packer = Packer::new();
    packer.write_all(bytes)?;
    packer.finish()
}

/// Why a zip cannot be put together.
#[derive(Debug)]
pub(crate) struct TooLarge;

/// The zip with some entries replaced (`Some`), left out (`None`), and new ones added at its end.
/// Names in `changes` are spelled as the archive spells them.
pub(crate) fn assemble(archive: &Archive, changes: &BTreeMap<String, Option<Packed>>) -> Result<Vec<u8>, TooLarge> {
    let mut out = Out::default();
    for entry in archive.raw() {
        match changes.get(entry.name) {
            None => out.copy(&entry)?,
            Some(Some(packed)) => out.replace(&entry, packed)?,
            Some(None) => {}
        }
    }
    for (name, packed) in changes {
        if let Some(packed) = packed
            && !archive.has(name)
        {
            out.add(name, packed)?;
        }
    }
    out.finish(archive.comment())
}

#[derive(Default)]
struct Out {
    bytes: Vec<u8>,
    directory: Vec<u8>,
    count: u32,
}

impl Out {
    fn copy(&mut self, entry: &RawEntry<'_>) -> Result<(), TooLarge> {
        let offset = self.offset()?;
        self.bytes.extend_from_slice(entry.header);
        self.bytes.extend_from_slice(entry.data);
        let mut record = entry.record.to_vec();
        if u16_at(entry.header, 6) & HAS_DESCRIPTOR != 0 {
            match descriptor(entry) {
                Some(length) => self.bytes.extend_from_slice(&entry.after[..length]),
                None => {
                    self.bytes.truncate(offset as usize);
                    return self.replace_as_packed(entry);
                }
            }
        }
        set_offset(&mut record, offset).ok_or(TooLarge)?;
        self.directory.extend_from_slice(&record);
        self.count += 1;
        Ok(())
    }

    /// A descriptor that says something else than the directory is replaced by sizes in the header.
    fn replace_as_packed(&mut self, entry: &RawEntry<'_>) -> Result<(), TooLarge> {
        let packed = Packed { data: entry.data.to_vec(), size: entry.size, crc: entry.crc };
        self.put(entry, &packed, u16_at(entry.record, 10))
    }

    fn replace(&mut self, entry: &RawEntry<'_>, packed: &Packed) -> Result<(), TooLarge> {
        self.put(entry, packed, DEFLATED)
    }

    /// Keeps name, date, attributes and comment of the entry.
    fn put(&mut self, entry: &RawEntry<'_>, packed: &Packed, method: u16) -> Result<(), TooLarge> {
        let old = entry.record;
        let name_end = 46 + usize::from(u16_at(old, 28));
        let extra_end = name_end + usize::from(u16_at(old, 30));
        let new = New {
            name: &old[46..name_end],
            made_by: u16_at(old, 4),
            flags: u16_at(old, 8) & KEPT_FLAGS,
            method,
            time: u16_at(old, 12),
            date: u16_at(old, 14),
            inside: u16_at(old, 36),
            outside: u32_at(old, 38),
            extra: without_sizes(&old[name_end..extra_end]),
            comment: &old[extra_end..],
        };
        self.write(&new, packed)
    }

    fn add(&mut self, name: &str, packed: &Packed) -> Result<(), TooLarge> {
        let flags = if name.is_ascii() { 0 } else { KEPT_FLAGS };
        let new = New {
            name: name.as_bytes(),
            made_by: 20,
            flags,
            method: DEFLATED,
            time: 0,
            date: FIRST_DAY,
            inside: 0,
            outside: 0,
            extra: Vec::new(),
            comment: &[],
        };
        self.write(&new, packed)
    }

    fn write(&mut self, new: &New<'_>, packed: &Packed) -> Result<(), TooLarge> {
        let offset = self.offset()?;
        let packed_size = u32::try_from(packed.data.len()).map_err(|_| TooLarge)?;
        let size = u32::try_from(packed.size).map_err(|_| TooLarge)?;
        let mut shared = Vec::with_capacity(26);
        for number in [20, new.flags, new.method, new.time, new.date] {
            shared.extend_from_slice(&u16::to_le_bytes(number));
        }
        for number in [packed.crc, packed_size, size] {
            shared.extend_from_slice(&number.to_le_bytes());
        }
        let short = |length: usize| u16::try_from(length).map(u16::to_le_bytes).map_err(|_| TooLarge);
        shared.extend_from_slice(&short(new.name.len())?);
        self.bytes.extend_from_slice(b"PK\x03\x04");
        self.bytes.extend_from_slice(&shared);
        self.bytes.extend_from_slice(&[0, 0]);
        self.bytes.extend_from_slice(new.name);
        self.bytes.extend_from_slice(&packed.data);
        self.directory.extend_from_slice(b"PK\x01\x02");
        self.directory.extend_from_slice(&new.made_by.to_le_bytes());
        self.directory.extend_from_slice(&shared);
        self.directory.extend_from_slice(&short(new.extra.len())?);
        self.directory.extend_from_slice(&short(new.comment.len())?);
        self.directory.extend_from_slice(&[0, 0]);
        self.directory.extend_from_slice(&new.inside.to_le_bytes());
        self.directory.extend_from_slice(&new.outside.to_le_bytes());
        self.directory.extend_from_slice(&offset.to_le_bytes());
        self.directory.extend_from_slice(new.name);
        self.directory.extend_from_slice(&new.extra);
        self.directory.extend_from_slice(new.comment);
        self.count += 1;
        Ok(())
    }

    fn finish(mut self, comment: &[u8]) -> Result<Vec<u8>, TooLarge> {
        let start = self.offset()?;
        let size = u32::try_from(self.directory.len()).map_err(|_| TooLarge)?;
        let count = u16::try_from(self.count).ok().filter(|count| *count < u16::MAX).ok_or(TooLarge)?;
        self.bytes.append(&mut self.directory);
        self.bytes.extend_from_slice(b"PK\x05\x06\0\0\0\0");
        self.bytes.extend_from_slice(&count.to_le_bytes());
        self.bytes.extend_from_slice(&count.to_le_bytes());
        self.bytes.extend_from_slice(&size.to_le_bytes());
        self.bytes.extend_from_slice(&start.to_le_bytes());
        self.bytes.extend_from_slice(&u16::try_from(comment.len()).unwrap_or(0).to_le_bytes());
        self.bytes.extend_from_slice(&comment[..comment.len().min(usize::from(u16::MAX))]);
        Ok(self.bytes)
    }

    fn offset(&self) -> Result<u32, TooLarge> {
        u32::try_from(self.bytes.len()).ok().filter(|offset| *offset < u32::MAX).ok_or(TooLarge)
    }
}

/// An entry that is written anew.
struct New<'a> {
    name: &'a [u8],
    made_by: u16,
    flags: u16,
    method: u16,
    time: u16,
    date: u16,
    inside: u16,
    outside: u32,
    extra: Vec<u8>,
    comment: &'a [u8],
}

/// The length of the data descriptor behind an entry: with or without its mark, with short or long sizes.
fn descriptor(entry: &RawEntry<'_>) -> Option<usize> {
    let sizes = |at: usize, wide: bool| {
        let packed = entry.data.len() as u64;
        let mut expected = entry.crc.to_le_bytes().to_vec();
        for number in [packed, entry.size] {
            match wide {
                true => expected.extend_from_slice(&number.to_le_bytes()),
                false => expected.extend_from_slice(&u32::try_from(number).ok()?.to_le_bytes()),
            }
        }
        let end = at + expected.len();
        (entry.after.get(at..end)? == expected).then_some(end)
    };
    if entry.after.starts_with(b"PK\x07\x08")
        && let Some(length) = sizes(4, false).or_else(|| sizes(4, true))
    {
        return Some(length);
    }
    sizes(0, false).or_else(|| sizes(0, true))
}

/// Sets the place of the local header; a record in the long form keeps it in its extra field.
fn set_offset(record: &mut [u8], offset: u32) -> Option<()> {
    if u32_at(record, 42) != u32::MAX {
        record[42..46].copy_from_slice(&offset.to_le_bytes());
        return Some(());
    }
    let before = 8 * [20, 24].iter().filter(|&&at| u32_at(record, at) == u32::MAX).count();
    let mut at = 46 + usize::from(u16_at(record, 28));
    let end = at + usize::from(u16_at(record, 30));
    while at + 4 <= end {
        let (id, length) = (u16_at(record, at), usize::from(u16_at(record, at + 2)));
        if id == 1 {
            record.get_mut(at + 4 + before..at + 12 + before)?.copy_from_slice(&u64::from(offset).to_le_bytes());
            return Some(());
        }
        at += 4 + length;
    }
    None
}

/// Extra fields without the long sizes, which belong to what was replaced.
fn without_sizes(mut extra: &[u8]) -> Vec<u8> {
    let mut kept = Vec::new();
    while extra.len() >= 4 {
        let length = 4 + usize::from(u16_at(extra, 2));
        let Some(field) = extra.get(..length) else { break };
        if u16_at(field, 0) != 1 {
            kept.extend_from_slice(field);
        }
        extra = &extra[length..];
    }
    kept
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};

    use zip::write::SimpleFileOptions;
    use zip::{CompressionMethod, ZipArchive, ZipWriter};

    use super::*;
    use crate::Limits;

    fn made(descriptors: bool) -> Vec<u8> {
        let mut options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        if descriptors {
            options = options.large_file(true);
        }
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for name in ["a.xml", "b/表.bin", "c.txt"] {
            zip.start_file(name, options).unwrap();
            zip.write_all(name.repeat(100).as_bytes()).unwrap();
        }
        zip.set_comment("備考").unwrap();
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn a_zip_without_changes_is_the_same_bytes() {
        for descriptors in [false, true] {
            let bytes = made(descriptors);
            let archive = Archive::open(bytes.clone(), &Limits::default()).unwrap();
            assert_eq!(assemble(&archive, &BTreeMap::new()).unwrap(), bytes);
        }
    }

    #[test]
    fn entries_are_replaced_left_out_and_added() {
        let archive = Archive::open(made(true), &Limits::default()).unwrap();
        let changes = BTreeMap::from([
            ("a.xml".to_owned(), Some(pack(b"new").unwrap())),
            ("c.txt".to_owned(), None),
            ("新.xml".to_owned(), Some(pack(b"added").unwrap())),
        ]);
        let bytes = assemble(&archive, &changes).unwrap();
        let mut zip = ZipArchive::new(Cursor::new(bytes.clone())).unwrap();
        let read = |zip: &mut ZipArchive<Cursor<Vec<u8>>>, name: &str| {
            let mut text = String::new();
            zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
            text
        };
        assert_eq!(zip.len(), 3);
        assert_eq!(read(&mut zip, "a.xml"), "new");
        assert_eq!(read(&mut zip, "b/表.bin"), "b/表.bin".repeat(100));
        assert_eq!(read(&mut zip, "新.xml"), "added");
        let again = Archive::open(bytes, &Limits::default()).unwrap();
        assert_eq!(again.comment(), "備考".as_bytes());
    }
}
