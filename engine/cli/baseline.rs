//! `jitan baseline time`: a stop-watch for one unit of a task; the mean, the range and the number of samples as a `[baseline]`.

use std::io::{self, BufRead, IsTerminal};
use std::time::Instant;

use ledger::{Measurement, Minutes, Store};
use message::{Audit, Misuse};
use serde_json::json;
use task::{Method, Task};

use crate::args::Timing;
use crate::exit::Exit;
use crate::office::Office;
use crate::print::Screen;

/// Times a task, or takes the times that were measured already: as arguments, or one a line from a pipe.
pub fn time(office: &Office, screen: &Screen, timing: &Timing) -> Exit {
    let task = match office.catalogue().find(&timing.task) {
        Ok(task) => task,
        Err(error) => return screen.task_error(&error),
    };
    let samples = if timing.times.is_empty() && io::stdin().is_terminal() {
        Ok(stop_watch(screen, &task, timing))
    } else if timing.times.is_empty() {
        read_all(io::stdin().lines().map_while(Result::ok))
    } else {
        read_all(timing.times.iter().cloned())
    };
    let samples = match samples {
        Ok(samples) => samples,
        Err(misuse) => return screen.misuse(&misuse),
    };
    let Some(measured) = Measured::of(&samples) else {
        return screen.misuse(&Misuse::NoSamples);
    };
    let task = measured.put_into(task, timing);
    if !timing.record {
        tell(screen, &task, timing, &samples, measured, None);
        return Exit::Done;
    }
    let baseline = job::baseline(&task.manifest);
    let who = timing.who.clone().unwrap_or_default();
    let measurement = Measurement { after: timing.after, who, samples: samples.clone() };
    let written = Store::open_to_write(&office.settings.store)
        .and_then(|mut store| Ok((store.measured(&task.id, &baseline, &measurement, job::now())?, store)))
        .and_then(|(n, store)| Ok((n, store.entry(n)?.map_or(0, |entry| ledger::Baseline::version_of(&entry)))));
    match written {
        Ok(recorded) => {
            tell(screen, &task, timing, &samples, measured, Some(recorded));
            Exit::Done
        }
        Err(error) => screen.store_error(&error),
    }
}

/// Mean and range of some times.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Measured {
    mean: Minutes,
    low: Minutes,
    high: Minutes,
    samples: usize,
}

impl Measured {
    /// Of at least two times; the mean is rounded to the thousandth of a minute that the ledger counts in.
    fn of(samples: &[Minutes]) -> Option<Measured> {
        if samples.len() < 2 {
            return None;
        }
        let count = i64::try_from(samples.len()).ok()?;
        let sum: i64 = samples.iter().map(|sample| sample.0).sum();
        let (low, high) = (*samples.iter().min()?, *samples.iter().max()?);
        Some(Measured { mean: Minutes((sum + count / 2) / count), low, high, samples: samples.len() })
    }

    /// The task with these minutes in its baseline. Method, author, samples, low and high are those of the work by hand: they stay
    /// where only the work as it is now was measured.
    fn put_into(self, mut task: Task, timing: &Timing) -> Task {
        let baseline = &mut task.manifest.baseline;
        let exact = |minutes: Minutes| rust_decimal::Decimal::new(minutes.0, 3).normalize();
        if timing.after {
            baseline.after = exact(self.mean);
            return task;
        }
        baseline.before = exact(self.mean);
        (baseline.low, baseline.high) = (Some(exact(self.low)), Some(exact(self.high)));
        baseline.method = Method::Measured;
        baseline.samples = self.samples as u64;
        baseline.date = job::now().date();
        baseline.author = timing.who.clone().unwrap_or_default();
        task
    }
}

/// Ten times on the terminal: Enter starts, Enter stops; `q` or the end of the input stops early.
fn stop_watch(screen: &Screen, task: &Task, timing: &Timing) -> Vec<Minutes> {
    let note = |audit: Audit| screen.note(&message::audit(screen.lang, &audit));
    let name = &task.manifest.name;
    let unit = screen.lang.pick(&task.manifest.unit.ja, &task.manifest.unit.en).clone();
    let (of, after) = (timing.samples, timing.after);
    note(Audit::Ready { task: screen.lang.pick(&name.ja, &name.en).clone(), unit, of, after });
    let mut samples = Vec::new();
    while samples.len() < of {
        let at = samples.len() + 1;
        note(Audit::Start { at, of });
        if !entered() {
            break;
        }
        let started = Instant::now();
        note(Audit::Running { at, of });
        if !entered() {
            break;
        }
        let minutes = minutes(started.elapsed().as_millis());
        note(Audit::Sample { at, minutes });
        samples.push(minutes);
    }
    samples
}

