//! What `+ - * / % < > ==` mean: exact numbers, and an error instead of a silent `false` where types do not fit.

use book::Value;
use rhai::{Array, Dynamic, Engine, ImmutableString, Map, NativeCallContext};
use rust_decimal::{Decimal, MathematicalOps};
use std::cmp::Ordering;
use std::rc::Rc;

use crate::error::TroubleKind;
use crate::fault::{Fault, Said, kind_of};
use crate::handle::{Day, File, Moment};
use crate::outcome::LimitKind;
use crate::session::Session;

/// A number as scripts calculate with it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Number {
    Whole(i64),
    Exact(Decimal),
}

impl Number {
    pub fn of(value: &Dynamic) -> Option<Number> {
        if let Ok(whole) = value.as_int() {
            return Some(Number::Whole(whole));
        }
        value.as_decimal().ok().map(Number::Exact)
    }

    pub fn decimal(self) -> Decimal {
        match self {
            Number::Whole(whole) => whole.into(),
            Number::Exact(exact) => exact,
        }
    }
}

impl From<Number> for Dynamic {
    fn from(number: Number) -> Dynamic {
        match number {
            Number::Whole(whole) => whole.into(),
            Number::Exact(exact) => Dynamic::from_decimal(exact),
        }
    }
}

/// A way of rounding to a number of decimal places.
pub(crate) type Rounding = fn(Decimal, i32) -> Decimal;

/// An operator of two sides.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Sign {
    Plus,
    Minus,
    Times,
    Over,
    Rest,
    Power,
    Less,
    AtMost,
    Greater,
    AtLeast,
    Equal,
    Unequal,
}

impl Sign {
    const CALCULATING: [(Sign, &str); 6] =
        [(Sign::Plus, "+"), (Sign::Minus, "-"), (Sign::Times, "*"), (Sign::Over, "/"), (Sign::Rest, "%"), (Sign::Power, "**")];
    const COMPARING: [(Sign, &str); 6] = [
        (Sign::Less, "<"),
        (Sign::AtMost, "<="),
        (Sign::Greater, ">"),
        (Sign::AtLeast, ">="),
        (Sign::Equal, "=="),
        (Sign::Unequal, "!="),
    ];

    /// The operator as scripts write it.
    pub fn of(written: &str) -> Option<Sign> {
        Sign::CALCULATING.iter().chain(&Sign::COMPARING).find(|(_, known)| *known == written).map(|(sign, _)| *sign)
    }

    /// Whether it answers yes or no.
    pub fn compares(self) -> bool {
        self as u8 >= Sign::Less as u8
    }

    pub fn is_equality(self) -> bool {
        matches!(self, Sign::Equal | Sign::Unequal)
    }

    /// Whether two things in this order are what the operator asks for.
    pub fn holds(self, order: Ordering) -> bool {
        match self {
            Sign::Less => order.is_lt(),
            Sign::AtMost => order.is_le(),
            Sign::Greater => order.is_gt(),
            Sign::AtLeast => order.is_ge(),
            Sign::Equal => order.is_eq(),
            _ => order.is_ne(),
        }
    }
}

/// A whole number if it is one, else the decimal without trailing zeros.
pub(crate) fn tidied(exact: Decimal) -> Number {
    let exact = exact.normalize();
    match (exact.scale(), i64::try_from(exact)) {
        (0, Ok(whole)) => Number::Whole(whole),
        _ => Number::Exact(exact),
    }
}

/// A number rounded in some way to a number of decimal places.
pub(crate) fn rounded(round: Rounding, number: Number, places: i64) -> Said<Number> {
    let places = i32::try_from(places).ok().filter(|places| places.abs() <= 28);
    let places = places.ok_or_else(|| Fault::new(TroubleKind::TooLarge))?;
    Ok(tidied(round(number.decimal(), places)))
}

