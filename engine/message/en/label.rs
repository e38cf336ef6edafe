//! Headings, counts and short words, in English.

use book::{Fate, Place};
use japan::NameTrouble;
use job::{Account, Facts, ListWords, Weight};
use rust_decimal::Decimal;

use super::count;
use crate::{Word, ja};

pub(crate) fn place(place: &Place) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    parts.extend(place.file.as_ref().map(|file| format!("\"{file}\"")));
    parts.extend(place.sheet.as_ref().map(|sheet| format!("sheet \"{sheet}\"")));
    parts.extend(place.cell.as_ref().map(|cell| self::cell(cell)));
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// `12:12` is a row, `B7` a cell.
pub(crate) fn cell(cell: &str) -> String {
    match cell.split_once(':') {
        Some((a, b)) if a == b && a.bytes().all(|byte| byte.is_ascii_digit()) => format!("row {a}"),
        _ => cell.to_owned(),
    }
}

pub(crate) fn fate(fate: Fate) -> &'static str {
    match fate {
        Fate::Stopped => "stopped",
        Fate::Skipped => "left out",
        Fate::Blanked => "used as blank",
        Fate::Used => "used as it is",
        Fate::NameKept => "kept its name",
        Fate::WentOn => "went on",
    }
}

/// 1234567 as 1,234,567, as in Japanese.
pub(crate) fn number(number: u64) -> String {
    ja::label::number(number)
}

pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        0..1_024 => format!("{bytes} bytes"),
        1_024..1_048_576 => format!("{} KB", bytes / 1_024),
        _ => format!("{} MB", bytes / 1_048_576),
    }
}

/// "40 of 42 files done; 2 errors, 3 warnings, 1 note"
pub(crate) fn counts(facts: &Facts) -> String {
    let mut text = match (facts.files, facts.returned) {
        (1, false) => "1 file done".to_owned(),
        (1, true) => "1 file returned".to_owned(),
        (files, false) => format!("{} of {} files done", ja::label::number(facts.files_used), ja::label::number(files)),
        (files, true) => format!("{} files returned", ja::label::number(files)),
    };
    let counts = facts.counts;
    if counts.all() == 0 {
        text.push_str("; no findings");
    } else {
        let parts = [
            count(counts.errors as u64, "error", "errors"),
            count(counts.warnings as u64, "warning", "warnings"),
            count(counts.notes as u64, "note", "notes"),
        ];
        text.push_str(&format!("; {}", parts.join(", ")));
    }
    text
}

/// "1,000 rows read = 990 used + 10 excluded (total rows 8, resent 2)"
pub(crate) fn reconciliation(account: &Account) -> String {
    use ja::label::number;
    let mut text =
        format!("{} rows read = {} used + {} excluded", number(account.read), number(account.used), number(account.left_out()));
    if !account.excluded.is_empty() {
        let reasons: Vec<String> =
            account.excluded.iter().map(|(reason, count)| format!("{reason} {}", number(*count))).collect();
        text.push_str(&format!(" ({})", reasons.join(", ")));
    }
    text
}

pub(crate) fn name_trouble(trouble: &NameTrouble) -> String {
    match trouble {
        NameTrouble::Empty => "it is empty".to_owned(),
        NameTrouble::Forbidden { character } => format!("Windows does not allow \"{character}\""),
        NameTrouble::Invisible { .. } => "it holds a character that cannot be seen".to_owned(),
        NameTrouble::Direction { .. } => "it holds a character that turns the direction of writing".to_owned(),
        NameTrouble::Reserved { word } => format!("\"{word}\" belongs to Windows"),
        NameTrouble::TrailingSpace => "it ends with a space".to_owned(),
        NameTrouble::TrailingDot => "it ends with a full stop".to_owned(),
        NameTrouble::TooManyBytes { bytes } => format!("it is too long ({bytes} bytes, 255 allowed)"),
        NameTrouble::TooManyUnits { units } => format!("it is too long ({units} characters, 255 allowed)"),
        NameTrouble::PathTooLong { units } => format!("with its folders it is too long ({units} characters, 259 allowed)"),
    }
}

