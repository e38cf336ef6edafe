//! What is wrong or doubtful in a workbook, in Japanese.

use book::{Difference, FormatClass, NotRenamed, Problem, Refusal, Shown, Suspicion, ValueKind, Visibility};
use japan::{DateDoubt, DateTrouble};

use super::list;
use crate::Telling;

const AGAIN: &str = "直してから、もう一度入れてください。";

pub(crate) fn problem(problem: &Problem, column: Option<&str>) -> Telling {
    let mask = |value: &str| japan::mask(column, value);
    match problem {
        Problem::Said { problem, remedy, .. } => Telling::new(problem, remedy),
        Problem::Refused(why) => refusal(why),
        Problem::Suspicious(what) => suspicion(what),
        Problem::NotRenamed { to, why } => not_renamed(to, why),
        Problem::OtherSymbol { now, wanted, reason } => Telling::new(
            format!("別の記号「{now}」が付いています（判定は「{wanted}」：{reason}）。"),
            "正しい記号を決めて、手で直してください。",
        ),
        Problem::HiddenSheet => {
            Telling::new("非表示のシートも読み取りました。", "使わないシートであれば、削除してから、もう一度入れてください。")
        }
        Problem::HiddenRows { count } => Telling::new(
            format!("非表示の行が{count}行あり、その行も読み取りました。"),
            "使わない行であれば、削除してから、もう一度入れてください。",
        ),
        Problem::HiddenColumns { count } => Telling::new(
            format!("非表示の列が{count}列あり、その列も読み取りました。"),
            "使わない列であれば、削除してから、もう一度入れてください。",
        ),
        Problem::NoSheet { wanted, have } => Telling::new(
            format!("シート「{wanted}」が見つかりません。あるシートは{}です。", list(have)),
            format!("シートの名前を{AGAIN}"),
        ),
        Problem::NoHeader { wanted, best_row, found } => no_header(wanted, *best_row, found),
        Problem::NoColumn { wanted, near: Some(near) } => Telling::new(
            format!("「{wanted}」の列が見つかりません。よく似た見出し「{near}」があります。"),
            format!("見出しを「{wanted}」に{AGAIN}"),
        ),
        Problem::NoColumn { wanted, near: None } => Telling::new(
            format!("「{wanted}」の列が見つかりません。"),
            format!("「{wanted}」の列を加えてから、もう一度入れてください。違うファイルでないかも確かめてください。"),
        ),
        Problem::NearHeader { wanted, found } => Telling::new(
            format!("見出し「{found}」を「{wanted}」とみなしました。"),
            format!("違う列であれば、見出しを{AGAIN}合っていれば、そのままでかまいません。"),
        ),
        Problem::DuplicateHeader { label, used, other } => Telling::new(
            format!("見出し「{label}」が2か所（{used}と{other}）にあります。{used}の列を使いました。"),
            format!("使わない方の列を削除するか、見出しを{AGAIN}"),
        ),
        Problem::HeaderFarDown { row } => {
            Telling::new(format!("見出しは{row}行目にありました。"), "見出しが合っていれば、そのままでかまいません。")
        }
        Problem::EmptyTable => Telling::new(
            "見出しの下に、データの行がありません。",
            "入力してから、もう一度入れてください。報告することがなければ、担当者に知らせてください。",
        ),
        Problem::TotalRow { label } => Telling::new(
            format!("「{label}」の行は、合計の行とみて集計から除きました。"),
            format!("合計の行でなければ、「{label}」という言葉を{AGAIN}"),
        ),
        Problem::TotalDiffers { label, written, summed } => Telling::new(
            format!("「{label}」の行は{written}ですが、内訳を足すと{summed}です。"),
            "内訳と合計のどちらが正しいか確かめて、直してください。",
        ),
        Problem::UnitApplied { unit } => Telling::new(
            format!("「{unit}」と書かれているので、その単位で計算しました。"),
            format!("単位が違うときは、単位の表示を{AGAIN}"),
        ),
        Problem::OtherSheet { sheet } => Telling::new(
            format!("シート「{sheet}」にも同じ見出しの表がありますが、読んでいません。"),
            "そのシートも要るときは、ファイルを分けるか、業務の担当者に相談してください。",
        ),
        Problem::OtherTable { labels } => Telling::new(
            format!("表の下に、別の見出し（{}）の表があります。そこから下は読んでいません。", list(labels)),
            "下の表も要るときは、別のシートかファイルに分けて、もう一度入れてください。",
        ),
        Problem::MoreFindings { count } => Telling::new(
            format!("同じような指摘が、ほかに{count}件あります。"),
            "一覧にあるものを直してから、もう一度入れてください。残りがあれば、また一覧に出ます。",
        ),
        Problem::Image(trouble) => super::template::image(trouble),
        Problem::ImageTurned => super::template::turned(),
        Problem::Template(trouble) => super::template::trouble(trouble),
        Problem::Missing => Telling::new("入力されていません。", "値を入力してから、もう一度入れてください。"),
        Problem::NotANumber => Telling::new("数字として読めません。", format!("数字だけに{AGAIN}")),
        Problem::NotWhole => Telling::new("小数が入っています。ここは整数の欄です。", format!("整数に{AGAIN}")),
        Problem::NotADate(why) => date_trouble(why),
        Problem::DoubtfulDate(why) => date_doubt(why),
        Problem::NotAMonth => {
            Telling::new("年月として読めません。", "「令和6年4月」や「2024/4」のように書いて、もう一度入れてください。")
        }
        Problem::NotATime => Telling::new("時間として読めません。", "「8:30」のように書いて、もう一度入れてください。"),
        Problem::NotYesNo => {
            Telling::new("「はい」か「いいえ」として読めません。", "「はい」か「いいえ」で書いて、もう一度入れてください。")
        }
        Problem::NotAChoice { choices, near } => Telling::new(
            format!("決められた言葉ではありません。書ける言葉は{}です。", list(choices)),
            match near {
                Some(near) => format!("「{near}」のことであれば、そのように{AGAIN}"),
                None => "書ける言葉の中から選んで、もう一度入れてください。".to_owned(),
            },
        ),
        Problem::NearChoice { taken } => {
            Telling::new(format!("「{taken}」とみなしました。"), format!("違うときは、「{taken}」以外の正しい言葉に{AGAIN}"))
        }
        Problem::LostZeros { digits, candidate } => Telling::new(
            format!("{digits}桁のコードですが、桁が足りません。先頭の0が消えたようです（「{}」でしょうか）。", mask(candidate)),
            format!("セルの書式を「文字列」にして「{}」と入力し、もう一度入れてください。", mask(candidate)),
        ),
        Problem::WrongCode { digits } => {
            Telling::new(format!("{digits}桁のコードとして読めません。"), format!("{digits}桁のコードに{AGAIN}"))
        }
        Problem::OutOfRange { low, high } => Telling::new(
            match (low, high) {
                (Some(low), Some(high)) => format!("{low}から{high}までの数字ではありません。"),
                (Some(low), None) => format!("{low}より小さい数字です。"),
                (None, Some(high)) => format!("{high}より大きい数字です。"),
                (None, None) => "ありえない数字です。".to_owned(),
            },
            format!("元の資料と比べて、正しい数字に{AGAIN}"),
        ),
        Problem::DamagedNumber => Telling::new(
            "16桁以上の数字で、Excelが下の桁を0に変えたおそれがあります。",
            "セルの書式を「文字列」にして元の資料から入力し直し、もう一度入れてください。",
        ),
        Problem::ExcelError(error) => Telling::new(
            format!("計算式がエラー（{}）になっています。", error.text()),
            format!("計算式か、そのもとの値を{AGAIN}"),
        ),
        Problem::StaleFormula => Telling::new(
            "計算式の答えがファイルに保存されていません。",
            "Excelで開いて上書き保存してから、もう一度入れてください。",
        ),
        Problem::NumberAsText => Telling::new(
            "数字が文字として入力されていますが、数字として使いました。",
            "値が合っていれば、そのままでかまいません。",
        ),
        Problem::StatisticalMark { mark } => Telling::new(
            format!("数字ではなく記号「{mark}」が書かれています。"),
            "数字があるときは、数字を入力してから、もう一度入れてください。",
        ),
        Problem::MergedValue => Telling::new(
            "結合されたセルの値なので、左上の1行だけの値として使いました。",
            "ほかの行にも同じ値が要るときは、結合を解除して1行ずつ入力し、もう一度入れてください。",
        ),
        Problem::UnclosedQuote { line } => Telling::new(
            format!("{line}行目で始まる「\"」が閉じられていないので、その先を正しく読めません。"),
            "ファイルを出力したシステムから、もう一度出力し直してください。",
        ),
        Problem::NulByte { line } => Telling::new(
            format!("{line}行目に、文字ではないデータが入っています。"),
            "ファイルが壊れているおそれがあります。元のシステムから出力し直してください。",
        ),
        Problem::RaggedRow { fields, expected } => Telling::new(
            format!("項目が{fields}個あります。見出しは{expected}個です。"),
            "「,」の数が合うように行を直してから、もう一度入れてください。",
        ),
        Problem::UnreadableCharacter { text } => Telling::new(
            format!("読めない文字（外字など）があります：「{}」。", mask(text)),
            "正しい文字を確かめて、直してください。",
        ),
        Problem::Unencodable { character, encoding } => Telling::new(
            format!("「{character}」は{encoding}では書けない文字です。"),
            "使ってよい別の字に直すか、文字コードをUTF-8にするよう担当者に相談してください。",
        ),
        Problem::ReplacedCharacter { from, to, encoding } => Telling::new(
            format!("「{from}」は{encoding}では書けないので、同じ意味の「{to}」に置き換えました。"),
            "見た目が変わって困るときは、担当者に相談してください。",
        ),
        Problem::DuplicateKey { key, first } => Telling::new(
            match super::label::place(first) {
                Some(place) => format!("「{}」が重複しています。最初のものは{place}にあります。", mask(key)),
                None => format!("「{}」が重複しています。", mask(key)),
            },
            format!("どちらが正しいか確かめ、一方を{AGAIN}"),
        ),
        Problem::NoPartner { key, other } => Telling::new(
            format!("「{}」は、{other}にありません。", mask(key)),
            format!("書き間違いであれば{AGAIN}{other}に足りないときは、そちらに加えてください。"),
        ),
        Problem::SpellingVaries { other } => Telling::new(
            format!("「{}」と書き方が違うだけで、同じもののようです。", mask(other)),
            "同じものであれば、どちらかの書き方にそろえてください。",
        ),
    }
}

