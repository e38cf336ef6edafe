//! Prefectures and the municipalities of Mie: names, codes, and names inside free text.

use std::ops::Range;

use crate::width::{label_key, match_key};

/// A municipality of Mie.
struct Municipality {
    code: &'static str,
    /// With 市 or 町.
    name: &'static str,
    /// The district of a town.
    district: &'static str,
}

const fn city(code: &'static str, name: &'static str) -> Municipality {
    Municipality { code, name, district: "" }
}

const fn town(code: &'static str, district: &'static str, name: &'static str) -> Municipality {
    Municipality { code, name, district }
}

impl Municipality {
    /// Without 市 or 町.
    fn base(&self) -> &'static str {
        self.name.strip_suffix(['市', '町']).unwrap_or(self.name)
    }
}

/// The 14 cities and 15 towns of Mie by code (24206 and 24213 do not exist).
static MIE: [Municipality; 29] = [
    city("242012", "津市"),
    city("242021", "四日市市"),
    city("242039", "伊勢市"),
    city("242047", "松阪市"),
    city("242055", "桑名市"),
    city("242071", "鈴鹿市"),
    city("242080", "名張市"),
    city("242098", "尾鷲市"),
    city("242101", "亀山市"),
    city("242110", "鳥羽市"),
    city("242128", "熊野市"),
    city("242144", "いなべ市"),
    city("242152", "志摩市"),
    city("242161", "伊賀市"),
    town("243035", "桑名郡", "木曽岬町"),
    town("243248", "員弁郡", "東員町"),
    town("243418", "三重郡", "菰野町"),
    town("243434", "三重郡", "朝日町"),
    town("243442", "三重郡", "川越町"),
    town("244414", "多気郡", "多気町"),
    town("244422", "多気郡", "明和町"),
    town("244431", "多気郡", "大台町"),
    town("244619", "度会郡", "玉城町"),
    town("244708", "度会郡", "度会町"),
    town("244716", "度会郡", "大紀町"),
    town("244724", "度会郡", "南伊勢町"),
    town("245437", "北牟婁郡", "紀北町"),
    town("245615", "南牟婁郡", "御浜町"),
    town("245623", "南牟婁郡", "紀宝町"),
];

const MIE_PREFECTURE: &str = "三重県";

/// The prefectures in the order of their numbers, and their codes.
static PREFECTURES: [(&str, &str); 47] = [
    ("北海道", "010006"),
    ("青森県", "020001"),
    ("岩手県", "030007"),
    ("宮城県", "040002"),
    ("秋田県", "050008"),
    ("山形県", "060003"),
    ("福島県", "070009"),
    ("茨城県", "080004"),
    ("栃木県", "090000"),
    ("群馬県", "100005"),
    ("埼玉県", "110001"),
    ("千葉県", "120006"),
    ("東京都", "130001"),
    ("神奈川県", "140007"),
    ("新潟県", "150002"),
    ("富山県", "160008"),
    ("石川県", "170003"),
    ("福井県", "180009"),
    ("山梨県", "190004"),
    ("長野県", "200000"),
    ("岐阜県", "210005"),
    ("静岡県", "220001"),
    ("愛知県", "230006"),
    ("三重県", "240001"),
    ("滋賀県", "250007"),
    ("京都府", "260002"),
    ("大阪府", "270008"),
    ("兵庫県", "280003"),
    ("奈良県", "290009"),
    ("和歌山県", "300004"),
    ("鳥取県", "310000"),
    ("島根県", "320005"),
    ("岡山県", "330001"),
    ("広島県", "340006"),
    ("山口県", "350001"),
    ("徳島県", "360007"),
    ("香川県", "370002"),
    ("愛媛県", "380008"),
    ("高知県", "390003"),
    ("福岡県", "400009"),
    ("佐賀県", "410004"),
    ("長崎県", "420000"),
    ("熊本県", "430005"),
    ("大分県", "440001"),
    ("宮崎県", "450006"),
    ("鹿児島県", "460001"),
    ("沖縄県", "470007"),
];

/// The names of all prefectures, in the order of their numbers.
pub fn prefectures() -> impl Iterator<Item = &'static str> {
    PREFECTURES.iter().map(|(name, _)| *name)
}

/// The municipalities of Mie as code and name, in the order of their codes.
pub fn mie_municipalities() -> impl Iterator<Item = (&'static str, &'static str)> {
    MIE.iter().map(|one| (one.code, one.name))
}

/// The name that a code of six digits (or five, without check digit) stands for: a prefecture or a municipality of Mie.
pub fn local_government_name(code: &str) -> Option<&'static str> {
    if code.len() > 60 {
        return None;
    }
    let key = match_key(code);
    let same = |known: &str| *known == *key || (key.len() == 5 && known.starts_with(&*key));
    PREFECTURES
        .iter()
        .map(|(name, code)| (*code, *name))
        .chain(mie_municipalities())
        .find(|(code, _)| same(code))
        .map(|(_, name)| name)
}

