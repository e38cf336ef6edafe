//! The marked copy (赤ペン返却): the person's own workbook with each finding on its cell, and everything else as they left it.
//!
//! A finding colours its cell, says in a comment what is the matter and what to do, and stands on a first sheet with a link to
//! its cell. What is ours is known again by the shades of its colours, the words around our comments and hidden names of the
//! workbook, all of which Excel and LibreOffice keep; when the file comes back it is taken out. Other formats than xlsx and xlsm come back as an xlsx with the data as it was read.

mod as_read;
mod left_out;
mod list;
mod plan;
#[cfg(test)]
mod tests;

use as_read::Unwritten;
pub use left_out::{UsedRows, left_out_copy};
use list::Names;
pub(crate) use list::sheet_of;
use plan::Plan;

use crate::edit::comment::{self, CommentEdits, Notes};
use crate::edit::shade::unmark;
use crate::edit::work::Work;
use crate::package::Tree;
use crate::{
    Broken, Changes, EditError, Format, Limits, Package, Refusal, Severity, Shelf, StyleChange, Workbook, WriteError, verify,
};

/// One finding at its place, in words; values are masked already.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mark {
    /// Gives the cell its colour.
    pub severity: Severity,
    /// The sheet; none for a text file.
    pub sheet: Option<String>,
    /// As Excel shows it: `F12`, `A1:D4`, `12:12` for a row; none for a finding about the sheet or file.
    pub cell: Option<String>,
    /// 項目.
    pub column: Option<String>,
    /// What is written there.
    pub value: Option<String>,
    /// What is the matter.
    pub problem: String,
    /// What to do.
    pub remedy: String,
}

/// The words around the marks.
#[derive(Clone, Debug)]
pub struct MarkWords {
    /// The name of the sheet of findings.
    pub sheet: String,
    /// What the sheet of a text file is called.
    pub data: String,
    /// The lines above the list; the first is its title.
    pub lines: Vec<String>,
    /// 重要度, シート, セル, 項目, 値, 問題, 対処.
    pub header: [String; 7],
    /// エラー, 注意, 参考.
    pub weights: [String; 3],
    /// What stands before a problem in a comment.
    pub problem: String,
    /// What stands before a remedy in a comment.
    pub remedy: String,
    /// How many findings of a cell its comment leaves out.
    pub more: fn(usize) -> String,
}

/// A workbook with its marks.
#[derive(Clone, Debug)]
pub struct MarkedCopy {
    /// The file.
    pub bytes: Vec<u8>,
    /// xlsx or xlsm.
    pub format: Format,
    /// Which of its parts are other than in the person's own workbook; none of another format, which is written anew.
    pub changes: Option<Changes>,
    /// Cells whose comment was left out because there are too many; they are coloured and listed.
    pub uncommented: usize,
}

/// Why there is no marked copy.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum MarkError {
    /// The workbook cannot be read.
    #[error(transparent)]
    Refused(Refusal),
    /// It does not let itself be changed.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// Another format, and the xlsx with its data cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The proof failed: something else than the marks would have changed.
    #[error(transparent)]
    Proof(#[from] Broken),
    /// Rows cannot be taken out: merged cells hold rows that go and rows that stay.
    #[error("merged cells would be torn")]
    Torn,
    /// The proof failed: so many cells, sheets or merged ranges differ.
    #[error("{differences} differences besides the marks")]
    Changed { differences: u64 },
}

impl From<Unwritten> for MarkError {
    fn from(unwritten: Unwritten) -> MarkError {
        match unwritten {
            Unwritten::Refused(refusal) => MarkError::Refused(refusal),
            Unwritten::Writing(error) => MarkError::Write(error),
        }
    }
}

/// The hidden name of a marked workbook; it says which sheet is the list.
pub(crate) const NAME: &str = "_jitan.marks";
/// Whose comments ours are, in every language.
const AUTHOR: &str = "時短 jitan";
/// How the hidden names begin that say which fill a shade of our colours covers.
const FILL: &str = "_jitan.fill.";
/// What stands around a text of ours, in a comment of our own and in one of somebody else's. LibreOffice forgets authors.
const BRACKETS: [&str; 2] = ["【時短の指摘】", "【指摘ここまで】"];
/// Colours that nobody chooses by chance: エラー, 注意, 参考.
const COLOURS: [[u8; 3]; 3] = [[0xFF, 0xC6, 0xC9], [0xFF, 0xE8, 0x9C], [0xD3, 0xE5, 0xF8]];
/// Findings that one comment speaks of.
const MOST_IN_COMMENT: usize = 5;

/// The marked copy of a workbook. `file` is its path within the arrival. Marks of an earlier round are taken out first.
/// What comes out was read again and compared: nothing but the marks differs.
pub fn marked_copy(
    file: &str,
    bytes: Vec<u8>,
    marks: &[Mark],
    words: &MarkWords,
    limits: &Limits,
) -> Result<MarkedCopy, MarkError> {
    let original = Workbook::open(file, bytes.clone(), &Shelf::new(), limits)?;
    let (bytes, original, own) = match original.format() {
        Format::Xlsx | Format::Xlsm => (bytes.clone(), original, Some(bytes)),
        _ => {
            let xlsx = as_read::as_xlsx(&original, &words.data)?;
            (xlsx.clone(), Workbook::open("", xlsx, &Shelf::new(), limits)?, None)
        }
    };
    let bytes = unmarked(bytes, limits)?;
    let plan = Plan::of(&original, marks)?;
    let sheets: Vec<String> = original.sheets().iter().map(|sheet| sheet.name.clone()).collect();
    let edited = coloured(&bytes, &plan, marks, words, &sheets, limits)?;
    let bytes = listed(edited, &plan, marks, words, &sheets, limits)?;
    prove(&original, &bytes, limits)?;
    let changes = own.map(|own| changes(own, &bytes, limits)).transpose()?;
    Ok(MarkedCopy { bytes, format: original.format(), changes, uncommented: plan.uncommented })
}

