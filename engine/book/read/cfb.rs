//! The container of old Office files and of encrypted new ones: enough of it to name what lies inside.

use crate::Refusal;
use crate::gate::{broken, u16_at, u32_at, u64_at};

/// The first eight bytes of a container.
pub(crate) const MAGIC: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
const END_OF_CHAIN: u32 = 0xFFFF_FFFE;
/// Sector numbers from here on are marks.
const LAST_SECTOR: u32 = 0xFFFF_FFFA;
/// Streams below this size lie in the small sectors.
const SMALL: u64 = 4_096;

/// A container whose sectors and names are known.
pub(crate) struct Compound<'a> {
    bytes: &'a [u8],
    shift: u32,
    table: Vec<u32>,
    small_table: Vec<u32>,
    streams: Vec<Stream>,
}

struct Stream {
    name: String,
    kind: u8,
    start: u32,
    size: u64,
}

impl<'a> Compound<'a> {
    /// Reads the table of sectors and the names.
    pub(crate) fn open(bytes: &'a [u8]) -> Result<Compound<'a>, Refusal> {
        let header = bytes.get(..512).ok_or(Refusal::CutOff)?;
        let shift = u32::from(u16_at(header, 30));
        if shift != 9 && shift != 12 {
            return Err(broken("container: sector size".into()));
        }
        let mut compound = Compound { bytes, shift, table: Vec::new(), small_table: Vec::new(), streams: Vec::new() };
        compound.table = compound.read_table(header)?;
        let directory = compound.chain(u32_at(header, 48), u64::MAX)?;
        compound.streams = directory.chunks_exact(128).filter_map(stream).collect();
        let small = u32_at(header, 60);
        if small < LAST_SECTOR {
            compound.small_table = numbers(&compound.chain(small, u64::MAX)?);
        }
        Ok(compound)
    }

    /// Whether there is a stream or folder of that name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.streams.iter().any(|stream| stream.name.eq_ignore_ascii_case(name))
    }

    /// The beginning of a stream, at most `most` bytes. Refused if the file ends within them.
    pub(crate) fn head(&self, name: &str, most: u64) -> Result<Vec<u8>, Refusal> {
        let stream = self.streams.iter().find(|stream| stream.kind == 2 && stream.name.eq_ignore_ascii_case(name));
        let stream = stream.ok_or_else(|| broken(format!("container: {name} is missing")))?;
        let wanted = stream.size.min(most);
        if stream.size < SMALL { self.small_chain(stream.start, wanted) } else { self.chain(stream.start, wanted) }
    }

    /// The container with other bytes in a stream, which are as many as before.
    pub(crate) fn with_stream(&self, name: &str, data: &[u8]) -> Result<Vec<u8>, Refusal> {
        let stream = self.streams.iter().find(|stream| stream.kind == 2 && stream.name.eq_ignore_ascii_case(name));
        let stream = stream.ok_or_else(|| broken(format!("container: {name} is missing")))?;
        let small = stream.size < SMALL;
        let table = if small { &self.small_table } else { &self.table };
        let root = match self.streams.iter().find(|stream| stream.kind == 5) {
            Some(root) if small => self.numbers_of(root.start, &self.table)?,
            _ => Vec::new(),
        };
        let size = if small { 64 } else { 1 << self.shift };
        let mut out = self.bytes.to_vec();
        for (sector, piece) in self.numbers_of(stream.start, table)?.into_iter().zip(data.chunks(size)) {
            let start = if small {
                let place = sector as usize * 64;
                let (at, inside) = (place >> self.shift, place % (1 << self.shift));
                ((*root.get(at).ok_or(Refusal::CutOff)? as usize + 1) << self.shift) + inside
            } else {
                (sector as usize + 1) << self.shift
            };
            // The last sector of a file may be short.
            let end = (start + piece.len()).min(out.len());
            let room = out.get_mut(start..end).ok_or(Refusal::CutOff)?;
            room.copy_from_slice(&piece[..room.len()]);
        }
        Ok(out)
    }

