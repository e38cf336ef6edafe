//! The register and the report, in Japanese.

use jiff::civil::Date;

use super::label::number;
use crate::report::{grouped, hours};
use crate::{Label, Line, RegisterTrouble, Tab, Telling};

pub(crate) fn register(trouble: &RegisterTrouble) -> Telling {
    match trouble {
        RegisterTrouble::Future => Telling::new("今日より後の日付です。", "日付を確かめてください。"),
        RegisterTrouble::ImprovedBefore { asked } => {
            Telling::new(format!("改善日が相談日（{asked}）より前です。"), "どちらかの日付を直してください。")
        }
        RegisterTrouble::ImprovedButNot => Telling::new(
            "改善日がありますが、状況が「改善済」ではありません。",
            "状況を「改善済」にするか、改善日を消してください。",
        ),
        RegisterTrouble::NoDepartment => Telling::new("部局の名前がありません。", "部局名を入れてください。"),
        RegisterTrouble::NotACount => Telling::new("件数として読めません。", "「5」や「各5」のように入れてください。"),
        RegisterTrouble::Undivided { departments, count } => Telling::new(
            format!("{departments}部局で{count}件とありますが、部局ごとの件数が分かりません。"),
            format!("どの部局も{count}件なら「各{count}」と入れ、違うときは部局ごとに行を分けてください。"),
        ),
        RegisterTrouble::DepartmentTwice => Telling::new("同じ部局が二度書かれています。", "一つにするか、行を分けてください。"),
        RegisterTrouble::CountOutOfRange => Telling::new("件数は1から100,000までです。", "件数を直してください。"),
        RegisterTrouble::EachOne { departments } => Telling::new(
            format!("件数がないので、{departments}部局を各1件と数えました。"),
            "1件でなければ、「各5」のように件数を入れてください。",
        ),
        RegisterTrouble::NoSuchTask { near: Some(near) } => {
            Telling::new("この業務は、この職場にありません。", format!("「{near}」のことであれば、そのように直してください。"))
        }
        RegisterTrouble::NoSuchTask { near: None } => {
            Telling::new("この業務は、この職場にありません。", "scripts/ にある業務のフォルダ名を入れるか、空欄にしてください。")
        }
        RegisterTrouble::TakesLonger => Telling::new(
            "改善後の時間が、現状より長くなっています。",
            "入れ違いでなければ、そのまま（マイナスの削減）で数えます。",
        ),
        RegisterTrouble::NoHoursAfter => Telling::new(
            "現状の時間だけがあり、改善後の時間がありません。",
            "改善後に人が行う時間を入れてください。まったくなければ0を入れます。",
        ),
        RegisterTrouble::NoHoursBefore => {
            Telling::new("改善後の時間だけがあり、現状の時間がありません。", "現状の年間時間を入れてください。")
        }
        RegisterTrouble::NotAFiscalYear => {
            Telling::new("年度として読めません。", "「令和8年度」や「2026」のように入れてください。")
        }
    }
}

