//! The report as sections, tables and charts: what every face draws, so that the same figures stand in each.

mod build;
mod measured;
mod register;
mod summary;

use message::{Label, Lang, Tab};
use rust_decimal::{Decimal, prelude::ToPrimitive};

use crate::figures::Figures;
use crate::period::Period;

/// A report, ready to be drawn.
#[derive(Clone, PartialEq, Debug)]
pub struct Paper {
    /// Its language.
    pub lang: Lang,
    /// Its title.
    pub title: String,
    /// The lines below the title: year and days.
    pub lead: Vec<String>,
    /// The days it speaks of.
    pub period: Period,
    /// Its sections.
    pub sections: Vec<Section>,
    /// The title of the end, and its name on a tab.
    pub end_title: [&'static str; 2],
    /// The rules, the head of the chain and how to check.
    pub end: Vec<String>,
    /// The head of the chain: entry and hash.
    pub head: Option<(u64, String)>,
}

/// A section: sentences, a chart and a table.
#[derive(Clone, PartialEq, Debug)]
pub struct Section {
    /// Its name for programs.
    pub id: &'static str,
    /// Its title.
    pub title: String,
    /// Its title on a tab.
    pub tab: &'static str,
    /// Sentences above the table.
    pub lines: Vec<String>,
    /// The line that is to be seen first (現状 − 改善後 ＝ 削減).
    pub formula: Option<String>,
    /// A chart of the table.
    pub chart: Option<Chart>,
    /// The table.
    pub grid: Option<Grid>,
    /// Sentences below.
    pub notes: Vec<String>,
    /// Whether it is printed in landscape.
    pub wide: bool,
}

/// A table.
#[derive(Clone, PartialEq, Debug)]
pub struct Grid {
    /// Its columns.
    pub columns: Vec<Column>,
    /// How many leading columns name the row.
    pub heads: usize,
    /// Its rows.
    pub rows: Vec<Vec<Cell>>,
    /// The last row.
    pub total: Option<Vec<Cell>>,
}

/// A column.
#[derive(Clone, PartialEq, Debug)]
pub struct Column {
    /// Its name for programs.
    pub id: String,
    /// Its name for people.
    pub name: String,
}

/// A value of a table.
#[derive(Clone, PartialEq, Debug)]
pub enum Cell {
    /// Nothing.
    Blank,
    /// Words.
    Text(String),
    /// A whole number.
    Count(i64),
    /// Thousandths of a minute, shown as hours with one decimal.
    Hours(i64),
    /// Thousandths of a minute, shown as minutes.
    Minutes(i64),
    /// Any other number: a share in per cent, a target.
    Number(Decimal),
}

/// A chart of some columns of a section's table, without its total.
#[derive(Clone, PartialEq, Debug)]
pub struct Chart {
    /// How it is drawn.
    pub kind: ChartKind,
    /// The column along the axis.
    pub category: usize,
    /// The columns drawn.
    pub series: Vec<usize>,
    /// How many rows are drawn, from the first on.
    pub rows: usize,
    /// What it shows, for people who do not see it.
    pub says: String,
}

/// How a chart is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ChartKind {
    /// Lying bars, one row below the other.
    Bars,
    /// Standing columns, along the months; the last series as a line if there are two.
    Months,
}

impl Paper {
    /// The report in a language.
    pub fn of(figures: &Figures, lang: Lang) -> Paper {
        build::paper(figures, lang)
    }

    /// A section by its name.
    pub fn section(&self, id: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.id == id)
    }
}

impl Section {
    fn new(id: &'static str, lang: Lang, title: Label, tab: Tab) -> Section {
        Section {
            id,
            tab: message::tab(lang, tab),
            title: message::label(lang, title).to_owned(),
            lines: Vec::new(),
            formula: None,
            chart: None,
            grid: None,
            notes: Vec::new(),
            wide: false,
        }
    }
}

impl Grid {
    fn new(lang: Lang, heads: usize, columns: &[(&str, Label)]) -> Grid {
        let column = |(id, label): &(&str, Label)| Column { id: (*id).to_owned(), name: message::label(lang, *label).to_owned() };
        Grid { columns: columns.iter().map(column).collect(), heads, rows: Vec::new(), total: None }
    }

