//! The identity's file: what it must be made of.

use muwajaha_core::domain::{KioskId, Redacted, Utc};

use super::signer::{ALWAYS, identity, sign};
use super::{FreshKey, Identity, IdentityError};

#[test]
fn what_was_kept_is_read_again_and_shows_no_key() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("identity.toml");
    let made = identity("K-01", ALWAYS);
    std::fs::write(&file, made.to_toml()).unwrap();
    let read = Identity::read(&file).unwrap();
    assert_eq!((read.kiosk.as_str(), read.facility.as_str()), ("K-01", "karkh"));
    assert_eq!(read.to_toml(), made.to_toml());
    let secret = made.key.reveal().lines().nth(1).unwrap().to_owned();
    assert!(made.to_toml().contains(&secret) && !format!("{read:?}").contains(&secret));
}

#[test]
fn a_file_whose_parts_do_not_go_together_is_no_identity() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("identity.toml");
    let (one, other) = (identity("K-01", ALWAYS), identity("K-01", ALWAYS));
    let mixed = one.to_toml().replace(&one.certificate, &other.certificate);
    assert_ne!(mixed, one.to_toml());
    for text in ["", "kiosk = \"K-01\"\nfacility = \"karkh\"\ntoken = \"of an older release\"\n", &mixed] {
        std::fs::write(&file, text).unwrap();
        let refused = Identity::read(&file).unwrap_err();
        assert!(matches!(refused, IdentityError::Broken { .. }), "{refused}");
    }
    let unusable =
        Identity::new(KioskId::new("K-01"), String::new(), "no PEM".to_owned(), Redacted::new(String::new()));
    assert!(unusable.is_err());
}

#[test]
fn it_is_renewed_when_two_thirds_of_its_life_are_over() {
    let key = FreshKey::generate().unwrap();
    // 1 January 2027 to 31 December 2029: 1095 days.
    let certificate = sign("K-01", &key.request().unwrap(), 2027..=2029);
    let identity = Identity::new(KioskId::new("K-01"), "karkh".to_owned(), certificate, key.reveal()).unwrap();
    let from: i64 = 1_798_761_600_000;
    assert_eq!(identity.renewal_due_at(), Utc::from_millis(from + 730 * 24 * 3600 * 1000));
    assert_eq!(identity.ends_at(), Utc::from_millis(from + 1095 * 24 * 3600 * 1000));
}
