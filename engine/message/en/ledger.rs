//! What the commands about the ledger and the baselines say, and why the store does not serve, in English.

use ledger::{Error, Figure, Flaw, State};

use crate::ja::label::number;
use crate::{Audit, Telling};

/// Why the store does not serve.
pub(crate) fn error(error: &Error) -> Telling {
    const ILL: &str = "stop jitan, copy the file of the ledger and have it looked at; jitan ledger verify names the bad row";
    match error {
        Error::NotThere { path } => Telling::new(
            format!("this office has no ledger yet ({})", path.display()),
            "see that this is the office's folder (--office); jitan watch makes the ledger when it begins",
        ),
        Error::Moved { path } => Telling::new(
            format!(
                "the file of the ledger ({}) was taken away or replaced while jitan was at work, so it stopped",
                path.display()
            ),
            "put the file back where it was, then start again; what was begun goes on from there",
        ),
        Error::Foreign { path } => {
            Telling::new(format!("\"{}\" is no ledger of jitan's", path.display()), "see what jitan.toml says of the store")
        }
        Error::Newer { found, known } => Telling::new(
            format!("the ledger has form {found}, and this program knows forms up to {known}"),
            "use a newer jitan; the ledger was not touched",
        ),
        Error::Network { path, kind } => Telling::new(
            format!("\"{}\" lies on the network ({kind}), where no ledger can be kept", path.display()),
            "name a place on a disk of this machine as the store in jitan.toml",
        ),
        Error::NoRoom => Telling::new("the disk has no room for the ledger", "make room; the work goes on from there"),
        Error::ReadOnly => Telling::new("the ledger cannot be written", "see the rights of the disk and the file"),
        Error::Damaged { what: _ } => Telling::new("the file of the ledger is damaged", ILL),
        Error::Busy => Telling::new("another process keeps the ledger busy", "wait a little and try again"),
        Error::Unusable { kind: _ } => Telling::new("the ledger cannot be read or written", "see to the disk and the rights"),
        Error::NoJob { job } => Telling::new(format!("there is no job \"{job}\""), "jitan jobs shows the numbers"),
        Error::Taken { job } => Telling::new(format!("job {job} is there already"), "try again"),
        Error::NotNow { job, state } => Telling::new(
            format!("job {job} {}, so this cannot be done now", self::state(*state)),
            format!("jitan jobs show {job} tells how it stands"),
        ),
        Error::Refused { what: _ } => Telling::new("the ledger refused to write this", ILL),
    }
}

/// How a job stands, after its number.
fn state(state: State) -> &'static str {
    match state {
        State::Claiming => "is being taken",
        State::Claimed => "waits for its turn",
        State::Running => "is running",
        State::Staged => "is being published",
        State::Committed | State::Archived => "is done",
        State::Aside => "was returned or failed",
        State::Vanished => "ended because its file was gone",
        State::Held => "is held because of its content",
        State::Ended => "has ended",
        State::Undoing => "is being undone",
        State::Undone => "is undone",
        State::Redoing => "is being put back",
    }
}

pub(crate) fn audit(audit: &Audit) -> String {
    match audit {
        Audit::Sound { rows, hash } => format!(
            "the ledger's {} rows are as they were written\nhead of the chain: {rows} {hash}",
            number(rows.cast_unsigned())
        ),
        Audit::Empty => "the ledger has no row yet".to_owned(),
        Audit::Unguarded => {
            "warning: what refuses to change and delete rows was taken out of the ledger; the rows themselves are \
                             unchanged. find out who did it and why"
                .to_owned()
        }
        Audit::Broken { n, flaw } => format!("from row {n} on the ledger cannot be trusted: {}", self::flaw(*n, flaw)),
        Audit::HeadThere { n, rows } => format!(
            "that head is row {n}: up to there the ledger is as it was when the head was noted ({} rows now)",
            number(rows.cast_unsigned())
        ),
        Audit::HeadGone { written } => format!(
            "the ledger has no row with the head \"{written}\": since it was noted, rows may have been cut off or an old copy put back"
        ),
        Audit::HeadsThere { count } => format!("all {} heads noted outside stand in the ledger", number(*count)),
        Audit::NotedGone { n, date } => {
            let date = date.map_or_else(String::new, |date| format!(" on {date}"));
            format!(
                "the head noted outside{date} for row {n} does not match: since then rows may have been cut off or an old copy put back"
            )
        }
        Audit::NotedUnread { line } => format!("line {line} of the file outside is no head"),
        Audit::NotedFile { path } => format!("the file outside \"{path}\" cannot be read"),
        Audit::Equal { rows } => {
            format!("{} rows were worked out again from units and baselines: equal", number(*rows))
        }
        Audit::Total { counted, before, after, rework, saved } => {
            format!("accepted units {counted}: before {before} min - after {after} min - rework {rework} min = saved {saved} min")
        }
        Audit::Different { count } => format!("{} figures are not what comes out", number(*count)),
        Audit::Difference { n, figure, written, computed } => {
            let (name, unit) = self::figure(*figure);
            let shown = |value: &i64| if unit == " min" { ledger::Minutes(*value).to_string() } else { value.to_string() };
            format!("row {n}, {name}: the ledger says {}{unit}, it comes to {}{unit}", shown(written), shown(computed))
        }
        Audit::Damage => "an index of the database is damaged; restore a copy".to_owned(),
        Audit::Exported { rows, path } => format!("{} rows were written to \"{path}\"", number(*rows)),
        Audit::Corrected { n, saved } => format!("the correction is row {n}; it changes the hours saved by {saved} min"),
        Audit::Ready { task, unit, of, after } => {
            let which = if *after { "as it is done now, the checking included" } else { "by hand" };
            format!("one {unit} of \"{task}\" {which} is timed {of} times; to stop early, press q and Enter")
        }
        Audit::Start { at, of } => format!("{at}/{of}: Enter to start"),
        Audit::Running { at, of } => format!("{at}/{of}: running, Enter when it is done"),
        Audit::Sample { at, minutes } => format!("{at}: {minutes} min"),
        Audit::Measured { mean, low, high, samples } => {
            format!("mean of {samples}: {mean} min (shortest {low} min, longest {high} min)")
        }
        Audit::Few { samples } => format!("only {samples} samples; about ten give a figure to rely on"),
        Audit::Write { path } => format!("write the [baseline] of \"{path}\" like this:"),
        Audit::Recorded { n, version } => format!("written to the ledger as row {n}, version {version} of the baseline"),
        Audit::RecordedNext => "change task.toml to the same: else the next job opens a version from task.toml again".to_owned(),
        Audit::SomebodySays => "write who measured it".to_owned(),
    }
}

fn flaw(n: i64, flaw: &Flaw) -> String {
    match flaw {
        Flaw::Missing { next: Some(next) } => format!("row {n} is missing, the next one is {next}"),
        Flaw::Missing { next: None } => format!("row {n} is missing"),
        Flaw::Changed => "it is not as it was written (changed, moved or slipped in)".to_owned(),
        Flaw::Surplus => "a row with a number that does not fit was slipped in".to_owned(),
        Flaw::Unreadable => "the file is damaged and the row cannot be read".to_owned(),
    }
}

fn figure(figure: Figure) -> (&'static str, &'static str) {
    match figure {
        Figure::Units => ("units", ""),
        Figure::Counted => ("accepted units", ""),
        Figure::Before => ("before", " min"),
        Figure::After => ("after", " min"),
        Figure::Rework => ("rework", " min"),
        Figure::Saved => ("saved", " min"),
        Figure::Baseline => ("row of the baseline", ""),
    }
}
