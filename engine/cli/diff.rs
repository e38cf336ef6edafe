//! `jitan diff`: what differs between two workbooks or text files, by meaning.

use std::path::Path;

use book::{Difference, Differences, Limits, Refusal, Shelf, Shown, ValueKind, Workbook};
use message::{Misuse, Word};
use serde_json::{Value, json};

use crate::exit::Exit;
use crate::print::Screen;

/// Differences shown to a person; a program gets as many as the comparison lists.
const SHOWN: usize = 50;

/// Compares two files.
pub fn diff(screen: &Screen, before: &Path, after: &Path) -> Exit {
    let limits = Limits::default();
    let found = open(screen, before, &limits).and_then(|one| {
        let other = open(screen, after, &limits)?;
        book::differences(&one, &other)
            .map_err(|refusal| screen.unusable(&format!("{}, {}", before.display(), after.display()), &refusal))
    });
    match found {
        Ok(found) => {
            tell(screen, before, after, &found);
            if found.is_empty() { Exit::Done } else { Exit::Returned }
        }
        Err(exit) => exit,
    }
}

/// Each file has a shelf of its own, so that neither crowds the other.
fn open(screen: &Screen, path: &Path, limits: &Limits) -> Result<Workbook, Exit> {
    let unreadable = || screen.misuse(&Misuse::Unreadable { path: path.to_owned() });
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let size = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file).ok_or_else(unreadable)?.len();
    let refused = |refusal: Refusal| screen.unusable(&path.display().to_string(), &refusal);
    if size > limits.file {
        return Err(refused(Refusal::TooLarge { bytes: size, limit: limits.file }));
    }
    let bytes = std::fs::read(path).map_err(|_| unreadable())?;
    Workbook::open(&name, bytes, &Shelf::new(), limits).map_err(refused)
}

fn tell(screen: &Screen, before: &Path, after: &Path, found: &Differences) {
    let lang = screen.lang;
    if screen.json {
        return screen.object(&json!({
            "before": before.to_string_lossy(),
            "after": after.to_string_lossy(),
            "equal": found.is_empty(),
            "total": found.total,
            "differences": found.list.iter().map(object).collect::<Vec<_>>(),
        }));
    }
    for difference in found.list.iter().take(SHOWN) {
        screen.say(&message::contrast(lang, difference));
    }
    let more = found.total.saturating_sub(SHOWN as u64);
    if more > 0 {
        screen.say(&message::word(lang, &Word::More { count: more }));
    }
    screen.say(&message::contrasts(lang, found.total));
}

fn object(difference: &Difference) -> Value {
    match difference {
        Difference::SheetMissing { sheet } => json!({ "what": "sheet-missing", "sheet": sheet }),
        Difference::SheetExtra { sheet } => json!({ "what": "sheet-extra", "sheet": sheet }),
        Difference::SheetOrder { expected, actual } => json!({ "what": "sheet-order", "before": expected, "after": actual }),
        Difference::Hidden { sheet, expected, actual } => {
            json!({ "what": "hidden", "sheet": sheet, "before": format!("{expected:?}"), "after": format!("{actual:?}") })
        }
        Difference::Cell { sheet, cell, expected, actual } => {
            json!({ "what": "cell", "sheet": sheet, "cell": cell.to_string(), "before": value(expected), "after": value(actual) })
        }
        Difference::Formula { sheet, cell, expected, actual } => {
            json!({ "what": "formula", "sheet": sheet, "cell": cell.to_string(), "before": expected, "after": actual })
        }
        Difference::Encoding { expected, actual } => json!({ "what": "encoding", "before": expected, "after": actual }),
        Difference::Format { sheet, cell, expected, actual } => json!({
            "what": "format", "sheet": sheet, "cell": cell.to_string(),
            "before": format!("{expected:?}"), "after": format!("{actual:?}"),
        }),
        Difference::MergeMissing { sheet, area } => json!({ "what": "merge-missing", "sheet": sheet, "cell": area.to_string() }),
        Difference::MergeExtra { sheet, area } => json!({ "what": "merge-extra", "sheet": sheet, "cell": area.to_string() }),
    }
}

fn value(shown: &Shown) -> Value {
    let kind = match shown.kind {
        ValueKind::Blank => "blank",
        ValueKind::Text => "text",
        ValueKind::Number => "number",
        ValueKind::Date => "date",
        ValueKind::Time => "time",
        ValueKind::DateTime => "datetime",
        ValueKind::Duration => "duration",
        ValueKind::YesNo => "yesno",
        ValueKind::Error => "error",
        ValueKind::Stale => "stale",
    };
    json!({ "type": kind, "text": shown.text })
}
