//! Functions of texts.

use super::evaluate::{Evaluation, Operand};
use super::parse::Expression;
use super::show::shown_as;
use super::value::{Answer, Looks, Scalar, Stop, VALUE, folded, looks};

/// Characters of a text that a cell holds.
const LONGEST: usize = 32_767;

fn answer(text: impl AsRef<str>) -> Answer<Scalar> {
    if text.as_ref().len() > LONGEST * 4 { Err(VALUE) } else { Ok(Scalar::text(text)) }
}

fn number(number: usize) -> Answer<Scalar> {
    Ok(Scalar::Number(number as f64))
}

/// Excel counts in UTF-16; a text cut within a character is none that could be written.
fn of_units(units: &[u16]) -> Answer<Scalar> {
    String::from_utf16(units).map_err(|_| Stop::Unknown).and_then(answer)
}

fn units(value: &Scalar) -> Answer<Vec<u16>> {
    Ok(value.shown()?.encode_utf16().collect())
}

/// How many characters; fewer than none is an error.
fn count(value: Option<&Scalar>, usual: f64, least: f64) -> Answer<usize> {
    let number = value.map_or(Ok(usual), Scalar::number)?.trunc();
    if number < least { Err(VALUE) } else { Ok(number.min(1e6) as usize) }
}

pub(super) fn concatenate(_: &Evaluation<'_>, of: &[Scalar]) -> Answer<Scalar> {
    answer(of.iter().map(Scalar::shown).collect::<Answer<Vec<_>>>()?.concat())
}

/// The texts of all arguments, blank cells left out or as empty ones.
fn texts(of: &Evaluation<'_>, parts: &[Expression], blanks: bool) -> Answer<Vec<String>> {
    let mut found = Vec::new();
    for part in parts {
        let items = match of.operand(part)? {
            Operand::Cells(places) if !blanks => {
                let mut items = Vec::new();
                for place in &places {
                    items.extend(of.grid.filled(place)?.into_iter().map(|(_, value)| value.clone()));
                }
                items
            }
            operand => of.as_array(operand)?.items,
        };
        for item in items {
            found.push(item.shown()?.to_string());
        }
    }
    Ok(found)
}

