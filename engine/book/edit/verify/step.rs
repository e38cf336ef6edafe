//! One sheet of original and result, side by side.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::looks::Looks;
use super::row::{Pair, wrong};
use super::rows::Rows;
use super::{Broken, Meant, Receipt, around};
use crate::edit::row::{images, primary};
use crate::edit::value::{Content, NewValue};
use crate::package::Package;
use crate::read::xlsx;
use crate::read::xlsx::feed::Feed;
use crate::{Address, CellView, MAX_ROWS, Sheet, SheetBuilder, Shelf, Value};

/// How many bytes of cells that were set are read at a time.
const READ: usize = 1 << 20;

/// The two sides of a sheet and what was found so far.
pub(super) struct InStep<'a> {
    meant: &'a Meant,
    looks: &'a Looks<'a>,
    after: &'a Package,
    part: &'a str,
    old: Option<Rows<'a>>,
    new: Rows<'a>,
    /// Rows of the original that come further down: where they were and their bytes.
    waiting: BTreeMap<u32, (u32, Rc<[u8]>)>,
    /// Rows with cells to be set that did not come by yet.
    left: BTreeSet<u32>,
    /// The cells that were set, as a sheet of their own, and their rows.
    set: Vec<u8>,
    set_rows: Vec<u32>,
}

