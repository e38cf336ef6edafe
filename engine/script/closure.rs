//! A script's closure called for every row.
//!
//! A body that only calculates is worked out by `quick.rs`. Rhai has all others: its own way of calling a function pointer
//! starts each call with empty caches and builds the row anew; here the body is evaluated in place, so that the caches stay
//! warm and the row handle moves on.

use std::rc::Rc;

use book::Value;
use rhai::{
    AST, ASTNode, Caches, Dynamic, EvalAltResult, EvalContext, Expr, Expression, FnPtr, GlobalRuntimeState, ImmutableString,
    Module, NativeCallContext, Position, Scope, Stmt, StmtBlock,
};

use crate::error::TroubleKind;
use crate::fault::{Fault, Said, kind_of};
use crate::handle::{Row, Table};
use crate::outcome::LimitKind;
use crate::quick::{Quick, Surroundings};
use crate::session::Session;

/// A closure of one row, ready to be called again and again.
pub(crate) struct PerRow<'a> {
    context: &'a NativeCallContext<'a>,
    closure: &'a FnPtr,
    session: Rc<Session>,
    quick: Option<Quick>,
    way: Way,
    table: Table,
}

enum Way {
    /// The closure's body in our hands.
    Body {
        body: Box<Expr>,
        parameter: ImmutableString,
        global: Box<GlobalRuntimeState>,
        caches: Box<Caches>,
        scope: Scope<'static>,
    },
    /// A function pointer of another kind (a named function, one of a library): Rhai calls it.
    Pointer,
}

