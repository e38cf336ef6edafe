//! The same figures in each face.

use std::collections::BTreeMap;

use book::{Limits, Shelf, Workbook};
use rust_decimal::Decimal;
use serde_json::Value;

use super::*;
use crate::{Cell, csv, html, json, xlsx};

/// Two departments, three tasks, an undo, rework, new work, a task without a baseline, a register.
fn everything() -> Records {
    let mut records = sample();
    let (a, b) = (baseline(101, "test-statistics"), Baseline { units_per_year: None, ..baseline(102, "exam-scoring") });
    let new = Baseline { new_work: true, ..baseline(103, "新しい") };
    let month = |month| date(2022, month, 1);
    let mut undo = run(month(12), "医療保健部", &a, 1, -40);
    undo.kind = Kind::Undo;
    let mut returned = run(month(6), "医療保健部", &a, 3, 0);
    (returned.kind, returned.rework, returned.saved) = (Kind::Returned, 30_000, -30_000);
    let mut unbased = run(month(7), "出納局", &a, 4, 9);
    (unbased.task, unbased.baseline, unbased.counts) = ("無し".to_owned(), None, false);
    (unbased.counted, unbased.before, unbased.after, unbased.saved) = (0, 0, 0, 0);
    let mut fresh = run(month(8), "総務部", &new, 2, 30);
    (fresh.counts, fresh.counted, fresh.before, fresh.after, fresh.saved) = (false, 0, 0, 0, 0);
    records.sums = vec![
        run(month(5), "医療保健部", &a, 7, 333),
        run(month(6), "医療保健部", &a, 2, 41),
        run(month(6), "人事委員会事務局", &b, 1, 640),
        undo,
        returned,
        unbased,
        fresh,
    ];
    records.baselines = vec![a, b, new];
    records
}

fn everything_on_paper() -> Paper {
    let mut options = options(Period::fiscal_year(2022).unwrap());
    options.hourly_yen = Some(2_500.into());
    Paper::of(&Figures::of(&everything(), &options), Lang::Ja)
}

/// The cells of every sheet, as text.
pub(super) fn sheets(bytes: &[u8]) -> BTreeMap<String, Vec<Vec<String>>> {
    let shelf = Shelf::new();
    let book = Workbook::open("報告.xlsx", bytes.to_vec(), &shelf, &Limits::default()).unwrap();
    let mut sheets = BTreeMap::new();
    for (at, info) in book.sheets().iter().enumerate() {
        let sheet = book.sheet(at).unwrap();
        let mut rows = Vec::new();
        for row in sheet.rows() {
            let cells = row.cells().map(|cell| cell.value.show(&shelf.texts));
            rows.push(cells.filter(|cell| !cell.is_empty()).collect());
        }
        sheets.insert(info.name.clone(), rows);
    }
    sheets
}

/// The texts of the cells of a row of a page.
fn cells_of_page(row: &str) -> Vec<String> {
    let cell = |part: &str| {
        let inner = part.split_once('>')?.1.split("</t").next()?;
        let mut text = String::new();
        let mut tag = false;
        for letter in inner.chars() {
            match letter {
                '<' => tag = true,
                '>' => tag = false,
                letter if !tag => text.push(letter),
                _ => {}
            }
        }
        Some(text.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\""))
    };
    row.split("<t").skip(1).filter(|part| part.starts_with(['h', 'd'])).filter_map(cell).collect()
}

fn plain(number: Option<Decimal>) -> Option<Decimal> {
    number.map(|number| number.normalize())
}

#[test]
fn a_page_holds_every_cell() {
    let paper = everything_on_paper();
    let page = String::from_utf8(html(&paper)).unwrap();
    for section in &paper.sections {
        let Some(grid) = &section.grid else { continue };
        let part = page.split(&format!("<section id=\"{}\"", section.id)).nth(1).unwrap().split("</section>").next().unwrap();
        let found: Vec<Vec<String>> = part.split("<tr").skip(2).map(cells_of_page).collect();
        let wanted: Vec<Vec<String>> = grid.all_rows().map(|row| row.iter().map(Cell::shown).collect()).collect();
        assert_eq!(found, wanted, "{}", section.id);
        assert!(part.contains("<caption>") && part.contains("scope=\"col\""), "{}", section.id);
        assert_eq!(part.contains("<svg"), section.chart.is_some(), "{}", section.id);
    }
    for forbidden in ["http:", "https:", "<script", "<link", "<img", "url("] {
        assert!(!page.replace("http://www.w3.org/2000/svg", "").contains(forbidden), "{forbidden}");
    }
}

#[test]
fn a_workbook_holds_every_figure_as_a_number() {
    let paper = everything_on_paper();
    let sheets = sheets(&xlsx(&paper).unwrap());
    assert_eq!(sheets.len(), paper.sections.len() + 1);
    for section in &paper.sections {
        let Some(grid) = &section.grid else { continue };
        let rows = &sheets[section.tab];
        let header: Vec<String> = grid.columns.iter().map(|column| column.name.clone()).collect();
        // A unit in brackets stands on a line of its own.
        let whole = |row: &Vec<String>| row.iter().map(|cell| cell.replace([' ', '\n'], "")).collect::<Vec<_>>();
        let header: Vec<String> = header.iter().map(|name| name.replace(' ', "")).collect();
        let at = rows.iter().position(|row| whole(row) == header).unwrap_or_else(|| panic!("{}: {rows:?}", section.id));
        for (cells, found) in grid.all_rows().zip(&rows[at + 1..]) {
            let filled: Vec<&Cell> = cells.iter().filter(|cell| **cell != Cell::Blank).collect();
            assert_eq!(filled.len(), found.len(), "{}: {cells:?} {found:?}", section.id);
            for (cell, found) in filled.into_iter().zip(found) {
                match cell {
                    Cell::Text(text) => assert_eq!(text, found),
                    Cell::Hours(thousandths) => {
                        let minutes = found.parse::<Decimal>().unwrap() * Decimal::from(60_000);
                        assert!((minutes - Decimal::from(*thousandths)).abs() < Decimal::ONE, "{}: {cell:?} {found}", section.id);
                    }
                    _ => assert_eq!(plain(cell.number()), plain(found.parse().ok()), "{}", section.id),
                }
            }
        }
    }
}

