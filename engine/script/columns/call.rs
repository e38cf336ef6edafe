//! Calls: of the script's own functions, of closures, of the vocabulary, and of what Rhai itself does with lists.

use std::rc::Rc;

use rhai::{Expr, FnCallExpr, Position};

use super::Walk;
use super::seen::{Closure, Seen};
use super::walk::Root;

/// Functions within functions beyond this depth are not followed.
const DEPTH: usize = 24;

/// What Rhai does with lists and maps without changing them.
const PURE: [&str; 30] = [
    "len",
    "is_empty",
    "contains",
    "index_of",
    "get",
    "keys",
    "values",
    "filter",
    "map",
    "all",
    "some",
    "find",
    "find_map",
    "find_index",
    "reduce",
    "reduce_rev",
    "zip",
    "to_string",
    "to_debug",
    "type_of",
    "is_shared",
    "call",
    "print",
    "debug",
    "for_each",
    "extract",
    "==",
    "!=",
    "to_array",
    "in",
];

/// What gives back a closure's answer for each item, the list's items, or one of them.
const OF_ITEMS: [&str; 13] = [
    "filter",
    "map",
    "all",
    "some",
    "find",
    "find_map",
    "find_index",
    "index_of",
    "for_each",
    "retain",
    "drain",
    "dedup",
    "sort",
];

