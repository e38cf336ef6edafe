//! The older protection of xls, stream and all: RC4 in two forms, and XOR ([MS-XLS] 2.2.10, [MS-OFFCRYPTO] 2.3.5 to 2.3.7).
//!
//! Only what records hold is closed; their heads, and a few records whole, lie open. The opened stream has the places of the
//! closed one, so it is written over it.

use md5::Md5;
use rc4::{KeyInit, Rc4, StreamCipher};
use sha1::Sha1;
use sha2::Digest;

use super::short;
use crate::Refusal;
use crate::gate::{broken, u16_at, u32_at};

const FILE_PASS: u16 = 0x002F;
const SHEET: u16 = 0x0085;
const END: u16 = 0x000A;
/// Records that are never closed: BOF, FilePass, UsrExcl, FileLock, InterfaceHdr, RRDInfo, RRDHead.
const OPEN: [u16; 7] = [0x0809, FILE_PASS, 0x0194, 0x0195, 0x00E1, 0x0196, 0x0138];
/// Each piece of the stream of this size has a key of its own.
const PIECE: usize = 1_024;

/// How a stream of records is closed, if it is.
pub(super) enum Old {
    /// A key of 40 bits out of MD5.
    Rc4 { salt: [u8; 16], verifier: [u8; 16], wanted: [u8; 16] },
    /// A key of up to 128 bits out of SHA-1.
    Rc4Sha { key: usize, salt: [u8; 16], verifier: [u8; 16], wanted: [u8; 20] },
    /// Sixteen bytes over and over.
    Xor { key: u16, verifier: u16 },
}

/// What opens a stream.
pub(super) enum OldKey {
    Rc4([u8; 5]),
    Rc4Sha { base: [u8; 20], key: usize },
    Xor([u8; 16]),
}

impl Old {
    /// What the first records say; nothing if the stream is not closed.
    pub(super) fn read(stream: &[u8]) -> Result<Option<Old>, Refusal> {
        for record in records(stream) {
            match record.kind {
                FILE_PASS => return Old::of(&stream[record.data]).map(Some),
                END => return Ok(None),
                _ => {}
            }
        }
        Ok(None)
    }

    fn of(data: &[u8]) -> Result<Old, Refusal> {
        let number = |at: usize| data.get(at..at + 2).map(|two| u16_at(two, 0)).ok_or_else(short);
        // Excel 5 and 95 know XOR alone and say nothing of a kind.
        if data.len() == 4 {
            return Ok(Old::Xor { key: number(0)?, verifier: number(2)? });
        }
        match (number(0)?, data.get(2..6).map(|four| (u16_at(four, 0), u16_at(four, 2)))) {
            (0, _) => Ok(Old::Xor { key: number(2)?, verifier: number(4)? }),
            (1, Some((1, 1))) => Ok(Old::Rc4 { salt: bytes(data, 6)?, verifier: bytes(data, 22)?, wanted: bytes(data, 38)? }),
            (1, Some((2..=4, 2))) => Old::sha(data),
            (kind, _) => Err(broken(format!("encryption: xls, kind {kind}"))),
        }
    }

    fn sha(data: &[u8]) -> Result<Old, Refusal> {
        let number = |at: usize| data.get(at..at + 4).map(|four| u32_at(four, 0)).ok_or_else(short);
        let verifier = 14usize.checked_add(number(10)? as usize).ok_or_else(short)?;
        let (cipher, bits) = (number(22)?, number(30)?);
        if !matches!(cipher, 0x6801 | 0) || !matches!(bits, 0 | 40..=128) || bits % 8 != 0 {
            return Err(broken(format!("encryption: xls, cipher {cipher:x}, {bits} bits")));
        }
        let key = if bits == 0 { 5 } else { bits as usize / 8 };
        Ok(Old::Rc4Sha {
            key,
            salt: bytes(data, verifier + 4)?,
            verifier: bytes(data, verifier + 20)?,
            wanted: bytes(data, verifier + 40)?,
        })
    }

