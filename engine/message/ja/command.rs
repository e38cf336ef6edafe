//! What is wrong with a command, in Japanese.

use super::list;
use crate::{Misuse, Telling};

pub(crate) fn misuse(misuse: &Misuse) -> Telling {
    const HELP: &str = "使い方は jitan --help で見られます。";
    match misuse {
        Misuse::NoCommand => Telling::new("何をするかが指定されていません。", HELP),
        Misuse::UnknownCommand { written, near } => Telling::new(
            format!("「{written}」という命令はありません。"),
            match near {
                Some(near) => format!("「{near}」のことであれば、そのように入力してください。"),
                None => HELP.to_owned(),
            },
        ),
        Misuse::UnknownArgument { written, near } => Telling::new(
            format!("「{written}」という指定はありません。"),
            match near {
                Some(near) => format!("「{near}」のことであれば、そのように入力してください。"),
                None => HELP.to_owned(),
            },
        ),
        Misuse::MissingArgument { wanted } => Telling::new(format!("{wanted} が指定されていません。"), HELP),
        Misuse::WrongValue { argument, written, choices } => Telling::new(
            format!("{argument} に「{written}」は指定できません。"),
            if choices.is_empty() { HELP.to_owned() } else { format!("指定できるのは{}です。", list(choices)) },
        ),
        Misuse::Conflict { one, other } => {
            Telling::new(format!("{one} と {other} は一緒に使えません。"), "どちらかを外してください。")
        }
        Misuse::Unclear => Telling::new("指定のしかたが正しくありません。", HELP),
        Misuse::NotASetting { written } => Telling::new(
            format!("「{written}」は設定として読めません。"),
            "「--set 年度=2024」のように「名前=値」で指定してください。",
        ),
        Misuse::NotEmpty { path } => Telling::new(
            format!("「{}」には、もうファイルがあります。", path.display()),
            "空のフォルダか、まだないフォルダを指定してください。",
        ),
        Misuse::OfficeExists { path } => Telling::new(
            format!("「{}」は、もう職場になっています。", path.display()),
            "そのまま使えます。別に作るときは、ほかのフォルダを指定してください。",
        ),
        Misuse::WithinOffice { path, office } => Telling::new(
            format!("「{}」は、職場「{}」の中にあります。", path.display(), office.display()),
            "職場の中に、別の職場は作れません。外のフォルダを指定してください。",
        ),
        Misuse::FileExists { path } => Telling::new(
            format!("「{}」は、もうあります。上書きはしません。", path.display()),
            "別の名前を指定するか、先にそのファイルを移してください。",
        ),
        Misuse::TaskExists { name } => Telling::new(format!("業務「{name}」は、もうあります。"), "別の名前を指定してください。"),
        Misuse::WrongName { name } => Telling::new(
            format!("「{name}」は、業務の名前にできません。"),
            "「/」や「:」などの記号を使わない、短い名前を指定してください。",
        ),
        Misuse::Unwritable { path } => {
            Telling::new(format!("「{}」に書き込めません。", path.display()), "権限とディスクの空きを確かめてください。")
        }
        Misuse::Unreadable { path } => {
            Telling::new(format!("「{}」を読めません。", path.display()), "名前と権限を確かめてください。")
        }
        Misuse::NothingToCorrect { row } => Telling::new(
            format!("台帳の{row}行目には、取り消す削減時間がありません。"),
            "行の番号は、報告書の根拠の表か jitan ledger export で確かめてください。",
        ),
        Misuse::NotMinutes { written } => Telling::new(
            format!("「{written}」は時間として読めません。"),
            "「12.5」（分）か「12:30」（分:秒）のように書いてください。",
        ),
        Misuse::NoSamples => Telling::new("時間が測られていません。", "2回以上測ってください。"),
        Misuse::NoOffice { path } => {
            Telling::new(format!("「{}」というフォルダはありません。", path.display()), "--office の指定を確かめてください。")
        }
    }
}
