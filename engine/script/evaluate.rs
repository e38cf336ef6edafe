//! Runs a program on the files of an arrival.

use std::rc::Rc;

use rhai::{Dynamic, EvalAltResult, Module, Position, Scope};

use crate::account::Ledger;
use crate::error::{Trouble, TroubleKind, ValueKind, nearest};
use crate::fault::{Fault, kind_of_type};
use crate::handle;
use crate::library::Shelved;
use crate::outcome::{Context, Failure, Inputs, LimitKind, Outcome, RowsRead};
use crate::program::{Program, word_at};
use crate::sandbox;
use crate::session::Session;

/// Runs a program on files. What it does is in the outcome as values; nothing is performed.
pub fn evaluate(program: &Program, inputs: Box<dyn Inputs>, context: Context) -> Result<Outcome, Failure> {
    let session = Session::new(inputs, context);
    match run(program, &session) {
        Ok(_) => {}
        Err(error) => {
            let failure = translate(program, &session, &error);
            // Findings explain an error of the script better than the error does: where the arrival is returned anyway, it is.
            if !(matches!(failure, Failure::Script(_)) && session.has_errors()) {
                return Err(failure);
            }
        }
    }
    let outcome = finish(program, &session);
    // The process ends with its job: taking tables and a hundred thousand files apart piece by piece would only cost time.
    std::mem::forget(session);
    outcome
}

/// Runs a program and hands out the value of its last line.
pub(crate) fn run(program: &Program, session: &Rc<Session>) -> Result<Dynamic, Box<EvalAltResult>> {
    let (mut engine, _) = sandbox::engine(session, program.properties.iter().cloned());
    engine.set_module_resolver(Shelved::new(&program.libraries));
    let mut constants = Module::new();
    constants.set_var("入力", handle::Arrival);
    constants.set_var("設定", handle::Settings);
    engine.register_global_module(constants.into());
    let mut scope = Scope::new();
    scope.push_constant("入力", handle::Arrival);
    scope.push_constant("設定", handle::Settings);
    let value = engine.eval_ast_with_scope::<Dynamic>(&mut scope, &program.ast);
    session.close_workbook();
    value
}

fn finish(program: &Program, session: &Rc<Session>) -> Result<Outcome, Failure> {
    session.say_refused();
    let renames = session.renames.borrow_mut().settle(session);
    let returned = session.has_errors();
    let (account, untold, examples) = session.ledger.borrow().close();
    let twice = session.ledger.borrow().twice();
    if !returned && (untold > 0 || twice > 0) {
        return Err(Failure::Unbalanced { account, untold, twice, examples: Ledger::places(&examples, &session.shelf) });
    }
    let units = match session.units.get() {
        Some(units) => units,
        None if returned => 0,
        None => {
            let file = program.sources.first().map_or("", |(file, _)| file.as_str());
            return Err(Failure::Script(Box::new(Trouble::at(file, 0, 0, TroubleKind::UnitsNotSaid).word("処理件数"))));
        }
    };
    let read = session.ledger.borrow().rows().into_iter().filter_map(|(source, rows)| {
        let source = session.shelf.source(source)?;
        Some(RowsRead { file: source.file.clone(), sheet: source.sheet.clone(), rows })
    });
    Ok(Outcome {
        rows_read: read.collect(),
        outputs: session.outputs.take(),
        renames,
        findings: session.findings.take(),
        findings_left_out: session.findings_left_out.get(),
        units,
        account,
        files_read: session.files.files_read(),
        notes: session.notes.take(),
    })
}

/// An error of Rhai's as facts with their place.
fn translate(program: &Program, session: &Session, error: &EvalAltResult) -> Failure {
    let mut file = program.sources.first().map_or("", |(file, _)| file.as_str()).to_owned();
    let mut calls: Vec<(String, u32, u32)> = Vec::new();
    let mut place = Position::NONE;
    let mut inner = error;
    loop {
        if !inner.position().is_none() {
            place = inner.position();
        }
        match inner {
            EvalAltResult::ErrorInFunctionCall(_, source, deeper, position) => {
                calls.push((file.clone(), position.line().unwrap_or(0) as u32, position.position().unwrap_or(0) as u32));
                if !source.is_empty() {
                    file.clone_from(source);
                }
                inner = deeper;
            }
            EvalAltResult::ErrorInModule(name, deeper, _) => {
                if program.source(name).is_some() {
                    file.clone_from(name);
                }
                inner = deeper;
            }
            _ => break,
        }
    }
    calls.reverse();
    let (line, column) = (place.line().unwrap_or(0) as u32, place.position().unwrap_or(0) as u32);
    let here = program.source(&file).and_then(|source| word_at(source, line, column));
    let (kind, word) = match kind_of(program, session, inner, here.as_deref()) {
        Ok(found) => found,
        Err(what) => {
            let kind = TroubleKind::Other { private: String::new() };
            let trouble = Trouble { word: here, calls, ..Trouble::at(&file, line, column, kind) };
            return Failure::Limit { what, at: Box::new(trouble) };
        }
    };
    Failure::Script(Box::new(Trouble { word: word.or(here), calls, ..Trouble::at(&file, line, column, kind) }))
}

