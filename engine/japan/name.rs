//! File names that every system accepts, and the names of departments in one cell.

use unicode_normalization::UnicodeNormalization;

use crate::number::read_number;
use crate::width::label_key;

/// Bytes of a name on Linux file systems.
pub const MOST_BYTES: usize = 255;
/// UTF-16 units of a name on NTFS and SMB.
pub const MOST_UNITS: usize = 255;
/// UTF-16 units of a whole path that Explorer and most Windows programs can open (260 with the NUL at the end).
pub const MOST_PATH_UNITS: usize = 259;

/// Why a file name is not accepted everywhere.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum NameTrouble {
    /// Nothing, `.` or `..`.
    Empty,
    /// One of `< > : " / \ | ? *`.
    Forbidden { character: char },
    /// A character that cannot be seen: a control character, a zero-width one, a line separator.
    Invisible { character: char },
    /// A character that turns the direction of writing, so that the name reads otherwise than it is (`exe.xlsx` that is a program).
    Direction { character: char },
    /// A device of Windows, also with an extension.
    Reserved { word: String },
    /// A space at the end.
    TrailingSpace,
    /// A point at the end.
    TrailingDot,
    /// More bytes than Linux allows.
    TooManyBytes { bytes: usize },
    /// More UTF-16 units than Windows allows.
    TooManyUnits { units: usize },
    /// The whole path is longer than Windows programs can open.
    PathTooLong { units: usize },
}

/// What is wrong with a file name. `path_units` is the length of the whole path with this name in UTF-16 units
/// (see [`utf16_units`]), or 0 where it is not known.
pub fn check_file_name(name: &str, path_units: usize) -> Vec<NameTrouble> {
    let mut troubles = Vec::new();
    if matches!(name, "" | "." | "..") || name.trim().is_empty() {
        troubles.push(NameTrouble::Empty);
    }
    let mut units = 0;
    for character in name.chars() {
        units += character.len_utf16();
        let trouble = character_trouble(character);
        // The same character is said once.
        troubles.extend(trouble.filter(|trouble| !troubles.contains(trouble)));
    }
    troubles.extend(reserved_word(name).map(|word| NameTrouble::Reserved { word }));
    if name.ends_with([' ', '\u{3000}']) {
        troubles.push(NameTrouble::TrailingSpace);
    }
    if name.ends_with('.') && !matches!(name, "." | "..") {
        troubles.push(NameTrouble::TrailingDot);
    }
    let bytes = name.len();
    if bytes > MOST_BYTES {
        troubles.push(NameTrouble::TooManyBytes { bytes });
    }
    if units > MOST_UNITS {
        troubles.push(NameTrouble::TooManyUnits { units });
    }
    if path_units.max(units) > MOST_PATH_UNITS {
        troubles.push(NameTrouble::PathTooLong { units: path_units.max(units) });
    }
    troubles
}

fn character_trouble(character: char) -> Option<NameTrouble> {
    match character {
        // Nearly all that Japanese file names are made of.
        'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | '-' | '.' | '\u{3000}'..='\u{9FFF}' => None,
        '<' | '>' | ':' | '"' | '/' | '\\' | '|' | '?' | '*' => Some(NameTrouble::Forbidden { character }),
        '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => {
            Some(NameTrouble::Direction { character })
        }
        '\u{200B}'..='\u{200D}'
        | '\u{2028}'
        | '\u{2029}'
        | '\u{2060}'..='\u{2064}'
        | '\u{FEFF}'
        | '\u{00AD}'
        | '\u{FFF9}'..='\u{FFFB}'
        | '\u{E0001}'..='\u{E007F}' => Some(NameTrouble::Invisible { character }),
        _ if character.is_control() => Some(NameTrouble::Invisible { character }),
        _ => None,
    }
}

/// The device that a name means on Windows: the part before the first point, without spaces at its end.
fn reserved_word(name: &str) -> Option<String> {
    let word = name.split(['.', ':']).next().unwrap_or_default().trim_end();
    // A longer word is no device.
    if word.len() > 8 {
        return None;
    }
    let upper = word.to_uppercase();
    let numbered = ["COM", "LPT"].iter().any(|device| {
        let mut digits = upper.strip_prefix(device).unwrap_or_default().chars();
        matches!(digits.next(), Some('0'..='9' | '¹' | '²' | '³')) && digits.next().is_none()
    });
    let device = numbered || matches!(upper.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$" | "CLOCK$");
    device.then(|| word.to_owned())
}

/// How many UTF-16 units a text takes, as Windows counts.
pub fn utf16_units(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().map(char::len_utf16).sum() }
}

/// The key by which names collide: composed (a Mac sends パ as ハ and a mark) and without difference of case.
pub fn name_key(name: &str) -> String {
    let mut key = String::new();
    push_name_key(&mut key, name);
    key
}

