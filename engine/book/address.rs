//! `B7` and `A1:D20` to numbers and back, within Excel's limits.

use std::fmt;
use std::str::FromStr;

/// Rows of a sheet in xlsx (ECMA-376).
pub const MAX_ROWS: u32 = 1_048_576;
/// Columns of a sheet in xlsx (ECMA-376): A to XFD.
pub const MAX_COLUMNS: u32 = 16_384;

/// A cell's place in its sheet, zero-based; printed as Excel shows it (`B7`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Address {
    /// Zero-based row.
    pub row: u32,
    /// Zero-based column.
    pub column: u32,
}

impl Address {
    /// The address of a zero-based row and column.
    pub fn new(row: u32, column: u32) -> Address {
        Address { row, column }
    }
}

/// The letters of a zero-based column (`0` is `A`, `16383` is `XFD`).
pub(crate) fn letters(column: u32) -> String {
    let mut rest = column + 1;
    let mut letters = Vec::new();
    while rest > 0 {
        letters.push(b'A' + ((rest - 1) % 26) as u8);
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().map(|&letter| letter as char).collect()
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", letters(self.column), self.row + 1)
    }
}

impl FromStr for Address {
    type Err = ();

    /// Reads `B7`, `$B$7` or `b7`; refuses anything beyond XFD1048576.
    fn from_str(text: &str) -> Result<Address, ()> {
        let text = text.strip_prefix('$').unwrap_or(text);
        let split = text.find(|c: char| !c.is_ascii_alphabetic()).ok_or(())?;
        let (letters, digits) = text.split_at(split);
        let digits = digits.strip_prefix('$').unwrap_or(digits);
        if letters.is_empty()
            || letters.len() > 3
            || digits.is_empty()
            || digits.len() > 7
            || !digits.bytes().all(|b| b.is_ascii_digit())
        {
            return Err(());
        }
        let column = letters.bytes().fold(0u32, |sum, b| sum * 26 + u32::from(b.to_ascii_uppercase() - b'A') + 1);
        let row: u32 = digits.parse().map_err(|_| ())?;
        if row == 0 || row > MAX_ROWS || column > MAX_COLUMNS {
            return Err(());
        }
        Ok(Address::new(row - 1, column - 1))
    }
}

/// A rectangle of cells, both corners included; printed as `A1:D20`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Area {
    /// Upper left.
    pub first: Address,
    /// Lower right.
    pub last: Address,
}

impl Area {
    /// Whether a cell lies within.
    pub fn contains(&self, at: Address) -> bool {
        (self.first.row..=self.last.row).contains(&at.row) && (self.first.column..=self.last.column).contains(&at.column)
    }
}

impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.first, self.last)
    }
}

impl FromStr for Area {
    type Err = ();

    /// Reads `A1:D20`; a single address is an area of one cell.
    fn from_str(text: &str) -> Result<Area, ()> {
        let (first, last) = text.split_once(':').unwrap_or((text, text));
        let (a, b): (Address, Address) = (first.parse()?, last.parse()?);
        Ok(Area {
            first: Address::new(a.row.min(b.row), a.column.min(b.column)),
            last: Address::new(a.row.max(b.row), a.column.max(b.column)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_read_and_print() {
        for text in ["A1", "Z9", "AA10", "XFD1048576"] {
            assert_eq!(text.parse::<Address>().map(|at| at.to_string()), Ok(text.to_owned()));
        }
        for text in ["", "A", "1", "A0", "XFE1", "A1048577", "A-1", "AAAA1"] {
            assert_eq!(text.parse::<Address>(), Err(()), "{text}");
        }
        assert_eq!("$B$7".parse(), Ok(Address::new(6, 1)));
        assert_eq!("D20:A1".parse::<Area>().map(|area| area.to_string()), Ok("A1:D20".to_owned()));
    }
}
