//! What this process can no longer do, once it has all it needs.
//!
//! Before: no inherited file but the three standard ones. After: no new file, process, memory beyond
//! a bound, no privilege, and only the system calls that reading a line and writing to a socket
//! take; any other ends the process at once.

use std::collections::BTreeMap;

use anyhow::Context;
use rustix::process::{
    DumpableBehavior, Resource, Rlimit, Signal, set_dumpable_behavior, set_parent_process_death_signal, setrlimit,
};
use rustix::thread::set_no_new_privs;
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, apply_filter};

const MOST_MEMORY_BYTES: u64 = 64 << 20;
const MOST_FILES: u64 = 8;

const ALLOWED: &[i64] = &[
    libc::SYS_brk,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_close,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_futex,
    libc::SYS_getrandom,
    libc::SYS_madvise,
    libc::SYS_mmap,
    libc::SYS_mremap,
    libc::SYS_munmap,
    libc::SYS_poll,
    libc::SYS_ppoll,
    libc::SYS_read,
    libc::SYS_recvfrom,
    libc::SYS_restart_syscall,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sendto,
    libc::SYS_sigaltstack,
    libc::SYS_write,
];

/// Closes whatever the kiosk's libraries left open to their children. Call it before opening anything.
pub fn close_inherited_files() {
    #[expect(unsafe_code, reason = "no safe function closes a range of descriptors that nobody here owns")]
    // SAFETY: nothing in this process has opened a file yet, so that no owner of one is left behind.
    unsafe {
        libc::close_range(3, libc::c_uint::MAX, 0);
    }
}

/// Gives everything up but the line and the socket, which are open already.
///
/// # Errors
/// Where the kernel takes one of the limits; the process must then not touch the line.
pub fn enter() -> anyhow::Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL)).context("dying with the kiosk")?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable).context("forbidding memory dumps")?;
    for (resource, most) in [
        (Resource::As, MOST_MEMORY_BYTES),
        (Resource::Nofile, MOST_FILES),
        (Resource::Nproc, 0),
        (Resource::Fsize, 0),
        (Resource::Core, 0),
    ] {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) }).context("limiting resources")?;
    }
    set_no_new_privs(true).context("forbidding new privileges")?;
    apply_filter(&filter()?).context("filtering system calls")
}

fn filter() -> anyhow::Result<BpfProgram> {
    let rules: BTreeMap<_, _> = ALLOWED.iter().map(|call| (*call, Vec::new())).collect();
    let architecture = std::env::consts::ARCH.try_into().context("this processor")?;
    let filter = SeccompFilter::new(rules, SeccompAction::KillProcess, SeccompAction::Allow, architecture)?;
    Ok(filter.try_into()?)
}
