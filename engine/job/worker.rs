//! The worker's side: it takes an order, locks itself in, runs the script and leaves a report.
//!
//! Parsers and scripts can abort, hang or eat memory in ways that nothing inside a process can catch. So they run here,
//! in a process of their own, that can reach its arrival, its work folder and nothing else.

mod cage;
mod closing;
pub(crate) mod inputs;
mod list;
mod marks;
mod outputs;

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use book::{Finding, Severity, Template};
use japan::NameTrouble;
use rustc_hash::FxHashSet;
use script::{
    Account as Rows, Context, Exclusion, Failure, Library, LimitKind, Outcome, Program, Setting, TemplateFile, Trouble,
    TroubleKind,
};

use crate::arrival::{Left, Why};
use crate::away;
use crate::error::{Limit, ScriptLimit};
use crate::files::Files;
use crate::report::{Account, Back, Confinement, Counts, End, Facts, ListWords, Order, Progress, Report, Row, Told, Value};
use crate::worker::inputs::{Host, Lost, Opened};

/// The words that a worker needs. It finds them where the facts are, so that only words leave the process.
pub trait Words {
    /// A finding as a row of the list.
    fn finding(&self, finding: &Finding) -> Row;
    /// Something that was left aside.
    fn left(&self, left: &Left) -> Row;
    /// What is wrong with a file name.
    fn name_trouble(&self, trouble: &NameTrouble) -> String;
    /// A mistake in the script.
    fn trouble(&self, trouble: &Trouble) -> Told;
    /// Why rows were excluded.
    fn exclusion(&self, exclusion: &Exclusion) -> String;
    /// A place, for an example.
    fn place(&self, place: &book::Place) -> String;
    /// What a part of a workbook is.
    fn part(&self, part: &book::Part) -> String;
    /// The words of 要確認一覧 around its rows.
    fn list(&self, facts: &Facts) -> ListWords;
    /// The words that a marked copy with these rows needs.
    fn marks(&self, rows: &[&Row]) -> book::MarkWords;
    /// What the marked copy of a file is called, both without their extension.
    fn marked_name(&self, stem: &str) -> String;
    /// What the copy of its rows that were left out is called.
    fn left_out_name(&self, stem: &str) -> String;
}

/// Does one job: the order comes on standard input, the report goes into the work folder. Called by `jitan worker` alone.
pub fn work(words: Rc<dyn Words>) -> io::Result<()> {
    std::panic::set_hook(Box::new(|info| {
        // The place alone: the message of a panic may hold what stands in a cell.
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(io::stderr(), "panic at {place}");
    }));
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    let order: Order = serde_json::from_str(&text).map_err(io::Error::other)?;
    drop(text);
    let confinement = cage::lock(&order)?;
    let done = perform(&order, &words).and_then(|mut report| {
        report.confinement = confinement;
        let json = serde_json::to_vec(&report).map_err(io::Error::other)?;
        std::fs::write(order.work.join(REPORT), json)
    });
    if let Err(error) = &done
        && let Some(line) = away::line(error)
    {
        // Nobody listens any more, or the engine hears it.
        let _ = writeln!(io::stderr(), "{line}");
    }
    done
}

pub(crate) const REPORT: &str = "report.json";
pub(crate) const FILES: &str = "files";
pub(crate) const RENAMES: &str = "renames";
/// How the staged files of marked copies begin.
pub(crate) const MARKED: &str = "marked-";

