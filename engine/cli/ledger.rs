//! `jitan ledger`: the chain checked, every figure worked out again, the rows as lines for other programs, a row set right.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use ::ledger::{Error, ExportError, Figure, Flaw, Head, NotedHeads, Recomputed, Store, Verdict};
use message::{Audit, Misuse};
use serde_json::{Value, json};

use crate::args::{Correct, LedgerCommand};
use crate::exit::Exit;
use crate::office::Office;
use crate::print::Screen;

/// A command about the ledger.
pub fn ledger(office: &Office, screen: &Screen, command: &LedgerCommand) -> Exit {
    let path = &office.settings.store;
    let done = match command {
        LedgerCommand::Correct(correct) => self::correct(path, screen, correct),
        LedgerCommand::Verify { heads } => {
            Store::open_to_read(path).and_then(|store| verify(&store, screen, heads, office.settings.report.head_file.as_deref()))
        }
        LedgerCommand::Recompute => Store::open_to_read(path).and_then(|store| recompute(&store, screen)),
        LedgerCommand::Export { out } => match Store::open_to_read(path) {
            Ok(store) => return export(&store, screen, out.as_deref()),
            Err(error) => Err(error),
        },
    };
    done.unwrap_or_else(|error| screen.store_error(&error))
}

fn say(screen: &Screen, audit: &Audit) {
    message::audit(screen.lang, audit).lines().for_each(|line| screen.say(line));
}

/// What became of the heads that were noted.
#[derive(Default)]
struct Heads {
    there: u64,
    said: Vec<Audit>,
    gone: bool,
}

fn verify(store: &Store, screen: &Screen, written: &[String], file: Option<&Path>) -> Result<Exit, Error> {
    let verdict = store.verify()?;
    let rows = store.head(None)?.n;
    let mut heads = Heads::default();
    for head in written {
        match store.find_head(head)? {
            Some(n) => heads.said.push(Audit::HeadThere { n, rows }),
            None => heads.lost(Audit::HeadGone { written: head.clone() }),
        }
    }
    if let Some(file) = file {
        noted(store, file, &mut heads)?;
    }
    if screen.json {
        screen.object(&verdict_object(&verdict, &heads, written.len()));
    } else {
        tell(screen, &verdict);
        heads.said.iter().for_each(|audit| say(screen, audit));
        if heads.there > 0 {
            say(screen, &Audit::HeadsThere { count: heads.there });
        }
    }
    let sound = matches!(verdict, Verdict::Sound { guarded: true, .. }) && !heads.gone;
    Ok(if sound { Exit::Done } else { Exit::Returned })
}

fn tell(screen: &Screen, verdict: &Verdict) {
    match verdict {
        Verdict::Sound { head: Head { n: 0, .. }, .. } => say(screen, &Audit::Empty),
        Verdict::Sound { head, guarded } => {
            say(screen, &Audit::Sound { rows: head.n, hash: head.hash.clone() });
            if !guarded {
                say(screen, &Audit::Unguarded);
            }
        }
        Verdict::Broken { n, flaw } => say(screen, &Audit::Broken { n: *n, flaw: flaw.clone() }),
    }
}

impl Heads {
    fn lost(&mut self, audit: Audit) {
        self.gone = true;
        self.said.push(audit);
    }
}

/// Looks for every head of the file outside the office.
fn noted(store: &Store, file: &Path, heads: &mut Heads) -> Result<(), Error> {
    let noted = match ::ledger::noted_heads(file) {
        Ok(noted) => noted,
        // Nothing was noted yet.
        Err(Error::Unusable { kind: io::ErrorKind::NotFound }) => NotedHeads::default(),
        Err(_) => {
            heads.lost(Audit::NotedFile { path: file.display().to_string() });
            return Ok(());
        }
    };
    for head in &noted.heads {
        if store.holds(head)? {
            heads.there += 1;
        } else {
            heads.lost(Audit::NotedGone { n: head.n, date: head.date });
        }
    }
    noted.unread.iter().for_each(|line| heads.lost(Audit::NotedUnread { line: *line }));
    Ok(())
}

fn verdict_object(verdict: &Verdict, heads: &Heads, asked: usize) -> Value {
    let mut object = match verdict {
        Verdict::Sound { head, guarded } => {
            json!({ "status": "sound", "rows": head.n, "head": head.hash, "guarded": guarded })
        }
        Verdict::Broken { n, flaw } => json!({ "status": "broken", "row": n, "flaw": flaw_word(flaw) }),
    };
    let gone = heads.said.iter().filter_map(|audit| match audit {
        Audit::HeadGone { written } => Some(json!({ "head": written })),
        Audit::NotedGone { n, date } => Some(json!({ "row": n, "date": date.map(|date| date.to_string()) })),
        Audit::NotedUnread { line } => Some(json!({ "line": line })),
        Audit::NotedFile { path } => Some(json!({ "file": path })),
        _ => None,
    });
    object["heads_gone"] = gone.collect();
    object["heads_there"] =
        json!(heads.there + (asked - heads.said.iter().filter(|one| matches!(one, Audit::HeadGone { .. })).count()) as u64);
    object
}

