//! References after rows have come or gone.

use std::ops::Range;

use super::pieces::{End, Piece, Reference, Scope, Span, pieces};
use crate::address::letters;
use crate::{Address, Area, MAX_COLUMNS, MAX_ROWS};

/// Rows that come or go, zero-based.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Move {
    /// Empty rows before a row.
    Insert { at: u32, count: u32 },
    /// Rows taken away.
    Delete { at: u32, count: u32 },
    /// A block of rows written again so many times, right behind itself.
    Repeat { first: u32, last: u32, times: u32 },
}

impl Move {
    /// Where a row is afterwards; none if it is gone.
    pub(crate) fn row(self, row: u32) -> Option<u32> {
        match self {
            Move::Insert { at, count } => Some(if row >= at { row.saturating_add(count) } else { row }),
            Move::Delete { at, count } if row >= at && row - at < count => None,
            Move::Delete { at, count } => Some(if row >= at { row - count } else { row }),
            Move::Repeat { last, .. } => Some(if row > last { row.saturating_add(self.added()) } else { row }),
        }
    }

    /// Where the rows from one to another are afterwards; none if all are gone.
    /// `within` says that whatever refers to them stands in the repeated block itself: then it means its own rows.
    pub(crate) fn rows(self, first: u32, last: u32, within: bool) -> Option<(u32, u32)> {
        let bounded = |row: u32| row.min(MAX_ROWS - 1);
        match self {
            // To the last row of the sheet means without end.
            _ if first == 0 && last == MAX_ROWS - 1 => Some((first, last)),
            Move::Delete { at, count } => {
                let end = at + count;
                let start = if first < at { first } else { at.max(first.saturating_sub(count)) };
                let stop = if last < at {
                    last
                } else if last < end {
                    at.checked_sub(1)?
                } else {
                    last - count
                };
                (start <= stop).then_some((start, stop))
            }
            Move::Repeat { last: bottom, .. } if !within && last == bottom => {
                Some((first, bounded(last.saturating_add(self.added()))))
            }
            _ => {
                let first = self.row(first)?;
                (first < MAX_ROWS).then(|| (first, bounded(self.row(last).unwrap_or(last))))
            }
        }
    }

    /// How many rows come.
    pub(crate) fn added(self) -> u32 {
        match self {
            Move::Insert { count, .. } => count,
            Move::Delete { .. } => 0,
            Move::Repeat { first, last, times } => (last - first + 1).saturating_mul(times),
        }
    }

    /// Whether a row belongs to a block that is repeated.
    pub(crate) fn repeats(self, row: u32) -> bool {
        matches!(self, Move::Repeat { first, last, .. } if (first..=last).contains(&row))
    }
}

/// The moves of a workbook as a formula sees them.
pub(crate) struct Moves<'m> {
    /// For each move, in order, the sheet it happened on.
    pub(crate) all: &'m [(usize, Move)],
    /// The sheet that a name means, as it was when a move happened (a copied sheet is its model before the copy).
    pub(crate) sheet: &'m dyn Fn(&Scope, usize) -> Option<usize>,
}

impl Moves<'_> {
    /// The formula after a range of the moves; none if nothing in it changes.
    /// `place` is the row where it stands before them, if it stands in a cell.
    pub(crate) fn formula(&self, formula: &str, range: Range<usize>, place: Option<u32>) -> Option<String> {
        if range.is_empty() || !formula.bytes().any(|b| b.is_ascii_digit()) {
            return None;
        }
        let mut out = None;
        for piece in pieces(formula).into_iter().rev() {
            let Piece::Reference(reference) = piece else { continue };
            let Some(span) = self.reference(&reference, range.clone(), place) else { continue };
            let out = out.get_or_insert_with(|| formula.to_owned());
            out.replace_range(reference.at, &span.map_or_else(|| "#REF!".to_owned(), write));
        }
        out
    }

    /// `None` if the reference stays, `Some(None)` if what it names is gone.
    #[allow(clippy::option_option, reason = "unchanged, changed and gone are three answers")]
    fn reference(&self, reference: &Reference, range: Range<usize>, mut place: Option<u32>) -> Option<Option<Span>> {
        if matches!(reference.scope, Scope::Outside | Scope::Sheets(..)) || matches!(reference.span, Span::Columns(..)) {
            return None;
        }
        let mut span = reference.span;
        for (nth, &(sheet, step)) in self.all.iter().enumerate().take(range.end).skip(range.start) {
            let own = (self.sheet)(&Scope::Own, nth) == Some(sheet);
            let within = own && place.is_some_and(|row| step.repeats(row));
            if (self.sheet)(&reference.scope, nth) == Some(sheet) {
                match moved(span, step, within) {
                    Some(next) => span = next,
                    None => return Some(None),
                }
            }
            if own {
                place = place.and_then(|row| step.row(row));
            }
        }
        (span != reference.span).then_some(Some(span))
    }
}

fn moved(span: Span, step: Move, within: bool) -> Option<Span> {
    let ends = |a: End, b: End| {
        let (first, last) = step.rows(a.number.min(b.number), a.number.max(b.number), within)?;
        let (first, last) = if a.number <= b.number { (first, last) } else { (last, first) };
        Some((End { number: first, ..a }, End { number: last, ..b }))
    };
    Some(match span {
        Span::Cell(column, row) => {
            let number = step.row(row.number).filter(|row| *row < MAX_ROWS)?;
            Span::Cell(column, End { number, ..row })
        }
        Span::Cells([ac, ar], [bc, br]) => {
            let (ar, br) = ends(ar, br)?;
            Span::Cells([ac, ar], [bc, br])
        }
        Span::Rows(a, b) => {
            let (a, b) = ends(a, b)?;
            Span::Rows(a, b)
        }
        Span::Columns(..) => span,
    })
}

