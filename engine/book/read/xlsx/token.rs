//! Tags and texts of XML, found in a window of bytes by hand: for the large parts, where every nanosecond counts.

use std::borrow::Cow;

use memchr::{memchr, memchr2, memchr3, memmem};

/// One piece of XML.
#[derive(Debug, PartialEq)]
pub(crate) enum Token<'a> {
    /// `<name attributes>`, or with `empty` `<name attributes/>`. The name is without its prefix.
    Open { name: &'a [u8], attributes: &'a [u8], empty: bool },
    /// `</name>`.
    Close { name: &'a [u8] },
    /// Text between tags, entities still in it.
    Text(&'a [u8]),
    /// The inside of `<![CDATA[ … ]]>`.
    Verbatim(&'a [u8]),
    /// A comment or an instruction.
    Nothing,
}

/// Why there is no token.
#[derive(Debug, PartialEq)]
pub(crate) enum NoToken {
    /// The window ends within it.
    More,
    /// A document type, which could define anything.
    DocumentType,
}

/// The token at the beginning of the window, and its length.
pub(crate) fn token(window: &[u8]) -> Result<(Token<'_>, usize), NoToken> {
    match window.first().ok_or(NoToken::More)? {
        b'<' => {}
        _ => {
            let end = memchr(b'<', window).ok_or(NoToken::More)?;
            return Ok((Token::Text(&window[..end]), end));
        }
    }
    match window.get(1).ok_or(NoToken::More)? {
        b'/' => {
            let end = memchr(b'>', window).ok_or(NoToken::More)?;
            Ok((Token::Close { name: local(window[2..end].trim_ascii_end()) }, end + 1))
        }
        b'?' => until(window, 2, b"?>").map(|(_, length)| (Token::Nothing, length)),
        b'!' => declaration(window),
        _ => open(window),
    }
}

fn open(window: &[u8]) -> Result<(Token<'_>, usize), NoToken> {
    let end = tag_end(window)?;
    let empty = window[end - 1] == b'/';
    let inside = &window[1..if empty { end - 1 } else { end }];
    let split = inside.iter().position(u8::is_ascii_whitespace).unwrap_or(inside.len());
    Ok((Token::Open { name: local(&inside[..split]), attributes: &inside[split..], empty }, end + 1))
}

/// Where the `>` stands that closes the tag; one within quotes does not.
fn tag_end(window: &[u8]) -> Result<usize, NoToken> {
    let mut at = 1;
    loop {
        at += memchr3(b'>', b'"', b'\'', &window[at..]).ok_or(NoToken::More)?;
        match window[at] {
            b'>' => return Ok(at),
            quote => at += 2 + memchr(quote, &window[at + 1..]).ok_or(NoToken::More)?,
        }
    }
}

fn declaration(window: &[u8]) -> Result<(Token<'_>, usize), NoToken> {
    const VERBATIM: &[u8] = b"<![CDATA[";
    if window.starts_with(b"<!--") {
        return until(window, 4, b"-->").map(|(_, length)| (Token::Nothing, length));
    }
    if window.starts_with(VERBATIM) {
        return until(window, VERBATIM.len(), b"]]>").map(|(inside, length)| (Token::Verbatim(inside), length));
    }
    if VERBATIM.starts_with(window) || b"<!--".starts_with(window) { Err(NoToken::More) } else { Err(NoToken::DocumentType) }
}

fn until<'a>(window: &'a [u8], from: usize, close: &[u8]) -> Result<(&'a [u8], usize), NoToken> {
    let inside = window.get(from..).ok_or(NoToken::More)?;
    let end = memmem::find(inside, close).ok_or(NoToken::More)?;
    Ok((&inside[..end], from + end + close.len()))
}

/// A name without its prefix.
pub(crate) fn local(name: &[u8]) -> &[u8] {
    match memchr(b':', name) {
        Some(colon) => &name[colon + 1..],
        None => name,
    }
}

/// The attributes of a tag, as name (with prefix) and raw value.
pub(crate) fn attributes(mut rest: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    std::iter::from_fn(move || {
        rest = rest.trim_ascii_start();
        let equals = memchr(b'=', rest)?;
        let name = rest[..equals].trim_ascii_end();
        let after = rest[equals + 1..].trim_ascii_start();
        let quote = *after.first().filter(|&&quote| quote == b'"' || quote == b'\'')?;
        let end = 1 + memchr(quote, &after[1..])?;
        rest = &after[end + 1..];
        Some((name, &after[1..end]))
    })
}

/// Whether an attribute says yes.
pub(crate) fn yes(value: &[u8]) -> bool {
    matches!(value, b"1" | b"true" | b"on")
}

/// Why a text cannot be read.
#[derive(Debug, PartialEq)]
pub(crate) struct BadText;

/// Appends a raw text: entities resolved, line ends made one character.
pub(crate) fn append(raw: &[u8], out: &mut String) -> Result<(), BadText> {
    let mut text = std::str::from_utf8(raw).map_err(|_| BadText)?;
    while let Some(at) = memchr2(b'&', b'\r', text.as_bytes()) {
        out.push_str(&text[..at]);
        if text.as_bytes()[at] == b'\r' {
            out.push('\n');
            text = text[at + 1..].strip_prefix('\n').unwrap_or(&text[at + 1..]);
            continue;
        }
        let end = at + memchr(b';', &text.as_bytes()[at..]).filter(|length| *length < 12).ok_or(BadText)?;
        out.push(entity(&text[at + 1..end]).ok_or(BadText)?);
        text = &text[end + 1..];
    }
    out.push_str(text);
    Ok(())
}

/// Appends text out of CDATA, where nothing is an entity.
pub(crate) fn append_verbatim(raw: &[u8], out: &mut String) -> Result<(), BadText> {
    let text = std::str::from_utf8(raw).map_err(|_| BadText)?;
    out.push_str(&text.replace("\r\n", "\n"));
    Ok(())
}

fn entity(name: &str) -> Option<char> {
    Some(match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    })
}

