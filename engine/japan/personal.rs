//! Personal data: where it stands in texts and columns, and how it is hidden before anybody prints it.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::address::addresses;
use crate::code::{check_my_number, find_my_numbers};
use crate::date::read_date;
use crate::municipality::prefectures;
use crate::width::{is_hyphen, label_key, match_key};

/// A kind of personal data.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum PersonalKind {
    /// マイナンバー.
    MyNumber,
    /// Other numbers of a person: insurance, pension, driving licence, passport, residence record.
    PersonNumber,
    /// A name.
    Name,
    /// A name in kana.
    Kana,
    /// A day of birth.
    BirthDate,
    /// An address.
    Address,
    /// A postal code.
    PostalCode,
    /// A telephone number.
    Phone,
    /// A mail address.
    Email,
    /// A bank account.
    Account,
}

/// Personal data in a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Personal {
    /// What it looks like.
    pub kind: PersonalKind,
    /// Where it stands, in bytes.
    pub range: Range<usize>,
}

/// The words in a column's header that say what is in it, in the order in which they decide.
const HEADER_WORDS: [(PersonalKind, &[&str]); 10] = [
    (PersonalKind::MyNumber, &["マイナンバー", "個人番号"]),
    (
        PersonalKind::PersonNumber,
        &[
            "被保険者番号",
            "保険者番号",
            "被保険者証",
            "保険証番号",
            "基礎年金番号",
            "住民票コード",
            "免許証番号",
            "旅券番号",
            "受給者番号",
            "住民番号",
        ],
    ),
    (PersonalKind::Email, &["メール", "mail"]),
    (PersonalKind::Phone, &["電話", "tel", "携帯", "fax", "ファクス", "ファックス", "連絡先"]),
    (PersonalKind::PostalCode, &["郵便番号", "〒"]),
    (PersonalKind::BirthDate, &["生年月日", "誕生日", "出生日", "出生年月日"]),
    (PersonalKind::Account, &["口座番号", "口座名義", "振込先口座", "口座"]),
    (PersonalKind::Address, &["住所", "居所", "自宅", "本籍", "番地"]),
    (
        PersonalKind::Kana,
        &[
            "フリガナ",
            "ふりがな",
            "フリカナ",
            "よみがな",
            "ヨミガナ",
            "読み仮名",
            "読みがな",
            "氏名カナ",
            "カナ氏名",
            "カナ名",
            "シメイ",
            "氏名(カナ)",
        ],
    ),
    (
        PersonalKind::Name,
        &[
            "氏名",
            "姓名",
            "名前",
            "申請者",
            "届出者",
            "世帯主",
            "保護者",
            "代表者",
            "担当者",
            "患者名",
            "受診者",
            "利用者名",
            "受給者名",
            "対象者名",
            "職員名",
            "生徒名",
            "児童名",
            "園児名",
            "医師名",
            "名義人",
            "宛名",
            "回答者名",
            "委任者",
            "相続人",
            "本人名",
            "受験者名",
            "報告者名",
            "記入者",
            "作成者",
            "連絡者",
        ],
    ),
];

/// Headers that begin so speak of an organisation, whose name, address and telephone are public.
const ORGANISATIONS: [&str; 12] =
    ["施設", "事業所", "事業者", "法人", "団体", "会社", "企業", "医療機関", "機関", "病院", "店舗", "保健所"];

/// Endings that make a header something else than a name.
const NOT_NAMES: [&str; 26] = [
    "番号",
    "数",
    "人数",
    "件数",
    "区分",
    "ID",
    "id",
    "コード",
    "日",
    "年月日",
    "日付",
    "日時",
    "時刻",
    "所属",
    "職業",
    "職名",
    "年齢",
    "年代",
    "性別",
    "種別",
    "有無",
    "率",
    "割合",
    "状態",
    "課",
    "フラグ",
];

