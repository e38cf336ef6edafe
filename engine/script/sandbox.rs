//! The engine that runs scripts: Rhai with nothing in it but what is put in here.

use std::rc::Rc;

use rhai::packages::{
    BasicArrayPackage, BasicFnPackage, BasicIteratorPackage, BasicMapPackage, BasicStringPackage, LanguageCorePackage,
    LogicPackage, Package,
};
use rhai::{Dynamic, Engine, ImmutableString, OptimizationLevel};

use crate::fault::Fault;
use crate::outcome::LimitKind;
use crate::session::Session;
use crate::vocabulary::{Family, Vocabulary};
use crate::{Limits, ValueKind, handle, operators};

/// What every script knows without declaring it.
pub(crate) const CONSTANTS: [&str; 2] = ["入力", "設定"];

/// Our types as error texts of Rhai's name them.
pub(crate) const TYPE_NAMES: [(&str, ValueKind); 15] = [
    ("表", ValueKind::Table),
    ("行", ValueKind::Row),
    ("ファイル", ValueKind::File),
    ("入力", ValueKind::Arrival),
    ("設定", ValueKind::Settings),
    ("ブック", ValueKind::Workbook),
    ("様式", ValueKind::Form),
    ("差し込んだ様式", ValueKind::FilledForm),
    ("画像", ValueKind::Image),
    ("列", ValueKind::ColumnSpec),
    ("集計", ValueKind::Aggregate),
    ("順", ValueKind::Order),
    ("記号の規則", ValueKind::SymbolRules),
    ("日付", ValueKind::Date),
    ("日時", ValueKind::DateTime),
];

/// An engine with the vocabulary, acting on `session`, and the vocabulary's documentation. `properties` are the names that the
/// script reads from rows.
pub(crate) fn engine(session: &Rc<Session>, properties: impl IntoIterator<Item = ImmutableString>) -> (Engine, Vec<Family>) {
    let mut engine = Engine::new_raw();
    // Without these packages there are no numbers to print, arrays to fill and loops to run. Left out: the clock (`timestamp`),
    // `sleep`, bit fields, blobs, floating point.
    LanguageCorePackage::new().register_into_engine(&mut engine);
    LogicPackage::new().register_into_engine(&mut engine);
    BasicStringPackage::new().register_into_engine(&mut engine);
    BasicIteratorPackage::new().register_into_engine(&mut engine);
    BasicFnPackage::new().register_into_engine(&mut engine);
    BasicArrayPackage::new().register_into_engine(&mut engine);
    BasicMapPackage::new().register_into_engine(&mut engine);
    set_limits(&mut engine, &session.context.limits);
    set_language(&mut engine);
    listen(&mut engine, session);
    operators::register(&mut engine, session);
    name_types(&mut engine);
    let families = Vocabulary::register(&mut engine, session);
    handle::register_row_properties(&mut engine, session, properties);
    (engine, families)
}

fn name_types(engine: &mut Engine) {
    engine
        .register_type_with_name::<handle::Table>("表")
        .register_type_with_name::<handle::Row>("行")
        .register_type_with_name::<handle::File>("ファイル")
        .register_type_with_name::<handle::Arrival>("入力")
        .register_type_with_name::<handle::Settings>("設定")
        .register_type_with_name::<handle::Book>("ブック")
        .register_type_with_name::<handle::Form>("様式")
        .register_type_with_name::<handle::FilledForm>("差し込んだ様式")
        .register_type_with_name::<handle::Image>("画像")
        .register_type_with_name::<handle::Column>("列")
        .register_type_with_name::<handle::Aggregate>("集計")
        .register_type_with_name::<handle::Order>("順")
        .register_type_with_name::<handle::Symbols>("記号の規則")
        .register_type_with_name::<handle::Day>("日付")
        .register_type_with_name::<handle::Moment>("日時");
    engine.register_iterator::<handle::Table>();
}

fn set_limits(engine: &mut Engine, limits: &Limits) {
    engine.set_max_operations(limits.operations);
    engine.set_max_call_levels(limits.call_levels);
    engine.set_max_expr_depths(limits.expression_depth, limits.function_depth);
    engine.set_max_string_size(limits.text_bytes);
    engine.set_max_map_size(limits.map_entries);
    engine.set_max_variables(limits.variables);
    engine.set_max_functions(limits.functions);
    engine.set_max_modules(limits.modules);
    // See limits.rs: measuring arrays makes every push slower than the one before.
    engine.set_max_array_size(0);
}

fn set_language(engine: &mut Engine) {
    // The optimiser has removed statements before (fixed in 1.26); the scripts are small and their work is done by verbs.
    engine.set_optimization_level(OptimizationLevel::None);
    engine.set_strict_variables(true);
    engine.set_fail_on_invalid_map_property(true);
    // Rhai's own operators answer `"a" > 1` with false and `5 / 2` with 2; ours stand in operators.rs.
    engine.set_fast_operators(false);
    // The checker refuses `sleep` and its like by name (check.rs); this is the second lock.
    engine.register_fn("sleep", |_: i64| ());
    engine.on_print(|_| ());
}

/// Counts steps, and keeps what the script prints for its author.
fn listen(engine: &mut Engine, session: &Rc<Session>) {
    const NOTES: usize = 1_000;
    let keep = |session: &Rc<Session>, text: &str| {
        let mut notes = session.notes.borrow_mut();
        if notes.len() < NOTES {
            notes.push(text.chars().take(500).collect());
        }
    };
    let printing = Rc::clone(session);
    engine.on_print(move |text| keep(&printing, text));
    let debugging = Rc::clone(session);
    engine.on_debug(move |text, _, _| keep(&debugging, text));
    let counting = Rc::clone(session);
    engine.on_progress(move |_| {
        // Rhai counts each closure's steps anew; ours go on through the whole run.
        (!counting.count_steps(1)).then(|| Dynamic::from(Fault::Limit(LimitKind::Operations)))
    });
}
