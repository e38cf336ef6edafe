//! Workbooks behind a password: opened if one of the passwords fits, and closed with one.
//!
//! Agile and standard encryption of ECMA-376, as Excel since 2007 writes them, and what xls has (RC4, XOR). What is closed here is
//! closed by agile encryption.

mod agile;
mod cipher;
mod container;
mod old;
mod seal;
mod standard;

pub use seal::{CHANCE, SALT, Seal};

use crate::Refusal;
use crate::gate::{Limits, broken, u16_at, u64_at};
use crate::read::{Compound, MAGIC};

/// Excel itself closes workbooks whose structure is protected with this word, and opens them without asking.
const KNOWN_TO_EXCEL: &str = "VelvetSweatshop";
/// A password is turned into a key by this many rounds at most. Excel takes 100,000.
const MOST_ROUNDS: u32 = 1_000_000;
/// Passwords tried on one file.
const MOST_PASSWORDS: usize = 16;

/// A workbook's bytes, without their password where one was known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unlocked {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Which of the passwords opened them; none where nobody had to know one.
    pub by: Option<usize>,
}

/// What the bytes are without their password, if one of the passwords fits. Refused if there are passwords and none of them fits.
/// A file without a password is never changed, nor is one that is broken, nor one for which nobody knows a password: the gate says
/// what is wrong with it.
pub fn unlock<'p>(bytes: Vec<u8>, passwords: impl IntoIterator<Item = &'p str>, limits: &Limits) -> Result<Unlocked, Refusal> {
    if !bytes.starts_with(MAGIC) || bytes.len() as u64 > limits.file {
        return Ok(Unlocked { bytes, by: None });
    }
    let passwords: Vec<&str> = passwords.into_iter().take(MOST_PASSWORDS).collect();
    match open(&bytes, &passwords) {
        // Excel's own word is one that nobody has to know.
        Ok(Opened::Package(bytes, nth)) => Ok(Unlocked { bytes, by: Some(nth).filter(|nth| *nth < passwords.len()) }),
        Ok(Opened::Wrong) if !passwords.is_empty() => Err(Refusal::WrongPassword),
        Ok(_) | Err(_) => Ok(Unlocked { bytes, by: None }),
    }
}

/// Whether a password is needed to read these bytes.
pub fn is_locked(bytes: &[u8]) -> bool {
    let closed = |compound: &Compound<'_>| {
        let old = |name| compound.head(name, 64 << 10).is_ok_and(|head| matches!(old::Old::read(&head), Ok(Some(_)) | Err(_)));
        compound.has("EncryptedPackage") || main_stream(compound).is_some_and(old)
    };
    bytes.starts_with(MAGIC) && Compound::open(bytes).is_ok_and(|compound| closed(&compound))
}

/// Whether bytes begin like a container: of the outputs only those that are closed do.
pub fn is_container(head: &[u8]) -> bool {
    head.starts_with(MAGIC)
}

