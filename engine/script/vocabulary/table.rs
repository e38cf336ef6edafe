//! 表: what can be done with tables. Every verb gives a new table.

use std::rc::Rc;

use book::{AggregateKind, Data, JoinKind, Keep, Origin, Severity, SortKey, Value, VerbError};
use rhai::{Array, Dynamic, FnPtr, ImmutableString, Map, NativeCallContext};
use rustc_hash::FxHashMap;

use super::Vocabulary;
use super::finding::{Remark, SEVERITIES, SEVERITY_WORDS, say_row};
use crate::ValueKind;
use crate::closure::PerRow;
use crate::columns::{Gives, Use};
use crate::error::TroubleKind;
use crate::fault::{Fault, Said};
use crate::handle::{Aggregate, Order, Row, Table};
use crate::options::{self, Known, Takes};
use crate::outcome::{Exclusion, LimitKind};
use crate::session::Session;

/// A verb's error as the script's.
pub(super) fn verb<T>(result: Result<T, VerbError>) -> Said<T> {
    result.map_err(|error| {
        match error {
            VerbError::NoColumn { wanted, near, have } => Fault::about(&wanted, TroubleKind::NoColumn { near, have }),
            VerbError::NotNumeric { column, place, value } => {
                Fault::new(TroubleKind::ColumnHoldsNoNumber { column, place, private: value })
            }
            VerbError::NotADate { column, place, value } => {
                Fault::new(TroubleKind::ColumnHoldsNoDate { column, place, private: value })
            }
            VerbError::NameTaken { name } => Fault::about(&name, TroubleKind::ColumnTwice { name: name.clone() }),
            VerbError::TooLarge { .. } => Fault::new(TroubleKind::TooLarge),
            VerbError::Nothing => Fault::new(TroubleKind::NoColumnsGiven),
            other @ VerbError::Length { .. } => Fault::new(TroubleKind::Refused { detail: other.to_string() }),
        }
        .into()
    })
}

fn made(result: Result<book::Table, VerbError>) -> Said<Table> {
    verb(result).map(Table::new)
}

