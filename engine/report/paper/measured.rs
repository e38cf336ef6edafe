//! What jobs show: by task, by month and department, with range, quality, and the rows behind it.

use message::{Label, Line, Tab};

use super::build::Desk;
use super::register::month_columns;
use super::{Cell, Chart, ChartKind, Column, Grid, Section};
use crate::figures::{Annual, Minutes, Quality, TaskLine};

fn annual_hours(annual: Option<Annual>) -> [Cell; 3] {
    match annual {
        Some(Annual { minutes, .. }) => [minutes.before, minutes.after, minutes.saved].map(Cell::Hours),
        None => [Cell::Blank, Cell::Blank, Cell::Blank],
    }
}

fn expected(desk: &Desk<'_>, annual: Option<Annual>) -> Cell {
    if annual.is_some_and(|annual| annual.expected) { desk.word(Label::Expected) } else { Cell::Blank }
}

pub(super) fn comparison(desk: &Desk<'_>) -> Option<Section> {
    let lines = &desk.figures.comparison;
    if lines.is_empty() {
        return None;
    }
    let mut section = desk.section("comparison", Label::Comparison, Tab::Comparison);
    section.wide = true;
    let columns = [
        ("task", Label::Task),
        ("estimate_before", Label::EstimateBefore),
        ("estimate_after", Label::EstimateAfter),
        ("estimate_saved", Label::EstimateSaved),
        ("measured_before", Label::YearBefore),
        ("measured_after", Label::YearAfter),
        ("measured_saved", Label::YearSaved),
        ("difference", Label::Difference),
        ("share", Label::Share),
        ("expected", Label::Expected),
    ];
    let mut grid = Grid::new(desk.lang, 1, &columns);
    let (mut estimate, mut measured, mut any) = (0, 0, false);
    for line in lines {
        let mut row = vec![desk.task(&line.task)];
        row.extend([line.estimate.before, line.estimate.after, line.estimate.saved].map(Cell::Hours));
        row.extend(annual_hours(line.measured));
        row.push(line.difference().map_or(Cell::Blank, Cell::Hours));
        row.push(line.measured.map_or(Cell::Blank, |annual| Cell::share(annual.minutes.saved, line.estimate.saved)));
        row.push(expected(desk, line.measured));
        grid.rows.push(row);
        if let Some(annual) = line.measured {
            (estimate, measured, any) = (estimate + line.estimate.saved, measured + annual.minutes.saved, true);
        }
    }
    section.lines.push(desk.line(&Line::ComparisonNote));
    if any {
        section.lines.push(desk.line(&Line::Apart { estimate, measured }));
        let of = format!("{}、{}", desk.label(Label::EstimateSaved), desk.label(Label::YearSaved));
        let says = desk.line(&Line::ChartOf { title: &section.title, of: &of });
        section.chart =
            Some(Chart { kind: ChartKind::Bars, category: 0, series: vec![3, 6], rows: grid.rows.len().min(20), says });
    }
    section.grid = Some(grid);
    Some(section)
}

/// How many tasks the chart shows.
const TOP: usize = 10;

pub(super) fn tasks(desk: &Desk<'_>) -> Section {
    let figures = desk.figures;
    let mut section = desk.section("tasks", Label::Tasks, Tab::Tasks);
    section.wide = true;
    if figures.tasks.is_empty() {
        section.lines.push(desk.line(&Line::NoJobs));
        return section;
    }
    let columns = [
        ("task", Label::Task),
        ("department", Label::Department),
        ("jobs", Label::Jobs),
        ("units", Label::Units),
        ("unit", Label::Unit),
        ("before_per_unit", Label::MinutesBefore),
        ("after_per_unit", Label::MinutesAfter),
        ("before", Label::HoursBefore),
        ("after", Label::HoursAfter),
        ("rework", Label::HoursRework),
        ("saved", Label::HoursSaved),
        ("share", Label::SavedShare),
        ("method", Label::Method),
        ("baselines", Label::Versions),
    ];
    let mut grid = Grid::new(desk.lang, 1, &columns);
    grid.rows = figures.tasks.iter().map(|line| task_row(desk, line)).collect();
    let blank = || Cell::Blank;
    let Minutes { before, after, rework, saved } = figures.measured;
    let mut total =
        vec![desk.word(Label::Total), blank(), Cell::Count(figures.jobs), Cell::Count(figures.units), blank(), blank(), blank()];
    total.extend([before, after, rework, saved].map(Cell::Hours));
    total.extend([Cell::share(saved, before), blank(), blank()]);
    grid.total = Some(total);
    let of = desk.label(Label::HoursSaved);
    let says = desk.line(&Line::ChartOf { title: &section.title, of });
    let shown = grid.rows.len().min(TOP);
    section.chart = Some(Chart { kind: ChartKind::Bars, category: 0, series: vec![10], rows: shown, says });
    if grid.rows.len() > shown {
        section.notes.push(desk.line(&Line::TopTasks { shown }));
    }
    if figures.tasks.iter().any(|line| line.minutes.saved < 0) {
        section.notes.push(desk.line(&Line::Negative));
    }
    section.grid = Some(grid);
    section
}

