//! The encodings of office files: recognised with care, written without loss.

use std::borrow::Cow;
use std::collections::HashSet;

use encoding_rs::{EUC_JP, EncoderResult, ISO_2022_JP, SHIFT_JIS, UTF_16BE, UTF_16LE};

use crate::width::{half_voiced, voiced};

/// How a text was encoded.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Encoding {
    /// UTF-8.
    Utf8,
    /// UTF-8 with a byte order mark, as Excel writes it.
    Utf8Bom,
    /// UTF-16, low byte first (Excel's "Unicode テキスト").
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// Shift_JIS as Windows writes it (CP932, windows-31j).
    Cp932,
    /// EUC-JP.
    EucJp,
    /// ISO-2022-JP (JIS, as in mail).
    Iso2022Jp,
}

impl Encoding {
    /// The name that people know.
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "UTF-8",
            Encoding::Utf8Bom => "UTF-8 (BOM)",
            Encoding::Utf16Le => "UTF-16LE",
            Encoding::Utf16Be => "UTF-16BE",
            Encoding::Cp932 => "Shift_JIS",
            Encoding::EucJp => "EUC-JP",
            Encoding::Iso2022Jp => "ISO-2022-JP",
        }
    }
}

/// A decoded text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decoded<'a> {
    /// The text, without a byte order mark.
    pub text: Cow<'a, str>,
    /// How it was encoded.
    pub encoding: Encoding,
    /// Another encoding in which the same bytes are a text as well; a person has to look.
    pub perhaps: Option<Encoding>,
    /// Characters that only one office knows (外字, U+E000 on) or that were lost before (U+FFFD): the one-based line and the character.
    /// At most [`MOST_GAIJI`] of them.
    pub gaiji: Vec<(usize, char)>,
    /// How many there are in all.
    pub gaiji_count: usize,
}

/// So many 外字 are listed with their lines.
pub const MOST_GAIJI: usize = 1_000;

/// Why bytes are no text.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a text in a known encoding, from byte {offset} on line {line}")]
pub struct UnknownEncoding {
    /// The encoding that fits all but the broken place, if one does.
    pub nearest: Option<Encoding>,
    /// The offset of the first broken byte.
    pub offset: usize,
    /// Its line, counted from one.
    pub line: usize,
}

/// Decodes a whole text. The order: byte order mark; escape sequences; UTF-16 without a mark; UTF-8, valid from the first byte to the last;
/// EUC-JP where CP932 would read little but half-width kana; CP932; EUC-JP. What is damaged is refused, not repaired.
pub fn decode(bytes: &[u8]) -> Result<Decoded<'_>, UnknownEncoding> {
    if let Some(decoded) = with_mark(bytes) {
        return decoded;
    }
    if bytes.contains(&0x1B)
        && bytes.is_ascii()
        && let Some(text) = ISO_2022_JP.decode_without_bom_handling_and_without_replacement(bytes)
    {
        return Ok(found(text, Encoding::Iso2022Jp));
    }
    if let Some((text, encoding)) = utf16_without_mark(bytes) {
        return Ok(found(Cow::Owned(text), encoding));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => {
            let mut decoded = found(Cow::Borrowed(text), Encoding::Utf8);
            decoded.perhaps = half_width_kana(text, bytes).then_some(Encoding::Cp932);
            Ok(decoded)
        }
        Err(error) => not_utf8(bytes, error),
    }
}

fn found(text: Cow<'_, str>, encoding: Encoding) -> Decoded<'_> {
    let (gaiji, gaiji_count) = gaiji_of(&text);
    Decoded { text, encoding, perhaps: None, gaiji, gaiji_count }
}

fn broken(bytes: &[u8], offset: usize, nearest: Option<Encoding>) -> UnknownEncoding {
    let line = 1 + bytes[..offset.min(bytes.len())].iter().filter(|b| **b == b'\n').count();
    UnknownEncoding { nearest, offset, line }
}

/// A text that begins with a byte order mark.
fn with_mark(bytes: &[u8]) -> Option<Result<Decoded<'_>, UnknownEncoding>> {
    if let Some(rest) = bytes.strip_prefix(b"\xEF\xBB\xBF") {
        return Some(match std::str::from_utf8(rest) {
            Ok(text) => Ok(found(Cow::Borrowed(text), Encoding::Utf8Bom)),
            Err(error) => Err(broken(bytes, error.valid_up_to() + 3, Some(Encoding::Utf8Bom))),
        });
    }
    let (encoding, reader) = match bytes {
        [0xFF, 0xFE, ..] => (Encoding::Utf16Le, UTF_16LE),
        [0xFE, 0xFF, ..] => (Encoding::Utf16Be, UTF_16BE),
        _ => return None,
    };
    let text = reader.decode_without_bom_handling_and_without_replacement(&bytes[2..]);
    Some(match text {
        // UTF-32 begins with the same bytes and then holds nothing but NULs in between.
        Some(text) if !text.starts_with('\0') => Ok(found(text, encoding)),
        _ => Err(broken(bytes, first_broken_unit(bytes, encoding), Some(encoding))),
    })
}

