//! CSV and TSV: any encoding that offices use, and whatever is wrong is said with its line.

use std::rc::Rc;

use memchr::memchr2;

use crate::gate::{Limits, hostile};
use crate::{
    Address, Fate, Finding, MAX_COLUMNS, Place, Problem, Refusal, Severity, Sheet, SheetBuilder, Shelf, Suspicion, TextId,
};

/// No more findings of one file: who has so many does not read them one by one.
const MOST_FINDINGS: usize = 1_000;

/// A text file as cells, with what is wrong in it.
pub(crate) struct Csv {
    pub(crate) sheet: Sheet,
    pub(crate) tabs: bool,
    pub(crate) findings: Vec<Finding>,
}

/// Reads decoded text; `gaps` says that characters of it can no longer be read.
pub(crate) fn read(file: &str, text: &str, gaps: bool, shelf: &Rc<Shelf>, limits: &Limits) -> Result<Csv, Refusal> {
    // The end mark of old systems is no row.
    let text = text.strip_suffix('\u{1A}').unwrap_or(text);
    let delimiter = delimiter(text);
    let mut reader = Reader { gaps, ..Reader::new(file, text, delimiter, shelf, limits) };
    reader.run()?;
    reader.judge_rows();
    let Reader { builder, findings, .. } = reader;
    Ok(Csv { sheet: builder.finish(), tabs: delimiter == b'\t', findings })
}

/// The delimiter that most of the first lines hold. Commas are the rule: semicolons also part the answers within a field.
fn delimiter(text: &str) -> u8 {
    let mut candidates = [(b',', Vec::new()), (b'\t', Vec::new()), (b';', Vec::new())];
    let mut quoted = false;
    for line in text.split(['\n', '\r']).filter(|line| !line.trim().is_empty()).take(20) {
        for (delimiter, counts) in &mut candidates {
            counts.push(outside_quotes(line, *delimiter, quoted));
        }
        quoted ^= memchr::memchr_iter(b'"', line.as_bytes()).count() % 2 == 1;
    }
    let lines = |counts: &[usize]| counts.iter().filter(|count| **count > 0).count();
    let even = |counts: &[usize]| counts.windows(2).all(|pair| pair[0] == pair[1]);
    let [(_, commas), (_, tabs), (_, semicolons)] = &candidates;
    if lines(tabs) > 0 && lines(tabs) >= lines(commas) && lines(tabs) >= lines(semicolons) {
        b'\t'
    } else if lines(semicolons) > lines(commas)
        || lines(semicolons) > 0 && lines(semicolons) == lines(commas) && even(semicolons) && !even(commas)
    {
        b';'
    } else {
        b','
    }
}

fn outside_quotes(line: &str, delimiter: u8, mut quoted: bool) -> usize {
    let mut count = 0;
    for byte in line.bytes() {
        quoted ^= byte == b'"';
        count += usize::from(byte == delimiter && !quoted);
    }
    count
}

struct Reader<'a> {
    file: &'a str,
    bytes: &'a [u8],
    text: &'a str,
    delimiter: u8,
    shelf: &'a Rc<Shelf>,
    limits: &'a Limits,
    builder: SheetBuilder,
    findings: Vec<Finding>,
    /// How many fields each row has; zero for a blank one.
    widths: Vec<u32>,
    /// Whether a field may hold a character that nobody can read any more, or a NUL.
    gaps: bool,
    nuls: bool,
    /// Bytes that may still be gone over twice because of quotes that are never closed.
    patience: usize,
    line: u32,
    scratch: String,
}

