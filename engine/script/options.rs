//! Options and lists as scripts write them: `#{シート: "日別"}`, `["保健所", "週"]`.

use rhai::{Array, Dynamic, Map};

use crate::ValueKind;
use crate::error::{TroubleKind, nearest};
use crate::fault::{Fault, Said, kind_of};

/// An option that a word knows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    pub name: &'static str,
    pub takes: Takes,
}

/// What an option takes, as far as it can be checked before a script runs.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Takes {
    /// Whatever the word makes of it.
    Any,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// Names of columns of the table; yes or no may stand instead.
    Columns,
    /// A map with columns of the table as its keys.
    ByColumn,
    /// A sheet of the workbook, instead of the one the word names.
    Sheet,
    /// An array of maps of these options.
    Many(&'static [Known]),
}

/// An option of which only the name is checked.
pub(crate) const fn any(name: &'static str) -> Known {
    Known { name, takes: Takes::Any }
}

/// An option that is one of a few words.
pub(crate) const fn one_of(name: &'static str, words: &'static [&'static str]) -> Known {
    Known { name, takes: Takes::OneOf(words) }
}

/// The words of some choices.
pub(crate) const fn words<T, const N: usize>(choices: &[(&'static str, T); N]) -> [&'static str; N] {
    let mut words = [""; N];
    let mut at = 0;
    while at < N {
        words[at] = choices[at].0;
        at += 1;
    }
    words
}

/// An option that a word does not know, and the nearest one that it does.
pub(crate) fn unknown(known: &[Known], key: &str) -> Option<TroubleKind> {
    if known.iter().any(|known| known.name == key) {
        return None;
    }
    let near = nearest(key, known.iter().map(|known| known.name));
    Some(TroubleKind::UnknownOption { near, have: known.iter().map(|known| known.name.to_owned()).collect() })
}

/// Refuses options that a word does not know.
pub(crate) fn check(options: &Map, known: &[Known]) -> Said<()> {
    match options.keys().find_map(|key| Some((key, unknown(known, key)?))) {
        None => Ok(()),
        Some((key, kind)) => Err(Fault::about(key, kind).into()),
    }
}

/// An option that is a text.
pub(crate) fn text(options: &Map, name: &str) -> Said<Option<String>> {
    match options.get(name) {
        None => Ok(None),
        Some(value) if value.is_unit() => Ok(None),
        Some(value) => as_text(value).map(Some),
    }
}

/// An option that is yes or no.
pub(crate) fn yes(options: &Map, name: &str) -> Said<bool> {
    match options.get(name) {
        None => Ok(false),
        Some(value) => value.as_bool().map_err(|_| wrong(name, value, ValueKind::YesNo)),
    }
}

/// An option that is one of some texts.
pub(crate) fn choice<T: Copy>(options: &Map, name: &str, known: &[(&str, T)]) -> Said<Option<T>> {
    let Some(text) = text(options, name)? else { return Ok(None) };
    pick(&text, known).map(Some)
}

/// One of some texts.
pub(crate) fn pick<T: Copy>(text: &str, known: &[(&str, T)]) -> Said<T> {
    match known.iter().find(|(name, _)| *name == text) {
        Some((_, value)) => Ok(*value),
        None => {
            let have = known.iter().map(|(name, _)| (*name).to_owned()).collect();
            Err(Fault::about(text, TroubleKind::NotAllowed { have }).into())
        }
    }
}

/// A text, whatever it came as.
pub(crate) fn as_text(value: &Dynamic) -> Said<String> {
    match value.as_immutable_string_ref() {
        Ok(text) => Ok(text.to_string()),
        Err(_) if value.is_char() => Ok(value.to_string()),
        Err(_) => {
            Err(Fault::new(TroubleKind::WrongType { got: vec![kind_of(value)], takes: vec![vec![ValueKind::Text]] }).into())
        }
    }
}

/// A list of texts; a single text is a list of one.
pub(crate) fn texts(value: &Dynamic) -> Said<Vec<String>> {
    match value.as_array_ref() {
        Ok(list) => list.iter().map(as_text).collect(),
        Err(_) => Ok(vec![as_text(value)?]),
    }
}

/// A list of things of one type; a single thing is a list of one.
pub(crate) fn list<T: Clone + 'static>(value: &Dynamic, kind: ValueKind) -> Said<Vec<T>> {
    let one = |value: &Dynamic| match value.read_lock::<T>() {
        Some(thing) => Ok(thing.clone()),
        None => Err(Fault::new(TroubleKind::WrongType { got: vec![kind_of(value)], takes: vec![vec![kind]] }).into()),
    };
    match value.as_array_ref() {
        Ok(list) => list.iter().map(one).collect(),
        Err(_) => Ok(vec![one(value)?]),
    }
}

/// An array as it is; anything else is refused.
pub(crate) fn array(value: &Dynamic) -> Said<Array> {
    match value.as_array_ref() {
        Ok(list) => Ok(list.clone()),
        Err(_) => {
            Err(Fault::new(TroubleKind::WrongType { got: vec![kind_of(value)], takes: vec![vec![ValueKind::Array]] }).into())
        }
    }
}

fn wrong(name: &str, value: &Dynamic, wanted: ValueKind) -> Box<rhai::EvalAltResult> {
    Fault::about(name, TroubleKind::WrongType { got: vec![kind_of(value)], takes: vec![vec![wanted]] }).into()
}
