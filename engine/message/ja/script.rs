//! What is wrong with a script, in Japanese: for the specialist who writes it.

use book::Place;
use script::{Exclusion, TroubleKind, ValueKind, Wanted};

use super::list;
use crate::Telling;

/// `word` is the word at fault, as written.
pub(crate) fn trouble(kind: &TroubleKind, word: Option<&str>) -> Telling {
    let here = word.map_or_else(|| "ここ".to_owned(), |word| format!("「{word}」"));
    match kind {
        TroubleKind::ScriptTooLong { bytes, limit } => Telling::new(
            format!("スクリプトが長すぎます（{bytes}バイト、上限{limit}バイト）。"),
            "共通の部分を scripts/lib/ に分けるか、表の値をファイルから読むようにしてください。",
        ),
        TroubleKind::FullWidth { half: " ", .. } => Telling::new("全角の空白が使われています。", "半角の空白に直してください。"),
        TroubleKind::FullWidth { found, half } => {
            Telling::new(format!("全角の「{found}」が使われています。"), format!("半角の「{half}」に直してください。"))
        }
        TroubleKind::UnclosedText => {
            Telling::new("「\"」で始まる文字が閉じられていません。", "文字の終わりに「\"」を書いてください。")
        }
        TroubleKind::UnclosedComment => {
            Telling::new("「/*」で始まる説明が閉じられていません。", "説明の終わりに「*/」を書いてください。")
        }
        TroubleKind::BadNumber => {
            Telling::new(format!("{here}は数の書き方が正しくありません。"), "「1234」や「0.5」のように書いてください。")
        }
        TroubleKind::BadEscape => Telling::new(
            format!("文字の中の{here}は使えない書き方です。"),
            "「\\」そのものを書くときは「\\\\」と書いてください。",
        ),
        TroubleKind::Unexpected => Telling::new(
            format!("{here}は、この場所には書けません。"),
            "その前の行に「;」や閉じかっこの書き忘れがないか、確かめてください。",
        ),
        TroubleKind::Missing { wanted } => {
            Telling::new(format!("{here}の前に「{wanted}」がありません。"), format!("「{wanted}」を書き加えてください。"))
        }
        TroubleKind::EndsEarly => {
            Telling::new("スクリプトが途中で終わっています。", "閉じかっこ「)」「}」「]」の数が合っているか、確かめてください。")
        }
        TroubleKind::Reserved => {
            Telling::new(format!("{here}は、決まった意味のある言葉なので名前にできません。"), "別の名前にしてください。")
        }
        TroubleKind::DefinedTwice => Telling::new(format!("{here}が2回決められています。"), "どちらかの名前を変えてください。"),
        TroubleKind::Constant => Telling::new(format!("{here}は変えられない値です。"), "別の名前の変数に入れてください。"),
        TroubleKind::TooDeep => {
            Telling::new("かっこや式の入れ子が深すぎます。", "途中の結果を let で変数に入れて、式を分けてください。")
        }
        TroubleKind::TooManyFunctions { limit } => {
            Telling::new(format!("関数が多すぎます（上限{limit}個）。"), "共通の部分を scripts/lib/ に分けてください。")
        }
        TroubleKind::Grammar { detail: _ } => {
            Telling::new(format!("{here}の書き方が正しくありません。"), "似た例を jitan doc で確かめて、直してください。")
        }
        TroubleKind::UnknownWord { near } => Telling::new(
            format!("{here}という命令はありません。"),
            match near {
                Some(near) => format!("「{near}」のことであれば、そのように直してください。"),
                None => "使える命令を jitan doc で確かめて、直してください。".to_owned(),
            },
        ),
        TroubleKind::WrongCount { takes, here: count } => {
            let takes: Vec<String> = takes.iter().map(ToString::to_string).collect();
            Telling::new(
                format!("{here}に渡す値は{}個ですが、{count}個あります。", takes.join("個か")),
                "かっこの中の「,」と値の数を確かめて、直してください。",
            )
        }
        TroubleKind::UnknownVariable { near } => Telling::new(
            format!("{here}という名前の変数はありません。"),
            match near {
                Some(near) => format!("「{near}」のことであれば、そのように直してください。"),
                None => "先に let で値を入れてください。文字であれば「\"」で囲んでください。".to_owned(),
            },
        ),
        TroubleKind::UndeclaredColumn { near } => Telling::new(
            format!("{here}という列は、どの表でも読まれていません。"),
            match near {
                Some(near) => format!("「{near}」のことであれば、そのように直してください。"),
                None => "表を読むところで、その列を書き加えてください。".to_owned(),
            },
        ),
        TroubleKind::UnknownOption { near, have } => Telling::new(
            format!("{here}という指定はありません。"),
            match near {
                Some(near) => format!("「{near}」のことであれば、そのように直してください。"),
                None => format!("使える指定は{}です。", list(have)),
            },
        ),
        TroubleKind::UnknownLibrary { near } => Telling::new(
            format!("scripts/lib/ に{here}というファイルがありません。"),
            match near {
                Some(near) => format!("「{near}」のことであれば、そのように直してください。"),
                None => "ファイルの名前を確かめて、直してください。".to_owned(),
            },
        ),
        TroubleKind::LibraryCircle { names } => Telling::new(
            format!("共通のスクリプトが互いに読み込み合っています（{}）。", names.join(" → ")),
            "どれか一つの import をやめて、共通の部分を別のファイルに分けてください。",
        ),
        TroubleKind::UnitsNeverSaid | TroubleKind::UnitsNotSaid => {
            Telling::new("何件処理したかが書かれていません。", "スクリプトの最後に「処理件数(件数);」を1回書いてください。")
        }
        TroubleKind::RowsUntold => Telling::new(
            "ここで読んだ行を、使うとも除くとも書いていません。",
            "結果に使う行には「.使用()」、使わない行には「.除外(|r| 条件, \"理由\")」を書いてください。",
        ),
        TroubleKind::UnitsTwice => Telling::new("処理件数が2回書かれています。", "「処理件数(件数);」は1回だけにしてください。"),
        TroubleKind::NoColumn { near, have } => Telling::new(
            format!("表に{here}という列はありません。"),
            match near {
                _ if have.is_empty() => "この表には列がありません。表を読むところを確かめてください。".to_owned(),
                Some(near) => format!("「{near}」のことであれば、そのように直してください。ある列は{}です。", list(have)),
                None => format!("ある列は{}です。", list(have)),
            },
        ),
        TroubleKind::NoProperty { of, near } => Telling::new(
            format!("{}に{here}という項目はありません。", value(*of)),
            match near {
                Some(near) => format!("「{near}」のことであれば、そのように直してください。"),
                None => "使える項目を jitan doc で確かめて、直してください。".to_owned(),
            },
        ),
        TroubleKind::Blank { place, column } => {
            let column = column.as_ref().map(|column| format!("「{column}」の")).unwrap_or_default();
            Telling::new(
                format!("{column}空欄{}を計算や比較に使おうとしました。", at(place)),
                "先に「空か(値)」で確かめるか、表を読むところで空欄の扱いを決めてください。",
            )
        }
        TroubleKind::WrongType { got, takes } => Telling::new(
            format!("{here}は{}には使えません。", values(got)),
            match takes.first() {
                Some(first) => format!("{}を渡してください。", values(first)),
                None => "渡している値が何かを確かめて、直してください。".to_owned(),
            },
        ),
        TroubleKind::CannotCompare { left, right } => Telling::new(
            format!("{}と{}は比べられません。", value(*left), value(*right)),
            "同じ種類の値にそろえてから比べてください。",
        ),
        TroubleKind::NotYesNo { got } => Telling::new(
            format!("条件は「はい・いいえ」になる式でなければなりませんが、{}になりました。", value(*got)),
            "「==」や「>」を使った式に直してください。",
        ),
        TroubleKind::NotAllowed { have } => {
            Telling::new(format!("{here}は、ここでは使えません。"), format!("使えるのは{}です。", list(have)))
        }
        TroubleKind::CannotRead { wanted, private: _ } => {
            Telling::new(format!("値を{}として読めません。", self::wanted(*wanted)), "渡している値を確かめて、直してください。")
        }
        TroubleKind::DividedByZero => {
            Telling::new("0で割ろうとしました。", "割る数が0かどうかを先に確かめるか、「割合(a, b)」を使ってください。")
        }
        TroubleKind::TooLarge => {
            Telling::new("数が大きすぎて、正確に計算できません。", "単位を変えるなど、計算のしかたを見直してください。")
        }
        TroubleKind::OutOfRange { length, index } => Telling::new(
            format!("{index}番目を取り出そうとしましたが、{length}個しかありません。"),
            "番号は0から数えます。個数を確かめてから取り出してください。",
        ),
        TroubleKind::NoTemplate { near, have } => Telling::new(
            format!("様式「{}」が、業務のフォルダにありません。", word.unwrap_or_default()),
            match near {
                Some(near) => format!("「{near}」のことであれば、そのように書いてください。"),
                None if have.is_empty() => "業務のフォルダ（task.toml のある所）に、様式のブックを置いてください。".to_owned(),
                None => format!("あるのは{}です。", list(have)),
            },
        ),
        TroubleKind::NoImage { near, have } => Telling::new(
            format!("画像「{}」が、業務のフォルダにありません。", word.unwrap_or_default()),
            match near {
                Some(near) => format!("「{near}」のことであれば、そのように書いてください。"),
                None if have.is_empty() => "業務のフォルダ（task.toml のある所）に、PNGかJPEGの画像を置いてください。".to_owned(),
                None => format!("あるのは{}です。", list(have)),
            },
        ),
        TroubleKind::NoKey { near } => Telling::new(
            format!("{here}という項目はありません。"),
            match near {
                Some(near) => format!("「{near}」のことであれば、そのように直してください。"),
                None => {
                    "項目の名前を確かめて、直してください。設定であれば task.toml の [settings] に加えてください。".to_owned()
                }
            },
        ),
        TroubleKind::UsedWithinItself => Telling::new(
            "表や配列を、それ自身を調べている途中のかっこの中で使っています。",
            "前の行で別の名前に入れて（let 元 = 表;）、かっこの中ではその名前を使ってください。",
        ),
        TroubleKind::ColumnsDiffer { column } => Telling::new(
            format!("つなごうとした表の列がそろっていません（「{column}」）。"),
            "「列を選ぶ」で同じ列にそろえてから、つないでください。",
        ),
        TroubleKind::ColumnHoldsNoNumber { column, place, private: _ } => Telling::new(
            format!("「{column}」の列に、数字でない値があります{}。", at(place)),
            "表を読むところで「整数の列」「小数の列」「金額の列」にして読んでください。",
        ),
        TroubleKind::ColumnHoldsNoDate { column, place, private: _ } => Telling::new(
            format!("「{column}」の列に、日付でない値があります{}。", at(place)),
            "表を読むところで「日付の列」にして読んでください。",
        ),
        TroubleKind::ColumnTwice { name } => {
            Telling::new(format!("「{name}」という列が、もうあります。"), "列の名前を変えてください。")
        }
        TroubleKind::NoColumnsGiven => {
            Telling::new(format!("{here}に、列の名前が一つも渡されていません。"), "列の名前を [\"課\"] のように書いてください。")
        }
        TroubleKind::OutputTwice { name } => {
            Telling::new(format!("「{name}」を2回出力しようとしました。"), "出力の名前を変えてください。")
        }
        TroubleKind::SheetTwice { name } => {
            Telling::new(format!("シート「{name}」が、もうあります。"), "シートの名前を変えてください。")
        }
        TroubleKind::Thrown { private } => {
            Telling::new(format!("スクリプトが自分で止まりました：{private}"), "止めた理由を確かめて、対処してください。")
        }
        TroubleKind::Refused { detail: _ } => {
            Telling::new(format!("{here}を行えませんでした。"), "渡している値やシートの名前を確かめて、直してください。")
        }
        TroubleKind::Unproven { why } => super::edit::broken(why),
        TroubleKind::Other { private: _ } => Telling::new(
            format!("{here}を行えませんでした。"),
            "渡している値と、命令の使い方を jitan doc で確かめて、直してください。",
        ),
    }
}

