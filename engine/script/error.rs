//! What is wrong with a script, as facts. The room `message` finds the words.

use book::{Broken, Place};

/// One thing that is wrong with a script: where, at which word, and what.
#[derive(Clone, PartialEq, Debug)]
pub struct Trouble {
    /// The script or library file.
    pub file: String,
    /// One-based line; 0 if it concerns the whole file.
    pub line: u32,
    /// One-based column, counted in characters; 0 if it concerns the whole line.
    pub column: u32,
    /// The word or sign at fault, as written.
    pub word: Option<String>,
    /// Whether the script may run all the same.
    pub weight: Weight,
    /// What is the matter.
    pub kind: TroubleKind,
    /// From where the place was reached: file, line and column of each call, the innermost first. For run-time errors.
    pub calls: Vec<(String, u32, u32)>,
}

/// Whether a script with this trouble may run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Weight {
    /// It cannot work.
    Error,
    /// It probably does not do what its author means.
    Warning,
}

/// The type of a value, for saying what was expected and what came.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names say what they are")]
pub enum ValueKind {
    Blank,
    Text,
    Integer,
    Decimal,
    YesNo,
    Date,
    Time,
    DateTime,
    Duration,
    ExcelError,
    Array,
    Map,
    Table,
    Row,
    File,
    Arrival,
    Settings,
    Workbook,
    Form,
    FilledForm,
    Image,
    ColumnSpec,
    Aggregate,
    Order,
    SymbolRules,
    Closure,
    Range,
    Other,
}

