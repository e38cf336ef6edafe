//! `.jitan/secrets.toml`: the passwords of the workbooks that come to a task and of those that it hands back. Never shown, never
//! logged, never a script's.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::Error;
use crate::form::quote_keys;

/// A password. It can be handed on, and is not printed by accident.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Password(String);

impl Password {
    /// The word itself, for whoever opens a workbook with it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password")
    }
}

/// The passwords of a task.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Secrets {
    /// Tried on workbooks that come in, its own first.
    pub open: Vec<Password>,
    /// Put on workbooks that go out.
    pub protect: Option<Password>,
}

/// The file as written: `[tasks.検査] open = ["…"]`, `protect = "…"`, and both above for every task.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    open: Vec<Password>,
    protect: Option<Password>,
    #[serde(default)]
    tasks: std::collections::BTreeMap<String, OfTask>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfTask {
    #[serde(default)]
    open: Vec<Password>,
    protect: Option<Password>,
}

/// A file of passwords is small.
const LARGEST: u64 = 64 << 10;

/// The passwords for the task of a folder. No file, no passwords.
pub(crate) fn of(task: &Path, id: &str) -> Result<Secrets, Error> {
    let Some(office) = task.parent().and_then(Path::parent) else { return Ok(Secrets::default()) };
    let path = office.join(".jitan/secrets.toml");
    let Some(text) = read(&path)? else { return Ok(Secrets::default()) };
    // What the parser says may quote a password: the line alone leaves.
    let text = quote_keys(&text);
    let written: Written = toml::from_str(&text).map_err(|error| {
        let line = error.span().map(|span| text[..span.start].matches('\n').count() + 1);
        Error::SecretsForm { path: path.clone(), line }
    })?;
    let own = written.tasks.into_iter().find(|(name, _)| name == id).map(|(_, own)| (own.open, own.protect));
    let (mut open, protect) = own.unwrap_or_default();
    open.extend(written.open);
    // A password of no letters protects nothing.
    let protect = protect.or(written.protect).filter(|password| !password.0.is_empty());
    Ok(Secrets { open, protect })
}

fn read(path: &PathBuf) -> Result<Option<String>, Error> {
    let unreadable = |error: io::Error| Error::Unreadable { path: path.clone(), kind: error.kind() };
    match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
        Ok(found) if !found.is_file() => return Err(Error::SecretsOpen { path: path.clone() }),
        Ok(_) => {}
    }
    let file = File::open(path).map_err(unreadable)?;
    let found = file.metadata().map_err(unreadable)?;
    if !found.is_file() || found.permissions().mode() & 0o077 != 0 {
        return Err(Error::SecretsOpen { path: path.clone() });
    }
    let mut text = String::new();
    file.take(LARGEST).read_to_string(&mut text).map_err(unreadable)?;
    Ok(Some(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_read_from_a_closed_file_alone_and_never_shown() {
        let office = tempfile::tempdir().unwrap();
        let task = office.path().join("scripts/検査");
        assert_eq!(of(&task, "検査"), Ok(Secrets::default()));
        let path = office.path().join(".jitan/secrets.toml");
        std::fs::create_dir(office.path().join(".jitan")).unwrap();
        std::fs::write(
            &path,
            "open = [\"みんな\"]\nprotect = \"成果\"\n[tasks.検査]\nopen = [\"himitsu\"]\n[tasks.通知]\nprotect = \"himitsu2\"\n",
        )
        .unwrap();
        let allow = |mode| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        for open in [0o644, 0o640, 0o602] {
            allow(open);
            assert_eq!(of(&task, "検査"), Err(Error::SecretsOpen { path: path.clone() }));
        }
        allow(0o600);
        let found = of(&task, "検査").unwrap();
        assert_eq!(found.open.iter().map(Password::reveal).collect::<Vec<_>>(), ["himitsu", "みんな"]);
        assert_eq!(format!("{:?}", found.open), "[Password, Password]");
        assert_eq!(of(&task, "別").unwrap().open.len(), 1);
        let protect = |id| of(&task, id).unwrap().protect.unwrap().reveal().to_owned();
        assert_eq!([protect("検査"), protect("通知")], ["成果", "himitsu2"]);
        std::fs::write(&path, "protect = \"\"\n").unwrap();
        assert_eq!(of(&task, "検査"), Ok(Secrets::default()));
        std::fs::write(&path, "open = [\"a\"]\nopne = 1\n").unwrap();
        assert_eq!(of(&task, "検査"), Err(Error::SecretsForm { path: path.clone(), line: Some(2) }));
    }
}