fn task_row(desk: &Desk<'_>, line: &TaskLine) -> Vec<Cell> {
    let per_unit = |minutes: i64| {
        let of = |units: i64| {
            crate::figures::rounded(i128::from(minutes) * i128::from(units.signum()), i128::from(units.unsigned_abs()))
        };
        if line.units == 0 { Cell::Blank } else { Cell::Minutes(i64::try_from(of(line.units)).unwrap_or(i64::MAX)) }
    };
    let mut methods: Vec<&str> = desk
        .figures
        .baselines
        .iter()
        .filter(|baseline| line.baselines.contains(&baseline.entry))
        .map(|baseline| desk.method(baseline.method))
        .collect();
    methods.dedup();
    let Minutes { before, after, rework, saved } = line.minutes;
    let mut row = vec![
        Cell::text(desk.figures.task_name(&line.task, desk.lang)),
        Cell::text(line.departments.join("、")),
        Cell::Count(line.jobs),
        Cell::Count(line.units),
        Cell::text(desk.figures.unit_name(&line.task, desk.lang)),
        per_unit(before),
        per_unit(after),
    ];
    row.extend([before, after, rework, saved].map(Cell::Hours));
    row.extend([Cell::share(saved, before), Cell::text(methods.join("、")), desk.versions(&line.baselines)]);
    row
}

pub(super) fn grid(desk: &Desk<'_>) -> Option<Section> {
    let figures = desk.figures;
    if figures.grid.is_empty() {
        return None;
    }
    let mut section = desk.section("grid", Label::Grid, Tab::Grid);
    section.wide = true;
    let mut grid = Grid::new(desk.lang, 2, &[("department", Label::Department), ("task", Label::Task)]);
    grid.columns.extend(month_columns(desk));
    grid.columns.push(Column { id: "total".to_owned(), name: desk.label(Label::Total).to_owned() });
    for line in &figures.grid {
        let mut row = vec![Cell::text(&line.department), desk.task(&line.task)];
        row.extend(line.months.iter().map(|saved| Cell::Hours(*saved)));
        row.push(Cell::Hours(line.total()));
        grid.rows.push(row);
    }
    let mut total = vec![desk.word(Label::Total), Cell::Blank];
    total.extend(figures.months.iter().map(|month| Cell::Hours(month.saved)));
    total.push(Cell::Hours(figures.measured.saved));
    grid.total = Some(total);
    section.notes.push(desk.line(&Line::GridNote));
    section.grid = Some(grid);
    Some(section)
}

