//! What a job of the task may use up. The office's limits are the most that a task may ask for.

use crate::manifest::WrittenLimits;

/// Limits as understood: every one has a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Memory of the worker (its address space), in MiB.
    pub memory_mib: u64,
    /// Processor time, in seconds.
    pub cpu_seconds: u64,
    /// Time by the clock on the wall, in seconds.
    pub wall_seconds: u64,
    /// The largest file to read or to hand back, in MiB.
    pub file_mib: u64,
}

impl Default for Limits {
    /// What a task gets that asks for nothing: enough for a sheet of a million rows.
    fn default() -> Limits {
        Limits { memory_mib: 1_024, cpu_seconds: 60, wall_seconds: 120, file_mib: 100 }
    }
}

impl Limits {
    /// The limits of an office: what it wrote, the default elsewhere.
    pub fn of_office(written: WrittenLimits) -> Limits {
        let default = Limits::default();
        Limits {
            memory_mib: written.memory_mib.unwrap_or(default.memory_mib),
            cpu_seconds: written.cpu_seconds.unwrap_or(default.cpu_seconds),
            wall_seconds: written.wall_seconds.unwrap_or(default.wall_seconds),
            file_mib: written.file_mib.unwrap_or(default.file_mib),
        }
    }

    /// What a task asks for, and no more than the office allows. `office` is what the office wrote: where it wrote
    /// nothing, a task may ask for more than the default.
    pub fn of_task(task: WrittenLimits, office: WrittenLimits) -> Limits {
        let most = Limits::of_office(office);
        let pick = |asked: Option<u64>, written: Option<u64>, default: u64| match (asked, written) {
            (Some(asked), Some(cap)) => asked.min(cap),
            (Some(asked), None) => asked,
            (None, _) => default,
        };
        Limits {
            memory_mib: pick(task.memory_mib, office.memory_mib, most.memory_mib),
            cpu_seconds: pick(task.cpu_seconds, office.cpu_seconds, most.cpu_seconds),
            wall_seconds: pick(task.wall_seconds, office.wall_seconds, most.wall_seconds),
            file_mib: pick(task.file_mib, office.file_mib, most.file_mib),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_office_caps_what_a_task_asks_for() {
        let task = WrittenLimits { memory_mib: Some(4_096), cpu_seconds: Some(5), ..WrittenLimits::default() };
        let office = WrittenLimits { memory_mib: Some(512), wall_seconds: Some(30), ..WrittenLimits::default() };
        let limits = Limits::of_task(task, office);
        assert_eq!((limits.memory_mib, limits.cpu_seconds, limits.wall_seconds, limits.file_mib), (512, 5, 30, 100));
        assert_eq!(Limits::of_task(task, WrittenLimits::default()).memory_mib, 4_096);
    }
}
