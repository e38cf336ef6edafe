//! Values into the marks of a template.

use super::frame::Frame;
use super::layout::{Laid, Layout, Step, fills_cell, inner_end};
use super::mark::{Block, Name, Piece};
use super::scope::{Meant, Scope};
use super::{Field, Filled, Record, SheetMarks, Template, TemplateTrouble};
use crate::write::Pattern;
use crate::{Address, EditError, Edited, Editor, Fate, Finding, MAX_ROWS, NewValue, Place, Problem, Severity, verify};

/// A finding about a template.
pub(super) fn finding(file: &str, sheet: &str, cell: Option<Address>, trouble: TemplateTrouble) -> Finding {
    let unused = matches!(trouble, TemplateTrouble::Unused { .. });
    Finding {
        severity: if unused { Severity::Warning } else { Severity::Error },
        place: Place {
            file: Some(file.to_owned()),
            sheet: (!sheet.is_empty()).then(|| sheet.to_owned()),
            cell: cell.map(|cell| cell.to_string()),
        },
        column: None,
        value: None,
        problem: Problem::Template(trouble),
        fate: if unused { Fate::Used } else { Fate::Stopped },
    }
}

pub(super) fn fill(template: &Template, record: &Record) -> Filled {
    let (edited, mut findings) = edited(template, record);
    match edited {
        Ok(edited) => proven(template, edited, findings),
        Err(error) => {
            findings.push(finding(&template.file, "", None, error.into()));
            Filled { findings, ..Filled::default() }
        }
    }
}

/// The filled template before its proof, and what is wrong with it.
pub(super) fn edited(template: &Template, record: &Record) -> (Result<Edited, EditError>, Vec<Finding>) {
    let mut work = Filling { template, editor: template.package.edit(), findings: template.findings() };
    work.editor.now = template.now;
    let scope = Scope::whole(record);
    for sheet in &template.sheets {
        let done = match &sheet.each {
            Some((list, title)) => work.sheets(sheet, list, title, &scope),
            None => work.sheet(sheet, &sheet.name, &scope),
        };
        if let Err(error) = done {
            work.add(&sheet.name, None, error.into());
        }
    }
    work.unused(record);
    work.too_many(record);
    let Filling { editor, findings, .. } = work;
    (editor.finish(), findings)
}

/// The filled template if it is what was meant, and nothing of it if it is not.
pub(super) fn proven(template: &Template, edited: Edited, findings: Vec<Finding>) -> Filled {
    match verify(&template.package, &edited) {
        Ok(receipt) => Filled { bytes: edited.bytes, changes: receipt.changes, findings, broken: None },
        Err(broken) => Filled { findings, broken: Some(broken), ..Filled::default() },
    }
}

struct Filling<'t> {
    template: &'t Template,
    editor: Editor<'t>,
    findings: Vec<Finding>,
}

