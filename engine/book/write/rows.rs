//! The rows of a long table as XML, written past rust_xlsxwriter: it keeps a tree, a copy and a hashed format for every cell,
//! which costs several times what the cells themselves do. The formats are still its own (see `splice`).

use std::rc::Rc;

use super::digits::{push_decimal, push_unsigned, push_whole};
use super::plan::{self, Content, SLOTS, Slot, TablePlan};
use super::sheet::NewTable;
use super::strings::{Strings, TooLong};
use super::xlsx::lost;
use super::{WriteError, style};
use crate::address::letters;
use crate::{Address, Column, Data, Finding, TextId, Value};

/// A table whose rows are written here.
pub(super) struct LongTable<'s> {
    /// The sheet's name.
    pub(super) sheet: &'s str,
    /// The row of the first value.
    pub(super) first: u32,
    pub(super) new: &'s NewTable,
    pub(super) plan: TablePlan,
    /// The looks (`TablePlan::at`) whose carriers stand in place of the rows.
    pub(super) carriers: Vec<usize>,
}

/// What a cell consists of beside its address and value, by tone, column and slot (`TablePlan::at`).
struct Suffixes {
    opening: Vec<Box<[u8]>>,
    /// By tone and column.
    blank: Vec<Option<Box<[u8]>>>,
}

/// Writes the rows of one table.
pub(super) struct RowWriter<'t, 's> {
    long: &'t LongTable<'s>,
    suffixes: Suffixes,
    prefixes: Vec<Box<[u8]>>,
    shelf: usize,
    strings: &'t mut Strings,
    findings: &'t mut Vec<Finding>,
}

impl<'t, 's> RowWriter<'t, 's> {
    /// `formats` holds the number of the format of each look.
    pub(super) fn new(
        long: &'t LongTable<'s>,
        formats: &[u32],
        strings: &'t mut Strings,
        findings: &'t mut Vec<Finding>,
    ) -> RowWriter<'t, 's> {
        let columns = long.plan.columns.len();
        let prefixes = (0..columns as u32).map(|column| format!("<c r=\"{}", letters(column)).into_bytes().into()).collect();
        let shelf = strings.shelf(long.new.table.shelf());
        RowWriter { long, suffixes: Suffixes::new(&long.plan, formats), prefixes, shelf, strings, findings }
    }

    /// Writes every row; `flush` is called between them and may take what is there.
    pub(super) fn write<F>(mut self, out: &mut Vec<u8>, mut flush: F) -> Result<(), WriteError>
    where
        F: FnMut(&mut Vec<u8>) -> Result<(), WriteError>,
    {
        let long = self.long;
        let tones = long.plan.row_tones(long.new);
        let columns: Vec<Rc<Column>> = long.new.table.columns().to_vec();
        let mut number = Vec::with_capacity(8);
        for row in 0..long.new.table.len() {
            number.clear();
            push_unsigned(&mut number, u64::from(long.first) + row as u64 + 1);
            out.extend_from_slice(b"<row r=\"");
            out.extend_from_slice(&number);
            let tag = out.len();
            out.extend_from_slice(b"\">");
            let tone = tones.get(row).copied().unwrap_or(0);
            let mut lines = 1;
            for (at, column) in columns.iter().enumerate() {
                lines = lines.max(self.cell(out, &number, (row, at), tone, &column.data)?);
            }
            if lines > 1 {
                let height = format!("\" ht=\"{}\" customHeight=\"1", f64::from(style::pixels(lines)) * 0.75);
                out.splice(tag..tag, height.into_bytes());
            }
            out.extend_from_slice(b"</row>");
            flush(out)?;
        }
        Ok(())
    }

    /// Writes a cell, and answers how many lines it takes.
    #[inline]
    fn cell(
        &mut self,
        out: &mut Vec<u8>,
        number: &[u8],
        at: (usize, usize),
        tone: usize,
        data: &Data,
    ) -> Result<usize, WriteError> {
        match data {
            Data::Text(texts) if texts[at.0] != TextId::NONE => self.text(out, number, at, tone, texts[at.0]),
            _ => self.value(out, number, at, tone, data.get(at.0)),
        }
    }

