//! What can be known of a value without running the script: a table by its columns, a text by its words, a list by its items.
//!
//! Everything here errs towards "may be": a table's columns are all that it could have on any way through the script. A name that is
//! not among them is wrong on every way.

use std::collections::BTreeMap;
use std::rc::Rc;

use rhai::ImmutableString;

/// Where something stands: the file's number, line and column.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(super) struct At {
    pub unit: usize,
    pub line: u32,
    pub column: u32,
}

/// A text with the place where it was written.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Word {
    pub text: ImmutableString,
    pub at: At,
}

/// The words that a text may be; none if nobody knows.
pub(super) type Words = Option<Rc<[Word]>>;

/// What is known of a value.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Seen {
    /// No value: what a branch that ends the function leaves.
    Never,
    /// Anything.
    Unknown,
    /// `()`.
    Blank,
    /// A number, a date, yes or no: nothing that has columns or names one.
    Plain,
    Text(Rc<[Word]>),
    List(Rc<List>),
    Map(Rc<Fields>),
    Table(Rc<Shape>),
    Row(Rc<Shape>),
    /// 文字の列("名"): its name.
    Spec(Words),
    Aggregate(Rc<Aggregated>),
    /// 降順("名").
    Order(Words),
    Closure(Rc<Closure>),
    Book(usize),
    /// 様式("名"): its name.
    Form(Words),
    Arrival,
    /// 表.列名, and what hangs on it: a script that asks for the columns itself knows what it does.
    Labels,
    /// Yes or no, hanging on the columns there are.
    Guard,
}

/// A list by its items.
#[derive(Clone, PartialEq, Default, Debug)]
pub(super) struct List {
    /// Each item with whether it is there on every way.
    pub items: Vec<(Seen, bool)>,
    /// Whether there may be items that nobody knows.
    pub more: bool,
}

/// A map by its fields.
#[derive(Clone, PartialEq, Default, Debug)]
pub(super) struct Fields {
    pub fields: BTreeMap<ImmutableString, (Seen, At)>,
    /// Whether these are the fields on every way.
    pub sure: bool,
}

/// 合計("列").名前("名").
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Aggregated {
    /// The column it is calculated of; `None` for 件数.
    pub of: Option<Words>,
    /// The column it makes.
    pub name: Words,
}

/// A closure: the function that Rhai makes of it and the variables it captured.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Closure {
    pub unit: usize,
    pub name: ImmutableString,
    pub captured: Vec<usize>,
}

/// A column's name, with the key by which the engine finds it.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Label {
    pub name: ImmutableString,
    key: ImmutableString,
}

impl Label {
    pub fn new(name: &str) -> Label {
        Label { name: name.into(), key: japan::label_key(name).into() }
    }

    /// By which the engine finds the column.
    pub fn key(&self) -> &str {
        &self.key
    }
}

/// The columns that a table may have.
#[derive(Clone, PartialEq, Default, Debug)]
pub(super) struct Shape {
    pub labels: Vec<Label>,
    /// Whether there may be columns that nobody knows.
    pub open: bool,
    /// The places where its rows were read, by their numbers.
    pub reads: Vec<usize>,
}

impl Shape {
    /// A table of which nothing is known.
    pub fn anything() -> Shape {
        Shape { open: true, ..Shape::default() }
    }

    /// Whether a column of that name may be there, compared as the engine does.
    pub fn may_have(&self, name: &str) -> bool {
        self.open || self.labels.iter().any(|label| label.name == name) || self.has_key(&japan::label_key(name))
    }

    fn has_key(&self, key: &str) -> bool {
        self.labels.iter().any(|label| label.key == key)
    }

    /// With a column that may be called any of these words.
    pub fn add(&mut self, words: &Words) {
        match words {
            None => self.open = true,
            Some(words) => words.iter().for_each(|word| self.add_name(&word.text)),
        }
    }

    pub fn add_name(&mut self, name: &str) {
        if !self.labels.iter().any(|label| label.name == name) {
            self.labels.push(Label::new(name));
        }
    }

    /// With the columns of another table.
    pub fn add_all(&mut self, other: &Shape) {
        self.open |= other.open;
        for label in &other.labels {
            if !self.labels.iter().any(|known| known.name == label.name) {
                self.labels.push(label.clone());
            }
        }
    }

    /// Without the column that the engine finds under this name.
    pub fn remove(&mut self, name: &str) {
        if let Some(at) = self.labels.iter().position(|label| label.name == name) {
            self.labels.remove(at);
            return;
        }
        let key = japan::label_key(name);
        let like: Vec<usize> = (0..self.labels.len()).filter(|at| self.labels[*at].key == key).collect();
        if let [only] = like[..] {
            self.labels.remove(only);
        }
    }

