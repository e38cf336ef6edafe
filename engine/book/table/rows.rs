//! What a row below a header is: data, a total, a note, the header again, or the beginning of another table.

use rustc_hash::FxHashSet;

use crate::{TextId, Texts};

/// What a text may mean at the beginning of a row. Found out once for each text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Class(u8);

impl Class {
    /// Spaces alone.
    pub const BLANK: Class = Class(1);
    /// 計, 小計, 合計 … : surely a total.
    pub const TOTAL: Class = Class(2);
    /// 津保健所計, 4月計: a total if what stands before 計 says so.
    pub const SUBTOTAL: Class = Class(4);
    /// ※, 注, 出典, 以上.
    pub const NOTE: Class = Class(8);
    /// One of the labels of the header.
    pub const HEADER: Class = Class(16);
    /// 4月: in a column of days, the total of a month.
    pub const MONTH: Class = Class(32);
    /// Nothing of these.
    pub const NONE: Class = Class(0);
    const KNOWN: u8 = 128;

    pub fn is(self, other: Class) -> bool {
        self.0 & other.0 != 0
    }

    pub fn and(self, other: Class) -> Class {
        Class(self.0 | other.0)
    }

    /// Whether a row with such a text needs a second look.
    pub fn is_plain(self) -> bool {
        self.0 & !Class::BLANK.0 == 0
    }
}

/// The classes of all texts met so far.
pub(super) struct Classes<'a> {
    texts: &'a Texts,
    known: Vec<u8>,
    labels: FxHashSet<String>,
    first_letters: FxHashSet<char>,
}

impl<'a> Classes<'a> {
    /// Classes for a table whose header has these labels (as keys).
    pub fn new(texts: &'a Texts, labels: FxHashSet<String>) -> Classes<'a> {
        let first_letters = labels.iter().filter_map(|label| label.chars().next()).collect();
        Classes { texts, known: Vec::new(), labels, first_letters }
    }

    #[inline]
    pub fn of(&mut self, id: TextId) -> Class {
        match self.known.get(id.index()) {
            Some(&class) if class != 0 => Class(class & !Class::KNOWN),
            _ => self.learn(id),
        }
    }

    #[cold]
    fn learn(&mut self, id: TextId) -> Class {
        let class = self.classify(self.texts.get(id));
        if self.known.len() <= id.index() {
            self.known.resize(self.texts.len().max(id.index() + 1), 0);
        }
        self.known[id.index()] = class.0 | Class::KNOWN;
        class
    }

    fn classify(&self, text: &str) -> Class {
        let text = text.trim();
        let Some(first) = text.chars().next() else { return Class::BLANK };
        // Codes and amounts are many and each of them different.
        if first.is_ascii_digit() && text.bytes().all(|b| b.is_ascii_digit()) && !self.first_letters.contains(&first) {
            return Class::NONE;
        }
        let mut class = if begins_a_note(text) { Class::NOTE } else { Class::NONE };
        // Most texts are long or have none of these letters; making a key of each would cost more than reading it.
        if text.len() > 90 {
            return class;
        }
        let telling = text.contains(['計', '掲', '均', '総', '数', '体', '月', 'T', 't', 'Ｔ']);
        let may_be_label =
            self.first_letters.contains(&first) || !first.is_ascii() && !first.is_alphabetic() || first == '\u{3000}';
        if !telling && !may_be_label {
            return class;
        }
        let key = japan::label_key(text);
        if self.labels.contains(&key) {
            class = class.and(Class::HEADER);
        }
        if is_total(&key) {
            class = class.and(Class::TOTAL);
        } else if subtotal_of(&key).is_some() {
            class = class.and(Class::SUBTOTAL);
        }
        if is_month(&key) {
            class = class.and(Class::MONTH);
        }
        class
    }
}

fn begins_a_note(text: &str) -> bool {
    const FIRST: &[char] = &['※', '＊', '*', '(', '（', '【', '［', '〔', '出', '資', '注', '備', '以', '余'];
    if !text.starts_with(FIRST) {
        return false;
    }
    let starts = |words: &[&str]| words.iter().any(|word| text.starts_with(word));
    let behind =
        |word: &str, marks: &[char]| text.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with(marks));
    const AFTER: &[char] = &[
        '1', '2', '3', '4', '5', '6', '7', '8', '9', '１', '２', '３', '４', '５', '６', '７', '８', '９', ')', '）', '.', '．',
        ':', '：', ' ', '　', '】', '］',
    ];
    starts(&[
        "※",
        "＊",
        "*",
        "(注",
        "（注",
        "【注",
        "［注",
        "〔注",
        "出典",
        "資料：",
        "資料:",
        "注記",
        "注意事項",
        "備考：",
        "備考:",
    ]) || behind("注", AFTER)
        || behind("備考", &[':', '：', '1', '１'])
        || matches!(text, "以上" | "以下余白" | "余白" | "以下空白" | "（以上）" | "(以上)" | "（以下余白）" | "［以上］")
}

/// Whether a label key names a total and nothing else.
fn is_total(key: &str) -> bool {
    const TOTALS: &[&str] = &[
        "計",
        "小計",
        "中計",
        "合計",
        "総計",
        "総合計",
        "累計",
        "累積",
        "総数",
        "全体",
        "月計",
        "日計",
        "週計",
        "年計",
        "年度計",
        "県計",
        "市計",
        "町計",
        "市町計",
        "全県計",
        "全県",
        "全体計",
        "平均",
        "月平均",
        "再掲",
        "内数",
        "total",
        "subtotal",
        "grandtotal",
    ];
    let bare = bare_total(key);
    TOTALS.contains(&&*bare) || is_repeated(key)
}