impl Filling<'_> {
    fn add(&mut self, sheet: &str, cell: Option<Address>, trouble: TemplateTrouble) {
        let found = finding(&self.template.file, sheet, cell, trouble);
        // The same mark in each of a thousand copies is one mistake.
        if !self.findings.contains(&found) {
            self.findings.push(found);
        }
    }

    /// A sheet for each record; the one with the marks goes.
    fn sheets(&mut self, sheet: &SheetMarks, list: &str, title: &[Piece], scope: &Scope<'_>) -> Result<(), EditError> {
        let records = match scope.find(list).map(Field::records) {
            Some(Some(records)) if !records.is_empty() => records,
            Some(Some(_)) => {
                self.add(&sheet.name, None, TemplateTrouble::NoRecords { name: list.to_owned() });
                return Ok(());
            }
            Some(None) => {
                self.add(&sheet.name, None, TemplateTrouble::NotAList { name: list.to_owned() });
                return Ok(());
            }
            None => {
                self.add(&sheet.name, None, TemplateTrouble::NoValue { mark: list.to_owned(), near: scope.near(list) });
                return Ok(());
            }
        };
        for at in 0..records.len() {
            let scope = scope.within(records, at, 1);
            let (mut text, mut troubles) = (String::new(), Vec::new());
            write(title, &scope, &mut text, &mut troubles);
            troubles.into_iter().for_each(|trouble| self.add(&sheet.name, None, trouble));
            let name = self.sheet_name(&text, list);
            let behind = self.editor.sheets.iter().position(|state| state.name == sheet.name).unwrap_or(0);
            self.editor.copy_sheet(&sheet.name, &name, behind)?;
            self.sheet(sheet, &name, &scope)?;
        }
        self.editor.remove_sheet(&sheet.name)
    }

    /// A name that Excel takes and no other sheet has.
    fn sheet_name(&self, text: &str, list: &str) -> String {
        let clean = |c: char| if matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\') || c.is_control() { '_' } else { c };
        let wanted: String = text.trim().trim_matches('\'').chars().map(clean).collect();
        let wanted = if wanted.is_empty() { list.to_owned() } else { wanted };
        let taken = |name: &str| self.editor.sheets.iter().any(|state| state.name.to_lowercase() == name.to_lowercase());
        let numbered = |number: usize| {
            let tail = if number == 1 { String::new() } else { format!(" ({number})") };
            let mut room = 31 - tail.len();
            let head: String = wanted
                .chars()
                .take_while(|c| {
                    let fits = c.len_utf16() <= room;
                    room = room.saturating_sub(c.len_utf16());
                    fits
                })
                .collect();
            head + &tail
        };
        (1..).map(numbered).find(|name| !taken(name)).unwrap_or_default()
    }

    /// Fills the sheet called `target`, which is the marked one or a copy of it.
    fn sheet(&mut self, sheet: &SheetMarks, target: &str, scope: &Scope<'_>) -> Result<(), EditError> {
        if sheet.marks.is_empty() {
            return Ok(());
        }
        let mut layout =
            Layout { marks: &sheet.marks, steps: Vec::new(), rows: Vec::new(), troubles: Vec::new(), room: u64::from(MAX_ROWS) };
        let last = sheet.marks.keys().next_back().map_or(0, |at| at.row);
        let laid = layout.lay((0, last), 0, &sheet.sections, scope);
        let Layout { steps, rows, troubles, .. } = layout;
        troubles.into_iter().for_each(|(cell, trouble)| self.add(&sheet.name, Some(cell), trouble));
        if laid.is_err() {
            self.add(&sheet.name, None, TemplateTrouble::TooManyRows);
            return Ok(());
        }
        let mut editor = self.editor.sheet(target)?;
        for step in steps {
            match step {
                Step::Repeat { first, last, times } => editor.repeat_rows(first, last, times)?,
                Step::Delete { first, last } => editor.delete_rows(first, last - first + 1)?,
            }
        }
        for (row, laid) in &rows {
            self.row(sheet, target, *row, laid)?;
        }
        Ok(())
    }

    fn row(&mut self, sheet: &SheetMarks, target: &str, row: u32, laid: &Laid<'_>) -> Result<(), EditError> {
        let from = Address::new(laid.row, 0)..Address::new(laid.row + 1, 0);
        for (&at, pieces) in sheet.marks.range(from) {
            let (value, troubles) = filled(pieces, &laid.scope);
            troubles.into_iter().for_each(|trouble| self.add(&sheet.name, Some(at), trouble));
            let mut editor = self.editor.sheet(target)?;
            editor.set(Address::new(row, at.column), value)?;
            if pieces.contains(&Piece::PageEnd) {
                editor.page_end(row);
            }
            if let Some(frame) = sheet.frames.get(&at) {
                self.image(sheet, target, (at, Address::new(row, at.column)), frame, laid)?;
            }
        }
        Ok(())
    }

    /// Lays an image over its cell. A blank one leaves the cell blank.
    fn image(
        &mut self,
        sheet: &SheetMarks,
        target: &str,
        (mark, at): (Address, Address),
        frame: &Frame,
        laid: &Laid<'_>,
    ) -> Result<(), EditError> {
        let image = |piece: &Piece| if let Piece::Image(name) = piece { Some(name.clone()) } else { None };
        let Some(name) = sheet.marks.get(&mark).and_then(|pieces| pieces.iter().find_map(image)) else { return Ok(()) };
        let written = name.written.clone();
        let trouble = match laid.scope.meant(&name) {
            Some(Meant::Field(Field::Image(image))) => match frame.fit(image.size(), at) {
                Some(spot) => {
                    self.editor.sheet(target)?.picture(spot, image)?;
                    return Ok(());
                }
                None => TemplateTrouble::NoRoom { name: written },
            },
            Some(Meant::Made(NewValue::Blank) | Meant::Field(Field::Value(NewValue::Blank))) => return Ok(()),
            Some(_) => TemplateTrouble::NotAnImage { name: written },
            None => missing(&name, &laid.scope),
        };
        self.add(&sheet.name, Some(mark), trouble);
        Ok(())
    }

    /// Values behind the last place of their name would be lost.
    fn too_many(&mut self, record: &Record) {
        let mut places = std::collections::BTreeMap::new();
        for piece in self.template.sheets.iter().flat_map(|sheet| sheet.marks.values().flatten()) {
            if let Some(Name { path, nth: Some(nth), .. }) = piece.name() {
                let most = places.entry(path[0].as_str()).or_insert(0);
                *most = (*most).max(*nth);
            }
        }
        let mut found = Vec::new();
        count(record, &places, &mut found);
        found.into_iter().for_each(|trouble| self.add("", None, trouble));
    }

    /// What was given and no mark wants.
    fn unused(&mut self, record: &Record) {
        let wanted = self.template.names();
        let unused: Vec<String> =
            record.names().filter(|name| !wanted.contains(&super::mark::key(name))).map(str::to_owned).collect();
        unused.into_iter().for_each(|name| self.add("", None, TemplateTrouble::Unused { name }));
    }
}

