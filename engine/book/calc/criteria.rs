//! Conditions of SUMIF, COUNTIFS and their like.

use super::calendar::Calendar;
use super::evaluate::Evaluation;
use super::grid::Place;
use super::parse::Expression;
use super::value::{Answer, Looks, Scalar, Stop, VALUE, lacks_a_letter, looks, same_number, same_text};
use crate::{Address, Area, MAX_COLUMNS, MAX_ROWS};

/// A condition, understood.
#[derive(Clone, PartialEq, Debug)]
enum Criterion {
    /// Compared with a number.
    Number(Sign, f64),
    /// The text, wholly.
    Text {
        wanted: String,
        pattern: bool,
        same: bool,
    },
    /// Nothing at all, or an empty text too.
    Blank {
        or_empty: bool,
    },
    /// Anything.
    Filled,
    YesNo(bool),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Sign {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

const SIGNS: [(&str, Sign); 6] = [
    ("<>", Sign::Unequal),
    ("<=", Sign::LessOrEqual),
    (">=", Sign::GreaterOrEqual),
    ("<", Sign::Less),
    (">", Sign::Greater),
    ("=", Sign::Equal),
];

impl Criterion {
    fn of(value: &Scalar, calendar: Calendar) -> Answer<Criterion> {
        match value {
            Scalar::Number(number) => Ok(Criterion::Number(Sign::Equal, *number)),
            // A cell without anything asks for zero.
            Scalar::Blank => Ok(Criterion::Number(Sign::Equal, 0.0)),
            Scalar::YesNo(yes) => Ok(Criterion::YesNo(*yes)),
            Scalar::Error(_) => Err(Stop::Unknown),
            Scalar::Text(text) => Criterion::written(text, calendar),
        }
    }

    fn written(text: &str, calendar: Calendar) -> Answer<Criterion> {
        let found = SIGNS.iter().find_map(|(sign, meant)| text.strip_prefix(sign).map(|rest| (*meant, rest)));
        let (sign, rest) = found.unwrap_or((Sign::Equal, text));
        if rest.is_empty() {
            return match (sign, found) {
                (Sign::Equal, None) => Ok(Criterion::Blank { or_empty: true }),
                (Sign::Equal, Some(_)) => Ok(Criterion::Blank { or_empty: false }),
                (Sign::Unequal, _) => Ok(Criterion::Filled),
                _ => Err(Stop::Unknown),
            };
        }
        match looks(rest) {
            Looks::Number(number) => Ok(Criterion::Number(sign, number)),
            Looks::Day { year, month, day } => {
                let number = calendar.number(i64::from(year), i64::from(month), i64::from(day))?;
                Ok(Criterion::Number(sign, number))
            }
            Looks::Doubtful => Err(Stop::Unknown),
            Looks::Text => match sign {
                Sign::Equal | Sign::Unequal => {
                    let pattern = rest.contains(['*', '?', '~']);
                    Ok(Criterion::Text { wanted: rest.to_owned(), pattern, same: sign == Sign::Equal })
                }
                _ => Err(Stop::Unknown),
            },
        }
    }

    fn holds(&self, value: &Scalar) -> Answer<bool> {
        match self {
            Criterion::Number(sign, wanted) => holds_number(*sign, *wanted, value),
            Criterion::Text { wanted, pattern, same } => match value {
                Scalar::Text(text) if *pattern => matches(wanted, text).map(|found| found == *same),
                Scalar::Text(text) => same_text(wanted, text).map(|found| found == *same),
                Scalar::Error(_) if !same => Err(Stop::Unknown),
                _ => Ok(!same),
            },
            Criterion::Blank { or_empty } => match value {
                Scalar::Blank => Ok(true),
                Scalar::Text(text) => Ok(*or_empty && text.is_empty()),
                _ => Ok(false),
            },
            Criterion::Filled => Ok(*value != Scalar::Blank),
            Criterion::YesNo(wanted) => Ok(matches!(value, Scalar::YesNo(yes) if yes == wanted)),
        }
    }
}

fn holds_number(sign: Sign, wanted: f64, value: &Scalar) -> Answer<bool> {
    let number = match value {
        Scalar::Number(number) => *number,
        // Whether a text of the same digits is equal to the number, programs do not agree.
        Scalar::Text(text) if matches!(sign, Sign::Equal | Sign::Unequal) => match looks(text) {
            Looks::Number(number) if same_number(number, wanted) => return Err(Stop::Unknown),
            Looks::Number(_) => return Ok(sign == Sign::Unequal),
            Looks::Text => return Ok(sign == Sign::Unequal),
            Looks::Day { .. } | Looks::Doubtful => return Err(Stop::Unknown),
        },
        Scalar::Error(_) if sign == Sign::Unequal => return Err(Stop::Unknown),
        _ => return Ok(sign == Sign::Unequal),
    };
    let same = same_number(number, wanted);
    Ok(match sign {
        Sign::Equal => same,
        Sign::Unequal => !same,
        Sign::Less => !same && number < wanted,
        Sign::LessOrEqual => same || number < wanted,
        Sign::Greater => !same && number > wanted,
        Sign::GreaterOrEqual => same || number > wanted,
    })
}

/// `*` is any text, `?` one letter, `~` takes the meaning from the sign behind it.
pub(super) fn matches(pattern: &str, text: &str) -> Answer<bool> {
    let found = wild(&pattern.to_lowercase(), &text.to_lowercase());
    let certain = found || pattern.is_ascii() && text.is_ascii() || lacks_a_letter(pattern, text);
    if !certain {
        // Where only the width of a letter stands between them, nobody can be sure.
        let half = |text: &str| super::value::folded(text);
        if wild(&half(pattern), &half(text)) {
            return Err(Stop::Unknown);
        }
    }
    Ok(found)
}

fn wild(pattern: &str, text: &str) -> bool {
    #[derive(Clone, Copy, PartialEq)]
    enum Sign {
        Any,
        One,
        Letter(char),
    }
    let mut signs = Vec::new();
    let mut letters = pattern.chars().peekable();
    while let Some(letter) = letters.next() {
        signs.push(match letter {
            '*' => Sign::Any,
            '?' => Sign::One,
            '~' => Sign::Letter(letters.next_if(|next| matches!(next, '*' | '?' | '~')).unwrap_or('~')),
            letter => Sign::Letter(letter),
        });
    }
    let text: Vec<char> = text.chars().collect();
    let (mut at, mut from, mut star) = (0, 0, None);
    while from < text.len() {
        match signs.get(at) {
            Some(Sign::Any) => {
                star = Some((at, from));
                at += 1;
            }
            Some(Sign::One) => (at, from) = (at + 1, from + 1),
            Some(Sign::Letter(letter)) if *letter == text[from] => (at, from) = (at + 1, from + 1),
            _ => match star {
                // The last star takes one letter more.
                Some((sign, taken)) => {
                    star = Some((sign, taken + 1));
                    (at, from) = (sign + 1, taken + 1);
                }
                None => return false,
            },
        }
    }
    signs[at..].iter().all(|sign| *sign == Sign::Any)
}

/// A range and what its cells must be.
pub(super) struct Condition {
    place: Place,
    criterion: Criterion,
}

impl Evaluation<'_> {
    /// A range and its criterion.
    pub(super) fn condition(&self, range: &Expression, criterion: &Expression) -> Answer<Condition> {
        let place = self.range(range)?;
        Ok(Condition { place, criterion: Criterion::of(&self.value(criterion)?, self.calendar)? })
    }

    /// Ranges with their criteria, all as large as the first.
    pub(super) fn conditions(&self, arguments: &[Expression]) -> Answer<Vec<Condition>> {
        let pairs = arguments.chunks(2);
        let found = pairs.map(|pair| match pair {
            [range, criterion] => self.condition(range, criterion),
            _ => Err(Stop::Unknown),
        });
        let found = found.collect::<Answer<Vec<_>>>()?;
        let size = |place: &Place| (place.rows(), place.columns());
        let first = found.first().map(|condition| size(&condition.place));
        if found.iter().any(|condition| Some(size(&condition.place)) != first) { Err(VALUE) } else { Ok(found) }
    }

    /// How many places fulfil all conditions.
    pub(super) fn count(&self, conditions: &[Condition]) -> Answer<f64> {
        let Some(first) = conditions.first() else { return Err(Stop::Unknown) };
        let (mut rows, mut columns) = (0, 0);
        for condition in conditions {
            let (r, c) = self.grid.extent(&condition.place)?;
            (rows, columns) = (rows.max(r), columns.max(c));
        }
        let mut count = 0u64;
        for row in 0..rows {
            for column in 0..columns {
                count += u64::from(self.all_hold(conditions, row, column)?);
            }
        }
        // Beyond the last filled cell every place is blank.
        let rest = u64::from(first.place.rows()) * u64::from(first.place.columns()) - u64::from(rows) * u64::from(columns);
        let blank = conditions.iter().map(|condition| condition.criterion.holds(&Scalar::Blank)).collect::<Answer<Vec<_>>>()?;
        Ok((count + if blank.iter().all(|yes| *yes) { rest } else { 0 }) as f64)
    }

    fn all_hold(&self, conditions: &[Condition], row: u32, column: u32) -> Answer<bool> {
        for condition in conditions {
            let value = self.grid.value(condition.place.sheet, condition.place.at(row, column))?;
            if !condition.criterion.holds(&value)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The numbers of a range whose places fulfil all conditions.
    pub(super) fn chosen(&self, place: &Place, conditions: &[Condition]) -> Answer<Vec<f64>> {
        let mut numbers = Vec::new();
        for (at, value) in self.grid.filled(place)? {
            if !matches!(value, Scalar::Number(_) | Scalar::Error(_)) {
                continue;
            }
            let (row, column) = (at.row - place.area.first.row, at.column - place.area.first.column);
            if self.all_hold(conditions, row, column)? {
                numbers.push(value.number()?);
            }
        }
        Ok(numbers)
    }

    /// The range to be added up, made as large as the range of its conditions where Excel does so.
    pub(super) fn sized(&self, summed: Place, conditions: &[Condition]) -> Answer<Place> {
        let Some(first) = conditions.first() else { return Err(Stop::Unknown) };
        as_large(&summed, &first.place).ok_or(Stop::Unknown)
    }

    /// The range to be added up, which must be as large as those of its conditions.
    pub(super) fn equally_large(&self, summed: Place, conditions: &[Condition]) -> Answer<Place> {
        let same = conditions
            .first()
            .is_some_and(|condition| (condition.place.rows(), condition.place.columns()) == (summed.rows(), summed.columns()));
        if same { Ok(summed) } else { Err(VALUE) }
    }
}

/// A range that begins where one does and is as large as another.
pub(super) fn as_large(first: &Place, size: &Place) -> Option<Place> {
    let last = first.at(size.rows() - 1, size.columns() - 1);
    let within = last.row < MAX_ROWS && last.column < MAX_COLUMNS;
    within
        .then(|| Place { sheet: first.sheet, area: Area { first: first.area.first, last: Address::new(last.row, last.column) } })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wild_cards() {
        for (pattern, text, expected) in [
            ("津*", "津市役所", true),
            ("*市", "津市役所", false),
            ("?市*", "津市役所", true),
            ("a*B?c", "AxxbYC", true),
            ("~*", "*", true),
            ("~*", "x", false),
            ("", "", true),
        ] {
            assert_eq!(matches(pattern, text), Ok(expected), "{pattern} {text}");
        }
        assert_eq!(matches("ア*", "ｱｲ"), Err(Stop::Unknown));
    }

    #[test]
    fn criteria_are_understood_as_excel_does() {
        let calendar = Calendar { date1904: false };
        let holds =
            |criterion: &str, value: Scalar| Criterion::written(criterion, calendar).and_then(|known| known.holds(&value));
        let number = Scalar::Number;
        for (criterion, value, expected) in [
            (">=10", number(10.0), Ok(true)),
            (">=10", Scalar::text("20"), Ok(false)),
            ("10", Scalar::text("10"), Err(Stop::Unknown)),
            ("10", Scalar::text("20"), Ok(false)),
            ("<>済", Scalar::Blank, Ok(true)),
            ("<>", Scalar::text(""), Ok(true)),
            ("", Scalar::text(""), Ok(true)),
            ("=", Scalar::text(""), Ok(false)),
            (">=2024/4/1", number(45_383.0), Ok(true)),
            ("1-1", number(1.0), Err(Stop::Unknown)),
            ("津市", Scalar::text("津市"), Ok(true)),
            (">津", Scalar::text("津市"), Err(Stop::Unknown)),
        ] {
            assert_eq!(holds(criterion, value), expected, "{criterion}");
        }
    }
}
