//! The functions that are computed: their names, how many arguments they take, and where each is worked out.
//!
//! `docs/formulas.md` says the same for people; a test holds the two together and asks a case of each.

use super::evaluate::{Evaluation, Operand};
use super::parse::Expression;
use super::value::{Answer, Scalar};
use super::{day, logic, lookup, number, text, total};

pub(super) type OfValues = fn(&Evaluation<'_>, &[Scalar]) -> Answer<Scalar>;
pub(super) type OfParts = fn(&Evaluation<'_>, &[Expression]) -> Answer<Operand>;

/// How a function takes its arguments.
#[derive(Clone, Copy)]
pub(super) enum Work {
    /// One value each; an error among them is the result.
    Values(OfValues),
    /// One value each, errors too.
    Seeing(OfValues),
    /// As they are written: ranges, and parts that may not be needed.
    Parts(OfParts),
}

/// A function.
pub(crate) struct Function {
    pub(super) name: &'static str,
    pub(super) least: usize,
    pub(super) most: usize,
    pub(super) work: Work,
    /// Whether its third argument is taken as large as its first.
    pub(super) resizes: bool,
}

impl std::fmt::Debug for Function {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.name)
    }
}

impl Function {
    /// The function of a name as files write it; newer ones carry a prefix there.
    pub(super) fn named(name: &str) -> Option<&'static Function> {
        let plain = name.strip_prefix("_xlfn.").unwrap_or(name);
        FUNCTIONS.iter().find(|function| function.name.eq_ignore_ascii_case(plain))
    }
}

/// The names of all functions, for the documents.
#[cfg(test)]
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|function| function.name)
}

const fn values(name: &'static str, least: usize, most: usize, work: OfValues) -> Function {
    Function { name, least, most, work: Work::Values(work), resizes: false }
}

const fn seeing(name: &'static str, work: OfValues) -> Function {
    Function { name, least: 1, most: 1, work: Work::Seeing(work), resizes: false }
}

const fn parts(name: &'static str, least: usize, most: usize, work: OfParts) -> Function {
    Function { name, least, most, work: Work::Parts(work), resizes: false }
}

const fn resizing(name: &'static str, work: OfParts) -> Function {
    Function { name, least: 2, most: 3, work: Work::Parts(work), resizes: true }
}

/// As many arguments as Excel takes.
const MANY: usize = 255;