fn no_header(wanted: &[String], best_row: Option<u32>, found: &[String]) -> Telling {
    let mut what = format!("表の見出しが見つかりません。探した見出しは{}です。", list(wanted));
    if let Some(row) = best_row.filter(|_| !found.is_empty()) {
        what.push_str(&format!("一番近い{row}行目にあるのは{}だけです。", list(found)));
    }
    Telling::new(what, format!("違うファイルでないか確かめてください。合っているときは、見出しを様式のとおりに{AGAIN}"))
}

fn not_renamed(to: &str, why: &NotRenamed) -> Telling {
    let (because, next) = match why {
        NotRenamed::Open { by: Some(by) } => (format!("{by}さんが開いています。"), "閉じてから、もう一度入れてください。"),
        NotRenamed::Open { by: None } => ("だれかが開いています。".to_owned(), "閉じてから、もう一度入れてください。"),
        NotRenamed::Name { troubles } => {
            let all = troubles.iter().map(super::label::name_trouble).collect();
            (all, "名前を短くするか、使えない字をほかの字に変えてから、もう一度入れてください。")
        }
        NotRenamed::Twin { other } => (
            format!("「{other}」も同じ名前になります（大文字と小文字、濁点の持ち方の違いは区別されません）。"),
            "どちらかの名前を手で変えてから、もう一度入れてください。",
        ),
        NotRenamed::Taken { by } => {
            (format!("「{by}」がすでにあり、同じ名前になります。"), "どちらかの名前を手で変えてから、もう一度入れてください。")
        }
    };
    Telling::new(format!("名前を「{to}」に変えませんでした。{because}"), next)
}

