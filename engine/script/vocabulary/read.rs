//! 読む: files, and the tables and cells in them.

use std::rc::Rc;

use book::{ColumnSpec, Data, Fate, Kind, Misfit, Origin, Problem, Severity, Value};
use rhai::{Array, Dynamic, ImmutableString, Map};
use rust_decimal::Decimal;

use super::Vocabulary;
use crate::adapter::{self, Wanted};
use crate::columns::{Gives, Use};
use crate::error::{TroubleKind, nearest};
use crate::fault::{Fault, Said};
use crate::handle::{Arrival, Column, File, Moment, Settings, Table};
use crate::operators::Number;
use crate::options::{self, Known};
use crate::outcome::Setting;
use crate::session::Session;
use crate::{ValueKind, files};

pub(super) fn register(v: &mut Vocabulary) {
    v.family("読む", "read");
    arrival(v);
    file(v);
    settings(v);
    tables(v);
    cells(v);
    declarations(v);
    modifiers(v);
    origin_of_rows(v);
}

fn arrival(v: &mut Vocabulary) {
    v.word(
        "ファイル",
        &["入力.ファイル"],
        "入力されたファイルの配列（フォルダーごとに、名前の日本語順）。",
        "The files of the arrival, folder by folder, in Japanese order of their names.",
    )
    .example("入力.ファイル.len()", "1")
    .asking(|session, _: &mut Arrival| Ok((0..session.files.len()).map(|at| Dynamic::from(File(at))).collect::<Array>()));
    v.word("名前", &["入力.名前", "f.名前"], "入力の名前、ファイルの名前。", "The name of the arrival, or of a file.")
        .example("f.名前", "検査.csv")
        .asking(|session, _: &mut Arrival| Ok(ImmutableString::from(session.context.arrival.as_str())))
        .asking(|session, file: &mut File| Ok(ImmutableString::from(session.files.name(file.0))));
    v.word("一覧", &["入力.一覧"], "ファイルの表：パス、フォルダ、名前、拡張子、大きさ、更新日時。", "The files as a table.")
        .example("入力.一覧.行(0).名前", "検査.csv")
        .asking(|session, _: &mut Arrival| Ok(listing(session)))
        .uses(&[Use::Any], Gives::Fixed(&LISTING));
    v.word(
        "選ぶ",
        &["入力.選ぶ(\"*.xlsx\")", "入力.選ぶ(\"*.xlsx|*.csv\")", "入力.選ぶ([\"*.xlsx\", \"*.csv\"])"],
        "名前が型に合うファイルの配列。* は何文字でも、? は一文字。",
        "The files whose name fits a pattern of * and ?.",
    )
    .example("入力.選ぶ(\"*.csv|*.txt\").len()", "1")
    .acting(|session| {
        move |_: &mut Arrival, patterns: Dynamic| -> Said<Array> {
            let patterns = options::texts(&patterns)?;
            let patterns: Vec<&str> = patterns.iter().flat_map(|pattern| pattern.split('|')).map(str::trim).collect();
            let fits = |file: &usize| patterns.iter().any(|pattern| files::fits(pattern, session.files.name(*file)));
            Ok((0..session.files.len()).filter(fits).map(|at| Dynamic::from(File(at))).collect())
        }
    });
    v.word("探す", &["入力.探す(パス)"], "パスのファイル。なければ空欄。", "The file of a path, else blank.")
        .example("入力.探す(\"検査.csv\").名前", "検査.csv")
        .acting(|session| {
            move |_: &mut Arrival, path: ImmutableString| -> Dynamic {
                match session.files.by_path(&path) {
                    Some(at) => Dynamic::from(File(at)),
                    None => Dynamic::UNIT,
                }
            }
        });
}

const LISTING: [&str; 6] = ["パス", "フォルダ", "名前", "拡張子", "大きさ", "更新日時"];

