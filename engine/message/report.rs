//! The words of the register and the report.

use jiff::civil::Date;

/// What is wrong or doubtful in a register.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the sentences are in ja/report.rs and en/report.rs")]
pub enum RegisterTrouble {
    Future,
    ImprovedBefore { asked: String },
    ImprovedButNot,
    NoDepartment,
    NotACount,
    Undivided { departments: u64, count: u64 },
    DepartmentTwice,
    CountOutOfRange,
    EachOne { departments: u64 },
    NoSuchTask { near: Option<String> },
    TakesLonger,
    NoHoursAfter,
    NoHoursBefore,
    NotAFiscalYear,
}

/// A title or a column of the report.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the words are in ja/report.rs and en/report.rs")]
pub enum Label {
    Report,
    // --- sections
    Summary,
    Departments,
    Cases,
    Comparison,
    Months,
    Grid,
    Targets,
    Tasks,
    Ranges,
    Quality,
    NewWork,
    Unbased,
    Money,
    Baselines,
    Sources,
    Rules,
    // --- columns
    Item,
    Value,
    Jobs,
    Versions,
    Department,
    Asked,
    Improved,
    HoursBefore,
    HoursAfter,
    HoursRework,
    HoursSaved,
    Number,
    Title,
    Kind,
    Status,
    Entry,
    Task,
    EstimateBefore,
    EstimateAfter,
    EstimateSaved,
    YearBefore,
    YearAfter,
    YearSaved,
    Difference,
    Share,
    Month,
    Cumulated,
    Total,
    Unit,
    Present,
    FiscalYear,
    Goal,
    Result,
    Reached,
    CountedBy,
    Units,
    MinutesBefore,
    MinutesAfter,
    SavedShare,
    Method,
    Low,
    Middle,
    High,
    UnitsAYear,
    YearLow,
    YearHigh,
    DataMonths,
    Expected,
    Findings,
    Returned,
    Failed,
    Undone,
    Redone,
    HoursNow,
    Author,
    Date,
    Samples,
    LowMinutes,
    HighMinutes,
    ReworkMinutes,
    IsNew,
    MinutesTotalBefore,
    MinutesTotalAfter,
    MinutesTotalRework,
    MinutesTotalSaved,
    FirstEntry,
    LastEntry,
    Yen,
    Hours,
    // --- rows of the summary
    Estimated,
    Measured,
    Specialist,
    // --- values
    Measurement,
    Interview,
    Estimation,
    Asking,
    UnderWay,
    Done,
    Declined,
    Run,
    Correction,
    Several,
    Yes,
    ByReport,
    ByHand,
    Table,
    Row,
    Column,
    Minutes,
}

/// The short name of a section, for a tab of a workbook.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the words are in ja/report.rs and en/report.rs")]
pub enum Tab {
    Summary,
    Departments,
    Cases,
    Comparison,
    Months,
    Grid,
    Targets,
    Tasks,
    Ranges,
    Quality,
    NewWork,
    Unbased,
    Money,
    Baselines,
    Sources,
    Rules,
}

/// A sentence of the report. Minutes are in thousandths.
#[derive(Clone, PartialEq, Debug)]
#[allow(missing_docs, reason = "the sentences are in ja/report.rs and en/report.rs")]
pub enum Line<'a> {
    FiscalYear { year: i32 },
    Days { from: Date, to: Date },
    Consulted { from: Date, to: Date, asked: u64, flags: &'a [(String, u64)], improved: u64 },
    Formula { before: i64, after: i64, saved: i64 },
    FormulaNote,
    EstimatedOf { estimated: u64, improved: u64 },
    Measured { jobs: i64, units: i64, before: i64, after: i64, rework: i64, saved: i64 },
    Nothing,
    NoRegister,
    NoJobs,
    Negative,
    Late { entries: &'a [u64] },
    Shared,
    MainCases { shown: usize, all: usize },
    TopTasks { shown: usize },
    GridNote,
    ComparisonNote,
    Apart { estimate: i64, measured: i64 },
    TargetNote,
    RangeNote,
    AnnualNote { minimum: u32 },
    QualityNote,
    NewNote,
    UnbasedNote { tasks: usize },
    MoneyNote { hourly: &'a str, saved: i64, yen: i64 },
    SourceNote,
    BaselineNote,
    YearRule,
    SavingRule,
    CountRule,
    ReworkRule,
    RegisterRule,
    AnnualRule { minimum: u32 },
    RoundingRule,
    Head { entry: u64, date: Date, hash: &'a str },
    NoHead,
    Recompute { command: &'a str },
    ChartOf { title: &'a str, of: &'a str },
    More { count: usize },
    MonthName { month: Date },
    Flagged { flag: &'a str },
    Imported { new: u64, replaced: u64, same: u64 },
    ImportRefused { errors: u64 },
    Absent { count: usize },
    Exported { rows: usize, targets: usize },
    Written { path: &'a str },
}

/// Thousandths of a minute as hours with one decimal; without it where it is zero and `plain` is wanted: `2,694`, `35.2`.
pub fn hours(thousandths: i64, plain: bool) -> String {
    let tenths = tenths_of_hours(thousandths);
    let (whole, tenth) = (tenths.unsigned_abs() / 10, tenths.unsigned_abs() % 10);
    let sign = if tenths < 0 { "−" } else { "" };
    let whole = crate::ja::label::number(whole);
    if plain && tenth == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{tenth}") }
}

/// Thousandths of a minute as tenths of an hour, rounded to the nearest, half away from zero.
pub fn tenths_of_hours(thousandths: i64) -> i64 {
    const TENTH: i64 = 6_000;
    let (tenths, rest) = (thousandths / TENTH, thousandths % TENTH);
    if rest.abs() * 2 >= TENTH { tenths + thousandths.signum() } else { tenths }
}

/// 1234567 as 1,234,567; negative with the minus of print.
pub fn grouped(number: i64) -> String {
    let sign = if number < 0 { "−" } else { "" };
    format!("{sign}{}", crate::ja::label::number(number.unsigned_abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_rounded_once_and_half_away_from_zero() {
        assert_eq!(hours(2_694 * 60_000, true), "2,694");
        assert_eq!(hours(2_694 * 60_000, false), "2,694.0");
        assert_eq!((hours(3_000, false), hours(2_999, false)), ("0.1".into(), "0.0".into()));
        assert_eq!((hours(-3_000, false), hours(-2_999, false)), ("−0.1".into(), "0.0".into()));
        assert_eq!(hours(i64::MIN, true).len(), "−153,722,867,280,912.9".len());
        assert_eq!(grouped(-1_234), "−1,234");
    }
}