/// Which parts of a copy are other than in the person's own workbook.
fn changes(own: Vec<u8>, copy: &[u8], limits: &Limits) -> Result<Changes, Refusal> {
    Ok(Changes::between(&Package::open("", own, limits)?, &Package::open("", copy.to_vec(), &roomy(limits, copy))?))
}

/// The copy may be a little larger than what is taken in.
fn roomy(limits: &Limits, copy: &[u8]) -> Limits {
    Limits { file: limits.file.max(copy.len() as u64), entries: limits.entries + 1_024, ..limits.clone() }
}

/// The workbook without the marks of an earlier round; as it is if it has none.
fn unmarked(bytes: Vec<u8>, limits: &Limits) -> Result<Vec<u8>, MarkError> {
    let package = Package::open("", bytes, limits)?;
    let mut work = Work::new(&package);
    let known = list::remove(&mut work)?;
    let ours = known.is_some() || commented(&work)?;
    if !ours {
        drop(work);
        return Ok(package.into_bytes());
    }
    if let Some(part) = package.related("styles").map(str::to_owned) {
        let xml = work.read(&part)?;
        let mut tree = Tree::read(&xml, &part)?;
        let (known, trusted) = (known.unwrap_or_default(), keeps_backgrounds(&package));
        if tree.root_mut().is_some_and(|root| unmark(root, &COLOURS, &known, trusted)) {
            let bytes = tree.write();
            work.put(&part, bytes);
        }
    }
    let clear = CommentEdits { clear: true, ..comments(Notes::new()) };
    for tab in package.tabs.iter().filter(|tab| tab.cells) {
        // The list itself is gone already.
        if work.has(&tab.part) {
            comment::change(&mut work, &tab.part, &clear)?;
        }
    }
    Ok(work.finish()?.0)
}

/// Whether a comment has our words, though the list and the names are gone.
fn commented(work: &Work<'_>) -> Result<bool, EditError> {
    for tab in work.package.tabs.iter().filter(|tab| tab.cells) {
        if comment::speaks(work, &tab.part, BRACKETS[0])? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether whoever saved the workbook last kept the background colours of fills: LibreOffice and its kin do not.
fn keeps_backgrounds(package: &Package) -> bool {
    let part = package.parts().find(|part| part.eq_ignore_ascii_case("docProps/app.xml"));
    let xml = part.and_then(|part| package.read(part).ok()).unwrap_or_default();
    memchr::memmem::find(&xml, b"Office/").is_none()
}

/// Colours and comments.
fn coloured(
    bytes: &[u8],
    plan: &Plan,
    marks: &[Mark],
    words: &MarkWords,
    sheets: &[String],
    limits: &Limits,
) -> Result<Vec<u8>, MarkError> {
    let package = Package::open("", bytes.to_vec(), limits)?;
    let mut editor = package.edit();
    for (at, sheet) in &plan.sheets {
        let mut edit = editor.sheet(&sheets[*at])?;
        for (cell, severity) in &sheet.colours {
            let mark = Some(COLOURS[*severity as usize]);
            edit.style(*cell, StyleChange { mark, ..StyleChange::default() })?;
        }
        let notes = sheet.comments.iter().map(|(cell, of)| (*cell, text(of, marks, words))).collect();
        edit.comments(comments(notes));
    }
    editor.unselect();
    let edited = editor.finish()?;
    verify(&package, &edited)?;
    Ok(edited.bytes)
}

fn comments(add: Notes) -> CommentEdits {
    CommentEdits { author: AUTHOR.to_owned(), brackets: BRACKETS.map(str::to_owned), clear: false, add }
}

/// What a comment says.
fn text(of: &[usize], marks: &[Mark], words: &MarkWords) -> String {
    let mut sorted = of.to_vec();
    sorted.sort_by_key(|nth| marks[*nth].severity);
    let one = |nth: &usize| {
        let mark = &marks[*nth];
        let column = mark.column.as_ref().map(|column| format!("（{column}）")).unwrap_or_default();
        let weight = &words.weights[mark.severity as usize];
        let text = format!("{weight}{column}\n{}{}\n{}{}", words.problem, mark.problem, words.remedy, mark.remedy);
        text.chars().take(1_000).collect::<String>()
    };
    let mut texts: Vec<String> = sorted.iter().take(MOST_IN_COMMENT).map(one).collect();
    if sorted.len() > MOST_IN_COMMENT {
        texts.push((words.more)(sorted.len() - MOST_IN_COMMENT));
    }
    texts.join("\n\n")
}

/// The list in front.
fn listed(
    bytes: Vec<u8>,
    plan: &Plan,
    marks: &[Mark],
    words: &MarkWords,
    sheets: &[String],
    limits: &Limits,
) -> Result<Vec<u8>, MarkError> {
    let package = Package::open("", bytes, limits)?;
    let mut work = Work::new(&package);
    list::add(&mut work, marks, plan, words, &Names { sheets })?;
    Ok(work.finish()?.0)
}

/// Reads the marked copy again: sheets, cells, types, formats, formulas and merged ranges are those of the original.
fn prove(original: &Workbook, bytes: &[u8], limits: &Limits) -> Result<(), MarkError> {
    let marked = Workbook::open("", bytes.to_vec(), &Shelf::new(), &roomy(limits, bytes))?;
    match crate::differences(original, &marked)?.total {
        0 => Ok(()),
        differences => Err(MarkError::Changed { differences }),
    }
}
