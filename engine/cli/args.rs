//! What was typed. The help is written in both languages, so the command is built by hand instead of derived.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, builder::PossibleValuesParser, value_parser};
use message::{Lang, Misuse};

use crate::jobs::Ask;
use crate::misuse;

mod ledger;
mod report;

pub use ledger::{Correct, LedgerCommand, Timing};
pub use report::{Face, RegisterCommand, ReportWanted};

/// A command line as understood.
#[derive(Debug)]
pub struct Typed {
    /// What to do.
    pub command: Command,
    /// `--office`.
    pub office: Option<PathBuf>,
    /// `--json`.
    pub json: bool,
    /// `--lang`.
    pub lang: Option<Lang>,
}

/// What to do.
#[derive(Debug)]
pub enum Command {
    /// One job.
    Run(Run),
    /// Find mistakes without running.
    Check {
        /// The tasks; all if none is named.
        tasks: Vec<String>,
    },
    /// Run the tasks' cases.
    Test {
        /// The tasks; all if none is named.
        tasks: Vec<String>,
        /// Write down what comes out as right.
        bless: bool,
    },
    /// An office to look at.
    Demo {
        /// Where.
        folder: Option<PathBuf>,
    },
    /// An empty office.
    Init {
        /// Where.
        folder: PathBuf,
    },
    /// A new task.
    New {
        /// Its name.
        name: String,
    },
    /// What differs between two files.
    Diff {
        /// The one.
        before: PathBuf,
        /// The other.
        after: PathBuf,
    },
    /// The report of a year.
    Report(ReportWanted),
    /// The register of consultations.
    Register(RegisterCommand),
    /// The ledger's chain and figures.
    Ledger(LedgerCommand),
    /// A stop-watch for the minutes of a task.
    Baseline(Timing),
    /// Watch the folders.
    Watch {
        /// Only until what is there is done.
        once: bool,
    },
    /// What became of arrivals.
    Jobs(Ask),
    /// The reference of the script language.
    Doc,
}

/// One job.
#[derive(Debug)]
pub struct Run {
    /// The task.
    pub task: String,
    /// What is dropped.
    pub paths: Vec<PathBuf>,
    /// Where the results go.
    pub out: Option<PathBuf>,
    /// Touch nothing.
    pub plan: bool,
    /// Rename files where they lie.
    pub in_place: bool,
    /// Settings, as `名前=値`.
    pub set: Vec<String>,
    /// Take back the renames of this list.
    pub undo: Option<PathBuf>,
    /// Go on with the renames of this list.
    pub resume: Option<PathBuf>,
}

/// Why there is no command.
#[derive(Debug)]
pub enum Refused {
    /// Help or the version was asked for.
    Help(String),
    /// Something is wrong.
    Misuse(Misuse),
}

/// The language before anything is parsed: `--lang`, else the environment.
pub fn language(words: &[OsString]) -> Lang {
    let texts: Vec<&str> = words.iter().filter_map(|word| word.to_str()).collect();
    let after = texts.windows(2).find(|pair| pair[0] == "--lang").map(|pair| pair[1]);
    let joined = texts.iter().find_map(|text| text.strip_prefix("--lang="));
    let environment = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().filter_map(|name| std::env::var(name).ok());
    let first = environment.filter(|value| !value.is_empty()).find_map(|value| Lang::of(&value));
    after.or(joined).and_then(Lang::of).or(first).unwrap_or_default()
}

/// Whether `--json` stands somewhere, for a line that cannot be parsed.
pub fn wants_json(words: &[OsString]) -> bool {
    words.iter().any(|word| word == "--json")
}

/// Reads the command line.
pub fn parse(words: &[OsString], lang: Lang) -> Result<Typed, Refused> {
    let mut command = command(lang);
    let matches = command.try_get_matches_from_mut(words).map_err(|error| misuse::of(&error, lang))?;
    let Some((name, own)) = matches.subcommand() else {
        return Err(Refused::Misuse(Misuse::NoCommand));
    };
    let tasks = || own.get_many::<String>("task").into_iter().flatten().cloned().collect();
    let command = match name {
        "run" => Command::Run(run(own)),
        "check" => Command::Check { tasks: tasks() },
        "test" => Command::Test { tasks: tasks(), bless: own.get_flag("bless") },
        "demo" => Command::Demo { folder: own.get_one("folder").cloned() },
        "init" => Command::Init { folder: own.get_one("folder").cloned().unwrap_or_default() },
        "new" => Command::New { name: own.get_one("name").cloned().unwrap_or_default() },
        "diff" => {
            let path = |name| own.get_one::<PathBuf>(name).cloned().unwrap_or_default();
            Command::Diff { before: path("before"), after: path("after") }
        }
        "report" => Command::Report(report::report(own)),
        "register" => Command::Register(report::register(own)),
        "ledger" => Command::Ledger(ledger::ledger(own)),
        "baseline" => Command::Baseline(ledger::timing(own)),
        "watch" => Command::Watch { once: own.get_flag("once") },
        "jobs" => Command::Jobs(jobs(own)),
        _ => Command::Doc,
    };
    Ok(Typed {
        command,
        office: matches.get_one("office").cloned(),
        json: matches.get_flag("json"),
        lang: matches.get_one::<String>("lang").and_then(|code| Lang::of(code)),
    })
}

