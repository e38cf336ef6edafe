//! Notes as files: lines put together in a language, then dressed for Notepad.

use job::{Note, Notes, Row, Slip, Weight, Written};

use crate::{Speaker, shown::one_line};

/// The most findings that a note tells; all of them stand in 要確認一覧.
pub(crate) const TOLD: usize = 10;

impl Notes for Speaker {
    fn note(&self, slip: &Slip<'_>, note: &Note<'_>) -> Written {
        let (name, lines) = said!(self.0, note::note(slip, note));
        let mut text = String::from("\u{feff}");
        for line in lines {
            text.push_str(&line);
            text.push_str("\r\n");
        }
        Written { name: name.to_owned(), bytes: text.into_bytes() }
    }
}

/// The findings worth telling, errors first, in their order otherwise. Errors alone where there are any and only they matter.
pub(crate) fn told(rows: &[Row], errors_alone: bool) -> Vec<&Row> {
    let mut rows: Vec<&Row> = rows.iter().filter(|row| !errors_alone || row.severity == Weight::Error).collect();
    rows.sort_by_key(|row| row.severity);
    rows.truncate(TOLD);
    rows
}

/// The value of a finding, if there is one to show. Of what was protected none is shown where anybody may read it.
pub(crate) fn value(row: &Row, closed: bool) -> Option<String> {
    row.value.as_deref().filter(|_| !closed).filter(|value| !value.trim().is_empty()).map(one_line)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use job::{Account, Changed, Counted, Counts, Facts, How, Origin, Proof, Proven, Setback, Told, Words};
    use task::{Saving, Task, WrittenLimits};

    use super::*;
    use crate::Lang;

    const FORM: &str = r#"
name = { ja = "検査統計集計", en = "Test statistics" }
department = "医療保健部"
owner = "感染症対策課"
summary = { ja = "日報を週次集計にします。", en = "Daily reports to the weekly workbook." }
[arrival]
kind = "folder"
accepts = ["*.xlsx"]
[unit]
name = { ja = "報告", en = "report" }
[baseline]
before_minutes = 12
after_minutes = 2
method = "聞き取り"
author = "見本 花子"
date = "2026-04-01"
samples = 10
[rights]
read = ["*"]
write = ["*"]
"#;

    fn task() -> Task {
        let scripts = tempfile::tempdir().unwrap();
        let folder = scripts.path().join("test-statistics");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("task.toml"), FORM).unwrap();
        std::fs::write(folder.join("main.rhai"), "").unwrap();
        Task::load(&folder, WrittenLimits::default()).unwrap()
    }

    /// The note is as its page in `note/` shows it. With JITAN_UPDATE_NOTES set, the page is written instead.
    fn reads(said: &str, page: &str) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("note").join(page);
        if std::env::var_os("JITAN_UPDATE_NOTES").is_some() {
            std::fs::write(&path, said).unwrap();
        }
        assert_eq!(said, std::fs::read_to_string(&path).unwrap(), "{page}");
    }

    fn row(severity: Weight, cell: &str) -> Row {
        Row {
            severity,
            file: Some("9月/日報\u{202e}.xlsx".to_owned()),
            sheet: Some("日報".to_owned()),
            cell: Some(cell.to_owned()),
            column: Some("検査数".to_owned()),
            value: Some("十二".to_owned()),
            problem: "数字として読めません。".to_owned(),
            remedy: "数字で入れ直してください。".to_owned(),
            fate: String::new(),
            quotes: false,
        }
    }

    fn said(lang: Lang, note: &Note<'_>) -> String {
        let task = task();
        let slip = Slip {
            job: "20261120-00017",
            task: &task,
            name: "9月",
            folder: true,
            at: "2026-11-20T10:05:00".parse().unwrap(),
            inbox: "受付/test-statistics",
            done: "完了/test-statistics",
        };
        let written = Speaker(lang).note(&slip, note);
        let text = String::from_utf8(written.bytes).unwrap();
        let text = text.strip_prefix('\u{feff}').expect("Notepad wants the mark");
        assert!(!text.replace("\r\n", "").contains(['\n', '\r']), "{text}");
        format!("{}\n{}", written.name, text.replace("\r\n", "\n"))
    }

    fn facts(errors: usize) -> Facts {
        let excluded = vec![("合計行".to_owned(), 8), ("重複".to_owned(), 2)];
        Facts {
            returned: errors > 0,
            files: 3,
            files_used: 2,
            units: 36,
            unit: "報告".to_owned(),
            counts: Counts { errors, warnings: 1, notes: 0 },
            account: Account { read: 1000, used: 990, excluded },
        }
    }

    #[test]
    fn a_receipt_says_what_was_read_found_and_saved() {
        let (facts, rows) = (facts(0), [row(Weight::Warning, "B7")]);
        let saving = Saving { before: 432.into(), after: 72.into(), saved: 360.into() };
        let outputs = ["週次集計.xlsx".to_owned(), "要確認一覧.xlsx".to_owned()];
        let done = |counted, renamed, handed_back| Note::Done {
            facts: &facts,
            rows: &rows,
            saving: &saving,
            counted,
            outputs: &outputs,
            proven: &[],
            closed: None,
            renamed,
            handed_back,
        };
        let (counted, handed_back) =
            (Counted::Before("20261101-00002"), [done(Counted::Yes, 84, true), done(Counted::Yes, 0, true)]);
        let (done, again) = (done(Counted::Yes, 0, false), done(counted, 0, false));
        reads(&said(Lang::Ja, &done), "receipt.ja.txt");
        reads(&said(Lang::En, &done), "receipt.en.txt");
        reads(&said(Lang::Ja, &handed_back[0]), "renamed.ja.txt");
        reads(&said(Lang::En, &handed_back[0]), "renamed.en.txt");
        assert!(said(Lang::Ja, &handed_back[1]).contains("名前の変わるファイルはありません"));
        assert!(said(Lang::Ja, &again).contains("（20261101-00002）と同じ内容なので、数えていません"));
    }

    #[test]
    fn what_goes_back_says_where_and_what_to_do() {
        let rows: Vec<Row> =
            (0..12).map(|n| row(Weight::Error, &format!("B{}", n + 2))).chain([row(Weight::Warning, "C1")]).collect();
        let facts = facts(12);
        let returned =
            Note::Returned {
                facts: &facts, rows: &rows, list: Some("要確認一覧.xlsx"), marked: None, proven: &[], closed: None
            };
        let text = said(Lang::Ja, &returned);
        reads(&text, "returned.ja.txt");
        assert!(!text.contains("C1"), "a warning is nothing to mend");
        reads(&said(Lang::En, &returned), "returned.en.txt");
    }

    #[test]
    fn a_receipt_says_which_parts_changed_and_not_three_hundred_times() {
        let changed =
            |part: book::Part, name: &str, how| Changed { what: Speaker(Lang::Ja).part(&part), part: name.to_owned(), how };
        let (sheet, chain) = (
            changed(book::Part::Sheet(0, "通知\u{202e}".to_owned()), "xl/worksheets/sheet1.xml", How::Changed),
            changed(book::Part::Chain, "xl/calcChain.xml", How::Removed),
        );
        let links = [1, 2, 3].map(|nth| changed(book::Part::Links, &format!("xl/_rels/{nth}.rels"), How::Added));
        let template_parts = [sheet, chain].into_iter().chain(links).collect();
        let template = Proof { of: Origin::Template("通知.xlsx".to_owned()), changed: template_parts, same: 9 };
        let sheets =
            (1..=20).map(|nth| changed(book::Part::Sheet(nth, format!("{nth}組")), &format!("xl/s{nth}.xml"), How::Added));
        let copy = Proof { of: Origin::Arrival("一覧.xlsx".to_owned()), changed: sheets.collect(), same: 0 };
        let names: Vec<String> = (1..=300).map(|nth| format!("通知_{nth}.xlsx")).collect();
        let all = names.iter().map(|name| (name.as_str(), &template)).chain([("一覧（差戻し分）.xlsx", &copy)]);
        let proven = Proven::group(all);
        assert_eq!(proven.len(), 2);
        let said = |lang| crate::proven(lang, &proven).join("\n") + "\n";
        reads(&said(Lang::Ja), "proven.ja.txt");
        reads(&said(Lang::En), "proven.en.txt");
        let brief = crate::ja::proof::brief(&proven[..1]).concat();
        assert!(
            brief.ends_with(
                "計算順の控え（なくしたもの）、部品どうしのつながり（加えたもの）だけで、ほかの9個の部品は1バイトも違いません。"
            ),
            "{brief}"
        );
        assert!(crate::en::proof::brief(&proven[1..]).concat().ends_with("; and others."));
        let each: Vec<Proof> = (0..8).map(|same| Proof { same, ..copy.clone() }).collect();
        let proven = Proven::group(each.iter().map(|proof| ("名簿.xlsx", proof)));
        assert!(crate::proven(Lang::Ja, &proven).last().unwrap().contains("ほかの3個の成果物"));
    }

    #[test]
    fn what_failed_tells_the_staff_two_lines_and_the_specialist_the_rest() {
        let told = Told {
            what: "「絞込む」という関数はありません。".to_owned(),
            next: "「絞り込む」のことではありませんか。".to_owned(),
            file: Some("scripts/test-statistics/main.rhai".to_owned()),
            line: Some(12),
            column: Some(5),
            word: Some("絞込む".to_owned()),
            ..Told::default()
        };
        let failed = Note::Failed { why: &Setback::Script { told: vec![told] }, attempts: 1 };
        reads(&said(Lang::Ja, &failed), "failed.ja.txt");
        reads(&said(Lang::En, &failed), "failed.en.txt");
    }

    #[test]
    fn an_undo_is_recorded() {
        let left = [("9月/日報.xlsx".to_owned(), job::UndoWhy::Edited)];
        let back = ["取消/test-statistics/9月".to_owned()];
        let undone = Note::Undone { outputs: 2, files: None, back: &back, left: &left };
        reads(&said(Lang::Ja, &undone), "undone.ja.txt");
        assert!(said(Lang::En, &undone).starts_with("undone.txt\nRECORD OF AN UNDO"));
        let files = Note::Undone { outputs: 2, files: Some(169), back: &back, left: &left };
        assert!(said(Lang::Ja, &files).contains("169個のファイルは、元の名前に戻して"));
        let skipped = Note::Skipped { earlier: "20261101-00002", handed_back: true };
        assert!(said(Lang::Ja, &skipped).contains("20261101-00002"));
    }

    #[test]
    fn what_kept_its_name_is_listed_with_the_reason() {
        let left = [("9月/部/日報.xlsx".to_owned(), job::UndoWhy::Edited), ("9月/甲.xlsx".to_owned(), job::UndoWhy::Taken)];
        reads(&said(Lang::Ja, &Note::NamesKept { left: &left }), "kept.ja.txt");
        reads(&said(Lang::En, &Note::NamesKept { left: &left }), "kept.en.txt");
    }
}