pub(crate) fn refusal(refusal: &Refusal) -> Telling {
    match refusal {
        Refusal::Empty => Telling::new("ファイルの中身が空です。", "保存がうまくいったか確かめて、もう一度入れてください。"),
        Refusal::TooLarge { bytes, limit } => Telling::new(
            format!("ファイルが大きすぎます（{}、上限{}）。", super::label::size(*bytes), super::label::size(*limit)),
            "要らないシートや画像を減らすか、ファイルを分けてから、もう一度入れてください。",
        ),
        Refusal::Password => {
            Telling::new("パスワードがかかっているので、開けません。", "パスワードを外して保存してから、もう一度入れてください。")
        }
        Refusal::WrongPassword => Telling::new(
            "パスワードがかかっていて、職場で決めたパスワードでは開けません。",
            "職場で決めたパスワードに付け直すか、パスワードを外して保存してから、もう一度入れてください。",
        ),
        Refusal::CutOff => Telling::new(
            "ファイルが途中で切れています。コピーが終わっていないか、一部が失われています。",
            "元のファイルが開けるか確かめて、コピーし直してください。",
        ),
        Refusal::Broken { at: _ } => Telling::new(
            "ファイルが壊れているので、読めません。",
            "Excelで開けるか確かめ、開けたら名前を付けて保存し直してから、もう一度入れてください。",
        ),
        Refusal::Foreign { format } => Telling::new(
            format!("表のファイルではなく、{format}です。"),
            "Excelのファイル（xlsx、xls）かCSVで保存してから、もう一度入れてください。",
        ),
        Refusal::Unknown => Telling::new(
            "Excelのファイルでも、CSVでもありません。",
            "違うファイルでないか確かめ、ExcelのファイルかCSVで、もう一度入れてください。",
        ),
        Refusal::UnknownEncoding => Telling::new(
            "文字コードが分からないので、文字を正しく読めません。",
            "Excelで開いて「CSV UTF-8」の形式で保存し、もう一度入れてください。",
        ),
        Refusal::Hostile { why: _ } => Telling::new(
            "ふつうのファイルにはない危険な作りになっているので、開きませんでした。",
            "出どころを確かめてください。心当たりがないときは開かずに、情報システムの担当に知らせてください。",
        ),
        Refusal::NotPermitted => Telling::new(
            "この業務では、開くことが認められていないファイルです。",
            "開く必要があるときは、業務の担当者に相談してください。",
        ),
        Refusal::Changed => Telling::new(
            "処理の途中で、ファイルが書き換えられたか、なくなりました。",
            "ファイルを閉じて、保存が終わってから、もう一度入れてください。",
        ),
        Refusal::HardLink { names } => Telling::new(
            format!("同じファイルに名前が{names}個付いているので、開きませんでした。"),
            "ファイルをコピーして、コピーした方を入れてください。",
        ),
        Refusal::Locked => Telling::new(
            "ファイルを読む権限がないか、読み取りに失敗しました。",
            "開いている人がいないか、ファイルの権限が足りているかを確かめて、もう一度入れてください。",
        ),
        Refusal::TooManyCells { limit } => Telling::new(
            format!("セルが多すぎます（上限{limit}個）。"),
            "要らないシートを減らすか、ファイルを分けてから、もう一度入れてください。",
        ),
    }
}

