//! Where things are: the office's folder, its tasks and samples, and the command that becomes a worker.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use message::{Lang, Misuse};
use task::Catalogue;

/// The office that a command speaks of.
pub struct Office {
    /// Its folder.
    pub folder: PathBuf,
    /// What it wrote in `jitan.toml`.
    pub settings: task::Office,
}

impl Office {
    /// The office that was named, else the nearest folder upwards with a `jitan.toml` or `scripts/`, else this folder.
    pub fn find(named: Option<&Path>) -> Result<Office, Misuse> {
        let folder = match named {
            Some(folder) if folder.is_dir() => folder.to_owned(),
            Some(folder) => return Err(Misuse::NoOffice { path: folder.to_owned() }),
            None => {
                let here = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
                let is_office = |folder: &&Path| folder.join("jitan.toml").is_file() || folder.join("scripts").is_dir();
                here.ancestors().find(is_office).map_or_else(|| here.clone(), Path::to_owned)
            }
        };
        Ok(Office::at(&folder))
    }

    /// An office at a folder of its own.
    pub fn at(folder: &Path) -> Office {
        Office { folder: folder.to_owned(), settings: task::Office::plain(folder) }
    }

    /// What `jitan.toml` says.
    pub fn settings(&self) -> Result<task::Office, task::Error> {
        task::Office::read(&self.folder)
    }

    /// The office with what it wrote.
    pub fn with(self, settings: task::Office) -> Office {
        Office { settings, ..self }
    }

    /// Its tasks, with what the office says of each.
    pub fn catalogue(&self) -> Catalogue {
        self.settings.catalogue()
    }

    /// Its tasks as they are of themselves: their cases say which settings they run with.
    pub fn plain_catalogue(&self) -> Catalogue {
        Catalogue::open(&self.folder.join("scripts"), self.settings.limits)
    }

    /// The folder of its samples.
    pub fn samples(&self) -> PathBuf {
        self.folder.join("samples")
    }
}

/// The language: asked for, else the office's, else the environment's.
pub fn language(asked: Option<Lang>, japanese: Option<bool>, environment: Lang) -> Lang {
    let spoken = japanese.map(|japanese| if japanese { Lang::Ja } else { Lang::En });
    asked.or(spoken).unwrap_or(environment)
}

/// This very program as a worker that speaks a language.
pub fn worker(lang: Lang) -> Vec<OsString> {
    // The link of the running program, so that a newer one put in its place meanwhile is not mixed with this one.
    let program = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("jitan"));
    vec![program.into(), "worker".into(), lang.code().into()]
}