fn names(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

/// `["住民番号=番号", "年"]`: the key columns here and there.
fn keys(list: &Dynamic) -> Said<Vec<(String, String)>> {
    let texts = options::texts(list)?;
    Ok(texts
        .into_iter()
        .map(|text| match text.split_once('=') {
            Some((here, there)) => (here.trim().to_owned(), there.trim().to_owned()),
            None => (text.clone(), text),
        })
        .collect())
}

fn pairs(keys: &[(String, String)]) -> Vec<(&str, &str)> {
    keys.iter().map(|(here, there)| (here.as_str(), there.as_str())).collect()
}

/// The origins of some rows.
fn origins(table: &book::Table, rows: &[u32]) -> Vec<Origin> {
    rows.iter().map(|row| table.origins()[*row as usize]).collect()
}

pub(super) fn register(v: &mut Vocabulary) {
    v.family("表", "table");
    looking(v);
    rows(v);
    columns(v);
    grouping(v);
    whole_columns(v);
    joining(v);
    ordering(v);
    making(v);
}

fn looking(v: &mut Vocabulary) {
    v.word("行数", &["表.行数"], "表の行の数。", "How many rows the table has.")
        .example("表.行数", "4")
        .property(|table: &mut Table| Ok(table.table().len() as i64))
        .uses(&[Use::Table], Gives::Value);
    v.word("列名", &["表.列名"], "表の列の名前の配列。", "The names of the columns, as an array.")
        .example("つなげる(表.列名, \"、\")", "保健所、検査日、検査数、陽性数、備考")
        .property(|table: &mut Table| {
            let names = table.table().columns().iter().map(|column| Dynamic::from(ImmutableString::from(&*column.name)));
            Ok(names.collect::<Array>())
        })
        .uses(&[Use::Table], Gives::Value);
    v.word("行", &["表.行(番号)"], "番号の行（最初の行は 0）。", "The row of a number; the first is 0.")
        .example("表.行(1).保健所", "四日市")
        .form(|table: &mut Table, row: i64| -> Said<Row> {
            let length = table.table().len();
            match usize::try_from(row) {
                Ok(at) if at < length => Ok(Row { frame: Rc::clone(&table.0), row: at as u32 }),
                _ => Err(Fault::new(TroubleKind::OutOfRange { length, index: row }).into()),
            }
        })
        .uses(&[Use::Table, Use::Any], Gives::Row);
    v.word(
        "探す",
        &["表.探す(\"キーの列\", 値)", "入力.探す(パス)"],
        "キーの列がその値である最初の行。なければ空欄。",
        "The first row with that value in the key column, else blank.",
    )
    .example("表.探す(\"保健所\", \"伊勢\").検査数", "30")
    .acting(|session| {
        let last: std::cell::RefCell<Option<(u64, ImmutableString, book::Index)>> = std::cell::RefCell::default();
        move |table: &mut Table, column: ImmutableString, wanted: Dynamic| -> Said<Dynamic> {
            let wanted = session.value(&wanted)?;
            let mut last = last.borrow_mut();
            if !last.as_ref().is_some_and(|(number, name, _)| *number == table.0.number && *name == column) {
                *last = Some((table.0.number, column.clone(), verb(table.table().index(&column))?));
            }
            let row = last.as_ref().and_then(|(_, _, index)| index.find(wanted));
            Ok(row.map_or(Dynamic::UNIT, |row| Dynamic::from(Row { frame: Rc::clone(&table.0), row: row as u32 })))
        }
    })
    .uses(&[Use::Table, Use::Columns, Use::Any], Gives::Row);
}

fn rows(v: &mut Vocabulary) {
    v.word(
        "絞り込む",
        &["表.絞り込む(|r| 条件)"],
        "条件に合う行だけの表。ほかの行は見ないだけで、除外したことにはならない。",
        "Only the rows that fit. The others are out of view, not excluded.",
    )
    .example("表.絞り込む(|r| r.陽性数 > 1).行数", "2")
    .acting(|session| {
        move |context: NativeCallContext, table: &mut Table, condition: FnPtr| -> Said<Table> {
            let mut fits = PerRow::new(&session, &context, &condition, table)?;
            let kept = table.table().filter(|row| fits.holds(row as u32))?;
            Ok(Table::new(kept))
        }
    })
    .uses(&[Use::Table, Use::EachRow], Gives::Same);
    v.word(
        "件数",
        &["表.件数(|r| 条件)", "件数(\"名\")"],
        "条件に合う行の数。集計の中では、組ごとの行の数。",
        "How many rows fit; within 集計, the rows of each group.",
    )
    .example("表.件数(|r| 空か(r.備考))", "3")
    .acting(|session| {
        move |context: NativeCallContext, table: &mut Table, condition: FnPtr| -> Said<i64> {
            let mut fits = PerRow::new(&session, &context, &condition, table)?;
            let mut count = 0;
            for row in 0..table.table().len() as u32 {
                count += i64::from(fits.holds(row)?);
            }
            Ok(count)
        }
    })
    .uses(&[Use::Table, Use::EachRow], Gives::Value)
    .form(|| Aggregate(book::Aggregate { kind: AggregateKind::Count, column: None, name: "件数".to_owned() }))
    .uses(&[], Gives::Count(None))
    .form(|name: ImmutableString| Aggregate(book::Aggregate { kind: AggregateKind::Count, column: None, name: name.to_string() }))
    .uses(&[Use::New], Gives::Count(Some(0)));
    v.word(
        "除外",
        &["表.除外(|r| 条件, \"理由\")", "表.除外(|r| 条件, \"理由\", #{重要度: \"注意\", 対処: \"…\"})"],
        "条件に合う行を、理由とともに除く。読んだ行の数と合うように数えられる。",
        "Leaves out the rows that fit, for a reason that is counted.",
    )
    .example("表.除外(|r| r.備考 == \"再送\", \"再送の古い方\").行数", "3")
    .acting(|session| {
        move |context: NativeCallContext, table: &mut Table, condition: FnPtr, reason: ImmutableString| {
            exclude(&session, &context, table, &condition, &reason, None)
        }
    })
    .uses(&[Use::Table, Use::EachRow, Use::Any], Gives::Settled)
    .acting(|session| {
        move |context: NativeCallContext, table: &mut Table, condition: FnPtr, reason: ImmutableString, said: Map| {
            exclude(&session, &context, table, &condition, &reason, Some(&said))
        }
    })
    .uses(&[Use::Table, Use::EachRow, Use::Any, Use::Options(EXCLUDE)], Gives::Settled);
    v.word(
        "使用",
        &["表.使用()"],
        "この表の行を結果に使うと言う。読んだ行は、使用か除外のどちらかでなければならない。",
        "Says that these rows go into the result. Every row read is either used or excluded.",
    )
    .example("表.使用().行数", "4")
    .acting(|session| {
        move |table: &mut Table| -> Table {
            session.ledger.borrow_mut().used(table.table().origins());
            table.clone()
        }
    })
    .uses(&[Use::Table], Gives::Settled);
    v.word(
        "重複除去",
        &["表.重複除去([\"キー\"])", "表.重複除去([\"キー\"], \"最後\")", "表.重複除去([\"キー\"], \"最後\", \"理由\")"],
        "キーが同じ行を一つにする（最初か最後）。理由を書くと、除いた行は除外として数えられる。",
        "One row for each key, the first or the last. With a reason the others count as excluded.",
    )
    .example("表.重複除去([\"検査日\"]).行数", "2")
    .form(|table: &mut Table, by: Dynamic| unique(table, &by, "最初").map(|(table, _)| table))
    .uses(&[Use::Table, Use::Columns], Gives::Same)
    .form(|table: &mut Table, by: Dynamic, keep: ImmutableString| unique(table, &by, &keep).map(|(table, _)| table))
    .uses(&[Use::Table, Use::Columns, Use::OneOf(&KEEP_WORDS)], Gives::Same)
    .acting(|session| {
        move |table: &mut Table, by: Dynamic, keep: ImmutableString, reason: ImmutableString| -> Said<Table> {
            let (kept, dropped) = unique(table, &by, &keep)?;
            session.ledger.borrow_mut().excluded(&dropped, Exclusion::Said(reason.to_string()));
            Ok(kept)
        }
    })
    .uses(&[Use::Table, Use::Columns, Use::OneOf(&KEEP_WORDS), Use::Any], Gives::Settled);
    v.word(
        "重複",
        &["表.重複([\"キー\"])"],
        "キーが2回以上ある行（最初の行も）。",
        "The rows whose key stands more than once, the first of them too.",
    )
    .example("表.重複([\"検査日\"]).行数", "4")
    .form(|table: &mut Table, by: Dynamic| {
        let by = options::texts(&by)?;
        made(table.table().duplicates(&names(&by)))
    })
    .uses(&[Use::Table, Use::Columns], Gives::Same);
}

const KEEPS: [(&str, Keep); 2] = [("最初", Keep::First), ("最後", Keep::Last)];
const KEEP_WORDS: [&str; 2] = options::words(&KEEPS);

/// What may be said of rows that are left out.
const EXCLUDE: &[Known] =
    &[options::one_of("重要度", &SEVERITY_WORDS), options::any("対処"), Known { name: "列", takes: Takes::Columns }];

fn unique(table: &Table, by: &Dynamic, keep: &str) -> Said<(Table, Vec<Origin>)> {
    let by = options::texts(by)?;
    let keep = options::pick(keep, &KEEPS)?;
    let unique = verb(table.table().unique(&names(&by), keep))?;
    let dropped: Vec<u32> = unique.dropped.iter().map(|duplicate| duplicate.row).collect();
    Ok((Table::new(unique.table), origins(table.table(), &dropped)))
}

fn exclude(
    session: &Rc<Session>,
    context: &NativeCallContext,
    table: &Table,
    condition: &FnPtr,
    reason: &str,
    said: Option<&Map>,
) -> Said<Table> {
    let mut fits = PerRow::new(session, context, condition, table)?;
    let mut out = Vec::new();
    let mut kept = Vec::new();
    for row in 0..table.table().len() as u32 {
        if fits.holds(row)? { out.push(row) } else { kept.push(row) }
    }
    session.ledger.borrow_mut().excluded(&origins(table.table(), &out), Exclusion::Said(reason.to_owned()));
    if let Some(said) = said {
        options::check(said, EXCLUDE)?;
        let severity = options::choice(said, "重要度", &SEVERITIES)?.unwrap_or(Severity::Warning);
        let remedy = options::text(said, "対処")?.unwrap_or_default();
        let column = options::text(said, "列")?;
        let remark = Remark::new(severity, reason, &remedy).skipped();
        for row in &out {
            let row = Row { frame: Rc::clone(&table.0), row: *row };
            say_row(session, &row, column.as_deref(), &remark)?;
        }
    }
    Ok(if out.is_empty() { table.clone() } else { Table::new(table.table().take(&kept)) })
}

fn columns(v: &mut Vocabulary) {
    v.word(
        "列を足す",
        &["表.列を足す(\"名\", |r| 式)"],
        "行ごとに計算した列を足す。同じ名前の列があれば置き換える。",
        "Adds a column calculated row by row; one of the same name is replaced.",
    )
    .example("表.列を足す(\"率\", |r| r.陽性数 / r.検査数).行(0).率", "0.1")
    .acting(|session| {
        move |context: NativeCallContext, table: &mut Table, name: ImmutableString, formula: FnPtr| -> Said<Table> {
            let mut formula = PerRow::new(&session, &context, &formula, table)?;
            let mut trouble = None;
            let mut known = Moments::of(&formula, table);
            let mut value = |row: u32| known.get(row, || formula.value(row));
            let data =
                Data::of((0..table.table().len() as u32).map_while(|row| value(row).map_err(|error| trouble = Some(error)).ok()));
            match trouble {
                Some(error) => Err(error),
                None => made(table.table().with(&name, data)),
            }
        }
    })
    .uses(&[Use::Table, Use::New, Use::EachRow], Gives::With(1));
    v.word("列を選ぶ", &["表.列を選ぶ([\"列\"])"], "この列だけを、この順に並べた表。", "Only these columns, in this order.")
        .example("表.列を選ぶ([\"検査数\", \"保健所\"]).列名.len()", "2")
        .form(|table: &mut Table, list: Dynamic| {
            let list = options::texts(&list)?;
            made(table.table().select(&names(&list)))
        })
        .uses(&[Use::Table, Use::Columns], Gives::Only(1));
    v.word("列を外す", &["表.列を外す([\"列\"])"], "この列を除いた表。", "The table without these columns.")
        .example("表.列を外す(\"備考\").列名.len()", "4")
        .form(|table: &mut Table, list: Dynamic| {
            let list = options::texts(&list)?;
            made(table.table().without(&names(&list)))
        })
        .uses(&[Use::Table, Use::Columns], Gives::Without(1));
    v.word("列名を変える", &["表.列名を変える(\"旧\", \"新\")"], "列の名前を変える。", "Gives a column another name.")
        .example("表.列名を変える(\"検査数\", \"人数\").行(0).人数", "10")
        .form(|table: &mut Table, old: ImmutableString, new: ImmutableString| made(table.table().rename(&old, &new)))
        .uses(&[Use::Table, Use::Columns, Use::New], Gives::Renamed(1, 2));
    v.word(
        "書式",
        &["表.書式(\"列\", \"0.0%\")"],
        "列の書式（Excelの書き方）を決める。",
        "Sets a column's number format, as Excel writes it.",
    )
    .example("表.書式(\"検査数\", \"#,##0\").行数", "4")
    .form(|table: &mut Table, name: ImmutableString, format: ImmutableString| made(table.table().with_format(&name, &format)))
    .uses(&[Use::Table, Use::Columns, Use::Any], Gives::Same);
    v.word(
        "空欄を上で埋める",
        &["表.空欄を上で埋める(\"列\")"],
        "空欄を上の値で埋める（結合セルの見出しなど。数には使わない）。",
        "Fills blanks with the value above: for labels, never for numbers.",
    )
    .example("表.空欄を上で埋める(\"備考\").行(3).備考", "再送")
    .form(|table: &mut Table, name: ImmutableString| made(table.table().fill_down(&name)))
    .uses(&[Use::Table, Use::Columns], Gives::Same);
    v.word(
        "縦に並べる",
        &["表.縦に並べる([\"残す列\"], \"項目\", \"値\")"],
        "横に並んだ列を縦にする。残す列のほかは、名前が「項目」、値が「値」の列に入る。",
        "Turns columns into rows.",
    )
    .example("表.列を選ぶ([\"保健所\", \"検査数\", \"陽性数\"]).縦に並べる([\"保健所\"], \"項目\", \"値\").行数", "8")
    .form(|table: &mut Table, keep: Dynamic, name: ImmutableString, value: ImmutableString| {
        let keep = options::texts(&keep)?;
        made(table.table().unpivot(&names(&keep), &name, &value))
    })
    .uses(&[Use::Table, Use::Columns, Use::New, Use::New], Gives::Long(1, 2, 3));
}

fn aggregate_word(
    v: &mut Vocabulary,
    name: &'static str,
    forms: &'static [&'static str],
    says: (&'static str, &'static str),
    shows: (&'static str, &'static str),
    kind: AggregateKind,
) {
    v.word(name, forms, says.0, says.1)
        .example(shows.0, shows.1)
        .form(move |column: ImmutableString| {
            Aggregate(book::Aggregate { kind, column: Some(column.to_string()), name: column.to_string() })
        })
        .uses(&[Use::Any], Gives::Aggregate(0))
        .acting(move |session| {
            move |table: &mut Table, column: ImmutableString| -> Said<Dynamic> {
                Ok(session.dynamic(verb(table.table().aggregate(kind, &column))?))
            }
        })
        .uses(&[Use::Table, Use::Columns], Gives::Value);
}