#[test]
fn a_list_and_an_object_hold_every_figure() {
    let paper = everything_on_paper();
    let list = String::from_utf8(csv(&paper)).unwrap();
    let object = json(&paper);
    let mut figures = 0;
    for section in &paper.sections {
        let Some(grid) = &section.grid else { continue };
        let own = &object["sections"][section.id];
        let rows = own["rows"].as_array().unwrap().iter().chain(own.get("total"));
        for (cells, found) in grid.all_rows().zip(rows) {
            for (cell, column) in cells.iter().zip(&grid.columns) {
                let found = &found[&column.id];
                let number = |found: &Value| plain(found.to_string().parse().ok());
                match cell {
                    Cell::Blank => assert!(found.is_null()),
                    Cell::Text(text) => assert_eq!(found.as_str(), Some(text.as_str())),
                    Cell::Hours(_) => {
                        assert_eq!(number(&found["hours"]), plain(cell.number()), "{} {}", section.id, column.id);
                        assert_eq!(number(&found["minutes"]), plain(cell.exact_minutes()));
                    }
                    Cell::Minutes(_) => assert_eq!(number(&found["minutes"]), plain(cell.number())),
                    Cell::Count(_) | Cell::Number(_) => assert_eq!(number(found), plain(cell.number())),
                }
            }
            let heads: Vec<String> = cells[..grid.heads].iter().map(Cell::shown).filter(|head| !head.is_empty()).collect();
            for (cell, column) in cells.iter().zip(&grid.columns).skip(grid.heads) {
                let Some(number) = cell.number() else { continue };
                figures += 1;
                let wanted = format!("{},{},{},", section.title, heads.join(" / "), column.name);
                let value =
                    |line: &str| line.strip_prefix(&wanted).and_then(|rest| rest.split(',').next()?.parse::<Decimal>().ok());
                let found = list.lines().any(|line| plain(value(line)) == plain(Some(number)));
                assert!(found, "{wanted}{number}\n{list}");
            }
        }
    }
    assert!(figures > 200, "{figures}");
}

#[test]
fn sums_are_right_and_what_does_not_count_stands_apart() {
    let figures = Figures::of(&everything(), &options(Period::fiscal_year(2022).unwrap()));
    // (333 + 41 - 40 + 640) x 10.5 - 30 minutes.
    assert_eq!(figures.measured.saved, 974 * 10_500 - 30_000);
    assert_eq!((figures.units, figures.jobs), (974, 7 + 2 + 1 - 1));
    assert_eq!((figures.unbased.len(), figures.unbased[0].jobs, figures.unbased[0].units), (1, 4, 9));
    assert_eq!((figures.new_work[0].units, figures.new_work[0].minutes.after), (30, 60_000));
    let task = figures.tasks.iter().find(|task| task.task == "test-statistics").unwrap();
    assert_eq!(task.range.low, 334 * 8_000 - 30_000);
    assert_eq!(task.range.high, 334 * 18_000 - 30_000);
    let annual = task.annual.unwrap();
    assert!(annual.expected, "two months of runs");
    // 1,200 units a year; 30 minutes of rework for 334 units are 107.784 minutes for 1,200.
    assert_eq!(annual.minutes.saved, 1_200 * 10_500 - 107_784);
    let other = figures.tasks.iter().find(|task| task.task == "exam-scoring").unwrap();
    assert_eq!(other.annual, None, "nobody said how many a year has");
    assert_eq!(figures.comparison.len(), 3);
    assert_eq!(figures.comparison.iter().filter(|line| line.measured.is_some()).count(), 1);
}

#[test]
fn an_empty_ledger_makes_a_sensible_report() {
    let paper = paper(&Records::default(), Period::fiscal_year(2026).unwrap());
    let page = String::from_utf8(html(&paper)).unwrap();
    assert!(page.contains("まだ相談も処理も記録されていません") && page.contains("台帳には、まだ何も記録されていません"));
    assert!(!csv(&paper).is_empty() && json(&paper)["head"].is_null());
    assert!(xlsx(&paper).is_ok());
}

#[test]
fn the_same_report_has_the_same_bytes() {
    let paper = everything_on_paper();
    assert_eq!(html(&paper), html(&paper));
    assert_eq!(xlsx(&paper).unwrap(), xlsx(&paper).unwrap());
    assert_eq!(csv(&paper), csv(&paper));
}

/// Not a test of its own: puts the faces where a person can look at them (`JITAN_LOOK=folder`).
#[test]
fn the_faces_can_be_looked_at() {
    let Some(folder) = std::env::var_os("JITAN_LOOK").map(std::path::PathBuf::from) else { return };
    let paper = everything_on_paper();
    let put = |name: &str, bytes: &[u8]| {
        std::fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .open(folder.join(name))
            .and_then(|mut file| std::io::Write::write_all(&mut file, bytes))
            .unwrap()
    };
    put("report.html", &html(&paper));
    put("report.xlsx", &xlsx(&paper).unwrap());
    put("report.csv", &csv(&paper));
}
