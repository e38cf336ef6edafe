//! A script with its libraries, compiled and checked.

use std::rc::Rc;

use rhai::{AST, Engine, ImmutableString, LexError, ParseError, ParseErrorType, Scope};

use crate::check::{self, Facts};
use crate::columns::{self, Filling};
use crate::error::{Trouble, TroubleKind, Weight, nearest};
use crate::library::Library;
use crate::session::Session;
use crate::vocabulary::Family;
use crate::{Limits, sandbox, scan};

/// A script with its libraries, compiled and found without errors.
pub struct Program {
    pub(crate) ast: AST,
    pub(crate) libraries: Rc<Vec<(String, AST)>>,
    pub(crate) sources: Vec<(String, String)>,
    pub(crate) properties: Vec<ImmutableString>,
    pub(crate) families: Vec<Family>,
    warnings: Vec<Trouble>,
    settings: Vec<(String, u32, u32)>,
    fillings: Option<Vec<Filling>>,
}

impl std::fmt::Debug for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Program").field("warnings", &self.warnings).finish_non_exhaustive()
    }
}

impl Program {
    /// Compiles a script and the libraries it imports, and checks them. Every trouble that can be found is in the answer; with an error
    /// among them there is no program.
    pub fn compile(file: &str, source: &str, library: &Library) -> Result<Program, Vec<Trouble>> {
        let mut compiler = Compiler::new(library);
        let Some(main) = compiler.file(file, source) else { return Err(compiler.troubles) };
        compiler.check_all(&main);
        compiler.finish(main)
    }

    /// What the script probably does not mean.
    pub fn warnings(&self) -> &[Trouble] {
        &self.warnings
    }

    /// The settings that the script reads, with line and column.
    pub fn settings(&self) -> &[(String, u32, u32)] {
        &self.settings
    }

    /// What the script fills templates with; none where that cannot be followed.
    pub fn fillings(&self) -> Option<&[Filling]> {
        self.fillings.as_deref()
    }

    /// The source of a file, for showing where a trouble is.
    pub fn source(&self, file: &str) -> Option<&str> {
        self.sources.iter().find(|(known, _)| known == file).map(|(_, source)| source.as_str())
    }
}

/// One compiled file.
pub(crate) struct Unit {
    /// As troubles name it.
    pub file: String,
    /// As scripts import it; none for the main script.
    pub library: Option<String>,
    pub source: String,
    pub ast: AST,
    pub facts: Facts,
}

struct Compiler<'a> {
    engine: Engine,
    families: Vec<Family>,
    library: &'a Library,
    limits: Limits,
    troubles: Vec<Trouble>,
    ready: Vec<Unit>,
    under_way: Vec<String>,
    fillings: Option<Vec<Filling>>,
}

/// What is said of many versions of a script, one after another: for tests that try hundreds.
#[cfg(test)]
pub(crate) fn troubles_of(library: &Library, sources: &[String]) -> Vec<Vec<Trouble>> {
    let mut compiler = Compiler::new(library);
    let mut said = Vec::new();
    for source in sources {
        compiler.ready.clear();
        compiler.troubles.clear();
        if let Some(main) = compiler.file("main.rhai", source) {
            compiler.check_all(&main);
        }
        said.push(std::mem::take(&mut compiler.troubles));
    }
    said
}

impl<'a> Compiler<'a> {
    fn new(library: &'a Library) -> Compiler<'a> {
        let (engine, families) = sandbox::engine(&Session::empty(), []);
        Compiler {
            engine,
            families,
            library,
            limits: Limits::default(),
            troubles: Vec::new(),
            ready: Vec::new(),
            under_way: Vec::new(),
            fillings: None,
        }
    }
}

impl Compiler<'_> {
    /// Compiles one file and what it imports. None if it cannot be compiled; why is among the troubles.
    fn file(&mut self, file: &str, source: &str) -> Option<Unit> {
        if source.len() > self.limits.script_bytes {
            let kind = TroubleKind::ScriptTooLong { bytes: source.len(), limit: self.limits.script_bytes };
            self.troubles.push(Trouble::at(file, 0, 0, kind));
            return None;
        }
        let wide = scan::scan(file, source);
        if !wide.is_empty() {
            self.troubles.extend(wide);
            return None;
        }
        let mut scope = Scope::new();
        for name in sandbox::CONSTANTS {
            scope.push_constant(name, ());
        }
        let mut ast = match self.engine.compile_with_scope(&scope, source) {
            Ok(ast) => ast,
            Err(error) => {
                self.troubles.push(grammar(file, source, &error, self.limits.functions));
                return None;
            }
        };
        ast.set_source(file);
        let facts = check::facts(&ast);
        self.imports(file, &facts);
        Some(Unit { file: file.to_owned(), library: None, source: source.to_owned(), ast, facts })
    }

    fn imports(&mut self, file: &str, facts: &Facts) {
        for (name, line, column) in &facts.imports {
            if self.ready.iter().any(|unit| unit.library.as_deref() == Some(name)) {
                continue;
            }
            if self.under_way.contains(name) {
                let mut names = self.under_way.clone();
                names.push(name.clone());
                self.troubles.push(Trouble::at(file, *line, *column, TroubleKind::LibraryCircle { names }).word(name));
                continue;
            }
            let Some(source) = self.library.source(name) else {
                let near = nearest(name, self.library.names());
                self.troubles.push(Trouble::at(file, *line, *column, TroubleKind::UnknownLibrary { near }).word(name));
                continue;
            };
            self.under_way.push(name.clone());
            if let Some(mut unit) = self.file(&format!("{name}.rhai"), source) {
                unit.library = Some(name.clone());
                self.ready.push(unit);
            }
            self.under_way.pop();
        }
    }

