//! Reading a register file: its rows and targets as values, and every mistake as a finding with its cell, in one pass.

use std::collections::BTreeMap;
use std::rc::Rc;

use book::{Fate, Finding, Limits, Place, Problem, Reading, Severity, Shelf, Table, Value, Workbook, read_table};
use japan::DepartmentTrouble;
use jiff::civil::Date;
use message::{Lang, RegisterTrouble};
use rust_decimal::Decimal;

use super::entry::{Consultation, Hours, MOST_HOURS, Measure, Status, Target, thousandths};
use super::sheets::{REGISTER, TARGETS, row_spec, target_spec};

/// A register file as it was read.
#[derive(Debug, Default)]
pub struct Read {
    /// The rows that are sound, with the cell they begin in.
    pub rows: Vec<(Consultation, Place)>,
    /// The targets that are sound.
    pub targets: Vec<(Target, Place)>,
    /// Everything that is wrong or doubtful. With an error among them nothing is to be imported.
    pub findings: Vec<Finding>,
}

/// What is known besides the file.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The language of the findings.
    pub lang: Lang,
    /// Today; later days are doubtful.
    pub today: Date,
    /// The ids of the office's tasks; an id that is not among them is doubtful.
    pub tasks: &'a [String],
}

impl Read {
    /// Whether nothing stands against importing it.
    pub fn is_sound(&self) -> bool {
        self.findings.iter().all(|finding| finding.severity != Severity::Error)
    }
}

/// Reads the bytes of a register (xlsx, xls, ods, csv). `file` is its name.
pub fn read(file: &str, bytes: Vec<u8>, context: &Context<'_>) -> Read {
    let mut read = Read::default();
    let shelf = Shelf::new();
    let book = match Workbook::open(file, bytes, &shelf, &Limits::default()) {
        Ok(book) => book,
        Err(refusal) => {
            let place = Place { file: Some(file.to_owned()), ..Place::default() };
            read.findings.push(finding(Severity::Error, place, None, None, Problem::Refused(refusal)));
            return read;
        }
    };
    read.findings.extend(book.findings());
    let sheet = sheet_of(&book, &REGISTER);
    match read_table(&book, &row_spec(sheet)) {
        Ok(reading) => Reader::new(context, &shelf, &reading, &mut read).rows(),
        Err(findings) => read.findings.extend(findings),
    }
    if let Some(sheet) = sheet_of(&book, &TARGETS) {
        match read_table(&book, &target_spec(sheet)) {
            Ok(reading) => Reader::new(context, &shelf, &reading, &mut read).targets(),
            Err(findings) => read.findings.extend(findings),
        }
    }
    // An optional column that is not there, and the other sheet, are no news here.
    read.findings.retain(|finding| !matches!(finding.problem, Problem::OtherSheet { .. }));
    read
}

/// The sheet of one of these names. A CSV file has no names, and no second sheet.
fn sheet_of(book: &Workbook, names: &[&str; 2]) -> Option<String> {
    let is_named = |name: &str| names.iter().any(|wanted| japan::label_key(name) == japan::label_key(wanted));
    book.sheets().iter().map(|sheet| sheet.name.clone()).find(|name| is_named(name))
}

struct Reader<'a> {
    context: &'a Context<'a>,
    shelf: &'a Rc<Shelf>,
    table: Table,
    read: &'a mut Read,
    /// The row under way.
    at: usize,
    /// Whether something is wrong with it.
    wrong: bool,
}

