//! The owner files that Office lays beside an open document, and the person's name in them.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;

/// The most owner files that are kept in mind; more than this many open documents in one folder are no real case.
const MOST: usize = 4_096;
/// The most bytes of an owner file that are read: Excel's has 165, Word's 162, LibreOffice's a line.
const BYTES: usize = 1_024;

/// The owner files of one folder: the name that each stands for, and its own.
#[derive(Default)]
pub(crate) struct Owners {
    by_document: HashMap<OsString, OsString>,
}

impl Owners {
    /// Notes a name if it is an owner file's. True if it is one.
    pub(crate) fn note(&mut self, name: &OsStr) -> bool {
        let Some(document) = document_of(name) else { return false };
        if self.by_document.len() < MOST {
            self.by_document.insert(document.to_owned(), name.to_owned());
        }
        true
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.by_document.is_empty()
    }

    /// The owner file of a document, if there is one.
    pub(crate) fn of(&self, document: &OsStr) -> Option<&OsStr> {
        if self.is_empty() {
            return None;
        }
        if let Some(owner) = self.by_document.get(document) {
            return Some(owner);
        }
        // Word puts `~$` in the place of the first one or two characters of a longer name.
        let text = document.to_str().filter(|text| is_of_word(text))?;
        let mut rest = text.chars();
        (0..2)
            .find_map(|_| {
                rest.next()?;
                self.by_document.get(OsStr::new(rest.as_str())).filter(|owner| owner.as_bytes().starts_with(b"~$"))
            })
            .map(OsString::as_os_str)
    }
}

/// Whether a name is that of an owner file.
pub(crate) fn is_owner(name: &OsStr) -> bool {
    document_of(name).is_some()
}

/// The name that an owner file stands for: `~$台帳.xlsx`, `.~lock.台帳.ods#`.
fn document_of(name: &OsStr) -> Option<&OsStr> {
    let bytes = name.as_bytes();
    let document = match bytes.strip_prefix(b"~$") {
        Some(document) => document,
        None => bytes.strip_prefix(b".~lock.")?.strip_suffix(b"#")?,
    };
    (!document.is_empty()).then(|| OsStr::from_bytes(document))
}

fn is_of_word(name: &str) -> bool {
    let end = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    ["doc", "docx", "docm", "dot", "dotx", "dotm", "rtf"].contains(&end.as_str())
}

/// The person's name in an owner file.
pub(crate) fn person(file: &File, name: &OsStr) -> Option<String> {
    let mut bytes = [0u8; BYTES];
    let read = file.read_at(&mut bytes, 0).ok()?;
    if name.as_bytes().starts_with(b"~$") { of_office(&bytes[..read]) } else { of_libre(&bytes[..read]) }
}

/// A length byte and the name in the system's encoding, 54 bytes in all; then the same in UTF-16 with a length of two bytes,
/// from byte 55 on (Excel) or 54 (Word).
fn of_office(bytes: &[u8]) -> Option<String> {
    for at in [55, 54] {
        let Some(&[low, high]) = bytes.get(at..at + 2) else { continue };
        let length = usize::from(u16::from_le_bytes([low, high]));
        let units = bytes.get(at + 2..at + 2 + 2 * length).filter(|_| (1..=52).contains(&length));
        let units = units.map(|raw| raw.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect::<Vec<_>>());
        let name = units.filter(|units| !units.contains(&0)).and_then(|units| String::from_utf16(&units).ok());
        if let Some(name) = name.and_then(|name| clean(&name)) {
            return Some(name);
        }
    }
    let length = usize::from(*bytes.first()?);
    let raw = bytes.get(1..1 + length).filter(|_| length <= 53)?;
    // The system's encoding is not known here; ASCII is the same in each.
    std::str::from_utf8(raw).ok().and_then(clean)
}

/// `name,login,computer,time,…;` in UTF-8; a comma within is written `\,`.
fn of_libre(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let mut fields = vec![String::new()];
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, fields.last_mut()) {
            (',', _) => fields.push(String::new()),
            (';', _) | (_, None) => break,
            ('\\', Some(field)) => field.extend(chars.next()),
            (c, Some(field)) => field.push(c),
        }
    }
    fields.iter().take(2).find_map(|field| clean(field))
}

fn clean(name: &str) -> Option<String> {
    let name = crate::name::shown(OsStr::new(name)).replace('\u{fffd}', "");
    let name: String = name.trim().chars().take(64).collect();
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_person_is_read_in_the_forms_of_excel_and_word() {
        let mut bytes = vec![0x20u8; 165];
        bytes[0] = 5;
        bytes[1..6].copy_from_slice(b"Sample"[..5].as_ref());
        assert_eq!(of_office(&bytes[..54]).as_deref(), Some("Sampl"));
        let wide: Vec<u8> = "見本 花子".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut excel = bytes.clone();
        excel[55..57].copy_from_slice(&5u16.to_le_bytes());
        excel[57..67].copy_from_slice(&wide);
        assert_eq!(of_office(&excel).as_deref(), Some("見本 花子"));
        let mut word = vec![0u8; 162];
        word[54..56].copy_from_slice(&5u16.to_le_bytes());
        word[56..66].copy_from_slice(&wide);
        assert_eq!(of_office(&word).as_deref(), Some("見本 花子"));
        assert_eq!(of_office(&[]), None);
        assert_eq!(of_office(&[200, 1]), None);
        assert_eq!(of_office(&[2, 0x8e, 0x4f]), None, "CP932 is not guessed");
    }

    #[test]
    fn the_person_is_read_in_the_form_of_libreoffice() {
        assert_eq!(of_libre(b"Mihon\\, Hanako,hanako,pc01,20.11.2026 16:40,file:///x;").as_deref(), Some("Mihon, Hanako"));
        assert_eq!(of_libre(",hanako,pc01,".as_bytes()).as_deref(), Some("hanako"));
        assert_eq!(of_libre(b"").as_deref(), None);
        assert_eq!(of_libre("\u{202e}架空\n太郎,".as_bytes()).as_deref(), Some("架空太郎"));
    }

    #[test]
    fn an_owner_file_is_joined_to_its_document() {
        let mut owners = Owners::default();
        for name in ["~$台帳.xlsx", "~$告書.docx", ".~lock.集計.ods#", "~$短.docx", "ほか.xlsx"] {
            owners.note(OsStr::new(name));
        }
        let of = |name: &str| owners.of(OsStr::new(name)).and_then(OsStr::to_str);
        assert_eq!(of("台帳.xlsx"), Some("~$台帳.xlsx"));
        assert_eq!(of("検査報告書.docx"), None, "two characters at most are replaced");
        assert_eq!(of("年報告書.docx"), Some("~$告書.docx"));
        assert_eq!(of("短.docx"), Some("~$短.docx"));
        assert_eq!(of("集計.ods"), Some(".~lock.集計.ods#"));
        assert_eq!(of("ほか.xlsx"), None);
        assert_eq!(of("x台帳.xlsx"), None, "Excel replaces nothing");
    }
}
