//! A batch of the journal of renames, packed into one text: the form in which the store keeps its rows.
//!
//! Fields end with a zero byte, which no name holds. A row is: name before, name after, inode, size, when it was last written.
//! Before the first row, and wherever they change, stand "/", which is no name, the folder before, and the folder after.

use std::fmt::Write as _;
use std::ops::Range;

use crate::error::Error;
use crate::renames::RenameState;

/// Begins a line of folders.
const FOLDERS: &str = "/";

/// By what a file is known again. The inode alone is not enough: a file that people make may get that of one they deleted.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Known {
    /// The file's inode.
    pub ino: u64,
    /// Its size.
    pub size: u64,
    /// When it was last written, in nanoseconds since 1970.
    pub mtime: i64,
}

/// One file of a job that hands back what was dropped, with its name before and after. Folders are as the caller wrote them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rename<'a> {
    /// Its number, in the order of doing.
    pub n: u64,
    /// The same for rows of a batch that follow each other in the same two folders.
    pub place: u32,
    /// The folder before.
    pub folder: &'a str,
    /// The name before; of a folder's own row, none.
    pub from: &'a str,
    /// The folder after.
    pub into: &'a str,
    /// The name after; the same for a file whose name stays.
    pub to: &'a str,
    /// The file.
    pub known: Known,
    /// How far it is.
    pub state: RenameState,
}

/// The renames of a job, about to be written down.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Renames {
    /// Rows of a batch, at most.
    most: usize,
    batches: Vec<Packed>,
}

/// A batch as it is written.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Packed {
    pub rows: String,
    /// A digit for each row.
    pub states: String,
    /// The folders that the last row lies in.
    folder: Range<usize>,
    into: Range<usize>,
}

impl Renames {
    /// None yet; so many are read and marked together.
    pub fn in_batches(most: usize) -> Renames {
        Renames { most: most.max(1), batches: Vec::new() }
    }

    /// Adds a file.
    pub fn add(&mut self, folder: &str, from: &str, into: &str, to: &str, known: Known, state: RenameState) {
        if self.batches.last().is_none_or(|batch| batch.states.len() >= self.most) {
            self.batches.push(Packed::default());
        }
        if let Some(batch) = self.batches.last_mut() {
            batch.add((folder, from), (into, to), known, state);
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.batches.is_empty()
    }

    /// The batches, each with the number of its first row.
    pub(crate) fn batches(&self) -> impl Iterator<Item = (u64, &Packed)> {
        self.batches.iter().scan(0, |next, batch| {
            let first = *next;
            *next += batch.states.len() as u64;
            Some((first, batch))
        })
    }
}

impl Packed {
    fn add(&mut self, (folder, from): (&str, &str), (into, to): (&str, &str), known: Known, state: RenameState) {
        let same = !self.states.is_empty() && self.rows[self.folder.clone()] == *folder && self.rows[self.into.clone()] == *into;
        if !same {
            self.field(FOLDERS);
            (self.folder, self.into) = (self.field(folder), self.field(into));
        }
        self.field(from);
        self.field(to);
        // Writing into a text cannot fail.
        let _ = write!(self.rows, "{}\0{}\0{}\0", known.ino, known.size, known.mtime);
        self.states.push(state.digit());
    }

    fn field(&mut self, text: &str) -> Range<usize> {
        let start = self.rows.len();
        self.rows.push_str(text);
        self.rows.push('\0');
        start..self.rows.len() - 1
    }
}

/// Rows of the journal that were written together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RenameBatch {
    first: u64,
    text: String,
    /// The two folders of each place.
    places: Vec<[Range<usize>; 2]>,
    rows: Vec<Row>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Row {
    place: u32,
    from: Range<usize>,
    to: Range<usize>,
    known: Known,
    state: RenameState,
}

impl RenameBatch {
    /// Reads what was packed. Fails if it is anything else.
    pub(crate) fn read(first: u64, packed: Vec<u8>, states: &str) -> Result<RenameBatch, Error> {
        let damaged = || Error::Damaged { what: format!("renames from {first}") };
        let text = String::from_utf8(packed).map_err(|_| damaged())?;
        let (mut places, mut rows) = (Vec::new(), Vec::with_capacity(states.len()));
        let (mut fields, mut states) = (Fields { text: &text, at: 0 }, states.chars());
        while fields.at < text.len() {
            let from = fields.next().ok_or_else(damaged)?;
            let to = fields.next().ok_or_else(damaged)?;
            if text[from.clone()] == *FOLDERS {
                places.push([to, fields.next().ok_or_else(damaged)?]);
                continue;
            }
            let known = fields.known().ok_or_else(damaged)?;
            let state = states.next().and_then(RenameState::of_digit).ok_or_else(damaged)?;
            let place = places.len().checked_sub(1).ok_or_else(damaged)? as u32;
            rows.push(Row { place, from, to, known, state });
        }
        if states.next().is_some() {
            return Err(damaged());
        }
        Ok(RenameBatch { first, text, places, rows })
    }

