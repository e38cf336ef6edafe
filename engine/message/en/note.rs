//! The receipt, "read me first" and the record of an undo, in English.

use job::{Counted, DateTime, Facts, Note, Proven, Row, Setback, Slip, Told, UndoWhy};
use task::{Method, Saving};

use super::job::kept;
use super::{count, label};
use crate::note::{TOLD, told, value};
use crate::shown::{one_line, shown};
use crate::{Lang, Tell, Telling};

/// The file's name and its lines.
pub(crate) fn note(slip: &Slip<'_>, note: &Note<'_>) -> (&'static str, Vec<String>) {
    match note {
        Note::Done { facts, rows, saving, counted, outputs, proven, closed, renamed, handed_back } => {
            let mut lines = head("RECEIPT", slip);
            lines.extend(results(slip, outputs, *renamed, *handed_back));
            lines.extend(account(facts));
            lines.extend(findings(facts, rows, *closed));
            lines.extend(changed(proven));
            lines.extend(hours(slip, facts, saving, *counted));
            lines.extend(back(slip, *handed_back));
            ("receipt.txt", lines)
        }
        Note::Skipped { earlier, handed_back } => {
            let mut lines = head("RECEIPT", slip);
            lines.push(format!("The content is the same as that of job {earlier}, so it was not worked on again."));
            lines.push("Please use the results of that job. The hours were not counted a second time.".to_owned());
            if *handed_back {
                lines.push("What you dropped is back in this folder, with nothing changed.".to_owned());
            }
            ("receipt.txt", lines)
        }
        Note::Returned { facts, rows, list, marked, proven, closed } => {
            (READ_FIRST, returned(slip, facts, rows, (*list, *marked, *closed), proven))
        }
        Note::Failed { why, attempts } => (READ_FIRST, failed(slip, why, *attempts)),
        Note::NamesKept { left } => {
            let mut lines = head("NOT RENAMED", slip);
            let files = count(left.len() as u64, "file", "files");
            lines.push(format!("{files} could not be renamed and kept the old name. They are not counted as work done."));
            lines.push(String::new());
            lines.extend(each_left(left, kept));
            ("not renamed.txt", lines)
        }
        Note::Undone { outputs, files, back, left } => {
            let mut lines = head("RECORD OF AN UNDO", slip);
            lines.push("This job was taken back, and its hours with it.".to_owned());
            if *outputs > 0 {
                lines.push(format!("{} moved into this folder.", count(*outputs as u64, "output was", "outputs were")));
            }
            if let Some(files) = files {
                let files = count(*files, "file has its old name again and was", "files have their old names again and were");
                lines.push(format!("{files} moved into this folder."));
            }
            if !back.is_empty() {
                heading(&mut lines, "Where the originals are again");
                lines.extend(back.iter().map(|place| format!("  - {}", shown(place))));
            }
            if !left.is_empty() {
                heading(&mut lines, &format!("What could not be put back: {}", left.len()));
                lines.push("It stays where it was.".to_owned());
                lines.extend(each_left(left, |why| why.tell(Lang::En)));
            }
            ("undone.txt", lines)
        }
    }
}

/// More than these nobody reads one by one.
const MOST_LEFT: usize = 1_000;

fn each_left(left: &[(String, UndoWhy)], words: impl Fn(UndoWhy) -> Telling) -> Vec<String> {
    let mut lines = Vec::new();
    for (place, why) in left.iter().take(MOST_LEFT) {
        let Telling { what, next } = words(*why);
        lines.push(format!("  - {}: {what}", shown(place)));
        lines.push(format!("    -> {next}"));
    }
    if left.len() > MOST_LEFT {
        lines.push(format!("  and {} more", left.len() - MOST_LEFT));
    }
    lines
}

const READ_FIRST: &str = "read me first.txt";

