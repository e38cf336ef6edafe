//! How wide texts are in a column, in half-width characters.

/// The widest a column is made; longer texts are wrapped.
pub(super) const WIDEST: usize = 60;

/// The width of the widest line of a text: full-width characters count two.
pub(crate) fn width(text: &str) -> usize {
    text.lines().map(japan::width).max().unwrap_or(0)
}

/// How many lines a text takes in a column of this width.
pub(super) fn lines(text: &str, columns: usize) -> usize {
    let columns = columns.max(1);
    text.lines().map(|line| japan::width(line).div_ceil(columns).max(1)).sum::<usize>().max(1)
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
        assert_eq!(lines("検査実施人数（人）", 10), 2);
        assert_eq!(lines("", 10), 1);
    }
}
