//! What the workbooks and tables of one job share: their texts, and where rows came from.

use std::rc::Rc;

use elsa::FrozenVec;

use crate::{Address, Origin, Place, Texts};

/// The number of a [`Source`] on its shelf.
pub type SourceId = u32;

/// Where rows were read: a sheet of a file, with the column that each name stood in.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// The file as the person knows it: its path within the arrival.
    pub file: String,
    /// The sheet; none for CSV.
    pub sheet: Option<String>,
    /// Column name of the table, and zero-based column of the sheet.
    pub columns: Vec<(Rc<str>, u32)>,
}

/// The shelf of one job.
#[derive(Default)]
pub struct Shelf {
    /// Every text of the job, kept once.
    pub texts: Texts,
    sources: FrozenVec<Box<Source>>,
}

impl Shelf {
    /// An empty shelf.
    pub fn new() -> Rc<Shelf> {
        Rc::new(Shelf::default())
    }

    /// Puts a source on the shelf.
    pub fn add_source(&self, source: Source) -> SourceId {
        self.sources.push(Box::new(source));
        self.sources.len() as u32 - 1
    }

    /// The source behind a number; none for a row that was computed.
    pub fn source(&self, id: SourceId) -> Option<&Source> {
        self.sources.get(id as usize)
    }

    /// How many sources there are.
    pub fn source_count(&self) -> usize {
        self.sources.len()
    }

    /// Where a value stands: the cell of `column` in the row of `origin`, or the row's first cell
    /// if the column was not read from there.
    pub fn place(&self, origin: Origin, column: Option<&str>) -> Place {
        let Some(source) = self.source(origin.source) else {
            return Place::default();
        };
        let at = column.and_then(|name| source.columns.iter().find(|(known, _)| &**known == name));
        Place {
            file: Some(source.file.clone()),
            sheet: source.sheet.clone(),
            cell: Some(match at {
                Some((_, column)) => Address::new(origin.row, *column).to_string(),
                None => format!("{0}:{0}", origin.row + 1),
            }),
        }
    }
}
