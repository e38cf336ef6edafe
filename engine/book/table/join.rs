//! Two tables side by side, row for row by their keys.

use std::rc::Rc;

use super::{
    Column, Data, Table, VerbError,
    keys::{Keys, NONE, show_key},
};
use crate::{Fate, Finding, Problem, Severity};

/// Which rows a join keeps.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum JoinKind {
    /// Every row of the left table; blank where it has no partner.
    Left,
    /// Only rows with a partner.
    Inner,
}

/// A row whose key stands already in an earlier row of the same table.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Duplicate {
    /// The later row.
    pub row: u32,
    /// The first row with that key.
    pub first: u32,
}

/// A join, with all that did not fit one to one.
#[derive(Clone)]
pub struct Joined {
    /// The joined rows, in the order of the left table; rows remember where the left one was read.
    pub table: Table,
    /// Rows of the right table whose key stands there twice; the first was used. A join is not to be trusted with any.
    pub duplicates_right: Vec<Duplicate>,
    /// Rows of the left table without partner.
    pub unmatched_left: Vec<u32>,
    /// Rows of the right table without partner.
    pub unmatched_right: Vec<u32>,
}

impl Table {
    /// Puts the columns of `other` beside the rows with the same key; `keys` names the key columns left and right.
    /// A blank key has no partner. A column name that is taken gets `other_name` behind it.
    pub fn join(&self, other: &Table, keys: &[(&str, &str)], kind: JoinKind, other_name: &str) -> Result<Joined, VerbError> {
        let (left, right) = self.partners(other, keys)?;
        let matches = Matches::find(self, &left, other, &right);
        let unmatched_left = positions(&matches.partner, |partner| *partner == NONE);
        let mut partners = matches.partner;
        let kept_table = match kind {
            JoinKind::Inner if !unmatched_left.is_empty() => {
                let kept = positions(&partners, |partner| *partner != NONE);
                partners.retain(|partner| *partner != NONE);
                self.take(&kept)
            }
            _ => self.clone(),
        };
        let mut columns = kept_table.columns.clone();
        for (at, column) in other.columns.iter().enumerate() {
            if right.contains(&at) {
                continue;
            }
            let name = joined_name(&columns, &column.name, other_name);
            let data = column.data.gather_or_blank(&partners);
            columns.push(Rc::new(Column { name: name.into(), format: column.format.clone(), data }));
        }
        Ok(Joined {
            table: kept_table.of_columns(columns),
            duplicates_right: matches.duplicates_right,
            unmatched_left,
            unmatched_right: positions(&matches.met, |met| !met),
        })
    }

    /// The rows whose key does not stand in `other`; rows with a blank key among them.
    pub fn without_partner(&self, other: &Table, keys: &[(&str, &str)]) -> Result<Table, VerbError> {
        let (left, right) = self.partners(other, keys)?;
        let matches = Matches::find(self, &left, other, &right);
        Ok(self.take(&positions(&matches.partner, |partner| *partner == NONE)))
    }

    /// What to say about a key that stands twice; `keys` are the key columns of this table.
    pub fn duplicate_finding(
        &self,
        duplicate: Duplicate,
        keys: &[&str],
        severity: Severity,
        fate: Fate,
    ) -> Result<Finding, VerbError> {
        let at = self.find_all(keys)?;
        let columns: Vec<&Column> = at.iter().map(|&at| &*self.columns[at]).collect();
        let key = show_key(&columns, duplicate.row as usize, &self.shelf.texts);
        let column = columns.first().map(|column| column.name.to_string());
        Ok(Finding {
            severity,
            place: self.place(duplicate.row as usize, column.as_deref()),
            value: Some(key.clone()),
            problem: Problem::DuplicateKey { key, first: self.place(duplicate.first as usize, column.as_deref()) },
            column,
            fate,
        })
    }

    fn partners(&self, other: &Table, keys: &[(&str, &str)]) -> Result<(Vec<usize>, Vec<usize>), VerbError> {
        if keys.is_empty() {
            return Err(VerbError::Nothing);
        }
        let left: Result<_, _> = keys.iter().map(|(left, _)| self.find(left)).collect();
        let right: Result<_, _> = keys.iter().map(|(_, right)| other.find(right)).collect();
        Ok((left?, right?))
    }
}

/// Which row belongs to which.
struct Matches {
    /// For each left row the right one, or [`NONE`].
    partner: Vec<u32>,
    /// For each right row whether a left one belongs to it or to an earlier row of the same key.
    met: Vec<bool>,
    duplicates_right: Vec<Duplicate>,
}

impl Matches {
    fn find(left: &Table, left_at: &[usize], right: &Table, right_at: &[usize]) -> Matches {
        let left_columns: Vec<&Column> = left_at.iter().map(|&at| &*left.columns[at]).collect();
        let right_columns: Vec<&Column> = right_at.iter().map(|&at| &*right.columns[at]).collect();
        let shown: Vec<bool> = left_columns.iter().zip(&right_columns).map(|(l, r)| differ(&l.data, &r.data)).collect();
        let mut keys = Keys::new(&left.shelf.texts, &shown, false);
        let right_codes = keys.learn(&right_columns);
        let (first_right, duplicates_right) = firsts(&right_codes, keys.len());
        let left_codes = keys.look_up(&left_columns);
        let mut met = vec![false; keys.len()];
        let known = left_codes.iter().filter(|code| **code != NONE);
        known.for_each(|code| met[*code as usize] = true);
        // In place: the numbers are as many as the rows.
        let partner = |code: u32| if code == NONE { NONE } else { first_right[code as usize] };
        Matches {
            partner: left_codes.into_iter().map(partner).collect(),
            met: right_codes.iter().map(|code| *code != NONE && met[*code as usize]).collect(),
            duplicates_right,
        }
    }
}

