//! A formula's tree to its value.

use std::rc::Rc;

use super::calendar::Calendar;
use super::function::{Function, Work};
use super::grid::{Grid, Place};
use super::parse::{Expression, Operator};
use super::value::{Answer, DIV0, NUM, Scalar, Stop, VALUE, compare, equal, fifteen};
use crate::Address;

/// Values of an array under way.
const MOST_ITEMS: u64 = 500_000;
/// Characters of a text that a cell holds.
const LONGEST_TEXT: usize = 32_767;

/// Values in rows and columns.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Array {
    pub(super) rows: u32,
    pub(super) columns: u32,
    pub(super) items: Vec<Scalar>,
}

impl Array {
    /// The item at a place; one row, one column and one item serve every row and column.
    fn spread(&self, row: u32, column: u32) -> Option<&Scalar> {
        let row = if self.rows == 1 { 0 } else { row };
        let column = if self.columns == 1 { 0 } else { column };
        let within = row < self.rows && column < self.columns;
        within.then(|| self.items.get((row * self.columns + column) as usize)).flatten()
    }
}

/// What a part of a formula comes to.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Operand {
    Missing,
    One(Scalar),
    Cells(Vec<Place>),
    Array(Array),
}

/// One formula in its cell.
#[derive(Clone, Copy)]
pub(crate) struct Evaluation<'g> {
    pub(super) grid: &'g Grid,
    pub(super) sheet: usize,
    pub(super) at: Address,
    /// Whether a range means all its values here.
    pub(super) array: bool,
    /// Whether the whole formula was entered as one for arrays.
    pub(super) entered: bool,
    pub(super) calendar: Calendar,
    /// The moment of the job, in milliseconds since 1970-01-01 of the wall clock.
    pub(super) now: Option<i64>,
}

