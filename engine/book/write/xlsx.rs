//! A new workbook, through rust_xlsxwriter. Never a formula, a link or a macro.

use rust_decimal::Decimal;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, IgnoreError, Workbook, Worksheet, XlsxError};

use super::chart::{Chart, Room};
use super::guard::begins_like_formula;
use super::plan::{self, Content, Loss, Slot, TablePlan};
use super::rows::LongTable;
use super::sheet::{Block, NewSheet, NewTable};
use super::splice::{LongSheet, carrier, carrier_rows, splice};
use super::strings::{TooLong, check_length};
use super::totals::Sums;
use super::{SheetNameTrouble, WriteError, style, totals, width};
use crate::{Address, Fate, Finding, MAX_COLUMNS, MAX_ROWS, Problem, Severity, Table, Value};

/// Tables of more cells than this are written by `rows`. Below, rust_xlsxwriter also fills the caches of charts.
const LONG: usize = 10_000;
/// A table of this many rows is written by `rows` even if a chart shows it.
const LONG_CHART: usize = 20_000;
/// Wider sheets are printed in landscape: about what an A4 page holds upright, in half-width characters.
const PORTRAIT: usize = 100;
/// The widest column of a sheet of plain lines.
const LINE_WIDTH: usize = 96;

/// A workbook to be written.
#[derive(Clone, Default)]
pub struct NewWorkbook {
    sheets: Vec<NewSheet>,
}

impl NewWorkbook {
    /// An empty workbook.
    pub fn new() -> NewWorkbook {
        NewWorkbook::default()
    }

    /// Adds a sheet behind the others. Fails if Excel would refuse its name.
    pub fn add(&mut self, sheet: NewSheet) -> Result<&mut NewSheet, WriteError> {
        if let Some(why) = self.name_trouble(&sheet.name) {
            return Err(WriteError::SheetName { name: sheet.name, why });
        }
        self.sheets.push(sheet);
        let last = self.sheets.len() - 1;
        Ok(&mut self.sheets[last])
    }

    /// The sheets, in order.
    pub fn sheets(&self) -> &[NewSheet] {
        &self.sheets
    }

    /// A sheet by its name, to add to it.
    pub fn sheet_mut(&mut self, name: &str) -> Option<&mut NewSheet> {
        self.sheets.iter_mut().find(|sheet| sheet.name == name)
    }

    /// The bytes of the workbook, and what could not be written as it was. The same sheets give the same bytes.
    pub fn to_bytes(&self) -> Result<(Vec<u8>, Vec<Finding>), WriteError> {
        self.to_bytes_with(LONG)
    }

    /// Tables of more than `long` cells are written by `rows`.
    pub(super) fn to_bytes_with(&self, long: usize) -> Result<(Vec<u8>, Vec<Finding>), WriteError> {
        if self.sheets.is_empty() {
            return Err(WriteError::NoSheets);
        }
        let mut book = Workbook::new();
        book.set_properties(&properties()?);
        book.set_default_format(&style::base(), style::ROW_PIXELS, style::COLUMN_PIXELS).map_err(failed)?;
        let mut findings = Vec::new();
        let mut placed = Vec::new();
        let mut long_sheets = Vec::new();
        for (at, sheet) in self.sheets.iter().enumerate() {
            let mut writer = SheetWriter::new(sheet, book.add_worksheet(), &mut findings)?;
            writer.long = (long, if self.is_charted(sheet) { LONG_CHART } else { 0 });
            let written = writer.write()?;
            if !written.long.is_empty() {
                long_sheets.push(LongSheet { sheet: at, last: written.last, tables: written.long });
            }
            placed.push(written.placed);
        }
        for (at, sheet) in self.sheets.iter().enumerate() {
            self.insert_charts(sheet, book.worksheet_from_index(at).map_err(failed)?, &placed)?;
        }
        let bytes = book.save_to_buffer().map_err(failed)?;
        if long_sheets.is_empty() {
            return Ok((bytes, findings));
        }
        drop(book);
        Ok((splice(&bytes, &long_sheets, &mut findings)?, findings))
    }