/// The key of a total without brackets and letters behind it: 計(A), 【合計】, 合計A+B.
fn bare_total(key: &str) -> String {
    let key = key.to_lowercase();
    let inner = key.trim_matches(['(', ')', '[', ']', '【', '】', '<', '>', '〈', '〉', '*', '-', ':', '・']);
    let end = inner.find(['(', '[']).unwrap_or(inner.len());
    let word = &inner[..end];
    word.trim_end_matches(|c: char| c.is_ascii_alphabetic() && !word.is_ascii() || matches!(c, '+' | '=')).to_owned()
}

/// 再掲 and （うち…: rows that repeat a part of the rows above.
fn is_repeated(key: &str) -> bool {
    key.starts_with("再掲")
        || key.ends_with("再掲")
        || key.starts_with("(再掲")
        || key.ends_with("(再掲)")
        || key.starts_with("(うち")
}

/// Whether a total is one that the rows above should add up to.
pub(super) fn is_a_sum(key: &str) -> bool {
    let bare = bare_total(key);
    !is_repeated(key)
        && !["累計", "累積", "平均", "月平均", "内数"].contains(&&*bare)
        && !key.contains("累計")
        && !key.contains("平均")
}

/// Whether a total is that of a part of the table rather than of the whole.
pub(super) fn is_of_a_part(key: &str) -> bool {
    let bare = bare_total(key);
    ["小計", "中計", "月計", "日計", "週計"].contains(&&*bare) || subtotal_of(key).is_some() || is_month(key)
}

/// What stands before 計 in a subtotal: 津保健所 of 津保健所計. None for words that merely end so (会計, 統計).
pub(super) fn subtotal_of(key: &str) -> Option<&str> {
    const WORDS: &[&str] = &[
        "会計",
        "統計",
        "家計",
        "時計",
        "設計",
        "生計",
        "推計",
        "余計",
        "集計",
        "主計",
        "温度計",
        "湿度計",
        "体重計",
        "血圧計",
        "雨量計",
        "流量計",
        "握力計",
        "風速計",
        "体温計",
    ];
    if key.chars().count() > 30 || WORDS.iter().any(|word| key.ends_with(word)) {
        return None;
    }
    let before = ["小計", "合計", "総計", "累計", "計"].iter().find_map(|word| key.strip_suffix(word))?;
    (!before.is_empty()).then_some(before.trim_end_matches(['の', '・', '-', ':', '(']))
}

/// Whether what stands before 計 is a stretch of time, so that the row is a total whatever stands around it.
pub(super) fn is_a_time(before: &str) -> bool {
    let numbered = before.starts_with(|c: char| c.is_ascii_digit())
        || ["令和", "平成", "第", "上", "下", "前", "後", "年", "当"].iter().any(|word| before.starts_with(word));
    numbered && ["月", "月分", "年", "年度", "半期", "四半期", "期", "週", "日", "旬"].iter().any(|word| before.ends_with(word))
}

fn is_month(key: &str) -> bool {
    let digits = key.bytes().take_while(u8::is_ascii_digit).count();
    if !(1..=2).contains(&digits) || !key[..digits].parse::<u8>().is_ok_and(|month| (1..=12).contains(&month)) {
        return false;
    }
    matches!(&key[digits..], "月" | "月分" | "月計" | "月中" | "月合計" | "月小計")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(text: &str) -> Class {
        let texts = Texts::new();
        let labels = ["検査数".to_owned()].into_iter().collect();
        Classes::new(&texts, labels).of(texts.intern(text))
    }

    #[test]
    fn totals_are_told_from_words_that_look_like_them() {
        for total in [
            "計",
            "合　計",
            "小計",
            "総計",
            "【合計】",
            "計（A）",
            "再掲",
            "（再掲）県外",
            "累計",
            "総数",
            "Total",
            "市町計",
            "平均",
        ] {
            assert!(class(total).is(Class::TOTAL), "{total}");
        }
        for part in ["津保健所計", "4月計", "令和6年度 計", "北勢小計"] {
            assert!(class(part).is(Class::SUBTOTAL), "{part}");
        }
        for plain in ["会計", "一般会計", "統計", "津", "体温計", "計画", "合計特殊出生率", "数", "架空 太郎", "総務部"]
        {
            assert!(class(plain).is_plain(), "{plain}");
        }
    }

    #[test]
    fn notes_labels_and_months() {
        for note in ["※ 速報値", "注1 暫定", "（注）後日修正", "出典：県", "以上"] {
            assert!(class(note).is(Class::NOTE), "{note}");
        }
        assert!(!class("注文書").is(Class::NOTE) && !class("備考あり").is(Class::NOTE));
        assert!(class("検 査 数").is(Class::HEADER));
        assert!(class("４月").is(Class::MONTH) && class("12月計").is(Class::MONTH) && !class("13月").is(Class::MONTH));
        assert!(class("　 ").is(Class::BLANK));
    }

    #[test]
    fn what_is_added_up() {
        assert!(is_a_sum("合計") && is_a_sum("津計") && !is_a_sum("再掲") && !is_a_sum("累計") && !is_a_sum("平均"));
        assert!(is_of_a_part("小計") && is_of_a_part("4月計") && !is_of_a_part("合計"));
        assert_eq!(subtotal_of("津保健所計"), Some("津保健所"));
        assert!(is_a_time("4月") && is_a_time("令和6年度") && !is_a_time("津保健所"));
    }
}
