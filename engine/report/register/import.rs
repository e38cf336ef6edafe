//! What an import would add to the ledger: rows that are new, and rows that say something else than before.

use std::collections::BTreeMap;

use book::Place;
use ledger::{Kind, Minutes, NewEntry};
use serde_json::{Value, json};

use super::entry::{Consultation, Target};
use super::read::Read;

/// What the ledger holds already: for each identity the number of its latest entry, and what that says.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The rows.
    pub rows: BTreeMap<String, (u64, Consultation)>,
    /// The targets.
    pub targets: BTreeMap<String, (u64, Target)>,
}

/// One entry to be added.
#[derive(Clone, PartialEq, Debug)]
pub struct Change {
    /// A row of the register, else a target.
    pub row: Option<Consultation>,
    /// A target.
    pub target: Option<Target>,
    /// The entry whose place it takes from now on.
    pub replaces: Option<u64>,
    /// What the entry keeps: the row or target as a whole, what it replaces, and where it was read.
    pub body: Value,
}

/// What an import comes to.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Import {
    /// What is to be added, in the order of the file.
    pub changes: Vec<Change>,
    /// How many rows and targets say what the ledger says already.
    pub same: u64,
    /// Identities that the ledger holds and the file does not. They stay as they are.
    pub absent: Vec<String>,
}

impl Change {
    /// The row of the ledger that it becomes.
    pub fn entry(&self) -> NewEntry {
        let mut entry = NewEntry::new(if self.row.is_some() { Kind::Register } else { Kind::Target });
        if let Some(row) = &self.row {
            let hours = row.hours.unwrap_or_default();
            entry.task = row.task.clone();
            entry.department = Some(row.department());
            entry.units = i64::try_from(row.count()).unwrap_or(i64::MAX);
            (entry.before, entry.after) = (Minutes(hours.before), Minutes(hours.after));
        }
        entry.key = self.body["identity"].as_str().map(str::to_owned);
        entry.body = self.body.clone();
        entry
    }
}

impl Import {
    /// How many entries are new.
    pub fn new_entries(&self) -> u64 {
        self.changes.iter().filter(|change| change.replaces.is_none()).count() as u64
    }

    /// How many take the place of another.
    pub fn replaced(&self) -> u64 {
        self.changes.len() as u64 - self.new_entries()
    }
}

/// Compares a file with what is known. The file must be sound ([`Read::is_sound`]).
pub fn import(read: &Read, known: &Known) -> Import {
    let mut import = Import::default();
    let mut missing: BTreeMap<&String, ()> = known.rows.keys().map(|identity| (identity, ())).collect();
    for (row, place) in &read.rows {
        let identity = row.identity();
        missing.remove(&identity);
        match known.rows.get(&identity) {
            Some((_, before)) if before == row => import.same += 1,
            before => {
                let replaces = before.map(|(entry, _)| *entry);
                let body = body("row", json!(row), &identity, replaces, place);
                import.changes.push(Change { row: Some(row.clone()), target: None, replaces, body });
            }
        }
    }
    for (target, place) in &read.targets {
        let identity = target.identity();
        match known.targets.get(&identity) {
            Some((_, before)) if before == target => import.same += 1,
            before => {
                let replaces = before.map(|(entry, _)| *entry);
                let body = body("target", json!(target), &identity, replaces, place);
                import.changes.push(Change { row: None, target: Some(target.clone()), replaces, body });
            }
        }
    }
    import.absent = missing.into_keys().cloned().collect();
    import
}

fn body(name: &str, value: Value, identity: &str, replaces: Option<u64>, place: &Place) -> Value {
    let source = json!({ "file": place.file, "sheet": place.sheet, "cell": place.cell });
    json!({ "identity": identity, name: value, "replaces": replaces, "source": source })
}
