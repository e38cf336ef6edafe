//! Why a workbook is not edited, in Japanese.

use book::{Broken, EditError, RowTrouble, SheetNameTrouble};

use super::list;
use crate::Telling;

const SCRIPT: &str = "スクリプトか様式を直してください。元のファイルは変わっていません。";

pub(crate) fn refused(error: &EditError) -> Telling {
    match error {
        EditError::Refused(refusal) => super::book::refusal(refusal),
        EditError::NoSheet { wanted, have } => {
            Telling::new(format!("シート「{wanted}」がありません。あるシートは{}です。", list(have)), SCRIPT)
        }
        EditError::SheetName { name, why } => {
            Telling::new(format!("シートの名前「{name}」は使えません。{}", name_trouble(why)), SCRIPT)
        }
        EditError::Outside { sheet, cell } => {
            Telling::new(format!("シート「{sheet}」のセル{cell}は、Excelの最後の行か列を越えています。"), SCRIPT)
        }
        EditError::TextTooLong { sheet, cell, units } => Telling::new(
            format!(
                "シート「{sheet}」の{cell}に入れる文字列が長すぎます（{units}文字）。1つのセルに入るのは32,767文字までです。"
            ),
            "文字列を短くするか、いくつかのセルに分けてください。",
        ),
        EditError::InsideMerge { sheet, cell, area } => Telling::new(
            format!("シート「{sheet}」の{cell}は、結合されたセル{area}に隠れています。入れても見えません。"),
            format!("左上のセル{}に入れてください。", area.first),
        ),
        EditError::InsideArray { sheet, cell, area } => Telling::new(
            format!("シート「{sheet}」の{cell}は、{area}全体に入っている1つの数式の一部です。一部だけを変えることはできません。"),
            "ほかのセルに入れるか、様式の数式を1セルずつに直してください。",
        ),
        EditError::TableHeader { sheet, cell, table } => Telling::new(
            format!(
                "シート「{sheet}」の{cell}は、テーブル「{table}」の見出しです。見出しには、ほかの列と違う文字列が必要です。数式が使っている見出しは変えられません。"
            ),
            SCRIPT,
        ),
        EditError::SharedFormula { sheet, cell } => Telling::new(
            format!("シート「{sheet}」の{cell}の数式が壊れていて、読めません。"),
            "Excelで開いて上書き保存してから、もう一度入れてください。",
        ),
        EditError::Disorder { sheet, row } => Telling::new(
            format!("シート「{sheet}」の{}行目が、ファイルの中で順番どおりに並んでいません。", row + 1),
            "Excelで開いて上書き保存してから、もう一度入れてください。",
        ),
        EditError::Rows { sheet, why } => Telling::new(format!("シート「{sheet}」の行を増減できません。{}", rows(why)), SCRIPT),
        EditError::LastSheet { sheet } => {
            Telling::new(format!("「{sheet}」は、表示されている最後のシートです。削除できません。"), SCRIPT)
        }
        EditError::InUse { sheet, part } => Telling::new(
            format!("シート「{sheet}」は、ほかの場所（{part}）から参照されています。削除すると、そこの値が失われます。"),
            SCRIPT,
        ),
        EditError::NoCopy { sheet, what } => Telling::new(
            format!("シート「{sheet}」を写せません。ブックに1つしか置けないもの（{what}）が入っています。"),
            "テーブルは範囲に変え、ピボットテーブルは別のシートに移してください。",
        ),
        EditError::Encoding { part, encoding } => Telling::new(
            format!("ブックの一部（{part}）の文字コードが{encoding}で、書き加えられません。"),
            "Excelで開いて上書き保存してから、もう一度入れてください。",
        ),
        EditError::TooManyStyles => Telling::new(
            "セルの書式の種類が、Excelの上限（65,490）を越えます。",
            "使っていない書式を減らしてから、もう一度入れてください。",
        ),
        EditError::TooLarge => Telling::new("できあがるファイルが大きすぎます。", "いくつかに分けてください。"),
    }
}

fn rows(why: &RowTrouble) -> String {
    match why {
        RowTrouble::Full => "Excelの最後の行（1,048,576行目）を越えます。".to_owned(),
        RowTrouble::Array(area) => format!("{area}全体に入っている1つの数式が、途中で切れます。"),
        RowTrouble::Table { name } => format!("テーブル「{name}」の見出しか、すべての行が失われます。"),
        RowTrouble::Pivot { name } => format!("ピボットテーブル「{name}」が、途中で切れます。"),
    }
}

fn name_trouble(why: &SheetNameTrouble) -> String {
    match why {
        SheetNameTrouble::Empty => "名前が空です。".to_owned(),
        SheetNameTrouble::TooLong(units) => format!("{units}文字あります。31文字までです。"),
        SheetNameTrouble::Character(found) => format!("「{found}」は名前に使えません。"),
        SheetNameTrouble::Apostrophe => "「'」で始めたり終えたりできません。".to_owned(),
        SheetNameTrouble::Reserved => "Excelが自分で使う名前です。".to_owned(),
        SheetNameTrouble::Taken => "同じ名前のシートがあります。".to_owned(),
    }
}

/// What the proof found. Values are never shown: they may be anybody's.
pub(crate) fn broken(broken: &Broken) -> Telling {
    const REPORT: &str = "何も公開していません。このファイルを添えて、担当者に知らせてください。";
    match broken {
        Broken::Unreadable(refusal) => {
            Telling::new(format!("できあがったブックを読み直せません。{}", super::book::refusal(refusal).what), REPORT)
        }
        Broken::Part { part } => Telling::new(format!("変えるはずのない部分（{part}）が変わりました。"), REPORT),
        Broken::Sheets { wanted, have } => Telling::new(
            format!("できあがったブックのシートが違います。{}のはずが、{}になりました。", list(wanted), list(have)),
            REPORT,
        ),
        Broken::Cell { sheet, cell, wanted: _, have: _ } => {
            Telling::new(format!("シート「{sheet}」の{cell}が、意図したとおりになりませんでした。"), REPORT)
        }
    }
}