fn grouping(v: &mut Vocabulary) {
    aggregate_word(
        v,
        "合計",
        &["合計(\"列\")", "表.合計(\"列\")"],
        ("合計。空欄は数えず、全部が空欄なら空欄。", "The sum; blanks do not count, and only blanks give a blank."),
        ("表.合計(\"検査数\")", "100"),
        AggregateKind::Sum,
    );
    aggregate_word(
        v,
        "平均",
        &["平均(\"列\")", "表.平均(\"列\")"],
        ("平均。空欄は数えない。", "The mean of the values that are there."),
        ("表.平均(\"検査数\")", "25"),
        AggregateKind::Mean,
    );
    aggregate_word(
        v,
        "最大",
        &["最大(\"列\")", "表.最大(\"列\")"],
        ("いちばん大きい値。", "The largest value."),
        ("表.最大(\"検査数\")", "40"),
        AggregateKind::Max,
    );
    aggregate_word(
        v,
        "最小",
        &["最小(\"列\")", "表.最小(\"列\")"],
        ("いちばん小さい値。", "The smallest value."),
        ("表.最小(\"検査数\")", "10"),
        AggregateKind::Min,
    );
    aggregate_word(
        v,
        "標準偏差",
        &["標準偏差(\"列\")", "表.標準偏差(\"列\")"],
        ("母標準偏差（ExcelのSTDEV.P）。", "The standard deviation of the population (STDEV.P)."),
        ("四捨五入(表.標準偏差(\"検査数\"), 3)", "11.18"),
        AggregateKind::StandardDeviation,
    );
    aggregate_word(
        v,
        "中央値",
        &["中央値(\"列\")", "表.中央値(\"列\")"],
        ("中央値。", "The median."),
        ("表.中央値(\"検査数\")", "25"),
        AggregateKind::Median,
    );
    aggregate_word(
        v,
        "種類数",
        &["種類数(\"列\")", "表.種類数(\"列\")"],
        ("異なる値の数。空欄は数えない。", "How many different values there are."),
        ("表.種類数(\"検査日\")", "2"),
        AggregateKind::Distinct,
    );
    aggregate_word(
        v,
        "最初",
        &["最初(\"列\")", "表.最初(\"列\")"],
        ("最初の空欄でない値。", "The first value that is not blank."),
        ("表.最初(\"備考\")", "再送"),
        AggregateKind::First,
    );
    aggregate_word(
        v,
        "最後",
        &["最後(\"列\")", "表.最後(\"列\")"],
        ("最後の空欄でない値。", "The last value that is not blank."),
        ("表.最後(\"保健所\")", "津"),
        AggregateKind::Last,
    );
    v.word(
        "名前",
        &["合計(\"列\").名前(\"新しい列\")", "f.名前"],
        "集計した列の名前を決める。ファイルでは、ファイルの名前。",
        "Names an aggregate's column. Of a file: its name.",
    )
    .example("表.集計([\"検査日\"], [合計(\"検査数\").名前(\"計\")]).行(0).計", "30")
    .form(|aggregate: &mut Aggregate, name: ImmutableString| {
        let mut named = aggregate.clone();
        named.0.name = name.to_string();
        named
    })
    .uses(&[Use::Any, Use::New], Gives::Named(1));
    v.word(
        "集計",
        &["表.集計([\"キー\"], [合計(\"列\"), 件数(\"名\")])"],
        "キーが同じ行をまとめて計算する。最初に出た順に並ぶ。",
        "One row for each key, with what is calculated for it, in order of first appearance.",
    )
    .example("表.集計([\"検査日\"], [合計(\"陽性数\"), 件数(\"報告数\")]).行(1).陽性数", "7")
    .form(|table: &mut Table, by: Dynamic, wanted: Dynamic| {
        let by = options::texts(&by)?;
        let wanted: Vec<Aggregate> = options::list(&wanted, ValueKind::Aggregate)?;
        let wanted: Vec<book::Aggregate> = wanted.into_iter().map(|aggregate| aggregate.0).collect();
        made(table.table().group(&names(&by), &wanted))
    })
    .uses(&[Use::Table, Use::Columns, Use::Aggregates], Gives::Grouped(1, 2));
    v.word(
        "横に並べる",
        &["表.横に並べる(\"行の列\", \"列の列\", 合計(\"値\"))"],
        "縦に並んだ値を横に並べる（クロス集計）。行の列は配列でもよい。",
        "A cross table: one column for each value of the second column.",
    )
    .example("表.横に並べる(\"保健所\", \"検査日\", 合計(\"検査数\")).列名.len()", "3")
    .form(|table: &mut Table, rows: Dynamic, across: ImmutableString, aggregate: Aggregate| {
        let rows = options::texts(&rows)?;
        made(table.table().pivot(&names(&rows), &across, &aggregate.0))
    })
    .uses(&[Use::Table, Use::Columns, Use::Columns, Use::Aggregates], Gives::Crossed(1));
}

