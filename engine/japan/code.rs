//! Numbers with a check digit: individuals (マイナンバー), corporations, local governments.

use std::ops::Range;

use crate::width::{is_hyphen, match_key};

/// The digits of a text in any width, without hyphens and spaces; none if anything else stands there or there are too many.
fn bare_digits(text: &str) -> Option<Vec<u32>> {
    if text.len() > 200 {
        return None;
    }
    match_key(text).chars().filter(|c| *c != ' ' && !is_hyphen(*c)).map(|c| c.to_digit(10)).collect()
}

/// The check digit of the first 11 digits of an individual number
/// (総務省令第85号第5条: 11 - (ΣPn·Qn mod 11), 0 for remainders 0 and 1).
pub fn my_number_check_digit(eleven: &str) -> Option<char> {
    let digits = bare_digits(eleven).filter(|digits| digits.len() == 11)?;
    char::from_digit(my_number_check(&digits), 10)
}

fn my_number_check(eleven: &[u32]) -> u32 {
    const WEIGHTS: [u32; 11] = [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2];
    match eleven.iter().zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum::<u32>() % 11 {
        0 | 1 => 0,
        rest => 11 - rest,
    }
}

/// Whether a text is an individual number by its check digit. One in ten of any twelve digits is, so a label or another sign is needed besides.
pub fn check_my_number(text: &str) -> bool {
    bare_digits(text).is_some_and(|digits| digits.len() == 12 && my_number_check(&digits[..11]) == digits[11])
}

/// The check digit of the last 12 digits of a corporate number; it stands in front (財務省令第70号第2条: 9 - (ΣPn·Qn mod 9)).
pub fn corporate_number_check_digit(twelve: &str) -> Option<char> {
    let digits = bare_digits(twelve).filter(|digits| digits.len() == 12)?;
    char::from_digit(corporate_check(&digits), 10)
}

fn corporate_check(twelve: &[u32]) -> u32 {
    9 - twelve.iter().rev().enumerate().map(|(n, digit)| digit * (1 + n as u32 % 2)).sum::<u32>() % 9
}

/// Whether a text is a corporate number by its check digit. Corporate numbers are public.
pub fn check_corporate_number(text: &str) -> bool {
    bare_digits(text).is_some_and(|digits| digits.len() == 13 && corporate_check(&digits[1..]) == digits[0])
}

/// The check digit of a local government code of five digits.
pub fn local_code_check_digit(five: &str) -> Option<char> {
    let digits = bare_digits(five).filter(|digits| digits.len() == 5)?;
    char::from_digit(local_check(&digits), 10)
}

fn local_check(five: &[u32]) -> u32 {
    let sum: u32 = five.iter().zip([6, 5, 4, 3, 2]).map(|(digit, weight)| digit * weight).sum();
    (11 - sum % 11) % 10
}

/// The code of six digits for one of five (`24201` -> `242012`).
pub fn complete_local_code(five: &str) -> Option<String> {
    let check = local_code_check_digit(five)?;
    let digits: String = bare_digits(five)?.iter().filter_map(|digit| char::from_digit(*digit, 10)).collect();
    Some(format!("{digits}{check}"))
}

/// Whether a text is a local government code of six digits by its check digit and its prefecture.
pub fn check_local_code(text: &str) -> bool {
    bare_digits(text).is_some_and(|digits| is_local_code(&digits))
}

fn is_local_code(digits: &[u32]) -> bool {
    let [a, b, c, d, e, check] = digits[..] else { return false };
    // Behind the prefecture: 000 for itself, from 100 on for everybody else.
    let body = c * 100 + d * 10 + e;
    (1..=47).contains(&(a * 10 + b)) && (body == 0 || body >= 100) && local_check(&digits[..5]) == check
}