impl<'a> Reader<'a> {
    fn new(file: &'a str, text: &'a str, delimiter: u8, shelf: &'a Rc<Shelf>, limits: &'a Limits) -> Reader<'a> {
        Reader {
            file,
            bytes: text.as_bytes(),
            text,
            delimiter,
            shelf,
            limits,
            builder: SheetBuilder::new("", shelf),
            findings: Vec::new(),
            widths: Vec::new(),
            gaps: false,
            nuls: memchr::memchr(0, text.as_bytes()).is_some(),
            patience: 4 * text.len() + limits.text,
            line: 1,
            scratch: String::new(),
        }
    }

    fn run(&mut self) -> Result<(), Refusal> {
        let mut at = 0;
        while at < self.bytes.len() {
            at = self.row(at)?;
            if self.builder.cell_count() as u64 > self.limits.cells {
                return Err(Refusal::TooManyCells { limit: self.limits.cells });
            }
        }
        Ok(())
    }

    /// Reads one row and returns where the next begins.
    fn row(&mut self, mut at: usize) -> Result<usize, Refusal> {
        let (row, mut column, mut filled) = (self.widths.len() as u32, 0u32, 0);
        loop {
            if column >= MAX_COLUMNS {
                return Err(hostile(format!("line {}: more than {MAX_COLUMNS} fields", self.line)));
            }
            let end = match self.bytes.get(at) {
                Some(b'"') => self.quoted(row, column, at)?,
                _ => self.bare(row, column, at)?,
            };
            // Empty fields at the end of a line are no fields that someone filled.
            filled = if end.blank { filled } else { column + 1 };
            column += 1;
            at = end.at;
            match self.bytes.get(at) {
                Some(byte) if *byte == self.delimiter => at += 1,
                Some(b'\r') if self.bytes.get(at + 1) == Some(&b'\n') => {
                    at += 2;
                    break;
                }
                Some(_) => {
                    at += 1;
                    break;
                }
                None => {
                    self.judge_end(filled, column);
                    break;
                }
            }
        }
        self.line += 1;
        self.widths.push(if filled == 0 { 0 } else { pack(column, filled) });
        Ok(at)
    }

    /// A field without quotes: up to the delimiter or the end of the line.
    fn bare(&mut self, row: u32, column: u32, at: usize) -> Result<End, Refusal> {
        let rest = &self.bytes[at..];
        let delimiter = self.delimiter;
        let length = rest.iter().position(|&b| b == delimiter || b == b'\n' || b == b'\r').unwrap_or(rest.len());
        let text = self.text;
        let field = &text[at..at + length];
        // ="0123" is how systems keep Excel from eating zeros.
        let inner = field.strip_prefix("=\"").and_then(|inner| inner.strip_suffix('"')).filter(|inner| !inner.contains('"'));
        self.put(row, column, inner.unwrap_or(field))?;
        Ok(End { at: at + length, blank: length == 0 })
    }

    /// A field in quotes. A quote that is never closed is said, and counts as a character of its line.
    fn quoted(&mut self, row: u32, column: u32, at: usize) -> Result<End, Refusal> {
        self.scratch.clear();
        let (mut from, mut breaks) = (at + 1, 0);
        loop {
            let Some(length) = memchr::memchr(b'"', &self.bytes[from..]) else {
                return self.unclosed(row, column, at, self.bytes.len());
            };
            let piece = &self.text[from..from + length];
            breaks += line_breaks(piece.as_bytes());
            push_lines(piece, &mut self.scratch);
            from += length + 1;
            match self.bytes.get(from) {
                Some(b'"') if self.scratch.len() <= self.limits.text => {
                    self.scratch.push('"');
                    from += 1;
                }
                Some(b'\n' | b'\r') | None => break,
                Some(next) if *next == self.delimiter => break,
                // "abc"def on one line is sloppy, over several lines the closing quote was another's opening one.
                Some(_) if breaks == 0 => {
                    let rest = &self.bytes[from..];
                    let length = memchr2(self.delimiter, b'\n', rest).unwrap_or(rest.len());
                    let tail = self.text[from..from + length].trim_end_matches('\r');
                    self.scratch.push_str(tail);
                    from += tail.len();
                    break;
                }
                Some(_) => return self.unclosed(row, column, at, from),
            }
        }
        let field = std::mem::take(&mut self.scratch);
        self.put(row, column, &field)?;
        let blank = field.is_empty();
        self.scratch = field;
        self.line += breaks;
        Ok(End { at: from, blank })
    }

    fn unclosed(&mut self, row: u32, column: u32, at: usize, seen: usize) -> Result<End, Refusal> {
        self.patience = self.patience.checked_sub(seen - at).ok_or_else(|| hostile("quotes that are never closed".into()))?;
        self.find(Severity::Error, Address::new(row, column).to_string(), Problem::UnclosedQuote { line: self.line });
        self.bare(row, column, at)
    }

    #[inline]
    fn put(&mut self, row: u32, column: u32, field: &str) -> Result<(), Refusal> {
        if field.is_empty() {
            return Ok(());
        }
        if field.len() > self.limits.text {
            return Err(hostile(format!("line {}: a field of {} bytes", self.line, field.len())));
        }
        let id = if self.gaps || self.nuls { self.doubtful(row, column, field) } else { self.shelf.texts.intern(field) };
        self.builder.push_text(row, column, id, 0, false);
        Ok(())
    }

    /// A field of a file that holds unreadable characters somewhere.
    fn doubtful(&mut self, row: u32, column: u32, field: &str) -> TextId {
        let cell = || Address::new(row, column).to_string();
        if let Some(letter) = field.chars().find(|letter| unreadable(*letter)) {
            self.find(Severity::Warning, cell(), Problem::UnreadableCharacter { text: letter.to_string() });
            if let Some(last) = self.findings.last_mut() {
                last.value = Some(field.to_owned());
            }
        }
        if !field.contains('\0') {
            return self.shelf.texts.intern(field);
        }
        self.find(Severity::Warning, cell(), Problem::NulByte { line: self.line });
        self.shelf.texts.intern(&field.replace('\0', ""))
    }

    /// The last line has no line end: fine, unless it is also shorter than the line before.
    fn judge_end(&mut self, filled: u32, columns: u32) {
        let before = self.widths.iter().rev().find(|width| **width > 0).map_or(0, |width| unpack(*width).0);
        if filled > 0 && columns < before {
            let cell = row_name(self.widths.len());
            self.find(Severity::Warning, cell, Problem::Suspicious(Suspicion::NoFinalNewline));
        }
    }

    /// Says which rows have more or fewer fields than the table, if most rows agree on a number.
    fn judge_rows(&mut self) {
        let rows =
            || self.widths.iter().copied().enumerate().filter(|(_, width)| *width > 0).map(|(row, width)| (row, unpack(width)));
        let mut counts = rustc_hash::FxHashMap::<u32, (usize, usize)>::default();
        for (row, (columns, _)) in rows() {
            counts.entry(columns).or_insert((0, row)).0 += 1;
        }
        let all = rows().count();
        let best = counts.into_iter().max_by_key(|(_, (count, first))| (*count, std::cmp::Reverse(*first)));
        let Some((expected, (_, first))) = best.filter(|(_, (count, _))| count * 2 >= all) else { return };
        let ragged: Vec<(usize, u32)> = rows()
            .filter(|(row, (columns, filled))| {
                *row > first && *columns != expected && !(*columns > expected && *filled <= expected)
            })
            .map(|(row, (columns, _))| (row, columns))
            .collect();
        for (row, columns) in ragged {
            let problem = Problem::RaggedRow { fields: columns as usize, expected: expected as usize };
            self.find(Severity::Warning, row_name(row), problem);
        }
    }

    fn find(&mut self, severity: Severity, cell: String, problem: Problem) {
        if self.findings.len() < MOST_FINDINGS {
            let place = Place { file: Some(self.file.to_owned()), sheet: None, cell: Some(cell) };
            self.findings.push(Finding { severity, place, column: None, value: None, problem, fate: Fate::Used });
        }
    }
}

