//! Every task of `scripts/` against every case of `samples/`.

use std::path::Path;

use crate::desk::jitan;

fn in_the_project(arguments: &[&str]) -> (i32, String) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = jitan().current_dir(root).args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &*String::from_utf8_lossy(&output.stderr);
    (output.status.code().unwrap_or(-1), said)
}

#[test]
fn every_task_is_sound() {
    let (status, said) = in_the_project(&["check"]);
    assert_eq!(status, 0, "{said}");
}

#[test]
fn every_case_comes_out_as_expected() {
    let (status, said) = in_the_project(&["test"]);
    assert_eq!(status, 0, "{said}");
}
