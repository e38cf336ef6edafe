//! Widths and match keys: what is the same for comparing, never for output.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;
use unicode_width::UnicodeWidthChar;

/// The key by which texts are compared: NFKC, one kind of hyphen, one kind of wave dash, single spaces, none at the ends.
/// The long-vowel mark stays after kana and is a hyphen elsewhere; a hyphen between katakana is a long-vowel mark.
/// A text that is its own key is lent, also when only spaces at its ends go.
pub fn match_key(text: &str) -> Cow<'_, str> {
    if text.is_ascii() && is_ascii_key(text.as_bytes()) {
        return Cow::Borrowed(text);
    }
    let trimmed = text.trim_matches(is_space);
    if is_key_already(trimmed) {
        return Cow::Borrowed(trimmed);
    }
    let folded = fold_simple(trimmed).unwrap_or_else(|| fold_fully(trimmed));
    Cow::Owned(finish_key(&folded))
}

/// The key by which headers are compared: the match key without any spaces, line breaks, `※` and note marks at the end
/// (`※1`, `(注2)`, `*`). A label of nothing but marks keeps them.
pub fn label_key(text: &str) -> String {
    let key = match_key(text);
    // 0xE2 begins ※ and †. Most labels have nothing to lose.
    if !key.ends_with(')') && !key.bytes().any(|b| matches!(b, b' ' | b'*' | 0xE2)) {
        return key.into_owned();
    }
    let mut key = label_step(&key);
    // Taking marks away can bring characters together that compose or change a hyphen's meaning.
    for _ in 0..4 {
        let next = label_step(&key);
        if next == key {
            break;
        }
        key = next;
    }
    key
}

fn label_step(text: &str) -> String {
    let key: String = match_key(text).chars().filter(|c| !is_space(*c)).collect();
    let bare = without_notes(&key);
    let bare: String = bare.chars().filter(|c| *c != '※').collect();
    if bare.is_empty() { key } else { bare }
}

/// The label without note marks at its end.
fn without_notes(label: &str) -> &str {
    let mut rest = label;
    loop {
        let digits = rest.trim_end_matches(|c: char| c.is_ascii_digit());
        let shorter = if let Some(inside) = rest.strip_suffix(')') {
            let inside = inside.trim_end_matches(|c: char| c.is_ascii_digit());
            inside.strip_suffix("(注").or_else(|| inside.strip_suffix("(※")).or_else(|| inside.strip_suffix("(*"))
        } else {
            digits.strip_suffix('※').or_else(|| digits.strip_suffix('*')).or_else(|| rest.strip_suffix('†'))
        };
        match shorter {
            Some(shorter) => rest = shorter,
            None => return rest,
        }
    }
}

fn is_space(c: char) -> bool {
    c.is_whitespace() || is_ignorable(c)
}

/// Characters that nobody sees and that only disturb comparing.
fn is_ignorable(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}' | '\u{00AD}' | '\u{FE00}'..='\u{FE0F}')
}

/// Whether nothing about a text of ASCII would change: only visible characters, and single spaces inside.
fn is_ascii_key(text: &[u8]) -> bool {
    let mut before = b' ';
    for b in text {
        if !matches!(b, b' '..=b'~') || (*b == b' ' && before == b' ') {
            return false;
        }
        before = *b;
    }
    text.is_empty() || before != b' '
}

/// Whether nothing about a trimmed text would change.
fn is_key_already(text: &str) -> bool {
    let mut before = '\0';
    for c in text.chars() {
        let same = match c {
            ' ' => before != ' ',
            '-' => !is_katakana(before),
            'ー' => is_kana(before),
            _ => is_plain(c),
        };
        if !same {
            return false;
        }
        before = c;
    }
    true
}

/// Characters that normalisation leaves alone whatever stands around them.
fn is_plain(c: char) -> bool {
    matches!(c, '!'..='~' | 'ぁ'..='ゖ' | 'ゝ'..='ゞ' | 'ァ'..='・' | 'ヽ'..='ヾ'
        | '、' | '。' | '々'..='】' | '〔'..='〛' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '※' | '△' | '▲' | '○' | '●')
        && !matches!(c, '〒' | '-')
}

/// NFKC for texts whose only peculiar characters are full-width Latin, full-width spaces and hyphens.
fn fold_simple(text: &str) -> Option<String> {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '！'..='～' => folded.push(shifted(c, -0xFEE0)),
            '\u{3000}' => folded.push(' '),
            ' ' | '\t' | '\r' | '\n' => folded.push(' '),
            'ー' | '‐' | '–' | '—' | '―' | '−' | '-' | '〜' => folded.push(c),
            _ if is_plain(c) => folded.push(c),
            _ => return None,
        }
    }
    Some(folded)
}

