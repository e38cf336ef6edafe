//! 受領書, はじめにお読みください and 取消の記録, in Japanese.

use job::{Counted, DateTime, Facts, Note, Proven, Row, Setback, Slip, Told, UndoWhy};
use task::{Method, Saving};

use super::job::kept;
use super::label;
use crate::note::{TOLD, told, value};
use crate::shown::{one_line, shown};
use crate::{Lang, Tell, Telling};

/// The file's name and its lines.
pub(crate) fn note(slip: &Slip<'_>, note: &Note<'_>) -> (&'static str, Vec<String>) {
    match note {
        Note::Done { facts, rows, saving, counted, outputs, proven, closed, renamed, handed_back } => {
            let mut lines = head("受領書", slip);
            lines.extend(results(slip, outputs, *renamed, *handed_back));
            lines.extend(account(facts));
            lines.extend(findings(facts, rows, *closed));
            lines.extend(changed(proven));
            lines.extend(hours(slip, facts, saving, *counted));
            lines.extend(back(slip, *handed_back));
            ("受領書.txt", lines)
        }
        Note::Skipped { earlier, handed_back } => {
            let mut lines = head("受領書", slip);
            lines.push(format!("前に処理したもの（処理の番号 {earlier}）と同じ内容なので、あらためて処理はしていません。"));
            lines.push("結果は、そのときのものをお使いください。削減時間も、もう一度は数えていません。".to_owned());
            if *handed_back {
                lines.push("お預かりしたものは、何も変えずに、このフォルダに戻しました。".to_owned());
            }
            ("受領書.txt", lines)
        }
        Note::Returned { facts, rows, list, marked, proven, closed } => {
            (READ_FIRST, returned(slip, facts, rows, (*list, *marked, *closed), proven))
        }
        Note::Failed { why, attempts } => (READ_FIRST, failed(slip, why, *attempts)),
        Note::NamesKept { left } => {
            let mut lines = head("名前を変えられなかったもの", slip);
            let count = label::number(left.len() as u64);
            lines.push(format!(
                "次の{count}個のファイルは、名前を変えられなかったので、元の名前のままです。件数にも数えていません。"
            ));
            lines.push(String::new());
            lines.extend(each_left(left, kept));
            ("名前を変えられなかったもの.txt", lines)
        }
        Note::Undone { outputs, files, back, left } => {
            let mut lines = head("取消の記録", slip);
            lines.push("この処理を取り消しました。削減時間の記録からも除きました。".to_owned());
            if *outputs > 0 {
                lines.push(format!("成果物 {}個は、このフォルダに移しました。", label::number(*outputs as u64)));
            }
            if let Some(files) = files {
                lines.push(format!("{}個のファイルは、元の名前に戻して、このフォルダに移しました。", label::number(*files)));
            }
            if !back.is_empty() {
                heading(&mut lines, "元のファイルを戻した所");
                lines.extend(back.iter().map(|place| format!("  ・{}", shown(place))));
            }
            if !left.is_empty() {
                heading(&mut lines, &format!("戻せなかったもの {}件", label::number(left.len() as u64)));
                lines.push("これらは、もとの所にそのまま置いてあります。".to_owned());
                lines.extend(each_left(left, |why| why.tell(Lang::Ja)));
            }
            ("取消の記録.txt", lines)
        }
    }
}

/// More than these nobody reads one by one.
const MOST_LEFT: usize = 1_000;

fn each_left(left: &[(String, UndoWhy)], words: impl Fn(UndoWhy) -> Telling) -> Vec<String> {
    let mut lines = Vec::new();
    for (place, why) in left.iter().take(MOST_LEFT) {
        let Telling { what, next } = words(*why);
        lines.push(format!("  ・{}：{what}", shown(place)));
        lines.push(format!("    → {next}"));
    }
    if left.len() > MOST_LEFT {
        lines.push(format!("  ほか{}件", label::number((left.len() - MOST_LEFT) as u64)));
    }
    lines
}

const READ_FIRST: &str = "はじめにお読みください.txt";

