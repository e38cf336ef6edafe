//! Workbooks behind a password: the package is taken out of its container if one of the passwords fits.
//!
//! Agile and standard encryption of ECMA-376, as Excel since 2007 writes them. The older xls (RC4, XOR) stays closed.

mod agile;
mod cipher;
mod standard;

use crate::Refusal;
use crate::gate::{Limits, broken, u16_at, u64_at};
use crate::read::{Compound, MAGIC};

/// Excel itself closes workbooks whose structure is protected with this word, and opens them without asking.
const KNOWN_TO_EXCEL: &str = "VelvetSweatshop";
/// A password is turned into a key by this many rounds at most. Excel takes 100,000.
const MOST_ROUNDS: u32 = 1_000_000;
/// Passwords tried on one file.
const MOST_PASSWORDS: usize = 16;

/// What the bytes are without their password, if one of the passwords fits; else the bytes as they are. A file without a
/// password is never changed, nor is one that is broken: the gate says what is wrong with it.
pub fn unlock<'p>(bytes: Vec<u8>, passwords: impl IntoIterator<Item = &'p str>, limits: &Limits) -> Vec<u8> {
    if !bytes.starts_with(MAGIC) || bytes.len() as u64 > limits.file {
        return bytes;
    }
    match open(&bytes, passwords) {
        Ok(Some(package)) => package,
        Ok(None) | Err(_) => bytes,
    }
}

/// Whether a password is needed to read these bytes.
pub fn is_locked(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC) && Compound::open(bytes).is_ok_and(|compound| compound.has("EncryptedPackage"))
}

fn open<'p>(bytes: &[u8], passwords: impl IntoIterator<Item = &'p str>) -> Result<Option<Vec<u8>>, Refusal> {
    let compound = Compound::open(bytes)?;
    if !compound.has("EncryptedPackage") || !compound.has("EncryptionInfo") {
        return Ok(None);
    }
    let info = compound.head("EncryptionInfo", 64 << 10)?;
    let scheme = Scheme::read(&info)?;
    let passwords = passwords.into_iter().take(MOST_PASSWORDS).chain([KNOWN_TO_EXCEL]);
    let Some(key) = passwords.map(utf16).find_map(|password| scheme.key(&password)) else { return Ok(None) };
    let sealed = compound.head("EncryptedPackage", u64::MAX)?;
    let size = usize::try_from(u64_at(sealed.get(..8).ok_or_else(short)?, 0)).map_err(|_| short())?;
    let mut package = sealed[8..].to_vec();
    scheme.decrypt(&key, &mut package)?;
    if size > package.len() {
        return Err(short());
    }
    package.truncate(size);
    // The last proof that the password was right.
    Ok(package.starts_with(b"PK").then_some(package))
}

/// How a package is closed.
enum Scheme {
    Agile(agile::Agile),
    Standard(standard::Standard),
}

impl Scheme {
    fn read(info: &[u8]) -> Result<Scheme, Refusal> {
        let (major, minor) = match info.get(..4) {
            Some(version) => (u16_at(version, 0), u16_at(version, 2)),
            None => return Err(short()),
        };
        match (major, minor) {
            (4, 4) => agile::Agile::read(info.get(8..).ok_or_else(short)?).map(Scheme::Agile),
            (2..=4, 2) => standard::Standard::read(info).map(Scheme::Standard),
            _ => Err(broken(format!("encryption {major}.{minor}"))),
        }
    }

    /// The package's key, if the password fits.
    fn key(&self, password: &[u8]) -> Option<Vec<u8>> {
        match self {
            Scheme::Agile(agile) => agile.key(password),
            Scheme::Standard(standard) => standard.key(password),
        }
    }

    fn decrypt(&self, key: &[u8], package: &mut [u8]) -> Result<(), Refusal> {
        match self {
            Scheme::Agile(agile) => agile.decrypt(key, package),
            Scheme::Standard(standard) => standard.decrypt(key, package),
        }
    }
}

fn short() -> Refusal {
    broken("encryption: cut off".to_owned())
}

fn utf16(password: &str) -> Vec<u8> {
    password.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Shelf, Workbook};

    const AGILE: &[u8] = include_bytes!("../../../samples/test-statistics/broken-password/in/日報/桑名保健所.xlsx");

    fn opened(bytes: &[u8], passwords: &[&str]) -> Vec<u8> {
        unlock(bytes.to_vec(), passwords.iter().copied(), &Limits::default())
    }

    #[test]
    fn the_right_password_opens_and_a_wrong_one_changes_nothing() {
        assert!(is_locked(AGILE));
        let plain = opened(AGILE, &["違う", "himitsu"]);
        assert!(!is_locked(&plain));
        let book = Workbook::open("桑名保健所.xlsx", plain, &Shelf::new(), &Limits::default()).unwrap();
        assert!(book.sheet(0).unwrap().cell_count() > 0);
        for wrong in [&["違う"][..], &[], &["Himitsu", ""]] {
            assert!(opened(AGILE, wrong) == AGILE);
        }
        let open = Workbook::open("桑名保健所.xlsx", AGILE.to_vec(), &Shelf::new(), &Limits::default());
        assert_eq!(open.err(), Some(Refusal::Password));
    }

    #[test]
    fn a_damaged_container_stays_as_it_is_or_opens() {
        for at in (0..AGILE.len()).step_by(499) {
            let mut damaged = AGILE.to_vec();
            damaged[at] ^= 0x24;
            let plain = opened(&damaged, &["himitsu"]);
            assert!(plain == damaged || plain.starts_with(b"PK"), "byte {at}");
            damaged.truncate(at);
            let plain = opened(&damaged, &["himitsu"]);
            assert!(plain == damaged || plain.starts_with(b"PK"), "cut off at {at}");
        }
    }
}