/// The formula as it reads so many rows further down and columns further right: what is not fixed moves along.
pub(crate) fn translated(formula: &str, rows: i64, columns: i64) -> String {
    let mut out = formula.to_owned();
    for piece in pieces(formula).into_iter().rev() {
        let Piece::Reference(reference) = piece else { continue };
        let row = |end: End| End { number: end.along(rows, MAX_ROWS), ..end };
        let column = |end: End| End { number: end.along(columns, MAX_COLUMNS), ..end };
        let span = match reference.span {
            Span::Cell(c, r) => Span::Cell(column(c), row(r)),
            Span::Cells([ac, ar], [bc, br]) => Span::Cells([column(ac), row(ar)], [column(bc), row(br)]),
            Span::Rows(a, b) => Span::Rows(row(a), row(b)),
            Span::Columns(a, b) => Span::Columns(column(a), column(b)),
        };
        if span != reference.span {
            out.replace_range(reference.at, &write(span));
        }
    }
    out
}

fn write(span: Span) -> String {
    let dollar = |end: End| if end.fixed { "$" } else { "" };
    let column = |end: End| format!("{}{}", dollar(end), letters(end.number));
    let row = |end: End| format!("{}{}", dollar(end), end.number + 1);
    match span {
        Span::Cell(c, r) => column(c) + &row(r),
        Span::Cells([ac, ar], [bc, br]) => format!("{}{}:{}{}", column(ac), row(ar), column(bc), row(br)),
        Span::Rows(a, b) => format!("{}:{}", row(a), row(b)),
        Span::Columns(a, b) => format!("{}:{}", column(a), column(b)),
    }
}

/// An area after moves on its own sheet; none if it is gone.
pub(crate) fn area_moved(area: Area, steps: &[Move], growth: Growth) -> Option<Area> {
    let (mut first, mut last) = (area.first.row, area.last.row);
    for step in steps {
        (first, last) = step.rows(first, last, growth == Growth::Stays)?;
    }
    Some(Area { first: Address::new(first, area.first.column), last: Address::new(last, area.last.column) })
}

/// What becomes of an area that ends with a block of rows which is repeated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Growth {
    /// It takes the copies in.
    Grows,
    /// It belongs to the block.
    Stays,
}

/// An area as it was written: a cell with or without a colon.
pub(crate) fn shown(area: Area, colon: bool) -> String {
    if colon || area.first != area.last { area.to_string() } else { area.first.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(formula: &str, steps: &[Move]) -> String {
        let all: Vec<(usize, Move)> = steps.iter().map(|step| (0, *step)).collect();
        let sheet = |scope: &Scope, _: usize| match scope {
            Scope::Own => Some(0),
            Scope::Sheet(name) if name == "S" => Some(0),
            _ => None,
        };
        let moves = Moves { all: &all, sheet: &sheet };
        moves.formula(formula, 0..all.len(), Some(0)).unwrap_or_else(|| formula.to_owned())
    }

    #[test]
    fn inserted_rows_push_references_down() {
        let step = [Move::Insert { at: 4, count: 2 }];
        for (formula, expected) in [
            ("A4+A5+$A$5", "A4+A7+$A$7"),
            ("SUM(A1:A4)+SUM(A1:A5)+SUM(A5:A9)", "SUM(A1:A4)+SUM(A1:A7)+SUM(A7:A11)"),
            ("S!A9+T!A9+'S'!B$9", "S!A11+T!A9+'S'!B$11"),
            ("SUM(A:A)+SUM(3:9)", "SUM(A:A)+SUM(3:11)"),
            ("A1048576", "#REF!"),
            ("A9:A1", "A11:A1"),
        ] {
            assert_eq!(after(formula, &step), expected);
        }
    }

    #[test]
    fn deleted_rows_shorten_ranges_and_leave_errors() {
        let step = [Move::Delete { at: 4, count: 2 }];
        for (formula, expected) in [
            ("A4+A5+A6+A7", "A4+#REF!+#REF!+A5"),
            ("SUM(A1:A5)+SUM(A5:A6)+SUM(A6:A9)+SUM(A1:A9)", "SUM(A1:A4)+SUM(#REF!)+SUM(A5:A7)+SUM(A1:A7)"),
            ("S!A5", "S!#REF!"),
        ] {
            assert_eq!(after(formula, &step), expected);
        }
        assert_eq!(after("SUM(A1:A3)", &[Move::Delete { at: 0, count: 2 }]), "SUM(A1:A1)");
    }

    #[test]
    fn a_repeated_block_is_taken_into_sums_below_it() {
        let step = [Move::Repeat { first: 4, last: 4, times: 3 }];
        assert_eq!(after("SUM(A5:A5)+A6+A5", &step), "SUM(A5:A8)+A9+A5");
        let all = [(0, step[0])];
        let moves = Moves { all: &all, sheet: &|_, _| Some(0) };
        assert_eq!(moves.formula("SUM(A5:C5)", 0..1, Some(4)), None, "a formula of the block means its own row");
    }

    #[test]
    fn formulas_move_along() {
        assert_eq!(translated("A1+$A1+A$1+$A$1+S!B2:C3", 2, 1), "B3+$A3+B$1+$A$1+S!C4:D5");
        assert_eq!(translated("A1", -1, 0), "A1048576");
    }
}
