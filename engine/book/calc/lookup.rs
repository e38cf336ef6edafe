//! Looking up: where a value stands, and what stands there.

use super::criteria::matches;
use super::evaluate::{Evaluation, Operand};
use super::grid::Place;
use super::parse::Expression;
use super::value::{Answer, NA, REF, Scalar, Stop, VALUE, same_number, same_text};
use crate::{Address, Area};

fn number(number: f64) -> Answer<Operand> {
    Ok(Operand::One(Scalar::Number(number)))
}

/// How a column is searched.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Search {
    /// The first that is equal; `*` and `?` in a text stand for others.
    Equal,
    /// The first that is equal, letter by letter.
    Literal,
    /// The last that is equal, letter by letter.
    LastLiteral,
    /// The last that is not greater, in a rising order.
    Rising,
    /// The last that is not smaller, in a falling order.
    Falling,
}

/// Where a value stands in one row or column of cells, counted from 0.
fn find(of: &Evaluation<'_>, wanted: &Scalar, line: &Place, search: Search) -> Answer<u32> {
    if line.rows() > 1 && line.columns() > 1 {
        return Err(NA);
    }
    let nth = |at: Address| if line.columns() == 1 { at.row - line.area.first.row } else { at.column - line.area.first.column };
    let cells = of.grid.filled(line)?;
    if matches!(search, Search::Rising | Search::Falling) {
        return ordered(wanted, &cells, search == Search::Rising).map(nth);
    }
    let mut found = None;
    for (at, value) in cells {
        if same(wanted, value, search)? {
            found = Some(nth(at));
            if search != Search::LastLiteral {
                break;
            }
        }
    }
    found.ok_or(NA)
}

fn same(wanted: &Scalar, value: &Scalar, search: Search) -> Answer<bool> {
    match (wanted, value) {
        (Scalar::Number(a), Scalar::Number(b)) => Ok(same_number(*a, *b)),
        (Scalar::Text(a), Scalar::Text(b)) if search == Search::Equal && a.contains(['*', '?', '~']) => matches(a, b),
        (Scalar::Text(a), Scalar::Text(b)) => same_text(a, b),
        (Scalar::YesNo(a), Scalar::YesNo(b)) => Ok(a == b),
        _ => Ok(false),
    }
}

/// The last cell that is not beyond the value. Known only for numbers in their order: Excel halves the range again and again,
/// and what it meets in one without order nobody can tell.
fn ordered(wanted: &Scalar, cells: &[(Address, &Scalar)], rising: bool) -> Answer<Address> {
    let Scalar::Number(wanted) = wanted else { return Err(Stop::Unknown) };
    let mut last: Option<(Address, f64)> = None;
    let mut found = None;
    for (at, value) in cells {
        let Scalar::Number(number) = value else { return Err(Stop::Unknown) };
        if last.is_some_and(|(_, last)| if rising { *number < last } else { *number > last }) {
            return Err(Stop::Unknown);
        }
        last = Some((*at, *number));
        if same_number(*number, *wanted) || (*number < *wanted) == rising {
            found = Some(*at);
        }
    }
    found.ok_or(NA)
}

/// What is looked for. Nothing at all is zero.
fn wanted(of: &Evaluation<'_>, expression: &Expression) -> Answer<Scalar> {
    match of.sound(expression)? {
        Scalar::Blank => Ok(Scalar::Number(0.0)),
        value => Ok(value),
    }
}

fn cell(sheet: usize, at: Address) -> Answer<Operand> {
    Ok(Operand::Cells(vec![Place::cell(sheet, at)]))
}

/// The first column of a range, or its first row.
fn first_line(place: &Place, upright: bool) -> Place {
    let (first, last) = (place.area.first, place.area.last);
    let last = if upright { Address::new(last.row, first.column) } else { Address::new(first.row, last.column) };
    Place { sheet: place.sheet, area: Area { first, last } }
}

