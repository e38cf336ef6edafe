//! The files of the arrival: folder by folder in Japanese order, opened when they are read, and not kept longer than needed.

use std::cell::{Cell, RefCell};
use std::cmp::Ordering;
use std::rc::Rc;

use book::{Fate, Finding, Place, Problem, Refusal, Severity, Workbook};
use jiff::civil::DateTime;
use rustc_hash::FxHashMap;

use crate::outcome::{Inputs, Progress};
use crate::session::Session;

/// A workbook that is open.
pub(crate) type Opened = Rc<Workbook>;

/// The files of the arrival.
pub(crate) struct Files {
    inputs: Box<dyn Inputs>,
    /// In order, the number that each file was given with.
    given: Vec<u32>,
    /// The workbook opened last: a script that reads a table and some cells of a file opens it once.
    open: RefCell<Option<(usize, Rc<Workbook>)>>,
    /// Why a file is refused, and what weight that was given when it was said.
    refused: RefCell<FxHashMap<usize, (Refusal, Option<Severity>)>>,
    paths: RefCell<FxHashMap<Box<str>, usize>>,
    read: RefCell<Vec<bool>>,
    number: Cell<usize>,
}

impl Files {
    pub fn new(inputs: Box<dyn Inputs>) -> Files {
        let mut given: Vec<u32> = (0..inputs.count() as u32).collect();
        let ranks = ranks(&*inputs);
        given.sort_by(|a, b| {
            let (left, right) = (inputs.folder_number(*a), inputs.folder_number(*b));
            let folders = if left == right { Ordering::Equal } else { ranks[left as usize].cmp(&ranks[right as usize]) };
            folders.then_with(|| order(inputs.name(*a), inputs.name(*b)))
        });
        Files {
            open: RefCell::default(),
            refused: RefCell::default(),
            paths: RefCell::default(),
            read: RefCell::new(vec![false; given.len()]),
            number: Cell::new(0),
            given,
            inputs,
        }
    }

    pub fn len(&self) -> usize {
        self.given.len()
    }

    /// Its number among the files as they were given.
    pub fn given(&self, file: usize) -> u32 {
        self.given[file]
    }

    pub fn name(&self, file: usize) -> &str {
        self.inputs.name(self.given[file])
    }

    pub fn folder(&self, file: usize) -> &str {
        self.inputs.folder(self.given[file])
    }

    pub fn folder_number(&self, file: usize) -> u32 {
        self.inputs.folder_number(self.given[file])
    }

    /// The path within the arrival, with `/`.
    pub fn path(&self, file: usize) -> String {
        path(&*self.inputs, self.given[file])
    }

    pub fn size(&self, file: usize) -> u64 {
        self.inputs.size(self.given[file])
    }

    pub fn modified(&self, file: usize) -> Option<DateTime> {
        self.inputs.modified(self.given[file])
    }

    pub fn open_by(&self, file: usize) -> Option<&str> {
        self.inputs.open_by(self.given[file])
    }

    /// How long the whole path on the disk would be with another name, in UTF-16 units.
    pub fn path_units(&self, file: usize, name: &str) -> usize {
        self.inputs.units_before(self.given[file]) + japan::utf16_units(name)
    }

    /// Paths of what else lies in the folders.
    pub fn others(&self) -> &[String] {
        self.inputs.others()
    }

    /// The file of a path.
    pub fn by_path(&self, path: &str) -> Option<usize> {
        let mut paths = self.paths.borrow_mut();
        if paths.is_empty() {
            *paths = (0..self.len()).map(|at| (self.path(at).into(), at)).collect();
        }
        paths.get(path).copied()
    }

    /// A place in a file.
    pub fn place(&self, file: usize) -> Place {
        Place { file: Some(self.path(file)), ..Place::default() }
    }

    /// The paths of the files that were opened, in order of paths.
    pub fn files_read(&self) -> Vec<String> {
        let read = self.read.borrow();
        (0..self.len()).filter(|at| read[*at]).map(|at| self.path(at)).collect()
    }
}

/// Where each folder stands in Japanese order; a folder before the folders within it.
fn ranks(inputs: &dyn Inputs) -> Vec<usize> {
    let mut folders: Vec<(u32, &str)> = Vec::new();
    for file in 0..inputs.count() as u32 {
        let number = inputs.folder_number(file);
        if folders.last().is_none_or(|(last, _)| *last != number) {
            folders.push((number, inputs.folder(file)));
        }
    }
    folders.sort_by(|a, b| order(a.1, b.1));
    let mut ranks = vec![0; folders.iter().map(|(number, _)| *number as usize + 1).max().unwrap_or(0)];
    for (rank, (number, _)) in folders.iter().enumerate() {
        ranks[*number as usize] = rank;
    }
    ranks
}

