//! Native Excel charts of a table's columns.

use rust_xlsxwriter::{
    Chart as Native, ChartAxis, ChartAxisCrossing, ChartDataLabel, ChartFont, ChartLegendPosition, ChartLine, ChartSeries,
    ChartType, Color, Worksheet,
};

use super::xlsx::{Placed, failed};
use super::{WriteError, style};
use crate::{Address, Table};

/// A chart on a sheet.
#[derive(Clone, PartialEq, Debug)]
pub struct Chart {
    /// Its kind.
    pub kind: ChartKind,
    /// Its title; none for none.
    pub title: Option<String>,
    /// The sheet whose table it shows; none for the one it stands on.
    pub from: Option<String>,
    /// Which table of that sheet: 0 is the first.
    pub table: usize,
    /// The column along the axis (the slices of a pie).
    pub category: String,
    /// The columns shown.
    pub series: Vec<Series>,
    /// The names of the category axis, the value axis and the second value axis.
    pub axes: [Option<String>; 3],
    /// The cell of its upper left corner; none for right of the tables, below the charts that stand there.
    pub at: Option<Address>,
    /// Width and height in pixels; none for the usual size.
    pub size: Option<(u32, u32)>,
}

/// A column of a chart.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Series {
    /// The column.
    pub column: String,
    /// Whether it is drawn as a line on a second axis.
    pub second_axis: bool,
}

/// The kind of a chart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ChartKind {
    /// 縦棒.
    Column,
    /// 積み上げ.
    Stacked,
    /// 横棒.
    Bar,
    /// 折れ線.
    Line,
    /// 円: of the first column alone.
    Pie,
}

/// Colours that are told apart in print and by people who do not see red and green as others do.
const COLORS: [u32; 8] = [0x001F_77B4, 0x00FF_7F0E, 0x0059_A14F, 0x00B0_7AA1, 0x0076_B7B2, 0x00ED_C948, 0x009C_755F, 0x007F_7F7F];
const USUAL_SIZE: (u32, u32) = (640, 375);

impl Chart {
    /// A chart of these columns, without titles, where there is room.
    pub fn new(kind: ChartKind, category: &str, columns: &[&str]) -> Chart {
        let series = columns.iter().map(|column| Series { column: (*column).to_owned(), second_axis: false }).collect();
        Chart {
            kind,
            title: None,
            from: None,
            table: 0,
            category: category.to_owned(),
            series,
            axes: [None, None, None],
            at: None,
            size: None,
        }
    }

    /// Puts the chart on its sheet.
    pub(super) fn insert(&self, out: &mut Worksheet, data: &Placed<'_>, room: &mut Room) -> Result<(), WriteError> {
        if data.table().is_empty() {
            return Ok(());
        }
        let mut chart = self.draw(data)?;
        let (width, height) = self.pixels();
        chart.set_width(width).set_height(height);
        let at = self.at.unwrap_or_else(|| room.take(data, height));
        out.insert_chart(at.row, at.column as u16, &chart).map(drop).map_err(failed)
    }

    fn pixels(&self) -> (u32, u32) {
        let (width, height) = self.size.unwrap_or(USUAL_SIZE);
        (width.clamp(100, 4_000), height.clamp(100, 4_000))
    }

    fn draw(&self, data: &Placed<'_>) -> Result<Native, WriteError> {
        let mut chart = Native::new(match self.kind {
            ChartKind::Column => ChartType::Column,
            ChartKind::Stacked => ChartType::ColumnStacked,
            ChartKind::Bar => ChartType::Bar,
            ChartKind::Line => ChartType::Line,
            ChartKind::Pie => ChartType::Pie,
        });
        let mut second = Native::new(ChartType::Line);
        let category = column(data.table(), &self.category)?;
        let first =
            self.series.iter().find(|series| !series.second_axis).and_then(|series| data.table().position(&series.column));
        let first = first.map_or("", |at| data.format(at as u16));
        let shown = if self.kind == ChartKind::Pie { 1 } else { self.series.len() };
        for (nth, series) in self.series.iter().take(shown).enumerate() {
            let line = series.second_axis && self.kind != ChartKind::Pie;
            let target = if line { &mut second } else { &mut chart };
            self.add(target, data, (category, column(data.table(), &series.column)?), nth, line);
        }
        self.dress(&mut chart, data.format(category), first);
        if self.series.iter().take(shown).any(|series| series.second_axis) && self.kind != ChartKind::Pie {
            let format =
                self.series.iter().find(|series| series.second_axis).and_then(|series| data.table().position(&series.column));
            set_axis(chart.y2_axis(), format.map_or("", |at| data.format(at as u16)), self.axes[2].as_deref());
            chart.combine(&second);
        }
        Ok(chart)
    }