pub(super) fn ranges(desk: &Desk<'_>) -> Option<Section> {
    let figures = desk.figures;
    if figures.tasks.is_empty() {
        return None;
    }
    let mut section = desk.section("ranges", Label::Ranges, Tab::Ranges);
    section.wide = true;
    let columns = [
        ("task", Label::Task),
        ("low", Label::Low),
        ("middle", Label::Middle),
        ("high", Label::High),
        ("units_a_year", Label::UnitsAYear),
        ("year_low", Label::YearLow),
        ("year_saved", Label::YearSaved),
        ("year_high", Label::YearHigh),
        ("months", Label::DataMonths),
        ("expected", Label::Expected),
        ("jobs", Label::Jobs),
        ("baselines", Label::Versions),
    ];
    let mut grid = Grid::new(desk.lang, 1, &columns);
    let (mut low, mut high) = (0, 0);
    for line in &figures.tasks {
        (low, high) = (low + line.range.low, high + line.range.high);
        let mut row = vec![desk.task(&line.task)];
        row.extend([line.range.low, line.range.middle, line.range.high].map(Cell::Hours));
        row.extend(year(line.annual));
        row.extend([
            Cell::count(line.months.into()),
            expected(desk, line.annual),
            Cell::Count(line.jobs),
            desk.versions(&line.baselines),
        ]);
        grid.rows.push(row);
    }
    let all = figures.annual();
    let mut total = vec![desk.word(Label::Total)];
    total.extend([low, figures.measured.saved, high].map(Cell::Hours));
    let [_, low, middle, high] = year(all);
    total.extend([Cell::Blank, low, middle, high, Cell::Blank, expected(desk, all), Cell::Count(figures.jobs), Cell::Blank]);
    grid.total = Some(total);
    section.notes.push(desk.line(&Line::RangeNote));
    section.notes.push(desk.line(&Line::AnnualNote { minimum: figures.options.minimum_months }));
    section.grid = Some(grid);
    Some(section)
}

fn year(annual: Option<Annual>) -> [Cell; 4] {
    match annual {
        Some(Annual { units, range, .. }) => {
            [Cell::Count(units), Cell::Hours(range.low), Cell::Hours(range.middle), Cell::Hours(range.high)]
        }
        None => [Cell::Blank, Cell::Blank, Cell::Blank, Cell::Blank],
    }
}

pub(super) fn quality(desk: &Desk<'_>) -> Option<Section> {
    let figures = desk.figures;
    let lines: Vec<&TaskLine> = figures.tasks.iter().chain(&figures.new_work).chain(&figures.unbased).collect();
    if lines.is_empty() {
        return None;
    }
    let mut section = desk.section("quality", Label::Quality, Tab::Quality);
    let columns = [
        ("task", Label::Task),
        ("jobs", Label::Run),
        ("findings", Label::Findings),
        ("returned", Label::Returned),
        ("failed", Label::Failed),
        ("undone", Label::Undone),
        ("redone", Label::Redone),
        ("rework", Label::HoursRework),
    ];
    let mut grid = Grid::new(desk.lang, 1, &columns);
    let row = |name: Cell, quality: Quality, rework: i64| {
        let Quality { published, findings, returned, failed, undone, redone } = quality;
        let mut row = vec![name];
        row.extend([published, findings, returned, failed, undone, redone].map(Cell::count));
        row.push(Cell::Hours(rework));
        row
    };
    let (mut all, mut rework) = (Quality::default(), 0);
    for line in lines {
        all = all.and(line.quality);
        rework += line.minutes.rework;
        grid.rows.push(row(desk.task(&line.task), line.quality, line.minutes.rework));
    }
    grid.total = Some(row(desk.word(Label::Total), all, rework));
    section.notes.push(desk.line(&Line::QualityNote));
    section.grid = Some(grid);
    Some(section)
}

pub(super) fn new_work(desk: &Desk<'_>) -> Option<Section> {
    let lines = &desk.figures.new_work;
    if lines.is_empty() {
        return None;
    }
    let mut section = desk.section("new_work", Label::NewWork, Tab::NewWork);
    let columns = [
        ("task", Label::Task),
        ("department", Label::Department),
        ("jobs", Label::Jobs),
        ("units", Label::Units),
        ("unit", Label::Unit),
        ("entry", Label::LastEntry),
        ("hours_now", Label::HoursNow),
    ];
    let mut grid = counted_apart(desk, &columns, lines);
    for (row, line) in grid.rows.iter_mut().zip(lines) {
        row.push(Cell::Hours(line.minutes.after));
    }
    section.grid = Some(grid);
    section.notes.push(desk.line(&Line::NewNote));
    Some(section)
}

pub(super) fn unbased(desk: &Desk<'_>) -> Option<Section> {
    let lines = &desk.figures.unbased;
    if lines.is_empty() {
        return None;
    }
    let mut section = desk.section("unbased", Label::Unbased, Tab::Unbased);
    let columns = [
        ("task", Label::Task),
        ("department", Label::Department),
        ("jobs", Label::Jobs),
        ("units", Label::Units),
        ("unit", Label::Unit),
        ("entry", Label::LastEntry),
    ];
    section.grid = Some(counted_apart(desk, &columns, lines));
    section.notes.push(desk.line(&Line::UnbasedNote { tasks: lines.len() }));
    Some(section)
}

