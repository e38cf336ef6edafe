//! Functions of days and times.

use super::calendar::seconds;
use super::evaluate::{Evaluation, Operand};
use super::parse::Expression;
use super::value::{Answer, Looks, NUM, Scalar, Stop, VALUE, looks};

/// Days that are counted one by one.
const MOST_DAYS: f64 = 100_000.0;

fn answer(number: f64) -> Answer<Scalar> {
    Ok(Scalar::Number(number))
}

pub(super) fn today(of: &Evaluation<'_>, _: &[Scalar]) -> Answer<Scalar> {
    answer(of.calendar.moment(of.now.ok_or(Stop::Unknown)?).floor())
}

pub(super) fn now(of: &Evaluation<'_>, _: &[Scalar]) -> Answer<Scalar> {
    answer(of.calendar.moment(of.now.ok_or(Stop::Unknown)?))
}

pub(super) fn date(of: &Evaluation<'_>, values: &[Scalar]) -> Answer<Scalar> {
    let whole = |nth: usize| values[nth].number().map(|number| number.trunc() as i64);
    let (year, month, day) = (whole(0)?, whole(1)?, whole(2)?);
    if !(0..10_000).contains(&year) {
        return Err(NUM);
    }
    answer(of.calendar.number(if year < 1900 { year + 1900 } else { year }, month, day)?)
}

pub(super) fn datevalue(of: &Evaluation<'_>, values: &[Scalar]) -> Answer<Scalar> {
    let Scalar::Text(text) = &values[0] else { return Err(VALUE) };
    match looks(text) {
        Looks::Day { year, month, day } => answer(of.calendar.number(i64::from(year), i64::from(month), i64::from(day))?),
        Looks::Text => Err(VALUE),
        Looks::Number(_) | Looks::Doubtful => Err(Stop::Unknown),
    }
}

pub(super) fn year(of: &Evaluation<'_>, values: &[Scalar]) -> Answer<Scalar> {
    answer(f64::from(of.calendar.civil(values[0].number()?)?.year))
}

pub(super) fn month(of: &Evaluation<'_>, values: &[Scalar]) -> Answer<Scalar> {
    answer(f64::from(of.calendar.civil(values[0].number()?)?.month))
}

pub(super) fn day(of: &Evaluation<'_>, values: &[Scalar]) -> Answer<Scalar> {
    answer(f64::from(of.calendar.civil(values[0].number()?)?.day))
}

pub(super) fn weekday(of: &Evaluation<'_>, values: &[Scalar]) -> Answer<Scalar> {
    // 0 for Sunday.
    let day = of.calendar.weekday(values[0].number()?)?;
    let kind = values.get(1).map_or(Ok(1.0), Scalar::number)?.trunc() as i64;
    answer(match kind {
        1 | 17 => day + 1,
        2 | 11 => (day + 6) % 7 + 1,
        3 => (day + 6) % 7,
        12..=16 => (day + 7 - (kind - 10)) % 7 + 1,
        _ => return Err(NUM),
    } as f64)
}

pub(super) fn time(_: &Evaluation<'_>, values: &[Scalar]) -> Answer<Scalar> {
    let part = |nth: usize| values[nth].number().map(f64::trunc);
    let all = part(0)? * 3600.0 + part(1)? * 60.0 + part(2)?;
    if all < 0.0 { Err(NUM) } else { answer(all % 86_400.0 / 86_400.0) }
}

fn clock(values: &[Scalar]) -> Answer<i64> {
    let number = values[0].number()?;
    if number < 0.0 { Err(NUM) } else { Ok(seconds(number)) }
}

pub(super) fn hour(_: &Evaluation<'_>, values: &[Scalar]) -> Answer<Scalar> {
    answer((clock(values)? / 3600) as f64)
}

pub(super) fn minute(_: &Evaluation<'_>, values: &[Scalar]) -> Answer<Scalar> {
    answer((clock(values)? / 60 % 60) as f64)
}

pub(super) fn second(_: &Evaluation<'_>, values: &[Scalar]) -> Answer<Scalar> {
    answer((clock(values)? % 60) as f64)
}

