//! One sheet as read: its cells in twelve bytes each, only those that hold something.

use std::rc::Rc;

use crate::{Address, Area, Day, ExcelError, Shelf, TextId, Value};

/// Whether Excel shows a sheet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Visibility {
    /// Shown.
    Visible,
    /// Hidden, and can be shown from Excel's menu.
    Hidden,
    /// Hidden so that only a macro can show it.
    VeryHidden,
}

/// A cell in twelve bytes: a million rows of a few columns are what a sheet's memory goes to.
#[derive(Clone, Copy)]
struct Packed {
    /// The lower and the upper half of what it holds.
    bits: [u32; 2],
    column: u16,
    /// Its place among the sheet's looks.
    look: u16,
}

impl Packed {
    #[inline]
    fn new(bits: u64, column: u32, look: u16) -> Packed {
        Packed { bits: [bits as u32, (bits >> 32) as u32], column: column as u16, look }
    }

    #[inline]
    fn bits(&self) -> u64 {
        u64::from(self.bits[0]) | u64::from(self.bits[1]) << 32
    }
}

/// What cells have in common: a sheet has few of these.
#[derive(Clone, Copy)]
struct Look {
    kind: Kind,
    format: u16,
    formula: bool,
}

/// How many kinds there are.
const KINDS: usize = 10;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    Exact,
    Date,
    Time,
    DateTime,
    Duration,
    YesNo,
    Error,
    Stale,
}

/// Where a row's cells begin.
#[derive(Clone, Copy)]
struct RowStart {
    row: u32,
    first: u32,
    hidden: bool,
}

/// A sheet's cells in order of rows and columns. Costs what its filled cells cost, wherever they stand.
pub struct Sheet {
    /// The sheet's name; empty for CSV.
    pub name: String,
    /// Whether Excel shows it.
    pub visibility: Visibility,
    /// Merged ranges.
    pub merges: Vec<Area>,
    /// Zero-based columns that are hidden, as first and last.
    pub hidden_columns: Vec<(u32, u32)>,
    /// Whether an automatic filter is set.
    pub filtered: bool,
    /// Whether days are counted from 1904: needed where a day stands in a cell without a date format.
    pub date1904: bool,
    shelf: Rc<Shelf>,
    rows: Vec<RowStart>,
    cells: Vec<Packed>,
    looks: Vec<Look>,
    formats: Vec<Rc<str>>,
    errors: Vec<ExcelError>,
}

/// One filled cell.
#[derive(Clone, Copy, Debug)]
pub struct CellView<'a> {
    /// Zero-based column.
    pub column: u32,
    /// What it holds; never blank.
    pub value: Value,
    /// The number format as written in the workbook; empty for General.
    pub format: &'a str,
    /// Whether a formula stands behind the value.
    pub formula: bool,
}

/// One row that holds something.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    sheet: &'a Sheet,
    at: usize,
}

impl Sheet {
    /// The value of a cell; blank where nothing stands.
    pub fn value(&self, at: Address) -> Value {
        match self.row(at.row) {
            Some(row) => row.value(at.column),
            None => Value::Blank,
        }
    }

