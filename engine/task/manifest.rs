//! `task.toml` as written. All its mistakes are found in one pass, each with field, line and reason.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::baseline::{Baseline, Method};
use crate::form::{Fault, Form, Mistake, Plain, Section};

/// A text in both languages.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Both {
    /// Japanese.
    pub ja: String,
    /// English.
    pub en: String,
}

/// What an arrival of the task is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ArrivalKind {
    /// One file.
    File,
    /// A folder that belongs together.
    Folder,
    /// Either of them.
    Either,
}

/// Limits as written; what is left out is the office's.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct WrittenLimits {
    /// Memory of the worker, in MiB.
    pub memory_mib: Option<u64>,
    /// Processor time, in seconds.
    pub cpu_seconds: Option<u64>,
    /// Time by the clock on the wall, in seconds.
    pub wall_seconds: Option<u64>,
    /// The largest file to read or hand back, in MiB.
    pub file_mib: Option<u64>,
}

/// A setting of the task, with the word of help beside it.
#[derive(Clone, PartialEq, Debug)]
pub struct WrittenSetting {
    /// Its value unless a person says otherwise.
    pub value: Plain,
    /// What it is for.
    pub help: Both,
}

/// The specialist's form.
#[derive(Clone, PartialEq, Debug)]
#[allow(missing_docs, reason = "the fields are those of task.toml, explained there")]
pub struct Manifest {
    pub name: Both,
    /// The ids that the task had before: what it did under them does not count again.
    pub formerly: Vec<String>,
    pub department: String,
    pub owner: String,
    pub summary: Both,
    pub kind: ArrivalKind,
    pub accepts: Vec<String>,
    /// Whether rows that were left out come back as a copy to be mended, beside the outputs.
    pub give_back: bool,
    pub unit: Both,
    pub baseline: Baseline,
    pub read: Vec<String>,
    pub write: Vec<String>,
    pub rename: bool,
    /// Patterns of the outputs that go out with a password.
    pub protect: Vec<String>,
    pub limits: WrittenLimits,
    pub retention_days: Option<u64>,
    pub settings: BTreeMap<String, WrittenSetting>,
}

impl Manifest {
    /// Reads the form. Fails with every mistake in it.
    pub fn parse(text: &str) -> Result<Manifest, Vec<Mistake>> {
        let form = Form::new(text);
        let manifest = form.tree().map(|tree| {
            let root = form.root(&tree);
            let manifest = whole(&root);
            root.close();
            manifest
        });
        let mistakes = form.mistakes();
        match manifest {
            Some(manifest) if mistakes.is_empty() => Ok(manifest),
            _ => Err(mistakes),
        }
    }
}

fn whole(root: &Section<'_>) -> Manifest {
    let (kind, accepts, give_back) = arrival(root.section("arrival"));
    let rights = rights(root.section("rights"));
    Manifest {
        name: both(root.section("name")),
        formerly: root.optional_texts("formerly"),
        department: root.text("department"),
        owner: root.text("owner"),
        summary: both(root.section("summary")),
        kind,
        accepts,
        give_back,
        unit: unit(root.section("unit")),
        baseline: baseline(root.section("baseline")),
        read: rights.read,
        write: rights.write,
        rename: rights.rename,
        protect: rights.protect,
        limits: limits(root.section("limits")),
        retention_days: retention(root.section("retention")),
        settings: settings(root.section("settings")),
    }
}

fn both(section: Section<'_>) -> Both {
    let both = Both { ja: section.text("ja"), en: section.text("en") };
    section.close();
    both
}

fn arrival(section: Section<'_>) -> (ArrivalKind, Vec<String>, bool) {
    let choices = [("file", ArrivalKind::File), ("folder", ArrivalKind::Folder), ("either", ArrivalKind::Either)];
    let kind = section.choice("kind", &choices).unwrap_or(ArrivalKind::Either);
    let accepts = section.texts("accepts");
    let give_back = section.yes("give_back");
    section.close();
    (kind, accepts, give_back)
}

fn unit(section: Section<'_>) -> Both {
    let name = both(section.section("name"));
    section.close();
    name
}

