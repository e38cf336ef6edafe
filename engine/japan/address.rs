//! Addresses in free text: a municipality, and a house number behind it.

use std::ops::Range;

use crate::date::kanji_digit;
use crate::municipality::prefectures;
use crate::width::is_hyphen;

/// So far back from its number an address can begin, in characters.
const LONGEST: usize = 48;

/// Every address in a text: prefecture, municipality and number (`三重県津市架空町1-2`), or municipality and a number that is
/// called one (`津市架空町13番地`).
pub(crate) fn addresses(text: &str) -> Vec<Range<usize>> {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        if !begins_number(&chars, at) {
            at += 1;
            continue;
        }
        let end = number_end(&chars, at);
        let place = |n: usize| chars.get(n).map_or(text.len(), |(at, _)| *at);
        if let Some(start) = address_start(&chars, at, end) {
            found.push(place(start)..place(end));
        }
        at = end.max(at + 1);
    }
    found
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '０'..='９')
}

fn is_kanji_number(c: char) -> bool {
    c == '十' || kanji_digit(c).is_some()
}

/// Whether a number begins here: digits, or kanji digits that are called a house number.
fn begins_number(chars: &[(usize, char)], at: usize) -> bool {
    let c = chars[at].1;
    let before = at.checked_sub(1).map_or(' ', |before| chars[before].1);
    if is_digit(c) {
        return !is_digit(before);
    }
    if !is_kanji_number(c) || is_kanji_number(before) {
        return false;
    }
    let rest = chars[at..].iter().take(6).map(|(_, c)| *c).skip_while(|c| is_kanji_number(*c));
    is_called_number(rest)
}

/// 丁目 or 番地 or 番.
fn is_called_number(mut rest: impl Iterator<Item = char>) -> bool {
    matches!((rest.next(), rest.next()), (Some('丁'), Some('目')) | (Some('番'), _))
}

/// Where the number ends: digits, hyphens, 丁目, 番地, 号, の between digits.
fn number_end(chars: &[(usize, char)], start: usize) -> usize {
    let mut end = start;
    while end < chars.len() && end - start < 30 {
        let next = chars.get(end + 1).map_or(' ', |(_, c)| *c);
        end += match chars[end].1 {
            c if is_digit(c) || is_kanji_number(c) => 1,
            '丁' if next == '目' => 2,
            '番' if next == '地' => 2,
            '番' | '号' | '階' | '室' => 1,
            c if (is_hyphen(c) || c == 'の') && is_digit(next) => 1,
            _ => break,
        };
    }
    end
}

/// Where the address begins whose number stands at `start..end`, if it is one.
fn address_start(chars: &[(usize, char)], start: usize, end: usize) -> Option<usize> {
    let number: Vec<char> = chars[start..end].iter().map(|(_, c)| *c).collect();
    let digits = number.iter().take_while(|c| is_digit(**c) || is_kanji_number(**c)).count();
    let called = is_called_number(number[digits..].iter().copied());
    let spaced = start > 0 && is_space(chars[start - 1].1);
    let behind = chars.get(end).map_or(' ', |(_, c)| *c);
    // 三重県津市の12人 counts people; only a number that ends there, or is called one, is a house number.
    let ends = called || number.len() > digits || is_delimiter(behind) || is_space(behind);
    if !ends || (spaced && !called && number.len() == digits) {
        return None;
    }
    let words_end = if spaced { start - 1 } else { start };
    let words_start = word_start(chars, words_end);
    let words: Vec<char> = chars[words_start..words_end].iter().map(|(_, c)| *c).collect();
    match prefecture_in(&words) {
        Some((begin, length)) => has_municipality(&words[begin + length..]).then_some(words_start + begin),
        None => (called && has_municipality(&words)).then_some(words_start),
    }
}

/// Where the run of characters begins that an address can be made of; one space behind a prefecture belongs to it.
fn word_start(chars: &[(usize, char)], end: usize) -> usize {
    let floor = end.saturating_sub(LONGEST);
    let mut start = end;
    while start > floor {
        let c = chars[start - 1].1;
        let behind_prefecture = is_space(c) && start >= 2 && matches!(chars[start - 2].1, '都' | '道' | '府' | '県');
        if is_digit(c) || is_delimiter(c) || (is_space(c) && !behind_prefecture) {
            break;
        }
        start -= 1;
    }
    start
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\u{3000}' | '\t')
}

fn is_delimiter(c: char) -> bool {
    matches!(
        c,
        '、' | '。'
            | ','
            | '，'
            | ':'
            | '：'
            | '('
            | ')'
            | '（'
            | '）'
            | '\r'
            | '\n'
            | '「'
            | '」'
            | '/'
            | '・'
            | ';'
            | '〒'
            | '"'
            | '＊'
            | '*'
    )
}

/// The last prefecture in a run: where it begins, and how long it is.
fn prefecture_in(words: &[char]) -> Option<(usize, usize)> {
    (0..words.len()).rev().filter(|at| matches!(words[*at], '都' | '道' | '府' | '県')).find_map(|last| {
        prefectures().find_map(|name| {
            let length = name.chars().count();
            let begin = (last + 1).checked_sub(length)?;
            words[begin..=last].iter().copied().eq(name.chars()).then_some((begin, length))
        })
    })
}

/// Whether a municipality stands in a run: a letter and 市, 区, 町 or 村 behind it.
fn has_municipality(words: &[char]) -> bool {
    words.windows(2).any(|pair| pair[0].is_alphabetic() && matches!(pair[1], '市' | '区' | '町' | '村'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        addresses(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn addresses_in_texts() {
        for (text, address) in [
            ("三重県津市広明町13番地", "三重県津市広明町13番地"),
            ("三重県四日市市架空町１－２－３", "三重県四日市市架空町１－２－３"),
            ("〒514-8570 三重県津市広明町13番地 電話", "三重県津市広明町13番地"),
            ("三重県 津市架空町1-2", "三重県 津市架空町1-2"),
            ("津市架空町13番地の2に住む", "津市架空町13番地の2"),
            ("津市架空町一丁目2番3号", "津市架空町一丁目2番3号"),
            ("東京都架空区見本1丁目2番3号 101号室", "東京都架空区見本1丁目2番3号"),
            ("三重県度会郡度会町見本 13番地", "三重県度会郡度会町見本 13番地"),
        ] {
            assert_eq!(found(text), [address], "{text}");
        }
        for text in [
            "三重県津市",
            "三重県津市の12人",
            "三重県津市で5件",
            "三重県津市 3",
            "三重県津市 令和6年",
            "津市1階",
            "13番地",
            "三重県の人口は170万人",
            "2024年4月1日",
        ] {
            assert!(found(text).is_empty(), "{text} {:?}", found(text));
        }
    }
}
