//! A formula taken apart, as far as its references go.

use std::ops::Range;

use crate::{MAX_COLUMNS, MAX_ROWS};

/// Something in a formula that points somewhere, with the bytes it takes.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Piece {
    /// Cells, rows or columns.
    Reference(Reference),
    /// A defined name, or the name of a table.
    Name { scope: Scope, name: String },
    /// A function.
    Function(String),
    /// `[…]` behind a table's name or alone: a table's columns.
    Columns,
}

/// A reference in the A1 form.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Reference {
    /// Where it stands in the formula, the sheet's name left out.
    pub(crate) at: Range<usize>,
    pub(crate) scope: Scope,
    pub(crate) span: Span,
}

/// The sheet that a reference names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Scope {
    /// None: the sheet of the formula.
    Own,
    Sheet(String),
    /// All sheets from one to another.
    Sheets(String, String),
    /// Another workbook.
    Outside,
}

/// One end of a reference: zero-based, and whether it is written with `$`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct End {
    pub(crate) number: u32,
    pub(crate) fixed: bool,
}

impl End {
    /// The end as it is so many steps further; beyond the last row or column Excel goes on at the first.
    pub(crate) fn along(self, by: i64, size: u32) -> u32 {
        if self.fixed { self.number } else { (i64::from(self.number) + by).rem_euclid(i64::from(size)) as u32 }
    }
}

/// What a reference covers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Span {
    /// Column and row of one cell.
    Cell(End, End),
    /// Column and row of the first and of the last cell, in the order written.
    Cells([End; 2], [End; 2]),
    Rows(End, End),
    Columns(End, End),
}

impl Span {
    /// The rows it covers, lower first.
    pub(crate) fn rows(&self) -> (u32, u32) {
        match self {
            Span::Cell(_, row) => (row.number, row.number),
            Span::Cells([_, a], [_, b]) | Span::Rows(a, b) => (a.number.min(b.number), a.number.max(b.number)),
            Span::Columns(..) => (0, MAX_ROWS - 1),
        }
    }

    /// The columns it covers, lower first.
    pub(crate) fn columns(&self) -> (u32, u32) {
        match self {
            Span::Cell(column, _) => (column.number, column.number),
            Span::Cells([a, _], [b, _]) | Span::Columns(a, b) => (a.number.min(b.number), a.number.max(b.number)),
            Span::Rows(..) => (0, MAX_COLUMNS - 1),
        }
    }
}

/// Takes a formula apart. What it does not understand it leaves out; it never fails.
pub(crate) fn pieces(formula: &str) -> Vec<Piece> {
    let mut reader = Reader::new(formula);
    reader.read();
    reader.found
}

/// The same, each with where the name of its sheet stands, exclamation mark included.
pub(crate) fn pieces_with_names(formula: &str) -> Vec<(Piece, Range<usize>)> {
    let mut reader = Reader::new(formula);
    reader.read();
    reader.found.into_iter().zip(reader.names).collect()
}

/// The same, each with all the bytes it takes, its sheet's name among them.
pub(crate) fn pieces_with_places(formula: &str) -> Vec<(Piece, Range<usize>)> {
    let mut reader = Reader::new(formula);
    reader.read();
    reader.found.into_iter().zip(reader.places).collect()
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    /// Where the piece under way began.
    start: usize,
    found: Vec<Piece>,
    /// For each piece what it takes.
    places: Vec<Range<usize>>,
    /// For each piece where the name of its sheet stands.
    names: Vec<Range<usize>>,
    /// Where the last name of a sheet stands.
    name: Range<usize>,
}

impl<'f> Reader<'f> {
    fn new(text: &'f str) -> Reader<'f> {
        Reader {
            text,
            bytes: text.as_bytes(),
            at: 0,
            start: 0,
            found: Vec::new(),
            places: Vec::new(),
            names: Vec::new(),
            name: 0..0,
        }
    }

    fn add(&mut self, piece: Piece) {
        self.found.push(piece);
        self.places.push(self.start..self.at);
        self.names.push(std::mem::replace(&mut self.name, 0..0));
    }

    fn read(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            self.start = self.at;
            match byte {
                b'"' => self.skip_quoted(b'"'),
                b'\'' => self.quoted_sheet(),
                b'[' => self.bracket(),
                b'#' => self.error(),
                _ if is_word(byte) => self.word(),
                _ => self.at += 1,
            }
        }
    }

