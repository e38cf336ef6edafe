//! What is wrong with a task, as facts with file and field.

use std::io;
use std::path::{Path, PathBuf};

use crate::form::{Mistake, Wanted};

/// Why a task cannot be used.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum Error {
    /// No task of that name; the one that resembles it, and those there are.
    #[error("no task {wanted}")]
    NoTask { wanted: String, near: Option<String>, have: Vec<String> },
    /// The folder holds no `task.toml` or no `main.rhai`.
    #[error("{} is missing", path.display())]
    NoFile { path: PathBuf },
    /// A file of the task cannot be read.
    #[error("{} cannot be read: {kind}", path.display())]
    Unreadable { path: PathBuf, kind: io::ErrorKind },
    /// A file of the task is no UTF-8 text.
    #[error("{} is not UTF-8", path.display())]
    NotText { path: PathBuf },
    /// Others than the engine may read the file of passwords, or it is no plain file.
    #[error("{} is open to others", path.display())]
    SecretsOpen { path: PathBuf },
    /// The file of passwords has a mistake; its line, and nothing of what stands there.
    #[error("{} has a mistake", path.display())]
    SecretsForm { path: PathBuf, line: Option<usize> },
    /// The form has mistakes.
    #[error("{} has {} mistakes", path.display(), mistakes.len())]
    Form { path: PathBuf, mistakes: Vec<Mistake> },
    /// The task has no such setting.
    #[error("no setting {wanted}")]
    NoSetting { wanted: String, near: Option<String>, have: Vec<String> },
    /// The setting wants another kind of value.
    #[error("setting {name}: {written}")]
    WrongSetting { name: String, written: String, wanted: Wanted },
}

/// Reads a text file of a task.
pub(crate) fn read_text(path: &Path) -> Result<String, Error> {
    // A pipe would keep every desk waiting for somebody who writes to it.
    if std::fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        return Err(Error::Unreadable { path: path.to_owned(), kind: io::ErrorKind::InvalidInput });
    }
    let bytes = std::fs::read(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Error::NoFile { path: path.to_owned() },
        kind => Error::Unreadable { path: path.to_owned(), kind },
    })?;
    let text = String::from_utf8(bytes).map_err(|_| Error::NotText { path: path.to_owned() })?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipe_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("main.rhai");
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        assert!(matches!(read_text(&path), Err(Error::Unreadable { .. })));
    }
}
