//! The kiosk as systemd sees it, and the picture behind its window: real processes before a real X
//! server, and a socket in systemd's place.

use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::time::{Duration, Instant};

use muwajaha_demo::detect::framebuffer::Framebuffer;
use muwajaha_demo::prison::{RoomPlan, VisitingRoom, binary};
use muwajaha_demo::stage::{Program, StageDirectory, wait_until};
use tokio::process::Command;

const PAPER: [u8; 3] = [247, 243, 234];

/// Where a process tells what it would tell systemd.
struct Systemd {
    socket: UnixDatagram,
}

impl Systemd {
    fn at(path: &Path) -> Self {
        let socket = UnixDatagram::bind(path).unwrap();
        socket.set_nonblocking(true).unwrap();
        Self { socket }
    }

    /// All lines that were told and not heard yet.
    fn heard(&self) -> Vec<String> {
        let mut buffer = [0; 512];
        let mut lines = Vec::new();
        while let Ok(length) = self.socket.recv(&mut buffer) {
            lines.extend(String::from_utf8_lossy(&buffer[..length]).lines().map(str::to_owned));
        }
        lines
    }

    /// Waits until `line` is told; says what was told before it.
    async fn hears(&self, line: &str, within: Duration) -> Vec<String> {
        let mut before = Vec::new();
        let heard = wait_until(line, within, Duration::from_millis(20), async || {
            before.extend(self.heard());
            Ok(before.iter().any(|told| told == line).then_some(()))
        });
        heard.await.unwrap();
        before.into_iter().take_while(|told| told != line).collect()
    }
}

fn corner(framebuffer: &Framebuffer) -> Option<[u8; 3]> {
    framebuffer.read().unwrap().at(8, 8)
}

fn fallback(room: &VisitingRoom, notify: &Path) -> Program {
    let kiosk = room.kiosk.as_ref().unwrap();
    let mut command = Command::new(binary("muwajaha").unwrap());
    command.env("DISPLAY", room.display.as_ref().unwrap().name()).env_remove("WAYLAND_DISPLAY");
    command.env("NOTIFY_SOCKET", notify).arg("fallback");
    command.arg("--identity").arg(kiosk.folder().join("identity.toml"));
    command.arg("--runtime-directory").arg(kiosk.runtime_directory());
    Program::start("the fall-back picture", command, &room.directory.log("fallback")).unwrap()
}

#[tokio::test]
async fn a_kiosk_tells_systemd_the_truth_and_no_moment_is_black() {
    // Another test of this binary may have been first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let directory = StageDirectory::create(None).unwrap();
    let (behind_socket, socket) = (directory.path().join("behind"), directory.path().join("notify"));
    let (behind_systemd, systemd) = (Systemd::at(&behind_socket), Systemd::at(&socket));
    let mut room = VisitingRoom::open(directory, RoomPlan::quiet()).await.unwrap();
    room.start_kiosk().await.unwrap();
    room.kiosk().unwrap().kill().await;
    let runtime_directory = room.kiosk().unwrap().runtime_directory();
    let display = std::sync::Arc::clone(room.display.as_ref().unwrap());
    let framebuffer = display.framebuffer().unwrap();

    // Before the kiosk there is the picture behind it.
    let behind = fallback(&room, &behind_socket);
    behind_systemd.hears("READY=1", Duration::from_secs(20)).await;
    assert_eq!(corner(&framebuffer), Some(PAPER));

    // The kiosk is ready once it has drawn, and then fed.
    let kiosk = room.kiosk().unwrap();
    kiosk.notifies(&socket);
    kiosk.start_again().unwrap();
    let before = systemd.hears("READY=1", Duration::from_secs(30)).await;
    assert!(!before.iter().any(|line| line.starts_with("WATCHDOG")), "fed before it was ready: {before:?}");
    assert!(before.iter().any(|line| line.starts_with("STATUS=locked")), "{before:?}");
    systemd.hears("WATCHDOG=1", Duration::from_secs(5)).await;
    assert!(runtime_directory.join("first-frames-drawn").exists());

    // A window that waits for a display which no longer answers is not fed; one that answers again is.
    display.freeze().unwrap();
    tokio::time::sleep(Duration::from_millis(10_500)).await;
    systemd.heard();
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    let fed = systemd.heard();
    display.thaw().unwrap();
    assert!(fed.is_empty(), "the window did not answer and was fed: {fed:?}");
    systemd.hears("WATCHDOG=1", Duration::from_secs(10)).await;

    // A killed kiosk uncovers the picture at once.
    room.kiosk().unwrap().kill().await;
    let killed = Instant::now();
    while killed.elapsed() < Duration::from_millis(500) {
        assert_eq!(corner(&framebuffer), Some(PAPER), "{:?} after the kill", killed.elapsed());
    }

    // The next one ends in order, and says so.
    room.kiosk().unwrap().start_again().unwrap();
    systemd.hears("READY=1", Duration::from_secs(30)).await;
    room.kiosk().unwrap().stop().await;
    assert!(systemd.heard().contains(&"STOPPING=1".to_owned()));
    behind.stop(Duration::from_secs(5)).await;
}