    /// The key, if the password fits.
    pub(super) fn key(&self, password: &str) -> Option<OldKey> {
        let wide = super::utf16(password);
        match self {
            Old::Rc4 { salt, verifier, wanted } => {
                let short = |bytes: &[u8]| -> Option<[u8; 5]> { Md5::digest(bytes)[..5].try_into().ok() };
                let first = short(&wide)?;
                let key = OldKey::Rc4(short(&[&first[..], salt].concat().repeat(16))?);
                let (verifier, found) = key.verified(verifier, wanted)?;
                (Md5::digest(verifier)[..] == found[..]).then_some(key)
            }
            Old::Rc4Sha { key, salt, verifier, wanted } => {
                let base = Sha1::digest([&salt[..], &wide].concat()).into();
                let key = OldKey::Rc4Sha { base, key: *key };
                let (verifier, found) = key.verified(verifier, wanted)?;
                (Sha1::digest(verifier)[..] == found[..]).then_some(key)
            }
            Old::Xor { key, verifier } => {
                // Letters beyond Latin are written in the code page of the Excel of that time.
                let (narrow, _, unknown) = encoding_rs::SHIFT_JIS.encode(password);
                let fits = !unknown && (1..=15).contains(&narrow.len());
                let right = fits && xor_key(&narrow) == *key && xor_verifier(&narrow) == *verifier;
                right.then(|| OldKey::Xor(xor_bytes(&narrow, *key)))
            }
        }
    }
}

impl OldKey {
    /// Opens a stream in its place. What says that it is closed is made to say nothing.
    pub(super) fn open(&self, stream: &mut [u8]) {
        let all: Vec<Record> = records(stream).collect();
        let mut pieces = Pieces { key: self, number: usize::MAX, bytes: [0; PIECE] };
        for Record { kind, data } in all {
            if kind == FILE_PASS {
                stream[data.start - 4..data.start - 2].fill(0);
                stream[data].fill(0);
                continue;
            }
            // Where a sheet begins is never closed.
            let from = if kind == SHEET { data.len().min(4) } else { 0 };
            if OPEN.contains(&kind) {
                continue;
            }
            match self {
                OldKey::Xor(bytes) => {
                    let first = data.end + from;
                    for (byte, at) in stream[data.start + from..data.end].iter_mut().zip(first..) {
                        *byte = (*byte ^ bytes[at % 16]).rotate_right(5);
                    }
                }
                _ => data.skip(from).for_each(|at| stream[at] ^= pieces.at(at)),
            }
        }
    }

    /// The verifier and its hash, opened one behind the other.
    fn verified(&self, verifier: &[u8], wanted: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
        let mut both = [verifier, wanted].concat();
        self.cipher(0)?.apply_keystream(&mut both);
        let found = both.split_off(verifier.len());
        Some((both, found))
    }

    fn cipher(&self, piece: u32) -> Option<Rc4> {
        let number = piece.to_le_bytes();
        let key = match self {
            OldKey::Rc4(base) => Md5::digest([&base[..], &number].concat()).to_vec(),
            OldKey::Rc4Sha { base, key } => {
                let mut hash = Sha1::digest([&base[..], &number].concat()).to_vec();
                hash.truncate(*key);
                // A key of 40 bits is filled up with zeros.
                hash.resize(if *key == 5 { 16 } else { *key }, 0);
                hash
            }
            OldKey::Xor(_) => return None,
        };
        Rc4::new_from_slice(&key).ok()
    }
}

/// The bytes that lie over a stream, piece by piece.
struct Pieces<'k> {
    key: &'k OldKey,
    number: usize,
    bytes: [u8; PIECE],
}

impl Pieces<'_> {
    fn at(&mut self, at: usize) -> u8 {
        if at / PIECE != self.number {
            self.number = at / PIECE;
            self.bytes = [0; PIECE];
            if let Some(mut cipher) = self.key.cipher(self.number as u32) {
                cipher.apply_keystream(&mut self.bytes);
            }
        }
        self.bytes[at % PIECE]
    }
}

struct Record {
    kind: u16,
    data: std::ops::Range<usize>,
}

/// The records of a stream, up to where it is cut off.
fn records(stream: &[u8]) -> impl Iterator<Item = Record> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let head = stream.get(at..at + 4)?;
        let data = at + 4..at + 4 + usize::from(u16_at(head, 2));
        stream.get(data.clone())?;
        at = data.end;
        Some(Record { kind: u16_at(head, 0), data })
    })
}

