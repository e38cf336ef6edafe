//! xlsx and xlsm, read by our own scanner: five times as fast as an XML event reader, and no index or reference is
//! taken on trust.

pub(crate) mod feed;
mod package;
mod sheet;
mod strings;
mod styles;
pub(crate) mod token;
pub(crate) mod walk;

use std::cell::OnceCell;
use std::rc::Rc;

pub(crate) use package::{Listed, MainKind, Relation, main_part, relations, resolve};
use sheet::Taker;
pub(crate) use sheet::iso;
pub(crate) use strings::read as read_strings;
pub(crate) use styles::Styles;

use crate::gate::{Archive, Limits, broken};
use crate::{Refusal, Sheet, SheetBuilder, Shelf, TextId, Value};
use feed::Feed;
use package::Listing;

/// An xlsx whose list of sheets is known.
pub(crate) struct Xlsx {
    archive: Archive,
    listing: Listing,
    shared: OnceCell<Shared>,
}

/// What all sheets use; read when the first sheet is.
struct Shared {
    strings: Vec<TextId>,
    styles: Styles,
}

impl Xlsx {
    /// Reads the list of sheets from the workbook's main part.
    pub(crate) fn open(archive: Archive, main: &str, limits: &Limits) -> Result<Xlsx, Refusal> {
        let listing = package::listing(&archive, main, limits)?;
        if let Some(lost) = listing.sheets.iter().find(|sheet| !archive.has(&sheet.part)) {
            return Err(broken(format!("{} is missing", lost.part)));
        }
        Ok(Xlsx { archive, listing, shared: OnceCell::new() })
    }

    /// The sheets with cells.
    pub(crate) fn sheets(&self) -> &[Listed] {
        &self.listing.sheets
    }

    /// Whether it carries macros.
    pub(crate) fn macros(&self) -> bool {
        self.listing.macros
    }

    /// Whether it takes values from other workbooks.
    pub(crate) fn external(&self) -> bool {
        self.listing.external
    }

    /// Reads a sheet of the list.
    pub(crate) fn sheet(&self, listed: &Listed, shelf: &Rc<Shelf>, limits: &Limits, room: u64) -> Result<Sheet, Refusal> {
        let shared = self.shared(shelf, limits)?;
        let mut builder = SheetBuilder::new(&listed.name, shelf);
        builder.sheet().visibility = listed.visibility;
        builder.sheet().date1904 = self.listing.date1904;
        let around = sheet::Around {
            shelf,
            strings: &shared.strings,
            styles: shared.styles.table(|code| builder.format(code)),
            date1904: self.listing.date1904,
            uncalculated: self.listing.uncalculated,
            limits,
            room,
        };
        Ok(sheet::read(Feed::new(self.archive.part(&listed.part)?), builder, around)?.finish())
    }

    /// Reads a sheet of the list past somebody, who keeps of it what he likes.
    pub(crate) fn pass<F: FnMut(u32, u32, Value)>(
        &self,
        listed: &Listed,
        shelf: &Rc<Shelf>,
        limits: &Limits,
        see: F,
    ) -> Result<(), Refusal> {
        let shared = self.shared(shelf, limits)?;
        let around = sheet::Around {
            shelf,
            strings: &shared.strings,
            styles: shared.styles.table(|_| 0),
            date1904: self.listing.date1904,
            uncalculated: self.listing.uncalculated,
            limits,
            room: limits.cells,
        };
        sheet::read(Feed::new(self.archive.part(&listed.part)?), Passing { see, count: 0 }, around)?;
        Ok(())
    }

    fn shared(&self, shelf: &Rc<Shelf>, limits: &Limits) -> Result<&Shared, Refusal> {
        if let Some(shared) = self.shared.get() {
            return Ok(shared);
        }
        let strings = match &self.listing.strings {
            Some(part) => strings::read(Feed::new(self.archive.part(part)?), shelf, limits)?,
            None => Vec::new(),
        };
        let styles = match &self.listing.styles {
            Some(part) => Styles::read(Feed::new(self.archive.part(part)?))?,
            None => Styles::default(),
        };
        Ok(self.shared.get_or_init(|| Shared { strings, styles }))
    }
}

/// The cells of a piece of a sheet in which no shared text is named.
pub(crate) fn cells(
    feed: Feed<'_>,
    mut builder: SheetBuilder,
    styles: &Styles,
    date1904: bool,
    limits: &Limits,
) -> Result<Sheet, Refusal> {
    let shelf = Rc::clone(builder.sheet().shelf());
    let styles = styles.table(|code| builder.format(code));
    builder.sheet().date1904 = date1904;
    let around = sheet::Around { shelf: &shelf, strings: &[], styles, date1904, uncalculated: false, limits, room: limits.cells };
    Ok(sheet::read(feed, builder, around)?.finish())
}

/// Cells that are seen and not kept.
struct Passing<F> {
    see: F,
    count: u64,
}

impl<F: FnMut(u32, u32, Value)> Taker for Passing<F> {
    #[inline]
    fn number(&mut self, row: u32, column: u32, number: f64, _: u16, _: bool) {
        self.value(row, column, Value::number(number), 0, false);
    }

    #[inline]
    fn text(&mut self, row: u32, column: u32, text: TextId, _: u16, _: bool) {
        self.value(row, column, Value::Text(text), 0, false);
    }

    #[inline]
    fn value(&mut self, row: u32, column: u32, value: Value, _: u16, _: bool) {
        self.count += 1;
        (self.see)(row, column, value);
    }

    fn hidden(&mut self, _: u32) {}

    fn sheet(&mut self) -> Option<&mut Sheet> {
        None
    }

    fn count(&self) -> u64 {
        self.count
    }
}
