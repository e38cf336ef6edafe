//! The log: one line for each event, into a file a day under `.jitan/log`, and nothing in it that stands in a cell.

use std::fmt::{Debug, Write as _};
use std::fs::DirBuilder;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Mutex;

use message::Word;
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt};

use crate::print::Screen;

/// The texts that a line may hold. Everything else that is a text is left out, so that no name of a file and no value of a
/// cell gets into a log by mistake; numbers and yes or no are counts and pass.
const TEXTS: [&str; 6] = ["job", "task", "code", "cell", "state", "earlier"];
/// A longer text is none of ours.
const LONGEST: usize = 200;

/// Writes the log of an office from now on. A log that cannot be written is said, and stops nobody.
pub fn begin(office: &task::Office, screen: &Screen) {
    let folder = office.own().join("log");
    if write_to(&folder, office.log).is_err() {
        screen.note(&message::word(screen.lang, &Word::NoLog { folder: folder.display().to_string() }));
    }
}

fn write_to(folder: &Path, kept: task::Log) -> io::Result<()> {
    let mut private = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut private, 0o700);
    private.recursive(true).create(folder)?;
    let files = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("jitan")
        .filename_suffix(if kept.json { "jsonl" } else { "log" })
        .max_log_files(usize::try_from(kept.days).unwrap_or(usize::MAX))
        .build(folder)
        .map_err(io::Error::other)?;
    let diary = Diary { json: kept.json, files: Mutex::new(files) };
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(diary)).map_err(io::Error::other)
}

struct Diary<W> {
    json: bool,
    files: Mutex<W>,
}

impl<S: Subscriber, W: Write + Send + 'static> Layer<S> for Diary<W> {
    fn enabled(&self, metadata: &tracing::Metadata<'_>, _: Context<'_, S>) -> bool {
        *metadata.level() <= Level::INFO
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let line = line(self.json, &format!("{}+09:00", job::now()), *event.metadata().level(), fields.0);
        if let Ok(mut files) = self.files.lock() {
            // A log that cannot be written stops nobody: the store keeps what counts.
            let _ = files.write_all(line.as_bytes());
        }
    }
}

fn line(json: bool, at: &str, level: Level, fields: Map<String, Value>) -> String {
    let level = level.as_str().to_lowercase();
    if json {
        let mut whole = Map::from_iter([("at".to_owned(), at.into()), ("level".to_owned(), level.into())]);
        whole.extend(fields);
        return format!("{}\n", Value::Object(whole));
    }
    let mut line = format!("{at} {level:5}");
    // The texts first, in their own order: a reader looks for the job.
    let (texts, numbers): (Vec<_>, Vec<_>) = fields.iter().partition(|(_, value)| value.is_string());
    let texts = TEXTS.iter().filter_map(|name| texts.iter().find(|(known, _)| known == name));
    for (name, value) in texts.chain(&numbers) {
        let text = value.as_str().map_or_else(|| value.to_string(), message::shown);
        // A String takes everything.
        let _ = write!(line, " {name}={text}");
    }
    line.push('\n');
    line
}

/// The fields of an event that may stand in a log.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn text(&mut self, field: &Field, text: &str) {
        if TEXTS.contains(&field.name()) && text.len() <= LONGEST {
            self.0.insert(field.name().to_owned(), text.into());
        }
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.text(field, &format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(json: bool) -> String {
        let kept = Kept::default();
        let diary = Diary { json, files: Mutex::new(kept.clone()) };
        tracing::subscriber::with_default(tracing_subscriber::registry().with(diary), || {
            tracing::info!(job = "20261120-00001", task = "検査", code = "done", units = 36, value = "架空 太郎", "架空 太郎");
            tracing::warn!(code = "crashed\n\u{202e}", cell = "B7", path = ?"名簿.xlsx");
            tracing::debug!(code = "nobody reads this");
        });
        String::from_utf8(kept.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn a_line_holds_what_it_may_and_nothing_else() {
        let text = logged(false);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2, "{text}");
        assert!(lines[0].contains("+09:00 info  job=20261120-00001 task=検査 code=done units=36"), "{text}");
        assert!(lines[1].ends_with("warn  code=crashed[U+000A][U+202E] cell=B7"), "{text}");
        assert!(!text.contains("架空") && !text.contains("名簿"), "{text}");
    }

    #[test]
    fn a_program_may_read_it() {
        for line in logged(true).lines() {
            let value: Value = serde_json::from_str(line).unwrap();
            assert!(value["at"].is_string() && value["code"].is_string(), "{line}");
        }
    }
}
