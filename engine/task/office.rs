//! `jitan.toml`: what describes an office, as far as single jobs need it.

use std::path::Path;

use crate::error::{Error, read_text};
use crate::form::Form;
use crate::manifest::{WrittenLimits, limits};

/// What an office wrote.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Office {
    /// The most that its tasks may use up.
    pub limits: WrittenLimits,
    /// Whether it speaks Japanese; none if it does not say.
    pub japanese: Option<bool>,
}

impl Office {
    /// Reads `jitan.toml` of a folder; an office without one has written nothing.
    pub fn read(folder: &Path) -> Result<Office, Error> {
        let path = folder.join("jitan.toml");
        if !path.exists() {
            return Ok(Office::default());
        }
        let text = read_text(&path)?;
        let form = Form::new(&text);
        let mut office = Office::default();
        if let Some(tree) = form.tree() {
            let root = form.root(&tree);
            office.limits = limits(root.section("limits"));
            if root.optional_text("lang").is_some() {
                office.japanese = root.choice("lang", &[("ja", true), ("en", false)]);
            }
            root.close();
        }
        let mistakes = form.mistakes();
        if mistakes.is_empty() { Ok(office) } else { Err(Error::Form { path, mistakes }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_office_may_say_nothing_and_unknown_keys_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Office::read(folder.path()), Ok(Office::default()));
        std::fs::write(folder.path().join("jitan.toml"), "lang = \"ja\"\n[limits]\nmemory_mib = 512\n").unwrap();
        let office = Office::read(folder.path()).unwrap();
        assert_eq!((office.japanese, office.limits.memory_mib), (Some(true), Some(512)));
        std::fs::write(folder.path().join("jitan.toml"), "langauge = \"ja\"\n").unwrap();
        assert!(matches!(Office::read(folder.path()), Err(Error::Form { .. })));
    }
}
