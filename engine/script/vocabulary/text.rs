//! 文字: texts.

use std::cell::RefCell;

use regex::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};
use rhai::{Array, Dynamic, ImmutableString};
use rustc_hash::FxHashMap;

use super::{Entry, Vocabulary};
use crate::ValueKind;
use crate::error::TroubleKind;
use crate::fault::{Fault, Said, kind_of};
use crate::options;
use crate::session::Session;

/// Bytes that a compiled pattern may take: a pattern made to explode is refused.
const PATTERN_BYTES: usize = 1 << 20;
/// Patterns kept compiled; a script has a handful.
const PATTERNS: usize = 64;

/// Compiled patterns.
#[derive(Default)]
pub(crate) struct Patterns(RefCell<FxHashMap<ImmutableString, Regex>>);

impl Patterns {
    /// The pattern, compiled once.
    pub fn get(&self, pattern: &ImmutableString) -> Said<Regex> {
        if let Some(known) = self.0.borrow().get(pattern) {
            return Ok(known.clone());
        }
        let compiled =
            RegexBuilder::new(pattern).size_limit(PATTERN_BYTES).dfa_size_limit(PATTERN_BYTES).build().map_err(|_| {
                Fault::about(pattern, TroubleKind::CannotRead { wanted: crate::Wanted::Pattern, private: pattern.to_string() })
            })?;
        let mut known = self.0.borrow_mut();
        if known.len() >= PATTERNS {
            known.clear();
        }
        known.insert(pattern.clone(), compiled.clone());
        Ok(compiled)
    }

    /// Patterns to be tried together. Each is compiled alone as well: that says which one is at fault.
    pub fn set(&self, patterns: &[String]) -> Said<RegexSet> {
        for pattern in patterns {
            self.get(&pattern.into())?;
        }
        let limit = PATTERN_BYTES.saturating_mul(patterns.len().max(1));
        let set = RegexSetBuilder::new(patterns).size_limit(limit).dfa_size_limit(limit).build();
        set.map_err(|error| Fault::new(TroubleKind::Other { private: error.to_string() }).into())
    }
}

/// A value as a text: blank is an empty one.
fn text(session: &Session, value: &Dynamic) -> ImmutableString {
    match value.as_immutable_string_ref() {
        Ok(text) => text.clone(),
        Err(_) if value.is_unit() => ImmutableString::new(),
        Err(_) => session.show(value).into(),
    }
}

fn count(number: i64) -> usize {
    usize::try_from(number).unwrap_or(0)
}

pub(super) fn register(v: &mut Vocabulary) {
    v.family("文字", "text");
    forms(v);
    questions(v);
    parts(v);
    patterns(v);
}

fn forms(v: &mut Vocabulary) {
    type Change = fn(&str) -> String;
    let words: [(Entry, Change); 6] = [
        (
            (
                "整える",
                &["整える(文)"],
                "比べるための形にする（全角半角、空白、ハイフンをそろえる）。",
                "The form for comparing: widths, spaces and hyphens unified.",
                "整える(\" Ａ－１　\")",
                "A-1",
            ),
            |text| japan::match_key(text).into_owned(),
        ),
        (("全角", &["全角(文)"], "全角にする。", "Full width.", "全角(\"A1ｱ\")", "Ａ１ア"), japan::to_full),
        (("半角", &["半角(文)"], "半角にする。", "Half width.", "半角(\"Ａ１\")", "A1"), japan::to_half),
        (
            ("ひらがな", &["ひらがな(文)"], "カタカナをひらがなにする。", "Katakana to hiragana.", "ひらがな(\"ミエ\")", "みえ"),
            japan::to_hiragana,
        ),
        (
            ("カタカナ", &["カタカナ(文)"], "ひらがなをカタカナにする。", "Hiragana to katakana.", "カタカナ(\"みえ\")", "ミエ"),
            japan::to_katakana,
        ),
        (
            (
                "空白を除く",
                &["空白を除く(文)"],
                "空白と改行を全部除く。",
                "Without any spaces and line breaks.",
                "空白を除く(\"三重　太郎 \")",
                "三重太郎",
            ),
            |text| text.chars().filter(|c| !c.is_whitespace()).collect(),
        ),
    ];
    for (entry, change) in words {
        v.entry(entry).acting(move |session| move |value: Dynamic| -> ImmutableString { change(&text(&session, &value)).into() });
    }
    v.word("文字に", &["文字に(値)"], "値を文字にする。空欄は空の文字になる。", "A value as a text; blank gives an empty one.")
        .example("文字に(5 / 2) + 文字に(())", "2.5")
        .acting(|session| move |value: Dynamic| text(&session, &value));
    v.word(
        "桁をそろえる",
        &["桁をそろえる(文, 桁)"],
        "先頭に 0 を足して桁をそろえる。",
        "Zeros in front, up to a number of digits.",
    )
    .example("桁をそろえる(\"123\", 6)", "000123")
    .acting(|session| {
        move |value: Dynamic, digits: i64| -> Said<ImmutableString> {
            if digits > 1_000 {
                return Err(Fault::new(TroubleKind::TooLarge).into());
            }
            Ok(japan::pad_zeros(&text(&session, &value), count(digits)).into())
        }
    });
}