/// The offset of the first lone surrogate, or the end.
fn first_broken_unit(bytes: &[u8], encoding: Encoding) -> usize {
    let unit = |pair: &[u8]| {
        if encoding == Encoding::Utf16Le {
            u16::from_le_bytes([pair[0], pair[1]])
        } else {
            u16::from_be_bytes([pair[0], pair[1]])
        }
    };
    let mut at = 0;
    for result in char::decode_utf16(bytes.chunks_exact(2).map(unit)) {
        match result {
            Ok(c) => at += 2 * c.len_utf16(),
            Err(_) => return at,
        }
    }
    at
}

/// UTF-16 whose byte order mark was lost: NULs at every other place in every ASCII character, and nothing that a text does not hold.
fn utf16_without_mark(bytes: &[u8]) -> Option<(String, Encoding)> {
    if bytes.len() < 4 || bytes.len() % 2 == 1 {
        return None;
    }
    let (mut even, mut odd) = (0_usize, 0_usize);
    for pair in bytes.chunks_exact(2) {
        even += usize::from(pair[0] == 0);
        odd += usize::from(pair[1] == 0);
    }
    let (encoding, reader) = if odd > even { (Encoding::Utf16Le, UTF_16LE) } else { (Encoding::Utf16Be, UTF_16BE) };
    if even == odd {
        return None;
    }
    let text = reader.decode_without_bom_handling_and_without_replacement(bytes)?;
    let office = text.chars().all(|c| !c.is_control() || matches!(c, '\t' | '\r' | '\n'));
    let known = text.chars().filter(|c| is_office_character(*c)).count();
    let all = text.chars().count();
    (office && known * 20 >= all * 19).then(|| (text.into_owned(), encoding))
}

fn is_office_character(c: char) -> bool {
    matches!(c, '\t' | '\r' | '\n' | ' '..='~' | '\u{2000}'..='\u{30FF}' | '\u{3200}'..='\u{9FFF}' | '\u{E000}'..='\u{FAFF}' | '\u{FF00}'..='\u{FFEF}' | '\u{A0}'..='\u{FF}')
}

/// Whether valid UTF-8 would also be nothing but half-width kana in CP932, and has no character that Japanese texts are made of.
fn half_width_kana(text: &str, bytes: &[u8]) -> bool {
    if bytes.is_ascii() || text.chars().any(|c| c >= '\u{800}') {
        return false;
    }
    bytes.iter().all(|b| b.is_ascii() || (0xA1..=0xDF).contains(b))
}

fn not_utf8(bytes: &[u8], error: std::str::Utf8Error) -> Result<Decoded<'_>, UnknownEncoding> {
    let valid = std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default();
    // A Japanese text that is UTF-8 for a while was meant so: it is cut off or damaged, and CP932 would make nonsense of it.
    let meant = valid.chars().filter(|c| *c >= '\u{800}').take(8).count();
    if meant == 8 || (meant > 0 && error.error_len().is_none()) {
        return Err(broken(bytes, error.valid_up_to(), Some(Encoding::Utf8)));
    }
    let cp932 = SHIFT_JIS.decode_without_bom_handling_and_without_replacement(bytes).filter(|text| !text.contains('\u{80}'));
    let euc = || EUC_JP.decode_without_bom_handling_and_without_replacement(bytes);
    match cp932 {
        Some(text) if mostly_half_width(&text) => match euc().filter(|text| has_much_kana(text)) {
            Some(text) => Ok(found(text, Encoding::EucJp)),
            None => Ok(found(text, Encoding::Cp932)),
        },
        Some(text) => Ok(found(text, Encoding::Cp932)),
        None => match euc() {
            Some(text) => Ok(found(text, Encoding::EucJp)),
            None => Err(broken(bytes, first_broken_cp932(bytes), None)),
        },
    }
}

/// Whether most of what is not ASCII is half-width kana.
fn mostly_half_width(text: &str) -> bool {
    let (mut half, mut all) = (0_usize, 0_usize);
    for c in text.chars().filter(|c| !c.is_ascii()) {
        all += 1;
        half += usize::from(matches!(c, '｡'..='ﾟ'));
    }
    half * 2 > all
}

