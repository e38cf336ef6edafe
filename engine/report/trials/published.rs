//! The half-year that a prefecture published: 54 consultations, 48 improvements, 2,694 h - 914 h = 1,780 h.

use message::Lang;

use super::*;
use crate::{csv, html, json, xlsx};

const LINE: &str = "2,694 時間（現状） − 914 時間（改善後） ＝ 1,780 時間（削減時間）";
const SENTENCE: &str =
    "2022年4月1日から2023年3月31日までに、54件（うち新型コロナ 13件）の相談を受け付け、48件の業務改善に取り組みました。";

fn year() -> Period {
    Period::fiscal_year(2022).unwrap()
}

#[test]
fn the_figures_are_those_that_were_published() {
    let figures = Figures::of(&sample(), &options(year()));
    let consulted = &figures.consulted;
    assert_eq!((consulted.asked, consulted.improved), (54, 48));
    assert_eq!(consulted.flags, [("新型コロナ".to_owned(), 13)]);
    let hours = consulted.estimate;
    assert_eq!((hours.before, hours.after, hours.saved), (2_694 * 60_000, 914 * 60_000, 1_780 * 60_000));
    let departments: Vec<(&str, u64)> = consulted.departments.iter().map(|line| (&*line.department, line.asked)).collect();
    assert_eq!(departments.len(), 15);
    assert_eq!(departments[0], ("医療保健部", 16));
    for (names, count) in [
        ("総務部、子ども・福祉部、農林水産部", 5),
        ("県土整備部", 4),
        ("環境生活部、雇用経済部、教育委員会事務局", 3),
        ("戦略企画部、出納局、病院事業庁", 2),
        ("防災対策部、地域連携部、人事委員会事務局、四日市港管理組合", 1),
    ] {
        for name in names.split('、') {
            assert!(departments.contains(&(name, count)), "{name} {count}: {departments:?}");
        }
    }
}

#[test]
fn all_four_faces_say_so() {
    let paper = paper(&sample(), year());
    let page = String::from_utf8(html(&paper)).unwrap();
    assert!(page.contains(LINE) && page.contains(SENTENCE));
    let list = String::from_utf8(csv(&paper)).unwrap();
    assert!(list.contains(LINE) && list.contains(SENTENCE), "{list}");
    let object = json(&paper);
    let section = &object["sections"]["summary"];
    assert_eq!((section["formula"].as_str(), section["lines"][0].as_str()), (Some(LINE), Some(SENTENCE)));
    let total = &object["sections"]["departments"]["total"];
    assert_eq!((total["consulted"].as_i64(), total["improved"].as_i64()), (Some(54), Some(48)));
    assert_eq!((total["saved"]["hours"].as_i64(), total["saved"]["minutes"].as_i64()), (Some(1_780), Some(106_800)));
    let book = xlsx(&paper).unwrap();
    let sheets = faces::sheets(&book);
    let texts: Vec<&String> = sheets.values().flatten().flatten().collect();
    assert!(texts.iter().any(|text| *text == LINE) && texts.iter().any(|text| *text == SENTENCE));
    assert!(sheets["部局別"].contains(&["計", "54", "48", "2694", "914", "1780"].map(str::to_owned).to_vec()));
}

#[test]
fn the_half_year_and_the_year_agree_and_the_target_counts() {
    let half = Period::months_between(date(2022, 4, 1), date(2022, 9, 30)).unwrap();
    let figures = Figures::of(&sample(), &options(half));
    assert_eq!((figures.consulted.asked, figures.consulted.improved), (54, 48));
    assert_eq!(figures.months.iter().map(|month| month.asked).sum::<u64>(), 54);
    assert_eq!(figures.months.iter().map(|month| month.improved).sum::<u64>(), 48);
    assert_eq!(figures.targets.len(), 2);
    assert!(figures.targets.iter().all(|line| line.result.is_none()), "令和8年度 is not here yet");
    let english = String::from_utf8(html(&Paper::of(&figures, Lang::En))).unwrap();
    assert!(english.contains("2,694 h (before) − 914 h (after) = 1,780 h (saved)"));
}

#[test]
fn the_rows_of_the_year_are_cited_and_the_later_entry_is_said() {
    let figures = Figures::of(&sample(), &options(year()));
    assert_eq!(figures.consulted.late.len(), figures.consulted.last_entry.unwrap() as usize, "entered in 2026");
    let paper = Paper::of(&figures, Lang::Ja);
    let cases = paper.section("cases").unwrap().grid.as_ref().unwrap();
    assert_eq!(cases.rows.len(), 6, "the six main cases that are marked");
}