    /// Whether a chart of any sheet shows a table of this one.
    fn is_charted(&self, sheet: &NewSheet) -> bool {
        let shows = |at: &NewSheet, chart: &Chart| chart.from.as_ref().unwrap_or(&at.name) == &sheet.name;
        self.sheets.iter().any(|at| at.charts.iter().any(|chart| shows(at, chart)))
    }

    /// Charts come last: they may show a table of any sheet.
    fn insert_charts(&self, sheet: &NewSheet, out: &mut Worksheet, placed: &[Vec<Placed<'_>>]) -> Result<(), WriteError> {
        let position = |name: &str| self.sheets.iter().position(|sheet| sheet.name == name);
        let here = position(&sheet.name).map_or(&[][..], |at| &placed[at]);
        let mut room = Room::new(&sheet.name, here, &sheet.charts);
        for chart in &sheet.charts {
            let wanted = chart.from.as_ref().unwrap_or(&sheet.name);
            let data = position(wanted).and_then(|at| placed[at].get(chart.table)).ok_or_else(|| WriteError::NoSheet {
                wanted: wanted.clone(),
                have: self.sheets.iter().map(|sheet| sheet.name.clone()).collect(),
            })?;
            chart.insert(out, data, &mut room)?;
        }
        Ok(())
    }

    fn name_trouble(&self, name: &str) -> Option<SheetNameTrouble> {
        sheet_name_trouble(name, self.sheets.iter().map(|sheet| sheet.name.as_str()))
    }
}

/// Why Excel refuses the name for a sheet beside others, if it does.
pub(crate) fn sheet_name_trouble<'n>(name: &str, mut others: impl Iterator<Item = &'n str>) -> Option<SheetNameTrouble> {
    let units = name.encode_utf16().count();
    let forbidden = |c: &char| matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\') || c.is_control();
    if name.trim().is_empty() {
        Some(SheetNameTrouble::Empty)
    } else if units > 31 {
        Some(SheetNameTrouble::TooLong(units))
    } else if let Some(found) = name.chars().find(forbidden) {
        Some(SheetNameTrouble::Character(found))
    } else if name.starts_with('\'') || name.ends_with('\'') {
        Some(SheetNameTrouble::Apostrophe)
    } else if name.eq_ignore_ascii_case("history") || name == "履歴" {
        Some(SheetNameTrouble::Reserved)
    } else {
        others.any(|other| other.to_lowercase() == name.to_lowercase()).then_some(SheetNameTrouble::Taken)
    }
}

/// No names, and always the same moment of creation.
pub(crate) fn properties() -> Result<DocProperties, WriteError> {
    let moment = ExcelDateTime::from_ymd(2000, 1, 1).map_err(failed)?;
    Ok(DocProperties::new().set_creation_datetime(&moment))
}

pub(super) fn failed(error: XlsxError) -> WriteError {
    WriteError::Failed(error.to_string())
}

/// Where a table came to lie.
pub(super) struct Placed<'a> {
    /// The sheet's name.
    pub(super) sheet: &'a str,
    /// The row of the header.
    pub(super) header: u32,
    new: &'a NewTable,
    /// The number format of each column.
    formats: Vec<String>,
}

impl Placed<'_> {
    pub(super) fn format(&self, column: u16) -> &str {
        self.formats.get(usize::from(column)).map_or("", String::as_str)
    }

    pub(super) fn table(&self) -> &Table {
        &self.new.table
    }

    /// The first and last row of the data, without totals. The table must not be empty.
    pub(super) fn rows(&self) -> (u32, u32) {
        (self.header + 1, self.header + self.new.table.len() as u32)
    }
}

