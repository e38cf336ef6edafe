//! 指摘: what a script finds wrong or doubtful.

use std::rc::Rc;

use book::{Fate, Finding, Place, Problem, Severity};
use rhai::{Dynamic, ImmutableString};

use super::Vocabulary;
use crate::ValueKind;
use crate::columns::{Gives, Use};
use crate::error::TroubleKind;
use crate::fault::{Fault, Said, kind_of};
use crate::handle::{File, Row};
use crate::options;
use crate::session::Session;

/// The severities as scripts name them.
pub(super) const SEVERITIES: [(&str, Severity); 3] =
    [("エラー", Severity::Error), ("注意", Severity::Warning), ("参考", Severity::Note)];

pub(super) const SEVERITY_WORDS: [&str; 3] = options::words(&SEVERITIES);

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
            &["注意(どこ, \"問題\", \"対処\")", "注意(どこ, \"問題\", \"対処\", \"処理\")"],
            "結果は出すが、人が見る必要のある指摘。処理には、どう扱ったかを書く（「未着として扱いました」など）。",
            "A finding that somebody has to look at; the result is published. The last text says what was done about it.",
            Severity::Warning,
        ),
        (
            "参考",
            &["参考(どこ, \"問題\", \"対処\")", "参考(どこ, \"問題\", \"対処\", \"処理\")"],
            "知らせるだけの指摘。",
            "A finding that is only said.",
            Severity::Note,
        ),
    ];
    for (name, forms, ja, en, severity) in words {
        let (example, shows) = match severity {
            Severity::Error => ("エラー(表.行(0), \"見本\", \"\");\nエラーあり()", "TRUE"),
            Severity::Warning => {
                ("注意([表.行(0), \"検査数\"], \"見本\", \"保健所に聞く\", \"0として数えました\");\nエラーあり()", "FALSE")
            }
            Severity::Note => ("参考(\"\", \"見本\", \"\");\nエラーあり()", "FALSE"),
        };
        let entry = v.word(name, forms, ja, en).example(example, shows);
        let entry = entry
            .acting(|session| {
                move |place: Dynamic, problem: ImmutableString, remedy: ImmutableString| {
                    say(&session, &place, &Remark::new(severity, &problem, &remedy))
                }
            })
            .uses(&[Use::Place, Use::Any, Use::Any], Gives::Value)
            .acting(|session| {
                move |place: Dynamic, problem: ImmutableString| say(&session, &place, &Remark::new(severity, &problem, ""))
            })
            .uses(&[Use::Place, Use::Any], Gives::Value);
        // An error always stops: there is nothing to say about what was done.
        if severity != Severity::Error {
            entry
                .acting(|session| {
                    move |place: Dynamic, problem: ImmutableString, remedy: ImmutableString, done: ImmutableString| {
                        let done = (!done.is_empty()).then(|| done.trim_end_matches('。').to_owned());
                        say(&session, &place, &Remark { done, ..Remark::new(severity, &problem, &remedy) })
                    }
                })
                .uses(&[Use::Place, Use::Any, Use::Any, Use::Any], Gives::Value);
        }
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

/// A finding in the words of a script.
pub(super) struct Remark {
    severity: Severity,
    problem: String,
    remedy: String,
    done: Option<String>,
    fate: Option<Fate>,
}

impl Remark {
    pub fn new(severity: Severity, problem: &str, remedy: &str) -> Remark {
        Remark { severity, problem: sentence(problem), remedy: sentence(remedy), done: None, fate: None }
    }

    /// Of a row that was left out.
    pub fn skipped(self) -> Remark {
        Remark { fate: Some(Fate::Skipped), ..self }
    }

    fn finding(&self, place: Place, column: Option<String>, value: Option<String>, fate: Fate) -> Finding {
        let fate = match (self.fate, self.severity) {
            (Some(known), _) => known,
            (None, Severity::Error) => Fate::Stopped,
            (None, Severity::Warning | Severity::Note) => fate,
        };
        let (problem, remedy, done) = (self.problem.clone(), self.remedy.clone(), self.done.clone());
        Finding { severity: self.severity, place, column, value, problem: Problem::Said { problem, remedy, done }, fate }
    }
}

/// A script's sentence, ended as the engine's own are.
fn sentence(text: &str) -> String {
    let japanese = text.chars().any(|c| matches!(c, '\u{3040}'..='\u{30FF}' | '\u{4E00}'..='\u{9FFF}'));
    let ended = text.ends_with(['。', '！', '？', '!', '?', '…', '\n']);
    if japanese && !ended { format!("{text}。") } else { text.to_owned() }
}

fn say(session: &Rc<Session>, place: &Dynamic, said: &Remark) -> Said<()> {
    if let Some(row) = place.read_lock::<Row>() {
        return say_row(session, &row, None, said);
    }
    if let Ok(parts) = place.as_array_ref()
        && let [row, column] = &parts[..]
        && let Some(row) = row.read_lock::<Row>()
    {
        return say_row(session, &row, Some(&options::as_text(column)?), said);
    }
    // What is said of no row was neither used nor left out.
    session.find(said.finding(placed(session, place)?, None, None, Fate::WentOn));
    Ok(())
}

/// A place that is no row.
fn placed(session: &Session, place: &Dynamic) -> Said<Place> {
    if let Ok(parts) = place.as_array_ref() {
        return match &parts[..] {
            [file, rest @ ..] if file.is::<File>() && rest.len() <= 2 => {
                let mut at = of_file(session, file)?;
                at.sheet = rest.first().map(options::as_text).transpose()?;
                at.cell = rest.get(1).map(options::as_text).transpose()?;
                Ok(at)
            }
            _ => Err(unplaceable(place)),
        };
    }
    if place.is::<File>() {
        return of_file(session, place);
    }
    if place.is_unit() {
        return Ok(Place::default());
    }
    match &*options::as_text(place).map_err(|_| unplaceable(place))? {
        "" => Ok(Place::default()),
        path => Ok(Place { file: Some(path.to_owned()), ..Place::default() }),
    }
}

fn unplaceable(place: &Dynamic) -> Box<rhai::EvalAltResult> {
    let takes = vec![vec![ValueKind::File], vec![ValueKind::Row], vec![ValueKind::Array], vec![ValueKind::Text]];
    Fault::new(TroubleKind::WrongType { got: vec![kind_of(place)], takes }).into()
}

fn of_file(session: &Session, file: &Dynamic) -> Said<Place> {
    match file.read_lock::<File>() {
        Some(file) => Ok(session.files.place(file.0)),
        None => Err(unplaceable(file)),
    }
}

/// A finding about a row or one of its cells.
pub(super) fn say_row(session: &Session, row: &Row, column: Option<&str>, said: &Remark) -> Said<()> {
    let table = &row.frame.table;
    let at = column.map(|name| crate::handle::position(table, name)).transpose()?;
    let name = at.map(|at| table.columns()[at].name.to_string());
    let value = at.map(|at| table.value(row.row as usize, at).show(&session.shelf.texts));
    let place = table.place(row.row as usize, name.as_deref());
    session.find(said.finding(place, name, value.filter(|value| !value.is_empty()), Fate::Used));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::sentence;

    #[test]
    fn sentences_end_as_the_engines_do() {
        assert_eq!(sentence("津の分が届いていません"), "津の分が届いていません。");
        assert_eq!(sentence("使いました（画像 p150.jpg）"), "使いました（画像 p150.jpg）。");
        for text in ["済みです。", "本当ですか？", "", "not in Japanese", "12"] {
            assert_eq!(sentence(text), text);
        }
    }
}
