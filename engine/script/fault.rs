//! A fault on its way from a word to the script's error: facts without a place, which the evaluation adds.

use rhai::{Dynamic, EvalAltResult, FnPtr, Position};

use crate::error::{TroubleKind, ValueKind};
use crate::handle;
use crate::outcome::LimitKind;

/// What a word cannot do, on its way through Rhai.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fault {
    /// The script is at fault; perhaps with the word meant, if it is not the one called.
    Trouble(Box<TroubleKind>, Option<Box<str>>),
    /// A limit was reached.
    Limit(LimitKind),
}

/// What words return.
pub(crate) type Said<T> = Result<T, Box<EvalAltResult>>;

impl Fault {
    pub fn new(kind: TroubleKind) -> Fault {
        Fault::Trouble(Box::new(kind), None)
    }

    pub fn about(word: &str, kind: TroubleKind) -> Fault {
        Fault::Trouble(Box::new(kind), Some(word.into()))
    }

    pub fn wrong_type(got: &[&Dynamic]) -> Fault {
        Fault::new(TroubleKind::WrongType { got: got.iter().map(|value| kind_of(value)).collect(), takes: Vec::new() })
    }
}

impl From<Fault> for Box<EvalAltResult> {
    fn from(fault: Fault) -> Box<EvalAltResult> {
        // A limit and a proof that failed must not be caught by the script; `ErrorTerminated` cannot be.
        let last = match &fault {
            Fault::Limit(_) => true,
            Fault::Trouble(kind, _) => matches!(**kind, TroubleKind::Unproven { .. }),
        };
        if last {
            EvalAltResult::ErrorTerminated(Dynamic::from(fault), Position::NONE).into()
        } else {
            EvalAltResult::ErrorRuntime(Dynamic::from(fault), Position::NONE).into()
        }
    }
}

/// The type of a value, as people name it.
pub(crate) fn kind_of(value: &Dynamic) -> ValueKind {
    if value.is_unit() {
        ValueKind::Blank
    } else if value.is_string() || value.is_char() {
        ValueKind::Text
    } else if value.is_int() {
        ValueKind::Integer
    } else if value.is_decimal() {
        ValueKind::Decimal
    } else if value.is_bool() {
        ValueKind::YesNo
    } else if value.is_array() {
        ValueKind::Array
    } else if value.is_map() {
        ValueKind::Map
    } else if value.is::<FnPtr>() {
        ValueKind::Closure
    } else if let Some(moment) = value.read_lock::<handle::Moment>() {
        moment.kind()
    } else {
        kind_of_type(value.type_id())
    }
}

/// The type behind a type's number, as people name it.
pub(crate) fn kind_of_type(id: std::any::TypeId) -> ValueKind {
    use std::any::TypeId;
    let known = [
        (TypeId::of::<()>(), ValueKind::Blank),
        (TypeId::of::<rhai::ImmutableString>(), ValueKind::Text),
        (TypeId::of::<i64>(), ValueKind::Integer),
        (TypeId::of::<rust_decimal::Decimal>(), ValueKind::Decimal),
        (TypeId::of::<bool>(), ValueKind::YesNo),
        (TypeId::of::<rhai::Array>(), ValueKind::Array),
        (TypeId::of::<rhai::Map>(), ValueKind::Map),
        (TypeId::of::<FnPtr>(), ValueKind::Closure),
        (TypeId::of::<handle::Table>(), ValueKind::Table),
        (TypeId::of::<handle::Row>(), ValueKind::Row),
        (TypeId::of::<handle::File>(), ValueKind::File),
        (TypeId::of::<handle::Arrival>(), ValueKind::Arrival),
        (TypeId::of::<handle::Settings>(), ValueKind::Settings),
        (TypeId::of::<handle::Book>(), ValueKind::Workbook),
        (TypeId::of::<handle::Form>(), ValueKind::Form),
        (TypeId::of::<handle::FilledForm>(), ValueKind::FilledForm),
        (TypeId::of::<handle::Image>(), ValueKind::Image),
        (TypeId::of::<handle::Column>(), ValueKind::ColumnSpec),
        (TypeId::of::<handle::Aggregate>(), ValueKind::Aggregate),
        (TypeId::of::<handle::Order>(), ValueKind::Order),
        (TypeId::of::<handle::Symbols>(), ValueKind::SymbolRules),
        (TypeId::of::<handle::Day>(), ValueKind::Date),
    ];
    known.iter().find(|(known, _)| *known == id).map_or(ValueKind::Other, |(_, kind)| *kind)
}
