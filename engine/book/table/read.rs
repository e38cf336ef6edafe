//! Reading a table: the rows below a header as typed columns, with everything that does not fit as findings.

use std::rc::Rc;

use rust_decimal::Decimal;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    Column, ColumnSpec, Data, Kind, Misfit, Origin, Table, TableSpec, TotalRows,
    convert::{Converter, Habits, Outcome},
    header::{self, Header},
    report::Report,
    rows::{Class, Classes, is_a_time, subtotal_of},
    totals::Totals,
};
use crate::{Address, Area, Fate, Finding, Problem, Row, Severity, Sheet, Source, SourceId, TextId, Texts, Value};

/// A table as it was read.
pub struct Reading {
    /// The rows that fit.
    pub table: Table,
    /// Everything that was wrong or doubtful, from top to bottom.
    pub findings: Vec<Finding>,
    /// The rows that hold data but are not in the table, and why. Notes, blank rows and repeated headers are not among them.
    pub excluded: Vec<(Origin, Exclusion)>,
    /// The rows and columns of the header.
    pub header: Area,
    /// The sheet's name; empty for CSV.
    pub sheet: String,
    /// Visible sheets that were not read.
    pub other_sheets: Vec<String>,
}

/// Why a row is not in the table.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Exclusion {
    /// 合わない値: at least one value does not fit its column.
    Misfit,
    /// 合計行.
    Total,
}

/// Reads the table whose header was found. `untyped` says that the file has no types of its own (CSV).
pub(super) fn read(sheet: &Sheet, file: &str, spec: &TableSpec, header: Header, untyped: bool) -> Reading {
    let others: Vec<ColumnSpec> = spec.others.as_ref().map(|like| other_columns(spec, &header, like)).unwrap_or_default();
    let columns: Vec<&ColumnSpec> = spec.columns.iter().chain(&others).collect();
    let mut reader = Reader::new(sheet, file, spec, &columns, &header, untyped);
    let area = header.area;
    reader.begin(&header, area.last.row);
    reader.note_units(&header);
    reader.rows();
    let (table, findings, excluded) = reader.finish();
    Reading { table, findings, excluded, header: area, sheet: sheet.name.clone(), other_sheets: Vec::new() }
}

/// The labels that nobody declared, as columns like `like`. A name that is taken gets a number.
fn other_columns(spec: &TableSpec, header: &Header, like: &ColumnSpec) -> Vec<ColumnSpec> {
    let mut taken: FxHashSet<String> = spec.columns.iter().map(|column| column.name.clone()).collect();
    let mut times: FxHashMap<&str, u32> = FxHashMap::default();
    let mut columns = Vec::with_capacity(header.others.len());
    for (label, _) in &header.others {
        let mut name = label.clone();
        while !taken.insert(name.clone()) {
            let count = times.entry(label).or_insert(1);
            *count += 1;
            name = format!("{label}{count}");
        }
        columns.push(ColumnSpec { name, aliases: Vec::new(), optional: true, ..like.clone() });
    }
    columns
}

/// How many rows above are looked at to understand a row of a single text.
const ABOVE: usize = 500;

struct Reader<'a> {
    sheet: &'a Sheet,
    spec: &'a TableSpec,
    file: &'a str,
    texts: &'a Texts,
    converters: Vec<Converter<'a>>,
    /// How many columns are declared; the others follow them.
    declared: usize,
    classes: Classes<'a>,
    part: Part,
    data: Vec<Data>,
    origins: Vec<Origin>,
    excluded: Vec<(Origin, Exclusion)>,
    report: Report,
    totals: Totals,
    /// The cells of the row under way, by column of the table.
    cells: Vec<Value>,
    /// Whether rows without anything lie between this row and the one before.
    gap: bool,
    /// How often a row that looks like a header was examined.
    examined: u32,
}

/// A stretch of rows under one header.
#[derive(Default)]
struct Part {
    source: SourceId,
    /// By column of the sheet: one more than the column of the table, or 0.
    slots: Vec<u32>,
    /// By column of the table: the column of the sheet.
    columns: Vec<Option<u32>>,
    /// The texts of the header's rows.
    header: Vec<Vec<(u32, TextId)>>,
    /// By column of the table: merged ranges of several rows, as first and last row and the value, in order.
    merged: Vec<Vec<(u32, u32, Value)>>,
    /// The first row after the header.
    first: u32,
}