fn listing(session: &Rc<Session>) -> Table {
    let text = |text: &str| if text.is_empty() { Value::Blank } else { Value::Text(session.shelf.texts.intern(text)) };
    let files = &session.files;
    let of: [&dyn Fn(usize) -> Value; LISTING.len()] = [
        &|file| text(&files.path(file)),
        &|file| text(files.folder(file)),
        &|file| text(files.name(file)),
        &|file| text(extension(files.name(file))),
        &|file| Value::Integer(files.size(file) as i64),
        &|file| files.modified(file).map_or(Value::Blank, moment),
    ];
    let column = |(name, of): (&&str, &dyn Fn(usize) -> Value)| {
        Rc::new(book::Column::new(name, Data::of((0..files.len()).map(of).collect::<Vec<_>>())))
    };
    let columns = LISTING.iter().zip(of).map(column).collect();
    Table::new(book::Table::new(&session.shelf, columns, Rc::new(vec![Origin::COMPUTED; files.len()])))
}

/// A date and time as cells hold it.
pub(super) fn moment(at: jiff::civil::DateTime) -> Value {
    let time = at.time();
    let seconds = i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    Value::DateTime(i64::from(book::Day::of(at.date()).0) * 86_400_000 + seconds * 1000)
}

/// What stands behind the last point of a name.
pub(super) fn extension(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => extension,
        _ => "",
    }
}

fn file(v: &mut Vocabulary) {
    let text = |text: &str| if text.is_empty() { Dynamic::UNIT } else { Dynamic::from(ImmutableString::from(text)) };
    v.word(
        "フォルダ",
        &["f.フォルダ"],
        "ファイルのあるフォルダー（入力の中のパス）。",
        "The folder of a file within the arrival.",
    )
    .example("f.フォルダ", "")
    .asking(|session, file: &mut File| Ok(ImmutableString::from(session.files.folder(file.0))));
    v.word("パス", &["f.パス"], "入力の中のパス。", "The path of a file within the arrival.")
        .example("f.パス", "検査.csv")
        .asking(|session, file: &mut File| Ok(ImmutableString::from(session.files.path(file.0))));
    v.word("拡張子", &["f.拡張子"], "拡張子（点なし、小文字）。", "The extension, without the point, in small letters.")
        .example("f.拡張子", "csv")
        .asking(|session, file: &mut File| Ok(ImmutableString::from(extension(session.files.name(file.0)).to_lowercase())));
    v.word("大きさ", &["f.大きさ"], "大きさ（バイト）。", "The size in bytes.")
        .example("f.大きさ > 0", "TRUE")
        .asking(|session, file: &mut File| Ok(session.files.size(file.0) as i64));
    v.word("更新日時", &["f.更新日時"], "最後に更新された日時。", "When the file was changed last.")
        .example("空か(f.更新日時)", "TRUE")
        .asking(|session, file: &mut File| {
            Ok(session.files.modified(file.0).map_or(Dynamic::UNIT, |at| Dynamic::from(Moment(moment(at)))))
        });
    v.word(
        "開いている人",
        &["f.開いている人"],
        "ファイルを開いている人。開かれていなければ空欄。",
        "Who has the file open; blank if nobody.",
    )
    .example("空か(f.開いている人)", "TRUE")
    .asking(move |session, file: &mut File| Ok(session.files.open_by(file.0).map_or(Dynamic::UNIT, text)));
    v.word(
        "読めるか",
        &["読めるか(f)"],
        "ファイルを開けるか。開けなければ指摘になる。",
        "Whether a file can be opened; if not, that becomes a finding.",
    )
    .example("読めるか(f)", "TRUE")
    .acting(|session| {
        move |file: File| -> bool {
            session.workbook(file.0).map_err(|refusal| session.refuse(file.0, &refusal, session.weight_of_absence())).is_ok()
        }
    });
}

fn settings(v: &mut Vocabulary) {
    v.word("設定", &["設定.年度"], "業務の設定（task.toml）の値。", "The value of one of the task's settings.")
        .example("設定.年度", "2022")
        .form(|_: &mut Settings| ());
    let session = Rc::clone(v.session());
    v.engine().register_indexer_get(move |_: &mut Settings, name: ImmutableString| -> Said<Dynamic> {
        match session.context.settings.get(name.as_str()) {
            Some(setting) => Ok(setting_value(setting)),
            None => {
                let near = nearest(&name, session.context.settings.keys().map(String::as_str));
                Err(Fault::about(&name, TroubleKind::NoKey { near }).into())
            }
        }
    });
}

