//! Marked copies: the person's own workbooks with each finding on its cell. Made in a worker of their own, after the arrival
//! is known to go back: what happens here changes nothing of that.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io;
use std::rc::Rc;

use book::{Limits, Mark, Severity, Unlocked, UsedRows, left_out_copy, marked_copy};

use super::Words;
use super::closing::Closing;
use super::inputs::{Host, Lost, Opened};
use super::outputs::told;
use crate::files::Files;
use crate::place;
use crate::proof::Origin;
use crate::report::{Made, Order, Progress, Row, Weight};

/// The longest name, without room for a number.
const LONGEST: usize = 240;
/// Workbooks marked at most: whoever gets more back has the list.
const MOST: usize = 100;

/// Stages the marked copies of the files that the rows of the order speak of.
pub(crate) fn write(order: &Order, files: &Rc<Files>, words: &dyn Words, progress: &dyn Fn(Progress)) -> io::Result<Vec<Made>> {
    let host = Host::new(order, Rc::clone(files), Lost::default(), Opened::default());
    let mut closings: BTreeMap<usize, Closing> = BTreeMap::new();
    let limits = Limits { file: order.limits.file_mib << 20, ..Limits::default() };
    let paths: Vec<String> = files.iter().map(|file| file.shown(&order.roots)).collect();
    let wanted: Vec<usize> = (0..files.len()).filter(|at| order.mark.iter().any(|row| speaks_of(row, &paths[*at]))).collect();
    let mut made: Vec<Made> = Vec::new();
    for (done, &at) in wanted.iter().take(MOST).enumerate() {
        let path = &paths[at];
        progress(Progress { at: path.clone(), done: done as u64, of: wanted.len().min(MOST) as u64 });
        // One that nobody has opened has no marks either: whoever sent it has the list.
        let Ok(Unlocked { bytes, by }) = host.unlocked(at as u32) else { continue };
        if book::is_locked(&bytes) {
            continue;
        }
        let rows: Vec<&Row> = order.mark.iter().filter(|row| row.file.as_deref() == Some(path)).collect();
        let marks: Vec<Mark> = rows.iter().map(|row| mark(row)).collect();
        let said = words.marks(&rows);
        let used: Vec<UsedRows> = used(order, path);
        let copy = if used.is_empty() {
            marked_copy(path, bytes, &marks, &said, &limits)
        } else {
            left_out_copy(path, bytes, &used, &marks, &said, &limits)
        };
        let Ok(copy) = copy else { continue };
        let called: &dyn Fn(&str) -> String =
            if used.is_empty() { &|stem| words.marked_name(stem) } else { &|stem| words.left_out_name(stem) };
        let staged = format!("{}{}", crate::worker::MARKED, made.len());
        // A copy of what was protected goes out behind the same password, or not at all.
        let bytes = match by {
            Some(nth) => closing(&mut closings, order, nth)?.close(&copy.bytes)?,
            None => copy.bytes,
        };
        place::stage(&order.work.join(&staged), &bytes)?;
        let proof = copy.changes.as_ref().map(|changes| told(Origin::Arrival(path.clone()), changes, words));
        made.push(Made { name: name(path, copy.format.extension(), called, &made, &paths), staged, proof });
    }
    Ok(made)
}

/// What closes copies with one of the order's passwords.
fn closing<'c>(known: &'c mut BTreeMap<usize, Closing>, order: &Order, nth: usize) -> io::Result<&'c Closing> {
    Ok(match known.entry(nth) {
        Entry::Occupied(entry) => entry.into_mut(),
        Entry::Vacant(entry) => entry.insert(Closing::new(&order.passwords[nth])?),
    })
}

/// Whether a row has something to put on a cell of the file.
fn speaks_of(row: &Row, path: &str) -> bool {
    row.file.as_deref() == Some(path) && row.cell.is_some()
}

/// What is taken out of a file of which only rows go back.
fn used(order: &Order, path: &str) -> Vec<UsedRows> {
    let own = order.back.iter().filter(|back| back.file == path);
    own.map(|back| UsedRows { sheet: back.sheet.clone(), rows: back.used.clone() }).collect()
}

fn mark(row: &Row) -> Mark {
    Mark {
        severity: match row.severity {
            Weight::Error => Severity::Error,
            Weight::Warning => Severity::Warning,
            Weight::Note => Severity::Note,
        },
        sheet: row.sheet.clone(),
        cell: row.cell.clone(),
        column: row.column.clone(),
        value: row.value.clone(),
        problem: row.problem.clone(),
        remedy: row.remedy.clone(),
    }
}

/// A name beside the original that none of the files has.
fn name(path: &str, extension: &str, called: &dyn Fn(&str) -> String, made: &[Made], files: &[String]) -> String {
    let (folder, file) = path.rsplit_once('/').map_or(("", path), |(folder, file)| (folder, file));
    let slash = if folder.is_empty() { "" } else { "/" };
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    // A long name is cut short, for the mark and a number have to fit within 255 bytes too.
    let over = (called(stem).len() + extension.len()).saturating_sub(LONGEST);
    let named = called(&stem[..stem.floor_char_boundary(stem.len().saturating_sub(over))]);
    let candidate = |number: usize| match number {
        1 => format!("{folder}{slash}{named}.{extension}"),
        _ => format!("{folder}{slash}{named} ({number}).{extension}"),
    };
    let free = |name: &String| made.iter().all(|made| made.name != *name) && !files.contains(name);
    (1..).map(candidate).find(free).unwrap_or_default()
}
