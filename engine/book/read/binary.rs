//! xlsb, and xls of Excel 5 and 95, through calamine. It panics on some damaged files; that file is then called broken.

use std::cell::RefCell;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use calamine::{Data, DataRef, Dimensions, ExcelDateTime, Range, Reader, SheetType, SheetVisible, Xls, Xlsb};

use crate::gate::{Archive, Limits, broken, hostile};
use crate::read::format::Shows;
use crate::read::xlsx::iso;
use crate::{Address, Area, ExcelError, MAX_COLUMNS, MAX_ROWS, Refusal, Sheet, SheetBuilder, Shelf, Value, Visibility};

/// An open xls or xlsb.
pub(crate) struct Binary {
    book: RefCell<Book>,
    sheets: Vec<(String, Visibility)>,
    macros: bool,
}

enum Book {
    Xls(Box<Xls<Cursor<Vec<u8>>>>),
    Xlsb(Box<Xlsb<Cursor<Vec<u8>>>>),
}

impl Binary {
    /// Opens an xls whose container was found sound.
    pub(crate) fn xls(bytes: Vec<u8>, macros: bool, limits: &Limits) -> Result<Binary, Refusal> {
        let book = guarded("xls", || Xls::new(Cursor::new(bytes)).map_err(|error| broken(format!("xls: {error}"))))?;
        let sheets = listed(book.sheets_metadata(), limits)?;
        Ok(Binary { book: RefCell::new(Book::Xls(Box::new(book))), sheets, macros })
    }

    /// Opens an xlsb whose zip went through the gate.
    pub(crate) fn xlsb(archive: &Archive, limits: &Limits) -> Result<Binary, Refusal> {
        let bytes = archive.bytes().to_vec();
        let book = guarded("xlsb", || Xlsb::new(Cursor::new(bytes)).map_err(|error| broken(format!("xlsb: {error}"))))?;
        let sheets = listed(book.sheets_metadata(), limits)?;
        let macros = archive.names().any(|name| name.to_ascii_lowercase().ends_with("vbaproject.bin"));
        Ok(Binary { book: RefCell::new(Book::Xlsb(Box::new(book))), sheets, macros })
    }

    /// Names and visibilities of the sheets.
    pub(crate) fn sheets(&self) -> impl Iterator<Item = (&str, Visibility)> {
        self.sheets.iter().map(|(name, visibility)| (name.as_str(), *visibility))
    }

    /// Whether it carries macros.
    pub(crate) fn macros(&self) -> bool {
        self.macros
    }

    /// Reads a sheet.
    pub(crate) fn sheet(&self, at: usize, shelf: &Rc<Shelf>, limits: &Limits, room: u64) -> Result<Sheet, Refusal> {
        let (name, visibility) = self.sheets.get(at).ok_or_else(|| broken(format!("sheet {at}")))?;
        let date1904 = match &*self.book.borrow() {
            Book::Xls(book) => book.has_1904_epoch(),
            Book::Xlsb(book) => book.has_1904_epoch(),
        };
        let builder = SheetBuilder::new(name, shelf);
        let mut filler = Filler { builder, shelf, limit: limits.cells, room, text: limits.text, date1904 };
        filler.builder.sheet().visibility = *visibility;
        guarded(name, || match &mut *self.book.borrow_mut() {
            Book::Xls(book) => filler.xls(book, name),
            Book::Xlsb(book) => filler.xlsb(book, name),
        })?;
        Ok(filler.builder.finish())
    }
}

/// Turns a panic of the parser into a refusal.
fn guarded<T>(at: &str, work: impl FnOnce() -> Result<T, Refusal>) -> Result<T, Refusal> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(broken(at.to_owned())))
}

fn listed(sheets: &[calamine::Sheet], limits: &Limits) -> Result<Vec<(String, Visibility)>, Refusal> {
    if sheets.len() > limits.sheets {
        return Err(hostile(format!("more than {} sheets", limits.sheets)));
    }
    let cells = sheets.iter().filter(|sheet| matches!(sheet.typ, SheetType::WorkSheet | SheetType::MacroSheet));
    let visibility = |sheet: &calamine::Sheet| match sheet.visible {
        SheetVisible::Visible => Visibility::Visible,
        SheetVisible::Hidden => Visibility::Hidden,
        SheetVisible::VeryHidden => Visibility::VeryHidden,
    };
    Ok(cells.map(|sheet| (sheet.name.clone(), visibility(sheet))).collect())
}

