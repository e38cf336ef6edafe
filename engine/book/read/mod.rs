//! One way in for every format: bytes to a workbook whose sheets are read when they are asked for.

mod cfb;
mod csv;
pub(crate) mod format;
mod ods;
pub(crate) mod sniff;
#[cfg(test)]
mod tests;
mod xls;
mod xlsb;
pub(crate) mod xlsx;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::gate::Limits;
use crate::{Address, Fate, Finding, Place, Problem, Refusal, Severity, Sheet, Shelf, Suspicion, Value, Visibility};
pub(crate) use cfb::{Compound, MAGIC};
use sniff::Found;
pub(crate) use xlsx::token::Token;
pub(crate) use xlsx::walk::{get, tokens};

/// The format of a workbook, as its bytes say.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the names are the extensions")]
pub enum Format {
    Xlsx,
    Xlsm,
    Xls,
    Xlsb,
    Ods,
    Csv,
    Tsv,
}

impl Format {
    /// The extension that files of the format carry.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Xlsx => "xlsx",
            Format::Xlsm => "xlsm",
            Format::Xls => "xls",
            Format::Xlsb => "xlsb",
            Format::Ods => "ods",
            Format::Csv => "csv",
            Format::Tsv => "tsv",
        }
    }

    /// Whether a name with that extension says the truth. A name without extension says nothing.
    fn fits(self, extension: &str) -> bool {
        let known: &[&str] = match self {
            Format::Xlsx => &["xlsx", "xltx"],
            Format::Xlsm => &["xlsm", "xltm", "xlam"],
            Format::Xls => &["xls", "xlt", "xla"],
            Format::Xlsb => &["xlsb"],
            Format::Ods => &["ods", "ots"],
            Format::Csv | Format::Tsv => &["csv", "tsv", "txt", "tab", "dat", "prn"],
        };
        extension.is_empty() || known.contains(&extension)
    }
}

/// A sheet as the workbook lists it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SheetInfo {
    /// Its name; empty for CSV.
    pub name: String,
    /// Whether Excel shows it.
    pub visibility: Visibility,
}

/// A workbook whose sheets are read when they are asked for, and then kept.
pub struct Workbook {
    file: String,
    format: Format,
    shelf: Rc<Shelf>,
    limits: Limits,
    inner: Inner,
    sheets: Vec<SheetInfo>,
    encoding: Option<japan::Encoding>,
    kept: RefCell<Vec<Option<Rc<Sheet>>>>,
    cells: Cell<u64>,
    suspicions: Vec<Finding>,
    /// What was found in each sheet that was read.
    found: RefCell<Vec<Option<Vec<Finding>>>>,
}

enum Inner {
    Xlsx(xlsx::Xlsx),
    /// With whether it carries macros.
    Xls(xls::Xls, bool),
    Ods(ods::Ods),
    Xlsb(xlsb::Xlsb),
    /// Read already.
    Text,
}

impl Workbook {
    /// Opens a file by its bytes. `file` is its path within the arrival, for findings and for judging its extension.
    pub fn open(file: &str, bytes: Vec<u8>, shelf: &Rc<Shelf>, limits: &Limits) -> Result<Workbook, Refusal> {
        let mut workbook = match sniff::sniff(bytes, limits)? {
            Found::Xlsx { archive, main, macros } => {
                let inner = xlsx::Xlsx::open(archive, &main, limits)?;
                Workbook::of(file, if macros { Format::Xlsm } else { Format::Xlsx }, shelf, limits, Inner::Xlsx(inner))
            }
            Found::Ods(archive) => {
                Workbook::of(file, Format::Ods, shelf, limits, Inner::Ods(ods::Ods::open(archive, shelf, limits)?))
            }
            Found::Xls { stream, macros } => {
                Workbook::of(file, Format::Xls, shelf, limits, Inner::Xls(xls::Xls::open(stream, limits)?, macros))
            }
            Found::Xlsb { archive, main } => {
                Workbook::of(file, Format::Xlsb, shelf, limits, Inner::Xlsb(xlsb::Xlsb::open(archive, &main, limits)?))
            }
            Found::Text(bytes) => Workbook::text(file, &bytes, shelf, limits)?,
        };
        workbook.suspect();
        Ok(workbook)
    }