impl<'a> InStep<'a> {
    pub(super) fn new(
        meant: &'a Meant,
        looks: &'a Looks<'a>,
        before: Option<(&'a Package, &'a str)>,
        (after, part): (&'a Package, &'a str),
    ) -> Result<InStep<'a>, Broken> {
        let rows = |package: &'a Package, part: &'a str| Rows::open(part, Feed::new(package.archive.part(part)?));
        let set = meant.edits.iter().filter(|(_, cells)| cells.values().any(|edit| edit.content.is_some()));
        Ok(InStep {
            old: before.map(|(package, part)| rows(package, part)).transpose()?,
            new: rows(after, part)?,
            meant,
            looks,
            after,
            part,
            waiting: BTreeMap::new(),
            left: set.map(|(row, _)| *row).collect(),
            set: Vec::new(),
            set_rows: Vec::new(),
        })
    }

    /// Walks both sheets to their ends.
    pub(super) fn compare(mut self, receipt: &mut Receipt) -> Result<(), Broken> {
        if let Some(old) = &self.old {
            around::compare(self.meant, self.part, &old.head, &self.new.head)?;
        }
        if self.meant.moves.is_empty() {
            self.in_place(receipt)?
        } else {
            self.moved(receipt)?
        }
        // What never came by must be nothing.
        self.set_rows.extend(std::mem::take(&mut self.left));
        self.read_set(receipt)?;
        match self.old {
            Some(old) => around::compare(self.meant, self.part, &old.tail()?, &self.new.tail()?),
            None => Ok(()),
        }
    }

    /// All rows stand where they stood.
    fn in_place(&mut self, receipt: &mut Receipt) -> Result<(), Broken> {
        let Some(mut old) = self.old.take() else { return self.rest(receipt) };
        while let Some(number) = old.look()? {
            if !self.is_touched(number) && self.new.same_as(&old)? {
                receipt.same_cells += cells(old.raw());
                self.new.pass();
            } else {
                self.new_before(number, receipt)?;
                if self.new.look()? != Some(number) {
                    return Err(self.gone(number, old.raw()));
                }
                self.row(Some((number, old.raw())), number, receipt)?;
                self.new.pass();
            }
            old.pass();
        }
        self.old = Some(old);
        self.rest(receipt)
    }

    /// Rows at the end that the original does not have.
    fn rest(&mut self, receipt: &mut Receipt) -> Result<(), Broken> {
        self.new_before(MAX_ROWS, receipt)?;
        match self.new.look()? {
            Some(number) => Err(self.extra(number)),
            None => Ok(()),
        }
    }

    /// Rows that edits brought before a row.
    fn new_before(&mut self, row: u32, receipt: &mut Receipt) -> Result<(), Broken> {
        while let Some(at) = self.new.look()?.filter(|at| *at < row) {
            if !self.is_meant(at) {
                return Err(self.extra(at));
            }
            self.row(None, at, receipt)?;
            self.new.pass();
        }
        Ok(())
    }

    /// Rows moved: each comes by where its image is.
    fn moved(&mut self, receipt: &mut Receipt) -> Result<(), Broken> {
        while let Some(at) = self.new.look()? {
            self.fetch(at)?;
            if let Some((&lost, (_, raw))) = self.waiting.first_key_value()
                && lost < at
            {
                return Err(self.gone(lost, &Rc::clone(raw)));
            }
            match self.waiting.remove(&at) {
                Some((number, raw)) => self.row(Some((number, &raw)), at, receipt)?,
                None if self.is_meant(at) => self.row(None, at, receipt)?,
                None => return Err(self.extra(at)),
            }
            self.new.pass();
        }
        self.fetch(MAX_ROWS)?;
        match self.waiting.first_key_value() {
            Some((&lost, (_, raw))) => Err(self.gone(lost, &Rc::clone(raw))),
            None => Ok(()),
        }
    }

    /// Brings in the rows of the original whose place is not below a row.
    fn fetch(&mut self, row: u32) -> Result<(), Broken> {
        let Some(old) = &mut self.old else { return Ok(()) };
        while let Some(number) = old.look()? {
            if primary(&self.meant.moves, number).is_some_and(|place| place > row) {
                break;
            }
            let raw: Rc<[u8]> = old.raw().into();
            // Rows for their look alone may fall off the end of the sheet; the editor refuses others.
            for image in images(&self.meant.moves, number).into_iter().filter(|image| image.row < MAX_ROWS) {
                if self.waiting.insert(image.row, (number, Rc::clone(&raw))).is_some() {
                    return Err(wrong(self.meant, Address::new(image.row, 0), &raw, &[]));
                }
            }
            old.pass();
        }
        Ok(())
    }

    /// Compares a row that is in sight in the result.
    fn row(&mut self, old: Option<(u32, &[u8])>, at: u32, receipt: &mut Receipt) -> Result<(), Broken> {
        let pair = Pair { meant: self.meant, looks: self.looks, old, at, new: self.new.raw() };
        let counted = pair.compare()?;
        receipt.same_cells += counted.same;
        receipt.stale_cells += counted.stale;
        if self.left.remove(&at) {
            self.set_rows.push(at);
            self.set.extend_from_slice(format!("<row r=\"{}\">", at + 1).as_bytes());
            self.set.extend_from_slice(&counted.set);
            self.set.extend_from_slice(b"</row>");
            if self.set.len() > READ {
                self.read_set(receipt)?;
            }
        } else if !counted.set.is_empty() {
            // The same row once more.
            return Err(self.extra(at));
        }
        Ok(())
    }

    /// Whether a row cannot be the same as it was.
    fn is_touched(&self, row: u32) -> bool {
        self.is_meant(row) || self.meant.stale.all || self.meant.stale.has_row(row)
    }

    fn is_meant(&self, row: u32) -> bool {
        self.meant.edits.contains_key(&row) || self.meant.heights.contains_key(&row)
    }

    fn gone(&self, number: u32, raw: &[u8]) -> Broken {
        wrong(self.meant, Address::new(number, first_column(raw)), raw, &[])
    }

    fn extra(&self, number: u32) -> Broken {
        let raw = self.new.raw();
        wrong(self.meant, Address::new(number, first_column(raw)), &[], raw)
    }

    /// Reads the cells that were set and compares them with what was put there.
    fn read_set(&mut self, receipt: &mut Receipt) -> Result<(), Broken> {
        let rows = std::mem::take(&mut self.set_rows);
        if rows.is_empty() {
            return Ok(());
        }
        let xml = [b"<worksheet><sheetData>", &std::mem::take(&mut self.set)[..], b"</sheetData></worksheet>"].concat();
        let builder = SheetBuilder::new(&self.meant.name, &Shelf::new());
        let feed = Feed::new(self.after.archive.loose(self.part, &xml));
        let sheet = xlsx::cells(feed, builder, self.looks.after(), self.after.date1904, &self.after.limits)?;
        for row in rows {
            for (column, edit) in self.meant.edits.get(&row).into_iter().flatten() {
                let Some(content) = &edit.content else { continue };
                self.is_set(&sheet, Address::new(row, *column), content)?;
                receipt.set_cells += 1;
            }
        }
        Ok(())
    }

    fn is_set(&self, sheet: &Sheet, at: Address, content: &Content) -> Result<(), Broken> {
        let have = sheet.cell(at);
        let found = have.map_or(Value::Blank, |have| have.value);
        let good = match content {
            // Its result was looked at in its row.
            Content::Formula(_) => have.is_some_and(|have| have.formula),
            Content::Value(NewValue::Text(text)) => matches!(found, Value::Text(id) if sheet.shelf().texts.get(id) == text),
            Content::Value(NewValue::Number(exact)) => is_number(found, *exact),
            Content::Value(NewValue::Blank) => found == Value::Blank,
            Content::Value(NewValue::YesNo(yes)) => found == Value::YesNo(*yes),
            Content::Value(NewValue::Error(error)) => found == Value::Error(*error),
            // A day in a cell that shows times is still that day: only that something is there is asked.
            Content::Value(_) => !matches!(found, Value::Blank | Value::Stale | Value::Text(_)),
        };
        let formula = matches!(content, Content::Formula(_)) == have.is_some_and(|have| have.formula);
        if good && formula {
            return Ok(());
        }
        let wanted = match content {
            Content::Formula(formula) => format!("={}", formula.text),
            Content::Value(value) => format!("{value:?}"),
        };
        let have = have.map_or(String::new(), |have: CellView<'_>| have.value.show(&sheet.shelf().texts));
        Err(Broken::Cell { sheet: self.meant.name.clone(), cell: at, wanted, have })
    }
}