    /// A filled cell with its format; none where nothing stands.
    pub fn cell(&self, at: Address) -> Option<CellView<'_>> {
        self.row(at.row)?.cell(at.column)
    }

    /// A zero-based row, if it holds something.
    pub fn row(&self, row: u32) -> Option<Row<'_>> {
        let at = self.rows.binary_search_by_key(&row, |start| start.row).ok()?;
        Some(Row { sheet: self, at })
    }

    /// The rows that hold something, in order.
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = Row<'_>> + ExactSizeIterator {
        (0..self.rows.len()).map(|at| Row { sheet: self, at })
    }

    /// How many cells hold something.
    pub fn cell_count(&self) -> usize {
        self.cells.len()
    }

    /// The used range; none for an empty sheet.
    pub fn used(&self) -> Option<Area> {
        let (first, last) = (self.rows.first()?, self.rows.last()?);
        let columns = self.cells.iter().map(|cell| u32::from(cell.column));
        let (low, high) = columns.fold((u32::MAX, 0), |(low, high), column| (low.min(column), high.max(column)));
        Some(Area { first: Address::new(first.row, low), last: Address::new(last.row, high) })
    }

    /// How many rows with something in them are hidden.
    pub fn hidden_rows(&self) -> usize {
        self.rows.iter().filter(|start| start.hidden).count()
    }

    /// The merged range that a cell lies in.
    pub fn merge_at(&self, at: Address) -> Option<Area> {
        self.merges.iter().copied().find(|area| area.contains(at))
    }

    /// All merged ranges.
    pub(crate) fn merges(&self) -> &[Area] {
        &self.merges
    }

    /// The value of a cell, or of the upper left cell of the merged range it lies in. For headers and labels only:
    /// a number must never be spread over a merged range.
    pub fn label(&self, at: Address) -> Value {
        match self.value(at) {
            Value::Blank => self.merge_at(at).map_or(Value::Blank, |area| self.value(area.first)),
            value => value,
        }
    }

    /// The shelf whose texts this sheet uses.
    pub fn shelf(&self) -> &Rc<Shelf> {
        &self.shelf
    }

    fn view(&self, cell: &Packed) -> CellView<'_> {
        let look = self.looks[usize::from(cell.look)];
        CellView {
            column: u32::from(cell.column),
            value: self.unpack(cell),
            format: self.formats.get(usize::from(look.format)).map_or("", |format| &**format),
            formula: look.formula,
        }
    }

    #[inline]
    fn unpack(&self, cell: &Packed) -> Value {
        let bits = cell.bits();
        match self.looks[usize::from(cell.look)].kind {
            Kind::Text => Value::Text(TextId(bits as u32)),
            Kind::Number => Value::number(f64::from_bits(bits)),
            Kind::Exact => Value::Integer(bits as i64),
            Kind::Date => Value::Date(Day(bits as u32 as i32)),
            Kind::Time => Value::Time(bits as u32),
            Kind::DateTime => Value::DateTime(bits as i64),
            Kind::Duration => Value::Duration(bits as i64),
            Kind::YesNo => Value::YesNo(bits != 0),
            Kind::Error => Value::Error(self.errors[bits as usize]),
            Kind::Stale => Value::Stale,
        }
    }
}

impl<'a> Row<'a> {
    /// Zero-based number of the row.
    pub fn number(&self) -> u32 {
        self.sheet.rows[self.at].row
    }

    /// Whether Excel hides the row.
    pub fn hidden(&self) -> bool {
        self.sheet.rows[self.at].hidden
    }

    /// The filled cells, from left to right.
    pub fn cells(&self) -> impl DoubleEndedIterator<Item = CellView<'a>> + ExactSizeIterator + use<'a> {
        let sheet = self.sheet;
        self.packed().iter().map(move |cell| sheet.view(cell))
    }

    /// Column and value of the filled cells, from left to right: the fast way.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = (u32, Value)> + ExactSizeIterator + use<'a> {
        let sheet = self.sheet;
        self.packed().iter().map(move |cell| (u32::from(cell.column), sheet.unpack(cell)))
    }

    /// The value in a zero-based column; blank where nothing stands.
    pub fn value(&self, column: u32) -> Value {
        self.find(column).map_or(Value::Blank, |cell| self.sheet.unpack(cell))
    }

    /// A filled cell.
    pub fn cell(&self, column: u32) -> Option<CellView<'a>> {
        self.find(column).map(|cell| self.sheet.view(cell))
    }

    fn find(&self, column: u32) -> Option<&'a Packed> {
        let cells = self.packed();
        // Rows are mostly filled without gaps: the cell is where its column says.
        if let Some(cell) = cells.get(column as usize)
            && u32::from(cell.column) == column
        {
            return Some(cell);
        }
        cells.binary_search_by_key(&column, |cell| u32::from(cell.column)).ok().map(|at| &cells[at])
    }

    fn packed(&self) -> &'a [Packed] {
        let first = self.sheet.rows[self.at].first as usize;
        let end = self.sheet.rows.get(self.at + 1).map_or(self.sheet.cells.len(), |next| next.first as usize);
        &self.sheet.cells[first..end]
    }
}

