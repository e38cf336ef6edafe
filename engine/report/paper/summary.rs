//! 総括, 月ごとの推移, 金額.

use message::{Label, Line, Tab};
use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive};

use super::build::Desk;
use super::{Cell, Chart, ChartKind, Grid, Section, decimal_text};

pub(super) fn summary(desk: &Desk<'_>) -> Section {
    let mut section = desk.section("summary", Label::Summary, Tab::Summary);
    let figures = desk.figures;
    let (consulted, period) = (&figures.consulted, figures.options.period);
    let has_register = consulted.asked + consulted.improved > 0;
    let has_jobs = !figures.sources.is_empty();
    if has_register {
        section.lines.push(desk.line(&Line::Consulted {
            from: period.from,
            to: period.to,
            asked: consulted.asked,
            flags: &consulted.flags,
            improved: consulted.improved,
        }));
    }
    if consulted.estimated > 0 {
        let minutes = consulted.estimate;
        section.formula = Some(desk.line(&Line::Formula { before: minutes.before, after: minutes.after, saved: minutes.saved }));
        section.notes.push(desk.line(&Line::FormulaNote));
        section.notes.push(desk.line(&Line::EstimatedOf { estimated: consulted.estimated, improved: consulted.improved }));
    }
    if has_jobs {
        let minutes = figures.measured;
        section.lines.push(desk.line(&Line::Measured {
            jobs: figures.jobs,
            units: figures.units,
            before: minutes.before,
            after: minutes.after,
            rework: minutes.rework,
            saved: minutes.saved,
        }));
    }
    if !has_register && !has_jobs {
        section.lines.push(desk.line(&Line::Nothing));
        return section;
    }
    if !figures.unbased.is_empty() {
        section.lines.push(desk.line(&Line::UnbasedNote { tasks: figures.unbased.len() }));
    }
    if !consulted.late.is_empty() {
        section.notes.push(desk.line(&Line::Late { entries: &consulted.late }));
    }
    section.grid = Some(key_figures(desk, has_register, has_jobs));
    section
}

/// The figures that everybody asks for, each with the jobs and baselines behind it.
fn key_figures(desk: &Desk<'_>, has_register: bool, has_jobs: bool) -> Grid {
    let figures = desk.figures;
    let columns = [("item", Label::Item), ("value", Label::Value), ("jobs", Label::Jobs), ("baselines", Label::Versions)];
    let mut grid = Grid::new(desk.lang, 1, &columns);
    let mut row =
        |item: String, value: Cell, jobs: Cell, versions: Cell| grid.rows.push(vec![Cell::text(item), value, jobs, versions]);
    let named = |label: Label, column: Label| format!("{} {}", desk.label(label), desk.label(column));
    let nothing = || (Cell::Blank, Cell::Blank);
    if has_register {
        let consulted = &figures.consulted;
        let counts = [(desk.label(Label::Asked).to_owned(), consulted.asked)]
            .into_iter()
            .chain(consulted.flags.iter().map(|(flag, count)| (desk.line(&Line::Flagged { flag }), *count)))
            .chain([
                (desk.label(Label::Improved).to_owned(), consulted.improved),
                (desk.label(Label::Specialist).to_owned(), consulted.specialist),
            ]);
        for (item, count) in counts {
            let (jobs, versions) = nothing();
            row(item, Cell::count(count), jobs, versions);
        }
        let minutes = consulted.estimate;
        let hours =
            [(Label::HoursBefore, minutes.before), (Label::HoursAfter, minutes.after), (Label::HoursSaved, minutes.saved)];
        for (label, hours) in hours.into_iter().filter(|_| consulted.estimated > 0) {
            let (jobs, versions) = nothing();
            row(named(Label::Estimated, label), Cell::Hours(hours), jobs, versions);
        }
    }
    if has_jobs {
        let mut entries: Vec<u64> = figures.tasks.iter().flat_map(|task| task.baselines.iter().copied()).collect();
        entries.sort_unstable();
        entries.dedup();
        let minutes = figures.measured;
        let hours = [
            (Label::HoursBefore, minutes.before),
            (Label::HoursAfter, minutes.after),
            (Label::HoursRework, minutes.rework),
            (Label::HoursSaved, minutes.saved),
        ];
        for (label, hours) in hours {
            row(named(Label::Measured, label), Cell::Hours(hours), Cell::Count(figures.jobs), desk.versions(&entries));
        }
    }
    grid
}

