//! A formula's text as a tree, with everything that it names found: sheets, names, tables.
//!
//! What points somewhere is told by the same reader that moves references ([`pieces_with_places`]); here are the operators,
//! the literals and the calls around it.

use std::ops::Range;
use std::rc::Rc;

use super::function::Function;
use super::grid::Place;
use super::value::Scalar;
use crate::edit::formula::{Piece, Reference, Scope, Span, pieces_with_places};
use crate::{Address, Area, ExcelError};

/// Brackets and calls within each other; Excel itself allows 64 calls.
const DEEPEST: u32 = 64;
/// Operators of a formula. A sum of more cells than this, one by one, is not computed.
const MOST_OPERATORS: u32 = 250;
/// Names that lead to names.
const DEEPEST_NAME: u32 = 8;
/// Values of an array written into a formula.
const MOST_LITERALS: usize = 4_096;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
    Join,
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// A formula.
#[derive(Clone, Debug)]
pub(crate) enum Expression {
    Value(Scalar),
    /// An argument left out.
    Missing,
    /// Cells; several places for a reference through sheets.
    Cells(Vec<Place>),
    Array {
        columns: usize,
        items: Rc<[Scalar]>,
    },
    Negate(Box<Expression>),
    Percent(Box<Expression>),
    Binary(Operator, Box<Expression>, Box<Expression>),
    Call(&'static Function, Vec<Expression>),
}

/// A table as formulas name it.
#[derive(Clone, Debug)]
pub(crate) struct TableShape {
    pub(crate) name: String,
    pub(crate) sheet: usize,
    pub(crate) area: Area,
    pub(crate) header_rows: u32,
    pub(crate) total_rows: u32,
    pub(crate) columns: Vec<String>,
}

/// What a formula can name.
pub(crate) trait Names {
    /// The sheet's number.
    fn sheet(&self, name: &str) -> Option<usize>;
    /// The sheets from one to another, in their order.
    fn sheets(&self, first: &str, last: &str) -> Option<Vec<usize>>;
    /// The text of a defined name, as it is seen from a sheet.
    fn name(&self, sheet: usize, name: &str) -> Option<String>;
    /// A table.
    fn table(&self, name: &str) -> Option<&TableShape>;
}

/// Takes a formula apart; none if anything in it is not known here.
pub(crate) fn parse(text: &str, sheet: usize, at: Address, names: &dyn Names) -> Option<Expression> {
    read(text, sheet, at, names, 0, false)
}

/// All places that a formula names.
pub(crate) fn places(expression: &Expression, found: &mut Vec<Place>) {
    match expression {
        Expression::Cells(places) => found.extend_from_slice(places),
        Expression::Negate(inner) | Expression::Percent(inner) => places(inner, found),
        Expression::Binary(_, a, b) => {
            places(a, found);
            places(b, found);
        }
        Expression::Call(function, arguments) => {
            arguments.iter().for_each(|argument| places(argument, found));
            if function.resizes {
                found.extend(resized(arguments));
            }
        }
        Expression::Value(_) | Expression::Missing | Expression::Array { .. } => {}
    }
}

/// SUMIF and AVERAGEIF take as much from their third argument as the first has, however little it names.
fn resized(arguments: &[Expression]) -> Option<Place> {
    match arguments {
        [Expression::Cells(tested), _, Expression::Cells(summed)] => super::criteria::as_large(summed.first()?, tested.first()?),
        _ => None,
    }
}

fn read(text: &str, sheet: usize, at: Address, names: &dyn Names, depth: u32, fixed: bool) -> Option<Expression> {
    let pieces = pieces_with_places(text);
    let mut parser =
        Parser { text, at: 0, pieces: &pieces, nth: 0, sheet, cell: at, names, depth: 0, operators: 0, names_deep: depth, fixed };
    let whole = parser.comparison()?;
    parser.space();
    (parser.at == text.len()).then_some(whole)
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    pieces: &'a [(Piece, Range<usize>)],
    /// The first piece that was not passed yet.
    nth: usize,
    sheet: usize,
    cell: Address,
    names: &'a dyn Names,
    depth: u32,
    operators: u32,
    names_deep: u32,
    /// Whether references must be fixed: in a name others would mean other cells from each cell.
    fixed: bool,
}

const COMPARISONS: [(&str, Operator); 6] = [
    ("<>", Operator::Unequal),
    ("<=", Operator::LessOrEqual),
    (">=", Operator::GreaterOrEqual),
    ("<", Operator::Less),
    (">", Operator::Greater),
    ("=", Operator::Equal),
];
const SUMS: [(&str, Operator); 2] = [("+", Operator::Add), ("-", Operator::Subtract)];
const PRODUCTS: [(&str, Operator); 2] = [("*", Operator::Multiply), ("/", Operator::Divide)];

impl Parser<'_> {
    fn space(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    fn take(&mut self, wanted: &str) -> bool {
        self.space();
        let found = self.text[self.at..].starts_with(wanted);
        self.at += if found { wanted.len() } else { 0 };
        found
    }

    fn operator(&mut self, known: &[(&str, Operator)]) -> Option<Operator> {
        known.iter().find(|(sign, _)| self.take(sign)).map(|(_, operator)| *operator)
    }

    fn chain(&mut self, known: &[(&str, Operator)], next: fn(&mut Self) -> Option<Expression>) -> Option<Expression> {
        let mut left = next(self)?;
        while let Some(operator) = self.operator(known) {
            self.operators += 1;
            if self.operators > MOST_OPERATORS {
                return None;
            }
            left = Expression::Binary(operator, Box::new(left), Box::new(next(self)?));
        }
        Some(left)
    }

    fn comparison(&mut self) -> Option<Expression> {
        self.chain(&COMPARISONS, Self::joined)
    }

    fn joined(&mut self) -> Option<Expression> {
        self.chain(&[("&", Operator::Join)], Self::sum)
    }

    fn sum(&mut self) -> Option<Expression> {
        self.chain(&SUMS, Self::product)
    }

    fn product(&mut self) -> Option<Expression> {
        self.chain(&PRODUCTS, Self::power)
    }

    fn power(&mut self) -> Option<Expression> {
        self.chain(&[("^", Operator::Power)], Self::percent)
    }

    fn percent(&mut self) -> Option<Expression> {
        let mut inner = self.signed()?;
        while self.take("%") {
            inner = Expression::Percent(Box::new(inner));
        }
        Some(inner)
    }

    /// A sign binds more tightly than a power: `-2^2` is 4.
    fn signed(&mut self) -> Option<Expression> {
        let mut negative = false;
        loop {
            if self.take("-") {
                negative = !negative;
            } else if !self.take("+") {
                break;
            }
            self.operators += 1;
            if self.operators > MOST_OPERATORS {
                return None;
            }
        }
        let inner = self.operand()?;
        Some(if negative { Expression::Negate(Box::new(inner)) } else { inner })
    }

    fn operand(&mut self) -> Option<Expression> {
        self.space();
        while self.pieces.get(self.nth).is_some_and(|(_, place)| place.start < self.at) {
            self.nth += 1;
        }
        let pieces = self.pieces;
        if let Some((piece, place)) = pieces.get(self.nth).filter(|(_, place)| place.start == self.at) {
            self.nth += 1;
            self.at = place.end;
            return self.piece(piece);
        }
        match self.text.as_bytes().get(self.at)? {
            b'"' => self.literal_text().map(Expression::Value),
            b'{' => self.array(),
            b'#' => self.error().map(Expression::Value),
            b'(' => {
                self.at += 1;
                let inner = self.deeper(Self::comparison)?;
                self.take(")").then_some(inner)
            }
            _ => self.number().map(|number| Expression::Value(Scalar::Number(number))),
        }
    }

    fn deeper<T>(&mut self, inner: impl Fn(&mut Self) -> Option<T>) -> Option<T> {
        self.depth += 1;
        let found = if self.depth > DEEPEST { None } else { inner(self) };
        self.depth -= 1;
        found
    }

    fn piece(&mut self, piece: &Piece) -> Option<Expression> {
        match piece {
            Piece::Reference(reference) => self.reference(reference).map(Expression::Cells),
            Piece::Function(name) => self.call(name),
            Piece::Name { scope, name } => self.name(scope, name),
            Piece::Columns => None,
        }
    }

    fn reference(&mut self, reference: &Reference) -> Option<Vec<Place>> {
        // A reference that a colon or a spill sign goes on from covers more than is written.
        if matches!(self.text.as_bytes().get(self.at), Some(b':' | b'#' | b'(' | b'[')) || self.fixed && !fixed(&reference.span) {
            return None;
        }
        let (rows, columns) = (reference.span.rows(), reference.span.columns());
        let area = Area { first: Address::new(rows.0, columns.0), last: Address::new(rows.1, columns.1) };
        let sheets = match &reference.scope {
            Scope::Own => vec![self.sheet],
            Scope::Sheet(name) => vec![self.names.sheet(name)?],
            Scope::Sheets(first, last) => self.names.sheets(first, last)?,
            Scope::Outside => return None,
        };
        Some(sheets.into_iter().map(|sheet| Place { sheet, area }).collect())
    }

    fn call(&mut self, name: &str) -> Option<Expression> {
        let function = Function::named(name)?;
        if !self.take("(") {
            return None;
        }
        let arguments = self.deeper(Self::arguments)?;
        (function.least..=function.most).contains(&arguments.len()).then_some(Expression::Call(function, arguments))
    }

    fn arguments(&mut self) -> Option<Vec<Expression>> {
        let mut arguments = Vec::new();
        if self.take(")") {
            return Some(arguments);
        }
        loop {
            self.space();
            let missing = matches!(self.text.as_bytes().get(self.at), Some(b',' | b')'));
            arguments.push(if missing { Expression::Missing } else { self.comparison()? });
            if self.take(")") {
                return Some(arguments);
            }
            if !self.take(",") || arguments.len() > 255 {
                return None;
            }
        }
    }

    fn name(&mut self, scope: &Scope, name: &str) -> Option<Expression> {
        match name.to_ascii_uppercase().as_str() {
            "TRUE" => return Some(Expression::Value(Scalar::YesNo(true))),
            "FALSE" => return Some(Expression::Value(Scalar::YesNo(false))),
            _ => {}
        }
        let columns = self.pieces.get(self.nth).filter(|(piece, place)| *piece == Piece::Columns && place.start == self.at);
        if let Some((_, place)) = columns {
            self.nth += 1;
            self.at = place.end;
            let inside = &self.text[place.start + 1..place.end - 1];
            return self.columns(name, inside).map(|place| Expression::Cells(vec![place]));
        }
        if matches!(self.text.as_bytes().get(self.at), Some(b':' | b'#' | b'(' | b'[')) {
            return None;
        }
        let own = match scope {
            Scope::Own => self.sheet,
            Scope::Sheet(sheet) => self.names.sheet(sheet)?,
            Scope::Sheets(..) | Scope::Outside => return None,
        };
        if let Some(text) = self.names.name(own, name) {
            if self.names_deep >= DEEPEST_NAME {
                return None;
            }
            return read(&text, own, self.cell, self.names, self.names_deep + 1, true);
        }
        let table = self.names.table(name).filter(|_| *scope == Scope::Own)?;
        Some(Expression::Cells(vec![data_of(table)?]))
    }

    /// `Table[…]`: a column, columns from one to another, this row, the header, the totals, all.
    fn columns(&self, name: &str, inside: &str) -> Option<Place> {
        let table = self.names.table(name)?;
        let mut rows = None;
        let mut columns: Vec<usize> = Vec::new();
        let items: Vec<&str> = if inside.starts_with('[') { bracketed(inside)? } else { vec![inside] };
        for item in items {
            let found = match item.to_ascii_lowercase().as_str() {
                "" if inside.is_empty() => continue,
                "#all" => (table.area.first.row, table.area.last.row),
                "#data" => data_rows(table)?,
                "#headers" if table.header_rows == 1 => (table.area.first.row, table.area.first.row),
                "#totals" if table.total_rows == 1 => (table.area.last.row, table.area.last.row),
                "#this row" => {
                    let (first, last) = data_rows(table)?;
                    let row = self.cell.row;
                    if table.sheet != self.sheet || !(first..=last).contains(&row) {
                        return None;
                    }
                    (row, row)
                }
                // A special sign within a name is escaped.
                lower if lower.starts_with('#') || lower.contains('\'') => return None,
                lower => {
                    columns.push(table.columns.iter().position(|column| column.to_lowercase() == lower.to_lowercase())?);
                    continue;
                }
            };
            if rows.replace(found).is_some() {
                return None;
            }
        }
        let (first, last) = match rows {
            Some(rows) => rows,
            None => data_rows(table)?,
        };
        let left = table.area.first.column;
        let (from, to) = match columns[..] {
            [] => (left, table.area.last.column),
            [one] => (left + one as u32, left + one as u32),
            [a, b] if inside.contains("]:[") => (left + a.min(b) as u32, left + a.max(b) as u32),
            _ => return None,
        };
        Some(Place { sheet: table.sheet, area: Area { first: Address::new(first, from), last: Address::new(last, to) } })
    }

    fn literal_text(&mut self) -> Option<Scalar> {
        let mut text = String::new();
        let mut rest = self.text[self.at..].strip_prefix('"')?;
        loop {
            let end = rest.find('"')?;
            text.push_str(&rest[..end]);
            rest = &rest[end + 1..];
            match rest.strip_prefix('"') {
                Some(more) => {
                    text.push('"');
                    rest = more;
                }
                None => {
                    self.at = self.text.len() - rest.len();
                    return Some(Scalar::text(text));
                }
            }
        }
    }

    fn error(&mut self) -> Option<Scalar> {
        let known = ["#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"];
        let found = known.into_iter().find(|error| self.text[self.at..].starts_with(error))?;
        self.at += found.len();
        // A reference that is lost: what it meant nobody knows, but its value is this.
        Some(Scalar::Error(ExcelError::from_text(found)))
    }

    fn number(&mut self) -> Option<f64> {
        let rest = &self.text.as_bytes()[self.at..];
        let digits = |from: usize| rest[from..].iter().take_while(|b| b.is_ascii_digit()).count();
        let mut length = digits(0);
        if rest.get(length) == Some(&b'.') {
            length += 1 + digits(length + 1);
        }
        if length > 0 && matches!(rest.get(length), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(rest.get(length + 1), Some(b'+' | b'-')));
            let exponent = rest.get(length + 1 + sign..).map_or(0, |_| digits(length + 1 + sign));
            length += if exponent > 0 { 1 + sign + exponent } else { 0 };
        }
        let number: f64 = self.text[self.at..self.at + length].parse().ok()?;
        self.at += length;
        number.is_finite().then_some(number)
    }

