//! One cell as the type that its column was declared with.

use jiff::civil::DateTime;
use rust_decimal::Decimal;
use rustc_hash::FxHashMap;

use super::{ColumnSpec, Data, Kind, near};
use crate::{Day, ExcelError, Problem, Severity, TextId, Texts, Value};

/// What became of a cell.
#[derive(Clone, Debug)]
pub(super) enum Outcome {
    /// It fits.
    Fits(Value),
    /// It was understood, but something has to be said.
    Doubtful(Value, Vec<(Severity, Problem)>),
    /// It does not fit.
    Misfit(Problem),
}

/// How many texts a column remembers what it made of them.
const REMEMBERED: usize = 50_000;
/// Days of Excel that a plain number in a date column is taken for: 1950 to 2099.
const SERIALS: std::ops::RangeInclusive<i64> = 18_264..=73_050;
/// No code is longer.
const LONGEST_CODE: u32 = 64;
const DAY: i64 = 86_400_000;

/// What is peculiar to the file that the cells are from.
#[derive(Clone, Copy, Default)]
pub(super) struct Habits {
    /// It has no types of its own (CSV), so that a number as text is nothing to speak of.
    pub untyped: bool,
    /// Its days are counted from 1904.
    pub date1904: bool,
}

/// Reads the cells of one declared column.
pub(super) struct Converter<'a> {
    spec: &'a ColumnSpec,
    texts: &'a Texts,
    /// What amounts are multiplied by because of the unit of the table or of the label.
    factor: Decimal,
    habits: Habits,
    range: Option<(i64, i64)>,
    choices: FxHashMap<String, TextId>,
    remembered: FxHashMap<TextId, Outcome>,
    /// For codes of six digits: whether they are those of local governments.
    local_code: bool,
}

