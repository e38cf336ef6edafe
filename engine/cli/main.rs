//! The door: what was typed becomes a command, the command's end becomes an exit status.

mod args;
mod baseline;
mod check;
mod demo;
mod diff;
mod doc;
mod exit;
mod init;
mod jobs;
mod ledger;
mod log;
mod misuse;
mod new;
mod office;
mod print;
mod register;
mod report;
mod run;
mod test;
mod watch;
mod worker;

use std::ffi::OsString;
use std::process::ExitCode;

use crate::args::{Command, Typed};
use crate::exit::Exit;
use crate::office::Office;
use crate::print::Screen;

fn main() -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().collect();
    if words.get(1).is_some_and(|word| word == "worker") {
        return worker::work(words.get(2)).into();
    }
    go(&words).into()
}

fn go(words: &[OsString]) -> Exit {
    let lang = args::language(words);
    let typed = match args::parse(words, lang) {
        Ok(typed) => typed,
        Err(args::Refused::Help(text)) => return Screen::new(lang, false).help(&text),
        Err(args::Refused::Misuse(misuse)) => return Screen::new(lang, args::wants_json(words)).misuse(&misuse),
    };
    let Typed { command, office, json, lang: asked } = typed;
    if let Command::Init { folder } = &command {
        return init::init(&Screen::new(asked.unwrap_or(lang), json), folder);
    }
    let office = match Office::find(office.as_deref()) {
        Ok(office) => office,
        Err(misuse) => return Screen::new(lang, json).misuse(&misuse),
    };
    let read = office.settings();
    let spoken = read.as_ref().ok().and_then(|settings| settings.japanese);
    let lang = office::language(asked, spoken, lang);
    let screen = Screen::new(lang, json);
    let settings = match read {
        Ok(settings) => settings,
        Err(error) => return screen.task_error(&error),
    };
    let office = office.with(settings);
    match command {
        Command::Run(run) => run::run(&office, &screen, &run),
        Command::Check { tasks } => check::check(&office, &screen, &tasks),
        Command::Test { tasks, bless } => test::test(&office, &screen, &tasks, bless),
        Command::Demo { folder } => demo::demo(&screen, folder.as_deref()),
        Command::Init { folder } => init::init(&screen, &folder),
        Command::New { name } => new::new(&office, &screen, &name),
        Command::Diff { before, after } => diff::diff(&screen, &before, &after),
        Command::Report(wanted) => report::report(&office, &screen, &wanted),
        Command::Register(command) => register::register(&office, &screen, &command),
        Command::Ledger(command) => ledger::ledger(&office, &screen, &command),
        Command::Baseline(timing) => baseline::time(&office, &screen, &timing),
        Command::Watch { once } => watch::watch(&office, &screen, once),
        Command::Jobs(ask) => jobs::jobs(&office, &screen, &ask),
        Command::Doc => doc::doc(&screen),
    }
}
