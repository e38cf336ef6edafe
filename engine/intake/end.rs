//! Whether an archive has its end: the record that zip programs write last.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// Signature of the end record.
const END: [u8; 4] = *b"PK\x05\x06";
/// Its length without the comment.
const RECORD: usize = 22;
/// The farthest that it can begin before the end: its comment has 65,535 bytes at most.
const FARTHEST: u64 = RECORD as u64 + 65_535;

/// Whether the file is complete as far as its two ends tell. What is no zip archive is complete; it is judged elsewhere.
pub(crate) fn is_complete(file: &File, size: u64) -> io::Result<bool> {
    if size == 0 {
        return Ok(false);
    }
    let mut first = [0u8; 4];
    let read = read_at(file, &mut first, 0)?;
    if first[..read].iter().all(|byte| *byte == 0) {
        // Explorer makes the file as long as it will be, then fills it.
        return Ok(false);
    }
    if !first.starts_with(&b"PK"[..read.min(2)]) {
        return Ok(true);
    }
    let mut record = [0u8; RECORD];
    let start = size.saturating_sub(RECORD as u64);
    let read = read_at(file, &mut record, start)?;
    if ends(&record[..read], start) {
        return Ok(true);
    }
    let start = size.saturating_sub(FARTHEST);
    let mut tail = vec![0u8; size.min(FARTHEST) as usize];
    let read = read_at(file, &mut tail, start)?;
    tail.truncate(read);
    let places = (0..tail.len().saturating_sub(RECORD - 1)).rev();
    Ok(places.into_iter().any(|at| ends(&tail[at..], start + at as u64)))
}

/// Whether an end record stands here, and what it says of the directory before it can be true.
fn ends(bytes: &[u8], at: u64) -> bool {
    let Some(record) = bytes.get(..RECORD).filter(|record| record.starts_with(&END)) else { return false };
    let number =
        |from: usize| u64::from(u32::from_le_bytes([record[from], record[from + 1], record[from + 2], record[from + 3]]));
    let (length, start) = (number(12), number(16));
    let comment = usize::from(u16::from_le_bytes([record[20], record[21]]));
    // Larger archives say in another record where their directory is.
    let large = start == u64::from(u32::MAX) || length == u64::from(u32::MAX);
    (large || start + length <= at) && RECORD + comment <= bytes.len()
}

fn read_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<usize> {
    let mut done = 0;
    while done < bytes.len() {
        match file.read_at(&mut bytes[done..], at + done as u64) {
            Ok(0) => break,
            Ok(read) => done += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn complete(bytes: &[u8]) -> bool {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        is_complete(&file, bytes.len() as u64).unwrap()
    }

    /// The least that a zip reader takes: one stored entry without a name, its directory, the end.
    fn archive(comment: &[u8]) -> Vec<u8> {
        let mut bytes = b"PK\x03\x04".to_vec();
        bytes.resize(30, 0);
        bytes.extend(b"PK\x01\x02");
        bytes.resize(30 + 46, 0);
        bytes.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
        bytes.extend(46u32.to_le_bytes());
        bytes.extend(30u32.to_le_bytes());
        bytes.extend((comment.len() as u16).to_le_bytes());
        bytes.extend(comment);
        bytes
    }

    #[test]
    fn an_archive_is_complete_only_with_its_end() {
        for comment in [b"".as_slice(), b"comment", &[b'x'; 65_535]] {
            let whole = archive(comment);
            assert!(complete(&whole));
            assert!(comment.is_empty() || !complete(&whole[..whole.len() - 1]), "the comment is cut off");
        }
        let whole = archive(b"");
        for length in 0..whole.len() {
            assert!(!complete(&whole[..length]), "{length}");
        }
    }

    #[test]
    fn a_file_made_long_before_it_is_filled_is_not_complete() {
        assert!(!complete(&[0; 4096]));
        let mut bytes = archive(b"");
        bytes.resize(8192, 0);
        let whole = complete(&bytes);
        assert!(whole, "zeros behind an end are left to the gate, which says what is wrong");
        assert!(!complete(&[b"PK\x03\x04".as_slice(), &[0; 200_000]].concat()));
    }

    #[test]
    fn what_is_no_archive_is_not_judged_here() {
        assert!(complete(b"<html>"));
        assert!(complete(b"\xd0\xcf\x11\xe0"));
        assert!(complete(b"a"));
    }
}
