//! A closure that only looks at its row and calculates, worked out without Rhai: the same values, many times as fast.
//!
//! Only plain success is decided here. Whatever is anything else (a blank in a sum, a type that does not fit, a limit) is left to
//! Rhai, which says it with its place. Rhai's closures that do more than this are not made quick at all.

use std::rc::Rc;

use book::{Texts, Value};
use rhai::{Dynamic, Expr, FnCallExpr, ImmutableString, Map, Stmt, StmtBlock};

use crate::handle::{Day, Moment, Settings, Table};
use crate::operators::{self, Number, Rounding, Sign};
use crate::session::Session;

/// The body of a closure, made ready for the rows of one table.
pub(crate) struct Quick {
    body: Node,
    table: Table,
    session: Rc<Session>,
    /// What a row costs of the steps that a script has.
    steps: u64,
}

/// A part of the body.
enum Node {
    Known(Value),
    Column(u32),
    Calculated(Sign, Box<(Node, Node)>),
    Compared(Sign, Box<(Node, Node)>),
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    IsBlank(Box<Node>),
    Rounded(Rounding, Box<(Node, Node)>),
    Share(Box<(Node, Node)>),
    Chosen(Box<(Node, Node, Node)>),
}

/// What the names in a closure stand for, besides its row.
pub(crate) struct Surroundings<'a> {
    pub session: &'a Rc<Session>,
    pub table: &'a Table,
    /// The closure's parameter: the row.
    pub row: &'a str,
    /// What the closure captured.
    pub captured: &'a [(ImmutableString, Dynamic)],
    /// Whether the script has a function of its own with this name and so many parameters.
    pub is_own: &'a dyn Fn(&str, usize) -> bool,
    /// What Rhai says a part is that does not look at the row; none if it fails.
    pub evaluate: &'a mut dyn FnMut(&Expr) -> Option<Dynamic>,
}

impl Quick {
    /// None for a body that does more than look at the row and calculate.
    pub fn of(body: &Expr, around: &mut Surroundings<'_>) -> Option<Quick> {
        let mut reader = Reader { around, nodes: 0 };
        let body = reader.node(body)?;
        let steps = reader.nodes;
        Some(Quick { body, table: around.table.clone(), session: Rc::clone(around.session), steps })
    }

    /// What the closure says about a row; none where Rhai has to be asked.
    pub fn value(&self, row: u32) -> Option<Value> {
        let value = self.session.count_steps(self.steps).then(|| self.worth(&self.body, row)).flatten();
        #[cfg(test)]
        tests::ANSWERED.set(tests::ANSWERED.get() + u64::from(value.is_some()));
        value
    }

    fn worth(&self, node: &Node, row: u32) -> Option<Value> {
        Some(match node {
            Node::Known(value) => *value,
            Node::Column(column) => self.session.read(&self.table.0, row, *column),
            Node::Calculated(sign, parts) => self.calculated(*sign, self.worth(&parts.0, row)?, self.worth(&parts.1, row)?)?,
            Node::Compared(sign, parts) => {
                Value::YesNo(compared(*sign, self.texts(), self.worth(&parts.0, row)?, self.worth(&parts.1, row)?)?)
            }
            Node::All(parts) => Value::YesNo(self.found(parts, row, false)?),
            Node::Any(parts) => Value::YesNo(!self.found(parts, row, true)?),
            Node::Not(part) => Value::YesNo(!self.holds(part, row)?),
            Node::IsBlank(part) => Value::YesNo(match self.worth(part, row)? {
                Value::Blank => true,
                Value::Text(text) => self.texts().get(text).trim().is_empty(),
                _ => false,
            }),
            Node::Rounded(round, parts) => {
                let number = number(self.worth(&parts.0, row)?)?;
                let Value::Integer(places) = self.worth(&parts.1, row)? else { return None };
                operators::rounded(*round, number, places).ok()?.into()
            }
            Node::Share(parts) => {
                let (part, whole) = (number(self.worth(&parts.0, row)?)?, number(self.worth(&parts.1, row)?)?);
                operators::share(part, whole).ok()?.map_or(Value::Blank, Value::from)
            }
            Node::Chosen(parts) => self.worth(if self.holds(&parts.0, row)? { &parts.1 } else { &parts.2 }, row)?,
        })
    }

    /// Whether none of the parts is `wanted`; those behind the first that is are not looked at.
    fn found(&self, parts: &[Node], row: u32, wanted: bool) -> Option<bool> {
        for part in parts {
            if self.holds(part, row)? == wanted {
                return Some(false);
            }
        }
        Some(true)
    }

