//! How wide texts are in a column, in half-width characters.

/// The widest a column is made; longer texts are wrapped.
pub(super) const WIDEST: usize = 60;

/// The width of the widest line of a text: full-width characters count two.
/// Ambiguous characters (①, Ω) are wide, as they are in Japanese fonts.
pub(super) fn width(text: &str) -> usize {
    if text.is_ascii() && !text.contains('\n') {
        return text.len();
    }
    text.lines().map(|line| line.chars().map(char_width).sum()).max().unwrap_or(0)
}

/// How many lines a text takes in a column of this width.
pub(super) fn lines(text: &str, columns: usize) -> usize {
    let columns = columns.max(1);
    text.lines().map(|line| line.chars().map(char_width).sum::<usize>().div_ceil(columns).max(1)).sum::<usize>().max(1)
}

fn char_width(c: char) -> usize {
    match c {
        '\0'..='\u{1f}' | '\u{300}'..='\u{36f}' | '\u{3099}' | '\u{309a}' | '\u{fe00}'..='\u{fe0f}' => 0,
        '\u{200b}'..='\u{200f}' | '\u{e0100}'..='\u{e01ef}' => 0,
        '\u{20}'..='\u{7e}' | '\u{ff61}'..='\u{ff9f}' => 1,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_width_counts_two() {
        assert_eq!(width("ABC"), 3);
        assert_eq!(width("津市"), 4);
        assert_eq!(width("ﾂｼ"), 2);
        assert_eq!(width("保健所名\nABC"), 8);
        assert_eq!(width("か\u{3099}"), 2);
        assert_eq!(lines("検査実施人数（人）", 10), 2);
        assert_eq!(lines("", 10), 1);
    }
}
