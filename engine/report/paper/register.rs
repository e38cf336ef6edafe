//! 相談件数（部局別）, 主な支援事例, 目標と実績.

use message::{Label, Line, Tab};

use super::build::Desk;
use super::{Cell, Chart, ChartKind, Column, Grid, Section};
use crate::figures::Minutes;
use crate::register::Status;

fn hours(minutes: Minutes, is_there: bool) -> [Cell; 3] {
    if is_there {
        [minutes.before, minutes.after, minutes.saved].map(Cell::Hours)
    } else {
        [Cell::Blank, Cell::Blank, Cell::Blank]
    }
}

pub(super) fn departments(desk: &Desk<'_>) -> Section {
    let mut section = desk.section("departments", Label::Departments, Tab::Departments);
    let consulted = &desk.figures.consulted;
    if consulted.departments.is_empty() {
        section.lines.push(desk.line(&Line::NoRegister));
        return section;
    }
    let columns = [
        ("department", Label::Department),
        ("consulted", Label::Asked),
        ("improved", Label::Improved),
        ("before", Label::HoursBefore),
        ("after", Label::HoursAfter),
        ("saved", Label::HoursSaved),
    ];
    let mut grid = Grid::new(desk.lang, 1, &columns);
    for line in &consulted.departments {
        let mut row = vec![Cell::text(&line.department), Cell::count(line.asked), Cell::count(line.improved)];
        row.extend(hours(line.estimate, line.estimate != Minutes::default()));
        grid.rows.push(row);
    }
    let shown = grid.rows.len();
    if consulted.shared != Minutes::default() {
        let mut row = vec![desk.word(Label::Several), Cell::Blank, Cell::Blank];
        row.extend(hours(consulted.shared, true));
        grid.rows.push(row);
        section.notes.push(desk.line(&Line::Shared));
    }
    let mut total = vec![desk.word(Label::Total), Cell::count(consulted.asked), Cell::count(consulted.improved)];
    total.extend(hours(consulted.estimate, consulted.estimated > 0));
    grid.total = Some(total);
    let of = format!("{}、{}", desk.label(Label::Asked), desk.label(Label::Improved));
    let says = desk.line(&Line::ChartOf { title: &section.title, of: &of });
    section.chart = Some(Chart { kind: ChartKind::Bars, category: 0, series: vec![1, 2], rows: shown.min(30), says });
    section.grid = Some(grid);
    section
}

/// How many cases are printed if none is marked.
const CASES: usize = 10;

pub(super) fn cases(desk: &Desk<'_>) -> Option<Section> {
    let cases = &desk.figures.consulted.cases;
    if cases.is_empty() {
        return None;
    }
    let mut section = desk.section("cases", Label::Cases, Tab::Cases);
    let marked = cases.iter().filter(|case| case.row.main).count();
    let shown = if marked > 0 { marked.min(50) } else { CASES.min(cases.len()) };
    let columns = [
        ("number", Label::Number),
        ("title", Label::Title),
        ("department", Label::Department),
        ("status", Label::Status),
        ("before", Label::HoursBefore),
        ("after", Label::HoursAfter),
        ("saved", Label::HoursSaved),
        ("entry", Label::Entry),
    ];
    let mut grid = Grid::new(desk.lang, 2, &columns);
    for (at, case) in cases.iter().take(shown).enumerate() {
        let row = &case.row;
        let status = match row.status {
            Status::Asked => Label::Asking,
            Status::UnderWay => Label::UnderWay,
            Status::Improved => Label::Done,
            Status::Declined => Label::Declined,
        };
        let mut cells = vec![Cell::count(at as u64 + 1), Cell::text(&row.title), Cell::text(row.department()), desk.word(status)];
        cells.extend(hours(row.hours.map(Minutes::estimate).unwrap_or_default(), row.hours.is_some()));
        cells.push(Cell::count(case.entry));
        grid.rows.push(cells);
    }
    section.lines.push(desk.line(&Line::MainCases { shown, all: cases.len() }));
    section.grid = Some(grid);
    Some(section)
}

pub(super) fn targets(desk: &Desk<'_>) -> Option<Section> {
    let lines = &desk.figures.targets;
    if lines.is_empty() {
        return None;
    }
    let mut section = desk.section("targets", Label::Targets, Tab::Targets);
    let columns = [
        ("item", Label::Item),
        ("fiscal_year", Label::FiscalYear),
        ("unit", Label::Unit),
        ("present", Label::Present),
        ("goal", Label::Goal),
        ("result", Label::Result),
        ("reached", Label::Reached),
        ("source", Label::CountedBy),
        ("entry", Label::Entry),
    ];
    let mut grid = Grid::new(desk.lang, 2, &columns);
    for line in lines {
        let target = &line.target;
        let number =
            |number: Option<rust_decimal::Decimal>| number.map_or(Cell::Blank, |number| Cell::Number(number.normalize()));
        let year = japan::fiscal_year_name(target.year).unwrap_or_else(|| target.year.to_string());
        grid.rows.push(vec![
            Cell::text(&target.name),
            Cell::text(desk.lang.pick(year, target.year.to_string())),
            Cell::text(target.unit.clone().unwrap_or_default()),
            number(target.present),
            number(Some(target.goal)),
            number(line.result),
            line.reached().map_or(Cell::Blank, Cell::Number),
            match line.result {
                Some(_) => desk.word(if line.counted { Label::ByReport } else { Label::ByHand }),
                None => Cell::Blank,
            },
            Cell::count(line.entry),
        ]);
    }
    section.notes.push(desk.line(&Line::TargetNote));
    section.chart = target_chart(desk, &section, &grid);
    section.grid = Some(grid);
    Some(section)
}

/// Goal and result by fiscal year, if all rows are of one kind.
fn target_chart(desk: &Desk<'_>, section: &Section, grid: &Grid) -> Option<Chart> {
    let one = grid.rows.windows(2).all(|pair| pair[0][0] == pair[1][0]);
    let has_result = grid.rows.iter().any(|row| row[5] != Cell::Blank);
    if !one || !has_result {
        return None;
    }
    let of = format!("{}、{}", desk.label(Label::Goal), desk.label(Label::Result));
    let says = desk.line(&Line::ChartOf { title: &section.title, of: &of });
    Some(Chart { kind: ChartKind::Bars, category: 1, series: vec![4, 5], rows: grid.rows.len().min(20), says })
}

/// A column for each month.
pub(super) fn month_columns(desk: &Desk<'_>) -> Vec<Column> {
    let months = desk.figures.options.period.months();
    let many = months.len() > 12;
    let column = |month: jiff::civil::Date| {
        let id = format!("{:04}-{:02}", month.year(), month.month());
        Column { name: if many { id.clone() } else { desk.line(&Line::MonthName { month }) }, id }
    };
    months.into_iter().map(column).collect()
}
