//! The texts of one job, each kept once and named by a number.
//!
//! Cells and columns hold a `TextId` of four bytes; grouping and joining compare numbers.
//! A text never moves or goes away, so `get` can lend it while others are added.

use std::cell::RefCell;
use std::hash::BuildHasher;

use elsa::FrozenVec;
use rustc_hash::FxBuildHasher;

/// The number of a text within its [`Texts`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct TextId(pub(crate) u32);

impl TextId {
    /// No text: how a text column marks a blank.
    pub(crate) const NONE: TextId = TextId(u32::MAX);

    /// The bare number, for tables that are indexed by text.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Every text of a job, each kept once.
#[derive(Default)]
pub struct Texts {
    texts: FrozenVec<Box<str>>,
    index: RefCell<Index>,
    keys: RefCell<Vec<u32>>,
}

/// An open-addressed table of text numbers; the texts themselves are the keys.
#[derive(Default)]
struct Index {
    slots: Vec<u32>,
    used: usize,
}

const EMPTY: u32 = u32::MAX;

impl Texts {
    /// An empty collection.
    pub fn new() -> Texts {
        Texts::default()
    }

    /// The number of `text`, which is added if it is new.
    pub fn intern(&self, text: &str) -> TextId {
        let mut index = self.index.borrow_mut();
        if index.used * 4 >= index.slots.len() * 3 {
            self.grow(&mut index);
        }
        let mask = index.slots.len() - 1;
        let mut at = hash(text) as usize & mask;
        loop {
            match index.slots[at] {
                EMPTY => break,
                found if self.texts[found as usize] == *text => return TextId(found),
                _ => at = (at + 1) & mask,
            }
        }
        let id = self.texts.len() as u32;
        self.texts.push(text.into());
        index.slots[at] = id;
        index.used += 1;
        TextId(id)
    }

    /// The number of `text` if it is already here.
    pub fn find(&self, text: &str) -> Option<TextId> {
        let index = self.index.borrow();
        if index.slots.is_empty() {
            return None;
        }
        let mask = index.slots.len() - 1;
        let mut at = hash(text) as usize & mask;
        loop {
            match index.slots[at] {
                EMPTY => return None,
                found if self.texts[found as usize] == *text => return Some(TextId(found)),
                _ => at = (at + 1) & mask,
            }
        }
    }

    /// The text behind a number. `id` must come from this collection.
    pub fn get(&self, id: TextId) -> &str {
        &self.texts[id.index()]
    }

    /// The number of the match key of a text: what grouping and joining compare
    /// (see [`japan::match_key`]). Computed once for each text.
    pub fn key(&self, id: TextId) -> TextId {
        if let Some(&key) = self.keys.borrow().get(id.index())
            && key != EMPTY
        {
            return TextId(key);
        }
        let text = self.get(id);
        let key = match japan::match_key(text) {
            std::borrow::Cow::Borrowed(same) if same.len() == text.len() => id,
            other => self.intern(&other),
        };
        let mut keys = self.keys.borrow_mut();
        if keys.len() <= id.index() {
            keys.resize(self.texts.len(), EMPTY);
        }
        keys[id.index()] = key.0;
        key
    }

    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn grow(&self, index: &mut Index) {
        let size = (index.slots.len() * 2).max(64);
        let mut slots = vec![EMPTY; size];
        for id in 0..self.texts.len() as u32 {
            let mut at = hash(&self.texts[id as usize]) as usize & (size - 1);
            while slots[at] != EMPTY {
                at = (at + 1) & (size - 1);
            }
            slots[at] = id;
        }
        index.slots = slots;
    }
}

fn hash(text: &str) -> u64 {
    let raw = FxBuildHasher.hash_one(text);
    raw ^ (raw >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_text_has_the_same_number() {
        let texts = Texts::new();
        let ids: Vec<TextId> = (0..1000).map(|n| texts.intern(&format!("第{n}課"))).collect();
        for (n, id) in ids.iter().enumerate() {
            assert_eq!(texts.get(*id), format!("第{n}課"));
            assert_eq!(texts.intern(&format!("第{n}課")), *id);
        }
        assert_eq!(texts.find("無い"), None);
    }

    #[test]
    fn widths_share_a_key() {
        let texts = Texts::new();
        assert_eq!(texts.key(texts.intern("Ａ１")), texts.key(texts.intern("A1")));
        assert_ne!(texts.key(texts.intern("A1")), texts.key(texts.intern("A2")));
    }
}
