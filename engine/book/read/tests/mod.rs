//! Reading from the outside: whole files in, cells and findings out.

mod csv;
mod gate;
mod oracle;
mod others;
mod random;
mod xls;
mod xlsb;
mod xlsx;

use std::io::Write as _;
use std::rc::Rc;

use zip::write::SimpleFileOptions;

use super::Workbook;
use crate::gate::Limits;
use crate::{Address, Finding, Problem, Refusal, Sheet, Shelf, Value};

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// A zip of parts.
fn zip(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The parts of a small xlsx, each to be replaced by a test.
struct Parts {
    workbook: String,
    sheet: Vec<u8>,
    strings: Vec<u8>,
    styles: String,
    more: Vec<(String, Vec<u8>)>,
}

impl Parts {
    /// A workbook whose only sheet has these rows within `<sheetData>`.
    fn rows(rows: &str) -> Parts {
        Parts::sheet(&format!("<worksheet xmlns=\"{MAIN}\"><sheetData>{rows}</sheetData></worksheet>"))
    }

    fn sheet(sheet: &str) -> Parts {
        Parts {
            workbook: format!(
                "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELATIONS}\"><sheets><sheet name=\"表\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
            ),
            sheet: sheet.as_bytes().to_vec(),
            strings: format!("<sst xmlns=\"{MAIN}\" count=\"2\" uniqueCount=\"2\"><si><t>甲</t></si><si><t>乙</t></si></sst>")
                .into_bytes(),
            styles: format!("<styleSheet xmlns=\"{MAIN}\"><cellXfs count=\"1\"><xf numFmtId=\"0\"/></cellXfs></styleSheet>"),
            more: Vec::new(),
        }
    }

    fn strings(mut self, strings: &str) -> Parts {
        self.strings = strings.as_bytes().to_vec();
        self
    }

    fn styles(mut self, formats: &str, ids: &[u32]) -> Parts {
        let cells: String = ids.iter().map(|id| format!("<xf numFmtId=\"{id}\"/>")).collect();
        self.styles = format!("<styleSheet><numFmts>{formats}</numFmts><cellXfs>{cells}</cellXfs></styleSheet>");
        self
    }

    fn workbook(mut self, find: &str, put: &str) -> Parts {
        assert!(self.workbook.contains(find));
        self.workbook = self.workbook.replace(find, put);
        self
    }

    fn part(mut self, name: &str, bytes: &[u8]) -> Parts {
        self.more.push((name.to_owned(), bytes.to_vec()));
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let types = concat!(
            "<Types><Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/xl/workbook.xml\" ",
            "ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/></Types>"
        );
        let root = format!(
            "<Relationships><Relationship Id=\"r\" Type=\"{RELATIONS}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
        );
        let list = format!(
            "<Relationships><Relationship Id=\"rId1\" Type=\"{RELATIONS}/worksheet\" Target=\"worksheets/one.xml\"/>\
             <Relationship Id=\"rId2\" Type=\"{RELATIONS}/sharedStrings\" Target=\"/xl/texts.xml\"/>\
             <Relationship Id=\"rId3\" Type=\"{RELATIONS}/styles\" Target=\"styles.xml\"/></Relationships>"
        );
        let mut parts: Vec<(&str, &[u8])> = vec![
            ("[Content_Types].xml", types.as_bytes()),
            ("_rels/.rels", root.as_bytes()),
            ("xl/_rels/workbook.xml.rels", list.as_bytes()),
            ("xl/workbook.xml", self.workbook.as_bytes()),
            ("xl/worksheets/one.xml", &self.sheet),
            ("xl/texts.xml", &self.strings),
            ("xl/styles.xml", self.styles.as_bytes()),
        ];
        parts.extend(self.more.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())));
        zip(&parts)
    }

    fn open(&self) -> Result<Workbook, Refusal> {
        open("表.xlsx", self.bytes())
    }

    fn read(&self) -> Result<Rc<Sheet>, Refusal> {
        self.open()?.sheet(0)
    }

    /// The filled cells as `A1=text`, in order.
    fn cells(&self) -> Vec<String> {
        cells(&self.read().unwrap())
    }
}

fn open(file: &str, bytes: Vec<u8>) -> Result<Workbook, Refusal> {
    Workbook::open(file, bytes, &Shelf::new(), &Limits::default())
}

/// Why the workbook, or its first sheet, is refused.
fn refusal(bytes: Vec<u8>) -> Refusal {
    open("表.xlsx", bytes).and_then(|book| book.sheet(0).map(drop)).unwrap_err()
}

fn cells(sheet: &Sheet) -> Vec<String> {
    let texts = &sheet.shelf().texts;
    let mut all = Vec::new();
    for row in sheet.rows() {
        for cell in row.cells() {
            let shown = match cell.value {
                Value::Stale => "?".to_owned(),
                value => value.show(texts),
            };
            all.push(format!("{}={shown}", Address::new(row.number(), cell.column)));
        }
    }
    all
}

fn problems(findings: &[Finding]) -> Vec<&Problem> {
    findings.iter().map(|finding| &finding.problem).collect()
}

fn is_hostile(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::Hostile { .. })
}

fn is_broken(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::Broken { .. })
}