/// What a column holds by the words of its header, if that is personal.
pub fn header_is_personal(label: &str) -> Option<PersonalKind> {
    if label.len() > 600 {
        return None;
    }
    let key = label_key(label).to_ascii_lowercase();
    if matches!(key.as_str(), "姓" | "氏" | "名" | "name") {
        return Some(PersonalKind::Name);
    }
    if matches!(key.as_str(), "セイ" | "メイ" | "カナ") {
        return Some(PersonalKind::Kana);
    }
    let (kind, _) = HEADER_WORDS.iter().find(|(_, words)| words.iter().any(|word| key.contains(word)))?;
    let organisation = ORGANISATIONS.iter().any(|word| key.starts_with(word));
    let public = organisation
        && matches!(
            kind,
            PersonalKind::Name | PersonalKind::Kana | PersonalKind::Address | PersonalKind::PostalCode | PersonalKind::Phone
        );
    let own_name = ["代表者", "担当者", "氏名", "開設者"].iter().any(|word| key.contains(word))
        && matches!(kind, PersonalKind::Name | PersonalKind::Kana);
    let otherwise = *kind == PersonalKind::Name
        && (NOT_NAMES.iter().any(|end| key.ends_with(end))
            || ["ファイル", "シート", "フォルダ"].iter().any(|word| key.contains(word)));
    (!otherwise && (!public || own_name)).then_some(*kind)
}

const DIGIT: &str = "[0-9０-９]";
const HYPHEN: &str = r"[-‐‑‒–—―−－ーｰ]";

fn pattern(text: &str) -> Regex {
    let text = text.replace("<D>", DIGIT).replace("<H>", HYPHEN).replace("<P>", &prefectures().collect::<Vec<_>>().join("|"));
    // Every pattern is a literal below, and the tests compile them all.
    Regex::new(&text).expect("a literal pattern")
}

/// A telephone number, with or without brackets, and mobile numbers without hyphens.
static PHONE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:[+＋]81[- ]?<D>{1,4}|[(（]?[0０]<D>{1,4})(?:<H>|[)）]<H>?|[(（])<D>{1,4}(?:<H>|[)）])<D>{3,4}|[0０][5-9５-９][0０]<D>{8}",
    )
});
static POSTAL: LazyLock<Regex> = LazyLock::new(|| pattern(r"(〒\s?|郵便番号[:：\s]{0,2})?<D>{3}<H><D>{4}"));
static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}[@＠][A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,6}\.[A-Za-z]{2,12}")
});
/// A day that is said to be somebody's birthday.
static BIRTH: LazyLock<Regex> = LazyLock::new(|| {
    let day = r"(?:(?:明治|大正|昭和|平成|令和|[MTSHRＭＴＳＨＲ明大昭平令])\s?[.．]?(?:<D>{1,2}|元)|<D>{4})\s?[年./．／・-]\s?<D>{1,2}\s?[月./．／・-]\s?<D>{1,2}日?";
    pattern(&format!(r"(?:生年月日|誕生日)[:：\s(（]{{0,3}}{day}|{day}\s?生(?:まれ)?"))
});
/// What of an address may be shown: prefecture and municipality.
static PLACE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?:(?:<P>)[^\s0-9０-９]{0,8}?[市区町村]|(?:<P>)|[^\s0-9０-９＊]{1,6}?[市区町村])"));

/// Everything in a text that looks like personal data by its shape, in the order of the text and without overlaps.
/// Names have no shape: only a column's header tells them.
pub fn scan_personal(text: &str) -> Vec<Personal> {
    let mut found: Vec<Personal> = Vec::new();
    if !text.bytes().any(|b| b.is_ascii_digit() || b == b'@' || b == 0xEF) {
        return found;
    }
    found.extend(find_my_numbers(text).into_iter().map(|number| Personal { kind: PersonalKind::MyNumber, range: number.range }));
    found.extend(addresses(text).into_iter().map(|range| Personal { kind: PersonalKind::Address, range }));
    let mut add = |kind: PersonalKind, regex: &Regex, fits: fn(&str, &Range<usize>) -> bool| {
        let matches = regex.find_iter(text).map(|found| found.range()).filter(|range| fits(text, range));
        found.extend(matches.map(|range| Personal { kind, range }));
    };
    add(PersonalKind::Email, &EMAIL, |_, _| true);
    add(PersonalKind::BirthDate, &BIRTH, stands_alone);
    add(PersonalKind::Phone, &PHONE, is_phone);
    add(PersonalKind::PostalCode, &POSTAL, is_postal_code);
    without_overlaps(found)
}

