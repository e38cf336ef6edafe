//! Charts as SVG: drawn by us, without a script, readable in print and without colours.

use maud::{Markup, html};

use crate::paper::{Cell, Chart, ChartKind, Grid};

/// Dark and light, so that they differ in grey too.
const COLORS: [&str; 2] = ["#1f4e79", "#f0a860"];
/// The width of a page between its margins.
const WIDTH: f64 = 720.0;
const BAR: f64 = 14.0;
/// The width of a half-width character.
const LETTER: f64 = 6.6;

/// The chart of a table.
pub(super) fn chart(grid: &Grid, chart: &Chart, id: &str) -> Markup {
    match chart.kind {
        ChartKind::Bars => bars(grid, chart, id),
        ChartKind::Months => months(grid, chart, id),
    }
}

/// What is drawn as a line.
const LINE: &str = "#c55a11";

fn is_line(grid: &Grid, series: usize) -> bool {
    grid.columns[series].id == "cumulated"
}

/// Names and colours of what is drawn.
fn legend<'a>(grid: &'a Grid, chart: &Chart) -> Vec<(&'a str, &'static str)> {
    let color = |nth: usize, at: usize| if is_line(grid, at) { LINE } else { COLORS[nth % 2] };
    chart.series.iter().enumerate().map(|(nth, at)| (grid.columns[*at].name.as_str(), color(nth, *at))).collect()
}

fn picture(id: &str, says: &str, height: f64, legend: &[(&str, &str)], inner: Markup) -> Markup {
    let title = format!("{id}-chart");
    html! {
        figure {
            svg role="img" aria-labelledby=(title) viewBox=(format!("0 0 {WIDTH} {height:.0}")) xmlns="http://www.w3.org/2000/svg" {
                title id=(title) { (says) }
                (inner)
            }
            figcaption {
                @for (name, color) in legend {
                    span.key { span.swatch style=(format!("background:{color}")) {} (name) }
                }
            }
        }
    }
}

/// The least and the most that is drawn, zero included.
fn span(grid: &Grid, chart: &Chart) -> (f64, f64) {
    let lengths = grid.rows.iter().take(chart.rows).flat_map(|row| chart.series.iter().map(|at| row[*at].length()));
    let (low, high) = lengths.fold((0.0_f64, 0.0_f64), |(low, high), length| (low.min(length), high.max(length)));
    if low == high { (0.0, 1.0) } else { (low, high) }
}

fn bars(grid: &Grid, chart: &Chart, id: &str) -> Markup {
    let rows: Vec<&Vec<Cell>> = grid.rows.iter().take(chart.rows).collect();
    let widest = rows.iter().map(|row| japan::width(&row[chart.category].shown())).max().unwrap_or(0).min(34);
    let left = widest as f64 * LETTER + 12.0;
    let (low, high) = span(grid, chart);
    let scale = (WIDTH - left - 70.0) / (high - low);
    let zero = left - low * scale;
    let step = BAR * chart.series.len() as f64 + 8.0;
    let height = rows.len() as f64 * step + 6.0;
    let drawn = html! {
        @for (at, row) in rows.iter().enumerate() {
            @let top = at as f64 * step + 4.0;
            @let middle = top + BAR * chart.series.len() as f64 / 2.0 + 4.0;
            text x=(px(left - 6.0)) y=(px(middle)) text-anchor="end" { (cut(&row[chart.category].shown(), 34)) }
            @for (nth, series) in chart.series.iter().enumerate() {
                @let cell = &row[*series];
                @if *cell != Cell::Blank {
                    @let end = zero + cell.length() * scale;
                    @let y = top + nth as f64 * BAR;
                    rect x=(px(end.min(zero))) y=(px(y)) width=(px((end - zero).abs())) height=(px(BAR - 2.0)) fill=(COLORS[nth % 2]) {}
                    text x=(px(end.max(zero) + 4.0)) y=(px(y + BAR - 3.5)) { (cell.shown()) }
                }
            }
        }
        line x1=(px(zero)) x2=(px(zero)) y1="0" y2=(px(height)) stroke="#595959" {}
    };
    picture(id, &chart.says, height, &legend(grid, chart), drawn)
}

