//! What the commands about the ledger and the baselines say, and why the store does not serve, in Japanese.

use ledger::{Error, Figure, Flaw, State};

use super::label::number;
use crate::{Audit, Telling};

/// Why the store does not serve.
pub(crate) fn error(error: &Error) -> Telling {
    const ILL: &str =
        "jitan を止め、台帳のファイルの写しを取ってから、担当者に見せてください。壊れた行は jitan ledger verify で分かります。";
    match error {
        Error::NotThere { path } => Telling::new(
            format!("この職場には、まだ台帳がありません（{}）。", path.display()),
            "職場のフォルダ（--office）を確かめてください。台帳は jitan watch を一度動かすと作られます。",
        ),
        Error::Moved { path } => Telling::new(
            format!("動いているあいだに、台帳のファイル（{}）が移されたか、置き換えられたので、止まりました。", path.display()),
            "台帳のファイルを元の所に戻してから、もう一度始めてください。途中だった処理は、続きから行います。",
        ),
        Error::Foreign { path } => Telling::new(
            format!("「{}」は、jitan の台帳ではありません。", path.display()),
            "jitan.toml の store が正しいか確かめてください。",
        ),
        Error::Newer { found, known } => Telling::new(
            format!("台帳は、もっと新しい jitan で作られています（形式{found}、この版が読めるのは{known}まで）。"),
            "新しい jitan を使ってください。台帳は変えていません。",
        ),
        Error::Network { path, kind } => Telling::new(
            format!("「{}」は、ネットワークの上（{kind}）にあるので、台帳を置けません。", path.display()),
            "jitan.toml の store に、このコンピューターのディスクにある場所を指定してください。",
        ),
        Error::NoRoom => Telling::new(
            "ディスクに空きがないので、台帳に記録できません。",
            "要らないファイルを片付けてください。作業は続きから始まります。",
        ),
        Error::ReadOnly => Telling::new("台帳に書き込めません。", "ディスクと台帳のファイルの権限を確かめてください。"),
        Error::Damaged { what: _ } => Telling::new("台帳のファイルが壊れています。", ILL),
        Error::Busy => Telling::new("台帳がほかの処理で使われています。", "しばらく待ってから、もう一度実行してください。"),
        Error::Unusable { kind: _ } => Telling::new("台帳を読み書きできません。", "ディスクの具合と権限を確かめてください。"),
        Error::NoJob { job } => Telling::new(format!("「{job}」という処理はありません。"), "番号は jitan jobs で見られます。"),
        Error::Taken { job } => Telling::new(format!("処理{job}は、もうあります。"), "もう一度実行してください。"),
        Error::NotNow { job, state } => Telling::new(
            format!("処理{job}は、今は「{}」なので、それはできません。", self::state(*state)),
            format!("jitan jobs show {job} で様子を見られます。"),
        ),
        Error::Refused { what: _ } => Telling::new("台帳が記録を受け付けませんでした。", ILL),
    }
}

fn state(state: State) -> &'static str {
    match state {
        State::Claiming => "受け取り中",
        State::Claimed => "順番待ち",
        State::Running => "処理中",
        State::Staged => "出力中",
        State::Committed | State::Archived => "完了",
        State::Aside => "差戻しか障害",
        State::Vanished => "取り下げ",
        State::Held => "保留（同じ内容）",
        State::Ended => "終了",
        State::Undoing => "取消の途中",
        State::Undone => "取消",
        State::Redoing => "復元の途中",
    }
}

