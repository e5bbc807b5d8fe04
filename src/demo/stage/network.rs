//! The kiosk's own network: a namespace joined to this machine by one cable that can be pulled.
//!
//! Needs root; names carry the process id and are removed at the end. Uses the `ip` command, whose
//! namespaces a person can look into while the demo runs.

use std::net::Ipv4Addr;

use tokio::process::Command;

/// Why there is no network of the kiosk's own.
#[derive(Debug, thiserror::Error)]
pub enum NetworkError {
    /// Nobody asked for one.
    #[error("the kiosk shares this machine's network in this run")]
    NotWanted,
    /// Not root.
    #[error("cutting the kiosk's network needs root: start the demo with sudo to have it")]
    NotRoot,
    /// `ip` is missing or refused.
    #[error("`ip {arguments}` failed: {reason}")]
    Ip {
        /// Its arguments.
        arguments: String,
        /// What it said.
        reason: String,
    },
}

/// A network namespace and the cable to it.
#[derive(Debug)]
pub struct KioskNetwork {
    namespace: String,
    cable: String,
    third_byte: u8,
}

impl KioskNetwork {
    /// Makes the namespace and plugs the cable in.
    ///
    /// # Errors
    /// [`NetworkError`].
    pub async fn create() -> Result<Self, NetworkError> {
        if !rustix::process::geteuid().is_root() {
            return Err(NetworkError::NotRoot);
        }
        let pid = std::process::id();
        let network =
            Self { namespace: format!("muwajaha-{pid}"), cable: format!("muw{pid}"), third_byte: (pid % 250) as u8 };
        let (namespace, near, far) = (&network.namespace, &network.cable, format!("{}k", network.cable));
        ip(&["netns", "add", namespace]).await?;
        ip(&["link", "add", near, "type", "veth", "peer", "name", &far, "netns", namespace]).await?;
        ip(&["address", "add", &format!("{}/24", network.demo_address()), "dev", near]).await?;
        ip(&["link", "set", near, "up"]).await?;
        let address = format!("{}/24", network.kiosk_address());
        ip(&["-n", namespace, "address", "add", &address, "dev", &far]).await?;
        ip(&["-n", namespace, "link", "set", &far, "up"]).await?;
        ip(&["-n", namespace, "link", "set", "lo", "up"]).await?;
        Ok(network)
    }

    /// This machine's address as the kiosk sees it.
    pub fn demo_address(&self) -> Ipv4Addr {
        Ipv4Addr::new(10, 213, self.third_byte, 1)
    }

    /// The kiosk's address.
    pub fn kiosk_address(&self) -> Ipv4Addr {
        Ipv4Addr::new(10, 213, self.third_byte, 2)
    }

    /// What stands before a command that is to run in the namespace.
    pub fn command_prefix(&self) -> Vec<String> {
        ["ip", "netns", "exec", &self.namespace].map(str::to_owned).to_vec()
    }

    /// Pulls the cable: both ways nothing passes.
    ///
    /// # Errors
    /// [`NetworkError::Ip`].
    pub async fn cut(&self) -> Result<(), NetworkError> {
        ip(&["link", "set", &self.cable, "down"]).await
    }

    /// Plugs it in again.
    ///
    /// # Errors
    /// [`NetworkError::Ip`].
    pub async fn heal(&self) -> Result<(), NetworkError> {
        ip(&["link", "set", &self.cable, "up"]).await
    }
}

impl Drop for KioskNetwork {
    fn drop(&mut self) {
        for arguments in [["link", "delete", &self.cable], ["netns", "delete", &self.namespace]] {
            let ended = std::process::Command::new("ip").args(arguments).output();
            if !ended.is_ok_and(|output| output.status.success()) {
                tracing::debug!("`ip {}` failed", arguments.join(" "));
            }
        }
    }
}

async fn ip(arguments: &[&str]) -> Result<(), NetworkError> {
    let failed = |reason: String| NetworkError::Ip { arguments: arguments.join(" "), reason };
    let output = Command::new("ip").args(arguments).output().await.map_err(|error| failed(error.to_string()))?;
    if output.status.success() {
        return Ok(());
    }
    Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn answers(network: &KioskNetwork) -> bool {
        let address = network.demo_address().to_string();
        let mut command = Command::new("ip");
        command.args(&network.command_prefix()[1..]);
        command.args(["bash", "-c", &format!("timeout 1 bash -c '</dev/tcp/{address}/{PORT}'")]);
        command.output().await.is_ok_and(|output| output.status.success())
    }

    const PORT: u16 = 47_311;

    #[tokio::test]
    async fn a_cut_cable_carries_nothing_and_a_healed_one_everything() {
        let network = match KioskNetwork::create().await {
            Ok(network) => network,
            Err(NetworkError::NotRoot) => return eprintln!("skipped: not root"),
            Err(error) => panic!("{error}"),
        };
        let listener = tokio::net::TcpListener::bind((network.demo_address(), PORT)).await.unwrap();
        let accepting = tokio::spawn(async move {
            loop {
                listener.accept().await.unwrap();
            }
        });
        assert!(answers(&network).await);
        network.cut().await.unwrap();
        assert!(!answers(&network).await);
        network.heal().await.unwrap();
        let healed = super::super::wait_until(
            "the healed cable",
            std::time::Duration::from_secs(5),
            std::time::Duration::from_millis(100),
            async || Ok(answers(&network).await.then_some(())),
        );
        healed.await.unwrap();
        accepting.abort();
    }
}
