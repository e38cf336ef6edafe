//! The scripts under `scripts/lib/`, imported by name and from nowhere else.

use std::cell::RefCell;
use std::rc::Rc;

use rhai::{AST, Engine, EvalAltResult, Module, ModuleResolver, Position, Scope};
use rustc_hash::FxHashMap;

/// The library: names (without `.rhai`) and sources.
#[derive(Clone, Debug, Default)]
pub struct Library {
    /// Name and source of each.
    pub modules: Vec<(String, String)>,
}

impl Library {
    /// The source of a library.
    pub fn source(&self, name: &str) -> Option<&str> {
        self.modules.iter().find(|(known, _)| known == name).map(|(_, source)| source.as_str())
    }

    /// The names of all libraries.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.modules.iter().map(|(name, _)| name.as_str())
    }
}

/// Hands the compiled libraries of a program to Rhai. Nothing is looked up outside; circles were refused when compiling.
pub(crate) struct Shelved {
    compiled: Rc<Vec<(String, AST)>>,
    ready: RefCell<FxHashMap<String, Rc<Module>>>,
}

impl Shelved {
    pub fn new(compiled: &Rc<Vec<(String, AST)>>) -> Shelved {
        Shelved { compiled: Rc::clone(compiled), ready: RefCell::default() }
    }
}

impl ModuleResolver for Shelved {
    fn resolve(
        &self,
        engine: &Engine,
        _: Option<&str>,
        path: &str,
        position: Position,
    ) -> Result<Rc<Module>, Box<EvalAltResult>> {
        if let Some(module) = self.ready.borrow().get(path) {
            return Ok(Rc::clone(module));
        }
        let Some((_, ast)) = self.compiled.iter().find(|(name, _)| name == path) else {
            return Err(EvalAltResult::ErrorModuleNotFound(path.to_owned(), position).into());
        };
        let module: Rc<Module> = Module::eval_ast_as_new(Scope::new(), ast, engine)?.into();
        self.ready.borrow_mut().insert(path.to_owned(), Rc::clone(&module));
        Ok(module)
    }
}