fn head(title: &str, slip: &Slip<'_>) -> Vec<String> {
    vec![
        title.to_owned(),
        String::new(),
        format!("お預かりしたもの：{}", shown(slip.name)),
        format!("業務　　　　　　：{}", slip.task.manifest.name.ja),
        format!("処理した日時　　：{}", time(slip.at)),
        format!("処理の番号　　　：{}", slip.job),
        String::new(),
    ]
}

fn heading(lines: &mut Vec<String>, text: &str) {
    lines.push(String::new());
    lines.push(format!("■ {text}"));
}

fn results(slip: &Slip<'_>, outputs: &[String], renamed: usize, handed_back: bool) -> Vec<String> {
    let mut lines = Vec::new();
    if handed_back {
        let what = if slip.folder { "フォルダ" } else { "ファイル" };
        lines.push(match renamed {
            0 => format!("できました。名前の変わるファイルはありません。お預かりした{what}は、そのままこのフォルダに戻しました。"),
            _ if slip.folder => format!(
                "できました。{}個のファイルの名前を変えました。お預かりしたフォルダは、ほかのファイルもいっしょに、このフォルダに戻しました。",
                label::number(renamed as u64)
            ),
            _ => "できました。お預かりしたファイルは、名前を変えて、このフォルダに戻しました。".to_owned(),
        });
        if !outputs.is_empty() {
            lines.push("ほかに、次のものがあります。".to_owned());
        }
    } else if outputs.is_empty() {
        lines.push("できました。この業務が作るファイルはありません。".to_owned());
    } else {
        lines.push("できました。成果物は、このフォルダの中の次のものです。".to_owned());
    }
    lines.extend(outputs.iter().take(20).map(|name| format!("  ・{}", shown(name))));
    if outputs.len() > 20 {
        lines.push(format!("  ほか{}個", label::number(outputs.len() as u64 - 20)));
    }
    lines
}

fn account(facts: &Facts) -> Vec<String> {
    let mut lines = Vec::new();
    heading(&mut lines, "読んだもの");
    lines.push(label::counts(facts));
    if facts.files > facts.files_used {
        let left = label::number(facts.files - facts.files_used);
        lines.push(format!("使わなかった {left}ファイルと、その理由は「見つけたこと」にあります。"));
    }
    if facts.account.balances() {
        let account = &facts.account;
        lines.push(format!(
            "読んだ行 {} ＝ 使った行 {} ＋ 除いた行 {}",
            label::number(account.read),
            label::number(account.used),
            label::number(account.left_out())
        ));
        lines.extend(
            account
                .excluded
                .iter()
                .map(|(reason, count)| format!("  ・除いた理由：{}　{}行", one_line(reason), label::number(*count))),
        );
    }
    lines
}

fn findings(facts: &Facts, rows: &[Row], closed: Option<&str>) -> Vec<String> {
    let mut lines = Vec::new();
    if rows.is_empty() {
        return lines;
    }
    heading(&mut lines, "見つけたこと");
    let told = told(rows, false);
    for (at, row) in told.iter().enumerate() {
        lines.extend(finding(at + 1, row, true, closed.is_some()));
    }
    more(&mut lines, facts.counts.all(), told.len(), Some("要確認一覧.xlsx"));
    lines.extend(closed.map(self::closed));
    lines
}

/// Where, what, what to do: three lines at most, so that the eye finds the next one.
fn finding(number: usize, row: &Row, weight: bool, closed: bool) -> Vec<String> {
    let mut place: Vec<String> = Vec::new();
    place.extend(row.file.as_deref().map(shown));
    place.extend(row.sheet.as_deref().map(|sheet| format!("シート「{}」", shown(sheet))));
    place.extend(row.cell.as_deref().map(label::cell));
    place.extend(row.column.as_deref().map(|column| format!("項目「{}」", one_line(column))));
    place.extend(value(row, closed).map(|value| format!("値「{value}」")));
    let weight = if weight { format!("{}　", label::weight(row.severity)) } else { String::new() };
    let mut lines = vec![format!("{number:>3}. {weight}{}", if place.is_empty() { "全体".to_owned() } else { place.join("　") })];
    if closed && row.quotes {
        lines.push("     くわしいことは、要確認一覧に書いてあります。".to_owned());
        return lines;
    }
    lines.push(format!("     {}", one_line(&row.problem)));
    if !row.remedy.trim().is_empty() {
        lines.push(format!("     → {}", one_line(&row.remedy)));
    }
    lines
}

