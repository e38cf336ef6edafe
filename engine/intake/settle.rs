//! When something lies still, and nothing else.

use std::time::{Duration, Instant};

/// What was seen, and since when it has been so.
#[derive(Clone, Debug)]
pub(crate) struct Still<T> {
    seen: T,
    since: Instant,
}

impl<T: PartialEq> Still<T> {
    /// Seen for the first time.
    pub(crate) fn new(seen: T, now: Instant) -> Still<T> {
        Still { seen, since: now }
    }

    /// Looked at again: whatever changed starts its time anew.
    pub(crate) fn look(&mut self, seen: T, now: Instant) {
        if self.seen != seen {
            *self = Still::new(seen, now);
        }
    }

    /// How long it has lain still.
    pub(crate) fn lain(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.since)
    }

    /// When it will have lain still for so long.
    pub(crate) fn when(&self, time: Duration) -> Instant {
        self.since + time
    }
}

/// How long to wait for the rest of a file that has no end, before it is taken as it is: a file that was cut off for good
/// must come back to its person, and a copy that pauses for a minute is rare.
pub(crate) fn patience(settle: Duration) -> Duration {
    (settle * 12).max(Duration::from_secs(10))
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests begin at some moment and hand in the others")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SETTLE: Duration = Duration::from_secs(5);

    proptest! {
        /// A file grows in place, with pauses from nothing to three times the settle time, and is looked at whenever.
        #[test]
        fn what_grows_with_pauses_never_settles_early(
            writes in prop::collection::vec(0u64..15_000, 1..20),
            looks in prop::collection::vec(1u64..9_000, 1..60),
        ) {
            let start = Instant::now();
            let mut at = 0;
            let written: Vec<u64> = writes.iter().map(|pause| { at += pause; at }).collect();
            let size = |time: u64| written.iter().filter(|write| **write <= time).count();
            let mut time = 0;
            let mut still: Option<Still<usize>> = None;
            for pause in looks {
                time += pause;
                let now = start + Duration::from_millis(time);
                match &mut still {
                    Some(still) => still.look(size(time), now),
                    None => still = Some(Still::new(size(time), now)),
                }
                let lain = still.as_ref().unwrap().lain(now);
                if lain >= SETTLE {
                    let before = time - SETTLE.as_millis() as u64;
                    prop_assert_eq!(size(before), size(time), "something was written within the settle time");
                }
            }
        }
    }

    #[test]
    fn a_look_without_a_pause_shows_nothing() {
        let now = Instant::now();
        let mut still = Still::new(1, now);
        still.look(1, now);
        assert_eq!(still.lain(now), Duration::ZERO);
        still.look(1, now + SETTLE);
        assert_eq!(still.lain(now + SETTLE), SETTLE);
        still.look(2, now + SETTLE);
        assert_eq!(still.lain(now + SETTLE), Duration::ZERO);
    }

    #[test]
    fn patience_ends() {
        assert_eq!(patience(SETTLE), Duration::from_secs(60));
        assert_eq!(patience(Duration::ZERO), Duration::from_secs(10));
    }
}
