//! What is built to harm, or half there, is refused before or while it is read.

use super::*;

/// A zip whose directory and local headers are changed by hand.
fn patched(mut bytes: Vec<u8>, find: &[u8], put: &[u8]) -> Vec<u8> {
    assert_eq!(find.len(), put.len());
    let mut from = 0;
    while let Some(at) = memchr::memmem::find(&bytes[from..], find) {
        bytes[from + at..from + at + put.len()].copy_from_slice(put);
        from += at + put.len();
    }
    assert!(from > 0);
    bytes
}

fn sound() -> Vec<u8> {
    Parts::rows("<row><c><v>1</v></c></row>").bytes()
}

#[test]
fn half_a_zip_is_cut_off() {
    let bytes = sound();
    assert_eq!(refusal(bytes[..bytes.len() / 2].to_vec()), Refusal::CutOff);
    assert_eq!(refusal(bytes[..bytes.len() - 30].to_vec()), Refusal::CutOff);
    assert_eq!(refusal(Vec::new()), Refusal::Empty);
}

#[test]
fn names_that_lead_outside_or_stand_twice_are_refused() {
    for name in ["../evil.xml", "/etc/passwd", "C:evil.xml", "xl/../../x"] {
        assert!(is_hostile(&refusal(Parts::rows("").part(name, b"x").bytes())), "{name}");
    }
    assert!(is_hostile(&refusal(Parts::rows("").part("XL/Workbook.xml", b"x").bytes())));
}

#[test]
fn too_many_parts_are_refused() {
    let mut parts = Parts::rows("");
    for number in 0..4_096 {
        parts = parts.part(&format!("x{number}"), b"");
    }
    assert!(is_hostile(&refusal(parts.bytes())));
}

#[test]
fn a_part_that_unpacks_too_well_is_refused() {
    let bomb = vec![b' '; 1 << 20];
    assert!(is_hostile(&refusal(Parts::rows("").part("xl/media/a.bin", &bomb).bytes())));
    let small = vec![b' '; 100 << 10];
    assert!(open("表.xlsx", Parts::rows("").part("xl/media/a.bin", &small).bytes()).is_ok());
}

#[test]
fn a_part_larger_than_declared_is_refused_while_it_unpacks() {
    // The same name in the local header and in the directory; sizes stand before it in both.
    let bytes = sound();
    let name = b"xl/worksheets/one.xml";
    let directory = memchr::memmem::rfind(&bytes, name).unwrap();
    let mut shorter = bytes.clone();
    shorter[directory - 22] -= 5;
    assert!(is_hostile(&refusal(shorter)));
    let mut longer = bytes.clone();
    longer[directory - 22] += 5;
    assert!(is_broken(&refusal(longer)));
    let mut other = bytes;
    other[directory - 30] ^= 1;
    assert!(is_broken(&refusal(other)));
}

#[test]
fn entries_that_lie_in_each_other_are_refused() {
    let bytes = sound();
    let at = |name: &[u8]| memchr::memmem::rfind(&bytes, name).unwrap();
    // The styles' entry is pointed to the local header of the sheet: another name stands there.
    let mut twisted = bytes.clone();
    let offset = bytes[at(b"xl/worksheets/one.xml") - 4..][..4].to_vec();
    twisted[at(b"xl/styles.xml") - 4..][..4].copy_from_slice(&offset);
    assert!(is_broken(&refusal(twisted)));
    // The sheet claims the packed bytes of its neighbour, too.
    let mut long = bytes.clone();
    long[at(b"xl/worksheets/one.xml") - 26] += 100;
    assert!(is_hostile(&refusal(long)));
}

#[test]
fn document_types_are_refused() {
    let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaa\">]><worksheet><sheetData/></worksheet>";
    assert!(is_hostile(&refusal(Parts::sheet(bomb).bytes())));
    let strings = Parts::rows("<row><c t=\"s\"><v>0</v></c></row>").strings("<!DOCTYPE x><sst><si><t>a</t></si></sst>");
    assert!(is_hostile(&refusal(strings.bytes())));
    let unknown = Parts::rows("<row><c t=\"str\"><v>&a;</v></c></row>");
    assert!(is_broken(&refusal(unknown.bytes())));
}

#[test]
fn counts_are_not_believed() {
    let strings = "<sst count=\"4294967295\" uniqueCount=\"4294967295\"><si><t>甲</t></si></sst>";
    assert_eq!(Parts::rows("<row><c t=\"s\"><v>0</v></c></row>").strings(strings).cells(), ["A1=甲"]);
}

