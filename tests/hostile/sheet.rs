//! Workbooks whose zip is sound and whose XML is not.

use super::archive::{BOOK, LINKS, Part, ROOT, TYPES, parts, rows, sheet, stored};
use super::{Dropped, Fate, file};

/// Refused, or returned with the cell.
const TOLD: Fate = Fate::Returned(&[]);

/// The workbooks whose XML is wrong.
pub fn all() -> Vec<Dropped> {
    let mut all = Vec::new();
    entities(&mut all);
    references(&mut all);
    values(&mut all);
    shapes(&mut all);
    structure(&mut all);
    all
}

fn book(name: &str, sheet: impl AsRef<[u8]>, fate: Fate) -> Dropped {
    file(name, stored(&parts(sheet)), fate)
}

fn row(cells: &str) -> String {
    rows(&format!(r#"<row r="2"><c r="A2" t="inlineStr"><is><t>財務課</t></is></c>{cells}</row>"#))
}

fn entities(all: &mut Vec<Dropped>) {
    let laughs: String = (1..12).map(|n| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10))).collect();
    let laughs = format!("<!DOCTYPE x [<!ENTITY l0 \"lol\">{laughs}]>");
    let with = |head: &str, text: &str| sheet(0).replacen("?>", &format!("?>{head}"), 1).replace("財務課", text);
    all.push(book("十億の笑い.xlsx", with(&laughs, "&l11;"), TOLD));
    all.push(book("外の実体.xlsx", with("<!DOCTYPE x [<!ENTITY f SYSTEM \"file:///etc/passwd\">]>", "&f;"), TOLD));
    all.push(book("外の定義.xlsx", with("<!DOCTYPE x SYSTEM \"http://192.0.2.1/x.dtd\">", "x"), TOLD));
    all.push(book("知らない実体.xlsx", with("", "&nbsp;&nbsp;"), Fate::Any));
    all.push(book("大きな文字参照.xlsx", with("", "&#x110000;&#0;"), Fate::Any));
}

