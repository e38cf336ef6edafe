//! Facts become Japanese or English.
//!
//! Every fact of the other rooms that a person may meet has a sentence in both languages, by one match for each kind and
//! without a catch-all arm: a missing sentence does not compile. No other room speaks to people, and this one prints nothing.

/// The same function in the wanted language.
macro_rules! said {
    ($lang:expr, $room:ident::$function:ident($($argument:expr),*)) => {
        match $lang {
            $crate::Lang::Ja => $crate::ja::$room::$function($($argument),*),
            $crate::Lang::En => $crate::en::$room::$function($($argument),*),
        }
    };
}

mod audit;
mod en;
mod ja;
mod lang;
mod misuse;
mod note;
mod proof;
mod report;
mod shown;
mod speaker;
mod status;
mod telling;
mod word;

pub use audit::Audit;
pub use lang::Lang;
pub use misuse::Misuse;
pub use report::{Label, Line, RegisterTrouble, Tab, grouped, hours, tenths_of_hours};
pub use shown::shown;
pub use speaker::Speaker;
pub use status::StatusText;
pub use telling::{Tell, Telling};
pub use word::Word;

use book::{Broken, EditError, Place, Problem, Refusal, Suspicion};
use job::{Account, Facts, Proven, Weight};

macro_rules! told {
    ($($fact:ty => $room:ident::$function:ident),* $(,)?) => {$(
        impl Tell for $fact {
            fn tell(&self, lang: Lang) -> Telling {
                said!(lang, $room::$function(self))
            }
        }
    )*};
}

told! {
    Refusal => book::refusal,
    Suspicion => book::suspicion,
    EditError => edit::refused,
    Broken => edit::broken,
    intake::Waiting => intake::waiting,
    intake::Refused => intake::refused,
    intake::Error => intake::error,
    japan::DateTrouble => book::date_trouble,
    japan::DateDoubt => book::date_doubt,
    job::Setback => job::setback,
    job::Error => job::error,
    job::Why => job::left,
    job::Unusable => life::unusable,
    task::Error => task::error,
    ledger::Error => ledger::error,
    Misuse => command::misuse,
}

impl Tell for job::Pause<'_> {
    fn tell(&self, lang: Lang) -> Telling {
        said!(lang, status::pause(self))
    }
}

impl Tell for Problem {
    fn tell(&self, lang: Lang) -> Telling {
        problem(lang, self, None)
    }
}

impl Tell for job::UndoWhy {
    fn tell(&self, lang: Lang) -> Telling {
        said!(lang, job::undo(*self))
    }
}

impl Tell for task::Mistake {
    fn tell(&self, lang: Lang) -> Telling {
        said!(lang, task::mistake(&self.field, &self.fault))
    }
}

impl Tell for script::Trouble {
    fn tell(&self, lang: Lang) -> Telling {
        said!(lang, script::trouble(&self.kind, self.word.as_deref()))
    }
}

/// A problem in words; what it quotes is masked as the column demands.
pub fn problem(lang: Lang, problem: &Problem, column: Option<&str>) -> Telling {
    said!(lang, book::problem(problem, column))
}

/// What differs between two workbooks, in words.
pub fn difference(lang: Lang, file: &str, difference: &book::Difference) -> String {
    said!(lang, book::difference(file, difference))
}

/// What differs between two files of which neither is the right one, in words.
pub fn contrast(lang: Lang, difference: &book::Difference) -> String {
    said!(lang, diff::contrast(difference))
}

/// How many differences there are.
pub fn contrasts(lang: Lang, total: u64) -> String {
    said!(lang, diff::ending(total))
}

/// A place in words; none if nothing is known of it.
pub fn place(lang: Lang, place: &Place) -> Option<String> {
    said!(lang, label::place(place))
}

/// How much a finding weighs: エラー, 注意, 参考.
pub fn weight(lang: Lang, weight: Weight) -> &'static str {
    said!(lang, label::weight(weight))
}

/// How many files and findings: 「42ファイル中 40ファイルを処理しました。…」.
pub fn counts(lang: Lang, facts: &Facts) -> String {
    said!(lang, label::counts(facts))
}

/// 「読んだ行 1,000 ＝ 使った行 990 ＋ 除いた行 10（合計行 8、重複 2）」.
pub fn reconciliation(lang: Lang, account: &Account) -> String {
    said!(lang, label::reconciliation(account))
}

/// Minutes as hours and minutes.
pub fn minutes(lang: Lang, minutes: rust_decimal::Decimal) -> String {
    said!(lang, label::minutes(minutes))
}

/// A short text of the status page.
pub fn status(lang: Lang, text: &StatusText) -> String {
    said!(lang, status::text(text))
}

/// Which parts changed in outputs that were made from a workbook, line by line.
pub fn proven(lang: Lang, proven: &[Proven<'_>]) -> Vec<String> {
    said!(lang, proof::proven(proven))
}

/// Which password opens what was made from a protected workbook.
pub fn closed(lang: Lang, name: &str) -> String {
    said!(lang, note::closed(name))
}

/// A moment in words.
pub fn time(lang: Lang, at: job::DateTime) -> String {
    said!(lang, note::time(at))
}

/// A number with its thousands apart.
pub fn number(lang: Lang, number: u64) -> String {
    said!(lang, label::number(number))
}

/// A text of a command about the ledger or a baseline.
pub fn audit(lang: Lang, audit: &Audit) -> String {
    said!(lang, ledger::audit(audit))
}

/// A job in one line: number, when, where it stands, task, name.
pub fn job_line(lang: Lang, job: &ledger::Job) -> String {
    said!(lang, life::line(job))
}

/// A step of a job in one line.
pub fn job_step(lang: Lang, step: &ledger::Step) -> String {
    said!(lang, life::step(step))
}

/// What is wrong or doubtful in a register.
pub fn register_trouble(lang: Lang, trouble: &RegisterTrouble) -> Telling {
    said!(lang, report::register(trouble))
}

/// A title or a column of the report.
pub fn label(lang: Lang, label: Label) -> &'static str {
    said!(lang, report::label(label))
}

/// The short name of a section of the report.
pub fn tab(lang: Lang, tab: Tab) -> &'static str {
    said!(lang, report::tab(tab))
}

/// A sentence of the report.
pub fn line(lang: Lang, line: &Line<'_>) -> String {
    said!(lang, report::line(line))
}

/// A short text of a command.
pub fn word(lang: Lang, word: &Word) -> String {
    said!(lang, label::word(word))
}
