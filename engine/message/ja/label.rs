//! Headings, counts and short words, in Japanese.

use book::{Fate, Place};
use japan::NameTrouble;
use job::{Account, Facts, ListWords, Weight};
use rust_decimal::Decimal;

use crate::Word;

pub(crate) fn place(place: &Place) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    parts.extend(place.file.as_ref().map(|file| format!("「{file}」")));
    parts.extend(place.sheet.as_ref().map(|sheet| format!("シート「{sheet}」")));
    parts.extend(place.cell.as_ref().map(|cell| self::cell(cell)));
    (!parts.is_empty()).then(|| parts.join("の"))
}

/// `12:12` is a row, `B7` a cell.
pub(crate) fn cell(cell: &str) -> String {
    match cell.split_once(':') {
        Some((a, b)) if a == b && a.bytes().all(|byte| byte.is_ascii_digit()) => format!("{a}行目"),
        _ => cell.to_owned(),
    }
}

pub(crate) fn fate(fate: Fate) -> &'static str {
    match fate {
        Fate::Stopped => "処理を止めました",
        Fate::Skipped => "読み飛ばしました",
        Fate::Blanked => "空欄として使いました",
        Fate::Used => "そのまま使いました",
        Fate::NameKept => "元の名前のままにしました",
        Fate::WentOn => "そのまま進めました",
    }
}

pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        0..1_024 => format!("{bytes}バイト"),
        1_024..1_048_576 => format!("{}KB", bytes / 1_024),
        _ => format!("{}MB", bytes / 1_048_576),
    }
}

/// 1234567 as 1,234,567.
pub(crate) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// 「42ファイル中 40ファイルを処理、エラー 2件、注意 3件、参考 1件」
pub(crate) fn counts(facts: &Facts) -> String {
    let counts = facts.counts;
    let mut text = match (facts.files, facts.returned) {
        (1, false) => "1ファイルを処理しました".to_owned(),
        (1, true) => "1ファイルを差し戻しました".to_owned(),
        (files, false) => format!("{}ファイル中 {}ファイルを処理しました", number(files), number(facts.files_used)),
        (files, true) => format!("{}ファイルを差し戻しました", number(files)),
    };
    if counts.all() == 0 {
        text.push_str("。指摘はありません。");
    } else {
        text.push_str(&format!("。エラー {}件、注意 {}件、参考 {}件。", counts.errors, counts.warnings, counts.notes));
    }
    text
}

/// 「読んだ行 1,000 ＝ 使った行 990 ＋ 除いた行 10（合計行 8、重複 2）」
pub(crate) fn reconciliation(account: &Account) -> String {
    let mut text = format!(
        "読んだ行 {} ＝ 使った行 {} ＋ 除いた行 {}",
        number(account.read),
        number(account.used),
        number(account.left_out())
    );
    if !account.excluded.is_empty() {
        let reasons: Vec<String> =
            account.excluded.iter().map(|(reason, count)| format!("{reason} {}", number(*count))).collect();
        text.push_str(&format!("（{}）", reasons.join("、")));
    }
    text
}

pub(crate) fn name_trouble(trouble: &NameTrouble) -> String {
    match trouble {
        NameTrouble::Empty => "名前が空です。".to_owned(),
        NameTrouble::Forbidden { character } => format!("Windowsで使えない「{character}」が入っています。"),
        NameTrouble::Invisible { .. } => "目に見えない文字が入っています。".to_owned(),
        NameTrouble::Direction { .. } => "文字の向きを変える、まぎらわしい文字が入っています。".to_owned(),
        NameTrouble::Reserved { word } => format!("「{word}」はWindowsが使う名前です。"),
        NameTrouble::TrailingSpace => "最後に空白があります。".to_owned(),
        NameTrouble::TrailingDot => "最後に「.」があります。".to_owned(),
        NameTrouble::TooManyBytes { bytes } => format!("名前が長すぎます（{bytes}バイト、上限255）。"),
        NameTrouble::TooManyUnits { units } => format!("名前が長すぎます（{units}文字、上限255）。"),
        NameTrouble::PathTooLong { units } => format!("フォルダを含めた名前が長すぎます（{units}文字、上限259）。"),
    }
}

