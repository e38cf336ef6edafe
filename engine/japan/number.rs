//! Numbers as offices write them, and the marks that stand in their place.

use rust_decimal::{Decimal, RoundingStrategy};

use crate::width::{is_hyphen, label_key, match_key};

/// A number as it was written.
#[derive(Clone, PartialEq, Debug)]
pub struct Number {
    /// Its value, in the unit that is written; the unit is not applied.
    pub value: Decimal,
    /// Whether it is written in nothing but ASCII digits, a minus sign and a point, without spaces around.
    pub plain: bool,
    /// The unit: `円`, `千円`, `%`, `人` … A currency sign in front is `円`.
    pub unit: Option<String>,
    /// Why its last digits may not be what somebody once wrote.
    pub damage: Option<Damage>,
}

/// What a spreadsheet program does to long numbers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Damage {
    /// `4.011E+12`: only the first digits are left.
    Exponent,
    /// 16 digits or more: Excel keeps 15.
    TooManyDigits,
}

/// Why a text is no number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum NotANumber {
    /// Nothing but spaces.
    Blank,
    /// A statistical mark.
    Mark(StatMark),
    /// Commas that do not stand before groups of three digits.
    Commas,
    /// More digits than can be kept (28).
    TooLong,
    /// Anything else.
    Text,
}

/// The marks of statistical tables. None of them is zero.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum StatMark {
    /// `－`: there is none.
    Nothing,
    /// `…`: not known.
    Unknown,
    /// `x`: withheld.
    Withheld,
    /// `〃`: the same as above.
    Same,
    /// `***`: cannot be, or too few cases.
    Stars,
    /// `・`: there can be none.
    Impossible,
}

/// Longer texts are no numbers.
const LONGEST: usize = 200;

/// Units that may follow a number.
const UNITS: &str = "円 千円 万円 百万円 億円 十億円 兆円 人 千人 万人 百人 名 名様 件 千件 万件 個 枚 台 冊 本 回 日 週 週間 日間 \
    年 年間 年度 か月 ヶ月 ケ月 カ月 ヵ月 箇月 月 時間 時 分 秒 歳 才 世帯 戸 棟 箇所 か所 ヶ所 ケ所 カ所 ヵ所 \
    校 園 館 所 施設 事業所 団体 法人 社 店 床 単位 点 票 問 位 級 倍 割 口 通 部 組 班 頭 羽 匹 株 隻 便 歩 食 \
    杯 袋 箱 巻 号 列 行 頁 字 文字 人日 人月 人回 延人 人工 ポイント % ‰ ppm pt h km m cm mm m2 km2 m3 kg g \
    mg t トン ha a L l ml mL kL kl kW kWh W V A ℃ °C 度 MB GB TB KB 市町 市町村 課 係 室 局 機関 病院 診療所 \
    品 品目 種類 項目 業務 システム 区画 地区 路線 橋 基 門 機 式 着 足 着分 人分 回分 日分 年分 か月分 件分 円/人 \
    円/件 人/日 件/日 千㎡ ㎡ アール ヘクタール キロ メートル";

/// Reads a number. Full-width digits, commas in their places, `△ ▲ －` and brackets for negative, currency signs and units are understood.
pub fn read_number(text: &str) -> Result<Number, NotANumber> {
    // What machines write needs no weighing.
    if text.len() <= 15 && is_plain(text) {
        let value = text.parse().map(|whole: i64| Decimal::from(whole)).or_else(|_| Decimal::from_str_exact(text));
        return value
            .map(|value| Number {
                value: if value.is_zero() { Decimal::ZERO } else { value },
                plain: true,
                unit: None,
                damage: None,
            })
            .map_err(|_| NotANumber::Text);
    }
    let trimmed = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
    if trimmed.is_empty() {
        return Err(NotANumber::Blank);
    }
    if trimmed.len() > LONGEST {
        return Err(NotANumber::Text);
    }
    if let Some(mark) = stat_mark(trimmed) {
        return Err(NotANumber::Mark(mark));
    }
    let folded: String = trimmed.chars().map(fold).collect();
    let (body, negative, currency) = unwrap_signs(&folded).ok_or(NotANumber::Text)?;
    let (digits, unit) = split_unit(body).ok_or(NotANumber::Text)?;
    if currency && !unit.is_empty() && unit != "円" {
        return Err(NotANumber::Text);
    }
    let (value, damage) = value_of(digits)?;
    let value = if negative && !value.is_zero() { -value } else { value };
    let unit = if currency { "円" } else { unit };
    Ok(Number { value, plain: is_plain(text), unit: (!unit.is_empty()).then(|| unit.to_owned()), damage })
}