fn more(lines: &mut Vec<String>, all: usize, told: usize, list: Option<&str>) {
    if all <= told {
        return;
    }
    let rest = label::number((all - told) as u64);
    lines.push(match list {
        Some(list) => format!("     ほか{rest}件。すべては「{}」にあります。", shown(list)),
        None => format!("     ほか{rest}件。"),
    });
}

/// Which password opens what was made from a protected workbook.
pub(crate) fn closed(name: &str) -> String {
    format!(
        "お預かりした「{}」にはパスワードが付いているので、その写しと要確認一覧にも、同じパスワードを付けました。同じパスワードで開きます。",
        shown(name)
    )
}

/// What changed in outputs that were made from a workbook.
fn changed(proven: &[Proven<'_>]) -> Vec<String> {
    let mut lines = Vec::new();
    if !proven.is_empty() {
        heading(&mut lines, "もとのブックから変わったところ");
        lines.extend(super::proof::proven(proven));
    }
    lines
}

fn hours(slip: &Slip<'_>, facts: &Facts, saving: &Saving, counted: Counted<'_>) -> Vec<String> {
    let baseline = &slip.task.manifest.baseline;
    let mut lines = Vec::new();
    heading(&mut lines, "削減時間（見込み）");
    match counted {
        Counted::Yes => lines.push(format!(
            "{}{}件　手作業なら {}　→　今は {}　削減 {}",
            if facts.unit == "件" { String::new() } else { format!("{} ", facts.unit) },
            label::number(facts.units),
            label::minutes(saving.before),
            label::minutes(saving.after),
            label::minutes(saving.saved)
        )),
        Counted::Before(job) => lines.push(format!("前に処理したもの（{job}）と同じ内容なので、数えていません。")),
        Counted::NewWork => lines.push("これまでしていなかった仕事なので、削減時間には数えていません。".to_owned()),
    }
    let method = match baseline.method {
        Method::Measured => "実測",
        Method::Interview => "聞き取り",
        Method::Estimate => "推計",
    };
    lines.push(format!(
        "基準時間：1件あたり {}分 → {}分（{method}、{}）。今の分には、確認の時間も入っています。",
        baseline.before.normalize(),
        baseline.after.normalize(),
        day(baseline.date.into()),
    ));
    lines
}

fn back(slip: &Slip<'_>, handed_back: bool) -> Vec<String> {
    let manifest = &slip.task.manifest;
    let mut lines = Vec::new();
    heading(&mut lines, "元のファイルと、取消");
    let days = manifest.retention_days.map(label::number);
    lines.push(match (handed_back, days) {
        (true, _) => "戻したものは、お預かりしたファイルそのものです。中身は変えていません。写しは残していないので、使う所へ移してください。"
            .to_owned(),
        (false, Some(days)) => format!("元のファイルは、中身を変えずに{days}日のあいだ保管し、そのあとで消します。"),
        (false, None) => "元のファイルは、中身を変えずに保管してあります。".to_owned(),
    });
    if handed_back {
        let until = manifest.retention_days.map(|days| format!("{}日のあいだ、", label::number(days))).unwrap_or_default();
        lines.push(format!("{until}取り消すと、書き換えも移動もしていないファイルは、元の名前に戻ります。"));
    }
    lines.push(format!("取り消すときは、{}の{}に、処理の番号を伝えてください。", manifest.department, manifest.owner));
    lines.push(format!("（担当の方は：jitan jobs undo {}）", slip.job));
    lines
}

fn returned(
    slip: &Slip<'_>,
    facts: &Facts,
    rows: &[Row],
    (list, marked, closed): (Option<&str>, Option<&str>, Option<&str>),
    proven: &[Proven<'_>],
) -> Vec<String> {
    let name = shown(slip.name);
    let kind = if slip.folder { "フォルダ" } else { "" };
    let told = told(rows, facts.counts.errors > 0);
    let mut lines = vec![
        "はじめにお読みください".to_owned(),
        String::new(),
        format!("{kind}「{name}」は、直していただくところがあるので、お返しします。"),
        "お預かりしたものは、何も変えずにここにあります。結果はまだ作っていません。".to_owned(),
    ];
    let errors = facts.counts.errors;
    let title = if errors > TOLD {
        format!("直すところ {}件のうち、はじめの{TOLD}件", label::number(errors as u64))
    } else {
        format!("直すところ {errors}件")
    };
    heading(&mut lines, &title);
    for (at, row) in told.iter().enumerate() {
        lines.extend(finding(at + 1, row, false, closed.is_some()));
    }
    more(&mut lines, facts.counts.errors, told.len(), list);
    heading(&mut lines, "どうすればよいか");
    let mut steps = Vec::new();
    if let Some(marked) = marked {
        steps.push(format!("「{}」を開くと、直すところに色が付いています。", shown(marked)));
    } else if let Some(list) = list {
        steps.push(format!("「{}」に、直すところがすべて並んでいます。", shown(list)));
    }
    steps.extend(closed.map(self::closed));
    steps.push(if slip.folder {
        format!("ここにあるフォルダ「{name}」の中のファイルを直して、保存します。")
    } else {
        format!("ここにある「{name}」を直して、保存します。")
    });
    steps.push(format!("直したものを、もう一度「{}」に入れます。名前は同じでかまいません。", slip.inbox));
    steps.push(format!("結果は「{}」に出ます。", slip.done));
    lines.extend(steps.iter().enumerate().map(|(at, step)| format!("  {}. {step}", at + 1)));
    lines.push(String::new());
    lines.extend(asking(slip));
    lines.extend(super::proof::brief(proven));
    lines
}

fn asking(slip: &Slip<'_>) -> Vec<String> {
    let manifest = &slip.task.manifest;
    vec![
        format!("わからないときは、{}の{}に、処理の番号を伝えてお尋ねください。", manifest.department, manifest.owner),
        format!("処理の番号 {}　業務「{}」　{}", slip.job, manifest.name.ja, time(slip.at)),
    ]
}

fn failed(slip: &Slip<'_>, why: &Setback, attempts: u32) -> Vec<String> {
    let manifest = &slip.task.manifest;
    let Telling { what, next } = why.tell(Lang::Ja);
    let kind = if slip.folder { "フォルダ" } else { "" };
    let mut lines = vec![
        "はじめにお読みください".to_owned(),
        String::new(),
        format!("{kind}「{}」の処理が、途中で止まりました。お預かりしたものは、そのままここにあります。", shown(slip.name)),
        format!("{}の{}に、処理の番号「{}」を伝えてください。", manifest.department, manifest.owner, slip.job),
        String::new(),
        "────────────────────────────────".to_owned(),
        "業務の担当の方へ".to_owned(),
        String::new(),
        format!("業務　　　：{}（{}）", manifest.name.ja, slip.task.id),
        format!("処理の番号：{}", slip.job),
        format!("日時　　　：{}", time(slip.at)),
        format!("試した回数：{attempts}回"),
        format!("理由　　　：{}", one_line(&what)),
        format!("対処　　　：{}", one_line(&next)),
    ];
    if let Setback::Script { told } = why {
        lines.extend(told.iter().take(TOLD).flat_map(place));
    }
    lines.push(String::new());
    lines.push(format!("詳しく見る　　　：jitan jobs show {}", slip.job));
    lines.push(format!("直して、もう一度：jitan jobs retry {}", slip.job));
    lines
}

fn place(told: &Told) -> Vec<String> {
    let mut place = told.file.as_deref().map(shown).unwrap_or_default();
    if let Some(line) = told.line {
        place.push_str(&format!(" {line}行目"));
    }
    if let Some(column) = told.column {
        place.push_str(&format!(" {column}文字目"));
    }
    if let Some(word) = &told.word {
        place.push_str(&format!("「{}」", one_line(word)));
    }
    let mut lines = vec![String::new(), format!("  {}", place.trim()), format!("    {}", one_line(&told.what))];
    if !told.next.is_empty() {
        lines.push(format!("    → {}", one_line(&told.next)));
    }
    lines
}

/// 2026年11月20日 10時05分
pub(crate) fn time(at: DateTime) -> String {
    format!("{} {}時{:02}分", day(at), at.hour(), at.minute())
}

fn day(at: DateTime) -> String {
    format!("{}年{}月{}日", at.year(), at.month(), at.day())
}