/// Puts [`name_key`] behind a text: for many names, without a text for each.
pub fn push_name_key(text: &mut String, name: &str) {
    if name.chars().all(is_settled) {
        let from = text.len();
        text.push_str(name);
        text[from..].make_ascii_lowercase();
        return;
    }
    // To capitals first: ς and σ share theirs. Composing again joins what changing the case took apart.
    let mut key = case_folded(name);
    for _ in 0..3 {
        let next = case_folded(&key);
        if next == key {
            break;
        }
        key = next;
    }
    text.push_str(&key);
}

/// Characters that have one form, and no case beyond ASCII: nearly all that Japanese file names are made of. The marks that join
/// with what stands before them (U+302A to U+302F, U+3099, U+309A) are not among them.
fn is_settled(character: char) -> bool {
    matches!(character, '\0'..='\x7F' | '\u{3000}'..='\u{3029}' | '\u{3030}'..='\u{3098}' | '\u{309B}'..='\u{30FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}')
}

fn case_folded(name: &str) -> String {
    name.nfc().flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfc().collect()
}

/// Why the departments of a cell cannot be counted.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum DepartmentTrouble {
    /// No department is named.
    NoName,
    /// Not a whole number, with or without 各.
    NotACount,
    /// Several departments and one number without 各: nobody knows how it divides.
    Undivided { departments: usize, count: u64 },
}

/// The departments of a cell with their counts: `各5` is five for each of them.
pub fn departments(names: &str, count: &str) -> Result<Vec<(String, u64)>, DepartmentTrouble> {
    let names = split_departments(names);
    if names.is_empty() {
        return Err(DepartmentTrouble::NoName);
    }
    let text = count.trim();
    let each = text.strip_prefix('各');
    let number = read_number(each.unwrap_or(text)).map_err(|_| DepartmentTrouble::NotACount)?;
    let whole = number.value.is_integer() && !number.value.is_sign_negative();
    let count = u64::try_from(number.value).ok().filter(|_| whole).ok_or(DepartmentTrouble::NotACount)?;
    if each.is_none() && names.len() > 1 {
        return Err(DepartmentTrouble::Undivided { departments: names.len(), count });
    }
    Ok(names.into_iter().map(|name| (name, count)).collect())
}

/// The departments named in one cell. `・` parts them only where every part is a department of its own:
/// `総務部・企画振興部` are two, `子ども・福祉部` is one.
pub fn split_departments(names: &str) -> Vec<String> {
    let mut departments = Vec::new();
    for part in names.split(['、', '，', ',', '､', '\n', '\r', '／', '/', ';', '；']) {
        let name = label_key(part);
        if name.is_empty() {
            continue;
        }
        let parts: Vec<&str> = name.split('・').collect();
        if parts.len() > 1 && parts.iter().all(|part| is_department(part)) {
            departments.extend(parts.into_iter().map(str::to_owned));
        } else {
            departments.push(name);
        }
    }
    departments
}