pub(crate) fn suspicion(suspicion: &Suspicion) -> Telling {
    match suspicion {
        Suspicion::LyingExtension { name, bytes } => Telling::new(
            format!("名前は「.{name}」ですが、中身は「{bytes}」の形式です。中身のとおりに読みました。"),
            "正しい形式で保存し直していただくと確実です。",
        ),
        Suspicion::Macros => Telling::new(
            "マクロが入ったファイルです。マクロは動かさず、値だけを読みました。",
            "マクロで計算する値があるときは、Excelで計算してから保存し、もう一度入れてください。",
        ),
        Suspicion::ExternalLinks => Telling::new(
            "ほかのファイルを参照する計算式があります。最後に保存されたときの値を使いました。",
            "値が古いおそれがあるときは、Excelで更新して保存し、もう一度入れてください。",
        ),
        Suspicion::FullToLastRow => Telling::new(
            "古い形式（xls）の最後の行まで、いっぱいに入っています。入りきらなかった行が消えているおそれがあります。",
            "元のデータの行数と比べてください。足りないときは、xlsxかCSVで出力し直してください。",
        ),
        Suspicion::NoFinalNewline => {
            Telling::new("最後の行が途中で終わっているかもしれません。", "最後の行に欠けがないか、確かめてください。")
        }
        Suspicion::TwoEncodings { read, perhaps } => Telling::new(
            format!("文字コードを決められません。{}として読みましたが、{}かもしれません。", read.name(), perhaps.name()),
            "結果の文字が化けていないか、確かめてください。化けていたら、UTF-8（BOM付き）で保存し直して、もう一度入れてください。",
        ),
    }
}

pub(crate) fn date_trouble(trouble: &DateTrouble) -> Telling {
    const WRITE: &str = "「2024/4/1」や「令和6年4月1日」のように書いて、もう一度入れてください。";
    match trouble {
        DateTrouble::NotADate => Telling::new("日付として読めません。", WRITE),
        DateTrouble::NoSuchDay => Telling::new("暦にない日です。", format!("月と日を{AGAIN}")),
        DateTrouble::NoSuchYear => Telling::new("ありえない年です。", format!("年を{AGAIN}")),
        DateTrouble::NoEra => Telling::new("元号か西暦かが分からず、何年か決められません。", WRITE),
        DateTrouble::YearsDiffer => {
            Telling::new("元号の年と西暦の年が合いません。", "どちらが正しいか確かめ、一方だけを書いて、もう一度入れてください。")
        }
        DateTrouble::NoYear => Telling::new("年が書かれていないので、何年か決められません。", WRITE),
    }
}

