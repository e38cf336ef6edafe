//! What a new sheet holds, before it is written.

use super::WriteError;
use super::chart::Chart;
use crate::Table;

/// A sheet to be written: blocks from top to bottom.
#[derive(Clone)]
pub struct NewSheet {
    /// Its name.
    pub name: String,
    /// What it holds, from top to bottom.
    pub blocks: Vec<Block>,
    /// Its charts.
    pub charts: Vec<Chart>,
    /// The colour of its tab.
    pub tab: Option<Tone>,
    /// How it is printed.
    pub page: Page,
}

/// One block of a sheet.
#[derive(Clone)]
pub enum Block {
    /// A large bold line.
    Title(String),
    /// A line of plain text. In a sheet without a table it is wrapped, else it runs on to the right.
    Line(String),
    /// A small line, for notes below a table.
    Note(String),
    /// An empty row.
    Gap,
    /// A table with its header.
    Table(NewTable),
}

/// A table to be written.
#[derive(Clone)]
pub struct NewTable {
    /// The table.
    pub table: Table,
    /// Number formats by column name; they go before a column's own.
    pub formats: Vec<(String, String)>,
    /// Whether sums stand below.
    pub totals: Totals,
    /// Rows (zero-based) with a colour.
    pub tones: Vec<(usize, Tone)>,
    /// Widths in half-width characters by column position, instead of what the contents need.
    pub widths: Vec<(usize, u16)>,
    /// Whether every text is wrapped in its column, not only the long ones.
    pub wrap: bool,
    /// Whether Excel's filter buttons stand in the header. Only the first table of a sheet can have them.
    pub filter: bool,
}

/// Sums below a table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Totals {
    /// None.
    None,
    /// Of every column that holds amounts: numbers and lengths of time, but neither percentages nor rates nor codes.
    Amounts {
        /// What stands in the first column (`合計`).
        label: String,
    },
    /// Of these columns.
    Columns {
        /// What stands in the first column (`合計`).
        label: String,
        /// The columns' names.
        columns: Vec<String>,
    },
}

/// How a sheet is printed: A4, one page wide unless said otherwise, the header on each page, page numbers.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Page {
    /// Landscape or portrait; none for what suits the width.
    pub landscape: Option<bool>,
    /// Everything on one page, not only in width.
    pub single: bool,
}

/// A colour by its meaning.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Tone {
    /// 赤: wrong.
    Red,
    /// 黄: doubtful.
    Yellow,
    /// 青: to be known.
    Blue,
    /// 緑: good.
    Green,
    /// 灰: beside the point.
    Grey,
}

impl NewSheet {
    /// An empty sheet.
    pub fn new(name: &str) -> NewSheet {
        NewSheet { name: name.to_owned(), blocks: Vec::new(), charts: Vec::new(), tab: None, page: Page::default() }
    }

    /// A sheet with one table.
    pub fn of_table(name: &str, table: &Table) -> NewSheet {
        let mut sheet = NewSheet::new(name);
        sheet.blocks.push(Block::Table(NewTable::new(table)));
        sheet
    }

    /// A sheet of plain lines; the first one is its title.
    pub fn of_lines(name: &str, lines: &[String]) -> NewSheet {
        let mut sheet = NewSheet::new(name);
        for (nth, line) in lines.iter().enumerate() {
            sheet.blocks.push(match (nth, line.is_empty()) {
                (_, true) => Block::Gap,
                (0, _) => Block::Title(line.clone()),
                _ => Block::Line(line.clone()),
            });
        }
        sheet
    }

    /// The first table, to set its formats, totals and colours.
    pub fn table_mut(&mut self) -> Option<&mut NewTable> {
        self.blocks.iter_mut().find_map(|block| match block {
            Block::Table(table) => Some(table),
            _ => None,
        })
    }

    pub(super) fn tables(&self) -> impl Iterator<Item = &NewTable> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Table(table) => Some(table),
            _ => None,
        })
    }
}

impl NewTable {
    /// The number format that is asked for each column, here or by the column itself.
    /// Fails if one is asked for a column that is not there.
    pub(super) fn asked_formats(&self) -> Result<Vec<Option<&str>>, WriteError> {
        let columns = self.table.columns();
        let mut asked: Vec<Option<&str>> = columns.iter().map(|column| column.format.as_deref()).collect();
        for (name, format) in &self.formats {
            let at = self.table.position(name).ok_or_else(|| WriteError::no_column(&self.table, name))?;
            asked[at] = Some(format);
        }
        Ok(asked)
    }

    /// A table as it is: no totals, no colours, with filter buttons.
    pub fn new(table: &Table) -> NewTable {
        NewTable {
            table: table.clone(),
            formats: Vec::new(),
            totals: Totals::None,
            tones: Vec::new(),
            widths: Vec::new(),
            wrap: false,
            filter: true,
        }
    }
}
