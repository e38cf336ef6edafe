//! The only file that writes to the terminal.

pub mod json;
mod snippet;

use std::io::{IsTerminal, Write};
use std::path::Path;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use job::{Progress, Row, Setback, Status, Stop, Told, Weight};
use message::{Lang, Misuse, Tell, Telling, Word};
use serde_json::Value;
use task::{Error, Task};

use crate::exit::Exit;

/// Where a command speaks to: a person, or with `--json` a program.
pub struct Screen {
    /// The language.
    pub lang: Lang,
    /// One JSON object on standard output, everything else on standard error.
    pub json: bool,
    colour: bool,
}

/// Findings shown on the screen; all of them stand in the list.
const SHOWN: usize = 15;

impl Screen {
    /// A screen in a language.
    pub fn new(lang: Lang, json: bool) -> Screen {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Screen { lang, json, colour: !plain && std::io::stderr().is_terminal() && std::io::stdout().is_terminal() }
    }

    /// A line for a person.
    pub fn say(&self, line: &str) {
        if self.json {
            self.note(line);
        } else {
            // A closed pipe (`| head`) is no reason to fail.
            let _ = writeln!(std::io::stdout(), "{}", clean(line));
        }
    }

    /// A line beside the result.
    pub fn note(&self, line: &str) {
        // An engine goes on working when nobody hears it any more: its standard error may be a pipe that was closed.
        let _ = writeln!(std::io::stderr(), "{}", clean(line));
    }

    /// A line above others.
    pub fn heading(&self, line: &str) {
        self.say("");
        self.say(&self.paint("1", line));
    }

    /// A whole text, as it is.
    pub fn page(&self, text: &str) {
        let _ = write!(std::io::stdout(), "{text}");
    }

    /// Bytes for another program, as they are.
    pub fn bytes(&self, bytes: &[u8]) {
        let _ = std::io::stdout().write_all(bytes);
    }

    /// Help that was asked for.
    pub fn help(&self, text: &str) -> Exit {
        self.page(text);
        Exit::Done
    }

    /// The one object.
    pub fn object(&self, object: &Value) {
        let _ = writeln!(std::io::stdout(), "{object}");
    }

    /// What is wrong with the command.
    pub fn misuse(&self, misuse: &Misuse) -> Exit {
        self.wrong(&misuse.tell(self.lang));
        Exit::Usage
    }

    /// Why a file that a command needs cannot be used.
    pub fn unusable(&self, place: &str, fact: &dyn Tell) -> Exit {
        let Telling { what, next } = fact.tell(self.lang);
        self.wrong(&Telling { what: format!("{place}: {what}"), next });
        Exit::Usage
    }

    /// What is wrong with a task.
    pub fn task_error(&self, error: &Error) -> Exit {
        self.wrong(&error.tell(self.lang));
        if let Error::Form { path, mistakes } = error {
            let text = std::fs::read_to_string(path).unwrap_or_default();
            for mistake in mistakes {
                let Telling { what, next } = mistake.tell(self.lang);
                let line = mistake.line.map(|line| line as usize);
                self.place(&path.display().to_string(), line, None);
                self.note(&format!("  {what}"));
                if let Some(line) = line {
                    self.note_raw(&snippet::line(&text, line));
                }
                self.note(&format!("  → {next}"));
            }
        }
        Exit::Usage
    }

    /// What is wrong with the place.
    pub fn wrong_with(&self, fact: &dyn Tell) -> Exit {
        self.wrong(&fact.tell(self.lang));
        Exit::Place
    }

    /// The same for one of several tasks.
    pub fn task_error_for(&self, id: &str, error: &Error) -> Exit {
        self.note(&format!("{id}:"));
        self.task_error(error)
    }

    /// Why the store does not serve.
    pub fn store_error(&self, error: &ledger::Error) -> Exit {
        self.wrong(&error.tell(self.lang));
        match error {
            ledger::Error::NoJob { .. } | ledger::Error::NotNow { .. } => Exit::Usage,
            _ => Exit::Place,
        }
    }