fn head(title: &str, slip: &Slip<'_>) -> Vec<String> {
    vec![
        title.to_owned(),
        String::new(),
        format!("Received: {}", shown(slip.name)),
        format!("Task:     {}", slip.task.manifest.name.en),
        format!("Time:     {}", time(slip.at)),
        format!("Job:      {}", slip.job),
        String::new(),
    ]
}

fn heading(lines: &mut Vec<String>, text: &str) {
    lines.push(String::new());
    lines.push(format!("* {text}"));
}

fn results(slip: &Slip<'_>, outputs: &[String], renamed: usize, handed_back: bool) -> Vec<String> {
    let mut lines = Vec::new();
    if handed_back {
        let what = if slip.folder { "folder" } else { "file" };
        lines.push(match renamed {
            0 => format!("Done. No file gets another name. The {what} you dropped is back in this folder as it was."),
            _ if slip.folder => {
                let renamed = count(renamed as u64, "file was", "files were");
                format!("Done. {renamed} renamed. The folder you dropped is back in this folder, with all its other files.")
            }
            _ => "Done. The file you dropped is back in this folder under its new name.".to_owned(),
        });
        if !outputs.is_empty() {
            lines.push("Beside it there are:".to_owned());
        }
    } else if outputs.is_empty() {
        lines.push("Done. This task makes no files.".to_owned());
    } else {
        lines.push("Done. The results are these files in this folder:".to_owned());
    }
    lines.extend(outputs.iter().take(20).map(|name| format!("  - {}", shown(name))));
    if outputs.len() > 20 {
        lines.push(format!("  and {} more", outputs.len() - 20));
    }
    lines
}

fn account(facts: &Facts) -> Vec<String> {
    let mut lines = Vec::new();
    heading(&mut lines, "What was read");
    lines.push(label::counts(facts));
    if facts.files > facts.files_used {
        let left = count(facts.files - facts.files_used, "file was", "files were");
        lines.push(format!("{left} not used; the reasons stand under \"What was found\"."));
    }
    if facts.account.balances() {
        let account = &facts.account;
        let read = count(account.read, "row", "rows");
        lines.push(format!("{read} read = {} used + {} left out", account.used, account.left_out()));
        lines.extend(account.excluded.iter().map(|(reason, rows)| format!("  - left out: {} ({rows})", one_line(reason))));
    }
    lines
}

fn findings(facts: &Facts, rows: &[Row], closed: Option<&str>) -> Vec<String> {
    let mut lines = Vec::new();
    if rows.is_empty() {
        return lines;
    }
    heading(&mut lines, "What was found");
    let told = told(rows, false);
    for (at, row) in told.iter().enumerate() {
        lines.extend(finding(at + 1, row, true, closed.is_some()));
    }
    let list = label::list(facts).file;
    more(&mut lines, facts.counts.all(), told.len(), Some(&list));
    lines.extend(closed.map(self::closed));
    lines
}

/// Where, what, what to do: three lines at most, so that the eye finds the next one.
fn finding(number: usize, row: &Row, weight: bool, closed: bool) -> Vec<String> {
    let mut place: Vec<String> = Vec::new();
    place.extend(row.file.as_deref().map(shown));
    place.extend(row.sheet.as_deref().map(|sheet| format!("sheet \"{}\"", shown(sheet))));
    place.extend(row.cell.as_deref().map(str::to_owned));
    place.extend(row.column.as_deref().map(|column| format!("column \"{}\"", one_line(column))));
    place.extend(value(row, closed).map(|value| format!("value \"{value}\"")));
    let weight = if weight { format!("{}: ", label::weight(row.severity)) } else { String::new() };
    let mut lines =
        vec![format!("{number:>3}. {weight}{}", if place.is_empty() { "as a whole".to_owned() } else { place.join(", ") })];
    if closed && row.quotes {
        lines.push("     The list of findings says more.".to_owned());
        return lines;
    }
    lines.push(format!("     {}", one_line(&row.problem)));
    if !row.remedy.trim().is_empty() {
        lines.push(format!("     -> {}", one_line(&row.remedy)));
    }
    lines
}