/// What to do with a row.
enum RowKind {
    Data,
    /// Nothing for the table: a note, the header again.
    Nothing,
    /// The label of a total, and where it stands.
    Total(TextId, u32),
    /// A header with the columns elsewhere.
    Header(Box<Header>),
    /// Another table begins.
    Other,
}

impl<'a> Reader<'a> {
    fn new(
        sheet: &'a Sheet,
        file: &'a str,
        spec: &'a TableSpec,
        columns: &[&'a ColumnSpec],
        header: &Header,
        untyped: bool,
    ) -> Reader<'a> {
        let texts = &sheet.shelf().texts;
        let habits = Habits { untyped, date1904: sheet.date1904 };
        let converter = |(at, column): (usize, &&'a ColumnSpec)| {
            let found = header.columns.get(at).and_then(Option::as_ref);
            Converter::new(column, texts, factor(column, found, header), habits)
        };
        let converters: Vec<Converter<'a>> = columns.iter().enumerate().map(converter).collect();
        let names = spec.columns.iter().flat_map(|column| std::iter::once(&column.name).chain(&column.aliases));
        let found = header.rows.iter().flatten().map(|(_, id)| japan::label_key(texts.get(*id)));
        let labels = names.map(|name| japan::label_key(name)).chain(found).collect();
        let rows = sheet.rows().len();
        Reader {
            data: converters.iter().map(|converter| converter.data(rows)).collect(),
            totals: Totals::new(&converters),
            cells: vec![Value::Blank; converters.len()],
            declared: spec.columns.len(),
            classes: Classes::new(texts, labels),
            report: Report::new(file, &sheet.name, header.findings.clone()),
            origins: Vec::with_capacity(rows),
            sheet,
            spec,
            file,
            texts,
            converters,
            part: Part::default(),
            excluded: Vec::new(),
            gap: false,
            examined: 0,
        }
    }

    /// Begins to read under a header that ends in row `last`.
    fn begin(&mut self, header: &Header, last: u32) {
        let mut columns: Vec<Option<u32>> = header.columns.iter().map(|found| found.as_ref().map(|found| found.column)).collect();
        if self.converters.len() > self.declared {
            let others = header.others.iter().map(|(_, column)| Some(*column)).chain(std::iter::repeat(None));
            columns.extend(others.take(self.converters.len() - self.declared));
        }
        let width = columns.iter().flatten().max().map_or(0, |column| *column as usize + 1);
        let mut slots = vec![0u32; width];
        for (at, column) in columns.iter().enumerate() {
            if let Some(column) = column {
                slots[*column as usize] = at as u32 + 1;
            }
        }
        let named =
            columns.iter().zip(&self.converters).filter_map(|(at, converter)| Some((Rc::from(&*converter.spec().name), (*at)?)));
        let source = Source {
            file: self.file.to_owned(),
            sheet: (!self.sheet.name.is_empty()).then(|| self.sheet.name.clone()),
            columns: named.collect(),
        };
        let source = self.sheet.shelf().add_source(source);
        let merged = self.merged_labels(&columns, last);
        self.part = Part { source, slots, columns, header: header.rows.clone(), merged, first: last + 1 };
    }

    /// The merged ranges that reach over several rows below the header, for each column.
    fn merged_labels(&self, columns: &[Option<u32>], last: u32) -> Vec<Vec<(u32, u32, Value)>> {
        let tall = |area: &&Area| area.last.row > last && area.last.row > area.first.row && area.first.column == area.last.column;
        let mut by_column: FxHashMap<u32, Vec<(u32, u32, Value)>> = FxHashMap::default();
        for area in self.sheet.merges.iter().filter(tall) {
            let value = self.sheet.value(area.first);
            by_column.entry(area.first.column).or_default().push((area.first.row, area.last.row, value));
        }
        if by_column.is_empty() {
            return Vec::new();
        }
        by_column.values_mut().for_each(|merged| merged.sort_by_key(|(first, _, _)| *first));
        columns.iter().map(|column| column.and_then(|column| by_column.remove(&column)).unwrap_or_default()).collect()
    }

    fn note_units(&mut self, header: &Header) {
        for at in 0..self.declared {
            let Some(found) = header.columns[at].as_ref() else { continue };
            let spec = self.converters[at].spec();
            let Some(unit) = unit_of(spec, Some(found), header).filter(|unit| unit.multiplier != Decimal::ONE) else { continue };
            let cell = Address::new(header.area.last.row, found.column).to_string();
            let problem = Problem::UnitApplied { unit: unit.name.clone() };
            self.report.say(Severity::Note, &cell, Some(&spec.name), Some(found.label.clone()), problem, Fate::Used);
        }
    }