/// The earliest and, among those that begin together, the first kind; whatever overlaps it goes.
fn without_overlaps(mut found: Vec<Personal>) -> Vec<Personal> {
    found.sort_by_key(|one| (one.range.start, one.kind));
    let mut end = 0;
    found.retain(|one| {
        let free = one.range.start >= end;
        if free {
            end = one.range.end;
        }
        free
    });
    found
}

fn digits(text: &str) -> usize {
    text.chars().filter(|c| c.is_ascii_digit() || matches!(c, '０'..='９')).count()
}

/// Whether no digit, hyphen or Latin letter joins a place to what stands around it.
fn stands_alone(text: &str, range: &Range<usize>) -> bool {
    let joins = |c: char| c.is_ascii_alphanumeric() || matches!(c, '０'..='９') || (is_hyphen(c) && c != 'ー');
    !text[..range.start].chars().next_back().is_some_and(joins) && !text[range.end..].chars().next().is_some_and(joins)
}

fn is_phone(text: &str, range: &Range<usize>) -> bool {
    let found = &text[range.clone()];
    let wanted = if found.starts_with(['+', '＋']) { 11..=12 } else { 10..=11 };
    let before = text.get(range.start.saturating_sub(3)..range.start).unwrap_or_default();
    let labelled = before.eq_ignore_ascii_case("tel") || before.eq_ignore_ascii_case("fax");
    let around = if labelled { range.end..range.end } else { range.clone() };
    wanted.contains(&digits(found)) && (labelled || stands_alone(text, &around))
}

fn is_postal_code(text: &str, range: &Range<usize>) -> bool {
    let found = &text[range.clone()];
    let behind = text[range.end..].trim_start_matches([' ', '\u{3000}']);
    let said =
        found.starts_with(['〒', '郵']) || text.trim().len() == found.len() || prefectures().any(|name| behind.starts_with(name));
    said && stands_alone(text, range)
}

/// The kinds of personal data in a text by their shapes, each once.
pub fn find_personal(text: &str) -> Vec<PersonalKind> {
    let mut kinds: Vec<PersonalKind> = scan_personal(text).into_iter().map(|one| one.kind).collect();
    kinds.sort();
    kinds.dedup();
    kinds
}

/// On what it rests that a value is taken for personal data.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Evidence {
    /// Its shape alone: one in ten of any twelve digits passes for an individual number.
    Shape,
    /// A word in the header or beside it, and a value that fits.
    Label,
}

/// Whether a cell holds personal data, by the header of its column and by its shape: the strongest kind, and on what that rests.
pub fn personal_value(column: Option<&str>, value: &str) -> Option<(PersonalKind, Evidence)> {
    if let Some(kind) = column.and_then(header_is_personal)
        && fits(kind, value)
    {
        return Some((kind, Evidence::Label));
    }
    let labelled = find_my_numbers(value).iter().any(|number| number.labelled);
    let first = *find_personal(value).first()?;
    Some((first, if labelled && first == PersonalKind::MyNumber { Evidence::Label } else { Evidence::Shape }))
}

/// Whether a value can be of the kind that its header says.
fn fits(kind: PersonalKind, value: &str) -> bool {
    if value.len() > 1_000 {
        return false;
    }
    match kind {
        PersonalKind::MyNumber => check_my_number(value),
        PersonalKind::PersonNumber | PersonalKind::Account => digits(value) >= 4,
        PersonalKind::Name | PersonalKind::Kana => is_name(value),
        PersonalKind::BirthDate => read_date(value, None).is_ok() || (value.len() == 5 && digits(value) == 5),
        PersonalKind::Address => value.chars().any(|c| c.is_alphabetic()) && value.chars().count() >= 3,
        PersonalKind::PostalCode => digits(value) == 7,
        PersonalKind::Phone => (9..=13).contains(&digits(value)),
        PersonalKind::Email => value.contains(['@', '＠']),
    }
}