fn jobs(own: &ArgMatches) -> Ask {
    let id = |own: &ArgMatches| own.get_one::<String>("job").cloned().unwrap_or_default();
    match own.subcommand() {
        Some(("show", own)) => Ask::Show { id: id(own) },
        Some(("retry", own)) => Ask::Retry { id: id(own), yes: own.get_flag("yes") },
        Some(("undo", own)) => Ask::Undo { id: id(own), yes: own.get_flag("yes") },
        Some(("run", own)) => Ask::Run { id: id(own) },
        Some((_, own)) => Ask::List { task: own.get_one("task").cloned(), most: *own.get_one("most").unwrap_or(&MOST_JOBS) },
        None => Ask::List { task: None, most: MOST_JOBS },
    }
}

/// Jobs that are listed unless more are asked for.
const MOST_JOBS: u32 = 50;

fn run(own: &ArgMatches) -> Run {
    Run {
        task: own.get_one("task").cloned().unwrap_or_default(),
        paths: own.get_many("path").into_iter().flatten().cloned().collect(),
        out: own.get_one("out").cloned(),
        plan: own.get_flag("plan"),
        in_place: own.get_flag("in-place"),
        set: own.get_many("set").into_iter().flatten().cloned().collect(),
        undo: own.get_one("undo").cloned(),
        resume: own.get_one("resume").cloned(),
    }
}

fn command(lang: Lang) -> clap::Command {
    let say = |ja: &'static str, en: &'static str| lang.pick(ja, en);
    let headings = say("指定", "Options");
    let path = || value_parser!(PathBuf);
    dressed("jitan", lang)
        .version(env!("CARGO_PKG_VERSION"))
        .disable_version_flag(true)
        .about(say(
            "時短：職員が入れた表を業務のスクリプトで処理し、確かな結果にして返します。",
            "jitan runs an office's scripts on the spreadsheets that staff drop in, and hands back results that can be trusted.",
        ))
        .subcommand_help_heading(say("命令", "Commands"))
        .next_help_heading(headings)
        .arg(
            global(
                "office",
                say("職場のフォルダ（scripts と samples のある所）", "folder of the office (with scripts and samples)"),
            )
            .value_name(say("フォルダ", "DIR"))
            .value_parser(path()),
        )
        .arg(
            global("lang", say("表示の言葉", "language"))
                .value_name("ja|en")
                .value_parser(PossibleValuesParser::new(["ja", "en"]))
                .hide_possible_values(true),
        )
        .arg(global("json", say("結果をJSONで1つ出す", "one JSON object on standard output")).action(ArgAction::SetTrue))
        .arg(Arg::new("version").short('V').long("version").action(ArgAction::Version).help(say("版を表示する", "version")))
        .subcommand(run_command(lang))
        .subcommand(
            dressed("check", lang)
                .about(say("業務の間違いを、動かさずに探す", "find mistakes of tasks without running them"))
                .arg(tasks(lang)),
        )
        .subcommand(
            dressed("test", lang)
                .about(say("業務の事例（samples）を動かし、結果を比べる", "run the cases of tasks and compare what comes out"))
                .arg(tasks(lang))
                .arg(flag("bless", say("今の結果を正しいものとして書き込む", "write down what comes out as right"))),
        )
        .subcommand(
            dressed("demo", lang)
                .about(say("見本の職場を作り、すべての業務を動かす", "make an office to look at and run every task"))
                .arg(Arg::new("folder").value_name(say("フォルダ", "DIR")).value_parser(path()).help(say("作る場所", "where"))),
        )
        .subcommand(
            dressed("init", lang).about(say("空の職場を作る", "make an empty office")).arg(
                Arg::new("folder")
                    .value_name(say("フォルダ", "DIR"))
                    .required(true)
                    .value_parser(path())
                    .help(say("作る場所", "where")),
            ),
        )
        .subcommand(
            dressed("new", lang)
                .about(say("動く業務を、見本と事例を付けて作る", "make a task that runs, with its sample and its test"))
                .arg(Arg::new("name").value_name(say("業務", "TASK")).required(true).help(say("業務の名前", "name of the task"))),
        )
        .subcommand(
            dressed("diff", lang)
                .about(say("2つのファイルの違いを、意味で比べて言う", "what differs between two files, by meaning"))
                .arg(
                    Arg::new("before")
                        .value_name(say("前のファイル", "BEFORE"))
                        .required(true)
                        .value_parser(path())
                        .help(say("前のブックかCSV", "workbook or CSV before")),
                )
                .arg(
                    Arg::new("after")
                        .value_name(say("後のファイル", "AFTER"))
                        .required(true)
                        .value_parser(path())
                        .help(say("後のブックかCSV", "workbook or CSV after")),
                ),
        )
        .subcommand(report::report_command(lang))
        .subcommand(report::register_command(lang))
        .subcommand(ledger::ledger_command(lang))
        .subcommand(ledger::baseline_command(lang))
        .subcommand(
            dressed("watch", lang)
                .about(say("受付のフォルダを監視し、入れられたものを処理する", "watch the inboxes and work on what is dropped"))
                .arg(flag("once", say("今あるものを処理したら終わる", "end when what is there is done"))),
        )
        .subcommand(jobs_command(lang))
        .subcommand(dressed("doc", lang).about(say("スクリプトの手引きを出す（Markdown）", "the script reference, as Markdown")))
}