/// Whether kana make up a good part of a text, as they do in Japanese.
fn has_much_kana(text: &str) -> bool {
    let (mut kana, mut all) = (0_usize, 0_usize);
    for c in text.chars().filter(|c| !c.is_ascii()) {
        all += 1;
        kana += usize::from(matches!(c, 'ぁ'..='ヾ'));
    }
    kana * 5 > all
}

/// The offset at which CP932 can no longer be read.
fn first_broken_cp932(bytes: &[u8]) -> usize {
    let mut decoder = SHIFT_JIS.new_decoder_without_bom_handling();
    let mut text = vec![0; 8_192];
    let mut at = 0;
    loop {
        let (result, read, _) = decoder.decode_to_utf8_without_replacement(&bytes[at..], &mut text, true);
        at += read;
        match result {
            encoding_rs::DecoderResult::OutputFull => {}
            encoding_rs::DecoderResult::InputEmpty => return at,
            encoding_rs::DecoderResult::Malformed(length, after) => {
                return at.saturating_sub(usize::from(length) + usize::from(after));
            }
        }
    }
}

/// The 外字 and lost characters of a text.
fn gaiji_of(text: &str) -> (Vec<(usize, char)>, usize) {
    let mut places = Vec::new();
    let mut count = 0;
    let mut line = 1;
    let mut counted = 0;
    let bytes = text.as_bytes();
    // U+E000 to U+FFFF begin with 0xEE or 0xEF in UTF-8; most texts have none.
    for at in bytes.iter().enumerate().filter(|(_, b)| matches!(**b, 0xEE | 0xEF)).map(|(at, _)| at) {
        let Some(c) = text[at..].chars().next().filter(|c| matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{FFFD}')) else { continue };
        count += 1;
        if places.len() < MOST_GAIJI {
            line += bytes[counted..at].iter().filter(|b| **b == b'\n').count();
            counted = at;
            places.push((line, c));
        }
    }
    (places, count)
}

/// The text in CP932, or the characters (each once, in order) that CP932 does not have. Nothing is replaced.
pub fn encode_cp932(text: &str) -> Result<Cow<'_, [u8]>, Vec<char>> {
    if text.is_ascii() {
        return Ok(Cow::Borrowed(text.as_bytes()));
    }
    let mut encoder = SHIFT_JIS.new_encoder();
    let mut bytes = vec![0; text.len() + 8];
    let (mut read, mut written) = (0, 0);
    let mut missing = Vec::new();
    let mut seen = HashSet::new();
    loop {
        let (result, more, out) = encoder.encode_from_utf8_without_replacement(&text[read..], &mut bytes[written..], true);
        read += more;
        written += out;
        match result {
            EncoderResult::InputEmpty => break,
            // No character takes more bytes in CP932 than in UTF-8, so this does not come; growing keeps it harmless.
            EncoderResult::OutputFull => bytes.resize(bytes.len() * 2 + 8, 0),
            EncoderResult::Unmappable(c) => {
                if seen.insert(c) {
                    missing.push(c);
                }
            }
        }
    }
    if !missing.is_empty() {
        return Err(missing);
    }
    bytes.truncate(written);
    Ok(Cow::Owned(bytes))
}

/// Characters that CP932 does not have (or turns into a backslash), and the one that means the same there.
const EQUALS: [(char, char); 10] = [
    ('〜', '～'),
    ('—', '―'),
    ('‖', '∥'),
    ('−', '－'),
    ('¢', '￠'),
    ('£', '￡'),
    ('¬', '￢'),
    ('¥', '￥'),
    ('‾', '￣'),
    ('\u{A0}', ' '),
];

/// The character of CP932 that means the same.
pub fn cp932_equal(c: char) -> Option<char> {
    EQUALS.iter().find(|(from, _)| *from == c).map(|(_, to)| *to)
}