/// What codes of six digits a text can stand for: itself; with the leading zero that Excel took (`12041` -> `012041`);
/// with the check digit that was never written (`24201` -> `242012`). More than one, and a person has to decide.
pub fn local_code_candidates(text: &str) -> Vec<String> {
    let Some(digits) = bare_digits(text) else { return Vec::new() };
    let whole = |digits: &[u32]| digits.iter().filter_map(|digit| char::from_digit(*digit, 10)).collect::<String>();
    let mut candidates = Vec::new();
    if is_local_code(&digits) {
        candidates.push(whole(&digits));
    }
    if digits.len() == 5 {
        let mut padded = vec![0];
        padded.extend(&digits);
        let mut completed = digits.clone();
        completed.push(local_check(&digits));
        candidates.extend([padded, completed].iter().filter(|digits| is_local_code(digits)).map(|digits| whole(digits)));
        candidates.sort_by_key(|code| crate::municipality::local_government_name(code).is_none());
    }
    if digits.len() == 4 {
        // 1204 -> 01204 -> 012041: both the zero and the check digit are missing.
        let padded = [0, digits[0], digits[1], digits[2], digits[3]];
        let mut completed = padded.to_vec();
        completed.push(local_check(&padded));
        candidates.extend(Some(completed).filter(|digits| is_local_code(digits)).map(|digits| whole(&digits)));
    }
    candidates
}

/// A number in a text that is an individual number by its check digit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FoundNumber {
    /// Its twelve digits.
    pub digits: String,
    /// Where it stands, in bytes.
    pub range: Range<usize>,
    /// Whether words such as マイナンバー stand shortly before it.
    pub labelled: bool,
}

/// A run of digits in a text.
struct Group {
    digits: Vec<u32>,
    range: Range<usize>,
    /// Whether a letter, point or comma joins it to what stands before.
    joined: bool,
}

/// How two groups of digits are kept apart.
#[derive(Clone, Copy, PartialEq)]
enum Gap {
    Hyphen,
    Space,
    Other,
}

/// Every individual number in a text: twelve digits, whole or in three groups of four with hyphens or spaces between,
/// in any width, and never a part of a longer number. Twelve equal digits are no one's number.
pub fn find_my_numbers(text: &str) -> Vec<FoundNumber> {
    let groups = digit_groups(text);
    let mut found = Vec::new();
    let mut at = 0;
    while at < groups.len() {
        let Some(count) = number_at(text, &groups, at) else {
            at += 1;
            continue;
        };
        let parts = &groups[at..at + count];
        let digits: Vec<u32> = parts.iter().flat_map(|group| group.digits.iter().copied()).collect();
        let range = parts[0].range.start..parts[count - 1].range.end;
        let varied = digits.iter().any(|digit| *digit != digits[0]);
        if varied && my_number_check(&digits[..11]) == digits[11] {
            let labelled = is_labelled(&text[..range.start]);
            found.push(FoundNumber {
                digits: digits.iter().filter_map(|digit| char::from_digit(*digit, 10)).collect(),
                range,
                labelled,
            });
        }
        at += count;
    }
    found
}

/// How many groups from `at` on make twelve digits that stand for themselves.
fn number_at(text: &str, groups: &[Group], at: usize) -> Option<usize> {
    let gap = |n: usize| gap_between(text, groups, n);
    let four = |n: usize| groups.get(n).is_some_and(|group| group.digits.len() == 4);
    let count = if groups[at].digits.len() == 12 {
        1
    } else if four(at) && four(at + 1) && four(at + 2) && gap(at) == gap(at + 1) && gap(at) != Gap::Other {
        3
    } else {
        return None;
    };
    let inner_joined = (at + 1..at + count).any(|n| groups[n].joined);
    let last = at + count - 1;
    let joined_behind = text[groups[last].range.end..].chars().next().is_some_and(joins)
        || text[groups[last].range.end..].starts_with(['.', ',', '．', '，'])
            && groups.get(last + 1).is_some_and(|next| next.joined);
    if groups[at].joined || inner_joined || joined_behind {
        return None;
    }
    // A hyphen to more digits makes it a part of something longer; a space does so between groups of four (bank cards).
    let longer = |gap: Gap, neighbour: bool| gap == Gap::Hyphen || (gap == Gap::Space && count == 3 && neighbour);
    let before = at > 0 && longer(gap(at - 1), four(at - 1));
    let behind = last + 1 < groups.len() && longer(gap(last), four(last + 1));
    (!before && !behind).then_some(count)
}

