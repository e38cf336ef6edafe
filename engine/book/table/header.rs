//! Finding the header of a table in a sheet made for people: by its labels, wherever it stands.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::{ColumnSpec, TableSpec, near, unit};
use crate::{Address, Area, Fate, Finding, Place, Problem, Severity, Sheet, TextId, Value};

/// How many filled rows are searched for a header.
const ROWS: usize = 200;
/// In how many of them labels that are written differently are looked for, which is dearer.
const ALIKE_WITHIN: usize = 60;
/// How many rows a header may have.
const HEIGHT: u32 = 4;
/// How many cells are looked at, so that a sheet full of columns cannot make the search dear.
const CELLS: usize = 200_000;
/// A header below this one-based row is said.
const EXPECTED_WITHIN: u32 = 5;

/// A header that was found.
#[derive(Debug)]
pub(super) struct Header {
    /// The rows of the header and its columns.
    pub area: Area,
    /// For each declared column, where it stands.
    pub columns: Vec<Option<Found>>,
    /// The labels that are not declared: name and zero-based column, from left to right.
    pub others: Vec<(String, u32)>,
    /// The texts of each header row by column, to know them again further down.
    pub rows: Vec<Vec<(u32, TextId)>>,
    /// What was noticed.
    pub findings: Vec<Finding>,
    /// The unit written above or beside the table.
    pub unit: Option<japan::Unit>,
    /// Whether every required column stands there as declared.
    pub perfect: bool,
}

/// Where a declared column stands.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// Zero-based column.
    pub column: u32,
    /// The label as written.
    pub label: String,
    /// Whether it is written as declared (widths and spaces aside).
    pub exact: bool,
    /// The unit that its label names.
    pub unit: Option<japan::Unit>,
}

/// The header of a table in `sheet`, or the findings that say why there is none.
pub(super) fn find(sheet: &Sheet, file: &str, spec: &TableSpec) -> Result<Header, Vec<Finding>> {
    let mut search = Search::new(sheet, spec);
    let best = match spec.header_row {
        Some(row) => search.at_row(row.saturating_sub(1)),
        None => search.anywhere(),
    };
    let place = |cell: Option<String>| Place {
        file: Some(file.to_owned()),
        sheet: (!sheet.name.is_empty()).then(|| sheet.name.clone()),
        cell,
    };
    let Some(best) = best.filter(|best| search.will_do(best)) else {
        return Err(vec![search.no_header(&place)]);
    };
    search.header(best, &place)
}

/// A label: the key it is compared by, as it is written, and where.
#[derive(Clone)]
struct Label {
    key: Rc<str>,
    raw: Rc<str>,
    text: Option<TextId>,
    at: Address,
    /// Whether it stands here only because the merged range of `at` reaches here.
    spread: bool,
}

/// A filled row near the top: its labels by column.
struct Line {
    row: u32,
    labels: Vec<(u32, Label)>,
    /// Whether a label here is a wanted name.
    hits: bool,
    /// Whether a wanted name begins with a label here, so that it may go on in the row below.
    begins: bool,
}

/// A group of rows taken for a header.
#[derive(Clone)]
struct Candidate {
    top: u32,
    bottom: u32,
    /// For each declared column the columns that match it, and how (0 exact, more for likeness).
    matches: Vec<Vec<u32>>,
    likeness: Vec<Option<(u32, u32)>>,
    required: usize,
    exact: usize,
    near: usize,
}

struct Search<'a> {
    sheet: &'a Sheet,
    spec: &'a TableSpec,
    /// Names and aliases of each declared column, as keys.
    wanted: Vec<Vec<String>>,
    lines: Vec<Line>,
    keys: FxHashMap<TextId, (Rc<str>, Rc<str>)>,
    /// The same, made ready for comparing labels that are written differently.
    names: Vec<Vec<near::Name>>,
    /// For each label compared so, how surely it stands for each declared column.
    alike: FxHashMap<String, Rc<[Option<u32>]>>,
    budget: usize,
}

