//! The domain cases that this room answers, as data (the others are answered at the foot of their files).

use jiff::civil::date;

use crate::*;

#[test]
fn date_cases() {
    for (text, day, doubted) in [
        ("平成31年5月1日", date(2019, 5, 1), true),
        ("平成38年11月30日", date(2026, 11, 30), true),
        ("H42.12.31", date(2030, 12, 31), true),
        ("S64.1.8", date(1989, 1, 8), true),
        ("令和6年4月2日（月）", date(2024, 4, 2), true),
        ("20240401", date(2024, 4, 1), true),
        ("令和6年4月1日", date(2024, 4, 1), false),
        ("R. 4. 1. 3", date(2022, 1, 3), false),
    ] {
        let (read, doubts) = read_date(text, None).unwrap();
        assert_eq!((read, !doubts.is_empty()), (day, doubted), "{text}");
    }
    for text in ["令和6年2月30日", "令和0年4月1日", "5日4日", "6.4.1", "9/1", "令和6年13月1日", "調査中"] {
        assert!(read_date(text, None).is_err(), "{text}");
    }
}

#[test]
fn number_cases() {
    let numbers = ["123456789018", "983205673214", "983205673210", "123456789012", "100000000030", "100000000080"];
    assert_eq!(numbers.map(check_my_number), [true, true, false, false, true, true]);
    assert!(check_my_number("000000000000") && find_my_numbers("000000000000").is_empty());
    assert_eq!(find_my_numbers("１２３４－５６７８－９０１８")[0].digits, "123456789018");
    let corporations = ["7123456789012", "4011001098993", "2120901007402", "5000020240001", "1123456789012"];
    assert_eq!(corporations.map(check_corporate_number), [true, true, true, true, false]);
}

#[test]
fn local_government_codes() {
    let five = ["24202", "24208", "22130", "01204", "39386", "15000", "08000", "43000", "43100"];
    let six = ["242021", "242080", "221309", "012041", "393860", "150002", "080004", "430005", "431001"];
    assert_eq!(five.map(|code| complete_local_code(code).unwrap()), six);
    assert_eq!(local_code_candidates("12041"), ["012041"]);
    for (name, code) in [
        ("三重県", "240001"),
        ("津市", "242012"),
        ("四日市市", "242021"),
        ("伊勢市", "242039"),
        ("松阪市", "242047"),
        ("桑名市", "242055"),
        ("鈴鹿市", "242071"),
        ("名張市", "242080"),
        ("尾鷲市", "242098"),
        ("亀山市", "242101"),
        ("鳥羽市", "242110"),
        ("熊野市", "242128"),
        ("いなべ市", "242144"),
        ("志摩市", "242152"),
        ("伊賀市", "242161"),
        ("木曽岬町", "243035"),
        ("東員町", "243248"),
        ("菰野町", "243418"),
        ("朝日町", "243434"),
        ("川越町", "243442"),
        ("多気町", "244414"),
        ("明和町", "244422"),
        ("大台町", "244431"),
        ("玉城町", "244619"),
        ("度会町", "244708"),
        ("大紀町", "244716"),
        ("南伊勢町", "244724"),
        ("紀北町", "245437"),
        ("御浜町", "245615"),
        ("紀宝町", "245623"),
    ] {
        assert_eq!(local_government_code(name), Some(code), "{name}");
        assert_eq!(local_government_name(code), Some(name), "{code}");
        assert_eq!(complete_local_code(&code[..5]).as_deref(), Some(code));
    }
    assert_eq!(mie_municipalities().count(), 29);
}

#[test]
fn encoding_cases() {
    assert_eq!(encode_cp932("𠮷田 10〜12月"), Err(vec!['\u{20BB7}', '\u{301C}']));
    assert_eq!(decode(&[0x81, 0x60, 0x81, 0x7C, 0x81, 0x61]).unwrap().text, "\u{FF5E}\u{FF0D}\u{2225}");
    assert_eq!(decode(&[0xF0, 0x40]).unwrap().gaiji, [(1, '\u{E000}')]);
}