/// The code of a prefecture or a municipality of Mie by its name. Spaces, `※`, 三重県 and the district in front, and a missing
/// 市 or 町 are tolerated; another prefecture, district or ending is not.
pub fn local_government_code(name: &str) -> Option<&'static str> {
    if name.len() > 200 {
        return None;
    }
    let key = label_key(name);
    if let Some((_, code)) = PREFECTURES.iter().find(|(name, _)| *name == key || without_suffix(name) == key) {
        return Some(code);
    }
    let rest = key.strip_prefix(MIE_PREFECTURE).unwrap_or(&key);
    let rest = rest.strip_suffix("役所").or_else(|| rest.strip_suffix("役場")).unwrap_or(rest);
    MIE.iter()
        .find(|one| {
            let rest = if one.district.is_empty() { rest } else { rest.strip_prefix(one.district).unwrap_or(rest) };
            rest == one.name || rest == one.base()
        })
        .map(|one| one.code)
}

fn without_suffix(prefecture: &str) -> &str {
    match prefecture {
        "北海道" => prefecture,
        _ => prefecture.strip_suffix(['都', '府', '県']).unwrap_or(prefecture),
    }
}

/// A municipality found in a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FoundMunicipality {
    /// Its code of six digits.
    pub code: &'static str,
    /// Its full name.
    pub name: &'static str,
    /// Where it stands in the text, in bytes.
    pub range: Range<usize>,
    /// Whether 市 or 町 is written; without it the word may be somebody's name.
    pub whole: bool,
}

/// Every municipality of Mie named in a free text, in the order of the text. A name with its 市 or 町 counts anywhere, unless it belongs
/// to a longer name (大津市) or another prefecture (群馬県明和町). Only where there is none, a name without 市 or 町 counts, if it stands
/// alone between signs or spaces (`度会・総務課`).
pub fn find_municipalities(text: &str) -> Vec<FoundMunicipality> {
    let whole = find_whole(text);
    if whole.is_empty() { find_bases(text) } else { whole }
}

fn find_whole(text: &str) -> Vec<FoundMunicipality> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let longest = MIE
            .iter()
            .filter_map(|one| spaced_prefix(&text[at..], one.name).map(|length| (one, length)))
            .filter(|(one, _)| belongs(&text[..at], one))
            .max_by_key(|(_, length)| *length);
        match longest {
            Some((one, length)) => {
                found.push(FoundMunicipality { code: one.code, name: one.name, range: at..at + length, whole: true });
                at += length;
            }
            None => at += c.len_utf8(),
        }
    }
    found
}

/// How many bytes of the text write the name, single spaces between its characters allowed (`津　市`).
fn spaced_prefix(text: &str, name: &str) -> Option<usize> {
    let mut rest = text.char_indices().peekable();
    for wanted in name.chars() {
        let mut next = rest.next()?;
        if matches!(next.1, ' ' | '\u{3000}') && next.0 > 0 {
            next = rest.next()?;
        }
        if next.1 != wanted {
            return None;
        }
    }
    Some(rest.peek().map_or(text.len(), |(at, _)| *at))
}

/// Whether what stands before a name leaves it a municipality of Mie.
fn belongs(before: &str, one: &Municipality) -> bool {
    // 大津市 沼津市 焼津市 木更津市 中津市 宮津市 唐津市 摂津市 魚津市 草津市 海津市 君津市 富津市 江津市
    if one.name == "津市"
        && before.ends_with(['大', '沼', '焼', '更', '中', '宮', '唐', '摂', '魚', '草', '海', '君', '富', '江'])
    {
        return false;
    }
    if one.base() == "伊勢" && before.ends_with('南') {
        return false;
    }
    let before = before.trim_end_matches([' ', '\u{3000}']);
    let rest = if before.ends_with('郡') {
        match before.strip_suffix(one.district).filter(|_| !one.district.is_empty()) {
            Some(rest) => rest,
            None => return false,
        }
    } else {
        before
    };
    !PREFECTURES.iter().any(|(name, _)| *name != MIE_PREFECTURE && rest.ends_with(name))
}

fn find_bases(text: &str) -> Vec<FoundMunicipality> {
    let mut found = Vec::new();
    let mut start = 0;
    for (end, c) in text.char_indices().chain([(text.len(), ' ')]) {
        if c.is_alphanumeric() || matches!(c, '々' | 'ー') {
            continue;
        }
        let word = &text[start..end];
        let bare = word.strip_prefix(MIE_PREFECTURE).unwrap_or(word);
        if let Some(one) = MIE.iter().find(|one| one.base() == bare) {
            found.push(FoundMunicipality { code: one.code, name: one.name, range: start..end, whole: false });
        }
        start = end + c.len_utf8();
    }
    found
}

/// One name of a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed {
    /// As written, without spaces and marks.
    pub name: String,
    /// Whether a mark (`※`) was glued to it.
    pub marked: bool,
    /// Its code, if it is a municipality of Mie or a prefecture.
    pub code: Option<&'static str>,
}