pub(super) fn vlookup(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Operand> {
    in_table(of, parts, true)
}

pub(super) fn hlookup(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Operand> {
    in_table(of, parts, false)
}

fn in_table(of: &Evaluation<'_>, parts: &[Expression], upright: bool) -> Answer<Operand> {
    let wanted = wanted(of, &parts[0])?;
    let table = of.range(&parts[1])?;
    let nth = of.number(&parts[2])?.trunc();
    let near = match parts.get(3) {
        Some(Expression::Missing) => false,
        Some(near) => of.sound(near)?.yes()?,
        None => true,
    };
    let width = if upright { table.columns() } else { table.rows() };
    if nth < 1.0 {
        return Err(VALUE);
    }
    if nth > f64::from(width) {
        return Err(REF);
    }
    let search = if near { Search::Rising } else { Search::Equal };
    let at = find(of, &wanted, &first_line(&table, upright), search)?;
    let beside = nth as u32 - 1;
    cell(table.sheet, if upright { table.at(at, beside) } else { table.at(beside, at) })
}

pub(super) fn match_(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Operand> {
    let wanted = wanted(of, &parts[0])?;
    let line = of.range(&parts[1])?;
    let search = match parts.get(2) {
        Some(Expression::Missing) => Search::Equal,
        None => Search::Rising,
        Some(kind) => match of.number(kind)? {
            0.0 => Search::Equal,
            kind if kind > 0.0 => Search::Rising,
            _ => Search::Falling,
        },
    };
    number(f64::from(find(of, &wanted, &line, search)?) + 1.0)
}

pub(super) fn lookup(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Operand> {
    let wanted = wanted(of, &parts[0])?;
    let (line, results) = (of.range(&parts[1])?, of.range(&parts[2])?);
    if results.rows() > 1 && results.columns() > 1 || results.rows().max(results.columns()) < line.rows().max(line.columns()) {
        return Err(Stop::Unknown);
    }
    let at = find(of, &wanted, &line, Search::Rising)?;
    cell(results.sheet, if results.columns() == 1 { results.at(at, 0) } else { results.at(0, at) })
}

pub(super) fn xlookup(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Operand> {
    let wanted = of.sound(&parts[0])?;
    let (line, results) = (of.range(&parts[1])?, of.range(&parts[2])?);
    let given = |nth: usize, usual: f64| match parts.get(nth) {
        None | Some(Expression::Missing) => Ok(usual),
        Some(part) => of.number(part),
    };
    let (mode, way) = (given(4, 0.0)?, given(5, 1.0)?);
    if mode != 0.0 || !(way == 1.0 || way == -1.0) || wanted == Scalar::Blank {
        return Err(Stop::Unknown);
    }
    let upright = line.columns() == 1;
    let (same, across) = match upright {
        true => (line.rows() == results.rows(), results.columns()),
        false => (line.columns() == results.columns(), results.rows()),
    };
    if !same || line.rows() > 1 && !upright {
        return Err(VALUE);
    }
    let search = if way == 1.0 { Search::Literal } else { Search::LastLiteral };
    match find(of, &wanted, &line, search) {
        Ok(at) if across == 1 => cell(results.sheet, if upright { results.at(at, 0) } else { results.at(0, at) }),
        Ok(_) => Err(Stop::Unknown),
        Err(NA) if parts.get(3).is_some_and(|part| !matches!(part, Expression::Missing)) => of.operand(&parts[3]),
        Err(stop) => Err(stop),
    }
}

pub(super) fn index(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Operand> {
    let place = of.range(&parts[0])?;
    let given = |nth: usize| match parts.get(nth) {
        None | Some(Expression::Missing) => Ok(None),
        Some(part) => of.number(part).map(|number| Some(number.trunc())),
    };
    let (mut row, mut column) = (given(1)?.unwrap_or(0.0), given(2)?);
    // One number alone counts along a single row.
    if column.is_none() && place.rows() == 1 && parts.len() == 2 {
        (row, column) = (1.0, Some(row));
    }
    let column = column.unwrap_or(if place.columns() == 1 { 1.0 } else { 0.0 });
    if row < 0.0 || column < 0.0 {
        return Err(VALUE);
    }
    if row > f64::from(place.rows()) || column > f64::from(place.columns()) {
        return Err(REF);
    }
    let span = |nth: f64, first: u32, last: u32| match nth as u32 {
        0 => (first, last),
        nth => (first + nth - 1, first + nth - 1),
    };
    let rows = span(row, place.area.first.row, place.area.last.row);
    let columns = span(column, place.area.first.column, place.area.last.column);
    let area = Area { first: Address::new(rows.0, columns.0), last: Address::new(rows.1, columns.1) };
    Ok(Operand::Cells(vec![Place { sheet: place.sheet, area }]))
}

/// The range of an argument, or the formula's own cell.
fn own_or(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Place> {
    parts.first().map_or(Ok(Place::cell(of.sheet, of.at)), |part| of.range(part))
}

pub(super) fn row(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Operand> {
    let place = own_or(of, parts)?;
    if of.array && place.rows() > 1 {
        return Err(Stop::Unknown);
    }
    number(f64::from(place.area.first.row) + 1.0)
}

pub(super) fn column(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Operand> {
    let place = own_or(of, parts)?;
    if of.array && place.columns() > 1 {
        return Err(Stop::Unknown);
    }
    number(f64::from(place.area.first.column) + 1.0)
}

pub(super) fn rows(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Operand> {
    number(f64::from(of.range(&parts[0])?.rows()))
}

pub(super) fn columns(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Operand> {
    number(f64::from(of.range(&parts[0])?.columns()))
}