fn at(place: &Place) -> String {
    super::label::place(place).map(|place| format!("（{place}）")).unwrap_or_default()
}

fn values(kinds: &[ValueKind]) -> String {
    kinds.iter().map(|kind| value(*kind)).collect::<Vec<_>>().join("と")
}

fn value(kind: ValueKind) -> &'static str {
    match kind {
        ValueKind::Blank => "空欄",
        ValueKind::Text => "文字",
        ValueKind::Integer => "整数",
        ValueKind::Decimal => "小数",
        ValueKind::YesNo => "はい・いいえ",
        ValueKind::Date => "日付",
        ValueKind::Time => "時刻",
        ValueKind::DateTime => "日時",
        ValueKind::Duration => "時間",
        ValueKind::ExcelError => "Excelのエラー",
        ValueKind::Array => "配列",
        ValueKind::Map => "項目の集まり",
        ValueKind::Table => "表",
        ValueKind::Row => "行",
        ValueKind::File => "ファイル",
        ValueKind::Arrival => "入力",
        ValueKind::Settings => "設定",
        ValueKind::Workbook => "ブック",
        ValueKind::Form => "様式",
        ValueKind::FilledForm => "差し込んだ様式",
        ValueKind::Image => "画像",
        ValueKind::ColumnSpec => "列の決まり",
        ValueKind::Aggregate => "集計のしかた",
        ValueKind::Order => "並べ方",
        ValueKind::SymbolRules => "記号の規則",
        ValueKind::Closure => "手順（|r| …）",
        ValueKind::Range => "範囲",
        ValueKind::Other => "その値",
    }
}

fn wanted(wanted: Wanted) -> &'static str {
    match wanted {
        Wanted::Date => "日付",
        Wanted::Month => "年月",
        Wanted::Number => "数字",
        Wanted::Pattern => "検索の書き方",
        Wanted::Cell => "セルの番地",
        Wanted::FileName => "ファイルの名前",
        Wanted::SheetName => "シートの名前",
    }
}

pub(crate) fn exclusion(exclusion: &Exclusion) -> String {
    match exclusion {
        Exclusion::Misfit => "合わない値".to_owned(),
        Exclusion::Total => "合計行".to_owned(),
        Exclusion::Reading(why) | Exclusion::Said(why) => why.clone(),
    }
}
