//! 確かめる: check digits, codes of municipalities, and personal data in files.

use japan::PersonalKind;
use rhai::{Array, Dynamic, ImmutableString, Map};
use rustc_hash::FxHashMap;

use super::{Entry, Vocabulary};
use crate::adapter;
use crate::fault::Said;
use crate::handle::File;
use crate::session::Session;

pub(super) fn register(v: &mut Vocabulary) {
    v.family("確かめる", "check");
    type Holds = fn(&str) -> bool;
    let words: [(Entry, Holds); 3] = [
        (
            (
                "マイナンバーか",
                &["マイナンバーか(文)"],
                "12桁で検査数字の合う番号か。",
                "Whether twelve digits have the check digit of a My Number.",
                "マイナンバーか(\"123456789018\")",
                "TRUE",
            ),
            japan::check_my_number,
        ),
        (
            (
                "法人番号か",
                &["法人番号か(文)"],
                "13桁で検査数字の合う番号か。",
                "Whether thirteen digits have the check digit of a corporate number.",
                "法人番号か(\"1234567890123\")",
                "FALSE",
            ),
            japan::check_corporate_number,
        ),
        (
            (
                "団体コードか",
                &["団体コードか(文)"],
                "6桁で検査数字の合う全国地方公共団体コードか。",
                "Whether six digits are a code of a local government.",
                "団体コードか(\"242012\")",
                "TRUE",
            ),
            japan::check_local_code,
        ),
    ];
    for (entry, holds) in words {
        v.entry(entry).acting(move |session| move |value: Dynamic| holds(&japan::match_key(&session.show(&value))));
    }
    v.word(
        "団体コード",
        &["団体コード(\"津市\")"],
        "市町村名のコード。分からなければ空欄。",
        "The code of a municipality; blank if unknown.",
    )
    .example("団体コード(\"津市\")", "242012")
    .form(|name: ImmutableString| code(japan::local_government_code(&name)));
    v.word(
        "団体名",
        &["団体名(\"242012\")"],
        "コードの市町村名。分からなければ空欄。",
        "The municipality of a code; blank if unknown.",
    )
    .example("団体名(\"242012\")", "津市")
    .acting(|session| move |value: Dynamic| code(japan::local_government_name(&japan::match_key(&session.show(&value)))));
    v.word(
        "個人情報",
        &["個人情報(f)"],
        "ファイルの中の個人情報らしいもの：#{種類, シート, セル, 件数, 見本, 見出し} の配列。見本は伏せ字。",
        "What looks personal in a file, as an array of maps; samples are masked.",
    )
    .example("個人情報(f).len()", "0")
    .acting(|session| {
        move |file: File| -> Said<Array> {
            Ok(personal(&session, file.0).into_iter().map(|found| Dynamic::from_map(found.map())).collect())
        }
    });
}

fn code(found: Option<&str>) -> Dynamic {
    found.map_or(Dynamic::UNIT, |found| ImmutableString::from(found).into())
}

/// Personal data of one kind in one column of a sheet.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub kind: &'static str,
    pub sheet: String,
    pub column: String,
    pub cell: String,
    pub count: usize,
    pub sample: String,
    /// Whether a header says so, or the shape alone is beyond doubt.
    pub labelled: bool,
    pub label: Option<String>,
}

impl Found {
    /// `シート1 D列にマイナンバーらしい値が12件あります`
    pub fn reason(&self) -> String {
        let sheet = if self.sheet.is_empty() { String::new() } else { format!("{} ", self.sheet) };
        format!("{sheet}{}列に{}らしい値が{}件あります", self.column, self.kind, self.count)
    }

    fn map(self) -> Map {
        let text = |text: String| Dynamic::from(ImmutableString::from(text));
        Map::from_iter([
            ("種類".into(), text(self.kind.to_owned())),
            ("シート".into(), text(self.sheet)),
            ("セル".into(), text(self.cell)),
            ("件数".into(), (self.count as i64).into()),
            ("見本".into(), text(self.sample)),
            ("見出し".into(), self.label.map_or(Dynamic::UNIT, text)),
        ])
    }
}

