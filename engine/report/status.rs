//! 状況.html: how the office stands, as one static page that a browser reads without a server, a script or a network.

use job::{DeskStatus, Ended, Status, Today};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use message::{Lang, StatusText, Tell, Telling, shown};

/// The page.
pub fn status_page(status: &Status<'_>, lang: Lang) -> String {
    let page = Page { status, lang };
    page.whole().into_string()
}

/// Nothing is loaded and nothing runs, even if a name were to get past the escaping.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
const STYLE: &str = include_str!("status.css");

struct Page<'s> {
    status: &'s Status<'s>,
    lang: Lang,
}

impl Page<'_> {
    fn say(&self, text: StatusText<'_>) -> String {
        message::status(self.lang, &text)
    }

    fn number(&self, number: u64) -> String {
        message::number(self.lang, number)
    }

    fn whole(&self) -> Markup {
        let status = self.status;
        let title = self.say(StatusText::Title { office: &shown(&status.office) });
        html! {
            (DOCTYPE)
            html lang=(self.lang.code()) {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(POLICY);
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    @if status.working { meta http-equiv="refresh" content=(status.refresh_seconds.max(5)); }
                    title { (title) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    (self.top(&title))
                    main {
                        (self.paused())
                        (self.waiting())
                        (self.running())
                        (self.held())
                        (self.refused())
                        (self.ended(StatusText::FailedToday, &status.failed))
                        (self.ended(StatusText::ReturnedToday, &status.returned))
                        (self.ended(StatusText::DoneToday, &status.done))
                        (self.desks())
                    }
                }
            }
        }
    }

    fn top(&self, title: &str) -> Markup {
        let status = self.status;
        let time = message::time(self.lang, status.at);
        let sums = [
            (StatusText::Waiting, status.waiting.len() as u64, ""),
            (StatusText::Running, status.running.len() as u64, ""),
            (StatusText::DoneToday, status.done.count, ""),
            (StatusText::ReturnedToday, status.returned.count, "wait"),
            (StatusText::FailedToday, status.failed.count, "bad"),
            (StatusText::Held, status.held.len() as u64, "wait"),
            (StatusText::Refused, status.refused.len() as u64, "wait"),
        ];
        html! {
            header {
                h1 { (title) }
                p {
                    (self.say(StatusText::At { time: &time })) " "
                    @if status.working { span.good { "● " (self.say(StatusText::Working)) } }
                    @else { span.bad { "■ " (self.say(StatusText::Ended)) } }
                }
                @if status.working {
                    p.quiet { (self.say(StatusText::Refreshes { seconds: status.refresh_seconds.max(5) })) }
                }
                ul.sum {
                    @for (text, count, class) in sums {
                        li { (self.say(text)) b class=[(count > 0 && !class.is_empty()).then_some(class)] { (self.number(count)) } }
                    }
                }
            }
        }
    }

    /// A section with a table; nothing where there is nothing to tell.
    fn section(&self, title: StatusText<'_>, columns: &[StatusText<'_>], rows: &[Markup], more: u64) -> Markup {
        let heading = self.say(title);
        html! {
            @if !rows.is_empty() {
                section {
                    h2 { (heading) }
                    table aria-label=(heading) {
                        thead { tr { @for column in columns { th scope="col" { (self.say(*column)) } } } }
                        tbody { @for row in rows { (row) } }
                    }
                    @if more > 0 { p.quiet { (self.say(StatusText::More { count: more })) } }
                }
            }
        }
    }

    fn cell(&self, label: StatusText<'_>, text: &str) -> Markup {
        html! { td data-label=(self.say(label)) { (text) } }
    }

    fn figure(&self, label: StatusText<'_>, text: &str) -> Markup {
        html! { td.number data-label=(self.say(label)) { (text) } }
    }

    fn name(&self, name: &str) -> Markup {
        html! { th scope="row" { bdi { (shown(name)) } } }
    }

    /// The task as people call it.
    fn task(&self, id: &str) -> Markup {
        let desk = self.status.desks.iter().find(|desk| desk.task == id);
        let name = desk.map_or(id, |desk| self.lang.pick(&desk.name.ja, &desk.name.en));
        self.cell(StatusText::Task, &shown(name))
    }

    fn paused(&self) -> Markup {
        let rows: Vec<Markup> = self.status.desks.iter().filter_map(|desk| self.stands_still(desk)).collect();
        let columns = [StatusText::Folder, StatusText::Task, StatusText::Why, StatusText::ToDo, StatusText::Since];
        self.section(StatusText::Paused, &columns, &rows, 0)
    }

    fn stands_still(&self, desk: &DeskStatus<'_>) -> Option<Markup> {
        let (why, since) = desk.paused.as_ref()?;
        let Telling { what, next } = why.tell(self.lang);
        Some(html! {
            tr {
                (self.name(&desk.inbox))
                (self.task(&desk.task))
                td.bad data-label=(self.say(StatusText::Why)) { "■ " (shown(&what)) }
                (self.cell(StatusText::ToDo, &shown(&next)))
                (self.cell(StatusText::Since, &message::time(self.lang, *since)))
            }
        })
    }

    fn waiting(&self) -> Markup {
        let rows: Vec<Markup> = self
            .status
            .waiting
            .iter()
            .take(SHOWN)
            .map(|waits| {
                let Telling { what, next } =
                    waits.why.map_or_else(|| Telling::new(self.say(StatusText::Turn), ""), |why| why.tell(self.lang));
                html! {
                    tr {
                        (self.name(&waits.name))
                        (self.task(&waits.task))
                        (self.cell(StatusText::Why, &shown(&what)))
                        (self.cell(StatusText::ToDo, &shown(&next)))
                    }
                }
            })
            .collect();
        let columns = [StatusText::Name, StatusText::Task, StatusText::Why, StatusText::ToDo];
        let more = (self.status.waiting.len() - rows.len()) as u64 + self.status.unlisted;
        self.section(StatusText::Waiting, &columns, &rows, more)
    }

    fn running(&self) -> Markup {
        let rows: Vec<Markup> = self
            .status
            .running
            .iter()
            .map(|runs| {
                html! {
                    tr {
                        (self.name(&runs.name))
                        (self.task(&runs.task))
                        (self.cell(StatusText::Since, &message::time(self.lang, runs.since)))
                        td data-label=(self.say(StatusText::Job)) {
                            (shown(&runs.job))
                            @if runs.attempt > 1 { " " span.wait { (self.say(StatusText::Attempt { number: runs.attempt })) } }
                        }
                    }
                }
            })
            .collect();
        let columns = [StatusText::Name, StatusText::Task, StatusText::Since, StatusText::Job];
        self.section(StatusText::Running, &columns, &rows, 0)
    }

    fn held(&self) -> Markup {
        let rows: Vec<Markup> = self
            .status
            .held
            .iter()
            .take(SHOWN)
            .map(|held| {
                html! {
                    tr {
                        (self.name(&held.name))
                        (self.task(&held.task))
                        (self.cell(StatusText::Why, &self.say(StatusText::HeldWhy { earlier: &shown(&held.earlier) })))
                        (self.cell(StatusText::ToDo, &self.say(StatusText::HeldNext { job: &shown(&held.job) })))
                        (self.cell(StatusText::Since, &message::time(self.lang, held.since)))
                    }
                }
            })
            .collect();
        let columns = [StatusText::Name, StatusText::Task, StatusText::Why, StatusText::ToDo, StatusText::Since];
        self.section(StatusText::Held, &columns, &rows, (self.status.held.len() - rows.len()) as u64)
    }

    fn refused(&self) -> Markup {
        let rows: Vec<Markup> = self
            .status
            .refused
            .iter()
            .take(SHOWN)
            .map(|refused| {
                let Telling { what, next } = refused.why.tell(self.lang);
                html! {
                    tr {
                        (self.name(&refused.name))
                        (self.task(&refused.task))
                        (self.cell(StatusText::Why, &shown(&what)))
                        (self.cell(StatusText::ToDo, &shown(&next)))
                    }
                }
            })
            .collect();
        let columns = [StatusText::Name, StatusText::Task, StatusText::Why, StatusText::ToDo];
        self.section(StatusText::Refused, &columns, &rows, (self.status.refused.len() - rows.len()) as u64)
    }

    fn ended(&self, title: StatusText<'_>, today: &Today) -> Markup {
        let hours = title == StatusText::DoneToday;
        let rows: Vec<Markup> = today.latest.iter().take(SHOWN).map(|ended| self.one_ended(ended, hours)).collect();
        let mut columns = vec![StatusText::Name, StatusText::Task, StatusText::Time, StatusText::Where, StatusText::Job];
        if hours {
            columns.extend([StatusText::Units, StatusText::Saved]);
        }
        self.section(title, &columns, &rows, today.count.saturating_sub(rows.len() as u64))
    }

    fn one_ended(&self, ended: &Ended, hours: bool) -> Markup {
        let none = || self.say(StatusText::Undivided);
        html! {
            tr {
                (self.name(&ended.name))
                (self.task(&ended.task))
                (self.cell(StatusText::Time, &message::time(self.lang, ended.at)))
                td data-label=(self.say(StatusText::Where)) { (place(&ended.folder)) }
                (self.cell(StatusText::Job, &shown(&ended.job)))
                @if hours {
                    (self.figure(StatusText::Units, &ended.saved.map_or_else(none, |(units, _)| self.number(units))))
                    (self.figure(StatusText::Saved, &ended.saved.map_or_else(none, |(_, saved)| message::minutes(self.lang, saved))))
                }
            }
        }
    }

    fn desks(&self) -> Markup {
        let rows: Vec<Markup> = self.status.desks.iter().map(|desk| html! {
            tr {
                th scope="row" { (place(&desk.inbox)) }
                (self.task(&desk.task))
                (self.cell(StatusText::Looked, &desk.looked.map_or_else(|| self.say(StatusText::Undivided), |at| message::time(self.lang, at))))
                (self.state(desk))
            }
        }).collect();
        let columns = [StatusText::Folder, StatusText::Task, StatusText::Looked, StatusText::State];
        self.section(StatusText::Folders, &columns, &rows, 0)
    }

    /// A folder that does not answer is no idle folder.
    fn state(&self, desk: &DeskStatus<'_>) -> Markup {
        let label = self.say(StatusText::State);
        let silent = desk.looked.and_then(|looked| {
            let seconds = self.status.at.duration_since(looked).as_secs();
            (seconds > (3 * desk.scan_seconds as i64).max(90)).then_some(seconds as u64 / 60)
        });
        let (class, sign, text) = match (&desk.paused, silent, desk.looked) {
            _ if !self.status.working => ("wait", "○", StatusText::Ended),
            (Some(_), ..) => ("bad", "■", StatusText::Still),
            (None, Some(minutes), _) => ("bad", "■", StatusText::Silent { minutes }),
            (None, None, None) => ("wait", "○", StatusText::NotYet),
            (None, None, Some(_)) => ("good", "●", StatusText::Fine),
        };
        html! { td class=(class) data-label=(label) { (sign) " " (self.say(text)) } }
    }
}

