//! What an arrival holds: the SHA-256 by which the same content is known again, and its bytes on the disk.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use intake::{Entry, Folder, Identity, Order, Unread, Visit, Within};
use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, Stat, fstat, openat, statat};
use rustix::io::Errno;
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

/// Reads an arrival once: hashed, and flushed, so that a power cut does not take what a person dropped last. With it comes what
/// each file was when it had been read: whoever knows what was to be read compares it.
pub(crate) fn settle(path: &Path) -> io::Result<(Content, Identity)> {
    let top = open(CWD, path.as_os_str())?;
    let stat = fstat(&top)?;
    let mut reading = Reading::default();
    if FileType::from_raw_mode(stat.st_mode) != FileType::Directory {
        let (sha256, stat) = reading.read(&top)?;
        super::disk::flush_file(&top)?;
        let sha256 = text(&sha256).to_owned();
        return Ok((Content { sha256, size: stat.st_size as u64 }, Identity::of_stat(&stat)));
    }
    let mut settling = Settling { reading, whole: Sha256::new(), size: 0, within: Within::of(&stat), few: Some(Vec::new()) };
    intake::walk(&top, Order::Named, &mut settling)?;
    match settling.few {
        None => rustix::fs::syncfs(&top)?,
        Some(few) => {
            for inner in few.iter().rev() {
                super::disk::flush(&path.join(inner))?;
            }
            super::disk::flush(path)?;
        }
    }
    let content = Content { sha256: text(&hex(&settling.whole.finalize().into())).to_owned(), size: settling.size };
    Ok((content, settling.within.identity()))
}

/// A folder on its way to be known.
struct Settling {
    reading: Reading,
    whole: Sha256,
    size: u64,
    within: Within,
    /// What is to be flushed, while that is little.
    few: Option<Vec<PathBuf>>,
}

impl Visit for Settling {
    type Error = io::Error;

    fn entry(&mut self, folder: &Folder<'_>, entry: &Entry<'_>) -> io::Result<()> {
        if let Some(few) = &mut self.few {
            few.push(Path::new(folder.inner).join(entry.name));
        }
        self.few.take_if(|few| few.len() > FEW);
        let stat = if entry.kind == FileType::RegularFile {
            let (sha256, stat) = self.reading.read(&open(folder.held, entry.name)?)?;
            if !folder.inner.is_empty() {
                self.whole.update(folder.inner.as_encoded_bytes());
                self.whole.update(b"/");
            }
            self.whole.update(entry.name.as_encoded_bytes());
            self.whole.update([0]);
            self.whole.update(sha256);
            self.whole.update([0]);
            self.size += stat.st_size as u64;
            stat
        } else {
            statat(folder.held, entry.name, AtFlags::SYMLINK_NOFOLLOW)?
        };
        self.within.add(folder, entry.name, &stat).map_err(|_| io::ErrorKind::InvalidInput.into())
    }

    fn unread(&mut self, unread: Unread) -> io::Result<()> {
        Err(unread.errno.into())
    }
}

/// Links are not followed, pipes do not block: whatever lies there now was a plain file or a folder when it was settled.
fn open(within: impl AsFd, name: &OsStr) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
    match openat(within, name, flags, Mode::empty()) {
        // A link, a pipe, a socket.
        Err(Errno::LOOP | Errno::NXIO) => Err(io::ErrorKind::InvalidInput.into()),
        opened => Ok(File::from(opened?)),
    }
}

/// Reads files, each to its end.
struct Reading {
    block: Vec<u8>,
}

impl Default for Reading {
    fn default() -> Reading {
        Reading { block: vec![0; 1 << 16] }
    }
}

impl Reading {
    /// The hash of a file, and what it was when it had been read.
    fn read(&mut self, mut file: &File) -> io::Result<([u8; 64], Stat)> {
        let (mut hash, mut size) = (Sha256::new(), 0);
        loop {
            let count = match file.read(&mut self.block) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                count => count?,
            };
            let stat = fstat(file)?;
            if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
                return Err(io::ErrorKind::InvalidInput.into());
            }
            hash.update(&self.block[..count]);
            size += count as u64;
            // A file that grows meanwhile is read on; it is found to be another thing than what was settled.
            if count == 0 || count < self.block.len() && size == stat.st_size as u64 {
                return Ok((hex(&hash.finalize().into()), stat));
            }
        }
    }
}

fn hex(bytes: &[u8; 32]) -> [u8; 64] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut hex = [0; 64];
    for (pair, byte) in hex.chunks_exact_mut(2).zip(bytes) {
        pair.copy_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
    hex
}

fn text(hex: &[u8; 64]) -> &str {
    std::str::from_utf8(hex).unwrap_or_default()
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
            let path = dir.path().join(name);
            let (content, identity) = settle(&path).unwrap();
            assert_eq!(identity, Identity::of(&path).unwrap());
            content
        };
        let first = make("a", &[("部/x.txt", "1"), ("y.txt", "22")]);
        assert_eq!(first.size, 3);
        assert_eq!(make("b", &[("y.txt", "22"), ("部/x.txt", "1")]), first);
        assert_ne!(make("c", &[("部/x.txt", "2"), ("y.txt", "21")]).sha256, first.sha256);
        assert_ne!(make("d", &[("x.txt", "1"), ("y.txt", "22")]).sha256, first.sha256);
        let file = settle(&dir.path().join("a/y.txt")).unwrap().0;
        assert_eq!((file.size, &file.sha256[..8]), (2, "785f3ec7"));
        // Stores know contents by this.
        assert_eq!(first.sha256[..16], *"835570b4bfc72247");
    }

    #[test]
    fn files_of_any_length_are_read_to_their_ends() {
        let dir = tempfile::tempdir().unwrap();
        for size in [0, 1, (1 << 16) - 1, 1 << 16, (1 << 16) + 1, 3 << 16] {
            let bytes: Vec<u8> = (0..size).map(|at: u32| (at % 251) as u8).collect();
            let path = dir.path().join(size.to_string());
            std::fs::write(&path, &bytes).unwrap();
            let (content, identity) = settle(&path).unwrap();
            let wanted = hex(&Sha256::digest(&bytes).into());
            assert_eq!((content.size, content.sha256.as_str()), (u64::from(size), text(&wanted)));
            assert_eq!(identity, Identity::of(&path).unwrap());
        }
    }

    #[test]
    fn what_is_no_plain_file_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("a")).unwrap();
        std::os::unix::fs::symlink("/", dir.path().join("a/link")).unwrap();
        assert_eq!(settle(&dir.path().join("a")).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        assert_eq!(settle(&dir.path().join("a/link")).unwrap_err().kind(), io::ErrorKind::InvalidInput);
    }
}