fn more(lines: &mut Vec<String>, all: usize, told: usize, list: Option<&str>) {
    if all <= told {
        return;
    }
    let rest = all - told;
    lines.push(match list {
        Some(list) => format!("     and {rest} more; all of them are in \"{}\".", shown(list)),
        None => format!("     and {rest} more."),
    });
}

/// Which password opens what was made from a protected workbook.
pub(crate) fn closed(name: &str) -> String {
    let name = shown(name);
    format!("\"{name}\" is protected by a password, so its copy and the list of findings are too. The same password opens them.")
}

/// What changed in outputs that were made from a workbook.
fn changed(proven: &[Proven<'_>]) -> Vec<String> {
    let mut lines = Vec::new();
    if !proven.is_empty() {
        heading(&mut lines, "What changed in the workbooks");
        lines.extend(super::proof::proven(proven));
    }
    lines
}

fn hours(slip: &Slip<'_>, facts: &Facts, saving: &Saving, counted: Counted<'_>) -> Vec<String> {
    let baseline = &slip.task.manifest.baseline;
    let mut lines = Vec::new();
    heading(&mut lines, "Hours saved (estimated)");
    match counted {
        Counted::Yes => lines.push(format!(
            "{} x {}: by hand {}, now {}, saved {}",
            facts.units,
            facts.unit,
            label::minutes(saving.before),
            label::minutes(saving.after),
            label::minutes(saving.saved)
        )),
        Counted::Before(job) => lines.push(format!("The content is the same as that of job {job}, so nothing was counted.")),
        Counted::NewWork => lines.push("Nobody did this work before, so nothing was counted.".to_owned()),
    }
    let method = match baseline.method {
        Method::Measured => "measured",
        Method::Interview => "asked",
        Method::Estimate => "estimated",
    };
    lines.push(format!(
        "Baseline: {} min -> {} min each ({method}, {}); the minutes now include the checking.",
        baseline.before.normalize(),
        baseline.after.normalize(),
        baseline.date,
    ));
    lines
}

fn back(slip: &Slip<'_>, handed_back: bool) -> Vec<String> {
    let manifest = &slip.task.manifest;
    let mut lines = Vec::new();
    heading(&mut lines, "The original, and how to undo");
    let days = manifest.retention_days.map(|days| count(days, "day", "days"));
    if handed_back {
        lines.push("What came back are the very files you dropped, their content unchanged.".to_owned());
        lines.push("No copy is kept, so move them to where they belong.".to_owned());
        let until = days.map(|days| format!("For {days}, an")).unwrap_or_else(|| "An".to_owned());
        lines.push(format!("{until} undo gives each file its old name back, unless it was edited or moved since."));
    } else {
        lines.push(match days {
            Some(days) => format!("The original is kept as it was for {days}, then deleted."),
            None => "The original is kept as it was.".to_owned(),
        });
    }
    lines.push(format!("To undo, tell {} ({}) the number of the job.", manifest.owner, manifest.department));
    lines.push(format!("(They type: jitan jobs undo {})", slip.job));
    lines
}

fn returned(
    slip: &Slip<'_>,
    facts: &Facts,
    rows: &[Row],
    (list, marked, closed): (Option<&str>, Option<&str>, Option<&str>),
    proven: &[Proven<'_>],
) -> Vec<String> {
    let name = shown(slip.name);
    let told = told(rows, facts.counts.errors > 0);
    let mut lines = vec![
        "READ ME FIRST".to_owned(),
        String::new(),
        format!(
            "{} comes back to you because something in it needs mending.",
            if slip.folder { format!("The folder \"{name}\"") } else { format!("\"{name}\"") }
        ),
        "What you dropped lies in this folder, unchanged. No results were made yet.".to_owned(),
    ];
    let errors = facts.counts.errors;
    let title = if errors > TOLD {
        format!("The first {TOLD} of {errors} places to mend")
    } else {
        count(errors as u64, "place to mend", "places to mend")
    };
    heading(&mut lines, &title);
    for (at, row) in told.iter().enumerate() {
        lines.extend(finding(at + 1, row, false, closed.is_some()));
    }
    more(&mut lines, facts.counts.errors, told.len(), list);
    heading(&mut lines, "What to do");
    let mut steps = Vec::new();
    if let Some(marked) = marked {
        steps.push(format!("In \"{}\" the places to mend are coloured.", shown(marked)));
    } else if let Some(list) = list {
        steps.push(format!("\"{}\" lists every place to mend.", shown(list)));
    }
    steps.extend(closed.map(self::closed));
    steps.push(if slip.folder {
        format!("Mend the files in the folder \"{name}\" that lies here, and save them.")
    } else {
        format!("Mend \"{name}\" that lies here, and save it.")
    });
    steps.push(format!("Drop it into \"{}\" again. The name may stay the same.", slip.inbox));
    steps.push(format!("The results will appear in \"{}\".", slip.done));
    lines.extend(steps.iter().enumerate().map(|(at, step)| format!("  {}. {step}", at + 1)));
    lines.push(String::new());
    let manifest = &slip.task.manifest;
    lines.push(format!("Questions? Tell {} ({}) the number of the job.", manifest.owner, manifest.department));
    lines.push(format!("Job {}, task \"{}\", {}", slip.job, manifest.name.en, time(slip.at)));
    lines.extend(super::proof::brief(proven));
    lines
}

fn failed(slip: &Slip<'_>, why: &Setback, attempts: u32) -> Vec<String> {
    let manifest = &slip.task.manifest;
    let Telling { what, next } = why.tell(Lang::En);
    let kind = if slip.folder { "the folder " } else { "" };
    let mut lines = vec![
        "READ ME FIRST".to_owned(),
        String::new(),
        format!("The work on {kind}\"{}\" broke off. What you dropped lies in this folder, unchanged.", shown(slip.name)),
        format!("Please tell {} ({}) the number of the job: {}", manifest.owner, manifest.department, slip.job),
        String::new(),
        "----------------------------------------------------------------".to_owned(),
        "For whoever keeps the task".to_owned(),
        String::new(),
        format!("Task:     {} ({})", manifest.name.en, slip.task.id),
        format!("Job:      {}", slip.job),
        format!("Time:     {}", time(slip.at)),
        format!("Attempts: {attempts}"),
        format!("Reason:   {}", one_line(&what)),
        format!("Remedy:   {}", one_line(&next)),
    ];
    if let Setback::Script { told } = why {
        lines.extend(told.iter().take(TOLD).flat_map(place));
    }
    lines.push(String::new());
    lines.push(format!("To see more:       jitan jobs show {}", slip.job));
    lines.push(format!("To run it again:   jitan jobs retry {}", slip.job));
    lines
}

fn place(told: &Told) -> Vec<String> {
    let mut place = told.file.as_deref().map(shown).unwrap_or_default();
    if let Some(line) = told.line {
        place.push_str(&format!(" line {line}"));
    }
    if let Some(column) = told.column {
        place.push_str(&format!(" column {column}"));
    }
    if let Some(word) = &told.word {
        place.push_str(&format!(" \"{}\"", one_line(word)));
    }
    let mut lines = vec![String::new(), format!("  {}", place.trim()), format!("    {}", one_line(&told.what))];
    if !told.next.is_empty() {
        lines.push(format!("    -> {}", one_line(&told.next)));
    }
    lines
}

/// 2026-11-20 10:05
pub(crate) fn time(at: DateTime) -> String {
    format!("{:04}-{:02}-{:02} {:02}:{:02}", at.year(), at.month(), at.day(), at.hour(), at.minute())
}
