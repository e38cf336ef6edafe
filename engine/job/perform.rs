//! The engine's side of a job: start the worker, watch its clock, and take its report or learn why there is none.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use task::Limits;

use crate::away;
use crate::error::{Error, Limit, Setback, Stop};
use crate::place::Staging;
use crate::report::{Order, Progress, Report};
use crate::worker::REPORT;

/// Tells a worker to end, from another thread. The attempt then does not count.
#[derive(Debug, Default)]
pub(crate) struct Cancel {
    told: AtomicBool,
    worker: Mutex<Option<Sender<Heard>>>,
}

impl Cancel {
    /// The worker that runs is killed, and none is started any more.
    pub fn cancel(&self) {
        self.told.store(true, Ordering::SeqCst);
        if let Some(worker) = &*self.worker.lock().unwrap_or_else(PoisonError::into_inner) {
            // A worker that is through already has nothing to hear.
            let _ = worker.send(Heard::Cancelled);
        }
    }

    fn is_told(&self) -> bool {
        self.told.load(Ordering::SeqCst)
    }

    fn listens(&self, worker: Option<Sender<Heard>>) {
        *self.worker.lock().unwrap_or_else(PoisonError::into_inner) = worker;
    }
}

/// What the worker's two pipes say.
#[derive(Debug)]
enum Heard {
    Progress(Progress),
    /// The engine wants the worker to end.
    Cancelled,
    /// A pipe is closed; of the error pipe, what stood in it.
    Closed(String),
}

/// Has a worker do the order. `program` is the command that becomes the worker.
pub(crate) fn perform(
    program: &[OsString],
    order: &Order,
    staging: &Staging,
    limits: &Limits,
    cancel: &Cancel,
    progress: &mut dyn FnMut(Progress),
) -> Result<Report, Stop> {
    let started = Instant::now();
    let json = serde_json::to_vec(order).map_err(|_| Error::NoWorker { kind: io::ErrorKind::InvalidData })?;
    let no_worker = |error: io::Error| Error::NoWorker { kind: error.kind() };
    let mut child = start(program, staging).map_err(no_worker)?;
    let (tell, heard) = listen(&mut child);
    cancel.listens(Some(tell));
    if let Some(mut pipe) = child.stdin.take() {
        // A worker that ends before it has read its order says so by how it ends.
        let _ = pipe.write_all(&json);
    }
    let deadline = started + Duration::from_secs(limits.wall_seconds);
    let waited = wait(&mut child, &heard, deadline, cancel, progress);
    cancel.listens(None);
    let (status, said) = waited.map_err(no_worker)?;
    if cancel.is_told() {
        return Err(Error::Interrupted.into());
    }
    let Some(status) = status else {
        return Err(Setback::Limit { limit: Limit::Wall, allowed: limits.wall_seconds }.into());
    };
    if status.success()
        && let Ok(json) = std::fs::read(staging.folder().join(REPORT))
        && let Ok(report) = serde_json::from_slice(&json)
    {
        return Ok(report);
    }
    match away::said(&said) {
        Some(error) if status.code().is_some() => Err(Error::writing(staging.folder(), &error).into()),
        _ => Err(why(status, &said, limits, staging).into()),
    }
}

fn start(program: &[OsString], staging: &Staging) -> io::Result<Child> {
    let (command, arguments) = program.split_first().ok_or(io::ErrorKind::NotFound)?;
    Command::new(command)
        .args(arguments)
        .env_clear()
        .env("TMPDIR", staging.folder())
        .env("RUST_BACKTRACE", "0")
        .current_dir(staging.folder())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
}

/// Reads both pipes, each in a thread that ends with its pipe.
fn listen(child: &mut Child) -> (Sender<Heard>, Receiver<Heard>) {
    let (tell, heard) = channel();
    let other = tell.clone();
    if let Some(pipe) = child.stdout.take() {
        let tell = tell.clone();
        thread::spawn(move || hear_progress(pipe, &tell));
    }
    if let Some(pipe) = child.stderr.take() {
        thread::spawn(move || {
            let _ = tell.send(Heard::Closed(last_words(pipe)));
        });
    }
    (other, heard)
}

