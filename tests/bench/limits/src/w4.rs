//! W4: 100,000 files renamed by regular expressions and renamed back; a walk and rename(2), nothing checked or kept.
use std::ffi::CString;
use std::fs;
use std::path::{Path, PathBuf};

use regex::{Regex, RegexSet};
use rustix::fs::rename;

pub fn run(root: &str, rules: &str) {
    let mut reader = csv::Reader::from_path(rules).unwrap();
    let rules: Vec<(String, String)> =
        reader.records().map(|r| r.map(|r| (r[0].to_string(), r[1].to_string())).unwrap()).collect();
    // The parts of the set are compiled on their own too, as a loop that rewrites by capture would need.
    let _single: Vec<Regex> = rules.iter().map(|r| Regex::new(&r.0).unwrap()).collect();
    let set = RegexSet::new(rules.iter().map(|r| r.0.as_str())).unwrap();
    let mut files = vec![];
    let mut folders = vec![PathBuf::from(root)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else {
                files.push((folder.clone(), entry.file_name().into_string().unwrap()));
            }
        }
    }
    let plan: Vec<(PathBuf, PathBuf)> = files
        .iter()
        .filter_map(|(folder, name)| {
            set.matches(name).iter().next().map(|i| (folder.join(name), folder.join(format!("{}{name}", rules[i].1))))
        })
        .collect();
    let c = |path: &Path| CString::new(path.to_str().unwrap()).unwrap();
    let raw: Vec<_> = plan.iter().map(|(from, to)| (c(from), c(to))).collect();
    for (from, to) in &raw {
        rename(from, to).unwrap();
    }
    for (from, to) in &raw {
        rename(to, from).unwrap();
    }
    println!("renamed {}", raw.len());
}
