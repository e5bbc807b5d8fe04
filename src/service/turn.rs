//! TURN credentials that expire, by coturn's shared-secret scheme (`use-auth-secret`): the user name
//! is the expiry in Unix seconds and a name, the password its HMAC-SHA1.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use muwajaha_core::domain::Redacted;
use muwajaha_core::engine::IceServer;
use muwajaha_wire::visitor::IceServerWire;
use sha1::Sha1;

use crate::config::Turn;

/// How a server is told to whoever calls.
pub(crate) fn told(server: IceServer) -> IceServerWire {
    IceServerWire {
        urls: server.url,
        username: server.username.map(|text| text.reveal().clone()),
        credential: server.credential.map(|text| text.reveal().clone()),
    }
}

/// The servers for `name`, whose slot ends at `ends_at_ms`.
pub(crate) fn ice_servers(turn: &Turn, name: &str, ends_at_ms: i64) -> Vec<IceServer> {
    let expires_at = ends_at_ms.div_euclid(1000) + i64::from(turn.expires_after_end_seconds) + 1;
    let username = format!("{expires_at}:{name}");
    let mut mac = <Hmac<Sha1> as hmac::KeyInit>::new_from_slice(turn.shared_secret.reveal().as_bytes())
        .unwrap_or_else(|_| unreachable!("HMAC takes a key of any length"));
    mac.update(username.as_bytes());
    let credential = STANDARD.encode(mac.finalize().into_bytes());
    let stun = turn.stun_urls.iter().map(|url| IceServer { url: url.clone(), username: None, credential: None });
    let turn = turn.urls.iter().map(|url| IceServer {
        url: url.clone(),
        username: Some(Redacted::new(username.clone())),
        credential: Some(Redacted::new(credential.clone())),
    });
    stun.chain(turn).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_is_what_coturn_computes() {
        let turn = Turn {
            urls: vec!["turn:turn.example:3478".to_owned()],
            shared_secret: Redacted::new("north".to_owned()),
            expires_after_end_seconds: 29,
            stun_urls: vec!["stun:turn.example:3478".to_owned()],
        };
        let servers = ice_servers(&turn, "bk-1", 1_433_895_888_000);
        assert_eq!(servers.len(), 2);
        assert_eq!(servers[1].username.as_ref().unwrap().reveal(), "1433895918:bk-1");
        // printf '1433895918:bk-1' | openssl dgst -sha1 -hmac north -binary | base64
        assert_eq!(servers[1].credential.as_ref().unwrap().reveal(), "ii1W591Vdmm4r894iUWzS9Fs+sY=");
    }
}