    fn of(file: &str, format: Format, shelf: &Rc<Shelf>, limits: &Limits, inner: Inner) -> Workbook {
        let sheets: Vec<SheetInfo> = match &inner {
            Inner::Xlsx(book) => book.sheets().iter().map(|sheet| info(&sheet.name, sheet.visibility)).collect(),
            Inner::Xls(book, _) => book.sheets().map(|(name, visibility)| info(name, visibility)).collect(),
            Inner::Ods(book) => book.sheets().map(|(name, visibility)| info(name, visibility)).collect(),
            Inner::Xlsb(book) => book.sheets().map(|(name, visibility)| info(name, visibility)).collect(),
            Inner::Text => vec![info("", Visibility::Visible)],
        };
        Workbook {
            file: file.to_owned(),
            format,
            shelf: Rc::clone(shelf),
            limits: limits.clone(),
            inner,
            kept: RefCell::new(vec![None; sheets.len()]),
            found: RefCell::new(vec![None; sheets.len()]),
            sheets,
            encoding: None,
            cells: Cell::new(0),
            suspicions: Vec::new(),
        }
    }

    fn text(file: &str, bytes: &[u8], shelf: &Rc<Shelf>, limits: &Limits) -> Result<Workbook, Refusal> {
        let decoded = japan::decode(bytes).map_err(|unknown| no_text(bytes, &unknown))?;
        if decoded.text.chars().take(4_096).any(is_control) {
            return Err(Refusal::Unknown);
        }
        let csv = csv::read(file, &decoded.text, decoded.gaiji_count > 0, shelf, limits)?;
        let format = if csv.tabs { Format::Tsv } else { Format::Csv };
        let mut workbook = Workbook::of(file, format, shelf, limits, Inner::Text);
        workbook.suspicions = csv.findings;
        workbook.encoding = Some(decoded.encoding);
        if let Some(perhaps) = decoded.perhaps {
            workbook.add(Severity::Warning, Suspicion::TwoEncodings { read: decoded.encoding, perhaps });
        }
        workbook.kept = RefCell::new(vec![Some(Rc::new(csv.sheet))]);
        Ok(workbook)
    }

    /// The file's path within the arrival.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The format that the bytes are in.
    pub fn format(&self) -> Format {
        self.format
    }

    /// How a text file is encoded; none for workbooks.
    pub fn encoding(&self) -> Option<japan::Encoding> {
        self.encoding
    }

    /// The sheets in the order of the workbook; chart sheets are left out.
    pub fn sheets(&self) -> &[SheetInfo] {
        &self.sheets
    }

    /// The shelf whose texts the sheets use.
    pub fn shelf(&self) -> &Rc<Shelf> {
        &self.shelf
    }

    /// A sheet by its place in [`Workbook::sheets`], read at the first call.
    pub fn sheet(&self, at: usize) -> Result<Rc<Sheet>, Refusal> {
        if let Some(Some(sheet)) = self.kept.borrow().get(at) {
            return Ok(Rc::clone(sheet));
        }
        let room = self.limits.cells - self.cells.get();
        let missing = || Refusal::Broken { at: format!("sheet {at}") };
        let sheet = Rc::new(match &self.inner {
            Inner::Xlsx(book) => book.sheet(book.sheets().get(at).ok_or_else(missing)?, &self.shelf, &self.limits, room)?,
            Inner::Xls(book, _) => book.sheet(at, &self.shelf, &self.limits, room)?,
            Inner::Ods(book) => book.sheet(at, &self.shelf, &self.limits, room)?,
            Inner::Xlsb(book) => book.sheet(at, &self.shelf, &self.limits, room)?,
            Inner::Text => return Err(missing()),
        });
        self.cells.set(self.cells.get() + sheet.cell_count() as u64);
        self.found.borrow_mut()[at] = Some(self.look(&sheet));
        self.kept.borrow_mut()[at] = Some(Rc::clone(&sheet));
        Ok(sheet)
    }

    /// Hands out what the cells of a sheet hold, each with its row and column, in the order of the file. Of an xlsx nothing is
    /// kept, however large it is; a formula that nobody ever calculated comes once more, as stale, behind the others.
    pub fn pass(&self, at: usize, mut see: impl FnMut(Address, Value)) -> Result<(), Refusal> {
        if let (Inner::Xlsx(book), None) = (&self.inner, self.kept.borrow().get(at).and_then(Option::as_ref)) {
            let listed = book.sheets().get(at).ok_or_else(|| Refusal::Broken { at: format!("sheet {at}") })?;
            return book.pass(listed, &self.shelf, &self.limits, |row, column, value| see(Address::new(row, column), value));
        }
        let sheet = self.sheet(at)?;
        for row in sheet.rows() {
            row.values().for_each(|(column, value)| see(Address::new(row.number(), column), value));
        }
        Ok(())
    }

