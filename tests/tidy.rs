//! Small rules about the sources, where no tool of the language keeps them.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<PathBuf> {
    let folders = ["engine", "tests"].map(|folder| root().join(folder));
    let entries = folders.iter().flat_map(|folder| walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().flatten());
    entries.map(walkdir::DirEntry::into_path).filter(|path| path.extension().is_some_and(|end| end == "rs")).collect()
}

#[test]
fn every_source_opens_with_its_purpose() {
    for path in sources() {
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("//!"), "{} does not begin with //!", path.display());
    }
}

#[test]
fn nothing_unfinished_stays() {
    // Put together here, so that this file does not name what it forbids.
    let forbidden = ["todo", "unimplemented", "dbg"].map(|word| format!("{word}!("));
    for path in sources() {
        let text = fs::read_to_string(&path).unwrap();
        for word in &forbidden {
            assert!(!text.contains(word.as_str()), "{}: {word}", path.display());
        }
    }
}

#[test]
fn every_room_forbids_what_all_forbid() {
    for entry in fs::read_dir(root().join("engine")).unwrap().flatten() {
        let room = entry.path();
        if !room.join("Cargo.toml").is_file() {
            continue;
        }
        let text = fs::read_to_string(room.join("clippy.toml")).unwrap_or_default();
        for line in ["allow-unwrap-in-tests = true", "allow-expect-in-tests = true"] {
            assert!(text.contains(line), "{}: {line}", room.display());
        }
        let manifest = fs::read_to_string(room.join("Cargo.toml")).unwrap();
        assert!(manifest.contains("[lints]\nworkspace = true"), "{}", room.display());
    }
}

#[test]
fn no_machine_is_named() {
    let marks = ["work", "farm", "root"].map(|folder| format!("/{folder}/"));
    let texts = ["rs", "toml", "md", "rhai", "py", "sh"];
    let entries = ["engine", "tests", "scripts", "docs"].map(|folder| root().join(folder));
    let files = entries.iter().flat_map(|folder| walkdir::WalkDir::new(folder).into_iter().flatten());
    for path in files.map(walkdir::DirEntry::into_path) {
        let is_text = path.extension().and_then(|end| end.to_str()).is_some_and(|end| texts.contains(&end));
        let text = if is_text { fs::read_to_string(&path).unwrap_or_default() } else { String::new() };
        for mark in &marks {
            assert!(!text.contains(mark.as_str()), "{} names {mark}", path.display());
        }
    }
}
