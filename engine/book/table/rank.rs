//! Ranking as competitions do: 1, 2, 2, 4.

use super::{Data, SortKey, Table, VerbError, sort::Ranks};
use crate::Value;

impl Table {
    /// The table with each row's rank by a column: one more than the rows before it. Equal values share a rank, blanks have none.
    pub fn rank(&self, by: &SortKey, name: &str) -> Result<Table, VerbError> {
        let at = self.find(&by.column)?;
        let ranks = Ranks::of(&self.columns[at], &self.shelf.texts, by.descending).of_row;
        let mut order: Vec<u32> = (0..self.len() as u32).filter(|row| ranks[*row as usize] != u64::MAX).collect();
        order.sort_by_key(|row| ranks[*row as usize]);
        let mut data = vec![Value::Blank; self.len()];
        let mut place = 0;
        for (above, row) in order.iter().enumerate() {
            if above == 0 || ranks[order[above - 1] as usize] != ranks[*row as usize] {
                place = above as i64 + 1;
            }
            data[*row as usize] = Value::Integer(place);
        }
        let mut packed = Data::Integer(Vec::with_capacity(data.len()));
        data.into_iter().for_each(|value| packed.push(value));
        self.with(name, packed)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{sample, shown};
    use super::*;

    #[test]
    fn equals_share_a_rank_and_the_next_is_skipped() -> Result<(), VerbError> {
        let table = sample(&["点"], &[&["85"], &["90"], &[""], &["85"], &["80"]]);
        assert_eq!(shown(&table.rank(&SortKey::descending("点"), "順位")?), ["85 2", "90 1", " ", "85 2", "80 4"]);
        Ok(())
    }
}
