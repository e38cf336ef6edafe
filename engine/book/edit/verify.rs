//! The proof before publishing: the edited workbook is read again and compared with what was meant.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::Edited;
use super::cell::CellEdit;
use super::formula::Move;
use super::fresh::Results;
use super::row::images;
use super::stale::Stale;
use super::value::{Content, NewValue};
use crate::calc::Scalar;
use crate::gate::{Archive, Limits};
use crate::package::Package;
use crate::read::sniff::{Found, sniff};
use crate::read::xlsx::Xlsx;
use crate::{Address, CellView, Refusal, Row, Sheet, Shelf, Texts, Value};

/// What was meant of one sheet of the result.
#[derive(Clone, Debug)]
pub(crate) struct Meant {
    pub(crate) name: String,
    /// The sheet of the original whose cells it has; none for a new one.
    pub(crate) from: Option<String>,
    pub(crate) edits: BTreeMap<u32, BTreeMap<u32, CellEdit>>,
    pub(crate) moves: Vec<(usize, Move)>,
    pub(crate) stale: Rc<Stale>,
    /// The results of formulas that were worked out anew, by the cells of the result.
    pub(crate) fresh: Rc<Results>,
}

/// What is known for certain about an edited workbook.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Receipt {
    /// The parts that are not what they were.
    pub changed_parts: Vec<String>,
    /// How many parts are the same, byte for byte.
    pub same_parts: usize,
    /// How many cells were set and hold what was meant.
    pub set_cells: u64,
    /// How many cells were not meant to change and are what they were.
    pub same_cells: u64,
    /// How many formulas wait for the next calculation.
    pub stale_cells: u64,
}

/// What is wrong with an edited workbook. Nothing of it may be published.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum Broken {
    /// It cannot be read again.
    #[error("the result cannot be read: {0}")]
    Unreadable(Refusal),
    /// A part changed that was not to.
    #[error("the part {part} changed")]
    Part { part: String },
    /// The sheets are not those that were meant.
    #[error("the sheets are {have:?}, not {wanted:?}")]
    Sheets { wanted: Vec<String>, have: Vec<String> },
    /// A cell is not what it should be; both as a person reads them, unmasked.
    #[error("sheet {sheet:?}: {cell} is not what was meant")]
    Cell { sheet: String, cell: Address, wanted: String, have: String },
}

impl From<Refusal> for Broken {
    fn from(refusal: Refusal) -> Broken {
        Broken::Unreadable(refusal)
    }
}

/// Reads an edited workbook again and compares it with the original: cells that were set hold what was meant, all others
/// are equal, and every part that did not have to change is the same byte for byte.
pub fn verify(original: &Package, edited: &Edited) -> Result<Receipt, Broken> {
    let limits = roomy(&original.limits, edited.bytes.len() as u64);
    let same_parts = same_parts(original, edited, &limits)?;
    let before = open(original.bytes().to_vec(), &limits)?;
    let after = open(edited.bytes.clone(), &limits)?;
    let names = |book: &Xlsx| book.sheets().iter().map(|sheet| sheet.name.clone()).collect::<Vec<_>>();
    let wanted: Vec<String> = edited.meant.iter().map(|meant| meant.name.clone()).collect();
    if names(&after) != wanted {
        return Err(Broken::Sheets { wanted, have: names(&after) });
    }
    let (old_shelf, new_shelf) = (Shelf::new(), Shelf::new());
    let mut receipt =
        Receipt { changed_parts: edited.changed_parts.clone(), same_parts, set_cells: 0, same_cells: 0, stale_cells: 0 };
    for (meant, listed) in edited.meant.iter().zip(after.sheets()) {
        let new = after.sheet(listed, &new_shelf, &limits, limits.cells)?;
        let old = match before.sheets().iter().find(|sheet| Some(&sheet.name) == meant.from.as_ref()) {
            Some(listed) => Some(before.sheet(listed, &old_shelf, &limits, limits.cells)?),
            None => None,
        };
        let check = Check { meant, new: &new };
        check.sheet(old.as_ref(), &mut receipt)?;
    }
    Ok(receipt)
}