/// Takes a sheet's cells in any order of rows and hands out the sheet.
pub struct SheetBuilder {
    sheet: Sheet,
    sorted: bool,
    hidden_rows: Vec<u32>,
    /// By format, kind and whether a formula stands behind: one more than the place of the look, or 0.
    known: Vec<u16>,
}

impl SheetBuilder {
    /// An empty visible sheet.
    pub fn new(name: &str, shelf: &Rc<Shelf>) -> SheetBuilder {
        SheetBuilder {
            sheet: Sheet {
                name: name.to_owned(),
                visibility: Visibility::Visible,
                merges: Vec::new(),
                hidden_columns: Vec::new(),
                filtered: false,
                date1904: false,
                shelf: Rc::clone(shelf),
                rows: Vec::new(),
                cells: Vec::new(),
                looks: Vec::new(),
                formats: vec!["".into()],
                errors: Vec::new(),
            },
            sorted: true,
            hidden_rows: Vec::new(),
            known: Vec::new(),
        }
    }

    /// The sheet under way, to set its name, visibility, merges and hidden columns.
    pub fn sheet(&mut self) -> &mut Sheet {
        &mut self.sheet
    }

    /// The number by which `push` knows a number format.
    pub fn format(&mut self, format: &str) -> u16 {
        if let Some(at) = self.sheet.formats.iter().position(|known| **known == *format) {
            return at as u16;
        }
        if self.sheet.formats.len() > usize::from(u16::MAX) {
            return 0;
        }
        self.sheet.formats.push(format.into());
        (self.sheet.formats.len() - 1) as u16
    }

    /// Hides a zero-based row.
    pub fn hide_row(&mut self, row: u32) {
        self.hidden_rows.push(row);
    }

    /// Adds a number as the file has it, in Excel's `f64`: the fast way for plain numbers.
    pub fn push_number(&mut self, row: u32, column: u32, number: f64, format: u16, formula: bool) {
        self.add(row, column, Kind::Number, number.to_bits(), format, formula);
    }

    /// Adds a text.
    pub fn push_text(&mut self, row: u32, column: u32, text: TextId, format: u16, formula: bool) {
        self.add(row, column, Kind::Text, u64::from(text.0), format, formula);
    }

    /// Adds a cell; blank is left out. A second cell at the same place replaces the first.
    /// Decimals are kept as Excel keeps them (`f64`).
    pub fn push(&mut self, row: u32, column: u32, value: Value, format: u16, formula: bool) {
        let (kind, bits) = match value {
            Value::Blank => return,
            Value::Text(id) => (Kind::Text, u64::from(id.0)),
            Value::Integer(whole) => (Kind::Exact, whole as u64),
            Value::Decimal(exact) => (Kind::Number, f64::try_from(exact).unwrap_or(f64::NAN).to_bits()),
            Value::Date(day) => (Kind::Date, u64::from(day.0 as u32)),
            Value::Time(ms) => (Kind::Time, u64::from(ms)),
            Value::DateTime(ms) => (Kind::DateTime, ms as u64),
            Value::Duration(ms) => (Kind::Duration, ms as u64),
            Value::YesNo(yes) => (Kind::YesNo, u64::from(yes)),
            Value::Error(error) => {
                let at = self.sheet.errors.iter().position(|known| *known == error).unwrap_or_else(|| {
                    self.sheet.errors.push(error);
                    self.sheet.errors.len() - 1
                });
                (Kind::Error, at as u64)
            }
            Value::Stale => (Kind::Stale, 0),
        };
        self.add(row, column, kind, bits, format, formula);
    }

