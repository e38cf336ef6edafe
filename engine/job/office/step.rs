//! Points where a test may kill the engine: before and after every step that outlives a crash. Absent from release builds.
//!
//! `JITAN_DIE_AT=published` ends the process the first time it comes there, `published:3` the third time.

/// Every point, in the order in which an arrival meets them. A test kills the engine at each and compares what comes of it.
pub const POINTS: &[&str] = &[
    // The claim.
    "intend.before",
    "intend.after",
    "claim.moved",
    "claim.flushed",
    "claimed.before",
    "claimed.after",
    // An attempt.
    "attempt.before",
    "attempt.after",
    "performed",
    "gathered",
    "gather.flushed",
    // What is done.
    "staged.before",
    "staged.after",
    "taken.before",
    "taken.after",
    // What was dropped goes back itself.
    "rename.one",
    "rename.flushed",
    "rename.marked",
    "kept.named",
    "kept.before",
    "kept.after",
    "handback.joined",
    "handback.flushed",
    // All of it appears.
    "published",
    "publish.flushed",
    "committed.before",
    "committed.after",
    "archive.moved",
    "archive.flushed",
    "archived.before",
    "archived.after",
    // What goes back or to the specialist.
    "aside_staged.before",
    "aside_staged.after",
    "aside.joined",
    "aside.published",
    "aside.flushed",
    "aside.before",
    "aside.after",
    // The end of both.
    "swept",
    // A duplicate goes back to where it lay.
    "hold.moved",
    "hold.flushed",
    "held.before",
    "held.after",
    // An undo.
    "undoing.before",
    "undoing.after",
    "undo.outputs",
    "undo.one",
    "undo.batch_flushed",
    "undo.batch_marked",
    "undo.original",
    "undo.flushed",
    "undone.before",
    "undone.after",
];

/// The engine is at a point.
#[cfg(debug_assertions)]
pub(crate) fn step(point: &str) {
    debug_assert!(POINTS.contains(&point), "{point} is not in the list of points");
    #[cfg(test)]
    tests::pass(point);
    deadly::pass(point);
}

/// The engine is at a point; nothing happens in a release build.
#[cfg(not(debug_assertions))]
pub(crate) fn step(_point: &str) {}

#[cfg(debug_assertions)]
mod deadly {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU32, Ordering};

    static WHERE: LazyLock<Option<(String, u32)>> = LazyLock::new(|| {
        let wanted = std::env::var("JITAN_DIE_AT").ok()?;
        Some(match wanted.split_once(':') {
            Some((point, pass)) => (point.to_owned(), pass.parse().unwrap_or(1)),
            None => (wanted, 1),
        })
    });
    static PASSED: AtomicU32 = AtomicU32::new(0);

    pub(super) fn pass(point: &str) {
        if let Some((wanted, pass)) = &*WHERE
            && wanted == point
            && PASSED.fetch_add(1, Ordering::SeqCst) + 1 == *pass
        {
            std::process::abort();
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::cell::{Cell, RefCell};

    /// What a killed engine unwinds with, in tests that kill it within their own process.
    pub(crate) struct Killed;

    thread_local! {
        static LEFT: Cell<Option<u32>> = const { Cell::new(None) };
        static PASSED: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    }

    /// The engine dies at the point after so many others.
    pub(crate) fn die_after(points: Option<u32>) {
        LEFT.set(points);
    }

    /// The points passed since the last question.
    pub(crate) fn passed() -> Vec<String> {
        PASSED.take()
    }

    pub(super) fn pass(point: &str) {
        PASSED.with_borrow_mut(|passed| passed.push(point.to_owned()));
        match LEFT.get() {
            Some(0) => {
                LEFT.set(None);
                std::panic::resume_unwind(Box::new(Killed));
            }
            Some(left) => LEFT.set(Some(left - 1)),
            None => {}
        }
    }
}