    /// The sectors of a chain.
    fn numbers_of(&self, start: u32, table: &[u32]) -> Result<Vec<u32>, Refusal> {
        let (mut numbers, mut sector) = (Vec::new(), start);
        while sector < LAST_SECTOR {
            numbers.push(sector);
            if numbers.len() > table.len() {
                return Err(broken("container: a chain runs in a circle".into()));
            }
            sector = *table.get(sector as usize).ok_or_else(|| broken("container: chain".into()))?;
        }
        Ok(numbers)
    }

    /// The sector table, put together from the sectors that the header and its continuation list.
    fn read_table(&self, header: &[u8]) -> Result<Vec<u32>, Refusal> {
        let mut listed = numbers(&header[76..512]);
        let (mut next, per_sector) = (u32_at(header, 68), (1usize << self.shift) / 4);
        let most = (self.bytes.len() >> self.shift) + 1;
        while next < LAST_SECTOR {
            let more = numbers(self.sector(next)?);
            next = *more.last().unwrap_or(&END_OF_CHAIN);
            listed.extend(&more[..per_sector - 1]);
            if listed.len() > most + 109 + per_sector {
                return Err(broken("container: table of sectors".into()));
            }
        }
        let mut table = Vec::new();
        for sector in listed.into_iter().filter(|sector| *sector < LAST_SECTOR).take(most) {
            table.extend(numbers(self.sector(sector)?));
        }
        Ok(table)
    }

    fn sector(&self, number: u32) -> Result<&'a [u8], Refusal> {
        let start = (u64::from(number) + 1) << self.shift;
        let start = usize::try_from(start).map_err(|_| Refusal::CutOff)?;
        let rest = self.bytes.get(start..).filter(|rest| !rest.is_empty()).ok_or(Refusal::CutOff)?;
        // The last sector of a file may be short.
        Ok(&rest[..rest.len().min(1 << self.shift)])
    }

    /// The bytes of a chain of sectors, at most `most`.
    fn chain(&self, start: u32, most: u64) -> Result<Vec<u8>, Refusal> {
        let (mut out, mut sector) = (Vec::new(), start);
        while sector < LAST_SECTOR && (out.len() as u64) < most {
            out.extend_from_slice(self.sector(sector)?);
            if out.len() > self.bytes.len() {
                return Err(broken("container: a chain runs in a circle".into()));
            }
            sector = *self.table.get(sector as usize).ok_or_else(|| broken("container: chain".into()))?;
        }
        out.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        Ok(out)
    }

    /// The same for a stream in small sectors of 64 bytes, which lie in the stream of the root.
    fn small_chain(&self, start: u32, most: u64) -> Result<Vec<u8>, Refusal> {
        let root = self.streams.iter().find(|stream| stream.kind == 5);
        let root = root.ok_or_else(|| broken("container: no root".into()))?;
        let all = self.chain(root.start, root.size)?;
        let (mut out, mut sector) = (Vec::new(), start);
        while sector < LAST_SECTOR && (out.len() as u64) < most {
            let at = sector as usize * 64;
            out.extend_from_slice(all.get(at..all.len().min(at + 64)).ok_or(Refusal::CutOff)?);
            if out.len() > all.len() {
                return Err(broken("container: a chain runs in a circle".into()));
            }
            sector = *self.small_table.get(sector as usize).ok_or_else(|| broken("container: chain".into()))?;
        }
        out.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        Ok(out)
    }
}

fn stream(entry: &[u8]) -> Option<Stream> {
    let length = usize::from(u16_at(entry, 64)).checked_sub(2).filter(|length| *length <= 62)?;
    let units: Vec<u16> = entry[..length].chunks_exact(2).map(|pair| u16_at(pair, 0)).collect();
    let kind = *entry.get(66).filter(|kind| matches!(kind, 1 | 2 | 5))?;
    // The upper half of the size is rubbish in some files of version 3.
    Some(Stream {
        name: String::from_utf16_lossy(&units),
        kind,
        start: u32_at(entry, 116),
        size: u64_at(entry, 120) & 0xFFFF_FFFF,
    })
}

fn numbers(bytes: &[u8]) -> Vec<u32> {
    bytes.chunks_exact(4).map(|four| u32_at(four, 0)).collect()
}