/// Writes one sheet.
struct SheetWriter<'s, 'w> {
    sheet: &'s NewSheet,
    out: &'w mut Worksheet,
    findings: &'w mut Vec<Finding>,
    row: u32,
    placed: Vec<Placed<'s>>,
    widths: Vec<usize>,
    /// From how many cells, and from how many rows, a table is long.
    long: (usize, usize),
    long_tables: Vec<LongTable<'s>>,
}

/// What was written.
struct Written<'s> {
    placed: Vec<Placed<'s>>,
    long: Vec<LongTable<'s>>,
    last: Address,
}

impl<'s, 'w> SheetWriter<'s, 'w> {
    fn new(
        sheet: &'s NewSheet,
        out: &'w mut Worksheet,
        findings: &'w mut Vec<Finding>,
    ) -> Result<SheetWriter<'s, 'w>, WriteError> {
        out.set_name(&sheet.name).map_err(failed)?;
        Ok(SheetWriter {
            sheet,
            out,
            findings,
            row: 0,
            placed: Vec::new(),
            widths: Vec::new(),
            long: (LONG, 0),
            long_tables: Vec::new(),
        })
    }

    fn write(mut self) -> Result<Written<'s>, WriteError> {
        self.check_size()?;
        for block in &self.sheet.blocks {
            match block {
                Block::Table(new) => self.table(new)?,
                Block::Gap => self.row += 1,
                Block::Title(text) | Block::Line(text) | Block::Note(text) => self.line(block, text)?,
            }
        }
        self.set_widths()?;
        self.set_view()?;
        self.set_print()?;
        let last = Address::new(self.row.saturating_sub(1), self.widths.len().saturating_sub(1) as u32);
        Ok(Written { placed: self.placed, long: self.long_tables, last })
    }

    fn check_size(&self) -> Result<(), WriteError> {
        let sheet = || self.sheet.name.clone();
        let rows = |block: &Block| match block {
            Block::Table(new) => new.table.len() as u64 + 2,
            _ => 1,
        };
        let rows: u64 = self.sheet.blocks.iter().map(rows).sum();
        if rows > u64::from(MAX_ROWS) {
            return Err(WriteError::TooManyRows { sheet: sheet(), rows });
        }
        match self.sheet.tables().map(|new| new.table.columns().len()).max() {
            Some(columns) if columns > MAX_COLUMNS as usize => Err(WriteError::TooManyColumns { sheet: sheet(), columns }),
            _ => Ok(()),
        }
    }

    fn line(&mut self, block: &Block, text: &str) -> Result<(), WriteError> {
        let plain = self.sheet.tables().next().is_none();
        let quoted = begins_like_formula(text);
        let format = match block {
            Block::Title(_) => style::title(quoted),
            Block::Note(_) => style::note(quoted),
            _ => style::line(quoted, plain),
        };
        self.check_text(text, 0, None)?;
        put_text(self.out, (self.row, 0), text, &format)?;
        if plain {
            self.widen(0, (width::width(text) + 2).min(LINE_WIDTH));
            self.set_lines(width::lines(text, LINE_WIDTH - 2))?;
        }
        self.row += 1;
        Ok(())
    }

    fn table(&mut self, new: &'s NewTable) -> Result<(), WriteError> {
        let mut plan = TablePlan::new(new)?;
        let header = self.row;
        let sums = totals::sums(new)?;
        for (at, sum) in sums.iter().flat_map(|sums| sums.values.iter().enumerate()) {
            if let Some(value) = sum {
                plan.columns[at].make_room(*value, &new.table.shelf().texts);
            }
        }
        for (at, column) in plan.columns.iter().enumerate() {
            self.widen(at, column.width);
        }
        self.header(new)?;
        let carriers = self.carriers(new, &mut plan)?;
        match &carriers {
            Some(_) => self.row += new.table.len() as u32,
            None => self.rows(new, &mut plan)?,
        }
        if let Some(sums) = sums {
            self.totals(new, &plan, &sums)?;
        }
        self.ignore_digit_warnings(&plan, header)?;
        let formats = plan.columns.iter().map(|column| column.number_format().to_owned()).collect();
        self.placed.push(Placed { sheet: &self.sheet.name, header, new, formats });
        if let Some(carriers) = carriers {
            self.long_tables.push(LongTable { sheet: &self.sheet.name, first: header + 1, new, plan, carriers });
        }
        Ok(())
    }

    /// In place of the rows of a long table, an empty cell for each of its looks; none if the table is not long.
    fn carriers(&mut self, new: &NewTable, plan: &mut TablePlan) -> Result<Option<Vec<usize>>, WriteError> {
        let (cells, rows) = self.long;
        // The header is the shared string that every package with rows of ours needs.
        let named = new.table.columns().iter().any(|column| !column.name.is_empty());
        if !named || new.table.len() * new.table.columns().len() <= cells || new.table.len() < rows {
            return Ok(None);
        }
        let looks = plan.possible(new);
        if carrier_rows(looks.len()) as usize > new.table.len() {
            return Ok(None);
        }
        let mut carriers = Vec::with_capacity(looks.len());
        for (nth, (tone, column, slot)) in looks.into_iter().enumerate() {
            let at = carrier(self.row, nth);
            self.out.write_blank(at.row, at.column as u16, plan.look(tone, column, slot)).map_err(failed)?;
            carriers.push(plan.at(tone, column, slot));
        }
        Ok(Some(carriers))
    }

    fn header(&mut self, new: &NewTable) -> Result<(), WriteError> {
        let mut lines = 1;
        for (at, column) in new.table.columns().iter().enumerate() {
            let format = style::header(begins_like_formula(&column.name));
            self.check_text(&column.name, at, None)?;
            if column.name.is_empty() {
                self.out.write_blank(self.row, at as u16, &format).map_err(failed)?;
            } else {
                put_text(self.out, (self.row, at as u16), &column.name, &format)?;
            }
            lines = lines.max(width::lines(&column.name, self.widths[at].saturating_sub(3)));
        }
        self.set_lines(lines)?;
        self.row += 1;
        Ok(())
    }

    fn rows(&mut self, new: &NewTable, plan: &mut TablePlan) -> Result<(), WriteError> {
        let tones = plan.row_tones(new);
        for row in 0..new.table.len() {
            let tone = tones.get(row).copied().unwrap_or(0);
            let mut lines = 1;
            for column in 0..plan.columns.len() {
                lines = lines.max(self.cell(new, plan, (row, column), tone)?);
            }
            self.set_lines(lines)?;
            self.row += 1;
        }
        Ok(())
    }

    /// Writes a cell, and answers how many lines it takes.
    fn cell(&mut self, new: &NewTable, plan: &mut TablePlan, at: (usize, usize), tone: usize) -> Result<usize, WriteError> {
        let (row, column) = at;
        let value = new.table.value(row, column);
        let (slot, content, loss) = plan::content(value, &new.table.shelf().texts);
        if let Some(loss) = loss {
            self.findings.push(lost(new, at, &value, loss));
        }
        let mut lines = 1;
        if let Content::Text(text) = content {
            self.check_text(text, column, Some((new, row)))?;
            lines = plan.columns[column].lines(text);
        }
        if content == Content::Blank && !plan.shows_blanks(tone) {
            return Ok(lines);
        }
        let slot = if content == Content::Blank { plan.columns[column].blank() } else { slot };
        let format = plan.look(tone, column, slot);
        put(self.out, (self.row, column as u16), &content, format)?;
        Ok(lines)
    }

    /// Makes the current row high enough. Excel would do so itself, other programs do not.
    fn set_lines(&mut self, lines: usize) -> Result<(), WriteError> {
        if lines > 1 {
            self.out.set_row_height_pixels(self.row, style::pixels(lines)).map_err(failed)?;
        }
        Ok(())
    }

    fn totals(&mut self, new: &NewTable, plan: &TablePlan, sums: &Sums) -> Result<(), WriteError> {
        let label = sums.label.as_str();
        for (column, sum) in sums.values.iter().enumerate() {
            let (slot, content) = match sum {
                _ if column == 0 && begins_like_formula(label) => (Slot::Quoted, Content::Text(label)),
                _ if column == 0 && !label.is_empty() => (Slot::Text, Content::Text(label)),
                Some(value) => {
                    let (slot, content, _) = plan::content(*value, &new.table.shelf().texts);
                    (slot, content)
                }
                None => (Slot::Text, Content::Blank),
            };
            put(self.out, (self.row, column as u16), &content, &plan.total_look(column, slot))?;
        }
        self.row += 1;
        Ok(())
    }

    /// Excel marks numbers that are kept as text with a green corner; in columns of codes that is meant.
    fn ignore_digit_warnings(&mut self, plan: &TablePlan, header: u32) -> Result<(), WriteError> {
        let last = (self.row - 1).max(header);
        for (at, column) in plan.columns.iter().enumerate() {
            if column.digits_as_text {
                let at = at as u16;
                self.out.ignore_error_range(header, at, last, at, IgnoreError::NumberStoredAsText).map_err(failed)?;
            }
        }
        Ok(())
    }

    fn check_text(&self, text: &str, column: usize, from: Option<(&NewTable, usize)>) -> Result<(), WriteError> {
        let Err(TooLong(units)) = check_length(text) else { return Ok(()) };
        Err(WriteError::TextTooLong {
            sheet: self.sheet.name.clone(),
            cell: Address::new(self.row, column as u32).to_string(),
            units,
            from: from
                .map(|(new, row)| Box::new(new.table.place(row, Some(&new.table.columns()[column].name))))
                .unwrap_or_default(),
        })
    }

    fn widen(&mut self, column: usize, width: usize) {
        if self.widths.len() <= column {
            self.widths.resize(column + 1, 0);
        }
        self.widths[column] = self.widths[column].max(width);
    }

    fn set_widths(&mut self) -> Result<(), WriteError> {
        for (at, width) in self.widths.iter().enumerate() {
            self.out.set_column_width(at as u16, *width as f64).map_err(failed)?;
        }
        Ok(())
    }

    /// A single table keeps its header in sight and gets filter buttons.
    fn set_view(&mut self) -> Result<(), WriteError> {
        if let Some(tone) = self.sheet.tab {
            self.out.set_tab_color(style::tab(tone));
        }
        let [Placed { new, header, .. }] = self.placed.as_slice() else { return Ok(()) };
        if *header < 20 {
            self.out.set_freeze_panes(header + 1, 0).map_err(failed)?;
        }
        let rows = new.table.len() as u32;
        if new.filter && rows > 0 && !new.table.columns().is_empty() {
            let last_column = new.table.columns().len() as u16 - 1;
            // The totals row stays out of the filter.
            self.out.autofilter(*header, 0, header + rows, last_column).map_err(failed)?;
        }
        Ok(())
    }

    fn set_print(&mut self) -> Result<(), WriteError> {
        let page = self.sheet.page;
        self.out.set_paper_size(9).set_print_fit_to_pages(1, u16::from(page.single));
        self.out.set_margins(0.5, 0.5, 0.6, 0.6, 0.3, 0.3).set_footer("&L&A&R&P / &N");
        if page.landscape.unwrap_or(self.widths.iter().sum::<usize>() > PORTRAIT) {
            self.out.set_landscape();
        }
        if let [Placed { header, .. }] = self.placed.as_slice() {
            self.out.set_repeat_rows(*header, *header).map_err(failed)?;
        }
        Ok(())
    }
}