impl<'a> Converter<'a> {
    pub fn new(spec: &'a ColumnSpec, texts: &'a Texts, factor: Decimal, habits: Habits) -> Converter<'a> {
        let choices = match &spec.kind {
            Kind::Choice(choices) => {
                choices.iter().map(|choice| (japan::match_key(choice).into_owned(), texts.intern(choice))).collect()
            }
            _ => FxHashMap::default(),
        };
        let limit = |limit: Option<Decimal>, rounded: fn(&Decimal) -> Decimal, none| {
            limit.map_or(Some(none), |limit| i64::try_from(rounded(&limit)).ok())
        };
        let low = limit(spec.low, Decimal::ceil, i64::MIN + 1);
        let high = limit(spec.high, Decimal::floor, i64::MAX);
        let names = std::iter::once(&spec.name).chain(&spec.aliases);
        let local =
            |name: &String| ["団体コード", "市町村コード", "市町コード", "自治体コード"].iter().any(|word| name.contains(word));
        let local_code = names.clone().any(local) || names.clone().any(|name| name.contains("地方公共団体"));
        let range = low.zip(high);
        Converter { spec, texts, factor, habits, range, choices, remembered: FxHashMap::default(), local_code }
    }

    pub fn spec(&self) -> &'a ColumnSpec {
        self.spec
    }

    /// An empty column of the declared type.
    pub fn data(&self, rows: usize) -> Data {
        match self.spec.kind {
            Kind::Text | Kind::Code { .. } | Kind::Choice(_) => Data::Text(Vec::with_capacity(rows)),
            Kind::Integer => Data::Integer(Vec::with_capacity(rows)),
            Kind::Decimal | Kind::Money => Data::Decimal(Vec::with_capacity(rows)),
            Kind::Date | Kind::YearMonth => Data::Date(Vec::with_capacity(rows)),
            Kind::Duration | Kind::DateTime | Kind::YesNo | Kind::Any => Data::Any(Vec::with_capacity(rows)),
        }
    }

    /// Whether the column holds labels rather than amounts, so that a merged label may be given to each of its rows.
    pub fn holds_labels(&self) -> bool {
        !matches!(self.spec.kind, Kind::Integer | Kind::Decimal | Kind::Money | Kind::Duration)
    }

    /// Whether a text would be a strange thing to find in the column.
    pub fn wants_no_text(&self) -> bool {
        !matches!(self.spec.kind, Kind::Text | Kind::Code { .. } | Kind::Choice(_) | Kind::Any | Kind::YesNo)
    }

    /// What a cell becomes. `format` gives its number format; it is asked only when zeros seem to be lost.
    #[inline]
    pub fn convert(&mut self, value: Value, format: impl Fn() -> String) -> Outcome {
        match (&self.spec.kind, value) {
            // The reader of rows takes a text of spaces alone for a blank, so no text here is one.
            (Kind::Text | Kind::Any, Value::Text(_)) => Outcome::Fits(value),
            (Kind::Code { digits: Some(digits) }, Value::Text(id)) if is_code(self.texts.get(id), *digits) => {
                Outcome::Fits(value)
            }
            (Kind::Integer, Value::Integer(whole)) if self.within(whole) => Outcome::Fits(value),
            (Kind::Date, Value::Date(_)) => Outcome::Fits(value),
            (_, Value::Blank) => self.blank(),
            (_, Value::Error(ExcelError::OutOfRange)) => Outcome::Misfit(Problem::DamagedNumber),
            (_, Value::Error(error)) => Outcome::Misfit(Problem::ExcelError(error)),
            (_, Value::Stale) => Outcome::Misfit(Problem::StaleFormula),
            (_, Value::Text(id)) => self.text(id),
            (_, value) => self.typed(value, format),
        }
    }

    fn blank(&self) -> Outcome {
        if self.spec.blank { Outcome::Fits(Value::Blank) } else { Outcome::Misfit(Problem::Missing) }
    }

    #[inline]
    fn within(&self, whole: i64) -> bool {
        matches!(self.range, Some((low, high)) if (low..=high).contains(&whole))
    }

    fn text(&mut self, id: TextId) -> Outcome {
        if let Some(known) = self.remembered.get(&id) {
            return known.clone();
        }
        let text = self.texts.get(id);
        let outcome = if text.trim().is_empty() { self.blank() } else { self.text_as_declared(id, text) };
        if self.remembered.len() < REMEMBERED {
            self.remembered.insert(id, outcome.clone());
        }
        outcome
    }

    fn text_as_declared(&self, id: TextId, text: &str) -> Outcome {
        match &self.spec.kind {
            Kind::Text => Outcome::Fits(Value::Text(id)),
            Kind::Any => Outcome::Fits(Value::Text(id)),
            Kind::Code { digits } => self.code_text(text, *digits),
            Kind::Integer | Kind::Decimal | Kind::Money => self.number_text(text),
            Kind::Date => match japan::read_date(text, self.spec.fiscal_year) {
                Ok((date, doubts)) => doubtful(Value::Date(Day::of(date)), doubts),
                Err(trouble) => self.mark_or(text, Problem::NotADate(trouble)),
            },
            Kind::YearMonth => match japan::read_month(text) {
                Ok((month, doubts)) => doubtful(Value::Date(Day::of(month)), doubts),
                Err(_) => self.mark_or(text, Problem::NotAMonth),
            },
            Kind::DateTime => match japan::read_datetime(text, self.spec.fiscal_year) {
                Ok((moment, doubts)) => doubtful(moment_value(moment), doubts),
                Err(trouble) => self.mark_or(text, Problem::NotADate(trouble)),
            },
            Kind::Duration => match japan::read_duration(text) {
                Some(ms) => Outcome::Fits(Value::Duration(ms)),
                None => self.mark_or(text, Problem::NotATime),
            },
            Kind::YesNo => match yes_or_no(text) {
                Some(yes) => Outcome::Fits(Value::YesNo(yes)),
                None => self.mark_or(text, Problem::NotYesNo),
            },
            Kind::Choice(choices) => self.choice(text, choices),
        }
    }

    /// A statistical mark is no value; where blanks are allowed it is one of them.
    fn mark_or(&self, text: &str, problem: Problem) -> Outcome {
        let Some(_) = japan::stat_mark(text) else { return Outcome::Misfit(problem) };
        let mark = Problem::StatisticalMark { mark: text.trim().to_owned() };
        if self.spec.blank { Outcome::Doubtful(Value::Blank, vec![(Severity::Note, mark)]) } else { Outcome::Misfit(mark) }
    }

    fn number_text(&self, text: &str) -> Outcome {
        if self.habits.untyped
            && self.spec.kind == Kind::Integer
            && text.len() <= 15
            && text.bytes().all(|b| b.is_ascii_digit())
            && let Ok(whole) = text.parse::<i64>()
        {
            return self.number(Value::Integer(whole), Vec::new());
        }
        let number = match japan::read_number(text) {
            Ok(number) => number,
            Err(_) => return self.mark_or(text, Problem::NotANumber),
        };
        if number.damage.is_some() {
            return Outcome::Misfit(Problem::DamagedNumber);
        }
        let mut said = Vec::new();
        if !self.habits.untyped {
            said.push((Severity::Note, Problem::NumberAsText));
        }
        let own = number.unit.as_deref().map(japan::Unit::named);
        let exact = match own {
            // 12.3% is 0.123, as Excel has it.
            Some(unit) if unit.name == "%" => number.value.checked_div(Decimal::ONE_HUNDRED),
            // 12千円 says itself what it is; the unit of the table is not applied on top.
            Some(unit) if unit.multiplier != Decimal::ONE => {
                let value = number.value.checked_mul(unit.multiplier);
                said.push((Severity::Note, Problem::UnitApplied { unit: unit.name }));
                return match value {
                    Some(value) => self.in_range(plain(value), said),
                    None => Outcome::Misfit(Problem::DamagedNumber),
                };
            }
            _ => Some(number.value),
        };
        match exact {
            Some(exact) => self.number(plain(exact), said),
            None => Outcome::Misfit(Problem::DamagedNumber),
        }
    }

    /// A number of the column's type, with its unit applied.
    fn number(&self, value: Value, said: Vec<(Severity, Problem)>) -> Outcome {
        if self.factor == Decimal::ONE || self.spec.kind != Kind::Money {
            return self.in_range(value, said);
        }
        match value.as_decimal().and_then(|exact| exact.checked_mul(self.factor)) {
            Some(exact) => self.in_range(plain(exact), said),
            None => Outcome::Misfit(Problem::DamagedNumber),
        }
    }

    fn in_range(&self, value: Value, said: Vec<(Severity, Problem)>) -> Outcome {
        let inside = match (value, &self.spec.kind) {
            (Value::Integer(whole), _) if self.range.is_some() => self.within(whole),
            (Value::Decimal(_), Kind::Integer) => return Outcome::Misfit(Problem::NotWhole),
            (value, _) => value.as_decimal().is_some_and(|exact| {
                self.spec.low.is_none_or(|low| exact >= low) && self.spec.high.is_none_or(|high| exact <= high)
            }),
        };
        match (inside, said.is_empty()) {
            (false, _) => Outcome::Misfit(Problem::OutOfRange { low: self.spec.low, high: self.spec.high }),
            (true, true) => Outcome::Fits(value),
            (true, false) => Outcome::Doubtful(value, said),
        }
    }

    /// A cell that is no text: a number, a date, a time, yes or no.
    fn typed(&mut self, value: Value, format: impl Fn() -> String) -> Outcome {
        match (&self.spec.kind, value) {
            (Kind::Any, value) => Outcome::Fits(value),
            (Kind::Text, value) => Outcome::Fits(Value::Text(self.texts.intern(&value.show(self.texts)))),
            (Kind::Code { digits }, Value::Integer(whole)) => self.code_number(whole, *digits, &format()),
            (Kind::Code { digits }, _) => Outcome::Misfit(Problem::WrongCode { digits: digits.unwrap_or(0) }),
            (Kind::Integer | Kind::Decimal | Kind::Money, Value::Integer(whole))
                if whole.unsigned_abs() >= 1_000_000_000_000_000 =>
            {
                Outcome::Misfit(Problem::DamagedNumber)
            }
            (Kind::Integer | Kind::Decimal | Kind::Money, Value::Integer(_) | Value::Decimal(_)) => {
                self.number(value, Vec::new())
            }
            (Kind::Integer | Kind::Decimal | Kind::Money, _) => Outcome::Misfit(Problem::NotANumber),
            (Kind::Date, value) => self.day(value, false),
            (Kind::YearMonth, value) => self.day(value, true),
            (Kind::DateTime, Value::DateTime(_)) => Outcome::Fits(value),
            (Kind::DateTime, Value::Date(day)) => Outcome::Fits(Value::DateTime(i64::from(day.0) * DAY)),
            (Kind::DateTime, _) => Outcome::Misfit(Problem::NotADate(japan::DateTrouble::NotADate)),
            (Kind::Duration, value) => duration(value),
            (Kind::YesNo, Value::YesNo(_)) => Outcome::Fits(value),
            (Kind::YesNo, Value::Integer(bit @ (0 | 1))) => Outcome::Fits(Value::YesNo(bit == 1)),
            (Kind::YesNo, _) => Outcome::Misfit(Problem::NotYesNo),
            (Kind::Choice(choices), value) => self.choice(&value.show(self.texts), choices),
        }
    }

    fn day(&self, value: Value, month: bool) -> Outcome {
        let wrong = if month { Problem::NotAMonth } else { Problem::NotADate(japan::DateTrouble::NotADate) };
        let day = match value {
            Value::Date(day) => day,
            Value::DateTime(ms) => Day(ms.div_euclid(DAY) as i32),
            // A date whose cell lost its format; 20240401 and 202404 are read as they look.
            Value::Integer(serial) if SERIALS.contains(&serial) => match Day::from_serial(serial as f64, self.habits.date1904) {
                Some(day) => day,
                None => return Outcome::Misfit(wrong),
            },
            Value::Integer(_) => return self.text_as_declared(TextId::NONE, &value.show(self.texts)),
            _ => return Outcome::Misfit(wrong),
        };
        match day.date() {
            Some(date) if month => Outcome::Fits(Value::Date(Day::of(date.first_of_month()))),
            Some(_) => Outcome::Fits(Value::Date(day)),
            None => Outcome::Misfit(wrong),
        }
    }

    /// A code in a number cell: its digits, with the zeros that its format shows.
    fn code_number(&self, whole: i64, digits: Option<u32>, format: &str) -> Outcome {
        if whole < 0 {
            return Outcome::Misfit(Problem::WrongCode { digits: digits.unwrap_or(0) });
        }
        if whole >= 1_000_000_000_000_000 {
            return Outcome::Misfit(Problem::DamagedNumber);
        }
        let shown = if !format.is_empty() && format.len() <= 20 && format.bytes().all(|b| b == b'0') {
            format!("{whole:0width$}", width = format.len())
        } else {
            whole.to_string()
        };
        self.code_text(&shown, digits)
    }

    fn code_text(&self, text: &str, digits: Option<u32>) -> Outcome {
        let key = japan::match_key(text);
        let Some(wanted) = digits else {
            return Outcome::Fits(Value::Text(self.texts.intern(&key)));
        };
        let wrong = Outcome::Misfit(Problem::WrongCode { digits: wanted });
        if wanted > LONGEST_CODE {
            return wrong;
        }
        let bare: String = key.chars().filter(|c| !c.is_whitespace() && *c != '-').take(64).collect();
        if japan::read_number(text).is_ok_and(|number| number.damage == Some(japan::Damage::Exponent)) {
            return Outcome::Misfit(Problem::DamagedNumber);
        }
        if bare.is_empty() || !bare.bytes().all(|b| b.is_ascii_digit()) || bare.len() > wanted as usize {
            return match japan::stat_mark(text) {
                Some(_) => self.mark_or(text, Problem::WrongCode { digits: wanted }),
                None => wrong,
            };
        }
        if bare.len() == wanted as usize {
            return Outcome::Fits(Value::Text(self.texts.intern(&bare)));
        }
        let padded = format!("{bare:0>width$}", width = wanted as usize);
        let candidate = if self.local_code && wanted == 6 { local_code(&bare).unwrap_or(padded) } else { padded };
        let value = Value::Text(self.texts.intern(&candidate));
        Outcome::Doubtful(value, vec![(Severity::Warning, Problem::LostZeros { digits: wanted, candidate })])
    }

    fn choice(&self, text: &str, choices: &[String]) -> Outcome {
        if let Some(id) = self.choices.get(&*japan::match_key(text)) {
            return Outcome::Fits(Value::Text(*id));
        }
        // Only spelling may differ: an answer that means something else is not an answer.
        let alike = choices.iter().filter(|choice| near::likeness(choice, text).is_some_and(|likeness| likeness <= 1));
        let alike: Vec<&String> = alike.collect();
        if let [taken] = alike[..] {
            let said = vec![(Severity::Note, Problem::NearChoice { taken: taken.clone() })];
            return Outcome::Doubtful(Value::Text(self.texts.intern(taken)), said);
        }
        let near = near::nearest(text, choices.iter().map(String::as_str)).map(str::to_owned);
        self.mark_or(text, Problem::NotAChoice { choices: choices.to_vec(), near })
    }
}