    /// Moves behind a quoted piece; a doubled quote is part of it.
    fn skip_quoted(&mut self, quote: u8) {
        self.at += 1;
        while let Some(length) = self.bytes.get(self.at..).and_then(|rest| memchr::memchr(quote, rest)) {
            self.at += length + 1;
            if self.bytes.get(self.at) != Some(&quote) {
                return;
            }
            self.at += 1;
        }
        self.at = self.bytes.len();
    }

    fn quoted_sheet(&mut self) {
        let start = self.at + 1;
        self.skip_quoted(b'\'');
        if self.bytes.get(self.at) != Some(&b'!') {
            return;
        }
        let name = self.text[start..(self.at - 1).max(start)].replace("''", "'");
        self.at += 1;
        self.name = start - 1..self.at;
        self.behind_sheet(scope(&name));
    }

    /// `[1]Sheet!A1`, `[#This Row]`, `Table[col]`.
    fn bracket(&mut self) {
        let start = self.at;
        let mut depth = 0;
        while let Some(&byte) = self.bytes.get(self.at) {
            self.at += 1;
            match byte {
                // Within a table's columns an apostrophe escapes what follows.
                b'\'' => self.at += 1,
                b'[' => depth += 1,
                b']' => {
                    depth -= 1;
                    if depth == 0 {
                        break;
                    }
                }
                _ => {}
            }
        }
        self.at = self.at.min(self.bytes.len());
        let book = self.bytes[start..self.at].iter().skip(1).take_while(|b| b.is_ascii_digit()).count() > 0;
        let word = self.bytes[self.at..].iter().take_while(|b| is_word(**b)).count();
        if book && self.bytes.get(self.at + word) == Some(&b'!') {
            self.at += word + 1;
            self.behind_sheet(Scope::Outside);
        } else {
            self.add(Piece::Columns);
        }
    }

    /// `#REF!` and its like; a lone `#` behind a cell means its spilled range.
    fn error(&mut self) {
        self.at += 1;
        let word = self.bytes[self.at..].iter().take_while(|b| b.is_ascii_uppercase() || matches!(b, b'/' | b'0' | b'_')).count();
        self.at += word;
        if word > 0 && matches!(self.bytes.get(self.at), Some(b'!' | b'?')) {
            self.at += 1;
        }
    }

    fn word(&mut self) {
        let start = self.at;
        let text = self.text;
        let word = self.take_word(text);
        match self.bytes.get(self.at) {
            Some(b'!') => {
                self.at += 1;
                self.name = start..self.at;
                self.behind_sheet(Scope::Sheet(word.to_owned()));
            }
            Some(b'(') => self.add(Piece::Function(word.to_owned())),
            Some(b':') if self.sheets_end().is_some() => {
                let last = self.sheets_end().unwrap_or_default().to_owned();
                self.at += 1 + last.len() + 1;
                self.behind_sheet(Scope::Sheets(word.to_owned(), last));
            }
            _ => self.target(start, word, Scope::Own),
        }
    }

    /// The second name of `First:Last!A1`, if the colon leads to one.
    fn sheets_end(&self) -> Option<&str> {
        let rest = &self.bytes[self.at + 1..];
        let length = rest.iter().take_while(|b| is_word(**b)).count();
        (length > 0 && rest.get(length) == Some(&b'!')).then(|| &self.text[self.at + 1..self.at + 1 + length])
    }

    fn behind_sheet(&mut self, scope: Scope) {
        let start = self.at;
        match self.bytes.get(self.at) {
            Some(byte) if is_word(*byte) => {
                let text = self.text;
                let word = self.take_word(text);
                if self.bytes.get(self.at) == Some(&b'(') {
                    self.add(Piece::Function(word.to_owned()));
                } else {
                    self.target(start, word, scope);
                }
            }
            _ => {}
        }
    }

