//! Frames checked byte by byte, written from the data sheets and without the decoders.

/// The value of a hexadecimal digit.
fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

/// The bytes that pairs of digits are.
pub fn bytes_of(digits: &[u8]) -> Option<Vec<u8>> {
    if digits.len() % 2 == 1 {
        return None;
    }
    digits.chunks(2).map(|pair| Some(digit(pair[0])? * 16 + digit(pair[1])?)).collect()
}

/// Every card of STX, twelve digits with a right exclusive or, and `tail`, in order.
pub fn stx_cards(heard: &[u8], tail: &[u8]) -> Vec<[u8; 5]> {
    heard
        .windows(13 + tail.len())
        .filter(|frame| frame[0] == 2 && frame[13..] == *tail)
        .filter_map(|frame| {
            let bytes = bytes_of(&frame[1..13])?;
            let card = <[u8; 5]>::try_from(&bytes[..5]).ok()?;
            (bytes.iter().fold(0, |sum, byte| sum ^ byte) == 0).then_some(card)
        })
        .collect()
}

/// The CRC that "TWN4 Simple Protocol" prints.
pub fn twn4_crc(bytes: &[u8]) -> [u8; 2] {
    let mut crc = 0xffff_u16;
    for byte in bytes {
        let mut byte = *byte ^ (crc as u8);
        byte ^= byte << 4;
        crc = ((u16::from(byte) << 8) | (crc >> 8)) ^ u16::from(byte >> 4) ^ (u16::from(byte) << 3);
    }
    crc.to_le_bytes()
}

/// The bytes of every line that `heard` may end with, its CRC checked and taken off: what came before
/// a pause or a question is dropped, so that each place may be a line's beginning.
pub fn twn4_lines(heard: &[u8], with_crc: bool) -> Vec<Vec<u8>> {
    let Some(line) = heard.strip_suffix(b"\r") else { return vec![] };
    let start = line.iter().rposition(|byte| *byte == b'\r').map_or(0, |at| at + 1);
    let digits: Vec<u8> = line[start..].iter().copied().filter(|byte| *byte != b'\n').collect();
    (0..digits.len())
        .filter_map(|at| {
            let bytes = bytes_of(&digits[at..])?;
            if !with_crc {
                return Some(bytes);
            }
            let (body, sum) = bytes.split_at_checked(bytes.len().checked_sub(2)?)?;
            (twn4_crc(body) == sum).then(|| body.to_vec())
        })
        .collect()
}

/// Whether some frame of a PN532 in `heard`, with both sums right, lists a card of type A with `uid`.
pub fn pn532_lists(heard: &[u8], uid: &[u8]) -> bool {
    (0..heard.len()).any(|at| {
        let data = match heard[at..] {
            [0x00, 0xff, 0xff, 0xff, high, low, sum, ..]
                if (u32::from(high) + u32::from(low) + u32::from(sum)) % 256 == 0 =>
            {
                heard.get(at + 7..).map(|rest| (rest, usize::from(high) * 256 + usize::from(low)))
            }
            [0x00, 0xff, length, sum, ..] if (u32::from(length) + u32::from(sum)) % 256 == 0 => {
                heard.get(at + 4..).map(|rest| (rest, usize::from(length)))
            }
            _ => None,
        };
        let Some((rest, length)) = data else { return false };
        let Some(checked) = rest.get(..=length) else { return false };
        let sum: u32 = checked.iter().map(|byte| u32::from(*byte)).sum();
        let (data, _) = checked.split_at(length);
        let counted = [u8::try_from(uid.len()).unwrap()];
        let lists = data.windows(1 + uid.len()).any(|window| window[..1] == counted && window[1..] == *uid);
        sum % 256 == 0 && data.starts_with(&[0xd5, 0x4b]) && lists
    })
}
