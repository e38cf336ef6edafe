//! What a name alone says: litter of programs, or a name that cannot be shown.

use std::ffi::OsStr;

use crate::verdict::NameFault;

/// Names that no person gave: Office's owner files, half-done copies and downloads, hidden files, what Windows keeps in folders.
pub(crate) fn is_litter(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    let ends = |end: &[u8]| name.len() >= end.len() && name[name.len() - end.len()..].eq_ignore_ascii_case(end);
    name.starts_with(b".")
        || name.starts_with(b"~$")
        || ends(b".tmp")
        || ends(b".part")
        || ends(b".crdownload")
        || name.eq_ignore_ascii_case(b"Thumbs.db")
        || name.eq_ignore_ascii_case(b"desktop.ini")
}

/// The name as text, if it can be shown as it is.
pub(crate) fn readable(name: &OsStr) -> Result<&str, NameFault> {
    let name = name.to_str().ok_or(NameFault::NotText)?;
    for c in name.chars() {
        if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') {
            return Err(NameFault::Control);
        }
        if turns(c) {
            return Err(NameFault::Direction);
        }
    }
    Ok(name)
}

/// A name for people's eyes, whatever it holds: what cannot be shown becomes �.
pub(crate) fn shown(name: &OsStr) -> String {
    name.to_string_lossy().chars().map(|c| if c.is_control() || turns(c) { '\u{fffd}' } else { c }).collect()
}

/// Whether a character turns the direction of writing.
fn turns(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether files of this name are zip archives within.
pub(crate) fn is_archive(name: &OsStr) -> bool {
    const ARCHIVES: [&str; 19] = [
        "xlsx", "xlsm", "xltx", "xltm", "xlsb", "xlam", "docx", "docm", "dotx", "dotm", "pptx", "pptm", "potx", "ppsx", "ods",
        "odt", "odp", "ots", "zip",
    ];
    let end = std::path::Path::new(name).extension().and_then(OsStr::to_str);
    end.is_some_and(|end| ARCHIVES.iter().any(|known| known.eq_ignore_ascii_case(end)))
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStrExt;

    use super::*;

    #[test]
    fn litter_is_known_by_its_name() {
        for name in
            ["~$台帳.xlsx", ".~lock.台帳.ods#", "a.TMP", "b.part", "c.crdownload", ".DS_Store", "THUMBS.DB", "Desktop.ini"]
        {
            assert!(is_litter(OsStr::new(name)), "{name}");
        }
        for name in ["台帳.xlsx", "tmp", "part.csv", "thumbs.dbx", "~台帳.xlsx", "$a"] {
            assert!(!is_litter(OsStr::new(name)), "{name}");
        }
    }

    #[test]
    fn names_that_deceive_are_told_apart() {
        assert_eq!(readable(OsStr::new("台帳 令和8年.xlsx")), Ok("台帳 令和8年.xlsx"));
        assert_eq!(readable(OsStr::from_bytes(b"\x8e\x91\x97\xbf.xlsx")), Err(NameFault::NotText));
        for name in ["a\nb.csv", "a\x1b[31m.csv", "a\u{85}.csv", "a\u{2028}.csv"] {
            assert_eq!(readable(OsStr::new(name)), Err(NameFault::Control), "{name:?}");
        }
        assert_eq!(readable(OsStr::new("a\u{202e}xslx.exe")), Err(NameFault::Direction));
        assert_eq!(shown(OsStr::new("a\u{202e}b\n.csv")), "a\u{fffd}b\u{fffd}.csv");
    }

    #[test]
    fn archives_are_known_by_the_end_of_the_name() {
        assert!(is_archive(OsStr::new("台帳.XLSX")));
        assert!(!is_archive(OsStr::new("台帳.xls")));
        assert!(!is_archive(OsStr::new("xlsx")));
    }
}