fn setting_value(setting: &Setting) -> Dynamic {
    match setting {
        Setting::Text(text) => ImmutableString::from(text.as_str()).into(),
        Setting::Integer(whole) => (*whole).into(),
        Setting::Decimal(exact) => Dynamic::from_decimal(*exact),
        Setting::YesNo(yes) => (*yes).into(),
        Setting::Date(date) => Dynamic::from(crate::handle::Day(book::Day::of(*date).0)),
        Setting::List(list) => list.iter().map(setting_value).collect::<Array>().into(),
    }
}

fn tables(v: &mut Vocabulary) {
    v.word(
        "表を読む",
        &["表を読む(f, [文字の列(\"名\"), …])", "表を読む(ファイルの配列, […])", "表を読む(f, […], #{シート: \"名\", 見出し行: 3, 合わない行: \"除外\", 合計行: \"残す\", ほかの列: true, ない時: \"除外\"})"],
        "ファイルから表を読む。見出しは名前で探す。合わない値は指摘になる。",
        "Reads a table; the header is found by its labels, and values that do not fit become findings.",
    )
    .example("表を読む(f, [文字の列(\"保健所\"), 整数の列(\"検査数\")]).行数", "4")
    .acting(|session| move |from: Dynamic, columns: Dynamic| read(&session, &from, &columns, &Map::new()))
    .uses(&[Use::Any, Use::Specs], Gives::Read { specs: 1, how: None })
    .acting(|session| move |from: Dynamic, columns: Dynamic, how: Map| read(&session, &from, &columns, &how))
    .uses(&[Use::Any, Use::Specs, Use::Options(READ)], Gives::Read { specs: 1, how: Some(2) });
    v.word(
        "見出しあり",
        &["見出しあり(f, [\"列\", …])"],
        "この見出しがそろった表があるか。",
        "Whether the file has a table with these labels.",
    )
    .example("見出しあり(f, [\"保健所\", \"検査数\"])", "TRUE")
    .acting(|session| {
        move |file: File, labels: Dynamic| -> Said<bool> {
            let labels = options::texts(&labels)?;
            Ok(session.workbook(file.0).is_ok_and(|workbook| adapter::has_header(&workbook, &labels)))
        }
    });
}

/// How tables that are not there are taken.
#[derive(Clone, Copy, PartialEq)]
enum Absent {
    Return,
    Exclude,
}

fn read(session: &Rc<Session>, from: &Dynamic, columns: &Dynamic, how: &Map) -> Said<Table> {
    options::check(how, READ)?;
    let files: Vec<File> = options::list(from, ValueKind::File)?;
    let columns: Vec<Column> = options::list(columns, ValueKind::ColumnSpec)?;
    let absent = options::choice(how, "ない時", &ABSENT)?.unwrap_or(Absent::Return);
    let wanted = Wanted {
        columns: columns.into_iter().map(|column| column.0).collect(),
        sheet: options::text(how, "シート")?,
        header_row: how.get("見出し行").map(|row| row.as_int().ok().and_then(|row| u32::try_from(row).ok()).unwrap_or(0)),
        misfit: options::choice(how, "合わない行", &MISFITS)?.unwrap_or(Misfit::Return),
        keep_totals: options::choice(how, "合計行", &TOTALS)?.unwrap_or(false),
        others: match how.get(crate::columns::OTHERS) {
            Some(spec) if spec.is::<Column>() => spec.read_lock::<Column>().map(|column| column.0.clone()),
            _ => options::yes(how, crate::columns::OTHERS)?.then(|| ColumnSpec::anything("")),
        },
    };
    let mut tables = Vec::with_capacity(files.len());
    for file in files {
        tables.push(read_one(session, file, &wanted, absent));
    }
    match &tables[..] {
        [only] => Ok(Table::new(only.clone())),
        _ => super::table::verb(book::Table::concat(&session.shelf, &tables)).map(Table::new),
    }
}

