//! What scripts hold in their hands: tables, rows, files, dates… Small, and cheap to clone.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};

use book::Value;
use rhai::{Dynamic, Engine, ImmutableString};

use crate::error::{TroubleKind, ValueKind, nearest};
use crate::fault::{Fault, Said};
use crate::outcome::Proof;
use crate::session::Session;

/// A table with a number of its own, so that call sites may remember where its columns are.
pub(crate) struct Frame {
    pub number: u64,
    pub table: book::Table,
}

/// 表.
#[derive(Clone)]
pub(crate) struct Table(pub Rc<Frame>);

/// 行: a row of a table, by its number.
#[derive(Clone)]
pub(crate) struct Row {
    pub frame: Rc<Frame>,
    pub row: u32,
}

/// 日付, as days since 1970-01-01.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Day(pub i32);

/// 時刻, 日時, 時間 and what Excel shows as an error.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Moment(pub Value);

/// ファイル: its number within the arrival.
#[derive(Clone, Copy)]
pub(crate) struct File(pub usize);

/// 入力.
#[derive(Clone, Copy)]
pub(crate) struct Arrival;

/// 設定.
#[derive(Clone, Copy)]
pub(crate) struct Settings;

/// 列の宣言.
#[derive(Clone)]
pub(crate) struct Column(pub book::ColumnSpec);

/// 合計("列") and its kind.
#[derive(Clone)]
pub(crate) struct Aggregate(pub book::Aggregate);

/// 降順("列").
#[derive(Clone)]
pub(crate) struct Order {
    pub column: ImmutableString,
    pub descending: bool,
}

/// ブック: a workbook that is being put together. Shared: `b.シート(…)` changes the one that `b` names.
#[derive(Clone, Default)]
pub(crate) struct Book(pub Rc<RefCell<crate::vocabulary::Draft>>);

/// 様式: a template.
#[derive(Clone)]
pub(crate) struct Form(pub Rc<book::Template>);

/// 差し込んだ様式: the bytes of a filled template, and what is known of them.
#[derive(Clone)]
pub(crate) struct FilledForm(pub Rc<Vec<u8>>, pub Rc<Proof>);

/// 画像: an image that was looked at.
#[derive(Clone)]
pub(crate) struct Image(pub Rc<book::Image>);

/// 記号の規則.
#[derive(Clone)]
pub(crate) struct Symbols(pub Rc<crate::symbols::Rules>);

static NEXT: AtomicU64 = AtomicU64::new(1);

impl Table {
    pub fn new(table: book::Table) -> Table {
        Table(Rc::new(Frame { number: NEXT.fetch_add(1, Ordering::Relaxed), table }))
    }

    pub fn table(&self) -> &book::Table {
        &self.0.table
    }

    /// The position of a column.
    pub fn position(&self, name: &str) -> Said<usize> {
        position(&self.0.table, name)
    }
}

impl IntoIterator for Table {
    type Item = Row;
    type IntoIter = Rows;

    /// `for r in 表 { … }`
    fn into_iter(self) -> Rows {
        Rows { frame: self.0, next: 0 }
    }
}

/// The rows of a table, one after another.
pub(crate) struct Rows {
    frame: Rc<Frame>,
    next: u32,
}

impl Iterator for Rows {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        let row = self.next;
        self.next += 1;
        ((row as usize) < self.frame.table.len()).then(|| Row { frame: Rc::clone(&self.frame), row })
    }
}

/// The position of a column, or which one may be meant.
pub(crate) fn position(table: &book::Table, name: &str) -> Said<usize> {
    if let Some(at) = table.position(name) {
        return Ok(at);
    }
    let have: Vec<String> = table.columns().iter().map(|column| column.name.to_string()).collect();
    let near = nearest(name, have.iter().map(String::as_str));
    Err(Fault::about(name, TroubleKind::NoColumn { near, have }).into())
}

impl Row {
    /// The value in a column position.
    #[inline]
    fn read(&self, session: &Session, column: u32) -> Dynamic {
        session.dynamic(session.read(&self.frame, self.row, column))
    }
}

impl Row {
    /// What every row knows besides its columns: where it was read. Blank for a computed row.
    fn origin(&self, session: &Session, name: &str) -> Option<Dynamic> {
        if !matches!(name, "ファイル名" | "シート名" | "行番号") {
            return None;
        }
        let origin = self.frame.table.origins()[self.row as usize];
        let Some(source) = session.shelf.source(origin.source) else { return Some(Dynamic::UNIT) };
        let text = |text: &str| Dynamic::from(ImmutableString::from(text));
        Some(match name {
            "ファイル名" => text(&source.file),
            "シート名" => source.sheet.as_deref().map_or(Dynamic::UNIT, text),
            _ => (i64::from(origin.row) + 1).into(),
        })
    }
}

impl Moment {
    pub fn kind(&self) -> ValueKind {
        match self.0 {
            Value::Time(_) => ValueKind::Time,
            Value::DateTime(_) => ValueKind::DateTime,
            Value::Duration(_) => ValueKind::Duration,
            Value::Error(_) | Value::Stale => ValueKind::ExcelError,
            _ => ValueKind::Other,
        }
    }
}

impl Day {
    pub fn date(self) -> Said<jiff::civil::Date> {
        book::Day(self.0).date().ok_or_else(|| Fault::new(TroubleKind::TooLarge).into())
    }
}

/// Lets `r.名` reach the column of that name. Every property that a script mentions gets a getter of its own, which remembers
/// in which position it found the column in the table it saw last: a pass over a million rows looks it up once.
pub(crate) fn register_row_properties(
    engine: &mut Engine,
    session: &Rc<Session>,
    names: impl IntoIterator<Item = ImmutableString>,
) {
    for name in names {
        let session = Rc::clone(session);
        let known: Cell<(u64, u32)> = Cell::new((0, 0));
        let column = name.clone();
        engine.register_get(name.as_str(), move |row: &mut Row| -> Said<Dynamic> {
            let (number, mut at) = known.get();
            if number != row.frame.number {
                at = match position(&row.frame.table, &column) {
                    Ok(at) => at as u32,
                    Err(error) => return row.origin(&session, &column).ok_or(error),
                };
                known.set((row.frame.number, at));
            }
            Ok(row.read(&session, at))
        });
    }
    register_row_index(engine, session);
}

/// Lets `r["名"]` reach the column of that name, remembering the last few.
fn register_row_index(engine: &mut Engine, session: &Rc<Session>) {
    const KNOWN: usize = 8;
    let session = Rc::clone(session);
    let known: RefCell<Vec<(u64, ImmutableString, u32)>> = RefCell::default();
    let next = Cell::new(0usize);
    engine.register_indexer_get(move |row: &mut Row, name: ImmutableString| -> Said<Dynamic> {
        let number = row.frame.number;
        let hit = known.borrow().iter().find(|(n, column, _)| *n == number && *column == name).map(|(_, _, at)| *at);
        let at = match hit {
            Some(at) => at,
            None => {
                let at = match position(&row.frame.table, &name) {
                    Ok(at) => at as u32,
                    Err(error) => return row.origin(&session, &name).ok_or(error),
                };
                let mut known = known.borrow_mut();
                if known.len() < KNOWN {
                    known.push((number, name, at));
                } else {
                    known[next.get()] = (number, name, at);
                    next.set((next.get() + 1) % KNOWN);
                }
                at
            }
        };
        Ok(row.read(&session, at))
    });
}