    fn rows(&mut self) {
        let sheet = self.sheet;
        let mut before = self.part.first;
        for row in sheet.rows() {
            let number = row.number();
            if number < self.part.first {
                continue;
            }
            self.gap |= number > before;
            before = number + 1;
            let (class, filled) = self.gather(row);
            if filled == 0 {
                self.gap |= class.is_plain();
                continue;
            }
            if class.is_plain() && !self.gap {
                self.take(row);
                continue;
            }
            match self.kind(row, class) {
                RowKind::Data => self.take(row),
                RowKind::Nothing => {}
                RowKind::Total(label, column) => self.total(row, label, column),
                RowKind::Header(header) => {
                    header.findings.iter().for_each(|finding| self.repeat(finding));
                    self.begin(&header, header.area.last.row);
                    before = self.part.first;
                }
                RowKind::Other => {
                    self.other_table(row);
                    return;
                }
            }
            self.gap = false;
        }
    }

    /// Puts the row's cells where their columns are. Says what its texts may mean, and how many cells of the table are filled.
    #[inline]
    fn gather(&mut self, row: Row<'a>) -> (Class, usize) {
        self.cells.fill(Value::Blank);
        let (mut class, mut filled) = (Class::NONE, 0);
        for (column, value) in row.values() {
            let slot = self.part.slots.get(column as usize).copied().unwrap_or(0);
            if let Value::Text(id) = value {
                let own = self.classes.of(id);
                class = class.and(own);
                if own.is(Class::BLANK) {
                    continue;
                }
            }
            if slot != 0 {
                self.cells[slot as usize - 1] = value;
                filled += 1;
            }
        }
        (class, filled)
    }

    fn kind(&mut self, row: Row<'a>, class: Class) -> RowKind {
        if class.is(Class::HEADER)
            && let Some(kind) = self.header_again(row)
        {
            return kind;
        }
        if self.spec.totals == TotalRows::Exclude
            && (class.is(Class::TOTAL) || class.is(Class::SUBTOTAL) || class.is(Class::MONTH))
            && let Some((label, column)) = self.total_label(row)
        {
            return RowKind::Total(label, column);
        }
        let all_texts = row.values().all(|(_, value)| matches!(value, Value::Text(_)));
        let filled = row.values().filter(|(_, value)| !value.is_blank(self.texts)).count();
        let needed = self.converters.iter().zip(&self.part.columns).filter(|(c, at)| at.is_some() && !c.spec().blank).count();
        if class.is(Class::NOTE) && all_texts && (filled == 1 || filled == 2 && needed > 2) && self.begins_with_note(row) {
            return RowKind::Nothing;
        }
        if !self.gap || !all_texts {
            return RowKind::Data;
        }
        // After a gap: a single text where several values are needed is a remark or the title of a section, and texts where
        // numbers and dates are needed are the header of something else.
        if filled == 1 && needed >= 2 && !self.was_a_value() {
            return RowKind::Nothing;
        }
        let strange = (0..self.declared).filter(|&at| self.is_strange(at)).count();
        if strange >= 2 && filled >= 2 { RowKind::Other } else { RowKind::Data }
    }

    /// Whether the only cell of the row holds what stands in the same column above: then it is a row that lacks its other values.
    fn was_a_value(&self) -> bool {
        let rows = self.origins.len();
        let above = |at: usize| (rows.saturating_sub(ABOVE)..rows).any(|row| self.data[at].get(row) == self.cells[at]);
        (0..self.cells.len()).any(|at| self.cells[at] != Value::Blank && above(at))
    }

    /// Whether a text stands where the column wants none and can make nothing of it.
    fn is_strange(&mut self, at: usize) -> bool {
        let value = self.cells[at];
        let Value::Text(id) = value else { return false };
        self.converters[at].wants_no_text()
            && japan::stat_mark(self.texts.get(id)).is_none()
            && matches!(self.converters[at].convert(value, String::new), Outcome::Misfit(_))
    }

    fn begins_with_note(&mut self, row: Row<'a>) -> bool {
        let mut texts = row.values().filter_map(|(_, value)| if let Value::Text(id) = value { Some(id) } else { None });
        texts.find(|id| !self.classes.of(*id).is(Class::BLANK)).is_some_and(|id| self.classes.of(id).is(Class::NOTE))
    }