/// One character in half width. Only digits, letters and signs: ② or ² glued to a number is a note, no digit.
fn fold(c: char) -> char {
    match c {
        '！'..='～' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        '￥' | '¥' | '\\' => '¥',
        '△' | '▲' | '⊿' | '∆' | '▵' | '▴' => '-',
        _ if c.is_whitespace() => ' ',
        'ー' | 'ｰ' => c,
        _ if is_hyphen(c) => '-',
        _ => c,
    }
}

fn is_plain(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    [whole, fraction].iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

/// Takes signs, currency and brackets off: the rest, whether it is negative, whether it is yen.
fn unwrap_signs(text: &str) -> Option<(&str, bool, bool)> {
    let (mut rest, mut negative, mut currency) = (text.trim(), None, false);
    // At most one sign and one currency mark, in either order, and brackets around or within.
    for _ in 0..4 {
        let mut chars = rest.chars();
        match chars.next()? {
            '-' if negative.is_none() => negative = Some(true),
            '+' if negative.is_none() => negative = Some(false),
            '¥' if !currency => currency = true,
            '(' if negative.is_none() => {
                let (inside, behind) = chars.as_str().split_once(')')?;
                if behind.trim().is_empty() {
                    negative = Some(true);
                    rest = inside.trim();
                    continue;
                }
                return None;
            }
            _ => break,
        }
        rest = chars.as_str().trim_start();
    }
    Some((rest, negative == Some(true), currency))
}

/// Digits in front, and a known unit behind them.
fn split_unit(text: &str) -> Option<(&str, &'static str)> {
    let exponent = exponent_end(text);
    let end = exponent.unwrap_or_else(|| text.find(|c: char| !c.is_ascii_digit() && c != ',' && c != '.').unwrap_or(text.len()));
    let (digits, unit) = text.split_at(end);
    let unit = unit.trim();
    if unit.is_empty() {
        return Some((digits, ""));
    }
    known_unit(unit).map(|unit| (digits, unit))
}

fn units() -> impl Iterator<Item = &'static str> {
    UNITS.split(' ')
}

fn is_unit(name: &str) -> bool {
    units().any(|unit| unit == name)
}

fn known_unit(unit: &str) -> Option<&'static str> {
    let key = match_key(unit);
    units().find(|known| *known == unit || *known == key)
}

/// Where `1.5E+12` ends, if the text begins so.
fn exponent_end(text: &str) -> Option<usize> {
    let at = text.find(['E', 'e'])?;
    let (mantissa, rest) = (&text[..at], &text[at + 1..]);
    let power = rest.strip_prefix(['+', '-']).unwrap_or(rest);
    let digits = power.bytes().take_while(u8::is_ascii_digit).count();
    let well_formed =
        (1..=3).contains(&digits) && !mantissa.is_empty() && mantissa.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    well_formed.then(|| at + 1 + (rest.len() - power.len()) + digits)
}

fn value_of(digits: &str) -> Result<(Decimal, Option<Damage>), NotANumber> {
    if digits.contains(['E', 'e']) {
        let value = Decimal::from_scientific(digits).map_err(|_| NotANumber::Text)?;
        return Ok((value, Some(Damage::Exponent)));
    }
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    if whole.is_empty() && !digits.starts_with('.') || fraction.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return Err(NotANumber::Text);
    }
    if whole.contains(',') && !groups_of_three(whole) {
        return Err(NotANumber::Commas);
    }
    let bare: String = digits.chars().filter(|c| *c != ',').collect();
    let significant = bare.trim_start_matches('0').bytes().filter(u8::is_ascii_digit).count();
    if significant > 28 {
        return Err(NotANumber::TooLong);
    }
    let value = Decimal::from_str_exact(&bare).map_err(|_| NotANumber::TooLong)?;
    Ok((value, (significant > 15).then_some(Damage::TooManyDigits)))
}

/// `1,234,567`.
fn groups_of_three(whole: &str) -> bool {
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3)
}