    pub fn names(&self) -> Vec<String> {
        self.labels.iter().map(|label| label.name.to_string()).collect()
    }
}

/// More words than this are as good as any.
const WORDS: usize = 16;
/// More items than this are not told apart.
const ITEMS: usize = 256;

impl Seen {
    pub fn word(text: &str, at: At) -> Seen {
        Seen::Text(Rc::from([Word { text: text.into(), at }]))
    }

    pub fn list(items: Vec<Seen>) -> Seen {
        Seen::List(Rc::new(List { items: items.into_iter().map(|item| (item, true)).collect(), more: false }))
    }

    pub fn table(shape: Shape) -> Seen {
        Seen::Table(Rc::new(shape))
    }

    /// The words of a text.
    pub fn words(&self) -> Words {
        match self {
            Seen::Text(words) => Some(Rc::clone(words)),
            _ => None,
        }
    }

    /// What is in a list, or the value itself as its only item: words take both.
    pub fn items(&self) -> List {
        match self {
            Seen::List(list) => (**list).clone(),
            Seen::Unknown | Seen::Labels | Seen::Guard => List { items: Vec::new(), more: true },
            single => List { items: vec![(single.clone(), true)], more: false },
        }
    }

    /// What both ways of the script have in common.
    pub fn join(&self, other: &Seen) -> Seen {
        if self == other {
            return self.clone();
        }
        match (self, other) {
            (Seen::Never | Seen::Blank, any) | (any, Seen::Never | Seen::Blank) => any.clone(),
            (Seen::Guard, Seen::Plain) | (Seen::Plain, Seen::Guard) => Seen::Guard,
            (Seen::Text(one), Seen::Text(two)) => match union(one, two) {
                Some(words) => Seen::Text(words),
                None => Seen::Unknown,
            },
            (Seen::List(one), Seen::List(two)) => Seen::List(Rc::new(one.join(two))),
            (Seen::Map(one), Seen::Map(two)) => Seen::Map(Rc::new(one.join(two))),
            (Seen::Table(one), Seen::Table(two)) => Seen::Table(Rc::new(one.join(two))),
            (Seen::Row(one), Seen::Row(two)) => Seen::Row(Rc::new(one.join(two))),
            (Seen::Spec(one), Seen::Spec(two)) => Seen::Spec(either(one, two)),
            (Seen::Order(one), Seen::Order(two)) => Seen::Order(either(one, two)),
            (Seen::Form(one), Seen::Form(two)) => Seen::Form(either(one, two)),
            _ => Seen::Unknown,
        }
    }

    /// The reads whose rows this value may hold.
    pub fn reads(&self, found: &mut Vec<usize>) {
        match self {
            Seen::Table(shape) | Seen::Row(shape) => found.extend_from_slice(&shape.reads),
            Seen::List(list) => list.items.iter().for_each(|(item, _)| item.reads(found)),
            Seen::Map(map) => map.fields.values().for_each(|(value, _)| value.reads(found)),
            _ => {}
        }
    }
}

fn either(one: &Words, two: &Words) -> Words {
    union(one.as_ref()?, two.as_ref()?)
}

fn union(one: &Rc<[Word]>, two: &Rc<[Word]>) -> Words {
    let mut all = one.to_vec();
    all.extend(two.iter().filter(|word| !one.contains(word)).cloned());
    (all.len() <= WORDS).then(|| all.into())
}

impl List {
    /// With one more item at the end.
    pub fn push(&mut self, item: Seen) {
        if self.items.len() < ITEMS { self.items.push((item, true)) } else { self.more = true }
    }

    fn join(&self, other: &List) -> List {
        let same = self.items.iter().zip(&other.items).take_while(|(one, two)| one.0 == two.0).count();
        let mut items: Vec<(Seen, bool)> =
            (0..same).map(|at| (self.items[at].0.clone(), self.items[at].1 && other.items[at].1)).collect();
        let mut more = self.more || other.more;
        for (item, _) in self.items[same..].iter().chain(&other.items[same..]) {
            if *item == Seen::Unknown || items.len() >= ITEMS {
                more = true;
            } else if !items.iter().any(|(known, _)| known == item) {
                items.push((item.clone(), false));
            }
        }
        List { items, more }
    }
}

impl Fields {
    fn join(&self, other: &Fields) -> Fields {
        let mut fields = self.fields.clone();
        for (name, (value, at)) in &other.fields {
            let joined = self.fields.get(name).map_or_else(|| value.clone(), |(known, _)| known.join(value));
            fields.insert(name.clone(), (joined, *at));
        }
        Fields { fields, sure: false }
    }
}

impl Shape {
    fn join(&self, other: &Shape) -> Shape {
        let mut all = self.clone();
        all.add_all(other);
        all.reads.extend(other.reads.iter().filter(|read| !self.reads.contains(read)));
        all
    }
}
