//! 様式: templates that lie beside the script, filled with values.

use std::rc::Rc;

use book::{Fate, Field, Filled, Finding, NewValue, Problem, Record, Refusal, Severity, Template, Value};
use rhai::{Array, Dynamic, ImmutableString, Map};

use super::Vocabulary;
use crate::columns::{Gives, Use};
use crate::error::{TroubleKind, nearest};
use crate::fault::{Fault, Said};
use crate::handle::{File, FilledForm, Form, Image, Row, Table};
use crate::outcome::Proof;
use crate::session::{ImageSource, Session};

pub(super) fn register(v: &mut Vocabulary) {
    v.family("様式", "template");
    v.word(
        "様式",
        &["let 通知 = 様式(\"通知.xlsx\");"],
        "業務のフォルダにある様式。セルに {{氏名}} のような差込口を書いておく。\n\
         行の繰り返しは {{#明細}} から {{/明細}} まで、条件は {{?控除}} か {{!控除}} から {{/控除}} まで、\n\
         繰り返しの中の番号は {{連番}}、件数は {{明細.件数}}、文の中での書き方は {{日付:ggge年m月d日}}。\n\
         画像は {{画像:印影}} と書いたセル（結合したセルも）に、縦横の比を保って収める。画像だけを書いたセルにする。\n\
         ラベルは {{氏名@1}} {{氏名@2}} のように何件目かを、月の列などは {{月@1}} のように何番目かを書く。\n\
         シートの名前を {{#名簿}}{{氏名}} にすると、1件ごとに1シートになる。",
        "A template in the task's folder, with marks such as {{name}} in its cells. {{#list}} … {{/list}} repeats rows, \
         {{?x}} and {{!x}} keep them if there is something or nothing, {{name@2}} is the second record or value, \
         {{画像:name}} lays an image over its cell or merged range, \
         a sheet called {{#list}}{{name}} becomes one sheet for each record.",
    )
    .example("様式(\"様式見本.xlsx\").差込口.len()", "5")
    .acting(|session| move |name: ImmutableString| open(&session, &name).map(Form))
    .uses(&[Use::Any], Gives::Form(0));
    v.word("差込口", &["通知.差込口"], "様式が求める名前の配列。", "The names that a template wants.")
        .example("つなげる(様式(\"様式見本.xlsx\").差込口, \"、\")", "保健所、日付、明細、検査数、氏名")
        .property(|form: &mut Form| -> Said<Array> {
            Ok(form.0.names().into_iter().map(|name| Dynamic::from(ImmutableString::from(name))).collect())
        });
    v.word(
        "差し込む",
        &["通知.差し込む(#{氏名: \"見本 花子\", 明細: 表})", "通知.差し込む(r)", "通知.差し込む(r, #{発行日: 今日()})"],
        "様式に値を差し込む。表や対応の配列は繰り返しになり、値の配列は @ の番号で使う。合計などの式は、行が増えても合う。\n\
         値のない差込口はエラー、様式にない名前は注意になる。",
        "Fills a template. Tables and arrays of maps repeat their blocks, arrays of values are taken by their @ number; \
         formulas follow the rows.",
    )
    .example(
        "let 紙 = 様式(\"様式見本.xlsx\").差し込む(#{氏名: \"見本 花子\", 日付: 日付(2024, 4, 1), 明細: 表});\n\
         出力(\"通知.xlsx\", 紙);\n出力の名前().len()",
        "1",
    )
    .acting(|session| move |form: &mut Form, values: Map| fill(&session, form, None, &values))
    .uses(&[Use::Any, Use::Filling], Gives::Value)
    .acting(|session| move |form: &mut Form, row: Row| fill(&session, form, Some(&row), &Map::new()))
    .uses(&[Use::Any, Use::Filling], Gives::Value)
    .acting(|session| move |form: &mut Form, row: Row, values: Map| fill(&session, form, Some(&row), &values))
    .uses(&[Use::Any, Use::Filling, Use::Filling], Gives::Value);
    image(v);
}

fn image(v: &mut Vocabulary) {
    v.word(
        "画像",
        &["画像(f)", "画像(\"公印.png\")"],
        "差し込む画像（PNGかJPEG）。入れられたファイルか、業務のフォルダにある画像の名前で選ぶ。\n\
         画像でないもの、壊れたもの、大きすぎるものは指摘になり、空欄を返す。同じ画像を何度使っても、ブックには1つだけ入る。",
        "An image (PNG or JPEG) for a template: a file that was dropped, or one in the task's folder by its name. \
         What is no sound image becomes a finding and a blank.",
    )
    .example("type_of(画像(\"公印.png\"))", "画像")
    .acting(|session| move |file: File| dropped(&session, file))
    .acting(|session| move |name: ImmutableString| beside(&session, &name));
}