/// The statistical mark that a text is, if it is nothing else.
pub fn stat_mark(text: &str) -> Option<StatMark> {
    let text = text.trim();
    if text.len() > 30 {
        return None;
    }
    let every = |wanted: fn(char) -> bool| !text.is_empty() && text.chars().all(wanted);
    if every(is_hyphen) {
        Some(StatMark::Nothing)
    } else if every(|c| matches!(c, '…' | '‥' | '⋯')) || matches!(text, "..." | "・・・" | "．．．") {
        Some(StatMark::Unknown)
    } else if matches!(text, "x" | "X" | "ｘ" | "Ｘ" | "χ" | "Χ") {
        Some(StatMark::Withheld)
    } else if matches!(text, "〃" | "々" | "同上" | "″" | "\"" | "〃 〃") {
        Some(StatMark::Same)
    } else if every(|c| matches!(c, '*' | '＊')) {
        Some(StatMark::Stars)
    } else if matches!(text, "・" | "･") {
        Some(StatMark::Impossible)
    } else {
        None
    }
}

/// A unit, and by how much a number in it has to be multiplied.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unit {
    /// As written: `千円`, `人`.
    pub name: String,
    /// 1000 for 千円, 1 for 人.
    pub multiplier: Decimal,
}

impl Unit {
    /// A unit by its name.
    pub fn named(name: &str) -> Unit {
        let key = label_key(name);
        let multiplier = MULTIPLES.iter().find(|(word, _)| key.strip_prefix(word).is_some_and(|rest| !rest.is_empty()));
        // 百分率, 千葉県 and their like begin with a number too; only known units multiply.
        let known = is_unit(&key);
        Unit { name: key, multiplier: Decimal::from(multiplier.filter(|_| known).map_or(1, |(_, by)| *by)) }
    }
}

const MULTIPLES: [(&str, i64); 7] = [
    ("十億", 1_000_000_000),
    ("百万", 1_000_000),
    ("兆", 1_000_000_000_000),
    ("億", 100_000_000),
    ("万", 10_000),
    ("千", 1_000),
    ("百", 100),
];

/// The unit of a line such as `（単位：千円）`, wherever the words stand in it. None when there is none, or several (`単位：人、千円`).
pub fn unit_line(text: &str) -> Option<Unit> {
    if text.len() > 2_000 {
        return None;
    }
    let key = label_key(text);
    let (_, behind) = key.split_once("単位")?;
    let behind = behind.trim_start_matches([':', '・', '=', '-', 'は']);
    let end = behind.find([')', ']', '】', '〕', '。']).unwrap_or(behind.len());
    let name = behind[..end].trim_end_matches(['。', '.']);
    let several = name.contains(['、', ',', '・', '/', ';']) && !is_unit(name);
    (!name.is_empty() && !several && is_unit(name)).then(|| Unit::named(name))
}

/// The unit in brackets at the end of a header: `事業費 （千円）`.
pub fn header_unit(label: &str) -> Option<Unit> {
    if label.len() > 2_000 {
        return None;
    }
    if let Some(unit) = unit_line(label) {
        return Some(unit);
    }
    let key = label_key(label);
    let inside = key
        .strip_suffix(')')
        .and_then(|rest| rest.rsplit_once('('))
        .or_else(|| key.strip_suffix(']').and_then(|rest| rest.rsplit_once('[')))?
        .1;
    is_unit(inside).then(|| Unit::named(inside))
}

/// 四捨五入: half away from zero, at `places` digits behind the point; negative places round tens and hundreds.
pub fn round_half_up(value: Decimal, places: i32) -> Decimal {
    round(value, places, RoundingStrategy::MidpointAwayFromZero)
}

/// 切り捨て: towards zero.
pub fn round_down(value: Decimal, places: i32) -> Decimal {
    round(value, places, RoundingStrategy::ToZero)
}

/// 切り上げ: away from zero.
pub fn round_up(value: Decimal, places: i32) -> Decimal {
    round(value, places, RoundingStrategy::AwayFromZero)
}