pub(crate) fn list(facts: &Facts) -> ListWords {
    let title = if facts.returned { "要確認一覧（差し戻し）" } else { "要確認一覧" };
    let mut lines = vec![title.to_owned(), counts(facts)];
    if facts.returned {
        lines.push("エラーを直して、もう一度入れてください。元のファイルはそのままです。".to_owned());
    }
    if facts.account.balances() {
        lines.push(reconciliation(&facts.account));
    }
    let header = ["重要度", "ファイル", "シート", "セル", "項目", "値", "問題", "対処", "処理"];
    ListWords {
        file: "要確認一覧.xlsx".to_owned(),
        sheet: "要確認".to_owned(),
        lines,
        header: header.map(str::to_owned),
        weights: [Weight::Error, Weight::Warning, Weight::Note].map(|weight| self::weight(weight).to_owned()),
    }
}

pub(crate) fn weight(weight: Weight) -> &'static str {
    match weight {
        Weight::Error => "エラー",
        Weight::Warning => "注意",
        Weight::Note => "参考",
    }
}

/// Minutes as hours and minutes: 「7時間12分」.
pub(crate) fn minutes(minutes: Decimal) -> String {
    // Below ten minutes, tenths matter.
    let whole = minutes.abs().round_dp(u32::from(minutes.abs() < Decimal::TEN));
    let (hours, rest) = (whole / Decimal::from(60), whole % Decimal::from(60));
    let sign = if minutes.is_sign_negative() && !whole.is_zero() { "−" } else { "" };
    match hours.trunc() {
        none if none.is_zero() => format!("{sign}{}分", rest.normalize()),
        hours => format!("{sign}{}時間{}分", hours.normalize(), rest.normalize()),
    }
}

