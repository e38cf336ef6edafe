//! Which of several names a person probably meant.

use std::borrow::Cow;

/// Longer names are compared by their beginning only, so that no cell can make the comparison dear.
const COMPARED: usize = 48;

/// The name most like `wanted`, if one is alike at all: what an error offers, never what is used silently.
pub fn nearest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let key = loose(wanted);
    names
        .into_iter()
        .filter_map(|name| {
            let other = loose(name);
            let (a, b) = (key.chars().count(), other.chars().count());
            if a == 0 || b == 0 {
                return None;
            }
            let contained = a.min(b) >= 2 && (key.contains(&*other) || other.contains(&*key));
            let steps = distance(&key, &other);
            (contained || steps * 2 <= a.max(b)).then_some((steps, name))
        })
        .min_by_key(|(steps, _)| *steps)
        .map(|(_, name)| name)
}

/// A name made ready for being compared many times.
pub(super) struct Name {
    /// Without marks and spaces.
    loose: String,
    /// Besides, letters that look alike are one.
    folded: String,
    /// Without what stands in brackets.
    bare: String,
    /// How many letters the folded name has.
    letters: usize,
}

impl Name {
    pub fn new(label: &str) -> Name {
        let key = japan::label_key(label);
        let loose = loose_key(&key);
        let folded = fold(&loose).into_owned();
        let bare = without_brackets(&key);
        Name { letters: folded.chars().count(), loose, folded, bare }
    }

    /// How surely a header stands for this name although it is written differently; smaller is surer.
    /// None where it may just as well be another column: 陽性数 is not 陰性数, and 累計 is not the day's count.
    pub fn likeness(&self, found: &Name) -> Option<u32> {
        if self.letters == 0 || found.letters == 0 {
            return None;
        }
        if self.loose == found.loose {
            return Some(0);
        }
        if self.folded == found.folded {
            return Some(1);
        }
        if self.bare == found.bare && self.bare.chars().nth(1).is_some() {
            return Some(2);
        }
        let (long, short) = if self.letters >= found.letters { (self, found) } else { (found, self) };
        if long.letters - short.letters <= 1
            && let Some(slip) = one_slip(&long.folded, &short.folded)
        {
            return Some(slip);
        }
        contained(long, short)
    }
}

/// The likeness of two names that are compared but once.
pub(super) fn likeness(wanted: &str, found: &str) -> Option<u32> {
    Name::new(wanted).likeness(&Name::new(found))
}

/// One letter too many or too few, or one wrong letter among kana or Latin letters, in a label of five letters or more.
fn one_slip(long: &str, short: &str) -> Option<u32> {
    let (long, short): (Vec<char>, Vec<char>) = (long.chars().collect(), short.chars().collect());
    if short.len() < 4 || long.len() < 5 || long.len() > COMPARED {
        return None;
    }
    let start = long.iter().zip(short.iter()).take_while(|(x, y)| x == y).count();
    if long.len() == short.len() {
        let same_tail = long[start + 1..] == short[start + 1..];
        return (same_tail && is_letter(long[start]) && is_letter(short[start])).then_some(4);
    }
    let extra = long[start];
    (long[start + 1..] == short[start..] && harmless(&extra.to_string())).then_some(3)
}

/// One label within the other, where what is added does not change what is meant.
fn contained(long: &Name, short: &Name) -> Option<u32> {
    if short.letters < 3 || short.letters * 2 < long.letters {
        return None;
    }
    let at = long.folded.find(&short.folded)?;
    let (head, tail) = (&long.folded[..at], &long.folded[at + short.folded.len()..]);
    (harmless(head) && harmless(tail)).then_some(5 + (long.letters - short.letters) as u32)
}

/// Kana and Latin letters, where one slip changes the spelling and not the meaning.
fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, 'ぁ'..='ん' | 'ァ'..='ヴ' | 'ー')
}

/// Whether words added to a label leave its meaning alone.
fn harmless(extra: &str) -> bool {
    // Each of these makes another column of the same word: a total, a rate, another time, another kind of person.
    const CHANGES: &[&str] = &[
        "非", "未", "不", "無", "再", "前", "後", "累", "計", "平均", "率", "割", "比", "増", "減", "差", "最", "内", "外", "他",
        "旧", "新", "予", "見込", "決算", "目標", "実績", "昨", "翌", "次", "除", "男", "女", "上", "下", "左", "右", "以", "コ",
        "番", "月", "年", "日", "陽", "陰", "第", "副", "正", "誤", "元", "先", "別", "種", "区", "件", "人", "額", "数", "准",
        "準", "総", "全", "各", "小", "中", "大", "高", "低", "親", "子", "夜", "朝", "昼", "始", "終", "開", "了", "入", "出",
        "退", "死", "重", "軽", "カナ", "カタ", "フリ", "ふり", "かな",
    ];
    !extra.chars().any(|c| c.is_numeric()) && !CHANGES.iter().any(|word| extra.contains(word))
}

