//! Room on the disk: how much must stay free before anything is claimed, and a file that is given up so that what was
//! begun can still be recorded on a full disk.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::disk::{Free, free};

/// Room that must be left before anything is claimed; on a small disk a tenth of it.
const RESERVE: u64 = 1 << 30;
/// What the ballast gives back: enough for the last notes and steps. On a small disk a fiftieth of it.
const BALLAST: u64 = 16 << 20;

/// The file system of the office.
#[derive(Debug)]
pub(crate) struct Reserve {
    folder: PathBuf,
    ballast: PathBuf,
}

impl Reserve {
    pub fn new(folder: &Path) -> Reserve {
        Reserve { folder: folder.to_owned(), ballast: folder.join("ballast") }
    }

    /// How full the disk is, and how much must be left for an arrival of so many bytes.
    pub fn look(&self, arrival: u64) -> io::Result<(Free, u64)> {
        let free = free(&self.folder)?;
        let needed = RESERVE.min(free.whole / 10).max(arrival.saturating_mul(3));
        Ok((free, needed))
    }

    /// Lays the ballast down while there is room for it. That it could not is no trouble: there is none to give up then.
    pub fn load(&self) {
        let Ok((free, needed)) = self.look(0) else { return };
        let size = BALLAST.min(free.whole / 50);
        if self.ballast.exists() || free.read_only || free.left < needed.saturating_add(size) {
            return;
        }
        // Real bytes, and no two the same: some file systems keep neither holes nor what repeats.
        let written = File::create(&self.ballast).and_then(|mut file| {
            let mut seed = 0x2545_f491_4f6c_dd1d_u64;
            let mut block = vec![0; 1 << 16];
            for _ in 0..size.div_ceil(1 << 16) {
                for word in block.chunks_exact_mut(8) {
                    seed ^= seed << 13;
                    seed ^= seed >> 7;
                    seed ^= seed << 17;
                    word.copy_from_slice(&seed.to_le_bytes());
                }
                file.write_all(&block)?;
            }
            file.sync_all()
        });
        if written.is_err() {
            self.give_up();
        }
    }

    /// Gives the ballast up; whether there was any.
    pub fn give_up(&self) -> bool {
        fs::remove_file(&self.ballast).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ballast_lies_there_until_it_is_given_up() {
        let dir = tempfile::tempdir().unwrap();
        let reserve = Reserve::new(dir.path());
        reserve.load();
        let had = dir.path().join("ballast").exists();
        assert_eq!(reserve.give_up(), had);
        assert!(!reserve.give_up());
        let (free, needed) = reserve.look(u64::MAX / 2).unwrap();
        assert!(needed > free.left, "three times the arrival is never there");
    }
}