pub(super) fn days(_: &Evaluation<'_>, values: &[Scalar]) -> Answer<Scalar> {
    answer(values[0].number()?.floor() - values[1].number()?.floor())
}

/// `MD` and `YD` are left alone: Excel itself calls its results doubtful.
pub(super) fn datedif(of: &Evaluation<'_>, values: &[Scalar]) -> Answer<Scalar> {
    let (from, to) = (values[0].number()?.floor(), values[1].number()?.floor());
    if from > to {
        return Err(NUM);
    }
    let (a, b) = (of.calendar.civil(from)?, of.calendar.civil(to)?);
    let months = (b.year - a.year) * 12 + b.month as i32 - a.month as i32 - i32::from(b.day < a.day);
    let unit = values[2].shown()?.to_ascii_uppercase();
    answer(match unit.as_str() {
        "Y" => f64::from(months / 12),
        "M" => f64::from(months),
        "D" => to - from,
        "YM" => f64::from(months % 12),
        "MD" | "YD" => return Err(Stop::Unknown),
        _ => return Err(NUM),
    })
}

pub(super) fn edate(of: &Evaluation<'_>, values: &[Scalar]) -> Answer<Scalar> {
    answer(of.calendar.months_on(values[0].number()?, values[1].number()?, false)?)
}

pub(super) fn eomonth(of: &Evaluation<'_>, values: &[Scalar]) -> Answer<Scalar> {
    answer(of.calendar.months_on(values[0].number()?, values[1].number()?, true)?)
}

/// The holidays that a function is given, in order.
fn holidays(of: &Evaluation<'_>, part: Option<&Expression>) -> Answer<Vec<f64>> {
    let mut found = Vec::new();
    match part.map_or(Ok(Operand::Missing), |part| of.operand(part))? {
        Operand::Missing => {}
        Operand::One(value) => found.push(value.number()?.floor()),
        Operand::Array(array) => {
            for item in &array.items {
                found.push(item.number()?.floor());
            }
        }
        Operand::Cells(places) => {
            for place in &places {
                for (_, value) in of.grid.filled(place)? {
                    match value {
                        Scalar::Number(number) => found.push(number.floor()),
                        Scalar::Error(error) => return Err(Stop::Error(*error)),
                        _ => return Err(Stop::Unknown),
                    }
                }
            }
        }
    }
    found.sort_by(f64::total_cmp);
    Ok(found)
}

fn is_workday(of: &Evaluation<'_>, day: f64, holidays: &[f64]) -> Answer<bool> {
    let weekend = matches!(of.calendar.weekday(day)?, 0 | 6);
    Ok(!weekend && holidays.binary_search_by(|known| known.total_cmp(&day)).is_err())
}

pub(super) fn networkdays(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Operand> {
    let (from, to) = (of.number(&parts[0])?.floor(), of.number(&parts[1])?.floor());
    let holidays = holidays(of, parts.get(2))?;
    if (to - from).abs() > MOST_DAYS {
        return Err(Stop::Unknown);
    }
    let (first, last) = (from.min(to), from.max(to));
    let mut count = 0.0;
    let mut day = first;
    while day <= last {
        of.grid.spend(1)?;
        count += f64::from(u8::from(is_workday(of, day, &holidays)?));
        day += 1.0;
    }
    Ok(Operand::One(Scalar::Number(if from > to { -count } else { count })))
}

pub(super) fn workday(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Operand> {
    let (mut day, wanted) = (of.number(&parts[0])?.floor(), of.number(&parts[1])?.trunc());
    let holidays = holidays(of, parts.get(2))?;
    if wanted.abs() > MOST_DAYS {
        return Err(Stop::Unknown);
    }
    let step = wanted.signum();
    let mut left = wanted.abs();
    while left > 0.0 {
        of.grid.spend(1)?;
        day += step;
        left -= f64::from(u8::from(is_workday(of, day, &holidays)?));
    }
    Ok(Operand::One(Scalar::Number(day)))
}
