//! 指摘: what a script finds wrong or doubtful.

use std::rc::Rc;

use book::{Fate, Finding, Place, Problem, Severity};
use rhai::{Dynamic, ImmutableString};

use super::Vocabulary;
use crate::ValueKind;
use crate::error::TroubleKind;
use crate::fault::{Fault, Said, kind_of};
use crate::handle::{File, Row};
use crate::options;
use crate::session::Session;

/// The severities as scripts name them.
pub(super) const SEVERITIES: [(&str, Severity); 3] =
    [("エラー", Severity::Error), ("注意", Severity::Warning), ("参考", Severity::Note)];

pub(super) fn register(v: &mut Vocabulary) {
    v.family("指摘", "finding");
    let words: [(&'static str, &'static [&'static str], &'static str, &'static str, Severity); 3] = [
        (
            "エラー",
            &["エラー(どこ, \"問題\", \"対処\")"],
            "差し戻す指摘。どこ：ファイル、行、[行, \"列\"]、[ファイル, \"シート\", \"B3\"]、\"\"（全体）。",
            "A finding for which the arrival is returned. Where: a file, a row, [row, \"column\"], [file, \"sheet\", \"B3\"] or \"\".",
            Severity::Error,
        ),
        (
            "注意",
            &["注意(どこ, \"問題\", \"対処\")"],
            "結果は出すが、人が見る必要のある指摘。",
            "A finding that somebody has to look at; the result is published.",
            Severity::Warning,
        ),
        ("参考", &["参考(どこ, \"問題\", \"対処\")"], "知らせるだけの指摘。", "A finding that is only said.", Severity::Note),
    ];
    for (name, forms, ja, en, severity) in words {
        v.word(name, forms, ja, en)
            .example(
                if severity == Severity::Error {
                    "エラー(表.行(0), \"見本\", \"\");\nエラーあり()"
                } else {
                    "注意([表.行(0), \"検査数\"], \"見本\", \"\");\nエラーあり()"
                },
                if severity == Severity::Error { "TRUE" } else { "FALSE" },
            )
            .acting(|session| {
                move |place: Dynamic, problem: ImmutableString, remedy: ImmutableString| {
                    say(&session, severity, &place, (&problem, &remedy))
                }
            })
            .acting(|session| move |place: Dynamic, problem: ImmutableString| say(&session, severity, &place, (&problem, "")));
    }
    v.word(
        "エラーあり",
        &["エラーあり()"],
        "ここまでに「エラー」の指摘があるか。",
        "Whether there is a finding of severity error by now.",
    )
    .example("エラーあり()", "FALSE")
    .acting(|session| move || session.has_errors());
}

fn say(session: &Rc<Session>, severity: Severity, place: &Dynamic, said: (&str, &str)) -> Said<()> {
    if let Some(row) = place.read_lock::<Row>() {
        return say_row(session, severity, &row, None, said, fate(severity));
    }
    if let Ok(parts) = place.as_array_ref() {
        return match &parts[..] {
            [row, column] if row.is::<Row>() => match row.read_lock::<Row>() {
                Some(row) => say_row(session, severity, &row, Some(&options::as_text(column)?), said, fate(severity)),
                None => Err(Fault::wrong_type(&[place]).into()),
            },
            [file, rest @ ..] if file.is::<File>() && rest.len() <= 2 => {
                let mut at = of_file(session, file)?;
                at.sheet = rest.first().map(options::as_text).transpose()?;
                at.cell = rest.get(1).map(options::as_text).transpose()?;
                session.say(severity, at, None, None, said);
                Ok(())
            }
            _ => Err(unplaceable(place)),
        };
    }
    let at = if place.is::<File>() {
        of_file(session, place)?
    } else if place.is_unit() {
        Place::default()
    } else {
        match &*options::as_text(place).map_err(|_| unplaceable(place))? {
            "" => Place::default(),
            path => Place { file: Some(path.to_owned()), ..Place::default() },
        }
    };
    session.say(severity, at, None, None, said);
    Ok(())
}

fn unplaceable(place: &Dynamic) -> Box<rhai::EvalAltResult> {
    let takes = vec![vec![ValueKind::File], vec![ValueKind::Row], vec![ValueKind::Array], vec![ValueKind::Text]];
    Fault::new(TroubleKind::WrongType { got: vec![kind_of(place)], takes }).into()
}

fn of_file(session: &Session, file: &Dynamic) -> Said<Place> {
    match file.read_lock::<File>() {
        Some(file) => Ok(Place { file: Some(session.files.get(file.0).path.clone()), ..Place::default() }),
        None => Err(unplaceable(file)),
    }
}

fn fate(severity: Severity) -> Fate {
    if severity == Severity::Error { Fate::Stopped } else { Fate::Used }
}

/// A finding about a row or one of its cells.
pub(super) fn say_row(
    session: &Session,
    severity: Severity,
    row: &Row,
    column: Option<&str>,
    said: (&str, &str),
    fate: Fate,
) -> Said<()> {
    let table = &row.frame.table;
    let at = column.map(|name| crate::handle::position(table, name)).transpose()?;
    let name = at.map(|at| table.columns()[at].name.to_string());
    let value = at.map(|at| table.value(row.row as usize, at).show(&session.shelf.texts));
    session.find(Finding {
        severity,
        place: table.place(row.row as usize, name.as_deref()),
        column: name,
        value: value.filter(|value| !value.is_empty()),
        problem: Problem::Said { problem: said.0.to_owned(), remedy: said.1.to_owned() },
        fate,
    });
    Ok(())
}
