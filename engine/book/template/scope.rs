//! Which value a mark means: the innermost record that has it.

use std::rc::Rc;

use super::mark::Name;
use super::{Field, Record};
use crate::NewValue;

/// The records around a place, from the inside out.
#[derive(Clone)]
pub(super) struct Scope<'r> {
    here: Here<'r>,
    outer: Option<Rc<Scope<'r>>>,
}

#[derive(Clone)]
enum Here<'r> {
    /// The record that the template is filled with.
    Whole(&'r Record),
    /// Some records of a list, from one on.
    Some { records: &'r [Record], from: usize, count: usize },
    /// A list without records: everything in it is blank.
    Blank,
}

/// What a mark means.
pub(super) enum Meant<'r> {
    Field(&'r Field),
    Made(NewValue),
}

impl<'r> Scope<'r> {
    pub(super) fn whole(record: &'r Record) -> Scope<'r> {
        Scope { here: Here::Whole(record), outer: None }
    }

    /// Within a copy of a block that takes `count` records from `from` on.
    pub(super) fn within(&self, records: &'r [Record], from: usize, count: usize) -> Scope<'r> {
        Scope { here: Here::Some { records, from, count }, outer: Some(Rc::new(self.clone())) }
    }

    /// Within the only copy of a block without records.
    pub(super) fn blank(&self, _: &str) -> Scope<'r> {
        Scope { here: Here::Blank, outer: Some(Rc::new(self.clone())) }
    }

    /// The field of that name, in the first record of each scope.
    pub(super) fn find(&self, name: &str) -> Option<&'r Field> {
        let here = match &self.here {
            Here::Whole(record) => record.get(name),
            Here::Some { records, from, .. } => records.get(*from).and_then(|record| record.get(name)),
            Here::Blank => None,
        };
        here.or_else(|| self.outer.as_ref()?.find(name))
    }

    /// What a mark means; `None` if nothing here has that name.
    pub(super) fn meant(&self, name: &Name) -> Option<Meant<'r>> {
        let (first, rest) = name.path.split_first()?;
        match (name.nth, rest.is_empty()) {
            (Some(nth), true) => self.nth(first, nth),
            _ => match self.find(first) {
                Some(field) if rest.is_empty() => Some(Meant::Field(field)),
                Some(field) => of(field, rest, name.nth),
                None => self.own(first),
            },
        }
    }

    /// The value of the n-th record of this copy, or the n-th of several values.
    fn nth(&self, name: &str, nth: u32) -> Option<Meant<'r>> {
        let at = nth as usize - 1;
        if let Some(Field::Items(items)) = self.find(name) {
            return Some(Meant::Made(items.get(at).cloned().unwrap_or(NewValue::Blank)));
        }
        match &self.here {
            Here::Some { records, from, count } if at < *count => match records.get(from + at) {
                Some(record) => record.get(name).map(Meant::Field).or_else(|| self.counted(name, from + at)),
                // Behind the last record labels stay blank.
                None if records.first()?.get(name).is_some() || name == "連番" => Some(Meant::Made(NewValue::Blank)),
                None => None,
            },
            Here::Blank => Some(Meant::Made(NewValue::Blank)),
            _ => None,
        }
    }

    /// Names that nobody has to give: 連番.
    fn own(&self, name: &str) -> Option<Meant<'r>> {
        match &self.here {
            Here::Some { from, .. } => self.counted(name, *from).or_else(|| self.outer.as_ref()?.own(name)),
            Here::Blank => Some(Meant::Made(NewValue::Blank)),
            Here::Whole(_) => None,
        }
    }

    fn counted(&self, name: &str, at: usize) -> Option<Meant<'r>> {
        (name == "連番").then(|| Meant::Made(NewValue::from(at as i64 + 1)))
    }

    /// Which name may have been meant.
    pub(super) fn near(&self, name: &str) -> Option<String> {
        let here: Vec<&str> = match &self.here {
            Here::Whole(record) => record.names().collect(),
            Here::Some { records, from, .. } => records.get(*from).into_iter().flat_map(Record::names).collect(),
            Here::Blank => Vec::new(),
        };
        crate::nearest(name, here).map(str::to_owned).or_else(|| self.outer.as_ref()?.near(name))
    }
}

/// What stands behind the point: `明細.件数`, `明細.見出し@2`.
fn of<'r>(field: &'r Field, rest: &[String], nth: Option<u32>) -> Option<Meant<'r>> {
    let (Some(records), [word]) = (field.records(), rest) else { return None };
    match (word.as_str(), nth) {
        ("件数", None) => Some(Meant::Made(NewValue::from(records.len() as i64))),
        ("見出し", Some(nth)) => {
            let label = records.first().and_then(|record| record.labels().nth(nth as usize - 1));
            Some(Meant::Made(label.map_or(NewValue::Blank, NewValue::from)))
        }
        _ => None,
    }
}
