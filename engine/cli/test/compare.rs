//! What came out of a case against what was to come, by meaning; and the writing down of it.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use book::{Limits, Sheet, Shelf, Workbook};
use message::{Lang, Word};
use task::{Case, Ending};

use super::Came;

/// Everything that differs, in words.
pub(super) fn differences(lang: Lang, case: &Case, came: &Came) -> Vec<String> {
    let mut found = Vec::new();
    let mut say = |word: Word| found.push(message::word(lang, &word));
    if case.ending != came.ending {
        say(Word::EndsOtherwise { wanted: name(case.ending).to_owned(), got: name(came.ending).to_owned() });
    }
    let expected = expected(&case.out());
    for (name, path) in &expected {
        match came.outputs.get(name) {
            Some(got) => contents(name, path, got).into_iter().for_each(&mut say),
            None => say(Word::MissingOutput { name: name.clone() }),
        }
    }
    for name in came.outputs.keys().filter(|name| !expected.contains_key(*name)) {
        say(Word::SurplusOutput { name: name.clone() });
    }
    let says = std::fs::read_to_string(case.says()).unwrap_or_default();
    let wanted: Vec<&str> = says.lines().collect();
    wanted
        .iter()
        .filter(|line| !came.says.iter().any(|got| got == *line))
        .for_each(|line| say(Word::MissingLine { line: (*line).to_owned() }));
    came.says.iter().filter(|got| !wanted.contains(&got.as_str())).for_each(|line| say(Word::SurplusLine { line: line.clone() }));
    found
}

/// Writes down what came out as what is to come.
pub(super) fn bless(case: &Case, came: &Came) -> Result<(), PathBuf> {
    let out = case.out();
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |_: io::Error| path
    };
    if out.exists() {
        std::fs::remove_dir_all(&out).map_err(failed(&out))?;
    }
    for (name, path) in &came.outputs {
        let target = out.join(name);
        let folder = target.parent().unwrap_or(&out);
        std::fs::create_dir_all(folder).map_err(failed(folder))?;
        std::fs::copy(path, &target).map_err(failed(&target))?;
    }
    let mut says = came.says.join("\n");
    says.push('\n');
    std::fs::write(case.says(), says).map_err(failed(&case.says()))?;
    Ok(())
}

fn name(ending: Ending) -> &'static str {
    match ending {
        Ending::Done => "done",
        Ending::Returned => "returned",
        Ending::Failed => "failed",
    }
}

fn expected(out: &Path) -> BTreeMap<String, PathBuf> {
    let files = walkdir::WalkDir::new(out).into_iter().flatten().filter(|entry| entry.file_type().is_file());
    let named = files.filter_map(|entry| {
        let name = entry.path().strip_prefix(out).ok()?.to_string_lossy().into_owned();
        (!name.starts_with('.')).then(|| (name, entry.path().to_owned()))
    });
    named.collect()
}

/// At most this many cells of a file are named.
const MOST_CELLS: usize = 10;

fn contents(name: &str, expected: &Path, got: &Path) -> Vec<Word> {
    let file = || name.to_owned();
    let (Ok(expected), Ok(got)) = (std::fs::read(expected), std::fs::read(got)) else {
        return vec![Word::FileDiffers { file: file() }];
    };
    if expected == got {
        return Vec::new();
    }
    let shelf = Shelf::new();
    let open = |bytes| Workbook::open(name, bytes, &shelf, &Limits::default());
    let (Ok(expected), Ok(got)) = (open(expected), open(got)) else {
        return vec![Word::FileDiffers { file: file() }];
    };
    let names = |book: &Workbook| book.sheets().iter().map(|sheet| sheet.name.clone()).collect::<Vec<_>>();
    if names(&expected) != names(&got) {
        return vec![Word::SheetsDiffer { file: file(), wanted: names(&expected), got: names(&got) }];
    }
    let mut words = Vec::new();
    for (at, sheet) in names(&expected).iter().enumerate() {
        match (expected.sheet(at), got.sheet(at)) {
            (Ok(wanted), Ok(got)) => cells(name, sheet, &wanted, &got, &mut words),
            _ => words.push(Word::FileDiffers { file: file() }),
        }
    }
    words.truncate(MOST_CELLS);
    words
}

fn cells(file: &str, name: &str, wanted: &Sheet, got: &Sheet, words: &mut Vec<Word>) {
    let texts = &wanted.shelf().texts;
    let all = |sheet: &Sheet| {
        let rows = sheet.rows().flat_map(|row| {
            let number = row.number();
            row.cells()
                .map(move |cell| {
                    let address = book::Address::new(number, cell.column);
                    ((number, cell.column), (address, cell.value.show(texts), cell.format.to_owned()))
                })
                .collect::<Vec<_>>()
        });
        rows.collect::<BTreeMap<_, _>>()
    };
    let (wanted, got) = (all(wanted), all(got));
    for (at, (address, value, format)) in &wanted {
        let other = got.get(at);
        if other.is_none_or(|(_, other, kind)| other != value || kind != format) {
            let found = other.map(|(_, value, _)| value.clone()).unwrap_or_default();
            words.push(Word::CellDiffers {
                file: file.to_owned(),
                sheet: name.to_owned(),
                cell: address.to_string(),
                wanted: value.clone(),
                got: found,
            });
        }
    }
    for (address, value, _) in got.iter().filter(|(at, _)| !wanted.contains_key(*at)).map(|(_, cell)| cell) {
        words.push(Word::CellDiffers {
            file: file.to_owned(),
            sheet: name.to_owned(),
            cell: address.to_string(),
            wanted: String::new(),
            got: value.clone(),
        });
    }
}
