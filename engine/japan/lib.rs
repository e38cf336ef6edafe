//! What Japanese office data means: widths, eras, encodings, codes and check digits, holidays, personal data.
//!
//! Pure functions: no disk, no clock, no state.

mod date;
mod duration;
mod era;
mod fiscal;
mod scan;
mod width;

pub use date::{DateDoubt, DateTrouble, read_date, read_datetime, read_month};
pub use duration::read_duration;
pub use era::{Era, era_month, era_name, format_date};
pub use fiscal::{fiscal_year, fiscal_year_name, iso_week, read_fiscal_year, week_start, weekday};
pub use width::{full_kana, label_key, match_key, pad_zeros, to_full, to_half, to_half_latin, to_hiragana, to_katakana, width};
