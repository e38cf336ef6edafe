//! Why a workbook is not edited, in English.

use book::{Broken, EditError, RowTrouble, SheetNameTrouble};

use super::list;
use crate::Telling;

const SCRIPT: &str = "correct the script or the template; the file itself has not changed";

pub(crate) fn refused(error: &EditError) -> Telling {
    match error {
        EditError::Refused(refusal) => super::book::refusal(refusal),
        EditError::NoSheet { wanted, have } => {
            Telling::new(format!("there is no sheet '{wanted}'; there are {}", list(have)), SCRIPT)
        }
        EditError::SheetName { name, why } => {
            Telling::new(format!("a sheet cannot be called '{name}': {}", name_trouble(why)), SCRIPT)
        }
        EditError::Outside { sheet, cell } => {
            Telling::new(format!("cell {cell} of sheet '{sheet}' lies beyond Excel's last row or column"), SCRIPT)
        }
        EditError::TextTooLong { sheet, cell, units } => Telling::new(
            format!("the text for {cell} of sheet '{sheet}' is too long ({units} characters, 32,767 fit into a cell)"),
            "shorten the text, or spread it over several cells",
        ),
        EditError::InsideMerge { sheet, cell, area } => Telling::new(
            format!("{cell} of sheet '{sheet}' is covered by the merged cells {area}; nobody would see what is put there"),
            format!("put it into the upper left cell {}", area.first),
        ),
        EditError::InsideArray { sheet, cell, area } => Telling::new(
            format!("{cell} of sheet '{sheet}' belongs to one formula that fills {area}; no part of it can be changed alone"),
            "use another cell, or give each cell of the template its own formula",
        ),
        EditError::TableHeader { sheet, cell, table } => Telling::new(
            format!(
                "{cell} of sheet '{sheet}' is a header of the table '{table}': it must be a text that no other column has, \
                 and one that formulas use cannot be changed"
            ),
            SCRIPT,
        ),
        EditError::SharedFormula { sheet, cell } => Telling::new(
            format!("the formula of {cell} of sheet '{sheet}' is damaged and cannot be read"),
            "open the file in Excel, save it, and put it in again",
        ),
        EditError::Disorder { sheet, row } => Telling::new(
            format!("row {} of sheet '{sheet}' is out of order within the file", row + 1),
            "open the file in Excel, save it, and put it in again",
        ),
        EditError::Rows { sheet, why } => {
            Telling::new(format!("rows of sheet '{sheet}' cannot come or go: {}", rows(why)), SCRIPT)
        }
        EditError::LastSheet { sheet } => {
            Telling::new(format!("'{sheet}' is the last visible sheet and cannot be taken away"), SCRIPT)
        }
        EditError::InUse { sheet, part } => {
            Telling::new(format!("sheet '{sheet}' cannot be taken away: {part} refers to it and would lose its values"), SCRIPT)
        }
        EditError::NoCopy { sheet, what } => Telling::new(
            format!("sheet '{sheet}' cannot be copied: it has something that can be in a workbook only once ({what})"),
            "turn tables into plain ranges, and move pivot tables to another sheet",
        ),
        EditError::Encoding { part, encoding } => Telling::new(
            format!("a part of the workbook ({part}) is written in {encoding}, so nothing can be added to it"),
            "open the file in Excel, save it, and put it in again",
        ),
        EditError::TooManyStyles => Telling::new(
            "the cells would have more kinds of formats than Excel holds (65,490)",
            "remove formats that are not used, and put it in again",
        ),
        EditError::TooLarge => Telling::new("the resulting file would be too large", "divide it into several"),
    }
}

fn rows(why: &RowTrouble) -> String {
    match why {
        RowTrouble::Full => "they would pass Excel's last row (1,048,576)".to_owned(),
        RowTrouble::Array(area) => format!("the one formula that fills {area} would be torn apart"),
        RowTrouble::Table { name } => format!("the table '{name}' would lose its header or all its rows"),
        RowTrouble::Pivot { name } => format!("the pivot table '{name}' would be torn apart"),
    }
}

fn name_trouble(why: &SheetNameTrouble) -> String {
    match why {
        SheetNameTrouble::Empty => "the name is empty".to_owned(),
        SheetNameTrouble::TooLong(units) => format!("it has {units} characters, and 31 are allowed"),
        SheetNameTrouble::Character(found) => format!("'{found}' cannot stand in a name"),
        SheetNameTrouble::Apostrophe => "it may not begin or end with an apostrophe".to_owned(),
        SheetNameTrouble::Reserved => "Excel keeps that name for itself".to_owned(),
        SheetNameTrouble::Taken => "another sheet has that name".to_owned(),
    }
}

/// What the proof found. Values are never shown: they may be anybody's.
pub(crate) fn broken(broken: &Broken) -> Telling {
    const REPORT: &str = "nothing was published; tell the specialist, with this file";
    match broken {
        Broken::Unreadable(refusal) => {
            Telling::new(format!("the resulting workbook cannot be read again: {}", super::book::refusal(refusal).what), REPORT)
        }
        Broken::Part { part } => Telling::new(format!("a part that was not to change did ({part})"), REPORT),
        Broken::Sheets { wanted, have } => {
            Telling::new(format!("the resulting workbook has other sheets: {} instead of {}", list(have), list(wanted)), REPORT)
        }
        Broken::Cell { sheet, cell, wanted: _, have: _ } => {
            Telling::new(format!("{cell} of sheet '{sheet}' did not become what was meant"), REPORT)
        }
    }
}
