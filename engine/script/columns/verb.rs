//! The words of the vocabulary, by what they declare: names are looked up in the columns of the table, and the answer gets its own.

use std::any::TypeId;
use std::collections::BTreeMap;
use std::rc::Rc;

use rhai::{Array, Dynamic, FnPtr, ImmutableString, Map, Position};
use rust_decimal::Decimal;

use super::seen::{Aggregated, At, Fields, List, Seen, Shape, Word, Words};
use super::{Gives, OTHERS, Read, Use, Visit, Walk};
use crate::error::{TroubleKind, ValueKind, nearest};
use crate::handle::{Aggregate, Arrival, Book, Column, Form, Order, Row, Table};
use crate::options::{self, Known, Takes};
use crate::vocabulary::Way;

/// The sheets of a workbook that is put together.
#[derive(Clone, Default)]
pub(super) struct Sheets {
    known: BTreeMap<ImmutableString, Shape>,
    /// Whether there may be sheets that nobody knows.
    more: bool,
}

/// A call under examination.
struct Call<'c> {
    values: &'c [Seen],
    uses: &'static [Use],
    at: At,
    /// The table whose columns are named.
    table: Rc<Shape>,
}

/// What is wrong with a name that is not among the columns.
pub(super) fn missing(shape: &Shape, name: &str) -> Visit {
    let have = shape.names();
    let near = nearest(name, have.iter().map(String::as_str));
    Visit::Wrong { word: name.to_owned(), kind: TroubleKind::NoColumn { near, have } }
}

/// Whether a form of a word fills a template.
fn fills(uses: &[Use]) -> bool {
    uses.iter().any(|used| matches!(used, Use::Filling))
}

/// What a word gives that has nothing to do with columns.
fn given(ways: &[&Way]) -> Seen {
    let plain = [TypeId::of::<i64>(), TypeId::of::<bool>(), TypeId::of::<Decimal>()];
    if ways.iter().all(|way| plain.contains(&way.gives)) { Seen::Plain } else { Seen::Unknown }
}

/// Whether a value of this type may be what is seen.
fn may_be(takes: TypeId, seen: &Seen) -> bool {
    let is = |known: TypeId| takes == known;
    if is(TypeId::of::<Dynamic>()) || matches!(seen, Seen::Unknown | Seen::Never | Seen::Blank) {
        return true;
    }
    match seen {
        Seen::Table(_) => is(TypeId::of::<Table>()),
        Seen::Row(_) => is(TypeId::of::<Row>()),
        Seen::Text(_) => is(TypeId::of::<ImmutableString>()),
        Seen::List(_) | Seen::Labels => is(TypeId::of::<Array>()),
        Seen::Map(_) => is(TypeId::of::<Map>()),
        Seen::Spec(_) => is(TypeId::of::<Column>()),
        Seen::Aggregate(_) => is(TypeId::of::<Aggregate>()),
        Seen::Order(_) => is(TypeId::of::<Order>()),
        Seen::Closure(_) => is(TypeId::of::<FnPtr>()),
        Seen::Book(_) => is(TypeId::of::<Book>()),
        Seen::Form(_) => is(TypeId::of::<Form>()),
        Seen::Arrival => is(TypeId::of::<Arrival>()),
        Seen::Plain | Seen::Guard | Seen::Unknown | Seen::Never | Seen::Blank => {
            !is(TypeId::of::<Table>()) && !is(TypeId::of::<Row>()) && !is(TypeId::of::<FnPtr>())
        }
    }
}