pub(crate) fn label(label: Label) -> &'static str {
    match label {
        Label::Report => "業務改善と時短の報告",
        Label::Summary => "総括",
        Label::Departments => "相談件数と業務改善（部局別）",
        Label::Cases => "主な支援事例",
        Label::Comparison => "年間換算削減時間：推計と実績",
        Label::Months => "月ごとの推移",
        Label::Grid => "月・部局・業務別の削減時間（実績）",
        Label::Targets => "目標と実績",
        Label::Tasks => "業務別の実績（削減時間の多い順）",
        Label::Ranges => "幅と年間換算（実績）",
        Label::Quality => "質：指摘・差戻し・障害・手戻り",
        Label::NewWork => "新規の業務（削減には入れていません）",
        Label::Unbased => "基準時間のない業務（合計に入れていません）",
        Label::Money => "金額に直した参考",
        Label::Baselines => "基準時間の版",
        Label::Sources => "根拠の行",
        Label::Rules => "数え方と確かめ方",
        Label::Item => "項目",
        Label::Value => "値",
        Label::Jobs => "処理",
        Label::Versions => "基準時間の版",
        Label::Department => "部局",
        Label::Asked => "相談",
        Label::Improved => "改善",
        Label::HoursBefore => "現状（時間）",
        Label::HoursAfter => "改善後（時間）",
        Label::HoursRework => "手戻り（時間）",
        Label::HoursSaved => "削減（時間）",
        Label::Number => "番号",
        Label::Title => "件名",
        Label::Kind => "種別",
        Label::Status => "状況",
        Label::Entry => "台帳の番号",
        Label::Task => "業務",
        Label::EstimateBefore => "推計 現状（時間）",
        Label::EstimateAfter => "推計 改善後（時間）",
        Label::EstimateSaved => "推計 削減（時間）",
        Label::YearBefore => "実績 現状（時間）",
        Label::YearAfter => "実績 改善後（時間）",
        Label::YearSaved => "実績 削減（時間）",
        Label::Difference => "実績－推計（時間）",
        Label::Share => "実績÷推計（％）",
        Label::Month => "月",
        Label::Cumulated => "累計（時間）",
        Label::Total => "計",
        Label::Unit => "単位",
        Label::Present => "現状値",
        Label::FiscalYear => "年度",
        Label::Goal => "目標値",
        Label::Result => "実績値",
        Label::Reached => "達成率（％）",
        Label::CountedBy => "実績の出所",
        Label::Units => "件数",
        Label::MinutesBefore => "現状（分/件）",
        Label::MinutesAfter => "改善後（分/件）",
        Label::SavedShare => "削減率（％）",
        Label::Method => "根拠",
        Label::Low => "低（時間）",
        Label::Middle => "中（時間）",
        Label::High => "高（時間）",
        Label::UnitsAYear => "年間の件数",
        Label::YearLow => "年間 低（時間）",
        Label::YearHigh => "年間 高（時間）",
        Label::DataMonths => "データの月数",
        Label::Expected => "見込み",
        Label::Findings => "指摘",
        Label::Returned => "差戻し",
        Label::Failed => "障害",
        Label::Undone => "取消",
        Label::Redone => "取消の取消",
        Label::HoursNow => "今かかる時間（時間）",
        Label::Author => "調べた人",
        Label::Date => "調べた日",
        Label::Samples => "標本",
        Label::LowMinutes => "低（分/件）",
        Label::HighMinutes => "高（分/件）",
        Label::ReworkMinutes => "手戻り（分/回）",
        Label::IsNew => "新規",
        Label::MinutesTotalBefore => "現状（分）",
        Label::MinutesTotalAfter => "改善後（分）",
        Label::MinutesTotalRework => "手戻り（分）",
        Label::MinutesTotalSaved => "削減（分）",
        Label::FirstEntry => "台帳の最初",
        Label::LastEntry => "台帳の最後",
        Label::Yen => "金額（円）",
        Label::Hours => "時間",
        Label::Estimated => "年間換算削減時間（推計）",
        Label::Measured => "削減時間（処理の実績）",
        Label::Specialist => "うちDX推進スペシャリストが参画した改善",
        Label::Measurement => "実測",
        Label::Interview => "聞き取り",
        Label::Estimation => "推計",
        Label::Asking => "相談",
        Label::UnderWay => "対応中",
        Label::Done => "改善済",
        Label::Declined => "見送り",
        Label::Run => "処理",
        Label::Correction => "訂正",
        Label::Several => "複数の部局（分けられないもの）",
        Label::Yes => "○",
        Label::ByReport => "この報告",
        Label::ByHand => "登録された値",
        Label::Table => "表",
        Label::Row => "行",
        Label::Column => "項目",
        Label::Minutes => "分",
    }
}

pub(crate) fn tab(tab: Tab) -> &'static str {
    match tab {
        Tab::Summary => "総括",
        Tab::Departments => "部局別",
        Tab::Cases => "主な支援事例",
        Tab::Comparison => "推計と実績",
        Tab::Months => "月別",
        Tab::Grid => "月・部局・業務別",
        Tab::Targets => "目標",
        Tab::Tasks => "業務別",
        Tab::Ranges => "幅と年間換算",
        Tab::Quality => "質",
        Tab::NewWork => "新規の業務",
        Tab::Unbased => "基準時間のない業務",
        Tab::Money => "金額",
        Tab::Baselines => "基準時間",
        Tab::Sources => "根拠の行",
        Tab::Rules => "数え方と確かめ方",
    }
}

