//! What is known for certain about an output that was made from a workbook: which of its parts changed, and that no other did.

use serde::{Deserialize, Serialize};

/// The proof of one output.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Proof {
    /// What the output was made from.
    pub of: Origin,
    /// The parts that are not what they were: the sheets first.
    pub changed: Vec<Changed>,
    /// How many parts are the same, byte for byte.
    pub same: usize,
}

/// What an output was made from.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Origin {
    /// A template (様式), by its name.
    Template(String),
    /// A file that was dropped, by its path within the arrival.
    Arrival(String),
}

/// A part that is not what it was.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Changed {
    /// What it is, in words.
    pub what: String,
    /// Its name within the workbook.
    pub part: String,
    /// What became of it.
    pub how: How,
}

/// What became of a part (see [`book::How`]).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names are book's own")]
#[serde(rename_all = "lowercase")]
pub enum How {
    Changed,
    Added,
    Removed,
}

impl From<book::How> for How {
    fn from(how: book::How) -> How {
        match how {
            book::How::Changed => How::Changed,
            book::How::Added => How::Added,
            book::How::Removed => How::Removed,
        }
    }
}

/// Outputs of which the same is known: a template that was filled three hundred times is told once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Proven<'a> {
    /// Their names, in their order.
    pub names: Vec<&'a str>,
    /// What is known.
    pub proof: &'a Proof,
}

impl<'a> Proven<'a> {
    /// Puts outputs of which the same is known together, in the order of the first of each.
    pub fn group(outputs: impl IntoIterator<Item = (&'a str, &'a Proof)>) -> Vec<Proven<'a>> {
        let mut groups: Vec<Proven<'a>> = Vec::new();
        for (name, proof) in outputs {
            // Neighbours are nearly always alike.
            match groups.iter_mut().rev().find(|group| group.proof == proof) {
                Some(group) => group.names.push(name),
                None => groups.push(Proven { names: vec![name], proof }),
            }
        }
        groups
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_same_of_many_outputs_is_told_once() {
        let proof = |of, sheet: &str| Proof {
            of,
            changed: vec![Changed { what: sheet.to_owned(), part: "xl/worksheets/sheet1.xml".to_owned(), how: How::Changed }],
            same: 9,
        };
        let template = || Origin::Template("通知.xlsx".to_owned());
        let (one, other) = (proof(template(), "通知"), proof(template(), "控え"));
        let groups = Proven::group([("1", &one), ("2", &other), ("3", &one), ("4", &one)]);
        assert_eq!(groups.iter().map(|group| group.names.clone()).collect::<Vec<_>>(), [vec!["1", "3", "4"], vec!["2"]]);
    }
}