impl<'a> Search<'a> {
    fn new(sheet: &'a Sheet, spec: &'a TableSpec) -> Search<'a> {
        let keys = |column: &ColumnSpec| {
            let names = std::iter::once(&column.name).chain(&column.aliases);
            names.map(|name| japan::label_key(name)).collect()
        };
        let wanted = spec.columns.iter().map(keys).collect();
        let (lines, names) = (Vec::new(), Vec::new());
        Search { sheet, spec, wanted, lines, names, keys: FxHashMap::default(), alike: FxHashMap::default(), budget: CELLS }
    }

    fn required(&self) -> usize {
        self.spec.columns.iter().filter(|column| !column.optional).count()
    }

    /// Whether enough was found to call it the header. One label of many may stand in any table.
    fn will_do(&self, best: &Candidate) -> bool {
        let found = best.exact + best.near;
        let enough = best.required * 2 >= self.required() || best.required > 0 && best.exact >= 2;
        found > 0 && (enough || self.spec.header_row.is_some())
    }

    /// The best header that begins in a given row.
    fn at_row(&mut self, row: u32) -> Option<Candidate> {
        let from = row;
        let rows: Vec<u32> = self
            .sheet
            .rows()
            .map(|row| row.number())
            .skip_while(|row| *row < from)
            .take_while(|row| *row < from.saturating_add(HEIGHT))
            .collect();
        rows.into_iter().for_each(|row| self.add_line(row));
        let candidates: Vec<Candidate> =
            self.lines.iter().map(|line| line.row).map(|bottom| self.exact_matches(from, bottom)).collect();
        self.best_of(candidates)
    }

    /// The best header among the first filled rows; ends as soon as everything wanted was found.
    fn anywhere(&mut self) -> Option<Candidate> {
        let (wanted, required) = (self.spec.columns.len(), self.required());
        let rows: Vec<u32> = self.sheet.rows().take(ROWS).map(|row| row.number()).collect();
        let mut candidates: Vec<Candidate> = Vec::new();
        let mut settled: Option<u32> = None;
        for row in rows {
            if settled.is_some_and(|bottom| row > bottom + HEIGHT) || self.budget == 0 {
                break;
            }
            self.add_line(row);
            for height in 0..HEIGHT.min(row + 1) {
                let top = row - height;
                // A label of several rows begins in the uppermost of them.
                if height > 0 && !self.lines.iter().rev().take(HEIGHT as usize).any(|line| line.row == top && line.begins) {
                    continue;
                }
                let candidate = self.exact_matches(top, row);
                if candidate.exact == wanted && height == 0 {
                    return Some(candidate);
                }
                if candidate.required == required && required > 0 && settled.is_none() {
                    settled = Some(row);
                }
                candidates.push(candidate);
            }
        }
        self.best_of(candidates)
    }

    /// The candidate with most columns; of equals the one of fewest rows, then the upper one.
    /// Likeness is looked at only where no candidate has every required column.
    fn best_of(&mut self, mut candidates: Vec<Candidate>) -> Option<Candidate> {
        let required = self.required();
        if !candidates.iter().any(|candidate| candidate.required == required && candidate.exact > 0) {
            // Where some columns are found, the others are looked for beside them.
            let most = candidates.iter().map(|candidate| candidate.exact).max().unwrap_or(0);
            let last = self.lines.get(ALIKE_WITHIN).map_or(u32::MAX, |line| line.row);
            let worth = |candidate: &&mut Candidate| candidate.exact * 2 >= most.max(1) || most == 0 && candidate.bottom < last;
            candidates.iter_mut().filter(worth).for_each(|candidate| self.add_likenesses(candidate));
        }
        let weight = |candidate: &Candidate| {
            let height = candidate.bottom - candidate.top;
            (candidate.required, candidate.exact + candidate.near, candidate.exact, HEIGHT - height.min(HEIGHT))
        };
        let mut best = candidates.into_iter().reduce(|best, next| if weight(&next) > weight(&best) { next } else { best })?;
        self.add_likenesses(&mut best);
        Some(best)
    }

    fn exact_matches(&self, top: u32, bottom: u32) -> Candidate {
        let mut matches = vec![Vec::new(); self.wanted.len()];
        let line = self.lines.iter().rev().find(|line| line.row == bottom);
        let hopeless = top == bottom && line.is_some_and(|line| !line.hits);
        let labels = if hopeless { Vec::new() } else { self.labels(top, bottom) };
        for (at, names) in self.wanted.iter().enumerate() {
            // The name goes before its aliases, and a label that names its group too before one that does not.
            matches[at] = names
                .iter()
                .flat_map(|name| [(name, false), (name, true)])
                .map(|(name, in_part)| columns_of(&labels, name, in_part))
                .find(|columns| !columns.is_empty())
                .unwrap_or_default();
        }
        let mut candidate =
            Candidate { top, bottom, likeness: vec![None; matches.len()], matches, required: 0, exact: 0, near: 0 };
        candidate.count(&self.spec.columns);
        candidate
    }

    /// Finds, for the columns still missing, labels that are written a little differently. The surest come first.
    fn add_likenesses(&mut self, candidate: &mut Candidate) {
        let missing: Vec<usize> =
            (0..self.wanted.len()).filter(|&at| candidate.matches[at].is_empty() && candidate.likeness[at].is_none()).collect();
        if missing.is_empty() {
            return;
        }
        let mut pairs = Vec::new();
        for (column, forms) in self.labels(candidate.top, candidate.bottom) {
            if candidate.taken(column) {
                continue;
            }
            for form in forms {
                let likeness = self.likenesses(&form);
                pairs.extend(missing.iter().filter_map(|&at| Some((likeness[at]?, at, column))));
            }
        }
        pairs.sort_unstable();
        for (likeness, at, column) in pairs {
            if candidate.likeness[at].is_none() && !candidate.taken(column) {
                candidate.likeness[at] = Some((likeness, column));
            }
        }
        candidate.count(&self.spec.columns);
    }

    /// How surely a label stands for each declared column.
    fn likenesses(&mut self, form: &str) -> Rc<[Option<u32>]> {
        if let Some(known) = self.alike.get(form) {
            return Rc::clone(known);
        }
        if self.names.is_empty() {
            let ready = |names: &Vec<String>| names.iter().map(|name| near::Name::new(name)).collect();
            self.names = self.wanted.iter().map(ready).collect();
        }
        // Dates and numbers are no labels that somebody wrote differently.
        let may_be = form.len() <= 150 && form.chars().any(char::is_alphabetic);
        let name = near::Name::new(if may_be { form } else { "" });
        let surest = |names: &Vec<near::Name>| names.iter().filter_map(|wanted| wanted.likeness(&name)).min();
        let all: Rc<[Option<u32>]> = self.names.iter().map(surest).collect();
        self.alike.insert(form.to_owned(), Rc::clone(&all));
        all
    }

    fn add_line(&mut self, row: u32) {
        let Some(cells) = self.sheet.row(row) else { return };
        let mut labels: Vec<(u32, Label)> = Vec::new();
        for (column, value) in cells.values().take(self.budget) {
            if let Some((key, raw, text)) = self.key(value) {
                labels.push((column, Label { key, raw, text, at: Address::new(row, column), spread: false }));
            }
        }
        self.budget -= labels.len().min(self.budget);
        self.spread_merges(row, &mut labels);
        let names = || self.wanted.iter().flatten();
        let hits = labels.iter().any(|(_, label)| names().any(|name| **name == *label.key));
        let begins = labels.iter().any(|(_, label)| names().any(|name| name.starts_with(&*label.key)));
        self.lines.push(Line { row, labels, hits, begins });
    }

    /// Gives the cells of merged ranges the label of the upper left one.
    fn spread_merges(&mut self, row: u32, labels: &mut Vec<(u32, Label)>) {
        let sheet = self.sheet;
        let mut added = Vec::new();
        for area in sheet.merges.iter().filter(|area| (area.first.row..=area.last.row).contains(&row)) {
            let Some((key, raw, text)) = self.key(sheet.value(area.first)) else { continue };
            let columns = (area.first.column..=area.last.column).take(self.budget.min(2_000));
            for column in columns.filter(|column| Address::new(row, *column) != area.first) {
                let label = Label { key: Rc::clone(&key), raw: Rc::clone(&raw), text, at: area.first, spread: true };
                added.push((column, label));
            }
        }
        if added.is_empty() {
            return;
        }
        self.budget -= added.len().min(self.budget);
        added.retain(|(column, _)| !labels.iter().any(|(other, _)| other == column));
        labels.extend(added);
        labels.sort_by_key(|(column, _)| *column);
    }

    fn key(&mut self, value: Value) -> Option<(Rc<str>, Rc<str>, Option<TextId>)> {
        let texts = &self.sheet.shelf().texts;
        let id = match value {
            Value::Text(id) => id,
            Value::Blank | Value::Error(_) | Value::Stale => return None,
            value => {
                let shown = value.show(texts);
                return Some((japan::label_key(&shown).into(), shown.into(), None));
            }
        };
        let (key, raw) = self.keys.entry(id).or_insert_with(|| {
            let raw: String = texts.get(id).chars().take(200).collect();
            (japan::label_key(&raw).into(), raw.split_whitespace().collect::<Vec<_>>().join(" ").into())
        });
        (!key.is_empty()).then(|| (Rc::clone(key), Rc::clone(raw), Some(id)))
    }

    /// The labels of each column within these rows: joined from the top down first, then with fewer and fewer rows above.
    fn labels(&self, top: u32, bottom: u32) -> Vec<(u32, Vec<String>)> {
        let parts = self.parts(top, bottom);
        let forms = |parts: &[&Label]| {
            let tail = |from: usize| parts[from..].iter().map(|label| &*label.key).collect::<String>();
            (0..parts.len()).map(tail).collect::<Vec<_>>()
        };
        parts.into_iter().map(|(column, parts)| (column, forms(&parts))).filter(|(_, forms)| !forms.is_empty()).collect()
    }

    /// The labels that stand above one another in each column that has one in these rows.
    fn parts(&self, top: u32, bottom: u32) -> Vec<(u32, Vec<&Label>)> {
        let lines: Vec<&Line> = self.lines.iter().filter(|line| (top..=bottom).contains(&line.row)).collect();
        let mut columns: Vec<u32> = lines.iter().flat_map(|line| line.labels.iter().map(|(column, _)| *column)).collect();
        columns.sort_unstable();
        columns.dedup();
        let column_parts = |column: u32| {
            let mut parts: Vec<&Label> = Vec::new();
            for (at, line) in lines.iter().enumerate() {
                let below = lines[at + 1..].iter().any(|below| line_label(below, column).is_some());
                let label = line_label(line, column).or_else(|| if below { group_label(line, column) } else { None });
                if let Some(label) = label
                    && parts.last().is_none_or(|above| above.at != label.at)
                {
                    parts.push(label);
                }
            }
            parts
        };
        columns.into_iter().map(|column| (column, column_parts(column))).collect()
    }
}

