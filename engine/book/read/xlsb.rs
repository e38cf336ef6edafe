//! xlsb, through calamine. It panics on some damaged files; that file is then called broken.

use std::cell::RefCell;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use calamine::{DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsb as Book};

use crate::gate::{Archive, Limits, broken, hostile};
use crate::read::format::Shows;
use crate::read::xlsx::iso;
use crate::{ExcelError, MAX_COLUMNS, MAX_ROWS, Refusal, Sheet, SheetBuilder, Shelf, Value, Visibility};

/// An open xlsb.
pub(crate) struct Xlsb {
    book: RefCell<Book<Cursor<Vec<u8>>>>,
    sheets: Vec<(String, Visibility)>,
    macros: bool,
}

impl Xlsb {
    /// Opens an xlsb whose zip went through the gate.
    pub(crate) fn open(archive: &Archive, limits: &Limits) -> Result<Xlsb, Refusal> {
        let bytes = archive.bytes().to_vec();
        let book = guarded("xlsb", || Book::new(Cursor::new(bytes)).map_err(|error| broken(format!("xlsb: {error}"))))?;
        let sheets = listed(book.sheets_metadata(), limits)?;
        let macros = archive.names().any(|name| name.to_ascii_lowercase().ends_with("vbaproject.bin"));
        Ok(Xlsb { book: RefCell::new(book), sheets, macros })
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
        let date1904 = self.book.borrow().has_1904_epoch();
        let builder = SheetBuilder::new(name, shelf);
        let mut filler = Filler { builder, shelf, limit: limits.cells, room, text: limits.text, date1904 };
        filler.builder.sheet().visibility = *visibility;
        filler.builder.sheet().date1904 = date1904;
        guarded(name, || filler.fill(&mut self.book.borrow_mut(), name))?;
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
    fn fill(&mut self, book: &mut Book<Cursor<Vec<u8>>>, name: &str) -> Result<(), Refusal> {
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
