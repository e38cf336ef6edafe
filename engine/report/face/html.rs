//! The report as one page: no network, no script; for the screen, for A4 paper, and for people who listen to it.

use maud::{DOCTYPE, Markup, PreEscaped, html as page};

use super::svg;
use crate::paper::{Cell, Column, Grid, Paper, Section};

const STYLE: &str = include_str!("report.css");

/// The bytes of the page.
pub fn html(paper: &Paper) -> Vec<u8> {
    let markup = page! {
        (DOCTYPE)
        html lang=(paper.lang.code()) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (paper.title) " " (paper.lead.first().map(String::as_str).unwrap_or_default()) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    h1 { (paper.title) }
                    @for (at, line) in paper.lead.iter().enumerate() {
                        p class=(if at == 0 { "year" } else { "lead" }) { (line) }
                    }
                }
                nav aria-label=(paper.title) {
                    ul {
                        @for section in &paper.sections {
                            li { a href=(format!("#{}", section.id)) { (section.title) } }
                        }
                        li { a href="#rules" { (paper.end_title[0]) } }
                    }
                }
                main {
                    @for section in &paper.sections { (self::section(section)) }
                    section #rules {
                        h2 { (paper.end_title[0]) }
                        ul { @for line in &paper.end { li { (line) } } }
                    }
                }
            }
        }
    };
    markup.into_string().into_bytes()
}

fn section(section: &Section) -> Markup {
    page! {
        section id=(section.id) class=[section.wide.then_some("wide")] {
            h2 { (section.title) }
            @for line in &section.lines { p { (line) } }
            @if let Some(formula) = &section.formula { p.formula { (formula) } }
            @if let Some(grid) = &section.grid {
                @if let Some(chart) = &section.chart { (svg::chart(grid, chart, section.id)) }
                (table(section, grid))
            }
            @for note in &section.notes { p.note { (note) } }
        }
    }
}

/// Words up to this width stay on one line.
const SHORT: usize = 16;

/// A header may be parted before its brackets, nowhere else.
fn header(name: &str) -> Markup {
    match name.find('（') {
        Some(at) => page! { (name[..at]) wbr; (name[at..]) },
        None => page! { (name) },
    }
}

fn table(section: &Section, grid: &Grid) -> Markup {
    let numeric: Vec<bool> = (0..grid.columns.len()).map(|at| grid.is_numeric(at)).collect();
    let widest = |at: usize| grid.all_rows().map(|row| japan::width(&row[at].shown())).max().unwrap_or(0);
    let class: Vec<&str> = (0..grid.columns.len())
        .map(|at| {
            if numeric[at] {
                "figure"
            } else if widest(at) <= SHORT {
                "short"
            } else {
                "words"
            }
        })
        .collect();
    let row = |cells: &[Cell]| {
        page! {
            tr id=[anchor(section, cells)] {
                @for (at, (cell, column)) in cells.iter().zip(&grid.columns).enumerate() {
                    @if at < grid.heads && *cell != Cell::Blank {
                        th scope="row" class=(class[at]) { (cell.shown()) }
                    } @else {
                        td class=(class[at]) { (content(section, column, cell)) }
                    }
                }
            }
        }
    };
    page! {
        div.table tabindex="0" role="group" aria-label=(section.title) {
            table {
                caption { (section.title) }
                thead { tr { @for column in &grid.columns { th scope="col" { (header(&column.name)) } } } }
                tbody { @for cells in &grid.rows { (row(cells)) } }
                @if let Some(total) = &grid.total { tfoot { (row(total)) } }
            }
        }
    }
}

/// A version of a baseline can be linked to.
fn anchor(section: &Section, cells: &[Cell]) -> Option<String> {
    match (section.id, cells.first()) {
        ("baselines", Some(Cell::Count(entry))) => Some(format!("baseline-{entry}")),
        _ => None,
    }
}

/// What stands in a cell; baselines and numbers of jobs lead to what is behind them.
fn content(section: &Section, column: &Column, cell: &Cell) -> Markup {
    let shown = cell.shown();
    match (column.id.as_str(), cell) {
        ("baselines" | "baseline", Cell::Text(_) | Cell::Count(_)) => {
            let parts: Vec<&str> = if matches!(cell, Cell::Text(_)) { shown.split(", ").collect() } else { vec![shown.as_str()] };
            page! {
                @for (at, part) in parts.iter().enumerate() {
                    @if at > 0 { ", " }
                    @let entry = part.replace(',', "");
                    @if entry.bytes().all(|byte| byte.is_ascii_digit()) {
                        a href=(format!("#baseline-{entry}")) { (part) }
                    } @else { (part) }
                }
            }
        }
        ("jobs", Cell::Count(count)) if *count != 0 && section.id != "months" => page! { a href="#sources" { (shown) } },
        _ => page! { (shown) },
    }
}