pub(super) fn concat(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Operand> {
    answer(texts(of, parts, false)?.concat()).map(Operand::One)
}

pub(super) fn textjoin(of: &Evaluation<'_>, parts: &[Expression]) -> Answer<Operand> {
    let (between, skip) = (of.text(&parts[0])?, of.sound(&parts[1])?.yes()?);
    let mut found = texts(of, &parts[2..], !skip)?;
    if skip {
        found.retain(|text| !text.is_empty());
    }
    answer(found.join(&between)).map(Operand::One)
}

pub(super) fn len(_: &Evaluation<'_>, of: &[Scalar]) -> Answer<Scalar> {
    number(units(&of[0])?.len())
}

pub(super) fn left(_: &Evaluation<'_>, of: &[Scalar]) -> Answer<Scalar> {
    let (text, wanted) = (units(&of[0])?, count(of.get(1), 1.0, 0.0)?);
    of_units(&text[..wanted.min(text.len())])
}

pub(super) fn right(_: &Evaluation<'_>, of: &[Scalar]) -> Answer<Scalar> {
    let (text, wanted) = (units(&of[0])?, count(of.get(1), 1.0, 0.0)?);
    of_units(&text[text.len().saturating_sub(wanted)..])
}

pub(super) fn mid(_: &Evaluation<'_>, of: &[Scalar]) -> Answer<Scalar> {
    let (text, from, wanted) = (units(&of[0])?, count(of.get(1), 1.0, 1.0)?, count(of.get(2), 0.0, 0.0)?);
    let from = (from - 1).min(text.len());
    of_units(&text[from..(from + wanted).min(text.len())])
}

pub(super) fn find(_: &Evaluation<'_>, of: &[Scalar]) -> Answer<Scalar> {
    position(&units(&of[0])?, &units(&of[1])?, count(of.get(2), 1.0, 1.0)?)
}

/// Without regard to case. Whether the width of letters matters to Excel is not certain, so that where it decides nothing is said.
pub(super) fn search(_: &Evaluation<'_>, of: &[Scalar]) -> Answer<Scalar> {
    let (wanted, text) = (of[0].shown()?, of[1].shown()?);
    if wanted.contains(['*', '?', '~']) {
        return Err(Stop::Unknown);
    }
    let lower = |text: &str| text.to_lowercase().encode_utf16().collect::<Vec<u16>>();
    let same_length = lower(&text).len() == text.encode_utf16().count();
    let found = position(&lower(&wanted), &lower(&text), count(of.get(2), 1.0, 1.0)?);
    let seen = match &found {
        Ok(Scalar::Number(at)) => {
            text.chars().take((*at as usize + wanted.chars().count()).saturating_sub(2)).collect::<String>()
        }
        _ => text.to_string(),
    };
    let doubtful = !text.is_ascii() && !wanted.is_empty() && folded(&seen).contains(&folded(&wanted));
    if doubtful || !same_length { Err(Stop::Unknown) } else { found }
}

fn position(wanted: &[u16], text: &[u16], from: usize) -> Answer<Scalar> {
    if from - 1 > text.len() || from > text.len() && !wanted.is_empty() {
        return Err(VALUE);
    }
    if wanted.is_empty() {
        return number(from);
    }
    let found = text[from - 1..].windows(wanted.len()).position(|window| window == wanted);
    found.map_or(Err(VALUE), |at| number(from + at))
}

pub(super) fn substitute(_: &Evaluation<'_>, of: &[Scalar]) -> Answer<Scalar> {
    let (text, old, new) = (of[0].shown()?, of[1].shown()?, of[2].shown()?);
    if old.is_empty() {
        return answer(text);
    }
    let Some(nth) = of.get(3) else { return answer(text.replace(&*old, &new)) };
    let nth = count(Some(nth), 1.0, 1.0)?;
    match text.match_indices(&*old).nth(nth - 1) {
        Some((at, _)) => answer(format!("{}{new}{}", &text[..at], &text[at + old.len()..])),
        None => answer(text),
    }
}

pub(super) fn replace(_: &Evaluation<'_>, of: &[Scalar]) -> Answer<Scalar> {
    let (text, from, wanted) = (units(&of[0])?, count(of.get(1), 1.0, 1.0)?, count(of.get(2), 0.0, 0.0)?);
    let from = (from - 1).min(text.len());
    let rest = &text[(from + wanted).min(text.len())..];
    of_units(&[&text[..from], &units(&of[3])?, rest].concat())
}

pub(super) fn rept(_: &Evaluation<'_>, of: &[Scalar]) -> Answer<Scalar> {
    let (text, times) = (of[0].shown()?, count(of.get(1), 0.0, 0.0)?);
    if text.len().saturating_mul(times) > LONGEST * 3 { Err(VALUE) } else { answer(text.repeat(times)) }
}

/// Wide spaces are treated differently by different versions: with one of them nothing is said.
pub(super) fn trim(_: &Evaluation<'_>, of: &[Scalar]) -> Answer<Scalar> {
    let text = of[0].shown()?;
    if text.contains('\u{3000}') {
        return Err(Stop::Unknown);
    }
    let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
    answer(words.join(" "))
}

pub(super) fn clean(_: &Evaluation<'_>, of: &[Scalar]) -> Answer<Scalar> {
    let text = of[0].shown()?;
    answer(text.chars().filter(|c| *c >= ' ').collect::<String>())
}

pub(super) fn upper(_: &Evaluation<'_>, of: &[Scalar]) -> Answer<Scalar> {
    let text = of[0].shown()?;
    same_letters(&text)?;
    answer(text.to_uppercase())
}

pub(super) fn lower(_: &Evaluation<'_>, of: &[Scalar]) -> Answer<Scalar> {
    let text = of[0].shown()?;
    same_letters(&text)?;
    answer(text.to_lowercase())
}

/// Latin letters of either width change alike everywhere; those of other scripts may not.
fn same_letters(text: &str) -> Answer<()> {
    let known = |c: char| c.is_ascii() || ('Ａ'..='ｚ').contains(&c) || !(c.is_lowercase() || c.is_uppercase());
    if text.chars().all(known) { Ok(()) } else { Err(Stop::Unknown) }
}

pub(super) fn exact(_: &Evaluation<'_>, of: &[Scalar]) -> Answer<Scalar> {
    Ok(Scalar::YesNo(of[0].shown()? == of[1].shown()?))
}

/// Signs for which programs have different ideas of their other width.
const UNSURE: &str = "\"'`\\~^-‐−–—―～〜’”‘“￥¥￣゛゜｡､";

fn sure(text: &str) -> Answer<()> {
    if text.contains(|c| UNSURE.contains(c)) { Err(Stop::Unknown) } else { Ok(()) }
}

pub(super) fn asc(_: &Evaluation<'_>, of: &[Scalar]) -> Answer<Scalar> {
    let text = of[0].shown()?;
    sure(&text)?;
    answer(japan::to_half(&text))
}

pub(super) fn jis(_: &Evaluation<'_>, of: &[Scalar]) -> Answer<Scalar> {
    let text = of[0].shown()?;
    sure(&text)?;
    answer(japan::to_full(&text))
}

/// Characters beyond ASCII depend on the country.
pub(super) fn char_(_: &Evaluation<'_>, of: &[Scalar]) -> Answer<Scalar> {
    match of[0].number()?.trunc() {
        code if !(1.0..256.0).contains(&code) => Err(VALUE),
        code if code == 10.0 || (32.0..127.0).contains(&code) && code != 92.0 => answer(char::from(code as u8).to_string()),
        _ => Err(Stop::Unknown),
    }
}

pub(super) fn value(of: &Evaluation<'_>, values: &[Scalar]) -> Answer<Scalar> {
    match &values[0] {
        Scalar::Text(text) => match looks(text) {
            Looks::Day { year, month, day } => {
                Ok(Scalar::Number(of.calendar.number(i64::from(year), i64::from(month), i64::from(day))?))
            }
            _ => values[0].number().map(Scalar::Number),
        },
        Scalar::YesNo(_) => Err(VALUE),
        other => other.number().map(Scalar::Number),
    }
}

pub(super) fn text(of: &Evaluation<'_>, values: &[Scalar]) -> Answer<Scalar> {
    answer(shown_as(&values[0], &values[1].shown()?, of.calendar)?)
}

/// What the cell shows; where it leads is nothing to compute.
pub(super) fn hyperlink(_: &Evaluation<'_>, of: &[Scalar]) -> Answer<Scalar> {
    match of.last() {
        Some(Scalar::Blank) | None => Err(Stop::Unknown),
        Some(value) => Ok(value.clone()),
    }
}
