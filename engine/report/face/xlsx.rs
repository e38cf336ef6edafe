//! The report as a workbook: a sheet for each section, figures as numbers, Excel's own charts, ready for A4.

use rust_decimal::prelude::ToPrimitive;
use rust_xlsxwriter::{
    Chart as Native, ChartAxisCrossing, ChartDataLabel, ChartFont, ChartFormat, ChartLegendPosition, ChartLine, ChartSolidFill,
    ChartType, Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use crate::paper::{Cell, Chart, ChartKind, Grid, Paper, Section};

/// The font of Japanese Excel; other programs replace it by theirs.
const FONT: &str = "游ゴシック";
const LINE: Color = Color::RGB(0x00A6_A6A6);
const HEADER: Color = Color::RGB(0x00DC_E6F1);
const TOTAL: Color = Color::RGB(0x00F2_F2F2);
const DARK: Color = Color::RGB(0x001F_4E79);
const LIGHT: Color = Color::RGB(0x00F0_A860);
const NOTE: Color = Color::RGB(0x0059_5959);
/// Columns of words are at most this wide, in half-width characters; longer ones are wrapped.
const WIDEST: usize = 46;

/// The bytes of the workbook. The same report gives the same bytes.
pub fn xlsx(paper: &Paper) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let moment = ExcelDateTime::from_ymd(2000, 1, 1)?;
    book.set_properties(&DocProperties::new().set_title(&paper.title).set_creation_datetime(&moment));
    book.set_default_format(&base(), 25, 72)?;
    for (at, section) in paper.sections.iter().enumerate() {
        let lead = if at == 0 { &paper.lead[..] } else { &[] };
        let title = if at == 0 { Some(paper.title.as_str()) } else { None };
        Sheet::new(book.add_worksheet(), section, paper).draw(title, lead)?;
    }
    rules(book.add_worksheet(), paper)?;
    book.save_to_buffer()
}

fn base() -> Format {
    Format::new()
        .set_font_name(FONT)
        .set_font_size(11)
        .set_font_family(3)
        .set_font_charset(128)
        .set_align(FormatAlign::VerticalCenter)
}

fn framed() -> Format {
    base().set_border(FormatBorder::Thin).set_border_color(LINE)
}

fn header() -> Format {
    framed().set_bold().set_background_color(HEADER).set_align(FormatAlign::Center).set_text_wrap()
}

fn small() -> Format {
    base().set_font_size(10).set_font_color(NOTE).set_text_wrap().set_align(FormatAlign::Top)
}

struct Sheet<'a> {
    out: &'a mut Worksheet,
    section: &'a Section,
    paper: &'a Paper,
    /// The next free row.
    row: u32,
    /// The last column of the sheet.
    last: u16,
    widths: Vec<usize>,
}