impl Walk<'_> {
    /// A word of the vocabulary; none if it is not one.
    pub(super) fn declared(&mut self, name: &str, values: &[Seen], position: Position) -> Option<Seen> {
        let words = self.words.get(name)?;
        let fits = |way: &&&Way| {
            !way.is_property
                && way.takes.len() == values.len()
                && way.takes.iter().zip(values).all(|(takes, seen)| may_be(*takes, seen))
        };
        let ways: Vec<&Way> = words.iter().flat_map(|word| &word.ways).collect();
        let ways: Vec<&Way> = ways.iter().filter(fits).copied().collect();
        match ways[..] {
            [Way { uses: Some(uses), .. }] => Some(self.apply(uses.values, uses.gives, values, self.at(position))),
            // Rhai has some words of the same name.
            [] if name.is_ascii() => None,
            _ if !ways.is_empty() && ways.iter().all(|way| way.uses.is_none()) => Some(given(&ways)),
            _ => {
                // It may be this or that.
                if ways.iter().filter_map(|way| way.uses).any(|uses| uses.gives == Gives::Settled) {
                    self.settle_all();
                }
                if let Some(uses) = ways.iter().filter_map(|way| way.uses).find(|uses| fills(uses.values)) {
                    self.fill(uses.values, values, self.at(position));
                }
                Some(self.lose(values))
            }
        }
    }

    /// `入力.一覧`, `表.行数`. A table has few properties; its columns belong to its rows.
    pub(super) fn declared_property(&mut self, value: &Seen, name: &str, at: At) -> Seen {
        let reached = |way: &&Way| way.is_property && way.takes.iter().all(|takes| may_be(*takes, value));
        let words = self.words.get(name).map_or(&[][..], Vec::as_slice);
        let way = words.iter().flat_map(|word| &word.ways).find(reached).map(|way| way.uses);
        match (way, value) {
            (Some(Some(uses)), Seen::Arrival | Seen::Table(_)) => {
                self.apply(uses.values, uses.gives, std::slice::from_ref(value), at)
            }
            (None, Seen::Table(_)) => {
                let all =
                    self.words.iter().filter(|(_, words)| words.iter().flat_map(|word| &word.ways).any(|way| reached(&way)));
                let near = nearest(name, all.map(|(name, _)| *name));
                let kind = TroubleKind::NoProperty { of: ValueKind::Table, near };
                self.visit(at, at, Visit::Wrong { word: name.to_owned(), kind });
                Seen::Unknown
            }
            _ => Seen::Unknown,
        }
    }

    fn apply(&mut self, uses: &'static [Use], gives: Gives, values: &[Seen], at: At) -> Seen {
        let table = uses.iter().zip(values).find_map(|(used, value)| matches!(used, Use::Table).then(|| shape(value)));
        if fills(uses) {
            self.fill(uses, values, at);
        }
        let call = Call { values, uses, at, table: table.unwrap_or_default() };
        for (number, used) in uses.iter().enumerate() {
            self.value(&call, *used, &values[number]);
        }
        self.answer(&call, gives)
    }

    fn value(&mut self, call: &Call, used: Use, value: &Seen) {
        match used {
            Use::Columns | Use::Orders => self.names(call.at, &call.table, value),
            Use::Keys(other) => self.keys(call, &shape(&call.values[other]), value),
            Use::Aggregates => self.aggregates(call, value),
            Use::EachRow => self.each_row(&call.table, value),
            Use::OneOf(words) => self.one_of(call.at, words, value),
            Use::Options(known) => self.options(call, known, value),
            Use::Place => self.place(call.at, value),
            Use::NewSheet => self.new_sheet(call, value),
            Use::Any
            | Use::Table
            | Use::Other
            | Use::Tables
            | Use::New
            | Use::Names
            | Use::Specs
            | Use::Book
            | Use::Sheet
            | Use::Filling => {}
        }
    }

    /// Names of columns of a table.
    fn names(&mut self, used: At, shape: &Shape, value: &Seen) {
        for (item, sure) in &value.items().items {
            let words = match item {
                Seen::Order(words) => words.clone(),
                other => other.words(),
            };
            if let (Some(words), true) = (words, *sure) {
                self.column(used, shape, &words);
            }
        }
    }

    /// A name that is one of some words: wrong if none of them is a column.
    fn column(&mut self, used: At, shape: &Shape, words: &[Word]) {
        let fine = words.iter().any(|word| shape.may_have(&word.text));
        for word in words {
            let visit = if fine { Visit::fine(shape) } else { missing(shape, &word.text) };
            self.visit(used, word.at, visit);
        }
    }

    fn keys(&mut self, call: &Call, other: &Shape, value: &Seen) {
        for (item, sure) in &value.items().items {
            let (Some(words), true) = (item.words(), *sure) else { continue };
            let [word] = &*words else { continue };
            let (here, there) = sides(word);
            // Two tables, so two uses of one place; which of them is wrong, the word says.
            if call.table.may_have(&here.text) || other.may_have(&there.text) {
                let wrong = if call.table.may_have(&here.text) { (other, &there) } else { (&*call.table, &here) };
                self.column(call.at, wrong.0, std::slice::from_ref(wrong.1));
            } else {
                self.column(call.at, &call.table, std::slice::from_ref(&here));
            }
        }
    }

    fn aggregates(&mut self, call: &Call, value: &Seen) {
        for (item, sure) in &value.items().items {
            if let (Seen::Aggregate(aggregate), true) = (item, *sure)
                && let Some(Some(words)) = &aggregate.of
            {
                self.column(call.at, &call.table, words);
            }
        }
    }

    fn each_row(&mut self, shape: &Rc<Shape>, value: &Seen) {
        if let Seen::Closure(closure) = value {
            let (closure, row) = (Rc::clone(closure), Seen::Row(Rc::clone(shape)));
            self.repeat(|walk| drop(walk.call_closure(&closure, std::slice::from_ref(&row))));
        }
    }

    fn one_of(&mut self, used: At, known: &'static [&'static str], value: &Seen) {
        let Some(words) = value.words() else { return };
        let fine = words.iter().any(|word| known.contains(&&*word.text));
        for word in words.iter() {
            let have = known.iter().map(|known| (*known).to_owned()).collect();
            let wrong = Visit::Wrong { word: word.text.to_string(), kind: TroubleKind::NotAllowed { have } };
            self.visit(used, word.at, if fine { Visit::Unjudged } else { wrong });
        }
    }

    fn options(&mut self, call: &Call, known: &'static [Known], value: &Seen) {
        let Seen::Map(map) = value else { return };
        let table = self.charted(call, map).unwrap_or_else(|| Rc::clone(&call.table));
        for (name, (value, at)) in &map.fields {
            let Some(option) = known.iter().find(|option| option.name == name) else {
                if let (Some(kind), true) = (options::unknown(known, name), map.sure) {
                    self.visit(call.at, *at, Visit::Wrong { word: name.to_string(), kind });
                }
                continue;
            };
            match option.takes {
                Takes::Any | Takes::Sheet => {}
                Takes::OneOf(words) => self.one_of(call.at, words, value),
                Takes::Columns => self.names(call.at, &table, value),
                Takes::ByColumn => self.by_column(call.at, &table, value),
                Takes::Many(inner) => {
                    for (item, _) in &value.items().items {
                        self.options(call, inner, item);
                    }
                }
            }
        }
    }

    /// `#{陽性率: "0.0%"}`.
    fn by_column(&mut self, used: At, table: &Shape, value: &Seen) {
        let Seen::Map(map) = value else { return };
        for (name, (_, at)) in map.fields.iter().filter(|_| map.sure) {
            let fine = table.may_have(name);
            let visit = if fine { Visit::fine(table) } else { missing(table, name) };
            self.visit(used, *at, visit);
        }
    }

    /// `エラー([r, "列"], …)`.
    fn place(&mut self, used: At, value: &Seen) {
        let Seen::List(list) = value else { return };
        if let ([(Seen::Row(shape), true), (Seen::Text(words), true)], false) = (&list.items[..], list.more) {
            self.column(used, shape, words);
        }
    }

    fn new_sheet(&mut self, call: &Call, name: &Seen) {
        let Some(Seen::Book(book)) = call.values.first() else { return };
        let sheets = &mut self.books[*book];
        match name.words() {
            Some(words) => words.iter().for_each(|word| {
                let sheet = sheets.known.entry(word.text.clone()).or_default();
                sheet.add_all(&call.table);
            }),
            None => sheets.more = true,
        }
    }

    /// The table that a chart shows; none for a word that makes no chart.
    fn charted(&mut self, call: &Call, map: &Fields) -> Option<Rc<Shape>> {
        let here = call.uses.iter().position(|used| matches!(used, Use::Sheet))?;
        self.sheet(call, &call.values[here]);
        let from = map.fields.get("表").map(|(value, _)| value.clone());
        from.iter().for_each(|from| drop(self.sheet(call, from)));
        let shown = from.unwrap_or_else(|| call.values[here].clone());
        Some(Rc::new(self.sheet(call, &shown).unwrap_or_else(Shape::anything)))
    }

    /// The columns of a sheet, if it is known; a sheet that is not there is said.
    fn sheet(&mut self, call: &Call, name: &Seen) -> Option<Shape> {
        let (Some(Seen::Book(book)), Some(words)) = (call.values.first(), name.words()) else { return None };
        let sheets = self.books[*book].clone();
        let [word] = &*words else { return None };
        let found = sheets.known.get(&word.text).cloned();
        let have = sheets.known.keys().map(ToString::to_string).collect();
        let wrong = Visit::Wrong { word: word.text.to_string(), kind: TroubleKind::NotAllowed { have } };
        let fine = found.is_some() || sheets.more;
        self.visit(call.at, word.at, if fine { Visit::Unjudged } else { wrong });
        found
    }

    fn answer(&mut self, call: &Call, gives: Gives) -> Seen {
        let words = |at: usize| call.values[at].words();
        match gives {
            Gives::Value => Seen::Unknown,
            Gives::Same => Seen::Table(Rc::clone(&call.table)),
            Gives::Settled => self.settled(call),
            Gives::Row => Seen::Row(Rc::clone(&call.table)),
            Gives::Read { specs, how } => self.read(call, specs, how),
            Gives::Made(names) => Seen::table(made(&call.values[names])),
            Gives::Fixed(names) => {
                let mut shape = Shape::default();
                names.iter().for_each(|name| shape.add_name(name));
                Seen::table(shape)
            }
            Gives::Spec(name) => Seen::Spec(words(name)),
            Gives::Itself => call.values[0].clone(),
            Gives::Aggregate(name) => Seen::Aggregate(Rc::new(Aggregated { of: Some(words(name)), name: words(name) })),
            Gives::Count(name) => {
                let name = match name {
                    Some(name) => words(name),
                    None => Seen::word("件数", call.at).words(),
                };
                Seen::Aggregate(Rc::new(Aggregated { of: None, name }))
            }
            Gives::Named(name) => match &call.values[0] {
                Seen::Aggregate(aggregate) => {
                    Seen::Aggregate(Rc::new(Aggregated { of: aggregate.of.clone(), name: words(name) }))
                }
                _ => Seen::Unknown,
            },
            Gives::Order(name) => Seen::Order(words(name)),
            Gives::Book => {
                self.books.push(Sheets::default());
                Seen::Book(self.books.len() - 1)
            }
            Gives::Form(name) => Seen::Form(words(name)),
            Gives::Stacked(tables) => self.stacked(&call.values[tables]),
            Gives::Joined { other, keys, how } => Seen::table(joined(call, other, keys, how)),
            _ => Seen::table(reshaped(call, gives)),
        }
    }

    /// 使用, 除外: the rows are accounted for.
    fn settled(&mut self, call: &Call) -> Seen {
        match &call.values[0] {
            Seen::Table(_) => self.settle(&call.values[0]),
            // Whose rows these are, nobody knows.
            _ => self.settle_all(),
        }
        Seen::Table(Rc::clone(&call.table))
    }

    fn read(&mut self, call: &Call, specs: usize, how: Option<usize>) -> Seen {
        let mut shape = Shape::default();
        let specs = call.values[specs].items();
        shape.open = specs.more;
        for (item, _) in &specs.items {
            match item {
                Seen::Spec(words) => shape.add(words),
                _ => shape.open = true,
            }
        }
        shape.open |= how.is_some_and(|how| match &call.values[how] {
            Seen::Map(map) => map.fields.contains_key(OTHERS),
            _ => true,
        });
        let known = self.reads.iter().position(|read| read.at == call.at);
        shape.reads.push(known.unwrap_or(self.reads.len()));
        if known.is_none() {
            self.reads.push(Read { at: call.at, settled: false });
        }
        Seen::table(shape)
    }

    fn stacked(&mut self, tables: &Seen) -> Seen {
        let list = tables.items();
        let mut shape = Shape { open: list.more, ..Shape::default() };
        for (item, _) in &list.items {
            let table = self::shape(item);
            shape.add_all(&table);
            shape.reads.extend(&table.reads);
        }
        Seen::table(shape)
    }
}