struct Filler<'a> {
    builder: SheetBuilder,
    shelf: &'a Rc<Shelf>,
    limit: u64,
    room: u64,
    text: usize,
    date1904: bool,
}

impl Filler<'_> {
    fn xls(&mut self, book: &mut Xls<Cursor<Vec<u8>>>, name: &str) -> Result<(), Refusal> {
        let range: Range<Data> = book.worksheet_range(name).map_err(|error| broken(format!("{name}: {error}")))?;
        let (row, column) = range.start().unwrap_or_default();
        for (down, right, data) in range.used_cells() {
            let value = self.value(lend(data), name)?;
            self.push(row + down as u32, column + right as u32, value)?;
        }
        let merges = book.merge_cells_by_sheet_name(name).unwrap_or_default();
        self.builder.sheet().merges = merges.iter().filter_map(area).collect();
        Ok(())
    }

    fn xlsb(&mut self, book: &mut Xlsb<Cursor<Vec<u8>>>, name: &str) -> Result<(), Refusal> {
        let mut cells = book.worksheet_cells_reader(name).map_err(|error| broken(format!("{name}: {error}")))?;
        while let Some(cell) = cells.next_cell().map_err(|error| broken(format!("{name}: {error}")))? {
            let (row, column) = cell.get_position();
            let value = self.value(cell.get_value().clone(), name)?;
            self.push(row, column, value)?;
        }
        Ok(())
    }

    fn push(&mut self, row: u32, column: u32, value: Value) -> Result<(), Refusal> {
        if row >= MAX_ROWS || column >= MAX_COLUMNS {
            return Err(hostile("a reference beyond XFD1048576".into()));
        }
        self.builder.push(row, column, value, 0, false);
        match self.builder.cell_count() as u64 > self.room {
            true => Err(Refusal::TooManyCells { limit: self.limit }),
            false => Ok(()),
        }
    }

    fn value(&self, data: DataRef<'_>, name: &str) -> Result<Value, Refusal> {
        Ok(match data {
            DataRef::Empty => Value::Blank,
            DataRef::Int(whole) => Value::Integer(whole),
            DataRef::Float(number) => Value::number(number),
            DataRef::String(text) => self.intern(&text)?,
            DataRef::SharedString(text) => self.intern(text)?,
            DataRef::Bool(yes) => Value::YesNo(yes),
            DataRef::DateTime(moment) => moment_value(moment, self.date1904),
            DataRef::DateTimeIso(text) => iso(&text).ok_or_else(|| broken(format!("{name}: date {text}")))?,
            DataRef::DurationIso(text) => self.intern(&text)?,
            DataRef::Error(error) => Value::Error(ExcelError::from_text(&error.to_string())),
        })
    }

    fn intern(&self, text: &str) -> Result<Value, Refusal> {
        if text.len() > self.text {
            return Err(hostile("a text is too long".into()));
        }
        Ok(Value::Text(self.shelf.texts.intern(text)))
    }
}

/// Day and time of a cell; calamine only tells lengths of time apart.
fn moment_value(moment: ExcelDateTime, date1904: bool) -> Value {
    let number = moment.as_f64();
    let shows = if moment.is_duration() { Shows::Duration } else { Shows::DateTime };
    shows.value(number, date1904).unwrap_or_else(|| Value::number(number))
}

/// A cell of a read range in the form that a streaming reader hands out.
fn lend(data: &Data) -> DataRef<'_> {
    match data {
        Data::Empty => DataRef::Empty,
        Data::Int(whole) => DataRef::Int(*whole),
        Data::Float(number) => DataRef::Float(*number),
        Data::String(text) => DataRef::SharedString(text),
        Data::Bool(yes) => DataRef::Bool(*yes),
        Data::DateTime(moment) => DataRef::DateTime(*moment),
        Data::DateTimeIso(text) => DataRef::DateTimeIso(text.clone()),
        Data::DurationIso(text) => DataRef::DurationIso(text.clone()),
        Data::Error(error) => DataRef::Error(error.clone()),
    }
}

fn area(dimensions: &Dimensions) -> Option<Area> {
    let corner = |(row, column)| (row < MAX_ROWS && column < MAX_COLUMNS).then(|| Address::new(row, column));
    Some(Area { first: corner(dimensions.start)?, last: corner(dimensions.end)? })
}
