//! 状況.html, in Japanese.

use job::Pause;

use super::label;
use crate::{StatusText, Telling};

pub(crate) fn text(text: &StatusText<'_>) -> String {
    match text {
        StatusText::Title { office } => format!("{office} の状況"),
        StatusText::At { time } => format!("{time} 現在"),
        StatusText::Refreshes { seconds } => {
            format!(
                "この画面は、開いたままで{seconds}秒ごとに新しくなります。時刻が5分より古いときは、jitan が止まっています。担当の方に知らせてください。"
            )
        }
        StatusText::Working => "動いています".to_owned(),
        StatusText::Ended => "止まっています（終了しました）".to_owned(),
        StatusText::Paused => "止まっている窓口".to_owned(),
        StatusText::PausedSince { time } => format!("{time} から"),
        StatusText::Waiting => "待っているもの".to_owned(),
        StatusText::Turn => "順番を待っています。".to_owned(),
        StatusText::Running => "処理しているもの".to_owned(),
        StatusText::Attempt { number } => format!("{number}回目"),
        StatusText::Held => "前と同じ内容なので、止めているもの".to_owned(),
        StatusText::HeldWhy { earlier } => format!("処理 {earlier} と同じ内容です。"),
        StatusText::HeldNext { job } => {
            format!("まちがいなら消してください。もう一度処理するときは、担当の方に処理の番号 {job} を伝えてください。")
        }
        StatusText::Refused => "受け付けられないもの".to_owned(),
        StatusText::DoneToday => "今日できたもの".to_owned(),
        StatusText::ReturnedToday => "今日お返ししたもの（差戻し）".to_owned(),
        StatusText::FailedToday => "今日処理できなかったもの（障害）".to_owned(),
        StatusText::Folders => "受付窓口".to_owned(),
        StatusText::Name => "名前".to_owned(),
        StatusText::Task => "業務".to_owned(),
        StatusText::Why => "わけ".to_owned(),
        StatusText::ToDo => "どうすればよいか".to_owned(),
        StatusText::Since => "いつから".to_owned(),
        StatusText::Time => "時刻".to_owned(),
        StatusText::Where => "置いた所".to_owned(),
        StatusText::Job => "処理の番号".to_owned(),
        StatusText::Units => "件数".to_owned(),
        StatusText::Saved => "削減時間".to_owned(),
        StatusText::Folder => "フォルダ".to_owned(),
        StatusText::Looked => "最後に見た時刻".to_owned(),
        StatusText::State => "様子".to_owned(),
        StatusText::Fine => "見ています".to_owned(),
        StatusText::Still => "止まっています".to_owned(),
        StatusText::NotYet => "まだ見ていません".to_owned(),
        StatusText::Silent { minutes } => format!("{minutes}分 返事がありません"),
        StatusText::Nothing => "ありません。".to_owned(),
        StatusText::More { count } => format!("ほか{}件", label::number(*count)),
        StatusText::Undivided => "—".to_owned(),
    }
}

pub(crate) fn pause(pause: &Pause<'_>) -> Telling {
    const LATER: &str = "直れば、自動で再開します。入れたファイルはそのままです。";
    match pause {
        Pause::Look(error) => super::intake::error(error),
        Pause::Place(error) => {
            let Telling { what, next } = super::job::error(error);
            Telling::new(what, format!("{next}{LATER}"))
        }
        Pause::NoRoom { free, needed } => Telling::new(
            format!("ディスクの空きが足りません（空き {}、要る空き {}）。", label::size(*free), label::size(*needed)),
            "管理者に、要らないファイルの片付けを頼んでください。空きができれば、自動で再開します。入れたファイルはそのままです。",
        ),
        Pause::Store(_) => Telling::new(
            "台帳に記録できないので、処理を止めています。",
            "管理者に、この画面を見せてください。直れば、自動で再開します。入れたファイルはそのままです。",
        ),
        Pause::Task(error) => {
            let Telling { what, next: _ } = super::task::error(error);
            Telling::new(
                format!("業務に直すところがあるので、処理を止めています。{what}"),
                "業務の担当の方が直せば、自動で再開します。入れたファイルはそのままです。",
            )
        }
        Pause::Mistake => Telling::new(
            "jitan の中で思わぬことが起きたので、処理を止めています。",
            "管理者に、この画面を見せてください。入れたファイルはそのままです。",
        ),
    }
}
