//! The head of the chain, noted outside the office: who keeps it can show later that nothing was cut off.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use jiff::civil::DateTime;

use crate::chain::Head;
use crate::error::Error;
use crate::job::written;
use crate::store::Store;

/// The heads that a file outside the office has received.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct NotedHeads {
    /// In the order of the lines.
    pub heads: Vec<Head>,
    /// The numbers of lines that say no head, from one.
    pub unread: Vec<usize>,
}

impl Store {
    /// Notes the head in a file outside the office, once a day: a line of time, number and hash. Whether a line was added; an
    /// empty ledger, or a head that stands there already, adds none.
    pub fn note_head(&self, file: &Path, now: DateTime) -> Result<bool, Error> {
        let head = self.head(None)?;
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error.into()),
        };
        let last = text.lines().last().unwrap_or_default();
        let today = now.date().to_string();
        if head.n == 0 || last.starts_with(&today) || last.ends_with(&head.hash) {
            return Ok(false);
        }
        // A line that broke off (the share went away) is not gone on with.
        let break_before = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        let line = format!("{break_before}{} {} {}\n", written(now), head.n, head.hash);
        let mut open = OpenOptions::new().append(true).create(true).open(file)?;
        open.write_all(line.as_bytes())?;
        open.sync_data()?;
        Ok(true)
    }
}

/// Reads the heads that a file has received.
pub fn noted_heads(file: &Path) -> Result<NotedHeads, Error> {
    let text = std::fs::read_to_string(file)?;
    let mut noted = NotedHeads::default();
    for (at, line) in text.lines().enumerate() {
        match read(line) {
            Some(head) => noted.heads.push(head),
            None if line.trim().is_empty() => {}
            None => noted.unread.push(at + 1),
        }
    }
    Ok(noted)
}

fn read(line: &str) -> Option<Head> {
    let mut parts = line.split_whitespace();
    let (at, n, hash) = (parts.next()?, parts.next()?, parts.next()?);
    let moment: DateTime = at.parse().ok()?;
    let sound = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    sound.then(|| Some(Head { n: n.parse().ok()?, date: Some(moment.date()), hash: hash.to_owned() }))?
}
