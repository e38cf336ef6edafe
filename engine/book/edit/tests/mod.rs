//! Edits of workbooks as people have them.

mod cells;