    /// The header once more, on the next page or with its columns elsewhere.
    fn header_again(&mut self, row: Row<'a>) -> Option<RowKind> {
        let columns = self.part.columns.iter().flatten().count();
        let same_row = |labels: &Vec<(u32, TextId)>| {
            let mine = labels.iter().filter(|(column, _)| self.part.columns.contains(&Some(*column)));
            let same = mine.clone().filter(|(column, id)| self.is_same_label(row.value(*column), *id)).count();
            same > 0 && (same >= 2 || columns == 1) && same * 2 >= mine.count()
        };
        if self.part.header.iter().any(same_row) {
            return Some(RowKind::Nothing);
        }
        let labels = row.values().filter(|(_, value)| matches!(value, Value::Text(id) if self.classes.of(*id).is(Class::HEADER)));
        let required = self.spec.columns.iter().filter(|column| !column.optional).count();
        if labels.count() < required.div_ceil(2).max(2) || self.examined >= 50 {
            return None;
        }
        self.examined += 1;
        let there = TableSpec { header_row: Some(row.number() + 1), ..self.spec.clone() };
        match header::find(self.sheet, self.file, &there) {
            Ok(header) => Some(RowKind::Header(Box::new(header))),
            Err(_) if self.gap => Some(RowKind::Other),
            Err(_) => None,
        }
    }

    fn is_same_label(&self, value: Value, label: TextId) -> bool {
        matches!(value, Value::Text(id) if id == label || self.texts.key(id) == self.texts.key(label))
    }

    /// The label that makes the row a total, and its column: it stands left of an amount, or where a date or number should be.
    /// 計 in a column of remarks means nothing.
    fn total_label(&mut self, row: Row<'a>) -> Option<(TextId, u32)> {
        let amounts = self.converters.iter().zip(&self.part.columns).filter(|(converter, _)| !converter.holds_labels());
        let last_amount = amounts.filter_map(|(_, column)| *column).max();
        for (column, value) in row.values() {
            let Value::Text(id) = value else { continue };
            let class = self.classes.of(id);
            let slot = self.part.slots.get(column as usize).map_or(0, |slot| *slot as usize);
            let misplaced = slot != 0 && self.converters[slot - 1].wants_no_text();
            let in_days = slot != 0 && matches!(self.converters[slot - 1].spec().kind, Kind::Date);
            let is_label = last_amount.map_or(slot <= 1, |last| column < last);
            let total = class.is(Class::TOTAL) && (is_label || misplaced)
                || class.is(Class::MONTH) && in_days
                || class.is(Class::SUBTOTAL) && (misplaced || is_label && self.is_subtotal(id));
            if total {
                return Some((id, column));
            }
        }
        None
    }

    /// Whether 津保健所計 is a total: it is one of a time, of what the row above is called, or a label that the row needs is missing.
    fn is_subtotal(&self, id: TextId) -> bool {
        let key = japan::label_key(self.texts.get(id));
        let Some(before) = subtotal_of(&key) else { return false };
        if is_a_time(before) {
            return true;
        }
        let row = self.origins.len();
        let above = |data: &Data| match row.checked_sub(1).map(|row| data.get(row)) {
            Some(Value::Text(id)) => japan::label_key(self.texts.get(id)) == before,
            _ => false,
        };
        let lacking = |at: usize| {
            let converter = &self.converters[at];
            self.part.columns[at].is_some()
                && converter.holds_labels()
                && !converter.spec().blank
                && self.cells[at] == Value::Blank
        };
        self.data.iter().any(above) || (0..self.declared).any(lacking)
    }

    fn total(&mut self, row: Row<'a>, label: TextId, column: u32) {
        let (text, cell) = (self.texts.get(label), Address::new(row.number(), column).to_string());
        let origin = Origin { source: self.part.source, row: row.number() };
        self.excluded.push((origin, Exclusion::Total));
        let problem = Problem::TotalRow { label: text.to_owned() };
        self.report.say(Severity::Note, &cell, None, Some(text.to_owned()), problem, Fate::Skipped);
        let (cells, converters) = (&self.cells, &mut self.converters);
        let written = |at: usize| match converters[at].convert(cells[at], String::new) {
            Outcome::Fits(value) | Outcome::Doubtful(value, _) => value,
            Outcome::Misfit(_) => Value::Blank,
        };
        for difference in self.totals.check(&japan::label_key(text), &self.data, written) {
            let at = difference.column;
            let Some(column) = self.part.columns[at] else { continue };
            let cell = Address::new(row.number(), column).to_string();
            let value = Some(self.cells[at].show(self.texts));
            let (written, summed) = (difference.written, difference.summed);
            let problem = Problem::TotalDiffers { label: text.to_owned(), written, summed };
            self.report.say(Severity::Warning, &cell, Some(&self.converters[at].spec().name), value, problem, Fate::Skipped);
        }
    }