/// Rows of one table; the rest is counted.
const SHOWN: usize = 200;

/// A folder within the office is a link to it, any other its path.
fn place(folder: &str) -> Markup {
    let text = shown(folder);
    if folder.starts_with('/') || folder.contains(':') {
        return html! { bdi { (text) } };
    }
    html! { a href=(link(folder)) { bdi { (text) } } }
}

/// A path as a relative address: every byte that is not plainly a letter, a digit or a slash is written as a number.
fn link(path: &str) -> String {
    let mut address = String::from("./");
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' => address.push(byte as char),
            _ => address.push_str(&format!("%{byte:02X}")),
        }
    }
    address.push('/');
    address
}

#[cfg(test)]
mod tests {
    use intake::{Refused, Waiting};
    use job::{Held, Pause, Refuses, Runs, Waits};
    use task::Both;

    use super::*;

    const HOSTILE: &str = "</title><script>alert(1)</script>&\"'\u{202e}fdp.exe\n\u{1b}[2J";

    fn at(text: &str) -> job::DateTime {
        text.parse().unwrap()
    }

    fn page(name: &str, lang: Lang) -> String {
        let text = || name.to_owned();
        let (waiting, refused) =
            (Waiting::Open { by: Some(text()) }, Refused::Within { path: text(), why: Box::new(Refused::Link) });
        let desk = |looked: Option<&str>, paused| DeskStatus {
            task: text(),
            name: Both { ja: text(), en: text() },
            inbox: format!("受付/{name}"),
            scan_seconds: 30,
            looked: looked.map(at),
            paused,
        };
        let ended = || Ended {
            job: "20261120-00001".to_owned(),
            task: text(),
            name: text(),
            at: at("2026-11-20T10:00:00"),
            folder: format!("完了/{name}"),
            saved: Some((1_200, 90.into())),
        };
        let broken = task::Error::NoFile { path: name.into() };
        let status = Status {
            office: text(),
            at: at("2026-11-20T10:05:00"),
            refresh_seconds: 30,
            working: true,
            desks: vec![
                desk(Some("2026-11-20T10:04:50"), None),
                desk(Some("2026-11-20T09:00:00"), None),
                desk(None, Some((Pause::Task(&broken), at("2026-11-20T09:30:00")))),
                desk(None, Some((Pause::NoRoom { free: 1 << 20, needed: 1 << 30 }, at("2026-11-20T09:30:00")))),
            ],
            waiting: vec![
                Waits { task: text(), name: text(), why: Some(&waiting) },
                Waits { task: text(), name: text(), why: None },
            ],
            refused: vec![Refuses { task: text(), name: text(), why: &refused }],
            unlisted: 3,
            running: vec![Runs { job: text(), task: text(), name: text(), since: at("2026-11-20T10:04:00"), attempt: 2 }],
            held: vec![Held { job: text(), task: text(), name: text(), earlier: text(), since: at("2026-11-20T10:04:00") }],
            done: Today { count: 5_000, latest: vec![ended()] },
            returned: Today { count: 1, latest: vec![ended()] },
            failed: Today { count: 1, latest: vec![ended()] },
        };
        status_page(&status, lang)
    }

    #[test]
    fn a_page_says_how_things_stand() {
        let text = page("日報", Lang::Ja);
        for part in [
            "日報さんが開いています。",
            "順番を待っています。",
            "65分 返事がありません",
            "止まっています",
            "ディスクの空きが足りません（空き 1MB、要る空き 1024MB）",
            "2回目",
            "ほか3件",
            "5,000",
            "1時間30分",
            "<html lang=\"ja\">",
            "href=\"./%E5%8F%97%E4%BB%98/%E6%97%A5%E5%A0%B1/\"",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(page("daily", Lang::En).contains("no answer for 65 min"));
    }

    #[test]
    fn no_name_gets_out_of_its_place() {
        for lang in [Lang::Ja, Lang::En] {
            let text = page(HOSTILE, lang);
            for part in ["<script", "\u{202e}", "\u{1b}", "exe\n"] {
                assert!(!text.contains(part), "{part:?}: {text}");
            }
            assert!(text.contains("[U+202E]fdp.exe[U+000A][U+001B][2J"));
            assert!(text.contains("&lt;script&gt;"));
            assert_eq!(text.matches("<style>").count(), 1);
            assert!(!text.contains("http://") && !text.contains("https://"), "nothing is loaded from anywhere");
        }
    }
}
