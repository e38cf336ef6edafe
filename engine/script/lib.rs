//! The room script.
