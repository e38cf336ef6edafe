//! The parts of a package under way: what was changed, added and taken away so far.

use std::collections::BTreeMap;

use super::EditError;
use crate::package::{Package, Packed, Relations, Types, as_utf8, assemble, list_of, pack, strange_encoding};

/// The changes to a package's parts.
pub(crate) struct Work<'p> {
    pub(crate) package: &'p Package,
    /// Small parts as text; `None` for one that is taken away.
    small: BTreeMap<String, Option<Vec<u8>>>,
    /// Sheets, packed as they were written.
    packed: BTreeMap<String, Packed>,
}

impl<'p> Work<'p> {
    /// No change yet.
    pub(crate) fn new(package: &'p Package) -> Work<'p> {
        Work { package, small: BTreeMap::new(), packed: BTreeMap::new() }
    }

    /// Whether a part is there now.
    pub(crate) fn has(&self, part: &str) -> bool {
        match self.small.get(part) {
            Some(change) => change.is_some(),
            None => self.packed.contains_key(part) || self.package.archive.has(part),
        }
    }

    /// A part's name as the package spells it.
    pub(crate) fn spelled(&self, part: &str) -> String {
        self.package.archive.spelling(part).unwrap_or(part).to_owned()
    }

    /// A small part as it is now, in UTF-8.
    pub(crate) fn read(&self, part: &str) -> Result<Vec<u8>, EditError> {
        if let Some(Some(bytes)) = self.small.get(part) {
            return Ok(bytes.clone());
        }
        let bytes = self.package.read(part)?;
        match strange_encoding(&bytes) {
            Some(encoding) => Err(EditError::Encoding { part: part.to_owned(), encoding }),
            None => Ok(as_utf8(&bytes)),
        }
    }

    /// Sets a part. One that is the same as before counts as untouched.
    pub(crate) fn put(&mut self, part: &str, bytes: Vec<u8>) {
        let name = self.package.archive.spelling(part).unwrap_or(part).to_owned();
        let same = self.package.archive.has(&name) && self.package.read(&name).is_ok_and(|before| before == bytes);
        if same {
            self.small.remove(&name);
        } else {
            self.small.insert(name, Some(bytes));
        }
    }

    /// Sets a part that was written in pieces.
    pub(crate) fn put_packed(&mut self, part: &str, packed: Packed) {
        self.packed.insert(part.to_owned(), packed);
    }

    /// Takes a part away.
    pub(crate) fn remove(&mut self, part: &str) {
        if let Some(name) = self.package.archive.spelling(part) {
            self.small.insert(name.to_owned(), None);
        } else {
            self.small.remove(part);
        }
    }

    /// Changes what a part points to.
    pub(crate) fn relate<T>(&mut self, part: &str, change: impl FnOnce(&mut Relations<'_>) -> T) -> Result<T, EditError> {
        let list = list_of(part);
        let list = self.package.archive.spelling(&list).map_or(list.clone(), str::to_owned);
        let xml = if self.has(&list) { Some(self.read(&list)?) } else { None };
        let mut relations = Relations::read(xml.as_deref(), part)?;
        let answer = change(&mut relations);
        let bytes = relations.write();
        if xml.as_ref() != Some(&bytes) {
            self.put(&list, bytes);
        }
        Ok(answer)
    }

    /// Changes what parts are said to be.
    pub(crate) fn types<T>(&mut self, change: impl FnOnce(&mut Types<'_>) -> T) -> Result<T, EditError> {
        let name = self.package.archive.spelling(Types::PART).unwrap_or(Types::PART).to_owned();
        let xml = self.read(&name)?;
        let mut types = Types::read(&xml)?;
        let answer = change(&mut types);
        let bytes = types.write();
        if xml != bytes {
            self.put(&name, bytes);
        }
        Ok(answer)
    }

    /// Says what a part is.
    pub(crate) fn set_type(&mut self, part: &str, kind: &str) -> Result<(), EditError> {
        self.types(|types| types.set(part, kind))
    }

    /// A name beside the workbook's main part.
    pub(crate) fn beside_main(&self, name: &str) -> String {
        match self.package.main.rsplit_once('/') {
            Some((folder, _)) => format!("{folder}/{name}"),
            None => name.to_owned(),
        }
    }

    /// The first free name `<stem>N<extension>` beside the main part.
    pub(crate) fn fresh(&self, stem: &str, extension: &str) -> String {
        let name = |n: u32| self.beside_main(&format!("{stem}{n}{extension}"));
        let taken = |part: &String| self.has(part) || self.small.contains_key(part);
        (1..).map(name).find(|part| !taken(part)).unwrap_or_default()
    }

    /// A free name like that of a part: the same with another number.
    pub(crate) fn fresh_like(&self, part: &str) -> String {
        let (stem, extension) = part.rsplit_once('.').unwrap_or((part, ""));
        let stem = stem.trim_end_matches(|c: char| c.is_ascii_digit());
        let name = |n: u32| format!("{stem}{n}.{extension}");
        (1..).map(name).find(|part| !self.has(part) && !self.small.contains_key(part)).unwrap_or_default()
    }

    /// A part's bytes as they are in the package, text or not.
    pub(crate) fn raw(&self, part: &str) -> Result<Vec<u8>, EditError> {
        Ok(self.package.archive.small(part)?)
    }

    /// The file, and the parts that are not what they were.
    pub(crate) fn finish(self) -> Result<(Vec<u8>, Vec<String>), EditError> {
        let failed = |_| EditError::TooLarge;
        let mut changes = BTreeMap::new();
        for (part, bytes) in self.small {
            changes.insert(part, bytes.map(|bytes| pack(&bytes)).transpose().map_err(failed)?);
        }
        changes.extend(self.packed.into_iter().map(|(part, packed)| (part, Some(packed))));
        let bytes = assemble(&self.package.archive, &changes).map_err(|_| EditError::TooLarge)?;
        if bytes.len() as u64 > self.package.limits.file.saturating_mul(4) {
            return Err(EditError::TooLarge);
        }
        Ok((bytes, changes.into_keys().collect()))
    }
}