impl Evaluation<'_> {
    /// What the cell of the formula shows.
    pub(super) fn result(&self, expression: &Expression) -> Answer<Scalar> {
        // Several values are none: they would fill the cells around, too.
        match self.single(self.operand(expression)?)? {
            Scalar::Blank => Ok(Scalar::Number(0.0)),
            // A difference that is nothing in fifteen digits is nothing, where it is the last step.
            Scalar::Number(number) if self.is_nothing(expression, number) => Ok(Scalar::Number(0.0)),
            Scalar::Number(number) if !number.is_finite() => Ok(Scalar::Error(crate::ExcelError::Num)),
            Scalar::Number(number) => Ok(Scalar::Number(number + 0.0)),
            Scalar::Text(text) if text.encode_utf16().count() > LONGEST_TEXT => Err(Stop::Unknown),
            value => Ok(value),
        }
    }

    fn is_nothing(&self, expression: &Expression, number: f64) -> bool {
        if number == 0.0 {
            return false;
        }
        let Expression::Binary(operator @ (Operator::Add | Operator::Subtract), a, b) = expression else { return false };
        let (Ok(a), Ok(b)) = (self.number(a), self.number(b)) else { return false };
        let b = if *operator == Operator::Add { -b } else { b };
        fifteen(a) == fifteen(b)
    }

    /// Any part of the formula. An error of Excel's is a value; what is not known ends everything.
    pub(super) fn operand(&self, expression: &Expression) -> Answer<Operand> {
        let found = match expression {
            Expression::Value(value) => Ok(Operand::One(value.clone())),
            Expression::Missing => Ok(Operand::Missing),
            Expression::Cells(places) => Ok(Operand::Cells(places.clone())),
            Expression::Array { columns, items } => {
                let columns = *columns as u32;
                Ok(Operand::Array(Array { rows: items.len() as u32 / columns.max(1), columns, items: items.to_vec() }))
            }
            Expression::Negate(inner) => self.lifted(&[inner], &|values| values[0].number().map(|n| Scalar::Number(-n))),
            Expression::Percent(inner) => self.lifted(&[inner], &|values| values[0].number().map(|n| Scalar::Number(n / 100.0))),
            Expression::Binary(operator, a, b) => self.lifted(&[a, b], &|values| binary(*operator, &values[0], &values[1])),
            Expression::Call(function, arguments) => self.call(function, arguments),
        };
        match found {
            Err(Stop::Error(error)) => Ok(Operand::One(Scalar::Error(error))),
            found => found,
        }
    }

    fn call(&self, function: &Function, arguments: &[Expression]) -> Answer<Operand> {
        match function.work {
            Work::Values(work) => {
                let arguments: Vec<&Expression> = arguments.iter().collect();
                self.lifted(&arguments, &|values| work(self, values))
            }
            Work::Seeing(work) => {
                let mut values = Vec::with_capacity(arguments.len());
                for argument in arguments {
                    let operand = self.operand(argument)?;
                    if self.array && matches!(&operand, Operand::Array(_)) || self.is_many(&operand) {
                        return self.seen(work, arguments);
                    }
                    values.push(self.single(operand)?);
                }
                work(self, &values).map(Operand::One)
            }
            Work::Parts(work) => work(self, arguments),
        }
    }

    /// A function that looks at errors too, over the values of an array.
    fn seen(&self, work: super::function::OfValues, arguments: &[Expression]) -> Answer<Operand> {
        let [argument] = arguments else { return Err(Stop::Unknown) };
        let array = self.array_of(argument)?;
        let items = array.items.iter().map(|item| work(self, std::slice::from_ref(item))).collect::<Answer<Vec<_>>>()?;
        Ok(Operand::Array(Array { items, ..array }))
    }

    fn is_many(&self, operand: &Operand) -> bool {
        match operand {
            Operand::Cells(places) => self.array && (places.len() > 1 || places[0].area.first != places[0].area.last),
            Operand::Array(_) => true,
            _ => false,
        }
    }

    /// Values one by one through a function; over arrays, item by item, where the formula is one for arrays.
    fn lifted(&self, arguments: &[&Expression], work: &dyn Fn(&[Scalar]) -> Answer<Scalar>) -> Answer<Operand> {
        let operands = arguments.iter().map(|argument| self.operand(argument)).collect::<Answer<Vec<_>>>()?;
        if !operands.iter().any(|operand| self.is_many(operand)) {
            let values = operands.into_iter().map(|operand| self.single(operand)?.sound()).collect::<Answer<Vec<_>>>()?;
            return work(&values).map(Operand::One);
        }
        if !self.array {
            return Err(Stop::Unknown);
        }
        let arrays = operands.into_iter().map(|operand| self.as_array(operand)).collect::<Answer<Vec<_>>>()?;
        let rows = arrays.iter().map(|array| array.rows).max().unwrap_or(1);
        let columns = arrays.iter().map(|array| array.columns).max().unwrap_or(1);
        let mut items = Vec::new();
        for row in 0..rows {
            for column in 0..columns {
                self.grid.spend(1)?;
                // Beyond the smaller of two arrays Excel shows #N/A.
                let values = arrays.iter().map(|array| array.spread(row, column).cloned().ok_or(Stop::Unknown));
                let values: Answer<Vec<Scalar>> = values.map(|value| value?.sound()).collect();
                items.push(match values.and_then(|values| work(&values)) {
                    Err(Stop::Error(error)) => Scalar::Error(error),
                    value => value?,
                });
            }
        }
        Ok(Operand::Array(Array { rows, columns, items }))
    }

    /// An operand as the one value that a plain formula takes from it.
    pub(super) fn single(&self, operand: Operand) -> Answer<Scalar> {
        match operand {
            Operand::Missing => Ok(Scalar::Blank),
            Operand::One(value) => Ok(value),
            Operand::Array(array) if array.items.len() == 1 => Ok(array.items[0].clone()),
            Operand::Array(_) => Err(Stop::Unknown),
            Operand::Cells(places) => {
                let [place] = places[..] else { return Err(VALUE) };
                self.grid.value(place.sheet, self.crossing(&place)?)
            }
        }
    }

    /// The cell of a range that stands in the formula's own row or column.
    fn crossing(&self, place: &Place) -> Answer<Address> {
        let area = &place.area;
        let within = |first: u32, last: u32, at: u32| (first..=last).contains(&at);
        if area.first == area.last {
            return Ok(area.first);
        }
        if self.array {
            return Err(Stop::Unknown);
        }
        if place.columns() == 1 && within(area.first.row, area.last.row, self.at.row) {
            return Ok(Address::new(self.at.row, area.first.column));
        }
        if place.rows() == 1 && within(area.first.column, area.last.column, self.at.column) {
            return Ok(Address::new(area.first.row, self.at.column));
        }
        Err(VALUE)
    }

    /// An operand with all its values.
    pub(super) fn as_array(&self, operand: Operand) -> Answer<Array> {
        match operand {
            Operand::Missing => Ok(Array { rows: 1, columns: 1, items: vec![Scalar::Blank] }),
            Operand::One(value) => Ok(Array { rows: 1, columns: 1, items: vec![value] }),
            Operand::Array(array) => Ok(array),
            Operand::Cells(places) => {
                let [place] = places[..] else { return Err(Stop::Unknown) };
                let size = u64::from(place.rows()) * u64::from(place.columns());
                if size > MOST_ITEMS {
                    return Err(Stop::Unknown);
                }
                self.grid.spend(size)?;
                let mut items = vec![Scalar::Blank; size as usize];
                for (at, value) in self.grid.filled(&place)? {
                    let (row, column) = (at.row - place.area.first.row, at.column - place.area.first.column);
                    items[(row * place.columns() + column) as usize] = value.clone();
                }
                Ok(Array { rows: place.rows(), columns: place.columns(), items })
            }
        }
    }

    /// A part of the formula with all its values, computed as in a formula for arrays.
    pub(super) fn array_of(&self, expression: &Expression) -> Answer<Array> {
        let whole = Evaluation { array: true, ..*self };
        whole.as_array(whole.operand(expression)?)
    }

    /// One value, errors among them.
    pub(super) fn value(&self, expression: &Expression) -> Answer<Scalar> {
        self.single(self.operand(expression)?)
    }

    /// One value that is no error.
    pub(super) fn sound(&self, expression: &Expression) -> Answer<Scalar> {
        self.value(expression)?.sound()
    }

    pub(super) fn number(&self, expression: &Expression) -> Answer<f64> {
        self.value(expression)?.number()
    }

    pub(super) fn text(&self, expression: &Expression) -> Answer<Rc<str>> {
        self.value(expression)?.shown()
    }

    /// Cells and nothing else.
    pub(super) fn cells(&self, expression: &Expression) -> Answer<Vec<Place>> {
        match self.operand(expression)? {
            Operand::Cells(places) => Ok(places),
            Operand::One(Scalar::Error(error)) => Err(Stop::Error(error)),
            _ => Err(Stop::Unknown),
        }
    }

    /// Cells of one range.
    pub(super) fn range(&self, expression: &Expression) -> Answer<Place> {
        let [place] = self.cells(expression)?[..] else { return Err(Stop::Unknown) };
        Ok(place)
    }
}