/// The columns whose label is `name`, as a whole or (`in_part`) in its lower rows.
fn columns_of(labels: &[(u32, Vec<String>)], name: &str, in_part: bool) -> Vec<u32> {
    let fits = |forms: &[String]| {
        if in_part { forms.iter().any(|form| form == name) } else { forms.first().is_some_and(|form| form == name) }
    };
    labels.iter().filter(|(_, forms)| fits(forms)).map(|(column, _)| *column).collect()
}

fn line_label(line: &Line, column: u32) -> Option<&Label> {
    line.labels.binary_search_by_key(&column, |(at, _)| *at).ok().map(|at| &line.labels[at].1)
}

/// The label of a group that is written once at its left, without merging: 令和6年度 | 　 | 　.
fn group_label(line: &Line, column: u32) -> Option<&Label> {
    let at = line.labels.partition_point(|(at, _)| *at < column);
    let (_, label) = line.labels.get(at.checked_sub(1)?)?;
    (!label.spread).then_some(label)
}

impl Candidate {
    fn count(&mut self, columns: &[ColumnSpec]) {
        self.exact = self.matches.iter().filter(|found| !found.is_empty()).count();
        self.near = self.likeness.iter().flatten().count();
        let found = |at: usize| !self.matches[at].is_empty() || self.likeness[at].is_some();
        self.required = (0..columns.len()).filter(|&at| !columns[at].optional && found(at)).count();
    }

