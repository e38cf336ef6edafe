//! The marks that a person types into a template: `{{氏名}}`, `{{画像:印影}}`, `{{#明細}}`…`{{/明細}}`, `{{?控除}}`…`{{/控除}}`.

use japan::match_key;

/// What stands in a cell of a template, piece by piece.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Piece {
    /// A text that stays.
    Text(String),
    /// A value is put here.
    Value(Name),
    /// An image is put over the cell, or over the merged range that it stands for.
    Image(Name),
    /// A block begins.
    Open(Block, String),
    /// A block ends.
    Close(String),
    /// A page ends below this row.
    PageEnd,
}

/// What is done with a block.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Block {
    /// Once for each record of a list.
    Each,
    /// Only if there is something.
    If,
    /// Only if there is nothing.
    Unless,
}

/// Which value is meant, and how it is written.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Name {
    /// As typed.
    pub(super) written: String,
    /// The keys from the outer record to the value: `明細.件数` has two.
    pub(super) path: Vec<String>,
    /// Which of several, counted from one: `@3`.
    pub(super) nth: Option<u32>,
    /// A number format for a value within a text.
    pub(super) format: Option<String>,
}

impl Piece {
    /// Which value or image is meant.
    pub(super) fn name(&self) -> Option<&Name> {
        match self {
            Piece::Value(name) | Piece::Image(name) => Some(name),
            _ => None,
        }
    }
}

/// Why a text cannot be taken apart.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum BadMark {
    /// `{{` without `}}`.
    Open(String),
    /// Nothing, or a sign that means nothing, between the braces.
    Empty(String),
}

/// The highest number that `@` may have: no sheet of labels and no row of months has more.
const MOST: u32 = 1_000;

/// Takes a cell's text apart; none if there is no mark in it.
pub(super) fn pieces(text: &str) -> Result<Option<Vec<Piece>>, BadMark> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = split(rest, ["{{", "｛｛"]) {
        let (inside, behind) = split(after, ["}}", "｝｝"]).ok_or_else(|| BadMark::Open(shortened(after)))?;
        if !before.is_empty() {
            pieces.push(Piece::Text(before.to_owned()));
        }
        pieces.push(piece(inside).ok_or_else(|| BadMark::Empty(shortened(inside)))?);
        rest = behind;
    }
    if pieces.is_empty() {
        return Ok(None);
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    Ok(Some(pieces))
}

/// The key by which names of marks and of values are compared: widths and spaces do not matter.
pub(super) fn key(name: &str) -> String {
    match_key(name).replace(' ', "")
}

fn split<'t>(text: &'t str, signs: [&str; 2]) -> Option<(&'t str, &'t str)> {
    let [a, b] = signs.map(|sign| text.find(sign).map(|at| (at, sign.len())));
    let (at, length) = [a, b].into_iter().flatten().min()?;
    Some((&text[..at], &text[at + length..]))
}

fn shortened(text: &str) -> String {
    text.chars().take(30).collect()
}

fn piece(inside: &str) -> Option<Piece> {
    let inside = inside.trim();
    let first = inside.chars().next()?;
    let rest = || {
        let name = key(&inside[first.len_utf8()..]);
        (!name.is_empty()).then_some(name)
    };
    Some(match first {
        '#' | '＃' => Piece::Open(Block::Each, rest()?),
        '?' | '？' => Piece::Open(Block::If, rest()?),
        '!' | '！' | '^' | '＾' => Piece::Open(Block::Unless, rest()?),
        '/' | '／' => Piece::Close(rest()?),
        _ => match inside.split_once([':', '：']) {
            _ if key(inside) == "改ページ" => Piece::PageEnd,
            Some((kind, image)) if key(kind) == "画像" => Piece::Image(name(image, None)?),
            split => Piece::Value(name(inside, split)?),
        },
    })
}

fn name(written: &str, split: Option<(&str, &str)>) -> Option<Name> {
    let (name, format) = split.map_or((written, None), |(name, format)| (name, Some(format.trim().to_owned())));
    let whole = key(name);
    let (path, nth) = match whole.rsplit_once('@') {
        Some((path, nth)) => (path, Some(nth.parse().ok().filter(|nth| (1..=MOST).contains(nth))?)),
        None => (whole.as_str(), None),
    };
    let path: Vec<String> = path.split(['.', '．']).map(str::to_owned).collect();
    if path.iter().any(String::is_empty) {
        return None;
    }
    let format = format.filter(|format| !format.is_empty());
    Some(Name { written: name.trim().to_owned(), path, nth, format })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(written: &str, path: &[&str], nth: Option<u32>, format: Option<&str>) -> Piece {
        let path = path.iter().map(|step| (*step).to_owned()).collect();
        Piece::Value(Name { written: written.into(), path, nth, format: format.map(Into::into) })
    }

    #[test]
    fn texts_are_taken_apart() {
        assert_eq!(pieces("何もない { } 文"), Ok(None));
        assert_eq!(pieces("{{氏名}}"), Ok(Some(vec![value("氏名", &["氏名"], None, None)])));
        assert_eq!(
            pieces("第｛｛ 番号 ：000 ｝｝号"),
            Ok(Some(vec![Piece::Text("第".into()), value("番号", &["番号"], None, Some("000")), Piece::Text("号".into())]))
        );
        assert_eq!(
            pieces("{{#明細}}{{品 名}}{{金額＠２}}{{／明細}}{{改ページ}}"),
            Ok(Some(vec![
                Piece::Open(Block::Each, "明細".into()),
                value("品 名", &["品名"], None, None),
                value("金額＠２", &["金額"], Some(2), None),
                Piece::Close("明細".into()),
                Piece::PageEnd,
            ]))
        );
        let image = Name { written: "印 影@2".into(), path: vec!["印影".into()], nth: Some(2), format: None };
        assert_eq!(pieces("{{画像： 印 影@2 }}"), Ok(Some(vec![Piece::Image(image)])));
        assert_eq!(pieces("{{明細.件数}}"), Ok(Some(vec![value("明細.件数", &["明細", "件数"], None, None)])));
    }

    #[test]
    fn what_is_no_mark_is_told() {
        assert_eq!(pieces("{{氏名"), Err(BadMark::Open("氏名".into())));
        for bad in ["{{}}", "{{ # }}", "{{a@0}}", "{{a@x}}", "{{a..b}}", "{{画像:}}"] {
            assert!(matches!(pieces(bad), Err(BadMark::Empty(_))), "{bad}");
        }
    }
}