fn fold_fully(text: &str) -> String {
    text.chars()
        .filter(|c| !is_ignorable(*c))
        .map(|c| match c {
            // The spacing marks would fall apart into a space and a combining mark.
            '゛' => '\u{3099}',
            '゜' => '\u{309A}',
            _ => c,
        })
        .nfkc()
        .collect()
}

/// Unifies spaces, hyphens and wave dashes of a text in NFKC.
fn finish_key(folded: &str) -> String {
    let mut key = String::with_capacity(folded.len());
    let mut before = '\0';
    let mut rest = folded.trim_matches(is_space).chars().peekable();
    while let Some(c) = rest.next() {
        let next = match c {
            _ if c.is_whitespace() => ' ',
            'ー' if is_kana(before) => 'ー',
            _ if is_hyphen(c) => {
                let inside_word = rest.peek().is_none_or(|after| is_katakana(*after));
                if c != 'ー' && is_katakana(before) && inside_word { 'ー' } else { '-' }
            }
            '〜' | '∼' | '～' => '~',
            _ => c,
        };
        if next == ' ' && before == ' ' {
            continue;
        }
        key.push(next);
        before = next;
    }
    key
}

/// The family of hyphens, dashes, minus signs and the long-vowel mark.
pub(crate) fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{2212}' | '\u{02D7}' | '─' | '━' | '－' | 'ー' | 'ｰ' | '﹣')
}

/// A katakana letter (not the long-vowel mark).
fn is_katakana(c: char) -> bool {
    matches!(c, 'ァ'..='ヺ')
}

/// A kana letter or a long-vowel mark that was kept.
fn is_kana(c: char) -> bool {
    matches!(c, 'ぁ'..='ゖ' | 'ァ'..='ヺ' | 'ー')
}

fn shifted(c: char, by: i32) -> char {
    u32::try_from(c as i32 + by).ok().and_then(char::from_u32).unwrap_or(c)
}

/// Half-width katakana and marks from U+FF61 on, in order, and what they are in full width.
const KANA: &str = "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン゛゜";
const HALF_KANA: u32 = 0xFF61;

/// In full width: Latin letters, digits, signs, spaces and katakana, voiced marks joined to their letters.
pub fn to_full(text: &str) -> String {
    full_kana(text)
        .chars()
        .map(|c| match c {
            '!'..='~' => shifted(c, 0xFEE0),
            ' ' => '\u{3000}',
            '¥' => '￥',
            _ => c,
        })
        .collect()
}

/// In half width: Latin letters, digits, signs, spaces and katakana. Hiragana and kanji have none and stay.
pub fn to_half(text: &str) -> String {
    let mut half = String::with_capacity(text.len());
    for c in to_half_latin(text).chars() {
        push_half_kana(&mut half, c);
    }
    half
}

/// Only Latin letters, digits, signs and spaces in half width; kana as they are.
pub fn to_half_latin(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '！'..='～' => shifted(c, -0xFEE0),
            '\u{3000}' => ' ',
            '￥' => '¥',
            _ => c,
        })
        .collect()
}

/// Only half-width katakana in full width.
pub fn full_kana(text: &str) -> String {
    let table: Vec<char> = KANA.chars().collect();
    let mut full = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let letter = full_letter(&table, c);
        let voiced = match rest.peek() {
            Some('ﾞ' | '\u{3099}') => voiced(letter),
            Some('ﾟ' | '\u{309A}') => half_voiced(letter),
            _ => None,
        };
        if voiced.is_some() {
            rest.next();
        }
        full.push(voiced.unwrap_or(letter));
    }
    full
}

fn full_letter(table: &[char], c: char) -> char {
    (c as u32).checked_sub(HALF_KANA).and_then(|n| table.get(n as usize)).copied().unwrap_or(c)
}

fn push_half_kana(half: &mut String, c: char) {
    let simple = |c: char| {
        let at = KANA.chars().position(|full| full == c)?;
        char::from_u32(HALF_KANA + u32::try_from(at).ok()?)
    };
    match c {
        '\u{3099}' => half.push('ﾞ'),
        '\u{309A}' => half.push('ﾟ'),
        'ァ'..='ヾ' | '。' | '「' | '」' | '、' | '゛' | '゜' => {
            if let Some(letter) = simple(c) {
                half.push(letter);
            } else if let Some((letter, mark)) = unvoiced(c).and_then(|(base, mark)| Some((simple(base)?, mark))) {
                half.push(letter);
                half.push(mark);
            } else {
                half.push(c);
            }
        }
        _ => half.push(c),
    }
}

