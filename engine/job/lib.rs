//! The room job.