fn bytes<const N: usize>(data: &[u8], at: usize) -> Result<[u8; N], Refusal> {
    let end = at.checked_add(N).ok_or_else(short)?;
    data.get(at..end).and_then(|bytes| bytes.try_into().ok()).ok_or_else(short)
}

/// By the length of the password.
const XOR_BEGIN: [u16; 15] =
    [0xE1F0, 0x1D0F, 0xCC9C, 0x84C0, 0x110C, 0x0E10, 0xF1CE, 0x313E, 0x1872, 0xE139, 0xD40F, 0x84F9, 0x280C, 0xA96A, 0x4EC3];

/// Seven numbers for each of fifteen letters.
const XOR_NUMBERS: [u16; 105] = [
    0xAEFC, 0x4DD9, 0x9BB2, 0x2745, 0x4E8A, 0x9D14, 0x2A09, 0x7B61, 0xF6C2, 0xFDA5, 0xEB6B, 0xC6F7, 0x9DCF, 0x2BBF, 0x4563,
    0x8AC6, 0x05AD, 0x0B5A, 0x16B4, 0x2D68, 0x5AD0, 0x0375, 0x06EA, 0x0DD4, 0x1BA8, 0x3750, 0x6EA0, 0xDD40, 0xD849, 0xA0B3,
    0x5147, 0xA28E, 0x553D, 0xAA7A, 0x44D5, 0x6F45, 0xDE8A, 0xAD35, 0x4A4B, 0x9496, 0x390D, 0x721A, 0xEB23, 0xC667, 0x9CEF,
    0x29FF, 0x53FE, 0xA7FC, 0x5FD9, 0x47D3, 0x8FA6, 0x0F6D, 0x1EDA, 0x3DB4, 0x7B68, 0xF6D0, 0xB861, 0x60E3, 0xC1C6, 0x93AD,
    0x377B, 0x6EF6, 0xDDEC, 0x45A0, 0x8B40, 0x06A1, 0x0D42, 0x1A84, 0x3508, 0x6A10, 0xAA51, 0x4483, 0x8906, 0x022D, 0x045A,
    0x08B4, 0x1168, 0x76B4, 0xED68, 0xCAF1, 0x85C3, 0x1BA7, 0x374E, 0x6E9C, 0x3730, 0x6E60, 0xDCC0, 0xA9A1, 0x4363, 0x86C6,
    0x1DAD, 0x3331, 0x6662, 0xCCC4, 0x89A9, 0x0373, 0x06E6, 0x0DCC, 0x1021, 0x2042, 0x4084, 0x8108, 0x1231, 0x2462, 0x48C4,
];

const XOR_FILL: [u8; 15] = [0xBB, 0xFF, 0xFF, 0xBA, 0xFF, 0xFF, 0xB9, 0x80, 0x00, 0xBE, 0x0F, 0x00, 0xBF, 0x0F, 0x00];

fn xor_key(password: &[u8]) -> u16 {
    let mut numbers = XOR_NUMBERS.iter().rev();
    let mut key = XOR_BEGIN[password.len() - 1];
    for letter in password.iter().rev() {
        for (bit, number) in (0..7).zip(numbers.by_ref()) {
            if letter << bit & 0x40 != 0 {
                key ^= number;
            }
        }
    }
    key
}

fn xor_verifier(password: &[u8]) -> u16 {
    let length = password.len() as u8;
    let turned = password.iter().rev().chain([&length]).fold(0u16, |sum, letter| {
        let carry = u16::from(sum & 0x4000 != 0);
        (carry ^ (sum << 1 & 0x7FFF)) ^ u16::from(*letter)
    });
    turned ^ 0xCE4B
}

