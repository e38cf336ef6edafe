//! Where the rooms below are joined: what a file needs to become a table, in one place.

use std::rc::Rc;

use book::{Finding, Severity, Sheet, TableSpec, TotalRows};

use crate::Exclusion;
use crate::files::Opened;
use crate::session::Session;

/// How a table is to be read.
pub(crate) struct Wanted {
    pub columns: Vec<book::ColumnSpec>,
    pub sheet: Option<String>,
    pub header_row: Option<u32>,
    pub misfit: book::Misfit,
    pub keep_totals: bool,
    pub others: Option<book::ColumnSpec>,
}

/// A table that was read.
pub(crate) struct Read {
    pub table: book::Table,
    pub findings: Vec<Finding>,
    pub excluded: Vec<(book::Origin, Exclusion)>,
}

/// Reads a table out of a workbook.
pub(crate) fn read_table(workbook: &Opened, wanted: &Wanted) -> Result<Read, Vec<Finding>> {
    let mut spec = TableSpec::new(wanted.columns.clone());
    spec.sheet.clone_from(&wanted.sheet);
    spec.header_row = wanted.header_row;
    spec.misfit = wanted.misfit;
    spec.totals = if wanted.keep_totals { TotalRows::Keep } else { TotalRows::Exclude };
    spec.others.clone_from(&wanted.others);
    let reading = book::read_table(workbook, &spec)?;
    let excluded = reading.excluded.into_iter().map(|(origin, why)| {
        let why = match why {
            book::Exclusion::Misfit => Exclusion::Misfit,
            book::Exclusion::Total => Exclusion::Total,
        };
        (origin, why)
    });
    Ok(Read { table: reading.table, findings: reading.findings, excluded: excluded.collect() })
}

/// Whether a workbook has a table with these labels.
pub(crate) fn has_header(workbook: &Opened, labels: &[String]) -> bool {
    let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
    book::has_header(workbook, &labels)
}

/// The value beside a label.
pub(crate) fn beside(workbook: &Opened, sheet: Option<&str>, label: &str) -> Option<book::Value> {
    book::beside(workbook, sheet, label).map(|(value, _)| value)
}

/// The names of a workbook's sheets.
pub(crate) fn sheet_names(workbook: &Opened) -> Vec<String> {
    workbook.sheets().iter().map(|sheet| sheet.name.clone()).collect()
}

/// A sheet by its name, the first one without a name. None if it cannot be read (that is a finding); the names there are if
/// there is none of that name.
pub(crate) fn sheet(
    session: &Session,
    workbook: &Opened,
    file: usize,
    name: Option<&str>,
) -> Result<Option<Rc<Sheet>>, Vec<String>> {
    let at = match name {
        None => 0,
        Some(name) => {
            let key = japan::label_key(name);
            let found = workbook.sheets().iter().position(|sheet| sheet.name == name);
            let found = found.or_else(|| workbook.sheets().iter().position(|sheet| japan::label_key(&sheet.name) == key));
            found.ok_or_else(|| sheet_names(workbook))?
        }
    };
    match workbook.sheet(at) {
        Ok(sheet) => Ok(Some(sheet)),
        Err(refusal) => {
            session.refuse(file, &refusal, Severity::Error);
            Ok(None)
        }
    }
}