fn whole_columns(v: &mut Vocabulary) {
    v.word("値の一覧", &["表.値の一覧(\"列\")"], "列の値を全部、行の順に並べた配列。", "All values of a column, as an array.")
        .example("表.値の一覧(\"検査数\").len()", "4")
        .acting(|session| {
            move |table: &mut Table, column: ImmutableString| -> Said<Array> {
                let at = table.position(&column)?;
                Ok((0..table.table().len()).map(|row| session.dynamic(table.table().value(row, at))).collect())
            }
        })
        .uses(&[Use::Table, Use::Columns], Gives::Value);
    v.word(
        "種類",
        &["表.種類(\"列\")"],
        "列の異なる値を、最初に出た順に並べた配列。空欄は入らない。",
        "The different values of a column in order of first appearance.",
    )
    .example("つなげる(表.種類(\"保健所\"), \"・\")", "津・四日市・伊勢")
    .acting(|session| {
        move |table: &mut Table, column: ImmutableString| -> Said<Array> {
            Ok(verb(table.table().distinct(&column))?.into_iter().map(|value| session.dynamic(value)).collect())
        }
    })
    .uses(&[Use::Table, Use::Columns], Gives::Value);
    v.word(
        "移動平均",
        &["表.移動平均(\"列\", \"日付の列\", 7, [\"グループ\"], \"名\")"],
        "その日と前の日々の平均。「名日数」の列に、値のあった日の数が入る。",
        "The mean of a day and the days before it; a second column 名日数 says how many days had a value.",
    )
    .example("表.移動平均(\"検査数\", \"検査日\", 7, [], \"平均\").行(0).平均日数 > 0", "TRUE")
    .form(|table: &mut Table, value: ImmutableString, date: ImmutableString, days: i64, by: Dynamic, name: ImmutableString| {
        let by = options::texts(&by)?;
        let days = u32::try_from(days).map_err(|_| Fault::new(TroubleKind::TooLarge))?;
        made(table.table().window_mean(&value, &date, days, &names(&by), &name))
    })
    .uses(&[Use::Table, Use::Columns, Use::Columns, Use::Any, Use::Columns, Use::New], Gives::WithDays(5));
    v.word(
        "前の値",
        &["表.前の値(\"列\", [\"グループ\"], \"名\")"],
        "同じグループの一つ前の行の値。",
        "The value of the row before in the same group.",
    )
    .example("表.前の値(\"検査数\", [\"保健所\"], \"前\").行(3).前", "10")
    .form(|table: &mut Table, column: ImmutableString, by: Dynamic, name: ImmutableString| {
        let by = options::texts(&by)?;
        made(table.table().lag(&column, &names(&by), &name))
    })
    .uses(&[Use::Table, Use::Columns, Use::Columns, Use::New], Gives::With(3));
}