    fn add(&self, chart: &mut Native, data: &Placed<'_>, (category, column): (u16, u16), nth: usize, line: bool) {
        let (first, last) = data.rows();
        let color = Color::RGB(COLORS[nth % COLORS.len()]);
        let series: &mut ChartSeries = chart.add_series();
        series
            .set_categories((data.sheet, first, category, last, category))
            .set_values((data.sheet, first, column, last, column))
            .set_name((data.sheet, data.header, column));
        match self.kind {
            ChartKind::Pie => {
                let colors: Vec<Color> = COLORS.iter().map(|color| Color::RGB(*color)).collect();
                series.set_point_colors(&colors).set_data_label(ChartDataLabel::new().show_percentage());
            }
            ChartKind::Line => drop(series.set_format(ChartLine::new().set_color(color).set_width(2.25))),
            _ if line => {
                series.set_secondary_axis(true).set_format(ChartLine::new().set_color(color).set_width(2.25));
            }
            _ => {
                series.set_format(rust_xlsxwriter::ChartSolidFill::new().set_color(color)).set_gap(60);
            }
        }
    }

    fn dress(&self, chart: &mut Native, categories: &str, values: &str) {
        match &self.title {
            Some(title) => {
                chart.title().set_name(title.as_str()).set_font(&font(12));
                chart.set_alt_text(title.as_str());
            }
            None => drop(chart.title().set_hidden()),
        }
        if self.kind == ChartKind::Pie {
            chart.legend().set_position(ChartLegendPosition::Right);
            return;
        }
        // Weeks and days are labels here: a date axis would leave a gap for each day without a row.
        set_axis(self.category_axis(chart).set_text_axis(true), categories, self.axes[0].as_deref());
        let light = ChartLine::new().set_color(Color::RGB(0x00D9_D9D9)).clone();
        let axis = if self.kind == ChartKind::Bar { chart.x_axis() } else { chart.y_axis() };
        set_axis(axis.set_major_gridlines(true).set_major_gridlines_line(&light), values, self.axes[1].as_deref());
        if self.kind == ChartKind::Bar {
            // The first row on top, as in the table.
            chart.y_axis().set_reverse().set_crossing(ChartAxisCrossing::Max).set_major_gridlines(false);
        }
        if self.series.len() > 1 {
            chart.legend().set_position(ChartLegendPosition::Bottom);
        } else {
            chart.legend().set_hidden();
        }
    }

    /// Horizontal bars have their categories on the vertical axis.
    fn category_axis<'a>(&self, chart: &'a mut Native) -> &'a mut ChartAxis {
        if self.kind == ChartKind::Bar { chart.y_axis() } else { chart.x_axis() }
    }
}

/// The room on a sheet for charts that nobody gave a place: right of its tables, one below another.
pub(super) struct Room {
    sheet: String,
    /// The first column that no table reaches, behind one of air.
    column: u32,
    /// The first row that no chart covers there; never above the first table, where titles run on to the right.
    row: u32,
}

impl Room {
    /// The room beside these tables. Charts that were given a place keep it: the others go below them.
    pub(super) fn new(sheet: &str, placed: &[Placed<'_>], charts: &[Chart]) -> Room {
        let column = placed.iter().map(|table| table.table().columns().len() as u32 + 1).max().unwrap_or(1);
        let row = placed.first().map_or(0, |table| table.header);
        let mut room = Room { sheet: sheet.to_owned(), column, row };
        for (chart, at) in charts.iter().filter_map(|chart| Some((chart, chart.at?))) {
            let (width, height) = chart.pixels();
            if at.column + width.div_ceil(style::COLUMN_PIXELS) >= column {
                room.row = room.row.max(at.row + rows(height));
            }
        }
        room
    }

    /// A place beside the table if it stands on this sheet, as high as there is room.
    fn take(&mut self, data: &Placed<'_>, height: u32) -> Address {
        let beside = if data.sheet == self.sheet { data.header } else { 0 };
        let row = self.row.max(beside);
        self.row = row + rows(height);
        Address::new(row, self.column)
    }
}

/// The rows that a height covers, and one of air. Rows are never lower than the usual height.
fn rows(height: u32) -> u32 {
    height.div_ceil(style::ROW_PIXELS) + 1
}

fn set_axis(axis: &mut ChartAxis, format: &str, name: Option<&str>) {
    if !matches!(format, "" | "@") {
        axis.set_num_format(format);
    }
    if let Some(name) = name {
        axis.set_name(name).set_name_font(&font(10));
    }
}

/// The theme's own font, which Japanese Excel replaces by a Japanese one.
fn font(size: u8) -> ChartFont {
    let mut font = ChartFont::new();
    font.set_size(size).set_bold();
    font
}

fn column(table: &Table, name: &str) -> Result<u16, WriteError> {
    let at = table.position(name).and_then(|at| u16::try_from(at).ok());
    at.ok_or_else(|| WriteError::no_column(table, name))
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};
    use std::rc::Rc;