/// A part of a whole; none of nothing.
pub(crate) fn share(part: Number, whole: Number) -> Said<Option<Number>> {
    if whole.decimal().is_zero() { Ok(None) } else { calculated(Sign::Over, part, whole).map(Some) }
}

/// The same as `tidied`, as scripts hold it.
pub(crate) fn tidy(exact: Decimal) -> Dynamic {
    tidied(exact).into()
}

/// Gives the operators their meaning.
pub(crate) fn register(engine: &mut Engine, session: &Rc<Session>) {
    register_calculation(engine, session);
    register_comparison(engine, session);
    register_lists(engine, session);
    register_texts(engine, session);
}

fn register_calculation(engine: &mut Engine, session: &Rc<Session>) {
    for (sign, written) in Sign::CALCULATING {
        engine.register_fn(written, move |a: i64, b: i64| calculate(sign, Number::Whole(a), Number::Whole(b)));
        engine.register_fn(written, move |a: Decimal, b: Decimal| calculate(sign, Number::Exact(a), Number::Exact(b)));
        engine.register_fn(written, move |a: Decimal, b: i64| calculate(sign, Number::Exact(a), Number::Whole(b)));
        engine.register_fn(written, move |a: i64, b: Decimal| calculate(sign, Number::Whole(a), Number::Exact(b)));
        let session = Rc::clone(session);
        engine.register_fn(written, move |context: NativeCallContext, a: Dynamic, b: Dynamic| {
            mixed(sign, &context, &session, &a, &b)
        });
    }
    // `a /= b` must be `a = a / b`; Rhai's own would cut off the fraction.
    engine.register_fn("/=", |a: &mut i64, b: i64| -> Said<()> {
        let quotient = calculate(Sign::Over, Number::Whole(*a), Number::Whole(b))?;
        match quotient.as_int() {
            Ok(whole) => *a = whole,
            Err(_) => {
                return Err(Fault::new(TroubleKind::WrongType { got: vec![crate::ValueKind::Decimal], takes: Vec::new() }).into());
            }
        }
        Ok(())
    });
}

/// Texts are joined; dates and times are written as people read them, also within `${…}`.
fn register_texts(engine: &mut Engine, session: &Rc<Session>) {
    engine.register_fn("+", |context: NativeCallContext, a: ImmutableString, b: ImmutableString| -> Said<ImmutableString> {
        if a.len() + b.len() > context.engine().max_string_size() {
            return Err(Fault::Limit(LimitKind::Text).into());
        }
        Ok(a + b)
    });
    for word in ["to_string", "to_debug", "print", "debug"] {
        let showing = Rc::clone(session);
        engine.register_fn(word, move |day: &mut Day| showing.show(&Dynamic::from(*day)));
        let showing = Rc::clone(session);
        engine.register_fn(word, move |moment: &mut Moment| showing.show(&Dynamic::from(*moment)));
    }
}

fn register_comparison(engine: &mut Engine, session: &Rc<Session>) {
    for (sign, written) in Sign::COMPARING {
        engine.register_fn(written, move |a: i64, b: i64| sign.holds(a.cmp(&b)));
        engine.register_fn(written, move |a: Decimal, b: Decimal| sign.holds(a.cmp(&b)));
        engine.register_fn(written, move |a: Decimal, b: i64| sign.holds(a.cmp(&b.into())));
        engine.register_fn(written, move |a: i64, b: Decimal| sign.holds(Decimal::from(a).cmp(&b)));
        engine.register_fn(written, move |a: Day, b: Day| sign.holds(a.cmp(&b)));
        engine.register_fn(written, move |a: ImmutableString, b: ImmutableString| sign.holds(a.as_str().cmp(b.as_str())));
        let session = Rc::clone(session);
        engine.register_fn(written, move |a: Dynamic, b: Dynamic| compare(sign, &session, &a, &b));
    }
}

