//! The journal of this boot, as far as this account may read it.

use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

const MOST_LINES: &str = "--lines=5000";
const PATIENCE: Duration = Duration::from_secs(20);

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// Milliseconds since 1970.
    pub(super) at: u64,
    /// 0 (emergency) to 7 (debug).
    pub(super) priority: String,
    pub(super) program: String,
    pub(super) message: String,
}

/// The latest lines; none where there is no journal, or it does not answer.
pub(super) fn read() -> Vec<Line> {
    let (sender, text) = mpsc::sync_channel(1);
    let run = move || {
        let mut command = Command::new("journalctl");
        command.args(["--boot", "--output=json", MOST_LINES, "--no-pager", "--quiet"]);
        command.stdin(Stdio::null()).stderr(Stdio::null());
        let text = command.output().map(|output| output.stdout).unwrap_or_default();
        // Nobody waits any longer where the journal was too slow.
        let _ = sender.send(text);
    };
    let thread = std::thread::Builder::new().name("check-journal".to_owned()).spawn(run);
    if let Err(error) = thread {
        tracing::warn!(%error, "no thread to read the journal on");
    }
    let text = text.recv_timeout(PATIENCE).unwrap_or_default();
    String::from_utf8_lossy(&text).lines().filter_map(line).collect()
}

/// A line of `journalctl --output=json`.
pub(super) fn line(json: &str) -> Option<Line> {
    let fields: serde_json::Value = serde_json::from_str(json).ok()?;
    let text = |key: &str| fields.get(key).and_then(serde_json::Value::as_str);
    Some(Line {
        at: text("__REALTIME_TIMESTAMP")?.parse::<u64>().ok()? / 1000,
        priority: text("PRIORITY").unwrap_or("?").to_owned(),
        program: text("SYSLOG_IDENTIFIER").or_else(|| text("_COMM")).unwrap_or("?").to_owned(),
        message: text("MESSAGE")?.to_owned(),
    })
}