fn binary(operator: Operator, a: &Scalar, b: &Scalar) -> Answer<Scalar> {
    let number = |result: f64| if result.is_finite() { Ok(Scalar::Number(result)) } else { Err(NUM) };
    let order = |wanted: fn(std::cmp::Ordering) -> bool| compare(a, b).map(|order| Scalar::YesNo(wanted(order)));
    match operator {
        Operator::Add => number(a.number()? + b.number()?),
        Operator::Subtract => number(a.number()? - b.number()?),
        Operator::Multiply => number(a.number()? * b.number()?),
        Operator::Divide => {
            let (a, b) = (a.number()?, b.number()?);
            if b == 0.0 { Err(DIV0) } else { number(a / b) }
        }
        Operator::Power => power(a.number()?, b.number()?).map(Scalar::Number),
        Operator::Join => Ok(Scalar::text(format!("{}{}", a.shown()?, b.shown()?))),
        Operator::Equal => equal(a, b).map(Scalar::YesNo),
        Operator::Unequal => equal(a, b).map(|same| Scalar::YesNo(!same)),
        Operator::Less => order(std::cmp::Ordering::is_lt),
        Operator::LessOrEqual => order(std::cmp::Ordering::is_le),
        Operator::Greater => order(std::cmp::Ordering::is_gt),
        Operator::GreaterOrEqual => order(std::cmp::Ordering::is_ge),
    }
}

pub(super) fn power(base: f64, exponent: f64) -> Answer<f64> {
    if base == 0.0 && exponent <= 0.0 {
        return Err(if exponent == 0.0 { NUM } else { DIV0 });
    }
    let result = base.powf(exponent);
    if result.is_finite() { Ok(result) } else { Err(NUM) }
}
