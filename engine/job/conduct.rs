//! A whole job, from the arrival to what is published: look, perform, check, place. Each step takes what the one before gave.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};

use jiff::civil;
use rustix::fs::{Mode, OFlags, fstat, open};
use rustix::io::Errno;
use script::{Rename, Renames};
use task::{Saving, Task};

use crate::arrival::Arrival;
use crate::error::{Error, Limit, Setback, Stop};
use crate::perform::{Cancel, perform};
use crate::place::{Placed, Placing, Staging, fingerprint, stage_copy};
use crate::rename::{Moves, is_same};
use crate::report::{Confinement, End, Facts, Limits, Made, Order, Progress, Protect, Report, Row, Told, Value};
use crate::worker::{FILES, MARKED, RENAMES, inputs};

/// What becomes of the outcome.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Way {
    /// Outputs are published; renamed files are published as copies under their new names.
    Publish,
    /// Outputs are published; files are renamed where they lie.
    InPlace,
    /// Outputs are published; what was dropped goes back with them, and whoever asked for the job renames it.
    HandBack,
    /// Nothing is touched: the way is stopped before it reaches the disk.
    Plan,
}

/// A job to be done.
pub struct Job<'a> {
    /// By which task.
    pub task: &'a Task,
    /// The folder of the results; it need not exist yet.
    pub out: &'a Path,
    /// What becomes of the outcome.
    pub way: Way,
    /// The job's clock.
    pub now: civil::DateTime,
    /// What a unit is called, in the language of the person.
    pub unit: String,
    /// The command that becomes the worker.
    pub program: &'a [OsString],
    /// The name of the undo list.
    pub undo_name: &'a str,
}

/// A job that came to its end: done, or returned with findings.
#[derive(Debug)]
pub struct Finished {
    /// What it comes to, in figures.
    pub facts: Facts,
    /// The findings in words, in the order of discovery.
    pub rows: Vec<Row>,
    /// What was published.
    pub outputs: Vec<Placed>,
    /// Of a plan: the names of what would be published.
    pub planned: Vec<String>,
    /// How many files are renamed.
    pub renamed: usize,
    /// Of a plan: the renames, path now, name then, reason.
    pub renames: Vec<Renamed>,
    /// 要確認一覧, where there is one.
    pub list: Option<PathBuf>,
    /// Marked copies of the files that go back.
    pub marked: Vec<PathBuf>,
    /// The first workbook of the arrival that needed a password: the list and the copy of it open with the same.
    pub closed: Option<String>,
    /// The undo list, where files were renamed.
    pub undo_list: Option<PathBuf>,
    /// What it saves: nothing when the arrival goes back.
    pub saving: Saving,
    /// How far the worker was confined.
    pub confinement: Confinement,
    /// The renames, where whoever asked for the job does them.
    pub(crate) moves: Option<Moves>,
}

/// One file with its new name.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Renamed {
    pub from: String,
    pub to: String,
    pub reason: String,
}

impl Finished {
    /// A job of which there was nothing to do.
    pub(crate) fn nothing() -> Finished {
        let none = rust_decimal::Decimal::ZERO;
        Finished {
            facts: Facts::default(),
            rows: Vec::new(),
            outputs: Vec::new(),
            planned: Vec::new(),
            renamed: 0,
            renames: Vec::new(),
            list: None,
            marked: Vec::new(),
            closed: None,
            undo_list: None,
            saving: Saving { before: none, after: none, saved: none },
            confinement: Confinement::default(),
            moves: None,
        }
    }
}

