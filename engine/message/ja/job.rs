//! Why a job came to nothing, what was left aside and what cannot be renamed, in Japanese.

use std::path::Path;

use job::{Error, Limit, ScriptLimit, Setback, UndoWhy, Why};

use super::list;
use crate::Telling;

const SPECIALIST: &str = "元のファイルはそのままです。業務の担当者に、この画面を見せてください。";

pub(crate) fn setback(setback: &Setback) -> Telling {
    match setback {
        Setback::Limit { limit, allowed } => self::limit(limit, *allowed),
        Setback::Crashed { signal: _, code: _, at: _ } => Telling::new(
            "処理が途中で止まりました。何も出力していません。",
            format!("ファイルが壊れているおそれがあります。Excelで開けるか確かめてください。{SPECIALIST}"),
        ),
        Setback::NoRoom => Telling::new(
            "ディスクの空きがなくなったので、処理を止めました。何も出力していません。",
            "要らないファイルを片付けてから、もう一度実行してください。",
        ),
        Setback::Script { told: _ } => {
            Telling::new("スクリプトに間違いがあるので、処理できません。何も出力していません。", "下のところを直してください。")
        }
        Setback::Unbalanced { read, used, excluded, untold, twice, examples } => {
            let mut what =
                format!("行の数が合わないので、何も出力していません。読んだ行 {read}、使った行 {used}、除いた行 {excluded}。");
            if *untold > 0 {
                what.push_str(&format!("使ったか除いたかが決まっていない行が{untold}行あります。"));
            }
            if *twice > 0 {
                what.push_str(&format!("使ったのに除いたことにもなっている行が{twice}行あります。"));
            }
            if !examples.is_empty() {
                what.push_str(&format!("例：{}。", examples.join("、")));
            }
            Telling::new(what, "結果に使う表に「.使用()」を、除く行に「.除外(条件, \"理由\")」を付けてください。")
        }
        Setback::NoRightToWrite { name, allowed } => Telling::new(
            format!("「{name}」を出力する権利がありません。出力できるのは{}です。", list(allowed)),
            "task.toml の [rights] の write に加えるか、スクリプトの出力の名前を直してください。",
        ),
        Setback::NoPassword => Telling::new(
            "成果物にパスワードを付けることになっていますが、パスワードが決められていません。",
            "管理者に、.jitan/secrets.toml の [tasks.業務のフォルダの名前] に protect = \"パスワード\" と書いてもらってください。",
        ),
        Setback::Unprotected { name } => Telling::new(
            format!("「{name}」にはパスワードを付けることになっていますが、Excelのブックではないので付けられません。"),
            "task.toml の [rights] protect をブックだけに合わせるか、出力をブックに変えてください。",
        ),
        Setback::NoRightToRename { count } => Telling::new(
            format!("ファイルの名前を変える権利がありません（{count}件）。"),
            "名前を変えてよい業務であれば、task.toml の [rights] に「rename = true」と書いてください。",
        ),
        Setback::OutputName { name } => Telling::new(
            format!("「{name}」は、ファイルの名前にできません。"),
            "Windowsで使えない記号や長すぎる名前を避けて、スクリプトを直してください。",
        ),
        Setback::SameName { name } => Telling::new(
            format!("同じフォルダの二つのファイルが、同じ名前「{name}」になります。名前は一つも変えていません。"),
            "新しい名前が重ならないように、スクリプトを直してください。",
        ),
        Setback::HardLink { path, names } => Telling::new(
            format!("「{path}」は同じファイルに名前が{names}個付いているので、写せませんでした。"),
            "ファイルをコピーして、コピーした方を入れてください。",
        ),
        Setback::Changed { path } => Telling::new(
            format!("「{path}」が処理の途中で変わりました。名前はすべて元に戻しました。"),
            "開いている人がいないことを確かめて、もう一度実行してください。",
        ),
    }
}

