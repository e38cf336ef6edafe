//! The words of a marked copy, in Japanese.

use book::MarkWords;
use job::Row;

use super::label;

pub(crate) fn marks(rows: &[&Row]) -> MarkWords {
    let count = |wanted: job::Weight| rows.iter().filter(|row| row.severity == wanted).count();
    let (errors, warnings, notes) = (count(job::Weight::Error), count(job::Weight::Warning), count(job::Weight::Note));
    MarkWords {
        sheet: "指摘一覧".to_owned(),
        data: "データ".to_owned(),
        lines: vec![
            "指摘一覧".to_owned(),
            format!(
                "エラー {errors}件、注意 {warnings}件、参考 {notes}件。色の付いたセルを直して、このファイルをもう一度入れてください。"
            ),
            "このシート、色、指摘のメモは、次に入れたときに自動で取り除きます。消さなくてもかまいません。".to_owned(),
        ],
        header: ["重要度", "シート", "セル", "項目", "値", "問題", "対処"].map(str::to_owned),
        weights: [job::Weight::Error, job::Weight::Warning, job::Weight::Note].map(|weight| label::weight(weight).to_owned()),
        problem: "問題：".to_owned(),
        remedy: "対処：".to_owned(),
        more: |count| format!("ほかに{count}件の指摘があります。「指摘一覧」を見てください。"),
    }
}

pub(crate) fn marked_name(stem: &str) -> String {
    named(stem, "（指摘つき）")
}

pub(crate) fn left_out_name(stem: &str) -> String {
    named(stem, "（差戻し分）")
}

/// One that comes back marked, perhaps numbered, keeps its mark and gets no second one.
fn named(stem: &str, mark: &str) -> String {
    let whole = stem.strip_suffix(')').and_then(|rest| rest.rsplit_once(" ("));
    let bare = whole.filter(|(_, number)| number.bytes().all(|byte| byte.is_ascii_digit())).map_or(stem, |(bare, _)| bare);
    if bare.ends_with(mark) { bare.to_owned() } else { format!("{stem}{mark}") }
}
