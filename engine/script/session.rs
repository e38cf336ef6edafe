//! What the words of one run share: files, shelf, findings, outputs and the account of rows.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use book::{Finding, Place, Severity, Shelf, TextId, Value};
use rhai::{Dynamic, ImmutableString};
use rustc_hash::FxHashSet;

use crate::account::Ledger;
use crate::fault::Fault;
use crate::files::Files;
use crate::handle::{Day, Frame, Moment};
use crate::outcome::{Context, Inputs, Output, Progress};
use crate::renames::Planned;
use crate::vocabulary::Patterns;

/// How many steps lie between two looks at the progress.
const STEPS_BETWEEN: u64 = 1 << 20;

/// Texts kept ready for scripts: a slot for each of the last bits of a text's number.
const SLOTS: usize = 8192;

/// Where an image comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum ImageSource {
    /// A file of the arrival.
    Dropped(usize),
    /// A file beside the script.
    Beside(String),
}

/// What the words of one run share.
pub(crate) struct Session {
    pub shelf: Rc<Shelf>,
    pub context: Context,
    pub files: Files,
    pub ledger: RefCell<Ledger>,
    pub findings: RefCell<Vec<Finding>>,
    pub findings_left_out: Cell<u64>,
    pub outputs: RefCell<Vec<Output>>,
    /// The names of the outputs so far, as Windows compares them.
    pub output_keys: RefCell<FxHashSet<String>>,
    pub renames: RefCell<Planned>,
    pub units: Cell<Option<u64>>,
    pub patterns: Patterns,
    /// Templates that were asked for, by their names.
    pub forms: RefCell<Vec<(String, Rc<book::Template>)>>,
    /// Images that were asked for, by the file of the arrival or the name beside the script.
    pub images: RefCell<Vec<(ImageSource, Rc<book::Image>)>>,
    pub notes: RefCell<Vec<String>>,
    pub steps: Cell<u64>,
    /// The cell that was read as blank last: whoever calculates with a blank has just read it.
    pub last_blank: RefCell<Option<(Rc<Frame>, u32, u32)>>,
    texts: RefCell<Vec<(u32, ImmutableString)>>,
}

impl Session {
    pub fn new(inputs: Box<dyn Inputs>, context: Context) -> Rc<Session> {
        Rc::new(Session {
            shelf: Shelf::new(),
            files: Files::new(inputs),
            context,
            ledger: RefCell::default(),
            findings: RefCell::default(),
            findings_left_out: Cell::new(0),
            outputs: RefCell::default(),
            output_keys: RefCell::default(),
            renames: RefCell::default(),
            units: Cell::new(None),
            patterns: Patterns::default(),
            forms: RefCell::default(),
            images: RefCell::default(),
            notes: RefCell::default(),
            steps: Cell::new(0),
            last_blank: RefCell::default(),
            texts: RefCell::new(vec![(u32::MAX, ImmutableString::new()); SLOTS]),
        })
    }

    /// A session without files, for compiling and for the reference.
    pub fn empty() -> Rc<Session> {
        Session::new(Box::new(Nothing), Context::at(jiff::civil::DateTime::ZERO))
    }

    /// Keeps a finding, unless it is already there or there are too many.
    pub fn find(&self, finding: Finding) {
        let mut findings = self.findings.borrow_mut();
        if findings.len() >= self.context.limits.findings {
            // The verdict must not depend on the limit: an error beyond it replaces the last lighter finding.
            self.findings_left_out.set(self.findings_left_out.get() + 1);
            if finding.severity == Severity::Error
                && !findings.iter().any(|known| known.severity == Severity::Error)
                && let Some(last) = findings.last_mut()
            {
                *last = finding;
            }
            return;
        }
        findings.push(finding);
    }

    /// Keeps findings that may have been kept before (those of a workbook that was opened again).
    pub fn find_once(&self, finding: Finding) {
        if !self.findings.borrow().contains(&finding) {
            self.find(finding);
        }
    }

    /// Whether the arrival will be returned.
    pub fn has_errors(&self) -> bool {
        self.findings.borrow().iter().any(|finding| finding.severity == Severity::Error)
    }

