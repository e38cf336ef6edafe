//! Numbers as digits, appended to bytes: what long tables spend their time on.

use rust_decimal::Decimal;

const PAIRS: &[u8; 200] = b"0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849\
5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";

/// Appends a whole number.
#[inline]
pub(super) fn push_whole(out: &mut Vec<u8>, number: i64) {
    if number < 0 {
        out.push(b'-');
    }
    push_unsigned(out, number.unsigned_abs());
}

/// Appends a number without a sign.
#[inline]
pub(super) fn push_unsigned(out: &mut Vec<u8>, number: u64) {
    let mut buffer = [0u8; 20];
    let at = fill(&mut buffer, number);
    out.extend_from_slice(&buffer[at..]);
}

/// Writes the digits to the end of the buffer; answers where they begin.
#[inline]
fn fill(buffer: &mut [u8; 20], mut number: u64) -> usize {
    let mut at = buffer.len();
    while number >= 100 {
        let pair = (number % 100) as usize * 2;
        number /= 100;
        at -= 2;
        buffer[at..at + 2].copy_from_slice(&PAIRS[pair..pair + 2]);
    }
    if number >= 10 {
        let pair = number as usize * 2;
        at -= 2;
        buffer[at..at + 2].copy_from_slice(&PAIRS[pair..pair + 2]);
    } else {
        at -= 1;
        buffer[at] = b'0' + number as u8;
    }
    at
}

/// Appends an exact decimal.
pub(super) fn push_decimal(out: &mut Vec<u8>, exact: Decimal) {
    let (mantissa, scale) = (exact.mantissa(), exact.scale() as usize);
    let Ok(digits) = u64::try_from(mantissa.unsigned_abs()) else {
        out.extend_from_slice(exact.to_string().as_bytes());
        return;
    };
    if mantissa < 0 {
        out.push(b'-');
    }
    let mut buffer = [0u8; 20];
    let at = fill(&mut buffer, digits);
    let digits = &buffer[at..];
    if scale == 0 {
        out.extend_from_slice(digits);
    } else if digits.len() > scale {
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        out.extend_from_slice(whole);
        out.push(b'.');
        out.extend_from_slice(fraction);
    } else {
        out.extend_from_slice(b"0.");
        out.resize(out.len() + scale - digits.len(), b'0');
        out.extend_from_slice(digits);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_those_of_display() {
        for number in [0, 7, 10, 99, 100, 12_345, 999_999, i64::MAX, i64::MIN, -1] {
            let mut out = Vec::new();
            push_whole(&mut out, number);
            assert_eq!(String::from_utf8(out).unwrap(), number.to_string());
        }
        for text in ["0.1", "-0.05", "1.50", "123456.789", "-7", "0.00001", "79228162514264337593543950335"] {
            let mut out = Vec::new();
            push_decimal(&mut out, text.parse().unwrap());
            assert_eq!(String::from_utf8(out).unwrap(), text);
        }
    }
}