/// A minute count beyond this is a slip of the pen: two years.
const MOST_MINUTES: i64 = 1_000_000;

/// The ledger counts thousandths of a minute; a finer number would have to be rounded in silence.
const DECIMALS: u32 = 3;

/// What a returned or failed arrival costs where the task does not say.
const REWORK: Decimal = Decimal::TEN;

fn baseline(section: Section<'_>) -> Baseline {
    let methods = [("実測", Method::Measured), ("聞き取り", Method::Interview), ("推計", Method::Estimate)];
    let baseline = Baseline {
        before: section.number("before_minutes", 0, MOST_MINUTES),
        after: section.number("after_minutes", 0, MOST_MINUTES),
        rework: section.optional_number("rework_minutes", 0, MOST_MINUTES).unwrap_or(REWORK),
        method: section.choice("method", &methods).unwrap_or(Method::Estimate),
        author: section.text("author"),
        date: section.date("date"),
        samples: section.whole("samples", 0, 1_000_000_000),
        low: section.optional_number("low", 0, MOST_MINUTES),
        high: section.optional_number("high", 0, MOST_MINUTES),
        units_per_year: section.optional_whole("units_per_year", 0, 1_000_000_000_000),
        new_work: section.yes("new_work"),
        reason: section.optional_text("reason"),
    };
    let written = [
        ("before_minutes", Some(baseline.before)),
        ("after_minutes", Some(baseline.after)),
        ("rework_minutes", Some(baseline.rework)),
        ("low", baseline.low),
        ("high", baseline.high),
    ];
    for (key, minutes) in written {
        if minutes.is_some_and(|minutes| minutes.normalize().scale() > DECIMALS) {
            section.wrong(key, Fault::TooFine { decimals: DECIMALS });
        }
    }
    if baseline.after.is_zero() && section.has("after_minutes") && baseline.reason.is_none() {
        section.wrong("after_minutes", Fault::NoReason);
    }
    if let (Some(low), Some(high)) = (baseline.low, baseline.high)
        && low > high
    {
        section.wrong("low", Fault::Order { low: "low".to_owned(), high: "high".to_owned() });
    }
    section.close();
    baseline
}

/// What the script may do, and what is done to its outputs.
struct Rights {
    read: Vec<String>,
    write: Vec<String>,
    rename: bool,
    protect: Vec<String>,
}

fn rights(section: Section<'_>) -> Rights {
    let rights = Rights {
        read: section.texts("read"),
        write: section.texts("write"),
        rename: section.yes("rename"),
        protect: section.optional_texts("protect"),
    };
    section.close();
    rights
}

pub(crate) fn limits(section: Section<'_>) -> WrittenLimits {
    let limits = WrittenLimits {
        memory_mib: section.optional_whole("memory_mib", 16, 65_536),
        cpu_seconds: section.optional_whole("cpu_seconds", 1, 86_400),
        wall_seconds: section.optional_whole("wall_seconds", 1, 86_400),
        file_mib: section.optional_whole("file_mib", 1, 4_096),
    };
    section.close();
    limits
}

fn retention(section: Section<'_>) -> Option<u64> {
    let days = if section.present() { Some(section.whole("days", 1, 36_500)) } else { None };
    section.close();
    days
}

fn settings(section: Section<'_>) -> BTreeMap<String, WrittenSetting> {
    let mut settings = BTreeMap::new();
    for (name, setting) in section.sections() {
        let value = setting.value("value");
        let help = both(setting.section("help"));
        setting.close();
        if let Some(value) = value {
            settings.insert(name, WrittenSetting { value, help });
        }
    }
    settings
}