impl<'a> Sheet<'a> {
    fn new(out: &'a mut Worksheet, section: &'a Section, paper: &'a Paper) -> Sheet<'a> {
        let widths = section.grid.as_ref().map_or_else(|| vec![16; 6], |grid| widths(grid, section.wide));
        let last = u16::try_from(widths.len()).unwrap_or(u16::MAX).saturating_sub(1).max(3);
        Sheet { out, section, paper, row: 0, last, widths }
    }

    fn draw(mut self, title: Option<&str>, lead: &[String]) -> Result<(), XlsxError> {
        self.out.set_name(self.section.tab)?;
        for (at, width) in self.widths.iter().enumerate() {
            self.out.set_column_width(at as u16, *width as f64)?;
        }
        if let Some(title) = title {
            self.line(title, &base().set_bold().set_font_size(18).set_font_color(DARK), 1)?;
            for (at, line) in lead.iter().enumerate() {
                let format = if at == 0 { base().set_bold().set_font_size(13) } else { small() };
                self.line(line, &format, 1)?;
            }
            self.row += 1;
        }
        self.line(&self.section.title, &base().set_bold().set_font_size(14).set_font_color(DARK), 1)?;
        for line in &self.section.lines {
            self.line(line, &base().set_text_wrap(), 0)?;
        }
        if let Some(formula) = &self.section.formula {
            let format = base()
                .set_bold()
                .set_font_size(15)
                .set_align(FormatAlign::Center)
                .set_border(FormatBorder::Medium)
                .set_border_color(DARK);
            self.row += 1;
            self.merged(formula, &format, 34)?;
            self.row += 1;
        }
        let mut header = None;
        if let Some(grid) = &self.section.grid {
            self.row += 1;
            header = Some(self.row);
            self.table(grid)?;
        }
        self.row += 1;
        for note in &self.section.notes {
            self.line(note, &small(), 0)?;
        }
        if let (Some(grid), Some(chart), Some(header)) = (&self.section.grid, &self.section.chart, header) {
            self.row += 1;
            self.chart(grid, chart, header)?;
        }
        self.page(header)
    }

    /// A line over the whole width; as high as its text needs if no number of lines is given.
    fn line(&mut self, text: &str, format: &Format, lines: usize) -> Result<(), XlsxError> {
        let room: usize = self.widths.iter().take(usize::from(self.last) + 1).sum::<usize>().max(20);
        let lines = if lines == 0 { (japan::width(text) + 2).div_ceil(room.saturating_sub(2).max(1)) } else { lines };
        let size = if lines > 1 { 22 * lines as u32 + 4 } else { 26 };
        self.merged(text, format, size)
    }

    fn merged(&mut self, text: &str, format: &Format, pixels: u32) -> Result<(), XlsxError> {
        self.out.merge_range(self.row, 0, self.row, self.last, text, format)?;
        self.out.set_row_height_pixels(self.row, pixels)?;
        self.row += 1;
        Ok(())
    }

    fn table(&mut self, grid: &Grid) -> Result<(), XlsxError> {
        let frame = header();
        for (at, column) in grid.columns.iter().enumerate() {
            self.out.write_string_with_format(self.row, at as u16, parted(&column.name), &frame)?;
        }
        let lines = grid.columns.iter().zip(&self.widths).map(|(column, width)| {
            parted(&column.name).lines().map(|line| japan::width(line).div_ceil((*width).max(3) - 1).max(1)).sum::<usize>()
        });
        self.out.set_row_height_pixels(self.row, 22 * lines.max().unwrap_or(1).clamp(1, 4) as u32 + 4)?;
        self.row += 1;
        for row in &grid.rows {
            self.cells(row, false)?;
        }
        if let Some(total) = &grid.total {
            self.cells(total, true)?;
        }
        Ok(())
    }

    fn cells(&mut self, cells: &[Cell], total: bool) -> Result<(), XlsxError> {
        let mut lines = 1;
        for (at, cell) in cells.iter().enumerate() {
            let format = if total { framed().set_bold().set_background_color(TOTAL) } else { framed() };
            let column = at as u16;
            match cell {
                Cell::Blank => self.out.write_blank(self.row, column, &format)?,
                Cell::Text(text) => {
                    lines = lines.max((japan::width(text) + 1).div_ceil(self.widths[at].max(4) - 1));
                    self.out.write_string_with_format(self.row, column, text, &format.set_text_wrap().set_indent(1))?
                }
                Cell::Count(count) => {
                    self.out.write_number_with_format(self.row, column, *count as f64, &format.set_num_format("#,##0;−#,##0"))?
                }
                Cell::Hours(_) => self.number(column, cell, &format.set_num_format("#,##0.0;−#,##0.0"))?,
                Cell::Minutes(_) | Cell::Number(_) => self.number(column, cell, &format.set_num_format(decimals(cell)))?,
            };
        }
        self.out.set_row_height_pixels(self.row, 22 * lines.min(8) as u32 + 3)?;
        self.row += 1;
        Ok(())
    }

    /// Times are written exactly; Excel shows them with one decimal.
    fn number(&mut self, column: u16, cell: &Cell, format: &Format) -> Result<&mut Worksheet, XlsxError> {
        let exact = match cell {
            Cell::Hours(thousandths) => *thousandths as f64 / 60_000.0,
            _ => cell.number().and_then(|number| number.to_f64()).unwrap_or(0.0),
        };
        self.out.write_number_with_format(self.row, column, exact, format)
    }

    fn chart(&mut self, grid: &Grid, chart: &Chart, header: u32) -> Result<(), XlsxError> {
        let rows = u32::try_from(chart.rows).unwrap_or(u32::MAX);
        let mut native = Native::new(match chart.kind {
            ChartKind::Bars => ChartType::Bar,
            ChartKind::Months => ChartType::Column,
        });
        let mut line = Native::new(ChartType::Line);
        let mut has_line = false;
        for (nth, series) in chart.series.iter().enumerate() {
            let column = *series as u16;
            let is_line = grid.columns[*series].id == "cumulated";
            let on = if is_line { &mut line } else { &mut native };
            has_line |= is_line;
            let tab = self.section.tab;
            let added = on
                .add_series()
                .set_name((tab, header, column))
                .set_categories((tab, header + 1, chart.category as u16, header + rows, chart.category as u16))
                .set_values((tab, header + 1, column, header + rows, column));
            if is_line {
                added
                    .set_format(ChartFormat::new().set_line(ChartLine::new().set_color(Color::RGB(0x00C5_5A11)).set_width(2.25)));
            } else {
                let color = if nth % 2 == 0 { DARK } else { LIGHT };
                added.set_format(ChartFormat::new().set_solid_fill(ChartSolidFill::new().set_color(color)));
                if chart.kind == ChartKind::Bars {
                    added.set_data_label(ChartDataLabel::new().show_value().set_font(ChartFont::new().set_size(9)));
                }
            }
        }
        native.title().set_name(&self.section.title).set_font(ChartFont::new().set_size(12).set_bold());
        if chart.series.len() > 1 {
            native.legend().set_position(ChartLegendPosition::Bottom);
        } else {
            native.legend().set_hidden();
        }
        let light = ChartLine::new().set_color(Color::RGB(0x00D9_D9D9)).clone();
        if chart.kind == ChartKind::Bars {
            // The first row on top, as in the table. Horizontal bars have their categories on the vertical axis.
            native.y_axis().set_reverse().set_crossing(ChartAxisCrossing::Max).set_major_gridlines(false).set_label_interval(1);
            native.x_axis().set_major_gridlines(true).set_major_gridlines_line(&light);
            native.set_width(820).set_height((110 + 24 * rows * chart.series.len() as u32).clamp(260, 900));
        } else {
            native.y_axis().set_major_gridlines(true).set_major_gridlines_line(&light);
            native.set_width(820).set_height(340);
        }
        // An axis that does not begin at nothing makes small differences look large.
        let drawn = grid.rows.iter().take(chart.rows).flat_map(|row| chart.series.iter().map(|at| row[*at].length()));
        if drawn.fold(0.0, f64::min) >= 0.0 {
            if chart.kind == ChartKind::Bars {
                native.x_axis().set_min(0)
            } else {
                native.y_axis().set_min(0)
            };
        }
        if has_line {
            native.combine(&line);
        }
        native.set_alt_text(&chart.says);
        self.out.insert_chart(self.row, 0, &native)?;
        Ok(())
    }

    fn page(&mut self, header: Option<u32>) -> Result<(), XlsxError> {
        let year = self.paper.lead.first().map(String::as_str).unwrap_or_default();
        set_page(self.out, self.section.wide, &format!("{} {year}", self.paper.title))?;
        if let Some(header) = header {
            self.out.set_repeat_rows(header, header)?;
        }
        Ok(())
    }
}

fn set_page(out: &mut Worksheet, wide: bool, footer: &str) -> Result<(), XlsxError> {
    out.set_paper_size(9).set_print_fit_to_pages(1, 0).set_print_center_horizontally(true);
    if wide {
        out.set_landscape();
    } else {
        out.set_portrait();
    }
    out.set_margins(0.5, 0.5, 0.6, 0.7, 0.3, 0.3);
    out.set_footer(format!("&L&8{}&C&8&A&R&8&P / &N", footer.replace('&', "&&")));
    Ok(())
}

fn rules(out: &mut Worksheet, paper: &Paper) -> Result<(), XlsxError> {
    const WIDTH: usize = 96;
    out.set_name(paper.end_title[1])?;
    out.set_column_width(0, WIDTH as f64)?;
    out.write_string_with_format(0, 0, paper.end_title[0], &base().set_bold().set_font_size(14).set_font_color(DARK))?;
    for (at, line) in paper.end.iter().enumerate() {
        let row = at as u32 + 2;
        out.write_string_with_format(row, 0, line, &base().set_text_wrap())?;
        out.set_row_height_pixels(row, 22 * (japan::width(line) + 2).div_ceil(WIDTH - 2) as u32 + 6)?;
    }
    set_page(out, false, &paper.title)
}

/// As many decimals as the number has, at most three.
fn decimals(cell: &Cell) -> &'static str {
    match cell.number().map_or(0, |number| number.normalize().scale()) {
        0 => "#,##0;−#,##0",
        1 => "#,##0.0;−#,##0.0",
        2 => "#,##0.00;−#,##0.00",
        _ => "#,##0.000;−#,##0.000",
    }
}

