//! What Japanese office data means: widths, eras, encodings, codes and check digits, holidays, personal data.
//!
//! Pure functions: no disk, no clock, no state.

mod date;
mod width;

pub use date::{DateDoubt, DateTrouble};
pub use width::{label_key, match_key};