    #[inline]
    fn add(&mut self, row: u32, column: u32, kind: Kind, bits: u64, format: u16, formula: bool) {
        let first = self.sheet.cells.len() as u32;
        match self.sheet.rows.last() {
            Some(last) if last.row == row => {
                if self.sheet.cells.last().is_some_and(|cell| u32::from(cell.column) >= column) {
                    self.sorted = false;
                }
            }
            last => {
                if last.is_some_and(|last| last.row > row) {
                    self.sorted = false;
                }
                self.sheet.rows.push(RowStart { row, first, hidden: false });
            }
        }
        let at = usize::from(format) * KINDS * 2 + kind as usize * 2 + usize::from(formula);
        let look = match self.known.get(at) {
            Some(&look) if look > 0 => look - 1,
            _ => self.look(at, Look { kind, format, formula }),
        };
        self.sheet.cells.push(Packed::new(bits, column, look));
    }

    #[cold]
    fn look(&mut self, at: usize, look: Look) -> u16 {
        let looks = &mut self.sheet.looks;
        // With tens of thousands of formats the later ones are not told apart; what a cell holds is.
        let full = looks.len() >= usize::from(u16::MAX) - KINDS * 2;
        let look = if full { Look { format: 0, ..look } } else { look };
        let same = |known: &Look| (known.format, known.kind, known.formula) == (look.format, look.kind, look.formula);
        let place = looks.iter().position(same).unwrap_or_else(|| {
            looks.push(look);
            looks.len() - 1
        });
        if self.known.len() <= at {
            self.known.resize(at + 1, 0);
        }
        self.known[at] = place as u16 + 1;
        place as u16
    }

    /// How many cells were added so far.
    pub fn cell_count(&self) -> usize {
        self.sheet.cells.len()
    }

    /// The finished sheet.
    pub fn finish(mut self) -> Sheet {
        if !self.sorted {
            self.sort();
        }
        self.hidden_rows.sort_unstable();
        for start in &mut self.sheet.rows {
            start.hidden = self.hidden_rows.binary_search(&start.row).is_ok();
        }
        self.sheet.rows.shrink_to_fit();
        self.sheet
    }

    /// Puts cells in order; of two at the same place the later one stays.
    fn sort(&mut self) {
        let sheet = &mut self.sheet;
        let mut all: Vec<(u32, Packed)> = Vec::with_capacity(sheet.cells.len());
        for (at, start) in sheet.rows.iter().enumerate() {
            let end = sheet.rows.get(at + 1).map_or(sheet.cells.len(), |next| next.first as usize);
            all.extend(sheet.cells[start.first as usize..end].iter().map(|cell| (start.row, *cell)));
        }
        all.sort_by_key(|(row, cell)| (*row, cell.column));
        sheet.rows.clear();
        sheet.cells.clear();
        for (row, cell) in all {
            let same_row = sheet.rows.last().is_some_and(|start| start.row == row);
            if same_row && sheet.cells.last().is_some_and(|last| last.column == cell.column) {
                if let Some(last) = sheet.cells.last_mut() {
                    *last = cell;
                }
                continue;
            }
            if !same_row {
                sheet.rows.push(RowStart { row, first: sheet.cells.len() as u32, hidden: false });
            }
            sheet.cells.push(cell);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_takes_twelve_bytes() {
        assert_eq!(size_of::<Packed>(), 12);
    }

    #[test]
    fn far_cells_cost_nothing_and_come_back_in_order() {
        let shelf = Shelf::new();
        let mut builder = SheetBuilder::new("表", &shelf);
        builder.push(1_048_575, 16_383, Value::Integer(2), 0, false);
        builder.push(0, 0, Value::Integer(1), 0, false);
        builder.push(0, 0, Value::Integer(3), 0, false);
        let sheet = builder.finish();
        assert_eq!(sheet.cell_count(), 2);
        assert_eq!(sheet.value(Address::new(0, 0)), Value::Integer(3));
        assert_eq!(sheet.value(Address::new(1_048_575, 16_383)), Value::Integer(2));
        assert_eq!(sheet.value(Address::new(5, 5)), Value::Blank);
        assert_eq!(sheet.used().map(|area| area.to_string()).as_deref(), Some("A1:XFD1048576"));
    }
}