fn jobs_command(lang: Lang) -> clap::Command {
    let say = |ja: &'static str, en: &'static str| lang.pick(ja, en);
    let job = || Arg::new("job").value_name(say("番号", "ID")).required(true).help(say("処理の番号", "number of the job"));
    let yes = || flag("yes", say("確かめずに行う", "do not ask"));
    dressed("jobs", lang)
        .about(say("処理の一覧を見る、取り消す、やり直す", "list jobs, take them back, try them again"))
        .subcommand_help_heading(say("命令", "Commands"))
        .subcommand(
            dressed("jobs list", lang)
                .name("list")
                .about(say("新しい順の一覧", "the newest first"))
                .arg(option("task", say("業務", "TASK"), say("この業務だけ", "of this task alone")))
                .arg(
                    option("most", say("数", "N"), say("多くてもこれだけ（なければ50）", "at most so many (50 if not given)"))
                        .value_parser(value_parser!(u32).range(1..)),
                ),
        )
        .subcommand(dressed("jobs show", lang).name("show").about(say("1つの処理の様子", "how one job stands")).arg(job()))
        .subcommand(
            dressed("jobs retry", lang)
                .name("retry")
                .about(say("元のファイルを受付に戻して、やり直す", "put the original back into its inbox"))
                .arg(job())
                .arg(yes()),
        )
        .subcommand(
            dressed("jobs undo", lang)
                .name("undo")
                .about(say("処理をまるごと取り消す（時間も戻す）", "take a whole job back, its hours included"))
                .arg(job())
                .arg(yes()),
        )
        .subcommand(
            dressed("jobs run", lang)
                .name("run")
                .about(say("同じ内容で保留になったものを処理する", "work on what is held as a duplicate"))
                .arg(job()),
        )
}

fn run_command(lang: Lang) -> clap::Command {
    let say = |ja: &'static str, en: &'static str| lang.pick(ja, en);
    let path = || value_parser!(PathBuf);
    dressed("run", lang)
        .about(say("業務を1回動かす", "one job of a task"))
        .arg(
            Arg::new("task")
                .value_name(say("業務", "TASK"))
                .display_order(1)
                .required(true)
                .help(say("業務の名前かフォルダ", "name or folder of the task")),
        )
        .arg(
            Arg::new("path")
                .value_name(say("ファイル", "PATH"))
                .display_order(2)
                .num_args(1..)
                .required_unless_present_any(["undo", "resume"])
                .value_parser(path())
                .help(say("入れるファイルかフォルダ", "files or folders to work on")),
        )
        .next_help_heading(say("指定", "Options"))
        .arg(
            option("out", say("フォルダ", "DIR"), say("結果を置く所（なければ作る）", "where the results go (made if need be)"))
                .value_parser(path()),
        )
        .arg(flag("plan", say("何をするかを見るだけで、何も変えない", "show what would be done, change nothing")))
        .arg(flag("in-place", say("ファイルの名前を、今ある所で変える", "rename files where they lie")).conflicts_with("plan"))
        .arg(
            option("set", say("名前=値", "KEY=VALUE"), say("設定を変える（何度でも）", "change a setting (may be repeated)"))
                .action(ArgAction::Append),
        )
        .arg(alone(option(
            "undo",
            say("一覧", "LIST"),
            say("取消用一覧を使って、名前を元に戻す", "take the renames of an undo list back"),
        )))
        .arg(alone(option(
            "resume",
            say("一覧", "LIST"),
            say("途中で止まった名前の変更を、続きから行う", "go on with renames that broke off"),
        )))
}