    fn holds(&self, node: &Node, row: u32) -> Option<bool> {
        match self.worth(node, row)? {
            Value::YesNo(yes) => Some(yes),
            _ => None,
        }
    }

    fn calculated(&self, sign: Sign, a: Value, b: Value) -> Option<Value> {
        if let (Sign::Minus, Value::Date(a), Value::Date(b)) = (sign, a, b) {
            return Some(Value::Integer(i64::from(a.0) - i64::from(b.0)));
        }
        Some(operators::calculated(sign, number(a)?, number(b)?).ok()?.into())
    }

    fn texts(&self) -> &Texts {
        &self.session.shelf.texts
    }
}

impl From<Number> for Value {
    fn from(number: Number) -> Value {
        match number {
            Number::Whole(whole) => Value::Integer(whole),
            Number::Exact(exact) => Value::Decimal(exact),
        }
    }
}

fn number(value: Value) -> Option<Number> {
    match value {
        Value::Integer(whole) => Some(Number::Whole(whole)),
        Value::Decimal(exact) => Some(Number::Exact(exact)),
        _ => None,
    }
}

/// As `operators::compare` does, for what cells hold.
fn compared(sign: Sign, texts: &Texts, a: Value, b: Value) -> Option<bool> {
    let order = match (a, b) {
        (Value::Blank, other) | (other, Value::Blank) if sign.is_equality() => {
            let blank = match other {
                Value::Blank => true,
                Value::Text(text) => texts.get(text).is_empty(),
                _ => false,
            };
            return Some(blank == (sign == Sign::Equal));
        }
        (Value::Integer(a), Value::Integer(b)) => a.cmp(&b),
        // One text, one number.
        (Value::Text(a), Value::Text(b)) if a == b => std::cmp::Ordering::Equal,
        (Value::Text(a), Value::Text(b)) => texts.get(a).cmp(texts.get(b)),
        (Value::Date(a), Value::Date(b)) => a.0.cmp(&b.0),
        (Value::YesNo(a), Value::YesNo(b)) if sign.is_equality() => a.cmp(&b),
        (a, b) => match (number(a), number(b)) {
            (Some(a), Some(b)) => a.decimal().cmp(&b.decimal()),
            _ => operators::order_of(a, b)?,
        },
    };
    Some(sign.holds(order))
}

/// Goes through a body once, before the first row.
struct Reader<'r, 'a> {
    around: &'r mut Surroundings<'a>,
    nodes: u64,
}

impl Reader<'_, '_> {
    fn node(&mut self, expression: &Expr) -> Option<Node> {
        self.nodes += 1;
        match expression {
            Expr::BoolConstant(..)
            | Expr::IntegerConstant(..)
            | Expr::StringConstant(..)
            | Expr::DynamicConstant(..)
            | Expr::Unit(..) => self.known(&expression.get_literal_value(None)?),
            Expr::Variable(name, ..) if name.2.is_empty() && name.1 != self.around.row => {
                let (_, value) = self.around.captured.iter().find(|(known, _)| *known == name.1)?;
                self.known(value)
            }
            Expr::Dot(parts, ..) => match &parts.rhs {
                Expr::Property(name, _) if self.is_row(&parts.lhs) => self.column(&name.2),
                _ => self.apart(expression),
            },
            Expr::Index(parts, ..) if self.is_row(&parts.lhs) => match self.node(&parts.rhs)? {
                Node::Known(Value::Text(name)) => self.column(self.around.session.shelf.texts.get(name)),
                _ => None,
            },
            Expr::Index(..) => self.apart(expression),
            Expr::And(parts, _) => Some(Node::All(self.nodes(parts)?)),
            Expr::Or(parts, _) => Some(Node::Any(self.nodes(parts)?)),
            Expr::FnCall(call, _) => self.call(call),
            Expr::Stmt(block) => self.block(block),
            _ => None,
        }
    }

    fn nodes(&mut self, expressions: &[Expr]) -> Option<Vec<Node>> {
        expressions.iter().map(|expression| self.node(expression)).collect()
    }

    fn both(&mut self, call: &FnCallExpr) -> Option<Box<(Node, Node)>> {
        let [first, second] = &call.args[..] else { return None };
        Some(Box::new((self.node(first)?, self.node(second)?)))
    }

    fn is_row(&self, expression: &Expr) -> bool {
        matches!(expression, Expr::Variable(name, ..) if name.2.is_empty() && name.1 == self.around.row)
    }