impl<'a> Reader<'a> {
    fn new(context: &'a Context<'a>, shelf: &'a Rc<Shelf>, reading: &Reading, read: &'a mut Read) -> Reader<'a> {
        // A value that does not fit was left out and its row kept, so that all that is wrong with the row is said at once.
        read.findings.extend(reading.findings.iter().cloned().map(|mut finding| {
            if finding.fate == Fate::Blanked {
                (finding.severity, finding.fate) = (Severity::Error, Fate::Stopped);
            }
            finding
        }));
        Reader { context, shelf, table: reading.table.clone(), read, at: 0, wrong: false }
    }

    fn rows(mut self) {
        let mut first: BTreeMap<String, Place> = BTreeMap::new();
        for at in 0..self.table.len() {
            (self.at, self.wrong) = (at, false);
            let row = self.row();
            let place = self.table.place(at, Some("相談日"));
            if self.wrong || row.title.is_empty() || row.date == Date::default() {
                continue;
            }
            if let Some(before) = first.get(&row.identity()) {
                let column = if row.number.is_some() { "番号" } else { "件名" };
                let key = row.number.clone().unwrap_or_else(|| row.title.clone());
                let problem = Problem::DuplicateKey { key, first: before.clone() };
                self.say(Severity::Error, column, problem);
                continue;
            }
            first.insert(row.identity(), place.clone());
            self.read.rows.push((row, place));
        }
    }

    fn row(&mut self) -> Consultation {
        let asked = self.date("相談日");
        let date = asked.unwrap_or_default();
        let title = self.text("件名").unwrap_or_default();
        let departments = self.departments();
        let status = self.status();
        let improved = self.date("改善日");
        let flags = self.flags();
        if asked.is_some_and(|asked| asked > self.context.today) {
            self.trouble(Severity::Warning, "相談日", RegisterTrouble::Future);
        }
        if let Some(improved) = improved {
            if asked.is_some_and(|asked| improved < asked) {
                self.trouble(Severity::Error, "改善日", RegisterTrouble::ImprovedBefore { asked: date.to_string() });
            }
            if status.is_some_and(|status| status != Status::Improved) {
                self.trouble(Severity::Error, "改善日", RegisterTrouble::ImprovedButNot);
            }
        }
        Consultation {
            number: self.text("番号"),
            date,
            departments,
            title,
            kind: self.text("種別"),
            flags,
            status: status.unwrap_or(Status::Asked),
            improved,
            task: self.task(),
            specialist: self.yes("DX推進スペシャリスト"),
            hours: self.hours(),
            main: self.yes("主な事例"),
            remark: self.text("備考"),
        }
    }

    /// The departments of the row. `各5` may stand in the cell of the names or in the one of the count.
    fn departments(&mut self) -> Vec<(String, u64)> {
        let (Some(cell), count) = (self.text("部局"), self.text("件数")) else { return Vec::new() };
        let (names, own) = part_count(&cell);
        let count = count.as_deref().or(own);
        let found = match count {
            Some(count) => japan::departments(names, count),
            None => japan::departments(names, "各1"),
        };
        match found {
            Ok(departments) => {
                let mut names: Vec<&str> = departments.iter().map(|(name, _)| name.as_str()).collect();
                names.sort_unstable();
                if names.windows(2).any(|pair| pair[0] == pair[1]) {
                    self.trouble(Severity::Error, "部局", RegisterTrouble::DepartmentTwice);
                } else if departments.iter().any(|(_, count)| !(1..=MOST).contains(count)) {
                    self.trouble(Severity::Error, "件数", RegisterTrouble::CountOutOfRange);
                } else if count.is_none() && departments.len() > 1 {
                    self.trouble(Severity::Warning, "部局", RegisterTrouble::EachOne { departments: departments.len() as u64 });
                }
                departments
            }
            Err(trouble) => {
                let (column, trouble) = match trouble {
                    DepartmentTrouble::NoName => ("部局", RegisterTrouble::NoDepartment),
                    DepartmentTrouble::NotACount => ("件数", RegisterTrouble::NotACount),
                    DepartmentTrouble::Undivided { departments, count } => {
                        ("部局", RegisterTrouble::Undivided { departments: departments as u64, count })
                    }
                };
                self.trouble(Severity::Error, column, trouble);
                Vec::new()
            }
        }
    }

    fn status(&mut self) -> Option<Status> {
        let written = self.text("状況")?;
        if let Some(status) = status_of(&written) {
            return Some(status);
        }
        let choices: Vec<String> = Status::ALL.map(|status| status_name(status).to_owned()).to_vec();
        let near = book::nearest(&written, choices.iter().map(String::as_str)).map(str::to_owned);
        self.say(Severity::Error, "状況", Problem::NotAChoice { choices, near });
        None
    }

    fn flags(&mut self) -> Vec<String> {
        let covid = self.yes("新型コロナ").then(|| COVID.to_owned());
        let others = self.text("その他の区分").unwrap_or_default();
        let mut flags: Vec<String> = covid.into_iter().collect();
        for flag in others.split(['、', '，', ',', '\n']).map(str::trim).filter(|flag| !flag.is_empty()) {
            if !flags.iter().any(|known| known == flag) {
                flags.push(flag.to_owned());
            }
        }
        flags
    }

    fn task(&mut self) -> Option<String> {
        let task = self.text("業務")?;
        let tasks = self.context.tasks;
        if !tasks.is_empty() && !tasks.contains(&task) {
            let near = book::nearest(&task, tasks.iter().map(String::as_str)).map(str::to_owned);
            self.trouble(Severity::Warning, "業務", RegisterTrouble::NoSuchTask { near });
        }
        Some(task)
    }

    fn hours(&mut self) -> Option<Hours> {
        const COLUMNS: [&str; 2] = ["現状の年間時間", "改善後の年間時間"];
        let [before, after] = COLUMNS.map(|column| {
            let hours = self.number(column)?;
            let kept = thousandths(hours).filter(|kept| *kept >= 0);
            if kept.is_none() {
                let (low, high) = (Some(Decimal::ZERO), Some(Decimal::from(MOST_HOURS)));
                self.say(Severity::Error, column, Problem::OutOfRange { low, high });
            }
            kept
        });
        match (before, after) {
            (Some(before), Some(after)) => {
                if after > before {
                    self.trouble(Severity::Warning, COLUMNS[1], RegisterTrouble::TakesLonger);
                }
                Some(Hours { before, after })
            }
            (None, None) => None,
            (Some(_), None) => {
                self.trouble(Severity::Error, COLUMNS[1], RegisterTrouble::NoHoursAfter);
                None
            }
            (None, Some(_)) => {
                self.trouble(Severity::Error, COLUMNS[0], RegisterTrouble::NoHoursBefore);
                None
            }
        }
    }

    fn targets(mut self) {
        let mut first: BTreeMap<String, Place> = BTreeMap::new();
        for at in 0..self.table.len() {
            (self.at, self.wrong) = (at, false);
            let target = self.target();
            let place = self.table.place(at, Some("項目"));
            if self.wrong || target.name.is_empty() || target.year == 0 {
                continue;
            }
            if let Some(before) = first.get(&target.identity()) {
                let problem = Problem::DuplicateKey { key: target.name.clone(), first: before.clone() };
                self.say(Severity::Error, "項目", problem);
                continue;
            }
            first.insert(target.identity(), place.clone());
            self.read.targets.push((target, place));
        }
    }

    fn target(&mut self) -> Target {
        let written = self.text("年度");
        let year = written.as_deref().and_then(japan::read_fiscal_year);
        if written.is_some() && year.is_none() {
            self.trouble(Severity::Error, "年度", RegisterTrouble::NotAFiscalYear);
        }
        let measure = self.text("数え方").and_then(|written| {
            let found = measure_of(&written);
            if found.is_none() {
                let choices: Vec<String> = Measure::ALL.map(|measure| measure_name(measure).to_owned()).to_vec();
                let near = book::nearest(&written, choices.iter().map(String::as_str)).map(str::to_owned);
                self.say(Severity::Error, "数え方", Problem::NotAChoice { choices, near });
            }
            found
        });
        Target {
            name: self.text("項目").unwrap_or_default(),
            unit: self.text("単位"),
            present: self.number("現状値"),
            year: year.unwrap_or_default(),
            goal: self.number("目標値").unwrap_or_default(),
            result: self.number("実績値"),
            measure,
            remark: self.text("項目の説明"),
        }
    }

    // --- one cell

    fn value(&self, column: &str) -> Value {
        self.table.position(column).map_or(Value::Blank, |at| self.table.value(self.at, at))
    }

    /// The text of a cell without spaces around; none if it is blank.
    fn text(&self, column: &str) -> Option<String> {
        let text = self.value(column).show(&self.shelf.texts);
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn date(&self, column: &str) -> Option<Date> {
        match self.value(column) {
            Value::Date(day) => day.date(),
            _ => None,
        }
    }

    fn number(&self, column: &str) -> Option<Decimal> {
        match self.value(column) {
            Value::Integer(whole) => Some(whole.into()),
            Value::Decimal(exact) => Some(exact.normalize()),
            _ => None,
        }
    }

    fn yes(&self, column: &str) -> bool {
        self.value(column) == Value::YesNo(true)
    }

    fn trouble(&mut self, severity: Severity, column: &str, trouble: RegisterTrouble) {
        let telling = message::register_trouble(self.context.lang, &trouble);
        self.say(severity, column, Problem::Said { problem: telling.what, remedy: telling.next, done: None });
    }

    fn say(&mut self, severity: Severity, column: &str, problem: Problem) {
        self.wrong |= severity == Severity::Error;
        let place = self.table.place(self.at, Some(column));
        self.read.findings.push(finding(severity, place, Some(column), self.text(column), problem));
    }
}