fn joining(v: &mut Vocabulary) {
    v.word("結合", &["表.結合(他, [\"キー\"])", "表.結合(他, [\"住民番号=番号\"], #{残す: \"両方\"})"], "他の表の列を、キーの同じ行の横に付ける。他の表のキーは一度だけ現れること（二度あれば指摘になる）。残す：\"左\"（既定）は相手のない行も、\"両方\"は相手のある行だけ。", "Puts the other table's columns beside the rows with the same key, which must be unique there.")
        .example("let 人口 = 表を作る([\"保健所\", \"人口\"], [[\"津\", 27], [\"伊勢\", 12]]);\n表.結合(人口, [\"保健所\"], #{残す: \"両方\"}).行数", "3")
        .acting(|session| move |table: &mut Table, other: Table, by: Dynamic| join(&session, table, &other, &by, &Map::new()))
        .uses(&[Use::Table, Use::Other, Use::Keys(1)], Gives::Joined { other: 1, keys: 2, how: None })
        .acting(|session| move |table: &mut Table, other: Table, by: Dynamic, how: Map| join(&session, table, &other, &by, &how))
        .uses(
            &[Use::Table, Use::Other, Use::Keys(1), Use::Options(JOIN)],
            Gives::Joined { other: 1, keys: 2, how: Some(3) },
        );
    v.word(
        "相手なし",
        &["表.相手なし(他, [\"キー\"])"],
        "他の表に同じキーのない行。",
        "The rows whose key does not stand in the other table.",
    )
    .example("表.相手なし(表.絞り込む(|r| r.保健所 == \"津\"), [\"保健所\"]).行数", "2")
    .form(|table: &mut Table, other: Table, by: Dynamic| {
        let by = keys(&by)?;
        made(table.table().without_partner(other.table(), &pairs(&by)))
    })
    .uses(&[Use::Table, Use::Other, Use::Keys(1)], Gives::Same);
    v.word(
        "表をつなぐ",
        &["表をつなぐ([表1, 表2])"],
        "表を縦につなぐ。列は名前で合わせ、ない列は空欄になる。",
        "Tables one below another; columns are matched by name, missing ones are blank.",
    )
    .example("表をつなぐ([表, 表]).行数", "8")
    .acting(|session| {
        move |tables: Array| -> Said<Table> {
            let tables: Vec<Table> = options::list(&tables.into(), ValueKind::Table)?;
            let tables: Vec<book::Table> = tables.iter().map(|table| table.table().clone()).collect();
            made(book::Table::concat(&session.shelf, &tables))
        }
    })
    .uses(&[Use::Tables], Gives::Stacked(0));
}

