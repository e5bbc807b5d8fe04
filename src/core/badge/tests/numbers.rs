//! One badge number a card, its typed form and its digests.

use super::*;
use crate::domain::Redacted;

fn uid(bytes: &[u8]) -> BadgeNumber {
    BadgeNumber::from_uid(Uid::new(bytes).unwrap())
}

fn key() -> BadgeKey {
    BadgeKey { id: BadgeKeyId("test".to_owned()), secret: Redacted::new("00".repeat(32)) }
}

#[test]
fn the_printed_number_and_the_card_are_one_badge() {
    let read = BadgeNumber::from_em4100([0x01, 0x00, 0x45, 0xdc, 0x95]);
    assert_eq!(BadgeNumber::from_typed("0004578453"), Ok(read.clone()));
    assert_eq!(BadgeNumber::from_typed("0x010045dc95"), Ok(read.clone()));
    assert_eq!(read.reveal_typed(), "0004578453");
}

#[test]
fn every_typed_form_is_read_and_has_one_stored_form() {
    let sited = BadgeNumber::from_site_and_number;
    for (typed, badge, stored) in [
        (" 04:a2:2b:1a:5c:64:80 ", uid(&[4, 0xa2, 0x2b, 0x1a, 0x5c, 0x64, 0x80]), "04:A2:2B:1A:5C:64:80"),
        ("66:CF:4D:C2", uid(&[0x66, 0xcf, 0x4d, 0xc2]), "66:CF:4D:C2"),
        ("04:01:02:03:04:05:06:07:08:09", uid(&[4, 1, 2, 3, 4, 5, 6, 7, 8, 9]), "04:01:02:03:04:05:06:07:08:09"),
        ("123/45678", sited(SiteAndNumber { bits: 26, site: 123, number: 45678 }), "123/45678"),
        ("001/3", sited(SiteAndNumber { bits: 26, site: 1, number: 3 }), "1/00003"),
        ("2001/345678@37", sited(SiteAndNumber { bits: 37, site: 2001, number: 345_678 }), "2001/345678@37"),
        ("text:A-4711", BadgeNumber::from_text(CardText::new(b"A-4711").unwrap()), "text:A-4711"),
    ] {
        assert_eq!(BadgeNumber::from_typed(typed).as_ref(), Ok(&badge), "{typed}");
        assert_eq!(badge.reveal_typed(), stored);
        assert_eq!(BadgeNumber::from_typed(stored), Ok(badge));
    }
}

#[test]
fn what_no_card_carries_is_refused_with_its_remedy() {
    for (typed, error) in [
        ("12", TypedNumberError::Unreadable),
        ("+123456789", TypedNumberError::Unreadable),
        ("0x01", TypedNumberError::Unreadable),
        ("04:A2:2B:1A:5C:64:8", TypedNumberError::Unreadable),
        ("04:A2:2B:1A:5C:64:+8", TypedNumberError::Unreadable),
        ("04:A2", TypedNumberError::Refused(CardRefusal::UidLength)),
        ("08:A2:2B:1A", TypedNumberError::Refused(CardRefusal::RandomUid)),
        ("88:04:A2:2B", TypedNumberError::Refused(CardRefusal::PartOfUid)),
        ("256/1", TypedNumberError::SiteTooLarge),
        ("1/65536", TypedNumberError::SiteTooLarge),
        ("1/", TypedNumberError::Unreadable),
        ("1/2@1", TypedNumberError::Unreadable),
        ("1/2@400", TypedNumberError::Unreadable),
        ("1/99999999999@64", TypedNumberError::Unreadable),
        ("text:", TypedNumberError::Unreadable),
        ("text:a b", TypedNumberError::Unreadable),
        ("9999999999", TypedNumberError::TooLarge),
    ] {
        assert_eq!(BadgeNumber::from_typed(typed), Err(error), "{typed}");
    }
}

