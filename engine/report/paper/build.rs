//! Puts the sections together.

use message::{Label, Lang, Line, Tab};

use super::{Cell, Paper, Section, measured, register, summary};
use crate::figures::Figures;
use crate::records::{Kind, Method};

/// What every section is built from.
pub(super) struct Desk<'a> {
    pub(super) figures: &'a Figures,
    pub(super) lang: Lang,
}

impl<'a> Desk<'a> {
    pub(super) fn line(&self, line: &Line<'_>) -> String {
        message::line(self.lang, line)
    }

    pub(super) fn label(&self, label: Label) -> &'static str {
        message::label(self.lang, label)
    }

    pub(super) fn word(&self, label: Label) -> Cell {
        Cell::text(self.label(label))
    }

    pub(super) fn yes(&self, yes: bool) -> Cell {
        if yes { self.word(Label::Yes) } else { Cell::Blank }
    }

    pub(super) fn task(&self, id: &'a str) -> Cell {
        Cell::text(self.figures.task_name(id, self.lang))
    }

    pub(super) fn section(&self, id: &'static str, title: Label, tab: Tab) -> Section {
        Section::new(id, self.lang, title, tab)
    }

    /// Entries of baselines in one cell.
    pub(super) fn versions(&self, entries: &[u64]) -> Cell {
        const SHOWN: usize = 6;
        let mut text: Vec<String> = entries.iter().take(SHOWN).map(u64::to_string).collect();
        if entries.len() > SHOWN {
            text.push(self.line(&Line::More { count: entries.len() - SHOWN }));
        }
        Cell::text(text.join(", "))
    }

    pub(super) fn method(&self, method: Method) -> &'static str {
        self.label(match method {
            Method::Measured => Label::Measurement,
            Method::Interview => Label::Interview,
            Method::Estimate => Label::Estimation,
        })
    }

    pub(super) fn kind(&self, kind: Kind) -> Cell {
        self.word(match kind {
            Kind::Run => Label::Run,
            Kind::Returned => Label::Returned,
            Kind::Failed => Label::Failed,
            Kind::Undo => Label::Undone,
            Kind::Redo => Label::Redone,
            Kind::Correction => Label::Correction,
        })
    }
}

pub(super) fn paper(figures: &Figures, lang: Lang) -> Paper {
    let desk = Desk { figures, lang };
    let period = figures.options.period;
    let sections = [
        Some(summary::summary(&desk)),
        Some(register::departments(&desk)),
        register::cases(&desk),
        measured::comparison(&desk),
        Some(summary::months(&desk)),
        register::targets(&desk),
        Some(measured::tasks(&desk)),
        measured::grid(&desk),
        measured::ranges(&desk),
        measured::quality(&desk),
        measured::new_work(&desk),
        measured::unbased(&desk),
        summary::money(&desk),
        measured::baselines(&desk),
        measured::sources(&desk),
    ];
    Paper {
        lang,
        title: desk.label(Label::Report).to_owned(),
        lead: vec![
            desk.line(&Line::FiscalYear { year: period.year() }),
            desk.line(&Line::Days { from: period.from, to: period.to }),
            desk.line(&Line::YearRule),
        ],
        period,
        sections: sections.into_iter().flatten().collect(),
        end_title: [desk.label(Label::Rules), message::tab(lang, Tab::Rules)],
        end: end(&desk),
        head: figures.head.as_ref().map(|head| (head.entry, head.hash.clone())),
    }
}

fn end(desk: &Desk<'_>) -> Vec<String> {
    let minimum = desk.figures.options.minimum_months;
    let rules = [
        Line::SavingRule,
        Line::CountRule,
        Line::ReworkRule,
        Line::YearRule,
        Line::RegisterRule,
        Line::AnnualRule { minimum },
        Line::RoundingRule,
    ];
    let mut lines: Vec<String> = rules.iter().map(|rule| desk.line(rule)).collect();
    lines.push(match &desk.figures.head {
        Some(head) => desk.line(&Line::Head { entry: head.entry, date: head.date, hash: &head.hash }),
        None => desk.line(&Line::NoHead),
    });
    let period = desk.figures.options.period;
    let month = |day: jiff::civil::Date| format!("{:04}-{:02}", day.year(), day.month());
    let command = if period.is_whole_year() {
        format!("jitan report --year {}", period.year())
    } else {
        format!("jitan report --from {} --to {}", month(period.from), month(period.to))
    };
    lines.push(desk.line(&Line::Recompute { command: &command }));
    lines
}