fn references(all: &mut Vec<Dropped>) {
    let cases = [
        ("ABC", "ZZZZZ2"),
        ("零行", "B0"),
        ("巨大な行", "B99999999999999"),
        ("負の行", "B-2"),
        ("字だけ", "B"),
        ("空", ""),
        ("全角", "Ｂ２"),
    ];
    for (name, reference) in cases {
        all.push(book(&format!("参照{name}.xlsx"), row(&format!(r#"<c r="{reference}"><v>941</v></c>"#)), Fate::NeverWrong(941)));
    }
    let far = r#"<c r="B2"><v>942</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c>"#;
    all.push(book("遠いセル.xlsx", row(far), Fate::Done(942)));
    all.push(book("同じセルが二度.xlsx", row(r#"<c r="B2"><v>943</v></c><c r="B2"><v>1</v></c>"#), Fate::Any));
    all.push(book("後ろ向き.xlsx", row(r#"<c r="B2"><v>944</v></c><c r="A2"><v>1</v></c>"#), Fate::Any));
    for (name, index) in [("負の番号", "-1"), ("大きな番号", "4294967296"), ("字の番号", "abc"), ("外の番号", "9")]
    {
        let mut parts = parts(row(&format!(r#"<c r="B2" t="s"><v>{index}</v></c>"#)));
        parts.push(Part::new(
            "xl/sharedStrings.xml",
            r#"<sst uniqueCount="4294967295" count="4294967295"><si><t>5</t></si></sst>"#,
        ));
        all.push(file(&format!("共有文字{name}.xlsx"), stored(&parts), TOLD));
    }
    let style = row(r#"<c r="B2" s="4294967295"><v>945</v></c>"#);
    all.push(book("書式が外.xlsx", style, Fate::NeverWrong(945)));
}

fn values(all: &mut Vec<Dropped>) {
    let cases = [
        ("非数", "<v>NaN</v>"),
        ("無限", "<v>1e999</v>"),
        ("負の無限", "<v>-1e999</v>"),
        ("字の数", "<v>12abc</v>"),
        ("空の値", "<v></v>"),
        ("空白", "<v> </v>"),
        ("十六進", "<v>0x10</v>"),
        ("長い数", "<v>123456789012345678901234567890</v>"),
        ("小数", "<v>1.5</v>"),
    ];
    for (name, value) in cases {
        all.push(book(&format!("値{name}.xlsx"), row(&format!(r#"<c r="B2">{value}</c>"#)), TOLD));
    }
    for error in ["#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!", "#GETTING_DATA", "#UNKNOWN!"] {
        let cell = format!(r#"<c r="B2" t="e"><v>{error}</v></c>"#);
        all.push(book(&format!("誤り{}.xlsx", error.trim_matches(['#', '!'])), row(&cell), TOLD));
    }
    all.push(book("値のない式.xlsx", row(r#"<c r="B2"><f>1+1</f></c>"#), TOLD));
    all.push(book("攻撃する式.xlsx", row(r#"<c r="B2"><f>cmd|'/C calc'!A0</f><v>946</v></c>"#), Fate::NeverWrong(946)));
    all.push(book("知らない型.xlsx", row(r#"<c r="B2" t="zz"><v>1</v></c>"#), Fate::NeverWrong(1)));
    let injected = sheet(947).replace("財務課", "=HYPERLINK(&quot;http://192.0.2.1/&quot;)");
    all.push(book("式に見える文字.xlsx", injected, Fate::Done(947)));
    let long = sheet(948).replace("財務課", &"長".repeat(3_000_000));
    all.push(book("一つのセルに九メガ.xlsx", long, Fate::Any));
}

fn shapes(all: &mut Vec<Dropped>) {
    all.push(book("閉じない.xlsx", &sheet(951)[..sheet(951).len() - 30], TOLD));
    all.push(book(
        "入れ子が深い.xlsx",
        sheet(952).replace("</sheetData>", &format!("</sheetData>{}", "<a>".repeat(200_000))),
        Fate::Any,
    ));
    all.push(book(
        "属性が長い.xlsx",
        sheet(953).replacen("<row ", &format!("<row x=\"{}\" ", "x".repeat(12 << 20)), 1),
        Fate::Any,
    ));
    all.push(book(
        "属性が多い.xlsx",
        sheet(954).replacen("<row ", &format!("<row {}", (0..100_000).map(|n| format!("a{n}=\"\" ")).collect::<String>()), 1),
        Fate::Any,
    ));
    all.push(book(
        "注釈が長い.xlsx",
        sheet(955).replacen("<sheetData>", &format!("<!--{}--><sheetData>", "-x".repeat(4 << 20)), 1),
        Fate::Any,
    ));
    all.push(book(
        "壊れた文字.xlsx",
        sheet(956).into_bytes().into_iter().map(|byte| if byte == 0xe8 { 0xff } else { byte }).collect::<Vec<u8>>(),
        Fate::Any,
    ));
    all.push(book("ゼロの文字.xlsx", sheet(957).replace("財務課", "財\0務課"), Fate::Any));
    let wide: Vec<u8> = sheet(958).replace("UTF-8", "UTF-16").encode_utf16().flat_map(u16::to_le_bytes).collect();
    all.push(book("二バイト.xlsx", [vec![0xff, 0xfe], wide].concat(), Fate::Any));
    all.push(book("空のシート.xlsx", "", TOLD));
    all.push(book("表でないシート.xlsx", "<html><body>課 件数</body></html>", TOLD));
    let merged: String = (0..100_000).map(|n| format!("<mergeCell ref=\"A{}:B{}\"/>", n * 2 + 5, n * 2 + 6)).collect();
    all.push(book(
        "結合が十万.xlsx",
        sheet(959).replace("</sheetData>", &format!("</sheetData><mergeCells>{merged}</mergeCells>")),
        Fate::Any,
    ));
    all.push(book(
        "結合が全部.xlsx",
        sheet(960).replace("</sheetData>", "</sheetData><mergeCells><mergeCell ref=\"A1:XFD1048576\"/></mergeCells>"),
        Fate::Any,
    ));
}

fn structure(all: &mut Vec<Dropped>) {
    let build = |book: &str, links: &str| {
        let parts = [
            ("[Content_Types].xml", TYPES),
            ("_rels/.rels", ROOT),
            ("xl/workbook.xml", book),
            ("xl/_rels/workbook.xml.rels", links),
        ];
        let mut parts: Vec<Part> = parts.iter().map(|(name, data)| Part::new(name, data)).collect();
        parts.push(Part::new("xl/worksheets/sheet1.xml", sheet(961)));
        stored(&parts)
    };
    let many: String = (0..3_000).map(|n| format!(r#"<sheet name="s{n}" sheetId="{n}" r:id="rId1"/>"#)).collect();
    let many = BOOK.replace("<sheets>", &format!("<sheets>{many}"));
    all.push(file("シートが三千.xlsx", build(&many, LINKS), TOLD));
    all.push(file("自分を指す.xlsx", build(BOOK, &LINKS.replace("worksheets/sheet1.xml", "workbook.xml")), TOLD));
    all.push(file("外を指すシート.xlsx", build(BOOK, &LINKS.replace("worksheets/sheet1.xml", "../../../../etc/passwd")), TOLD));
    all.push(file(
        "網を指すシート.xlsx",
        build(
            BOOK,
            &LINKS.replace("Target=\"worksheets/sheet1.xml\"", "Target=\"http://192.0.2.1/s.xml\" TargetMode=\"External\""),
        ),
        TOLD,
    ));
    all.push(file(
        "シートの名が同じ.xlsx",
        build(&BOOK.replace("<sheets>", r#"<sheets><sheet name="一覧" sheetId="2" r:id="rId1"/>"#), LINKS),
        Fate::Any,
    ));
    all.push(file(
        "シートの名が攻撃.xlsx",
        build(&BOOK.replace("一覧", "&lt;script&gt;alert(1)&lt;/script&gt;"), LINKS),
        Fate::Any,
    ));
    all.push(file("つながりがない.xlsx", build(BOOK, "<Relationships/>"), TOLD));
    all.push(file("ブックが空.xlsx", build("", LINKS), TOLD));
}
