//! What Japanese office data means: widths, eras, encodings, codes and check digits, holidays, personal data.
//!
//! Pure functions: no disk, no clock, no state.

mod address;
mod bank;
#[cfg(test)]
mod cases;
mod code;
mod collate;
mod date;
mod duration;
mod encoding;
mod era;
mod fiscal;
mod holiday;
mod municipality;
mod name;
mod number;
mod personal;
mod scan;
mod variant;
mod width;

pub use bank::{MOST_BANK_CHARACTERS, bank_kana};
pub use code::{
    FoundNumber, check_corporate_number, check_local_code, check_my_number, complete_local_code, corporate_number_check_digit,
    find_my_numbers, local_code_candidates, local_code_check_digit, my_number_check_digit,
};
pub use collate::compare;
pub use date::{DateDoubt, DateTrouble, read_date, read_datetime, read_month};
pub use duration::read_duration;
pub use encoding::{Decoded, Encoding, MOST_GAIJI, UnknownEncoding, cp932_equal, cp932_text, decode, encode_cp932};
pub use era::{Era, era_month, era_name, format_date};
pub use fiscal::{fiscal_year, fiscal_year_name, iso_week, read_fiscal_year, week_start, weekday};
pub use holiday::{
    Basis, Offices, business_day_in_fiscal_year, holiday_basis, holiday_name, is_business_day, is_holiday, next_business_day,
    next_business_day_of, previous_business_day, previous_business_day_of,
};
pub use municipality::{
    FoundMunicipality, Listed, find_municipalities, listed, local_government_code, local_government_name, mie_municipalities,
    prefectures,
};
pub use name::{
    DepartmentTrouble, MOST_BYTES, MOST_PATH_UNITS, MOST_UNITS, NameTrouble, check_file_name, departments, name_key,
    push_name_key, split_departments, utf16_units,
};
pub use number::{
    Damage, NotANumber, Number, StatMark, Unit, header_unit, read_number, round_down, round_half_up, round_up, stat_mark,
    unit_line,
};
pub use personal::{
    Evidence, Personal, PersonalKind, find_personal, header_is_personal, mask, mask_as, personal_value, scan_personal,
};
pub use variant::{spelling_varies, usual_kanji, variant_key};
pub use width::{full_kana, label_key, match_key, pad_zeros, to_full, to_half, to_half_latin, to_hiragana, to_katakana, width};

/// How laws are tested. Failures are not kept in a file: it would lie beside this folder, where only rooms may be.
#[cfg(test)]
fn laws() -> proptest::test_runner::Config {
    proptest::test_runner::Config { failure_persistence: None, ..Default::default() }
}