const MISFITS: [(&str, Misfit); 3] = [("差戻し", Misfit::Return), ("除外", Misfit::Exclude), ("空欄", Misfit::Blank)];
const MISFIT_WORDS: [&str; 3] = options::words(&MISFITS);
const ABSENT: [(&str, Absent); 2] = [("差戻し", Absent::Return), ("除外", Absent::Exclude)];
const ABSENT_WORDS: [&str; 2] = options::words(&ABSENT);
const TOTALS: [(&str, bool); 2] = [("除外", false), ("残す", true)];
const TOTAL_WORDS: [&str; 2] = options::words(&TOTALS);

/// How a table may be read.
const READ: &[Known] = &[
    options::any("シート"),
    options::any("見出し行"),
    options::one_of("合わない行", &MISFIT_WORDS),
    options::one_of("合計行", &TOTAL_WORDS),
    options::any(crate::columns::OTHERS),
    options::one_of("ない時", &ABSENT_WORDS),
];

/// The table of one file; an empty one with the declared columns if there is none, so that the script goes on and all mistakes come
/// back in one pass.
fn read_one(session: &Rc<Session>, file: File, wanted: &Wanted, absent: Absent) -> book::Table {
    let workbook = match session.workbook(file.0) {
        Ok(workbook) => workbook,
        Err(refusal) => {
            let severity = if absent == Absent::Return { Severity::Error } else { Severity::Warning };
            session.refuse(file.0, &refusal, severity);
            return empty(session, wanted);
        }
    };
    match adapter::read_table(&workbook, wanted) {
        Ok(read) => {
            read.findings.into_iter().for_each(|finding| session.find(finding));
            let mut ledger = session.ledger.borrow_mut();
            ledger.read(read.table.origins());
            for (origin, reason) in read.excluded {
                ledger.read(&[origin]);
                ledger.excluded(&[origin], reason);
            }
            read.table
        }
        Err(findings) => {
            for mut finding in findings {
                if absent == Absent::Exclude && finding.severity == Severity::Error {
                    finding.severity = Severity::Warning;
                    finding.fate = Fate::Skipped;
                }
                session.find(finding);
            }
            empty(session, wanted)
        }
    }
}

fn empty(session: &Rc<Session>, wanted: &Wanted) -> book::Table {
    let data = |kind: &Kind| match kind {
        Kind::Integer => Data::Integer(Vec::new()),
        Kind::Decimal | Kind::Money => Data::Decimal(Vec::new()),
        Kind::Date | Kind::YearMonth => Data::Date(Vec::new()),
        Kind::Text | Kind::Code { .. } | Kind::Choice(_) => Data::Text(Vec::new()),
        Kind::Duration | Kind::DateTime | Kind::YesNo | Kind::Any => Data::Any(Vec::new()),
    };
    let columns = wanted.columns.iter().map(|column| Rc::new(book::Column::new(&column.name, data(&column.kind))));
    book::Table::new(&session.shelf, columns.collect(), Rc::new(Vec::new()))
}

fn cells(v: &mut Vocabulary) {
    v.word("シート一覧", &["シート一覧(f)"], "シートの名前の配列。", "The names of the sheets.")
        .example("シート一覧(f).len()", "1")
        .acting(|session| {
            move |file: File| -> Array {
                let Ok(workbook) = session.workbook(file.0) else { return Array::new() };
                adapter::sheet_names(&workbook).into_iter().map(|name| Dynamic::from(ImmutableString::from(name))).collect()
            }
        });
    v.word("セル", &["セル(f, \"B3\")", "セル(f, \"シート\", \"B3\")"], "セルの値。", "The value of a cell.")
        .example("セル(f, \"A2\")", "津")
        .acting(|session| move |file: File, at: ImmutableString| cell(&session, file, None, &at))
        .acting(|session| move |file: File, sheet: ImmutableString, at: ImmutableString| cell(&session, file, Some(&sheet), &at));
    v.word(
        "隣の値",
        &["隣の値(f, \"市町村名\")", "隣の値(f, \"シート\", \"市町村名\")"],
        "見出しの右（なければ下）の値。見つからなければ空欄。",
        "The value to the right of a label, else below it; blank if there is none.",
    )
    .example("隣の値(f, \"四日市\")", "2022/4/1")
    .acting(|session| move |file: File, label: ImmutableString| beside(&session, file, None, &label))
    .acting(|session| {
        move |file: File, sheet: ImmutableString, label: ImmutableString| beside(&session, file, Some(&sheet), &label)
    });
}

