//! Statements and expressions, one after another.

use std::collections::BTreeMap;
use std::rc::Rc;

use rhai::{ASTFlags, BinaryExpr, Expr, FlowControl, FnPtr, Ident, ImmutableString, OpAssignment, Position, Stmt};

use super::seen::{At, Closure, Fields, List, Seen};
use super::{ORIGINS, Visit, Walk};

/// Loops over this many written items are walked item by item.
const UNROLLED: usize = 40;

/// Levels of expressions, blocks and functions within each other: what the stack holds for sure.
const DEEPEST: u32 = 200;

/// The variable that a chain of points begins with, which a word behind it may change.
#[derive(Clone, Copy)]
pub(super) enum Root {
    None,
    /// Directly before the point.
    Here(usize),
    /// Somewhere before it.
    Above(usize),
}

impl Walk<'_> {
    pub(super) fn at(&self, position: Position) -> At {
        At { unit: self.state.unit(), line: position.line().unwrap_or(0) as u32, column: position.position().unwrap_or(0) as u32 }
    }

    /// The value of a block's last statement.
    pub(super) fn block(&mut self, statements: &[Stmt]) -> Seen {
        self.deeper(|walk| walk.statements(statements))
    }

    fn statements(&mut self, statements: &[Stmt]) -> Seen {
        let depth = self.state.depth();
        let mut last = Seen::Blank;
        for statement in statements {
            if self.state.ended() {
                break;
            }
            last = self.statement(statement);
        }
        self.state.leave(depth);
        if self.state.ended() { Seen::Never } else { last }
    }

    fn statement(&mut self, statement: &Stmt) -> Seen {
        match statement {
            Stmt::If(flow, _) => return self.choose(flow),
            Stmt::Switch(switch, _) => {
                let guarded = u32::from(self.expression(&switch.0) == Seen::Guard);
                self.quiet += guarded;
                let mut ways = Vec::new();
                for case in &switch.1.expressions {
                    ways.push(self.way(|walk| {
                        walk.expression(&case.lhs);
                        walk.expression(&case.rhs)
                    }));
                }
                if switch.1.def_case.is_none() {
                    ways.push(self.way(|_| Seen::Blank));
                }
                self.quiet -= guarded;
                return self.meet(&ways);
            }
            Stmt::While(flow, _) | Stmt::Do(flow, ..) => self.repeat(|walk| {
                let guarded = u32::from(walk.expression(&flow.expr) == Seen::Guard);
                walk.quiet += guarded;
                walk.block(flow.body.statements());
                walk.quiet -= guarded;
            }),
            Stmt::For(parts, _) => self.each(&parts.0, parts.1.as_ref(), &parts.2),
            Stmt::Var(parts, ..) => {
                let value = self.expression(&parts.1);
                self.state.declare(&parts.0.name, value);
            }
            Stmt::Assignment(parts) => self.assign(&parts.0, &parts.1),
            Stmt::FnCall(call, position) => return self.call(call, *position),
            Stmt::Block(block) => return self.block(block.statements()),
            Stmt::Expr(expression) => return self.expression(expression),
            Stmt::TryCatch(flow, _) => self.try_catch(flow),
            Stmt::BreakLoop(value, ..) => {
                self.left += 1;
                if let Some(value) = value {
                    self.expression(value);
                }
                self.state.leave_round();
            }
            Stmt::Return(value, flags, _) => self.give_back(value.as_deref(), flags.contains(ASTFlags::BREAK)),
            _ => {}
        }
        Seen::Blank
    }

    fn give_back(&mut self, value: Option<&Expr>, thrown: bool) {
        self.left += u32::from(!thrown);
        self.thrown += u32::from(thrown);
        let value = value.map_or(Seen::Blank, |value| self.expression(value));
        let before = self.state.returned();
        let returns = if thrown { before } else { self.join(&before, &value) };
        self.state.give_back(returns);
    }

    /// `if`: both ways. If the condition asks which columns there are, the script knows what it does in them, and behind them if one
    /// of them leaves.
    fn choose(&mut self, flow: &FlowControl) -> Seen {
        let guarded = self.expression(&flow.expr) == Seen::Guard;
        let left = self.left + self.thrown;
        self.quiet += u32::from(guarded);
        let ways = [self.way(|walk| walk.block(flow.body.statements())), self.way(|walk| walk.block(flow.branch.statements()))];
        if !guarded || self.left + self.thrown == left {
            self.quiet -= u32::from(guarded);
        }
        self.meet(&ways)
    }

    fn try_catch(&mut self, flow: &FlowControl) {
        self.quiet += 1;
        let tried = self.way(|walk| walk.block(flow.body.statements()));
        self.quiet -= 1;
        // Where it stopped, nobody knows.
        tried.changed().into_iter().for_each(|cell| self.forget(cell));
        let depth = self.state.depth();
        if let Expr::Variable(variable, ..) = &flow.expr {
            self.state.declare(&variable.1, Seen::Unknown);
        }
        let caught = self.way(|walk| walk.block(flow.branch.statements()));
        let uncaught = self.way(|_| Seen::Blank);
        self.meet(&[caught, uncaught]);
        self.state.leave(depth);
    }

    fn each(&mut self, name: &Ident, counter: Option<&Ident>, flow: &FlowControl) {
        let over = self.expression(&flow.expr);
        let written = match &over {
            Seen::List(list) if !list.more && list.items.len() <= UNROLLED && list.items.iter().all(|(_, sure)| *sure) => {
                list.items.iter().map(|(item, _)| item.clone()).collect()
            }
            _ => Vec::new(),
        };
        if written.iter().any(|item| !matches!(item, Seen::Plain)) {
            for item in written {
                let left = self.left + self.thrown;
                let went = self.round(|walk| walk.once(name, counter, item, flow));
                if self.left + self.thrown == left {
                    self.meet(&[went]);
                } else {
                    let passed = self.way(|_| Seen::Blank);
                    self.meet(&[went, passed]);
                }
            }
            return;
        }
        let item = match &over {
            Seen::Table(shape) => Seen::Row(Rc::clone(shape)),
            Seen::List(list) => self.any_of(list),
            Seen::Plain => Seen::Plain,
            _ => Seen::Unknown,
        };
        self.repeat(|walk| drop(walk.once(name, counter, item.clone(), flow)));
    }

    fn once(&mut self, name: &Ident, counter: Option<&Ident>, item: Seen, flow: &FlowControl) -> Seen {
        let depth = self.state.depth();
        if let Some(counter) = counter {
            self.state.declare(&counter.name, Seen::Plain);
        }
        self.state.declare(&name.name, item);
        self.block(flow.body.statements());
        self.state.leave(depth);
        Seen::Blank
    }

    fn assign(&mut self, how: &OpAssignment, sides: &BinaryExpr) {
        let value = self.expression(&sides.rhs);
        if let Expr::Variable(variable, ..) = &sides.lhs {
            let Some(cell) = self.state.find(&variable.1) else { return };
            let new = if how.is_op_assignment() { self.add(&self.state.get(cell), &value, how.position()) } else { value };
            self.state.set(cell, new);
            return;
        }
        // The value goes into a part of what the variable holds.
        self.settle(&value);
        let root = self.root(&sides.lhs);
        self.expression(&sides.lhs);
        if let Some(cell) = root {
            let held = self.state.get(cell);
            self.settle(&held);
            self.state.set(cell, Seen::Unknown);
        }
    }

    /// The variable that an expression reaches into.
    fn root(&self, expression: &Expr) -> Option<usize> {
        match expression {
            Expr::Variable(variable, ..) => self.state.find(&variable.1),
            Expr::Dot(sides, ..) | Expr::Index(sides, ..) => self.root(&sides.lhs),
            Expr::ThisPtr(_) => self.state.find("this"),
            _ => None,
        }
    }

    /// `a + b`, `a += b`.
    pub(super) fn add(&mut self, one: &Seen, two: &Seen, position: Position) -> Seen {
        let at = self.at(position);
        match (one, two) {
            (Seen::List(list), more) => {
                let mut all = (**list).clone();
                let added = more.items();
                all.more |= added.more;
                all.items.extend(added.items);
                Seen::List(Rc::new(all))
            }
            (Seen::Text(one), Seen::Text(two)) if one.len() == 1 && two.len() == 1 => {
                Seen::word(&format!("{}{}", one[0].text, two[0].text), if at.line == 0 { one[0].at } else { at })
            }
            (Seen::Plain, Seen::Plain) => Seen::Plain,
            (Seen::Guard, _) | (_, Seen::Guard) => Seen::Guard,
            _ => {
                self.settle(one);
                self.settle(two);
                Seen::Unknown
            }
        }
    }

    pub(super) fn expression(&mut self, expression: &Expr) -> Seen {
        self.steps = self.steps.saturating_add(1);
        self.deeper(|walk| walk.worth(expression))
    }

    /// Goes a level deeper, unless that is deeper than scripts of people are.
    fn deeper(&mut self, go: impl FnOnce(&mut Self) -> Seen) -> Seen {
        if self.depth >= DEEPEST {
            self.give_up();
        }
        if self.spent() {
            return Seen::Unknown;
        }
        self.depth += 1;
        let seen = go(self);
        self.depth -= 1;
        seen
    }

    fn worth(&mut self, expression: &Expr) -> Seen {
        match expression {
            Expr::DynamicConstant(value, _) => match value.read_lock::<FnPtr>() {
                Some(pointer) => self.closure(pointer.fn_name(), Vec::new()),
                None => Seen::Unknown,
            },
            Expr::BoolConstant(..) | Expr::IntegerConstant(..) => Seen::Plain,
            Expr::CharConstant(sign, position) => Seen::word(&sign.to_string(), self.at(*position)),
            Expr::StringConstant(text, position) => Seen::word(text, self.at(*position)),
            Expr::InterpolatedString(parts, position) => self.interpolated(parts, *position),
            Expr::Array(items, _) => Seen::list(items.iter().map(|item| self.expression(item)).collect()),
            Expr::Map(map, _) => self.map(&map.0),
            Expr::Unit(_) => Seen::Blank,
            Expr::Variable(variable, ..) => self.variable(&variable.1, variable.2.is_empty()),
            Expr::ThisPtr(_) => self.state.find("this").map_or(Seen::Unknown, |cell| self.state.get(cell)),
            Expr::Stmt(block) => self.block(block.statements()),
            Expr::FnCall(call, position) => self.call(call, *position),
            Expr::Dot(sides, ..) | Expr::Index(sides, ..) => self.chain_start(expression, sides),
            Expr::And(parts, _) | Expr::Or(parts, _) => self.all(parts),
            Expr::Coalesce(parts, _) => {
                let parts: Vec<Seen> = parts.iter().map(|part| self.expression(part)).collect();
                parts.iter().fold(Seen::Never, |all, part| self.join(&all, part))
            }
            _ => Seen::Unknown,
        }
    }

    pub(super) fn closure(&self, name: &str, captured: Vec<usize>) -> Seen {
        Seen::Closure(Rc::new(Closure { unit: self.state.unit(), name: name.into(), captured }))
    }

    fn interpolated(&mut self, parts: &[Expr], position: Position) -> Seen {
        let mut whole = Some(String::new());
        for part in parts {
            let value = self.expression(part);
            match (&mut whole, value.words().as_deref()) {
                (Some(text), Some([word])) => text.push_str(&word.text),
                _ => whole = None,
            }
        }
        whole.map_or(Seen::Unknown, |text| Seen::word(&text, self.at(position)))
    }

    fn map<'e>(&mut self, fields: impl IntoIterator<Item = &'e (Ident, Expr)>) -> Seen {
        let mut known: BTreeMap<ImmutableString, (Seen, At)> = BTreeMap::new();
        for (name, value) in fields {
            let value = self.expression(value);
            known.insert(name.name.clone(), (value, self.at(name.pos)));
        }
        Seen::Map(Rc::new(Fields { fields: known, sure: true }))
    }

    fn variable(&mut self, name: &ImmutableString, plain: bool) -> Seen {
        if !plain {
            return Seen::Unknown;
        }
        match self.state.find(name) {
            Some(cell) => self.state.get(cell),
            None if name == "入力" => Seen::Arrival,
            None => Seen::Unknown,
        }
    }

    /// `a && b`: behind a question for the columns, b is not judged.
    fn all(&mut self, parts: &[Expr]) -> Seen {
        let mut guards = 0;
        for part in parts {
            if self.expression(part) == Seen::Guard {
                guards += 1;
                self.quiet += 1;
            }
        }
        self.quiet -= guards;
        if guards > 0 { Seen::Guard } else { Seen::Plain }
    }

    fn chain_start(&mut self, expression: &Expr, sides: &BinaryExpr) -> Seen {
        let root = match &sides.lhs {
            Expr::Variable(variable, ..) if variable.2.is_empty() => self.state.find(&variable.1).map_or(Root::None, Root::Here),
            Expr::ThisPtr(_) => self.state.find("this").map_or(Root::None, Root::Here),
            _ => Root::None,
        };
        let value = self.expression(&sides.lhs);
        self.link(value, expression, &sides.rhs, root)
    }

    /// What stands behind a point or in a bracket, and what follows it. `whole` is the point or bracket.
    fn link(&mut self, value: Seen, whole: &Expr, behind: &Expr, root: Root) -> Seen {
        let (point, ends) = match whole {
            Expr::Dot(_, flags, _) => (true, flags.contains(ASTFlags::BREAK)),
            Expr::Index(_, flags, _) => (false, flags.contains(ASTFlags::BREAK)),
            _ => return Seen::Unknown,
        };
        match behind {
            Expr::Dot(sides, ..) | Expr::Index(sides, ..) if point || !ends => {
                let first = self.part(value, point, &sides.lhs, root);
                let root = match root {
                    Root::Here(cell) | Root::Above(cell) => Root::Above(cell),
                    Root::None => Root::None,
                };
                self.link(first, behind, &sides.rhs, root)
            }
            _ => self.part(value, point, behind, root),
        }
    }

    fn part(&mut self, value: Seen, point: bool, part: &Expr, root: Root) -> Seen {
        if !point {
            let index = self.expression(part);
            return self.index(&value, &index, part.start_position());
        }
        match part {
            Expr::Property(property, position) => self.property(&value, &property.2, *position),
            Expr::MethodCall(call, position) => self.method(value, call, *position, root),
            _ => Seen::Unknown,
        }
    }

    fn property(&mut self, value: &Seen, name: &str, position: Position) -> Seen {
        let at = self.at(position);
        match value {
            Seen::Row(shape) => {
                self.cell(shape, name, at, at);
                Seen::Unknown
            }
            Seen::Map(map) => map.fields.get(name).map_or(Seen::Unknown, |(value, _)| value.clone()),
            Seen::Labels | Seen::Guard => Seen::Guard,
            Seen::Table(_) | Seen::Unknown if name == "列名" => Seen::Labels,
            Seen::Plain => Seen::Plain,
            _ => self.declared_property(value, name, at),
        }
    }

    fn index(&mut self, value: &Seen, index: &Seen, position: Position) -> Seen {
        let used = self.at(position);
        match (value, index) {
            (Seen::Row(shape), Seen::Text(words)) => {
                let fine = words.iter().any(|word| ORIGINS.contains(&&*word.text) || shape.may_have(&word.text));
                for word in words.iter() {
                    if fine {
                        self.visit(used, word.at, Visit::fine(shape));
                    } else {
                        self.cell(shape, &word.text, used, word.at);
                    }
                }
                Seen::Unknown
            }
            (Seen::List(list), _) => self.any_of(list),
            (Seen::Map(map), Seen::Text(words)) if words.len() == 1 => {
                map.fields.get(&words[0].text).map_or(Seen::Unknown, |(value, _)| value.clone())
            }
            _ => {
                self.settle(value);
                Seen::Unknown
            }
        }
    }

    /// A column of a row is read.
    fn cell(&mut self, shape: &super::seen::Shape, name: &str, used: At, at: At) {
        let fine = ORIGINS.contains(&name) || shape.may_have(name);
        let visit = if fine { Visit::fine(shape) } else { super::verb::missing(shape, name) };
        self.visit(used, at, visit);
    }

    /// Any item of a list.
    pub(super) fn any_of(&mut self, list: &List) -> Seen {
        let start = if list.more { Seen::Unknown } else { Seen::Never };
        list.items.iter().fold(start, |all, (item, _)| self.join(&all, item))
    }

    /// A list that is the variable's own, to be changed.
    pub(super) fn change_list(&mut self, root: Root, change: impl FnOnce(&mut List)) {
        match root {
            Root::Here(cell) => {
                if let Seen::List(list) = self.state.get(cell) {
                    let mut list = (*list).clone();
                    change(&mut list);
                    self.state.set(cell, Seen::List(Rc::new(list)));
                }
            }
            Root::Above(cell) => self.forget(cell),
            Root::None => {}
        }
    }

    /// A variable was changed in a way that is not followed.
    pub(super) fn forget(&mut self, cell: usize) {
        let held = self.state.get(cell);
        self.settle(&held);
        self.state.set(cell, Seen::Unknown);
    }
}
