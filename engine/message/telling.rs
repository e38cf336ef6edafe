//! A fact in words: what is the matter, and what to do about it.

use crate::Lang;

/// What a person is told. Where it stands is said by whoever knows the place ([`crate::place`]).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Telling {
    /// What is the matter.
    pub what: String,
    /// What to do.
    pub next: String,
}

impl Telling {
    /// Both sentences.
    pub fn new(what: impl Into<String>, next: impl Into<String>) -> Telling {
        Telling { what: what.into(), next: next.into() }
    }
}

/// A fact that has words.
pub trait Tell {
    /// The words in a language.
    fn tell(&self, lang: Lang) -> Telling;
}
