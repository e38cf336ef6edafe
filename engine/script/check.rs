//! What can be found wrong in a script without running it: unknown words, wrong numbers of values, columns nobody declares.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;
use rhai::{AST, ASTNode, Engine, Expr, FnCallExpr, ImmutableString, Position, Stmt};

use crate::error::{Trouble, TroubleKind, nearest};
use crate::program::Unit;
use crate::vocabulary::Family;

/// A call as it stands in a script.
pub(crate) struct Call {
    pub name: ImmutableString,
    /// The library before `::`.
    pub library: Option<String>,
    /// Values in brackets.
    pub values: usize,
    /// Whether it stands behind a point.
    pub method: bool,
    pub line: u32,
    pub column: u32,
}

/// What stands in one file.
#[derive(Default)]
pub(crate) struct Facts {
    pub calls: Vec<Call>,
    /// Names behind a point.
    pub properties: Vec<(ImmutableString, u32, u32)>,
    /// Names behind `設定.`.
    pub settings: Vec<(String, u32, u32)>,
    /// Imported libraries.
    pub imports: Vec<(String, u32, u32)>,
    /// Under which name each library is known.
    pub aliases: Vec<(String, String)>,
    /// Every text and every key of a map: whatever names a column is one of them.
    pub texts: BTreeSet<String>,
    /// Functions defined here: name and number of parameters.
    pub functions: Vec<(String, usize)>,
}

/// Walks through a compiled file.
pub(crate) fn facts(ast: &AST) -> Facts {
    let mut facts = Facts::default();
    ast.walk(&mut |path: &[ASTNode]| {
        match path.last() {
            Some(ASTNode::Stmt(statement)) => facts.statement(statement),
            Some(ASTNode::Expr(expression)) => facts.expression(expression),
            _ => {}
        }
        true
    });
    for function in ast.iter_functions() {
        facts.functions.push((function.name.to_owned(), function.params.len()));
    }
    facts
}

fn at(position: Position) -> (u32, u32) {
    (position.line().unwrap_or(0) as u32, position.position().unwrap_or(0) as u32)
}

impl Facts {
    fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::FnCall(call, position) => self.call(call, *position, false),
            Stmt::Import(import, position) => {
                let (line, column) = at(*position);
                let name = match &import.0 {
                    Expr::StringConstant(name, _) => name.to_string(),
                    // A name that is put together while running is never one of the library.
                    _ => String::new(),
                };
                self.aliases.push((import.1.as_str().to_owned(), name.clone()));
                self.imports.push((name, line, column));
            }
            _ => {}
        }
    }

    fn expression(&mut self, expression: &Expr) {
        match expression {
            Expr::FnCall(call, position) => self.call(call, *position, false),
            Expr::MethodCall(call, position) => self.call(call, *position, true),
            Expr::Property(property, position) => {
                let (line, column) = at(*position);
                self.properties.push((property.2.clone(), line, column));
            }
            Expr::StringConstant(text, _) => {
                self.texts.insert(text.to_string());
            }
            Expr::DynamicConstant(value, _) => self.constants(value, 0),
            Expr::Map(map, _) => self.texts.extend(map.0.iter().map(|(key, _)| key.as_str().to_owned())),
            Expr::Dot(dot, _, _) => self.dot(&dot.lhs, &dot.rhs),
            _ => {}
        }
    }

    fn constants(&mut self, value: &rhai::Dynamic, depth: usize) {
        if depth > 8 {
            return;
        }
        if let Ok(text) = value.as_immutable_string_ref() {
            self.texts.insert(text.to_string());
        } else if let Ok(list) = value.as_array_ref() {
            list.iter().for_each(|value| self.constants(value, depth + 1));
        } else if let Ok(map) = value.as_map_ref() {
            self.texts.extend(map.keys().map(ToString::to_string));
            map.values().for_each(|value| self.constants(value, depth + 1));
        }
    }

    /// `設定.年度`.
    fn dot(&mut self, before: &Expr, behind: &Expr) {
        let Expr::Variable(variable, ..) = before else { return };
        if variable.1.as_str() != "設定" {
            return;
        }
        let property = match behind {
            Expr::Property(property, position) => Some((property, position)),
            Expr::Dot(more, ..) | Expr::Index(more, ..) => match &more.lhs {
                Expr::Property(property, position) => Some((property, position)),
                _ => None,
            },
            _ => None,
        };
        if let Some((property, position)) = property {
            let (line, column) = at(*position);
            self.settings.push((property.2.to_string(), line, column));
        }
    }

    fn call(&mut self, call: &FnCallExpr, position: Position, method: bool) {
        // `curry` on a closure itself is how Rhai hands it the variables it captured; nobody wrote it.
        let capture = call.name.as_str() == "curry" && !method && matches!(call.args.first(), Some(Expr::DynamicConstant(..)));
        if call.is_operator_call() || capture {
            return;
        }
        let (line, column) = at(position);
        let library = call.is_qualified().then(|| call.namespace.root().to_owned());
        self.calls.push(Call { name: call.name.clone(), library, values: call.args.len(), method, line, column });
    }
}

/// The names of variables, loops and parameters of a source, for finding the nearest one.
pub(crate) fn variables(source: &str) -> Vec<String> {
    let Ok(pattern) = Regex::new(r"(?:\b(?:let|const|for|as|in)\s+|[|(,]\s*)([\p{L}_][\p{L}\p{N}_]*)") else { return Vec::new() };
    let mut names: Vec<String> = pattern.captures_iter(source).map(|found| found[1].to_owned()).collect();
    names.sort();
    names.dedup();
    names
}

