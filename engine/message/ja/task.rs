//! What is wrong with a task or its forms, in Japanese.

use std::path::Path;

use task::{Error, Fault, Overlap, Wanted};

use super::list;
use crate::Telling;

pub(crate) fn error(error: &Error) -> Telling {
    let shown = |path: &Path| path.display().to_string();
    match error {
        Error::NoTask { wanted, near: Some(near), have: _ } => Telling::new(
            format!("「{wanted}」という業務はありません。"),
            format!("「{near}」のことであれば、そのように指定してください。"),
        ),
        Error::NoTask { wanted, near: None, have } => Telling::new(
            format!("「{wanted}」という業務はありません。"),
            if have.is_empty() {
                "scripts/ フォルダのある場所で実行するか、--office で場所を指定してください。".to_owned()
            } else {
                format!("使える業務は{}です。", list(have))
            },
        ),
        Error::NoFile { path } => {
            Telling::new(format!("「{}」がありません。", shown(path)), "業務のフォルダに、このファイルを置いてください。")
        }
        Error::Unreadable { path, kind: _ } => {
            Telling::new(format!("「{}」を読めません。", shown(path)), "ファイルの権限を確かめてください。")
        }
        Error::NotText { path } => Telling::new(
            format!("「{}」の文字コードがUTF-8ではありません。", shown(path)),
            "エディタで、文字コードをUTF-8にして保存し直してください。",
        ),
        Error::SecretsOpen { path } => Telling::new(
            format!("パスワードのファイル「{}」が、ほかの人にも読める状態です。", path.display()),
            "持ち主だけが読めるようにしてください（chmod 600）。リンクではなく、ふつうのファイルにしてください。",
        ),
        Error::SecretsForm { path, line } => Telling::new(
            match line {
                Some(line) => format!("パスワードのファイル「{}」の{line}行目が正しくありません。", path.display()),
                None => format!("パスワードのファイル「{}」の書き方が正しくありません。", path.display()),
            },
            "「[tasks.業務のフォルダ名]」の下に「open = [\"パスワード\"]」と書いてください。",
        ),
        Error::Form { path, mistakes } => {
            Telling::new(format!("「{}」に直すところが{}か所あります。", shown(path), mistakes.len()), "下の行を直してください。")
        }
        Error::NoSetting { wanted, near: Some(near), have: _ } => Telling::new(
            format!("「{wanted}」という設定はありません。"),
            format!("「{near}」のことであれば、そのように直してください。"),
        ),
        Error::NoSetting { wanted, near: None, have } => {
            Telling::new(format!("「{wanted}」という設定はありません。"), format!("ある設定は{}です。", list(have)))
        }
        Error::WrongSetting { name, written, wanted } => Telling::new(
            format!("設定「{name}」の値「{written}」は使えません。"),
            format!("{}を指定してください。", self::wanted(*wanted)),
        ),
    }
}

