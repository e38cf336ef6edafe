//! What may be typed after `jitan ledger` and `jitan baseline`.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, value_parser};
use message::Lang;

use super::{dressed, flag, option};

/// What to do with the ledger.
#[derive(Debug)]
pub enum LedgerCommand {
    /// Check every row against the one before it.
    Verify {
        /// Heads from paper that must be in the chain.
        heads: Vec<String>,
    },
    /// Work every figure out again.
    Recompute,
    /// Write the rows as lines.
    Export {
        /// Where; standard output if none.
        out: Option<PathBuf>,
    },
    /// Take the hours of a row back.
    Correct(Correct),
}

/// A row whose hours are taken back.
#[derive(Debug)]
pub struct Correct {
    /// Its number.
    pub row: i64,
    /// Who says so.
    pub who: String,
    /// Why.
    pub reason: String,
}

/// Times of one unit of a task.
#[derive(Debug)]
pub struct Timing {
    /// The task.
    pub task: String,
    /// The times, where they were measured already.
    pub times: Vec<String>,
    /// How often to measure.
    pub samples: usize,
    /// The work as it is now is measured, not the work by hand.
    pub after: bool,
    /// Who measures.
    pub who: Option<String>,
    /// Write a baseline into the ledger.
    pub record: bool,
}

/// The command about the ledger that was typed.
pub(super) fn ledger(own: &ArgMatches) -> LedgerCommand {
    let text = |own: &ArgMatches, name: &str| own.get_one::<String>(name).cloned().unwrap_or_default();
    match own.subcommand() {
        Some(("recompute", _)) => LedgerCommand::Recompute,
        Some(("export", own)) => LedgerCommand::Export { out: own.get_one("out").cloned() },
        Some(("correct", own)) => LedgerCommand::Correct(Correct {
            row: own.get_one("row").copied().unwrap_or_default(),
            who: text(own, "who"),
            reason: text(own, "reason"),
        }),
        Some((_, own)) => LedgerCommand::Verify { heads: own.get_many("head").into_iter().flatten().cloned().collect() },
        None => LedgerCommand::Verify { heads: Vec::new() },
    }
}

/// The command about a baseline that was typed.
pub(super) fn timing(own: &ArgMatches) -> Timing {
    // The only thing that can be done to a baseline by command is to time it.
    let own = own.subcommand().map_or(own, |(_, own)| own);
    Timing {
        task: own.get_one("task").cloned().unwrap_or_default(),
        times: own.get_many("times").into_iter().flatten().cloned().collect(),
        samples: own.get_one("samples").copied().unwrap_or(SAMPLES),
        after: own.get_flag("after"),
        who: own.get_one("who").cloned(),
        record: own.get_flag("record"),
    }
}

/// How many times a task is timed unless somebody says otherwise.
const SAMPLES: usize = 10;

/// `jitan ledger`.
pub(super) fn ledger_command(lang: Lang) -> clap::Command {
    let say = |ja: &'static str, en: &'static str| lang.pick(ja, en);
    let head = option(
        "head",
        say("印", "HASH"),
        say("報告書などの「最後の行の印」が台帳にあるかを確かめる", "a head of the chain, from a report, that must be there"),
    );
    let out =
        option("out", say("ファイル", "FILE"), say("書き出すファイル（なければ画面へ）", "the file (standard output if none)"));
    let row = Arg::new("row").value_name(say("行", "ROW")).required(true).value_parser(value_parser!(i64).range(1..));
    let who = option("who", say("名前", "NAME"), say("訂正する人", "who corrects it"));
    let reason = option("reason", say("理由", "TEXT"), say("訂正の理由", "why"));
    dressed("ledger", lang)
        .about(say("台帳を確かめ、計算し直し、書き出す", "check the ledger, work its figures out again, export it"))
        .subcommand_required(true)
        .subcommand_help_heading(say("命令", "Commands"))
        .subcommand(
            dressed("verify", lang)
                .about(say("どの行も書かれたときのままかを確かめる", "check that every row is as it was written"))
                .next_help_heading(say("指定", "Options"))
                .arg(head.action(ArgAction::Append)),
        )
        .subcommand(
            dressed("recompute", lang)
                .about(say("削減時間を件数と基準時間から計算し直す", "work every saving out again from units and baselines")),
        )
        .subcommand(
            dressed("export", lang)
                .about(say("すべての行を、1行に1つのJSONで書き出す", "every row as a line of JSON"))
                .next_help_heading(say("指定", "Options"))
                .arg(out.value_parser(value_parser!(PathBuf))),
        )
        .subcommand(
            dressed("correct", lang)
                .about(say(
                    "ある行の削減時間を、名前と理由を付けて取り消す",
                    "take the hours of a row back, with a name and a reason",
                ))
                .arg(row.help(say("台帳の行の番号", "number of the row in the ledger")))
                .next_help_heading(say("指定", "Options"))
                .arg(who.required(true))
                .arg(reason.required(true)),
        )
}

/// `jitan baseline`.
pub(super) fn baseline_command(lang: Lang) -> clap::Command {
    let say = |ja: &'static str, en: &'static str| lang.pick(ja, en);
    let samples = option("samples", say("回数", "COUNT"), say("測る回数（10）", "how often to measure (10)"));
    let who = option("who", say("名前", "NAME"), say("測る人", "who measures"));
    dressed("baseline", lang)
        .about(say("業務の基準時間を測る", "measure the minutes of a task"))
        .subcommand_required(true)
        .subcommand_help_heading(say("命令", "Commands"))
        .subcommand(
            dressed("time", lang)
                .about(say(
                    "1件にかかる時間をストップウォッチで測り、[baseline] の書き方を示す",
                    "time one unit with a stop-watch and show the [baseline] to write",
                ))
                .arg(
                    Arg::new("task")
                        .value_name(say("業務", "TASK"))
                        .required(true)
                        .help(say("業務の名前かフォルダ", "name or folder of the task")),
                )
                .arg(Arg::new("times").value_name(say("時間", "TIME")).num_args(0..).help(say(
                    "もう測った時間（12.5 は分、12:30 は分:秒）",
                    "times measured already (12.5 are minutes, 12:30 minutes and seconds)",
                )))
                .next_help_heading(say("指定", "Options"))
                .arg(samples.value_parser(|text: &str| {
                    text.parse::<usize>().ok().filter(|count| (2..=1000).contains(count)).ok_or("2..1000")
                }))
                .arg(flag("after", say("手作業ではなく、今のやり方を測る", "the work as it is now, not the work by hand")))
                .arg(who)
                .arg(
                    flag("record", say("台帳に基準時間の版として書く", "write it to the ledger as a version of the baseline"))
                        .requires("who"),
                ),
        )
}
