//! The answer to `InListPassiveTarget` at 106 kbit/s type A, as UM0701-02 7.3.5 has it: the count of
//! cards, then for each its number, SENS_RES (2 bytes), SEL_RES, the UID's length and the UID, and
//! where SEL_RES has the bit of ISO/IEC 14443-4 (0x20) the ATS, whose first byte counts itself too.

use super::super::card::{CardRefusal, Uid};

/// As many cards as a PN532 lists at once.
const MOST_CARDS: u8 = 2;
const HAS_ATS: u8 = 0x20;

/// The UIDs in an answer behind its code; `None` where it is none.
pub(super) fn uids(answer: &[u8]) -> Option<Vec<Result<Uid, CardRefusal>>> {
    let (cards, mut rest) = answer.split_first()?;
    if *cards > MOST_CARDS {
        return None;
    }
    let mut uids = Vec::with_capacity(usize::from(MOST_CARDS));
    for _ in 0..*cards {
        let [_number, _, _, select, length, behind @ ..] = rest else { return None };
        let (uid, behind) = behind.split_at_checked(usize::from(*length))?;
        uids.push(Uid::new(uid));
        rest = match behind.first() {
            Some(ats) if select & HAS_ATS != 0 => behind.get(usize::from(*ats).max(1)..)?,
            Some(_) | None => behind,
        };
    }
    Some(uids)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_with_and_without_ats_are_told_apart() {
        let desfire = [1, 0x03, 0x44, 0x20, 7, 4, 1, 2, 3, 4, 5, 6, 6, 0x75, 0x77, 0x81, 0x02, 0x80];
        let classic = [2, 0x00, 0x04, 0x08, 4, 0x66, 0xcf, 0x4d, 0xc2];
        let both = [&[2][..], &desfire, &classic].concat();
        let read: Vec<_> = uids(&both).unwrap().into_iter().map(|uid| uid.unwrap().reveal().to_vec()).collect();
        assert_eq!(read, [&[4, 1, 2, 3, 4, 5, 6][..], &[0x66, 0xcf, 0x4d, 0xc2]]);
    }

    #[test]
    fn what_is_no_answer_is_none() {
        assert_eq!(uids(&[0]), Some(vec![]));
        for wrong in [&[][..], &[3], &[1], &[1, 1, 0, 4, 8, 7, 1, 2], &[1, 1, 0, 4, 0x20, 4, 1, 2, 3, 4, 9, 1]] {
            assert_eq!(uids(wrong), None, "{wrong:x?}");
        }
        assert_eq!(uids(&[1, 1, 0, 4, 8, 4, 8, 1, 2, 3]), Some(vec![Err(CardRefusal::RandomUid)]));
    }
}