fn perform(order: &Order, words: &Rc<dyn Words>) -> io::Result<Report> {
    let files = Rc::new(Files::read(&order.work.join(FILES))?);
    let mut telling = Telling::new(&**words);
    if !order.mark.is_empty() {
        let marked = marks::write(order, &files, &**words, &progress_line)?;
        return Ok(Report { marked, ..telling.report(End::Returned) });
    }
    order.left.iter().for_each(|left| telling.row(words.left(left)));
    if order.left.iter().any(|left| matches!(left.why, Why::NothingToDo { .. })) {
        return telling.returned(order, &files);
    }
    let library = Library { modules: order.library.clone() };
    let program = match Program::compile(&order.script_path, &order.script, &library) {
        Ok(program) => program,
        Err(troubles) => return Ok(telling.failed(End::Script(troubles.iter().map(|trouble| words.trouble(trouble)).collect()))),
    };
    if order.check {
        let unknown = unknown_settings(order, &program);
        let told = program.warnings().iter().chain(&unknown).map(|trouble| words.trouble(trouble));
        let told = told.chain(templates(order, &program, &**words)).chain(images(order, &**words)).collect();
        return Ok(telling.failed(End::Script(told)));
    }
    let (lost, opened) = (Lost::default(), Opened::default());
    let host = Box::new(Host::new(order, Rc::clone(&files), Rc::clone(&lost), Rc::clone(&opened)));
    let report = match script::evaluate(&program, host, context(order, Rc::clone(words))) {
        Ok(outcome) => telling.outcome(order, &files, outcome, &opened.borrow()),
        Err(failure) => Ok(telling.failure(failure)),
    };
    // The process ends here, and its memory with it.
    std::mem::forget(files);
    // Whatever the script made of a file that was out of reach, the file is not to blame.
    match lost.get() {
        Some(errno) => Err(errno.into()),
        None => report,
    }
}

/// What is wrong with the templates that the script names, and which of their marks it never speaks of.
fn templates(order: &Order, program: &Program, words: &dyn Words) -> Vec<Told> {
    let sources = order.library.iter().map(|(_, source)| source).chain([&order.script]);
    let whole = Template::key(&sources.map(String::as_str).collect::<Vec<_>>().join("\n"));
    let mut told = Vec::new();
    for path in &order.templates {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if !whole.contains(&Template::key(&name)) {
            continue;
        }
        let opened = std::fs::read(path).map_err(|_| book::Refusal::Locked);
        let opened = opened.and_then(|bytes| Template::open(&name, bytes, &book::Limits::default()));
        let mut say = |finding: &Finding, warning: bool| {
            let row = words.finding(finding);
            let place = [row.sheet, row.cell].into_iter().flatten().collect::<Vec<_>>().join(" ");
            let file = Some(format!("{name} {place}").trim_end().to_owned());
            told.push(Told { what: row.problem, next: row.remedy, warning, file, ..Told::default() });
        };
        match opened {
            Ok(template) => {
                template.findings().iter().for_each(|finding| say(finding, false));
                let unfilled = unfilled(&template, &name, program);
                unfilled.iter().for_each(|finding| say(finding, false));
                // A name that the script never speaks of is given nowhere: said once.
                if unfilled.is_empty() {
                    template.unspoken(&whole).iter().for_each(|finding| say(finding, true));
                }
            }
            Err(refusal) => say(&Finding::refused(&name, refusal), false),
        }
    }
    told
}

/// Marks of a template that the script fills on no way, where all that it is filled with is known.
fn unfilled(template: &Template, name: &str, program: &Program) -> Vec<Finding> {
    let fillings = program.fillings().unwrap_or_default();
    if fillings.iter().any(|filling| filling.templates.is_none()) {
        return Vec::new();
    }
    let meant = |file: &String| japan::name_key(file) == japan::name_key(name);
    let own = fillings.iter().filter(|filling| filling.templates.iter().flatten().any(meant) && !filling.open);
    let mut found: Vec<Finding> = Vec::new();
    for filling in own {
        let vague = |key: &str| filling.vague.iter().any(|name| Template::key(name) == key);
        found.extend(template.unfilled(&filling.names, vague).into_iter().filter(|new| !found.contains(new)).collect::<Vec<_>>());
    }
    found
}