impl Walk<'_> {
    /// `word(values)`.
    pub(super) fn call(&mut self, call: &FnCallExpr, position: Position) -> Seen {
        if let (true, Some(Expr::DynamicConstant(..))) = (&*call.name == "curry", call.args.first()) {
            return self.captured(call);
        }
        let values: Vec<Seen> = call.args.iter().map(|value| self.expression(value)).collect();
        if call.is_operator_call() {
            return self.operator(&call.name, &values, position);
        }
        let unit = self.state.unit();
        if call.is_qualified() {
            let library = self.code.library(unit, call.namespace.root());
            let function = library.and_then(|library| self.code.function(library, &call.name, values.len()));
            return match function {
                Some(function) => self.enter(function, &values, None).0,
                None => self.lose(&values),
            };
        }
        if let Some(function) = self.code.function(unit, &call.name, values.len()) {
            return self.enter(function, &values, None).0;
        }
        let root = match call.args.first() {
            Some(Expr::Variable(variable, ..)) => self.state.find(&variable.1).map_or(Root::None, Root::Here),
            _ => Root::None,
        };
        self.native(&call.name, values, position, root)
    }

    /// `value.word(values)`.
    pub(super) fn method(&mut self, before: Seen, call: &FnCallExpr, position: Position, root: Root) -> Seen {
        let values: Vec<Seen> = call.args.iter().map(|value| self.expression(value)).collect();
        let unit = self.state.unit();
        if let Some(function) = self.code.function(unit, &call.name, values.len()) {
            let (given, this) = self.enter(function, &values, Some(before));
            match root {
                Root::Here(cell) => self.state.set(cell, this),
                Root::Above(cell) => self.forget(cell),
                Root::None => {}
            }
            return given;
        }
        let mut all = vec![before];
        all.extend(values);
        self.native(&call.name, all, position, root)
    }

    /// A closure with the variables it captured: Rhai writes it as `curry`.
    fn captured(&mut self, call: &FnCallExpr) -> Seen {
        let mut cells = Vec::new();
        for variable in call.args.iter().skip(1) {
            let Expr::Variable(variable, ..) = variable else { return Seen::Unknown };
            let cell = match self.state.find(&variable.1) {
                Some(cell) => cell,
                None => {
                    let value = if &*variable.1 == "入力" { Seen::Arrival } else { Seen::Unknown };
                    self.state.hidden(value)
                }
            };
            cells.push(cell);
        }
        match call.args.first() {
            Some(Expr::DynamicConstant(value, _)) => match value.read_lock::<rhai::FnPtr>() {
                Some(pointer) => self.closure(pointer.fn_name(), cells),
                None => Seen::Unknown,
            },
            _ => Seen::Unknown,
        }
    }

    fn operator(&mut self, name: &str, values: &[Seen], position: Position) -> Seen {
        match (name, values) {
            ("+", [one, two]) => self.add(one, two, position),
            _ if values.iter().any(|value| matches!(value, Seen::Guard | Seen::Labels)) => Seen::Guard,
            ("==" | "!=" | "<" | ">" | "<=" | ">=" | "!" | "..", _) => Seen::Plain,
            _ if values.iter().all(|value| *value == Seen::Plain) => Seen::Plain,
            _ => self.lose(values),
        }
    }

    /// A word of the vocabulary or of Rhai's own; the first value may stand before a point.
    fn native(&mut self, name: &str, values: Vec<Seen>, position: Position, root: Root) -> Seen {
        if let Some(given) = self.declared(name, &values, position) {
            return given;
        }
        if values.iter().any(|value| matches!(value, Seen::Labels | Seen::Guard)) {
            values.iter().for_each(|value| self.run(value, &[]));
            return Seen::Guard;
        }
        match (name, &values[..]) {
            ("call", [Seen::Closure(closure), rest @ ..]) => self.call_closure(&Rc::clone(closure), rest),
            ("push", [Seen::List(_), item]) => {
                let item = item.clone();
                self.change_list(root, |list| list.push(item));
                Seen::Blank
            }
            (name, [Seen::List(list), Seen::Closure(closure)]) if OF_ITEMS.contains(&name) => {
                let (list, closure) = (Rc::clone(list), Rc::clone(closure));
                self.each_item(name, &list, &closure, root)
            }
            (_, [Seen::Plain | Seen::Row(_) | Seen::Table(_), ..]) => self.lose(&values),
            (name, [before, ..]) => {
                if let (Root::Here(cell) | Root::Above(cell), false) = (root, PURE.contains(&name))
                    && !matches!(before, Seen::Book(_) | Seen::Arrival | Seen::Closure(_))
                {
                    self.forget(cell);
                }
                self.lose(&values)
            }
            _ => Seen::Unknown,
        }
    }

    /// `list.map(|item| …)`.
    fn each_item(&mut self, name: &str, list: &super::seen::List, closure: &Closure, root: Root) -> Seen {
        let item = self.any_of(list);
        let mut answer = Seen::Never;
        self.repeat(|walk| {
            let given = walk.call_closure(closure, std::slice::from_ref(&item));
            answer = walk.join(&answer, &given);
        });
        let some = |item: &Seen| Seen::List(Rc::new(super::seen::List { items: vec![(item.clone(), false)], more: false }));
        match name {
            "filter" => some(&item),
            "map" => some(&answer),
            "find" => item,
            "find_map" => answer,
            "for_each" => Seen::Blank,
            "retain" | "drain" | "dedup" | "sort" => {
                self.change_list(root, |list| list.items.iter_mut().for_each(|(_, sure)| *sure = false));
                some(&item)
            }
            _ => Seen::Plain,
        }
    }

    /// Values went into something that is not followed: closures among them may be called with anything.
    pub(super) fn lose(&mut self, values: &[Seen]) -> Seen {
        for value in values {
            self.settle(value);
            self.run(value, &[Seen::Unknown]);
        }
        Seen::Unknown
    }

    /// Calls what is a closure.
    fn run(&mut self, value: &Seen, values: &[Seen]) {
        if let Seen::Closure(closure) = value {
            let closure = Rc::clone(closure);
            self.repeat(|walk| drop(walk.call_closure(&closure, values)));
        }
    }

    /// Calls a closure; values that are not given are unknown.
    pub(super) fn call_closure(&mut self, closure: &Closure, values: &[Seen]) -> Seen {
        let fits = closure.captured.len() + values.len();
        let function = self.code.function(closure.unit, &closure.name, fits);
        let Some(function) = function.or_else(|| self.code.named(closure.unit, &closure.name).first().copied()) else {
            return Seen::Unknown;
        };
        let parameters = self.code.functions[function].parameters.len();
        let mut given: Vec<Seen> = closure.captured.iter().map(|_| Seen::Unknown).chain(values.iter().cloned()).collect();
        given.resize(parameters.max(closure.captured.len()), Seen::Unknown);
        self.enter_with(function, &given, &closure.captured, None).0
    }

    /// Walks through a function with these values: what it gives, and what it makes of the value before the point.
    fn enter(&mut self, function: usize, values: &[Seen], this: Option<Seen>) -> (Seen, Seen) {
        self.enter_with(function, values, &[], this)
    }

    fn enter_with(&mut self, function: usize, values: &[Seen], captured: &[usize], this: Option<Seen>) -> (Seen, Seen) {
        self.called[function] = true;
        let under_way = self.under_way.iter().filter(|(known, _)| *known == function).count();
        if self.under_way.len() >= DEPTH || self.spent() {
            self.give_up();
            return (Seen::Unknown, Seen::Unknown);
        }
        if under_way > 0 {
            // A function that calls itself: once more with anything for its values, and no further.
            values.iter().for_each(|value| self.settle(value));
            if !self.under_way.contains(&(function, true)) {
                self.walk_through(function, &vec![Seen::Unknown; values.len()], &[], Some(Seen::Unknown), true);
            }
            return (Seen::Unknown, Seen::Unknown);
        }
        self.walk_through(function, values, captured, this, false)
    }

    /// A function that nobody is seen to call.
    pub(super) fn unknown_call(&mut self, function: usize) {
        let values = vec![Seen::Unknown; self.code.functions[function].parameters.len()];
        self.walk_through(function, &values, &[], Some(Seen::Unknown), true);
    }

    fn walk_through(
        &mut self,
        function: usize,
        values: &[Seen],
        captured: &[usize],
        this: Option<Seen>,
        blind: bool,
    ) -> (Seen, Seen) {
        let defined = &self.code.functions[function];
        let (unit, parameters, body) = (defined.unit, defined.parameters.clone(), Rc::clone(&defined.body));
        let (quiet, left) = (self.quiet, self.left);
        self.under_way.push((function, blind));
        self.state.begin(unit);
        for (at, parameter) in parameters.iter().enumerate() {
            match captured.get(at) {
                Some(cell) => self.state.capture(parameter, *cell),
                None => drop(self.state.declare(parameter, values.get(at).cloned().unwrap_or(Seen::Unknown))),
            }
        }
        let this = this.map(|this| self.state.declare(&"this".into(), this));
        let last = self.block(&body);
        let returned = self.state.end();
        self.under_way.pop();
        (self.quiet, self.left) = (quiet, left);
        let given = self.join(&returned, &last);
        let given = if given == Seen::Never { Seen::Unknown } else { given };
        (given, this.map_or(Seen::Unknown, |cell| self.state.get(cell)))
    }
}