/// The stream of an xls that holds its sheets.
fn main_stream(compound: &Compound<'_>) -> Option<&'static str> {
    ["Workbook", "Book"].into_iter().find(|name| compound.has(name))
}

/// What came of trying passwords.
enum Opened {
    /// The package, and which password opened it: one beyond those that were given is Excel's own.
    Package(Vec<u8>, usize),
    /// None of them fits.
    Wrong,
    /// There is nothing to open.
    Open,
}

fn open(bytes: &[u8], passwords: &[&str]) -> Result<Opened, Refusal> {
    let compound = Compound::open(bytes)?;
    if let Some(name) = main_stream(&compound).filter(|_| !compound.has("EncryptedPackage")) {
        return open_old(&compound, name, passwords);
    }
    if !compound.has("EncryptedPackage") || !compound.has("EncryptionInfo") {
        return Ok(Opened::Open);
    }
    let info = compound.head("EncryptionInfo", 64 << 10)?;
    let scheme = Scheme::read(&info)?;
    let mut passwords = passwords.iter().copied().chain([KNOWN_TO_EXCEL]).enumerate();
    let found = passwords.find_map(|(nth, password)| Some((scheme.key(&utf16(password))?, nth)));
    let Some((key, nth)) = found else { return Ok(Opened::Wrong) };
    let sealed = compound.head("EncryptedPackage", u64::MAX)?;
    let size = usize::try_from(u64_at(sealed.get(..8).ok_or_else(short)?, 0)).map_err(|_| short())?;
    let mut package = sealed[8..].to_vec();
    scheme.decrypt(&key, &mut package)?;
    if size > package.len() {
        return Err(short());
    }
    package.truncate(size);
    // The last proof that the password was right.
    if package.starts_with(b"PK") { Ok(Opened::Package(package, nth)) } else { Err(broken("encryption: no package".to_owned())) }
}

/// Opens an xls where its records lie.
fn open_old(compound: &Compound<'_>, name: &str, passwords: &[&str]) -> Result<Opened, Refusal> {
    let mut stream = compound.head(name, u64::MAX)?;
    let Some(old) = old::Old::read(&stream)? else { return Ok(Opened::Open) };
    let mut passwords = passwords.iter().copied().chain([KNOWN_TO_EXCEL]).enumerate();
    let found = passwords.find_map(|(nth, password)| Some((old.key(password)?, nth)));
    let Some((key, nth)) = found else { return Ok(Opened::Wrong) };
    key.open(&mut stream);
    Ok(Opened::Package(compound.with_stream(name, &stream)?, nth))
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

    fn unlocked(bytes: &[u8], passwords: &[&str]) -> Result<Vec<u8>, Refusal> {
        unlock(bytes.to_vec(), passwords.iter().copied(), &Limits::default()).map(|open| open.bytes)
    }

    fn opened(bytes: &[u8], passwords: &[&str]) -> Vec<u8> {
        unlocked(bytes, passwords).unwrap_or_else(|_| bytes.to_vec())
    }

    #[test]
    fn the_right_password_opens_and_a_wrong_one_changes_nothing() {
        assert!(is_locked(AGILE));
        let by = |passwords: &[&str]| unlock(AGILE.to_vec(), passwords.iter().copied(), &Limits::default()).unwrap().by;
        assert_eq!([by(&["違う", "himitsu"]), by(&["himitsu"]), by(&[])], [Some(1), Some(0), None]);
        let plain = opened(AGILE, &["違う", "himitsu"]);
        assert!(!is_locked(&plain));
        let book = Workbook::open("桑名保健所.xlsx", plain, &Shelf::new(), &Limits::default()).unwrap();
        assert!(book.sheet(0).unwrap().cell_count() > 0);
        assert!(unlocked(AGILE, &[]) == Ok(AGILE.to_vec()));
        for wrong in [&["違う"][..], &["Himitsu", ""]] {
            assert!(unlocked(AGILE, wrong) == Err(Refusal::WrongPassword));
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

    #[test]
    fn what_is_closed_opens_with_its_password_alone() {
        for size in [5, 4_096, 30_001] {
            let package: Vec<u8> = b"PK".iter().copied().chain((2..size).map(|at| (at % 251) as u8)).collect();
            let chance: [u8; CHANCE] = std::array::from_fn(|at| (at * 7 + size) as u8);
            let sealed = Seal::new("ひみつ-1", [size as u8; SALT]).close(&package, &chance);
            assert!(is_locked(&sealed));
            assert!(memchr::memmem::find(&sealed, &package).is_none());
            assert!(unlocked(&sealed, &["違う", "ひみつ-1"]) == Ok(package));
            assert!(unlocked(&sealed, &["ひみつ-2"]) == Err(Refusal::WrongPassword));
        }
    }

    #[test]
    fn an_xls_behind_each_kind_of_password_opens() {
        let plain = include_bytes!("../../../samples/test-statistics/five-weeks/in/日報_令和4年3月28日～5月1日/熊野保健所.xls");
        let stream = Compound::open(plain).unwrap().head("Workbook", u64::MAX).unwrap();
        let cells = |bytes: Vec<u8>| {
            let book = Workbook::open("a.xls", bytes, &Shelf::new(), &Limits::default())?;
            let sheet = book.sheet(0)?;
            let show = |row: crate::Row<'_>| row.values().map(|(_, value)| value.show(&sheet.shelf().texts)).collect::<Vec<_>>();
            Ok::<_, Refusal>((sheet.name.clone(), sheet.rows().map(show).collect::<Vec<_>>()))
        };
        let wanted = cells(plain.to_vec()).unwrap();
        for kind in ["RC4", "40", "128", "XOR"] {
            let sealed = container::tests::only_stream("Workbook", &old::tests::closed(kind, "himitsu", &stream));
            assert!(is_locked(&sealed), "{kind}");
            assert_eq!(cells(sealed.clone()), Err(Refusal::Password), "{kind}");
            assert!(unlocked(&sealed, &["Himitsu"]) == Err(Refusal::WrongPassword), "{kind}");
            let open = unlocked(&sealed, &["違う", "himitsu"]).unwrap();
            assert!(!is_locked(&open), "{kind}");
            assert_eq!(cells(open), Ok(wanted.clone()), "{kind}");
        }
    }

    #[test]
    fn a_damaged_xls_stays_closed_or_opens_and_nothing_stumbles() {
        let plain = include_bytes!("../../../samples/test-statistics/five-weeks/in/日報_令和4年3月28日～5月1日/熊野保健所.xls");
        let stream = Compound::open(plain).unwrap().head("Workbook", u64::MAX).unwrap();
        for kind in ["RC4", "128", "XOR"] {
            let sealed = container::tests::only_stream("Workbook", &old::tests::closed(kind, "himitsu", &stream));
            for at in (0..sealed.len()).step_by(211) {
                let mut damaged = sealed.clone();
                damaged[at] ^= 0xA5;
                for bytes in [&damaged[..], &damaged[..at]] {
                    // Whether it opens is the damage's affair: the file stays whole, and reading it comes to an end.
                    let open = opened(bytes, &["himitsu"]);
                    assert_eq!(open.len(), bytes.len(), "{kind}, byte {at}");
                    let _ = Workbook::open("a.xls", open, &Shelf::new(), &Limits::default());
                }
            }
        }
    }
}