/// What is wrong with the images that the script names.
fn images(order: &Order, words: &dyn Words) -> Vec<Told> {
    let sources = order.library.iter().map(|(_, source)| source).chain([&order.script]);
    let whole = Template::key(&sources.map(String::as_str).collect::<Vec<_>>().join("\n"));
    let mut told = Vec::new();
    for path in &order.images {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if !whole.contains(&Template::key(&name)) {
            continue;
        }
        let problem = match std::fs::read(path) {
            Ok(bytes) => book::Image::open(bytes).err().map(book::Problem::Image),
            Err(_) => Some(book::Problem::Refused(book::Refusal::Locked)),
        };
        if let Some(problem) = problem {
            let row = words.finding(&Finding { problem, ..Finding::refused(&name, book::Refusal::Locked) });
            told.push(Told { what: row.problem, next: row.remedy, file: Some(name), ..Told::default() });
        }
    }
    told
}

/// Settings that the script reads and the form does not have.
fn unknown_settings(order: &Order, program: &Program) -> Vec<Trouble> {
    let missing = program.settings().iter().filter(|(name, ..)| !order.settings.contains_key(name));
    let trouble = |(name, line, column): &(String, u32, u32)| Trouble {
        file: order.script_path.clone(),
        line: *line,
        column: *column,
        word: Some(name.clone()),
        weight: script::Weight::Error,
        kind: TroubleKind::NoKey { near: task::nearest(name, order.settings.keys().map(String::as_str)) },
        calls: Vec::new(),
    };
    missing.map(trouble).collect()
}

fn context(order: &Order, words: Rc<dyn Words>) -> Context {
    let mut limits = script::Limits::default();
    // Time is counted by the processor's clock; operations only guard a machine where that limit cannot be set.
    // An empty loop makes about 600 million a second, so the clock comes first everywhere else.
    limits.operations = limits.operations.max(order.limits.cpu_seconds.saturating_mul(1_000_000_000));
    let book_limits = book::Limits { file: order.limits.file_mib << 20, ..book::Limits::default() };
    Context {
        arrival: order.arrival.clone(),
        now: order.now.parse().unwrap_or_default(),
        seed: order.seed,
        settings: order.settings.iter().map(|(name, value)| (name.clone(), setting(value))).collect(),
        templates: order.templates.iter().map(|path| beside(path)).collect(),
        images: order.images.iter().map(|path| beside(path)).collect(),
        limits,
        book_limits,
        progress: Box::new(progress()),
        name_words: Box::new(move |trouble| words.name_trouble(trouble)),
    }
}

/// A template or image, read when a script asks for it.
fn beside(path: &Path) -> TemplateFile {
    let from = path.to_owned();
    TemplateFile {
        name: path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
        load: Box::new(move || std::fs::read(&from).map_err(|_| book::Refusal::Locked)),
    }
}

fn setting(value: &Value) -> Setting {
    match value {
        Value::Text(text) => Setting::Text(text.clone()),
        Value::Integer(whole) => Setting::Integer(*whole),
        Value::Decimal(exact) => Setting::Decimal(exact.parse().unwrap_or_default()),
        Value::YesNo(yes) => Setting::YesNo(*yes),
        Value::Date(date) => Setting::Date(date.parse().unwrap_or_default()),
        Value::List(items) => Setting::List(items.iter().map(setting).collect()),
    }
}

/// Writes progress as JSON lines, at most twenty a second.
fn progress() -> impl Fn(script::Progress) {
    let last = std::cell::Cell::new(None::<Instant>);
    move |progress| {
        let progress = match progress {
            script::Progress::Reading { number, of, path } => Progress { at: path, done: number as u64, of: of as u64 },
            script::Progress::Writing { name } => Progress { at: name, done: 0, of: 0 },
            script::Progress::Steps(steps) => Progress { at: String::new(), done: steps, of: 0 },
        };
        if last.get().is_some_and(|last| last.elapsed() < Duration::from_millis(50)) {
            return;
        }
        last.set(Some(Instant::now()));
        progress_line(progress);
    }
}

fn progress_line(progress: Progress) {
    if let Ok(mut line) = serde_json::to_vec(&progress) {
        line.push(b'\n');
        let _ = io::stdout().write_all(&line);
    }
}

/// The report in the making.
struct Telling<'w> {
    words: &'w dyn Words,
    rows: Vec<Row>,
    counts: Counts,
}

