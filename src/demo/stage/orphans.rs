//! Grandchildren that outlive their parents (a browser whose driver was killed) come to us and are
//! ended, so that a run leaves no process behind.

use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitOptions, getpid, kill_process, set_child_subreaper, waitpid};

use super::processes::processes;

/// From now on orphaned descendants become this process's children.
pub fn adopt_orphans() {
    if let Err(error) = set_child_subreaper(Some(getpid())) {
        tracing::warn!("orphaned processes cannot be adopted: {error}");
    }
}

/// Kills every remaining child of this process. To be called last, when each program has been
/// stopped.
pub fn end_orphans() {
    let deadline = Instant::now() + Duration::from_secs(3);
    while Instant::now() < deadline {
        let children = children();
        if children.is_empty() {
            return;
        }
        for child in children {
            if kill_process(child, Signal::KILL).is_ok() {
                tracing::debug!("ended the orphan {child:?}");
            }
            // Reaping may find nothing yet; the next round does.
            let _ = waitpid(Some(child), WaitOptions::NOHANG);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    tracing::warn!("some child processes could not be ended");
}

fn children() -> Vec<Pid> {
    let own = getpid().as_raw_nonzero().get();
    let ours = processes().into_iter().filter(|process| process.parent == own);
    ours.filter_map(|process| Pid::from_raw(process.id)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_of_this_process_is_found() {
        let mut child = std::process::Command::new("sleep").arg("30").spawn().unwrap();
        let found = children().iter().any(|pid| pid.as_raw_nonzero().get() == child.id().cast_signed());
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(found);
    }
}
