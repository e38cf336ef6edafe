//! README.md and README.ja.md are true: the scripts they show are the scripts that run, and the commands they name exist.

use std::fs;
use std::path::Path;

use crate::desk::jitan;

const PAGES: [&str; 2] = ["README.md", "README.ja.md"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The page with each marked script as the file has it now.
fn with_scripts(page: &str) -> String {
    let mut parts = page.split("<!-- script: ");
    let mut whole = parts.next().unwrap().to_owned();
    for part in parts {
        let (path, rest) = part.split_once(" -->").unwrap();
        let after = rest.split_once("<!-- end -->").unwrap().1;
        let script = fs::read_to_string(root().join(path)).unwrap();
        whole += &format!("<!-- script: {path} -->\n```js\n{script}```\n<!-- end -->{after}");
    }
    whole
}

/// With JITAN_UPDATE_README set, the pages are brought up to date instead.
#[test]
fn the_scripts_shown_are_the_scripts_that_run() {
    for page in PAGES {
        let path = root().join(page);
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text.matches("<!-- script: ").count(), 4, "{page}");
        let fresh = with_scripts(&text);
        if std::env::var_os("JITAN_UPDATE_README").is_some() {
            fs::write(&path, fresh).unwrap();
        } else {
            assert!(text == fresh, "{page} shows a script as it was: JITAN_UPDATE_README=1 cargo test readme");
        }
    }
}

#[test]
fn every_file_linked_is_there() {
    for page in PAGES {
        let text = fs::read_to_string(root().join(page)).unwrap();
        for link in text.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
            assert!(root().join(link).exists(), "{page} links {link}");
        }
    }
}

#[test]
fn every_command_named_exists() {
    for page in PAGES {
        let text = fs::read_to_string(root().join(page)).unwrap();
        let commands: Vec<&str> = text.split("`jitan ").skip(1).filter_map(|rest| rest.split([' ', '`']).next()).collect();
        assert!(commands.len() > 5, "{page}");
        for command in commands {
            let help = jitan().args([command, "--help"]).output().unwrap();
            assert!(help.status.success(), "{page} names jitan {command}");
        }
    }
}
