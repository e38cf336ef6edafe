//! The one JSON object of a command.

use std::str::FromStr;
use std::time::Duration;

use job::{Changed, Finished, Origin, Placed, Proof, Row, Setback, Stop, Told, Undone};
use message::{Lang, Tell, Telling};
use serde_json::{Map, Number, Value, json};
use task::{Saving, Task};

/// A job that came to its end.
pub fn finished(id: &str, task: &Task, finished: &Finished, plan: bool, took: Duration) -> Value {
    let facts = &finished.facts;
    let outputs: Vec<Value> = match plan {
        true => finished.planned.iter().map(|name| json!({ "path": name, "sha256": null })).collect(),
        false => finished.outputs.iter().map(output).collect(),
    };
    let mut object = json!({
        "job": id,
        "task": task.id,
        "status": if facts.returned { "returned" } else { "done" },
        "units": if facts.returned { 0 } else { facts.units },
        "outputs": outputs,
        "findings": finished.rows.iter().map(finding).collect::<Vec<_>>(),
        "read": facts.account.read,
        "excluded": facts.account.left_out(),
        "saving": saving(&finished.saving),
        "seconds": seconds(took),
    });
    if plan {
        let renames =
            finished.renames.iter().map(|rename| json!({ "from": rename.from, "to": rename.to, "reason": rename.reason }));
        object["plan"] = json!(true);
        object["renames"] = renames.collect();
    }
    object
}

/// A file that was published; of one that was made from a workbook, the parts that changed.
fn output(placed: &Placed) -> Value {
    let mut object = json!({ "path": placed.path.to_string_lossy(), "sha256": placed.sha256 });
    if let Some(Proof { of, changed, same }) = &placed.proof {
        let changed = changed.iter().map(|Changed { what, part, how }| json!({ "what": what, "part": part, "how": how }));
        object[match of {
            Origin::Template(_) => "template",
            Origin::Arrival(_) => "copy_of",
        }] = match of {
            Origin::Template(name) | Origin::Arrival(name) => json!(name),
        };
        object["changed_parts"] = changed.collect();
        object["same_parts"] = json!(same);
    }
    object
}

/// A job that came to nothing; `reason` says why.
pub fn stopped(id: &str, task: &Task, stop: &Stop, lang: Lang, took: Duration) -> Value {
    let (Telling { what, next }, told) = match stop {
        Stop::Setback(setback) => {
            (setback.tell(lang), if let Setback::Script { told } = setback { told.as_slice() } else { &[] })
        }
        Stop::Error(error) => (error.tell(lang), [].as_slice()),
    };
    json!({
        "job": id,
        "task": task.id,
        "status": "failed",
        "units": 0,
        "outputs": [],
        "findings": [],
        "read": 0,
        "excluded": 0,
        "saving": { "before_min": 0, "after_min": 0, "saved_min": 0 },
        "seconds": seconds(took),
        "reason": { "problem": what, "remedy": next, "places": told.iter().map(place).collect::<Vec<_>>() },
    })
}

/// What an undo has done.
pub fn undone(undone: &Undone, lang: Lang) -> Value {
    let left = undone.left.iter().map(|(path, why)| {
        let Telling { what, next } = why.tell(lang);
        json!({ "path": path.to_string_lossy(), "problem": what, "remedy": next })
    });
    json!({ "undone": undone.done, "already": undone.already, "left": left.collect::<Vec<_>>() })
}

/// One finding.
pub fn finding(row: &Row) -> Value {
    json!({
        "severity": row.severity,
        "file": row.file,
        "sheet": row.sheet,
        "cell": row.cell,
        "column": row.column,
        "value": row.value,
        "problem": row.problem,
        "remedy": row.remedy,
    })
}

fn place(told: &Told) -> Value {
    json!({ "file": told.file, "line": told.line, "column": told.column, "word": told.word, "problem": told.what, "remedy": told.next })
}

fn saving(saving: &Saving) -> Value {
    let number = |minutes: String| Number::from_str(&minutes).map_or(Value::Null, Value::Number);
    let mut object = Map::new();
    object.insert("before_min".to_owned(), number(saving.before.to_string()));
    object.insert("after_min".to_owned(), number(saving.after.to_string()));
    object.insert("saved_min".to_owned(), number(saving.saved.to_string()));
    Value::Object(object)
}

fn seconds(took: Duration) -> Value {
    json!((took.as_secs_f64() * 1000.0).round() / 1000.0)
}
