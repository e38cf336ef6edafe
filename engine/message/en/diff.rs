//! What `jitan diff` says of two files, in English.

use book::{Difference, Visibility};

use super::book::{format_class, shown};
use super::{count, list};

/// What differs; neither file is the right one.
pub(crate) fn contrast(difference: &Difference) -> String {
    match difference {
        Difference::SheetMissing { sheet } => format!("sheet \"{sheet}\": only in the first file"),
        Difference::SheetExtra { sheet } => format!("sheet \"{sheet}\": only in the second file"),
        Difference::SheetOrder { expected, actual } => {
            format!("the sheets: {} before, {} after", list(expected), list(actual))
        }
        Difference::Hidden { sheet, expected, actual } => {
            format!("sheet \"{sheet}\": {} before, {} after", visibility(*expected), visibility(*actual))
        }
        Difference::Cell { sheet, cell, expected, actual } => {
            format!("{}: {} before, {} after", place(sheet, &cell.to_string()), shown(expected), shown(actual))
        }
        Difference::Formula { sheet, cell, expected, actual } => {
            let name = |formula: bool| if formula { "a formula" } else { "a plain value" };
            let at = place(sheet, &cell.to_string());
            format!("{at}: {} before, {} after, with the same result", name(*expected), name(*actual))
        }
        Difference::Encoding { expected, actual } => format!("encoding: {expected} before, {actual} after"),
        Difference::Format { sheet, cell, expected, actual } => {
            let (before, after) = (format_class(*expected), format_class(*actual));
            format!("{}: shown as {before} before, as {after} after", place(sheet, &cell.to_string()))
        }
        Difference::MergeMissing { sheet, area } => format!("{}: merged in the first file only", place(sheet, &area.to_string())),
        Difference::MergeExtra { sheet, area } => format!("{}: merged in the second file only", place(sheet, &area.to_string())),
    }
}

/// The last line.
pub(crate) fn ending(total: u64) -> String {
    if total == 0 { "no differences".to_owned() } else { count(total, "difference", "differences") }
}

fn place(sheet: &str, at: &str) -> String {
    if sheet.is_empty() { at.to_owned() } else { format!("sheet \"{sheet}\", {at}") }
}

fn visibility(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Visible => "shown",
        Visibility::Hidden => "hidden",
        Visibility::VeryHidden => "hidden for macros only",
    }
}