#[cfg(test)]
pub(crate) const SAMPLE: &str = r#"
name = { ja = "検査統計集計", en = "Test statistics" }
department = "医療保健部"
owner = "DX推進班"
summary = { ja = "日報を週次集計にします。", en = "Daily reports to the weekly workbook." }
[arrival]
kind = "folder"
accepts = ["*.xlsx", "*.csv"]
[unit]
name = { ja = "報告", en = "report" }
[baseline]
before_minutes = 12.5
after_minutes = 2
method = "聞き取り"
author = "見本 花子"
date = "2026-04-01"
samples = 10
low = 8
high = 15
[rights]
read = ["*"]
write = ["*.xlsx"]
rename = false
[settings.年度]
value = 2022
help = { ja = "集計する年度", en = "fiscal year" }
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::Wanted;

    #[test]
    fn a_sound_form_is_read() {
        let manifest = Manifest::parse(SAMPLE).unwrap();
        assert_eq!(manifest.name.ja, "検査統計集計");
        assert_eq!(manifest.baseline.before, "12.5".parse().unwrap());
        assert_eq!(manifest.settings["年度"].value, Plain::Integer(2022));
    }

    #[test]
    fn every_mistake_comes_back_at_once_with_its_line() {
        let text = SAMPLE
            .replace("after_minutes", "after_minuts")
            .replace("kind = \"folder\"", "kind = \"foldr\"")
            .replace("samples = 10", "samples = \"many\"")
            .replace("low = 8", "low = 20")
            .replace("2026-04-01", "2026-02-30")
            .replace("owner = \"DX推進班\"\n", "");
        let mistakes = Manifest::parse(&text).unwrap_err();
        let has = |field: &str, fault: Fault| {
            assert!(mistakes.iter().any(|m| m.field == field && m.fault == fault), "{field}: {mistakes:#?}");
        };
        has("baseline.after_minuts", Fault::Unknown { near: Some("after_minutes".to_owned()) });
        assert!(mistakes.iter().all(|m| m.field != "baseline.after_minutes"), "it is there, misspelt: {mistakes:#?}");
        has("baseline.samples", Fault::WrongType { wanted: Wanted::Number });
        has("baseline.low", Fault::Order { low: "low".to_owned(), high: "high".to_owned() });
        has("baseline.date", Fault::NotADate { written: "2026-02-30".to_owned() });
        has("owner", Fault::Missing);
        assert!(mistakes.iter().any(|m| m.field == "arrival.kind" && m.line == Some(6)));
        assert!(mistakes.iter().any(|m| m.field == "baseline.after_minuts" && m.line == Some(12)));
    }

    #[test]
    fn minutes_finer_than_the_ledger_and_a_bare_nothing_are_refused() {
        let only = |text: String| {
            let mistakes = Manifest::parse(&text).unwrap_err();
            let [mistake] = mistakes.as_slice() else { panic!("{mistakes:#?}") };
            (mistake.field.clone(), mistake.fault.clone())
        };
        let fine = SAMPLE.replace("12.5", "12.5001");
        assert_eq!(only(fine), ("baseline.before_minutes".to_owned(), Fault::TooFine { decimals: 3 }));
        assert!(Manifest::parse(&SAMPLE.replace("12.5", "12.5000")).is_ok(), "zeros are not finer");
        let nothing = SAMPLE.replace("after_minutes = 2", "after_minutes = 0");
        assert_eq!(only(nothing.clone()), ("baseline.after_minutes".to_owned(), Fault::NoReason));
        let said = nothing.replace("after_minutes = 0", "after_minutes = 0\nreason = \"自動で送られる\"");
        assert_eq!(Manifest::parse(&said).unwrap().baseline.reason.as_deref(), Some("自動で送られる"));
    }

    #[test]
    fn rework_is_ten_minutes_unless_said_and_earlier_ids_are_kept() {
        let manifest = Manifest::parse(SAMPLE).unwrap();
        assert_eq!((manifest.baseline.rework, manifest.formerly.len()), (Decimal::TEN, 0));
        let text =
            SAMPLE.replace("low = 8", "low = 8\nrework_minutes = 4.5").replace("[arrival]", "formerly = [\"shukei\"]\n[arrival]");
        let manifest = Manifest::parse(&text).unwrap();
        assert_eq!(manifest.baseline.rework, "4.5".parse().unwrap());
        assert_eq!(manifest.formerly, ["shukei"]);
    }

    #[test]
    fn full_width_signs_are_named() {
        let mistakes = Manifest::parse("department ＝ \"財務部\"\n").unwrap_err();
        assert_eq!(mistakes[0].fault, Fault::Syntax { full_width: Some('＝') });
        assert_eq!(mistakes[0].line, Some(1));
    }
}
