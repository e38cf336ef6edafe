//! Stand-in until japan's own encoder is here.

use std::borrow::Cow;

pub(super) fn encode_cp932(text: &str) -> Result<Cow<'_, [u8]>, Vec<char>> {
    let missing: Vec<char> = text.chars().filter(|c| encoding_rs::SHIFT_JIS.encode(c.encode_utf8(&mut [0; 4])).2).collect();
    if missing.is_empty() { Ok(encoding_rs::SHIFT_JIS.encode(text).0) } else { Err(missing) }
}

pub(super) fn cp932_equal(character: char) -> Option<char> {
    match character {
        '〜' => Some('～'),
        '‖' => Some('∥'),
        '—' => Some('―'),
        '–' => Some('－'),
        '\u{a0}' => Some(' '),
        '¢' => Some('￠'),
        '£' => Some('￡'),
        '¬' => Some('￢'),
        _ => None,
    }
}