/// Calculates exactly: whole numbers stay whole, a quotient becomes a decimal where it must.
pub(crate) fn calculated(sign: Sign, a: Number, b: Number) -> Said<Number> {
    if matches!(sign, Sign::Over | Sign::Rest) && b.decimal().is_zero() {
        return Err(Fault::new(TroubleKind::DividedByZero).into());
    }
    if let (Number::Whole(a), Number::Whole(b)) = (a, b) {
        let whole = match sign {
            Sign::Plus => a.checked_add(b),
            Sign::Minus => a.checked_sub(b),
            Sign::Times => a.checked_mul(b),
            Sign::Rest => a.checked_rem(b),
            Sign::Over if a.checked_rem(b) == Some(0) => a.checked_div(b),
            Sign::Power => u32::try_from(b).ok().and_then(|b| a.checked_pow(b)),
            _ => None,
        };
        if let Some(whole) = whole {
            return Ok(Number::Whole(whole));
        }
    }
    let (a, b) = (a.decimal(), b.decimal());
    let exact = match sign {
        Sign::Plus => a.checked_add(b),
        Sign::Minus => a.checked_sub(b),
        Sign::Times => a.checked_mul(b),
        Sign::Rest => a.checked_rem(b),
        Sign::Over => a.checked_div(b).map(|quotient| quotient.normalize()),
        _ => a.checked_powd(b),
    };
    exact.map(Number::Exact).ok_or_else(|| Fault::new(TroubleKind::TooLarge).into())
}

/// The same, as scripts hold it.
pub(crate) fn calculate(sign: Sign, a: Number, b: Number) -> Said<Dynamic> {
    // Not `Dynamic::from`, which would wrap the number as a type of ours.
    calculated(sign, a, b).map(Number::into)
}

/// Calculates with what is not two numbers: texts are joined, days are counted; anything else is an error.
fn mixed(sign: Sign, context: &NativeCallContext, session: &Session, a: &Dynamic, b: &Dynamic) -> Said<Dynamic> {
    if sign == Sign::Plus && (is_text(a) || is_text(b)) {
        let mut joined = session.show(a);
        joined.push_str(&session.show(b));
        if joined.len() > context.engine().max_string_size() {
            return Err(Fault::Limit(LimitKind::Text).into());
        }
        return Ok(joined.into());
    }
    if let (Some(a), Some(b)) = (Number::of(a), Number::of(b)) {
        return calculate(sign, a, b);
    }
    if a.is_unit() || b.is_unit() {
        return Err(blank(session));
    }
    let day = |value: &Dynamic| value.read_lock::<Day>().map(|day| *day);
    match (sign, day(a), day(b), a.as_int(), b.as_int()) {
        (Sign::Minus, Some(a), Some(b), ..) => return Ok(i64::from(a.0 - b.0).into()),
        (Sign::Plus | Sign::Minus, Some(a), None, _, Ok(days)) => {
            return Ok(Dynamic::from(shift(a, if sign == Sign::Minus { days.checked_neg() } else { Some(days) })?));
        }
        _ => {}
    }
    if let Some(sum) = lengths(sign, a, b) {
        return Ok(sum);
    }
    Err(Fault::wrong_type(&[a, b]).into())
}

/// A day some days later.
pub(crate) fn shift(day: Day, days: Option<i64>) -> Said<Day> {
    let moved = days.and_then(|days| i32::try_from(days).ok()).and_then(|days| day.0.checked_add(days)).map(Day);
    match moved {
        Some(moved) if book::Day(moved.0).date().is_some() => Ok(moved),
        _ => Err(Fault::new(TroubleKind::TooLarge).into()),
    }
}

/// Sums and differences of lengths of time.
fn lengths(sign: Sign, a: &Dynamic, b: &Dynamic) -> Option<Dynamic> {
    let (a, b) = (*a.read_lock::<Moment>()?, *b.read_lock::<Moment>()?);
    let (Value::Duration(a), Value::Duration(b)) = (a.0, b.0) else { return None };
    let ms = match sign {
        Sign::Plus => a.checked_add(b)?,
        Sign::Minus => a.checked_sub(b)?,
        _ => return None,
    };
    Some(Dynamic::from(Moment(Value::Duration(ms))))
}

