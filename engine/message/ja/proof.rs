//! Which parts of a workbook changed, in Japanese.

use book::Part;
use job::{How, Origin, Proven};

use super::label::number;
use crate::proof::{MOST_GROUPS, MOST_PARTS, lines as lines_of};
use crate::shown::shown;

pub(crate) fn part(part: &Part) -> String {
    match part {
        Part::Sheet(_, name) => format!("シート「{name}」"),
        Part::Texts => "共有文字列".to_owned(),
        Part::Styles => "スタイル（書式）".to_owned(),
        Part::Chain => "計算順の控え".to_owned(),
        Part::Book => "シートの一覧とブックの設定".to_owned(),
        Part::Comments => "コメント".to_owned(),
        Part::Drawing => "シートの上の図と、コメントの枠".to_owned(),
        Part::Image => "画像".to_owned(),
        Part::Table => "テーブル".to_owned(),
        Part::Pivot => "ピボットテーブル".to_owned(),
        Part::Properties => "作成者などの情報".to_owned(),
        Part::Links => "部品どうしのつながり".to_owned(),
        Part::Types => "部品の種類の一覧".to_owned(),
        Part::Other => "そのほかの部品".to_owned(),
    }
}

/// For each group the outputs, the parts that changed, and that no other did.
pub(crate) fn proven(proven: &[Proven<'_>]) -> Vec<String> {
    let mut lines = Vec::new();
    for Proven { names, proof } in proven.iter().take(MOST_GROUPS) {
        let more = match names.len() {
            0 | 1 => String::new(),
            all => format!("ほか{}個", number(all as u64 - 1)),
        };
        let first = shown(names.first().copied().unwrap_or_default());
        lines.push(match &proof.of {
            Origin::Template(name) => format!("「{first}」{more}は、様式「{}」に差し込んだものです。", shown(name)),
            Origin::Arrival(name) => format!("「{first}」{more}は、お預かりした「{}」から作ったものです。", shown(name)),
        });
        lines.push(match proof.same {
            0 => "変わったのは、次のところです。".to_owned(),
            same => format!("変わったのは次のところだけで、ほかの{}個の部品は、もとと1バイトも違いません。", number(same as u64)),
        });
        let told = lines_of(&proof.changed);
        for (changed, count) in told.iter().take(MOST_PARTS) {
            let how = how(changed.how);
            let more = if *count > 1 { format!("など{}個", number(*count as u64)) } else { String::new() };
            lines.push(format!("  ・{}{how}　{}{more}", shown(&changed.what), shown(&changed.part)));
        }
        let rest: usize = told.iter().skip(MOST_PARTS).map(|(_, count)| count).sum();
        if rest > 0 {
            lines.push(format!("  ほか{}個の部品", number(rest as u64)));
        }
    }
    let rest: usize = proven.iter().skip(MOST_GROUPS).map(|group| group.names.len()).sum();
    if rest > 0 {
        lines.push(format!("ほかの{}個の成果物も、同じように確かめました。", number(rest as u64)));
    }
    lines
}

/// For each copy one line: whoever mends it needs no more, and the rest is in `--json`.
pub(crate) fn brief(proven: &[Proven<'_>]) -> Vec<String> {
    let line = |Proven { names, proof }: &Proven<'_>| {
        let name = shown(names.first().copied().unwrap_or_default());
        let told = lines_of(&proof.changed);
        let what = |(changed, _): &(&job::Changed, usize)| format!("{}{}", shown(&changed.what), how(changed.how));
        let all = told.iter().take(MOST_PARTS).map(what).collect::<Vec<_>>().join("、");
        let more = if told.len() > MOST_PARTS { "など" } else { "" };
        match proof.same {
            0 => format!("「{name}」で変わったのは、{all}{more}です。"),
            same => format!(
                "「{name}」で変わったのは、{all}{more}だけで、ほかの{}個の部品は1バイトも違いません。",
                number(same as u64)
            ),
        }
    };
    proven.iter().take(MOST_GROUPS).map(line).collect()
}

fn how(how: How) -> &'static str {
    match how {
        How::Changed => "",
        How::Added => "（加えたもの）",
        How::Removed => "（なくしたもの）",
    }
}