/// An image of the arrival, looked at once. A blank, where it is none: so all mistakes come back in one pass.
fn dropped(session: &Rc<Session>, file: File) -> Dynamic {
    let source = ImageSource::Dropped(file.0);
    if let Some(known) = known(session, &source) {
        return known;
    }
    match session.bytes(file.0) {
        Ok(bytes) => looked_at(session, source, &session.files.path(file.0), bytes),
        Err(refusal) => {
            session.refuse(file.0, &refusal, Severity::Error);
            Dynamic::UNIT
        }
    }
}

/// An image beside the script.
fn beside(session: &Rc<Session>, name: &str) -> Said<Dynamic> {
    let files = &session.context.images;
    let Some(file) = files.iter().find(|file| japan::name_key(&file.name) == japan::name_key(name)) else {
        let have: Vec<String> = files.iter().map(|file| file.name.clone()).collect();
        let near = nearest(name, have.iter().map(String::as_str));
        return Err(Fault::about(name, TroubleKind::NoImage { near, have }).into());
    };
    let source = ImageSource::Beside(file.name.clone());
    if let Some(known) = known(session, &source) {
        return Ok(known);
    }
    let refused = |refusal: Refusal| Fault::about(name, TroubleKind::Refused { detail: refusal.to_string() });
    let bytes = (file.load)().map_err(refused)?;
    Ok(looked_at(session, source, &file.name, bytes))
}

fn known(session: &Session, source: &ImageSource) -> Option<Dynamic> {
    let images = session.images.borrow();
    images.iter().find(|(known, _)| known == source).map(|(_, image)| Dynamic::from(Image(Rc::clone(image))))
}

fn looked_at(session: &Session, source: ImageSource, path: &str, bytes: Vec<u8>) -> Dynamic {
    let found = |severity, problem, fate| Finding {
        severity,
        place: book::Place { file: Some(path.to_owned()), ..book::Place::default() },
        column: None,
        value: None,
        problem,
        fate,
    };
    match book::Image::open(bytes) {
        Ok(image) => {
            if image.is_turned() {
                session.find_once(found(Severity::Warning, Problem::ImageTurned, Fate::Used));
            }
            let image = Rc::new(image);
            session.images.borrow_mut().push((source, Rc::clone(&image)));
            Dynamic::from(Image(image))
        }
        Err(trouble) => {
            session.find_once(found(Severity::Error, Problem::Image(trouble), Fate::Stopped));
            Dynamic::UNIT
        }
    }
}

fn open(session: &Rc<Session>, name: &str) -> Said<Rc<Template>> {
    if let Some((_, known)) = session.forms.borrow().iter().find(|(known, _)| known == name) {
        return Ok(Rc::clone(known));
    }
    let files = &session.context.templates;
    let Some(file) = files.iter().find(|file| japan::name_key(&file.name) == japan::name_key(name)) else {
        let have: Vec<String> = files.iter().map(|file| file.name.clone()).collect();
        let near = nearest(name, have.iter().map(String::as_str));
        return Err(Fault::about(name, TroubleKind::NoTemplate { near, have }).into());
    };
    let opened =
        (file.load)().and_then(|bytes| Template::open(&format!("{CALLED}{}", file.name), bytes, &session.context.book_limits));
    let template = opened.map_err(|refusal| Fault::about(name, TroubleKind::Refused { detail: refusal.to_string() }))?;
    let template = Rc::new(template.at(session.context.now));
    session.forms.borrow_mut().push((name.to_owned(), Rc::clone(&template)));
    Ok(template)
}

fn fill(session: &Rc<Session>, form: &Form, row: Option<&Row>, values: &Map) -> Said<FilledForm> {
    let wants_columns = form.0.names().iter().any(|name| name == COLUMNS);
    let mut record = Record::new();
    if let Some(row) = row {
        // Columns that the template has no place for are no mistake: a table has more than a form.
        let wanted = form.0.names();
        for (name, value) in of_row(session, row) {
            if wanted.contains(&Template::key(&name)) {
                record.set(&name, Field::Value(value));
            }
        }
    }
    for (name, value) in values {
        record.set(name, field(session, value, wants_columns)?);
    }
    kept(session, form, form.0.fill(&record))
}