/// An attribute's value with its entities resolved.
pub(crate) fn attribute_text(raw: &[u8]) -> Result<String, BadText> {
    let mut text = String::new();
    append(raw, &mut text)?;
    Ok(text)
}

/// Decodes Excel's own escapes `_x000D_` (ECMA-376 part 1, 22.9.2.19).
pub(crate) fn decode_escapes(text: &str) -> Cow<'_, str> {
    let Some(first) = memmem::find(text.as_bytes(), b"_x") else {
        return Cow::Borrowed(text);
    };
    let (mut out, mut rest) = (text[..first].to_owned(), &text[first..]);
    while !rest.is_empty() {
        match escape(rest) {
            Some((letters, length)) => {
                out.push_str(&letters);
                rest = &rest[length..];
            }
            None => {
                let next = memmem::find(&rest.as_bytes()[1..], b"_x").map_or(rest.len(), |at| at + 1);
                out.push_str(&rest[..next]);
                rest = &rest[next..];
            }
        }
    }
    Cow::Owned(out)
}

/// The character at the beginning of `text` if it is escaped; two escapes may make one character.
fn escape(text: &str) -> Option<(String, usize)> {
    let first = escaped_unit(text)?;
    if let Some(letter) = char::from_u32(u32::from(first)) {
        return Some((letter.to_string(), 7));
    }
    let second = escaped_unit(text.get(7..)?)?;
    Some((String::from_utf16(&[first, second]).ok()?, 14))
}

fn escaped_unit(text: &str) -> Option<u16> {
    let body = text.get(..7)?.strip_prefix("_x")?.strip_suffix('_')?;
    // from_str_radix would take a sign.
    body.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u16::from_str_radix(body, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(raw: &str) -> Result<String, BadText> {
        attribute_text(raw.as_bytes())
    }

    #[test]
    fn tags_and_texts() {
        let open = |name: &'static str, attributes: &'static str, empty| Token::Open {
            name: name.as_bytes(),
            attributes: attributes.as_bytes(),
            empty,
        };
        assert_eq!(token(b"<x:c r='A>1'>"), Ok((open("c", " r='A>1'", false), 13)));
        assert_eq!(token(b"<v/>1"), Ok((open("v", "", true), 4)));
        assert_eq!(token(b"</x:v >"), Ok((Token::Close { name: b"v" }, 7)));
        assert_eq!(token(b"12<"), Ok((Token::Text(b"12"), 2)));
        assert_eq!(token(b"<![CDATA[a<b]]>"), Ok((Token::Verbatim(b"a<b"), 15)));
        assert_eq!(token(b"<!-- > -->"), Ok((Token::Nothing, 10)));
        assert_eq!(token(b"<?xml ?>"), Ok((Token::Nothing, 8)));
        assert_eq!(token(b"<!DOCTYPE x>"), Err(NoToken::DocumentType));
        for part in ["", "<", "12", "<c r=\"", "<c", "<!", "<![CD", "<!--", "<?x", "</c"] {
            assert_eq!(token(part.as_bytes()), Err(NoToken::More), "{part}");
        }
        assert!(token(b"<>").is_ok());
    }

    #[test]
    fn attributes_with_both_quotes() {
        let found: Vec<_> = attributes(b" r = 'A1' s=\"2\"  t=\"s\" bad").collect();
        assert_eq!(found, [(&b"r"[..], &b"A1"[..]), (b"s", b"2"), (b"t", b"s")]);
    }

    #[test]
    fn entities_and_line_ends() {
        assert_eq!(text("a&lt;b&amp;&#x3042;&#12354;\r\nc\rd").as_deref(), Ok("a<b&ああ\nc\nd"));
        for bad in ["&nbsp;", "&", "&#xD800;", "&#x110000;", "&aaaaaaaaaaaaaaaaaaaaaaaa;"] {
            assert_eq!(text(bad), Err(BadText), "{bad}");
        }
    }

    #[test]
    fn escapes_of_excel() {
        assert_eq!(decode_escapes("a_x000D_b"), "a\rb");
        assert_eq!(decode_escapes("_x005F_x000D_"), "_x000D_");
        assert_eq!(decode_escapes("_xD842__xDFB7_田"), "𠮷田");
        for plain in ["_x00_", "_x", "a_xyz", "_x+00D_", "_xD842_", "あ_xあ"] {
            assert_eq!(decode_escapes(plain), plain);
        }
    }
}
