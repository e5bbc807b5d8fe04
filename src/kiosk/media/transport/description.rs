//! Session descriptions as text: what is taken out of them and what is read from them.

use std::fmt::Write;
use std::net::IpAddr;

use muwajaha_core::engine::CertificateFingerprint;

/// What the peer will send, by its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct RemoteSends {
    /// A picture.
    pub video: bool,
    /// Sound.
    pub audio: bool,
}

fn rebuilt<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    lines.fold(String::new(), |mut text, line| {
        text.push_str(line);
        text.push_str("\r\n");
        text
    })
}

/// Without key-frame requests by FIR, which peers ignore: PLI is used instead.
pub(super) fn without_full_intra_requests(sdp: &str) -> String {
    rebuilt(sdp.lines().filter(|line| !(line.starts_with("a=rtcp-fb:") && line.trim_end().ends_with("ccm fir"))))
}

/// Without candidates that carry a name instead of an address: resolving one could block.
pub(super) fn without_named_candidates(sdp: &str) -> String {
    let named =
        |line: &str| line.strip_prefix("a=").is_some_and(|rest| rest.starts_with("candidate:") && !has_address(rest));
    rebuilt(sdp.lines().filter(|line| !named(line)))
}

/// Whether a candidate carries an address and not a name.
pub(super) fn has_address(candidate: &str) -> bool {
    candidate.split_whitespace().nth(4).is_some_and(|address| address.parse::<IpAddr>().is_ok())
}

/// With our certificate's true fingerprint: webrtcbin hashes the key along with the certificate.
pub(super) fn with_fingerprint(sdp: &str, fingerprint: &CertificateFingerprint) -> String {
    let mut told = String::from("a=fingerprint:sha-256 ");
    for (index, byte) in fingerprint.iter().enumerate() {
        let separator = if index == 0 { "" } else { ":" };
        // Writing to a string cannot fail.
        let _ = write!(told, "{separator}{byte:02X}");
    }
    rebuilt(sdp.lines().map(|line| if line.starts_with("a=fingerprint:") { told.as_str() } else { line }))
}

/// The one SHA-256 fingerprint of the whole description; `None` where there is none, where two
/// differ, or where any is of another kind.
pub(super) fn sole_fingerprint(sdp: &str) -> Option<CertificateFingerprint> {
    let mut found = None;
    for line in sdp.lines().filter_map(|line| line.trim_end().strip_prefix("a=fingerprint:")) {
        let (kind, value) = line.split_once(' ')?;
        if !kind.eq_ignore_ascii_case("sha-256") {
            return None;
        }
        let bytes: Option<Vec<u8>> = value.trim().split(':').map(|pair| u8::from_str_radix(pair, 16).ok()).collect();
        let fingerprint = CertificateFingerprint::try_from(bytes?).ok()?;
        if found.is_some_and(|found| found != fingerprint) {
            return None;
        }
        found = Some(fingerprint);
    }
    found
}

/// What the peer will send.
pub(super) fn remote_sends(sdp: &str) -> RemoteSends {
    let mut sends = RemoteSends::default();
    for section in sdp.split("\nm=").skip(1) {
        let silent = section.lines().any(|line| matches!(line.trim_end(), "a=recvonly" | "a=inactive"));
        let rejected = section.split_whitespace().nth(1) == Some("0") && !section.contains("a=bundle-only");
        if silent || rejected {
            continue;
        }
        sends.video |= section.starts_with("video");
        sends.audio |= section.starts_with("audio");
    }
    sends
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "a=fingerprint:sha-256 01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13:14:15:16:17:18:19:1A:1B:1C:1D:1E:1F:20";

    #[test]
    fn one_fingerprint_in_every_section_is_accepted() {
        let sdp = format!("v=0\r\nm=audio 9 X 1\r\n{ONE}\r\nm=video 9 X 2\r\n{ONE}\r\n");
        assert_eq!(sole_fingerprint(&sdp).unwrap()[..3], [1, 2, 3]);
        let other = [7; 32];
        assert_eq!(sole_fingerprint(&with_fingerprint(&sdp, &other)), Some(other));
    }

    #[test]
    fn none_two_or_weaker_fingerprints_are_refused() {
        assert_eq!(sole_fingerprint("v=0\r\n"), None);
        let second = ONE.replace("01:02", "FF:02");
        assert_eq!(sole_fingerprint(&format!("{ONE}\r\n{second}\r\n")), None);
        assert_eq!(sole_fingerprint(&format!("{ONE}\r\na=fingerprint:sha-1 01:02\r\n")), None);
        assert_eq!(sole_fingerprint(&ONE[..ONE.len() - 3]), None);
    }

    #[test]
    fn names_and_full_intra_requests_are_taken_out() {
        let sdp = "a=rtcp-fb:96 ccm fir\r\na=rtcp-fb:96 nack pli\r\n\
                   a=candidate:1 1 udp 2 abc-def.local 5000 typ host\r\n\
                   a=candidate:2 1 udp 2 192.0.2.7 5000 typ host\r\n";
        let clean = without_named_candidates(&without_full_intra_requests(sdp));
        assert_eq!(clean, "a=rtcp-fb:96 nack pli\r\na=candidate:2 1 udp 2 192.0.2.7 5000 typ host\r\n");
    }

    #[test]
    fn a_visitor_without_a_camera_is_known_by_the_answer() {
        let sdp =
            "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=recvonly\r\nm=audio 9 UDP/TLS/RTP/SAVPF 97\r\na=sendrecv\r\n";
        assert_eq!(remote_sends(sdp), RemoteSends { video: false, audio: true });
    }
}