fn doubtful(value: Value, doubts: Vec<japan::DateDoubt>) -> Outcome {
    use japan::DateDoubt::{EraOver, WrongWeekday};
    if doubts.is_empty() {
        return Outcome::Fits(value);
    }
    let weigh = |doubt: japan::DateDoubt| {
        let severity = if matches!(doubt, EraOver { .. } | WrongWeekday { .. }) { Severity::Warning } else { Severity::Note };
        (severity, Problem::DoubtfulDate(doubt))
    };
    Outcome::Doubtful(value, doubts.into_iter().map(weigh).collect())
}

/// A decimal without its trailing zeros, whole numbers as such.
fn plain(exact: Decimal) -> Value {
    if exact.fract().is_zero()
        && let Ok(whole) = i64::try_from(exact)
        && whole != i64::MIN
    {
        return Value::Integer(whole);
    }
    Value::Decimal(exact.normalize())
}

fn moment_value(moment: DateTime) -> Value {
    let time = moment.time();
    let seconds = (i64::from(time.hour()) * 60 + i64::from(time.minute())) * 60 + i64::from(time.second());
    Value::DateTime(i64::from(Day::of(moment.date()).0) * DAY + seconds * 1000 + i64::from(time.millisecond()))
}

/// The code that five digits stand for: the only possible one, or the only one whose municipality is known.
fn local_code(digits: &str) -> Option<String> {
    let mut candidates = japan::local_code_candidates(digits);
    if candidates.len() > 1 {
        candidates.retain(|code| japan::local_government_name(code).is_some());
    }
    if candidates.len() == 1 { candidates.pop() } else { None }
}