/// The names of a list such as `伊勢市、朝日町※、多気町`.
pub fn listed(text: &str) -> Vec<Listed> {
    text.split(['、', '，', ',', '､', '\n'])
        .map(|part| (label_key(part), part.contains(['※', '＊', '*'])))
        .filter(|(name, _)| !name.is_empty())
        .map(|(name, marked)| Listed { code: local_government_code(&name), name, marked })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<&'static str> {
        find_municipalities(text).into_iter().map(|one| one.name).collect()
    }

    #[test]
    fn codes_have_right_check_digits() {
        // lgcode-01
        assert_eq!(MIE.len(), 29);
        for (code, _) in mie_municipalities() {
            assert!(crate::check_local_code(code), "{code}");
        }
        for (number, (name, code)) in PREFECTURES.iter().enumerate() {
            assert!(crate::check_local_code(code), "{name}");
            assert_eq!(code[..5], format!("{:02}000", number + 1));
        }
        assert!(MIE.is_sorted_by_key(|one| one.code));
    }

    #[test]
    fn names_and_codes() {
        for (name, code) in [
            ("津市", "242012"),
            ("津", "242012"),
            ("津　市", "242012"),
            (" 津市※ ", "242012"),
            ("三重県津市", "242012"),
            ("四日市", "242021"),
            ("四日市市", "242021"),
            ("員弁郡東員町", "243248"),
            ("三重県三重郡朝日町", "243434"),
            ("度会", "244708"),
            ("度会郡度会町", "244708"),
            ("度会町役場", "244708"),
            ("津市役所", "242012"),
            ("三重県", "240001"),
            ("三重", "240001"),
            ("東京", "130001"),
            ("京都府", "260002"),
        ] {
            assert_eq!(local_government_code(name), Some(code), "{name}");
        }
        for name in
            ["", "いせ市", "度会市", "津町", "大津市", "群馬県明和町", "下新川郡朝日町", "三重県山形県", "川越市", "四日", "県"]
        {
            assert_eq!(local_government_code(name), None, "{name}");
        }
        assert_eq!(local_government_name("242012"), Some("津市"));
        assert_eq!(local_government_name("24201"), Some("津市"));
        assert_eq!(local_government_name("２４２０１２"), Some("津市"));
        assert_eq!(local_government_name("350001"), Some("山口県"));
        assert_eq!(local_government_name("24206"), None);
        assert_eq!(local_government_name("2420"), None);
    }

    #[test]
    fn municipalities_are_found_in_free_text() {
        for (text, found) in [
            ("津市・総務課・三重太郎", vec!["津市"]),
            ("度会町・総務課・見本花子", vec!["度会町"]),
            ("度会・総務課・見本花子", vec!["度会町"]),
            ("度会郡玉城町役場", vec!["玉城町"]),
            ("南伊勢町 企画課", vec!["南伊勢町"]),
            ("紀北町・紀宝町", vec!["紀北町", "紀宝町"]),
            ("【津市】様式1(回答).xlsx", vec!["津市"]),
            ("様式1_伊勢_修正版2.xlsx", vec!["伊勢市"]),
            ("三重県津市広明町13番地", vec!["津市"]),
            ("津　市　総務課", vec!["津市"]),
            ("津市・総務課・亀山", vec!["津市"]),
            ("四日市市", vec!["四日市市"]),
            ("令和6年度津市回答", vec!["津市"]),
            ("いせ市", vec![]),
            ("大津市", vec![]),
            ("木更津市", vec![]),
            ("群馬県邑楽郡明和町", vec![]),
            ("群馬県明和町", vec![]),
            ("山形県朝日町", vec![]),
            ("埼玉県川越市", vec![]),
            ("下新川郡朝日町", vec![]),
            ("多気郡明和町", vec!["明和町"]),
            ("三重郡朝日町", vec!["朝日町"]),
            ("伊賀太郎", vec![]),
            ("●●市・●●課・三重太郎", vec![]),
        ] {
            assert_eq!(names(text), found, "{text}");
        }
        assert!(!find_municipalities("度会・総務課")[0].whole);
        let text = "回答：鈴鹿市";
        assert_eq!(&text[find_municipalities(text)[0].range.clone()], "鈴鹿市");
    }

    #[test]
    fn lists_keep_their_marks() {
        // seed-05
        let list = listed(
            "伊勢市、鈴鹿市、名張市、東員町、川越町、朝日町※、多気町、明和町、玉城町※、度会町※、南伊勢町※、紀北町※、紀宝町※",
        );
        assert_eq!(list.len(), 13);
        assert_eq!(list.iter().filter(|one| one.marked).count(), 6);
        assert!(list.iter().all(|one| one.code.is_some()));
        assert_eq!(list[5].name, "朝日町");
    }

    #[test]
    fn a_megabyte_of_names() {
        for piece in ["津", "津市", "伊勢・", "郡", " "] {
            find_municipalities(&piece.repeat(1_000_000 / piece.len()));
        }
    }
}
