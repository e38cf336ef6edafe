//! The cage: limits first, then the kernel's confinement, before anything that a person dropped is opened.

use std::io;

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError, RulesetStatus,
    path_beneath_rules,
};
use rustix::process::{
    DumpableBehavior, Resource, Rlimit, Signal, getppid, set_dumpable_behavior, set_parent_process_death_signal, setrlimit,
};
use rustix::thread::set_no_new_privs;

use crate::report::{Confinement, Order};

/// A full sheet of a million rows takes 300 MB unpacked in the writer's temporary file.
const LARGEST_WRITE: u64 = 2 << 30;
/// The writer keeps a temporary file for each sheet; a workbook of 200 sheets is possible, thousands of files are not.
const OPEN_FILES: u64 = 256;

/// Locks the process in. Fails only where a limit cannot be set; a kernel without Landlock is reported, not refused.
pub(crate) fn lock(order: &Order) -> io::Result<Confinement> {
    let limit = |resource, most: u64| setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
    limit(Resource::As, order.limits.memory_mib << 20)?;
    let cpu = order.limits.cpu_seconds;
    // SIGXCPU at the limit tells the parent why; the second after it is for a process that ignores the signal.
    setrlimit(Resource::Cpu, Rlimit { current: Some(cpu), maximum: Some(cpu + 1) })?;
    limit(Resource::Fsize, LARGEST_WRITE)?;
    limit(Resource::Nofile, OPEN_FILES)?;
    limit(Resource::Core, 0)?;
    // A memory image would hold personal data.
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    set_parent_process_death_signal(Some(Signal::KILL))?;
    if getppid().is_none_or(|parent| parent.as_raw_nonzero().get() == 1 && order.parent != 1) {
        return Err(io::Error::other("the engine is gone"));
    }
    set_no_new_privs(true)?;
    Ok(confine(order).unwrap_or(Confinement::Absent))
}

/// Reading the arrival, writing the work folder, nothing else, and no TCP.
fn confine(order: &Order) -> Result<Confinement, RulesetError> {
    let abi = ABI::V5;
    let read: BitFlags<AccessFs> = AccessFs::ReadFile | AccessFs::ReadDir;
    let write = read
        | AccessFs::WriteFile
        | AccessFs::Truncate
        | AccessFs::MakeReg
        | AccessFs::MakeDir
        | AccessFs::RemoveFile
        | AccessFs::RemoveDir;
    let status = Ruleset::default()
        .handle_access(AccessFs::from_all(abi))?
        .handle_access(AccessNet::from_all(abi))?
        .create()?
        .add_rules(path_beneath_rules(order.roots.iter().map(|root| &root.path), read))?
        .add_rules(path_beneath_rules(&order.templates, read))?
        .add_rules(path_beneath_rules(&order.images, read))?
        .add_rules(path_beneath_rules([&order.work], write))?
        .restrict_self()?;
    Ok(match status.ruleset {
        RulesetStatus::FullyEnforced => Confinement::Full,
        RulesetStatus::PartiallyEnforced => Confinement::Partly,
        RulesetStatus::NotEnforced => Confinement::Absent,
    })
}
