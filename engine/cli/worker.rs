//! `jitan worker`: the other half of a job, in a process of its own. People never call it.

use std::ffi::OsString;
use std::rc::Rc;

use message::{Lang, Speaker};

use crate::exit::Exit;

/// Does the order that comes on standard input.
pub fn work(lang: Option<&OsString>) -> Exit {
    let lang = lang.and_then(|code| code.to_str()).and_then(Lang::of).unwrap_or_default();
    match job::work(Rc::new(Speaker(lang))) {
        Ok(()) => Exit::Done,
        Err(_) => Exit::Place,
    }
}