fn flaw_word(flaw: &Flaw) -> &'static str {
    match flaw {
        Flaw::Missing { .. } => "missing",
        Flaw::Changed => "changed",
        Flaw::Surplus => "surplus",
        Flaw::Unreadable => "unreadable",
    }
}

fn recompute(store: &Store, screen: &Screen) -> Result<Exit, Error> {
    let came = store.recompute()?;
    let equal = came.different == 0 && came.damage.is_none();
    if screen.json {
        screen.object(&recomputed_object(&came, equal));
    } else {
        if equal {
            say(screen, &Audit::Equal { rows: came.rows });
        } else if came.different > 0 {
            say(screen, &Audit::Different { count: came.different });
        }
        for one in &came.differences {
            let (n, figure, written, computed) = (one.n, one.figure, one.written, one.computed);
            screen.say(&format!("  {}", message::audit(screen.lang, &Audit::Difference { n, figure, written, computed })));
        }
        if came.damage.is_some() {
            say(screen, &Audit::Damage);
        }
        let Recomputed { counted, before, after, rework, saved, .. } = came;
        say(screen, &Audit::Total { counted, before, after, rework, saved });
    }
    Ok(if equal { Exit::Done } else { Exit::Returned })
}

fn recomputed_object(came: &Recomputed, equal: bool) -> Value {
    let differences = came
        .differences
        .iter()
        .map(|one| json!({ "row": one.n, "figure": figure_word(one.figure), "written": one.written, "computed": one.computed }));
    json!({
        "status": if equal { "equal" } else { "different" },
        "rows": came.rows,
        "different": came.different,
        "differences": differences.collect::<Vec<_>>(),
        "damage": came.damage,
        "accepted_units": came.counted,
        "before_min": came.before.to_string(),
        "after_min": came.after.to_string(),
        "rework_min": came.rework.to_string(),
        "saved_min": came.saved.to_string(),
    })
}

/// As the columns are called.
fn figure_word(figure: Figure) -> &'static str {
    match figure {
        Figure::Units => "units",
        Figure::Counted => "counted",
        Figure::Before => "before",
        Figure::After => "after",
        Figure::Rework => "rework",
        Figure::Saved => "saved",
        Figure::Baseline => "baseline",
    }
}

/// Writes the lines to a file that is not there yet, or to standard output.
fn export(store: &Store, screen: &Screen, out: Option<&Path>) -> Exit {
    let Some(path) = out else {
        let mut lines = BufWriter::new(io::stdout().lock());
        return match store.export(&mut lines).and_then(|_| Ok(lines.flush()?)) {
            // Whoever read enough has closed the pipe.
            Err(ExportError::Write(error)) if error.kind() != io::ErrorKind::BrokenPipe => Exit::Place,
            Err(ExportError::Store(error)) => screen.store_error(&error),
            _ => Exit::Done,
        };
    };
    let unwritable = || screen.misuse(&Misuse::Unwritable { path: path.to_owned() });
    let Ok(file) = File::create_new(path) else {
        return unwritable();
    };
    let mut lines = BufWriter::new(file);
    match store.export(&mut lines).and_then(|rows| lines.flush().map(|()| rows).map_err(ExportError::from)) {
        Ok(rows) if screen.json => screen.object(&json!({ "status": "done", "rows": rows, "path": path.to_string_lossy() })),
        Ok(rows) => say(screen, &Audit::Exported { rows, path: path.display().to_string() }),
        Err(ExportError::Store(error)) => return screen.store_error(&error),
        Err(ExportError::Write(_)) => return unwritable(),
    }
    Exit::Done
}

/// Takes the hours of a row back, with a name and a reason. The row itself stays.
fn correct(path: &Path, screen: &Screen, correct: &Correct) -> Result<Exit, Error> {
    let mut store = Store::open_to_write(path)?;
    let Some((n, saved)) = store.correct(correct.row, &correct.who, &correct.reason, job::now())? else {
        return Ok(screen.misuse(&Misuse::NothingToCorrect { row: correct.row }));
    };
    if screen.json {
        screen.object(&json!({ "status": "done", "row": n, "saved_min": saved.to_string() }));
    } else {
        say(screen, &Audit::Corrected { n, saved });
    }
    Ok(Exit::Done)
}