/// A label without marks and brackets: 検査実施_人数 and 検査実施人数 are one.
fn loose(label: &str) -> String {
    loose_key(&japan::label_key(label))
}

fn loose_key(key: &str) -> String {
    key.chars().filter(|c| c.is_alphanumeric() || *c == 'ー').take(COMPARED * 2).flat_map(char::to_lowercase).collect()
}

/// A label key without what stands in brackets: 金額(千円) is 金額.
fn without_brackets(key: &str) -> String {
    let mut depth = 0u32;
    let mut bare = String::new();
    for c in key.chars() {
        match c {
            '(' | '[' | '〔' | '【' | '〈' | '<' => depth += 1,
            ')' | ']' | '〕' | '】' | '〉' | '>' => depth = depth.saturating_sub(1),
            _ if depth == 0 => bare.push(c),
            _ => {}
        }
    }
    loose_key(&bare)
}

/// Letters that look alike, as text copied from a PDF or read by OCR confuses them, folded to one.
fn fold(label: &str) -> Cow<'_, str> {
    if label.is_ascii() {
        return Cow::Borrowed(label);
    }
    Cow::Owned(label.chars().map(fold_letter).collect())
}

fn fold_letter(c: char) -> char {
    match c {
        // Cyrillic and Greek twins of Latin letters, and the two that OCR puts for katakana.
        'а' | 'α' => 'a',
        'в' => 'b',
        'е' | 'ё' => 'e',
        'к' | 'κ' => 'k',
        'м' => 'm',
        'н' => 'h',
        'о' | 'ο' => 'o',
        'р' | 'ρ' => 'p',
        'с' => 'c',
        'т' | 'τ' => 't',
        'х' | 'χ' => 'x',
        'у' => 'y',
        'й' => 'イ',
        'д' => 'ド',
        'и' | 'ν' => 'ウ',
        // Katakana and the kanji of the same look.
        '口' => 'ロ',
        '力' => 'カ',
        '二' => 'ニ',
        '工' => 'エ',
        '八' => 'ハ',
        '夕' => 'タ',
        '卜' => 'ト',
        '一' => 'ー',
        'へ' => 'ヘ',
        'べ' => 'ベ',
        'ぺ' => 'ペ',
        'り' => 'リ',
        '曰' => '日',
        // Chinese, older and variant forms of the same kanji.
        '时' => '時',
        '间' => '間',
        '检' | '檢' => '検',
        '查' => '査',
        '数' | '數' => '数',
        '实' | '實' => '実',
        '阳' => '陽',
        '员' => '員',
        '额' => '額',
        '号' | '號' => '号',
        '县' | '縣' => '県',
        '区' | '區' => '区',
        '高' | '髙' => '高',
        '崎' | '﨑' => '崎',
        '来' | '來' => '来',
        '会' | '會' => '会',
        '体' | '體' => '体',
        '医' | '醫' => '医',
        '国' | '國' => '国',
        '齢' | '齡' => '齢',
        other => other,
    }
}

/// Letters to add, drop or change to make one of the other (Levenshtein), over the beginning of both.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(COMPARED).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().take(COMPARED).enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let step = if x == *y { corner } else { 1 + corner.min(row[j]).min(row[j + 1]) };
            corner = row[j + 1];
            row[j + 1] = step;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_written_differently_are_recognised() {
        for (wanted, found) in [
            ("検査実施_人数", "検査実施人数"),
            ("事業費", "事業費 （千円）"),
            ("デジタルデバイド", "デジタルデバйд"),
            ("相談時間", "相談时间"),
            ("カタログ", "カタ口グ"),
            ("メールアドレス", "メールアドレズ"),
            ("ユーザー番号", "ユーザ番号"),
            ("お住まいの市町", "お住まいの市町名"),
        ] {
            assert!(likeness(wanted, found).is_some(), "{wanted} {found}");
        }
    }

    #[test]
    fn other_columns_are_not_taken_for_the_wanted_one() {
        for (wanted, found) in [
            ("陽性者数", "陰性者数"),
            ("検査人数", "検査件数"),
            ("検査数", "検査数累計"),
            ("陽性者数", "新規陽性者数"),
            ("市町村", "市町村コード"),
            ("回答数", "未回答数"),
            ("氏名", "フリガナ"),
            ("令和5年度実績", "令和6年度実績"),
            ("検査実施_人数", "検査人数"),
        ] {
            assert_eq!(likeness(wanted, found), None, "{wanted} {found}");
        }
    }

    #[test]
    fn the_nearest_name_is_offered() {
        assert_eq!(nearest("検査実施_人数", ["備考", "検査人数", "日付"]), Some("検査人数"));
        assert_eq!(nearest("陽性数", ["住所", "氏名"]), None);
    }
}
