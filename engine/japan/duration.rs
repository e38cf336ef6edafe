//! Lengths of time as timesheets write them.

use crate::scan::Scan;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// Reads a length of time in milliseconds: `8:30`, `41:15`, `25:10:00`, `8時間30分`, `90分`, `7時間半`, `7.5時間`, negative with `-` or `△`.
/// None for anything else; a bare number says no unit and is none.
pub fn read_duration(text: &str) -> Option<i64> {
    let mut scan = Scan::new(text)?;
    scan.spaces();
    let negative = ["-", "△", "▲"].iter().any(|sign| scan.word(sign));
    scan.spaces();
    let (first, _) = scan.number()?;
    let first = i64::from(first);
    let length = if scan.word(":") { colons(&mut scan, first)? } else { words(&mut scan, first)? };
    scan.spaces();
    if !scan.is_done() {
        return None;
    }
    Some(if negative { -length } else { length })
}

/// `h:mm`, `h:mm:ss`, `h:mm:ss.fff`.
fn colons(scan: &mut Scan, hours: i64) -> Option<i64> {
    let minutes = below_sixty(scan, 2)?;
    let mut length = hours * HOUR + minutes * MINUTE;
    if scan.word(":") {
        length += below_sixty(scan, 2)? * SECOND;
        if scan.word(".") {
            let (fraction, digits @ 1..=3) = scan.number()? else { return None };
            length += i64::from(fraction) * [100, 10, 1][digits - 1];
        }
    }
    Some(length)
}

fn below_sixty(scan: &mut Scan, digits: usize) -> Option<i64> {
    let (number, found) = scan.number()?;
    (found == digits && number < 60).then(|| i64::from(number))
}

/// `8時間30分`, `7.5時間`, `90分`, `45秒`.
fn words(scan: &mut Scan, first: i64) -> Option<i64> {
    let mut tenths = 0;
    if scan.word(".") {
        let (fraction, digits @ 1..=4) = scan.number()? else { return None };
        // In ten-thousandths of the unit.
        tenths = i64::from(fraction) * [1000, 100, 10, 1][digits - 1];
    }
    scan.spaces();
    let unit = [("時間", HOUR), ("時", HOUR), ("分", MINUTE), ("秒", SECOND)].into_iter().find(|(word, _)| scan.word(word))?.1;
    let mut length = first * unit + tenths * unit / 10_000;
    if scan.word("半") {
        return (unit == HOUR && tenths == 0).then_some(length + HOUR / 2);
    }
    let mut smaller = unit;
    loop {
        scan.spaces();
        if scan.is_done() {
            return Some(length);
        }
        if tenths != 0 {
            return None;
        }
        let number = i64::from(scan.number_of(2)?);
        scan.spaces();
        let unit = [("分", MINUTE), ("秒", SECOND)].into_iter().find(|(word, _)| scan.word(word))?.1;
        if unit >= smaller || number >= 60 {
            return None;
        }
        length += number * unit;
        smaller = unit;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timesheet_lengths() {
        for (text, minutes) in [
            ("8:30", 510),
            ("41:15", 2475),
            ("100:00", 6000),
            ("0:10", 10),
            ("８：３０", 510),
            ("25:10:00", 1510),
            ("8時間30分", 510),
            ("8時間", 480),
            ("7時間半", 450),
            ("7.5時間", 450),
            ("90分", 90),
            ("8時30分", 510),
            ("8 時間 30 分", 510),
            ("-1:30", -90),
            ("△1:30", -90),
            ("24:00", 1440),
        ] {
            assert_eq!(read_duration(text), Some(minutes * MINUTE), "{text}");
        }
        assert_eq!(read_duration("0:00:45.5"), Some(45_500));
        assert_eq!(read_duration("1分30秒"), Some(90_000));
    }

    #[test]
    fn what_is_no_length() {
        for text in [
            "",
            "8",
            "8.5",
            "8:75",
            "8:5",
            "8:30:61",
            "8:30～17:15",
            "30分8時間",
            "8時間90分",
            "なし",
            ":30",
            "8:",
            "1日",
            "8時間30",
            "999999999999:00",
        ] {
            assert_eq!(read_duration(text), None, "{text}");
        }
    }
}