/// What stands between group `n` and the next.
fn gap_between(text: &str, groups: &[Group], n: usize) -> Gap {
    let (Some(one), Some(next)) = (groups.get(n), groups.get(n + 1)) else { return Gap::Other };
    let between = &text[one.range.end..next.range.start];
    // A gap is short: anything longer cannot be one.
    if between.len() > 9 {
        return Gap::Other;
    }
    let mut hyphens = 0;
    for c in between.chars() {
        match c {
            _ if is_hyphen(c) => hyphens += 1,
            ' ' | '\u{3000}' | '\u{A0}' => {}
            _ => return Gap::Other,
        }
    }
    match hyphens {
        0 => Gap::Space,
        1 => Gap::Hyphen,
        _ => Gap::Other,
    }
}

fn digit_groups(text: &str) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let (mut before, mut before_that) = (' ', ' ');
    let mut open = false;
    for (at, c) in text.char_indices() {
        match any_digit(c) {
            Some(digit) => {
                if !open {
                    let point = matches!(before, '.' | ',' | '．' | '，') && any_digit(before_that).is_some();
                    groups.push(Group { digits: Vec::with_capacity(12), range: at..at, joined: joins(before) || point });
                }
                if let Some(group) = groups.last_mut() {
                    // Longer runs are nobody's number: their digits need not be kept.
                    if group.digits.len() < 20 {
                        group.digits.push(digit);
                    }
                    group.range.end = at + c.len_utf8();
                }
                open = true;
            }
            None => open = false,
        }
        before_that = before;
        before = c;
    }
    groups
}

fn any_digit(c: char) -> Option<u32> {
    c.to_digit(10).or_else(|| ('０'..='９').contains(&c).then(|| c as u32 - '０' as u32))
}

/// Letters that make a number a part of a longer code.
fn joins(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, 'Ａ'..='Ｚ' | 'ａ'..='ｚ' | '_' | '＿')
}