/// The result may be a little larger than what is taken in.
fn roomy(limits: &Limits, bytes: u64) -> Limits {
    Limits { file: limits.file.max(bytes), entries: limits.entries + 4_096, ..limits.clone() }
}

fn open(bytes: Vec<u8>, limits: &Limits) -> Result<Xlsx, Broken> {
    match sniff(bytes, limits)? {
        Found::Xlsx { archive, main, .. } => Ok(Xlsx::open(archive, &main, limits)?.with_saved_results()),
        _ => Err(Broken::Unreadable(Refusal::Unknown)),
    }
}

fn same_parts(original: &Package, edited: &Edited, limits: &Limits) -> Result<usize, Broken> {
    let after = Archive::open(edited.bytes.clone(), limits)?;
    let changed = |name: &str| edited.changed_parts.iter().any(|part| part == name);
    let mut same = 0;
    let new: BTreeMap<&str, _> = after.raw().map(|entry| (entry.name, entry)).collect();
    for entry in original.archive.raw().filter(|entry| !changed(entry.name)) {
        let equal = new.get(entry.name).is_some_and(|other| other.data == entry.data && other.crc == entry.crc);
        if !equal {
            return Err(Broken::Part { part: entry.name.to_owned() });
        }
        same += 1;
    }
    match after.raw().find(|entry| !original.archive.has(entry.name) && !changed(entry.name)) {
        Some(entry) => Err(Broken::Part { part: entry.name.to_owned() }),
        None => Ok(same),
    }
}

struct Check<'a> {
    meant: &'a Meant,
    new: &'a Sheet,
}