pub(crate) fn word(word: &Word) -> String {
    match word {
        Word::Done => "できました。".to_owned(),
        Word::Returned => {
            "エラーがあるので、差し戻します。出したのは、要確認一覧と、指摘を書きこんだ写しだけです。成果物はまだ作っていません。"
                .to_owned()
        }
        Word::Planned => "予定です。まだ何も変えていません。".to_owned(),
        Word::Outputs => "成果物".to_owned(),
        Word::ChangedParts => "もとのブックから変わったところ".to_owned(),
        Word::WouldPublish => "出力する予定のもの".to_owned(),
        Word::Findings => "指摘".to_owned(),
        Word::MoreFindings { count } => format!("ほか{}件。すべては要確認一覧にあります。", number(*count)),
        Word::Renames { count } => format!("名前を変えるファイル {}件", number(*count)),
        Word::Renamed { count } => format!("{}件の名前を変えました。", number(*count)),
        Word::More { count } => format!("ほか{}件", number(*count)),
        Word::UndoWith { command } => format!("元に戻すときは：{command}"),
        Word::Undone { done, already } => {
            let already =
                if *already > 0 { format!("（{}件はもう元の名前です）", number(*already)) } else { String::new() };
            format!("{}件の名前を元に戻しました{already}。", number(*done))
        }
        Word::Resumed { done, already } => {
            format!("続きから{}件の名前を変えました（{}件は変わっていました）。", number(*done), number(*already))
        }
        Word::NotUndone { count } => format!("{}件は、そのままにしました。", number(*count)),
        Word::Saved { units, unit, before, after, saved } => format!(
            "{unit} {}件：手作業なら{}、今は{}、削減 {}（見込み）",
            number(*units),
            minutes(*before),
            minutes(*after),
            minutes(*saved)
        ),
        Word::NotConfined => {
            "このコンピューターでは、処理を閉じ込める仕組み（Landlock）が使えません。上限だけで守ります。".to_owned()
        }
        Word::HalfConfined => "このコンピューターでは、処理の通信を止められません。ファイルは守られています。".to_owned(),
        Word::Reading { at } => format!("{at} を読んでいます"),
        Word::Working => "計算しています".to_owned(),
        Word::At { file, line, column } => match column {
            Some(column) => format!("{file} の{line}行目、{column}文字目"),
            None => format!("{file} の{line}行目"),
        },
        Word::CheckedSound { task } => format!("{task}：間違いは見つかりません。"),
        Word::CheckedDoubtful { task, count } => format!("{task}：動きますが、確かめるところが{count}か所あります。"),
        Word::CheckedWrong { task, count } => format!("{task}：直すところが{count}か所あります。"),
        Word::CasePassed { case } => format!("{case}：合っています。"),
        Word::CaseDiffers { case } => format!("{case}：違いがあります。"),
        Word::CaseBlessed { case } => format!("{case}：今の結果を正しいものとして書き込みました。"),
        Word::CasesEnd { passed, all } => format!("{all}件のうち{passed}件が合っています。"),
        Word::NoCases { task } => format!("{task}：事例がありません。samples/{task}/ に作ってください。"),
        Word::EndsOtherwise { wanted, got } => format!("「{wanted}」で終わるはずが、「{got}」で終わりました。"),
        Word::MissingOutput { name } => format!("「{name}」が出力されていません。"),
        Word::SurplusOutput { name } => format!("「{name}」が余分に出力されています。"),
        Word::FileDiffers { file } => format!("「{file}」の中身が違います。"),
        Word::MissingLine { line } => format!("出るはずの指摘がありません：{line}"),
        Word::SurplusLine { line } => format!("余分な指摘があります：{line}"),
        Word::Demo { folder } => format!("実演用の職場を作りました：{folder}"),
        Word::DemoEnd { folder } => format!("結果と受領書は {folder} にあります。"),
        Word::DemoStatus { page } => format!("今の状況は、ブラウザーで見られます：{page}"),
        Word::DemoTable => "業務,ファイル,読んだ行,使った行,除いた行,指摘,削減（見込み）".to_owned(),
        Word::DemoSum { saved } => format!("合わせて {} の削減（見込み。前の分は聞き取りなどによる基準時間）", minutes(*saved)),
        Word::Made { folder } => format!("業務を作りました：{folder}"),
        Word::OfficeMade { folder } => format!("職場を作りました：{folder}"),
        Word::OfficeNext => "設定は、その中の jitan.toml にあります。次のように、業務を作り、受付を始めます。".to_owned(),
        Word::NoLog { folder } => format!("記録（{folder}）を書けません。処理は続けます。"),
        Word::DropHere { folder } => format!("受付のフォルダを作りました：{folder}"),
        Word::TryIt { command } => format!("次のように試せます：{command}"),
        Word::Seconds { tenths } => format!("{}.{}秒", tenths / 10, tenths % 10),
        Word::Ready => "準備ができました".to_owned(),
        Word::NoJobs => "まだ処理はありません。".to_owned(),
        Word::SameAs { job } => format!("処理{job}と同じ内容です。「jitan jobs run 番号」で処理できます。"),
        Word::WillUndo { outputs, folder } => {
            format!("成果物{}個と元のファイルを「{folder}」に移し、削減時間を取り消します。", number(*outputs))
        }
        Word::WillRename { files, folder } => {
            format!(
                "{}個のファイルを元の名前に戻し、ほかの成果物といっしょに「{folder}」に移して、削減時間を取り消します。",
                number(*files)
            )
        }
        Word::RenameCounts { renamed, kept, left } if *left == 0 => {
            format!("名前を変えたファイル {}個、変わらないファイル {}個", number(*renamed), number(*kept))
        }
        Word::RenameCounts { renamed, kept, left } => format!(
            "名前を変えたファイル {}個、変わらないファイル {}個、変えられなかったファイル {}個",
            number(*renamed),
            number(*kept),
            number(*left)
        ),
        Word::RenamesUndone { files, left } if *left == 0 => {
            format!("元の名前に戻したファイル {}個", number(*files))
        }
        Word::RenamesUndone { files, left } => {
            format!("元の名前に戻したファイル {}個、そのままのファイル {}個", number(*files), number(*left))
        }
        Word::JobUndone { job } => format!("処理{job}を取り消しました。"),
        Word::MayI => "取り消してよければ y を入力してください。".to_owned(),
        Word::PutBack { path } => format!("元のファイルを「{path}」に戻しました。監視していれば、自動で処理されます。"),
        Word::WillRun => "処理するように伝えました。監視していれば、まもなく始まります。".to_owned(),
        Word::Warning => "注意".to_owned(),
        Word::Error => "間違い".to_owned(),
    }
}