/// Writes a text. rust_xlsxwriter takes a shared string of the form `<r>…</r>` for rich text and writes it as it is, so
/// that the text would become markup: such a text goes through its writer of rich text, which escapes it.
fn put_text(out: &mut Worksheet, (row, column): (u32, u16), text: &str, format: &Format) -> Result<(), WriteError> {
    let done = if text.starts_with("<r>") && text.ends_with("</r>") {
        out.write_rich_string_with_format(row, column, &[(&Format::default(), text)], format)
    } else {
        out.write_string_with_format(row, column, text, format)
    };
    done.map(drop).map_err(failed)
}

/// The finding about a value that could not be written as it is.
pub(super) fn lost(new: &NewTable, at: (usize, usize), value: &Value, loss: Loss) -> Finding {
    let name = &new.table.columns()[at.1].name;
    let (problem, fate) = match loss {
        Loss::Stale => (Problem::StaleFormula, Fate::Blanked),
        Loss::LongNumber => (Problem::DamagedNumber, Fate::Used),
    };
    Finding {
        severity: Severity::Warning,
        place: new.table.place(at.0, Some(name)),
        column: Some(name.to_string()),
        value: Some(value.show(&new.table.shelf().texts)),
        problem,
        fate,
    }
}

/// Writes one cell.
fn put(out: &mut Worksheet, (row, column): (u32, u16), content: &Content<'_>, format: &Format) -> Result<(), WriteError> {
    let done = match content {
        Content::Blank => out.write_blank(row, column, format),
        Content::Text(text) => return put_text(out, (row, column), text, format),
        Content::Words(text) => return put_text(out, (row, column), text, format),
        Content::Whole(whole) => out.write_number_with_format(row, column, *whole as f64, format),
        Content::Exact(exact) => out.write_number_with_format(row, column, nearest(*exact), format),
        Content::Serial(number) => out.write_number_with_format(row, column, *number, format),
        Content::YesNo(yes) => out.write_boolean_with_format(row, column, *yes, format),
    };
    done.map(drop).map_err(failed)
}

