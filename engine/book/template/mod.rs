//! Templates (様式): a workbook that a person prepared with marks, filled with values; everything else stays as it is.
//!
//! `{{氏名}}` is a value, alone in its cell with its type and the cell's format, within a text as it is shown (`第{{番号}}号`,
//! `{{日付:ggge年m月d日}}`). The rows from `{{#明細}}` to `{{/明細}}` are repeated for each record of a list, those from `{{?控除}}`
//! or `{{!控除}}` to `{{/控除}}` stay if there is something or nothing. `{{氏名@2}}` is the second record of a copy (labels) or the
//! second of several values (a row of months). `{{画像:印影}}` lays an image over its cell or merged range, as large as fits.
//! `{{改ページ}}` ends a page below its row. A sheet called `{{#名簿}}{{氏名}}` becomes one sheet for each record.

mod fill;
mod frame;
mod layout;
mod mark;
mod scope;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use frame::Frame;
use layout::Marks;
use mark::{BadMark, Piece};

use crate::{Address, Broken, Changes, EditError, Finding, Image, Limits, NewValue, Package, Refusal, Shelf, Value, Workbook};

/// What is wrong with a mark or with what it is filled with.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum TemplateTrouble {
    /// Nothing of that name is given; a name that resembles it.
    NoValue { mark: String, near: Option<String> },
    /// Given, but nowhere in the template.
    Unused { name: String },
    /// `{{` without `}}`.
    Open { text: String },
    /// Nothing that is a mark between the braces.
    NoMark { text: String },
    /// A block begins and never ends.
    Unclosed { name: String },
    /// A block ends that never began.
    NeverOpened { name: String },
    /// Two blocks share a row.
    SharedRow { name: String, other: String },
    /// A block is to be repeated for something that is no list.
    NotAList { name: String },
    /// A sheet is to be repeated for a list without records.
    NoRecords { name: String },
    /// A list, where one value is wanted.
    NotAValue { name: String },
    /// An image, where a value is wanted.
    ImageAsValue { name: String },
    /// Something else than an image, where one is wanted.
    NotAnImage { name: String },
    /// The mark of an image stands beside other text.
    ImageAmongText { name: String },
    /// The cell of an image is hidden or has no size.
    NoRoom { name: String },
    /// More values than the template has places for.
    TooMany { name: String, places: u32, given: usize },
    /// The result would have more rows than a sheet of Excel's.
    TooManyRows,
    /// The workbook does not let itself be changed there.
    Refused(EditError),
}

/// What a mark is filled with.
#[derive(Clone, PartialEq, Debug)]
pub enum Field {
    /// One value.
    Value(NewValue),
    /// An image.
    Image(Rc<Image>),
    /// Several values, for marks with `@`.
    Items(Vec<NewValue>),
    /// Records, for a block.
    List(Vec<Record>),
}

impl Field {
    /// Whether there is something: a value that is neither blank nor no, a list with something in it.
    pub(crate) fn is_something(&self) -> bool {
        match self {
            Field::Value(NewValue::Blank | NewValue::YesNo(false)) => false,
            Field::Value(NewValue::Text(text)) => !text.is_empty(),
            Field::Value(_) | Field::Image(_) => true,
            Field::Items(items) => !items.is_empty(),
            Field::List(records) => !records.is_empty(),
        }
    }

    /// The records of a list. Of nothing at all nobody knows whether it would have been records or values.
    pub(crate) fn records(&self) -> Option<&[Record]> {
        match self {
            Field::List(records) => Some(records),
            Field::Items(items) if items.is_empty() => Some(&[]),
            _ => None,
        }
    }
}

/// Names with what they are filled with, in an order.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Record {
    /// Key, name as given, field.
    fields: Vec<(String, String, Field)>,
}

impl Record {
    /// An empty record.
    pub fn new() -> Record {
        Record::default()
    }

    /// Adds a field; one of the same name is replaced.
    pub fn set(&mut self, name: &str, field: Field) {
        let key = mark::key(name);
        match self.fields.iter_mut().find(|(known, ..)| *known == key) {
            Some((.., old)) => *old = field,
            None => self.fields.push((key, name.to_owned(), field)),
        }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|(known, ..)| known == key).map(|(.., field)| field)
    }

    /// Key, name and field of all.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, &str, &Field)> {
        self.fields.iter().map(|(key, name, field)| (key.as_str(), name.as_str(), field))
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|(_, name, _)| name.as_str())
    }

    /// The names of single values, in their order: the labels of columns.
    pub(crate) fn labels(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(|(.., field)| matches!(field, Field::Value(_))).map(|(_, name, _)| name.as_str())
    }
}

/// Names that nobody has to give.
const MADE: [&str; 2] = ["連番", "列"];

