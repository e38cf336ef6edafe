//! 出力: the files that a job publishes.

use std::rc::Rc;

use book::{CsvEncoding, CsvStyle, Severity, WriteError, write_csv};
use rhai::{ImmutableString, Map};

use super::Vocabulary;
use crate::columns::{Gives, Use};
use crate::error::TroubleKind;
use crate::fault::{Fault, Said};
use crate::handle::{Book, FilledForm, Table};
use crate::options::{self, Known};
use crate::outcome::{Output, Progress, Proof};
use crate::session::Session;

pub(super) fn register(v: &mut Vocabulary) {
    v.family("出力", "output");
    v.word(
        "出力",
        &["出力(\"名.xlsx\", ブック)", "出力(\"名.xlsx\", 差し込んだ様式)"],
        "ブックや、差し込んだ様式を成果物として出す。",
        "Hands a workbook or a filled template back as an output.",
    )
    .example("let b = ブック();\nb.シート(\"表\", 表);\n出力(\"結果.xlsx\", b);\n出力の名前().len()", "1")
    .acting(|session| {
        move |name: ImmutableString, book: Book| -> Said<()> {
            begin(&session, &name, Some("xlsx"))?;
            let (bytes, findings) = book.0.borrow().bytes().map_err(|error| refused(&error))?;
            findings.into_iter().for_each(|finding| session.find(finding));
            keep(&session, &name, bytes, None);
            Ok(())
        }
    })
    .acting(|session| {
        move |name: ImmutableString, filled: FilledForm| -> Said<()> {
            // A template with macros keeps them, and its kind of name.
            let extension = if super::read::extension(&name).eq_ignore_ascii_case("xlsm") { "xlsm" } else { "xlsx" };
            begin(&session, &name, Some(extension))?;
            keep(&session, &name, filled.0.to_vec(), Some(Proof::clone(&filled.1)));
            Ok(())
        }
    });
    v.word(
        "CSV出力",
        &["CSV出力(\"名.csv\", 表)", "CSV出力(\"名.csv\", 表, #{文字コード: \"Shift_JIS\", 見出し: true})"],
        "表をCSVとして出す。文字コードはUTF-8（BOM付き、既定）、\"UTF-8 BOMなし\"、\"Shift_JIS\"。",
        "Hands a table back as CSV.",
    )
    .example("CSV出力(\"結果.csv\", 表, #{文字コード: \"Shift_JIS\"});\n出力の名前().len()", "1")
    .acting(|session| move |name: ImmutableString, table: Table| csv(&session, &name, &table, &Map::new()))
    .uses(&[Use::Any, Use::Table], Gives::Value)
    .acting(|session| move |name: ImmutableString, table: Table, how: Map| csv(&session, &name, &table, &how))
    .uses(&[Use::Any, Use::Table, Use::Options(CSV)], Gives::Value);
    v.word(
        "テキスト出力",
        &["テキスト出力(\"名.txt\", \"…\")"],
        "文字をそのまま出す（UTF-8、BOM付き、改行はCRLF）。",
        "Hands a text back as it is (UTF-8 with BOM, CRLF).",
    )
    .example("テキスト出力(\"結果.txt\", \"一行目\\n二行目\");\n出力の名前().len()", "1")
    .acting(|session| {
        move |name: ImmutableString, text: ImmutableString| -> Said<()> {
            begin(&session, &name, None)?;
            let mut bytes = "\u{feff}".as_bytes().to_vec();
            bytes.extend_from_slice(text.replace("\r\n", "\n").replace('\n', "\r\n").as_bytes());
            keep(&session, &name, bytes, None);
            Ok(())
        }
    });
    v.word("出力の名前", &["出力の名前()"], "ここまでに出した成果物の名前の配列。", "The names of the outputs so far.")
        .example("出力の名前().len()", "0")
        .acting(|session| {
            move || -> rhai::Array {
                session.outputs.borrow().iter().map(|output| ImmutableString::from(output.name.as_str()).into()).collect()
            }
        });
}

/// Checks an output's name: no folders, nothing that Windows refuses, not there yet.
fn begin(session: &Rc<Session>, name: &str, extension: Option<&str>) -> Said<()> {
    let wrong = || Fault::about(name, TroubleKind::CannotRead { wanted: crate::Wanted::FileName, private: name.to_owned() });
    if name.contains(['/', '\\']) || name.starts_with('.') || !japan::check_file_name(name, 0).is_empty() {
        return Err(wrong().into());
    }
    if extension.is_some_and(|wanted| !super::read::extension(name).eq_ignore_ascii_case(wanted)) {
        return Err(wrong().into());
    }
    if session.output_keys.borrow().contains(&japan::name_key(name)) {
        return Err(Fault::about(name, TroubleKind::OutputTwice { name: name.to_owned() }).into());
    }
    (session.context.progress)(Progress::Writing { name: name.to_owned() });
    Ok(())
}

fn keep(session: &Rc<Session>, name: &str, bytes: Vec<u8>, proof: Option<Proof>) {
    session.output_keys.borrow_mut().insert(japan::name_key(name));
    session.outputs.borrow_mut().push(Output { name: name.to_owned(), bytes, proof });
}

const ENCODINGS: [(&str, CsvEncoding); 3] =
    [("UTF-8", CsvEncoding::Utf8Bom), ("UTF-8 BOMなし", CsvEncoding::Utf8), ("Shift_JIS", CsvEncoding::Cp932)];
const ENCODING_WORDS: [&str; 3] = options::words(&ENCODINGS);
const CSV: &[Known] = &[
    options::one_of("文字コード", &ENCODING_WORDS),
    options::any("見出し"),
    options::one_of("書けない字", &super::finding::SEVERITY_WORDS),
];

fn csv(session: &Rc<Session>, name: &str, table: &Table, how: &Map) -> Said<()> {
    options::check(how, CSV)?;
    let style = CsvStyle {
        encoding: options::choice(how, "文字コード", &ENCODINGS)?.unwrap_or(CsvEncoding::Utf8Bom),
        header: !how.contains_key("見出し") || options::yes(how, "見出し")?,
        unencodable: options::choice(how, "書けない字", &super::finding::SEVERITIES)?.unwrap_or(Severity::Error),
        ..CsvStyle::default()
    };
    begin(session, name, None)?;
    let (bytes, mut findings) = write_csv(table.table(), &style);
    for finding in &mut findings {
        finding.place.file.get_or_insert_with(|| name.to_owned());
    }
    findings.into_iter().for_each(|finding| session.find(finding));
    keep(session, name, bytes, None);
    Ok(())
}

/// A writer's error as the script's.
pub(super) fn refused(error: &WriteError) -> Box<rhai::EvalAltResult> {
    let fault = match error {
        WriteError::NoColumn { wanted, have } => {
            let near = crate::error::nearest(wanted, have.iter().map(String::as_str));
            Fault::about(wanted, TroubleKind::NoColumn { near, have: have.clone() })
        }
        WriteError::NoSheet { wanted, have } => Fault::about(wanted, TroubleKind::NotAllowed { have: have.clone() }),
        WriteError::SheetName { name, why: book::SheetNameTrouble::Taken } => {
            Fault::about(name, TroubleKind::SheetTwice { name: name.clone() })
        }
        WriteError::SheetName { name, .. } => {
            Fault::about(name, TroubleKind::CannotRead { wanted: crate::Wanted::SheetName, private: name.clone() })
        }
        other => Fault::new(TroubleKind::Refused { detail: other.to_string() }),
    };
    fault.into()
}