fn limit(limit: &Limit, allowed: u64) -> Telling {
    const FILE: &str =
        "ファイルが大きすぎないか確かめてください。ふだんの量であれば、担当者に上限（task.toml の [limits]）を相談してください。";
    const STOPPED: &str = "処理を止めました。何も出力していません。";
    match limit {
        Limit::Memory => Telling::new(format!("使えるメモリ（{allowed}MB）を超えたので、{STOPPED}"), FILE),
        Limit::Cpu => Telling::new(format!("計算の時間が上限（{allowed}秒）を超えたので、{STOPPED}"), FILE),
        Limit::Wall => Telling::new(format!("かかった時間が上限（{allowed}秒）を超えたので、{STOPPED}"), FILE),
        Limit::File => Telling::new(format!("作ろうとしたファイルが上限（{allowed}MB）を超えたので、{STOPPED}"), FILE),
        Limit::Depth => Telling::new(
            format!("入れ子が深くなりすぎたので、{STOPPED}"),
            "スクリプトが自分自身を呼び続けていないか、確かめてください。",
        ),
        Limit::Script(kind) => Telling::new(
            format!("スクリプトの{}が上限を超えたので、{STOPPED}", script_limit(*kind)),
            "くり返しが終わるようになっているか、表の命令（集計、結合など）で書けないか、確かめてください。",
        ),
    }
}

fn script_limit(limit: ScriptLimit) -> &'static str {
    match limit {
        ScriptLimit::Operations => "手順の数",
        ScriptLimit::Calls => "呼び出しの深さ",
        ScriptLimit::Text => "文字の長さ",
        ScriptLimit::Map => "項目の数",
        ScriptLimit::Variables => "変数の数",
        ScriptLimit::Modules => "共通スクリプトの数",
        ScriptLimit::Rows => "作る行の数",
    }
}

pub(crate) fn error(error: &Error) -> Telling {
    let shown = |path: &Path| path.display().to_string();
    match error {
        Error::NotThere { path } => {
            Telling::new(format!("「{}」がありません。", shown(path)), "ファイルやフォルダの名前を確かめてください。")
        }
        Error::SameName { name } => Telling::new(
            format!("「{name}」という名前が2つあります。"),
            "どちらかの名前を変えるか、1つのフォルダにまとめてください。",
        ),
        Error::WrongKind { path, wants_folder: true } => Telling::new(
            format!("「{}」はファイルですが、この業務が受け取るのはフォルダです。", shown(path)),
            "ファイルをフォルダに入れて、フォルダを指定してください。",
        ),
        Error::WrongKind { path, wants_folder: false } => Telling::new(
            format!("「{}」はフォルダですが、この業務が受け取るのはファイルです。", shown(path)),
            "中のファイルを指定してください。",
        ),
        Error::NotPlain { path } => Telling::new(
            format!("「{}」は、ふつうのファイルでもフォルダでもありません（リンクなど）。", shown(path)),
            "リンクの先ではなく、ファイルそのものを指定してください。",
        ),
        Error::Unreadable { path, kind: _ } => {
            Telling::new(format!("「{}」を読めません。", shown(path)), "権限を確かめてください。")
        }
        Error::Unwritable { path, kind: _ } => Telling::new(
            format!("「{}」に書き込めません。", shown(path)),
            "権限を確かめるか、--out で別の場所を指定してください。",
        ),
        Error::DiskFull { path } => Telling::new(
            format!("「{}」のあるディスクに空きがありません。何も出力していません。", shown(path)),
            "要らないファイルを片付けてから、もう一度実行してください。",
        ),
        Error::NoWorker { kind: _ } => Telling::new(
            "処理を始められません。",
            "jitan の実行ファイルが動かせる場所にあるか、メモリに空きがあるかを確かめてください。",
        ),
        Error::Interrupted => {
            Telling::new("止めるように言われたので、処理を止めました。何も出力していません。", "もう一度実行してください。")
        }
        Error::NotAnUndoList { path, line: None } => Telling::new(
            format!("「{}」は取消用一覧ではありません。", shown(path)),
            "名前を変えたときに作られた取消用一覧を指定してください。",
        ),
        Error::NotAnUndoList { path, line: Some(line) } => Telling::new(
            format!("「{}」の{line}行目が読めません。何も変えていません。", shown(path)),
            "書き換えられていない取消用一覧を指定してください。",
        ),
    }
}