/// A number in a cell that shows days reads as a day.
fn is_number(found: Value, wanted: rust_decimal::Decimal) -> bool {
    match found.as_decimal() {
        Some(number) => number == wanted || number == wanted.round_sf(15).unwrap_or(wanted),
        None => !matches!(found, Value::Blank | Value::Stale | Value::Text(_)),
    }
}

/// How many cells a row has. Gone over in a form that needs no branch, since it is done for every row of a large sheet.
fn cells(row: &[u8]) -> u64 {
    let length = row.len().saturating_sub(2);
    let (first, second, third) = (&row[..length], &row[row.len().min(1)..][..length], &row[row.len().min(2)..][..length]);
    let chunks = first.chunks(255).zip(second.chunks(255)).zip(third.chunks(255));
    let count = |((first, second), third): ((&[u8], &[u8]), &[u8])| {
        let begins = |((a, b), c): ((&u8, &u8), &u8)| {
            u8::from((*a == b'<') | (*a == b':')) & u8::from(*b == b'c') & u8::from((*c == b' ') | (*c == b'>'))
        };
        first.iter().zip(second).zip(third).fold(0u8, |sum, bytes| sum.wrapping_add(begins(bytes)))
    };
    chunks.map(|chunk| u64::from(count(chunk))).sum()
}

/// The column of the first cell of a row; the first column if it does not say.
fn first_column(row: &[u8]) -> u32 {
    use crate::read::xlsx::token::{Token, attributes, token};
    let mut at = 0;
    while let Ok((found, length)) = token(&row[at..]) {
        if let Token::Open { name: b"c", attributes: tag, .. } = found {
            let place = attributes(tag).find(|(name, _)| *name == b"r").map(|(_, raw)| raw);
            let place = place.and_then(|raw| std::str::from_utf8(raw).ok()?.parse::<Address>().ok());
            return place.map_or(0, |place| place.column);
        }
        at += length;
    }
    0
}