    /// Takes a row of data, or excludes it.
    #[inline]
    fn take(&mut self, row: Row<'a>) {
        let mut excluded = false;
        for at in 0..self.converters.len() {
            let Some(column) = self.part.columns[at] else {
                self.cells[at] = Value::Blank;
                continue;
            };
            if self.cells[at] == Value::Blank && !self.part.merged.is_empty() {
                self.fill_from_merge(row.number(), at, column);
            }
            let format = || row.cell(column).map(|cell| cell.format.to_owned()).unwrap_or_default();
            match self.converters[at].convert(self.cells[at], format) {
                Outcome::Fits(value) => self.cells[at] = value,
                Outcome::Doubtful(value, said) => {
                    self.doubts(row.number(), at, column, said);
                    self.cells[at] = value;
                }
                Outcome::Misfit(problem) => {
                    excluded |= self.misfit(row.number(), at, column, problem);
                    self.cells[at] = Value::Blank;
                }
            }
        }
        let origin = Origin { source: self.part.source, row: row.number() };
        if excluded {
            self.excluded.push((origin, Exclusion::Misfit));
            self.totals.lose_row();
            return;
        }
        self.origins.push(origin);
        for (data, value) in self.data.iter_mut().zip(&self.cells) {
            data.push(*value);
        }
    }

    /// A label in a merged range is that of all its rows; a number is not.
    #[cold]
    fn fill_from_merge(&mut self, row: u32, at: usize, column: u32) {
        let merged = &self.part.merged[at];
        let before = merged.partition_point(|(first, _, _)| *first <= row);
        let Some((first, last, value)) = before.checked_sub(1).map(|at| merged[at]) else { return };
        if row > last || value.is_blank(self.texts) {
            return;
        }
        let spec = self.converters[at].spec();
        if self.converters[at].holds_labels() {
            self.cells[at] = value;
        }
        if self.report.is_first(at, &Problem::MergedValue, None) {
            let area = Area { first: Address::new(first, column), last: Address::new(last, column) };
            let value = Some(value.show(self.texts));
            self.report.say(Severity::Note, &area.to_string(), Some(&spec.name), value, Problem::MergedValue, Fate::Used);
        }
    }

    #[cold]
    fn doubts(&mut self, row: u32, at: usize, column: u32, said: Vec<(Severity, Problem)>) {
        let cell = Address::new(row, column).to_string();
        for (severity, problem) in said {
            // What holds for a whole column is said at its first cell.
            let text = match (&problem, self.cells[at]) {
                (Problem::NearChoice { .. } | Problem::StatisticalMark { .. }, Value::Text(id)) => Some(id),
                _ => None,
            };
            if severity == Severity::Note && !self.report.is_first(at, &problem, text) {
                continue;
            }
            let fate = if matches!(problem, Problem::StatisticalMark { .. }) { Fate::Blanked } else { Fate::Used };
            let value = Some(self.cells[at].show(self.texts));
            self.report.say(severity, &cell, Some(&self.converters[at].spec().name), value, problem, fate);
        }
    }

    /// Says that a value does not fit; true when the row is to be left out.
    #[cold]
    fn misfit(&mut self, row: u32, at: usize, column: u32, problem: Problem) -> bool {
        let spec = self.converters[at].spec();
        let (severity, fate) = match spec.misfit.unwrap_or(self.spec.misfit) {
            Misfit::Return => (Severity::Error, Fate::Stopped),
            Misfit::Exclude => (Severity::Warning, Fate::Skipped),
            Misfit::Blank => (Severity::Warning, Fate::Blanked),
        };
        let cell = Address::new(row, column).to_string();
        let value = self.cells[at];
        let shown = (!value.is_blank(self.texts)).then(|| value.show(self.texts)).filter(|shown| !shown.is_empty());
        self.report.say(severity, &cell, Some(&spec.name), shown, problem, fate);
        self.totals.lose_value(at);
        fate != Fate::Blanked
    }

