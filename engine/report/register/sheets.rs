//! The two sheets of a register file: their names and columns, in both languages.

use book::{ColumnSpec, Kind, Misfit, TableSpec};
use message::Lang;

/// A column of a sheet: its Japanese and English label, other labels that mean the same, its kind, and whether it must be there.
pub(super) struct Label {
    pub(super) ja: &'static str,
    pub(super) en: &'static str,
    others: &'static [&'static str],
    kind: Kind,
    required: bool,
}

impl Label {
    /// The label in a language.
    pub(super) fn name(&self, lang: Lang) -> &'static str {
        lang.pick(self.ja, self.en)
    }
}

/// The name of the register's sheet.
pub(super) const REGISTER: [&str; 2] = ["相談台帳", "Register"];
/// The name of the targets' sheet.
pub(super) const TARGETS: [&str; 2] = ["目標", "Targets"];

const fn label(ja: &'static str, en: &'static str, others: &'static [&'static str], kind: Kind, required: bool) -> Label {
    Label { ja, en, others, kind, required }
}

/// The columns of the register, in the order in which they are exported.
pub(super) const ROW: [Label; 15] = [
    label("番号", "No.", &["受付番号", "管理番号", "整理番号", "No", "№", "Number"], Kind::Text, false),
    label("相談日", "Date", &["日付", "受付日", "年月日", "相談年月日", "受付年月日"], Kind::Date, true),
    label("部局", "Department", &["部局名", "所属", "部署", "部署名", "担当部局", "相談部局"], Kind::Text, true),
    label("件数", "Count", &["相談件数"], Kind::Text, false),
    label("件名", "Title", &["題名", "業務内容", "相談内容", "内容"], Kind::Text, true),
    label("種別", "Kind", &["種類", "区分", "支援内容"], Kind::Text, false),
    label("新型コロナ", "COVID", &["COVID-19", "コロナ", "新型コロナウイルス感染症対策", "新型コロナ対策"], Kind::YesNo, false),
    label("その他の区分", "Flags", &["フラグ", "特記", "Flag"], Kind::Text, false),
    label("状況", "Status", &["状態", "対応状況", "進捗", "進捗状況", "ステータス"], Kind::Text, true),
    label("改善日", "Improved on", &["完了日", "対応日", "改善年月日"], Kind::Date, false),
    label("業務", "Task", &["業務ID", "jitanの業務", "タスク"], Kind::Text, false),
    label(
        "DX推進スペシャリスト",
        "DX specialist",
        &["スペシャリスト", "スペシャリスト参画", "DX推進スペシャリスト参画", "DX推進スペシャリストの参画"],
        Kind::YesNo,
        false,
    ),
    label(
        "現状の年間時間",
        "Hours before",
        &["現状", "現状時間", "現状(時間)", "改善前", "改善前の年間時間"],
        Kind::Decimal,
        false,
    ),
    label("改善後の年間時間", "Hours after", &["改善後", "改善後時間", "改善後(時間)"], Kind::Decimal, false),
    label("主な事例", "Main case", &["事例", "主な支援事例"], Kind::YesNo, false),
];

/// The columns of the targets.
pub(super) const TARGET: [Label; 8] = [
    label("項目", "Item", &["指標", "KPI", "目標項目"], Kind::Text, true),
    label("単位", "Unit", &[], Kind::Text, false),
    label("現状値", "Present value", &["現状", "基準値"], Kind::Decimal, false),
    label("年度", "Fiscal year", &["目標年度"], Kind::Any, true),
    label("目標値", "Target value", &["目標"], Kind::Decimal, true),
    label("実績値", "Result", &["実績"], Kind::Decimal, false),
    label("数え方", "Measured by", &["集計", "測り方"], Kind::Text, false),
    label("項目の説明", "Remark", &["説明", "備考"], Kind::Text, false),
];

/// The remark at the end of a row.
pub(super) const REMARK: Label = label("備考", "Remark", &["メモ", "摘要"], Kind::Text, false);

/// What is looked for in the register.
pub(super) fn row_spec(sheet: Option<String>) -> TableSpec {
    spec(ROW.iter().chain(std::iter::once(&REMARK)), sheet)
}

/// What is looked for among the targets.
pub(super) fn target_spec(sheet: String) -> TableSpec {
    spec(TARGET.iter(), Some(sheet))
}

fn spec<'a>(labels: impl Iterator<Item = &'a Label>, sheet: Option<String>) -> TableSpec {
    let column = |label: &Label| {
        let mut column = ColumnSpec::new(label.ja, label.kind.clone());
        column.aliases = std::iter::once(label.en).chain(label.others.iter().copied()).map(str::to_owned).collect();
        column.optional = !label.required;
        column.blank = !label.required;
        column.misfit = Some(Misfit::Blank);
        column
    };
    TableSpec { sheet, ..TableSpec::new(labels.map(column).collect()) }
}
