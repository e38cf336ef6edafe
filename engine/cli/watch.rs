//! `jitan watch`: the engine in the foreground, as a service runs it, or once for a schedule.

use std::thread;

use job::{Engine, Setup, Until, Unusable};
use message::{Speaker, Word};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::exit::Exit;
use crate::log;
use crate::office::{Office, worker};
use crate::print::Screen;

/// Watches the office until it is told to stop, or once.
pub fn watch(office: &Office, screen: &Screen, once: bool) -> Exit {
    let lang = screen.lang;
    log::begin(&office.settings, screen);
    let setup = Setup {
        office: office.settings.clone(),
        program: worker(lang),
        notes: Box::new(Speaker(lang)),
        page: Box::new(move |status| report::status_page(status, lang).into_bytes()),
    };
    let until = if once { Until::Done } else { Until::Stopped };
    let ready = || screen.note(&message::word(screen.lang, &Word::Ready));
    let worked = Engine::open(setup).and_then(|engine| {
        stop_on_signals(&engine);
        engine.work(until, &ready)
    });
    match worked {
        Ok(()) => Exit::Done,
        Err(unusable) => unusable_exit(screen, &unusable),
    }
}

/// The first signal ends the day in good order, the second at once: what was begun is gone on with at the next start.
fn stop_on_signals(engine: &Engine) {
    let stopper = engine.stopper();
    let Ok(mut signals) = Signals::new([SIGTERM, SIGINT]) else { return };
    thread::spawn(move || {
        let mut told = false;
        for _ in signals.forever() {
            if told {
                std::process::exit(i32::from(Exit::Place as u8));
            }
            told = true;
            stopper.stop();
        }
    });
}

/// Says why an office is not usable.
pub fn unusable_exit(screen: &Screen, unusable: &Unusable) -> Exit {
    match unusable {
        Unusable::Task(error) => screen.task_error(error),
        other => screen.wrong_with(other),
    }
}