    /// `{1,2;3,4}`: literals, columns by commas, rows by semicolons.
    fn array(&mut self) -> Option<Expression> {
        self.at += 1;
        let (mut items, mut columns, mut in_row) = (Vec::new(), None, 0);
        loop {
            items.push(self.literal()?);
            in_row += 1;
            if self.take(",") {
                continue;
            }
            let end = self.take("}");
            if !end && !self.take(";") || *columns.get_or_insert(in_row) != in_row || items.len() > MOST_LITERALS {
                return None;
            }
            if end {
                return Some(Expression::Array { columns: in_row, items: items.into() });
            }
            in_row = 0;
        }
    }

    fn literal(&mut self) -> Option<Scalar> {
        let negative = self.take("-");
        self.space();
        match self.text.as_bytes().get(self.at)? {
            b'"' if !negative => self.literal_text(),
            b'#' if !negative => self.error(),
            b'T' | b't' if !negative && self.text[self.at..].get(..4)?.eq_ignore_ascii_case("true") => {
                self.at += 4;
                Some(Scalar::YesNo(true))
            }
            b'F' | b'f' if !negative && self.text[self.at..].get(..5)?.eq_ignore_ascii_case("false") => {
                self.at += 5;
                Some(Scalar::YesNo(false))
            }
            _ => self.number().map(|number| Scalar::Number(if negative { -number } else { number })),
        }
    }
}