    /// Whether a column of the sheet was given to a declared one.
    fn taken(&self, column: u32) -> bool {
        self.matches.iter().any(|found| found.contains(&column))
            || self.likeness.iter().flatten().any(|(_, found)| *found == column)
    }
}

/// Making a header of the best candidate, or saying what is missing.
impl Search<'_> {
    fn header(&self, best: Candidate, place: &dyn Fn(Option<String>) -> Place) -> Result<Header, Vec<Finding>> {
        let parts = self.parts(best.top, best.bottom);
        let mut findings = Vec::new();
        let mut columns = Vec::new();
        let mut missing = Vec::new();
        let mut used: Vec<u32> = Vec::new();
        for (at, column) in self.spec.columns.iter().enumerate() {
            let choice = best.matches[at].iter().copied().find(|column| !used.contains(column));
            let near = best.likeness[at].map(|(_, column)| column).filter(|column| !used.contains(column));
            let Some(found) = choice.or(near) else {
                if !column.optional {
                    missing.push(self.no_column(column, &best, &parts, place));
                }
                columns.push(None);
                continue;
            };
            used.push(found);
            let (label, cell) = label_of(&parts, found, best.bottom);
            let note = |severity, problem| Finding {
                severity,
                place: place(Some(cell.to_string())),
                column: Some(column.name.clone()),
                value: Some(label.clone()),
                problem,
                fate: Fate::Used,
            };
            if choice.is_none() {
                findings.push(note(Severity::Note, Problem::NearHeader { wanted: column.name.clone(), found: label.clone() }));
            }
            if let Some(other) = best.matches[at].iter().find(|other| !used.contains(other)) {
                let (_, second) = label_of(&parts, *other, best.bottom);
                let (used, other) = (cell.to_string(), second.to_string());
                findings.push(note(Severity::Warning, Problem::DuplicateHeader { label: label.clone(), used, other }));
            }
            let unit = if names_a_unit(column) { None } else { japan::header_unit(&label) };
            columns.push(Some(Found { column: found, label, exact: choice.is_some(), unit }));
        }
        if !missing.is_empty() {
            findings.extend(missing);
            return Err(findings);
        }
        let perfect = columns.iter().zip(&self.spec.columns).all(|(found, column)| match found {
            Some(found) => found.exact,
            None => column.optional,
        });
        let area = self.area(&best, &parts, &columns);
        if self.spec.header_row.is_none() && area.first.row + 1 > EXPECTED_WITHIN {
            findings.push(Finding {
                severity: Severity::Note,
                place: place(Some(format!("{0}:{0}", area.first.row + 1))),
                column: None,
                value: None,
                problem: Problem::HeaderFarDown { row: area.first.row + 1 },
                fate: Fate::Used,
            });
        }
        let taken = |column: u32| columns.iter().flatten().any(|found| found.column == column);
        let others = parts.iter().filter(|(column, _)| !taken(*column)).map(|(column, parts)| (joined(parts), *column)).collect();
        let texts = |line: &Line| line.labels.iter().filter_map(|(column, label)| Some((*column, label.text?))).collect();
        let within = self.lines.iter().filter(|line| (best.top..=best.bottom).contains(&line.row));
        let rows = within.map(texts).collect();
        Ok(Header { area, others, rows, unit: self.unit_line(&area), columns, findings, perfect })
    }

    /// The rows of the header: down to the end of its merged labels, and with a row of units below them.
    fn area(&self, best: &Candidate, parts: &[(u32, Vec<&Label>)], columns: &[Option<Found>]) -> Area {
        let of_columns = columns.iter().flatten().map(|found| found.column);
        let (left, right) = of_columns.clone().fold((u32::MAX, 0), |(low, high), at| (low.min(at), high.max(at)));
        let mut bottom = best.bottom;
        for found in columns.iter().flatten() {
            let label = parts.iter().find(|(column, _)| *column == found.column).and_then(|(_, parts)| parts.last());
            let merged = label.and_then(|label| self.sheet.merge_at(label.at)).map_or(0, |area| area.last.row);
            bottom = bottom.max(merged.min(best.bottom + HEIGHT - 1));
        }
        if let Some(below) = self.sheet.row(bottom + 1) {
            let texts = &self.sheet.shelf().texts;
            let all_units = below.values().all(|(_, value)| matches!(value, Value::Text(id) if unit::is_unit(texts.get(id))));
            if all_units && below.values().len() > 0 {
                bottom += 1;
            }
        }
        Area { first: Address::new(best.top, left), last: Address::new(bottom, right) }
    }

    /// The unit in the rows of the header and the six above it.
    fn unit_line(&self, area: &Area) -> Option<japan::Unit> {
        let rows = area.first.row.saturating_sub(6)..=area.last.row;
        let texts = &self.sheet.shelf().texts;
        let values = rows.filter_map(|row| self.sheet.row(row)).flat_map(|row| row.values().take(2_000));
        let lines = values.filter_map(|(_, value)| match value {
            Value::Text(id) if texts.get(id).contains("単位") => japan::unit_line(texts.get(id)),
            _ => None,
        });
        lines.last()
    }

    fn no_column(
        &self,
        column: &ColumnSpec,
        best: &Candidate,
        parts: &[(u32, Vec<&Label>)],
        place: &dyn Fn(Option<String>) -> Place,
    ) -> Finding {
        let free: Vec<String> =
            parts.iter().filter(|(at, _)| !best.taken(*at)).map(|(_, parts)| joined(parts)).take(500).collect();
        let near = near::nearest(&column.name, free.iter().map(String::as_str)).map(str::to_owned);
        Finding {
            severity: Severity::Error,
            place: place(Some(format!("{0}:{0}", best.bottom + 1))),
            column: Some(column.name.clone()),
            value: None,
            problem: Problem::NoColumn { wanted: column.name.clone(), near },
            fate: Fate::Stopped,
        }
    }

    /// Nothing looks like the wanted header: the row that comes nearest, or the one with most labels.
    fn no_header(&self, place: &dyn Fn(Option<String>) -> Place) -> Finding {
        let hits = |line: &Line| {
            let fits = |label: &Label| self.wanted.iter().any(|names| names.iter().any(|name| *name == *label.key));
            line.labels.iter().filter(|(_, label)| !label.spread && fits(label)).count()
        };
        let filled = |line: &Line| line.labels.iter().filter(|(_, label)| !label.spread && label.text.is_some()).count();
        let best = self.lines.iter().rev().max_by_key(|line| (hits(line), filled(line)));
        let best = best.filter(|line| filled(line) > 0);
        let found = best.map(|line| {
            let labels = line.labels.iter().filter(|(_, label)| !label.spread);
            labels.map(|(_, label)| label.raw.chars().take(40).collect()).take(20).collect()
        });
        Finding {
            severity: Severity::Error,
            place: place(best.map(|line| format!("{0}:{0}", line.row + 1))),
            column: None,
            value: None,
            problem: Problem::NoHeader {
                wanted: self.spec.columns.iter().map(|column| column.name.clone()).collect(),
                best_row: best.map(|line| line.row + 1),
                found: found.unwrap_or_default(),
            },
            fate: Fate::Stopped,
        }
    }
}