    fn other_table(&mut self, row: Row<'a>) {
        let labels = row.values().take(10).map(|(_, value)| value.show(self.texts).chars().take(40).collect());
        let problem = Problem::OtherTable { labels: labels.collect() };
        let cell = format!("{0}:{0}", row.number() + 1);
        self.report.say(Severity::Warning, &cell, None, None, problem, Fate::Skipped);
    }

    fn repeat(&mut self, finding: &Finding) {
        let cell = finding.place.cell.clone().unwrap_or_default();
        let (column, value) = (finding.column.as_deref(), finding.value.clone());
        self.report.say(finding.severity, &cell, column, value, finding.problem.clone(), finding.fate);
    }

    fn finish(mut self) -> (Table, Vec<Finding>, Vec<(Origin, Exclusion)>) {
        if self.origins.is_empty() && self.excluded.is_empty() {
            let cell = format!("{0}:{0}", self.part.first);
            self.report.say(Severity::Warning, &cell, None, None, Problem::EmptyTable, Fate::Used);
        }
        let columns =
            self.converters.iter().zip(self.data).map(|(converter, data)| Rc::new(Column::new(&converter.spec().name, data)));
        let table = Table::new(self.sheet.shelf(), columns.collect(), Rc::new(self.origins));
        (table, self.report.finish(), self.excluded)
    }
}

/// The unit that amounts of a column are written in. A unit in the label goes before that of the table;
/// a declaration that names its own unit wants the amounts as they are written.
fn unit_of(spec: &ColumnSpec, found: Option<&header::Found>, header: &Header) -> Option<japan::Unit> {
    if spec.kind != Kind::Money || header::names_a_unit(spec) {
        return None;
    }
    found.and_then(|found| found.unit.clone()).or_else(|| header.unit.clone())
}

fn factor(spec: &ColumnSpec, found: Option<&header::Found>, header: &Header) -> Decimal {
    unit_of(spec, found, header).map_or(Decimal::ONE, |unit| unit.multiplier)
}

#[cfg(test)]
mod tests {
    use super::super::{has_header, read_table, shown};
    use super::*;
    use crate::{Limits, SheetBuilder, Shelf, Workbook};

    fn columns(declared: &[(&str, Kind)]) -> TableSpec {
        TableSpec::new(declared.iter().map(|(name, kind)| ColumnSpec::new(name, kind.clone())).collect())
    }

    fn daily() -> TableSpec {
        let mut spec =
            columns(&[("保健所", Kind::Text), ("日付", Kind::Date), ("検査数", Kind::Integer), ("陽性数", Kind::Integer)]);
        spec.columns[2].blank = true;
        spec.columns[3].blank = true;
        spec
    }

    fn csv(text: &str, spec: &TableSpec) -> Reading {
        let book = Workbook::open("日報.csv", text.as_bytes().to_vec(), &Shelf::new(), &Limits::default()).unwrap();
        read_table(&book, spec).unwrap_or_else(|findings| panic!("{findings:?}"))
    }

    fn told(reading: &Reading) -> Vec<String> {
        let tell = |finding: &Finding| {
            let cell = finding.place.cell.clone().unwrap_or_default();
            format!("{:?} {cell} {:?}", finding.severity, finding.problem)
        };
        reading.findings.iter().map(tell).collect()
    }

    #[test]
    fn a_sheet_made_for_people_becomes_a_table() {
        let text = "検査日報\n,,,単位：人\n保健所,日付,検査数,陽性数\n津,4/1,10,1\n津,4/2,１２,\n小計,,22,1\n\n桑名,4/1,3,0\n\
                    桑名計,,4,0\n合計,,25,1\n※ 速報値です\n";
        let mut spec = daily();
        spec.columns[1].fiscal_year = Some(2022);
        let reading = csv(text, &spec);
        assert_eq!(shown(&reading.table), ["津 2022-04-01 10 1", "津 2022-04-02 12 ", "桑名 2022-04-01 3 0"]);
        assert_eq!(reading.excluded.len(), 3);
        assert_eq!(reading.header.to_string(), "A3:D3");
        let place = reading.table.place(2, Some("検査数"));
        assert_eq!((place.cell.as_deref(), place.file.as_deref()), (Some("C8"), Some("日報.csv")));
        let differs = "Warning C9 TotalDiffers { label: \"桑名計\", written: 4, summed: 3 }";
        assert_eq!(told(&reading).iter().filter(|told| told.contains("Differs")).collect::<Vec<_>>(), [differs]);
    }