impl<'a> PerRow<'a> {
    /// Prepares to call `closure` for rows of `table`.
    pub fn new(session: &Rc<Session>, context: &'a NativeCallContext<'a>, closure: &'a FnPtr, table: &Table) -> Said<PerRow<'a>> {
        let mut way = body_of(context, closure).unwrap_or(Way::Pointer);
        if context.call_level() >= context.engine().max_call_levels() {
            return Err(Fault::Limit(LimitKind::Calls).into());
        }
        let quick = way.quick(session, context, table);
        Ok(PerRow { context, closure, session: Rc::clone(session), quick, way, table: table.clone() })
    }

    /// What the closure says about a row, as tables hold it.
    pub fn value(&mut self, row: u32) -> Said<Value> {
        match self.quickly(row) {
            // As `Session::value` has it.
            Some(Value::Text(text)) if self.session.shelf.texts.get(text).is_empty() => Ok(Value::Blank),
            Some(value) => Ok(value),
            None => {
                let answer = self.call(row)?;
                Ok(self.session.value(&answer)?)
            }
        }
    }

    fn quickly(&mut self, row: u32) -> Option<Value> {
        self.quick.as_ref()?.value(row)
    }

    /// What Rhai says about a row. Where it can say what the quick way could not, the next row is asked of Rhai at once.
    fn call(&mut self, row: u32) -> Said<Dynamic> {
        let answer = self.ask(row)?;
        self.quick = None;
        Ok(answer)
    }

    fn ask(&mut self, row: u32) -> Said<Dynamic> {
        match &mut self.way {
            Way::Body { body, parameter, global, caches, scope } => {
                put_row(scope, parameter, &self.table, row);
                let mut context = EvalContext::new(self.context.engine(), global, caches, scope, None);
                match context.eval_expression_tree(&Expression::from(&**body)) {
                    Ok(value) => Ok(value.flatten()),
                    Err(error) => match *error {
                        EvalAltResult::Return(value, _) => Ok(value.flatten()),
                        _ => Err(error),
                    },
                }
            }
            Way::Pointer => {
                let row = Dynamic::from(Row { frame: Rc::clone(&self.table.0), row });
                self.closure.call_raw(self.context, None, [row])
            }
        }
    }

    /// The column whose value alone decides what the closure says, where its body is `r.column.property` and nothing else.
    pub fn only_column(&self) -> Option<&str> {
        let Way::Body { body, parameter, .. } = &self.way else { return None };
        let Expr::Dot(row, ..) = &**body else { return None };
        let (Expr::Variable(variable, ..), Expr::Dot(value, ..)) = (&row.lhs, &row.rhs) else { return None };
        let Expr::Property(column, _) = &value.lhs else { return None };
        (variable.1 == *parameter && are_properties(&value.rhs)).then(|| column.2.as_str())
    }

    /// Whether the closure says yes about a row.
    pub fn holds(&mut self, row: u32) -> Said<bool> {
        if let Some(Value::YesNo(yes)) = self.quickly(row) {
            return Ok(yes);
        }
        let answer = self.call(row)?;
        answer.as_bool().map_err(|_| match kind_of(&answer) {
            crate::ValueKind::Blank => Fault::new(TroubleKind::NotYesNo { got: crate::ValueKind::Blank }).into(),
            got => Fault::new(TroubleKind::NotYesNo { got }).into(),
        })
    }
}

impl Way {
    /// The body made quick, if it only calculates.
    fn quick(&mut self, session: &Rc<Session>, context: &NativeCallContext, table: &Table) -> Option<Quick> {
        let Way::Body { body, parameter, global, caches, scope } = self else { return None };
        let others = scope.iter_raw().filter(|(name, ..)| *name != parameter.as_str());
        let captured: Vec<_> = others.map(|(name, _, value)| (ImmutableString::from(name), value.flatten_clone())).collect();
        let modules = global.lib.clone();
        let is_own = |name: &str, count: usize| modules.iter().any(|module| module.get_script_fn(name, count).is_some());
        let evaluate = &mut |part: &Expr| {
            let mut context = EvalContext::new(context.engine(), global, caches, scope, None);
            context.eval_expression_tree(&Expression::from(part)).ok().map(Dynamic::flatten)
        };
        Quick::of(body, &mut Surroundings { session, table, row: parameter, captured: &captured, is_own: &is_own, evaluate })
    }
}

/// Whether something is read from a value and nothing done to it: `.a`, `.a.b`.
fn are_properties(chain: &Expr) -> bool {
    match chain {
        Expr::Property(..) => true,
        Expr::Dot(more, ..) => matches!(more.lhs, Expr::Property(..)) && are_properties(&more.rhs),
        _ => false,
    }
}

/// Moves the row handle on, or makes a new one where the closure has handed the old one to another closure.
fn put_row(scope: &mut Scope, parameter: &str, table: &Table, row: u32) {
    if let Some(known) = scope.get_mut(parameter) {
        if !known.is_shared()
            && let Some(mut handle) = known.write_lock::<Row>()
            && Rc::ptr_eq(&handle.frame, &table.0)
        {
            handle.row = row;
            return;
        }
        *known = Dynamic::from(Row { frame: Rc::clone(&table.0), row });
    }
}

/// The body of a closure that was written in this script and takes one value besides what it captured.
fn body_of(context: &NativeCallContext, closure: &FnPtr) -> Option<Way> {
    if !closure.is_anonymous() {
        return None;
    }
    let captured = closure.curry();
    let state = context.global_runtime_state();
    let name = closure.fn_name();
    let module = state.lib.iter().rev().find(|module| module.get_script_fn(name, captured.len() + 1).is_some())?;
    let defined = module.get_script_fn(name, captured.len() + 1)?;
    let body = statements_of(module, name);
    let mut scope = Scope::new();
    let (parameter, names) = defined.params.split_last()?;
    for (name, value) in names.iter().zip(captured) {
        scope.push_dynamic(name.clone(), value.clone());
    }
    scope.push_dynamic(parameter.clone(), Dynamic::UNIT);
    let mut global = Box::new(state.clone());
    global.level += 1;
    global.scope_level = 0;
    global.always_search_scope = false;
    Some(Way::Body { body, parameter: parameter.clone(), global, caches: Box::new(Caches::new()), scope })
}

/// The body of a function as one expression. Rhai keeps the type of bodies to itself, but lets us walk over them.
fn statements_of(module: &Rc<Module>, name: &str) -> Box<Expr> {
    // Not `clone_functions_only_filtered`: Rhai 1.27 copies every function there, whatever the filter says.
    let mut only = AST::new_from_module(Rc::clone(module));
    only.retain_functions(|_, _, known, _| known == name);
    let mut statements: Vec<Stmt> = Vec::new();
    only.walk(&mut |path: &[ASTNode]| {
        if let [ASTNode::Stmt(statement)] = path {
            statements.push((*statement).clone());
        }
        true
    });
    match &statements[..] {
        [Stmt::Expr(single)] => single.clone(),
        _ => Box::new(Expr::Stmt(Box::new(StmtBlock::new(statements, Position::NONE, Position::NONE)))),
    }
}
