//! Conditions, and questions about what kind a value is.

use super::evaluate::{Array, Evaluation, Operand};
use super::parse::Expression;
use super::value::{Answer, NA, Scalar, Stop, VALUE, equal};
use crate::ExcelError;

/// A branch that is left out, or whose argument is, is zero where it is taken.
fn branch(of: &Evaluation<'_>, expression: &Expression) -> Answer<Operand> {
    match of.operand(expression)? {
        Operand::Missing => Ok(Operand::One(Scalar::Number(0.0))),
        operand => Ok(operand),
    }
}

pub(super) fn if_(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Operand> {
    if of.array {
        let array = of.as_array(of.operand(&parts[0])?)?;
        if array.items.len() > 1 {
            return if of.entered { each_if(of, &array, parts) } else { Err(Stop::Unknown) };
        }
    }
    if of.sound(&parts[0])?.yes()? {
        return branch(of, &parts[1]);
    }
    parts.get(2).map_or(Ok(Operand::One(Scalar::YesNo(false))), |other| branch(of, other))
}

/// Item by item in a formula for arrays.
fn each_if(of: &Evaluation<'_>, conditions: &Array, parts: &[Expression]) -> Answer<Operand> {
    let yes = of.as_array(branch(of, &parts[1])?)?;
    let no = match parts.get(2) {
        Some(other) => of.as_array(branch(of, other)?)?,
        None => Array { rows: 1, columns: 1, items: vec![Scalar::YesNo(false)] },
    };
    let fits = |array: &Array| array.items.len() == 1 || (array.rows, array.columns) == (conditions.rows, conditions.columns);
    if !fits(&yes) || !fits(&no) {
        return Err(Stop::Unknown);
    }
    let item = |array: &Array, nth: usize| array.items[if array.items.len() == 1 { 0 } else { nth }].clone();
    let mut items = Vec::with_capacity(conditions.items.len());
    for (nth, condition) in conditions.items.iter().enumerate() {
        items.push(match condition {
            Scalar::Error(error) => Scalar::Error(*error),
            condition if condition.yes()? => item(&yes, nth),
            _ => item(&no, nth),
        });
    }
    Ok(Operand::Array(Array { items, ..*conditions }))
}

pub(super) fn ifs(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Operand> {
    for pair in parts.chunks(2) {
        let [condition, value] = pair else { return Err(Stop::Unknown) };
        if of.sound(condition)?.yes()? {
            return branch(of, value);
        }
    }
    Err(NA)
}

pub(super) fn iferror(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Operand> {
    instead(of, parts, |_| true)
}

pub(super) fn ifna(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Operand> {
    instead(of, parts, |error| error == ExcelError::NA)
}

fn instead(of: &Evaluation<'_>, parts: &[Expression], wrong: fn(ExcelError) -> bool) -> Answer<Operand> {
    let operand = of.operand(&parts[0])?;
    if let Operand::Array(array) = &operand
        && array.items.len() > 1
    {
        return Err(Stop::Unknown);
    }
    match of.single(operand)? {
        Scalar::Error(error) if wrong(error) => branch(of, &parts[1]),
        value => Ok(Operand::One(value)),
    }
}

pub(super) fn switch(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Operand> {
    let wanted = of.sound(&parts[0])?;
    let pairs = parts[1..].chunks(2);
    for pair in pairs {
        match pair {
            [value, result] => {
                if equal(&wanted, &of.sound(value)?)? {
                    return branch(of, result);
                }
            }
            [other] => return branch(of, other),
            _ => return Err(Stop::Unknown),
        }
    }
    Err(NA)
}

pub(super) fn choose(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Operand> {
    let nth = of.number(&parts[0])?.trunc();
    if nth < 1.0 || nth >= parts.len() as f64 { Err(VALUE) } else { branch(of, &parts[nth as usize]) }
}

pub(super) fn and(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Operand> {
    Ok(answer(conditions(of, parts)?.iter().all(|yes| *yes)))
}

pub(super) fn or(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Operand> {
    Ok(answer(conditions(of, parts)?.iter().any(|yes| *yes)))
}

pub(super) fn xor(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Operand> {
    Ok(answer(conditions(of, parts)?.iter().filter(|yes| **yes).count() % 2 == 1))
}

fn answer(yes: bool) -> Operand {
    Operand::One(Scalar::YesNo(yes))
}

/// All conditions. Texts and blanks within ranges do not count.
fn conditions(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Vec<bool>> {
    let mut found = Vec::new();
    for part in parts {
        match of.operand(part)? {
            Operand::Missing => found.push(false),
            Operand::One(value) => found.push(value.yes()?),
            Operand::Array(array) => {
                for item in array.items {
                    if !matches!(item, Scalar::Text(_) | Scalar::Blank) {
                        found.push(item.yes()?);
                    }
                }
            }
            Operand::Cells(places) => {
                for place in &places {
                    for (_, value) in of.grid.filled(place)? {
                        if !matches!(value, Scalar::Text(_)) {
                            found.push(value.yes()?);
                        }
                    }
                }
            }
        }
    }
    if found.is_empty() { Err(VALUE) } else { Ok(found) }
}

pub(super) fn not(_: &Evaluation<'_>, of: &[Scalar]) -> Answer<Scalar> {
    Ok(Scalar::YesNo(!of[0].yes()?))
}

pub(super) fn true_(_: &Evaluation<'_>, _: &[Scalar]) -> Answer<Scalar> {
    Ok(Scalar::YesNo(true))
}

pub(super) fn false_(_: &Evaluation<'_>, _: &[Scalar]) -> Answer<Scalar> {
    Ok(Scalar::YesNo(false))
}

fn is(yes: bool) -> Answer<Scalar> {
    Ok(Scalar::YesNo(yes))
}

pub(super) fn isblank(_: &Evaluation<'_>, of: &[Scalar]) -> Answer<Scalar> {
    is(of[0] == Scalar::Blank)
}

pub(super) fn iserror(_: &Evaluation<'_>, of: &[Scalar]) -> Answer<Scalar> {
    is(matches!(of[0], Scalar::Error(_)))
}

pub(super) fn iserr(_: &Evaluation<'_>, of: &[Scalar]) -> Answer<Scalar> {
    is(matches!(of[0], Scalar::Error(error) if error != ExcelError::NA))
}

pub(super) fn isna(_: &Evaluation<'_>, of: &[Scalar]) -> Answer<Scalar> {
    is(of[0] == Scalar::Error(ExcelError::NA))
}

pub(super) fn isnumber(_: &Evaluation<'_>, of: &[Scalar]) -> Answer<Scalar> {
    is(matches!(of[0], Scalar::Number(_)))
}

pub(super) fn istext(_: &Evaluation<'_>, of: &[Scalar]) -> Answer<Scalar> {
    is(matches!(of[0], Scalar::Text(_)))
}

pub(super) fn isnontext(_: &Evaluation<'_>, of: &[Scalar]) -> Answer<Scalar> {
    is(!matches!(of[0], Scalar::Text(_)))
}

pub(super) fn islogical(_: &Evaluation<'_>, of: &[Scalar]) -> Answer<Scalar> {
    is(matches!(of[0], Scalar::YesNo(_)))
}

pub(super) fn na(_: &Evaluation<'_>, _: &[Scalar]) -> Answer<Scalar> {
    Err(NA)
}

pub(super) fn n(_: &Evaluation<'_>, of: &[Scalar]) -> Answer<Scalar> {
    Ok(Scalar::Number(if matches!(of[0], Scalar::Text(_)) { 0.0 } else { of[0].number()? }))
}

pub(super) fn t(_: &Evaluation<'_>, of: &[Scalar]) -> Answer<Scalar> {
    Ok(if matches!(of[0], Scalar::Text(_)) { of[0].clone() } else { Scalar::text("") })
}