const JOINS: [(&str, JoinKind); 2] = [("左", JoinKind::Left), ("両方", JoinKind::Inner)];
const JOIN_WORDS: [&str; 2] = options::words(&JOINS);
const JOIN: &[Known] = &[options::one_of("残す", &JOIN_WORDS), options::any("名")];

fn join(session: &Session, table: &Table, other: &Table, by: &Dynamic, how: &Map) -> Said<Table> {
    options::check(how, JOIN)?;
    let kind = options::choice(how, "残す", &JOINS)?.unwrap_or(JoinKind::Left);
    let suffix = options::text(how, "名")?.unwrap_or_else(|| "2".to_owned());
    let by = keys(by)?;
    let joined = verb(table.table().join(other.table(), &pairs(&by), kind, &suffix))?;
    let right: Vec<&str> = by.iter().map(|(_, right)| right.as_str()).collect();
    for duplicate in joined.duplicates_right {
        session.find_once(verb(other.table().duplicate_finding(duplicate, &right, Severity::Error, book::Fate::Stopped))?);
    }
    Ok(Table::new(joined.table))
}

fn ordering(v: &mut Vocabulary) {
    v.word(
        "並べ替え",
        &["表.並べ替え(\"列\")", "表.並べ替え([\"列\", 降順(\"列2\")])"],
        "列の順に並べ替える（文字は日本語の順、空欄は最後）。同じ値の行は元の順のまま。",
        "Sorts by columns: texts in Japanese order, blanks last, equals as they were.",
    )
    .example("表.並べ替え(降順(\"検査数\")).行(0).検査数", "40")
    .form(|table: &mut Table, by: Dynamic| made(table.table().sort(&orders(&by)?)))
    .uses(&[Use::Table, Use::Orders], Gives::Same);
    v.word("降順", &["降順(\"列\")"], "大きい順。並べ替えと順位の中で使う。", "From the largest down, for 並べ替え and 順位.")
        .example("表.並べ替え([\"検査日\", 降順(\"検査数\")]).行(0).検査数", "20")
        .form(|column: ImmutableString| Order { column, descending: true })
        .uses(&[Use::Any], Gives::Order(0));
    v.word("昇順", &["昇順(\"列\")"], "小さい順。並べ替えと順位の中で使う。", "From the smallest up, for 並べ替え and 順位.")
        .example("表.並べ替え(昇順(\"検査数\")).行(0).検査数", "10")
        .form(|column: ImmutableString| Order { column, descending: false })
        .uses(&[Use::Any], Gives::Order(0));
    v.word(
        "順位",
        &["表.順位(降順(\"得点\"), \"順位\")", "表.順位(降順(\"得点\"), \"順位\", [\"グループ\"])"],
        "順位の列を足す。同じ値は同じ順位で、次は飛ぶ（1、2、2、4）。空欄には付かない。",
        "Adds a rank: equals share it and the next is skipped. Blanks get none.",
    )
    .example("表.順位(降順(\"検査数\"), \"順位\").行(0).順位", "4")
    .form(|table: &mut Table, by: Dynamic, name: ImmutableString| match &orders(&by)?[..] {
        [only] => made(table.table().rank(only, &name)),
        _ => Err(Fault::new(TroubleKind::NoColumnsGiven).into()),
    })
    .uses(&[Use::Table, Use::Orders, Use::New], Gives::With(2))
    .form(|table: &mut Table, by: Dynamic, name: ImmutableString, groups: Dynamic| match &orders(&by)?[..] {
        [only] => rank_within(table, only, &name, &options::texts(&groups)?),
        _ => Err(Fault::new(TroubleKind::NoColumnsGiven).into()),
    })
    .uses(&[Use::Table, Use::Orders, Use::New, Use::Columns], Gives::With(2));
}

