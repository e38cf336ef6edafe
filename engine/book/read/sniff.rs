//! What a file is, from its bytes.

use crate::Refusal;
use crate::gate::{Archive, Limits, broken, u16_at};
use crate::read::cfb::{self, Compound};
use crate::read::ods;
use crate::read::xlsx::{MainKind, main_part};

/// A file that can be read, and how.
pub(crate) enum Found {
    /// xlsx or xlsm, with its main part.
    Xlsx { archive: Archive, main: String, macros: bool },
    /// xlsb, with its main part.
    Xlsb { archive: Archive, main: String },
    /// ods.
    Ods(Archive),
    /// xls, with its main stream.
    Xls { stream: Vec<u8>, macros: bool },
    /// Text, in an encoding still to be found.
    Text(Vec<u8>),
}

/// Beginnings of formats that are not read.
const FOREIGN: [(&[u8], &str); 18] = [
    (b"%PDF", "PDF"),
    (b"\x89PNG\r\n", "PNG"),
    (b"\xFF\xD8\xFF", "JPEG"),
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"{\\rtf", "RTF"),
    (b"Rar!", "RAR"),
    (b"7z\xBC\xAF", "7-Zip"),
    (b"\x1F\x8B", "gzip"),
    (b"MZ", "EXE"),
    (b"\x7FELF", "ELF"),
    (b"SQLite format 3\0", "SQLite"),
    (b"\x00\x01\x00\x00Standard", "Access"),
    (b"\x09\x00\x04\x00", "Excel 2"),
    (b"\x09\x02\x06\x00", "Excel 3"),
    (b"\x09\x04\x06\x00", "Excel 4"),
];

/// Tells what the bytes are, or why they are not read.
pub(crate) fn sniff(bytes: Vec<u8>, limits: &Limits) -> Result<Found, Refusal> {
    if bytes.is_empty() {
        return Err(Refusal::Empty);
    }
    if bytes.len() as u64 > limits.file {
        return Err(Refusal::TooLarge { bytes: bytes.len() as u64, limit: limits.file });
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return zip(bytes, limits);
    }
    if bytes.starts_with(cfb::MAGIC) {
        return container(&bytes);
    }
    if let Some((_, format)) = FOREIGN.iter().find(|(magic, format)| bytes.starts_with(magic) && sure(format, &bytes)) {
        return Err(foreign(format));
    }
    if let Some(format) = markup(&bytes) {
        return Err(foreign(format));
    }
    Ok(Found::Text(bytes))
}

/// Two letters may begin a text as well: there must be bytes that no text has.
fn sure(format: &str, bytes: &[u8]) -> bool {
    !matches!(format, "BMP" | "EXE") || bytes.iter().take(64).any(|b| *b == 0)
}

fn foreign(format: &str) -> Refusal {
    Refusal::Foreign { format: format.to_owned() }
}

fn zip(bytes: Vec<u8>, limits: &Limits) -> Result<Found, Refusal> {
    let archive = Archive::open(bytes, limits)?;
    if let Some((main, kind)) = main_part(&archive)? {
        return match kind {
            MainKind::Workbook => Ok(Found::Xlsx { archive, main, macros: false }),
            MainKind::MacroWorkbook => Ok(Found::Xlsx { archive, main, macros: true }),
            MainKind::BinaryWorkbook => Ok(Found::Xlsb { archive, main }),
            MainKind::Word => Err(foreign("Word")),
            MainKind::PowerPoint => Err(foreign("PowerPoint")),
            MainKind::Visio => Err(foreign("Visio")),
            MainKind::Other => Err(foreign("ZIP")),
        };
    }
    match ods::document_kind(&archive)?.as_deref() {
        Some("spreadsheet" | "spreadsheet-template") => Ok(Found::Ods(archive)),
        Some(other) => Err(foreign(&format!("OpenDocument {other}"))),
        None => Err(foreign("ZIP")),
    }
}

fn container(bytes: &[u8]) -> Result<Found, Refusal> {
    let compound = Compound::open(bytes)?;
    if compound.has("EncryptedPackage") {
        return Err(Refusal::Password);
    }
    let Some(stream) = ["Workbook", "Book"].into_iter().find(|name| compound.has(name)) else {
        let others = [("WordDocument", "Word"), ("PowerPoint Document", "PowerPoint"), ("__properties_version1.0", "Outlook")];
        let format = others.into_iter().find(|(name, _)| compound.has(name)).map_or("OLE", |(_, format)| format);
        return Err(foreign(format));
    };
    // The whole stream is walked once: a copy that was cut off ends here and not in the parser.
    let workbook = compound.head(stream, u64::MAX)?;
    check_records(&workbook)?;
    Ok(Found::Xls { stream: workbook, macros: compound.has("_VBA_PROJECT_CUR") })
}

/// The first records of an xls: it must begin with one that says so, and may say that the rest is encrypted.
fn check_records(stream: &[u8]) -> Result<(), Refusal> {
    const BEGIN: u16 = 0x0809;
    const PASSWORD: u16 = 0x002F;
    const END: u16 = 0x000A;
    let (mut rest, mut first) = (stream, true);
    while rest.len() >= 4 {
        let (id, length) = (u16_at(rest, 0), usize::from(u16_at(rest, 2)));
        match id {
            BEGIN => {}
            _ if first => return Err(broken("xls: no beginning".into())),
            PASSWORD => return Err(Refusal::Password),
            END => return Ok(()),
            _ => {}
        }
        first = false;
        rest = rest.get(4 + length..).ok_or(Refusal::CutOff)?;
    }
    Err(Refusal::CutOff)
}

/// HTML, and XML of other programs, that Excel opens under the name of a workbook.
fn markup(bytes: &[u8]) -> Option<&'static str> {
    let head: Vec<u8> = bytes.iter().copied().filter(|b| *b != 0).take(4_096).collect();
    let head = head.trim_ascii_start();
    let head = head.strip_prefix(b"\xEF\xBB\xBF").or_else(|| head.strip_prefix(b"\xFF\xFE")).unwrap_or(head).trim_ascii_start();
    let lower = head.to_ascii_lowercase();
    let begins = |words: &[&str]| words.iter().any(|word| lower.starts_with(word.as_bytes()));
    let holds = |word: &str| memchr::memmem::find(&lower, word.as_bytes()).is_some();
    if begins(&["<!doctype html", "<html", "<head", "<meta", "<table", "<body", "<style", "<div"]) {
        return Some("HTML");
    }
    if begins(&["mime-version:"]) {
        return Some("MHTML");
    }
    if begins(&["<?xml", "<!--", "<"]) {
        return match () {
            () if holds("office:spreadsheet") || holds("excel.sheet") => Some("XML Spreadsheet 2003"),
            () if holds("<html") => Some("HTML"),
            () if begins(&["<?xml"]) => Some("XML"),
            () => None,
        };
    }
    None
}