/// Whether a text can be somebody's name: some kanji or kana, or Latin letters with a space, and nothing else.
fn is_name(value: &str) -> bool {
    let key = match_key(value);
    let letters = key.chars().filter(|c| !matches!(c, ' ' | '・')).count();
    let japanese = key.chars().all(|c| matches!(c, ' ' | '・' | 'ー' | '々' | 'ぁ'..='ゖ' | 'ァ'..='ヺ' | '\u{3400}'..='\u{9FFF}' | '\u{20000}'..='\u{3FFFF}' | '\u{E0100}'..='\u{E01EF}'));
    let latin = key.contains(' ') && key.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, ' ' | '.' | '-' | '\''));
    let nobody = ["なし", "不明", "未定", "同上", "該当なし", "非公表", "調査中", "欠番"].contains(&&*key);
    !nobody && ((japanese && (2..=20).contains(&letters)) || (latin && (3..=40).contains(&letters)))
}

/// A value as it may be printed: hidden as a whole where the column's header says that it is personal, else wherever it looks so.
/// Masking twice changes nothing more.
pub fn mask(column: Option<&str>, value: &str) -> String {
    match column.and_then(header_is_personal) {
        // A column 名前 can list files.
        Some(PersonalKind::Name) if is_file_name(value) => mask_shapes(value),
        Some(kind) => mask_as(kind, value),
        None => mask_shapes(value),
    }
}

fn is_file_name(value: &str) -> bool {
    value.rsplit_once('.').is_some_and(|(_, end)| (2..=5).contains(&end.len()) && end.bytes().all(|b| b.is_ascii_alphanumeric()))
}

fn mask_shapes(value: &str) -> String {
    let mut masked = String::with_capacity(value.len());
    let mut at = 0;
    for one in scan_personal(value) {
        masked.push_str(&value[at..one.range.start]);
        masked.push_str(&mask_as(one.kind, &value[one.range.clone()]));
        at = one.range.end;
    }
    masked.push_str(&value[at..]);
    masked
}

/// Hides a value of a known kind.
pub fn mask_as(kind: PersonalKind, value: &str) -> String {
    match kind {
        PersonalKind::MyNumber => mask_digits(value, 4),
        PersonalKind::Phone | PersonalKind::PostalCode => mask_digits(value, 3),
        PersonalKind::BirthDate => mask_digits(value, 0),
        PersonalKind::Name | PersonalKind::Kana => mask_letters(value, 1),
        PersonalKind::PersonNumber | PersonalKind::Account => mask_letters(value, 0),
        PersonalKind::Email => mask_email(value),
        PersonalKind::Address => mask_address(value),
    }
}

/// Stars for all digits (also in kanji) but the first ones.
fn mask_digits(value: &str, shown: usize) -> String {
    let mut seen = 0;
    value
        .chars()
        .map(|c| {
            let digit = c.is_ascii_digit() || matches!(c, '０'..='９' | '*') || "〇一二三四五六七八九十".contains(c);
            seen += usize::from(digit);
            if digit && seen > shown { '*' } else { c }
        })
        .collect()
}

/// Stars for all letters and digits but the first ones; spaces and signs stay.
fn mask_letters(value: &str, shown: usize) -> String {
    let mut seen = 0;
    value
        .chars()
        .map(|c| {
            let letter = !c.is_whitespace() && !matches!(c, '(' | ')' | '（' | '）' | '-' | '－' | '・' | '、' | '*');
            seen += usize::from(letter || c == '*');
            match letter && seen > shown {
                true if c.is_ascii_digit() => '*',
                true => '＊',
                false => c,
            }
        })
        .collect()
}

fn mask_email(value: &str) -> String {
    match value.split_once(['@', '＠']) {
        Some((name, domain)) => format!("{}***@{domain}", name.chars().take(1).filter(|c| *c != '*').collect::<String>()),
        None => mask_letters(value, 1),
    }
}