/// What a formula made of each day or time of the column that it looks at: a million rows have a few hundred days.
struct Moments<'t> {
    column: Option<&'t book::Column>,
    known: FxHashMap<(u8, i64), Value>,
}

/// So many days and times are remembered.
const REMEMBERED: usize = 10_000;

impl<'t> Moments<'t> {
    fn of(formula: &PerRow<'_>, table: &'t Table) -> Moments<'t> {
        let named = |name: &str| table.table().columns().iter().find(|column| *column.name == *name).map(|column| &**column);
        Moments { column: formula.only_column().and_then(named), known: FxHashMap::default() }
    }

    fn get(&mut self, row: u32, make: impl FnOnce() -> Said<Value>) -> Said<Value> {
        // Days and times have properties, and no property of theirs does anything. A blank is told by its place.
        let key = match self.column.map(|column| column.get(row as usize)) {
            Some(Value::Date(day)) => (0, i64::from(day.0)),
            Some(Value::Time(ms)) => (1, i64::from(ms)),
            Some(Value::DateTime(ms)) => (2, ms),
            Some(Value::Duration(ms)) => (3, ms),
            _ => return make(),
        };
        if let Some(value) = self.known.get(&key) {
            return Ok(*value);
        }
        let value = make()?;
        if self.known.len() < REMEMBERED {
            self.known.insert(key, value);
        }
        Ok(value)
    }
}

