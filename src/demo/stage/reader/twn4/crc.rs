//! The checksum of the Simple Protocol: CCITT, reversed polynomial 8408, beginning with FFFF, sent
//! low byte first. Source: *TWN4 Simple Protocol* DocRev25 1.3.3; the test has its table 1.3.4.

/// The two bytes that stand behind a message.
pub(super) fn crc(message: &[u8]) -> [u8; 2] {
    let mut crc = u16::MAX;
    for byte in message {
        crc ^= u16::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 0 { crc >> 1 } else { (crc >> 1) ^ 0x8408 };
        }
    }
    crc.to_le_bytes()
}

/// The message before its checksum; `None` where that is wrong.
pub(super) fn checked(bytes: &[u8]) -> Option<&[u8]> {
    let (message, sent) = bytes.split_last_chunk::<2>()?;
    (crc(message) == *sent).then_some(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_messages() {
        assert_eq!(crc(&[0x00, 0x05]), [0x15, 0xa7]);
        assert_eq!(crc(&[0x00, 0x01]), [0x31, 0xe1]);
        assert_eq!(checked(&[0x00, 0x05, 0x15, 0xa7]), Some(&[0x00, 0x05][..]));
        assert_eq!(checked(&[0x00, 0x05, 0x15, 0xa6]), None);
        assert_eq!(checked(&[0x00]), None);
    }
}