impl Job<'_> {
    /// Does the job.
    pub fn run(&self, arrival: Arrival, progress: &mut dyn FnMut(Progress)) -> Result<Finished, Stop> {
        let staging = if self.way == Way::Plan { Staging::elsewhere()? } else { Staging::beside(self.out)? };
        self.run_within(arrival, staging, 0, &Cancel::default(), progress)
    }

    /// Does the job in a work folder of the caller's, with its seed, until it is told to stop.
    pub(crate) fn run_within(
        &self,
        arrival: Arrival,
        staging: Staging,
        seed: u64,
        cancel: &Cancel,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Finished, Stop> {
        // Nothing goes out open that was to be closed.
        if self.wants_password() && self.way != Way::Plan {
            return Err(Setback::NoPassword.into());
        }
        let order = Order { seed, ..self.order(&arrival, staging.folder(), false) };
        let report = self.perform(&arrival, &staging, &order, cancel, progress)?;
        let report = ended(report, &self.task.limits)?;
        let report = self.mark(&arrival, &staging, report, cancel, progress);
        let renames = self.accepted(&arrival, &staging, &report)?;
        self.finish(&arrival, &staging, report, &renames)
    }

    /// Whether outputs are to be closed and no password is known.
    pub fn wants_password(&self) -> bool {
        !self.task.manifest.protect.is_empty() && self.task.protect.is_none()
    }

    /// Compiles the script and evaluates nothing: its mistakes and doubts.
    pub fn check(&self, progress: &mut dyn FnMut(Progress)) -> Result<Vec<Told>, Stop> {
        let staging = Staging::elsewhere()?;
        let arrival = Arrival::nothing();
        let order = self.order(&arrival, staging.folder(), true);
        let report = self.perform(&arrival, &staging, &order, &Cancel::default(), progress)?;
        match report.end {
            End::Script(told) => Ok(told),
            _ => Ok(ended(report, &self.task.limits).map(|_| Vec::new())?),
        }
    }

    fn perform(
        &self,
        arrival: &Arrival,
        staging: &Staging,
        order: &Order,
        cancel: &Cancel,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Report, Stop> {
        let writing = |error: std::io::Error| Error::writing(staging.folder(), &error);
        arrival.files.write(&staging.folder().join(FILES)).map_err(writing)?;
        perform(self.program, order, staging, &self.task.limits, cancel, progress)
    }

    /// Marked copies of what goes back: of a returned arrival, or of the rows that were left out. A worker of their own makes them: if it fails, the arrival goes back without.
    fn mark(
        &self,
        arrival: &Arrival,
        staging: &Staging,
        mut report: Report,
        cancel: &Cancel,
        progress: &mut dyn FnMut(Progress),
    ) -> Report {
        let mark: Vec<Row> = match report.end {
            End::Returned => report.rows.clone(),
            _ => report.back.iter().flat_map(|back| &back.findings).filter_map(|nth| report.rows.get(*nth)).cloned().collect(),
        };
        if self.way == Way::Plan || !mark.iter().any(|row| row.file.is_some() && row.cell.is_some()) {
            return report;
        }
        let order = Order { mark, back: report.back.clone(), ..self.order(arrival, staging.folder(), false) };
        if let Ok(made) = perform(self.program, &order, staging, &self.task.limits, cancel, progress) {
            report.marked = made.marked.into_iter().filter(|made| is_ours(arrival, made)).collect();
        }
        report
    }

    fn order(&self, arrival: &Arrival, work: &Path, check: bool) -> Order {
        let task = self.task;
        Order {
            check,
            mark: Vec::new(),
            back: Vec::new(),
            give_back: task.manifest.give_back,
            script_path: task.script_path().to_string_lossy().into_owned(),
            script: task.script.clone(),
            library: task.library.clone(),
            arrival: arrival.name.clone(),
            now: self.now.to_string(),
            seed: 0,
            settings: task.settings.iter().map(|(name, value)| (name.clone(), Value::of(value))).collect(),
            limits: Limits {
                memory_mib: task.limits.memory_mib,
                cpu_seconds: task.limits.cpu_seconds,
                file_mib: task.limits.file_mib,
            },
            read: task.manifest.read.clone(),
            rename: task.manifest.rename,
            passwords: task.passwords.iter().map(|password| password.reveal().to_owned()).collect(),
            protect: task
                .protect
                .as_ref()
                .filter(|_| !task.manifest.protect.is_empty())
                .map(|password| Protect { outputs: task.manifest.protect.clone(), password: password.reveal().to_owned() }),
            templates: task.templates(),
            images: task.images(),
            roots: arrival.roots.clone(),
            left: arrival.left.clone(),
            others: arrival.others.clone(),
            unit: self.unit.clone(),
            work: work.to_owned(),
            parent: std::process::id(),
        }
    }

    /// What the worker wants, held against the task's rights. The worker is not trusted with them.
    fn accepted(&self, arrival: &Arrival, staging: &Staging, report: &Report) -> Result<Renames, Stop> {
        let task = self.task;
        for output in &report.outputs {
            let name = &output.name;
            let allowed = || task.manifest.write.clone();
            if !task.write.iter().any(|pattern| pattern.fits(name)) {
                return Err(Setback::NoRightToWrite { name: name.clone(), allowed: allowed() }.into());
            }
            if !japan::check_file_name(name, 0).is_empty() {
                return Err(Setback::OutputName { name: name.clone() }.into());
            }
            if self.way != Way::Plan && self.is_open(staging, output)? {
                return Err(Setback::Unprotected { name: name.clone() }.into());
            }
        }
        if report.renames == 0 {
            return Ok(Renames::default());
        }
        if !task.manifest.rename {
            return Err(Setback::NoRightToRename { count: report.renames }.into());
        }
        let renames = inputs::read_renames(&staging.folder().join(RENAMES), arrival.files.len());
        renames.map_err(|_| Setback::Crashed { signal: None, code: None, at: None }.into())
    }

    /// Whether an output lies open that was to be closed: what is no workbook cannot be.
    fn is_open(&self, staging: &Staging, output: &Made) -> Result<bool, Error> {
        if !self.task.manifest.protect.iter().any(|pattern| task::Pattern::new(pattern).fits(&output.name)) {
            return Ok(false);
        }
        let staged = staging.folder().join(&output.staged);
        let reading = |error: std::io::Error| Error::reading(&staged, &error);
        let mut head = Vec::new();
        std::io::Read::read_to_end(&mut std::io::Read::take(File::open(&staged).map_err(reading)?, 8), &mut head)
            .map_err(reading)?;
        Ok(!book::is_container(&head))
    }

    fn finish(&self, arrival: &Arrival, staging: &Staging, report: Report, renames: &Renames) -> Result<Finished, Stop> {
        let facts = report.facts(&self.unit);
        let units = if facts.returned { 0 } else { report.units };
        let made: Vec<&Made> = report.list.iter().chain(&report.marked).chain(&report.outputs).collect();
        let mut finished = Finished {
            facts,
            outputs: Vec::new(),
            planned: Vec::new(),
            renamed: renames.len(),
            renames: Vec::new(),
            list: None,
            marked: Vec::new(),
            closed: report.closed,
            undo_list: None,
            saving: self.task.manifest.baseline.saving(units),
            confinement: report.confinement,
            rows: Vec::new(),
            moves: None,
        };
        match self.way {
            Way::Plan => {
                finished.planned = made.iter().map(|made| made.name.clone()).collect();
                finished.renames = named(arrival, renames);
            }
            Way::Publish => {
                let copies = renames.iter().map(|rename| copy(arrival, staging, rename));
                self.place(staging, &made, copies, None, &mut finished)?;
            }
            Way::InPlace => {
                let moves = Moves::order(arrival, renames)?;
                self.place(staging, &made, [], Some(moves), &mut finished)?;
            }
            Way::HandBack => {
                finished.moves = Some(Moves::planned(arrival, renames)?);
                self.place(staging, &made, [], None, &mut finished)?;
            }
        }
        finished.rows = report.rows;
        Ok(finished)
    }

    /// Everything is placed, or nothing. Renames come last: what was published before them can be taken back.
    fn place(
        &self,
        staging: &Staging,
        made: &[&Made],
        copies: impl IntoIterator<Item = Result<Copy, Stop>>,
        moves: Option<Moves>,
        finished: &mut Finished,
    ) -> Result<(), Stop> {
        let in_place = moves.filter(|moves| !moves.is_empty());
        let mut placing = Placing::into(self.out)?;
        if let Some(moves) = &in_place {
            let staged = staging.folder().join("undo");
            let written = moves.write_list(&staged, &self.task.id, &self.now.to_string());
            written.map_err(|error| Error::writing(&staged, &error))?;
            finished.undo_list = Some(placing.put(&staged, self.undo_name)?);
        }
        for made in made {
            let staged = staging.folder().join(&made.staged);
            let (sha256, size) = fingerprint(&staged).map_err(|error| Error::reading(&staged, &error))?;
            if size > self.task.limits.file_mib << 20 {
                return Err(Setback::Limit { limit: Limit::File, allowed: self.task.limits.file_mib }.into());
            }
            let path = placing.put(&staged, &made.name)?;
            if made.staged == "list" {
                finished.list = Some(path.clone());
            } else if made.staged.starts_with(MARKED) {
                finished.marked.push(path.clone());
            }
            finished.outputs.push(Placed { path, sha256, proof: made.proof.clone() });
        }
        for copy in copies {
            let Copy { staged, name, sha256 } = copy?;
            finished.outputs.push(Placed { path: placing.put(&staged, &name)?, sha256, proof: None });
        }
        // Before the first rename, the undo list has to be on the disk. Who keeps the work folder flushes what comes of it.
        if !staging.is_kept() {
            placing.flush()?;
        }
        if let Some(moves) = in_place {
            moves.perform()?;
        }
        placing.keep();
        Ok(())
    }
}

/// Whether a marked copy lies where it was to be staged, and its name, which can be one everywhere, in the folder of a file of
/// the arrival. The worker is not trusted with it.
fn is_ours(arrival: &Arrival, made: &Made) -> bool {
    let (name, number) = (&made.name, made.staged.strip_prefix(MARKED));
    let split = |path: &str| path.rsplit_once('/').map(|(folder, file)| (folder.to_owned(), file.to_owned()));
    let (folder, file) = split(name).unwrap_or((String::new(), name.clone()));
    let beside = |path: String| split(&path).map_or(folder.is_empty(), |(own, _)| own == folder);
    let staged = number.is_some_and(|number| number.parse::<u16>().is_ok());
    staged && japan::check_file_name(&file, 0).is_empty() && arrival.files.iter().any(|file| beside(file.shown(&arrival.roots)))
}

/// The staged copy of a file that has a new name.
struct Copy {
    staged: PathBuf,
    /// Its new name, in the folder where it belongs within the arrival.
    name: String,
    sha256: String,
}

fn copy(arrival: &Arrival, staging: &Staging, rename: Rename) -> Result<Copy, Stop> {
    let file = arrival.files.get(rename.file as usize);
    let (path, from) = (file.shown(&arrival.roots), file.on_disk(&arrival.roots));
    let folder = path.rfind('/').map_or("", |slash| &path[..=slash]);
    let staged = staging.folder().join("copy");
    let reading = |errno: Errno| Error::reading(&from, &errno.into());
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
    let opened = open(&from, flags, Mode::empty()).map_err(reading)?;
    let stat = fstat(&opened).map_err(reading)?;
    if !is_same(&file, &stat) {
        return Err(Setback::Changed { path }.into());
    }
    if stat.st_nlink != 1 {
        return Err(Setback::HardLink { path, names: stat.st_nlink }.into());
    }
    stage_copy(File::from(opened), &staged).map_err(|error| Error::writing(&staged, &error))?;
    let (sha256, _) = fingerprint(&staged).map_err(|error| Error::reading(&staged, &error))?;
    Ok(Copy { staged, name: format!("{folder}{}", rename.to), sha256 })
}

fn named(arrival: &Arrival, renames: &Renames) -> Vec<Renamed> {
    let renamed = |rename: Rename| Renamed {
        from: arrival.files.get(rename.file as usize).shown(&arrival.roots),
        to: rename.to.to_owned(),
        reason: rename.reason.to_owned(),
    };
    renames.iter().map(renamed).collect()
}

/// The report of a job that went through, or the setback that it reports.
fn ended(report: Report, limits: &task::Limits) -> Result<Report, Setback> {
    match report.end {
        End::Done | End::Returned => Ok(report),
        End::Script(told) => Err(Setback::Script { told }),
        End::Limit(limit) => Err(Setback::Limit { limit, allowed: limits.cpu_seconds }),
        End::Unbalanced { read, used, excluded, untold, twice, examples } => {
            Err(Setback::Unbalanced { read, used, excluded, untold, twice, examples })
        }
    }
}

/// Goes on with the renames of an undo list whose job broke off.
pub fn resume(list: &Path) -> Result<crate::rename::Undone, Error> {
    Ok(Moves::read_list(list)?.resume())
}

/// Takes back the renames of an undo list.
pub fn undo(list: &Path) -> Result<crate::rename::Undone, Error> {
    Ok(Moves::read_list(list)?.undo())
}