/// What is the matter with a script. Facts only; `private` fields may hold cell values and belong into the job folder alone.
#[derive(Clone, PartialEq, Debug)]
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum TroubleKind {
    // --- found by reading the script
    /// Larger than allowed.
    ScriptTooLong { bytes: usize, limit: usize },
    /// A full-width sign outside texts and comments; what to type instead.
    FullWidth { found: char, half: &'static str },
    /// A text is opened and not closed.
    UnclosedText,
    /// A comment `/* */` is opened and not closed.
    UnclosedComment,
    /// A number is written wrongly.
    BadNumber,
    /// An escape like `\q` that does not exist.
    BadEscape,
    /// A word or sign that cannot stand here.
    Unexpected,
    /// Something is missing before this place (`)`, `;`, `{`, a name…).
    Missing { wanted: String },
    /// The script ends too early.
    EndsEarly,
    /// A word that the language keeps for itself.
    Reserved,
    /// The same name twice: function, parameter, property or variable.
    DefinedTwice,
    /// A constant cannot be changed.
    Constant,
    /// Nested too deeply.
    TooDeep,
    /// Too many functions.
    TooManyFunctions { limit: usize },
    /// Another mistake of grammar, in the language's own (English) words.
    Grammar { detail: String },
    /// No such function; the nearest known one.
    UnknownWord { near: Option<String> },
    /// A function with another number of values; how many it takes and how many stand here.
    WrongCount { takes: Vec<usize>, here: usize },
    /// No such variable; the nearest known one.
    UnknownVariable { near: Option<String> },
    /// `r.名` with a name that no table of the script declares; the nearest declared one.
    UndeclaredColumn { near: Option<String> },
    /// No such option; the nearest one and all there are.
    UnknownOption { near: Option<String>, have: Vec<String> },
    /// No library of that name; the nearest one.
    UnknownLibrary { near: Option<String> },
    /// Libraries that import each other in a circle.
    LibraryCircle { names: Vec<String> },
    /// The script never says how many units of work it did (`処理件数`).
    UnitsNeverSaid,
    /// Rows are read here that no way of the script uses or excludes.
    RowsUntold,

    // --- found while running
    /// The table has no such column; the nearest one and all there are.
    NoColumn { near: Option<String>, have: Vec<String> },
    /// The value has no such property; the nearest one.
    NoProperty { of: ValueKind, near: Option<String> },
    /// Calculating or comparing with a blank; the cell that was read as blank last.
    Blank { place: Place, column: Option<String> },
    /// Values of a type that the word does not take.
    WrongType { got: Vec<ValueKind>, takes: Vec<Vec<ValueKind>> },
    /// Two values that cannot be compared.
    CannotCompare { left: ValueKind, right: ValueKind },
    /// A closure or condition must answer yes or no.
    NotYesNo { got: ValueKind },
    /// The value of an option or argument is none of those possible.
    NotAllowed { have: Vec<String> },
    /// A text that cannot be understood as what is wanted (`date`, `number`, `pattern`, `cell`…).
    CannotRead { wanted: Wanted, private: String },
    /// Divided by zero.
    DividedByZero,
    /// Too large to be calculated exactly.
    TooLarge,
    /// No such place in an array or text.
    OutOfRange { length: usize, index: i64 },
    /// No template of that name beside the script; the nearest one and all there are.
    NoTemplate { near: Option<String>, have: Vec<String> },
    /// No image of that name beside the script; the nearest one and all there are.
    NoImage { near: Option<String>, have: Vec<String> },
    /// No such key in a map or setting.
    NoKey { near: Option<String> },
    /// A table or list is used inside a closure that it is itself working through; a copy under another name helps.
    UsedWithinItself,
    /// Tables whose columns differ cannot be put together; the column.
    ColumnsDiffer { column: String },
    /// Numbers are wanted of a column that holds something else; where. The value may be personal.
    ColumnHoldsNoNumber { column: String, place: Place, private: String },
    /// Dates are wanted of a column that holds something else; where. The value may be personal.
    ColumnHoldsNoDate { column: String, place: Place, private: String },
    /// A column of that name is there already.
    ColumnTwice { name: String },
    /// No column or key is given.
    NoColumnsGiven,
    /// A file of that name was already written.
    OutputTwice { name: String },
    /// A sheet of that name is already in the workbook.
    SheetTwice { name: String },
    /// `処理件数` was said twice.
    UnitsTwice,
    /// `処理件数` was not said in this run.
    UnitsNotSaid,
    /// The script itself stopped with `throw`; its text may hold personal data.
    Thrown { private: String },
    /// The room book refused; its own (English) words.
    Refused { detail: String },
    /// A filled template was read again and is not what was meant.
    Unproven { why: Broken },
    /// Anything else, in the language's own (English) words.
    Other { private: String },
}

/// What a text should have been.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the names say what they are")]
pub enum Wanted {
    Date,
    Month,
    Number,
    Pattern,
    Cell,
    FileName,
    SheetName,
}

impl Trouble {
    /// A trouble at a place.
    pub(crate) fn at(file: &str, line: u32, column: u32, kind: TroubleKind) -> Trouble {
        Trouble { file: file.to_owned(), line, column, word: None, weight: Weight::Error, kind, calls: Vec::new() }
    }

    /// The same, with the word at fault.
    pub(crate) fn word(mut self, word: &str) -> Trouble {
        self.word = Some(word.to_owned());
        self
    }

    /// The same, as a warning.
    pub(crate) fn warning(mut self) -> Trouble {
        self.weight = Weight::Warning;
        self
    }
}

/// The nearest of some names, if it is near enough to be meant.
pub(crate) fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let plain = japan::label_key(word);
    let mut best: Option<(f64, &str)> = None;
    for name in names {
        if name == word {
            continue;
        }
        let key = japan::label_key(name);
        let mut near = if key == plain { 1.0 } else { strsim::normalized_damerau_levenshtein(&plain, &key) };
        if near < 0.9 && plain.chars().count() >= 2 && (key.contains(&plain) || plain.contains(&key)) && !key.is_empty() {
            near = near.max(0.6);
        }
        if best.is_none_or(|(known, _)| near > known) {
            best = Some((near, name));
        }
    }
    best.filter(|(near, _)| *near >= 0.5).map(|(_, name)| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_the_one_meant() {
        let words = ["絞り込む", "並べ替え", "合計", "列を足す"];
        assert_eq!(nearest("絞込む", words).as_deref(), Some("絞り込む"));
        assert_eq!(nearest("並び替え", words).as_deref(), Some("並べ替え"));
        assert_eq!(nearest("印刷", words), None);
    }
}
