//! `jitan report`: the figures of a year or of some months, as a page, a workbook, a list or an object.

use std::io::Write;
use std::path::{Path, PathBuf};

use ::ledger::{Date, Error, Store};
use message::{Line, Misuse};
use report::{Figures, Options, Paper, Period, Records};
use serde_json::json;

use crate::args::{Face, ReportWanted};
use crate::exit::Exit;
use crate::office::Office;
use crate::print::Screen;

/// Makes the report. It reads the ledger and changes nothing; a file that is there is never written over.
pub fn report(office: &Office, screen: &Screen, wanted: &ReportWanted) -> Exit {
    let period = match period(wanted, job::now().date()) {
        Ok(period) => period,
        Err(misuse) => return screen.misuse(&misuse),
    };
    let records = match records(&office.settings.store, period) {
        Ok(records) => records,
        Err(error) => return screen.store_error(&error),
    };
    let settings = &office.settings.report;
    let options = Options {
        period,
        minimum_months: u32::try_from(settings.minimum_months).unwrap_or(u32::MAX),
        hourly_yen: settings.hourly_yen,
    };
    let paper = Paper::of(&Figures::of(&records, &options), screen.lang);
    let bytes = match wanted.face {
        Face::Html => report::html(&paper),
        Face::Csv => report::csv(&paper),
        Face::Json => format!("{:#}\n", report::json(&paper)).into_bytes(),
        Face::Xlsx => match report::xlsx(&paper) {
            Ok(bytes) => bytes,
            // The writer needs a folder for its temporary files.
            Err(_) => return screen.misuse(&Misuse::Unwritable { path: std::env::temp_dir() }).max(Exit::Place),
        },
    };
    let out = match (&wanted.out, wanted.face) {
        (Some(out), _) => out.clone(),
        (None, Face::Csv | Face::Json) => {
            screen.bytes(&bytes);
            return Exit::Done;
        }
        (None, face) => free(&name(&paper, screen), face.ending()),
    };
    match put(&out, &bytes) {
        Ok(()) => {
            if screen.json {
                screen.object(&json!({ "status": "done", "path": out.to_string_lossy() }));
            } else {
                screen.say(&message::line(screen.lang, &Line::Written { path: &out.display().to_string() }));
            }
            Exit::Done
        }
        Err(misuse) => screen.misuse(&misuse),
    }
}

/// What the ledger holds of these days; nothing where there is no ledger yet.
fn records(path: &Path, period: Period) -> Result<Records, Error> {
    match Store::open_to_read(path) {
        Ok(store) => Records::gather(&store, period),
        Err(Error::NotThere { .. }) => Ok(Records::default()),
        Err(error) => Err(error),
    }
}

/// The days that are meant: a fiscal year, or some months. With one end only, the other is that of the fiscal year.
fn period(wanted: &ReportWanted, today: Date) -> Result<Period, Misuse> {
    let month = |argument: &str, written: &Option<String>| match written {
        None => Ok(None),
        Some(text) => text.parse_month().map(Some).ok_or_else(|| wrong(argument, text)),
    };
    let (from, to) = (month("--from", &wanted.from)?, month("--to", &wanted.to)?);
    let year_of = |day: Date| Period::fiscal_year(japan::fiscal_year(day));
    let found = match (from, to) {
        (None, None) => Period::fiscal_year(wanted.year.unwrap_or_else(|| japan::fiscal_year(today))),
        (Some(from), Some(to)) => Period::months_between(from, to),
        (Some(from), None) => year_of(from).and_then(|year| Period::months_between(from, year.to)),
        (None, Some(to)) => year_of(to).and_then(|year| Period::months_between(year.from, to)),
    };
    found
        .filter(|period| period.months().len() <= MOST_MONTHS)
        .ok_or_else(|| wrong("--from", wanted.from.as_deref().unwrap_or_default()))
}

/// More columns than this fit no paper.
const MOST_MONTHS: usize = 36;

fn wrong(argument: &str, written: &str) -> Misuse {
    Misuse::WrongValue { argument: argument.to_owned(), written: written.to_owned(), choices: Vec::new() }
}

trait Month {
    /// `2026-04` as its first day.
    fn parse_month(&self) -> Option<Date>;
}

impl Month for String {
    fn parse_month(&self) -> Option<Date> {
        let (year, month) = self.split_once(['-', '/'])?;
        Date::new(year.parse().ok().filter(|year| *year >= 1900)?, month.parse().ok()?, 1).ok()
    }
}

fn name(paper: &Paper, screen: &Screen) -> String {
    let days = paper.period;
    let of = if days.is_whole_year() {
        screen.lang.pick(format!("{}年度", days.year()), days.year().to_string())
    } else {
        format!("{:04}-{:02}_{:04}-{:02}", days.from.year(), days.from.month(), days.to.year(), days.to.month())
    };
    screen.lang.pick(format!("時短の報告_{of}"), format!("jitan-report-{of}"))
}

/// A name here that nothing has yet.
pub fn free(stem: &str, ending: &str) -> PathBuf {
    let numbered = |count: u32| match count {
        1 => PathBuf::from(format!("{stem}.{ending}")),
        count => PathBuf::from(format!("{stem} ({count}).{ending}")),
    };
    (1..10_000).map(numbered).find(|path| !path.exists()).unwrap_or_else(|| numbered(1))
}

/// Writes a new file, whole or not at all.
pub fn put(path: &Path, bytes: &[u8]) -> Result<(), Misuse> {
    let mut file = match std::fs::File::create_new(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            return Err(Misuse::FileExists { path: path.to_owned() });
        }
        Err(_) => return Err(Misuse::Unwritable { path: path.to_owned() }),
    };
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(|_| {
        // Half a report is none; what stands there is our own.
        let _ = std::fs::remove_file(path);
        Misuse::Unwritable { path: path.to_owned() }
    })
}