pub(crate) fn line(line: &Line<'_>) -> String {
    match line {
        Line::FiscalYear { year } => {
            let name = japan::fiscal_year_name(*year).unwrap_or_else(|| format!("{year}年度"));
            format!("{name}（{year}年度）")
        }
        Line::Days { from, to } => format!("{}から{}まで", day(*from), day(*to)),
        Line::Consulted { from, to, asked, flags, improved } => {
            let flags: Vec<String> = flags.iter().map(|(flag, count)| format!("{flag} {}件", number(*count))).collect();
            let of = if flags.is_empty() { String::new() } else { format!("（うち{}）", flags.join("、")) };
            format!(
                "{}から{}までに、{}件{of}の相談を受け付け、{}件の業務改善に取り組みました。",
                day(*from),
                day(*to),
                number(*asked),
                number(*improved)
            )
        }
        Line::Formula { before, after, saved } => format!(
            "{} 時間（現状） − {} 時間（改善後） ＝ {} 時間（削減時間）",
            hours(*before, true),
            hours(*after, true),
            hours(*saved, true)
        ),
        Line::FormulaNote => "業務改善により1年間に削減される作業時間の推計です。支援したときに、所属から聞き取ったものです。".to_owned(),
        Line::EstimatedOf { estimated, improved } => {
            format!("改善{}件のうち、時間を推計した{}件の合計です。", number(*improved), number(*estimated))
        }
        Line::Measured { jobs, units, before, after, rework, saved } => format!(
            "処理{}件（{}件分）の実績：{} 時間（現状） − {} 時間（改善後） − {} 時間（手戻り） ＝ {} 時間（削減時間）",
            grouped(*jobs),
            grouped(*units),
            hours(*before, true),
            hours(*after, true),
            hours(*rework, true),
            hours(*saved, true)
        ),
        Line::Nothing => "この期間には、まだ相談も処理も記録されていません。".to_owned(),
        Line::NoRegister => "この期間の相談は、まだ登録されていません（jitan register import で登録します）。".to_owned(),
        Line::NoJobs => "この期間の処理は、まだ記録されていません。".to_owned(),
        Line::Negative => "「−」は、改善後のほうが時間のかかったことを表します。".to_owned(),
        Line::Late { entries } => format!(
            "期間の終わった後に台帳へ登録された相談が{}件あり、相談日・改善日によって数えています（台帳 {}番）。",
            entries.len(),
            entry_list(entries)
        ),
        Line::Shared => "一行に複数の部局がある改善の時間は、部局に分けられないため、別の行に示します。".to_owned(),
        Line::MainCases { shown, all } => format!("改善{all}件（台帳の行）のうち{shown}件を示します。"),
        Line::TopTasks { shown } => format!("図は上位{shown}業務です。"),
        Line::GridNote => "処理の実績です。手戻りを引いた後の時間です。新規の業務と基準時間のない業務は入れていません。".to_owned(),
        Line::ComparisonNote => {
            "相談台帳の推計と、同じ業務の処理から計算した1年分とを並べます。実績は、1件あたりの分×年間の件数から手戻りを引いたものです。".to_owned()
        }
        Line::Apart { estimate, measured } => format!(
            "実績のある業務では、推計 {} 時間に対し、実績の年間換算は {} 時間で、差は {} 時間です。",
            hours(*estimate, true),
            hours(*measured, true),
            hours(measured - estimate, true)
        ),
        Line::TargetNote => "実績値の空欄は「まだ分からない」ことを表し、0ではありません。".to_owned(),
        Line::RangeNote => "低・高は、基準時間を調べたときに最も短かった分と最も長かった分で計算したものです。".to_owned(),
        Line::AnnualNote { minimum } => format!(
            "年間換算は、1件あたりの分 × 年間の件数 − 手戻りです。実績が{minimum}か月に満たないものには「見込み」と付けます。年間の件数が基準時間にない業務は、年間に換算しません。"
        ),
        Line::QualityNote => {
            "指摘は、間違いや疑わしい値を機械が見つけた数です。差戻しは本人が直せるもの、障害は担当者が見るものです。".to_owned()
        }
        Line::NewNote => "これまで行っていなかった業務です。減った時間ではないので、合計に入れていません。".to_owned(),
        Line::UnbasedNote { tasks } => {
            format!("前提（基準時間）が登録されていない業務 {tasks}件は、合計に入れていません。")
        }
        Line::MoneyNote { hourly, saved, yen } => format!(
            "{} 時間 × 1時間 {}円 ＝ {}円。予算が減るという意味ではありません。",
            hours(*saved, true),
            hourly,
            grouped(*yen)
        ),
        Line::SourceNote => {
            "上のすべての実績は、この表の行の合計です。台帳の番号で、一つ一つの処理までたどれます（jitan ledger export）。".to_owned()
        }
        Line::BaselineNote => "基準時間は書き換えず、変えたときは新しい版になります。過ぎた月の数字は変わりません。".to_owned(),
        Line::YearRule => "年度は4月から3月までです。処理は、終わって台帳に記録した日で数えます。".to_owned(),
        Line::SavingRule => {
            "削減時間 ＝ 件数 ×（現状の分 − 改善後の分）− 手戻り。改善後の分には、人が行う確認の時間を含みます。機械が動く時間は引きません。".to_owned()
        }
        Line::CountRule => {
            "数えるのは、成果物を出した処理で、同じ内容が初めてのものだけです。試験・予定・同じ内容の再処理・取り消した処理は数えません。何も処理しなかったものの削減は0です。".to_owned()
        }
        Line::ReworkRule => {
            "差戻しと障害は、業務の基準時間で決めた手戻りの分（決めていなければ10分）を、1回につき引きます。".to_owned()
        }
        Line::RegisterRule => {
            "相談は相談日、改善は改善日（なければ登録した日。はじめから改善済なら相談日）で数えます。登録し直した行は、その日から前の行に代わります。".to_owned()
        }
        Line::AnnualRule { minimum } => format!("年間換算に必要な実績は{minimum}か月です。満たないものは見込みです。"),
        Line::RoundingRule => {
            "時間は分のまま合計し、示すときに0.1時間で四捨五入します。そのため、表に示した値を足すと、合計と0.1時間ほど違うことがあります。".to_owned()
        }
        Line::Head { entry, date, hash } => {
            format!("この報告の元は、台帳の{}番（{}）までです。台帳の最後の行の印：{hash}", number(*entry), day(*date))
        }
        Line::NoHead => "台帳には、まだ何も記録されていません。".to_owned(),
        Line::Recompute { command } => format!("確かめるには：jitan ledger verify --head 印（台帳がこの印の行を保っているか）、jitan ledger recompute（計算し直し）、{command}（この報告）"),
        Line::ChartOf { title, of } => format!("{title}のグラフ（{of}）。同じ数字は、すぐ下の表にあります。"),
        Line::More { count } => format!("ほか{count}"),
        Line::MonthName { month } => format!("{}月", month.month()),
        Line::Flagged { flag } => format!("うち{flag}"),
        Line::Imported { new, replaced, same } => format!(
            "登録しました（相談と目標）：新しい行 {}件、変わった行 {}件、同じ行 {}件（何もしていません）。",
            number(*new),
            number(*replaced),
            number(*same)
        ),
        Line::ImportRefused { errors } => {
            format!("間違いが{}か所あるので、何も登録していません。直して、もう一度行ってください。", number(*errors))
        }
        Line::Absent { count } => {
            format!("台帳にあってこのファイルにない行が{count}件あります。そのままにしました。取りやめた相談は、状況を「見送り」にして登録してください。")
        }
        Line::Exported { rows, targets } => format!("書き出しました：相談 {rows}行、目標 {targets}行。"),
        Line::Written { path } => format!("報告を作りました：{path}"),
    }
}

fn day(date: Date) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

/// Numbers, those that follow each other as a span: 1〜52, 60.
pub(crate) fn entry_list(entries: &[u64]) -> String {
    const SHOWN: usize = 8;
    let mut spans: Vec<(u64, u64)> = Vec::new();
    for entry in entries {
        match spans.last_mut() {
            Some((_, last)) if *last + 1 == *entry => *last = *entry,
            _ => spans.push((*entry, *entry)),
        }
    }
    let span = |(first, last): &(u64, u64)| if first == last { first.to_string() } else { format!("{first}〜{last}") };
    let mut text: Vec<String> = spans.iter().take(SHOWN).map(span).collect();
    if spans.len() > SHOWN {
        text.push("…".to_owned());
    }
    text.join(", ")
}