    /// Why a job came to nothing.
    pub fn stop(&self, stop: &Stop, task: Option<&Task>) -> Exit {
        match stop {
            Stop::Setback(setback) => {
                self.wrong(&setback.tell(self.lang));
                if let (Setback::Script { told }, Some(task)) = (setback, task) {
                    told.iter().for_each(|told| self.told(told, task));
                }
            }
            Stop::Error(error) => self.wrong(&error.tell(self.lang)),
        }
        Exit::from(stop)
    }

    /// A mistake in a script, with its line and a caret under the word.
    pub fn told(&self, told: &Told, task: &Task) {
        let file = told.file.clone().unwrap_or_default();
        if told.line.is_some() || told.file.is_some() {
            self.place(&file, told.line, told.column);
        }
        let (colour, word) = if told.warning { ("33", Word::Warning) } else { ("31", Word::Error) };
        self.note(&format!("  {}: {}", self.paint(colour, &message::word(self.lang, &word)), told.what));
        if let Some(text) = snippet::source(&file, task) {
            self.note_raw(&snippet::of(&text, told));
        }
        self.note(&format!("  → {}", told.next));
    }

    /// A fact about a path.
    pub fn telling(&self, place: &str, fact: &dyn Tell) {
        let Telling { what, next } = fact.tell(self.lang);
        self.say(&format!("  {place}: {what} → {next}"));
    }

    /// All findings, errors first, where no list holds them.
    pub fn all_findings(&self, rows: &[Row]) {
        self.some_findings(rows, rows.len(), rows.len());
    }

    /// The findings, errors first.
    pub fn findings(&self, rows: &[Row], all: usize) {
        self.some_findings(rows, all, SHOWN);
    }

    fn some_findings(&self, rows: &[Row], all: usize, shown: usize) {
        if rows.is_empty() {
            return;
        }
        self.heading(&message::word(self.lang, &Word::Findings));
        let mut sorted: Vec<&Row> = rows.iter().collect();
        sorted.sort_by_key(|row| row.severity);
        for row in sorted.iter().take(shown) {
            self.say(&format!("  {}", self.finding(row)));
        }
        if all > shown {
            self.say(&format!("  {}", message::word(self.lang, &Word::MoreFindings { count: (all - shown) as u64 })));
        }
    }

    fn finding(&self, row: &Row) -> String {
        let colour = match row.severity {
            Weight::Error => "31",
            Weight::Warning => "33",
            Weight::Note => "36",
        };
        let mut line = self.paint(colour, message::weight(self.lang, row.severity));
        for part in [&row.file, &row.sheet, &row.cell, &row.column].into_iter().flatten() {
            line.push_str(&format!(" {part}"));
        }
        if let Some(value) = row.value.as_ref().filter(|value| !value.is_empty()) {
            line.push_str(&format!("「{value}」"));
        }
        format!("{line}: {} → {}", row.problem, row.remedy)
    }

    fn wrong(&self, telling: &Telling) {
        self.note(&self.paint("31", &telling.what));
        self.note(&format!("→ {}", telling.next));
    }

    fn place(&self, file: &str, line: Option<usize>, column: Option<usize>) {
        let text = match line {
            Some(line) => message::word(self.lang, &Word::At { file: file.to_owned(), line, column }),
            None => file.to_owned(),
        };
        self.note(&text);
    }