/// The columns of a value.
fn shape(value: &Seen) -> Rc<Shape> {
    match value {
        Seen::Table(shape) => Rc::clone(shape),
        _ => Rc::new(Shape::anything()),
    }
}

/// `"こちら=あちら"`.
fn sides(word: &Word) -> (Word, Word) {
    let part = |text: &str| Word { text: text.trim().into(), at: word.at };
    match word.text.split_once('=') {
        Some((here, there)) => (part(here), part(there)),
        None => (word.clone(), word.clone()),
    }
}

/// The columns that a list of names makes.
fn made(names: &Seen) -> Shape {
    let list = names.items();
    let mut shape = Shape { open: list.more, ..Shape::default() };
    list.items.iter().for_each(|(item, _)| shape.add(&item.words()));
    shape
}

/// With the columns of `from` that a list names, under the names they have there.
fn chosen(from: &Shape, names: &Seen) -> Shape {
    let mut shape = made(names);
    for label in &mut shape.labels {
        // A name that is written otherwise finds the column all the same, and the column keeps its own name.
        match from.labels.iter().find(|known| known.key() == label.key()) {
            Some(known) => *label = known.clone(),
            // It was said that this one is missing; what follows from that is not said as well.
            None => shape.open |= !from.open,
        }
    }
    shape.reads.clone_from(&from.reads);
    shape
}

