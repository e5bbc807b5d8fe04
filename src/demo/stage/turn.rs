//! A real coturn, for media that may flow through a TURN server only.

use std::net::IpAddr;
use std::time::Duration;

use anyhow::Context;
use tokio::net::TcpStream;
use tokio::process::Command;

use super::{Program, StageDirectory, wait_until};

const RELAY_PORTS: (u16, u16) = (49_160, 49_260);

/// A running TURN server.
#[derive(Debug)]
pub struct Turn {
    program: Program,
    /// `turn:host:port?transport=udp`.
    pub url: String,
    /// Its `static-auth-secret`.
    pub shared_secret: String,
}

impl Turn {
    /// Starts coturn on `address`, UDP and TCP without TLS, with a secret of this run's own.
    ///
    /// # Errors
    /// When coturn is missing or does not come up.
    pub async fn start(directory: &StageDirectory, address: IpAddr) -> anyhow::Result<Self> {
        let folder = directory.folder("turn")?;
        let port = std::net::TcpListener::bind((address, 0))?.local_addr()?.port();
        let mut secret = [0_u8; 16];
        getrandom::fill(&mut secret).context("making the TURN server's secret")?;
        let shared_secret: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        let config = folder.join("turnserver.conf");
        let text = format!(
            "listening-ip={address}\nrelay-ip={address}\nlistening-port={port}\nmin-port={}\nmax-port={}\n\
             realm=demo\nuse-auth-secret\nstatic-auth-secret={shared_secret}\nfingerprint\n\
             allow-loopback-peers\nno-tls\nno-dtls\nno-cli\nno-rfc5780\nno-software-attribute\n\
             pidfile={}\nuserdb={}\nlog-file=stdout\nsimple-log\n",
            RELAY_PORTS.0,
            RELAY_PORTS.1,
            folder.join("turnserver.pid").display(),
            folder.join("users.db").display(),
        );
        std::fs::write(&config, text)?;
        let mut command = Command::new("turnserver");
        command.arg("-c").arg(&config);
        let mut program = Program::start("coturn", command, &directory.log("turn"))
            .context("no TURN server could be started: install Debian's package coturn")?;
        wait_until("the TURN server's port", Duration::from_secs(15), Duration::from_millis(50), async || {
            program.check_running()?;
            Ok(TcpStream::connect((address, port)).await.ok())
        })
        .await
        .with_context(|| program.tail())?;
        let url = format!("turn:{address}:{port}?transport=udp");
        Ok(Self { program, url, shared_secret })
    }

    /// Everything it logged.
    pub fn log_text(&self) -> String {
        self.program.log_text()
    }

    /// Ends it.
    pub async fn stop(self) {
        self.program.stop(Duration::from_secs(5)).await;
    }
}
