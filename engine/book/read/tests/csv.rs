//! Text files in every encoding and with everything that is wrong with them.

use super::*;
use crate::read::Format;
use crate::{Severity, Suspicion};

fn text(bytes: &[u8]) -> Workbook {
    open("表.csv", bytes.to_vec()).unwrap()
}

fn text_cells(bytes: &[u8]) -> Vec<String> {
    cells(&text(bytes).sheet(0).unwrap())
}

fn text_problems(bytes: &[u8]) -> Vec<(Severity, Option<String>, Problem)> {
    text(bytes).findings().into_iter().map(|finding| (finding.severity, finding.place.cell, finding.problem)).collect()
}

#[test]
fn every_encoding_gives_the_same_cells() {
    let plain = "氏名,表能力\r\n髙橋,ｱ①\r\n";
    let (cp932, ..) = encoding_rs::SHIFT_JIS.encode(plain);
    let marked = [b"\xEF\xBB\xBF", plain.as_bytes()].concat();
    let little: Vec<u8> = [0xFF, 0xFE].into_iter().chain(plain.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    for bytes in [plain.as_bytes(), &cp932, &marked, &little] {
        assert_eq!(text_cells(bytes), ["A1=氏名", "B1=表能力", "A2=髙橋", "B2=ｱ①"]);
    }
}

#[test]
fn quotes_line_breaks_and_line_ends() {
    assert_eq!(text_cells(b"a,\"b,c\"\n\"d\"\"e\",f"), ["A1=a", "B1=b,c", "A2=d\"e", "B2=f"]);
    assert_eq!(text_cells(b"a,\"b\r\nc\"\r\nd,e\r\n"), ["A1=a", "B1=b\nc", "A2=d", "B2=e"]);
    assert_eq!(text_cells(b"a,b\rc,d\r"), ["A1=a", "B1=b", "A2=c", "B2=d"]);
    assert_eq!(text_cells(b"=\"0123\",\"abc\"def,g"), ["A1=0123", "B1=abcdef", "C1=g"]);
    assert_eq!(text_cells(b"001,1-2, x \n"), ["A1=001", "B1=1-2", "C1= x "]);
}

#[test]
fn blank_lines_count() {
    assert_eq!(text_cells(b"a,b\n\n,,\nc,d\n"), ["A1=a", "B1=b", "A4=c", "B4=d"]);
}

#[test]
fn delimiters_are_told() {
    let format = |bytes: &[u8]| (text(bytes).format(), text_cells(bytes).len());
    assert_eq!(format(b"a\tb\n1,000\t2,000\n"), (Format::Tsv, 4));
    assert_eq!(format(b"a;b\n1,5;2\n"), (Format::Csv, 4));
    assert_eq!(format(b"a,b\nx;y,z;w\n"), (Format::Csv, 4));
    assert_eq!(format(b"alone\n"), (Format::Csv, 1));
}

#[test]
fn an_unclosed_quote_is_said_and_the_rest_is_read() {
    let bytes = b"h,i\na,\"b\nc,d\ne,f\n";
    assert_eq!(text_problems(bytes), [(Severity::Error, Some("B2".into()), Problem::UnclosedQuote { line: 2 })]);
    assert_eq!(text_cells(bytes), ["A1=h", "B1=i", "A2=a", "B2=\"b", "A3=c", "B3=d", "A4=e", "B4=f"]);
    // The next quote does not close it, it opens another.
    let bytes = b"h,i\na,\"b\nc,\"d\"\ne,f\n";
    assert_eq!(text_problems(bytes), [(Severity::Error, Some("B2".into()), Problem::UnclosedQuote { line: 2 })]);
    assert_eq!(text_cells(bytes), ["A1=h", "B1=i", "A2=a", "B2=\"b", "A3=c", "B3=d", "A4=e", "B4=f"]);
}

#[test]
fn ragged_rows_are_said() {
    let bytes = b"title\na,b,c\n1,2,3\n1,2\n1,2,3,4\n1,2,3,,\n1,2,3\n1,2,3\n";
    let ragged = |row: &str, fields| (Severity::Warning, Some(row.to_owned()), Problem::RaggedRow { fields, expected: 3 });
    assert_eq!(text_problems(bytes), [ragged("4:4", 2), ragged("5:5", 4)]);
}

#[test]
fn a_last_line_that_stops_short_is_said() {
    let problems = text_problems(b"a,b,c\n1,2,3\n1,2");
    assert_eq!(problems[0].2, Problem::Suspicious(Suspicion::NoFinalNewline));
    assert!(text_problems(b"a,b\n1,2").is_empty());
}

#[test]
fn a_text_in_two_encodings_is_said() {
    // ﾃｱ in Shift_JIS, ñ in UTF-8.
    let problems = text_problems(b"a,b\n\xC3\xB1,1\n");
    let two = Suspicion::TwoEncodings { read: japan::Encoding::Utf8, perhaps: japan::Encoding::Cp932 };
    assert_eq!(problems, [(Severity::Warning, None, Problem::Suspicious(two))]);
    assert!(text_problems("a,b\n津,1\n".as_bytes()).is_empty());
}

#[test]
fn nul_bytes_and_lost_characters_are_said() {
    let problems = text_problems("a,b\n\u{E000}野,x\n".as_bytes());
    assert_eq!(problems, [(Severity::Warning, Some("A2".into()), Problem::UnreadableCharacter { text: "\u{E000}".into() })]);
    let bytes = b"name,b\nx,1\nlong line of text,y\0z\n";
    assert_eq!(text_problems(bytes), [(Severity::Warning, Some("B3".into()), Problem::NulByte { line: 3 })]);
    assert!(text_cells(bytes).contains(&"B3=yz".to_owned()));
}

#[test]
fn a_text_under_another_name_is_said() {
    let book = open("月報.xls", b"a,b\n".to_vec()).unwrap();
    let lying = Suspicion::LyingExtension { name: "xls".into(), bytes: "csv".into() };
    assert_eq!(problems(&book.findings()), [&Problem::Suspicious(lying)]);
    assert!(open("月報.txt", b"a,b\n".to_vec()).unwrap().findings().is_empty());
    assert!(open("folder.d/月報", b"a,b\n".to_vec()).unwrap().findings().is_empty());
}

#[test]
fn many_open_quotes_do_not_take_for_ever() {
    let bytes = "\"\"\"\n".repeat(200_000).into_bytes();
    // Either way it ends soon.
    let _ = open("表.csv", bytes);
    let _ = open("表.csv", ",\"".repeat(100_000).into_bytes());
}

#[test]
fn too_many_fields_are_refused() {
    assert!(is_hostile(&open("表.csv", vec![b','; 20_000]).map(drop).unwrap_err()));
}
