//! Random ledgers: the sum of the rows is the total, to the thousandth of a minute, and nothing later changes a past month.

use proptest::prelude::*;

use super::*;
use crate::Part;

fn sum() -> impl Strategy<Value = Sum> {
    let kinds = prop_oneof![4 => Just(Kind::Run), 1 => Just(Kind::Returned), 1 => Just(Kind::Failed), 1 => Just(Kind::Undo), 1 => Just(Kind::Redo), 1 => Just(Kind::Correction)];
    (0i8..12, 0usize..4, 0usize..5, kinds, 0i64..100_000, 0i64..60_000, 0i64..60_000, 0i64..90_000, 0u8..10).prop_map(
        |(month, department, task, kind, units, before, after, rework, part)| {
            let month = date(2026, 4, 1).saturating_add(jiff::Span::new().months(month));
            let units = if kind == Kind::Undo { -units } else { units };
            let apart = part >= 8;
            let counted = if apart || matches!(kind, Kind::Returned | Kind::Failed) { 0 } else { units };
            let rework = if apart || !matches!(kind, Kind::Returned | Kind::Failed) { 0 } else { rework };
            let (before, after) = (counted * before, counted * after);
            Sum {
                month,
                department: ["総務部", "出納局", "医療保健部", ""][department].to_owned(),
                task: format!("task{task}"),
                kind,
                baseline: (part != 8).then_some(task as u64 + 1),
                new_work: part == 9,
                counts: counted != 0,
                entries: 1 + units.unsigned_abs() % 7,
                units,
                counted,
                before,
                after,
                rework,
                saved: before - after - rework,
                findings: 1,
                first: 1,
                last: 2,
            }
        },
    )
}

fn records(sums: Vec<Sum>) -> Records {
    Records { sums, baselines: (0..5).map(|task| baseline(task + 1, &format!("task{task}"))).collect(), ..Records::default() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn rows_and_totals_agree_to_the_minute(sums in proptest::collection::vec(sum(), 0..60)) {
        let wanted: i64 = sums.iter().filter(|sum| sum.part() == Part::Counted).map(|sum| sum.saved).sum();
        let figures = Figures::of(&records(sums), &options(Period::fiscal_year(2026).unwrap()));
        prop_assert_eq!(figures.measured.saved, wanted);
        prop_assert_eq!(figures.measured.before - figures.measured.after - figures.measured.rework, wanted);
        prop_assert_eq!(figures.months.iter().map(|month| month.saved).sum::<i64>(), wanted);
        prop_assert_eq!(figures.grid.iter().map(crate::GridLine::total).sum::<i64>(), wanted);
        prop_assert_eq!(figures.tasks.iter().map(|task| task.minutes.saved).sum::<i64>(), wanted);
        prop_assert_eq!(figures.tasks.iter().map(|task| task.jobs).sum::<i64>(), figures.jobs);
        prop_assert_eq!(figures.tasks.iter().map(|task| task.units).sum::<i64>(), figures.units);
        for (at, month) in figures.months.iter().enumerate() {
            prop_assert_eq!(figures.grid.iter().map(|line| line.months[at]).sum::<i64>(), month.saved);
        }
        for task in &figures.tasks {
            prop_assert_eq!(task.range.middle, task.minutes.saved);
        }
        let paper = Paper::of(&figures, Lang::Ja);
        let sources = paper.section("sources").and_then(|section| section.grid.as_ref());
        let column = sources.map(|grid| grid.columns.iter().position(|column| column.id == "saved").unwrap());
        prop_assert_eq!(sources.map_or(0, |grid| grid.rows.len()), figures.sources.len());
        prop_assert!(sources.is_none() || column == Some(10));
    }

    #[test]
    fn no_register_and_no_figure_may_panic(days in proptest::collection::vec((0i16..1200, 0usize..3, 0u8..4, 0i64..1_000_000_000), 0..30)) {
        // A ledger's days never go back.
        let mut days = days;
        days.sort_by_key(|day| day.0);
        let first = date(2025, 1, 1);
        let rows: Vec<Kept<Consultation>> = days.iter().enumerate().map(|(at, (day, title, status, hours))| {
            let mut what = row(first.saturating_add(jiff::Span::new().days(i64::from(*day % 400))), "総務部", &format!("件名{title}"));
            what.number = Some(title.to_string());
            what.status = crate::Status::ALL[usize::from(*status)];
            what.hours = Some(crate::Hours { before: *hours, after: hours / 3 });
            Kept { entry: at as u64 + 1, date: first.saturating_add(jiff::Span::new().days(i64::from(*day))), what }
        }).collect();
        for year in 2024..2029 {
            let period = Period::fiscal_year(year).unwrap();
            let until: Vec<Kept<Consultation>> = rows.iter().filter(|kept| kept.date <= period.to || first_of(&rows, kept)).cloned().collect();
            let all = Figures::of(&Records { rows: rows.clone(), ..Records::default() }, &options(period));
            let then = Figures::of(&Records { rows: until, ..Records::default() }, &options(period));
            prop_assert_eq!(Paper::of(&all, Lang::Ja), Paper::of(&then, Lang::Ja), "entries of later days say nothing of the past");
            prop_assert_eq!(all.consulted.departments.iter().map(|line| line.asked).sum::<u64>(), all.consulted.asked);
            prop_assert_eq!(all.consulted.departments.iter().map(|line| line.improved).sum::<u64>(), all.consulted.improved);
            prop_assert_eq!(all.consulted.departments.iter().map(|line| line.estimate.saved).sum::<i64>(), all.consulted.estimate.saved);
        }
    }
}

/// Whether an entry is the first of its row: that one counts whenever it was entered.
fn first_of(rows: &[Kept<Consultation>], kept: &Kept<Consultation>) -> bool {
    rows.iter().find(|other| other.what.identity() == kept.what.identity()).is_some_and(|first| first.entry == kept.entry)
}
