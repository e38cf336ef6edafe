//! Units written beside a table: （単位：千円） above it, or （千円） in a header.

use rust_decimal::Decimal;

/// A unit as written, and what an amount under it is multiplied by to become yen (or single persons and pieces).
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Unit {
    pub name: String,
    pub factor: Decimal,
}

/// The unit that a line such as （単位：千円） names.
pub(super) fn unit_line(text: &str) -> Option<Unit> {
    let key = japan::label_key(text);
    let (_, rest) = key.split_once("単位")?;
    let rest = rest.trim_start_matches([':', '・', '-', '、']);
    let name: String = rest.chars().take_while(|c| !matches!(c, ')' | ']' | '】' | '〕' | '、' | ',' | ';')).take(12).collect();
    known(&name)
}

/// The unit that stands in the last brackets of a header: 事業費（千円）.
pub(super) fn bracketed_unit(label: &str) -> Option<Unit> {
    let key = japan::label_key(label);
    let open = key.rfind(['(', '[', '〔', '【'])?;
    let inner: String = key[open..].chars().skip(1).take_while(|c| !matches!(c, ')' | ']' | '〕' | '】')).take(12).collect();
    let inner = inner.strip_prefix("単位").unwrap_or(&inner).trim_start_matches(':');
    known(inner)
}

/// Whether a cell below a header holds a unit and nothing else: 人, （件）, [千円].
pub(super) fn is_unit(text: &str) -> bool {
    let key = japan::label_key(text);
    let bare = key.trim_matches(['(', ')', '[', ']', '〔', '〕', '【', '】']);
    let bare = bare.strip_prefix("単位").unwrap_or(bare).trim_start_matches(':');
    known(bare).is_some()
}

/// What an amount with this unit behind it is multiplied by: 12千円 is 12,000.
pub(super) fn factor(unit: &str) -> Option<Decimal> {
    known(unit).map(|unit| unit.factor)
}

fn known(name: &str) -> Option<Unit> {
    const PLAIN: &[&str] = &[
        "円", "人", "件", "名", "%", "個", "枚", "台", "回", "日", "時間", "分", "世帯", "箇所", "か所", "カ所", "ヶ所", "施設",
        "団体", "戸", "冊", "点", "m", "km", "㎡", "m2", "ha", "kg", "t", "l", "℃", "歳", "床", "校", "社", "本", "棟", "hr",
        "h",
    ];
    let factor = match name {
        "千円" | "千人" | "千件" => 1_000,
        "万円" | "万人" | "万件" => 10_000,
        "十万円" => 100_000,
        "百万円" => 1_000_000,
        "千万円" => 10_000_000,
        "億円" => 100_000_000,
        "十億円" => 1_000_000_000,
        name if PLAIN.contains(&name) => 1,
        _ => return None,
    };
    Some(Unit { name: name.to_owned(), factor: factor.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn factor_of(unit: Option<Unit>) -> Option<String> {
        unit.map(|unit| format!("{} {}", unit.name, unit.factor))
    }

    #[test]
    fn units_are_understood_where_they_stand() {
        assert_eq!(factor_of(unit_line("（単位：千円）")).as_deref(), Some("千円 1000"));
        assert_eq!(factor_of(unit_line("単位:百万円、％")).as_deref(), Some("百万円 1000000"));
        assert_eq!(factor_of(bracketed_unit("事業費 （千円）")).as_deref(), Some("千円 1000"));
        assert_eq!(factor_of(bracketed_unit("検査数(人)")).as_deref(), Some("人 1"));
        assert_eq!(bracketed_unit("検査数(速報)"), None);
        assert_eq!(unit_line("単位互換について"), None);
        assert!(is_unit("（人）") && is_unit("千円") && !is_unit("津"));
    }
}