/// Every word that a script can know.
pub(crate) struct Known<'a> {
    /// Functions of the engine: with how many values each may be called.
    engine: BTreeMap<String, BTreeSet<usize>>,
    /// Words to be suggested: the vocabulary's.
    words: Vec<&'static str>,
    /// Properties of the vocabulary's things.
    properties: BTreeSet<&'static str>,
    /// Whatever may be a column.
    columns: BTreeSet<String>,
    column_keys: BTreeSet<String>,
    units: Vec<&'a Unit>,
}

/// What Rhai can do and scripts may not: running texts as code, waiting, asking what is defined, making functions out of names.
const FORBIDDEN: [&str; 9] = ["eval", "sleep", "is_def_var", "is_def_fn", "is_shared", "Fn", "curry", "timestamp", "exit"];

/// What Rhai itself knows without registration.
const BUILT_IN: [&str; 6] = ["call", "type_of", "print", "debug", "to_string", "to_debug"];

impl<'a> Known<'a> {
    pub fn new(engine: &Engine, families: &[Family], main: &'a Unit, libraries: &'a [Unit]) -> Known<'a> {
        let functions =
            engine.collect_fn_metadata(None, |info| Some((info.metadata.name.to_string(), info.metadata.num_params)), true);
        let mut known: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        for (name, values) in functions {
            known.entry(name).or_default().insert(values);
        }
        let words = families.iter().flat_map(|family| &family.words).map(|word| word.name).collect();
        let units: Vec<&Unit> = libraries.iter().chain([main]).collect();
        let columns: BTreeSet<String> = units
            .iter()
            .flat_map(|unit| &unit.facts.texts)
            .flat_map(|text| text.split('='))
            .map(|text| text.trim().to_owned())
            .collect();
        let column_keys = columns.iter().map(|name| japan::label_key(name)).collect();
        Known { engine: known, words, properties: super::vocabulary::properties(families), columns, column_keys, units }
    }

    /// Checks one file. At `doubtful` places a table's columns are not all known: there a name that nothing in the script mentions is
    /// worth a look.
    pub fn check(&self, unit: &Unit, doubtful: &[(String, u32, u32)], troubles: &mut Vec<Trouble>) {
        for call in &unit.facts.calls {
            if let Some(kind) = self.call(unit, call) {
                troubles.push(Trouble::at(&unit.file, call.line, call.column, kind).word(&call.name));
            }
        }
        let here = doubtful.iter().filter(|(file, ..)| *file == unit.file);
        let here: BTreeSet<(u32, u32)> = here.map(|(_, line, column)| (*line, *column)).collect();
        for (name, line, column) in &unit.facts.properties {
            if here.contains(&(*line, *column)) && !self.is_column(name) {
                let near = nearest(name, self.columns.iter().map(String::as_str).chain(self.properties.iter().copied()));
                troubles
                    .push(Trouble::at(&unit.file, *line, *column, TroubleKind::UndeclaredColumn { near }).word(name).warning());
            }
        }
    }

    fn is_column(&self, name: &str) -> bool {
        // 移動平均 makes a second column of its own.
        let counted = name.strip_suffix("日数").is_some_and(|name| self.columns.contains(name));
        let origin = matches!(name, "ファイル名" | "シート名" | "行番号");
        counted || origin || self.properties.contains(name) || self.column_keys.contains(&japan::label_key(name))
    }

    fn call(&self, unit: &Unit, call: &Call) -> Option<TroubleKind> {
        if FORBIDDEN.contains(&call.name.as_str()) {
            return Some(TroubleKind::Reserved);
        }
        if let Some(alias) = &call.library {
            return self.library_call(unit, alias, call);
        }
        let all = call.values + usize::from(call.method);
        let here = unit.facts.functions.iter().filter(|(name, _)| *name == *call.name);
        let mut takes: BTreeSet<usize> = BTreeSet::new();
        for (_, parameters) in here {
            // A function of the script behind a point gets what stands before it as `this`.
            if *parameters == all || (call.method && *parameters == call.values) {
                return None;
            }
            takes.insert(*parameters);
        }
        if let Some(values) = self.engine.get(call.name.as_str()) {
            if values.contains(&all) {
                return None;
            }
            takes.extend(values);
        }
        if BUILT_IN.contains(&call.name.as_str()) {
            return None;
        }
        if takes.is_empty() {
            let own = unit.facts.functions.iter().map(|(name, _)| name.as_str()).filter(|name| !name.starts_with("anon$"));
            let near = nearest(&call.name, self.words.iter().copied().chain(own));
            return Some(TroubleKind::UnknownWord { near });
        }
        // People count the values in brackets, and a verb's table stands before the point.
        let less = usize::from(call.method);
        let takes = takes.into_iter().filter_map(|values| values.checked_sub(less)).collect();
        Some(TroubleKind::WrongCount { takes, here: call.values })
    }

    fn library_call(&self, unit: &Unit, alias: &str, call: &Call) -> Option<TroubleKind> {
        let (_, name) = unit.facts.aliases.iter().find(|(known, _)| known == alias)?;
        let library = self.units.iter().find(|unit| unit.library.as_deref() == Some(name))?;
        let same: Vec<usize> =
            library.facts.functions.iter().filter(|(name, _)| *name == *call.name).map(|(_, parameters)| *parameters).collect();
        if same.contains(&call.values) {
            return None;
        }
        if same.is_empty() {
            let near = nearest(&call.name, library.facts.functions.iter().map(|(name, _)| name.as_str()));
            return Some(TroubleKind::UnknownWord { near });
        }
        Some(TroubleKind::WrongCount { takes: same, here: call.values })
    }
}