/// The voiced letter of a kana (か -> が), if it has one.
pub(crate) fn voiced(c: char) -> Option<char> {
    unicode_normalization::char::compose(c, '\u{3099}')
}

/// The half-voiced letter of a kana (は -> ぱ), if it has one.
pub(crate) fn half_voiced(c: char) -> Option<char> {
    unicode_normalization::char::compose(c, '\u{309A}')
}

fn unvoiced(c: char) -> Option<(char, char)> {
    let mut parts = Vec::with_capacity(2);
    unicode_normalization::char::decompose_canonical(c, |part| parts.push(part));
    match parts[..] {
        [base, '\u{3099}'] => Some((base, 'ﾞ')),
        [base, '\u{309A}'] => Some((base, 'ﾟ')),
        _ => None,
    }
}

/// Katakana of either width as hiragana.
pub fn to_hiragana(text: &str) -> String {
    full_kana(text).chars().map(|c| if matches!(c, 'ァ'..='ヶ' | 'ヽ' | 'ヾ') { shifted(c, -0x60) } else { c }).collect()
}

/// Hiragana and half-width katakana as katakana.
pub fn to_katakana(text: &str) -> String {
    full_kana(text).chars().map(|c| if matches!(c, 'ぁ'..='ゖ' | 'ゝ' | 'ゞ') { shifted(c, 0x60) } else { c }).collect()
}

/// How many columns a text takes where kanji take two (characters of ambiguous width count as wide, as Japanese fonts show them).
pub fn width(text: &str) -> usize {
    if text.is_ascii() {
        return text.bytes().filter(|b| !b.is_ascii_control()).count();
    }
    text.chars()
        .map(|c| match c {
            'ﾞ' | 'ﾟ' => 1,
            _ => c.width_cjk().unwrap_or(0),
        })
        .sum()
}

