//! What clap says, as facts: its own sentences are English.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use message::{Lang, Misuse};

use crate::args::Refused;

/// The fact behind a refusal of clap's; help and version are no mistakes.
pub fn of(error: &clap::Error, lang: Lang) -> Refused {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        Some(ContextValue::Strings(texts)) => texts.first().cloned(),
        Some(ContextValue::StyledStr(text)) => Some(text.to_string()),
        _ => None,
    };
    let many = |kind| match error.get(kind) {
        Some(ContextValue::Strings(texts)) => texts.clone(),
        _ => Vec::new(),
    };
    let written = || text(ContextKind::InvalidArg).unwrap_or_default();
    let misuse = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => return Refused::Help(error.to_string()),
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => Misuse::NoCommand,
        ErrorKind::InvalidSubcommand => Misuse::UnknownCommand {
            written: text(ContextKind::InvalidSubcommand).unwrap_or_default(),
            near: text(ContextKind::SuggestedSubcommand),
        },
        ErrorKind::UnknownArgument => Misuse::UnknownArgument { written: written(), near: text(ContextKind::SuggestedArg) },
        ErrorKind::MissingRequiredArgument => {
            Misuse::MissingArgument { wanted: many(ContextKind::InvalidArg).join(lang.pick("と", ", ")) }
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => match text(ContextKind::InvalidValue) {
            Some(value) if !value.is_empty() => {
                Misuse::WrongValue { argument: written(), written: value, choices: many(ContextKind::ValidValue) }
            }
            _ => Misuse::MissingArgument { wanted: written() },
        },
        ErrorKind::ArgumentConflict => {
            Misuse::Conflict { one: written(), other: text(ContextKind::PriorArg).unwrap_or_default() }
        }
        _ => Misuse::Unclear,
    };
    Refused::Misuse(misuse)
}