/// The text with every character that has a safe equal in CP932 replaced by it and separate voiced marks joined to their kana,
/// and what was replaced (each once, in order). What CP932 still lacks, [`encode_cp932`] lists.
pub fn cp932_text(text: &str) -> (Cow<'_, str>, Vec<(char, char)>) {
    let touched = |c: char| matches!(c, '\u{3099}' | '\u{309A}') || cp932_equal(c).is_some();
    if text.is_ascii() || !text.chars().any(touched) {
        return (Cow::Borrowed(text), Vec::new());
    }
    let mut replaced = Vec::new();
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        let joined = match c {
            '\u{3099}' => safe.chars().next_back().and_then(voiced),
            '\u{309A}' => safe.chars().next_back().and_then(half_voiced),
            _ => None,
        };
        if let Some(joined) = joined {
            safe.pop();
            safe.push(joined);
        } else if let Some(equal) = cp932_equal(c) {
            if !replaced.contains(&(c, equal)) {
                replaced.push((c, equal));
            }
            safe.push(equal);
        } else {
            safe.push(c);
        }
    }
    (Cow::Owned(safe), replaced)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decoded(bytes: &[u8]) -> (String, Encoding) {
        let decoded = decode(bytes).unwrap();
        (decoded.text.into_owned(), decoded.encoding)
    }

    fn utf16(text: &str, big: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    const SAMPLE: &str = "受付番号,氏名\r\n0001,架空 太郎\r\n0002,髙﨑 花子①㈱\r\n";

    #[test]
    fn every_encoding_is_recognised() {
        let sample = |encoding| (SAMPLE.to_owned(), encoding);
        assert_eq!(decoded(SAMPLE.as_bytes()), sample(Encoding::Utf8));
        assert_eq!(decoded(format!("\u{FEFF}{SAMPLE}").as_bytes()), sample(Encoding::Utf8Bom));
        assert_eq!(decoded(&encode_cp932(SAMPLE).unwrap()), sample(Encoding::Cp932));
        for (big, encoding) in [(false, Encoding::Utf16Le), (true, Encoding::Utf16Be)] {
            assert_eq!(decoded(&utf16(&format!("\u{FEFF}{SAMPLE}"), big)), sample(encoding));
            assert_eq!(decoded(&utf16(SAMPLE, big)), sample(encoding));
        }
        let plain = "項目,あたい\r\nひらがなとカタカナ,漢字\r\n";
        let (euc, _, _) = EUC_JP.encode(plain);
        assert_eq!(decoded(&euc), (plain.to_owned(), Encoding::EucJp));
        let (jis, _, _) = ISO_2022_JP.encode(plain);
        assert_eq!(decoded(&jis), (plain.to_owned(), Encoding::Iso2022Jp));
        assert_eq!(decoded(b""), (String::new(), Encoding::Utf8));
        assert_eq!(decoded(b"a,b\r\n1,2\r\n").1, Encoding::Utf8);
        // A NUL in an ordinary file does not make it UTF-16.
        assert_eq!(decoded(b"a,b\r\n1,\x002\r\n\r\n").1, Encoding::Utf8);
    }

    #[test]
    fn half_width_kana_stay_cp932_and_doubts_are_said() {
        let bank = encode_cp932("ｶﾌﾞｼｷｶﾞｲｼﾔ ﾐﾎﾝ,ｷﾕｳﾖ\r\n").unwrap().into_owned();
        assert_eq!(decoded(&bank), ("ｶﾌﾞｼｷｶﾞｲｼﾔ ﾐﾎﾝ,ｷﾕｳﾖ\r\n".to_owned(), Encoding::Cp932));
        // cp932-06
        let both = decode(&[0xC3, 0xB1]).unwrap();
        assert_eq!((both.encoding, both.perhaps), (Encoding::Utf8, Some(Encoding::Cp932)));
        assert_eq!(decode("津市".as_bytes()).unwrap().perhaps, None);
    }

    #[test]
    fn cp932_bytes() {
        // cp932-01, 03, 05, 07
        assert_eq!(decoded(&[0x81, 0x60, 0x81, 0x7C, 0x81, 0x61]).0, "\u{FF5E}\u{FF0D}\u{2225}");
        assert_eq!(decoded(&[0xFB, 0xFC]).0, "髙");
        assert_eq!(decoded(&[0xEE, 0xE0]).0, "髙");
        assert_eq!(encode_cp932("髙").unwrap().as_ref(), [0xFB, 0xFC]);
        let gaiji = decode(b"a\r\n\xF0\x40,\xF0\x41\r\n").unwrap();
        assert_eq!(gaiji.gaiji, [(2, '\u{E000}'), (2, '\u{E001}')]);
        assert_eq!(encode_cp932("\u{E000}"), Err(vec!['\u{E000}']));
        let trail = "ソ表能十申構予貼";
        assert_eq!(decoded(&encode_cp932(trail).unwrap()).0, trail);
        assert_eq!(decode("a\u{FFFD}b".as_bytes()).unwrap().gaiji, [(1, '\u{FFFD}')]);
    }

    #[test]
    fn what_is_cut_or_damaged_is_refused() {
        let cut = &SAMPLE.as_bytes()[..SAMPLE.len() - 10];
        let cut = &cut[..cut.len() - (0..3).find(|n| std::str::from_utf8(&cut[..cut.len() - n]).is_err()).unwrap_or(0)];
        let error = decode(cut).unwrap_err();
        assert_eq!((error.nearest, error.line), (Some(Encoding::Utf8), 3));
        let mut damaged = SAMPLE.repeat(3).into_bytes();
        let at = damaged.len() - 20;
        damaged[at] = 0xFF;
        assert_eq!(decode(&damaged).unwrap_err().nearest, Some(Encoding::Utf8));
        let error = decode(b"a\r\n\xFF\xFFb").unwrap_err();
        assert_eq!((error.nearest, error.offset, error.line), (None, 3, 2));
        let mut half = utf16(&format!("\u{FEFF}{SAMPLE}"), false);
        half.pop();
        assert_eq!(decode(&half).unwrap_err().nearest, Some(Encoding::Utf16Le));
        assert!(decode(b"\xEF\xBB\xBF\xFF").is_err());
        assert!(decode(b"\xFF\xFE\x00\x00a\x00\x00\x00").is_err());
        assert!(decode(b"\x83").is_err());
    }

    #[test]
    fn encoding_replaces_nothing() {
        // cp932-02
        assert_eq!(encode_cp932("𠮷田 10〜12月"), Err(vec!['𠮷', '〜']));
        for c in ["𠮷", "〜", "‖", "—", "–", "㋿", "㉑", "ゔ", "©", "é", "\u{A0}", "🙂", "葛\u{E0100}", "¢", "£", "¬", "\u{E000}"]
        {
            assert!(encode_cp932(c).is_err(), "{c}");
        }
        for c in ["髙", "﨑", "①", "Ⅲ", "㈱", "㍻", "㎡", "邉", "邊", "濵", "栁"] {
            assert!(encode_cp932(c).is_ok(), "{c}");
        }
        assert_eq!(encode_cp932("−").unwrap().as_ref(), [0x81, 0x7C]);
        assert!(matches!(encode_cp932("abc"), Ok(Cow::Borrowed(_))));
    }

    #[test]
    fn safe_equals() {
        let (safe, replaced) = cp932_text("10〜12月—‖−¢£¬¥ か\u{3099}ハ\u{309A} 〜𠮷");
        assert_eq!(safe, "10～12月―∥－￠￡￢￥ がパ ～𠮷");
        assert_eq!(
            replaced,
            [('〜', '～'), ('—', '―'), ('‖', '∥'), ('−', '－'), ('¢', '￠'), ('£', '￡'), ('¬', '￢'), ('¥', '￥')]
        );
        assert_eq!(encode_cp932(&safe), Err(vec!['𠮷']));
        assert!(matches!(cp932_text("津市"), (Cow::Borrowed(_), _)));
        for (_, to) in EQUALS {
            assert!(encode_cp932(&to.to_string()).is_ok());
        }
    }

    #[test]
    fn five_megabytes() {
        let long = SAMPLE.repeat(5_000_000 / SAMPLE.len());
        let bytes = encode_cp932(&long).unwrap();
        assert_eq!(decode(&bytes).unwrap().text, long);
        assert_eq!(decode(long.as_bytes()).unwrap().text, long);
        let gaiji = "\u{E000}\n".repeat(500_000);
        let decoded = decode(gaiji.as_bytes()).unwrap();
        assert_eq!((decoded.gaiji.len(), decoded.gaiji_count), (MOST_GAIJI, 500_000));
        let emoji: String = (0x1F000..0x2F000).filter_map(char::from_u32).collect();
        assert!(encode_cp932(&emoji).is_err());
    }

    proptest! {
        #![proptest_config(crate::laws())]

        #[test]
        fn what_can_be_written_comes_back(text in r"[ -\[\]-}ぁ-んァ-ヶー一-龠Ａ-Ｚ０-９｡-ﾟ、。]{0,40}") {
            if let Ok(bytes) = encode_cp932(&text) {
                let (back, _, broken) = SHIFT_JIS.decode(&bytes);
                prop_assert!(!broken);
                prop_assert_eq!(back, text.as_str());
            }
            prop_assert_eq!(decode(text.as_bytes()).unwrap().text, text.as_str());
        }

        #[test]
        fn any_bytes_are_a_text_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            if let Err(error) = decode(&bytes) {
                prop_assert!(error.offset <= bytes.len());
            }
        }
    }
}