/// The nearest number of Excel's to an exact decimal. Up to 15 digits and 22 places both parts are exact, and a division
/// is exactly rounded; anything else goes through its digits.
fn nearest(exact: Decimal) -> f64 {
    let (mantissa, scale) = (exact.mantissa(), exact.scale());
    if mantissa.unsigned_abs() < 1_000_000_000_000_000 && scale <= 22 {
        return mantissa as f64 / 10f64.powi(scale as i32);
    }
    exact.to_string().parse().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;
    use std::rc::Rc;

    use calamine::{Data as Read, Reader, Xlsx};
    use jiff::civil;

    use super::*;
    use crate::{Column, Data, Day, Origin, Shelf, Tone, Totals};

    fn table(shelf: &Rc<Shelf>, columns: Vec<(&str, Vec<Value>)>) -> Table {
        let rows = columns.first().map_or(0, |(_, values)| values.len());
        let columns = columns.into_iter().map(|(name, values)| Rc::new(Column::new(name, Data::of(values)))).collect();
        Table::new(shelf, columns, Rc::new(vec![Origin::COMPUTED; rows]))
    }

    fn sample(shelf: &Rc<Shelf>) -> Table {
        let text = |text: &str| Value::Text(shelf.texts.intern(text));
        table(
            shelf,
            vec![
                ("保健所", vec![text("津保健所"), text("=HYPERLINK(\"x\")"), text("四日市市保健所")]),
                ("コード", vec![text("240001"), text("001234"), Value::Blank]),
                ("検査数", vec![Value::Integer(12_345), Value::Integer(-3), Value::Blank]),
                ("陽性率", ["0.0779", "0.1", "1"].map(|t| Value::Decimal(t.parse().unwrap())).to_vec()),
                ("日付", vec![Value::Date(Day::of(civil::date(2022, 4, 1))), Value::Blank, Value::Blank]),
                ("時間", vec![Value::Duration(41 * 3_600_000 + 900_000), Value::Blank, Value::Duration(0)]),
                ("済", vec![Value::YesNo(true), Value::YesNo(false), Value::Blank]),
            ],
        )
    }

    fn open(bytes: &[u8]) -> Xlsx<Cursor<&[u8]>> {
        Xlsx::new(Cursor::new(bytes)).unwrap()
    }

    #[test]
    fn cells_come_back_typed() {
        let shelf = Shelf::new();
        let mut book = NewWorkbook::new();
        let mut sheet = NewSheet::new("週次集計");
        sheet.blocks.push(Block::Title("検査統計".into()));
        sheet.blocks.push(Block::Table(NewTable::new(&sample(&shelf))));
        sheet.blocks.push(Block::Note("※ 速報値".into()));
        sheet.table_mut().unwrap().totals = Totals::Amounts { label: "合計".into() };
        book.add(sheet).unwrap();
        let (bytes, findings) = book.to_bytes().unwrap();
        assert!(findings.is_empty());
        let range = open(&bytes).worksheet_range("週次集計").unwrap();
        let at = |row, column| range.get_value((row, column)).cloned().unwrap_or(Read::Empty);
        assert_eq!(at(0, 0), Read::String("検査統計".into()));
        assert_eq!(at(1, 3), Read::String("陽性率".into()));
        assert_eq!(at(2, 2), Read::Float(12_345.0));
        assert_eq!(at(2, 3), Read::Float(0.0779));
        assert_eq!(at(3, 0), Read::String("=HYPERLINK(\"x\")".into()));
        assert_eq!(at(3, 1), Read::String("001234".into()));
        assert_eq!(at(2, 6), Read::Bool(true));
        assert_eq!(at(4, 2), Read::Empty);
        assert!(matches!(at(2, 4), Read::DateTime(day) if day.as_f64() == 44_652.0));
        assert!(matches!(at(2, 5), Read::DateTime(time) if time.is_duration()));
        assert_eq!(at(5, 0), Read::String("合計".into()));
        assert_eq!(at(5, 2), Read::Float(12_342.0));
        assert_eq!(at(5, 3), Read::Empty, "a rate has no sum");
        assert_eq!(at(6, 0), Read::String("※ 速報値".into()));
    }

    #[test]
    fn the_nearest_number_is_that_of_the_digits() {
        for scale in 0..=28 {
            for digits in [0, 1, -7, 365, 123_456_789, 999_999_999_999_999, -1_000_000_000_000_001] {
                let exact = Decimal::new(digits, scale);
                assert_eq!(nearest(exact), exact.to_string().parse::<f64>().unwrap(), "{exact}");
            }
        }
    }

    #[test]
    fn a_large_sheet_holds_the_same_as_a_small_one() {
        let shelf = Shelf::new();
        let rows = LONG + 1;
        let text = |n: usize| if n == 7 { "=1".to_owned() } else { format!("第{n}号") };
        let names: Vec<Value> = (0..rows).map(|n| Value::Text(shelf.texts.intern(&text(n)))).collect();
        let number = |n: usize| match n {
            5 => Value::Blank,
            6 => Value::Text(shelf.texts.intern("不明")),
            n => Value::Decimal(Decimal::new(n as i64 * 3 + 1, 2)),
        };
        let table = table(&shelf, vec![("名", names), ("値", (0..rows).map(number).collect())]);
        let mut book = NewWorkbook::new();
        let mut sheet = NewSheet::of_table("一覧", &table);
        sheet.table_mut().unwrap().tones = vec![(9, Tone::Red)];
        book.add(sheet).unwrap();
        let (bytes, findings) = book.to_bytes().unwrap();
        assert!(findings.is_empty());
        let range = open(&bytes).worksheet_range("一覧").unwrap();
        assert_eq!(range.height(), rows + 1);
        for n in (0..rows).filter(|n| *n < 20 || n % 997 == 0) {
            assert_eq!(range[(n + 1, 0)], Read::String(text(n)));
            let want = match n {
                5 => Read::Empty,
                6 => Read::String("不明".into()),
                n => Read::Float(format!("{}.{:02}", (n * 3 + 1) / 100, (n * 3 + 1) % 100).parse().unwrap()),
            };
            assert_eq!(range[(n + 1, 1)], want, "row {n}");
        }
    }

    #[test]
    fn the_same_sheets_give_the_same_bytes() {
        let bytes = || {
            let shelf = Shelf::new();
            let mut book = NewWorkbook::new();
            let mut sheet = NewSheet::of_table("一覧", &sample(&shelf));
            sheet.table_mut().unwrap().tones = vec![(1, Tone::Red), (2, Tone::Blue)];
            book.add(sheet).unwrap();
            book.add(NewSheet::of_lines("使い方", &["使い方".into(), String::new(), "=1".into()])).unwrap();
            book.to_bytes().unwrap().0
        };
        assert_eq!(bytes(), bytes());
    }

    #[test]
    fn excel_s_limits_are_errors() {
        let mut book = NewWorkbook::new();
        assert_eq!(book.to_bytes().err(), Some(WriteError::NoSheets));
        for (name, why) in [
            ("", SheetNameTrouble::Empty),
            ("[集計]", SheetNameTrouble::Character('[')),
            ("'集計", SheetNameTrouble::Apostrophe),
            ("履歴", SheetNameTrouble::Reserved),
            (&"長".repeat(32), SheetNameTrouble::TooLong(32)),
        ] {
            let error = book.add(NewSheet::new(name)).err();
            assert_eq!(error, Some(WriteError::SheetName { name: name.to_owned(), why }));
        }
        book.add(NewSheet::new("Ａbc")).unwrap();
        assert!(matches!(book.add(NewSheet::new("ａBC")), Err(WriteError::SheetName { why: SheetNameTrouble::Taken, .. })));
        let shelf = Shelf::new();
        let long = Value::Text(shelf.texts.intern(&"長".repeat(32_768)));
        book.add(NewSheet::of_table("長文", &table(&shelf, vec![("文", vec![long])]))).unwrap();
        assert!(matches!(book.to_bytes(), Err(WriteError::TextTooLong { units: 32_768, cell, .. }) if cell == "A2"));
    }

    #[test]
    fn formats_are_for_columns_that_are_there() {
        let shelf = Shelf::new();
        let bytes = |name: &str| {
            let mut sheet = NewSheet::of_table("集計", &sample(&shelf));
            sheet.table_mut().unwrap().formats.push((name.to_owned(), "0.0%".to_owned()));
            let mut book = NewWorkbook::new();
            book.add(sheet).unwrap();
            book.to_bytes()
        };
        assert!(bytes("陽性率").is_ok());
        assert!(matches!(bytes("陰性率"), Err(WriteError::NoColumn { wanted, .. }) if wanted == "陰性率"));
    }

    #[test]
    fn nothing_is_lost_silently() {
        let shelf = Shelf::new();
        let table = table(
            &shelf,
            vec![(
                "値",
                vec![Value::Integer(1_234_567_890_123_456), Value::Stale, Value::Date(Day::of(civil::date(1890, 1, 2)))],
            )],
        );
        let mut book = NewWorkbook::new();
        book.add(NewSheet::of_table("値", &table)).unwrap();
        let (bytes, findings) = book.to_bytes().unwrap();
        let range = open(&bytes).worksheet_range("値").unwrap();
        assert_eq!(range.get_value((1, 0)), Some(&Read::String("1234567890123456".into())));
        assert_eq!(range.get_value((3, 0)), Some(&Read::String("1890-01-02".into())));
        let problems: Vec<&Problem> = findings.iter().map(|finding| &finding.problem).collect();
        assert_eq!(problems, [&Problem::DamagedNumber, &Problem::StaleFormula]);
    }
}
