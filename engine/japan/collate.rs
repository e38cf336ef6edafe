//! The order in which Japanese texts are listed.

use std::cmp::Ordering;
use std::sync::LazyLock;

use icu_collator::options::CollatorOptions;
use icu_collator::{Collator, CollatorBorrowed};
use icu_locale_core::locale;

static JAPANESE: LazyLock<Option<CollatorBorrowed<'static>>> =
    LazyLock::new(|| Collator::try_new(locale!("ja").into(), CollatorOptions::default()).ok());

/// Compares two texts in Japanese order: signs, digits, Latin letters, kana by their sounds, kanji as in JIS X 0208.
/// Texts that are equal so are ordered by their characters, so the order of a list never depends on how it was given.
pub fn compare(a: &str, b: &str) -> Ordering {
    if a == b {
        return Ordering::Equal;
    }
    if are_digits(a) && are_digits(b) || differ_in_a_digit(a, b) {
        return a.cmp(b);
    }
    let collated = JAPANESE.as_ref().map_or(Ordering::Equal, |collator| collator.compare(a, b));
    collated.then_with(|| a.cmp(b))
}

/// Digits are in the order of their bytes, and codes are the most frequent keys.
fn are_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Whether the first difference is between two digits: nothing behind it matters then, and nothing before it joins with a digit.
/// File names and numbered things mostly differ so.
fn differ_in_a_digit(a: &str, b: &str) -> bool {
    let first = a.bytes().zip(b.bytes()).find(|(a, b)| a != b);
    first.is_some_and(|(a, b)| a.is_ascii_digit() && b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn japanese_order() {
        let mut texts =
            ["津市", "いなべ市", "アサヒ", "あさひ", "10", "9", "A", "b", "四日市市", "伊賀市", "ｱｻﾋ", "さくら", "ざくろ", "1"];
        texts.sort_by(|a, b| compare(a, b));
        assert_eq!(
            texts,
            ["1", "10", "9", "A", "b", "あさひ", "アサヒ", "ｱｻﾋ", "いなべ市", "さくら", "ざくろ", "伊賀市", "四日市市", "津市"]
        );
    }

    #[test]
    fn equal_looking_texts_still_have_an_order() {
        assert_ne!(compare("あ", "ア"), Ordering::Equal);
        assert_ne!(compare("1", "１"), Ordering::Equal);
        assert_ne!(compare("が", "か\u{3099}"), Ordering::Equal);
    }

    proptest! {
        #![proptest_config(crate::laws())]

        #[test]
        fn a_first_difference_in_digits_is_what_counts(start in r"[0-9aAアあ亜か\x{3099}ｶﾞー 津]{0,4}", a in r"[0-9][0-9aアか\x{3099}ﾞー]{0,3}", b in r"[0-9][0-9aアか\x{3099}ﾞー]{0,3}") {
            let (a, b) = (format!("{start}{a}"), format!("{start}{b}"));
            let collated = JAPANESE.as_ref().map_or(Ordering::Equal, |collator| collator.compare(&a, &b));
            prop_assert_eq!(compare(&a, &b), collated.then_with(|| a.cmp(&b)));
        }

        #[test]
        fn the_order_is_total(a in r"[0-9aAアあ亜か\x{3099}ｶﾞー 津]{0,6}", b in r"[0-9aAアあ亜か\x{3099}ｶﾞー 津]{0,6}", c in r"[0-9aAアあ亜か\x{3099}ｶﾞー 津]{0,6}") {
            prop_assert_eq!(compare(&a, &b), compare(&b, &a).reverse());
            prop_assert_eq!(compare(&a, &b) == Ordering::Equal, a == b);
            if compare(&a, &b).is_le() && compare(&b, &c).is_le() {
                prop_assert!(compare(&a, &c).is_le());
            }
        }
    }
}