    fn column(&self, name: &str) -> Option<Node> {
        self.around.table.table().position(name).map(|at| Node::Column(at as u32))
    }

    /// What a cell can hold.
    fn known(&self, value: &Dynamic) -> Option<Node> {
        let scalar = value.is_unit()
            || value.is_int()
            || value.is_bool()
            || value.is_string()
            || value.is_decimal()
            || value.is::<Day>()
            || value.is::<Moment>();
        if !scalar {
            return None;
        }
        Some(Node::Known(match value.as_immutable_string_ref() {
            // An empty text is blank to tables, and a text to scripts.
            Ok(text) => Value::Text(self.around.session.shelf.texts.intern(&text)),
            Err(_) => self.around.session.value(value).ok()?,
        }))
    }

    /// `満点.国語`, `設定.桁`, `表.行数`: what is read from captured things, and stays the same for all rows.
    fn apart(&mut self, expression: &Expr) -> Option<Node> {
        let (Expr::Dot(parts, ..) | Expr::Index(parts, ..)) = expression else { return None };
        let Expr::Variable(name, ..) = &parts.lhs else { return None };
        if !matches!(parts.rhs, Expr::Property(..) | Expr::StringConstant(..)) {
            return None;
        }
        let (_, value) = self.around.captured.iter().find(|(known, _)| *known == name.1)?;
        if !(value.is::<Map>() || value.is::<Table>() || value.is::<Settings>()) {
            return None;
        }
        let value = (self.around.evaluate)(expression)?;
        self.known(&value)
    }

    fn call(&mut self, call: &FnCallExpr) -> Option<Node> {
        if call.is_qualified() || (self.around.is_own)(&call.name, call.args.len()) {
            return None;
        }
        if let (Some(sign), 2) = (Sign::of(&call.name), call.args.len()) {
            let parts = self.both(call)?;
            return Some(match sign {
                sign if sign.compares() => Node::Compared(sign, parts),
                // Texts are put together by Rhai: each part of a longer one would be kept.
                Sign::Plus if self.is_text(&parts.0) || self.is_text(&parts.1) => return None,
                sign => Node::Calculated(sign, parts),
            });
        }
        match (call.name.as_str(), &call.args[..]) {
            ("!", [part]) => Some(Node::Not(Box::new(self.node(part)?))),
            ("空か", [part]) => Some(Node::IsBlank(Box::new(self.node(part)?))),
            ("四捨五入", [_, _]) => Some(Node::Rounded(japan::round_half_up, self.both(call)?)),
            ("切り捨て", [_, _]) => Some(Node::Rounded(japan::round_down, self.both(call)?)),
            ("切り上げ", [_, _]) => Some(Node::Rounded(japan::round_up, self.both(call)?)),
            ("割合", [_, _]) => Some(Node::Share(self.both(call)?)),
            _ => None,
        }
    }

    fn is_text(&self, node: &Node) -> bool {
        match node {
            Node::Known(value) => matches!(value, Value::Text(_)),
            Node::Column(at) => matches!(self.around.table.table().columns()[*at as usize].data, book::Data::Text(_)),
            _ => false,
        }
    }

