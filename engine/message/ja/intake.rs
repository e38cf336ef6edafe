//! Why something waits in a watched folder, is not touched, or cannot be seen at all, in Japanese.

use intake::{Error, NameFault, Refused, Unreachable, Waiting, Wants};

use crate::Telling;

pub(crate) fn waiting(waiting: &Waiting) -> Telling {
    match waiting {
        Waiting::Moving => Telling::new("コピー中です。", "終わるまで、そのままお待ちください。"),
        Waiting::Empty => {
            Telling::new("フォルダーが空です。", "ファイルを入れると、処理が始まります。要らなければ消してください。")
        }
        Waiting::Open { by: Some(by) } => {
            Telling::new(format!("{by}さんが開いています。"), "保存して閉じると、処理が始まります。")
        }
        Waiting::Open { by: None } => Telling::new("だれかが開いています。", "保存して閉じると、処理が始まります。"),
        Waiting::Incomplete => Telling::new(
            "ファイルの終わりがまだ届いていません。",
            "コピーが終わるまでお待ちください。コピーが途中で止まっていれば、もう一度入れてください。",
        ),
        Waiting::Written => Telling::new(
            "ほかのプログラムが使っているので、まだ読めません。",
            "開いている人がいれば、保存して閉じてください。処理が始まります。",
        ),
    }
}

pub(crate) fn refused(refused: &Refused) -> Telling {
    match refused {
        Refused::Link => Telling::new(
            "別の場所を指すリンクなので、読みませんでした。",
            "リンクを消して、ファイルそのものをコピーして入れてください。",
        ),
        Refused::Pipe | Refused::Socket | Refused::Device => {
            Telling::new("ふつうのファイルではないので、開きませんでした。", "消して、ファイルそのものを入れてください。")
        }
        Refused::HardLink { names } => Telling::new(
            format!("同じファイルに名前が{names}個付いていて、ほかの場所から書き換えられるので、読みませんでした。"),
            "消して、コピーしたファイルを入れてください。",
        ),
        Refused::Name(fault) => name(*fault),
        Refused::WrongKind { wants } => wrong_kind(*wants),
        Refused::Unreadable { kind: _ } => {
            Telling::new("読む権限がないか、壊れていて、読めません。", "読める場所からコピーし直して、もう一度入れてください。")
        }
        Refused::TooMany { most } => Telling::new(
            format!("フォルダーの中のファイルが多すぎます（{most}個まで）。"),
            "いくつかのフォルダーに分けて、入れ直してください。",
        ),
        Refused::TooDeep { most } => Telling::new(
            format!("フォルダーの中のフォルダーが深すぎます（{most}段まで）。"),
            "浅くまとめて、入れ直してください。",
        ),
        Refused::LongPath { most } => Telling::new(
            format!("フォルダーの中のフォルダーとファイルの名前を、つなげると長すぎます（{most}バイトまで）。"),
            "フォルダーの名前を短くするか、浅くまとめて、入れ直してください。",
        ),
        Refused::Within { path, why } => {
            let inner = self::refused(why);
            Telling::new(format!("フォルダーの中の「{path}」のため、受け付けられません。{}", inner.what), inner.next)
        }
    }
}

fn name(fault: NameFault) -> Telling {
    const NEXT: &str = "ふつうの文字の名前に付け直して、もう一度入れてください。";
    match fault {
        NameFault::NotText => Telling::new("名前の文字が壊れているので、開きませんでした。", NEXT),
        NameFault::Control => Telling::new("名前に改行などの見えない文字が入っているので、開きませんでした。", NEXT),
        NameFault::Direction => {
            Telling::new("名前に文字の向きを変える見えない記号が入っていて、別の名前に見えるので、開きませんでした。", NEXT)
        }
    }
}

fn wrong_kind(wants: Wants) -> Telling {
    match wants {
        Wants::File => {
            Telling::new("この業務では、フォルダーは受け付けません。", "フォルダーから出して、ファイルだけを入れてください。")
        }
        Wants::Folder => Telling::new(
            "この業務では、ファイルだけでは受け付けません。",
            "ひとまとまりのファイルをフォルダーに入れて、フォルダーごと入れてください。",
        ),
        Wants::Either => Telling::new("受け付けられない種類のものです。", "ファイルかフォルダーを入れてください。"),
    }
}

pub(crate) fn error(error: &Error) -> Telling {
    let folder = error.folder.display();
    match error.why {
        Unreachable::Missing => Telling::new(
            format!("フォルダー「{folder}」が見つかりません。"),
            "名前を変えたり移したりしていれば、元に戻してください。見つかれば、自動で再開します。",
        ),
        Unreachable::Denied => Telling::new(
            format!("フォルダー「{folder}」を見る権限がありません。"),
            "管理者に、jitan を動かしている利用者の権限を確かめてもらってください。直れば、自動で再開します。",
        ),
        Unreachable::Disconnected => Telling::new(
            format!("フォルダー「{folder}」のある共有フォルダーにつながりません。"),
            "ネットワークとファイルサーバーを確かめてください。つながれば、自動で再開します。入れたファイルはそのままです。",
        ),
        Unreachable::NotAFolder => Telling::new(
            format!("「{folder}」がフォルダーではありません。"),
            "同じ名前のファイルを片付けて、フォルダーを作ってください。直れば、自動で再開します。",
        ),
        Unreachable::Unmounted => Telling::new(
            format!("フォルダー「{folder}」のある共有フォルダーが外れています。"),
            "管理者に、共有フォルダーをつなぎ直してもらってください。つながれば、自動で再開します。入れたファイルはそのままです。",
        ),
        Unreachable::Other { kind } => Telling::new(
            format!("フォルダー「{folder}」を見られません（{kind}）。"),
            "管理者に、この画面を見せてください。直れば、自動で再開します。",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_person_who_has_it_open_is_named() {
        let by = Some("見本 花子".to_owned());
        assert_eq!(waiting(&Waiting::Open { by }).what, "見本 花子さんが開いています。");
        assert_eq!(waiting(&Waiting::Moving).what, "コピー中です。");
    }

    #[test]
    fn what_is_wrong_within_a_folder_is_said_with_its_path() {
        let said = refused(&Refused::Within { path: "中/etc".to_owned(), why: Box::new(Refused::Link) });
        assert!(said.what.starts_with("フォルダーの中の「中/etc」のため、受け付けられません。別の場所"), "{}", said.what);
    }
}
