//! Names of folders and files that are free on every system: 「名前」, 「名前 (2)」, …

use std::io;
use std::path::Path;

use super::disk::is_there;

/// Longer names than this leave no room for a number within 255 bytes.
const LONGEST: usize = 240;

/// The name of the folder that an arrival's results go into: its own, for a file without the extension.
pub(crate) fn of_results(arrival: &str, folder: bool, job: &str) -> String {
    let stem = match Path::new(arrival).file_stem().and_then(|stem| stem.to_str()) {
        Some(stem) if !folder => stem,
        _ => arrival,
    };
    // Windows drops dots and spaces at the end of a name, and could not open the folder.
    let mut name = cut(stem, LONGEST).trim_end_matches(['.', ' ', '　']).to_owned();
    if name.is_empty() || !japan::check_file_name(&name, 0).is_empty() {
        name = job.to_owned();
    }
    name
}

/// The name of the folder that an undone job goes to: that of its results, and the job, with room left for a number.
pub(crate) fn of_undone(results: &str, job: &str) -> String {
    format!("{} {job}", cut(results, LONGEST.saturating_sub(job.len() + 1)))
}

/// The n-th name to try: the first is the wanted one. The number stands before a file's extension.
pub(crate) fn numbered(wanted: &str, number: u32, folder: bool) -> String {
    if number == 1 {
        return wanted.to_owned();
    }
    let path = Path::new(wanted);
    let extension = path.extension().and_then(|extension| extension.to_str()).filter(|_| !folder);
    match (path.file_stem().and_then(|stem| stem.to_str()), extension) {
        (Some(stem), Some(extension)) => format!("{} ({number}).{extension}", cut(stem, LONGEST.saturating_sub(extension.len()))),
        _ => format!("{} ({number})", cut(wanted, LONGEST)),
    }
}

/// The first of the names that nothing in the folder has.
pub(crate) fn free(folder: &Path, wanted: &str, is_folder: bool) -> io::Result<String> {
    for number in 1..100_000 {
        let name = numbered(wanted, number, is_folder);
        if !is_there(&folder.join(&name))? {
            return Ok(name);
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

fn cut(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_named_after_the_arrival() {
        assert_eq!(of_results("7月.xlsx", false, "1"), "7月");
        assert_eq!(of_results("7月.xlsx", true, "1"), "7月.xlsx");
        assert_eq!(of_results("報告 .xlsx", false, "1"), "報告");
        assert_eq!(of_results("con.xlsx", false, "20261120-00001"), "20261120-00001");
        let long = format!("{}.xlsx", "あ".repeat(83));
        let results = numbered(&of_results(&long, false, "1"), 99_999, true);
        assert!(results.len() <= 255);
        assert!(numbered(&of_undone(&results, "20261120-00001"), 99_999, true).len() <= 255);
        assert!(numbered(&of_undone(&results, "20261120-00001"), 2, true).ends_with(" 20261120-00001 (2)"));
    }

    #[test]
    fn a_number_stands_before_the_extension() {
        assert_eq!(numbered("7月.xlsx", 2, false), "7月 (2).xlsx");
        assert_eq!(numbered("7月.まとめ", 2, true), "7月.まとめ (2)");
        assert_eq!(numbered("README", 3, false), "README (3)");
    }
}