/// The kinds as rules and people name them.
fn name_of(kind: PersonalKind) -> &'static str {
    match kind {
        PersonalKind::MyNumber => "マイナンバー",
        PersonalKind::PersonNumber => "個人の番号",
        PersonalKind::Name => "氏名",
        PersonalKind::Kana => "フリガナ",
        PersonalKind::BirthDate => "生年月日",
        PersonalKind::Address => "住所",
        PersonalKind::PostalCode => "郵便番号",
        PersonalKind::Phone => "電話番号",
        PersonalKind::Email => "メールアドレス",
        PersonalKind::Account => "口座番号",
    }
}

/// How far down headers are looked for.
const HEADER_ROWS: u32 = 20;
/// How many cells of a sheet are looked at: a list of persons shows what it is long before.
const CELLS: usize = 200_000;
/// Formats that are looked into.
const READABLE: [&str; 7] = ["xlsx", "xlsm", "xls", "xlsb", "ods", "csv", "tsv"];

/// What looks personal in a file. Nothing for a file that is no workbook.
pub(super) fn personal(session: &Session, file: usize) -> Vec<Found> {
    let name = session.files.name(file);
    if !READABLE.contains(&super::read::extension(name).to_lowercase().as_str()) {
        return Vec::new();
    }
    let Ok(workbook) = session.workbook(file) else { return Vec::new() };
    let mut found = Vec::new();
    for (at, name) in adapter::sheet_names(&workbook).iter().enumerate() {
        if let Ok(sheet) = workbook.sheet(at) {
            found.extend(in_sheet(session, &sheet, name));
        }
    }
    found
}

fn in_sheet(session: &Session, sheet: &book::Sheet, name: &str) -> Vec<Found> {
    let texts = &session.shelf.texts;
    // The header of each column, with its row.
    let mut headers: FxHashMap<u32, (PersonalKind, u32, String)> = FxHashMap::default();
    let mut found: Vec<((u32, PersonalKind), Found)> = Vec::new();
    let mut index: FxHashMap<(u32, PersonalKind), usize> = FxHashMap::default();
    let mut seen = 0;
    for row in sheet.rows() {
        for (column, value) in row.values() {
            seen += 1;
            if seen > CELLS {
                return found.into_iter().map(|(_, found)| found).collect();
            }
            let text = value.show(texts);
            if row.number() < HEADER_ROWS
                && let (book::Value::Text(_), Some(kind)) = (value, japan::header_is_personal(&text))
                && japan::scan_personal(&text).is_empty()
            {
                headers.insert(column, (kind, row.number(), text));
                continue;
            }
            let header = headers.get(&column);
            let mut kinds: Vec<PersonalKind> = japan::find_personal(&text);
            if let Some((kind, ..)) = header
                && !kinds.contains(kind)
                && fits(*kind, &text)
            {
                kinds.insert(0, *kind);
            }
            for kind in kinds {
                let at = *index.entry((column, kind)).or_insert_with(|| {
                    let labelled = header.is_some_and(|(known, ..)| *known == kind) || kind != PersonalKind::MyNumber;
                    let address = book::Address::new(row.number(), column).to_string();
                    found.push((
                        (column, kind),
                        Found {
                            kind: name_of(kind),
                            sheet: name.to_owned(),
                            column: address.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned(),
                            cell: address,
                            count: 0,
                            sample: japan::mask_as(kind, &text),
                            labelled,
                            label: header.map(|(_, _, label)| label.clone()),
                        },
                    ));
                    found.len() - 1
                });
                found[at].1.count += 1;
            }
        }
    }
    found.into_iter().map(|(_, found)| found).collect()
}

/// Whether a value below a personal header can be what the header says.
fn fits(kind: PersonalKind, text: &str) -> bool {
    let digits = text.chars().filter(|c| c.is_numeric()).count();
    match kind {
        PersonalKind::MyNumber => digits == 12,
        PersonalKind::PersonNumber | PersonalKind::Account | PersonalKind::Phone | PersonalKind::PostalCode => digits >= 4,
        PersonalKind::BirthDate => digits >= 3,
        PersonalKind::Email => text.contains(['@', '＠']),
        PersonalKind::Name | PersonalKind::Kana | PersonalKind::Address => text.chars().any(char::is_alphabetic),
    }
}
