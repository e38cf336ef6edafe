//! How wide texts are in a column, in half-width characters.

/// The widest a column is made; longer texts are wrapped.
pub(super) const WIDEST: usize = 60;

/// The width of the widest line of a text: full-width characters count two.
pub(crate) fn width(text: &str) -> usize {
    text.lines().map(japan::width).max().unwrap_or(0)
}

/// A digit of the usual font, of which columns are counted, in pixels.
const NARROW: usize = 8;
/// A full-width character of it: less than two digits.
const WIDE: usize = 15;

/// How many lines a text takes in a column of this width, counted as Excel does: in pixels, and with no line that begins with a
/// sign that closes.
pub(super) fn lines(text: &str, columns: usize) -> usize {
    text.lines().map(|line| wrapped(line, columns.max(2) * NARROW)).sum::<usize>().max(1)
}

fn wrapped(line: &str, room: usize) -> usize {
    let (mut lines, mut filled, mut last) = (1, 0, 0);
    for character in line.chars() {
        let pixels = match japan::width(character.encode_utf8(&mut [0; 4])) {
            0 => continue,
            1 => NARROW,
            _ => WIDE,
        };
        if filled + pixels > room {
            lines += 1;
            // What closes takes the character before it along.
            filled = if "、。，．・：；？！）］｝」』】〕ー々".contains(character) { last } else { 0 };
        }
        filled += pixels;
        last = pixels;
    }
    lines
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
        assert_eq!(lines("a\n\nb", 10), 3);
    }

    #[test]
    fn a_full_width_character_is_less_than_two_digits() {
        assert_eq!(lines(&"あ".repeat(23), 44), 1);
        assert_eq!(lines(&"あ".repeat(24), 44), 2);
        assert_eq!(lines(&"0".repeat(44), 44), 1);
        // The closing sign is the 24th character: it begins the next line with the one before it, and 22 more fill that.
        assert_eq!(lines(&format!("{}。{}", "あ".repeat(23), "い".repeat(21)), 44), 2);
        assert_eq!(lines(&format!("{}。{}", "あ".repeat(23), "い".repeat(22)), 44), 3);
    }
}
