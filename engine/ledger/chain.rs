//! The chain: every row is hashed together with the hash before it, so none can be changed, taken out, put in or moved.

use jiff::civil::{Date, DateTime};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, ToSql, params_from_iter};
use sha2::{Digest, Sha256};

use crate::entry::{CANONICAL, COLUMNS, EntryNo};
use crate::error::Error;
use crate::job::{day, moment, written};
use crate::store::Store;

/// The last row of the chain at some moment: who knows it can tell whether rows were cut off later.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Head {
    /// Its number; 0 of an empty ledger.
    pub n: EntryNo,
    /// Its day; none of an empty ledger.
    pub date: Option<Date>,
    /// Its hash, in hex.
    pub hash: String,
}

/// The hash before the first row.
pub(crate) const ZEROS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

impl Store {
    /// The head of the chain: now, or as it was at the end of a day.
    pub fn head(&self, at: Option<Date>) -> Result<Head, Error> {
        let (_, last) = self.span(None, at)?;
        head_up_to(&self.connection, last)
    }
}

fn head_up_to(connection: &Connection, last: EntryNo) -> Result<Head, Error> {
    let sql = "SELECT n, date, hash FROM entry WHERE n <= ?1 ORDER BY n DESC LIMIT 1";
    let found: Option<(EntryNo, String, String)> =
        connection.prepare_cached(sql)?.query_row([last], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?;
    match found {
        Some((n, date, hash)) => Ok(Head { n, date: Some(day(&date)?), hash }),
        None => Ok(Head { n: 0, date: None, hash: ZEROS.to_owned() }),
    }
}

/// A row about to be written: the columns after number and time, as the table has them.
#[derive(Default)]
pub(crate) struct Fresh<'a> {
    pub kind: &'a str,
    pub job: Option<&'a str>,
    pub task: Option<&'a str>,
    pub version: Option<&'a str>,
    pub department: Option<&'a str>,
    pub unit: Option<&'a str>,
    pub units: i64,
    pub counted: i64,
    pub before: i64,
    pub after: i64,
    pub rework: i64,
    pub saved: i64,
    pub baseline: Option<EntryNo>,
    pub content: Option<&'a str>,
    pub ending: Option<&'a str>,
    pub errors: i64,
    pub warnings: i64,
    pub notes: i64,
    pub body: serde_json::Map<String, serde_json::Value>,
}

/// Writes a row at the end of the chain. Its time never goes back: a clock that was set back leaves its own words in the body.
pub(crate) fn append(connection: &Connection, mut fresh: Fresh<'_>, now: DateTime) -> Result<EntryNo, Error> {
    let head = head_up_to(connection, EntryNo::MAX)?;
    let last: Option<String> = match head.n {
        0 => None,
        n => Some(connection.prepare_cached("SELECT at FROM entry WHERE n = ?1")?.query_row([n], |row| row.get(0))?),
    };
    let clock = written(now);
    let at = last.filter(|last| *last > clock).unwrap_or_else(|| clock.clone());
    if at != clock {
        fresh.body.insert("clock".to_owned(), clock.into());
    }
    let n = head.n + 1;
    let (date, body) = (moment(&at)?.date().to_string(), serde_json::Value::Object(fresh.body).to_string());
    let text = |text: Option<&'_ str>| text.map_or(Value::Null, |text| Value::Text(text.to_owned()));
    let whole = Value::Whole;
    let mut row = vec![
        whole(n),
        Value::Text(at),
        Value::Text(date),
        text(Some(fresh.kind)),
        text(fresh.job),
        text(fresh.task),
        text(fresh.version),
        text(fresh.department),
        text(fresh.unit),
        whole(fresh.units),
        whole(fresh.counted),
        whole(fresh.before),
        whole(fresh.after),
        whole(fresh.rework),
        whole(fresh.saved),
        fresh.baseline.map_or(Value::Null, Value::Whole),
        text(fresh.content),
        text(fresh.ending),
        whole(fresh.errors),
        whole(fresh.warnings),
        whole(fresh.notes),
        Value::Text(body),
    ];
    let mut canonical = Vec::with_capacity(512);
    write_canonical(&mut canonical, row.iter().map(Value::seen));
    row.push(Value::Text(hash(&head.hash, &canonical)));
    let marks = vec!["?"; row.len()].join(", ");
    connection.prepare_cached(&format!("INSERT INTO entry ({COLUMNS}) VALUES ({marks})"))?.execute(params_from_iter(row))?;
    Ok(n)
}

enum Value {
    Null,
    Whole(i64),
    Text(String),
}

impl Value {
    fn seen(&self) -> ValueRef<'_> {
        match self {
            Value::Null => ValueRef::Null,
            Value::Whole(whole) => ValueRef::Integer(*whole),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
        }
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        Ok(rusqlite::types::ToSqlOutput::Borrowed(self.seen()))
    }
}

/// The hash of a row: SHA-256 over the hash before it, a line feed and its canonical form.
pub(crate) fn hash(before: &str, canonical: &[u8]) -> String {
    let whole = [before.as_bytes(), b"\n", canonical].concat();
    digits(&whole).map(char::from).iter().collect()
}

/// The SHA-256 of bytes in lower-case hex.
pub(crate) fn digits(bytes: &[u8]) -> [u8; 64] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut digits = [0; 64];
    for (pair, byte) in digits.as_chunks_mut::<2>().0.iter_mut().zip(Sha256::digest(bytes)) {
        *pair = [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]];
    }
    digits
}