/// A header with its unit on a line of its own.
fn parted(name: &str) -> String {
    match name.find(['（', '(']) {
        Some(at) if at > 0 => format!("{}\n{}", name[..at].trim_end(), &name[at..]),
        _ => name.to_owned(),
    }
}

/// What each column needs, in half-width characters.
fn widths(grid: &Grid, wide: bool) -> Vec<usize> {
    let least = if wide { 8 } else { 10 };
    let mut widths: Vec<usize> = (0..grid.columns.len())
        .map(|at| {
            let cells = grid.all_rows().map(|row| japan::width(&row[at].shown())).max().unwrap_or(0);
            let name = &grid.columns[at].name;
            // A header may take two lines: at its brackets, else in the middle.
            let header = match parted(name) {
                parted if parted.contains('\n') => parted.lines().map(japan::width).max().unwrap_or(0),
                whole => japan::width(&whole).div_ceil(if japan::width(&whole) > 12 { 2 } else { 1 }) + 1,
            };
            (cells.max(header) + 2).clamp(least, WIDEST)
        })
        .collect();
    // A narrow table leaves room for its sentences.
    let room: usize = widths.iter().sum();
    if room < 84 && !widths.is_empty() {
        let share = (84 - room) / widths.len();
        widths.iter_mut().for_each(|width| *width += share);
    }
    widths
}
