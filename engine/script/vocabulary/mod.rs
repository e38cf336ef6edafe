//! The words a script may use, a family a file. Each is registered together with its documentation, so that the reference,
//! the checker and the engine cannot differ.

mod check;
mod date;
mod finding;
mod form;
mod number;
mod output;
mod read;
mod rename;
mod table;
mod text;
mod unit;
mod workbook;

use std::any::TypeId;
use std::collections::BTreeSet;
use std::rc::Rc;

use rhai::{Engine, RhaiNativeFunc, Variant};

use crate::columns::{Gives, Use, Uses};
use crate::fault::Said;
use crate::session::Session;

/// A family of words.
#[derive(Clone, Debug)]
pub struct Family {
    /// Its name in Japanese.
    pub name: &'static str,
    /// Its name in English.
    pub english: &'static str,
    /// Its words.
    pub words: Vec<Word>,
}

/// A word with its documentation.
#[derive(Clone, Debug)]
pub struct Word {
    /// The word.
    pub name: &'static str,
    /// Ways to use it.
    pub forms: &'static [&'static str],
    /// What it does, in Japanese.
    pub ja: &'static str,
    /// What it does, in English.
    pub en: &'static str,
    /// An example. `f` is a small file of test figures, `表` its table.
    pub example: &'static str,
    /// What the example gives.
    pub shows: &'static str,
    /// With how many values it may be called, the one before the point included; empty for a property.
    pub counts: Vec<usize>,
    /// Whether it also stands behind a point without brackets.
    pub is_property: bool,
    /// The ways it is registered.
    pub(crate) ways: Vec<Way>,
}

/// One way to say a word: its types, and what it does with columns.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    pub takes: Vec<TypeId>,
    pub gives: TypeId,
    pub is_property: bool,
    /// None where no table is near; a test holds every way with a table to it.
    pub uses: Option<Uses>,
}

pub(crate) use text::Patterns;
pub(crate) use workbook::Draft;

/// The names that stand behind a point without brackets.
pub(crate) fn properties(families: &[Family]) -> BTreeSet<&'static str> {
    families.iter().flat_map(|family| &family.words).filter(|word| word.is_property).map(|word| word.name).collect()
}

/// A word's name, forms, Japanese and English sentence, example, and what the example gives.
pub(crate) type Entry = (&'static str, &'static [&'static str], &'static str, &'static str, &'static str, &'static str);

/// Registers words and collects their documentation.
pub(crate) struct Vocabulary<'e> {
    engine: &'e mut Engine,
    session: Rc<Session>,
    families: Vec<Family>,
}

impl Vocabulary<'_> {
    /// Registers every family.
    pub fn register(engine: &mut Engine, session: &Rc<Session>) -> Vec<Family> {
        let mut vocabulary = Vocabulary { engine, session: Rc::clone(session), families: Vec::new() };
        read::register(&mut vocabulary);
        table::register(&mut vocabulary);
        text::register(&mut vocabulary);
        date::register(&mut vocabulary);
        number::register(&mut vocabulary);
        workbook::register(&mut vocabulary);
        form::register(&mut vocabulary);
        output::register(&mut vocabulary);
        rename::register(&mut vocabulary);
        check::register(&mut vocabulary);
        finding::register(&mut vocabulary);
        unit::register(&mut vocabulary);
        vocabulary.families
    }

    /// What the words of this run share.
    pub fn session(&self) -> &Rc<Session> {
        &self.session
    }

    /// The engine, for what has no name of its own.
    pub fn engine(&mut self) -> &mut Engine {
        self.engine
    }

    /// Begins a family.
    pub fn family(&mut self, name: &'static str, english: &'static str) {
        self.families.push(Family { name, english, words: Vec::new() });
    }

    /// Documents a word of a list of like ones.
    pub fn entry(&mut self, (name, forms, ja, en, example, shows): Entry) -> Saying<'_> {
        self.word(name, forms, ja, en).example(example, shows)
    }

    /// Documents a word; its forms follow.
    pub fn word(&mut self, name: &'static str, forms: &'static [&'static str], ja: &'static str, en: &'static str) -> Saying<'_> {
        let word = Word { name, forms, ja, en, example: "", shows: "", counts: Vec::new(), is_property: false, ways: Vec::new() };
        if let Some(family) = self.families.last_mut() {
            family.words.push(word);
        }
        let session = &self.session;
        match self.families.last_mut().and_then(|family| family.words.last_mut()) {
            Some(word) => Saying { engine: self.engine, word, session },
            None => unreachable!("a family is begun before its words"),
        }
    }
}

/// A word under registration.
pub(crate) struct Saying<'v> {
    engine: &'v mut Engine,
    word: &'v mut Word,
    session: &'v Rc<Session>,
}

impl Saying<'_> {
    /// An example and what it gives.
    pub fn example(self, example: &'static str, shows: &'static str) -> Self {
        self.word.example = example;
        self.word.shows = shows;
        self
    }

    /// A way to call the word.
    pub fn form<A: 'static, const N: usize, const X: bool, R: Variant + Clone, const F: bool, W>(self, way: W) -> Self
    where
        W: RhaiNativeFunc<A, N, X, R, F> + 'static,
    {
        if !self.word.counts.contains(&N) {
            self.word.counts.push(N);
        }
        let takes = W::param_types().to_vec();
        self.word.ways.push(Way { takes, gives: TypeId::of::<R>(), is_property: false, uses: None });
        self.engine.register_fn(self.word.name, way);
        self
    }

    /// What the way before does with columns: one entry for each value, the one before the point included.
    pub fn uses(self, values: &'static [Use], gives: Gives) -> Self {
        if let Some(way) = self.word.ways.last_mut() {
            way.uses = Some(Uses { values, gives });
        }
        self
    }

    fn reached<T: 'static, R: 'static>(&mut self) {
        self.word.is_property = true;
        let takes = vec![TypeId::of::<T>()];
        self.word.ways.push(Way { takes, gives: TypeId::of::<R>(), is_property: true, uses: None });
    }

    /// A way to call the word that acts on the session.
    pub fn acting<A: 'static, const N: usize, const X: bool, R: Variant + Clone, const F: bool, W>(
        self,
        way: impl FnOnce(Rc<Session>) -> W,
    ) -> Self
    where
        W: RhaiNativeFunc<A, N, X, R, F> + 'static,
    {
        let way = way(Rc::clone(self.session));
        self.form(way)
    }

    /// A property: `表.行数`.
    pub fn property<T: Variant + Clone, R: Variant + Clone>(mut self, way: impl Fn(&mut T) -> Said<R> + 'static) -> Self {
        self.reached::<T, R>();
        self.engine.register_get(self.word.name, way);
        self
    }

    /// A property that asks the session.
    pub fn asking<T: Variant + Clone, R: Variant + Clone>(
        mut self,
        way: impl Fn(&Rc<Session>, &mut T) -> Said<R> + 'static,
    ) -> Self {
        self.reached::<T, R>();
        let session = Rc::clone(self.session);
        self.engine.register_get(self.word.name, move |of: &mut T| way(&session, of));
        self
    }
}

/// The vocabulary, for `jitan doc`.
pub fn reference() -> Vec<Family> {
    crate::sandbox::engine(&Session::empty(), []).1
}