fn entered() -> bool {
    let mut line = String::new();
    let read = io::stdin().lock().read_line(&mut line);
    read.is_ok_and(|count| count > 0) && !line.trim().eq_ignore_ascii_case("q")
}

/// Milliseconds as thousandths of a minute, to the nearest.
fn minutes(milliseconds: u128) -> Minutes {
    Minutes(i64::try_from((milliseconds + 30) / 60).unwrap_or(i64::MAX))
}

fn read_all(written: impl Iterator<Item = String>) -> Result<Vec<Minutes>, Misuse> {
    let texts = written.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    texts.map(|text| read(&text).ok_or(Misuse::NotMinutes { written: text })).collect()
}

/// No unit of work takes longer: two years.
const MOST: Minutes = Minutes::whole(1_000_000);

/// `12.5` are minutes, `12:30` minutes and seconds.
fn read(text: &str) -> Option<Minutes> {
    let text = japan::to_half_latin(text);
    let minutes = match text.split_once(':') {
        None => Minutes::read(&text),
        Some((whole, seconds)) if seconds.len() == 2 => {
            let (whole, seconds): (u32, u32) = (whole.parse().ok()?, seconds.parse().ok()?);
            (seconds < 60).then(|| minutes(u128::from(whole) * 60_000 + u128::from(seconds) * 1000))
        }
        Some(_) => None,
    };
    minutes.filter(|minutes| (Minutes::ZERO..=MOST).contains(minutes))
}

fn tell(
    screen: &Screen,
    task: &Task,
    timing: &Timing,
    samples: &[Minutes],
    measured: Measured,
    recorded: Option<(ledger::EntryNo, u64)>,
) {
    let Measured { mean, low, high, samples: count } = measured;
    if screen.json {
        return screen.object(&json!({
            "task": task.id,
            "which": if timing.after { "after" } else { "before" },
            "mean_min": mean.to_string(),
            "low_min": low.to_string(),
            "high_min": high.to_string(),
            "samples": samples.iter().map(Minutes::to_string).collect::<Vec<_>>(),
            "row": recorded.map(|(n, _)| n),
            "version": recorded.map(|(_, version)| version),
        }));
    }
    let say = |audit: Audit| screen.say(&message::audit(screen.lang, &audit));
    say(Audit::Measured { mean, low, high, samples: count });
    if count < 10 {
        say(Audit::Few { samples: count });
    }
    if let Some((n, version)) = recorded {
        say(Audit::Recorded { n, version });
        say(Audit::RecordedNext);
    }
    say(Audit::Write { path: task.folder.join("task.toml").display().to_string() });
    screen.say("");
    screen.page(&section(screen, task));
}

/// The `[baseline]` as it is to stand in `task.toml`.
fn section(screen: &Screen, task: &Task) -> String {
    let baseline = &task.manifest.baseline;
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let author = match baseline.author.as_str() {
        "" => message::audit(screen.lang, &Audit::SomebodySays),
        author => author.to_owned(),
    };
    let mut lines = vec![
        "[baseline]".to_owned(),
        format!("before_minutes = {}", baseline.before),
        format!("after_minutes = {}", baseline.after),
        format!("rework_minutes = {}", baseline.rework),
        format!("method = \"{}\"", method(baseline.method)),
        format!("author = {}", quoted(&author)),
        format!("date = \"{}\"", baseline.date),
        format!("samples = {}", baseline.samples),
    ];
    let optional = [
        baseline.low.map(|low| format!("low = {low}")),
        baseline.high.map(|high| format!("high = {high}")),
        baseline.units_per_year.map(|units| format!("units_per_year = {units}")),
        Some(format!("new_work = {}", baseline.new_work)),
        baseline.reason.as_ref().map(|reason| format!("reason = {}", quoted(reason))),
    ];
    lines.extend(optional.into_iter().flatten());
    lines.join("\n") + "\n"
}

/// As the form wants it.
fn method(method: Method) -> &'static str {
    match method {
        Method::Measured => "実測",
        Method::Interview => "聞き取り",
        Method::Estimate => "推計",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        for (text, thousandths) in [("12.5", 12_500), ("12:30", 12_500), ("0:06", 100), ("３", 3000), ("1:01", 1017)] {
            assert_eq!(read(text), Some(Minutes(thousandths)), "{text}");
        }
        for text in ["", "-1", "1:60", "1:2:3", "1:5", "十分", "1000001", "1e3", "12.3456"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn the_mean_is_to_the_thousandth_and_one_time_is_no_measurement() {
        let of = |samples: &[i64]| Measured::of(&samples.iter().map(|sample| Minutes(*sample)).collect::<Vec<_>>());
        let Some(measured) = of(&[1000, 2000, 2001]) else { panic!() };
        assert_eq!((measured.mean, measured.low, measured.high), (Minutes(1667), Minutes(1000), Minutes(2001)));
        assert_eq!(of(&[1000]), None);
    }
}
