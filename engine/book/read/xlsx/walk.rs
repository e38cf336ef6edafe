//! A part gone over token by token.

use crate::Refusal;
use crate::gate::{broken, hostile};
use crate::read::xlsx::feed::Feed;
use crate::read::xlsx::token::{BadText, NoToken, Token, attribute_text, attributes, local, token};

/// Hands every token of a part to `each`, and refuses a part that ends within an element.
pub(crate) fn walk(mut feed: Feed<'_>, mut each: impl FnMut(Token<'_>) -> Result<(), Refusal>) -> Result<(), Refusal> {
    let mut depth = 0i64;
    loop {
        let mut at = 0;
        loop {
            match token(&feed.window()[at..]) {
                Ok((token, length)) => {
                    depth += match token {
                        Token::Open { empty: false, .. } => 1,
                        Token::Close { .. } => -1,
                        _ => 0,
                    };
                    each(token)?;
                    at += length;
                }
                Err(NoToken::More) => break,
                Err(NoToken::DocumentType) => return Err(document_type(&feed)),
            }
        }
        feed.consume(at);
        if !feed.more()? {
            return ended(&feed, depth == 0);
        }
    }
}

/// Hands every token of a small text to `each`.
pub(crate) fn tokens(mut text: &[u8], mut each: impl FnMut(Token<'_>) -> Result<(), Refusal>) -> Result<(), Refusal> {
    loop {
        match token(text) {
            Ok((token, length)) => {
                each(token)?;
                text = &text[length..];
            }
            Err(NoToken::More) => return Ok(()),
            Err(NoToken::DocumentType) => return Err(hostile("a document type".to_owned())),
        }
    }
}

/// Whether a part may end here: everything closed, and nothing but spaces left.
pub(crate) fn ended(feed: &Feed<'_>, closed: bool) -> Result<(), Refusal> {
    if closed && feed.window().trim_ascii().is_empty() {
        return Ok(());
    }
    Err(broken(format!("{} ends within an element", feed.name())))
}

pub(crate) fn document_type(feed: &Feed<'_>) -> Refusal {
    hostile(format!("{} defines a document type", feed.name()))
}

/// The text of the attribute with that local name.
pub(crate) fn get(tag: &[u8], name: &str) -> Result<Option<String>, BadText> {
    attributes(tag).find(|(found, _)| local(found) == name.as_bytes()).map(|(_, raw)| attribute_text(raw)).transpose()
}

/// The attribute with that local name as a number.
pub(crate) fn get_number(tag: &[u8], name: &str) -> Option<u64> {
    let (_, raw) = attributes(tag).find(|(found, _)| local(found) == name.as_bytes())?;
    std::str::from_utf8(raw).ok()?.trim().parse().ok()
}