fn count(record: &Record, places: &std::collections::BTreeMap<&str, u32>, found: &mut Vec<TemplateTrouble>) {
    for (key, name, field) in record.all() {
        match field {
            Field::Items(items) => {
                if let Some(&most) = places.get(key).filter(|most| items.len() > **most as usize) {
                    found.push(TemplateTrouble::TooMany { name: name.to_owned(), places: most, given: items.len() });
                }
            }
            Field::List(records) => records.iter().for_each(|record| count(record, places, found)),
            Field::Value(_) | Field::Image(_) => {}
        }
    }
    found.dedup();
}

/// What a cell becomes: a mark alone keeps the type of its value, one within a text becomes text.
fn filled(pieces: &[Piece], scope: &Scope<'_>) -> (NewValue, Vec<TemplateTrouble>) {
    let mut troubles = Vec::new();
    let pieces = fills_cell(pieces).map_or(pieces, |end| &pieces[1..end]);
    let shown: Vec<&Piece> = pieces.iter().filter(|piece| !is_silent(piece)).collect();
    if let [Piece::Value(name)] = shown[..]
        && name.format.is_none()
        && !has_inline(pieces)
    {
        let value = value(name, scope, &mut troubles);
        return (value, troubles);
    }
    if shown.is_empty() && !has_inline(pieces) {
        return (NewValue::Blank, troubles);
    }
    let mut text = String::new();
    write(pieces, scope, &mut text, &mut troubles);
    (NewValue::Text(text), troubles)
}

/// Whether a piece leaves nothing in its cell: the beginning or end of a block of rows, the end of a page, an image.
fn is_silent(piece: &Piece) -> bool {
    matches!(piece, Piece::Open(..) | Piece::Close(_) | Piece::PageEnd | Piece::Image(_))
}

pub(super) fn has_inline(pieces: &[Piece]) -> bool {
    (0..pieces.len()).any(|nth| matches!(pieces[nth], Piece::Open(..)) && inner_end(&pieces[nth..]).is_some())
}