    fn text(
        &mut self,
        out: &mut Vec<u8>,
        number: &[u8],
        at: (usize, usize),
        tone: usize,
        id: TextId,
    ) -> Result<usize, WriteError> {
        let shared = match self.strings.share(self.shelf, id) {
            Ok(shared) => shared,
            Err(too_long) => return Err(self.too_long(at, too_long)),
        };
        if shared.is_empty() {
            return self.value(out, number, at, tone, Value::Blank);
        }
        let slot = if shared.quoted() { Slot::Quoted } else { Slot::Text };
        self.open(out, number, at.1, tone, slot);
        push_unsigned(out, u64::from(shared.number()));
        out.extend_from_slice(b"</v></c>");
        let column = &self.long.plan.columns[at.1];
        Ok(if column.wraps() { column.lines(self.long.new.table.shelf().texts.get(id)) } else { 1 })
    }

    fn value(
        &mut self,
        out: &mut Vec<u8>,
        number: &[u8],
        at: (usize, usize),
        tone: usize,
        value: Value,
    ) -> Result<usize, WriteError> {
        if let Value::Text(id) = value {
            return self.text(out, number, at, tone, id);
        }
        let shelf = self.long.new.table.shelf();
        let (slot, content, loss) = plan::content(value, &shelf.texts);
        if let Some(loss) = loss {
            self.findings.push(lost(self.long.new, at, &value, loss));
        }
        let number_cell = |writer: &Self, out: &mut Vec<u8>| writer.open(out, number, at.1, tone, slot);
        match content {
            Content::Blank => {
                if let Some(blank) = &self.suffixes.blank[tone * self.prefixes.len() + at.1] {
                    out.extend_from_slice(&self.prefixes[at.1]);
                    out.extend_from_slice(number);
                    out.extend_from_slice(blank);
                }
                return Ok(1);
            }
            Content::Text(text) => return self.text(out, number, at, tone, shelf.texts.intern(text)),
            Content::Words(text) => return self.text(out, number, at, tone, shelf.texts.intern(&text)),
            Content::Whole(whole) => {
                number_cell(self, out);
                push_whole(out, whole);
            }
            Content::Exact(exact) => {
                number_cell(self, out);
                push_decimal(out, exact);
            }
            Content::Serial(serial) => {
                number_cell(self, out);
                push_serial(out, serial);
            }
            Content::YesNo(yes) => {
                number_cell(self, out);
                out.push(b'0' + u8::from(yes));
            }
        }
        out.extend_from_slice(b"</v></c>");
        Ok(1)
    }

    #[inline]
    fn open(&self, out: &mut Vec<u8>, number: &[u8], column: usize, tone: usize, slot: Slot) {
        out.extend_from_slice(&self.prefixes[column]);
        out.extend_from_slice(number);
        out.extend_from_slice(&self.suffixes.opening[self.long.plan.at(tone, column, slot)]);
    }

    fn too_long(&self, (row, column): (usize, usize), TooLong(units): TooLong) -> WriteError {
        let table = &self.long.new.table;
        WriteError::TextTooLong {
            sheet: self.long.sheet.to_owned(),
            cell: Address::new(self.long.first + row as u32, column as u32).to_string(),
            units,
            from: Box::new(table.place(row, Some(&table.columns()[column].name))),
        }
    }
}

impl Suffixes {
    fn new(plan: &TablePlan, formats: &[u32]) -> Suffixes {
        let style = |at: usize| match formats.get(at) {
            None | Some(0) => String::new(),
            Some(number) => format!(" s=\"{number}\""),
        };
        let opening = (0..plan.look_count()).map(|at| {
            let kind = match at % SLOTS {
                slot if slot == Slot::Text as usize || slot == Slot::Quoted as usize => " t=\"s\"",
                slot if slot == Slot::YesNo as usize => " t=\"b\"",
                _ => "",
            };
            format!("\"{}{kind}><v>", style(at)).into_bytes().into_boxed_slice()
        });
        let opening = opening.collect();
        let blank = |tone: usize, column: usize| {
            let at = plan.at(tone, column, plan.columns[column].blank());
            plan.shows_blanks(tone).then(|| format!("\"{}/>", style(at)).into_bytes().into_boxed_slice())
        };
        let tones = plan.look_count() / SLOTS / plan.columns.len().max(1);
        let places = (0..tones).flat_map(|tone| (0..plan.columns.len()).map(move |column| (tone, column)));
        Suffixes { opening, blank: places.map(|(tone, column)| blank(tone, column)).collect() }
    }
}

/// Appends one of Excel's day numbers, shortest first.
fn push_serial(out: &mut Vec<u8>, serial: f64) {
    if serial.fract() == 0.0 && (0.0..1e15).contains(&serial) {
        push_unsigned(out, serial as u64);
    } else {
        out.extend_from_slice(serial.to_string().as_bytes());
    }
}