fn questions(v: &mut Vocabulary) {
    v.word("空か", &["空か(値)"], "空欄か、空の文字か。", "Whether a value is blank or an empty text.")
        .example("空か(表.行(0).備考)", "TRUE")
        .form(|value: Dynamic| -> bool {
            value.is_unit()
                || value.as_immutable_string_ref().is_ok_and(|text| text.trim().is_empty())
                || value.as_array_ref().is_ok_and(|list| list.is_empty())
        });
    v.word(
        "種類",
        &["種類(値)", "表.種類(\"列\")"],
        "値の種類：空欄、文字、数値、日付、日時、時刻、時間、はい・いいえ、エラー値など。表では、列の異なる値の配列。",
        "What kind of value it is. Of a table: the different values of a column.",
    )
    .example("種類(表.行(0).検査日) + 種類(1.5) + 種類(\"a\") + 種類(())", "日付数値文字空欄")
    .form(|value: Dynamic| -> ImmutableString { kind_name(kind_of(&value)).into() });
    type Holds = fn(&str, &str) -> bool;
    let words: [(Entry, Holds); 3] = [
        (
            (
                "含む",
                &["含む(文, \"部分\")"],
                "文が部分を含むか。",
                "Whether a text contains a part.",
                "含む(\"津保健所\", \"保健所\")",
                "TRUE",
            ),
            |text, part| text.contains(part),
        ),
        (
            (
                "始まる",
                &["始まる(文, \"先頭\")"],
                "文がこれで始まるか。",
                "Whether a text begins so.",
                "始まる(\"津保健所\", \"津\")",
                "TRUE",
            ),
            |text, part| text.starts_with(part),
        ),
        (
            (
                "終わる",
                &["終わる(文, \"末尾\")"],
                "文がこれで終わるか。",
                "Whether a text ends so.",
                "終わる(\"津保健所\", \"津\")",
                "FALSE",
            ),
            |text, part| text.ends_with(part),
        ),
    ];
    for (entry, holds) in words {
        v.entry(entry).acting(move |session| {
            move |value: Dynamic, part: Dynamic| -> bool { holds(&text(&session, &value), &text(&session, &part)) }
        });
    }
    v.word("文字数", &["文字数(文)"], "文字の数。", "How many characters.")
        .example("文字数(\"津保健所\")", "4")
        .acting(|session| move |value: Dynamic| -> i64 { text(&session, &value).chars().count() as i64 });
}

