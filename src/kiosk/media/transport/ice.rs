//! Finding a path: STUN and TURN servers for webrtcbin, and which local addresses it may use.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};

use gstreamer as gst;
use gstreamer::prelude::*;
use muwajaha_core::engine::IceServer;

/// Percent-encodes what stands in a URL's user part.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
        encoded
    })
}

/// webrtcbin's way of writing a server.
#[derive(Debug, PartialEq, Eq)]
enum Server {
    Stun(String),
    Turn(String),
}

fn server(server: &IceServer) -> Option<Server> {
    let (scheme, rest) = server.url.split_once(':')?;
    let rest = rest.trim_start_matches('/');
    match scheme {
        "stun" => Some(Server::Stun(format!("stun://{rest}"))),
        "turn" => {
            let (username, credential) = (server.username.as_ref()?, server.credential.as_ref()?);
            let (username, credential) = (encoded(username.reveal()), encoded(credential.reveal()));
            Some(Server::Turn(format!("turn://{username}:{credential}@{rest}")))
        }
        _ => None,
    }
}

/// Gives webrtcbin its servers and policy; the number of TURN servers it took.
pub(super) fn configure(webrtcbin: &gst::Element, servers: &[IceServer], relay_only: bool) -> usize {
    let mut relays = 0;
    for entry in servers {
        match server(entry) {
            Some(Server::Stun(url)) => webrtcbin.set_property("stun-server", url),
            Some(Server::Turn(url)) => {
                if webrtcbin.emit_by_name::<bool>("add-turn-server", &[&url]) {
                    relays += 1;
                } else {
                    tracing::warn!("a TURN server was not understood and is left out");
                }
            }
            // libnice speaks plain TCP to a turns: server, and would send the credential in clear.
            None => tracing::warn!("a server of another kind than stun: and turn: is left out"),
        }
    }
    if relay_only {
        webrtcbin.set_property_from_str("ice-transport-policy", "relay");
    }
    relays
}

/// The address that packets to the world would leave by; nothing is sent to find it.
fn outward_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    socket.local_addr().ok().as_ref().map(SocketAddr::ip)
}

/// Adds 127.0.0.1, which libnice leaves out; naming one address means naming all of them.
pub(super) fn use_loopback(webrtcbin: &gst::Element) {
    let agent: gst::Object = webrtcbin.property("ice-agent");
    let outward = outward_address().filter(|address| !address.is_loopback());
    for address in [Some(IpAddr::V4(Ipv4Addr::LOCALHOST)), outward].into_iter().flatten() {
        if !agent.emit_by_name::<bool>("add-local-ip-address", &[&address.to_string()]) {
            tracing::warn!("a local address was not taken");
        }
    }
}

#[cfg(test)]
mod tests {
    use muwajaha_core::domain::Redacted;

    use super::*;

    #[test]
    fn credentials_survive_the_url() {
        let entry = IceServer {
            url: "turn:relay.example:3478?transport=tcp".to_owned(),
            username: Some(Redacted::new("1700000000:kiosk 7".to_owned())),
            credential: Some(Redacted::new("a+b/c=".to_owned())),
        };
        let url = "turn://1700000000%3Akiosk%207:a%2Bb%2Fc%3D@relay.example:3478?transport=tcp";
        assert_eq!(server(&entry), Some(Server::Turn(url.to_owned())));
    }

    #[test]
    fn a_credential_is_never_given_to_a_server_that_would_get_it_in_clear() {
        let entry = IceServer {
            url: "turns:relay.example:443".to_owned(),
            username: Some(Redacted::new("u".to_owned())),
            credential: Some(Redacted::new("p".to_owned())),
        };
        assert_eq!(server(&entry), None);
    }
}