pub(crate) fn list(facts: &Facts) -> ListWords {
    let title = if facts.returned { "Findings (returned)" } else { "Findings" };
    let mut lines = vec![title.to_owned(), counts(facts)];
    if facts.returned {
        lines.push("mend the errors and drop the files again; the originals are untouched".to_owned());
    }
    if facts.account.balances() {
        lines.push(reconciliation(&facts.account));
    }
    let header = ["Severity", "File", "Sheet", "Cell", "Column", "Value", "Problem", "Remedy", "Done about it"];
    ListWords {
        file: "要確認一覧.xlsx".to_owned(),
        sheet: "Findings".to_owned(),
        lines,
        header: header.map(str::to_owned),
        weights: [Weight::Error, Weight::Warning, Weight::Note].map(|weight| self::weight(weight).to_owned()),
    }
}

pub(crate) fn weight(weight: Weight) -> &'static str {
    match weight {
        Weight::Error => "error",
        Weight::Warning => "warning",
        Weight::Note => "note",
    }
}

/// Minutes as hours and minutes: "7 h 12 min".
pub(crate) fn minutes(minutes: Decimal) -> String {
    // Below ten minutes, tenths matter.
    let whole = minutes.abs().round_dp(u32::from(minutes.abs() < Decimal::TEN));
    let (hours, rest) = (whole / Decimal::from(60), whole % Decimal::from(60));
    let sign = if minutes.is_sign_negative() && !whole.is_zero() { "-" } else { "" };
    match hours.trunc() {
        none if none.is_zero() => format!("{sign}{} min", rest.normalize()),
        hours => format!("{sign}{} h {} min", hours.normalize(), rest.normalize()),
    }
}