    fn check_all(&mut self, main: &Unit) {
        let known = check::Known::new(&self.engine, &self.families, main, &self.ready);
        let units: Vec<&Unit> = self.ready.iter().chain([main]).collect();
        let found = columns::check(&self.families, &units);
        for unit in &units {
            known.check(unit, &found.doubtful, &mut self.troubles);
        }
        self.troubles.extend(found.troubles);
        self.fillings = found.fillings;
        let says_units = |unit: &Unit| unit.facts.calls.iter().any(|call| &*call.name == "処理件数");
        if !self.ready.iter().chain([main]).any(says_units) {
            self.troubles.push(Trouble::at(&main.file, 0, 0, TroubleKind::UnitsNeverSaid).word("処理件数").warning());
        }
    }

    fn finish(mut self, main: Unit) -> Result<Program, Vec<Trouble>> {
        self.troubles.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
        if self.troubles.iter().any(|trouble| trouble.weight == Weight::Error) {
            return Err(self.troubles);
        }
        let mut properties: Vec<ImmutableString> = Vec::new();
        let mut settings = Vec::new();
        for unit in self.ready.iter().chain([&main]) {
            properties.extend(unit.facts.properties.iter().map(|(name, ..)| name.clone()));
            settings.extend(unit.facts.settings.iter().cloned());
        }
        properties.sort();
        properties.dedup();
        let mut sources = vec![(main.file, main.source)];
        sources.extend(self.ready.iter().map(|unit| (unit.file.clone(), unit.source.clone())));
        let libraries = self.ready.into_iter().filter_map(|unit| Some((unit.library?, unit.ast))).collect();
        Ok(Program {
            ast: main.ast,
            libraries: Rc::new(libraries),
            sources,
            properties,
            families: self.families,
            warnings: self.troubles,
            settings,
            fillings: self.fillings,
        })
    }
}

/// A mistake of grammar, translated.
fn grammar(file: &str, source: &str, error: &ParseError, functions: usize) -> Trouble {
    use ParseErrorType as P;
    let place = error.position();
    let (line, column) = (place.line().unwrap_or(0) as u32, place.position().unwrap_or(0) as u32);
    let mut word = word_at(source, line, column);
    let mut named = |name: &str| word = Some(name.to_owned());
    let kind = match error.err_type() {
        P::BadInput(lex) => match lex {
            LexError::UnterminatedString => TroubleKind::UnclosedText,
            LexError::MalformedNumber(_) => TroubleKind::BadNumber,
            LexError::MalformedEscapeSequence(escape) => {
                named(escape);
                TroubleKind::BadEscape
            }
            LexError::UnexpectedInput(found) | LexError::ImproperSymbol(found, _) => {
                named(found);
                TroubleKind::Unexpected
            }
            _ => TroubleKind::Unexpected,
        },
        P::UnexpectedEOF => TroubleKind::EndsEarly,
        P::UnknownOperator(found) => {
            named(found);
            TroubleKind::Unexpected
        }
        P::MissingToken(wanted, _) => TroubleKind::Missing { wanted: wanted.clone() },
        P::MissingSymbol(wanted) => TroubleKind::Missing { wanted: wanted.clone() },
        P::PropertyExpected | P::VariableExpected | P::FnMissingName => TroubleKind::Missing { wanted: "名前".to_owned() },
        P::DuplicatedProperty(name)
        | P::DuplicatedVariable(name)
        | P::FnDuplicatedDefinition(name, _)
        | P::FnDuplicatedParam(_, name) => {
            named(name);
            TroubleKind::DefinedTwice
        }
        P::Reserved(name) | P::ForbiddenVariable(name) => {
            named(name);
            TroubleKind::Reserved
        }
        P::VariableUndefined(name) => {
            named(name);
            let near = nearest(name, check::variables(source).iter().map(String::as_str).chain(sandbox::CONSTANTS));
            TroubleKind::UnknownVariable { near }
        }
        P::ModuleUndefined(name) => {
            named(name);
            TroubleKind::UnknownLibrary { near: None }
        }
        P::AssignmentToConstant(name) => {
            named(name);
            TroubleKind::Constant
        }
        P::ExprTooDeep => TroubleKind::TooDeep,
        P::TooManyFunctions => TroubleKind::TooManyFunctions { limit: functions },
        other => TroubleKind::Grammar { detail: other.to_string() },
    };
    let trouble = Trouble::at(file, line, column, kind);
    match word {
        Some(word) => trouble.word(&word),
        None => trouble,
    }
}

/// The word or sign that stands at a place.
pub(crate) fn word_at(source: &str, line: u32, column: u32) -> Option<String> {
    let line = source.lines().nth((line as usize).checked_sub(1)?)?;
    let mut rest = line.chars().skip((column as usize).checked_sub(1)?).peekable();
    let first = *rest.peek()?;
    if first.is_alphanumeric() || first == '_' {
        return Some(rest.take_while(|c| c.is_alphanumeric() || *c == '_').collect());
    }
    let sign: String = rest.take_while(|c| "+-*/%<>=!&|?.".contains(*c)).collect();
    Some(if sign.is_empty() { first.to_string() } else { sign })
}
