//! Puts the tasks and one case of each into the program, so that `jitan demo` works wherever the program lies.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

fn main() {
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let mut carried = Vec::new();
    collect(&root.join("scripts"), &mut carried);
    for task in folders(&root.join("scripts")).iter().filter(|task| task.join("task.toml").is_file()) {
        let samples = root.join("samples").join(task.file_name().expect("a folder in a folder has a name"));
        // The largest sound case shows most.
        let sound = folders(&samples).into_iter().filter(|case| case.join("in").is_dir() && !ends_badly(case));
        if let Some(case) = sound.max_by_key(|case| size(&case.join("in"))) {
            collect(&case.join("in"), &mut carried);
            carried.push(case.join("case.toml"));
        }
    }
    let mut list =
        String::from("/// The files that the program carries: path and bytes.\nstatic CARRIED: &[(&str, &[u8])] = &[\n");
    for path in carried.iter().filter(|path| path.is_file()) {
        let name = path.strip_prefix(&root).expect("collected below it");
        writeln!(list, "    ({:?}, include_bytes!({:?})),", name.to_string_lossy(), path).expect("a String takes everything");
    }
    list.push_str("];\n");
    let out = PathBuf::from(std::env::var("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("carried.rs"), list).expect("cargo's own folder can be written");
    println!("cargo::rerun-if-changed=scripts");
    println!("cargo::rerun-if-changed=samples");
}

fn ends_badly(case: &Path) -> bool {
    let text = fs::read_to_string(case.join("case.toml")).unwrap_or_default();
    text.lines().any(|line| line.starts_with("status") && !line.contains("done"))
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    found.retain(|path| path.is_dir());
    found.sort();
    found
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut here: Vec<PathBuf> = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    here.sort();
    for path in here {
        if path.is_dir() {
            collect(&path, files);
        } else if path.is_file() {
            files.push(path);
        }
    }
}

fn size(folder: &Path) -> u64 {
    let mut files = Vec::new();
    collect(folder, &mut files);
    files.iter().filter_map(|path| fs::metadata(path).ok()).map(|meta| meta.len()).sum()
}