fn is_department(part: &str) -> bool {
    let endings =
        ["部", "局", "課", "室", "庁", "係", "班", "所", "会", "組合", "センター", "事務局", "本部", "署", "院", "校", "館"];
    endings.iter().any(|end| part.len() > end.len() && part.ends_with(end))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn is_good(name: &str) -> bool {
        check_file_name(name, 0).is_empty()
    }

    #[test]
    fn windows_refuses_some_names() {
        // file-01
        for name in ["CON.xlsx", "nul.csv", "LPT1", "報告.", "報告 ", "a:b.xlsx", "名簿?.csv"] {
            assert!(!is_good(name), "{name}");
        }
        for name in [
            "",
            ".",
            "..",
            " ",
            "aux",
            "Com9.tar.gz",
            "COM¹",
            "CON .txt",
            "CONIN$",
            "a\tb",
            "a\0b",
            "a\nb",
            "a/b",
            "a\\b",
            "a|b",
            "a<b",
            "\"a\"",
            "a*",
            "報告　",
            "\u{202E}xslx.exe",
            "a\u{200B}b",
            "\u{FEFF}a",
        ] {
            assert!(!is_good(name), "{name:?}");
        }
        for name in [
            "報告.xlsx",
            "CONTROL.xlsx",
            "COM10",
            "COM",
            "console",
            "機2_成績データ.xlsx",
            ".gitignore",
            "a.b.c",
            "ＣＯＮ",
            "報告(1).xlsx",
            "【津市】様式1(回答).xlsx",
            "パルス\u{3099}.csv",
            "a b.csv",
            "AUXILIARY",
            "LPTX",
        ] {
            assert!(is_good(name), "{name:?}");
        }
    }

    #[test]
    fn settled_characters_have_one_form() {
        for character in (0..0x1_0000u32).filter_map(char::from_u32).filter(|character| is_settled(*character)) {
            for text in [format!("{character}"), format!("か{character}"), format!("{character}が")] {
                assert_eq!(case_folded(&text), text.to_ascii_lowercase(), "U+{:04X}", character as u32);
            }
        }
        assert_eq!(name_key("報告Ａ.XLSX"), name_key("報告ａ.xlsx"));
    }

    #[test]
    fn both_lengths_are_checked() {
        // file-02
        assert!(is_good(&"漢".repeat(85)));
        assert_eq!(check_file_name(&"漢".repeat(86), 0), [NameTrouble::TooManyBytes { bytes: 258 }]);
        assert!(is_good(&"a".repeat(255)));
        assert_eq!(
            check_file_name(&"a".repeat(256), 0),
            [NameTrouble::TooManyBytes { bytes: 256 }, NameTrouble::TooManyUnits { units: 256 }]
        );
        assert_eq!(utf16_units("𠮷a"), 3);
        // file-03
        let path = 258;
        assert!(check_file_name("成績データ.xlsx", path).is_empty());
        assert_eq!(check_file_name("機2_成績データ.xlsx", path + utf16_units("機2_")), [NameTrouble::PathTooLong { units: 261 }]);
        assert!(check_file_name("a", 259).is_empty());
    }

    #[test]
    fn names_from_a_mac_collide_with_their_equals() {
        // norm-02
        let nfc = "パルスオキシメータ貸出リスト.xlsx";
        let nfd: String = nfc.nfd().collect();
        assert_eq!((utf16_units(nfc), utf16_units(&nfd)), (19, 20));
        assert_eq!(name_key(nfc), name_key(&nfd));
        assert_eq!(name_key("R6.XLSX"), name_key("r6.xlsx"));
        assert_eq!(name_key("Ａ.csv"), name_key("ａ.csv"));
        assert_ne!(name_key("Ａ.csv"), name_key("a.csv"));
        assert_ne!(name_key("髙.csv"), name_key("高.csv"));
    }

    #[test]
    fn each_is_for_every_department() {
        // seed-01
        let rows = [
            ("医療保健部", "16"),
            ("総務部、子ども・福祉部、農林水産部", "各5"),
            ("県土整備部", "4"),
            ("環境生活部、雇用経済部、教育委員会事務局", "各3"),
            ("戦略企画部、出納局、病院事業庁", "各2"),
            ("防災対策部、地域連携部、人事委員会事務局、四日市港管理組合", "各1"),
        ];
        let all: Vec<(String, u64)> = rows.iter().flat_map(|(names, count)| departments(names, count).unwrap()).collect();
        assert_eq!(all.len(), 15);
        assert_eq!(all.iter().map(|(_, count)| count).sum::<u64>(), 54);
        assert!(all.contains(&("子ども・福祉部".to_owned(), 5)));
        assert_eq!(departments("総務部、出納局", "５"), Err(DepartmentTrouble::Undivided { departments: 2, count: 5 }));
        assert_eq!(departments("総務部", "５件"), Ok(vec![("総務部".to_owned(), 5)]));
        assert_eq!(departments("総務部", "－"), Err(DepartmentTrouble::NotACount));
        assert_eq!(departments("総務部", "各1.5"), Err(DepartmentTrouble::NotACount));
        assert_eq!(departments(" ", "1"), Err(DepartmentTrouble::NoName));
    }

    #[test]
    fn a_middle_dot_parts_only_whole_departments() {
        assert_eq!(split_departments("総務部・企画振興部"), ["総務部", "企画振興部"]);
        assert_eq!(split_departments("総務部・出納局"), ["総務部", "出納局"]);
        assert_eq!(split_departments("子ども・福祉部"), ["子ども・福祉部"]);
        assert_eq!(split_departments("総務部\n子ども・福祉部"), ["総務部", "子ども・福祉部"]);
    }

    #[test]
    fn a_megabyte_is_only_too_long() {
        for piece in ["漢", "\u{202E}", "か\u{3099}", "İ", "、", "・"] {
            let long = piece.repeat(1_000_000 / piece.len());
            assert!(!check_file_name(&long, 0).is_empty());
            name_key(&long);
            split_departments(&long);
        }
    }

    proptest! {
        #![proptest_config(crate::laws())]

        #[test]
        fn name_keys_are_stable(name in r"(\PC|[ςσİßﬁか\x{3099}ハ\x{309A}A-Z]){0,16}") {
            let key = name_key(&name);
            prop_assert_eq!(name_key(&key), key.clone());
            let nfd: String = name.nfd().collect();
            prop_assert_eq!(name_key(&nfd), key);
        }

        #[test]
        fn a_good_name_stays_good_behind_another_extension(name in "[a-z漢字ア-ン0-9_]{1,20}") {
            prop_assume!(reserved_word(&name).is_none());
            let longer = name + ".xlsx";
            prop_assert!(is_good(&longer));
        }
    }
}