    /// A cell, a range or a name; `start` is where its word began, the reader stands behind the word.
    fn target(&mut self, start: usize, word: &str, scope: Scope) {
        let Some(first) = Corner::of(word) else {
            if !word.as_bytes()[0].is_ascii_digit() {
                self.add(Piece::Name { scope, name: word.to_owned() });
            }
            return;
        };
        let second = (self.bytes.get(self.at) == Some(&b':')).then(|| self.word_at(self.at + 1)).flatten();
        let joined = second.and_then(|word| Some((word, first.to(Corner::of(word)?)?)));
        let span = match (joined, first) {
            (Some((word, span)), _) if self.bytes.get(self.at + 1 + word.len()) != Some(&b'(') => {
                self.at += 1 + word.len();
                span
            }
            (_, Corner::Cell(column, row)) => Span::Cell(column, row),
            // A lone word of letters is a name, lone digits are a number.
            (_, Corner::Column(_)) => {
                self.add(Piece::Name { scope, name: word.to_owned() });
                return;
            }
            (_, Corner::Row(_)) => return,
        };
        self.add(Piece::Reference(Reference { at: start..self.at, scope, span }));
    }

    fn take_word<'t>(&mut self, text: &'t str) -> &'t str {
        let length = text.as_bytes()[self.at..].iter().take_while(|b| is_word(**b)).count();
        self.at += length;
        &text[self.at - length..self.at]
    }

    fn word_at(&self, at: usize) -> Option<&str> {
        let length = self.bytes.get(at..)?.iter().take_while(|b| is_word(**b)).count();
        (length > 0).then(|| &self.text[at..at + length])
    }
}

/// One side of a colon.
#[derive(Clone, Copy)]
enum Corner {
    Cell(End, End),
    Column(End),
    Row(End),
}

impl Corner {
    fn of(word: &str) -> Option<Corner> {
        let (fixed, rest) = dollar(word);
        let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        if letters == 0 {
            return Some(Corner::Row(End { number: row_number(rest)?, fixed }));
        }
        if letters > 3 {
            return None;
        }
        let column = rest[..letters].bytes().fold(0u32, |sum, b| sum * 26 + u32::from(b.to_ascii_uppercase() - b'A') + 1);
        if column > MAX_COLUMNS {
            return None;
        }
        let column = End { number: column - 1, fixed };
        if letters == rest.len() {
            return Some(Corner::Column(column));
        }
        let (fixed, digits) = dollar(&rest[letters..]);
        Some(Corner::Cell(column, End { number: row_number(digits)?, fixed }))
    }

    fn to(self, other: Corner) -> Option<Span> {
        match (self, other) {
            (Corner::Cell(a, b), Corner::Cell(c, d)) => Some(Span::Cells([a, b], [c, d])),
            (Corner::Column(a), Corner::Column(b)) => Some(Span::Columns(a, b)),
            (Corner::Row(a), Corner::Row(b)) => Some(Span::Rows(a, b)),
            _ => None,
        }
    }
}

fn dollar(text: &str) -> (bool, &str) {
    match text.strip_prefix('$') {
        Some(rest) => (true, rest),
        None => (false, text),
    }
}

fn row_number(digits: &str) -> Option<u32> {
    let sound = (1..=7).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    let number: u32 = sound.then(|| digits.parse().ok())??;
    (1..=MAX_ROWS).contains(&number).then(|| number - 1)
}

/// What a word is made of; every letter that is not ASCII belongs to a name.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80 || matches!(byte, b'_' | b'.' | b'$' | b'\\' | b'?')
}

/// The scope behind a quoted name: `Sheet 1`, `First:Last`, `[1]Sheet`, `C:\path\[Book.xlsx]Sheet`.
fn scope(name: &str) -> Scope {
    if name.contains('[') {
        return Scope::Outside;
    }
    match name.split_once(':') {
        Some((first, last)) => Scope::Sheets(first.to_owned(), last.to_owned()),
        None => Scope::Sheet(name.to_owned()),
    }
}

