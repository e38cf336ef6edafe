//! The statements of each file and function. Rhai keeps the type of function bodies to itself, but lets us walk over them.

use std::rc::Rc;

use rhai::{ASTNode, ImmutableString, Position, Stmt};
use rustc_hash::FxHashMap;

use crate::program::Unit;

/// A function of a script, a closure among them.
pub(super) struct Function {
    pub unit: usize,
    pub name: ImmutableString,
    pub parameters: Vec<ImmutableString>,
    pub body: Rc<[Stmt]>,
}

/// Files and functions.
pub(super) struct Code {
    /// The statements of each file outside functions.
    pub main: Vec<Rc<[Stmt]>>,
    pub functions: Vec<Function>,
    by_name: FxHashMap<(usize, ImmutableString, usize), usize>,
    /// The library that a file knows under a name.
    libraries: FxHashMap<(usize, String), usize>,
}

impl Code {
    pub fn new(units: &[&Unit]) -> Code {
        let mut code =
            Code { main: Vec::new(), functions: Vec::new(), by_name: FxHashMap::default(), libraries: FxHashMap::default() };
        for (number, unit) in units.iter().enumerate() {
            code.main.push(unit.ast.statements().into());
            code.functions_of(number, unit);
            for (alias, name) in &unit.facts.aliases {
                if let Some(library) = units.iter().position(|unit| unit.library.as_ref() == Some(name)) {
                    code.libraries.insert((number, alias.clone()), library);
                }
            }
        }
        code
    }

    fn functions_of(&mut self, number: usize, unit: &Unit) {
        let mut bodies: Vec<(Position, Position, Vec<Stmt>)> = Vec::new();
        let first = self.functions.len();
        for defined in unit.ast.iter_fn_def() {
            bodies.push((defined.body.start_position(), defined.body.end_position(), Vec::new()));
            let (name, parameters) = (defined.name.clone(), defined.params.iter().cloned().collect::<Vec<_>>());
            self.by_name.insert((number, name.clone(), parameters.len()), self.functions.len());
            self.functions.push(Function { unit: number, name, parameters, body: Rc::from([]) });
        }
        let mut main = unit.ast.statements().len();
        unit.ast.walk(&mut |path: &[ASTNode]| {
            let [ASTNode::Stmt(statement)] = path else { return true };
            if main > 0 {
                main -= 1;
            } else if let Some(at) = innermost(&bodies, statement.position()) {
                bodies[at].2.push((*statement).clone());
            }
            true
        });
        for (at, (.., statements)) in bodies.into_iter().enumerate() {
            self.functions[first + at].body = statements.into();
        }
    }

    /// A function of a file by its name and number of values.
    pub fn function(&self, unit: usize, name: &str, values: usize) -> Option<usize> {
        self.by_name.get(&(unit, name.into(), values)).copied()
    }

    /// The functions of that name.
    pub fn named(&self, unit: usize, name: &str) -> Vec<usize> {
        let same = |function: &Function| function.unit == unit && function.name == name;
        (0..self.functions.len()).filter(|at| same(&self.functions[*at])).collect()
    }

    pub fn library(&self, unit: usize, alias: &str) -> Option<usize> {
        self.libraries.get(&(unit, alias.to_owned())).copied()
    }
}

/// The body in which a statement stands: the one that begins last before it. A body of one expression begins with its statement and
/// has no end.
fn innermost(bodies: &[(Position, Position, Vec<Stmt>)], at: Position) -> Option<usize> {
    let key = |position: Position| (position.line().unwrap_or(0), position.position().unwrap_or(0));
    let holds = |(start, end, _): &&(Position, Position, Vec<Stmt>)| match end.is_none() {
        true => key(*start) == key(at),
        false => key(*start) <= key(at) && key(at) <= key(*end),
    };
    let best = bodies.iter().enumerate().filter(|(_, body)| holds(body)).max_by_key(|(_, body)| {
        let single = body.1.is_none();
        (key(body.0), single)
    });
    best.map(|(at, _)| at)
}
