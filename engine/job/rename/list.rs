//! The journal of a folder outside the offices: the undo list, a CSV that a person can read in Excel, written and read in one piece.
//!
//! It needs no database. How far its rows are, the disk alone says: each is asked again when it is gone on with or taken back.

use std::cell::Cell;
use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use super::{BATCH, Brought, Journal, Moves, Span, Step, Trust, UndoWhy, Undone, carry};
use crate::error::Error;
use crate::files::Seen;

const LIST: &str = "jitan取消用一覧,1";

/// The rows of a list on their way.
pub(super) struct Listed {
    pub moves: Moves,
    next: usize,
    all_or_nothing: bool,
    failed: Cell<Option<Errno>>,
}

impl Listed {
    pub fn new(moves: Moves) -> Listed {
        Listed { moves, next: 0, all_or_nothing: false, failed: Cell::new(None) }
    }

    /// Stops behind the batch in which a file has to be left alone.
    pub fn all_or_nothing(moves: Moves) -> Listed {
        Listed { all_or_nothing: true, ..Listed::new(moves) }
    }

    /// Brings the files to where the rows lead.
    pub fn carry(&mut self, trust: Trust) -> Undone {
        let Ok(undone) = carry(self, trust);
        // All folders at once: a rename that a power cut takes back is found on the disk.
        let _ = self.moves.flush(0..self.moves.len());
        undone
    }

    /// What the file system said last when it failed.
    pub fn failed(&self) -> Option<io::Error> {
        self.failed.get().map(io::Error::from)
    }
}

impl Journal for Listed {
    type Error = Infallible;

    fn next(&mut self) -> Result<Option<Range<usize>>, Infallible> {
        let rows = self.next..(self.next + BATCH).min(self.moves.len());
        self.next = rows.end;
        Ok((!rows.is_empty()).then_some(rows))
    }

    fn moves(&self) -> &Moves {
        &self.moves
    }

    fn mark(&mut self, _: Range<usize>, _: &[Brought]) -> Result<(), Infallible> {
        Ok(())
    }

    fn ill(&self, _: &Path, errno: Errno) -> Result<UndoWhy, Infallible> {
        self.failed.set(Some(errno));
        Ok(UndoWhy::Refused)
    }

    fn goes_on(&self) -> bool {
        !self.all_or_nothing
    }
}

impl Moves {
    /// Writes the undo list and flushes it.
    pub fn write_list(&self, path: &Path, task: &str, now: &str) -> io::Result<()> {
        let mut list = String::with_capacity(2 * self.text.len() + 128 * self.steps.len() + 256);
        list.push('\u{feff}');
        list.push_str(LIST);
        list.push(',');
        quote(&mut list, task);
        // Writing into a text cannot fail.
        let _ = writeln!(list, ",{now}\nフォルダ,元の名前,新しい名前,番号,大きさ,更新時刻");
        let mut folder = (u32::MAX, String::new());
        for step in &self.steps {
            if folder.0 != step.folder {
                folder = (step.folder, String::new());
                quote(&mut folder.1, &self.folders[step.folder as usize].to_string_lossy());
            }
            list.push_str(&folder.1);
            for name in [step.from, step.to] {
                list.push(',');
                quote(&mut list, self.name(name));
            }
            let _ = writeln!(list, ",{},{},{}", step.inode, step.seen.size, step.seen.modified);
        }
        let mut file = File::create_new(path)?;
        file.write_all(list.as_bytes())?;
        file.sync_all()
    }

    /// Reads an undo list back.
    pub fn read_list(path: &Path) -> Result<Moves, Error> {
        let bytes = std::fs::read(path).map_err(|error| Error::reading(path, &error))?;
        let wrong = |line| Error::NotAnUndoList { path: path.to_owned(), line };
        let text = String::from_utf8(bytes).map_err(|_| wrong(None))?;
        if !text.strip_prefix('\u{feff}').unwrap_or(&text).starts_with(LIST) {
            return Err(wrong(None));
        }
        let mut reader = Reader { text: &text, at: 0, decoded: String::new() };
        let (mut folders, mut steps) = (Vec::new(), Vec::new());
        let mut known: HashMap<String, u32> = HashMap::new();
        let mut last: Option<(&str, u32)> = None;
        for line in 1.. {
            if reader.at == text.len() {
                break;
            }
            if line <= 2 {
                reader.skip();
                continue;
            }
            let Some([folder, from, to, inode, size, modified]) = reader.record() else { return Err(wrong(Some(line))) };
            let number = |field: &Field| reader.written(field);
            let (Ok(inode), Ok(size), Ok(modified)) = (number(&inode).parse(), number(&size).parse(), number(&modified).parse())
            else {
                return Err(wrong(Some(line)));
            };
            let names = [&from, &to].map(|name| reader.value(name));
            if names.iter().any(|name| name.is_empty() || name.contains('/')) || !reader.value(&folder).starts_with('/') {
                return Err(wrong(Some(line)));
            }
            let written = reader.written(&folder);
            let folder = match last {
                Some((known, folder)) if known == written => folder,
                _ => *known.entry(reader.value(&folder).to_owned()).or_insert_with(|| {
                    folders.push(PathBuf::from(reader.value(&folder)));
                    folders.len() as u32 - 1
                }),
            };
            last = Some((written, folder));
            let (from, to) = (reader.span(&from), reader.span(&to));
            steps.push(Step { folder, from, into: folder, to, inode, seen: Seen { size, modified } });
        }
        let decoded = reader.decoded;
        Ok(Moves { folders, text: text + decoded.as_str(), steps })
    }