#[test]
fn wrong_indices_are_refused_by_name() {
    for cell in [
        "<c r=\"B7\" t=\"s\"><v>99</v></c>",
        "<c r=\"B7\" t=\"s\"><v>-1</v></c>",
        "<c r=\"B7\" t=\"s\"><v>abc</v></c>",
        "<c r=\"B7\" s=\"99\"><v>1</v></c>",
    ] {
        let refusal = refusal(Parts::rows(&format!("<row r=\"7\">{cell}</row>")).bytes());
        let Refusal::Broken { at } = &refusal else { panic!("{refusal}") };
        assert!(at.contains("B7"), "{at}");
    }
}

#[test]
fn references_beyond_the_last_cell_are_refused() {
    for row in [
        "<row r=\"1048577\"/>",
        "<row r=\"1\"><c r=\"XFE1\"><v>1</v></c></row>",
        "<row r=\"1048576\"/><row/>",
        "<row r=\"1\"><c r=\"XFD1\"/><c><v>1</v></c></row>",
        "<row><c r=\"A1048577\"/></row>",
    ] {
        assert!(is_hostile(&refusal(Parts::rows(row).bytes())), "{row}");
    }
    for row in ["<row r=\"0\"/>", "<row r=\"x\"/>", "<row r=\"1\"><c r=\"A2\"/></row>", "<row r=\"1\"><c r=\"1A\"/></row>"] {
        assert!(is_broken(&refusal(Parts::rows(row).bytes())), "{row}");
    }
}

#[test]
fn broken_xml_is_refused() {
    for sheet in [
        "",
        "<worksheet>",
        "<worksheet><sheetData><row><c><v>1</v></c>",
        "<worksheet><sheetData></worksheet></sheetData>",
        "<worksheet><sheetData><row><c><v>1</c></v></row></sheetData></worksheet>",
        "<worksheet><sheetData><row><c><v>x</v></c></row></sheetData></worksheet>",
        "<worksheet><sheetData><row><c t=\"?\"><v>1</v></c></row></sheetData></worksheet>",
        "<worksheet><sheetData/></worksheet>rest",
        "<worksheet><sheetData><row><c><v>1</v></c></row><rou><c><v>1</v></c></row></sheetData></worksheet>",
        "<worksheet><sheetData><row><c><v>1</v></c><b><v>1</v></b></row></sheetData></worksheet>",
        "<worksheet><sheetData><row><c><w>1</w></c></row></sheetData></worksheet>",
        "</worksheet>",
        "</a></b><c>",
    ] {
        let refusal = open("表.xlsx", Parts::sheet(sheet).bytes()).and_then(|book| book.sheet(0).map(|sheet| sheet.cell_count()));
        // An empty part is an empty sheet; everything else is said.
        assert!(matches!(refusal, Err(Refusal::Broken { .. })) || sheet.is_empty(), "{sheet}: {refusal:?}");
    }
    let mut latin = Parts::rows("");
    latin.sheet = b"<worksheet><sheetData><row><c t=\"str\"><v>\xE9</v></c></row></sheetData></worksheet>".to_vec();
    assert!(is_broken(&refusal(latin.bytes())));
}

#[test]
fn numbers_that_are_none_are_errors_of_their_cell() {
    let rows = "<row><c><v>1e999</v></c><c><v>NaN</v></c><c><v>1</v></c></row>";
    assert_eq!(Parts::rows(rows).cells(), ["A1=#####", "B1=#####", "C1=1"]);
}

#[test]
fn limits_are_kept() {
    let limited = |limits: Limits, parts: &Parts| {
        Workbook::open("表.xlsx", parts.bytes(), &Shelf::new(), &limits).and_then(|book| book.sheet(0).map(drop))
    };
    let parts = Parts::rows("<row><c><v>1</v></c><c><v>2</v></c><c t=\"inlineStr\"><is><t>あいうえお</t></is></c></row>");
    let cells = Limits { cells: 2, ..Limits::default() };
    assert_eq!(limited(cells, &parts), Err(Refusal::TooManyCells { limit: 2 }));
    assert!(is_hostile(&limited(Limits { text: 10, ..Limits::default() }, &parts).unwrap_err()));
    assert!(is_hostile(&limited(Limits { part: 100, ..Limits::default() }, &parts).unwrap_err()));
    assert!(is_hostile(&limited(Limits { parts: 1000, ..Limits::default() }, &parts).unwrap_err()));
    assert!(matches!(limited(Limits { file: 100, ..Limits::default() }, &parts), Err(Refusal::TooLarge { limit: 100, .. })));
    assert!(is_hostile(&limited(Limits { sheets: 0, ..Limits::default() }, &parts).unwrap_err()));
}

#[test]
fn a_workbook_that_points_to_nothing_is_broken() {
    assert!(is_broken(&refusal(Parts::rows("").workbook("rId1", "rId9").bytes())));
    assert!(is_broken(&refusal(patched(sound(), b"xl/worksheets/one.xml", b"xl/worksheets/two.xml"))));
}