fn cell(session: &Rc<Session>, file: File, sheet: Option<&str>, at: &str) -> Said<Dynamic> {
    let Ok(address) = japan::match_key(at).parse::<book::Address>() else {
        let kind = TroubleKind::CannotRead { wanted: crate::Wanted::Cell, private: at.to_owned() };
        return Err(Fault::about(at, kind).into());
    };
    let Ok(workbook) = session.workbook(file.0) else { return Ok(Dynamic::UNIT) };
    match adapter::sheet(session, &workbook, file.0, sheet) {
        Ok(Some(sheet)) => Ok(session.dynamic(sheet.value(address))),
        Ok(None) => Ok(Dynamic::UNIT),
        Err(have) => {
            let wanted = sheet.unwrap_or_default().to_owned();
            session.find_once(book::Finding {
                severity: Severity::Error,
                place: session.files.place(file.0),
                column: None,
                value: None,
                problem: Problem::NoSheet { wanted, have },
                fate: Fate::Stopped,
            });
            Ok(Dynamic::UNIT)
        }
    }
}

fn beside(session: &Rc<Session>, file: File, sheet: Option<&str>, label: &str) -> Dynamic {
    let Ok(workbook) = session.workbook(file.0) else { return Dynamic::UNIT };
    adapter::beside(&workbook, sheet, label).map_or(Dynamic::UNIT, |value| session.dynamic(value))
}