/// The pieces as text; blocks within the cell are written as often as they hold.
fn write(pieces: &[Piece], scope: &Scope<'_>, text: &mut String, troubles: &mut Vec<TemplateTrouble>) {
    let mut nth = 0;
    while let Some(piece) = pieces.get(nth) {
        match piece {
            Piece::Text(plain) => text.push_str(plain),
            Piece::Value(name) => {
                let value = value(name, scope, troubles);
                text.push_str(&show(&value, name.format.as_deref()));
            }
            Piece::Open(block, name) => {
                if let Some(end) = inner_end(&pieces[nth..]) {
                    inline(*block, name, &pieces[nth + 1..nth + end], scope, text, troubles);
                    nth += end;
                }
            }
            Piece::Close(_) | Piece::PageEnd | Piece::Image(_) => {}
        }
        nth += 1;
    }
}

fn inline(block: Block, name: &str, inside: &[Piece], scope: &Scope<'_>, text: &mut String, troubles: &mut Vec<TemplateTrouble>) {
    let field = scope.find(name);
    match (block, field) {
        (Block::Each, Some(field)) if field.records().is_some() => {
            let records = field.records().unwrap_or_default();
            for at in 0..records.len() {
                write(inside, &scope.within(records, at, 1), text, troubles);
            }
        }
        (Block::Each, Some(_)) => troubles.push(TemplateTrouble::NotAList { name: name.to_owned() }),
        (Block::Each, None) => troubles.push(TemplateTrouble::NoValue { mark: name.to_owned(), near: scope.near(name) }),
        (Block::If | Block::Unless, field) => {
            if field.is_some_and(Field::is_something) == (block == Block::If) {
                write(inside, scope, text, troubles);
            }
        }
    }
}

fn value(name: &Name, scope: &Scope<'_>, troubles: &mut Vec<TemplateTrouble>) -> NewValue {
    match scope.meant(name) {
        Some(Meant::Made(value)) => value,
        Some(Meant::Field(Field::Value(value))) => value.clone(),
        Some(Meant::Field(Field::Image(_))) => {
            troubles.push(TemplateTrouble::ImageAsValue { name: name.written.clone() });
            NewValue::Blank
        }
        Some(Meant::Field(_)) => {
            troubles.push(TemplateTrouble::NotAValue { name: name.written.clone() });
            NewValue::Blank
        }
        None => {
            troubles.push(missing(name, scope));
            NewValue::Blank
        }
    }
}

fn missing(name: &Name, scope: &Scope<'_>) -> TemplateTrouble {
    let near = name.path.last().and_then(|last| scope.near(last));
    TemplateTrouble::NoValue { mark: name.written.clone(), near }
}

const DAY_MS: i64 = 86_400_000;

/// A value as text, in the format asked for or in its usual one.
fn show(value: &NewValue, format: Option<&str>) -> String {
    let pattern = |usual: &str| Pattern::read(format.unwrap_or(usual));
    match value {
        NewValue::Blank => String::new(),
        NewValue::Text(text) => text.clone(),
        NewValue::Number(number) => match format {
            Some(format) => padded(&Pattern::read(format).number(*number, true), format),
            None => number.normalize().to_string(),
        },
        NewValue::YesNo(yes) => if *yes { "はい" } else { "いいえ" }.to_owned(),
        NewValue::Date(day) => pattern("yyyy/m/d").moment(i64::from(day.0) * DAY_MS).unwrap_or_default(),
        NewValue::Time(ms) => pattern("h:mm").moment(i64::from(*ms)).unwrap_or_default(),
        NewValue::DateTime(ms) => pattern("yyyy/m/d h:mm").moment(*ms).unwrap_or_default(),
        NewValue::Duration(ms) => pattern("[h]:mm").length(*ms),
        NewValue::Error(error) => error.text().to_owned(),
    }
}

/// `000` writes 7 as 007.
fn padded(shown: &str, format: &str) -> String {
    let zeros = format.chars().take_while(|letter| *letter == '0').count();
    let digits = shown.chars().take_while(char::is_ascii_digit).count();
    "0".repeat(zeros.saturating_sub(digits)) + shown
}
