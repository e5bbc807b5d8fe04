//! STUN messages (RFC 8489) as TURN (RFC 8656) uses them. Pure: bytes in, bytes out.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;

const COOKIE: u32 = 0x2112_a442;
const HEADER_BYTES: usize = 20;
const INTEGRITY_BYTES: usize = 24;

/// What a message is.
pub(super) mod kind {
    pub(crate) const ALLOCATE: u16 = 0x0003;
    pub(crate) const REFRESH: u16 = 0x0004;
    pub(crate) const CREATE_PERMISSION: u16 = 0x0008;
    pub(crate) const SEND: u16 = 0x0016;
    pub(crate) const DATA: u16 = 0x0017;
}

/// What an attribute is.
pub(super) mod attribute {
    pub(crate) const USERNAME: u16 = 0x0006;
    pub(crate) const INTEGRITY: u16 = 0x0008;
    pub(crate) const ERROR_CODE: u16 = 0x0009;
    pub(crate) const LIFETIME: u16 = 0x000d;
    pub(crate) const PEER_ADDRESS: u16 = 0x0012;
    pub(crate) const DATA: u16 = 0x0013;
    pub(crate) const REALM: u16 = 0x0014;
    pub(crate) const NONCE: u16 = 0x0015;
    pub(crate) const RELAYED_ADDRESS: u16 = 0x0016;
    pub(crate) const REQUESTED_TRANSPORT: u16 = 0x0019;
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) kind: u16,
    pub(super) transaction: [u8; 12],
    attributes: Vec<(u16, Vec<u8>)>,
}

impl Message {
    pub(super) fn new(kind: u16, transaction: [u8; 12]) -> Self {
        Self { kind, transaction, attributes: Vec::new() }
    }

    pub(super) fn with(mut self, attribute: u16, value: impl Into<Vec<u8>>) -> Self {
        self.attributes.push((attribute, value.into()));
        self
    }

    pub(super) fn with_address(self, attribute: u16, address: SocketAddr) -> Self {
        let value = xor_address(address, &self.transaction);
        self.with(attribute, value)
    }

    /// The first attribute of this kind.
    pub(super) fn value(&self, attribute: u16) -> Option<&[u8]> {
        self.attributes.iter().find(|(known, _)| *known == attribute).map(|(_, value)| value.as_slice())
    }

    pub(super) fn address(&self, attribute: u16) -> Option<SocketAddr> {
        read_address(self.value(attribute)?, &self.transaction)
    }

    /// Three digits, as in 401.
    pub(super) fn error_code(&self) -> Option<u16> {
        match self.value(attribute::ERROR_CODE)? {
            [_, _, class, number, ..] => Some(u16::from(class & 7) * 100 + u16::from(*number)),
            _ => None,
        }
    }

    /// The bytes, with a signature under `key` where one is given.
    pub(super) fn encode(&self, key: Option<&[u8]>) -> Vec<u8> {
        let mut body = Vec::new();
        for (attribute, value) in &self.attributes {
            append(&mut body, *attribute, value);
        }
        let mut bytes = self.header(body.len() + key.map_or(0, |_| INTEGRITY_BYTES));
        bytes.extend_from_slice(&body);
        if let Some(key) = key {
            let mut mac =
                Hmac::<Sha1>::new_from_slice(key).unwrap_or_else(|_| unreachable!("HMAC takes a key of any length"));
            mac.update(&bytes);
            append(&mut bytes, attribute::INTEGRITY, &mac.finalize().into_bytes());
        }
        bytes
    }

    fn header(&self, body_bytes: usize) -> Vec<u8> {
        let length = u16::try_from(body_bytes).unwrap_or(u16::MAX);
        let mut header = self.kind.to_be_bytes().to_vec();
        header.extend_from_slice(&length.to_be_bytes());
        header.extend_from_slice(&COOKIE.to_be_bytes());
        header.extend_from_slice(&self.transaction);
        header
    }

