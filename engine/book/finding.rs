//! Findings: what is wrong or doubtful in an input, as facts. The room `message` finds the words.

use rust_decimal::Decimal;

use crate::{ExcelError, Suspicion};

/// How much a finding weighs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// エラー: the arrival is returned.
    Error,
    /// 注意: the result is published, somebody has to look.
    Warning,
    /// 参考: said so that nobody is surprised.
    Note,
}

/// What was done about it (処理).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Fate {
    /// 止めた: nothing is published until it is mended.
    Stopped,
    /// 読み飛ばした: the row or file was left out.
    Skipped,
    /// 空欄として使った: the value was left out, the row stayed.
    Blanked,
    /// そのまま使った: used as understood.
    Used,
    /// 元の名前のまま: the file was not renamed.
    NameKept,
    /// そのまま進めた: it is about no value that could be used or left out.
    WentOn,
}

/// Where a finding stands. Everything may be unknown; `cell` is as Excel shows it (`F12`, `A1:D4`, `12:12` for a row).
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Place {
    /// The file, as a path within the arrival.
    pub file: Option<String>,
    /// The sheet.
    pub sheet: Option<String>,
    /// The cell, range or row.
    pub cell: Option<String>,
}

/// One thing that is wrong or doubtful.
#[derive(Clone, PartialEq, Debug)]
pub struct Finding {
    /// How much it weighs.
    pub severity: Severity,
    /// Where it stands.
    pub place: Place,
    /// The column's name (項目).
    pub column: Option<String>,
    /// What is written there, unmasked: whoever prints it masks it ([`japan::mask`]).
    pub value: Option<String>,
    /// What is the matter.
    pub problem: Problem,
    /// What was done.
    pub fate: Fate,
}

/// Why a file keeps its name.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum NotRenamed {
    /// Somebody has it open.
    Open { by: Option<String> },
    /// The name is not possible on every system.
    Name { troubles: Vec<japan::NameTrouble> },
    /// Another file is to have the same name (case and Unicode form do not count).
    Twin { other: String },
    /// Something of that name is there already.
    Taken { by: String },
}

impl Finding {
    /// A file that cannot be read at all.
    pub fn refused(file: &str, refusal: crate::Refusal) -> Finding {
        let place = Place { file: Some(file.to_owned()), ..Place::default() };
        let problem = Problem::Refused(refusal);
        Finding { severity: Severity::Error, place, column: None, value: None, problem, fate: Fate::Stopped }
    }
}

