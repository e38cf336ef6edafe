//! Workbooks whose zip is wrong: cut off, lying, overlapping, exploding, pointing elsewhere.

use std::io::{Cursor, Write};

use super::{Dropped, Fate, file};

const BROKEN: Fate =
    Fate::Returned(&["壊れている", "途中で切れています", "表のファイルではなく", "Excelのファイルでも", "危険な作り"]);
const DANGEROUS: Fate = Fate::Returned(&["危険な作り"]);

/// One entry of a zip, as it is and as it says it is.
#[derive(Clone)]
pub struct Part {
    pub name: Vec<u8>,
    pub data: Vec<u8>,
    pub method: u16,
    pub flags: u16,
    /// The size that is told, when it is not the true one.
    pub told: Option<u32>,
    pub crc: Option<u32>,
    /// Where the directory says the entry begins, when it is not there.
    pub at: Option<u32>,
}

impl Part {
    pub fn new(name: impl AsRef<[u8]>, data: impl AsRef<[u8]>) -> Part {
        let (name, data) = (name.as_ref().to_vec(), data.as_ref().to_vec());
        Part { name, data, method: 0, flags: 0, told: None, crc: None, at: None }
    }
}

/// A zip of stored entries, which says of them whatever it is told to say.
pub fn stored(parts: &[Part]) -> Vec<u8> {
    let (mut body, mut directory) = (Vec::new(), Vec::new());
    for part in parts {
        let at = part.at.unwrap_or(body.len() as u32);
        let crc = part.crc.unwrap_or_else(|| crc(&part.data));
        let told = part.told.unwrap_or(part.data.len() as u32);
        let mut common = Vec::new();
        for number in [part.flags, part.method, 0, 0x21] {
            common.extend(number.to_le_bytes());
        }
        for number in [crc, part.data.len() as u32, told] {
            common.extend(number.to_le_bytes());
        }
        common.extend((part.name.len() as u16).to_le_bytes());
        common.extend([0, 0]);
        body.extend(b"PK\x03\x04\x14\0");
        body.extend(&common);
        body.extend(&part.name);
        body.extend(&part.data);
        directory.extend(b"PK\x01\x02\x14\0\x14\0");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend(at.to_le_bytes());
        directory.extend(&part.name);
    }
    end(body, &directory, parts.len() as u16)
}