fn fixed(span: &Span) -> bool {
    match span {
        Span::Cell(a, b) | Span::Rows(a, b) | Span::Columns(a, b) => a.fixed && b.fixed,
        Span::Cells(a, b) => a.iter().chain(b).all(|end| end.fixed),
    }
}

fn data_rows(table: &TableShape) -> Option<(u32, u32)> {
    let (first, last) = (table.area.first.row + table.header_rows, table.area.last.row.checked_sub(table.total_rows)?);
    (first <= last).then_some((first, last))
}

fn data_of(table: &TableShape) -> Option<Place> {
    let (first, last) = data_rows(table)?;
    let area = Area { first: Address::new(first, table.area.first.column), last: Address::new(last, table.area.last.column) };
    Some(Place { sheet: table.sheet, area })
}

/// `[#This Row],[a]:[b]` as its items.
fn bracketed(inside: &str) -> Option<Vec<&str>> {
    let (mut items, mut rest) = (Vec::new(), inside.trim());
    loop {
        let end = rest.strip_prefix('[')?.find(']')?;
        items.push(&rest[1..=end]);
        rest = rest[end + 2..].trim_start();
        if rest.is_empty() {
            return Some(items);
        }
        rest = rest.strip_prefix([',', ':'])?.trim_start();
    }
}