fn is_code(text: &str, digits: u32) -> bool {
    text.len() == digits as usize && text.bytes().all(|b| b.is_ascii_digit())
}

/// A plain number is refused: 8.5 may be hours and may be days.
fn duration(value: Value) -> Outcome {
    match value {
        Value::Duration(_) => Outcome::Fits(value),
        Value::Time(ms) => Outcome::Fits(Value::Duration(i64::from(ms))),
        Value::Integer(0) => Outcome::Fits(Value::Duration(0)),
        // More than 24 hours in a format that shows a day of 1900: counted from Excel's day 0.
        Value::DateTime(ms) if ms < -69 * 365 * DAY => {
            Outcome::Fits(Value::Duration(ms - i64::from(Day::of(jiff::civil::date(1899, 12, 31)).0) * DAY))
        }
        _ => Outcome::Misfit(Problem::NotATime),
    }
}

fn yes_or_no(text: &str) -> Option<bool> {
    let key = japan::label_key(text).to_lowercase();
    match &*key {
        "はい" | "有" | "有り" | "あり" | "○" | "〇" | "◯" | "●" | "✓" | "✔" | "レ" | "true" | "yes" | "y" | "1" | "済"
        | "済み" | "可" | "該当" | "該当する" | "する" | "要" => Some(true),
        "いいえ" | "無" | "無し" | "なし" | "×" | "✕" | "✗" | "x" | "false" | "no" | "n" | "0" | "未" | "未済" | "不可"
        | "否" | "非該当" | "該当しない" | "該当なし" | "しない" | "不要" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(spec: &ColumnSpec, value: Value, texts: &Texts, format: &str) -> String {
        let mut converter = Converter::new(spec, texts, Decimal::ONE, Habits::default());
        match converter.convert(value, || format.to_owned()) {
            Outcome::Fits(value) => value.show(texts),
            Outcome::Doubtful(value, said) => {
                format!("{} but {:?}", value.show(texts), said.into_iter().map(|s| s.1).collect::<Vec<_>>())
            }
            Outcome::Misfit(problem) => format!("no: {problem:?}"),
        }
    }

    fn text(kind: Kind, text: &str) -> String {
        let texts = Texts::new();
        read(&ColumnSpec::new("列", kind), Value::Text(texts.intern(text)), &texts, "")
    }

    #[test]
    fn numbers_written_as_people_do() {
        for (written, kind, read) in [
            ("１，２３４", Kind::Integer, "1234 but [NumberAsText]"),
            ("▲5", Kind::Integer, "-5 but [NumberAsText]"),
            ("12千円", Kind::Money, "12000 but [NumberAsText, UnitApplied { unit: \"千円\" }]"),
            ("12.5%", Kind::Decimal, "0.125 but [NumberAsText]"),
            ("1.5", Kind::Integer, "no: NotWhole"),
            ("休診", Kind::Integer, "no: NotANumber"),
            ("－", Kind::Integer, "no: StatisticalMark { mark: \"－\" }"),
            ("4.011E+12", Kind::Integer, "no: DamagedNumber"),
            ("  ", Kind::Integer, "no: Missing"),
        ] {
            assert_eq!(text(kind, written), read, "{written}");
        }
    }

    #[test]
    fn what_excel_cannot_tell_is_never_zero() {
        let texts = Texts::new();
        let spec = ColumnSpec { blank: true, ..ColumnSpec::new("列", Kind::Any) };
        assert_eq!(read(&spec, Value::Error(ExcelError::NA), &texts, ""), "no: ExcelError(NA)");
        assert_eq!(read(&spec, Value::Stale, &texts, ""), "no: StaleFormula");
        let spec = ColumnSpec { blank: true, ..ColumnSpec::new("列", Kind::Integer) };
        let mark = read(&spec, Value::Text(texts.intern("…")), &texts, "");
        assert_eq!(mark, " but [StatisticalMark { mark: \"…\" }]");
    }

    #[test]
    fn codes_get_their_zeros_back() {
        let texts = Texts::new();
        let six = ColumnSpec::new("団体コード", Kind::Code { digits: Some(6) });
        let lost = |candidate: &str| format!("{candidate} but [LostZeros {{ digits: 6, candidate: \"{candidate}\" }}]");
        assert_eq!(read(&six, Value::Integer(12_041), &texts, ""), lost("012041"));
        assert_eq!(read(&six, Value::Integer(24_201), &texts, ""), lost("242012"));
        assert_eq!(read(&six, Value::Integer(12_041), &texts, "000000"), "012041");
        assert_eq!(read(&six, Value::Text(texts.intern("２４２０１２")), &texts, ""), "242012");
        assert_eq!(read(&six, Value::Text(texts.intern("2.4E+5")), &texts, ""), "no: DamagedNumber");
        assert_eq!(read(&six, Value::Integer(2_420_120), &texts, ""), "no: WrongCode { digits: 6 }");
        let four = ColumnSpec::new("受験番号", Kind::Code { digits: Some(4) });
        assert_eq!(read(&four, Value::Integer(12), &texts, ""), "0012 but [LostZeros { digits: 4, candidate: \"0012\" }]");
    }

    #[test]
    fn dates_arrive_in_three_forms() {
        let texts = Texts::new();
        let date = ColumnSpec::new("日付", Kind::Date);
        assert_eq!(read(&date, Value::Integer(44_652), &texts, ""), "2022-04-01");
        assert_eq!(read(&date, Value::Date(Day(19_083)), &texts, ""), "2022-04-01");
        assert_eq!(text(Kind::Date, "令和4年4月1日（金）"), "2022-04-01");
        assert!(text(Kind::Date, "6.4.1").starts_with("no: NotADate(NoEra"), "{}", text(Kind::Date, "6.4.1"));
        assert!(text(Kind::Date, "平成38年11月30日").starts_with("2026-11-30 but [DoubtfulDate(EraOver"));
        assert!(read(&date, Value::Integer(20_240_401), &texts, "").starts_with("2024-04-01 but"));
        let mac = Habits { untyped: false, date1904: true };
        let from_1904 = Converter::new(&date, &texts, Decimal::ONE, mac).convert(Value::Integer(43_190), String::new);
        assert!(matches!(from_1904, Outcome::Fits(Value::Date(Day(19_083)))));
        assert!(read(&date, Value::Integer(5), &texts, "").starts_with("no: NotADate"));
        assert_eq!(text(Kind::YearMonth, "令和6年4月"), "2024-04-01");
    }

    #[test]
    fn choices_differ_in_spelling_only() {
        let choice = || Kind::Choice(vec!["やや満足".to_owned(), "満足".to_owned()]);
        assert_eq!(text(choice(), "ﾔﾔ満足"), "no: NotAChoice { choices: [\"やや満足\", \"満足\"], near: Some(\"やや満足\") }");
        assert_eq!(text(choice(), " 満足 "), "満足");
        assert!(text(choice(), "満足。").starts_with("満足 but [NearChoice"));
        assert_eq!(text(Kind::YesNo, "○"), "TRUE");
        assert_eq!(text(Kind::YesNo, "たぶん"), "no: NotYesNo");
        assert_eq!(text(Kind::Duration, "41:15"), "41:15");
    }

    #[test]
    fn ranges_are_kept_and_units_are_applied() {
        let texts = Texts::new();
        let mut spec = ColumnSpec::new("額", Kind::Money);
        spec.high = Some(Decimal::from(60_016_000));
        let mut converter = Converter::new(&spec, &texts, Decimal::from(1000), Habits { untyped: true, date1904: false });
        let fits = converter.convert(Value::Text(texts.intern("60,016")), String::new);
        assert!(matches!(fits, Outcome::Fits(Value::Integer(60_016_000))));
        assert!(matches!(converter.convert(Value::Integer(60_017), String::new), Outcome::Misfit(Problem::OutOfRange { .. })));
    }
}