fn round(value: Decimal, places: i32, strategy: RoundingStrategy) -> Decimal {
    if places >= 0 {
        return value.round_dp_with_strategy(places.unsigned_abs().min(28), strategy);
    }
    let by = places.unsigned_abs();
    let Some(scale) = 10_i128.checked_pow(by).and_then(|scale| Decimal::try_from_i128_with_scale(scale, 0).ok()) else {
        // Nothing of a decimal is left of 28 digits.
        return Decimal::ZERO;
    };
    let rounded = value.checked_div(scale).map(|small| small.round_dp_with_strategy(0, strategy));
    rounded.and_then(|rounded| rounded.checked_mul(scale)).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn value(text: &str) -> Result<String, NotANumber> {
        read_number(text).map(|number| number.value.to_string())
    }

    #[test]
    fn every_usual_way_of_writing_a_number() {
        for (text, number, unit) in [
            ("1234", "1234", None),
            ("１，２３４", "1234", None),
            ("1,234,567", "1234567", None),
            (" 1,234 ", "1234", None),
            ("△1,234", "-1234", None),
            ("▲ 1,234", "-1234", None),
            ("−5", "-5", None),
            ("‐5", "-5", None),
            ("－５", "-5", None),
            ("(1,234)", "-1234", None),
            ("（１２）", "-12", None),
            ("+3", "3", None),
            ("0.5", "0.5", None),
            (".5", "0.5", None),
            ("-0", "0", None),
            ("0012", "12", None),
            ("¥1,000", "1000", Some("円")),
            ("￥1,000", "1000", Some("円")),
            ("\\1,000", "1000", Some("円")),
            ("¥-1,000", "-1000", Some("円")),
            ("-¥1,000", "-1000", Some("円")),
            ("△¥1,000円", "-1000", Some("円")),
            ("1,000円", "1000", Some("円")),
            ("(1,000円)", "-1000", Some("円")),
            ("60,016千円", "60016", Some("千円")),
            ("12 百万円", "12", Some("百万円")),
            ("3人", "3", Some("人")),
            ("３ 件", "3", Some("件")),
            ("2.1%", "2.1", Some("%")),
            ("2.1％", "2.1", Some("%")),
            ("8.5時間", "8.5", Some("時間")),
            ("5個", "5", Some("個")),
            ("10㎡", "10", Some("m2")),
            ("3ヶ月", "3", Some("ヶ月")),
        ] {
            let read = read_number(text).unwrap_or_else(|trouble| panic!("{text} {trouble:?}"));
            assert_eq!((read.value.normalize().to_string().as_str(), read.unit.as_deref()), (number, unit), "{text}");
            assert_eq!(read.damage, None, "{text}");
        }
    }

    #[test]
    fn plain_means_as_a_machine_writes() {
        for (text, plain) in [
            ("1234", true),
            ("-1.5", true),
            ("1,234", false),
            ("１", false),
            (" 1", false),
            ("1円", false),
            ("+1", false),
            ("(1)", false),
        ] {
            assert_eq!(read_number(text).unwrap().plain, plain, "{text}");
        }
    }

    #[test]
    fn damaged_numbers_say_so() {
        let damage = |text: &str| read_number(text).unwrap().damage;
        assert_eq!(damage("4.011E+12"), Some(Damage::Exponent));
        assert_eq!(damage("4.01E12"), Some(Damage::Exponent));
        assert_eq!(value("4.011E+12").as_deref(), Ok("4011000000000"));
        assert_eq!(damage("1234567890123456"), Some(Damage::TooManyDigits));
        assert_eq!(damage("123456789012345"), None);
        assert_eq!(damage("0000000000000123"), None);
        assert_eq!(value("1E999"), Err(NotANumber::Text));
        assert_eq!(value("-0.0").as_deref(), Ok("0"));
        assert_eq!(value("99999999999999999999999999999"), Err(NotANumber::TooLong));
    }

    #[test]
    fn marks_are_not_zero() {
        use StatMark::*;
        for (text, mark) in [
            ("－", Nothing),
            ("-", Nothing),
            ("―", Nothing),
            ("ー", Nothing),
            ("‐", Nothing),
            ("--", Nothing),
            ("…", Unknown),
            ("...", Unknown),
            ("・・・", Unknown),
            ("x", Withheld),
            ("Ｘ", Withheld),
            ("〃", Same),
            ("***", Stars),
            ("＊", Stars),
            ("・", Impossible),
            (" － ", Nothing),
        ] {
            assert_eq!(value(text), Err(NotANumber::Mark(mark)), "{text}");
        }
    }

    #[test]
    fn what_is_no_number() {
        assert_eq!(value("　"), Err(NotANumber::Blank));
        for text in ["1,23", "12,34", "1234,567", ",123", "1,,234", "1,2345"] {
            assert_eq!(value(text), Err(NotANumber::Commas), "{text}");
        }
        for text in [
            "調査中",
            "1 2",
            "約10",
            "10以上",
            "10〜20",
            "1-2",
            "--1",
            "△△1",
            "(1",
            "1)",
            "1.2.3",
            "5.",
            "1²",
            "12①",
            "①",
            "½",
            "十二",
            "¥",
            "円",
            "△",
            "()",
            "1円円",
            "¥5人",
            "8:30",
            "2024/4/1",
            "1.5x",
            "E5",
            "1E",
            "1e+",
            "NaN",
            "inf",
            "0x10",
            "1_000",
            "1、234",
            "(-5)",
            "-(5)",
        ] {
            assert_eq!(value(text), Err(NotANumber::Text), "{text}");
        }
    }

    #[test]
    fn units_multiply() {
        for (text, name, by) in [
            ("（単位：千円）", "千円", 1_000),
            ("(単位:千円)", "千円", 1_000),
            ("単位　：　百万円", "百万円", 1_000_000),
            ("令和6年度予算（単位：円）", "円", 1),
            ("〔単位　人〕", "人", 1),
            ("【単位：万人】", "万人", 10_000),
            ("単位：億円", "億円", 100_000_000),
            ("（単位：％）", "%", 1),
        ] {
            assert_eq!(unit_line(text), Some(Unit { name: name.to_owned(), multiplier: Decimal::from(by) }), "{text}");
        }
        for text in ["（単位：人、千円）", "千円", "単位", "（単位：千円・人）", "総単位数", "単位数"]
        {
            assert_eq!(unit_line(text), None, "{text}");
        }
        // seed-04
        let unit = header_unit("事業費 （千円）").unwrap();
        let sum: Decimal =
            ["60,016", "3,725", "9,570", "11,833", "17,696", "21,725"].iter().map(|cell| read_number(cell).unwrap().value).sum();
        assert_eq!(sum, Decimal::from(124_565));
        assert_eq!(sum * unit.multiplier, Decimal::from(124_565_000));
        assert_eq!(header_unit("陽性数（人）").map(|unit| unit.name).as_deref(), Some("人"));
        assert_eq!(header_unit("目標(見込)"), None);
        assert_eq!(header_unit("検査数"), None);
    }

    #[test]
    fn rounding_is_commercial() {
        let d = |text: &str| text.parse::<Decimal>().unwrap();
        for (value, places, half, down, up) in [
            ("2.5", 0, "3", "2", "3"),
            ("-2.5", 0, "-3", "-2", "-3"),
            ("2.45", 1, "2.5", "2.4", "2.5"),
            ("1250", -2, "1300", "1200", "1300"),
            ("1249", -2, "1200", "1200", "1300"),
            ("0.1", 3, "0.1", "0.1", "0.1"),
            ("7.79", -30, "0", "0", "0"),
        ] {
            assert_eq!(round_half_up(d(value), places), d(half), "{value}");
            assert_eq!(round_down(d(value), places), d(down), "{value}");
            assert_eq!(round_up(d(value), places), d(up), "{value}");
        }
        // seed-03
        let share = |part: i64, whole: i64| round_half_up(Decimal::from(part * 100) / Decimal::from(whole), 1).to_string();
        assert_eq!(share(13, 54), "24.1");
        assert_eq!(share(48, 54), "88.9");
        assert_eq!(round_half_up(Decimal::MAX, i32::MIN), Decimal::ZERO);
    }

    proptest! {
        #![proptest_config(crate::laws())]

        #[test]
        fn decimals_come_back(units in -1_000_000_000_000_i64..1_000_000_000_000, scale in 0_u32..5) {
            let number = Decimal::new(units, scale);
            let read = read_number(&number.to_string()).unwrap();
            prop_assert_eq!(read.value, number);
            prop_assert!(read.plain);
            let full = crate::to_full(&number.to_string());
            prop_assert_eq!(read_number(&full).unwrap().value, number);
        }

        #[test]
        fn nothing_panics(text in r"[0-9,.，．△▲()E+\-¥円千%－…x〃* ]{0,20}") {
            let _ = read_number(&text);
            let _ = unit_line(&format!("単位{text}"));
            let _ = header_unit(&text);
        }
    }
}
