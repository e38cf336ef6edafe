//! Kana as bank transfers want them (全銀): half width, capitals, no small kana, no long-vowel mark.

use std::collections::HashSet;

use crate::width::{is_hyphen, to_half, to_katakana};

/// So many characters a name in a transfer may have.
pub const MOST_BANK_CHARACTERS: usize = 30;

/// A name in the characters of bank transfers, or the characters (each once, in order) that have no place there, such as kanji.
/// Small kana become large ones, and the long-vowel mark a hyphen. The length is not cut: see [`MOST_BANK_CHARACTERS`].
pub fn bank_kana(text: &str) -> Result<String, Vec<char>> {
    let half = to_half(&to_katakana(text));
    let (mut kana, mut wrong, mut seen) = (String::with_capacity(half.len()), Vec::new(), HashSet::new());
    for c in half.trim().chars() {
        match bank_character(c) {
            Some(fit) => kana.push(fit),
            None if seen.insert(c) => wrong.push(c),
            None => {}
        }
    }
    if wrong.is_empty() { Ok(kana) } else { Err(wrong) }
}

fn bank_character(c: char) -> Option<char> {
    Some(match c {
        'ｱ'..='ﾝ' | 'ﾞ' | 'ﾟ' | '｢' | '｣' | 'A'..='Z' | '0'..='9' | ' ' | '(' | ')' | '.' | '/' | '\\' => c,
        'a'..='z' => c.to_ascii_uppercase(),
        'ｧ'..='ｫ' => "ｱｲｳｴｵ".chars().nth(c as usize - 'ｧ' as usize)?,
        'ｬ'..='ｮ' => "ﾔﾕﾖ".chars().nth(c as usize - 'ｬ' as usize)?,
        'ｯ' => 'ﾂ',
        // ヲ has a place in names, but transfers write it ｵ.
        'ｦ' => 'ｵ',
        'ヮ' => 'ﾜ',
        'ヵ' => 'ｶ',
        'ヶ' => 'ｹ',
        'ヰ' => 'ｲ',
        'ヱ' => 'ｴ',
        '･' => '.',
        '¥' => '\\',
        _ if is_hyphen(c) => '-',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transfers_want_plain_kana() {
        for (text, kana) in [
            ("キュウヨ", "ｷﾕｳﾖ"),
            ("きゅうよ", "ｷﾕｳﾖ"),
            ("ｷｭｳﾖ", "ｷﾕｳﾖ"),
            ("ガッコウ　センター", "ｶﾞﾂｺｳ ｾﾝﾀ-"),
            ("カ）ミホン", "ｶ)ﾐﾎﾝ"),
            ("ＡＢｃ１２", "ABC12"),
            ("パ・ヴ", "ﾊﾟ.ｳﾞ"),
            ("ヲ", "ｵ"),
        ] {
            assert_eq!(bank_kana(text).as_deref(), Ok(kana), "{text}");
            assert_eq!(bank_kana(kana).as_deref(), Ok(kana));
        }
        assert_eq!(bank_kana("見本，ハナコ見"), Err(vec!['見', '本', ',']));
    }
}