/// Digits with zeros in front up to `digits`; anything else, and what is long enough, stays. At most 100 zeros are added.
pub fn pad_zeros(text: &str, digits: usize) -> String {
    let half = to_half_latin(text.trim_matches(is_space));
    if half.is_empty() || !half.bytes().all(|b| b.is_ascii_digit()) {
        return text.to_owned();
    }
    let missing = digits.min(100).saturating_sub(half.len());
    "0".repeat(missing) + &half
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lent(text: &str) -> bool {
        matches!(match_key(text), Cow::Borrowed(_))
    }

    #[test]
    fn plain_texts_are_lent() {
        for text in
            ["", "A1-2", "検査数", "三重県津市広明町13番地", "サービス", "あ い", "らーめん", "医療保健部・総務課", "株式会社(A)"]
        {
            assert!(lent(text), "{text}");
            assert_eq!(match_key(text), text);
        }
        assert!(lent(" 津市　"));
        assert_eq!(match_key(" 津市　"), "津市");
    }

    #[test]
    fn keys_join_what_people_write_alike() {
        for (a, b) in [
            ("ＡＢＣ１２３", "ABC123"),
            ("ｱﾊﾟｰﾄ", "アパート"),
            ("㈱見本", "(株)見本"),
            ("㋿6年", "令和6年"),
            ("①", "1"),
            ("％", "%"),
            ("カ゛", "ガ"),
            ("ハ\u{309A}ルス", "パルス"),
            ("津市\u{200B}", "津市"),
            ("10〜12月", "10～12月"),
            ("架空　　太郎", "架空 太郎"),
            ("一\n二", "一 二"),
        ] {
            assert_eq!(match_key(a), match_key(b), "{a} {b}");
        }
    }

    #[test]
    fn hyphens_unify_by_their_surroundings() {
        for text in ["1-2-3", "１－２－３", "1‐2‐3", "1–2–3", "1—2―3", "1−2−3", "1ー2ー3", "1ｰ2ｰ3"] {
            assert_eq!(match_key(text), "1-2-3", "{text}");
        }
        for text in ["サービス", "サ－ビス", "ｻｰﾋﾞｽ", "ｻ-ﾋﾞｽ", "サ―ビス", "サ−ビス"] {
            assert_eq!(match_key(text), "サービス", "{text}");
        }
        assert_eq!(match_key("センタ－"), "センター");
        assert_eq!(match_key("サニー101"), "サニー101");
        assert_eq!(match_key("メゾン－101"), "メゾン-101");
        assert_eq!(match_key("Aー1"), "A-1");
        assert_eq!(match_key("－"), "-");
        assert_ne!(match_key("一"), match_key("ー"));
    }

    #[test]
    fn labels_lose_spaces_and_notes() {
        for text in [
            "検査実施_人数",
            "検査実施_人数 ",
            "検査実施_\n人数",
            "検査実施＿人数※",
            "検査実施_人数※1",
            "検査実施_人数（注）",
            "検査実施_人数(※2)",
            "検査実施_人数＊",
        ] {
            assert_eq!(label_key(text), "検査実施_人数", "{text}");
        }
        assert_eq!(label_key("民　生"), "民生");
        assert_eq!(label_key("設問1"), "設問1");
        assert_eq!(label_key("設問①"), "設問1");
        assert_eq!(label_key("※"), "※");
        assert_eq!(label_key("事業費 （千円）"), "事業費(千円)");
        assert_ne!(label_key("(1)"), label_key("(2)"));
    }

    #[test]
    fn compatibility_ideographs_share_a_key_but_variants_do_not() {
        // norm-01
        for (compat, unified) in
            [('\u{FA10}', '\u{585A}'), ('\u{FA19}', '\u{795E}'), ('\u{F929}', '\u{6717}'), ('\u{F9DC}', '\u{9686}')]
        {
            assert_eq!(match_key(&compat.to_string()), unified.to_string());
        }
        assert_eq!(match_key("﨑"), "﨑");
        assert_eq!(match_key("髙"), "髙");
    }

    #[test]
    fn widths_go_both_ways() {
        assert_eq!(to_full("ABC 12-3 ｶﾞｷﾞﾊﾟｳﾞ｡"), "ＡＢＣ　１２－３　ガギパヴ。");
        assert_eq!(to_half("ＡＢＣ　１２－３　ガギパヴー・ヶ漢字"), "ABC 12-3 ｶﾞｷﾞﾊﾟｳﾞｰ･ヶ漢字");
        assert_eq!(to_half_latin("Ａガ１"), "Aガ1");
        assert_eq!(to_half("￥１０"), "¥10");
        assert_eq!(to_hiragana("ｶﾞッコウ・ヴ"), "がっこう・ゔ");
        assert_eq!(to_katakana("がっこう"), "ガッコウ");
        assert_eq!(full_kana("ﾞｱ"), "゛ア");
    }

    #[test]
    fn columns_are_counted_as_shown() {
        assert_eq!(width("abc"), 3);
        assert_eq!(width("津市"), 4);
        assert_eq!(width("ｶﾞ"), 2);
        assert_eq!(width("①※"), 4);
        assert_eq!(width("か\u{3099}"), 2);
    }

    #[test]
    fn zeros_go_in_front_of_digits_only() {
        assert_eq!(pad_zeros("12041", 6), "012041");
        assert_eq!(pad_zeros("１２", 4), "0012");
        assert_eq!(pad_zeros("1234567", 6), "1234567");
        assert_eq!(pad_zeros("A1", 6), "A1");
        assert_eq!(pad_zeros("", 6), "");
        assert_eq!(pad_zeros("1", usize::MAX).len(), 100);
    }

    #[test]
    fn a_megabyte_is_no_trouble() {
        for piece in ["ｶﾞ", "※", "ー", "(注)", "か\u{3099}", " ", "\u{FDFA}"] {
            let long = piece.repeat(1_000_000 / piece.len());
            assert!(match_key(&long).len() < 20_000_000);
            label_key(&long);
            to_half(&to_full(&long));
            width(&long);
        }
    }

    proptest! {
        #![proptest_config(crate::laws())]

        #[test]
        fn a_key_is_its_own_key(text in r"(\PC|[-‐−ー－ア-ンｱ-ﾝﾞﾟ゛ か\x{3099}※*(注)1]){0,24}") {
            let key = match_key(&text).into_owned();
            prop_assert_eq!(&match_key(&key), &key);
            let label = label_key(&text);
            prop_assert_eq!(label_key(&label), label);
        }

        #[test]
        fn full_then_half_then_full_is_full(text in r"[ -~ｱ-ﾝァ-ワヲンヴー一-龠ﾞﾟ]{0,24}") {
            let full = to_full(&text);
            prop_assert_eq!(to_full(&to_half(&full)), full);
            prop_assert_eq!(to_half(&to_full(&to_half(&text))), to_half(&text));
        }

        #[test]
        fn hiragana_comes_back(text in r"[ぁ-ゖー]{0,24}") {
            prop_assert_eq!(to_hiragana(&to_katakana(&text)), text);
        }
    }
}