/// What an error is, with the word at fault where it is not the one at the place; or the limit that was reached.
fn kind_of(
    program: &Program,
    session: &Session,
    error: &EvalAltResult,
    here: Option<&str>,
) -> Result<(TroubleKind, Option<String>), LimitKind> {
    use EvalAltResult as E;
    let plain = |kind| Ok((kind, None));
    match error {
        E::ErrorRuntime(value, _) | E::ErrorTerminated(value, _) => match value.read_lock::<Fault>().map(|fault| fault.clone()) {
            Some(Fault::Trouble(kind, word)) => Ok((complete(program, *kind, here), word.map(String::from))),
            Some(Fault::Limit(what)) => Err(what),
            None => plain(TroubleKind::Thrown { private: session.show(value) }),
        },
        E::ErrorTooManyOperations(_) => Err(LimitKind::Operations),
        E::ErrorTooManyVariables(_) => Err(LimitKind::Variables),
        E::ErrorTooManyModules(_) => Err(LimitKind::Modules),
        E::ErrorStackOverflow(_) => Err(LimitKind::Calls),
        E::ErrorDataTooLarge(what, _) => Err(if what.contains("map") { LimitKind::Map } else { LimitKind::Text }),
        E::ErrorFunctionNotFound(signature, _) => Ok(unknown_function(program, signature)),
        E::ErrorVariableNotFound(name, _) => Ok((TroubleKind::UnknownVariable { near: None }, Some(name.clone()))),
        E::ErrorPropertyNotFound(name, _) => Ok((TroubleKind::NoKey { near: None }, Some(name.clone()))),
        E::ErrorIndexNotFound(value, _) => {
            plain(TroubleKind::WrongType { got: vec![crate::fault::kind_of(value)], takes: Vec::new() })
        }
        E::ErrorDotExpr(text, _) => {
            let mut quoted = text.split('\'').skip(1).step_by(2);
            let name = quoted.next().unwrap_or_default();
            let of = quoted.next().map_or(ValueKind::Other, kind_named);
            let near = nearest(name, crate::vocabulary::properties(&program.families));
            Ok((TroubleKind::NoProperty { of, near }, Some(name.to_owned())))
        }
        E::ErrorMismatchDataType(wanted, got, _) if wanted == "bool" => plain(TroubleKind::NotYesNo { got: kind_named(got) }),
        E::ErrorMismatchDataType(wanted, got, _) | E::ErrorMismatchOutputType(wanted, got, _) => {
            plain(TroubleKind::WrongType { got: vec![kind_named(got)], takes: vec![vec![kind_named(wanted)]] })
        }
        E::ErrorIndexingType(text, _) => {
            plain(TroubleKind::WrongType { got: vec![kind_named(text.split(' ').next().unwrap_or_default())], takes: Vec::new() })
        }
        E::ErrorFor(_) => {
            plain(TroubleKind::WrongType { got: Vec::new(), takes: vec![vec![ValueKind::Array], vec![ValueKind::Table]] })
        }
        E::ErrorArrayBounds(length, index, _) | E::ErrorStringBounds(length, index, _) => {
            plain(TroubleKind::OutOfRange { length: *length, index: *index })
        }
        E::ErrorAssignmentToConstant(name, _) => Ok((TroubleKind::Constant, Some(name.clone()))),
        E::ErrorNonPureMethodCallOnConstant(name, _) => Ok((TroubleKind::Constant, Some(name.clone()))),
        E::ErrorDataRace(..) => plain(TroubleKind::UsedWithinItself),
        E::ErrorArithmetic(..) => plain(TroubleKind::TooLarge),
        other => plain(TroubleKind::Other { private: other.to_string() }),
    }
}

/// Adds to a wrong type what the word takes.
fn complete(program: &Program, kind: TroubleKind, here: Option<&str>) -> TroubleKind {
    match kind {
        TroubleKind::WrongType { got, takes } if takes.is_empty() => {
            TroubleKind::WrongType { got, takes: here.map(|word| takes_of(program, word)).unwrap_or_default() }
        }
        other => other,
    }
}

fn takes_of(program: &Program, word: &str) -> Vec<Vec<ValueKind>> {
    let words = program.families.iter().flat_map(|family| &family.words).filter(|known| known.name == word);
    let forms = words
        .flat_map(|word| &word.ways)
        .filter(|way| !way.is_property)
        .map(|way| way.takes.iter().map(|id| kind_of_type(*id)).collect());
    forms.collect()
}

/// `合計 (表, i64)`: a word that is not known so.
fn unknown_function(program: &Program, signature: &str) -> (TroubleKind, Option<String>) {
    let (name, types) = signature.split_once(" (").unwrap_or((signature, ""));
    let got: Vec<ValueKind> = types.trim_end_matches(')').split(", ").filter(|text| !text.is_empty()).map(kind_named).collect();
    let takes = takes_of(program, name);
    let kind = if takes.is_empty() && is_sign(name) {
        TroubleKind::WrongType { got, takes }
    } else if takes.is_empty() {
        let words = program.families.iter().flat_map(|family| &family.words).map(|word| word.name);
        TroubleKind::UnknownWord { near: nearest(name, words) }
    } else {
        TroubleKind::WrongType { got, takes }
    };
    (kind, Some(name.to_owned()))
}

fn is_sign(name: &str) -> bool {
    !name.chars().any(|c| c.is_alphanumeric() || c == '_')
}

/// The type that Rhai names so.
fn kind_named(name: &str) -> ValueKind {
    match name.trim_start_matches("&mut ").trim() {
        "()" => ValueKind::Blank,
        "string" | "char" | "ImmutableString" | "&str" => ValueKind::Text,
        "i64" => ValueKind::Integer,
        "decimal" | "Decimal" | "rust_decimal::decimal::Decimal" => ValueKind::Decimal,
        "bool" => ValueKind::YesNo,
        "array" => ValueKind::Array,
        "map" => ValueKind::Map,
        "Fn" => ValueKind::Closure,
        "range" | "range=" => ValueKind::Range,
        other => sandbox::TYPE_NAMES.iter().find(|(name, _)| *name == other).map_or(ValueKind::Other, |(_, kind)| *kind),
    }
}