pub(super) fn months(desk: &Desk<'_>) -> Section {
    let mut section = desk.section("months", Label::Months, Tab::Months);
    let figures = desk.figures;
    let columns = [
        ("month", Label::Month),
        ("consulted", Label::Asked),
        ("improved", Label::Improved),
        ("jobs", Label::Jobs),
        ("saved", Label::HoursSaved),
        ("cumulated", Label::Cumulated),
    ];
    let mut grid = Grid::new(desk.lang, 1, &columns);
    // Where the ledger ends, the line ends: what is not yet is not zero.
    let end = figures.head.as_ref().map_or(figures.options.period.to, |head| head.date);
    let mut sum = 0;
    for month in &figures.months {
        sum += month.saved;
        let name = if figures.months.len() > 12 {
            format!("{:04}-{:02}", month.month.year(), month.month.month())
        } else {
            desk.line(&Line::MonthName { month: month.month })
        };
        grid.rows.push(vec![
            Cell::text(name),
            Cell::count(month.asked),
            Cell::count(month.improved),
            Cell::Count(month.jobs),
            Cell::Hours(month.saved),
            if month.month <= end { Cell::Hours(sum) } else { Cell::Blank },
        ]);
    }
    grid.total = Some(vec![
        desk.word(Label::Total),
        Cell::count(figures.consulted.asked),
        Cell::count(figures.consulted.improved),
        Cell::Count(figures.jobs),
        Cell::Hours(figures.measured.saved),
        Cell::Blank,
    ]);
    let (series, of) = if figures.sources.is_empty() {
        (vec![1, 2], format!("{}、{}", desk.label(Label::Asked), desk.label(Label::Improved)))
    } else {
        (vec![4, 5], format!("{}、{}", desk.label(Label::HoursSaved), desk.label(Label::Cumulated)))
    };
    if figures.consulted.asked > 0 || !figures.sources.is_empty() {
        let says = desk.line(&Line::ChartOf { title: &section.title, of: &of });
        section.chart = Some(Chart { kind: ChartKind::Months, category: 0, series, rows: grid.rows.len(), says });
    }
    if figures.months.iter().any(|month| month.saved < 0) {
        section.notes.push(desk.line(&Line::Negative));
    }
    section.grid = Some(grid);
    section
}

/// Only where the office said what an hour costs.
pub(super) fn money(desk: &Desk<'_>) -> Option<Section> {
    let hourly = desk.figures.options.hourly_yen?;
    let figures = desk.figures;
    let mut section = desk.section("money", Label::Money, Tab::Money);
    let columns = [("item", Label::Item), ("hours", Label::HoursSaved), ("yen", Label::Yen)];
    let mut grid = Grid::new(desk.lang, 1, &columns);
    let rows = [
        (Label::Measured, figures.measured.saved, !figures.sources.is_empty()),
        (Label::Estimated, figures.consulted.estimate.saved, figures.consulted.estimated > 0),
    ];
    for (label, saved, is_there) in rows {
        if is_there {
            let yen = yen(saved, hourly);
            grid.rows.push(vec![desk.word(label), Cell::Hours(saved), Cell::Count(yen)]);
            section.lines.push(desk.line(&Line::MoneyNote { hourly: &decimal_text(hourly.normalize()), saved, yen }));
        }
    }
    if grid.rows.is_empty() {
        return None;
    }
    section.grid = Some(grid);
    Some(section)
}

/// From the minutes, never from rounded hours.
fn yen(saved: i64, hourly: Decimal) -> i64 {
    let exact = (Decimal::from(saved) / Decimal::from(60_000)).checked_mul(hourly).unwrap_or(Decimal::MAX);
    let whole = exact.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
    whole.to_i64().unwrap_or(if saved < 0 { i64::MIN } else { i64::MAX })
}
