//! Seeing what people drop: it only looks; nothing is opened for writing, moved or deleted.
//!
//! A scan is the truth; the system's events only wake it earlier. What lies still is an arrival; everything else waits, with
//! the reason, or is refused, with the reason.