pub(crate) fn date_doubt(doubt: &DateDoubt) -> Telling {
    match doubt {
        DateDoubt::EraOver { right } => Telling::new(
            format!("その元号の期間にない年です。「{right}」として使いました。"),
            format!("合っていれば「{right}」に、違うときは正しい日付に直してください。"),
        ),
        DateDoubt::WrongWeekday { right } => Telling::new(
            format!("曜日が合いません。この日は{right}曜日です。"),
            "日付と曜日のどちらが正しいか、確かめてください。",
        ),
        DateDoubt::EightDigits => {
            Telling::new("8桁の数字を日付として読みました。", "日付でないときは、正しい日付に直してください。")
        }
        DateDoubt::SixDigits => {
            Telling::new("6桁の数字を年月として読みました。", "年月でないときは、正しい年月に直してください。")
        }
        DateDoubt::YearFromFiscalYear { date } => Telling::new(
            format!("年が書かれていないので、{}年{}月{}日として読みました。", date.year(), date.month(), date.day()),
            "違うときは、年も書いてください。",
        ),
    }
}

/// What differs between the workbook that is expected and the one that came.
pub(crate) fn difference(file: &str, difference: &Difference) -> String {
    match difference {
        Difference::SheetMissing { sheet } => format!("「{file}」にシート「{sheet}」がありません。"),
        Difference::SheetExtra { sheet } => format!("「{file}」に余分なシート「{sheet}」があります。"),
        Difference::SheetOrder { expected, actual } => {
            format!("「{file}」のシートの順番が違います。正しくは{}、今は{}です。", list(expected), list(actual))
        }
        Difference::Hidden { sheet, expected, actual: _ } => match expected {
            Visibility::Visible => format!("「{file}」のシート「{sheet}」が隠れています。"),
            Visibility::Hidden | Visibility::VeryHidden => format!("「{file}」のシート「{sheet}」が隠れていません。"),
        },
        Difference::Cell { sheet, cell, expected, actual } => {
            format!("「{file}」のシート「{sheet}」の{cell}が違います。正しくは{}、今は{}です。", shown(expected), shown(actual))
        }
        Difference::Formula { sheet, cell, expected: true, actual: _ } => {
            format!("「{file}」のシート「{sheet}」の{cell}に計算式がありません。値だけが入っています。")
        }
        Difference::Formula { sheet, cell, expected: false, actual: _ } => {
            format!("「{file}」のシート「{sheet}」の{cell}に計算式が入っています。正しくは値だけです。")
        }
        Difference::Encoding { expected, actual } => {
            format!("「{file}」の文字コードが違います。正しくは{expected}、今は{actual}です。")
        }
        Difference::Format { sheet, cell, expected, actual } => format!(
            "「{file}」のシート「{sheet}」の{cell}の表示形式が違います。正しくは{}、今は{}です。",
            format_class(*expected),
            format_class(*actual)
        ),
        Difference::MergeMissing { sheet, area } => format!("「{file}」のシート「{sheet}」の{area}が結合されていません。"),
        Difference::MergeExtra { sheet, area } => format!("「{file}」のシート「{sheet}」の{area}が余分に結合されています。"),
    }
}

pub(super) fn shown(shown: &Shown) -> String {
    let kind = match shown.kind {
        ValueKind::Blank => return "空欄".to_owned(),
        ValueKind::Text => "文字",
        ValueKind::Number => "数字",
        ValueKind::Date => "日付",
        ValueKind::Time => "時刻",
        ValueKind::DateTime => "日時",
        ValueKind::Duration => "時間",
        ValueKind::YesNo => "はい・いいえ",
        ValueKind::Error => "エラー",
        ValueKind::Stale => "答えのない計算式",
    };
    format!("{kind}の「{}」", shown.text)
}

pub(super) fn format_class(class: FormatClass) -> String {
    match class {
        FormatClass::General => "標準".to_owned(),
        FormatClass::Text => "文字列".to_owned(),
        FormatClass::Number { decimals } => format!("小数{decimals}桁の数字"),
        FormatClass::Percent { decimals } => format!("小数{decimals}桁のパーセント"),
        FormatClass::Date => "日付".to_owned(),
        FormatClass::Time => "時刻".to_owned(),
        FormatClass::DateTime => "日時".to_owned(),
        FormatClass::Duration => "時間".to_owned(),
    }
}
