//! A zip taken apart and put together by hand, sound ones alone.
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) method: u16,
    pub(crate) crc: u32,
    pub(crate) packed: usize,
    pub(crate) size: usize,
    pub(crate) start: usize,
}

fn two(bytes: &[u8], at: usize) -> usize {
    u16::from_le_bytes([bytes[at], bytes[at + 1]]) as usize
}

fn four(bytes: &[u8], at: usize) -> usize {
    u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize
}

pub(crate) fn entries(bytes: &[u8]) -> Vec<Entry> {
    let end = (0..=bytes.len() - 22).rev().find(|at| &bytes[*at..at + 4] == b"PK\x05\x06").unwrap();
    let mut at = four(bytes, end + 16);
    let entry = |_| {
        let (name, extra, comment) = (two(bytes, at + 28), two(bytes, at + 30), two(bytes, at + 32));
        let local = four(bytes, at + 42);
        let entry = Entry {
            name: String::from_utf8_lossy(&bytes[at + 46..at + 46 + name]).into_owned(),
            method: two(bytes, at + 10) as u16,
            crc: four(bytes, at + 16) as u32,
            packed: four(bytes, at + 20),
            size: four(bytes, at + 24),
            start: local + 30 + two(bytes, local + 26) + two(bytes, local + 28),
        };
        at += 46 + name + extra + comment;
        entry
    };
    (0..two(bytes, end + 10)).map(entry).collect()
}

pub(crate) fn raw<'a>(bytes: &'a [u8], entry: &Entry) -> &'a [u8] {
    &bytes[entry.start..entry.start + entry.packed]
}

/// Entries as name, sum, size, method and packed bytes.
pub(crate) fn write(parts: &[(&str, u32, usize, u16, &[u8])]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, crc, size, method, data) in parts {
        let offset = out.len() as u32;
        let mut header = Vec::new();
        for number in [20, 0x0800, *method, 0, 0x21] {
            header.extend_from_slice(&u16::to_le_bytes(number));
        }
        for number in [*crc, data.len() as u32, *size as u32] {
            header.extend_from_slice(&number.to_le_bytes());
        }
        header.extend_from_slice(&(name.len() as u16).to_le_bytes());
        header.extend_from_slice(&[0, 0]);
        out.extend_from_slice(b"PK\x03\x04");
        out.extend_from_slice(&header);
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(data);
        directory.extend_from_slice(b"PK\x01\x02\x14\x00");
        directory.extend_from_slice(&header);
        directory.extend_from_slice(&[0; 10]);
        directory.extend_from_slice(&offset.to_le_bytes());
        directory.extend_from_slice(name.as_bytes());
    }
    let (offset, count) = (out.len() as u32, parts.len() as u16);
    out.extend_from_slice(&directory);
    out.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    out.extend_from_slice(&count.to_le_bytes());
    out.extend_from_slice(&count.to_le_bytes());
    out.extend_from_slice(&(directory.len() as u32).to_le_bytes());
    out.extend_from_slice(&offset.to_le_bytes());
    out.extend_from_slice(&[0, 0]);
    out
}