pub(crate) fn left(why: &Why) -> Telling {
    match why {
        Why::Link => Telling::new("リンクなので、開きませんでした。", "リンクではなく、ファイルそのものを入れてください。"),
        Why::HardLink { names } => Telling::new(
            format!("同じファイルに名前が{names}個付いているので、開きませんでした。"),
            "ファイルをコピーして、コピーした方を入れてください。",
        ),
        Why::NotAFile => Telling::new("ふつうのファイルではないので、開きませんでした。", "ファイルそのものを入れてください。"),
        Why::NameNotText => {
            Telling::new("ファイルの名前の文字が壊れているので、開きませんでした。", "名前を付け直して、もう一度入れてください。")
        }
        Why::NotAccepted { accepts } => Telling::new(
            format!("この業務では使わない種類のファイルなので、読みませんでした（使うのは{}）。", list(accepts)),
            "必要なファイルであれば、その形式で保存して、もう一度入れてください。",
        ),
        Why::Unreadable => Telling::new("読む権限がないので、開けませんでした。", "権限を確かめて、もう一度入れてください。"),
        Why::Open { by: Some(by) } => Telling::new(
            format!("{by}さんが開いています。最後に保存されたときの中身を使いました。"),
            "編集の途中であれば、保存して閉じてから、もう一度入れてください。",
        ),
        Why::Open { by: None } => Telling::new(
            "だれかが開いています。最後に保存されたときの中身を使いました。",
            "編集の途中であれば、保存して閉じてから、もう一度入れてください。",
        ),
        Why::NothingToDo { accepts } => Telling::new(
            format!("この業務で使うファイルがありません（使うのは{}）。", list(accepts)),
            "入れるファイルや業務が違っていないか、確かめてください。",
        ),
    }
}

pub(crate) fn undo(why: UndoWhy) -> Telling {
    match why {
        UndoWhy::Edited => {
            Telling::new("名前を変えたあとで書き換えられています。", "中身を確かめて、必要なら手で名前を戻してください。")
        }
        UndoWhy::Gone => Telling::new("見つかりません。", "移したり消したりしていないか、確かめてください。"),
        UndoWhy::Taken => {
            Telling::new("元の名前のファイルが、もうあります。", "どちらが要るか確かめて、手で名前を戻してください。")
        }
        UndoWhy::Refused => Telling::new("名前を戻せませんでした。", "権限を確かめて、もう一度実行してください。"),
        UndoWhy::Added => Telling::new("あとから入れられたものです。", "いるものかどうか、確かめてください。"),
    }
}

/// Why a file kept its name when others of its folder got theirs.
pub(crate) fn kept(why: UndoWhy) -> Telling {
    match why {
        UndoWhy::Edited | UndoWhy::Added => {
            Telling::new("処理のあいだに書き換えられました。", "開いている人がいないことを確かめて、もう一度入れてください。")
        }
        UndoWhy::Gone => {
            Telling::new("処理のあいだに見つからなくなりました。", "移したり消したりしていないか、確かめてください。")
        }
        UndoWhy::Taken => {
            Telling::new("同じ名前のファイルが、もうあります。", "どちらが要るか確かめて、手で名前を変えてください。")
        }
        UndoWhy::Refused => {
            Telling::new("名前を変えられませんでした。", "フォルダに書き込む権限を確かめて、もう一度入れてください。")
        }
    }
}
