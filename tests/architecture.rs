//! docs/architecture.md is true: its rooms are the folders of `engine/`, and what each may know is what its manifest says.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Room, and the rooms it knows.
type Rooms = BTreeMap<String, BTreeSet<String>>;

fn rooms_of_the_page(page: &str) -> Rooms {
    page.lines()
        .filter_map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let room = cells.first()?.strip_prefix('`')?.strip_suffix('`')?;
            (cells.len() == 4).then(|| (room.to_owned(), cells[2].split(", ").map(str::to_owned).collect()))
        })
        .collect()
}

fn rooms_of_the_house(root: &Path) -> Rooms {
    let mut names: BTreeSet<String> = BTreeSet::new();
    for entry in fs::read_dir(root.join("engine")).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        // What a failed property test left behind is no room.
        if entry.file_type().unwrap().is_dir() && name != "proptest-regressions" {
            names.insert(name);
        }
    }
    let known = |manifest: &Path| -> BTreeSet<String> {
        let text = fs::read_to_string(manifest).unwrap();
        let wanted = text.split("[dependencies]").nth(1).unwrap().split("\n[").next().unwrap().to_owned();
        wanted
            .lines()
            .filter_map(|line| line.split(['.', ' ', '=']).next())
            .filter(|name| names.contains(*name))
            .map(str::to_owned)
            .collect()
    };
    let manifest = |room: &str| match room {
        "cli" => root.join("Cargo.toml"),
        room => root.join("engine").join(room).join("Cargo.toml"),
    };
    names.iter().map(|room| (room.clone(), known(&manifest(room)))).collect()
}

#[test]
fn the_page_and_the_house_agree() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = rooms_of_the_page(&fs::read_to_string(root.join("docs/architecture.md")).unwrap());
    let house = rooms_of_the_house(root);
    assert_eq!(page.keys().collect::<Vec<_>>(), house.keys().collect::<Vec<_>>(), "rooms");
    for (room, knows) in &house {
        let drawn = &page[room];
        if drawn.contains("all of them") {
            continue;
        }
        let drawn: BTreeSet<String> = drawn.iter().filter(|name| *name != "–").cloned().collect();
        assert_eq!(*knows, drawn, "what {room} knows");
    }
}

#[test]
fn every_file_that_the_page_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/architecture.md")).unwrap();
    let quoted = page.split('`').skip(1).step_by(2);
    for path in quoted.filter(|text| text.starts_with("engine/") || text.starts_with("tests/") || text.starts_with("docs/")) {
        if !path.contains(['<', '*']) {
            assert!(root.join(path).exists(), "{path}");
        }
    }
}
