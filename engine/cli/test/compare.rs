//! What came out of a case against what was to come, by meaning; and the writing down of it.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use book::{Limits, Shelf, Workbook};
use message::{Lang, Word};
use task::{Case, Ending};

use super::Came;

/// Everything that differs, in words.
pub(super) fn differences(lang: Lang, case: &Case, came: &Came) -> Vec<String> {
    let mut found = Vec::new();
    let say = |word: Word| message::word(lang, &word);
    if case.ending != came.ending {
        found.push(say(Word::EndsOtherwise { wanted: name(case.ending).to_owned(), got: name(came.ending).to_owned() }));
    }
    let expected = expected(&case.out());
    for (name, path) in &expected {
        match came.outputs.get(name).or_else(|| came.marked.get(name)) {
            Some(got) => found.extend(contents(lang, name, path, got)),
            None => found.push(say(Word::MissingOutput { name: name.clone() })),
        }
    }
    for name in came.outputs.keys().filter(|name| !expected.contains_key(*name)) {
        found.push(say(Word::SurplusOutput { name: name.clone() }));
    }
    let says = std::fs::read_to_string(case.says()).unwrap_or_default();
    let wanted: Vec<&str> = says.lines().collect();
    let missing = wanted.iter().filter(|line| !came.says.iter().any(|got| got == *line));
    found.extend(missing.map(|line| say(Word::MissingLine { line: (*line).to_owned() })));
    let surplus = came.says.iter().filter(|got| !wanted.contains(&got.as_str()));
    found.extend(surplus.map(|line| say(Word::SurplusLine { line: line.clone() })));
    found
}

/// Writes down what came out as what is to come.
pub(super) fn bless(case: &Case, came: &Came) -> Result<(), PathBuf> {
    let out = case.out();
    // A case that holds a marked copy goes on holding it.
    let held = expected(&out);
    let marked = came.marked.iter().filter(|(name, _)| held.contains_key(*name));
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |_: io::Error| path
    };
    if out.exists() {
        std::fs::remove_dir_all(&out).map_err(failed(&out))?;
    }
    for (name, path) in came.outputs.iter().chain(marked) {
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

/// At most this many differences of a file are named.
const MOST: usize = 10;

fn contents(lang: Lang, name: &str, expected: &Path, got: &Path) -> Vec<String> {
    let differs = || vec![message::word(lang, &Word::FileDiffers { file: name.to_owned() })];
    let (Ok(expected), Ok(got)) = (std::fs::read(expected), std::fs::read(got)) else { return differs() };
    if expected == got {
        return Vec::new();
    }
    let shelf = Shelf::new();
    let open = |bytes| Workbook::open(name, bytes, &shelf, &Limits::default());
    let (Ok(expected), Ok(got)) = (open(expected), open(got)) else { return differs() };
    let Ok(found) = book::differences(&expected, &got) else { return differs() };
    found.list.iter().take(MOST).map(|difference| message::difference(lang, name, difference)).collect()
}