fn orders(by: &Dynamic) -> Said<Vec<SortKey>> {
    let one = |value: &Dynamic| match value.read_lock::<Order>() {
        Some(order) if order.descending => Ok(SortKey::descending(&order.column)),
        Some(order) => Ok(SortKey::ascending(&order.column)),
        None => options::as_text(value).map(|column| SortKey::ascending(&column)),
    };
    match by.as_array_ref() {
        Ok(list) => list.iter().map(one).collect(),
        Err(_) => Ok(vec![one(by)?]),
    }
}

fn rank_within(table: &Table, by: &SortKey, name: &str, groups: &[String]) -> Said<Table> {
    let table = table.table();
    let at: Vec<usize> = groups.iter().map(|group| crate::handle::position(table, group)).collect::<Said<_>>()?;
    let texts = &table.shelf().texts;
    let mut members: FxHashMap<String, Vec<u32>> = FxHashMap::default();
    for row in 0..table.len() {
        let key: Vec<String> = at.iter().map(|at| japan::match_key(&table.value(row, *at).show(texts)).into_owned()).collect();
        members.entry(key.join("\u{1f}")).or_default().push(row as u32);
    }
    let mut ranks = vec![Value::Blank; table.len()];
    for rows in members.values() {
        let ranked = verb(table.take(rows).rank(by, name))?;
        let at = crate::handle::position(&ranked, name)?;
        for (within, row) in rows.iter().enumerate() {
            ranks[*row as usize] = ranked.value(within, at);
        }
    }
    made(table.with(name, Data::of(ranks)))
}

fn making(v: &mut Vocabulary) {
    v.word(
        "表を作る",
        &["表を作る([\"列\"], [[値]])"],
        "列の名前と行の配列から表を作る。",
        "A table made of column names and rows.",
    )
    .example("表を作る([\"名\", \"数\"], [[\"あ\", 1], [\"い\", 2]]).合計(\"数\")", "3")
    .acting(|session| {
        move |names: Array, rows: Array| -> Said<Table> {
            let names = options::texts(&names.into())?;
            if rows.len() > session.context.limits.made_rows {
                return Err(Fault::Limit(LimitKind::Rows).into());
            }
            let mut columns: Vec<Vec<Value>> = vec![Vec::with_capacity(rows.len()); names.len()];
            for row in &rows {
                let row = options::array(row)?;
                if row.len() > names.len() {
                    return Err(Fault::new(TroubleKind::OutOfRange { length: names.len(), index: row.len() as i64 }).into());
                }
                for (at, column) in columns.iter_mut().enumerate() {
                    column.push(row.get(at).map_or(Ok(Value::Blank), |value| session.value(value))?);
                }
            }
            let columns = names.iter().zip(columns).map(|(name, values)| Rc::new(book::Column::new(name, Data::of(values))));
            let origins = Rc::new(vec![Origin::COMPUTED; rows.len()]);
            Ok(Table::new(book::Table::new(&session.shelf, columns.collect(), origins)))
        }
    })
    .uses(&[Use::Names, Use::Any], Gives::Made(0));
    v.word(
        "名前の衝突",
        &["表.名前の衝突(\"フォルダ\", \"名前\", \"衝突\")"],
        "同じフォルダーに同じ名前（大文字小文字、濁点の書き方の違いを除く）の行がもう一つあれば「はい」の列を足す。",
        "Adds whether another row of the same folder has the same name, case and composition aside.",
    )
    .example("表.名前の衝突(\"保健所\", \"備考\", \"衝突\").行(0).衝突", "FALSE")
    .form(|table: &mut Table, folder: ImmutableString, name: ImmutableString, new: ImmutableString| {
        collisions(table, &folder, &name, &new)
    })
    .uses(&[Use::Table, Use::Columns, Use::Columns, Use::New], Gives::With(3));
}

fn collisions(table: &Table, folder: &str, name: &str, new: &str) -> Said<Table> {
    let (folder, name) = (table.position(folder)?, table.position(name)?);
    let table = table.table();
    let texts = &table.shelf().texts;
    let key = |row: usize| (table.value(row, folder).show(texts), japan::name_key(&table.value(row, name).show(texts)));
    let mut times: FxHashMap<(String, String), u32> = FxHashMap::default();
    for row in 0..table.len() {
        *times.entry(key(row)).or_default() += 1;
    }
    let taken = (0..table.len()).map(|row| Value::YesNo(!key(row).1.is_empty() && times[&key(row)] > 1));
    made(table.with(new, Data::of(taken)))
}