    fn note_raw(&self, text: &str) {
        let _ = write!(std::io::stderr(), "{text}");
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// A bar for each folder, by task and name; nothing where nobody watches.
    pub fn bars(&self, folders: impl Iterator<Item = (String, String)>) -> Bars {
        let watched = !self.json && std::io::stderr().is_terminal();
        let all = MultiProgress::new();
        let folders: Vec<(String, String)> = folders.collect();
        let widest = folders.iter().map(|(_, name)| japan::width(name)).max().unwrap_or(0);
        let bar = |(task, name): (String, String)| {
            let bar = if watched { all.add(ProgressBar::new(1)) } else { ProgressBar::hidden() };
            let pad = " ".repeat(widest - japan::width(&name));
            if let Ok(style) = ProgressStyle::with_template("  {prefix} {bar:24} {pos}/{len} {wide_msg}") {
                bar.set_style(style);
            }
            bar.set_prefix(format!("{}{pad}", clean(&name)));
            (task, bar)
        };
        Bars { lang: self.lang, bars: folders.into_iter().map(bar).collect() }
    }

    /// A bar while a job is performed; nothing where nobody watches.
    pub fn bar(&self) -> Bar {
        if self.json || !self.colour && !std::io::stderr().is_terminal() {
            return Bar { lang: self.lang, bar: ProgressBar::hidden() };
        }
        let bar = ProgressBar::new_spinner();
        bar.enable_steady_tick(std::time::Duration::from_millis(120));
        Bar { lang: self.lang, bar }
    }
}

/// A bar for each watched folder.
#[derive(Clone)]
pub struct Bars {
    lang: Lang,
    bars: Vec<(String, ProgressBar)>,
}

impl Bars {
    /// How far each folder is: what ended of what is there or ended.
    pub fn at(&self, status: &Status<'_>) {
        for (task, bar) in &self.bars {
            let ended = [&status.done, &status.returned, &status.failed].into_iter().flat_map(|today| &today.latest);
            let ended = ended.filter(|ended| ended.task == *task).count() as u64;
            let running: Vec<&str> =
                status.running.iter().filter(|runs| runs.task == *task).map(|runs| runs.name.as_str()).collect();
            let waiting: Vec<_> = status.waiting.iter().filter(|waits| waits.task == *task).collect();
            bar.set_length((ended + (running.len() + waiting.len()) as u64).max(1));
            bar.set_position(ended);
            let why = waiting.first().and_then(|waits| waits.why).map(|why| why.tell(self.lang).what);
            bar.set_message(clean(&why.filter(|_| running.is_empty()).unwrap_or_else(|| running.join(" "))));
        }
    }

    /// Leaves the bars as they are.
    pub fn close(&self) {
        self.bars.iter().for_each(|(_, bar)| bar.finish());
    }
}

/// A progress bar.
pub struct Bar {
    lang: Lang,
    bar: ProgressBar,
}

impl Bar {
    /// How far the worker is.
    pub fn at(&self, progress: &Progress) {
        if progress.of > 0 {
            self.bar.set_length(progress.of);
            self.bar.set_position(progress.done);
            if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {wide_msg}") {
                self.bar.set_style(style);
            }
        }
        let word = if progress.at.is_empty() { Word::Working } else { Word::Reading { at: progress.at.clone() } };
        self.bar.set_message(clean(&message::word(self.lang, &word)));
    }

    /// Takes the bar away.
    pub fn close(&self) {
        self.bar.finish_and_clear();
    }
}

/// What people see never moves the cursor or turns the direction of writing, whatever a file is called. Our own colours pass.
fn clean(line: &str) -> String {
    const COLOURS: [&str; 5] = ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[31m", "\u{1b}[33m", "\u{1b}[36m"];
    let (mut text, mut rest) = (String::with_capacity(line.len()), line);
    while let Some(at) = rest.find('\u{1b}') {
        text.push_str(&message::shown(&rest[..at].replace('\t', " ")));
        let ours = COLOURS.iter().find(|colour| rest[at..].starts_with(**colour));
        text.push_str(ours.unwrap_or(&"[U+001B]"));
        rest = &rest[at + ours.map_or(1, |colour| colour.len())..];
    }
    text.push_str(&message::shown(&rest.replace('\t', " ")));
    text
}

/// The text of a file, for a snippet.
pub(crate) fn read(path: &Path) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_moves_no_cursor() {
        assert_eq!(clean("\u{1b}[31mエラー\u{1b}[0m 日報\t1"), "\u{1b}[31mエラー\u{1b}[0m 日報 1");
        assert_eq!(clean("a\u{1b}[2J\u{202e}b\n"), "a[U+001B][2J[U+202E]b[U+000A]");
    }
}