    /// `None` where the bytes are no whole message.
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let (header, mut body) = bytes.split_at_checked(HEADER_BYTES)?;
        let cookie = u32::from_be_bytes(*header.get(4..)?.first_chunk()?);
        if cookie != COOKIE || body.len() != body_length(header)? {
            return None;
        }
        let kind = u16::from_be_bytes(*header.first_chunk()?);
        let mut message = Self::new(kind, *header.get(8..)?.first_chunk()?);
        while !body.is_empty() {
            let (head, rest) = body.split_first_chunk::<4>()?;
            let [first, second, third, fourth] = *head;
            let length = usize::from(u16::from_be_bytes([third, fourth]));
            message.attributes.push((u16::from_be_bytes([first, second]), rest.get(..length)?.to_vec()));
            body = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
        }
        Some(message)
    }
}

/// How many bytes follow a header, on a stream.
pub(super) fn body_length(header: &[u8]) -> Option<usize> {
    Some(usize::from(u16::from_be_bytes(*header.get(2..)?.first_chunk()?)))
}

fn append(bytes: &mut Vec<u8>, attribute: u16, value: &[u8]) {
    bytes.extend_from_slice(&attribute.to_be_bytes());
    bytes.extend_from_slice(&u16::try_from(value.len()).unwrap_or(u16::MAX).to_be_bytes());
    bytes.extend_from_slice(value);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
}

fn mask(transaction: &[u8; 12]) -> [u8; 16] {
    let mut mask = [0; 16];
    for (byte, value) in mask.iter_mut().zip(COOKIE.to_be_bytes().iter().chain(transaction)) {
        *byte = *value;
    }
    mask
}

fn xor_address(address: SocketAddr, transaction: &[u8; 12]) -> Vec<u8> {
    let (family, octets) = match address.ip() {
        IpAddr::V4(ip) => (1, ip.octets().to_vec()),
        IpAddr::V6(ip) => (2, ip.octets().to_vec()),
    };
    let port = address.port() ^ (COOKIE >> 16) as u16;
    let mut value = vec![0, family];
    value.extend_from_slice(&port.to_be_bytes());
    value.extend(octets.iter().zip(mask(transaction)).map(|(octet, mask)| octet ^ mask));
    value
}

fn read_address(value: &[u8], transaction: &[u8; 12]) -> Option<SocketAddr> {
    let (&[_, family, high, low], octets) = value.split_first_chunk::<4>()?;
    let port = u16::from_be_bytes([high, low]) ^ (COOKIE >> 16) as u16;
    let plain: Vec<u8> = octets.iter().zip(mask(transaction)).map(|(octet, mask)| octet ^ mask).collect();
    let ip = match family {
        1 => IpAddr::V4(Ipv4Addr::from(*plain.first_chunk::<4>()?)),
        2 => IpAddr::V6(Ipv6Addr::from(*plain.first_chunk::<16>()?)),
        _ => return None,
    };
    Some(SocketAddr::new(ip, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRANSACTION: [u8; 12] = [0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae];

    #[test]
    fn addresses_are_those_of_the_test_vectors_of_rfc_5769() {
        let four = [0x00, 0x01, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43];
        assert_eq!(read_address(&four, &TRANSACTION), Some("192.0.2.1:32853".parse().unwrap()));
        let six: SocketAddr = "[2001:db8:1234:5678:11:2233:4455:6677]:32853".parse().unwrap();
        let bytes = xor_address(six, &TRANSACTION);
        assert_eq!(bytes[..8], [0x00, 0x02, 0xa1, 0x47, 0x01, 0x13, 0xa9, 0xfa]);
        assert_eq!(read_address(&bytes, &TRANSACTION), Some(six));
    }

    #[test]
    fn a_message_comes_back_as_it_was_and_a_torn_one_does_not() {
        let peer = "10.1.2.3:4000".parse().unwrap();
        let message = Message::new(kind::SEND, TRANSACTION)
            .with_address(attribute::PEER_ADDRESS, peer)
            .with(attribute::DATA, vec![7; 5]);
        let bytes = message.encode(None);
        assert_eq!(Message::decode(&bytes), Some(message.clone()));
        assert_eq!(message.address(attribute::PEER_ADDRESS), Some(peer));
        for length in 0..bytes.len() {
            assert_eq!(Message::decode(&bytes[..length]), None, "{length}");
        }
    }

    #[test]
    fn a_refusals_code_is_read() {
        let message = Message::new(0x0113, TRANSACTION).with(attribute::ERROR_CODE, [0, 0, 4, 1].to_vec());
        assert_eq!(Message::decode(&message.encode(Some(b"key"))).unwrap().error_code(), Some(401));
    }
}