fn is_labelled(before: &str) -> bool {
    let near: Vec<char> = before.chars().rev().take(24).collect();
    let near: String = near.into_iter().rev().collect();
    let near: String = match_key(&near).chars().filter(|c| *c != ' ').collect();
    ["マイナンバー", "個人番号"].iter().any(|word| near.contains(word))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(text: &str) -> Vec<String> {
        find_my_numbers(text).into_iter().map(|number| number.digits).collect()
    }

    #[test]
    fn individual_numbers() {
        // mynum-01
        for (number, ok, check) in [
            ("123456789018", true, '8'),
            ("983205673214", true, '4'),
            ("983205673210", false, '4'),
            ("123456789012", false, '8'),
            ("100000000030", true, '0'),
            ("100000000080", true, '0'),
        ] {
            assert_eq!(check_my_number(number), ok, "{number}");
            assert_eq!(my_number_check_digit(&number[..11]), Some(check));
        }
        // mynum-02, mynum-03
        assert!(check_my_number("000000000000"));
        assert!(found("000000000000").is_empty());
        assert!(check_my_number("１２３４－５６７８－９０１８"));
        for text in ["", "12345678901", "1234567890180", "12345678901x"] {
            assert!(!check_my_number(text), "{text}");
        }
    }

    #[test]
    fn one_in_ten_passes() {
        // mynum-05
        let passing = (0..2_000_u64)
            .flat_map(|n| (0..10).map(move |d| format!("{:011}{d}", 12_345_678_901 + n)))
            .filter(|n| check_my_number(n))
            .count();
        assert_eq!(passing, 2_000);
    }

    #[test]
    fn individual_numbers_are_found_in_texts() {
        for text in [
            "123456789018",
            "１２３４５６７８９０１８",
            "１２３４－５６７８－９０１８",
            "1234-5678-9018",
            "1234 5678 9018",
            "1234　5678　9018",
            "番号は123456789018です",
            "(123456789018)",
            "123456789018 090-1234-5678",
            "令和6年 123456789018",
            "123456789018、",
            "123456789018.",
            "1234‐5678‐9018",
            "No.123456789018",
        ] {
            assert_eq!(found(text), ["123456789018"], "{text}");
        }
        // mynum-04
        for text in [
            "1234567890180",
            "0123456789018",
            "1234567890123456789018",
            "1234-5678-9018-0000",
            "0000-1234-5678-9018",
            "1234 5678 9018 0000",
            "123456789018-01",
            "01-123456789018",
            "A123456789018",
            "123456789018B",
            "0.123456789018",
            "123456789018.5",
            "12-3456-789018",
            "1234-5678 9018",
            "2024-04-01 1234",
            "1234,5678,9018",
            "123456789012",
            "111111111111",
            "Ａ１２３４５６７８９０１８",
            "1234--5678--9018",
            "1234\n5678\n9018",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn labels_are_noticed() {
        let labelled = |text: &str| find_my_numbers(text).iter().map(|number| number.labelled).collect::<Vec<_>>();
        assert_eq!(labelled("マイナンバー：1234-5678-9018"), [true]);
        assert_eq!(labelled("個人番号 123456789018"), [true]);
        assert_eq!(labelled("ﾏｲﾅﾝﾊﾞｰ123456789018"), [true]);
        assert_eq!(labelled("追跡番号 123456789018"), [false]);
        let text = "氏名 見本 花子 1234-5678-9018 備考";
        assert_eq!(&text[find_my_numbers(text)[0].range.clone()], "1234-5678-9018");
    }

    #[test]
    fn corporate_numbers() {
        // corp-01
        for (number, ok) in [
            ("7123456789012", true),
            ("4011001098993", true),
            ("2120901007402", true),
            ("5000020240001", true),
            ("1123456789012", false),
        ] {
            assert_eq!(check_corporate_number(number), ok, "{number}");
        }
        assert_eq!(corporate_number_check_digit("123456789012"), Some('7'));
        assert!(check_corporate_number("７-1234-5678-9012"));
        assert!(!check_corporate_number("4.011E+12"));
    }

    #[test]
    fn local_codes() {
        // lgcode-02, lgcode-04
        for (five, six) in [
            ("24202", "242021"),
            ("24208", "242080"),
            ("22130", "221309"),
            ("01204", "012041"),
            ("39386", "393860"),
            ("15000", "150002"),
            ("08000", "080004"),
            ("43000", "430005"),
            ("43100", "431001"),
        ] {
            assert_eq!(complete_local_code(five).as_deref(), Some(six));
            assert!(check_local_code(six));
        }
        assert!(!check_local_code("160001"));
        assert!(check_local_code("160008"));
        assert!(!check_local_code("999999"));
        assert_eq!(local_code_candidates("12041"), ["012041"]);
        assert_eq!(local_code_candidates("242012"), ["242012"]);
        // Both are possible by their digits; the body that is known comes first.
        assert_eq!(local_code_candidates("24201"), ["242012", "024201"]);
        assert_eq!(local_code_candidates("1204"), ["012041"]);
        assert!(local_code_candidates("242013").is_empty());
    }

    #[test]
    fn a_megabyte_of_digits() {
        for piece in ["1", "1234-", "1234 5678 9018 ", "123456789018,"] {
            find_my_numbers(&piece.repeat(1_000_000 / piece.len()));
        }
        assert!(!check_my_number(&"1".repeat(1_000_000)));
    }

    proptest! {
        #![proptest_config(crate::laws())]

        #[test]
        fn exactly_one_check_digit_fits(base in "[0-9]{11}") {
            let check = my_number_check_digit(&base).unwrap();
            for digit in '0'..='9' {
                prop_assert_eq!(check_my_number(&format!("{base}{digit}")), digit == check);
            }
        }

        #[test]
        fn what_is_found_stands_there(text in r"[0-9０-９ 　\-－A.,氏]{0,40}") {
            for number in find_my_numbers(&text) {
                prop_assert!(check_my_number(&text[number.range.clone()]));
                prop_assert_eq!(number.digits.len(), 12);
            }
        }
    }
}
