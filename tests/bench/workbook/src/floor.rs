//! The floor under an edit: the sheet's part inflated and deflated again in blocks, the other entries copied, the file written.
use std::fs;
use std::io::{Read, Write};

use crc32fast::Hasher;
use flate2::Compression;
use flate2::bufread::DeflateDecoder;
use flate2::write::DeflateEncoder;

use crate::zip;

/// The level at which jitan packs a part that it changed.
const LEVEL: u32 = 3;

pub(crate) fn run(input: &str, part: &str, output: &str) {
    let bytes = fs::read(input).unwrap();
    let entries = zip::entries(&bytes);
    let sheet = entries.iter().find(|entry| entry.name == part).unwrap();
    let (mut inflate, mut deflate) =
        (DeflateDecoder::new(zip::raw(&bytes, sheet)), DeflateEncoder::new(Vec::new(), Compression::new(LEVEL)));
    let (mut block, mut crc) = (vec![0; 256 << 10], Hasher::new());
    loop {
        let count = inflate.read(&mut block).unwrap();
        if count == 0 {
            break;
        }
        crc.update(&block[..count]);
        deflate.write_all(&block[..count]).unwrap();
    }
    assert_eq!(crc.finalize(), sheet.crc);
    let packed = deflate.finish().unwrap();
    let parts: Vec<_> = entries
        .iter()
        .map(|entry| {
            let data = if entry.name == part { &packed[..] } else { zip::raw(&bytes, entry) };
            (entry.name.as_str(), entry.crc, entry.size, if entry.name == part { 8 } else { entry.method }, data)
        })
        .collect();
    fs::write(output, zip::write(&parts)).unwrap();
}
