//! 数値: exact numbers.

use rhai::Dynamic;
use rust_decimal::MathematicalOps;

use super::{Entry, Vocabulary};
use crate::error::TroubleKind;
use crate::fault::{Fault, Said};
use crate::operators::{self, Number, Rounding, tidy};
use crate::session::Session;

pub(super) fn register(v: &mut Vocabulary) {
    v.family("数値", "number");
    let roundings: [(Entry, Rounding); 3] = [
        (
            (
                "四捨五入",
                &["四捨五入(数, 桁)"],
                "小数点以下の桁で四捨五入する（負の桁は 10 の位など）。",
                "Rounds half up to a number of decimal places.",
                "四捨五入(2.345, 2)",
                "2.35",
            ),
            japan::round_half_up,
        ),
        (
            (
                "切り捨て",
                &["切り捨て(数, 桁)"],
                "0 に近い方へ切り捨てる。",
                "Cuts off towards zero.",
                "切り捨て(2.349, 2)",
                "2.34",
            ),
            japan::round_down,
        ),
        (
            (
                "切り上げ",
                &["切り上げ(数, 桁)"],
                "0 から遠い方へ切り上げる。",
                "Rounds away from zero.",
                "切り上げ(2.341, 2)",
                "2.35",
            ),
            japan::round_up,
        ),
    ];
    for (entry, round) in roundings {
        v.entry(entry).acting(move |session| {
            move |value: Dynamic, places: i64| -> Said<Dynamic> {
                operators::rounded(round, number(&session, &value)?, places).map(Number::into)
            }
        });
    }
    v.word("割合", &["割合(部分, 全体)"], "部分 ÷ 全体。全体が 0 なら空欄。", "A part of a whole; blank if the whole is 0.")
        .example("割合(1, 4)", "0.25")
        .acting(|session| {
            move |part: Dynamic, whole: Dynamic| -> Said<Dynamic> {
                let share = operators::share(number(&session, &part)?, number(&session, &whole)?)?;
                Ok(share.map_or(Dynamic::UNIT, Number::into))
            }
        });
    v.word("数値", &["数値(\"１，２３４\")"], "文字を数値として読む。読めなければ空欄。", "Reads a number; blank if it is none.")
        .example("数値(\"１，２３４\")", "1234")
        .form(|value: Dynamic| -> Dynamic {
            if Number::of(&value).is_some() {
                return value;
            }
            match value.as_immutable_string_ref() {
                Ok(text) => japan::read_number(&text).map_or(Dynamic::UNIT, |number| tidy(number.value)),
                Err(_) => Dynamic::UNIT,
            }
        });
    v.word("平方根", &["平方根(数)"], "平方根。", "The square root.").example("平方根(2.25)", "1.5").acting(|session| {
        move |value: Dynamic| -> Said<Dynamic> {
            let root = number(&session, &value)?.decimal().sqrt();
            root.map(tidy).ok_or_else(|| Fault::new(TroubleKind::TooLarge).into())
        }
    });
    v.word("絶対値", &["絶対値(数)"], "絶対値。", "The absolute value.")
        .example("絶対値(-3)", "3")
        .acting(|session| move |value: Dynamic| -> Said<Dynamic> { Ok(tidy(number(&session, &value)?.decimal().abs())) });
    v.word("整数", &["整数(数)"], "小数部分を切り捨てた整数。", "The whole part of a number.")
        .example("整数(7 / 2)", "3")
        .acting(|session| move |value: Dynamic| -> Said<Dynamic> { Ok(tidy(number(&session, &value)?.decimal().trunc())) });
}

fn number(session: &Session, value: &Dynamic) -> Said<Number> {
    if value.is_unit() {
        return Err(operators::blank(session));
    }
    Number::of(value).ok_or_else(|| Fault::wrong_type(&[value]).into())
}