/// More than this in one row is a slip of the pen.
const MOST: u64 = 100_000;

/// What the rows of the column 新型コロナ are counted under.
pub(super) const COVID: &str = "新型コロナ";

/// `総務部、農林水産部 各5` is names and a count; `総務部` is a name only.
fn part_count(cell: &str) -> (&str, Option<&str>) {
    let bare = cell.trim_end().trim_end_matches('件');
    let names = bare.trim_end_matches(|c: char| c.is_ascii_digit() || ('０'..='９').contains(&c));
    let digits = &bare[names.len()..];
    let from = names.strip_suffix('各').map_or(names.len(), str::len);
    let names = &cell[..from];
    // 第1, 2課: a number that is part of a name stands without a space or 各 in front.
    let parted = from < bare.len() - digits.len() || names.ends_with([' ', '　', '\t', '(', '（', ':', '：']);
    if digits.is_empty() || !parted {
        return (cell, None);
    }
    (names.trim_end_matches([' ', '　', '\t', '(', '（', ':', '：']), Some(&bare[from..]))
}

/// A status as people write it.
fn status_of(written: &str) -> Option<Status> {
    let key = japan::label_key(written).to_lowercase();
    match &*key {
        "相談" | "相談中" | "相談のみ" | "受付" | "consulted" | "asked" => Some(Status::Asked),
        "対応中" | "作業中" | "実施中" | "開発中" | "inprogress" | "underway" | "in progress" | "under way" => {
            Some(Status::UnderWay)
        }
        "改善済" | "改善済み" | "改善" | "完了" | "対応済" | "対応済み" | "improved" | "done" => {
            Some(Status::Improved)
        }
        "見送り" | "見送" | "中止" | "対応不可" | "declined" => Some(Status::Declined),
        _ => None,
    }
}

/// A status as the register prints it.
pub(super) fn status_name(status: Status) -> &'static str {
    match status {
        Status::Asked => "相談",
        Status::UnderWay => "対応中",
        Status::Improved => "改善済",
        Status::Declined => "見送り",
    }
}

fn measure_of(written: &str) -> Option<Measure> {
    let key = japan::label_key(written);
    Measure::ALL.into_iter().find(|measure| measure_name(*measure) == key)
}

/// A measure as the register prints it.
pub(super) fn measure_name(measure: Measure) -> &'static str {
    match measure {
        Measure::Asked => "相談件数",
        Measure::Improved => "改善件数",
        Measure::Specialist => "参画件数",
        Measure::Estimated => "年間換算削減時間",
        Measure::Saved => "実績削減時間",
    }
}

fn finding(severity: Severity, place: Place, column: Option<&str>, value: Option<String>, problem: Problem) -> Finding {
    let fate = if severity == Severity::Error { Fate::Stopped } else { Fate::Used };
    Finding { severity, place, column: column.map(str::to_owned), value, problem, fate }
}