/// A template whose marks are known.
pub struct Template {
    file: String,
    package: Package,
    sheets: Vec<SheetMarks>,
    /// What is wrong with it whatever it is filled with: sheet, cell, trouble.
    troubles: Vec<(String, Option<Address>, TemplateTrouble)>,
    /// The moment for formulas that ask for it.
    now: Option<jiff::civil::DateTime>,
}

/// What a mark asks for.
#[derive(Clone, Copy)]
enum Asked<'t> {
    /// A value or an image.
    Value(&'t mark::Name),
    /// A list, to repeat something for each of its records.
    List(&'t str),
    /// Whether there is something.
    If(&'t str),
}

/// The marks of one sheet.
struct SheetMarks {
    name: String,
    /// Of a sheet that is repeated: the list, and the pieces of its copies' names.
    each: Option<(String, Vec<Piece>)>,
    marks: Marks,
    sections: Vec<layout::Section>,
    /// The room that each image has, by the cell of its mark.
    frames: BTreeMap<Address, Frame>,
}

impl SheetMarks {
    /// What its marks ask for, with their cells; its own name first.
    fn asked(&self) -> Vec<(Option<Address>, Asked<'_>)> {
        let list = self.each.iter().map(|(list, _)| (None, Asked::List(list)));
        let title = self.each.iter().flat_map(|(_, title)| title).map(|piece| (None, piece));
        let cells = self.marks.iter().flat_map(|(at, pieces)| pieces.iter().map(|piece| (Some(*at), piece)));
        let asked = title.chain(cells).filter_map(|(at, piece)| match piece {
            Piece::Value(name) | Piece::Image(name) => Some((at, Asked::Value(name))),
            Piece::Open(mark::Block::Each, list) => Some((at, Asked::List(list))),
            Piece::Open(mark::Block::If | mark::Block::Unless, name) => Some((at, Asked::If(name))),
            Piece::Close(_) | Piece::Text(_) | Piece::PageEnd => None,
        });
        list.chain(asked).collect()
    }
}

/// A filled template.
#[derive(Clone, Debug, Default)]
pub struct Filled {
    /// The workbook.
    pub bytes: Vec<u8>,
    /// Which of its parts are other than the template's.
    pub changes: Changes,
    /// What is wrong. With an error among them the workbook is no good.
    pub findings: Vec<Finding>,
    /// What the proof found: the workbook was read again and is not what was meant. Then there are no bytes.
    pub broken: Option<Broken>,
}

impl Template {
    /// Opens a template and finds its marks. `file` is its name, for findings.
    pub fn open(file: &str, bytes: Vec<u8>, limits: &Limits) -> Result<Template, Refusal> {
        let package = Package::open(file, bytes.clone(), limits)?;
        let book = Workbook::open(file, bytes, &Shelf::new(), limits)?;
        let (mut sheets, mut troubles) = (Vec::new(), Vec::new());
        for at in 0..book.sheets().len() {
            let name = book.sheets()[at].name.clone();
            let mut own = Vec::new();
            let mut marks = Marks::new();
            book.pass(at, |cell, value| {
                let Value::Text(id) = value else { return };
                match mark::pieces(book.shelf().texts.get(id)) {
                    Ok(Some(pieces)) => drop(marks.insert(cell, pieces)),
                    Ok(None) => {}
                    Err(bad) => own.push((cell, trouble(bad))),
                }
            })?;
            let sections = layout::sections(&marks, &mut own);
            let frames = frames(&package, &book, at, &marks, &mut own)?;
            troubles.extend(own.into_iter().map(|(cell, trouble)| (name.clone(), Some(cell), trouble)));
            let each = match mark::pieces(&name) {
                Ok(Some(mut pieces)) => match pieces.first().cloned() {
                    Some(Piece::Open(mark::Block::Each, list)) => {
                        pieces.remove(0);
                        pieces.retain(|piece| !matches!(piece, Piece::Close(_)));
                        Some((list, pieces))
                    }
                    _ => None,
                },
                _ => None,
            };
            sheets.push(SheetMarks { name, each, marks, sections, frames });
        }
        Ok(Template { file: file.to_owned(), package, sheets, troubles, now: None })
    }

    /// The moment for formulas that ask for the day or the time. Without it their results are left out.
    pub fn at(self, now: jiff::civil::DateTime) -> Template {
        Template { now: Some(now), ..self }
    }

    /// Its name.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The key by which names of marks and of values are compared.
    pub fn key(name: &str) -> String {
        mark::key(name)
    }

    /// The names that its marks want, each once, in their order of keys.
    pub fn names(&self) -> Vec<String> {
        let mut names = BTreeSet::new();
        for sheet in &self.sheets {
            names.extend(sheet.each.as_ref().map(|(list, _)| list.clone()));
            let titles = sheet.each.iter().flat_map(|(_, pieces)| pieces);
            for piece in titles.chain(sheet.marks.values().flatten()) {
                match piece {
                    Piece::Value(name) | Piece::Image(name) => names.extend(name.path.first().cloned()),
                    Piece::Open(_, name) | Piece::Close(name) => drop(names.insert(name.clone())),
                    Piece::Text(_) | Piece::PageEnd => {}
                }
            }
        }
        names.remove(MADE[0]);
        names.into_iter().collect()
    }

    /// What is wrong with its marks, whatever they are filled with.
    pub fn findings(&self) -> Vec<Finding> {
        self.troubles.iter().map(|(sheet, cell, trouble)| fill::finding(&self.file, sheet, *cell, trouble.clone())).collect()
    }

    /// Marks whose names a text (a script, as [`Template::key`] gives it) does not hold anywhere.
    pub fn unspoken(&self, text: &str) -> Vec<Finding> {
        let silent = self.names().into_iter().filter(|name| !text.contains(name.as_str()));
        let trouble = |mark: String| TemplateTrouble::NoValue { mark, near: None };
        silent.map(|name| fill::finding(&self.file, "", None, trouble(name))).collect()
    }

    /// Marks that none of these names fills, each with its cell, where these are all names that may be given. Of `vague` ones nobody
    /// knows whether they are lists, and of what: nothing is said of a template that repeats or counts one.
    pub fn unfilled(&self, names: &BTreeSet<String>, vague: impl Fn(&str) -> bool) -> Vec<Finding> {
        let known: BTreeSet<String> = names.iter().map(|name| mark::key(name)).collect();
        let (mut said, mut found) = (BTreeSet::new(), Vec::new());
        for sheet in &self.sheets {
            for (at, asked) in sheet.asked() {
                let (key, written) = match asked {
                    Asked::Value(name) => (name.path[0].as_str(), name.written.as_str()),
                    Asked::List(list) => (list, list),
                    // What stands within may never be asked for.
                    Asked::If(name) if !known.contains(name) => return Vec::new(),
                    Asked::If(_) => continue,
                };
                let list = match asked {
                    Asked::Value(name) => name.path.len() > 1,
                    Asked::List(_) | Asked::If(_) => true,
                };
                if list && vague(key) {
                    return Vec::new();
                }
                if !known.contains(key) && !MADE.contains(&key) && said.insert(key) {
                    let near = crate::nearest(written, names.iter().map(String::as_str)).map(str::to_owned);
                    let trouble = TemplateTrouble::NoValue { mark: written.to_owned(), near };
                    found.push(fill::finding(&self.file, &sheet.name, at, trouble));
                }
            }
        }
        found
    }

    /// Fills the template.
    pub fn fill(&self, record: &Record) -> Filled {
        fill::fill(self, record)
    }
}

/// The room of each image. An image takes a cell for itself.
fn frames(
    package: &Package,
    book: &Workbook,
    nth: usize,
    marks: &Marks,
    troubles: &mut layout::Troubles,
) -> Result<BTreeMap<Address, Frame>, Refusal> {
    let image =
        |pieces: &[Piece]| pieces.iter().find_map(|piece| if let Piece::Image(name) = piece { Some(name.clone()) } else { None });
    let found: Vec<_> = marks.iter().filter_map(|(at, pieces)| Some((*at, image(pieces)?, pieces))).collect();
    for (at, name, pieces) in &found {
        let shown = pieces.iter().filter(|piece| matches!(piece, Piece::Text(_) | Piece::Value(_) | Piece::Image(_))).count();
        if shown > 1 || fill::has_inline(layout::fills_cell(pieces).map_or(&pieces[..], |end| &pieces[1..end])) {
            troubles.push((*at, TemplateTrouble::ImageAmongText { name: name.written.clone() }));
        }
    }
    if found.is_empty() {
        return Ok(BTreeMap::new());
    }
    // Merged ranges are known of a sheet that is read whole; a template with images is no large one.
    let sheet = book.sheet(nth)?;
    book.forget(nth);
    let sizes = frame::Sizes::read(package, &sheet.name)?;
    let frame = |at: Address| sizes.frame(sheet.merge_at(at).unwrap_or(crate::Area { first: at, last: at }));
    Ok(found.iter().map(|(at, ..)| (*at, frame(*at))).collect())
}

fn trouble(bad: BadMark) -> TemplateTrouble {
    match bad {
        BadMark::Open(text) => TemplateTrouble::Open { text },
        BadMark::Empty(text) => TemplateTrouble::NoMark { text },
    }
}

impl From<EditError> for TemplateTrouble {
    fn from(error: EditError) -> TemplateTrouble {
        TemplateTrouble::Refused(error)
    }
}
