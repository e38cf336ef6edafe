//! The register and the report, in English.

use crate::ja::label::number;
use crate::report::{grouped, hours};
use crate::{Label, Line, RegisterTrouble, Tab, Telling};

pub(crate) fn register(trouble: &RegisterTrouble) -> Telling {
    match trouble {
        RegisterTrouble::Future => Telling::new("the day is later than today", "check the date"),
        RegisterTrouble::ImprovedBefore { asked } => {
            Telling::new(format!("the improvement is earlier than the consultation ({asked})"), "mend one of the dates")
        }
        RegisterTrouble::ImprovedButNot => Telling::new(
            "there is a day of improvement, but the status is not 改善済 (improved)",
            "set the status, or take the day away",
        ),
        RegisterTrouble::NoDepartment => Telling::new("no department is named", "enter the department"),
        RegisterTrouble::NotACount => Telling::new("this is not a count", "write it as \"5\" or \"各5\" (five each)"),
        RegisterTrouble::Undivided { departments, count } => Telling::new(
            format!("{count} for {departments} departments: nobody knows how they divide"),
            format!("write \"各{count}\" if each has {count}, else give every department a row"),
        ),
        RegisterTrouble::DepartmentTwice => Telling::new("the same department stands twice", "keep one, or use a row for each"),
        RegisterTrouble::CountOutOfRange => Telling::new("a count is from 1 to 100,000", "mend the count"),
        RegisterTrouble::EachOne { departments } => Telling::new(
            format!("without a count, each of the {departments} departments counts as one"),
            "write \"各5\" (five each) if it is not one",
        ),
        RegisterTrouble::NoSuchTask { near: Some(near) } => {
            Telling::new("the office has no such task", format!("write \"{near}\" if that is meant"))
        }
        RegisterTrouble::NoSuchTask { near: None } => {
            Telling::new("the office has no such task", "write the name of a folder in scripts/, or leave it empty")
        }
        RegisterTrouble::TakesLonger => {
            Telling::new("it takes longer than before", "if that is right it counts as a negative saving")
        }
        RegisterTrouble::NoHoursAfter => Telling::new(
            "the hours before are there, those after are missing",
            "enter what people still do; 0 if there is nothing left",
        ),
        RegisterTrouble::NoHoursBefore => {
            Telling::new("the hours after are there, those before are missing", "enter the hours of a year before")
        }
        RegisterTrouble::NotAFiscalYear => Telling::new("this is not a fiscal year", "write it as \"2026\" or \"令和8年度\""),
    }
}

