//! OSDP frames built and cut, written from IEC 60839-11-5 and without the guard.

/// The longest frame that counts as one.
const LONGEST: usize = 256;
const HAS_CRC: u8 = 0x04;
const HAS_BLOCK: u8 = 0x08;
const REPLY: u8 = 0x80;

/// The bytes of one right frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame(pub Vec<u8>);

impl Frame {
    /// Whether a reader sent it.
    pub fn is_reply(&self) -> bool {
        self.0[1] & REPLY != 0
    }

    /// The reader's address.
    pub fn address(&self) -> u8 {
        self.0[1] & !REPLY
    }

    /// The security block's bytes, its length first; none of a frame in clear.
    pub fn block(&self) -> &[u8] {
        let length = if self.0[4] & HAS_BLOCK == 0 { 0 } else { usize::from(self.0[5]) };
        &self.0[5..5 + length]
    }

    /// The security block's type.
    pub fn kind(&self) -> Option<u8> {
        self.block().get(1).copied()
    }

    /// Code and data.
    pub fn body(&self) -> &[u8] {
        let check = if self.0[4] & HAS_CRC == 0 { 1 } else { 2 };
        &self.0[5 + self.block().len()..self.0.len() - check]
    }
}

/// A right frame; `control` gives the sequence and whether it has a CRC.
pub fn frame(address: u8, control: u8, block: &[u8], body: &[u8]) -> Vec<u8> {
    let control = (control & 0x07) | if block.is_empty() { 0 } else { HAS_BLOCK };
    let check = if control & HAS_CRC == 0 { 1 } else { 2 };
    let length = u16::try_from(5 + block.len() + body.len() + check).unwrap().to_le_bytes();
    let mut bytes = vec![0x53, address, length[0], length[1], control];
    bytes.extend(block);
    bytes.extend(body);
    bytes.extend(check_of(&bytes, control));
    bytes
}

/// A right reply to the same command as `like`, which is one, with another block and body.
pub fn instead(like: &[u8], block: &[u8], body: &[u8]) -> Vec<u8> {
    frame(like[1], like[4], block, body)
}

fn check_of(bytes: &[u8], control: u8) -> Vec<u8> {
    if control & HAS_CRC == 0 {
        let sum: u32 = bytes.iter().map(|byte| u32::from(*byte)).sum();
        return vec![((256 - sum % 256) % 256) as u8];
    }
    // The remainder of a division by x^16 + x^12 + x^5 + 1, bit by bit.
    let mut remainder = 0x1d0f_u32;
    for bit in bytes.iter().flat_map(|byte| (0..8).rev().map(move |place| u32::from(byte >> place & 1))) {
        let carry = (remainder >> 15 & 1) ^ bit;
        remainder = ((remainder << 1) ^ (carry * 0x1021)) & 0xffff;
    }
    vec![remainder as u8, (remainder >> 8) as u8]
}

/// How many bytes at the beginning are a right frame: `None` where they are none, 0 where more
/// bytes decide.
fn whole(bytes: &[u8]) -> Option<usize> {
    if bytes[0] != 0x53 {
        return None;
    }
    if bytes.len() < 4 {
        return Some(0);
    }
    let length = usize::from(bytes[2]) + 256 * usize::from(bytes[3]);
    if !(7..=LONGEST).contains(&length) {
        return None;
    }
    if bytes.len() < length {
        return Some(0);
    }
    let (control, check) = (bytes[4], if bytes[4] & HAS_CRC == 0 { 1 } else { 2 });
    let (covered, told) = bytes[..length].split_at(length - check);
    let block =
        if control & HAS_BLOCK == 0 { 0 } else { covered.get(5).map_or(1, |length| usize::from(*length).max(1)) };
    let is_right = told == check_of(covered, control) && block != 1 && covered.len() > 5 + block;
    is_right.then_some(length)
}

/// Takes every right frame off the front of a stream; what remains may become one.
pub fn cut(stream: &mut Vec<u8>) -> Vec<Frame> {
    let (mut at, mut frames) = (0, vec![]);
    while at < stream.len() {
        match whole(&stream[at..]) {
            Some(0) => break,
            Some(length) => {
                frames.push(Frame(stream[at..at + length].to_vec()));
                at += length;
            }
            None => at += 1,
        }
    }
    stream.drain(..at);
    frames
}