    /// Lets a sheet go; it is read again when asked for again. What was found in it stays.
    pub fn forget(&self, at: usize) {
        if matches!(self.inner, Inner::Text) {
            return;
        }
        if let Some(sheet) = self.kept.borrow_mut().get_mut(at).and_then(Option::take) {
            self.cells.set(self.cells.get() - sheet.cell_count() as u64);
        }
    }

    /// What deserves a look: about the file, and about the sheets read so far.
    pub fn findings(&self) -> Vec<Finding> {
        let mut all = self.suspicions.clone();
        all.extend(self.found.borrow().iter().flatten().flatten().cloned());
        all
    }

    /// Notes what is doubtful about the file as a whole.
    fn suspect(&mut self) {
        let name = self.file.rsplit('/').next().unwrap_or_default();
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension).to_lowercase();
        if !self.format.fits(&extension) {
            let bytes = self.format.extension().to_owned();
            self.add(Severity::Warning, Suspicion::LyingExtension { name: extension, bytes });
        }
        let (macros, external) = match &self.inner {
            Inner::Xlsx(book) => (book.macros(), book.external()),
            Inner::Xls(book, macros) => (*macros, book.external()),
            Inner::Xlsb(book) => (book.macros(), book.external()),
            Inner::Ods(_) | Inner::Text => (false, false),
        };
        if macros {
            self.add(Severity::Note, Suspicion::Macros);
        }
        if external {
            self.add(Severity::Note, Suspicion::ExternalLinks);
        }
    }

    fn add(&mut self, severity: Severity, suspicion: Suspicion) {
        let place = Place { file: Some(self.file.clone()), ..Place::default() };
        let problem = Problem::Suspicious(suspicion);
        self.suspicions.insert(0, Finding { severity, place, column: None, value: None, problem, fate: Fate::Used });
    }

    /// What a person who sees the sheet in Excel would not see.
    fn look(&self, sheet: &Sheet) -> Vec<Finding> {
        let mut problems = Vec::new();
        if sheet.visibility != Visibility::Visible {
            problems.push((Severity::Note, Problem::HiddenSheet));
        }
        let rows = sheet.hidden_rows();
        if rows > 0 {
            problems.push((Severity::Note, Problem::HiddenRows { count: rows }));
        }
        let columns = hidden_columns(sheet);
        if columns > 0 {
            problems.push((Severity::Note, Problem::HiddenColumns { count: columns }));
        }
        if self.format == Format::Xls && sheet.used().is_some_and(|area| area.last.row == 65_535) {
            problems.push((Severity::Warning, Problem::Suspicious(Suspicion::FullToLastRow)));
        }
        let place = Place { file: Some(self.file.clone()), sheet: Some(sheet.name.clone()), cell: None };
        let finding = |(severity, problem)| Finding {
            severity,
            place: place.clone(),
            column: None,
            value: None,
            problem,
            fate: Fate::Used,
        };
        problems.into_iter().map(finding).collect()
    }
}

/// Why bytes are no text: damaged at one place, in an unknown encoding, or never a text.
fn no_text(bytes: &[u8], unknown: &japan::UnknownEncoding) -> Refusal {
    match unknown.nearest {
        _ if bytes.contains(&0) => Refusal::Unknown,
        Some(encoding) => Refusal::Broken { at: format!("line {}: {}", unknown.line, encoding.name()) },
        None => Refusal::UnknownEncoding,
    }
}

/// Characters that no text of an office holds; tabs, line ends, form feeds, NUL and the old end mark 1A are met.
fn is_control(letter: char) -> bool {
    matches!(letter, '\u{1}'..='\u{8}' | '\u{E}'..='\u{19}' | '\u{1C}'..='\u{1F}')
}

fn info(name: &str, visibility: Visibility) -> SheetInfo {
    SheetInfo { name: name.to_owned(), visibility }
}

/// How many hidden columns hold something.
fn hidden_columns(sheet: &Sheet) -> usize {
    if sheet.hidden_columns.is_empty() {
        return 0;
    }
    let mut found = std::collections::BTreeSet::new();
    for row in sheet.rows() {
        found.extend(row.values().map(|(column, _)| column));
    }
    let hidden = |column: &u32| sheet.hidden_columns.iter().any(|(first, last)| (*first..=*last).contains(column));
    found.iter().filter(|column| hidden(column)).count()
}