pub(crate) fn label(label: Label) -> &'static str {
    match label {
        Label::Report => "Improvements and hours saved",
        Label::Summary => "Summary",
        Label::Departments => "Consultations and improvements by department",
        Label::Cases => "Main cases",
        Label::Comparison => "Hours saved in a year: estimate and measurement",
        Label::Months => "Month by month",
        Label::Grid => "Hours saved by month, department and task (measured)",
        Label::Targets => "Targets and results",
        Label::Tasks => "Tasks, the most hours saved first (measured)",
        Label::Ranges => "Range, and what it makes in a year (measured)",
        Label::Quality => "Quality: findings, returned, failed, rework",
        Label::NewWork => "New work (not added to the saving)",
        Label::Unbased => "Tasks without a baseline (not added)",
        Label::Money => "In money, for orientation",
        Label::Baselines => "Versions of baselines",
        Label::Sources => "The rows behind the figures",
        Label::Rules => "How it is counted, and how to check it",
        Label::Item => "Item",
        Label::Value => "Value",
        Label::Jobs => "Jobs",
        Label::Versions => "Baseline versions",
        Label::Department => "Department",
        Label::Asked => "Consulted",
        Label::Improved => "Improved",
        Label::HoursBefore => "Before (h)",
        Label::HoursAfter => "After (h)",
        Label::HoursRework => "Rework (h)",
        Label::HoursSaved => "Saved (h)",
        Label::Number => "No.",
        Label::Title => "Title",
        Label::Kind => "Kind",
        Label::Status => "Status",
        Label::Entry => "Ledger entry",
        Label::Task => "Task",
        Label::EstimateBefore => "Estimate before (h)",
        Label::EstimateAfter => "Estimate after (h)",
        Label::EstimateSaved => "Estimate saved (h)",
        Label::YearBefore => "Measured before (h)",
        Label::YearAfter => "Measured after (h)",
        Label::YearSaved => "Measured saved (h)",
        Label::Difference => "Measured − estimate (h)",
        Label::Share => "Measured / estimate (%)",
        Label::Month => "Month",
        Label::Cumulated => "Cumulated (h)",
        Label::Total => "Total",
        Label::Unit => "Unit",
        Label::Present => "Present value",
        Label::FiscalYear => "Fiscal year",
        Label::Goal => "Target",
        Label::Result => "Result",
        Label::Reached => "Reached (%)",
        Label::CountedBy => "Result from",
        Label::Units => "Units",
        Label::MinutesBefore => "Before (min/unit)",
        Label::MinutesAfter => "After (min/unit)",
        Label::SavedShare => "Saved (%)",
        Label::Method => "Basis",
        Label::Low => "Low (h)",
        Label::Middle => "Middle (h)",
        Label::High => "High (h)",
        Label::UnitsAYear => "Units a year",
        Label::YearLow => "Year, low (h)",
        Label::YearHigh => "Year, high (h)",
        Label::DataMonths => "Months of data",
        Label::Expected => "Expected",
        Label::Findings => "Findings",
        Label::Returned => "Returned",
        Label::Failed => "Failed",
        Label::Undone => "Undone",
        Label::Redone => "Redone",
        Label::HoursNow => "Takes now (h)",
        Label::Author => "Found by",
        Label::Date => "On",
        Label::Samples => "Samples",
        Label::LowMinutes => "Low (min/unit)",
        Label::HighMinutes => "High (min/unit)",
        Label::ReworkMinutes => "Rework (min each)",
        Label::IsNew => "New work",
        Label::MinutesTotalBefore => "Before (min)",
        Label::MinutesTotalAfter => "After (min)",
        Label::MinutesTotalRework => "Rework (min)",
        Label::MinutesTotalSaved => "Saved (min)",
        Label::FirstEntry => "First entry",
        Label::LastEntry => "Last entry",
        Label::Yen => "Amount (yen)",
        Label::Hours => "hours",
        Label::Estimated => "Hours saved in a year (estimate)",
        Label::Measured => "Hours saved (measured from jobs)",
        Label::Specialist => "improvements with a DX specialist",
        Label::Measurement => "measured",
        Label::Interview => "interview",
        Label::Estimation => "estimate",
        Label::Asking => "consulted",
        Label::UnderWay => "under way",
        Label::Done => "improved",
        Label::Declined => "declined",
        Label::Run => "run",
        Label::Correction => "correction",
        Label::Several => "several departments (cannot be divided)",
        Label::Yes => "yes",
        Label::ByReport => "this report",
        Label::ByHand => "as registered",
        Label::Table => "Table",
        Label::Row => "Row",
        Label::Column => "Column",
        Label::Minutes => "Minutes",
    }
}

pub(crate) fn tab(tab: Tab) -> &'static str {
    match tab {
        Tab::Summary => "Summary",
        Tab::Departments => "Departments",
        Tab::Cases => "Cases",
        Tab::Comparison => "Estimate and measurement",
        Tab::Months => "Months",
        Tab::Grid => "Month, department, task",
        Tab::Targets => "Targets",
        Tab::Tasks => "Tasks",
        Tab::Ranges => "Range and year",
        Tab::Quality => "Quality",
        Tab::NewWork => "New work",
        Tab::Unbased => "Without baseline",
        Tab::Money => "Money",
        Tab::Baselines => "Baselines",
        Tab::Sources => "Source rows",
        Tab::Rules => "Rules and checks",
    }
}

