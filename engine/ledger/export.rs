//! The ledger as lines that any program reads: one row a line, in its canonical form, the hash at its end.

use std::io::{self, Write};

use crate::chain::write_canonical;
use crate::entry::{CANONICAL, COLUMNS};
use crate::error::Error;
use crate::store::Store;

/// Why an export broke off.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] Error),
    /// The lines could not be written.
    #[error(transparent)]
    Write(#[from] io::Error),
}

impl Store {
    /// Writes every row as a JSON array of its columns, the hash last; how many there were. Row after row: the memory is that of one.
    pub fn export(&self, out: &mut dyn Write) -> Result<u64, ExportError> {
        let mut statement = self.connection.prepare(&format!("SELECT {COLUMNS} FROM entry ORDER BY n")).map_err(Error::from)?;
        let mut rows = statement.query([]).map_err(Error::from)?;
        let (mut line, mut count) = (Vec::with_capacity(4096), 0);
        while let Some(row) = rows.next().map_err(Error::from)? {
            line.clear();
            let mut columns = Vec::with_capacity(CANONICAL);
            for at in 0..CANONICAL {
                columns.push(row.get_ref(at).map_err(Error::from)?);
            }
            if !write_canonical(&mut line, columns.into_iter()) {
                let n: i64 = row.get(0).map_err(Error::from)?;
                return Err(Error::Damaged { what: format!("row {n}") }.into());
            }
            let hash: String = row.get(CANONICAL).map_err(Error::from)?;
            line.pop();
            out.write_all(&line)?;
            writeln!(out, ",\"{hash}\"]")?;
            count += 1;
        }
        Ok(count)
    }
}
