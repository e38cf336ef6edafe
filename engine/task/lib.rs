//! The room task.
