//! The words of a marked copy, in English.

use book::MarkWords;
use job::Row;

use super::{count, label};

pub(crate) fn marks(rows: &[&Row]) -> MarkWords {
    let of = |wanted: job::Weight| rows.iter().filter(|row| row.severity == wanted).count() as u64;
    let (errors, warnings, notes) = (of(job::Weight::Error), of(job::Weight::Warning), of(job::Weight::Note));
    let counts = [count(errors, "error", "errors"), count(warnings, "warning", "warnings"), count(notes, "note", "notes")];
    MarkWords {
        sheet: "Findings".to_owned(),
        data: "Data".to_owned(),
        lines: vec![
            "Findings".to_owned(),
            format!("{}: mend the coloured cells and drop this file again", counts.join(", ")),
            "this sheet, the colours and the comments are taken out by themselves when the file comes back".to_owned(),
        ],
        header: ["Severity", "Sheet", "Cell", "Column", "Value", "Problem", "Remedy"].map(str::to_owned),
        weights: [job::Weight::Error, job::Weight::Warning, job::Weight::Note].map(|weight| label::weight(weight).to_owned()),
        problem: "Problem: ".to_owned(),
        remedy: "Remedy: ".to_owned(),
        more: |rest| format!("{} more in the list of findings", count(rest as u64, "finding", "findings")),
    }
}

pub(crate) fn marked_name(stem: &str) -> String {
    named(stem, " (marked)")
}

pub(crate) fn left_out_name(stem: &str) -> String {
    named(stem, " (to be mended)")
}

/// One that comes back marked, perhaps numbered, keeps its mark and gets no second one.
fn named(stem: &str, mark: &str) -> String {
    let whole = stem.strip_suffix(')').and_then(|rest| rest.rsplit_once(" ("));
    let bare = whole.filter(|(_, number)| number.bytes().all(|byte| byte.is_ascii_digit())).map_or(stem, |(bare, _)| bare);
    if bare.ends_with(mark) { bare.to_owned() } else { format!("{stem}{mark}") }
}