/// The error of calculating with a blank, with the cell that was read as blank last.
pub(crate) fn blank(session: &Session) -> Box<rhai::EvalAltResult> {
    let (place, column) = session.blank_place();
    Fault::new(TroubleKind::Blank { place, column }).into()
}

fn is_text(value: &Dynamic) -> bool {
    value.is_string() || value.is_char()
}

fn compare(sign: Sign, session: &Session, a: &Dynamic, b: &Dynamic) -> Said<bool> {
    let equality = sign.is_equality();
    if equality && (a.is_unit() || b.is_unit()) {
        let blank = |value: &Dynamic| value.is_unit() || value.as_immutable_string_ref().is_ok_and(|text| text.is_empty());
        return Ok((blank(a) && blank(b)) == (sign == Sign::Equal));
    }
    if a.is_unit() || b.is_unit() {
        return Err(blank(session));
    }
    if let (Some(a), Some(b)) = (Number::of(a), Number::of(b)) {
        return Ok(sign.holds(a.decimal().cmp(&b.decimal())));
    }
    if is_text(a) && is_text(b) {
        return Ok(sign.holds(a.to_string().cmp(&b.to_string())));
    }
    if let (Ok(a), Ok(b), true) = (a.as_bool(), b.as_bool(), equality) {
        return Ok(sign.holds(a.cmp(&b)));
    }
    if let (Some(a), Some(b)) = (a.read_lock::<Moment>(), b.read_lock::<Moment>())
        && let Some(order) = order_of(a.0, b.0)
    {
        return Ok(sign.holds(order));
    }
    if let (Some(a), Some(b), true) = (a.read_lock::<File>(), b.read_lock::<File>(), equality) {
        return Ok(sign.holds(a.0.cmp(&b.0)));
    }
    Err(Fault::new(TroubleKind::CannotCompare { left: kind_of(a), right: kind_of(b) }).into())
}

/// Ours go before those of Rhai's packages, which enter nested arrays until the stack ends.
fn register_lists(engine: &mut Engine, session: &Rc<Session>) {
    for (written, wanted) in [("==", true), ("!=", false)] {
        let comparing = Rc::clone(session);
        engine.register_fn(written, move |a: Array, b: Array| -> Said<bool> { Ok(arrays_equal(&comparing, &a, &b)? == wanted) });
        let comparing = Rc::clone(session);
        engine.register_fn(written, move |a: Map, b: Map| -> Said<bool> {
            let (keys, values): (Vec<_>, Vec<_>) = a.into_iter().unzip();
            let (other_keys, other_values): (Vec<_>, Vec<_>) = b.into_iter().unzip();
            Ok((keys == other_keys && arrays_equal(&comparing, &values, &other_values)?) == wanted)
        });
    }
}

/// Arrays are equal if their parts are. Parts that are arrays themselves are not entered: an array can be nested so deeply
/// that the stack would end first.
fn arrays_equal(session: &Session, a: &[Dynamic], b: &[Dynamic]) -> Said<bool> {
    if a.len() != b.len() {
        return Ok(false);
    }
    for (a, b) in a.iter().zip(b) {
        let nested = |value: &Dynamic| value.is_array() || value.is_map();
        if nested(a) || nested(b) || !compare(Sign::Equal, session, a, b)? {
            return Ok(false);
        }
    }
    Ok(true)
}

pub(crate) fn order_of(a: Value, b: Value) -> Option<Ordering> {
    Some(match (a, b) {
        (Value::Time(a), Value::Time(b)) => a.cmp(&b),
        (Value::DateTime(a), Value::DateTime(b)) | (Value::Duration(a), Value::Duration(b)) => a.cmp(&b),
        (Value::Error(a), Value::Error(b)) if a == b => Ordering::Equal,
        _ => return None,
    })
}