    /// The rows and the total.
    pub fn all_rows(&self) -> impl Iterator<Item = &Vec<Cell>> {
        self.rows.iter().chain(&self.total)
    }

    /// Whether a column holds figures.
    pub fn is_numeric(&self, column: usize) -> bool {
        let mut cells = self.rows.iter().map(|row| &row[column]).filter(|cell| **cell != Cell::Blank).peekable();
        column >= self.heads && cells.peek().is_some() && cells.all(|cell| !matches!(cell, Cell::Text(_)))
    }
}

impl Cell {
    /// A text; blank if there is nothing in it.
    pub fn text(text: impl Into<String>) -> Cell {
        let text = text.into();
        if text.is_empty() { Cell::Blank } else { Cell::Text(text) }
    }

    /// A number that cannot be negative.
    pub fn count(count: u64) -> Cell {
        Cell::Count(i64::try_from(count).unwrap_or(i64::MAX))
    }

    /// Part of a whole in per cent, with one decimal.
    pub fn share(part: i64, whole: i64) -> Cell {
        if whole == 0 {
            return Cell::Blank;
        }
        let tenths =
            crate::figures::rounded(i128::from(part) * 1_000 * i128::from(whole.signum()), i128::from(whole.unsigned_abs()));
        Cell::Number(Decimal::from_i128_with_scale(tenths, 1))
    }

    /// As it is printed.
    pub fn shown(&self) -> String {
        match self {
            Cell::Blank => String::new(),
            Cell::Text(text) => text.clone(),
            Cell::Count(count) => message::grouped(*count),
            Cell::Hours(thousandths) => message::hours(*thousandths, false),
            Cell::Minutes(thousandths) => decimal_text(minutes(*thousandths)),
            Cell::Number(number) => decimal_text(*number),
        }
    }

    /// The number that is shown; none for words.
    pub fn number(&self) -> Option<Decimal> {
        match self {
            Cell::Blank | Cell::Text(_) => None,
            Cell::Count(count) => Some(Decimal::from(*count)),
            Cell::Hours(thousandths) => Some(Decimal::new(message::tenths_of_hours(*thousandths), 1)),
            Cell::Minutes(thousandths) => Some(minutes(*thousandths)),
            Cell::Number(number) => Some(*number),
        }
    }

    /// Exact minutes behind it, where it is a time.
    pub fn exact_minutes(&self) -> Option<Decimal> {
        match self {
            Cell::Hours(thousandths) | Cell::Minutes(thousandths) => Some(minutes(*thousandths)),
            Cell::Blank | Cell::Text(_) | Cell::Count(_) | Cell::Number(_) => None,
        }
    }

    /// The number for drawing.
    pub(crate) fn length(&self) -> f64 {
        self.number().and_then(|number| number.to_f64()).unwrap_or(0.0)
    }
}

fn minutes(thousandths: i64) -> Decimal {
    Decimal::new(thousandths, 3).normalize()
}

/// A decimal with groups of three and the minus of print.
fn decimal_text(number: Decimal) -> String {
    let text = number.abs().to_string();
    let (whole, rest) = text.split_once('.').map_or((text.as_str(), ""), |(whole, rest)| (whole, rest));
    let whole = whole.parse::<i64>().map_or_else(|_| whole.to_owned(), message::grouped);
    let sign = if number.is_sign_negative() && !number.is_zero() { "−" } else { "" };
    if rest.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_printed_as_people_read_them() {
        assert_eq!(Cell::Hours(161_640_000).shown(), "2,694.0");
        assert_eq!(Cell::Minutes(-1_234_500).shown(), "−1,234.5");
        assert_eq!(Cell::share(1_780, 2_694).shown(), "66.1");
        assert_eq!(Cell::share(-1, 3).shown(), "−33.3");
        assert_eq!((Cell::share(1, 0), Cell::text("")), (Cell::Blank, Cell::Blank));
    }
}