/// A filled template that is what was meant. One that is not ends the script: nothing of the job is published.
fn kept(session: &Session, form: &Form, filled: Filled) -> Said<FilledForm> {
    if let Some(why) = filled.broken {
        return Err(Fault::about(form.0.file(), TroubleKind::Unproven { why }).into());
    }
    filled.findings.into_iter().for_each(|finding| session.find_once(finding));
    let name = form.0.file().trim_start_matches(CALLED);
    let proof = Proof { template: name.to_owned(), changes: filled.changes };
    Ok(FilledForm(Rc::new(filled.bytes), Rc::new(proof)))
}

/// What stands before the name of a template wherever one is told, so that nobody takes it for a file that was dropped.
const CALLED: &str = "様式：";

/// A row's values one after another: `{{列@3}}`.
const COLUMNS: &str = "列";

fn of_row(session: &Session, row: &Row) -> Vec<(String, NewValue)> {
    let table = &row.frame.table;
    let value = |at: usize| NewValue::of(table.value(row.row as usize, at), &session.shelf.texts);
    table.columns().iter().enumerate().map(|(at, column)| (column.name.to_string(), value(at))).collect()
}

fn record_of_row(session: &Session, row: &Row, wants_columns: bool) -> Record {
    let mut record = Record::new();
    let values = of_row(session, row);
    if wants_columns {
        record.set(COLUMNS, Field::Items(values.iter().map(|(_, value)| value.clone()).collect()));
    }
    values.into_iter().for_each(|(name, value)| record.set(&name, Field::Value(value)));
    record
}

fn field(session: &Session, value: &Dynamic, wants_columns: bool) -> Said<Field> {
    if let Some(table) = value.read_lock::<Table>() {
        let rows = table.clone().into_iter();
        return Ok(Field::List(rows.map(|row| record_of_row(session, &row, wants_columns)).collect()));
    }
    if let Some(image) = value.read_lock::<Image>() {
        return Ok(Field::Image(Rc::clone(&image.0)));
    }
    if let Ok(items) = value.as_array_ref() {
        let is_record = |item: &Dynamic| item.is_map() || item.is::<Row>();
        if !items.is_empty() && items.iter().all(is_record) {
            return items.iter().map(|item| record(session, item, wants_columns)).collect::<Said<_>>().map(Field::List);
        }
        return items.iter().map(|item| single(session, item)).collect::<Said<_>>().map(Field::Items);
    }
    single(session, value).map(Field::Value)
}

fn record(session: &Session, value: &Dynamic, wants_columns: bool) -> Said<Record> {
    if let Some(row) = value.read_lock::<Row>() {
        return Ok(record_of_row(session, &row, wants_columns));
    }
    let mut record = Record::new();
    if let Ok(map) = value.as_map_ref() {
        for (name, value) in map.iter() {
            record.set(name, field(session, value, wants_columns)?);
        }
    }
    Ok(record)
}

fn single(session: &Session, value: &Dynamic) -> Said<NewValue> {
    let value: Value = session.value(value)?;
    Ok(NewValue::of(value, &session.shelf.texts))
}

#[cfg(test)]
mod tests {
    use book::Broken;
    use rhai::EvalAltResult;

    use super::*;

    #[test]
    fn a_filling_whose_proof_fails_ends_the_script_and_no_script_can_catch_that() {
        let session = Session::empty();
        let template = Template::open("通知.xlsx", crate::tests::template(), &book::Limits::default()).unwrap();
        let form = Form(Rc::new(template));
        let broken = Filled { broken: Some(Broken::Part { part: "xl/styles.xml".to_owned() }), ..Filled::default() };
        let error = kept(&session, &form, broken).err().expect("it is not handed out");
        assert!(!error.is_catchable(), "a script that goes on could publish the rest");
        let EvalAltResult::ErrorTerminated(fault, _) = &*error else { panic!("{error:?}") };
        let fault = fault.read_lock::<Fault>().unwrap().clone();
        assert!(matches!(fault, Fault::Trouble(kind, _) if matches!(*kind, TroubleKind::Unproven { .. })));
        let sound = kept(&session, &form, Filled { bytes: b"PK".to_vec(), ..Filled::default() }).unwrap();
        assert_eq!((sound.0.as_slice(), sound.1.template.as_str()), (&b"PK"[..], "通知.xlsx"));
    }
}
