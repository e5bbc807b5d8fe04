//! The machine's processes as `/proc` tells them: who started whom, the time on a processor and the
//! memory of a process with all that it started.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

/// `/proc`'s unit of time is part of the kernel's promise to programs, whatever its timer runs at.
const TICKS_PER_SECOND: u64 = 100;

/// One process, as its `stat` tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Process {
    pub(super) id: i32,
    pub(super) parent: i32,
    /// Time on a processor, that of its ended and awaited children included.
    ticks: u64,
}

impl Process {
    fn read(id: i32) -> Option<Self> {
        Self::parse(id, &std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?)
    }

    fn parse(id: i32, stat: &str) -> Option<Self> {
        // The name in parentheses may itself hold blanks and parentheses.
        let mut fields = stat.rsplit_once(") ")?.1.split(' ');
        let parent = fields.nth(1)?.parse().ok()?;
        let mut times = fields.skip(9);
        let mut ticks = 0;
        for _ in 0..4 {
            ticks += times.next()?.parse::<u64>().ok()?;
        }
        Some(Self { id, parent, ticks })
    }
}

/// Every process that can be read now.
pub(super) fn processes() -> Vec<Process> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    entries.filter_map(|entry| Process::read(entry.ok()?.file_name().to_str()?.parse().ok()?)).collect()
}

/// Where to look for a tree of processes: the one that started all others of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProcessTree {
    root: i32,
}

/// What a tree of processes holds and has used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeUse {
    /// How many processes it is made of.
    pub processes: usize,
    /// Time on a processor so far, that of ended processes included.
    pub processor: Duration,
    /// Proportional set size: shared pages are counted in parts.
    pub pss_bytes: u64,
}

impl ProcessTree {
    /// The tree below and with the process of this id.
    pub fn of(root: u32) -> Self {
        Self { root: root.cast_signed() }
    }

    /// The tree of the child of `parent` whose program is called `name`.
    pub fn of_child(parent: u32, name: &str) -> Option<Self> {
        let below = tree(&processes(), parent.cast_signed());
        let is_named =
            |id: i32| std::fs::read_to_string(format!("/proc/{id}/comm")).is_ok_and(|comm| comm.trim() == name);
        below.iter().find(|process| is_named(process.id)).map(|process| Self { root: process.id })
    }

    /// What it uses now; `None` once it is gone.
    pub fn used(&self) -> Option<TreeUse> {
        let tree = tree(&processes(), self.root);
        if tree.is_empty() {
            return None;
        }
        let ticks: u64 = tree.iter().map(|process| process.ticks).sum();
        // A process may end between the two looks; it then holds nothing.
        let memory = tree.iter().filter_map(|process| {
            pss_bytes(&std::fs::read_to_string(format!("/proc/{}/smaps_rollup", process.id)).ok()?)
        });
        Some(TreeUse {
            processes: tree.len(),
            processor: Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND),
            pss_bytes: memory.sum(),
        })
    }
}

impl fmt::Display for ProcessTree {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the processes below {}", self.root)
    }
}

/// `root` and all its descendants, parents first.
fn tree(all: &[Process], root: i32) -> Vec<Process> {
    let mut found: Vec<Process> = all.iter().filter(|process| process.id == root).copied().collect();
    let mut known = BTreeSet::from([root]);
    let mut next = 0;
    while let Some(parent) = found.get(next).map(|process| process.id) {
        next += 1;
        found.extend(all.iter().filter(|process| process.parent == parent && known.insert(process.id)));
    }
    found
}

/// The `Pss` line of a `smaps_rollup`, in bytes.
fn pss_bytes(rollup: &str) -> Option<u64> {
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_ended_children_count_and_a_name_may_hold_blanks() {
        let stat = "41 (a (b) c) S 7 41 41 0 -1 4194560 2590 1024 0 0 120 30 45 5 20 0 9 0 880 9000 100 0";
        assert_eq!(Process::parse(41, stat), Some(Process { id: 41, parent: 7, ticks: 200 }));
        assert_eq!(Process::parse(41, "41 (torn) S 7 41"), None);
    }

    #[test]
    fn a_tree_holds_grandchildren_and_no_strangers() {
        let process = |id, parent| Process { id, parent, ticks: 1 };
        let all = [process(1, 0), process(5, 4), process(4, 2), process(2, 1), process(3, 1), process(6, 3)];
        assert_eq!(tree(&all, 2).iter().map(|process| process.id).collect::<Vec<_>>(), [2, 4, 5]);
        assert_eq!(tree(&all, 9), []);
    }

    #[test]
    fn shared_memory_is_counted_in_parts() {
        let rollup = "5581a0000000-7ffd0000 ---p 00000000 00:00 0    [rollup]\nRss:    91840 kB\nPss:    41208 kB\n\
                      Pss_Dirty:    9000 kB\nPss_Anon:    8000 kB\n";
        assert_eq!(pss_bytes(rollup), Some(41_208 * 1024));
        assert_eq!(pss_bytes("Rss: 91840 kB\n"), None);
    }

    #[test]
    fn this_very_process_is_measured_and_one_that_is_gone_is_not() {
        let used = ProcessTree::of(std::process::id()).used().unwrap();
        assert!(used.processes >= 1 && used.pss_bytes > 100_000, "{used:?}");
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let gone = ProcessTree::of(child.id());
        child.wait().unwrap();
        assert_eq!(gone.used(), None);
    }
}