fn mask_address(value: &str) -> String {
    let shown = PLACE.find(value).map_or(0, |place| place.end());
    let rest = &value[shown..];
    if rest.trim().is_empty() { value.to_owned() } else { format!("{}＊＊＊", &value[..shown]) }
}

#[cfg(test)]
mod tests {
    use PersonalKind::*;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn headers_say_what_is_personal() {
        for (label, kind) in [
            ("マイナンバー", MyNumber),
            ("個人番号※", MyNumber),
            ("氏名", Name),
            ("氏　名", Name),
            ("申請者氏名", Name),
            ("担当者", Name),
            ("姓", Name),
            ("市町・所属・氏名", Name),
            ("フリガナ", Kana),
            ("氏名（カナ）", Kana),
            ("氏名カナ", Kana),
            ("ﾌﾘｶﾞﾅ", Kana),
            ("生年月日", BirthDate),
            ("住所", Address),
            ("申請者住所", Address),
            ("郵便番号", PostalCode),
            ("〒", PostalCode),
            ("電話番号", Phone),
            ("TEL", Phone),
            ("携帯電話", Phone),
            ("メールアドレス", Email),
            ("E-mail", Email),
            ("口座番号", Account),
            ("口座名義カナ", Account),
            ("被保険者番号", PersonNumber),
            ("保護者", Name),
            ("法人代表者氏名", Name),
            ("施設担当者名", Name),
        ] {
            assert_eq!(header_is_personal(label), Some(kind), "{label}");
        }
        for label in [
            "",
            "検査数",
            "市町村名",
            "都道府県名",
            "施設名",
            "事業所名",
            "事業所名フリガナ",
            "施設住所",
            "医療機関電話番号",
            "法人番号",
            "事業所番号",
            "受験番号",
            "職員番号",
            "回答者数",
            "件名",
            "品名",
            "ファイル名",
            "申請者数",
            "申請者区分",
            "患者_居住地",
            "担当者数",
            "所在地",
            "部局名",
            "名称",
            "保護者有無",
            "対象者数",
        ] {
            assert_eq!(header_is_personal(label), None, "{label}");
        }
    }

    #[test]
    fn shapes_are_found_in_texts() {
        for (text, kinds) in [
            ("1234-5678-9018", vec![MyNumber]),
            ("連絡は059-224-3070まで", vec![Phone]),
            ("０９０－１２３４－５６７８", vec![Phone]),
            ("090-1234-5678", vec![Phone]),
            ("09012345678", vec![Phone]),
            ("(059)224-3070", vec![Phone]),
            ("059(224)3070", vec![Phone]),
            ("TEL059-224-3070", vec![Phone]),
            ("+81-90-1234-5678", vec![Phone]),
            ("〒514-8570", vec![PostalCode]),
            ("514-8570", vec![PostalCode]),
            ("514-8570 三重県津市", vec![PostalCode]),
            ("hanako.mihon@example.jp に送る", vec![Email]),
            ("三重県津市広明町13番地", vec![Address]),
            ("三重県四日市市架空町１－２－３", vec![Address]),
            ("津市広明町13番地", vec![Address]),
            ("昭和40年1月2日生", vec![BirthDate]),
            ("生年月日：S40.1.2", vec![BirthDate]),
            ("1965/1/2生まれ", vec![BirthDate]),
            ("〒514-8570 三重県津市広明町13番地 電話059-224-3070", vec![Address, PostalCode, Phone]),
        ] {
            let mut kinds = kinds;
            kinds.sort();
            assert_eq!(find_personal(text), kinds, "{text}");
        }
        for text in [
            "",
            "検査数 1234",
            "2024-04-01",
            "令和6年4月1日",
            "100-2000人",
            "0001-0002-0003",
            "三重県津市",
            "三重県",
            "1,234,567",
            "12:30",
            "R6.4.1",
            "242012",
            "津市 3件",
            "1234567890123",
            "A059-224-3070",
            "059-224-3070-1",
            "三重県の人口は170万人",
            "P-0123",
            "津市役所1階",
        ] {
            assert!(find_personal(text).is_empty(), "{text} {:?}", scan_personal(text));
        }
    }