/// Whether the declaration itself says the unit: its values are then wanted as they are written.
pub(super) fn names_a_unit(column: &ColumnSpec) -> bool {
    std::iter::once(&column.name).chain(&column.aliases).any(|name| japan::header_unit(name).is_some())
}

fn label_of(parts: &[(u32, Vec<&Label>)], column: u32, bottom: u32) -> (String, Address) {
    let found = parts.iter().find(|(at, _)| *at == column).map(|(_, parts)| parts);
    match found {
        Some(parts) => (joined(parts), parts.last().map_or(Address::new(bottom, column), |label| label.at)),
        None => (String::new(), Address::new(bottom, column)),
    }
}

/// A label of several rows as one text.
fn joined(parts: &[&Label]) -> String {
    parts.iter().map(|label| &*label.raw).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::super::Kind;
    use super::*;
    use crate::{SheetBuilder, Shelf};

    fn sheet(rows: &[&[&str]]) -> SheetBuilder {
        let shelf = Shelf::new();
        let mut builder = SheetBuilder::new("日報", &shelf);
        for (row, cells) in rows.iter().enumerate() {
            for (column, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
                builder.push_text(row as u32, column as u32, shelf.texts.intern(cell), 0, false);
            }
        }
        builder
    }

    fn spec(names: &[&str]) -> TableSpec {
        TableSpec::new(names.iter().map(|name| ColumnSpec::new(name, Kind::Text)).collect())
    }

    fn at(header: &Header) -> Vec<Option<u32>> {
        header.columns.iter().map(|found| found.as_ref().map(|found| found.column)).collect()
    }

    #[test]
    fn a_header_is_found_below_titles_in_any_spelling() {
        let rows: Vec<&[&str]> = vec![
            &["検査実施状況"],
            &["", "", "（単位：千円）"],
            &[],
            &[],
            &[],
            &[],
            &[],
            &[],
            &["検査実施_年月日 ", "検査\n実施_人数", "事業費※"],
            &["4/1", "3", "5"],
        ];
        let header = find(&sheet(&rows).finish(), "a.xlsx", &spec(&["検査実施_人数", "検査実施_年月日", "事業費"])).unwrap();
        assert_eq!(at(&header), [Some(1), Some(0), Some(2)]);
        assert_eq!(header.area.to_string(), "A9:C9");
        assert_eq!(header.findings.len(), 1);
        assert_eq!(header.findings[0].problem, Problem::HeaderFarDown { row: 9 });
        assert!(header.perfect);
    }

    #[test]
    fn groups_are_joined_with_the_row_below() {
        let rows: Vec<&[&str]> =
            vec![&["部局", "令和5年度", "", "令和6年度", ""], &["", "4月", "5月", "4月", "5月"], &["総務", "1", "2", "3", "4"]];
        let wanted = spec(&["部局", "令和6年度4月"]);
        let plain = find(&sheet(&rows).finish(), "a.xlsx", &wanted).unwrap();
        assert_eq!((at(&plain), plain.area.last.row), (vec![Some(0), Some(3)], 1));
        let mut merged = sheet(&rows);
        merged.sheet().merges = ["A1:A2", "B1:C1", "D1:E1"].iter().map(|area| area.parse().unwrap()).collect();
        let merged = find(&merged.finish(), "a.xlsx", &wanted).unwrap();
        assert_eq!((at(&merged), merged.area.last.row), (vec![Some(0), Some(3)], 1));
        let others: Vec<&str> = merged.others.iter().map(|(name, _)| &**name).collect();
        assert_eq!(others, ["令和5年度 4月", "令和5年度 5月", "令和6年度 5月"]);
    }

    #[test]
    fn a_merged_label_reaches_down_to_the_data() {
        let rows: Vec<&[&str]> = vec![&["所", "検査", ""], &["", "人数", "件数"], &["津", "1", "2"]];
        let mut merged = sheet(&rows);
        merged.sheet().merges = vec!["A1:A2".parse().unwrap(), "B1:C1".parse().unwrap()];
        let header = find(&merged.finish(), "a.xlsx", &spec(&["所"])).unwrap();
        assert_eq!(header.area.to_string(), "A1:A2");
    }

    #[test]
    fn a_near_label_is_used_and_said() {
        let rows: Vec<&[&str]> = vec![&["実施年月日", "検査実施人数"], &["4/1", "3"]];
        let header = find(&sheet(&rows).finish(), "a.csv", &spec(&["実施_年月日", "検査実施_人数"])).unwrap();
        assert_eq!(at(&header), [Some(0), Some(1)]);
        let told: Vec<_> = header.findings.iter().map(|finding| (finding.place.cell.as_deref(), finding.severity)).collect();
        assert_eq!(told, [(Some("A1"), Severity::Note), (Some("B1"), Severity::Note)]);
        assert!(!header.perfect);
    }

    #[test]
    fn two_columns_alike_are_named_both() {
        let rows: Vec<&[&str]> = vec![&["日付", "検査件数", "検査件数"], &["4/1", "3", "4"]];
        let header = find(&sheet(&rows).finish(), "a.xlsx", &spec(&["日付", "検査件数"])).unwrap();
        let label = "検査件数".to_owned();
        let problem = Problem::DuplicateHeader { label, used: "B1".to_owned(), other: "C1".to_owned() };
        assert_eq!(header.findings[0].problem, problem);
    }

    #[test]
    fn the_name_goes_before_its_aliases() {
        let rows: Vec<&[&str]> = vec![&["備考", "出欠"], &["x", "欠席"]];
        let mut spec = spec(&["出欠"]);
        spec.columns[0].aliases = vec!["備考".to_owned()];
        let header = find(&sheet(&rows).finish(), "a.xlsx", &spec).unwrap();
        assert_eq!((at(&header), header.findings.len()), (vec![Some(1)], 0));
    }

    #[test]
    fn a_missing_column_is_named_with_the_nearest() {
        let rows: Vec<&[&str]> = vec![&["日付", "検査人数", "備考"], &["4/1", "3"]];
        let findings = find(&sheet(&rows).finish(), "a.xlsx", &spec(&["日付", "検査実施_人数"])).unwrap_err();
        let near = Some("検査人数".to_owned());
        assert_eq!(findings[0].problem, Problem::NoColumn { wanted: "検査実施_人数".to_owned(), near });
    }

    #[test]
    fn the_wrong_file_altogether_is_said_with_what_it_holds() {
        let rows: Vec<&[&str]> = vec![&["職員名簿"], &["氏名", "所属", "電話"], &["架空 太郎", "総務", "1"]];
        let findings = find(&sheet(&rows).finish(), "a.xlsx", &spec(&["日付", "検査数", "陽性数"])).unwrap_err();
        let Problem::NoHeader { best_row, found, .. } = &findings[0].problem else { panic!("must be NoHeader") };
        assert_eq!((*best_row, found.join(" ")), (Some(2), "氏名 所属 電話".to_owned()));
    }

    #[test]
    fn an_empty_sheet_has_no_header() {
        assert_eq!(find(&sheet(&[]).finish(), "a.xlsx", &spec(&["日付"])).unwrap_err().len(), 1);
    }
}