/// A sheet's name as a formula writes it: in quotes unless it is a plain word.
pub(crate) fn quoted(name: &str) -> String {
    let plain = name.chars().all(|c| c.is_alphanumeric() || c == '_')
        && name.chars().next().is_some_and(|c| !c.is_ascii_digit())
        && Corner::of(name).is_none()
        && !name.chars().any(|c| !c.is_ascii() && !('ぁ'..='ヿ').contains(&c) && !('一'..='鿿').contains(&c))
        && !matches!(name.as_bytes(), [b'R' | b'r' | b'C' | b'c', rest @ ..] if rest.iter().all(|b| b.is_ascii_alphanumeric()));
    if plain { name.to_owned() } else { format!("'{}'", name.replace('\'', "''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(formula: &str) -> Vec<String> {
        let show = |piece: Piece| match piece {
            Piece::Reference(found) => {
                let scope = match found.scope {
                    Scope::Own => String::new(),
                    Scope::Sheet(name) => format!("{name}!"),
                    Scope::Sheets(a, b) => format!("{a}..{b}!"),
                    Scope::Outside => "outside!".to_owned(),
                };
                format!("{scope}{}", &formula[found.at])
            }
            Piece::Name { name, .. } => format!("name {name}"),
            Piece::Function(name) => format!("{name}()"),
            Piece::Columns => "columns".to_owned(),
        };
        pieces(formula).into_iter().map(show).collect()
    }

    #[test]
    fn references_are_found_and_nothing_else() {
        let cases: [(&str, &[&str]); 20] = [
            ("A1+$B$2*3", &["A1", "$B$2"]),
            ("SUM(A1:B$10)", &["SUM()", "A1:B$10"]),
            ("SUM(A:A)+SUM($1:5)", &["SUM()", "A:A", "SUM()", "$1:5"]),
            ("Sheet2!A1+'it''s 1'!B2:C3", &["Sheet2!A1", "it's 1!B2:C3"]),
            ("集計!A1&明細!$C$3", &["集計!A1", "明細!$C$3"]),
            ("SUM(Jan:Dec!B4)+SUM('1月:3月'!B4)", &["SUM()", "Jan..Dec!B4", "SUM()", "1月..3月!B4"]),
            ("[1]Sheet1!A1+'[Book 2.xlsx]S'!B2", &["outside!A1", "outside!B2"]),
            ("\"A1\"\"B2\"&C3", &["C3"]),
            ("LOG10(5)+LOG10", &["LOG10()", "LOG10"]),
            ("税率*A1", &["name 税率", "A1"]),
            ("SUM(表1[[#This Row],[金額]])+B1", &["SUM()", "name 表1", "columns", "B1"]),
            ("[@数量]*[@'[単価]", &["columns", "columns"]),
            ("#REF!+Sheet1!#REF!+A1#", &["A1"]),
            ("1E5+1.5E+3", &[]),
            ("A1:INDEX(B1:B9,3)", &["A1", "INDEX()", "B1:B9"]),
            ("OFFSET(A1,1,1):B2", &["OFFSET()", "A1", "B2"]),
            ("XFD1048576+XFE1+A1048577", &["XFD1048576", "name XFE1", "name A1048577"]),
            ("_xlfn.XLOOKUP(a1,B:B,C:C)", &["_xlfn.XLOOKUP()", "a1", "B:B", "C:C"]),
            ("IF(TRUE,A1,\"\")", &["IF()", "name TRUE", "A1"]),
            ("'", &[]),
        ];
        for (formula, expected) in cases {
            assert_eq!(shown(formula), expected, "{formula}");
        }
    }

    #[test]
    fn sheet_names_are_quoted_where_excel_does() {
        for (name, expected) in
            [("Sheet1", "Sheet1"), ("集計", "集計"), ("A1", "'A1'"), ("1月", "'1月'"), ("it's", "'it''s'"), ("R1C1", "'R1C1'")]
        {
            assert_eq!(quoted(name), expected);
        }
    }
}