    /// Counts steps of the script; false when it has no more.
    pub fn count_steps(&self, more: u64) -> bool {
        let before = self.steps.get();
        let steps = before.saturating_add(more);
        self.steps.set(steps);
        if steps / STEPS_BETWEEN > before / STEPS_BETWEEN {
            (self.context.progress)(Progress::Steps(steps));
        }
        steps <= self.context.limits.operations
    }

    /// The value of a row in a column position. A blank is remembered by its place.
    #[inline]
    pub fn read(&self, frame: &Rc<Frame>, row: u32, column: u32) -> Value {
        let value = frame.table.value(row as usize, column as usize);
        if value == Value::Blank {
            *self.last_blank.borrow_mut() = Some((Rc::clone(frame), row, column));
        }
        value
    }

    /// A text as scripts hold it.
    #[inline]
    pub fn text(&self, id: TextId) -> ImmutableString {
        let number = id.index() as u32;
        let mut texts = self.texts.borrow_mut();
        let slot = &mut texts[number as usize % SLOTS];
        if slot.0 != number {
            *slot = (number, self.shelf.texts.get(id).into());
        }
        slot.1.clone()
    }

    /// A value as scripts hold it.
    #[inline]
    pub fn dynamic(&self, value: Value) -> Dynamic {
        match value {
            Value::Blank => Dynamic::UNIT,
            Value::Text(id) => self.text(id).into(),
            Value::Integer(whole) => Dynamic::from_int(whole),
            Value::Decimal(exact) => Dynamic::from_decimal(exact),
            Value::YesNo(yes) => Dynamic::from_bool(yes),
            Value::Date(day) => Dynamic::from(Day(day.0)),
            other => Dynamic::from(Moment(other)),
        }
    }

    /// A script's value as tables hold it; a fault for one that no cell can hold.
    pub fn value(&self, value: &Dynamic) -> Result<Value, Fault> {
        if value.is_unit() {
            return Ok(Value::Blank);
        }
        if let Ok(whole) = value.as_int() {
            return Ok(Value::Integer(whole));
        }
        if let Ok(text) = value.as_immutable_string_ref() {
            return Ok(if text.is_empty() { Value::Blank } else { Value::Text(self.shelf.texts.intern(&text)) });
        }
        if let Ok(exact) = value.as_decimal() {
            return Ok(Value::Decimal(exact));
        }
        if let Ok(yes) = value.as_bool() {
            return Ok(Value::YesNo(yes));
        }
        if let Some(day) = value.read_lock::<Day>() {
            return Ok(Value::Date(book::Day(day.0)));
        }
        if let Some(moment) = value.read_lock::<Moment>() {
            return Ok(moment.0);
        }
        if let Ok(sign) = value.as_char() {
            return Ok(Value::Text(self.shelf.texts.intern(sign.encode_utf8(&mut [0; 4]))));
        }
        Err(Fault::wrong_type(&[value]))
    }

    /// A script's value as a person reads it.
    pub fn show(&self, value: &Dynamic) -> String {
        if let Ok(text) = value.as_immutable_string_ref() {
            return text.to_string();
        }
        match self.value(value) {
            Ok(value) => value.show(&self.shelf.texts),
            Err(_) => value.to_string(),
        }
    }

    /// Where the cell stands that was read as blank last.
    pub fn blank_place(&self) -> (Place, Option<String>) {
        match &*self.last_blank.borrow() {
            Some((frame, row, column)) => {
                let name = &frame.table.columns()[*column as usize].name;
                (frame.table.place(*row as usize, Some(name)), Some(name.to_string()))
            }
            None => (Place::default(), None),
        }
    }
}

/// An arrival without files.
struct Nothing;

impl Inputs for Nothing {
    fn count(&self) -> usize {
        0
    }
    fn name(&self, _: u32) -> &str {
        ""
    }
    fn folder(&self, _: u32) -> &str {
        ""
    }
    fn folder_number(&self, _: u32) -> u32 {
        0
    }
    fn units_before(&self, _: u32) -> usize {
        0
    }
    fn size(&self, _: u32) -> u64 {
        0
    }
    fn modified(&self, _: u32) -> Option<jiff::civil::DateTime> {
        None
    }
    fn open_by(&self, _: u32) -> Option<&str> {
        None
    }
    fn load(&self, _: u32) -> Result<Vec<u8>, book::Refusal> {
        Err(book::Refusal::Changed)
    }
    fn others(&self) -> &[String] {
        &[]
    }
}