fn path(inputs: &dyn Inputs, file: u32) -> String {
    let (folder, name) = (inputs.folder(file), inputs.name(file));
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

impl Session {
    /// The workbook of a file, or why it is refused. Whoever needs the file says so ([`Session::refuse`]); what nobody said is said at
    /// the end of the run.
    pub fn workbook(&self, file: usize) -> Result<Opened, Refusal> {
        if let Some((open, workbook)) = &*self.files.open.borrow()
            && *open == file
        {
            return Ok(Rc::clone(workbook));
        }
        if let Some((refusal, _)) = self.files.refused.borrow().get(&file) {
            return Err(refusal.clone());
        }
        self.close_workbook();
        let path = self.files.path(file);
        self.tell_reading(file, &path);
        let bytes = self.files.inputs.load(self.files.given(file));
        let opened = bytes.and_then(|bytes| Workbook::open(&path, bytes, &self.shelf, &self.context.book_limits));
        match opened {
            Ok(workbook) => {
                let workbook = Rc::new(workbook);
                *self.files.open.borrow_mut() = Some((file, Rc::clone(&workbook)));
                Ok(workbook)
            }
            Err(refusal) => {
                self.files.refused.borrow_mut().insert(file, (refusal.clone(), None));
                Err(refusal)
            }
        }
    }

    /// The bytes of a file that is no workbook.
    pub fn bytes(&self, file: usize) -> Result<Vec<u8>, Refusal> {
        self.tell_reading(file, &self.files.path(file));
        self.files.inputs.load(self.files.given(file))
    }

    fn tell_reading(&self, file: usize, path: &str) {
        if !std::mem::replace(&mut self.files.read.borrow_mut()[file], true) {
            self.files.number.set(self.files.number.get() + 1);
            let (number, of) = (self.files.number.get(), self.files.len());
            (self.context.progress)(Progress::Reading { number, of, path: path.to_owned() });
        }
    }

    /// Says that a file cannot be read, once; what was said as a warning becomes an error where a table is read from it after all.
    pub fn refuse(&self, file: usize, refusal: &Refusal, severity: Severity) {
        let before = {
            let mut refused = self.files.refused.borrow_mut();
            let (_, said) = refused.entry(file).or_insert_with(|| (refusal.clone(), None));
            match *said {
                Some(known) if known <= severity => return,
                known => {
                    *said = Some(severity);
                    known
                }
            }
        };
        let place = self.files.place(file);
        let problem = Problem::Refused(refusal.clone());
        let fate = if severity == Severity::Error { Fate::Stopped } else { Fate::Skipped };
        if before.is_some() {
            self.findings.borrow_mut().retain(|finding| finding.place != place || finding.problem != problem);
        }
        self.find(Finding { severity, place, column: None, value: None, problem, fate });
    }

    /// What a file weighs that cannot be read and that nobody needs for sure: the whole arrival if it is the only one.
    pub fn weight_of_absence(&self) -> Severity {
        if self.files.len() == 1 { Severity::Error } else { Severity::Warning }
    }

    /// Says which refused files nobody has spoken of.
    pub fn say_refused(&self) {
        let mut silent: Vec<(usize, Refusal)> = self
            .files
            .refused
            .borrow()
            .iter()
            .filter(|(_, (_, said))| said.is_none())
            .map(|(file, (refusal, _))| (*file, refusal.clone()))
            .collect();
        silent.sort_by_key(|(file, _)| *file);
        for (file, refusal) in silent {
            self.refuse(file, &refusal, self.weight_of_absence());
        }
    }

    /// Lets the open workbook go and keeps what it had to say.
    pub fn close_workbook(&self) {
        if let Some((_, workbook)) = self.files.open.borrow_mut().take() {
            for finding in workbook.findings() {
                self.find_once(finding);
            }
        }
    }
}

/// The Japanese order of names. Where the first difference is one of digits, nothing else decides: the short way for long lists
/// of numbered files.
fn order(a: &str, b: &str) -> Ordering {
    let (left, right) = (a.as_bytes(), b.as_bytes());
    let same = left.iter().zip(right).take_while(|(a, b)| a == b).count();
    match (left.get(same), right.get(same)) {
        (Some(x), Some(y)) if x.is_ascii_digit() && y.is_ascii_digit() => x.cmp(y),
        _ => japan::compare(a, b).then_with(|| a.cmp(b)),
    }
}

/// Whether a file's name fits a pattern of `*` and `?`; widths and upper or lower case do not matter.
pub(crate) fn fits(pattern: &str, name: &str) -> bool {
    let plain = |text: &str| -> Vec<char> { japan::match_key(text).to_lowercase().chars().collect() };
    let (pattern, name) = (plain(pattern), plain(name));
    // The classic walk with one step back to the last star: no pattern takes more than |pattern| x |name| steps.
    let (mut p, mut n, mut star) = (0, 0, None);
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
            }
            Some('?') => {
                p += 1;
                n += 1;
            }
            Some(sign) if *sign == name[n] => {
                p += 1;
                n += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    p = at + 1;
                    n = from + 1;
                    star = Some((at, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|sign| *sign == '*')
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn patterns_of_file_names() {
        assert!(fits("*.xlsx", "津保健所.XLSX"));
        assert!(fits("津*_??.csv", "津保健所_01.csv"));
        assert!(!fits("*.xlsx", "津.xlsx.bak"));
        assert!(fits("*", "") && fits("＊.csv", "a.csv") && !fits("", "a"));
    }
}
