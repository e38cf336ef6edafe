//! Who has a file open, by the owner file (`~$…`) that Excel and Word lay beside it.

use std::path::Path;

/// The person's name in an owner file that Excel and Word lay beside an open file: a length byte and the name in the
/// system's encoding, and from byte 55 (Excel) or 54 (Word) on the same in UTF-16 with a length of two bytes.
pub(crate) fn owner(path: &Path) -> Option<String> {
    let bytes = std::fs::read(path).ok().filter(|bytes| bytes.len() <= 4096)?;
    owner_in(&bytes)
}

fn owner_in(bytes: &[u8]) -> Option<String> {
    let clean = |name: String| {
        let name: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
        (!name.trim().is_empty()).then(|| name.trim().to_owned())
    };
    for at in [55, 54] {
        let Some(&[low, high]) = bytes.get(at..at + 2) else { continue };
        let length = usize::from(u16::from_le_bytes([low, high]));
        let units = bytes.get(at + 2..at + 2 + 2 * length).filter(|_| (1..=52).contains(&length));
        let units = units.map(|raw| raw.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect::<Vec<_>>());
        let name = units.filter(|units| !units.contains(&0)).and_then(|units| String::from_utf16(&units).ok());
        if let Some(name) = name.and_then(clean) {
            return Some(name);
        }
    }
    let length = usize::from(*bytes.first()?);
    let raw = bytes.get(1..1 + length)?;
    japan::decode(raw).ok().map(|decoded| decoded.text.to_string()).and_then(clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owner_of_an_open_file_is_read_in_both_forms() {
        let mut bytes = vec![0u8; 165];
        bytes[0] = 4;
        bytes[1..5].copy_from_slice(&[0x8e, 0x4f, 0x8f, 0x64]);
        assert_eq!(owner_in(&bytes).as_deref(), Some("三重"));
        bytes[55] = 2;
        bytes[57..61].copy_from_slice(&[0x8b, 0x89, 0x2c, 0x67]);
        assert_eq!(owner_in(&bytes).as_deref(), Some("見本"));
        assert_eq!(owner_in(&[]), None);
        assert_eq!(owner_in(&[200, 1]), None);
    }
}