/// What is the matter, as a fact.
#[derive(Clone, PartialEq, Debug)]
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum Problem {
    // --- said by a script, in its author's words
    /// A script's own finding: the problem, the remedy, and what was done where the author says so (else it follows from the fate).
    Said { problem: String, remedy: String, done: Option<String> },

    // --- a file
    /// The file cannot be read at all.
    Refused(crate::Refusal),
    /// Something about the file deserves a look, but it was read.
    Suspicious(Suspicion),
    /// A hidden sheet was read.
    HiddenSheet,
    /// Hidden rows hold data and were read.
    HiddenRows { count: usize },
    /// Hidden columns hold data and were read.
    HiddenColumns { count: usize },

    /// The file keeps its name; the one it was to have, and why.
    NotRenamed { to: String, why: NotRenamed },
    /// The file's name has another symbol than it should have.
    OtherSymbol { now: String, wanted: String, reason: String },

    // --- a table
    /// No sheet of that name; the sheets there are.
    NoSheet { wanted: String, have: Vec<String> },
    /// Nothing in the file looks like the wanted table; the labels looked for, and the best row found (one-based) with its labels.
    NoHeader { wanted: Vec<String>, best_row: Option<u32>, found: Vec<String> },
    /// A column is missing; a label that resembles it.
    NoColumn { wanted: String, near: Option<String> },
    /// A header was taken for a column although it is not written quite so.
    NearHeader { wanted: String, found: String },
    /// The same header stands twice; the first was used.
    DuplicateHeader { label: String, used: String, other: String },
    /// The header stands in a row where it is not expected (one-based).
    HeaderFarDown { row: u32 },
    /// The header is there, but no row below it.
    EmptyTable,
    /// A total row (計, 小計, 合計, 再掲) was told apart.
    TotalRow { label: String },
    /// A total row differs from the sum of the rows above it.
    TotalDiffers { label: String, written: Decimal, summed: Decimal },
    /// The unit line's multiplier was applied.
    UnitApplied { unit: String },
    /// Another visible sheet holds a table with the same header; it was not read.
    OtherSheet { sheet: String },
    /// Below the table begins another one, with another header; from there on nothing was read.
    OtherTable { labels: Vec<String> },
    /// More findings of the same weight, which are not listed.
    MoreFindings { count: u64 },

    // --- a value
    /// A required value is missing.
    Missing,
    /// Not a number.
    NotANumber,
    /// A number with a fraction where a whole one is wanted.
    NotWhole,
    /// Not a date; why.
    NotADate(japan::DateTrouble),
    /// A date, but doubtful; why.
    DoubtfulDate(japan::DateDoubt),
    /// Not a year and month.
    NotAMonth,
    /// Not a time or a length of time.
    NotATime,
    /// Neither yes nor no.
    NotYesNo,
    /// None of the choices; the nearest one.
    NotAChoice { choices: Vec<String>, near: Option<String> },
    /// Not one of the choices as written, but understood.
    NearChoice { taken: String },
    /// A code that is too short: leading zeros were probably lost; the code with zeros.
    LostZeros { digits: u32, candidate: String },
    /// A code of the wrong shape.
    WrongCode { digits: u32 },
    /// A number below or above what is possible.
    OutOfRange { low: Option<Decimal>, high: Option<Decimal> },
    /// A number of 16 or more digits, damaged by Excel.
    DamagedNumber,
    /// An Excel error stands in the cell.
    ExcelError(ExcelError),
    /// The formula's result was never saved.
    StaleFormula,
    /// A number that is written as text.
    NumberAsText,
    /// A statistical mark (－ … x) stands for a value.
    StatisticalMark { mark: String },
    /// A value stands alone where merged cells leave the others empty.
    MergedValue,

    // --- CSV
    /// A quote is opened and never closed (one-based line where it opens).
    UnclosedQuote { line: u32 },
    /// A NUL byte (one-based line).
    NulByte { line: u32 },
    /// A row has more or fewer fields than the header.
    RaggedRow { fields: usize, expected: usize },
    /// A character that can no longer be read (外字 or a broken byte).
    UnreadableCharacter { text: String },

    // --- writing
    /// A character that the wanted encoding does not have.
    Unencodable { character: char, encoding: String },
    /// A character was replaced by its equal in the wanted encoding.
    ReplacedCharacter { from: char, to: char, encoding: String },

    // --- images
    /// The file is no image that can be put into a workbook.
    Image(crate::ImageTrouble),
    /// A photo that lies on its side in a workbook.
    ImageTurned,

    // --- templates
    /// A mark of a template, or what it is filled with.
    Template(crate::TemplateTrouble),

    // --- keys and joins
    /// The same key stands more than once; where it stands first.
    DuplicateKey { key: String, first: Place },
    /// A key has no partner in the other table.
    NoPartner { key: String, other: String },
    /// Two spellings that may be the same (表記ゆれ).
    SpellingVaries { other: String },
}

impl Problem {
    /// Whether its sentence may hold what stands in a cell: such a one is not told where anybody may read what came from a
    /// protected workbook. Names of sheets and of columns that were asked for are no such thing.
    pub fn quotes(&self) -> bool {
        match self {
            Problem::Said { .. }
            | Problem::OtherSymbol { .. }
            | Problem::NoHeader { .. }
            | Problem::TotalRow { .. }
            | Problem::TotalDiffers { .. }
            | Problem::OtherTable { .. }
            | Problem::DoubtfulDate(_)
            | Problem::LostZeros { .. }
            | Problem::UnreadableCharacter { .. }
            | Problem::Unencodable { .. }
            | Problem::ReplacedCharacter { .. }
            | Problem::DuplicateKey { .. }
            | Problem::NoPartner { .. }
            | Problem::SpellingVaries { .. } => true,
            Problem::Refused(_)
            | Problem::Suspicious(_)
            | Problem::HiddenSheet
            | Problem::HiddenRows { .. }
            | Problem::HiddenColumns { .. }
            | Problem::NotRenamed { .. }
            | Problem::NoSheet { .. }
            | Problem::NoColumn { .. }
            | Problem::NearHeader { .. }
            | Problem::DuplicateHeader { .. }
            | Problem::HeaderFarDown { .. }
            | Problem::EmptyTable
            | Problem::UnitApplied { .. }
            | Problem::OtherSheet { .. }
            | Problem::MoreFindings { .. }
            | Problem::Missing
            | Problem::NotANumber
            | Problem::NotWhole
            | Problem::NotADate(_)
            | Problem::NotAMonth
            | Problem::NotATime
            | Problem::NotYesNo
            | Problem::NotAChoice { .. }
            | Problem::NearChoice { .. }
            | Problem::WrongCode { .. }
            | Problem::OutOfRange { .. }
            | Problem::DamagedNumber
            | Problem::ExcelError(_)
            | Problem::StaleFormula
            | Problem::NumberAsText
            | Problem::StatisticalMark { .. }
            | Problem::MergedValue
            | Problem::UnclosedQuote { .. }
            | Problem::NulByte { .. }
            | Problem::RaggedRow { .. }
            | Problem::Image(_)
            | Problem::ImageTurned
            | Problem::Template(_) => false,
        }
    }
}
