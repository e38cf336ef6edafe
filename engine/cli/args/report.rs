//! What may be typed after `jitan report` and `jitan register`.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, builder::PossibleValuesParser, value_parser};
use message::Lang;

use super::{dressed, option};

/// A report that is wanted.
#[derive(Debug)]
pub struct ReportWanted {
    /// The fiscal year; none for the present one.
    pub year: Option<i32>,
    /// The first month, as `2026-04`.
    pub from: Option<String>,
    /// The last month.
    pub to: Option<String>,
    /// How it is drawn.
    pub face: Face,
    /// Where it goes.
    pub out: Option<PathBuf>,
}

/// How a report is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Face {
    /// A page.
    Html,
    /// A workbook.
    Xlsx,
    /// A list.
    Csv,
    /// An object.
    Json,
}

impl Face {
    /// What its files end in.
    pub fn ending(self) -> &'static str {
        match self {
            Face::Html => "html",
            Face::Xlsx => "xlsx",
            Face::Csv => "csv",
            Face::Json => "json",
        }
    }
}

/// What to do with the register.
#[derive(Debug)]
pub enum RegisterCommand {
    /// Read a file into the ledger.
    Import {
        /// The file.
        file: PathBuf,
    },
    /// Write the register as a workbook.
    Export {
        /// Where; a new file here if none.
        out: Option<PathBuf>,
    },
}

/// The report that was typed.
pub(super) fn report(own: &ArgMatches) -> ReportWanted {
    let face = match own.get_one::<String>("as").map(String::as_str) {
        Some("xlsx") => Face::Xlsx,
        Some("csv") => Face::Csv,
        Some("json") => Face::Json,
        _ => Face::Html,
    };
    ReportWanted {
        year: own.get_one("year").copied(),
        from: own.get_one("from").cloned(),
        to: own.get_one("to").cloned(),
        face,
        out: own.get_one("out").cloned(),
    }
}

/// The command about the register that was typed.
pub(super) fn register(own: &ArgMatches) -> RegisterCommand {
    match own.subcommand() {
        Some(("import", own)) => RegisterCommand::Import { file: own.get_one("file").cloned().unwrap_or_default() },
        Some((_, own)) => RegisterCommand::Export { out: own.get_one("out").cloned() },
        None => RegisterCommand::Export { out: None },
    }
}

/// `jitan report`.
pub(super) fn report_command(lang: Lang) -> clap::Command {
    let say = |ja: &'static str, en: &'static str| lang.pick(ja, en);
    let month = |name: &'static str, help: &'static str| option(name, say("年-月", "YYYY-MM"), help).conflicts_with("year");
    dressed("report", lang)
        .about(say("相談・改善の件数と削減時間の報告を作る", "a report of consultations, improvements and hours saved"))
        .arg(
            option("year", say("年度", "YEAR"), say("年度（4月から3月まで。なければ今の年度）", "fiscal year, April to March"))
                .value_parser(value_parser!(i32).range(1900..=2200)),
        )
        .arg(month("from", say("年度のかわりに、この月から（2026-04）", "from this month instead of a year (2026-04)")))
        .arg(month("to", say("この月まで（2026-09）", "to this month (2026-09)")))
        .arg(
            option("as", say("形", "FACE"), say("html（ページ）、xlsx、csv、json", "html, xlsx, csv or json"))
                .value_parser(PossibleValuesParser::new(["html", "xlsx", "csv", "json"]))
                .hide_possible_values(true),
        )
        .arg(
            option(
                "out",
                say("ファイル", "FILE"),
                say(
                    "書き出すファイル（なければ、html と xlsx はここの新しいファイル、csv と json は画面）",
                    "the file (if none: html and xlsx into a new file here, csv and json to standard output)",
                ),
            )
            .value_parser(value_parser!(PathBuf)),
        )
}

/// `jitan register`.
pub(super) fn register_command(lang: Lang) -> clap::Command {
    let say = |ja: &'static str, en: &'static str| lang.pick(ja, en);
    let path = || value_parser!(PathBuf);
    let own = |command: clap::Command, ja: &'static str| match lang {
        Lang::Ja => command.override_usage(ja),
        Lang::En => command,
    };
    let import = dressed("import", lang)
        .about(say(
            "相談台帳（xlsx、csv）と目標を台帳に登録する",
            "enter the register (xlsx, csv) and its targets into the ledger",
        ))
        .arg(
            Arg::new("file")
                .value_name(say("ファイル", "FILE"))
                .required(true)
                .value_parser(path())
                .help(say("相談台帳のファイル", "file of the register")),
        );
    let out = option(
        "out",
        say("ファイル", "FILE"),
        say("書き出すファイル（なければ、ここの新しいファイル）", "the file (a new one here if none)"),
    );
    let export = dressed("export", lang)
        .about(say("登録した相談と目標を、ブックに書き出す", "the register and its targets as a workbook"))
        .arg(out.value_parser(path()));
    dressed("register", lang)
        .about(say("相談台帳を登録し、書き出す", "enter and export the register of consultations"))
        .subcommand_required(true)
        .subcommand_help_heading(say("命令", "Commands"))
        .subcommand(own(import, "jitan register import ファイル"))
        .subcommand(own(export, "jitan register export [--out ファイル]"))
}