#[test]
fn normalization_cases() {
    for (compat, unified) in [
        ('\u{FA10}', '\u{585A}'),
        ('\u{FA12}', '\u{6674}'),
        ('\u{FA19}', '\u{795E}'),
        ('\u{FA1A}', '\u{7965}'),
        ('\u{FA1B}', '\u{798F}'),
        ('\u{FA1C}', '\u{9756}'),
        ('\u{FA26}', '\u{90FD}'),
        ('\u{FA2A}', '\u{98EF}'),
        ('\u{FA2C}', '\u{9928}'),
        ('\u{FA2D}', '\u{9DB4}'),
        ('\u{F929}', '\u{6717}'),
        ('\u{F9DC}', '\u{9686}'),
    ] {
        let text = compat.to_string();
        assert_eq!(match_key(&text), unified.to_string());
        // Only the key changes: what is written out keeps the character that somebody wrote.
        assert_eq!(cp932_text(&text).0, text);
        assert_eq!(to_full(&text), text);
    }
    assert_eq!((match_key("﨑"), match_key("髙")), ("﨑".into(), "髙".into()));
}

#[test]
fn file_name_cases() {
    for name in ["CON.xlsx", "nul.csv", "LPT1", "報告.", "報告 ", "a:b.xlsx", "名簿?.csv"] {
        assert!(!check_file_name(name, 0).is_empty(), "{name}");
    }
    assert_eq!(check_file_name("機2_a.xlsx", 258 + utf16_units("機2_")), [NameTrouble::PathTooLong { units: 261 }]);
}

#[test]
fn day_cases() {
    let due = [date(2026, 9, 20), date(2027, 9, 25), date(2028, 3, 25), date(2028, 9, 25), date(2029, 3, 25)];
    let paid = [date(2026, 9, 24), date(2027, 9, 27), date(2028, 3, 27), date(2028, 9, 25), date(2029, 3, 26)];
    assert_eq!(due.map(next_business_day), paid.map(Some));
    assert_eq!(due.map(|day| next_business_day_of(day, Offices::Bank)), paid.map(Some));
    assert_eq!(
        (next_business_day(date(2029, 3, 31)), previous_business_day(date(2029, 3, 31))),
        (Some(date(2029, 4, 2)), Some(date(2029, 3, 30)))
    );
    assert_eq!([date(2022, 1, 2), date(2022, 1, 3), date(2021, 1, 3)].map(iso_week), [(2021, 52), (2022, 1), (2020, 53)]);
}

proptest::proptest! {
    #![proptest_config(laws())]

    /// Whatever stands in a cell, no reader panics.
    #[test]
    fn no_text_is_too_strange(text in r"(\PC|[0-9０-９\-－ーー〇十年月日度令和HRS./:T(（)）〒@三重県津市町番地丁目の各、・ﾞﾟ\x{3099}\x{E0100}\x{202E}\x{0}]){0,40}", column in "(氏名|住所|電話|生年月日|口座|個人番号|メール|〒|備考)") {
        let _ = (read_date(&text, Some(2024)), read_datetime(&text, None), read_month(&text), read_duration(&text), read_fiscal_year(&text));
        let _ = (read_number(&text), unit_line(&text), header_unit(&text), stat_mark(&text), departments(&text, &text), bank_kana(&text));
        let _ = (find_municipalities(&text), local_government_code(&text), local_government_name(&text), listed(&text), local_code_candidates(&text));
        let _ = (personal_value(Some(&column), &text), mask(Some(&column), &text), mask(None, &text), scan_personal(&text), find_my_numbers(&text));
        let _ = (check_file_name(&text, 0), name_key(&text), variant_key(&text), cp932_text(&text), encode_cp932(&text), decode(text.as_bytes()).is_ok());
        let _ = (to_full(&text), to_half(&text), to_hiragana(&text), to_katakana(&text), width(&text), pad_zeros(&text, 6), label_key(&text));
        let _ = format_date(date(2024, 4, 1), &text);
    }
}
