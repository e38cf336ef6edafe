//! The container ([MS-CFB], version 3) that a sealed package is put into, with the description of its transform that Excel
//! writes beside it ([MS-OFFCRYPTO] 2.1 and 2.2).

use crate::read::MAGIC;

const SECTOR: usize = 512;
const SMALL_SECTOR: usize = 64;
/// Streams below this size lie in small sectors.
const SMALL: usize = 4_096;
const END: u32 = 0xFFFF_FFFE;
const FREE: u32 = 0xFFFF_FFFF;
const OF_TABLE: u32 = 0xFFFF_FFFD;
const OF_LIST: u32 = 0xFFFF_FFFC;
/// Sectors of the table that the header itself lists.
const IN_HEADER: usize = 109;
const NUMBERS: usize = SECTOR / 4;

/// An entry of the directory: its name, what it is (1 a folder, 2 a stream, 5 the root), its neighbours to the left and to the
/// right, its first child. Names are in the order of their lengths, as the container wants it.
const ENTRIES: [(&str, u8, [u32; 3]); 11] = [
    ("Root Entry", 5, [FREE, FREE, 2]),
    ("\u{6}DataSpaces", 1, [FREE, FREE, 5]),
    ("EncryptionInfo", 2, [1, 3, FREE]),
    ("EncryptedPackage", 2, [FREE, FREE, FREE]),
    ("Version", 2, [FREE, FREE, FREE]),
    ("DataSpaceMap", 2, [4, 6, FREE]),
    ("DataSpaceInfo", 1, [FREE, 7, 8]),
    ("TransformInfo", 1, [FREE, FREE, 9]),
    ("StrongEncryptionDataSpace", 2, [FREE, FREE, FREE]),
    ("StrongEncryptionTransform", 1, [FREE, FREE, 10]),
    ("\u{6}Primary", 2, [FREE, FREE, FREE]),
];
/// The one entry that is red: the tree of names would not be balanced without.
const RED: usize = 7;

/// Puts a sealed package and what describes it into a container.
pub(super) fn contained(info: &[u8], package: &[u8]) -> Vec<u8> {
    let mut sectors = Sectors::default();
    let mut small = Sectors::default();
    let mut places = [(END, 0usize); ENTRIES.len()];
    let streams = [(2, info.to_vec()), (4, version()), (5, map()), (8, space()), (10, transform())];
    for (at, bytes) in streams.iter().map(|(at, bytes)| (*at, &bytes[..])).chain([(3, package)]) {
        let start = if bytes.len() < SMALL { small.add(bytes, SMALL_SECTOR) } else { sectors.add(bytes, SECTOR) };
        places[at] = (start, bytes.len());
    }
    places[0] = (sectors.add(&small.bytes, SECTOR), small.bytes.len());
    let small_table = sectors.add(&little(&small.table, FREE), SECTOR);
    let directory = sectors.add(&directory(&places), SECTOR);
    sectors.finish(directory, small_table, small.table.len().div_ceil(NUMBERS))
}

/// Sectors one behind the other, and for each the number of the next one of its chain.
#[derive(Default)]
struct Sectors {
    bytes: Vec<u8>,
    table: Vec<u32>,
}

impl Sectors {
    /// Adds a chain and answers where it begins.
    fn add(&mut self, bytes: &[u8], size: usize) -> u32 {
        let first = self.table.len();
        let count = bytes.len().div_ceil(size);
        self.bytes.extend_from_slice(bytes);
        self.bytes.resize((first + count) * size, 0);
        self.table.extend((1..=count).map(|nth| if nth == count { END } else { (first + nth) as u32 }));
        if count == 0 { END } else { first as u32 }
    }

    /// The whole file: header, sectors, and the table of sectors behind them.
    fn finish(mut self, directory: u32, small_table: u32, small_tables: usize) -> Vec<u8> {
        let used = self.table.len();
        let (mut tables, mut lists) = (1, 0);
        // The table has entries for its own sectors too.
        while used + tables + lists > tables * NUMBERS {
            tables += 1;
            lists = tables.saturating_sub(IN_HEADER).div_ceil(NUMBERS - 1);
        }
        self.table.extend(std::iter::repeat_n(OF_TABLE, tables).chain(std::iter::repeat_n(OF_LIST, lists)));
        let numbers: Vec<u32> = (used..used + tables).map(|number| number as u32).collect();
        let first_list = if lists == 0 { END } else { (used + tables) as u32 };
        let mut out = MAGIC.to_vec();
        out.extend([0; 16]);
        [0x003E, 3, 0xFFFE, 9, 6].iter().for_each(|short: &u16| out.extend(short.to_le_bytes()));
        out.extend([0; 6]);
        let head = [0, tables as u32, directory, 0, SMALL as u32, small_table, small_tables as u32, first_list, lists as u32];
        head.iter().for_each(|number| out.extend(number.to_le_bytes()));
        let (listed, rest) = numbers.split_at(tables.min(IN_HEADER));
        listed.iter().chain(&vec![FREE; IN_HEADER - listed.len()]).for_each(|number| out.extend(number.to_le_bytes()));
        out.append(&mut self.bytes);
        out.extend(little(&self.table, FREE));
        out.resize(SECTOR * (1 + used + tables), 0xFF);
        for (nth, piece) in rest.chunks(NUMBERS - 1).enumerate() {
            let mut piece = piece.to_vec();
            piece.resize(NUMBERS - 1, FREE);
            piece.push(if nth + 1 == lists { END } else { first_list + nth as u32 + 1 });
            out.extend(little(&piece, FREE));
        }
        out
    }
}