fn end(mut body: Vec<u8>, directory: &[u8], count: u16) -> Vec<u8> {
    let start = body.len() as u32;
    body.extend(directory);
    body.extend(b"PK\x05\x06\0\0\0\0");
    body.extend(count.to_le_bytes());
    body.extend(count.to_le_bytes());
    body.extend((directory.len() as u32).to_le_bytes());
    body.extend(start.to_le_bytes());
    body.extend([0, 0]);
    body
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc: u32, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

/// A zip packed as tightly as can be.
pub fn packed(parts: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_level(Some(9));
    for (name, data) in parts {
        zip.start_file(*name, options).unwrap();
        zip.write_all(data).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

pub const TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"#;
pub const ROOT: &str = r#"<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
pub const BOOK: &str = r#"<?xml version="1.0" encoding="UTF-8"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="一覧" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
pub const LINKS: &str = r#"<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;

/// The parts of a small workbook with this sheet.
pub fn parts(sheet: impl AsRef<[u8]>) -> Vec<Part> {
    vec![
        Part::new("[Content_Types].xml", TYPES),
        Part::new("_rels/.rels", ROOT),
        Part::new("xl/workbook.xml", BOOK),
        Part::new("xl/_rels/workbook.xml.rels", LINKS),
        Part::new("xl/worksheets/sheet1.xml", sheet),
    ]
}

/// A sheet with a header and one row of `count`.
pub fn sheet(count: u64) -> String {
    rows(&format!(r#"<row r="2"><c r="A2" t="inlineStr"><is><t>財務課</t></is></c><c r="B2"><v>{count}</v></c></row>"#))
}

/// A sheet with a header and these rows.
pub fn rows(rows: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>課</t></is></c><c r="B1" t="inlineStr"><is><t>件数</t></is></c></row>{rows}</sheetData></worksheet>"#
    )
}

/// A small sound workbook.
pub fn sound(count: u64) -> Vec<u8> {
    stored(&parts(sheet(count)))
}

/// The workbooks whose zip is wrong.
pub fn all() -> Vec<Dropped> {
    let mut all = vec![
        file("終わりだけ.xlsx", end(Vec::new(), &[], 0), BROKEN),
        file("ふつうの圧縮.xlsx", stored(&[Part::new("メモ.txt", "x")]), BROKEN),
    ];
    cut_off(&mut all);
    lies(&mut all);
    names(&mut all);
    bombs(&mut all);
    all
}

fn cut_off(all: &mut Vec<Dropped>) {
    let whole = sound(901);
    for percent in [1, 3, 10, 25, 50, 75, 90, 95, 99] {
        let half = whole[..whole.len() * percent / 100].to_vec();
        all.push(file(&format!("途中まで{percent}.xlsx"), half, BROKEN));
    }
    all.push(file("頭がない.xlsx", whole[200..].to_vec(), BROKEN));
    let mut middle = whole.clone();
    middle.drain(300..500);
    all.push(file("真ん中がない.xlsx", middle, BROKEN));
    all.push(file("後ろにごみ.xlsx", [whole.clone(), vec![b'x'; 70_000]].concat(), BROKEN));
    all.push(file("ゼロ埋め.xlsx", [whole[..600].to_vec(), vec![0; 90_000]].concat(), BROKEN));
    let mut wrong = whole.clone();
    let last = wrong.len();
    wrong[last - 6..last - 2].copy_from_slice(&0x7fff_fff0u32.to_le_bytes());
    all.push(file("目次が外.xlsx", wrong, BROKEN));
}

fn lies(all: &mut Vec<Dropped>) {
    let with = |change: &dyn Fn(&mut Part)| {
        let mut parts = parts(sheet(902));
        change(&mut parts[4]);
        stored(&parts)
    };
    all.push(file("小さいと言う.xlsx", with(&|part| part.told = Some(10)), BROKEN));
    all.push(file("大きいと言う.xlsx", with(&|part| part.told = Some(0x7fff_ffff)), BROKEN));
    all.push(file("和が違う.xlsx", with(&|part| part.crc = Some(1)), BROKEN));
    all.push(file("知らない圧縮.xlsx", with(&|part| part.method = 99), BROKEN));
    all.push(file("圧縮と言う.xlsx", with(&|part| part.method = 8), BROKEN));
    all.push(file("暗号と言う.xlsx", with(&|part| part.flags = 1), Fate::Returned(&["パスワード", "壊れている"])));
    all.push(file("重なる.xlsx", with(&|part| part.at = Some(0)), BROKEN));
    all.push(file("外を指す.xlsx", with(&|part| part.at = Some(u32::MAX - 1)), BROKEN));
    let mut twice = parts(sheet(903));
    twice.push(Part::new("XL/Worksheets/SHEET1.xml", sheet(7)));
    all.push(file("同じ名が二つ.xlsx", stored(&twice), DANGEROUS));
    let mut without = parts(sheet(904));
    without.remove(4);
    all.push(file("シートがない.xlsx", stored(&without), BROKEN));
    let mut without = parts(sheet(905));
    without.remove(2);
    all.push(file("ブックがない.xlsx", stored(&without), BROKEN));
}

fn names(all: &mut Vec<Dropped>) {
    for (at, name) in
        ["../../../../外.xml", "/etc/cron.d/x", "C:\\Windows\\x.dll", "xl/../../x", "xl/a\0b.xml"].iter().enumerate()
    {
        let mut parts = parts(sheet(910 + at as u64));
        parts.push(Part::new(name, "x"));
        all.push(file(&format!("外へ出る{at}.xlsx"), stored(&parts), DANGEROUS));
    }
    let mut many = parts(sheet(920));
    many.extend((0..5_000).map(|number| Part::new(format!("xl/media/{number}.bin"), "")));
    all.push(file("部品が五千.xlsx", stored(&many), DANGEROUS));
}

fn bombs(all: &mut Vec<Dropped>) {
    let base = |extra: (&'static str, Vec<u8>)| {
        let mut parts =
            vec![("[Content_Types].xml", TYPES.into()), ("_rels/.rels", ROOT.into()), ("xl/workbook.xml", BOOK.into())];
        parts.push(("xl/_rels/workbook.xml.rels", LINKS.into()));
        parts.push(extra);
        packed(&parts)
    };
    all.push(file("爆弾.xlsx", base(("xl/worksheets/sheet1.xml", vec![b' '; 96 << 20])), DANGEROUS));
    let cells = rows(&r#"<row r="2"><c r="A2"><v>1</v></c></row>"#.repeat(400_000));
    all.push(file("行の爆弾.xlsx", base(("xl/worksheets/sheet1.xml", cells.into())), DANGEROUS));
    let texts = format!("<sst>{}</sst>", "<si><t>同じ</t></si>".repeat(900_000));
    let mut parts: Vec<(&str, Vec<u8>)> = vec![("[Content_Types].xml", TYPES.into()), ("_rels/.rels", ROOT.into())];
    parts.extend([
        ("xl/workbook.xml", BOOK.into()),
        ("xl/_rels/workbook.xml.rels", LINKS.into()),
        ("xl/sharedStrings.xml", texts.into()),
    ]);
    parts.push(("xl/worksheets/sheet1.xml", sheet(930).into()));
    all.push(file("文字の爆弾.xlsx", packed(&parts), DANGEROUS));
    let inner = packed(&[("0.zip", packed(&[("0", vec![0; 32 << 20])]))]);
    let nest = [("a.zip", inner.clone()), ("b.zip", inner.clone()), ("c.zip", inner)];
    all.push(file("入れ子の爆弾.xlsx", packed(&nest), BROKEN));
}