#[test]
fn a_badge_number_shows_in_no_log() {
    let site = SiteAndNumber { bits: 26, site: 1, number: 2 };
    assert_eq!(format!("{:?}", BadgeNumber::from_em4100([1, 2, 3, 4, 5])), "BadgeNumber([redacted])");
    assert_eq!(format!("{site:?}"), "SiteAndNumber([redacted])");
}

/// HMAC-SHA256 over 00 01 and the number, or 00 02, the kind and the number, computed elsewhere.
#[test]
fn digests_of_every_version_stay_what_they_are() {
    for (typed, version, digest) in [
        ("0004578453", 1, "7b19646f557be6d52035012d6be308329bf0ab6a853e6ce117f319236fb5ee59"),
        ("04:A2:2B:1A:5C:64:80", 2, "5df35fad22810b321d6eb9d7fc949f90caa69fa12b04991786e3e1df43f356db"),
        ("123/45678", 2, "1cfc0aa7a8fc953a7e43cf41c8eb89830ed033673737a70e0a9867a83739c079"),
        ("text:A-4711", 2, "81b6518095a947142d98022fedf4dea8061035688c8883c2b51ccdde0d1bfebd"),
    ] {
        let badge = BadgeNumber::from_typed(typed).unwrap();
        let made = key().digest(&badge);
        assert_eq!((made.normalisation_version, made.hmac_sha256.as_str()), (NormalisationVersion(version), digest));
        assert_eq!(badge.normalisation_version(), NormalisationVersion(version));
    }
}

#[test]
fn a_change_of_the_facilitys_mapping_orphans_no_enrolled_badge() {
    let card = CardIdentifier::Em4100([0x01, 0x00, 0x45, 0xdc, 0x95]);
    let enrolled = key().digest(&BadgeRules::default().badge(&card).unwrap());
    let rules = BadgeRules { em4100: Em4100Rule::SiteAndNumber, ..BadgeRules::default() };
    let digests: Vec<_> = key().digests(&rules.badge(&card).unwrap()).collect();
    assert_eq!(digests.len(), 2);
    assert_eq!(digests[0], key().digest(&BadgeNumber::from_typed("69/56469").unwrap()));
    assert_eq!(digests[1], enrolled);
}

fn badges() -> impl Strategy<Value = BadgeNumber> {
    prop_oneof![
        any::<[u8; 5]>().prop_map(BadgeNumber::from_em4100),
        uids().prop_map(BadgeNumber::from_uid),
        (2..=128_u8, any::<u32>(), any::<u32>()).prop_map(|(bits, site, number)| {
            let most = if bits == 26 { (0xff, 0xffff) } else { (u32::MAX, u32::MAX) };
            BadgeNumber::from_site_and_number(SiteAndNumber { bits, site: site & most.0, number: number & most.1 })
        }),
        "[!-~]{1,32}".prop_map(|text| BadgeNumber::from_text(CardText::new(text.as_bytes()).unwrap())),
    ]
}

pub(super) fn uids() -> impl Strategy<Value = Uid> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 4),
        proptest::collection::vec(any::<u8>(), 7),
        proptest::collection::vec(any::<u8>(), 10),
    ]
    .prop_filter_map("no badge", |bytes| Uid::new(&bytes).ok())
}

proptest! {
    #[test]
    fn the_stored_form_is_the_badge(badge in badges()) {
        prop_assert_eq!(BadgeNumber::from_typed(&badge.reveal_typed()), Ok(badge));
    }

    #[test]
    fn two_badges_have_two_stored_forms_and_two_digests(one in badges(), other in badges()) {
        prop_assume!(one != other);
        prop_assert_ne!(one.reveal_typed(), other.reveal_typed());
        prop_assert_ne!(key().digest(&one), key().digest(&other));
    }

    #[test]
    fn any_text_is_a_badge_or_refused(text in ".{0,40}") {
        if let Ok(badge) = BadgeNumber::from_typed(&text) {
            prop_assert_eq!(BadgeNumber::from_typed(&badge.reveal_typed()), Ok(badge));
        }
    }
}