    #[test]
    fn all_mistakes_come_back_in_one_pass() {
        let text = "保健所,日付,検査数,陽性数\n津,6.4.1,十,1\n桑名,2022/4/31,3,x\n,2022/4/1,1.5,\n";
        let reading = csv(text, &daily());
        let told = told(&reading);
        assert_eq!(told.len(), 6, "{told:?}");
        assert!(reading.findings.iter().all(|finding| finding.severity != Severity::Error || finding.fate == Fate::Stopped));
        assert_eq!((reading.table.len(), reading.excluded.len()), (0, 3));
        assert!(told[0].starts_with("Error B2 NotADate(NoEra"), "{told:?}");
        assert!(told[4].starts_with("Error A4 Missing"), "{told:?}");
    }

    #[test]
    fn the_task_decides_what_becomes_of_a_row() {
        let text = "保健所,日付,検査数,陽性数\n津,2022/4/1,多数,1\n津,2022/4/2,5,1\n";
        let mut spec = daily();
        spec.misfit = Misfit::Exclude;
        let without = csv(text, &spec);
        assert_eq!((without.table.len(), &*without.excluded), (1, &[(Origin { source: 0, row: 1 }, Exclusion::Misfit)][..]));
        spec.columns[2].misfit = Some(Misfit::Blank);
        let blanked = csv(text, &spec);
        assert_eq!(shown(&blanked.table)[0], "津 2022-04-01  1");
        assert_eq!((blanked.findings[0].fate, blanked.findings[0].value.as_deref()), (Fate::Blanked, Some("多数")));
    }

    #[test]
    fn totals_of_months_stand_in_the_column_of_days() {
        let text = "日付,検査数\n2022/4/1,10\n2022/4/2,5\n4月,15\n2022/5/1,1\n5月計,2\n計,16\n（再掲）県外,3\n";
        let reading = csv(text, &columns(&[("日付", Kind::Date), ("検査数", Kind::Integer)]));
        assert_eq!((reading.table.len(), reading.excluded.len()), (3, 4));
        let told = told(&reading);
        let differs: Vec<_> = told.iter().filter(|told| told.contains("Differs")).collect();
        assert_eq!(differs, ["Warning B6 TotalDiffers { label: \"5月計\", written: 2, summed: 1 }"]);
        let kept = csv(
            text,
            &TableSpec {
                totals: TotalRows::Keep,
                misfit: Misfit::Blank,
                ..columns(&[("日付", Kind::Date), ("検査数", Kind::Integer)])
            },
        );
        assert_eq!((kept.table.len(), kept.excluded.len()), (7, 0));
    }

    #[test]
    fn a_total_may_stand_right_of_a_date_but_not_among_remarks() {
        let mut spec = columns(&[("日付", Kind::Date), ("性別", Kind::Text), ("数", Kind::Integer), ("備考", Kind::Text)]);
        spec.columns[3].blank = true;
        let text = "日付,性別,数,備考\n2022/4/1,男,1,計\n2022/4/1,女,2,\n2022/4/1,計,3,\n";
        let reading = csv(text, &spec);
        assert_eq!((reading.table.len(), reading.excluded.len()), (2, 1));
        let only = csv("一覧\n氏名\n架空 太郎\n合計\n", &columns(&[("氏名", Kind::Text)]));
        assert_eq!((only.table.len(), only.excluded.len()), (1, 1));
    }

    #[test]
    fn remarks_after_a_gap_are_no_rows_but_a_row_that_lacks_values_is() {
        let text =
            "保健所,日付,検査数,陽性数\n津,2022/4/1,1,0\n\n北勢の保健所,,,\n桑名,2022/4/1,1,0\n\n津,,,\n\n健康福祉部作成\n";
        let reading = csv(text, &daily());
        assert_eq!((reading.table.len(), reading.excluded.len()), (2, 1));
        assert_eq!(told(&reading), ["Error B7 Missing"]);
    }

    #[test]
    fn the_header_again_and_another_table_below() {
        let text = "保健所,日付,検査数,陽性数\n津,2022/4/1,1,1\n保健所,日付,検査数,陽性数\n津,2022/4/2,2,1\n\n\
                    日付,保健所,陽性数,検査数\n2022/4/3,津,1,3\n\n氏名,所属,電話,住所\n架空 太郎,総務,1,津\n";
        let reading = csv(text, &daily());
        assert_eq!(shown(&reading.table), ["津 2022-04-01 1 1", "津 2022-04-02 2 1", "津 2022-04-03 3 1"]);
        assert_eq!(reading.table.place(2, Some("検査数")).cell.as_deref(), Some("D7"));
        assert!(told(&reading).last().is_some_and(|told| told.starts_with("Warning 9:9 OtherTable")), "{:?}", told(&reading));
    }

