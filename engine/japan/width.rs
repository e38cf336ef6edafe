//! Widths and match keys: what is the same for comparing, never for output.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

/// The key by which texts are compared.
pub fn match_key(text: &str) -> Cow<'_, str> {
    if text.is_ascii() { Cow::Borrowed(text) } else { Cow::Owned(text.nfkc().collect()) }
}

/// The key by which headers are compared.
pub fn label_key(text: &str) -> String {
    match_key(text).chars().filter(|c| !c.is_whitespace() && *c != '※').collect()
}
