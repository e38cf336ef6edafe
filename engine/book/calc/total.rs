//! Sums, counts and places in an order.

use super::criteria::Condition;
use super::evaluate::{Evaluation, Operand};
use super::parse::Expression;
use super::value::{Answer, DIV0, NA, NUM, Scalar, Stop, VALUE, same_number};

fn number(number: f64) -> Answer<Operand> {
    if number.is_finite() { Ok(Operand::One(Scalar::Number(number))) } else { Err(NUM) }
}

/// The numbers of all arguments: those within ranges and arrays, and whatever is written alone as a number.
fn numbers(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Vec<f64>> {
    let mut found = Vec::new();
    for part in parts {
        match of.operand(part)? {
            Operand::Missing => found.push(0.0),
            Operand::One(value) => found.push(value.number()?),
            Operand::Array(array) => {
                for item in &array.items {
                    only_number(item, &mut found)?;
                }
            }
            Operand::Cells(places) => {
                for place in &places {
                    for (_, value) in of.grid.filled(place)? {
                        only_number(value, &mut found)?;
                    }
                }
            }
        }
    }
    Ok(found)
}

fn only_number(value: &Scalar, found: &mut Vec<f64>) -> Answer<()> {
    match value {
        Scalar::Number(number) => found.push(*number),
        Scalar::Error(error) => return Err(Stop::Error(*error)),
        _ => {}
    }
    Ok(())
}

fn added(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() + 0.0
}

fn mean(numbers: &[f64]) -> Answer<Operand> {
    if numbers.is_empty() { Err(DIV0) } else { number(added(numbers) / numbers.len() as f64) }
}

fn least(numbers: &[f64]) -> f64 {
    numbers.iter().copied().reduce(f64::min).unwrap_or(0.0)
}

fn most(numbers: &[f64]) -> f64 {
    numbers.iter().copied().reduce(f64::max).unwrap_or(0.0)
}

pub(super) fn sum(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Operand> {
    number(added(&numbers(of, parts)?))
}

pub(super) fn product(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Operand> {
    let found = numbers(of, parts)?;
    number(if found.is_empty() { 0.0 } else { found.iter().product() })
}

pub(super) fn average(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Operand> {
    mean(&numbers(of, parts)?)
}

pub(super) fn min(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Operand> {
    number(least(&numbers(of, parts)?))
}

pub(super) fn max(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Operand> {
    number(most(&numbers(of, parts)?))
}

pub(super) fn median(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Operand> {
    let found = sorted(numbers(of, parts)?);
    let middle = found.len() / 2;
    match found.len() {
        0 => Err(NUM),
        odd if odd % 2 == 1 => number(found[middle]),
        _ => number((found[middle - 1] + found[middle]) / 2.0),
    }
}

fn sorted(mut numbers: Vec<f64>) -> Vec<f64> {
    numbers.sort_by(f64::total_cmp);
    numbers
}

pub(super) fn small(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Operand> {
    let found = sorted(numbers(of, &parts[..1])?);
    nth(&found, of.number(&parts[1])?)
}

pub(super) fn large(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Operand> {
    let mut found = sorted(numbers(of, &parts[..1])?);
    found.reverse();
    nth(&found, of.number(&parts[1])?)
}

fn nth(numbers: &[f64], nth: f64) -> Answer<Operand> {
    if nth.fract() != 0.0 {
        return Err(Stop::Unknown);
    }
    if nth < 1.0 || nth > numbers.len() as f64 { Err(NUM) } else { number(numbers[nth as usize - 1]) }
}

pub(super) fn rank(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Operand> {
    let wanted = of.number(&parts[0])?;
    let upwards = parts.get(2).map_or(Ok(0.0), |order| of.number(order))? != 0.0;
    let mut found = Vec::new();
    for place in of.cells(&parts[1])? {
        for (_, value) in of.grid.filled(&place)? {
            only_number(value, &mut found)?;
        }
    }
    if !found.iter().any(|number| same_number(*number, wanted)) {
        return Err(NA);
    }
    let before = |other: &&f64| !same_number(**other, wanted) && (**other < wanted) == upwards;
    number(found.iter().filter(before).count() as f64 + 1.0)
}

pub(super) fn count(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Operand> {
    let mut count = 0usize;
    for part in parts {
        count += match of.operand(part)? {
            Operand::Missing => 1,
            Operand::One(Scalar::Error(_)) => 0,
            Operand::One(value) => match value.number() {
                Ok(_) => 1,
                Err(Stop::Unknown) => return Err(Stop::Unknown),
                Err(Stop::Error(_)) => 0,
            },
            Operand::Array(array) => array.items.iter().filter(|item| matches!(item, Scalar::Number(_))).count(),
            Operand::Cells(places) => {
                let mut found = 0;
                for place in &places {
                    found += of.grid.filled(place)?.iter().filter(|(_, value)| matches!(value, Scalar::Number(_))).count();
                }
                found
            }
        };
    }
    number(count as f64)
}

pub(super) fn counta(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Operand> {
    let mut count = 0usize;
    for part in parts {
        count += match of.operand(part)? {
            Operand::Missing | Operand::One(_) => 1,
            Operand::Array(array) => array.items.len(),
            Operand::Cells(places) => {
                let mut found = 0;
                for place in &places {
                    found += of.grid.filled(place)?.len();
                }
                found
            }
        };
    }
    number(count as f64)
}

pub(super) fn countblank(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Operand> {
    let place = of.range(&parts[0])?;
    let empty = |value: &Scalar| matches!(value, Scalar::Text(text) if text.is_empty());
    let filled = of.grid.filled(&place)?.iter().filter(|(_, value)| !empty(value)).count();
    number(f64::from(place.rows()) * f64::from(place.columns()) - filled as f64)
}

/// COUNTIF and COUNTIFS.
pub(super) fn countif(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Operand> {
    number(of.count(&of.conditions(parts)?)?)
}

/// The numbers of the third argument, or of the first, where the condition holds.
fn chosen(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Vec<f64>> {
    let conditions = of.conditions(&parts[..2])?;
    let summed = of.range(parts.get(2).unwrap_or(&parts[0]))?;
    of.chosen(&of.sized(summed, &conditions)?, &conditions)
}

/// The numbers of the first argument where all conditions behind it hold.
fn all_chosen(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Vec<f64>> {
    let conditions: Vec<Condition> = of.conditions(&parts[1..])?;
    let summed = of.equally_large(of.range(&parts[0])?, &conditions)?;
    of.chosen(&summed, &conditions)
}

pub(super) fn sumif(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Operand> {
    number(added(&chosen(of, parts)?))
}

pub(super) fn averageif(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Operand> {
    mean(&chosen(of, parts)?)
}

pub(super) fn sumifs(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Operand> {
    number(added(&all_chosen(of, parts)?))
}

pub(super) fn averageifs(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Operand> {
    mean(&all_chosen(of, parts)?)
}

pub(super) fn maxifs(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Operand> {
    number(most(&all_chosen(of, parts)?))
}

pub(super) fn minifs(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Operand> {
    number(least(&all_chosen(of, parts)?))
}

/// Products of the items at the same places, added up. What is no number counts as zero.
pub(super) fn sumproduct(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Operand> {
    let arrays = parts.iter().map(|part| of.array_of(part)).collect::<Answer<Vec<_>>>()?;
    let Some(first) = arrays.first() else { return Err(Stop::Unknown) };
    if arrays.iter().any(|array| (array.rows, array.columns) != (first.rows, first.columns)) {
        return Err(VALUE);
    }
    let mut sum = 0.0;
    for nth in 0..first.items.len() {
        let mut product = 1.0;
        for array in &arrays {
            product *= match &array.items[nth] {
                Scalar::Number(number) => *number,
                Scalar::Error(error) => return Err(Stop::Error(*error)),
                _ => 0.0,
            };
        }
        sum += product;
    }
    number(sum)
}

/// Known only where no row is hidden: what is hidden counts or not by how it was hidden. Results of other subtotals do not
/// count, so that ranges with formulas of their own are left alone.
pub(super) fn subtotal(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Operand> {
    let kind = of.number(&parts[0])?.trunc() as i64;
    let ranges = &parts[1..];
    for range in ranges {
        for place in of.cells(range)? {
            if of.grid.has_hidden_rows(place.sheet)? || of.grid.has_subtotals(&place)? {
                return Err(Stop::Unknown);
            }
        }
    }
    match kind % 100 {
        _ if !(1..=11).contains(&kind) && !(101..=111).contains(&kind) => Err(VALUE),
        1 => average(of, ranges),
        2 => count(of, ranges),
        3 => counta(of, ranges),
        4 => max(of, ranges),
        5 => min(of, ranges),
        6 => product(of, ranges),
        9 => sum(of, ranges),
        _ => Err(Stop::Unknown),
    }
}