fn dressed(name: &'static str, lang: Lang) -> clap::Command {
    let template = lang.pick("{about}\n\n使い方: {usage}\n\n{all-args}\n", "{about}\n\nUsage: {usage}\n\n{all-args}\n");
    let heading = lang.pick("指定", "Options");
    let command = clap::Command::new(name).help_template(template);
    // clap's own line says [OPTIONS] and [COMMAND].
    let command = match lang {
        Lang::Ja => command.override_usage(usage(name)),
        Lang::En => command,
    };
    command
        .disable_help_subcommand(true)
        .disable_help_flag(true)
        .next_help_heading(heading)
        .arg(
            Arg::new("help")
                .short('h')
                .long("help")
                .action(ArgAction::Help)
                .help(lang.pick("この説明を表示する", "show this help")),
        )
        .next_help_heading(lang.pick("対象", "Arguments"))
}

fn usage(name: &str) -> &'static str {
    match name {
        "run" => "jitan run 業務 ファイル… [指定]",
        "check" => "jitan check [業務…] [指定]",
        "test" => "jitan test [業務…] [指定]",
        "demo" => "jitan demo [フォルダ] [指定]",
        "init" => "jitan init フォルダ [指定]",
        "new" => "jitan new 業務 [指定]",
        "diff" => "jitan diff 前のファイル 後のファイル [指定]",
        "report" => "jitan report [--year 年度] [--as 形] [--out ファイル]",
        "register" => "jitan register 命令 [指定]",
        "ledger" => "jitan ledger 命令 [指定]",
        "verify" => "jitan ledger verify [--head 印]",
        "recompute" => "jitan ledger recompute [指定]",
        "export" => "jitan ledger export [--out ファイル]",
        "correct" => "jitan ledger correct 行 --who 名前 --reason 理由",
        "baseline" => "jitan baseline 命令 [指定]",
        "time" => "jitan baseline time 業務 [時間…] [指定]",
        "watch" => "jitan watch [指定]",
        "jobs" => "jitan jobs [命令] [指定]",
        "jobs list" => "jitan jobs list [指定]",
        "jobs show" => "jitan jobs show 番号",
        "jobs retry" => "jitan jobs retry 番号 [指定]",
        "jobs undo" => "jitan jobs undo 番号 [指定]",
        "jobs run" => "jitan jobs run 番号",
        "doc" => "jitan doc [指定]",
        _ => "jitan 命令 [指定]",
    }
}

fn tasks(lang: Lang) -> Arg {
    let help = lang.pick("業務の名前かフォルダ（なければすべて）", "names or folders of tasks (all if none)");
    Arg::new("task").value_name(lang.pick("業務", "TASK")).num_args(0..).help(help)
}

fn global(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).global(true).help(help)
}

/// An option that works on a list and takes nothing else.
fn alone(option: Arg) -> Arg {
    option.value_parser(value_parser!(PathBuf)).conflicts_with_all(["path", "out", "plan", "in-place", "set"])
}

fn flag(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
}

fn option(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).help(help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_is_sound_in_both_languages() {
        command(Lang::Ja).debug_assert();
        command(Lang::En).debug_assert();
    }

    #[test]
    fn a_line_is_understood() {
        let words = ["jitan", "run", "検査", "a.xlsx", "b.xlsx", "--set", "年度=2024", "--plan", "--json", "--lang", "en"];
        let words: Vec<OsString> = words.iter().map(OsString::from).collect();
        let Ok(Typed { command: Command::Run(run), json: true, lang: Some(Lang::En), .. }) = parse(&words, Lang::Ja) else {
            panic!()
        };
        assert_eq!((run.task.as_str(), run.paths.len(), run.plan), ("検査", 2, true));
        assert_eq!(run.set, ["年度=2024"]);
    }

    #[test]
    fn a_misspelt_command_is_named_with_the_one_meant() {
        let words: Vec<OsString> = ["jitan", "chekc"].iter().map(OsString::from).collect();
        let Err(Refused::Misuse(Misuse::UnknownCommand { near, .. })) = parse(&words, Lang::Ja) else { panic!() };
        assert_eq!(near.as_deref(), Some("check"));
    }
}