static FUNCTIONS: &[Function] = &[
    // Totals
    parts("SUM", 1, MANY, total::sum),
    parts("PRODUCT", 1, MANY, total::product),
    parts("SUMPRODUCT", 1, MANY, total::sumproduct),
    parts("SUBTOTAL", 2, MANY, total::subtotal),
    parts("AVERAGE", 1, MANY, total::average),
    parts("MIN", 1, MANY, total::min),
    parts("MAX", 1, MANY, total::max),
    parts("MEDIAN", 1, MANY, total::median),
    parts("LARGE", 2, 2, total::large),
    parts("SMALL", 2, 2, total::small),
    parts("RANK", 2, 3, total::rank),
    parts("RANK.EQ", 2, 3, total::rank),
    parts("COUNT", 1, MANY, total::count),
    parts("COUNTA", 1, MANY, total::counta),
    parts("COUNTBLANK", 1, 1, total::countblank),
    parts("COUNTIF", 2, 2, total::countif),
    parts("COUNTIFS", 2, MANY, total::countif),
    resizing("SUMIF", total::sumif),
    parts("SUMIFS", 3, MANY, total::sumifs),
    resizing("AVERAGEIF", total::averageif),
    parts("AVERAGEIFS", 3, MANY, total::averageifs),
    parts("MAXIFS", 3, MANY, total::maxifs),
    parts("MINIFS", 3, MANY, total::minifs),
    // Numbers
    values("ABS", 1, 1, number::abs),
    values("SIGN", 1, 1, number::sign),
    values("INT", 1, 1, number::int),
    values("TRUNC", 1, 2, number::rounddown),
    values("ROUND", 2, 2, number::round),
    values("ROUNDUP", 2, 2, number::roundup),
    values("ROUNDDOWN", 2, 2, number::rounddown),
    values("CEILING", 2, 2, number::ceiling),
    values("FLOOR", 2, 2, number::floor),
    values("MOD", 2, 2, number::modulo),
    values("QUOTIENT", 2, 2, number::quotient),
    values("POWER", 2, 2, number::power),
    values("SQRT", 1, 1, number::sqrt),
    values("ISEVEN", 1, 1, number::iseven),
    values("ISODD", 1, 1, number::isodd),
    // Conditions
    parts("IF", 2, 3, logic::if_),
    parts("IFS", 2, MANY, logic::ifs),
    parts("IFERROR", 2, 2, logic::iferror),
    parts("IFNA", 2, 2, logic::ifna),
    parts("SWITCH", 3, MANY, logic::switch),
    parts("CHOOSE", 2, MANY, logic::choose),
    parts("AND", 1, MANY, logic::and),
    parts("OR", 1, MANY, logic::or),
    parts("XOR", 1, MANY, logic::xor),
    values("NOT", 1, 1, logic::not),
    values("TRUE", 0, 0, logic::true_),
    values("FALSE", 0, 0, logic::false_),
    seeing("ISBLANK", logic::isblank),
    seeing("ISERROR", logic::iserror),
    seeing("ISERR", logic::iserr),
    seeing("ISNA", logic::isna),
    seeing("ISNUMBER", logic::isnumber),
    seeing("ISTEXT", logic::istext),
    seeing("ISNONTEXT", logic::isnontext),
    seeing("ISLOGICAL", logic::islogical),
    values("NA", 0, 0, logic::na),
    values("N", 1, 1, logic::n),
    values("T", 1, 1, logic::t),
    // Looking up
    parts("VLOOKUP", 3, 4, lookup::vlookup),
    parts("HLOOKUP", 3, 4, lookup::hlookup),
    parts("XLOOKUP", 3, 6, lookup::xlookup),
    parts("LOOKUP", 3, 3, lookup::lookup),
    parts("INDEX", 2, 3, lookup::index),
    parts("MATCH", 2, 3, lookup::match_),
    parts("ROW", 0, 1, lookup::row),
    parts("ROWS", 1, 1, lookup::rows),
    parts("COLUMN", 0, 1, lookup::column),
    parts("COLUMNS", 1, 1, lookup::columns),
    // Texts
    values("CONCATENATE", 1, MANY, text::concatenate),
    parts("CONCAT", 1, MANY, text::concat),
    parts("TEXTJOIN", 3, MANY, text::textjoin),
    values("LEN", 1, 1, text::len),
    values("LEFT", 1, 2, text::left),
    values("RIGHT", 1, 2, text::right),
    values("MID", 3, 3, text::mid),
    values("FIND", 2, 3, text::find),
    values("SEARCH", 2, 3, text::search),
    values("SUBSTITUTE", 3, 4, text::substitute),
    values("REPLACE", 4, 4, text::replace),
    values("REPT", 2, 2, text::rept),
    values("TRIM", 1, 1, text::trim),
    values("CLEAN", 1, 1, text::clean),
    values("UPPER", 1, 1, text::upper),
    values("LOWER", 1, 1, text::lower),
    values("EXACT", 2, 2, text::exact),
    values("ASC", 1, 1, text::asc),
    values("JIS", 1, 1, text::jis),
    values("DBCS", 1, 1, text::jis),
    values("CHAR", 1, 1, text::char_),
    values("VALUE", 1, 1, text::value),
    values("TEXT", 2, 2, text::text),
    values("HYPERLINK", 1, 2, text::hyperlink),
    // Days and times
    values("TODAY", 0, 0, day::today),
    values("NOW", 0, 0, day::now),
    values("DATE", 3, 3, day::date),
    values("DATEVALUE", 1, 1, day::datevalue),
    values("YEAR", 1, 1, day::year),
    values("MONTH", 1, 1, day::month),
    values("DAY", 1, 1, day::day),
    values("WEEKDAY", 1, 2, day::weekday),
    values("TIME", 3, 3, day::time),
    values("HOUR", 1, 1, day::hour),
    values("MINUTE", 1, 1, day::minute),
    values("SECOND", 1, 1, day::second),
    values("DAYS", 2, 2, day::days),
    values("DATEDIF", 3, 3, day::datedif),
    values("EDATE", 2, 2, day::edate),
    values("EOMONTH", 2, 2, day::eomonth),
    parts("NETWORKDAYS", 2, 3, day::networkdays),
    parts("WORKDAY", 2, 3, day::workday),
];