fn sure_words(list: &List) -> Vec<Words> {
    list.items.iter().filter(|(_, sure)| *sure).map(|(item, _)| item.words()).collect()
}

fn joined(call: &Call, other: usize, keys: usize, how: Option<usize>) -> Shape {
    let other = shape(&call.values[other]);
    let list = call.values[keys].items();
    let mut right = (*other).clone();
    for words in sure_words(&list).into_iter().flatten() {
        if let [word] = &*words {
            right.remove(&sides(word).1.text);
        }
    }
    let suffix = match how.map(|how| &call.values[how]) {
        None => Some("2".to_owned()),
        Some(Seen::Map(map)) => match map.fields.get("名") {
            None => Some("2".to_owned()),
            Some((value, _)) => value.words().filter(|words| words.len() == 1).map(|words| words[0].text.to_string()),
        },
        Some(_) => None,
    };
    let mut all = (*call.table).clone();
    for label in &right.labels {
        // A name that both have gets the other table's behind it; which of them do is known only if the table has all it may have.
        if call.table.labels.iter().any(|known| known.name == label.name) {
            match &suffix {
                Some(suffix) if !suffix.is_empty() && !call.table.may_have(&format!("{}_{suffix}", label.name)) => {
                    all.add_name(&format!("{}_{suffix}", label.name));
                }
                _ => all.open = true,
            }
        }
    }
    all.add_all(&right);
    all
}

