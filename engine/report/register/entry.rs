//! One row of the register, and one target, as the ledger keeps them.

use jiff::civil::Date;
use rust_decimal::{Decimal, prelude::ToPrimitive};
use serde::{Deserialize, Serialize};

use super::kept;

/// One row of the register: what somebody asked for, and what became of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Consultation {
    /// The register's own number of the row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The day of the consultation.
    #[serde(with = "kept")]
    pub date: Date,
    /// The departments, and how many consultations of each the row stands for.
    pub departments: Vec<(String, u64)>,
    /// What it is about.
    pub title: String,
    /// Its kind, in the office's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What it is counted under besides (新型コロナ).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<String>,
    /// How far it is.
    pub status: Status,
    /// The day of the improvement.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "kept::maybe")]
    pub improved: Option<Date>,
    /// The task that does the work now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<String>,
    /// Whether a DX specialist took part.
    #[serde(default)]
    pub specialist: bool,
    /// The estimate, for a year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
    /// Whether it is to stand among the main cases.
    #[serde(default)]
    pub main: bool,
    /// A remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
}

/// Estimated minutes a year, in thousandths.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Hours {
    /// As it was.
    pub before: i64,
    /// As it is now, the work that people still do.
    pub after: i64,
}

/// How far a consultation is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Status {
    /// 相談.
    #[serde(rename = "相談")]
    Asked,
    /// 対応中.
    #[serde(rename = "対応中")]
    UnderWay,
    /// 改善済.
    #[serde(rename = "改善済")]
    Improved,
    /// 見送り.
    #[serde(rename = "見送り")]
    Declined,
}

/// What an office set itself: a value to be reached in a fiscal year.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Target {
    /// What is measured.
    pub name: String,
    /// 件, 時間, %.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The value when the target was set.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "kept::maybe")]
    pub present: Option<Decimal>,
    /// The fiscal year.
    pub year: i32,
    /// The value to be reached.
    #[serde(with = "kept")]
    pub goal: Decimal,
    /// What was reached, where people write it down themselves. None is "not yet", never zero.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "kept::maybe")]
    pub result: Option<Decimal>,
    /// What the report counts for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measure: Option<Measure>,
    /// What it means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
}

/// What the report can count for a target by itself.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Measure {
    /// 相談件数.
    #[serde(rename = "相談件数")]
    Asked,
    /// 改善件数.
    #[serde(rename = "改善件数")]
    Improved,
    /// 参画件数: improvements that a DX specialist took part in.
    #[serde(rename = "参画件数")]
    Specialist,
    /// 年間換算削減時間: the estimate of the register.
    #[serde(rename = "年間換算削減時間")]
    Estimated,
    /// 実績削減時間: what the jobs saved in the year.
    #[serde(rename = "実績削減時間")]
    Saved,
}

impl Consultation {
    /// What makes it this row and no other: its number, else day, departments and title.
    pub fn identity(&self) -> String {
        match &self.number {
            Some(number) => format!("#{number}"),
            None => {
                let mut names: Vec<&str> = self.departments.iter().map(|(name, _)| name.as_str()).collect();
                names.sort_unstable();
                format!("{} {} {}", self.date, names.join("、"), japan::label_key(&self.title))
            }
        }
    }

    /// How many consultations the row stands for.
    pub fn count(&self) -> u64 {
        self.departments.iter().map(|(_, count)| count).sum()
    }

    /// The departments in one text.
    pub fn department(&self) -> String {
        let names: Vec<&str> = self.departments.iter().map(|(name, _)| name.as_str()).collect();
        names.join("、")
    }

    /// The day from which it counts as improved, as far as the row says.
    pub fn improved_on(&self) -> Date {
        self.improved.unwrap_or(self.date)
    }
}

impl Target {
    /// What makes it this target and no other: its name and year.
    pub fn identity(&self) -> String {
        format!("{} {}", self.year, japan::label_key(&self.name))
    }
}

impl Hours {
    /// The difference.
    pub fn saved(&self) -> i64 {
        self.before - self.after
    }
}

impl Status {
    /// All of them, in their order.
    pub const ALL: [Status; 4] = [Status::Asked, Status::UnderWay, Status::Improved, Status::Declined];
}

impl Measure {
    /// All of them, in their order.
    pub const ALL: [Measure; 5] = [Measure::Asked, Measure::Improved, Measure::Specialist, Measure::Estimated, Measure::Saved];
}

/// Thousandths of a minute in an hour.
pub(crate) const HOUR: i64 = 60_000;

/// More hours a year than this are a slip of the pen; it keeps every sum within an `i64`.
pub(crate) const MOST_HOURS: i64 = 100_000_000;

/// Hours as written, in thousandths of a minute (rounded to the nearest). None beyond [`MOST_HOURS`].
pub(crate) fn thousandths(hours: Decimal) -> Option<i64> {
    (hours.abs() <= MOST_HOURS.into()).then(|| (hours * Decimal::from(HOUR)).round().to_i64()).flatten()
}

/// Thousandths of a minute as hours, exact enough to be read back.
pub(crate) fn hours(thousandths: i64) -> Decimal {
    (Decimal::from(thousandths) / Decimal::from(HOUR)).round_dp(8).normalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_read_back_to_the_thousandth() {
        for text in ["0", "0.1", "45.5", "33.333333333", "2694", "0.00002"] {
            let kept = thousandths(text.parse().unwrap()).unwrap();
            assert_eq!(thousandths(hours(kept)), Some(kept), "{text}");
        }
        assert_eq!(thousandths("0.1".parse().unwrap()), Some(6_000));
        assert_eq!(thousandths(Decimal::MAX), None);
    }

    #[test]
    fn a_row_is_kept_as_text_and_comes_back() {
        let row = Consultation {
            number: None,
            date: jiff::civil::date(2022, 4, 5),
            departments: vec![("総務部".into(), 5), ("子ども・福祉部".into(), 5)],
            title: "集計の自動化".into(),
            kind: None,
            flags: vec!["新型コロナ".into()],
            status: Status::Improved,
            improved: None,
            task: None,
            specialist: true,
            hours: Some(Hours { before: 120 * HOUR, after: 30 * HOUR }),
            main: false,
            remark: None,
        };
        let text = serde_json::to_string(&row).unwrap();
        assert_eq!(serde_json::from_str::<Consultation>(&text).unwrap(), row);
        assert_eq!(row.identity(), "2022-04-05 子ども・福祉部、総務部 集計の自動化");
        assert_eq!((row.count(), row.hours.unwrap().saved()), (10, 90 * HOUR));
    }
}