    #[test]
    fn amounts_follow_their_unit() {
        let spec = columns(&[("事業", Kind::Text), ("事業費", Kind::Money)]);
        let by_label = csv("事業,事業費 （千円）\nA,\"60,016\"\n", &spec);
        assert_eq!(shown(&by_label.table), ["A 60016000"]);
        let by_line = csv("一覧,（単位：百万円）\n事業,事業費\nA,1.5\n", &spec);
        assert_eq!(shown(&by_line.table), ["A 1500000"]);
        assert_eq!(told(&by_line), ["Note B2 UnitApplied { unit: \"百万円\" }"]);
        let asked = csv("事業,事業費（千円）\nA,5\n", &columns(&[("事業", Kind::Text), ("事業費（千円）", Kind::Money)]));
        assert_eq!(shown(&asked.table), ["A 5"]);
    }

    #[test]
    fn merged_labels_are_those_of_all_their_rows_and_numbers_are_not() {
        let shelf = Shelf::new();
        let mut builder = SheetBuilder::new("表", &shelf);
        for (row, cells) in [["所", "数"], ["津", "1"], ["", "2"], ["桑名", "3"]].iter().enumerate() {
            for (column, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
                match cell.parse() {
                    Ok(number) => builder.push(row as u32, column as u32, Value::Integer(number), 0, false),
                    Err(_) => builder.push_text(row as u32, column as u32, shelf.texts.intern(cell), 0, false),
                }
            }
        }
        builder.sheet().merges = vec!["A2:A3".parse().unwrap(), "B4:B6".parse().unwrap()];
        let (sheet, spec) = (builder.finish(), columns(&[("所", Kind::Text), ("数", Kind::Integer)]));
        let header = header::find(&sheet, "a.xlsx", &spec).unwrap();
        let reading = read(&sheet, "a.xlsx", &spec, header, false);
        assert_eq!(shown(&reading.table), ["津 1", "津 2", "桑名 3"]);
        assert_eq!(told(&reading), ["Note A2:A3 MergedValue"]);
    }

    #[test]
    fn other_columns_come_along_and_optional_ones_may_be_missing() {
        let mut spec = columns(&[("所", Kind::Text), ("備考", Kind::Text)]);
        spec.columns[1].optional = true;
        spec.others = Some(ColumnSpec::anything(""));
        let reading = csv("所,数,数\n津,1,x\n", &spec);
        let names: Vec<&str> = reading.table.columns().iter().map(|column| &*column.name).collect();
        assert_eq!(names, ["所", "備考", "数", "数2"]);
        assert_eq!(shown(&reading.table), ["津  1 x"]);
    }

    #[test]
    fn a_header_without_rows_is_said() {
        let reading = csv("所,数\n", &columns(&[("所", Kind::Text), ("数", Kind::Integer)]));
        assert_eq!(told(&reading), ["Warning 1:1 EmptyTable"]);
        let book = Workbook::open("a.csv", "所,数\n".as_bytes().to_vec(), &Shelf::new(), &Limits::default()).unwrap();
        assert!(has_header(&book, &["所", "数"]) && !has_header(&book, &["氏名", "住所"]));
    }

    proptest::proptest! {
        #[test]
        fn whatever_stands_in_a_file_every_row_has_one_fate(cells in proptest::collection::vec(("(津|計|4月|※|日付|保健所|x|)", "(2022/4/1|計|x|9/9|)", "(1|－|１|合計|1\\.5|)"), 0..20)) {
            let mut text = "保健所,日付,検査数,陽性数\n".to_owned();
            for (a, b, c) in &cells {
                text.push_str(&format!("{a},{b},{c},\n"));
            }
            let reading = csv(&text, &daily());
            let mut rows: Vec<Origin> = reading.table.origins().to_vec();
            rows.extend(reading.excluded.iter().map(|(origin, _)| *origin));
            let count = rows.len();
            rows.sort_unstable_by_key(|origin| (origin.source, origin.row));
            rows.dedup();
            proptest::prop_assert_eq!(rows.len(), count);
            proptest::prop_assert!(count <= cells.len());
        }
    }
}