fn months(grid: &Grid, chart: &Chart, id: &str) -> Markup {
    const HEIGHT: f64 = 220.0;
    let rows: Vec<&Vec<Cell>> = grid.rows.iter().take(chart.rows).collect();
    let (low, high) = span(grid, chart);
    let (low, high) = (-nice(-low), nice(high));
    let (left, top, bottom) = (64.0, 12.0, HEIGHT - 26.0);
    let scale = (bottom - top) / (high - low);
    let y = |length: f64| bottom - (length - low) * scale;
    let step = (WIDTH - left - 8.0) / rows.len().max(1) as f64;
    let standing = chart.series.iter().filter(|series| !is_line(grid, **series)).count().max(1);
    let bar = (step * 0.7 / standing as f64).min(36.0);
    // A mark that would stand on another one is left out.
    let marks: Vec<f64> =
        [low, 0.0, high / 2.0, high].into_iter().filter(|mark| *mark >= 0.0 || -mark > (high - low) * 0.08).collect();
    let drawn = html! {
        @for mark in &marks {
            line x1=(px(left)) x2=(px(WIDTH - 8.0)) y1=(px(y(*mark))) y2=(px(y(*mark))) stroke="#d0d0d0" {}
            text x=(px(left - 6.0)) y=(px(y(*mark) + 4.0)) text-anchor="end" { (axis(*mark)) }
        }
        @for (at, row) in rows.iter().enumerate() {
            @let middle = left + step * (at as f64 + 0.5);
            @for (nth, series) in chart.series.iter().filter(|series| !is_line(grid, **series)).enumerate() {
                @let (a, b) = (y(0.0), y(row[*series].length()));
                @let x = middle - bar * standing as f64 / 2.0 + bar * nth as f64;
                rect x=(px(x)) y=(px(a.min(b))) width=(px(bar - 2.0)) height=(px((a - b).abs())) fill=(COLORS[nth % 2]) {}
            }
            text x=(px(middle)) y=(px(HEIGHT - 8.0)) text-anchor="middle" { (row[chart.category].shown()) }
        }
        line x1=(px(left)) x2=(px(WIDTH - 8.0)) y1=(px(y(0.0))) y2=(px(y(0.0))) stroke="#595959" {}
        @for series in chart.series.iter().filter(|series| is_line(grid, **series)) {
            @let points: Vec<String> = rows.iter().enumerate().filter(|(_, row)| row[*series] != Cell::Blank).map(|(at, row)| {
                format!("{},{}", px(left + step * (at as f64 + 0.5)), px(y(row[*series].length())))
            }).collect();
            polyline points=(points.join(" ")) fill="none" stroke=(LINE) stroke-width="2.5" {}
            @for point in &points {
                @let (x, y) = point.split_once(',').unwrap_or_default();
                circle cx=(x) cy=(y) r="3" fill="#ffffff" stroke=(LINE) stroke-width="2" {}
            }
        }
    };
    picture(id, &chart.says, HEIGHT, &legend(grid, chart), drawn)
}

/// A round number that is not less.
fn nice(most: f64) -> f64 {
    if most <= 0.0 {
        return 0.0;
    }
    let power = 10.0_f64.powf(most.log10().floor());
    [1.0, 2.0, 4.0, 5.0, 6.0, 8.0, 10.0]
        .into_iter()
        .map(|step| step * power)
        .find(|nice| *nice >= most * 0.999_999)
        .unwrap_or(most)
}

fn axis(mark: f64) -> String {
    let tenths = (mark * 10.0).round() as i64;
    if tenths % 10 == 0 {
        message::grouped(tenths / 10)
    } else {
        let sign = if tenths < 0 { "−" } else { "" };
        format!("{sign}{}.{}", message::grouped(tenths.abs() / 10), tenths.abs() % 10)
    }
}

fn px(length: f64) -> String {
    format!("{length:.1}")
}

/// As much of a name as there is room for.
fn cut(name: &str, width: usize) -> String {
    if japan::width(name) <= width {
        return name.to_owned();
    }
    let mut text = String::new();
    for letter in name.chars() {
        if japan::width(&text) + 4 > width {
            break;
        }
        text.push(letter);
    }
    format!("{text}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_end_at_round_numbers() {
        assert_eq!((nice(0.0), nice(1.0), nice(16.0), nice(1_780.0), nice(0.3)), (0.0, 1.0, 20.0, 2_000.0, 0.4));
        assert_eq!((axis(2_000.0), axis(-0.5)), ("2,000".to_owned(), "−0.5".to_owned()));
        assert_eq!(cut("四日市港管理組合の長い長い名前です", 12), "四日市港管…");
    }
}