fn parts(v: &mut Vocabulary) {
    v.word("左", &["左(文, 文字数)"], "左から何文字か。", "The first characters.").example("左(\"津保健所\", 1)", "津").acting(
        |session| {
            move |value: Dynamic, n: i64| -> ImmutableString {
                text(&session, &value).chars().take(count(n)).collect::<String>().into()
            }
        },
    );
    v.word("右", &["右(文, 文字数)"], "右から何文字か。", "The last characters.")
        .example("右(\"津保健所\", 3)", "保健所")
        .acting(|session| {
            move |value: Dynamic, n: i64| -> ImmutableString {
                let text = text(&session, &value);
                let skip = text.chars().count().saturating_sub(count(n));
                text.chars().skip(skip).collect::<String>().into()
            }
        });
    v.word(
        "中",
        &["中(文, 何文字目, 文字数)"],
        "途中の何文字か（最初の文字は 1）。",
        "Characters from a place on; the first is 1.",
    )
    .example("中(\"津保健所\", 2, 2)", "保健")
    .acting(|session| {
        move |value: Dynamic, from: i64, n: i64| -> ImmutableString {
            text(&session, &value).chars().skip(count(from.saturating_sub(1))).take(count(n)).collect::<String>().into()
        }
    });
    v.word("置き換え", &["置き換え(文, \"前\", \"後\")"], "文の中の「前」を全部「後」にする。", "Replaces every occurrence.")
        .example("置き換え(\"津－１\", \"－\", \"-\")", "津-１")
        .acting(|session| {
            move |value: Dynamic, old: ImmutableString, new: Dynamic| -> ImmutableString {
                if old.is_empty() {
                    return text(&session, &value);
                }
                text(&session, &value).replace(old.as_str(), &text(&session, &new)).into()
            }
        });
    v.word("区切る", &["区切る(文, \"・\")"], "文を区切りで分けた配列。", "The parts between separators, as an array.")
        .example("区切る(\"津・伊勢\", \"・\").len()", "2")
        .acting(|session| {
            move |value: Dynamic, separator: ImmutableString| -> Array {
                let text = text(&session, &value);
                if separator.is_empty() {
                    return vec![text.into()];
                }
                text.split(separator.as_str()).map(|part| ImmutableString::from(part).into()).collect()
            }
        });
    v.word("つなげる", &["つなげる(配列, \"、\")"], "配列を文字にしてつなげる。", "Joins an array to a text.")
        .example("つなげる([\"津\", 1], \"、\")", "津、1")
        .acting(|session| {
            move |list: Array, separator: ImmutableString| -> ImmutableString {
                let parts: Vec<ImmutableString> = list.iter().map(|value| text(&session, value)).collect();
                parts.join(separator.as_str()).into()
            }
        });
}

fn patterns(v: &mut Vocabulary) {
    v.word("一致", &["一致(文, \"正規表現\")"], "文が正規表現に合う所があるか。", "Whether a regular expression fits somewhere.")
        .example("一致(\"問17\", \"^問[0-9]+$\")", "TRUE")
        .acting(|session| {
            move |value: Dynamic, pattern: ImmutableString| -> Said<bool> {
                Ok(session.patterns.get(&pattern)?.is_match(&text(&session, &value)))
            }
        });
    v.word(
        "取り出す",
        &["取り出す(文, \"正規表現\")"],
        "正規表現に合う所の、最初の ( ) の中（なければ全体）。合わなければ空欄。",
        "The first group of what fits, else the whole; blank if nothing fits.",
    )
    .example("取り出す(\"令和4年度\", \"令和([0-9]+)年度\")", "4")
    .acting(|session| {
        move |value: Dynamic, pattern: ImmutableString| -> Said<Dynamic> {
            let text = text(&session, &value);
            let pattern = session.patterns.get(&pattern)?;
            let found = pattern.captures(&text).and_then(|found| found.get(1).or_else(|| found.get(0)));
            Ok(found.map_or(Dynamic::UNIT, |part| ImmutableString::from(part.as_str()).into()))
        }
    });
    v.word("日本語順", &["日本語順(配列)"], "文字の配列を日本語の順に並べる。", "Sorts an array of texts in Japanese order.")
        .example("つなげる(日本語順([\"津\", \"あ\"]), \"、\")", "あ、津")
        .form(|list: Dynamic| -> Said<Array> {
            let mut texts = options::texts(&list)?;
            texts.sort_by(|a, b| japan::compare(a, b).then_with(|| a.cmp(b)));
            Ok(texts.into_iter().map(|text| ImmutableString::from(text).into()).collect())
        });
}

fn kind_name(kind: ValueKind) -> &'static str {
    match kind {
        ValueKind::Blank => "空欄",
        ValueKind::Text => "文字",
        ValueKind::Integer | ValueKind::Decimal => "数値",
        ValueKind::YesNo => "はい・いいえ",
        ValueKind::Date => "日付",
        ValueKind::Time => "時刻",
        ValueKind::DateTime => "日時",
        ValueKind::Duration => "時間",
        ValueKind::ExcelError => "エラー値",
        ValueKind::Array => "配列",
        ValueKind::Map => "対応",
        ValueKind::Table => "表",
        ValueKind::Row => "行",
        ValueKind::File => "ファイル",
        _ => "ほか",
    }
}