/// A line longer than this is not ours.
const LONGEST_LINE: usize = 64 << 10;

fn hear_progress(mut pipe: impl Read, tell: &Sender<Heard>) {
    let (mut line, mut block) = (Vec::new(), [0; 4096]);
    while let Ok(count @ 1..) = pipe.read(&mut block) {
        for &byte in &block[..count] {
            if byte != b'\n' {
                if line.len() < LONGEST_LINE {
                    line.push(byte);
                }
                continue;
            }
            if let Ok(progress) = serde_json::from_slice(&line) {
                let _ = tell.send(Heard::Progress(progress));
            }
            line.clear();
        }
    }
    let _ = tell.send(Heard::Closed(String::new()));
}

/// The end of what was said: enough to tell a full stack from a full memory.
fn last_words(mut pipe: impl Read) -> String {
    let (mut said, mut block) = (Vec::new(), [0; 4096]);
    while let Ok(count @ 1..) = pipe.read(&mut block) {
        said.extend_from_slice(&block[..count]);
        let surplus = said.len().saturating_sub(8192);
        said.drain(..surplus);
    }
    String::from_utf8_lossy(&said).into_owned()
}

/// Waits for the worker's end; none if it had to be stopped at the deadline.
fn wait(
    child: &mut Child,
    heard: &Receiver<Heard>,
    deadline: Instant,
    cancel: &Cancel,
    progress: &mut dyn FnMut(Progress),
) -> io::Result<(Option<ExitStatus>, String)> {
    let (mut said, mut closed) = (String::new(), 0);
    // Told between the spawn and the listening, nothing was heard of it.
    while closed < 2 && !cancel.is_told() {
        match heard.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(Heard::Progress(now)) => progress(now),
            Ok(Heard::Closed(words)) => {
                closed += 1;
                said.push_str(&words);
            }
            Ok(Heard::Cancelled) | Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                child.kill()?;
                child.wait()?;
                return Ok((None, said));
            }
        }
    }
    if cancel.is_told() {
        child.kill()?;
        child.wait()?;
        return Ok((None, said));
    }
    // Both pipes are closed: the worker is gone, or pretends to be.
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok((Some(status), said));
        }
        if Instant::now() >= deadline {
            child.kill()?;
            child.wait()?;
            return Ok((None, said));
        }
        thread::sleep(Duration::from_millis(1));
    }
}

// The numbers are the same on every Linux that Rust knows, except MIPS and SPARC.
const SIGABRT: i32 = 6;
const SIGKILL: i32 = 9;
const SIGSEGV: i32 = 11;
const SIGXCPU: i32 = 24;
const SIGXFSZ: i32 = 25;

fn why(status: ExitStatus, said: &str, limits: &Limits, staging: &Staging) -> Setback {
    let memory = Setback::Limit { limit: Limit::Memory, allowed: limits.memory_mib };
    match status.signal() {
        Some(SIGXCPU) => Setback::Limit { limit: Limit::Cpu, allowed: limits.cpu_seconds },
        Some(SIGXFSZ) => Setback::Limit { limit: Limit::File, allowed: limits.file_mib },
        Some(SIGABRT) if said.contains("memory allocation of") => memory,
        Some(SIGABRT | SIGSEGV) if said.contains("stack") => Setback::Limit { limit: Limit::Depth, allowed: 0 },
        // Under a full address space even the report of it may fail.
        Some(SIGABRT) if said.trim().is_empty() => memory,
        // Not our kill: the system's guard against a full memory.
        Some(SIGKILL) => memory,
        signal => {
            let full = staging.is_full();
            if full { Setback::NoRoom } else { Setback::Crashed { signal, code: status.code(), at: place(said) } }
        }
    }
}

/// Where a panic happened, for the specialist: a place in our own source, nothing of the person's.
fn place(said: &str) -> Option<String> {
    said.lines().find_map(|line| line.strip_prefix("panic at ")).map(str::to_owned)
}