    #[cfg(test)]
    pub(super) fn told(&self) -> Vec<String> {
        let told = |step: &Step| {
            let folder = self.folders[step.folder as usize].display();
            format!("{folder} {} {} {} {:?}", self.name(step.from), self.name(step.to), step.inode, step.seen)
        };
        self.steps.iter().map(told).collect()
    }
}

/// A field of the list. Excel takes what begins with a sign for a formula, so such a name gets `./` in front.
fn quote(list: &mut String, text: &str) {
    let sign = text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n']);
    let dot = if sign || text.starts_with("./") { "./" } else { "" };
    if text.bytes().any(|byte| matches!(byte, b'"' | b',' | b'\n' | b'\r')) {
        let _ = write!(list, "\"{dot}{}\"", text.replace('"', "\"\""));
    } else {
        list.push_str(dot);
        list.push_str(text);
    }
}

/// A field as it was found: a part of the text, or, where quotes or dots were taken off, of what was decoded.
struct Field {
    written: Range<usize>,
    decoded: Option<Range<usize>>,
}

/// Reads records; what is written plainly stays where it is.
struct Reader<'t> {
    text: &'t str,
    at: usize,
    decoded: String,
}

impl<'t> Reader<'t> {
    /// The next record, if it has as many fields as wanted.
    fn record<const N: usize>(&mut self) -> Option<[Field; N]> {
        let mut fields = Vec::with_capacity(N);
        loop {
            let (field, last) = self.field();
            fields.push(field);
            if last {
                return fields.try_into().ok();
            }
        }
    }

    fn skip(&mut self) {
        while !self.field().1 {}
    }

    /// The next field, and whether it is the last of its record.
    fn field(&mut self) -> (Field, bool) {
        let (start, rest) = (self.at, &self.text[self.at..]);
        let quoted = rest.starts_with('"');
        let (written, decoded) = if quoted {
            let (name, end) = unquoted(&rest[1..]);
            (start..start + 1 + end, Some(name))
        } else {
            let end = rest.bytes().position(|byte| matches!(byte, b',' | b'\n')).unwrap_or(rest.len());
            let end = end - usize::from(rest[..end].ends_with('\r'));
            (start..start + end, rest[..end].starts_with("./").then(|| rest[..end].to_owned()))
        };
        let decoded = decoded.map(|name| {
            let from = self.decoded.len();
            self.decoded.push_str(name.strip_prefix("./").unwrap_or(&name));
            from..self.decoded.len()
        });
        let after = self.text[written.end..].trim_start_matches('\r');
        let next = after.chars().next();
        self.at = self.text.len() - after.len() + next.map_or(0, char::len_utf8);
        (Field { written, decoded }, next != Some(','))
    }

    fn written(&self, field: &Field) -> &'t str {
        &self.text[field.written.clone()]
    }

    fn value(&self, field: &Field) -> &str {
        match &field.decoded {
            Some(range) => &self.decoded[range.clone()],
            None => self.written(field),
        }
    }

    /// The field's place in the text with everything decoded behind it.
    fn span(&self, field: &Field) -> Span {
        let (start, range) = match &field.decoded {
            Some(range) => (self.text.len(), range),
            None => (0, &field.written),
        };
        Span { start: start + range.start, length: range.len() as u32 }
    }
}

/// What stands between quotes, the first one taken off, and where the text goes on behind the closing one.
fn unquoted(inside: &str) -> (String, usize) {
    let mut field = String::new();
    let mut at = 0;
    while let Some(quote) = inside[at..].find('"') {
        field.push_str(&inside[at..at + quote]);
        at += quote + 1;
        if !inside[at..].starts_with('"') {
            return (field, at);
        }
        field.push('"');
        at += 1;
    }
    field.push_str(&inside[at..]);
    (field, inside.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_survive_signs_quotes_and_line_breaks() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("list.csv");
        let mut moves = Moves { folders: vec!["/a,b/c".into(), "/d".into()], ..Moves::default() };
        for (at, name) in ["=1+1.xlsx", "a,b\"c\".txt", "行\n替え", "普通.xlsx", "＝全角", "-1", ""].iter().enumerate() {
            let (from, to) = (moves.keep(&format!("{name}x")), moves.keep(&format!("個_{name}")));
            let seen = Seen { size: at as u64, modified: -5 };
            let folder = at as u32 % 2;
            moves.steps.push(Step { folder, from, into: folder, to, inode: 7, seen });
        }
        moves.write_list(&path, "試験", "2026-11-20").unwrap();
        assert_eq!(Moves::read_list(&path).unwrap().told(), moves.told());
        // As Excel saves it again.
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replace('\n', "\r\n").replace("行\r\n", "行\n")).unwrap();
        assert_eq!(Moves::read_list(&path).unwrap().told(), moves.told());
    }

    #[test]
    fn what_is_no_list_is_refused_with_its_line() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("list.csv");
        let line = |text: &str| {
            std::fs::write(&path, text).unwrap();
            match Moves::read_list(&path) {
                Err(Error::NotAnUndoList { line, .. }) => line,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(line("名前,年齢\n"), None);
        let head = format!("{LIST},試験,今\n見出し\n");
        for row in ["/a,b,c,1,2\n", "/a,b,c,1,2,3,4\n", "/a,b/..,c,1,2,3\n", "a,b,c,1,2,3\n", "/a,b,c,x,2,3\n", "/a,,c,1,2,3\n"] {
            assert_eq!(line(&format!("{head}/a,b,c,1,2,3\n{row}")), Some(4), "{row}");
        }
        std::fs::write(&path, format!("{head}/a,b,\"c")).unwrap();
        assert!(Moves::read_list(&path).is_err());
    }
}