    /// The number of its first row.
    pub fn first(&self) -> u64 {
        self.first
    }

    /// The number after its last row.
    pub fn end(&self) -> u64 {
        self.first + self.rows.len() as u64
    }

    /// A row by its number.
    pub fn row(&self, n: u64) -> Option<Rename<'_>> {
        let at = usize::try_from(n.checked_sub(self.first)?).ok()?;
        (at < self.rows.len()).then(|| self.at(at))
    }

    /// Its rows in the order of doing.
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = Rename<'_>> {
        (0..self.rows.len()).map(|at| self.at(at))
    }

    /// Those that are so far.
    pub fn rows_in(&self, state: RenameState) -> impl Iterator<Item = Rename<'_>> {
        self.rows().filter(move |row| row.state == state)
    }

    fn at(&self, at: usize) -> Rename<'_> {
        let Row { place, from, to, known, state } = &self.rows[at];
        let [folder, into] = self.places[*place as usize].each_ref().map(|range| &self.text[range.clone()]);
        let (from, to) = (&self.text[from.clone()], &self.text[to.clone()]);
        Rename { n: self.first + at as u64, place: *place, folder, from, into, to, known: *known, state: *state }
    }

    /// The rows packed again, one of them with another name after.
    pub(crate) fn led_to(&self, n: u64, name: &str) -> String {
        let mut packed = Packed::default();
        for row in self.rows() {
            let to = if row.n == n { name } else { row.to };
            packed.add((row.folder, row.from), (row.into, to), row.known, row.state);
        }
        packed.rows
    }
}

/// Fields ended by a zero byte.
struct Fields<'t> {
    text: &'t str,
    at: usize,
}

impl Fields<'_> {
    fn next(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        let end = start + self.text[start..].find('\0')?;
        self.at = end + 1;
        Some(start..end)
    }

    fn known(&mut self) -> Option<Known> {
        Some(Known { ino: self.number()?, size: self.number()?, mtime: self.number()? })
    }

    fn number<N: std::str::FromStr>(&mut self) -> Option<N> {
        let range = self.next()?;
        self.text[range].parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type One = (String, String, String, String, Known, RenameState);

    fn one() -> impl Strategy<Value = One> {
        let folder = || prop::sample::select(vec!["", "文書", "文書/部", "文書/部/課", "a\nb"]).prop_map(str::to_owned);
        let known = (any::<u64>(), any::<u64>(), any::<i64>()).prop_map(|(ino, size, mtime)| Known { ino, size, mtime });
        let name = || "[^/\0]{0,12}";
        (folder(), name(), folder(), name(), known, prop::sample::select(RenameState::ALL.to_vec()))
    }

    fn told(row: Rename<'_>) -> One {
        let text = str::to_owned;
        (text(row.folder), text(row.from), text(row.into), text(row.to), row.known, row.state)
    }

    proptest! {
        #[test]
        fn rows_come_back_as_they_went(rows in prop::collection::vec(one(), 0..40), most in 1usize..9, led in 0usize..40) {
            let mut renames = Renames::in_batches(most);
            for (folder, from, into, to, known, state) in &rows {
                renames.add(folder, from, into, to, *known, *state);
            }
            let mut back: Vec<One> = Vec::new();
            for (first, packed) in renames.batches() {
                let batch = RenameBatch::read(first, packed.rows.clone().into_bytes(), &packed.states).unwrap();
                prop_assert_eq!((batch.first(), batch.end()), (back.len() as u64, back.len() as u64 + batch.rows().count() as u64));
                prop_assert!(batch.rows().count() <= most);
                prop_assert!(batch.rows().zip(back.len() as u64..).all(|(row, n)| row.n == n && batch.row(n) == Some(row)));
                let again = RenameBatch::read(first, batch.led_to(led as u64, "名").into_bytes(), &packed.states).unwrap();
                for (row, new) in batch.rows().zip(again.rows()) {
                    let to = if row.n == led as u64 { "名" } else { row.to };
                    prop_assert_eq!(Rename { to, ..row }, new);
                }
                back.extend(batch.rows().map(told));
            }
            prop_assert_eq!(back, rows);
        }
    }

    #[test]
    fn what_was_never_written_is_refused() {
        let read = |packed: &str, states: &str| RenameBatch::read(7, packed.as_bytes().to_vec(), states);
        let sound = "/\0甲\0乙\0a\0b\x001\x002\0-3\0";
        assert_eq!(read(sound, "0").unwrap().rows().count(), 1);
        for (packed, states) in [
            (sound, ""),
            (sound, "00"),
            (sound, "9"),
            (&sound[..sound.len() - 1], "0"),
            ("a\0b\x001\x002\x003\0", "0"),
            ("/\0甲\0乙\0a\0b\0x\x002\x003\0", "0"),
            ("/\0甲\0", ""),
        ] {
            assert!(matches!(read(packed, states), Err(Error::Damaged { .. })), "{packed:?} {states}");
        }
    }
}