    use super::*;
    use crate::{Column, Data, NewSheet, NewWorkbook, Origin, Shelf, Value};

    fn book(chart: Chart) -> Result<Vec<u8>, WriteError> {
        let shelf = Shelf::new();
        let weeks = ["1週", "2週", "3週"].map(|week| Value::Text(shelf.texts.intern(week)));
        let counts = [10, 20, 30].map(Value::Integer);
        let columns = vec![
            Rc::new(Column::new("週", Data::of(weeks))),
            Rc::new(Column::new("検査数", Data::of(counts))),
            Rc::new(Column::new("陽性数", Data::of(counts))),
        ];
        let table = Table::new(&shelf, columns, Rc::new(vec![Origin::COMPUTED; 3]));
        let mut book = NewWorkbook::new();
        book.add(NewSheet::of_table("集計", &table))?.charts.push(chart);
        book.to_bytes().map(|(bytes, _)| bytes)
    }

    fn part(bytes: &[u8], name: &str) -> String {
        let mut text = String::new();
        zip::ZipArchive::new(Cursor::new(bytes)).unwrap().by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn charts_name_the_cells_they_show() {
        let mut chart = Chart::new(ChartKind::Column, "週", &["検査数", "陽性数"]);
        chart.series[1].second_axis = true;
        chart.title = Some("検査数".into());
        let xml = part(&book(chart).unwrap(), "xl/charts/chart1.xml");
        for wanted in ["<c:barChart>", "<c:lineChart>", "集計!$A$2:$A$4", "集計!$B$2:$B$4", "集計!$C$1", "検査数"] {
            assert!(xml.contains(wanted), "{wanted}");
        }
    }

    /// The columns and rows that the charts of the first sheet cover.
    fn covered(bytes: &[u8]) -> Vec<[u32; 4]> {
        let xml = part(bytes, "xl/drawings/drawing1.xml");
        let number = |text: &str, tag: &str| -> u32 {
            let from = text.find(&format!("<xdr:{tag}>")).unwrap() + tag.len() + 6;
            text[from..].split('<').next().unwrap().parse().unwrap()
        };
        let anchors = xml.split("<xdr:from>").skip(1);
        let corners = anchors.map(|anchor| (anchor, anchor.split("<xdr:to>").nth(1).unwrap()));
        corners.map(|(from, to)| [number(from, "col"), number(from, "row"), number(to, "col"), number(to, "row")]).collect()
    }

    #[test]
    fn charts_of_several_tables_cover_neither_cells_nor_each_other() {
        let shelf = Shelf::new();
        let table = |names: &[&str]| {
            let columns = names.iter().map(|name| Rc::new(Column::new(name, Data::of([1, 2].map(Value::Integer)))));
            Table::new(&shelf, columns.collect(), Rc::new(vec![Origin::COMPUTED; 2]))
        };
        let mut sheet = NewSheet::of_table("表", &table(&["週", "数"]));
        sheet.blocks.push(crate::Block::Gap);
        sheet.blocks.push(crate::Block::Table(crate::NewTable::new(&table(&["月", "人", "件", "率"]))));
        let mut second = Chart::new(ChartKind::Line, "月", &["人"]);
        second.table = 1;
        let mut fixed = Chart::new(ChartKind::Bar, "週", &["数"]);
        fixed.at = Some(Address::new(3, 4));
        sheet.charts =
            vec![Chart::new(ChartKind::Column, "週", &["数"]), second, fixed, Chart::new(ChartKind::Pie, "週", &["数"])];
        let mut book = NewWorkbook::new();
        book.add(sheet).unwrap();
        let bytes = book.to_bytes().unwrap().0;
        let shown = (1..=4).map(|number| part(&bytes, &format!("xl/charts/chart{number}.xml"))).collect::<Vec<_>>();
        assert_eq!(shown.iter().filter(|xml| xml.contains("表!$B$6:$B$7")).count(), 1, "one shows the second table");
        let charts = covered(&bytes);
        assert_eq!(charts.len(), 4);
        for (at, [left, top, right, bottom]) in charts.iter().copied().enumerate() {
            assert!(left >= 4, "chart {at} covers cells");
            for [l, t, r, b] in charts[..at].iter().copied() {
                assert!(right < l || r < left || bottom < t || b < top, "chart {at} covers another: {charts:?}");
            }
        }
    }

    #[test]
    fn a_missing_column_or_sheet_is_an_error() {
        let missing = book(Chart::new(ChartKind::Line, "月", &["検査数"]));
        assert!(matches!(missing, Err(WriteError::NoColumn { wanted, .. }) if wanted == "月"));
        let mut chart = Chart::new(ChartKind::Pie, "週", &["検査数"]);
        chart.from = Some("別紙".into());
        assert!(matches!(book(chart), Err(WriteError::NoSheet { wanted, .. }) if wanted == "別紙"));
    }
}
