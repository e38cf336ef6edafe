//! The page that says how things stand: put together from the engine's books, written whole or not at all.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::civil::Date;
use ledger::{Fate, Job, JobFilter, Minutes, Run, State};
use rust_decimal::Decimal;
use task::{Both, Desk};

use super::carry::Item;
use super::crew::Crew;
use super::desk::{Watched, Why};
use super::finish::{Settled, Staged};
use super::house::{Halt, House};
use crate::clock::now;
use crate::status::{DeskStatus, Ended, Held, Pause, Refuses, Runs, Status, Today, Waits};

/// While things change, the page is written so often and not more.
const AT_MOST: Duration = Duration::from_secs(1);
/// The latest that are listed of each kind.
const LISTED: usize = 200;

/// Draws the page that says how an office stands.
pub type Page = Box<dyn Fn(&Status<'_>) -> Vec<u8> + Send>;

/// What the page needs that no other book keeps.
pub(crate) struct Board {
    page: Page,
    path: PathBuf,
    changed: bool,
    made: Instant,
    drawn: Option<Instant>,
    day: Date,
    today: [Today; 3],
}

impl Board {
    pub fn new(house: &House, page: Page) -> Result<Board, ledger::Error> {
        let day = now().date();
        let path = house.office.status_page();
        let mut board = Board { page, path, changed: true, made: Instant::now(), drawn: None, day, today: Default::default() };
        let filter = JobFilter { since: Some(day), ..JobFilter::default() };
        let jobs = house.store().jobs(&filter)?;
        for job in jobs.iter().rev().filter(|job| matches!(job.state, State::Committed | State::Archived | State::Aside)) {
            if let Some(settled) = settled(job) {
                board.ended(house, &house.office.desk(&job.new.task), &job.new.id, &job.new.name, &settled);
            }
        }
        Ok(board)
    }

    /// Something changed that people want to see.
    pub fn change(&mut self) {
        self.changed = true;
    }

    /// A job came to its end.
    pub fn ended(&mut self, house: &House, desk: &Desk, job: &str, name: &str, settled: &Settled) {
        self.changed = true;
        let at = now();
        if at.date() != self.day {
            (self.day, self.today) = (at.date(), Default::default());
        }
        let home = house.shown(Staged::home(desk, settled.fate));
        let today = &mut self.today[settled.fate as usize];
        today.count += 1;
        today.latest.insert(
            0,
            Ended {
                job: job.to_owned(),
                task: desk.task.clone(),
                name: name.to_owned(),
                at,
                folder: format!("{home}/{}", settled.folder_name),
                saved: settled.saved.map(|minutes| (settled.units, Decimal::new(minutes.0, 3).normalize())),
            },
        );
        today.latest.truncate(LISTED);
    }

    /// When the page is to be written next.
    pub fn due(&self, scan: Duration) -> Instant {
        // A moment that has passed: what is due now by a later clock than the caller's would never be due.
        self.drawn.map_or(self.made, |drawn| drawn + if self.changed { AT_MOST } else { scan })
    }

    /// Writes the page. That it cannot be written is no reason to stop working.
    pub fn draw(&mut self, house: &House, watched: &[Watched], crew: &Crew, working: bool) {
        (self.changed, self.drawn) = (false, Some(Instant::now()));
        let status = self.status(house, watched, crew, working);
        let bytes = (self.page)(&status);
        let mut written = write(&self.path, &bytes);
        // Why nothing goes on is what people must see now: the ballast is there for such words too.
        if written.as_ref().is_err_and(|error| error.kind() == std::io::ErrorKind::StorageFull) && house.reserve.give_up() {
            written = write(&self.path, &bytes);
        }
        if let Err(error) = written {
            tracing::warn!(code = "page", kind = %error.kind(), "the page cannot be written");
        }
    }

    fn status<'a>(&self, house: &House, watched: &'a [Watched], crew: &Crew, working: bool) -> Status<'a> {
        let [done, returned, failed] = self.today.clone();
        let seen = || watched.iter().filter(|folder| !folder.orphan);
        let running = crew.running();
        let queued = seen().flat_map(|folder| folder.queue.iter().map(move |item| (folder, name(item))));
        let turn = queued.take(LISTED).map(|(folder, name)| Waits { task: folder.desk.task.clone(), name, why: None });
        let listed = |folder: &'a Watched| {
            folder.waiting.iter().map(move |(path, why)| Waits {
                task: folder.desk.task.clone(),
                name: path.to_string_lossy().into_owned(),
                why: Some(why),
            })
        };
        let queue: usize = seen().map(|folder| folder.queue.len()).sum();
        Status {
            office: house.office.folder.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            at: now(),
            refresh_seconds: house.office.scan.as_secs().max(1),
            working,
            desks: seen().map(|folder| desk(house, folder)).collect(),
            waiting: turn.chain(seen().flat_map(listed)).collect(),
            refused: seen().flat_map(refused).collect(),
            unlisted: seen().map(|folder| folder.unlisted).sum::<u64>() + queue.saturating_sub(LISTED) as u64,
            running: running
                .into_iter()
                .map(|running| Runs {
                    job: running.job.unwrap_or_default(),
                    task: running.task,
                    name: running.name,
                    since: running.began,
                    attempt: running.attempts + 1,
                })
                .collect(),
            held: seen().flat_map(held).collect(),
            done,
            returned,
            failed,
        }
    }
}