fn declarations(v: &mut Vocabulary) {
    let kinds: [(&'static str, &'static [&'static str], &'static str, &'static str, Kind); 10] = [
        ("文字の列", &["文字の列(\"名\")"], "書かれたままの文字の列。", "A column of texts as written.", Kind::Text),
        ("整数の列", &["整数の列(\"名\")"], "整数の列。", "A column of whole numbers.", Kind::Integer),
        ("小数の列", &["小数の列(\"名\")"], "小数の列（正確に計算する）。", "A column of exact decimals.", Kind::Decimal),
        (
            "金額の列",
            &["金額の列(\"名\")"],
            "金額の列。単位（千円）があれば円に直す。",
            "A column of money; a unit line (千円) multiplies it.",
            Kind::Money,
        ),
        ("日付の列", &["日付の列(\"名\")"], "日付の列。和暦も西暦も読む。", "A column of dates, Japanese eras too.", Kind::Date),
        (
            "年月の列",
            &["年月の列(\"名\")"],
            "年月の列。月の初めの日として持つ。",
            "A column of months, kept as their first day.",
            Kind::YearMonth,
        ),
        (
            "時間の列",
            &["時間の列(\"名\")"],
            "時間の列（8:30、41:15、8時間30分）。",
            "A column of lengths of time.",
            Kind::Duration,
        ),
        ("日時の列", &["日時の列(\"名\")"], "日時の列。", "A column of dates with time.", Kind::DateTime),
        (
            "はいいいえの列",
            &["はいいいえの列(\"名\")"],
            "はい・いいえの列（○×、有無、1と0も読む）。",
            "A column of yes and no.",
            Kind::YesNo,
        ),
        ("何でも列", &["何でも列(\"名\")"], "何が書かれていてもよい列。", "A column of anything.", Kind::Any),
    ];
    for (name, forms, ja, en, kind) in kinds {
        v.word(name, forms, ja, en)
            .example(EXAMPLES.iter().find(|(known, _)| *known == name).map_or("", |(_, example)| example), "4")
            .form(move |column: ImmutableString| Column(ColumnSpec::new(&column, kind.clone())))
            .uses(&[Use::Any], Gives::Spec(0));
    }
    v.word(
        "コードの列",
        &["コードの列(\"名\", 桁)", "コードの列(\"名\")"],
        "コードの列。数字でも文字として持ち、失われた先頭の 0 を見つける。",
        "A column of codes: digits kept as text, lost zeros found.",
    )
    .example("表を読む(f, [コードの列(\"検査数\", 2)]).行(0).検査数", "10")
    .form(|column: ImmutableString| Column(ColumnSpec::new(&column, Kind::Code { digits: None })))
    .uses(&[Use::Any], Gives::Spec(0))
    .form(|column: ImmutableString, digits: i64| -> Said<Column> {
        let digits =
            u32::try_from(digits).ok().filter(|digits| *digits <= 100).ok_or_else(|| Fault::new(TroubleKind::TooLarge))?;
        Ok(Column(ColumnSpec::new(&column, Kind::Code { digits: Some(digits) })))
    })
    .uses(&[Use::Any, Use::Any], Gives::Spec(0));
    v.word(
        "選択の列",
        &["選択の列(\"名\", [\"男性\", \"女性\"])"],
        "決まった選択肢のどれかが書かれた列。",
        "A column of choices.",
    )
    .example("表を読む(f, [選択の列(\"保健所\", [\"津\", \"四日市\", \"伊勢\"])]).行数", "4")
    .form(|column: ImmutableString, choices: Dynamic| -> Said<Column> {
        Ok(Column(ColumnSpec::new(&column, Kind::Choice(options::texts(&choices)?))))
    })
    .uses(&[Use::Any, Use::Any], Gives::Spec(0));
}

const EXAMPLES: [(&str, &str); 10] = [
    ("文字の列", "表を読む(f, [文字の列(\"保健所\")]).行数"),
    ("整数の列", "表を読む(f, [整数の列(\"検査数\")]).行数"),
    ("小数の列", "表を読む(f, [小数の列(\"検査数\")]).行数"),
    ("金額の列", "表を読む(f, [金額の列(\"検査数\")]).行数"),
    ("日付の列", "表を読む(f, [日付の列(\"検査日\")]).行数"),
    ("年月の列", "表を読む(f, [年月の列(\"検査日\").合わない時(\"空欄\")]).行数"),
    ("時間の列", "表を読む(f, [文字の列(\"保健所\"), 時間の列(\"備考\").空欄可().合わない時(\"空欄\")]).行数"),
    ("日時の列", "表を読む(f, [日時の列(\"検査日\").合わない時(\"空欄\")]).行数"),
    ("はいいいえの列", "表を読む(f, [文字の列(\"保健所\"), はいいいえの列(\"備考\").空欄可().合わない時(\"空欄\")]).行数"),
    ("何でも列", "表を読む(f, [文字の列(\"保健所\"), 何でも列(\"備考\").空欄可()]).行数"),
];

fn modifiers(v: &mut Vocabulary) {
    v.word("別名", &["文字の列(\"名\").別名([\"氏名\"])"], "同じ意味の、ほかの見出し。", "Other labels that mean the same.")
        .example("表を読む(f, [整数の列(\"件数\").別名([\"検査数\"])]).合計(\"件数\")", "100")
        .form(|column: &mut Column, labels: Dynamic| -> Said<Column> {
            let mut changed = column.clone();
            changed.0.aliases.extend(options::texts(&labels)?);
            Ok(changed)
        })
        .uses(&[Use::Any, Use::Any], Gives::Itself);
    v.word(
        "省略可",
        &["文字の列(\"名\").省略可()"],
        "列がなくてもよい（そのとき全部空欄）。",
        "The column may be missing; then it is all blank.",
    )
    .example("空か(表を読む(f, [文字の列(\"保健所\"), 文字の列(\"担当\").省略可()]).行(0).担当)", "TRUE")
    .form(|column: &mut Column| {
        let mut changed = column.clone();
        changed.0.optional = true;
        changed.0.blank = true;
        changed
    })
    .uses(&[Use::Any], Gives::Itself);
    v.word("空欄可", &["文字の列(\"名\").空欄可()"], "空欄があってもよい。", "Cells may be blank.")
        .example("表を読む(f, [文字の列(\"保健所\"), 文字の列(\"備考\").空欄可()]).行数", "4")
        .form(|column: &mut Column| {
            let mut changed = column.clone();
            changed.0.blank = true;
            changed
        })
        .uses(&[Use::Any], Gives::Itself);
    v.word(
        "範囲",
        &["整数の列(\"名\").範囲(0, 100)"],
        "許される最小と最大。片方は () でもよい。",
        "The smallest and largest value allowed; either may be ().",
    )
    .example("表を読む(f, [整数の列(\"検査数\").範囲(0, 99)]).行数", "4")
    .form(|column: &mut Column, low: Dynamic, high: Dynamic| -> Said<Column> {
        let mut changed = column.clone();
        changed.0.low = bound(&low)?;
        changed.0.high = bound(&high)?;
        Ok(changed)
    })
    .uses(&[Use::Any, Use::Any, Use::Any], Gives::Itself);
    v.word(
        "年度",
        &["日付の列(\"名\").年度(2022)", "d.年度"],
        "年のない日付（4月1日）を読む年度。日付では、その日の年度。",
        "The fiscal year for dates without a year. Of a date: its fiscal year.",
    )
    .example("表を読む(f, [日付の列(\"検査日\").年度(2022)]).行数", "4")
    .form(|column: &mut Column, year: i64| -> Said<Column> {
        let mut changed = column.clone();
        changed.0.fiscal_year = Some(i32::try_from(year).map_err(|_| Fault::new(TroubleKind::TooLarge))?);
        Ok(changed)
    })
    .uses(&[Use::Any, Use::Any], Gives::Itself);
    v.word(
        "合わない時",
        &["整数の列(\"名\").合わない時(\"除外\")"],
        "値が合わないとき：\"差戻し\"、\"除外\"（その行を除く）、\"空欄\"（空欄として使う）。",
        "What happens to a value that does not fit: return, exclude the row, or blank.",
    )
    .example("表を読む(f, [文字の列(\"保健所\"), 整数の列(\"備考\").空欄可().合わない時(\"除外\")]).行数", "3")
    .form(|column: &mut Column, what: ImmutableString| -> Said<Column> {
        let mut changed = column.clone();
        changed.0.misfit = Some(options::pick(&what, &MISFITS)?);
        Ok(changed)
    })
    .uses(&[Use::Any, Use::OneOf(&MISFIT_WORDS)], Gives::Itself);
}

fn bound(value: &Dynamic) -> Said<Option<Decimal>> {
    if value.is_unit() {
        return Ok(None);
    }
    match Number::of(value) {
        Some(number) => Ok(Some(number.decimal())),
        None => Err(Fault::wrong_type(&[value]).into()),
    }
}

/// The words themselves are in handle.rs: a column of that name goes before them.
fn origin_of_rows(v: &mut Vocabulary) {
    v.word(
        "ファイル名",
        &["r.ファイル名"],
        "行が読まれたファイルのパス。同じ名前の列があれば、その値。",
        "The file a row was read from, unless there is a column of that name.",
    )
    .example("表.行(0).ファイル名", "検査.csv");
    v.word(
        "シート名",
        &["r.シート名"],
        "行が読まれたシートの名前。CSVでは空欄。",
        "The sheet a row was read from; blank for CSV.",
    )
    .example("空か(表.行(0).シート名)", "TRUE");
    v.word(
        "行番号",
        &["r.行番号"],
        "行の番号（Excelに表示される番号）。計算した行では空欄。",
        "The number of the row as Excel shows it; blank for a row that was computed.",
    )
    .example("表.行(0).行番号", "2");
}
