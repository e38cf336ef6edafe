//! Values of the row before, and labels carried down.

use super::{Table, VerbError, keys::NONE};

impl Table {
    /// The table with the value of the row before in the same group, in the order of the rows; blank for the first of a group.
    pub fn lag(&self, column: &str, groups: &[&str], name: &str) -> Result<Table, VerbError> {
        let (at, group_at) = (self.find(column)?, self.find_all(groups)?);
        let groups = self.groups(&group_at);
        let mut last = vec![NONE; groups.first.len()];
        let mut before = Vec::with_capacity(self.len());
        for (row, &group) in groups.of_row.iter().enumerate() {
            before.push(last[group as usize]);
            last[group as usize] = row as u32;
        }
        self.with(name, self.columns[at].data.gather_or_blank(&before))
    }

    /// The table with the blanks of a column filled by the value above: for labels that stand once for several rows.
    pub fn fill_down(&self, column: &str) -> Result<Table, VerbError> {
        let at = self.find(column)?;
        let mut held = NONE;
        let rows: Vec<u32> = (0..self.len())
            .map(|row| {
                if !self.value(row, at).is_blank(&self.shelf.texts) {
                    held = row as u32;
                }
                held
            })
            .collect();
        let name = self.columns[at].name.to_string();
        self.with(&name, self.columns[at].data.gather_or_blank(&rows))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{sample, shown};
    use super::*;

    #[test]
    fn the_row_before_is_looked_for_within_the_group() -> Result<(), VerbError> {
        let table = sample(&["所", "数"], &[&["津", "1"], &["桑", "2"], &["津", "3"], &["津", ""]]);
        assert_eq!(shown(&table.lag("数", &["所"], "前")?), ["津 1 ", "桑 2 ", "津 3 1", "津  3"]);
        Ok(())
    }

    #[test]
    fn labels_run_down() -> Result<(), VerbError> {
        let table = sample(&["部"], &[&[""], &["総務"], &[""], &["環境"], &[""]]);
        assert_eq!(shown(&table.fill_down("部")?), ["", "総務", "総務", "環境", "環境"]);
        Ok(())
    }
}