    /// A block of one statement. An empty one, as behind an `if` without `else`, is blank.
    fn block(&mut self, block: &StmtBlock) -> Option<Node> {
        let mut statements = block.iter();
        match (statements.next(), statements.next()) {
            (None, _) => Some(Node::Known(Value::Blank)),
            (Some(Stmt::Expr(only)), None) => self.node(only),
            (Some(Stmt::If(choice, _)), None) => {
                self.nodes += 1;
                Some(Node::Chosen(Box::new((self.node(&choice.expr)?, self.block(&choice.body)?, self.block(&choice.branch)?))))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use proptest::prelude::*;

    use crate::tests::Story;
    use crate::{Failure, TroubleKind};

    thread_local! {
        /// How many rows were answered without Rhai.
        pub(super) static ANSWERED: Cell<u64> = const { Cell::new(0) };
    }

    /// What a closure makes of five rows of all kinds of cells.
    fn told(closure: &str) -> Result<Vec<String>, TroubleKind> {
        let script = format!(
            r#"
            let 表 = 表を作る(["数", "小数", "空", "文", "日", "可"], [
                [3, 0.1, (), "津", 日付(2024, 4, 1), true],
                [0, -2.50, (), "", 日付(2023, 12, 31), false],
                [-7, 4.0, (), "伊勢 ", 日付(2024, 4, 1), true],
                [9223372036854775807, 0.000001, 1, "３", (), true],
                [12, 99999999999999999999.5, "a", "　", 日付(2024, 4, 2), false],
            ]);
            let 数の列 = "数";
            let 七 = 7;
            let 全体 = 表を作る(["数"], [[1], [2], [3]]);
            let 七の日 = 日付(2024, 4, 7);
            let 満点 = #{{ 国: 2.5, 名: "津" }};
            let 次 = 表.列を足す("答", {closure});
            for r in 次 {{ print(`${{種類(r.答)}} ${{r.答}}`); }}
            処理件数(1);
            "#
        );
        if let Err(troubles) = Story::script(&script).compile() {
            return Err(troubles.into_iter().next().unwrap().kind);
        }
        match Story::script(&script).run() {
            Ok(outcome) => Ok(outcome.notes),
            Err(Failure::Script(trouble)) => Err(trouble.kind),
            Err(other) => panic!("{other:#?}"),
        }
    }

    /// How many of the five rows Rhai was not asked about.
    fn quick_rows(body: &str) -> u64 {
        ANSWERED.set(0);
        told(&format!("|r| {body}")).unwrap_or_else(|kind| panic!("{body}: {kind:?}"));
        ANSWERED.get()
    }

    #[test]
    fn what_scripts_mostly_ask_of_a_row_needs_no_rhai() {
        for body in [
            "r.数",
            "r[数の列] + 1",
            "r.文 == \"津\" || r.日 != 七の日",
            "四捨五入(50 + (r.小数 / 4 - 七) * 満点.国, 1)",
            "割合(r.数 / 2, 全体.行数)",
            "!空か(r.空) && !r.可",
            "if 空か(r.文) { \"なし\" } else if r.文 == 満点.名 { r.文 } else { () }",
        ] {
            assert_eq!(quick_rows(body), 5, "{body}");
        }
    }

    #[test]
    fn what_does_more_is_left_to_rhai_whole() {
        for body in ["r.文 + 1", "{ let a = r.数; a }", "含む(r.文, \"津\")", "`${r.数}件`", "r.日.年", "r.行番号", "r"]
        {
            ANSWERED.set(0);
            let _ = told(&format!("|r| {body}"));
            assert_eq!(ANSWERED.get(), 0, "{body}");
        }
        // A name that the script gave away itself.
        let own = "fn 割合(a, b) { 1 }\nlet 表 = 表を作る([\"数\"], [[5]]);\nprint(表.列を足す(\"答\", |r| 割合(r.数, 10)).行(0).答);\n処理件数(1);";
        if let Ok(program) = Story::script(own).compile() {
            drop(program);
            assert_eq!(Story::script(own).done().notes, ["1"]);
        }
    }

    fn body() -> impl Strategy<Value = String> {
        let leaves = [
            "r.数",
            "r.小数",
            "r.空",
            "r.文",
            "r.日",
            "r.可",
            "r[数の列]",
            "r[\"文\"]",
            "七",
            "満点.国",
            "満点.名",
            "全体.行数",
            "0",
            "1",
            "-3",
            "0.5",
            "\"津\"",
            "\"\"",
            "\" \"",
            "true",
            "false",
            "()",
        ];
        prop::sample::select(leaves.to_vec()).prop_map(str::to_owned).prop_recursive(4, 24, 3, |inner| {
            let sign = prop::sample::select(vec![
                "+", "-", "*", "/", "%", "**", "<", "<=", ">", ">=", "==", "!=", "&&", "||", "==", "&&", "-", "*",
            ]);
            let word = prop::sample::select(vec!["四捨五入", "切り捨て", "切り上げ", "割合"]);
            prop_oneof![
                6 => (inner.clone(), sign, inner.clone()).prop_map(|(a, sign, b)| format!("({a} {sign} {b})")),
                1 => inner.clone().prop_map(|a| format!("!{a}")),
                1 => inner.clone().prop_map(|a| format!("空か({a})")),
                2 => (word, inner.clone(), inner.clone()).prop_map(|(word, a, b)| format!("{word}({a}, {b})")),
                2 => (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("(if {a} {{ {b} }} else {{ {c} }})")),
                1 => (inner.clone(), inner).prop_map(|(a, b)| format!("(if {a} {{ {b} }})")),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]
        /// The same body behind a `let` is Rhai's.
        #[test]
        fn both_ways_say_the_same(body in body()) {
            let quick = told(&format!("|r| {body}"));
            prop_assert_eq!(quick, told(&format!("|r| {{ let 値 = {body}; 値 }}")));
        }
    }
}
