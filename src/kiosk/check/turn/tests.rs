//! What the address of a TURN server means; servers themselves are met in `tests/service`.

use muwajaha_core::domain::Redacted;
use muwajaha_core::engine::IceServer;

use super::{Transport, TurnServer};

fn server(url: &str) -> Option<(String, u16, Transport)> {
    let secret = || Some(Redacted::new("x".to_owned()));
    let server = IceServer { url: url.to_owned(), username: secret(), credential: secret() };
    TurnServer::of(&server).map(|server| (server.host, server.port, server.transport))
}

#[test]
fn a_servers_address_says_host_port_and_transport() {
    let turn = |host: &str, port, transport| Some((host.to_owned(), port, transport));
    assert_eq!(server("turn:a.example:3479?transport=udp"), turn("a.example", 3479, Transport::Udp));
    assert_eq!(server("turn:a.example"), turn("a.example", 3478, Transport::Udp));
    assert_eq!(server("turn:a.example?transport=tcp"), turn("a.example", 3478, Transport::Tcp));
    assert_eq!(server("turns:a.example:443?transport=tcp"), turn("a.example", 443, Transport::Tls));
    assert_eq!(server("turns:[2001:db8::1]"), turn("2001:db8::1", 5349, Transport::Tls));
    assert_eq!(server("turn:[2001:db8::1]:99"), turn("2001:db8::1", 99, Transport::Udp));
    assert_eq!(server("stun:a.example:3478"), None);
    assert_eq!(server("turn:a.example:port"), None);
}