/// Numbers as bytes, up to whole sectors.
fn little(numbers: &[u32], fill: u32) -> Vec<u8> {
    let missing = numbers.len().next_multiple_of(NUMBERS) - numbers.len();
    numbers.iter().copied().chain(std::iter::repeat_n(fill, missing)).flat_map(u32::to_le_bytes).collect()
}

fn directory(places: &[(u32, usize)]) -> Vec<u8> {
    let mut out = Vec::new();
    for (at, (name, kind, links)) in ENTRIES.iter().enumerate() {
        let mut units: Vec<u8> = name.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
        let length = units.len() as u16;
        units.resize(64, 0);
        let (start, size) = places[at];
        out.append(&mut units);
        out.extend(length.to_le_bytes());
        out.extend([*kind, u8::from(at != RED)]);
        links.iter().for_each(|link| out.extend(link.to_le_bytes()));
        // No class, no flags, no times: the same twice over.
        out.extend([0; 36]);
        out.extend(if *kind == 1 { 0 } else { start }.to_le_bytes());
        out.extend((size as u64).to_le_bytes());
    }
    // Sectors of four entries each; the last one is unused.
    out.extend([0; 68]);
    out.extend([FREE; 3].iter().flat_map(|link| link.to_le_bytes()));
    out.extend([0; 48]);
    out
}

/// A text in 16 bits, with its length in bytes before it, filled up to whole numbers.
fn text(text: &str) -> Vec<u8> {
    let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut out = (units.len() as u32).to_le_bytes().to_vec();
    out.extend(units);
    out.resize(out.len().next_multiple_of(4), 0);
    out
}

fn number(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

fn version() -> Vec<u8> {
    [text("Microsoft.Container.DataSpaces"), number(&[1, 1, 1])].concat()
}

fn map() -> Vec<u8> {
    let entry = [number(&[1, 0]), text("EncryptedPackage"), text("StrongEncryptionDataSpace")].concat();
    [number(&[8, 1, entry.len() as u32 + 4]), entry].concat()
}

fn space() -> Vec<u8> {
    [number(&[8, 1]), text("StrongEncryptionTransform")].concat()
}

fn transform() -> Vec<u8> {
    let id = text("{FF9A3F03-56EF-4613-BDD5-5A41C1D07246}");
    let head = number(&[id.len() as u32 + 8, 1]);
    [head, id, text("Microsoft.Container.EncryptionTransform"), number(&[1, 1, 1, 0, 0, 0, 4])].concat()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::read::Compound;

    /// A container with nothing but one stream, which is not small.
    pub(in crate::lock) fn only_stream(name: &str, bytes: &[u8]) -> Vec<u8> {
        let mut file = contained(b"", bytes);
        let wide = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
        let at = memchr::memmem::rfind(&file, &wide("EncryptedPackage")).unwrap();
        let mut entry = wide(name);
        entry.resize(64, 0);
        file[at..at + 64].copy_from_slice(&entry);
        file[at + 64..at + 66].copy_from_slice(&(name.len() as u16 * 2 + 2).to_le_bytes());
        file
    }

    #[test]
    fn streams_of_every_size_come_out_as_they_went_in() {
        // Beyond seven million bytes the header no longer lists all sectors of the table.
        for size in [0, 1, 4_095, 4_096, 4_097, 70_000, 7_200_000, 16_000_001] {
            let package: Vec<u8> = (0..size).map(|at: usize| (at % 251) as u8).collect();
            let file = contained(b"info", &package);
            assert_eq!(file.len() % SECTOR, 0);
            let compound = Compound::open(&file).unwrap();
            assert!(compound.head("EncryptedPackage", u64::MAX).unwrap() == package, "{size}");
            assert_eq!(compound.head("EncryptionInfo", 99).unwrap(), b"info");
            assert_eq!(compound.head("DataSpaceMap", 999).unwrap().len(), 112);
            assert_eq!(compound.head("\u{6}Primary", 999).unwrap().len(), 200);
        }
    }
}