/// A mistake in a field; an empty field means the file as a whole.
pub(crate) fn mistake(field: &str, fault: &Fault) -> Telling {
    match fault {
        Fault::Unknown { near: Some(near) } => Telling::new(
            format!("「{field}」という項目はありません。"),
            format!("「{near}」のことであれば、そのように直してください。"),
        ),
        Fault::Unknown { near: None } => Telling::new(format!("「{field}」という項目はありません。"), "この行を消してください。"),
        Fault::Misplaced => {
            let (section, key) = field.rsplit_once('.').unwrap_or(("", field));
            Telling::new(
                format!("「{key}」は、[{section}] の下に書く項目ではありません。"),
                "職場全体の設定なら、どの [ ] よりも上に移してください。業務ごとの設定なら、[tasks.業務の名前] の行のすぐ下に移してください。",
            )
        }
        Fault::Missing => Telling::new(format!("「{field}」がありません。"), "この項目を書き加えてください。"),
        Fault::WrongType { wanted } => {
            Telling::new(format!("「{field}」に書けない種類の値です。"), format!("{}を書いてください。", self::wanted(*wanted)))
        }
        Fault::Empty => Telling::new(format!("「{field}」が空です。"), "値を書いてください。"),
        Fault::OutOfRange { low, high } => {
            Telling::new(format!("「{field}」の値が範囲の外です。"), format!("{low}から{high}までの数字を書いてください。"))
        }
        Fault::NotAChoice { written, choices, near } => Telling::new(
            format!("「{field}」に「{written}」とは書けません。"),
            match near {
                Some(near) => format!("「{near}」のことであれば、そのように直してください。"),
                None => format!("書けるのは{}です。", list(choices)),
            },
        ),
        Fault::NotADate { written } => Telling::new(
            format!("「{field}」の「{written}」は日付として読めません。"),
            "「2026-04-01」のように、実際にある日を書いてください。",
        ),
        Fault::Twice => Telling::new("同じ項目が2回書かれています。", "どちらかの行を消してください。"),
        Fault::Syntax { full_width: Some(sign) } => Telling::new(
            format!("全角の「{sign}」が使われているようです。"),
            "「=」「\"」「[」「]」などの記号は、半角で書いてください。",
        ),
        Fault::Syntax { full_width: None } => Telling::new(
            "この行の書き方が正しくありません。",
            "「項目 = \"値\"」の形になっているか、「\"」や「]」が閉じられているかを確かめてください。",
        ),
        Fault::TooFine { decimals } => Telling::new(
            format!("「{field}」の数字が細かすぎます。"),
            format!("小数点より下は{decimals}けたまでで書いてください（分は1000分の1まで数えます）。"),
        ),
        Fault::NoReason => Telling::new(
            format!("「{field}」が0になっていますが、人の手がまったくかからない理由がありません。"),
            "その理由を「reason = \"…\"」と書き加えてください。結果を確かめる時間がかかるときは、その分数を書いてください。",
        ),
        Fault::Order { low, high } => {
            Telling::new(format!("「{low}」が「{high}」より大きくなっています。"), "どちらかを直してください。")
        }
        Fault::NoTask { near } => Telling::new(
            format!("「{field}」の業務は、scripts/ にありません。"),
            match near {
                Some(near) => format!("「{near}」のことであれば、そのように直してください。"),
                None => "業務を作ってから書くか、この節を消してください。".to_owned(),
            },
        ),
        Fault::Overlap { with, how } => overlap(field, with, *how),
        Fault::Upwards => Telling::new(
            format!("「{field}」に「..」は使えません。"),
            "職場の中のフォルダの名前か、「/」で始まる場所を書いてください。",
        ),
        Fault::FolderName { trouble } => Telling::new(
            format!("「{field}」の名前は、フォルダの名前にできません。{}", super::label::name_trouble(trouble)),
            "別の名前にしてください。",
        ),
        Fault::NotAFolder => Telling::new(
            format!("「{field}」の場所には、フォルダではないものがあります。"),
            "それをどけるか、別の名前を書いてください。",
        ),
    }
}

/// Why folders must be apart depends on which holds which.
fn overlap(field: &str, with: &str, how: Overlap) -> Telling {
    let what = match (how, with) {
        (_, ".") => format!("「{field}」に、職場のフォルダそのものは使えません。"),
        (Overlap::Same, _) => format!("「{field}」のフォルダは、「{with}」と同じです。"),
        (Overlap::Within, _) => format!("「{field}」のフォルダは、「{with}」の中にあります。"),
        (Overlap::Around, _) => format!("「{field}」のフォルダの中に、「{with}」があります。"),
    };
    let next = "重なると、結果や設定のファイルを投入として処理してしまいます。別の場所を書いてください。";
    Telling::new(what, next)
}

fn wanted(wanted: Wanted) -> &'static str {
    match wanted {
        Wanted::Text => "「\"」で囲んだ文字",
        Wanted::Number => "数字",
        Wanted::WholeNumber => "整数",
        Wanted::YesNo => "true（はい）か false（いいえ）",
        Wanted::TextList => "文字の並び（[\"A\", \"B\"]）",
        Wanted::Section => "項目のまとまり（[名前] か { … }）",
        Wanted::SimpleValue => "文字、数字、true・false、日付か、その並び",
    }
}
