//! What an arrival holds: the SHA-256 by which the same content is known again, and its bytes on the disk.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use rustix::fs::{CWD, Mode, OFlags, openat};
use sha2::{Digest, Sha256};

/// What an arrival holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Content {
    /// Of a file, of its bytes; of a folder, of the names and hashes of all its files.
    pub sha256: String,
    pub size: u64,
}

/// A folder with more files than this is flushed with its whole file system.
const FEW: usize = 64;

/// Reads an arrival once: hashed, and flushed, so that a power cut does not take what a person dropped last.
pub(crate) fn settle(path: &Path) -> io::Result<Content> {
    if !std::fs::symlink_metadata(path)?.is_dir() {
        let (sha256, size) = read(path, Flush::Each)?;
        return Ok(Content { sha256, size });
    }
    let entries: Vec<_> = walkdir::WalkDir::new(path).sort_by_file_name().into_iter().collect::<Result<_, _>>()?;
    let flush = if entries.len() > FEW { Flush::Together } else { Flush::Each };
    let (mut whole, mut size) = (Sha256::new(), 0);
    for entry in entries.iter().filter(|entry| entry.file_type().is_file()) {
        let (sha256, bytes) = read(entry.path(), flush)?;
        let inner = entry.path().strip_prefix(path).unwrap_or(entry.path());
        whole.update(inner.as_os_str().as_encoded_bytes());
        whole.update([0]);
        whole.update(sha256);
        whole.update([0]);
        size += bytes;
    }
    match flush {
        Flush::Together => rustix::fs::syncfs(File::open(path)?)?,
        Flush::Each => {
            for entry in entries.iter().rev().filter(|entry| entry.file_type().is_dir()) {
                super::disk::flush(entry.path())?;
            }
        }
    }
    Ok(Content { sha256: hex(&whole.finalize()), size })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Flush {
    Each,
    Together,
}

/// Links are not followed, pipes do not block: whatever lies there now was a plain file when it was settled.
fn read(path: &Path, flush: Flush) -> io::Result<(String, u64)> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
    let mut file = File::from(openat(CWD, path, flags, Mode::empty())?);
    if !file.metadata()?.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let (mut hash, mut block, mut size) = (Sha256::new(), vec![0; 1 << 16], 0);
    loop {
        let count = file.read(&mut block)?;
        if count == 0 {
            break;
        }
        hash.update(&block[..count]);
        size += count as u64;
    }
    if flush == Flush::Each {
        super::disk::flush_file(&file)?;
    }
    Ok((hex(&hash.finalize()), size))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_known_by_names_and_bytes() {
        let dir = tempfile::tempdir().unwrap();
        let make = |name: &str, files: &[(&str, &str)]| {
            for (file, text) in files {
                let path = dir.path().join(name).join(file);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, text).unwrap();
            }
            settle(&dir.path().join(name)).unwrap()
        };
        let first = make("a", &[("部/x.txt", "1"), ("y.txt", "22")]);
        assert_eq!(first.size, 3);
        assert_eq!(make("b", &[("y.txt", "22"), ("部/x.txt", "1")]), first);
        assert_ne!(make("c", &[("部/x.txt", "2"), ("y.txt", "21")]).sha256, first.sha256);
        assert_ne!(make("d", &[("x.txt", "1"), ("y.txt", "22")]).sha256, first.sha256);
        let file = settle(&dir.path().join("a/y.txt")).unwrap();
        assert_eq!((file.size, &file.sha256[..8]), (2, "785f3ec7"));
    }
}