impl Check<'_> {
    fn sheet(&self, old: Option<&Sheet>, receipt: &mut Receipt) -> Result<(), Broken> {
        let mut expected = 0u64;
        for row in old.into_iter().flat_map(Sheet::rows) {
            for image in images(&self.meant.moves, row.number()) {
                expected += self.row(row, image.row, receipt)?;
            }
        }
        for (row, cells) in &self.meant.edits {
            for (column, edit) in cells {
                let Some(content) = &edit.content else { continue };
                let at = Address::new(*row, *column);
                self.set(at, content)?;
                receipt.set_cells += 1;
                expected += u64::from(self.new.cell(at).is_some());
            }
        }
        // A cell more than there should be stands where the original has none.
        if expected != self.new.cell_count() as u64 {
            let extra = self.extra(old);
            let have = extra.map_or(String::new(), |at| self.show(self.new.cell(at)));
            let cell = extra.unwrap_or(Address::new(0, 0));
            return Err(Broken::Cell { sheet: self.meant.name.clone(), cell, wanted: String::new(), have });
        }
        Ok(())
    }

    /// Compares a row of the original with where it came out; answers how many cells it has there beside those that were set.
    fn row(&self, row: Row<'_>, at: u32, receipt: &mut Receipt) -> Result<u64, Broken> {
        let texts = row.texts();
        let edits = self.meant.edits.get(&at);
        let new = self.new.row(at);
        let mut count = 0;
        for cell in row.cells() {
            if edits.and_then(|row| row.get(&cell.column)).is_some_and(|edit| edit.content.is_some()) {
                continue;
            }
            let address = Address::new(at, cell.column);
            let have = new.and_then(|new| new.cell(cell.column));
            let stale = &self.meant.stale;
            let old = Address::new(row.number(), cell.column);
            if stale.has(old) || (stale.all && cell.formula) {
                if !self.is_fresh(address, have) {
                    return Err(self.wrong(address, String::new(), have));
                }
                receipt.stale_cells += u64::from(!self.meant.fresh.contains_key(&address));
                count += u64::from(have.is_some());
                continue;
            }
            let looks = edits.and_then(|row| row.get(&cell.column)).is_some_and(|edit| edit.style.number_format.is_some());
            if !have.is_some_and(|have| self.same(&cell, texts, &have, looks)) {
                return Err(self.wrong(address, cell.value.show(texts), have));
            }
            receipt.same_cells += 1;
            count += 1;
        }
        Ok(count)
    }

    /// Whether a formula that the edit touched has the result that was worked out, or none where it is not known.
    fn is_fresh(&self, at: Address, have: Option<CellView<'_>>) -> bool {
        let Some(result) = self.meant.fresh.get(&at) else { return have.is_none_or(|have| have.value == Value::Stale) };
        let Some(have) = have.filter(|have| have.formula) else { return false };
        match (result, have.value) {
            (Scalar::Text(wanted), Value::Text(id)) => self.new.shelf().texts.get(id) == &**wanted,
            (Scalar::YesNo(wanted), Value::YesNo(yes)) => *wanted == yes,
            (Scalar::Error(wanted), Value::Error(error)) => *wanted == error,
            // A number in a cell that shows days reads as a day.
            (Scalar::Number(number), found) => match (Value::number(*number).as_decimal(), found.as_decimal()) {
                (Some(wanted), Some(found)) => wanted == found,
                _ => !matches!(found, Value::Blank | Value::Stale | Value::Text(_)),
            },
            _ => false,
        }
    }

    fn same(&self, old: &CellView<'_>, texts: &Texts, new: &CellView<'_>, new_format: bool) -> bool {
        let value = match (old.value, new.value) {
            (Value::Text(a), Value::Text(b)) => texts.get(a) == self.new.shelf().texts.get(b),
            (a, b) => a == b || new_format,
        };
        value && old.formula == new.formula && (new_format || old.format == new.format)
    }

    fn set(&self, at: Address, content: &Content) -> Result<(), Broken> {
        let have = self.new.cell(at);
        let found = have.map_or(Value::Blank, |have| have.value);
        let good = match content {
            Content::Formula(_) => self.is_fresh(at, have) && have.is_some_and(|have| have.formula),
            Content::Value(NewValue::Text(text)) => matches!(found, Value::Text(id) if self.new.shelf().texts.get(id) == text),
            Content::Value(NewValue::Number(exact)) => self.is_number(found, *exact),
            Content::Value(NewValue::Blank) => found == Value::Blank,
            Content::Value(NewValue::YesNo(yes)) => found == Value::YesNo(*yes),
            Content::Value(NewValue::Error(error)) => found == Value::Error(*error),
            // A day in a cell that shows times is still that day: only that something is there is asked.
            Content::Value(_) => !matches!(found, Value::Blank | Value::Stale | Value::Text(_)),
        };
        let wanted = || match content {
            Content::Formula(formula) => format!("={}", formula.text),
            Content::Value(value) => format!("{value:?}"),
        };
        if good { Ok(()) } else { Err(self.wrong(at, wanted(), have)) }
    }

    /// A number in a cell that shows days reads as a day.
    fn is_number(&self, found: Value, wanted: rust_decimal::Decimal) -> bool {
        match found.as_decimal() {
            Some(number) => number == wanted || number == wanted.round_sf(15).unwrap_or(wanted),
            None => !matches!(found, Value::Blank | Value::Stale | Value::Text(_)),
        }
    }

    fn extra(&self, old: Option<&Sheet>) -> Option<Address> {
        let mut wanted: std::collections::BTreeSet<Address> = std::collections::BTreeSet::new();
        for row in old.into_iter().flat_map(Sheet::rows) {
            for image in images(&self.meant.moves, row.number()) {
                wanted.extend(row.cells().map(|cell| Address::new(image.row, cell.column)));
            }
        }
        let set = |at: &Address| self.meant.edits.get(&at.row).is_some_and(|row| row.contains_key(&at.column));
        let mut all = self.new.rows().flat_map(|row| row.cells().map(move |cell| Address::new(row.number(), cell.column)));
        all.find(|at| !wanted.contains(at) && !set(at))
    }

    fn show(&self, cell: Option<CellView<'_>>) -> String {
        cell.map_or(String::new(), |cell| cell.value.show(&self.new.shelf().texts))
    }

    fn wrong(&self, cell: Address, wanted: String, have: Option<CellView<'_>>) -> Broken {
        Broken::Cell { sheet: self.meant.name.clone(), cell, wanted, have: self.show(have) }
    }
}