fn counted_apart(desk: &Desk<'_>, columns: &[(&str, Label)], lines: &[TaskLine]) -> Grid {
    let mut grid = Grid::new(desk.lang, 1, columns);
    for line in lines {
        grid.rows.push(vec![
            Cell::text(desk.figures.task_name(&line.task, desk.lang)),
            Cell::text(line.departments.join("、")),
            Cell::Count(line.jobs),
            Cell::Count(line.units),
            Cell::text(desk.figures.unit_name(&line.task, desk.lang)),
            Cell::count(line.entries.1),
        ]);
    }
    grid
}

pub(super) fn baselines(desk: &Desk<'_>) -> Option<Section> {
    let baselines = &desk.figures.baselines;
    if baselines.is_empty() {
        return None;
    }
    let mut section = desk.section("baselines", Label::Baselines, Tab::Baselines);
    section.wide = true;
    let columns = [
        ("entry", Label::Entry),
        ("task", Label::Task),
        ("before", Label::MinutesBefore),
        ("after", Label::MinutesAfter),
        ("low", Label::LowMinutes),
        ("high", Label::HighMinutes),
        ("rework", Label::ReworkMinutes),
        ("method", Label::Method),
        ("author", Label::Author),
        ("date", Label::Date),
        ("samples", Label::Samples),
        ("units_a_year", Label::UnitsAYear),
        ("new", Label::IsNew),
    ];
    let mut grid = Grid::new(desk.lang, 2, &columns);
    for baseline in baselines {
        let maybe = |minutes: Option<i64>| minutes.map_or(Cell::Blank, Cell::Minutes);
        grid.rows.push(vec![
            Cell::count(baseline.entry),
            Cell::text(&baseline.name[desk.lang.pick(0, 1)]),
            Cell::Minutes(baseline.before),
            Cell::Minutes(baseline.after),
            maybe(baseline.low),
            maybe(baseline.high),
            Cell::Minutes(baseline.rework),
            Cell::text(desk.method(baseline.method)),
            Cell::text(&baseline.author),
            Cell::text(&baseline.date),
            Cell::count(baseline.samples),
            baseline.units_per_year.map_or(Cell::Blank, Cell::count),
            desk.yes(baseline.new_work),
        ]);
    }
    section.notes.push(desk.line(&Line::BaselineNote));
    section.grid = Some(grid);
    Some(section)
}

pub(super) fn sources(desk: &Desk<'_>) -> Option<Section> {
    let sources = &desk.figures.sources;
    if sources.is_empty() {
        return None;
    }
    let mut section = desk.section("sources", Label::Sources, Tab::Sources);
    section.wide = true;
    let columns = [
        ("month", Label::Month),
        ("department", Label::Department),
        ("task", Label::Task),
        ("kind", Label::Kind),
        ("baseline", Label::Versions),
        ("entries", Label::Jobs),
        ("units", Label::Units),
        ("before", Label::MinutesTotalBefore),
        ("after", Label::MinutesTotalAfter),
        ("rework", Label::MinutesTotalRework),
        ("saved", Label::MinutesTotalSaved),
        ("first", Label::FirstEntry),
        ("last", Label::LastEntry),
    ];
    let mut grid = Grid::new(desk.lang, 4, &columns);
    for sum in sources {
        let mut row = vec![
            Cell::text(format!("{:04}-{:02}", sum.month.year(), sum.month.month())),
            Cell::text(&sum.department),
            desk.task(&sum.task),
            desk.kind(sum.kind),
            sum.baseline.map_or(Cell::Blank, Cell::count),
            Cell::count(sum.entries),
            Cell::Count(sum.counted),
        ];
        row.extend([sum.before, sum.after, sum.rework, sum.saved].map(Cell::Minutes));
        row.extend([sum.first, sum.last].map(Cell::count));
        grid.rows.push(row);
    }
    section.notes.push(desk.line(&Line::SourceNote));
    section.grid = Some(grid);
    Some(section)
}