/// The canonical form of a row: a JSON array of its columns without the hash, compact, letters as they are. Whether every
/// value is of a kind that the ledger writes.
pub(crate) fn write_canonical<'a>(out: &mut Vec<u8>, row: impl Iterator<Item = ValueRef<'a>>) -> bool {
    let (mut sound, mut count) = (true, 0);
    for (at, value) in row.enumerate() {
        out.push(if at == 0 { b'[' } else { b',' });
        count += 1;
        match value {
            ValueRef::Null => out.extend_from_slice(b"null"),
            ValueRef::Integer(whole) => write_whole(out, whole),
            ValueRef::Text(text) => write_text(out, text),
            ValueRef::Real(_) | ValueRef::Blob(_) => sound = false,
        }
    }
    out.push(b']');
    sound && count == CANONICAL
}

fn write_whole(out: &mut Vec<u8>, whole: i64) {
    let (mut digits, mut at, mut rest) = ([0; 20], 20, whole.unsigned_abs());
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if whole < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[at..]);
}

fn write_text(out: &mut Vec<u8>, text: &[u8]) {
    out.push(b'"');
    match special(text) {
        None => out.extend_from_slice(text),
        Some(at) => {
            out.extend_from_slice(&text[..at]);
            write_escaped(out, &text[at..]);
        }
    }
    out.push(b'"');
}

/// What stands behind the backslash of a byte that JSON wants escaped: itself, a letter, or `u` for one in digits; 0 of all others.
const ESCAPES: [u8; 256] = {
    let mut escapes = [0; 256];
    let mut low = 0;
    while low < 0x20 {
        escapes[low] = b'u';
        low += 1;
    }
    (escapes[0x08], escapes[0x09], escapes[0x0a], escapes[0x0c], escapes[0x0d]) = (b'b', b't', b'n', b'f', b'r');
    (escapes[b'"' as usize], escapes[b'\\' as usize]) = (b'"', b'\\');
    escapes
};

/// A text with many such bytes (a body is JSON within JSON) goes byte by byte into room that is there already.
fn write_escaped(out: &mut Vec<u8>, text: &[u8]) {
    let start = out.len();
    out.resize(start + text.len() * 6, 0);
    let (room, mut at) = (&mut out[start..], 0);
    for &byte in text {
        match ESCAPES[usize::from(byte)] {
            0 => {
                room[at] = byte;
                at += 1;
            }
            b'u' => {
                let digits = [b'0' + (byte >> 4), b"0123456789abcdef"[usize::from(byte & 15)]];
                room[at..at + 4].copy_from_slice(b"\\u00");
                room[at + 4..at + 6].copy_from_slice(&digits);
                at += 6;
            }
            short => {
                room[at..at + 2].copy_from_slice(&[b'\\', short]);
                at += 2;
            }
        }
    }
    out.truncate(start + at);
}

/// Where the first character stands that JSON wants escaped: a quote, a backslash, or one below a space. Eight bytes at a time,
/// since nearly all of the ledger is letters.
fn special(text: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::MAX / 255;
    const TOPS: u64 = ONES * 0x80;
    // The top bit of the lowest byte that is zero, or below a space; bytes above it may be marked wrongly, it is right.
    let zero = |word: u64| word.wrapping_sub(ONES) & !word & TOPS;
    let (blocks, tail) = text.as_chunks::<8>();
    for (at, block) in blocks.iter().enumerate() {
        let word = u64::from_le_bytes(*block);
        let low = word.wrapping_sub(ONES * 0x20) & !word & TOPS;
        let found = low | zero(word ^ (ONES * u64::from(b'"'))) | zero(word ^ (ONES * u64::from(b'\\')));
        if found != 0 {
            return Some(at * 8 + found.trailing_zeros() as usize / 8);
        }
    }
    let at = tail.iter().position(|byte| *byte < 0x20 || matches!(byte, b'"' | b'\\'))?;
    Some(blocks.len() * 8 + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_canonical_form_is_what_json_writes() {
        let text = "a\"b\\c/\u{7f}\u{1}\n\t\r\u{8}\u{c}é山𠮷";
        let row = [ValueRef::Null, ValueRef::Integer(i64::MIN), ValueRef::Integer(0), ValueRef::Text(text.as_bytes())];
        let mut out = Vec::new();
        assert!(!write_canonical(&mut out, row.into_iter()), "four columns are not a row");
        let wanted = serde_json::json!([null, i64::MIN, 0, text]).to_string();
        assert_eq!(String::from_utf8(out).unwrap(), wanted);
    }

    #[test]
    fn whatever_stands_in_a_text_is_escaped_as_json_does() {
        let alphabet = ['"', '\\', '\u{1f}', ' ', '!', '\u{21}', '#', '[', ']', '\0', '\u{7f}', 'é', '山', '𠮷', 'a', '\n'];
        let mut state = 1_u32;
        for length in 0..200 {
            let text: String = (0..length)
                .map(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    alphabet[(state >> 28) as usize]
                })
                .collect();
            let mut out = Vec::new();
            write_text(&mut out, text.as_bytes());
            assert_eq!(String::from_utf8(out).unwrap(), serde_json::Value::String(text).to_string());
        }
    }

    #[test]
    fn the_hash_is_over_the_hash_before_a_line_feed_and_the_row() {
        let by_hand: Vec<String> = Sha256::digest(format!("{ZEROS}\n[1]")).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hash(ZEROS, b"[1]"), by_hand.concat());
    }
}