/// Where a field ends, and whether nothing is in it.
struct End {
    at: usize,
    blank: bool,
}

/// Fields and filled fields of a row in one number; both are below 16,385.
fn pack(columns: u32, filled: u32) -> u32 {
    columns << 16 | filled
}

fn unpack(width: u32) -> (u32, u32) {
    (width >> 16, width & 0xFFFF)
}

fn row_name(row: usize) -> String {
    format!("{0}:{0}", row + 1)
}

/// 外字, or a byte that no encoding explains.
fn unreadable(letter: char) -> bool {
    matches!(letter, '\u{E000}'..='\u{F8FF}' | '\u{FFFD}')
}

fn line_breaks(piece: &[u8]) -> u32 {
    let lone_returns = piece.windows(2).filter(|pair| pair[0] == b'\r' && pair[1] != b'\n').count();
    let last = usize::from(piece.last() == Some(&b'\r'));
    (memchr::memchr_iter(b'\n', piece).count() + lone_returns + last) as u32
}

/// Appends text whose line breaks become one character, as Excel keeps them.
fn push_lines(piece: &str, out: &mut String) {
    if piece.contains('\r') {
        out.push_str(&piece.replace("\r\n", "\n").replace('\r', "\n"));
    } else {
        out.push_str(piece);
    }
}