fn xor_bytes(password: &[u8], key: u16) -> [u8; 16] {
    let mut bytes = [0; 16];
    let letters = password.iter().chain(&XOR_FILL);
    for ((at, byte), letter) in bytes.iter_mut().enumerate().zip(letters) {
        *byte = (letter ^ key.to_le_bytes()[at % 2]).rotate_right(1);
    }
    bytes
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    #[test]
    fn keys_are_those_of_the_specification() {
        // What the specification's own reader says of these passwords.
        let salt = *b"\xe8w,\x1d\x91\xc5j7\x96Ga\xb2\x80\x182\x17";
        let old = Old::Rc4 {
            salt,
            verifier: *b"\xc9\xe9\x97\xd4T\x97=1\x0b\xb1\xbap\x14&\x83~",
            wanted: *b"\xb1\xde\x17\x8f\x07\xe9\x89\xc4M\xae^L\xf9j\xc4\x07",
        };
        assert!(old.key("password1").is_some() && old.key("password2").is_none());
        assert_eq!(xor_verifier(b"VelvetSweatshop"), 0x9a0a);
    }

    /// Closes a stream with records that were prepared for it: the same way as it is opened.
    pub(in crate::lock) fn closed(kind: &str, password: &str, plain: &[u8]) -> Vec<u8> {
        let (salt, verifier) = ([7u8; 16], [9u8; 16]);
        let sealed = |key: &OldKey, hash: &[u8]| {
            let (verifier, hash) = key.verified(&verifier, hash).unwrap();
            [&salt[..], &verifier, &hash].concat()
        };
        let wide = crate::lock::utf16(password);
        let (key, pass) = match kind {
            "RC4" => {
                let short = |bytes: &[u8]| -> [u8; 5] { Md5::digest(bytes)[..5].try_into().unwrap() };
                let key = OldKey::Rc4(short(&[&short(&wide)[..], &salt].concat().repeat(16)));
                let pass = [&[1, 0, 1, 0, 1, 0][..], &sealed(&key, &Md5::digest(verifier))].concat();
                (key, pass)
            }
            "XOR" => {
                let number = xor_key(password.as_bytes());
                let pass = [[0, 0], number.to_le_bytes(), xor_verifier(password.as_bytes()).to_le_bytes()].concat();
                (OldKey::Xor(xor_bytes(password.as_bytes(), number)), pass)
            }
            bits => {
                let bits: u32 = bits.parse().unwrap();
                let key = OldKey::Rc4Sha { base: Sha1::digest([&salt[..], &wide].concat()).into(), key: bits as usize / 8 };
                let header: Vec<u8> = [4, 0, 0x6801, 0x8004, bits, 1, 0, 0].iter().flat_map(|n: &u32| n.to_le_bytes()).collect();
                let open = sealed(&key, &Sha1::digest(verifier));
                let (salt, rest) = open.split_at(16);
                let (verifier, hash) = rest.split_at(16);
                let mut pass = [&[1, 0, 2, 0, 2, 0][..], &4u32.to_le_bytes(), &32u32.to_le_bytes(), &header].concat();
                pass.extend([&16u32.to_le_bytes()[..], salt, verifier, &20u32.to_le_bytes(), hash].concat());
                (key, pass)
            }
        };
        // The first record, then what says that the rest is closed; sheets begin that much later.
        let begin = records(plain).next().unwrap().data.end;
        let record = [&FILE_PASS.to_le_bytes()[..], &(pass.len() as u16).to_le_bytes(), &pass].concat();
        let mut stream = [&plain[..begin], &record, &plain[begin..]].concat();
        let sheets: Vec<usize> = records(&stream).filter(|found| found.kind == SHEET).map(|found| found.data.start).collect();
        for at in sheets {
            let place = u32_at(&stream, at) + record.len() as u32;
            stream[at..at + 4].copy_from_slice(&place.to_le_bytes());
        }
        match &key {
            OldKey::Xor(bytes) => {
                let all: Vec<Record> = records(&stream).filter(|found| !OPEN.contains(&found.kind)).collect();
                for Record { kind, data } in all {
                    let from = if kind == SHEET { 4 } else { 0 };
                    for (nth, at) in (data.start + from..data.end).enumerate() {
                        stream[at] = stream[at].rotate_left(5) ^ bytes[(data.end + from + nth) % 16];
                    }
                }
            }
            key => {
                let pass = stream[begin..begin + record.len()].to_vec();
                key.open(&mut stream);
                stream[begin..begin + record.len()].copy_from_slice(&pass);
            }
        }
        stream
    }
}