pub(crate) fn audit(audit: &Audit) -> String {
    match audit {
        Audit::Sound { rows, hash } => {
            format!("台帳の{}行は、書かれたときのままです。\n最後の行の印：{rows} {hash}", number(rows.cast_unsigned()))
        }
        Audit::Empty => "台帳には、まだ1行もありません。".to_owned(),
        Audit::Unguarded => {
            "注意：行の変更と削除を拒む仕組みが、台帳から外されています。行そのものは変わっていません。誰がなぜ外したかを確かめてください。".to_owned()
        }
        Audit::Broken { n, flaw } => format!("台帳の{n}行目から後は信用できません：{}", self::flaw(*n, flaw)),
        Audit::HeadThere { n, rows } => {
            format!("その印は{n}行目のものです。この行までは、印を控えたときのままです（今は{}行あります）。", number(rows.cast_unsigned()))
        }
        Audit::HeadGone { written } => format!(
            "「{written}」という印の行は、台帳にありません。印を控えた後に、行が切り取られたか、古い控えに戻されたおそれがあります。"
        ),
        Audit::HeadsThere { count } => format!("外に控えた印{}個は、すべて台帳にあります。", number(*count)),
        Audit::NotedGone { n, date } => {
            let date = date.map_or_else(String::new, |date| format!("{date} に"));
            format!("{date}外に控えた{n}行目の印が、台帳と合いません。その後に、行が切り取られたか、古い控えに戻されたおそれがあります。")
        }
        Audit::NotedUnread { line } => format!("外に控えたファイルの{line}行目は、印として読めません。"),
        Audit::NotedFile { path } => format!("外に控えたファイル「{path}」を読めませんでした。"),
        Audit::Equal { rows } => {
            format!("{}行を、件数と基準時間から計算し直しました。すべて台帳と同じです（equal）。", number(*rows))
        }
        Audit::Total { counted, before, after, rework, saved } => format!(
            "数えた件数 {counted}件、現状 {before}分 − 改善後 {after}分 − 手戻り {rework}分 ＝ 削減 {saved}分"
        ),
        Audit::Different { count } => format!("台帳と違う数字が{}個あります。", number(*count)),
        Audit::Difference { n, figure, written, computed } => {
            let (name, unit) = self::figure(*figure);
            let shown = |value: &i64| if unit == "分" { ledger::Minutes(*value).to_string() } else { value.to_string() };
            format!("{n}行目の{name}：台帳は{}{unit}、計算すると{}{unit}", shown(written), shown(computed))
        }
        Audit::Damage => "データベースの索引が壊れています。控えから戻してください。".to_owned(),
        Audit::Exported { rows, path } => format!("{}行を「{path}」に書き出しました。", number(*rows)),
        Audit::Corrected { n, saved } => format!("{n}行目に訂正を書きました。削減時間は {saved}分 変わります。"),
        Audit::Ready { task, unit, of, after } => {
            let which = if *after { "今のやり方（改善後。確かめる時間も入れる）" } else { "手作業（現状）" };
            format!("「{task}」の{unit}1件にかかる時間を、{which}で{of}回測ります。途中でやめるときは q を押して Enter。")
        }
        Audit::Start { at, of } => format!("{at}/{of}：始めるときに Enter"),
        Audit::Running { at, of } => format!("{at}/{of}：測っています。終わったら Enter"),
        Audit::Sample { at, minutes } => format!("{at}：{minutes}分"),
        Audit::Measured { mean, low, high, samples } => {
            format!("{samples}回の平均 {mean}分（いちばん短くて {low}分、長くて {high}分）")
        }
        Audit::Few { samples } => format!("{samples}回だけです。10回ほど測ると、確かな値になります。"),
        Audit::Write { path } => format!("「{path}」の [baseline] を、次のように書き換えてください。"),
        Audit::Recorded { n, version } => format!("台帳の{n}行目に、基準時間の第{version}版として書きました。"),
        Audit::RecordedNext => {
            "task.toml も同じに書き換えてください。書き換えないと、次の処理からまた task.toml の基準時間になります。".to_owned()
        }
        Audit::SomebodySays => "測った人の名前を書いてください".to_owned(),
    }
}

fn flaw(n: i64, flaw: &Flaw) -> String {
    match flaw {
        Flaw::Missing { next: Some(next) } => format!("{n}行目がなく、次にあるのは{next}行目です。"),
        Flaw::Missing { next: None } => format!("{n}行目がありません。"),
        Flaw::Changed => "その行が、書かれたときと違います（書き換え、入れ替え、または差し込み）。".to_owned(),
        Flaw::Surplus => "番号の合わない行が差し込まれています。".to_owned(),
        Flaw::Unreadable => "ファイルが壊れていて、その行を読めません。".to_owned(),
    }
}

fn figure(figure: Figure) -> (&'static str, &'static str) {
    match figure {
        Figure::Units => ("件数", "件"),
        Figure::Counted => ("数えた件数", "件"),
        Figure::Before => ("現状", "分"),
        Figure::After => ("改善後", "分"),
        Figure::Rework => ("手戻り", "分"),
        Figure::Saved => ("削減", "分"),
        Figure::Baseline => ("基準時間の行", "行目"),
    }
}
