//! The simulator's own picture of cards: what a chip tells a reader, nothing of what a badge is.
//!
//! Sources: EM Microelectronic's EM4100 data sheet (40 bits); ISO/IEC 14443-3 (UIDs of 4, 7 and 10
//! bytes); NXP AN10833 (SENS_RES and SEL_RES: MIFARE Classic 1K `00 04`, `08`; DESFire `03 44`, `20`
//! and the ATS `06 75 77 81 02 80`); HID's H10301 format (even parity, 8 bits of facility, 16 of
//! number, odd parity), whose example `80 80 01 C0` is in Elatec's TWN3 manual 6.1.

/// The five bytes of an EM4100 chip, the version byte first.
pub type Em4100 = [u8; 5];

/// The longest [`Wiegand`], as `libosdp` can carry it.
const MOST_WIEGAND_BITS: usize = 512;

/// A card that can be put to a simulated reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Card {
    /// A chip at 125 kHz; two of them in the field drown each other.
    Em4100(Em4100),
    /// A chip at 13.56 MHz.
    Iso14443a(Iso14443a),
    /// A proximity card of which a reader tells bits.
    Wiegand(Wiegand),
    /// Whatever makes a plain-text reader print these characters.
    Text(String),
}

impl From<Em4100> for Card {
    fn from(chip: Em4100) -> Self {
        Self::Em4100(chip)
    }
}

impl From<Iso14443a> for Card {
    fn from(chip: Iso14443a) -> Self {
        Self::Iso14443a(chip)
    }
}

impl From<Wiegand> for Card {
    fn from(bits: Wiegand) -> Self {
        Self::Wiegand(bits)
    }
}

/// What a card of ISO/IEC 14443 type A tells when it is activated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Iso14443a {
    /// Without cascade tags, UID0 first.
    pub uid: Vec<u8>,
    /// SENS_RES (ATQA) as a PN532 orders it: the high byte first.
    pub sens_res: [u8; 2],
    /// SEL_RES (SAK).
    pub sel_res: u8,
    /// The answer to select of an ISO/IEC 14443-4 card, its length byte first; empty for others.
    pub ats: Vec<u8>,
}

impl Iso14443a {
    /// A MIFARE Classic 1K with a UID of four bytes.
    pub fn classic(uid: [u8; 4]) -> Self {
        Self { uid: uid.to_vec(), sens_res: [0x00, 0x04], sel_res: 0x08, ats: Vec::new() }
    }

    /// A DESFire with a UID of seven bytes.
    pub fn desfire(uid: [u8; 7]) -> Self {
        let ats = vec![0x06, 0x75, 0x77, 0x81, 0x02, 0x80];
        Self { uid: uid.to_vec(), sens_res: [0x03, 0x44], sel_res: 0x20, ats }
    }

    /// A memory card with a UID of ten bytes: the size bits of SENS_RES are `10`.
    pub fn with_ten_bytes(uid: [u8; 10]) -> Self {
        Self { uid: uid.to_vec(), sens_res: [0x00, 0x84], sel_res: 0x00, ats: Vec::new() }
    }
}

/// The bits of a proximity card in the order of a Wiegand line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wiegand {
    bytes: Vec<u8>,
    count: usize,
}

impl Wiegand {
    /// The first `count` bits of `bytes`, the highest bit first; `None` where there are not so many,
    /// none, or more than a reader can carry.
    pub fn from_left_aligned(bytes: &[u8], count: usize) -> Option<Self> {
        let mut bytes = bytes.get(..count.div_ceil(8))?.to_vec();
        if count == 0 || count > MOST_WIEGAND_BITS {
            return None;
        }
        let behind = bytes.len() * 8 - count;
        if let Some(last) = bytes.last_mut() {
            *last &= u8::MAX << behind;
        }
        Some(Self { bytes, count })
    }

    /// A card of HID's 26-bit format H10301.
    pub fn h10301(facility: u8, number: u16) -> Self {
        let data = (u32::from(facility) << 16) | u32::from(number);
        let even = (data >> 12).count_ones() % 2;
        let odd = 1 - (data & 0xfff).count_ones() % 2;
        let word = (even << 31) | (data << 7) | (odd << 6);
        Self { bytes: word.to_be_bytes().to_vec(), count: 26 }
    }

    /// The bits, left-aligned; those behind the last one are zero.
    pub fn left_aligned(&self) -> &[u8] {
        &self.bytes
    }

    /// How many bits there are.
    pub fn count(&self) -> usize {
        self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_26_bit_card_of_the_manual() {
        let card = Wiegand::h10301(1, 3);
        assert_eq!((card.left_aligned(), card.count()), (&[0x80, 0x80, 0x01, 0xc0][..], 26));
        assert_eq!(Wiegand::from_left_aligned(&[0x80, 0x80, 0x01, 0xff], 26), Some(card));
        assert_eq!(Wiegand::from_left_aligned(&[0; 3], 25), None);
        assert_eq!(Wiegand::from_left_aligned(&[0; 3], 0), None);
        assert_eq!(Wiegand::from_left_aligned(&[0; 100], 513), None);
    }
}