fn name(item: &Item) -> String {
    match item {
        Item::Arrived { arrival, .. } => arrival.name.clone(),
        Item::Open(job) => job.new.name.clone(),
    }
}

fn desk<'a>(house: &House, folder: &'a Watched) -> DeskStatus<'a> {
    let id = &folder.desk.task;
    let name = house.tasks.current(id).map(|loaded| loaded.task.manifest.name.clone());
    DeskStatus {
        task: id.clone(),
        name: name.unwrap_or_else(|_| Both { ja: id.clone(), en: id.clone() }),
        inbox: house.shown(&folder.inbox),
        scan_seconds: folder.desk.scan.as_secs().max(1),
        looked: folder.looked,
        paused: folder.paused.as_ref().and_then(|paused| Some((pause(&paused.why)?, paused.since))),
    }
}

fn pause(why: &Why) -> Option<Pause<'_>> {
    Some(match why {
        Why::Look(error) => Pause::Look(error),
        Why::Halt(Halt::Place(error)) => Pause::Place(error),
        Why::Halt(Halt::NoRoom { free, needed }) => Pause::NoRoom { free: *free, needed: *needed },
        Why::Halt(Halt::Store(error)) => Pause::Store(error),
        Why::Halt(Halt::Task(error)) => Pause::Task(error),
        Why::Halt(Halt::Mistake) => Pause::Mistake,
        Why::Halt(Halt::Stopped) => return None,
    })
}

fn refused(folder: &Watched) -> impl Iterator<Item = Refuses<'_>> {
    folder.refused.iter().map(move |(path, why)| Refuses {
        task: folder.desk.task.clone(),
        name: path.to_string_lossy().into_owned(),
        why,
    })
}

fn held(folder: &Watched) -> impl Iterator<Item = Held> + '_ {
    folder.held.iter().map(move |(name, held)| Held {
        job: held.job.clone(),
        task: folder.desk.task.clone(),
        name: name.clone(),
        earlier: held.earlier.clone(),
        since: held.since,
    })
}

/// What came of a job, as the store kept it.
pub(crate) fn settled(job: &Job) -> Option<Settled> {
    let staging = job.staging.as_ref()?;
    let run: Run = serde_json::from_str(&staging.facts).ok()?;
    Some(Settled::of(staging.kind, staging.folder_name.clone(), &run))
}

impl Settled {
    pub fn of(fate: Fate, folder_name: String, run: &Run) -> Settled {
        let each = run.baseline.as_ref().filter(|_| fate == Fate::Done && run.units > 0);
        let saved = each.and_then(|each| Minutes(each.before.0 - each.after.0).times(i64::try_from(run.units).ok()?));
        Settled { fate, folder_name, units: run.units, saved }
    }
}

/// People see the page before or the page after, never half of one.
fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = path.with_file_name(format!(".{name}.tmp"));
    let mut file = fs::File::create(&temporary)?;
    file.write_all(bytes)?;
    drop(file);
    fs::rename(&temporary, path)
}