/// Verbs that change the columns of one table.
fn reshaped(call: &Call, gives: Gives) -> Shape {
    let mut shape = (*call.table).clone();
    let value = |at: usize| &call.values[at];
    match gives {
        Gives::With(name) => shape.add(&value(name).words()),
        Gives::WithDays(name) => {
            let words = value(name).words();
            shape.add(&words);
            for word in words.iter().flat_map(|words| words.iter()) {
                shape.add_name(&format!("{}日数", word.text));
            }
        }
        Gives::Only(names) => return chosen(&call.table, value(names)),
        Gives::Without(names) => {
            for words in sure_words(&value(names).items()).into_iter().flatten() {
                if let [word] = &*words {
                    shape.remove(&word.text);
                }
            }
        }
        Gives::Renamed(old, new) => {
            if let Some([word]) = value(old).words().as_deref() {
                shape.remove(&word.text);
            }
            shape.add(&value(new).words());
        }
        Gives::Grouped(keys, aggregates) => {
            shape = Shape { reads: Vec::new(), ..chosen(&call.table, value(keys)) };
            let list = value(aggregates).items();
            shape.open |= list.more;
            for (item, _) in &list.items {
                match item {
                    Seen::Aggregate(aggregate) => grow(&mut shape, &aggregate.name),
                    _ => shape.open = true,
                }
            }
        }
        Gives::Crossed(rows) => shape = Shape { reads: Vec::new(), open: true, ..chosen(&call.table, value(rows)) },
        Gives::Long(keep, name, of) => {
            shape = chosen(&call.table, value(keep));
            shape.add(&value(name).words());
            shape.add(&value(of).words());
        }
        _ => shape.open = true,
    }
    shape
}

/// With an aggregate's column; a name that is taken gets a number.
fn grow(shape: &mut Shape, name: &Words) {
    if let Some(words) = name {
        for word in
            words.iter().filter(|word| shape.labels.iter().any(|label| label.name == word.text)).cloned().collect::<Vec<_>>()
        {
            let free =
                (2..).map(|n| format!("{}{n}", word.text)).find(|free| !shape.labels.iter().any(|label| label.name == free));
            free.iter().for_each(|free| shape.add_name(free));
        }
    }
    shape.add(name);
}
