//! Text that a spreadsheet program could take for a formula.

/// Whether a text begins like a formula: with `= + - @`, their full-width forms, a tab, a line break or NUL.
/// Written as a text cell with the quote prefix, it stays what it is even when somebody edits the cell.
pub(crate) fn begins_like_formula(text: &str) -> bool {
    matches!(text.chars().next(), Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '\0' | '＝' | '＋' | '－' | '＠'))
}

/// Whether a text would be worked out as a formula by a program that opens a CSV file.
/// A sign followed by digits and separators alone (a phone number, a negative number kept as text, the mark `－`) is harmless.
pub(super) fn acts_like_formula(text: &str) -> bool {
    if !begins_like_formula(text) {
        return false;
    }
    let mut chars = text.chars();
    let signed = matches!(chars.next(), Some('+' | '-' | '＋' | '－'));
    let harmless = |c: char| {
        c.is_ascii_digit() || ('０'..='９').contains(&c) || matches!(c, '-' | '－' | '‐' | '.' | ',' | '，' | ' ' | '(' | ')')
    };
    !(signed && chars.all(harmless))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_told_from_numbers() {
        for text in ["=1+1", "+cmd|'/c calc'!A1", "-cmd", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＠x", "\0=1", "=", "-1+2"]
        {
            assert!(begins_like_formula(text), "{text:?}");
            assert!(acts_like_formula(text), "{text:?}");
        }
        for text in ["-", "－", "-12.5", "+81-90-0000-0000", "－１，２３４", "-1,234"] {
            assert!(begins_like_formula(text), "{text:?}");
            assert!(!acts_like_formula(text), "{text:?}");
        }
        for text in ["", "津市", "090-0000-0000", "1=1", " =1"] {
            assert!(!begins_like_formula(text), "{text:?}");
        }
    }
}