/// Rows beyond this help nobody; they are counted all the same.
const MOST_ROWS: usize = 10_000;

impl<'w> Telling<'w> {
    fn new(words: &'w dyn Words) -> Telling<'w> {
        Telling { words, rows: Vec::new(), counts: Counts::default() }
    }

    fn row(&mut self, row: Row) {
        self.counts.add(row.severity);
        if self.rows.len() < MOST_ROWS {
            self.rows.push(row);
        }
    }

    fn report(self, end: End) -> Report {
        Report {
            end,
            rows: self.rows,
            counts: self.counts,
            outputs: Vec::new(),
            list: None,
            marked: Vec::new(),
            back: Vec::new(),
            closed: None,
            renames: 0,
            units: 0,
            account: Account::default(),
            files: 0,
            files_used: 0,
            confinement: Confinement::default(),
        }
    }

    fn failed(self, end: End) -> Report {
        self.report(end)
    }

    fn failure(self, failure: Failure) -> Report {
        let words = self.words;
        let end = match failure {
            Failure::Script(trouble) => End::Script(vec![words.trouble(&trouble)]),
            Failure::Limit { what, .. } => End::Limit(Limit::Script(script_limit(what))),
            Failure::Unbalanced { account, untold, twice, examples } => {
                let account = rows(&account, words);
                let excluded = account.left_out();
                let examples = examples.iter().map(|place| words.place(place)).collect();
                End::Unbalanced { read: account.read, used: account.used, excluded, untold, twice, examples }
            }
        };
        self.report(end)
    }

    /// The arrival goes back before the script was asked.
    fn returned(self, order: &Order, files: &Files) -> io::Result<Report> {
        let words = self.words;
        let mut report = self.report(End::Returned);
        report.files = files.len() as u64 + left_out(&order.left);
        list::write(order, words, &mut report, None)?;
        Ok(report)
    }

    fn outcome(
        mut self,
        order: &Order,
        files: &Files,
        mut outcome: Outcome,
        opened: &BTreeMap<u32, usize>,
    ) -> io::Result<Report> {
        let words = self.words;
        if !opened.is_empty() {
            // The receipt is for everybody to read.
            let proofs = outcome.outputs.iter_mut().filter_map(|output| output.proof.as_mut());
            proofs.for_each(|proof| proof.changes.hide_new_names());
        }
        let skipped = skipped(&outcome);
        for finding in &outcome.findings {
            self.row(words.finding(finding));
        }
        self.counts.notes += outcome.findings_left_out as usize;
        let returned = self.counts.errors > 0;
        let mut report = self.report(if returned { End::Returned } else { End::Done });
        report.units = outcome.units;
        report.account = rows(&outcome.account, words);
        report.files = files.len() as u64 + left_out(&order.left);
        let read = outcome.files_read.len() as u64;
        report.files_used = if read == 0 { files.len() as u64 } else { read - skipped.min(read) };
        if !returned {
            report.outputs = outputs::stage(&order.work, &outcome.outputs, order.protect.as_ref(), words)?;
            inputs::write_renames(&order.work.join(RENAMES), &outcome.renames)?;
            report.renames = outcome.renames.len();
            if order.give_back {
                report.back = back(&outcome);
            }
        }
        // What is told of an arrival with a protected workbook is as protected as that.
        let protected = opened.first_key_value();
        report.closed = protected.map(|(file, _)| files.get(*file as usize).shown(&order.roots));
        let password = protected.and_then(|(_, nth)| order.passwords.get(*nth));
        list::write(order, words, &mut report, password.map(String::as_str))?;
        Ok(report)
    }
}

/// The sheets of which rows were left out with a finding: their other rows were used, or left out without one.
fn back(outcome: &Outcome) -> Vec<Back> {
    let (mut sheets, mut left): (Vec<Back>, FxHashSet<(usize, u32)>) = Default::default();
    for (nth, finding) in outcome.findings.iter().enumerate().take(MOST_ROWS) {
        let place = &finding.place;
        let left_out = finding.fate == book::Fate::Skipped && finding.severity != Severity::Note;
        let (Some(file), Some(row)) = (&place.file, place.cell.as_deref().and_then(row_of).filter(|_| left_out)) else {
            continue;
        };
        let at = sheets.iter().position(|known| known.file == *file && known.sheet == place.sheet).unwrap_or_else(|| {
            let read = outcome.rows_read.iter().filter(|read| read.file == *file && read.sheet == place.sheet);
            let used = read.flat_map(|read| read.rows.iter().copied()).collect();
            sheets.push(Back { file: file.clone(), sheet: place.sheet.clone(), used, findings: Vec::new() });
            sheets.len() - 1
        });
        sheets[at].findings.push(nth);
        sheets[at].used = without(&sheets[at].used, row);
        left.insert((at, row));
    }
    // Whatever else is said of such a row goes back with it.
    for (nth, finding) in outcome.findings.iter().enumerate().take(MOST_ROWS) {
        let place = &finding.place;
        let at = sheets.iter().position(|known| place.file.as_ref() == Some(&known.file) && known.sheet == place.sheet);
        if let (Some(at), Some(row)) = (at, place.cell.as_deref().and_then(row_of))
            && finding.severity != Severity::Note
            && finding.fate != book::Fate::Skipped
            && left.contains(&(at, row))
        {
            sheets[at].findings.push(nth);
        }
    }
    sheets.retain(|sheet| !sheet.used.is_empty());
    sheets.iter_mut().for_each(|sheet| sheet.findings.sort_unstable());
    sheets
}

/// The zero-based row of `F12` or `12:12`.
fn row_of(cell: &str) -> Option<u32> {
    let digits: String = cell.chars().skip_while(char::is_ascii_alphabetic).take_while(char::is_ascii_digit).collect();
    digits.parse::<u32>().ok()?.checked_sub(1)
}

/// Ranges of rows without one row, in order.
fn without(ranges: &[(u32, u32)], row: u32) -> Vec<(u32, u32)> {
    let mut left: Vec<(u32, u32)> = Vec::with_capacity(ranges.len() + 1);
    for &(first, last) in ranges {
        if (first..=last).contains(&row) {
            left.extend((first < row).then(|| (first, row - 1)));
            left.extend((row < last).then(|| (row + 1, last)));
        } else {
            left.push((first, last));
        }
    }
    left.sort_unstable();
    left.dedup();
    left
}

/// Files that were opened and then left out as a whole.
fn skipped(outcome: &Outcome) -> u64 {
    let whole = outcome.findings.iter().filter(|finding| {
        finding.place.cell.is_none()
            && matches!(finding.fate, book::Fate::Skipped | book::Fate::Stopped | book::Fate::NameKept)
            && finding.severity != Severity::Note
    });
    let files: std::collections::BTreeSet<_> = whole.filter_map(|finding| finding.place.file.as_deref()).collect();
    files.iter().filter(|file| outcome.files_read.iter().any(|read| read == *file)).count() as u64
}

fn left_out(left: &[Left]) -> u64 {
    left.iter().filter(|left| !matches!(left.why, Why::Open { .. } | Why::NothingToDo { .. })).count() as u64
}

fn rows(account: &Rows, words: &dyn Words) -> Account {
    let excluded = account.excluded.iter().map(|(reason, count)| (words.exclusion(reason), *count)).collect();
    Account { read: account.read, used: account.used, excluded }
}

fn script_limit(kind: LimitKind) -> ScriptLimit {
    match kind {
        LimitKind::Operations => ScriptLimit::Operations,
        LimitKind::Calls => ScriptLimit::Calls,
        LimitKind::Text => ScriptLimit::Text,
        LimitKind::Map => ScriptLimit::Map,
        LimitKind::Variables => ScriptLimit::Variables,
        LimitKind::Modules => ScriptLimit::Modules,
        LimitKind::Rows => ScriptLimit::Rows,
    }
}