/// The first row of each key, and the rows that repeat one.
pub(super) fn firsts(codes: &[u32], keys: usize) -> (Vec<u32>, Vec<Duplicate>) {
    let mut first = vec![NONE; keys];
    let mut duplicates = Vec::new();
    for (row, &code) in codes.iter().enumerate() {
        if code == NONE {
            continue;
        }
        match &mut first[code as usize] {
            held if *held == NONE => *held = row as u32,
            held => duplicates.push(Duplicate { row: row as u32, first: *held }),
        }
    }
    (first, duplicates)
}

fn positions<T>(values: &[T], wanted: impl Fn(&T) -> bool) -> Vec<u32> {
    values.iter().enumerate().filter(|(_, value)| wanted(value)).map(|(row, _)| row as u32).collect()
}

/// Whether two columns hold different types, so that their values have to be compared as they are shown (123 and "123").
fn differ(left: &Data, right: &Data) -> bool {
    let family = |data: &Data| match data {
        Data::Text(_) => Some(0),
        Data::Integer(_) | Data::Decimal(_) => Some(1),
        Data::Date(_) => Some(2),
        Data::Any(_) => None,
    };
    let (left, right) = (family(left), family(right));
    left.is_none() || left != right
}

fn joined_name(columns: &[Rc<Column>], name: &str, other: &str) -> String {
    if !columns.iter().any(|column| *column.name == *name) {
        return name.to_owned();
    }
    if other.is_empty() { Table::free_name(columns, name) } else { Table::free_name(columns, &format!("{name}_{other}")) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{sample, sample_on, shown};
    use super::*;

    #[test]
    fn keys_meet_in_any_width_and_what_does_not_fit_is_listed() -> Result<(), VerbError> {
        let people =
            sample(&["番号", "氏名"], &[&["Ａ１", "架空"], &["A2", "見本"], &["A2", "例示"], &["A9", "仮名"], &["", "試験"]]);
        let points = sample_on(
            people.shelf(),
            &["受験番号", "点", "氏名"],
            &[&["A1", "10", "架"], &["A2", "20", "見"], &["A2", "21", "例"], &["B1", "0", ""]],
        );
        let joined = people.join(&points, &[("番号", "受験番号")], JoinKind::Left, "採点")?;
        assert_eq!(shown(&joined.table), ["Ａ１ 架空 10 架", "A2 見本 20 見", "A2 例示 20 見", "A9 仮名  ", " 試験  "]);
        assert_eq!(&*joined.table.columns()[3].name, "氏名_採点");
        assert_eq!(joined.duplicates_right, [Duplicate { row: 2, first: 1 }]);
        assert_eq!((joined.unmatched_left, joined.unmatched_right), (vec![3, 4], vec![3]));
        let inner = people.join(&points, &[("番号", "受験番号")], JoinKind::Inner, "")?;
        assert_eq!(inner.table.len(), 3);
        assert_eq!(people.without_partner(&points, &[("番号", "受験番号")])?.len(), 2);
        Ok(())
    }

    #[test]
    fn numbers_meet_numbers_written_as_text() -> Result<(), VerbError> {
        let left = sample(&["番号"], &[&["1"], &["2"]]);
        let right = sample_on(left.shelf(), &["番号", "名"], &[&["２番", "x"], &["２", "y"]]);
        assert_eq!(shown(&left.join(&right, &[("番号", "番号")], JoinKind::Left, "")?.table), ["1 ", "2 y"]);
        Ok(())
    }

    proptest! {
        #[test]
        fn every_row_is_matched_or_listed(left in prop::collection::vec(0u8..8, 0..30), right in prop::collection::vec(0u8..8, 0..30)) {
            let cells = |keys: &[u8]| keys.iter().map(|key| if *key == 0 { String::new() } else { format!("k{key}") }).collect::<Vec<_>>();
            let (left_cells, right_cells) = (cells(&left), cells(&right));
            let a: Vec<[&str; 1]> = left_cells.iter().map(|cell| [&**cell]).collect();
            let b: Vec<[&str; 1]> = right_cells.iter().map(|cell| [&**cell]).collect();
            let a = sample(&["鍵"], &a.iter().map(|row| &row[..]).collect::<Vec<_>>());
            let b = sample_on(a.shelf(), &["鍵"], &b.iter().map(|row| &row[..]).collect::<Vec<_>>());
            let joined = a.join(&b, &[("鍵", "鍵")], JoinKind::Inner, "").expect("columns exist");
            prop_assert_eq!(joined.table.len() + joined.unmatched_left.len(), a.len());
            for key in 0..8u8 {
                let (l, r) = (left.iter().filter(|k| **k == key).count(), right.iter().filter(|k| **k == key).count());
                let twice = joined.duplicates_right.iter().filter(|twice| right[twice.row as usize] == key).count();
                prop_assert_eq!(twice, if key == 0 { 0 } else { r.saturating_sub(1) });
                let alone = joined.unmatched_right.iter().filter(|row| right[**row as usize] == key).count();
                prop_assert_eq!(alone, if l == 0 || key == 0 { r } else { 0 });
            }
        }
    }
}