pub(crate) fn line(line: &Line<'_>) -> String {
    match line {
        Line::FiscalYear { year } => format!("Fiscal year {year}"),
        Line::Days { from, to } => format!("{from} to {to}"),
        Line::Consulted { from, to, asked, flags, improved } => {
            let flags: Vec<String> = flags.iter().map(|(flag, count)| format!("{flag} {}", number(*count))).collect();
            let of = if flags.is_empty() { String::new() } else { format!(" (of them {})", flags.join(", ")) };
            format!("From {from} to {to}, {} consultations{of} and {} improvements.", number(*asked), number(*improved))
        }
        Line::Formula { before, after, saved } => {
            format!("{} h (before) − {} h (after) = {} h (saved)", hours(*before, true), hours(*after, true), hours(*saved, true))
        }
        Line::FormulaNote => "An estimate of the hours that the improvements save in a year, made at the time of support.".to_owned(),
        Line::EstimatedOf { estimated, improved } => {
            format!("The sum of the {} improvements, of {}, whose hours were estimated.", number(*estimated), number(*improved))
        }
        Line::Measured { jobs, units, before, after, rework, saved } => format!(
            "Measured from {} jobs ({} units): {} h (before) − {} h (after) − {} h (rework) = {} h (saved)",
            grouped(*jobs),
            grouped(*units),
            hours(*before, true),
            hours(*after, true),
            hours(*rework, true),
            hours(*saved, true)
        ),
        Line::Nothing => "Neither consultations nor jobs are recorded for these days yet.".to_owned(),
        Line::NoRegister => "No consultations are registered for these days yet (jitan register import).".to_owned(),
        Line::NoJobs => "No jobs are recorded for these days yet.".to_owned(),
        Line::Negative => "A minus says that it took longer than before.".to_owned(),
        Line::Late { entries } => format!(
            "{} rows were entered after the end of these days and count by their own dates (ledger entries {}).",
            entries.len(),
            crate::ja::report::entry_list(entries)
        ),
        Line::Shared => "Hours of a row with several departments cannot be divided; they have a line of their own.".to_owned(),
        Line::MainCases { shown, all } => format!("{shown} of {all} improvements (rows of the register)."),
        Line::TopTasks { shown } => format!("The chart shows the first {shown}."),
        Line::GridNote => "Measured from jobs, rework deducted. Without new work and without tasks that have no baseline.".to_owned(),
        Line::ComparisonNote => {
            "The register's estimate beside a year of the same task: minutes per unit times units a year, less rework.".to_owned()
        }
        Line::Apart { estimate, measured } => format!(
            "Where jobs exist, the estimate is {} h and the measured year {} h: {} h apart.",
            hours(*estimate, true),
            hours(*measured, true),
            hours(measured - estimate, true)
        ),
        Line::TargetNote => "An empty result means \"not yet\", never zero.".to_owned(),
        Line::RangeNote => "Low and high: with the least and the most minutes seen when the baseline was found.".to_owned(),
        Line::AnnualNote { minimum } => format!(
            "A year is minutes per unit times units a year, less rework. With less than {minimum} months of data it is \"expected\". Where the baseline does not say the units of a year, no year is computed."
        ),
        Line::QualityNote => {
            "Findings are mistakes and doubtful values found. Returned: the person can mend it. Failed: the specialist must look.".to_owned()
        }
        Line::NewNote => "Work that nobody did before saves nothing and is not added.".to_owned(),
        Line::UnbasedNote { tasks } => format!("{tasks} tasks have no baseline and are not added."),
        Line::MoneyNote { hourly, saved, yen } => {
            format!("{} h x {} yen = {} yen. It does not mean that a budget shrinks.", hours(*saved, true), hourly, grouped(*yen))
        }
        Line::SourceNote => {
            "All measured figures above are sums of these rows. The numbers lead to each job (jitan ledger export).".to_owned()
        }
        Line::BaselineNote => "A baseline is never edited: a change is a new version, and past months stay as they were.".to_owned(),
        Line::YearRule => "A fiscal year runs from April to March. A job counts on the day it was recorded.".to_owned(),
        Line::SavingRule => {
            "Saving = units x (minutes before - minutes after) - rework. The minutes after include the checking that people do. Machine time is not deducted.".to_owned()
        }
        Line::CountRule => {
            "Counted are published jobs, the first time for their content. Tests, plans, reruns and undone jobs are not. A job that handled nothing saves nothing.".to_owned()
        }
        Line::ReworkRule => "What is returned or fails is charged the rework minutes of the task's baseline (10 if it says none).".to_owned(),
        Line::RegisterRule => {
            "A consultation counts on its day; an improvement on its own day (else the day it was entered; if it was entered as improved, the day of the consultation). A row that is entered again replaces the earlier one from that day on.".to_owned()
        }
        Line::AnnualRule { minimum } => format!("A year needs {minimum} months of data; with less it is called expected."),
        Line::RoundingRule => {
            "Minutes are added up and rounded to 0.1 hours only when shown, so shown rows may differ from the total by 0.1.".to_owned()
        }
        Line::Head { entry, date, hash } => {
            format!("This report rests on the ledger up to entry {} ({date}). Hash of the chain's head: {hash}", number(*entry))
        }
        Line::NoHead => "The ledger is still empty.".to_owned(),
        Line::Recompute { command } => format!("To check: jitan ledger verify --head HASH (the ledger still holds this head), jitan ledger recompute (every saving again), {command} (this report)"),
        Line::ChartOf { title, of } => format!("Chart of {title} ({of}). The same figures stand in the table below."),
        Line::More { count } => format!("{count} more"),
        Line::MonthName { month } => {
            const NAMES: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
            NAMES[usize::from(month.month().unsigned_abs()) - 1].to_owned()
        }
        Line::Flagged { flag } => format!("of them {flag}"),
        Line::Imported { new, replaced, same } => format!(
            "registered (consultations and targets): {} new, {} changed, {} the same (nothing done)",
            number(*new),
            number(*replaced),
            number(*same)
        ),
        Line::ImportRefused { errors } => format!("{} mistakes: nothing was registered; mend them and try again", number(*errors)),
        Line::Absent { count } => {
            format!("{count} rows of the ledger are not in this file; they stay. To withdraw one, register it as 見送り (declined)")
        }
        Line::Exported { rows, targets } => format!("exported: {rows} consultations, {targets} targets"),
        Line::Written { path } => format!("report written: {path}"),
    }
}