    #[test]
    fn values_are_hidden() {
        for (column, value, masked) in [
            (Some("マイナンバー"), "123456789018", "1234********"),
            (Some("マイナンバー"), "1234-5678-9018", "1234-****-****"),
            (Some("氏名"), "架空 太郎", "架＊ ＊＊"),
            (Some("氏名"), "架空　太郎", "架＊　＊＊"),
            (Some("フリガナ"), "カクウ タロウ", "カ＊＊ ＊＊＊"),
            (Some("生年月日"), "昭和40年1月2日", "昭和**年*月*日"),
            (Some("電話番号"), "059-224-3070", "059-***-****"),
            (Some("郵便番号"), "514-8570", "514-****"),
            (Some("住所"), "三重県津市広明町13番地", "三重県津市＊＊＊"),
            (Some("住所"), "広明町13", "広明町＊＊＊"),
            (Some("メール"), "hanako@example.jp", "h***@example.jp"),
            (Some("口座番号"), "1234567", "*******"),
            (Some("検査数"), "12", "12"),
            (None, "番号は1234-5678-9018です", "番号は1234-****-****です"),
            (None, "見本 電話090-1234-5678", "見本 電話090-****-****"),
            (Some("名前"), "R6_4月.xlsx", "R6_4月.xlsx"),
            (None, "津市", "津市"),
            (Some("備考"), "三重県津市広明町13番地の方", "三重県津市＊＊＊の方"),
        ] {
            assert_eq!(mask(column, value), masked, "{column:?} {value}");
        }
    }

    #[test]
    fn headers_and_shapes_are_weighed() {
        for (column, value, found) in [
            (Some("氏名"), "架空 太郎", Some((Name, Evidence::Label))),
            (Some("氏名"), "不明", None),
            (Some("氏名"), "12", None),
            (Some("フリガナ"), "ｶｸｳ ﾀﾛｳ", Some((Kana, Evidence::Label))),
            (Some("個人番号"), "1234-5678-9018", Some((MyNumber, Evidence::Label))),
            (Some("個人番号"), "123456789012", None),
            (Some("追跡番号"), "123456789018", Some((MyNumber, Evidence::Shape))),
            (None, "マイナンバー 123456789018", Some((MyNumber, Evidence::Label))),
            (Some("生年月日"), "S40.1.2", Some((BirthDate, Evidence::Label))),
            (Some("公表日"), "令和4年8月5日", None),
            (Some("備考"), "090-1234-5678", Some((Phone, Evidence::Shape))),
            (Some("検査数"), "1234", None),
        ] {
            assert_eq!(personal_value(column, value), found, "{column:?} {value}");
        }
    }

    #[test]
    fn a_megabyte_of_anything() {
        for piece in ["a", "1", "-", "059-224-", "a@b.", "三重県津市", "市", "昭和40年", "〒", "1234 ", "県市1"] {
            let long = piece.repeat(1_000_000 / piece.len());
            find_personal(&long);
            mask(None, &long);
            mask(Some("住所"), &long);
        }
    }

    proptest! {
        #![proptest_config(crate::laws())]

        #[test]
        fn masking_twice_is_masking_once(value in r"[0-9０-９\-－@.a-z三重県津市広明町番地架空太郎昭和年月日生〒 ＊*]{0,30}") {
            for column in [None, Some("氏名"), Some("住所"), Some("電話"), Some("メール"), Some("生年月日"), Some("口座番号"), Some("マイナンバー"), Some("郵便番号")] {
                let masked = mask(column, &value);
                prop_assert_eq!(mask(column, &masked), masked);
            }
        }

        #[test]
        fn an_individual_number_never_shows(base in "[0-9]{11}") {
            let number = format!("{base}{}", crate::my_number_check_digit(&base).unwrap());
            prop_assume!(number.chars().any(|c| !number.starts_with(c)));
            let text = "番号".to_owned() + &number;
            prop_assert!(!mask(None, &text).contains(&number));
        }
    }
}
