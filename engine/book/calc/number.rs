//! Functions of numbers.

use rust_decimal::RoundingStrategy;

use super::evaluate::{Evaluation, power as raised};
use super::round::{multiple, quotient_floor, rounded};
use super::value::{Answer, DIV0, NUM, Scalar, Stop};

const DOWN: RoundingStrategy = RoundingStrategy::ToZero;
const UP: RoundingStrategy = RoundingStrategy::AwayFromZero;
const HALF_UP: RoundingStrategy = RoundingStrategy::MidpointAwayFromZero;

fn answer(number: f64) -> Answer<Scalar> {
    if number.is_finite() { Ok(Scalar::Number(number)) } else { Err(NUM) }
}

pub(super) fn abs(_: &Evaluation<'_>, of: &[Scalar]) -> Answer<Scalar> {
    answer(of[0].number()?.abs())
}

pub(super) fn sign(_: &Evaluation<'_>, of: &[Scalar]) -> Answer<Scalar> {
    let number = of[0].number()?;
    answer(if number == 0.0 { 0.0 } else { number.signum() })
}

pub(super) fn int(_: &Evaluation<'_>, of: &[Scalar]) -> Answer<Scalar> {
    answer(quotient_floor(of[0].number()?, 1.0)?)
}

pub(super) fn round(_: &Evaluation<'_>, of: &[Scalar]) -> Answer<Scalar> {
    answer(rounded(of[0].number()?, of[1].number()?, HALF_UP)?)
}

pub(super) fn roundup(_: &Evaluation<'_>, of: &[Scalar]) -> Answer<Scalar> {
    answer(rounded(of[0].number()?, of[1].number()?, UP)?)
}

/// ROUNDDOWN, and TRUNC, whose digits may be left out.
pub(super) fn rounddown(_: &Evaluation<'_>, of: &[Scalar]) -> Answer<Scalar> {
    let digits = of.get(1).map_or(Ok(0.0), Scalar::number)?;
    answer(rounded(of[0].number()?, digits, DOWN)?)
}

pub(super) fn ceiling(_: &Evaluation<'_>, of: &[Scalar]) -> Answer<Scalar> {
    to_multiple(of, RoundingStrategy::ToPositiveInfinity, false)
}

pub(super) fn floor(_: &Evaluation<'_>, of: &[Scalar]) -> Answer<Scalar> {
    to_multiple(of, RoundingStrategy::ToNegativeInfinity, true)
}

/// What Excel does with signs that differ, or both below zero, has changed over its versions: only the plain case is known.
fn to_multiple(of: &[Scalar], way: RoundingStrategy, zero_step_fails: bool) -> Answer<Scalar> {
    let (number, step) = (of[0].number()?, of[1].number()?);
    if number == 0.0 {
        return answer(0.0);
    }
    if step == 0.0 {
        return if zero_step_fails { Err(DIV0) } else { answer(0.0) };
    }
    match (number > 0.0, step > 0.0) {
        (true, true) => answer(multiple(number, step, way)?),
        (true, false) => Err(NUM),
        _ => Err(Stop::Unknown),
    }
}

pub(super) fn modulo(_: &Evaluation<'_>, of: &[Scalar]) -> Answer<Scalar> {
    let (number, divisor) = (of[0].number()?, of[1].number()?);
    if divisor == 0.0 {
        return Err(DIV0);
    }
    let times = quotient_floor(number, divisor)?;
    if times.abs() > 1e12 {
        return Err(Stop::Unknown);
    }
    answer(number - divisor * times)
}

pub(super) fn quotient(_: &Evaluation<'_>, of: &[Scalar]) -> Answer<Scalar> {
    let (number, divisor) = (of[0].number()?, of[1].number()?);
    if divisor == 0.0 { Err(DIV0) } else { answer(rounded(number / divisor, 0.0, DOWN)?) }
}

pub(super) fn power(_: &Evaluation<'_>, of: &[Scalar]) -> Answer<Scalar> {
    answer(raised(of[0].number()?, of[1].number()?)?)
}

pub(super) fn sqrt(_: &Evaluation<'_>, of: &[Scalar]) -> Answer<Scalar> {
    let number = of[0].number()?;
    if number < 0.0 { Err(NUM) } else { answer(number.sqrt()) }
}

pub(super) fn iseven(_: &Evaluation<'_>, of: &[Scalar]) -> Answer<Scalar> {
    Ok(Scalar::YesNo(of[0].number()?.trunc() % 2.0 == 0.0))
}

pub(super) fn isodd(_: &Evaluation<'_>, of: &[Scalar]) -> Answer<Scalar> {
    Ok(Scalar::YesNo(of[0].number()?.trunc() % 2.0 != 0.0))
}
