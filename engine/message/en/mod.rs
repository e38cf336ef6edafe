//! The words in English, one match for each kind of fact.

pub(crate) mod book;
pub(crate) mod command;
pub(crate) mod diff;
pub(crate) mod edit;
pub(crate) mod intake;
pub(crate) mod job;
pub(crate) mod label;
pub(crate) mod ledger;
pub(crate) mod life;
pub(crate) mod mark;
pub(crate) mod note;
pub(crate) mod proof;
pub(crate) mod report;
pub(crate) mod script;
pub(crate) mod status;
pub(crate) mod task;
pub(crate) mod template;

/// "A", "B", "C", at most eight of them.
pub(crate) fn list(items: &[String]) -> String {
    let mut text = items.iter().take(8).map(|item| format!("\"{item}\"")).collect::<Vec<_>>().join(", ");
    if items.len() > 8 {
        text.push_str(&format!(" and {} more", items.len() - 8));
    }
    if items.is_empty() { "none".to_owned() } else { text }
}

/// One or several of something.
pub(crate) fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