pub(crate) fn word(word: &Word) -> String {
    use ja::label::number;
    match word {
        Word::Done => "done".to_owned(),
        Word::Returned => {
            "returned because of errors; only the list of findings and copies marked with them were published".to_owned()
        }
        Word::Planned => "a plan: nothing was changed".to_owned(),
        Word::Outputs => "outputs".to_owned(),
        Word::ChangedParts => "what changed in the workbooks".to_owned(),
        Word::WouldPublish => "would be published".to_owned(),
        Word::Findings => "findings".to_owned(),
        Word::MoreFindings { count } => format!("and {} more, all of them in 要確認一覧.xlsx", number(*count)),
        Word::Renames { count: files } => format!("{} to be renamed", count(*files, "file", "files")),
        Word::Renamed { count: files } => format!("{} renamed", count(*files, "file", "files")),
        Word::More { count } => format!("and {} more", number(*count)),
        Word::UndoWith { command } => format!("to undo it: {command}"),
        Word::Undone { done, already } => {
            let already = if *already > 0 { format!(" ({} had them already)", number(*already)) } else { String::new() };
            format!("{} their old names again{already}", count(*done, "file has", "files have"))
        }
        Word::Resumed { done, already } => {
            format!("{} renamed ({} had been before)", count(*done, "file", "files"), number(*already))
        }
        Word::NotUndone { count: files } => format!("{} left as they are", count(*files, "file was", "files were")),
        Word::Saved { units, unit, before, after, saved } => format!(
            "{} {unit}: {} by hand, {} now, {} saved (estimated)",
            number(*units),
            minutes(*before),
            minutes(*after),
            minutes(*saved)
        ),
        Word::NotConfined => "this kernel knows no Landlock: the worker is held by its limits alone".to_owned(),
        Word::HalfConfined => "this kernel cannot keep the worker from the network; files are protected".to_owned(),
        Word::Reading { at } => format!("reading {at}"),
        Word::Working => "calculating".to_owned(),
        Word::At { file, line, column } => match column {
            Some(column) => format!("{file}:{line}:{column}"),
            None => format!("{file}:{line}"),
        },
        Word::CheckedSound { task } => format!("{task}: no mistakes found"),
        Word::CheckedDoubtful { task, count: places } => {
            format!("{task}: it runs, but {} to look at", count(*places, "place", "places"))
        }
        Word::CheckedWrong { task, count: mistakes } => format!("{task}: {}", count(*mistakes, "mistake", "mistakes")),
        Word::CasePassed { case } => format!("{case}: as expected"),
        Word::CaseDiffers { case } => format!("{case}: differs"),
        Word::CaseBlessed { case } => format!("{case}: what it gives now was written down as right"),
        Word::CasesEnd { passed, all } => format!("{passed} of {} as expected", count(*all, "case", "cases")),
        Word::NoCases { task } => format!("{task}: no cases; make one in samples/{task}/"),
        Word::EndsOtherwise { wanted, got } => format!("it should end as {wanted} and ended as {got}"),
        Word::MissingOutput { name } => format!("\"{name}\" was not made"),
        Word::SurplusOutput { name } => format!("\"{name}\" was not expected"),
        Word::FileDiffers { file } => format!("\"{file}\" has another content"),
        Word::MissingLine { line } => format!("an expected finding is missing: {line}"),
        Word::SurplusLine { line } => format!("a finding was not expected: {line}"),
        Word::Demo { folder } => format!("an office to look at: {folder}"),
        Word::DemoEnd { folder } => format!("results and receipts lie in {folder}"),
        Word::DemoStatus { page } => format!("how things stand, for a browser: {page}"),
        Word::DemoTable => "task,files,rows read,used,excluded,findings,saved (estimated)".to_owned(),
        Word::DemoSum { saved } => {
            format!("{} saved in all (estimated; the minutes before rest on the baselines' interviews)", minutes(*saved))
        }
        Word::Made { folder } => format!("a task was made: {folder}"),
        Word::OfficeMade { folder } => format!("an office was made: {folder}"),
        Word::OfficeNext => "its settings are in jitan.toml; make a task and begin to watch like this:".to_owned(),
        Word::NoLog { folder } => format!("the log ({folder}) cannot be written; the work goes on"),
        Word::DropHere { folder } => format!("its inbox: {folder}"),
        Word::TryIt { command } => format!("try it: {command}"),
        Word::Seconds { tenths } => format!("{}.{} s", tenths / 10, tenths % 10),
        Word::Ready => "ready".to_owned(),
        Word::NoJobs => "there are no jobs yet".to_owned(),
        Word::SameAs { job } => format!("the same content as job {job}; `jitan jobs run ID` runs it all the same"),
        Word::WillUndo { outputs, folder } => {
            format!("{} and the original go to \"{folder}\", and the hours are taken back", count(*outputs, "output", "outputs"))
        }
        Word::WillRename { files, folder } => {
            let files = count(*files, "file gets its old name back", "files get their old names back");
            format!("{files} and go to \"{folder}\" with the other outputs, and the hours are taken back")
        }
        Word::RenameCounts { renamed, kept, left } => {
            let (renamed, kept) = (count(*renamed, "file", "files"), count(*kept, "file", "files"));
            let left = if *left == 0 { String::new() } else { format!(", {} could not be", count(*left, "file", "files")) };
            format!("{renamed} renamed, {kept} with the same name{left}")
        }
        Word::RenamesUndone { files, left } => {
            let files = count(*files, "file has its old name", "files have their old names");
            let left =
                if *left == 0 { String::new() } else { format!(", {} left as they are", count(*left, "file is", "files are")) };
            format!("{files} again{left}")
        }
        Word::JobUndone { job } => format!("job {job} was taken back"),
        Word::MayI => "type y to take it back".to_owned(),
        Word::PutBack { path } => format!("the original lies at \"{path}\" again; a running engine takes it from there"),
        Word::WillRun => "it was told to run; a running engine begins soon".to_owned(),
        Word::Warning => "warning".to_owned(),
        Word::Error => "mistake".to_owned(),
    }
}
