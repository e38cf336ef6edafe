//! A row of units below a header.

/// Whether a cell holds a unit and nothing else: 人, （件）, [千円].
pub(super) fn is_unit(text: &str) -> bool {
    if text.len() > 60 {
        return false;
    }
    let key = japan::label_key(text);
    let bare = key.trim_matches(['(', ')', '[', ']']);
    japan::header_unit(&format!("({bare})")).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_told_from_names() {
        assert!(is_unit("（人）") && is_unit("千円") && is_unit("(単位：件)"));
        assert!(!is_unit("津") && !is_unit("（速報）"));
    }
}
