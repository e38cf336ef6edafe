//! Formulas worked out as Excel works them out, where that is certain, and not at all where it is not.
//!
//! A value is given only if every function, operand and cell that it comes from is known here; `docs/formulas.md` lists the
//! functions. Numbers are Excel's doubles, seen in fifteen digits as Excel sees them.

mod calendar;
mod criteria;
mod day;
mod evaluate;
mod function;
mod grid;
mod logic;
mod lookup;
mod number;
mod order;
mod parse;
mod round;
mod show;
#[cfg(test)]
mod tests;
mod text;
mod total;
mod value;

pub(crate) use grid::{Grid, Page, Place};
pub(crate) use order::{Formula, calculate};
pub(crate) use parse::{Names, TableShape, parse, places};
pub(crate) use value::{Scalar, fifteen_digits};
